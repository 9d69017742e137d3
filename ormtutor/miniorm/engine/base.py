"""Engine and Connection: where statements are sent, and transactions begin and end.

Before: learners call create_engine(); orm/session.py asks for a Connection.
Here:   parameters are sorted out, text is compiled or taken from the cache, the cursor runs it,
        listeners hear of it; transactions, autocommit, savepoints.
After:  engine/cursor.py gives the result; engine/echo.py writes the log.

Two manners live side by side, as in SQLAlchemy 1.4: by itself a Connection commits after each
INSERT, UPDATE, DELETE and DDL outside a transaction; with `future=True` a transaction begins at the
first statement and ends with commit() or rollback().

Follows: SQLAlchemy 1.4, "Working with Engines and Connections", "Core Events".
"""

from __future__ import annotations

import re
from time import perf_counter

from ormtutor.miniorm import event, exc
from ormtutor.miniorm.engine.cause import CORE, DDL
from ormtutor.miniorm.engine.cursor import CursorResult, LegacyCursorResult
from ormtutor.miniorm.engine.echo import Echo
from ormtutor.miniorm.engine.execution import NO_OPTIONS, ExecutionContext, text_metadata
from ormtutor.miniorm.engine.row import CursorResultMetaData
from ormtutor.miniorm.engine.transaction import (
    MarkerTransaction,
    NestedTransaction,
    RootTransaction,
)
from ormtutor.miniorm.engine.url import immutabledict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, NoReturn, Self

    from ormtutor.miniorm.engine.cause import Cause
    from ormtutor.miniorm.engine.transaction import Transaction

_AUTOCOMMIT_TEXT = re.compile(r"\s*(?:UPDATE|INSERT|CREATE|DELETE|DROP|ALTER)", re.I)
_CACHE_SIZE = 500

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


class _EngineDispatch:
    """A Connection's listeners are its engine's, until something listens to it alone."""

    def __get__(self, connection: Any, owner: type) -> Any:
        return None if connection is None else connection.engine.dispatch


