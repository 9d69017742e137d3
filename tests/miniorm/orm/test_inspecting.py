"""Looking at objects and sessions sends nothing and changes nothing.

After each block of a random program everything that may be looked at is looked at; the pictures
before and after are equal, and no statement was sent. (`Session.is_modified` is no such look: like
SQLAlchemy's it loads what a one-to-one replaced unseen.)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from ormtutor.miniorm.engine.create import create_engine
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm import column_property, deferred, relationship, synonym
from ormtutor.miniorm.orm.attributes import get_history
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.flags import PASSIVE_NO_INITIALIZE
from ormtutor.miniorm.orm.session import Session, object_session
from ormtutor.miniorm.orm.state import was_deleted
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.types import Integer, String
from tests.miniorm.orm.random_sessions import RandomSession, picture, same
from tests.miniorm.orm.sql_log import SQLLog

SAMPLE = range(4)
CHUNKS = range(10)
CHUNK = 50

SESSION_FACTS: list[Callable[[Any], Any]] = [
    repr,
    list,
    lambda session: [repr(found) for found in (session.new, session.dirty, session.deleted)],
    lambda session: [len(found) for found in (session.new, session.dirty, session.deleted)],
    lambda session: [list(found) for found in (session.new, session.dirty, session.deleted)],
    lambda session: session.new | session.dirty | session.deleted,
    lambda session: (repr(session.identity_map), len(session.identity_map)),
    lambda session: [session.identity_map[key] for key in session.identity_map],
    lambda session: [key in session.identity_map for key in session.identity_map],
    lambda session: (session.identity_map.values(), session.identity_map.items()),
    lambda session: (session.is_active, session.in_transaction(), session.in_nested_transaction()),
]
OBJECT_FACTS: list[Callable[[Any], Any]] = [
    lambda state: [getattr(state, name) for name in ("transient", "pending", "persistent")],
    lambda state: [getattr(state, name) for name in ("deleted", "was_deleted", "detached")],
    lambda state: (state.key, state.identity, state.identity_key, state.has_identity),
    lambda state: (state.session, state.object, state.mapper, state.class_),
    lambda state: state.unloaded,
    lambda state: (state.expired, state.expired_attributes, state.modified),
    lambda state: [repr(each.loaded_value) for each in state.attrs],
    lambda state: [repr(each.history) for each in state.attrs],
    lambda state: [each.history.sum() for each in state.attrs if each.history],
    lambda state: [each.history.has_changes() for each in state.attrs],
    lambda state: (repr(state), repr(state.attrs), str(state.mapper), state.attrs.keys()),
    lambda state: (repr(state.object), object_session(state.object), was_deleted(state.object)),
    lambda state: [
        get_history(state.object, each.key, PASSIVE_NO_INITIALIZE) for each in state.attrs
    ],
]


def look(session: Any, objects: list[Any]) -> None:
    """Ask everything that may be asked at any time."""
    for fact in SESSION_FACTS:
        fact(session)
    for obj in objects:
        state = inspect(obj)
        assert obj in session or obj not in session
        assert obj in session.new or obj not in session.dirty or obj not in session.deleted
        for fact in OBJECT_FACTS:
            fact(state)


def looks(seed: int) -> int:
    """Run the program of a seed, and look at everything after each block; return how often."""
    running = RandomSession(seed)
    count = 0
    try:
        for block in running.blocks():
            objects, sent = running.objects(), len(running.sent)
            before = picture(running.session, objects)
            look(running.session, objects)
            same(before, picture(running.session, objects), f"before and after looking ({block})")
            same([], [each.sql for each in itertools.islice(running.sent, sent, None)], "sent")
            count += 1
    finally:
        running.close()
    return count


@pytest.mark.parametrize("seed", SAMPLE)
def test_looking_sends_nothing_and_changes_nothing(seed: int) -> None:
    assert looks(seed) > 40


def grown(Base: Any) -> Any:
    """Map a class with every kind of attribute; return it."""

    class Root(Base):
        __tablename__ = "roots"
        id = Column(Integer, primary_key=True)
        stem_id = Column(ForeignKey("stems.id"))

    class Stem(Base):
        __tablename__ = "stems"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        size = deferred(Column(Integer))
        twice = column_property(id * 2)
        title = synonym("name")
        read = relationship(Root, lazy="select", overlaps="asked,none,refused")
        asked = relationship(Root, lazy="dynamic", overlaps="read,none,refused")
        none = relationship(Root, lazy="noload", overlaps="read,asked,refused")
        refused = relationship(Root, lazy="raise", overlaps="read,asked,none")

    Stem.root_class = Root
    return Stem


def test_looking_at_every_kind_of_attribute_in_every_state_changes_nothing() -> None:
    Base = declarative_base()
    Stem = grown(Base)
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    session = Session(engine)
    session.add_all([Stem(name=name, read=[Stem.root_class()]) for name in "abcde"])
    session.commit()
    transient, pending = Stem(), Stem(name="new")
    loaded, expired, changed, going, left = session.query(Stem).order_by(Stem.id)
    session.add(pending)
    session.delete(going)
    session.flush()
    session.expunge(left)
    changed.name = "other"
    changed.asked.append(Stem.root_class())
    changed.read = []
    changed.size = 3
    session.expire(expired)
    objects = [transient, pending, loaded, expired, changed, going, left, *session.new]
    sql_log = SQLLog(engine)
    before = picture(session, objects)
    look(session, objects)
    same(before, picture(session, objects), "before and after looking")
    assert sql_log == []
    session.close()
    Base.registry.dispose()


@pytest.mark.soak
@pytest.mark.parametrize("chunk", CHUNKS)
def test_looking_at_many_sessions_changes_nothing(chunk: int) -> None:
    first = 1000 + chunk * CHUNK
    assert all(looks(seed) > 40 for seed in range(first, first + CHUNK))
