"""Back references found anew, synonyms with descriptors, validators that see what goes; mistakes."""

import functools

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, MetaData, String, Table
from sqlalchemy import CheckConstraint, create_engine, inspect, select
from sqlalchemy.orm import Session, aliased, backref, clear_mappers, configure_mappers
from sqlalchemy.orm import column_property, declarative_base, declared_attr, joinedload, mapper
from sqlalchemy.orm import registry, relationship, synonym, validates
from sqlalchemy.schema import CreateTable

Base = declarative_base()
engine = create_engine("sqlite://")


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


class Branch(Base):
    __tablename__ = "branches"
    __table_args__ = (
        ForeignKeyConstraint(["tree", "of_number"], ["branches.tree", "branches.number"]),
    )
    tree = Column(Integer, primary_key=True)
    number = Column(Integer, primary_key=True)
    of_number = Column(Integer)
    name = Column(String)
    of_branch = relationship("Branch", backref="twigs", remote_side=[tree, number])


class Knot(Base):
    __tablename__ = "knots"
    id = Column(Integer, primary_key=True)
    inner_id = Column(ForeignKey("knots.id"))
    _tied = Column("tied", String)
    loops = relationship("Loop", backref="knot")
    inner = relationship("Knot", remote_side=id, backref="outer")

    @property
    def tied(self):
        return "tied by " + self._tied

    tied = synonym("_tied", descriptor=tied)
    lost = synonym("nowhere")

    @validates("_tied")
    def check_tied(self, key, value):
        print("tied", value)
        return value

    @validates("loops")
    def check_loops(self, key, value):
        print("loop", value.id)
        return value


class Loop(Base):
    __tablename__ = "loops"
    id = Column(Integer, primary_key=True)
    knot_id = Column(ForeignKey("knots.id"))
    length = Column(Integer)

    @validates("knot")
    def check_knot(self, key, value):
        print("knot", value)
        return value

    def __repr__(self):
        return f"Loop({self.length})"


Knot.__repr__ = lambda knot: "Knot"
Base.metadata.create_all(engine)
session = Session(engine)
branch = Branch(tree=1, number=1, name="low")
branch.twigs = [Branch(number=2, name="high")]
session.add(branch)
session.commit()
print([twig.name for twig in branch.twigs])
print(session.query(Branch).filter(Branch.twigs.any(name="high")).count())
print(session.query(Branch).options(joinedload(Branch.twigs)).count())
print([found.twigs for found in session.query(Branch).options(joinedload(Branch.twigs))][0][0].name)
tell(lambda: session.get(Branch, {"tree": 1}))
tell(lambda: session.get(Branch, {"tree": 1, "no": 2}))

knot = Knot(_tied="Ann")
print(knot.tied)
tell(lambda: setattr(knot, "tied", "Bob"))
del knot._tied
knot.loops.append(Loop(id=1, length=3))
Loop(id=2, knot=knot)
knot.loops = [Loop(id=3, length=5)]
knot.loops += [Loop(id=4)]
knot.loops.pop()
session.add(knot)
session.commit()
print(session.query(Knot).filter(Knot.tied == None).all())
print(session.query(Knot).filter_by(tied="Ann").count())
for call in (
    lambda: Knot.lost == 3,
    lambda: knot.lost,
    lambda: session.expire(knot, ["_tied", "tide"]),
    lambda: session.refresh(knot, ["tide"]),
    lambda: session.refresh(knot, "_tied"),
):
    tell(call)
part = aliased(Loop, session.query(Loop.id).subquery())
session.expunge_all()
print([(loop.length, loop.knot_id) for loop in session.query(part).order_by(part.id)])

metadata = MetaData()
ropes = Table(
    "ropes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("colour", String),
)
ends = Table(
    "ends",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rope_id", Integer, ForeignKey("ropes.id")),
)
metadata.create_all(engine)


class Rope:
    @property
    def colour(self):
        return self._colour

    @colour.setter
    def colour(self, colour):
        self._colour = colour.lower()


class End:
    pass


properties = {"_colour": ropes.c.colour, "colour": synonym("_colour"), "ends": relationship(End)}
mapper(Rope, ropes, properties=properties)
mapper(End, ends, properties={"rope": relationship(Rope, overlaps="ends")})
rope = Rope()
rope.colour = "RED"
session.add(rope)
session.commit()
print(session.query(Rope).filter_by(colour="red").one().colour)
session.close()
clear_mappers()
mapper(Rope, ropes, properties={"ends": relationship(End)})
mapper(End, ends)
configure_mappers()
clear_mappers()
tell(lambda: mapper(Rope, "ropes"))
tell(lambda: mapper(Rope, None))
tell(lambda: mapper(Rope, ropes, properties={"colour": 5}))
clear_mappers()
mapper(Rope, ropes)
print(inspect(Rope).column_attrs.keys())
tell(lambda: ForeignKey(ropes))
tell(lambda: ForeignKey(Rope))
tell(lambda: CheckConstraint(5))

Other = declarative_base()


