"""Values of UPDATE and INSERT, told by attribute, by column, by name; columns have other names."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func, insert, select
from sqlalchemy import text, tuple_, update
from sqlalchemy.orm import Session, aliased, column_property, declarative_base, relationship
from sqlalchemy.orm import synonym

Base = declarative_base()


class Boat(Base):
    __tablename__ = "boats"
    id = Column("nr", Integer, primary_key=True)
    full = Column("name", String)
    name = Column("other", String)
    size = Column("y_", Integer)
    home_id = Column(ForeignKey("boats.nr"))
    home = relationship("Boat", remote_side=id)
    nick = synonym("full")
    upper = column_property(func.upper(full))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Boat(id=1, full="f", name="n", size=3))
session.commit()
boat = session.get(Boat, 1)
boats = Boat.__table__
other = aliased(Boat)


def tell(call):
    try:
        print(call())
        print(boat.full, boat.name, boat.size)
    except Exception as error:
        print(type(error).__name__, error)
    session.rollback()


def done(statement, *args, **kw):
    tell(lambda: (print(statement()), session.execute(statement(), *args, **kw).rowcount))


for values in (
    {Boat.full: "x"},
    {Boat.name: "x"},
    {boats.c.name: "x"},
    {boats.c.other: "x"},
    {"full": "x", "name": "y"},
    {"other": "x"},
    {"y_": 5},
    {Boat.full: "x", boats.c.y_: 2},
    {Boat.size: Boat.size + 1, "full": Boat.full + "q"},
    {"nick": "x"},
    {Boat.nick: "x"},
    {Boat.upper: "x"},
    {"upper": "x"},
    {"home": boat},
    {Boat.home: 1},
    {"full": boat},
    {"full": select(Boat.full)},
    {"full": boats},
    {func.lower(Boat.full): "x"},
    {boats.c.y_ + 1: 5},
    {Boat.full.label("q"): 5},
    {1: "x"},
    {None: "x"},
    {Boat: "x"},
    {},
    [],
    ["a", "b"],
    {"full"},
    "f",
    5,
    None,
    boat,
    Boat.full == "a",
):
    done(lambda: update(Boat).values(values))
    done(lambda: update(Boat).values(values), execution_options={"synchronize_session": False})
    done(lambda: insert(Boat).values(values))
    done(lambda: update(boats).values(values))
    tell(lambda: session.query(Boat).update(values))
    tell(lambda: session.query(Boat).update(values, "nothing"))
    tell(lambda: session.query(Boat).update(values, None))
done(lambda: update(Boat).ordered_values((Boat.full, "x"), ("size", 1)))
done(lambda: update(Boat).values({Boat.full: "a"}).values(full="b"))
done(lambda: update(Boat).values({boats.c.name: "a"}).values(name="b"))
done(lambda: update(boats).values({boats.c.name: "a"}).values(name="b"))
done(lambda: update(boats), {boats.c.name: 1})
done(lambda: insert(Boat).values([{Boat.full: "a"}, {Boat.full: "b"}]))
done(lambda: insert(Boat).values([{"name": "a"}, 5]))
done(lambda: update(other).values(full="x").where(Boat.id == 1))
done(lambda: update(other).values(full="x").where(other.id == 1))
for strategy in ("evaluate", "fetch", False):
    for criterion in (
        Boat.full == "f",
        func.lower(Boat.full) == "f",
        Boat.full + "f" == "ff",
        Boat.id + "1" == 2,
        Boat.id + 1 == 2,
        tuple_(Boat.id, Boat.full).in_([(1, "f"), (2, None)]),
        ~tuple_(Boat.id, Boat.full).in_([(1, "f"), (2, "g")]),
    ):
        tell(lambda: session.query(Boat).filter(criterion).update({"no": 1}, strategy))
        tell(lambda: session.query(Boat).filter(criterion).update({"full": "x"}, strategy))
for query in (
    session.query(Boat).union(session.query(Boat)).distinct(),
    session.query(other),
    session.query(other).filter(other.id == 1),
    session.query(Boat).union(session.query(Boat)),
    session.query(Boat, other),
    session.query(Boat.id),
    session.query(),
    session.query(boats),
    session.query(Boat).filter(text("nr = 1")),
):
    tell(lambda: query.update({"full": "x"}))
    tell(query.delete)
for function in (insert, update):
    tell(function)
    tell(lambda: function(Boat, unknown=1))
    tell(lambda: function(Boat, synchronize_session=False))
    tell(lambda: function(Boat, sqlite_unknown=1))
    tell(lambda: function(Boat.full))
