"""What SQLAlchemy has and miniorm has not says so, wherever it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.sql.elements import column
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.types import Integer


def mapped_attribute() -> Any:
    class Tag(declarative_base()):  # type: ignore[misc]
        __tablename__ = "tags"
        id = Column(Integer, primary_key=True)

    return Tag.id


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda: select(column("x")).with_for_update, "with_for_update"),
        (lambda: select(column("x")).fetch, "fetch"),
        (lambda: select(column("x")).lateral, "lateral"),
        (lambda: select(column("x")).scalar_subquery().where, "where"),
        (lambda: column("x").any_, "any_"),
        (lambda: mapped_attribute().any_, "any_"),
        (lambda: func.json_each("[]").alias, "alias"),
        (lambda: func.json_each("[]").table_valued, "table_valued"),
        (lambda: Integer().with_variant, "with_variant"),
        (lambda: Table("t", MetaData(), Column("id", Integer)).to_metadata, "to_metadata"),
    ],
)
def test_a_method_that_is_left_out_says_so(ask: Callable[[], Any], name: str) -> None:
    with pytest.raises(AttributeError) as caught:
        ask()
    assert str(caught.value) == f"{name} is not in miniorm; SQLAlchemy has it"


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda: MetaData(naming_convention={}), "naming_convention"),
        (lambda: relationship("X", comparator_factory=object), "comparator_factory"),
        (lambda: relationship("X", init=False), "init"),
    ],
)
def test_an_argument_that_is_left_out_says_so(ask: Callable[[], Any], name: str) -> None:
    with pytest.raises(TypeError) as caught:
        ask()
    assert str(caught.value) == f"{name} is not in miniorm; SQLAlchemy has it"


def test_an_argument_that_nobody_has_is_a_slip() -> None:
    with pytest.raises(TypeError, match=r"over\(\) got an unexpected keyword argument 'row'$"):
        func.count().over(row=1)
