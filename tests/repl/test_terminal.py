"""The whole program on a real pseudo-terminal, its screen read by an emulator."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from tests.repl.shelf import LESSON_FILE

PATIENCE = 30.0
PASS = ('atlas = Book(title="Atlas")', "session.add(atlas)", "session.flush()")
CTRL_C, CTRL_D = "\x03", "\x04"


class Pty:
    """The program on a pseudo-terminal."""

    def __init__(
        self, home: Path, *words: str, columns: int = 100, rows: int = 30, **variables: str
    ) -> None:
        environment = {**os.environ, "ORMTUTOR_HOME": str(home), "TERM": "xterm-256color"}
        for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CI", "COLUMNS", "LINES"):
            environment.pop(name, None)
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        self._stream = pyte.Stream(self.screen)
        self.raw = ""
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "ormtutor", *words],
            env={**environment, **variables},
            dimensions=(rows, columns),
            encoding="utf-8",
            timeout=PATIENCE,
        )

    def keys(self, text: str) -> None:
        self.child.send(text)

    def read(self) -> bool:
        """Take in what was written; False at the end."""
        try:
            text = self.child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += text
        self._stream.feed(text)
        return True

    def wait_for(self, text: str) -> str:
        """Wait until the screen shows a text; return the screen."""
        until = time.monotonic() + PATIENCE
        while text not in self.text and self.read():
            assert time.monotonic() < until, f"{text!r} is not on the screen:\n{self.text}"
        assert text in self.text, self.text
        return self.text

    def wait_for_prompt(self) -> None:
        """Wait until the last line is an empty prompt."""
        until = time.monotonic() + PATIENCE
        while not self.text.rstrip().endswith("\n>>>") and self.read():
            assert time.monotonic() < until, self.text

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def end(self) -> int:
        """Wait for the end; return the exit code."""
        until = time.monotonic() + PATIENCE
        while self.read():
            assert time.monotonic() < until, self.text
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -1)


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
    screen.child.setwinsize(40, 140)
    screen.screen.resize(40, 140)
    screen.wait_for("─ Session (follows the last input) ")
    screen.child.setwinsize(5, 20)
    screen.screen.resize(5, 20)
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
