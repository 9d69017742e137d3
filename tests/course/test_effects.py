"""Effects compared: rows whatever their keys, names by state and value, what was shown."""

from __future__ import annotations

from ormtutor.course.effects import (
    Effects,
    NamedThing,
    Shown,
    TableRows,
    compare_rows,
    digest,
    facets,
    row_texts,
)

USERS = ("id", "name")
ADDRESSES = ("id", "email", "user_id")
LINKS = (("user_id", "users", "id"),)


def users(*rows: tuple[str, str]) -> TableRows:
    return TableRows(USERS, ("id",), (), rows)


def addresses(*rows: tuple[str, str, str]) -> TableRows:
    return TableRows(ADDRESSES, ("id",), LINKS, rows)


EMPTY = {"users": users(), "addresses": addresses()}


def test_the_number_of_a_row_does_not_matter() -> None:
    reference = {"users": users(("1", "'Ilse'")), "addresses": addresses(("1", "'i@x'", "1"))}
    learner = {"users": users(("7", "'Ilse'")), "addresses": addresses(("3", "'i@x'", "7"))}
    assert row_texts(reference) == row_texts(learner)
    assert all(difference.is_right for difference in compare_rows(EMPTY, reference, learner))


def test_what_a_foreign_key_points_to_does_matter() -> None:
    reference = {
        "users": users(("1", "'Ilse'"), ("2", "'Wren'")),
        "addresses": addresses(("1", "'i@x'", "1")),
    }
    learner = {
        "users": users(("1", "'Ilse'"), ("2", "'Wren'")),
        "addresses": addresses(("1", "'i@x'", "2")),
    }
    (_, difference) = compare_rows(EMPTY, reference, learner)
    assert difference.missing == ("addresses(email='i@x', user_id->users(name='Ilse'))",)


def test_a_row_that_points_to_itself_is_told_once() -> None:
    tree = TableRows(("id", "up"), ("id",), (("up", "tree", "id"),), (("1", "1"), ("2", "1")))
    assert row_texts({"tree": tree})["tree"] == [
        "tree(up->tree)",
        "tree(up->tree(up->tree))",
    ]


def test_a_key_that_is_no_number_is_a_value() -> None:
    countries = TableRows(("code",), ("code",), (), (("'NO'",),))
    assert row_texts({"countries": countries})["countries"] == ["countries(code='NO')"]


def test_extra_rows_are_named_and_fail_nothing() -> None:
    reference = {"users": users(("1", "'Ilse'"))}
    learner = {"users": users(("1", "'Ilse'"), ("2", "'Wren'"))}
    (difference,) = compare_rows({"users": users()}, reference, learner)
    assert difference.is_right
    assert difference.extra == ("users(name='Wren')",)


def test_rows_are_counted_not_only_found() -> None:
    twice = {"users": users(("1", "'Ilse'"), ("2", "'Ilse'"))}
    once = {"users": users(("1", "'Ilse'"))}
    (difference,) = compare_rows({"users": users()}, twice, once)
    assert difference.missing == ("users(name='Ilse')",)


def test_a_row_that_the_lesson_removed_must_be_gone() -> None:
    start = {"users": users(("1", "'Ilse'"), ("2", "'Wren'"))}
    reference = {"users": users(("1", "'Ilse'"))}
    (difference,) = compare_rows(start, reference, start)
    assert difference.remaining == ("users(name='Wren')",)
    assert not difference.is_right


def test_a_table_that_the_lesson_leaves_alone_is_not_compared() -> None:
    start = {"users": users(("1", "'Ilse'"))}
    assert compare_rows(start, start, {"users": users()}) == ()


def test_a_table_that_was_not_made_is_missing() -> None:
    (difference,) = compare_rows({}, {"users": users()}, {})
    assert difference.missing == ("the table",)


def test_a_table_that_should_be_gone_is_named() -> None:
    (difference,) = compare_rows({"users": users()}, {}, {"users": users()})
    assert difference.remaining == ("the table",)


def goals(
    start: Effects, reference: Effects, learner: Effects, *names: str
) -> list[tuple[str, str]]:
    return [(facet.text, facet.miss) for facet in facets(start, reference, learner, names)]


def test_new_rows_are_a_goal_and_committed_ones_say_so() -> None:
    start = Effects(tables={"users": users()}, committed={"users": users()})
    flushed = Effects(tables={"users": users(("1", "'Ilse'"))}, committed={"users": users()})
    committed = Effects(tables=flushed.tables, committed=flushed.tables)
    assert goals(start, flushed, start) == [
        ("users holds 1 more row", "missing: users(name='Ilse')")
    ]
    assert goals(start, committed, committed) == [("users holds 1 more row, committed", "")]
    assert goals(start, committed, flushed) == [
        ("users holds 1 more row, committed", "missing: users(name='Ilse')")
    ]


def test_an_object_is_compared_by_its_state() -> None:
    pending = Effects(names={"noor": NamedThing("User", "<User at 0x1234>", "pending")})
    transient = Effects(names={"noor": NamedThing("User", "<User at 0x5678>", "transient")})
    assert goals(Effects(), pending, transient, "noor") == [
        ("noor is pending", "you: noor is transient; the step asks: pending")
    ]
    assert goals(Effects(), pending, pending, "noor") == [("noor is pending", "")]


def test_a_plain_value_is_compared_by_its_repr() -> None:
    want = Effects(names={"names": NamedThing("set", "{'a', 'b'}")})
    same = Effects(names={"names": NamedThing("set", "{'b', 'a'}")})
    other = Effects(names={"names": NamedThing("set", "{'b'}")})
    assert goals(Effects(), want, same, "names") == [("names is {'a', 'b'}", "")]
    assert goals(Effects(), want, other, "names") == [
        ("names is {'a', 'b'}", "you: names is {'b'}; the step asks: {'a', 'b'}")
    ]


def test_a_name_that_is_not_there_is_said_to_be_missing() -> None:
    want = Effects(names={"f": NamedThing("function", "<function f at 0x1>")})
    assert goals(Effects(), want, Effects(), "f") == [("f is a function", "there is no f yet")]


def test_only_names_that_the_transcript_binds_count() -> None:
    want = Effects(names={"x": NamedThing("int", "1"), "y": NamedThing("int", "2")})
    assert goals(Effects(), want, want, "x") == [("x is 1", "")]


def test_what_was_shown_may_be_shown_another_way() -> None:
    want = Effects(shown=(Shown("1\n"), Shown("[2, 1]\n", ordered=False)))
    got = Effects(shown=(Shown("[1, 2]\n"), Shown("hello\n1\n")))
    assert goals(Effects(), want, got) == [
        ("the prompt shows 1", ""),
        ("the prompt shows [2, 1]", ""),
    ]


def test_what_was_not_shown_is_told_with_both_halves() -> None:
    assert goals(Effects(), Effects(shown=(Shown("1\n"),)), Effects(shown=(Shown("2\n"),))) == [
        ("the prompt shows 1", "you: 2; the step asks: 1")
    ]


def test_two_outcomes_with_the_same_rows_and_names_have_one_digest() -> None:
    one = Effects({"users": users(("1", "'Ilse'"))}, {}, {"x": NamedThing("set", "{1, 2}")})
    two = Effects({"users": users(("4", "'Ilse'"))}, {}, {"x": NamedThing("set", "{2, 1}")})
    assert digest(one) == digest(two)
    assert digest(one) != digest(Effects())
