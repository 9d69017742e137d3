"""Association rows are made of keys that are loaded, when they are expired, before one is written.

Both ends are of one class, so that what happens to one list is told to another."""

from sqlalchemy import Column, ForeignKey, Integer, Table, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()
links = Table(
    "links",
    Base.metadata,
    Column("left_id", ForeignKey("people.id"), primary_key=True),
    Column("right_id", ForeignKey("people.id"), primary_key=True),
)


class Person(Base):
    __tablename__ = "people"
    id = Column(Integer, primary_key=True)
    friends = relationship(
        "Person",
        secondary=links,
        primaryjoin=id == links.c.left_id,
        secondaryjoin=id == links.c.right_id,
        backref="fans",
    )


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
for expires in (True, False):
    for loaded in ((), ("ann",), ("bob",), ("ann", "bob")):
        session = Session(engine, expire_on_commit=expires)
        people = {"eve": Person(), "bob": Person(), "ann": Person()}
        eve, bob, ann = people.values()
        eve.friends = [bob]
        session.add_all(people.values())
        session.commit()
        for name in loaded:
            print(len(people[name].fans))
        eve.friends[:] = [ann]
        print(expires, loaded)
        session.flush()
        ann.friends = [eve, bob]
        bob.friends = [eve]
        session.flush()
        bob.friends, ann.friends = ann.friends, bob.friends
        session.flush()
        eve.fans.remove(bob)
        bob.fans.append(eve)
        ann.friends = []
        session.flush()
        session.close()
