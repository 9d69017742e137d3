"""The parent's side of the kernel: start the child, talk to it, stop it, survive its death.

Before: tutor.py and check.py hold a Kernel and hand it source.
Here:   one child process, two threads that read its pipes, and the ladder of Ctrl-C: interrupt,
        then terminate, then kill. Whatever the learner's code does, `run` ends with a Finished.
After:  kernel/__main__.py in the child; replies come back as messages.

Nothing else in ormtutor starts a process.
"""

from __future__ import annotations

import atexit
import codecs
import contextlib
import functools
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from ormtutor.errors import KernelError
from ormtutor.kernel.messages import (
    Answer,
    Answers,
    Ask,
    BeginStep,
    Complete,
    Completion,
    Completions,
    Failure,
    Finished,
    Input,
    Inspect,
    Interrupt,
    Message,
    MessageError,
    NeedInput,
    Output,
    Ready,
    Run,
    StillRunning,
    View,
    ViewName,
    decode,
    encode,
)
from ormtutor.records import replace

OnReply = Callable[[Message], None]
OnInput = Callable[[str], str | None]
Mode = Literal["learner", "script", "setup"]
Rung = Literal["idle", "interrupt", "terminate"]

FOLDER = "ormtutor-"  # then the parent's process id; in the temporary directory
STALE_AFTER = 3600.0  # seconds; a process that we cannot see may live in another container
START_WITHIN = 30.0  # seconds; only a machine in trouble takes so long
ANSWER_WITHIN = 10.0  # seconds for a question; the kernel's own limit is far below
SECOND_PRESS = 0.5  # seconds after which another Ctrl-C means "stop it"
TELL_AFTER = 2.0  # seconds after Ctrl-C: say "still running"
TERMINATE_AFTER = 12.0  # seconds after Ctrl-C
KILL_AFTER = 1.0  # seconds after terminate
STRAY_WITHIN = 0.5  # seconds after the end of a run; its mark comes much sooner
STRAY_HEAD = 64 * 1024  # characters kept of what bypasses Python's streams in a run

# What the child runs. Isolated (-I), it has neither the working folder nor the user's PYTHON*
# variables; its path is handed over. Our folder is last on it, for in a checkout it may hold the
# learner's files, too; so ormtutor is imported first, lest another one on the path be taken for it.
# The garbage collector is off: it would cost a tenth of the start and find nothing.
BOOT = (
    "import gc, sys, json\n"
    "gc.disable()\n"
    "settings = json.loads(sys.argv[1])\n"
    "sys.argv[:] = ['']\n"
    "path = settings.pop('path')\n"
    "sys.path[:] = path[-1:]\n"
    "import ormtutor\n"
    "sys.path[:] = path\n"
    "from ormtutor.kernel.__main__ import main\n"
    "main(settings)\n"
)


