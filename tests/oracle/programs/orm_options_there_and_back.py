"""Options that lead to the related objects, back, and there again: nothing is loaded twice."""

import gc
from itertools import product

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import Load, Session, declarative_base, relationship

gc.disable()  # objects that refer to each other go when the program ends, on both engines
Base = declarative_base()


class Kiln(Base):
    __tablename__ = "kilns"
    id = Column(Integer, primary_key=True)
    bowls = relationship("Bowl", back_populates="kiln", order_by="Bowl.id")


class Bowl(Base):
    __tablename__ = "bowls"
    id = Column(Integer, primary_key=True)
    kiln_id = Column(ForeignKey("kilns.id"))
    kiln = relationship("Kiln", back_populates="bowls")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Kiln(bowls=[Bowl(), Bowl()]), Kiln(bowls=[Bowl()])])
session.commit()

there = ("joinedload", "selectinload", "subqueryload", "lazyload")
for ways in product(there, ("joinedload", "lazyload"), there):
    for start, along, back in (Kiln, Kiln.bowls, Bowl.kiln), (Bowl, Bowl.kiln, Kiln.bowls):
        option = Load(start)
        for way, attribute in zip(ways, (along, back, along)):
            option = getattr(option, way)(attribute)
        session.expunge_all()
        found = session.query(start).options(option).all()
        print(start.__name__, *ways)
        for each in found:
            kiln = each if start is Kiln else each.kiln
            print(kiln.id, [(bowl.id, bowl.kiln.id) for bowl in kiln.bowls])
