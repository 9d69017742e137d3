"""Find the lessons, order them, hand them out by name.

Before: cli.py says where to look, or looks in the usual places.
Here:   files -> Library; a parsed lesson is kept as JSON under its content's hash.
After:  tutor.py and check.py take lessons from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ormtutor.course.lesson import Lesson
from ormtutor.errors import LessonError


@dataclass(frozen=True, slots=True)
class Library:
    """The lessons in the order of their file names; `problems` are files that could not be read."""

    lessons: tuple[Lesson, ...]
    problems: tuple[LessonError, ...] = ()

    def lesson(self, name: str) -> Lesson:
        """Return a lesson by its id, number, file name (stem) or path.

        Raises: UsageError: there is none, with the nearest names. LessonError: it cannot be read.
        """
        raise NotImplementedError

    def after(self, lesson: Lesson) -> Lesson | None:
        """Return the lesson that follows, None at the end."""
        raise NotImplementedError


def parse(path: Path) -> Lesson:
    """Read a lesson file; all its mistakes at once as a LessonError."""
    raise NotImplementedError


def find(directories: Iterable[Path] = ()) -> Library:
    """Return the lessons of the directories, else of the places where the course stands."""
    raise NotImplementedError
