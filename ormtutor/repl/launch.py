"""One session of learning, put together and taken apart again.

Before: cli/learning.py has read options and configuration, and painted the first frame.
Here:   the full screen or line mode first; then lessons, progress and tutor, by its worker.
After:  screen.py or line.py runs until the learner leaves.

The order is for speed: a prompt that accepts keys needs nothing of the tutor, and importing that
would delay it. So the imports are inside the functions here.
"""

from __future__ import annotations

import os
import sys

from ormtutor import files
from ormtutor.errors import TutorError, UsageError
from ormtutor.repl import theme
from ormtutor.repl.history import History
from ormtutor.repl.worker import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from typing import Literal

    from ormtutor.course.lesson import Lesson
    from ormtutor.course.library import Library
    from ormtutor.course.progress import Progress
    from ormtutor.repl.console import Console
    from ormtutor.repl.dialog import Dialog
    from ormtutor.repl.line import LineMode
    from ormtutor.repl.opening import Opening
    from ormtutor.repl.screen import Screen
    from ormtutor.replay import Kernels


SANDBOX = os.path.join(os.path.dirname(os.path.dirname(__file__)), "course", "play.md")
"""The lesson that `ormtutor play` opens: tables with rows, and no tasks."""


class Unfinished(TutorError):
    """A script on standard input ended before its lesson did."""

    exit_code = 1


class Wishes:
    """What the command line, the environment and the configuration ask for, taken together."""

    __slots__ = (
        "colour",
        "first_input",
        "history",
        "is_single",
        "lesson",
        "lessons",
        "mode",
        "mouse",
        "panel",
        "watch",
    )

    def __init__(
        self,
        *,
        lesson: str = "",
        lessons: Sequence[str] = (),
        colour: bool = False,
        mode: str = "emacs",
        mouse: bool = False,
        panel: Literal["sql", "session", "tables", "expected"] = "sql",
        history: bool = True,
        watch: bool = False,
        is_single: bool = False,
        first_input: str = "",
    ) -> None:
        """`is_single`: judge a script by its first step only; `first_input`: is run first."""
        self.lesson = lesson
        self.lessons = lessons
        self.colour = colour
        self.mode = mode
        self.mouse = mouse
        self.panel = panel
        self.history = history
        self.watch = watch
        self.is_single = is_single
        self.first_input = first_input


def find_lessons(folders: Iterable[str]) -> Library:
    """Return the lessons in the folders, or those of the course if none are given.

    Raises: UsageError: one of them is not a folder.
    """
    from pathlib import Path

    from ormtutor.course.library import find

    paths = [Path(folder) for folder in folders]
    for path in paths:
        if not path.is_dir():
            raise UsageError(f"{path} is no folder", hint="--lessons takes a folder of lessons.")
    return find(paths)


def place_of(name: str, library: Library, progress: Progress) -> tuple[Lesson, str | None]:
    """Return the lesson to open, and the step, if one was named or left.

    Raises: UsageError: there is no such lesson, or none at all. LessonError: it is faulty.
    """
    if name:
        return library.place(name)
    if not library.lessons:
        raise UsageError("no lessons were found", hint="Name a lesson file, or --lessons DIR.")
    return progress.resume_point(library) or (library.lessons[0], None)


