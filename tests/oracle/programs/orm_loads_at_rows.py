"""What a query loads at once meets objects that its own rows are still to bring."""

from itertools import permutations, product

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import (
    Session,
    aliased,
    declarative_base,
    immediateload,
    joinedload,
    noload,
    relationship,
    selectinload,
    subqueryload,
)

Base = declarative_base()


class Station(Base):
    __tablename__ = "stations"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    after_id = Column(ForeignKey("stations.id"))
    next = relationship("Station", back_populates="after", order_by="Station.id")
    after = relationship("Station", back_populates="next", remote_side=[id])


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
first = Station(name="Abel", next=[Station(name="Bor", next=[Station(name="Cleve")])])
session.add(first)
first.next.append(Station(name="Dorn", next=[Station(name="Eik")]))
session.commit()
session.close()


def held(station):
    """What of a station is there without asking."""
    for key in ("name", "next", "after"):
        if key in station.__dict__:
            value = station.__dict__[key]
            print(station.id, key, [s.id for s in value] if isinstance(value, list) else value)


Station.__repr__ = lambda self: f"<{self.__dict__.get('id')}>"
ways = (immediateload, subqueryload, selectinload, joinedload, noload)
stations = session.query(Station).order_by(Station.id.desc())

for forth, back in product(ways, repeat=2):
    print(forth.__name__, back.__name__)
    for query in (stations,) if noload is back else (stations, stations.populate_existing()):
        known = session.get(Station, 2)
        known.name = "Boren"
        with session.no_autoflush:
            for station in query.options(forth(Station.next), back(Station.after)):
                held(station)
        session.rollback()
        session.close()

for one, two in permutations(ways, 2):
    print(one.__name__, "then", two.__name__)
    for station in stations.options(getattr(one(Station.next), two.__name__)(Station.after)):
        held(station)
    session.close()
    kept = session.query(Station).filter(Station.id < 4).options(one(Station.next)).all()
    session.expire(kept[1])
    session.expire(kept[0], ["next", "name"])
    for station in stations.options(two(Station.next)):
        held(station)
    session.refresh(kept[2])
    held(kept[2])
    session.close()

other = aliased(Station)
pairs = session.query(Station, other).join(other, Station.next.of_type(other))
for one, two in product(ways, repeat=2):
    print(one.__name__, "beside", two.__name__)
    for pair in pairs.options(one(Station.next), two(other.next)).order_by(Station.id, other.id):
        for station in pair:
            held(station)
    session.close()
