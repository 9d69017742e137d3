"""Queries rewritten so that they load at once what was loaded one object at a time."""

from __future__ import annotations

import pytest

from ormtutor.kernel.messages import Statement
from ormtutor.otherwise import one_by_one, rewritten
from ormtutor.turn import Turn

TARGETS = {
    "Book.notes": "Note",
    "Note.author": "Author",
    "Book.shelf": "Shelf",
    "Shelf.books": "Book",
}


def lazily(*names: str) -> Turn:
    """Return a turn that loaded these attributes lazily, with one statement each."""
    return Turn(
        1,
        "...",
        1,
        "shelf/put",
        tuple(
            Statement(1, number, "SELECT 1", ((),), f"lazy load of {name}", 1, (), 0.1)
            for number, name in enumerate(names, 1)
        ),
    )


def test_what_was_loaded_twice_or_more_by_one_input_is_wanted() -> None:
    turns = [lazily("Book.notes", "Book.notes", "Book.shelf"), lazily("Book.shelf")]
    assert one_by_one(turns) == ("Book.notes",)


@pytest.mark.parametrize(
    ("wanted", "source", "expected"),
    [
        (
            ["Book.notes"],
            "for b in session.query(Book).order_by(Book.id): print(b.notes)",
            "for b in session.query(Book).options(selectinload(Book.notes)).order_by(Book.id): "
            "print(b.notes)",
        ),
        (
            ["Book.notes", "Note.author"],
            "found = session.query(Book).all()",
            "found = session.query(Book)"
            ".options(selectinload(Book.notes).selectinload(Note.author)).all()",
        ),
        (
            ["Book.notes", "Book.shelf"],
            "session.scalars(select(Book)).all()",
            "session.scalars(select(Book)"
            ".options(selectinload(Book.notes), selectinload(Book.shelf))).all()",
        ),
        (
            ["Book.shelf", "Shelf.books"],
            "session.query(Book, Shelf)",
            "session.query(Book, Shelf).options("
            "selectinload(Book.shelf).selectinload(Shelf.books), "
            "selectinload(Shelf.books).selectinload(Book.shelf))",
        ),
        (
            ["Book.notes"],
            "é = 'é'; q = session.query(\n    Book,\n); r = session.query(Book)",
            "é = 'é'; q = session.query(\n    Book,\n).options(selectinload(Book.notes)); "
            "r = session.query(Book).options(selectinload(Book.notes))",
        ),
        (["Note.author"], "session.query(Book).all()", "session.query(Book).all()"),
        (["Book.notes"], "session.query(Book.title)", "session.query(Book.title)"),
        (["Book.notes"], "session.query(Book", "session.query(Book"),
    ],
)
def test_the_option_stands_behind_the_query_that_asks_for_the_class(
    wanted: list[str], source: str, expected: str
) -> None:
    assert rewritten(source, wanted, TARGETS, "selectinload") == expected
