"""A deleted object of a class that refers to itself: its dynamic collections are read twice."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Ship(Base):
    __tablename__ = "ships"
    id = Column(Integer, primary_key=True)
    flagship_id = Column(ForeignKey("ships.id"))
    escorts = relationship("Ship")
    sailors = relationship("Sailor", lazy="dynamic", back_populates="ship")
    logs = relationship("Log", lazy="dynamic", cascade="all, delete-orphan")


class Sailor(Base):
    __tablename__ = "sailors"
    id = Column(Integer, primary_key=True)
    ship_id = Column(ForeignKey("ships.id"))
    ship = relationship("Ship", back_populates="sailors")


class Log(Base):
    __tablename__ = "logs"
    id = Column(Integer, primary_key=True)
    ship_id = Column(ForeignKey("ships.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
for escorted in (False, True):
    ship = Ship(sailors=[Sailor(), Sailor()], logs=[Log()])
    other = Ship(sailors=[Sailor()])
    if escorted:
        ship.escorts.append(other)
    session.add_all([ship, other])
    session.commit()
    print("delete", escorted)
    session.delete(ship)
    session.commit()
    print("move and delete")
    sailor = other.sailors[0]
    third = Ship()
    third.sailors.append(sailor)
    other.sailors.append(Sailor())
    session.add(third)
    session.delete(other)
    session.commit()
    print([(each.id, each.ship_id) for each in session.query(Sailor).order_by(Sailor.id)])
