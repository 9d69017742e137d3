"""CursorResult: the rows of a cursor, and what is known after a statement without rows.

Before: engine/connection.py has executed a statement and hands over its execution context.
Here:   tuples are fetched, converted column by column, and the cursor is closed when it is empty.
After:  engine/result.py makes Rows of them; orm/loading.py takes the tuples themselves.

Follows: SQLAlchemy 1.4, "CursorResult", "LegacyCursorResult".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import known_as
from ormtutor.miniorm.engine.result import CLOSED, Result
from ormtutor.miniorm.engine.row import CursorResultMetaData, ResultMetaData
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql.elements import delegate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ormtutor.miniorm.engine.result import Tuples

    Processors = Sequence[Callable[[Any], Any] | None]

_NO_ROWS = "This result object does not return rows. It has been closed automatically."
_NO_METADATA = CursorResultMetaData(())


def convert(tuples: Tuples, processors: Processors) -> Tuples:
    """Return the tuples with each column's processor applied.

    FASTPATH: by columns, so that the loop over the rows stays in C where nothing is converted. A
    single row is converted by itself: 5 % less.
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


class CursorResult(Result):
    """What came of one execution: rows, or counts and new keys."""

    __module__ = "sqlalchemy.engine.cursor"

    _usual_size = 1

    def __init__(
        self, context: Any, metadata: ResultMetaData | None, processors: Any, log: Any
    ) -> None:
        # metadata is None: the statement returns no rows. log: writes a row, where rows are logged.
        self.context = context
        self.dialect = context.dialect
        self.cursor = context.cursor
        self.connection = context.root_connection
        self._processors: Processors | None = processors
        #: Whether there are rows to read.
        self.returns_rows = metadata is not None
        self._count = 0
        self._log: Callable[[Any], None] | None = log
        super().__init__(metadata or _NO_METADATA)
        if metadata is None:
            self._soft_close()

    # The source of tuples.

    def _read(self, size: int | None = None) -> Tuples:
        """Read and convert tuples; at the end, close the cursor."""
        if self._soft_closed:
            # It is no error if the rows are merely used up.
            self._check_returns_rows()
            if self._hard_closed:
                raise exc.ResourceClosedError(CLOSED)
            return []
        try:
            cursor: Any = self.cursor
            tuples: Tuples = cursor.fetchall() if size is None else cursor.fetchmany(size)
        except BaseException as error:
            self.connection._handle_dbapi_exception(error, context=self.context)
        self._count += len(tuples)
        if size is None or not tuples:
            self._soft_close()
        if self._processors is not None:
            tuples = convert(tuples, self._processors)
        if self._log is not None:
            for values in tuples:
                self._log(values)
        return tuples

    def _check_returns_rows(self) -> None:
        if not self.returns_rows:
            raise exc.ResourceClosedError(_NO_ROWS)

    def _soft_close(self) -> None:
        if self._soft_closed:
            return
        self._soft_closed = True
        cursor, self.cursor = self.cursor, None
        cursor.close()
        outcome = self.context._outcome
        if outcome is not None and self.returns_rows:
            outcome.rows = self._count
        if self.connection.should_close_with_result:
            self.connection.close()

    # What is known after every execution.

    rowcount: Any = delegate("context.rowcount", "How many rows an UPDATE or DELETE matched.")
    lastrowid: Any = delegate("context.lastrowid", "The row id that SQLite generated last.")
    is_insert: Any = delegate("context.isinsert", "Whether this was an insert() construct.")

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
    def inserted_primary_key_rows(self) -> Any:
        """The primary keys of the new rows; None for those that an executemany cannot know.

        Raises: InvalidRequestError: not an insert() construct.
        """
        if self.context.compiled is None:
            raise exc.InvalidRequestError("Statement is not a compiled expression construct.")
        if not self.context.isinsert:
            raise exc.InvalidRequestError("Statement is not an insert() expression construct.")
        return self.context.inserted_primary_key_rows()


class LegacyCursorResult(CursorResult):
    """The result of 1.4's own Connection: LegacyRows, and `keys()` never fails."""

    __module__ = "sqlalchemy.engine.cursor"

    @known_as("_WithKeys.keys")
    def keys(self) -> Any:
        """Return the names of the columns; an empty list for a statement without rows."""
        return super().keys() if self.returns_rows else []


leave_out(
    CursorResult,
    "last_inserted_params last_updated_params lastrow_has_defaults postfetch_cols prefetch_cols "
    "returned_defaults returned_defaults_rows supports_sane_multi_rowcount supports_sane_rowcount",
)
