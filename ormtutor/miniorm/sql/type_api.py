"""Type API: what every type is, and how one type is made of another.

Before: operators.py, traversal.py.
Here:   TypeEngine, NullType; UserDefinedType, TypeDecorator and Variant for the learner's own; the
        type of a plain Python value.
After:  types.py has the published types.

A processor is a function of one value, or None: nothing to do, and then nothing is called. Whoever
needs one asks `_cached_bind_processor(dialect)` or `_cached_result_processor(dialect, None)`, which
go through the dialect's own version of the type; `bind_processor` and `result_processor` are what
a type class defines.

Follows: SQLAlchemy 1.4, "Custom Types".
"""

from __future__ import annotations

import warnings

from ormtutor.miniorm import exc
from ormtutor.miniorm.leftout import LeftOut
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.operators import ColumnOperators, Operator
from ormtutor.miniorm.sql.traversal import NotCacheable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any, ClassVar

    Processor = Callable[[Any], Any] | None

_MISSING: Any = object()


def init_names(cls: type) -> tuple[str, ...]:
    """The names of the arguments of a class's constructor, in order."""
    names = _init_names.get(cls)
    if names is None:
        code = getattr(cls.__init__, "__code__", None)  # type: ignore[misc]
        names = () if code is None else code.co_varnames[1 : code.co_argcount]
        _init_names[cls] = names
    return names


_init_names: dict[type, tuple[str, ...]] = {}
_cache_ids: dict[Any, int] = {}


def generic_repr(subject: Any, values_of: Any = None) -> str:
    """`Name(positional, keyword=value)`: the constructor arguments that are not the default."""
    values_of = subject if values_of is None else values_of
    names = init_names(type(values_of))
    defaults = getattr(type(values_of).__init__, "__defaults__", None) or ()
    first_default = len(names) - len(defaults)
    shown = [repr(getattr(values_of, name, None)) for name in names[:first_default]]
    for name, default in zip(names[first_default:], defaults, strict=True):
        value = getattr(values_of, name, default)
        if value != default:
            shown.append(f"{name}={value!r}")
    return f"{type(subject).__name__}({', '.join(shown)})"


class Comparator(ColumnOperators):
    """The operators of a type that changes some of them: its `comparator_factory`.

    expr: the expression at the left. type: its type.
    """

    __module__ = "sqlalchemy.sql.type_api"
    __slots__ = ("expr", "type")

    def __init__(self, expr: Any) -> None:
        self.expr = expr
        self.type = expr.type

    def operate(self, op: Any, *other: Any, **kw: Any) -> Any:
        """As every expression does."""
        return self.expr._build(op, *other, **kw)

    def reverse_operate(self, op: Any, other: Any, **kw: Any) -> Any:
        """As every expression does."""
        return self.expr._build(op, other, reverse=True, **kw)


class TypeNotCacheable(NotCacheable):
    """A type has no structure."""

    def __init__(self, type_: Any) -> None:
        self.type = type_

    def warn(self) -> None:
        """Once for a type of a learner's own that has no `cache_ok`."""
        type_ = self.type
        if getattr(type(type_), "cache_ok", False) is not None or "_is_told" in type_.__dict__:
            return
        type_.__dict__["_is_told"] = True
        base = "TypeDecorator" if isinstance(type_, TypeDecorator) else "UserDefinedType"
        warnings.warn(
            f"{base} {type_!r} will not produce a cache key because the ``cache_ok`` attribute is "
            "not set to True.  This can have significant performance implications including some "
            "performance degradations in comparison to prior SQLAlchemy versions.  Set this "
            "attribute to True if this type object's state is safe to use in a cache key, or "
            "False to disable this warning. (Background on this error at: "
            "https://sqlalche.me/e/14/cprf)",
            exc.SAWarning,
            stacklevel=2,
        )


class _CacheId:
    """`type.cache_id`: a small number for structure(), the same for equal types.

    Found once; from then on it is a plain attribute of the type.
    Raises: TypeNotCacheable: this type has no structure.
    """

    __slots__ = ()

    def __get__(self, type_: Any, owner: Any = None) -> int:
        structure = type_.structure()
        if structure is None:
            raise TypeNotCacheable(type_)
        found = _cache_ids.setdefault(structure, len(_cache_ids))
        type_.__dict__["cache_id"] = found
        return found


