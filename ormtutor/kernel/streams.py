"""Streams: what stands in for the terminal in the learner's process.

Before: executor.py begins a run; __main__.py ends it.
Here:   `sys.stdout`, `sys.stderr` and `sys.stdin`, `input`, `exit` and the debugger, made so that
        endless output costs little (of a run, 64 Ki characters are sent, the last 16 Ki kept and
        the rest counted) and so that questions appear at the tutor's own prompt.
After:  Output and NeedInput go through the channel.
"""

from __future__ import annotations

import builtins
import io
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from types import ModuleType
from typing import Any, Literal

from ormtutor.kernel.channel import Channel
from ormtutor.kernel.interruption import Interruption
from ormtutor.kernel.messages import NeedInput, Output

StreamName = Literal["stdout", "stderr"]

HEAD = 64 * 1024
TAIL = 16 * 1024
BATCH = 8 * 1024
PAUSE = 0.03  # seconds between two messages of output, unless a batch is full


class Outlet:
    """Where everything printed goes: batched, capped, and separated by run.

    A thread that outlives its run prints late: such output has its own cap in each run.
    """

    def __init__(self, channel: Channel, interruption: Interruption) -> None:
        self.channel = channel
        self.interruption = interruption
        self.run = 0
        self.running = False
        self.muted = False
        self.printed = ""
        self._lock = threading.RLock()
        self._main_thread = threading.get_ident()
        self._late_threads: frozenset[int] = frozenset()
        self._batch: list[tuple[StreamName, str, bool]] = []
        self._batch_size = 0
        self._sent_at = 0.0
        self._pulse: threading.Thread | None = None
        self._wake = threading.Event()
        self._reset()

    def _reset(self) -> None:
        self._head_left = HEAD
        self._late_left = HEAD
        self._late_dropped = 0
        self._tail: deque[tuple[StreamName, str]] = deque()
        self._tail_size = 0
        self._dropped = 0

    def begin(self, run: int) -> None:
        """A run begins: from here on, threads that exist already print late."""
        with self.interruption, self._lock:
            late_dropped = self._late_dropped
            self._reset()
            self.run = run
            self.running = True
            self._late_threads = frozenset(sys._current_frames()) - {self._main_thread}
            if late_dropped:
                self.channel.send(Output(run, "stderr", "", late=True, dropped=late_dropped))

    def end(self) -> int:
        """The run has ended; return how many characters were dropped between head and tail."""
        with self.interruption, self._lock:
            self.flush()
            dropped = self._dropped
            for stream, pieces in groupby(self._tail, key=itemgetter(0)):
                text = "".join(piece for _, piece in pieces)
                self.channel.send(Output(self.run, stream, text, dropped=dropped))
                dropped = 0
            self.running = False
            return self._dropped

    def threads(self) -> int:
        """Return how many threads that the run has started still run."""
        ours = {self._main_thread, self._pulse.ident if self._pulse is not None else 0}
        return len(frozenset(sys._current_frames()) - self._late_threads - ours)

    def write(self, stream: StreamName, text: str) -> None:
        """Take printed text: it is sent soon, kept as the tail, or only counted."""
        if self.muted or not text:
            return
        with self.interruption, self._lock:
            if not self.running or threading.get_ident() in self._late_threads:
                self._write_late(stream, text)
                return
            if stream == "stdout" and len(self.printed) < HEAD:
                self.printed += text[:HEAD]
            head, rest = text[: self._head_left], text[self._head_left :]
            self._head_left -= len(head)
            self._put(stream, head, late=False)
            self._keep(stream, rest)

    def _write_late(self, stream: StreamName, text: str) -> None:
        head = text[: self._late_left]
        self._late_left -= len(head)
        self._late_dropped += len(text) - len(head)
        self._put(stream, head, late=True)

    def _put(self, stream: StreamName, text: str, *, late: bool) -> None:
        if not text:
            return
        if self._batch and self._batch[-1][0] == stream and self._batch[-1][2] == late:
            text = self._batch.pop()[1] + text if len(text) < BATCH else text
        self._batch.append((stream, text, late))
        self._batch_size += len(text)
        if self._batch_size >= BATCH or time.monotonic() - self._sent_at > PAUSE:
            self.flush()
        else:
            self._send_soon()

    def _keep(self, stream: StreamName, text: str) -> None:
        """Append to the tail, and count the characters that no longer fit in it."""
        if not text:
            return
        kept = text[-TAIL:]
        self._dropped += len(text) - len(kept)
        self._tail.append((stream, kept))
        self._tail_size += len(kept)
        while self._tail_size > TAIL:
            first_stream, first = self._tail.popleft()
            excess = min(self._tail_size - TAIL, len(first))
            self._dropped += excess
            self._tail_size -= excess
            if excess < len(first):
                self._tail.appendleft((first_stream, first[excess:]))

    def flush(self) -> None:
        """Send what waits, so that the next reply comes after it."""
        with self.interruption, self._lock:
            batch, self._batch, self._batch_size = self._batch, [], 0
            for stream, text, late in batch:
                self.channel.send(Output(self.run, stream, text, late=late))
            if batch:
                self._sent_at = time.monotonic()

    def _send_soon(self) -> None:
        """Let a helper thread send the batch in a moment."""
        if self._pulse is None or not self._pulse.is_alive():
            self._pulse = threading.Thread(target=self._beat, name="ormtutor output", daemon=True)
            self._pulse.start()
        self._wake.set()

    def _beat(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(PAUSE)
            self._wake.clear()
            self.flush()


class Printer(io.TextIOBase):
    """`sys.stdout` or `sys.stderr`. Once closed, it opens again at the next input."""

    encoding = "utf-8"
    errors = "strict"
    newlines = None
    line_buffering = True
    write_through = True
    mode = "w"

    def __init__(self, stream: StreamName, outlet: Outlet) -> None:
        self._stream: StreamName = stream
        self._outlet = outlet
        self._is_closed = False
        self._number = 1 if stream == "stdout" else 2
        self.name = f"<{stream}>"

    @property
    def buffer(self) -> Any:
        """A stream for code that prints bytes."""
        return _ByteWriter(self)

    def write(self, text: str, /) -> int:
        """Print the text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._check()
        self._outlet.write(self._stream, text)
        return len(text)

    def writelines(self, lines: Iterable[str], /) -> None:  # type: ignore[override]
        """Print each of them."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Send what waits."""
        self._check()
        if threading.get_ident() == self._outlet._main_thread:
            return  # batches are sent in time and before every other reply
        self._outlet.flush()

    def reconfigure(self, **settings: Any) -> None:
        """Accept what a text stream accepts; nothing here depends on it."""

    def fileno(self) -> int:
        """Return the descriptor to which a subprocess may write."""
        return self._number

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Return False: no pager, no colours, no cursor."""
        return False

    def close(self) -> None:
        """Refuse further text until the next input."""
        self._is_closed = True

    def reopen(self) -> None:
        """Accept text again."""
        self._is_closed = False

    @property
    def closed(self) -> bool:
        """Whether the learner's code closed it."""
        return self._is_closed

    def _check(self) -> None:
        if self._is_closed:
            raise ValueError("I/O operation on closed file.")

    def __del__(self) -> None:
        """Do nothing: the base class would close it."""


class _ByteWriter(io.BufferedIOBase):
    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def write(self, data: Any, /) -> int:
        self._printer.write(bytes(data).decode("utf-8", "replace"))
        return len(data)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._printer.fileno()


class Keyboard(io.TextIOBase):
    """`sys.stdin`: asks the tutor for each line. Any thread may ask while an input runs."""

    encoding = "utf-8"
    errors = "strict"
    mode = "r"
    name = "<stdin>"

    def __init__(self, channel: Channel, outlet: Outlet) -> None:
        self._channel = channel
        self._outlet = outlet
        self._answers: queue.SimpleQueue[tuple[int, str | None]] = queue.SimpleQueue()

    def answer(self, run: int, text: str | None) -> None:
        """Hand over what was typed. Called by the control thread."""
        self._answers.put((run, text))

    def ask(self, prompt: str) -> str:
        """Return the line that is typed, without its newline.

        Raises: EOFError: the end of file was typed, or no input is running.
        """
        if not self._outlet.running:
            raise EOFError("no input is running that could ask")
        run = self._outlet.run
        while not self._answers.empty():
            self._answers.get()  # an answer that came after its question was interrupted
        self._outlet.flush()
        self._channel.send(NeedInput(run, prompt))
        while True:
            try:
                # Without a timeout, Ctrl-C would not end the wait on Windows.
                answered, text = self._answers.get(timeout=0.2)
            except queue.Empty:
                continue
            if answered == run:
                break
        if text is None:
            raise EOFError("EOF when reading a line")
        return text.removesuffix("\n")

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        """Return one line with its newline; an empty text at the end of file."""
        try:
            return self.ask("") + "\n"
        except EOFError:
            return ""

    def read(self, size: int | None = -1, /) -> str:
        """Return all lines up to the end of file."""
        return "".join(iter(self.readline, ""))

    def __next__(self) -> str:  # type: ignore[override]
        if line := self.readline():
            return line
        raise StopIteration

    @property
    def buffer(self) -> Any:
        """The lines as bytes."""
        return io.BufferedReader(_ByteReader(self))

    def fileno(self) -> int:
        """Return the descriptor from which a subprocess may read: it is empty."""
        return 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Return False."""
        return False

    def close(self) -> None:
        """Do nothing: Python's own `exit()` would close it."""

    def __del__(self) -> None:
        """Do nothing: the base class would close it."""


class _ByteReader(io.RawIOBase):
    def __init__(self, keyboard: Keyboard) -> None:
        self._keyboard = keyboard
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._rest or self._keyboard.readline().encode("utf-8", "replace")
        buffer[: len(data)] = data[: len(buffer)]
        self._rest = data[len(buffer) :]
        return min(len(data), len(buffer))


class Leaver:
    """`exit` and `quit`: they end the input, and say how to leave the tutor."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"{self._name}() ends this input. :quit leaves the tutor."

    def __call__(self, code: Any = None) -> None:
        """Raise SystemExit, as the originals do."""
        raise SystemExit(code)


class Terminal:
    """The three streams and the builtins that belong to them, put back before each input."""

    def __init__(self, channel: Channel, interruption: Interruption) -> None:
        self.outlet = Outlet(channel, interruption)
        self.keyboard = Keyboard(channel, self.outlet)
        self.stdout = Printer("stdout", self.outlet)
        self.stderr = Printer("stderr", self.outlet)
        self._builtins: dict[str, Any] = {}

    def install(self) -> None:
        """Take the place of the terminal for good, and note the builtins, to restore them."""

        def ask(prompt: object = "", /) -> str:
            """Read a line from the prompt. The end's newline is stripped."""
            return self.keyboard.ask(str(prompt))

        ask.__name__ = ask.__qualname__ = "input"
        vars(builtins).update(input=ask, exit=Leaver("exit"), quit=Leaver("quit"))
        self._builtins = dict(vars(builtins))
        self.restore()

    def restore(self) -> None:
        """Put back what the last input may have replaced, closed or deleted."""
        sys.stdout = sys.__stdout__ = self.stdout  # type: ignore[assignment, misc]
        sys.stderr = sys.__stderr__ = self.stderr  # type: ignore[assignment, misc]
        sys.stdin = sys.__stdin__ = self.keyboard  # type: ignore[assignment, misc]
        self.stdout.reopen()
        self.stderr.reopen()
        sys.excepthook = sys.__excepthook__
        here = vars(builtins)
        for name, value in self._builtins.items():
            if here.get(name) is not value:
                here[name] = value


def adapt_debugger(pdb: ModuleType) -> None:
    """Let Ctrl-C leave `pdb`, and let it never step into the kernel."""
    original: Any = pdb.__dict__["Pdb"]

    class Pdb(original):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **keywords: Any) -> None:
            keywords.setdefault("skip", ["ormtutor.kernel", "ormtutor.kernel.*"])
            keywords.setdefault("nosigint", True)
            super().__init__(*arguments, **keywords)

        def _cmdloop(self) -> None:
            self.cmdloop()

    Pdb.__module__ = original.__module__
    Pdb.__qualname__ = original.__qualname__
    vars(pdb)["Pdb"] = Pdb
