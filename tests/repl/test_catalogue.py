"""What learners stumble over: each struggle with the program that causes it, in a real kernel.

`catalogue.ROWS` says which rule answers which struggle. Here each rule has programs after which it
has a remark, word for word, and similar programs after which it has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ormtutor.course.library import parse
from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import Failure, Finished
from ormtutor.repl import advice, catalogue, panels, views
from ormtutor.repl.catalogue import Past, Remark
from ormtutor.repl.cells import text_of
from ormtutor.repl.events import Concluded
from ormtutor.turn import Turn
from tests.repl.conftest import Talk

LIBRARY = Path(__file__).parent / "library.md"
Program = tuple[str, ...]

SLIPS = {"NameError", "SyntaxError", "AttributeError", "ImportError"}
"""Errors that would mean that a program in this file is wrong."""

FORGET = "for _ in [name for name in globals() if name[:2] != '__']: del globals()[_]"
FIRST = "ada = session.get(Author, 1)"
BOOK = "book = session.get(Book, 1)"
RENAME = (
    "with engine.begin() as c: c.execute(text(\"UPDATE authors SET name = 'Noor' WHERE id = 1\"))"
)
UNLINKED = """\
class Parent(Base):
    __tablename__ = "parents"
    id = Column(Integer, primary_key=True)
    children = relationship("Child")

class Child(Base):
    __tablename__ = "children"
    id = Column(Integer, primary_key=True)
    parent_id = Column(ForeignKey("parents.id"))
    parent = relationship("Parent"{more})
"""
TWO = "one, two = Session(), Session()"
CAUGHT = "try:\n    session.commit()\nexcept Exception as error:\n    print(error)\n"
TO_TITLE = 'filter(Book.title == "Book 00")'


class Library:
    """A kernel with three authors of two books each, in which programs are run."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.setup = "\n".join(example.source for example in parse(LIBRARY).setup)

    def begin(self) -> None:
        """Restore the library as it was at first."""
        for source in (FORGET, self.setup):
            assert self.kernel.run(source, mode="setup")[-1].status == "ok"
        self.kernel.begin_step("library/try")

    def perform(self, program: Program) -> Past:
        """Run a program, input by input, in the restored library; return its turns."""
        self.begin()
        turns: list[Turn] = []
        line = 1
        for number, source in enumerate(program, 1):
            replies = tuple(self.kernel.run(source, first_line=line))
            turns.append(Turn(number, source, line, "library/try", replies))
            failed = turns[-1].failure
            assert failed is None or failed.kind not in SLIPS, failed
            line = turns[-1].end_line + 1
        return Past(tuple(turns))


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with Kernel() as kernel:
        kernel.start()
        yield Library(kernel)


@pytest.fixture(scope="module")
def shared() -> Iterator[Talk]:
    talk = Talk(shelf=parse(LIBRARY))
    yield talk
    talk.dialog.tutor.close()


@pytest.fixture
def talk(shared: Talk) -> Talk:
    """Return a talk in the same library, in which nothing has been said yet."""
    shared.begin_anew()
    return shared


# --- the rules ------------------------------------------------------------------------------------

