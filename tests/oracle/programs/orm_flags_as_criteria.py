"""A column that is a flag stands alone as a criterion: in filter(), any(), has(), with and_() ..."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, and_, create_engine, not_, or_
from sqlalchemy import false, true
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, aliased, declarative_base, relationship, synonym

Base = declarative_base()
wears = Table(
    "wears",
    Base.metadata,
    Column("cook_id", ForeignKey("cooks.id")),
    Column("hat_id", ForeignKey("hats.id")),
)


class Cook(Base):
    __tablename__ = "cooks"
    id = Column(Integer, primary_key=True)
    awake = Column(Boolean)
    chef_id = Column(ForeignKey("cooks.id"))
    up = synonym("awake")
    chef = relationship("Cook", remote_side=id, backref="helpers")
    pots = relationship("Pot", back_populates="cook")
    hats = relationship("Hat", secondary=wears)


class Pot(Base):
    __tablename__ = "pots"
    id = Column(Integer, primary_key=True)
    clean = Column(Boolean)
    cook_id = Column(ForeignKey("cooks.id"))
    cook = relationship("Cook", back_populates="pots")


class Hat(Base):
    __tablename__ = "hats"
    id = Column(Integer, primary_key=True)
    white = Column(Boolean)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
helper = Cook(awake=False, hats=[Hat(white=True)])
session.add(Cook(awake=True, pots=[Pot(clean=True)], helpers=[helper]))
session.add(Cook())
session.commit()
pot, cook = aliased(Pot), aliased(Cook)
for criterion in (
    lambda: Cook.awake,
    lambda: not_(Cook.awake),
    lambda: Cook.up,
    lambda: or_(Cook.awake, Cook.up),
    lambda: Cook.pots.any(Pot.clean),
    lambda: ~Cook.pots.any(Pot.clean),
    lambda: Cook.pots.any(~Pot.clean),
    lambda: Cook.pots.any(Pot.clean, id=1),
    lambda: Cook.pots.any(Pot.__table__.c.clean),
    lambda: Cook.pots.any(true()),
    lambda: Cook.pots.any(Pot.cook),
    lambda: Cook.pots.any(Pot.cook.has(Cook.awake)),
    lambda: Cook.hats.any(Hat.white),
    lambda: Cook.chef.has(Cook.awake),
    lambda: Cook.chef.has(Cook.up),
    lambda: Cook.helpers.any(Cook.awake),
    lambda: Cook.pots.of_type(pot).any(pot.clean),
    lambda: Cook.chef.of_type(cook).has(cook.awake),
    lambda: and_(Cook.awake, Cook.pots.any(Pot.clean)),
):
    try:
        print([found.id for found in session.query(Cook).filter(criterion()).order_by(Cook.id)])
    except AttributeError as error:
        print(error)
for way in (
    Cook.pots.and_(Pot.clean),
    Cook.pots.and_(~Pot.clean),
    Cook.pots.of_type(pot).and_(pot.clean, pot.id > 0),
    Cook.hats.and_(Hat.white),
):
    print(session.query(Cook.id).join(way).order_by(Cook.id).all())
# In a bulk change a flag can be asked of the objects alone, but not beside something else.
for criteria in (
    [Cook.awake],
    [Cook.awake, Cook.id > 0],
    [Cook.id > 0, Cook.id < 9],
    [~Cook.awake, Cook.id > 0],
    [and_(Cook.awake, Cook.id > 0)],
    [Cook.awake == true(), Cook.id > 0],
    [false(), Cook.awake],
):
    for how in ("evaluate", "fetch", False):
        known = session.query(Cook).all()
        try:
            query = session.query(Cook).filter(*criteria)
            print(how, query.update({"chef_id": 9}, synchronize_session=how))
            print([known.chef_id for known in known])
            print(how, query.delete(synchronize_session=how))
        except InvalidRequestError as error:
            print(error)
        session.rollback()
