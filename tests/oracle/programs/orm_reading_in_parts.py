"""yield_per: said to a Result after the fact, as an option, to a Query; what may not be cut."""

from sqlalchemy import Column, ForeignKey, Integer, bindparam, create_engine, select, text
from sqlalchemy.orm import (
    Session,
    contains_eager,
    declarative_base,
    joinedload,
    lazyload,
    relationship,
    selectinload,
    subqueryload,
)

Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    jars = relationship("Jar", order_by="Jar.id")


class Jar(Base):
    __tablename__ = "jars"
    id = Column(Integer, primary_key=True)
    shelf_id = Column(ForeignKey("shelves.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)


def show(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
    session.expunge_all()


for rows in range(2):
    statement = select(Shelf).order_by(Shelf.id)
    for load in (selectinload, subqueryload, joinedload):
        print(rows, load.__name__)
        query = session.query(Shelf).order_by(Shelf.id).options(load(Shelf.jars))
        loading = statement.options(load(Shelf.jars))
        in_parts = loading.execution_options(yield_per=2)
        show(lambda: [len(s.jars) for s in query.yield_per(2)])
        show(lambda: [len(s.jars) for s in session.execute(in_parts).unique().scalars()])
        show(lambda: [len(s.jars) for s in session.execute(in_parts).scalars()])
        show(lambda: [len(s.jars) for s in session.scalars(loading).unique().yield_per(2)])
        show(lambda: len(session.execute(loading).yield_per(1).fetchmany()))
        show(lambda: [len(part) for part in session.scalars(loading).unique().partitions(2)])
    session.add_all([Shelf(jars=[Jar(), Jar()]), Shelf(), Shelf(jars=[Jar()])])
    session.commit()

# A statement of one's own is read in parts, too, with what is loaded for each part.
for own in (
    text("SELECT * FROM shelves WHERE id > :least ORDER BY id"),
    select(Shelf).where(Shelf.id > bindparam("least")).order_by(Shelf.id),
    select(Jar.id).where(Jar.id > bindparam("least")),
):
    for load in (lazyload, selectinload, subqueryload, joinedload, contains_eager):
        print(load.__name__)
        query = session.query(Shelf).options(load(Shelf.jars)).from_statement(own).params(least=0)
        loading = select(Shelf).options(load(Shelf.jars)).from_statement(own)
        show(lambda: [shelf.id for shelf in query.yield_per(2)])
        show(lambda: [shelf.id for shelf in query])
        options = {"yield_per": 2}
        show(lambda: len(session.execute(loading, {"least": 1}, execution_options=options).all()))
        show(lambda: session.execute(loading, {"least": 1}).unique().scalars().first().id)
