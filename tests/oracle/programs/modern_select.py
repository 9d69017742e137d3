"""select() of entities through a session: unnamed aliases, columns of a result, update and delete."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, create_engine
from sqlalchemy import delete, func, literal_column, select, union_all, update
from sqlalchemy.exc import InvalidRequestError, MultipleResultsFound
from sqlalchemy.orm import Session, aliased, declarative_base, relationship, subqueryload

Base = declarative_base()


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    name = Column(String(30))
    trips = relationship("Trip", back_populates="boat")


class Trip(Base):
    __tablename__ = "trips"
    id = Column("id", None, primary_key=True)
    boat_id = Column(None, ForeignKey("boats.id"))
    miles = Column(Integer)
    boat = relationship("Boat", back_populates="trips")


Trip.__table__.c.id.type = Integer()
engine = create_engine("sqlite://", future=True)
Base.metadata.create_all(engine)
session = Session(engine, future=True)
session.add_all([Boat(name="Skua", trips=[Trip(miles=4), Trip(miles=9)]), Boat(name="Tern")])
session.commit()

other = aliased(Boat)
print(session.execute(select(other)).keys())
print(session.execute(select(other, other.id + 1)).keys())
print([boat.name for boat in session.scalars(select(other).order_by(other.id))])
print([row[0].name for row in session.execute(select(other, other.id + 1)).columns(0)])
print(session.execute(select(other.name, other.id)).columns(1, 0).all())
print(session.execute(select(other).limit(1)).mappings().all())


# Rows of one entity are seen as itself, whichever column is named; nothing is held when all is read.
for column in (0, 7, "name"):
    print(session.execute(select(Boat).order_by(Boat.id)).columns(column).all()[0].name)
    print(session.execute(select(Boat).order_by(Boat.id)).scalars(column).all()[0].name)
session.expunge_all()
for read in ("all", "first", "fetchone", "close", "one", "__iter__"):
    known = session.execute(select(Boat).options(subqueryload(Boat.trips))).unique()
    try:
        list(getattr(known, read)() or ())
    except (TypeError, MultipleResultsFound) as error:
        print(type(error).__name__)
    print(read, len(session.identity_map))

# A name that comes again gets a number, also one that the learner gave; a label of None is no name.
crews = select(Boat.name.label("who"), func.upper(Boat.name).label("who"), Boat.id.label("id"))
for statement in (
    crews.add_columns(Boat.id, Boat.id.label("who")),
    select(Boat.name, Boat.name.label(None), Boat.id.label(None), Boat.name.label("name")),
    select(Boat, Boat.name.label("Boat"), literal_column("1"), literal_column("1")),
):
    named = session.execute(statement.where(Boat.id == 1))
    print(named.keys(), len(named.mappings().one()))
    try:
        print(session.query(*statement.selected_columns).count())
    except InvalidRequestError as error:
        print(error)

both = union_all(select(Boat).where(Boat.id == 1), select(Boat).where(Boat.name == "Tern"))
either = aliased(Boat, both.subquery())
print([boat.name for boat in session.scalars(select(either).order_by(either.id))])
print([boat.name for boat in session.scalars(select(Boat).from_statement(both))])

skua = session.scalars(select(Boat).filter_by(name="Skua")).one()
session.execute(update(Boat).where(Boat.name == "Skua").values(name="Great Skua"))
print(skua.name)
session.execute(update(Boat).where(Boat.id == 2).values({Boat.name: Boat.name + "!"}))
print(session.scalar(select(Boat.name).where(Boat.id == 2)))
session.execute(delete(Trip).where(Trip.miles > 5))
print(session.scalars(select(Trip.miles)).all())
session.rollback()

# What reads a subquery of entities flushes as they do; a union or a scalar of them does not.
names, counted = select(Boat.name).subquery(), select(func.count())
for place, statement in enumerate(
    (
        counted.select_from(select(Boat).subquery()),
        select(func.max(names.c.name)),
        select(select(other).cte()),
        select(session.query(Boat).subquery().alias()),
        select(select(Boat).where(Boat.id == 1).exists()),
        select(Trip.__table__).join(names, names.c.name != "Auk"),
        counted.where(Boat.__table__.c.id.in_(select(Boat.id))),
        select(union_all(select(Boat.id), select(Trip.id)).subquery()),
        select(select(func.count(Boat.id)).scalar_subquery()),
        counted.select_from(select(Boat.__table__).subquery()),
        select(Trip.__table__.join(names, names.c.name != "Auk")),
        select(~select(Boat).where(Boat.id == 1).exists()),
    )
):
    session.add(Boat(name=f"Gull {place}"))
    print(place, session.execute(statement).all(), len(session.new))
session.rollback()

found = Table("trips", MetaData(), autoload_with=engine)
print([column.name for column in found.columns], list(found.foreign_keys)[0].target_fullname)
insert = Trip.__table__.insert().values(miles=1)
insert.bind = engine
print(insert)
