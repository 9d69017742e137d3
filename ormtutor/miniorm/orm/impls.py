"""Impls: how the value of a mapped attribute is read, written and remembered.

Before: orm/attributes.py passes on reads of missing values, each write and `del`;
        orm/collections.py reports members that are added or removed.
Here:   an impl for each attribute of a class: its get, set, append, pop and History; back
        references and validators listen to it.
After:  changes are noted in orm/state.py; a missing value comes through state.Loaders from
        orm/loading.py and orm/strategies.py.

Follows: SQLAlchemy 1.4, "Attributes" (History, events), "Linking Relationships with Backref".
"""

from __future__ import annotations

from collections import namedtuple
from contextlib import suppress
from operator import attrgetter, is_

from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.orm.collections import (
    CollectionAdapter,
    add_member,
    bulk_replace,
    collection_members,
    duck_type_of,
    fill,
    prepare_instrumentation,
    remove_member,
)
from ormtutor.miniorm.orm.exc import StaleDataError, state_label
from ormtutor.miniorm.orm.flags import (
    ATTR_EMPTY,
    ATTR_WAS_SET,
    CALLABLES_OK,
    INIT_OK,
    LOAD_AGAINST_COMMITTED,
    LOAD_REPLACED,
    MARKERS,
    NO_AUTOFLUSH,
    NO_RAISE,
    NO_VALUE,
    PASSIVE_NO_FETCH,
    PASSIVE_NO_RESULT,
    PASSIVE_OFF,
    PASSIVE_ONLY_PERSISTENT,
    PASSIVE_RETURN_NO_VALUE,
    SQL_OK,
)
from ormtutor.miniorm.orm.state import UNCHANGED, InstanceState, Loaders, PendingCollection
from ormtutor.miniorm.sql.naming import symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeAlias

    Values = dict[str, Any]
    Listeners = tuple[Callable[..., Any], ...]
    Initiator: TypeAlias = "AttributeEvent | None"

# The state of a related object; raises AttributeError if it is not mapped.
state_of: Callable[[Any], InstanceState] = attrgetter("_sa_instance_state")
instance_state = state_of  # SQLAlchemy's name

OP_REMOVE = symbol("REMOVE")
OP_APPEND = symbol("APPEND")
OP_REPLACE = symbol("REPLACE")
OP_BULK_REPLACE = symbol("BULK_REPLACE")


# History --------------------------------------------------------------------------------------