class Kernel:
    """One child process that runs the learner's code.

    `run` and the questions wait for each other; `interrupt`, `stop` and `complete` may be called
    meanwhile, from any thread. `on_late` is called, by a reader thread, with what threads of
    earlier runs print while nothing runs.
    """

    def __init__(
        self,
        *,
        engine: Literal["miniorm", "sqlalchemy"] = "miniorm",
        path: Sequence[str | os.PathLike[str]] = (),
        seed: int = 0,
        hash_seed: int | None = None,
        directory: Path | None = None,
        allow_files: bool = False,
        executable: str = sys.executable,
    ) -> None:
        self.engine = engine
        self.path = tuple(os.path.abspath(folder) for folder in path)
        self.seed = seed
        self.hash_seed = hash_seed
        self.directory = directory
        self.allow_files = allow_files
        self.executable = executable
        self.ready: Ready | None = None
        self.on_late: OnReply | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._own_directory: str | None = None
        self._mark = b""
        self._replies: queue.SimpleQueue[_Heard] = queue.SimpleQueue()
        self._turn = threading.RLock()
        self._life = threading.RLock()  # one thread may stop what another is starting
        self._write_lock = threading.Lock()
        self._ladder = _Ladder()
        self._run = 0

    # --- life and death ---------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether the child process exists and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit(self) -> str:
        """How the child ended: `exit code 3`, `killed by SIGKILL`; empty while it lives."""
        code = self._process.poll() if self._process else None
        if code is None:
            return ""
        if code >= 0:
            return f"exit code {code}"
        try:
            return f"killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"killed by signal {-code}"

    def launch(self) -> None:
        """Start the child without waiting until it is ready: `start` waits.

        Raises: KernelError: the process cannot be created.
        """
        with self._life:
            if self._process is None:
                self._launch()

    def _launch(self) -> None:
        self._mark = f"\x00ormtutor-{os.urandom(8).hex()}:".encode()
        folder = self.directory or self._name_directory()
        try:
            self._process = subprocess.Popen(
                self._command(folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.directory or _temporary_directory(),
                env=self._environment(),
                **_PROCESS_GROUP,
            )
        except OSError as error:
            self._remove_directory()
            raise KernelError(
                f"the kernel cannot start: {error}",
                hint=f"It runs {self.executable!r} in {str(folder)!r}; see that both are there.",
            ) from error
        _RUNNING.add(self)
        self._replies = queue.SimpleQueue()
        pipes = (self._process, self._replies)
        stray = threading.Thread(target=self._read_stray, args=pipes, daemon=True)
        stray.start()
        threading.Thread(target=self._read_replies, args=(*pipes, stray), daemon=True).start()

    def _command(self, folder: str | Path) -> list[str]:
        settings = {
            "path": _child_path(self.path),
            "engine": self.engine,
            "seed": self.seed,
            "mark": self._mark.decode(),
            "own_directory": self._own_directory or "",
            "directories": [str(folder), _temporary_directory()],
            "allow_files": self.allow_files,
        }
        # A chosen hash seed is a PYTHON* variable, which -I would ignore.
        isolated = ["-I"] if self.hash_seed is None else ["-s", "-P"]
        return [self.executable, *isolated, "-X", "utf8", "-c", BOOT, json.dumps(settings)]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        if self.hash_seed is not None:
            kept["PYTHONHASHSEED"] = str(self.hash_seed)
        return kept

    def start(self) -> Ready:
        """Start the child, unless it was launched, and wait until it is ready.

        Raises: KernelError: it did not start; the hint is what the child printed.
        """
        with self._turn:
            if self.ready is not None:
                return self.ready
            self.launch()
            said: list[str] = []
            for heard in self._listen(time.monotonic() + START_WITHIN):
                if isinstance(heard, Ready):
                    self.ready = heard
                    return heard
                if isinstance(heard, Output):
                    said.append(heard.text)
            if self._process is None:
                raise KernelError("the kernel was stopped while it started")
            how = self.exit or f"no answer within {START_WITHIN:g} seconds"
            self.stop()
            raise KernelError(
                f"the kernel cannot start ({how})",
                hint="".join(said).strip() or "Is this installation of ormtutor complete?",
            )

    def stop(self) -> None:
        """End the child and all that it started. May be called again, and from any thread."""
        with self._life:
            process, self._process = self._process, None
            self.ready = None
            _RUNNING.discard(self)
            folder, self._own_directory = self._own_directory, None
            if process is not None:
                _end(process, folder)
            _remove(folder)

    def restart(self) -> Ready:
        """Stop, and start a new child, which has nothing of what the learner's code left behind."""
        with self._turn:
            self.stop()
            return self.start()

    def _name_directory(self) -> str:
        """Choose the name of the folder that the child will make; it has our process id in it."""
        _sweep_once()
        name = f"{FOLDER}{os.getpid()}-{os.urandom(4).hex()}"
        self._own_directory = os.path.join(_temporary_directory(), name)
        return self._own_directory

    def _remove_directory(self) -> None:
        folder, self._own_directory = self._own_directory, None
        _remove(folder)

    def __enter__(self) -> Kernel:
        """Start."""
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop."""
        self.stop()

    # --- running ----------------------------------------------------------------------------------

    def run(
        self,
        source: str,
        *,
        mode: Mode = "learner",
        first_line: int = 1,
        filename_step: str = "",
        on_reply: OnReply | None = None,
        on_input: OnInput | None = None,
        deadline: float | None = None,
    ) -> list[Message]:
        """Run source; return all replies, Finished last.

        `on_reply` is called with each as it comes, `on_input` for each line that `input()` wants
        (it returns None for the end of file). After `deadline` seconds the run is interrupted, then
        killed. Ctrl-C in the calling thread interrupts the run. If the kernel dies, the run ends
        with the failure `KernelDied`, and `alive` is False.
        Raises: KernelError: the kernel does not start, or has died before.
        """
        with self._turn:
            self._require()
            self._run += 1
            self._ladder.begin(deadline)
            talk = _Talk(self._run, on_reply or _ignore, on_input)
            try:
                with self._hearing_ctrl_c():
                    self._tell(Run(self._run, source, mode, first_line, filename_step))
                    self._ladder.stand()
                    while not talk.ended:
                        self._hear(talk)
            finally:
                self._ladder.end()
            return talk.replies

    def _hear(self, talk: _Talk) -> None:
        """Wait for the next reply and handle it; climb the ladder when it is time to."""
        try:
            heard = self._replies.get(timeout=self._ladder.patience())
        except queue.Empty:
            heard = _WAKE
        if isinstance(heard, _Gone):
            talk.take(self._died(talk.run))
        elif isinstance(heard, _Mark):
            talk.is_marked |= heard.run == talk.run
        elif isinstance(heard, _Press):
            self.interrupt()
        elif isinstance(heard, Finished) and heard.run == talk.run:
            self._wait_for_stray(talk)
            talk.take(self._with_reason(heard))
        elif isinstance(heard, Message) and getattr(heard, "run", 0) == talk.run:
            talk.take(heard)
            if isinstance(heard, NeedInput):
                self._ask_for_input(heard, talk.on_input)
        self._climb(talk)

    def _wait_for_stray(self, talk: _Talk) -> None:
        """Take what bypassed Python's streams, until the run's mark says that this was all."""
        until = time.monotonic() + STRAY_WITHIN
        while not talk.is_marked and (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                heard = self._replies.get(timeout=left)
                if isinstance(heard, _Mark):
                    talk.is_marked |= heard.run == talk.run
                elif isinstance(heard, Output):
                    talk.take(heard)
                elif isinstance(heard, _Gone):
                    self._replies.put(heard)
                    return

    def _ask_for_input(self, asked: NeedInput, on_input: OnInput | None) -> None:
        """Let the front end ask for a line; Ctrl-C there interrupts the learner's code."""
        self._ladder.is_answered()
        try:
            with self._leaving_ctrl_c():
                text = on_input(asked.prompt) if on_input else None
        except KeyboardInterrupt:
            self.interrupt()
        else:
            self._tell(Input(asked.run, text))

    @contextlib.contextmanager
    def _hearing_ctrl_c(self) -> Iterator[None]:
        """Turn the terminal's Ctrl-C into an interrupt of the child; it breaks nothing here."""
        before = signal.getsignal(signal.SIGINT)
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or before is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, lambda number, frame: self._replies.put(_PRESS))
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    @contextlib.contextmanager
    def _leaving_ctrl_c(self) -> Iterator[None]:
        """Let Ctrl-C raise KeyboardInterrupt again, so that it ends a wait for the keyboard."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(signal.SIGINT)
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _climb(self, talk: _Talk) -> None:
        rung = self._ladder.due()
        if rung == "tell":
            talk.take(StillRunning(talk.run, TELL_AFTER))
        elif rung == "interrupt":
            self._send_signal()
        elif rung == "terminate" and self._process:
            self._process.terminate()
        elif rung == "kill" and self._process:
            _kill(self._process)

    def _died(self, run: int) -> Finished:
        process = self._process
        if process is not None:
            # The pipe closes a moment before the process is gone.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=KILL_AFTER)
            _kill(process)
            process.wait()
        how = self.exit or "it closed its pipe"
        asked = self._ladder.words()
        message = f"{how} {asked}".strip()
        text = f"The kernel died: {message}"
        failed = Failure("KernelDied", message, text, text, 0)
        return Finished(run, "error", None, failed, 0, self._ladder.elapsed() * 1000)

    def _with_reason(self, finished: Finished) -> Finished:
        """Return it; if the deadline ended the run, with a failure that says so."""
        if finished.status != "interrupted" or not finished.failure or not self._ladder.overrun:
            return finished
        message = f"stopped after {self._ladder.deadline:g} seconds"
        failed = finished.failure
        text = failed.text.removesuffix("KeyboardInterrupt") + f"KeyboardInterrupt: {message}"
        return replace(finished, failure=replace(failed, message=message, text=text))

    def interrupt(self) -> Rung:
        """Interrupt the run; at a second call, terminate the kernel.

        May be called from any thread. Returns what was done: `idle` when nothing runs, or when the
        second call came too soon after the first.
        """
        rung = self._ladder.press()
        if rung == "interrupt":
            self._send_signal()
        elif rung == "terminate" and self._process is not None:
            self._process.terminate()
        self._replies.put(_WAKE)
        return rung

    def _send_signal(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        self._tell(Interrupt())
        if sys.platform == "win32":
            process.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            process.send_signal(signal.SIGINT)

    # --- asking -----------------------------------------------------------------------------------

    def begin_step(self, step: str) -> None:
        """Let the facts (`sql`, `lazy_loads()`) and the numbering of the inputs start afresh."""
        with self._turn:
            self._require()
            self._run += 1
            self._tell(BeginStep(self._run, step))

    def ask(self, expressions: Sequence[str]) -> tuple[Answer, ...]:
        """Return the answer to each check expression, in order."""
        if not expressions:
            return ()
        with self._turn:
            answers = self._question(lambda run: Ask(run, tuple(expressions)), Answers)
        return answers.answers if isinstance(answers, Answers) else ()

    def inspect(self, what: ViewName, budget: int = 50, about: str = "") -> Any:
        """Return a view as plain data, as told in kernel/views.py; `budget` is in milliseconds."""
        with self._turn:
            view = self._question(lambda run: Inspect(run, what, budget, about), View)
        return view.content if isinstance(view, View) else None

    def complete(self, source: str, cursor: int) -> tuple[Completion, ...]:
        """Return what could stand at the cursor; nothing while the kernel is busy."""
        if not self._turn.acquire(blocking=False):
            return ()
        try:
            if self._ladder.is_running:
                return ()
            found = self._question(lambda run: Complete(run, source, cursor), Completions)
        finally:
            self._turn.release()
        return found.items if isinstance(found, Completions) else ()

    def _question(self, make: Callable[[int], Message], wanted: type[Message]) -> Message:
        self._require()
        self._run += 1
        run = self._run
        self._tell(make(run))
        for heard in self._listen(time.monotonic() + ANSWER_WITHIN):
            if isinstance(heard, wanted) and getattr(heard, "run", None) == run:
                return heard
        how = self.exit
        if not how and self._process is not None:
            _kill(self._process)
            how = f"it did not answer within {ANSWER_WITHIN:g} seconds, and was killed"
        raise KernelError(f"the kernel died: {how}", hint="Start it anew and replay the inputs.")

    # --- the pipes --------------------------------------------------------------------------------

    def _require(self) -> None:
        if self.ready is None:
            self.start()
        elif not self.alive:
            raise KernelError(
                f"the kernel is gone: {self.exit}", hint="Start it anew and replay the inputs."
            )

    def _tell(self, request: Message) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        # That a child is gone is noticed at the end of its pipe, not here.
        with self._write_lock, contextlib.suppress(OSError, ValueError):
            process.stdin.write(encode(request).encode("ascii") + b"\n")
            process.stdin.flush()

    def _listen(self, until: float) -> Iterator[Message]:
        """Yield messages until that time, or until the child is gone."""
        while (left := until - time.monotonic()) > 0:
            try:
                heard = self._replies.get(timeout=left)
            except queue.Empty:
                return
            if isinstance(heard, _Gone):
                self._replies.put(heard)
                return
            if isinstance(heard, Message):
                yield heard

    def _read_replies(
        self,
        process: subprocess.Popen[bytes],
        replies: queue.SimpleQueue[_Heard],
        stray: threading.Thread,
    ) -> None:
        """Read the child's replies until it is gone."""
        assert process.stdout is not None
        rest = b""
        while chunk := _read(process.stdout):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                with contextlib.suppress(MessageError):
                    self._sort(decode(line), replies)
        process.stdout.close()
        # Its last words go into the queue first; but a grandchild may hold that pipe open.
        stray.join(STRAY_WITHIN)
        replies.put(_Gone())

    def _read_stray(
        self, process: subprocess.Popen[bytes], replies: queue.SimpleQueue[_Heard]
    ) -> None:
        """Read what bypasses Python's streams, and the marks at the ends of runs."""
        assert process.stderr is not None
        stray = _Stray(self._mark)
        while chunk := _read(process.stderr):
            for heard in stray.feed(chunk):
                if isinstance(heard, _Mark):
                    replies.put(heard)
                else:
                    self._sort(replace(heard, run=self._run), replies)
        process.stderr.close()

    def _sort(self, message: Message, replies: queue.SimpleQueue[_Heard]) -> None:
        """Put a reply into the queue; what is printed while nothing runs goes to `on_late`."""
        waiting = self.ready is None or self._ladder.is_running
        if isinstance(message, Output) and not waiting:
            if self.on_late is not None:
                self.on_late(replace(message, late=True))
            return
        replies.put(message)


