"""Schema: MetaData, Table, Column: what the database holds.

Before: selectable.py (a Table may stand in FROM), constraints.py, defaults.py.
Here:   the three, how a Column becomes part of a Table, copies for another MetaData.
After:  ddl.py creates them; mappers map them.

A Table is one object for each name in a MetaData. A Column may exist before its Table does (in a
declarative class), so what needs the table waits in the column until it is attached.

Follows: SQLAlchemy 1.4, "Describing Databases with MetaData".
"""

from __future__ import annotations

from ormtutor.miniorm import exc, inspection
from ormtutor.miniorm.event import Dispatch
from ormtutor.miniorm.leftout import LeftOut, refuse_arguments
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.constraints import (
    CheckConstraint,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    check_dialect_arguments,
    creation_counter,
)
from ormtutor.miniorm.sql.defaults import (
    ColumnDefault,
    DefaultClause,
    FetchedValue,
    SchemaItem,
    Sequence,
)
from ormtutor.miniorm.sql.elements import ClauseElement, ColumnClause, delegate
from ormtutor.miniorm.sql.expressions import type_coerce
from ormtutor.miniorm.sql.naming import AnonymousName, quoted_name
from ormtutor.miniorm.sql.selectable import TableClause
from ormtutor.miniorm.sql.sorting import sort_tables
from ormtutor.miniorm.sql.traversal import Shapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from ormtutor.miniorm.sql.traversal import Binds

_UNTOLD: Any = object()


