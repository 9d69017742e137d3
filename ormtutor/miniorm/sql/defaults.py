"""Defaults: what fills a column that the statement leaves out.

Before: elements.py.
Here:   ColumnDefault (computed before the statement), DefaultClause (computed by the database),
        Sequence.
After:  schema.py's Column has up to three of them; engine/execution.py computes the former.

Follows: SQLAlchemy 1.4, "Column INSERT/UPDATE Defaults".
"""

from __future__ import annotations

from copy import copy
from functools import wraps

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.elements import ClauseElement, TextClause, clause_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SchemaItem:
    """Something that belongs to a schema: a table, a column, a constraint, a default."""

    bind: Any
    # Arguments for a dialect: `sqlite_autoincrement`.
    _sqlite_arguments: tuple[str, ...] = ()
    # Set by ddl.py: how to create or drop on a connection.
    _ddl: Any

    def _engine(self, bind: Any) -> Any:
        """The given engine, or that of the MetaData.

        Raises: UnboundExecutionError: there is neither.
        """
        bind = self.bind if bind is None else bind
        if bind is None:
            name = getattr(self, "fullname", None)
            who = f"{type(self).__name__} object" + (f" '{name}'" if name else "")
            raise exc.UnboundExecutionError(
                f"{who} is not bound to an Engine or Connection.  Execution can not proceed "
                "without a database to execute against."
            )
        return bind

    def _run_ddl(self, what: str, bind: Any, checkfirst: bool, **kw: Any) -> None:
        """Create or drop this on an engine or connection, in one transaction."""
        action = self._ddl[what]
        self._engine(bind)._run_ddl_visitor(action, self, checkfirst=checkfirst, **kw)

    def _set_parent(self, parent: Any) -> None:
        """Become a part of `parent`."""

    def __repr__(self) -> str:
        return sqltypes.generic_repr(self)


class DatabaseItem(SchemaItem):
    """What may be created in a database and dropped: an index, a table."""

    def create(self, bind: Any = None, checkfirst: bool = False) -> Any:
        """Create it in the database."""
        self._run_ddl("create", bind, checkfirst)

    def drop(self, bind: Any = None, checkfirst: bool = False) -> None:
        """Drop it from the database."""
        self._run_ddl("drop", bind, checkfirst)


class DefaultGenerator(SchemaItem):
    """The root of what computes a value for a column."""

    is_sequence = False
    is_callable = False
    is_scalar = False
    is_clause_element = False

    def __init__(self, for_update: bool = False) -> None:
        self.for_update = for_update

    def _set_parent(self, parent: Any) -> None:
        self.column = parent
        setattr(parent, "onupdate" if self.for_update else "default", self)

    _copy = copy


class ColumnDefault(DefaultGenerator):
    """A default that we compute: a plain value, a function, or an SQL expression."""

    def __init__(self, arg: Any, for_update: bool = False) -> None:
        super().__init__(for_update)
        element = clause_of(arg)
        self.is_clause_element = element is not None
        self.is_callable = element is None and callable(arg)
        self.is_scalar = element is None and not self.is_callable
        self.arg = _with_context(arg) if self.is_callable else arg if element is None else element

    def __repr__(self) -> str:
        return f"ColumnDefault({self.arg!r})"


def _with_context(function: Any) -> Any:
    """A default's function, as one that takes the execution context."""
    count = _positional_count(function)
    if count == 1:
        return function
    if count > 1:
        raise exc.ArgumentError(
            "ColumnDefault Python function takes zero or one positional arguments"
        )
    return wraps(function)(lambda context: function())


def _positional_count(function: Any) -> int:
    """How many positional arguments without default a function has; 0 if Python cannot tell."""
    called: Any = getattr(function, "__init__", None) if isinstance(function, type) else function
    called = getattr(called, "__func__", called)
    if not hasattr(called, "__code__"):
        called = type(function).__call__  # an object with a method __call__
    code = getattr(called, "__code__", None)
    if code is None:
        return 0
    bound = 0 if called is function else 1
    return code.co_argcount - bound - len(called.__defaults__ or ())  # type: ignore[no-any-return]


class Sequence(DefaultGenerator):
    """A named counter of the database; SQLite has none, so that it does nothing there."""

    is_sequence = True

    def __init__(
        self,
        name: str,
        start: int | None = None,
        increment: int | None = None,
        schema: str | None = None,
        optional: bool = False,
        metadata: Any = None,
        **ignored: Any,
    ) -> None:
        super().__init__()
        self.name = name
        self.start = start
        self.increment = increment
        self.schema = schema
        self.optional = optional
        self.metadata = metadata
        self._key = name if schema is None else f"{schema}.{name}"

    def _set_parent(self, parent: Any) -> None:
        super()._set_parent(parent)
        parent._on_table_attach(lambda column, table: setattr(self, "metadata", table.metadata))


leave_out(Sequence, "create drop next_value")


class DefaultClause(SchemaItem):
    """A default in the table's DDL: DEFAULT ..."""

    def __init__(self, arg: Any, for_update: bool = False) -> None:
        if not isinstance(arg, (str, ClauseElement)):
            raise exc.ArgumentError(
                f"Argument 'arg' is expected to be one of type '{str}' or '{ClauseElement}' or "
                f"'{TextClause}', got '{type(arg)}'"
            )
        self.arg = arg
        self.for_update = for_update

    def _set_parent(self, parent: Any) -> None:
        parent.server_default = self

    _copy = copy

    def __repr__(self) -> str:
        return f"DefaultClause({self.arg!r}, for_update={self.for_update!r})"


publish(globals(), "sqlalchemy.sql.schema")
