"""Types: what a column holds, and how a value travels to the database and back.

Before: type_api.py.
Here:   Integer ... JSON, Enum, Interval; bind and result conversion; the type of `a + b`.
After:  elements.py gives each expression a type, compiler.py spells it in DDL and CAST, the engine
        and the loaders ask for the processors.

The file is one thing, the published set of types, each of them short.

Follows: SQLAlchemy 1.4, "Column and Data Types".
"""

from __future__ import annotations

import datetime
import warnings

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.operators import Operator

# What type_api.py defines belongs to the published set, so it can be had from here as well.
from ormtutor.miniorm.sql.type_api import LITERAL_TYPES
from ormtutor.miniorm.sql.type_api import NULLTYPE as NULLTYPE
from ormtutor.miniorm.sql.type_api import NullType as NullType
from ormtutor.miniorm.sql.type_api import TypeDecorator as TypeDecorator
from ormtutor.miniorm.sql.type_api import TypeEngine as TypeEngine
from ormtutor.miniorm.sql.type_api import UserDefinedType as UserDefinedType
from ormtutor.miniorm.sql.type_api import adapt_type as adapt_type
from ormtutor.miniorm.sql.type_api import generic_repr as generic_repr
from ormtutor.miniorm.sql.type_api import to_instance as to_instance
from ormtutor.miniorm.sql.type_api import type_of_literal as type_of_literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any

    Processor = Callable[[Any], Any] | None


_UNTOLD: Any = object()


class String(TypeEngine):
    """Text of a length."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "string"
    _is_concatenable = True

    def __init__(
        self,
        length: int | None = None,
        collation: str | None = None,
        convert_unicode: Any = False,
        unicode_error: Any = None,
        _warn_on_bytestring: bool = False,
        _expect_unicode: bool = False,
    ) -> None:
        self.length = length
        self.collation = collation

    def __repr__(self) -> str:
        shown = []
        if self.length is not None:
            shown.append(f"length={self.length!r}")
        if self.collation is not None:
            shown.append(f"collation={self.collation!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def literal_processor(self, dialect: Any) -> Processor:
        """In single quotes."""

        def process(value: Any) -> str:
            return "'" + value.replace("'", "''") + "'"  # type: ignore[no-any-return]

        return process

    python_type: Any = str


class Text(String):
    """Text of any length."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "text"


class Unicode(String):
    """Text of a length; in Python 3 the same as String."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "unicode"


class UnicodeText(Text):
    """Text of any length; in Python 3 the same as Text."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "unicode_text"


class Integer(TypeEngine):
    """A whole number."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "integer"

    python_type: Any = int

    def literal_processor(self, dialect: Any) -> Processor:
        """Digits."""
        return lambda value: str(int(value))


class SmallInteger(Integer):
    """A small whole number."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "small_integer"


class BigInteger(Integer):
    """A big whole number."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "big_integer"


class Numeric(TypeEngine):
    """A decimal number; values are decimal.Decimal unless `asdecimal` is false."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "numeric"
    _default_decimal_return_scale = 10

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
    def _effective_decimal_return_scale(self) -> int:
        if self.decimal_return_scale is not None:
            return self.decimal_return_scale
        scale = getattr(self, "scale", None)
        return self._default_decimal_return_scale if scale is None else scale

    @property
    def python_type(self) -> type:
        """Decimal or float."""
        return _decimal_class() if self.asdecimal else float

    def literal_processor(self, dialect: Any) -> Processor:
        """As Python spells it."""
        return str

    def bind_processor(self, dialect: Any) -> Processor:
        """SQLite has floating point only."""
        return None if dialect.supports_native_decimal else _to_float

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """To Decimal, rounded to the scale."""
        if not self.asdecimal:
            return _to_float if dialect.supports_native_decimal else None
        if dialect.supports_native_decimal:
            return None
        warnings.warn(
            f"Dialect {dialect.name}+{dialect.driver} does *not* support Decimal objects "
            "natively, and SQLAlchemy must convert from floating point - rounding errors and "
            "other issues may occur. Please consider storing Decimal numbers as strings or "
            "integers on this platform for lossless storage.",
            exc.SAWarning,
            stacklevel=2,
        )
        return _to_decimal(self._effective_decimal_return_scale)


