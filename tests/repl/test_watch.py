"""`--watch`: the lesson is loaded again when its file changes."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from ormtutor.course.library import parse
from ormtutor.repl.events import StepOpened
from ormtutor.repl.watch import Watch
from tests.repl.conftest import Talk
from tests.repl.shelf import LESSON_FILE
from tests.repl.test_terminal import CTRL_D, Pty


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(LESSON_FILE, tmp_path / "01-shelf.md"))


@pytest.fixture
def author(talk: Talk, path: Path) -> Talk:
    """Return a talk in a lesson that is being written."""
    lesson = parse(path)
    talk.dialog.open(lesson)
    talk.dialog.watch = Watch(lesson)
    return talk


def change(path: Path, old: str, new: str) -> None:
    """Write the file as editors do: a new one, renamed over the old."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    beside = path.with_suffix(".new")
    beside.write_text(text.replace(old, new, 1), encoding="utf-8")
    os.replace(beside, path)


def test_a_changed_lesson_is_loaded_before_the_next_input(author: Talk, path: Path) -> None:
    title = author.dialog.tutor.step.title
    change(path, title, f"{title}, again")
    assert author.perform("1 + 1")[0] == "01-shelf.md has changed: loaded again."
    assert author.dialog.tutor.step.title == f"{title}, again"
    assert [event.step.title for event in author.events if isinstance(event, StepOpened)] == [
        f"{title}, again"
    ]


def test_an_unchanged_lesson_stays(author: Talk) -> None:
    author.perform("x = 1")
    assert author.perform("x") == []
    assert author.dialog.tutor.turns[-1].value == "1"


def test_the_author_stays_in_the_step(author: Talk, path: Path) -> None:
    steps = [step.id for step in author.dialog.tutor.lesson.steps]
    author.perform(f":go {steps[1]}")
    change(path, "\n## ", "\nA word more.\n\n## ")
    author.perform("1")
    assert author.dialog.tutor.step.id == steps[1]


def test_a_file_that_breaks_the_format_is_told_and_the_lesson_stays(
    author: Talk, path: Path
) -> None:
    before = author.dialog.tutor.lesson
    change(path, "```hint", "```hnit")
    told = author.perform("1 + 1")
    assert "01-shelf.md:58: a fence that begins with hnit means" in re.sub(
        r"\s+", " ", "".join(told)
    )
    assert author.dialog.tutor.lesson is before
    assert author.dialog.tutor.turns[-1].value == "2"
    change(path, "```hnit", "```hint")
    assert author.perform("1 + 1")[0] == "01-shelf.md has changed: loaded again."


def test_the_screen_follows_the_file_by_itself(path: Path, home: Path) -> None:
    pty = Pty(home, str(path), "--watch")
    try:
        pty.wait_for("kernel: ready")
        change(path, parse(path).steps[0].title, "Another heading")
        pty.wait_for("Another heading")
        pty.keys(CTRL_D)
        assert pty.end() == 0
    finally:
        pty.child.close(force=True)
    assert not (home / "progress.json").exists()
