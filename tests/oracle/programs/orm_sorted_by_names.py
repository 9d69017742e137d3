"""Sorting by a name: it never means a column that a joined eager load brought."""

from sqlalchemy import Column, ForeignKey, Integer, String, asc, create_engine, desc, func, select
from sqlalchemy.orm import Session, aliased, declarative_base, joinedload, relationship

Base = declarative_base()


class Harbour(Base):
    __tablename__ = "harbours"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    boats = relationship("Boat", back_populates="harbour")


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    length = Column(Integer)
    harbour_id = Column(ForeignKey("harbours.id"))
    harbour = relationship(Harbour, back_populates="boats")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Harbour(name="west", boats=[Boat(id=3, length=5), Boat(id=2, length=9)]))
session.add(Harbour(name="east", boats=[Boat(id=1, length=7)]))
session.commit()
boats = joinedload(Harbour.boats)
query = session.query(Harbour).options(boats)


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error)


for statement in (
    query.order_by("id"),
    query.order_by(asc("id")),
    query.order_by(desc("name"), "id"),
    query.group_by("id"),
    query.join(Harbour.boats).order_by("id"),
    query.filter(Boat.id == 1).order_by("length"),
    query.order_by("length"),
    query.order_by(desc("length")),
    session.query(func.count(), Harbour).options(boats).order_by("id"),
    session.query(Harbour, Boat).options(boats).order_by("id"),
    select(Harbour).options(boats).order_by("id"),
    select(Harbour).options(boats).order_by("length"),
    session.query(Boat).options(joinedload(Boat.harbour)).order_by("id"),
    session.query(Boat).options(joinedload(Boat.harbour)).order_by("name"),
):
    attempt(lambda statement=statement: statement)
attempt(lambda: [(found.id, len(found.boats)) for found in query.order_by("id")])
attempt(lambda: [found.name for found in query.order_by(desc("id"))])
attempt(lambda: session.query(func.count(Boat.id)).order_by("count").all())

# What is no statement.
for thing in (Harbour.id, Harbour, aliased(Harbour), Harbour.id == 1):
    attempt(lambda thing=thing: session.execute(thing))
    attempt(lambda thing=thing: session.connection().execute(thing))

# Inside of a subquery a name is looked up once more, among what the subquery gives.
for name in "name", "harbours_name", "id", "length", "boats_1_length", "called":
    for term in name, desc(name):
        attempt(lambda: [found.name for found in query.order_by(term).limit(1)])
        attempt(lambda: [found.name for found in query.order_by(term).distinct()])
        named = session.query(Harbour, Harbour.name.label("called")).options(boats)
        attempt(lambda: [found for _, found in named.order_by(term).limit(1)])
        attempt(
            lambda: (
                session.scalars(select(Harbour).options(boats).order_by(term).limit(1))
                .unique()
                .one()
                .name
            )
        )
