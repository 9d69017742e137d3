"""Each question to the database is asked on one connection, and an index is asked for as 1.4 does."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table
from sqlalchemy import create_engine, inspect

for future in (False, True):
    engine = create_engine("sqlite://", future=future)
    metadata = MetaData()
    shelves = Table(
        "shelves",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String, unique=True, index=True),
        Column("width", Integer, CheckConstraint("width > 0")),
    )
    jars = Table(
        "jars",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("shelf_id", ForeignKey("shelves.id", ondelete="CASCADE")),
    )
    index = Index("ix_jars", jars.c.shelf_id)
    metadata.create_all(engine)
    metadata.create_all(engine)
    for change in (index.create, index.drop, index.drop, index.create):
        change(engine, checkfirst=True)
    inspector = inspect(engine)
    for question in (
        "get_columns",
        "get_pk_constraint",
        "get_foreign_keys",
        "get_indexes",
        "get_unique_constraints",
        "get_check_constraints",
        "has_table",
    ):
        for name in ("shelves", "jars", "nothing"):
            print(question, name, getattr(inspector, question)(name))
    print(inspector.get_table_names(), inspector.get_view_names(), inspector.get_schema_names())
    again = MetaData()
    again.reflect(engine)
    print(sorted(again.tables), [column.name for column in again.tables["jars"].columns])
    with engine.connect() as connection:
        print(inspect(connection).get_table_names())
        print([engine.dialect.has_table(connection, name) for name in ("shelves", "nothing")])
    metadata.drop_all(engine)

# each table once, though a key leads to one that comes later
metadata = MetaData()
zones = Table(
    "zones",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, unique=True, index=True),
    CheckConstraint("id > 0", name="counted"),
    CheckConstraint("id < 99", name="in order"),
)
Table("boxes", metadata, Column("id", Integer), Column("zone_id", ForeignKey("zones.id")))
metadata.create_all(engine)
for extend in (False, True):
    again = MetaData()
    for _ in range(2):
        again.reflect(engine, extend_existing=extend)
        for table in again.sorted_tables:
            print(table.name, sorted(index.name for index in table.indexes))
            print(sorted((type(each).__name__, str(each.name)) for each in table.constraints))

# by keyword, and without saying which table
asking = inspect(engine)
print(asking.get_columns(table_name="zones"), asking.get_indexes(table_name="zones", schema=None))
for ask in asking.get_columns, asking.get_foreign_keys, engine.connect().scalars:
    try:
        print(ask())
    except TypeError as error:
        print(str(error).rpartition(".")[2])
