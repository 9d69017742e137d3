"""Long chains, many objects, and what is freed when nobody wants it any more.

A chain of references is walked without recursion: the short chain of `make check` is longer than
the stack that it is given, the long one of `make soak` longer than Python's own limit. Sessions and
objects are freed by counting references alone, with the garbage collector off. Only an open
transaction holds its session, as in SQLAlchemy: a program may go on with what a function loaded.
"""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from weakref import ref

import pytest

from ormtutor.miniorm.engine.base import Engine
from ormtutor.miniorm.engine.create import create_engine
from ormtutor.miniorm.exc import CircularDependencyError
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.options import joinedload, selectinload, subqueryload
from ormtutor.miniorm.orm.plan import plan
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.orm.session import Session
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.elements import text
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.types import Integer
from tests.miniorm.orm.gardens import Gardens

SHORT = 400
LONG = 5_000
STACK = 150
MANY = 100_000
SHORT_RING = 2_000


# Chains ---------------------------------------------------------------------------------------


@pytest.fixture
def Link() -> Iterator[Any]:
    """A class whose objects make a chain, under a base of its own."""
    Base = declarative_base()

    class Link(Base):
        __tablename__ = "links"
        id = Column(Integer, primary_key=True)
        above_id = Column(ForeignKey("links.id"))
        below = relationship("Link", cascade="all, delete-orphan", back_populates="above")
        above = relationship("Link", remote_side=[id], back_populates="below")

    yield Link
    Base.registry.dispose()


@pytest.fixture
def links(Link: Any) -> Iterator[Engine]:
    """A database for them."""
    engine = create_engine("sqlite://")
    Link.metadata.create_all(engine)
    yield engine
    engine.dispose()


def chain(Link: Any, length: int) -> tuple[Any, Any]:
    """Return both ends of a chain."""
    top = link = Link()
    for _ in range(length - 1):
        below = Link()
        link.below.append(below)
        link = below
    return top, link


def walk_down(link: Any) -> int:
    count = 1
    while link.below:
        link = link.below[0]
        count += 1
    return count


def walk_up(link: Any) -> int:
    count = 1
    while link.above is not None:
        link = link.above
        count += 1
    return count


def whole_life(Link: Any, engine: Engine, length: int) -> dict[str, int]:
    """Do with a chain all that goes from link to link; return how many links each thing met."""
    met: dict[str, int] = {}
    top, bottom = chain(Link, length)
    with Session(engine) as session:
        session.add(bottom)
        met["added"] = len(session.new)
        met["planned"] = len(plan(session))
        session.flush()
        met["flushed"] = len(session.identity_map)
        session.commit()
        met["walked down"] = walk_down(top)
        session.expire_all()
        met["walked up"] = walk_up(bottom)
        session.refresh(top)
        walk_down(top)
        with Session(engine) as other:
            met["merged"] = walk_down(other.merge(top))
        session.expire(top)
        walk_down(top)
        session.expunge(top)
        met["left"] = length - len(session.identity_map)
    with Session(engine) as session:
        session.add(top)
        met["attached"] = len(session.identity_map)
        session.delete(top)
        met["marked"] = len(session.deleted)
        session.commit()
        met["deleted"] = length - session.query(Link).count()
        session.merge(chain(Link, length)[0])
        met["merged as new"] = len(session.new)
        session.rollback()
    return met


def test_a_chain_longer_than_the_stack_is_walked_without_recursion(
    Link: Any, links: Engine
) -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth() + STACK)
    try:
        met = whole_life(Link, links, SHORT)
    finally:
        sys.setrecursionlimit(limit)
    assert set(met.values()) == {SHORT}


@pytest.mark.soak
def test_a_chain_longer_than_pythons_limit_is_walked_without_recursion(
    Link: Any, links: Engine
) -> None:
    assert set(whole_life(Link, links, LONG).values()) == {LONG}


def test_a_ring_of_thousands_is_told(Link: Any, links: Engine) -> None:
    session = Session(links)
    ring = [Link() for _ in range(SHORT_RING)]
    for link, above in zip(ring, [*ring[1:], ring[0]], strict=True):
        link.above = above
    session.add(ring[0])
    with pytest.raises(CircularDependencyError) as told:
        session.flush()
    # Each object is saved, and both of its relationships are seen to.
    assert len(told.value.cycles) == 3 * SHORT_RING
    session.rollback()


def depth() -> int:
    """Return how many calls deep we are."""
    frame, count = sys._getframe(), 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count


@pytest.mark.soak
def test_a_flush_writes_a_hundred_thousand_objects(Link: Any, links: Engine) -> None:
    with Session(links) as session:
        made = [Link() for _ in range(MANY)]
        session.add_all(made)
        session.flush()
        assert len(session.identity_map) == MANY
        del made
        session.commit()
        tops = session.query(Link).order_by(Link.id).all()
        for below, above in zip(tops[1:], tops[:-1], strict=True):
            below.above_id = above.id
        session.commit()
        assert session.query(Link).filter(Link.above_id == Link.id - 1).count() == MANY - 1
        del tops, below, above
        assert len(session.identity_map) == 0


