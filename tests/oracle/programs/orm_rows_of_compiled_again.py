"""A row of entities is found by its own query's expressions, also where an older one was compiled."""

from sqlalchemy import Column, ForeignKey, Integer, String, case, create_engine, func, select
from sqlalchemy.orm import Session, aliased, declarative_base, relationship

Base = declarative_base()


class Clock(Base):
    __tablename__ = "clocks"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    hands = relationship("Hand")


class Hand(Base):
    __tablename__ = "hands"
    id = Column(Integer, primary_key=True)
    clock_id = Column(ForeignKey("clocks.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Clock(name="Big Ben", hands=[Hand(), Hand()]))
session.commit()

kept = []
for turn in range(3):
    other = aliased(Clock)
    upper, late = func.upper(Clock.name), case((Clock.id > 9, "late"), else_="early")
    called = Clock.name.label("called")
    for things in ((Clock, late), (Clock.id, upper, late), (called, Clock), (other, upper, called)):
        for row in (session.query(*things).first(), session.execute(select(*things)).first()):
            print(
                [row._mapping[each] for each in things if each is not Clock and each is not other]
            )
            print([each in row._mapping for each in (upper, late, called, Clock.id, Clock)])
            kept.append((row, things[1]))
print([row._mapping[thing] for row, thing in kept if thing is not Clock])

# A parameter opposite a column without a name of its own is called param.
counted = select(Clock.id, func.count(Hand.id), Clock.id * 2).join(Clock.hands).group_by(Clock.id)
counted = counted.subquery()
for column in counted.c:
    print(select(counted).where(column == 2))
