"""Type API: what every type is, and how one type is made of another.

Before: operators.py, traversal.py.
Here:   TypeEngine, NullType; TypeDecorator for the learner's own; the type of a plain value.
After:  types.py has the published types.

A processor is a function that converts one value; None if nothing is to be converted. A type class
defines `bind_processor` and `result_processor`; callers use `_cached_bind_processor(dialect)` and
`_cached_result_processor(dialect)`, which ask the dialect's own version of the type.

Follows: SQLAlchemy 1.4, "Custom Types".
"""

from __future__ import annotations

# threading.local is this very class, and `threading` costs a millisecond to import.
from _thread import _local
from contextlib import suppress
from functools import cache, cached_property, partialmethod

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.operators import Operator
from ormtutor.miniorm.sql.traversal import Binds, NotCacheable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any, ClassVar

    Processor = Callable[[Any], Any] | None

_cache_ids: dict[Any, int] = {}


@cache
def init_names(cls: Any) -> tuple[str, ...]:
    """Return the names of the arguments of a class's constructor, in order."""
    code = getattr(cls.__init__, "__code__", None)
    return () if code is None else code.co_varnames[1 : code.co_argcount]


def generic_repr(subject: Any, values_of: Any = None) -> str:
    """`Name(positional, keyword=value)`: the arguments that are not at their defaults."""
    values_of = subject if values_of is None else values_of
    names = init_names(type(values_of))  # type: ignore[arg-type]
    defaults = getattr(type(values_of).__init__, "__defaults__", None) or ()
    first_default = len(names) - len(defaults)
    shown = [repr(getattr(values_of, name, None)) for name in names[:first_default]]
    for name, default in zip(names[first_default:], defaults, strict=True):
        value = getattr(values_of, name, default)
        if value != default:
            shown.append(f"{name}={value!r}")
    return f"{type(subject).__name__}({', '.join(shown)})"


class _Met(_local):
    """The types without `cache_ok` in a statement, while a thread collects them for a warning."""

    types: list[TypeEngine] | None = None


_met = _Met()


class TypeNotCacheable(NotCacheable):
    """This type equals no other: a statement that uses it is compiled each time."""

    def warn(self, statement: Any) -> None:
        """Warn of each of a learner's own types in the statement that has no `cache_ok`."""
        met = _met.types = []
        try:
            with suppress(NotCacheable):
                statement.structure(Binds())
        finally:
            _met.types = None
        for type_ in met:
            if getattr(type_, "cache_ok", False) is None:
                exc.warn(
                    f"TypeDecorator {type_!r} will not produce a cache key because the "
                    "``cache_ok`` attribute is not set to True.  This can have significant "
                    "performance implications including some performance degradations in "
                    "comparison to prior SQLAlchemy versions.  Set this attribute to True if this "
                    "type object's state is safe to use in a cache key, or False to disable this "
                    "warning. (Background on this error at: https://sqlalche.me/e/14/cprf)"
                )


