"""Things that are no values, no columns, no tables, where one of these is expected."""

import enum

from sqlalchemy import Column, ForeignKey, Integer, String, Table, and_, asc, case, create_engine
from sqlalchemy import (
    bindparam,
    desc,
    exists,
    func,
    insert,
    inspect,
    literal,
    not_,
    nullslast,
    select,
    text,
)
from sqlalchemy import cast, column, literal_column, tuple_, type_coerce, union, update
from sqlalchemy.orm import Session, aliased, declarative_base, defaultload, joinedload
from sqlalchemy.orm import lazyload, load_only, relationship, undefer_group, with_parent

Base = declarative_base()
tags_of_kites = Table(
    "tags_of_kites",
    Base.metadata,
    Column("kite_id", ForeignKey("kites.id")),
    Column("tag_id", ForeignKey("tags.id")),
)


class Kite(Base):
    __tablename__ = "kites"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    boss_id = Column(ForeignKey("kites.id"))
    boss = relationship("Kite", remote_side=id, backref="workers")
    tags = relationship("Tag", secondary=tags_of_kites)

    def __repr__(self):
        return "Kite()"


class Tag(Base):
    __tablename__ = "tags"
    id = Column(Integer, primary_key=True)
    text = Column(String)

    def __repr__(self):
        return "Tag()"


class Size(enum.Enum):
    small = 1


def told(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Kite(id=1, name="a"), Tag(id=1)])
session.commit()
kite, tag = session.get(Kite, 1), session.get(Tag, 1)
other, kites = aliased(Kite), Kite.__table__
for thing in (
    kite,
    Kite,
    kites,
    select(Kite.id).subquery(),
    update(Kite),
    engine,
    session.query(Kite.id),
    3,
):
    for use in (
        lambda: Kite.id == thing,
        lambda: Kite.id + thing,
        lambda: Kite.id.in_(thing),
        lambda: Kite.id.in_([thing]),
        lambda: Kite.id.between(thing, 1),
        lambda: Kite.name.like(thing),
        lambda: func.lower(thing),
        lambda: case((Kite.id == 1, thing)),
        lambda: and_(thing),
        lambda: not_(thing),
        lambda: literal(thing),
        lambda: insert(thing),
        lambda: select(thing),
        lambda: select(Kite.id).where(thing),
        lambda: select(Kite.id).order_by(thing),
        lambda: select(Kite.id).prefix_with(thing),
        lambda: select(Kite.id).limit(thing),
        lambda: select(Kite.id).join(thing, Kite.id == 1),
        lambda: session.query(Kite.id).filter(thing),
        lambda: Kite.boss == thing,
        lambda: Kite.boss != thing,
        lambda: Kite.workers.contains(thing),
        lambda: with_parent(thing, Kite.workers),
    ):
        told(use)
for use in (
    lambda: Kite.id == other,
    lambda: Kite.id.in_(other),
    lambda: select(Kite.id).order_by(other),
):
    told(use)
told(lambda: session.query(kite))
told(lambda: session.query(update(Kite)))
told(lambda: select(Kite.id).limit(text("1")))
told(lambda: select(Kite).join(select(Tag), Kite.id == 1))
for use in (
    lambda: session.query(Kite).filter(Kite.workers.contains(tag)),
    lambda: session.query(Kite).filter(Kite.tags.contains(kite)),
    lambda: session.query(Kite).filter(Kite.boss == tag),
    lambda: session.query(Kite).filter(Kite.boss != tag),
    lambda: session.query(Kite).filter(with_parent(tag, Kite.boss)),
    lambda: session.query(Kite).with_parent(tag),
    lambda: session.query(Kite).with_parent(None, "workers"),
    lambda: session.query(func.count(Kite.id)).with_parent(kite),
    lambda: session.query(func.count(Kite.id)).with_parent(kite, Kite.workers),
    lambda: session.query(Kite.id.label("x")).with_parent(kite),
    lambda: session.query(kites).with_parent(kite),
    lambda: session.query().with_parent(kite),
    lambda: session.query(Kite.id).with_parent(kite),
):
    told(lambda: use().all())
for use in (
    lambda: Kite.workers.any(1, 2),
    lambda: Kite.workers.contains(),
    lambda: Kite.workers.contains(1, 2),
    lambda: Kite.boss.has(1, 2),
    lambda: select(Kite).options(a=1),
    lambda: session.query(Kite).where(a=1),
):
    told(use)
