"""Constraints: keys, checks, indexes.

Before: defaults.py (SchemaItem) and columns.py.
Here:   ForeignKey, the constraints, Index.
After:  schema.py's Table and Column hold them; ddl_compiler.py writes them; relationships in the
        ORM and joins follow the foreign keys.

Follows: SQLAlchemy 1.4, "Defining Constraints and Indexes".
"""

from __future__ import annotations

from functools import cached_property
from itertools import count

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql.columns import DedupeColumnCollection
from ormtutor.miniorm.sql.defaults import DatabaseItem, SchemaItem
from ormtutor.miniorm.sql.elements import TextClause, delegate, given_clause, not_expected
from ormtutor.miniorm.sql.traversal import iterate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

creation_counter = count(1)

_DIALECTS = ("sqlite", "postgresql", "mysql", "mariadb", "oracle", "mssql", "sybase", "firebird")
_LEFT_OUT = frozenset(
    """
    autoload_replace deferrable implicit_returning include_columns initially inline keep_existing
    listeners match must_exist prefixes quote quote_schema resolve_fks return_defaults returning
    server_onupdate sqlite_on_conflict sqlite_where sqlite_with_rowid system
    """.split()  # noqa: SIM905
)


def take_dialect_arguments(subject: Any, arguments: dict[str, Any]) -> None:
    """Keep arguments such as `sqlite_autoincrement=True` in `subject.dialect_kwargs`.

    Warns of an unknown dialect: `primary_keys=True` seems to name one called primary.
    Raises: TypeError: an argument names no dialect, or is left out of miniorm. ArgumentError:
    SQLite has no such argument.
    """
    for key in arguments:
        dialect, _, name = key.partition("_")
        if key in _LEFT_OUT:
            raise TypeError(f"{key} is not in miniorm; SQLAlchemy has it")
        if not name:
            raise TypeError(
                f"Additional arguments should be named <dialectname>_<argument>, got '{key}'"
            )
        if dialect not in _DIALECTS:
            exc.warn(
                f"Can't validate argument '{key}'; can't locate any SQLAlchemy dialect named "
                f"'{dialect}'"
            )
        if dialect == "sqlite" and key not in subject._sqlite_arguments:
            raise exc.ArgumentError(
                f"Argument '{key}' is not accepted by dialect 'sqlite' on behalf of {type(subject)}"
            )
    subject.dialect_kwargs = arguments


_COLUMN_ROLE = "String column name or column expression for DDL constraint"


def _column_or_name(thing: Any, role: str = _COLUMN_ROLE) -> Any:
    """Return a column argument as a name or as an element."""
    if isinstance(thing, str):
        return thing
    element = given_clause(thing, role)
    if element._is_from_clause:
        raise not_expected(role, thing, element=element)
    return element


# -- foreign keys ----------------------------------------------------------------------------------

# The options of a foreign key.
_KEY_OPTIONS = ("name", "onupdate", "ondelete", "use_alter", "link_to_name")


