"""A refresh loads eagerly in the order of the mapping, and not in circles; a merge reads no more."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, create_engine
from sqlalchemy.orm import Session, declarative_base, immediateload, joinedload, relationship

Base = declarative_base()
lent = Table(
    "lent",
    Base.metadata,
    Column("shelf_id", ForeignKey("shelves.id"), primary_key=True),
    Column("reader_id", ForeignKey("readers.id"), primary_key=True),
)


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    over_id = Column(ForeignKey("shelves.id"))
    over = relationship("Shelf", remote_side=[id], lazy="selectin", back_populates="under")
    under = relationship("Shelf", back_populates="over")
    readers = relationship("Reader", secondary=lent, lazy="raise", back_populates="shelves")


class Reader(Base):
    __tablename__ = "readers"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    friend_id = Column(ForeignKey("readers.id"))
    friends = relationship("Reader")
    shelves = relationship("Shelf", secondary=lent, lazy="dynamic", back_populates="readers")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
top = Shelf(name="top", under=[Shelf(name="low", under=[Shelf(name="floor")])])
session.add(top)
session.commit()

low = session.query(Shelf).filter_by(name="low").one()
session.commit()
print(low.name, sorted(key for key in vars(low) if key != "_sa_instance_state"))
session.expire(low)
print(len(low.under), "over" in vars(low))
session.refresh(low)
print(low.over.name)
session.expunge_all()
print(len(session.query(Shelf).options(immediateload(Shelf.over)).order_by(Shelf.id).all()))

# Merged into another session and back.
session = Session(engine, expire_on_commit=False)
reader = Reader(name="Ann", friends=[Reader(name="Bob")])
shelf = Shelf(name="new", readers=[reader])
following = Shelf(name="next", readers=reader.friends[:1])
session.add_all([shelf, following])
session.commit()
other = Session(engine)
copy = other.merge(shelf)
print(len(copy.readers), other.dirty)
other.commit()
session.expire_all()
again = session.merge(copy)
print(again is shelf, again.name)
print(other.merge(reader).name)

# What a refresh flushes first is there when it reads.
kept = session.get(Shelf, shelf.id, options=[joinedload(Shelf.readers)], populate_existing=True)
kept.readers.append(Reader(name="Cid"))
session.refresh(kept)
print(sorted(one.name for one in kept.readers))

# However deep a query loads a tree, a refresh asks the identity map alone for the parent.
Trees = declarative_base()


class Branch(Trees):
    __tablename__ = "branches"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    over_id = Column(ForeignKey("branches.id"))
    over = relationship(
        "Branch", remote_side=[id], lazy="selectin", join_depth=2, back_populates="under"
    )
    under = relationship("Branch", lazy="subquery", join_depth=1, back_populates="over")


Trees.metadata.create_all(engine)
session = Session(engine)
stem = Branch(name="stem")
leaf = Branch(name="leaf", over=Branch(name="twig", over=stem))
session.add(leaf)
session.commit()
print(leaf.name, leaf.over.name, stem.under[0].name)
session.commit()
print(stem.name)