SAID: dict[str, list[tuple[Program, str]]] = {
    "autoflush failed": [
        (
            ("loan = Loan()", "session.add(loan)", "session.query(Book).all()"),
            "Your query on line 3 is fine. Before it the session wrote what was waiting, `loan` "
            "(added on line 2), and *that* failed: `loans.book_id` is empty. "
            "Call `session.rollback()`, mend it, and `add` it again.",
        ),
    ],
    "parent lost": [
        (
            (BOOK, "book.loans.append(Loan())", "session.commit()", "session.delete(book)",
             "session.flush()"),
            "`Loan#1` would be left without a parent: the flush set `loans.book_id` to NULL, which "
            "the column forbids. Let the children go with the parent: "
            '`cascade="all, delete-orphan"` on its relationship.',
        ),
    ],
    "flush failed": [
        (
            ("book = Book()", "session.add(book)", "session.flush()"),
            "`book` (added on line 2) could not be written: `books.title` is empty. "
            "Call `session.rollback()`, mend it, and `add` it again.",
        ),
        (
            ('twin = Author(id=1, name="Twin")', "session.add(twin)", "session.commit()"),
            "`twin` (added on line 2) could not be written: another row has that `authors.id`. "
            "Call `session.rollback()`, mend it, and `add` it again.",
        ),
        (
            (BOOK, 'sea = Tag(name="sea")', "book.tags.append(sea); sea.books.append(book)",
             "session.flush()"),
            "One of `book` and `sea` could not be written: another row has that "
            "`book_tags.book_id, book_tags.tag_id`. Call `session.rollback()`, mend it, and go on.",
        ),
    ],
    "still failed": [
        (
            ("session.add(Book())", "session.commit()", "session.query(Author).all()"),
            "The error to mend is that of line 2, `session.commit()`: `books.title` is empty. "
            "Nothing is wrong with this line: the session waits for `session.rollback()`.",
        ),
        (
            ("session.add(Loan())", "session.query(Book).all()", "session.query(Book).all()"),
            "The error to mend is that of line 2, `session.query(Book).all()`: `loans.book_id` is "
            "empty. Nothing is wrong with this line: the session waits for `session.rollback()`.",
        ),
        (
            ("session.add(Book())", CAUGHT, "session.query(Book).count()"),
            "The error to mend is that of line 3, `session.commit()`: `books.title` is empty. "
            "Nothing is wrong with this line: the session waits for `session.rollback()`.",
        ),
    ],
    "detached": [
        (
            (FIRST, "session.commit()", "session.close()", "ada.name"),
            "`ada` left its session on line 3, `session.close()`; its values were emptied by the "
            "commit on line 2, and line 4 reads one. Without a session nobody can fetch it.",
        ),
        (
            (FIRST, "session.expunge(ada)", "ada.books"),
            "`ada` left its session on line 2, `session.expunge(ada)`; line 3 reads `.books`, "
            "which was never loaded. Without a session nobody can fetch it.",
        ),
    ],
    "taken back": [
        (
            ('noor = Author(name="Noor")', "session.add(noor)", "session.flush()",
             "session.rollback()"),
            "`session.rollback()` took back 1 INSERT of line 3: sent, not committed.",
        ),
        (
            (FIRST, 'ada.name = "Ada"', "session.flush()", "session.close()"),
            "`session.close()` took back 1 UPDATE of line 3: sent, not committed.",
        ),
    ],
    "autoflush": [
        (
            ('noor = Author(name="Noor")', "session.add(noor)", "session.query(Book).count()"),
            "Autoflush: before the query on line 3 the session wrote `noor`.",
        ),
    ],
    "refresh": [
        (
            (FIRST, "session.commit()", "ada.name"),
            "Refresh: the commit on line 2 emptied `ada`; using it sent a SELECT.",
        ),
        (
            (FIRST, "session.rollback()", "print(ada.name)"),
            "Refresh: the rollback on line 2 emptied `ada`; using it sent a SELECT.",
        ),
        (
            (TWO, "mine = one.get(Author, 1); other = two.get(Author, 2)", "one.commit()",
             "two.commit()", "mine.name"),
            "Refresh: the commit on line 3 emptied `mine`; using it sent a SELECT.",
        ),
        (
            (FIRST, "session.commit()", "ada.name", "session.expire_all()", "ada.name"),
            "Refresh: `ada` was expired; using it sent a SELECT.",
        ),
    ],
    "lazy load": [
        (
            (FIRST, "ada.books"),
            "Lazy load: reading `ada.books` sent a SELECT of its own.",
        ),
    ],
    "N+1": [
        (
            ("for author in session.query(Author): print(len(author.books))",),
            "N+1: line 1 sent 3 SELECTs for `Author.books`, one each.",
        ),
        (
            ("[book.title for author in session.query(Author) for book in author.books]",),
            "N+1: line 1 sent 3 SELECTs for `Author.books`, one each.",
        ),
    ],
    "unread": [
        (
            ("found = session.query(Author).options(selectinload(Author.books)).all()",
             "[author.name for author in found]"),
            "Unused: the query on line 1 loaded `Author.books`, and nobody read it.",
        ),
        (
            ("found = session.query(Book).options(joinedload(Book.author)).all()",
             "[book.title for book in found]"),
            "Unused: the query on line 1 loaded `Book.author`, and nobody read it.",
        ),
    ],
    "kept": [
        (
            (FIRST, RENAME, "session.query(Author).all()"),
            "Kept: `ada.name` stays `'Author 0'`; the row says `'Noor'`.",
        ),
        (
            (TWO, "mine = one.get(Author, 1); other = two.get(Author, 1)",
             'mine.name = "Noor"; one.commit()', "two.query(Author).all()"),
            "Kept: `other.name` stays `'Author 0'`; the row says `'Noor'`.",
        ),
    ],
    "python decided": [
        (
            ('session.query(Author).filter(Author.id == 1 and Author.name == "x").all()',),
            "Python, not SQL, decided `and`: the filter became `authors.id = 1`.",
        ),
        (
            ('session.query(Author).filter(Author.name in ["Author 0"]).all()',),
            "Python, not SQL, decided `in`: the filter became `0 = 1`.",
        ),
        (
            ('session.query(Book).filter(Book.title == "Book 00" or "Book 01").all()',),
            "Python, not SQL, decided `or`: the filter became `Book 01`.",
        ),
    ],
    "added alone": [
        (
            ("ben, eva = Author(name='Ben'), Author(name='Eva')", "session.add(ben, eva)"),
            "Only `ben` was added; `eva` was not.",
        ),
    ],
    "joined fills": [
        (
            (f"session.query(Author).options(joinedload(Author.books)).{TO_TITLE}.all()",),
            "Your filter is on `books`; `Author.books` is filled from `books_1`.",
        ),
        (
            ("query = session.query(Author).join(Author.books)",
             f"query.options(joinedload(Author.books)).{TO_TITLE}.all()"),
            "Your filter is on `books`; `Author.books` is filled from `books_1`.",
        ),
    ],
    "cartesian": [
        (
            (f"session.query(Author).{TO_TITLE}.all()",),
            "Each row of `books` was paired with each of `authors`: a join is missing.",
        ),
    ],
    "rows, not objects": [
        (
            ("query = session.query(Author).join(Author.books)", "query.count()",
             "len(query.all())"),
            "6 rows, 3 objects: `count()` counts rows, the list objects.",
        ),
        (
            ("query = session.query(Author).join(Author.books)", "len(query.all())",
             "query.count()"),
            "6 rows, 3 objects: `count()` counts rows, the list objects.",
        ),
    ],
    "nulled": [
        (
            (FIRST, "session.delete(ada)", "session.flush()"),
            "Delete: `Book#1` and `Book#2` in `books` stay, with `author_id` NULL.",
        ),
    ],
    "still listed": [
        (
            (FIRST, "book = ada.books[0]", "session.delete(book)", "session.flush()"),
            "`book` is deleted, but still in the list `ada.books`.",
        ),
    ],
    "both ends": [
        (
            (FIRST, 'book = Book(title="New")', "book.author = ada"),
            "`book.author` and `ada.books` changed together, no SQL.",
        ),
        (
            ('sea = Tag(name="sea")', 'book = Book(title="New")', "book.tags.append(sea)"),
            "`sea.books` and `book.tags` changed together, no SQL.",
        ),
    ],
    "stray": [
        (
            (FIRST, 'ada.nmae = "Ada"'),
            "`ada.nmae` is not mapped, so no row will have it. Did you mean `name`?",
        ),
        (
            ('other = Author(name="x")', 'other.book = [Book(title="New")]'),
            "`other.book` is not mapped, so no row will have it. Did you mean `books`?",
        ),
    ],
    "unlinked": [
        (
            (UNLINKED.format(more=""), "parent = Parent()"),
            "`Child.parent` and `Parent.children` lack a `back_populates`.",
        ),
    ],
    "key, not object": [
        (
            ('book = Book(title="New", author_id=1)', "session.add(book)", "print(book.author)"),
            "`book.author_id` is 1, but `author` is not set yet.",
        ),
        (
            (BOOK, "book.author", "book.author_id = 2"),
            "`book.author_id` is 2, but `author` still is `Author#1`.",
        ),
    ],
    "association": [
        (
            (BOOK, 'sea = Tag(name="sea")', "book.tags.append(sea)", "session.commit()"),
            "Many-to-many: 1 row into `book_tags`, book <-> sea.",
        ),
    ],
}  # fmt: skip

