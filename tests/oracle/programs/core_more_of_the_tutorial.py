"""Windows with frames, functions in FROM, values in order, and mistakes with parts of a SELECT."""

from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, column, create_engine
from sqlalchemy import and_, exists, func, or_, over, select, text
from sqlalchemy.orm import Session, declarative_base, joinedload
from sqlalchemy.sql.functions import GenericFunction

engine = create_engine("sqlite://")
metadata = MetaData()
tides = Table(
    "tides",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hour", Integer),
    Column("height", Integer),
    Column("seen", Integer, onupdate=7),
)
metadata.create_all(engine)
connection = engine.connect()
connection.execute(tides.insert(), [{"hour": n, "height": n * n} for n in range(5)])


def tell(call):
    try:
        result = call()
        print(result.fetchall() if hasattr(result, "fetchall") else result)
    except Exception as error:
        print(type(error).__name__, error)


total = func.sum(tides.c.height)
for frame in (
    {"rows": (-2, None)},
    {"rows": (None, 0)},
    {"rows": (-1, 1)},
    {"range_": (1, 3)},
    {"range_": (None, None), "partition_by": tides.c.hour % 2},
    {"rows": ()},
    {"rows": (1, 2), "range_": (1, 2)},
    {"rows": 5},
    {"rows": ("a", 2)},
    {"nope": 1},
):
    window = {"order_by": tides.c.hour, **frame}
    tell(lambda: connection.execute(select([tides.c.hour, total.over(**window)])))
tell(lambda: over(total, rows=(0, 2), order_by="hour"))
tell(lambda: total.filter(tides.c.hour > 1).over(rows=(-1, 0), order_by=tides.c.hour))

series = select([column("value")]).select_from(func.json_each(bindparam("numbers")))
tell(lambda: connection.execute(series, numbers="[3, 5]"))
low = series.alias("low").unique_params(numbers="[1]")
high = series.alias("high").unique_params(numbers="[3]")
between = select([tides]).where(tides.c.hour.between(low.c.value, high.c.value))
tell(lambda: between)
tell(lambda: connection.execute(between))
tell(
    lambda: connection.execute(
        select([tides.c.id, column("value")], tides.c.id == column("value")).select_from(
            func.json_each("[2, 9]")
        )
    )
)
each = func.json_each("[2, 9]")
for joined in (
    select(tides.c.hour).join(each, column("value") == tides.c.hour),
    select(tides.c.hour).outerjoin(each, column("value") == tides.c.hour),
):
    tell(lambda: connection.execute(joined))

update = tides.update().where(tides.c.id == 2)
for call in (
    lambda: update.ordered_values((tides.c.height, 20), (tides.c.hour, tides.c.height + 10)),
    lambda: tides.update(preserve_parameter_order=True).values([("seen", 1), ("hour", 2)]),
    lambda: update.ordered_values(("hour", 1)).ordered_values(("height", 2)),
    lambda: update.values(hour=1).ordered_values(("height", 2)),
    lambda: update.ordered_values(("hour", 1)).values(height=2),
    lambda: tides.update(preserve_parameter_order=True).values({"hour": 1}),
    lambda: str(update.ordered_values(("hours", 1))),
):
    tell(call)
connection.execute(update.ordered_values((tides.c.height, 20), (tides.c.hour, tides.c.height)))
connection.execute(update.ordered_values((tides.c.hour, 3), (tides.c.height, 4)))

Base = declarative_base()


class Buoy(Base):
    __tablename__ = "buoys"
    id = Column(Integer, primary_key=True)
    name = Column(String)


