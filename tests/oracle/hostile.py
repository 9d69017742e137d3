"""Names and values that break careless code, in every place where a name or a value is possible.

Each program uses one of them as table, column, key, label, alias, index, constraint and bind
parameter, or as a value wherever one may be given, and prints what came of it.
"""

from __future__ import annotations

# With IN, SQLAlchemy itself fails on a column whose name has white space other than " ".
NAMES = [
    "select",
    "order",
    "Table",
    "id",
    "rowid",
    "anon_1",
    "param_1",
    "a b",
    " ",
    'quo"te',
    "quo'te",
    '"',
    "back`tick",
    "[bracket]",
    "per%cent",
    "%s",
    "%(x)s",
    "co:lon",
    ":name",
    "?",
    "a.b",
    "semi;colon",
    "-- dash",
    "/* star */",
    "(a, b)",
    "back\\slash",
    "1digit",
    "+x",
    "$dollar",
    "\x01",
    "\x02\x03\x04mark",
    "\x030",
    "f\u00fcr",
    "\u65e5\u672c",
    "\U0001f600",
    "__POSTCOMPILE_x",
    "long" * 30,
]

VALUES = [
    "'; DROP TABLE shelves; --",
    'quo"te',
    "per%cent%s%(x)s",
    ":name ?1 $x @y",
    "under_score",
    "slash/\\",
    "new\nline\x01\x02",
    "nul\0",
    "\U0001f600\u65e5",
    "\ud800",
    "",
    b"bytes\0'",
    2**62,
    2**63,
    -0.0,
    1e308,
    float("inf"),
    True,
    None,
]

OPENING = """\
import sqlite3
from sqlalchemy import *
from sqlalchemy.orm import *

def show(call):
    try:
        found = call()
        print(found if isinstance(found, str) else repr(found))
    except Exception as error:
        print(type(error).__name__, error)
"""

