"""State: what is known about one mapped object beside its values.

Before: orm/impls.py reports changes here; orm/session.py moves objects through their lives.
Here:   InstanceState: key, session, committed values, what is expired; transient ... detached.
After:  orm/identity.py keeps states by key; orm/loading.py refreshes what is expired.

A state *is* the weak reference to its object (`state()` returns the object or None), so that it
costs one Python object and not two. The object holds its state in
`__dict__["_sa_instance_state"]`; the state holds neither its object nor its session strongly, so
that both can be collected when nobody else uses them.

Follows: SQLAlchemy 1.4, "Session Basics: Object States", `InstanceState`.
"""

from __future__ import annotations

from operator import attrgetter
from types import MappingProxyType
from weakref import ref

from ormtutor.miniorm.inspection import InspectionAttr
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.orm import flags
from ormtutor.miniorm.orm.collections import collection_members
from ormtutor.miniorm.orm.exc import NO_STATE, ObjectDereferencedError, UnmappedInstanceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from ormtutor.miniorm.orm.identity import Key

    # Inside InstanceState the name `dict` is a property.
    Values = dict[str, Any]


# The committed_state of objects without changes. Shared by all of them: it is replaced, never
# written to.
UNCHANGED: Mapping[str, Any] = MappingProxyType({})

# Types whose values are surely not SQL expressions.
PLAIN = frozenset((int, str, float, bool, bytes, type(None)))


