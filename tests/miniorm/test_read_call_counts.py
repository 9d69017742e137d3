"""How many Python calls the reading side makes for an object, a row, a query: a bound for each.

Counted and not timed, so that the figures are the same on each machine. The bounds stand a little
above what was reached; how fast that is, `docs/benchmarks.md` tells.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ormtutor.miniorm.engine.create import create_engine
from ormtutor.miniorm.orm.options import joinedload, selectinload
from ormtutor.miniorm.orm.session import Session
from tests.miniorm.orm.gardens import Gardens, map_gardens

MANY = 200
PLANTS_EACH = 5

#: What is done -> the calls for each object, row or query that may not be exceeded.
MOST = {
    "load an entity": 0.5,
    "read a row": 0.5,
    "get, in the identity map": 1.5,
    "get, by a SELECT": 41,
    "filter_by().first()": 86,
    "selectinload, for each parent": 10,
    "joinedload, for each parent": 8,
    "lazy load": 48,
    "build a query and render it": 70,
}

ADVICE = """
`{name}` makes {found:.1f} Python calls each, and {most} are allowed.
Either the path got longer: look at it with
    python -m cProfile -s ncalls, on the workload of the same name in benchmarks/workloads/
and take out what each object, row or query need not do again. Or what it does now is worth it: then
raise the bound in this file, with the reason and the figures of `python -m benchmarks.engine`,
before and after, in the commit.
"""


@pytest.fixture(scope="module")
def gardens() -> Iterator[Gardens]:
    mapped = map_gardens()
    yield mapped
    mapped.Base.registry.dispose()


@pytest.fixture
def session(gardens: Gardens) -> Iterator[Session]:
    engine = create_engine("sqlite://")
    gardens.Base.metadata.create_all(engine)
    names = [{"name": f"garden {number}"} for number in range(MANY)]
    plants = [
        {"name": "fern", "garden_id": number % MANY + 1} for number in range(MANY * PLANTS_EACH)
    ]
    with engine.begin() as connection:
        connection.execute(gardens.Garden.__table__.insert(), names)
        connection.execute(gardens.Plant.__table__.insert(), plants)
    made = Session(engine)
    yield made
    made.close()
    engine.dispose()


def calls_of(run: Callable[[], Any]) -> int:
    """How many Python functions are called while it runs; what is made lives until the end."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    gc.collect()
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        made = run()
    finally:
        sys.setprofile(before)
    del made
    return count


def check(name: str, count: int, run: Callable[[], Any], prepare: Callable[[], Any]) -> None:
    """Run it twice, since the first time compiles, and hold the second against the bound."""
    prepare()
    run()
    prepare()
    found = calls_of(run) / count
    assert found <= MOST[name], ADVICE.format(name=name, found=found, most=MOST[name])


def test_load_entities(session: Session, gardens: Gardens) -> None:
    query = session.query(gardens.Garden)
    check("load an entity", MANY, query.all, session.expunge_all)


def test_read_rows(session: Session, gardens: Gardens) -> None:
    query = session.query(gardens.Garden.id, gardens.Garden.name)
    check("read a row", MANY, query.all, session.expunge_all)


def get_all(session: Session, gardens: Gardens) -> list[Any]:
    return [session.get(gardens.Garden, number) for number in range(1, MANY + 1)]


def test_get_what_is_in_the_identity_map(session: Session, gardens: Gardens) -> None:
    kept = session.query(gardens.Garden).all()
    check("get, in the identity map", MANY, lambda: get_all(session, gardens), lambda: None)
    assert len(kept) == MANY


def test_get_by_a_select(session: Session, gardens: Gardens) -> None:
    check("get, by a SELECT", MANY, lambda: get_all(session, gardens), session.expunge_all)


def test_filter_by_first(session: Session, gardens: Gardens) -> None:
    def run() -> list[Any]:
        query = session.query
        return [query(gardens.Garden).filter_by(name=f"garden {n}").first() for n in range(MANY)]

    check("filter_by().first()", MANY, run, session.expunge_all)


@pytest.mark.parametrize("load", [selectinload, joinedload])
def test_load_eagerly(session: Session, gardens: Gardens, load: Any) -> None:
    query = session.query(gardens.Garden).options(load(gardens.Garden.plants))
    check(f"{load.__name__}, for each parent", MANY, query.all, session.expunge_all)


def test_load_lazily(session: Session, gardens: Gardens) -> None:
    def run() -> list[Any]:
        return [list(garden.plants) for garden in session.query(gardens.Garden)]

    check("lazy load", MANY, run, session.expunge_all)


def test_build_and_render(session: Session, gardens: Gardens) -> None:
    Garden, Plant = gardens.Garden, gardens.Plant
    dialect = session.get_bind().dialect

    def run() -> list[Any]:
        return [
            session.query(Garden)
            .join(Garden.plants)
            .join(Garden.tools)
            .filter(Garden.name == f"garden {number}")
            .filter(Plant.name == f"plant {number}")
            .filter(Garden.id > number)
            .statement.compile(dialect=dialect)
            .params
            for number in range(MANY)
        ]

    check("build a query and render it", MANY, run, lambda: None)
