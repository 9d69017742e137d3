"""Schema: MetaData, Table, Column: what the database holds.

Before: selectable.py (a Table may stand in FROM), constraints.py, defaults.py.
Here:   the three, and how a Column becomes part of a Table.
After:  ddl.py creates them; mappers map them.

In a MetaData there is one Table for each name. A Column may exist before its Table does (in a
declarative class), so whatever needs the table waits in the column until it is attached.

Follows: SQLAlchemy 1.4, "Describing Databases with MetaData".
"""

from __future__ import annotations

from functools import partial

from ormtutor.miniorm import exc, inspection
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import leave_out, refuse_arguments
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.constraints import (
    CheckConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    creation_counter,
    take_dialect_arguments,
)
from ormtutor.miniorm.sql.defaults import (
    ColumnDefault,
    DatabaseItem,
    DefaultClause,
    DefaultGenerator,
    SchemaItem,
)
from ormtutor.miniorm.sql.elements import ClauseElement, ColumnClause, clause_of, delegate
from ormtutor.miniorm.sql.expressions import type_coerce
from ormtutor.miniorm.sql.naming import AnonymousName, symbol
from ormtutor.miniorm.sql.selectable import TableClause
from ormtutor.miniorm.sql.sorting import sort_tables
from ormtutor.miniorm.sql.traversal import FreshShapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any, ClassVar

    from ormtutor.miniorm.sql.traversal import Binds

# Keyword arguments of Column() that are simply kept.
_FACTS = ("autoincrement", "comment", "doc", "index", "primary_key", "unique")


# By argument: what it may be as it is, and what is made of anything else.
_DEFAULTS: dict[str, tuple[Any, Any]] = {
    "default": (DefaultGenerator, ColumnDefault),
    "onupdate": (DefaultGenerator, partial(ColumnDefault, for_update=True)),
    "server_default": (DefaultClause, DefaultClause),
}
_INSTEAD_OF_NAMES = {
    "index": "indexes with a specific name, create",
    "unique": "unique constraints or indexes with a specific name, append an explicit "
    "UniqueConstraint to the Table's list of elements, or create",
}


