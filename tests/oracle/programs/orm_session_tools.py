"""Sessions and their makers: configuring, looking inside, threads, merging, no autoflush."""

import sys

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, inspect, select, text
from sqlalchemy.orm import Session, declarative_base, make_transient, object_session, relationship
from sqlalchemy.orm import scoped_session, sessionmaker

# SQLAlchemy's modules inside are there, too, without an import of their own.
orm = sys.modules["sqlalchemy.orm"]
print(orm.session.sessionmaker, orm.scoping.scoped_session, orm.strategy_options.Load)

Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    room = Column(String)
    jars = relationship("Jar", back_populates="shelf", order_by="Jar.id")


class Jar(Base):
    __tablename__ = "jars"
    id = Column(Integer, primary_key=True)
    label = Column(String, nullable=False)
    shelf_id = Column(ForeignKey("shelves.id"))
    shelf = relationship(Shelf, back_populates="jars")


engine = create_engine("sqlite://", echo=False, future=False)
Base.metadata.create_all(engine)
Maker = sessionmaker(autoflush=False)
print(Maker)
Maker.configure(bind=engine, expire_on_commit=False)
session = Maker()
print(session.get_bind() is engine, session.autoflush, session.expire_on_commit, session.is_active)

shelf = Shelf(room="cellar", jars=[Jar(label="plum"), Jar(label="pear")])
session.add(shelf)
print(session.query(Jar).count(), len(session.new), shelf in session, list(session) == [])
session.commit()
print("room" in shelf.__dict__, object_session(shelf) is session)

found = inspect(shelf)
print(found.transient, found.pending, found.persistent, found.deleted, found.detached)
print(found.identity, found.identity_key, found.session is session)
shelf.room = "attic"
print(found.attrs.room.history, found.attrs.room.value, found.modified)
print(session.is_modified(shelf), shelf in session.dirty, session.is_modified(shelf.jars[0]))
print(inspect(Shelf).relationships.keys(), inspect(Shelf).columns.keys())
print([column.name for column in inspect(Jar).primary_key])
session.rollback()
print(shelf.room)

eager = Session(engine)
again = eager.get(Shelf, 1)
with eager.no_autoflush:
    again.jars.append(Jar(label="fig"))
    print(eager.query(Jar).count())
print(eager.query(Jar).count())
eager.flush()
print(eager.scalar(select(Jar.label).order_by(Jar.id.desc())), eager.scalars(select(Jar.id)).all())
print(eager.execute(text("SELECT count(*) FROM jars")).scalar(), eager.connection().closed)
with eager.begin_nested():
    eager.add(Jar(label="lost"))
savepoint = eager.begin_nested()
eager.add(Jar(label="gone"))
eager.flush()
savepoint.rollback()
print([jar.label for jar in eager.query(Jar).order_by(Jar.id)])
eager.rollback()
print([jar.label for jar in eager.query(Jar).order_by(Jar.id)])

plum = eager.query(Jar).filter_by(label="plum").one()
eager.refresh(plum)
eager.expire(plum, ["label"])
print("label" in plum.__dict__, plum.label)
eager.expunge(plum)
print(inspect(plum).detached, plum in eager)
plum.label = "damson"
merged = eager.merge(plum)
print(merged is plum, merged.label, merged in eager.dirty)
brought = eager.merge(Jar(id=2, label="quince"), load=True)
made = eager.merge(Jar(label="sloe"))
print(made in eager.new)
eager.commit()
make_transient(plum)
plum.id = None
eager.add(plum)
eager.commit()
print(plum.id, sorted(key[1] for key in eager.identity_map.keys()))
eager.expunge_all()
print(len(eager.identity_map), inspect(plum).detached)
for unmapped in (eager.add, eager.delete, eager.refresh, eager.expunge):
    try:
        unmapped(3)
    except Exception as error:
        print(type(error).__name__, error)
for never_saved in (eager.delete, eager.refresh, eager.expunge, eager.expire):
    try:
        never_saved(Jar(label="x"))
    except Exception as error:
        print(type(error).__name__, error)
eager.close()

Scoped = scoped_session(sessionmaker(bind=engine))
print(Scoped() is Scoped(), Scoped.query(Jar).count())
Scoped.add(Jar(label="cherry"))
Scoped.commit()
Scoped.remove()

# Who has a session, and what is done with it by hand.
scopes = ["cellar"]


def scope():
    print("asked for", scopes[0])
    return scopes[0]


Rooms = scoped_session(sessionmaker(bind=engine), scopefunc=scope)
for room in ("cellar", "attic", "cellar"):
    scopes[0] = room
    print(Rooms.registry.has(), Rooms.registry() is Rooms(), Rooms.registry.has())
Rooms.registry.clear()
print(Rooms.registry.has())
own = Session(engine)
Rooms.registry.set(own)
print(Rooms() is own, Rooms.query(Jar).count(), Scoped.registry.has())
Rooms.remove()
print(Rooms.registry.has())
with Session(engine) as short, short.begin():
    short.add(Jar(label="medlar"))
with Session(engine) as short:
    print([jar.label for jar in short.query(Jar).order_by(Jar.id)])

# the collections of a session, put together and compared
for shown in (
    lambda: session.new - session.dirty,
    lambda: session.new & session.dirty,
    lambda: session.new | session.deleted,
    lambda: session.new.difference([]),
    lambda: session.new.intersection([]),
):
    print(shown())
for wrong in (lambda: session.new - [], lambda: session.new & 5):
    try:
        print(wrong())
    except TypeError as error:
        print(error)

# the `with` block of a transaction that is over, in it or before it
try:
    with Session(engine) as short:
        for over in (short.begin(), short.begin_nested()):
            with over:
                over.rollback()
                try:
                    short.query(Jar).count()
                except Exception as error:
                    print(type(error).__name__, error)
            try:
                with over:
                    print("entered")
            except Exception as error:
                print(type(error).__name__, error)
except AttributeError as error:
    print(error)  # the session itself is closed as the block ends
