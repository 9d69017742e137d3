"""When mappers are configured: a class that names one that is still missing can be used a while."""

import sys
import threading

from sqlalchemy import *
from sqlalchemy import inspect
from sqlalchemy.orm import *

for asked in (
    "User.id",
    "User.id == 1",
    "User.name.like('x')",
    "str(User.id == 1)",
    "User.id + 1",
    "User.name.label('x')",
    "User.id.in_([1])",
    "User.name.property",
    "User.other",
    "User.other.property",
    "User.other.any()",
    "User.other.and_(User.id==1)",
    "User.other.of_type(User)",
    "User.other.any(User.id==1)",
    "User.other == None",
    "User.other.contains(5)",
    "User.name.type",
    "User.name.asc()",
    "desc(User.name)",
    "and_(User.id==1, User.name=='a')",
    "func.count(User.id)",
    "select(User)",
    "str(select(User))",
    "select(User.id)",
    "str(select(User.id))",
    "select(User).where(User.id==1)",
    "select(func.count(User.id)).scalar_subquery()",
    "select(User).join(User.other)",
    "select(User.id).where(User.id==1).scalar_subquery()",
    "select(User).subquery()",
    "exists().where(User.id==1)",
    "aliased(User)",
    "aliased(User).id",
    "aliased(User).id == 1",
    "inspect(User)",
    "inspect(User).attrs",
    "inspect(User).columns",
    "inspect(User).relationships",
    "inspect(User.id)",
    "User.__mapper__",
    "User.__mapper__.attrs",
    "User.__mapper__.get_property('id')",
    "User.__table__.c.id == 1",
    "User()",
    "User(name='x')",
    "Session().query(User)",
    "str(Session().query(User))",
    "Session().query(User.id)",
    "str(Session().query(User.id))",
    "Session().query(User).filter(User.id==1)",
    "Session().query(User).filter_by(id=1)",
    "Session().query(func.count(User.id))",
    "joinedload('other')",
    "Session(create_engine('sqlite://')).execute(select(User).options(joinedload(User.other)))",
    "Load(User)",
    "Load(User).joinedload(User.other)",
    "defer(User.name)",
    "class_mapper(User)",
    "insert(User)",
    "update(User)",
    "delete(User)",
    "update(User).values(name='x')",
    "str(update(User).values(name='x'))",
    "update(User).where(User.id==1)",
    "with_parent(User, User.other)",
    "User.id.desc()",
    "-User.id",
    "case((User.id==1, 2))",
    "cast(User.id, String)",
    "User.__table__",
    "User.more",
    "User.more == 'x'",
    "User.more.property",
    "User.syn",
    "User.syn == 'x'",
    "User.calc",
    "str(User.calc)",
    "column_property(User.id + 1)",
    "User.late = relationship('User')",
    "User.id.expression",
    "User.id.__clause_element__()",
    "hasattr(User, 'backed')",
    "User.id.key",
    "User.id.class_",
    "User.id.parent",
    "User.other.key",
    "User.other.class_",
    "User.other.parent",
    "str(User.other)",
    "str(User.id)",
    "User.other.mapper",
    "User.other.entity",
):
    clear_mappers()
    Base = declarative_base()

    class User(Base):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        more = deferred(Column(String))
        syn = synonym("name")
        calc = column_property(id + 1)
        other = relationship("Missing", backref="backed")

    try:
        exec(asked)
        print(asked, "goes", inspect(User).configured)
    except Exception as error:
        print(asked, type(error).__name__, error)

# a class that is used goes on when a later one cannot be configured, where nothing new is worked out
engine = create_engine("sqlite://")
session = Session(engine)


def tell(what, call):
    try:
        print(what, call())
    except Exception as error:
        print(what, type(error).__name__, error)


for first in (
    "session.query(User).all()",
    "session.query(User.id).all()",
    "session.get(User, 1)",
    "User.notes.property",
    "inspect(User).attrs",
    "session.execute(select(User)).all()",
):
    for then in (
        first,
        "session.query(User)",
        "session.query(User).all()",
        "session.query(func.count(User.id)).scalar()",
        "session.query(User).delete()",
        "session.query(User).update({'name': 'x'})",
        "session.execute(delete(User).execution_options(synchronize_session='fetch')).rowcount",
        "session.query(aliased(User)).all()",
        "User.notes.any()",
        "User.notes.of_type(Note)",
        "Load(User)",
        "inspect(User).attrs.keys()",
        "inspect(User).relationships.keys()",
        "setattr(User, 'late', Column(Integer))",
        "session.query(Note).all()",
        "User()",
    ):
        clear_mappers()
        Base = declarative_base()

        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
            name = Column(String)
            notes = relationship("Note", back_populates="user")

        class Note(Base):
            __tablename__ = "notes"
            id = Column(Integer, primary_key=True)
            user_id = Column(ForeignKey("users.id"))
            user = relationship("User", back_populates="notes")

        Base.metadata.create_all(engine)
        eval(first)

        class Bad(Base):
            __tablename__ = "bad"
            id = Column(Integer, primary_key=True)
            user = relationship("Usr")

        for _ in range(2):
            tell(f"{first} and {then}", lambda: eval(then) is not None)

