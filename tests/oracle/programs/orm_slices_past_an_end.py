"""Slices of a collection that begin or end outside of it."""

from sqlalchemy import Column, ForeignKey, Integer, bindparam, create_engine, func, literal, select
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    books = relationship("Book", back_populates="shelf", order_by="Book.id")


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    shelf_id = Column(ForeignKey("shelves.id"))
    shelf = relationship("Shelf", back_populates="books")

    def __repr__(self):
        return f"B{self.id}"


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
slices = [
    slice(-1, None),
    slice(-3, None),
    slice(None, -1),
    slice(5, None),
    slice(0, 9),
    slice(2, 1),
    slice(None, None, 2),
    slice(None, None, -1),
    slice(-9, 9, 2),
]
for size in (0, 1, 3):
    for number, place in enumerate(slices):
        for count in (0, 1, 2):
            start = size * 1000 + number * 100 + count * 10
            old = [Book(id=start + index) for index in range(size)]
            shelf = Shelf(books=old)
            try:
                shelf.books[place] = [Book(id=start + 5 + index) for index in range(count)]
            except (IndexError, ValueError) as error:
                print(type(error).__name__, error)
            print(shelf.books, [book for book in old if book.shelf is shelf])
            session.add(shelf)
    session.commit()
print([[*shelf.books] for shelf in session.query(Shelf).order_by(Shelf.id)])
for query in (session.query(Book), session.query(Book).limit(3), session.query(Book).offset(1)):
    for start, stop in ((1, 0), (0, 2), (2, None), (None, 2), (0, None), (3, 1)):
        print(query.slice(start, stop).all())
for start in (literal(1), bindparam("n", 1), literal(0) + 1, func.abs(1)):
    print(session.query(Book)[start:], session.query(Book)[start : literal(2)])
    print(session.query(Book).slice(start, 3).all(), session.query(Book)[start])
    print(select(Book).slice(start, 3), select(Book).slice(None, start))
# A slice cannot count with what a parameter tells later, nor with an expression.
for offset in (bindparam("n", 1), bindparam("n"), literal(1), literal(0) + 1, 1):
    query = session.query(Book).order_by(Book.id).offset(offset).slice(1, 3)
    for value in (1, 0):
        print(query.params(n=value).all())
    print(select(Book).offset(offset).slice(1, None), select(Book).offset(offset).slice(0, 2))