SILENT: dict[str, list[Program]] = {
    "autoflush failed": [
        ("session.add(Loan())", "session.flush()"),
        ("session.execute(text('SELECT nothing FROM nowhere'))",),
        ("with session.no_autoflush:\n    session.add(Loan())\n    session.query(Book).all()\n",),
    ],
    "parent lost": [
        ("session.add(Loan())", "session.flush()"),
        (BOOK, "book.title = None", "session.flush()"),
        (FIRST, "session.delete(ada)", "session.flush()"),
    ],
    "flush failed": [
        ("session.execute(insert(Book).values(author_id=1))",),
        ("engine.execute(text('INSERT INTO loans (book_id) VALUES (NULL)'))",),
        ('session.add(Book(title="New"))', "session.flush()"),
    ],
    "still failed": [
        ("session.add(Book())", "session.commit()"),
        ("session.add(Book())", "session.commit()", "session.rollback()",
         "session.query(Author).all()"),
    ],
    "detached": [
        (FIRST, "ada.name", "session.close()", "ada.name"),
        (FIRST, "session.commit()", "ada.name"),
        ("noor = Author()", "noor.books"),
    ],
    "taken back": [
        (FIRST, "session.rollback()"),
        ('session.add_all([Book(title="New"), Book()])', CAUGHT),
        ('session.add(Author(name="Noor"))', "session.rollback()"),
        ('session.add(Author(name="Noor"))', "session.commit()", "session.rollback()"),
        ('session.add(Author(name="Noor"))', "session.commit()", "session.query(Author).all()",
         "session.close()"),
    ],
    "autoflush": [
        ('session.add(Author(name="Noor"))', "session.flush()", "session.query(Book).count()"),
        ("session.query(Book).count()",),
        ('session.add(Author(name="Noor"))', "session.commit()"),
    ],
    "refresh": [
        (FIRST, "ada.name"),
        (FIRST, 'session.execute(text("DELETE FROM authors"))', "session.expire(ada)", "ada.name"),
        (FIRST, "session.refresh(ada)"),
        ("session = Session(expire_on_commit=False)", FIRST, "session.commit()", "ada.name"),
    ],
    "lazy load": [
        ("ada = session.query(Author).options(selectinload(Author.books)).first()", "ada.books"),
        (FIRST, "ada.name"),
        (FIRST, "session.delete(ada)", "session.flush()"),
        (FIRST, "ada.prizes = []"),
        ("for author in session.query(Author): author.books",),
    ],
    "N+1": [
        (FIRST, "ada.books", "ada.books", "ada.books"),
        ("for author in session.query(Author).options(selectinload(Author.books)): author.books",),
        ("for number in (1, 2, 3): session.get(Author, number)",),
    ],
    "unread": [
        ("found = session.query(Author).options(selectinload(Author.books)).all()",
         "found[0].books"),
        ("found = session.query(Book).options(joinedload(Book.author)).all()",
         "[book.author.name for book in found]"),
        ("found = session.query(Author).all()",),
    ],
    "kept": [
        (FIRST, RENAME, "session.expire_all()", "session.query(Author).all()"),
        (FIRST, RENAME, "session.query(Author).populate_existing().all()"),
        (FIRST, "session.query(Author).all()"),
        (FIRST, 'ada.name = "Mine"', "session.query(Author).all()"),
        (RENAME, "session.query(Author).all()"),
    ],
    "python decided": [
        ('session.query(Author).filter((Author.id == 1) & (Author.name == "x")).all()',),
        ('session.query(Author).filter(Author.name.in_(["Author 0"])).all()',),
        ("wanted = True", "session.query(Author).filter(Author.id == 1 if wanted else True).all()"),
        ("[author for author in session.query(Author) if author.id == 1 and author.name]",),
    ],
    "added alone": [
        ("ben, eva = Author(name='Ben'), Author(name='Eva')", "session.add_all([ben, eva])"),
        ("session.add(Author(name='Ben'))",),
        ("{1}.add(2, 3)",),
    ],
    "joined fills": [
        ("session.query(Author).options(joinedload(Author.books)).filter(Author.id == 1).all()",),
        (f"session.query(Author).join(Author.books).{TO_TITLE}.all()",),
        ("query = session.query(Author).join(Author.books)",
         f"query.options(contains_eager(Author.books)).{TO_TITLE}.all()"),
    ],
    "cartesian": [
        (f"session.query(Author).join(Author.books).{TO_TITLE}.all()",),
        ("session.query(Author, Book).filter(Book.author_id == Author.id).all()",),
    ],
    "rows, not objects": [
        ("query = session.query(Author)", "query.count()", "len(query.all())"),
        ("session.query(Author).join(Author.books).all()",),
        ("query = session.query(Author).join(Author.books).distinct()", "query.count()",
         "len(query.all())"),
        ("session.query(Book).count()", "session.query(Author).join(Author.books).all()"),
    ],
    "nulled": [
        (BOOK, "book.author = None", "session.flush()"),
        ("prize = Prize(name='x')", FIRST, "ada.prizes.append(prize)", "session.commit()",
         "ada.prizes.remove(prize)", "session.flush()"),
        (BOOK, "session.delete(book)", "session.flush()"),
        (BOOK, 'tag = Tag(name="x")', "session.add(tag)", "session.commit()", "book.author = None",
         "session.delete(tag)", "session.flush()"),
    ],
    "still listed": [
        (FIRST, "book = ada.books[0]", "session.delete(book)", "session.commit()"),
        (FIRST, "book = ada.books[0]", "ada.books.remove(book)", "session.delete(book)",
         "session.flush()"),
        (BOOK, "session.delete(book)", "session.flush()"),
    ],
    "both ends": [
        (FIRST, 'ada.name = "Ada"'),
        ('book = Book(title="New", author_id=1)', "session.add(book)"),
        (UNLINKED.format(more=""), "parent = Parent()", "child = Child(parent=parent)"),
    ],
    "stray": [
        (FIRST, 'ada.name = "Ada"'),
        (FIRST, 'ada.greeting = "hello"'),
        (FIRST, 'ada._nmae = "Ada"'),
        ('Author.nickname = "none"', FIRST, 'ada.nickname = "Ad"'),
    ],
    "unlinked": [
        (UNLINKED.format(more=', back_populates="children"').replace(
            '("Child")', '("Child", back_populates="parent")'), "parent = Parent()",
         "child = Child(parent=parent)"),
        (FIRST, 'book = Book(title="New", author=ada)'),
    ],
    "key, not object": [
        (FIRST, 'book = Book(title="New", author=ada)', "session.add(book)", "book.author"),
        ('book = Book(title="New", author_id=1)', "session.add(book)", "session.commit()",
         "book.author"),
        (BOOK, "book.author_id = 2", "session.commit()", "book.author"),
        (BOOK, "book.author", "book.author = session.get(Author, 2)", "session.flush()"),
        ('book = Book(title="New")', "book.author"),
    ],
    "association": [
        ('session.add(Author(name="Noor", books=[Book(title="New")]))', "session.commit()"),
        (BOOK, "book.tags", "session.commit()"),
        ("session.execute(insert(book_tags), [{'book_id': 1, 'tag_id': 1}])",),
    ],
}  # fmt: skip


