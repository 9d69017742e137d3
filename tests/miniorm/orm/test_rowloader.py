"""The generated row loaders: what one looks like, and that they do what plain Python would do."""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormtutor.miniorm import event
from ormtutor.miniorm.engine.create import create_engine
from ormtutor.miniorm.engine.row import Row
from ormtutor.miniorm.exc import SQLAlchemyError
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm import compiled, rowloader
from ormtutor.miniorm.orm.entities import aliased
from ormtutor.miniorm.orm.options import (
    contains_eager,
    defer,
    immediateload,
    joinedload,
    lazyload,
    noload,
    raiseload,
    selectinload,
    subqueryload,
)
from ormtutor.miniorm.orm.session import Session
from ormtutor.miniorm.sql.elements import text
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.types import Date, Integer, String
from tests.miniorm.orm.gardens import Gardens, map_gardens
from tests.miniorm.orm.plain_rowloader import load_plainly
from tests.miniorm.orm.sql_log import SQLLog


def test_this_is_a_row_loader(session: Session, gardens: Gardens) -> None:
    session.query(gardens.Tool).all()
    query = session.query(gardens.Tool)._sending()[0].query
    assert query.plan is not None
    assert rowloader.LoaderSource(query.plan).text() == (
        """\
def load(rows, context):
    session = context.session
    session_ref = session._self_ref
    tell = context.tell
    identity_map = session.identity_map
    made = 0
    results = []
    append = results.append
    table0 = session.identity_map.table_for(cls_10); find0 = table0.get
    for row in rows:
        ident0 = row[0]
        state = find0(ident0)
        if state is None or (obj0 := state()) is None:
            if ident0 is None:
                obj0 = None
            else:
                obj0 = new_12(cls_10)
                values = obj0.__dict__
                values['_sa_instance_state'] = state = State(obj0, gone)
                state.mapper = mapper_9
                state.ident = ident0
                state.session_ref = session_ref
                state.committed_state = UNCHANGED
                state.expired_attributes = NOTHING
                state.expired = state.modified = state._deleted = state.orphaned = False
                state.load_options = None
                state.parents = state.pending_mutations = state.empty_collections = None
                state.last_known = None
                state.callables = None
                state.insert_order = 0
                if identity_map.latest is not cls_10:
                    identity_map.latest = cls_10
                    identity_map.count += 1
                state.place = identity_map.count
                values['id'] = ident0
                values['name'] = row[1]
                table0[ident0] = state
                made += 1
                if tell is not None: tell(state)
        else:
            values = obj0.__dict__
            if not ('id' in values and 'name' in values): meet(plan_11, context, state, values, row)
        append(obj0)
    context.made += made
    return results
"""
    )


# The law: generated and plain do the same ---------------------------------------------------------


class World:
    """A mapping with all kinds of relationships, and a class with a key of two columns."""

    def __init__(self) -> None:
        self.gardens = gardens = map_gardens()

        class Cell(gardens.Base):  # type: ignore[misc, name-defined]
            __tablename__ = "cells"
            row = Column(Integer, primary_key=True)
            column = Column(Integer, primary_key=True)
            word = Column(String)
            day = Column(Date)

        self.Cell = Cell


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    made.gardens.Base.registry.dispose()


