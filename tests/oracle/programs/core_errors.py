"""What goes wrong with a statement, and how it is told."""

import sqlite3

from sqlalchemy import Column, Date, Integer, MetaData, String, Table, bindparam, create_engine
from sqlalchemy import exc, select, text


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__name__, error)
        if isinstance(error, exc.StatementError):
            print("  ", error.statement, error.params, type(error.orig).__name__, error.code)
            print("  ", isinstance(error.orig, sqlite3.Error), error.__cause__ is error.orig)


metadata = MetaData()
cups = Table(
    "cups",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(5), default="plain", nullable=False, unique=True),
)

for future in (False, True):
    print("== future", future)
    engine = create_engine("sqlite://", future=future)
    metadata.create_all(engine)
    connection = engine.connect()

    def failing(label, call):
        show(label, call)
        if future:
            connection.rollback()

    execute = connection.execute
    execute(cups.insert(), {"id": 1})
    if future:
        connection.commit()
    failing("syntax", lambda: execute(text("selec :x"), {"x": 1}))
    failing("no table", lambda: execute(text("select * from saucers")))
    failing("same key", lambda: execute(cups.insert(), {"id": 1, "name": "other"}))
    failing("not null", lambda: execute(cups.insert(), {"name": None}))
    failing("unique", lambda: execute(cups.insert(), [{"name": "a"}, {"name": "a"}]))
    many = [{"id": 1, "name": f"n{number}"} for number in range(20)]
    failing("many", lambda: execute(cups.insert(), many))
    failing("long", lambda: execute(cups.insert(), {"id": 1, "name": "x" * 1000}))
    failing("no value", lambda: execute(text("select :x")))
    failing("one value missing", lambda: execute(text("select :x, :y"), {"x": 1}))
    failing("missing in many", lambda: execute(text("select :x, :y"), [{"x": 1}, {"x": 2}]))
    failing("missing bind", lambda: execute(select(cups).where(cups.c.id == bindparam("q"))))
    failing("second set", lambda: execute(cups.insert(), [{"id": 50}, {"name": "q"}]))
    failing("bad type", lambda: execute(text("select :x"), {"x": {1: 2}}))
    failing("unknown column", lambda: execute(cups.insert(), {"nope": 3}))
    failing("unknown value", lambda: execute(cups.insert().values(nope=3)))
    failing(
        "select many",
        lambda: execute(select(cups.c.id).where(cups.c.id == bindparam("q")), [{"q": 1}, {"q": 2}]),
    )
    failing("a number", lambda: execute(5))
    failing("a table", lambda: execute(cups))
    failing("a column", lambda: execute(cups.c.id))
    failing("a class", lambda: execute(object))
    failing("bad parameters", lambda: execute(select(cups.c.id), 5))
    failing("bad list", lambda: execute(select(cups.c.id), [5]))
    failing("empty list", lambda: execute(select(cups.c.id), []).all())
    failing("list of empty", lambda: execute(select(cups.c.id), [{}]).all())
    failing("driver sql", lambda: connection.exec_driver_sql("select ?", ()))
    failing("two statements", lambda: execute(text("select 1; select 2")))
    connection.close()

engine = create_engine("sqlite://", hide_parameters=True)
show("hidden", lambda: engine.execute(text("selec :x"), x=1))
show("no folder", lambda: create_engine("sqlite:////no/such/folder/x.db").connect())

# Arguments that nobody knows: those that look like a dialect's only warn.
import warnings

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    Column("x", Integer, primary_keys=True)
    UniqueConstraint("a", na_me="x")
    Index("i", "a", uni_que=1)
    PrimaryKeyConstraint("a", x_y=1)
    ForeignKeyConstraint(["a"], ["b.c"], x_y=2)
    ForeignKey("a.b", x_y=2)
for warning in told:
    print(warning.category.__name__, warning.message)
for wrong in ({"primarykey": True}, {"nulable": False}, {"sqlite_foo": 1}):
    try:
        Column("x", Integer, **wrong)
    except Exception as error:
        print(type(error).__name__, error)
# What the driver never saw cannot have lost the connection.
for values in ({"id": 1, "day": "monday"}, {"id": None, "nothing": 1}):
    try:
        days = Table("days", MetaData(), Column("id", Integer), Column("day", Date))
        engine.execute(days.insert(), values)
    except exc.SQLAlchemyError as error:
        print(type(error).__name__, hasattr(error, "connection_invalidated"))
