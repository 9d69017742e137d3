"""DDL: CREATE and DROP as elements, and the order in which tables are made.

Before: schema.py has the tables, sorting.py the order.
Here:   CreateTable ...; create() and drop(), which execute them on a connection.
After:  ddl_compiler.py writes them; MetaData.create_all() ends here.

Follows: SQLAlchemy 1.4, "Customizing DDL".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import refuse_arguments
from ormtutor.miniorm.sql.constraints import Index
from ormtutor.miniorm.sql.defaults import SchemaItem
from ormtutor.miniorm.sql.elements import Executable
from ormtutor.miniorm.sql.schema import Table
from ormtutor.miniorm.sql.sorting import dependencies, sort, sort_tables
from ormtutor.miniorm.sql.traversal import NotCacheable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from ormtutor.miniorm.sql.traversal import Binds


class DDLElement(Executable):
    """CREATE or DROP of one thing."""

    _from_objects: Any = ()

    def __init__(self, element: Any, **left_out: Any) -> None:
        known = "bind if_exists if_not_exists include_foreign_key_constraints"
        refuse_arguments(type(self).__name__, left_out, known)
        self.element = element

    @property
    def bind(self) -> Any:
        """The engine of the MetaData, or None."""
        return getattr(self.element, "bind", None)

    def _compiler(
        self, dialect: Any, column_keys: Any = None, linting: Any = None, **kw: Any
    ) -> Any:
        return dialect.ddl_compiler(dialect, self, **kw)

    def structure(self, binds: Binds) -> Hashable:
        """DDL is not cached."""
        raise NotCacheable


def _element(name: str, visit_name: str, words: str) -> Any:
    return type(name, (DDLElement,), {"__visit_name__": visit_name, "__doc__": f"{words}."})


CreateTable = _element("CreateTable", "create_table", "CREATE TABLE")
DropTable = _element("DropTable", "drop_table", "DROP TABLE")
CreateIndex = _element("CreateIndex", "create_index", "CREATE INDEX")
DropIndex = _element("DropIndex", "drop_index", "DROP INDEX")

# -- executing -------------------------------------------------------------------------------------


def create(connection: Any, element: Any, checkfirst: bool = False, tables: Any = None) -> None:
    """Create an Index, a Table with its indexes, or those of a MetaData.

    checkfirst: only what the database lacks. tables: only these of a MetaData.
    """
    wanted = _wanted(connection, element, tables, checkfirst, existing=False)
    if not isinstance(element, Index):
        in_order = sort_tables(wanted, _warns=False)
        wanted = [each for table in in_order for each in (table, *table.indexes)]
    for each in wanted:
        connection.execute(CreateIndex(each) if isinstance(each, Index) else CreateTable(each))


def drop(connection: Any, element: Any, checkfirst: bool = False, tables: Any = None) -> None:
    """Drop an Index, a Table, or those of a MetaData; checkfirst: only what the database has."""
    wanted = _wanted(connection, element, tables, checkfirst, existing=True)
    if not isinstance(element, (Index, Table)):
        wanted = _sorted_for_drop(wanted)
    statement = DropIndex if isinstance(element, Index) else DropTable
    for each in wanted:
        connection.execute(statement(each))


def _sorted_for_drop(tables: list[Any]) -> list[Any]:
    try:
        return sort(dependencies(tables), tables)[::-1]
    except exc.CircularDependencyError as error:
        names = ", ".join(sorted(table.fullname for table in error.cycles))
        exc.warn(
            "Can't sort tables for DROP; an unresolvable foreign key dependency exists "
            f"between tables: {names}; and backend does not support ALTER.  To restore at "
            "least a partial sort, apply use_alter=True to ForeignKey and "
            "ForeignKeyConstraint objects involved in the cycle to mark these as known "
            "cycles that will be ignored."
        )
    return tables


def _wanted(
    connection: Any, element: Any, tables: Any, checkfirst: bool, existing: bool
) -> list[Any]:
    """The Index or Table, or the tables of a MetaData; checkfirst: those that exist or do not."""
    parts = [element]
    if not isinstance(element, (Index, Table)):
        parts = element.tables.values() if tables is None else tables
    return [each for each in parts if not checkfirst or _has(connection, each) is existing]


def _has(connection: Any, element: Any) -> bool:
    if isinstance(element, Index):
        names = (element.table.name, element.name, element.table.schema)
        return bool(connection.dialect.has_index(connection, *names))
    return bool(connection.dialect.has_table(connection, element.name, element.schema))


# What create() and drop() of schema items do on a connection.
SchemaItem._ddl = {"create": create, "drop": drop}

publish(globals(), "sqlalchemy.sql.ddl")
