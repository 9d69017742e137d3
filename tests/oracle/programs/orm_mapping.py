"""Ways to map: declarative with all its arguments, classical, columns that are expressions."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table
from sqlalchemy import UniqueConstraint, create_engine, func, inspect, select, text
from sqlalchemy.exc import NoSuchColumnError, ProgrammingError
from sqlalchemy.orm import Session, aliased, class_mapper, clear_mappers, column_property
from sqlalchemy.orm import declarative_base, deferred, mapper, registry, relation, relationship
from sqlalchemy.orm import synonym, validates

Base = declarative_base()


class Stamped:
    stamp = Column(String(8), default="new")

    def describe(self):
        return f"{type(self).__name__} {self.stamp}"


class Orchard(Stamped, Base):
    __tablename__ = "orchards"
    __table_args__ = (
        UniqueConstraint("name", "parish", name="one_name"),
        CheckConstraint("hectares > 0"),
        Index("by_parish", "parish"),
        {"sqlite_autoincrement": True},
    )
    id = Column(Integer, primary_key=True, autoincrement=True)
    name = Column("orchard_name", String(30), nullable=False, key="name")
    parish = Column(String(30), index=False)
    hectares = Column(Integer)
    notes = deferred(Column(String))
    full_name = column_property(name + ", " + parish)
    title = synonym("name")

    @validates("hectares")
    def check_size(self, key, value):
        if value is not None and value <= 0:
            raise ValueError(f"{key} is {value}")
        return value


class Tree(Base):
    __table__ = Table(
        "trees",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("sort", String(20)),
        Column("orchard_id", ForeignKey("orchards.id")),
    )
    __mapper_args__ = {"confirm_deleted_rows": True}
    orchard = relation(Orchard, backref="trees", lazy=False)


Orchard.tree_count = column_property(
    select(func.count(Tree.id))
    .where(Tree.orchard_id == Orchard.id)
    .correlate_except(Tree)
    .scalar_subquery()
)

engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
print(repr(Orchard.__table__))
print(repr(Orchard.__mapper__), Tree.__mapper__ is inspect(Tree))
print(Orchard.title, Orchard.full_name, Orchard.stamp)
print(Tree.orchard.property.lazy, Orchard.trees.property.lazy)

south = Orchard(name="South", parish="Holm", hectares=2, notes="wet in spring")
south.trees = [Tree(sort="plum"), Tree(sort="quince")]
session.add(south)
session.commit()
print(south.describe(), south.full_name, south.tree_count, south.title)
session.expire_all()
found = session.query(Orchard).filter_by(title="South").one()
print("notes" in found.__dict__, found.notes, "notes" in found.__dict__)
print(
    session.query(Orchard.tree_count, Orchard.title).filter(Orchard.full_name.like("South%")).all()
)
# A text has no place for the ", " of the full name, which is sent with it all the same.
for rows in (
    text("SELECT * FROM orchards"),
    text("SELECT * FROM orchards WHERE parish = :parish").bindparams(parish="Holm"),
    text("SELECT parish FROM orchards").columns((Orchard.parish + "!").label("parish")),
):
    for query in (session.query(Orchard), session.query(Orchard.full_name)):
        try:
            print(query.from_statement(rows).all())
        except (ProgrammingError, NoSuchColumnError) as error:
            print(error)
for wrong in (lambda: Orchard(hectares=0), lambda: Orchard(colour="red")):
    try:
        wrong()
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)

try:

    class Nameless(Base):
        __tablename__ = "nameless"
        word = Column(String)

except Exception as error:
    print(type(error).__name__, error)

session.close()
metadata = MetaData()
hives = Table(
    "hives",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("label", String(10)),
    Column("parent_id", Integer, ForeignKey("hives.id")),
)
frames = Table(
    "frames",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hive_id", Integer, ForeignKey("hives.id")),
    Column("weight", Integer),
)


class Hive:
    def __init__(self, label):
        self.label = label


class Frame:
    pass


mapper_registry = registry()
mapper_registry.map_imperatively(
    Hive,
    hives,
    properties={
        "frames": relationship(Frame, backref="hive", order_by=frames.c.weight.desc()),
        "swarms": relationship(Hive, remote_side=hives.c.parent_id),
        "heaviest": column_property(
            select(func.max(frames.c.weight))
            .where(frames.c.hive_id == hives.c.id)
            .scalar_subquery()
        ),
        "mark": hives.c.label,
        "ident": hives.c.id,
    },
)
mapper(Frame, frames)
metadata.create_all(engine)
first = Hive("unused")
first.mark = "H1"
for weight in (3, 9, 5):
    frame = Frame()
    frame.weight = weight
    first.frames.append(frame)
session.add(first)
session.commit()
print(first.ident, first.heaviest, [frame.weight for frame in first.frames])
other = aliased(Hive, name="other")
print(session.query(Hive).join(other, Hive.swarms))
print([prop.key for prop in class_mapper(Hive).iterate_properties])
print([str(prop.class_attribute) for prop in class_mapper(Hive).iterate_properties])
print(class_mapper(Hive).attrs.mark.class_attribute == "H1")
print(class_mapper(Frame).primary_key, class_mapper(Frame).columns.keys())
session.close()
clear_mappers()
try:
    session.query(Hive).all()
except Exception as error:
    print(type(error).__name__, error)
