"""SQLite: the one dialect; the only module of the engine that knows sqlite3.

Before: engine/create.py has a URL; sql/compiler.py spells plain SQL.
Here:   how to connect, which pool, what SQLite spells differently, which types it lacks (dates are
        written as "2024-05-17 09:30:00.000000" and read back).
After:  engine/connection.py sends the text; engine/reflection.py asks with PRAGMAs.

Foreign keys are as SQLite has them: not enforced until a program sends PRAGMA foreign_keys = ON.

Follows: SQLAlchemy 1.4, "SQLite", "SQLite: Date and Time Types".
"""

from __future__ import annotations

import datetime
import sqlite3

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import known_as, publish
from ormtutor.miniorm.engine.cause import DDL
from ormtutor.miniorm.engine.pool import QueuePool, SingletonThreadPool
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.compiler import SQLCompiler
from ormtutor.miniorm.sql.ddl_compiler import DDLCompiler
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.elements import ColumnElement, literal
from ormtutor.miniorm.sql.naming import IdentifierPreparer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ormtutor.miniorm.engine.cause import Cause

    Processor = Callable[[Any], Any] | None

_RESERVED_WORDS = """
    add after all alter analyze and as asc attach autoincrement before begin between by cascade
    case cast check collate column commit conflict constraint create cross current_date current_time
    current_timestamp database default deferrable deferred delete desc detach distinct drop each
    else end escape except exclusive exists explain fail false for foreign from full glob group
    having if ignore immediate in index indexed initially inner insert instead intersect into is
    isnull join key left like limit match natural not notnull null of offset on or order outer plan
    pragma primary query raise references reindex rename replace restrict right rollback row select
    set table temp temporary then to transaction trigger true union unique update using vacuum
    values view virtual when where
    """

#: The parts of a date as STRFTIME names them; it has no quarter, but SQLAlchemy accepts it.
_DATE_PARTS = """
    year=%Y month=%m day=%d hour=%H minute=%M second=%S doy=%j epoch=%s dow=%w week=%W
    quarter=quarter
    """.split()  # noqa: SIM905

_URL_FORMS = (
    "Valid SQLite URL forms are:\n"
    " sqlite:///:memory: (or, sqlite://)\n"
    " sqlite:///relative/path/to/file.db\n"
    " sqlite:////absolute/path/to/file.db"
)


class SQLiteCompiler(SQLCompiler):
    """Writes expressions and statements as SQLite has them."""

    extract_map = dict(part.split("=") for part in _DATE_PARTS)  # noqa: RUF012 (constant)
    operator_forms = SQLCompiler.operator_forms | {
        "is_distinct_from": "{} IS NOT {}",
        "is_not_distinct_from": "{} IS {}",
    }
    function_forms = {  # noqa: RUF012 (constant)
        **SQLCompiler.function_forms,
        "now": "CURRENT_TIMESTAMP",
        "localtimestamp": 'DATETIME(CURRENT_TIMESTAMP, "localtime")',
        "char_length": "length{}",
    }

    def visit_extract(self, extract: Any) -> str:
        part = self.extract_map.get(extract.field)
        if part is None:
            raise exc.CompileError(f"{extract.field} is not a valid extract argument.")
        return f"CAST(STRFTIME('{part}', {self.process(extract.expr)}) AS INTEGER)"

    def limit_clause(self, select: Any) -> str:
        """Always both: SQLite has no OFFSET without LIMIT."""
        limit = select._limit_clause
        offset = select._offset_clause
        text = "\n LIMIT "
        text += self.placed(literal(-1)) if limit is None else self.process(limit)
        return text + " OFFSET " + self.process(literal(0) if offset is None else offset)

    def visit_empty_set_op_expr(self, type_: Any, expand_op: Any) -> str:
        """A SELECT of no rows."""
        ones = ", ".join("1" for _ in type_)
        return f"SELECT {ones} FROM (SELECT {ones}) WHERE 1!=1"


class SQLiteDDLCompiler(DDLCompiler):
    """Writes CREATE and DROP as SQLite has them."""

    index_names_schema = True

    def column(self, column: Any) -> str:
        text = super().column(column)
        keys = column.table.primary_key.columns
        if column.primary_key and column.autoincrement is True and len(keys) != 1:
            raise exc.CompileError(
                "SQLite does not support autoincrement for composite primary keys"
            )
        is_key = column.primary_key and _has_key_in_column(column.table)
        return f"{text} PRIMARY KEY AUTOINCREMENT" if is_key else text

    def default(self, default: Any) -> str:
        text = super().default(default)
        return f"({text})" if isinstance(default, ColumnElement) else text

    def visit_primary_key_constraint(self, constraint: Any) -> str:
        if _has_key_in_column(constraint.table):
            return ""
        return super().visit_primary_key_constraint(constraint)

    def visit_foreign_key_constraint(self, constraint: Any) -> str:
        """Nothing, if the other table is in another database."""
        if constraint.table.schema != constraint.referred_table.schema:
            return ""
        return super().visit_foreign_key_constraint(constraint)

    def remote_table(self, table: Any) -> Any:
        return self.preparer.format_table(table, use_schema=False)


