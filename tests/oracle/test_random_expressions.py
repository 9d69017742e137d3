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

# The description of a join contains the addresses of its sides.
NUMBER_OF_AN_OBJECT = re.compile(r"\d{9,}")


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Engine, Engine]]:
    ours, oracle = engines()
    yield ours, oracle
    ours.stop()
    oracle.stop()


def answers(engine: Engine, expressions: list[str]) -> list[list[str]]:
    """Return what an engine answers to each expression."""
    found: list[list[str]] = []
    for line in shown(engine, expressions):
        if line in expressions[len(found) : len(found) + 1]:
            found.append([])
        found[-1].append(NUMBER_OF_AN_OBJECT.sub("N", line))
    return found


def agree(ours: list[str], oracle: list[str]) -> bool:
    """Whether two answers are the same; of two mistakes, an engine may name either."""
    return ours == oracle or (ours[1].startswith("   raises") and oracle[1].startswith("   raises"))


def disagreements(seeds: range, ours: Engine, oracle: Engine) -> list[tuple[list[str], list[str]]]:
    expressions = [draw(seed) for seed in seeds]
    pairs = zip(answers(ours, expressions), answers(oracle, expressions), strict=True)
    return [(one, other) for one, other in pairs if not agree(one, other)]


def test_random_expressions_are_written_alike(both: tuple[Engine, Engine]) -> None:
    assert disagreements(SAMPLE, *both) == []


@pytest.mark.soak
@pytest.mark.parametrize("chunk", range(SOAK_CHUNKS))
def test_many_random_expressions_are_written_alike(chunk: int, both: tuple[Engine, Engine]) -> None:
    first = SOAK_FROM + chunk * CHUNK
    assert disagreements(range(first, first + CHUNK), *both) == []


if __name__ == "__main__":
    for found in engines():
        for told in answers(found, [draw(int(seed)) for seed in sys.argv[1:]]):
            sys.stdout.write("\n".join([found.name, *told, ""]))