class TypeEngine:
    """The root of all types."""

    __module__ = "sqlalchemy.sql.type_api"
    __visit_name__ = "type_engine"

    # What kind of type it is: the class directly below one that has `_begins_affinity`.
    _type_affinity: Any = None
    _begins_affinity = True
    _is_null = False
    _is_concatenable = False
    _is_tuple_type = False
    hashable = True
    should_evaluate_none = False
    sort_key_function: Any = None
    # Set by compiler.py: the dialect that `str(type)` speaks.
    _default_dialect: ClassVar[Any] = None
    # What `a <op> b` gives: {operator: {affinity of b: type class, or None for our own class}}.
    _results: ClassVar[dict[Operator, dict[Any, Any]]] = {}
    Comparator = Comparator
    comparator_factory: Any = None

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        is_new_kind = any("_begins_affinity" in vars(base) for base in cls.__bases__)
        if is_new_kind and "_type_affinity" not in vars(cls):
            cls._type_affinity = cls

    # -- conversion ----------------------------------------------------------------------------

    def bind_processor(self, dialect: Any) -> Processor:
        """The function that makes a value ready for the driver, or None."""
        return None

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """The function that makes a value of what the driver gave, or None."""
        return None

    def literal_processor(self, dialect: Any) -> Processor:
        """The function that writes a value into the SQL text, or None: not possible."""
        return None

    def dialect_impl(self, dialect: Any) -> TypeEngine:
        """The dialect's version of this type."""
        return self._memo(dialect)["impl"]  # type: ignore[no-any-return]

    def _memo(self, dialect: Any) -> dict[Any, Any]:
        memo: dict[Any, Any] | None = dialect.type_memos.get(self)
        if memo is None:
            memo = {"impl": self._dialect_version(dialect)}
            dialect.type_memos[self] = memo
        return memo

    def _dialect_version(self, dialect: Any) -> TypeEngine:
        return dialect.type_descriptor(self)  # type: ignore[no-any-return]

    def _cached_bind_processor(self, dialect: Any) -> Processor:
        memo = self._memo(dialect)
        if "bind" not in memo:
            memo["bind"] = memo["impl"].bind_processor(dialect)
        return memo["bind"]  # type: ignore[no-any-return]

    def _cached_result_processor(self, dialect: Any, coltype: Any = None) -> Processor:
        memo = self._memo(dialect)
        key = ("result", coltype)
        if key not in memo:
            memo[key] = memo["impl"].result_processor(dialect, coltype)
        return memo[key]  # type: ignore[no-any-return]

    def _cached_literal_processor(self, dialect: Any) -> Processor:
        memo = self._memo(dialect)
        if "literal" not in memo:
            memo["literal"] = memo["impl"].literal_processor(dialect)
        return memo["literal"]  # type: ignore[no-any-return]

    def compare_values(self, x: Any, y: Any) -> bool:
        """Whether two values are the same to this type; a flush asks it."""
        return bool(x == y)

    # -- expressions ---------------------------------------------------------------------------

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine:
        """The type of a plain value that stands opposite an expression of this type."""
        literal_type = LITERAL_TYPES.get(value.__class__)
        if literal_type is None:
            literal_type = type_of_literal(value)
        if literal_type._is_null or literal_type._type_affinity is self._type_affinity:
            return self
        return literal_type

    def result_of(self, op: Operator, other: TypeEngine) -> tuple[Operator, TypeEngine]:
        """The operator and the type of `self <op> other`."""
        if self._is_concatenable and op is operators.add:
            if other._is_concatenable or other._is_null:
                return operators.concat_op, self
            return op, self
        by_affinity = self._results.get(op)
        if by_affinity is None:
            return op, self
        affinity = other._type_affinity
        result = by_affinity.get(affinity, self)
        if result is self:
            return op, self
        if result is None:
            result = type(self)
        if result is affinity:
            return op, other
        if result is self._type_affinity:
            return op, self
        return op, result()

    def evaluates_none(self) -> TypeEngine:
        """A copy of this type whose None is a value (JSON null), not SQL NULL."""
        copy = self.copy()
        copy.should_evaluate_none = True
        return copy  # type: ignore[no-any-return]

    with_variant = LeftOut()

    # -- identity ------------------------------------------------------------------------------

    @property
    def python_type(self) -> type:
        """The Python type of values."""
        raise NotImplementedError()

    def copy(self, **kw: Any) -> Any:
        """A new instance with the same arguments."""
        return self.adapt(type(self))

    def adapt(self, cls: type, **kw: Any) -> Any:
        """An instance of another class with our arguments, as far as it takes them."""
        for name in init_names(cls):
            if name in self.__dict__:
                kw.setdefault(name, self.__dict__[name])
        return cls(**kw)

    def structure(self) -> Hashable | None:
        """What makes two types give the same SQL and conversion; None: never the same."""
        known = self.__dict__.get("_structure", _MISSING)
        if known is _MISSING:
            known = self.__dict__["_structure"] = self._find_structure()
        return known  # type: ignore[no-any-return]

    cache_id = _CacheId()

    def _find_structure(self) -> Hashable | None:
        values: list[Any] = [type(self)]
        for name in init_names(type(self)):
            value = self.__dict__.get(name)
            if isinstance(value, TypeEngine):
                value = value.structure()
            elif isinstance(value, list):
                value = tuple(value)
            values.append(value)
        key = tuple(values)
        try:
            hash(key)
        except TypeError:
            return (type(self), id(self))
        return key

    def compile(self, dialect: Any = None) -> str:
        """The type as DDL spells it."""
        dialect = dialect or TypeEngine._default_dialect()
        return dialect.type_compiler.process(self)  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return str(self.compile())

    def __repr__(self) -> str:
        return generic_repr(self)


