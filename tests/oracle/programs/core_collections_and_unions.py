"""How collections of columns print, and SELECTs inside of UNIONs inside of UNIONs."""

from sqlalchemy import Column, Integer, MetaData, String, Table, column, create_engine, except_
from sqlalchemy import func, inspect, literal_column, select, table, text, union
from sqlalchemy.orm import Session, declarative_base
from sqlalchemy.orm.util import has_identity

birds = Table("birds", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))
counted = select(birds.c.id, func.count().label("many"), literal_column("5")).subquery()
for shown in (
    birds.c,
    birds.primary_key.columns,
    birds.alias().c,
    counted.c,
    select(birds).selected_columns,
    table("nests", column("id")).c,
    table("nests", column("id")).c.id,
    column("id", Integer),
    literal_column("5"),
    counted.c.many,
):
    print(shown, repr(shown))


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


ids, both = select(birds.c.id), select(birds.c.id, birds.c.name)
told = text("SELECT 1").columns(column("id", Integer))
for statement in (
    except_(union(both, both), both),
    union(union(ids, ids).order_by(birds.c.id), ids).order_by(birds.c.id),
    union(union(ids, ids), both),
    union(both, union(ids, ids)),
    union(both, union(ids, both)),
    union(union(ids, ids), union(both, both)),
    ids.union(told),
    union(ids, union(ids, ids).subquery().select()),
):
    tell(lambda: statement)
    tell(lambda: statement.subquery().select())
engine = create_engine("sqlite://")
birds.create(engine)
tell(lambda: engine.execute(union(union(ids, ids), ids)))
print(engine.execute(ids.union(told)).fetchall())

Base = declarative_base()


class Bird(Base):
    __table__ = birds


bird = Bird(name="wren")
print(has_identity(bird), inspect(Bird).mapped_table)
session = Session(engine)
session.add(bird)
session.flush()
print(has_identity(bird), session.identity_map.keys())

# columns whose keys are other than their names, in the old style of labels
pans = Table(
    "pans",
    MetaData(),
    Column("id", Integer, primary_key=True, key="number"),
    Column("nm", String, key="name"),
)
labelled = select(pans).apply_labels()
both = union(labelled, labelled)
for shown in labelled, both, both.apply_labels(), select(both.subquery()), union(pans.select()):
    print(shown.subquery().c.keys(), shown.selected_columns.keys())
print(pans.join(pans.alias("other"), pans.c.name != "x").c.keys())
