"""What would have happened under another loading, another cascade, in another spelling."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ormtutor.repl import commands
from tests.repl.conftest import Talk
from tests.repl.test_line import Lines, lines

__all__ = ["lines"]

SHELF = (
    "session.add_all([Book(title=t, notes=[Note(text=t)]) for t in 'abc']); session.commit()",
    "books = session.query(Book).all()",
    "for book in books: print(len(book.notes))",
)
DELETED = (SHELF[0], "book = session.query(Book).first()", "session.delete(book)")


@pytest.fixture(params=["", "1.4", "2.1"], ids=["miniorm", "1.4", "2.1"])
def any_engine(request: pytest.FixtureRequest) -> Iterator[Talk]:
    """Return a dialog on our own engine, and one on SQLAlchemy itself."""
    talk = Talk(release=request.param)
    yield talk
    talk.dialog.tutor.close()


def test_an_n_plus_one_is_run_again_with_another_loading(any_engine: Talk) -> None:
    assert any_engine.perform(*SHELF, ":whatif selectinload") == [
        "Your inputs with selectinload:",
        "  2  books = session.query(Book).options(selectinload(Book.notes)).all()",
        "cost: yours -> with selectinload",
        "  line 2: 1 statement, 3 rows -> 2 statements, 6 rows",
        "  line 3: 3 statements (3 lazy loads), 3 rows -> no statements, no rows",
        "  What is shown is the same.",
        "A kernel of its own ran it; nothing has changed here.",
    ]
    assert any_engine.perform(":whatif joined")[2:5] == [
        "cost: yours -> with joinedload",
        "  line 3: 3 statements (3 lazy loads), 3 rows -> no statements, no rows",
        "  What is shown is the same.",
    ]


def test_the_learners_kernel_is_not_touched_by_it(talk: Talk) -> None:
    talk.perform(*SHELF, *DELETED[1:])
    tutor = talk.dialog.tutor
    before = tutor.view("effects", 5_000), tutor.view("session", 5_000), tutor.statements
    for command in (":whatif selectinload", ":plan Book.notes", ":plan Book.notes none"):
        talk.perform(command)
    assert (tutor.view("effects", 5_000), tutor.view("session", 5_000), tutor.statements) == before


def test_a_loading_that_fails_says_how(talk: Talk) -> None:
    talk.perform(SHELF[0], "from sqlalchemy import select")
    all_books = "books = session.execute(select(Book)).scalars().all()"
    assert talk.perform(all_books, SHELF[2], ":whatif joinedload")[3:] == [
        "  line 3: 1 statement, 3 rows -> it fails: InvalidRequestError: The unique() method must "
        "be invoked",
        "    on this Result, as it contains results that include joined eager loads against "
        "collections",
        "A kernel of its own ran it; nothing has changed here.",
    ]


def test_the_n_plus_one_offers_it(talk: Talk) -> None:
    told = " ".join(line.strip() for line in talk.perform(*SHELF, ":why"))
    assert told.endswith("none. :whatif selectinload runs your inputs again so, and counts.")


def test_without_an_n_plus_one_there_is_nothing_to_compare(talk: Talk) -> None:
    assert talk.perform(":whatif selectinload") == [
        "!  No attribute was loaded object by object in this step.",
        "   -> It is for an N+1: a loop that sends a SELECT for each object.",
    ]
    assert talk.perform(
        SHELF[0], "books = [session.get(Book, n) for n in (1, 2, 3)]", SHELF[2], ":whatif selectin"
    ) == [
        "!  No query of this step asks for Book.",
        "   -> The option is written after query(...) or select(...) of Book.",
    ]


def test_a_plan_is_told_under_another_cascade(talk: Talk) -> None:
    assert talk.perform(*DELETED, ":plan") == [
        "A flush would now, in this order:",
        "  1  load Book.notes of Book#1 (it must be known first)",
        "  2  delete Book#1 from books (deleted)",
        "  3  do what becomes necessary when that is loaded: it cannot be told before",
        "   -> :plan Book.notes tells it under another cascade.",
    ]
    assert talk.perform(":plan Book.notes") == [
        'With cascade="all, delete-orphan" on Book.notes a flush would:',
        "  1  load Note.book of Note#1 (it must be known first)",
        "  2  delete Note#1 from notes (deleted)",
        "  3  delete Book#1 from books (deleted)",
        "  4  do what becomes necessary when that is loaded: it cannot be told before",
        'As it is, "save-update, merge", it would:',
        "  1  load Book.notes of Book#1 (it must be known first)",
        "  2  delete Book#1 from books (deleted)",
        "  3  do what becomes necessary when that is loaded: it cannot be told before",
        "A kernel of its own ran it; nothing has changed here.",
    ]
    assert talk.perform(":plan Book.notes cascade='save-update, merge'")[4:] == [
        'As it is, "save-update, merge": the same.',
        "A kernel of its own ran it; nothing has changed here.",
    ]


def test_a_key_that_would_be_emptied_offers_another_cascade(talk: Talk) -> None:
    assert talk.perform(*DELETED[:2], "len(book.notes)", DELETED[2], ":plan")[1:] == [
        "  1  update Note#1 in notes: book_id=NULL (Book#1 is deleted, Book.notes does not cascade "
        "that)",
        "  2  delete Book#1 from books (deleted)",
        "   -> :plan Book.notes tells it under another cascade.",
    ]


def test_another_cascade_on_real_sqlalchemy(any_engine: Talk) -> None:
    told = any_engine.perform(*DELETED, ":plan Book.notes")
    assert told[0] == 'With cascade="all, delete-orphan" on Book.notes a flush would:'
    assert [line for line in told if "delete Note#1" in line] != []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (":plan notes", ["!  'notes' is no relationship.",
                         "   -> :plan Book.notes, or :plan Book.notes all, delete-orphan."]),
        (":plan Book.notez", ["!  There is no relationship Book.notez.",
                              "   -> :schema shows all; one is written as User.posts."]),
        (":plan Book.notes delet", ["!  'delet' is no cascade.",
                                    "   -> There are save-update, merge, refresh-expire, expunge, "
                                    "delete, all, delete-orphan, none."]),
        (":plan Book.title", ["!  There is no relationship Book.title.",
                              "   -> :schema shows all; one is written as User.posts."]),
    ],
)  # fmt: skip
def test_what_is_no_relationship_or_no_cascade_is_refused(
    talk: Talk, typed: str, told: list[str]
) -> None:
    assert talk.perform(typed) == told


def test_a_cascade_that_the_engine_refuses_is_told_in_its_words(talk: Talk) -> None:
    told = talk.perform(":plan Note.book all, delete-orphan")
    assert told[0].startswith("!  ArgumentError: For many-to-one relationship Note.book, ")
    assert told[-1] == "   -> Your own kernel was not touched."


def test_plan_proposes_the_relationships(talk: Talk) -> None:
    assert commands.candidates(talk.dialog, ":plan B") == [("Book.notes", 1, "plan")]


def test_both_are_said_in_line_mode(lines: Lines) -> None:
    typed = "\n".join([*SHELF, "", ":whatif selectinload", *DELETED[1:], ":plan Book.notes"])
    told = lines.run(typed + "\n")
    at = told.index(">>> :whatif selectinload")
    assert told[at : at + 7] == [
        ">>> :whatif selectinload",
        "What if selectinload:",
        "Line 2 would be: books = session.query(Book).options(selectinload(Book.notes)).all()",
        "Line 2: 1 statement, 3 rows, would be 2 statements, 6 rows",
        "Line 3: 3 statements (3 lazy loads), 3 rows, would be no statements, no rows",
        "What is shown is the same.",
        "A kernel of its own ran it; nothing has changed here.",
    ]
    assert told[-3:] == [
        "update Note#1 in notes: book_id=NULL "
        "(Book#1 is deleted, Book.notes does not cascade that)",
        "delete Book#1 from books (deleted)",
        "A kernel of its own ran it; nothing has changed here.",
    ]


# --- another spelling -----------------------------------------------------------------------------

QUERIES = (
    "session.query(Book).order_by(Book.id).all()",
    'session.query(Book).filter_by(title="b").one()',
    "session.query(Book.title, Note.text).join(Book.notes).order_by(Note.id).all()",
    "session.query(Book).filter(Book.notes.any(Note.text == 'a')).first()",
    "session.query(Book).count()",
    "session.query(Book).get(2)",
    "session.query(Note).options(joinedload(Note.book)).order_by(Note.id).all()",
    "[book.title for book in session.query(Book).order_by(Book.title.desc())]",
    "session.query(Book).order_by(Book.id)[1:2]",
    "session.query(func.max(Book.id)).scalar()",
    'session.query(Book).filter(Book.id == 1).update({"title": "z"})',
    "session.query(Note).filter(Note.id > 1).delete()",
)


def test_each_query_shows_the_same_in_its_other_spelling(any_engine: Talk) -> None:
    any_engine.perform(
        SHELF[0], "from sqlalchemy import func", "from sqlalchemy.orm import joinedload"
    )
    told = {query: any_engine.perform(query, ":translate") for query in QUERIES}
    said = {
        query: [line for line in lines if line.startswith("It ")] for query, lines in told.items()
    }
    labelled = (
        "It shows the same, and sends the same SQL but for the names of columns, which a Query "
        "labels:"
    )
    exactly = "It shows the same, and sends the same SQL:"
    same = {QUERIES[5], QUERIES[9], QUERIES[10], QUERIES[11]}
    assert said == {query: [exactly if query in same else labelled] for query in QUERIES}


def test_there_must_be_a_query_to_translate(talk: Talk) -> None:
    assert talk.perform(":translate") == [
        "!  No input of this step asks by query(...) or select(...)."
    ]
    assert talk.perform("session.query(Book)[0:1]; session.query(Book)[0]", ":translate") == [
        "!  Line 1 cannot be translated: an index of a Query has no counterpart; [0:1] has one."
    ]
