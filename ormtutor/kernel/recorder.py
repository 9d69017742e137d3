"""Recorder: what the learner's code does to database and session, reported as it happens.

Before: the engine and its sessions send events; alias.py says when they can be listened to.
Here:   an ordinary listener. A statement is what reaches a cursor, with its cause, the learner's
        line and its objects; transactions and state changes are reported, too.
After:  Statement, Rows, Transaction, StateChange and Observation go to the tutor; facts.py reads
        the step's log.

It keeps texts and numbers, never objects or cursors, so that the identity map stays weak. While the
kernel itself reads (for a check or a panel) the recorder is quiet: nothing is reported, and a
statement that would be sent is refused.
"""

from __future__ import annotations

import importlib
import re
import sys
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType, ModuleType
from typing import Any

from ormtutor.kernel.alias import EngineName
from ormtutor.kernel.causes import Causes, SessionCauses
from ormtutor.kernel.channel import Channel
from ormtutor.kernel.connections import Connections, Tally, verb_of
from ormtutor.kernel.failure import learner_frame
from ormtutor.kernel.interruption import OutOfTime, time_limit
from ormtutor.kernel.labels import label, name_of, show
from ormtutor.kernel.messages import (
    Message,
    Observation,
    Rows,
    StateChange,
    Statement,
    Transaction,
)
from ormtutor.kernel.observer import Observer, Seen
from ormtutor.kernel.stories import REFRESH, Place, Sent, Stories
from ormtutor.kernel.streams import Outlet

MOST_SENT = 1_000  # statements and state changes of one run; the rest are counted
MOST_SETS = 20  # parameter sets shown of one executemany
MOST_NAMES = 20  # of the objects of one statement
SECONDS = 0.05  # for looking around after a run
MOST_KEPT = 10_000  # texts in a step's log; beyond them only numbers

NOWHERE = Place()
_BRACKETS = {"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"}
_WRITING = {"INSERT", "UPDATE", "DELETE", "REPLACE"}

# Session event -> the states between which the object went.
TRANSITIONS = {
    "transient_to_pending": ("transient", "pending"),
    "pending_to_transient": ("pending", "transient"),
    "persistent_to_transient": ("persistent", "transient"),
    "pending_to_persistent": ("pending", "persistent"),
    "detached_to_persistent": ("detached", "persistent"),
    "persistent_to_deleted": ("persistent", "deleted"),
    "deleted_to_persistent": ("deleted", "persistent"),
    "deleted_to_detached": ("deleted", "detached"),
    "persistent_to_detached": ("persistent", "detached"),
}


def _with_new_key(objects: tuple[str, ...], verb: str, cursor: Any) -> tuple[str, ...]:
    """Return the labels; in that of the object that was inserted alone, with its new key."""
    if verb != "INSERT" or len(objects) != 1 or not cursor.lastrowid:
        return objects
    return (re.sub(r"^(\w+) \(new\)$", rf"\1#{cursor.lastrowid} (new)", objects[0]),)


class WouldQuery(Exception):
    """A check or a panel tried to send SQL, which it never may."""


Binding = int | tuple[str, ...]
"""How many values a statement binds by position, or the names of those it binds by name."""


class Entry:
    """What is known of one statement, from before it is sent until its rows are fetched."""

    __slots__ = (
        "binding",
        "call",
        "cause",
        "connection",
        "executemany",
        "line",
        "made",
        "names",
        "number",
        "objects",
        "outcome",
        "parameters",
        "place",
        "sets",
        "sql",
        "started",
        "tally",
        "transaction",
        "unlinks",
        "verb",
        "written",
    )

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.verb = verb_of(sql)
        self.number = 0
        self.cause = ""
        self.line = 0
        self.objects: tuple[str, ...] = ()
        self.names: tuple[str, ...] = ()
        self.parameters: tuple[tuple[str, ...], ...] = ()
        self.sets = 1
        self.executemany = False
        self.transaction = 0
        self.started = 0.0
        self.tally = Tally()
        self.written = -1
        self.made = 0
        self.outcome: Any = None
        self.binding: Binding = 0
        self.connection = 0
        self.place = NOWHERE
        # While it runs, functions that return its objects' names and what it was to unlink.
        self.call: Any = tuple
        self.unlinks: Any = tuple

    def is_read(self) -> bool:
        """Whether its rows have been fetched and made into objects."""
        return self.tally.done and not getattr(self.outcome, "loading", False)


