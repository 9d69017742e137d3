"""Cause: why a statement was sent, and what came of it.

Before: the ORM (a query, a flush, a lazy load) makes a Cause and hands it down; Core has its own.
Here:   two plain records, Cause and Outcome, which travel in the execution context.
After:  engine/execution.py keeps both on the context that listeners receive; orm/outcome.py fills
        the Outcome.

No counterpart in SQLAlchemy: this is what the engine was written for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

# The text of a cause, by its kind; of any other kind, its name.
_WORDS = {
    "get": "get {subject}",
    "flush": "flush: {detail}",
    "autoflush": "autoflush for {subject}",
    "lazy load": "lazy load of {subject}",
    "refresh": "refresh of expired {subject}",
    "eager load": "eager load of {subject} ({detail})",
}


class Cause:
    """The reason of one statement.

    kind: one of `query count get flush autoflush "lazy load" refresh "eager load" DDL core`.
    subject: what it is about: `User#1`, `User.addresses`, `query of User`; or a callable for that.
    detail: how: `explicit`, `commit`, `selectin`, `User.addresses (joined)`.
    because: the Cause behind this one (the query behind an autoflush).
    objects: labels such as `User#1`, or a callable for them, called only when someone asks.
    states: those of the objects that a flush writes, or that were read.
    """

    __slots__ = ("_objects", "_subject", "because", "detail", "kind", "states")

    def __init__(
        self,
        kind: str,
        subject: str | Callable[[], str] = "",
        detail: str = "",
        because: Cause | None = None,
        objects: Sequence[str] | Callable[[], Sequence[str]] = (),
        states: Sequence[Any] = (),
    ) -> None:
        self.kind = kind
        self._subject = subject
        self.detail = detail
        self.because = because
        self._objects = objects
        self.states = states

    @property
    def subject(self) -> str:
        """What it is about."""
        subject = self._subject
        if callable(subject):
            subject = self._subject = subject()
        return subject

    @property
    def objects(self) -> tuple[str, ...]:
        """Labels of the objects that the statement reads or writes."""
        objects = self._objects
        if callable(objects):
            objects = self._objects = tuple(objects())
        return tuple(objects)

    def with_objects(
        self, objects: Sequence[str] | Callable[[], Sequence[str]], states: Sequence[Any] = ()
    ) -> Cause:
        """Return the same cause for other objects, so that one can be made in advance."""
        return Cause(self.kind, self._subject, self.detail, self.because, objects, states)

    def __str__(self) -> str:
        words = _WORDS.get(self.kind, self.kind)
        return words.format(subject=self.subject, detail=self.detail)

    def __repr__(self) -> str:
        return f"<Cause {self}>"


class Outcome:
    """What came back: rows, and how many of them became new or were already known objects.

    -1 means unknown: the rows were not consumed, or the statement returns none.
    loading: objects are being made of the rows, which may send statements of their own.
    kept: (object's state, attribute, its value, the row's value) where a known object differs from
    its row, and keeps its value; the first few.
    """

    __slots__ = ("kept", "known", "loading", "made", "rows")

    def __init__(self) -> None:
        self.rows = self.made = self.known = -1
        self.loading = False
        self.kept: tuple[tuple[Any, str, Any, Any], ...] = ()

    def __repr__(self) -> str:
        return f"<Outcome rows={self.rows} made={self.made} known={self.known}>"


CORE = Cause("core")
DDL = Cause("DDL")
QUERY = Cause("query")
COUNT = Cause("count")
