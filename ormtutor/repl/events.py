"""What can happen in a session: one stream of events, three views of it.

Before: dialog.py performs an input.
Here:   plain values, from an input that was entered to a step that was opened.
After:  console.py keeps them as lines for the full screen, line.py prints each as it comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ormtutor.records import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from ormtutor.course.checking import Goal, Verdict
    from ormtutor.course.lesson import Lesson, Step
    from ormtutor.kernel.messages import Message
    from ormtutor.repl.cells import Line
    from ormtutor.tutor import Turn

Role = Literal["plain", "notice", "error", "hint", "question", "advice", "greeting", "quiet"]


@record
class Entered:
    """An input was taken: code, a command, or code that the lesson runs for the learner."""

    source: str
    kind: Literal["learner", "command", "demo"] = "learner"


@record
class Replied:
    """The kernel said something about the running input."""

    message: Message


@record
class Concluded:
    """An input has ended; `turn` holds all of its replies."""

    turn: Turn


@record
class Judged:
    """The tutor's word on an input; `finished` when it was the last step of the lesson."""

    verdict: Verdict
    onward: str


@record
class GoalMet:
    """A goal was not met before the input and is now."""

    goal: Goal


@record
class StepOpened:
    """A step was entered; it is number `index` of the lesson, from 0."""

    lesson: Lesson
    step: Step
    index: int


@record
class Told:
    """Words of ours. `lines` makes them for a width; `words` are those of line mode, if others.

    `text` is what a few sentences were made from, in Markdown; empty for a table or a listing.
    """

    lines: Callable[[int], list[Line]]
    role: Role = "plain"
    title: str = ""
    words: tuple[str, ...] | None = None
    text: str = ""


Event = Entered | Replied | Concluded | Judged | GoalMet | StepOpened | Told
