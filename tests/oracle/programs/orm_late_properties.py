"""A class that gets properties after it was queried: a kept statement goes on without them."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func, insert, select
from sqlalchemy.orm import Session, column_property, declarative_base, relationship

Base = declarative_base()


class Hive(Base):
    __tablename__ = "hives"
    id = Column(Integer, primary_key=True)
    place = Column(String)


class Frame(Base):
    __tablename__ = "frames"
    id = Column(Integer, primary_key=True)
    hive_id = Column(ForeignKey("hives.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
for name in ("keeper", "colour"):
    engine.execute(f"ALTER TABLE hives ADD COLUMN {name} VARCHAR")
session = Session(engine)
session.add_all([Hive(place="meadow"), Frame(hive_id=1)])
session.commit()

print("== a column_property")
asked = session.query(Hive)
print([hive.place for hive in asked])
frames = select(func.count(Frame.id)).where(Frame.hive_id == Hive.id)
Hive.count = column_property(frames.correlate_except(Frame).scalar_subquery())
hive = session.query(Hive).all()[0]
print(hive.count, asked)
session.commit()
print(hive.count, session.query(Hive).filter(Hive.count == 1).one().count)
Hive.loud = column_property(func.upper(Hive.place))
print([(hive.loud, hive.count) for hive in session.query(Hive)])
session.expunge_all()
print([(hive.loud, hive.count) for hive in session.query(Hive)])
print(session.query(Hive).first().loud, session.query(Hive.loud).all())
session.add(Hive(place="wood"))
session.commit()
print([(hive.loud, hive.count) for hive in session.query(Hive)])

print("== a joined relationship")
print(len(session.query(Frame).all()))
Frame.hive = relationship(Hive, lazy="joined", backref="frames")
print([frame.hive.place for frame in session.query(Frame)])
session.expire_all()
print(session.get(Frame, 1).hive.frames)

print("== a column")
hives = Hive.__table__
print(session.execute(select(hives)).all(), session.query(hives).all())
print(session.execute(insert(hives), [{"place": "roof"}]).rowcount)
Hive.keeper = Column(String)
print(session.query(Hive).filter_by(place="wood").one().keeper)
session.add(Hive(place="yard", keeper="Ida"))
session.commit()
print([(hive.place, hive.keeper) for hive in session.query(Hive).order_by(Hive.id)])
print(session.execute(select(hives)).all(), session.query(hives).all())
hives.append_column(Column("colour", String))
print(session.execute(insert(hives), [{"place": "porch", "colour": "red"}]).rowcount)
print(session.execute(select(hives)).all(), session.query(hives).all())
print(session.execute(select(hives).where(hives.c.colour == "red")).all(), select(hives))