def remarks(past: Past) -> dict[str, Remark]:
    """Return what the rules say about a program's last input, and at the end of the step."""
    found = [catalogue.on_error(past), *catalogue.on_surprise(past), catalogue.unread(past.turns)]
    return {remark.rule: remark for remark in found if remark is not None}


CASES = [(rule, *case) for rule, cases in SAID.items() for case in cases]
ALIKE = [(rule, program) for rule, programs in SILENT.items() for program in programs]
ERRORS = {"autoflush failed", "parent lost", "flush failed", "still failed", "detached"}


@pytest.mark.parametrize(("rule", "program", "said"), CASES)
def test_it_is_said(library: Library, rule: str, program: Program, said: str) -> None:
    past = library.perform(program)
    assert remarks(past)[rule].text == said


@pytest.mark.parametrize(("rule", "program"), ALIKE)
def test_a_program_that_looks_alike_is_left_alone(
    library: Library, rule: str, program: Program
) -> None:
    past = library.perform(program)
    assert rule not in remarks(past)


@pytest.mark.parametrize(("rule", "program", "said"), CASES)
def test_a_surprise_takes_one_line_and_an_error_three(
    rule: str, program: Program, said: str
) -> None:
    text, most = (said, 3) if rule in ERRORS else (f"{said} `:why`", 1)
    lines = panels.said(text, 80, lead="   -> ")
    assert len(lines) <= most, "\n".join(map(text_of, lines))


