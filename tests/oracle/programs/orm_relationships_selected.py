"""A relationship in the place of a column: its condition is selected, under its name."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine, exists, select, union
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased, declarative_base, relationship

Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    jars = relationship("Jar", back_populates="shelf")


class Jar(Base):
    __tablename__ = "jars"
    id = Column(Integer, primary_key=True)
    shelf_id = Column(ForeignKey("shelves.id"))
    shelf = relationship("Shelf", back_populates="jars")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Shelf(jars=[Jar(), Jar()]), Shelf()])
session.commit()
for statement in (
    select(Shelf.jars),
    select(Shelf.jars, Shelf.jars),
    select(Shelf.jars, Jar.shelf),
    select(aliased(Shelf).jars),
):
    print(statement)
    print(union(statement, statement))
    result = session.execute(statement)
    print(result.keys(), result.all())
print(select(Shelf.jars, Shelf.id))
print(select(Shelf.jars, Jar.shelf).subquery().c.keys())
print(select(Shelf.jars).column_descriptions[0]["name"])
print(select(Shelf.id).where(Shelf.id.in_(select(Jar.shelf))))
print(session.query(Shelf).filter(exists(Jar.shelf)), select(exists(Jar.shelf)))
query = session.query(Shelf.jars)
print(query)
print(query.all(), query.first()._fields, query.column_descriptions[0]["name"])
for wrong in (
    lambda: session.query(Shelf).select_from(Shelf.jars),
    lambda: session.query(Shelf).filter(Shelf.jars).all(),
    lambda: session.query(Shelf).order_by(Shelf.jars).all(),
):
    try:
        print(wrong())
    except SQLAlchemyError as error:
        print(type(error).__name__, error)
