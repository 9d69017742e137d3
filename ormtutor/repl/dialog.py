"""The dialog of learner and tutor, whatever shows it: text goes in, events come out.

Before: screen.py or line.py has one complete input.
Here:   a `:command` goes to commands.py, an answer to a question to the tutor; all else is run.
After:  everything that happens is an event: the full screen draws it, line mode prints it.

Only one thread may use a dialog; in the full screen that is the worker's, so that the terminal
responds while the learner's code runs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, Protocol

from ormtutor.course.library import parse
from ormtutor.errors import CommandError, LessonError, TutorError
from ormtutor.kernel.messages import SIGNATURE, Output
from ormtutor.records import record
from ormtutor.repl import advice, catalogue, commands, notes, panels
from ormtutor.repl.catalogue import Past, Remark
from ormtutor.repl.events import (
    Concluded,
    Entered,
    Event,
    GoalMet,
    Judged,
    Replied,
    Role,
    StepOpened,
    Told,
)
from ormtutor.repl.source import is_command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ormtutor.course.checking import Goal, Verdict
    from ormtutor.course.lesson import Lesson, Predict, PredictKind, Step
    from ormtutor.course.library import Library
    from ormtutor.course.progress import Progress
    from ormtutor.kernel.messages import Failure
    from ormtutor.repl.cells import Line
    from ormtutor.repl.history import History
    from ormtutor.repl.watch import Watch
    from ormtutor.tutor import Turn, Tutor


@record
class Snapshot:
    """Where the learner is at a moment; `done` counts the steps that need no more work."""

    lesson: Lesson
    step: Step
    index: int
    goals: tuple[Goal, ...]
    turns: tuple[Turn, ...]
    hints_shown: int
    attempts: int
    passed: bool
    is_playing: bool
    done: int


class View(Protocol):
    """What commands need from whatever shows the dialog."""

    def quit(self) -> None:
        """Leave."""

    def panel(self, name: str) -> None:
        """Show a panel: its name, `next`, `on` or `off`."""

    def text(self) -> None:
        """Show the whole text of the step, or close it again."""

    def set(self, key: str, value: str) -> str:
        """Change a setting and return what it is now. Raises: CommandError: it is unknown."""

    def settings(self) -> list[tuple[str, str, str]]:
        """Return name, value and meaning of each setting."""

    def edit(self, text: str) -> None:
        """Open the editor with a text; what is saved is put at the prompt."""

    def transcript(self) -> list[Line]:
        """Return what the console has shown. Raises: CommandError: line mode, which shows it."""


class Dialog:
    """One learner talking to one tutor."""

    def __init__(
        self,
        history: History,
        *,
        is_screen: bool,
    ) -> None:
        self.tutor: Tutor
        self.library: Library
        self.progress: Progress
        self.history = history
        self.is_screen = is_screen
        self.view: View
        self.on_input: Callable[[str], str | None] | None = None
        self.last_failure: Failure | None = None
        self.is_open = False
        self.watch: Watch | None = None
        self.signature = ""
        """The signature of the open call when `proposals` was called last; empty outside one."""
        self.listener: Callable[[Event], None] = _ignore

        self.unexplained: Failure | None = None
        """The last error, unless something surprising has come since: `:why` is about it."""
        self.remarks: list[Remark] = []
        self.about: Turn | None = None
        """The input that `:why` is about."""
        self._said: set[tuple[str, str]] = set()
        self._asked: Predict | None = None

    @property
    def has_tutor(self) -> bool:
        """Whether `attach` has been called."""
        return hasattr(self, "tutor")

    def attach(self, tutor: Tutor, library: Library, progress: Progress) -> None:
        """Connect the tutor; the screen appears before that is imported."""
        self.tutor = tutor
        self.library = library
        self.progress = progress

    # --- what views call --------------------------------------------------------------------------

    def open(self, lesson: Lesson, step_id: str | None = None) -> None:
        """Enter a lesson at a step; by default, at the one where the learner left it."""
        self.tutor.open(lesson, step_id)
        self.is_open = True
        self.entered_step()

    def begin(self, lesson: Lesson, step_id: str | None, *, is_first: bool) -> None:
        """Open the first lesson of a session, with a welcome to those who are new here.

        Raises: KernelError: no kernel can be started. CommandError: no such step.
        """
        if is_first:
            self.say(WELCOME_SCREEN if self.is_screen else WELCOME_LINES, "greeting")
        self.open(lesson, step_id)
        if not is_first and self.tutor.index and step_id is None:
            self.say("Here you left. `:list` shows all steps, `:help` all commands.", "quiet")
        self.tutor.study()

    def perform(self, text: str) -> None:
        """Carry out an input; show what is wrong with it instead of raising."""
        self.load_if_changed()
        try:
            if is_command(text):
                self.command(text)
            elif text.strip():
                self._run_or_guess(text)
        except TutorError as error:
            self.problem(error)

    def load_if_changed(self) -> None:
        """Load the watched lesson again, if its file has changed.

        The learner stays in the step of the same id, else of the same number. If the file has
        mistakes, they are shown, and the lesson stays as it was.
        """
        if self.watch is None or not self.watch.has_changed():
            return
        try:
            lesson = parse(self.watch.path)
        except LessonError as error:
            self.watch.loaded()
            for one in error.all:
                self.problem(one)
            return
        self.watch.loaded(lesson)
        here, index = self.tutor.step.id, self.tutor.index
        steps = [step.id for step in lesson.steps]
        self.say(f"`{lesson.path.name}` has changed: loaded again.", "notice")
        try:
            self.open(lesson, here if here in steps else steps[min(index, len(steps) - 1)])
        except TutorError as error:
            self.problem(error)

    def command(self, text: str) -> None:
        """Carry out a `:command`.

        Raises: CommandError: there is no such command, or it cannot be carried out now.
        """
        try:
            command, argument = commands.parse(text)
        except CommandError:
            self.emit(Entered(text.rstrip(), "command"))
            raise
        if command.is_echoed or not self.is_screen:
            self.emit(Entered(text.rstrip(), "command"))
        command.run(self, argument)

    def submit(self, source: str) -> Turn:
        """Run code, emit everything that comes of it, and return the turn."""
        was_passed = self.tutor.passed
        self.emit(Entered(source))
        turn = self.tutor.submit(
            source, on_reply=lambda reply: self.emit(Replied(reply)), on_input=self.on_input
        )
        self.conclude(turn, was_passed=was_passed)
        return turn

    def conclude(self, turn: Turn, *, was_passed: bool = False) -> None:
        """Show how an input ended: advice on its error, newly met goals, the verdict, a question.

        If the step was passed before, a pass is not shown again.
        """
        self.emit(Concluded(turn))
        if turn.status == "incomplete":
            self.say("That stops in the middle of a statement, so that nothing was run.", "error")
        if turn.failure is not None:
            self.last_failure = self.unexplained = turn.failure
            self.about = turn
        self.explain(turn)
        for goal in turn.goals:
            if goal.met and not goal.was_met:
                self.emit(GoalMet(goal))
        found = turn.verdict
        is_silent = found is None or found.kind == "not yet" or (found.is_pass and was_passed)
        is_told = found is not None and found.kind == "error" and turn.failure is not None
        if found is not None and not is_silent and not is_told:
            self.judge(found)
        self.ask()

    def explain(self, turn: Turn) -> None:
        """Say what an error means, always, and what is surprising, once in a session."""
        past = Past((*(one for one in self.tutor.turns if one is not turn), turn))
        if turn.failure is not None:
            found = catalogue.on_error(past)
            text = found.text if found is not None else advice.on_failure(turn.failure)
            text = f"{text} {self._undo_to_table(turn.failure.message)}".strip()
            self.remarks = [found] if found is not None else []
            recognised = turn.verdict is not None and turn.verdict.kind == "mistake"
            if text and not recognised:
                self.advise([text])
        found_too = catalogue.on_surprise(past)
        if not found_too and (text := advice.on_value(turn.source, turn.value or "")):
            self.advise([text])
        if found_too:
            self.about = turn
        self._surprise(found_too, turn.source, self.tutor.step, is_new=turn.failure is None)

    def _undo_to_table(self, message: str) -> str:
        """Return a hint on how far to undo, if an error says that a table is already defined."""
        name = re.search(r"Table '(\w+)' is already defined", message)
        typed = [turn for turn in self.tutor.turns if turn.kind in ("learner", "play")]
        declares = rf"""(?:__tablename__ *= *|Table\()["']{name[1] if name else ""}["']"""
        for count, turn in enumerate(reversed(typed), 1):
            again = turn.failure is not None and "is already defined" in turn.failure.message
            if name and not again and re.search(declares, turn.source):
                return f"Or take back all since then: `:undo {count}`."
        return ""

    def _surprise(self, found: Sequence[Remark], source: str, step: Step, *, is_new: bool) -> None:
        if found and is_new:
            self.remarks, self.unexplained = [], None
        for remark in found:
            self.remarks.append(remark)
            key = (remark.rule, remark.about)
            if key not in self._said and catalogue.is_news(remark, remark.source or source, step):
                self._said.add(key)
                self.say(f"{remark.text} `:why`", role="advice")

    def forget_remarks(self) -> None:
        """Forget what `:why` is about, since that has been undone."""
        self.remarks, self.unexplained, self.last_failure = [], None, None

    def look_back(self, turns: Sequence[Turn], step: Step) -> None:
        """Say, when a step has been left, what is only known at its end."""
        found = catalogue.unread(turns)
        self._surprise([found] if found is not None else [], "", step, is_new=True)

    def ask(self) -> None:
        """Ask the question that is due, once."""
        question = self.tutor.question()
        if question is not None and question is not self._asked:
            self.say(f"{question.question} {ANSWERS[question.kind]}", role="question")
        self._asked = question

    def is_quick(self, text: str) -> bool:
        """Whether an input only touches the view, so that it need not wait for running code.

        So does a command that does not exist: that can be said at once.
        """
        if not is_command(text):
            return False
        try:
            return commands.parse(text)[0].is_quick
        except CommandError:
            return True

    def knows_command(self, text: str) -> bool:
        """Whether a text is an existing command."""
        try:
            commands.parse(text)
        except CommandError:
            return False
        return is_command(text)

    def proposals(self, text: str, cursor: int) -> list[tuple[str, int, str]]:
        """Return what could stand at the cursor: text, how much it replaces, its kind."""
        if is_command(text):
            return commands.candidates(self, text[:cursor])
        if not self.is_open:
            return []
        found = self.tutor.complete(text, cursor)
        self.signature = "".join(one.text for one in found if one.kind == SIGNATURE)
        return [(one.text, one.start, one.kind) for one in found if one.kind != SIGNATURE]

    def interrupt(self) -> bool:
        """Interrupt what runs, from any thread; return False if there was nothing to interrupt."""
        return self.has_tutor and self.tutor.interrupt() != "idle"

    def echo_answer(self, answer: str) -> None:
        """Show an answer to `input()` after its prompt, as a terminal would."""
        self.emit(Replied(Output(0, "stdout", answer + "\n")))

    def snapshot(self) -> Snapshot:
        """Return where the learner is, for those who draw while the tutor goes on working."""
        tutor = self.tutor
        return Snapshot(
            lesson=tutor.lesson,
            step=tutor.step,
            index=tutor.index,
            goals=tutor.goals,
            turns=tutor.turns,
            hints_shown=tutor.hints_shown,
            attempts=tutor.attempts,
            passed=tutor.passed,
            is_playing=tutor.is_playing,
            done=self.progress.done(tutor.lesson),
        )

    def look(self, what: Literal["session", "tables"]) -> Any:
        """Return a view of the kernel for a panel; None if the kernel cannot be asked."""
        try:
            return self.tutor.view(what)
        except TutorError:
            return None

    # --- what commands call -----------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        """Send an event to whoever shows the dialog."""
        self.listener(event)

    def tell(
        self,
        lines: Callable[[int], list[Line]],
        *,
        title: str = "",
        words: Sequence[str] | None = None,
    ) -> None:
        """Show lines, made for the current width; line mode shows `words`, if given."""
        self.emit(Told(lines, title=title, words=None if words is None else tuple(words)))

    def say(self, text: str, role: Role = "plain") -> None:
        """Say a few sentences, in Markdown."""
        lead, style = LEADS[role]
        self.emit(
            Told(lambda room: panels.said(text, room, style=style, lead=lead), role, text=text)
        )

    def advise(self, texts: Sequence[str]) -> None:
        """Say what to do next."""
        for text in texts:
            self.say(text, role="advice")

    def problem(self, error: TutorError) -> None:
        """Show an error's problem and hint."""
        self.say(error.problem[:1].upper() + error.problem[1:] + _stop(error.problem), role="error")
        if error.hint:
            self.say(error.hint, role="advice")

    def judge(self, verdict: Verdict) -> None:
        """Show a verdict, and how to go on after a pass."""
        self.emit(Judged(verdict, self.onward() if verdict.is_pass else ""))
        is_last = self.tutor.index + 1 == len(self.tutor.lesson.steps)
        if verdict.is_pass and is_last and notes.sheet(self.tutor.lesson, self.progress):
            self.say("`:notes` has what this lesson taught, a line a step.", "quiet")

    def onward(self) -> str:
        """Return how to go on from here."""
        keys = "F8 or " if self.is_screen else "Type "
        if self.tutor.index + 1 < len(self.tutor.lesson.steps):
            return f"{keys}`:next`" + ("" if self.is_screen else ".")
        following = self.library.after(self.tutor.lesson)
        if following is not None:
            return f"{keys}`:next` opens the lesson *{following.title}*."
        return "That was the last step. `:list` shows all, `:quit` leaves."

    def entered_step(self) -> None:
        """Show the step that was entered: its text, its demonstration, its first question."""
        tutor = self.tutor
        self._asked = None
        self.emit(StepOpened(tutor.lesson, tutor.step, tutor.index))
        for turn in tutor.turns:
            if turn.kind == "demo":
                self.emit(Entered(turn.source, "demo"))
                for reply in turn.replies:
                    self.emit(Replied(reply))
                self.emit(Concluded(turn))
        self.ask()

    # --- inside -----------------------------------------------------------------------------------

    def _run_or_guess(self, text: str) -> None:
        if self._asked is not None and is_guess(text, self._asked):
            self.emit(Entered(text.rstrip(), "command"))
            self.guess(text.strip())
        else:
            self.submit(text)

    def guess(self, given: str) -> None:
        """Answer the question that is due."""
        prediction = self.tutor.predict(given)
        self._asked = self.tutor.question()
        if prediction.is_right:
            self.say(f"Right: {prediction.truth}. Now run it and see.", role="notice")
        else:
            self.say(
                f"You: {prediction.given}. The lesson's own lines: {prediction.truth}. "
                "Run it and see why.",
                role="notice",
            )


WELCOME_SCREEN = """\
- **Read** above: `PgDn` reads on, `F3` shows the whole text.
- **Type Python** at the `>>>` and press Enter: it runs for real.
- **Look** at SQL: what your line sent, and why. `F2`: other panels.
- **Stuck?** `F7` gives a hint, `F1` or `:help` lists the rest.
- **Leave** with `Ctrl-D` at any time: your place is kept.
"""
WELCOME_LINES = """\
Type Python at the prompt: it runs for real, and what it sends to the database is told line by line.
A line that begins with a colon is a command: `:hint` helps, `:next` goes on, `:text` repeats the
task, `:help` lists all. `:quit` or Ctrl-D leaves, and your place is kept.
"""

LEADS: dict[Role, tuple[str, str]] = {
    "plain": ("", ""),
    "greeting": ("", ""),
    "quiet": ("", "class:quiet"),
    "notice": ("", "class:notice"),
    "error": ("!  ", "class:wrong"),
    "hint": ("Hint  ", "class:advice"),
    "question": ("?  ", "class:advice"),
    "advice": ("   -> ", "class:advice"),
}

ANSWERS: dict[PredictKind, str] = {
    "statements": "(A number, or just go on.)",
    "rows": "(A number, or just go on.)",
    "state": "(The name of a state, or just go on.)",
    "sql": "(`:guess ANSWER`, or just go on.)",
    "output": "(`:guess ANSWER`, or just go on.)",
}
"""How each kind of question is answered; nobody has to."""

_STATES = ("transient", "pending", "persistent", "deleted", "detached")
_NUMBERS = ("none", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def is_guess(text: str, question: Predict) -> bool:
    """Whether an input is an answer and not code: a bare number or a state, if asked for one.

    Any other answer is given with `:guess`.
    """
    word = text.strip().lower()
    if question.kind in ("statements", "rows"):
        return bool(re.fullmatch(r"\d{1,6}", word)) or word in _NUMBERS
    return question.kind == "state" and word in _STATES


def _ignore(event: Event) -> None:
    """Do nothing: nobody listens yet."""


def _stop(sentence: str) -> str:
    return "" if sentence.endswith((".", "?", "!")) else "."
