"""What conditions and sums give when they are selected: whose type is known, and whose is not."""

from itertools import product
from operator import add, lt, ne

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    and_,
    case,
    cast,
    create_engine,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
)

metadata = MetaData()
jars = Table(
    "jars",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("label", String),
    Column("weight", Float),
    Column("price", Numeric(10, 2)),
    Column("full", Boolean),
)
connection = create_engine("sqlite://").connect()
metadata.create_all(connection)
connection.execute(jars.insert().values(id=1, label="plum", weight=0.5, price=3, full=True))
c = jars.c

for condition in (
    c.id == 1,
    c.id.between(0, 2),
    ~c.id.between(0, 2),
    c.label.like("p%"),
    ~c.label.like("p%"),
    c.id.in_([1]),
    c.id.is_(None),
    or_(c.id == 1, c.id == 2),
    ~or_(c.id == 1, c.id == 2),
    not_(and_(c.id == 1, c.full)),
    ~~or_(c.id == 1, c.full),
    ~c.full,
    c.full == True,
    c.label.contains("l"),
    c.id.op("=")(1),
    c.id.bool_op("=")(1),
    c.id.is_distinct_from(2),
    case((c.full, True), else_=False),
):
    value = connection.execute(select(condition)).scalar()
    print(condition, condition.type, type(value).__name__, value)

OPERANDS = [
    c.id,
    c.label,
    c.label + "x",
    cast(c.id, String),
    type_coerce(c.label, String),
    func.lower(c.label),
    literal("x"),
    c.weight,
    c.price,
    c.id.between(1, 2),
    select(c.label).scalar_subquery(),
]
for operator, left, right in product((ne, lt, add), OPERANDS, OPERANDS):
    expression = operator(left, right)
    print(expression, expression.type)
