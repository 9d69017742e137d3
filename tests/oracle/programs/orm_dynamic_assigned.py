"""A dynamic collection is read before it counts as changed: no flush of nothing."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine, event, inspect
from sqlalchemy.orm import Session, backref, declarative_base, noload, relationship

Base = declarative_base()


class Oak(Base):
    __tablename__ = "oaks"
    id = Column(Integer, primary_key=True)
    age = Column(Integer)
    parent_id = Column(ForeignKey("oaks.id"))
    acorns = relationship("Oak", backref=backref("parent", remote_side=[id]), lazy="dynamic")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
a, b = Oak(age=1), Oak(age=2)
session.add_all([a, b])
session.commit()


@event.listens_for(session, "before_flush")
def before(session, context, instances):
    print("flush", len(session.new), len(session.dirty))


a.acorns = [Oak(age=3)]
session.commit()
a.acorns = list(b.acorns)
print(len(session.dirty))
session.commit()
c = Oak(age=9)
c.acorns = [a]
c.acorns = [b]
print([one.id for one in (a, b) if one.parent is c])
session.add(c)
c.acorns = [a, b]
session.commit()
print(a.parent_id, b.parent_id)

# All members at once; where there is no session, that is said.
session.expunge(b)
for tree in (c, b, Oak(acorns=[Oak(age=5)])):
    for change in (lambda: tree.acorns.update({"age": 7}), lambda: tree.acorns.delete()):
        try:
            print(change())
        except Exception as error:
            print(type(error).__name__, error)
session.add(Oak(id=c.id))
for read in (lambda: c.acorns.all(), lambda: c.acorns[0:1], lambda: session.query(Oak).all()):
    try:
        print(len(read()))
    except Exception as error:
        print(type(error).__name__, str(error).partition("\n")[0])
        session.rollback()
        session.add(Oak(id=c.id))

# What is given beside its members in the constructor is written, also for a row that is taken over.
session.rollback()
planted = Oak(acorns=[Oak()], age=40, id=70)
print(inspect(planted).attrs.age.history, inspect(planted).attrs.id.history)
planted.age = 41
print(inspect(planted).attrs.age.history)
session.add(planted)
session.commit()
session.delete(session.get(Oak, 70))
session.add(Oak(acorns=[], age=42, id=70))
session.commit()
print(session.get(Oak, 70))
print(session.query(Oak).options(noload(Oak.acorns)).filter_by(id=3).one().acorns.all())

# What waits is flushed before all members are changed at once: its error says nothing of a query.
session.rollback()
oak = session.query(Oak).first()
oak.parent_id = 5
oak.age = ["no number"]
for change in (lambda: oak.acorns.update({"age": 7}), lambda: oak.acorns.delete()):
    try:
        print(change())
    except Exception as error:
        print(type(error).__name__, str(error).partition("\n")[0])
        session.rollback()

# Members that were assigned and not yet flushed leave again when others are assigned.
session.rollback()
session.autoflush = False
oak = session.query(Oak).first()
first, second, third = Oak(age=1), Oak(age=2), Oak(age=3)
oak.acorns = [first, second]
oak.acorns = [second, third]
print([len(each) for each in inspect(oak).attrs.acorns.history], first.parent)

# What is assigned may be another's query: that is read first, then what was there.
session.rollback()
first, second = session.query(Oak).order_by(Oak.id)[:2]
first.acorns = second.acorns
second.acorns = second.acorns
print([len(each) for each in inspect(first).attrs.acorns.history])
