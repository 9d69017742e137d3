"""What and_() adds to a loader option holds for its class all over the SELECT that loads."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import (
    Session,
    backref,
    declarative_base,
    immediateload,
    joinedload,
    lazyload,
    relationship,
    selectinload,
    subqueryload,
)

Base = declarative_base()


class Part(Base):
    __tablename__ = "parts"
    id = Column(Integer, primary_key=True)
    size = Column(Integer)
    part_id = Column(ForeignKey("parts.id"))
    parts = relationship("Part", backref=backref("whole", remote_side=[id]))
    joined = relationship("Part", lazy="joined", join_depth=2, viewonly=True)
    uses = relationship("Use", backref=backref("part", lazy="joined"))


class Use(Base):
    __tablename__ = "uses"
    id = Column(Integer, primary_key=True)
    times = Column(Integer)
    part_id = Column(ForeignKey("parts.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
nut = Part(size=2, parts=[Part(size=3)])
session.add(Part(size=1, parts=[nut, Part(size=5)], uses=[Use(times=1), Use(times=2)]))
session.commit()
small, once = Part.size < 4, Use.times < 2
for option in (
    joinedload(Part.parts.and_(small)),
    selectinload(Part.parts.and_(small)),
    subqueryload(Part.parts.and_(small)),
    lazyload(Part.parts.and_(small)),
    immediateload(Part.parts.and_(small)),
    selectinload(Part.whole.and_(small)),
    subqueryload(Part.whole.and_(small)),
    lazyload(Part.whole.and_(small)),
    selectinload(Part.uses.and_(once)),
    subqueryload(Part.uses.and_(once)),
    selectinload(Part.uses).selectinload(Use.part.and_(small)),
    subqueryload(Part.uses).subqueryload(Use.part.and_(small)),
    joinedload(Part.uses.and_(once)).joinedload(Use.part.and_(Part.size > 0)),
    joinedload(Part.uses.and_(Use.part.has())),
    joinedload(Part.uses.and_(~Use.part.has(Part.size > 1))),
    joinedload(Part.whole.and_(Part.uses.any())),
    selectinload(Part.uses.and_(Use.part.has())),
):
    session.expunge_all()
    print("option")
    for part in session.query(Part).options(option).filter(Part.id < 9).order_by(Part.id):
        print(part.size, [each.size for each in part.parts], [use.times for use in part.uses])
        print(part.whole and part.whole.size)