def test_each_subquery_is_looked_at_once_for_mapped_columns() -> None:
    metadata = MetaData()
    statement = select(*Table("wide", metadata, *[Column(f"c{n}", Integer) for n in range(9)]).c)
    for _ in range(8):
        statement = select(*statement.subquery().c)
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    session = Session(engine)

    assert session.execute(statement).all() == []


# What is freed --------------------------------------------------------------------------------


def query(session: Session, gardens: Gardens) -> None:
    session.query(gardens.Garden).filter_by(name="south").all()


def lazy_load(session: Session, gardens: Gardens) -> None:
    assert [garden.plants for garden in session.query(gardens.Garden)]


def eager_loads(session: Session, gardens: Gardens) -> None:
    for how in (joinedload, subqueryload, selectinload):
        session.query(gardens.Garden).options(how(gardens.Garden.plants)).all()
        session.expunge_all()


def rows_in_parts(session: Session, gardens: Gardens) -> None:
    next(iter(session.query(gardens.Plant).yield_per(1)))


def not_iterated(session: Session, gardens: Gardens) -> None:
    iter(session.query(gardens.Garden))


def execute(session: Session, gardens: Gardens) -> None:
    session.execute(select(gardens.Garden)).scalars().all()
    session.execute(text("SELECT 1")).scalar()


def add_and_flush(session: Session, gardens: Gardens) -> None:
    session.add(gardens.Garden(plants=[gardens.Plant()], tools=[gardens.Tool()]))
    session.flush()


def change_and_plan(session: Session, gardens: Gardens) -> None:
    session.get(gardens.Tool, 1).name = "new"
    plan(session)


def failed_flush(session: Session, gardens: Gardens) -> None:
    session.add(gardens.Tool(id=1))
    with pytest.raises(Exception, match="UNIQUE"):
        session.flush()


def failed_query(session: Session, gardens: Gardens) -> None:
    with pytest.raises(Exception, match="no such table"):
        session.execute(text("SELECT * FROM nowhere"))


def merge_and_delete(session: Session, gardens: Gardens) -> None:
    session.delete(session.merge(gardens.Garden(id=1, name="north")))
    session.flush()


def savepoint(session: Session, gardens: Gardens) -> None:
    with session.begin_nested():
        session.add(gardens.Tool())


def bulk(session: Session, gardens: Gardens) -> None:
    session.query(gardens.Tool).update({"name": "rake"})
    session.query(gardens.Tag).delete()


USES = [query, lazy_load, eager_loads, rows_in_parts, not_iterated, execute, add_and_flush]
USES += [change_and_plan, failed_flush, failed_query, merge_and_delete, savepoint, bulk]


@pytest.fixture
def counting_only() -> Iterator[None]:
    """Without the garbage collector."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def planted(gardens: Gardens, engine: Engine) -> Engine:
    """A database with a garden, two plants and a tool."""
    with Session(engine) as session:
        plants = [gardens.Plant(name=name) for name in ("rose", "fern")]
        session.add(gardens.Garden(name="south", plants=plants, tools=[gardens.Tool(name="hoe")]))
        session.commit()
    return engine


def ended(end: Callable[[Session], None], use: Any, gardens: Gardens, engine: Engine) -> Any:
    """Use a session, end its transaction; return a weak reference to the session."""
    session = Session(engine)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        use(session, gardens)
    end(session)
    return ref(session)


@pytest.mark.usefixtures("counting_only")
@pytest.mark.parametrize("end", [Session.rollback, Session.close], ids=["rollback", "close"])
@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_a_session_is_freed_when_its_transaction_has_ended(
    use: Any, end: Any, gardens: Gardens, planted: Engine
) -> None:
    assert ended(end, use, gardens, planted)() is None


@pytest.mark.usefixtures("counting_only")
def test_an_object_nobody_holds_is_freed(gardens: Gardens, planted: Engine) -> None:
    with Session(planted) as session:
        plants = session.query(gardens.Plant).all()
        assert len(session.identity_map) == 2
        del plants[0]
        assert len(session.identity_map) == 1
        plants[0].name = "moss"
        del plants[:]
        assert len(session.identity_map) == 1
        session.commit()
        assert len(session.identity_map) == 0


@pytest.mark.usefixtures("counting_only")
def test_a_connection_goes_back_when_its_session_is_freed(
    gardens: Gardens, planted: Engine
) -> None:
    session = Session(planted)
    session.add(gardens.Tool(name="lost"))
    session.flush()
    del session
    gc.collect()
    with Session(planted) as session:
        assert [tool.name for tool in session.query(gardens.Tool)] == ["hoe"]


def test_objects_that_refer_to_each_other_are_freed(gardens: Gardens, planted: Engine) -> None:
    with Session(planted) as session:
        garden = session.query(gardens.Garden).one()
        assert [plant.garden for plant in garden.plants] == [garden, garden]
        del garden
        gc.collect()
        assert len(session.identity_map) == 0
