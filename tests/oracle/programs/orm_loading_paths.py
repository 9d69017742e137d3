"""Which eager loads follow a lazy one: none leads back to where it came from."""

from itertools import product

from sqlalchemy import Column, ForeignKey, Integer, Table, create_engine, inspect
from sqlalchemy.orm import (
    Session,
    declarative_base,
    immediateload,
    joinedload,
    lazyload,
    relationship,
    selectinload,
)

EAGER = ("select", "joined", "subquery", "selectin")


def orchard(to_trees, to_garden, to_birds, home):
    """Gardens have trees, trees have birds in many-to-many; each way is loaded as told."""
    Base = declarative_base()
    nests = Table(
        "nests",
        Base.metadata,
        Column("tree_id", ForeignKey("trees.id")),
        Column("bird_id", ForeignKey("birds.id")),
    )

    class Garden(Base):
        __tablename__ = "gardens"
        id = Column(Integer, primary_key=True)
        size = Column(Integer)
        trees = relationship("Tree", back_populates="garden", lazy=to_trees)

    class Tree(Base):
        __tablename__ = "trees"
        id = Column(Integer, primary_key=True)
        garden_id = Column(ForeignKey("gardens.id"))
        garden = relationship("Garden", back_populates="trees", lazy=to_garden)
        birds = relationship("Bird", secondary=nests, back_populates="trees", lazy=to_birds)

    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)
        trees = relationship("Tree", secondary=nests, back_populates="birds", lazy=home)

    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    session = Session(engine)
    session.add(Garden(size=1, trees=[Tree(birds=[Bird()]), Tree()]))
    session.commit()
    return session, Garden, Tree, Bird


def walk(session, Garden, Tree, Bird):
    for cls in (Garden, Tree, Bird):
        session.close()
        for found in session.query(cls):
            for key in inspect(cls).relationships.keys():
                print(cls.__name__, key, getattr(found, key) is None)
    for first in (selectinload, lazyload):
        session.close()
        for bird in session.query(Bird).options(first(Bird.trees).joinedload(Tree.garden)):
            for tree in bird.trees:
                print(len(tree.birds), len(tree.garden.trees))


def waiting_change(session, Garden):
    """An expired attribute is loaded without a flush, also with what is loaded after it."""
    garden = session.query(Garden).first()
    garden.size = 5
    session.query(Garden).autoflush(False).options(immediateload(Garden.trees)).all()
    garden.size = 7
    session.expire(garden, ["trees"])
    session.query(Garden).autoflush(False).options(immediateload(Garden.trees)).all()
    garden.size = 8
    session.refresh(garden)
    session.commit()
    garden.size = 9
    session.expire(garden, ["trees"])
    print(len(garden.trees), garden.size)


def unseen_change(session, Garden, Tree, Bird):
    """A collection that is not loaded, but has changed, is not lacking: nothing is loaded for it."""
    tree = session.query(Tree).first()
    garden = session.query(Garden).first()
    session.commit()
    with session.no_autoflush:
        Bird(trees=[tree])
        print(len(garden.trees))
        print(len(tree.birds))


for trees, garden in product(EAGER, EAGER):
    print(trees, garden)
    walk(*orchard(trees, garden, "select", "select"))
for birds, home in product(EAGER, EAGER):
    print(birds, home)
    walk(*orchard("joined", "select", birds, home))
    walk(*orchard("subquery", "joined", birds, home))
for trees in (*EAGER, "immediate"):
    session, Garden, *_ = orchard(trees, "select", "select", "select")
    waiting_change(session, Garden)
    session.query(Garden).options(joinedload(Garden.trees)).populate_existing().all()
    session.close()
for birds in (*EAGER, "immediate"):
    unseen_change(*orchard("select", "select", birds, "select"))