class Column(SchemaItem, ColumnClause):
    """A column of a table."""

    __module__ = "sqlalchemy.sql.schema"
    __slots__ = (
        "_creation_order",
        "_user_defined_nullable",
        "_waiting",
        "autoincrement",
        "comment",
        "constraints",
        "default",
        "dialect_kwargs",
        "doc",
        "foreign_keys",
        "index",
        "info",
        "nullable",
        "onupdate",
        "primary_key",
        "server_default",
        "server_onupdate",
        "system",
        "unique",
    )
    __visit_name__ = "column"
    _argument_family = "column"
    inherit_cache = True

    __hash__ = object.__hash__
    __eq__ = ColumnClause.__eq__

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name, type_, items = self._read_arguments(args, kwargs)
        name = quoted_name.construct(name, kwargs.pop("quote", None))
        self.table = None
        self.is_literal = False
        self._proxies = ()
        self._is_clone_of = None
        self.name = name
        self.type = sqltypes.to_instance(type_)
        self.key = kwargs.pop("key", name)
        self.primary_key = primary_key = kwargs.pop("primary_key", False)
        self._user_defined_nullable = told_nullable = kwargs.pop("nullable", None)
        self.nullable = not primary_key if told_nullable is None else told_nullable
        self.index = kwargs.pop("index", None)
        self.unique = kwargs.pop("unique", None)
        self.system = kwargs.pop("system", False)
        self.doc = kwargs.pop("doc", None)
        self.comment = kwargs.pop("comment", None)
        self.autoincrement = kwargs.pop("autoincrement", "auto")
        self.constraints: set[Any] = set()
        self.foreign_keys = set()
        self.default = self.onupdate = self.server_default = self.server_onupdate = None
        self._waiting: list[Any] = []
        self._creation_order = next(creation_counter)
        self.info = kwargs.pop("info", None) or {}
        self._take_defaults(kwargs)
        for item in items:
            attach(self, item)
        self._attach_type()
        kwargs.pop("_proxies", None)
        self.dialect_kwargs = check_dialect_arguments(self, kwargs)

    def _read_arguments(self, args: tuple[Any, ...], kwargs: Any) -> tuple[Any, Any, list[Any]]:
        name = kwargs.pop("name", None)
        type_ = kwargs.pop("type_", None)
        items = list(args)
        if items and isinstance(items[0], str):
            if name is not None:
                raise exc.ArgumentError("May not pass name positionally and as a keyword.")
            name = items.pop(0)
        elif items and items[0] is None:
            items.pop(0)
        if items and _is_type(items[0]):
            if type_ is not None:
                raise exc.ArgumentError("May not pass type_ positionally and as a keyword.")
            type_ = items.pop(0)
        return name, type_, items

    def _take_defaults(self, kwargs: dict[str, Any]) -> None:
        for name, for_update in (("default", False), ("onupdate", True)):
            told = kwargs.pop(name, None)
            if told is not None:
                if not isinstance(told, (ColumnDefault, Sequence)):
                    told = ColumnDefault(told, for_update=for_update)
                attach(self, told)
        for name, for_update in (("server_default", False), ("server_onupdate", True)):
            told = kwargs.pop(name, None)
            if told is not None:
                if isinstance(told, FetchedValue):
                    told = told._as_for_update(for_update)
                else:
                    told = DefaultClause(told, for_update=for_update)
                attach(self, told)

    def _attach_type(self) -> None:
        """A type may bring a CHECK constraint, and a default of an Enum of its own name."""
        self._on_table_attach(_type_constraints)

    # -- belonging -----------------------------------------------------------------------------

    def _on_table_attach(self, function: Any) -> None:
        """Call function(column, table) when we are in a table: now, or later."""
        if self.table is not None:
            function(self, self.table)
        else:
            self._waiting.append(function)

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        replacing = kw.get("allow_replacements", True)
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
            _replace_column(parent, existing, self, replacing)
        elif self.key != self.name:
            # The same column under its plain name, as reflection gives it.
            existing = parent.c.get(self.name)
            if existing is not None and existing is not self and existing.key == self.name:
                _replace_column(parent, existing, self, replacing)
                parent._columns._displace(existing, self)
                if existing.key in parent.primary_key.columns:
                    parent.primary_key.columns.remove(existing)
        self.table = parent
        parent._columns._put(self)
        self._enter_primary_key(parent)
        self._make_index_and_unique(parent)
        waiting, self._waiting = self._waiting, []
        for function in waiting:
            function(self, parent)
        parent.metadata._column_added(parent, self)

    def _enter_primary_key(self, table: Any) -> None:
        if self.primary_key:
            table.primary_key._replace(self)
        elif self.key in table.primary_key:
            raise exc.ArgumentError(
                f"Trying to redefine primary-key column '{self.key}' as a non-primary-key column "
                f"on table '{table.fullname}'"
            )

    def _make_index_and_unique(self, table: Any) -> None:
        if self.index:
            if isinstance(self.index, str):
                raise exc.ArgumentError(
                    "The 'index' keyword argument on Column is boolean only. To create indexes "
                    "with a specific name, create an explicit Index object external to the Table."
                )
            table.append_constraint(
                Index(None, self.key, unique=bool(self.unique), _column_flag=True)
            )
        elif self.unique:
            if isinstance(self.unique, str):
                raise exc.ArgumentError(
                    "The 'unique' keyword argument on Column is boolean only. To create unique "
                    "constraints or indexes with a specific name, append an explicit "
                    "UniqueConstraint to the Table's list of elements, or create an explicit "
                    "Index object external to the Table."
                )
            table.append_constraint(UniqueConstraint(self.key))

    def _when_typed(self, referring: Any) -> None:
        """A column without a type refers to us: give it ours, when we have one."""
        if not self.type._is_null:
            referring._take_type(self.type)
        elif self.table is not None:
            self.table.metadata._untyped.setdefault(self, []).append(referring)
        else:
            self._waiting.append(lambda column, table: column._when_typed(referring))

    def _take_type(self, type_: Any) -> None:
        self.type = type_
        if self.table is not None:
            for referring in self.table.metadata._untyped.pop(self, ()):
                if referring.type._is_null:
                    referring._take_type(type_)

    def append_foreign_key(self, fk: Any) -> None:
        """Let the column refer to another one."""
        attach(self, fk)

    def references(self, column: Any) -> bool:
        """Whether one of our foreign keys points to `column`."""
        return any(key.column.shares_lineage(column) for key in self.foreign_keys)

    # -- copies --------------------------------------------------------------------------------

    def _copy(self, **kw: Any) -> Column:
        """A new column like this one, of no table."""
        items = [item._copy(**kw) for item in self.constraints if not item._type_bound]
        # The keys of a column in a table are constraints of the table by now.
        items += [key._copy(**kw) for key in self.foreign_keys if key.constraint is None]
        type_ = self.type
        if isinstance(type_, sqltypes.SchemaType):
            type_ = type_.copy(**kw)  # type: ignore[attr-defined]
        copy = type(self)(
            self.name,
            type_,
            *items,
            key=self.key,
            primary_key=self.primary_key,
            unique=self.unique,
            system=self.system,
            index=self.index,
            autoincrement=self.autoincrement,
            default=_copied(self.default),
            server_default=_copied(self.server_default),
            onupdate=_copied(self.onupdate),
            server_onupdate=_copied(self.server_onupdate),
            doc=self.doc,
            comment=self.comment,
            **self.dialect_kwargs,
        )
        copy.nullable = self.nullable
        copy._user_defined_nullable = self._user_defined_nullable
        copy.info = dict(self.info)
        return copy

    copy = _copy

    def _make_proxy(
        self, selectable: Any, name: Any = None, key: Any = None, name_is_truncatable: bool = False
    ) -> Any:
        if self.name is None and name is None:
            raise exc.InvalidRequestError(
                "Cannot initialize a sub-selectable with this Column object until its 'name' has "
                "been assigned."
            )
        proxy = Column.__new__(Column)
        proxy.name = self.name if name is None else name
        proxy.key = key if key is not None else name if name is not None else self.key
        proxy.type = self.type
        proxy.table = selectable
        proxy.is_literal = False
        proxy._proxies = (self,)
        proxy._is_clone_of = None
        proxy.primary_key = self.primary_key
        proxy.nullable = self.nullable
        proxy._user_defined_nullable = self._user_defined_nullable
        proxy.autoincrement = self.autoincrement
        proxy.foreign_keys = {ProxyForeignKey._of(f, proxy) for f in self.foreign_keys}
        proxy.constraints = set()
        proxy.default = proxy.onupdate = proxy.server_default = proxy.server_onupdate = None
        proxy.index = proxy.unique = None
        proxy.system = False
        proxy.doc = proxy.comment = None
        proxy.info = self.info
        proxy.dialect_kwargs = {}
        proxy._waiting = []
        proxy._creation_order = self._creation_order
        return proxy.key, proxy

    # -- structure and text --------------------------------------------------------------------

    def structure(self, binds: Binds) -> Hashable:
        """The column itself where it is a table's; else the FROM object and the key."""
        table = self.table
        if table is None or table._is_table:
            return self
        key: Any = self.key
        if isinstance(key, AnonymousName) or isinstance(self.name, AnonymousName):
            key = self._proxies[0].structure(binds)
        return ("proxy", table.structure(binds), key)

    description: Any = delegate("name", "The name.")

    def __str__(self) -> str:
        if self.name is None:
            return "(no name)"
        if self.table is not None:
            if self.table.named_with_column:
                return f"{self.table.description}.{self.description}"
            return str(self.description)
        return str(self.description)

    def __repr__(self) -> str:
        shown = [repr(self.name), repr(self.type)]
        shown += [repr(key) for key in _in_order(self.foreign_keys) if key is not None]
        shown += [repr(each) for each in self.constraints]
        table = self.table
        shown.append(f"table=<{table.description}>" if table is not None else "table=None")
        if self.key != self.name:
            shown.append(f"key={self.key!r}")
        if self.primary_key:
            shown.append("primary_key=True")
        if not self.nullable:
            shown.append("nullable=False")
        for name in ("onupdate", "default", "server_default", "comment"):
            value = getattr(self, name)
            if value is not None:
                shown.append(f"{name}={value!r}")
        return f"Column({', '.join(shown)})"