def _has_key_in_column(table: Any) -> bool:
    """Whether the key is written with its column: sqlite_autoincrement on a single integer."""
    columns = list(table.primary_key.columns)
    return (
        bool(table.dialect_kwargs.get("sqlite_autoincrement"))
        and len(columns) == 1
        and issubclass(columns[0].type._type_affinity, sqltypes.Integer)
        and not columns[0].foreign_keys
    )


class SQLiteIdentifierPreparer(IdentifierPreparer):
    """Quotes what SQLite reserves."""

    reserved_words = frozenset(_RESERVED_WORDS.split())


class JSON(sqltypes.JSON):
    """A document in SQLite's JSON functions."""

    __module__ = "sqlalchemy.dialects.sqlite.json"

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        """From JSON text; a number comes as a number, since the column has numeric affinity."""
        read: Any = super().result_processor(dialect, coltype)
        return lambda value: value if isinstance(value, (int, float)) else read(value)


# -- dates and times: SQLite has no such types, so they are stored as text -------------------------

# As many digits as SQLAlchemy reads; anything after them is ignored.
_DAY = r"\s*(\d{1,4})-(\d{1,2})-(\d{1,2})"
_CLOCK = r"\s*(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?"


class _Stored:
    """What the three types share.

    _usual: the length of the usual spelling, and a place in it with its character. It is read by
    fromisoformat(), in C; any other by the pattern, since fromisoformat() accepts too much.
    """

    python_type: Any
    _usual: tuple[int, int, str]
    _pattern: str
    _write: Callable[[Any], str]

    def bind_processor(self, dialect: Any) -> Processor:
        return sqltypes.unless_none(self._write)

    def literal_processor(self, dialect: Any) -> Processor:
        return lambda value: f"'{self._write(value)}'"

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        cls, (length, place, mark) = self.python_type, self._usual

        def read(value: Any) -> Any:
            if value is None:
                return None
            try:
                if len(value) == length and value[place] == mark:
                    return cls.fromisoformat(value)
            except (TypeError, ValueError):
                pass
            return self._read_by_pattern(value)

        return read

    def _read_by_pattern(self, value: Any) -> Any:
        import re  # late: `re` takes long to import, and the usual spellings need no pattern

        kind = self.python_type.__name__
        if not isinstance(value, str):
            raise ValueError(f"Couldn't parse {kind} string '{value}' - value is not a string.")
        match = re.match(self._pattern, value)
        if match is None:
            raise ValueError(f"Couldn't parse {kind} string: {value!r}")
        return self.python_type(*[int(part) for part in match.groups() if part is not None])

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class DATETIME(_Stored, sqltypes.DateTime):
    """A datetime.datetime as text; a plain date is its midnight."""

    _usual = (26, 10, " ")
    _pattern = f"{_DAY} {_CLOCK}"

    def _write(self, value: Any) -> str:
        if isinstance(value, datetime.datetime):
            return value.replace(tzinfo=None).isoformat(" ", "microseconds")
        if isinstance(value, datetime.date):
            return f"{value.isoformat()} 00:00:00.000000"
        raise TypeError(
            "SQLite DateTime type only accepts Python datetime and date objects as input."
        )


class DATE(_Stored, sqltypes.Date):
    """A datetime.date as text."""

    _usual = (10, 4, "-")
    _pattern = _DAY

    def _write(self, value: Any) -> str:
        if not isinstance(value, datetime.date):
            raise TypeError("SQLite Date type only accepts Python date objects as input.")
        return datetime.date.isoformat(value)


class TIME(_Stored, sqltypes.Time):
    """A datetime.time as text."""

    _usual = (15, 2, ":")
    _pattern = _CLOCK

    def _write(self, value: Any) -> str:
        if not isinstance(value, datetime.time):
            raise TypeError("SQLite Time type only accepts Python time objects as input.")
        return value.replace(tzinfo=None).isoformat("microseconds")


# -- the dialect -----------------------------------------------------------------------------------


