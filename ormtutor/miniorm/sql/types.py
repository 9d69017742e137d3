"""Types: what a column holds, and how a value travels to the database and back.

Before: type_api.py.
Here:   Integer ... JSON, Enum; bind and result conversion; the type of `a + b`.
After:  each expression of elements.py has a type, ddl_compiler.py spells it in DDL and CAST, the
        engine and the loaders use its processors.

The file is one thing: the published types, each of them short.

Follows: SQLAlchemy 1.4, "Column and Data Types".
"""

from __future__ import annotations

import datetime

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import refuse_arguments
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.naming import symbol
from ormtutor.miniorm.sql.operators import Operator

# What type_api.py defines is published here, too.
from ormtutor.miniorm.sql.type_api import LITERAL_TYPES
from ormtutor.miniorm.sql.type_api import NULLTYPE as NULLTYPE
from ormtutor.miniorm.sql.type_api import NullType as NullType
from ormtutor.miniorm.sql.type_api import TypeDecorator as TypeDecorator
from ormtutor.miniorm.sql.type_api import TypeEngine as TypeEngine
from ormtutor.miniorm.sql.type_api import adapt_type as adapt_type
from ormtutor.miniorm.sql.type_api import generic_repr as generic_repr
from ormtutor.miniorm.sql.type_api import to_instance as to_instance
from ormtutor.miniorm.sql.type_api import type_of_literal as type_of_literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any

    Processor = Callable[[Any], Any] | None


def unless_none(convert: Callable[[Any], Any]) -> Processor:
    """Return a processor that converts every value except None."""

    return lambda value: None if value is None else convert(value)


def _written(write: Callable[[Any], str]) -> Any:
    """Return a literal_processor() that does not need the dialect."""
    return lambda type_, dialect: write


def _in_quotes(value: Any) -> str:
    return "'" + value.replace("'", "''") + "'"  # type: ignore[no-any-return]


class String(TypeEngine):
    """Text of a length."""

    __visit_name__ = "VARCHAR"
    _is_concatenable = True
    python_type: Any = str

    def __init__(self, length: int | None = None, collation: str | None = None) -> None:
        self.length = length
        self.collation = collation

    literal_processor = _written(_in_quotes)


def _type(name: str, base: Any, spelled: str, doc: str = "", **body: Any) -> Any:
    """A type that differs from another one only in its spelling."""
    body |= {"__visit_name__": spelled, "__doc__": doc or f"SQL {spelled}."}
    return type(name, (base,), body)


def _warning_of_bytes(self: Any, dialect: Any) -> Processor:
    def process(value: Any) -> Any:
        if isinstance(value, bytes):
            shown = f"{value[:25]!r}..." if len(value) > 25 else value
            exc.warn(
                f"Unicode type received non-unicode bind param value {shown!r}. (this warning may "
                "be suppressed after 10 occurrences)"
            )
        return value

    return process


Text = _type("Text", String, "TEXT", "Text of any length.")
_no_bytes = {"bind_processor": _warning_of_bytes}
Unicode = _type("Unicode", String, "VARCHAR", "Text of a length, and no bytes.", **_no_bytes)
UnicodeText = _type("UnicodeText", Text, "TEXT", "Text of any length, and no bytes.", **_no_bytes)


class Integer(TypeEngine):
    """A whole number."""

    __visit_name__ = "INTEGER"
    python_type: Any = int

    literal_processor = _written(lambda value: str(int(value)))


SmallInteger = _type("SmallInteger", Integer, "SMALLINT", "A small whole number.")
BigInteger = _type("BigInteger", Integer, "BIGINT", "A big whole number.")


