"""A primary key is changed: who points to it learns it, with another side of the relationship or not."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, event, inspect
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Town(Base):
    __tablename__ = "towns"
    name = Column(String, primary_key=True)
    roads = relationship("Road", back_populates="town")


class Road(Base):
    __tablename__ = "roads"
    id = Column(Integer, primary_key=True)
    town_name = Column(ForeignKey("towns.name", onupdate="CASCADE"))
    town = relationship("Town", back_populates="roads")


class Bridge(Base):
    __tablename__ = "bridges"
    id = Column(Integer, primary_key=True)
    town_name = Column(ForeignKey("towns.name", onupdate="CASCADE"))
    town = relationship("Town")


class Mayor(Base):
    __tablename__ = "mayors"
    town_name = Column(ForeignKey("towns.name", onupdate="CASCADE"), primary_key=True)
    town = relationship("Town")


for cascading in (False, True):
    engine = create_engine("sqlite://")
    if cascading:
        event.listen(engine, "connect", lambda found, _: found.execute("PRAGMA foreign_keys = ON"))
    Base.metadata.create_all(engine)
    session = Session(engine)
    town = Town(name="Oak", roads=[Road()])
    bridge, far, mayor = Bridge(town=town), Bridge(town=Town(name="Elm")), Mayor(town=town)
    session.add_all([town, bridge, far, mayor])
    session.commit()
    print(bridge.town.name, far.town.name, mayor.town.name, town.roads[0].town_name)
    town.name = "Ash"
    session.flush()
    print(town.roads[0].town_name, bridge.town_name, far.town_name, bridge.town is town)
    print(inspect(town).identity, inspect(mayor).identity, mayor.town_name, session.dirty)
    bridge.town = far.town
    session.commit()
    print(bridge.town_name, [each.town_name for each in session.query(Road)])
    print([each.town_name for each in session.query(Mayor)])
    session.close()