class History(namedtuple("History", "added unchanged deleted")):
    """What happened to an attribute since the last flush.

    added: the new values. unchanged: those that were there at the last flush and still are.
    deleted: those that are gone. Three sequences; or None each, if nothing is known.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        return self[0] is not None

    def empty(self) -> bool:
        """Whether there is neither change nor value."""
        return not any(self)

    def sum(self) -> list[Any]:
        """All values, old and new."""
        added, unchanged, deleted = self
        return [*(added or ()), *(unchanged or ()), *(deleted or ())]

    def non_deleted(self) -> list[Any]:
        """The present values."""
        return [*(self[0] or ()), *(self[1] or ())]

    def non_added(self) -> list[Any]:
        """The values at the last flush."""
        return [*(self[1] or ()), *(self[2] or ())]

    def has_changes(self) -> bool:
        """Whether anything was added or deleted."""
        return bool(self[0] or self[2])

    def as_state(self) -> History:
        """The same with states in the place of objects."""
        return History(*[states_of(each) if each else [] for each in self])


HISTORY_BLANK = History(None, None, None)
_NO_HISTORY = symbol("NO_HISTORY")
_NOTHING_HAPPENED = History((), (), ())


def states_of(objects: Iterable[Any]) -> list[InstanceState | None]:
    """The states of mapped objects; None for None."""
    objects = list(objects)
    try:
        return list(map(state_of, objects))
    except AttributeError:  # None is among them, or what is not mapped
        return [state_of(obj) if obj is not None else None for obj in objects]


# The impls: one for each mapped attribute of a class ------------------------------------------


class AttributeEvent:
    """What caused a change; passed along back references, so that they stop where it began."""

    __slots__ = ("impl", "op")

    def __init__(self, impl: AttributeImpl, op: symbol) -> None:
        self.impl = impl
        self.op = op


def _impl_of(prop: Any) -> AttributeImpl:
    return prop.parent.impl_of(prop.key)


class AttributeImpl:
    """How one attribute is read, written and remembered.

    uses_objects: its values are mapped objects. plural: several of them; collection: in a
    collection; dynamic: behind a query.
    prop: the property that it belongs to; also the key of the attribute in `state.parents`.
    callable_: called as (state, passive) for a value that is neither present nor expired.
    load_on_unexpire: an expired value is loaded with the other expired ones.
    active_history: load the old value before a change.
    deferred_history: an object that was replaced unseen is loaded when a flush asks for the
    history, since its row must change too. For a many-to-one, it need not be known.
    trackparent: members know their parent, so that orphans can be found.
    on_set ...: listeners, called with the state, the value and the AttributeEvent; on_set also with
    the old value, on_bulk_replace with a list of members, which it may change.

    Each kind has its own set, delete and get_history; those that hold objects also append and pop,
    which a back reference calls for a member that was added or removed.
    """

    collection = dynamic = plural = uses_objects = False

    set: Any
    delete: Any
    append: Any
    pop: Any
    get_history: Any
    is_same: Any

    def __init__(self, prop: Any) -> None:
        self.prop = prop
        self.key: str = prop.key
        self.callable_: Callable[[InstanceState, int], Any] | None = None
        self.load_on_unexpire = self.send_modified_events = True
        self.active_history = self.trackparent = self.deferred_history = False
        self.on_set: Listeners = ()
        self.on_append: Listeners = ()
        self.on_append_again: Listeners = ()
        self.on_remove: Listeners = ()
        self.on_bulk_replace: Listeners = ()
        self.replace_token = AttributeEvent(self, OP_REPLACE)
        self.remove_token = AttributeEvent(self, OP_REMOVE)
        # A back reference adds a member; for a scalar that means to set it.
        self.append_token = AttributeEvent(self, OP_APPEND) if self.plural else self.replace_token

    def __str__(self) -> str:
        return str(self.prop)

    def __reduce__(self) -> Any:
        return _impl_of, (self.prop,)

    # reading ---------------------------------------------------------------------------------

    def get(self, state: InstanceState, dict_: Values, passive: int = PASSIVE_OFF) -> Any:
        """The value, loaded if `passive` allows it; else a marker of orm/flags.py."""
        key = self.key
        if key in dict_:
            return dict_[key]
        committed = state.committed_state
        # If it has a history, there is nothing to load: the value was deleted.
        if key not in committed or committed[key] is NO_VALUE:
            if not passive & CALLABLES_OK:
                return PASSIVE_NO_RESULT
            value = self._load(state, passive)
            if value is PASSIVE_NO_RESULT or value is NO_VALUE:
                return value
            if value is ATTR_WAS_SET:
                if key not in dict_:
                    text = f"Deferred loader for attribute {key!r} failed to populate correctly"
                    raise KeyError(text)
                return dict_[key]
            if value is not ATTR_EMPTY:
                return self.set_committed_value(state, dict_, value)
        return self._default_value(state) if passive & INIT_OK else NO_VALUE

    def _load(self, state: InstanceState, passive: int) -> Any:
        if not self.uses_objects and self.load_on_unexpire and self.key in state.expired_attributes:
            return state.load_expired(passive)
        callables = state.callables
        if callables is not None and self.key in callables:
            return callables[self.key](state, passive)
        return ATTR_EMPTY if self.callable_ is None else self.callable_(state, passive)

    def _default_value(self, state: InstanceState) -> Any:
        """The value of an attribute that was never set: None, which is not kept."""
        return None

    def get_committed_value(self, state: InstanceState, dict_: Values, passive: int) -> Any:
        """The value at the last flush; None if there was none."""
        if self.key in state.committed_state:
            value = state.committed_state[self.key]
            return None if value is NO_VALUE else value
        return self.get(state, dict_, passive)

    # writing ---------------------------------------------------------------------------------

    def set_committed_value(self, state: InstanceState, dict_: Values, value: Any) -> Any:
        """Put a loaded value into the object, without history."""
        dict_[self.key] = value
        state.commit(dict_, (self.key,))
        return value

    def forget(self, dict_: Values) -> Any:
        """Remove and return the value (or NO_VALUE), without an event."""
        return dict_.pop(self.key, NO_VALUE)

    def fire_append_event(self, state: InstanceState, value: Any, initiator: Initiator) -> Any:
        """Report a member to be added; return the one that listeners leave."""
        for listener in self.on_append:
            value = listener(state, value, initiator or self.append_token)
        state.modified_event(self, NO_VALUE)
        if self.trackparent and value is not None:
            self.sethasparent(state_of(value), state, True)
        return value

    def fire_remove_event(self, state: InstanceState, value: Any, initiator: Initiator) -> None:
        """Report a member to be removed, or the one object to be deleted."""
        if self.trackparent and value is not None and id(value) not in MARKERS:
            self.sethasparent(state_of(value), state, False)
        for listener in self.on_remove:
            listener(state, value, initiator or self.remove_token)
        state.modified_event(self, NO_VALUE if self.collection else value)

    # parents, for delete-orphan --------------------------------------------------------------

    def hasparent(self, state: InstanceState, optimistic: bool = False) -> bool:
        """Whether the object has a parent here; optimistic: the answer if nothing is known."""
        parents = state.parents
        if parents is None:
            return optimistic
        return parents.get(self.prop, optimistic) is not False

    def sethasparent(self, state: InstanceState, parent_state: InstanceState, value: bool) -> None:
        """Record that the object became, or is no longer, a member of the parent's attribute.

        Raises: StaleDataError: it leaves a parent, but another, now collected one, took it last.
        """
        if state.parents is None:
            state.parents = {}
        last_parent = state.parents.get(self.prop)
        if value:
            state.parents[self.prop] = parent_state
        elif not last_parent or last_parent.key == parent_state.key:
            state.parents[self.prop] = False
        elif last_parent.obj() is None:
            raise StaleDataError(
                f"Removing state {state_label(state)} from parent state "
                f"{state_label(parent_state)} along attribute '{self.key}', but the parent "
                "record has gone stale, can't be sure this is the most recent parent."
            )


class _SingleAttributeImpl(AttributeImpl):
    """One value, be it a column's or an object."""

    _old_value: Any
    _had_none: Any

    def delete(self, state: InstanceState, dict_: Values) -> None:
        """`del obj.attribute`. Raises: AttributeError: there is no value."""
        old = self._old_value(state, dict_)
        self.fire_remove_event(state, old, None)
        if dict_.pop(self.key, NO_VALUE) is NO_VALUE and self._had_none(state, old):
            raise AttributeError(f"{self} object does not have a value")

    def _history(self, current: Any, original: Any) -> History:
        """The History for a present value and an old one (_NO_HISTORY: the same)."""
        if current is PASSIVE_NO_RESULT:
            return HISTORY_BLANK
        if original is _NO_HISTORY and current is NO_VALUE:
            return _NOTHING_HAPPENED
        if original is _NO_HISTORY or (current is not NO_VALUE and self.is_same(current, original)):
            return History((), [current], ())
        if original is NO_VALUE or original is PASSIVE_NO_RESULT:
            # The old value is unknown. If the present one is gone too, None stands for it.
            return History([None if id(current) in MARKERS else current], (), ())
        return History(() if current is NO_VALUE else [current], (), [original])


