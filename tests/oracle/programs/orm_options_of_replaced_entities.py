"""Options speak of what was selected when they were given; eager loads switched off."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func, select
from sqlalchemy.orm import Session, aliased, declarative_base, defaultload, defer, joinedload
from sqlalchemy.orm import lazyload, relationship, selectinload, subqueryload

Base = declarative_base()


class Barn(Base):
    __tablename__ = "barns"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    cows = relationship("Cow", back_populates="barn")


class Cow(Base):
    __tablename__ = "cows"
    id = Column(Integer, primary_key=True)
    milk = Column(Integer)
    barn_id = Column(ForeignKey("barns.id"))
    barn = relationship("Barn", back_populates="cows")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Barn(name="north", cows=[Cow(milk=4), Cow(milk=9)]))
session.commit()


def show(call):
    session.expunge_all()
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, str(error).partition("\n")[0])


barns = session.query(Barn).options(joinedload(Barn.cows))
show(lambda: session.query(Barn).options(defer(Barn.name)).with_entities(Barn.name).all())
show(lambda: len(barns.with_entities(Barn).all()))
show(lambda: len(barns.with_entities(Cow).all()))
show(lambda: len(barns.with_entities(Cow.milk, Barn).join(Cow.barn).all()))
show(lambda: barns.with_entities(Barn.id).options(joinedload(Barn.cows)).all())
show(lambda: barns.filter_by(id=1).with_entities(func.count()).scalar())
show(lambda: barns.with_entities(Cow).with_entities(Barn.id).all())
show(lambda: session.query(Barn.name).options(joinedload(Barn.cows)).with_entities(Barn).all())
show(lambda: session.query(Barn.name).options(defer("name")).with_entities(Barn).all())

loaded = select(Barn).options(joinedload(Barn.cows))
show(lambda: len(session.execute(loaded.with_only_columns(Barn)).unique().all()))
show(lambda: session.execute(loaded.with_only_columns(Barn.name)).all())
show(
    lambda: session.execute(loaded.with_only_columns(Barn.id).options(joinedload(Barn.cows))).all()
)

# Without eager loads only those stay away that change the query, or embed it.
both = session.query(Barn).options(selectinload(Barn.cows).joinedload(Cow.barn))
show(lambda: len(both.enable_eagerloads(False).all()))
show(lambda: len(barns.enable_eagerloads(False).all()))

# Joins start from what was selected when they were made, too.
cow, recent = aliased(Cow), aliased(Cow, session.query(Cow).filter(Cow.milk > 4).subquery())
for joined in (
    session.query(Barn).join(Cow, Barn.id == Cow.barn_id),
    session.query(Barn).join(recent, Barn.id == recent.barn_id),
    session.query(Barn).join(cow, Barn.cows),
    session.query(Barn).join(Cow),
):
    show(lambda: joined.with_entities(func.count()).scalar())
    show(lambda: joined.with_entities(Barn.name).all())
    show(lambda: joined.with_entities(Cow.milk).with_entities(Barn.id).all())
    show(lambda: joined.with_entities(func.count(Barn.id)).outerjoin(cow, cow.id == 1).all())
    rows = joined.with_entities(cow if "cows_1" in str(joined) else Cow)
    print("FROM cows, " in str(rows), "cows AS cows_1" in str(rows))
joined = session.query(Barn).join(Cow, Barn.id == Cow.barn_id)
show(lambda: len(joined.with_entities(Cow).join(Cow.barn.of_type(aliased(Barn))).all()))
show(lambda: joined.with_entities(Cow.id).filter_by(milk=4).all())

# A collection that was changed unseen is not loaded by a subquery load.
session = Session(engine, autoflush=False)
barn, new = session.query(Barn).one(), Cow(milk=1)
session.add(new)
for option in (subqueryload, selectinload, joinedload):
    new.barn = barn
    found = session.query(Barn).options(option(Barn.cows)).one()
    print("cows" in vars(found), len(found.cows))
    session.rollback()
    session.add(new)

# exists() says once more where the query starts.
barns = aliased(Barn)
for asked in (
    session.query(barns).select_from(barns).join(barns.cows),
    session.query(barns).join("cows"),
    session.query(Cow.id).select_from(Barn).join(Cow, Barn.id == Cow.barn_id),
    session.query(Barn).select_from(Barn).join(cow, Barn.cows).outerjoin(Barn.cows),
    session.query(Cow, Barn.name).join(Barn, Cow.barn).distinct().order_by(Barn.name),
    session.query(Barn.name, Barn.id).select_from(recent).join(Barn, recent.barn_id == Barn.id),
):
    print(session.query(asked.exists()).scalar())

# What was said before is not passed on to the SELECTs that follow.
for option in (selectinload, subqueryload, lazyload, joinedload):
    found = session.query(Barn).options(option(Barn.cows).joinedload(Cow.barn))
    show(lambda: [len(each.cows) for each in found.with_entities(Barn)])
    show(lambda: [len(each.cows) for each in found.with_entities(Barn.id).with_entities(Barn)])
    show(lambda: [len(each.cows) for each in found.with_entities(Cow.id).add_entity(Barn)[0][1:]])
show(lambda: [len(cow.barn.cows) for cow in session.query(Cow).options(selectinload(Cow.barn))])

# A relationship that is always loaded eagerly passes on what was said of the next one.
Barn.milked = relationship(Cow, lazy="selectin", viewonly=True, order_by=Cow.milk)
milked = session.query(Barn).options(defaultload(Barn.milked).joinedload(Cow.barn))
show(lambda: [len(each.milked) for each in milked])
show(lambda: [len(each.milked) for each in milked.enable_eagerloads(False)])
