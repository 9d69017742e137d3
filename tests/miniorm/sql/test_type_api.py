"""Type API: processors, types of results, types of the learner's own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.elements import column
from ormtutor.miniorm.sql.traversal import cache_key
from ormtutor.miniorm.sql.type_api import (
    NULLTYPE,
    TypeDecorator,
    TypeEngine,
    to_instance,
)
from ormtutor.miniorm.sql.types import (
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    String,
    Time,
)


class Upper(TypeDecorator):
    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return value.upper()

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return f"<{value}>"


def test_a_decorator_changes_values_on_both_ways(sqlite: DefaultDialect) -> None:
    type_ = Upper(5)
    to_driver = type_._cached_bind_processor(sqlite)
    from_driver = type_._cached_result_processor(sqlite)
    assert (to_driver("ann"), from_driver("ANN")) == ("ANN", "<ANN>")


def test_a_decorator_works_on_what_the_decorated_type_makes(sqlite: DefaultDialect) -> None:
    class Flag(TypeDecorator):
        impl = Boolean
        cache_ok = True

        def process_bind_param(self, value: Any, dialect: Any) -> Any:
            return value == "yes"

        def process_result_value(self, value: Any, dialect: Any) -> Any:
            return "yes" if value is True else "no"

    type_ = Flag()
    assert type_._cached_bind_processor(sqlite)("yes") == 1
    assert type_._cached_result_processor(sqlite)(1) == "yes"


def test_a_decorator_shows_itself_with_the_arguments_of_the_decorated_type() -> None:
    assert (repr(Upper(5)), str(Upper(5)), Upper(5).length) == ("Upper(length=5)", "VARCHAR(5)", 5)


def test_a_decorator_without_impl_says_so() -> None:
    class Empty(TypeDecorator):
        pass

    with pytest.raises(AssertionError, match="require a class-level variable 'impl'"):
        Empty()


def test_a_plain_value_opposite_a_decorated_column_has_its_type() -> None:
    type_ = Upper()
    assert (column("x", type_) == "ann").right.type is type_


def test_equal_types_have_one_number_in_keys() -> None:
    assert String(5).cache_id == String(5).cache_id
    assert String(5).cache_id != String(6).cache_id


@pytest.mark.parametrize(
    ("left", "op", "right", "operator", "result"),
    [
        (Integer, operators.add, Integer, operators.add, Integer),
        (Integer, operators.add, Float, operators.add, Float),
        (Float, operators.add, Integer, operators.add, Float),
        (Integer, operators.truediv, Numeric, operators.truediv, Numeric),
        (String, operators.add, String, operators.concat_op, String),
        (String, operators.add, Integer, operators.add, String),
        (Date, operators.sub, Date, operators.sub, Integer),
        (Date, operators.add, Time, operators.add, DateTime),
    ],
)
def test_the_type_of_an_operation_follows_its_operands(
    left: type[TypeEngine], op: Any, right: type[TypeEngine], operator: Any, result: Any
) -> None:
    found, type_ = left().result_of(op, right())
    assert (found, type(type_)) == (operator, result)


def test_what_is_no_type_stays_what_it_is() -> None:
    assert (to_instance(None), type(to_instance(Integer))) == (NULLTYPE, Integer)


def test_another_thread_gets_no_key_while_the_types_without_one_are_told() -> None:
    keys = []

    class Unsaid(TypeDecorator):
        impl = Integer

    class Asking(TypeDecorator):
        impl = Integer

        @property
        def cache_ok(self) -> bool:
            other = column("x", Unsaid())
            with ThreadPoolExecutor() as threads:
                keys.append(threads.submit(cache_key, other, warns=False).result()[0])
            return False

    assert cache_key(column("y", Asking()))[0] is None
    assert len(keys) > 1
    assert set(keys) == {None}
