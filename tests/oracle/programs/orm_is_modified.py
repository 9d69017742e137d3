"""is_modified() looks only at what is there: nothing is loaded, nothing refused."""

from sqlalchemy import Column, ForeignKey, Integer, TypeDecorator, bindparam, create_engine, inspect
from sqlalchemy.orm import Session, declarative_base, deferred, make_transient, relationship

Base = declarative_base()


class Ship(Base):
    __tablename__ = "ships"
    id = Column(Integer, primary_key=True)
    size = Column(Integer)
    age = deferred(Column(Integer))
    port_id = Column(ForeignKey("ports.id"))
    port = relationship("Port", lazy="raise")
    harbour = relationship("Port", viewonly=True)
    flag = relationship("Flag", uselist=False, backref="ship")
    flags = relationship("Flag", viewonly=True)
    all_flags = relationship("Flag", lazy="dynamic", viewonly=True)
    raised = relationship("Flag", lazy="raise", viewonly=True)


class Port(Base):
    __tablename__ = "ports"
    id = Column(Integer, primary_key=True)


class Flag(Base):
    __tablename__ = "flags"
    id = Column(Integer, primary_key=True)
    ship_id = Column(ForeignKey("ships.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine, autoflush=False)
ship = Ship(size=1, age=2, port=Port(), flag=Flag())
session.add(ship)
session.commit()
for done in (
    "session.expire(ship)",
    "ship.size",
    "ship.size = ship.size",
    "ship.age",
    "ship.age = 5",
    "session.rollback()",
    "ship.size = 1",
    "ship.size = 7",
    "session.rollback()",
    "ship.port_id = 1",
    "ship.port_id = None",
    "session.rollback()",
    "ship.port = None",
    "session.rollback()",
    "ship.flag = None",
    "session.rollback()",
    "ship.flag = Flag()",
    "session.rollback()",
    "ship.flag = ship.flag",
    "session.rollback()",
    "ship.size; session.expunge(ship)",
    "ship.size = ship.size",
    "ship.port_id = ship.port_id",
    "ship.size = 3",
    "session.add(ship)",
    "session.rollback()",
    "ship.all_flags.append(Flag())",
    "make_transient(ship)",
    "ship.size = ship.size",
    "session.add(ship)",
):
    try:
        exec(done)
        print(done)
        print(session.is_modified(ship), session.is_modified(ship, include_collections=False))
    except Exception as error:
        print(done, type(error).__name__, error)
    print(inspect(ship).modified)


# A value is the same only when its type says True; a parameter may ask for its value when it is sent.
class Area:
    def __init__(self, size):
        self.size = size

    def __eq__(self, other):
        return [self.size == other.size]  # as arrays do


class AreaType(TypeDecorator):
    impl = Integer
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value.size

    def process_result_value(self, value, dialect):
        return Area(value)


class Sail(declarative_base()):
    __tablename__ = "sails"
    id = Column(Integer, primary_key=True)
    area = Column(AreaType)
    ropes = Column(Integer)


Sail.metadata.create_all(engine)
session.rollback()
sail = Sail(area=Area(3), ropes=bindparam(None, callable_=lambda: 4))
session.add(sail)
session.commit()
sail.area
for size in (3, 5):
    sail.area = Area(size)
    print(inspect(sail).attrs.area.history.added[0].size, session.is_modified(sail))
    session.commit()
    print(sail.area.size, sail.ropes)
