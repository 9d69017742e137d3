"""innerjoin=True, said in a mapping or an option, above and below outer joins; "unnested"."""

from itertools import product

from sqlalchemy import Column, ForeignKey, Integer, Table, create_engine
from sqlalchemy.orm import Session, declarative_base, joinedload, relationship

Base = declarative_base()
crew = Table(
    "crew",
    Base.metadata,
    Column("ship_id", ForeignKey("ships.id"), primary_key=True),
    Column("sailor_id", ForeignKey("sailors.id"), primary_key=True),
)


class Port(Base):
    __tablename__ = "ports"
    id = Column(Integer, primary_key=True)
    ships = relationship("Ship", back_populates="port", order_by="Ship.id")


class Ship(Base):
    __tablename__ = "ships"
    id = Column(Integer, primary_key=True)
    port_id = Column(ForeignKey("ports.id"))
    port = relationship("Port", back_populates="ships", lazy="joined", innerjoin=True)
    sailors = relationship("Sailor", secondary=crew, back_populates="ships")
    sails = relationship("Sail", back_populates="ship")


class Sailor(Base):
    __tablename__ = "sailors"
    id = Column(Integer, primary_key=True)
    ships = relationship("Ship", secondary=crew, back_populates="sailors")


class Sail(Base):
    __tablename__ = "sails"
    id = Column(Integer, primary_key=True)
    ship_id = Column(ForeignKey("ships.id"))
    ship = relationship("Ship", back_populates="sails")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
ship = Ship(sailors=[Sailor()], sails=[Sail()])
session.add_all([Port(ships=[ship, Ship(sails=[Sail()])]), Port(), Sailor()])
session.flush()
ship.sailors.append(Sailor())
session.commit()


def show(query):
    query = query.order_by(query.column_descriptions[0]["type"].id)
    print([(type(found).__name__, found.id) for found in query.limit(2)], len(query.all()))
    session.expunge_all()


CHAINS = [
    (Port.ships, Ship.sailors, Sailor.ships),
    (Port.ships, Ship.sails, Sail.ship),
    (Sailor.ships, Ship.port, Port.ships),
    (Sailor.ships, Ship.sailors, Sailor.ships),
    (Sail.ship, Ship.sailors, Sailor.ships),
]
for chain in CHAINS:
    for kinds in product((False, True, "unnested"), repeat=3):
        option = joinedload(chain[0], innerjoin=kinds[0])
        for attribute, kind in zip(chain[1:], kinds[1:]):
            option = option.joinedload(attribute, innerjoin=kind)
        print(kinds, *chain)
        show(session.query(chain[0].class_).options(option))
for first, second in product((False, True), repeat=2):
    start = joinedload(Port.ships)
    both = [
        start.joinedload(Ship.sailors, innerjoin=first),
        joinedload(Port.ships).joinedload(Ship.sails, innerjoin=second),
    ]
    show(session.query(Port).options(*both))
    show(session.query(Port).options(*both[::-1]))
    below = joinedload(Sailor.ships)
    show(
        session.query(Sailor).options(
            below.joinedload(Ship.sailors, innerjoin=first),
            joinedload(Sailor.ships).joinedload(Ship.sails, innerjoin=second),
        )
    )
show(session.query(Ship))
show(session.query(Sail).join(Sail.ship).options(joinedload(Sail.ship)))
