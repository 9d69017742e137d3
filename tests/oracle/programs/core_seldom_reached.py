"""What few programs ask of Core: connections that break, odd questions to rows and types."""

import logging
import sys

from sqlalchemy import Column, Enum, ForeignKey, Index, Integer, JSON, MetaData, String, Table
from sqlalchemy import BLANK_SCHEMA, create_engine, delete, event, extract, func, inspect, literal
from sqlalchemy import select, text, update
from sqlalchemy.engine import Inspector
from sqlalchemy.future import create_engine as future_engine, select as future_select
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ClauseElement, ColumnElement


def show(label, call):
    try:
        print(label, "->", call())
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


engine = create_engine("sqlite://")
metadata = MetaData()
users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(20)),
    Column("age", Integer),
)
metadata.create_all(engine)
with engine.connect() as connection:
    connection.execute(users.insert(), [{"name": "ann", "age": 3}, {"name": "bob", "age": None}])
    with connection.begin():
        with connection.begin_nested() as inner:
            show("nested", lambda: connection.get_nested_transaction() is inner)
    show("not nested", lambda: connection.get_nested_transaction())
    show("scalar", lambda: connection.scalar(select(users.c.name)))
    show("scalar", lambda: connection.scalar(text("select :x"), {"x": 1}))
    show("scalar", lambda: connection.scalar(text("select :x"), x=1))
    show("scalars", lambda: connection.scalars(select(users.c.name)).all())
    for column in (users.c.name, users.c.age):
        for pattern in ("^a", "["):
            regexp = select(column.op("REGEXP")(pattern))
            show("regexp", lambda: connection.execute(regexp).all())
    nulls = select(users.c.age.op("REGEXP")("^a")).where(users.c.age.is_(None))
    show("regexp", lambda: connection.execute(nulls).all())
    keys = connection.execute(select(users)).keys()
    show("keys", lambda: ["id" in keys, users.c.id in keys, 1 in keys, "x" in keys, None in keys])
    row = connection.execute(select(users)).mappings().first()
    show("row", lambda: [1 in row.values(), "id" in row.keys(), ("id", 1) in row.items()])
    show("row", lambda: ["id" in row, users.c.id in row, "nothing" in row])
    show("keys", lambda: connection.execute(select(users)).mappings().keys())
    told = text("select id from users").columns(users.c.id, users.c.name)
    show("too few columns", lambda: connection.execute(told).all())
    result = connection.exec_driver_sql("insert into users (name) values ('cat')")
    show("key rows", lambda: result.inserted_primary_key_rows)
    show("extract", lambda: connection.execute(select(extract("nonsense", users.c.name))))
    connection.execute(
        text("create table odd (a, b NULL, c VARCHAR(5,6), d BLOB(3), e DATE(4), f MYBLOB(3))")
    )
    show("types", lambda: [repr(found["type"]) for found in inspect(connection).get_columns("odd")])
    # A foreign key in the text of a table that is none.
    connection.execute(
        text(
            "create table noted (a integer, check (a != 'constraint k foreign key (a) references "
            "users(id)'))"
        )
    )
    show("keys", lambda: inspect(connection).get_foreign_keys("noted"))
show("from_engine", lambda: Inspector.from_engine(engine).get_table_names())
lost = Table("lost", MetaData(), Column("id", Integer))
lost_index = Index("ix_lost", lost.c.id)
show("index of no table", lambda: lost_index.create(engine, checkfirst=True))
show("index of no table", lambda: lost_index.drop(engine, checkfirst=True))
apart = MetaData()
Table("owners", apart, Column("id", Integer, primary_key=True), schema="other")
pets = Table("pets", apart, Column("owner_id", ForeignKey("other.owners.id")))
pets.create(engine)
only_some = MetaData()
only_some.reflect(engine, only=lambda name, _: name.startswith("u"))
print(list(only_some.tables))

with future_engine("sqlite://").connect() as connection:
    show("future", lambda: connection.execute(future_select(literal(1))).all())

print("-- values that break while they are read, commits that fail")
with engine.connect() as connection:
    connection.execute(text("create table texts (j text)"))
    connection.execute(text("insert into texts values ('{}'), ('[1')"))
    show("all", lambda: connection.execute(text("select json(j) from texts")).all())
    result = connection.execute(text("select json(j) from texts"))
    for _ in range(3):
        show("one", result.fetchone)
    connection.execute(text("pragma foreign_keys = on"))
    connection.execute(text("create table parents (id integer primary key)"))
    connection.execute(
        text("create table children (p integer references parents deferrable initially deferred)")
    )

    def commit():
        with connection.begin():
            connection.execute(text("insert into children values (7)"))

    show("commit", commit)
    show("rows", lambda: connection.execute(text("select * from children")).all())
    for parameters in ([[1]], 5, (5,), {}, "ab", [[1, 2], [3, 4]], [{"a": 1}, {"a": 2}]):
        show(parameters, lambda: connection.exec_driver_sql("select ?, ?", parameters).all())

# The driver's connection is closed behind the engine's back.
connection = create_engine("sqlite://").connect()
connection.connection.connection.close()
show("closed", lambda: connection.execute(text("select 1")))
del connection

print("-- elements and types of our own")


class Mine(ColumnElement):
    name = "mine"


for call in (Mine(), select(Mine()), Mine() == 5, ClauseElement()):
    show("unknown", lambda: str(call))

sizes = Enum("small", "large", name="sizes")
boxes = Table("boxes", metadata, Column("size", sizes), Column("more", JSON))
boxes.create(engine)
with engine.connect() as connection:
    connection.execute(boxes.insert(), [{"size": "small", "more": {"a": 1}}])
    show("joined text", lambda: connection.execute(select(boxes.c.size + "er")).all())
    show("type", lambda: str((boxes.c.size + "er").type))
    values = select(boxes.c.more, func.json_extract(boxes.c.more, "$.a"))
    show("json", lambda: connection.execute(values).all())

print("-- logging that the program set up itself")
logging.basicConfig(stream=sys.stdout, format="%(name)s %(levelname)s %(message)s", force=True)
logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)


class Timeless(logging.Filter):
    def filter(self, record):
        return "generated in" not in record.getMessage()


for handler in logging.root.handlers:
    handler.addFilter(Timeless())
quiet = create_engine("sqlite://")
with quiet.connect() as connection:
    print(connection.execute(text("select 1")).all())
logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)
for handler in list(logging.root.handlers):
    logging.root.removeHandler(handler)


@event.listens_for(quiet, "begin")
def fails(connection):
    raise ValueError("no beginning")


def begin():
    with quiet.begin():
        pass


show("begin", begin)


# A CTE may be the subject of a statement.
some = select(Table("some", MetaData(), Column("id", Integer))).cte("c")
print(update(some).values(id=1), delete(some), BLANK_SCHEMA)

# Nothing connects the two: one engine warns of it, the other was told not to.
for lints in (True, False):
    engine = create_engine("sqlite://", enable_from_linting=lints)
    metadata.create_all(engine)
    other = users.alias()
    print(engine.execute(select(users.c.id, other.c.id)).all())
    print(Session(engine).query(users.c.id, other.c.id).all())
