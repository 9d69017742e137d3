"""Sorting by a column_property that is a subquery: with DISTINCT, LIMIT and joined collections."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func, select
from sqlalchemy.orm import (
    Session,
    aliased,
    column_property,
    declarative_base,
    joinedload,
    relationship,
)

Base = declarative_base()


class Orchard(Base):
    __tablename__ = "orchards"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    trees = relationship("Tree", order_by="Tree.id")

    def __repr__(self):
        return f"<{self.name} {self.count}>"


class Tree(Base):
    __tablename__ = "trees"
    id = Column(Integer, primary_key=True)
    orchard_id = Column(ForeignKey("orchards.id"))


Orchard.count = column_property(
    select(func.count(Tree.id)).where(Tree.orchard_id == Orchard.id).scalar_subquery()
)
Orchard.next = column_property(Orchard.id + 1)
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Orchard(name="Upper", trees=[Tree(), Tree()]), Orchard(name="Lower")])
session.commit()


def told(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


for entity in (Orchard, aliased(Orchard)):
    option = joinedload(entity.trees)
    for query in (
        session.query(entity).distinct().order_by(entity.count.desc(), entity.id),
        session.query(entity.name).distinct().order_by(entity.count.desc(), entity.next),
        session.query(entity.name, entity.count).distinct().order_by(entity.count),
        session.query(entity).order_by(entity.count, entity.next).limit(1),
        session.query(entity).options(option).order_by(entity.count, entity.next).limit(1),
        session.query(entity).options(option).order_by(entity.count.desc(), entity.id).distinct(),
    ):
        told(lambda: query)
        told(query.all)
        told(query.count)
        told(lambda: session.query(query.exists()))
        told(lambda: session.query(query.exists()).scalar())
    statement = select(entity).order_by(entity.count.desc(), entity.count)
    told(lambda: session.scalars(statement.options(option).limit(1)).unique().all())
    told(lambda: session.scalars(statement.distinct()).all())
