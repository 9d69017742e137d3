"""A terminal for tests: keys go in through a pipe, an emulator reads what is painted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TextIO, cast

import pyte
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from ormtutor.course.library import Library
from ormtutor.course.progress import Progress
from ormtutor.repl.commands import COMMANDS
from ormtutor.repl.composer import Composer
from ormtutor.repl.console import Console
from ormtutor.repl.dialog import Dialog
from ormtutor.repl.history import History
from ormtutor.repl.screen import Screen
from ormtutor.repl.worker import Worker
from ormtutor.tutor import Tutor
from tests.repl.shelf import lesson

PATIENCE = 20.0
"""Seconds to wait for something that must come; a loaded machine is slow."""


class Paper:
    """The terminal's screen: an output stream that notifies those who wait for it to change."""

    encoding = "utf-8"

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.raw = ""
        self._stream = pyte.Stream(self.screen)
        self.written = threading.Condition()

    def write(self, text: str) -> int:
        with self.written:
            self.raw += text
            self._stream.feed(text)
            self.written.notify_all()
        return len(text)

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]


class Terminal:
    """A screen with the shelf lesson, run in its own thread."""

    def __init__(self, columns: int = 140, rows: int = 40, *, step: str | None = None) -> None:
        self.paper = Paper(columns, rows)
        self.size = Size(rows=rows, columns=columns)
        self.history = History(None)
        self.progress = Progress(None)
        self._pipe = create_pipe_input()
        self.input = self._pipe.__enter__()
        output = Vt100_Output(
            cast(TextIO, self.paper), lambda: self.size, term="xterm", enable_cpr=False
        )
        self.worker = Worker()
        with create_app_session(input=self.input, output=output):
            self.screen = Screen(
                self.history,
                self.worker,
                colour=False,
                terminal_input=self.input,
                terminal_output=output,
            )
        self._step = step
        self.faults: list[Exception] = []
        self.worker.on_fault = self.faults.append
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.wait_for("kernel: ready")

    def _run(self) -> None:
        self.screen.run(self._begin)
        with self.paper.written:
            self.paper.written.notify_all()

    def _begin(self) -> None:
        dialog, console = Dialog(self.history, is_screen=True), Console()
        composer = Composer(self.screen.display, console, lambda: self.worker.busy_seconds)
        self.screen.attach(dialog, console, composer, COMMANDS)
        shelf = lesson()
        library = Library((shelf,))
        tutor = Tutor(library, self.progress, on_notice=lambda text: dialog.say(text, "notice"))
        dialog.attach(tutor, library, self.progress)
        dialog.begin(shelf, self._step, is_first=False)

    # --- what a learner does and sees -------------------------------------------------------------

    def keys(self, text: str) -> None:
        """Press keys."""
        self.input.send_text(text)

    def type(self, *lines: str) -> None:
        """Type lines, each with Enter; wait for each answer before the next."""
        for line in lines:
            console = self.screen.console
            assert console is not None
            before = console.version
            self.keys(line + "\r")
            self.wait_for("kernel: ready", until=lambda before=before: self._has_answered(before))

    def _has_answered(self, before: int) -> bool:
        """Whether an input has been accepted, performed and painted."""
        screen, console = self.screen, self.screen.console
        if self.worker.is_busy or console is None or console.version == before:
            return False
        return screen.buffer.text == "" and screen.stage.painted == screen.composer.state()

    def wait_for(self, text: str, *, until: Callable[[], bool] = lambda: True) -> str:
        """Wait until the screen shows a text and the condition holds; return the screen."""
        with self.paper.written:
            seen = self.paper.written.wait_for(
                lambda: text in "\n".join(self.paper.lines()) and until(), PATIENCE
            )
            assert seen, f"{text!r} is not on the screen:\n" + "\n".join(self.paper.lines())
            return self.text

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds."""
        with self.paper.written:
            assert self.paper.written.wait_for(condition, PATIENCE), self.text

    @property
    def text(self) -> str:
        """Return what is on the screen."""
        return "\n".join(self.paper.lines()) + "\n"

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size."""
        with self.paper.written:
            self.size = Size(rows=rows, columns=columns)
            self.paper.screen.resize(lines=rows, columns=columns)
        loop = self.screen.app.loop
        assert loop is not None
        loop.call_soon_threadsafe(self.screen.app._on_resize)

    def has_left(self) -> bool:
        """Wait until the screen has been left; return whether it has."""
        self._thread.join(PATIENCE)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Leave, and stop the kernels."""
        self.screen.quit()
        self._thread.join(PATIENCE)
        if self.screen.dialog is not None:
            self.screen.dialog.tutor.close()
        self.worker.stop()
        self._pipe.__exit__(None, None, None)
        assert self.faults == []