class Numeric(TypeEngine):
    """A decimal number; values are decimal.Decimal unless `asdecimal` is false."""

    __visit_name__ = "NUMERIC"

    def __init__(
        self,
        precision: int | None = None,
        scale: int | None = None,
        decimal_return_scale: int | None = None,
        asdecimal: bool = True,
    ) -> None:
        self.precision = precision
        self.scale = scale
        self.decimal_return_scale = decimal_return_scale
        self.asdecimal = asdecimal

    @property
    def python_type(self) -> type:
        """Decimal or float."""
        return _decimal_class() if self.asdecimal else float

    literal_processor = _written(str)

    def bind_processor(self, dialect: Any) -> Processor:
        """SQLite has floating point only."""
        return unless_none(float)

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """To Decimal, rounded to the scale."""
        if not self.asdecimal:
            return None
        if not isinstance(self, Float):
            exc.warn(
                f"Dialect {dialect.name}+{dialect.driver} does *not* support Decimal objects "
                "natively, and SQLAlchemy must convert from floating point - rounding errors and "
                "other issues may occur. Please consider storing Decimal numbers as strings or "
                "integers on this platform for lossless storage."
            )
        scale = self.decimal_return_scale if isinstance(self, Float) else self.scale
        decimal, form = _decimal_class(), f"%.{10 if scale is None else scale}f"
        return unless_none(lambda value: decimal(form % value))


class Float(Numeric):
    """A floating point number."""

    __visit_name__ = "FLOAT"

    def __init__(
        self,
        precision: int | None = None,
        asdecimal: bool = False,
        decimal_return_scale: int | None = None,
    ) -> None:
        super().__init__(precision, None, decimal_return_scale, asdecimal)


def _decimal_class() -> Any:
    # Late: few programs have a Numeric column, and every one pays for imports at its start.
    from decimal import Decimal

    return Decimal


class DateTime(TypeEngine):
    """A datetime.datetime."""

    __visit_name__ = "DATETIME"
    python_type: Any = datetime.datetime
    literal_processor = _written("'{}'".format)

    def __init__(self, timezone: bool = False) -> None:
        self.timezone = timezone


class Date(TypeEngine):
    """A datetime.date."""

    __visit_name__ = "DATE"
    python_type: Any = datetime.date
    literal_processor = _written("'{}'".format)


class Time(TypeEngine):
    """A datetime.time."""

    __visit_name__ = "TIME"
    python_type: Any = datetime.time
    literal_processor = _written("'{}'".format)

    def __init__(self, timezone: bool = False) -> None:
        self.timezone = timezone


class LargeBinary(TypeEngine):
    """Bytes of any length."""

    __visit_name__ = "BLOB"
    python_type: Any = bytes

    def __init__(self, length: int | None = None) -> None:
        self.length = length

    def literal_processor(self, dialect: Any) -> Processor:
        return lambda value: _in_quotes(value.decode(dialect.encoding))

    def bind_processor(self, dialect: Any) -> Processor:
        """To the buffer type of the driver."""
        return None if dialect.dbapi is None else unless_none(dialect.dbapi.Binary)

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        return unless_none(bytes)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine:
        """Text opposite bytes is taken as bytes."""
        return self if isinstance(value, str) else super().coerce_compared_value(op, value)


class SchemaType:
    """A type that may bring a CHECK constraint with it."""

    copy: Any
    name: Any = None
    create_constraint = False


