"""Observer: surprises that no statement shows, found by looking at the learner's objects.

Before: recorder.py has a statement's outcome in hand, or a run has ended.
Here:   what a query kept, what else it loaded, and where two sides of one fact disagree: a deleted
        object in a list, a foreign key and its relationship, the two ends of a relationship.
        Dictionaries and histories are read; nothing is loaded, flushed or changed.
After:  recorder.py sends what was seen as an Observation; repl/catalogue.py puts it into words.
"""

from __future__ import annotations

import re
import sys
import weakref
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Protocol

from ormtutor.kernel.labels import is_learners_name, label, name_of, show
from ormtutor.kernel.stories import Stories

_ONE_SET = re.compile(r"UPDATE (?P<table>\w+) SET (?P<column>\w+)=\? WHERE ")
MOST_OBJECTS = 500
NEAR = 0.75
"""How similar to a mapped name another one must be to be reported: a cutoff for difflib."""
MOST_SEEN = 20
"""How many findings of one look are sent: each kind of surprise is explained only once anyway."""

Seen = tuple[str, tuple[str, ...]]
"""The kind of an Observation and its words."""


class Recording(Protocol):
    """What the observer needs from its recorder."""

    sessions: Any
    stories: Stories

    def on_read(self, attribute: Any) -> bool:
        """Something that was loaded eagerly has been read; return whether that counts."""


