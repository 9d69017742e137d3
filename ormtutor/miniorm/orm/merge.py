"""Merge: copy objects, and what hangs on them, onto those of a session.

Before: orm/session.py, `Session.merge(instance)`.
Here:   the object with the same key is found, loaded or made; each attribute is copied to it, and
        along the merge cascade the related objects are merged too, each once.
After:  orm/loading.py loads, orm/impls.py sets; the next flush writes what is different.

The merge of one object is a generator that yields the objects to merge first. They are run from a
list, since a chain of objects may be longer than Python's own stack.

Follows: SQLAlchemy 1.4, "Merging".
"""

from __future__ import annotations

from ormtutor.miniorm.exc import warn
from ormtutor.miniorm.orm import flags, loading
from ormtutor.miniorm.orm.collections import collection_members, fill
from ormtutor.miniorm.orm.exc import state_label
from ormtutor.miniorm.orm.mapper import ColumnProperty
from ormtutor.miniorm.orm.relationships import RelationshipProperty
from ormtutor.miniorm.orm.state import create_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from ormtutor.miniorm.orm.session import Session
    from ormtutor.miniorm.orm.state import InstanceState

    # Yields a state to merge, is sent the merged object, returns its own.
    Merging = Generator[InstanceState, Any, Any]


class Merge:
    """One call of `Session.merge()`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._merged: dict[InstanceState, Any] = {}
        self._by_ident: dict[tuple[Any, Any], Any] = {}
        # (related object, the relationship that led to it)
        self._arrived: set[tuple[InstanceState, Any]] = set()

    def merge(self, state: InstanceState) -> Any:
        """Merge one object and what its merge cascade reaches; return the session's object."""
        stack: list[Merging] = [self._merge(state)]
        answer: Any = None
        while stack:
            try:
                wanted = stack[-1].send(answer)
            except StopIteration as done:
                stack.pop()
                answer = done.value
            else:
                answer = None
                stack.append(self._merge(wanted))
        return answer

    def _merge(self, state: InstanceState) -> Merging:
        if state in self._merged:
            return self._merged[state]
        ident, is_complete = self._ident_of(state)
        merged, is_new = self._find_or_make(state, ident, is_complete)
        self._merged[state] = merged
        self._by_ident[state.mapper, ident] = merged
        merged_state: InstanceState = merged._sa_instance_state
        if merged_state is not state:
            merged_state.load_options = state.load_options
            if state.callables:
                merged_state.callables = {**(merged_state.callables or {}), **state.callables}
            for prop in list(state.mapper._props.values()):
                if isinstance(prop, ColumnProperty):
                    self._merge_column(prop, state, merged_state)
                elif isinstance(prop, RelationshipProperty):
                    yield from self._merge_relationship(prop, state, merged_state)
        if is_new and state.mapper.reconstructor is not None:
            state.mapper.reconstructor(merged)
        return merged

    # the object -------------------------------------------------------------------------------

    def _ident_of(self, state: InstanceState) -> tuple[Any, bool]:
        """The primary key of an object, and whether it is complete enough to look it up."""
        if state.ident is not None:
            return state.ident, True
        if state in self.session._new:
            warn(
                f"Instance {state_label(state)} is already pending in this Session yet is being "
                "merged again; this is probably not what you want to do"
            )
        mapper = state.mapper
        values = mapper._primary_key_from_state(state, flags.PASSIVE_RETURN_NO_VALUE)
        missing = [value for value in values if value is None or id(value) in flags.MARKERS]
        is_complete = not missing or (
            len(missing) < len(values) and all(value is None for value in missing)
        )
        return mapper.ident_of(values), is_complete

    def _find_or_make(
        self, state: InstanceState, ident: Any, is_complete: bool
    ) -> tuple[Any, bool]:
        """The session's object with this key, and whether it was made here."""
        session, mapper = self.session, state.mapper
        if is_complete:
            known = session.identity_map.table_for(mapper.class_).get(ident)
            merged = None if known is None else known()
            if merged is None:
                merged = self._by_ident.get((mapper, ident))
            if merged is None:
                merged = loading.get(session, mapper, ident)
            if merged is not None:
                return merged, False
        merged = mapper.class_.__new__(mapper.class_)
        session._save_or_update_state(create_state(merged, mapper))
        return merged, True

    # its attributes ---------------------------------------------------------------------------

    def _merge_column(self, prop: Any, state: InstanceState, merged_state: InstanceState) -> None:
        key, values, merged_values = prop.key, state.dict, merged_state.dict
        if key in values:
            merged_state.mapper.impls[key].set(merged_state, merged_values, values[key], None)
        elif merged_state.has_identity and key not in merged_values:
            merged_state.expire_attributes(merged_values, [key], no_loader=True)

    def _merge_relationship(
        self, prop: Any, state: InstanceState, merged_state: InstanceState
    ) -> Merging:
        values = state.dict
        # The way back is set from the other side.
        if any((state, other) in self._arrived for other in prop._reverse_property):
            return
        if "merge" not in prop.cascade or prop.key not in values:
            return
        if prop.uselist:
            yield from self._merge_collection(prop, state, merged_state)
            return
        merged = None
        if values[prop.key] is not None:
            merged = yield self._arrive(values[prop.key], prop)
        merged_state.mapper.impls[prop.key].set(merged_state, merged_state.dict, merged, None)

    def _merge_collection(
        self, prop: Any, state: InstanceState, merged_state: InstanceState
    ) -> Merging:
        key = prop.key
        impl = merged_state.mapper.impls[key]
        merged_values = merged_state.dict
        if impl.dynamic:
            members = state.mapper.impls[key].added(state)
        else:
            members = list(collection_members(state.dict[key]))
        # Load the old members, so that those that are missing now are removed.
        impl.get(merged_state, merged_values, flags.PASSIVE_MERGE)
        merged = []
        for member in members:
            merged.append((yield self._arrive(member, prop)))
        if impl.dynamic:
            value = merged
        else:
            value = impl.new_collection(merged_state)
            fill(value, merged)
        impl.set(merged_state, merged_values, value, None)

    def _arrive(self, member: Any, prop: Any) -> InstanceState:
        state: InstanceState = member._sa_instance_state
        self._arrived.add((state, prop))
        return state