class UserDefinedType(TypeEngine):
    """The base of types that a learner defines from nothing; `get_col_spec()` gives the DDL."""

    __module__ = "sqlalchemy.sql.type_api"
    __visit_name__ = "user_defined"
    ensure_kwarg = "get_col_spec"
    _begins_affinity = True

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine:
        """Plain values opposite such an expression are of its type."""
        return self

    def _find_structure(self) -> Hashable | None:
        return super()._find_structure() if _may_cache(self) else None


class NullType(TypeEngine):
    """The unknown type."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "null"
    _is_null = True
    hashable = False

    def literal_processor(self, dialect: Any) -> Processor:
        """Only NULL can be written."""

        def process(value: Any) -> str:
            raise exc.CompileError(
                f'No literal value renderer is available for literal value "{value!r}" with '
                "datatype NULL"
            )

        return process

    def result_of(self, op: Operator, other: TypeEngine) -> tuple[Operator, TypeEngine]:
        """The other side knows better."""
        if other._is_null or not op.commutative:
            return op, self
        return other.result_of(op, self)


class TypeDecorator(TypeEngine):
    """A type that changes the values of another one, `impl`."""

    __module__ = "sqlalchemy.sql.type_api"
    __visit_name__ = "type_decorator"
    cache_ok: Any = None
    coerce_to_is_types: Any = (type(None),)
    impl: Any

    def __init__(self, *args: Any, **kw: Any) -> None:
        if not hasattr(type(self), "impl"):
            raise AssertionError(
                "TypeDecorator implementations require a class-level variable 'impl' which refers "
                "to the class of type being decorated"
            )
        self.impl = to_instance(type(self).impl, *args, **kw)

    @property
    def _type_affinity(self) -> Any:
        return self.impl._type_affinity

    @property
    def _is_concatenable(self) -> bool:  # type: ignore[override]
        return bool(self.impl._is_concatenable)

    @property
    def sort_key_function(self) -> Any:
        """That of the decorated type."""
        return self.impl.sort_key_function

    def __getattr__(self, key: str) -> Any:
        if key == "impl":
            raise AttributeError(key)
        return getattr(self.impl, key)

    # What a learner overrides.

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """From Python to what the decorated type takes."""
        raise NotImplementedError()

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """From what the decorated type gives to Python."""
        raise NotImplementedError()

    def process_literal_param(self, value: Any, dialect: Any) -> Any:
        """From Python to what is written into the SQL text."""
        raise NotImplementedError()

    def load_dialect_impl(self, dialect: Any) -> TypeEngine:
        """The decorated type in that dialect."""
        return self.impl  # type: ignore[no-any-return]

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine:
        """Plain values opposite such an expression are of this type."""
        return self

    def _overrides(self, name: str) -> bool:
        return getattr(type(self), name) is not getattr(TypeDecorator, name)

    def type_engine(self, dialect: Any) -> TypeEngine:
        """The decorated type as the dialect has it."""
        adapted = dialect.type_descriptor(self)
        if adapted is not self:
            return adapted  # type: ignore[no-any-return]
        return self.load_dialect_impl(dialect)  # type: ignore[no-any-return]

    def _dialect_version(self, dialect: Any) -> TypeEngine:
        adapted = dialect.type_descriptor(self)
        if adapted is not self:
            return adapted  # type: ignore[no-any-return]
        copy = self.copy()
        copy.impl = self.load_dialect_impl(dialect).dialect_impl(dialect)
        return copy  # type: ignore[no-any-return]

    def bind_processor(self, dialect: Any) -> Processor:
        """Ours, then the decorated type's."""
        inner = self.impl.bind_processor(dialect)
        if not self._overrides("process_bind_param"):
            return inner  # type: ignore[no-any-return]
        convert = self.process_bind_param
        if inner is None:
            return lambda value: convert(value, dialect)
        return lambda value: inner(convert(value, dialect))

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """The decorated type's, then ours."""
        inner = self.impl.result_processor(dialect, coltype)
        if not self._overrides("process_result_value"):
            return inner  # type: ignore[no-any-return]
        convert = self.process_result_value
        if inner is None:
            return lambda value: convert(value, dialect)
        return lambda value: convert(inner(value), dialect)

    def literal_processor(self, dialect: Any) -> Processor:
        """Ours, then the decorated type's."""
        inner = self.impl.literal_processor(dialect)
        if self._overrides("process_literal_param"):
            convert = self.process_literal_param
        elif self._overrides("process_bind_param"):
            convert = self.process_bind_param
        else:
            return inner  # type: ignore[no-any-return]
        if inner is None:
            return lambda value: convert(value, dialect)
        return lambda value: inner(convert(value, dialect))

    def result_of(self, op: Operator, other: TypeEngine) -> tuple[Operator, TypeEngine]:
        """The decorated type's operator; the result is of this type where that keeps its own."""
        op, type_ = self.impl.result_of(op, other)
        return op, self if type_ is self.impl else type_

    def compare_values(self, x: Any, y: Any) -> bool:
        """As the decorated type does."""
        return self.impl.compare_values(x, y)  # type: ignore[no-any-return]

    def copy(self, **kw: Any) -> Any:
        """A shallow copy."""
        instance = type(self).__new__(type(self))
        instance.__dict__.update(self.__dict__)
        instance.__dict__.pop("_structure", None)
        instance.__dict__.pop("cache_id", None)
        instance.__dict__.pop("_is_told", None)
        return instance

    def _find_structure(self) -> Hashable | None:
        if not _may_cache(self):
            return None
        values = [
            (name, value)
            for name, value in sorted(self.__dict__.items())
            if name not in ("impl", "_structure", "cache_id")
        ]
        try:
            hash(tuple(values))
        except TypeError:
            return (type(self), id(self))
        return (type(self), self.impl.structure(), tuple(values))

    def __repr__(self) -> str:
        return generic_repr(self, self.impl)


