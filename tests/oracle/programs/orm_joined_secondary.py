"""A secondary that is a join, several tables deep; deferred columns that refuse to load."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import Load, Session, declarative_base, defer, deferred, joinedload, lazyload
from sqlalchemy.orm import relationship, selectinload, undefer

Base = declarative_base()


class Line(Base):
    __tablename__ = "lines"
    id = Column(Integer, primary_key=True)
    stop_id = Column(ForeignKey("stops.id"))
    depot = relationship(
        "Depot",
        secondary="join(Stop, Depot, Stop.depot_id == Depot.id).join(Pass, Pass.depot_id == Depot.id)",
        primaryjoin="and_(Line.stop_id == Stop.id, Line.id == Pass.line_id)",
        secondaryjoin="Depot.id == Stop.depot_id",
        uselist=False,
        viewonly=True,
    )


class Stop(Base):
    __tablename__ = "stops"
    id = Column(Integer, primary_key=True)
    depot_id = Column(ForeignKey("depots.id"))


class Pass(Base):
    __tablename__ = "passes"
    id = Column(Integer, primary_key=True)
    line_id = Column(ForeignKey("lines.id"))
    depot_id = Column(ForeignKey("depots.id"))


class Depot(Base):
    __tablename__ = "depots"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    plan = deferred(Column(String))
    safe = deferred(Column(String))

    def __repr__(self):
        return self.name


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Depot(name="east", plan="p", safe="s"), Depot(name="west")])
session.flush()
session.add_all([Stop(depot_id=1), Stop(depot_id=2)])
session.flush()
session.add_all([Line(stop_id=1), Line(stop_id=2)])
session.flush()
session.add_all([Pass(line_id=1, depot_id=1), Pass(line_id=1, depot_id=2)])
session.commit()
for load in (lazyload, joinedload, selectinload):
    session.expunge_all()
    found = session.query(Line).options(load(Line.depot)).order_by(Line.id)
    print([line.depot for line in found])
print(session.query(Line).join(Line.depot).filter(Depot.name == "east").count())
print(session.query(Line).filter(Line.depot.has(name="east")).count())

for option in (
    lazyload("*"),
    undefer(Depot.safe),
    defer(Depot.safe),
    defer(Depot.name),
    Load(Depot).defer("plan"),
):
    session.expunge_all()
    depot = session.query(Depot).options(option).first()
    for name in ("name", "plan", "safe"):
        tell(lambda: getattr(depot, name))
tell(lambda: session.query(Depot.safe).all())
session.refresh(depot, ["safe"])
print(depot.safe)
print(session.query(Line).join(Line.depot, full=True))
