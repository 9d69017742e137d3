"""A database in a file: several connections, what each of them sees, and what is left behind."""

import os
import tempfile

from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, event, inspect
from sqlalchemy import select, text
from sqlalchemy.orm import Session, declarative_base
from sqlalchemy.pool import NullPool, StaticPool


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


where = os.getcwd()
metadata = MetaData()
notes = Table("notes", metadata, Column("id", Integer, primary_key=True), Column("what", String))
Base = declarative_base()


class Leaf(Base):
    __tablename__ = "leaves"
    id = Column(Integer, primary_key=True)
    colour = Column(String)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for future in (False, True):
        engine = create_engine(f"sqlite:///notes{int(future)}.db", future=future)
        print(engine, os.path.exists(f"notes{int(future)}.db"))
        metadata.create_all(engine)
        print(os.path.exists(f"notes{int(future)}.db"))
        first, second = engine.connect(), engine.connect()
        transaction = first.begin()
        first.execute(notes.insert(), {"what": "unseen"})
        show("second sees", lambda: second.execute(select(notes)).all())
        transaction.commit()
        if future:
            second.rollback()
        show("second sees", lambda: second.execute(select(notes)).all())
        first.close()
        second.close()
        impatient = create_engine(
            f"sqlite:///notes{int(future)}.db", connect_args={"timeout": 0.05}, future=future
        )
        with engine.connect() as writer:
            transaction = writer.begin()
            writer.execute(notes.insert(), {"what": "writing"})
            other = impatient.connect()
            show("locked", lambda: other.execute(notes.insert(), {"what": "waiting"}))
            transaction.rollback()
            if future:
                other.rollback()
            show("free", lambda: other.execute(notes.insert(), {"what": "waiting"}).rowcount)
            if future:
                other.commit()
            other.close()
        engine.dispose()
        impatient.dispose()
    engine = create_engine("sqlite:///notes0.db", poolclass=NullPool)
    heard = []
    event.listen(engine, "connect", lambda raw, record: heard.append("connect"))
    engine.connect().close()
    engine.connect().close()
    print(heard, type(engine.pool).__name__)
    engine.dispose()
    shared = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    Base.metadata.create_all(shared)
    with Session(shared) as one, Session(shared) as other:
        one.add(Leaf(colour="red"))
        one.commit()
        print(other.query(Leaf.colour).all(), inspect(shared).get_table_names())
    Base.metadata.drop_all(shared)
    attached = create_engine("sqlite:///notes0.db")
    with attached.connect() as connection:
        connection.execute(text("ATTACH DATABASE 'notes1.db' AS other"))
        print(inspect(connection).get_schema_names(), inspect(connection).get_table_names("other"))
        elsewhere = Table("notes", MetaData(), Column("what", String), schema="other")
        print(connection.execute(select(elsewhere)).all(), select(elsewhere))
        found = Table("notes", MetaData(), autoload_with=connection, schema="other")
        print(repr(found))
    attached.dispose()
    os.chdir(where)