class Log:
    """The statements since the step began. What `setup` runs send is not in it."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.sent_by: list[tuple[int, Binding]] = []  # the connection's number, what was bound
        self.causes: list[str] = []
        self.verbs: Counter[str] = Counter()
        self.lazy_loads: list[str] = []

    def add(self, entry: Entry) -> None:
        """Count the statement, and keep its text while there is room."""
        self.verbs[entry.verb] += 1
        if len(self.statements) < MOST_KEPT:
            self.statements.append(entry.sql)
            self.sent_by.append((entry.connection, entry.binding))
            self.causes.append(entry.cause)
        if entry.cause.startswith("lazy load of ") and len(self.lazy_loads) < MOST_KEPT:
            self.lazy_loads.append(entry.cause.removeprefix("lazy load of "))


class Recorder:
    """Listens to every engine and session of the process."""

    def __init__(
        self,
        channel: Channel,
        outlet: Outlet,
        namespace: Mapping[str, Any],
        connections: Connections,
        engine: EngineName,
    ) -> None:
        self.channel = channel
        self.outlet = outlet
        self.namespace = namespace
        self.connections = connections
        self.causes = SessionCauses() if engine == "sqlalchemy" else Causes()
        self.inspect: Any = None
        self._orm = ""
        self.log = Log()
        self.stories = Stories()
        self.sessions: weakref.WeakSet[Any] = weakref.WeakSet()
        self._quiet = False
        self._main_thread = threading.get_ident()
        self._lock = threading.RLock()
        self._number = 0
        self._setup_number = 0
        self._is_setup = False
        self._sent = 0
        self._omitted = 0
        self._open: dict[int, Entry] = {}  # by thread
        self._awaiting: list[Entry] = []
        self._loaded: Entry | None = None
        self._transactions: dict[int, int] = {}
        self._transaction = 0
        self.refused: tuple[str, ...] = ()
        self.observer = Observer(self, namespace)

    # --- attaching --------------------------------------------------------------------------------

    def attach_engine(self, sqlalchemy: ModuleType) -> None:
        """Listen to all engines; called when the engine's package has been imported."""
        engine_class = importlib.import_module(f"{sqlalchemy.__name__}.engine").Engine
        self.inspect = self.observer.inspect = sqlalchemy.inspect
        self.connections.listen(sqlalchemy, engine_class)
        listen = sqlalchemy.event.listen
        listen(engine_class, "before_cursor_execute", self._before_execute)
        listen(engine_class, "after_cursor_execute", self._after_execute)
        for name in ("begin", "commit", "rollback"):
            listen(engine_class, name, _bracket(self, name.upper()))

    def attach_orm(self, orm: ModuleType) -> None:
        """Listen to all sessions; called when the `orm` package has been imported."""
        event = importlib.import_module(f"{orm.__name__.rpartition('.')[0]}.event")
        session_class = orm.Session
        self._orm = orm.__name__
        for name, (before, after) in TRANSITIONS.items():
            event.listen(session_class, name, _transition(self, before, after))
        event.listen(session_class, "before_flush", self._on_before_flush)
        event.listen(session_class, "loaded_as_persistent", self._on_loaded)
        event.listen(session_class, "after_transaction_create", self._on_session_begin)
        event.listen(session_class, "after_commit", lambda one: self.stories.ending("commit"))
        event.listen(session_class, "after_rollback", lambda one: self.stories.ending("rollback"))
        event.listen(session_class, "after_transaction_end", self._on_session_end)
        if isinstance(self.causes, SessionCauses):
            event.listen(session_class, "do_orm_execute", self._refuse_when_quiet)
        self.causes.attach(event, session_class)

    def rehearsal(self) -> Any:
        """Return the function that rehearses a flush, or None: real SQLAlchemy has none."""
        if isinstance(self.causes, SessionCauses) or not self._orm:
            return None
        return importlib.import_module(f"{self._orm}.plan").plan

    # --- runs, steps, quiet -----------------------------------------------------------------------

    def begin_step(self) -> None:
        """Begin a new log, and count statements from 1 again."""
        self.log = Log()
        self.observer.begin_step()
        self._number = 0
        self.stories.begin_step()

    def begin_run(self, place: Place = NOWHERE, *, is_setup: bool) -> None:
        """A run begins at a place; a `setup` run's statements are reported but not logged."""
        self._is_setup = is_setup
        self.stories.begin_run(place, is_setup=is_setup)
        self._sent = self._omitted = 0
        self.refused = ()

    def end_run(self) -> int:
        """Send what is still to be said of the run; return how many messages were not sent."""
        with self._lock:
            self._close()
            self._settle(self._awaiting)
            self._awaiting = []
            self._loaded = None
            self.causes.forget()
            self.stories.end_run(list(self.sessions))
            if not self._is_setup:
                self._look_around()
            return self._omitted

    def _look_around(self) -> None:
        found: list[Seen] = []
        try:
            with self.quiet(), time_limit(SECONDS):
                found = self.observer.look()
        except (OutOfTime, Exception):
            return  # the learner's classes may do anything
        for kind, words in found:
            self._send(Observation(self.outlet.run, kind, 0, words))

    def recover_sessions(self) -> None:
        """After Ctrl-C in a flush: roll back, so that the learner does not hear of a failed flush.

        The database has rolled back already; the session just waits for rollback() to be called.
        """
        for session in list(self.sessions):
            if not session.is_active:
                session.rollback()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """While the kernel itself reads: report nothing, refuse statements of this thread."""
        self._quiet = True
        self.outlet.muted = True
        try:
            yield
        finally:
            self._quiet = False
            self.outlet.muted = False

    def _is_quiet(self) -> bool:
        return self._quiet and threading.get_ident() == self._main_thread

    def _refuse_when_quiet(self, *event: Any) -> None:
        if self._is_quiet():
            raise WouldQuery("this would ask the database")

    # --- statements -------------------------------------------------------------------------------

    def _before_execute(
        self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        self._refuse_when_quiet()
        with self._lock, self.connections.interruption:
            self._close()
            self._settle([entry for entry in self._awaiting if entry.is_read()])
            self._awaiting = [entry for entry in self._awaiting if not entry.is_read()]
            entry = self._begin(connection, cursor, sql, parameters, context, many)
            self._open[threading.get_ident()] = entry
            entry.started = time.perf_counter()

    def _begin(
        self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> Entry:
        entry = Entry(sql)
        frame = learner_frame(sys._getframe(2))
        entry.place = _place(frame)
        entry.line = entry.place.line
        # SQLAlchemy 2 sends many rows in one statement, with all their values in one flat set.
        is_flat = bool(many) and not any(isinstance(one, _SET) for one in parameters)
        sets = list(parameters) if many and not is_flat else [parameters]
        entry.executemany = bool(many)
        entry.sets = len(sets)
        entry.parameters = tuple(map(_display, sets[:MOST_SETS]))
        entry.binding = _binding(sets[0]) if sets else 0
        entry.connection = getattr(getattr(cursor, "connection", None), "number", 0)
        entry.cause = self.causes.of(context, entry.verb, sql, sets[0] if sets else ())
        if entry.cause.startswith(REFRESH):
            self.stories.see_expired(entry.place)
        entry.outcome = getattr(context, "outcome", None)
        entry.call = partial(self._names, context)
        entry.unlinks = partial(self.observer.refused, context, sql)
        entry.transaction = self._transactions.get(id(connection), 0)
        if hasattr(cursor, "tally"):
            cursor.tally = entry.tally
        return entry

    def _after_execute(
        self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        with self._lock, self.connections.interruption:
            entry = self._open.pop(threading.get_ident(), None)
            if entry is None:
                return
            milliseconds = (time.perf_counter() - entry.started) * 1000
            entry.names = entry.call()
            entry.objects = _with_new_key(self.causes.objects(context), entry.verb, cursor)
            if entry.outcome is None:
                entry.outcome = getattr(context, "outcome", None)
            if entry.verb in _WRITING:
                entry.written = cursor.rowcount
                entry.tally.done = True
            entry.call = entry.unlinks = tuple
            self._tell(entry, milliseconds, failed=False)
            self._awaiting.append(entry)
            self._loaded = entry
            sent = Sent(entry.number, entry.cause)
            self.stories.executed(entry.verb, sql, entry.objects, sent, entry.place)
            if entry.number > 0:
                sets = parameters if many else [parameters]
                for kind, words in self.observer.at(context, sql, sets):
                    self._send(Observation(self.outlet.run, kind, entry.line, words))

    def _close(self) -> None:
        """Report the statement of this thread that was begun and not ended: it has failed."""
        entry = self._open.pop(threading.get_ident(), None)
        if entry is not None:
            milliseconds = (time.perf_counter() - entry.started) * 1000
            self.refused = entry.names = entry.call()
            self._tell(entry, milliseconds, failed=True)
            for kind, words in entry.unlinks():
                self._send(Observation(self.outlet.run, kind, entry.line, words))

    def _names(self, context: Any) -> tuple[str, ...]:
        """Return the learner's names, else the labels, of the objects that a statement is about."""
        states = getattr(getattr(context, "cause", None), "states", ())[:MOST_NAMES]
        frame = learner_frame(sys._getframe())
        return tuple(self._call(one, frame) for state in states if (one := state.obj()) is not None)

    def on_read(self, attribute: Any) -> bool:
        """Something that was loaded eagerly has been read; return whether that counts."""
        if self._is_quiet():
            return False
        frame = learner_frame(sys._getframe(2))
        line = frame.f_lineno if frame else 0
        with self._lock, self.connections.interruption:
            self._send(Observation(self.outlet.run, "read", line, (str(attribute),)))
        return True

    def _tell(self, entry: Entry, milliseconds: float, *, failed: bool) -> None:
        if entry.verb in _BRACKETS:
            self._send(Transaction(self.outlet.run, " ".join(entry.sql.split()), entry.line))
            return
        if self._is_setup:
            self._setup_number -= 1
            entry.number = self._setup_number
        else:
            self._number += 1
            entry.number = self._number
            self.log.add(entry)
        self._send(
            Statement(
                run=self.outlet.run,
                number=entry.number,
                sql=entry.sql,
                parameters=entry.parameters,
                cause=entry.cause,
                line=entry.line,
                objects=entry.objects,
                milliseconds=milliseconds,
                executemany=entry.executemany,
                sets=entry.sets,
                failed=failed,
                transaction=entry.transaction,
                names=entry.names,
            )
        )

    def _settle(self, entries: Sequence[Entry]) -> None:
        """Report what these statements returned."""
        for entry in entries:
            rows, made, known = self._came_back(entry)
            if entry.number and (rows, made, known) != (-1, -1, -1):
                self._send(Rows(self.outlet.run, entry.number, rows, made, known))
            for kind, words in self.observer.kept(entry.outcome) if entry.number > 0 else ():
                self._send(Observation(self.outlet.run, kind, entry.line, words))

    def _came_back(self, entry: Entry) -> tuple[int, int, int]:
        if entry.written >= 0:
            return entry.written, -1, -1
        outcome = entry.outcome
        if outcome is not None and outcome.rows >= 0:
            return outcome.rows, outcome.made, outcome.known
        if entry.verb in _WRITING or (entry.tally.rows == 0 and not entry.tally.done):
            return -1, -1, -1
        return entry.tally.rows, entry.made or -1, -1

    def _on_loaded(self, session: Any, mapped: Any) -> None:
        loaded = self._loaded
        if loaded is not None and isinstance(self.causes, SessionCauses):
            loaded.made += 1
        if self.stories.is_full:
            return
        with self._lock, self.connections.interruption:
            self.stories.loaded(mapped, NOWHERE if loaded is None else loaded.place)

    # --- transactions and states ------------------------------------------------------------------

    def on_bracket(self, connection: Any, name: str) -> None:
        """A connection sends BEGIN, COMMIT or ROLLBACK."""
        if self._is_quiet():
            return
        with self._lock, self.connections.interruption:
            self._close()
            if name == "BEGIN":
                self._transaction += 1
                self._transactions[id(connection)] = self._transaction
            else:
                self._transactions.pop(id(connection), None)
            frame = learner_frame(sys._getframe(2))
            self._send(Transaction(self.outlet.run, name, frame.f_lineno if frame else 0))

    def _on_before_flush(self, session: Any, *context: Any) -> None:
        self._refuse_when_quiet()
        self.sessions.add(session)
        self.stories.begin_flush()
        self.observer.before_flush(session)

    def _on_session_begin(self, session: Any, transaction: Any) -> None:
        self.sessions.add(session)

    def _on_session_end(self, session: Any, transaction: Any) -> None:
        is_real = transaction.nested or transaction.parent is None
        if is_real and not self._is_quiet():
            with self._lock, self.connections.interruption:
                frame = learner_frame(sys._getframe(1))
                self.stories.ended(_place(frame))
                if transaction.parent is None:
                    self.stories.settled(session)
                    self.observer.ended(session, frame.f_lineno if frame else 0)

    def on_transition(self, session: Any, mapped: Any, before: str, after: str) -> None:
        """An object of a session went from one state to another."""
        self.sessions.add(session)
        if self._is_quiet():
            return
        with self._lock, self.connections.interruption:
            frame = learner_frame(sys._getframe(2))
            name = self._call(mapped, frame)
            place = _place(frame)
            self.stories.came(mapped, before, after, place)
            self._send(StateChange(self.outlet.run, name, before, after, place.line))

    def _call(self, mapped: Any, frame: FrameType | None) -> str:
        return name_of(mapped, self.namespace, frame) or label(mapped, self.inspect(mapped))

    def _send(self, message: Message) -> None:
        """Send a message, after what was printed before it; between two runs, nothing."""
        if not self.outlet.running:
            return
        if self._sent >= MOST_SENT:
            self._omitted += 1
            return
        self._sent += 1
        self.outlet.flush()
        self.channel.send(message)


def _bracket(recorder: Recorder, name: str) -> Any:
    def hear(connection: Any) -> None:
        recorder.on_bracket(connection, name)

    return hear


def _transition(recorder: Recorder, before: str, after: str) -> Any:
    def hear(session: Any, mapped: Any) -> None:
        recorder.on_transition(session, mapped, before, after)

    return hear


def _place(frame: FrameType | None) -> Place:
    return Place(frame.f_code.co_filename, frame.f_lineno) if frame else NOWHERE


_SET = (tuple, list, Mapping)


def _binding(parameters: Any) -> Binding:
    if isinstance(parameters, Mapping):
        return tuple(map(str, parameters))
    return len(parameters or ())


def _display(parameters: Any) -> tuple[str, ...]:
    values = parameters.values() if isinstance(parameters, Mapping) else parameters or ()
    return tuple(show(value) for value in values)
