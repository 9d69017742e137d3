"""Operators that are called with too few or too many arguments: Python's error names the method."""

from sqlalchemy import Column, ForeignKey, Integer, String, asc, case, delete, desc, insert
from sqlalchemy import nullslast, select, update
from sqlalchemy.orm import Session, declarative_base, defer, relationship, undefer

Base = declarative_base()


class Kite(Base):
    __tablename__ = "kites"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    after_id = Column(ForeignKey("kites.id"))
    after = relationship("Kite", remote_side=id)


def told(call):
    try:
        call()
    except TypeError as error:
        print(error)


one = "like ilike notlike not_ilike startswith endswith contains match concat collate in_ notin_"
two = "is_ isnot is_distinct_from"
for column in (Kite.name, Kite.__table__.c.name):
    for name in (*one.split(), *two.split(), "between", "label"):
        told(lambda: getattr(column, name)())
        told(lambda: getattr(column, name)(1, 2, 3, 4))
    for name in "like in_ between is_ desc".split():
        told(lambda: getattr(column, name)(1, wrong=2))
    for name in "desc asc nullsfirst nulls_last distinct".split():
        told(lambda: getattr(column, name)(1))
query = Session().query(Kite)
told(lambda: query.update(name="Ann"))
told(lambda: query.subquery(wrong=1))
told(lambda: Session().begin(wrong=1))
for statement in (select(Kite), update(Kite), delete(Kite)):
    told(lambda: statement.where(name="Ann"))
    told(lambda: statement.filter(name="Ann"))
    told(lambda: statement.filter_by("Ann"))
told(lambda: case((Kite.id == 1, "one"), otherwise="many"))
for name in "contains", "any", "has", "of_type", "and_":
    told(lambda: getattr(Kite.after, name)(1, 2, 3, wrong=4))
    told(lambda: getattr(Kite.after, name)(1, 2, 3))
for function in asc, desc, nullslast:
    told(lambda: function())
    told(lambda: function(Kite.id, Kite.name))
for function in insert, update, delete:
    told(lambda: print(function(Kite, synchronize_session=False)))
    told(lambda: print(function(Kite.__table__, wrong=1)))
told(lambda: defer())
told(lambda: undefer())
