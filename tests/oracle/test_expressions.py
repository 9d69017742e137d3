"""Each expression in expressions/*.txt is the same on miniorm and on SQLAlchemy 1.4.

Compared are: str(), the SQL for SQLite, the parameters, the names and types of the result columns,
or else the error; and the warnings. A line is one expression with the names of prelude.py. One
expression by hand:

    python -m tests.oracle.test_expressions "select(u.c.id).limit(5)"
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracle.comparison import Engine, engines, spelled

FOLDER = Path(__file__).parent / "expressions"
PRELUDE = (FOLDER / "prelude.py").read_text(encoding="utf-8")
TOPICS = sorted(path.stem for path in FOLDER.glob("*.txt"))

SHOW = """
import warnings as _warnings

_dialect = create_engine("sqlite://").dialect


def _columns(compiled):
    found = getattr(compiled, "_result_columns", None) or getattr(compiled, "result_columns", ())
    # SQLAlchemy leaves out columns that have no name; we do not.
    return [(column[0], repr(column[3])) for column in found if column[0] is not None]


def _show(_text):  # no name that an expression may use
    print(_text)
    with _warnings.catch_warnings(record=True) as _heard:
        _warnings.simplefilter("always")
        try:
            _found = eval(_text)
            print("  ", str(_found))
            if hasattr(_found, "compile"):
                _compiled = _found.compile(dialect=_dialect)
                print("  ", str(_compiled))
                print("  ", getattr(_compiled, "params", None), _columns(_compiled))
        except Exception as _error:
            print("   raises", type(_error).__name__, _error)
    for _each in _heard:
        if issubclass(_each.category, exc.SAWarning):
            print("   warns", _each.message)


for _text in _texts:
    _show(_text)
"""


def program(expressions: list[str]) -> str:
    return f"{PRELUDE}\n_texts = {expressions!r}\n{SHOW}"


def expressions_of(topic: str) -> list[str]:
    lines = (FOLDER / f"{topic}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def shown(engine: Engine, expressions: list[str]) -> list[str]:
    outcome = engine.run(program(expressions))
    return [spelled(line) for line in (*outcome.output, outcome.error)]


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Engine, Engine]]:
    ours, oracle = engines()
    yield ours, oracle
    ours.stop()
    oracle.stop()


@pytest.mark.parametrize("topic", TOPICS)
def test_expressions_are_written_alike(topic: str, both: tuple[Engine, Engine]) -> None:
    ours, oracle = both
    expressions = expressions_of(topic)
    assert shown(ours, expressions) == shown(oracle, expressions)


if __name__ == "__main__":
    for found in engines():
        sys.stdout.write("\n".join([found.name, *shown(found, sys.argv[1:]), ""]))
