"""Constraints: keys, checks, indexes.

Before: defaults.py (SchemaItem) and columns.py.
Here:   ForeignKey, the constraints, Index.
After:  schema.py's Table and Column hold them; ddl_compiler.py writes them; relationships in the
        ORM and joins follow the foreign keys.

Follows: SQLAlchemy 1.4, "Defining Constraints and Indexes".
"""

from __future__ import annotations

import warnings
from itertools import count

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.columns import DedupeColumnCollection
from ormtutor.miniorm.sql.defaults import SchemaItem
from ormtutor.miniorm.sql.elements import TextClause, clause_of, delegate
from ormtutor.miniorm.sql.naming import quoted_name
from ormtutor.miniorm.sql.traversal import iterate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

creation_counter = count(1)


def check_dialect_arguments(subject: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments such as `sqlite_autoincrement=True`, by dialect and name.

    Warns of a dialect that nobody has: `primary_keys=True` names one called primary.

    Raises: TypeError: an argument that names no dialect. ArgumentError: one that SQLite has not.
    """
    for key in arguments:
        dialect, _, name = key.partition("_")
        if not name:
            raise TypeError(
                f"Additional arguments should be named <dialectname>_<argument>, got '{key}'"
            )
        if dialect not in _DIALECTS:
            warnings.warn(
                f"Can't validate argument '{key}'; can't locate any SQLAlchemy dialect named "
                f"'{dialect}'",
                exc.SAWarning,
                stacklevel=3,
            )
        if dialect == "sqlite" and name not in _SQLITE_ARGUMENTS.get(_family(subject), ()):
            raise exc.ArgumentError(
                f"Argument '{key}' is not accepted by dialect 'sqlite' on behalf of {type(subject)}"
            )
    return arguments


_DIALECTS = frozenset(
    ["sqlite", "postgresql", "mysql", "mariadb", "oracle", "mssql", "sybase", "firebird"]
)

_SQLITE_ARGUMENTS = {
    "table": ("autoincrement", "with_rowid", "on_conflict"),
    "index": ("where",),
    "column": ("on_conflict_primary_key", "on_conflict_not_null", "on_conflict_unique"),
    "constraint": ("on_conflict",),
    "foreignkey": (),
}


def _family(subject: Any) -> str:
    return getattr(subject, "_argument_family", "constraint")


# What a foreign key may say in its DDL.
_KEY_OPTIONS = ("use_alter", "name", "onupdate", "ondelete", "deferrable", "initially", "match")


# -- foreign keys ----------------------------------------------------------------------------------


class ForeignKey(SchemaItem):
    """A column refers to another: Column("user_id", ForeignKey("users.id"))."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "foreign_key"
    _argument_family = "foreignkey"

    def __init__(
        self,
        column: Any,
        _constraint: Any = None,
        use_alter: bool = False,
        name: Any = None,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        link_to_name: bool = False,
        match: str | None = None,
        info: Any = None,
        **dialect_kw: Any,
    ) -> None:
        element = clause_of(column)
        if element is None:
            if not isinstance(column, str):
                raise exc.ArgumentError(
                    "String column name or Column object for DDL foreign key constraint expected, "
                    f"got {column!r}."
                )
        elif not element._is_column_clause:
            raise exc.ArgumentError(
                "String column name or Column object for DDL foreign key constraint expected, "
                f"got {column!r}."
            )
        self._colspec = column if element is None else element._deannotated
        self.constraint = _constraint
        self.parent: Any = None
        self.use_alter = use_alter
        self.name = name
        self.onupdate = onupdate
        self.ondelete = ondelete
        self.deferrable = deferrable
        self.initially = initially
        self.link_to_name = link_to_name
        self.match = match
        self.dialect_kwargs = dialect_kw
        self.info = {} if info is None else info
        self._column: Any = None

    def __repr__(self) -> str:
        return f"ForeignKey({self._get_colspec()!r})"

    # -- what it points to ---------------------------------------------------------------------

    def _get_colspec(self, schema: Any = None, table_name: Any = None) -> str:
        """`table.column`, with another schema or table name if told."""
        colspec = self._colspec
        if schema is not None or table_name is not None:
            own_schema, own_table, column_name = self._column_tokens
            table = own_table if table_name is None else table_name
            schema = own_schema if schema is None else schema or None
            return ".".join(part for part in (schema, table, column_name) if part)
        if not isinstance(colspec, str):
            table = colspec.table
            if table is None:
                return str(colspec.key)
            return f"{table.fullname}.{colspec.key}"
        return colspec

    @property
    def _referred_schema(self) -> Any:
        return self._column_tokens[0]

    @property
    def target_fullname(self) -> str:
        """`table.column`."""
        return self._get_colspec()

    @property
    def _column_tokens(self) -> tuple[Any, str, Any]:
        """Schema, table and column of what it points to."""
        parts = self._get_colspec().split(".")
        if len(parts) == 1:
            return None, parts[0], None
        column_name = parts.pop()
        table_name = parts.pop()
        return (".".join(parts) or None), table_name, column_name

    def _table_key(self) -> Any:
        """The key in MetaData.tables of what it points to; None: it is a column without a table."""
        if not isinstance(self._colspec, str):
            table = self._colspec.table
            return None if table is None else table.key
        schema, table_name, _ = self._column_tokens
        if schema is None and self.parent is not None and self.parent.table is not None:
            schema = self.parent.table.metadata.schema
        return table_name if schema is None else f"{schema}.{table_name}"

    def references(self, table: Any) -> bool:
        """Whether it points to that table."""
        return table.corresponding_column(self.column) is not None

    def get_referent(self, table: Any) -> Any:
        """The column of a FROM object that it points to, or None."""
        return table.columns.corresponding_column(self.column)

    @property
    def column(self) -> Any:
        """The column that it points to.

        Raises: NoReferencedTableError, NoReferencedColumnError: there is none.
        """
        if self._column is None:
            self._column = self._find_column()
        return self._column

    def _find_column(self) -> Any:
        if not isinstance(self._colspec, str):
            return self._colspec
        if self.parent is None:
            raise exc.InvalidRequestError(
                "this ForeignKey object does not yet have a parent Column associated with it."
            )
        table = getattr(self.parent, "table", None)
        if table is None:
            raise exc.InvalidRequestError(
                "this ForeignKey's parent column is not yet associated with a Table."
            )
        _, table_name, column_name = self._column_tokens
        target = table.metadata.tables.get(self._table_key())
        if target is None:
            raise exc.NoReferencedTableError(
                f"Foreign key associated with column '{self.parent}' could not find table "
                f"'{self._table_key()}' with which to generate a foreign key to target column "
                f"'{column_name}'",
                table_name,
            )
        column = self._column_in(target)
        if column is None:
            raise exc.NoReferencedColumnError(
                f"Could not initialize target column for ForeignKey '{self._colspec}' on table "
                f"'{table.name}': table '{target.name}' has no column named "
                f"'{self._wanted_key()}'",
                target.name,
                self._wanted_key(),
            )
        return column

    def _wanted_key(self) -> Any:
        _, _, column_name = self._column_tokens
        return self.parent.key if column_name is None else column_name

    def _column_in(self, table: Any) -> Any:
        wanted = self._wanted_key()
        if self.link_to_name:
            for column in table.c:
                if column.name == wanted:
                    return column
            return None
        return table.c.get(wanted)

    # -- becoming a part -----------------------------------------------------------------------

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        if self.parent is not None and self.parent is not parent:
            raise exc.InvalidRequestError("This ForeignKey already has a parent !")
        self.parent = parent
        parent.foreign_keys.add(self)
        parent._on_table_attach(self._set_table)

    def _set_table(self, column: Any, table: Any) -> None:
        if self.constraint is None:
            self.constraint = ForeignKeyConstraint([], [], **self._options())
            self.constraint._append_element(column, self)
            self.constraint._set_parent(table)
        table.foreign_keys.add(self)
        self._take_type(column, table)

    def _take_type(self, column: Any, table: Any) -> None:
        """A column without a type has that of the column that it refers to."""
        if not isinstance(self._colspec, str):
            if column.type._is_null:
                self._colspec._when_typed(column)
            return
        target = table.metadata.tables.get(self._table_key())
        if target is not None:
            referred = self._column_in(target)
            if referred is not None and column.type._is_null:
                referred._when_typed(column)
        table.metadata._remember_reference(self)

    def _options(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in _KEY_OPTIONS}
        return {**told, **self.dialect_kwargs}

    def _copy(self, schema: Any = None) -> ForeignKey:
        link = self.link_to_name
        colspec = self._get_colspec(schema=schema)
        copy = ForeignKey(colspec, link_to_name=link, **self._options())
        copy.info = dict(self.info)
        return copy

    copy = _copy


# -- constraints -----------------------------------------------------------------------------------


class Constraint(SchemaItem):
    """A rule of a table."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "constraint"
    _create_rule: Any = None
    _argument_family = "constraint"

    def __init__(
        self,
        name: Any = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        _create_rule: Any = None,
        info: Any = None,
        _type_bound: bool = False,
        **dialect_kw: Any,
    ) -> None:
        self.name = name
        self.deferrable = deferrable
        self.initially = initially
        self.info = {} if info is None else info
        if _create_rule is not None:
            self._create_rule = _create_rule
        self._type_bound = _type_bound
        self._creation_order = next(creation_counter)
        self.dialect_kwargs = check_dialect_arguments(self, dialect_kw)
        self.parent: Any = None

    @property
    def table(self) -> Any:
        """The table of which this is a part.

        Raises: InvalidRequestError: none yet.
        """
        if self.parent is None or not getattr(self.parent, "_is_table", False):
            raise exc.InvalidRequestError(
                "This constraint is not bound to a table.  Did you mean to call "
                "table.append_constraint(constraint) ?"
            )
        return self.parent

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        self.parent = parent
        parent.constraints.add(self)

    def dialect_option(self, dialect: str, name: str) -> Any:
        """The value of an argument such as sqlite_on_conflict."""
        return self.dialect_kwargs.get(f"{dialect}_{name}")

    def _copy(self, **kw: Any) -> Any:
        raise NotImplementedError()


class ColumnCollectionMixin:
    """What has columns, given as names or as Column objects."""

    __module__ = "sqlalchemy.sql.schema"
    columns: Any
    parent: Any

    def _take_columns(self, columns: Any, autoattach: bool = True) -> None:
        self.columns = DedupeColumnCollection()
        self._pending = [_column_or_name(each) for each in columns]
        if autoattach and self._pending:
            self._attach_when_possible()

    def _attach_when_possible(self) -> None:
        """Columns that were given as objects tell the table, at once or when they get one."""
        columns = [each for each in self._pending if not isinstance(each, str)]
        if not columns or len(columns) != len(self._pending):
            return
        homeless = [each for each in columns if each.table is None]
        if not homeless:
            self._attach_to(columns)
            return
        waiting = {id(each) for each in homeless}

        def attached(column: Any, table: Any) -> None:
            waiting.discard(id(column))
            if not waiting and self.parent is None:
                self._attach_to(columns)

        for each in homeless:
            each._on_table_attach(attached)

    def _attach_to(self, columns: list[Any]) -> None:
        table = columns[0].table
        strangers = [each for each in columns if each.table is not table]
        if strangers:
            names = ", ".join(f"'{each}'" for each in strangers)
            raise exc.ArgumentError(
                f"Column(s) {names} are not part of table '{table.description}'."
            )
        if getattr(table, "_is_schema_table", False):
            table.append_constraint(self)

    def _resolve_columns(self, table: Any) -> None:
        for each in self._pending:
            column = table.c[each] if isinstance(each, str) else each
            self.columns.add(column)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __contains__(self, x: Any) -> bool:
        return x in self.columns

    def contains_column(self, col: Any) -> bool:
        """Whether that column is a part."""
        return bool(self.columns.contains_column(col))


def _column_or_name(thing: Any) -> Any:
    if isinstance(thing, str):
        return thing
    element = clause_of(thing)
    if element is None:
        raise exc.ArgumentError(
            f"String column name or Column object for DDL constraint expected, got {thing!r}."
        )
    return element


class ColumnCollectionConstraint(ColumnCollectionMixin, Constraint):
    """A rule about several columns."""

    __module__ = "sqlalchemy.sql.schema"

    def __init__(self, *columns: Any, **kw: Any) -> None:
        autoattach = kw.pop("_autoattach", True)
        Constraint.__init__(self, **kw)
        self._take_columns(columns, autoattach)

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        if getattr(parent, "_is_table", False):
            self._resolve_columns(parent)
        Constraint._set_parent(self, parent)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(column) for column in self.columns)})"


class CheckConstraint(ColumnCollectionConstraint):
    """CHECK (...)."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "table_or_column_check_constraint"

    def __init__(
        self,
        sqltext: Any,
        name: Any = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        table: Any = None,
        info: Any = None,
        _create_rule: Any = None,
        _autoattach: bool = True,
        _type_bound: bool = False,
        **kw: Any,
    ) -> None:
        if isinstance(sqltext, str):
            sqltext = TextClause(sqltext)
        elif clause_of(sqltext) is None:
            raise exc.ArgumentError(
                "SQL expression element or literal value expected, got {sqltext!r}."
            )
        else:
            sqltext = clause_of(sqltext)
        self.sqltext: Any = sqltext
        columns = [
            part
            for part in iterate(sqltext)
            if part._is_column_clause
            and part.table is not None
            and getattr(part.table, "_is_schema_table", False)
        ]
        super().__init__(
            *columns,
            name=name,
            deferrable=deferrable,
            initially=initially,
            _create_rule=_create_rule,
            info=info,
            _type_bound=_type_bound,
            _autoattach=_autoattach,
            **kw,
        )
        if table is not None:
            self._set_parent(table)

    def _copy(self, target_table: Any = None, **kw: Any) -> Any:
        made = CheckConstraint(
            self.sqltext,
            name=self.name,
            initially=self.initially,
            deferrable=self.deferrable,
            _create_rule=self._create_rule,
            _autoattach=False,
            _type_bound=self._type_bound,
        )
        made.info = dict(self.info)
        return made

    def __repr__(self) -> str:
        return f"CheckConstraint({self.sqltext!r})"


class ForeignKeyConstraint(ColumnCollectionConstraint):
    """FOREIGN KEY (...) REFERENCES ... (...)."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "foreign_key_constraint"

    def __init__(
        self,
        columns: Any,
        refcolumns: Any,
        name: Any = None,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        use_alter: bool = False,
        link_to_name: bool = False,
        match: str | None = None,
        table: Any = None,
        info: Any = None,
        **dialect_kw: Any,
    ) -> None:
        Constraint.__init__(
            self,
            name=name,
            deferrable=deferrable,
            initially=initially,
            info=info,
            **dialect_kw,
        )
        self.onupdate = onupdate
        self.ondelete = ondelete
        self.link_to_name = link_to_name
        self.use_alter = use_alter
        self.match = match
        if len(set(columns)) != len(refcolumns):
            if len(set(columns)) != len(columns):
                raise exc.ArgumentError(
                    "ForeignKeyConstraint with duplicate source column references are not "
                    "supported."
                )
            raise exc.ArgumentError(
                "ForeignKeyConstraint number of constrained columns must match the number of "
                "referenced columns."
            )
        self.elements = [
            ForeignKey(
                refcolumn,
                _constraint=self,
                onupdate=onupdate,
                ondelete=ondelete,
                use_alter=use_alter,
                link_to_name=link_to_name,
                match=match,
                deferrable=deferrable,
                initially=initially,
                **dialect_kw,
            )
            for refcolumn in refcolumns
        ]
        self._take_columns(columns)
        if table is not None:
            self._set_parent(table)

    def _append_element(self, column: Any, key: ForeignKey) -> None:
        self._pending.append(column)
        self.columns.add(column)
        self.elements.append(key)

    @property
    def column_keys(self) -> list[Any]:
        """The keys of our columns."""
        return [each if isinstance(each, str) else each.key for each in self._pending]

    @property
    def referred_table(self) -> Any:
        """The table that we refer to."""
        return self.elements[0].column.table

    @property
    def _referred_schema(self) -> Any:
        return self.elements[0]._referred_schema if self.elements else None

    @property
    def _col_description(self) -> str:
        return ", ".join(self.column_keys)

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        try:
            self._resolve_columns(parent)
        except KeyError as error:
            raise exc.ArgumentError(
                f"Can't create ForeignKeyConstraint on table '{parent.description}': no column "
                f"named '{error.args[0]}' is present."
            ) from error
        for column, key in zip(self.columns, self.elements, strict=True):
            if key.parent is not column:
                key._set_parent(column)
        self._check_one_table()
        Constraint._set_parent(self, parent)

    def _check_one_table(self) -> None:
        keys = {key._table_key() for key in self.elements}
        if len(keys) > 1 and None not in keys:
            first, second = sorted(keys)[:2]
            raise exc.ArgumentError(
                f"ForeignKeyConstraint on {self.parent and self.parent.fullname}"
                f"({self._col_description}) refers to multiple remote tables: {first} and {second}"
            )

    def __repr__(self) -> str:
        table = f", table={self.parent!r}" if self.parent is not None else ""
        return f"ForeignKeyConstraint({object.__repr__(self.columns)}, None{table})"


class PrimaryKeyConstraint(ColumnCollectionConstraint):
    """PRIMARY KEY (...)."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "primary_key_constraint"

    def __init__(self, *columns: Any, **kw: Any) -> None:
        self._implicit_generated = kw.pop("_implicit_generated", False)
        super().__init__(*columns, **kw)

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        flagged = [column for column in parent.c if column.primary_key]
        Constraint._set_parent(self, parent)
        if parent.primary_key is not self:
            parent.constraints.discard(parent.primary_key)
            parent.primary_key = self
            parent.constraints.add(self)
        self._resolve_columns(parent)
        for column in self.columns:
            column.primary_key = True
            if column._user_defined_nullable is None:
                column.nullable = False
        if not self._pending:
            self.columns.extend(flagged)
        elif flagged and set(flagged) != set(self.columns):
            _warn_about_key_columns(parent, flagged, list(self.columns))

    def _replace(self, column: Any) -> None:
        """A Column with primary_key=True came to the table."""
        known = self.columns.get(column.key)
        if known is not None and known is not column:
            self.columns.remove(known)
        self.columns.add(column)

    @property
    def columns_autoinc_first(self) -> list[Any]:
        """The columns, the one that counts by itself first."""
        first = self._autoincrement_column
        if first is None:
            return list(self.columns)
        return [first, *[column for column in self.columns if column is not first]]

    @property
    def _autoincrement_column(self) -> Any:
        """The column that the database counts up, or None."""
        if len(self.columns) == 1:
            column = next(iter(self.columns))
            if column.autoincrement is True:
                _check_counts(column)
                return column
            if column.autoincrement in ("auto", "ignore_fk") and _may_count(column):
                return column
            return None
        found = None
        for column in self.columns:
            if column.autoincrement is True:
                _check_counts(column)
                if found is not None:
                    raise exc.ArgumentError(
                        "Only one Column may be marked autoincrement=True, found both "
                        f"{found.name} and {column.name}."
                    )
                found = column
        return found


def _check_counts(column: Any) -> None:
    if column.type._type_affinity is None or column.type._type_affinity.__name__ not in (
        "Integer",
        "Numeric",
    ):
        raise exc.ArgumentError(
            f"Column type {column.type} on column '{column}' is not compatible with "
            "autoincrement=True"
        )


def _may_count(column: Any) -> bool:
    affinity = column.type._type_affinity
    return (
        affinity is not None
        and affinity.__name__ in ("Integer", "Numeric")
        and (not column.foreign_keys or column.autoincrement == "ignore_fk")
        and (column.default is None or column.default.is_sequence)
        and column.server_default is None
    )


def _warn_about_key_columns(table: Any, flagged: list[Any], told: list[Any]) -> None:
    flagged_names = ", ".join(f"'{column.name}'" for column in flagged)
    told_names = ", ".join(f"'{column.name}'" for column in told)
    warnings.warn(
        f"Table '{table.name}' specifies columns {flagged_names} as primary_key=True, not "
        f"matching locally specified columns {told_names}; setting the current primary key "
        f"columns to {told_names}. This warning may become an exception in a future release",
        exc.SAWarning,
        stacklevel=5,
    )
    for column in flagged:
        if column not in told:
            column.primary_key = False
            column.nullable = True


class UniqueConstraint(ColumnCollectionConstraint):
    """UNIQUE (...)."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "unique_constraint"


class Index(ColumnCollectionMixin, SchemaItem):
    """CREATE INDEX."""

    __module__ = "sqlalchemy.sql.schema"
    __visit_name__ = "index"
    _argument_family = "index"
    _type_bound = False

    def __init__(self, name: Any, *expressions: Any, **kw: Any) -> None:
        self.name = quoted_name.construct(name, kw.pop("quote", None))
        self.unique = kw.pop("unique", False)
        self.info = kw.pop("info", None) or {}
        table = kw.pop("_table", None)
        self._column_flag = kw.pop("_column_flag", False)
        self.dialect_kwargs = check_dialect_arguments(self, kw)
        self.table: Any = None
        self.parent: Any = None
        self.expressions: list[Any] = []
        self._told = [
            each if isinstance(each, str) else _index_expression(each) for each in expressions
        ]
        columns = [_columns_of(each) for each in self._told]
        self._take_columns(
            [each for found in columns for each in found[:1]], autoattach=table is None
        )
        self._other_columns = [each for found in columns for each in found[1:]]
        if table is not None:
            self._set_parent(table)

    def _set_parent(self, parent: Any, **kw: Any) -> None:
        if self.table is not None and parent is not self.table:
            raise exc.ArgumentError(
                f"Index '{self.name}' is against table '{self.table.description}', and cannot be "
                f"associated with table '{parent.description}'."
            )
        self._resolve_columns(parent)
        self.table = self.parent = parent
        self.expressions = [
            parent.c[each] if isinstance(each, str) else each for each in self._told
        ]
        if self.name is None:
            label = "".join(f"{parent.name}_{column.name}" for column in list(self.columns)[:1])
            schema = f"{parent.schema.replace('.', '_')}_" if parent.schema and label else ""
            self.name = f"ix_{schema}{label}"
        parent.indexes.add(self)

    bind: Any = delegate("table.bind", "The engine of the table, or None.")

    def dialect_option(self, dialect: str, name: str) -> Any:
        """The value of an argument such as sqlite_where."""
        return self.dialect_kwargs.get(f"{dialect}_{name}")

    def create(self, bind: Any = None, checkfirst: bool = False) -> Index:
        """Create it in the database."""
        _run_ddl("create", bind or self.bind, self, checkfirst)
        return self

    def drop(self, bind: Any = None, checkfirst: bool = False) -> None:
        """Drop it from the database."""
        _run_ddl("drop", bind or self.bind, self, checkfirst)

    def __repr__(self) -> str:
        shown = [repr(self.name)]
        shown += [repr(each) for each in (self.expressions or self._told)]
        if self.unique:
            shown.append("unique=True")
        return f"Index({', '.join(shown)})"


def _index_expression(thing: Any) -> Any:
    element = clause_of(thing)
    if element is None:
        raise exc.ArgumentError(
            f"String column name or column expression for DDL constraint expected, got {thing!r}."
        )
    return element


def _columns_of(thing: Any) -> list[Any]:
    if isinstance(thing, str):
        return [thing]
    return [part for part in iterate(thing) if part._is_column_clause and not part.is_literal]


def _run_ddl(what: str, bind: Any, element: Any, checkfirst: bool) -> None:
    raise NotImplementedError  # ddl.py puts its own in this place