for use in (
    lambda: select(Kite, order_by=Kite.id),
    lambda: select(kites, order_by=Kite.id),
    lambda: select([Kite.id], sort=1),
    lambda: select(kites.c),
    lambda: select("*"),
    lambda: select(Kite).options(Kite.id),
    lambda: select(Kite.id).join_from(Tag, Kite.tags),
    lambda: select(Kite.id).join_from(other, Kite.tags),
    lambda: select(Kite).subquery().join(Kite.name),
    lambda: union(select(Kite), select(Kite).subquery()),
    lambda: union(select(Kite), kites),
    lambda: union(select(Kite), Kite),
    lambda: asc(Kite.id, Kite.name),
    lambda: desc(),
    lambda: nullslast(1),
    lambda: select(Kite).from_statement(),
    lambda: select(Kite).from_statement("select 1"),
    lambda: session.query(kites).delete("nothing"),
    lambda: Kite.tags.contains(None),
    lambda: Kite.tags.of_type(),
    lambda: session.execute(text("select :a"), a=1),
    lambda: session.execute(select(Kite), a=1),
    lambda: session.scalar(update(Kite), name="b"),
    lambda: inspect(session.query(Kite)),
    lambda: session.query(Kite).join(Tag.__table__, Kite.workers),
    lambda: session.query(Kite).options(defaultload("nothing"), defaultload(Kite.name)),
    lambda: session.query(other).get(1),
    lambda: session.query(kites).filter_by(unknown=1),
    lambda: session.query(select(Kite).subquery()).filter_by(unknown=1),
    lambda: select(Tag).join(Kite, Kite.id == 1).filter_by(unknown=1),
    lambda: select(Tag).join(other, other.id == 1).filter_by(unknown=1),
    lambda: func.row_number().over(order_by=kites),
    lambda: select(func.row_number().over(order_by=(Kite.id == 1) | (Kite.id == 2))),
    lambda: session.query(Kite).join(Kite.tags, Kite.tags),
    lambda: session.query(Kite).join(Kite.tags).join(Kite.tags),
    lambda: session.query(Kite).correlate(Kite.id),
    lambda: select(Kite).having(Kite.id == 1, Kite.id == 2),
    lambda: joinedload(),
    lambda: undefer_group(),
    lambda: undefer_group("a", "b"),
    lambda: joinedload(Kite.tags).load_only(unknown=1),
    lambda: joinedload(Kite.tags).defer(),
    lambda: lazyload(Kite.tags, unknown=1),
    lambda: load_only(kites.c.name),
    lambda: session.query(text("kites.name")).join(Kite.tags).all(),
    lambda: session.query(Kite, text("1")).options(joinedload(Kite.tags)).limit(1),
    lambda: session.query(Kite, text("1")).options(joinedload(Kite.tags)).limit(1).all(),
    lambda: session.query(Kite).join(Tag.__table__, Tag.id == 1).with_parent(kite),
    lambda: session.query(Tag).join(Tag.__table__, Kite.workers),
    lambda: session.query(Kite).from_statement(text("")).limit(1),
    lambda: select(Kite.id).scalar_subquery().where(Kite.id == 1),
    lambda: select(Kite.id).scalar_subquery().limit(1),
    lambda: select(Kite.id).scalar_subquery().unknown,
    lambda: repr(Kite.tags.contains(tag)),
    lambda: repr(Kite.boss.has()),
    lambda: repr(Kite.workers == None),  # noqa: E711
    lambda: repr(Kite.name.op("+")),
    lambda: [repr(function) for function in (exists, case, tuple_, desc, insert)],
):
    told(use)
joined = select(other).select_from(Kite).outerjoin(other, other.id == 99)
print(session.execute(joined).fetchone(), session.execute(joined).all())
told(lambda: next(session.execute(joined)))
# What a list in a text may be: a set will do only where a type says what is in it.
by_ids = text("SELECT name FROM kites WHERE id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)
for ids in ([1, 2], (1, 2), {1, 2}, iter([1]), {1: 2}, 1, [], set(), None, range(2)):
    told(lambda: session.execute(by_ids, {"ids": ids}).all())
    told(lambda: by_ids.bindparams(bindparam("ids", ids, expanding=True)))
    told(lambda: session.query(Kite.name).filter(Kite.id.in_(bindparam("q"))).params(q=ids).all())
# The name of a type, or a Python type, where a type is meant.
for use in (
    lambda: cast(Kite.id, "Integer") == 5,
    lambda: cast(Kite.id, "Integer") + 5,
    lambda: cast(Kite.id, int).in_([1]),
    lambda: type_coerce(kites.c.id, "Integer") > 4,
    lambda: func.lower(kites.c.name, type_="String") == "x",
    lambda: column("name", "String") != "x",
    lambda: literal_column("name", "String").like("x"),
    lambda: cast(Kite.id, "Integer").label("x"),
    lambda: str(select(cast(Kite.id, "Integer"))),
    lambda: cast(Kite.id, "Integer").desc(),
    lambda: -cast(Kite.id, "Integer"),
    lambda: cast(Kite.id, "Integer").in_([kites.c.id]),
    lambda: cast(Kite.id, "Integer") & (Kite.id == 1),
):
    told(use)
# One of several is no list of them; all of them are.
for some in (Size.small, Size, Size.__members__, list, b"ab"):
    told(lambda: Kite.id.in_(some).compile().params)