class Float(Numeric):
    """A floating point number."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "float"
    scale: Any = None

    def __init__(
        self,
        precision: int | None = None,
        asdecimal: bool = False,
        decimal_return_scale: int | None = None,
    ) -> None:
        self.precision = precision
        self.asdecimal = asdecimal
        self.decimal_return_scale = decimal_return_scale

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """To Decimal when asked for."""
        if self.asdecimal:
            return _to_decimal(self._effective_decimal_return_scale)
        return _to_float if dialect.supports_native_decimal else None


def _to_float(value: Any) -> Any:
    return None if value is None else float(value)


def _to_decimal(scale: int) -> Processor:
    decimal = _decimal_class()
    form = f"%.{scale}f"

    def process(value: Any) -> Any:
        return None if value is None else decimal(form % value)

    return process


def _decimal_class() -> Any:
    # Late: few programs have a Numeric column, and every one pays for imports at its start.
    from decimal import Decimal

    return Decimal


def _quoted(type_: Any, dialect: Any) -> Processor:
    """A literal as Python spells it, in quotes."""
    return lambda value: f"'{value}'"


class DateTime(TypeEngine):
    """A datetime.datetime."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "datetime"

    def __init__(self, timezone: bool = False) -> None:
        self.timezone = timezone

    python_type: Any = datetime.datetime

    literal_processor = _quoted


class Date(TypeEngine):
    """A datetime.date."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "date"

    python_type: Any = datetime.date

    literal_processor = _quoted


class Time(TypeEngine):
    """A datetime.time."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "time"

    def __init__(self, timezone: bool = False) -> None:
        self.timezone = timezone

    python_type: Any = datetime.time

    literal_processor = _quoted


class _Binary(TypeEngine):
    """Bytes."""

    __module__ = "sqlalchemy.sql.sqltypes"

    def __init__(self, length: int | None = None) -> None:
        self.length = length

    python_type: Any = bytes

    def literal_processor(self, dialect: Any) -> Processor:
        """In single quotes."""

        def process(value: Any) -> str:
            return "'" + value.decode(dialect.encoding).replace("'", "''") + "'"  # type: ignore[no-any-return]

        return process

    def bind_processor(self, dialect: Any) -> Processor:
        """To the buffer type of the driver."""
        if dialect.dbapi is None:
            return None
        binary = dialect.dbapi.Binary

        def process(value: Any) -> Any:
            return None if value is None else binary(value)

        return process

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """To bytes."""

        def process(value: Any) -> Any:
            return None if value is None else bytes(value)

        return process

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine:
        """Text opposite bytes is taken as bytes."""
        if isinstance(value, str):
            return self
        return super().coerce_compared_value(op, value)


