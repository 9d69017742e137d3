"""SQLite: the one dialect; the only module of the engine that knows sqlite3.

Before: engine/create.py has a URL; sql/compiler.py spells plain SQL.
Here:   how to connect, which pool, what SQLite spells otherwise, which types it has not.
After:  engine/base.py sends the text; engine/reflection.py asks with PRAGMAs.

Foreign keys stay as SQLite has them: not enforced until a program sends PRAGMA foreign_keys = ON.

Follows: SQLAlchemy 1.4, "SQLite".
"""

from __future__ import annotations

import sqlite3

from ormtutor.miniorm import exc
from ormtutor.miniorm.engine import dates
from ormtutor.miniorm.engine.cause import CORE, DDL
from ormtutor.miniorm.engine.execution import NO_OPTIONS
from ormtutor.miniorm.engine.pool import QueuePool, SingletonThreadPool
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.compiler import SQLCompiler
from ormtutor.miniorm.sql.ddl_compiler import DDLCompiler
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.elements import ColumnElement, literal
from ormtutor.miniorm.sql.preparer import IdentifierPreparer
from ormtutor.miniorm.sql.type_compiler import GenericTypeCompiler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

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

#: The parts of a date as STRFTIME names them; it has no quarter, and SQLAlchemy lets it pass.
_DATE_PARTS = {
    "month": "%m",
    "day": "%d",
    "year": "%Y",
    "second": "%S",
    "hour": "%H",
    "doy": "%j",
    "minute": "%M",
    "epoch": "%s",
    "dow": "%w",
    "week": "%W",
    "quarter": "quarter",
}

_URL_FORMS = (
    "Valid SQLite URL forms are:\n"
    " sqlite:///:memory: (or, sqlite://)\n"
    " sqlite:///relative/path/to/file.db\n"
    " sqlite:////absolute/path/to/file.db"
)

_ISOLATION_LEVELS = ("READ UNCOMMITTED", "SERIALIZABLE", "AUTOCOMMIT")


class SQLiteCompiler(SQLCompiler):
    """Writes expressions and statements as SQLite has them."""

    __module__ = "sqlalchemy.dialects.sqlite.base"
    extract_map = _DATE_PARTS

    def visit_now_func(self, fn: Any, **kw: Any) -> str:
        """CURRENT_TIMESTAMP."""
        return "CURRENT_TIMESTAMP"

    def visit_localtimestamp_func(self, func: Any, **kw: Any) -> str:
        """CURRENT_TIMESTAMP, in local time."""
        return 'DATETIME(CURRENT_TIMESTAMP, "localtime")'

    def visit_char_length_func(self, fn: Any, **kw: Any) -> str:
        """length(...)."""
        return f"length{self.function_argspec(fn)}"

    def visit_true(self, element: Any, **kw: Any) -> str:
        """1."""
        return "1"

    def visit_false(self, element: Any, **kw: Any) -> str:
        """0."""
        return "0"

    def visit_extract(self, extract: Any, **kw: Any) -> str:
        """CAST(STRFTIME(...) AS INTEGER)."""
        part = self.extract_map.get(extract.field)
        if part is None:
            raise exc.CompileError(f"{extract.field} is not a valid extract argument.")
        return f"CAST(STRFTIME('{part}', {self.process(extract.expr, **kw)}) AS INTEGER)"

    def limit_clause(self, select: Any, **kw: Any) -> str:
        """LIMIT ... OFFSET ...: always both."""
        limit = select._limit_clause
        offset = select._offset_clause
        text = "\n LIMIT " + self.process(literal(-1) if limit is None else limit, **kw)
        return text + " OFFSET " + self.process(literal(0) if offset is None else offset, **kw)

    def for_update_clause(self, select: Any, **kw: Any) -> str:
        """Nothing: SQLite locks the whole file."""
        return ""

    def visit_is_distinct_from_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """IS NOT."""
        return self._generate_generic_binary(binary, " IS NOT ", **kw)

    def visit_is_not_distinct_from_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """IS."""
        return self._generate_generic_binary(binary, " IS ", **kw)

    def visit_json_getitem_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """JSON_EXTRACT, in quotes where the result is JSON again."""
        text = (
            f"JSON_EXTRACT({self.process(binary.left, **kw)}, {self.process(binary.right, **kw)})"
        )
        return f"JSON_QUOTE({text})" if isinstance(binary.type, sqltypes.JSON) else text

    visit_json_path_getitem_op_binary = visit_json_getitem_op_binary

    def visit_empty_set_op_expr(self, type_: Any, expand_op: Any) -> str:
        """A SELECT of no rows, whatever the operator."""
        return self.visit_empty_set_expr(type_)

    def visit_empty_set_expr(self, element_types: Any) -> str:
        """A SELECT of no rows."""
        ones = ", ".join("1" for _ in element_types or [None])
        return f"SELECT {ones} FROM (SELECT {ones}) WHERE 1!=1"

    def visit_regexp_match_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """REGEXP, which on_connect() defines."""
        return self._generate_generic_binary(binary, " REGEXP ", **kw)

    def visit_not_regexp_match_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """NOT REGEXP."""
        return self._generate_generic_binary(binary, " NOT REGEXP ", **kw)


