"""Output without end, values without shape, names that are gone: the next input works."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import Output
from tests.kernel.conftest import failure, finished, printed
from tests.repl.pseudoterminal import CTRL_C, Pty
from tests.repl.shelf import LESSON_FILE
from tests.survival.conftest import Learner, needs_proc, resident, within


@needs_proc
@pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.soak)])
def test_a_flood_leaves_memory_flat_and_the_screen_alive(
    open_pty: Callable[..., Pty], seconds: int
) -> None:
    pty = open_pty()
    pty.wait_for("kernel: ready")
    pty.keys("6 * 7\r")
    pty.wait_for("\n 42")
    before = resident(pty.child.pid)
    pty.keys("while True: print(1)\r\r")
    pty.wait_for("running...")
    painted, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        written = len(pty.raw)
        pty.read()
        painted += len(pty.raw) > written
    grown = resident(pty.child.pid) - before
    print(f"line 2: painted {painted} times in {seconds} s, memory grew {grown / 1e6:.1f} MB")
    assert painted >= 5
    assert grown < 20_000_000
    pressed = time.monotonic()
    pty.keys(CTRL_C)
    pty.wait_for("kernel: ready")
    print(f"line 2: prompt {time.monotonic() - pressed:.3f} s after Ctrl-C on the screen")
    pty.wait_for("KeyboardInterrupt")


def test_a_flood_ends_by_the_first_press(learner: Learner) -> None:
    def attempt() -> float:
        turn, seconds = learner.press_during("while True: print(1)", 3.0)
        assert turn.status == "interrupted"
        return seconds

    within(0.5, 2, "while True: print(1) for 3 s", attempt)


def test_a_very_long_text_is_cut_with_its_length(kernel: Kernel) -> None:
    def attempt() -> float:
        began = time.monotonic()
        replies = kernel.run("print('a' * 50_000_000)")
        seconds = time.monotonic() - began
        assert finished(replies).truncated + len(printed(replies)) == 50_000_001
        return seconds

    within(1.0, 3, "print('a' * 50_000_000)", attempt)


def test_what_was_cut_is_said_with_its_size() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ormtutor", str(LESSON_FILE)],
        input="print('a' * 50_000_000)\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    cut = 50_000_001 - 64 * 1024 - 16 * 1024
    assert f"({cut:,} characters were printed here)" in done.stdout


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import sys; print('before'); sys.exit('x')", "SystemExit: x"),
        ("print('before'); exit()", "SystemExit: None"),
        ("print('before'); quit(3)", "SystemExit: 3"),
        ("print('before')\nraise SystemExit", "SystemExit"),
    ],
)
def test_leaving_python_is_answered_and_what_was_printed_stays(
    kernel: Kernel, source: str, said: str
) -> None:
    replies = kernel.run(source)
    assert printed(replies) == "before\n"
    assert failure(replies).text == (
        f"{said}\nThis ends a program. Here it ends the input; :quit leaves the tutor."
    )
    assert finished(kernel.run("1 + 1")).value == "2"


@pytest.mark.parametrize(
    ("source", "answers", "said"),
    [
        ("exit", [], "exit() ends this input. :quit leaves the tutor."),
        ("help()", ["int.bit_length", "quit"], "Number of bits necessary to represent self"),
        ("help(len)", [], "Return the number of items in a container."),
        ("x = 41\nbreakpoint()", ["p x + 1", "c"], "42"),
        ("x = 41\nimport pdb; pdb.set_trace()", ["p x + 1", "c"], "42"),
    ],
)
def test_what_wants_a_terminal_is_given_one(
    kernel: Kernel, source: str, answers: list[str], said: str
) -> None:
    typed = iter(answers)
    replies = kernel.run(f"print('before')\n{source}", on_input=lambda prompt: next(typed, None))
    assert finished(replies).status == "ok"
    assert printed(replies).startswith("before\n")
    assert said in printed(replies) + (finished(replies).value or "")
    assert finished(kernel.run("1 + 1")).value == "2"


@pytest.mark.parametrize(
    "damage",
    [
        "import sys; sys.stdout = None",
        "import sys; sys.stdout.close()",
        "import sys; del sys.stdout, sys.stderr, sys.stdin",
        "import os; os.close(1)",
        "import os; os.closerange(0, 100)",
        "print('x', file=open('x.txt', 'w'))",
        "import builtins; builtins.print = builtins.input = builtins.__import__ = None",
        "del __builtins__",
        "import sys; sys.modules.clear()",
        "import sys; sys.displayhook = None; sys.excepthook = None",
        "import sys; sys.settrace(lambda *a: 1 / 0)",
        "globals().clear()",
        "import os; os.chdir('/'); os.rmdir",
        "import threading; threading.current_thread = None",
    ],
)
def test_damage_lasts_until_the_next_input(kernel: Kernel, damage: str) -> None:
    kernel.run(damage)
    assert printed(kernel.run("print('still here')")) == "still here\n"
    assert finished(kernel.run("1 + 1")).value == "2"
    assert kernel.alive


TICKING = (
    "import threading, time\n"
    "def tick():\n"
    "    while True:\n"
    "        time.sleep(0.05); print('tick')\n"
    "threading.Thread(target=tick).start()"
)


def test_a_thread_that_prints_is_heard_late_and_ended_by_a_restart(learner: Learner) -> None:
    turn = learner.submit(TICKING)
    until = time.monotonic() + 20
    while not learner.late:
        assert time.monotonic() < until
    assert all(isinstance(reply, Output) and reply.late for reply in learner.late)
    assert turn.threads == 1
    learner.tutor.restart()
    assert learner.notices == ["line 1 is left out: it started a thread"]
    assert learner.submit("import threading; threading.active_count()").value == "2"
    heard = len(learner.late)
    assert learner.submit("1 + 1").value == "2"
    assert len(learner.late) == heard


def test_late_output_stands_above_the_prompt(open_pty: Callable[..., Pty]) -> None:
    pty = open_pty()
    pty.wait_for("kernel: ready")
    pty.keys("import threading; threading.Timer(0.5, print, ['from a thread']).start()\r")
    shown = pty.wait_for("[late] from a thread")
    assert shown.index("[late] from a thread") < shown.rindex(">>>")


def test_in_line_mode_late_output_stands_above_the_next_prompt(
    open_pty: Callable[..., Pty],
) -> None:
    pty = open_pty("--plain")
    pty.wait_for(">>> ")
    pty.keys("import threading; e = threading.Event(); e.wait(0.1)\r")
    pty.wait_for("\nFalse\n")
    pty.keys("t = threading.Timer(0.2, lambda: (print('from a thread'), e.set())); t.start()\r")
    pty.wait_for("t.start()\n>>>")

    def has_it_above_a_prompt() -> bool:
        pty.keys("\r")
        return "[late] from a thread\n>>>" in pty.text

    pty.wait_until(has_it_above_a_prompt)


STRANGE = [
    ("x = '\x00'", "SyntaxError", "cannot contain null bytes"),
    ("x = '\ud800'", "SyntaxError", "half a character"),
    ("\tx = 1", "IndentationError", "unexpected indent"),
    ("a = 1\r\nb = 2\r\na + b", "", "3"),
    ("a = '\u202e'\nlen(a)", "", "1"),
    ("\u202e = 1", "SyntaxError", "invalid non-printable character U+202E"),
    ("x = [\n" + "1,\n" * 300_000 + "]\nlen(x)", "", "300000"),
    ("(" * 5000 + ")" * 5000, "SyntaxError", ""),
    ("-" * 100_000 + "1", "SyntaxError", ""),
]


@pytest.mark.parametrize(("source", "kind", "said"), STRANGE, ids=range(len(STRANGE)))
def test_strange_source_is_run_or_refused_clearly(
    kernel: Kernel, source: str, kind: str, said: str
) -> None:
    end = finished(kernel.run(source))
    assert (end.failure.kind if end.failure else "") == kind
    assert said in (end.failure.message if end.failure else str(end.value))
    assert finished(kernel.run("1 + 1")).value == "2"


def test_a_megabyte_can_be_pasted(open_pty: Callable[..., Pty]) -> None:
    pty = open_pty()
    pty.wait_for("kernel: ready")
    text = "x = '''" + "\n".join(["0123456789" * 10] * 10_000) + "'''"
    began = time.monotonic()
    sender = threading.Thread(target=pty.keys, args=(f"\x1b[200~{text}\x1b[201~\r",), daemon=True)
    sender.start()
    pty.wait_until(lambda: not sender.is_alive(), patience=60)
    pty.keys("len(x)\r")
    pty.wait_for("1009999")
    print(f"line 20: a paste of 1 MB ran after {time.monotonic() - began:.1f} s")


HOSTILE = r"print('\x1b]0;owned\x07 \x1b[2J \x9b31m \x1bc \r \x08 end')"


@pytest.mark.parametrize("words", [(), ("--plain",)])
def test_what_steers_a_terminal_is_shown_and_not_sent(
    open_pty: Callable[..., Pty], words: tuple[str, ...]
) -> None:
    pty = open_pty(*words)
    pty.wait_for(">>> " if words else "kernel: ready")
    before = len(pty.raw)
    pty.keys(HOSTILE + "\r")
    pty.wait_for(r"\x1b]0;owned\x07 \x1b[2J \x9b31m \x1bc")
    came = pty.raw[before:]
    assert "\x1b]0;owned" not in came
    assert "\x07" not in came
    assert "\x9b" not in came
    assert "\x1bc" not in came


def test_wide_and_combining_characters_keep_the_columns(open_pty: Callable[..., Pty]) -> None:
    pty = open_pty(columns=140, rows=40)
    pty.wait_for("kernel: ready")
    pty.keys("print('\u6f22\u5b57 | e\u0301 | \U0001f600 | end')\r")
    pty.wait_for("| end\n".strip())
    # The emulator keeps an empty cell behind a wide character: indexes are columns.
    frames = [{pty.screen.buffer[row][column].data for row in range(2, 38)} for column in (0, 139)]
    assert frames == [{"\u2502", "\u251c"}, {"\u2502", "\u2524"}]