class ForeignKey(SchemaItem):
    """A column refers to another: Column("user_id", ForeignKey("users.id")).

    link_to_name: the column is given by its name, not by its key.
    """

    dialect_kwargs: dict[str, Any]
    # For a column of an alias: the foreign key of the table's own column.
    _original: Any = None

    def __init__(
        self,
        column: Any,
        _constraint: Any = None,
        use_alter: bool = False,
        name: Any = None,
        onupdate: str | None = None,
        ondelete: str | None = None,
        link_to_name: bool = False,
        **dialect_kw: Any,
    ) -> None:
        role = "String column name or Column object for DDL foreign key constraint"
        found = _column_or_name(column, role)
        if not isinstance(found, str):
            if not found._is_column_clause:
                raise not_expected(role, column, element=found)
            found = found._deannotated
            if not getattr(found.table, "_is_table", True):
                raise exc.ArgumentError(
                    f"ForeignKey received Column not bound to a Table, got: {found.table!r}"
                )
        self._colspec = found
        self.constraint = _constraint
        self.parent: Any = None
        self.use_alter = use_alter
        self.name = name
        self.onupdate = onupdate
        self.ondelete = ondelete
        self.link_to_name = link_to_name
        self.dialect_kwargs = dialect_kw  # the constraint checks them

    def __repr__(self) -> str:
        return f"ForeignKey({self.target_fullname!r})"

    # -- what it points to ---------------------------------------------------------------------

    @property
    def target_fullname(self) -> str:
        """`table.column`."""
        column = self._colspec
        return column if isinstance(column, str) else f"{column.table.fullname}.{column.key}"

    @property
    def _target(self) -> tuple[Any, str | None]:
        """The key in MetaData.tables of the table that it points to, and the column's key.

        A given Column may not have its table yet.
        """
        if getattr(self._colspec, "table", "") is None:
            return None, self._colspec.key
        table, dot, column = self.target_fullname.rpartition(".")
        if not dot:
            return column, None
        if isinstance(self._colspec, str) and "." not in table:
            holder = getattr(self.parent, "table", None)
            schema = None if holder is None else holder.metadata.schema
            table = table if schema is None else f"{schema}.{table}"
        return table, column

    def get_referent(self, table: Any) -> Any:
        """Return the column of a FROM object that it points to, or None."""
        return table.columns.corresponding_column(self.column)

    @cached_property
    def column(self) -> Any:
        """The column that it points to.

        Raises: NoReferencedTableError, NoReferencedColumnError: there is none.
        """
        if self._original is not None:
            return self._original.column
        column = self._referred_now()
        if column is None:
            raise self._unresolved()
        return column

    def _unresolved(self) -> exc.NoReferenceError:
        """The error for a key whose table or column does not exist."""
        table = self.parent.table
        table_key, wanted = self._target
        target = table.metadata.tables.get(table_key)
        if target is None:
            return exc.NoReferencedTableError(
                f"Foreign key associated with column '{self.parent}' could not find table "
                f"'{table_key}' with which to generate a foreign key to target column '{wanted}'",
                table_key,
            )
        wanted = wanted or self.parent.key
        return exc.NoReferencedColumnError(
            f"Could not initialize target column for ForeignKey '{self._colspec}' on table "
            f"'{table.name}': table '{target.name}' has no column named '{wanted}'",
            target.name,
            wanted,
        )

    def _referred_now(self) -> Any:
        """The column that it points to, or None while that does not exist.

        Raises: InvalidRequestError: a name cannot be resolved before our column is in a table.
        """
        if not isinstance(self._colspec, str):
            return self._colspec
        if self.parent is None:
            raise exc.InvalidRequestError(
                "this ForeignKey object does not yet have a parent Column associated with it."
            )
        if self.parent.table is None:
            raise exc.InvalidRequestError(
                "this ForeignKey's parent column is not yet associated with a Table."
            )
        table_key, key = self._target
        table = self.parent.table.metadata.tables.get(table_key)
        if table is None:
            return None
        wanted = key or self.parent.key
        if self.link_to_name:
            return next((column for column in table.c if column.name == wanted), None)
        return table.c.get(wanted)

    # -- becoming a part -----------------------------------------------------------------------

    def _set_parent(self, parent: Any) -> None:
        if self.parent is not None and self.parent is not parent:
            raise exc.InvalidRequestError("This ForeignKey already has a parent !")
        self.parent = parent
        parent.foreign_keys.add(self)
        parent._on_table_attach(self._set_table)

    def _set_table(self, column: Any, table: Any) -> None:
        if self.constraint is None:
            self.constraint = ForeignKeyConstraint(
                [column], [self], _elements=[self], **self._options()
            )
        table.foreign_keys.add(self)
        if column.type._is_null:
            table.metadata._typeless.append(self)
            table.metadata._settle_types()

    def _options(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in _KEY_OPTIONS}, **self.dialect_kwargs}

    def _copy(self) -> ForeignKey:
        return ForeignKey(self.target_fullname, **self._options())

    def _of_proxy(self, proxy: Any) -> ForeignKey:
        """The same key for a column that stands for ours in an alias or subquery."""
        made = object.__new__(ForeignKey)
        made.__dict__.update(self.__dict__, parent=proxy, _original=self)
        made.__dict__.pop("column", None)
        return made


leave_out(ForeignKey, "info references")


# -- constraints -----------------------------------------------------------------------------------


class ColumnCollectionMixin:
    """Something with columns, given as names or as Column objects."""

    columns: Any
    parent: Any = None
    # Whether it may have columns of several tables; it then belongs to none of them.
    _spans_tables = False
    table: Any = delegate("parent", "The table of which this is a part, or None.")

    def _take_columns(self, columns: Any, autoattach: bool = True) -> None:
        self.columns = DedupeColumnCollection()
        self._pending = [_column_or_name(each) for each in columns]
        if autoattach:
            self._attach()

    def _attach(self, *_: Any) -> None:
        """Attach to the table of the columns that are objects, once all of them have one."""
        if self.parent is not None:
            return
        columns = [each for each in self._pending if hasattr(each, "_on_table_attach")]
        tables = [each.table for each in columns if hasattr(each.table, "append_constraint")]
        if len(tables) < len(columns) == len(self._pending):
            late = next((each for each in columns if each.table is None), None)
            if late is not None:
                late._on_table_attach(self._attach)
            return
        if not tables:
            return
        names = ", ".join(f"'{each}'" for each in columns if each.table is not tables[0])
        if not names:
            tables[0].append_constraint(self)
        elif not self._spans_tables:
            raise exc.ArgumentError(
                f"Column(s) {names} are not part of table '{tables[0].description}'."
            )

    def _resolve_columns(self, table: Any) -> None:
        for each in self._pending:
            self.columns.add(table.c[each] if isinstance(each, str) else each)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __contains__(self, x: Any) -> bool:
        return x in self.columns

    def contains_column(self, col: Any) -> bool:
        """Whether this column is among them."""
        return bool(self.columns.contains_column(col))


