"""A flush that fails at any of its statements is undone by rollback(), and can be done again.

The programs are those of tests/oracle/faults.py; here nobody listens, so that a flush takes its
shorter ways to the cursor. tests/oracle/test_random_faults.py compares them with SQLAlchemy.
"""

from __future__ import annotations

import gc
import warnings

import pytest

from tests.oracle.faults import generate_faults

SAMPLE = [0, 3, 4, 104]
CHUNKS = range(10)
CHUNK = 50


def verdicts(seed: int) -> list[str]:
    """Run the program of a seed; return what it says of each statement that failed."""
    printed: list[str] = []
    names = {"print": lambda *words: printed.append(" ".join(map(str, words)))}
    source = generate_faults(seed).source.replace("from sqlalchemy", "from ormtutor.miniorm")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(source, names)
        finally:
            gc.enable()
            names["Base"].registry.dispose()
    return [line for line in printed if line.startswith(("as ", "all "))]


@pytest.mark.parametrize("seed", SAMPLE)
def test_a_failing_flush_is_undone_and_can_be_done_again(seed: int) -> None:
    found = verdicts(seed)
    assert (len(found) > 8, [line for line in found if not line.endswith("True")]) == (True, [])


@pytest.mark.soak
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_failing_flushes_are_undone(chunk: int) -> None:
    first = 1000 + chunk * CHUNK
    found = [(seed, line) for seed in range(first, first + CHUNK) for line in verdicts(seed)]
    assert [(seed, line) for seed, line in found if not line.endswith("True")] == []
