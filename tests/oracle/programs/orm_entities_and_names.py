"""One entity twice; names of joins in filter_by(); labels inside of EXISTS (SELECT DISTINCT ...)."""

from sqlalchemy import Column, ForeignKey, Integer, String, cast, create_engine, func, inspect
from sqlalchemy.orm import Session, declarative_base, immediateload, relationship
from sqlalchemy.orm import selectinload, subqueryload

Base = declarative_base()


class Mast(Base):
    __tablename__ = "masts"
    id = Column(Integer, primary_key=True)
    wood = Column(String)
    sails = relationship("Sail", back_populates="mast")


class Sail(Base):
    __tablename__ = "sails"
    id = Column(Integer, primary_key=True)
    cloth = Column(String)
    mast_id = Column(ForeignKey("masts.id"))
    mast = relationship("Mast", back_populates="sails")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Mast(wood="oak", sails=[Sail(cloth="linen"), Sail(cloth="hemp")]))
session.commit()

# What is loaded beside the rows is loaded once for an entity.
for option in (selectinload, subqueryload, immediateload):
    session.expunge_all()
    twice = session.query(Mast, Mast.wood, Mast).options(option(Mast.sails))
    print([(one is again, len(one.sails)) for one, _, again in twice])


def show(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, str(error).partition("\n")[0])


# A name is looked up in what is selected first.
show(lambda: session.query(Sail).select_from(Mast).join("sails").filter_by(cloth="hemp").count())
show(lambda: session.query(Sail).select_from(Mast).join("sails").filter_by(wood="oak").count())
show(lambda: session.query(Mast).join("sails").filter_by(cloth="hemp").count())
show(lambda: session.query(Mast.wood).join("sails").filter_by(cloth="hemp").all())
show(lambda: session.query(Mast).join("sails").with_entities(func.count()).all())
for exists in (Mast.sails.any(), ~Mast.sails.any(cloth="hemp"), Mast.sails.any().label("has")):
    show(lambda: session.query(exists).filter_by(wood="oak").all())  # noqa: B023
show(lambda: session.query(Sail.mast.has(wood="oak")).filter_by(cloth="hemp").all())
# Beside an expression, a name may follow a join by a condition of mapped classes.
tall = session.query(Mast.id.label("mast")).filter(Mast.wood == "oak").subquery()
rank = session.query(func.row_number().over(order_by=Mast.id))
show(lambda: rank.join("sails").all())
show(lambda: rank.join(tall, tall.c.mast == Mast.id).join("sails").all())

cloths = session.query(Sail).distinct()
show(lambda: session.query(cloths.order_by(cast(Sail.cloth, Integer)).exists()).scalar())
show(lambda: session.query(cloths.order_by(func.lower(Sail.cloth), -Sail.id).exists()).scalar())
show(lambda: session.query(cloths.order_by(Sail.cloth.label("c"), Sail.id + 1).exists()).scalar())

# A Query describes what it selects as select() does: by elements, and an entity by its class.
for selected in (Mast, inspect(Mast), Mast.sails, 5, Mast.wood):
    (told,) = session.query(selected).column_descriptions
    print(told["name"], told["expr"] is Mast, type(told["expr"]).__name__)
row = session.query(Mast, Mast.wood).first()
show(lambda: row._mapping[Mast] is session.query(Mast).one())
show(lambda: row._mapping[inspect(Mast)].wood if inspect(Mast) in row._mapping else "none")
