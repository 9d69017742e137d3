"""Interruption: Ctrl-C, at a moment when it does no harm; and time limits for our own reading.

Before: the parent sends the signal; __main__.py's control thread hears the Interrupt request.
Here:   KeyboardInterrupt is raised in the learner's code at once, but never while a reply is half
        written, and out of a running SQL statement only when SQLite has let go of it.
After:  executor.py reports the run as interrupted; nothing happens between two runs.

Python runs signal handlers in the main thread alone. Everything here that counts or raises belongs
to that thread; other threads pass through untouched.
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
        """Stop the statement that runs now, if one does."""


class OutOfTime(BaseException):
    """The time that a panel may take is over. Not an Exception: learners' code must not eat it."""


class Interruption:
    """Says whether the run may be interrupted now, and remembers a Ctrl-C that has to wait.

    As a context manager it is a shield: inside it a signal waits until the outermost one ends.
    """

    def __init__(self) -> None:
        self.main_thread = threading.main_thread().ident
        self.running = False
        self.pending = False
        self._is_expected = self._is_told = self._is_missed = False
        self._shields = 0
        self._statement: Interruptible | None = None

    def listen(self) -> None:
        """Install the signal handler; the learner's code may have replaced it."""
        signal.signal(signal.SIGINT, self._on_signal)
        if hasattr(signal, "SIGBREAK"):
            signal.signal(signal.SIGBREAK, self._on_signal)

    def expect(self) -> None:
        """A run is about to begin. For the control thread, which hears of it first.

        A signal may overtake this, the words that are sent beside it, and the run that it is meant
        for; it is not lost then, once the words say that it was meant.
        """
        self._is_expected, self._is_told = True, False

    def begin(self) -> None:
        """A run begins: from here on a signal is an interrupt.

        Raises: KeyboardInterrupt: the signal that was meant for this run has come already.
        """
        self.pending = False
        self._shields = 0
        self.running, self._is_expected = True, False
        if self._is_told and self._is_missed:
            self._is_missed = False
            raise KeyboardInterrupt

    def end(self) -> None:
        """The run has ended: a signal that comes too late means nothing."""
        self.running = False
        self.pending = False
        self._is_missed = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.running:
            self._is_missed = True
            return
        if self._shields and not self._is_in_callback(frame):
            self.pending = True
            return
        raise KeyboardInterrupt

    def _is_in_callback(self, frame: FrameType | None) -> bool:
        """Whether SQL is running, and in it Python code that is not ours (an SQL function)."""
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
            self._raise_what_waits()

    def enter_statement(self, connection: Interruptible) -> None:
        """SQL begins to run on the connection; `leave_statement` follows in any case."""
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
            self._raise_what_waits()

    def _raise_what_waits(self) -> None:
        if self.pending and not self._shields and self.running:
            self.pending = False
            raise KeyboardInterrupt

    def tell(self) -> None:
        """A signal is meant for this run. For the control thread: it need not have come.

        A running statement is stopped, for the main thread hears no signal meanwhile.
        """
        self._is_told = True
        if not self.running and not self._is_expected:
            self._is_missed = False
        elif self._is_missed and self.running and hasattr(signal, "pthread_kill"):
            self._is_missed = False
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

    It is raised again and again, for code that swallows it.
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
    # The learner may have an alarm of their own running: it goes on afterwards.
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
