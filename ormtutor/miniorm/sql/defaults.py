"""Defaults: what fills a column when the statement does not.

Before: elements.py.
Here:   ColumnDefault (computed here, before the statement), DefaultClause and FetchedValue (by the
        database), Sequence.
After:  schema.py's Column has up to four of them; the engine computes those that are ours.

Follows: SQLAlchemy 1.4, "Column INSERT/UPDATE Defaults".
"""

from __future__ import annotations

from copy import copy

from ormtutor.miniorm import exc
from ormtutor.miniorm.leftout import LeftOut
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.elements import NO_ANNOTATIONS, ClauseElement, TextClause, clause_of
from ormtutor.miniorm.sql.naming import quoted_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SchemaItem:
    """Something that belongs to a schema: a table, a column, a constraint, a default."""

    __module__ = "sqlalchemy.sql.schema"
    __slots__ = ()
    __visit_name__ = "schema_item"
    is_default_generator = False

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        """Become a part of `parent`."""

    def __repr__(self) -> str:
        return sqltypes.generic_repr(self)


class DefaultGenerator(SchemaItem):
    """The root of what computes a value for a column."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "default_generator"
    is_sequence = False
    is_server_default = False
    is_callable = False
    is_scalar = False
    is_clause_element = False
    is_default_generator = True
    column: Any = None
    _execution_options: Any = NO_ANNOTATIONS
    supports_execution = True

    def __init__(self, for_update: bool = False) -> None:
        self.for_update = for_update

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        self.column = parent
        if self.for_update:
            parent.onupdate = self
        else:
            parent.default = self

    @property
    def bind(self) -> Any:
        """The engine of the column's table, or None."""
        table = getattr(self.column, "table", None)
        return None if table is None else table.bind


class ColumnDefault(DefaultGenerator):
    """A default that we compute: a plain value, a function, or an SQL expression."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "column_default"

    def __init__(self, arg: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(arg, FetchedValue):
            raise exc.ArgumentError("ColumnDefault may not be a server-side default type.")
        element = clause_of(arg)
        if element is not None:
            arg = element
            self.is_clause_element = True
        elif callable(arg):
            arg = _with_context(arg)
            self.is_callable = True
        else:
            self.is_scalar = True
        self.arg = arg

    def _copy(self) -> ColumnDefault:
        return ColumnDefault(self.arg, for_update=self.for_update)

    def __repr__(self) -> str:
        return f"ColumnDefault({self.arg!r})"


def _with_context(function: Any) -> Any:
    """A default's function, made to take the execution context whether it wants it or not."""
    if getattr(function, "_takes_context", False):
        return function
    count = _positional_count(function)
    if count == 1:
        return function
    if count > 1:
        raise exc.ArgumentError(
            "ColumnDefault Python function takes zero or one positional arguments"
        )

    def call(context: Any) -> Any:
        return function()

    call.__name__ = getattr(function, "__name__", type(function).__name__)
    call.__doc__ = getattr(function, "__doc__", None)
    call.__qualname__ = getattr(function, "__qualname__", call.__name__)
    call.__wrapped__ = function  # type: ignore[attr-defined]
    call._takes_context = True  # type: ignore[attr-defined]
    return call


def _positional_count(function: Any) -> int:
    """How many positional arguments without default a function takes; 0 where Python cannot say."""
    bound = 0
    if isinstance(function, type):
        function, bound = function.__init__, 1  # type: ignore[misc]
    elif hasattr(function, "__func__"):
        function, bound = function.__func__, 1
    elif not hasattr(function, "__code__"):
        # An object with a method __call__: what counts is the class's.
        call = type(function).__dict__.get("__call__")
        if call is not None:
            function, bound = call, 1
    code = getattr(function, "__code__", None)
    if code is None:
        return 0
    defaults = getattr(function, "__defaults__", None) or ()
    return max(0, code.co_argcount - bound - len(defaults))  # type: ignore[no-any-return]


class Sequence(DefaultGenerator):
    """A named counter of the database; SQLite has none, and there it does nothing."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "sequence"
    is_sequence = True

    def __init__(
        self,
        name: str,
        start: int | None = None,
        increment: int | None = None,
        minvalue: int | None = None,
        maxvalue: int | None = None,
        nominvalue: bool | None = None,
        nomaxvalue: bool | None = None,
        cycle: bool | None = None,
        schema: str | None = None,
        cache: int | None = None,
        order: bool | None = None,
        data_type: Any = None,
        optional: bool = False,
        quote: bool | None = None,
        metadata: Any = None,
        quote_schema: bool | None = None,
        for_update: bool = False,
    ) -> None:
        super().__init__(for_update=for_update)
        self.name = quoted_name.construct(name, quote)
        self.start = start
        self.increment = increment
        self.minvalue = minvalue
        self.maxvalue = maxvalue
        self.nominvalue = nominvalue
        self.nomaxvalue = nomaxvalue
        self.cycle = cycle
        inherited = None if metadata is None else metadata.schema
        self.schema = schema or inherited
        self.cache = cache
        self.order = order
        self.data_type = None if data_type is None else sqltypes.to_instance(data_type)
        self.optional = optional
        self.metadata = metadata
        self._key = self.name if self.schema is None else f"{self.schema}.{self.name}"
        if metadata is not None:
            metadata._sequences[self._key] = self

    next_value = LeftOut()

    def _copy(self) -> Sequence:
        return copy(self)

    def _set_table(self, column: Any, table: Any) -> None:
        self.metadata = table.metadata
        table.metadata._sequences[self._key] = self

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        super()._set_parent(parent, **kw)
        parent._on_table_attach(self._set_table)

    def create(self, bind: Any = None, checkfirst: bool = True) -> None:
        """Create it; where there are no sequences nothing happens."""

    def drop(self, bind: Any = None, checkfirst: bool = True) -> None:
        """Drop it; where there are no sequences nothing happens."""


class FetchedValue(SchemaItem):
    """A default that the database computes without our telling it how."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "fetched_value"
    is_server_default = True
    reflected = False
    has_argument = False
    is_clause_element = False
    column: Any = None

    def __init__(self, for_update: bool = False) -> None:
        self.for_update = for_update

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        self.column = parent
        if self.for_update:
            parent.server_onupdate = self
        else:
            parent.server_default = self

    def _as_for_update(self, for_update: bool) -> FetchedValue:
        return self if for_update == self.for_update else self._clone(for_update)

    def _clone(self, for_update: bool) -> FetchedValue:
        return FetchedValue(for_update)

    def _copy(self) -> FetchedValue:
        return self._clone(self.for_update)

    def __repr__(self) -> str:
        return "FetchedValue()" if not self.for_update else "FetchedValue(for_update=True)"


class DefaultClause(FetchedValue):
    """A default in the table's DDL: DEFAULT ..."""

    __module__ = "sqlalchemy.sql.schema"
    has_argument = True

    def __init__(self, arg: Any, for_update: bool = False, _reflected: bool = False) -> None:
        if not isinstance(arg, (str, ClauseElement)):
            raise exc.ArgumentError(
                f"Argument 'arg' is expected to be one of type '{str}' or '{ClauseElement}' or "
                f"'{TextClause}', got '{type(arg)}'"
            )
        super().__init__(for_update)
        self.arg = arg
        self.reflected = _reflected

    def _clone(self, for_update: bool) -> FetchedValue:
        return DefaultClause(self.arg, for_update, self.reflected)

    def __repr__(self) -> str:
        return f"DefaultClause({self.arg!r}, for_update={self.for_update!r})"
