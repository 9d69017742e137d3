"""A thread that does one job after the other, so that the terminal never waits.

Before: screen.py or line.py has an input, launch.py a lesson to open.
Here:   jobs in a queue, and whether one is running.
After:  the job calls the dialog; `on_change` is called after each job.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

Job = Callable[[], None]


class Worker:
    """One thread, one queue. A daemon thread, so that leaving never waits for code that hangs."""

    def __init__(self) -> None:
        self.on_change: Job = _nothing
        self.faults: list[Exception] = []
        self.on_fault: Callable[[Exception], None] = self.faults.append
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._since = 0.0
        self._thread = threading.Thread(target=self._work, name="ormtutor-worker", daemon=True)
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """Whether a job is running or waiting."""
        return self._waiting > 0

    @property
    def busy_seconds(self) -> float:
        """For how long the current job has been running; 0 if there is none."""
        return time.monotonic() - self._since if self._waiting else 0.0

    def do(self, job: Job) -> None:
        """Put a job at the end of the queue."""
        with self._lock:
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting += 1
        self._jobs.put(job)

    def stop(self, seconds: float = 1.0) -> None:
        """Let the thread end after its jobs; wait for it, at most so many seconds."""
        self._jobs.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            try:
                job()
            except Exception as fault:  # a fault of our own must be seen, but not end the session
                self.on_fault(fault)
            with self._lock:
                self._waiting -= 1
                self._since = time.monotonic()
            self.on_change()


def _nothing() -> None:
    """Do nothing: nobody watches yet."""
