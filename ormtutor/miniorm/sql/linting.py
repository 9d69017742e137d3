"""Linting: does a SELECT multiply tables that nothing connects?

Before: compiler.py tells which FROM objects it writes and which conditions connect them.
Here:   FromLinter, which follows the connections and warns.
After:  the learner reads the warning.

Follows: SQLAlchemy 1.4, "FROM linting".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.sorting import reachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class FromLinter:
    """The FROM objects of one statement and what connects them."""

    __slots__ = ("names", "neighbours")

    def __init__(self) -> None:
        self.names: dict[Any, str] = {}
        self.neighbours: dict[Any, set[Any]] = {}

    def add(self, from_: Any, name: str) -> None:
        """A FROM object was written."""
        self.names[from_._deannotated] = name

    def connect(self, left: Iterable[Any], right: Iterable[Any]) -> None:
        """A condition mentions both sides."""
        pairs = [(one._deannotated, other._deannotated) for one in left for other in right]
        for one, other in pairs:
            self.neighbours.setdefault(one, set()).add(other)
            self.neighbours.setdefault(other, set()).add(one)

    def warn(self, kind: str = "SELECT") -> None:
        """Tell the learner, if there is something to tell."""
        if not self.names:
            return
        start = next(iter(self.names))
        reached = {start, *reachable(start, self.neighbours)}
        names = ", ".join(f'"{name}"' for each, name in self.names.items() if each not in reached)
        if not names:
            return
        exc.warn(
            f"{kind} statement has a cartesian product between FROM element(s) {names} and FROM "
            f'element "{self.names[start]}".  Apply join condition(s) between each element to '
            "resolve."
        )
