"""Linting: does a SELECT multiply tables that nothing connects?

Before: compiler.py tells which FROM objects it writes and which conditions connect them.
Here:   FromLinter, which follows the connections and warns.
After:  the learner reads the warning.

Follows: SQLAlchemy 1.4, "FROM linting".
"""

from __future__ import annotations

from ormtutor.miniorm import exc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class FromLinter:
    """The FROM objects of one statement and what connects them."""

    __slots__ = ("connections", "names")

    def __init__(self) -> None:
        self.names: dict[Any, str] = {}
        self.connections: list[tuple[Any, Any]] = []

    def add(self, from_: Any, name: str) -> None:
        """A FROM object was written."""
        self.names[from_._deannotated] = name

    def connect(self, left: Iterable[Any], right: Iterable[Any]) -> None:
        """A condition mentions both sides."""
        right = [each._deannotated for each in right]
        for one in left:
            for other in right:
                self.connections.append((one._deannotated, other))

    def unconnected(self) -> tuple[list[Any], Any]:
        """The FROM objects that cannot be reached from the first one, and that one."""
        if not self.names:
            return [], None
        start = next(iter(self.names))
        neighbours: dict[Any, list[Any]] = {}
        for one, other in self.connections:
            neighbours.setdefault(one, []).append(other)
            neighbours.setdefault(other, []).append(one)
        reached = {start}
        stack = [start]
        while stack:
            for each in neighbours.get(stack.pop(), ()):
                if each not in reached:
                    reached.add(each)
                    stack.append(each)
        return [each for each in self.names if each not in reached], start

    def warn(self, kind: str = "SELECT") -> None:
        """Tell the learner, if there is something to tell."""
        rest, start = self.unconnected()
        if not rest:
            return
        names = ", ".join(f'"{self.names[each]}"' for each in rest)
        exc.warn(
            f"{kind} statement has a cartesian product between FROM element(s) {names} and FROM "
            f'element "{self.names[start]}".  Apply join condition(s) between each element to '
            "resolve."
        )