class Session:
    """The parts of one session, and the order in which they begin and end."""

    def __init__(self, wishes: Wishes, make_kernels: Callable[[], Kernels]) -> None:
        """`make_kernels` starts the first kernel; it is called once the screen accepts keys."""
        self.wishes = wishes
        self.failure: TutorError | None = None
        # A script is a test: it neither uses nor changes progress and history.
        self.is_piped = not sys.stdin.isatty()
        self.is_sandbox = wishes.lesson == SANDBOX
        typed = files.history_file(sandbox=self.is_sandbox)
        self.history = History(None if self.is_piped else typed)
        self.history.is_kept = wishes.history
        self.place: tuple[Lesson, str | None] | None = None
        self._make_kernels = make_kernels
        self._kernels: Kernels | None = None
        self._progress: Progress | None = None
        self._give_up: Callable[[], None] = _nothing
        self._is_left: Callable[[], bool] = bool

    def _open(self, dialog: Dialog) -> None:
        """Find the lessons, make the tutor, open the lesson; run by the worker.

        An error ends the session, and is its `failure`.
        """
        try:
            self._assemble(dialog)
        except TutorError as error:
            if self._is_left():
                return  # the kernels were stopped under it
            self.failure = error
            self._give_up()

    def _assemble(self, dialog: Dialog) -> None:
        if self._kernels is None:
            self._kernels = self._make_kernels()

        from ormtutor.course.progress import Progress
        from ormtutor.repl.events import Replied
        from ormtutor.tutor import Tutor

        warnings: list[str] = []
        kept = files.progress_file()
        # With --watch an author tries out a lesson, which says nothing about what was learned.
        is_kept = not (self.is_piped or self.is_sandbox or self.wishes.watch)
        is_first = is_kept and not kept.exists()
        self._progress = Progress(kept if is_kept else None, on_warning=warnings.append)
        library = find_lessons(self.wishes.lessons)
        for problem in library.problems:
            warnings += [f"A lesson was left out. {line}" for line in str(problem).split("\n")]
        self.place = lesson, step = place_of(self.wishes.lesson, library, self._progress)

        def notice(text: str) -> None:
            dialog.say(_sentence(text), "notice")

        tutor = Tutor(
            library,
            self._progress,
            kernels=self._kernels,
            on_notice=notice,
            on_late=lambda reply: dialog.emit(Replied(reply)),
        )
        # The sandbox keeps nothing, but its `:list` shows what was done elsewhere.
        shown = Progress(kept) if self.is_sandbox and not self.is_piped else self._progress
        dialog.attach(tutor, library, shown)
        dialog.begin(lesson, step, is_first=is_first)
        for warning in warnings:
            notice(warning)
        if self.wishes.watch:
            from ormtutor.repl.watch import Watch

            dialog.watch = Watch(lesson)
            notice(f"this lesson is loaded again whenever {lesson.path.name} changes")
        if self.wishes.first_input:
            dialog.perform(self.wishes.first_input)

    def _end(self, dialog: Dialog | None) -> None:
        if dialog is not None and dialog.watch is not None:
            dialog.watch.end()
            self._agree_to(dialog.tutor.lesson.path)
        if dialog is not None and dialog.has_tutor:
            dialog.tutor.close()
        if self._kernels is not None:
            self._kernels.close()
        if self._progress is not None:
            self._progress.close()

    def _agree_to(self, path: Path) -> None:
        """Trust a watched lesson as it is now: each of its changes has been run already."""
        from ormtutor.course.trust import Trust

        if not self.is_piped:
            Trust(files.trust_file()).accept([path])

    # --- the full screen --------------------------------------------------------------------------

    def on_screen(self, opening: Opening, *, ascii_only: bool) -> None:
        """Run the session in the full screen; afterwards its transcript is printed.

        Raises: TutorError: there is no such lesson, or no kernel could be started.
        """
        from ormtutor.repl.screen import Screen

        wishes = self.wishes
        screen = Screen(
            self.history,
            Worker(),
            colour=wishes.colour,
            ascii_only=ascii_only,
            mode=wishes.mode,
            mouse=wishes.mouse,
            panel=wishes.panel,
        )
        self._give_up, self._is_left = screen.quit, lambda: screen.is_closing
        screen.app.after_render += lambda app: opening.taken_over()
        try:
            screen.run(lambda: self._furnish(screen, ascii_only))
        finally:
            opening.guard()
            opening.leave()
            try:
                if screen.console is not None:
                    self._print(screen.console, ascii_only)
            finally:
                self._end(screen.dialog)
        if self.failure is not None:
            raise self.failure

    def _furnish(self, screen: Screen, ascii_only: bool) -> None:
        """Make what the screen needs, and open the lesson; run by the worker."""
        self._kernels = self._make_kernels()

        from ormtutor.repl.commands import COMMANDS
        from ormtutor.repl.composer import Composer
        from ormtutor.repl.console import Console
        from ormtutor.repl.dialog import Dialog

        dialog, console = Dialog(self.history, is_screen=True), Console()
        composer = Composer(
            screen.display, console, lambda: screen.worker.busy_seconds, ascii_only=ascii_only
        )
        screen.attach(dialog, console, composer, COMMANDS)
        self._open(dialog)
        if dialog.watch is not None:
            dialog.watch.begin(lambda: screen.worker.do(dialog.load_if_changed))
        screen.worker.do(screen.load_colours)

    def _print(self, console: Console, ascii_only: bool) -> None:
        """Print what the console has shown, so that nothing is lost with the screen."""
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
        for line in console.all(max(20, columns - 1)):
            text = theme.paint(line, colour=self.wishes.colour, ascii_only=ascii_only)
            sys.stdout.write(text.rstrip(" ") + "\n")

    # --- line mode --------------------------------------------------------------------------------

    def by_lines(self) -> None:
        """Run the session in line mode.

        Raises: TutorError: there is no such lesson, or no kernel could be started. Unfinished: a
        script did not finish its lesson. KeyboardInterrupt: a script was interrupted.
        """
        from ormtutor.repl.dialog import Dialog
        from ormtutor.repl.line import LineMode, terminal_width

        dialog = Dialog(self.history, is_screen=False)
        mode = LineMode(
            dialog,
            stdin=sys.stdin,
            stdout=sys.stdout,
            colour=self.wishes.colour,
            width=terminal_width(os.environ),
        )
        try:
            mode.perform(lambda: self._open(dialog))
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
        if self.is_sandbox:
            return
        assert self.place is not None  # `_assemble` has set both
        assert self._progress is not None
        lesson, first = self.place
        steps = lesson.steps[lesson.index(first) if first else 0 :]
        if self.wishes.is_single:
            steps = steps[:1]
        left = [step.id for step in steps if not self._progress.status(lesson.id, step.id)]
        if left:
            raise Unfinished(
                f"the step {lesson.key(steps[0])} is not passed"
                if self.wishes.is_single
                else f"the lesson {lesson.id} is not finished",
                hint="`:check` at the end of the script says what is missing."
                if self.wishes.is_single
                else f"{len(left)} of {len(steps)} steps are still to do: {', '.join(left)}.",
            )


def _sentence(text: str) -> str:
    """Return a notice as a sentence, with a capital letter and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ")")) else text + "."


def _nothing() -> None:
    """Do nothing: there is nothing to give up yet."""