class ProxyForeignKey(ForeignKey):
    """The foreign key of a column as an alias of its table shows it."""

    __module__ = "sqlalchemy.sql.schema"

    def __init__(self, *args: Any, **kw: Any) -> None:
        raise NotImplementedError("made by _of()")

    @classmethod
    def _of(cls, key: ForeignKey, parent: Any) -> ForeignKey:
        copy = ForeignKey.__new__(ForeignKey)
        copy.__dict__.update(key.__dict__)
        copy.parent = parent
        copy._source = getattr(key, "_source", key)  # type: ignore[attr-defined]
        copy._column = None
        if not isinstance(key._colspec, str):
            copy._column = key._colspec
        else:
            # The string is looked up in the MetaData of the table, which only the original has.
            copy._find_column = lambda: key.column  # type: ignore[method-assign]
        return copy


def _is_type(thing: Any) -> bool:
    return isinstance(thing, sqltypes.TypeEngine) or (
        isinstance(thing, type) and issubclass(thing, sqltypes.TypeEngine)
    )


def _in_order(keys: Any) -> list[Any]:
    if len(keys) < 2:
        return list(keys)
    return sorted(keys, key=lambda key: getattr(key.constraint, "_creation_order", 0))


def _copied(default: Any) -> Any:
    return None if default is None else default._copy()


