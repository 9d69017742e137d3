"""A learner who means harm: a tutor with a real kernel, a real terminal, and a stopwatch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ormtutor.course.library import Library
from ormtutor.course.progress import Progress
from ormtutor.course.trust import Trust
from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import Message, Output
from ormtutor.tutor import Turn, Tutor
from tests.repl.conftest import Talk
from tests.repl.pseudoterminal import Pty
from tests.repl.shelf import LESSON_FILE, lesson

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="processes and memory are read from /proc (Linux)"
)
ATTEMPTS = 3


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what these tests write apart from people's own files."""
    place = tmp_path / "home"
    monkeypatch.setenv("ORMTUTOR_HOME", str(place))
    monkeypatch.delenv("CI", raising=False)
    Trust(place / "trusted.json").accept([LESSON_FILE])
    return place


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with Kernel() as kernel:
        yield kernel


class Learner:
    """A tutor in the first step of the shelf lesson, and its notices."""

    def __init__(self, progress: Progress | None = None) -> None:
        shelf = lesson()
        self.notices: list[str] = []
        self.late: list[Message] = []
        self.progress = progress or Progress(None)
        self.tutor = Tutor(
            Library((shelf,)),
            self.progress,
            on_notice=self.notices.append,
            on_late=self.late.append,
        )
        self.tutor.open(shelf)

    def submit(self, *sources: str) -> Turn:
        """Run inputs; return the last turn."""
        return [self.tutor.submit(source) for source in sources][-1]

    def press_during(self, source: str, *presses: float) -> tuple[Turn, float]:
        """Run source that prints `begun`; press Ctrl-C so many seconds after that, each time.

        Returns the turn, and the seconds from the first press to the prompt.
        """
        pressed: list[float] = []

        def press() -> None:
            pressed.append(time.monotonic())
            self.tutor.interrupt()

        def listen(reply: Message) -> None:
            if isinstance(reply, Output) and reply.text.startswith("begun"):
                for seconds in presses:
                    threading.Timer(seconds, press).start()

        turn = self.tutor.submit(f"print('begun', flush=True)\n{source}", on_reply=listen)
        return turn, time.monotonic() - pressed[0]

    def ask(self, expression: str) -> str:
        """Return the value of an expression on the facts."""
        return self.tutor.ask(expression)


@pytest.fixture
def learner() -> Iterator[Learner]:
    learner = Learner()
    yield learner
    learner.tutor.close()


@pytest.fixture
def open_pty(home: Path) -> Iterator[Callable[..., Pty]]:
    """Start the program on a terminal: `open_pty("--plain", columns=80)`."""
    opened: list[Pty] = []

    def open_pty(*words: str, lesson: str = str(LESSON_FILE), **settings: object) -> Pty:
        opened.append(Pty(home, *words, lesson, **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield open_pty
    for pty in opened:
        pty.child.close(force=True)


def within(bound: float, line: int, what: str, attempt: Callable[[], float]) -> None:
    """Assert that at least one of three attempts stays within a bound; print what was measured.

    A bound is meant for a machine with nothing else to do, but other tests run at the same time.
    """
    measured = []
    for _ in range(ATTEMPTS):
        measured.append(attempt())
        told = ", ".join(f"{seconds:.3f} s" for seconds in measured)
        if measured[-1] <= bound:
            print(f"line {line}: {what}: {told} (bound {bound:g} s)")
            return
    raise AssertionError(f"line {line}: {what}: {told}, and the bound is {bound:g} s")


def processes(home: Path) -> list[int]:
    """Return the processes that were started with this home, by /proc."""
    mark = f"ORMTUTOR_HOME={home}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z" and mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def resident(process: int) -> int:
    """Return the bytes of memory that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * 4096


@pytest.fixture
def talk() -> Iterator[Talk]:
    """Return a dialog in the first step of the shelf lesson."""
    talk = Talk()
    yield talk
    talk.dialog.tutor.close()