def _may_cache(type_: Any) -> bool:
    """Whether a learner's type says that it may take part in the compile cache."""
    if type(type_).__module__.startswith("sqlalchemy."):
        return True
    return bool(getattr(type(type_), "cache_ok", None))


# The types of plain Python values, filled in by types.py. "Decimal" is there by name: its module is
# imported only where a program uses it.
LITERAL_TYPES: dict[Any, TypeEngine] = {}

NULLTYPE = NullType()


def type_of_literal(value: Any) -> TypeEngine:
    """The type of a plain Python value; NULLTYPE when it has none."""
    cls = value.__class__
    found = LITERAL_TYPES.get(cls)
    if found is not None:
        return found
    if cls.__name__ == "Decimal" and cls.__module__ in ("decimal", "_decimal", "_pydecimal"):
        return LITERAL_TYPES["Decimal"]
    return NULLTYPE


def to_instance(type_: Any, *args: Any, **kw: Any) -> Any:
    """A type from what a learner may write: a class, an instance, None."""
    if type_ is None:
        return NULLTYPE
    if callable(type_):
        return type_(*args, **kw)
    return type_


def adapt_type(type_: TypeEngine, colspecs: dict[type, type]) -> TypeEngine:
    """The dialect's class for a type, by the nearest of its ancestors that has one."""
    for ancestor in type(type_).__mro__[:-1]:
        wanted = colspecs.get(ancestor)
        if wanted is not None:
            return type_ if isinstance(type_, wanted) else type_.adapt(wanted)
    return type_
