"""Identity set: a set that tells objects apart by identity, also when two compare equal.

Before: orm/session.py returns `session.new`, `session.dirty` and `session.deleted` as these.
Here:   the operations of a set, over a dictionary from `id()` to object, which keeps their order.
After:  learners, who see `IdentitySet([<User ...>])` at the prompt.

Follows: SQLAlchemy 1.4, `sqlalchemy.util.IdentitySet`.
"""

from __future__ import annotations

from ormtutor.miniorm.leftout import leave_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


class IdentitySet:
    """A set that tells objects apart by identity, also when two compare equal."""

    __module__ = "sqlalchemy.util._collections"
    __slots__ = ("_members",)

    def __init__(self, iterable: Iterable[Any] = ()) -> None:
        self._members = {id(each): each for each in iterable}

    def __contains__(self, value: object) -> bool:
        return id(value) in self._members

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._members.values()))

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self._members.values())!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdentitySet) and self._members.keys() == other._members.keys()

    def union(self, iterable: Iterable[Any]) -> IdentitySet:
        """Ours and the others."""
        return IdentitySet([*self, *iterable])

    def difference(self, iterable: Iterable[Any]) -> IdentitySet:
        """Ours without the others."""
        others = IdentitySet(iterable)
        return IdentitySet(each for each in self if each not in others)

    def intersection(self, iterable: Iterable[Any]) -> IdentitySet:
        """Those of ours that are among the others."""
        others = IdentitySet(iterable)
        return IdentitySet(each for each in self if each in others)

    # The operators need an IdentitySet on both sides, as published.

    def __or__(self, other: object) -> IdentitySet:
        return self.union(other) if isinstance(other, IdentitySet) else NotImplemented

    def __and__(self, other: object) -> IdentitySet:
        return self.intersection(other) if isinstance(other, IdentitySet) else NotImplemented

    def __sub__(self, other: object) -> IdentitySet:
        return self.difference(other) if isinstance(other, IdentitySet) else NotImplemented


leave_out(
    IdentitySet,
    "add clear copy difference_update discard intersection_update issubset issuperset pop remove "
    "symmetric_difference symmetric_difference_update update",
)
