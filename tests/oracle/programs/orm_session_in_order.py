"""A session gives its objects in the order in which they came, whatever their classes."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import Session, declarative_base, immediateload, joinedload, relationship
from sqlalchemy.orm import selectinload

Base = declarative_base()


class Named:
    def __repr__(self):
        return f"{type(self).__name__} {vars(self).get('id')}"


class Shelf(Named, Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    jars = relationship("Jar", back_populates="shelf")


class Jar(Named, Base):
    __tablename__ = "jars"
    id = Column(Integer, primary_key=True)
    shelf_id = Column(ForeignKey("shelves.id"))
    shelf = relationship(Shelf, back_populates="jars")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
kept = [Jar(), Shelf(jars=[Jar(), Jar()]), Jar(), Shelf(jars=[Jar()]), Jar(shelf=Shelf())]
session.add_all(kept)
print(list(session))
session.flush()
print(list(session))
session.expunge(kept[1])
session.add(kept[1])
print(list(session), session.identity_map.values())
session.commit()
session.close()
shelves = session.query(Shelf).options(joinedload(Shelf.jars)).all()
print(list(session), list(session.identity_map))
session.close()
jar = session.get(Jar, 5)
print(jar.shelf, jar.shelf.jars, session.get(Jar, 1))
print(list(session), [key for key, _ in session.identity_map.items()])
session.close()

# What is loaded for objects comes after them, and what is there already keeps its place.
for option in (selectinload, immediateload, joinedload):
    shelves = session.query(Shelf).options(option(Shelf.jars)).order_by(-Shelf.id).all()
    print(list(session))
    session.close()
    jars = session.query(Jar).options(option(Jar.shelf)).order_by(-Jar.id).all()
    print(list(session))
    session.add(jars[0])
    session.add_all(jars[:3])
    session.merge(Jar(id=2))
    print(list(session))
    session.close()

# Whatever is no key is not there.
for key in ((Jar, (5,), None), (Jar, (5,)), (Jar, 5), (Jar, (5, 5), None), None, "jar"):
    print(session.identity_map.get(key), key in session.identity_map)
print(session.identity_map.get(None, "nothing"))
