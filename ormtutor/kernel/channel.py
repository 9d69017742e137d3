"""The child's end of the pipes: requests in, replies out, out of reach of the learner's code.

Before: client.py starts the child with its pipes on the descriptors 0, 1 and 2.
Here:   they move to high descriptors that no grandchild inherits. 0 becomes empty; 1 and 2 become
        the stray pipe, which takes what bypasses Python's streams. So `os.write(1, ...)`,
        `os.system("echo")`, `os.close(1)` or a grandchild that holds the pipe neither corrupt nor
        stall the conversation.
After:  __main__.py reads the requests; the recorder, the streams and the executor send replies.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator

from ormtutor.kernel.messages import Message, encode

# Far from the small numbers that a learner's `os.close(3)` or `closerange` may hit.
LOWEST_DESCRIPTOR = 400


class Channel:
    """The conversation with the parent. Any thread may send; one thread reads."""

    def __init__(self, requests: int, replies: int, stray: int, mark: str, folder: str) -> None:
        self._requests = requests
        self._replies = replies
        self._stray = stray
        self._mark = mark
        self._folder = folder
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._outbox: deque[bytes] = deque()
        self._writer = 0

    @property
    def requests(self) -> int:
        """The descriptor that the requests come from."""
        return self._requests

    def is_mine(self) -> bool:
        """Whether this is the kernel: a process forked by the learner's code must never answer."""
        return os.getpid() == self._process

    def send(self, message: Message) -> None:
        """Send one reply. Silent in a forked child; ends the process when the parent is gone."""
        if not self.is_mine():
            return
        # The newline before it: the learner's code may have written to our descriptor.
        self._outbox.append(b"\n" + encode(message).encode("ascii") + b"\n")
        # The learner's destructors and signal handlers may print while this thread is writing: the
        # write under way then sends the new line, too.
        me = threading.get_ident()
        if self._writer == me:
            return
        with self._lock:
            self._writer = me
            try:
                while self._outbox:
                    self._write(self._replies, self._outbox.popleft())
            finally:
                self._writer = 0

    def mark(self, run: int) -> None:
        """Write a mark into the stray pipe: all that this run wrote there stands before it."""
        if self.is_mine():
            self._write(self._stray, f"{self._mark}{run}\n".encode())

    def _write(self, descriptor: int, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except OSError:
            self.end_process()

    def lines(self) -> Iterator[bytes]:
        """Yield one request at a time, until the parent closes its end."""
        rest = b""
        while chunk := os.read(self._requests, 1 << 16):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines

    def end_process(self) -> None:
        """End this process at once, with all that it started and the folder made for it."""
        _remove(self._folder)
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(0)

    def watch_over(self) -> None:
        """Fork a helper that does the same as end_process() when the parent closes its pipe.

        The control thread sees that, too, but not while a loop in C holds the interpreter, nor once
        this process was killed. POSIX only; elsewhere there is just the control thread.
        """
        if not hasattr(os, "fork") or os.getpgrp() != os.getpid():
            return
        helper = os.fork()
        if helper:
            # The learner's `os.wait()` must never return a process of ours. So it is the helper's
            # own child that stays, for which nobody waits.
            os.waitpid(helper, 0)
            return
        if os.fork():
            os._exit(0)
        _wait_for_hang_up(self._requests)
        group = os.getpgrp()
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, signal.SIGKILL)  # the leader first, so that nothing more is written
        _remove(self._folder)
        os.killpg(group, signal.SIGKILL)


def take_over(mark: str, folder: str) -> Channel:
    """Move the pipes out of reach, put harmless ones in their place, and return the Channel.

    `folder` is removed when the process ends; empty if there is none to remove.
    """
    requests, replies, stray = (_duplicate(descriptor) for descriptor in (0, 1, 2))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return Channel(requests, replies, stray, mark, folder)


def _duplicate(descriptor: int) -> int:
    if sys.platform == "win32":
        return os.dup(descriptor)
    import fcntl

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, LOWEST_DESCRIPTOR)


def _remove(folder: str) -> None:
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_hang_up(requests: int) -> None:
    import select

    os.closerange(0, requests)
    os.closerange(requests + 1, LOWEST_DESCRIPTOR + 64)
    poll = select.poll()
    poll.register(requests, 0)  # a hang-up is always reported, whatever was asked for
    while not poll.poll():
        pass