class TypeEngine:
    """The root of all types."""

    __visit_name__ = "type_engine"

    # The general kind of type: an ancestor that derives directly from this class.
    _type_affinity: Any = None
    _is_null = False
    _is_concatenable = False
    _is_tuple_type = False
    hashable = True
    should_evaluate_none = False
    sort_key_function: Any = None
    # Values that are compared as NULL, true or false, not as parameters.
    coerce_to_is_types: tuple[type, ...] = (type(None), bool)
    # Set by dialect.py: the dialect that `str(type)` speaks.
    _default_dialect: ClassVar[Any] = None
    # The type of `a <op> b`: {operator: {affinity of b: type class, or None for our own class}}.
    _results: ClassVar[dict[Operator, dict[Any, Any]]] = {}

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        for name in ("bind_expression", "column_expression", "comparator_factory"):
            if name in vars(cls):  # here it would have no effect
                raise NotImplementedError(f"{name} is not in miniorm; SQLAlchemy has it")
        if TypeEngine in cls.__bases__ and "_type_affinity" not in vars(cls):
            cls._type_affinity = cls

    # -- conversion ----------------------------------------------------------------------------

    def bind_processor(self, dialect: Any) -> Processor:
        """Return the function that converts a value for the driver, or None."""
        return None

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """Return the function that converts a value from the driver, or None."""
        return None

    def literal_processor(self, dialect: Any) -> Processor:
        """Return the function that writes a value into the SQL text; None: it cannot be."""
        return None

    def dialect_impl(self, dialect: Any) -> TypeEngine:
        """Return the dialect's version of this type."""
        return self._memo(dialect)["impl"]  # type: ignore[no-any-return]

    def _memo(self, dialect: Any) -> dict[Any, Any]:
        memo: dict[Any, Any] | None = dialect.type_memos.get(self)
        if memo is None:
            memo = dialect.type_memos[self] = {"impl": self._dialect_version(dialect)}
        return memo

    def _dialect_version(self, dialect: Any) -> TypeEngine:
        return dialect.type_descriptor(self)  # type: ignore[no-any-return]

    def _cached(self, kind: str, dialect: Any) -> Processor:
        memo = self._memo(dialect)
        if kind not in memo:
            coltype = (None,) if kind == "result_processor" else ()
            memo[kind] = getattr(memo["impl"], kind)(dialect, *coltype)
        return memo[kind]  # type: ignore[no-any-return]

    _cached_bind_processor = partialmethod(_cached, "bind_processor")
    _cached_result_processor = partialmethod(_cached, "result_processor")
    _cached_literal_processor = partialmethod(_cached, "literal_processor")

    def compare_values(self, x: Any, y: Any) -> Any:
        """Whether two values are the same to this type; a flush takes only True for yes."""
        return x == y

    # -- expressions ---------------------------------------------------------------------------

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine:
        """Return the type for a plain value on the other side of an operator."""
        literal_type = LITERAL_TYPES.get(value.__class__) or type_of_literal(value)
        if literal_type._is_null or literal_type._type_affinity is self._type_affinity:
            return self
        return literal_type

    def result_of(self, op: Operator, other: TypeEngine) -> tuple[Operator, TypeEngine]:
        """Return the operator and the type of `self <op> other`."""
        if self._is_concatenable and op is operators.add:
            joins = other._is_concatenable or other._is_null
            return operators.concat_op if joins else op, self
        affinity = other._type_affinity
        result = self._results.get(op, {}).get(affinity, self)
        if result is self:
            return op, self
        result = type(self) if result is None else result
        if result is affinity:
            return op, other
        return op, self if result is self._type_affinity else result()

    # -- identity ------------------------------------------------------------------------------

    @property
    def python_type(self) -> type:
        """The Python type of values."""
        raise NotImplementedError()

    def copy(self, **kw: Any) -> Any:
        """Return a shallow copy."""
        twin = object.__new__(type(self))
        known = vars(self).items()
        vars(twin).update(item for item in known if item[0] not in ("cache_id", "_own_cache_id"))
        return twin

    def adapt(self, cls: type) -> Any:
        """Return an instance of another class, with those of our arguments that it takes."""
        mine = vars(self)
        return cls(**{name: mine[name] for name in init_names(cls) if name in mine})

    def _find_cache_id(self) -> int:
        """A small number for the structure of a statement, the same for equal types.

        Raises: TypeNotCacheable: it equals no other type.
        """
        structure = self.structure()
        with suppress(TypeError):  # an argument that cannot be hashed
            return _cache_ids.setdefault(structure, len(_cache_ids))
        raise TypeNotCacheable(self)

    cache_id = cached_property(_find_cache_id)

    def structure(self) -> Hashable:
        """Return a key; types with the same key have the same SQL and conversion."""
        values = [vars(self).get(name) for name in init_names(type(self))]  # type: ignore[arg-type]
        return type(self), *[tuple(each) if isinstance(each, list) else each for each in values]

    def compile(self, dialect: Any = None) -> str:
        """Return the type as DDL spells it."""
        dialect = dialect or TypeEngine._default_dialect()
        return dialect.type_compiler.process(self)  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return str(self.compile())

    def __repr__(self) -> str:
        return generic_repr(self)


leave_out(TypeEngine, "Comparator evaluates_none with_variant")


class NullType(TypeEngine):
    """The unknown type."""

    __module__ = "sqlalchemy.sql.sqltypes"
    __visit_name__ = "null"
    _is_null = True
    hashable = False

    def result_of(self, op: Operator, other: TypeEngine) -> tuple[Operator, TypeEngine]:
        """The other side's, if it has a type."""
        return (op, self) if other._is_null or not op.commutative else other.result_of(op, self)


