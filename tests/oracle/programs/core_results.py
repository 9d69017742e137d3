"""Reading results: every way, on rows of Core, in both manners."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, create_engine
from sqlalchemy import func, literal, select, text, union


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
    Column("name", String(40)),
    Column("count", Integer),
)
ports = Table(
    "ports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ship_id", ForeignKey("ships.id")),
)

for future in (False, True):
    engine = create_engine("sqlite://", future=future)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            ships.insert(), [{"name": "Vega", "count": 3}, {"name": "Lyra", "count": 4}]
        )
        connection.execute(ports.insert(), {"ship_id": 1})
        statements = {
            "table": select(ships),
            "text": text("select * from ships"),
            "two ids": select(ships, ports).where(ships.c.id == ports.c.ship_id),
            "labels": select(
                ships.c.id.label("key"),
                func.count(ships.c.id),
                func.max(ships.c.name).label("x"),
                ships.c.id + 1,
                literal(5),
            ).group_by(ships.c.id),
            "same names in text": text("select 1 as id, 2 as id, 3 as name"),
            "union": union(select(ships.c.id), select(ports.c.id)),
            "subquery": select(select(ships).subquery()),
        }
        for label, statement in statements.items():
            result = connection.execute(statement)
            print("--", label, type(result).__name__, result.keys())
            row = result.first()
            print(type(row).__name__, row, row._fields)
            for key in ("id", "name", "count", "key", "x", "max_1", "nope", 0, -1, 17):
                show(f"row[{key!r}]", lambda: row[key])
                if isinstance(key, str):  # a number's error depends on SQLAlchemy's C extensions
                    show(f"mapping[{key!r}]", lambda: row._mapping[key])
                show(f"{key!r} in row", lambda: key in row)
                show(f"{key!r} in mapping", lambda: key in row._mapping)
                if isinstance(key, str) and not callable(getattr(row, key, None)):
                    show(f"row.{key}", lambda: getattr(row, key))
            for column in (ships.c.id, ships.c.name, ports.c.id):
                show(f"row[{column}]", lambda: row[column])
                show(f"mapping[{column}]", lambda: row._mapping[column])
                show(f"{column} in mapping", lambda: column in row._mapping)
            show("slice", lambda: row[0:2])
            show("keys", lambda: row.keys())
            show("items", lambda: row.items())
            show("values", lambda: row.values())
            show("has_key", lambda: row.has_key("id"))
            show("_asdict", lambda: row._asdict())
            show("_mapping", lambda: row._mapping)
            show("views", lambda: (row._mapping.keys(), row._mapping.values()))
            show("items of mapping", lambda: row._mapping.items())
            show(
                "equal",
                lambda: (row == tuple(row), row == list(row), hash(row) == hash(tuple(row))),
            )
            show("less", lambda: row < (9,))
            show("in words", lambda: "%s" % row)  # noqa: UP031
            show("sum", lambda: row + (1,))
            show("set", lambda: setattr(row, "id", 1))
            show("get", lambda: row._mapping.get("nope", "no"))

        def run(statement=text("select * from ships")):
            return connection.execute(statement)

        result = run()
        show("one of two", lambda: result.one())
        show("then", lambda: result.all())
        result = run()
        show("all", lambda: result.all())
        show("again", lambda: result.all())
        show("fetchone", lambda: result.fetchone())
        show("closed", lambda: result.closed)
        show("first", lambda: result.first())
        result = run()
        result.close()
        show("closed", lambda: result.closed)
        show("all", lambda: result.all())
        show("iterate", lambda: list(result))
        show("keys", lambda: result.keys())
        result = run()
        show("fetchone", lambda: [result.fetchone() for _ in range(4)])
        show("one at the end", lambda: result.one())
        show("scalar at the end", lambda: result.scalar())
        nothing = text("select * from ships where id = 17")
        show("one of none", lambda: run(nothing).one())
        show("one_or_none", lambda: run(nothing).one_or_none())
        show("one_or_none of two", lambda: run().one_or_none())
        show("scalar_one", lambda: run(nothing).scalar_one())
        show("scalar_one_or_none", lambda: run(nothing).scalar_one_or_none())
        show("scalar", lambda: run().scalar())
        show("scalars", lambda: run().scalars().all())
        show("scalars by number", lambda: run().scalars(1).all())
        show("scalars by name", lambda: run().scalars("name").all())
        show("scalars by wrong name", lambda: run().scalars("nope").all())
        show("scalars by wrong number", lambda: run().scalars(5).all())
        show("mappings", lambda: run().mappings().all())
        show("a name of a mapping", lambda: run().mappings().first().name)
        show("a wrong name of a mapping", lambda: run().mappings().first().nope)
        show("columns", lambda: run().columns("name", "id").all())
        show("columns by number", lambda: run().columns(1).all())
        show("partitions", lambda: list(run().partitions(1)))
        result = run()
        show("fetchmany", lambda: [result.fetchmany(1), result.fetchmany(), result.fetchmany(5)])
        show("unique", lambda: run(text("select 1 from ships")).unique().all())
        show("unique scalars", lambda: run(text("select 1 from ships")).scalars().unique().all())
        show("contains", lambda: (1, "Vega", 3) in run())
        show("subscript", lambda: run()[0])
        show("length", lambda: len(run()))
        result = run()
        show("next", lambda: (next(result), next(result)))
        show("next at the end", lambda: next(result))
        scalars = run().scalars()
        show("first scalar", lambda: scalars.first())
        show("then", lambda: scalars.all())
        show("partitions without a size", lambda: list(run().partitions()))
        show("unique, in parts", lambda: list(run().unique().partitions(3)))
        show("fetchmany of 0", lambda: run().fetchmany(0))
        for how in ("first", "scalar", "one_or_none", "scalar_one_or_none"):
            result = run(nothing)
            show(how, lambda: getattr(result, how)())
            show("closed", lambda: result.closed)
            result = run()
            show("after all", lambda: (result.all(), getattr(result, how)(), result.closed))
            show("again", lambda: result.fetchone())

# Long values are shown without their middle, of rows only.
with engine.connect() as connection:
    for long in ("x" * 500, b"y" * 301, "z" * 298, list(range(4))):
        row = connection.execute(select(literal(str(long)), literal(5).label("five"))).first()
        print(row, [row], str(row), row._mapping, "%s" % (row,))
        print(connection.execute(select(literal(str(long)))).all())
        print(len(row[0]), connection.execute(select(literal(str(long)))).scalars().all())

    # What unique() is told to compare is called with rows, also where values or mappings are read;
    # columns() of mappings leaves the rows alone.
    counted = select(ships.c.id, ships.c.name, ships.c.count)
    run = lambda: connection.execute(counted)
    show("by a row", lambda: run().unique(lambda row: row[0] % 2).mappings().all())
    show("by a name", lambda: run().mappings().unique(lambda row: row.name[:1]).all())
    show("by a value", lambda: run().scalars("name").unique(str.lower).all())
    show("by the row of a value", lambda: run().scalars("name").unique(lambda row: row[0]).all())
    show("by what is no more", lambda: run().unique(lambda row: row[1]).scalars().all())
    result = run()
    short = result.mappings().columns("name", "id").columns("id")
    show("a mapping, a row", lambda: (short.fetchone(), result.fetchone(), short.all()))
    show("the keys of each", lambda: (short.keys(), result.keys()))
    # A view keeps the columns that the result had when it was taken.
    for view in (
        lambda result: result.mappings(),
        lambda result: result.scalars("name"),
        lambda result: result.columns("count", "name").scalars(1),
        lambda result: result.columns("count", "name").mappings(),
    ):
        result = run()
        viewed = view(result)
        result.columns("name")
        show("a view, a row", lambda: (viewed.first(), result.keys()))
        result = run()
        viewed = view(result)
        result.columns("name")
        show("a row, a view", lambda: (result.fetchone(), viewed.unique().all()))
    for how in ("scalar", "scalar_one", "scalar_one_or_none"):
        one = connection.execute(counted.limit(1)).columns("name")
        show(how, lambda: getattr(one, how)())

    # Of columns that share a name, or are selected twice, a number means the name.
    id_, name = ships.c.id, ships.c.name
    for twice in (select(id_.label("x"), name.label("x")), select(id_, id_, name)):
        run = lambda: connection.execute(twice)
        for number in (0, 1, -1):
            show(f"columns({number})", lambda: run().columns(number).all())
            show(f"scalars({number})", lambda: run().scalars(number).all())
        show("scalar", lambda: run().scalar())
        show("mappings", lambda: run().mappings().columns(0).all())
    # unique() once more, after it was begun: rows begin anew, scalars and mappings go on.
    numbers = text("VALUES (1), (2), (3), (4), (5), (1)")
    for viewed in (lambda rows: rows, lambda rows: rows.scalars(), lambda rows: rows.mappings()):
        odd = lambda row: (row["column1"] if hasattr(row, "items") else row[0]) % 2
        for last in ("all", "first", "one"):
            result = viewed(connection.execute(numbers)).unique(odd)
            show(last, lambda: (next(result), getattr(result.unique(), last)()))
            rows = connection.execute(numbers).unique(odd)
            show(last, lambda: (next(rows), getattr(viewed(rows).unique(), last)()))
            result = viewed(connection.execute(numbers).unique(odd))
            show(last, lambda: (result.fetchmany(2), getattr(result, last)()))
    # one() compares with nothing that was read before.
    result = connection.execute(numbers).unique()
    show("one", lambda: (result.fetchmany(4), result.one()))
