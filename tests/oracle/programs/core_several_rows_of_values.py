"""INSERT with several rows of values, again and again: each time with its own values."""

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    func,
    insert,
    literal,
    select,
)

metadata = MetaData()
shells = Table(
    "shells",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String),
    Column("size", Integer, default=7),
    Column("found_at", String, key="place"),
)
engine = create_engine("sqlite://")
metadata.create_all(engine)
connection = engine.connect()
for first, second in (("cowrie", "cone"), ("whelk", None), (None, "conch"), (None, None)):
    for rows in (
        [{"name": first}, {"name": second}],
        [{"name": first}],
        [{"name": first, "size": 1}, {"name": second, "size": len(second or "")}],
        [{"name": func.lower("ABC"), "size": 2}, {"name": second, "size": func.abs(-4)}],
        [{"place": first}, {"place": second}],
        [{"name": bindparam("given", value=first)}, {"name": second}],
        [{"name": select(literal(first)).scalar_subquery()}, {"name": literal(second)}],
    ):
        connection.execute(insert(shells).values(rows))
    connection.execute(shells.insert().values([(None, first, 1, "x"), (None, second, 2, "y")]))
    named = [{"name": bindparam("one")}, {"name": bindparam("two")}]
    connection.execute(shells.insert().values(named), {"one": first, "two": second})
    text = str(first)
    connection.execute(
        shells.insert().from_select(["name"], select(shells.c.name + text).where(shells.c.id == 1))
    )
    connection.execute(shells.update().values(name=second).where(shells.c.place == first))
    connection.execute(
        shells.update().ordered_values(("size", len(text)), ("name", first)).where(shells.c.id == 2)
    )
    connection.execute(shells.delete().where(shells.c.name == text))
for row in connection.execute(select(shells)):
    print(tuple(row))
more = shells.insert().values([{"name": "a"}, {"name": "b"}])
print(more.compile().params, more.values([{"name": "c"}]).compile().params)
copied = connection.execute(select(shells)).first()
connection.execute(shells.delete().where(shells.c.id == copied.id))
connection.execute(shells.insert().values(copied))
connection.execute(shells.update().values(copied).where(shells.c.id == copied.id))
