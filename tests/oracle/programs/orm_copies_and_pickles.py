"""Copies of objects, rows and errors: copy.copy, copy.deepcopy, and pickle there and back."""

import copy
import pickle
import sys

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    create_engine,
    exc,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import Session, declarative_base, deferred, joinedload, raiseload, relationship
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.collections import attribute_mapped_collection
from sqlalchemy.orm.exc import UnmappedInstanceError

Base = declarative_base()


class Album(Base):
    __tablename__ = "albums"
    id = Column(Integer, primary_key=True)
    title = Column(String)
    cover = deferred(Column(String))
    songs = relationship(
        "Song", back_populates="album", order_by="Song.id", cascade="all, delete-orphan"
    )
    notes = relationship("Note", collection_class=attribute_mapped_collection("topic"))


class Song(Base):
    __tablename__ = "songs"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    album_id = Column(ForeignKey("albums.id"))
    album = relationship(Album, back_populates="songs")


class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    topic = Column(String)
    album_id = Column(ForeignKey("albums.id"))


# pickle looks classes up by name in the main module, which is not this one when a test runs it.
vars(sys.modules["__main__"]).update(Album=Album, Song=Song, Note=Note)


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


def tell(question):
    try:
        print(question())
    except Exception as error:
        print(type(error).__name__, error)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)

# What is new stays new, with its members, and they with their parent.
draft = Album(title="draft", songs=[Song(name="one")], notes={"tempo": Note(topic="tempo")})
for copied in (pickled, copy.deepcopy):
    session = Session(engine)
    album = copied(draft)
    print(inspect(album).transient, album.songs[0].album is album, album.notes.keys())
    print(inspect(album).attrs.title.history, type(album.songs), type(album.notes))
    album.songs.append(Song(name="two"))
    album.cover = "blue"
    session.add(album)
    session.commit()
    print(album.id, [song.name for song in album.songs], draft.id, len(draft.songs))

    # What has a row is detached, and has what was loaded.
    session.expire_all()
    print(album.title)
    away = copied(album)
    print(sorted(set(vars(away)) - {"_sa_instance_state"}), inspect(away).detached, away.id)
    tell(lambda: away.cover)
    tell(lambda: away.songs)
    tell(lambda: session.add(away))
    away.title = "edited"
    print(album.title, album in session.dirty, session.merge(away) is album, album.title)
    session.rollback()
    print(album.title, [song.name for song in album.songs])
    away = copied(album)
    away.songs.pop()
    session.merge(away)
    print(len(session.dirty), [song.name for song in album.songs])
    session.commit()
    session.expire(album)
    away = copied(album)
    tell(lambda: away.title)
    session.close()
    session.add(away)
    print(away.title, away.cover, [song.name for song in away.songs])
    session.delete(away)
    session.flush()
    gone = copied(away)
    print(inspect(gone).detached, inspect(gone).was_deleted, inspect(away).deleted)
    session.rollback()
    session.close()

# copy.copy gives another object with the same state: it is no object of its own.
session = Session(engine)
album = session.query(Album).first()
other = copy.copy(album)
other.title = "other"
print(album.title, other.title, inspect(other) is inspect(album), len(session.dirty))
session.add(other)
session.commit()
print(session.query(Album.title).order_by(Album.id).all())

# The object that was copied may be gone.
alone = copy.copy(session.query(Album).order_by(Album.id.desc()).first())
session.add(alone)
session.commit()
print(alone.title, alone.id, session.query(Album).get(alone.id) is alone)

# Lists of objects, with what the options loaded or said.
for options in ([selectinload(Album.songs)], [joinedload(Album.songs)], [raiseload(Album.songs)]):
    albums = pickled(session.query(Album).options(*options).order_by(Album.id).all())
    tell(lambda albums=albums: [len(each.songs) for each in albums])
    tell(lambda albums=albums: albums[0].songs[0].album.title)
album = session.query(Album).first()
album.title = "changed"
away = pickled(album)
print(inspect(away).modified, inspect(away).attrs.title.history)
session.rollback()

# Rows are found by name afterwards, not by column.
for question in (
    lambda: session.execute(select(Album.id, Album.title.label("named")).order_by(Album.id)).all(),
    lambda: session.query(Album.id, Album.title.label("named")).order_by(Album.id).all(),
    lambda: session.execute(text("SELECT id, title AS named FROM albums ORDER BY id")).all(),
    lambda: engine.execute(select(Album.id, Album.title.label("named"))).fetchall(),
):
    rows = question()
    for again in (pickled(rows), copy.deepcopy(rows), [copy.copy(row) for row in rows]):
        print(again, again == rows, type(again[0]), again[0].named, again[0]._mapping["id"])
    tell(lambda rows=rows: pickled(rows)[0]._mapping[Album.__table__.c.id])
    tell(lambda rows=rows: pickled(rows)[0].absent)
row = pickled(session.query(Album, Song.name).join(Album.songs).first())
print(row.name, row.Album.title, inspect(row.Album).detached)

# Errors come back from another process with what they tell.
for error in (
    exc.IntegrityError("INSERT", {"id": 1}, ValueError("twice")),
    exc.NoReferencedTableError("no table", "albums"),
    exc.InvalidRequestError("no", code="abcd"),
    UnmappedInstanceError(5),
):
    again = pickled(error)
    print(type(again), again, again.args, vars(again).keys() == vars(error).keys())