class LargeBinary(_Binary):
    """Bytes of any length."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "large_binary"


class SchemaType:
    """A type that may bring a CHECK constraint with it."""

    __module__ = "sqlalchemy.sql.sqltypes"
    name: Any = None
    create_constraint = False
    metadata: Any = None
    schema: Any = None


class Enum(String, SchemaType):
    """One of several strings, or a member of an enum class, stored by its name."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "enum"

    def __init__(self, *enums: Any, **kw: Any) -> None:
        self.values_callable = kw.pop("values_callable", None)
        self._sort_key = kw.pop("sort_key_function", _UNTOLD)
        self.enum_class: Any = None
        values = self._read_values(enums)
        self._omit_aliases = kw.pop("omit_aliases", True)
        self.native_enum = kw.pop("native_enum", True)
        self.create_constraint = kw.pop("create_constraint", False)
        self.validate_strings = kw.pop("validate_strings", False)
        self.name = kw.pop("name", None) or self._class_name()
        self.schema = kw.pop("schema", None)
        self.metadata = kw.pop("metadata", None)
        self.inherit_schema = kw.pop("inherit_schema", False)
        length = kw.pop("length", None)
        self._set_members(values)
        super().__init__(length=self._length(length))

    def _read_values(self, enums: tuple[Any, ...]) -> list[tuple[str, Any]]:
        if len(enums) == 1 and hasattr(enums[0], "__members__"):
            self.enum_class = enums[0]
            members = self.enum_class.__members__
            told = self.values_callable
            names = told(self.enum_class) if told else list(members)
            unique = [member for name, member in members.items() if name == member.name]
            if not self.values_callable:
                return [(member.name, member) for member in unique]
            return list(zip(names, unique, strict=False))
        return [(value, value) for value in enums]

    def _class_name(self) -> str | None:
        return self.enum_class.__name__.lower() if self.enum_class is not None else None

    def _set_members(self, values: list[tuple[str, Any]]) -> None:
        self.enums = [name for name, _ in values]
        self._to_name = {member: name for name, member in values}
        self._to_member = dict(values)
        if self.enum_class is not None and not self.values_callable:
            for alias, member in self.enum_class.__members__.items():
                self._to_member.setdefault(alias, member)

    def _length(self, given: Any) -> int:
        longest = max((len(name) for name in self.enums), default=0)
        if given is None:
            return longest
        if not self.native_enum:
            if given < longest:
                raise ValueError(
                    "When provided, length must be larger or equal than the length of the "
                    f"longest enum value. {given} < {longest}"
                )
            return int(given)
        warnings.warn(
            "Enum 'length' argument is currently ignored unless native_enum is specified as "
            "False, including for DDL that renders VARCHAR in any case.  This may change in a "
            "future release.",
            exc.SAWarning,
            stacklevel=3,
        )
        return longest

    @property
    def sort_key_function(self) -> Any:
        """How members sort: by name."""
        if self._sort_key is _UNTOLD:
            return self._name_for_sort
        return self._sort_key

    def _name_for_sort(self, value: Any) -> Any:
        return self._to_name.get(value, value)

    def _name_of(self, element: Any) -> Any:
        try:
            return self._to_name[element]
        except KeyError:
            pass
        if element in self._to_member and isinstance(element, str):
            return element
        if not self.validate_strings and isinstance(element, str):
            return element
        raise self._not_defined(element)

    def _member_of(self, name: Any) -> Any:
        try:
            return self._to_member[name]
        except KeyError:
            raise self._not_defined(name) from None

    def _not_defined(self, element: Any) -> LookupError:
        shown = self.enums
        if len(shown) > 5:
            values = ", ".join([*map(_ellipsis, shown[:2]), "..", _ellipsis(shown[-1])])
        else:
            values = ", ".join(map(_ellipsis, shown))
        return LookupError(
            f"'{element}' is not among the defined enum values. Enum name: {self.name}. "
            f"Possible values: {values}"
        )

    def literal_processor(self, dialect: Any) -> Processor:
        """The name in quotes."""
        quoted = super().literal_processor(dialect)
        assert quoted is not None
        return lambda value: quoted(self._name_of(value))

    def bind_processor(self, dialect: Any) -> Processor:
        """To the name."""

        def process(value: Any) -> Any:
            return None if value is None else self._name_of(value)

        return process

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """To the member."""

        def process(value: Any) -> Any:
            return None if value is None else self._member_of(value)

        return process

    def result_of(self, op: Operator, other: TypeEngine) -> tuple[Operator, TypeEngine]:
        """A joined text is no member any more."""
        op, type_ = super().result_of(op, other)
        if op is operators.concat_op:
            type_ = String(self.length)
        return op, type_

    @property
    def python_type(self) -> type:
        """The enum class or str."""
        return self.enum_class or str

    def copy(self, **kw: Any) -> Any:
        """The same members."""
        return self.adapt(type(self))

    def adapt(self, cls: type, **kw: Any) -> Any:
        """The same members as another class."""
        if not issubclass(cls, Enum):
            return super().adapt(cls, **kw)
        values = (self.enum_class,) if self.enum_class is not None else tuple(self.enums)
        return cls(
            *values,
            name=self.name,
            native_enum=self.native_enum,
            create_constraint=self.create_constraint,
            validate_strings=self.validate_strings,
            values_callable=self.values_callable,
            **({} if self.native_enum else {"length": self.length}),
        )

    def _find_structure(self) -> Hashable | None:
        return (type(self), tuple(self.enums), self.enum_class, self.name, self.validate_strings)

    def __repr__(self) -> str:
        shown = [repr(name) for name in self.enums]
        if self.name is not None:
            shown.append(f"name={self.name!r}")
        if not self.native_enum:
            shown.append("native_enum=False")
            if self.length is not None:
                shown.append(f"length={self.length!r}")
        if self.create_constraint:
            shown.append("create_constraint=True")
        return f"{type(self).__name__}({', '.join(shown)})"


def _ellipsis(text: Any) -> str:
    text = str(text)
    return text if len(text) <= 16 else f"{text[:8]}..{text[-6:]}"