def same_name():
    class Twice(Other):
        __tablename__ = "twice"
        id = Column(Integer, primary_key=True)
        one = Column("same", Integer)
        other = Column("same", Integer)


tell(same_name)


class Node(Other):
    __tablename__ = "nodes"
    id = Column(Integer, primary_key=True)
    parent_id = Column(ForeignKey("nodes.id"))
    children = relationship("Node", backref="parent")


tell(configure_mappers)
tell(lambda: Node())
print(backref("parent", remote_side=Node.__table__.c.id)[0])


def leaves(arguments):
    Plant = declarative_base()

    class Leaf(Plant):
        __tablename__ = "leaves"
        id = Column(Integer, primary_key=True)
        stem_id = Column(ForeignKey("stems.id"))
        size = Column(Integer)

    class Stem(Plant):
        __tablename__ = "stems"
        id = Column(Integer, primary_key=True)
        leaves = relationship("Leaf", **arguments)

    tell(Stem)
    clear_mappers()


for arguments in (
    {"foreign_keys": ["stem_id"]},
    {"foreign_keys": "Leaf"},
    {"order_by": "Leaf"},
    {"order_by": "size"},
    {"order_by": ["Leaf.size"]},
    {"remote_side": "Leaf"},
    {"foreign_keys": "[Leaf.stem_id]", "order_by": "desc(Leaf.size), Leaf.id"},
):
    leaves(arguments)
some = MetaData()
some.reflect(engine, only=lambda name, metadata: name.startswith("k") and metadata is some)
print(sorted(some.tables))

print("-- attributes of mixins and of other classes")
clear_mappers()
engine = create_engine("sqlite://")
Base = declarative_base(bind=engine)
print(Base.metadata.bind is engine)


class Named:
    @declared_attr
    def name(cls):
        return Column(String)

    @declared_attr
    def __tablename__(cls):
        return cls.__name__.lower() + "s"


tell(lambda: (type(Named.name).__name__, Named.__tablename__))


class Crate(Named, Base):
    id = Column(Integer, primary_key=True)
    apples = relationship("Apple", back_populates="crate", order_by="Apple.other_name")


class Apple(Named, Base):
    id = Column(Integer, primary_key=True)
    crate_id = Column(ForeignKey("crates.id"))
    number = Column(Integer)
    other_name = synonym("name")
    other_number = synonym("number")
    crate = relationship(Crate, back_populates="apples")
    numbered = relationship(
        "Crate", primaryjoin="Crate.id == foreign(Apple.other_number)", viewonly=True
    )


Crate.also = Crate.name
Crate.name = Crate.name
tell(lambda: str(select(Crate).options(joinedload(Crate.apples))))
tell(lambda: str(select(Apple).join(Apple.numbered)))


def copies():
    class Copy(Base):
        __tablename__ = "copies"
        id = Column(Integer, primary_key=True)
        name = Crate.name
        other = Crate.name

    return str(select(Copy))


tell(copies)


def twice():
    class Checked(Base):
        __tablename__ = "checked"
        id = Column(Integer, primary_key=True)

        @validates("id")
        def one(self, key, value):
            return value

        @validates("id")
        def two(self, key, value):
            return value

    return Checked(id=5).id


tell(twice)
clear_mappers()
registry_ = registry()
src = Table("src", MetaData(), Column("id", Integer, primary_key=True), Column("x", Integer))


class OfAlias:
    pass


def of_alias():
    more = {"again": src.c.x, "more": column_property(src.c.x + 1)}
    registry_.map_imperatively(OfAlias, src.alias("al"), properties=more)
    return str(select(OfAlias)), str(OfAlias.again == 5)


tell(of_alias)
for base in (list, dict, Exception):
    kind = type("Kind", (base,), {})
    keyed = Table("kinds", MetaData(), Column("id", Integer, primary_key=True))
    registry_.map_imperatively(kind, keyed)
    tell(lambda: (kind(id=5) if base is dict else kind(), inspect(kind()).transient))


class Partial:
    def begin(self, a, b=3):
        self.id = a + b

    __init__ = functools.partialmethod(begin, b=4)


registry_.map_imperatively(
    Partial, Table("ws", MetaData(), Column("id", Integer, primary_key=True))
)
tell(lambda: Partial(5).id)


class Limited:
    size = Column(Integer, CheckConstraint("size > 5", name="big"))


def limited():
    class Box(Limited, registry_.generate_base()):
        __tablename__ = "boxes"
        id = Column(Integer, primary_key=True)

    return str(CreateTable(Box.__table__))


tell(limited)
clear_mappers()
Base = declarative_base()


class House(Base):
    __tablename__ = "houses"
    id = Column(Integer, primary_key=True)


class Room(Base):
    __tablename__ = "rooms"
    __mapper_args__ = {"exclude_properties": ["house_id"]}
    id = Column(Integer, primary_key=True)
    house_id = Column(ForeignKey("houses.id"))
    house = relationship(House, backref="rooms")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add(Room(house=House()))
    tell(session.flush)
