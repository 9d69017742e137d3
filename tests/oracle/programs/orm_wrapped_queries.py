"""LIMIT beside a joined load, and count() of a union: which column the outer query takes."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, exists, func, select
from sqlalchemy.orm import (
    Session,
    aliased,
    column_property,
    declarative_base,
    defer,
    deferred,
    lazyload,
    load_only,
    relationship,
    undefer,
)

Base = declarative_base()


class Choir(Base):
    __tablename__ = "choirs"
    id = Column(Integer, primary_key=True)
    rank = Column(Integer)
    motto = deferred(Column(String))
    singers = relationship("Singer", lazy="joined")


class Singer(Base):
    __tablename__ = "singers"
    id = Column(Integer, primary_key=True)
    choir_id = Column(ForeignKey("choirs.id"))


Choir.size = column_property(
    select(func.count(Singer.id))
    .where(Singer.choir_id == Choir.id)
    .correlate_except(Singer)
    .scalar_subquery()
)
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Choir(rank=2, singers=[Singer()]), Choir(rank=1, singers=[Singer(), Singer()])])
session.commit()


def show(query):
    print(query)
    print(
        [getattr(row, "id", None) or [getattr(each, "id", each) for each in row] for row in query]
    )
    if "DISTINCT" not in str(query):
        print(query.count())
    session.expunge_all()


choirs = session.query(Choir)
for options in ((), (load_only(Choir.rank),), (defer(Choir.size), lazyload(Choir.singers))):
    for order in (Choir.size, Choir.size.desc(), Choir.size + 1):
        show(choirs.order_by(order).options(*options))
        show(choirs.order_by(order).options(*options).limit(2))
        show(choirs.order_by(order, Choir.id).options(*options).distinct().limit(2))
other = aliased(Choir)
show(session.query(Choir, Choir.rank.label("c0")).order_by(Choir.rank, Choir.id).limit(3))
show(session.query(Choir, Choir.id.label("c0")).order_by(Choir.id).limit(3))
show(session.query(Choir.id.label("c0"), Choir).order_by(Choir.id).limit(3))
show(session.query(other, other.id.label("c0")).order_by("c0").limit(3))
show(session.query(Singer, Choir.id.label("c0")).join(Choir).order_by(Choir.rank).limit(3))
for options in ((), (undefer(Choir.motto),), (defer(Choir.rank),)):
    show(choirs.options(*options))
    show(choirs.union(choirs).options(*options).order_by(Choir.id))
    show(choirs.options(*options).intersect(choirs).filter(Choir.id > 1))
union = choirs.union(choirs)
print(union.subquery().c.keys()[:2], union.statement, union.selectable, sep="\n")
show(session.query(aliased(Choir, union.subquery())))
show(choirs.filter(union.exists()))
show(union.union_all(choirs))
best = session.query(func.max(Singer.id)).filter(Singer.choir_id == Choir.id)
for correlated in (best, best.correlate(Choir)):
    show(union.filter(Choir.id < correlated.scalar_subquery()))
show(union.filter(exists().where(Singer.choir_id == Choir.id).correlate(Choir)))
show(union.filter(exists().where(Singer.choir_id == Choir.id).correlate_except(Singer)))
label = select(func.count(Singer.id)).scalar_subquery().label("all_singers")
for order in (other.size.desc(), other.rank.label("r"), label, label.desc()):
    short = session.query(other).options(load_only(other.rank))
    show(short.order_by(order, other.id))
    show(short.order_by(order, other.id).limit(2))
    show(short.order_by(order, other.id).distinct())
for order in (-Choir.size, (Choir.size + Choir.rank).desc(), func.abs(-Choir.size)):
    show(choirs.union(choirs).order_by(order, Choir.id))
    show(session.query(aliased(Choir, choirs.subquery())))

# A Query that session.execute() gets is read as a part: with the deferred columns, without loads.
for query in (choirs, choirs.options(defer(Choir.size)), session.query(other, Choir.rank)):
    session.expunge_all()
    print([sorted(row[0].__dict__) for row in session.execute(query.limit(2))])
