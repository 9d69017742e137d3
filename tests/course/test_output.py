"""Outputs: doctest's rules without doctest, reprs as values, differences that can be seen."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ormtutor.course import output

PIECES = st.sampled_from(
    ["a", "b", " ", "  ", "\t", "\n", "...", "<BLANKLINE>", "\n\n", "1", "True", "0", "False", "ab"]
)
TEXTS = st.lists(PIECES, max_size=8).map(lambda pieces: "".join(pieces) + "\n")
OPTIONS = st.lists(
    st.sampled_from(
        ["ELLIPSIS", "NORMALIZE_WHITESPACE", "DONT_ACCEPT_BLANKLINE", "DONT_ACCEPT_TRUE_FOR_1"]
    ),
    max_size=3,
    unique=True,
)


def flags(options: list[str]) -> int:
    return sum(doctest.OPTIONFLAGS_BY_NAME[option] for option in options)


@given(TEXTS, TEXTS, OPTIONS)
@example("a...b\n", "ab\n", ["ELLIPSIS"])
@example("...\n", "\n", ["ELLIPSIS"])
@example("<BLANKLINE>\na\n", "\na\n", [])
@example("1\n", "True\n", [])
def test_outputs_agree_when_doctest_says_so(want: str, got: str, options: list[str]) -> None:
    theirs = doctest.OutputChecker().check_output(want, got, flags(options))
    assert output.agrees(want, got, [f"+{option}" for option in options]) is theirs


def test_an_option_can_be_switched_off_again() -> None:
    assert output.set_options(["+ELLIPSIS", "+SKIP", "-SKIP"]) == {"ELLIPSIS"}


TRACEBACK = "Traceback (most recent call last):\n  ...\nValueError: no such tool\nsecond line\n"


def test_a_wanted_traceback_counts_by_its_last_part() -> None:
    assert output.expected_exception(TRACEBACK) == "ValueError: no such tool\nsecond line\n"
    assert output.expected_exception("ValueError: no such tool\n") is None


def test_an_exception_agrees_by_kind_and_message() -> None:
    wanted = output.expected_exception(TRACEBACK) or ""
    assert output.exception_agrees(wanted, "ValueError", "no such tool\nsecond line")
    assert not output.exception_agrees(wanted, "ValueError", "another")
    assert not output.exception_agrees(wanted, "KeyError", "no such tool\nsecond line")


def test_an_exception_may_have_an_ellipsis() -> None:
    assert output.exception_agrees(
        "a.b.Oops: it ... out\n", "a.b.Oops", "it ran out", ["+ELLIPSIS"]
    )


def test_the_detail_of_an_exception_can_be_left_out() -> None:
    option = ["+IGNORE_EXCEPTION_DETAIL"]
    assert output.exception_agrees("Oops: one\n", "a.b.Oops", "two", option)
    assert not output.exception_agrees("Oops: one\n", "a.b.Other", "one", option)


def test_an_exception_without_a_message_is_its_name() -> None:
    assert output.exception_agrees("KeyboardInterrupt\n", "KeyboardInterrupt", "")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("{'a', 'b'}", "{'b', 'a'}"),
        ("{1: {2, 3}, 4: 5}", "{4: 5, 1: {3, 2}}"),
        ("[<User 1>, {2, 1}]", "[<User 1>,  {1, 2}]"),
        ("IdentitySet([<A>, <B>])", "IdentitySet([<B>, <A>])"),
        ("frozenset({1, 2})", "frozenset({2, 1})"),
        ("<Thing at 0x7f01>", "<Thing at 0x7f99>"),
        ('"it"', "'it'"),
        ("(1, 2,)", "(1, 2)"),
    ],
)
def test_two_spellings_of_one_value_are_the_same(left: str, right: str) -> None:
    assert output.same_value(left, right)
    assert output.canonical(left) == output.canonical(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("[1, 2]", "[2, 1]"),
        ("{'a'}", "['a']"),
        ("set()", "{}"),
        ("{'a': 1}", "{'a': 2}"),
        ("'a, b'", "'b, a'"),
        ("{1, 2}", "{1, 2, 3}"),
        ("f(1", "f(1)"),
        ("1]", "1"),
    ],
)
def test_two_values_are_not_the_same(left: str, right: str) -> None:
    assert not output.same_value(left, right)


def test_rows_that_nobody_ordered_have_no_order() -> None:
    assert output.same_value("[('a', 1), ('b', 2)]", "[('b', 2), ('a', 1)]", ordered=False)
    assert not output.same_value("[('a', 1)]", "[(1, 'a')]", ordered=False)
    assert not output.same_value("[1, 1, 2]", "[1, 2, 2]", ordered=False)


VALUES = st.recursive(
    st.integers() | st.text(max_size=4) | st.none() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_values_are_the_same_when_they_are_equal_and_look_equal(
    left: object, right: object
) -> None:
    assert output.same_value(repr(left), repr(right)) is (_frozen(left) == _frozen(right))


def _frozen(value: object) -> object:
    """Tell apart what == does not (1 and True), and forget the order of a dictionary."""
    if isinstance(value, dict):
        return frozenset((key, _frozen(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return (type(value), *map(_frozen, value))
    return (type(value), value)


def test_a_value_nested_too_deeply_is_compared_as_text() -> None:
    deep = "[" * 20_000 + "]" * 20_000
    assert output.same_value(deep, deep)
    assert not output.same_value(deep, deep + " x")


def test_a_difference_marks_the_changed_word() -> None:
    assert output.difference("one\ntwo three\n", "one\ntwo four\n") == [
        "        one",
        "- want  two three",
        "+ got   two four",
        "            ^^^^",
    ]


def test_a_difference_in_blanks_is_made_visible() -> None:
    assert output.difference("a b\n", "a  b \n")[:2] == ["- want  a·b", "+ got   a··b·"]


def test_a_long_difference_is_cut_and_says_so() -> None:
    lines = output.difference("", "".join(f"{n}\n" for n in range(30)))
    assert len(lines) == 21
    assert lines[-1] == "  ... and 10 more lines"
