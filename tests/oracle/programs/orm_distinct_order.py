"""DISTINCT with ORDER BY of what is not selected: in unions, EXISTS, IN, subqueries."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func, literal, select
from sqlalchemy.orm import Session, column_property, declarative_base, joinedload, relationship

Base = declarative_base()


class Lake(Base):
    __tablename__ = "lakes"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    inlets = relationship("Inlet", order_by="Inlet.id")


class Inlet(Base):
    __tablename__ = "inlets"
    id = Column(Integer, primary_key=True)
    lake_id = Column(ForeignKey("lakes.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Lake(name="x"), Lake(name="y")])
session.commit()


def show(query):
    try:
        print(query)
        print(len(query.all()))
    except Exception as error:
        print(type(error).__name__, str(error).partition("\n")[0])


# A labelled subquery that the class has and the query names again is told from itself, unless
# DISTINCT adds it for ORDER BY.
counted = select(func.count(Inlet.id)).where(Inlet.lake_id == Lake.id)
Lake.fed_by = column_property(counted.correlate_except(Inlet).label("fed_by"))
for asked in ((Lake, Lake.fed_by), (Lake.fed_by, Lake), (Lake,)):
    show(session.query(*asked).distinct())
    show(session.query(*asked).order_by(Lake.fed_by))
    show(session.query(*asked).distinct().order_by(Lake.fed_by))
    print(session.execute(select(*asked).distinct().order_by(Lake.fed_by)).all() != [])

names = session.query(Lake.name).distinct().order_by(Lake.id)
lakes = session.query(Lake).distinct().order_by(func.lower(Lake.name).desc(), Lake.id)
others = session.query(Lake.name).filter(Lake.id > 1)
for query, other in ((names, others), (lakes, session.query(Lake))):
    show(query)
    show(query.union(other))
    show(other.union(query))
    show(other.union_all(other, query))
    show(query.intersect(query))
    show(query.limit(1).except_(other))
    show(session.query(query.exists()))
    show(session.query(Lake).filter(~query.limit(1).exists()))
    show(session.query(query.subquery()))
    show(session.query(query.label("one")))
show(session.query(Lake).filter(Lake.name.in_(names)))
show(session.query(Lake).filter(Lake.name.in_(names.limit(1))))
print(select(Lake.name).distinct().order_by(Lake.id).union(select(Lake.name)))
lowest = select(Lake).distinct().options(joinedload(Lake.inlets)).order_by((-Lake.id).desc())
for statement in (lowest, lowest.limit(1)):
    print([lake.name for lake in session.execute(statement).scalars().unique()])

# Also where nothing that is selected belongs to a class.
numbered = session.query(func.rank().over(order_by=Lake.name)).distinct().order_by(Lake.id)
constant = session.query(literal(1).label("one")).distinct().order_by(Lake.id)
for query in (numbered, constant):
    show(query)
    print(query.count())
    show(query.union(query))
    show(session.query(query.exists()))
    show(session.query(Lake).filter(Lake.id.in_(query.limit(1))))
