"""A type of one's own that does not say `cache_ok`: each statement that mentions it warns."""

import warnings

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    TypeDecorator,
    case,
    cast,
    create_engine,
    exists,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session, aliased, backref, declarative_base, foreign, joinedload
from sqlalchemy.orm import relationship, remote, selectinload

Base = declarative_base()


class Cents(TypeDecorator):
    impl = Integer


class Quiet(TypeDecorator):
    impl = Integer
    cache_ok = False


class Price(Base):
    __tablename__ = "prices"
    id = Column(Integer, primary_key=True)
    cents = Column(Cents)
    reduced = Column(Quiet)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Price(cents=150, reduced=120))
session.commit()
prices = Price.__table__


def write(price):
    session.add(price)
    session.flush()


for ask in (
    lambda: session.query(Price).all(),
    lambda: session.query(Price.cents).all(),
    lambda: session.query(Price.id, Price.reduced).all(),
    lambda: session.query(Price).filter(Price.cents == 150).all(),
    lambda: session.query(Price).filter(Price.reduced == 120).all(),
    lambda: session.query(Price).filter_by(cents=150).all(),
    lambda: session.query(Price).get(1),
    lambda: session.query(Price).filter(Price.cents > 1).count(),
    lambda: session.query(Price).filter(Price.cents.in_([150])).count(),
    lambda: session.query(Price).filter(Price.cents.between(1, 200)).count(),
    lambda: session.query(Price).filter(Price.cents == None).count(),  # noqa: E711
    lambda: session.query(Price).filter(Price.cents == Price.id).count(),
    lambda: session.query(Price).order_by(Price.cents).all(),
    lambda: session.query(Price.cents).order_by(Price.cents).all(),
    lambda: session.query(Price).filter(Price.cents > 1, Price.cents < 2).all(),
    lambda: session.query(aliased(Price)).filter(Price.cents == 1).all(),
    lambda: session.query(Price).filter(literal(1, Cents) == 1).all(),
    lambda: session.query(cast(Price.id, Cents)).all(),
    lambda: session.query(func.max(Price.cents)).all(),
    lambda: session.query(Price.cents.label("price")).all(),
    lambda: session.query(type_coerce(Price.id, Cents)).all(),
    lambda: session.query(case((Price.cents == 1, 2))).all(),
    lambda: session.query(exists().where(Price.cents == 1)).all(),
    lambda: session.execute(prices.select()).all(),
    lambda: session.execute(select(prices.c.cents)).all(),
    lambda: session.execute(select(cast(prices.c.id, Cents))).all(),
    lambda: session.execute(select(func.max(prices.c.cents))).all(),
    lambda: session.query(Price.cents + 1).all(),
    lambda: session.execute(prices.update().values(cents=1)),
    lambda: session.execute(prices.update().where(prices.c.cents == 1).values(cents=2)),
    lambda: session.execute(prices.update().values({prices.c.cents: 2})),
    lambda: session.execute(prices.insert().values([{prices.c.cents: 2}, {prices.c.cents: 3}])),
    lambda: session.query(Price).filter(Price.cents == 2).update({"cents": 3}),
    lambda: session.query(Price).filter(Price.id == 2).update({Price.cents: 3}),
    lambda: write(Price(cents=func.abs(-4))),
    lambda: write(Price(id=func.abs(-40))),
    lambda: session.query(Price).first().cents,
):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        print(ask())
        print([str(each.message)[:52] for each in heard if "cache key" in str(each.message)])


# Keys of such a type: whatever is loaded by one is sent without being kept.
class Drawer(Base):
    __tablename__ = "drawers"
    code = Column(Cents, primary_key=True)
    chest_code = Column(Cents, ForeignKey("drawers.code"))
    label = Column(Quiet)
    drawers = relationship("Drawer", backref=backref("chest", remote_side=code))
    alike = relationship(
        "Drawer", primaryjoin=lambda: Drawer.label == foreign(remote(Drawer.code)), viewonly=True
    )


Base.metadata.create_all(engine)
session.add(Drawer(code=1, label=3, drawers=[Drawer(code=2), Drawer(code=3)]))
session.commit()
for ask in (
    lambda: session.get(Drawer, 1).label,
    lambda: len(session.get(Drawer, 1).drawers),
    lambda: len(session.get(Drawer, 2).drawers),
    lambda: session.expunge_all(),
    lambda: session.get(Drawer, 2).chest.code,
    lambda: session.get(Drawer, 1).alike,
    lambda: session.expire(session.get(Drawer, 1)),
    lambda: session.get(Drawer, 1).code,
    lambda: session.refresh(session.get(Drawer, 2)),
    lambda: session.expunge_all(),
    lambda: session.query(Drawer).options(selectinload(Drawer.drawers)).count(),
    lambda: len(session.query(Drawer).options(selectinload(Drawer.drawers)).all()),
    lambda: len(session.query(Drawer).options(selectinload(Drawer.chest)).all()),
    lambda: session.expunge_all(),
    lambda: len(session.query(Drawer).options(joinedload(Drawer.drawers)).all()),
):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        print(ask() is None, len(heard))


class Marked(TypeDecorator):
    impl = Integer

    def __init__(self, mark):
        super().__init__()
        self.mark = mark

    def process_result_value(self, value, dialect):
        return self.mark, value


# A statement that cannot be compiled leaves nothing behind.
warnings.simplefilter("ignore")
try:
    session.execute(select(prices.c.cents, type_coerce(prices.c.id, 5)))
except Exception as error:
    print(type(error).__name__)
for mark in "ab":
    print(session.execute(select(type_coerce(prices.c.id, Marked(mark)))).first())
