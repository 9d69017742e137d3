"""Operators: precedence and what a call does."""

from __future__ import annotations

import pytest

from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.elements import column


def test_an_operator_applies_to_plain_values() -> None:
    assert (operators.add(2, 3), operators.eq(2, 3), operators.neg(2)) == (5, False, -2)


def test_an_operator_builds_an_expression_from_a_column() -> None:
    assert str(operators.like_op(column("a"), "x%", escape="^")) == "a LIKE :a_1 ESCAPE '^'"


def test_an_operator_is_its_own_contrarys_contrary() -> None:
    assert operators.in_op.negation is operators.not_in_op
    assert operators.not_in_op.negation is operators.in_op


@pytest.mark.parametrize(
    ("inner", "outer", "needs"),
    [
        (operators.or_, operators.and_, True),
        (operators.and_, operators.or_, False),
        (operators.and_, operators.and_, False),
        (operators.eq, operators.eq, True),
        (operators.add, operators.mul, True),
        (operators.mul, operators.add, False),
        (operators.sub, operators.sub, True),
        (operators.add, operators.contains_op, True),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_parentheses_follow_precedence(
    inner: operators.Operator, outer: operators.Operator, needs: bool
) -> None:
    assert operators.is_precedent(inner, outer) is needs


def test_spelled_operators_are_equal_when_they_are_spelled_alike() -> None:
    assert operators.custom_op("&") == operators.custom_op("&")
    assert operators.custom_op("&") != operators.custom_op("&", precedence=5)


def test_an_unknown_operator_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="Operator 'lshift' is not supported"):
        column("a") << 5
