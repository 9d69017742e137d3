"""How many Python functions the writing side of the engine calls for each object.

Calls are counted, not timed: the number is the same on each machine and grows when somebody adds
work for each object.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from ormtutor.miniorm import Column, ForeignKey, Integer, String, create_engine
from ormtutor.miniorm.orm import Session, declarative_base, relationship

COUNT = 200
CHILDREN = 10

HINT = (
    "More Python calls for each object than there were. Count them by function (cProfile, sorted "
    "by ncalls) before and after the change, and take the new ones out of the loop over objects. "
    "Where they are wanted, raise the bound here and say in the commit what they buy."
)


@pytest.fixture(autouse=True, scope="module")
def mapping() -> None:
    """Map Parent and Child for each test: another one may have cleared all mappers."""
    global Base, Parent, Child
    Base = declarative_base()

    class Parent(Base):
        """Owns children."""

        __tablename__ = "parents"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        children = relationship("Child", cascade="all, delete-orphan", back_populates="parent")

    class Child(Base):
        """Belongs to a parent."""

        __tablename__ = "children"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        parent_id = Column(ForeignKey("parents.id"))
        parent = relationship("Parent", back_populates="children")


def calls(run: Callable[[], object], objects: int = COUNT) -> float:
    """Return how many Python functions are called for each object while `run` runs."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    gc.collect()
    gc.disable()
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count / objects


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for _ in range(2):  # once, so that statements are compiled and mappings worked out
            session.add_all([Parent(name="first", children=[Child(name="first")])])
            session.commit()
            for parent in session.query(Parent).all():
                parent.name += "!"
                session.flush()
                session.delete(parent)
            session.commit()
        yield session
        session.rollback()


def with_families(session: Session, children: int = CHILDREN) -> list[Parent]:
    session.add_all(
        Parent(name="parent", children=[Child(name="child") for _ in range(children)])
        for _ in range(COUNT)
    )
    session.commit()
    session.expunge_all()
    return session.query(Parent).order_by(Parent.id).all()


def test_insert(session: Session) -> None:
    def run() -> None:
        session.add_all([Parent(name="new") for _ in range(COUNT)])
        session.flush()

    assert calls(run) <= 13, HINT


def test_insert_with_children(session: Session) -> None:
    def run() -> None:
        session.add_all([Parent(children=[Child()]) for _ in range(COUNT)])
        session.flush()

    assert calls(run) <= 170, HINT


def test_flush_of_an_unchanged_session(session: Session) -> None:
    kept = with_families(session)

    def run() -> None:
        for _ in kept:
            session.flush()

    assert calls(run) <= 3.1, HINT


def test_update(session: Session) -> None:
    kept = with_families(session)

    def run() -> None:
        for parent in kept:
            parent.name = "renamed"
        session.flush()

    assert calls(run) <= 17, HINT


def test_commit_expires(session: Session) -> None:
    kept = with_families(session)
    assert len(kept) == COUNT
    assert calls(session.commit) <= 1.5, HINT


def test_lazy_load(session: Session) -> None:
    kept = with_families(session)

    def run() -> None:
        for parent in kept:
            _ = parent.children

    assert calls(run) <= 43, HINT


def test_delete_cascade(session: Session) -> None:
    kept = with_families(session)

    def run() -> None:
        for parent in kept:
            session.delete(parent)
        session.flush()

    assert calls(run, COUNT * (1 + CHILDREN)) <= 29, HINT
