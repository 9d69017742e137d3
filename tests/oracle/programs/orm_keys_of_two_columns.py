"""Which row: keys of two columns that change, expire, are taken over, and cascade in the database."""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, String, create_engine, event, text
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelves"
    room = Column(Integer, primary_key=True)
    place = Column(String, primary_key=True)
    name = Column(String)
    jars = relationship("Jar", back_populates="shelf", cascade="all, delete-orphan")


class Jar(Base):
    __tablename__ = "jars"
    room = Column(Integer, primary_key=True)
    place = Column(String, primary_key=True)
    number = Column(Integer, primary_key=True)
    content = Column(String)
    shelf = relationship("Shelf", back_populates="jars")
    __table_args__ = (
        ForeignKeyConstraint(
            ["room", "place"], ["shelves.room", "shelves.place"], onupdate="CASCADE"
        ),
    )


engine = create_engine("sqlite://")
event.listen(engine, "connect", lambda found, _: found.execute("PRAGMA foreign_keys = ON"))
Base.metadata.create_all(engine)
session = Session(engine)


def rows():
    for table in ("shelves", "jars"):
        print(session.execute(text(f"SELECT * FROM {table}")).all())


def flushed(change):
    try:
        change()
        session.flush()
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[0])
        session.rollback()
    else:
        rows()
        session.commit()


shelf = Shelf(room=1, place="left", jars=[Jar(number=1, content="tea"), Jar(number=2)])
other = Shelf(room=2, place="right")
session.add_all([shelf, other])
session.commit()


def rename_unseen():
    shelf.room = 5


def rename_with_children():
    shelf.jars[0].content = "salt"
    shelf.room = 6


def rename_half_and_more():
    shelf.place, shelf.name = "top", "spices"


def change_what_is_expired():
    session.expire(shelf)
    shelf.name = "herbs"


def delete_what_is_expired():
    session.expire_all()
    session.delete(session.get(Jar, (6, "top", 2)))


def take_a_row_over():
    session.delete(other)
    session.add(Shelf(room=2, place="right", name="new", jars=[Jar(number=9)]))


def empty_a_key():
    shelf.room = None


def change_what_is_gone():
    session.execute(text("DELETE FROM jars"))
    session.execute(text("DELETE FROM shelves WHERE room = 6"))
    session.expire_all()
    shelf.name = "gone"


for each in (
    rename_unseen,
    rename_with_children,
    rename_half_and_more,
    change_what_is_expired,
    delete_what_is_expired,
    take_a_row_over,
    empty_a_key,
    change_what_is_gone,
):
    print(each.__name__)
    flushed(each)
rows()