def test_a_surprise_is_said_once(talk: Talk) -> None:
    first = talk.perform(FIRST, "ada.books")
    second = talk.perform("other = session.get(Author, 2)", "other.books")
    assert first == ["   -> Lazy load: reading ada.books sent a SELECT of its own. :why"]
    assert second == []


def test_a_surprise_that_was_said_is_still_explained(talk: Talk) -> None:
    talk.perform(FIRST, "ada.books", "other = session.get(Author, 2)", "other.books")
    assert talk.perform(":why")[0] == "Lazy load: reading other.books sent a SELECT of its own."


def test_why_says_more_of_the_last_surprise(talk: Talk) -> None:
    told = talk.perform("author", FIRST, "session.commit()", "ada.name", ":why")
    assert told == [
        "Refresh: the commit on line 3 emptied ada; using it sent a SELECT.",
        "   -> After a commit others may change the row, so the session forgets the values it has "
        "and fetches",
        "      them at the next read: one SELECT for each object. "
        "sessionmaker(expire_on_commit=False) keeps",
        "      them, old as they may be.",
    ]


def test_why_says_more_of_the_last_error(talk: Talk) -> None:
    told = talk.perform("session.add(Book())", "session.flush()", ":why")
    assert told[:2] == [
        "sqlalchemy.exc.IntegrityError on line 2:",
        "Book (new) (added on line 1) could not be written: books.title is empty. Call "
        "session.rollback(),",
    ]


