"""Joins outlive the columns they were made with; options of a part are not heard; values in order."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func, select
from sqlalchemy.orm import Session, aliased, declarative_base, defer, joinedload, relationship
from sqlalchemy.orm import subqueryload

Base = declarative_base()


class Mill(Base):
    __tablename__ = "mills"
    id = Column(Integer, primary_key=True)
    town = Column("place", String)
    wheels = Column(Integer)
    sacks = relationship("Sack", back_populates="mill")


class Sack(Base):
    __tablename__ = "sacks"
    id = Column(Integer, primary_key=True)
    weight = Column(Integer)
    mill_id = Column(ForeignKey("mills.id"))
    mill = relationship("Mill", back_populates="sacks")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
ulm = Mill(town="Ulm", wheels=2, sacks=[Sack(weight=4), Sack(weight=9)])
session.add_all([ulm, Mill(town="Bern", wheels=3)])
session.commit()

# Columns exchanged after the joins.
heavy = select(Mill).join(Mill.sacks).where(Sack.weight > 3)
print(session.execute(heavy.with_only_columns(func.count(Mill.id))).scalar())
print(len(session.execute(heavy.with_only_columns(Sack).order_by(Sack.id)).all()))
print(select(Mill.town).join(Sack).with_only_columns(func.count()))
print(select(func.max(Mill.town)).join(Sack).with_only_columns(func.count()))
print(select(func.count()).select_from(Mill).join(Mill.sacks).with_only_columns(func.max(Sack.id)))
print(select(Mill).join(Sack).with_only_columns(Sack.weight).join(Sack.mill))
mills, sacks = Mill.__table__, Sack.__table__
print(select(mills.c.id).join(sacks).with_only_columns(sacks.c.id))
other = aliased(Mill)
print(select(Mill).join(other, other.id > Mill.id).with_only_columns(other.town))
for column in (Sack.weight, func.max(Sack.id)):
    asked = session.query(column).select_from(Mill).join(Sack, Mill.sacks).order_by(Mill.id)
    print(session.query(asked.exists()).scalar())

# Options, where nothing is loaded eagerly.
elsewhere = session.query(Mill).options(joinedload(Sack.mill))
print(elsewhere.count(), elsewhere.subquery())
print(len(elsewhere.enable_eagerloads(False).all()))
print(session.query(Mill).options(defer(Mill.town)).enable_eagerloads(False))
print(select(select(Mill.id).options(joinedload(Sack.mill)).scalar_subquery()))
print(elsewhere.union(session.query(Mill)).count())
print(session.query(Mill).union(elsewhere).count())

# A subquery load beside other entities.
session.close()
both = session.query(Mill, Sack).join(Mill.sacks).options(subqueryload(Mill.sacks))
for found in both.order_by(Mill.id, Sack.id):
    print(found.Mill.id, found.Sack.id, len(found.Mill.sacks))
session.close()
carried = select(Sack).join(Sack.mill).with_only_columns(Mill).options(subqueryload(Mill.sacks))
print(len(session.execute(carried.distinct()).scalars().all()))
first = aliased(Mill)
chain = select(first, Sack, other).join(Sack, first.sacks).join(other, Sack.mill)
try:
    session.execute(chain.options(subqueryload(first.sacks))).all()
except Exception as error:
    print(type(error).__name__, error)

# Values without names go to the columns in their order.
of_ulm = session.query(Mill).filter_by(id=1)
for values, strategy in (
    ([1, "Graz"], "evaluate"),
    ([1, "Graz"], False),
    ((1, "Linz", 3), False),
    ([], False),
    ("1a", False),
    ({"place": "Rom"}, False),
    ({"place": "Rom"}, "evaluate"),
):
    try:
        print(of_ulm.update(values, strategy))
    except Exception as error:
        print(type(error).__name__, error)
session.commit()
