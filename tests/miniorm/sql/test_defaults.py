"""Defaults: of ours, of the database, by a sequence."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.defaults import ColumnDefault, DefaultClause, Sequence
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.types import Integer


class Counter:
    def __call__(self) -> str:
        return "object"

    def method(self) -> str:
        return "method"


def with_context(context: Any) -> str:
    return f"context {context}"


@pytest.mark.parametrize(
    ("function", "value"),
    [
        (lambda: "plain", "plain"),
        (with_context, "context X"),
        (lambda context, extra=1: extra, 1),
        (Counter(), "object"),
        (Counter().method, "method"),
        (dict, {}),
        (partial(int, "5"), 5),
    ],
    ids=["plain", "context", "extra", "object", "method", "class", "partial"],
)
def test_a_function_is_called_with_the_context_if_it_wants_it(function: Any, value: Any) -> None:
    default = ColumnDefault(function)
    assert (default.is_callable, default.arg("X")) == (True, value)


def test_a_function_of_two_arguments_is_refused() -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        ColumnDefault(lambda one, two: 5)
    assert str(caught.value) == (
        "ColumnDefault Python function takes zero or one positional arguments"
    )


def test_a_default_is_a_value_a_function_or_sql() -> None:
    kinds = [ColumnDefault(given) for given in (5, list, func.now())]
    assert [(kind.is_scalar, kind.is_callable, kind.is_clause_element) for kind in kinds] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_a_column_has_up_to_three_defaults() -> None:
    column = Column("x", Integer, default=1, onupdate=2, server_default="3")
    assert repr(column) == (
        "Column('x', Integer(), table=None, onupdate=ColumnDefault(2), default=ColumnDefault(1), "
        "server_default=DefaultClause('3', for_update=False))"
    )


def test_a_server_default_is_sql() -> None:
    with pytest.raises(exc.ArgumentError, match=r"^Argument 'arg' is expected to be one of type"):
        DefaultClause(5)


def test_a_sequence_is_accepted() -> None:
    column = Column("id", Integer, Sequence("ids", start=5), primary_key=True)
    assert repr(column.default) == "Sequence('ids', start=5)"