leave_out(ColumnCollectionMixin, "info")


class Constraint(ColumnCollectionMixin, SchemaItem):
    """A rule of a table, about some of its columns."""

    def __init__(
        self,
        *columns: Any,
        name: Any = None,
        _type_bound: Any = None,
        _autoattach: bool = True,
        **dialect_kw: Any,
    ) -> None:
        self.name = name
        self._type_bound = _type_bound
        self._creation_order = next(creation_counter)
        take_dialect_arguments(self, dialect_kw)
        self._take_columns(columns, _autoattach)

    def _set_parent(self, parent: Any) -> None:
        if getattr(parent, "_is_table", False):
            self._resolve_columns(parent)
        self.parent = parent
        parent.constraints.add(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(column) for column in self.columns)})"

    def _shown(self, *shown: str) -> str:
        table = self.parent if getattr(self.parent, "_is_table", False) else None
        named = {"name": self.name, "table": table}
        given = [f"{key}={value!r}" for key, value in named.items() if value is not None]
        return f"{type(self).__name__}({', '.join([*shown, *given])})"


ColumnCollectionConstraint = Constraint


class UniqueConstraint(Constraint):
    """UNIQUE (...)."""

    __visit_name__ = "unique_constraint"


class CheckConstraint(Constraint):
    """CHECK (...)."""

    __visit_name__ = "check_constraint"
    _spans_tables = True

    def __init__(self, sqltext: Any, name: Any = None, **kw: Any) -> None:
        role = "SQL expression element for DDL constraint"
        is_text = isinstance(sqltext, str)
        condition = TextClause(sqltext) if is_text else given_clause(sqltext, role)
        self.sqltext: Any = condition
        columns = [part for part in iterate(condition) if part._is_column_clause]
        super().__init__(*columns, name=name, **kw)

    def _copy(self) -> CheckConstraint:
        return CheckConstraint(self.sqltext, self.name, _autoattach=False)

    def __repr__(self) -> str:
        return self._shown(repr(self.sqltext))


class ForeignKeyConstraint(Constraint):
    """FOREIGN KEY (...) REFERENCES ... (...)."""

    __visit_name__ = "foreign_key_constraint"

    def __init__(
        self,
        columns: Any,
        refcolumns: Any,
        name: Any = None,
        onupdate: str | None = None,
        ondelete: str | None = None,
        use_alter: bool = False,
        link_to_name: bool = False,
        _elements: Any = None,
        **dialect_kw: Any,
    ) -> None:
        self.onupdate = onupdate
        self.ondelete = ondelete
        self.use_alter = use_alter
        if len(set(columns)) != len(columns):
            raise exc.ArgumentError(
                "ForeignKeyConstraint with duplicate source column references are not supported."
            )
        if len(columns) != len(refcolumns):
            raise exc.ArgumentError(
                "ForeignKeyConstraint number of constrained columns must match the number of "
                "referenced columns."
            )
        self.elements = _elements or [
            ForeignKey(referred, self, use_alter, None, onupdate, ondelete, link_to_name)
            for referred in refcolumns
        ]
        super().__init__(*columns, name=name, **dialect_kw)

    @property
    def column_keys(self) -> list[Any]:
        """The keys of our columns."""
        return [each if isinstance(each, str) else each.key for each in self._pending]

    @property
    def referred_table(self) -> Any:
        """The table that we refer to."""
        return self.elements[0].column.table

    def _set_parent(self, parent: Any) -> None:
        try:
            super()._set_parent(parent)
        except KeyError as error:
            raise exc.ArgumentError(
                f"Can't create ForeignKeyConstraint on table '{parent.description}': no column "
                f"named '{error.args[0]}' is present."
            ) from error
        for column, key in zip(self.columns, self.elements, strict=True):
            if key.parent is not column:
                key._set_parent(column)
        tables = {key._target[0] for key in self.elements}
        if len(tables) > 1 and None not in tables:
            first, second, *_ = sorted(tables)
            raise exc.ArgumentError(
                f"ForeignKeyConstraint on {parent.fullname}({', '.join(self.column_keys)}) refers "
                f"to multiple remote tables: {first} and {second}"
            )

    def __repr__(self) -> str:
        return self._shown(object.__repr__(self.columns), "None")


