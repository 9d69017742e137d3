"""Connections: SQLite connections that Ctrl-C can stop, with guarded files and a committed copy.

Before: the engine opens a connection; a listener gives it the classes made here.
Here:   a statement ends at once on Ctrl-C, as KeyboardInterrupt and with the transaction as it was;
        files outside the kernel's folders are refused with a reason; when a transaction begins, a
        copy of what is committed is kept.
After:  facts.py and views.py read both, without the engine: no event, no flush, no log.

The engine's dialect hands over the driver module (sqlite3); this room does not import it.
"""

from __future__ import annotations

import os
import re
import threading
import weakref
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from ormtutor.kernel.interruption import Interruption

# SQLite's numbers (sqlite3.h).
_ALLOW, _DENY = 0, 1
_ATTACH = 24

STEPS_BETWEEN_LOOKS = 10_000  # of SQLite's virtual machine: well under a millisecond

_WORD = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*([A-Za-z]+)?", re.DOTALL)
_WRITING = {"INSERT", "UPDATE", "DELETE", "REPLACE"}
_OPENING = {"BEGIN", "SAVEPOINT"}


def verb_of(sql: str) -> str:
    """Return the statement's first word in capitals: SELECT, INSERT, PRAGMA ..."""
    match = _WORD.match(sql)
    return (match[1] or "").upper() if match else ""


class Tally:
    """How many rows a cursor has returned for one statement, and whether these were all."""

    __slots__ = ("done", "rows")

    def __init__(self) -> None:
        self.rows = 0
        self.done = False


class Connections:
    """The open connections of the learner's process, and which files they may open."""

    def __init__(
        self, interruption: Interruption, directories: Sequence[str], *, allow_files: bool
    ) -> None:
        self.interruption = interruption
        self.directories = [os.path.realpath(directory) for directory in directories]
        self.allow_files = allow_files
        self.clock = 0
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()
        self._classes: dict[ModuleType, type[Any]] = {}

    def listen(self, sqlalchemy: ModuleType, engine_class: type[Any]) -> None:
        """Listen to every engine's connecting."""
        listen = sqlalchemy.event.listen
        listen(engine_class, "do_connect", self._on_do_connect)
        listen(engine_class, "connect", self._on_connect)
        # miniorm has no such event, and needs none to keep its connection.
        with suppress(sqlalchemy.exc.InvalidRequestError):
            listen(engine_class, "handle_error", _keep_connection)

    def last_used(self) -> list[Any]:
        """Return the connections that this thread may read, the last used one first."""
        return sorted((c for c in self._open if c.is_readable()), key=lambda c: -c.used)

    def _on_do_connect(
        self, dialect: Any, record: Any, arguments: list[Any], keywords: dict[str, Any]
    ) -> None:
        database = arguments[0] if arguments else keywords.get("database", "")
        if not self.is_allowed(database):
            raise PermissionError(self.refusal(database))
        keywords.setdefault("factory", self._class_for(dialect.dbapi))

    def _on_connect(self, connection: Any, record: Any) -> None:
        """Let Ctrl-C stop statements also on a connection made by the learner's own `creator`."""
        if not isinstance(connection, tuple(self._classes.values())):
            connection.set_progress_handler(self.interruption.is_stopping, STEPS_BETWEEN_LOOKS)

    def is_allowed(self, database: object) -> bool:
        """Whether a database of that name may be opened: in memory, or in one of the folders."""
        if self.allow_files:
            return True
        if not isinstance(database, str | os.PathLike):
            return False
        name = os.fspath(database)
        if name.startswith("file:"):
            name, _, options = name.removeprefix("file:").partition("?")
            if "mode=memory" in options:
                return True
            name = unquote(name)
        if name in ("", ":memory:"):
            return True
        path = Path(os.path.realpath(name))
        return any(path.is_relative_to(directory) for directory in self.directories)

    def refusal(self, database: object) -> str:
        """Return why a file was refused, and what to do."""
        return (
            f"the tutor opens databases only in memory and in its own folder, so that a lesson "
            f"never touches your files; {str(database)!r} lies elsewhere. "
            f'Use "sqlite://", or a bare file name such as "sqlite:///practice.db"; '
            f"`ormtutor --allow-files` opens any."
        )

    def _class_for(self, driver: ModuleType) -> type[Any]:
        if driver not in self._classes:
            self._classes[driver] = _connection_class(driver, self)
        return self._classes[driver]

    def opened(self, connection: Any) -> None:
        """Remember a new connection, without keeping it alive."""
        self._open.add(connection)

    def tick(self) -> int:
        """Return a number greater than any returned before."""
        self.clock += 1
        return self.clock


def _keep_connection(context: Any) -> None:
    """Keep the connection after Ctrl-C: with it, a database in memory would be lost."""
    if not isinstance(context.original_exception, Exception):
        context.is_disconnect = False


