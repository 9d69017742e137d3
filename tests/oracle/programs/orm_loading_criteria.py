"""Loading options with criteria of their own, several of them below one path, and their mistakes."""

from itertools import product

from sqlalchemy import Column, ForeignKey, Integer, String, Table, create_engine, event, select
from sqlalchemy.orm import Load, Session, aliased, declarative_base, defaultload, defer
from sqlalchemy.orm import immediateload, joinedload, lazyload, load_only, raiseload
from sqlalchemy.orm import relationship, selectinload, sessionmaker, subqueryload

Base = declarative_base()
fields_crops = Table(
    "fields_crops",
    Base.metadata,
    Column("field_id", ForeignKey("fields.id"), primary_key=True),
    Column("crop_id", ForeignKey("crops.id"), primary_key=True),
)


class Field(Base):
    __tablename__ = "fields"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    gates = relationship("Gate", back_populates="field", order_by="Gate.id")
    crops = relationship("Crop", secondary=fields_crops, order_by="Crop.id")

    def __repr__(self):
        return self.name


class Gate(Base):
    __tablename__ = "gates"
    id = Column(Integer, primary_key=True)
    colour = Column(String)
    field_id = Column(ForeignKey("fields.id"))
    field = relationship(Field, back_populates="gates")
    hinges = relationship("Hinge")

    def __repr__(self):
        return self.colour


class Hinge(Base):
    __tablename__ = "hinges"
    id = Column(Integer, primary_key=True)
    metal = Column(String)
    gate_id = Column(ForeignKey("gates.id"))


class Crop(Base):
    __tablename__ = "crops"
    id = Column(Integer, primary_key=True)
    name = Column(String)

    def __repr__(self):
        return self.name


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
factory = sessionmaker(engine)
session = factory()
event.listen(session, "before_flush", lambda *arguments: print("before flush"))
event.listen(factory, "before_commit", lambda *arguments: print("before commit"))
north = Field(name="north", gates=[Gate(colour="red", hinges=[Hinge(metal="iron")])])
north.gates.append(Gate(colour="green", hinges=[Hinge(metal="brass"), Hinge(metal="iron")]))
north.crops = [Crop(name="rye"), Crop(name="oats")]
session.add_all([north, Field(name="south", gates=[Gate(colour="red")])])
session.commit()


def show(*options):
    session.expunge_all()
    try:
        for field in session.query(Field).options(*options).order_by(Field.id):
            print(field, field.gates, field.crops)
    except Exception as error:
        print(type(error).__name__, error)


def coloured(colour):
    return Field.gates.and_(Gate.colour == colour)


other = aliased(Gate)
for load in (joinedload, selectinload, subqueryload, lazyload, immediateload):
    show(load(coloured("red")))
    show(load(coloured("green")))
    show(load(Field.crops.and_(Crop.name == "rye", Crop.id < 9)))
    show(load(coloured("green")).joinedload(Gate.hinges.and_(Hinge.metal == "iron")))
    show(defaultload(coloured("green")).selectinload(Gate.hinges.and_(Hinge.metal == "iron")))
    session.expunge_all()
    found = session.query(Gate).options(load(Gate.field.and_(Field.name == "north")))
    print([(gate, gate.field) for gate in found.order_by(Gate.id)])
for load in (joinedload, selectinload, lazyload):
    show(load(Field.gates.of_type(other).and_(other.colour.in_(["red"]))))
session.expunge_all()
field = session.query(Field).options(lazyload(coloured("red"))).first()
print(field.gates)
session.expire(field)
print(field.gates)
again = select(Field).options(selectinload(coloured("green")))
print(session.scalars(again.execution_options(populate_existing=True)).first().gates)

for option in (
    joinedload(Field.gates).options(joinedload(Gate.hinges), defer(Gate.colour)),
    selectinload("gates").options(load_only("colour"), joinedload("hinges").options(lazyload("*"))),
    selectinload(Field.gates).options(raiseload("*")),
    joinedload(Field.gates).options(),
):
    show(option)
for mistaken in (
    lambda: joinedload(Field.gates).options(5),
    lambda: joinedload(Field.gates).options([defer(Gate.colour)]),
    lambda: joinedload(Field.gates).options(Load(Gate).defer(Gate.colour)),
    lambda: Load(Field).options(joinedload(Field.gates)),
    lambda: event.listen(sessionmaker, "after_commit", print),
):
    try:
        show(mistaken())
    except Exception as error:
        print(type(error).__name__, error)

# What and_() says is said again of what follows it on the path, unless that has an and_() itself;
# not by the SELECT of another eager load, unless Load() names the root.
green, iron = Gate.colour == "green", Hinge.metal == "iron"
for first, last in product(
    (joinedload, selectinload, subqueryload), (Gate.hinges, Gate.field, Gate.hinges.and_(iron))
):
    show(first(Field.gates.and_(green)).joinedload(last))
    show(first(Field.gates.and_(green)).defaultload(last).load_only("id"))
    show(getattr(Load(Field), first.__name__)(Field.gates.and_(green)).joinedload(last))

# What is replaced unread is not read for that, with criteria as without.
session.rollback()
session.expunge_all()
gates = session.query(Gate).options(lazyload(Gate.field.and_(Field.name == "north"))).limit(3)
for gate, assigned in zip(gates.all(), (None, Field(name="new"), None), strict=True):
    gate.field = assigned
    session.flush()
    print(gate, gate.field)
