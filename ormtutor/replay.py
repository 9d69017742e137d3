"""A kernel and the log of what it has run: what undo, reset, skip and resume are made of.

Before: tutor.py and check.py know which lesson, which step and which inputs.
Here:   a log of entries; a new kernel that runs the same log is in the same state as the old one.
After:  kernel/client.py runs each entry.

`Kernels` starts children in advance, so that a replay need not wait for Python to start.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from ormtutor.course.lesson import Example, Lesson, Step
from ormtutor.errors import KernelError
from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import Finished, Message
from ormtutor.records import record

EngineName = Literal["miniorm", "sqlalchemy"]
EntryKind = Literal["begin", "setup", "learner", "script"]
OnReply = Callable[[Message], None]
OnInput = Callable[[str], str | None]
InputsOf = Callable[[Step], Sequence[str] | None]

HASH_SEEDS = (1, 4242)
"""A lesson is checked with both: nothing in it may depend on the order of a set."""
EXAMPLE_SECONDS = 5.0
"""How long one example of a lesson may run where nobody can press Ctrl-C."""


@record
class Entry:
    """One thing for a kernel to do. `begin`: the facts of a step count from here.

    `answers` are what `input()` returned, to be returned again.
    """

    kind: EntryKind
    source: str = ""
    step: str = ""
    first_line: int = 1
    answers: tuple[str | None, ...] = ()


# --- what a lesson has a kernel do ----------------------------------------------------------------


Line = tuple[Entry, Example | None]
"""An entry with the example that it runs, or None."""


def opening_lines(lesson: Lesson) -> list[Line]:
    """Return what runs before the first step."""
    lines: list[Line] = []
    if lesson.use:
        lines.append((Entry("setup", _import_shared(lesson)), None))
    return lines + [_silent(example, "") for example in lesson.setup]


def _import_shared(lesson: Lesson) -> str:
    """Return source that makes the shared file importable by its stem."""
    name = lesson.use.removesuffix(".py")
    return (
        "import sys, types\n"
        f"_module = types.ModuleType({name!r})\n"
        f"_module.__file__ = {str(lesson.path.parent / lesson.use)!r}\n"
        f"sys.modules[{name!r}] = _module\n"
        f"exec(compile({lesson.shared!r}, _module.__file__, 'exec'), _module.__dict__)\n"
        "del sys, types, _module\n"
    )


def _silent(example: Example, step: str) -> Line:
    """Return a line of setup; one with output is run like the learner's, to compare its value."""
    return Entry("learner" if example.want else "setup", example.source, step), example


def entering_lines(lesson: Lesson, step: Step) -> list[Line]:
    """Return what runs when a step begins: its setup and demo; then the facts start afresh."""
    key = lesson.key(step)
    lines: list[Line] = [(Entry("begin", step=key), None)]
    number = 1
    for transcript in step.opening:
        for example in transcript.examples:
            if transcript.kind == "setup":
                lines.append(_silent(example, key))
                continue
            lines.append((Entry("learner", example.source, key, number), example))
            number += example.source.count("\n") + 1
    if len(lines) > 1:
        lines.append((Entry("begin", step=key), None))
    return lines


def entering(lesson: Lesson, step: Step) -> list[Entry]:
    """Return the entries that run when a step begins."""
    return [entry for entry, _ in entering_lines(lesson, step)]


def answering(lesson: Lesson, step: Step, inputs: Sequence[str] | None = None) -> list[Entry]:
    """Return the entries for the inputs of a step: those given, else the lesson's own answer."""
    sources = [e.source for e in step.reference] if inputs is None else list(inputs)
    key, line, entries = lesson.key(step), 1, []
    for source in sources:
        entries.append(Entry("learner", source, key, line))
        line += source.count("\n") + 1
    return entries


def path_to(lesson: Lesson, index: int, inputs_of: InputsOf = lambda step: None) -> list[Entry]:
    """Return everything that runs before the learner's turn in a step, with its setup and demo.

    `inputs_of` returns what to run for each earlier step; None: the lesson's own answer.
    """
    entries = [entry for entry, _ in opening_lines(lesson)]
    for step in lesson.steps[:index]:
        entries += entering(lesson, step)
        entries += answering(lesson, step, inputs_of(step))
    return entries + entering(lesson, lesson.steps[index])


def lines_before(lesson: Lesson, index: int) -> list[Line]:
    """Return the lesson's own lines before a step, without that step's setup and demo."""
    lines = opening_lines(lesson)
    for step in lesson.steps[:index]:
        lines += entering_lines(lesson, step)
        lines += zip(answering(lesson, step), step.reference, strict=True)
    return lines


# --- kernels --------------------------------------------------------------------------------------


