"""What listeners hear of a session and of the states of its objects."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, event
from sqlalchemy.orm import Session, declarative_base, relationship, scoped_session, sessionmaker

Base = declarative_base()


class Bell(Base):
    __tablename__ = "bells"
    id = Column(Integer, primary_key=True)
    tone = Column(String)

    def __repr__(self):
        return f"Bell({self.__dict__.get('tone')!r})"


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)

for name in (
    "transient_to_pending",
    "pending_to_persistent",
    "pending_to_transient",
    "persistent_to_deleted",
    "deleted_to_detached",
    "deleted_to_persistent",
    "persistent_to_detached",
    "persistent_to_transient",
    "detached_to_persistent",
    "loaded_as_persistent",
):

    def told(session, bell, name=name):
        print(name, bell)

    event.listen(session, name, told)

for name in (
    "before_commit",
    "after_commit",
    "after_rollback",
    "after_begin",
    "after_soft_rollback",
):

    def heard(session, *more, name=name):
        print(name, len(more))

    event.listen(session, name, heard)


@event.listens_for(session, "before_flush")
def before(session, context, objects):
    print("before_flush", sorted(map(repr, session.new)), sorted(map(repr, session.dirty)))


@event.listens_for(session, "after_flush")
def after(session, context):
    print("after_flush", sorted(map(repr, session.new)), sorted(map(repr, session.deleted)))


low = Bell(tone="c")
session.add(low)
session.flush()
session.rollback()
session.add(low)
session.commit()
low.tone = "d"
session.commit()
high = Bell(tone="g")
session.add(high)
session.expunge(high)
session.add(high)
session.commit()
session.delete(high)
session.flush()
session.rollback()
print(high.tone)
session.delete(high)
session.commit()
session.expunge(low)
session.add(low)
session.close()
print(session.query(Bell).all())
event.remove(session, "before_flush", before)
session.add(Bell(tone="a"))
session.commit()
session.close()
bell = Bell(tone="h")
session.add(bell)
session.commit()
session.expunge(bell)
session.delete(bell)
session.add(bell)
session.expunge(bell)
session.delete(bell)
session.commit()
session.add(Bell(tone="held by nobody else"))
session.rollback()
session.add(Bell(tone="nor this"))
session.expunge_all()
session.add(Bell(tone="written"))
session.flush()
session.query(Bell).filter(Bell.tone == "written").one().tone = "changed"
session.close()


# Who hears what, when classes are derived: in the order in which listeners came, and a class calls
# the same function as often as it was added.
class Louder(Session):
    pass


class Loudest(Louder):
    pass


def hears(letter):
    return lambda *_: heard.append(letter)


def commit(one):
    heard.clear()
    one.commit()
    print(heard)


heard = []
maker = sessionmaker(engine, class_=Loudest)
one = Louder(engine)
a, b, c, d, e = map(hears, "abcde")
event.listen(one, "before_commit", a)
event.listen(Loudest, "before_commit", b)
event.listen(Louder, "before_commit", c)
event.listen(maker, "before_commit", d)
event.listen(Louder, "before_commit", e)
for each in (one, Louder(engine), Loudest(engine), maker(), scoped_session(maker), Session(engine)):
    commit(each)
event.listen(Louder, "before_commit", c)
event.listen(one, "before_commit", a)
for _ in range(2):
    for each in (one, Loudest(engine), maker(), sessionmaker(engine, class_=Louder)()):
        commit(each)
    print(event.contains(Louder, "before_commit", c), event.contains(one, "before_commit", a))
    try:
        event.remove(Louder, "before_commit", c)
    except Exception as error:
        print(type(error).__name__)
for nothing in (None, [], "a", 5):
    try:
        event.listen(one, "before_commit", nothing)
    except TypeError as error:
        print(error)
commit(one)


# A member that is new goes with the collection that expires.
class Tower(Base):
    __tablename__ = "towers"
    id = Column(Integer, primary_key=True)
    ropes = relationship("Rope", cascade="all, delete-orphan")


class Rope(Base):
    __tablename__ = "ropes"
    id = Column(Integer, primary_key=True)
    tower_id = Column(ForeignKey("towers.id"))


Base.metadata.create_all(engine)
session = Session(engine)
for name in ("transient_to_pending", "pending_to_transient", "persistent_to_detached"):

    def told(session, rope, name=name):
        print(name, type(rope).__name__, rope in session)

    event.listen(session, name, told)
session.add(tower := Tower())
session.commit()
len(tower.ropes), tower.ropes.append(Rope())
session.expire(tower)