class _Gone:
    """The child's pipe has closed."""


class _Wake:
    """It is time to look at the ladder: `interrupt` was called."""


_WAKE = _Wake()


class _Press:
    """Ctrl-C was pressed while the main thread waits for the run."""


_PRESS = _Press()


class _Mark:
    """The mark of a run in the stray pipe: nothing more of that run follows."""

    def __init__(self, run: int) -> None:
        self.run = run


_Heard = Message | _Gone | _Wake | _Press | _Mark


class _Talk:
    """One run: its replies so far, and whom to tell and to ask."""

    def __init__(self, run: int, on_reply: OnReply, on_input: OnInput | None) -> None:
        self.run = run
        self.on_reply = on_reply
        self.on_input = on_input
        self.replies: list[Message] = []
        self.ended = False
        self.is_marked = False

    def take(self, reply: Message) -> None:
        """Keep the reply and hand it on."""
        self.replies.append(reply)
        self.ended = isinstance(reply, Finished)
        self.on_reply(reply)


class _Stray:
    """Cuts the stray pipe's bytes into texts and marks; of much text, only the head is kept."""

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self._rest = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._left = STRAY_HEAD
        self._dropped = 0

    def feed(self, chunk: bytes) -> Iterator[Output | _Mark]:
        """Yield what the bytes hold; an unfinished mark waits for its end."""
        data = self._rest + chunk
        while (at := data.find(self._mark)) >= 0:
            number, newline, after = data[at + len(self._mark) :].partition(b"\n")
            if not newline:
                break
            yield from self._text(data[:at])
            if self._dropped:
                yield Output(0, "stderr", "", dropped=self._dropped)
            self._left, self._dropped = STRAY_HEAD, 0
            if number.isdigit():
                yield _Mark(int(number))
            data = after
        held = data.rfind(self._mark[:1])
        keep = held >= 0 and (self._mark.startswith(data[held:]) or self._mark in data[held:])
        self._rest = data[held:] if keep else b""
        yield from self._text(data[:held] if keep else data)

    def _text(self, data: bytes) -> Iterator[Output]:
        text = self._decoder.decode(data)
        head = text[: self._left]
        self._left -= len(head)
        self._dropped += len(text) - len(head)
        if head:
            yield Output(0, "stderr", head)


