"""What any() and has() of an alias hold is seen through the alias; so is contains_eager()."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, create_engine, select
from sqlalchemy.orm import Session, aliased, contains_eager, declarative_base, joinedload
from sqlalchemy.orm import relationship

Base = declarative_base()
bridges = Table(
    "bridges",
    Base.metadata,
    Column("isle_id", ForeignKey("isles.id"), primary_key=True),
    Column("ferry_id", ForeignKey("ferries.id"), primary_key=True),
)


class Isle(Base):
    __tablename__ = "isles"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    near_id = Column(ForeignKey("isles.id"))
    near = relationship("Isle", remote_side=[id], back_populates="rocks")
    rocks = relationship("Isle", back_populates="near")
    ferries = relationship("Ferry", back_populates="home")
    served = relationship("Ferry", secondary=bridges, back_populates="stops")


class Ferry(Base):
    __tablename__ = "ferries"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    isle_id = Column(ForeignKey("isles.id"))
    home = relationship("Isle", back_populates="ferries")
    stops = relationship("Isle", secondary=bridges, back_populates="served")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
sylt = Isle(name="Sylt", rocks=[Isle(name="Amrum", ferries=[Ferry(name="Adler")])])
sylt.ferries.append(Ferry(name="Uthlande", stops=[sylt]))
session.add(sylt)
session.commit()

isle, other = aliased(Isle), aliased(Isle, name="other")
ferry = aliased(Ferry)
part = aliased(Isle, select(Isle).where(Isle.id > 0).subquery())
for condition in (
    isle.ferries.any(~Ferry.home.has(name="Sylt")),
    isle.ferries.any(~Ferry.home.has()),
    isle.ferries.any(Ferry.home.has(Isle.ferries.any(name="Adler")), name="x"),
    isle.rocks.any(Isle.near.has(name="Sylt")),
    isle.rocks.any(~select(Isle.name).where(Isle.near_id == 1).exists()),
    isle.served.any(Ferry.stops.any(name="Amrum")),
    isle.served.any(~select(bridges.c.isle_id).exists()),
    ferry.home.has(Isle.ferries.any(Ferry.name.is_(None))),
    part.ferries.any(~select(Isle.name).exists()),
    part.ferries.any(Ferry.home.has(Isle.name == "Sylt")),
):
    print(session.query(Ferry.name).filter(condition))
    print(select(isle.id).where(condition))


def loaded(query):
    session.expunge_all()
    for found in query:
        print(found.id, sorted(key for key in vars(found) if not key.startswith("_")))


for option in (
    contains_eager(isle.near),
    contains_eager(isle.rocks),
    contains_eager(isle.near).joinedload(Isle.ferries),
    contains_eager(isle.near, alias=other),
    contains_eager(isle.near.of_type(other)),
):
    loaded(session.query(isle).outerjoin(other, isle.near).options(option).order_by(isle.id))
loaded(session.query(isle).options(contains_eager(isle.near)))
loaded(session.query(isle).join(isle.ferries).options(contains_eager(isle.ferries)))
loaded(session.query(Isle).options(joinedload(Isle.ferries)).join(other, Isle.near))