class SQLiteDDLCompiler(DDLCompiler):
    """Writes CREATE and DROP as SQLite has them."""

    __module__ = "sqlalchemy.dialects.sqlite.base"

    def get_column_specification(self, column: Any, **kw: Any) -> str:
        """Name, type, default, NOT NULL, and the key that counts by itself."""
        coltype = self.dialect.type_compiler.process(column.type, type_expression=column)
        text = f"{self.preparer.format_column(column)} {coltype}"
        default = self.get_column_default_string(column)
        if default is not None:
            if isinstance(column.server_default.arg, ColumnElement):
                default = f"({default})"
            text += " DEFAULT " + default
        if not column.nullable:
            text += " NOT NULL" + self._on_conflict(column, "on_conflict_not_null")
        if column.primary_key and _counts_in_column(column.table):
            text += (
                " PRIMARY KEY"
                + self._on_conflict(column, "on_conflict_primary_key")
                + " AUTOINCREMENT"
            )
        return text

    def _on_conflict(self, subject: Any, name: str = "on_conflict") -> str:
        wanted = subject.dialect_kwargs.get(f"sqlite_{name}")
        return "" if wanted is None else f" ON CONFLICT {wanted}"

    def visit_primary_key_constraint(self, constraint: Any, **kw: Any) -> str:
        """PRIMARY KEY (...), unless it stands with its column."""
        if _counts_in_column(constraint.table):
            return ""
        text = super().visit_primary_key_constraint(constraint, **kw)
        if not text:
            return text
        wanted = self._on_conflict(constraint)
        if not wanted and len(constraint.columns) == 1:
            wanted = self._on_conflict(next(iter(constraint.columns)), "on_conflict_primary_key")
        return text + wanted

    def visit_unique_constraint(self, constraint: Any, **kw: Any) -> str:
        """UNIQUE (...)."""
        text = super().visit_unique_constraint(constraint, **kw)
        wanted = self._on_conflict(constraint)
        if not wanted and len(constraint.columns) == 1:
            wanted = self._on_conflict(next(iter(constraint.columns)), "on_conflict_unique")
        return text + wanted

    def visit_check_constraint(self, constraint: Any, **kw: Any) -> str:
        """CHECK (...)."""
        return super().visit_check_constraint(constraint, **kw) + self._on_conflict(constraint)

    def visit_foreign_key_constraint(self, constraint: Any, **kw: Any) -> str:
        """FOREIGN KEY (...), unless the other table is in another database."""
        local = next(iter(constraint.elements)).parent.table
        remote = next(iter(constraint.elements)).column.table
        if local.schema != remote.schema:
            return ""
        return super().visit_foreign_key_constraint(constraint, **kw)

    def define_constraint_remote_table(self, constraint: Any, table: Any) -> str:
        """The other table's name alone."""
        name: str = self.preparer.format_table(table, use_schema=False)
        return name

    def visit_create_index(
        self,
        create: Any,
        include_schema: bool = True,
        include_table_schema: bool = False,
        **kw: Any,
    ) -> str:
        """CREATE INDEX, of some rows with sqlite_where."""
        text = super().visit_create_index(create, True, False, **kw)
        condition = create.element.dialect_option("sqlite", "where")
        if condition is not None:
            text += f" WHERE {self.expression(condition, include_table=False)}"
        return text

    def post_create_table(self, table: Any) -> str:
        """WITHOUT ROWID where asked for."""
        if table.dialect_option("sqlite", "with_rowid") is False:
            return "\n WITHOUT ROWID"
        return ""