class Enum(String, SchemaType):
    """One of several strings, or a member of an enum class, stored by its name."""

    __visit_name__ = "VARCHAR"

    def __init__(
        self,
        *enums: Any,
        name: str | None = None,
        create_constraint: bool = False,
        validate_strings: bool = False,
        values_callable: Any = None,
        **left_out: Any,
    ) -> None:
        known = "inherit_schema length metadata native_enum omit_aliases schema"
        refuse_arguments("Enum.__init__", left_out, known)
        self.values_callable = values_callable
        self.create_constraint = create_constraint
        self.validate_strings = validate_strings
        self.enum_class: Any = None
        members = dict(zip(enums, enums, strict=True))
        unique = members
        if len(enums) == 1 and hasattr(enums[0], "__members__"):
            self.enum_class = enums[0]
            members = self.enum_class.__members__
            # An alias of a member is read, but never written.
            unique = {key: member for key, member in members.items() if key == member.name}
        self.name = name or (self.enum_class.__name__.lower() if self.enum_class else None)
        self.enums = list(unique)
        if self.enum_class and values_callable:
            self.enums = list(values_callable(self.enum_class))
        self._to_name = dict(zip(unique.values(), self.enums, strict=False))
        self._to_member = dict(zip(self.enums, unique.values(), strict=False))
        if not values_callable:
            self._to_member = {**members, **self._to_member}
        super().__init__(length=max(map(len, self.enums), default=0))

    @property
    def sort_key_function(self) -> Any:
        """How members sort: by name."""
        return lambda value: self._to_name.get(value, value)

    def _name_of(self, element: Any) -> Any:
        if element in self._to_name:
            return self._to_name[element]
        if isinstance(element, str) and (element in self._to_member or not self.validate_strings):
            return element
        raise self._not_defined(element)

    def _member_of(self, name: Any) -> Any:
        try:
            return self._to_member[name]
        except KeyError:
            raise self._not_defined(name) from None

    def _not_defined(self, element: Any) -> LookupError:
        shown = [each if len(each) <= 16 else f"{each[:8]}..{each[-6:]}" for each in self.enums]
        if len(shown) > 5:
            shown = [*shown[:2], "..", shown[-1]]
        return LookupError(
            f"'{element}' is not among the defined enum values. Enum name: {self.name}. "
            f"Possible values: {', '.join(shown)}"
        )

    def literal_processor(self, dialect: Any) -> Processor:
        return lambda value: _in_quotes(self._name_of(value))

    def bind_processor(self, dialect: Any) -> Processor:
        return unless_none(self._name_of)

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        return unless_none(self._member_of)

    def result_of(self, op: Operator, other: TypeEngine) -> tuple[Operator, TypeEngine]:
        """A concatenated text is not a member any more."""
        op, type_ = super().result_of(op, other)
        return op, String(self.length) if op is operators.concat_op else type_

    @property
    def python_type(self) -> type:
        """The enum class or str."""
        return self.enum_class or str

    def structure(self) -> Hashable:
        return type(self), tuple(self.enums), self.enum_class, self.name, self.validate_strings

    def __repr__(self) -> str:
        shown = [repr(name) for name in self.enums]
        if self.name is not None:
            shown.append(f"name={self.name!r}")
        if self.create_constraint:
            shown.append("create_constraint=True")
        return f"{type(self).__name__}({', '.join(shown)})"


class Boolean(TypeEngine, SchemaType):
    """True or False, stored as 1 or 0."""

    __visit_name__ = "BOOLEAN"
    python_type: Any = bool

    def __init__(self, create_constraint: bool = False, name: str | None = None) -> None:
        self.create_constraint = create_constraint
        self.name = name

    def bind_processor(self, dialect: Any) -> Processor:
        return unless_none(lambda value: int(_as_bool(value)))

    def literal_processor(self, dialect: Any) -> Processor:
        names = ("false", "true") if dialect.supports_native_boolean else ("0", "1")
        return lambda value: names[_as_bool(value)]

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        return unless_none(bool)


def _as_bool(value: Any) -> bool:
    if value not in {None, True, False}:
        if not isinstance(value, int):
            raise TypeError(f"Not a boolean value: {value!r}")
        raise ValueError(f"Value {value!r} is not None, True, or False")
    return bool(value)


MatchType = _type("MatchType", Boolean, "BOOLEAN", "What MATCH gives.")


class JSON(TypeEngine):
    """A document: anything that json can write."""

    __visit_name__ = "JSON"
    hashable = False
    _is_concatenable = True
    python_type: Any = dict
    #: The mark for JSON null, as against SQL NULL.
    NULL: Any = symbol("JSON_NULL")

    def __init__(self, none_as_null: bool = False) -> None:
        self.none_as_null = none_as_null

    @property
    def should_evaluate_none(self) -> bool:  # type: ignore[override]
        """None is JSON null unless `none_as_null`."""
        return not self.none_as_null

    def bind_processor(self, dialect: Any) -> Processor:
        dumps = _json().dumps

        def process(value: Any) -> Any:
            is_null = getattr(value, "__visit_name__", None) == "null"
            if is_null or (value is None and self.none_as_null):
                return None
            return dumps(None if value is JSON.NULL else value)

        return process

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        return unless_none(_json().loads)


