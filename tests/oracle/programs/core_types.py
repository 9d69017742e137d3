"""Values of every type, to the table and back."""

import datetime
import decimal
import enum
import warnings

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Enum, Float, Integer
from sqlalchemy import LargeBinary, MetaData, Numeric, String, Table, Text, Time
from sqlalchemy import (
    TypeDecorator,
    Unicode,
    UnicodeText,
    cast,
    create_engine,
    func,
    inspect,
    literal,
    select,
)
from sqlalchemy import text
from sqlalchemy.dialects.sqlite import DATE, DATETIME, TIME


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


class Wood(enum.Enum):
    ash = 1
    oak = 2


class Shout(TypeDecorator):
    impl = String
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return None if value is None else value.upper()

    def process_result_value(self, value, dialect):
        return None if value is None else value + "!"


engine = create_engine("sqlite://")
count = 0


def round_trip(kind, value):
    global count
    count += 1
    metadata = MetaData()
    table = Table(f"t{count}", metadata, Column("v", kind))
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), {"v": value})
        stored = connection.exec_driver_sql(f"select v, typeof(v) from t{count}").fetchall()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            back = connection.execute(select(table)).fetchall()
            found = connection.execute(select(table.c.v).where(table.c.v == value)).fetchall()
    shown = [str(column["type"]) for column in inspect(engine).get_columns(f"t{count}")]
    return [tuple(row) for row in stored], back, found, shown


moment = datetime.datetime(2020, 1, 2, 3, 4, 5, 678)
values = {
    DateTime(): [moment, moment.date(), "2020-01-02", None, 5, moment.replace(tzinfo=datetime.UTC)],
    DateTime(timezone=True): [datetime.timedelta(1)],
    Date(): [moment, moment.date(), "2020-01-02", None],
    Time(): [moment.time(), datetime.time(1, 2), "01:02:03", None, moment],
    Numeric(10, 2): [decimal.Decimal("1.25"), 1.5, 3, "4.5", None],
    Numeric(10, 2, decimal_return_scale=4): [1.5],
    Numeric(decimal_return_scale=4): [1.5],
    Float(asdecimal=True, decimal_return_scale=4): [1.5],
    Numeric(asdecimal=False): [decimal.Decimal("1.25"), 1.5, 3, None],
    Float(): [decimal.Decimal("1.25"), 1.5, 3, "4.5", None],
    Float(asdecimal=True): [1.5, None],
    Boolean(): [True, False, None, 1, 0, 2, "x"],
    Enum("a", "b"): ["a", None],
    Enum("a", "b", validate_strings=True): ["z"],
    Enum(Wood): [Wood.oak, "ash", None, "elm"],
    JSON(): [{"a": [1, 2]}, None, "x", 5, [moment]],
    JSON(none_as_null=True): [{"a": 1}, None],
    LargeBinary(): [b"abc", "abc", None, bytearray(b"x")],
    String(5): ["x", "longer than five", 5, None],
    Text(): ["x", None],
    Unicode(): ["\u00e9", None],
    Integer(): [5, "5", "x", None, 2**70],
    Shout(): ["quiet", None],
    DATETIME(): [moment],
    DATE(): [moment.date()],
    TIME(): [moment.time()],
}
for kind, given in values.items():
    for value in given:
        show(f"{kind!r} {value!r}", lambda: round_trip(kind, value))

connection = engine.connect()
for shown in (
    "2020-01-02 03:04:05.5",
    "2020-01-02 03:04:05",
    "2020-01-02",
    "x",
    5,
    "2020-1-2 3:4:5",
):
    show(
        f"datetime {shown!r}",
        lambda: connection.execute(
            text("select :x as v").columns(v=DateTime), {"x": shown}
        ).scalar(),
    )
for shown in ("2020-01-02", "2020-1-2", "20200102", "2020-13-01", 5):
    show(
        f"date {shown!r}",
        lambda: connection.execute(text("select :x as v").columns(v=Date), {"x": shown}).scalar(),
    )
show("now", lambda: type(connection.execute(select(func.now())).scalar()).__name__)
show("today", lambda: type(connection.execute(select(func.current_date())).scalar()).__name__)
show("cast", lambda: connection.execute(select(cast("5", Integer))).scalar())
show("cast to date", lambda: connection.execute(select(cast("2020-01-02", Date))).scalar())
show("literal", lambda: connection.execute(select(literal(moment))).scalar())
show(
    "literals", lambda: connection.execute(select(literal(True), literal(1.5), literal("x"))).all()
)
show(
    "in words",
    lambda: str(select(literal(moment)).compile(engine, compile_kwargs={"literal_binds": True})),
)
two_days = datetime.timedelta(days=2, seconds=5)
show("duration", lambda: connection.execute(select(literal(two_days), func.max(two_days))).all())
show(
    "duration in words",
    lambda: str(select(literal(two_days)).compile(engine, compile_kwargs={"literal_binds": True})),
)
later = literal(moment) + two_days
show("later", lambda: (type(later.type).__name__, later.compile(engine).params))
show("day later", lambda: type((literal(moment.date()) - two_days).type).__name__)

print("-- members by their values")


class Color(enum.Enum):
    red = "r"
    green = "g"


for values in (lambda kind: [member.value for member in kind], None):
    colors = Table("colors", MetaData(), Column("color", Enum(Color, values_callable=values)))
    engine = create_engine("sqlite://")
    colors.create(engine)
    show("kept", lambda: colors.c.color.type.enums)
    with engine.connect() as connection:
        for member in (Color.red, "g", "green"):
            show("in", lambda: connection.execute(colors.insert(), {"color": member}).rowcount)
        show("out", lambda: connection.execute(text("select color from colors")).all())
        show("out", lambda: connection.execute(select(colors)).all())
# Bytes where text is wanted are sent, with a warning.
texts = Table(
    "texts", MetaData(), Column("a", Unicode(9)), Column("b", UnicodeText), Column("c", String)
)
texts.create(engine)
with engine.connect() as connection:
    connection.execute(texts.insert(), {"a": b"a", "b": b"long " * 9, "c": b"c"})
    connection.execute(texts.insert(), [{"a": "a"}, {"a": b"several"}, {"a": None}])
    for column in texts.c:
        print(connection.execute(select(column).where(column == b"a")).all())
    print(connection.execute(select(cast(b"x", Unicode), literal(b"y", UnicodeText))).all())
