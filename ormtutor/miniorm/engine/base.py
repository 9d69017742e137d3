"""Engine: a database, from which connections come.

Before: engine/create.py makes one for a URL.
Here:   the pool, the dialect, the cache of compiled statements, the listeners; 1.4's execution
        without a connection.
After:  engine/connection.py does the work.

Follows: SQLAlchemy 1.4, "Working with Engines and Connections", "SQL Compilation Caching".
"""

from __future__ import annotations

from functools import lru_cache

from ormtutor.miniorm import event, exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.engine.connection import Connection
from ormtutor.miniorm.engine.echo import Echo
from ormtutor.miniorm.engine.pool import Pool
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql.elements import delegate
from ormtutor.miniorm.sql.traversal import Shapes, cache_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ormtutor.miniorm.engine.cursor import CursorResult
    from ormtutor.miniorm.engine.execution import Options

_EVENTS = "do_connect connect before_cursor_execute after_cursor_execute begin commit rollback"


class _trans_ctx:
    """What `Engine.begin()` returns: a transaction that has begun, for a `with` block."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.transaction = conn.begin()

    def __enter__(self) -> Connection:
        self.transaction.__enter__()
        return self.conn

    def __exit__(self, *failure: Any) -> None:
        try:
            self.transaction.__exit__(*failure)
        finally:
            self.conn.close()


class Engine:
    """A database: lends connections, keeps compiled statements, is listened to."""

    _connection_class: type[Connection] = Connection

    dispatch: Any = event.Dispatch(tuple(_EVENTS.split()))

    def __init__(
        self,
        pool: Any,
        dialect: Any,
        url: Any,
        logging_name: str | None = None,
        echo: Any = None,
        hide_parameters: bool = False,
    ) -> None:
        self.pool = pool
        self.dialect = dialect
        self.url = url
        self.hide_parameters = hide_parameters
        self._echo = Echo(echo, logging_name, hide_parameters)
        #: The statements compiled here, and those compiled by the ORM.
        self._compiled_cache = Shapes()
        self._shapes = Shapes()
        self._structure_of_dml = lru_cache(100)(cache_key)
        pool._event_target = self

    engine: Any = property(lambda self: self, doc="The engine itself.")
    name: Any = delegate("dialect.name", "The dialect's name.")
    driver: Any = delegate("dialect.driver", "The driver's name.")
    logger: Any = delegate("_echo.logger", "The logger of this engine.")

    @property
    def echo(self) -> Any:
        """None, False, True or "debug": what is written to the log."""
        return self._echo.setting

    @echo.setter
    def echo(self, setting: Any) -> None:
        self._echo.set(setting)

    def __repr__(self) -> str:
        return f"Engine({self.url!r})"

    # -- connections ---------------------------------------------------------------------------

    def connect(self, close_with_result: bool = False) -> Connection:
        """Return a new Connection."""
        return self._connection_class(self, close_with_result)

    def begin(self) -> Any:
        """A `with` block that gets a connection in a transaction, and commits at its end."""
        return _trans_ctx(self.connect())

    def raw_connection(self) -> Any:
        """Return the driver's connection, on loan from the pool."""
        return self.pool.connect()

    def dispose(self) -> None:
        """Close the idle connections in the pool, and start a new pool."""
        self.pool.dispose()
        self.pool = self.pool.recreate()

    # -- 1.4's execution without a connection --------------------------------------------------

    def execute(self, statement: Any, *multiparams: Any, **params: Any) -> CursorResult:
        """Execute on a connection that closes with the result."""
        return self.connect(close_with_result=True).execute(statement, *multiparams, **params)

    def scalar(self, statement: Any, *multiparams: Any, **params: Any) -> Any:
        """Execute and return the first value of the first row, or None."""
        return self.execute(statement, *multiparams, **params).scalar()

    def _run_ddl_visitor(self, action: Any, element: Any, **kw: Any) -> None:
        """Run create() or drop() of sql/ddl.py on `element`, in one transaction."""
        with self.begin() as connection:
            connection._run_ddl_visitor(action, element, **kw)

    # -- compiled statements -------------------------------------------------------------------

    def _compile(self, statement: Any, sets: Sequence[Any], options: Options) -> tuple[Any, Any]:
        """Return the compiled statement, and this one's binds if it comes from the cache."""
        keys = sorted(sets[0]) if sets else []
        executemany = len(sets) > 1
        # FASTPATH: a flush executes the same insert() again and again: 500 commits 4 % faster.
        structure, binds = (self._structure_of_dml if statement.is_dml else cache_key)(statement)
        is_kept = structure is not None and options.get("compiled_cache", self) is not None
        key = (structure, tuple(keys), executemany)
        compiled = self._compiled_cache.find(key) if is_kept else None
        if compiled is not None:
            return compiled, binds
        how = {"for_executemany": True} if executemany and statement.is_dml else {}
        lint = exc.warn if self.dialect.enable_from_linting else None
        compiled = statement._compiler(self.dialect, column_keys=keys, linting=lint, **how)
        if is_kept:
            self._compiled_cache.keep(key, compiled)
        else:
            compiled.origin = "no key"
        return compiled, None


Pool._event_target = Engine
leave_out(
    Engine,
    "clear_compiled_cache execution_options get_execution_options has_table run_callable "
    "table_names transaction update_execution_options",
)
publish(globals(), "sqlalchemy.engine.base")
