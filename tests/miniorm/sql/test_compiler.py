"""Compiler: parameters in their order, lists written out, results named."""

from __future__ import annotations

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.elements import bindparam, literal, text
from ormtutor.miniorm.sql.expressions import tuple_
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Table
from ormtutor.miniorm.sql.select import select


def test_parameters_stand_in_the_order_of_the_text(users: Table, sqlite: DefaultDialect) -> None:
    cte = select(users.c.id).where(users.c.name == "in the cte").cte("c")
    statement = select(literal("first column")).select_from(cte).where(cte.c.id == 5)
    compiled = statement.compile(dialect=sqlite)
    _, parameters = compiled.ready(compiled.construct_params())
    assert parameters == ("in the cte", "first column", 5)


def test_a_list_is_written_out_at_execution(users: Table, sqlite: DefaultDialect) -> None:
    compiled = select(users.c.id).where(users.c.id.in_([7, 8])).compile(dialect=sqlite)
    assert compiled.ready(compiled.construct_params()) == (
        "SELECT users.id \nFROM users \nWHERE users.id IN (?, ?)",
        (7, 8),
    )


def test_an_empty_list_finds_nothing(users: Table, sqlite: DefaultDialect) -> None:
    compiled = users.c.id.in_([]).compile(dialect=sqlite)
    assert compiled.ready(compiled.construct_params()) == (
        "users.id IN (SELECT 1 FROM (SELECT 1) WHERE 1!=1)",
        (),
    )


def test_a_list_of_tuples_is_written_out(users: Table, sqlite: DefaultDialect) -> None:
    criterion = tuple_(users.c.id, users.c.name).in_([(1, "a"), (2, "b")])
    compiled = criterion.compile(dialect=sqlite)
    assert compiled.ready(compiled.construct_params()) == (
        "(users.id, users.name) IN (VALUES (?, ?), (?, ?))",
        (1, "a", 2, "b"),
    )


def test_a_list_may_come_at_execution(users: Table, sqlite: DefaultDialect) -> None:
    compiled = users.c.id.in_(bindparam("ids", expanding=True)).compile(dialect=sqlite)
    assert compiled.ready(compiled.construct_params({"ids": [1, 2, 3]})) == (
        "users.id IN (?, ?, ?)",
        (1, 2, 3),
    )


def test_a_missing_value_is_an_error(users: Table, sqlite: DefaultDialect) -> None:
    compiled = (users.c.id == bindparam("x")).compile(dialect=sqlite)
    with pytest.raises(exc.InvalidRequestError) as caught:
        compiled.construct_params()
    assert str(caught.value) == (
        "A value is required for bind parameter 'x' (Background on this error at: "
        "https://sqlalche.me/e/14/cd3x)"
    )


def test_values_may_be_written_into_the_text(users: Table) -> None:
    criterion = (users.c.name == "it's") & users.c.id.in_([1, 2])
    compiled = criterion.compile(compile_kwargs={"literal_binds": True})
    assert str(compiled) == "users.name = 'it''s' AND users.id IN (1, 2)"


def test_result_columns_tell_names_and_types(users: Table, sqlite: DefaultDialect) -> None:
    statement = select(users.c.id, users.c.name.label("who"), func.count(), text("x"))
    columns = statement.compile(dialect=sqlite).result_columns
    assert [(column[0], repr(column[3])) for column in columns] == [
        ("id", "Integer()"),
        ("who", "String(length=50)"),
        ("count_1", "Integer()"),
        (None, "NullType()"),
    ]


def test_a_name_that_cannot_follow_a_colon_is_changed(users: Table) -> None:
    assert str(bindparam("my name.1")) == ":my_name.1"


def test_a_compiled_statement_knows_what_it_is(users: Table) -> None:
    kinds = [
        statement.compile()
        for statement in (select(users), users.insert(), users.update(), users.delete())
    ]
    assert [(c.is_select, c.isinsert, c.isupdate, c.isdelete) for c in kinds] == [
        (True, False, False, False),
        (False, True, False, False),
        (False, False, True, False),
        (False, False, False, True),
    ]


def test_more_than_one_table_in_an_update_is_not_for_sqlite(
    users: Table, addresses: Table, sqlite: DefaultDialect
) -> None:
    statement = users.update().values(name="x").where(users.c.id == addresses.c.user_id)
    with pytest.raises(NotImplementedError, match="multiple-table criteria within UPDATE"):
        statement.compile(dialect=sqlite)
