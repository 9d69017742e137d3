"""Options with '*' in the queries that go with a query, and in lazy loads, which forget them."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import (
    Load,
    Session,
    contains_eager,
    declarative_base,
    defer,
    deferred,
    immediateload,
    joinedload,
    lazyload,
    noload,
    raiseload,
    relationship,
    selectinload,
    subqueryload,
    undefer,
)

Base = declarative_base()


class Isle(Base):
    __tablename__ = "isles"
    id = Column(Integer, primary_key=True)
    name = deferred(Column(String, default="Skye"))
    ports = relationship("Port", back_populates="isle", order_by="Port.id")


class Port(Base):
    __tablename__ = "ports"
    id = Column(Integer, primary_key=True)
    name = deferred(Column(String, default="Uig"))
    depth = Column(Integer, default=7)
    isle_id = Column(ForeignKey("isles.id"))
    isle = relationship("Isle", back_populates="ports")
    piers = relationship("Pier", back_populates="port", order_by="Pier.id")


class Pier(Base):
    __tablename__ = "piers"
    id = Column(Integer, primary_key=True)
    name = deferred(Column(String, default="old"))
    port_id = Column(ForeignKey("ports.id"))
    port = relationship("Port", back_populates="piers")
    boats = relationship("Boat", order_by="Boat.id")


class Boat(Base):
    __tablename__ = "boats"
    id = Column(Integer, primary_key=True)
    pier_id = Column(ForeignKey("piers.id"))


class Road(Base):
    __tablename__ = "roads"
    id = Column(Integer, primary_key=True)
    port_id = Column(ForeignKey("ports.id"))
    port = relationship("Port", backref="roads")
    carts = relationship("Cart", lazy="dynamic", backref="road")


class Cart(Base):
    __tablename__ = "carts"
    id = Column(Integer, primary_key=True)
    road_id = Column(ForeignKey("roads.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
piers = [Pier(boats=[Boat(), Boat()]), Pier(boats=[Boat()]), Pier()]
session.add(Isle(ports=[Port(piers=piers[:1]), Port(piers=piers[1:])]))
session.add(Road(carts=[Cart()]))
session.commit()

# what is said of the first query alone is not said of the loads that follow a later, lazy one

Base = declarative_base()


class Tree(Base):
    __tablename__ = "trees"
    id = Column(Integer, primary_key=True)
    boughs = relationship("Bough", lazy="subquery")
    roots = relationship("Root", lazy="subquery")


class Root(Base):
    __tablename__ = "roots"
    id = Column(Integer, primary_key=True)
    tree_id = Column(ForeignKey("trees.id"))


class Bough(Base):
    __tablename__ = "boughs"
    id = Column(Integer, primary_key=True)
    tree_id = Column(ForeignKey("trees.id"))
    twigs = relationship("Twig", lazy="subquery")


class Twig(Base):
    __tablename__ = "twigs"
    id = Column(Integer, primary_key=True)
    bough_id = Column(ForeignKey("boughs.id"))
    buds = relationship("Bud", lazy="subquery")


class Bud(Base):
    __tablename__ = "buds"
    id = Column(Integer, primary_key=True)
    twig_id = Column(ForeignKey("twigs.id"))


Base.metadata.create_all(engine)
session.add(Tree(roots=[Root()], boughs=[Bough(twigs=[Twig(buds=[Bud()])]), Bough()]))
session.commit()
for options in (
    [lazyload("*")],
    [lazyload("*"), joinedload(Tree.roots)],
    [joinedload(Tree.roots), lazyload("*")],
    [lazyload("*"), subqueryload(Tree.boughs)],
    [lazyload("*"), lazyload(Tree.boughs)],
    [Load(Tree).lazyload("*"), selectinload(Tree.roots)],
    [lazyload(Tree.boughs).lazyload("*")],
):
    tree = session.query(Tree).options(*options).one()
    print(len(tree.boughs), len(tree.boughs[0].twigs[0].buds), len(tree.roots))
    session.expunge_all()


def show(one, seen):
    if one is None or one in seen:
        return
    seen.append(one)
    values = one.__dict__
    print(type(one).__name__, one.id, sorted(key for key in values if key[0] != "_"))
    for key in ("ports", "isle", "piers", "port", "boats"):
        found = values.get(key, [])
        for each in found if isinstance(found, list) else [found]:
            show(each, seen)


eager = (selectinload, subqueryload, joinedload, immediateload)
for star in (*eager, lazyload, raiseload, noload, defer, undefer):
    for given in (
        (),
        (selectinload(Isle.ports),),
        (joinedload(Isle.ports),),
        (selectinload(Isle.ports).joinedload(Port.piers),),
        (subqueryload(Isle.ports).subqueryload(Port.piers),),
        (selectinload(Isle.ports).defer(Port.depth),),
    ):
        print(star.__name__, *[option.__class__.__name__ for option in given])
        try:
            for isle in session.query(Isle).options(star("*"), *given):
                show(isle, [])
            print(len(isle.ports[0].piers[0].boats), isle.ports[0].name)
        except Exception as error:
            print(type(error).__name__, error)
        session.close()
    ports = session.query(Port).join(Port.piers).options(contains_eager(Port.piers), star("*"))
    try:
        for port in ports:
            show(port, [])
    except Exception as error:
        print(type(error).__name__, error)
    session.close()

# what would fill a dynamic relationship is refused, also where no row comes or the join comes back
for option in eager:
    for query in (session.query(Cart), session.query(Road).filter(Road.id > 9)):
        try:
            print(option.__name__, len(query.options(option("*")).all()))
        except Exception as error:
            print(option.__name__, error)
        session.close()