class Names(frozenset):  # type: ignore[type-arg]
    """Attribute names; learners see a plain set."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(set(self))

    def __or__(self, other: Any) -> Names:
        return Names(frozenset.__or__(self, other))

    def __sub__(self, other: Any) -> Names:
        return Names(frozenset.difference(self, other))


NOTHING = Names()


class ImmutableProperties:
    """A read-only collection by name: `inspect(User).attrs.name`, `.attrs["name"]`, `.keys()`."""

    __module__ = "sqlalchemy.util._collections"
    __slots__ = ("_data",)

    def __init__(self, data: dict[str, Any]) -> None:
        object.__setattr__(self, "_data", data)

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._data.values()))

    def __dir__(self) -> list[str]:
        return [*dir(super()), *map(str, self._data)]

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __getattr__(self, key: str) -> Any:
        try:
            return self._data[key]
        except KeyError:
            raise AttributeError(key) from None

    def _refuse(self, *change: Any) -> None:
        raise TypeError(f"{self.__class__.__name__} object is immutable")

    __setitem__ = __delitem__ = __setattr__ = _refuse

    def __contains__(self, key: object) -> bool:
        return key in self._data

    def get(self, key: str, default: Any = None) -> Any:
        """The value under `key`, or `default`."""
        return self._data.get(key, default)

    def keys(self) -> list[str]:
        """The names, in order."""
        return list(self._data)

    def values(self) -> list[Any]:
        """The values, in order."""
        return list(self._data.values())

    def items(self) -> list[tuple[str, Any]]:
        """Pairs of name and value, in order."""
        return list(self._data.items())


# Loading -------------------------------------------------------------------------------------


class Loaders:
    """The functions that load a missing value; higher modules put them here at import.

    `expired`: loading.load_expired(mapper, state, keys, passive).
    `lazy`, `deferred`: strategies' loaders of relationships and deferred columns, called as
    (property, state, passive); they return a value, ATTR_WAS_SET, ATTR_EMPTY, NO_VALUE or
    PASSIVE_NO_RESULT. An option passes `strategy` and `criteria` to the former.
    `eager`: makes a loader that runs when the rows are read, or returns None; called as (property,
    strategy, planner, place).
    `dynamic`: makes the AppenderQuery of a dynamic relationship, called as (impl, state).
    """

    expired: Callable[..., None]
    lazy: Callable[..., Any]
    deferred: Callable[..., Any]
    eager: Callable[..., Any]
    dynamic: Callable[..., Any]


def identity_key(mapper: Any, ident: Any) -> Key:
    """The key `(User, (1,), None)` for a primary key in the form of InstanceState.ident."""
    return mapper.class_, (ident,) if mapper.single_key else ident, None


def _object_is_gone(state: InstanceState) -> None:
    """The object was collected: take its state out of the identity map and the session.

    FASTPATH: identity_map.discard(), but for changes, which would have kept the object alive; it
    runs once for each object of a result that is thrown away.
    """
    session_ref = state.session_ref
    session = None if session_ref is None else session_ref()
    state.session_ref = None
    if session is not None:
        table = session.identity_map.tables.get(state.mapper.class_)
        if table is not None and table.get(state.ident) is state:
            del table[state.ident]


def _stage(*, has_key: bool, attached: bool, deleted: bool | None = None, doc: str) -> Any:
    """A property: whether an object is at a stage of its life, by its key, session and row."""

    def is_there(state: InstanceState) -> bool:
        there = (state.ident is not None) is has_key and state._attached is attached
        return there and deleted in (None, state._deleted)

    return property(is_there, doc=doc)


class InstanceState(InspectionAttr, ref):  # type: ignore[type-arg]  # objects are of any class
    """What is known about one object: `inspect(obj)`.

    mapper: how its class is mapped.
    ident: its primary key: the value, or a tuple for several columns; None: no key.
    session_ref: a weak reference to its session (one for all: `session._self_ref`), or None.
    committed_state: the old values of changed attributes, or the shared empty UNCHANGED.
    expired_attributes: names to be loaded again at the next read; a frozenset that is replaced.
    expired: the whole object was expired. modified: it has changes. _deleted: its row was deleted.
    load_options: for later loads: the options of the query that loaded it, and its path there.
    insert_order: its turn among the new objects of its session. place: in the identity map.
    parents: by attribute, the parent that last took it; for delete-orphan.
    orphaned: it lost its owning parent while neither was in a session.
    pending_mutations: what was added to and removed from collections that are not loaded.
    callables: this object's own loaders for single attributes (from options like defer()).
    empty_collections: empty collections that were read, and are not yet in the dictionary.
    last_known: the values of attributes when they expired, for criteria that compare with them.
    """

    __module__ = "sqlalchemy.orm.state"

    mapper: Any  # a Mapper, which stands above this module
    ident: Any
    session_ref: Any
    committed_state: Any
    expired_attributes: frozenset[str]
    expired: bool
    modified: bool
    _deleted: bool
    orphaned: bool
    load_options: Any
    insert_order: float
    place: int
    parents: dict[Any, Any] | None
    pending_mutations: dict[str, PendingCollection] | None
    callables: dict[str, Any] | None
    empty_collections: dict[str, Any] | None
    last_known: dict[str, Any] | None
    __slots__ = tuple(__annotations__)

    is_instance = True

    # A state equals only itself, even when two objects compare equal. All six are set, so that the
    # interpreter uses object's own comparison and not a slower dispatcher.
    __hash__ = object.__hash__
    __eq__ = object.__eq__
    __ne__ = object.__ne__
    # mypy does not know that object has the other four.
    __lt__ = object.__lt__  # type: ignore[operator]
    __le__ = object.__le__  # type: ignore[operator]
    __gt__ = object.__gt__  # type: ignore[operator]
    __ge__ = object.__ge__  # type: ignore[operator]
    __repr__ = object.__repr__

    obj = ref.__call__

    def __reduce__(self) -> Any:
        """For pickle and deepcopy: the copy belongs to no session."""
        kept = {name: getattr(self, name) for name in _KEPT}
        if self.committed_state:
            kept["committed_state"] = self.committed_state
        return _restored, (self.class_, self()), (None, kept)

    # facts -----------------------------------------------------------------------------------

    object = property(ref.__call__, doc="The object, or None if it is gone.")
    class_ = property(attrgetter("mapper.class_"), doc="The object's class.")
    was_deleted = property(
        attrgetter("_deleted"),
        doc="Its row was deleted in a flush, now or in an earlier transaction.",
    )

    @property
    def dict(self) -> Values:
        """The object's dictionary; an empty one if it is gone."""
        obj = self()
        return {} if obj is None else obj.__dict__

    @property
    def session(self) -> Any:
        """The session that the object is in, or None."""
        session_ref = self.session_ref
        return None if session_ref is None else session_ref()

    @property
    def key(self) -> Key | None:
        """The identity key `(User, (1,), None)`, or None before the first flush."""
        return None if self.ident is None else identity_key(self.mapper, self.ident)

    identity_token = None

    identity_key = key

    @property
    def identity(self) -> tuple[Any, ...] | None:
        """The primary key as a tuple, or None before the first flush."""
        key = self.key
        return None if key is None else key[1]

    @property
    def has_identity(self) -> bool:
        """Whether the object has (or had) a row."""
        return self.ident is not None

    @property
    def _attached(self) -> bool:
        session_ref = self.session_ref
        return session_ref is not None and session_ref() is not None

    transient = _stage(has_key=False, attached=False, doc="No key, no session.")
    pending = _stage(has_key=False, attached=True, doc="In a session, and not yet written.")
    persistent = _stage(has_key=True, attached=True, deleted=False, doc="In a session, with a row.")
    deleted = _stage(
        has_key=True,
        attached=True,
        deleted=True,
        doc="Its row was deleted in a flush, and the transaction is still open.",
    )
    detached = _stage(has_key=True, attached=False, doc="It has a key and no session.")

    @property
    def attrs(self) -> ImmutableProperties:
        """For each mapped attribute its AttributeState: value, loaded_value, history."""
        return ImmutableProperties({key: AttributeState(self, key) for key in self.mapper._props})

    def unmodified_intersection(self, keys: Iterable[str]) -> set[str]:
        """Those of `keys` that have no changes."""
        return set(keys).intersection(self.mapper._props).difference(self.committed_state)

    @property
    def unloaded(self) -> set[str]:
        """Names of the attributes that have neither a value nor changes."""
        return set(self.mapper._props).difference(self.committed_state).difference(self.dict)

    def get_history(self, key: str, passive: int) -> Any:
        """The History of the attribute `key`."""
        return self.mapper.impl_of(key).get_history(self, self.dict, passive)

    # changes ---------------------------------------------------------------------------------

    def modified_event(self, impl: Any, previous: Any) -> None:
        """Note that an attribute is about to change: the first old value since a flush is kept.

        `previous` is NO_VALUE if there was none. Of a collection, a copy is kept.

        Raises: ObjectDereferencedError: the object is gone.
        """
        if not impl.send_modified_events:
            return
        key = impl.key
        committed = self.committed_state
        if key not in committed:
            if impl.collection:
                if previous is flags.NO_VALUE:
                    previous = self.dict.get(key, flags.NO_VALUE)
                if previous is not flags.NO_VALUE:
                    previous = list(collection_members(previous))
            if committed is UNCHANGED:
                self.committed_state = {key: previous}
            else:
                committed[key] = previous
        if self.last_known is not None and key in self.last_known:
            self.last_known[key] = flags.NO_VALUE
        if not self.modified:
            self._become_modified(impl)

    def _become_modified(self, impl: Any) -> None:
        self.modified = True
        obj = self()
        session = self.session
        if session is not None:
            identity_map = session.identity_map
            had_modified = bool(identity_map._modified)
            if self.ident is not None and identity_map.contains_state(self):
                identity_map._modified[self] = obj
            # The first change begins the transaction, whose snapshot must hold the old state.
            if not had_modified and session._transaction is None:
                session._autobegin()
        if obj is None:
            raise ObjectDereferencedError(
                f"Can't emit change event for attribute '{self.class_.__name__}.{impl.key}' - "
                "parent object of type "
                f"<{self.class_.__name__}> has been garbage collected."
            )

    def reset(self, dict_: Values, key: str) -> None:
        """Forget the value of one attribute, and that it was expired."""
        self.mapper.impls[key].forget(dict_)
        self._is_here({key})

    def pending_mutation(self, key: str) -> PendingCollection:
        """The changes that wait for the collection `key` to be loaded."""
        if self.pending_mutations is None:
            self.pending_mutations = {}
        return self.pending_mutations.setdefault(key, PendingCollection())

    def track_last_known(self, key: str) -> Values:
        """From now on, keep the value of `key` when it expires; return where."""
        if self.last_known is None:
            self.last_known = {}
        self.last_known.setdefault(key, flags.NO_VALUE)
        return self.last_known

    # expiry and commit -----------------------------------------------------------------------

    def expire(self, dict_: Values, modified_states: Any) -> None:
        """Forget all values: the next read loads them. modified_states: the identity map's."""
        self.expired = True
        if self.modified:
            self.modified = False
            modified_states.pop(self, None)
        self.committed_state = UNCHANGED
        self.pending_mutations = None
        self.empty_collections = None
        self.parents = None
        mapper = self.mapper
        self.expired_attributes = mapper.keys_that_expire
        for impl in mapper.collection_impls:
            if impl.key in dict_:
                impl.forget(dict_)
        self.callables = None
        if self.last_known is not None:
            self.last_known.update({k: dict_[k] for k in self.last_known if k in dict_})
        for key in mapper.impls:
            dict_.pop(key, None)

    def expire_attributes(
        self, dict_: Values, keys: Iterable[str], no_loader: bool = False
    ) -> None:
        """Forget the values of these attributes; no_loader: except those that load lazily."""
        impls = self.mapper.impls
        for key in keys:
            impl = impls.get(key)
            if impl is None:
                if key not in self.mapper._props:
                    raise KeyError(key)
                continue  # a synonym
            if not impl.uses_objects:
                own_loaders = self.callables or {}
                if no_loader and (impl.callable_ or key in own_loaders):
                    continue
                self.expired_attributes |= {key}
                if key in own_loaders:
                    self.callables = {k: v for k, v in own_loaders.items() if k != key}
            self._drop_value(key, impl.forget(dict_))

    def _drop_value(self, key: str, old: Any) -> None:
        """Forget what is noted about an attribute that had this value (or NO_VALUE)."""
        if self.last_known is not None and key in self.last_known and old is not flags.NO_VALUE:
            self.last_known[key] = old
        if self.committed_state is not UNCHANGED:
            self.committed_state.pop(key, None)
        for waiting in (self.empty_collections, self.pending_mutations):
            if waiting:
                waiting.pop(key, None)

    def load_expired(self, passive: int) -> Any:
        """Load the expired attributes, all in one statement."""
        if not passive & flags.SQL_OK:
            return flags.PASSIVE_NO_RESULT
        impls = self.mapper.impls
        committed = self.committed_state
        keys = {
            key
            for key in self.expired_attributes
            if key in impls and key not in committed and impls[key].load_on_unexpire
        }
        Loaders.expired(self.mapper, self, keys, passive)
        # What the load did not fill is not loaded again.
        self.expired_attributes = NOTHING
        return flags.ATTR_WAS_SET

    def commit(self, dict_: Values, keys: Iterable[str]) -> None:
        """Record that the present values of `keys` are those of the row."""
        self.expired = False
        has_changes = self.committed_state is not UNCHANGED
        if not (has_changes or self.expired_attributes or self.callables):
            return
        keys = set(keys)
        if has_changes:
            for key in keys:
                self.committed_state.pop(key, None)
        self._is_here(keys.intersection(dict_))

    def _is_here(self, keys: set[str]) -> None:
        """Record that these attributes have values: they need no loading any more."""
        if self.expired_attributes:
            self.expired_attributes -= keys
        if self.callables:
            self.callables = {k: v for k, v in self.callables.items() if k not in keys}

    def commit_all(self, dict_: Values, modified_states: Any) -> None:
        """Record that all present values are those of the row: no changes, nothing expired."""
        self.committed_state = UNCHANGED
        self.pending_mutations = None
        if self.expired_attributes:
            self.expired_attributes -= dict_.keys()
        if self.modified:
            self.modified = False
            modified_states.pop(self, None)
        self.expired = False