NAME_PROGRAM = (
    OPENING
    + """
NAME = {name!r}
Base = declarative_base()
names = Table(
    NAME + " names", Base.metadata,
    Column(NAME, ForeignKey("{{}}.{{}}".format(NAME, NAME)) if "." not in NAME else Integer),
    Column("b", Integer, key=NAME + "key"),
    UniqueConstraint(NAME, NAME + "key", name=NAME + "uq"),
    CheckConstraint(text("1 = 1"), name=NAME + "ck"),
)

class Parent(Base):
    __tablename__ = NAME
    key = Column(NAME, Integer, primary_key=True)
    value = Column(NAME + "value", String, index=True)
    children = relationship("Child", back_populates="parent", order_by="Child.id")

class Child(Base):
    __tablename__ = NAME + " child"
    id = Column(Integer, primary_key=True)
    parent_key = Column(NAME, ForeignKey(Parent.key))
    parent = relationship("Parent", back_populates="children")
    __table_args__ = (Index(NAME + "ix", NAME, "id"),)

engine = create_engine("sqlite://")
show(lambda: Base.metadata.create_all(engine))
session = Session(engine)
show(lambda: session.add_all([
    Parent(value="x", children=[Child(), Child()]), Parent(value="y", children=[Child()])]))
show(lambda: session.commit())

def look(query):
    show(lambda: str(query))
    show(lambda: query.all())

def rows(statement, *parameters):
    show(lambda: str(statement))
    show(lambda: session.execute(statement, *parameters).all())

values = session.query(Parent.key, Parent.value).order_by(Parent.value)
look(values)
look(session.query(Parent.value.label(NAME)).order_by(NAME).group_by(Parent.key))
look(session.query(Parent.value.label(NAME)).order_by(desc(NAME)))
look(values.filter(Parent.value.in_(["x", "z"])).distinct())
look(values.filter(Parent.children.any(Child.id > 1)))
part = session.query(Parent.key.label(NAME), func.count(Child.id).label(NAME + "n")).join(
    Parent.children).group_by(Parent.key).subquery(NAME)
look(session.query(part))
look(session.query(Parent.value, part.c[NAME + "n"]).join(part, part.c[NAME] == Parent.key))
other = aliased(Parent, name=NAME)
look(session.query(other.value, Parent.value).filter(other.key < Parent.key))
# comparison.py cannot handle the ORDER BY of a subquery load if there is a parenthesis in it.
for how in (joinedload, selectinload, lazyload, *([] if "(" in NAME else [subqueryload])):
    session.expire_all()
    show(lambda: [(found.key, found.value, [child.id for child in found.children])
                  for found in session.query(Parent).options(how(Parent.children))
                  .order_by(Parent.key).limit(5)])
show(lambda: session.query(Parent).filter(Parent.value == "x").update({{NAME: 7}}))
show(lambda: session.query(Parent).filter(Parent.key == 1).update({{Parent.value: "w"}}))
show(lambda: session.query(Child).filter(Child.parent_key == 1).delete())
show(lambda: session.commit())

t = Parent.__table__
rows(select(t.c[NAME]))
rows(select(t.c[NAME].label(NAME), (t.c[NAME] + 1).label(NAME + "more")).order_by(NAME))
rows(select(t).where(t.c[NAME] == bindparam(NAME)), {{NAME: 1}})
rows(select(t).where(t.c[NAME + "value"] == bindparam(None, "w")))
rows(select(t.alias(NAME).c[NAME]))
rows(select(select(t).cte(NAME)))
rows(select(table(NAME, column(NAME)).c[NAME]))
rows(select(func.max(t.c[NAME]).over(partition_by=t.c[NAME + "value"]).label(NAME)))
rows(select(t).union(select(t)).subquery(NAME).select())
rows(select(case((t.c[NAME] > 1, t.c[NAME + "value"]), else_=null()).label(NAME)))
rows(select(cast(t.c[NAME], String).label(NAME)))
rows(insert(names), [{{NAME: 1, NAME + "key": 2}}, {{NAME: 2, NAME + "key": 3}}])
rows(insert(names).values({{NAME: 2, NAME + "key": 4}}))
rows(update(names).where(names.c[NAME] == 1).values({{NAME + "key": bindparam("v" + NAME)}}),
     {{"v" + NAME: 9}})
rows(delete(names).where(names.c[NAME + "key"] == 3))
rows(select(names))
show(lambda: [dict(row) for row in session.execute(select(names)).mappings()])
show(lambda: [getattr(row, NAME) for row in session.execute(select(t.c[NAME].label(NAME)))])
show(lambda: session.execute(select(names)).keys())
show(lambda: session.execute(text("SELECT 1 AS x")).keys())
session.commit()

looked = inspect(engine)
show(lambda: looked.get_table_names())
for each in (NAME, NAME + " child", NAME + " names"):
    show(lambda: [(found["name"], str(found["type"])) for found in looked.get_columns(each)])
    show(lambda: looked.get_pk_constraint(each))
    show(lambda: looked.get_foreign_keys(each))
    show(lambda: sorted(map(repr, looked.get_indexes(each))))
    show(lambda: sorted(map(repr, looked.get_unique_constraints(each))))
    show(lambda: repr(Table(each, MetaData(), autoload_with=engine)))
show(lambda: Base.metadata.drop_all(engine))
"""
)