def _counts_in_column(table: Any) -> bool:
    """Whether the key is written with its column: sqlite_autoincrement on a single integer."""
    if table is None or not table.dialect_option("sqlite", "autoincrement"):
        return False
    columns = list(table.primary_key.columns)
    return (
        len(columns) == 1
        and issubclass(columns[0].type._type_affinity, sqltypes.Integer)
        and not columns[0].foreign_keys
    )


class SQLiteTypeCompiler(GenericTypeCompiler):
    """Writes types as SQLite has them."""

    __module__ = "sqlalchemy.dialects.sqlite.base"

    def visit_DATETIME(self, type_: Any, **kw: Any) -> str:
        """DATETIME; DATETIME_CHAR keeps a format of digits alone from becoming a number."""
        return "DATETIME" if dates.is_text(type_) else "DATETIME_CHAR"

    def visit_DATE(self, type_: Any, **kw: Any) -> str:
        """DATE or DATE_CHAR."""
        return "DATE" if dates.is_text(type_) else "DATE_CHAR"

    def visit_TIME(self, type_: Any, **kw: Any) -> str:
        """TIME or TIME_CHAR."""
        return "TIME" if dates.is_text(type_) else "TIME_CHAR"


class SQLiteIdentifierPreparer(IdentifierPreparer):
    """Quotes what SQLite reserves."""

    __module__ = "sqlalchemy.dialects.sqlite.base"
    reserved_words = frozenset(_RESERVED_WORDS.split())


class JSON(sqltypes.JSON):
    """A document in SQLite's JSON functions."""

    __module__ = "sqlalchemy.dialects.sqlite.json"

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        """From JSON text; a number comes as a number, for such a column has numeric affinity."""
        read: Any = super().result_processor(dialect, coltype)

        def process(value: Any) -> Any:
            return value if isinstance(value, (int, float)) else read(value)

        return process


