"""Trees that load eagerly both ways, as deep as they are told."""

import gc
from itertools import product

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import Session, declarative_base, joinedload, relationship, selectinload

gc.disable()  # objects that refer to each other go when the program ends, on both engines
EAGER = ("select", "joined", "subquery", "selectin")


def branches(up, down, up_depth, down_depth):
    Base = declarative_base()

    class Branch(Base):
        __tablename__ = "branches"
        id = Column(Integer, primary_key=True)
        over_id = Column(ForeignKey("branches.id"))
        over = relationship(
            "Branch", back_populates="twigs", remote_side=[id], lazy=up, join_depth=up_depth
        )
        twigs = relationship("Branch", back_populates="over", lazy=down, join_depth=down_depth)

    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    session = Session(engine)
    session.add(Branch(twigs=[Branch(twigs=[Branch(twigs=[Branch()])]), Branch()]))
    session.commit()
    session.expunge_all()
    return session, Branch


def loaded(branch):
    return sorted(key for key in vars(branch) if key != "_sa_instance_state")


def walk(session, Branch):
    root = session.query(Branch).filter_by(id=1).one()
    print(loaded(root), [loaded(each) for each in root.twigs])
    session.expire_all()
    print(len(root.twigs), [len(each.twigs) for each in root.twigs])
    session.expunge_all()
    low = session.get(Branch, 4)
    print(loaded(low), low.over.over.id, loaded(low.over))
    session.refresh(low)
    print(loaded(low), len(low.twigs))
    session.commit()
    print(low.over.id, len(low.twigs), loaded(low))
    session.expunge_all()
    mid = (
        session.query(Branch)
        .options(selectinload(Branch.twigs).joinedload(Branch.over))
        .filter_by(id=2)
        .one()
    )
    print(loaded(mid), [loaded(each) for each in mid.twigs])
    session.expire(mid)
    print(len(mid.twigs), mid.over.id)
    session.expunge_all()
    mid = (
        session.query(Branch)
        .options(joinedload(Branch.over).subqueryload(Branch.twigs))
        .filter_by(id=2)
        .one()
    )
    print(loaded(mid), [loaded(each) for each in mid.over.twigs])
    session.refresh(mid)
    session.delete(mid.over)
    session.flush()
    session.close()


for up, down in product(EAGER, EAGER):
    if (up, down) != ("joined", "joined"):
        print(up, down)
        walk(*branches(up, down, 2, 2))
session, Branch = branches("joined", "subquery", 2, 2)
root = session.get(Branch, 1)
session.commit()
print(len(root.twigs))
