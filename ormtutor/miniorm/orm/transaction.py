"""The transaction of a Session: its connections, and what its objects were when it began.

Before: orm/session.py begins one when it is first needed.
Here:   SessionTransaction commits, rolls back, nests as SAVEPOINT; its Snapshot restores objects.
After:  engine/transaction.py for the transactions of the connections, and for `with` blocks.

Three kinds form a chain through `parent`. The outermost one owns the connections. A nested one is a
SAVEPOINT on each connection that it uses. A subtransaction owns nothing: a flush runs in one, so
that its failure is known to those around it, which then wait for rollback().

Follows: SQLAlchemy 1.4, "Transactions and Connection Management", `SessionTransaction`.
"""

from __future__ import annotations

from collections import namedtuple

from ormtutor.miniorm import exc
from ormtutor.miniorm.engine.cause import Cause
from ormtutor.miniorm.engine.connection import Connection
from ormtutor.miniorm.engine.transaction import TransactionalContext, check_context
from ormtutor.miniorm.exc import warn
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.orm.exc import FlushError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ormtutor.miniorm.orm.session import Session
    from ormtutor.miniorm.orm.state import InstanceState

ACTIVE = "active"
PREPARED = "prepared"
COMMITTED = "committed"
DEACTIVE = "inactive"  # rolled back from within a subtransaction; waits for rollback()
CLOSED = "closed"

MOST_FLUSHES_IN_A_COMMIT = 100

EXPLICIT = Cause("flush", detail="explicit")
BY_COMMIT = Cause("flush", detail="commit")
BEFORE_SAVEPOINT = Cause("flush", detail="savepoint")

# A connection that takes part. transaction: the one that we began on it, or found there; is_ours:
# whether we end it. closes: whether we also close the connection.
Enlisted = namedtuple("Enlisted", "connection transaction is_ours closes")


class Snapshot:
    """What a transaction did to objects, so that a rollback can undo it.

    new: written for the first time. dirty: written again. deleted: their rows were deleted.
    key_switches: state -> its primary key before, where that changed.
    """

    __slots__ = ("deleted", "dirty", "key_switches", "new")

    def __init__(self) -> None:
        self.new: dict[InstanceState, bool] = {}
        self.deleted: dict[InstanceState, bool] = {}
        self.dirty: dict[InstanceState, bool] = {}
        self.key_switches: dict[InstanceState, Any] = {}

    def absorb(self, inner: Snapshot) -> None:
        """Take over what a released SAVEPOINT did."""
        self.new.update(inner.new)
        self.deleted.update(inner.deleted)
        self.dirty.update(inner.dirty)
        self.key_switches = {**inner.key_switches, **self.key_switches}


