"""A lesson as data: its JSON copy, its names and numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ormtutor.course import markdown
from ormtutor.course.lesson import Lesson, from_json, release, to_json

SESSION = Path(__file__).parent / "lessons" / "session.md"


@pytest.fixture(scope="module")
def session() -> Lesson:
    return markdown.read(SESSION.read_text(encoding="utf-8"), SESSION)


def test_a_lesson_comes_back_from_json_as_it_was(session: Lesson) -> None:
    assert from_json(json.loads(json.dumps(to_json(session))), SESSION) == session


def test_a_lessons_number_is_that_of_its_file(session: Lesson) -> None:
    assert session.number is None
    assert from_json(to_json(session), Path("lessons/02-session.md")).number == 2


def test_a_step_is_found_by_its_id(session: Lesson) -> None:
    assert session.step("list").title == "Challenge: a list in two trips"
    assert session.index("list") == 1


def test_a_step_that_is_not_there_is_a_key_error(session: Lesson) -> None:
    with pytest.raises(KeyError):
        session.step("nowhere")


def test_an_example_knows_its_lines(session: Lesson) -> None:
    user = session.setup[3]
    assert user.source.startswith("class User(Base):")
    assert (user.line, user.want_line, user.end) == (14, 19, 18)


def test_a_release_is_the_numbers_of_a_version() -> None:
    assert release("1.4.54+ormtutor") == (1, 4, 54)
    assert release("2.1.0b1") == (2, 1, 0)
    assert release("unknown") == ()
