"""Programs written by hand do the same on miniorm and on SQLAlchemy.

Each file in programs/ is a plain SQLAlchemy program, which runs to its end. What it prints, its
warnings, every statement with its parameters, the transactions, and what the tables hold at the
end are compared, after applying the closed list of ormtutor/differences.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracle.comparison import Engine, disagreement_of, engines

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Engine, Engine]]:
    ours, oracle = engines()
    yield ours, oracle
    ours.stop()
    oracle.stop()


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_does_the_same(path: Path, both: tuple[Engine, Engine]) -> None:
    ours, oracle = both
    source = path.read_text(encoding="utf-8")
    outcome = ours.run(source)
    assert outcome.error == "", "what stands behind this would not be compared"
    assert disagreement_of(outcome, source, oracle) == []