@known_as("SQLiteDialect_pysqlite")
class SQLiteDialect(DefaultDialect):
    """SQLite through the standard library's sqlite3."""

    __module__ = "sqlalchemy.dialects.sqlite.pysqlite"
    name = "sqlite"
    driver = "pysqlite"
    default_paramstyle = "qmark"
    supports_alter = False
    supports_default_values = True
    tuple_in_values = True
    statement_compiler = SQLiteCompiler
    ddl_compiler = SQLiteDDLCompiler
    preparer = SQLiteIdentifierPreparer
    colspecs = {  # noqa: RUF012 (constant)
        sqltypes.Date: DATE,
        sqltypes.DateTime: DATETIME,
        sqltypes.Time: TIME,
        sqltypes.JSON: JSON,
    }
    dbapi: Any = sqlite3
    server_version_info = sqlite3.sqlite_version_info

    # -- connecting ----------------------------------------------------------------------------

    def create_connect_args(self, url: Any) -> tuple[list[Any], dict[str, Any]]:
        """Return what sqlite3.connect() takes.

        Raises: ArgumentError: the URL names a host, a user, a password or a port.
        NotImplementedError: it has options.
        """
        if url.username or url.host or url.password or url.port:
            raise exc.ArgumentError(f"Invalid SQLite URL: {url!s}\n{_URL_FORMS}")
        if url.query:
            raise NotImplementedError("a URL with options is not in miniorm; SQLAlchemy has it")
        filename = url.database or ":memory:"
        if filename != ":memory:":
            # Late: only a database in a file needs its place.
            from os.path import abspath

            filename = abspath(filename)
        # One connection serves all threads; sqlite3 guards it itself.
        return [filename], {"check_same_thread": False}

    def pool_class(self, url: Any) -> type[Any]:
        """Return the pool that suits the database."""
        return SingletonThreadPool if url.database in (None, "", ":memory:") else QueuePool

    def on_connect(self, raw: Any) -> None:
        """Prepare a fresh connection: the operator REGEXP."""
        raw.create_function("regexp", 2, _regexp)

    # -- asking --------------------------------------------------------------------------------

    def pragma(
        self, connection: Any, pragma: str, name: str, schema: str | None, cause: Cause = DDL
    ) -> list[Any]:
        """Ask the main database, then the temporary one; return the first rows."""
        quote = self.identifier_preparer.quote_identifier
        for database in ("main", "temp") if schema is None else (quote(schema),):
            text = f"PRAGMA {database}.{pragma}({quote(name)})"
            rows: list[Any] = connection._execute_text(text, (), cause).fetchall()
            if rows:
                return rows
        return []

    def has_table(self, connection: Any, table_name: str, schema: str | None = None) -> bool:
        """Whether there is such a table."""
        return bool(self.pragma(connection, "table_info", table_name, schema))

    def has_index(
        self, connection: Any, table_name: str, index_name: str, schema: str | None = None
    ) -> bool:
        """Whether a table has such an index."""
        if not self.has_table(connection, table_name, schema):
            return False
        indexes = self.indexes(connection, table_name, schema)
        return any(index["name"] == index_name for index in indexes)

    def indexes(
        self,
        connection: Any,
        table_name: str,
        schema: str | None,
        automatic: bool = False,
        cause: Cause = DDL,
    ) -> list[dict[str, Any]]:
        """Return a dictionary for each index; automatic: include those that SQLite itself made."""
        found = []
        rows = self.pragma(connection, "index_list", table_name, schema, cause)
        wanted = [row for row in rows if automatic or not row[1].startswith("sqlite_autoindex")]
        for _, name, unique, *_ in wanted:
            members = self.pragma(connection, "index_info", name, schema, cause)
            index = {"name": name, "column_names": [row[2] for row in members], "unique": unique}
            if None in index["column_names"]:
                exc.warn(f"Skipped unsupported reflection of expression-based index {name}")
            else:
                found.append({**index, "dialect_options": {}})
        return sorted(found, key=lambda index: index["name"])


def _regexp(pattern: str, value: Any) -> bool | None:
    if value is None:
        return None
    import re  # late: slow to import, and hardly any program uses REGEXP

    return re.search(pattern, value) is not None


# -- types as reflection finds them ----------------------------------------------------------------

_NAMES = """
    BIGINT BLOB BOOLEAN CHAR DATE DATETIME DECIMAL FLOAT INT INTEGER NCHAR NUMERIC NVARCHAR REAL
    SMALLINT TEXT TIME TIMESTAMP VARCHAR
"""
_TYPES: dict[str, Any] = {name: getattr(sqltypes, name) for name in _NAMES.split()}
_TYPES |= {"BOOL": sqltypes.BOOLEAN, "DOUBLE": sqltypes.FLOAT, "JSON": JSON}

#: SQLite's own rules for unknown type names: the first of these that occurs in one decides.
_AFFINITIES: dict[str, Any] = {
    "INT": sqltypes.INTEGER,
    "CHAR": sqltypes.TEXT,
    "CLOB": sqltypes.TEXT,
    "TEXT": sqltypes.TEXT,
    "BLOB": sqltypes.NullType,
    "REAL": sqltypes.REAL,
    "FLOA": sqltypes.REAL,
    "DOUB": sqltypes.REAL,
}


def resolve_type(spelled: str) -> Any:
    """Return the type of a column that is declared so: `VARCHAR(30)`, `TINYINT`."""
    name, _, rest = spelled.partition("(")
    name = name.strip()
    if not name:
        return sqltypes.NullType()
    parts = [part.strip() for part in rest.partition(")")[0].split(",")]
    numbers = [part for part in parts if part.isdigit()]
    by_part = (type_ for part, type_ in _AFFINITIES.items() if part in name)
    known: Any = _TYPES.get(name) or next(by_part, sqltypes.NUMERIC)
    try:
        return known(*[int(number) for number in numbers])
    except TypeError:
        exc.warn(
            f"Could not instantiate type {known} with reflected arguments {numbers!r}; using no "
            "arguments."
        )
        return known()


publish(globals(), "sqlalchemy.dialects.sqlite.base")
