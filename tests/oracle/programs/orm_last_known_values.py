"""A criterion that compares with an object: which value counts when the object cannot tell it."""

import gc
import weakref

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Skipper(Base):
    __tablename__ = "skippers"
    id = Column(Integer, primary_key=True)
    name = Column(String)


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    skipper_id = Column(ForeignKey("skippers.id"))
    skipper = relationship(Skipper, backref="boats")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
inger = Skipper(name="Inger", boats=[Boat(), Boat()])
bo = Skipper(name="Bo", boats=[Boat()])
session.add_all([inger, bo])
session.commit()


def ask(what, query):
    try:
        print(what, [boat.id for boat in query])
    except Exception as error:
        print(what, type(error).__name__, error)


def of(skipper):
    return session.query(Boat).filter(Boat.skipper == skipper).order_by(Boat.id)


early = of(inger)
session.expunge(inger)
ask("asked before it was expunged, never read", early)
session.add(inger)
ask("persistent", of(inger))
session.expire(inger)
session.expunge(inger)
ask("expired and detached", of(inger))
ask("the early one", early)
ask("others", session.query(Boat).filter(Boat.skipper != inger))
ask("with_parent", session.query(Boat).with_parent(inger))
ask("never asked before", of(bo))
session.add_all([inger, bo])
print(inger.id, bo.id)
session.expire(bo, ["id"])
session.expunge(bo)
ask("its key alone expired", of(bo))
session.commit()
session.close()
ask("after close", of(inger))
session.add(inger)
inger.id = 9
with session.no_autoflush:
    ask("changed", early)
session.rollback()
session.close()
ask("changed, rolled back and detached", early)

unsaved = Skipper()
later = of(unsaved)
ask("without a key", later)
unsaved.id = 2
ask("with a key by now", later)

# what was asked of an object, and is kept compiled, does not keep the object
session.close()
for change in ("nothing", "expire", "commit"):
    skipper = session.get(Skipper, 2)
    asked, alive = of(skipper), weakref.ref(skipper)
    ask(change, asked)
    if change == "expire":
        session.expire(skipper)
    if change == "commit":
        session.commit()
    del skipper
    gc.collect()
    print(alive() is not None)
    ask("when it is gone", asked)
