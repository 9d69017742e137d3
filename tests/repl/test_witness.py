"""The SQL panel counts what sqlite3's own trace has seen, an executemany by its rows."""

from __future__ import annotations

import pytest

from tests.repl.conftest import Talk

LEFT_OUT = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
"""Transactions, and what only we send: the program sends no PRAGMA."""
PROGRAM = """\
seen = []
raw = session.connection().connection.dbapi_connection
raw.set_trace_callback(seen.append)
books = [Book(title=str(number)) for number in range(4)]
session.add_all(books)
session.commit()
for book in books:
    book.title += "!"
session.flush()
print([book.title for book in session.query(Book)], session.query(Book).count())
with session.begin_nested():
    session.delete(books[0])
session.execute(Book.__table__.insert(), [dict(title="a"), dict(title="b"), dict(title="c")])
session.rollback()
for book in session.query(Book):
    book.notes
raw.set_trace_callback(None)
"""


@pytest.mark.parametrize("repeats", [1, 3])
def test_the_panel_counts_what_the_trace_has_seen(talk: Talk, repeats: int) -> None:
    for _ in range(repeats):
        talk.perform(PROGRAM)
        turn = talk.dialog.tutor.turns[-1]
        assert turn.failure is None
        talk.perform(f"[sql.split()[0] for sql in seen if sql.split()[0] not in {LEFT_OUT}]")
        words = talk.dialog.tutor.turns[-1].value
        counted = [one.sql.split()[0] for one in turn.statements for _ in range(max(1, one.sets))]
        assert repr(counted) == words
        assert len(counted) > 15
