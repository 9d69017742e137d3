"""Wrong calls of Core: a result without rows, a closed connection, a type that is none."""

import datetime

from sqlalchemy import (
    LABEL_STYLE_TABLENAME_PLUS_COL,
    Column,
    Date,
    Enum,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    bindparam,
    cast,
    column,
    create_engine,
    event,
    func,
    literal,
    select,
    text,
    tuple_,
    type_coerce,
)
from sqlalchemy import exc as sa_exc
from sqlalchemy.orm import Session, declarative_base, exc
from sqlalchemy.sql import expression

engine = create_engine("sqlite://")
metadata = MetaData()
Base = declarative_base(metadata=metadata)


class Loud(TypeDecorator):
    impl = String
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return f"{value}!"


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(Loud)
    born = Column(Date)
    kind = Column(Enum("a", "b"))


users = User.__table__
plain = Table("plain", metadata, Column("id", Integer, primary_key=True))
metadata.create_all(engine)
connection = engine.connect()


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error, getattr(error, "params", ""))


def run(statement, *args):
    return connection.execute(statement, *args)


run(users.insert(), {"id": 1, "name": "ed", "born": datetime.date(1990, 1, 2), "kind": "a"})

# A statement without rows.
for ask in (
    lambda result: result.columns(0),
    lambda result: result.columns("id").all(),
    lambda result: result.mappings().columns(0),
):
    attempt(lambda ask=ask: ask(run(plain.insert())))

# A list for IN is written as the column's type does.
attempt(lambda: run(users.select().where(users.c.born.in_(bindparam("v", ["x"])))).all())
attempt(
    lambda: run(
        users.select().where(users.c.born.in_(bindparam("v", [datetime.date(1990, 1, 2)])))
    ).all()
)
attempt(lambda: run(users.select().where(users.c.kind.in_(bindparam("v", ["c"])))).all())
attempt(lambda: run(select(users.c.id).where(users.c.id == bindparam("q"))).all())
attempt(lambda: run(select(users.c.id).where(tuple_(users.c.id, users.c.kind).in_([1]))).all())
attempt(
    lambda: run(select(users.c.id).where(tuple_(users.c.id, users.c.kind).in_([(1, "a", 2)]))).all()
)

# A type decorated by a learner meets True as a value.
attempt(lambda: run(select(users.c.id).where(users.c.name == True)).all())  # noqa: E712
attempt(lambda: run(select(users.c.id).where(users.c.name.is_(None))).all())

# What is no type, and what is no text.
attempt(lambda: run(select(cast(users.c.id, int))).all())
attempt(lambda: run(select(type_coerce(users.c.id, "int"))).all())
attempt(lambda: run(users.select().where(users.c.id == func.now)).all())

# The names of a text's columns are the database's.
names = text("SELECT id, kind FROM users").columns(column("id"), column("other", String))
attempt(lambda: run(names).keys())
attempt(lambda: run(names).first().other)

# A column that is selected again has a name of its own, and is not found by it.
again = select(users, users.c.id)
for ask in (
    lambda row: row.keys(),
    lambda row: row.id__1,
    lambda row: row._mapping["id__1"],
    lambda row: dict(row),
    lambda row: row._mapping[users.c.id],
    lambda row: row._fields,
    lambda row: row[4],
):
    attempt(lambda ask=ask: ask(run(again).first()))
attempt(lambda: run(again).columns("id__1").all())
attempt(lambda: run(again).mappings().all())

# Rows that say nothing.
attempt(lambda: run(plain.insert().values([{}, {}])))
attempt(lambda: run(plain.update().values([{"id": 5}])))

# Through a session, too.
session = Session(engine)
attempt(lambda: session.query(User).filter(User.id == bindparam("q")).all())
attempt(lambda: session.query(User).params(z=3).filter(User.id == bindparam("q")).all())
attempt(lambda: session.execute(select(User).where(User.id == bindparam("q")), {"z": 1}).all())
attempt(lambda: session.query(User).order_by(User.name.desc).all())
attempt(lambda: session.query(User).filter(User.id == func.now).count())
session.close()

# Classes whose instances are made by functions.
for made_elsewhere in (expression.Alias, expression.CTE, expression.Subquery):
    attempt(made_elsewhere)
    attempt(lambda: made_elsewhere(users, name="u"))

# A value that cannot be written out is shown whole up to 300 characters.
for length in (130, 400):
    too_long = column("size", Integer) == "x" * length
    attempt(lambda: too_long.compile(compile_kwargs={"literal_binds": True}))

# Misspelt names.
attempt(lambda: event.listens_fro)
attempt(lambda: exc.NoResult)
attempt(lambda: sa_exc.IntegrityEror)

connection.close()
attempt(lambda: run(select(users.c.id).where(users.c.id == bindparam("r"))))
attempt(lambda: run(users.insert(), [{"id": 5}, {"name": "x"}]))

# A transaction that came to its end inside of another one.
connection = engine.connect()
outer = connection.begin()
inner = connection.begin()
inner.rollback()
attempt(connection.begin)
attempt(lambda: run(users.select()))
outer.rollback()
connection.close()
attempt(lambda: engine.execute((users.c.id == 5).compile()))

# What execute() brings under the column itself, and under names that values() told as well.
connection = engine.connect()
users_named = users.update().values(name="n")
for brought in ({users.c.name: "m"}, {users.c.born: None}, {"name": "m", "id": 1}):
    attempt(lambda: run(users_named, brought).rowcount)
    attempt(lambda: run(users.update().values({users.c.name: "n"}), brought).rowcount)
    attempt(lambda: run(users.insert().values(name="n"), brought).rowcount)

# An id that is told to be None counts as told.
attempt(lambda: run(users.insert(), {"id": None, "name": "o"}).inserted_primary_key)
attempt(lambda: run(users.insert().values(id=None)).inserted_primary_key)

# A unique parameter has no name to give it a value by; unique_params() makes all of them unique.
named = (users.c.id > bindparam("least", 1)) & (users.c.id < bindparam("most", 9, unique=True))
for values in ({"least": 2, "most": 3}, {"most_1": 4}, {}):
    attempt(lambda: named.params(values).compile().params)
    attempt(lambda: named.unique_params(values).compile().params)
    attempt(lambda: str(named.unique_params(**values)))
attempt(lambda: (users.c.id == 5).params(id_1=6).compile().params)
labelled = select(bindparam("least", 1), literal(2)).set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
for statement in (labelled, select(bindparam("least", 1), literal(2))):
    attempt(lambda: statement.subquery().c.keys())
for wrong in (5, None):
    attempt(lambda: named.params(wrong))
attempt(lambda: bindparam("asked", callable_=lambda: 7).params(asked=8).compile().params)
attempt(lambda: users.select().with_labels())

# What a window is divided by.
begins = users.c.name.startswith("n")
attempt(lambda: func.count().over(partition_by=begins))
attempt(
    lambda: func.count().over(
        partition_by=[begins, ~begins], order_by=[users.c.name.contains(begins)]
    )
)

# What was told in order comes first, then what execute() brings.
ordered = users.update().ordered_values(("kind", "b"), ("name", "p"))
attempt(lambda: run(ordered, {"born": None, "name": "q"}).rowcount)
