"""Study: find out what a step's answers do, in the background, while the learner reads.

Before: tutor.py has entered a step, and has the log that led there.
Here:   a thread runs the reference and the step's known mistakes in kernels of its own.
After:  judge.py waits for the results, but only when a verdict needs them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from ormtutor.course.checking import Vector
from ormtutor.course.lesson import Lesson
from ormtutor.errors import KernelError
from ormtutor.reference import (
    Reference,
    StepVectors,
    measured,
    path_of,
    run_reference,
    vectors_of,
)
from ormtutor.replay import Entry, Kernels, replica_of

WAIT_SECONDS = 30.0
"""Nobody waits longer than this: then the step is judged without the results."""

_GLANCE = 0.05  # seconds between two looks at whether to stop waiting


class Study:
    """The reference and the mistakes of one step; both run from the log `start`."""

    def __init__(
        self, kernels: Kernels, lesson: Lesson, index: int, start: Sequence[Entry]
    ) -> None:
        self._kernels = kernels
        self._lesson = lesson
        self._index = index
        self._start = tuple(start)
        self._reference: Reference | None = None
        self._path = StepVectors()
        self._vectors = StepVectors()
        self._error: BaseException | None = None
        self._has_reference = threading.Event()
        self._has_vectors = threading.Event()
        self._thread: threading.Thread | None = None
        self._given_up = False
        self._hurried = False

    def begin(self) -> None:
        """Start the thread, unless it has started."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ormtutor study", daemon=True)
            self._thread.start()

    def give_up(self) -> None:
        """Let those who wait go on without results; what runs ends with the kernels."""
        self._given_up = True
        self._has_reference.set()
        self._has_vectors.set()

    def hurry(self) -> None:
        """Let whoever is waiting now go on without results; callable from any thread."""
        self._hurried = True

    def reference(self) -> Reference | None:
        """Wait for the reference and return it; None if it cannot be run, or the wait ended."""
        self._wait(self._has_reference)
        return self._reference

    def reference_now(self) -> Reference | None:
        """Return the reference if it has run already, else None."""
        return self._reference

    def is_on_path(self, attempt: Vector) -> bool:
        """Wait for the reference; return whether it passes through what came of an attempt."""
        self._wait(self._has_reference)
        return self._path.is_on_path(attempt)

    def vectors(self) -> StepVectors:
        """Wait for the vectors of the step's mistakes and return them."""
        self._wait(self._has_vectors)
        return self._vectors

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
            pass  # the learner's own kernel will say so, if this was not by chance
        except BaseException as error:  # a fault of our own: whoever waits raises it
            if not self._given_up:
                self._error = error
        finally:
            self._has_reference.set()
            self._has_vectors.set()

    def _find_out(self) -> None:
        step = self._lesson.steps[self._index]
        if not step.is_reading:
            replica = replica_of(self._kernels, self._start)
            try:
                found = run_reference(replica, self._lesson, step)
                self._path = StepVectors(path=path_of(step, found))
                self._reference = measured(found, step)
            finally:
                replica.stop()
        self._has_reference.set()
        if not self._given_up:
            self._vectors = vectors_of(self._kernels, self._lesson, self._index)
