"""The log of an engine; its times are left out."""

import logging
import re
import sys

from sqlalchemy import Column, Integer, MetaData, String, Table, TypeDecorator
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session, registry

TIMES = re.compile(r"\d+\.\d+s|\d+(\.\d+)?e-\d+s")


class Lines(logging.Handler):
    def emit(self, record):
        print(record.name, record.levelname, TIMES.sub("#s", record.getMessage()))


logger = logging.getLogger("sqlalchemy.engine.Engine")
handler = Lines()
logger.addHandler(handler)

metadata = MetaData()
boxes = Table("boxes", metadata, Column("id", Integer, primary_key=True), Column("what", String(5)))
for echo in (True, "debug"):
    engine = create_engine("sqlite://", echo=echo)
    metadata.create_all(engine)
    with engine.connect() as connection:
        connection.execute(boxes.insert(), [{"what": letter * 50} for letter in "abcdefghijklm"])
        connection.execute(boxes.insert(), {"what": "x" * 1000})
        connection.execute(select(boxes).where(boxes.c.id == 1)).all()
        connection.execute(select(boxes).where(boxes.c.id == 2)).all()
        connection.execute(text("select '100%' as part, :x as x"), {"x": None}).first()
        connection.execute("select 1 where 1 in (?, ?)", (1, 2)).fetchall()
        with connection.begin():
            with connection.begin_nested():
                connection.execute(boxes.delete())
    try:
        engine.execute(boxes.insert(), [{"id": 1}] * 12)
    except Exception as error:
        print(error)
    engine.echo = False
    engine.execute(select(boxes)).first()
    engine.echo = True
    engine.execute(select(boxes)).first()
    print(engine.echo)
engine = create_engine("sqlite://", echo=True, hide_parameters=True)
engine.execute(text("select :secret"), secret=5)
engine = create_engine("sqlite://", echo=True, future=True)
with engine.begin() as connection:
    connection.execute(select(1))


class Box:
    pass


registry().map_imperatively(Box, boxes)
engine = create_engine("sqlite://", echo=True)
metadata.create_all(engine)
with Session(engine) as session:
    session.add_all([Box(), Box()])
    session.commit()
    for box in session.query(Box):
        box.what = "new"
    session.commit()
    print(session.get(Box, 1).what, session.get(Box, 2).what)
    for _ in range(2):
        print(session.execute(select(Box.what)).all())
compiled = select(boxes).compile(engine)
for _ in range(2):
    engine.execute(compiled).all()


class Upper(TypeDecorator):
    impl = String
    cache_ok = False


class Crate:
    pass


crates = Table("crates", MetaData(), Column("id", Integer, primary_key=True), Column("to", Upper))
registry().map_imperatively(Crate, crates)
crates.create(engine)
with Session(engine) as session:
    for _ in range(2):
        session.query(Crate).filter_by(to="HULL").first()
        session.query(Crate.to).all()
        session.execute(select(Crate).where(Crate.to == "HULL")).all()
        session.query(Crate).all()
logger.removeHandler(handler)
print(logging.getLogger("sqlalchemy").level)