class ScalarAttributeImpl(_SingleAttributeImpl):
    """A column's value. is_equal: its type's comparison."""

    is_equal: Any

    def is_same(self, current: Any, original: Any) -> bool:
        """Whether a value was replaced by an equal one, which is not a change."""
        # Comparing a SQL expression makes another expression, which is not True.
        return id(original) not in MARKERS and self.is_equal(current, original) is True

    def _old_value(self, state: InstanceState, dict_: Values) -> Any:
        if self.active_history:
            return self.get(state, dict_, PASSIVE_RETURN_NO_VALUE)
        return dict_.get(self.key, NO_VALUE)

    def _had_none(self, state: InstanceState, old: Any) -> bool:
        return not (state.expired or self.key in state.expired_attributes)

    def set(self, state: InstanceState, dict_: Values, value: Any, initiator: Initiator) -> None:
        """Assign a value."""
        # FASTPATH: _old_value(), without the call.
        if self.active_history:
            old = self.get(state, dict_, PASSIVE_RETURN_NO_VALUE)
        else:
            old = dict_.get(self.key, NO_VALUE)
        for listener in self.on_set:
            value = listener(state, value, old, initiator or self.replace_token)
        state.modified_event(self, old)
        dict_[self.key] = value

    def get_history(self, state: InstanceState, dict_: Values, passive: int) -> History:
        """What happened since the last flush."""
        key, committed = self.key, state.committed_state
        was_deleted = key in committed and key not in dict_
        current = NO_VALUE if was_deleted else self.get(state, dict_, passive & ~INIT_OK)
        return self._history(current, committed.get(key, _NO_HISTORY))