# --- did you mean ---------------------------------------------------------------------------------

READER = """\
class Reader(Base):
    __tablename__ = "readers"
    id = Column(Integer, primary_key=True)
    author_id = Column(ForeignKey("authors.id"))
    author = relationship({target}, back_populates={back})
"""
MEANT: list[tuple[Program, str]] = [
    (("shelf = 1", "shlef"), "shelf"),
    (("pritn(1)",), "print"),
    (("[none]",), "None"),
    (("ada = Author(nmae='Ada')",), "name"),
    ((FIRST, "ada.boks"), "books"),
    (("Author.boks",), "books"),
    (("session.comit()",), "commit"),
    (("session.query(Author).filter_by(nmae='Ada')",), "name"),
    (("session.query(Author).options(joinedload(Author.boks))",), "books"),
    (("from sqlalchemy import Colum",), "Column"),
    (("from sqlalchemy.orm import relationshp",), "relationship"),
    (("import sqlalchmey",), "sqlalchemy"),
    (("import sqlalchemy", "sqlalchemy.version"), "__version__"),
    (("relationship('Book', back_populate='author')",), "back_populates"),
    (("create_engine('sqlite://', ecoh=True)",), "echo"),
    (("session.execute(text('SELECT * FROM autors'))",), "authors"),
    (("session.execute(text('SELECT nmae FROM authors'))",), "name"),
    ((READER.format(target="'Autor'", back="'readers'"), "Reader()"), "Author"),
    ((READER.format(target="'Author'", back="'boks'"), "Reader()"), "books"),
    (("def f():\n    title = 1\n    return titel\n", "f()"), "title"),
]
FAR: list[Program] = [
    ("zzzzzz",),
    ("x",),
    ("session.query(Idol)",),  # Python's id is not meant
    ("Author(zzzzzz=1)",),
    ("session.zzzzzz",),
    ("import zzzzzz",),
    ("None.books",),
    ("session.execute(text('SELECT * FROM zzzzzz'))",),
]


def failed(library: Library, program: Program) -> Failure:
    """Run a program that ends in an error; return it."""
    library.begin()
    (*_, last) = [library.kernel.run(source) for source in program]
    assert isinstance(last[-1], Finished)
    assert last[-1].failure is not None
    return last[-1].failure


@pytest.mark.parametrize(("program", "meant"), MEANT)
def test_a_near_name_is_asked_for(library: Library, program: Program, meant: str) -> None:
    found = failed(library, program)
    assert found.near == meant
    assert f"id you mean `{meant}`?" in advice.on_failure(found)


@pytest.mark.parametrize("program", FAR)
def test_a_name_that_nothing_is_near_to_is_left_alone(library: Library, program: Program) -> None:
    assert failed(library, program).near == ""


def test_the_words_of_the_database_stand_before_those_of_the_wrapper(library: Library) -> None:
    found = failed(library, ("loan = Loan()", "session.add(loan)", "session.query(Book).all()"))
    told = re.sub(r"\d+ frames", "some frames", found.text)
    assert told.split("\n")[:6] == [
        "Traceback (most recent call last):",
        "  line 1, in <module>",
        "    session.query(Book).all()",
        "  … inside session.query(Book).all(), some frames",
        "the database: NOT NULL constraint failed: loans.book_id  (writing loan)",
        "sqlalchemy.exc.IntegrityError: (raised as a result of Query-invoked autoflush; consider "
        "using a session.no_autoflush block if this flush is occurring prematurely)",
    ]


