"""The whole program on a real pseudo-terminal, its screen read by an emulator."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repl.pseudoterminal import CTRL_C, CTRL_D, Pty
from tests.repl.shelf import LESSON_FILE

PASS = ('atlas = Book(title="Atlas")', "session.add(atlas)", "session.flush()")


@pytest.fixture
def screen(home: Path) -> Iterator[Pty]:
    pty = Pty(home, str(LESSON_FILE))
    yield pty
    pty.child.close(force=True)


def test_the_first_start_says_how_to_type_where_to_look_and_how_to_leave(screen: Pty) -> None:
    shown = screen.wait_for("Leave with Ctrl-D")
    assert "Type Python at the >>>" in shown
    assert "Look at SQL" in shown
    screen.keys(CTRL_D)
    assert screen.end() == 0


def test_keys_that_are_typed_at_once_are_kept(screen: Pty) -> None:
    screen.keys("6 * 7\r")
    screen.wait_for("\n 42")


def test_leaving_prints_the_transcript_below_the_shell_s_lines(screen: Pty) -> None:
    screen.wait_for("kernel: ready")
    for line in PASS:
        screen.keys(line + "\r")
    screen.wait_for("step done")
    screen.keys(CTRL_D)
    assert screen.end() == 0
    after = re.sub(r"\x1b\[[\d;]*m", "", screen.raw.rpartition("\x1b[?1049l")[2])
    assert ">>> session.flush()" in after
    assert "atlas: pending -> persistent (1 statement: INSERT)" in after
    assert "step done: 1 INSERT." in after


def test_the_place_is_kept(screen: Pty, home: Path) -> None:
    screen.wait_for("kernel: ready")
    for line in PASS:
        screen.keys(line + "\r")
    screen.wait_for("step done")
    screen.keys(":next\r")
    screen.wait_for("Read this")
    screen.keys(CTRL_D)
    screen.end()
    again = Pty(home, str(LESSON_FILE))
    again.wait_for("shelf 2/3  Read this")
    assert "Type Python at" not in again.text
    again.keys("\x1b[A")  # Up: what was typed before
    again.wait_for(">>> :next")
    again.child.close(force=True)


def test_no_color_means_none(home: Path) -> None:
    pty = Pty(home, str(LESSON_FILE), NO_COLOR="1")
    pty.wait_for("kernel: ready")
    pty.keys("print('x')\r")
    pty.wait_for("\n x")
    pty.keys(CTRL_D)
    pty.end()
    codes = ";".join(re.findall(r"\x1b\[([\d;]+)m", pty.raw)).split(";")
    assert set(codes) <= {"0", "1", "3", "4", "7"}


def test_the_terminal_is_given_back_after_a_signal(screen: Pty) -> None:
    screen.wait_for("kernel: ready")
    screen.child.kill(signal.SIGTERM)
    screen.end()
    assert screen.raw.count("\x1b[?1049h") >= 1
    assert "\x1b[?1049l" in screen.raw
    assert "\x1b[?2004l" in screen.raw


def test_a_resized_window_is_painted_anew(screen: Pty) -> None:
    screen.wait_for("kernel: ready")
    screen.resize(140, 40)
    screen.wait_for("─ Session (follows the last input) ")
    screen.resize(20, 5)
    screen.keys("6 * 7\r")
    screen.wait_for("42")


def test_ctrl_c_fifty_times_never_leaves(screen: Pty) -> None:
    screen.wait_for("kernel: ready")
    for number in range(50):
        screen.keys("x = 1\r" if number % 7 == 0 else CTRL_C)
        screen.read()
    screen.keys(CTRL_C)
    screen.wait_for("To leave: Ctrl-D or :quit")
    assert screen.child.isalive()


def test_an_unknown_lesson_is_told_after_the_screen_was_given_back(home: Path) -> None:
    pty = Pty(home, "nosuch")
    assert pty.end() == 2
    assert "there is no lesson 'nosuch'" in pty.text


# --- line mode ------------------------------------------------------------------------------------


def test_a_dumb_terminal_gets_lines(home: Path) -> None:
    pty = Pty(home, str(LESSON_FILE), TERM="dumb")
    pty.wait_for(">>> ")
    for line in PASS:
        pty.keys(line + "\r")
    pty.wait_for("OK. Step done: 1 INSERT.")
    pty.keys(":quit\r")
    assert pty.end() == 0
    assert "\x1b[?1049h" not in pty.raw


def test_a_tiny_window_gets_lines(home: Path) -> None:
    pty = Pty(home, str(LESSON_FILE), columns=50, rows=12)
    pty.wait_for(">>> ")
    pty.keys("6 * 7\r")
    pty.wait_for("\n42")
    pty.wait_for_prompt()
    pty.keys(CTRL_D)
    assert pty.end() == 0


def test_in_plain_mode_ctrl_c_stops_code_and_never_leaves(home: Path) -> None:
    pty = Pty(home, "--plain", str(LESSON_FILE))
    pty.wait_for(">>> ")
    pty.keys("print('begun'); import time; time.sleep(60)\r")
    pty.wait_for("\nbegun")
    pty.keys(CTRL_C)
    pty.wait_for("KeyboardInterrupt")
    pty.wait_for_prompt()
    pty.keys(CTRL_C)
    pty.wait_for("To leave: Ctrl-D or :quit")
    pty.keys("6 * 7\r")
    pty.wait_for("\n42")
    pty.child.close(force=True)


def test_in_plain_mode_the_code_asks_at_the_terminal(home: Path) -> None:
    pty = Pty(home, "--plain", str(LESSON_FILE))
    pty.wait_for(">>> ")
    pty.keys("name = input('who? ')\r")
    pty.wait_for("\nwho?")
    pty.keys("Bram\r")
    pty.wait_for_prompt()
    pty.keys("name\r")
    pty.wait_for("\n'Bram'")
    pty.child.close(force=True)


def test_in_plain_mode_tab_completes(home: Path) -> None:
    pty = Pty(home, "--plain", str(LESSON_FILE))
    pty.wait_for(">>> ")
    pty.keys("session.add_a\t")
    pty.wait_for("session.add_all")
    pty.child.close(force=True)
