"""What learners get wrong in queries and loading, and how it is told."""

from sqlalchemy import Column, ForeignKey, Integer, String, case, create_engine, func, select, text
from sqlalchemy.orm import Load, Session, aliased, contains_eager, declarative_base, defer
from sqlalchemy.orm import joinedload, lazyload, load_only, noload, outerjoin, raiseload
from sqlalchemy.orm import relationship
from sqlalchemy.orm import selectinload, subqueryload, with_parent, make_transient

Base = declarative_base()


class Hive(Base):
    __tablename__ = "hives"
    id = Column(Integer, primary_key=True)
    name = Column(String(20), nullable=False, unique=True)
    bees = relationship("Bee", back_populates="hive")
    guards = relationship("Guard", lazy="dynamic", foreign_keys="Guard.hive_id")


class Bee(Base):
    __tablename__ = "bees"
    id = Column(Integer, primary_key=True)
    age = Column(Integer)
    hive_id = Column(ForeignKey("hives.id"))
    hive = relationship("Hive", back_populates="bees")


class Guard(Base):
    __tablename__ = "guards"
    id = Column(Integer, primary_key=True)
    hive_id = Column(ForeignKey("hives.id"))
    other_hive_id = Column(ForeignKey("hives.id"))
    other = relationship("Hive", foreign_keys=[other_hive_id])


class Stone:
    pass


def show(call):
    try:
        print(repr(call()))
    except Exception as error:
        print(type(error).__module__, type(error).__name__, str(error))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Hive(name="north", bees=[Bee(age=1), Bee(age=2)]), Hive(name="south")])
session.commit()
query = session.query(Hive)
Other = aliased(Hive)

