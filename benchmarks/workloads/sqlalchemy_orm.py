"""The workloads in SQLAlchemy's words: for miniorm (under its alias) and for SQLAlchemy itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

if os.environ.get("ORMTUTOR_ALIAS"):
    from ormtutor.kernel import alias

    alias.open_door("miniorm", {})

from sqlalchemy import Column, ForeignKey, Integer, String, Table, create_engine, text
from sqlalchemy.orm import Session, declarative_base, joinedload, relationship, selectinload

from benchmarks.workloads import raw

Base: Any = declarative_base()

parent_tag = Table(
    "parent_tag",
    Base.metadata,
    Column("parent_id", Integer, ForeignKey("parent.id"), index=True),
    Column("tag_id", Integer, ForeignKey("tag.id")),
)


class Person(Base):
    """Five columns."""

    __tablename__ = "person"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    email = Column(String)
    age = Column(Integer)
    city = Column(String)


class Parent(Base):
    """The one side."""

    __tablename__ = "parent"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    children = relationship("Child", cascade="all, delete-orphan", back_populates="parent")
    tags = relationship("Tag", secondary=parent_tag)


class Child(Base):
    """The many side."""

    __tablename__ = "child"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    parent_id = Column(Integer, ForeignKey("parent.id"), index=True)
    parent = relationship("Parent", back_populates="children")


class Tag(Base):
    """Many to many."""

    __tablename__ = "tag"
    id = Column(Integer, primary_key=True)
    name = Column(String)


def empty() -> Session:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    return Session(engine)


def with_people(count: int) -> Session:
    session = empty()
    keys = ("name", "email", "age", "city")
    rows = [dict(zip(keys, row, strict=True)) for row in raw.people(count)]
    session.execute(Person.__table__.insert(), rows)
    session.commit()
    return session


def with_families(parents: int = 1000, children: int = 10) -> Session:
    session = empty()
    session.execute(Parent.__table__.insert(), [{"name": f"parent {n}"} for n in range(parents)])
    rows = [
        {"name": f"child {n}", "parent_id": n // children + 1} for n in range(parents * children)
    ]
    session.execute(Child.__table__.insert(), rows)
    session.commit()
    return session


def insert_10k() -> Callable[[], Any]:
    session = empty()
    keys = ("name", "email", "age", "city")
    rows = [dict(zip(keys, row, strict=True)) for row in raw.people(10_000)]

    def run() -> int:
        made = [Person(**row) for row in rows]
        session.add_all(made)
        session.flush()
        total = sum(person.id for person in made)
        session.commit()
        return total

    return run


def load_10k(keep: bool = False) -> Callable[[], Any]:
    session = with_people(10_000)

    def run() -> Any:
        found = session.query(Person).all()
        return found if keep else sum(person.age for person in found)

    return run


def rows_10k() -> Callable[[], Any]:
    session = with_people(10_000)

    def run() -> int:
        return sum(row[0] for row in session.query(Person.id, Person.name).all())

    return run


def gets_warm() -> Callable[[], Any]:
    session = with_people(2000)
    kept = session.query(Person).all()

    def run() -> int:
        assert kept
        get = session.get
        return sum(get(Person, n).age for n in range(1, 2001))

    return run


def gets_cold() -> Callable[[], Any]:
    session = with_people(2000)

    def run() -> int:
        get = session.get
        kept = [get(Person, n) for n in range(1, 2001)]
        return sum(person.age for person in kept)

    return run


def filter_by_first() -> Callable[[], Any]:
    session = with_people(2000)
    session.execute(text("CREATE INDEX ix_person_name ON person (name)"))

    def run() -> int:
        return sum(
            session.query(Person).filter_by(name=f"name {n}").first().age for n in range(2000)
        )

    return run


def lazy() -> Callable[[], Any]:
    session = with_families()

    def run() -> int:
        return sum(len(parent.children) for parent in session.query(Parent).all())

    return run


def joined() -> Callable[[], Any]:
    session = with_families()

    def run() -> int:
        query = session.query(Parent).options(joinedload(Parent.children))
        return sum(len(parent.children) for parent in query.all())

    return run


def selectin() -> Callable[[], Any]:
    session = with_families()

    def run() -> int:
        query = session.query(Parent).options(selectinload(Parent.children))
        return sum(len(parent.children) for parent in query.all())

    return run


def update_5k() -> Callable[[], Any]:
    session = with_people(5000)
    known = session.query(Person).all()

    def run() -> int:
        for person in known:
            person.age += 1
        session.flush()
        total: int = session.execute(text("SELECT sum(age) FROM person")).scalar()
        session.commit()
        return total

    return run


def delete_cascade() -> Callable[[], Any]:
    session = with_families()
    parents = session.query(Parent).all()

    def run() -> int:
        for parent in parents:
            session.delete(parent)
        session.commit()
        left: int = session.execute(text("SELECT count(*) FROM child")).scalar()
        return left

    return run


def many_to_many() -> Callable[[], Any]:
    session = empty()

    def run() -> int:
        tags = [Tag(name=f"tag {n}") for n in range(50)]
        parents = [Parent(name=f"parent {n}") for n in range(1000)]
        for n, parent in enumerate(parents):
            for k in range(5):
                parent.tags.append(tags[(n + k) % 50])
        session.add_all(tags)
        session.add_all(parents)
        session.commit()
        session.expunge_all()
        kept = session.query(Tag).all()
        assert kept
        return sum(len(parent.tags) for parent in session.query(Parent).all())

    return run


def build_and_render() -> Callable[[], Any]:
    session = empty()
    dialect = session.get_bind().dialect

    def run() -> int:
        count = 0
        for n in range(2000):
            query = (
                session.query(Parent)
                .join(Parent.children)
                .join(Parent.tags)
                .filter(Parent.name == f"parent {n}")
                .filter(Child.name == f"child {n}")
                .filter(Parent.id > n)
            )
            compiled = query.statement.compile(dialect=dialect)
            count += bool(compiled.string) + len(compiled.params)
        return count

    return run
