"""Each question of the course comes up on the straight path, and its answer is the right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ormtutor.course.library import find
from ormtutor.course.progress import Progress
from ormtutor.tutor import Tutor

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


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORMTUTOR_HOME", str(tmp_path / "home"))


def test_each_lesson_has_its_questions_here() -> None:
    asked = {
        lesson.id: [step.id for step in lesson.steps for _ in step.predictions]
        for lesson in find().lessons
    }
    assert {name: [step for step, _ in rows] for name, rows in ANSWERS.items()} == asked


@pytest.mark.parametrize("name", ANSWERS)
def test_who_types_the_lesson_is_asked_each_question_and_this_is_right(name: str) -> None:
    library = find()
    tutor = Tutor(library, Progress(None))
    answers = []
    try:
        tutor.open(library.lesson(name))
        for step in tutor.lesson.steps:
            for example in step.reference:
                if tutor.question() is not None:
                    answers.append((step.id, tutor.predict("").truth))
                tutor.submit(example.source)
            if step is not tutor.lesson.steps[-1]:
                tutor.next()
    finally:
        tutor.close()
    assert answers == ANSWERS[name]
