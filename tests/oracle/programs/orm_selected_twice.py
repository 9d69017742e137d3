"""An expression selected twice, one entity by columns(), a joined load without its key, sorting."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func, select
from sqlalchemy.orm import Session, aliased, column_property, contains_eager, declarative_base
from sqlalchemy.orm import joinedload, relationship

Base = declarative_base()


class Ferry(Base):
    __tablename__ = "ferries"
    id = Column(Integer, primary_key=True)
    port = Column(String)
    decks = Column(Integer)
    twice = column_property(decks * 2)
    cars = relationship("Car", back_populates="ferry")


class Car(Base):
    __tablename__ = "cars"
    id = Column(Integer, primary_key=True)
    plate = Column(String)
    ferry_id = Column(ForeignKey("ferries.id"))
    ferry = relationship("Ferry", back_populates="cars")


on_board = select(func.count(Car.id)).where(Car.ferry_id == Ferry.id).correlate_except(Car)
Ferry.load = column_property(on_board.scalar_subquery())
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
oslo = Ferry(port="Oslo", decks=2, cars=[Car(plate="A"), Car(plate="B")])
session.add_all([oslo, Ferry(port="Kiel", decks=3)])
session.commit()

# The same expression twice.
many = select(func.count(Car.id)).where(Car.ferry_id == Ferry.id).scalar_subquery()
print(select(Ferry.id, many, many))
print(session.query(Ferry.id, many, many).order_by(Ferry.id).all())
print(session.execute(select(Ferry.id, many, many).order_by(Ferry.id)).mappings().all())
print(session.query(Ferry).add_columns(many, many))
print(session.query(Ferry.load, Ferry.load).all())

# A property that an entity of the row has already.
for asked in (
    session.query(Ferry, Ferry.load),
    session.query(Car, Ferry.twice).join(Car.ferry).options(contains_eager(Car.ferry)),
    session.query(Ferry.twice, Car).join(Car.ferry).options(contains_eager(Car.ferry)),
):
    print(asked)
    print([len(row) for row in asked.all()])
    session.close()

# Without its key a joined object is loaded when it is read.
for option in (
    contains_eager(Car.ferry).defer(Ferry.id),
    joinedload(Car.ferry).defer(Ferry.id),
):
    try:
        for car in session.query(Car).join(Car.ferry).options(option).order_by(Car.id):
            print(car.plate, car.ferry.port)
    except Exception as error:
        print(type(error).__name__, error)
    session.close()

# columns() of one entity.
ferries = select(Ferry).order_by(Ferry.id)
print([one.port for one in session.execute(ferries).columns(0)])
print(session.execute(ferries).columns("Ferry").first().port)
print(len(session.execute(ferries).columns(0).unique().all()))
print([one.port for one in session.execute(ferries).columns(0).scalars()])
print([list(one) for one in session.execute(ferries).columns(0).mappings()])
print(session.execute(select(Ferry.port).order_by(Ferry.id)).columns(0).all())

# NULLS LAST binds more closely than any operator.
more = (Ferry.decks + 1).label("more")
print((Ferry.decks + 1).nullslast(), more.nullsfirst(), more.desc().nullslast())
print((-Ferry.decks).nullslast(), Ferry.port.is_(None).nullsfirst(), Ferry.port.nullslast())
print(select(more).order_by(more.nullslast()))

# Each alias has parameters of its own.
print(select(Ferry.twice, aliased(Ferry).twice))
print(select(Ferry).join(Ferry.cars).options(joinedload(Ferry.cars).joinedload(Car.ferry)))
print(session.query(Ferry, aliased(Ferry)).statement)
