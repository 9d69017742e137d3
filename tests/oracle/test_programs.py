"""Programs written by hand do the same on miniorm and on SQLAlchemy.

Each file of programs/ is a plain SQLAlchemy program. What it prints, the error that ends it, its
warnings, every statement with its parameters, the transactions, and what the tables hold in the
end are compared, with the closed list of ormtutor/differences.py applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracle.comparison import Engine, disagreement, engines

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Engine, Engine]]:
    ours, oracle = engines()
    yield ours, oracle
    ours.stop()
    oracle.stop()


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_does_the_same(path: Path, both: tuple[Engine, Engine]) -> None:
    assert disagreement(path.read_text(encoding="utf-8"), *both) == []
