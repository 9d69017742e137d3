"""Session: the objects in use, and the one conversation with the database about them.

Before: learners; orm/query.py for autoflush and connections.
Here:   add, delete, merge, expire, flush, commit; who is new, dirty and deleted.
After:  orm/unitofwork.py for a flush, orm/transaction.py for commit and rollback.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class Session:
    """Manages persistence operations for mapped objects."""

    __module__ = "sqlalchemy.orm.session"

    def __init__(
        self,
        bind: Any = None,
        autoflush: bool = True,
        future: bool = False,
        expire_on_commit: bool = True,
        autocommit: bool = False,
        twophase: bool = False,
        binds: Any = None,
        enable_baked_queries: bool = True,
        info: Any = None,
        query_cls: Any = None,
    ) -> None:
        raise NotImplementedError

    # What the rooms below call on `state.session` and `query.session`:

    def _save_or_update_state(self, state: Any) -> None:
        """Attach a state, and what its save-update cascade reaches (from backref events)."""

    def _contains_state(self, state: Any) -> bool:
        """Say whether the state is pending or persistent here."""
        raise NotImplementedError

    def _expunge_states(self, states: Iterable[Any], to_transient: bool = False) -> None:
        """Take states out of this session."""

    def _flush_warning(self, method: str) -> None:
        """Warn that `method` was used inside a flush."""

    def _autoflush(self, cause: Any = None) -> None:
        """Flush when autoflush is on and nothing forbids it; `cause` names the query that asks."""

    def _connection_for_bind(self, engine: Any, execution_options: Any = None, **kw: Any) -> Any:
        """The connection that this session's transaction uses for `engine`."""

    def _register_persistent(self, states: Iterable[Any]) -> None:
        """States that were written, or loaded under a new key, become persistent."""

    def _register_altered(self, states: Iterable[Any]) -> None:
        """States that a bulk update or delete changed: a rollback must expire them."""

    def _remove_newly_deleted(self, states: Iterable[Any]) -> None:
        """States whose rows were deleted leave the identity map."""


class sessionmaker:  # noqa: N801 (SQLAlchemy's name)
    """A configurable Session factory."""

    __module__ = "sqlalchemy.orm.session"


class scoped_session:  # noqa: N801 (SQLAlchemy's name)
    """One Session for each thread (or whatever `scopefunc` tells apart)."""

    __module__ = "sqlalchemy.orm.scoping"


def object_session(instance: Any) -> Session | None:
    """The Session that this object belongs to, or None."""
    raise NotImplementedError


def make_transient(instance: Any) -> None:
    """Make the object new again: no session, no identity key."""
    raise NotImplementedError


def make_transient_to_detached(instance: Any) -> None:
    """Make a transient object detached: it has its key, and all else is expired."""
    raise NotImplementedError


def close_all_sessions() -> None:
    """Close every Session in memory."""
    raise NotImplementedError
