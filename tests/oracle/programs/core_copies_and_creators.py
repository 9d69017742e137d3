"""A copied table, a connection that is as long as nothing, and what a 2.x execution carries."""

import copy
import sqlite3

from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, event, select

table = Table("kelp", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))
twin = copy.copy(table)
print(twin.name, twin.c.keys(), twin is table, twin.c.id is table.c.id)


class Empty(sqlite3.Connection):
    def __len__(self):
        return 0


engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(":memory:", factory=Empty))
print(type(engine.raw_connection().connection).__name__)

engine = create_engine("sqlite://", future=True)


@event.listens_for(engine, "before_cursor_execute")
def tell(connection, cursor, statement, parameters, context, executemany):
    print(dict(context.execution_options))


with engine.connect() as connection:
    connection.execute(select(1))
    connection.execute(select(2), execution_options={"mark": 1})
    print(connection.scalar(statement=select(3), parameters={}, execution_options={"mark": 2}))