_LOAD_THE_REPLACED = (
    PASSIVE_ONLY_PERSISTENT | NO_AUTOFLUSH | LOAD_AGAINST_COMMITTED | NO_RAISE | LOAD_REPLACED
)


class ScalarObjectAttributeImpl(_SingleAttributeImpl):
    """The one object of a relationship."""

    uses_objects = True
    is_same = staticmethod(is_)

    def _old_value(self, state: InstanceState, dict_: Values) -> Any:
        if self.active_history:
            passive = PASSIVE_ONLY_PERSISTENT | NO_AUTOFLUSH | LOAD_AGAINST_COMMITTED
        else:
            passive = PASSIVE_NO_FETCH ^ INIT_OK | LOAD_AGAINST_COMMITTED | NO_RAISE
        return self.get(state, dict_, passive)

    def _had_none(self, state: InstanceState, old: Any) -> bool:
        # For an object with a row, it is unknown whether there was one.
        return old is not PASSIVE_NO_RESULT and state.ident is None

    def set(self, state: InstanceState, dict_: Values, value: Any, initiator: Initiator) -> None:
        """Assign an object or None."""
        self._replace(state, dict_, value, self._old_value(state, dict_), initiator)

    def append(self, state: InstanceState, value: Any, initiator: Initiator) -> None:
        """Set our object, since we were added on the other side."""
        self.set(state, state.dict, value, initiator)

    def pop(self, state: InstanceState, value: Any, initiator: Initiator) -> None:
        """Set None, since we were removed on the other side, unless we have another object now."""
        dict_ = state.dict
        old = self._old_value(state, dict_)
        if old is value or old is PASSIVE_NO_RESULT:
            self._replace(state, dict_, None, old, initiator)

    def _replace(
        self, state: InstanceState, dict_: Values, value: Any, old: Any, initiator: Initiator
    ) -> None:
        if self.trackparent and old is not value and old is not None and id(old) not in MARKERS:
            self.sethasparent(state_of(old), state, False)
        for listener in self.on_set:
            value = listener(state, value, old, initiator or self.replace_token)
        state.modified_event(self, old)
        if self.trackparent and value is not None:
            self.sethasparent(state_of(value), state, True)
        dict_[self.key] = value

    def get_history(self, state: InstanceState, dict_: Values, passive: int) -> History:
        """What happened since the last flush."""
        current = self.get(state, dict_, passive & ~INIT_OK)
        original = state.committed_state.get(self.key, _NO_HISTORY)
        if (
            original is PASSIVE_NO_RESULT
            and self.deferred_history
            and passive & (CALLABLES_OK | LOAD_REPLACED)
        ):
            loaded = self._load(state, _LOAD_THE_REPLACED)
            # Without a row there is nothing to load; as in 1.4, the flush then fails on the marker.
            if id(loaded) not in MARKERS or loaded is ATTR_EMPTY:
                original = loaded
        if original is None and current is not None:
            original = NO_VALUE  # a None before is not reported as deleted
        return self._history(current, original)


