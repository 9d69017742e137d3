"""Eager loads that lead back to the class they started from, each kind within each other."""

from itertools import product

from sqlalchemy import Column, ForeignKey, Integer, Table, create_engine
from sqlalchemy.orm import Session, declarative_base, joinedload, lazyload, relationship
from sqlalchemy.orm import selectinload, subqueryload

KINDS = ["select", "joined", "subquery", "selectin"]


def show(to_guests, to_keys, to_room):
    Base = declarative_base()

    class Guest(Base):
        __tablename__ = "guests"
        id = Column(Integer, primary_key=True)
        room_id = Column(ForeignKey("rooms.id"))
        room = relationship("Room", back_populates="guests")

    class Room(Base):
        __tablename__ = "rooms"
        id = Column(Integer, primary_key=True)
        guests = relationship(Guest, lazy=to_guests, back_populates="room")
        keys = relationship("Key", lazy=to_keys, back_populates="room")

    class Key(Base):
        __tablename__ = "keys"
        id = Column(Integer, primary_key=True)
        room_id = Column(ForeignKey("rooms.id"))
        room = relationship(Room, lazy=to_room, back_populates="keys")

    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Room(guests=[Guest(), Guest()], keys=[Key()]))
        session.commit()
        for option in (selectinload, subqueryload, joinedload, lazyload):
            session.expunge_all()
            guest = session.query(Guest).options(option(Guest.room)).first()
            print(sorted(guest.__dict__.keys() - {"_sa_instance_state"}))
            for each in sorted(session, key=lambda one: (type(one).__name__, one.id)):
                print(type(each).__name__, sorted(set(vars(each)) - {"_sa_instance_state"}))


for kinds in product(KINDS, repeat=3):
    print(*kinds)
    show(*kinds)


# Many to many, at once on one side and joined on the other: what an outer load has begun is there.
Hosts = declarative_base()
visits = Table(
    "visits",
    Hosts.metadata,
    Column("guest_id", ForeignKey("guests.id")),
    Column("host_id", ForeignKey("hosts.id")),
)


class Guest(Hosts):
    __tablename__ = "guests"
    id = Column(Integer, primary_key=True)
    hosts = relationship("Host", visits, back_populates="guests", lazy="joined")


class Host(Hosts):
    __tablename__ = "hosts"
    id = Column(Integer, primary_key=True)
    guests = relationship("Guest", visits, back_populates="hosts", lazy="immediate")


visited = create_engine("sqlite://")
Hosts.metadata.create_all(visited)
session = Session(visited)
ann, bob = Host(id=1), Host(id=2)
session.add_all([Guest(id=1, hosts=[ann, bob]), Guest(id=2, hosts=[ann])])
session.commit()
for query in (session.query(Guest), session.query(Host), session.query(Guest).populate_existing()):
    session.expunge_all()
    print(
        [sorted(vars(found)) for found in query.order_by(query.column_descriptions[0]["expr"].id)]
    )

# noload on the way round: it empties what the first query has loaded and is still to fill.
Base = declarative_base()


class Path(Base):
    __tablename__ = "paths"
    id = Column(Integer, primary_key=True)
    gates = relationship("Gate", back_populates="path", lazy="noload", order_by="Gate.id")


class Gate(Base):
    __tablename__ = "gates"
    id = Column(Integer, primary_key=True)
    path_id = Column(ForeignKey("paths.id"))
    path = relationship(Path, back_populates="gates", lazy="noload")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with engine.begin() as connection:
    connection.execute(Path.__table__.insert(), [{"id": 1}, {"id": 2}])
    connection.execute(Gate.__table__.insert(), [{"path_id": 1}, {"path_id": 1}, {"path_id": 2}])
for back in (joinedload, selectinload, subqueryload, lazyload):
    for way in (
        selectinload(Path.gates),
        getattr(selectinload(Path.gates), back.__name__)(Gate.path),
        getattr(selectinload(Path.gates), back.__name__)(Gate.path).selectinload(Path.gates),
    ):
        for path in Session(engine).query(Path).options(way).order_by(Path.id):
            print(path.id, [(gate.id, gate.path and len(gate.path.gates)) for gate in path.gates])
for way in (subqueryload, selectinload):
    ring = joinedload(Gate.path).options(way(Path.gates).noload(Gate.path))
    gates = Session(engine).query(Gate).options(ring).order_by(Gate.id).all()
    print([(gate.id, gate.path and [each.id for each in gate.path.gates]) for gate in gates])