def _json() -> Any:
    # Late: json brings `re` with it, half of what the whole engine costs to import.
    import json

    return json


class _Duration(TypeDecorator):
    """A plain datetime.timedelta: stored as a time since 1970, as in SQLAlchemy."""

    impl = DateTime
    cache_ok = True
    _epoch = datetime.datetime(1970, 1, 1)

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return self._epoch + value

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else value - self._epoch

    def process_literal_param(self, value: Any, dialect: Any) -> Any:
        return value


_Duration._type_affinity = _Duration


class TupleType(TypeEngine):
    """Several values in parentheses."""

    _is_tuple_type = True

    def __init__(self, *types: Any) -> None:
        self.types = [to_instance(type_) for type_ in types]

    def structure(self) -> Hashable:
        return TupleType, *[type_.structure() for type_ in self.types]

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine:
        """Parts without a type take that of the value at their position."""
        if value is None or not any(type_._is_null for type_ in self.types):
            return self
        return TupleType(
            *[
                type_of_literal(member) if type_._is_null else type_
                for type_, member in zip(self.types, value, strict=False)
            ]
        )


# -- names in capitals: the type as SQL spells it, whatever the dialect ----------------------------

REAL = _type("REAL", Float, "REAL")
FLOAT = _type("FLOAT", Float, "FLOAT")
NUMERIC = _type("NUMERIC", Numeric, "NUMERIC")
DECIMAL = _type("DECIMAL", Numeric, "DECIMAL")
INTEGER = _type("INTEGER", Integer, "INTEGER")
INT = INTEGER
SMALLINT = _type("SMALLINT", SmallInteger, "SMALLINT")
BIGINT = _type("BIGINT", BigInteger, "BIGINT")
TIMESTAMP = _type("TIMESTAMP", DateTime, "TIMESTAMP")
DATETIME = _type("DATETIME", DateTime, "DATETIME")
DATE = _type("DATE", Date, "DATE")
TIME = _type("TIME", Time, "TIME")
TEXT = _type("TEXT", Text, "TEXT")
CLOB = _type("CLOB", Text, "CLOB")
VARCHAR = _type("VARCHAR", String, "VARCHAR")
NVARCHAR = _type("NVARCHAR", Unicode, "NVARCHAR")
CHAR = _type("CHAR", String, "CHAR")
NCHAR = _type("NCHAR", Unicode, "NCHAR")
BLOB = _type("BLOB", LargeBinary, "BLOB")
BINARY = _type("BINARY", LargeBinary, "BINARY")
VARBINARY = _type("VARBINARY", LargeBinary, "VARBINARY")
BOOLEAN = _type("BOOLEAN", Boolean, "BOOLEAN")

# -- tables and constants --------------------------------------------------------------------------

BOOLEANTYPE = Boolean()
MATCHTYPE = MatchType()
STRINGTYPE = String()
INTEGERTYPE = Integer()
NUMERICTYPE = Numeric()

# None stands for "the class of the left side", so that Float + Integer is a Float.
Numeric._results, Integer._results = {}, {}
for _operator in (operators.add, operators.sub, operators.mul, operators.truediv):
    Numeric._results[_operator] = {Numeric: None, Integer: None}
    Integer._results[_operator] = {Integer: None, Numeric: Numeric}
Integer._results[operators.add][Date] = Date
Date._results = {
    operators.add: {Integer: None, Time: DateTime, _Duration: DateTime},
    operators.sub: {Integer: None, Date: Integer, DateTime: DateTime, _Duration: DateTime},
}
Time._results = {operators.add: {Date: DateTime}, operators.sub: {Time: DateTime}}

LITERAL_TYPES.update(
    {
        int: INTEGERTYPE,
        float: Float(),
        bool: BOOLEANTYPE,
        str: Unicode(),
        bytes: LargeBinary(),
        type(None): NULLTYPE,
        datetime.date: Date(),
        datetime.datetime: DateTime(),
        datetime.time: Time(),
        datetime.timedelta: _Duration(),
        "Decimal": NUMERICTYPE,
    }
)

publish(globals(), "sqlalchemy.sql.sqltypes")
