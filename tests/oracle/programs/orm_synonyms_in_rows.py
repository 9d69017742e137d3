"""A synonym that is selected: rows, keys and descriptions have it under its own name."""

import re
import warnings

from sqlalchemy import Column, Integer, String, create_engine, func, select
from sqlalchemy.orm import Session, aliased, column_property, declarative_base, synonym

Base = declarative_base()


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    called = synonym("name")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Boat(called="Elsa"))
session.commit()
other = aliased(Boat)
for columns in (
    (Boat.called,),
    (Boat.name, Boat.called),
    (Boat, Boat.called),
    (other.called, other.id),
    (Boat.called.label("title"),),
    (func.upper(Boat.called), Boat.called),
):
    row = session.execute(select(*columns)).first()
    print(row._fields, getattr(row, "called", None))
    query = session.query(*columns).order_by(columns[-1])
    print(query.first()._fields, [each["name"] for each in query.column_descriptions])
    print(query.filter(Boat.called == "Elsa").group_by(Boat.called).count())
print(session.query(Boat.called).subquery().c.keys())
print(session.query(Boat).filter_by(called="Elsa").with_entities(Boat.called).all())
print(session.query(Boat.called).union(session.query(other.called)).all())
print(session.query(Boat).update({Boat.called: "Ida"}), session.query(Boat.called).scalar())
# One that is put in place of another: the warning calls them as they show themselves.
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    Boat.called = synonym("id")
    Boat.called = column_property(Boat.id + 1)
    Boat.called = synonym("name")
for warning in told:
    print(re.sub("0x[0-9a-f]+", "0x", str(warning.message)))
print(re.sub("0x[0-9a-f]+", "0x", str(Boat.called.property)), Boat.called)
