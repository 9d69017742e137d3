"""Cause: why a statement was sent, and what came of it.

Before: orm/ (a query, a flush, a lazy load) or schema and Core name the reason and hand it down.
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

# What is said of a kind; of the others their name.
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
    subject: what it is about: `User#1`, `User.addresses`, `query of User`; or what gives that.
    detail: how: `explicit`, `commit`, `selectin`, `User.addresses (joined)`.
    because: the Cause behind this one (an autoflush is because of a query).
    objects: labels such as `User#1`, or a callable that gives them, called only when someone asks.
    states: of the objects that a flush writes, or whose read was the reason.
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
        """Return the same reason for other objects: a cause made once serves all of its kind."""
        return Cause(self.kind, self._subject, self.detail, self.because, objects, states)

    def __str__(self) -> str:
        words = _WORDS.get(self.kind, self.kind)
        return words.format(subject=self.subject, detail=self.detail)

    def __repr__(self) -> str:
        return f"<Cause {self}>"


class Outcome:
    """What came back: rows, and how many of them became new or were already known objects.

    -1 is "not told": the rows were not consumed, or the statement returns none.
    loading: objects are being made of the rows, with statements of their own.
    kept: (object's state, attribute, its value, the row's value) where an object that was known
    holds something else than its row, and keeps it; the first few.
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
