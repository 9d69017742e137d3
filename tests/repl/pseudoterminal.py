"""The program on a real pseudo-terminal, its screen read by an emulator."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

from ormtutor.course.trust import Trust

PATIENCE = 30.0
CTRL_C, CTRL_D = "\x03", "\x04"


def hear_signals() -> None:
    """Stop ignoring the signals that nohup made the tests ignore: children inherit that."""
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Pty:
    """The program on a pseudo-terminal."""

    def __init__(
        self,
        home: Path,
        *words: str,
        columns: int = 100,
        rows: int = 30,
        is_asked: bool = False,
        **variables: str,
    ) -> None:
        """`is_asked`: the learner has not agreed to the lesson file yet."""
        lessons = [Path(word) for word in words if word.endswith(".md")]
        if lessons and not is_asked:
            Trust(home / "trusted.json").accept(lessons)
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
            codec_errors="replace",
            timeout=PATIENCE,
            preexec_fn=hear_signals,
        )

    def keys(self, text: str) -> None:
        self.child.send(text)

    def read(self) -> bool:
        """Read what was written; return False at the end."""
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

    def wait_until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait until a condition holds, reading what is written meanwhile."""
        until = time.monotonic() + patience
        while not condition():
            assert self.read() or condition(), self.text
            assert time.monotonic() < until, self.text

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size."""
        self.child.setwinsize(rows, columns)
        self.screen.resize(rows, columns)

    def end_with(self, attributes: list[object]) -> int:
        """Wait for the end, and until the terminal has these modes again; return the exit code."""
        until = time.monotonic() + PATIENCE
        while self.read():
            assert time.monotonic() < until, self.text
        assert self.attributes() == attributes
        return self.end()

    def attributes(self) -> list[object]:
        """Return the modes of the terminal: echo, lines, signals, special keys."""
        return list(termios.tcgetattr(self.child.fileno()))