class Column(SchemaItem, ColumnClause):
    """A column of a table."""

    autoincrement: Any = "auto"
    comment: Any = None
    constraints: Any = ()
    doc: Any = None
    index: Any = None
    nullable = True
    primary_key = False
    unique: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name, type_, items = _read_arguments(args, kwargs)
        super().__init__(name, type_)
        self.key = kwargs.pop("key", name)
        for fact in _FACTS:
            if fact in kwargs:
                setattr(self, fact, kwargs.pop(fact))
        self._user_defined_nullable = "nullable" in kwargs
        self.nullable = kwargs.pop("nullable", not self.primary_key)
        self.info = kwargs.pop("info", None) or {}
        self.constraints = set()
        self.foreign_keys = set()
        self._waiting: list[Any] = []
        self._on_table_attach(_add_type_constraint)  # before the foreign keys'
        self._creation_order = next(creation_counter)
        for argument, (kind, make) in _DEFAULTS.items():
            value = kwargs.pop(argument, None)
            if value is not None and not isinstance(value, kind):
                value = make(value)
            attach(self, value)
        for item in items:
            attach(self, item)
        take_dialect_arguments(self, kwargs)

    # -- belonging -----------------------------------------------------------------------------

    def _on_table_attach(self, function: Any) -> None:
        """Call function(column, table) once the column is in a table: now, or later."""
        if self.table is not None:
            function(self, self.table)
        else:
            self._waiting.append(function)

    def _set_parent(self, parent: Any) -> None:
        if not self.name:
            raise exc.ArgumentError(
                "Column must be constructed with a non-blank name or assign a non-blank .name "
                "before adding to a Table."
            )
        if self.key is None:
            self.key = self.name
        if self.table is not None and self.table is not parent:
            raise exc.ArgumentError(
                f"Column object '{self.key}' already assigned to Table '{self.table.description}'"
            )
        existing = parent.c.get(self.key)
        if existing is not None and existing is not self:
            for key in existing.foreign_keys:
                parent.foreign_keys.discard(key)
                parent.constraints.discard(key.constraint)
        self.table = parent
        if getattr(self.type, "cache_ok", True):
            self._fixed_structure = self
        parent.c._put(self)
        if self.primary_key:
            parent.primary_key.columns.add(self)
        elif self.key in parent.primary_key:
            raise exc.ArgumentError(
                f"Trying to redefine primary-key column '{self.key}' as a non-primary-key column "
                f"on table '{parent.fullname}'"
            )
        self._make_index_and_unique(parent)
        waiting, self._waiting = self._waiting, []
        for function in waiting:
            function(self, parent)
        parent.metadata._settle_types()

    def _make_index_and_unique(self, table: Any) -> None:
        for name, instead in _INSTEAD_OF_NAMES.items():
            if isinstance(getattr(self, name), str):
                raise exc.ArgumentError(
                    f"The '{name}' keyword argument on Column is boolean only. To create {instead} "
                    "an explicit Index object external to the Table."
                )
        if self.index:
            table.append_constraint(Index(None, self.key, unique=bool(self.unique)))
        elif self.unique:
            table.append_constraint(UniqueConstraint(self.key))

    def references(self, column: Any) -> bool:
        """Whether one of our foreign keys points to `column`."""
        return any(key.column.shares_lineage(column) for key in self.foreign_keys)

    # -- copies --------------------------------------------------------------------------------

    def _copy(self) -> Column:
        """Return a new column like this one, without a table."""
        items = [item._copy() for item in self.constraints if not item._type_bound]
        # Those of a column in a table are constraints of the table by now.
        items += [key._copy() for key in self.foreign_keys if key.constraint is None]
        defaults = [self.default, self.onupdate, self.server_default]
        items += [default._copy() for default in defaults if default is not None]
        type_ = self.type.copy() if isinstance(self.type, sqltypes.SchemaType) else self.type
        facts = {fact: getattr(self, fact) for fact in (*_FACTS, "key", "info")}
        copy = type(self)(self.name, type_, *items, **facts, **self.dialect_kwargs)
        copy.nullable = self.nullable
        copy._user_defined_nullable = self._user_defined_nullable
        return copy

    copy = exc.deprecated_method("Column.copy")(_copy)

    def _make_proxy(self, selectable: Any, name: Any = None, key: Any = None) -> Any:
        if self.name is None and name is None:
            raise exc.InvalidRequestError(
                "Cannot initialize a sub-selectable with this Column object until its 'name' has "
                "been assigned."
            )
        proxy = Column.__new__(Column)
        proxy.name = self.name if name is None else name
        proxy.key = key if key is not None else name if name is not None else self.key
        proxy.table = selectable
        proxy.is_literal = False
        proxy._proxies = (self,)
        proxy.foreign_keys = {each._of_proxy(proxy) for each in self.foreign_keys}
        for fact in ("type", "primary_key", "nullable", "autoincrement", "info", "_creation_order"):
            setattr(proxy, fact, getattr(self, fact))
        return proxy.key, proxy

    # -- structure and text --------------------------------------------------------------------

    def structure(self, binds: Binds) -> Hashable:
        """A table's column is its own structure; else the FROM object and the key are."""
        if self._fixed_structure is None and binds.number(self)[1]:
            self.type.cache_id  # noqa: B018  once for a column: raises, or notes, a type without cache_ok
        table = self.table
        if table is None or table._is_table:
            return self
        key: Any = self.key
        if isinstance(key, AnonymousName) or isinstance(self.name, AnonymousName):
            key = self._proxies[0].structure(binds)
        return ("proxy", table.structure(binds), key)

    def __str__(self) -> str:
        if self.name is None:
            return "(no name)"
        if self.table is not None and self.table.named_with_column:
            return f"{self.table.description}.{self.name}"
        return str(self.name)

    def __repr__(self) -> str:
        shown = [repr(self.name), repr(self.type)]
        shown += [repr(each) for each in (*self.foreign_keys, *self.constraints)]
        table = self.table
        shown.append(f"table=<{table.description}>" if table is not None else "table=None")
        if self.key != self.name:
            shown.append(f"key={self.key!r}")
        if self.primary_key:
            shown.append("primary_key=True")
        if not self.nullable:
            shown.append(f"nullable={self.nullable}")
        for name in ("onupdate", "default", "server_default", "comment"):
            value = getattr(self, name)
            if value is not None:
                shown.append(f"{name}={value!r}")
        return f"Column({', '.join(shown)})"


