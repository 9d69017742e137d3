"""Synonyms of relationships narrowed; views of a relationship written to; what was never there."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, inspect
from sqlalchemy.orm import Session, aliased, declarative_base, relationship, synonym

Base = declarative_base()


class Harbour(Base):
    __tablename__ = "harbours"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    boats = relationship("Boat", back_populates="harbour")
    boats_seen = relationship("Boat", viewonly=True, lazy="dynamic")
    one_seen = relationship("Boat", viewonly=True, uselist=False)
    fleet = synonym("boats")


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    harbour_id = Column(ForeignKey("harbours.id"))
    harbour = relationship("Harbour", back_populates="boats")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)

print(session.query(Harbour).join(Harbour.fleet.of_type(Boat)))
print(session.query(Harbour).join(Harbour.fleet.and_(Boat.id > 1)))
print(session.query(Harbour).filter(Harbour.fleet.any(Boat.id == 1)))
other = aliased(Harbour)
print(session.query(other).join(other.fleet))

harbour = Harbour(name="north")
harbour.boats_seen.append(Boat())
print(harbour.boats_seen.count())
session.add(harbour)
session.commit()
print(harbour.boats_seen.count())
harbour.one_seen = Boat()
session.commit()
print(session.query(Boat).count())

del harbour.name
print(inspect(harbour).attrs.name.history)
session.expire(harbour)
del harbour.name
print(inspect(harbour).attrs.name.history)
boat = Boat(harbour=harbour)
boat.harbour = None
print(inspect(boat).attrs.harbour.history)

for name in ("name", "one_seen", "boats", "boats_seen"):
    try:
        delattr(Harbour(), name)
        print(name, "is deleted")
    except Exception as error:
        print(type(error).__name__, error)


# A wrong object is refused before the other side lets go, also without a cascade.
class Buoy(Base):
    __tablename__ = "buoys"
    id = Column(Integer, primary_key=True)
    harbour_id = Column(ForeignKey("harbours.id"))
    harbour = relationship("Harbour", back_populates="buoy", cascade="")


Harbour.buoy = relationship(Buoy, uselist=False, back_populates="harbour", cascade="")
Base.metadata.create_all(engine)
for wrong in ("red", 5, [], Buoy):
    buoy = Buoy(id=1, harbour=harbour)
    for here in (False, True):
        if here:
            session.add_all([harbour, buoy])
            session.commit()
        for owner, name in ((buoy, "harbour"), (harbour, "buoy")):
            getattr(owner, name)
            try:
                setattr(owner, name, wrong)
            except Exception as error:
                print(type(error).__name__, error)
            print(len(session.dirty))
            session.expire_all()
    session.delete(buoy)
    session.commit()