class Boolean(TypeEngine, SchemaType):
    """True or False, stored as 1 or 0."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "boolean"

    def __init__(self, create_constraint: bool = False, name: str | None = None) -> None:
        self.create_constraint = create_constraint
        self.name = name

    python_type: Any = bool

    def bind_processor(self, dialect: Any) -> Processor:
        """To 1 or 0."""
        return _as_bool if dialect.supports_native_boolean else _as_integer

    def literal_processor(self, dialect: Any) -> Processor:
        """As the dialect spells true and false."""
        compiler = dialect.statement_compiler(dialect, None)
        true, false = compiler.visit_true(None), compiler.visit_false(None)
        return lambda value: true if _as_bool(value) else false

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """To bool."""
        if dialect.supports_native_boolean:
            return None

        def process(value: Any) -> Any:
            return None if value is None else bool(value)

        return process


_BOOLEANS = frozenset([None, True, False])


def _as_bool(value: Any) -> Any:
    if value is None:
        return None
    if value not in _BOOLEANS:
        if not isinstance(value, int):
            raise TypeError(f"Not a boolean value: {value!r}")
        raise ValueError(f"Value {value!r} is not None, True, or False")
    return bool(value)


def _as_integer(value: Any) -> Any:
    value = _as_bool(value)
    return None if value is None else int(value)


class MatchType(Boolean):
    """What MATCH gives."""

    __module__ = "sqlalchemy.sql.sqltypes"


class JSON(TypeEngine):
    """A document: anything that json can write."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "JSON"
    hashable = False
    _is_concatenable = True

    class _Null:
        """The mark for JSON null, as against SQL NULL."""

        def __repr__(self) -> str:
            return "symbol('JSON_NULL')"

        def __bool__(self) -> bool:
            return True

    NULL: Any = _Null()

    def __init__(self, none_as_null: bool = False) -> None:
        self.none_as_null = none_as_null

    python_type: Any = dict

    @property
    def should_evaluate_none(self) -> bool:
        """None is JSON null unless `none_as_null`."""
        return not self.none_as_null

    @should_evaluate_none.setter
    def should_evaluate_none(self, value: bool) -> None:
        self.none_as_null = not value

    def bind_processor(self, dialect: Any) -> Processor:
        """To JSON text."""
        dumps = getattr(dialect, "_json_serializer", None) or _json().dumps

        def process(value: Any) -> Any:
            if value is JSON.NULL:
                value = None
            elif isinstance(value, SQL_NULL) or (value is None and self.none_as_null):
                return None
            return dumps(value)

        return process

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """From JSON text."""
        loads = getattr(dialect, "_json_deserializer", None) or _json().loads

        def process(value: Any) -> Any:
            return None if value is None else loads(value)

        return process


class _JSONElementType(TypeEngine):
    """What stands in brackets after a JSON expression."""

    __module__ = "sqlalchemy.sql.sqltypes"

    def _format(self, value: Any) -> str:
        raise NotImplementedError()

    def bind_processor(self, dialect: Any) -> Processor:
        """To a path."""
        return self._format

    def literal_processor(self, dialect: Any) -> Processor:
        """A path in quotes."""
        return lambda value: "'" + self._format(value).replace("'", "''") + "'"


class JSONIndexType(_JSONElementType):
    """One key or position."""

    __module__ = "sqlalchemy.sql.sqltypes"

    def _format(self, value: Any) -> str:
        return f"$[{value}]" if isinstance(value, int) else f'$."{value}"'


class JSONPathType(_JSONElementType):
    """Several keys or positions."""

    __module__ = "sqlalchemy.sql.sqltypes"

    def _format(self, value: Any) -> str:
        steps = (f"[{step}]" if isinstance(step, int) else f'."{step}"' for step in value)
        return "$" + "".join(steps)


JSON.JSONIndexType = JSONIndexType  # type: ignore[attr-defined]
JSON.JSONPathType = JSONPathType  # type: ignore[attr-defined]


class SQL_NULL:
    """The root of elements.Null, so that JSON knows it without importing elements."""

    __slots__ = ()


def _json() -> Any:
    # Late: json brings `re` with it, half of what the whole engine costs to import.
    import json

    return json


