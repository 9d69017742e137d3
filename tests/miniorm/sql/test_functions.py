"""Functions: by any name, and those that are known."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.functions import GenericFunction, func
from ormtutor.miniorm.sql.schema import Table
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.types import Integer


@pytest.mark.parametrize(
    ("build", "sql"),
    [
        (lambda c: func.anything(c.id, 5), "anything(users.id, :anything_1)"),
        (lambda c: func.shop.price(5), "shop.price(:price_1)"),
        (lambda c: func.left_(c.name, 1), "left(users.name, :left_1)"),
        (lambda c: getattr(func, "my func")(5), '"my func"(:my_func_1)'),
        (lambda c: func.count(), "count(*)"),
        (lambda c: func.COUNT(c.id.distinct()), "count(DISTINCT users.id)"),
        (lambda c: func.coalesce(c.name, None, "x"), "coalesce(users.name, NULL, :coalesce_1)"),
        (lambda c: func.now(), "now()"),
        (lambda c: func.current_timestamp(), "CURRENT_TIMESTAMP"),
        (lambda c: func.lower(c.name) == "x", "lower(users.name) = :lower_1"),
        (lambda c: func.cast(c.id, Integer), "CAST(users.id AS INTEGER)"),
    ],
)
def test_a_function_is_written(build: Any, sql: str, users: Table) -> None:
    assert str(build(users.c)) == sql


@pytest.mark.parametrize(
    ("build", "type_"),
    [
        (lambda c: func.count(c.id), "Integer()"),
        (lambda c: func.sum(c.balance), "Numeric(precision=10, scale=2)"),
        (lambda c: func.max(c.name), "String(length=50)"),
        (lambda c: func.coalesce(None, c.name), "String(length=50)"),
        (lambda c: func.now(), "DateTime()"),
        (lambda c: func.anything(c.id), "NullType()"),
        (lambda c: func.anything(c.id, type_=Integer), "Integer()"),
    ],
)
def test_a_function_has_a_type(build: Any, type_: str, users: Table) -> None:
    assert repr(build(users.c).type) == type_


def test_a_function_of_the_learners_own_is_found_by_its_name() -> None:
    class as_money(GenericFunction):
        type = Integer
        name = "to_cents"
        identifier = "as_money"

    made = func.as_money(5)
    assert (type(made), str(made), repr(made.type)) == (
        as_money,
        "to_cents(:to_cents_1)",
        "Integer()",
    )


def test_sqlite_spells_some_in_its_own_way(sqlite: DefaultDialect) -> None:
    statement = select(func.now(), func.char_length("x"))
    assert str(statement.compile(dialect=sqlite)) == (
        "SELECT CURRENT_TIMESTAMP AS now_1, length(?) AS char_length_1"
    )
