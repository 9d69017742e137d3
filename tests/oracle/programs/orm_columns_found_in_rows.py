"""Expressions without a name beside the column that they are made of: how a row finds each."""

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    String,
    cast,
    create_engine,
    distinct,
    exists,
    func,
    literal_column,
    select,
    text,
    true,
    type_coerce,
)
from sqlalchemy.orm import (
    Session,
    aliased,
    column_property,
    declarative_base,
    defer,
    load_only,
    undefer,
)

Base = declarative_base()


class Gauge(Base):
    __tablename__ = "gauges"
    id = Column(Integer, primary_key=True)
    mark = Column(Integer)
    name = Column(String)
    broken = Column(Boolean)

    def __repr__(self):
        return f"<gauge {self.id} {self.mark}>"


class Scale(Base):
    __tablename__ = "scales"
    id = Column(Integer, primary_key=True)
    twice = column_property(id + id)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Gauge(mark=7, name="a", broken=False), Gauge(mark=2, name="b", broken=True)])
session.commit()
other = aliased(Gauge)
lists = [
    (Gauge.mark, -Gauge.mark),
    (-Gauge.mark, Gauge.mark),
    (-(-Gauge.mark), Gauge.mark),
    (-Gauge.id, -Gauge.mark),
    (other.mark, -other.mark),
    (other.mark, -Gauge.mark),
    (Gauge, -Gauge.id),
    (Gauge.mark, Gauge.mark.desc()),
    (Gauge.broken, ~Gauge.broken),
    (Gauge.mark, cast(Gauge.mark, String)),
    (cast(Gauge.mark, String), Gauge.mark),
    (Gauge.mark, cast(Gauge.mark, String).label("text")),
    (Gauge, cast(Gauge.mark, String)),
    (Gauge.mark, cast(Gauge.id, String)),
    (cast(Gauge.mark, String), cast(Gauge.mark, Integer)),
    (Gauge.mark, type_coerce(Gauge.mark, String)),
    (Gauge.mark, Gauge.mark + 1, func.abs(Gauge.mark)),
    (-func.abs(Gauge.mark),),
    (distinct(func.lower(Gauge.name)),),
    (Gauge.name, -func.abs(Gauge.mark)),
    (-func.abs(Gauge.mark).label("minus"),),
    (-(Gauge.mark * Gauge.id),),
    (distinct(Gauge.mark + 1),),
    (-func.abs(Gauge.mark) + 1,),
    (~(Gauge.broken & (Gauge.mark > 1)),),
    (distinct(select(Gauge.id).limit(1).scalar_subquery()),),
    (~exists().where(Gauge.id == 7),),
    (Gauge.name, ~select(other.id).where(other.id == 7).exists()),
    (Gauge.mark, -(Gauge.mark + 1)),
    (Gauge.mark, -cast(Gauge.mark, Integer)),
]
same = Gauge.id == other.id
for columns in lists:
    for rows in (
        lambda: session.execute(select(*columns).where(same, Gauge.id == 1)).all(),
        lambda: session.query(*columns).filter(same, Gauge.id == 1).all(),
        lambda: session.connection().execute(select(*columns).where(same)).all(),
    ):
        try:
            print(rows())
        except Exception as error:
            print(type(error).__name__, error)

# A statement of one's own, whose key is deferred: a text needs it, and a SELECT gives it unread.
for option in (defer(Gauge.id), load_only(Gauge.name), defer("*"), undefer(Gauge.id)):
    for statement in (text("SELECT * FROM gauges"), select(Gauge), select(Gauge.__table__)):
        session.expunge_all()
        try:
            gauge = session.query(Gauge).from_statement(statement).options(option).first()
            print(sorted(key for key in vars(gauge) if key[0] != "_"), gauge)
        except Exception as error:
            print(type(error).__name__, error)

# Its columns alone have no place for an expression of the class.
session.add(Scale(id=3))
for statement in (select(Scale), select(Scale.__table__), text("SELECT * FROM scales")):
    try:
        print(session.query(Scale).from_statement(statement).one().twice)
    except Exception as error:
        print(type(error).__name__, error)

# A text that is asked for stands at its place in a text, and so does everything beside it.
for asked, statement in (
    ((text("name"),), text("SELECT name FROM gauges")),
    ((text("name"), text("id")), text("SELECT id, name FROM gauges")),
    ((text("nothing"), Gauge.name), text("SELECT name, id FROM gauges")),
    ((Gauge, text("name")), text("SELECT id, mark, name, broken FROM gauges")),
    ((text("id"), text("name")), text("SELECT * FROM gauges")),
    ((Gauge.name, text("name")), text("SELECT * FROM gauges")),
    ((text("name"),), select(Gauge.name)),
    ((text("name"),), text("SELECT name FROM gauges").columns(Gauge.name)),
):
    try:
        print(session.query(*asked).from_statement(statement).first())
    except Exception as error:
        print(type(error).__name__, error)

# The statement alone is compiled as what it sends.
for statement in (select(Scale).where(Scale.id == 3), text("SELECT * FROM scales WHERE id = :id")):
    sent = session.query(Scale).from_statement(statement).statement
    print(sent, sent.compile().params, sent.compile(engine))

# What is asked for is found in a statement of one's own by its origin, or else by its name there.
for statement in (
    text("SELECT id AS gauges_id, mark AS gauges_mark, name AS gauges_name FROM gauges"),
    select(Gauge.id, literal_column("'2'").label("mark"), Gauge.name),
    select(Gauge.id.label("x"), Gauge.name.label("y")),
    select(Gauge.id, Gauge.name).union(select(Gauge.id, Gauge.name)),
    select(Scale, Gauge.name).join(Gauge, true()),
    text("SELECT * FROM gauges, scales").columns(Gauge.id, Gauge.mark, Gauge.name),
):
    for asked in (
        (Gauge.id, Gauge.name),
        (Gauge.mark,),
        (Scale.id, Gauge.name),
        (Gauge.name + "!",),
        (Gauge.name.label("name"),),
        (Gauge.name.label("shown"),),
        (literal_column("*"),),
        (aliased(Gauge).name,),
    ):
        try:
            print(sorted(map(tuple, session.query(*asked).from_statement(statement).all())))
        except Exception as error:
            print(type(error).__name__, error)