class Kernels:
    """Starts kernels for one engine, `ahead` of them in advance. Any thread may use it."""

    def __init__(
        self,
        engine: EngineName = "miniorm",
        *,
        path: Sequence[str] = (),
        seed: int = 0,
        hash_seed: int | None = None,
        allow_files: bool = False,
        ahead: int = 1,
    ) -> None:
        self.engine = engine
        self._settings: dict[str, Any] = {
            "path": tuple(path),
            "seed": seed,
            "hash_seed": hash_seed,
            "allow_files": allow_files,
        }
        self._ahead = ahead
        self._lock = threading.Lock()
        self._spares: list[Kernel] = []
        self._made: weakref.WeakSet[Kernel] = weakref.WeakSet()
        self._is_closed = False
        self._version = ""

    @property
    def version(self) -> str:
        """The engine's `__version__`; reading it may start a kernel.

        Raises: KernelError: no kernel can be started.
        """
        if not self._version:
            kernel = self.take()
            with self._lock:
                self._spares.append(kernel)
        return self._version

    def take(self) -> Kernel:
        """Return a kernel that has started, a spare one if there is any.

        Raises: KernelError: none can be started.
        """
        with self._lock:
            kernel = self._spares.pop(0) if self._spares else self._new()
        try:
            self._version = kernel.start().version
        except KernelError:
            kernel.stop()
            raise
        return kernel

    def prepare(self, most: int = sys.maxsize) -> None:
        """Start the spare kernels, at most `most`, without waiting for them.

        What goes wrong, `take` will raise.
        """
        with self._lock, contextlib.suppress(KernelError):
            while len(self._spares) < min(self._ahead, most):
                spare = self._new()
                spare.launch()
                self._spares.append(spare)

    def _new(self) -> Kernel:
        if self._is_closed:
            raise KernelError("the tutor was closed")
        kernel = Kernel(engine=self.engine, **self._settings)
        self._made.add(kernel)
        return kernel

    def close(self) -> None:
        """Stop all kernels that were made here, and make no more."""
        self._is_closed = True
        for kernel in list(self._made):
            kernel.stop()


def finished(replies: Sequence[Message]) -> Finished | None:
    """Return how a run ended; None if it has not."""
    last = replies[-1] if replies else None
    return last if isinstance(last, Finished) else None


class ReplayError(KernelError):
    """A kernel died while it replayed a log: it can be started, but not get this far."""


class Replica:
    """A kernel, and the log of what it has run since it started."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.log: list[Entry] = []
        self.raised: set[int] = set()
        """The indices in the log of what ended with an exception or was interrupted."""

    @property
    def alive(self) -> bool:
        """Whether its kernel is still running."""
        return self.kernel.alive

    def run(
        self,
        entry: Entry,
        on_reply: OnReply | None = None,
        on_input: OnInput | None = None,
        *,
        deadline: float | None = None,
    ) -> tuple[Message, ...]:
        """Run one entry, log it, and return the replies; a `begin` has none."""
        self.log.append(entry)
        if entry.kind == "begin":
            self.kernel.begin_step(entry.step)
            return ()
        answers = iter(entry.answers)
        place = len(self.log) - 1
        replies = tuple(
            self.kernel.run(
                entry.source,
                mode=entry.kind,
                first_line=entry.first_line,
                filename_step=entry.step,
                on_reply=on_reply,
                on_input=on_input or (lambda prompt: next(answers, None)),
                deadline=deadline,
            )
        )
        end = finished(replies)
        if end is None or end.status != "ok":
            self.raised.add(place)
        return replies

    def replay(
        self, entries: Iterable[Entry], *, deadline: float | None = EXAMPLE_SECONDS
    ) -> list[tuple[Message, ...]]:
        """Run entries silently; return the replies to each.

        Raises: ReplayError: the kernel has died.
        """
        replies = []
        for entry in entries:
            replies.append(self.run(entry, deadline=deadline))
            if not self.alive:
                raise ReplayError(
                    f"the kernel died while it replayed: {self.kernel.exit}",
                    hint=f"It ran: {entry.source.strip()[:200]}",
                )
        return replies

    def continues(self, entries: Sequence[Entry]) -> bool:
        """Whether this replica has run some first part of these entries, and nothing else."""
        return self.alive and self.log == list(entries[: len(self.log)])

    def stop(self) -> None:
        """Stop its kernel."""
        self.kernel.stop()


def replica_of(kernels: Kernels, entries: Sequence[Entry], near: Replica | None = None) -> Replica:
    """Return a replica that has run these entries: `near`, if it can go on there, or a new one.

    Raises: KernelError: no kernel starts. ReplayError: one dies on the way.
    """
    if near is not None and near.continues(entries):
        near.replay(entries[len(near.log) :])
        return near
    if near is not None:
        near.stop()
    fresh = Replica(kernels.take())
    try:
        fresh.replay(entries)
    except KernelError:
        fresh.stop()
        raise
    return fresh