class SQLiteDialect(DefaultDialect):
    """SQLite through the standard library's sqlite3."""

    __module__ = "sqlalchemy.dialects.sqlite.pysqlite"
    name = "sqlite"
    driver = "pysqlite"
    default_paramstyle = "qmark"
    supports_alter = False
    supports_default_values = True
    supports_empty_insert = False
    supports_multivalues_insert = True
    tuple_in_values = True
    statement_compiler = SQLiteCompiler
    ddl_compiler = SQLiteDDLCompiler
    type_compiler = SQLiteTypeCompiler
    preparer = SQLiteIdentifierPreparer
    colspecs = {  # noqa: RUF012 (constant)
        sqltypes.Date: dates.DATE,
        sqltypes.DateTime: dates.DATETIME,
        sqltypes.Time: dates.TIME,
        sqltypes.JSON: JSON,
    }
    default_schema_name = "main"

    def __init__(
        self,
        dbapi: Any = None,
        isolation_level: str | None = None,
        json_serializer: Any = None,
        json_deserializer: Any = None,
        native_datetime: bool = False,
        label_length: int | None = None,
        paramstyle: str | None = None,
    ) -> None:
        super().__init__(paramstyle)
        self.dbapi = dbapi or sqlite3
        self._isolation_level = isolation_level
        self._json_serializer = json_serializer
        self._json_deserializer = json_deserializer

    @property
    def server_version_info(self) -> tuple[int, ...]:
        """SQLite's version."""
        return tuple(self.dbapi.sqlite_version_info)

    # -- connecting ----------------------------------------------------------------------------

    def create_connect_args(self, url: Any) -> tuple[list[Any], dict[str, Any]]:
        """Return what sqlite3.connect() takes.

        Raises: ArgumentError: the URL names a host, a user, a password or a port.
        """
        if url.username or url.host or url.password or url.port:
            raise exc.ArgumentError(f"Invalid SQLite URL: {url!s}\n{_URL_FORMS}")
        options: dict[str, Any] = {}
        query = dict(url.query)
        for name, convert in _CONNECT_OPTIONS:
            if name in query:
                options[name] = convert(query[name])
                if name != "uri":
                    del query[name]
        filename = url.database or ":memory:"
        if options.get("uri"):
            rest = "&".join(f"{key}={value}" for key, value in query.items() if key != "uri")
            if rest:
                filename += "?" + rest
        elif filename != ":memory:":
            # Late: only a database in a file needs its place.
            from os.path import abspath

            filename = abspath(filename)
        # One connection serves all threads; sqlite3 guards it itself.
        options.setdefault("check_same_thread", False)
        return [filename], options

    def pool_class(self, url: Any) -> type[Any]:
        """Return the pool that suits the database."""
        name = url.database
        in_memory = not name or name == ":memory:" or "mode=memory" in name
        if in_memory or url.query.get("mode") == "memory":
            return SingletonThreadPool
        return QueuePool

    def on_connect(self, raw: Any) -> None:
        """Prepare a fresh connection: the operator REGEXP, and the isolation level."""
        raw.create_function("regexp", 2, _regexp)
        if self._isolation_level is not None:
            self.set_isolation_level(raw, self._isolation_level)

    def do_rollback(self, raw: Any) -> None:
        """Roll back."""
        raw.rollback()

    def do_close(self, raw: Any) -> None:
        """Close."""
        raw.close()

    def get_isolation_level(self, raw: Any) -> str:
        """Return the isolation level of a connection."""
        if raw.execute("PRAGMA read_uncommitted").fetchone()[0]:
            return "READ UNCOMMITTED"
        return "SERIALIZABLE"

    def set_isolation_level(self, raw: Any, level: str) -> None:
        """Change the isolation level of a connection.

        Raises: ArgumentError: there is no such level.
        """
        wanted = level.replace("_", " ").upper()
        if wanted not in _ISOLATION_LEVELS:
            raise exc.ArgumentError(
                f"Invalid value '{level}' for isolation_level. Valid isolation levels for "
                f"{self.name} are {', '.join(_ISOLATION_LEVELS)}"
            )
        if wanted == "AUTOCOMMIT":
            raw.isolation_level = None
            return
        raw.isolation_level = ""
        raw.execute(f"PRAGMA read_uncommitted = {int(wanted == 'READ UNCOMMITTED')}")

    # -- asking --------------------------------------------------------------------------------

    def has_table(self, connection: Any, table_name: str, schema: str | None = None) -> bool:
        """Say whether there is such a table, asking as SQLAlchemy does."""
        quote = self.identifier_preparer.quote_identifier
        databases = ("main", "temp") if schema is None else (quote(schema),)
        for database in databases:
            pragma = f"PRAGMA {database}.table_info({quote(table_name)})"
            if connection._execute_text(pragma, (), NO_OPTIONS, DDL).fetchall():
                return True
        return False

    def has_index(
        self, connection: Any, table_name: str, index_name: str, schema: str | None = None
    ) -> bool:
        """Say whether a table has such an index."""
        quote = self.identifier_preparer.quote_identifier
        if not self.has_table(connection, table_name, schema):
            return False
        database = "main" if schema is None else quote(schema)
        pragma = f"PRAGMA {database}.index_list({quote(table_name)})"
        rows = connection._execute_text(pragma, (), NO_OPTIONS, DDL).fetchall()
        return any(row[1] == index_name for row in rows)

    def get_table_names(self, connection: Any, schema: str | None = None) -> list[str]:
        """Return the names of the tables."""
        quote = self.identifier_preparer.quote_identifier
        prefix = "" if schema is None else f"{quote(schema)}."
        statement = f"SELECT name FROM {prefix}sqlite_master WHERE type='table' ORDER BY name"
        rows = connection._execute_text(statement, (), NO_OPTIONS, CORE).fetchall()
        return [row[0] for row in rows]


