"""What was joined inside of a union is not there outside: it is joined, and loaded, once more."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import Session, aliased, contains_eager, declarative_base, joinedload
from sqlalchemy.orm import relationship

Base = declarative_base()


class City(Base):
    __tablename__ = "cities"
    id = Column(Integer, primary_key=True)
    departures = relationship("Flight", foreign_keys="Flight.origin_id", back_populates="origin")
    arrivals = relationship("Flight", foreign_keys="Flight.target_id")


class Flight(Base):
    __tablename__ = "flights"
    id = Column(Integer, primary_key=True)
    origin_id = Column(ForeignKey("cities.id"))
    target_id = Column(ForeignKey("cities.id"))
    origin = relationship(City, foreign_keys=origin_id, lazy="joined", back_populates="departures")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(City(departures=[Flight(target_id=1), Flight()]))
session.commit()
later = aliased(Flight)
joined = session.query(City).join(City.arrivals)
both = joined.union(session.query(City))
pairs = session.query(City, Flight).join(City.arrivals)

for query in (
    both.join(City.arrivals).options(contains_eager(City.arrivals)),
    both.join(City.departures).options(contains_eager(City.departures).joinedload(Flight.origin)),
    both.join(later, City.arrivals).options(contains_eager(City.arrivals, alias=later)),
    joined.filter(Flight.id == 1)
    .union(session.query(City))
    .join(City.arrivals)
    .options(contains_eager(City.arrivals).contains_eager(Flight.origin)),
    pairs.union(pairs).options(contains_eager(City.arrivals)),
    both.join(City.arrivals).add_entity(Flight),
    both.join(City.departures).options(joinedload(City.arrivals)).with_entities(City, Flight.id),
    session.query(later).join(later.origin).with_entities(later).union(session.query(Flight)),
    session.query(later).union(session.query(Flight)).join(later.origin),
):
    session.expunge_all()
    print(query)
    rows = query.all()
    print(len(rows), sorted(name for one in session for name in vars(one) if name[0] != "_"))

# What is ordered or limited stands in parentheses, which SQLite refuses; more can't be made of it.
ordered = session.query(City).order_by(City.id)
for query in (
    lambda: ordered.union(session.query(City)),
    lambda: ordered.union(session.query(City)).join(City.arrivals),
    lambda: session.query(City).union(ordered).join(City.arrivals),
    lambda: session.query(City).union(ordered).options(joinedload(City.arrivals)),
):
    try:
        print(query())
    except AttributeError as error:
        print(error)
