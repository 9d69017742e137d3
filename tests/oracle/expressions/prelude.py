import datetime
import decimal
import operator

from sqlalchemy import *
from sqlalchemy import exc
from sqlalchemy.schema import *
from sqlalchemy.sql import column, literal_column, operators, table
from sqlalchemy.types import NullType

m = MetaData()
users = u = Table(
    "users",
    m,
    Column("id", Integer, primary_key=True),
    Column("name", String(50)),
    Column("age", Integer),
    Column("ok", Boolean),
    Column("bal", Numeric(10, 2)),
    Column("fl", Float),
    Column("d", Date),
    Column("dt", DateTime),
)
addresses = a = Table(
    "addresses",
    m,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id")),
    Column("email", String),
)
orders = o = Table(
    "orders",
    m,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("address_id", ForeignKey(a.c.id), nullable=False),
    Column("number", String(10), unique=True, index=True),
    Column("total", Numeric(8, 2), server_default="0"),
)
nofk = Table("nofk", m, Column("x", Integer))
twofk = Table(
    "twofk",
    m,
    Column("one_id", ForeignKey("users.id")),
    Column("two_id", ForeignKey("users.id")),
)
selfref = Table(
    "selfref",
    m,
    Column("id", Integer, primary_key=True),
    Column("parent_id", ForeignKey("selfref.id")),
)
weird = Table(
    "Order Detail",
    m,
    Column("my col", Integer, key="mc"),
    Column("select", Integer),
    Column("UPPER", Integer),
    Column('a"b', Integer),
    Column("a b", Integer),
    Column("a%b", Integer),
    Column("a:b", Integer),
    Column("1x", Integer),
    Column("é", Integer),
)
keyed = Table("keyed", m, Column("kk", Integer, key="k"), Column("v", Integer))
schemaed = Table("things", m, Column("id", Integer), schema="my schema")
clash1 = Table("a", m, Column("id", Integer), Column("b_c", Integer), Column("a_b", Integer))
clash2 = Table("a_b", m, Column("id", Integer), Column("c", Integer), Column("b", Integer))
j = Table("docs", m, Column("data", JSON))
t = Table(
    "t",
    m,
    Column("id", Integer, primary_key=True),
    Column("a", Integer, default=5),
    Column("b", Integer, default=lambda: 6),
    Column("c", Integer, default=func.foo(), onupdate=func.bar()),
    Column("d", Integer, server_default="7"),
    Column("e", Integer, onupdate=8),
    Column("f", Integer, onupdate=lambda ctx: 3),
    Column("g", String, key="gg"),
)
t2 = Table(
    "t2",
    m,
    Column("id", Integer, primary_key=True),
    Column("x", Integer),
    Column("t_id", ForeignKey("t.id")),
)
n = Table("n", m, Column("k", String, primary_key=True), Column("v", Integer))
n2 = Table(
    "n2", m, Column("k", Integer, primary_key=True, autoincrement=False), Column("v", Integer)
)
n3 = Table(
    "n3",
    m,
    Column("k", Integer, primary_key=True),
    Column("k2", Integer, primary_key=True),
    Column("v", Integer),
)
boxes = MetaData()
Table("boxes", boxes, Column("id", Integer, primary_key=True))
named = Table(
    "named",
    boxes,
    Column("id", Integer, primary_key=True),
    Column("box_id", ForeignKey("boxes.id")),
    Column("code", String(5), unique=True),
    Column("kind", Enum("a", "b", create_constraint=True, name="kinds")),
    Column("size", Integer, CheckConstraint("size > 0", name="positive"), index=True),
    UniqueConstraint("box_id", "code"),
    Index(None, "box_id", "kind"),
    CheckConstraint(column("size") > 5, name="big"),
)
cte1 = select(u.c.id).where(u.c.id > 3).cte("c1")
rcte = select(literal(1).label("n")).cte("r", recursive=True)
rcte = rcte.union_all(select(rcte.c.n + 1).where(rcte.c.n < 10))


class MyType(TypeDecorator):
    impl = String
    cache_ok = True


def cyclic_sorted():
    cyclic = MetaData()
    Table("q", cyclic, Column("id", Integer, primary_key=True), Column("x", ForeignKey("r.id")))
    Table("r", cyclic, Column("id", Integer, primary_key=True), Column("x", ForeignKey("q.id")))
    Table("s", cyclic, Column("id", Integer, primary_key=True), Column("x", ForeignKey("q.id")))
    return [found.name for found in cyclic.sorted_tables]
