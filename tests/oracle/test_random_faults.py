"""A flush that fails at any of its statements is undone by rollback(), and can be done again.

The same programs run on miniorm and on SQLAlchemy: what they print about errors, states of objects
and tables is the same; on miniorm it is also what faults.py demands. In
tests/miniorm/orm/test_faults.py they run without listeners, on the shorter paths to the cursor.

`make check` runs a small fixed sample; `make soak` hundreds of seeds.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.oracle.comparison import Engine, Outcome, differences, engines
from tests.oracle.faults import generate_faults

SAMPLE = (3, 104)
CHUNKS = range(10)
CHUNK = 30
ORDERS = 8

# Here SQLAlchemy has lost an object's session and fails by itself; miniorm goes on.
FAILS_IN_ITSELF = "AttributeError: 'InstanceState' object has no attribute '_instance_dict'"


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Engine, Engine]]:
    ours, oracle = engines()
    yield ours, oracle
    ours.stop()
    oracle.stop()


def disagreement(seed: int, ours: Engine, oracle: Engine) -> list[str]:
    """Return how undoing a program differs between the engines, or from what it should be."""
    source = generate_faults(seed).source
    mine, theirs = ours.run(source), oracle.run(source)
    found = [] if FAILS_IN_ITSELF in theirs.error else unlike(mine, theirs)
    for order in range(1, ORDERS if found else 0):
        found = unlike(mine, oracle.run(source, order=order))
        if not found:
            break
    return [f"seed {seed}: {text}" for text in found + broken(mine)]


def unlike(ours: Outcome, theirs: Outcome) -> list[str]:
    """Return what differs, except for the order of tables, which in SQLAlchemy is that of a set."""
    return [found for found in differences(ours, theirs) if not found.startswith("log:")]


def broken(ours: Outcome) -> list[str]:
    return [
        line for line in ours.output if line.startswith(("as ", "all ")) and line[-4:] != "True"
    ]


@pytest.mark.parametrize("seed", SAMPLE)
def test_a_failing_flush_is_undone_as_by_sqlalchemy(seed: int, both: tuple[Engine, Engine]) -> None:
    assert disagreement(seed, *both) == []


@pytest.mark.soak
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_failing_flushes_are_undone_as_by_sqlalchemy(
    chunk: int, both: tuple[Engine, Engine]
) -> None:
    first = 1000 + chunk * CHUNK
    assert [disagreement(seed, *both) for seed in range(first, first + CHUNK)] == [[]] * CHUNK
