"""Which columns a change writes: given ones, those of execution, defaults."""

from __future__ import annotations

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.elements import bindparam
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.types import Integer, String


@pytest.fixture
def things() -> Table:
    return Table(
        "things",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("a", Integer, default=5),
        Column("b", Integer, default=lambda: 6, onupdate=lambda: 7),
        Column("c", Integer, default=func.foo(), onupdate=func.bar()),
        Column("d", Integer, server_default="7"),
        Column("name", String),
    )


def test_without_values_all_columns_are_written(things: Table) -> None:
    assert str(things.insert()) == (
        "INSERT INTO things (id, a, b, c, d, name) VALUES (:id, :a, :b, :c, :d, :name)"
    )


def test_the_parameters_of_execution_are_written_in_the_order_of_the_table(things: Table) -> None:
    compiled = things.insert().compile(column_keys=["name", "id", "no such column"])
    assert str(compiled) == (
        "INSERT INTO things (id, a, b, c, name) VALUES (:id, :a, :b, foo(), :name)"
    )


def test_defaults_of_ours_are_computed_before_and_others_asked_for_after(things: Table) -> None:
    compiled = things.insert().values(name="x").compile()
    assert [column.key for column in compiled.prefetch] == ["a", "b"]
    assert [column.key for column in compiled.postfetch] == ["c", "d"]


def test_an_update_has_defaults_of_its_own(things: Table) -> None:
    compiled = things.update().values(name="x").compile()
    assert str(compiled) == "UPDATE things SET b=:b, c=bar(), name=:name"
    assert [column.key for column in compiled.prefetch] == ["b"]


def test_each_row_has_defaults_of_its_own(things: Table) -> None:
    compiled = things.insert().values([{"name": "x"}, {"name": "y"}]).compile()
    assert str(compiled) == (
        "INSERT INTO things (a, b, c, name) VALUES (:a, :b, foo(), :name_m0), "
        "(:a_m1, :b_m1, foo(), :name_m1)"
    )
    assert [column.key for column in compiled.prefetch] == ["a", "b", "a_m1", "b_m1"]


def test_a_later_row_needs_the_columns_of_the_first(things: Table) -> None:
    statement = things.insert().values([{"name": "x", "d": 5}, {"name": "y"}])
    with pytest.raises(exc.CompileError, match=r"^INSERT value for column things\.d is explicitly"):
        statement.compile()


def test_a_missing_value_of_execution_is_an_error(things: Table) -> None:
    compiled = things.insert().compile(column_keys=["name"])
    with pytest.raises(exc.InvalidRequestError, match="A value is required for bind parameter"):
        compiled.construct_params({}, group=1)


def test_a_column_name_is_taken_in_a_change(things: Table) -> None:
    statement = things.update().where(things.c.name == bindparam("name"))
    with pytest.raises(exc.CompileError, match=r"^bindparam\(\) name 'name' is reserved"):
        statement.compile(column_keys=["name"])


def test_a_key_that_nothing_fills_is_warned_about() -> None:
    table = Table("t", MetaData(), Column("k", String, primary_key=True), Column("v", Integer))
    with pytest.warns(exc.SAWarning, match=r"^Column 't\.k' is marked as a member of the primary"):
        table.insert().compile(column_keys=["v"])
