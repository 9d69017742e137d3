"""The terminal: resized at any moment, interrupted at any moment, restored after any end."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ormtutor.course.progress import Progress
from tests.repl.pseudoterminal import CTRL_C, CTRL_D, Pty
from tests.survival.conftest import needs_proc, processes

PASS = ('atlas = Book(title="Atlas")', "session.add(atlas)", "session.flush()")
ENTERED, LEFT = "\x1b[?1049h", "\x1b[?1049l"


def is_left(pty: Pty) -> bool:
    """Whether the alternate screen, if it was ever entered, has been left."""
    return pty.raw.rfind(ENTERED) <= pty.raw.rfind(LEFT)


def test_a_window_may_change_while_code_prints_and_while_names_are_completed(
    open_pty: Callable[..., Pty],
) -> None:
    pty = open_pty(columns=140, rows=40)
    pty.wait_for("kernel: ready")
    pty.keys("import time\rfor n in range(40): print('line', n); time.sleep(0.02)\r\r")
    for columns, rows in [(20, 5), (100, 30), (1, 1), (200, 60), (20, 5), (80, 24)]:
        pty.resize(columns, rows)
        pty.read()
    pty.wait_for("line 39")
    pty.keys("session.\t")
    for columns, rows in [(20, 5), (140, 40), (60, 16), (20, 5)]:
        pty.resize(columns, rows)
        pty.read()
    pty.keys(CTRL_C)
    pty.keys("6 * 7\r")
    shown = pty.wait_for("\n42")
    assert "kernel: ready" in shown.split("\n")[0]
    pty.resize(80, 24)
    shown = pty.wait_for("F1 help")
    assert "\n 42" in shown


@pytest.mark.parametrize("words", [(), ("--plain",)])
@pytest.mark.parametrize("seed", range(2))
def test_ctrl_c_at_random_moments_never_leaves(
    open_pty: Callable[..., Pty], home: Path, words: tuple[str, ...], seed: int
) -> None:
    chance = random.Random(seed)
    pty = open_pty(*words)
    pty.wait_for(">>> " if words else "kernel: ready")
    typed = [*PASS, "import time; time.sleep(0.2)", "for n in range(99): print(n)", "session.", "("]
    for number in range(50):
        if number % 3 == 0:
            pty.keys(chance.choice(typed) + chance.choice(["\r", "\r", "", "\t"]))
        for _ in range(chance.randrange(3)):
            pty.read()
        pty.keys(CTRL_C)
    for _ in range(3):
        pty.keys(CTRL_C)
        pty.read()
    pty.keys("6 * 7\r")
    pty.wait_for("42")
    for line in PASS:
        pty.keys(line + "\r")
    pty.wait_for("tep done")
    assert pty.child.isalive()
    assert not re.search(r'File ".*ormtutor', pty.raw)
    assert "A fault of ormtutor" not in pty.raw
    pty.keys(CTRL_D)
    assert pty.end() == 0
    assert Progress(home / "progress.json").status("shelf", "put") == "done"


# --- the terminal is given back -------------------------------------------------------------------


def test_the_terminal_is_as_before_after_leaving(open_pty: Callable[..., Pty]) -> None:
    pty = open_pty()
    before = pty.attributes()
    pty.wait_for("kernel: ready")
    assert pty.attributes() != before
    pty.keys(CTRL_D)
    assert pty.end_with(before) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
@pytest.mark.parametrize("words", [(), ("--plain",)])
@pytest.mark.parametrize("busy", ["1", "import time; print('begun'); time.sleep(60)"])
def test_the_terminal_is_as_before_after_a_signal(
    open_pty: Callable[..., Pty], number: signal.Signals, words: tuple[str, ...], busy: str
) -> None:
    pty = open_pty(*words)
    before = pty.attributes()
    pty.wait_for(">>> " if words else "kernel: ready")
    pty.keys(busy + "\r")
    pty.wait_for("begun" if "begun" in busy else "\n1" if words else "\n 1")
    pty.child.kill(number)
    pty.end_with(before)
    assert is_left(pty)


def test_the_terminal_is_as_before_when_the_first_frame_is_all_there_was(
    open_pty: Callable[..., Pty],
) -> None:
    pty = open_pty()
    before = pty.attributes()
    pty.wait_for(">>> ")
    pty.child.kill(signal.SIGTERM)
    pty.end_with(before)
    assert is_left(pty)


@needs_proc
@pytest.mark.parametrize("words", [(), ("--plain",)])
def test_a_terminal_that_goes_away_ends_the_tutor_and_is_no_fault(
    home: Path, open_pty: Callable[..., Pty], words: tuple[str, ...]
) -> None:
    pty = open_pty(*words)
    pty.wait_for(">>> " if words else "kernel: ready")
    pty.keys("print('be' + 'gun'); import time; time.sleep(60)\r")
    pty.wait_for("begun")
    pty.child.ptyproc.fileobj.close()
    until = time.monotonic() + 30
    while processes(home):
        assert time.monotonic() < until
    assert not (home / "reports").exists()


CRASHES = {
    "in the terminal's thread": (
        "from ormtutor.repl.composer import Composer\n"
        "whole = Composer.compose\n"
        "def compose(self, *words):\n"
        "    if 'crash' in str(self.console.all(80)): raise ZeroDivisionError('ours')\n"
        "    return whole(self, *words)\n"
        "Composer.compose = compose\n"
    ),
    "in a key": (
        "from ormtutor.repl.screen import Screen\n"
        "whole = Screen.enter\n"
        "def enter(self, **words):\n"
        "    if 'crash' in self.buffer.text: raise ZeroDivisionError('ours')\n"
        "    return whole(self, **words)\n"
        "Screen.enter = enter\n"
    ),
    "while it starts": (
        "from ormtutor.repl.screen import Screen\n"
        "def run(self, begin): raise ZeroDivisionError('ours')\n"
        "Screen.run = run\n"
    ),
}


@pytest.mark.parametrize("harm", CRASHES.values(), ids=CRASHES)
def test_a_crash_of_ours_gives_the_terminal_back_and_says_where_the_report_is(
    home: Path, open_pty: Callable[..., Pty], tmp_path: Path, harm: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'ormtutor.cli':\n"
        "            sys.meta_path.remove(self)\n"
        + "".join(f"            {line}\n" for line in harm.splitlines())
        + "sys.meta_path.insert(0, Finder())\n"
    )
    pty = open_pty(PYTHONPATH=f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    before = pty.attributes()
    if "run(self" not in harm:
        pty.wait_for("kernel: ready")
        pty.keys("'crash'\r")
    assert pty.end_with(before) == 3
    assert is_left(pty)
    (report,) = (home / "reports").iterdir()
    assert "ZeroDivisionError: ours" in report.read_text()
    said = pty.raw.rpartition(LEFT)[2]
    assert "ormtutor: a fault of ormtutor itself: ZeroDivisionError: ours" in said
    assert report.name in said
    assert "Traceback" not in said
    until = time.monotonic() + 20
    while processes(home):
        assert time.monotonic() < until