def test_a_traceback_is_cut_to_the_learners_lines(library: Library) -> None:
    program = ("def find(name):\n    return session.query(Author).filter_by(nmae=name)\n",)
    found = failed(library, (*program, "[find('Ada')]"))
    assert found.text.split("\n")[:6] == [
        "Traceback (most recent call last):",
        "  line 1, in <module>",
        "    [find('Ada')]",
        "     ^^^^^^^^^^^",
        "  line 2, in find",
        "    return session.query(Author).filter_by(nmae=name)",
    ]
    assert "ormtutor/miniorm" not in found.text
    assert "ormtutor/miniorm/" in found.full.replace("\\", "/")


def test_an_import_that_fails_names_no_file_of_ours(library: Library) -> None:
    found = failed(library, ("from sqlalchemy.orm import relationshp",))
    assert found.message == "cannot import name 'relationshp' from 'sqlalchemy.orm'"


# --- what the console shows beside the input ------------------------------------------------------


def outcome(talk: Talk, *program: str) -> list[str]:
    """Perform a program; return what the console shows under its last input."""
    talk.perform(*program)
    (turn,) = [event.turn for event in talk.events if isinstance(event, Concluded)]
    return [text_of(line).rstrip() for line in panels.behind(turn.replies, 100)]


def session_panel(talk: Talk, *program: str) -> list[str]:
    talk.perform(*program)
    view = talk.dialog.tutor.view("session")
    return [text_of(line).rstrip() for line in views.session(view, 100, 1000)]


def statements(talk: Talk, *program: str) -> list[str]:
    """Perform a program; return what the SQL panel says under each statement of its last input."""
    talk.perform(*program)
    (turn,) = [event.turn for event in talk.events if isinstance(event, Concluded)]
    return [
        note
        for item in panels.items(turn.replies)
        if isinstance(item, panels.Entry)
        for note in panels.notes(item)
    ]


def test_transitions_stand_under_the_input_that_made_them(talk: Talk) -> None:
    assert outcome(talk, 'noor = Author(name="Noor")', "session.add(noor)") == [
        "    noor: transient -> pending (no SQL)"
    ]
    assert outcome(talk, "session.commit()") == [
        "    noor: pending -> persistent (1 statement: INSERT; COMMIT)"
    ]
    assert outcome(talk, "1 + 1") == []


def test_lanes_tell_python_transaction_and_committed_apart(talk: Talk) -> None:
    assert session_panel(talk, FIRST, 'ada.name = "Ada"') == [
        "object  state       python    this txn       committed",
        "ada     persistent  id=1      id=1           id=1",
        "                    name=Ada  name=Author 0  name=Author 0",
        "",
        "waiting list: empty   identity map: Author#1",
        "changed: ada",
        "rollback now would: set Author#1.name back to 'Author 0'",
    ]
    assert session_panel(talk, "session.commit()")[-1] == "rollback now would: change nothing"


def test_expired_values_are_marked(talk: Talk) -> None:
    assert session_panel(talk, FIRST, "session.commit()")[1:3] == [
        "ada     persistent  id (expired)    id=1           id=1",
        "                    name (expired)  name=Author 0  name=Author 0",
    ]
    assert "(expired)" not in "\n".join(session_panel(talk, "ada.name"))


def test_a_failed_session_is_named_in_the_header(talk: Talk) -> None:
    talk.perform("session.add(Book())", "session.flush()")
    view = talk.dialog.tutor.view("session")
    assert views.transaction_word(view) == "FAILED, rollback needed"
    talk.perform("session.rollback()")
    assert views.transaction_word(talk.dialog.tutor.view("session")) == "none"


def test_rows_are_told_apart_from_objects(talk: Talk) -> None:
    assert statements(talk, FIRST, "session.query(Author).all()") == [
        "3 rows -> 2 new and 1 already loaded objects"
    ]
    assert statements(talk, "session.query(Author.name).all()") == ["3 rows"]


def test_association_rows_are_arrows(talk: Talk) -> None:
    assert statements(talk, BOOK, 'book.tags = [Tag(name="sea")]', "session.flush()") == [
        "1 row in -> Tag#1 (new)",
        "1 row in: Book#1 <-> Tag#1",
    ]
    assert statements(talk, 'session.add(Book(title="New"))', "session.flush()") == [
        "1 row in -> Book#7 (new)"
    ]


