"""What is reported about the database, on both engines: statements, causes, lines, states."""

from __future__ import annotations

from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import Rows, StateChange, Transaction
from tests.kernel.conftest import statements


def test_a_flush_tells_statement_cause_line_and_states(models: Kernel) -> None:
    replies = models.run(
        "noor = Member(name='Noor')\nsession.add(noor)\nsession.flush()", first_line=4
    )
    (insert,) = statements(replies)
    assert insert.sql == "INSERT INTO members (name) VALUES (?)"
    assert insert.parameters == (("'Noor'",),)
    assert (insert.cause, insert.line) == ("flush: explicit", 6)
    states = [(r.name, r.before, r.after, r.line) for r in replies if isinstance(r, StateChange)]
    assert states == [("noor", "transient", "pending", 5), ("noor", "pending", "persistent", 6)]


def test_transactions_are_told_and_not_counted(models: Kernel) -> None:
    replies = models.run("session.add(Member(name='Noor'))\nsession.commit()")
    assert [r.event for r in replies if isinstance(r, Transaction)] == ["BEGIN", "COMMIT"]
    assert [s.number for s in statements(replies)] == [1]


def test_causes_of_reading(models: Kernel) -> None:
    models.run("session.add(Member(name='Noor', loans=[Loan(tool='saw')]))\nsession.commit()")
    replies = models.run(
        "noor = session.query(Member).first()\n"
        "loans = noor.loans\n"
        "session.expire(noor)\n"
        "name = noor.name\n"
        "session.add(Member(name='Bram'))\n"
        "session.query(Member).count()"
    )
    causes = [statement.cause.partition(" for ")[0] for statement in statements(replies)]
    assert causes[0] == "query"
    assert causes[1] == "lazy load of Member.loans"
    assert causes[2] == "refresh of expired Member#1"
    assert causes[3] == "autoflush"


def test_rows_are_told(models: Kernel) -> None:
    models.run("session.add_all([Member(name='a'), Member(name='b')])\nsession.commit()")
    replies = models.run("session.query(Member).all()")
    assert [reply.rows for reply in replies if isinstance(reply, Rows)] == [2]


def test_an_executemany_is_one_statement(models: Kernel) -> None:
    replies = models.run(
        "result = session.execute(Member.__table__.insert(), [{'name': 'a'}, {'name': 'b'}])"
    )
    (insert,) = statements(replies)
    assert (insert.executemany, insert.sets, insert.parameters) == (
        True,
        2,
        (("'a'",), ("'b'",)),
    )
