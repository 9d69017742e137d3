"""Random programs do the same on miniorm and on SQLAlchemy: output, errors, statements, tables.

`make check` runs a small fixed sample; `make soak` thousands of seeds, in chunks. One seed by hand:

    python -m tests.oracle.test_random_programs 1234
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.oracle.comparison import Engine, disagreement, engines, shrink
from tests.oracle.generator import Program, generate
from tests.oracle.generator2 import generate as generate_other
from tests.oracle.generator3 import generate as generate_models

# The seeds of the first forty on which the engines agree; the others are issue 3's.
OPEN: set[int] = set()
SAMPLE = [seed for seed in range(40) if seed not in OPEN]
CHUNK = 100
SOAK_FROM = int(os.environ.get("ORMTUTOR_SOAK_FROM", "1000"))
SOAK_CHUNKS = int(os.environ.get("ORMTUTOR_SOAK_CHUNKS", "30"))


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Engine, Engine]]:
    ours, oracle = engines()
    yield ours, oracle
    ours.stop()
    oracle.stop()


OTHER_SAMPLE = range(16)


def difference(
    seed: int, ours: Engine, oracle: Engine, make: Callable[[int], Program] = generate
) -> str:
    """Return the smallest program of this seed on which the engines differ, and how; or ''."""
    program = make(seed)
    if not disagreement(program.source, ours, oracle):
        return ""
    small = shrink(program, ours, oracle)
    found = disagreement(small.source, ours, oracle)
    return "\n".join([f"seed {seed}", *small.opening[1:], *small.body, "", *found])


@pytest.mark.parametrize("seed", SAMPLE)
def test_a_random_program_does_the_same(seed: int, both: tuple[Engine, Engine]) -> None:
    assert difference(seed, *both) == ""


@pytest.mark.parametrize("seed", OTHER_SAMPLE)
def test_a_random_program_of_the_other_kind_does_the_same(
    seed: int, both: tuple[Engine, Engine]
) -> None:
    assert difference(seed, *both, generate_other) == ""


@pytest.mark.parametrize("seed", range(16))
def test_a_random_program_with_drawn_models_does_the_same(
    seed: int, both: tuple[Engine, Engine]
) -> None:
    assert difference(seed, *both, generate_models) == ""


@pytest.mark.soak
@pytest.mark.parametrize(
    "make", [generate, generate_other, generate_models], ids=["first", "other", "models"]
)
@pytest.mark.parametrize("chunk", range(SOAK_CHUNKS))
def test_many_random_programs_do_the_same(
    chunk: int, make: Callable[[int], Program], both: tuple[Engine, Engine]
) -> None:
    first = SOAK_FROM + chunk * CHUNK
    found = [difference(seed, *both, make) for seed in range(first, first + CHUNK)]
    differing = [text for text in found if text]
    print(f"seeds {first} to {first + CHUNK - 1}: {CHUNK - len(differing)} of {CHUNK} agree")
    assert differing == []


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(difference(int(argument), *engines()) or f"seed {argument}: no difference")
