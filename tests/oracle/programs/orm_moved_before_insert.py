"""A new object that moves from one owning parent to another is inserted in its turn."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Dock(Base):
    __tablename__ = "docks"
    id = Column(Integer, primary_key=True)
    boats = relationship("Boat", back_populates="dock", cascade="all, delete-orphan")


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    dock_id = Column(ForeignKey("docks.id"))
    dock = relationship("Dock", back_populates="boats")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)


def again(here, there, moved):
    here.boats.remove(moved)
    print(moved in session)
    there.boats.append(moved)


def away_and_back(here, there, moved):
    moved.dock = None
    print(moved in session)
    moved.dock = there


for move in (lambda here, there, moved: setattr(moved, "dock", there), again, away_and_back):
    session = Session(engine)
    here, there = Dock(), Dock()
    session.add_all([here, there])
    moved, stays, last = Boat(name="moved", dock=here), Boat(name="stays", dock=there), Boat()
    session.add_all([moved, stays])
    move(here, there, moved)
    session.add(last)
    session.flush()
    print([boat.name for boat in session.query(Boat).order_by(Boat.id)])
    session.rollback()
