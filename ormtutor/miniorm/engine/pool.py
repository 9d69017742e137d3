"""Pool: raw connections, lent and taken back.

Before: engine/sqlite.py says how to connect; engine/base.py asks for a connection.
Here:   one shared connection for a database in memory; a few kept open for one in a file.
After:  engine/base.py sends statements through what was lent; on return all is rolled back.

What is lent is a `_ConnectionFairy`: it gives its connection back when it is closed, or forgotten.

Follows: SQLAlchemy 1.4, "Connection Pooling". Differs: a file has a small pool (there NullPool), so
that reading a page of a shop does not open its file again for every line.
"""

from __future__ import annotations

from collections import deque

from ormtutor.miniorm import event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self


class _ConnectionRecord:
    """One raw connection as the pool knows it; `info` lives as long as the connection does."""

    __module__ = "sqlalchemy.pool.base"

    def __init__(self, dbapi_connection: Any = None) -> None:
        self.dbapi_connection = dbapi_connection
        self.info: dict[Any, Any] = {}

    @property
    def connection(self) -> Any:
        """The raw connection."""
        return self.dbapi_connection

    driver_connection = connection


class _ConnectionFairy:
    """A raw connection on loan; everything that it does not know itself goes to the connection."""

    __module__ = "sqlalchemy.pool.base"

    def __init__(self, pool: Pool, record: _ConnectionRecord) -> None:
        self._pool: Pool | None = pool
        self._connection_record: _ConnectionRecord | None = record
        self.dbapi_connection = record.dbapi_connection

    @property
    def connection(self) -> Any:
        """The raw connection."""
        return self.dbapi_connection

    driver_connection = connection

    @property
    def info(self) -> dict[Any, Any]:
        """A dictionary that lives as long as the raw connection."""
        record = self._connection_record
        return {} if record is None else record.info

    @property
    def is_valid(self) -> bool:
        """Say whether the connection is still on loan."""
        return self.dbapi_connection is not None

    def cursor(self, *args: Any, **kw: Any) -> Any:
        """Return a new raw cursor."""
        return self.dbapi_connection.cursor(*args, **kw)

    def close(self) -> None:
        """Give the connection back; a second time does nothing."""
        pool, record = self._pool, self._connection_record
        if pool is not None and record is not None:
            self._pool = None
            self._connection_record = None
            self.dbapi_connection = None
            pool._check_in(record)

    def invalidate(self, e: Any = None, soft: bool = False) -> None:
        """Close the raw connection; the pool will open another."""
        pool, record = self._pool, self._connection_record
        if pool is not None and record is not None:
            self._pool = None
            self._connection_record = None
            self.dbapi_connection = None
            pool._forget(record)

    def detach(self) -> None:
        """Take the connection out of the pool; the holder closes it."""
        pool, record = self._pool, self._connection_record
        if pool is not None and record is not None:
            self._pool = None
            self._connection_record = None
            pool._let_go(record)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.dbapi_connection, name)

    def __del__(self) -> None:
        self.close()


class Pool:
    """Lends raw connections.

    creator: opens one; dialect: rolls back and closes them.
    """

    __module__ = "sqlalchemy.pool.base"

    dispatch = event.Dispatch(
        (
            "connect",
            "first_connect",
            "checkout",
            "checkin",
            "close",
            "reset",
            "invalidate",
        )
    )

    def __init__(self, creator: Callable[..., Any], dialect: Any = None) -> None:
        self._creator: Callable[..., Any] = (
            creator if hasattr(creator, "takes_pool") else lambda *_: creator()
        )
        self._dialect = dialect
        self._connected_before = False
        #: Gives the engine's Dispatch: its listeners hear of connections too.
        self._events: Callable[[], Any] | None = None

    def connect(self) -> _ConnectionFairy:
        """Lend a connection."""
        record = self._check_out()
        fairy = _ConnectionFairy(self, record)
        for listener in self._listeners("checkout"):
            listener(record.dbapi_connection, record, fairy)
        return fairy

    def dispose(self) -> None:
        """Close the connections that are not on loan."""

    def recreate(self) -> Self:
        """Return a new pool of the same kind."""
        pool = type(self)(self._creator, self._dialect)
        pool._events = self._events
        return pool

    def status(self) -> str:
        """Say how many connections there are."""
        return type(self).__name__

    def _check_out(self) -> _ConnectionRecord:
        raise NotImplementedError

    def _check_in(self, record: _ConnectionRecord) -> None:
        raise NotImplementedError

    def _let_go(self, record: _ConnectionRecord) -> None:
        """A connection leaves the pool without being closed."""

    def _forget(self, record: _ConnectionRecord) -> None:
        """A connection is no longer good."""
        self._let_go(record)
        self._close(record)

    def _listeners(self, name: str) -> tuple[Any, ...]:
        own: tuple[Any, ...] = getattr(self.dispatch, name, ())
        if self._events is None:
            return own
        engine_wide: tuple[Any, ...] = getattr(self._events(), name)
        return own + engine_wide

    def _open(self) -> _ConnectionRecord:
        record = _ConnectionRecord()
        record.dbapi_connection = self._creator(self, record)
        if not self._connected_before:
            self._connected_before = True
            for listener in self._listeners("first_connect"):
                listener(record.dbapi_connection, record)
        for listener in self._listeners("connect"):
            listener(record.dbapi_connection, record)
        return record

    def _reset(self, record: _ConnectionRecord) -> None:
        for listener in self._listeners("reset"):
            listener(record.dbapi_connection, record)
        self._dialect.do_rollback(record.dbapi_connection)
        for listener in self._listeners("checkin"):
            listener(record.dbapi_connection, record)

    def _close(self, record: _ConnectionRecord) -> None:
        for listener in self._listeners("close"):
            listener(record.dbapi_connection, record)
        self._dialect.do_close(record.dbapi_connection)


