"""Transactions of one connection: the whole one, savepoints inside it, and 1.4's markers.

Before: engine/connection.py makes one at `begin()`, or by itself in the 2.x style.
Here:   which of them is active, what commit, rollback and close do to it and to those around it;
        the `with` block of any transaction, a session's included (orm/transaction.py).
After:  engine/connection.py sends BEGIN (implicit), SAVEPOINT, COMMIT and ROLLBACK.

A transaction ends in two steps. It becomes inactive when its work is over, or when something inside
it was rolled back; it leaves the connection when its owner ends it. In between, the connection
refuses to go on ("Please rollback() fully before proceeding").

Follows: SQLAlchemy 1.4, "Transaction", "RootTransaction", "NestedTransaction".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.sql.elements import delegate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self


class TransactionalContext:
    """A transaction in a `with` block: the end commits it, an error rolls it back.

    Once it is over, its subject (a connection or a session) refuses to work inside the block.
    """

    is_active: Any
    commit: Any
    rollback: Any
    _held_by: str  # which attribute of ours is the subject
    _subject: Any = None
    _outer_context: Any = None

    def _end_inactive(self) -> None:
        """Clean up a transaction that was over before its block."""

    def _roll_back_failed_commit(self) -> None:
        self.rollback()

    def __enter__(self) -> Self:
        self._subject = subject = getattr(self, self._held_by)
        self._outer_context = subject._trans_context_manager
        subject._trans_context_manager = self
        return self

    def __exit__(self, error_type: Any, error: Any, traceback: Any) -> None:
        try:
            if not self.is_active:
                self._end_inactive()
            elif error_type is not None:
                self.rollback()
            else:
                self._commit_or_roll_back()
        finally:
            subject = self._subject
            if subject is not None and subject._trans_context_manager is self:
                subject._trans_context_manager = self._outer_context
            self._subject = self._outer_context = None

    def _commit_or_roll_back(self) -> None:
        try:
            self.commit()
        except BaseException:
            self._roll_back_failed_commit()
            raise


def check_context(subject: Any) -> None:
    """Refuse work inside the `with` block of a transaction that is over.

    Raises: InvalidRequestError: it is over.
    """
    context = subject._trans_context_manager
    if context is not None and not context.is_active:
        raise exc.InvalidRequestError(
            "Can't operate on closed transaction inside context manager.  Please complete the "
            "context manager before emitting further commands."
        )


class Transaction(TransactionalContext):
    """A transaction; leaving it as a context manager commits it, or rolls back after an error."""

    _held_by = "connection"
    # Its name in messages, and the connection's attribute that holds it.
    _kind = "transaction"
    _place = "_transaction"
    #: What takes its place on the connection: the savepoint around a savepoint.
    _outer: NestedTransaction | None = None
    _send: Callable[[str], None]
    is_active: Any = delegate("_active", "Whether work can go on in it.")

    def __init__(self, connection: Any) -> None:
        check_context(connection)
        self.connection = connection
        self._active = True

    def commit(self) -> None:
        """Commit the work; a savepoint's becomes part of the enclosing transaction.

        Raises: InvalidRequestError: it is over already.
        """
        if not self._active:
            if self._is_attached():
                self.connection._refuse_inactive()
            raise exc.InvalidRequestError(f"This {self._kind} is inactive")
        self._end("commit")
        # If COMMIT fails, it stays on the connection, which waits for rollback().
        self._detach()

    def rollback(self) -> None:
        """Undo the work; only warns if it is over already."""
        try:
            self._end("rollback")
        finally:
            self._detach()

    def close(self) -> None:
        """End it: roll back, unless it is over already."""
        if self._is_attached():
            self.rollback()
        else:
            self._end("rollback")

    def _end(self, how: str) -> None:
        """Commit or roll back and become inactive, but stay on the connection."""
        if self._active:
            try:
                self._send(how)
            finally:
                self._deactivate()

    def _deactivate(self) -> None:
        self._active = False

    def _is_attached(self) -> bool:
        """Whether the connection still holds it."""
        return getattr(self.connection, self._place) is self

    def _detach(self) -> None:
        if self._is_attached():
            setattr(self.connection, self._place, self._outer)
        else:
            exc.warn(f"{self._kind} already deassociated from connection")


class RootTransaction(Transaction):
    """The transaction of the database itself."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        connection._begin_impl()
        connection._transaction = self

    def _send(self, how: str) -> None:
        self.connection._end_transaction(how)

    def _deactivate(self) -> None:
        """End the savepoints with the whole transaction."""
        self._active = False
        nested = self.connection._nested_transaction
        while nested is not None:
            nested._active = False
            nested = nested._outer
        self.connection._nested_transaction = None


class NestedTransaction(Transaction):
    """A savepoint."""

    _kind = "nested transaction"
    _place = "_nested_transaction"

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        connection._savepoint_number += 1
        self._savepoint = f"sa_savepoint_{connection._savepoint_number}"
        connection._execute_directly(f"SAVEPOINT {self._savepoint}")
        self._outer = connection._nested_transaction
        connection._nested_transaction = self

    def _send(self, how: str) -> None:
        connection = self.connection
        if how == "commit":
            connection._execute_directly(f"RELEASE SAVEPOINT {self._savepoint}")
        elif connection.in_transaction() and not connection.closed:
            connection._execute_directly(f"ROLLBACK TO SAVEPOINT {self._savepoint}")


class MarkerTransaction(Transaction):
    """1.4's `begin()` inside a transaction: commit does nothing, rollback rolls back the whole."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._real: RootTransaction | NestedTransaction = (
            connection._nested_transaction or connection._transaction
        )
        if not self._real.is_active:
            raise exc.InvalidRequestError(
                "the current transaction on this connection is inactive.  Please issue a rollback "
                "first."
            )

    @property
    def is_active(self) -> bool:
        """Whether it and the real transaction are active."""
        return self._active and self._real.is_active

    def commit(self) -> None:
        """Leave the decision to the real transaction."""
        self._active = False

    close = commit

    def rollback(self) -> None:
        """Roll the real transaction back; its owner still has to end it."""
        if self._active:
            self._active = False
            self._real._end("rollback")


publish(globals(), "sqlalchemy.engine.base")
