"""What session.execute() gives is read, and eagerly loaded, when it is asked for its rows."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, create_engine, delete, insert
from sqlalchemy import func, literal, literal_column, select, text, type_coerce, update
from sqlalchemy.orm import Session, declarative_base, defer, joinedload, relationship
from sqlalchemy.orm import selectinload, subqueryload
from sqlalchemy.types import NullType

Base = declarative_base()


class Harbour(Base):
    __tablename__ = "harbours"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    boats = relationship("Boat", order_by="Boat.id")

    def __repr__(self):
        return f"<Harbour {self.__dict__.get('name')}>"


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    harbour_id = Column(ForeignKey("harbours.id"))


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Harbour(name="Sund", boats=[Boat(), Boat()]), Harbour(name="Belt")])
session.commit()

for option in (selectinload, subqueryload):
    session.expunge_all()
    found = session.execute(select(Harbour).options(option(Harbour.boats)).order_by(Harbour.id))
    print("sent, and not read yet", len(session.identity_map))
    print(found.scalars().all(), len(session.identity_map))

read_late = session.scalars(select(Harbour))
session.commit()
tell(read_late.all)
for let_go in (session.expunge_all, session.close):
    objects, columns = session.execute(select(Harbour)), session.execute(select(Harbour.name))
    let_go()
    tell(objects.all)
    tell(columns.all)
with Session(engine) as inner:
    left_over = inner.execute(select(Harbour).execution_options(yield_per=1))
    empty = inner.execute(select(Harbour).where(Harbour.id > 5))
tell(left_over.first)
tell(empty.all)
in_parts = iter(session.query(Harbour).order_by(Harbour.id).yield_per(1))
tell(lambda: next(in_parts))
session.close()
tell(lambda: next(in_parts))
closed = session.execute(select(Harbour))
closed.close()
tell(closed.all)

for statement in (
    insert(Harbour).values(name="Haff"),
    update(Harbour).values(name="Bodden"),
    delete(Boat),
    Harbour.__table__.insert().values(name="Haff"),
    text("DELETE FROM boats"),
    select(Harbour),
    select(Harbour.name),
    Harbour.__table__.select(),
):
    print(type(session.execute(statement)).__name__)
tell(lambda: session.execute(text("SELECT :nothing")))
tell(lambda: session.execute(text("SELECT :nothing"), {"something": 1}))
tell(lambda: session.connection().execute(text("SELECT :nothing"), [{}, {}]))
print(sorted(session.identity_map.keys(), key=str))
names = select(Harbour.name)
tell(lambda: session.execute(names).unique().fetchmany())
tell(lambda: list(session.execute(names).partitions()))
tell(lambda: session.execute(names).fetchmany(0))
for how in ("first", "scalar", "one_or_none", "scalar_one_or_none"):
    result = session.execute(names.where(Harbour.id > 99))
    tell(lambda: getattr(result, how)())
    tell(lambda: result.closed)
    tell(lambda: result.fetchone())

# An entity that an outer join has not found.
session.close()
missing = select(Boat).select_from(Harbour).outerjoin(Boat, Boat.harbour_id == -Harbour.id)
query = session.query(Boat).select_from(Harbour).outerjoin(Boat, Boat.harbour_id == -Harbour.id)
for name in ("all", "first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalar"):
    tell(lambda: getattr(session.execute(missing), name)())
    tell(lambda: getattr(session.execute(missing.limit(1)), name)())
for name in ("all", "first", "one", "one_or_none"):
    tell(lambda: getattr(session.scalars(missing), name)())
    tell(lambda: getattr(query, name)())
    tell(lambda: getattr(session.execute(missing.add_columns(Harbour.id)), name)())


class Quay(Base):
    __table__ = Harbour.__table__
    boats = relationship(Boat, lazy="joined", viewonly=True)


for statement in (text("SELECT * FROM harbours"), select(Quay.__table__)):
    found = select(Quay).from_statement(statement)
    tell(lambda: len(session.execute(found).all()))
    tell(lambda: len(session.execute(found).unique().all()))
    tell(lambda: len(session.query(Quay).from_statement(statement).all()))

# A value without a hash: Query takes each one for another, unique() refuses it.
tags = type_coerce(literal('["dry", "old"]'), JSON).label("tags")
unknown = type_coerce(literal("dry, old"), NullType).label("tags")
for label in tags, unknown:
    joined = select(Harbour, label).outerjoin(Harbour.boats)
    tell(lambda: session.query(Harbour, label).outerjoin(Harbour.boats).all())
    tell(lambda: session.execute(joined).all())
    tell(lambda: session.execute(joined).unique().all())
    tell(lambda: session.execute(joined).unique().scalars().all())
    tell(lambda: session.execute(joined).unique().columns("tags").all())
    tell(lambda: session.execute(select(Harbour.id, label)).unique().all())
    tell(lambda: session.scalars(select(label)).unique().all())

# It may be None, and its row is a row all the same.
for stored in "'null'", "'{}'":
    value = func.coalesce(literal_column(stored), Harbour.name)
    nothing = select(type_coerce(value, JSON).label("tags")).limit(1)
    tell(lambda: session.execute(nothing).columns(0).all())
    for name in ("first", "one", "one_or_none", "scalar", "scalar_one", "fetchone"):
        tell(lambda: getattr(session.execute(nothing), name)())
    for name in ("first", "one", "one_or_none"):
        tell(lambda: getattr(session.scalars(nothing), name)())
    tell(lambda: session.execute(nothing.limit(2)).one())

# What its rows cannot give is refused when it is sent, read or not.
Harbour.moored = relationship(Boat, lazy="dynamic", viewonly=True)
for option in (defer(Harbour.id), joinedload(Harbour.moored)):
    tell(lambda: session.execute(select(Harbour).options(option)))
    tell(lambda: session.scalars(select(Harbour).options(option)).no_such_method())