class _Ladder:
    """What to do about a run that does not end, and when. All times are monotonic seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.is_running = False
        self._stands = False
        self.deadline: float | None = None
        self.overrun = False
        self._began = 0.0
        self._interrupted: float | None = None
        self._terminated: float | None = None
        self._told = False
        self._killed = False

    def begin(self, deadline: float | None) -> None:
        """A run begins; press() does nothing before stand(), for the child does not know of it."""
        with self._lock:
            self.is_running, self._stands = True, False
            self.deadline = deadline
            self.overrun = self._told = self._killed = False
            self._began = time.monotonic()
            self._interrupted = self._terminated = None

    def stand(self) -> None:
        """The child has been sent the run, so that it may be interrupted now."""
        with self._lock:
            self._stands = True

    def end(self) -> None:
        """The run has ended."""
        with self._lock:
            self.is_running = self._stands = False

    def elapsed(self) -> float:
        """Return the seconds since the run began."""
        return time.monotonic() - self._began

    def press(self) -> Rung:
        """Ctrl-C was pressed: return what to do about it."""
        with self._lock:
            now = time.monotonic()
            if not self._stands:
                return "idle"
            if self._interrupted is None:
                self._interrupted = now
                return "interrupt"
            if now - self._interrupted < SECOND_PRESS or self._terminated is not None:
                # Fingers drum, and the first press has not had its chance yet; or it ends already.
                return "idle"
            self._terminated = now
            return "terminate"

    def is_answered(self) -> None:
        """The code calls input(), so that it has handled the last Ctrl-C: forget that one."""
        with self._lock:
            self._interrupted = None
            self._told = False

    def patience(self) -> float | None:
        """Return the seconds until the next rung is due; None: never."""
        with self._lock:
            times = [at for at, _ in self._rungs()]
            return max(min(times) - time.monotonic(), 0.0) if times else None

    def due(self) -> Literal["", "tell", "interrupt", "terminate", "kill"]:
        """Return the rung that is due, once; empty: none."""
        with self._lock:
            now = time.monotonic()
            for at, rung in self._rungs():
                if at <= now:
                    self._take(rung, now)
                    return rung
            return ""

    def _rungs(self) -> Iterator[tuple[float, Literal["tell", "interrupt", "terminate", "kill"]]]:
        if self._killed:
            return
        if self._terminated is not None:
            yield self._terminated + KILL_AFTER, "kill"
        elif self._interrupted is not None:
            if not self._told:
                yield self._interrupted + TELL_AFTER, "tell"
            limit = TELL_AFTER if self.overrun else TERMINATE_AFTER
            yield self._interrupted + limit, "terminate"
        elif self.deadline is not None:
            yield self._began + self.deadline, "interrupt"

    def _take(self, rung: str, now: float) -> None:
        if rung == "tell":
            self._told = True
        elif rung == "interrupt":
            self._interrupted = now
            self.overrun = self._told = True
        elif rung == "terminate":
            self._terminated = now
        else:
            self._killed = True

    def words(self) -> str:
        """Return why the kernel was ended, in brackets; empty if it ended by itself."""
        if self._terminated is None:
            return ""
        why = f"after {self.deadline:g} seconds" if self.overrun else "for it did not heed Ctrl-C"
        return f"({'killed' if self._killed else 'terminated'} {why})"


# --- processes ------------------------------------------------------------------------------------

_PROCESS_GROUP: dict[str, Any] = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if sys.platform == "win32"
    # The terminal's Ctrl-C reaches only the parent, and the group can be killed as one.
    else {"start_new_session": True}
)

_RUNNING: weakref.WeakSet[Kernel] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    for kernel in list(_RUNNING):
        kernel.stop()


def _temporary_directory() -> str:
    """Return where the kernels' folders are; also on a full disk, where tempfile finds none."""
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:
        return os.environ.get("TMPDIR") or ("C:\\" if sys.platform == "win32" else "/tmp")