def _read_arguments(args: tuple[Any, ...], kwargs: Any) -> tuple[Any, Any, list[Any]]:
    """The name, the type and the other items among the arguments of Column()."""
    name = kwargs.pop("name", None)
    type_ = kwargs.pop("type_", None)
    items = list(args)
    if items and isinstance(items[0], str):
        if name is not None:
            raise exc.ArgumentError("May not pass name positionally and as a keyword.")
        name = items.pop(0)
    elif items and items[0] is None:
        items.pop(0)
    first = items[0] if items else None
    kind = first if isinstance(first, type) else type(first)
    if issubclass(kind, sqltypes.TypeEngine):
        if type_ is not None:
            raise exc.ArgumentError("May not pass type_ positionally and as a keyword.")
        type_ = items.pop(0)
    return name, type_, items


def attach(parent: Any, item: Any) -> None:
    """Make `item` a part of a table or a column; None is ignored, as in `Column("x", None, ...)`.

    Raises: ArgumentError: it is not a schema item.
    """
    if item is None:
        return
    element = clause_of(item)
    set_parent = getattr(item if element is None else element, "_set_parent", None)
    is_from = element is not None and element._is_from_clause
    if set_parent is None or is_from:
        raise exc.ArgumentError(
            f"'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got {item!r}"
        )
    set_parent(parent)


def _add_type_constraint(column: Any, table: Any) -> None:
    """Add the CHECK that an Enum or Boolean may ask for, on the stored value."""
    type_ = column.type
    while isinstance(type_, sqltypes.TypeDecorator):
        type_ = type_.impl
    if not isinstance(type_, sqltypes.SchemaType) or not type_.create_constraint:
        return
    if isinstance(type_, sqltypes.Enum):
        criterion = type_coerce(column, sqltypes.String()).in_(type_.enums)
    else:
        criterion = type_coerce(column, sqltypes.Integer()).in_([0, 1])
    CheckConstraint(criterion, name=type_.name, _type_bound=type_)


# -- tables ----------------------------------------------------------------------------------------