SQLiteDialect.__name__ = SQLiteDialect.__qualname__ = "SQLiteDialect_pysqlite"


def _truth(text: str) -> bool:
    """What a URL's query may say for true and false.

    Raises: ValueError: it is neither.
    """
    word = text.strip().lower()
    if word in ("true", "yes", "on", "y", "t", "1"):
        return True
    if word in ("false", "no", "off", "n", "f", "0"):
        return False
    raise ValueError(f"String is not true/false: {word!r}")


_CONNECT_OPTIONS: tuple[tuple[str, Any], ...] = (
    ("uri", _truth),
    ("timeout", float),
    ("isolation_level", str),
    ("detect_types", int),
    ("check_same_thread", _truth),
    ("cached_statements", int),
)


def _regexp(pattern: str, value: Any) -> bool | None:
    if value is None:
        return None
    import re  # late: slow to import, and hardly a program asks for REGEXP

    return re.search(pattern, value) is not None


# -- types as reflection finds them ----------------------------------------------------------------

_TYPES: dict[str, Any] = {
    "BIGINT": sqltypes.BIGINT,
    "BLOB": sqltypes.BLOB,
    "BOOL": sqltypes.BOOLEAN,
    "BOOLEAN": sqltypes.BOOLEAN,
    "CHAR": sqltypes.CHAR,
    "DATE": sqltypes.DATE,
    "DATE_CHAR": sqltypes.DATE,
    "DATETIME": sqltypes.DATETIME,
    "DATETIME_CHAR": sqltypes.DATETIME,
    "DECIMAL": sqltypes.DECIMAL,
    "DOUBLE": sqltypes.FLOAT,
    "FLOAT": sqltypes.FLOAT,
    "INT": sqltypes.INTEGER,
    "INTEGER": sqltypes.INTEGER,
    "JSON": JSON,
    "NCHAR": sqltypes.NCHAR,
    "NUMERIC": sqltypes.NUMERIC,
    "NVARCHAR": sqltypes.NVARCHAR,
    "REAL": sqltypes.REAL,
    "SMALLINT": sqltypes.SMALLINT,
    "TEXT": sqltypes.TEXT,
    "TIME": sqltypes.TIME,
    "TIME_CHAR": sqltypes.TIME,
    "TIMESTAMP": sqltypes.TIMESTAMP,
    "VARCHAR": sqltypes.VARCHAR,
}

#: SQLite's own rules for names that it does not know: the first part that occurs decides.
_AFFINITIES: tuple[tuple[str, Any], ...] = (
    ("INT", sqltypes.INTEGER),
    ("CHAR", sqltypes.TEXT),
    ("CLOB", sqltypes.TEXT),
    ("TEXT", sqltypes.TEXT),
    ("BLOB", sqltypes.NullType),
    ("REAL", sqltypes.REAL),
    ("FLOA", sqltypes.REAL),
    ("DOUB", sqltypes.REAL),
)


def resolve_type(spelled: str) -> Any:
    """Return the type that a column declared in this way has, e.g. `VARCHAR(30)`, `TINYINT`."""
    name, _, rest = spelled.partition("(")
    name = name.strip()
    arguments = [part.strip() for part in rest.partition(")")[0].split(",")]
    numbers = [part for part in arguments if part.isdigit()]
    if not name:
        return sqltypes.NullType()
    known: Any = _TYPES.get(name)
    if known is None:
        known = next((type_ for part, type_ in _AFFINITIES if part in name), sqltypes.NUMERIC)
    if known is sqltypes.NullType or not numbers:
        return known()
    try:
        return known(*[int(number) for number in numbers])
    except TypeError:
        exc.warn(
            f"Could not instantiate type {known} with reflected arguments {numbers!r}; using no "
            "arguments."
        )
        return known()
