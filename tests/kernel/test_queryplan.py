"""The plan of a statement, asked for without the engine's knowledge. On both engines."""

from __future__ import annotations

from typing import Any

from ormtutor.kernel.client import Kernel
from tests.kernel.conftest import statements

GENEROUS = 5_000


def details(kernel: Kernel, number: int) -> list[str]:
    content: Any = kernel.inspect("explain", GENEROUS, str(number))
    assert content["problem"] == ""
    return [detail for _, _, detail in content["rows"]]


def test_a_statement_is_explained_by_its_number(models: Kernel) -> None:
    models.run("session.query(Member).filter_by(id=1).all()")
    models.run("session.query(Member).order_by(Member.name).all()")
    assert details(models, 1) == ["SEARCH members USING INTEGER PRIMARY KEY (rowid=?)"]
    assert details(models, 2) == ["SCAN members", "USE TEMP B-TREE FOR ORDER BY"]


def test_named_and_many_values_are_unknown_to_the_plan(models: Kernel) -> None:
    models.run(
        "from sqlalchemy import text\n"
        "session.execute(text('SELECT * FROM members WHERE id = :a OR name = :b'),"
        " {'a': 1, 'b': 'x'}).all()\n"
        "session.connection().exec_driver_sql('SELECT :a', {'a': 1}).all()\n"
        "session.connection().execute(Member.__table__.insert(), [{'name': 'a'}, {'name': 'b'}])"
    )
    assert details(models, 1) == ["SCAN members"]
    assert details(models, 2) == ["SCAN CONSTANT ROW"]
    assert details(models, 3) == []


def test_what_has_no_plan_says_so(models: Kernel) -> None:
    models.run(
        "connection = session.connection()\n"
        "connection.exec_driver_sql('PRAGMA user_version').all()\n"
        "connection.exec_driver_sql('SELECT * FROM loans').all()\n"
        "connection.exec_driver_sql('DROP TABLE loans')"
    )
    problems = [models.inspect("explain", GENEROUS, str(n))["problem"] for n in (1, 2, 3, 4)]
    assert problems == [
        "PRAGMA asks no table, so that it has no plan",
        "SQLite cannot plan it now: no such table: loans",
        "DROP asks no table, so that it has no plan",
        "that statement is not known here any more",
    ]


def test_the_connection_that_sent_it_is_asked(models: Kernel) -> None:
    models.run(
        "other = create_engine('sqlite://')\n"
        "Base.metadata.create_all(other)\n"
        "with other.connect() as connection:\n"
        "    connection.exec_driver_sql('CREATE INDEX ix ON members (name)')\n"
    )
    models.begin_step("next")
    models.run("session.query(Member.id).filter_by(name='a').all()")
    models.run("Session(other).query(Member.id).filter_by(name='a').all()")
    assert [details(models, 1), details(models, 2)] == [
        ["SCAN members"],
        ["SEARCH members USING COVERING INDEX ix (name=?)"],
    ]


def test_asking_for_a_plan_is_not_logged(models: Kernel) -> None:
    models.run("session.add(Member(name='a'))\nsession.flush()")
    details(models, 1)
    (answer,) = models.ask(["len(sql)"])
    assert answer.left == "1"
    assert statements(models.run("session.query(Member).count()"))[0].number == 2
