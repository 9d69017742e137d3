"""Text as cells: width, escaping, wrapping, tables."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ormtutor.repl import cells
from ormtutor.repl.cells import text_of

ANYTHING = st.text(max_size=60)
TEXTS = ANYTHING.map(lambda text: cells.visible(text.replace("\n", "")))
LINES = st.lists(st.tuples(st.sampled_from(["", "class:code"]), TEXTS), max_size=5)


def plain(text: str) -> cells.Line:
    return [("", text)]


def test_a_wide_character_takes_two_cells() -> None:
    assert cells.width("日本") == 4


def test_a_combining_character_takes_none() -> None:
    assert cells.width("e\u0301") == 1


def test_boxes_and_arrows_take_one_cell_each() -> None:
    assert cells.width("┌─┐ → …") == 7


def test_an_escape_sequence_is_spelled_out() -> None:
    assert cells.visible("\x1b[2Jgone\x07") == "\\x1b[2Jgone\\x07"


def test_a_c1_control_is_spelled_out() -> None:
    assert cells.visible("\x9b31m") == "\\x9b31m"


def test_a_bidirectional_override_is_spelled_out() -> None:
    assert cells.visible("a\u202eb") == "a\\u202eb"


def test_half_a_surrogate_pair_is_spelled_out() -> None:
    assert cells.visible("\ud800") == "\\ud800"


def test_a_carriage_return_at_a_line_end_is_no_control() -> None:
    assert cells.visible("a\r\nb") == "a\nb"


def test_a_tab_reaches_to_its_stop() -> None:
    assert cells.visible("ab\tc") == "ab      c"


def test_colours_may_pass_in_line_mode_and_end_with_the_text() -> None:
    assert cells.visible_or_coloured("\x1b[31mred\x1b[K") == "\x1b[31mred\\x1b[K\x1b[0m"


def test_a_clipped_line_ends_in_an_ellipsis() -> None:
    assert text_of(cells.clip(plain("a long line"), 6)) == "a lon…"


def test_clipping_never_splits_a_wide_character() -> None:
    assert text_of(cells.clip(plain("日本語"), 4)) == "日…"


def test_prose_breaks_at_blanks() -> None:
    assert [text_of(row) for row in cells.wrap(plain("one two three"), 8)] == ["one two", "three"]


def test_a_word_that_no_row_can_hold_is_folded() -> None:
    rows = cells.wrap(plain("abcdefghijkl"), 5)
    assert [text_of(row) for row in rows] == ["abcde", "fghij", "kl"]


def test_a_string_in_code_is_one_word() -> None:
    line = [("", "VALUES ("), ("class:string", "'Mill Lane 4'"), ("", ")")]
    assert [text_of(row) for row in cells.wrap(line, 18)] == ["VALUES", "('Mill Lane 4')"]


def test_code_breaks_around_brackets_and_dots() -> None:
    rows = cells.wrap_code(plain("session.query(Member).order_by(Member.name)"), 24, indent=4)
    assert [text_of(row) for row in rows] == [
        "session.query(Member)",
        "    .order_by(Member",
        "    .name)",
    ]


def test_code_loses_no_blank_inside_a_row() -> None:
    rows = cells.wrap_code(plain("for a  in  b:"), 8)
    assert [text_of(row) for row in rows] == ["for a  ", "in  b:"]


def test_the_first_row_of_a_fold_may_have_less_room() -> None:
    rows = cells.fold(plain("abcdef"), 4, here=1)
    assert [text_of(row) for row in rows] == ["a", "bcde", "f"]


def test_justified_lines_put_the_second_part_at_the_end() -> None:
    assert text_of(cells.justify(plain("left"), plain("right"), 12)) == "left   right"


def test_justified_lines_shorten_the_first_part() -> None:
    assert text_of(cells.justify(plain("a long left"), plain("right"), 12)) == "a lon… right"


def test_columns_are_aligned_by_cells() -> None:
    rows = [[plain("日本"), plain("x")], [plain("a"), plain("y")]]
    assert [text_of(row) for row in cells.columns(rows, 20)] == ["日本  x", "a     y"]


def test_the_widest_column_gives_way() -> None:
    rows = [[plain("name"), plain("a very long value")]]
    assert [text_of(row) for row in cells.columns(rows, 14)] == ["name  a very …"]


def test_fixed_columns_give_way_last() -> None:
    rows = [[plain("persistent"), plain("Elsewhere")]]
    assert [text_of(row) for row in cells.columns(rows, 18, fixed=1)] == ["persistent  Elsew…"]


def test_a_grid_wraps_its_cells() -> None:
    rows = [[plain("flush"), plain("writes what is waiting")]]
    assert [text_of(row) for row in cells.grid(rows, 19)] == [
        "flush  writes what",
        "       is waiting",
    ]


def test_boxes_become_ascii_where_the_terminal_cannot_show_them() -> None:
    assert text_of(cells.in_ascii(plain("┌─ a → b…"))) == "+- a > b~"


@given(ANYTHING)
def test_visible_text_holds_nothing_that_steers_a_terminal(text: str) -> None:
    steering = {chr(code) for code in (*range(10), *range(11, 32), *range(127, 160), 0x202E)}
    assert steering & set(cells.visible(text)) == set()


@example([("", "🏸"), ("", "00")], 1)
@given(LINES, st.integers(1, 40))
def test_no_folded_row_is_wider_than_the_room(line: cells.Line, room: int) -> None:
    assert all(cells.line_width(row) <= max(room, 2) for row in cells.fold(line, room))


@given(LINES, st.integers(1, 40))
def test_folding_loses_no_character(line: cells.Line, room: int) -> None:
    assert "".join(map(text_of, cells.fold(line, room))) == text_of(line)


@given(LINES, st.integers(2, 40), st.integers(0, 6))
@example([("", "ab \U000e0000cde")], 2, 0)  # a full row, and a character without width
def test_no_wrapped_row_is_wider_than_the_room(line: cells.Line, room: int, indent: int) -> None:
    assert all(cells.line_width(row) <= room for row in cells.wrap(line, room, indent=indent))


@given(LINES, st.integers(2, 40), st.integers(0, 6))
def test_no_row_of_code_is_wider_than_the_room(line: cells.Line, room: int, indent: int) -> None:
    assert all(cells.line_width(row) <= room for row in cells.wrap_code(line, room, indent=indent))


@given(LINES, st.integers(2, 60))
def test_wrapping_loses_only_blanks(line: cells.Line, room: int) -> None:
    joined = "".join(map(text_of, cells.wrap(line, room)))
    assert "".join(joined.split()) == "".join(text_of(line).split())


@given(LINES, st.integers(0, 60))
def test_a_clipped_line_fits(line: cells.Line, room: int) -> None:
    assert cells.line_width(cells.clip(line, room)) <= room


@given(LINES, st.integers(0, 60))
def test_a_padded_line_fits_exactly(line: cells.Line, room: int) -> None:
    assert cells.line_width(cells.pad(line, room)) == room