def _connection_class(driver: Any, connections: Connections) -> type[Any]:
    """Return a subclass of the driver's Connection that does what this module promises."""
    interruption = connections.interruption

    class Connection(driver.Connection):  # type: ignore[misc]
        def __init__(self, database: Any, *arguments: Any, **keywords: Any) -> None:
            super().__init__(database, *arguments, **keywords)
            self.used = self.number = connections.tick()
            self.refused: str | None = None
            self._thread = threading.get_ident()
            self._copy: Any = None
            self._copied_at: object = None
            self.set_progress_handler(interruption.is_stopping, STEPS_BETWEEN_LOOKS)
            self.set_authorizer(self._authorize)
            connections.opened(self)

        def cursor(self, factory: Any = None) -> Any:
            return super().cursor(factory or Cursor)

        # The driver's own versions of these three do not call `cursor()`.

        def execute(self, sql: str, *parameters: Any) -> Any:
            return self.cursor().execute(sql, *parameters)

        def executemany(self, sql: str, *parameters: Any) -> Any:
            return self.cursor().executemany(sql, *parameters)

        def executescript(self, script: str) -> Any:
            return self.cursor().executescript(script)

        def is_readable(self) -> bool:
            """Whether it is open, and was opened by this thread."""
            try:
                return bool(self.total_changes >= 0) and self._thread == threading.get_ident()
            except driver.ProgrammingError:
                return False

        def read(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
            """Return the rows of a query in this transaction, unseen by the engine."""
            return _read(self, sql, parameters)

        def explain(self, sql: str, values: Any) -> list[tuple[Any, ...]]:
            """Return SQLite's query plan of a statement, which is not run."""
            return _read(self, f"EXPLAIN QUERY PLAN {sql}", values)

        def read_committed(
            self, sql: str, parameters: Iterable[Any] = ()
        ) -> list[tuple[Any, ...]] | None:
            """Return the rows of a query on what is committed; None if that is unknown."""
            if not self.in_transaction:
                return self.read(sql, parameters)
            return None if self._copy is None else _read(self._copy, sql, parameters)

        def before_statement(self, sql: str) -> None:
            """Note the use; copy what is committed if this statement begins a transaction."""
            self.used = connections.tick()
            self.refused = None
            if self.in_transaction:
                return
            verb = verb_of(sql)
            if verb in _OPENING or (verb in _WRITING and self.isolation_level is not None):
                self.keep_committed()

        def keep_committed(self) -> None:
            """Copy what is committed, if it has changed. Inside a transaction this would hang."""
            (schema,) = self.read("PRAGMA schema_version")[0]
            (others,) = self.read("PRAGMA data_version")[0]
            now = (self.total_changes, schema, others)
            if now == self._copied_at:
                return
            if self._copy is None:
                self._copy = driver.connect(":memory:", check_same_thread=False)
            self.backup(self._copy)
            self._copied_at = now

        def _authorize(self, action: int, name: Any, *rest: Any) -> int:
            if action != _ATTACH or (name is not None and connections.is_allowed(name)):
                return _ALLOW
            if connections.allow_files:
                return _ALLOW
            self.refused = (
                connections.refusal(name)
                if name is not None
                else "the tutor must see the file's name in the ATTACH statement itself"
            )
            return _DENY

    class Cursor(driver.Cursor):  # type: ignore[misc]
        tally: Tally | None = None

        def execute(self, sql: str, *parameters: Any) -> Any:
            return self._run(super().execute, sql, *parameters)

        def executemany(self, sql: str, *parameters: Any) -> Any:
            return self._run(super().executemany, sql, *parameters)

        def executescript(self, script: str) -> Any:
            return self._run(super().executescript, script)

        def fetchone(self) -> Any:
            row = self._fetch(super().fetchone)
            self._count(0 if row is None else 1, done=row is None)
            return row

        def fetchmany(self, *arguments: Any, **keywords: Any) -> Any:
            rows = self._fetch(super().fetchmany, *arguments, **keywords)
            self._count(len(rows), done=not rows)
            return rows

        def fetchall(self) -> Any:
            rows = self._fetch(super().fetchall)
            self._count(len(rows), done=True)
            return rows

        def __next__(self) -> Any:
            try:
                row = self._fetch(super().__next__)
            except StopIteration:
                self._count(0, done=True)
                raise
            self._count(1, done=False)
            return row

        def close(self) -> None:
            self._count(0, done=True)
            super().close()

        def _count(self, rows: int, *, done: bool) -> None:
            if self.tally is not None:
                self.tally.rows += rows
                self.tally.done |= done

        def _run(self, execute: Any, sql: str, *parameters: Any) -> Any:
            connection = self.connection
            connection.before_statement(sql)
            interruption.enter_statement(connection)
            try:
                return execute(sql, *parameters)
            except driver.DatabaseError as error:
                if connection.refused:
                    raise type(error)(f"{error}: {connection.refused}") from None
                raise
            finally:
                interruption.leave_statement()

        def _fetch(self, fetch: Any, *arguments: Any, **keywords: Any) -> Any:
            interruption.enter_statement(self.connection)
            try:
                return fetch(*arguments, **keywords)
            finally:
                interruption.leave_statement()

    def _read(connection: Any, sql: str, parameters: Iterable[Any]) -> list[tuple[Any, ...]]:
        cursor = driver.Cursor(connection)
        cursor.row_factory = None
        values = parameters if isinstance(parameters, dict) else tuple(parameters)
        try:
            return list(cursor.execute(sql, values))
        finally:
            cursor.close()

    for made, original in ((Connection, driver.Connection), (Cursor, driver.Cursor)):
        made.__module__ = original.__module__
        made.__qualname__ = original.__qualname__
    return Connection
