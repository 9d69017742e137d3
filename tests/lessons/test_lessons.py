"""Each lesson of the course is true: on our engine, on SQLAlchemy, and for a learner."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ormtutor.course.library import find, parse, usual_places
from ormtutor.course.progress import Progress
from ormtutor.runner import Report, check_file
from ormtutor.tutor import Tutor
from tests.oracle.releases import installed

LESSONS = sorted(path for place in usual_places() for path in place.glob("[0-9]*.md"))
RELEASES = ["1.4", "2.1"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORMTUTOR_HOME", str(tmp_path / "home"))


def findings(report: Report) -> list[str]:
    told = [str(report.error)] if report.error is not None else []
    return told + ["\n".join(f.lines()) for f in report.findings if not f.is_note]


def test_the_course_has_lessons_and_each_can_be_read() -> None:
    library = find()
    assert library.problems == ()
    assert [lesson.path for lesson in library.lessons] == LESSONS


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_what_it_says(path: Path) -> None:
    assert findings(check_file(path)) == []


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_true_of_sqlalchemy(path: Path, release: str) -> None:
    report = check_file(path, engine="sqlalchemy", engine_path=[str(installed(release))])
    assert findings(report) == []


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_a_doctest_file(path: Path, release: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "doctest", str(path)],
        env={"PYTHONPATH": str(installed(release))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.returncode) == ("", 0)


ANSWERS = {
    "mapping": [("engine", "0"), ("declare", "0"), ("add", "0"), ("commit", "2")],
    "session": [("queued", "0"), ("autoflush", "2"), ("identity", "1"), ("commit", "1")],
    "querying": [("operators", "2"), ("null", "3"), ("count", "(6, 5)")],
    "relationships": [("both-ends", "0"), ("lazy", "1")],
    "joins": [("where", "3"), ("duplicates", "(3, 2)")],
    "loading": [("n-plus-one", "5"), ("not-the-same", "2"), ("populate-existing", "1")],
    "cascades": [("null", "3"), ("ghost", "1")],
    "many-to-many": [("append", "3"), ("eager", "2")],
}
"""The answer to each question of each lesson, in their order."""


def test_each_lesson_has_its_questions_here() -> None:
    asked = {
        lesson.id: [step.id for step in lesson.steps for _ in step.predictions]
        for lesson in find().lessons
    }
    assert {name: [step for step, _ in rows] for name, rows in ANSWERS.items()} == asked


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_who_types_the_lesson_is_asked_each_question_and_has_done_all_of_it(
    path: Path, tmp_path: Path
) -> None:
    lesson = parse(path)
    answers = []
    progress = Progress(tmp_path / "progress.json")
    library = find([path.parent])
    tutor = Tutor(library, progress)
    try:
        tutor.open(lesson)
        for step in lesson.steps:
            for example in step.reference:
                if tutor.question() is not None:
                    answers.append((step.id, tutor.predict("").truth))
                tutor.submit(example.source)
            assert (step.id, tutor.passed) == (step.id, True)
            if step is not lesson.steps[-1]:
                tutor.next()
    finally:
        tutor.close()
        progress.close()
    assert answers == ANSWERS[lesson.id]
    later = Progress(tmp_path / "progress.json")
    assert later.is_finished(lesson)
    assert {later.status(lesson.id, step.id) for step in lesson.steps} <= {"done"}