class TypeDecorator(TypeEngine):
    """A type that changes the values of another one, `impl`.

    A learner overrides process_bind_param() and process_result_value().
    """

    __visit_name__ = "type_decorator"
    cache_ok: Any = None
    coerce_to_is_types = (type(None),)
    impl: Any

    def __init__(self, *args: Any, **kw: Any) -> None:
        if not hasattr(type(self), "impl"):
            raise AssertionError(
                "TypeDecorator implementations require a class-level variable 'impl' which refers "
                "to the class of type being decorated"
            )
        self.impl = to_instance(type(self).impl, *args, **kw)

    _type_affinity: Any = property(lambda self: self.impl._type_affinity)
    _is_concatenable: Any = property(lambda self: self.impl._is_concatenable)
    sort_key_function: Any = property(lambda self: self.impl.sort_key_function)

    def __getattr__(self, key: str) -> Any:
        if key == "impl":
            raise AttributeError(key)
        return getattr(self.impl, key)

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Convert a value of the program for the decorated type.

        process_result_value: the other way; process_literal_param: for a value in the SQL text.
        """
        raise NotImplementedError()

    process_result_value = process_literal_param = process_bind_param

    def load_dialect_impl(self, dialect: Any) -> TypeEngine:
        """Return the decorated type in that dialect."""
        return self.impl  # type: ignore[no-any-return]

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine:
        """Plain values on the other side of an operator have this type, too."""
        return self

    def _dialect_version(self, dialect: Any) -> TypeEngine:
        copy: TypeDecorator = self.copy()
        copy.impl = self.load_dialect_impl(dialect).dialect_impl(dialect)
        return copy

    def _own(self, name: str, dialect: Any) -> Processor:
        """The learner's method as a function of a value; None if it is not overridden."""
        method = getattr(self, name)
        if method.__func__ is getattr(TypeDecorator, name):
            return None
        return lambda value: method(value, dialect)

    def bind_processor(self, dialect: Any) -> Processor:
        """Ours, then the decorated type's."""
        return _chain(self._own("process_bind_param", dialect), self.impl.bind_processor(dialect))

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """The decorated type's, then ours."""
        inner = self.impl.result_processor(dialect, coltype)
        return _chain(inner, self._own("process_result_value", dialect))

    def literal_processor(self, dialect: Any) -> Processor:
        """Ours, then the decorated type's."""
        own = self._own("process_literal_param", dialect)
        own = own or self._own("process_bind_param", dialect)
        return _chain(own, self.impl.literal_processor(dialect))

    def result_of(self, op: Operator, other: TypeEngine) -> tuple[Operator, TypeEngine]:
        """The decorated type's operator; if that keeps its type, the result has ours."""
        op, type_ = self.impl.result_of(op, other)
        return op, self if type_ is self.impl else type_

    _own_cache_id = cached_property(TypeEngine._find_cache_id)

    @property
    def cache_id(self) -> int:  # type: ignore[override]
        """The same, if `cache_ok` allows the type to be part of a structure."""
        if self.cache_ok:
            return self._own_cache_id
        if _met.types is None:
            raise TypeNotCacheable(self)
        _met.types.append(self)
        return -1

    def structure(self) -> Hashable:
        """The class, the decorated type and the attributes set by a learner's constructor."""
        left_out = ("impl", "_own_cache_id")
        own = [item for item in sorted(vars(self).items()) if item[0] not in left_out]
        return type(self), self.impl.structure(), *own

    def __repr__(self) -> str:
        return generic_repr(self, self.impl)


def _chain(first: Processor, second: Processor) -> Processor:
    if first is None or second is None:
        return first or second
    return lambda value: second(first(value))


# The types of plain Python values, filled in by types.py. Decimal is there by its name, so that its
# module need not be imported.
LITERAL_TYPES: dict[Any, TypeEngine] = {}

NULLTYPE = NullType()


def type_of_literal(value: Any) -> TypeEngine:
    """Return the type of a plain Python value; NULLTYPE when it has none.

    Raises: ArgumentError: it is not a value, but a mapped object, a mapped class, an engine.
    """
    cls = value.__class__
    is_decimal = cls.__name__ == "Decimal" and cls.__module__ in ("decimal", "_decimal")
    type_ = LITERAL_TYPES.get("Decimal" if is_decimal else cls, NULLTYPE)
    is_known = value is None or type_ is not NULLTYPE
    found = None if is_known else inspect(value, raiseerr=False)
    if found is not None and found is not value:
        raise exc.ArgumentError(f"Object {value!r} is not legal as a SQL literal value")
    return type_


def to_instance(type_: Any, *args: Any, **kw: Any) -> Any:
    """Return the type instance for a class, an instance or None."""
    if type_ is None:
        return NULLTYPE
    return type_(*args, **kw) if callable(type_) else type_


def adapt_type(type_: TypeEngine, colspecs: dict[type, type]) -> TypeEngine:
    """Return the dialect's class for a type, by the nearest of its ancestors that has one."""
    for ancestor in type(type_).__mro__[:-1]:
        wanted = colspecs.get(ancestor)
        if wanted is not None:
            return type_ if isinstance(type_, wanted) else type_.adapt(wanted)
    return type_


publish(globals(), "sqlalchemy.sql.type_api")
