"""What a Query becomes: other columns, another entity, a subquery, a SELECT inside of another."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, func
from sqlalchemy.orm import Session, aliased, contains_eager, declarative_base, joinedload
from sqlalchemy.orm import relationship

Base = declarative_base()


class Press(Base):
    __tablename__ = "presses"
    id = Column(Integer, primary_key=True)
    town = Column(String)
    prints = relationship("Print", back_populates="press", order_by="Print.id")


class Print(Base):
    __tablename__ = "prints"
    id = Column(Integer, primary_key=True)
    title = Column(String)
    copies = Column(Integer)
    press_id = Column(ForeignKey("presses.id"))
    press = relationship(Press, back_populates="prints")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all(
    [
        Press(
            town="Ghent", prints=[Print(title="Map", copies=3), Print(title="Psalter", copies=9)]
        ),
        Press(town="Bruges", prints=[Print(title="Almanac", copies=40)]),
        Press(town="Delft"),
    ]
)
session.commit()

presses = session.query(Press).order_by(Press.id)
print(presses.with_entities(Press.town, Press.id).all())
print(presses.add_columns(func.upper(Press.town).label("loud"), Press.id * 2).all()[0][1:])
print([(a.town, b.title) for a, b in presses.join(Press.prints).add_entity(Print)])
print(presses.selectable)
print(presses.statement)
print(presses.enable_eagerloads(False).options(joinedload(Press.prints)).statement)
largest = (
    session.query(func.max(Print.copies))
    .filter(Print.press_id == Press.id)
    .correlate(Press)
    .scalar_subquery()
)
print(session.query(Press.town, largest.label("most")).order_by(Press.id).all())
numbers = session.query(Print.press_id, func.count("*").label("many")).group_by(Print.press_id)
part = numbers.having(func.count("*") > 0).subquery()
print(session.query(Press.town, part.c.many).outerjoin(part, Press.id == part.c.press_id).all())
chosen = aliased(Print, name="chosen")
query = (
    session.query(Press)
    .join(chosen, Press.prints)
    .filter(chosen.copies > 5)
    .options(contains_eager(Press.prints, alias=chosen))
    .order_by(Press.id, chosen.id)
    .populate_existing()
)
print([(press.town, [found.title for found in press.prints]) for press in query])
session.expire_all()
print(session.query(Press).filter(Press.prints.any(Print.copies > 30)).exists())
print(session.query(session.query(Press).filter_by(town="Ghent").exists()).scalar())