class CollectionAttributeImpl(AttributeImpl):
    """The collection of a relationship."""

    uses_objects = True
    collection = plural = True

    def __init__(self, prop: Any) -> None:
        super().__init__(prop)
        self.collection_factory = prepare_instrumentation(prop.collection_class or list)
        self.duck_type = duck_type_of(self.collection_factory())
        self.bulk_replace_token = AttributeEvent(self, OP_BULK_REPLACE)

    # the collection --------------------------------------------------------------------------

    def new_collection(self, state: InstanceState) -> Any:
        """An empty collection for the object, not yet its value."""
        collection = self.collection_factory()
        collection._sa_adapter = CollectionAdapter(self, state)
        return collection

    def _default_value(self, state: InstanceState) -> Any:
        """An empty collection, which becomes the value only when it is changed."""
        if state.empty_collections is None:
            state.empty_collections = {}
        waiting = state.empty_collections
        if self.key not in waiting:
            waiting[self.key] = self.new_collection(state)
            waiting[self.key]._sa_adapter.empty = True
        return waiting[self.key]

    def forget(self, dict_: Values) -> Any:
        """As above; whoever changes the collection from now on is warned."""
        old = super().forget(dict_)
        adapter = getattr(old, "_sa_adapter", None)
        if adapter is not None:
            adapter.invalidated = True
        return old

    # writing ---------------------------------------------------------------------------------

    def append(self, state: InstanceState, value: Any, initiator: Initiator) -> None:
        """Add a member; if the collection is not loaded, the change waits for it."""
        collection = self.get(state, state.dict, PASSIVE_NO_FETCH)
        if collection is PASSIVE_NO_RESULT:
            value = self.fire_append_event(state, value, initiator)
            state.pending_mutation(self.key).append(value)
        else:
            add_member(collection, value, initiator)

    def pop(self, state: InstanceState, value: Any, initiator: Initiator) -> None:
        """Remove a member, if it is there; if the collection is not loaded, as append()."""
        collection = self.get(state, state.dict, PASSIVE_NO_FETCH)
        if collection is PASSIVE_NO_RESULT:
            self.fire_remove_event(state, value, initiator)
            state.pending_mutation(self.key).remove(value)
            return
        with suppress(ValueError, KeyError, IndexError):
            remove_member(collection, value, initiator)

    def set(self, state: InstanceState, dict_: Values, value: Any, initiator: Initiator) -> None:
        """Assign a whole collection: its members are put into a new collection of ours.

        Raises: TypeError: it is not like the collection of this attribute.
        """
        # Checked first, so that a wrong value does not load the old collection.
        collection = self.new_collection(state)
        given_type = duck_type_of(value)
        if given_type is not self.duck_type:
            given = "None" if value is None else value.__class__.__name__
            wanted = self.duck_type.__name__ if self.duck_type else "None"
            raise TypeError(f"Incompatible collection type: {given} is not {wanted}-like")
        members = list(collection_members(value))
        token = self.bulk_replace_token
        for listener in self.on_bulk_replace:
            listener(state, members, token)
        old = self.get(state, dict_, PASSIVE_ONLY_PERSISTENT)
        if old is value:
            return  # `obj.items += [...]` assigns the collection to its own attribute
        state.modified_event(self, old)
        dict_[self.key] = collection
        bulk_replace(members, old, collection, initiator=token)
        old._sa_adapter = None
        if state.empty_collections is not None:
            state.empty_collections.pop(self.key, None)

    def delete(self, state: InstanceState, dict_: Values) -> None:
        """`del obj.collection`: remove all members."""
        if self.key in dict_:
            state.modified_event(self, NO_VALUE)
            for member in list(collection_members(dict_[self.key])):
                remove_member(dict_[self.key], member)
            del dict_[self.key]

    def set_committed_value(self, state: InstanceState, dict_: Values, value: Any) -> Any:
        """Make a collection of the loaded members, then apply the changes that waited for it."""
        collection = self.new_collection(state)
        fill(collection, value or ())
        dict_[self.key] = collection
        state.commit(dict_, (self.key,))
        waiting = state.pending_mutations
        if waiting and self.key in waiting:
            state.modified_event(self, NO_VALUE)
            pending = waiting.pop(self.key)
            for item in pending.added.values():
                add_member(collection, item, False)
            for item in pending.removed.values():
                remove_member(collection, item, False)
        return collection

    # events ----------------------------------------------------------------------------------

    def fire_append_wo_mutation_event(
        self, state: InstanceState, value: Any, initiator: Initiator
    ) -> None:
        """Report a member that is added although it is there already."""
        for listener in self.on_append_again:
            listener(state, value, initiator or self.append_token)

    def fire_pre_remove_event(self, state: InstanceState) -> None:
        """Report that a member will be removed, when it is not yet known which."""
        state.modified_event(self, NO_VALUE)

    # history ---------------------------------------------------------------------------------

    def get_history(self, state: InstanceState, dict_: Values, passive: int) -> History:
        """What happened since the last flush."""
        current = self.get(state, dict_, passive)
        if current is PASSIVE_NO_RESULT:
            return HISTORY_BLANK
        if current is NO_VALUE:
            return _NOTHING_HAPPENED
        members = list(collection_members(current))
        original = state.committed_state.get(self.key, _NO_HISTORY)
        if original is _NO_HISTORY:
            return History((), members, ())
        if original is NO_VALUE:
            return History(members, (), ())
        return History(*_compared_members(original or (), members))