Base.metadata.create_all(engine)
session = Session(engine)
highest = select([func.max(tides.c.height)])
long_text = "tides.height = 1 and tides.hour = 5"
for call in (
    lambda: select([highest]),
    lambda: select(tides.c.id, highest),
    lambda: session.query(Buoy.id, session.query(func.max(Buoy.id))),
    lambda: session.query(Buoy.id).add_columns(highest),
    lambda: select([tides]).limit(highest),
    lambda: select([tides]).order_by([tides.c.id]),
    lambda: select([tides]).group_by([tides.c.id]),
    lambda: select([tides]).group_by(tides),
    lambda: session.query(Buoy).group_by(Buoy),
    lambda: session.query(Buoy).order_by([Buoy.id]),
    lambda: session.query(Buoy).order_by(Buoy),
    lambda: session.query(Buoy).distinct(Buoy),
    lambda: and_(long_text),
    lambda: select([long_text]),
    lambda: select([tides]).where(long_text),
    lambda: select(Buoy).options(5),
    lambda: select(Buoy).options(joinedload),
    lambda: connection.execute(select([tides]).where(tides.c.id == bindparam("x")), [1, 2]),
    lambda: connection.execute(select([tides]).where(tides.c.id == bindparam("x")), "y"),
    lambda: connection.execute(tides.insert(), 5),
    lambda: connection.execute(tides.insert(), None),
    lambda: session.execute(select(Buoy), 1),
    lambda: session.execute(select(Buoy).where(Buoy.id == bindparam("x")), [{"x": 1}]),
    lambda: func.max(tides.c.id).execute(),
    lambda: connection.execute(""),
    lambda: connection.execute(text("SELECT 1"), None),
):
    tell(call)

# As the early tutorials write it: one more column, and the same asked of an alias.
lows = tides.alias("lows")
few = select([tides.c.hour]).where(tides.c.height < 5).column(tides.c.height)
print(few.replace_selectable(tides, lows))
tell(lambda: connection.execute(few.replace_selectable(tides, lows)))
tell(lambda: connection.execute(few.order_by(tides.c.hour.desc())))

# Conditions from a generator, NOT twice, lists written out, several parts of a total
named = select(tides.c.id).where(tides.c.id == bindparam("x", required=True))
both_lists = select(tides.c.id).where(tides.c.hour.in_([1, 2]), tides.c.seen.not_in([]))
out = {"render_postcompile": True}
grouped = select(func.sum(tides.c.height))
for call in (
    lambda: and_(tides.c.id > n for n in (1, 2)),
    lambda: or_(tides.c.hour == n for n in (1, 2)),
    lambda: select(~~exists(1).where(tides.c.id == 1)),
    lambda: select(~~~exists(1)),
    lambda: both_lists.compile(compile_kwargs=out),
    lambda: both_lists.compile(engine, compile_kwargs=out),
    lambda: sorted(both_lists.compile(compile_kwargs=out).params.items()),
    lambda: connection.execute(both_lists.compile(engine, compile_kwargs=out)),
    lambda: named.compile(compile_kwargs=out),
    lambda: tides.delete().where(tides.c.id.in_(bindparam("gone"))).compile(compile_kwargs=out),
    lambda: grouped.group_by(func.cube(tides.c.hour, tides.c.seen)),
    lambda: grouped.group_by(func.rollup(tides.c.hour)),
    lambda: grouped.group_by(func.grouping_sets(tides.c.hour, tides.c.seen)),
    lambda: (func.current_timestamp(6), func.localtime(), func.sysdate(), func.sysdate(1)),
    lambda: connection.execute(select(tides.c.hour).where(tides.c.id < 3).subquery()),
    lambda: connection.execute(select(tides.c.hour).where(tides.c.id < 3).alias("early")),
    lambda: connection.execute(tides.alias()),
    lambda: connection.execute(select(1).cte()),
    lambda: connection.execute(
        tides.update().where(tides.c.hour.in_(bindparam("hours", expanding=True))).values(seen=1),
        [{"hours": [1]}, {"hours": [2, 3]}],
    ),
):
    tell(lambda: [str(each) for each in call()] if isinstance(call(), tuple) else call())


class Beaufort(GenericFunction):
    type = Integer
    package = "wind"
    name = "bft"


class Strength(GenericFunction):
    type = String
    identifier = "force"


class Gale(GenericFunction):
    type = Integer
    identifier = "Force"


print(
    func.wind.bft(1), func.Wind.bft(1), func.bft(1).type, func.wind.Beaufort(1), func.force(1).type
)