def create_state(obj: Any, mapper: Any) -> InstanceState:
    """Make a new object's state, and put it into the object's dictionary.

    The row loaders of orm/rowloader.py make the same assignments, for speed.
    """
    state = InstanceState(obj, _object_is_gone)
    state.mapper = mapper
    state.ident = state.session_ref = None
    state.committed_state = UNCHANGED
    state.expired_attributes = NOTHING
    state.expired = state.modified = state._deleted = state.orphaned = False
    state.load_options = state.parents = state.pending_mutations = None
    state.callables = state.empty_collections = state.last_known = None
    state.insert_order = state.place = 0
    obj.__dict__["_sa_instance_state"] = state
    return state


_KEPT = ("ident", "expired_attributes", "expired", "modified", "callables", "parents")


def _restored(cls: type, obj: Any) -> InstanceState:
    mapper = vars(cls)["_sa_class_manager"]
    mapper.check_configured_once()
    if obj is None:  # it was gone when its state was pickled
        obj = object.__new__(cls)
    return obj.__dict__.get("_sa_instance_state") or create_state(obj, mapper)


class PendingCollection:
    """Changes of a collection that is not loaded; they are applied when it is."""

    __slots__ = ("added", "removed")

    def __init__(self) -> None:
        self.added: dict[int, Any] = {}
        self.removed: dict[int, Any] = {}

    def append(self, value: Any) -> None:
        """`value` was added."""
        if self.removed.pop(id(value), None) is None:
            self.added[id(value)] = value

    def remove(self, value: Any) -> None:
        """`value` was removed."""
        if self.added.pop(id(value), None) is None:
            self.removed[id(value)] = value


