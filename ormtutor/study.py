"""Study: what is known of a step, found out in the background while the learner reads.

Before: tutor.py entered a step and has the log that led there.
Here:   a thread with kernels of its own runs the reference, and the step's known mistakes.
After:  tutor.py waits for it only when a verdict needs it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from ormtutor.course.checking import Vector
from ormtutor.course.lesson import Lesson
from ormtutor.errors import KernelError
from ormtutor.reference import (
    Known,
    Reference,
    known_of,
    measured,
    path_of,
    run_reference,
)
from ormtutor.replay import Entry, Kernels, replica_of

WAIT_SECONDS = 30.0
"""Longer than this nobody waits: the step is then judged without it."""

_GLANCE = 0.05  # seconds after which it is seen that whoever waits was told to hurry


class Study:
    """The reference and the mistakes of one step, as seen from one beginning."""

    def __init__(
        self, kernels: Kernels, lesson: Lesson, index: int, start: Sequence[Entry]
    ) -> None:
        self._kernels = kernels
        self._lesson = lesson
        self._index = index
        self._start = tuple(start)
        self._reference: Reference | None = None
        self._path = Known()
        self._known = Known()
        self._error: BaseException | None = None
        self._has_reference = threading.Event()
        self._has_known = threading.Event()
        self._thread: threading.Thread | None = None
        self._given_up = False
        self._hurried = False

    def begin(self) -> None:
        """Start, unless it has started."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ormtutor study", daemon=True)
            self._thread.start()

    def give_up(self) -> None:
        """Let those who wait go on without it; what runs is ended with the kernels."""
        self._given_up = True
        self._has_reference.set()
        self._has_known.set()

    def hurry(self) -> None:
        """Let whoever waits now go on without it; callable from any thread."""
        self._hurried = True

    def reference(self) -> Reference | None:
        """Return the reference, waiting for it; None when it cannot be run."""
        self._wait(self._has_reference)
        return self._reference

    def reference_now(self) -> Reference | None:
        """Return the reference if it is there already."""
        return self._reference

    def is_on_path(self, attempt: Vector) -> bool:
        """Whether the lesson's own answer passes through what an attempt has come to."""
        self._wait(self._has_reference)
        return self._path.is_on_path(attempt)

    def known(self) -> Known:
        """Return the vectors of the step's mistakes, waiting for them."""
        self._wait(self._has_known)
        return self._known

    def _wait(self, event: threading.Event) -> None:
        self.begin()
        self._hurried = False
        until = time.monotonic() + WAIT_SECONDS
        while not event.wait(_GLANCE) and not self._hurried and time.monotonic() < until:
            pass
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._find_out()
        except KernelError:
            pass  # the learner's own kernel will say so, if it is no passing trouble
        except BaseException as error:  # ours, and to be seen: whoever waits raises it
            if not self._given_up:
                self._error = error
        finally:
            self._has_reference.set()
            self._has_known.set()

    def _find_out(self) -> None:
        step = self._lesson.steps[self._index]
        if not step.is_reading:
            replica = replica_of(self._kernels, self._start)
            try:
                found = run_reference(replica, self._lesson, step)
                self._path = Known(path=path_of(step, found))
                self._reference = measured(found, step)
            finally:
                replica.stop()
        self._has_reference.set()
        if not self._given_up:
            self._known = known_of(self._kernels, self._lesson, self._index)
