"""By which names and columns the values of a row are found: stars, keys, columns that come twice."""

import warnings

from sqlalchemy import LABEL_STYLE_NONE, LABEL_STYLE_TABLENAME_PLUS_COL, Column, Date, Integer
from sqlalchemy import MetaData, String, Table, cast, column, create_engine, literal_column, select
from sqlalchemy import func, text, true, tuple_, union
from sqlalchemy.orm import Session, aliased, declarative_base

Base = declarative_base()


class Kite(Base):
    __tablename__ = "kites"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    partner = Column(Integer)
    flown = Column(Date)


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


kites = Kite.__table__
renamed = Table("renamed", MetaData(), Column("a", String, key="b"), Column("c", String, key="q"))
plain = Table("plain", renamed.metadata, Column("a", String), Column("b", String))
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
renamed.metadata.create_all(engine)
connection = engine.connect()
connection.execute(kites.insert(), [{"name": "red", "partner": 2}, {"name": "blue", "partner": 1}])
connection.execute(renamed.insert(), {"b": "a1", "q": "c1"})
connection.execute(plain.insert(), {"a": "a2", "b": "b2"})

print("== a star is as many columns as the database says")
for statement in (
    select("*").select_from(kites),
    select(literal_column("*")).select_from(kites),
    select(literal_column("kites.*"), kites.c.flown),
    select(text("*"), kites.c.name.label("called")),
    select(kites.c.name.label("called"), text("*")),
    select(text("kites.*"), text("7 AS seven"), (kites.c.id + 1).label("next")),
    select(literal_column("id, name")).select_from(kites),
    select(text("id"), kites.c.name, text("name")).select_from(kites),
    select("*").select_from(select(literal_column("5").label("five")).subquery()),
):
    result = connection.execute(statement)
    print(result.keys())
    row = result.first()
    print(row, row._fields)
    for name in ("name", "called", "next", "five", "*"):
        tell(lambda: row._mapping[name])
    for found in (kites.c.name, kites.c.id, kites.c.flown):
        tell(lambda: row._mapping[found])

print("== keys that are no names, and names that are keys of others")
joined = select(renamed, plain).select_from(renamed.join(plain, true()))
for style in (LABEL_STYLE_NONE, LABEL_STYLE_TABLENAME_PLUS_COL, None):
    statement = joined if style is None else joined.set_label_style(style)
    row = connection.execute(statement).first()
    print(row._fields)
    for name in "a b c q a_1 b_1 renamed_a renamed_b renamed_c renamed_q plain_b".split():
        tell(lambda: (name, getattr(row, name)))
    print([row._mapping[each] for each in (*renamed.c, *plain.c)])

print("== one name for several")
one, other, unasked = kites, kites.alias("other"), kites.alias()
both = select(one.c.id, other.c.id).select_from(one.join(other, true()))
row = connection.execute(both.set_label_style(LABEL_STYLE_NONE)).first()
for found in (one.c.id, other.c.id, unasked.c.id, "id"):
    tell(lambda: row._mapping[found])
told = text("SELECT a, b AS a, a || 'x' AS a FROM plain")
first, second = plain.c.a.label("a"), plain.alias().c.a
row = connection.execute(told.columns(first, second, plain.c.b)).first()
for found in (first, second, plain.c.b, plain.c.a, "a"):
    tell(lambda: row._mapping[found])

print("== the keys of columns that come again")
again = (kites.c.id, kites.c.name, other.c.id, kites.c.name, kites.c.id, kites.c.id, other.c.id)
for style in (None, LABEL_STYLE_NONE, LABEL_STYLE_TABLENAME_PLUS_COL):
    statement = select(*again) if style is None else select(*again).set_label_style(style)
    print(statement.selected_columns.keys())
    print(statement.subquery().c.keys())
print(select(Kite.id, Kite.name, Kite.id, Kite.id).column_descriptions[3]["name"])
print(list(Session(engine).execute(select(Kite.id, Kite.id, Kite.name, Kite.id)).keys()))

print("== the column of a subquery that stands for another")
session = Session(engine)
for inner in (
    select(
        Kite.id.label("second"), Kite.id, Kite.id.label("third"), Kite.name.label("x"), Kite.name
    ),
    select(Kite.partner.label("id_of"), Kite.id, (Kite.id + 1).label("z")),
    union(select(Kite.id, Kite.partner), select(Kite.partner, Kite.id)),
    union(select(Kite.partner, Kite.id), select(Kite.id, Kite.partner), select(Kite.id, Kite.id)),
    union(select(Kite.partner.label("p"), Kite.id), select(Kite.id, Kite.id)),
):
    subquery = inner.subquery()
    print([str(subquery.corresponding_column(each)) for each in kites.c])
    seen = aliased(Kite, subquery)
    tell(lambda: select(seen.id, seen.name))
    tell(lambda: session.query(seen.id).order_by(seen.id).all())

print("== tuples are no columns of a result")
for statement in (
    select(tuple_(kites.c.id, kites.c.name)),
    select(column("x"), tuple_(kites.c.id)),
):
    tell(lambda: str(statement))

print("== a label is a name, also where what it names is SQL as it stands")
for inner in (literal_column("1").label("so many"), literal_column("2").label("two")):
    print(select(select(inner).subquery()))
    print(connection.execute(select(select(inner).subquery())).all())
flying = Kite.id == 5
print(bool(flying == flying), bool(flying != flying), bool(flying == (Kite.id == 5)))

print("== by the name alone, where one of the two is no column of a table")
for statement, keys in (
    (select(kites.c.id, kites.c.name), [column("name"), literal_column("name"), None]),
    (text("SELECT id, name FROM kites").columns(id=Integer, name=String), [kites.c.name]),
    (select(cast(kites.c.id, String), cast(kites.c.name, String)), ["kites_id", "id", None]),
    (select(kites.c.id + 1, literal_column("5").label("id")), [column("id"), kites.c.id, None]),
):
    row = connection.execute(statement).first()
    for key in keys:
        tell(lambda: row._mapping[key])

print("== the FROM objects of a SELECT, by both names")
joined = select(kites.c.id, func.count()).select_from(kites.alias("k"))
print([found.name for found in joined.get_final_froms()])
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    print([found.name for found in joined.froms])
print([str(warning.message) for warning in heard])