VALUE_PROGRAM = (
    OPENING
    + """
VALUE = {value!r}
Base = declarative_base()

class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    word = Column(String)
    other = Column(String, default=VALUE)

class Thing(Base):
    __tablename__ = "things"
    word = Column({type}, primary_key=True)
    shelf_id = Column(ForeignKey("shelves.id"))
    shelf = relationship(Shelf, backref="things")

engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)

def tried(call):
    show(call)
    session.rollback()

def write():
    session.add(Shelf(word=VALUE, things=[Thing(word=VALUE)]))
    session.commit()

tried(write)
shelf = session.query(Shelf).first() or Shelf()
tried(lambda: (shelf.word, shelf.other, [thing.word for thing in shelf.things]))
words = session.query(Shelf.id)
for condition in (
    lambda: Shelf.word == VALUE,
    lambda: Shelf.word != VALUE,
    lambda: Shelf.word.in_([VALUE, VALUE]),
    lambda: Shelf.word.notin_([VALUE]),
    lambda: Shelf.word.like(VALUE),
    lambda: Shelf.word.contains(VALUE),
    lambda: Shelf.word.contains(VALUE, autoescape=True),
    lambda: Shelf.word.startswith(VALUE, autoescape=True),
    lambda: Shelf.word.ilike(VALUE),
    lambda: Shelf.word.between(VALUE, VALUE),
    lambda: func.lower(Shelf.word) == func.lower(VALUE),
    lambda: (Shelf.word + VALUE) == VALUE,
    lambda: case([(Shelf.word == VALUE, VALUE)], else_="z") == VALUE,
    lambda: literal(VALUE) == Shelf.word,
    lambda: tuple_(Shelf.id, Shelf.word).in_([(1, VALUE)]),
    lambda: text("word = :word").bindparams(word=VALUE),
    lambda: Shelf.things.any(word=VALUE),
    lambda: Shelf.things.any(Thing.word == VALUE),
):
    tried(lambda: words.filter(condition()).all())
tried(lambda: words.filter_by(word=VALUE).all())
tried(lambda: words.filter(text("word = :word")).params(word=VALUE).all())
tried(lambda: words.limit(VALUE).all())
tried(lambda: words.group_by(Shelf.word).having(func.max(Shelf.word) == VALUE).all())
tried(lambda: session.query(literal(VALUE), literal(VALUE).label("x")).all())
tried(lambda: session.query(func.coalesce(None, VALUE)).all())
tried(lambda: session.get(Thing, VALUE) is not None)
tried(lambda: session.query(Thing).get((VALUE,)) is not None)
tried(lambda: session.execute(text("SELECT :x, ':x', 1 AS y"), {{"x": VALUE}}).all())
tried(lambda: session.execute(select(bindparam("x", VALUE))).all())
tried(lambda: session.execute(insert(Shelf.__table__).values(word=VALUE)).rowcount)
tried(lambda: session.execute(insert(Shelf.__table__), [{{"word": VALUE}}] * 2).rowcount)
tried(lambda: session.execute(insert(Shelf.__table__).values([{{"word": VALUE}}] * 2)).rowcount)
tried(lambda: session.execute(update(Shelf.__table__).values(word=VALUE)).rowcount)
tried(lambda: session.execute(delete(Shelf.__table__).where(Shelf.word == VALUE)).rowcount)
tried(lambda: session.query(Shelf).update({{"word": VALUE}}))
tried(lambda: session.query(Shelf).filter(Shelf.word == VALUE).update({{"other": "x"}}))
tried(lambda: session.query(Shelf).filter(Shelf.word == VALUE).delete())
tried(lambda: engine.execute("SELECT ?", (VALUE,)).fetchall())

def change():
    thing = session.query(Thing).first() or Thing(word="x")
    session.add(thing)
    thing.word = "new"
    session.flush()
    thing.word = VALUE
    session.flush()
    return thing.word

tried(change)
session.expunge_all()  # an object that failed lives as long as its traceback
tried(lambda: (session.merge(Thing(word=VALUE)), session.commit())[0].word)
tried(lambda: (session.delete(session.query(Thing).first()), session.commit()))
"""
)


def name_program(name: str) -> str:
    """Return the program that uses a name in every place."""
    return NAME_PROGRAM.format(name=name)


def value_program(value: object) -> str:
    """Return the program that uses a value in every place."""
    kinds = {bytes: "LargeBinary", float: "Float", bool: "Integer", int: "Integer"}
    text = "float('inf')" if value == float("inf") else repr(value)
    program = VALUE_PROGRAM.replace("{value!r}", text)
    return program.format(type=kinds.get(type(value), "String"))