class SessionTransaction(TransactionalContext):
    """A Session-level transaction: outermost, nested (SAVEPOINT), or a subtransaction."""

    __module__ = "sqlalchemy.orm.session"

    _held_by = "session"
    _rollback_exception: BaseException | None = None

    def __init__(
        self, session: Session, parent: SessionTransaction | None = None, nested: bool = False
    ) -> None:
        check_context(session)
        self.session: Any = session
        self.nested = nested
        self.parent: Any = parent
        self._state = ACTIVE
        self._enlisted: list[Enlisted] = []
        self._by_bind: dict[Any, Connection] = {}
        # Outermost or a SAVEPOINT, and not a mere subtransaction.
        self.is_boundary = nested or parent is None
        self.snapshot = self._take_snapshot()
        session._transaction = self
        session._notify("after_transaction_create", self)

    # facts ------------------------------------------------------------------------------------

    @property
    def is_active(self) -> bool:
        """Whether statements can be emitted within."""
        return self.session is not None and self._state is ACTIVE

    def _outward(self) -> list[SessionTransaction]:
        """This one and those around it, innermost first."""
        found = [self]
        while (around := found[-1].parent) is not None:
            found.append(around)
        return found

    def _inner_ones(self) -> list[SessionTransaction]:
        """Transactions still open inside this one, innermost first.

        Raises: InvalidRequestError: this one is not part of the session's transaction.
        """
        current = self.session._transaction
        found: list[SessionTransaction] = [] if current is None else current._outward()
        if self not in found:
            raise exc.InvalidRequestError(
                f"Transaction {self} is not on the active transaction list"
            )
        return found[: found.index(self)]

    # assertions -------------------------------------------------------------------------------

    def _assert_active(self, prepared_ok: bool = False, rollback_ok: bool = False) -> None:
        state = self._state
        if state is ACTIVE:
            return
        if state is CLOSED:
            raise exc.ResourceClosedError("This transaction is closed")
        if state is COMMITTED or (state is PREPARED and not prepared_ok):
            raise exc.InvalidRequestError(
                f"This session is in '{state}' state; no further SQL can be emitted within this "
                "transaction."
            )
        if rollback_ok or state is PREPARED:
            return
        if self._rollback_exception is not None:
            raise exc.PendingRollbackError(
                "This Session's transaction has been rolled back due to a previous exception "
                "during flush. To begin a new transaction with this Session, first issue "
                f"Session.rollback(). Original exception was: {self._rollback_exception}",
                code="7s2a",
            )
        raise exc.InvalidRequestError(
            "This session is in 'inactive' state, due to the SQL transaction being rolled back; "
            "no further SQL can be emitted within this transaction."
        )

    # connections ------------------------------------------------------------------------------

    def connection(self, bindkey: Any = None, **kw: Any) -> Connection:
        """The connection of this transaction for the bind of `bindkey`, a mapper."""
        self._assert_active()
        return self._connection_for_bind(self.session.get_bind(bindkey, **kw))

    def _connection_for_bind(self, bind: Any) -> Connection:
        if self._state is not ACTIVE:
            self._assert_active()
        if not self.is_boundary:
            return self.parent._connection_for_bind(bind)
        known = self._by_bind.get(bind)
        if known is not None:
            return known
        found = None if self.parent is None else self.parent._connection_for_bind(bind)
        return self._enlist(bind, found)

    def _enlist(self, bind: Any, connection: Any) -> Connection:
        """Begin on a connection: the bind itself, that of the transaction around, or a new one."""
        given = isinstance(bind, Connection)
        closes = connection is None and not given
        if connection is None:
            connection = bind if given else bind.connect()
            if given and bind.engine in self._by_bind:
                raise exc.InvalidRequestError(
                    "Session already has a Connection associated for the given Connection's Engine"
                )
        try:
            transaction, is_ours = self._begin_on(connection)
        except BaseException:
            if closes:
                connection.close()
            raise
        self._enlisted.append(Enlisted(connection, transaction, is_ours, closes))
        self._by_bind[connection] = self._by_bind[connection.engine] = connection
        if given:
            self._by_bind[bind] = connection
        self.session._notify("after_begin", self, connection)
        return connection

    def _begin_on(self, connection: Any) -> tuple[Any, bool]:
        """The transaction to use on a connection, and whether it is ours to end.

        A connection that is already in a transaction keeps it: whoever began it ends it. If it is
        in a SAVEPOINT, we join and end that.
        """
        if self.nested:
            return connection.begin_nested(), True
        if connection.in_nested_transaction():
            return connection.get_nested_transaction(), True
        if connection.in_transaction():
            return connection.get_transaction(), False
        return connection.begin(), True

    # the snapshot -----------------------------------------------------------------------------

    def _take_snapshot(self) -> Snapshot:
        if not self.is_boundary:
            return self.parent.snapshot
        # What is pending now belongs to the enclosing transaction, and is written there.
        if self.nested and not self.session._flushing:
            self.session._flush_because(BEFORE_SAVEPOINT)
        return Snapshot()

    def _restore_snapshot(self) -> None:
        """Bring the objects back to what they were: expunge the new, revive the deleted, expire.

        After a SAVEPOINT, only what changed since is expired.
        """
        session = self.session
        snapshot = self.snapshot
        gone = {**snapshot.new, **session._new}
        session._expunge_states(gone, to_transient=True)
        for state, before in snapshot.key_switches.items():
            session.identity_map.discard(state)
            state.ident = before
            if state not in gone and state() is not None:
                session.identity_map.add(state, replaces=True)
        for state in {**snapshot.deleted, **session._deleted}:
            session._update_impl(state, revert_deletion=True)
        states = session.identity_map.all_states()
        if self.nested:
            states = [each for each in states if each.modified or each in snapshot.dirty]
        session._expire_states(states)

    def _remove_snapshot(self) -> None:
        """After a commit: nothing can be undone any more; what was read may be stale."""
        session = self.session
        if self.nested:
            self.parent.snapshot.absorb(self.snapshot)
        elif session.expire_on_commit:
            session._expire_states(session.identity_map.all_states())
            deleted = list(self.snapshot.deleted)
            self.snapshot.deleted.clear()
            session._detach_states(deleted)

    # ending -----------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Before a commit: tell listeners, end what is open inside, flush until all is written."""
        session = self.session
        if self.is_boundary:
            session._notify("before_commit")
        for inner in self._inner_ones():
            inner.commit()
        if not session._flushing:
            self._flush_till_clean()
        self._state = PREPARED

    def _flush_till_clean(self) -> None:
        for _ in range(MOST_FLUSHES_IN_A_COMMIT):
            if self.session._is_clean():
                return
            self.session._flush_because(BY_COMMIT)
        raise FlushError(
            f"Over {MOST_FLUSHES_IN_A_COMMIT} subsequent flushes have occurred within "
            "session.commit() - is an after_flush() hook creating new objects?"
        )

    def commit(self, _to_root: bool = False) -> SessionTransaction | None:
        """Flush and commit; return the enclosing transaction.

        Raises: ResourceClosedError: closed. PendingRollbackError: a flush in it failed.
        """
        if self._state is not ACTIVE:
            self._assert_active(prepared_ok=True)
        if self._state is not PREPARED:
            self._prepare()
        if self.is_boundary:
            self._commit_connections()
        parent = self.parent
        self.close()
        if _to_root and parent is not None:
            return parent.commit(_to_root=True)
        return parent

    def _commit_connections(self) -> None:
        for enlisted in self._enlisted:
            if enlisted.is_ours:
                enlisted.transaction.commit()
        self._state = COMMITTED
        self.session._notify("after_commit")
        self._remove_snapshot()

    def rollback(
        self, _capture_exception: BaseException | None = None, _to_root: bool = False
    ) -> SessionTransaction | None:
        """Roll back to the nearest SAVEPOINT or the beginning; return the enclosing transaction.

        _capture_exception: the failed flush's error, shown to whoever goes on without rollback().
        """
        self._assert_active(prepared_ok=True, rollback_ok=True)
        session = self.session
        for inner in self._inner_ones():
            inner.close()
        boundary, failure = self, None
        if self._state in (ACTIVE, PREPARED):
            while not boundary.is_boundary:
                boundary._state = DEACTIVE
                boundary = boundary.parent
            failure = boundary._roll_back_connections()
        if failure is None and not session._is_clean():
            warn(
                "Session's state has been changed on a non-active transaction - this state will "
                "be discarded."
            )
            boundary._restore_snapshot()
        parent = self.parent
        self.close()
        if parent is not None and _capture_exception is not None:
            parent._rollback_exception = _capture_exception
        if failure is not None:
            raise failure
        session._notify("after_soft_rollback", self)
        if _to_root and parent is not None:
            return parent.rollback(_to_root=True)
        return parent

    def _roll_back_connections(self) -> BaseException | None:
        """Roll back and restore the objects; return what went wrong, to be raised at the end."""
        failure = None
        try:
            for enlisted in self._enlisted:
                enlisted.transaction.rollback()
            self._state = DEACTIVE
            self.session._notify("after_rollback")
        except BaseException as error:  # kept: the objects must be restored before it goes on
            failure = error
        self._state = DEACTIVE
        self._restore_snapshot()
        return failure

    def close(self) -> None:
        """End without committing: release connections, make the enclosing transaction current."""
        session = self.session
        session._transaction = self.parent
        if self.parent is None:
            for connection, transaction, is_ours, closes in self._enlisted:
                if is_ours and transaction.is_active:
                    transaction.close()
                if closes:
                    connection.close()
        self._state = CLOSED
        session._notify("after_transaction_end", self)
        self.session = None
        # Its traceback leads to the session again.
        self._rollback_exception = None
        self._enlisted = []
        self._by_bind = {}

    # as a context manager ---------------------------------------------------------------------

    def _end_inactive(self) -> None:
        if self._state is not CLOSED:
            self.close()

    def _roll_back_failed_commit(self) -> None:
        if self._state in (ACTIVE, PREPARED, DEACTIVE):
            self.rollback()


leave_out(SessionTransaction, "prepare")
