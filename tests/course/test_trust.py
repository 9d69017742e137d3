"""Foreign lessons: the learner is asked once, and again when they change; never for the course."""

from __future__ import annotations

from pathlib import Path

import pytest

from ormtutor.course.library import lesson_files, usual_places
from ormtutor.course.trust import Trust, is_foreign
from tests.repl.pseudoterminal import CTRL_C, CTRL_D, Pty
from tests.repl.shelf import LESSON_FILE
from tests.test_cli import PASS, ormtutor


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "home"
    monkeypatch.setenv("ORMTUTOR_HOME", str(place))
    return place


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Return a lesson of somebody else's."""
    path = tmp_path / "01-mine.md"
    path.write_bytes(LESSON_FILE.read_bytes())
    return path


def test_the_course_is_not_foreign() -> None:
    (course,) = usual_places()
    assert not any(is_foreign(path) for path in lesson_files(course))
    assert is_foreign(LESSON_FILE)


def test_what_was_agreed_to_is_known_by_place_and_content(home: Path, mine: Path) -> None:
    Trust(home / "trusted.json").accept([mine])
    trust = Trust(home / "trusted.json")
    assert (trust.knows(mine), trust.has_changed(mine)) == (True, False)
    copy = mine.with_name("copy.md")
    copy.write_bytes(mine.read_bytes())
    assert (trust.knows(copy), trust.has_changed(copy)) == (False, False)
    mine.write_text(mine.read_text() + "\nMore.\n")
    assert (trust.knows(mine), trust.has_changed(mine)) == (False, True)


def test_the_python_beside_a_lesson_belongs_to_it(home: Path, mine: Path) -> None:
    trust = Trust(home / "trusted.json")
    trust.accept([mine])
    (mine.parent / "shared.py").write_text("import os\n")
    assert not trust.knows(mine)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"a": [1]}'])
def test_a_damaged_file_knows_nothing(home: Path, mine: Path, content: bytes) -> None:
    home.mkdir()
    (home / "trusted.json").write_bytes(content)
    assert not Trust(home / "trusted.json").knows(mine)


def test_the_learner_is_asked_once_and_told_where_it_comes_from(home: Path, mine: Path) -> None:
    pty = Pty(home, "--plain", str(mine), is_asked=True, columns=200)
    pty.wait_for("Run it? [y/N]")
    assert str(mine.resolve()) in pty.text
    assert "A lesson is a program: its code runs on this computer, with your rights." in pty.text
    pty.keys("y\r")
    pty.wait_for(">>> ")
    pty.keys(CTRL_D)
    assert pty.end() == 0
    again = Pty(home, str(mine), is_asked=True)
    again.wait_for("kernel: ready")
    assert "Run it?" not in again.raw
    again.keys(CTRL_D)
    assert again.end() == 0


@pytest.mark.parametrize("answer", ["\r", "n\r", "maybe\r", CTRL_C, CTRL_D])
def test_without_a_yes_nothing_runs(home: Path, mine: Path, answer: str) -> None:
    pty = Pty(home, str(mine), is_asked=True)
    pty.wait_for("Run it? [y/N]")
    pty.keys(answer)
    pty.wait_for("Nothing was run.")
    assert pty.end() == 0
    assert not Trust(home / "trusted.json").knows(mine)


def test_a_change_is_asked_about_again(home: Path, mine: Path) -> None:
    Trust(home / "trusted.json").accept([mine])
    mine.write_text(mine.read_text() + "\nMore.\n")
    pty = Pty(home, "--plain", str(mine), is_asked=True, columns=200)
    pty.wait_for(f"{mine.resolve()} (changed)")
    pty.child.close(force=True)


def test_a_folder_of_lessons_is_asked_about_too(home: Path, mine: Path) -> None:
    pty = Pty(home, "--plain", "--lessons", str(mine.parent), is_asked=True, columns=200)
    pty.wait_for("Run it? [y/N]")
    assert str(mine.resolve()) in pty.text
    pty.child.close(force=True)


@pytest.mark.usefixtures("home")
def test_without_a_terminal_it_is_said_and_not_asked(mine: Path) -> None:
    done = ormtutor(str(mine), script=f"{PASS}:next\n:next\n:skip\n")
    assert (done.returncode, done.stderr) == (
        0,
        f"ormtutor: not part of the course: {mine.resolve()}\n",
    )


@pytest.mark.usefixtures("home")
def test_neither_the_course_nor_check_says_anything(mine: Path) -> None:
    assert "not part" not in ormtutor("mapping", script="1 + 1\n").stderr
    assert ormtutor("check", str(mine), "-k", "put").stderr == ""


@pytest.mark.usefixtures("home")
def test_files_are_opened_where_it_is_allowed(tmp_path: Path) -> None:
    script = f"create_engine('sqlite:///{tmp_path.home()}/of-a-learner.db').connect()\n"
    assert "`ormtutor --allow-files` opens any" in ormtutor("play", script=script).stdout
    script = "create_engine('sqlite:////proc/none.db').connect()\n"
    allowed = ormtutor("play", "--allow-files", script=script).stdout
    assert "unable to open database file" in allowed


def test_what_its_author_writes_and_watches_is_not_asked_about(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "09-new.md"
    assert ormtutor("new", str(path)).returncode == 0
    pty = Pty(home, "--plain", "--watch", str(path), is_asked=True)
    pty.wait_for("loaded again")
    path.write_text(path.read_text() + "\nMore.\n")
    pty.keys("6 * 7\r")
    pty.wait_for("42")
    pty.keys(":quit\r")
    assert pty.end() == 0
    assert Trust(home / "trusted.json").knows(path)


@pytest.mark.usefixtures("home")
def test_a_file_is_not_opened_from_the_prompt(mine: Path) -> None:
    done = ormtutor("mapping", script=f":go {mine}/put\n")
    said = "".join(done.stdout.split())  # the path may be broken over two lines
    assert f"{mine}isafile,andfilesareopenedfromtheshell." in said