class Connection:
    """A connection in 1.4's manner: outside a transaction every change commits by itself."""

    __module__ = "sqlalchemy.engine.base"
    _is_future = False
    _result_class: type[CursorResult] = LegacyCursorResult

    dispatch: Any = _EngineDispatch()

    def __init__(self, engine: Engine, close_with_result: bool = False) -> None:
        self.engine = engine
        self.dialect = engine.dialect
        self.should_close_with_result = close_with_result
        self._execution_options = engine._execution_options
        self._fairy: Any = engine.pool.connect()
        self._dbapi: Any = self._fairy.dbapi_connection
        self._closed = False
        self._transaction: RootTransaction | None = None
        self._nested_transaction: NestedTransaction | None = None
        #: The transaction whose `with` block we are in; it must not be over.
        self._context_transaction: Transaction | None = None
        self._savepoint_number = 0
        self._isolation_level_changed = False
        self._echo: Echo | None = engine._echo if engine._echo.tells() else None
        if "isolation_level" in self._execution_options:
            self._set_isolation_level(self._execution_options["isolation_level"])
        for listener in self.dispatch.engine_connect:
            listener(self, False)

    # -- what it is ----------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Say whether close() was called."""
        return self._closed

    @property
    def invalidated(self) -> bool:
        """Say whether the raw connection was thrown away."""
        return self._dbapi is None and not self._closed

    @property
    def connection(self) -> Any:
        """The raw connection on loan from the pool.

        Raises: ResourceClosedError: this connection is closed.
        """
        if self._dbapi is None:
            self._revive()
        return self._fairy

    @property
    def info(self) -> dict[Any, Any]:
        """A dictionary that lives as long as the raw connection."""
        info: dict[Any, Any] = self.connection.info
        return info

    @property
    def default_isolation_level(self) -> str:
        """The isolation level of new connections."""
        return "SERIALIZABLE"

    def get_isolation_level(self) -> str:
        """Return the isolation level now."""
        level: str = self.dialect.get_isolation_level(self.connection.dbapi_connection)
        return level

    def get_execution_options(self) -> Mapping[str, Any]:
        """Return the options that were set."""
        return self._execution_options

    def execution_options(self, **options: Any) -> Connection:
        """Return a Connection over the same raw connection, with further options."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._add_options(options)
        return other

    def _add_options(self, options: dict[str, Any]) -> None:
        self._execution_options = self._execution_options.union(options)
        for listener in self.dispatch.set_connection_execution_options:
            listener(self, options)
        if "isolation_level" in options:
            self._set_isolation_level(options["isolation_level"])

    def _set_isolation_level(self, level: str) -> None:
        if self.in_transaction():
            exc.warn(
                "Connection is already established with a Transaction; setting isolation_level "
                "may implicitly rollback or commit the existing transaction, or have no effect "
                "until next transaction"
            )
        self.dialect.set_isolation_level(self.connection.dbapi_connection, level)
        self._isolation_level_changed = True

    # -- the raw connection --------------------------------------------------------------------

    def _revive(self) -> None:
        """Take another raw connection in the place of one that was invalidated."""
        if self._closed:
            raise exc.ResourceClosedError("This Connection is closed")
        if self._transaction is not None:
            raise exc.PendingRollbackError(
                "Can't reconnect until invalid transaction is rolled back.", code="8s2b"
            )
        self._fairy = self.engine.pool.connect()
        self._dbapi = self._fairy.dbapi_connection

    def invalidate(self, exception: BaseException | None = None) -> None:
        """Throw the raw connection away; the next statement takes another."""
        if self._closed:
            raise exc.ResourceClosedError("This Connection is closed")
        if self._dbapi is not None:
            self._fairy.invalidate(exception)
            self._dbapi = None

    def detach(self) -> None:
        """Take the raw connection out of the pool; it closes with this Connection."""
        self._fairy.detach()

    def close(self) -> None:
        """Roll back what is open and give the raw connection back."""
        if self._closed:
            return
        if self._transaction is not None:
            self._transaction.rollback()
        self._closed = True
        fairy, raw = self._fairy, self._dbapi
        self._fairy = self._dbapi = None
        if raw is None:
            return
        if self._isolation_level_changed:
            self.dialect.set_isolation_level(raw, self.default_isolation_level)
        if fairy._pool is None:
            self.dialect.do_close(raw)
        fairy.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    # -- transactions --------------------------------------------------------------------------

    def begin(self) -> Transaction:
        """Begin a transaction; inside one, a mark that leaves the decision to it."""
        if self._transaction is None:
            return RootTransaction(self)
        return MarkerTransaction(self)

    def begin_nested(self) -> Transaction:
        """Set a savepoint; without a transaction begin one."""
        if self._transaction is None:
            return RootTransaction(self)
        return NestedTransaction(self)

    def begin_twophase(self, xid: Any = None) -> NoReturn:
        """Not possible: SQLite has no two-phase transactions."""
        raise NotImplementedError("SQLite has no two-phase transactions")

    def in_transaction(self) -> bool:
        """Say whether a transaction is under way."""
        return self._transaction is not None and self._transaction.is_active

    def in_nested_transaction(self) -> bool:
        """Say whether a savepoint is set."""
        return self._nested_transaction is not None and self._nested_transaction.is_active

    def get_transaction(self) -> Transaction | None:
        """Return the transaction under way."""
        return self._transaction

    def get_nested_transaction(self) -> Transaction | None:
        """Return the innermost savepoint."""
        return self._nested_transaction

    def _begin_impl(self, transaction: Transaction) -> None:
        # sqlite3 itself sends BEGIN, before the first statement that changes something.
        if self._echo is not None:
            if self._isolation_level_changed and self._is_autocommit_level():
                self._echo.line(
                    "BEGIN (implicit; DBAPI should not BEGIN due to autocommit mode)"
                )
            else:
                self._echo.line("BEGIN (implicit)")
        for listener in self.dispatch.begin:
            listener(self)
        if self._dbapi is None:
            self._revive()

    def _is_autocommit_level(self) -> bool:
        return self._execution_options.get("isolation_level") == "AUTOCOMMIT"

    def _commit_impl(self) -> None:
        for listener in self.dispatch.commit:
            listener(self)
        if self._echo is not None:
            if self._isolation_level_changed and self._is_autocommit_level():
                self._echo.line(
                    "COMMIT using DBAPI connection.commit(), DBAPI should ignore due to "
                    "autocommit mode"
                )
            else:
                self._echo.line("COMMIT")
        try:
            self._dbapi.commit()
        except BaseException as error:
            self._handle_dbapi_exception(error, None, None, None, None)

    def _rollback_impl(self) -> None:
        for listener in self.dispatch.rollback:
            listener(self)
        if self._dbapi is None:
            return
        if self._echo is not None:
            if self._isolation_level_changed and self._is_autocommit_level():
                self._echo.line(
                    "ROLLBACK using DBAPI connection.rollback(), DBAPI should ignore due to "
                    "autocommit mode"
                )
            else:
                self._echo.line("ROLLBACK")
        try:
            self._dbapi.rollback()
        except BaseException as error:
            self._handle_dbapi_exception(error, None, None, None, None)

    def _savepoint_impl(self) -> str:
        self._savepoint_number += 1
        name = f"sa_savepoint_{self._savepoint_number}"
        for listener in self.dispatch.savepoint:
            listener(self, name)
        self._execute_directly(f"SAVEPOINT {name}")
        return name

    def _rollback_to_savepoint_impl(self, name: str) -> None:
        for listener in self.dispatch.rollback_savepoint:
            listener(self, name, None)
        if self._dbapi is not None:
            self._execute_directly(f"ROLLBACK TO SAVEPOINT {name}")

    def _release_savepoint_impl(self, name: str) -> None:
        for listener in self.dispatch.release_savepoint:
            listener(self, name, None)
        self._execute_directly(f"RELEASE SAVEPOINT {name}")

    def _execute_directly(self, statement: str) -> None:
        """Send a statement of the engine's own."""
        if self._dbapi is None:
            self._revive()
        self._send(
            ExecutionContext(
                self, None, statement, (), False, CORE, NO_OPTIONS, ("no key", perf_counter())
            )
        )

    def _check_usable(self) -> None:
        """Refuse a statement where a transaction waits for its end; begin one where that is due."""
        if self._dbapi is None:
            self._revive()
        transaction = self._transaction
        if transaction is None:
            if self._context_transaction is not None:
                self._refuse_in_context()
        elif not transaction._active or (
            self._nested_transaction is not None and not self._nested_transaction._active
        ):
            self._refuse_inactive()
        elif self._context_transaction is not None and not self._context_transaction.is_active:
            self._refuse_in_context()

    def _refuse_in_context(self) -> NoReturn:
        raise exc.InvalidRequestError(
            "Can't operate on closed transaction inside context manager.  Please complete the "
            "context manager before emitting further commands."
        )

    def _refuse_inactive(self) -> NoReturn:
        nested = "" if self._nested_transaction is None else "savepoint "
        raise exc.PendingRollbackError(
            f"This connection is on an inactive {nested}transaction.  Please rollback() fully "
            "before proceeding.",
            code="8s2a",
        )

    # -- statements ----------------------------------------------------------------------------

    def execute(
        self,
        statement: Any,
        *multiparams: Any,
        _cause: Cause | None = None,
        **params: Any,
    ) -> CursorResult:
        """Execute a statement: a construct, or SQL text.

        multiparams: one parameter set or several (an executemany). params: one set by keyword.
        Raises: DBAPIError: the database refused. ObjectNotExecutableError: that is no statement.
        """
        sets = _parameter_sets(multiparams, params)
        if isinstance(statement, str):
            return self._execute_text(statement, sets, NO_OPTIONS, _cause)
        return self._execute_construct(statement, sets, NO_OPTIONS, _cause)

    def scalar(self, object_: Any, *multiparams: Any, **params: Any) -> Any:
        """Execute a statement and return the first value of the first row, or None."""
        return self.execute(object_, *multiparams, **params).scalar()

    def scalars(self, object_: Any, *multiparams: Any, **params: Any) -> Any:
        """Execute a statement and return the values of its first column."""
        return self.execute(object_, *multiparams, **params).scalars()

    def exec_driver_sql(
        self,
        statement: str,
        parameters: Any = None,
        execution_options: Mapping[str, Any] | None = None,
    ) -> CursorResult:
        """Execute SQL text as the driver takes it, with ? for parameters."""
        sets = _parameter_sets_20(parameters)
        return self._execute_text(statement, sets, execution_options or NO_OPTIONS, None)

    def _execute_20(
        self,
        statement: Any,
        parameters: Any = None,
        execution_options: Mapping[str, Any] | None = None,
        _cause: Cause | None = None,
    ) -> CursorResult:
        """Execute in the 2.x style, whatever the manner of this Connection (`Session.execute`)."""
        options = {**(execution_options or {}), "future_result": True}
        if isinstance(statement, str):
            raise exc.ObjectNotExecutableError(statement)
        return self._execute_construct(statement, _parameter_sets_20(parameters), options, _cause)

    def _execute_text(
        self,
        statement: str,
        sets: Sequence[Any],
        options: Mapping[str, Any],
        cause: Cause | None,
    ) -> CursorResult:
        """Execute SQL text as it stands; sets are tuples or dictionaries, as sqlite3 takes them."""
        dispatch = self.dispatch
        if dispatch.before_execute:
            statement, sets = self._before_execute(statement, sets, options)
        self._check_usable()
        executemany = len(sets) > 1
        if executemany:
            parameters: Any = [_driver_parameters(each) for each in sets]
            if isinstance(sets, tuple):
                parameters = tuple(parameters)
        else:
            parameters = _driver_parameters(sets[0]) if sets else ()
        options = {**self._execution_options, **options}
        context = ExecutionContext(
            self, None, statement, parameters, executemany, cause, options, ("raw sql", 0.0)
        )
        result = self._run(context, None)
        for listener in dispatch.after_execute:
            listener(self, statement, sets, {}, options, result)
        return result

    def _before_execute(self, statement: Any, sets: Any, options: Any) -> tuple[Any, Any]:
        for listener in self.dispatch.before_execute:
            changed = listener(self, statement, sets, {}, options)
            if isinstance(changed, tuple) and len(changed) == 3:
                statement, sets, _ = changed
        return statement, sets
