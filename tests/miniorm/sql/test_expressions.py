"""Expressions with a syntax of their own."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.expressions import (
    all_,
    any_,
    case,
    cast,
    extract,
    funcfilter,
    over,
    tuple_,
    type_coerce,
    within_group,
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
            lambda c: c.id == any_(select(c.age).scalar_subquery()),
            "users.id = ANY (SELECT users.age \nFROM users)",
        ),
        (lambda c: all_(c.id) > 5, ":param_1 < ALL (users.id)"),
        (
            lambda c: over(func.sum(c.id), partition_by=c.name, order_by=c.id.desc()),
            "sum(users.id) OVER (PARTITION BY users.name ORDER BY users.id DESC)",
        ),
        (
            lambda c: func.sum(c.id).over(order_by=c.id, rows=(-5, None)),
            "sum(users.id) OVER (ORDER BY users.id ROWS BETWEEN :param_1 PRECEDING "
            "AND UNBOUNDED FOLLOWING)",
        ),
        (
            lambda c: funcfilter(func.count(c.id), c.id > 5),
            "count(users.id) FILTER (WHERE users.id > :id_1)",
        ),
        (
            lambda c: func.count().filter(c.id > 5, c.age < 9),
            "count(*) FILTER (WHERE users.id > :id_1 AND users.age < :age_1)",
        ),
        (
            lambda c: within_group(func.percentile_cont(0.5), c.id),
            "percentile_cont(:percentile_cont_1) WITHIN GROUP (ORDER BY users.id)",
        ),
    ],
)
def test_an_expression_is_written(build: Any, sql: str, users: Table) -> None:
    assert str(build(users.c)) == sql


def test_the_type_of_case_is_that_of_its_last_result(users: Table) -> None:
    assert repr(case((users.c.id == 1, "x"), (users.c.id == 2, 5)).type) == "Integer()"


def test_any_and_all_take_part_in_comparisons_only(users: Table) -> None:
    with pytest.raises(exc.ArgumentError, match=r"^Only comparison operators may be used"):
        any_(users.c.id) + 5


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"rows": 5}, "2-tuple expected for range/rows"),
        ({"rows": ("a", 5)}, "Integer or None expected for range value"),
        ({"rows": (1, 2), "range_": (1, 2)}, "'range_' and 'rows' are mutually exclusive"),
    ],
)
def test_a_wrong_frame_is_refused(frame: dict[str, Any], message: str, users: Table) -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        func.sum(users.c.id).over(**frame)
    assert str(caught.value) == message


def test_a_tuple_cannot_be_selected(users: Table) -> None:
    with pytest.raises(exc.CompileError, match=r"^Most backends don't support"):
        select(tuple_(users.c.id, users.c.name)).compile()
