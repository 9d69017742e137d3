"""The 2.x style: a transaction begins by itself and waits for commit().

Before: `create_engine(url, future=True)`, or `from sqlalchemy.future import create_engine`.
Here:   Connection and Engine in that style, as small changes to those of 1.4.
After:  as in connection.py and base.py.

Follows: SQLAlchemy 1.4, "SQLAlchemy 2.0 Future (Core)".
"""

from __future__ import annotations

from contextlib import contextmanager

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.engine import base, connection
from ormtutor.miniorm.engine.transaction import NestedTransaction, RootTransaction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

    from ormtutor.miniorm.engine.cursor import CursorResult
    from ormtutor.miniorm.engine.execution import Options
    from ormtutor.miniorm.engine.transaction import Transaction


class Connection(connection.Connection):
    """A connection in the 2.x style: a transaction begins by itself and waits for commit()."""

    _is_future = True

    def begin(self) -> Transaction:
        """Begin a transaction.

        Raises: InvalidRequestError: one has begun already, perhaps by itself.
        """
        if self._transaction is not None:
            raise exc.InvalidRequestError(
                "This connection has already initialized a SQLAlchemy Transaction() object via "
                "begin() or autobegin; can't call begin() here unless rollback() or commit() is "
                "called first."
            )
        return RootTransaction(self)

    def begin_nested(self) -> Transaction:
        """Set a savepoint; begin a transaction first, if there is none."""
        if self._transaction is None:
            RootTransaction(self)
        return NestedTransaction(self)

    def commit(self) -> None:
        """Commit the work since the last commit or rollback."""
        if self._transaction is not None:
            self._transaction.commit()

    def rollback(self) -> None:
        """Undo the work since the last commit or rollback."""
        if self._transaction is not None:
            self._transaction.rollback()

    def _check_usable(self) -> None:
        super()._check_usable()
        if self._transaction is None:
            RootTransaction(self)

    def execute(
        self, statement: Any, parameters: Any = None, execution_options: Options | None = None
    ) -> CursorResult:
        """Execute a statement.

        parameters: a dictionary, or a list of them (an executemany).
        Raises: DBAPIError: from the database. ObjectNotExecutableError: it is not a statement.
        """
        return self._execute_20(statement, parameters, execution_options)

    def scalar(
        self, statement: Any, parameters: Any = None, execution_options: Options | None = None
    ) -> Any:
        """Execute a statement and return the first value of the first row, or None."""
        return self.execute(statement, parameters, execution_options).scalar()


class Engine(base.Engine):
    """An engine whose connections are in the 2.x style."""

    _connection_class = Connection

    @contextmanager
    def begin(self) -> Iterator[connection.Connection]:
        """A `with` block that gets a connection in a transaction, and commits at its end."""
        with self.connect() as conn, conn.begin():
            yield conn

    def _not_implemented(self, *arg: Any, **kw: Any) -> NoReturn:
        """Refuse: 2.x executes only on a connection."""
        raise NotImplementedError("This method is not implemented for SQLAlchemy 2.0.")

    execute = scalar = _not_implemented


publish(globals(), "sqlalchemy.future.engine")