class SingletonThreadPool(Pool):
    """One connection for all: a database in memory lives in its connection.

    Differs: SQLAlchemy opens one for each thread, and so one database for each thread.
    """

    __module__ = "sqlalchemy.pool.impl"

    def __init__(self, creator: Any, dialect: Any = None, pool_size: int = 5) -> None:
        super().__init__(creator, dialect)
        self._record: _ConnectionRecord | None = None
        self._loans = 0

    def _check_out(self) -> _ConnectionRecord:
        if self._record is None:
            self._record = self._open()
            self._loans = 0
        self._loans += 1
        return self._record

    def _check_in(self, record: _ConnectionRecord) -> None:
        if record is not self._record:
            self._close(record)
            return
        self._loans -= 1
        if self._loans == 0:
            self._reset(record)

    def _let_go(self, record: _ConnectionRecord) -> None:
        if record is self._record:
            self._record = None

    def dispose(self) -> None:
        """Close the connection, and with it the database in memory."""
        record, self._record = self._record, None
        if record is not None and self._loans == 0:
            self._close(record)


class StaticPool(SingletonThreadPool):
    """One connection for all, in SQLAlchemy as well."""

    __module__ = "sqlalchemy.pool.impl"


class NullPool(Pool):
    """Opens a connection for each loan and closes it on return."""

    __module__ = "sqlalchemy.pool.impl"

    def _check_out(self) -> _ConnectionRecord:
        return self._open()

    def _check_in(self, record: _ConnectionRecord) -> None:
        self._reset(record)
        self._close(record)


class QueuePool(Pool):
    """Keeps up to `pool_size` connections open; opens more when they are wanted."""

    __module__ = "sqlalchemy.pool.impl"

    def __init__(
        self,
        creator: Any,
        dialect: Any = None,
        pool_size: int = 5,
        max_overflow: int = 10,
        timeout: float = 30.0,
    ) -> None:
        super().__init__(creator, dialect)
        self._pool_size = pool_size
        self._idle: deque[_ConnectionRecord] = deque()

    def recreate(self) -> Self:
        """Return a new pool of the same size."""
        pool = super().recreate()
        pool._pool_size = self._pool_size
        return pool

    def size(self) -> int:
        """Return how many connections are kept open at most."""
        return self._pool_size

    def checkedin(self) -> int:
        """Return how many connections wait to be lent."""
        return len(self._idle)

    def _check_out(self) -> _ConnectionRecord:
        try:
            return self._idle.pop()
        except IndexError:
            return self._open()

    def _check_in(self, record: _ConnectionRecord) -> None:
        self._reset(record)
        if len(self._idle) < self._pool_size:
            self._idle.append(record)
        else:
            self._close(record)

    def dispose(self) -> None:
        """Close the connections that wait."""
        while self._idle:
            self._close(self._idle.pop())


class AssertionPool(NullPool):
    """Lends one connection at a time, and says so when a second is asked for."""

    __module__ = "sqlalchemy.pool.impl"

    def __init__(self, creator: Any, dialect: Any = None) -> None:
        super().__init__(creator, dialect)
        self._on_loan = False

    def _check_out(self) -> _ConnectionRecord:
        if self._on_loan:
            raise AssertionError("connection is already checked out")
        self._on_loan = True
        return super()._check_out()

    def _check_in(self, record: _ConnectionRecord) -> None:
        self._on_loan = False
        super()._check_in(record)
