"""The list in lines.py is complete: thirty lines, each with tests that exist and always run."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.survival.lines import LINES

HERE = Path(__file__).parent
TESTS = {
    f"{path.stem}::{node.name}": node
    for path in HERE.glob("test_*.py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
}


def test_there_are_thirty_lines() -> None:
    assert list(LINES) == list(range(1, 31))


@pytest.mark.parametrize("number", LINES)
def test_each_line_has_tests_that_always_run(number: int) -> None:
    title, names = LINES[number]
    assert title
    assert names
    for name in names:
        decorators = [ast.unparse(decorator) for decorator in TESTS[name].decorator_list]
        assert not [text for text in decorators if text.startswith("pytest.mark.skip")]
        assert "pytest.mark.soak" not in decorators
        assert "pytest.mark.xfail" not in "".join(decorators)
