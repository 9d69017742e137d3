"""Finding lessons: by id, number, file name and path; a kept copy of what was parsed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ormtutor.course.library import Library, find, is_lesson, parse, plugins
from ormtutor.errors import LessonError, UsageError

STEP = "## First {#first}\n\n```pycon\n>>> x = 1\n>>> x\n1\n\n```\n"


def header(id: str) -> str:
    return f'```toml lesson\nformat = 1\nid = "{id}"\ntitle = "{id.title()}"\n```\n\n'


@pytest.fixture
def library(write: Callable[..., Path]) -> Library:
    write(STEP, "course/02-loading.md", header=header("loading"))
    first = write(STEP, "course/01-mapping.md", header=header("mapping"))
    write("# How to write a lesson\n", "course/README.md", header="")
    return find([first.parent])


def test_lessons_come_in_the_order_of_their_file_names(library: Library) -> None:
    assert [lesson.id for lesson in library.lessons] == ["mapping", "loading"]


@pytest.mark.parametrize("name", ["loading", "2", "02", "02-loading", "02-loading.md"])
def test_a_lesson_has_many_names(library: Library, name: str) -> None:
    assert library.lesson(name).id == "loading"


def test_a_lesson_is_found_by_its_path(library: Library, write: Callable[..., Path]) -> None:
    path = write(STEP, "elsewhere/mine.md", header=header("mine"))
    assert library.lesson(str(path)).id == "mine"


def test_a_wrong_name_gets_the_nearest_one(library: Library) -> None:
    with pytest.raises(UsageError) as caught:
        library.lesson("loadin")
    assert str(caught.value) == (
        "there is no lesson 'loadin'\nDid you mean loading? `ormtutor list` shows all."
    )


def test_a_name_like_no_other_gets_all_names(library: Library) -> None:
    with pytest.raises(UsageError, match="There are: mapping, loading"):
        library.lesson("zzz")


def test_a_place_is_a_lesson_and_a_step(library: Library) -> None:
    lesson, step = library.place("mapping/first")
    assert (lesson.id, step) == ("mapping", "first")


def test_a_wrong_step_gets_the_nearest_one(library: Library) -> None:
    with pytest.raises(UsageError, match="Did you mean mapping/first"):
        library.place("mapping/fist")


def test_the_lesson_after_the_last_is_none(library: Library) -> None:
    mapping, loading = library.lessons
    assert library.after(mapping) == loading
    assert library.after(loading) is None


def test_a_broken_lesson_hides_no_other(write: Callable[..., Path]) -> None:
    write(STEP, "course/01-mapping.md", header=header("mapping"))
    broken = write("## No id\n", "course/02-broken.md", header=header("broken"))
    library = find([broken.parent])
    assert [lesson.id for lesson in library.lessons] == ["mapping"]
    with pytest.raises(LessonError, match=r"02-broken\.md:7: the heading 'No id' has no id"):
        library.lesson("02-broken")


def test_two_lessons_cannot_have_one_id(write: Callable[..., Path]) -> None:
    write(STEP, "course/01-mapping.md", header=header("mapping"))
    second = write(STEP, "course/02-mapping.md", header=header("mapping"))
    (problem,) = find([second.parent]).problems
    assert problem.message == "the id 'mapping' is taken by 01-mapping.md"


def test_the_course_is_found_without_being_told_where() -> None:
    assert "mapping" in [lesson.id for lesson in find().lessons]


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Install a distribution with lessons: a module, and the value of its entry point."""

    def install(source: str) -> None:
        site = tmp_path / "site"
        info = site / "garden_lessons-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: garden-lessons\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text("[ormtutor.lessons]\nall = garden_lessons:PLACE\n")
        (site / "garden_lessons.py").write_text(source, encoding="utf-8")
        monkeypatch.syspath_prepend(str(site))
        monkeypatch.delitem(sys.modules, "garden_lessons", raising=False)

    return install


def test_other_distributions_bring_lessons_under_their_name(
    library: Library, distribution: Callable[[str], None], write: Callable[..., Path]
) -> None:
    path = write(STEP, "garden/01-beds.md", header=header("beds"))
    distribution(f"PLACE = {str(path.parent)!r}\n")
    assert [lesson.id for lesson in plugins().lessons] == ["garden-lessons:beds"]
    assert library.lesson("garden-lessons:beds").path == path


def test_a_distribution_that_is_broken_is_a_problem_and_no_crash(
    distribution: Callable[[str], None],
) -> None:
    distribution("raise RuntimeError('not today')\n")
    (problem,) = plugins().problems
    assert problem.message == "the lessons of garden-lessons cannot be found: not today"


def test_a_parsed_lesson_is_kept_and_the_parser_not_asked_again(
    write: Callable[..., Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(STEP)
    first = parse(path)
    monkeypatch.setitem(sys.modules, "ormtutor.course.markdown", None)
    monkeypatch.delattr("ormtutor.course.markdown", raising=False)
    assert parse(path) == first


def test_a_damaged_copy_is_parsed_anew(write: Callable[..., Path], home: Path) -> None:
    path = write(STEP)
    first = parse(path)
    (kept,) = (home / "cache" / "lessons").iterdir()
    kept.write_text(json.dumps({"id": "short"}), encoding="utf-8")
    assert parse(path) == first


def test_a_changed_lesson_is_another(write: Callable[..., Path]) -> None:
    before = parse(write(STEP))
    after = parse(write(STEP.replace("x = 1", "x = 2").replace("\n1\n", "\n2\n")))
    assert before.digest != after.digest
    assert after.steps[0].examples[0].source == "x = 2"


def test_the_shared_file_is_part_of_the_lesson(write: Callable[..., Path]) -> None:
    used = header("mapping").replace("```\n\n", 'use = "shelf.py"\n```\n\n')
    path = write(STEP, "course/01-mapping.md", header=used)
    path.with_name("shelf.py").write_text("SHELVES = 3\n", encoding="utf-8")
    first = parse(path)
    assert first.shared == "SHELVES = 3\n"
    path.with_name("shelf.py").write_text("SHELVES = 4\n", encoding="utf-8")
    assert parse(path).digest != first.digest


def test_a_missing_shared_file_is_told(write: Callable[..., Path]) -> None:
    used = header("mapping").replace("```\n\n", 'use = "shelf.py"\n```\n\n')
    with pytest.raises(LessonError, match=r"use names 'shelf\.py', and no such file"):
        parse(write(STEP, header=used))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LessonError, match=r"nowhere\.md:1: there is no such file"):
        parse(tmp_path / "nowhere.md")


def test_a_file_that_is_no_text_is_told_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "binary.md"
    path.write_bytes(b"one\ntwo \xff\n")
    with pytest.raises(LessonError, match=r"binary\.md:2: this is not UTF-8 text"):
        parse(path)


def test_a_byte_order_mark_is_no_text(write: Callable[..., Path]) -> None:
    path = write(STEP)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert is_lesson(path)
    assert parse(path).id == "short"


def test_only_a_file_that_begins_with_the_header_is_a_lesson(write: Callable[..., Path]) -> None:
    assert is_lesson(write(STEP))
    assert not is_lesson(write(STEP, "other.md", header="# Title\n\n"))
    assert not is_lesson(Path("nowhere.md"))
