"""Random programs do the same on miniorm and on SQLAlchemy: output, errors, statements, tables.

Every second program is watched while it runs, see watch.py. `make check` runs a small fixed sample,
`make soak` thousands of seeds, in chunks. One seed by hand:

    python -m tests.oracle.test_random_programs models 1234
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from tests.oracle.comparison import Engine, disagreement, engines, shrink
from tests.oracle.generator import Program, generate
from tests.oracle.generator2 import generate as generate_other
from tests.oracle.generator3 import generate as generate_models
from tests.oracle.mutations import generate as generate_slips

MAKERS = {
    "first": generate,
    "other": generate_other,
    "models": generate_models,
    "slips": generate_slips,
}
SAMPLES = [("first", 40), ("other", 16), ("models", 16), ("slips", 24)]

# Ours and the oracle: unwatched, and watched.
Both = list[tuple[Engine, Engine]]

CHUNK = 100
SOAK_FROM = int(os.environ.get("ORMTUTOR_SOAK_FROM", "1000"))
SOAK_CHUNKS = int(os.environ.get("ORMTUTOR_SOAK_CHUNKS", "30"))


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    ours, oracle = engines()
    watched = Engine("miniorm", watched="watched")
    yield [(ours, oracle), (watched, oracle)]
    for engine in (ours, watched, oracle):
        engine.stop()


def difference(program: Program, ours: Engine, oracle: Engine) -> str:
    """Return the smallest part of a program on which the engines differ, and how; or empty."""
    if not disagreement(program.source, ours, oracle):
        return ""
    small = shrink(program, ours, oracle)
    found = disagreement(small.source, ours, oracle)
    return "\n".join([f"seed {program.seed}", *small.opening[1:], *small.body, "", *found])


@pytest.mark.parametrize(
    ("kind", "seed"), [(kind, seed) for kind, count in SAMPLES for seed in range(count)]
)
def test_a_random_program_does_the_same(kind: str, seed: int, both: Both) -> None:
    assert difference(MAKERS[kind](seed), *both[seed % 2]) == ""


@pytest.mark.soak
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("chunk", range(SOAK_CHUNKS))
def test_many_random_programs_do_the_same(chunk: int, kind: str, both: Both) -> None:
    first = SOAK_FROM + chunk * CHUNK
    found = [
        difference(MAKERS[kind](seed), *both[seed % 2]) for seed in range(first, first + CHUNK)
    ]
    differing = [text for text in found if text]
    agree = f"{kind}, seeds from {first}: {CHUNK - len(differing)} of {CHUNK} agree"
    print(agree)
    assert not differing, "\n\n".join([agree, *differing])


if __name__ == "__main__":
    for argument in sys.argv[2:]:
        program = MAKERS[sys.argv[1]](int(argument))
        print(difference(program, *engines()) or f"seed {argument}: no difference")
