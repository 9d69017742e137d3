"""1.4's bound metadata, connectionless execution and results that close their connection."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, create_engine, func
from sqlalchemy import insert, select, update


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


engine = create_engine("sqlite://")
metadata = MetaData(bind=engine)
kites = Table("kites", metadata, Column("id", Integer, primary_key=True), Column("hue", String))
tails = Table(
    "tails",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kite_id", ForeignKey("kites.id")),
)
metadata.create_all()
print(repr(metadata), kites.bind, select(kites).bind, func.now().bind)
show("insert", lambda: kites.insert().execute(hue="blue").inserted_primary_key)
show("insert many", lambda: kites.insert().execute({"hue": "red"}, {"hue": "green"}).rowcount)
show("select", lambda: select(kites.c.hue).execute().fetchall())
show("scalar", lambda: select(func.count()).select_from(kites).scalar())
show("engine scalar", lambda: engine.scalar(select(func.count()).select_from(kites)))
show("update", lambda: engine.execute(update(kites).values(hue="grey")).rowcount)
show("delete", lambda: engine.execute(kites.delete().where(kites.c.id == 3)).rowcount)
result = engine.execute(select(kites).order_by(kites.c.id))
show("one", lambda: result.fetchone())
show("connection", lambda: result.connection.closed)
show("rest", lambda: result.fetchall())
show("connection", lambda: result.connection.closed)
result = engine.execute(insert(kites), [{"hue": "a"}, {"hue": "b"}])
show("closed with it", lambda: result.connection.closed)
show("first", lambda: engine.execute(select(kites)).first())
show("compiled", lambda: engine.execute(select(kites.c.id).compile(engine)).fetchall())
show("compiled parameters", lambda: select(kites).where(kites.c.id == 3).compile(engine).params)
show("text of compiled", lambda: str(select(kites).where(kites.c.id.in_([1, 2])).compile(engine)))
connection = engine.connect()
show(
    "on a connection",
    lambda: connection.execute(
        kites.count() if hasattr(kites, "count") else select(func.count(kites.c.id))
    ).scalar(),
)
show("unbound", lambda: select(Table("loose", MetaData(), Column("id", Integer))).execute())
show("drop", lambda: metadata.drop_all())

# A statement or a table has the engine of its tables, and is written for it; an expression has none.
expressions = [kites.c.id == 5, kites.c.hue + "x", kites.c.id.in_([1]), kites.c.hue.desc()]
statements = [
    select(kites).limit(1),
    select(kites).where(kites.c.id == 5).exists(),
    func.f(kites.c.id, 5),
]
froms = [
    kites.alias(),
    kites.join(tails),
    tails.join(kites.alias().join(kites.alias(), kites.c.id == 1)),
]
for element in (*expressions, *statements, *froms, select(kites).scalar_subquery()):
    print(element, element.bind)

# A URL in place of an engine makes one.
nests = MetaData("sqlite://")
Table("nests", nests, Column("id", Integer, primary_key=True)).create()
show("by a URL", lambda: nests.tables["nests"].insert().execute().inserted_primary_key)
nests.bind = "sqlite:///"
nests.create_all()
show("by another", lambda: nests.tables["nests"].count)
show("its engine", lambda: nests.bind)
show("no engine", lambda: MetaData("shop"))
show("text of two tables", lambda: str(update(kites).values({kites.c.hue: "x", tails.c.id: 5})))
both = update(kites).values({kites.c.hue: "x", tails.c.kite_id: kites.c.id + 1, tails.c.id: 5})
both = both.where(kites.c.id == tails.c.kite_id)
show("text of two tables", lambda: str(both))
show("an update of two tables", lambda: engine.execute(both))
