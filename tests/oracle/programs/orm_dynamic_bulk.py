"""update() and delete() of a dynamic attribute: what they refuse is refused before the flush."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Author(Base):
    __tablename__ = "authors"
    id = Column(Integer, primary_key=True)
    poems = relationship("Poem", lazy="dynamic")
    sorted_poems = relationship("Poem", lazy="dynamic", order_by="Poem.id", viewonly=True)


class Poem(Base):
    __tablename__ = "poems"
    id = Column(Integer, primary_key=True)
    title = Column(String)
    author_id = Column(ForeignKey("authors.id"))


def show(run):
    try:
        print(run())
    except Exception as error:
        print(type(error).__name__, error)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
author = Author(poems=[Poem(title="a"), Poem(title="b")])
show(lambda: author.poems.delete())
session.add(author)
show(lambda: author.poems.update({"title": "c"}))
show(lambda: author.poems.update({Poem.title: "d"}, synchronize_session="fetch"))
show(lambda: [poem.title for poem in author.poems])
session.commit()
author.poems.append(Poem(id=1))
show(lambda: author.sorted_poems.update({"title": "e"}))
show(lambda: author.poems.delete())
session.rollback()
show(lambda: author.poems.delete(synchronize_session=False))
