"""What the learner has done, on disk.

Before: tutor.py knows that a step was passed.
Here:   one small JSON file, written whole; a second instance only reads.
After:  files.py writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ormtutor.course.lesson import Lesson
from ormtutor.course.library import Library

StepStatus = Literal["", "done", "different", "skipped", "disputed", "tested out"]


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What is remembered of a step; an empty status means that it is still to do."""

    status: StepStatus = ""
    attempts: int = 0
    hints: int = 0
    inputs: tuple[str, ...] = ()
    digest: str = ""


class Progress:
    """The learner's records by `lesson/step`; a file that it does not exist yet is an empty one."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.warning = ""
        """Why nothing is kept on disk (read-only, second instance); empty when it is kept."""

    def record(self, lesson_id: str, step_id: str) -> StepRecord:
        """Return what is remembered of a step."""
        raise NotImplementedError

    def status(self, lesson_id: str, step_id: str) -> StepStatus:
        """Return a step's status, empty when it is still to do."""
        raise NotImplementedError

    def done(self, lesson: Lesson) -> int:
        """Return how many steps of a lesson need no more work."""
        raise NotImplementedError

    def resume_point(self, library: Library) -> tuple[Lesson, str] | None:
        """Return where the learner left, or the first step to do; None when all is done."""
        raise NotImplementedError
