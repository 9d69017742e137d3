"""Expressions without a name under classes, aliases and eager loads: each has its own label."""

from sqlalchemy import Column, ForeignKey, Integer, String, cast, create_engine, func, inspect
from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session, aliased, backref, column_property, contains_eager
from sqlalchemy.orm import configure_mappers, declarative_base, joinedload, lazyload, relationship
from sqlalchemy.orm import deferred, synonym

Base = declarative_base()


class Branch(Base):
    __tablename__ = "branches"
    id = Column(Integer, primary_key=True)
    length = Column(Integer)
    size = synonym("length")
    twice = column_property(length * 2)
    trunk_id = Column(ForeignKey("branches.id"))
    twigs = relationship("Branch", backref=backref("trunk", remote_side=[id], lazy="joined"))
    leaves = relationship("Leaf", lazy="joined", back_populates="branch")


class Leaf(Base):
    __tablename__ = "leaves"
    id = Column(Integer, primary_key=True)
    word = Column(String)
    branch_id = Column(ForeignKey("branches.id"))
    branch = relationship(Branch, back_populates="leaves")


Branch.many = column_property(
    select(func.count(Leaf.id))
    .where(Leaf.branch_id == Branch.id)
    .correlate_except(Leaf)
    .scalar_subquery()
)
configure_mappers()
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
oak = Branch(length=5, leaves=[Leaf(word="a"), Leaf(word="b")], twigs=[Branch(length=3)])
session.add(oak)
session.commit()
other = aliased(Branch)
own = aliased(Branch, session.query(Branch).filter(Branch.length > 1).subquery())

for query in (
    session.query(Branch),
    session.query(other),
    session.query(own),
    session.query(Leaf).options(joinedload(Leaf.branch).joinedload(Branch.trunk)),
    session.query(Branch)
    .join(other, Branch.twigs)
    .options(contains_eager(Branch.twigs, alias=other)),
    session.query(Branch, other).join(other, Branch.twigs).order_by(Branch.twice, other.twice),
    session.query(Branch.twice, other.twice, other.many).join(other, Branch.twigs),
    session.query(own.twice, own.many),
    session.query(Branch).union(session.query(Branch)).order_by(Branch.twice, Branch.many),
    session.query(Branch).options(lazyload("*")).intersect(session.query(Branch)).limit(2),
    session.query(session.query(Branch).options(joinedload(Branch.twigs)).exists()),
):
    print(query)
    for row in query.all():
        print(
            getattr(row, "twice", row)
            if isinstance(row, Branch)
            else len(row)
            if hasattr(row, "_fields")
            else row.word
        )
print(
    session.execute(
        select(Branch.twice, other.twice, other.many, Branch.many).join(other, Branch.twigs)
    ).keys()
)
for statement in (
    select(Branch.id, cast(Branch.id, String), cast(Branch.id, Integer)),
    select(cast(func.length(Leaf.word), String), type_coerce(func.length(Leaf.word), String)),
    select(type_coerce(cast(Leaf.id, String), String), cast(cast(Leaf.id, String), Integer)),
):
    print(statement)
    print(session.connection().execute(statement).keys(), statement.subquery().c.keys())
session.commit()
for step in (
    lambda: oak.length,
    lambda: session.expire(oak),
    lambda: oak.size,
    lambda: session.expire(oak, ["size", "length"]),
    lambda: session.refresh(oak),
):
    print(sorted(inspect(oak).expired_attributes))
    print(step())


class Root(Base):
    __tablename__ = "roots"
    id = Column(Integer, primary_key=True)
    depth = Column(Integer)
    note = deferred(Column(String))


Root.many = column_property(select(func.count(Leaf.id)).scalar_subquery(), deferred=True)
Root.twice = column_property(Root.depth * 2, deferred=True)
Root.thrice = column_property(Root.depth * 3)
Base.metadata.create_all(engine)
query = session.query(Root)
for shown in (
    query.subquery(),
    select(Root).subquery(),
    select(Root),
    select(Root).cte("roots"),
    select(Root.depth).cte(),
    query.union(query).union_all(query).order_by(Root.thrice).limit(2),
    query.union(query.intersect(query)),
):
    print(shown)
print(select(Root).selected_columns.keys(), query.count(), query.union(query).union(query).all())

print([column.key for column in inspect(Branch).columns], inspect(Branch).columns.keys())
print(session.query(Branch, Branch.length).subquery().c.keys())

# An eager load reads an expression from a subquery that has it, and does not work it out again.
for option in (contains_eager(Leaf.branch, alias=own), contains_eager(Leaf.branch.of_type(own))):
    session.expunge_all()
    leaf = session.query(Leaf).join(own, Leaf.branch).options(option).first()
    print(vars(leaf.branch)["twice"], vars(leaf.branch)["many"])
session.expunge_all()
leaf = session.query(Leaf).options(joinedload(Leaf.branch.of_type(own))).first()
print(vars(leaf.branch)["twice"], vars(leaf.branch)["many"])

# Seen through the alias that a query starts from, what counts its class counts the alias.
leaves = aliased(Leaf)
try:
    print(session.query(leaves).join(leaves.branch).options(contains_eager(leaves.branch)))
except Exception as error:
    print(type(error).__name__, error)
print(session.query(other).join(other.twigs).options(contains_eager(other.twigs)))