for mistake in (
    # objects of another class
    lambda: query.filter(Hive.bees.contains(query.first())).all(),
    lambda: session.query(Guard).filter(Guard.other == session.query(Bee).first()).all(),
    lambda: query.update({Hive.name: Hive}),
    # functions that want the object, as those of Python's filter() do
    lambda: query.filter(lambda hive: hive.id == 1).all(),
    lambda: query.order_by(lambda hive: hive.id).all(),
    lambda: query.join(Bee, lambda hive, bee: hive.id == bee.hive_id).all(),
    lambda: query.filter(Hive.bees.any(lambda bee: bee.age > 1)).all(),
    # names that are not there
    lambda: Hive.nam,
    lambda: query.filter_by(nam="x"),
    lambda: Hive(nam="x"),
    lambda: session.query(Hive.name).filter_by(nam="x"),
    lambda: session.query(func.count()).filter_by(name="x"),
    lambda: query.join("bee"),
    lambda: query.join(Hive.bees.nothing),
    lambda: query.options(joinedload("bee")).all(),
    lambda: query.options(joinedload(Hive.bee)).all(),
    lambda: query.options(joinedload(Hive.name)).all(),
    lambda: query.options(defer(Hive.bees)).all(),
    lambda: query.options(joinedload(Bee.hive)).all(),
    lambda: query.options(load_only("nam")).all(),
    lambda: query.options(joinedload(Hive.bees).joinedload(Hive.bees)).all(),
    lambda: query.options(joinedload(Hive.bees, Bee.hive)).all(),
    lambda: query.options("bees").all(),
    # collections of options
    lambda: query.options(joinedload(each) for each in (Hive.bees,)).all(),
    lambda: query.options({defer(Hive.name)}).all(),
    lambda: query.options([[defer(Hive.name)], (), {}]).all(),
    lambda: query.options(session).all(),
    lambda: query.options({"name": 1}).all(),
    lambda: query.options(joinedload(Hive)).all(),
    lambda: query.options(joinedload(Hive.guards)).all(),
    lambda: query.options(selectinload(Hive.guards)).all(),
    lambda: query.options(subqueryload(Hive.guards)).all(),
    lambda: query.options(Load(Bee).joinedload(Bee.hive)).all(),
    lambda: query.options(Load(Hive).joinedload(Bee.hive)).all(),
    # things that cannot be asked
    lambda: session.query(Stone),
    lambda: session.query(Stone()),
    lambda: session.query(),
    lambda: session.query().all(),
    lambda: session.query(1),
    lambda: session.query(None),
    lambda: session.get(Stone, 1),
    lambda: session.get(Hive, (1, 2)),
    lambda: session.get(Hive, {"nam": 1}),
    lambda: query.get((1, 2)),
    lambda: query.filter(Hive.id == 1).get(1),
    lambda: query.limit(1).get(1),
    lambda: session.query(Hive.id).get(1),
    lambda: session.query(Hive, Bee).get(1),
    lambda: query.filter(Hive.name == "x" and Hive.id == 1).all(),
    lambda: query.filter(True).all(),
    lambda: query.filter(1).all(),
    lambda: query.filter(Stone()).all(),
    lambda: query.filter(Hive).all(),
    lambda: query.filter(Hive.bees).all(),
    lambda: query.order_by(Stone).all(),
    lambda: query.order_by(Hive.bees).all(),
    lambda: query.group_by(Stone()).all(),
    lambda: query.limit("x").all(),
    lambda: query.limit(None).all() and None,
    lambda: query[-1:] and None,
    lambda: query["x"],
    lambda: query.limit(1).filter(Hive.id == 1),
    lambda: query.limit(1).order_by(Hive.id),
    lambda: query.limit(1).join(Hive.bees),
    lambda: query.offset(1).filter_by(id=1),
    lambda: query.order_by(Hive.id).update({"name": "x"}),
    lambda: query.limit(1).delete(),
    lambda: query.join(Hive.bees).update({"name": "x"}),
    lambda: query.update({"nam": "x"}),
    lambda: query.update({"name": "x"}, synchronize_session="all"),
    lambda: session.query(Hive.name).update({"name": "x"}),
    lambda: session.query(func.count()).delete(),
    # joins
    lambda: session.query(Guard).join(Hive).all(),
    lambda: session.query(Bee).join(Guard).all(),
    lambda: query.join(Stone).all(),
    lambda: query.join(Bee, Hive.name).all(),
    lambda: query.join(Hive.name).all(),
    lambda: query.join(Bee.hive).all() and None,
    lambda: str(query.join(session.query(Bee), Hive.id == Bee.hive_id)),
    lambda: str(query.outerjoin(session.query(Bee), Hive.bees)),
    lambda: query.join(Guard.other).all() and None,
    lambda: query.join(Bee, Guard.other).all(),
    lambda: session.query(func.count()).join(Bee).all(),
    lambda: query.select_from(Stone).all(),
    lambda: query.select_from("hives").all(),
    lambda: query.outerjoin(Hive).all(),
    lambda: aliased(Stone),
    lambda: aliased("hives"),
    # comparisons
    lambda: Hive.bees == [],
    lambda: Hive.bees == Bee(),
    lambda: str(Hive.bees == None),  # noqa: E711
    lambda: str(Bee.hive == Bee()),
    lambda: Bee.hive == 1,
    lambda: Bee.hive == "north",
    lambda: Bee.hive.any(),
    lambda: Hive.bees.has(),
    lambda: Bee.hive.contains(Hive()),
    lambda: Hive.bees.contains(Hive()),
    lambda: Hive.bees.any(nam=1),
    lambda: Hive.bees.any(a=1),
    lambda: Bee.hive.has(name="x", b=1),
    lambda: Bee.hive.in_([Hive()]),
    lambda: Hive.name.in_("x"),
    lambda: Hive.name.in_(5),
    lambda: Bee.hive.like("x"),
    lambda: Bee.hive < 5,
    lambda: Hive.bees.of_type(Stone),
    lambda: with_parent(Stone(), Bee.hive),
    lambda: with_parent(Hive(), Hive.bees),
    lambda: with_parent(Bee(), Hive.bees),
    lambda: with_parent(Hive(), "name"),
    lambda: with_parent(Hive(), Hive.name),
    lambda: query.join(Hive.bees, aliased=False, from_joinpoint=False).count(),
    lambda: query.with_parent(Stone()),
    lambda: query.with_parent(Hive()),
    lambda: bool(Hive.id > 1),
    lambda: not (Hive.id == 1),
    # statements of one's own
    lambda: query.from_statement(text("SELECT name FROM hives")).all(),
    lambda: query.from_statement(text("SELEC")).all(),
    lambda: query.filter(text("nam = 1")).all(),
    lambda: query.filter(text("name = :x")).all(),
    lambda: query.params(1),
    lambda: query.from_statement(Hive),
    lambda: query.yield_per(1).options(joinedload(Hive.bees)).all(),
    lambda: list(query.options(subqueryload(Hive.bees)).yield_per(1)),
    lambda: query.union(session.query(Bee.id)).all(),
    lambda: query.as_scalar(),
    lambda: session.query(Hive.id, Hive.name).scalar_subquery(),
    lambda: session.query(Hive, Bee).scalar(),
    lambda: session.execute(select(Hive)).scalar_one(),
    lambda: session.execute(select(Hive.id).where(Hive.id > 9)).one(),
    lambda: session.execute("SELECT 1").scalars().one(),
    lambda: session.execute(select(Hive).options(joinedload(Hive.bees))).all(),
    lambda: session.scalars(Stone),
    lambda: session.execute(Hive),
    lambda: Session().query(Hive).all(),
    lambda: Session().execute(text("SELECT 1")),
):
    show(mistake)
    session.rollback()