# also where something new failed in between
clear_mappers()
Base = declarative_base()


class Room(Base):
    __tablename__ = "rooms"
    id = Column(Integer, primary_key=True)
    name = Column(String)


Base.metadata.create_all(engine)
tell("all", session.query(Room).all)
tell("attrs", lambda: inspect(Room).attrs.keys())


class Guest(Base):
    __tablename__ = "guests"
    id = Column(Integer, primary_key=True)
    room = relationship("Rom")


tell("the same", session.query(Room).all)
tell("another", session.query(Room).filter_by(name="blue").all)
tell("columns", session.query(Room.name).all)
tell("attrs", lambda: inspect(Room).attrs.keys())
tell("options", lambda: select(Guest).options(joinedload(Guest.room)) is not None)
tell("joined", lambda: select(Guest).join(Guest.room) is not None)
tell("joined by", lambda: select(Guest).join(Room, Guest.room) is not None)


# One base after another: each is finished, and taken off its classes, alone or with its like.
clear_mappers()


def three_bases():
    first, second, third = registry(), registry(), registry()

    @first.mapped
    class Town:
        __table__ = Table("towns", first.metadata, Column("id", Integer, primary_key=True))

    @second.mapped
    class Street:
        __tablename__ = "streets"
        id = Column(Integer, primary_key=True)
        town_id = Column(ForeignKey(Town.__table__.c.id))
        next_id = Column(ForeignKey("streets.id"))
        town = relationship(Town)
        next = relationship("Street", remote_side=id)

    @third.mapped
    class House:
        __tablename__ = "houses"
        id = Column(Integer, primary_key=True)
        street_id = Column(ForeignKey(Street.__table__.c.id))
        street = relationship(Street)

    return (first, second, third), (Town, Street, House)


for cascade in (False, True):
    for place in range(3):
        bases, classes = three_bases()
        tell("configure", lambda: bases[place].configure(cascade=cascade))
        tell("again", lambda: bases[place].configure())
        print([each.__mapper__.configured for each in classes])
        clear_mappers()
        bases, classes = three_bases()
        configure_mappers()
        tell("dispose", lambda: bases[place].dispose(cascade=cascade))
        print([hasattr(each, "__mapper__") for each in classes])
        clear_mappers()


# Threads that first ask at one moment: one of them configures, the others wait for it.
def ring_of(size):
    made = declarative_base()

    def member(place):
        after = (place + 1) % size
        body = {
            "__tablename__": f"ring_{place}",
            "id": Column(Integer, primary_key=True),
            "after_id": Column(ForeignKey(f"ring_{after}.id")),
            "after": relationship(f"Ring{after}", back_populates="before"),
            "before": relationship(f"Ring{(place - 1) % size}", back_populates="after"),
        }
        return type(f"Ring{place}", (made,), body)

    return [member(place) for place in range(size)]


def ask(place, ring, gate):
    gate.wait()
    try:
        if place % 2:
            told.add(str(Session().query(ring[place]).join(ring[place].after)))
        else:
            told.add(len(ring[place](after=ring[place + 1]()).after.before))
    except Exception as error:
        told.add(repr(error))


told = set()
interval = sys.getswitchinterval()
sys.setswitchinterval(1e-6)
for _ in range(9):
    ring, gate = ring_of(6), threading.Barrier(4)
    threads = [threading.Thread(target=ask, args=(place, ring, gate)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
sys.setswitchinterval(interval)
print(sorted(map(str, told)))

# Arguments that an own __init__ does not take are told before a class that is missing.
Own = declarative_base()


class Guest(Own):
    __tablename__ = "guests"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    rooms = relationship("Rooom")

    def __init__(self, name, *, floor=None):
        self.name = name


class Dog(Own):
    __tablename__ = "dogs"
    id = Column(Integer, primary_key=True)

    def __init__(self):
        pass


for asked in ("Guest()", "Guest('a', 'b')", "Guest('a', flor=1)", "Dog(1)", "Guest('a')", "Dog()"):
    try:
        print(asked, eval(asked))
    except Exception as error:
        print(asked, type(error).__name__, error)


# What an own __init__ calls its arguments is its own affair, and it need not be a function.
class Inner:
    def __get__(self, instance, owner=None):
        return self if instance is None else lambda *args: self(instance, *args)

    def __call__(self, instance, *args):
        print("called", args)
        instance.id = args[0]


Free = declarative_base()


class Clerk(Free):
    __tablename__ = "clerks"
    id = Column(Integer, primary_key=True)

    def __init__(self, function, fits=1):
        self.function = function


class Box(Free):
    __tablename__ = "boxes"
    id = Column(Integer, primary_key=True)
    __init__ = Inner()


for asked in ("Box(3).id", "Clerk(function='cook').function"):
    Lone = type("Lone", (Free,), {"__tablename__": asked, "id": Column(Integer, primary_key=True)})
    try:
        print(asked, eval(asked))
    except Exception as error:
        print(asked, type(error).__name__, error)
