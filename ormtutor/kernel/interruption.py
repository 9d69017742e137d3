"""Interruption: Ctrl-C, at a moment when it does no harm; and time limits for our own reading.

Before: the parent sends an Interrupt request, which __main__.py's control thread reads, and a
        signal.
Here:   KeyboardInterrupt is raised in the learner's code at once, but never while a reply is half
        written, and during an SQL statement only when SQLite has let go of it.
After:  executor.py reports the run as interrupted; nothing happens between two runs.

Python runs signal handlers in the main thread only. What counts or raises here is for that thread;
for other threads it does nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol


class Interruptible(Protocol):
    """A connection whose running statement another thread can stop."""

    def interrupt(self) -> None:
        """Stop the running statement, if there is one."""


class OutOfTime(BaseException):
    """A time limit is over. Not an Exception, so that the learner's code does not catch it."""


class Interruption:
    """Says whether the run may be interrupted now, and remembers a Ctrl-C that has to wait.

    As a context manager it is a shield: inside it a signal waits until the outermost one ends.
    """

    def __init__(self) -> None:
        self.main_thread = threading.main_thread().ident
        self.running = False
        self.pending = False
        # A run is about to begin; the Interrupt request for it has come; the signal came too early.
        self._is_expected = self._is_confirmed = self._is_early = False
        self._shields = 0
        self._statement: Interruptible | None = None

    def listen(self) -> None:
        """Install the signal handler; the learner's code may have replaced it."""
        signal.signal(signal.SIGINT, self._on_signal)
        if hasattr(signal, "SIGBREAK"):
            signal.signal(signal.SIGBREAK, self._on_signal)

    def expect(self) -> None:
        """A run is about to begin; called by the control thread, which reads the request.

        A signal may overtake the Interrupt request and even the run that it is meant for. It is not
        lost: it counts once confirm() was called.
        """
        self._is_expected, self._is_confirmed = True, False

    def begin(self) -> None:
        """A run begins: from here on a signal is an interrupt.

        Raises: KeyboardInterrupt: the signal meant for this run has come already.
        """
        self.pending = False
        self._shields = 0
        self.running, self._is_expected = True, False
        if self._is_confirmed and self._is_early:
            self._is_early = False
            raise KeyboardInterrupt

    def end(self) -> None:
        """The run has ended: a signal that comes too late means nothing."""
        self.running = False
        self.pending = False
        self._is_early = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.running:
            self._is_early = True
            return
        if self._shields and not self._is_in_callback(frame):
            self.pending = True
            return
        raise KeyboardInterrupt

    def _is_in_callback(self, frame: FrameType | None) -> bool:
        """Whether the running SQL statement has called the learner's Python (an SQL function)."""
        if self._statement is None or frame is None:
            return False
        self.pending = True
        return not str(frame.f_globals.get("__name__")).startswith("ormtutor.kernel")

    def __enter__(self) -> None:
        if threading.get_ident() == self.main_thread:
            self._shields += 1

    def __exit__(self, *exception: object) -> None:
        if threading.get_ident() == self.main_thread:
            self._shields -= 1
            self._raise_pending()

    def enter_statement(self, connection: Interruptible) -> None:
        """SQL begins to run on the connection; the caller ends with leave_statement() always."""
        if threading.get_ident() == self.main_thread:
            self._shields += 1
            self._statement = connection

    def leave_statement(self) -> None:
        """SQL has ended, by itself or interrupted.

        Raises: KeyboardInterrupt: Ctrl-C came meanwhile.
        """
        if threading.get_ident() == self.main_thread:
            self._statement = None
            self._shields -= 1
            self._raise_pending()

    def _raise_pending(self) -> None:
        if self.pending and not self._shields and self.running:
            self.pending = False
            raise KeyboardInterrupt

    def confirm(self) -> None:
        """A signal is meant for this run, whether it has come or not; for the control thread.

        A running statement is stopped, since the main thread hears no signal while it runs.
        """
        self._is_confirmed = True
        if not self.running and not self._is_expected:
            self._is_early = False
        elif self._is_early and self.running and hasattr(signal, "pthread_kill"):
            self._is_early = False
            signal.pthread_kill(self.main_thread or 0, signal.SIGINT)
        statement = self._statement
        if statement is not None and self.running:
            self.pending = True
            statement.interrupt()

    def is_stopping(self) -> bool:
        """SQLite's progress handler: true ends the statement."""
        return self.pending


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the main thread when the block takes longer.

    Where there are timers it is raised again and again, in case that code swallows it.
    """
    if hasattr(signal, "setitimer"):
        yield from _limit_by_timer(seconds)
    else:
        yield from _limit_by_thread(seconds)


def _limit_by_timer(seconds: float) -> Iterator[None]:
    armed = True

    def ring(number: int, frame: FrameType | None) -> None:
        if armed:
            raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    # An alarm that the learner has set goes on afterwards.
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 0.02)
    try:
        yield
    finally:
        try:
            armed = False
        finally:
            signal.setitimer(signal.ITIMER_REAL, remaining, interval)
            signal.signal(signal.SIGALRM, before if before is not None else signal.SIG_DFL)


def _limit_by_thread(seconds: float) -> Iterator[None]:
    """The same without timers (Windows), where a simulated Ctrl-C reaches running Python code."""
    armed = True

    def ring(number: int, frame: FrameType | None) -> None:
        if armed:
            raise OutOfTime

    before = signal.signal(signal.SIGINT, ring)
    timer = threading.Timer(seconds, signal.raise_signal, (signal.SIGINT,))
    timer.start()
    try:
        yield
    finally:
        armed = False
        timer.cancel()
        signal.signal(signal.SIGINT, before)
