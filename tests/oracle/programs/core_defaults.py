"""Column defaults: values, functions, expressions, the database's own."""

from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, func, literal
from sqlalchemy import select, text

metadata = MetaData()
calls = []


def counted():
    calls.append("counted")
    return len(calls)


def from_others(context):
    values = context.get_current_parameters()
    calls.append(sorted(values))
    return f"{values.get('name')} of {values.get('town')}"


people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, default="somebody"),
    Column("number", Integer, default=counted),
    Column("title", String, default=from_others),
    Column("town", String, server_default="Here"),
    Column("length", Integer, default=func.length("four")),
    Column("best", Integer, default=select(literal(42)).scalar_subquery()),
    Column("changed", Integer, default=0, onupdate=counted),
    Column("stamp", String, onupdate=func.upper("new")),
    Column("blank", String, default=None),
)
keys = Table(
    "keys", metadata, Column("id", String, primary_key=True, default=lambda: f"k{counted()}")
)
# a SELECT that nobody made a value of
marks = Table(
    "marks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("most", Integer, default=select(func.max(literal(7))), onupdate=select(literal(8))),
    Column("seen", Integer),
)

for future in (False, True):
    engine = create_engine("sqlite://", future=future)
    metadata.create_all(engine)
    with engine.begin() as connection:
        for given in ({}, {"name": "Ida"}, {"name": None}, {"number": 7, "town": "There"}):
            result = connection.execute(people.insert(), given)
            print(result.inserted_primary_key)
        connection.execute(people.insert(), [{"name": "Ole"}, {"name": "Per"}])
        connection.execute(people.insert().values(name="Una", length=1))
        connection.execute(people.insert().values([{"name": "Wim"}, {"name": "Xaver"}]))
        connection.execute(people.insert().from_select(["name"], select(literal("Yrsa"))))
        connection.execute(people.update().where(people.c.id < 3).values(name="both"))
        connection.execute(people.update().where(people.c.id == 3).values(changed=9, stamp="own"))
        print(connection.execute(keys.insert()).inserted_primary_key)
        connection.execute(marks.insert(), {"id": 1})
        connection.execute(marks.insert().values([{"id": 2}, {"id": 3}]))
        connection.execute(marks.update().where(marks.c.id == 2), {"seen": 5})
        wide = select(marks.c.id + 10, marks.c.most, marks.c.seen)
        for source in (wide.cte("w"), wide, marks.alias(), marks, wide.subquery()):
            insert = marks.insert().from_select(["id", "most", "seen"], source)
            print(insert)
        print(connection.execute(insert).rowcount)
        print(connection.execute(select(marks)).all())
        for row in connection.execute(select(people)):
            print(row)
        print(connection.execute(text("select * from keys")).all())
    print(calls)
