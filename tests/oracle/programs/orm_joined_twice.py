"""The same join said twice: made once from one place, and again from another."""

from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import (
    Session,
    aliased,
    contains_eager,
    declarative_base,
    joinedload,
    relationship,
)

Base = declarative_base()


class Road(Base):
    __tablename__ = "roads"
    id = Column(Integer, primary_key=True)
    bridges = relationship("Bridge", back_populates="road")


class Bridge(Base):
    __tablename__ = "bridges"
    id = Column(Integer, primary_key=True)
    road_id = Column(ForeignKey("roads.id"))
    road = relationship(Road, back_populates="bridges")
    piers = relationship("Pier")


class Pier(Base):
    __tablename__ = "piers"
    id = Column(Integer, primary_key=True)
    bridge_id = Column(ForeignKey("bridges.id"))


class Path(Base):
    __tablename__ = "paths"
    id = Column(Integer, primary_key=True)
    from_id = Column(ForeignKey("paths.id"))
    road_id = Column(ForeignKey("roads.id"))
    branches = relationship("Path")
    road = relationship(Road, lazy="joined")


session = Session()
roads, other = session.query(Road), aliased(Bridge)
for query in (
    roads.join(Road.bridges, Road.bridges),
    roads.join(Road.bridges).outerjoin(Road.bridges),
    roads.join(Road.bridges, Bridge.piers).join(Road.bridges, Bridge.piers),
    roads.join(Road.bridges, Bridge.piers).join(Bridge.piers),
    roads.join(Road.bridges).join(Bridge.piers).join(Bridge.piers),
    roads.join(Road.bridges, Bridge.piers, Bridge.piers),
    roads.join("bridges").join("bridges", "piers").filter_by(id=1),
    roads.join((Bridge, Road.bridges), (Bridge, Road.bridges)),
    roads.join(other, Road.bridges).join(Road.bridges.of_type(other)),
    roads.join(Road.bridges.of_type(other), Road.bridges.of_type(other)),
    session.query(Pier).join(Bridge, Bridge.id == Pier.bridge_id).join(Bridge.road, Road.bridges),
    session.query(Pier)
    .join(Bridge, Bridge.id == Pier.bridge_id)
    .join(Bridge.road)
    .join(Bridge.road),
):
    print(query)

# A Query stays one when it becomes a select().
for query in (
    roads.outerjoin(Road.bridges).join(Road.bridges),
    roads.join("bridges", "piers").outerjoin("bridges", "piers"),
):
    for form in (query.exists(), query.statement, query.subquery(), query.union(query)):
        print(form)

# Where an alias is joined and the class itself is not, eager loads start from the alias.
highways = aliased(Road)
for query in (
    roads.join(highways.bridges).options(joinedload(Road.bridges).joinedload(Bridge.piers)),
    roads.select_from(highways).options(joinedload(Road.bridges)),
    session.query(Bridge).join(other.road).options(joinedload(Bridge.road)).limit(2),
):
    print(query)

# Around the subquery of a LIMIT they start from the class, though it is its alias that has them.
branch, near = aliased(Path), aliased(Bridge)
branches = session.query(Path).join(Path.branches.of_type(branch))
bridges = roads.join(Road.bridges.of_type(near))
for query in (
    branches.options(contains_eager(Path.branches, alias=branch)),
    branches.options(contains_eager(Path.branches, alias=branch).joinedload(Path.branches)),
    bridges.options(contains_eager(Road.bridges, alias=near).joinedload(Bridge.piers)),
    bridges.options(contains_eager(Road.bridges, alias=near).joinedload(Bridge.road)),
):
    print(query)
    print(query.limit(2))

# A class that is joined to itself is refused, but not where select_from() or exists() names it.
branching = session.query(Path.id)
for query in (branching, branching.select_from(Path)):
    for joined in (
        query.join(Path, Path.from_id == Path.id),
        query.outerjoin(Path, Path.from_id == Path.id),
        query.join(Path.__table__, Path.from_id == Path.id),
        query.join(Path),
    ):
        for form in (joined, joined.exists):
            try:
                print(form if form is joined else form())
            except Exception as error:
                print(type(error).__name__, error)
