"""What is typed: complete or not, how far to indent, how to clean what was pasted."""

from __future__ import annotations

import pytest

from ormtutor.repl import source


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1",
        ":next",
        "x = 1\ny = 2",
        "if x: y\n",
        "class A:\n    x = 1\n",
        "class A:\n    x = 1\n    ",
        "a = [\n1,\n]",
        "# a remark",
        "x is 1",
    ],
)
def test_a_whole_input_is_complete(text: str) -> None:
    assert source.is_complete(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = (",
        "class A:",
        "class A:\n    x = 1",
        "if x: y",
        "'''a\n\n",
        "x = 1 \\",
        "@decorated\n",
        "try:\n    x\n",
        "class A:\n    x = 1\n\n    y = 2",
    ],
)
def test_the_beginning_of_an_input_is_not(text: str) -> None:
    assert not source.is_complete(text)


@pytest.mark.parametrize("text", ["a b", "def f(:", "'a", "x\x00", "return", "(" * 300])
def test_what_nothing_can_mend_is_a_syntax_error(text: str) -> None:
    with pytest.raises(SyntaxError):
        source.is_complete(text)


def test_a_command_begins_in_the_first_column() -> None:
    assert source.is_command(":next")
    assert not source.is_command(" :next")
    assert not source.is_command("x[1:2]")


@pytest.mark.parametrize(
    ("text", "indent"),
    [
        ("class A:", "    "),
        ("    def f(self):  # why", "        "),
        ("x = foo(", "    "),
        ("        return 1", "    "),
        ("    x = 1", "    "),
        ("x = 1", ""),
    ],
)
def test_the_next_line_is_indented_as_the_code_asks(text: str, indent: str) -> None:
    assert source.next_indent(text) == indent


def test_a_paste_is_dedented() -> None:
    assert source.clean_paste("    x = 1\n    y = 2\n") == "x = 1\ny = 2"


def test_a_paste_loses_its_prompts_and_the_output_between_them() -> None:
    pasted = ">>> for x in y:\n...     x\n1\n2\n>>> z\n"
    assert source.clean_paste(pasted) == "for x in y:\n    x\nz"


def test_a_pasted_line_loses_its_prompt() -> None:
    assert source.clean_paste(">>> x = 1") == "x = 1"


def test_a_pasted_block_gets_its_blank_line() -> None:
    assert source.clean_paste("class A:\n    x = 1") == "class A:\n    x = 1\n"


def test_blank_lines_inside_a_paste_stay() -> None:
    pasted = "class A:\r\n    x = 1\r\n\r\n    y = 2\r\n"
    assert source.clean_paste(pasted) == "class A:\n    x = 1\n\n    y = 2\n"


def test_a_paste_into_an_indented_line_follows_it() -> None:
    assert source.indented("x = 1\ny = 2", "    ") == "x = 1\n    y = 2"


def test_a_line_at_the_margin_ends_the_block_of_a_file() -> None:
    assert source.begins_anew("class A:\n    x = 1", "a = A()")


@pytest.mark.parametrize("line", ["    y = 2", "", "else:", "except ValueError:", ")"])
def test_other_lines_go_on_with_the_block(line: str) -> None:
    assert not source.begins_anew("if x:\n    y", line)


def test_a_line_at_the_margin_does_not_end_an_open_bracket() -> None:
    assert not source.begins_anew("x = [", "1]")


def test_a_syntax_error_points_at_its_place() -> None:
    with pytest.raises(SyntaxError) as caught:
        source.is_complete("a = 1\n  b = = 2")
    assert source.explain(caught.value, "a = 1\n  b = = 2") == [
        "IndentationError: unexpected indent (line 2)",
        "    b = = 2",
    ]


def test_an_unclosed_quote_is_marked() -> None:
    with pytest.raises(SyntaxError) as caught:
        source.is_complete("x = 'a")
    assert source.explain(caught.value, "x = 'a") == [
        "SyntaxError: unterminated string literal (detected at line 1)",
        "    x = 'a",
        "        ^",
    ]