class AttributeState:
    """One attribute of one object; reading it loads nothing."""

    __module__ = "sqlalchemy.orm.state"
    __slots__ = ("key", "state")

    def __init__(self, state: InstanceState, key: str) -> None:
        self.state = state
        self.key = key

    @property
    def loaded_value(self) -> Any:
        """The value in the object's dictionary, or NO_VALUE."""
        return self.state.dict.get(self.key, flags.NO_VALUE)

    @property
    def value(self) -> Any:
        """The value of `obj.attribute`: this may load."""
        return getattr(self.state.obj(), self.key)

    @property
    def history(self) -> Any:
        """What was added, is unchanged and was deleted since the last flush, as far as loaded.

        Differs: SQLAlchemy loads the old object of a one-to-one; here, looking sends no SQL.
        """
        return self.state.get_history(self.key, flags.PASSIVE_NO_INITIALIZE)


def instance_state(obj: Any) -> InstanceState:
    """The state of a mapped object.

    Raises: UnmappedInstanceError: the object has none.
    """
    try:
        state: InstanceState = obj._sa_instance_state
    except NO_STATE:
        raise UnmappedInstanceError(obj) from None
    return state


def was_deleted(obj: Any) -> bool:
    """Whether the object's row was deleted in a flush, now or earlier."""
    return bool(obj._sa_instance_state._deleted)


def has_identity(obj: Any) -> bool:
    """Whether the object has a row, or had one earlier."""
    return instance_state(obj).has_identity


leave_out(AttributeState, "load_history")
leave_out(InstanceState, "manager unmodified")
