"""refresh() of relationships by name, where they are loaded eagerly; and what cannot be joined to."""

from sqlalchemy import Column, ForeignKey, Integer, Table, create_engine, inspect, literal_column
from sqlalchemy.orm import Session, aliased, backref, declarative_base, relationship

Base = declarative_base()
worn = Table(
    "worn",
    Base.metadata,
    Column("person_id", ForeignKey("people.id")),
    Column("hat_id", ForeignKey("hats.id")),
)


class Person(Base):
    __tablename__ = "people"
    id = Column(Integer, primary_key=True)
    age = Column(Integer)
    hats = relationship(
        "Hat", secondary=worn, lazy="joined", backref=backref("people", lazy="joined")
    )
    cats = relationship("Cat", lazy="joined", backref="person")
    pets = relationship("Cat", lazy="selectin", viewonly=True)


class Hat(Base):
    __tablename__ = "hats"
    id = Column(Integer, primary_key=True)


class Cat(Base):
    __tablename__ = "cats"
    id = Column(Integer, primary_key=True)
    person_id = Column(ForeignKey("people.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
person = Person(hats=[Hat()], cats=[Cat()])
session.add(person)
session.commit()
for names in (["hats"], ["cats"], ["pets"], ["hats", "age"], ["pets", "age"], ["cats", "hats"]):
    for before in (session.commit, lambda: session.expire(person), session.rollback):
        before()
        try:
            session.refresh(person, names)
        except Exception as error:
            print(type(error).__name__, error)
        state = inspect(person)
        print(names, sorted(state.unloaded), sorted(state.expired_attributes))

other = aliased(Cat)
for query in (
    session.query(literal_column("1")).join(Cat, Person.id == Cat.person_id),
    session.query(literal_column("1")).join(other, Person.id == other.person_id),
    session.query(Hat).join(Cat),
):
    for use in (query.all, query.count, query.subquery, query.exists, lambda: query.statement):  # noqa: B023
        try:
            print(use())
        except Exception as error:
            print(type(error).__name__, error)
