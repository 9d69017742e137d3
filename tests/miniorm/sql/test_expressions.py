"""Expressions with a syntax of their own."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.expressions import (
    case,
    cast,
    extract,
    funcfilter,
    over,
    tuple_,
    type_coerce,
)
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Table
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.types import Integer, Numeric, String


@pytest.mark.parametrize(
    ("build", "sql"),
    [
        (
            lambda c: case((c.id == 1, "x"), else_="y"),
            "CASE WHEN (users.id = :id_1) THEN :param_1 ELSE :param_2 END",
        ),
        (
            lambda c: case([(c.id == 1, "x")], else_=c.name),
            "CASE WHEN (users.id = :id_1) THEN :param_1 ELSE users.name END",
        ),
        (
            lambda c: case({1: "x"}, value=c.id),
            "CASE users.id WHEN :param_1 THEN :param_2 END",
        ),
        (lambda c: cast(c.id, Numeric(10, 2)), "CAST(users.id AS NUMERIC(10, 2))"),
        (lambda c: c.id.cast(String), "CAST(users.id AS VARCHAR)"),
        (lambda c: cast(None, Integer), "CAST(NULL AS INTEGER)"),
        (lambda c: type_coerce(c.id, String) + "x", "users.id || :param_1"),
        (lambda c: extract("year", c.name), "EXTRACT(year FROM users.name)"),
        (
            lambda c: tuple_(c.id, c.name) == (1, "x"),
            "(users.id, users.name) = (:param_1, :param_2)",
        ),
        (
            lambda c: tuple_(c.id, c.name).in_([(1, "x")]),
            "(users.id, users.name) IN (__[POSTCOMPILE_param_1])",
        ),
        (
            lambda c: over(func.sum(c.id), partition_by=c.name, order_by=c.id.desc()),
            "sum(users.id) OVER (PARTITION BY users.name ORDER BY users.id DESC)",
        ),
        (
            lambda c: funcfilter(func.count(c.id), c.id > 5),
            "count(users.id) FILTER (WHERE users.id > :id_1)",
        ),
        (
            lambda c: func.count().filter(c.id > 5, c.age < 9),
            "count(*) FILTER (WHERE users.id > :id_1 AND users.age < :age_1)",
        ),
    ],
)
def test_an_expression_is_written(build: Any, sql: str, users: Table) -> None:
    assert str(build(users.c)) == sql


def test_the_type_of_case_is_that_of_its_last_result(users: Table) -> None:
    assert repr(case((users.c.id == 1, "x"), (users.c.id == 2, 5)).type) == "Integer()"


def test_a_tuple_cannot_be_selected(users: Table) -> None:
    with pytest.raises(exc.CompileError, match=r"^Most backends don't support"):
        select(tuple_(users.c.id, users.c.name)).compile()
