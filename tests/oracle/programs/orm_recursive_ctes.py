"""Common table expressions: recursive ones, with aliases and without, and two that share a name."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func, literal, select
from sqlalchemy.orm import Session, aliased, declarative_base, joinedload, relationship

Base = declarative_base()


class Part(Base):
    __tablename__ = "parts"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    inside = Column(String)
    count = Column(Integer)
    checks = relationship("Check")


class Check(Base):
    __tablename__ = "checks"
    id = Column(Integer, primary_key=True)
    part_id = Column(ForeignKey("parts.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all(
    [
        Part(name="bike", inside="wheel", count=2, checks=[Check(), Check()]),
        Part(name="wheel", inside="spoke", count=32),
        Part(name="spoke", inside="nipple", count=1, checks=[Check()]),
    ]
)
session.commit()


def tell(label, call):
    try:
        print(label, call())
    except Exception as error:
        print(label, type(error).__name__, error)


other = aliased(Part, name="other")


def first(name=None):
    chosen = select(Part.inside, Part.name, Part.count).where(Part.name == "bike")
    return chosen.cte(name, recursive=True)


def next_of(found):
    chosen = select(other.inside, other.name, other.count * found.c.count)
    return chosen.where(other.name == found.c.inside)


for name in (None, "included"):
    start = first(name)
    alias = start.alias("known")
    for label, found in (
        ("itself", start.union_all(next_of(start))),
        ("an alias", start.union_all(next_of(alias))),
        ("an alias goes on", alias.union(next_of(alias))),
        ("aliased()", start.union(next_of(aliased(start, name="seen")))),
        ("a nameless alias", start.union_all(next_of(start.alias()))),
    ):
        tell(label, lambda: select(found))
        tell(label, lambda: session.execute(select(found)).all())
        total = session.query(found.c.name, func.sum(found.c.count)).group_by(found.c.name)
        tell("total", lambda: total.order_by(found.c.name).all())
        tell("joined", lambda: session.query(Part.id).join(found, found.c.name == Part.name).all())
        tell("an alias of all", lambda: select(found.alias("all_of_it")))

numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 4))
tell("numbers", lambda: session.execute(select(numbers)).scalars().all())


def many():
    return select(Part.id, Part.count).where(Part.count > 1).cte("many")


one = many()
tell("made twice", lambda: select(many().c.id, many().c.count))
tell("made once", lambda: select(one.c.id, one.alias("again").c.count))
tell(
    "in two conditions",
    lambda: (
        session.query(Part)
        .filter(Part.id.in_(select(many().c.id)))
        .filter(Part.count.in_(select(many().c.count)))
        .all()
    ),
)
with_both = session.query(Part).filter(Part.id.in_(select(one.c.id)))
with_both = with_both.filter(Part.count.in_(select(one.c.count))).options(joinedload(Part.checks))
tell("once in two conditions", lambda: [part.name for part in with_both.limit(3)])
tell("in a union", lambda: with_both.union(with_both).count())
entity = aliased(Part, select(Part).where(Part.count > 1).cte("more"))
tell("an entity of one", lambda: [part.name for part in session.query(entity)])
tell("beside", lambda: select(start, start.union(next_of(start))))

# Alone, as it is printed.
for start in first(), first("included"):
    print(start)
    print(start.union_all(next_of(start)))
    print(repr(str(start.alias())))
