"""Edits in lesson files: what was accepted, what is fixed without asking, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ormtutor.course.library import parse
from ormtutor.errors import LessonError, UsageError
from ormtutor.findings import Edit, accept, apply, fix, shown_edit
from ormtutor.runner import check_file
from tests.oracle.releases import installed

HEADER = '```toml lesson\nformat = 1\nid = "short"\ntitle = "A short one"\n```\n\n'
FIRST = "## First {#first}\n\nType it.\n\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORMTUTOR_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "01-short.md"


def edits(path: Path) -> list[Edit]:
    return [finding.edit for finding in check_file(path).findings if finding.edit is not None]


def yes(difference: str) -> bool:
    return True


def test_what_came_is_written_below_its_example(path: Path) -> None:
    body = "```pycon\n>>> x = 1\n>>> x\n2\n3\n\n>>> print('a\\n\\nb')\n\n```\n"
    path.write_text(HEADER + FIRST + body, encoding="utf-8")
    assert accept(path, edits(path), yes) == 2
    assert path.read_text(encoding="utf-8") == HEADER + FIRST + (
        "```pycon\n>>> x = 1\n>>> x\n1\n\n>>> print('a\\n\\nb')\na\n<BLANKLINE>\nb\n\n```\n"
    )
    assert check_file(path).is_ok


def test_an_exception_is_written_as_doctest_wants_it(path: Path) -> None:
    path.write_text(HEADER + FIRST + "```pycon\n>>> x = 1\n>>> x / 0\n\n```\n", encoding="utf-8")
    accept(path, edits(path), yes)
    assert path.read_text(encoding="utf-8").endswith(
        ">>> x / 0\nTraceback (most recent call last):\n    ...\n"
        "ZeroDivisionError: division by zero\n\n```\n"
    )
    assert check_file(path).is_ok


def test_output_that_does_not_come_is_taken_away(path: Path) -> None:
    path.write_text(HEADER + FIRST + "```pycon\n>>> x = 1\n1\n\n```\n", encoding="utf-8")
    accept(path, edits(path), yes)
    assert path.read_text(encoding="utf-8").endswith("```pycon\n>>> x = 1\n\n```\n")


def test_sql_that_was_sent_is_written_into_its_fence(path: Path) -> None:
    body = (
        "```pycon\n>>> from sqlalchemy import create_engine, text\n"
        '>>> engine = create_engine("sqlite://")\n'
        '>>> x = engine.connect().execute(text("SELECT :a\\n  AS b"), {"a": "it\'s"}).scalar()\n'
        "\n```\n\n```sql\nSELECT 2\nFROM t\n```\n\nMore.\n"
    )
    path.write_text(HEADER + FIRST + body, encoding="utf-8")
    report = check_file(path, engine="sqlalchemy", engine_path=[str(installed("1.4"))])
    accept(path, [f.edit for f in report.findings if f.edit is not None], yes)
    assert "```sql\nSELECT 'it''s'\n  AS b\n```\n\nMore.\n" in path.read_text(encoding="utf-8")


def test_only_what_is_approved_is_written(path: Path) -> None:
    text = HEADER + FIRST + "```pycon\n>>> x = 1\n>>> x\n2\n>>> x\n3\n\n```\n"
    path.write_text(text, encoding="utf-8")
    assert accept(path, edits(path), lambda difference: "\n-3" in difference) == 1
    assert path.read_text(encoding="utf-8") == text.replace("\n3\n", "\n1\n")


def test_the_difference_is_shown_with_its_surroundings(path: Path) -> None:
    path.write_text("a\nb\nc\nd\n", encoding="utf-8")
    assert shown_edit(path, Edit(2, 3, ("B",))).split("\n")[3:] == [" a", "-b", "+B", " c", " d"]


def test_nothing_is_accepted_where_nobody_looks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    path.write_text("a\n", encoding="utf-8")
    with pytest.raises(UsageError, match="--accept is refused where CI is set"):
        accept(path, [Edit(1, 2, ("b",))], yes)
    assert path.read_text(encoding="utf-8") == "a\n"


def test_the_ends_of_lines_stay(path: Path) -> None:
    path.write_bytes(b"a\r\nb\r\n")
    apply(path, [Edit(2, 3, ("B", "C"))])
    assert path.read_bytes() == b"a\r\nB\r\nC\r\n"


def test_several_edits_do_not_move_one_another(path: Path) -> None:
    path.write_text("a\nb\nc\n", encoding="utf-8")
    apply(path, [Edit(1, 2, ("1", "1")), Edit(3, 4, ()), Edit(2, 2, ("new",))])
    assert path.read_text(encoding="utf-8") == "1\n1\nnew\nb\n"


def test_blank_lines_and_ids_are_mended_without_asking(path: Path) -> None:
    step = "## The same!\n\n```pycon\n>>> x = 1\n```\n\n"
    path.write_text(HEADER + step + step, encoding="utf-8")
    assert [line.partition(": ")[2] for line in fix(path)] == [
        "the id the-same",
        "a blank line before the closing fence",
        "the id the-same-2",
        "a blank line before the closing fence",
    ]
    assert [step.id for step in parse(path).steps] == ["the-same", "the-same-2"]


def test_what_needs_a_decision_is_left_alone(path: Path) -> None:
    text = HEADER + FIRST + "```hint\n```\n"
    path.write_text(text, encoding="utf-8")
    assert fix(path) == []
    assert path.read_text(encoding="utf-8") == text


def test_a_file_that_is_right_is_not_touched(path: Path) -> None:
    path.write_text(HEADER + FIRST + "```pycon\n>>> x = 1\n\n```\n", encoding="utf-8")
    before = path.stat().st_mtime_ns
    assert fix(path) == []
    assert path.stat().st_mtime_ns == before


def test_what_cannot_be_read_cannot_be_mended(tmp_path: Path) -> None:
    with pytest.raises(LessonError):
        fix(tmp_path / "nowhere.md")
