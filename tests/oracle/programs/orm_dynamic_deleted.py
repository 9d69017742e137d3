"""What a dynamic collection deletes with its owner: the rows of the table, also those moved away."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import Session, backref, declarative_base, relationship

Base = declarative_base()


class Fleet(Base):
    __tablename__ = "fleets"
    id = Column(Integer, primary_key=True)
    ships = relationship("Ship", cascade="all, delete-orphan")


class Ship(Base):
    __tablename__ = "ships"
    id = Column(Integer, primary_key=True)
    fleet_id = Column(ForeignKey("fleets.id"))
    sailors = relationship("Sailor", lazy="dynamic", cascade="all", backref="ship")
    boats = relationship("Boat", lazy="dynamic", cascade="save-update", backref="ship")


class Sailor(Base):
    __tablename__ = "sailors"
    id = Column(Integer, primary_key=True)
    ship_id = Column(ForeignKey("ships.id"))


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    ship_id = Column(ForeignKey("ships.id"))


class Part(Base):
    __tablename__ = "parts"
    id = Column(Integer, primary_key=True)
    whole_id = Column(ForeignKey("parts.id"))
    parts = relationship(
        "Part",
        lazy="dynamic",
        cascade="save-update, delete",
        backref=backref(
            "whole", remote_side=[id], cascade="all, delete-orphan", single_parent=True
        ),
    )


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
for leave in (
    lambda fleet, ship: (move(ship), session.delete(ship)),
    lambda fleet, ship: (move(ship), fleet.ships.remove(ship)),
    lambda fleet, ship: (move(ship), session.flush(), session.delete(ship)),
    lambda fleet, ship: (session.delete(ship), move(ship)),
    lambda fleet, ship: (ship.sailors.remove(sailor), session.delete(ship)),
):
    session = Session(engine, autoflush=False)
    sailor, boat = Sailor(), Boat()
    fleet = Fleet(ships=[Ship(sailors=[sailor], boats=[boat])])
    session.add(fleet)
    session.commit()

    def move(ship):
        other = Ship()
        sailor.ship = other
        other.boats.append(boat)

    leave(fleet, fleet.ships[0])
    session.commit()
    print(session.query(Ship.id, Sailor.id).outerjoin(Ship.sailors).all())
    print(session.query(Ship.id, Boat.id).outerjoin(Ship.boats).all())
    session.close()

# What was never written can't be deleted, not even by the key that it has already.
part = Part(id=6, whole=Part(id=8))
session.add(part)
session.commit()
part.whole = Part(id=17)
try:
    session.commit()
except Exception as error:
    print(type(error).__name__, error)

# None among the members is told when they are saved with their owner.
session = Session(engine)
for owner in (Ship(sailors=[None]), Fleet(ships=[None])):
    try:
        print(session.add(owner), len(session.new))
    except AttributeError as error:
        print(error)
