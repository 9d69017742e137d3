"""Listeners of an engine."""

from dataclasses import dataclass

from sqlalchemy import Column, Integer, MetaData, Table, create_engine, event, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.pool import Pool

metadata = MetaData()
keys = Table("keys", metadata, Column("id", Integer, primary_key=True))
heard = []

for future in (False, True):
    engine = create_engine("sqlite://", future=future)

    @event.listens_for(engine, "connect")
    def connected(raw, record):
        heard.append(("connect", type(raw).__name__, sorted(record.info)))
        raw.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "before_cursor_execute")
    def before(connection, cursor, statement, parameters, context, executemany):
        heard.append(("before", statement, parameters, executemany))
        connection.info["seen"] = connection.info.get("seen", 0) + 1
        context.noted_by_listener = statement[:6]

    @event.listens_for(engine, "after_cursor_execute")
    def after(connection, cursor, statement, parameters, context, executemany):
        heard.append(("after", connection.info["seen"], context.isinsert, cursor.rowcount))
        heard.append(context.noted_by_listener)

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def commented(connection, cursor, statement, parameters, context, executemany):
        return statement + " /* seen */", parameters

    for name in ("begin", "commit", "rollback"):

        def note(connection, name=name):
            heard.append((name, connection.in_transaction()))

        event.listen(engine, name, note)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(keys.insert(), [{"id": 1}, {"id": 2}])
        with connection.begin_nested():
            connection.execute(keys.insert(), {"id": 3})
        savepoint = connection.begin_nested()
        savepoint.rollback()
        print(connection.execute(select(keys)).all())
        print(connection.execute(text("pragma foreign_keys")).scalar())
    try:
        with engine.begin() as connection:
            connection.execute(keys.insert(), {"id": 1})
    except Exception as error:
        print(type(error).__name__)
    event.remove(engine, "before_cursor_execute", before)
    print(event.contains(engine, "before_cursor_execute", before))
    print(event.contains(engine, "connect", connected))
    try:
        event.listen(engine, "no_such_event", before)
    except Exception as error:
        print(type(error).__name__, error)
    for line in heard:
        print(line)
    heard.clear()


@event.listens_for(Engine, "connect")
def everywhere(raw, record):
    print("any engine connects")


first = create_engine("sqlite://")
first.connect().close()
# What listens to all engines does not listen to one.
print(event.contains(first, "connect", everywhere), event.contains(Engine, "connect", everywhere))
try:
    event.remove(first, "connect", everywhere)
except Exception as error:
    print(type(error).__name__)
print(event.contains(Engine, "connect", everywhere))
event.remove(Engine, "connect", everywhere)

later = create_engine("sqlite://")


@event.listens_for(later, "do_connect")
def own_connection(dialect, record, arguments, options):
    import sqlite3

    print("do_connect", arguments)
    return sqlite3.connect(":memory:", check_same_thread=False)


print(later.connect().execute(text("select 5")).scalar())

# Only with retval=True is it asked what a listener returns.
for options in ({}, {"retval": True}):
    for returned in (None, "select 2", ("select 2", ())):
        changing = create_engine("sqlite://")
        event.listen(
            changing, "before_cursor_execute", lambda *_, returned=returned: returned, **options
        )
        try:
            print(options, returned, changing.connect().execute(text("select 1")).scalar())
        except Exception as error:
            print(options, returned, type(error).__name__, error)


@dataclass
class Counter:
    count: int = 0

    def __call__(self, *arguments):
        self.count += 1


# Two listeners that are equal are two; their class, having __eq__(), has no hash.
counted, counters = create_engine("sqlite://"), [Counter(), Counter()]
for counter in counters:
    event.listen(counted, "before_cursor_execute", counter)
counted.execute("SELECT 1")
event.remove(counted, "before_cursor_execute", counters[0])
counted.execute("SELECT 2")
print(counters, [event.contains(counted, "before_cursor_execute", each) for each in counters])
try:
    event.listen(counted, "after_cursor_execute", counters[0])
except TypeError as error:
    print(error)

refusing = create_engine("sqlite://")


@event.listens_for(refusing, "connect")
def refuse(raw, record):
    raw.execute("no statement")


for ask in (refusing.connect, refusing.raw_connection, lambda: refusing.execute("SELECT 1")):
    try:
        ask()
    except Exception as error:
        print(type(error).__module__, type(error).__name__, error)

# A session's factory is listened to, when it makes sessions as far as is known.
for factory in (scoped_session(sessionmaker()), scoped_session(lambda: Session())):
    try:
        print(event.listen(factory, "before_flush", print))
    except Exception as error:
        print(type(error).__name__, error)
try:
    event.listen(sessionmaker(), "before_flight", print)
except Exception as error:
    print(type(error).__name__, error)

# Whoever listens to pools hears of the connections of their engines.
pooled = create_engine("sqlite://")


@event.listens_for(Pool, "connect")
def enforce(raw, record):
    print("of any pool", type(raw).__name__)
    raw.execute("PRAGMA foreign_keys = ON")


event.listen(pooled.pool, "connect", lambda *given: print("of this pool", len(given)))
for each in (pooled, create_engine("sqlite://")):
    print(each.execute("PRAGMA foreign_keys").scalar())
print(event.contains(Pool, "connect", enforce), event.remove(Pool, "connect", enforce))
print(create_engine("sqlite://").execute("PRAGMA foreign_keys").scalar())
