"""Reflection: what the database says about its own tables.

Before: learners call inspect(engine), Table(..., autoload_with=engine) or MetaData.reflect().
Here:   Inspector asks with PRAGMAs, reads constraints from the CREATE TABLE text, fills Tables.
After:  sql/schema.py's Table and Column hold what was found.

SQLite keeps names of constraints only in the text of CREATE TABLE, so that text is searched with
patterns, as SQLAlchemy does; both may find odd names in a table that was created in one long line.

Follows: SQLAlchemy 1.4, "Reflecting Database Objects", "Inspector".
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache, wraps
from itertools import groupby
from operator import itemgetter

from ormtutor.miniorm import exc, inspection
from ormtutor.miniorm.engine.base import Engine
from ormtutor.miniorm.engine.cause import CORE
from ormtutor.miniorm.engine.connection import Connection
from ormtutor.miniorm.engine.sqlite import resolve_type
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql.constraints import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from ormtutor.miniorm.sql.defaults import DefaultClause
from ormtutor.miniorm.sql.elements import text
from ormtutor.miniorm.sql.schema import Column, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

_ACTION = r"(?:SET NULL|SET DEFAULT|CASCADE|RESTRICT|NO ACTION)"
_SOURCES = {
    "primary key": r"CONSTRAINT (\w+) PRIMARY KEY",
    "foreign key": (
        r"(?:CONSTRAINT (?P<name>\w+) +)?"
        r"FOREIGN KEY *\( *(?P<columns>.+?) *\) +"
        r'REFERENCES +(?:"(?P<quoted>.+?)"|(?P<table>[a-z0-9_]+)) *'
        r'\( *(?P<referred>(?:(?:"[^"]+"|[a-z0-9_]+) *(?:, *)?)+)\) *'
        rf"(?P<actions>(?:ON (?:DELETE|UPDATE) +{_ACTION} *)*)"
    ),
    "ondelete": rf"ON DELETE +({_ACTION})",
    "onupdate": rf"ON UPDATE +({_ACTION})",
    "unique": r'(?:CONSTRAINT "?(.+?)"? +)?UNIQUE *\((.+?)\)',
    "unique column": r'(?:"(.+?)"|[\[`]?([a-z0-9_]+)[\]`]?) +[a-z0-9_ ]+? +UNIQUE',
    "check": r"(?:CONSTRAINT (.+) +)?CHECK *\( *(.+) *\),? *",
    "names": r'"(.+?)"|([a-z0-9_]+)',
}


@cache
def _pattern(name: str) -> Any:
    """Return a compiled pattern; `re` is slow to import, so it waits for the first reflection."""
    import re

    return re.compile(_SOURCES[name], re.IGNORECASE)


#: What 1.4.54 sends for the text of a table.
_TABLE_TEXT = (
    "SELECT sql FROM  (SELECT * FROM {schema}sqlite_master UNION ALL   "
    "SELECT * FROM {schema}sqlite_temp_master) WHERE name = ? AND type = 'table'"
)


def _remembered(find: Callable[..., Any]) -> Any:
    """Decorate a question to the database: it is asked once, on one connection, and remembered."""

    @wraps(find)
    def ask(self: Any, table_name: str, schema: str | None = None) -> Any:
        key = (find.__name__, table_name, schema)
        known = self.info_cache.get(key)
        if known is None:
            with self.on_one_connection() as inspector:
                known = self.info_cache[key] = find(inspector, table_name, schema)
        return known

    return ask


class Inspector:
    """Tells about the tables of an engine or connection, and remembers each answer."""

    __module__ = "sqlalchemy.engine.reflection"
    default_schema_name = "main"

    def __init__(self, bind: Any) -> None:
        self.bind = bind
        self.engine: Engine = bind.engine
        self.dialect = self.engine.dialect
        self.info_cache: dict[Any, Any] = {}
        # In MetaData.reflect(): the tables visited so far; a foreign key may lead to one again.
        self._reflected: set[Table] | None = None

    @classmethod
    @exc.deprecated(
        "The from_engine() method on Inspector is deprecated and will be removed in a future "
        "release.  Please use the sqlalchemy.inspect() function on an Engine or Connection in "
        "order to acquire an Inspector."
    )
    def from_engine(cls, bind: Any) -> Inspector:
        """Return an Inspector; inspect() is the present way."""
        return cls(bind)

    @contextmanager
    def on_one_connection(self) -> Iterator[Inspector]:
        """A `with` block that gets an inspector on one connection, which shares our answers."""
        if isinstance(self.bind, Connection):
            yield self
            return
        with self.bind.connect() as connection:
            inspector = type(self)(connection)
            inspector.info_cache = self.info_cache
            yield inspector

    # -- asking --------------------------------------------------------------------------------

    def _ask(self, statement: str, *parameters: Any) -> Any:
        sets = (parameters,) if parameters else ()
        with self.on_one_connection() as inspector:
            return inspector.bind._execute_text(statement, sets).fetchall()

    def _pragma(self, pragma: str, name: str, schema: str | None) -> Any:
        with self.on_one_connection() as inspector:
            return self.dialect.pragma(inspector.bind, pragma, name, schema, CORE)

    def _prefix(self, schema: str | None) -> str:
        quote = self.dialect.identifier_preparer.quote_identifier
        return "" if schema is None else f"{quote(schema)}."

    def _table_text(self, table_name: str, schema: str | None, asked_by: str) -> Any:
        """Return the CREATE TABLE of a table; as in 1.4, each caller's answer is kept apart."""
        key = ("text", asked_by, table_name, schema)
        if not self.info_cache.get(key):
            prefix = self._prefix(schema)
            try:
                rows = self._ask(_TABLE_TEXT.format(schema=prefix), table_name)
            except exc.DBAPIError:
                # An attached database has no temporary tables.
                own = f"SELECT sql FROM {prefix}sqlite_master WHERE name = ? AND type = 'table'"
                rows = self._ask(own, table_name)
            self.info_cache[key] = rows[0][0] if rows else ""
        return self.info_cache[key]

    # -- names ---------------------------------------------------------------------------------

    def get_schema_names(self) -> list[str]:
        """Return the names of the attached databases."""
        return [row[1] for row in self._ask("PRAGMA database_list") if row[1] != "temp"]

    def get_table_names(self, schema: str | None = None) -> list[str]:
        """Return the names of the tables."""
        return [*self._names("table", schema)]

    def get_view_names(self, schema: str | None = None) -> list[str]:
        """Return the names of the views."""
        return [*self._names("view", schema)]

    @_remembered
    def _names(self, kind: str, schema: str | None) -> list[str]:
        source = f"{self._prefix(schema)}sqlite_master"
        rows = self._ask(f"SELECT name FROM {source} WHERE type='{kind}' ORDER BY name")
        return [row[0] for row in rows]

    def has_table(self, table_name: str, schema: str | None = None) -> bool:
        """Whether there is such a table."""
        return bool(self._pragma("table_info", table_name, schema))

    # -- one table -----------------------------------------------------------------------------

    @_remembered
    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return a dictionary for each column: name, type, nullable, default, primary_key."""
        return [
            {
                "name": name,
                "type": resolve_type(type_name.upper()),
                "nullable": not not_null,
                "default": default,
                "autoincrement": "auto",
                "primary_key": primary_key,
            }
            for _, name, type_name, not_null, default, primary_key, _ in self._pragma(
                "table_xinfo", table_name, schema
            )
        ]

    @_remembered
    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, Any]:
        """Return the primary key: constrained_columns and name."""
        named = _pattern("primary key").search(self._table_text(table_name, schema, "key"))
        # This sorts the remembered list itself, and get_columns() shows it, as in 1.4.
        columns = self.get_columns(table_name, schema)
        columns.sort(key=lambda column: column["primary_key"])
        return {
            "constrained_columns": [column["name"] for column in columns if column["primary_key"]],
            "name": named.group(1) if named else None,
        }

    @_remembered
    def get_foreign_keys(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return a dictionary for each foreign key."""
        keys = []
        rows = self._pragma("foreign_key_list", table_name, schema)
        for _, parts in groupby(rows, itemgetter(0)):
            _, _, tables, columns, referred, *_ = zip(*parts, strict=True)
            if not referred[0]:
                # Without a column the reference is to the primary key.
                referred = self.get_pk_constraint(tables[0], schema)["constrained_columns"]
            keys.append(
                {
                    "name": None,
                    "constrained_columns": list(columns),
                    "referred_schema": schema,
                    "referred_table": tables[0],
                    "referred_columns": list(referred),
                    "options": {},
                }
            )
        text_ = self._table_text(table_name, schema, "foreign keys")
        return _name_foreign_keys(table_name, keys, text_)

    @_remembered
    def get_indexes(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return a dictionary for each index."""
        return [*self.dialect.indexes(self.bind, table_name, schema, cause=CORE)]

    @_remembered
    def get_unique_constraints(
        self, table_name: str, schema: str | None = None
    ) -> list[dict[str, Any]]:
        """Return name and column_names of each UNIQUE."""
        indexes = self.dialect.indexes(self.bind, table_name, schema, automatic=True, cause=CORE)
        made = [index for index in indexes if index["name"].startswith("sqlite_autoindex")]
        automatic = [index["column_names"] for index in made]
        found = []
        for name, columns in _unique_in(self._table_text(table_name, schema, "columns")):
            if columns in automatic:
                automatic = [each for each in automatic if each != columns]
                found.append({"name": name, "column_names": columns})
        return found

    @_remembered
    def get_check_constraints(
        self, table_name: str, schema: str | None = None
    ) -> list[dict[str, Any]]:
        """Return sqltext and name of each CHECK."""
        text_ = self._table_text(table_name, schema, "columns")
        return [
            {"sqltext": sqltext, "name": name.strip('"') or None}
            for name, sqltext in _pattern("check").findall(text_)
        ]

    # -- into a Table --------------------------------------------------------------------------

    def reflect_table(self, table: Table) -> None:
        """Put the columns, keys and indexes that the database has into a Table.

        Raises: NoSuchTableError: the database has no such table.
        """
        if self._reflected is not None:
            if table in self._reflected:
                return
            self._reflected.add(table)
        name, schema = str(table.name), table.schema
        columns: dict[str, Column] = {}
        for facts in self.get_columns(name, schema):
            columns[facts["name"]] = column = _column(facts)
            column.primary_key = column.key in table.primary_key.columns
            table.append_column(column, replace_existing=True)
        if not columns and not self.has_table(name, schema):
            raise exc.NoSuchTableError(name)
        key = self.get_pk_constraint(name, schema)
        if key["constrained_columns"]:
            found = [columns[each] for each in key["constrained_columns"]]
            table.append_constraint(PrimaryKeyConstraint(*found, name=key["name"]))
        for key in self.get_foreign_keys(name, schema):
            self._add_foreign_key(table, key)
        for index in self.get_indexes(name, schema):
            found = [columns[each] for each in index["column_names"]]
            Index(index["name"], *found, unique=index["unique"])
        for unique in self.get_unique_constraints(name, schema):
            found = [columns[each] for each in unique["column_names"]]
            table.append_constraint(UniqueConstraint(*found, name=unique["name"]))
        for check in self.get_check_constraints(name, schema):
            table.append_constraint(CheckConstraint(**check))

    def _add_foreign_key(self, table: Table, key: dict[str, Any]) -> None:
        referred, schema = key["referred_table"], key["referred_schema"]
        inspector = type(self)(self.bind)
        inspector._reflected = self._reflected
        Table(referred, table.metadata, schema=schema, autoload_with=inspector)
        prefix = referred if schema is None else f"{schema}.{referred}"
        table.append_constraint(
            ForeignKeyConstraint(
                key["constrained_columns"],
                [f"{prefix}.{column}" for column in key["referred_columns"]],
                key["name"],
                link_to_name=True,
                **key["options"],
            )
        )


leave_out(
    Inspector,
    "get_sorted_table_and_fkc_names get_table_comment get_table_options get_temp_table_names "
    "get_temp_view_names get_view_definition",
)


def _column(facts: dict[str, Any]) -> Column:
    default = None if facts["default"] is None else DefaultClause(text(facts["default"]))
    return Column(facts["name"], facts["type"], default, nullable=facts["nullable"])


def _name_foreign_keys(
    table_name: str, keys: list[dict[str, Any]], text_: str
) -> list[dict[str, Any]]:
    """Give names and options to the foreign keys with a clause of their own in the table's text.

    These come first, in the order of the text; those written with a column follow.
    """
    left = {_signature(key): key for key in keys}
    named = []
    for found in _pattern("foreign key").finditer(text_):
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
        key["options"] = _foreign_key_options(found["actions"])
        named.append(key)
    return named + list(left.values())


def _signature(key: dict[str, Any]) -> tuple[Any, ...]:
    return (
        tuple(key["constrained_columns"]),
        key["referred_table"],
        tuple(key["referred_columns"]),
    )


def _foreign_key_options(actions: str) -> dict[str, str]:
    found = {name: _pattern(name).search(actions) for name in ("ondelete", "onupdate")}
    options = {name: action.group(1).upper() for name, action in found.items() if action}
    return {name: action for name, action in options.items() if action != "NO ACTION"}


def _unique_in(text_: str) -> Iterator[tuple[str | None, list[str]]]:
    for found in _pattern("unique").finditer(text_):
        yield found.group(1), _names_in(found.group(2))
    for found in _pattern("unique column").finditer(text_):
        yield None, [found.group(1) or found.group(2)]


def _names_in(text_: str) -> list[str]:
    return [found.group(1) or found.group(2) for found in _pattern("names").finditer(text_)]


inspection.inspects_itself(Inspector)
inspection.inspects(Engine, Connection)(Inspector)
