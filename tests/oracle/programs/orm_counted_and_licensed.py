"""A key shared by two classes, a count among the columns: how both are read beside other loads."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func, select, text
from sqlalchemy.orm import (
    Session,
    aliased,
    column_property,
    declarative_base,
    joinedload,
    relationship,
    selectinload,
)

Base = declarative_base()


class Pilot(Base):
    __tablename__ = "pilots"
    id = Column(Integer, primary_key=True)
    name = Column("called", String)
    flights = relationship("Flight", back_populates="pilot")
    licence = relationship("Licence", uselist=False)


class Licence(Base):
    __tablename__ = "licences"
    id = Column(ForeignKey("pilots.id"), primary_key=True)
    pilot = relationship("Pilot", viewonly=True)


class Flight(Base):
    __tablename__ = "flights"
    id = Column(Integer, primary_key=True)
    pilot_id = Column(ForeignKey("pilots.id"))
    pilot = relationship("Pilot", back_populates="flights")
    bags = relationship("Bag")


class Bag(Base):
    __tablename__ = "bags"
    id = Column(Integer, primary_key=True)
    flight_id = Column(ForeignKey("flights.id"))


Pilot.many = column_property(
    select(func.count(Flight.id))
    .where(Flight.pilot_id == Pilot.id)
    .correlate_except(Flight)
    .scalar_subquery()
)
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
for name in ("Ann", "Bob", "Cyd"):
    flights = [Flight(bags=[Bag(), Bag()]) for _ in name]
    session.add(Pilot(name=name, licence=Licence(), flights=flights))
    session.commit()


def loaded(objects):
    return [(type(each).__name__, each.id, sorted(each.__dict__)[1:]) for each in objects]


# The other class's key is ours, but it is not we who name it: its keys come as our rows do.
pilots = session.query(Pilot).order_by(Pilot.name.desc())
print(loaded(pilots.options(selectinload(Pilot.licence))))
licences = session.query(Licence).order_by(Licence.id.desc())
print(loaded(licences.options(selectinload(Licence.pilot))))

# A joined class whose count reads the table that is sorted and cut: its column is its own.
session.expunge_all()
flights = session.query(Flight).options(joinedload(Flight.pilot), joinedload(Flight.bags))
for query in (flights, flights.limit(2), flights.order_by(-Flight.id).limit(2)):
    session.expunge_all()
    found = query.all()
    print(loaded(found[:2]), [sorted(each.pilot.__dict__)[1:] for each in found[:2]])
    print([each.pilot.many for each in found])

# populate_existing() holds for a statement of one's own, too.
pilot = session.query(Pilot).first()
pilot.flights, pilot.licence
statements = text("SELECT id, 'Eve' AS called FROM pilots"), select(Pilot)
for statement in statements:
    told = session.query(Pilot).from_statement(statement)
    for query in (told, told.populate_existing()):
        pilot.name = "Dan"
        with session.no_autoflush:
            print(loaded(query.all()[:1]), pilot.name)
        session.rollback()
        print(pilot.flights[0].id, pilot.licence.id)
    told = select(Pilot).from_statement(statement)
    for options in ({}, {"populate_existing": True}):
        pilot.name = "Dan"
        with session.no_autoflush:
            result = session.execute(told, execution_options=options)
            print(loaded(result.scalars().all()[:1]), pilot.name)
        session.rollback()
        print(pilot.flights[0].id, pilot.licence.id)

# A Query that session.execute() gets names the values of its rows as it always does.
other = aliased(Pilot)
for query in (
    session.query(Pilot.id, Flight.id, Pilot.name).join(Flight),
    session.query(Pilot, Pilot.id + 1, Pilot.name.label("who")),
    session.query(func.count(), func.max(Pilot.id)),
    session.query(other.name, Pilot.__table__.c.called).filter(other.id == Pilot.id),
    session.query(Pilot.name).distinct().order_by(Pilot.id),
    session.query(Pilot).union(session.query(Pilot)),
):
    for sent in (query, query.statement, query.statement.limit(1)):
        row = session.execute(sent).first()
        print(row._fields, [str(value).partition(" at ")[0] for value in row])
    print(query.first()._fields if len(query.column_descriptions) > 1 else query.statement)
