"""A flush that stops before its first row: the transaction, or SAVEPOINT, has begun."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, create_engine, inspect, text
from sqlalchemy.orm import Session, backref, declarative_base, relationship

Base = declarative_base()
roads = Table(
    "roads",
    Base.metadata,
    Column("inn_id", ForeignKey("inns.id"), primary_key=True),
    Column("town_id", ForeignKey("towns.id"), primary_key=True),
)


class Town(Base):
    __tablename__ = "towns"
    id = Column(Integer, primary_key=True)
    twin_id = Column(ForeignKey("towns.id"))
    twin = relationship("Town", remote_side=[id], back_populates="twins")
    twins = relationship("Town", back_populates="twin")


class Inn(Base):
    __tablename__ = "inns"
    id = Column(Integer, primary_key=True)
    town_id = Column(ForeignKey("towns.id"))
    town = relationship("Town")
    near = relationship("Town", secondary=roads)


class Mayor(Base):
    __tablename__ = "mayors"
    id = Column(ForeignKey("towns.id"), primary_key=True)
    town = relationship("Town")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)


def show(call):
    try:
        call()
        print("done")
    except Exception as error:
        print(type(error).__name__, str(error).partition("(")[0])
    session.rollback()


for more in ([], [Inn()], [Mayor(id=5)]):
    towns = [Town(), Town()]
    towns[0].twin, towns[1].twin = reversed(towns)
    session.add_all([*towns, *more])
    show(session.commit)
mayor = Mayor(town=Town())
session.add(mayor)
session.commit()
mayor.town = None
show(session.flush)
print(mayor.town.id)
session.begin_nested()
mayor.town = None
show(session.flush)
session.commit()

# A query that is not sent, since its flush fails, does not warn that nothing connects its tables.
session.add(Mayor())
show(session.query(Mayor.id, Inn.id).all)


class Mark(Base):
    __tablename__ = "marks"
    word = Column(String, primary_key=True)


# A table that takes a NULL key: its object has none, and the one before it keeps its place.
session.execute(text("CREATE TABLE marks (word VARCHAR PRIMARY KEY)"))
session.commit()
first = Mark(word="a")
session.add_all([first, Mark()])
show(session.flush)
marks = [key for key in session.identity_map if key[0] is Mark]
print(marks, [session.identity_map[key] is first for key in marks])
print(inspect(first).key, inspect(first).transient, first in session)


class Bell(Base):
    __tablename__ = "bells"
    id = Column(Integer, primary_key=True)
    town_id = Column(ForeignKey("towns.id"))
    town = relationship("Town", backref=backref("bell", uselist=False))


# The one of a town that had a row, was rolled back and comes again is asked for and not found.
Base.metadata.create_all(engine)
for assign in (
    lambda town: Bell(town=town),
    lambda town: setattr(town, "bell", Bell()),
    lambda town: setattr(town, "bell", None),
    lambda town: town.bell or setattr(town, "bell", Bell()),
):
    town = Town()
    session.add(town)
    session.flush()
    assign(town)
    session.rollback()
    session.add(town)
    show(session.commit)
    print(town.id, town.bell is None, town in session)
