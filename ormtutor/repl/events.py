"""What can happen in a session: one stream of events, for two views.

Before: dialog.py performs an input.
Here:   plain values, from an input that was entered to a step that was opened.
After:  console.py turns them into lines for the full screen, line.py prints each as it comes.
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
    """An input was accepted: code, a command, or code that the lesson runs for the learner."""

    source: str
    kind: Literal["learner", "command", "demo"] = "learner"


@record
class Replied:
    """A reply of the kernel to the running input."""

    message: Message


@record
class Concluded:
    """An input has ended; `turn` has all of its replies."""

    turn: Turn


@record
class Judged:
    """The verdict on an input; `onward` says how to go on after a pass, else it is empty."""

    verdict: Verdict
    onward: str


@record
class GoalMet:
    """A goal was not met before the input and is now."""

    goal: Goal


@record
class StepOpened:
    """A step was entered; `index` is its position in the lesson, from 0."""

    lesson: Lesson
    step: Step
    index: int


@record
class Told:
    """Something that the tutor says. `lines` makes its lines for a width; line mode shows `words`,
    or without them the lines. `text` is the Markdown of a few sentences; empty for a listing.
    """

    lines: Callable[[int], list[Line]]
    role: Role = "plain"
    title: str = ""
    words: tuple[str, ...] | None = None
    text: str = ""


Event = Entered | Replied | Concluded | Judged | GoalMet | StepOpened | Told
