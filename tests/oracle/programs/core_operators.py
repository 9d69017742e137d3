"""Every operator and expression, as text and against rows."""

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Numeric, String, Table, and_, asc
from sqlalchemy import bindparam, case, cast, create_engine, delete, desc, except_, exists, false
from sqlalchemy import (
    column,
    func,
    insert,
    intersect,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy import text, true, tuple_, union, union_all, update

metadata = MetaData()
boats = Table(
    "boats",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(20)),
    Column("berth", Integer),
    Column("length", Numeric(6, 2)),
    Column("built", Date),
    Column("afloat", Boolean),
)
engine = create_engine("sqlite://")
metadata.create_all(engine)
c = boats.c

with engine.begin() as connection:
    connection.execute(
        insert(boats),
        [
            {"name": "Heron", "berth": 3, "afloat": True},
            {"name": "Plover", "berth": None, "afloat": False},
            {"name": "100%", "berth": 7, "afloat": None},
            {"name": "under_way", "berth": 3, "afloat": True},
        ],
    )

CONDITIONS = [
    c.name == "Heron",
    c.name != "Heron",
    c.berth == None,  # noqa: E711
    c.berth != None,  # noqa: E711
    c.berth.is_(None),
    c.berth.isnot(None),
    c.berth.is_not(None),
    c.name.like("%er%"),
    c.name.notlike("%er%"),
    c.name.ilike("H%"),
    c.name.in_(["Heron", "Plover"]),
    c.name.notin_(["Heron"]),
    ~c.name.in_(["Heron"]),
    c.name.in_([]),
    c.name.notin_([]),
    c.berth.in_(select(func.max(c.berth))),
    c.berth.in_(select(func.max(c.berth)).scalar_subquery()),
    c.berth.between(2, 5),
    ~c.berth.between(2, 5),
    c.name.startswith("He"),
    c.name.endswith("er"),
    c.name.contains("%", autoescape=True),
    c.name.contains("r_w"),
    c.name.concat("!") == "Heron!",
    (c.name + "!") == "Heron!",
    c.berth.op("%")(2) == 1,
    c.berth + 1 > 3 * c.id,
    (c.berth + 1) * 2 > 7,
    -c.berth < -3,
    and_(c.berth > 1, c.afloat == True),  # noqa: E712
    or_(c.berth > 5, c.afloat.is_(False)),
    not_(and_(c.berth > 1, c.name != "x")),
    (c.berth > 1) & (c.name < "P") | (c.id == 2),
    ~((c.berth > 1) | (c.id == 2)),
    c.afloat,
    ~c.afloat,
    tuple_(c.berth, c.name).in_([(3, "Heron"), (7, "x")]),
    exists().where(c.berth == 3),
    ~exists(select(c.id).where(c.berth == 99)),
    true(),
    false(),
    and_(true(), c.id > 2),
    or_(false(), c.id > 2),
    text("berth > :least").bindparams(least=3),
    case((c.berth > 5, "far"), else_="near") == "far",
    case({3: "gate"}, value=c.berth) == "gate",
    cast(c.berth, String) == "3",
    func.lower(c.name) == "heron",
    func.length(c.name) > literal(5),
    func.coalesce(c.berth, 0) == 0,
    literal_column("berth") == 7,
]

with engine.connect() as connection:
    for condition in CONDITIONS:
        print(condition)
        print(connection.execute(select(c.id).where(condition).order_by(c.id)).fetchall())
    print(c.name.match("heron"))

ORDERS = [
    c.berth.desc(),
    asc(c.name),
    desc(c.name),
    c.berth.asc().nullsfirst(),
    c.berth.desc().nullslast(),
    func.lower(c.name),
]
a, b = select(c.berth).where(c.id < 3), select(c.berth).where(c.id > 1)
recent = select(c.id, c.name.label("title")).where(c.id > 1).cte("recent")
inner = select(c.berth, func.count(c.id).label("many")).group_by(c.berth).subquery()
QUERIES = [
    select(c.berth).distinct(),
    select(func.count(c.berth.distinct())),
    select(c.name.label("title")).order_by("title"),
    union(a, b),
    union_all(a, b).order_by("berth"),
    except_(b, a),
    intersect(a, b),
    select(recent.c.title).where(recent.c.id < 4),
    select(inner).where(inner.c.many > 1),
    select(c.name, func.row_number().over(partition_by=c.berth, order_by=c.id)),
    select(func.sum(c.berth).over(order_by=[c.name])),
    select(null(), literal("x"), literal_column("1 + 1").label("two")),
    text("SELECT id, name FROM boats WHERE id = :id").columns(c.id, c.name).bindparams(id=3),
    select(c.id).where(c.name == bindparam("name", "Heron")),
    select(c.name.startswith("H"), ~c.name.contains("%", autoescape=True)),
    select(c.name.endswith("n").label("ends"), c.name.endswith("n", escape="/")),
    select(c.berth.between(1, 4), ~c.berth.between(1, 4)),
    select(~exists().where(c.berth == 1), exists().where(c.berth == 1)),
]
with engine.connect() as connection:
    for order in ORDERS:
        print(order)
        print(connection.execute(select(c.id).order_by(order, c.id)).fetchall())
    for query in QUERIES:
        print(query)
        print(connection.execute(query).fetchall())

with engine.begin() as connection:
    for change in (
        update(boats).where(c.id == 1).values(berth=c.berth + 1),
        update(boats).values({c.name: func.upper(c.name)}).where(c.berth.is_(None)),
        delete(boats).where(c.berth == select(func.max(c.berth)).scalar_subquery()),
    ):
        print(change)
        print(connection.execute(change).rowcount)
    print(connection.execute(select(c.name, c.berth).order_by(c.id)).fetchall())

# Half a character, as it is left where text was cut in the wrong place.
print(ascii(str(column("\udbfea") == 5)), ascii(str(text("a = '\udbff' AND b = :b"))))
