"""`--watch`: an author's lesson is loaded again when its file changes.

Before: launch.py has opened a lesson with `--watch`.
Here:   whether its files have changed on the disk.
After:  dialog.py loads the lesson again, before the next input or at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from ormtutor.course.lesson import Lesson

SECONDS = 0.3
"""How often to look at the files: before an author notices any delay."""


class Watch:
    """The files of one lesson, and their state when it was loaded."""

    def __init__(self, lesson: Lesson) -> None:
        self.path = lesson.path
        self._shared = lesson.path.parent / lesson.use if lesson.use else None
        self._seen = self._look()
        self._is_over = threading.Event()

    def has_changed(self) -> bool:
        """Whether a file has changed since it was loaded."""
        return self._look() != self._seen

    def loaded(self, lesson: Lesson | None = None) -> None:
        """Note that the files were loaded as they are now; `lesson`: if they are correct."""
        if lesson is not None:
            self._shared = lesson.path.parent / lesson.use if lesson.use else None
        self._seen = self._look()

    def begin(self, on_change: Callable[[], None]) -> None:
        """Look at the files in a thread, and call `on_change` when one has changed."""

        def look() -> None:
            while not self._is_over.wait(SECONDS):
                if self.has_changed():
                    on_change()

        threading.Thread(target=look, name="ormtutor-watch", daemon=True).start()

    def end(self) -> None:
        """Stop looking."""
        self._is_over.set()

    def _look(self) -> tuple[object, ...]:
        return (_state(self.path), _state(self._shared) if self._shared else None)


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None  # an editor may be about to rename a new file to this name
    return found.st_mtime_ns, found.st_size, found.st_ino
