"""Identity map: in one session, one object for one primary key.

Before: orm/rowloader.py and orm/session.py put the states of persistent objects here; they and
        orm/loading.py look here first.
Here:   a dictionary for each class, from primary key to state. A state is a weak reference to its
        object, so that unused objects can be collected; only those with unwritten changes are held.
After:  orm/state.py takes a state out when its object dies.

A key is spelled `(User, (1,), None)`, as published. Inside, each class has a table of its own whose
keys are the bare primary key value (a tuple only when the key has several columns), so that a row
finds its object with one dictionary read and no tuple is built for it.

Follows: Fowler, PoEAA, "Identity Map"; SQLAlchemy 1.4, `Session.identity_map`.
"""

from __future__ import annotations

from ormtutor.miniorm.doors import known_as
from ormtutor.miniorm.exc import InvalidRequestError
from ormtutor.miniorm.orm.exc import state_label
from ormtutor.miniorm.orm.state import identity_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, KeysView
    from typing import Any

    from ormtutor.miniorm.orm.state import InstanceState

    Key = tuple[type, tuple[Any, ...], Any]


@known_as("WeakInstanceDict")
class IdentityMap:
    """The persistent objects of one session, by identity key."""

    __module__ = "sqlalchemy.orm.identity"
    __slots__ = ("_modified", "count", "latest", "tables")

    def __init__(self) -> None:
        # States are numbered as they come. A run of states of one class shares one number, for
        # their table keeps them in order. count: the number of the last run; latest: its class.
        self.count = 0
        self.latest: type | None = None
        self.tables: dict[type, dict[Any, InstanceState]] = {}
        # Changed objects are held strongly until they are flushed or expired.
        self._modified: dict[InstanceState, Any] = {}

    # reading ---------------------------------------------------------------------------------

    def get(self, key: Any, default: Any = None) -> Any:
        """The living object under `key`, or `default`."""
        match key:
            case (cls, tuple(values), None):
                ident = values[0] if len(values) == 1 else values
                state = self.tables.get(cls, {}).get(ident)
                obj = None if state is None else state()
                return default if obj is None else obj
        return default

    def __getitem__(self, key: Key) -> Any:
        obj = self.get(key)
        if obj is None:
            raise KeyError(key)
        return obj

    def __contains__(self, key: Key) -> bool:
        return self.get(key) is not None

    has_key = __contains__

    def contains_state(self, state: InstanceState) -> bool:
        """Whether this very state is in the map."""
        table = self.tables.get(state.mapper.class_)
        return table is not None and table.get(state.ident) is state

    def all_states(self) -> list[InstanceState]:
        """Every state in the map, as a list: objects may die while the caller walks it."""
        return [state for table in self.tables.values() for state in list(table.values())]

    def _in_order(self) -> list[tuple[Key, InstanceState]]:
        """All keys and states, in the order in which they came."""
        found = [
            (identity_key(state.mapper, ident), state)
            for table in self.tables.values()
            for ident, state in list(table.items())
        ]
        return sorted(found, key=lambda pair: pair[1].place)

    def __len__(self) -> int:
        return sum(map(len, self.tables.values()))

    def __iter__(self) -> Iterator[Key]:
        return iter(self.keys())

    def keys(self) -> KeysView[Any]:
        """The identity keys of all objects."""
        return dict(self._in_order()).keys()

    def values(self) -> list[Any]:
        """All living objects."""
        return [obj for _, obj in self.items()]

    def items(self) -> list[tuple[Any, Any]]:
        """Pairs of identity key and living object."""
        return [(key, obj) for key, state in self._in_order() if (obj := state()) is not None]

    # writing ---------------------------------------------------------------------------------

    def table_for(self, cls: type) -> dict[Any, InstanceState]:
        """The table of one class, by primary key; row loaders read and fill it directly."""
        return self.tables.setdefault(cls, {})

    def add(self, state: InstanceState, replaces: bool = False) -> None:
        """Put a state under its key.

        Raises: InvalidRequestError: another living object has it, and is not to be replaced.
        """
        table = self.table_for(state.mapper.class_)
        present = table.get(state.ident)
        if present is not None and present is not state:
            if not replaces and present() is not None:
                raise InvalidRequestError(
                    f"Can't attach instance {state_label(state)}; another instance with key "
                    f"{state.key} is already present in this session."
                )
            self._modified.pop(present, None)
        table[state.ident] = state
        state.place = self.next_place(state.mapper.class_) if present is None else present.place
        if state.modified:
            self._modified[state] = state()

    def next_place(self, cls: type) -> int:
        """The number for a state of this class that comes now."""
        if self.latest is not cls:
            self.latest = cls
            self.count += 1
        return self.count

    def discard(self, *states: InstanceState) -> None:
        """Take states out; not where another has taken the key."""
        for state in states:
            table = self.tables.get(state.mapper.class_, {})
            if table.get(state.ident) is state:
                del table[state.ident]
            self._modified.pop(state, None)
