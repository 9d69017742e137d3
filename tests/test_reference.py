"""The lesson's own answers: sources taken apart, challenges, vectors kept on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ormtutor import reference
from ormtutor.course.lesson import Lesson
from ormtutor.course.library import parse
from ormtutor.reference import (
    Subject,
    bound_names,
    judged_by,
    measured,
    run_reference,
    statements_of,
    subject_of,
    vectors_of,
)
from ormtutor.replay import Entry, Kernels, path_to, replica_of

HEADER = '```toml lesson\nformat = 1\nid = "short"\ntitle = "A short one"\n```\n\n'
LESSON = HEADER + (
    "## First {#first}\n\n"
    "```pycon\n>>> x = 1\n>>> x\n1\n>>> x = x + 1\n>>> x\n2\n\n```\n\n"
    "```check\nx == 2  # x is two | It is {left}.\n```\n\n"
    "```python mistake\n#: That is three.\nx = 3\n```\n\n"
    "```python alt\nx = 5\nx = 2\n```\n\n"
    "## Second {#second}\n\n"
    "```pycon solution\n>>> def twice(n):\n...     return 2 * n\n>>> twice(x)\n4\n\n```\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ORMTUTOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    path = tmp_path / "01-short.md"
    path.write_text(LESSON, encoding="utf-8")
    return parse(path)


@pytest.fixture(scope="module")
def kernels() -> Iterator[Kernels]:
    kernels = Kernels()
    yield kernels
    kernels.close()


# --- sources --------------------------------------------------------------------------------------


def test_a_block_is_taken_apart_as_somebody_would_type_it() -> None:
    source = "a = 1; b = 2\n@f\ndef g():\n    return 1\n\n# a remark\nfor x in y:\n    x\n"
    assert statements_of(source) == [
        (1, "a = 1; b = 2"),
        (2, "@f\ndef g():\n    return 1"),
        (7, "for x in y:\n    x"),
    ]


def test_a_block_that_is_no_python_stays_whole() -> None:
    assert statements_of("a = 1\nb =") == [(1, "a = 1\nb =")]


def test_the_names_that_lines_bind_are_found_at_their_top_level() -> None:
    sources = [
        "from x import y",
        "a, (b, *c) = 1, (2, 3)",
        "def f():\n    hidden = 1",
        "with g() as d:\n    e = [n for n in d]",
        "if a:\n    class K: pass",
        "broken =",
    ]
    assert bound_names(sources) == ("a", "b", "c", "f", "d", "e", "K")


def test_imported_names_count_where_there_are_no_others() -> None:
    assert bound_names(["import a.b", "from c import d as e"]) == ("a", "e")


def test_the_subject_of_a_challenge_is_its_last_expression(lesson: Lesson) -> None:
    assert subject_of(lesson.steps[0]) is None
    assert subject_of(lesson.steps[1]) == Subject("twice(x)", frozenset({"twice"}))


TWICE = Subject("twice(x)", frozenset({"twice"}))


def test_a_challenge_is_not_judged_before_its_name_is_there() -> None:
    assert judged_by(TWICE, ["y = 2"]) is None


def test_tries_of_the_function_are_left_out() -> None:
    sources = ["y = 2\ntwice = len\ntwice('ab')", "print(twice([]))", "y"]
    assert judged_by(TWICE, sources) == (["y = 2\ntwice = len", "y"], "twice(x)")


def test_without_a_name_the_last_expression_is_judged() -> None:
    subject = Subject("query.all()", frozenset())
    assert judged_by(subject, ["a = 1", "b = 2\na + b", "c = 3"]) == (["a = 1", "b = 2"], "a + b")
    assert judged_by(subject, ["a = 1"]) is None


# --- running --------------------------------------------------------------------------------------


def test_the_reference_knows_where_it_reached_its_goals(lesson: Lesson, kernels: Kernels) -> None:
    replica = replica_of(kernels, path_to(lesson, 0))
    found = measured(run_reference(replica, lesson, lesson.steps[0]), lesson.steps[0])
    replica.stop()
    assert (found.reached, found.trouble, found.names) == (3, "", ("x",))
    assert [item.text for item in found.end.shown] == ["", "1\n", "", "2\n"]


def test_a_reference_that_does_not_work_from_here_has_trouble(
    lesson: Lesson, kernels: Kernels
) -> None:
    start = [*path_to(lesson, 1)[:-1], Entry("learner", "del x"), Entry("begin")]
    replica = replica_of(kernels, start)
    found = measured(run_reference(replica, lesson, lesson.steps[1]), lesson.steps[1])
    replica.stop()
    assert found.trouble == "NameError: name 'x' is not defined"


def test_a_replica_is_taken_further_where_it_stands_on_the_way(
    lesson: Lesson, kernels: Kernels
) -> None:
    first = replica_of(kernels, path_to(lesson, 0))
    second = replica_of(kernels, path_to(lesson, 1), first)
    assert second is first
    other = replica_of(kernels, path_to(lesson, 0), second)
    assert other is not second
    assert not second.alive
    other.stop()


def test_what_mistakes_do_is_found_out_once(
    lesson: Lesson, kernels: Kernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = vectors_of(kernels, lesson, 0)
    assert [found.lefts for found in vectors.mistakes] == [("(('3',),)",)]
    assert {found.lefts for found in vectors.path if not any(found.goals)} == {
        ("(('There', 'is', 'no', 'name', 'x', 'yet.'),)",),
        ("(('1',),)",),
        ("(('5',),)",),
    }
    monkeypatch.setattr(reference, "_find_vectors", None)
    assert vectors_of(kernels, lesson, 0) == vectors


def test_a_damaged_copy_is_found_out_anew(lesson: Lesson, kernels: Kernels, home: Path) -> None:
    vectors = vectors_of(kernels, lesson, 0)
    (kept,) = (home / "cache" / "vectors").iterdir()
    kept.write_text("{}", encoding="utf-8")
    assert vectors_of(kernels, lesson, 0) == vectors


def test_where_the_right_answer_fails_nothing_is_called_a_mistake(
    tmp_path: Path, kernels: Kernels, home: Path
) -> None:
    path = tmp_path / "02-broken.md"
    path.write_text(LESSON.replace(">>> x = x + 1", ">>> x = x + y"), encoding="utf-8")
    assert vectors_of(kernels, parse(path), 0).mistakes == ()
    assert not (home / "cache" / "vectors").exists()
