"""Lessons as pytest items: only where asked for, with names that -k and --lf can use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

HEADER = '```toml lesson\nformat = 1\nid = "short"\ntitle = "A short one"\n```\n\n'
LESSON = (
    HEADER + "## First {#first}\n\n```pycon\n>>> x = 1\n>>> x\n1\n\n```\n\n"
    "```python alt\nx = 2 - 1\nx\n```\n\n"
    "```python mistake\n#: That is two.\nx = 2\n```\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORMTUTOR_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def lesson(pytester: pytest.Pytester) -> Path:
    path = pytester.path / "01-short.md"
    path.write_text(LESSON, encoding="utf-8")
    (pytester.path / "README.md").write_text("# Other Markdown\n", encoding="utf-8")
    return path


def test_lessons_are_not_collected_unless_asked_for(
    pytester: pytest.Pytester, lesson: Path
) -> None:
    pytester.runpytest("--collect-only", "-q").stdout.fnmatch_lines(["*no tests collected*"])


def test_each_step_and_attempt_has_a_node_id(pytester: pytest.Pytester, lesson: Path) -> None:
    result = pytester.runpytest("--ormtutor", "--collect-only", "-q")
    assert [line for line in result.outlines if "::" in line] == [
        "01-short.md::lesson",
        "01-short.md::first",
        "01-short.md::first::alt1",
        "01-short.md::first::mistake1",
    ]


def test_a_quick_run_leaves_attempts_out(pytester: pytest.Pytester, lesson: Path) -> None:
    lesson.write_text(LESSON.replace("\n1\n", "\n3\n"), encoding="utf-8")
    result = pytester.runpytest("--ormtutor", "--ormtutor-quick", "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*01-short.md:11: first: it gave something else"])


def test_the_ini_file_can_ask_for_lessons(pytester: pytest.Pytester, lesson: Path) -> None:
    pytester.makeini("[pytest]\normtutor = true\n")
    pytester.runpytest("-q").assert_outcomes(passed=4)


def test_items_can_be_chosen(pytester: pytest.Pytester, lesson: Path) -> None:
    pytester.runpytest("--ormtutor", "-k", "alt1").assert_outcomes(passed=1, deselected=3)
    pytester.runpytest("--ormtutor", "01-short.md::first").assert_outcomes(passed=1)


def test_a_finding_fails_its_item_and_is_shown_as_it_is(
    pytester: pytest.Pytester, lesson: Path
) -> None:
    lesson.write_text(LESSON.replace("\n1\n", "\n3\n"), encoding="utf-8")
    result = pytester.runpytest("--ormtutor")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["*01-short.md:11: first: it gave something else", "*- want  3", "*+ got   1"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    pytester.runpytest("--ormtutor", "--lf").assert_outcomes(failed=1)


def test_a_lesson_that_breaks_the_format_is_an_error(
    pytester: pytest.Pytester, lesson: Path
) -> None:
    lesson.write_text(LESSON + "```hint\n```\n", encoding="utf-8")
    result = pytester.runpytest("--ormtutor")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*01-short.md:25: the hint is empty", "*or drop it."])


def test_what_came_can_be_accepted(pytester: pytest.Pytester, lesson: Path) -> None:
    lesson.write_text(LESSON.replace("\n1\n", "\n3\n"), encoding="utf-8")
    result = pytester.runpytest("--ormtutor", "--ormtutor-accept")
    result.stdout.fnmatch_lines(["*lessons rewritten*", "-3", "+1"])
    assert lesson.read_text(encoding="utf-8") == LESSON


def test_nothing_is_accepted_where_nobody_looks(
    pytester: pytest.Pytester, lesson: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    result = pytester.runpytest("--ormtutor", "--ormtutor-accept")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--accept is refused where CI is set*"])


def test_lessons_can_be_spread_over_processes(pytester: pytest.Pytester, lesson: Path) -> None:
    result = pytester.runpytest_subprocess("--ormtutor", "-n", "2")
    result.assert_outcomes(passed=4)


def test_a_lesson_is_a_doctest_file_too(pytester: pytest.Pytester, lesson: Path) -> None:
    pytester.runpytest("--doctest-glob=0*.md").assert_outcomes(passed=1)


def test_importing_the_plugin_imports_nothing_of_the_tutor() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules); import ormtutor.pytest_plugin; "
        "print(sorted(set(sys.modules) - before))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert told == "['ormtutor', 'ormtutor.pytest_plugin']\n"
