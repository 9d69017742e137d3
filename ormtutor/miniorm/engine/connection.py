"""Connection: where statements are sent, and transactions begin and end.

Before: engine/base.py's Engine makes one; orm/session.py asks for it.
Here:   a statement is compiled, its context made (engine/execution.py), the cursor runs it, and
        listeners hear of it; transactions and savepoints begin and end (their states are in
        engine/transaction.py); autocommit; the driver's errors become ours.
After:  engine/cursor.py has the result; engine/echo.py writes the log.

Two styles exist side by side, as in SQLAlchemy 1.4: here, a Connection outside a transaction
commits after each INSERT, UPDATE, DELETE and DDL; in engine/future.py a transaction begins at the
first statement and ends with commit() or rollback().

Follows: SQLAlchemy 1.4, "Working with Engines and Connections", "Core Events".
"""

from __future__ import annotations

from time import perf_counter

from ormtutor.miniorm import exc
from ormtutor.miniorm.engine.cause import CORE, DDL
from ormtutor.miniorm.engine.cursor import CursorResult, LegacyCursorResult, convert
from ormtutor.miniorm.engine.echo import Echo
from ormtutor.miniorm.engine.execution import (
    NO_OPTIONS,
    ExecutionContext,
    executable,
    metadata_of,
    parameter_sets,
    parameter_sets_20,
    row_processors,
)
from ormtutor.miniorm.engine.transaction import (
    MarkerTransaction,
    NestedTransaction,
    RootTransaction,
    check_context,
)
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql.compiler import Compiled
from ormtutor.miniorm.sql.elements import delegate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn, Self

    from ormtutor.miniorm.engine.base import Engine
    from ormtutor.miniorm.engine.cause import Cause
    from ormtutor.miniorm.engine.execution import Options
    from ormtutor.miniorm.engine.transaction import Transaction


class _EngineDispatch:
    """A Connection's listeners are its engine's, until it gets one of its own."""

    def __get__(self, connection: Any, owner: type) -> Any:
        return None if connection is None else connection.engine.dispatch


