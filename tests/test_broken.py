"""The corpus of broken lessons, one for each rule: what `ormtutor check` prints of it.

`tests/broken/NAME.md` is a lesson with one mistake, `NAME.txt` what is said about it, with the
file's name in place of its path. `python -m tests.test_broken` writes the texts.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ormtutor import check, reference
from ormtutor.course import library, markdown
from ormtutor.runner import check_file, exit_code

CORPUS = Path(__file__).parent / "broken"
LESSONS = sorted(CORPUS.glob("*.md"))
BROKEN_ELSEWHERE = {
    "a known difference: .*",  # on SQLAlchemy: test_check.py
    "SQLAlchemy .* sends this otherwise",
    "there is no such file",  # no lesson at all: test_library.py
    "the file cannot be read: .*",
    "the lessons of .* cannot be found: .*",
}
SECONDS = 1.0
"""How long the endless example may run before it is stopped."""


def told(path: Path) -> str:
    """Return what is said about a lesson: its error, else its findings."""
    report = check_file(path)
    lines = (
        str(report.error).split("\n")
        if report.error is not None
        else [line for finding in report.findings for line in finding.lines()]
    )
    ending = f"exit code {exit_code([report])}"
    text = "\n".join([*lines, ending]) + "\n"
    return text.replace(str(path), path.name)


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "EXAMPLE_SECONDS", SECONDS)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_is_wrong_is_said_with_line_and_mend(path: Path) -> None:
    assert told(path) == path.with_suffix(".txt").read_text(encoding="utf-8")


def problems_in(module: str, *functions: str) -> list[str]:
    """Return the problems that calls of these functions name, as patterns: `{...}` is anything."""
    found = []
    for node in ast.walk(ast.parse(Path(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in functions:
            texts = [pattern for argument in node.args if (pattern := pattern_of(argument))]
            found += texts[:1]
    return found


def pattern_of(node: ast.expr) -> str:
    """Return a pattern for a string in the source; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [
            re.escape(part.value) if isinstance(part, ast.Constant) else ".*"
            for part in node.values
        ]
        return "".join(parts) if " " in "".join(map(str, parts)) else ""
    return ""


def test_each_rule_has_a_lesson_that_breaks_it() -> None:
    said = "\n".join(path.with_suffix(".txt").read_text(encoding="utf-8") for path in LESSONS)
    rules = [
        *problems_in(markdown.__file__, "refuse"),
        *problems_in(check.__file__, "_finding"),
        *problems_in(library.__file__, "LessonError"),
    ]
    assert len(rules) > 60
    missing = {rule.replace("\\", "") for rule in rules if not re.search(rule, said)}
    assert missing == BROKEN_ELSEWHERE


def write() -> None:
    """Write the texts, which have to be read before they are committed."""
    reference.EXAMPLE_SECONDS = SECONDS
    for path in LESSONS:
        path.with_suffix(".txt").write_text(told(path), encoding="utf-8")


if __name__ == "__main__":
    write()
