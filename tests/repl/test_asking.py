"""The commands that ask, over the small lesson, on the screen and in line mode."""

from __future__ import annotations

from tests.repl.conftest import Talk
from tests.repl.test_dialog import PASS
from tests.repl.test_line import Lines, lines

__all__ = ["lines"]

SCRIPT = "\n".join(PASS) + "\n"


def test_explain_tells_the_plan_of_a_statement(talk: Talk) -> None:
    assert talk.perform(":explain") == [
        "!  Nothing has been sent in this step yet.",
        "   -> :sql lists.",
    ]
    assert talk.perform(*PASS, ":explain 1") == [
        "Statement 1",
        "  writes without looking anything up: no table has to be searched",
    ]
    assert talk.perform("session.query(Book).order_by(Book.title).all()", ":explain") == [
        "Statement 2",
        "  reads every row of books",
        "  sorts in memory, for ORDER BY",
        "Reading every row is the fastest way through a small table. Of a large one, an index on "
        "what the",
        "WHERE or the join compares saves it.",
    ]
    assert talk.perform(":explain 9")[0] == "!  There is no statement 9 in this step."
    assert talk.perform(":expl x")[0] == "!  'x' is no number."


def test_explain_says_its_words_in_line_mode(lines: Lines) -> None:
    told = lines.run(f"{SCRIPT}session.get(Book, 1).title\n:explain 1\n")
    assert told[-2:] == [
        "Statement 1: INSERT INTO books (title) VALUES (?)",
        "Part 1: writes without looking anything up: no table has to be searched.",
    ]
