"""Lesson prose: Markdown made readable at a width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ormtutor.repl.cells import line_width, text_of
from ormtutor.repl.prose import inline, render


def shown(markdown: str, room: int = 40) -> list[str]:
    return [text_of(line) for line in render(markdown, room)]


def test_a_paragraph_is_wrapped_anew() -> None:
    assert shown("one\ntwo three\nfour", 9) == ["one two", "three", "four"]


def test_blocks_stand_apart_by_one_line() -> None:
    assert shown("one\n\n\n\ntwo") == ["one", "", "two"]


def test_code_bold_and_emphasis_are_styled() -> None:
    assert inline("a `b` **c** *d* _e_") == [
        ("", "a "),
        ("class:code", "b"),
        ("", " "),
        ("class:strong", "c"),
        ("", " "),
        ("class:emphasis", "d"),
        ("", " "),
        ("class:emphasis", "e"),
    ]


def test_names_with_underscores_are_no_emphasis() -> None:
    assert inline("a_b_c and __x") == [("", "a_b_c and __x")]


def test_stars_of_arithmetic_are_no_emphasis() -> None:
    assert text_of(inline("2 * 3 * 4")) == "2 * 3 * 4"


def test_line_mode_keeps_the_marks_of_code() -> None:
    assert text_of(render("use `add`", 40, marks=True)[0]) == "use `add`"


def test_double_ticks_hold_a_tick() -> None:
    assert inline("`` a`b ``") == [("class:code", "a`b")]


def test_a_link_shows_where_it_leads() -> None:
    assert text_of(inline("[the docs](https://x.example)")) == "the docs (https://x.example)"


def test_escapes_and_entities_are_read() -> None:
    assert text_of(inline(r"\*not\* &lt;b&gt;")) == "*not* <b>"


def test_list_items_hang() -> None:
    assert shown("- one two three\n- four", 10) == ["• one two", "  three", "• four"]


def test_numbers_stay_and_nested_items_move_right() -> None:
    assert shown("1. one\n   - two\n2. three") == ["1. one", "   • two", "2. three"]


def test_a_table_is_aligned_and_its_long_cells_wrapped() -> None:
    assert shown("| word | meaning |\n|---|:--|\n| flush | writes what is waiting |", 22) == [
        "word   meaning",
        "─────────────────────",
        "flush  writes what is",
        "       waiting",
    ]


def test_a_bar_in_a_cell_is_escaped() -> None:
    assert shown("| a |\n|---|\n| x \\| y |")[-1] == "x | y"


def test_a_heading_loses_its_id() -> None:
    assert render("## Put it there {#put}", 40) == [[("class:heading", "Put it there")]]


def test_a_code_block_keeps_its_lines() -> None:
    assert shown("```sh\nls  -l\n\npwd\n```") == ["  ls  -l", "", "  pwd"]


def test_a_quote_is_marked() -> None:
    assert shown("> wise\n> words") == ["│ wise words"]


def test_a_comment_is_not_shown() -> None:
    assert shown("a<!-- b -->c") == ["ac"]


@pytest.mark.parametrize("markdown", ["", "\n\n", "```\nopen", "| a |", "- ", "#", "> ", "***"])
def test_odd_markdown_is_no_trouble(markdown: str) -> None:
    assert isinstance(shown(markdown), list)


@given(st.text("ab `*_|-#>\n[]()\\!&;<~", max_size=80), st.integers(10, 50))
def test_no_line_is_wider_than_the_room(markdown: str, room: int) -> None:
    assert all(line_width(line) <= room + 6 for line in render(markdown, room))