@functools.cache
def _sweep_once() -> None:
    """Remove, in the background, the folders that dead processes have left."""
    threading.Thread(target=sweep, daemon=True).start()


def sweep() -> None:
    """Remove the kernels' folders whose process is gone.

    A kernel's helper removes its folder, however the kernel and its parent end. What is left comes
    from a machine that stopped, or from a system where there are no helpers.
    """
    old = time.time() - STALE_AFTER
    with contextlib.suppress(OSError), os.scandir(_temporary_directory()) as entries:
        for entry in entries:
            match = re.fullmatch(rf"{FOLDER}(\d+)-\w+", entry.name)
            with contextlib.suppress(OSError):
                if (
                    match
                    and entry.is_dir(follow_symlinks=False)
                    and entry.stat(follow_symlinks=False).st_mtime < old
                    and not _lives(int(match[1]))
                ):
                    shutil.rmtree(entry.path, ignore_errors=True)


def _lives(process: int) -> bool:
    """Whether a process of that number may exist; on Windows, where asking may harm it, True."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _child_path(first: Sequence[str]) -> list[str]:
    """Return the child's sys.path: ours without the working folder, which may hold anything."""
    here = os.path.realpath(os.getcwd())
    own = str(Path(__file__).parents[2])
    kept = [
        folder
        for folder in sys.path
        if folder and os.path.realpath(folder) not in (here, os.path.realpath(own))
    ]
    return [*first, *kept, own]


def _remove(folder: str | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _end(process: subprocess.Popen[bytes], folder: str | None) -> None:
    """End the child, then its group. If we are killed meanwhile, its helper does the rest."""
    if process.stdin is not None:
        with contextlib.suppress(OSError, ValueError):
            process.stdin.close()
    if sys.platform != "win32" and process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, signal.SIGKILL)
    _remove(folder)
    _kill(process)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the child and its group, which may outlive it."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()


def _read(pipe: Any) -> bytes:
    try:
        return os.read(pipe.fileno(), 1 << 16)
    except (OSError, ValueError):
        return b""


def _ignore(reply: Message) -> None:
    """Do nothing: nobody listens."""
