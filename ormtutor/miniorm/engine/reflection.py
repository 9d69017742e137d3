"""Reflection: what the database says about its own tables.

Before: learners call inspect(engine), Table(..., autoload_with=engine) or MetaData.reflect().
Here:   Inspector asks with PRAGMAs, reads constraints from the CREATE TABLE text, fills Tables.
After:  sql/schema.py's Table and Column hold what was found.

SQLite keeps names of constraints only in the text of CREATE TABLE, so that text is searched with
patterns, as SQLAlchemy does; a table that was created in one long line may give odd names there
and here.

Follows: SQLAlchemy 1.4, "Reflecting Database Objects", "Inspector".
"""

from __future__ import annotations

from contextlib import contextmanager

from ormtutor.miniorm import exc, inspection
from ormtutor.miniorm.engine.base import Engine
from ormtutor.miniorm.engine.cause import CORE
from ormtutor.miniorm.engine.connection import Connection
from ormtutor.miniorm.engine.execution import NO_OPTIONS
from ormtutor.miniorm.engine.sqlite import resolve_type
from ormtutor.miniorm.sql.constraints import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from ormtutor.miniorm.sql.defaults import DefaultClause
from ormtutor.miniorm.sql.elements import text
from ormtutor.miniorm.sql.naming import quoted_name
from ormtutor.miniorm.sql.schema import Column, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Self

_ACTION = r"(?:SET NULL|SET DEFAULT|CASCADE|RESTRICT|NO ACTION)"
_SOURCES = {
    "primary key": r"CONSTRAINT (\w+) PRIMARY KEY",
    "foreign key": (
        r"(?:CONSTRAINT (?P<name>\w+) +)?"
        r"FOREIGN KEY *\( *(?P<columns>.+?) *\) +"
        r'REFERENCES +(?:"(?P<quoted>.+?)"|(?P<table>[a-z0-9_]+)) *'
        r'\( *(?P<referred>(?:(?:"[^"]+"|[a-z0-9_]+) *(?:, *)?)+)\) *'
        rf"(?P<actions>(?:ON (?:DELETE|UPDATE) +{_ACTION} *)*)"
        r"(?:(?P<deferrable>(?:NOT +)?DEFERRABLE)"
        r"(?: +INITIALLY +(?P<initially>DEFERRED|IMMEDIATE))?)?"
    ),
    "ondelete": rf"ON DELETE +({_ACTION})",
    "onupdate": rf"ON UPDATE +({_ACTION})",
    "unique": r'(?:CONSTRAINT "?(.+?)"? +)?UNIQUE *\((.+?)\)',
    "unique column": r'(?:"(.+?)"|[\[`]?([a-z0-9_]+)[\]`]?) +[a-z0-9_ ]+? +UNIQUE',
    "check": r"(?:CONSTRAINT (.+) +)?CHECK *\( *(.+) *\),? *",
    "where": r"\)\s+where\s+(.+)",
    "names": r'"(.+?)"|([a-z0-9_]+)',
}
_patterns: dict[str, Any] = {}

#: What 1.4.54 asks for the text of a table; the answer of each way of asking is kept apart.
_TABLE_TEXT = (
    "SELECT sql FROM  (SELECT * FROM {schema}sqlite_master UNION ALL   "
    "SELECT * FROM {schema}sqlite_temp_master) WHERE name = ? AND type = 'table'"
)


