"""Eager loads of a many-to-one whose foreign key is deferred: subqueryload needs it in the row."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import (
    Session,
    declarative_base,
    defer,
    immediateload,
    joinedload,
    lazyload,
    load_only,
    relationship,
    selectinload,
    subqueryload,
)

Base = declarative_base()


class Shed(Base):
    __tablename__ = "sheds"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    rakes = relationship("Rake", back_populates="shed")


class Rake(Base):
    __tablename__ = "rakes"
    id = Column(Integer, primary_key=True)
    x = Column(String)
    shed_id = Column(ForeignKey("sheds.id"))
    shed = relationship("Shed", back_populates="rakes")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
s = Session(engine)


def t(f):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)


for rows in (0, 1):
    if rows:
        s.add(Shed(name="n", rakes=[Rake(x="1")]))
        s.commit()
    for strat in (selectinload, subqueryload, joinedload, immediateload, lazyload):
        t(
            lambda: [
                (strat.__name__, b.x, b.shed and b.shed.name)
                for b in s.query(Rake).options(load_only(Rake.x), strat(Rake.shed))
            ]
        )
        t(
            lambda: [
                (strat.__name__, b.x, b.shed and b.shed.name)
                for b in s.query(Rake).options(defer(Rake.shed_id), strat(Rake.shed))
            ]
        )
        s.expunge_all()

# What DISTINCT adds to the row for ORDER BY is found there.
for strat in (selectinload, subqueryload, joinedload):
    query = s.query(Rake).distinct().order_by(Rake.shed_id)
    t(lambda: [(b.x, b.shed.name) for b in query.options(defer(Rake.shed_id), strat(Rake.shed))])
    s.expunge_all()

# Of a union with all columns deferred the rows are asked for, once.
for option in (defer("*"), selectinload(Rake.shed)):
    query = s.query(Rake).union(s.query(Rake)).options(joinedload(Rake.shed), option)
    t(lambda: [sorted(key for key in vars(b) if key[0] != "_") for b in query])
    s.expunge_all()