def attach(parent: Any, item: Any, **kw: Any) -> None:
    """Make `item` a part of a table or a column; None is nothing, as in `Column("x", None, ...)`.

    Raises: ArgumentError: it is no schema item.
    """
    if item is None:
        return
    if isinstance(item, ColumnClause) and isinstance(parent, Column):
        raise exc.ArgumentError(
            f"'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got {item!r}"
        )
    set_parent = getattr(item, "_set_parent", None)
    if set_parent is None or isinstance(item, type):
        raise exc.ArgumentError(
            f"'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got {item!r}"
        )
    set_parent(parent, **kw)


def _replace_column(table: Any, existing: Any, column: Any, allowed: bool) -> None:
    """A column of the same key takes the place of another, with its keys and constraints."""
    for key in existing.foreign_keys:
        table.foreign_keys.discard(key)
        if key.constraint in table.constraints:
            table.constraints.discard(key.constraint)


def _type_constraints(column: Any, table: Any) -> None:
    type_ = column.type
    if not isinstance(type_, sqltypes.SchemaType) or not type_.create_constraint:
        return
    if isinstance(type_, sqltypes.Enum):
        # As plain values: the CHECK compares what is stored.
        criterion = type_coerce(column, sqltypes.String()).in_(type_.enums)
    else:
        criterion = type_coerce(column, sqltypes.Integer()).in_([0, 1])
    constraint = CheckConstraint(
        criterion, name=type_.name, _create_rule=_Emulated(type_), _type_bound=True
    )
    if constraint.parent is None:
        constraint._set_parent(table)


class _Emulated:
    """Whether a dialect needs the CHECK constraint of a type."""

    __slots__ = ("type",)

    def __init__(self, type_: Any) -> None:
        self.type = type_

    def __call__(self, compiler: Any) -> bool:
        """Say whether that compiler's dialect has no such type itself."""
        dialect = compiler.dialect
        if isinstance(self.type, sqltypes.Boolean):
            return not dialect.supports_native_boolean
        return not self.type.native_enum or not dialect.supports_native_enum


# -- tables ----------------------------------------------------------------------------------------


