"""Hostile names and values do the same on miniorm and on SQLAlchemy, and no value is in the SQL.

`make check` takes those that have broken something; `make soak` takes all.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.oracle.comparison import Engine, disagreement, engines
from tests.oracle.hostile import NAMES, VALUES, name_program, value_program

SAMPLE = [" ", 'quo"te', "%(x)s", "a.b", "+x", "\x01", "\x02\x03\x04mark"]
TAME = ["'; DROP TABLE shelves; --", "per%cent%s%(x)s", "\ud800"]


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Engine, Engine]]:
    ours, oracle = engines()
    yield ours, oracle
    ours.stop()
    oracle.stop()


def name_differences(name: str, ours: Engine, oracle: Engine) -> list[str]:
    """Return how the program of a name differs.

    SQLAlchemy warns if it cannot read a foreign key in the text of a table; ours can read it.
    """
    found = disagreement(name_program(name), ours, oracle, orders=1)
    return [text for text in found if not (text[:8] == "warnings" and "SQL-parsed" in text)]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_hostile_name_does_the_same(name: str, both: tuple[Engine, Engine]) -> None:
    assert name_differences(name, *both) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_every_hostile_name_does_the_same(name: str, both: tuple[Engine, Engine]) -> None:
    assert name_differences(name, *both) == []


@pytest.mark.parametrize("value", TAME)
def test_a_hostile_value_does_the_same(value: object, both: tuple[Engine, Engine]) -> None:
    assert disagreement(value_program(value), *both, orders=1) == []


@pytest.mark.soak
@pytest.mark.parametrize("value", VALUES)
def test_every_hostile_value_does_the_same(value: object, both: tuple[Engine, Engine]) -> None:
    assert disagreement(value_program(value), *both, orders=1) == []


def test_no_value_is_in_the_sql(both: tuple[Engine, Engine]) -> None:
    log = both[0].run(value_program("zebra'--")).log
    statements = [entry[1] for entry in log if entry[0] == "SQL"]
    bound = [entry[2] for entry in log if entry[0] == "SQL" and "zebra" in str(entry[2])]
    assert ([sql for sql in statements if "zebra" in sql], len(bound) > 30) == ([], True)