class Observer:
    """Looks at what the learner's names and sessions hold."""

    def __init__(self, recorder: Recording, namespace: Mapping[str, Any]) -> None:
        self.inspect: Any = None
        self._recorder = recorder
        self._namespace = namespace
        self._seen: set[Seen] = set()
        self._changed: set[int] | None = None
        self._ends: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()

    def begin_step(self) -> None:
        """Forget what was reported in the step before, so that it is reported again."""
        self._seen = set()
        self._ends = weakref.WeakKeyDictionary()

    def ended(self, session: Any, line: int) -> None:
        """Note the line that ended a session's transaction, and so expired its objects."""
        self._ends[session] = line

    # --- at a statement ---------------------------------------------------------------------------

    def kept(self, outcome: Any) -> Iterator[Seen]:
        """Yield where a known object keeps a value that its row does not have."""
        for state, key, held, value in getattr(outcome, "kept", ()):
            one = state.obj()
            if one is not None:
                yield "kept", (self._call(one), key, show(held), show(value))

    def before_flush(self, session: Any) -> None:
        """Note what the learner has changed, where something is to be deleted."""
        if session.deleted:
            self._changed = {id(one) for one in session.dirty if session.is_modified(one)}
        else:
            self._changed = None

    def at(self, context: Any, sql: str, sets: Sequence[Any]) -> Iterator[Seen]:
        """Yield what there is to say about one statement, sent with these parameter sets."""
        cause = getattr(context, "cause", None)
        yield from self._loads_eagerly(cause)
        yield from self._emptied(cause)
        yield from self._nulled(cause, sql, sets)

    def _emptied(self, cause: Any) -> Iterator[Seen]:
        """Yield the line whose commit or rollback expired the object that is refreshed now."""
        if getattr(cause, "kind", "") == "refresh" and cause.states:
            session, mapped = cause.states[0].session, cause.states[0].obj()
            moment = self._recorder.stories.expired_by(mapped) if mapped is not None else None
            by_hand = moment is not None and not moment.sent.cause
            if session in self._ends and not by_hand:
                yield "emptied", (str(self._ends[session]),)

    def _nulled(self, cause: Any, sql: str, sets: Sequence[Any]) -> Iterator[Seen]:
        """Yield the objects whose foreign key a flush empties because their parent is deleted."""
        found = _ONE_SET.match(sql)
        if found is None or self._changed is None:
            return
        objects = [state.obj() for state in getattr(cause, "states", ())]
        if not objects or any(values[0] is not None for values in sets):
            return
        if not self._changed.intersection(map(id, objects)):
            yield "nulled", (found["table"], found["column"], *map(self._call, objects[:20]))

    def refused(self, context: Any, sql: str) -> Iterator[Seen]:
        """Yield the foreign key that a statement was to empty when the database refused it."""
        found = _ONE_SET.match(sql)
        states = getattr(getattr(context, "cause", None), "states", ())
        if found is None or not states:
            return
        column = states[0].mapper.local_table.columns.get(found["column"])
        if column is not None and column.foreign_keys:
            yield "unparented", (found["table"], found["column"])

    def _loads_eagerly(self, cause: Any) -> Iterator[Seen]:
        """Yield the relationships that a statement fills, and watch for their first read."""
        watch_reads = _watching(cause)
        if watch_reads is None:
            return
        for name, how in _filled(cause):
            attribute = self._attribute(name)
            if attribute is not None:
                watch_reads(attribute, self._recorder.on_read)
                yield "eager", (name, how)

    def _attribute(self, name: str) -> Any:
        """Return the class attribute of that name, such as `Author.books`, or None."""
        class_name, _, key = name.partition(".")
        held = (type(one) for one in self._objects())
        for cls in (*list(self._namespace.values()), *held):
            if isinstance(cls, type) and cls.__name__ == class_name and "__mapper__" in vars(cls):
                return vars(cls).get(key)
        return None

    # --- after a run ------------------------------------------------------------------------------

    def look(self) -> list[Seen]:
        """Return what is surprising now and was not at the last look."""
        if self.inspect is None:
            return []
        found = dict.fromkeys(seen for one in self._objects() for seen in self._about(one))
        new = [seen for seen in found if seen not in self._seen]
        self._seen = set(found)
        return new[:MOST_SEEN]

    def _objects(self) -> list[Any]:
        """Return the learner's named objects, and what else the sessions hold."""
        named = [
            value
            for name, value in list(self._namespace.items())
            if is_learners_name(name, value) and self.state_of(value) is not None
        ]
        held = [
            one
            for session in list(self._recorder.sessions)
            for one in (*session.new, *session.identity_map.values())
        ]
        return list({id(one): one for one in (*named, *held)}.values())[:MOST_OBJECTS]

    def state_of(self, value: object) -> Any:
        """Return the state of a mapped object; None for anything else."""
        # Only a mapped object has it; asking the engine about others may run their code.
        if self.inspect is None or isinstance(value, type):
            return None
        try:
            held = object.__getattribute__(value, "__dict__")
        except AttributeError:
            return None
        if not isinstance(held, dict) or "_sa_instance_state" not in held:
            return None
        return self.inspect(value, raiseerr=False)

    def _about(self, one: Any) -> Iterator[Seen]:
        state = self.state_of(one)
        mapper = state.mapper
        yield from self._stray(one, state)
        # Asking for its relationships would configure the mappers, which is left to the learner.
        if state.deleted or not mapper.configured or mapper.registry._new_mappers:
            return
        for prop in mapper.relationships:
            if prop.viewonly or prop.lazy == "dynamic":
                continue
            yield from self._listed(one, state, prop)
            yield from self._both_ends(one, state, prop)
            if prop.direction.name == "MANYTOONE" and len(prop.local_remote_pairs) == 1:
                yield from self._unjoined(one, state, prop)

    def _call(self, one: Any) -> str:
        return name_of(one, self._namespace) or label(one, self.state_of(one))

    def _stray(self, one: Any, state: Any) -> Iterator[Seen]:
        """Yield names that were set on an object and are nearly, but not quite, mapped ones."""
        cls = type(one)
        for name in state.dict:
            if not name.startswith("_") and not hasattr(cls, name):
                mapped = [key for key, value in vars(cls).items() if hasattr(value, "impl")]
                near = get_close_matches(name, mapped, 1, NEAR)
                if near:
                    yield "stray", (self._call(one), name, near[0])

    def _listed(self, one: Any, state: Any, prop: Any) -> Iterator[Seen]:
        for member in _members(state.dict.get(prop.key)):
            found = self.state_of(member)
            if found is not None and found.deleted:
                yield "listed", (self._call(member), self._call(one), prop.key)

    def _both_ends(self, one: Any, state: Any, prop: Any) -> Iterator[Seen]:
        """Yield changes between two of the learner's named objects, once: not from one-to-many."""
        ends = sorted(other.key for other in prop._reverse_property)
        if prop.direction.name == "ONETOMANY" or not name_of(one, self._namespace):
            return
        for other in state.attrs[prop.key].history.added or ():
            name = name_of(other, self._namespace) if other is not None else ""
            if name and ends:
                yield "both ends", (self._call(one), prop.key, name, ends[0])
            elif name:
                yield from self._unlinked(one, prop, other, name)

    def _unlinked(self, one: Any, prop: Any, other: Any, name: str) -> Iterator[Seen]:
        """Yield the relationships over the same columns that are not linked by back_populates."""
        columns = {column for pair in prop.local_remote_pairs for column in pair}
        for back in self.state_of(other).mapper.relationships:
            over = {column for pair in back.local_remote_pairs for column in pair}
            if back is not prop and back.mapper is prop.parent and over == columns:
                yield "unlinked", (self._call(one), prop.key, name, back.key)

    def _unjoined(self, one: Any, state: Any, prop: Any) -> Iterator[Seen]:
        """Yield a foreign key that disagrees with what its relationship holds."""
        ((local, remote),) = prop.local_remote_pairs
        if local not in state.mapper.columns.values():
            return
        key = state.mapper.get_property_by_column(local).key
        if key not in state.dict or state.attrs[prop.key].history.added:
            return
        value, words = state.dict[key], (self._call(one), key, show(state.dict[key]), prop.key)
        if prop.key not in state.dict:
            if value is not None and state.identity is None:
                yield "unflushed", (*words, "None")
            return
        other = state.dict[prop.key]
        found = None if other is None else self.state_of(other)
        if found is not None and (found.deleted or found.identity is None):
            return
        if found is None:
            held = None
        else:
            held = found.dict.get(found.mapper.get_property_by_column(remote).key, value)
        if held != value:
            yield "unjoined", (*words, "None" if found is None else self._call(other))


def _members(value: Any) -> list[Any]:
    """Return what a loaded collection holds."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | set) else []


def _filled(cause: Any) -> Iterator[tuple[str, str]]:
    """Yield which relationships a statement loads, and how: `Author.books`, `joined`."""
    if cause.kind == "eager load":
        yield cause.subject, cause.detail
    elif cause.kind == "query":
        for part in filter(None, cause.detail.split(", ")):
            name, _, how = part.partition(" ")
            yield name, how.strip("()")


def _watching(cause: Any) -> Any:
    """Return the engine's `watch_reads`; None if it has none."""
    root = type(cause).__module__.partition(".engine")[0]
    attributes = sys.modules.get(f"{root}.orm.attributes")
    return getattr(attributes, "watch_reads", None)
