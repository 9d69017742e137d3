"""Engine: a database, from which connections come.

Before: engine/create.py makes one for a URL.
Here:   the pool, the dialect, the compiled statements that are kept, the listeners; 1.4's way of
        executing without a connection.
After:  engine/connection.py does the work.

Follows: SQLAlchemy 1.4, "Working with Engines and Connections", "SQL Compilation Caching".
"""

from __future__ import annotations

from ormtutor.miniorm import event
from ormtutor.miniorm.engine.connection import Connection
from ormtutor.miniorm.engine.echo import Echo
from ormtutor.miniorm.engine.url import immutabledict
from ormtutor.miniorm.sql.traversal import cache_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ormtutor.miniorm.engine.cursor import CursorResult

_CACHE_SIZE = 500
_KNOWN_SIZE = 100

_EVENTS = (
    "do_connect",
    "connect",
    "first_connect",
    "checkout",
    "checkin",
    "close",
    "reset",
    "invalidate",
    "engine_connect",
    "before_execute",
    "after_execute",
    "before_cursor_execute",
    "after_cursor_execute",
    "handle_error",
    "begin",
    "commit",
    "rollback",
    "savepoint",
    "rollback_savepoint",
    "release_savepoint",
    "set_connection_execution_options",
    "set_engine_execution_options",
    "engine_disposed",
)


