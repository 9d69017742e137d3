"""A text whose columns share a name: the last of them is read, or the name is refused."""

from sqlalchemy import *
from sqlalchemy.orm import *

Base = declarative_base()


class Ferry(Base):
    __tablename__ = "ferries"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    built = deferred(Column(Integer))

    def __repr__(self):
        return f"<ferry {sorted((k, v) for k, v in vars(self).items() if k[0] != '_')}>"


class Pier(Base):
    __tablename__ = "piers"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    ferry_id = Column(ForeignKey("ferries.id"))

    def __repr__(self):
        return f"<pier {sorted((k, v) for k, v in vars(self).items() if k[0] != '_')}>"


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Ferry(id=1, name="Fram"), Ferry(id=2, name="Gry"), Pier(id=2, ferry_id=1)])
session.add(Pier(id=1, name="North", ferry_id=2))
session.commit()


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
    session.expunge_all()


entities = [Ferry], [Pier], [Ferry, Pier], [Ferry.name], [Ferry.id, Ferry.name], [Ferry.id, Pier.id]
for columns in (
    "ferries.id, piers.id, ferries.name",
    "piers.id, ferries.id, ferries.name",
    "ferries.id, ferries.name, piers.name",
    "*",
    "ferries.*, piers.id",
    "ferries.id, ferries.name, built, piers.id, ferry_id",
):
    joined = text(f"SELECT {columns} FROM ferries JOIN piers ON ferries.id = ferry_id")
    print(columns)
    for each in entities:
        tell(lambda: session.query(*each).from_statement(joined).all())
        tell(lambda: session.execute(select(*each).from_statement(joined)).all())
    tell(lambda: session.query(Ferry).from_statement(joined).options(undefer(Ferry.built)).all())
    for statement in (joined, joined.columns(Ferry.id, Ferry.name), joined.columns(id=Integer)):
        for sender in (session, engine):
            tell(lambda: sender.execute(statement).first().id)
            tell(lambda: sender.execute(statement).columns(0).all())
            tell(lambda: sender.execute(statement).scalars(1).all())
            tell(lambda: sender.execute(statement).mappings().all())


# A foreign key that is called as the label of the key it points to: rope_id may be either.
class Rope(Base):
    __tablename__ = "rope"
    id = Column(Integer, primary_key=True)
    name = Column(String)


class Knot(Base):
    __tablename__ = "knot"
    id = Column(Integer, primary_key=True)
    kind = Column(String)
    rope_id = Column(ForeignKey("rope.id"))
    rope = relationship(Rope)


Base.metadata.create_all(engine)
session.add_all([Rope(id=1, name="thin"), Rope(id=3, name="long")])
session.add(Knot(id=1, kind="bowline", rope_id=3))
session.commit()
ropes = "rope JOIN knot ON rope_id = rope.id"
for columns, tables, *entities in (
    ("*", ropes, Rope),
    ("*", ropes, Knot),
    ("rope.*, kind, rope_id", ropes, Rope),
    ("rope.*, kind, rope_id", ropes, Rope, Knot.kind, Knot.rope_id),
    ("rope.*, kind, rope_id", ropes, Knot.kind, Knot.rope_id, Rope),
    ("rope_id, name, rope.id", "rope LEFT JOIN knot ON 1 = 1", Rope),
    ("rope.id, name", "rope LEFT JOIN knot ON 1 = 1", Rope),
    ("rope.id, rope_id", "rope LEFT JOIN knot ON 1 = 1", Rope.id, Knot.rope_id),
    ("rope_id, rope.id", "rope LEFT JOIN knot ON 1 = 1", Rope.id, Knot.rope_id),
    ("rope_id, rope.id", "rope LEFT JOIN knot ON 1 = 1", Knot.rope_id, Rope.id),
    ("rope.id AS rope_id, name AS rope_name", "rope", Rope),
    ("rope.id, name, rope.id AS rope_id", "rope", Rope),
):
    joined = text(f"SELECT {columns} FROM {tables}")
    tell(
        lambda: [
            getattr(each, "name", each) for each in session.query(*entities).from_statement(joined)
        ]
    )
tell(
    lambda: (
        session.query(Knot)
        .from_statement(text(f"SELECT * FROM {ropes}"))
        .options(contains_eager(Knot.rope))
        .all()
    )
)

# What columns() told is found in the first of a name by what it was not told for.
other = aliased(Ferry)
for told in (
    (Ferry.id, Ferry.name, Pier.id, Pier.name),
    (Pier.id, Pier.name, Ferry.id, Ferry.name),
):
    names = ", ".join(map(str, (column.expression for column in told)))
    joined = text(f"SELECT {names} FROM ferries JOIN piers ON ferries.id = ferry_id").columns(*told)
    for each in ([other], [Ferry], [Pier], [Ferry.name.label("x"), literal_column("id")]):
        tell(lambda: session.query(*each).from_statement(joined).all())

# What has its rows told by nobody, or tells no rows.
for told in (Ferry, Ferry.id, Ferry.__table__, None, Ferry.__table__.c.id.desc(), func.now()):
    for own in (select(Ferry), select(Ferry.__table__)):
        tell(lambda: type(own.from_statement(told)).__name__)
