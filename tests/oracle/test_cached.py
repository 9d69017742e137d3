"""What is compiled once and kept behaves like what is compiled each time: no program can tell.

Statements, row loaders and the shapes of queries are kept by structure, and get new values. If a
structure said too little, a statement would get the text or the values of another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracle.comparison import Engine
from tests.oracle.generator import generate
from tests.oracle.generator2 import generate as generate_other
from tests.oracle.generator3 import generate as generate_models

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))
#: They can tell: the log says what was kept, and what is kept ignores later classes and columns.
TELLS = {"core_echo", "core_late_columns", "orm_late_properties", "orm_when_configured"}
FORGET = """
from ormtutor.miniorm.sql.traversal import FreshShapes, Shapes
FreshShapes.find = Shapes.find = lambda shapes, key: None
"""


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Engine, Engine]]:
    keeping, forgetting = Engine("miniorm"), Engine("miniorm")
    assert forgetting.run(FORGET).error == ""
    yield keeping, forgetting
    keeping.stop()
    forgetting.stop()


def check(source: str, both: tuple[Engine, Engine]) -> None:
    kept, anew = [engine.run(source) for engine in both]
    assert (kept.output, kept.error, kept.log) == (anew.output, anew.error, anew.log)
    assert kept.tables == anew.tables
    # A warning of the compiler is given once for all statements of the same structure.
    assert set(kept.warnings) == set(anew.warnings)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_cannot_tell_what_is_kept(path: Path, both: tuple[Engine, Engine]) -> None:
    if path.stem not in TELLS:
        check(path.read_text(encoding="utf-8"), both)


@pytest.mark.parametrize("seed", range(12))
def test_a_random_program_cannot_tell_what_is_kept(seed: int, both: tuple[Engine, Engine]) -> None:
    for make in (generate, generate_other, generate_models):
        check(make(seed).source, both)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5000, 5300))
def test_many_random_programs_cannot_tell(seed: int, both: tuple[Engine, Engine]) -> None:
    for make in (generate, generate_other, generate_models):
        check(make(seed).source, both)
