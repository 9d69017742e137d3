"""CREATE TABLE and its like as text."""

from __future__ import annotations

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.constraints import CheckConstraint, ForeignKey, Index, UniqueConstraint
from ormtutor.miniorm.sql.ddl import CreateIndex, CreateTable, DropIndex
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.type_api import NullType, TypeEngine
from ormtutor.miniorm.sql.types import DECIMAL, VARBINARY, DateTime, Integer, Numeric, String


def test_a_table_is_written(users: Table) -> None:
    assert str(CreateTable(users)) == (
        "\nCREATE TABLE users (\n"
        "\tid INTEGER NOT NULL, \n"
        "\tname VARCHAR(50), \n"
        "\tage INTEGER, \n"
        "\tactive BOOLEAN, \n"
        "\tbalance NUMERIC(10, 2), \n"
        "\tPRIMARY KEY (id)\n"
        ")\n\n"
    )


def test_rules_and_defaults_are_written() -> None:
    metadata = MetaData()
    Table("boxes", metadata, Column("id", Integer, primary_key=True))
    table = Table(
        "things",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("box_id", ForeignKey("boxes.id", ondelete="CASCADE")),
        Column("code", String(5), server_default="it's", nullable=False),
        Column("made", DateTime, server_default=func.now()),
        Column("size", Integer, CheckConstraint("size > 0")),
        UniqueConstraint("box_id", "code", name="one_code"),
    )
    assert str(CreateTable(table)) == (
        "\nCREATE TABLE things (\n"
        "\tid INTEGER NOT NULL, \n"
        "\tbox_id INTEGER, \n"
        "\tcode VARCHAR(5) DEFAULT 'it''s' NOT NULL, \n"
        "\tmade DATETIME DEFAULT now(), \n"
        "\tsize INTEGER CHECK (size > 0), \n"
        "\tPRIMARY KEY (id), \n"
        "\tCONSTRAINT one_code UNIQUE (box_id, code), \n"
        "\tFOREIGN KEY(box_id) REFERENCES boxes (id) ON DELETE CASCADE\n"
        ")\n\n"
    )


def test_names_are_quoted_where_they_must_be() -> None:
    table = Table("Order", MetaData(), Column("my col", Integer), Column('a"b', Integer))
    assert str(CreateTable(table)) == (
        '\nCREATE TABLE "Order" (\n\t"my col" INTEGER, \n\t"a""b" INTEGER\n)\n\n'
    )


def test_a_column_without_a_type_cannot_be_created(sqlite: DefaultDialect) -> None:
    table = Table("t", MetaData(), Column("x"))
    with pytest.raises(exc.CompileError) as caught:
        CreateTable(table).compile(dialect=sqlite)
    assert str(caught.value) == (
        "(in table 't', column 'x'): Can't generate DDL for NullType(); did you forget to specify "
        "a type on this Column?"
    )


def test_an_index_may_be_of_expressions(users: Table) -> None:
    index = Index("by_name", func.lower(users.c.name), users.c.age.desc(), unique=True)
    assert str(CreateIndex(index)) == (
        "CREATE UNIQUE INDEX by_name ON users (lower(name), age DESC)"
    )
    assert str(DropIndex(index)) == "\nDROP INDEX by_name"


def test_an_index_without_a_table_cannot_be_created() -> None:
    with pytest.raises(exc.CompileError) as caught:
        str(CreateIndex(Index("lonely", "x")))
    assert str(caught.value) == "Index 'lonely' is not associated with any table."


@pytest.mark.parametrize(
    ("type_", "ddl"),
    [
        (String(5, collation="NOCASE"), 'VARCHAR(5) COLLATE "NOCASE"'),
        (Numeric(), "NUMERIC"),
        (Numeric(5), "NUMERIC(5)"),
        (DECIMAL(5, 0), "DECIMAL(5, 0)"),
        (VARBINARY(3), "VARBINARY(3)"),
        (NullType(), "NULL"),
    ],
    ids=repr,
)
def test_a_type_is_written(type_: TypeEngine, ddl: str) -> None:
    assert type_.compile() == ddl


def test_the_unknown_type_is_no_ddl(sqlite: DefaultDialect) -> None:
    with pytest.raises(exc.CompileError, match=r"^Can't generate DDL for NullType\(\)"):
        NullType().compile(dialect=sqlite)
