"""The end of the kernel, of the tutor, and of memory: what is told, and what is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ormtutor.kernel import client
from ormtutor.kernel.client import Kernel
from tests.repl.pseudoterminal import CTRL_D, Pty
from tests.repl.shelf import LESSON_FILE
from tests.survival.conftest import Learner, needs_proc, processes, within


@pytest.mark.parametrize(
    ("source", "end"),
    [
        ("import os; os._exit(3)", "exit code 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "killed by SIGSEGV"),
        ("import builtins; vars(builtins).clear()", "exit code 1"),
        pytest.param(
            "import sys; sys.setrecursionlimit(10**8)\nnest = []\n"
            "for _ in range(300000): nest = [nest]\nrepr(nest)",
            "killed by SIGSEGV",
            marks=pytest.mark.skipif(sys.version_info >= (3, 12), reason="a RecursionError there"),
        ),
    ],
)
def test_the_end_of_the_kernel_is_told_and_the_names_come_back(
    learner: Learner, source: str, end: str
) -> None:
    learner.submit("kept = 'here'")
    turn = learner.submit(source)
    assert turn.failure is not None
    assert (turn.failure.kind, turn.failure.message) == ("KernelDied", end)
    assert learner.notices == [
        f"the kernel died ({end}); your names are back by replaying 1 input, without the last one"
    ]
    assert learner.submit("kept").value == "'here'"


def test_an_endless_recursion_is_told_in_a_few_lines(kernel: Kernel) -> None:
    replies = kernel.run("def f(): f()\nf()")
    told = replies[-1].failure.text.splitlines()  # type: ignore[attr-defined]
    frames = 1000 if sys.version_info < (3, 12) else 1001  # exec() takes no place of its own
    assert told == [
        "Traceback (most recent call last):",
        "  line 2, in <module>: f()",
        "  line 1, in f: def f(): f()",
        f"  … {frames} similar",
        "RecursionError: maximum recursion depth exceeded",
    ]


@needs_proc
def test_a_recursion_without_limit_ends_by_its_memory(kernel: Kernel) -> None:
    # With an eighth of the memory that a learner has, for all of it takes half a minute.
    source = (
        "import resource, sys\n"
        "now = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (now + (128 << 20), resource.RLIM_INFINITY))\n"
        "sys.setrecursionlimit(10**8)\n"
        "def f(): f()\nf()"
    )
    began = time.monotonic()
    failure = kernel.run(source, deadline=120)[-1].failure  # type: ignore[attr-defined]
    assert failure.kind in ("MemoryError", "SystemError", "RecursionError", "KernelDied")
    assert len(failure.text.splitlines()) <= 16
    assert "120 seconds" not in failure.text
    print(f"line 8: recursion without limit: {failure.kind} after {time.monotonic() - began:.1f} s")


def test_too_much_memory_is_an_error_and_the_kernel_lives(kernel: Kernel) -> None:
    process = kernel.ready.pid if kernel.ready else 0
    assert kernel.run("bytearray(8 << 30)")[-1].failure.kind == "MemoryError"  # type: ignore[attr-defined]
    assert kernel.run("__import__('os').getpid()")[-1].value == str(process)  # type: ignore[attr-defined]


@needs_proc
@pytest.mark.parametrize(
    "source",
    [
        "import os; os.fork() and None",
        "import subprocess; child = subprocess.Popen(['sleep', '99'])",
        "import multiprocessing; fork = multiprocessing.get_context('fork'); "
        "child = fork.Process(target=print, args=('x',)); child.start(); child.join()",
    ],
)
def test_what_the_code_starts_ends_with_the_tutor(
    home: Path, open_pty: Callable[..., Pty], source: str
) -> None:
    pty = open_pty("--plain")
    pty.wait_for(">>> ")
    pty.keys(source + "\r")
    pty.wait_for_prompt()
    pty.keys("6 * 7\r")
    pty.wait_for("\n42\n")
    assert pty.text.count("\n42\n") == 1
    left = time.monotonic()
    pty.keys(CTRL_D)
    assert pty.end() == 0
    print(f"line 13: {source[:40]}: left within {time.monotonic() - left:.2f} s")
    assert processes(home) == []


@pytest.mark.parametrize(
    ("preparation", "reason"),
    [
        ("sys.executable = '/nowhere/python'", "/nowhere/python"),
        (
            "import resource; resource.setrlimit(resource.RLIMIT_AS, (120 << 20, 120 << 20)); "
            "sys.executable = '/bin/false'",
            "the kernel cannot start",
        ),
        ("words += ['--engine', 'sqlalchemy', '--path', '/nowhere']", "sqlalchemy"),
    ],
    ids=["no interpreter", "no memory", "no engine"],
)
def test_a_kernel_that_cannot_start_is_told_with_its_reason(preparation: str, reason: str) -> None:
    program = (
        f"import sys; words = [{str(LESSON_FILE)!r}]; {preparation}; "
        "from ormtutor.cli import main; sys.exit(main(words))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="1 + 1\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 3
    assert "the kernel cannot start" in done.stderr
    assert reason in done.stderr
    assert "Traceback (most recent call last):\n  File" not in done.stderr.partition("ormtutor:")[0]


@needs_proc
@pytest.mark.parametrize("busy", ["pass", "import time; time.sleep(99)", "sum(range(10**13))"])
def test_nothing_outlives_a_tutor_that_is_killed(
    home: Path, open_pty: Callable[..., Pty], busy: str
) -> None:
    def attempt() -> float:
        pty = open_pty("--plain")
        pty.wait_for(">>> ")
        pty.keys(f"print('be' + 'gun'); {busy}\r")
        pty.wait_for("begun")
        killed = time.monotonic()
        os.kill(pty.child.pid, signal.SIGKILL)
        while set(processes(home)) - {pty.child.pid}:
            assert time.monotonic() - killed < 20
        return time.monotonic() - killed

    within(2.0, 24, f"kill -9 of the tutor during {busy}", attempt)


# --- the kernel's folder --------------------------------------------------------------------------


def folders() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob("ormtutor-*")}


@pytest.fixture
def own_temporary_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the temporary directory of this test and of the processes that it starts."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.mark.usefixtures("own_temporary_directory")
def test_a_kernel_that_is_killed_leaves_no_folder() -> None:
    with Kernel() as kernel:
        kernel.run("open('note.txt', 'w').write('x')")
        assert len(folders()) == 1
        kernel.run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert folders() == set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("words", [("--plain",), ()])
@pytest.mark.usefixtures("own_temporary_directory")
def test_a_tutor_that_ends_by_a_signal_leaves_no_folder(
    open_pty: Callable[..., Pty], number: signal.Signals, words: tuple[str, ...]
) -> None:
    pty = open_pty(*words)
    pty.keys("open('note.txt', 'w').write('x')\r")
    pty.wait_for("\n1" if words else "\n 1")
    assert folders() != set()
    os.kill(pty.child.pid, number)
    pty.end()
    until = time.monotonic() + 20
    while folders():
        assert time.monotonic() < until, folders()


def test_a_folder_of_a_dead_process_is_swept(own_temporary_directory: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True
    )
    dead = own_temporary_directory / f"ormtutor-{int(ended.stdout)}-abcdefgh"
    young = own_temporary_directory / f"ormtutor-{int(ended.stdout)}-stillnew"
    living = own_temporary_directory / f"ormtutor-{os.getpid()}-abcdefgh"
    foreign = own_temporary_directory / "ormtutor-notes"
    for folder in (dead, young, living, foreign):
        folder.mkdir()
        (folder / "note.txt").write_text("x")
        age = client.STALE_AFTER * (0.5 if folder is young else 2)
        os.utime(folder, (time.time() - age, time.time() - age))
    client.sweep()
    assert folders() == {young.name, living.name, foreign.name}