class TableName(str):
    """The name of a table; `users.name.like()`, instead of `users.c.name`, fails as in 1.4."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


class Table(DatabaseItem, TableClause):
    """A table of a database."""

    __visit_name__ = "table"
    _sqlite_arguments = ("sqlite_autoincrement",)
    primary_key: Any = None
    foreign_keys: Any = None

    def __new__(cls, *args: Any, **kw: Any) -> Any:
        """Return the table of that name: a new one, or the one in the MetaData."""
        if not args and not kw:
            return object.__new__(cls)  # for copy.copy()
        if len(args) < 2:
            raise TypeError(
                "Table() takes at least two positional-only arguments 'name' and 'metadata'"
            )
        name, metadata, *items = args
        schema = kw.pop("schema", None)
        schema = metadata.schema if schema is None else schema
        extend_existing = kw.pop("extend_existing", False)
        key = name if schema is None or schema is BLANK_SCHEMA else f"{schema}.{name}"
        known = metadata.tables.get(key)
        if known is not None:
            if extend_existing:
                known._fill(items, kw)
            elif items:
                raise exc.InvalidRequestError(
                    f"Table '{key}' is already defined for this MetaData instance.  Specify "
                    "'extend_existing=True' to redefine options and columns on an existing Table "
                    "object."
                )
            return known
        made = object.__new__(cls)
        dict.__setitem__(metadata.tables, key, made)
        try:
            made._set_up(name, metadata, None if key == name else schema)
            made._fill(items, kw, replaces=extend_existing)
        except BaseException:
            metadata._forget(made, key)
            raise
        return made

    def __init__(self, *args: Any, **kw: Any) -> None:
        """Do nothing: __new__ has done it all, or has returned an existing table."""

    def _set_up(self, name: Any, metadata: Any, schema: Any) -> None:
        own_name = None if name is None else TableName(name)
        TableClause.__init__(self, own_name, schema=schema)
        self.metadata = metadata
        self.key = self.fullname
        self.indexes: set[Any] = set()
        self.constraints: set[Any] = set()
        self.foreign_keys = set()
        self.dialect_kwargs: dict[str, Any] = {}
        PrimaryKeyConstraint(_implicit_generated=True)._set_parent(self)
        self.comment: str | None = None
        self.info: dict[Any, Any] = {}

    def _fill(self, items: Any, kw: Any, replaces: bool = True) -> None:
        """Take columns, constraints and options; reflected ones first, if asked for.

        replaces: a column may replace another one of its name without a warning.
        """
        self.comment = kw.pop("comment", self.comment)
        self.info = kw.pop("info", self.info) or {}
        autoload_with = kw.pop("autoload_with", None)
        autoload = kw.pop("autoload", autoload_with is not None)
        if autoload:
            if autoload_with is None and self.metadata.bind is None:
                raise exc.UnboundExecutionError(
                    "No engine is bound to this Table's MetaData. Pass an engine to the Table "
                    "via autoload_with=<someengine_or_connection>"
                )
            source = inspection.inspect(autoload_with or self.metadata.bind)
            with source.on_one_connection() as inspector:
                inspector.reflect_table(self)
        take_dialect_arguments(self, {**self.dialect_kwargs, **kw})
        for item in items:
            self._take(item, replaces or autoload)

    # -- facts ---------------------------------------------------------------------------------

    bind: Any = delegate("metadata.bind", "The engine that the MetaData is bound to, or None.")
    _autoincrement_column: Any = delegate("primary_key._autoincrement_column")

    @property
    def foreign_key_constraints(self) -> set[Any]:
        """The foreign key constraints, each once."""
        return {key.constraint for key in self.foreign_keys}

    # -- changes -------------------------------------------------------------------------------

    def append_column(self, column: Any, replace_existing: bool = False) -> None:  # type: ignore[override]
        """Add a column; replace_existing: it may replace another one of its name."""
        self._take(column, replace_existing)
        FreshShapes.changes += 1

    def _take(self, item: Any, replaces: bool) -> None:
        if isinstance(item, Column) and not replaces:
            key = item.name if item.key is None else item.key
            if self.c.get(key, item) is not item:
                exc.warn_deprecated(
                    f"A column with name '{key}' is already present in table '{self.name}'. Please "
                    "use method :meth:`_schema.Table.append_column` with the parameter "
                    "``replace_existing=True`` to replace an existing column."
                )
        attach(self, item)

    def append_constraint(self, constraint: Any) -> None:
        """Add a constraint."""
        constraint._set_parent(self)

    def __repr__(self) -> str:
        shown = [repr(each) for each in (self.name, self.metadata, *self.c)]
        return f"Table({', '.join(shown)}, schema={self.schema!r})"


leave_out(Table, "add_is_dependent_on exists to_metadata tometadata")
BLANK_SCHEMA: Any = symbol("blank_schema")


# -- the collection --------------------------------------------------------------------------------


class FacadeDict(dict):  # type: ignore[type-arg]
    """A dictionary that only its owner changes: the tables of a MetaData."""

    __module__ = "sqlalchemy.util._collections"
    __slots__ = ()

    def _refuse(self, *args: Any, **kw: Any) -> Any:
        raise TypeError(f"{type(self).__name__} object is immutable")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = _refuse

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict.__repr__(self)})"


class MetaData(SchemaItem):
    """A collection of tables that belong together."""

    __visit_name__ = "metadata"
    # Set by engine/create.py: for a URL in place of an Engine.
    _create_engine: ClassVar[Any]

    def __init__(
        self, bind: Any = None, schema: Any = None, info: Any = None, **left_out: Any
    ) -> None:
        refuse_arguments("MetaData.__init__", left_out, "naming_convention quote_schema")
        self.bind = bind
        self.tables = FacadeDict()
        self.schema = schema
        self.info = {} if info is None else info
        # Foreign keys of untyped columns, which wait for the type of the column they refer to.
        self._typeless: list[Any] = []

    @property
    def bind(self) -> Any:
        """The engine that statements go to if none is given, or None; a URL makes one."""
        return self._bind

    @bind.setter
    def bind(self, bind: Any) -> None:
        self._bind = self._create_engine(bind) if isinstance(bind, str) else bind

    def __repr__(self) -> str:
        return f"MetaData(bind={self.bind!r})"

    def __contains__(self, table_or_key: Any) -> bool:
        return getattr(table_or_key, "key", table_or_key) in self.tables

    # -- tables --------------------------------------------------------------------------------

    def _settle_types(self) -> None:
        """Give untyped columns the type of those that they refer to, as far as it is known."""
        waiting, self._typeless = self._typeless, []
        for key in waiting:
            referred = key._referred_now()
            if referred is None or referred.type._is_null:
                self._typeless.append(key)
            else:
                key.parent.type = referred.type
        if len(self._typeless) < len(waiting):
            self._settle_types()

    def _forget(self, table: Any, key: str) -> None:
        dict.pop(self.tables, key, None)
        self._typeless = [each for each in self._typeless if each.parent.table is not table]

    def clear(self) -> None:
        """Forget all tables."""
        dict.clear(self.tables)
        self._typeless.clear()

    def remove(self, table: Any) -> None:
        """Forget a table."""
        self._forget(table, table.key)

    @property
    def sorted_tables(self) -> list[Any]:
        """The tables in order of dependency: each after those that it refers to."""
        return sort_tables(sorted(self.tables.values(), key=lambda table: table.key))

    def reflect(
        self,
        bind: Any = None,
        schema: Any = None,
        only: Any = None,
        extend_existing: bool = False,
        **left_out: Any,
    ) -> None:
        """Load the definitions of the tables in the database.

        only: names, or a function of a name and this MetaData that returns whether to load it.
        Raises: InvalidRequestError: one of the names is not there.
        """
        refuse_arguments("MetaData.reflect", left_out, "autoload_replace resolve_fks views")
        with inspection.inspect(self._engine(bind)).on_one_connection() as inspector:
            inspector._reflected = set()
            names = inspector.get_table_names(schema)
            if callable(only):
                only = [name for name in names if only(name, self)]
            missing = [name for name in only or () if name not in names]
            if missing:
                raise exc.InvalidRequestError(
                    "Could not reflect: requested table(s) not available in "
                    f"{inspector.engine!r}: ({', '.join(missing)})"
                )
            for name in names if only is None else only:
                key = name if schema is None else f"{schema}.{name}"
                if key not in self.tables or extend_existing:
                    options = {"autoload_with": inspector, "extend_existing": extend_existing}
                    Table(name, self, schema=schema, **options)

    # -- the database --------------------------------------------------------------------------

    def create_all(self, bind: Any = None, tables: Any = None, checkfirst: bool = True) -> None:
        """Create the tables that the database lacks."""
        self._run_ddl("create", bind, checkfirst, tables=tables)

    def drop_all(self, bind: Any = None, tables: Any = None, checkfirst: bool = True) -> None:
        """Drop the tables that the database has."""
        self._run_ddl("drop", bind, checkfirst, tables=tables)


leave_out(MetaData, "is_bound")
inspection.inspects_itself(ClauseElement)
publish(globals(), "sqlalchemy.sql.schema")
