"""DDL: CREATE and DROP as elements, and the order in which tables are made.

Before: schema.py has the tables, sorting.py the order.
Here:   CreateTable ...; SchemaGenerator and SchemaDropper, which execute them on a connection.
After:  ddl_compiler.py writes them; MetaData.create_all() ends here.

Follows: SQLAlchemy 1.4, "Customizing DDL".
"""

from __future__ import annotations

import warnings

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql import constraints, schema
from ormtutor.miniorm.sql.elements import NO_ANNOTATIONS, Executable, delegate
from ormtutor.miniorm.sql.sorting import sort, sort_tables, sort_tables_and_constraints
from ormtutor.miniorm.sql.traversal import NotCacheable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from typing import Any

    from ormtutor.miniorm.sql.traversal import Binds

__all__ = ["sort_tables", "sort_tables_and_constraints"]


class DDLElement(Executable):
    """A statement that changes the schema."""

    __module__ = "sqlalchemy.sql.ddl"
    supports_execution = True
    is_ddl = True
    _execution_options: Any = NO_ANNOTATIONS
    target: Any = None
    _bind: Any = None
    bind: Any = delegate("_bind", "The engine that was given, or None.")
    _from_objects: Any = ()

    def _compiler(self, dialect: Any, **kw: Any) -> Any:
        return dialect.ddl_compiler(dialect, self, **kw)

    def structure(self, binds: Binds) -> Hashable:
        """DDL is not kept."""
        raise NotCacheable

    def execution_options(self, **kw: Any) -> Any:
        """A copy with options for execution."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy._execution_options = {**self._execution_options, **kw}
        return copy

    def against(self, target: Any) -> Any:
        """A copy for that table or MetaData."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy.target = target
        return copy

    def __call__(self, target: Any, bind: Any, **kw: Any) -> Any:
        """Execute as a listener to after_create and its like."""
        return bind.execute(self.against(target))

    def __repr__(self) -> str:
        return object.__repr__(self)


class DDL(DDLElement):
    """A statement that the learner spells; `%(table)s` is the table that it is about."""

    __module__ = "sqlalchemy.sql.ddl"
    __visit_name__ = "ddl"

    def __init__(self, statement: str, context: Any = None, bind: Any = None) -> None:
        if not isinstance(statement, str):
            raise exc.ArgumentError(
                f"Expected a string or unicode SQL statement, got '{statement!r}'"
            )
        self.statement = statement
        self.context = context or {}
        self._bind = bind


class _CreateDropBase(DDLElement):
    """CREATE or DROP of one thing."""

    def __init__(
        self, element: Any, bind: Any = None, if_exists: bool = False, if_not_exists: bool = False
    ) -> None:
        self.element = self.target = element
        self._bind = bind
        self.if_exists = if_exists
        self.if_not_exists = if_not_exists


class CreateTable(_CreateDropBase):
    """CREATE TABLE."""

    __module__ = "sqlalchemy.sql.ddl"
    __visit_name__ = "create_table"

    def __init__(
        self,
        element: Any,
        bind: Any = None,
        include_foreign_key_constraints: Any = None,
        if_not_exists: bool = False,
    ) -> None:
        super().__init__(element, bind, if_not_exists=if_not_exists)
        self.columns = [CreateColumn(column) for column in element.c]
        self.include_foreign_key_constraints = include_foreign_key_constraints


class CreateColumn(DDLElement):
    """A line of CREATE TABLE."""

    __module__ = "sqlalchemy.sql.ddl"
    __visit_name__ = "create_column"

    def __init__(self, element: Any) -> None:
        self.element = element


class DropTable(_CreateDropBase):
    """DROP TABLE."""

    __module__ = "sqlalchemy.sql.ddl"
    __visit_name__ = "drop_table"


class CreateIndex(_CreateDropBase):
    """CREATE INDEX."""

    __module__ = "sqlalchemy.sql.ddl"
    __visit_name__ = "create_index"


class DropIndex(_CreateDropBase):
    """DROP INDEX."""

    __module__ = "sqlalchemy.sql.ddl"
    __visit_name__ = "drop_index"


# -- doing it --------------------------------------------------------------------------------------


class SchemaVisitor:
    """What creating and dropping share.

    connection: where statements go. checkfirst: ask the database what it has.
    """

    __module__ = "sqlalchemy.sql.ddl"

    def __init__(
        self,
        dialect: Any,
        connection: Any,
        checkfirst: bool = False,
        tables: Iterable[Any] | None = None,
        **kw: Any,
    ) -> None:
        self.dialect = dialect
        self.connection = connection
        self.checkfirst = checkfirst
        self.tables = None if tables is None else list(tables)

    def traverse_single(self, element: Any) -> None:
        """Create or drop a MetaData, Table or Index."""
        getattr(self, f"visit_{element.__visit_name__}")(element)

    def _has(self, table: Any) -> bool:
        schema_name = table.schema
        return bool(self.dialect.has_table(self.connection, table.name, schema=schema_name))

    def _dispatch(self, name: str, target: Any, **kw: Any) -> None:
        for listener in getattr(target.dispatch, name):
            listener(target, self.connection, checkfirst=self.checkfirst, **kw)


