"""A learner who types anything for minutes: programs, harm, commands, Ctrl-C, another window size.

`make check` runs some seconds of it, `make soak` minutes (ORMTUTOR_SOAK_SECONDS says how long).
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ormtutor.course.progress import Progress
from tests.repl.pseudoterminal import CTRL_C, Pty
from tests.repl.shelf import lesson
from tests.survival.conftest import Learner, needs_proc, processes, resident

SHORT = 8.0
LONG = float(os.environ.get("ORMTUTOR_SOAK_SECONDS", "600"))
IMPATIENT = 1.0  # seconds, after which this learner presses Ctrl-C
LOST = 60.0  # seconds, after which the prompt is not coming back
GROWTH = 40_000_000  # bytes: a thousand blocks of the console, the history, the caches

PROGRAMS = [
    'atlas = Book(title="Atlas")',
    "session.add(atlas)",
    "session.flush()",
    "session.commit()",
    "session.rollback()",
    "session.query(Book).all()",
    "session.add_all([Book(title=f'Book {n}', notes=[Note(text='x')]) for n in range(20)])",
    "[note.text for book in session.query(Book) for note in book.notes]",
    "for n in range(300): print(n)",
    "def f(n):\r    return n and f(n - 1)\r",
    "session.add(Book()); session.flush()",
    "import time; time.sleep(0.2)",
    "1 / 0",
    "x = [1, 2, 3]; x",
    "'\u6f22\u5b57 e\u0301 ' * 50",
]
HARM = [
    "while True: pass",
    "while True: print(1)",
    "print('a' * 5_000_000)",
    "import time; time.sleep(600)",
    "import os; os._exit(3)",
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "import os; os.close(1); os.close(2)",
    "import sys; sys.stdout = None; sys.exit('x')",
    "def f(): f()\r\rf()",
    "bytearray(8 << 30)",
    "del session, engine, Book",
    "del __builtins__",
    "import threading; threading.Timer(0.3, print, ['late']).start()",
    "import os; os.fork()",
    "import subprocess; subprocess.Popen(['sleep', '99'])",
    "input('who? ')",
    "print('\\x1b[2J\\x1b]0;x\\x07\\x9b')",
    "Base.metadata.drop_all(engine)",
    "class Book(Base): pass",
    "session.close(); engine.dispose()",
    "(((",
    "'''",
    "\u202e",
]
COMMANDS = [
    ":hint", ":sql", ":list", ":undo", ":undo 3", ":redo", ":reset", ":session", ":tables", ":plan",
    ":goal", ":check", ":skip", ":next", ":back", ":play", ":return", ":restart", ":why", ":text",
    ":help", ":keys", ":tb full", ":story atlas", ":diff", ":solution", ":nonsense", ":go put",
    ":go notes", ":whatif rollback", ":explain 1", ":set paste off", ":", "::", ":sql 99999",
]  # fmt: skip
KEYS = [
    "\t",
    "\x1bOP",
    "\x1b[A\x1b[A",
    "\x1b[15~",
    "\x12ses\x07",
    "\x0c",
    "\x1b",
    "\x7f" * 9,
    "\x1b[20~",
]
SIZES = [(20, 5), (60, 16), (80, 24), (140, 40), (1, 1)]
USUAL = (100, 30)


class Careless:
    """Types at random; always comes back to an empty prompt of the usual window."""

    def __init__(self, pty: Pty, seed: int, *, is_screen: bool) -> None:
        self.pty = pty
        self.chance = random.Random(seed)
        self.is_screen = is_screen
        self.done: Counter[str] = Counter()
        self.memory: list[int] = []
        self.slowest = 0.0

    def do(self) -> None:
        """Do one thing."""
        kinds = ["program"] * 5 + ["harm"] * 2 + ["command"] * 3 + ["press"] + ["keys", "resize"]
        kind = self.chance.choice(kinds)
        self.done[kind] += 1
        if kind == "press":
            self.pty.keys(
                self.chance.choice(PROGRAMS) + "\r" + CTRL_C * self.chance.randrange(1, 4)
            )
        elif kind == "keys" and self.is_screen:
            self.pty.keys(self.chance.choice(KEYS) + self.chance.choice(["", CTRL_C]))
        elif kind == "resize" and self.is_screen:
            self.pty.keys(self.chance.choice(PROGRAMS) + "\r")
            for size in self.chance.sample(SIZES, 3):
                self.pty.resize(*size)
                self.pty.read()
        else:
            inputs = {"program": PROGRAMS, "harm": HARM, "command": COMMANDS}.get(kind, PROGRAMS)
            self.pty.keys(self.chance.choice(inputs) + "\r")
        self.settle()
        self.memory.append(resident(self.pty.child.pid))

    def settle(self) -> None:
        """Wait for the prompt; press Ctrl-C if it does not come soon, as anybody would."""
        if self.is_screen:
            self.pty.resize(*USUAL)
        began = pressed = time.monotonic()
        while not self.has_prompt():
            now = time.monotonic()
            assert now - began < LOST, self.pty.text
            assert self.pty.child.isalive(), self.pty.text
            if now - pressed > IMPATIENT:
                self.pty.keys(CTRL_C)
                pressed = now
            self.pty.read()
        self.slowest = max(self.slowest, time.monotonic() - began)

    def has_prompt(self) -> bool:
        """Whether an input is answered as only a prompt does."""
        self.pty.keys(CTRL_C)  # whatever is half typed is dropped
        number = self.chance.randrange(10**6, 10**9)
        self.pty.keys(f"0x{number:x}\r")
        until = time.monotonic() + 0.9
        while time.monotonic() < until:
            if f"\n{' ' * self.is_screen}{number}" in self.pty.text:
                return True
            self.pty.read()
        return False


@needs_proc
@pytest.mark.parametrize(
    "seconds", [SHORT, pytest.param(LONG, marks=pytest.mark.soak)], ids=["short", "long"]
)
@pytest.mark.parametrize("words", [("--plain",), ()], ids=["lines", "screen"])
def test_a_careless_learner_ends_with_a_prompt_and_a_true_progress_file(
    home: Path, open_pty: Callable[..., Pty], words: tuple[str, ...], seconds: float
) -> None:
    pty = open_pty(*words)
    pty.wait_for(">>> " if words else "kernel: ready")
    learner = Careless(pty, seed=int(seconds) + len(words), is_screen=not words)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        learner.do()
    learner.settle()
    settled, last = learner.memory[len(learner.memory) // 3], learner.memory[-1]
    living = len(processes(home))
    print(
        f"soak: {sum(learner.done.values())} inputs in {seconds:.0f} s ({dict(learner.done)}), "
        f"slowest prompt {learner.slowest:.1f} s, {living} processes, "
        f"memory {settled / 1e6:.0f} -> {last / 1e6:.0f} MB"
    )
    assert "fault of ormtutor" not in pty.raw
    assert living <= 12  # the tutor; a kernel and a helper for each of learner, spare and study
    assert last - settled < GROWTH
    pty.keys(":quit\r")  # the prompt is empty: it has just answered
    assert pty.end() == 0
    gone = time.monotonic() + 20
    while processes(home):
        assert time.monotonic() < gone
    assert untrue(home / "progress.json") == []


def untrue(kept: Path) -> list[str]:
    """Return the steps that are done by the file, but whose inputs do not pass them again."""
    progress = Progress(kept)
    assert json.loads(kept.read_text())["format"] == 1
    found = []
    for step in lesson().steps:
        entry = progress.entry("shelf", step.id)
        if entry.status not in ("done", "different") or step.is_reading:
            continue
        again = Learner()
        try:
            again.tutor.open(lesson(), step.id)
            again.submit(*entry.inputs)
            if not again.tutor.passed:
                found.append(f"{step.id}: {entry.inputs}")
        finally:
            again.tutor.close()
    return found
