"""What inspect(engine) tells, and tables filled from the database."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy import Integer, MetaData, Numeric, String, Table, UniqueConstraint, create_engine
from sqlalchemy import func, inspect, text
from sqlalchemy.schema import CreateTable


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


engine = create_engine("sqlite://")
ours = MetaData()
Table(
    "owners",
    ours,
    Column("id", Integer, primary_key=True),
    Column("name", String(30), nullable=False, unique=True),
    Column("wealth", Numeric(10, 2), server_default="5"),
)
Table(
    "dogs",
    ours,
    Column("kennel", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("owner_id", ForeignKey("owners.id")),
    Column("second", Integer),
    Column("name", String),
    ForeignKeyConstraint(
        ["second"],
        ["owners.id"],
        name="to_second",
        ondelete="CASCADE",
        onupdate="SET NULL",
    ),
    UniqueConstraint("name", "second", name="one_name"),
    CheckConstraint("number > 0", name="counted"),
    CheckConstraint("length(name) > 1"),
)
Table(
    "walks",
    ours,
    Column("id", Integer, primary_key=True),
    Column("kennel", Integer),
    Column("number", Integer),
    Column("before", ForeignKey("walks.id")),
    ForeignKeyConstraint(["kennel", "number"], ["dogs.kennel", "dogs.number"]),
)
Table("Odd Name", ours, Column("Some Col", Integer, primary_key=True), Column("order", String))
ours.create_all(engine)
# One after the other: SQLAlchemy creates several indexes in the order of a set.
dogs = ours.tables["dogs"].c
Index("by_name", dogs.name).create(engine)
Index("by_both", dogs.second, dogs.name, unique=True).create(engine)
Index("lower_name", func.lower(dogs.name)).create(engine)
connection = engine.connect()
connection.exec_driver_sql(
    "create table odd (id integer primary key autoincrement, a int unique, "
    "b varchar(5) default 'x', c double, d tinyint, e, f foo(3), "
    "owner integer references owners)"
)
connection.exec_driver_sql("create view names as select name from dogs")
connection.exec_driver_sql("create temp table passing (id integer)")

inspector = inspect(engine)
for name in ("get_table_names", "get_view_names", "get_schema_names"):
    show(name, getattr(inspector, name))
show("schema", lambda: inspector.default_schema_name)
for table in ("owners", "dogs", "walks", "Odd Name", "odd", "names", "passing", "nothing"):
    print("==", table)
    show(
        "columns",
        lambda: [
            {**column, "type": repr(column["type"])} for column in inspector.get_columns(table)
        ],
    )
    show("key", lambda: inspector.get_pk_constraint(table))
    show("foreign keys", lambda: inspector.get_foreign_keys(table))
    show(
        "indexes",
        lambda: [
            {**index, "dialect_options": sorted(index["dialect_options"])}
            for index in inspector.get_indexes(table)
        ],
    )
    show("unique", lambda: inspector.get_unique_constraints(table))
    show("check", lambda: inspector.get_check_constraints(table))
    show("has", lambda: inspector.has_table(table))
    show("columns again", lambda: [column["name"] for column in inspector.get_columns(table)])

for table in ("owners", "dogs", "walks", "Odd Name", "odd"):
    found = MetaData()
    show(f"Table {table}", lambda: Table(table, found, autoload_with=engine))
    print(list(found.tables))
    reflected = found.tables[table]
    print(sorted((type(each).__name__, str(each.name)) for each in reflected.constraints))
    print(
        sorted((each.name, [column.name for column in each.columns]) for each in reflected.indexes)
    )
    if table != "odd":
        show("create", lambda: str(CreateTable(reflected).compile(engine)))
found = MetaData()
show("nothing", lambda: Table("nothing", found, autoload_with=engine))
print(list(found.tables))
for options in (
    {},
    {"only": ["owners"]},
    {"only": ["owners", "cats"]},
):
    found = MetaData()
    show(f"reflect {sorted(options)}", lambda: found.reflect(engine, **options))
    print(list(found.tables))
found = MetaData()
show(
    "own column",
    lambda: Table(
        "owners",
        found,
        Column("id", BigInteger, primary_key=True),
        Column("extra", String),
        autoload_with=engine,
    ),
)
found = MetaData()
Table("owners", found, Column("id", Integer, primary_key=True))
show("there already", lambda: Table("owners", found, autoload_with=engine))
show("extended", lambda: Table("owners", found, autoload_with=engine, extend_existing=True))
found = MetaData()
show("no engine", lambda: Table("owners", found, autoload=True))
show("on a connection", lambda: Table("owners", found, autoload_with=connection))
show("select", lambda: connection.execute(found.tables["owners"].select()).all())
show("inspect connection", lambda: inspect(connection).get_table_names())
show("inspect number", lambda: inspect(5))

# A column that is written out takes the reflected one's place, also with a key of its own.
found = MetaData()
named = Column("name", String(9), key="called")
show("keyed", lambda: Table("owners", found, named, autoload_with=engine).select())
show("keys", found.tables["owners"].c.keys)
found = MetaData()
number = Column("id", Integer, key="number", primary_key=True)
wealth = Column("wealth", Integer, key="name")
show("both", lambda: Table("owners", found, number, wealth, autoload_with=engine))
show("primary key", found.tables["owners"].primary_key.columns.keys)
show("late", lambda: found.tables["owners"].append_column(Column("name", String, key="id")))
show("keys", found.tables["owners"].c.keys)
