"""A collection in the order of a column that only the association table has, by each way of loading."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, create_engine
from sqlalchemy.orm import Session, aliased, backref, contains_eager, declarative_base, defaultload
from sqlalchemy.orm import immediateload, joinedload, lazyload, relationship, selectinload
from sqlalchemy.orm import subqueryload

Base = declarative_base()
tracks = Table(
    "tracks",
    Base.metadata,
    Column("album_id", ForeignKey("albums.id"), primary_key=True),
    Column("song_id", ForeignKey("songs.id"), primary_key=True),
    Column("place", Integer),
)


class Band(Base):
    __tablename__ = "bands"
    id = Column(Integer, primary_key=True)
    albums = relationship("Album", order_by="Album.id")


class Album(Base):
    __tablename__ = "albums"
    id = Column(Integer, primary_key=True)
    band_id = Column(ForeignKey("bands.id"))
    songs = relationship(
        "Song",
        secondary=tracks,
        order_by=lambda: [tracks.c.place.desc(), Song.name],
        backref=backref("albums", order_by=tracks.c.place),
    )


class Song(Base):
    __tablename__ = "songs"
    id = Column(Integer, primary_key=True)
    name = Column(String)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Band(albums=[Album(), Album()]))
session.add_all([Song(name="Ann"), Song(name="Bob"), Song(name="Cid")])
session.commit()
for album, song, place in ((1, 1, 3), (1, 2, 1), (1, 3, 2), (2, 3, 5), (2, 1, 9)):
    session.execute(tracks.insert().values(album_id=album, song_id=song, place=place))
session.commit()


def tell(albums):
    print([(album.id, [song.name for song in album.songs]) for album in albums])
    session.expunge_all()


other, song = aliased(Album), aliased(Song)
for load in (lazyload, joinedload, subqueryload, selectinload, immediateload):
    tell(session.query(Album).options(load(Album.songs)).order_by(Album.id))
    tell(session.query(Album).options(load(Album.songs)).order_by(Album.id).limit(1))
    tell(session.query(Album).options(load(Album.songs.of_type(song))).order_by(Album.id))
    tell(session.query(other).options(load(other.songs)).order_by(other.id))
    for first in (joinedload, subqueryload, defaultload):
        tell(
            session.query(Band).options(first(Band.albums).options(load(Album.songs))).one().albums
        )
    for found in session.query(Song).options(load(Song.albums)).order_by(Song.id):
        print(found.name, [album.id for album in found.albums])
    session.expunge_all()
eager = contains_eager(Album.songs)
tell(session.query(Album).join(Album.songs).options(eager).order_by(Album.id, Song.id))
