"""1.4's connection commits by itself; 2.x's does not."""

from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, select, text


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


metadata = MetaData()
jars = Table("jars", metadata, Column("id", Integer, primary_key=True), Column("what", String))

for future in (False, True):
    print("== future", future)
    engine = create_engine("sqlite://", future=future)
    metadata.create_all(engine)
    connection = engine.connect()
    show("insert", lambda: connection.execute(jars.insert(), {"what": "jam"}).rowcount)
    show("in transaction", lambda: connection.in_transaction())
    show(
        "insert many",
        lambda: connection.execute(jars.insert(), [{"what": "tea"}, {"what": "rice"}]).rowcount,
    )
    show(
        "text",
        lambda: (
            connection.execute(
                text("insert into jars (what) values (:what)"), {"what": "salt"}
            ).rowcount
        ),
    )
    show(
        "odd text",
        lambda: (
            connection.execute(
                text("with q as (select 1) insert into jars (what) values ('oats')")
            ).rowcount
        ),
    )
    show(
        "option",
        lambda: (
            connection.execute(
                text(
                    "with q as (select 1) insert into jars (what) values ('nuts')"
                ).execution_options(autocommit=True)
            ).rowcount
        ),
    )
    show(
        "driver sql",
        lambda: (
            connection.exec_driver_sql(
                "insert into jars (what) values (?)", [("a",), ("b",)]
            ).rowcount
        ),
    )
    show(
        "driver sql, one",
        lambda: connection.exec_driver_sql("insert into jars (what) values (?)", ("c",)).rowcount,
    )
    show("string", lambda: connection.execute("select count(*) from jars").scalar())
    show(
        "string with values",
        lambda: connection.execute("select what from jars where id in (?, ?)", (1, 2)).fetchall(),
    )
    show(
        "string with keyword",
        lambda: connection.execute("select what from jars where id = :id", id=1).fetchall(),
    )
    show(
        "text with keyword",
        lambda: connection.execute(text("select what from jars where id = :id"), id=1).fetchall(),
    )
    show("one bare value", lambda: connection.execute("select what from jars where id=?", 1).all())
    show(
        "several sets",
        lambda: connection.execute("insert into jars (what) values (?)", ("d",), ("e",)).rowcount,
    )
    show("ddl", lambda: connection.execute(text("create table lids (id int)")).rowcount)
    show("drop", lambda: connection.execute(text("drop table lids")).rowcount)
    show("update", lambda: connection.execute(jars.update().values(what="x")).rowcount)
    show("delete", lambda: connection.execute(jars.delete().where(jars.c.id > 2)).rowcount)
    show("rows", lambda: connection.execute(select(jars)).all())
    show("engine.execute", lambda: engine.execute(jars.insert(), what="late").inserted_primary_key)
    show("engine.scalar", lambda: engine.scalar(select(jars.c.what)))
    show("engine", lambda: (engine, engine.name, engine.driver, engine.dialect.name, engine.echo))
    connection.close()
    with engine.connect() as other:
        print(other.execute(select(jars)).all())
