"""contains_eager() of an alias: its expressions, and joined loads below it when LIMIT wraps all."""

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Column, ForeignKey, Integer, create_engine
from sqlalchemy import func, select, text
from sqlalchemy.exc import InvalidRequestError, OperationalError
from sqlalchemy.orm import Session, aliased, column_property, contains_eager, declarative_base
from sqlalchemy.orm import defer, joinedload, lazyload, noload, relationship, selectinload

Base = declarative_base()


class Branch(Base):
    __tablename__ = "branches"
    id = Column(Integer, primary_key=True)
    length = Column(Integer)
    parent_id = Column(ForeignKey("branches.id"))
    parent = relationship("Branch", remote_side=[id], back_populates="forks")
    forks = relationship("Branch", back_populates="parent", order_by="Branch.id")
    leaves = relationship("Leaf", lazy="joined", order_by="Leaf.id", back_populates="branch")
    inches = column_property(length * 39)


class Leaf(Base):
    __tablename__ = "leaves"
    id = Column(Integer, primary_key=True)
    branch_id = Column(ForeignKey("branches.id"))
    branch = relationship("Branch", back_populates="leaves")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
trunk = Branch(length=9, leaves=[Leaf()])
bough = Branch(length=5, parent=trunk, leaves=[Leaf(), Leaf()])
session.add(Branch(length=2, parent=bough))
session.flush()


def told(branch):
    return branch and sorted(set(vars(branch)) & {"inches", "parent", "forks", "leaves"})


other = aliased(Branch)
upwards = session.query(Branch).join(other, Branch.parent).order_by(Branch.id)
downwards = session.query(Branch).join(Branch.forks.of_type(other)).order_by(Branch.id)
for query in (
    upwards.filter(Branch.id == bough.id).options(contains_eager(Branch.parent, alias=other)),
    upwards.options(contains_eager(Branch.parent, alias=other)),
    downwards.options(contains_eager(Branch.forks.of_type(other))),
    downwards.options(contains_eager(Branch.forks, alias=other)).filter(other.length < 5),
):
    print(query.limit(2), query.distinct(), sep="\n")
    # Of objects that are known already an expression is filled, of new ones all.
    for branch in query:
        print(branch.id, told(branch), told(vars(branch).get("parent")))
    session.commit()
    session.expunge_all()
    for branch in query:
        print(told(branch), [(fork.inches, told(fork)) for fork in branch.forks])
    session.expunge_all()

# A statement of one's own without the columns of what it is said to contain: they are not there,
# also where another column has the name of their key.
branches, leaves = Branch.__table__, Leaf.__table__
alias = leaves.alias()
for statement in (
    select(branches),
    select(branches, leaves).join(leaves).order_by(leaves.c.id),
    select(branches, leaves.c.branch_id).join(leaves),
    select(branches, leaves.c.id).join(leaves).order_by(leaves.c.id),
    select(branches, alias).join(alias, alias.c.branch_id == branches.c.id),
    text("SELECT * FROM branches"),
    text(
        "SELECT branches.*, leaves.branch_id FROM branches JOIN leaves ON branch_id = branches.id"
    ).columns(branches.c.id, branches.c.length, branches.c.parent_id, leaves.c.branch_id),
    select(branches.c.id.label("a"), branches.c.length.label("b"), branches.c.parent_id),
    select(branches.alias("x")).set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL),
):
    session.expunge_all()
    for option in (contains_eager(Branch.leaves), noload(Branch.leaves)):
        query = session.query(Branch).options(option, defer(Branch.inches))
        query = query.from_statement(statement)
        for branch in query.all():
            print(told(branch), [vars(leaf).get("id") for leaf in vars(branch).get("leaves", ())])

# Where the query starts at an alias too, what is contained is seen through both.
leaves_counted = select(func.count(Leaf.id)).where(Leaf.branch_id == Branch.id)
Branch.crown = column_property(leaves_counted.scalar_subquery())
leaf, third = aliased(Leaf), aliased(Branch)
for query in (
    session.query(leaf)
    .join(other, leaf.branch)
    .options(contains_eager(leaf.branch.of_type(other))),
    session.query(leaf, Branch).join(leaf.branch).options(contains_eager(leaf.branch)),
    session.query(other)
    .join(third, other.parent)
    .options(contains_eager(other.parent, alias=third)),
    session.query(other).join(other.leaves).options(contains_eager(other.leaves)),
):
    try:
        print(query, len(query.all()), sep="\n")
    except InvalidRequestError as error:  # a count of leaves, correlated with the leaf around it
        print(str(error).split("correlation")[0])

# Another option for the same path keeps the alias that one before it has named.
named = contains_eager(Branch.forks.of_type(other))
for options in (
    (named, selectinload(Branch.forks)),
    (named, joinedload(Branch.forks)),
    (selectinload(Branch.forks.of_type(other)), contains_eager(Branch.forks)),
    (selectinload(Branch.forks), named),
):
    session.expunge_all()
    query = session.query(Branch).join(Branch.forks.of_type(other)).options(*options)
    try:
        print(query, [[fork.id for fork in branch.forks] for branch in query], sep="\n")
    except OperationalError as error:  # joined twice under one name
        print(error.orig)

# What the subquery that is said to be contained has not is selected from the table itself; an
# expression is seen through an alias of the table.
some = session.query(Branch.id, Branch.length).filter(Branch.length > 2).subquery()
more = session.query(Branch.id, Branch.parent_id).subquery()
sawn = branches.alias("sawn")
for joined in (some, more, aliased(Branch, more), sawn):
    columns = getattr(joined, "c", joined)
    query = session.query(Leaf).join(joined, columns.id == Leaf.branch_id).order_by(Leaf.id)
    query = query.options(contains_eager(Leaf.branch, alias=joined).defer("crown"))
    session.expunge_all()
    print(query)
print([(leaf.id, told(leaf.branch), leaf.branch.length) for leaf in query])

# Options below a joined alias reach no further than the next SELECT; below one of its own they do.
session.commit()
for first in (contains_eager, joinedload, selectinload):
    for second in ("selectinload", "subqueryload", "joinedload", "lazyload"):
        session.expunge_all()
        branches = upwards if first is contains_eager else session.query(Branch)
        below = getattr(first(Branch.parent.of_type(other)), second)(other.parent)
        found = branches.options(below.selectinload(Branch.forks)).all()
        parent = found[-1].parent
        print(first.__name__, second, told(parent), told(parent.parent))
        session.expire(parent)
        print(parent.length, told(parent.parent))

# And an alias is a class again when one of its objects is refreshed.
session.expunge_all()
option = lazyload(other.forks).defer(Branch.length)
refreshed = session.query(other).order_by(other.id).options(option).all()[0]
print(["length" in vars(each) for each in refreshed.forks])
session.expire_all()
print(["length" in vars(each) for each in refreshed.forks])
