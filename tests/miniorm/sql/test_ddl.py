"""CREATE and DROP on a database: order, checks, listeners."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm import event, exc
from ormtutor.miniorm.engine.create import create_engine
from ormtutor.miniorm.sql.constraints import ForeignKey, Index
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.types import Integer


@pytest.fixture
def engine() -> Any:
    return create_engine("sqlite://")


@pytest.fixture
def sent(engine: Any) -> list[str]:
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        words = statement.split()
        if words[0] in ("CREATE", "DROP", "ALTER"):
            statements.append(" ".join(words[:3]))

    event.listen(engine, "before_cursor_execute", note)
    return statements


def test_tables_are_created_after_those_they_refer_to(
    metadata: MetaData, addresses: Table, engine: Any, sent: list[str]
) -> None:
    metadata.create_all(engine)
    metadata.drop_all(engine)
    assert sent == [
        "CREATE TABLE users",
        "CREATE TABLE addresses",
        "DROP TABLE addresses",
        "DROP TABLE users",
    ]


def test_what_is_there_is_not_created_again(
    metadata: MetaData, users: Table, engine: Any, sent: list[str]
) -> None:
    metadata.create_all(engine)
    metadata.create_all(engine)
    assert sent == ["CREATE TABLE users"]


def test_indexes_are_created_with_their_table(engine: Any, sent: list[str]) -> None:
    table = Table("t", MetaData(), Column("a", Integer))
    Index("by_a", table.c.a)
    table.create(engine)
    assert sent == ["CREATE TABLE t", "CREATE INDEX by_a"]


def test_tables_in_a_circle_are_dropped_with_a_warning(engine: Any, sent: list[str]) -> None:
    metadata = MetaData()
    Table("a", metadata, Column("id", Integer, primary_key=True), Column("b", ForeignKey("b.id")))
    Table("b", metadata, Column("id", Integer, primary_key=True), Column("a", ForeignKey("a.id")))
    metadata.create_all(engine)
    with pytest.warns(exc.SAWarning, match=r"^Can't sort tables for DROP"):
        metadata.drop_all(engine)
    assert sorted(sent) == ["CREATE TABLE a", "CREATE TABLE b", "DROP TABLE a", "DROP TABLE b"]
