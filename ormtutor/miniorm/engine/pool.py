"""Pool: lends raw connections and takes them back.

Before: engine/sqlite.py says how to connect; engine/base.py asks for a connection.
Here:   one shared connection for a database in memory; a few kept open for one in a file.
After:  engine/connection.py sends statements through a lent one; on return it is rolled back.

What is lent is a `_ConnectionFairy`: it returns its connection when it is closed or collected.

Follows: SQLAlchemy 1.4, "Connection Pooling". Differs: a file has a small pool (there NullPool), so
that it is not opened anew for every query.
"""

from __future__ import annotations

from contextlib import suppress

from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import leave_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class _ConnectionRecord:
    """One raw connection as the pool knows it; `info` lives as long as the connection does."""

    __module__ = "sqlalchemy.pool.base"
    dbapi_connection: Any = None
    connection: Any = property(lambda self: self.dbapi_connection)
    driver_connection = connection

    def __init__(self) -> None:
        self.info: dict[Any, Any] = {}
        self.loans = 0


class _ConnectionFairy:
    """A raw connection on loan; unknown attributes are those of the raw connection."""

    __module__ = "sqlalchemy.pool.base"
    connection: Any = property(lambda self: self.dbapi_connection)
    driver_connection = connection

    def __init__(self, pool: Pool, record: _ConnectionRecord) -> None:
        self._pool: Pool | None = pool
        self._connection_record = record
        self.dbapi_connection = record.dbapi_connection
        self.info = record.info

    def close(self) -> None:
        """Give the connection back; calling it again does nothing."""
        pool, self._pool = self._pool, None
        if pool is not None:
            self.dbapi_connection = None
            pool._check_in(self._connection_record)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.dbapi_connection, name)

    def __del__(self) -> None:
        with suppress(Exception):  # the driver's connection was closed behind our back
            self.close()


class Pool:
    """Lends raw connections, and keeps some of those that come back.

    creator: opens one. pool_size: how many may wait for the next loan.
    """

    __module__ = "sqlalchemy.pool.base"
    #: The arguments of create_engine() for a pool of this kind; only the size has an effect.
    _arguments = ""
    _usual_size = 0
    #: Set by engine/base.py: listeners on a pool are those of its engine.
    _event_target: Any

    def __init__(self, creator: Callable[..., Any], pool_size: int | None = None) -> None:
        self._creator = creator
        self._size = self._usual_size if pool_size is None else pool_size
        self._idle: list[_ConnectionRecord] = []

    def connect(self) -> _ConnectionFairy:
        """Lend a connection."""
        return _ConnectionFairy(self, self._check_out())

    def dispose(self) -> None:
        """Close the connections that are not on loan."""
        while self._idle:
            self._idle.pop().dbapi_connection.close()

    def recreate(self) -> Pool:
        """Return a new pool of the same kind."""
        pool = type(self)(self._creator, self._size)
        pool._event_target = self._event_target
        return pool

    def _check_out(self) -> _ConnectionRecord:
        try:
            return self._idle.pop()
        except IndexError:
            return self._open()

    def _check_in(self, record: _ConnectionRecord) -> None:
        record.dbapi_connection.rollback()
        if len(self._idle) < self._size:
            self._idle.append(record)
        else:
            record.dbapi_connection.close()

    def _open(self) -> _ConnectionRecord:
        record = _ConnectionRecord()
        self._creator(self, record)
        return record


leave_out(_ConnectionFairy, "detach invalidate is_valid")
leave_out(Pool, "checkedin checkedout overflow size status timeout unique_connection")


class NullPool(Pool):
    """Opens a connection for each loan and closes it on return."""


class QueuePool(Pool):
    """Keeps a few connections open; opens more on demand."""

    _arguments = "pool_size max_overflow pool_timeout pool_use_lifo"
    _usual_size = 5


class SingletonThreadPool(Pool):
    """One connection for everybody: a database in memory lives in its connection.

    Differs: SQLAlchemy opens one for each thread, and so each thread has its own database.
    """

    _arguments = "pool_size"
    _record: _ConnectionRecord | None = None

    def _check_out(self) -> _ConnectionRecord:
        if self._record is None:
            self._record = self._open()
        self._record.loans += 1
        return self._record

    def _check_in(self, record: _ConnectionRecord) -> None:
        record.loans -= 1
        if record.loans == 0:
            record.dbapi_connection.rollback()
            if record is not self._record:
                record.dbapi_connection.close()

    def dispose(self) -> None:
        """Close the connection, and with it the database in memory."""
        record, self._record = self._record, None
        if record is not None and record.loans == 0:
            record.dbapi_connection.close()


class StaticPool(SingletonThreadPool):
    """One connection for everybody, as in SQLAlchemy."""

    _arguments = ""


publish(globals(), "sqlalchemy.pool.impl")
