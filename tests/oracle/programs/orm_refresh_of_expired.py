"""refresh() by names of an expired object: what its collection needs is loaded with the rest."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base, deferred, relationship

Base = declarative_base()


class Shed(Base):
    __tablename__ = "sheds"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    colour = Column(String)
    size = deferred(Column(Integer, default=3))
    rakes = relationship("Rake", lazy="selectin")
    spades = relationship("Spade", lazy="joined")


class Rake(Base):
    __tablename__ = "rakes"
    id = Column(Integer, primary_key=True)
    shed_id = Column(ForeignKey("sheds.id"))


class Spade(Base):
    __tablename__ = "spades"
    id = Column(Integer, primary_key=True)
    shed_id = Column(ForeignKey("sheds.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
s = Session(engine)
shed = Shed(name="n", colour="red", rakes=[Rake(), Rake()], spades=[Spade()])
s.add(shed)
for names in (["rakes", "name"], ["name"], ["rakes"], ["spades", "rakes", "colour"], None):
    s.commit()
    try:
        s.refresh(shed, names)
    except Exception as error:
        print(type(error).__name__, error)
    print(names, sorted(shed.__dict__.keys() - {"_sa_instance_state"}))
    shed.colour = "blue"
    try:
        s.refresh(shed, names)
    except Exception as error:
        print(type(error).__name__, error)
    print(shed.colour, len(shed.rakes), len(shed.spades), s.dirty)

# What was deleted from an expired object is not there when the rest is read again.
s.commit()
del shed.name
try:
    print(shed.name)
except KeyError as error:
    print(error, shed.colour)

# A key that was changed in memory: the row is asked for by the key that it had before the flush.
s.rollback()
shed = s.query(Shed).first()
for names in (["name"], ["name", "id"], None):
    shed.id = 30
    try:
        s.refresh(shed, names)
    except Exception as error:
        print(type(error).__name__)
    print(names, sorted(shed.__dict__.keys() - {"_sa_instance_state"}), shed.id)
    s.rollback()
for options in ([1], ["rakes"], [Shed.rakes]):
    try:
        s.get(Shed, 77, options=options)
    except Exception as error:
        print(type(error).__name__, str(error)[:60])

# What is deleted while it alone is expired is loaded again, with the whole row; what is deferred is
# left out then.
s.rollback()
shed = s.query(Shed).first()
for flushes in (False, True):
    with s.no_autoflush:
        print(shed.name, shed.size)
        s.expire(shed, ["name"])
        shed.colour, shed.size = "grey", 5
        if flushes:
            s.flush()
        del shed.name
        print(shed.name, shed.colour, s.is_modified(shed), sorted(shed.__dict__), shed.size)
