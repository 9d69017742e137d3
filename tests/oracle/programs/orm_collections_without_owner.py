"""A collection of an object that nobody holds any more: the change is refused, and nothing is left."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, event
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    books = relationship("Book", back_populates="shelf", cascade="all, delete-orphan")
    labels = relationship("Label", collection_class=set)
    loans = relationship("Loan", lazy="dynamic", back_populates="shelf")


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    shelf_id = Column(ForeignKey("shelves.id"))
    shelf = relationship("Shelf", back_populates="books")


class Label(Base):
    __tablename__ = "labels"
    id = Column(Integer, primary_key=True)
    shelf_id = Column(ForeignKey("shelves.id"))


class Loan(Base):
    __tablename__ = "loans"
    id = Column(Integer, primary_key=True)
    shelf_id = Column(ForeignKey("shelves.id"))
    shelf = relationship("Shelf", back_populates="loans")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
for autoflush in (True, False):
    session = Session(engine, autoflush=autoflush)
    session.add(Shelf(books=[Book(), Book()], labels={Label()}))
    session.commit()
    session.close()
    one = session.query(Shelf).limit(1)
    spare = Shelf(name="spare")
    for change in (
        lambda: one.one().books.append(Book()),
        lambda: one.one().books.append(Book(shelf=spare)),
        lambda: one.one().books.extend([Book(), Book(shelf=spare)]),
        lambda: one.one().books.insert(0, Book()),
        lambda: one.one().books.pop(),
        lambda: one.one().books.clear(),
        lambda: one.one().books.remove(session.query(Book).first()),
        lambda: one.one().books.__setitem__(0, Book()),
        lambda: one.one().books.__iadd__([Book()]),
        lambda: one.one().labels.add(Label()),
        lambda: one.one().labels.pop(),
        lambda: one.one().labels.update({Label()}),
        lambda: one.one().loans.append(Loan()),
        lambda: setattr(one.one(), "books", [Book()]),
        lambda: setattr(one.one(), "name", "kept"),
    ):
        try:
            change()
        except Exception as error:
            print(type(error).__name__, error)
        print(len(session.new), len(session.dirty), spare in session, spare.books)
        session.flush()
        print(session.query(Book.id, Book.shelf_id).all(), session.query(Label.shelf_id).all())
        session.rollback()
