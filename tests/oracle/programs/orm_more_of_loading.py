"""What runs when an object is loaded, and what refuses to load: @reconstructor, raise_on_sql."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, text
from sqlalchemy.orm import Session, declarative_base, immediateload, joinedload, raiseload
from sqlalchemy.orm import lazyload, reconstructor, relationship, selectinload, subqueryload

Base = declarative_base()


class Mill(Base):
    __tablename__ = "mills"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    wheels = relationship("Wheel", back_populates="mill", lazy="raise_on_sql")

    def __init__(self, **values):
        super().__init__(**values)
        print("made", self.name)

    @reconstructor
    def found(self):
        print("found", self.__dict__.get("name"), "wheels" in self.__dict__)
        self.turns = 0


class Wheel(Base):
    __tablename__ = "wheels"
    id = Column(Integer, primary_key=True)
    mill_id = Column(ForeignKey("mills.id"))
    mill = relationship("Mill", back_populates="wheels", lazy="raise_on_sql")


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Mill(name="North", wheels=[Wheel(), Wheel()]))
session.commit()
session.expunge_all()
wheel = session.query(Wheel).first()
tell(lambda: wheel.mill)
mill = session.query(Mill).one()
tell(lambda: mill.turns)
tell(lambda: wheel.mill is mill)
tell(lambda: mill.wheels)
for option in raiseload(Wheel.mill), raiseload(Wheel.mill, sql_only=True):
    tell(lambda: session.query(Wheel).options(option).populate_existing().first().mill is mill)
session.refresh(mill)
session.expire(mill)
tell(lambda: mill.name)
session.expire(mill)
del mill.name
tell(lambda: mill.name)
session.rollback()
session.expunge_all()
merged = session.merge(Mill(id=1, name="South"))
tell(lambda: merged.turns)
merged = session.merge(Mill(id=7, name="East"))
tell(lambda: merged.turns)
session.commit()

# a joined load that cannot be joined is a lazy load, whatever the mapping says
session.expunge_all()
rows = text("SELECT * FROM wheels ORDER BY id")
for option in joinedload(Wheel.mill), joinedload("*"), joinedload(Wheel.mill).joinedload("wheels"):
    tell(lambda: session.query(Wheel).from_statement(rows).options(option).first().mill)
    tell(lambda: session.query(Wheel).enable_eagerloads(False).options(option).first().mill)

# what comes at once with an object is there when it is told that it was found
for load in subqueryload, immediateload, selectinload:
    session.expunge_all()
    tell(lambda: len(session.query(Mill).options(load(Mill.wheels)).order_by(Mill.id).all()))

# without eager loading the options count for what is loaded later
for option in (
    lazyload(Wheel.mill).defer(Mill.name),
    joinedload(Wheel.mill).lazyload(Mill.wheels),
    lazyload(Wheel.mill).joinedload(Mill.wheels),
):
    session.expunge_all()
    wheel = session.query(Wheel).options(option).enable_eagerloads(False).first()
    tell(lambda: wheel.mill.name)
    tell(lambda: len(wheel.mill.wheels))

# Printed, an option says little.
print(joinedload(Wheel.mill), lazyload("mill").defer("name"), [str(raiseload("*"))])
