"""An object that is deleted is used again: deleted, added, let go, and what a rollback makes of it."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine, inspect, text
from sqlalchemy.orm import Session, backref, declarative_base, make_transient, relationship

Base = declarative_base()


class Inn(Base):
    __tablename__ = "inns"
    id = Column(Integer, primary_key=True)
    guests = relationship("Guest", back_populates="inn", cascade="all, delete-orphan")


class Guest(Base):
    __tablename__ = "guests"
    id = Column(Integer, primary_key=True)
    inn_id = Column(ForeignKey("inns.id"))
    inn = relationship("Inn", back_populates="guests")


class Sign(Base):
    __tablename__ = "signs"
    id = Column(Integer, primary_key=True)
    inn_id = Column(ForeignKey("inns.id"))
    inn = relationship("Inn", backref=backref("sign", uselist=False, cascade="all, delete-orphan"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
STEPS = {
    "delete": lambda: session.delete(inn),
    "rows": lambda: session.query(Inn).delete("fetch"),
    "guest": lambda: session.delete(guest),
    "add": lambda: session.add(inn),
    "sign": lambda: session.add(Sign(inn=inn)),
    "expunge": lambda: session.expunge(inn),
    "transient": lambda: make_transient(inn),
    "merge": lambda: session.merge(inn),
    "flush": lambda: session.flush(),
    "savepoint": lambda: session.begin_nested(),
    "commit": lambda: session.commit(),
    "rollback": lambda: session.rollback(),
}


def show(step, obj):
    state = inspect(obj)
    names = ("transient", "pending", "persistent", "deleted", "detached", "modified")
    facts = [name for name in names if getattr(state, name)]
    print(step, facts, state.identity is None, obj in session, len(session.deleted))


for story in (
    "delete flush delete rollback",
    "delete flush delete flush rollback commit",
    "delete flush delete commit",
    "rows delete rollback",
    "rows delete flush commit",
    "rows merge rollback",
    "guest flush delete flush rollback",
    "savepoint delete flush delete rollback rollback",
    "delete flush savepoint delete rollback rollback",
    "delete flush add rollback",
    "delete flush transient rollback add commit",
    "delete flush expunge rollback",
    "commit rows delete rollback delete commit",
    "commit delete flush delete rollback",
    "sign flush sign rollback",
    "sign flush rollback sign flush",
):
    print(story)
    session = Session(engine)
    inn = Inn(guests=[Guest()])
    guest = inn.guests[0]
    session.add(inn)
    session.flush()
    for step in story.split():
        try:
            STEPS[step]()
        except Exception as error:
            print(type(error).__name__, error)
        show(step, inn)
        show(step, guest)
    session.close()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM signs"))
        connection.execute(text("DELETE FROM guests"))
        connection.execute(text("DELETE FROM inns"))


# An orphan whose cascade has yet to load: the load flushes, and its row is gone before it is marked.
class Tour(Base):
    __tablename__ = "tours"
    id = Column(Integer, primary_key=True)
    stops = relationship("Stop", cascade="all, delete-orphan")


class Stop(Base):
    __tablename__ = "stops"
    id = Column(Integer, primary_key=True)
    tour_id = Column(ForeignKey("tours.id"))
    parent_id = Column(ForeignKey("stops.id"))
    sights = relationship("Stop", cascade="all, delete-orphan")


Base.metadata.create_all(engine)
for autoflush in (True, False):
    for reads in (False, True):
        session = Session(engine, autoflush=autoflush)
        session.add(Tour(stops=[Stop(sights=[Stop(), Stop()]), Stop()]))
        session.commit()
        tour = session.query(Tour).one()
        for stop in (tour.stops[0], tour.stops[-1]):
            if reads:
                print(len(stop.sights))
            tour.stops.remove(stop)
            session.delete(stop)
            print(len(session.deleted), inspect(stop).deleted)
            try:
                session.flush()
            except AssertionError as error:
                print(error, session.is_active, len(session.deleted))
            print(session.query(Stop).count() if not session.deleted else "marked")
            session.rollback()
        session.delete(tour)
        session.commit()
