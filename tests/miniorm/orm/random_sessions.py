"""Random programs of tests/oracle/generator.py, run here block by block, and looked at in between.

`RandomSession` runs one program on this engine; `picture` tells all that there is to tell about a
session and its objects, so that two pictures are equal when nothing has happened in between.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

from ormtutor.miniorm import event
from ormtutor.miniorm.orm.session import Session
from ormtutor.miniorm.orm.state import InstanceState
from tests.oracle.generator import generate


class Disagreement(BaseException):
    """Two things that should be equal are not; no `except Exception` of a program hides it."""


def same(left: Any, right: Any, what: str) -> None:
    """Assert that two values are equal, also inside of a program that catches errors."""
    if left != right:
        raise Disagreement(f"{what}: {difference(left, right)}")


def difference(left: Any, right: Any) -> str:
    """Where two unequal values differ first, and how."""
    pairs: list[tuple[Any, Any, Any]] = []
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        pairs = [(key, left[key], right[key]) for key in left]
    elif type(left) is type(right) and isinstance(left, (list, tuple)) and len(left) == len(right):
        pairs = [(number, *both) for number, both in enumerate(zip(left, right, strict=True))]
    for key, one, other in pairs:
        if one != other:
            return f"{key}: {difference(one, other)}"
    return f"\n  {left!r}\n  {right!r}"


class Sent:
    """One statement that reached a cursor, with its parameter sets, its cause and what came of it.

    is_many: an executemany. succeeded: it was executed.
    """

    def __init__(self, sql: str, parameters: Any, is_many: bool, cursor: Any, context: Any) -> None:
        self.sql = sql
        self.is_many = is_many
        self.sets = [tuple(each) for each in (parameters if is_many else [parameters])]
        self.cause = context.cause
        self.outcome = context.outcome
        self.cursor = cursor
        self.succeeded = False


class RandomSession:
    """The program of one seed, in a namespace of its own, with a session class of the test's."""

    def __init__(
        self,
        seed: int,
        session_class: type[Session] = Session,
        connection_factory: Callable[..., Any] | None = None,
    ) -> None:
        self.program = generate(seed)
        self.sent: list[Sent] = []
        self.printed: list[str] = []
        factory = {"factory": connection_factory} if connection_factory else {}
        self.names: dict[str, Any] = {"factory": factory}
        opening, models, session = self.program.opening
        self._run(opening.replace('"sqlite://"', '"sqlite://", connect_args=factory'))
        self.names["print"] = self._print
        self.names["Session"] = session_class
        self._run(models)
        event.listen(self.names["engine"], "before_cursor_execute", self._hear)
        event.listen(self.names["engine"], "after_cursor_execute", self._hear_success)
        self._run(session)
        self.session: Any = self.names["session"]

    def blocks(self) -> Iterator[str]:
        """Run the program; gives each block when it has run."""
        for block in self.program.body:
            self._run(block)
            yield block

    def run(self) -> None:
        """Run the whole program."""
        for _ in self.blocks():
            pass

    def objects(self) -> list[Any]:
        """All objects that the program or its session knows."""
        base = self.names["Base"]
        named = [each for each in self.names.values() if isinstance(each, base)]
        known = {id(each): each for each in [*named, *self.session]}
        return list(known.values())

    def close(self) -> None:
        """Forget the program."""
        self.session.close()
        self.names["Base"].registry.dispose()
        self.names["engine"].dispose()
        gc.enable()

    def _run(self, source: str) -> None:
        exec(source.replace("from sqlalchemy", "from ormtutor.miniorm"), self.names)

    def _print(self, *words: Any) -> None:
        self.printed.append(" ".join(map(str, words)))

    def _hear(
        self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        self.sent.append(Sent(sql, parameters, many, cursor, context))

    def _hear_success(self, *_: Any) -> None:
        self.sent[-1].succeeded = True


def picture(session: Any, objects: list[Any]) -> dict[str, Any]:
    """All facts about a session and these objects, in values that later changes do not reach."""
    identity_map = session.identity_map
    return {
        "new": list(session._new),
        "deleted": list(session._deleted),
        "modified": list(identity_map._modified),
        "identity map": {cls: dict(table) for cls, table in identity_map.tables.items()},
        "transaction": (session._transaction, session.in_nested_transaction()),
        "begun": session._transaction and dict(session._transaction._by_bind),
        "active": session.is_active,
        "autoflush": session.autoflush,
        "objects": [(id(obj), object_picture(obj)) for obj in objects],
    }


def object_picture(obj: Any) -> dict[str, Any]:
    """All facts about one object."""
    state = obj._sa_instance_state
    facts = {name: frozen(getattr(state, name)) for name in InstanceState.__slots__}
    facts["values"] = {key: frozen(value) for key, value in obj.__dict__.items()}
    return facts


COPIES: dict[type, Callable[[Any], Any]] = {
    dict: lambda found: {key: frozen(value) for key, value in found.items()},
    list: lambda found: (id(found), list(map(id, found))),
    set: lambda found: (id(found), set(map(id, found))),
}


def frozen(value: Any) -> Any:
    """A value as it is now: collections are copied, other objects stand for themselves."""
    if hasattr(value, "removed") and hasattr(value, "added"):
        return list(value.added), list(value.removed)
    for kind, copy in COPIES.items():
        if isinstance(value, kind):
            return copy(value)
    return value
