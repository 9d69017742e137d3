"""What INSERT, UPDATE and DELETE tell."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, create_engine
from sqlalchemy import func, select, text


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


metadata = MetaData()
ships = Table(
    "ships",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), default="unnamed"),
    Column("built", Integer, onupdate=1999),
    Column("flag", String, server_default="red"),
)
parts = Table(
    "parts",
    metadata,
    Column("ship_id", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("what", String),
)
codes = Table("codes", metadata, Column("code", String, primary_key=True), Column("n", Integer))

for future in (False, True):
    engine = create_engine("sqlite://", future=future)
    metadata.create_all(engine)
    with engine.begin() as connection:

        def told(result):
            show("returns rows", lambda: result.returns_rows)
            show("rowcount", lambda: result.rowcount)
            show("is insert", lambda: result.is_insert)
            show("closed", lambda: result.closed)
            show("keys", lambda: result.keys())
            show("all", lambda: result.all())
            show("first", lambda: result.first())
            show("scalar", lambda: result.scalar())
            show("iterate", lambda: list(result))
            show("inserted key", lambda: result.inserted_primary_key)
            show("inserted keys", lambda: result.inserted_primary_key_rows)

        print("-- insert")
        told(connection.execute(ships.insert(), {"name": "Vega"}))
        print("-- insert values")
        told(connection.execute(ships.insert().values(name="Lyra", id=40)))
        print("-- insert nothing")
        told(connection.execute(ships.insert()))
        print("-- insert many")
        told(connection.execute(ships.insert(), [{"name": "Mira"}, {"name": "Rigel"}]))
        print("-- insert composite")
        told(connection.execute(parts.insert(), {"ship_id": 1, "number": 2, "what": "mast"}))
        print("-- insert text key")
        told(connection.execute(codes.insert().values(code="x")))
        print("-- insert expression")
        told(connection.execute(ships.insert().values(name=func.upper("deneb"))))
        print("-- insert several in one")
        told(connection.execute(ships.insert().values([{"name": "a"}, {"name": "b"}])))
        print("-- insert from select")
        told(connection.execute(codes.insert().from_select(["code"], select(ships.c.name))))
        print("-- update")
        told(connection.execute(ships.update().where(ships.c.id > 2).values(name="new")))
        print("-- update nothing")
        told(connection.execute(ships.update().where(ships.c.id > 200).values(name="new")))
        print("-- update many")
        from sqlalchemy import bindparam

        changed = (
            ships.update().where(ships.c.id == bindparam("key")).values(name=bindparam("word"))
        )
        told(connection.execute(changed, [{"key": 1, "word": "one"}, {"key": 2, "word": "two"}]))
        print("-- delete")
        told(connection.execute(ships.delete().where(ships.c.id == 1)))
        print("-- text")
        told(connection.execute(text("update ships set name = 'x'")))
        print("-- select")
        result = connection.execute(select(ships))
        show("inserted key", lambda: result.inserted_primary_key)
        show("rowcount", lambda: result.rowcount)
        print(connection.execute(select(ships)).all())
        print(connection.execute(select(codes)).all())
