"""One session of learning, put together and taken apart again.

Before: cli.py has read options and configuration, and has painted the first frame.
Here:   lessons, progress, history, tutor and dialog; then the full screen or line mode around them.
After:  screen.py or line.py hold the conversation until it is left.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ormtutor import files
from ormtutor.course.lesson import Lesson
from ormtutor.course.library import Library, find
from ormtutor.course.progress import Progress
from ormtutor.errors import TutorError, UsageError
from ormtutor.repl import theme
from ormtutor.repl.console import Console
from ormtutor.repl.dialog import Dialog
from ormtutor.repl.events import Event
from ormtutor.repl.history import History
from ormtutor.repl.line import LineMode, terminal_width
from ormtutor.repl.opening import Opening
from ormtutor.repl.worker import Worker
from ormtutor.tutor import Tutor


class Unfinished(TutorError):
    """A script on standard input ended before its lesson did."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Wishes:
    """What command line, environment and configuration together ask for."""

    lesson: str = ""
    engine: Literal["miniorm", "sqlalchemy"] = "miniorm"
    path: Sequence[str] = ()
    lessons: Sequence[str] = ()
    colour: bool = False
    mode: str = "emacs"
    mouse: bool = False
    panel: str = "sql"
    history: bool = True


def find_lessons(folders: Iterable[str]) -> Library:
    """Return the lessons of the folders, or of the course where none is named.

    Raises: UsageError: one of them is no folder.
    """
    paths = [Path(folder) for folder in folders]
    for path in paths:
        if not path.is_dir():
            raise UsageError(f"{path} is no folder", hint="--lessons takes a folder of lessons.")
    return find(paths)


class Session:
    """The parts of one session, and the order in which they begin and end."""

    def __init__(self, wishes: Wishes) -> None:
        self.wishes = wishes
        # A script is a test: it begins at the beginning, and leaves no trace.
        self.is_piped = not sys.stdin.isatty()
        self.library = find_lessons(wishes.lessons)
        self.warnings = [
            f"A lesson was left out. {line}"
            for problem in self.library.problems
            for line in str(problem).split("\n")
        ]
        kept = files.progress_file()
        self.is_first = not self.is_piped and not kept.exists()
        self.progress = Progress(None if self.is_piped else kept, on_warning=self.warnings.append)
        self.history = History(None if self.is_piped else files.history_file())
        self.history.is_kept = wishes.history
        self.lesson, self.step = self._place()
        self.failure: TutorError | None = None
        self._give_up: Callable[[], None] = lambda: None

    def _place(self) -> tuple[Lesson, str | None]:
        """Return the lesson to open, and the step if one was asked for."""
        if self.wishes.lesson:
            return self.library.place(self.wishes.lesson)
        if not self.library.lessons:
            raise UsageError("no lessons were found", hint="Name a lesson file, or --lessons DIR.")
        return self.progress.resume_point(self.library) or (self.library.lessons[0], None)

    def _dialog(self, listener: Callable[[Event], None], *, is_screen: bool) -> Dialog:
        def notice(text: str) -> None:
            dialog.say(_sentence(text), "notice")

        tutor = Tutor(
            self.library,
            self.progress,
            engine=self.wishes.engine,
            path=self.wishes.path,
            on_notice=notice,
        )
        dialog = Dialog(
            tutor, self.library, self.progress, self.history, listener, is_screen=is_screen
        )
        return dialog

    def _begin(self, dialog: Dialog) -> None:
        """Open the lesson; what cannot be mended ends the session. A job of the worker."""
        try:
            dialog.begin(self.lesson, self.step, is_first=self.is_first)
            for warning in self.warnings:
                dialog.say(_sentence(warning), "notice")
        except TutorError as error:
            self.failure = error
            self._give_up()

    def _end(self, dialog: Dialog) -> None:
        dialog.tutor.close()
        self.progress.close()

    # --- the full screen --------------------------------------------------------------------------

    def on_screen(self, opening: Opening, *, ascii_only: bool) -> None:
        """Hold the session on the full screen; afterwards its transcript is printed.

        Raises: KernelError: no kernel could be started.
        """
        console = Console()
        dialog = self._dialog(console.add, is_screen=True)
        worker = Worker()
        worker.do(lambda: self._begin(dialog))
        try:
            from ormtutor.repl.screen import Screen  # 100 ms, while the kernel starts

            wishes = self.wishes
            screen = Screen(
                dialog,
                console,
                worker,
                colour=wishes.colour,
                ascii_only=ascii_only,
                mode=wishes.mode,
                mouse=wishes.mouse,
                panel=wishes.panel,
            )
            self._give_up = screen.quit
            opening.taken_over()
            if self.failure is None:
                screen.run()
        finally:
            self._end(dialog)
        self._print(console, ascii_only)
        if self.failure is not None:
            raise self.failure

    def _print(self, console: Console, ascii_only: bool) -> None:
        """Print what the console has shown, so that nothing is lost with the screen."""
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
        for line in console.all(max(20, columns - 1)):
            text = theme.paint(line, colour=self.wishes.colour, ascii_only=ascii_only)
            sys.stdout.write(text.rstrip(" ") + "\n")

    # --- line mode --------------------------------------------------------------------------------

    def by_lines(self) -> None:
        """Hold the session line by line.

        Raises: KernelError: no kernel could be started. Unfinished: a script did not finish its
        lesson. KeyboardInterrupt: a script was interrupted.
        """
        dialog = self._dialog(lambda event: mode.on_event(event), is_screen=False)
        mode = LineMode(
            dialog,
            stdin=sys.stdin,
            stdout=sys.stdout,
            colour=self.wishes.colour,
            width=terminal_width(os.environ),
        )
        try:
            mode.perform(lambda: self._begin(dialog))
            if self.failure is None:
                mode.run()
        finally:
            self._end(dialog)
        if self.failure is not None:
            raise self.failure
        if self.is_piped:
            self._judge_script(mode)

    def _judge_script(self, mode: LineMode) -> None:
        if mode.was_interrupted:
            raise KeyboardInterrupt
        if mode.problem:
            raise Unfinished(mode.problem, hint="An open bracket, or a block without its body?")
        steps = self.lesson.steps[self.lesson.index(self.step) if self.step else 0 :]
        left = [step.id for step in steps if not self.progress.status(self.lesson.id, step.id)]
        if left:
            raise Unfinished(
                f"the lesson {self.lesson.id} is not finished",
                hint=f"{len(left)} of {len(steps)} steps are still to do: {', '.join(left)}.",
            )


def _sentence(text: str) -> str:
    """Return a notice as a sentence: with a capital and a stop."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ")")) else text + "."
