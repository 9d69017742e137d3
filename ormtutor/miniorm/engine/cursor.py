"""CursorResult: the rows that a cursor holds, and what a statement without rows has to tell.

Before: engine/base.py has executed a statement and hands over its execution context.
Here:   tuples are fetched, converted column by column, and the cursor is closed when it is empty.
After:  engine/result.py gives them to learners; orm/loading.py takes the tuples themselves.

Follows: SQLAlchemy 1.4, "CursorResult", "LegacyCursorResult".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.engine.result import Result
from ormtutor.miniorm.engine.row import CursorResultMetaData, ResultMetaData

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ormtutor.miniorm.engine.result import Tuples

    Processors = Sequence[Callable[[Any], Any] | None]

_CLOSED = "This result object is closed."
_NO_ROWS = "This result object does not return rows. It has been closed automatically."
_NO_METADATA = CursorResultMetaData(())


def convert(tuples: Tuples, processors: Processors) -> Tuples:
    """Return the tuples with each column's processor applied.

    A whole column at a time: the loop over the rows stays in C for columns that need nothing.
    """
    if len(tuples) == 1:
        return [
            tuple(
                value if process is None else process(value)
                for process, value in zip(processors, tuples[0], strict=True)
            )
        ]
    if not tuples:
        return tuples
    columns = [
        values if process is None else map(process, values)
        for process, values in zip(processors, zip(*tuples, strict=True), strict=True)
    ]
    return list(zip(*columns, strict=True))


class BaseCursorResult(Result):
    """What came of one execution: rows, or counts and new keys."""

    __module__ = "sqlalchemy.engine.cursor"

    _soft_closed = False

    def __init__(self, context: Any, metadata: ResultMetaData | None, processors: Any) -> None:
        # metadata is None: the statement returns no rows.
        self.context = context
        self.dialect = context.dialect
        self.cursor = context.cursor
        self.connection = context.root_connection
        self._processors: Processors | None = processors
        self._returns_rows = metadata is not None
        self._count = 0
        #: Writes a row to the log, where the log wants rows.
        self._log: Callable[[Any], None] | None = None
        super().__init__(metadata or _NO_METADATA)
        if metadata is None:
            self._soft_close()

    # The source of tuples.

    def _read_one(self) -> tuple[Any, ...] | None:
        if self._soft_closed:
            self._read_closed()
            return None
        try:
            values: tuple[Any, ...] | None = self.cursor.fetchone()
        except BaseException as error:
            self._refuse(error)
        if values is None:
            self._soft_close()
            return None
        self._count += 1
        return self._converted((values,))[0]

    def _read_many(self, size: int | None) -> Tuples:
        if self._soft_closed:
            self._read_closed()
            return []
        try:
            tuples: Tuples = self.cursor.fetchmany(size) if size else self.cursor.fetchmany()
        except BaseException as error:
            self._refuse(error)
        if not tuples:
            self._soft_close()
        self._count += len(tuples)
        return self._converted(tuples)

    def _read_all(self) -> Tuples:
        if self._soft_closed:
            self._read_closed()
            return []
        try:
            tuples: Tuples = self.cursor.fetchall()
        except BaseException as error:
            self._refuse(error)
        self._count += len(tuples)
        self._soft_close()
        return self._converted(tuples)

    def _converted(self, tuples: Tuples) -> Tuples:
        if self._processors is not None:
            tuples = convert(tuples, self._processors)
        if self._log is not None:
            for values in tuples:
                self._log(values)
        return tuples

    def _read_closed(self) -> None:
        """Refuse to read after close(); when the rows are just used up there is nothing to say."""
        self._check_returns_rows()
        if self._hard_closed:
            raise exc.ResourceClosedError(_CLOSED)

    def _check_returns_rows(self) -> None:
        if not self._returns_rows:
            raise exc.ResourceClosedError(_NO_ROWS)

    def _refuse(self, error: BaseException) -> None:
        """The driver failed while rows were fetched."""
        self.context.root_connection._handle_dbapi_exception(
            error, None, None, self.cursor, self.context
        )

    def _soft_close(self, hard: bool = False) -> None:
        if hard:
            self._hard_closed = True
        if self._soft_closed:
            return
        self._soft_closed = True
        cursor = self.cursor
        self.cursor = None
        if cursor is not None:
            cursor.close()
        context = self.context
        outcome = context._outcome
        if outcome is not None and self._returns_rows:
            outcome.rows = self._count
        if context.closes_connection:
            self.connection.close()

    # What every execution tells.

    @property
    def returns_rows(self) -> bool:
        """Say whether there are rows to read."""
        return self._returns_rows

    @property
    def rowcount(self) -> int:
        """How many rows an UPDATE or DELETE matched."""
        count: int = self.context.rowcount
        return count

    @property
    def lastrowid(self) -> int | None:
        """The row id that SQLite gave last on this cursor."""
        rowid: int | None = self.context.lastrowid
        return rowid

    @property
    def is_insert(self) -> bool:
        """Say whether this was an insert() construct."""
        return bool(self.context.isinsert)

    @property
    def inserted_primary_key(self) -> Any:
        """The new row's primary key, as a Row.

        Raises: InvalidRequestError: not an insert() construct, or several rows at once.
        """
        if self.context.executemany:
            raise exc.InvalidRequestError(
                "This statement was an executemany call; if primary key returning is supported, "
                "please use .inserted_primary_key_rows."
            )
        keys = self.inserted_primary_key_rows
        return keys[0] if keys else None

    @property
    def inserted_primary_key_rows(self) -> list[Any]:
        """The primary keys of the new rows; None stands for what an executemany cannot know.

        Raises: InvalidRequestError: not an insert() construct.
        """
        self._require("insert")
        keys: list[Any] = self.context.inserted_primary_key_rows()
        return keys

    def last_inserted_params(self) -> Any:
        """Return the parameters of the insert().

        Raises: InvalidRequestError: not an insert() construct.
        """
        self._require("insert")
        return self._compiled_parameters()

    def last_updated_params(self) -> Any:
        """Return the parameters of the update().

        Raises: InvalidRequestError: not an update() construct.
        """
        self._require("update")
        return self._compiled_parameters()

    def lastrow_has_defaults(self) -> bool:
        """Say whether the database itself filled columns of the new row."""
        context = self.context
        return bool((context.isinsert or context.isupdate) and context.postfetch_columns())

    def prefetch_cols(self) -> list[Any]:
        """Return the columns whose default was computed before the statement.

        Raises: InvalidRequestError: neither an insert() nor an update() construct.
        """
        self._require_dml()
        columns: list[Any] = self.context.prefetch_columns()
        return columns

    def postfetch_cols(self) -> list[Any]:
        """Return the columns that the database itself filled.

        Raises: InvalidRequestError: neither an insert() nor an update() construct.
        """
        self._require_dml()
        columns: list[Any] = self.context.postfetch_columns()
        return columns

    @property
    def returned_defaults(self) -> None:
        """None: SQLite's statements here have no RETURNING."""
        return None

    returned_defaults_rows = returned_defaults

    def supports_sane_rowcount(self) -> bool:
        """Say that rowcount can be trusted."""
        return True

    def supports_sane_multi_rowcount(self) -> bool:
        """Say that rowcount can be trusted after an executemany."""
        return True

    def _compiled_parameters(self) -> Any:
        parameters = self.context.compiled_parameters
        return list(parameters) if self.context.executemany else dict(parameters[0])

    def _require(self, kind: str) -> None:
        if self.context.compiled is None:
            raise exc.InvalidRequestError("Statement is not a compiled expression construct.")
        if not getattr(self.context, f"is{kind}"):
            article = "an"
            raise exc.InvalidRequestError(
                f"Statement is not {article} {kind}() expression construct."
            )

    def _require_dml(self) -> None:
        if self.context.compiled is None:
            raise exc.InvalidRequestError("Statement is not a compiled expression construct.")
        if not (self.context.isinsert or self.context.isupdate):
            raise exc.InvalidRequestError(
                "Statement is not an insert() or update() expression construct."
            )


class CursorResult(BaseCursorResult):
    """The result of a 2.x style execution, and of `Session.execute()` with Core statements."""

    __module__ = "sqlalchemy.engine.cursor"

    def keys(self) -> Any:
        """Return the names of the columns.

        Raises: ResourceClosedError: the statement returns no rows.
        """
        self._check_returns_rows()
        return super().keys()


class LegacyCursorResult(CursorResult):
    """The result of 1.4's own Connection: rows answer to names, `keys()` never fails."""

    __module__ = "sqlalchemy.engine.cursor"

    def keys(self) -> Any:
        """Return the names of the columns, none for a statement without rows."""
        return super().keys() if self._returns_rows else []

    def close(self) -> None:
        """Throw away what was not read, and the connection when it was made for this result."""
        self._soft_close(hard=True)