class Engine:
    """A database: lends connections, keeps compiled statements, is listened to."""

    __module__ = "sqlalchemy.engine.base"
    _connection_class: type[Connection] = Connection
    _is_future = False

    dispatch: Any = event.Dispatch(_EVENTS)

    def __init__(
        self,
        pool: Any,
        dialect: Any,
        url: Any,
        logging_name: str | None = None,
        echo: Any = None,
        query_cache_size: int = _CACHE_SIZE,
        execution_options: Mapping[str, Any] | None = None,
        hide_parameters: bool = False,
    ) -> None:
        self.pool = pool
        self.dialect = dialect
        self.url = url
        self.logging_name = logging_name
        self.hide_parameters = hide_parameters
        self._echo = Echo(echo, logging_name, hide_parameters)
        self._execution_options = immutabledict(execution_options or {})
        self._compiled_cache: dict[Any, Any] = {}
        self._cache_size = query_cache_size
        #: id -> (the statement, to keep it alive, and its structure).
        self._known_structures: dict[int, tuple[Any, tuple[Any, Any]]] = {}
        self._watch_pool()

    def _watch_pool(self) -> None:
        self.pool._events = lambda: self.dispatch

    @property
    def engine(self) -> Engine:
        """The engine itself."""
        return self

    @property
    def name(self) -> str:
        """The dialect's name."""
        name: str = self.dialect.name
        return name

    @property
    def driver(self) -> str:
        """The driver's name."""
        driver: str = self.dialect.driver
        return driver

    @property
    def echo(self) -> Any:
        """None, False, True or "debug": what is written to the log."""
        return self._echo.setting

    @echo.setter
    def echo(self, setting: Any) -> None:
        self._echo.set(setting)

    @property
    def logger(self) -> Any:
        """The logger of this engine."""
        return self._echo.logger

    def __repr__(self) -> str:
        return f"Engine({self.url!r})"

    # -- connections ---------------------------------------------------------------------------

    def connect(self, close_with_result: bool = False) -> Connection:
        """Return a new Connection."""
        return self._connection_class(self, close_with_result)

    def begin(self, close_with_result: bool = False) -> Any:
        """Return a context manager: a connection in a transaction that commits at the end."""
        return _EngineTransaction(self.connect(), close_with_result)

    def raw_connection(self, _connection: Any = None) -> Any:
        """Return the driver's connection, on loan from the pool."""
        return self.pool.connect()

    def dispose(self, close: bool = True) -> None:
        """Close the connections that wait in the pool, and begin with a new pool."""
        if close:
            self.pool.dispose()
        self.pool = self.pool.recreate()
        self._watch_pool()
        for listener in self.dispatch.engine_disposed:
            listener(self)

    def execution_options(self, **options: Any) -> Engine:
        """Return an Engine over the same pool whose connections have these options."""
        return OptionEngine(self, options)

    def update_execution_options(self, **options: Any) -> None:
        """Set options for all further connections."""
        self._execution_options = self._execution_options.union(options)
        for listener in self.dispatch.set_engine_execution_options:
            listener(self, options)

    def get_execution_options(self) -> Mapping[str, Any]:
        """Return the options that were set."""
        return self._execution_options

    def clear_compiled_cache(self) -> None:
        """Forget the compiled statements."""
        self._compiled_cache.clear()
        self._known_structures.clear()

    # -- 1.4's way of executing without a connection ---------------------------------------------

    def execute(self, statement: Any, *multiparams: Any, **params: Any) -> CursorResult:
        """Execute on a connection that closes with the result."""
        return self.connect(close_with_result=True).execute(statement, *multiparams, **params)

    def scalar(self, statement: Any, *multiparams: Any, **params: Any) -> Any:
        """Execute and return the first value of the first row, or None."""
        return self.execute(statement, *multiparams, **params).scalar()

    def transaction(self, callable_: Callable[..., Any], *args: Any, **kw: Any) -> Any:
        """Call a function with a connection, in a transaction."""
        with self.connect() as connection:
            return connection.transaction(callable_, *args, **kw)

    def run_callable(self, callable_: Callable[..., Any], *args: Any, **kw: Any) -> Any:
        """Call a function with a connection."""
        with self.connect() as connection:
            return connection.run_callable(callable_, *args, **kw)

    def table_names(self, schema: str | None = None, connection: Any = None) -> list[str]:
        """Return the names of the tables."""
        with self.connect() as own:
            names: list[str] = self.dialect.get_table_names(connection or own, schema)
            return names

    def has_table(self, table_name: str, schema: str | None = None) -> bool:
        """Say whether there is such a table."""
        with self.connect() as connection:
            return bool(self.dialect.has_table(connection, table_name, schema))

    def _run_ddl_visitor(self, visitorcallable: Any, element: Any, **kw: Any) -> None:
        """Let a visitor of sql/ddl.py create or drop what is in `element`, in one transaction."""
        with self.begin() as connection:
            connection._run_ddl_visitor(visitorcallable, element, **kw)

    # -- compiled statements -------------------------------------------------------------------

    def _compile(
        self, statement: Any, sets: Sequence[Any], options: Mapping[str, Any]
    ) -> tuple[Any, Any, tuple[str, float]]:
        """Return the compiled statement, the binds of this one, and where the text comes from."""
        keys = sorted(sets[0]) if sets else []
        executemany = len(sets) > 1
        structure, binds = self._structure_of(statement)
        if structure is None or options.get("compiled_cache", self) is None:
            compiled = self._compile_anew(statement, keys, executemany)
            return compiled, None, ("no key", compiled.made_at)
        key = (structure, tuple(keys), executemany)
        cache = self._compiled_cache
        compiled = cache.get(key)
        if compiled is not None:
            compiled.used = True
            return compiled, binds, ("cached", compiled.made_at)
        compiled = self._compile_anew(statement, keys, executemany)
        if len(cache) >= self._cache_size:
            self._forget_old_statements()
        cache[key] = compiled
        return compiled, None, ("generated", compiled.made_at)

    def _structure_of(self, statement: Any) -> tuple[Any, Any]:
        """Return the structure key and the binds of a statement.

        A flush executes the same insert() again and again: those that were asked for lately are
        known by identity (10,000 rows of a flush: 15 % less time).
        """
        if not getattr(statement, "is_dml", False):
            return cache_key(statement)
        known = self._known_structures.get(id(statement))
        if known is None:
            if len(self._known_structures) >= _KNOWN_SIZE:
                self._known_structures.clear()
            known = self._known_structures[id(statement)] = (statement, cache_key(statement))
        return known[1]

    def _compile_anew(self, statement: Any, keys: Any, executemany: bool) -> Any:
        return statement._compiler(
            self.dialect, column_keys=keys, for_executemany=executemany, linting=True
        )

    def _forget_old_statements(self) -> None:
        """Make room: half of the cache, those first that were not asked for since the last time."""
        cache = self._compiled_cache
        by_use = sorted(cache, key=lambda key: cache[key].used)
        for key in by_use[: len(by_use) // 2 + 1]:
            del cache[key]
        for compiled in cache.values():
            compiled.used = False


class _EngineTransaction:
    """`with engine.begin() as connection:`."""

    __slots__ = ("_closes_connection", "_connection", "_transaction")

    def __init__(self, connection: Connection, keep_open: bool) -> None:
        self._connection = connection
        self._closes_connection = not keep_open
        try:
            self._transaction = connection.begin()
        except BaseException:
            connection.close()
            raise

    def __enter__(self) -> Connection:
        self._transaction.__enter__()
        return self._connection

    def __exit__(self, error_type: Any, error: Any, traceback: Any) -> None:
        try:
            self._transaction.__exit__(error_type, error, traceback)
        finally:
            if self._closes_connection:
                self._connection.close()


class OptionEngine(Engine):
    """An Engine over another one's pool, with execution options of its own."""

    __module__ = "sqlalchemy.engine.base"

    def __init__(self, proxied: Engine, options: Mapping[str, Any]) -> None:
        self._proxied = proxied
        self._connection_class = proxied._connection_class
        self._is_future = proxied._is_future
        self.dialect = proxied.dialect
        self.url = proxied.url
        self.logging_name = proxied.logging_name
        self.hide_parameters = proxied.hide_parameters
        self._echo = proxied._echo
        self._compiled_cache = proxied._compiled_cache
        self._cache_size = proxied._cache_size
        self._known_structures = proxied._known_structures
        self._execution_options = proxied._execution_options.union(options)
        # Listeners of the other engine are heard here too, also those that come later.
        if "dispatch" not in proxied.__dict__:
            proxied.dispatch = event.Dispatch(parent=proxied.dispatch)
        self.dispatch = event.Dispatch(parent=proxied.dispatch)
        for listener in self.dispatch.set_engine_execution_options:
            listener(self, dict(options))

    @property
    def pool(self) -> Any:
        """The pool of the other engine."""
        return self._proxied.pool

    @pool.setter
    def pool(self, pool: Any) -> None:
        self._proxied.pool = pool

    def _watch_pool(self) -> None:
        self._proxied._watch_pool()
