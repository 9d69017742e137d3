"""The machine around the tutor: two at once, no disk, odd clocks, odd locales, killed moments."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ormtutor.course.progress import Progress
from tests.repl.pseudoterminal import CTRL_D, Pty
from tests.repl.shelf import LESSON_FILE

PASS = ('atlas = Book(title="Atlas")', "session.add(atlas)", "session.flush()")
ALL = "\n".join(
    [
        *PASS,
        ":next",
        ":next",
        "texts = [note.text for book in session.query(Book) for note in book.notes]",
        "",
    ]
)
COURSE = Path(__file__).parents[2] / "lessons"


def learn(
    *words: str, before: str = "", script: str = ALL, **variables: str
) -> tuple[int, str, str]:
    """Run a script through the tutor; return exit code, transcript and complaints."""
    program = f"import sys\n{before}\nfrom ormtutor.cli import main\nsys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", program, *(words or (str(LESSON_FILE),))],
        input=script.encode(),
        capture_output=True,
        timeout=120,
        env={**os.environ, **variables},
    )
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode()


# --- two at once, and no disk ---------------------------------------------------------------------


def test_of_two_at_once_the_second_says_that_it_does_not_write(
    home: Path, open_pty: Callable[..., Pty]
) -> None:
    first = open_pty("--plain")
    first.wait_for(">>> ")
    second = open_pty("--plain")
    second.wait_for("nother ormtutor is running: what you do in this one is not")
    for pty in (second, first):
        for line in PASS:
            pty.keys(line + "\r")
        pty.wait_for("OK. Step done")
        pty.keys(CTRL_D)
        assert pty.end() == 0
    kept = json.loads((home / "progress.json").read_text())
    assert kept["steps"]["shelf/put"]["status"] == "done"


NO_DISK = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"


@pytest.mark.parametrize("words", [(), ("--plain",)])
@pytest.mark.parametrize(
    "place", ["/proc/nothing/can/be/made", "/dev/null/is/no/folder"], ids=["read-only", "no folder"]
)
def test_where_nothing_can_be_written_the_session_goes_on_with_one_warning(
    open_pty: Callable[..., Pty], words: tuple[str, ...], place: str
) -> None:
    pty = open_pty(*words, ORMTUTOR_HOME=place)
    pty.wait_for("Run it? [y/N]")  # that it was agreed to cannot be kept either
    pty.keys("y\r")
    pty.wait_for("rogress cannot be kept")
    pty.wait_for(">>> ")
    for line in PASS:
        pty.keys(line + "\r")
    pty.wait_for("tep done")
    pty.keys(":list\r")
    pty.wait_for("done")
    pty.keys(CTRL_D)
    assert pty.end() == 0
    assert "fault of ormtutor" not in pty.raw


def test_on_a_full_disk_the_session_goes_on_with_one_warning(
    home: Path, open_pty: Callable[..., Pty], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_DISK)
    pty = open_pty("--plain", PYTHONPATH=f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    pty.wait_for("rogress cannot be kept")
    for line in PASS:
        pty.keys(line + "\r")
    pty.wait_for("OK. Step done")
    pty.keys(CTRL_D)
    assert pty.end() == 0
    assert not (home / "progress.json").exists()


def test_a_session_writes_nowhere_but_in_its_own_places(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    for folder in (here, temporary):
        folder.mkdir()
    monkeypatch.chdir(here)
    script = f"{ALL}\nopen('x.txt', 'w').write('x')\ncreate_engine('sqlite:///y.db').connect()\n"
    learn(script=script, TMPDIR=str(temporary), HOME=str(here))
    with Pty(home, "--plain", str(LESSON_FILE), TMPDIR=str(temporary), HOME=str(here)).child as it:
        it.expect(">>> ")
        it.send(f"{PASS[0]}\r:quit\r")
        it.expect_exact("quit")
        it.wait()
    assert [*here.iterdir(), *temporary.iterdir()] == []
    kept = {path.name for path in home.iterdir()}
    assert kept <= {"cache", "history", "progress.json", "progress.lock", "trusted.json"}


# --- the same verdicts everywhere -----------------------------------------------------------------

CLOCK = (
    "import random, time\n"
    "time.time = lambda real=time.time: real() + random.choice([-10**9, 0, 10**9])\n"
    "time.localtime = lambda *a, real=time.localtime: real(0)"
)


@pytest.mark.parametrize(
    ("before", "variables"),
    [
        (CLOCK, {}),
        ("", {"PYTHONHASHSEED": "1"}),
        ("", {"PYTHONHASHSEED": "4294967295"}),
        ("", {"LC_ALL": "C", "LANG": "C"}),
        ("", {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}),
        ("", {"PYTHONIOENCODING": "cp1252"}),
        ("", {"PYTHONOPTIMIZE": "2"}),
        ("", {"TZ": "Pacific/Kiritimati"}),
    ],
)
def test_the_verdicts_depend_on_nothing_around_them(before: str, variables: dict[str, str]) -> None:
    code, usual, complaints = learn()
    assert (code, complaints) == (0, "")
    assert learn(before=before, **variables) == (code, usual, "")


# --- all lessons ----------------------------------------------------------------------------------


def begin_check(paths: Sequence[Path]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ormtutor", "check", "--color=never", *map(str, paths)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def said_of_steps(process: subprocess.Popen[str]) -> list[str]:
    """Return what was said about each step, without the times."""
    told = process.communicate(timeout=600)[0]
    assert process.returncode == 0, told
    return sorted(line.split()[0] for line in told.splitlines() if " s  ok" in line)


def sample(size: int) -> list[Path]:
    """Return the shortest lessons, in any order."""
    lessons = sorted(COURSE.glob("[0-9]*.md"), key=lambda path: path.stat().st_size)[:size]
    return random.Random(size).sample(lessons, len(lessons))


@pytest.mark.parametrize("size", [2, pytest.param(99, marks=pytest.mark.soak)])
def test_lessons_are_true_twice_in_any_order_and_side_by_side(size: int) -> None:
    paths = sample(size)
    side_by_side = [begin_check(order) for order in (paths, paths[::-1])]
    said, again = map(said_of_steps, side_by_side)
    assert said == again
    assert len(said) > size


# --- killed at any moment -------------------------------------------------------------------------


def kill_and_look(home: Path, chance: random.Random) -> str:
    """Pass a step in line mode, kill the tutor; return what was shown but not kept."""
    pty = Pty(home, "--plain", str(LESSON_FILE))
    shown: list[str] = []
    try:
        pty.wait_for(">>> ")
        pty.keys("\r".join(PASS) + "\r")
        if chance.random() < 0.7:
            pty.wait_for("tep done")
            shown.append("put")
            pty.keys(":next\r:next\r")
        for _ in range(chance.randrange(6)):
            pty.read()
        os.kill(pty.child.pid, signal.SIGKILL)
        while pty.read():
            pass
        if "tep done" in pty.text and "put" not in shown:
            shown.append("put")
    finally:
        pty.child.close(force=True)
    warnings: list[str] = []
    kept = Progress(home / "progress.json", on_warning=warnings.append)
    lost = [step for step in shown if kept.status("shelf", step) != "done"]
    return " ".join([*lost, *warnings])


CHUNKS = [
    (0, 4),
    *(pytest.param(first, 50, marks=pytest.mark.soak) for first in range(0, 1000, 50)),
]


@pytest.mark.parametrize(("first", "times"), CHUNKS)
def test_a_step_that_was_shown_as_passed_survives_a_kill(
    tmp_path: Path, first: int, times: int
) -> None:
    lost = []
    for number in range(first, first + times):
        lost.append(kill_and_look(tmp_path / str(number), random.Random(number)))
    print(f"soak: killed {times} times from seed {first}, lost {sum(map(bool, lost))}")
    assert lost == [""] * times
