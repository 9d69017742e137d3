"""An object's life: transient, pending, persistent, deleted, detached; history and expiry."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, inspect
from sqlalchemy.orm import Session, declarative_base, make_transient, object_session
from sqlalchemy.orm import relationship, sessionmaker


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__module__, type(error).__name__, error)


Base = declarative_base()


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    name = Column(String(20), nullable=False)
    length = Column(Integer)
    oars = relationship("Oar", backref="boat", order_by="Oar.id")

    def __repr__(self):
        return f"Boat({self.name!r})"


class Oar(Base):
    __tablename__ = "oars"
    id = Column(Integer, primary_key=True)
    side = Column(String(5))
    boat_id = Column(ForeignKey("boats.id"))

    def __repr__(self):
        return f"Oar({self.side!r})"


def state(thing):
    told = inspect(thing)
    return [
        name
        for name in ("transient", "pending", "persistent", "deleted", "detached")
        if getattr(told, name)
    ], told.identity


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = sessionmaker(bind=engine)()

boat = Boat(name="Gull", length=7)
show("new", lambda: state(boat))
show("id", lambda: boat.id)
session.add(boat)
show("added", lambda: (state(boat), session.new, boat in session))
session.flush()
show(
    "flushed", lambda: (state(boat), session.new, session.dirty, list(session.identity_map.keys()))
)
boat.name = "Tern"
show("history", lambda: inspect(boat).attrs.name.history)
show("dirty", lambda: (session.dirty, session.is_modified(boat)))
session.commit()
show("expired", lambda: sorted(inspect(boat).unloaded))
show("name", lambda: boat.name)
boat.name = "Tern"
show("same value", lambda: (session.dirty, session.is_modified(boat)))
session.flush()
boat.length = None
boat.length = 7
show("and back", lambda: (session.is_modified(boat), inspect(boat).attrs.length.history))
session.commit()
boat.oars.append(Oar(side="left"))
show("oars", lambda: (boat.oars, boat.oars[0].boat, state(boat.oars[0])))
show("history of oars", lambda: inspect(boat).attrs.oars.history)
session.rollback()
show("rolled back", lambda: (boat.oars, session.query(Oar).count()))

left, right = Oar(side="left", boat=boat), Oar(side="right")
boat.oars.insert(0, right)
session.commit()
show("two", lambda: (boat.oars, left.boat_id, right.boat))
right.boat = None
show("moved away", lambda: (boat.oars, inspect(right).attrs.boat.history))
session.commit()
show("now", lambda: (boat.oars, right.boat_id))
del boat.oars[0]
session.flush()
show("emptied", lambda: session.query(Oar.id, Oar.boat_id).all())
session.rollback()

session.delete(left)
show("marked", lambda: (state(left), session.deleted))
session.flush()
show("deleted", lambda: (state(left), left in session))
session.rollback()
show("back again", lambda: (state(left), left in session))
session.delete(left)
session.commit()
show("gone", lambda: state(left))
show("add the deleted", lambda: session.add(left))
show("delete the new", lambda: session.delete(Oar()))
show("add no object", lambda: session.add("boat"))
show("add a class", lambda: session.add(Boat))
show("unmapped", lambda: session.query(5))

session.expunge(boat)
show("expunged", lambda: (state(boat), object_session(boat)))
show("name", lambda: boat.name)
session.add(boat)
session.expire(boat)
session.expunge(boat)
show("detached and expired", lambda: boat.name)
show("detached and lazy", lambda: boat.oars)
other = Session(engine)
show("merged", lambda: other.merge(boat))
show("in two sessions", lambda: (session.add(boat), other.add(boat)))
other.close()
copy = session.merge(Boat(id=1, name="Skua", oars=[Oar(side="new")]))
show("merged", lambda: (copy is boat, copy.name, copy.oars))
session.rollback()

make_transient(boat)
show("transient", lambda: (state(boat), boat.id))
boat.id = None
session.add(boat)
show("again", lambda: session.commit())
show("all", lambda: session.query(Boat.id, Boat.name).all())

session.add(Boat())
show("not null", lambda: session.flush())
show("then", lambda: session.query(Boat).count())
session.rollback()
show("after rollback", lambda: session.query(Boat).count())
session.add(Boat(id=2, name="twin"))
show("twin", lambda: session.commit())
session.rollback()
found = session.get(Boat, 2)
other = Session(engine)
other.query(Boat).filter(Boat.id == 2).delete()
other.commit()
session.expire(found)
show("deleted elsewhere", lambda: found.name)
found = session.get(Boat, 1) or session.query(Boat).first()
show("get", lambda: (session.get(Boat, 99), session.query(Boat).get(99)))
show("unknown keyword", lambda: Boat(colour="red"))
show("refresh", lambda: session.refresh(Boat()))
with session.no_autoflush:
    session.add(Oar(side="late"))
    show("no autoflush", lambda: session.query(Oar).count())
show("autoflush", lambda: session.query(Oar).count())
with session.begin_nested():
    session.add(Oar(side="nested"))
show("nested", lambda: session.query(Oar).count())
try:
    with session.begin_nested():
        session.add(Oar(id=session.query(Oar.id).order_by(Oar.id).first()[0], side="same"))
except Exception as error:
    print(type(error).__name__)
show("after nested", lambda: session.query(Oar).count())
session.close()
show("closed", lambda: (session.query(Oar).count(), list(session)))
