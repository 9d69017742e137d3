"""The child's end of the pipes: requests in, replies out, where no learner's code can reach them.

Before: client.py starts the child with its pipes on the descriptors 0, 1 and 2.
Here:   they move to high descriptors that no grandchild inherits; 0 becomes empty, 1 and 2 the
        stray pipe. So `os.write(1, ...)`, `os.system("echo")`, `os.close(1)` or a grandchild that
        holds the pipe neither corrupt nor stall the conversation.
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
        """False in a process that the learner's code forked off: it must never answer."""
        return os.getpid() == self._process

    def send(self, message: Message) -> None:
        """Send one reply. Silent in a forked child; ends the process when the parent is gone."""
        if not self.is_mine():
            return
        # A line of its own, also where the learner's code has written to our descriptor.
        self._outbox.append(b"\n" + encode(message).encode("ascii") + b"\n")
        # A destructor or signal handler of the learner's may print while this thread is writing:
        # the write under way takes the new line with it.
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
        """Tell the reader of the stray pipe that all which the run left there has come."""
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
        """Leave a process behind that does the same when the parent's end of the pipe closes.

        The control thread sees the end of the pipe too, but not while a loop in C holds the
        interpreter, nor when this process was killed. POSIX only; elsewhere the control thread is
        all there is.
        """
        if not hasattr(os, "fork") or os.getpgrp() != os.getpid():
            return
        helper = os.fork()
        if helper:
            # The learner's `os.wait()` must never meet a process that is not the learner's: the
            # helper's own child, which nobody waits for, is the one that stays.
            os.waitpid(helper, 0)
            return
        if os.fork():
            os._exit(0)
        _wait_for_hang_up(self._requests)
        group = os.getpgrp()
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, signal.SIGKILL)  # its leader first: nothing is written any more
        _remove(self._folder)
        os.killpg(group, signal.SIGKILL)


def take_over(mark: str, folder: str) -> Channel:
    """Move the pipes out of reach and put harmless ones in their place.

    `folder` is removed with the process; empty where it is not ours.
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
    poll.register(requests, 0)  # a hang-up is always told, whatever is asked for
    while not poll.poll():
        pass
