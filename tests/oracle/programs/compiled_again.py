"""What was compiled is found again by its structure, and says only what the new statement says."""

import warnings

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func, or_, select, text
from sqlalchemy.orm import Session, aliased, column_property, declarative_base, defer, relationship

Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelf"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    jars = relationship("Jar")


class Jar(Base):
    __tablename__ = "jar"
    id = Column(Integer, primary_key=True)
    what = Column(String)
    shelf_id = Column(ForeignKey("shelf.id"))


engine = create_engine("sqlite://")
session = Session(engine)
Base.metadata.create_all(engine)
session.add_all([Shelf(name="top", jars=[Jar(what="jam")]), Shelf(name="low")])
session.commit()


def show(statement, **kw):
    compiled = statement.compile(**kw)
    print(compiled)
    print(compiled.params, compiled.statement is statement)
    print(statement.compile(engine, **kw), compiled.construct_params({"name_1": "given"}))


print("== other values, other texts")
for name in ("top", "low", None):
    show(select(Shelf).where(Shelf.name == name))
    show(select(Shelf.id).join(Shelf.jars).where(Shelf.name == name, Jar.what.in_([name, "jam"])))
    show(session.query(Shelf).filter(Shelf.name == name).statement)
    show(session.query(Shelf).filter(Shelf.name == name).subquery().select())
    show(select(Shelf.id).where(Shelf.name == name).union(select(Jar.id).limit(7)))
    show(select(text("1")).where(text("a = :a").bindparams(a=name)))
for limit in (1, 2):
    show(select(Shelf).limit(limit), compile_kwargs={"literal_binds": True})

print("== one parameter in two places, two parameters")
top, low = Shelf.name == "top", Shelf.name == "low"
for first, second in ((top, top), (top, low), (low, low), (low, top)):
    show(select(Shelf.id).where(or_(first, second)))
    print(session.query(Shelf.name).filter(or_(first, second)).all())
    print(session.execute(select(Shelf.name).where(or_(first, second))).all())
    print(engine.connect().execute(select(Shelf.name).where(or_(first, second))).all())

print("== classes, aliases, tables")
for thing in (Shelf, aliased(Shelf), aliased(Shelf, name="s"), Shelf.__table__):
    show(select(thing))
    show(select(func.count()).select_from(select(thing).subquery()))
    show(select(thing).options(defer(Shelf.name)) if thing is Shelf else select(thing))

print("== warnings come each time")
for _ in range(2):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        print(select(Shelf.id).distinct(Shelf.name))
    print([str(each.message)[:40] for each in caught])

print("== a class that gets more")
print(session.query(Shelf), select(Shelf), session.query(Jar).first().what)
Shelf.height = column_property(func.length(Shelf.name))
Jar.double = column_property(Jar.what + Jar.what)
print(session.query(Shelf), select(Shelf))
print([each.height for each in session.query(Shelf)])
session.expunge_all()
print([jar.double for shelf in session.query(Shelf) for jar in shelf.jars])
print(session.get(Jar, 1).double)
Shelf.__table__.append_column(Column("depth", Integer))
print(select(Shelf.__table__))