def sown(world: World, seed: int) -> Session:
    """A session on a database of its own; equal seeds sow equal rows."""
    chance = random.Random(seed)
    base = world.gardens.Base
    engine = create_engine("sqlite://")
    base.metadata.create_all(engine)
    tables = base.metadata.tables
    some = range(1, 6)

    def maybe(numbers: Any) -> Any:
        return chance.choice([None, *numbers])

    rows: dict[str, list[dict[str, Any]]] = {
        "gardens": [{"id": n, "name": f"g{n}", "within_id": maybe(some)} for n in some],
        "plants": [
            {"id": n, "name": chance.choice([None, "fern"]), "garden_id": maybe(some)}
            for n in range(1, 9)
        ],
        "tools": [{"id": n, "name": f"t{n}"} for n in range(1, 4)],
        "tags": [{"id": n, "garden_id": maybe(some)} for n in range(1, 5)],
        "notes": [{"id": n, "topic": f"n{n}", "garden_id": maybe(some)} for n in range(1, 5)],
        "signs": [{"id": n, "garden_id": maybe(range(1, 4))} for n in range(1, 4)],
        "garden_tools": [
            {"garden_id": chance.choice(some), "tool_id": chance.choice([1, 2, 3])}
            for _ in range(6)
        ],
    }
    with engine.begin() as connection:
        for name, members in rows.items():
            connection.execute(tables[name].insert(), members)
        for n in range(1, 4):
            row = {"row": n // 2, "column": n, "word": maybe(["a", "b"])}
            connection.execute(tables["cells"].insert(), row)
        connection.execute(text("UPDATE cells SET day = '2024-02-29' WHERE \"column\" > 1"))
    return Session(engine, autoflush=False)


Read = Callable[[Session], Any]


def reads(world: World) -> dict[str, Callable[[Session], Any]]:
    """Queries of every kind of result."""
    g, cell = world.gardens, world.Cell
    garden, plant = g.Garden, g.Plant
    other = aliased(garden)
    return {
        "entity": lambda session: session.query(garden),
        "child": lambda session: session.query(plant),
        "two entities": lambda session: session.query(garden, plant).outerjoin(garden.plants),
        "the same twice": lambda session: session.query(garden, garden.id, garden),
        "alias": lambda session: session.query(other, garden).outerjoin(
            other.within.of_type(garden)
        ),
        "columns": lambda session: session.query(plant.name, garden).outerjoin(plant.garden),
        "contained": lambda session: (
            session.query(garden).outerjoin(garden.plants).options(contains_eager(garden.plants))
        ),
        "two keys": lambda session: session.query(cell),
        "joined to nothing": lambda session: session.query(garden, cell).outerjoin(
            cell, cell.row > garden.id
        ),
        "text": lambda session: session.query(garden).from_statement(
            text("SELECT name, id FROM gardens")
        ),
        "limited": lambda session: session.query(garden).order_by(garden.id.desc()).limit(3),
    }


def options(world: World) -> dict[str, Any]:
    """Options that change what a row becomes; those of a plant say so."""
    g = world.gardens
    garden, plant = g.Garden, g.Plant
    return {
        "joined list": joinedload(garden.plants),
        "joined secondary": joinedload(garden.tools),
        "joined set": joinedload(garden.tags),
        "joined dict": joinedload(garden.notes),
        "joined scalar": joinedload(garden.sign),
        "joined parent": joinedload(garden.within),
        "joined deep": joinedload(garden.beds).joinedload(garden.plants),
        "plant: joined": joinedload(plant.garden).joinedload(garden.tools),
        "selectin": selectinload(garden.plants),
        "plant: selectin": selectinload(plant.garden).selectinload(garden.tags),
        "subquery": subqueryload(garden.tools),
        "immediate": immediateload(garden.sign),
        "nothing": noload(garden.notes),
        "plant: nothing": noload(plant.garden),
        "raises": raiseload(garden.tags),
        "lazy": lazyload(garden.plants),
        "deferred": defer(garden.name),
    }


def plants_of(garden: Any) -> Any:
    return inspect(type(garden)).relationships["plants"].mapper.class_


#: What became of some objects before the query.
BEFORE = {
    "nothing": lambda garden: None,
    "change": lambda garden: setattr(garden, "name", "changed"),
    "expire": lambda garden: inspect(garden).session.expire(garden),
    "expire some": lambda garden: inspect(garden).session.expire(garden, ["name", "plants"]),
    "load more": lambda garden: (garden.plants, garden.sign),
    "lose": lambda garden: garden.plants.clear(),
    "set unread": lambda garden: (setattr(garden, "within", None), setattr(garden, "sign", None)),
    "adopt": lambda garden: [
        setattr(each, "garden", garden) for each in inspect(garden).session.query(plants_of(garden))
    ],
}


def run(
    world: World, seed: int, read: str, chosen: list[str], before: list[str], again: str
) -> list[Any]:
    """Everything that can be seen of one query: warnings, results, objects, statements."""
    session = sown(world, seed)
    log = SQLLog(session.get_bind())
    outcomes: list[Any] = []

    def hear(*told: Any) -> None:
        outcomes.append(told[4].outcome)

    event.listen(session.get_bind(), "before_cursor_execute", hear)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            results = answers(world, session, read, chosen, before, again)
        except SQLAlchemyError as error:
            results = [type(error).__name__, re.sub("0x[0-9a-f]+", "0x", str(error))]
    seen: list[Any] = [[str(each.message) for each in caught], list(log), repr(outcomes)]
    seen += [named(result) for result in results]
    seen += [(named(obj), facts(obj)) for obj in sorted(session, key=named)]
    session.close()
    session.get_bind().dispose()
    return seen


def answers(
    world: World, session: Session, read: str, chosen: list[str], before: list[str], again: str
) -> list[Any]:
    """What the query gives, and objects that were there before, treated as `before` says."""
    garden = world.gardens.Garden
    kept = session.query(garden).filter(garden.id <= len(before)).order_by(garden.id).all()
    for obj, what in zip(kept, before, strict=False):
        BEFORE[what](obj)
    query = reads(world)[read](session)
    entities = [each["entity"].__name__ for each in query.column_descriptions if each["entity"]]
    for name in chosen:
        if ("Plant" if name.startswith("plant") else "Garden") in entities:
            query = query.options(options(world)[name])
    if again == "populate_existing":
        query = query.populate_existing()
    results = query.all()
    if again == "refresh":
        for obj in kept:
            session.refresh(obj)
    return [*results, *kept]


def named(thing: Any) -> Any:
    """An object by its class and key, a row by its members."""
    state = getattr(thing, "_sa_instance_state", None)
    if state is not None:
        return f"{type(thing).__name__} {state.ident}"
    return [named(each) for each in thing] if isinstance(thing, (Row, tuple, list)) else repr(thing)


def facts(obj: Any) -> dict[str, Any]:
    """What an object holds, and what its state knows."""
    state = inspect(obj)
    values = {
        key: described(value) for key, value in obj.__dict__.items() if key != "_sa_instance_state"
    }
    return {
        "values": values,
        "changed": sorted(state.committed_state),
        "expired": (state.expired, sorted(state.expired_attributes)),
        "loaders": sorted(state.callables or ()),
        "options": state.load_options is not None,
        "session": state.session is not None,
    }


def described(value: Any) -> Any:
    if isinstance(value, set):
        return sorted(named(each) for each in value)
    if isinstance(value, dict):
        return {key: named(each) for key, each in value.items()}
    return named(value)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_generated_row_loader_does_what_plain_python_does(world: World, data: Any) -> None:
    scenario = (
        data.draw(st.integers(0, 30), "seed"),
        data.draw(st.sampled_from(sorted(reads(world))), "read"),
        data.draw(st.lists(st.sampled_from(sorted(options(world))), max_size=3), "options"),
        data.draw(st.lists(st.sampled_from(sorted(BEFORE)), max_size=3), "before"),
        data.draw(st.sampled_from(["", "populate_existing", "refresh"]), "again"),
    )
    generated = run(world, *scenario)
    with patch.object(compiled, "make_loader", load_plainly):
        plain = run(world, *scenario)
    assert generated == plain
