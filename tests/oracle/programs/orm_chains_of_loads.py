"""Chains of loader options, three deep, through a class that refers to itself: every combination."""

from itertools import product

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import (
    Session,
    declarative_base,
    joinedload,
    lazyload,
    relationship,
    selectinload,
    subqueryload,
)

Base = declarative_base()


class Branch(Base):
    __tablename__ = "branches"
    id = Column(Integer, primary_key=True)
    parent_id = Column(ForeignKey("branches.id"))
    twigs = relationship("Branch", back_populates="parent", order_by="Branch.id")
    parent = relationship("Branch", back_populates="twigs", remote_side=[id])


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(
    Branch(twigs=[Branch(twigs=[Branch()]), Branch(twigs=[Branch(twigs=[Branch()]), Branch()])])
)
session.commit()


def loaded(branch, depth=0):
    """What of the tree is there without asking."""
    for key in ("twigs", "parent"):
        held = branch.__dict__.get(key) if depth < 4 else None
        for each in held if isinstance(held, list) else [held] if held else []:
            print(" " * depth, branch.id, key, each.id)
            loaded(each, depth + 1)


for one, two, three in product((joinedload, subqueryload, selectinload, lazyload), repeat=3):
    for attribute in (Branch.twigs, Branch.parent):
        print(one.__name__, two.__name__, three.__name__, attribute)
        option = getattr(getattr(one(attribute), two.__name__)(attribute), three.__name__)(
            attribute
        )
        query = session.query(Branch).filter(Branch.id > 1).order_by(Branch.id).options(option)
        for branch in query.limit(3):
            loaded(branch)
        session.close()