class Connection:
    """A connection in 1.4's style: outside a transaction, every change is committed at once."""

    __module__ = "sqlalchemy.engine.base"
    _is_future = False
    dispatch: Any = _EngineDispatch()

    def __init__(self, engine: Engine, close_with_result: bool = False) -> None:
        self.engine = engine
        self.dialect = engine.dialect
        self.should_close_with_result = close_with_result
        self._fairy: Any = engine.pool.connect()
        self._dbapi: Any = self._fairy.dbapi_connection
        self._transaction: RootTransaction | None = None
        self._nested_transaction: NestedTransaction | None = None
        #: The transaction whose `with` block we are in; it must not be over.
        self._trans_context_manager: Transaction | None = None
        self._savepoint_number = 0
        self._echo: Echo | None = engine._echo if engine._echo.is_enabled() else None

    # -- what it is ----------------------------------------------------------------------------

    _shapes: Any = delegate("engine._shapes")
    closed: Any = property(lambda self: self._fairy is None, doc="Whether close() was called.")
    info: Any = delegate(
        "connection.info", "A dictionary that lives as long as the raw connection."
    )

    @property
    def connection(self) -> Any:
        """The raw connection on loan from the pool.

        Raises: ResourceClosedError: this connection is closed.
        """
        self._check_open()
        return self._fairy

    def _check_open(self) -> None:
        if self._fairy is None:
            raise exc.ResourceClosedError("This Connection is closed")

    def close(self) -> None:
        """Roll back what is open and give the raw connection back."""
        if self._fairy is None:
            return
        if self._transaction is not None:
            self._transaction.close()
        fairy = self._fairy
        self._fairy = self._dbapi = None
        fairy.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    # -- transactions --------------------------------------------------------------------------

    def begin(self) -> Transaction:
        """Begin a transaction; inside one, a marker that leaves the decision to that."""
        if self._transaction is None:
            return RootTransaction(self)
        return MarkerTransaction(self)

    def begin_nested(self) -> Transaction:
        """Set a savepoint; if there is no transaction, begin one instead."""
        if self._transaction is None:
            return RootTransaction(self)
        return NestedTransaction(self)

    def in_transaction(self) -> bool:
        """Whether a transaction is under way."""
        return self._transaction is not None and self._transaction.is_active

    def in_nested_transaction(self) -> bool:
        """Whether a savepoint is set."""
        return self._nested_transaction is not None and self._nested_transaction.is_active

    def get_transaction(self) -> Transaction | None:
        """Return the transaction under way."""
        return self._transaction

    def get_nested_transaction(self) -> Transaction | None:
        """Return the innermost savepoint."""
        return self._nested_transaction

    def _begin_impl(self) -> None:
        # sqlite3 itself sends BEGIN, before the first statement that changes something.
        self._log("BEGIN (implicit)")
        for listener in self.dispatch.begin:
            listener(self)
        if self._fairy is None:  # a listener closed it
            self._end_transaction("rollback")
            self._check_open()

    def _end_transaction(self, how: str) -> None:
        """Commit or roll back, as `how` says."""
        for listener in getattr(self.dispatch, how):
            listener(self)
        if self._dbapi is None:
            return
        self._log(how.upper())
        try:
            getattr(self._dbapi, how)()
        except BaseException as error:
            self._handle_dbapi_exception(error)

    def _log(self, line: str) -> None:
        if self._echo is not None:
            self._echo.line(line)

    def _execute_directly(self, statement: str) -> None:
        """Send a statement of the engine's own."""
        self._check_open()
        context = ExecutionContext(self, None, statement, (), CORE, NO_OPTIONS)
        context.origin, context.made_at = "no key", perf_counter()
        self._send(context)

    def _check_usable(self) -> None:
        """Refuse a statement while a failed transaction waits for its rollback."""
        if self._fairy is None:
            self._check_open()
        root, nested = self._transaction, self._nested_transaction
        if (root and not root._active) or (nested and not nested._active):
            self._refuse_inactive()
        check_context(self)

    def _refuse_inactive(self) -> NoReturn:
        nested = "" if self._nested_transaction is None else "savepoint "
        raise exc.PendingRollbackError(
            f"This connection is on an inactive {nested}transaction.  Please rollback() fully "
            "before proceeding.",
            code="8s2a",
        )

    # -- statements ----------------------------------------------------------------------------

    def execute(self, statement: Any, *multiparams: Any, **params: Any) -> CursorResult:
        """Execute a statement: a construct, or SQL text.

        multiparams: one parameter set or several (an executemany). params: one set by keyword.
        Raises: DBAPIError: from the database. ObjectNotExecutableError: it is not a statement.
        """
        sets = parameter_sets(multiparams, params)
        if isinstance(statement, str):
            return self._execute_text(statement, sets)
        return self._run(self._context_of(statement, sets))

    def scalar(self, object_: Any, *args: Any, **kw: Any) -> Any:
        """Execute a statement and return the first value of the first row, or None."""
        return self.execute(object_, *args, **kw).scalar()

    def scalars(self, object_: Any, *args: Any, **kw: Any) -> Any:
        """Execute a statement and return the values of its first column."""
        return self.execute(object_, *args, **kw).scalars()

    def exec_driver_sql(
        self, statement: str, parameters: Any = None, execution_options: Options | None = None
    ) -> CursorResult:
        """Execute SQL text as the driver takes it, with ? for parameters."""
        sets = parameter_sets_20(parameters)
        return self._execute_text(statement, sets, options=execution_options)

    def _execute_20(
        self,
        statement: Any,
        parameters: Any = None,
        execution_options: Options | None = None,
        _cause: Cause | None = None,
    ) -> CursorResult:
        """Execute in the 2.x style, whatever the style of this Connection (`Session.execute`).

        The option future_result=False keeps a 1.x result.
        """
        sets = parameter_sets_20(parameters)
        if isinstance(statement, str):
            raise exc.ObjectNotExecutableError(statement)
        options = execution_options or NO_OPTIONS
        if not self._is_future:
            options = {"future_result": True, **options}
        return self._run(self._context_of(statement, sets, options, _cause))

    def _execute_text(
        self,
        statement: str,
        sets: Sequence[Any],
        cause: Cause | None = None,
        options: Options | None = None,
    ) -> CursorResult:
        """Execute SQL text as it stands; sets are tuples or dictionaries, as sqlite3 takes them."""
        # The driver takes dictionaries and tuples.
        driver_sets = [each if isinstance(each, (tuple, dict)) else tuple(each) for each in sets]
        many = tuple(driver_sets) if isinstance(sets, tuple) else driver_sets
        context = ExecutionContext(self, None, statement, many, cause, options or NO_OPTIONS)
        return self._run(context)

    def _context_of(
        self,
        statement: Any,
        sets: Sequence[Any],
        options: Options = NO_OPTIONS,
        cause: Cause | None = None,
    ) -> ExecutionContext:
        """Compile a construct, unless it is compiled already, and fill in its parameters.

        sets: dictionaries.
        """
        ready = statement if isinstance(statement, Compiled) else None
        statement = executable(statement if ready is None else ready.statement)
        if statement._execution_options:
            options = {**statement._execution_options, **options}
        if ready is None:
            compiled, binds = self.engine._compile(statement, sets, options)
        else:
            compiled, binds = ready, None
            compiled.origin = "caching disabled"
        if compiled.isddl:
            cause, sets = cause or DDL, ()
        context = ExecutionContext(self, compiled, None, sets, cause, options)
        context.invoked_statement = statement
        if not compiled.isddl:
            try:
                context.fill_parameters(sets, binds)
            except BaseException as error:
                self._check_open()
                shown = list(sets) if len(sets) > 1 or any(sets) else []
                self._handle_dbapi_exception(error, compiled.string, shown)
        return context

    # -- shortcuts for the ORM -----------------------------------------------------------------

    def _read(self, context: ExecutionContext) -> Sequence[Any]:
        """Send a statement and read all its rows, without a Result (2,000 gets: 20 % less)."""
        if self._echo is not None:
            return self._run(context)._read()
        self._check_usable()
        cursor = self._send(context)
        try:
            rows: Sequence[Any] = cursor.fetchall()
        except BaseException as error:
            self._handle_dbapi_exception(error, context=context)
        processors = row_processors(context.compiled, cursor.description)
        cursor.close()
        if context._outcome is not None:
            context._outcome.rows = len(rows)
        return rows if processors is None else convert(rows, processors)

    def _execute_without_result(
        self, statement: Any, sets: Sequence[dict[str, Any]], cause: Cause
    ) -> ExecutionContext:
        """Execute a statement of a flush, which reads no rows, without a Result."""
        context = self._context_of(statement, sets, NO_OPTIONS, cause)
        self._check_usable()
        self._send(context).close()
        return context

    def _insert_each(
        self,
        statement: Any,
        names: Sequence[str],
        rows: Sequence[Sequence[Any]],
        cause_of: Callable[[int], Cause],
        made: list[int],
    ) -> bool:
        """Insert rows one by one for a flush. False: nothing was done, they need the general way.

        names: the columns' keys, in the order of each row's values. made: filled with the row ids,
        even if the database refuses a later row.
        """
        compiled, _ = self.engine._compile(statement, [dict.fromkeys(names)], NO_OPTIONS)
        if (
            compiled.plain_taker is None
            or compiled._processors
            or tuple(compiled.positiontup) != tuple(names)
        ):
            return False
        if self._is_watched():
            for number, row in enumerate(rows):
                cause, sets = cause_of(number), (tuple(row),)
                context = ExecutionContext(self, compiled, None, sets, cause, NO_OPTIONS)
                made.append(self._run(context).lastrowid)
            return True
        self._check_usable()
        text = compiled.string
        cursor = self._dbapi.cursor()
        execute = cursor.execute
        try:
            for row in rows:
                execute(text, row)
                made.append(cursor.lastrowid)
        except BaseException as error:
            number, failed = len(made), tuple(rows[len(made)])
            cause = cause_of(number)
            context = ExecutionContext(self, compiled, None, (failed,), cause, NO_OPTIONS)
            context.cursor = cursor
            self._handle_dbapi_exception(error, text, failed, context)
        cursor.close()
        return True

    def _is_watched(self) -> bool:
        """Whether the log or a listener hears of each statement."""
        dispatch = self.dispatch
        listeners = dispatch.before_cursor_execute or dispatch.after_cursor_execute
        return self._echo is not None or bool(listeners)

    # -- at the cursor -------------------------------------------------------------------------

    def _run(self, context: ExecutionContext) -> CursorResult:
        """Send a statement and make its result."""
        self._check_usable()
        description = self._send(context).description
        legacy = not (self._is_future or context.execution_options.get("future_result"))
        metadata = processors = log = None
        if description is not None:
            metadata, processors = metadata_of(context.compiled, description, legacy)
            metadata.recognize(context.compiled, context.invoked_statement)
            if self._echo is not None and self._echo.is_enabled("DEBUG"):
                log = self._echo.row
                self._echo.line("Col %r", tuple(name for name, *_ in description), level="DEBUG")
        if self._transaction is None and not self._is_future and context.should_autocommit:
            self._end_transaction("commit")
        result_class = LegacyCursorResult if legacy else CursorResult
        return result_class(context, metadata, processors, log)

    def _send(self, context: ExecutionContext) -> Any:
        """Let a cursor execute the statement; listeners and the log hear of it."""
        statement, parameters = context.statement, context.parameters
        executemany = context.executemany
        dispatch = self.dispatch
        try:
            cursor = context.cursor = self._dbapi.cursor()
        except BaseException as error:
            self._handle_dbapi_exception(error, statement, parameters)
        for listener in dispatch.before_cursor_execute:
            statement, parameters = listener(
                self, cursor, statement, parameters, context, executemany
            )
        if self._echo is not None:
            self._echo.statement(context, statement, parameters)
        try:
            if executemany:
                cursor.executemany(statement, parameters)
            else:
                cursor.execute(statement, parameters)
        except BaseException as error:
            self._handle_dbapi_exception(error, statement, parameters, context)
        for listener in dispatch.after_cursor_execute:
            listener(self, cursor, statement, parameters, context, executemany)
        return cursor

    def _handle_dbapi_exception(
        self,
        error: BaseException,
        statement: str | None = None,
        parameters: Any = None,
        context: ExecutionContext | None = None,
    ) -> NoReturn:
        """Clean up, and raise the driver's error as one of ours."""
        wrapped, driver_error = error, self.dialect.dbapi.Error
        if isinstance(error, driver_error) or (statement is not None and context is None):
            wrapped = exc.DBAPIError.instance(
                statement,
                parameters,
                error,
                driver_error,
                hide_parameters=self.engine.hide_parameters,
                ismulti=None if context is None else context.executemany,
            )
        if context is not None:
            context.cursor.close()
        is_gone = "closed database" in str(error)  # a rollback would fail too, endlessly
        if self._transaction is None and self._dbapi is not None and not is_gone:
            self._end_transaction("rollback")
        if self.should_close_with_result:
            self.close()
        try:
            if wrapped is error:
                raise error
            raise wrapped from error
        finally:
            # Else the error and its traceback's frame would hold each other, and the session.
            del wrapped, error

    def _run_ddl_visitor(self, visitorcallable: Any, element: Any, **kw: Any) -> None:
        """Run create() or drop() of sql/ddl.py on `element`."""
        visitorcallable(self, element, **kw)


leave_out(
    Connection,
    "begin_twophase connect default_isolation_level detach execution_options get_execution_options "
    "get_isolation_level invalidate invalidated run_callable transaction",
)