class Interval(TypeDecorator):
    """A datetime.timedelta, stored as a time since 1970."""

    __module__ = "sqlalchemy.sql.sqltypes"
    impl = DateTime
    epoch = datetime.datetime(1970, 1, 1)
    cache_ok = True

    def __init__(
        self,
        native: bool = True,
        second_precision: float | None = None,
        day_precision: float | None = None,
    ) -> None:
        super().__init__()
        self.native = native
        self.second_precision = second_precision
        self.day_precision = day_precision

    @property
    def _type_affinity(self) -> Any:
        return Interval

    python_type: Any = datetime.timedelta

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Since the epoch."""
        return None if value is None else self.epoch + value

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """From the epoch."""
        return None if value is None else value - self.epoch

    def process_literal_param(self, value: Any, dialect: Any) -> Any:
        """As it is."""
        return value

    def result_of(self, op: Operator, other: TypeEngine) -> tuple[Operator, TypeEngine]:
        """By the table of results."""
        return TypeEngine.result_of(self, op, other)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine:
        """By the value."""
        return TypeEngine.coerce_compared_value(self, op, value)

    def __repr__(self) -> str:
        return generic_repr(self)


class TupleType(TypeEngine):
    """Several values in parentheses."""

    __module__ = "sqlalchemy.sql.sqltypes"
    _is_tuple_type = True

    def __init__(self, *types: Any) -> None:
        self.types = [NULLTYPE if type_ is None else to_instance(type_) for type_ in types]

    def _find_structure(self) -> Hashable | None:
        return (TupleType, *[type_.structure() for type_ in self.types])

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine:
        """Each value by its own position."""
        if value is None or isinstance(value, str):
            return super().coerce_compared_value(op, value)
        return TupleType(
            *[
                NULLTYPE
                if element is None
                else type_of_literal(element)
                if type_._is_null
                else type_
                for type_, element in zip(self.types, value, strict=False)
            ]
        )


# -- names in capitals: the type as SQL spells it, whatever the dialect --------------------------


def _sql_type(name: str, base: Any) -> Any:
    members = {"__module__": "sqlalchemy.sql.sqltypes", "__visit_name__": name}
    return type(name, (base,), {**members, "__doc__": f"SQL {name}."})


REAL = _sql_type("REAL", Float)
FLOAT = _sql_type("FLOAT", Float)
NUMERIC = _sql_type("NUMERIC", Numeric)
DECIMAL = _sql_type("DECIMAL", Numeric)
INTEGER = _sql_type("INTEGER", Integer)
INT = INTEGER
SMALLINT = _sql_type("SMALLINT", SmallInteger)
BIGINT = _sql_type("BIGINT", BigInteger)
TIMESTAMP = _sql_type("TIMESTAMP", DateTime)
DATETIME = _sql_type("DATETIME", DateTime)
DATE = _sql_type("DATE", Date)
TIME = _sql_type("TIME", Time)
TEXT = _sql_type("TEXT", Text)
CLOB = _sql_type("CLOB", Text)
VARCHAR = _sql_type("VARCHAR", String)
NVARCHAR = _sql_type("NVARCHAR", Unicode)
CHAR = _sql_type("CHAR", String)
NCHAR = _sql_type("NCHAR", Unicode)
BLOB = _sql_type("BLOB", LargeBinary)
BINARY = _sql_type("BINARY", _Binary)
VARBINARY = _sql_type("VARBINARY", _Binary)
BOOLEAN = _sql_type("BOOLEAN", Boolean)

# -- tables and constants --------------------------------------------------------------------------

BOOLEANTYPE = Boolean()
MATCHTYPE = MatchType()
STRINGTYPE = String()
INTEGERTYPE = Integer()
NUMERICTYPE = Numeric()

# None stands for "the class of the left side", so that Float + Integer is a Float.
Integer._results = {
    operators.add: {Date: Date, Integer: None, Numeric: Numeric},
    operators.sub: {Integer: None, Numeric: Numeric},
    operators.mul: {Interval: Interval, Integer: None, Numeric: Numeric},
    operators.truediv: {Integer: None, Numeric: Numeric},
}
Numeric._results = {
    operators.add: {Numeric: None, Integer: None},
    operators.sub: {Numeric: None, Integer: None},
    operators.mul: {Interval: Interval, Numeric: None, Integer: None},
    operators.truediv: {Numeric: None, Integer: None},
}
DateTime._results = {
    operators.add: {Interval: None},
    operators.sub: {Interval: None, DateTime: Interval},
}
Date._results = {
    operators.add: {Integer: None, Interval: DateTime, Time: DateTime},
    operators.sub: {Integer: None, Date: Integer, Interval: DateTime, DateTime: Interval},
}
Time._results = {
    operators.add: {Date: DateTime, Interval: None},
    operators.sub: {Time: Interval, Interval: None},
}
Interval._results = {
    operators.add: {Date: DateTime, Interval: None, DateTime: DateTime, Time: Time},
    operators.sub: {Interval: None},
    operators.mul: {Numeric: None},
    operators.truediv: {Numeric: None},
}

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
        datetime.timedelta: Interval(),
        "Decimal": NUMERICTYPE,
    }
)