# objects that can no longer load
for option in (lazyload, raiseload, noload, joinedload):
    session.expunge_all()
    hive = query.options(option(Hive.bees)).first()
    session.expunge(hive)
    show(lambda: len(hive.bees))
    make_transient(hive)
    show(lambda: len(hive.bees))
hive = query.options(defer(Hive.name)).first()
session.expunge(hive)
show(lambda: hive.name)
hive = query.first()
session.expire(hive)
session.expunge(hive)
show(lambda: hive.name)
show(lambda: session.refresh(hive))
hive = query.first()
session.execute(text("DELETE FROM hives"))
show(lambda: session.refresh(hive))
session.expire(hive)
show(lambda: hive.name)
show(lambda: hive.bees)
# Of two objects in one add() the second is lost without a word.
show(lambda: session.add(Hive(name="a"), Hive(name="b")))
show(lambda: len(session.new))
show(lambda: session.add(Hive(name="a"), Hive(name="b"), Hive(name="c")))
session.rollback()
# Parentheses that were forgotten, and arguments where there are none.
for result in (
    lambda: session.execute(select(Hive)),
    lambda: session.execute(select(Hive)).scalars(),
    lambda: session.execute(select(Hive.name)).mappings(),
    lambda: session.execute(text("SELECT 1")),
    lambda: session.get(Hive, 1).guards,
):
    for name in (
        "all",
        "fetchall",
        "first",
        "one",
        "keys",
        "unique",
        "fetchmany",
        "append",
        "count",
    ):
        show(lambda: getattr(result(), name))
        show(lambda: getattr(result(), name)(1, 2, 3))
# The class for its instance, a tuple for a statement, a function without a name.
show(lambda: Session.query(Hive))
show(lambda: Session.query(Hive, Bee))
for statement in ((), (select(Hive),), (select(Hive), {"x": 1}), [select(Hive)]):
    show(lambda: engine.connect().execute(statement))
show(lambda: func())
# An object, or what it holds, for the class's attribute in an option; what is empty says nothing.
for option in (joinedload, selectinload, lazyload, raiseload, contains_eager, load_only):
    for mistake in (Hive().bees, [], (), {}, "", None, 5, Bee):
        show(lambda: session.query(Hive).options(option(mistake)).all() != None)  # noqa: E711
