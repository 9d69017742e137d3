"""Types: what they convert and how they show themselves."""

from __future__ import annotations

import datetime
import enum
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ormtutor.miniorm import exc
from ormtutor.miniorm.engine.create import create_engine
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.type_api import TypeEngine, type_of_literal
from ormtutor.miniorm.sql.types import (
    CHAR,
    DECIMAL,
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Enum,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    Unicode,
    UnicodeText,
)

SQLITE = create_engine("sqlite://").dialect


class Color(enum.Enum):
    red = 1
    green = 2


def there_and_back(type_: TypeEngine, value: Any) -> Any:
    to_driver = type_._cached_bind_processor(SQLITE) or (lambda value: value)
    from_driver = type_._cached_result_processor(SQLITE) or (lambda value: value)
    return from_driver(to_driver(value))


@pytest.mark.parametrize(
    ("type_", "shown", "ddl"),
    [
        (String(50), "String(length=50)", "VARCHAR(50)"),
        (Text(), "Text()", "TEXT"),
        (Unicode(5), "Unicode(length=5)", "VARCHAR(5)"),
        (UnicodeText(), "UnicodeText()", "TEXT"),
        (BigInteger(), "BigInteger()", "BIGINT"),
        (Numeric(10, 2), "Numeric(precision=10, scale=2)", "NUMERIC(10, 2)"),
        (DECIMAL(5), "DECIMAL(precision=5)", "DECIMAL(5)"),
        (Float(asdecimal=True), "Float(asdecimal=True)", "FLOAT"),
        (DateTime(timezone=True), "DateTime(timezone=True)", "DATETIME"),
        (LargeBinary(5), "LargeBinary(length=5)", "BLOB"),
        (JSON(none_as_null=True), "JSON(none_as_null=True)", "JSON"),
        (CHAR(3), "CHAR(length=3)", "CHAR(3)"),
        (Enum("a", "bcd", name="kind"), "Enum('a', 'bcd', name='kind')", "VARCHAR(3)"),
        (Enum(Color), "Enum('red', 'green', name='color')", "VARCHAR(5)"),
    ],
    ids=lambda value: str(value),
)
def test_a_type_shows_itself(type_: TypeEngine, shown: str, ddl: str) -> None:
    assert (repr(type_), str(type_)) == (shown, ddl)


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (1, "Integer()"),
        (1.5, "Float()"),
        ("x", "Unicode()"),
        (b"x", "LargeBinary()"),
        (True, "Boolean()"),
        (None, "NullType()"),
        (Decimal("1"), "Numeric()"),
        (datetime.date(2024, 1, 2), "Date()"),
        (datetime.timedelta(1), "_Duration()"),
        ([1], "NullType()"),
    ],
    ids=repr,
)
def test_a_plain_value_has_a_type(value: Any, type_: str) -> None:
    assert repr(type_of_literal(value)) == type_


@given(st.booleans() | st.none())
def test_a_boolean_returns_from_the_table(value: bool | None) -> None:
    assert there_and_back(Boolean(), value) is value


@given(st.binary())
def test_bytes_return_from_the_table(value: bytes) -> None:
    assert there_and_back(LargeBinary(), value) == value


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_a_document_returns_from_the_table(value: Any) -> None:
    assert there_and_back(JSON(), value) == value


@given(st.sampled_from(Color))
def test_an_enum_member_returns_from_the_table(value: Color) -> None:
    assert there_and_back(Enum(Color), value) is value


def test_what_is_not_a_boolean_is_refused(sqlite: DefaultDialect) -> None:
    to_driver = Boolean()._cached_bind_processor(sqlite)
    with pytest.raises(TypeError, match=r"^Not a boolean value: 'x'$"):
        to_driver("x")
    with pytest.raises(ValueError, match=r"^Value 5 is not None, True, or False$"):
        to_driver(5)


def test_what_was_never_a_member_of_an_enum_is_refused_when_it_is_read(
    sqlite: DefaultDialect,
) -> None:
    with pytest.raises(LookupError) as caught:
        Enum(Color)._cached_result_processor(sqlite)("blue")
    assert caught.value.args[0] == (
        "'blue' is not among the defined enum values. Enum name: color. Possible values: red, green"
    )


def test_a_long_list_of_members_is_cut_in_the_message(sqlite: DefaultDialect) -> None:
    type_ = Enum("one", "two", "three", "four", "five", "a_very_long_name_indeed")
    with pytest.raises(LookupError, match=r"Possible values: one, two, \.\., a_very_l\.\.indeed"):
        type_._cached_result_processor(sqlite)("six")


def test_a_string_is_taken_by_an_enum_unless_it_validates(sqlite: DefaultDialect) -> None:
    assert Enum("a", "b")._cached_bind_processor(sqlite)("x") == "x"
    with pytest.raises(LookupError):
        Enum("a", "b", validate_strings=True)._cached_bind_processor(sqlite)("x")


def test_a_decimal_is_rounded_to_its_scale_and_warned_about(sqlite: DefaultDialect) -> None:
    with pytest.warns(exc.SAWarning, match="does \\*not\\* support Decimal objects natively"):
        from_driver = Numeric(10, 2)._cached_result_processor(sqlite)
    assert from_driver(1.005) == Decimal("1.00")


def test_json_null_is_not_sql_null(sqlite: DefaultDialect) -> None:
    to_driver = JSON(none_as_null=True)._cached_bind_processor(sqlite)
    assert (to_driver(None), to_driver(JSON.NULL)) == (None, "null")


def test_a_number_opposite_text_is_a_number() -> None:
    assert repr(String().coerce_compared_value(None, 5)) == "Integer()"


def test_an_integer_needs_no_conversion(sqlite: DefaultDialect) -> None:
    type_ = Integer()
    assert type_._cached_bind_processor(sqlite) is None
    assert type_._cached_result_processor(sqlite) is None


def test_types_carry_the_published_module() -> None:
    assert (String.__module__, TypeEngine.__module__) == (
        "sqlalchemy.sql.sqltypes",
        "sqlalchemy.sql.type_api",
    )