def _compared_members(
    before: Iterable[Any], after: Iterable[Any]
) -> tuple[list[Any], list[Any], list[Any]]:
    """The members that were added, those that stayed and those that were removed."""
    old, new = set(map(id, before)), set(map(id, after))
    return (
        [member for member in after if id(member) not in old],
        [member for member in after if id(member) in old],
        [member for member in before if id(member) not in new],
    )


class DynamicChanges(PendingCollection):
    """What was added to and removed from a dynamic relationship since the last flush."""

    __slots__ = ()

    def append(self, value: Any) -> None:
        """`value` was added, even if it was removed before."""
        self.added[id(value)] = value


class DynamicAttributeImpl(AttributeImpl):
    """The query of a relationship with lazy="dynamic"; see orm/dynamic.py for the query itself.

    Nothing is loaded into the object: what was added and removed is kept in `committed_state`.
    """

    uses_objects = True
    dynamic = plural = True

    def get(self, state: InstanceState, dict_: Values, passive: int = PASSIVE_OFF) -> Any:
        """The query; if loading is not allowed, only what was added."""
        return Loaders.dynamic(self, state) if passive & SQL_OK else self.added(state)

    def added(self, state: InstanceState) -> list[Any]:
        """The members that were added since the last flush."""
        return list(self._changes(state).added.values())

    def _changes(self, state: InstanceState) -> DynamicChanges:
        changes = state.committed_state.get(self.key)
        return DynamicChanges() if changes is None else changes

    def _changes_to_write(self, state: InstanceState) -> DynamicChanges:
        changes = self._changes(state)
        state.modified_event(self, NO_VALUE)
        if state.committed_state is UNCHANGED:  # still, for it is viewonly
            state.committed_state = {}
        state.committed_state[self.key] = changes
        # A flush looks for the key in the dictionary, too.
        state.dict[self.key] = True
        return changes

    def fire_append_event(self, state: InstanceState, value: Any, initiator: Initiator) -> Any:
        """Report a member to be added."""
        self._changes_to_write(state).append(value)
        return super().fire_append_event(state, value, initiator)

    def fire_remove_event(self, state: InstanceState, value: Any, initiator: Initiator) -> None:
        """Report a member to be removed."""
        self._changes_to_write(state).remove(value)
        super().fire_remove_event(state, value, initiator)

    # What a back reference calls for a member that was added or removed.
    append = fire_append_event
    pop = fire_remove_event

    def set(self, state: InstanceState, dict_: Values, value: Any, initiator: Initiator) -> None:
        """Assign all members."""
        members = list(value)
        # First, since reading the members may flush.
        former = list(Loaders.dynamic(self, state)._as_load()) if state.has_identity else []
        old = {id(member): member for member in [*former, *self.added(state)]}.values()
        self._changes_to_write(state)
        came, _, went = _compared_members(old, members)
        for member in came:
            self.fire_append_event(state, member, None)
        for member in went:
            self.fire_remove_event(state, member, None)

    def delete(self, state: InstanceState, dict_: Values) -> None:
        """`del obj.attribute` has no meaning here."""
        raise NotImplementedError

    def set_committed_value(self, state: InstanceState, dict_: Values, value: Any) -> Any:
        """Dynamic attributes are never loaded."""
        raise NotImplementedError("Dynamic attributes don't support collection population.")

    def get_history(self, state: InstanceState, dict_: Values, passive: int) -> History:
        """What was added and removed; and the unchanged members, if they may be loaded."""
        changes = self._changes(state)
        added, removed = changes.added, changes.removed
        if not state.has_identity or not passive & INIT_OK:
            return History(list(added.values()), [], list(removed.values()))
        members = Loaders.dynamic(self, state)._as_load().autoflush(False)
        present = {id(member): member for member in members}
        return History(
            [each for key, each in added.items() if key not in present],
            [each for key, each in present.items() if key not in removed],
            [each for key, each in removed.items() if key in present],
        )


