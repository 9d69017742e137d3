"""The conductor of a learner's session, without a terminal: submit(source) -> Turn.

Before: repl/ read a line, or a test made one up.
Here:   the line goes to the kernel, what came of it into a Turn, and a Verdict is asked for.
After:  course/checking.py judges, course/progress.py remembers, repl/panels.py draws the Turn.

Undo, reset, play, skip, resume and recovery after a crash are one operation: a new kernel and a
replay of the inputs so far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ormtutor.course.checking import Goal, Verdict
from ormtutor.course.lesson import Hint, Lesson, Predict, Step
from ormtutor.course.library import Library
from ormtutor.course.progress import Progress
from ormtutor.kernel.messages import (
    Completion,
    Failure,
    Finished,
    Message,
    Output,
    Rows,
    StateChange,
    Statement,
    Transaction,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One input and all that came of it.

    `number` counts the inputs of the step from 1, `first_line` is the line of the step on which the
    input begins, `step` its full name such as `mapping/declare`. `goals` are those after the input.
    """

    number: int
    source: str
    first_line: int
    step: str
    replies: tuple[Message, ...] = ()
    goals: tuple[Goal, ...] = ()
    verdict: Verdict | None = None
    answers: tuple[str | None, ...] = ()
    kind: str = "learner"

    def _all(self, kind: type[Any]) -> tuple[Any, ...]:
        return tuple(reply for reply in self.replies if isinstance(reply, kind))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements that reached a cursor."""
        return self._all(Statement)

    @property
    def rows(self) -> dict[int, Rows]:
        """What came back, by the number of the statement."""
        return {reply.number: reply for reply in self._all(Rows)}

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """BEGIN, COMMIT and their kind."""
        return self._all(Transaction)

    @property
    def transitions(self) -> tuple[StateChange, ...]:
        """Objects that went from one state to another."""
        return self._all(StateChange)

    @property
    def output(self) -> str:
        """All that was printed, in order."""
        return "".join(reply.text for reply in self._all(Output))

    @property
    def finished(self) -> Finished | None:
        """How the run ended."""
        found = self._all(Finished)
        return found[-1] if found else None

    @property
    def value(self) -> str | None:
        """The repr that the prompt shows, None where there is none."""
        return self.finished.value if self.finished else None

    @property
    def failure(self) -> Failure | None:
        """The exception that ended the run."""
        return self.finished.failure if self.finished else None

    @property
    def status(self) -> str:
        """`ok`, `error`, `interrupted` or `incomplete`."""
        return self.finished.status if self.finished else "ok"


@dataclass(frozen=True, slots=True)
class Prediction:
    """The learner's answer to a question, beside what running the step's own lines gave."""

    question: Predict
    given: str
    truth: str
    is_right: bool


class Tutor:
    """One learner, one lesson, one step, one kernel.

    Not safe for several threads but for `interrupt()`, which may come from any of them.
    """

    lesson: Lesson
    step: Step
    index: int
    turns: tuple[Turn, ...]
    """The turns of this step, its demo first (`turn.kind == "demo"`)."""
    goals: tuple[Goal, ...]
    hints_shown: int
    passed: bool
    statements: tuple[Statement, ...]
    """All statements of this step, numbered as the kernel numbers them."""
    is_playing: bool
    """Whether we are in the sandbox that `play` opened."""

    def __init__(
        self,
        library: Library,
        progress: Progress,
        *,
        engine: str = "miniorm",
        path: Sequence[str] = (),
        on_notice: Callable[[str], None] | None = None,
    ) -> None: ...

    def open(self, lesson: Lesson, step_id: str | None = None) -> None:
        """Enter a lesson at a step; without one where the learner left it.

        Raises: KernelError: no kernel can be started. CommandError: no such step.
        """

    def submit(
        self,
        source: str,
        on_reply: Callable[[Message], None] | None = None,
        on_input: Callable[[str], str | None] | None = None,
    ) -> Turn:
        """Run one input; never raises for what the learner wrote."""
        raise NotImplementedError

    def next(self) -> None:
        """Enter the next step. CommandError: this one is not done, or it was the last."""

    def back(self) -> None:
        """Enter the step before. CommandError: this is the first."""

    def go(self, step_id: str) -> None:
        """Enter any step of this lesson, or `lesson/step` of another."""

    def skip(self) -> tuple[Turn, ...]:
        """Run the lesson's own answer from the step's start, mark it skipped, enter the next.

        Returns the turns of the answer, to be shown.
        """
        raise NotImplementedError

    def reset(self) -> None:
        """Begin the step again."""

    def undo(self, count: int = 1) -> tuple[Turn, ...]:
        """Take the last inputs back; returns those taken back."""
        raise NotImplementedError

    def redo(self) -> Turn:
        """Run the input again that `undo` took back last."""
        raise NotImplementedError

    def play(self) -> None:
        """Open a sandbox: all that the learner does there is dropped by `leave_play`."""

    def leave_play(self) -> None:
        """Go back to the step as it was before `play`."""

    def hint(self) -> Hint | None:
        """Show one more hint; None when there is no more."""
        raise NotImplementedError

    def solution(self) -> str | None:
        """Reveal one more line of the lesson's own answer; None when all are shown."""
        raise NotImplementedError

    def check(self) -> Verdict:
        """Judge the step now, and say what is missing."""
        raise NotImplementedError

    def accept(self) -> str:
        """Move on as disputed; returns the path of the report for the lesson's author."""
        raise NotImplementedError

    def report(self) -> str:
        """Write a report of this step: inputs, versions, verdict; returns its path."""
        raise NotImplementedError

    def question(self) -> Predict | None:
        """Return the question that is due before the next input, if there is one."""
        raise NotImplementedError

    def predict(self, given: str) -> Prediction:
        """Answer the question that is due."""
        raise NotImplementedError

    def complete(self, source: str, cursor: int) -> tuple[Completion, ...]:
        """Return what could stand at the cursor."""
        raise NotImplementedError

    def ask(self, expression: str) -> str:
        """Return the repr of an expression over the facts, such as `plan()`."""
        raise NotImplementedError

    def view(self, what: str, budget: int = 50) -> Any:
        """Return a view of the kernel: `session`, `tables`, `names` or `effects`."""

    def script(self) -> str:
        """Return what the learner did as a script that runs on SQLAlchemy."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Interrupt the running input; callable from any thread."""

    def restart(self) -> None:
        """Replace the kernel and replay the inputs."""

    def close(self) -> None:
        """Stop all kernels; may be called twice."""
