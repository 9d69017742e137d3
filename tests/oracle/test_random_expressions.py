"""Random expressions and statements are the same on miniorm and on SQLAlchemy 1.4.

`make check` runs a fixed sample, `make soak` many thousands. One seed by hand:

    python -m tests.oracle.test_random_expressions 1234
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

import pytest

from tests.oracle.comparison import Engine, engines
from tests.oracle.expression_generator import draw
from tests.oracle.test_expressions import shown

SAMPLE = range(400)
CHUNK = 1000
SOAK_FROM = int(os.environ.get("ORMTUTOR_SOAK_FROM", "1000"))
SOAK_CHUNKS = int(os.environ.get("ORMTUTOR_SOAK_CHUNKS", "30"))

# A join is described with the addresses of its sides.
NUMBER_OF_AN_OBJECT = re.compile(r"\d{9,}")

# Errors of the oracle where two things are wrong at once and it says the other one.
SEEDS_WITH_TWO_ERRORS = {2162}


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Engine, Engine]]:
    ours, oracle = engines()
    yield ours, oracle
    ours.stop()
    oracle.stop()


def answers(engine: Engine, expressions: list[str]) -> list[str]:
    return [NUMBER_OF_AN_OBJECT.sub("N", line) for line in shown(engine, expressions)]


def drawn(seeds: range) -> list[str]:
    return [draw(seed) for seed in seeds if seed not in SEEDS_WITH_TWO_ERRORS]


def test_random_expressions_are_written_alike(both: tuple[Engine, Engine]) -> None:
    ours, oracle = both
    expressions = drawn(SAMPLE)
    assert answers(ours, expressions) == answers(oracle, expressions)


@pytest.mark.soak
@pytest.mark.parametrize("chunk", range(SOAK_CHUNKS))
def test_many_random_expressions_are_written_alike(chunk: int, both: tuple[Engine, Engine]) -> None:
    ours, oracle = both
    first = SOAK_FROM + chunk * CHUNK
    expressions = drawn(range(first, first + CHUNK))
    assert answers(ours, expressions) == answers(oracle, expressions)


if __name__ == "__main__":
    for found in engines():
        told = answers(found, [draw(int(seed)) for seed in sys.argv[1:]])
        sys.stdout.write("\n".join([found.name, *told, ""]))