class Table(SchemaItem, TableClause):
    """A table of a database."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "table"
    _argument_family = "table"
    _is_schema_table = True
    dispatch = Dispatch(
        (
            "before_create",
            "after_create",
            "before_drop",
            "after_drop",
            "column_reflect",
            "before_parent_attach",
            "after_parent_attach",
        )
    )
    comment: Any = None
    quote_schema: Any = None
    primary_key: Any = None
    foreign_keys: Any = None

    def __new__(cls, *args: Any, **kw: Any) -> Any:
        """The table of that name: a new one, or the one that the MetaData has."""
        if not args and not kw:
            return object.__new__(cls)
        try:
            name, metadata, items = args[0], args[1], args[2:]
        except IndexError:
            raise TypeError(
                "Table() takes at least two positional-only arguments 'name' and 'metadata'"
            ) from None
        return cls._find_or_make(name, metadata, items, kw)

    @classmethod
    def _find_or_make(cls, name: Any, metadata: Any, items: Any, kw: dict[str, Any]) -> Any:
        schema = kw.get("schema")
        if schema is None:
            schema = metadata.schema
        elif schema is BLANK_SCHEMA:
            schema = None
        keep_existing = kw.get("keep_existing", False)
        extend_existing = kw.get("extend_existing", False)
        if keep_existing and extend_existing:
            raise exc.ArgumentError("keep_existing and extend_existing are mutually exclusive.")
        must_exist = kw.pop("must_exist", kw.pop("mustexist", False))
        key = name if schema is None else f"{schema}.{name}"
        known = metadata.tables.get(key)
        if known is not None:
            if not keep_existing and not extend_existing and items:
                raise exc.InvalidRequestError(
                    f"Table '{key}' is already defined for this MetaData instance.  Specify "
                    "'extend_existing=True' to redefine options and columns on an existing Table "
                    "object."
                )
            if extend_existing:
                known._extend(items, kw)
            return known
        if must_exist:
            raise exc.InvalidRequestError(f"Table '{key}' not defined")
        made = object.__new__(cls)
        metadata._add_table(key, made)
        try:
            made._set_up(name, metadata, schema, items, dict(kw))
        except BaseException:
            metadata._remove_table(key)
            raise
        return made

    def __init__(self, *args: Any, **kw: Any) -> None:
        """Nothing: __new__ has done it, and may have given a table that exists."""

    def _set_up(
        self, name: Any, metadata: Any, schema: Any, items: Any, kw: dict[str, Any]
    ) -> None:
        self.name = (
            quoted_name(name, kw.pop("quote", None)) if kw.get("quote") is not None else name
        )
        kw.pop("quote", None)
        self.metadata = metadata
        kw.pop("schema", None)
        quote_schema = kw.pop("quote_schema", None)
        self.schema = schema if schema is None else quoted_name.construct(schema, quote_schema)
        self.fullname = self.name if self.schema is None else f"{self.schema}.{self.name}"
        self.key = self.fullname if self.schema is None else f"{self.schema}.{self.name}"
        self._start_columns()
        self.indexes: set[Any] = set()
        self.constraints: set[Any] = set()
        self.foreign_keys = set()
        self.primary_key: Any = None
        empty_key = PrimaryKeyConstraint(_implicit_generated=True)
        self.primary_key = empty_key
        empty_key._set_parent(self)
        self.comment = kw.pop("comment", None)
        self.info = kw.pop("info", None) or {}
        self.implicit_returning = kw.pop("implicit_returning", True)
        self._prefixes = [_prefix(each) for each in kw.pop("prefixes", ())]
        for event_name, listener in kw.pop("listeners", ()):
            _listen(self, event_name, listener)
        self._reflect_and_fill(items, kw)

    def _start_columns(self) -> None:
        TableClause.__init__(self, self.name)
        self.fullname = self.name if self.schema is None else f"{self.schema}.{self.name}"

    def _reflect_and_fill(self, items: Any, kw: dict[str, Any]) -> None:
        autoload_with = kw.pop("autoload_with", None)
        autoload = kw.pop("autoload", autoload_with is not None)
        include_columns = kw.pop("include_columns", None)
        exclude_columns = kw.pop("_reflect_exclude", ())
        resolve_fks = kw.pop("resolve_fks", True)
        autoload_replace = kw.pop("autoload_replace", True)
        kw.pop("keep_existing", None)
        kw.pop("extend_existing", None)
        kw.pop("useexisting", None)
        kw.pop("_extend_on", None)
        if autoload:
            told = [item.name for item in items if isinstance(item, Column)]
            skip = () if autoload_replace else (*exclude_columns, *self.c.keys())
            self._autoload(
                autoload_with, include_columns, {*skip, *exclude_columns}, resolve_fks, told
            )
        self.dialect_kwargs = check_dialect_arguments(self, kw)
        for item in items:
            attach(self, item, allow_replacements=True)

    def _autoload(
        self, autoload_with: Any, include: Any, exclude: Any, resolve_fks: bool, told: Any
    ) -> None:
        if autoload_with is None:
            autoload_with = self.metadata.bind
            if autoload_with is None:
                raise exc.UnboundExecutionError(
                    "No engine is bound to this Table's MetaData. Pass an engine to the Table "
                    "via autoload_with=<someengine_or_connection>"
                )
        with inspection.inspect(autoload_with).on_one_connection() as inspector:
            inspector.reflect_table(self, include, exclude, resolve_fks, _extend_on=None)

    def _extend(self, items: Any, kw: dict[str, Any]) -> None:
        """More columns and options for a table that exists."""
        options = dict(kw)
        for name in ("schema", "quote", "quote_schema"):
            options.pop(name, None)
        if "comment" in options:
            self.comment = options.pop("comment")
        if "info" in options:
            self.info = options.pop("info")
        options.pop("prefixes", None)
        options.pop("listeners", None)
        options.pop("implicit_returning", None)
        known = self.dialect_kwargs
        self._reflect_and_fill(items, options)
        self.dialect_kwargs = {**known, **self.dialect_kwargs}

    # -- facts ---------------------------------------------------------------------------------

    @property
    def bind(self) -> Any:
        """The engine that the MetaData is bound to, or None."""
        return self.metadata.bind if self.metadata is not None else None

    @property
    def foreign_key_constraints(self) -> set[Any]:
        """The foreign keys, composite ones as one."""
        return {key.constraint for key in self.foreign_keys}

    _autoincrement_column: Any = delegate("primary_key._autoincrement_column")
    autoincrement_column: Any = delegate(
        "_autoincrement_column", "The column that the database counts up, or None."
    )

    @property
    def _sorted_constraints(self) -> list[Any]:
        return sorted(self.constraints, key=lambda each: each._creation_order)

    description: Any = delegate("name", "The name.")

    def dialect_option(self, dialect: str, name: str) -> Any:
        """The value of an argument such as sqlite_autoincrement."""
        return self.dialect_kwargs.get(f"{dialect}_{name}")

    # -- changes -------------------------------------------------------------------------------

    def append_column(self, column: Any, replace_existing: bool = False) -> None:  # type: ignore[override]
        """Add a column."""
        attach(self, column, allow_replacements=replace_existing)
        Shapes.changes += 1

    def append_constraint(self, constraint: Any) -> None:
        """Add a constraint."""
        constraint._set_parent(self)

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        parent._add_table(self.key, self)

    to_metadata = LeftOut()
    tometadata = LeftOut()

    # -- the database --------------------------------------------------------------------------

    def _engine(self, bind: Any) -> Any:
        if bind is None:
            bind = self.bind
        if bind is None:
            raise exc.UnboundExecutionError(
                f"Table object '{self.fullname}' is not bound to an Engine or Connection.  "
                "Execution can not proceed without a database to execute against."
            )
        return bind

    def exists(self, bind: Any = None) -> bool:
        """Whether the database has it."""
        return bool(inspection.inspect(self._engine(bind)).has_table(self.name, schema=self.schema))

    def create(self, bind: Any = None, checkfirst: bool = False) -> None:
        """Create it in the database."""
        _run_ddl("create", self._engine(bind), self, checkfirst)

    def drop(self, bind: Any = None, checkfirst: bool = False) -> None:
        """Drop it from the database."""
        _run_ddl("drop", self._engine(bind), self, checkfirst)

    # -- copies --------------------------------------------------------------------------------

    def structure(self, binds: Binds) -> Hashable:
        """The table itself."""
        return self

    def __str__(self) -> str:
        return str(self.name) if self.schema is None else f"{self.schema}.{self.name}"

    def __repr__(self) -> str:
        shown = [repr(self.name), repr(self.metadata)]
        shown += [repr(column) for column in self.c]
        shown.append(f"schema={self.schema!r}")
        return f"Table({', '.join(shown)})"


def _prefix(thing: Any) -> Any:
    return thing


def _listen(table: Table, name: str, listener: Any) -> None:
    own = Dispatch(parent=table.dispatch)
    own.add(name, listener)
    table.dispatch = own


def _run_ddl(what: str, bind: Any, element: Any, checkfirst: bool, **kw: Any) -> None:
    raise NotImplementedError  # ddl.py puts its own in this place


BLANK_SCHEMA: Any = type("BLANK_SCHEMA", (), {"__repr__": lambda self: "symbol('BLANK_SCHEMA')"})()


# -- the collection --------------------------------------------------------------------------------


class FacadeDict(dict[str, "Table"]):
    """The tables of a MetaData, which only it changes."""

    __module__ = "sqlalchemy.util._collections"

    def _refuse(self, *args: Any, **kw: Any) -> Any:
        raise TypeError("FacadeDict object is immutable")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = _refuse

    def __repr__(self) -> str:
        return f"FacadeDict({dict.__repr__(self)})"


class MetaData(SchemaItem):
    """The tables that belong together."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "metadata"
    dispatch = Dispatch(("before_create", "after_create", "before_drop", "after_drop"))

    def __init__(
        self,
        bind: Any = None,
        schema: Any = None,
        quote_schema: bool | None = None,
        info: Any = None,
        **left_out: Any,
    ) -> None:
        refuse_arguments("MetaData.__init__", left_out, "naming_convention")
        self.tables = FacadeDict()
        self.schema = quoted_name.construct(schema, quote_schema)
        self.info = {} if info is None else info
        self._sequences: dict[str, Any] = {}
        # Columns without a type that wait for one: {referred column: [referring columns]}.
        self._untyped: dict[Any, list[Any]] = {}
        # Foreign keys by the table they point to, to give types when it comes.
        self._references: dict[str, list[Any]] = {}
        self._bind: Any = None
        self.bind = bind

    @property
    def bind(self) -> Any:
        """The engine to use where none is told."""
        return self._bind

    @bind.setter
    def bind(self, bind: Any) -> None:
        if isinstance(bind, str):
            bind = _engine_of(bind)
        self._bind = bind

    def is_bound(self) -> bool:
        """Whether there is an engine to use where none is told."""
        return self._bind is not None

    def __repr__(self) -> str:
        return f"MetaData(bind={self._bind!r})"

    def __contains__(self, table_or_key: Any) -> bool:
        if not isinstance(table_or_key, str):
            table_or_key = table_or_key.key
        return table_or_key in self.tables

    # -- tables --------------------------------------------------------------------------------

    def _add_table(self, key: str, table: Any) -> None:
        dict.__setitem__(self.tables, key, table)

    def _remove_table(self, key: str) -> None:
        removed = dict.pop(self.tables, key, None)
        if removed is not None:
            for references in self._references.values():
                references[:] = [
                    each
                    for each in references
                    if each.parent is None or each.parent.table is not removed
                ]

    def _remember_reference(self, key: Any) -> None:
        self._references.setdefault(key._table_key(), []).append(key)

    def _column_added(self, table: Any, column: Any) -> None:
        for key in self._references.get(table.key, ()):
            if (
                key.parent is not None
                and key.parent.type._is_null
                and key._column_in(table) is column
            ):
                column._when_typed(key.parent)

    def clear(self) -> None:
        """Forget all tables."""
        dict.clear(self.tables)
        self._references.clear()

    def remove(self, table: Any) -> None:
        """Forget a table."""
        self._remove_table(table.key)

    @property
    def sorted_tables(self) -> list[Any]:
        """The tables in order of dependency: a table after those that it refers to."""
        return sort_tables(sorted(self.tables.values(), key=lambda table: table.key))

    def reflect(
        self,
        bind: Any = None,
        schema: Any = None,
        views: bool = False,
        only: Any = None,
        extend_existing: bool = False,
        autoload_replace: bool = True,
        resolve_fks: bool = True,
        **dialect_kwargs: Any,
    ) -> None:
        """Load the definitions of the tables that the database has."""
        with inspection.inspect(self._engine(bind)).on_one_connection() as inspector:
            self._reflect(
                inspector, schema, views, only, extend_existing, autoload_replace, resolve_fks
            )

    def _reflect(
        self,
        inspector: Any,
        schema: str | None,
        views: bool,
        only: Any,
        extend_existing: bool,
        autoload_replace: bool,
        resolve_fks: bool,
    ) -> None:
        names = list(inspector.get_table_names(schema))
        if views:
            names += inspector.get_view_names(schema)
        wanted = self._wanted_names(names, only, schema, inspector.engine)
        for name in wanted:
            key = name if schema is None else f"{schema}.{name}"
            if key in self.tables and not extend_existing:
                continue
            Table(
                name,
                self,
                schema=schema,
                autoload_with=inspector,
                extend_existing=extend_existing,
                autoload_replace=autoload_replace,
                resolve_fks=resolve_fks,
            )

    def _wanted_names(self, available: list[str], only: Any, schema: Any, engine: Any) -> list[str]:
        if only is None:
            return available
        if callable(only):
            return [name for name in available if only(name, self)]
        missing = [name for name in only if name not in available]
        if missing:
            where = f" schema '{schema}'" if schema else ""
            raise exc.InvalidRequestError(
                f"Could not reflect: requested table(s) not available in "
                f"{engine!r}{where}: ({', '.join(missing)})"
            )
        return list(only)

    # -- the database --------------------------------------------------------------------------

    def _engine(self, bind: Any) -> Any:
        if bind is None:
            bind = self._bind
        if bind is None:
            raise exc.UnboundExecutionError(
                "MetaData object is not bound to an Engine or Connection.  Execution can not "
                "proceed without a database to execute against."
            )
        return bind

    def create_all(self, bind: Any = None, tables: Any = None, checkfirst: bool = True) -> None:
        """Create the tables that the database has not yet."""
        _run_ddl("create", self._engine(bind), self, checkfirst, tables=tables)

    def drop_all(self, bind: Any = None, tables: Any = None, checkfirst: bool = True) -> None:
        """Drop the tables that the database has."""
        _run_ddl("drop", self._engine(bind), self, checkfirst, tables=tables)


def _engine_of(url: str) -> Any:
    raise exc.ArgumentError(f"MetaData(bind={url!r}): give the Engine that create_engine() made")


inspection.inspects_itself(ClauseElement)
