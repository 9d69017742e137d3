"""In which order a query tells of the objects that it makes, beside the statements it sends."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine, event
from sqlalchemy.orm import (
    Session,
    contains_eager,
    declarative_base,
    immediateload,
    joinedload,
    relationship,
    selectinload,
    subqueryload,
)

Base = declarative_base()


class Hive(Base):
    __tablename__ = "hives"
    id = Column(Integer, primary_key=True)
    frames = relationship("Frame", back_populates="hive", order_by="Frame.id")


class Frame(Base):
    __tablename__ = "frames"
    id = Column(Integer, primary_key=True)
    hive_id = Column(ForeignKey("hives.id"))
    hive = relationship("Hive", back_populates="frames")
    cells = relationship("Cell", order_by="Cell.id")


class Cell(Base):
    __tablename__ = "cells"
    id = Column(Integer, primary_key=True)
    frame_id = Column(ForeignKey("frames.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all(
    [Hive(frames=[Frame(cells=[Cell(), Cell()]), Frame()]), Hive(frames=[Frame(cells=[Cell()])])]
)
session.commit()
session.close()


@event.listens_for(session, "loaded_as_persistent")
def tell(session, loaded):
    print("loaded", type(loaded).__name__, loaded.__dict__["id"])


hives = session.query(Hive).order_by(Hive.id)
for option in (
    joinedload(Hive.frames).joinedload(Frame.cells),
    joinedload(Hive.frames).subqueryload(Frame.cells),
    subqueryload(Hive.frames).joinedload(Frame.cells),
    selectinload(Hive.frames).immediateload(Frame.cells),
    immediateload(Hive.frames),
):
    print("--")
    print(len(hives.options(option).all()))
    session.expunge_all()
print(len(session.query(Frame).options(joinedload(Frame.hive)).order_by(Frame.id).all()))
session.expunge_all()
pairs = session.query(Hive, Frame).join(Hive.frames).options(contains_eager(Hive.frames))
print(len(pairs.order_by(Hive.id, Frame.id).all()))
