"""A primary key that changes by its foreign key's object: what points to the row is left alone."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, String, create_engine
from sqlalchemy import inspect
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class City(Base):
    __tablename__ = "cities"
    code = Column(String, primary_key=True)


class Flight(Base):
    __tablename__ = "flights"
    city_code = Column(ForeignKey("cities.code"), primary_key=True)
    number = Column(Integer, primary_key=True)
    city = relationship(City)
    bags = relationship("Bag", backref="flight")


class Bag(Base):
    __tablename__ = "bags"
    __table_args__ = (
        ForeignKeyConstraint(
            ["flight_code", "flight_number"], ["flights.city_code", "flights.number"]
        ),
    )
    id = Column(Integer, primary_key=True)
    flight_code = Column(String)
    flight_number = Column(Integer)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
rome, oslo = City(code="rome"), City(code="oslo")
flight, bag = Flight(city=rome, number=1), Bag()
flight.bags.append(bag)
session.add_all([rome, oslo, flight])
session.flush()
flight.city = oslo
session.flush()
print(inspect(flight).identity, bag.flight_code, session.dirty)
flight.city_code = "rome"
session.flush()
print(inspect(flight).identity, bag.flight_code, session.dirty)
session.commit()
print(bag.flight_code, flight.bags)
