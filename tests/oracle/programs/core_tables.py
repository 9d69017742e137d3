"""CREATE and DROP, as text, in order, and what is asked before."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, DateTime, Enum, Float, ForeignKey
from sqlalchemy import ForeignKeyConstraint, Index, Integer, LargeBinary, MetaData, Numeric
from sqlalchemy import PrimaryKeyConstraint, Sequence, String, Table, Text, Time, TypeDecorator
from sqlalchemy import UniqueConstraint
from sqlalchemy import (
    BigInteger,
    SmallInteger,
    Unicode,
    UnicodeText,
    JSON,
    create_engine,
    func,
    text,
)
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable


def show(label, call):
    try:
        print(label, "->", call())
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


engine = create_engine("sqlite://")
metadata = MetaData()
Table(
    "everything",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("a", String(10), nullable=False, unique=True),
    Column("b", Numeric(10, 2), default=1),
    Column("c", Boolean, server_default=text("1")),
    Column("d", DateTime, server_default=func.now()),
    Column("e", Enum("x", "yy", name="letters", create_constraint=True)),
    Column("f", String, server_default="it's"),
    Column("g", Integer, index=True),
    Column("h", Date),
    Column("i", Time),
    Column("j", LargeBinary),
    Column("k", Float),
    Column("l", Text),
    Column("m", BigInteger),
    Column("n", SmallInteger),
    Column("o", Unicode(7)),
    Column("p", UnicodeText),
    Column("q", JSON),
    Column("order", Integer),
    Column("Mixed", Integer, CheckConstraint("Mixed > 0")),
    Column("u", Boolean(create_constraint=True, name="is_u")),
    CheckConstraint("g > 5", name="g_is_big"),
    UniqueConstraint("g", "k", name="g_k"),
)
parent = Table(
    "parents",
    metadata,
    Column("x", Integer, primary_key=True),
    Column("y", String, primary_key=True),
)
child = Table(
    "children",
    metadata,
    Column("id", Integer, Sequence("child_ids"), primary_key=True),
    Column("px", Integer),
    Column("py", String),
    Column("e_id", ForeignKey("everything.id", ondelete="CASCADE", onupdate="SET NULL")),
    Column(
        "self_id",
        Integer,
        ForeignKey("children.id", name="own"),
    ),
    ForeignKeyConstraint(["px", "py"], ["parents.x", "parents.y"], name="to_parent"),
)
# One index a table: SQLAlchemy creates several in the order of a set.
Index("by_parent", child.c.px, child.c.py, unique=True)
Index("by_lower", func.lower(parent.c.y))
some = Table("some", metadata, Column("id", Integer, primary_key=True), Column("n", Integer))
Index("by_n", some.c.n)
Table("auto", metadata, Column("id", Integer, primary_key=True), sqlite_autoincrement=True)
Table("text_key", metadata, Column("id", String, primary_key=True))
Table("no_key", metadata, Column("id", Integer))
Table("named", metadata, Column("id", Integer), PrimaryKeyConstraint("id", name="named_key"))
Table("select", metadata, Column("from", Integer, primary_key=True))

for table in metadata.sorted_tables:
    show(table.name, lambda: CreateTable(table).compile(engine))
    show(f"plain {table.name}", lambda: CreateTable(table))
    show(f"drop {table.name}", lambda: DropTable(table).compile(engine))
    for index in sorted(table.indexes, key=lambda index: index.name):
        show(index.name, lambda: CreateIndex(index).compile(engine))
print([table.name for table in metadata.sorted_tables])
metadata.create_all(engine)
metadata.create_all(engine)
metadata.create_all(engine, checkfirst=False, tables=[])
show("again", lambda: metadata.tables["auto"].create(engine))
show("once more", lambda: metadata.tables["auto"].create(engine, checkfirst=True))
metadata.tables["no_key"].drop(engine)
show("gone", lambda: metadata.tables["no_key"].drop(engine))
metadata.tables["no_key"].drop(engine, checkfirst=True)
metadata.drop_all(engine)
metadata.drop_all(engine)

one_and_other = MetaData()
Table(
    "one",
    one_and_other,
    Column("id", Integer, primary_key=True),
    Column("other_id", ForeignKey("other.id", name="one_other", use_alter=True)),
)
Table(
    "other",
    one_and_other,
    Column("id", Integer, primary_key=True),
    Column("one_id", ForeignKey("one.id", name="other_one")),
)
one_and_other.create_all(engine)
show("drop the circle", lambda: one_and_other.drop_all(engine))

wrong = MetaData()
Table(
    "wrong", wrong, Column("id", Integer, primary_key=True), Column("to", ForeignKey("nowhere.id"))
)
show("no such table", lambda: wrong.create_all(engine))
nothing = MetaData()
Table("typeless", nothing, Column("x"))
show("no type", lambda: nothing.create_all(engine))

# constraints find their table by the columns that they were given
parted = MetaData()
low, high, late = Column("low", Integer), Column("high", Integer), Column("late", Integer)
CheckConstraint(low < high)
CheckConstraint(low < late, name="in_time")
UniqueConstraint(low, "high")
gates = Table("gates", parted, low, high)
fences = Table("fences", parted, Column("id", Integer, primary_key=True), Column("low", Integer))
UniqueConstraint(gates.c.low, "high", name="by_name")
UniqueConstraint(gates.c.high, gates.c.low)
CheckConstraint(gates.c.low > fences.c.low)
show("a table with what it was given", lambda: CreateTable(gates))
gates.append_column(late)
show("and a column more", lambda: CreateTable(gates))
show("two tables", lambda: UniqueConstraint(gates.c.low, fences.c.low))
show("no such column", lambda: UniqueConstraint(gates.c.low, "width"))
show("a column of an alias", lambda: ForeignKey(gates.alias("other").c.low))
show("neither", lambda: CreateTable(fences))
show("a table for a column", lambda: Index("all", gates))
show("and in a key", lambda: UniqueConstraint(gates))

# a key may point to a column whose table comes later
for make in (
    lambda name, own, other: Table(name, parted, Column("own", Integer, ForeignKey(other))),
    lambda name, own, other: Table(name, parted, own, ForeignKeyConstraint([own], [other])),
    lambda name, own, other: Table(name, parted, Column("own", ForeignKey(other)), own),
):
    name, other = f"early_{len(parted.tables)}", Column("other", Integer, primary_key=True)
    early = make(name, Column("mine", Integer), other)
    Table(name + "_other", parted, other)
    show(name, lambda: CreateTable(early))

# the columns of a table are not set, nor deleted
show("no attribute", lambda: setattr(gates.c, "width", Column("width", Integer)))
show("nor an item", lambda: gates.c.__setitem__("width", Column("width", Integer)))
show("none deleted", lambda: delattr(gates.c, "low"))
show("in no way", lambda: gates.c.__delitem__("low"))
show("or added", lambda: gates.c.extend([Column("width", Integer)]))
show("they are", lambda: gates.c.keys())


class Letter(TypeDecorator):
    impl = Enum("x", "yy", name="of_letters", create_constraint=True)
    cache_ok = True


class Flag(TypeDecorator):
    impl = Boolean
    cache_ok = True


checked = Table("checked", parted, Column("e", Letter), Column("u", Flag(create_constraint=True)))
show("a CHECK of a type within", lambda: checked.create(engine))


# A key of two columns counts by itself nowhere in SQLite.
key = Column("id", Integer, primary_key=True, autoincrement=True)
two = Table("two_keys", MetaData(), key, Column("kind", String, primary_key=True))
show("in no dialect", lambda: CreateTable(two))
show("in SQLite", lambda: CreateTable(two).compile(engine))
show("created", lambda: two.create(engine))
# users.name.like(), where users.c.name is meant
show("no column's method", lambda: two.name.like("x"))
show("nor its column", lambda: two.name.kind)
show("a string", lambda: (two.name, two.name == "two_keys", two.name.upper(), repr(two.name)))

# None is an answer, too.
print(Column("x", Integer, nullable=None).nullable, repr(Column("x", Integer, nullable=None)))
print(CreateTable(Table("t", MetaData(), Column("x", Integer, nullable=None))))

# The CHECK of a type comes before the column's foreign key, and one of its own after both.
letters = Table(
    "letters",
    MetaData(),
    Column(
        "kind",
        Enum("x", "yy", create_constraint=True),
        ForeignKey("kinds.name"),
        CheckConstraint("kind != ''"),
    ),
)
Table("kinds", letters.metadata, Column("name", String, primary_key=True))
show("in this order", lambda: CreateTable(letters))

# A name without its keyword is taken for something else, which shows late.
unnamed = MetaData()
Table("letters", unnamed, Column("kind", ForeignKey("kinds.name", "kind_of_letter")))
show("name= is missing", lambda: unnamed.create_all(engine))