def test_unique_is_asked_for(talk: Talk) -> None:
    query = "session.execute(select(Author).options(joinedload(Author.books)))"
    assert talk.perform(f"{query}.scalars().all()") == [
        "   -> A joined eager load repeats the parent once for each child. .unique() makes one of "
        "them again:",
        "      session.execute(...).unique().scalars().all().",
    ]
    assert talk.perform(f"{query}.unique().scalars().all()") == []


def test_a_query_is_told_in_its_other_spelling(talk: Talk) -> None:
    assert talk.perform('session.query(Author).filter_by(name="Ada").first()', ":translate") == [
        "Line 1 with select():",
        "  from sqlalchemy import select",
        '  session.scalars(select(Author).filter_by(name="Ada").limit(1)).first()',
        "It shows the same, and sends the same SQL but for the names of columns, which a Query "
        "labels:",
        "  SELECT authors.id, authors.name FROM authors WHERE authors.name = 'Ada' LIMIT 1 "
        "OFFSET 0",
        "A kernel of its own ran it; nothing has changed here.",
    ]


BESIDE = {
    "panel: transitions": test_transitions_stand_under_the_input_that_made_them,
    "panel: lanes": test_lanes_tell_python_transaction_and_committed_apart,
    "panel: expired": test_expired_values_are_marked,
    "panel: failed": test_a_failed_session_is_named_in_the_header,
    "panel: known": test_rows_are_told_apart_from_objects,
    "panel: association": test_association_rows_are_arrows,
    "advice: unique": test_unique_is_asked_for,
    "command: translate": test_a_query_is_told_in_its_other_spelling,
}
"""What answers a struggle that has no rule, and the test of it."""


@pytest.mark.parametrize(("row", "answers"), catalogue.ROWS.items())
def test_each_struggle_has_an_answer_and_each_answer_its_tests(
    row: str, answers: tuple[str, ...]
) -> None:
    assert answers
    for answer in answers:
        assert answer in BESIDE or (SAID[answer] and SILENT[answer]), (row, answer)


def test_each_rule_answers_a_struggle() -> None:
    answers = {answer for answers in catalogue.ROWS.values() for answer in answers}
    assert answers == SAID.keys() | BESIDE.keys()
    assert SAID.keys() == SILENT.keys()
    assert len(SAID) == len(catalogue.ERRORS) + len(catalogue.SURPRISES) + 1  # `unread`


# --- the lessons' own answers ---------------------------------------------------------------------

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("[0-9]*.md"))

SPOKEN: dict[str, dict[str, set[str]]] = {
    "01-mapping": {"several": {"autoflush"}},
    "02-session": {
        "autoflush": {"autoflush"},
        "commit": {"refresh"},
        "rollback": {"taken back"},
        "with": {"taken back"},
    },
    "04-relationships": {
        "both-ends": {"both ends"},
        "lazy": {"lazy load"},
        "backref": {"both ends"},
    },
    "05-joins": {"duplicates": {"rows, not objects"}},
    "06-loading": {"n-plus-one": {"N+1"}, "not-the-same": {"joined fills"}},
    "07-cascades": {"null": {"nulled"}, "ghost": {"still listed"}},
    "08-many-to-many": {
        "append": {"association"},
        "delete": {"association"},
        "challenge": {"association"},
    },
}
"""The surprises that the lesson's own lines cause and that are shown, by lesson and step."""


def spoken(path: Path) -> dict[str, set[str]]:
    """Run a lesson's own lines in one kernel; return the surprises shown, by the step's id."""
    lesson = parse(path)
    told: dict[str, set[str]] = {}
    with Kernel() as kernel:
        kernel.start()
        kernel.run("\n".join(example.source for example in lesson.setup), mode="setup")
        for step in lesson.steps:
            kernel.run("\n".join(example.source for example in step.setup), mode="setup")
            kernel.begin_step(lesson.key(step))
            turns: list[Turn] = []
            for number, example in enumerate(step.reference, 1):
                replies = tuple(kernel.run(example.source, first_line=number))
                turns.append(Turn(number, example.source, number, step.id, replies))
                for remark in catalogue.on_surprise(Past(tuple(turns))):
                    if catalogue.is_news(remark, example.source, step):
                        told.setdefault(step.id, set()).add(remark.rule)
            last = catalogue.unread(turns)
            if last is not None and catalogue.is_news(last, last.source, step):
                told.setdefault(step.id, set()).add(last.rule)
    return told


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_interrupted_only_where_it_is_about_that(path: Path) -> None:
    assert spoken(path) == SPOKEN.get(path.stem, {})
