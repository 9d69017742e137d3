"""What a transaction is after its COMMIT failed, and objects after a flush that failed at its end."""

import sqlite3

from sqlalchemy import Column, Integer, String, create_engine, inspect, text
from sqlalchemy.orm import Session, declarative_base

failing = []


class Cursor(sqlite3.Cursor):
    def execute(self, statement, *parameters):
        if any(statement.startswith(word) for word in failing):
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(statement, *parameters)


class FaultyConnection(sqlite3.Connection):
    def cursor(self, factory=None):
        return super().cursor(Cursor)

    def commit(self):
        if "COMMIT" in failing:
            raise sqlite3.OperationalError("disk I/O error")
        super().commit()


def show(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


Base = declarative_base()


class Lamp(Base):
    __tablename__ = "lamps"
    id = Column(Integer, primary_key=True)
    name = Column(String)


engine = create_engine("sqlite://", connect_args={"factory": FaultyConnection})
Base.metadata.create_all(engine)

connection = engine.connect()
transaction = connection.begin()
connection.execute(text("INSERT INTO lamps (name) VALUES ('a')"))
failing[:] = ["COMMIT"]
show(transaction.commit)
print(transaction.is_active, connection.in_transaction())
show(lambda: connection.execute(text("SELECT 1")).scalar())
show(transaction.commit)
failing.clear()
show(transaction.rollback)
show(lambda: connection.execute(text("SELECT count(*) FROM lamps")).scalar())
connection.close()

session = Session(engine)
lamps = [Lamp(name=name) for name in "abc"]
session.add_all(lamps)
session.commit()
for lamp in lamps:
    lamp.name = "new"
failing[:] = ["COMMIT"]
show(session.commit)
print(session.is_active)
show(lambda: session.execute(text("SELECT 1")).scalar())
failing.clear()
session.rollback()
print([lamp.name for lamp in lamps])

# The key of one that is expired is read again when all is written.
lamps[2].name = "kept"
session.flush()
session.begin_nested()
session.expire(lamps[1])
lamps[0].name, lamps[1].name, lamps[2].name = "x", "y", "z"
failing[:] = ["SELECT"]
show(session.flush)
failing.clear()
session.rollback()
print([inspect(lamp).expired for lamp in lamps], [lamp.name for lamp in lamps])
session.commit()
print([lamp.name for lamp in lamps])
