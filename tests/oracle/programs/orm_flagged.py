"""flag_modified() of each kind of attribute, and what is_modified() and a flush make of it."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, inspect
from sqlalchemy.orm import Session, declarative_base, relationship, synonym
from sqlalchemy.orm.attributes import flag_modified

Base = declarative_base()


class Inn(Base):
    __tablename__ = "inns"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    called = synonym("name")
    guests = relationship("Guest", back_populates="inn")
    people = synonym("guests")
    seen = relationship("Guest", viewonly=True)


class Guest(Base):
    __tablename__ = "guests"
    id = Column(Integer, primary_key=True)
    inn_id = Column(ForeignKey("inns.id"))
    inn = relationship("Inn", back_populates="guests")


class Bed(Base):
    __tablename__ = "beds"
    room = Column(Integer, primary_key=True)
    number = Column(Integer, primary_key=True)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
inn, bed = Inn(name="Swan", guests=[Guest()]), Bed(room=1, number=2)
session.add_all([inn, bed])
session.commit()


def flag(obj, key):
    try:
        flag_modified(obj, key)
        print(key, inspect(obj).modified, obj in session.dirty, inspect(obj).attrs[key].history)
    except Exception as error:
        print(key, type(error).__name__, error)
    print(session.is_modified(obj), session.is_modified(obj, include_collections=False))


for obj in (inn, inn.guests[0], bed):
    for key in ("id", "name", "guests", "inn", "inn_id", "seen", "nosuch", "room", "number"):
        getattr(obj, key, None)
        flag(obj, key)
        session.flush()
        session.rollback()
inn.id = 5
flag(inn, "id")
session.flush()
session.rollback()
flag(inn, "name")
new = Inn()
flag(new, "name")
for key, value in (("id", 9), ("name", "Lamb"), ("guests", [Guest()])):
    setattr(new, key, value)
    flag(new, key)
session.add(new)
session.commit()
new.people.append(Guest())
print(session.is_modified(new), session.is_modified(new, include_collections=False))
session.commit()
new.called = "Ram"
print(session.is_modified(new), session.is_modified(new, include_collections=False))
