"""A foreign key, or what get() is given, is not of the key's type."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import (
    Session,
    declarative_base,
    immediateload,
    joinedload,
    relationship,
    selectinload,
)

Base = declarative_base()


class Inn(Base):
    __tablename__ = "inns"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    guests = relationship("Guest", back_populates="inn")


class Guest(Base):
    __tablename__ = "guests"
    id = Column(Integer, primary_key=True)
    inn_id = Column(String, ForeignKey("inns.id"))
    inn = relationship("Inn", back_populates="guests")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Inn(name="Swan", guests=[Guest(), Guest()]))
session.commit()
for option in (joinedload, selectinload, immediateload, None):
    query = session.query(Guest)
    for guest in query if option is None else query.options(option(Guest.inn)):
        print(guest.inn.name, guest.inn_id)
    session.close()
swan = session.query(Inn).one()
print(session.query(Guest).filter(Guest.inn == swan).count(), len(swan.guests))
guest = session.query(Guest).first()
session.commit()
guest.inn = None
session.begin_nested()
guest.inn = swan
session.commit()
session.delete(swan)
session.commit()


class Night(Base):
    __tablename__ = "nights"
    day = Column(Date, primary_key=True)
    room = Column(Integer, primary_key=True)


Base.metadata.create_all(engine)
for ask in (
    lambda: session.get(Night, ("2020-01-01", 3)),
    lambda: session.query(Night).get({"day": "tonight", "room": 1}),
    lambda: session.merge(Night(day="tonight", room=1)),
    lambda: session.query(Night).filter_by(day="tonight").all(),
):
    try:
        print(ask())
    except Exception as error:
        print(type(error).__name__, error)
