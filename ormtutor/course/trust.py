"""Which lessons may run: a lesson is a program, and the learner is asked once about a foreign one.

Before: cli/learning.py knows which lesson files were asked for.
Here:   a file that is not of the course is identified by its path and a hash of what it would run.
After:  files.py keeps the answers; about a file that has changed the learner is asked again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ormtutor import files
from ormtutor.course.library import usual_places


def is_foreign(path: Path) -> bool:
    """Whether a file is not part of the course."""
    ours = (*usual_places(), Path(__file__).resolve().parent)  # the sandbox is beside this file
    return not any(path.resolve().is_relative_to(place) for place in ours)


def digest(path: Path) -> str:
    """Return a hash of a lesson file and of the Python beside it, which the lesson may use."""
    whole = hashlib.sha256()
    for part in (path, *sorted(path.parent.glob("*.py"))):
        content = part.read_bytes()
        whole.update(f"{part.name} {len(content)} ".encode("utf-8", "surrogateescape") + content)
    return whole.hexdigest()


class Trust:
    """The lesson files that the learner has agreed to run, by path and hash."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = _read(path)

    def knows(self, lesson: Path) -> bool:
        """Whether the learner agreed to this file with this content; False if it is unreadable."""
        with suppress(OSError):
            return self._known.get(str(lesson.resolve())) == digest(lesson)
        return False

    def has_changed(self, lesson: Path) -> bool:
        """Whether the learner agreed to this file with another content."""
        return str(lesson.resolve()) in self._known and not self.knows(lesson)

    def accept(self, lessons: Iterable[Path]) -> None:
        """Remember the files; if they cannot be written down, the learner is asked again."""
        with suppress(OSError):
            self._known = _read(self.path)
            self._known.update({str(lesson.resolve()): digest(lesson) for lesson in lessons})
            text = json.dumps(self._known, indent=1, sort_keys=True) + "\n"
            files.write_text(self.path, text, private=True)


def _read(path: Path) -> dict[str, str]:
    """Return what is kept: paths and hashes; nothing if the file is damaged."""
    try:
        found = files.from_json(files.read_text(path) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