for mistake in (Hive().bees, [], None, "", 5, Bee, "bee"):
    show(lambda: session.query(Hive).options(joinedload(Hive.bees).joinedload(mistake)).all() == 1)
    show(lambda: session.query(Hive).options(selectinload(Hive.bees).load_only(mistake)).all() == 1)
    show(lambda: session.query(Hive).options(Load(Hive).selectinload(mistake)).all() == 1)
# Arguments of select() in earlier releases that never were.
show(lambda: select([Hive.id], wherecluse=Hive.id == 1))
# The name of a table or of a relationship for itself, where tables are joined, and where classes are.
hives, bees = Hive.__table__, Bee.__table__
for target in ("bees", None, 5, [], Bee, bees, Hive()):
    show(lambda: str(select(hives.c.id).join(target)))
    show(lambda: str(select(hives.c.id).outerjoin(target, bees.c.hive_id == hives.c.id)))
    show(lambda: str(select(hives.c.id).join_from(hives, target)))
    show(lambda: str(select(func.count()).select_from(hives).join(target)))
    show(lambda: str(session.query(hives).join(target)))
    show(lambda: str(session.query(hives.c.id).outerjoin(target)))
show(lambda: str(select(hives).join_from("hives", "bees")))
show(lambda: str(select(Hive).join("bees")))
show(lambda: str(session.query(Hive).join("bees")))
show(lambda: str(session.query(func.count()).select_from(Hive).join("bees")))
# Classes are also there inside an expression, in WHERE, or among what was joined.
for query in (
    session.query(func.count(Hive.id)),
    session.query(func.count(Hive.id).label("hives")),
    session.query(Hive.id + 1),
    session.query(case((Hive.id == 1, "one"))),
    session.query(func.count()).filter(Hive.id > 0),
    session.query(hives.c.id).join(Bee, Bee.hive_id == hives.c.id),
):
    show(lambda: str(query.join("bees")))
show(lambda: str(select(func.count(Hive.id)).join("bees")))
show(lambda: str(select(hives.c.id).where(Hive.id == 1).join("bees")))
# A select() where a subquery was meant: its columns and the join name one subquery.
counts = select(Bee.hive_id, func.count().label("n")).group_by(Bee.hive_id)
known = text("SELECT hive_id, age FROM bees").columns(hive_id=Integer, age=Integer)
for given in (counts, counts.union(counts), known):
    told = given.c.values()[1]
    same = given.c.hive_id == Hive.id
    show(lambda: session.query(Hive.name, told).outerjoin(given, same).order_by(Hive.id).all())
    show(lambda: session.query(Hive.name).join(given, same).filter(told > 0).all())
    show(lambda: session.query(Hive.name, func.coalesce(told, 0)).join(given, same).all())
    show(lambda: session.query(Hive.name, told).select_from(outerjoin(Hive, given, same)).all())
    show(lambda: session.query(told).select_from(given).all())
    show(lambda: engine.execute(select([told]).select_from(hives.join(given, same))).fetchall())
# A subquery for an alias that has not the key: its name is told; another that is there is taken.
for columns in ([Bee.age], [Bee.hive_id, Bee.age]):
    part = aliased(Bee, select(*columns).subquery())
    show(lambda: session.query(part).all())
    show(lambda: session.query(part).filter(part.age > 1).first())
    show(lambda: session.query(Bee, part).filter(Bee.age == part.age).all())
    show(lambda: session.execute(select(part)).all())
show(lambda: session.query(aliased(Bee, select(func.max(Bee.id)).subquery())).all())
# Tables that nothing joins are told of, also when the order is by what is not there.
show(lambda: session.query(Hive, Guard).order_by("nam").all())
show(lambda: session.query(Hive.id, Guard.id).group_by("nam").all())