class PrimaryKeyConstraint(Constraint):
    """PRIMARY KEY (...)."""

    __visit_name__ = "primary_key_constraint"

    def __init__(self, *columns: Any, _implicit_generated: bool = False, **kw: Any) -> None:
        self._implicit_generated = _implicit_generated
        super().__init__(*columns, **kw)

    def _set_parent(self, parent: Any) -> None:
        flagged = [column for column in parent.c if column.primary_key]
        parent.constraints.discard(parent.primary_key)
        parent.primary_key = self
        super()._set_parent(parent)
        for column in self.columns:
            column.primary_key = True
            if not column._user_defined_nullable:
                column.nullable = False
        if not self._pending:
            self.columns.extend(flagged)
        elif flagged and set(flagged) != set(self.columns):
            flagged_names = ", ".join(f"'{column.name}'" for column in flagged)
            own_names = ", ".join(f"'{column.name}'" for column in self.columns)
            exc.warn(
                f"Table '{parent.name}' specifies columns {flagged_names} as primary_key=True, not "
                f"matching locally specified columns {own_names}; setting the current primary key "
                f"columns to {own_names}. This warning may become an exception in a future release"
            )

    @property
    def _autoincrement_column(self) -> Any:
        """The column whose value the database generates, or None."""
        marked = [column for column in self.columns if column.autoincrement is True]
        for column in marked:
            if not _is_number(column):
                raise exc.ArgumentError(
                    f"Column type {column.type} on column '{column}' is not compatible with "
                    "autoincrement=True"
                )
        if len(marked) > 1:
            raise exc.ArgumentError(
                "Only one Column may be marked autoincrement=True, found both "
                f"{marked[1].name} and {marked[0].name}."
            )
        if not marked and len(self.columns) == 1:
            marked = [column for column in self.columns if _may_autoincrement(column)]
        return marked[0] if marked else None


def _is_number(column: Any) -> bool:
    return getattr(column.type._type_affinity, "__name__", "") in ("Integer", "Numeric")


def _may_autoincrement(column: Any) -> bool:
    return (
        _is_number(column)
        and column.autoincrement in ("auto", "ignore_fk")
        and (not column.foreign_keys or column.autoincrement == "ignore_fk")
        and (column.default is None or column.default.is_sequence)
        and column.server_default is None
    )


class Index(ColumnCollectionMixin, DatabaseItem):
    """CREATE INDEX."""

    __visit_name__ = "index"
    bind: Any = delegate("table.bind", "The engine of the MetaData, or None.")

    def __init__(self, name: Any, *expressions: Any, unique: bool = False, **kw: Any) -> None:
        self.name = name
        self.unique = unique
        take_dialect_arguments(self, kw)
        self.expressions: list[Any] = [_column_or_name(each) for each in expressions]
        columns = [_first_column(each) for each in self.expressions]
        self._take_columns([each for each in columns if each is not None])

    def _set_parent(self, parent: Any) -> None:
        if self.table is not None and parent is not self.table:
            raise exc.ArgumentError(
                f"Index '{self.name}' is against table '{self.table.description}', and cannot be "
                f"associated with table '{parent.description}'."
            )
        self._resolve_columns(parent)
        self.parent = parent
        self.expressions = [
            parent.c[each] if isinstance(each, str) else each for each in self.expressions
        ]
        if self.name is None:
            label = "".join(f"{parent.name}_{column.name}" for column in list(self.columns)[:1])
            schema = f"{parent.schema.replace('.', '_')}_" if parent.schema and label else ""
            self.name = f"ix_{schema}{label}"
        parent.indexes.add(self)

    def create(self, bind: Any = None, checkfirst: bool = False) -> Index:
        """Create it in the database."""
        super().create(bind, checkfirst)
        return self

    def __repr__(self) -> str:
        shown = [repr(each) for each in (self.name, *self.expressions)]
        return f"Index({', '.join(shown + ['unique=True'] * self.unique)})"


def _first_column(expression: Any) -> Any:
    if isinstance(expression, str):
        return expression
    parts = iterate(expression)
    return next((part for part in parts if part._is_column_clause and not part.is_literal), None)


publish(globals(), "sqlalchemy.sql.schema")