# Back references ------------------------------------------------------------------------------


class _BackReference:
    """Mirrors the changes of `impl` on the attribute `key` of the other object."""

    def __init__(self, impl: AttributeImpl, key: str) -> None:
        self.impl = impl
        self.key = key

    def append(self, state: InstanceState, child: Any, initiator: AttributeEvent) -> Any:
        """Set our object on a new member, or add it there."""
        if child is None:
            return child
        child_state = state_of(child)
        other = child_state.mapper.impls[self.key]
        if initiator.impl.prop not in (self.impl.prop, other.prop):
            raise ValueError(
                "Bidirectional attribute conflict detected: "
                f"Passing object {state_label(state)} to attribute "
                f'"{initiator.impl}" triggers a modify event on attribute '
                f'"{other}" via the backref "{self.impl}".'
            )
        # Do not send a change back to where it came from.
        if initiator.impl is not other:
            other.append(child_state, state.obj(), initiator)
        return child

    def set(self, state: InstanceState, child: Any, old: Any, initiator: AttributeEvent) -> Any:
        """Remove our object from the one that was replaced, and add it to the new one."""
        if old is child:
            return child
        if old is not None and id(old) not in MARKERS:
            old_state = state_of(old)
            other = old_state.mapper.impls[self.key]
            if initiator is not (other.remove_token if other.plural else other.replace_token):
                other.pop(old_state, state.obj(), self.impl.replace_token)
        return self.append(state, child, initiator)

    def remove(self, state: InstanceState, child: Any, initiator: AttributeEvent) -> None:
        """Remove our object from a member that was removed."""
        if child is None or id(child) in MARKERS:
            return
        child_state = state_of(child)
        other = child_state.mapper.impls[self.key]
        if initiator.impl is other and initiator.op is not OP_APPEND:
            return
        # A list may hold the child twice: it stays a member while one is left.
        if self.impl.collection and not other.plural:
            members = collection_members(state.dict[self.impl.key])
            if sum(1 for each in members if each is child) > 1:
                return
        other.pop(child_state, state.obj(), initiator)


def listen_for_backref(impl: AttributeImpl, key: str) -> None:
    """Mirror each change of `impl` on the attribute `key` of the other object."""
    mirror = _BackReference(impl, key)
    if impl.plural:
        impl.on_append += (mirror.append,)
    else:
        impl.on_set += (mirror.set,)
    impl.on_remove += (mirror.remove,)


# Validation ------------------------------------------------------------------------------------


def listen_for_validation(impl: AttributeImpl, key: str, validator: Callable[..., Any]) -> None:
    """Call `validator(obj, key, value)` for each new value, which it may replace."""

    def append(state: InstanceState, value: Any, initiator: AttributeEvent) -> Any:
        is_checked = initiator.op is OP_BULK_REPLACE
        return value if is_checked else validator(state.obj(), key, value)

    def bulk_replace_(state: InstanceState, values: list[Any], initiator: AttributeEvent) -> None:
        values[:] = [validator(state.obj(), key, value) for value in values]

    def set_(state: InstanceState, value: Any, old: Any, initiator: AttributeEvent) -> Any:
        return validator(state.obj(), key, value)

    impl.on_append += (append,)
    impl.on_bulk_replace += (bulk_replace_,)
    impl.on_set += (set_,)


publish(globals(), "sqlalchemy.orm.attributes")
