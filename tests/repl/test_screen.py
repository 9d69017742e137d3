"""The full screen: keys through a pipe, the picture from a terminal emulator, a real kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repl.shelf import GOLDEN
from tests.repl.terminal import Terminal

PASS = ('atlas = Book(title="Atlas")', "session.add(atlas)", "session.flush()")
UP, ESCAPE, F1, F2, F3 = "\x1b[A", "\x1b", "\x1bOP", "\x1bOQ", "\x1bOR"
F4, F6, F7, F8, F9 = "\x1bOS", "\x1b[17~", "\x1b[18~", "\x1b[19~", "\x1b[20~"
PAGE_DOWN, ALT_ENTER, CTRL_C, CTRL_D, CTRL_R = "\x1b[6~", "\x1b\r", "\x03", "\x04", "\x12"


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


@pytest.fixture
def small() -> Iterator[Terminal]:
    terminal = Terminal(80, 24)
    yield terminal
    terminal.close()


def without_times(text: str) -> str:
    """Return a screen with all times as 0.0 ms, in their old width."""
    return re.sub(r" +\d+\.\d ms", lambda found: "0.0 ms".rjust(len(found[0])), text)


def picture(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8")


# --- pictures -------------------------------------------------------------------------------------


def test_a_passed_step_is_painted_wide(terminal: Terminal) -> None:
    terminal.type(*PASS)
    terminal.wait_for("step done")
    assert without_times(terminal.text) == picture("screen-140x40.txt")


def test_a_passed_step_is_painted_in_a_small_window(small: Terminal) -> None:
    small.type(*PASS)
    small.wait_for("step done")
    assert without_times(small.text) == picture("screen-80x24.txt")


def test_painting_row_by_row_equals_painting_anew(terminal: Terminal) -> None:
    terminal.type(*PASS, "session.commit()", "[book.title for book in session.query(Book)]")
    terminal.keys("x = 1")
    before = terminal.wait_for(">>> x = 1")
    terminal.keys("\x0c")  # Ctrl-L
    terminal.wait_until(lambda: terminal.paper.raw.rstrip().endswith("\x1b[?25h"))
    assert terminal.wait_for(">>> x = 1") == before


# --- editing --------------------------------------------------------------------------------------


def test_enter_runs_what_is_complete(terminal: Terminal) -> None:
    terminal.type("6 * 7")
    terminal.wait_for("│ 42 ")


def test_a_block_is_indented_and_ends_with_a_blank_line(terminal: Terminal) -> None:
    terminal.keys("for n in range(2):\rprint(n * 21)\r")
    terminal.wait_for("...     print(n * 21)")
    terminal.keys("\r")
    terminal.wait_for("│ 21 ")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("for n in range(2):\r    for m in range(2):\r        x.append(n)\r\r", "[0, 0, 1, 1]"),
        ("for n in range(2):\r    for m in range(2):\r        pass\r    x.append(n)\r\r", "[0, 1]"),
        ("for n in range(2):\rx.append(n)\r\r", "[0, 1]"),
        ("for n in (1,):\r    x.append(  n)\r\r", "[1]"),
    ],
)
def test_a_block_may_be_typed_as_it_is_printed(terminal: Terminal, typed: str, value: str) -> None:
    terminal.type("x = []")
    terminal.keys(typed)
    terminal.wait_until(lambda: terminal.screen.buffer.text == "")
    terminal.type("x")
    terminal.wait_for(value)


def test_a_command_may_be_typed_below_an_open_bracket(terminal: Terminal) -> None:
    terminal.keys("x = (1,\r")
    terminal.keys(":hint\r")
    terminal.wait_for("Hint")
    assert terminal.screen.buffer.text.startswith("x = (1,")
    terminal.keys("2)\r")
    terminal.wait_until(lambda: terminal.screen.buffer.text == "")
    terminal.type("x")
    terminal.wait_for("(1, 2)")


def test_the_text_stays_where_it_was_scrolled_to(small: Terminal) -> None:
    small.keys("\x1b[6~")
    small.wait_for("PgUp PgDn")
    top = small.screen.display.text_top
    assert top > 0
    small.type("1 + 1")
    assert small.screen.display.text_top == top


def test_up_moves_inside_a_block(terminal: Terminal) -> None:
    terminal.keys("x = [\r1,\r2]")
    terminal.wait_for("2]")
    terminal.keys(UP + UP + "\x01y = ")  # Ctrl-A: begin of the line
    terminal.wait_for("y = x = [")


def test_up_finds_inputs_that_begin_alike(terminal: Terminal) -> None:
    terminal.type("first = 1", "second = 2")
    terminal.keys("fi" + UP)
    terminal.wait_until(lambda: terminal.screen.buffer.text == "first = 1")


def test_ctrl_r_searches_the_history(terminal: Terminal) -> None:
    terminal.type("needle = 1", "other = 2")
    terminal.keys(CTRL_R + "need")
    terminal.wait_for("I-search backward")
    terminal.keys("\r")
    terminal.wait_until(lambda: terminal.screen.buffer.text == "needle = 1")


def test_alt_enter_runs_it_as_it_is(terminal: Terminal) -> None:
    terminal.keys("x = (" + ALT_ENTER)
    terminal.wait_for("stops in the middle of a statement")


def test_wrong_syntax_is_not_run_and_stays_to_be_mended(terminal: Terminal) -> None:
    terminal.keys("x = = 1\r")
    terminal.wait_for("SyntaxError: invalid syntax")
    assert terminal.screen.buffer.text == "x = = 1"
    assert terminal.screen.dialog is not None
    assert terminal.screen.dialog.tutor.turns == ()


def test_a_paste_is_dedented_and_does_not_run_by_itself(terminal: Terminal) -> None:
    terminal.keys("\x1b[200~    >>> def f():\n    ...     return 1\n    >>> f()\n    1\n\x1b[201~")
    terminal.wait_for("...     return 1")
    assert terminal.screen.buffer.text == "def f():\n    return 1\nf()"
    terminal.keys("\r")
    terminal.wait_until(lambda: terminal.screen.buffer.text == "")


def test_a_pasted_block_with_blank_lines_runs_with_one_enter(terminal: Terminal) -> None:
    terminal.keys("\x1b[200~class A:\n    x = 1\n\n    y = 2\n\x1b[201~\r")
    terminal.wait_until(lambda: terminal.screen.buffer.text == "")
    terminal.type("A.y + 40")
    terminal.wait_for("│ 42 ")


def test_tab_completes_from_living_objects(terminal: Terminal) -> None:
    terminal.keys("session.add_a\t")
    terminal.wait_for("session.add_all")


def test_tab_shows_a_menu_and_takes_one_after_the_other(terminal: Terminal) -> None:
    terminal.keys(":re\t")
    terminal.wait_for("    :restart")
    terminal.keys("\t")
    terminal.wait_for("> :redo")
    terminal.keys("\t")
    terminal.wait_for("> :reset")


def test_tab_tells_how_the_open_call_is_called(terminal: Terminal) -> None:
    terminal.type("lend = lambda book, *, days=7: days")
    terminal.keys("lend(\t")
    terminal.wait_for("    lend(book, *, days=7)")
    terminal.keys("1)")
    terminal.wait_until(lambda: "    lend(book" not in terminal.text)


def test_tab_indents_at_the_start_of_a_line(terminal: Terminal) -> None:
    terminal.keys("\tx")
    terminal.wait_until(lambda: terminal.screen.buffer.text == "    x")


def test_wide_and_combining_characters_keep_the_columns(terminal: Terminal) -> None:
    terminal.type('print("日本語 e\\u0301 ends")')
    terminal.wait_for("│ 日")
    (row,) = [line for line in terminal.paper.lines() if "ends" in line and "print" not in line]
    assert row.endswith("│")


def test_escapes_of_the_learner_never_reach_the_terminal(terminal: Terminal) -> None:
    terminal.type(r'print("\x1b[2J\x07\x9b31m")')
    terminal.wait_for(r"│ \x1b[2J\x07\x9b31m")
    assert not {"\x07", "\x9b"} & set(terminal.paper.raw)


# --- running --------------------------------------------------------------------------------------


def test_running_code_shows_a_sign_of_life_and_ctrl_c_stops_it(terminal: Terminal) -> None:
    terminal.keys("while True: pass\r\r")
    terminal.wait_for("running...  Ctrl-C stops it")
    terminal.keys(CTRL_C)
    terminal.wait_for("KeyboardInterrupt")
    terminal.type("40 + 2")
    terminal.wait_for("│ 42 ")


def test_output_is_painted_while_code_runs(terminal: Terminal) -> None:
    terminal.keys("import time\rprint('begun'); time.sleep(60)\r")
    terminal.wait_for("│ begun")
    terminal.keys(CTRL_C)
    terminal.wait_for("KeyboardInterrupt")


def test_what_is_typed_meanwhile_waits_and_then_runs(terminal: Terminal) -> None:
    terminal.keys("import time\rtime.sleep(0.5)\r40 + 2\r")
    terminal.wait_for(">>> 40 + 2   (waits)")
    terminal.wait_for("│ 42 ")


def test_what_was_typed_ahead_keeps_its_order(terminal: Terminal) -> None:
    screen = terminal.screen
    terminal.wait_until(lambda: not screen.worker.is_busy)
    # The job before has just ended, and the first of those that wait is not yet taken.
    screen.display.pending.append("first = 1")

    screen._take("second = 2")

    assert list(screen.display.pending) == ["first = 1", "second = 2"]


def test_after_ctrl_c_nothing_that_was_typed_ahead_runs(terminal: Terminal) -> None:
    terminal.type("import time")
    terminal.keys("time.sleep(60)\r")
    terminal.wait_for("running...")
    terminal.keys("print('no')\r")
    terminal.wait_for("(waits)")
    terminal.keys(CTRL_C)
    terminal.wait_for("KeyboardInterrupt")
    assert terminal.screen.buffer.text == "print('no')"


def test_function_keys_do_not_act_on_what_runs(terminal: Terminal) -> None:
    terminal.keys("import time\rtime.sleep(60)\r")
    terminal.wait_for("running...")
    terminal.keys(F8)
    terminal.wait_for("Not while code is running: F8.")
    terminal.keys(CTRL_C)
    terminal.wait_for("KeyboardInterrupt")


def test_input_is_answered_in_the_same_line(terminal: Terminal) -> None:
    terminal.keys("name = input('who? ')\r")
    terminal.wait_for("kernel: waits for your input")
    terminal.keys("Bram\r")
    terminal.wait_for("│ who? Bram")
    terminal.type("name")
    terminal.wait_for("│ 'Bram'")


def test_ctrl_c_answers_a_question_of_the_code(terminal: Terminal) -> None:
    terminal.keys("input('who? ')\r")
    terminal.wait_for("kernel: waits for your input")
    terminal.keys(CTRL_C)
    terminal.wait_for("KeyboardInterrupt")


def test_ctrl_d_ends_the_input_of_the_code(terminal: Terminal) -> None:
    terminal.keys("input('who? ')\r")
    terminal.wait_for("kernel: waits for your input")
    terminal.keys(CTRL_D)
    terminal.wait_for("EOFError")


def test_a_dead_kernel_is_replaced_and_said(terminal: Terminal) -> None:
    terminal.type("x = 41", "import os")
    terminal.keys("os._exit(3)\r")
    terminal.wait_for("your names are back")
    terminal.type("x + 1")
    terminal.wait_for("│ 42 ")


# --- keys and commands ----------------------------------------------------------------------------


def test_ctrl_c_drops_the_text_and_never_leaves(terminal: Terminal) -> None:
    terminal.keys("half an inp")
    terminal.wait_for(">>> half an inp")
    terminal.keys(CTRL_C)
    terminal.wait_until(lambda: terminal.screen.buffer.text == "")
    terminal.keys(CTRL_C)
    terminal.wait_for("To leave: Ctrl-D or :quit")


def test_ctrl_d_on_an_empty_line_leaves_without_a_question(terminal: Terminal) -> None:
    terminal.keys(CTRL_D)
    assert terminal.has_left()
    assert "\x1b[?1049l" in terminal.paper.raw


def test_quit_leaves_while_code_runs(terminal: Terminal) -> None:
    terminal.keys("while True: pass\r\r")
    terminal.wait_for("running...")
    terminal.keys(":quit\r")
    assert terminal.has_left()


def test_f1_opens_the_help_and_escape_closes_it(terminal: Terminal) -> None:
    terminal.keys(F1)
    terminal.wait_for("┌─ Help ")
    terminal.keys(PAGE_DOWN)
    terminal.wait_for("Keys at the prompt")
    terminal.keys(ESCAPE)
    terminal.wait_for("┌─ Lesson ")


def test_f2_turns_the_panels(small: Terminal) -> None:
    small.keys(F2)
    small.wait_for("SQL  [Session]  Tables  Expected")
    small.keys(F2)
    small.wait_for("books  no rows")
    small.keys(F2)
    small.wait_for("[ ] the atlas is persistent")


def test_f3_shows_the_whole_text(small: Terminal) -> None:
    small.keys(F3)
    small.wait_for("Goals  the atlas is persistent")
    small.keys(F3)
    small.wait_for("[SQL]")


def test_f4_changes_the_keys_to_those_of_vi(terminal: Terminal) -> None:
    terminal.keys(F4)
    terminal.wait_for("vi INSERT")
    terminal.keys("ab" + ESCAPE)
    terminal.wait_for("vi NAV")


def test_f6_lets_enter_make_lines_only(terminal: Terminal) -> None:
    terminal.keys(F6)
    terminal.wait_for("PASTE")
    terminal.keys("x = 1\r\ry = x + 41\ry" + ALT_ENTER)
    terminal.wait_for("│ 42 ")


def test_f7_gives_a_hint_and_f8_goes_on(terminal: Terminal) -> None:
    terminal.keys(F7)
    terminal.wait_for("F7 hint 1/2")
    terminal.type(*PASS)
    terminal.wait_for("step done")
    terminal.keys(F8)
    terminal.wait_for("shelf 2/3  Read this")


def test_f9_hides_the_panels_and_brings_them_back(terminal: Terminal) -> None:
    terminal.keys(F9)
    terminal.wait_for("F9 show panels")
    assert "Session" not in terminal.text
    terminal.keys(F9)
    terminal.wait_for("─ Session (follows the last input) ")


def test_the_sandbox_has_a_prompt_of_its_own(terminal: Terminal) -> None:
    terminal.type(":play")
    terminal.wait_for("play> ")
    terminal.type(":return")
    terminal.wait_for("Back in the step")


def test_loading_object_by_object_raises_the_alarm() -> None:
    terminal = Terminal(140, 40, step="notes")
    terminal.type("texts = [note.text for book in session.query(Book) for note in book.notes]")
    shown = terminal.wait_for("step done")
    terminal.close()
    assert " N+1 " in shown
    assert "lazy load of Book.notes" in shown


@pytest.mark.parametrize("size", [(100, 30), (80, 24), (60, 16), (20, 5), (1, 1), (200, 60)])
def test_every_size_is_survived(terminal: Terminal, size: tuple[int, int]) -> None:
    terminal.type("6 * 7")
    terminal.resize(*size)
    terminal.keys("x")
    terminal.wait_until(lambda: terminal.screen.buffer.text == "x")
    terminal.resize(140, 40)
    terminal.wait_for("─ Session (follows the last input) ")
    terminal.wait_for(">>> x")


def test_the_editor_brings_its_text_to_the_prompt(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf 'answer = 42' > \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    terminal.keys("\x18\x05")  # Ctrl-X Ctrl-E
    terminal.wait_until(lambda: terminal.screen.buffer.text == "answer = 42")
