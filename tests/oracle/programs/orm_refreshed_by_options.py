"""Refreshing an object that was loaded with options: those of its class count, not of an alias."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import (
    Session,
    aliased,
    declarative_base,
    defer,
    joinedload,
    load_only,
    relationship,
    selectinload,
    subqueryload,
)

Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    label = Column(String)
    jars = relationship("Jar", back_populates="shelf", order_by="Jar.id")


class Jar(Base):
    __tablename__ = "jars"
    id = Column(Integer, primary_key=True)
    shelf_id = Column(ForeignKey("shelves.id"))
    shelf = relationship("Shelf", back_populates="jars")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Shelf(label="top", jars=[Jar(), Jar()]))
session.commit()
other, pots = aliased(Shelf), aliased(Jar)
for load in (joinedload, selectinload, subqueryload):
    for query in (
        session.query(Shelf).options(load(Shelf.jars)),
        session.query(other).options(load(other.jars)),
        session.query(other).options(load(other.jars).load_only(Jar.shelf_id)),
        session.query(other).options(load_only(other.label), load(other.jars)),
        session.query(other).options(defer(other.label)),
        session.query(Jar).options(joinedload(Jar.shelf).options(load(Shelf.jars))),
        session.query(pots).options(load(pots.shelf.of_type(other)).options(load(other.jars))),
    ):
        first = query.order_by(query.column_descriptions[0]["expr"].id).first()
        shelf = getattr(first, "shelf", first)
        print(load.__name__, query.column_descriptions[0]["name"])
        session.expire(shelf)
        print(shelf.label, len(shelf.jars))
        session.refresh(shelf)
        print(len(shelf.jars))
        session.expire(shelf, ["jars", "label"])
        print(shelf.label, len(shelf.jars))
        session.close()
