"""The verdict on a try that lacks one thing: both halves, with marks under what differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ormtutor.course.library import parse
from ormtutor.repl import panels
from ormtutor.repl.cells import text_of
from ormtutor.repl.events import Judged
from tests.repl.conftest import Talk


@pytest.fixture(scope="module")
def talk() -> Iterator[Talk]:
    talk = Talk(shelf=parse(Path(__file__).parent / "almost.md"))
    yield talk
    talk.dialog.tutor.close()


def judged(talk: Talk, step: str, source: str) -> list[str]:
    """Enter a step, type something, ask `:check`; return what the verdict shows."""
    talk.perform(f":go {step}", source, ":check")
    (verdict,) = [event.verdict for event in talk.events if isinstance(event, Judged)]
    return [text_of(line).rstrip() for line in panels.verdict(verdict, 78, onward="")]


def test_output_is_compared_by_words(talk: Talk) -> None:
    assert judged(talk, "printed", 'print("Hello  big wrld")') == [
        "Almost  One goal is left: the prompt shows Hello big world.",
        "    - the step asks  Hello big world",
        "    + you            Hello  big wrld",
        "                          ^^    ^^^^",
    ]


def test_values_are_compared_by_words(talk: Talk) -> None:
    assert judged(talk, "value", 'titles = ["Atlas", "Bee"]') == [
        "Almost  One goal is left: titles is ['Atlas', 'Bees'].",
        "    - the step asks  ['Atlas', 'Bees']",
        "    + you            ['Atlas', 'Bee']",
        "                                ^^^",
    ]


def test_rows_are_compared_by_words(talk: Talk) -> None:
    source = 'session.add(Book(title="clouds")); session.commit()'
    assert judged(talk, "row", source) == [
        "Almost  One goal is left: books holds 1 more row, committed.",
        "    - the step asks  books(title='Clouds')",
        "    + you            books(title='clouds')",
        "                                  ^^^^^^",
    ]


def test_statements_are_compared_by_tokens_with_their_cause(talk: Talk) -> None:
    source = "session.query(Book.title).filter(Book.id >= 2).all()"
    assert judged(talk, "exact", source) == [
        "Almost  One goal is left: exactly the lesson's SQL.",
        "    - SELECT books.title AS books_title FROM books WHERE books.id > 1",
        "    + SELECT books.title AS books_title FROM books WHERE books.id >= 2",
        "                                                                  ^^ ^",
        "    (query, line 1)",
    ]


def test_an_extra_statement_has_its_cause(talk: Talk) -> None:
    source = "first = session.get(Book, 1); session.query(Book.title).filter(Book.id > 1).all()"
    assert judged(talk, "exact", source) == [
        "Almost  One goal is left: exactly the lesson's SQL.",
        "    + SELECT books.id AS books_id, books.title AS books_title FROM books WHERE",
        "      books.id = 1  (get Book#1, line 1)",
    ]


def test_what_a_function_gives_is_compared_by_words(talk: Talk) -> None:
    source = "def titles(session): return [book.title for book in session.query(Book)][:2]"
    assert judged(talk, "function", source) == [
        "Almost  One goal is left: titles(session) gives the right answer.",
        "    - the step asks  ['Atlas', 'Bees', 'Clouds']",
        "    + you            ['Atlas', 'Bees']",
        "                                     ^",
    ]


def test_a_right_try_is_no_almost(talk: Talk) -> None:
    talk.perform(":go printed", 'print("Hello big world")')
    assert talk.verdicts == ["pass"]