class Inspector:
    """Tells about the tables of an engine or connection; remembers what it was told."""

    __module__ = "sqlalchemy.engine.reflection"

    def __init__(self, bind: Any) -> None:
        self.bind = bind
        self.engine: Engine = bind.engine
        self.dialect = self.engine.dialect
        self.info_cache: dict[Any, Any] = {}

    @classmethod
    def from_engine(cls, bind: Any) -> Self:
        """Return an Inspector; inspect() is the present way."""
        return cls(bind)

    @contextmanager
    def on_one_connection(self) -> Iterator[Inspector]:
        """Give an inspector that asks all on one connection and shares what is known."""
        if isinstance(self.bind, Connection):
            yield self
            return
        with self.bind.connect() as connection:
            inspector = type(self)(connection)
            inspector.info_cache = self.info_cache
            yield inspector

    @property
    def default_schema_name(self) -> str:
        """`main`."""
        return "main"

    # -- asking --------------------------------------------------------------------------------

    def _ask(self, statement: str, *parameters: Any) -> list[Any]:
        bind = self.bind
        sets = (parameters,) if parameters else ()
        if isinstance(bind, Connection):
            return bind._execute_text(statement, sets, NO_OPTIONS, CORE).fetchall()
        with bind.connect() as connection:
            rows: list[Any] = connection._execute_text(statement, sets, NO_OPTIONS, CORE).fetchall()
            return rows

    def _once(self, key: Any, find: Callable[[], Any]) -> Any:
        """Return the answer that is known already, else ask; nothing found is not remembered."""
        known = self.info_cache.get(key)
        if known is None:
            known = self.info_cache[key] = find()
        return known

    def _quote(self, name: str) -> str:
        quoted: str = self.dialect.identifier_preparer.quote_identifier(name)
        return quoted

    def _pragma(self, pragma: str, name: str, schema: str | None) -> list[Any]:
        """Ask the main database, then the temporary one; the first that has an answer gives it."""
        databases = ("main", "temp") if schema is None else (self._quote(schema),)
        for database in databases:
            rows = self._ask(f"PRAGMA {database}.{pragma}({self._quote(name)})")
            if rows:
                return rows
        return []

    def _table_text(self, table_name: str, schema: str | None, asked_by: str) -> str | None:
        def find() -> str | None:
            prefix = "" if schema is None else f"{self._quote(schema)}."
            try:
                rows = self._ask(_TABLE_TEXT.format(schema=prefix), table_name)
            except exc.DBAPIError:
                # An attached database has no temporary tables.
                statement = (
                    f"SELECT sql FROM {prefix}sqlite_master WHERE name = ? AND type = 'table'"
                )
                rows = self._ask(statement, table_name)
            return rows[0][0] if rows else None

        text_: str | None = self._once(("text", asked_by, table_name, schema), find)
        return text_

    # -- names ---------------------------------------------------------------------------------

    def get_schema_names(self) -> list[str]:
        """Return the names of the attached databases."""
        return [row[1] for row in self._ask("PRAGMA database_list") if row[1] != "temp"]

    def get_table_names(self, schema: str | None = None) -> list[str]:
        """Return the names of the tables."""
        return list(self._once(("tables", schema), lambda: self._names("table", schema)))

    def get_view_names(self, schema: str | None = None) -> list[str]:
        """Return the names of the views."""
        return list(self._once(("views", schema), lambda: self._names("view", schema)))

    def _names(self, kind: str, schema: str | None) -> list[str]:
        prefix = "" if schema is None else f"{self._quote(schema)}."
        statement = f"SELECT name FROM {prefix}sqlite_master WHERE type='{kind}' ORDER BY name"
        return [row[0] for row in self._ask(statement)]

    def get_temp_table_names(self) -> list[str]:
        """Return the names of the temporary tables."""
        return self._temporary_names("table")

    def get_temp_view_names(self) -> list[str]:
        """Return the names of the temporary views."""
        return self._temporary_names("view")

    def _temporary_names(self, kind: str) -> list[str]:
        statement = f"SELECT name FROM sqlite_temp_master WHERE type='{kind}' ORDER BY name "
        return [row[0] for row in self._ask(statement)]

    def get_view_definition(self, view_name: str, schema: str | None = None) -> str | None:
        """Return the text that created a view."""
        prefix = "" if schema is None else f"{self._quote(schema)}."
        rows = self._ask(
            _TABLE_TEXT.format(schema=prefix).replace("type = 'table'", "type='view'"), view_name
        )
        return rows[0][0] if rows else None

    def has_table(self, table_name: str, schema: str | None = None) -> bool:
        """Say whether there is such a table."""
        return bool(self._pragma("table_info", table_name, schema))

    def get_sorted_table_and_fkc_names(self, schema: str | None = None) -> list[tuple[Any, Any]]:
        """Return (table, names of its foreign keys), tables in the order of their dependence."""
        own = list(self.get_table_names(schema))
        references = {
            name: {key["referred_table"] for key in self.get_foreign_keys(name, schema)} - {name}
            for name in own
        }
        keys = {name: {key["name"] for key in self.get_foreign_keys(name, schema)} for name in own}
        ordered: list[tuple[Any, Any]] = []
        pending = own
        while pending:
            ready = [name for name in pending if not references[name] & set(pending)]
            if not ready:
                # A circle: its foreign keys are told at the end.
                ordered += [(name, set()) for name in pending]
                rest = [(name, key) for name in pending for key in sorted(keys[name], key=str)]
                return [*ordered, (None, rest)]
            ordered += [(name, keys[name]) for name in ready]
            pending = [name for name in pending if name not in ready]
        return [*ordered, (None, [])]

    # -- one table -----------------------------------------------------------------------------

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return a dictionary for each column: name, type, nullable, default, primary_key."""
        return list(self._columns(table_name, schema))

    def _columns(self, table_name: str, schema: str | None) -> list[dict[str, Any]]:
        columns: list[dict[str, Any]] = self._once(
            ("columns", table_name, schema), lambda: self._find_columns(table_name, schema)
        )
        return columns

    def _find_columns(self, table_name: str, schema: str | None) -> list[dict[str, Any]]:
        columns = []
        for row in self._pragma("table_xinfo", table_name, schema):
            _, name, type_name, not_null, default, primary_key, hidden = row
            if hidden == 1:  # of a virtual table
                continue
            column = {
                "name": name,
                "type": resolve_type(type_name.upper()),
                "nullable": not not_null,
                "default": default,
                "autoincrement": "auto",
                "primary_key": primary_key,
            }
            if hidden:
                column["computed"] = {
                    "sqltext": self._computed_text(table_name, schema, name),
                    "persisted": hidden == 3,
                }
            columns.append(column)
        return columns

    def _computed_text(self, table_name: str, schema: str | None, column_name: str) -> str:
        import re  # late, as in _pattern()

        text_ = self._table_text(table_name, schema, "columns")
        pattern = (
            rf"{re.escape(column_name)}[^,]*?(?:GENERATED\s+ALWAYS\s+)?AS\s*\((.*)\)"
            r"\s*(?:virtual|stored)?"
        )
        found = re.search(pattern, text_ or "", re.IGNORECASE)
        return found.group(1) if found else ""

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, Any]:
        """Return the primary key: constrained_columns and name."""
        found: dict[str, Any] = self._once(
            ("pk", table_name, schema), lambda: self._find_primary_key(table_name, schema)
        )
        return found

    def _find_primary_key(self, table_name: str, schema: str | None) -> dict[str, Any]:
        text_ = self._table_text(table_name, schema, "primary key")
        named = _pattern("primary key").search(text_) if text_ else None
        # The list that is remembered is itself sorted: get_columns() shows it, as it does in 1.4.
        columns = self._columns(table_name, schema)
        columns.sort(key=lambda column: column["primary_key"])
        return {
            "constrained_columns": [column["name"] for column in columns if column["primary_key"]],
            "name": named.group(1) if named else None,
        }

    def get_foreign_keys(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return a dictionary for each foreign key."""
        found: list[dict[str, Any]] = self._once(
            ("fk", table_name, schema), lambda: self._find_foreign_keys(table_name, schema)
        )
        return found

    def _find_foreign_keys(self, table_name: str, schema: str | None) -> list[dict[str, Any]]:
        by_number: dict[int, dict[str, Any]] = {}
        for row in self._pragma("foreign_key_list", table_name, schema):
            number, _, referred_table, local, referred = row[:5]
            key = by_number.get(number)
            if key is None:
                # Without a column the reference is to the primary key.
                implied = [] if referred else self._implied_columns(referred_table, schema)
                key = by_number[number] = {
                    "name": None,
                    "constrained_columns": [],
                    "referred_schema": schema,
                    "referred_table": referred_table,
                    "referred_columns": implied,
                    "options": {},
                }
            key["constrained_columns"].append(local)
            if referred:
                key["referred_columns"].append(referred)
        text_ = self._table_text(table_name, schema, "foreign keys")
        return _name_foreign_keys(table_name, list(by_number.values()), text_)

    def _implied_columns(self, referred_table: str, schema: str | None) -> list[str]:
        """The primary key that a REFERENCES without columns means."""
        return list(self.get_pk_constraint(referred_table, schema)["constrained_columns"])

    def get_indexes(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return a dictionary for each index."""
        found: list[dict[str, Any]] = self._once(
            ("indexes", table_name, schema),
            lambda: self._find_indexes(table_name, schema, automatic=False),
        )
        return found

    def _find_indexes(
        self, table_name: str, schema: str | None, automatic: bool
    ) -> list[dict[str, Any]]:
        found = []
        for row in self._pragma("index_list", table_name, schema):
            _, name, unique, _, partial = row[:5]
            if name.startswith("sqlite_autoindex") and not automatic:
                continue
            index = {"name": name, "column_names": [], "unique": unique, "dialect_options": {}}
            if partial:
                index["dialect_options"] = self._index_condition(name, schema)
            found.append(index)
        for index in list(found):
            for _, _, column_name in self._pragma("index_info", index["name"], schema):
                if column_name is None:
                    exc.warn(
                        f"Skipped unsupported reflection of expression-based index {index['name']}"
                    )
                    found.remove(index)
                    break
                index["column_names"].append(column_name)
        found.sort(key=lambda index: index["name"] or "~")
        return found

    def _index_condition(self, index_name: str, schema: str | None) -> dict[str, Any]:
        prefix = "" if schema is None else f"{self._quote(schema)}."
        rows = self._ask(
            f"SELECT sql FROM {prefix}sqlite_master WHERE name = ? AND type = 'index'", index_name
        )
        found = _pattern("where").search(rows[0][0]) if rows else None
        if found is None:
            exc.warn(f"Failed to look up filter predicate of partial index {index_name}")
            return {}
        return {"sqlite_where": text(found.group(1))}

    def get_unique_constraints(
        self, table_name: str, schema: str | None = None
    ) -> list[dict[str, Any]]:
        """Return name and column_names of each UNIQUE."""
        found: list[dict[str, Any]] = self._once(
            ("unique", table_name, schema), lambda: self._find_unique(table_name, schema)
        )
        return found

    def _find_unique(self, table_name: str, schema: str | None) -> list[dict[str, Any]]:
        automatic = {
            tuple(index["column_names"])
            for index in self._find_indexes(table_name, schema, automatic=True)
            if index["name"].startswith("sqlite_autoindex")
        }
        text_ = self._table_text(table_name, schema, "columns")
        found = []
        for name, columns in _unique_in(text_ or ""):
            if tuple(columns) in automatic:
                automatic.discard(tuple(columns))
                found.append({"name": name, "column_names": columns})
        return found

    def get_check_constraints(
        self, table_name: str, schema: str | None = None
    ) -> list[dict[str, Any]]:
        """Return sqltext and name of each CHECK."""
        text_ = self._table_text(table_name, schema, "columns")
        return [
            {"sqltext": found.group(2), "name": found.group(1)}
            for found in _pattern("check").finditer(text_ or "")
        ]

    def get_table_options(self, table_name: str, schema: str | None = None) -> dict[str, Any]:
        """Return nothing: SQLite has no table options that are told."""
        return {}

    def get_table_comment(self, table_name: str, schema: str | None = None) -> dict[str, Any]:
        """Not possible: SQLite has no comments.

        Raises: NotImplementedError: always.
        """
        raise NotImplementedError()

    # -- into a Table --------------------------------------------------------------------------

    def reflect_table(
        self,
        table: Table,
        include_columns: Iterable[str] | None,
        exclude_columns: Iterable[str] = (),
        resolve_fks: bool = True,
        _extend_on: set[Table] | None = None,
    ) -> None:
        """Put the columns, keys and indexes that the database has into a Table.

        Raises: NoSuchTableError: the database has no such table.
        """
        if _extend_on is not None:
            if table in _extend_on:
                return
            _extend_on.add(table)
        name, schema = str(table.name), table.schema
        wanted = None if include_columns is None else set(include_columns)
        excluded = set(exclude_columns)
        columns = self._reflect_columns(table, name, schema, wanted, excluded)
        if not columns and not self.has_table(name, schema):
            raise exc.NoSuchTableError(name)
        self._reflect_primary_key(table, name, schema, columns)
        self._reflect_foreign_keys(table, name, schema, columns, resolve_fks, _extend_on)
        self._reflect_indexes(table, name, schema, columns, wanted, excluded)
        self._reflect_unique(table, name, schema, columns, wanted, excluded)
        for check in self.get_check_constraints(name, schema):
            table.append_constraint(CheckConstraint(**check))

    reflecttable = reflect_table

    def _reflect_columns(
        self,
        table: Table,
        name: str,
        schema: str | None,
        wanted: set[str] | None,
        excluded: set[str],
    ) -> dict[str, Column]:
        by_name: dict[str, Column] = {}
        for told in self.get_columns(name, schema):
            column_name = told["name"]
            if (wanted is not None and column_name not in wanted) or column_name in excluded:
                continue
            by_name[column_name] = column = _column(told)
            column.key = self._own_key(table, column_name)
            column.primary_key = column.key in table.primary_key.columns
            table.append_column(column, replace_existing=True)
        return by_name

    def _own_key(self, table: Table, column_name: str) -> str:
        """A column that was given by hand keeps its key."""
        for column in table.columns:
            if column.name == column_name:
                return str(column.key)
        return column_name

    def _reflect_primary_key(
        self, table: Table, name: str, schema: str | None, columns: dict[str, Column]
    ) -> None:
        told = self.get_pk_constraint(name, schema)
        key = [columns[column] for column in told["constrained_columns"] if column in columns]
        if key:
            table.append_constraint(PrimaryKeyConstraint(*key, name=told["name"]))

    def _reflect_foreign_keys(
        self,
        table: Table,
        name: str,
        schema: str | None,
        columns: dict[str, Column],
        resolve: bool,
        extend_on: set[Table] | None,
    ) -> None:
        for told in self.get_foreign_keys(name, schema):
            if not all(column in columns for column in told["constrained_columns"]):
                continue
            local = [columns[column].key for column in told["constrained_columns"]]
            referred = told["referred_table"]
            if told["referred_schema"] is not None:
                referred = f"{told['referred_schema']}.{referred}"
            if resolve:
                Table(
                    told["referred_table"],
                    table.metadata,
                    schema=told["referred_schema"],
                    autoload_with=self.bind,
                    _extend_on=extend_on,
                )
            table.append_constraint(
                ForeignKeyConstraint(
                    local,
                    [f"{referred}.{column}" for column in told["referred_columns"]],
                    told["name"],
                    link_to_name=True,
                    **told["options"],
                )
            )

    def _reflect_indexes(
        self,
        table: Table,
        name: str,
        schema: str | None,
        columns: dict[str, Column],
        wanted: set[str] | None,
        excluded: set[str],
    ) -> None:
        for told in self.get_indexes(name, schema):
            names = told["column_names"]
            if not _are_all_there(names, wanted, excluded):
                exc.warn(
                    f"Omitting index key for ({', '.join(names)}), key covers omitted columns."
                )
                continue
            Index(
                told["name"],
                *[columns[column] for column in names if column in columns],
                _table=table,
                unique=told["unique"],
                **told["dialect_options"],
            )

    def _reflect_unique(
        self,
        table: Table,
        name: str,
        schema: str | None,
        columns: dict[str, Column],
        wanted: set[str] | None,
        excluded: set[str],
    ) -> None:
        for told in self.get_unique_constraints(name, schema):
            names = told["column_names"]
            if not _are_all_there(names, wanted, excluded):
                exc.warn(
                    f"Omitting unique constraint key for ({', '.join(names)}), key covers "
                    "omitted columns."
                )
                continue
            table.append_constraint(
                UniqueConstraint(
                    *[columns[column] for column in names if column in columns], name=told["name"]
                )
            )


def _pattern(name: str) -> Any:
    """Return a compiled pattern; `re` is slow to import, so it waits for the first reflection."""
    found = _patterns.get(name)
    if found is None:
        import re

        found = _patterns[name] = re.compile(_SOURCES[name], re.IGNORECASE)
    return found


def _are_all_there(names: list[str], wanted: set[str] | None, excluded: set[str]) -> bool:
    return (wanted is None or wanted.issuperset(names)) and not excluded.intersection(names)


def _column(told: dict[str, Any]) -> Column:
    arguments = []
    if told["default"] is not None:
        arguments.append(DefaultClause(text(told["default"]), _reflected=True))
    return Column(
        quoted_name(told["name"], None),
        told["type"],
        *arguments,
        nullable=told["nullable"],
        autoincrement=told["autoincrement"],
    )


def _name_foreign_keys(
    table_name: str, keys: list[dict[str, Any]], text_: str | None
) -> list[dict[str, Any]]:
    """Give names and options to the foreign keys that stand by themselves in the table's text.

    Those come first, in the order of the text; those that stand with a column follow.
    """
    left = {_signature(key): key for key in keys}
    named = []
    for found in _pattern("foreign key").finditer(text_ or ""):
        columns = _names_in(found["columns"])
        referred_table = found["quoted"] or found["table"]
        referred = _names_in(found["referred"]) or columns
        signature = (tuple(columns), referred_table, tuple(referred))
        if signature not in left:
            shown = (*columns, referred_table, *referred)
            exc.warn(
                f"WARNING: SQL-parsed foreign key constraint '{shown}' could not be located in "
                f"PRAGMA foreign_keys for table {table_name}"
            )
            continue
        key = left.pop(signature)
        key["name"] = found["name"]
        key["options"] = _foreign_key_options(found)
        named.append(key)
    return named + list(left.values())


def _signature(key: dict[str, Any]) -> tuple[Any, ...]:
    return (
        tuple(key["constrained_columns"]),
        key["referred_table"],
        tuple(key["referred_columns"]),
    )


def _foreign_key_options(found: Any) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name in ("ondelete", "onupdate"):
        action = _pattern(name).search(found["actions"])
        if action and action.group(1).upper() != "NO ACTION":
            options[name] = action.group(1).upper()
    if found["deferrable"]:
        options["deferrable"] = "NOT" not in found["deferrable"].upper()
    if found["initially"]:
        options["initially"] = found["initially"].upper()
    return options


def _unique_in(text_: str) -> Iterator[tuple[str | None, list[str]]]:
    for found in _pattern("unique").finditer(text_):
        yield found.group(1), _names_in(found.group(2))
    for found in _pattern("unique column").finditer(text_):
        yield None, [found.group(1) or found.group(2)]


def _names_in(text_: str) -> list[str]:
    return [found.group(1) or found.group(2) for found in _pattern("names").finditer(text_)]


inspection.inspects_itself(Inspector)


@inspection.inspects(Engine, Connection)
def _inspect_bind(bind: Any) -> Inspector:
    return Inspector(bind)