class SchemaGenerator(SchemaVisitor):
    """Creates what is not there."""

    __module__ = "sqlalchemy.sql.ddl"

    def _can_create(self, table: Any) -> bool:
        return not self.checkfirst or not self._has(table)

    def visit_metadata(self, metadata: Any) -> None:
        """All tables, in order of dependency."""
        tables = list(metadata.tables.values()) if self.tables is None else self.tables
        wanted = [table for table in tables if self._can_create(table)]
        pairs = sort_tables_and_constraints(wanted, filter_fn=_may_be_inline)
        created = [table for table, _ in pairs if table is not None]
        self._dispatch("before_create", metadata, tables=created)
        for table in created:
            self.create_table(table)
        self._dispatch("after_create", metadata, tables=created)

    def visit_table(self, table: Any) -> None:
        """One table."""
        if self._can_create(table):
            self.create_table(table)

    def create_table(self, table: Any) -> None:
        """CREATE TABLE and its indexes."""
        self._dispatch("before_create", table)
        self.connection.execute(CreateTable(table))
        for index in table.indexes:
            self.connection.execute(CreateIndex(index))
        self._dispatch("after_create", table)

    def visit_index(self, index: Any) -> None:
        """One index."""
        if self.checkfirst and self.dialect.has_index(
            self.connection, index.table.name, index.name, schema=index.table.schema
        ):
            return
        self.connection.execute(CreateIndex(index))


def _may_be_inline(key: Any) -> Any:
    """Without ALTER all foreign keys stand in CREATE TABLE, cycles or not."""
    return None if key.name is None else False


class SchemaDropper(SchemaVisitor):
    """Drops what is there."""

    __module__ = "sqlalchemy.sql.ddl"

    def _can_drop(self, table: Any) -> bool:
        return not self.checkfirst or self._has(table)

    def visit_metadata(self, metadata: Any) -> None:
        """All tables, against the order of dependency."""
        tables = list(metadata.tables.values()) if self.tables is None else self.tables
        wanted = [table for table in tables if self._can_drop(table)]
        dropped = self._ordered(wanted)
        self._dispatch("before_drop", metadata, tables=dropped)
        for table in dropped:
            self.drop_table(table)
        self._dispatch("after_drop", metadata, tables=dropped)

    def _ordered(self, tables: list[Any]) -> list[Any]:
        try:
            return list(reversed(_strictly_sorted(tables)))
        except exc.CircularDependencyError as error:
            names = ", ".join(sorted(table.fullname for table in error.cycles))
            warnings.warn(
                "Can't sort tables for DROP; an unresolvable foreign key dependency exists "
                f"between tables: {names}; and backend does not support ALTER.  To restore at "
                "least a partial sort, apply use_alter=True to ForeignKey and "
                "ForeignKeyConstraint objects involved in the cycle to mark these as known "
                "cycles that will be ignored.",
                exc.SAWarning,
                stacklevel=5,
            )
            return tables

    def visit_table(self, table: Any) -> None:
        """One table."""
        if self._can_drop(table):
            self.drop_table(table)

    def drop_table(self, table: Any) -> None:
        """DROP TABLE."""
        self._dispatch("before_drop", table)
        self.connection.execute(DropTable(table))
        self._dispatch("after_drop", table)

    def visit_index(self, index: Any) -> None:
        """One index."""
        if self.checkfirst and not self.dialect.has_index(
            self.connection, index.table.name, index.name, schema=index.table.schema
        ):
            return
        self.connection.execute(DropIndex(index))


def _strictly_sorted(tables: list[Any]) -> list[Any]:
    edges = []
    for table in tables:
        for key in sorted(table.foreign_key_constraints, key=lambda each: each._creation_order):
            if key.use_alter is not True and key.referred_table is not table:
                edges.append((key.referred_table, table))
    return sort(edges, tables)


def run_ddl(what: str, bind: Any, element: Any, checkfirst: bool, **kw: Any) -> None:
    """Let an engine or connection create or drop something."""
    visitor = SchemaGenerator if what == "create" else SchemaDropper
    bind._run_ddl_visitor(visitor, element, checkfirst=checkfirst, **kw)


# The methods create() and drop() of schema items end here.
schema._run_ddl = run_ddl
constraints._run_ddl = run_ddl
