"""Collections: a list, a set and a dictionary that report added and removed members.

Before: orm/impls.py gives each loaded relationship its collection.
Here:   the reporting methods of list, set and dict; the adapter between a collection and its
        attribute; dictionaries keyed by an attribute of their members.
After:  orm/impls.py hears of each change, and keeps history and back references.

A learner's own collection class has its mutating methods wrapped at its first use. Those that add
or remove one member take a private `_sa_initiator`: what caused the change, or False for a change
that is not reported.

Follows: SQLAlchemy 1.4, "Collection Configuration and Techniques".
"""

from __future__ import annotations

from operator import attrgetter
from types import SimpleNamespace

from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.exc import ArgumentError, InvalidRequestError, warn
from ormtutor.miniorm.leftout import names_left_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


class CollectionAdapter:
    """Links a collection, which holds it as `_sa_adapter`, to an attribute of an object.

    attr: the CollectionAttributeImpl. invalidated: another collection took its place. empty: it
    was made when the attribute was read, and is no value until somebody changes it.
    """

    __slots__ = ("attr", "empty", "invalidated", "owner_state")

    def __init__(self, attr: Any, owner_state: Any) -> None:
        self.attr = attr
        self.owner_state = owner_state
        self.invalidated = self.empty = False

    def check(self) -> None:
        """Before a change: warn if the collection was replaced; make an empty one the value."""
        if self.invalidated:
            warn("This collection has been invalidated.")
        if self.empty:
            self.empty = False
            key, state = self.attr.key, self.owner_state
            if state.empty_collections is not None and key in state.empty_collections:
                state.dict[key] = state.empty_collections.pop(key)


def add_member(collection: Any, item: Any, initiator: Any = None) -> None:
    """Add a member to any collection and report it; with `initiator` False, silently."""
    type(collection)._sa_appender(collection, item, _sa_initiator=initiator)


def remove_member(collection: Any, item: Any, initiator: Any = None) -> None:
    """Remove a member and report it; with `initiator` False, silently."""
    type(collection)._sa_remover(collection, item, _sa_initiator=initiator)


def fill(collection: Any, items: Iterable[Any]) -> None:
    """Add members silently."""
    if type(collection) is InstrumentedList:
        list.extend(collection, items)
        return
    for item in items:
        add_member(collection, item, False)


def collection_members(collection: Any) -> Any:
    """The members of any collection: of a dictionary, its values."""
    return collection.values() if duck_type_of(collection) is dict else iter(collection)


def bulk_replace(values: list[Any], old: Any, new: Any, initiator: Any = None) -> None:
    """Fill `new` with `values`; report what is added and removed, but not what stays."""
    before = {id(member): member for member in collection_members(old)}
    after = {id(member) for member in values}
    for member in values:
        add_member(new, member, False if id(member) in before else initiator)
    for identity, member in before.items():
        if identity not in after:
            _going(old, member, initiator)


# What the reporting methods report ------------------------------------------------------------


def _reporter(event: str) -> Callable[..., Any]:
    """A function that reports one kind of event, and returns the member that validators leave."""

    def report(collection: Any, item: Any, initiator: Any = None) -> Any:
        adapter = collection._sa_adapter
        if adapter is None or initiator is False:
            return item
        if adapter.invalidated or adapter.empty:
            adapter.check()
        return getattr(adapter.attr, event)(adapter.owner_state, item, initiator)

    return report


# A member is about to be added; it is there already; it is about to be removed, or was.
_coming = _reporter("fire_append_event")
_coming_again = _reporter("fire_append_wo_mutation_event")
_going = _reporter("fire_remove_event")


def _something_is_going(collection: Any) -> None:
    """Before a removal, when it is not yet known of which member: remember the old members."""
    adapter = collection._sa_adapter
    if adapter is not None:
        if adapter.invalidated:
            adapter.check()
        adapter.attr.fire_pre_remove_event(adapter.owner_state)


# The reporting methods ------------------------------------------------------------------------
#
# Each function makes a class whose methods are copied; `plain` will hold the original ones.


def _reporting_list(plain: Any) -> type:
    class Reporting:
        def append(self: Any, item: Any, _sa_initiator: Any = None) -> None:
            plain.append(self, _coming(self, item, _sa_initiator))

        def remove(self: Any, value: Any, _sa_initiator: Any = None) -> None:
            _going(self, value, _sa_initiator)
            plain.remove(self, value)

        def insert(self: Any, index: Any, value: Any) -> None:
            plain.insert(self, index, _coming(self, value))

        def __setitem__(self: Any, index: Any, value: Any) -> None:
            if isinstance(index, slice):
                _assign_slice(self, index, value)
                return
            old = self[index]
            if old is not None:
                _going(self, old)
            plain.__setitem__(self, index, _coming(self, value))

        def __delitem__(self: Any, index: Any) -> None:
            for item in self[index] if isinstance(index, slice) else [self[index]]:
                _going(self, item)
            plain.__delitem__(self, index)

        def extend(self: Any, iterable: Any) -> None:
            for value in list(iterable):
                self.append(value)

        def __iadd__(self: Any, iterable: Any) -> Any:
            self.extend(iterable)
            return self

        def pop(self: Any, index: int = -1) -> Any:
            _something_is_going(self)
            item = plain.pop(self, index)
            _going(self, item)
            return item

        def clear(self: Any) -> None:
            for item in self:
                _going(self, item)
            plain.clear(self)

    return Reporting


def _assign_slice(collection: Any, index: slice, value: Any) -> None:
    """Assign member by member, at the places that SQLAlchemy computes."""
    step, start = index.step or 1, index.start or 0
    stop = len(collection) if index.stop is None else index.stop
    start, stop = (place + len(collection) if place < 0 else place for place in (start, stop))
    places = range(start, stop, step)
    if step != 1:
        if len(value) != len(places):
            raise ValueError(
                f"attempt to assign sequence of size {len(value)} to extended slice of "
                f"size {len(places)}"
            )
        for place, item in zip(places, value, strict=True):
            collection[place] = item
    elif value is not collection:
        for _ in places:
            if len(collection) > start:
                del collection[start]
        for place, item in enumerate(value):
            collection.insert(place + start, item)


def _in_place(method: str) -> Callable[[Any, Any], Any]:
    """An operator such as `|=`, which accepts only sets."""

    def change(self: Any, value: Any) -> Any:
        if not isinstance(value, set | frozenset | type({}.keys())):
            return NotImplemented
        getattr(self, method)(value)
        return self

    return change


def _reporting_set(plain: Any) -> type:
    class Reporting:
        def add(self: Any, value: Any, _sa_initiator: Any = None) -> None:
            if value in self:
                _coming_again(self, value, _sa_initiator)
            else:
                value = _coming(self, value, _sa_initiator)
            plain.add(self, value)

        def discard(self: Any, value: Any) -> None:
            if value in self:
                _going(self, value)
            plain.discard(self, value)

        def remove(self: Any, value: Any, _sa_initiator: Any = None) -> None:
            if value in self:
                _going(self, value, _sa_initiator)
            plain.remove(self, value)

        def pop(self: Any) -> Any:
            _something_is_going(self)
            item = plain.pop(self)
            _going(self, item)
            return item

        def clear(self: Any) -> None:
            for item in list(self):
                self.remove(item)

        def update(self: Any, value: Any) -> None:
            for item in value:
                self.add(item)

        def difference_update(self: Any, value: Any) -> None:
            for item in value:
                self.discard(item)

        def intersection_update(self: Any, other: Any) -> None:
            _become(self, self.intersection(other))

        def symmetric_difference_update(self: Any, other: Any) -> None:
            _become(self, self.symmetric_difference(other))

        __ior__ = _in_place("update")
        __isub__ = _in_place("difference_update")
        __iand__ = _in_place("intersection_update")
        __ixor__ = _in_place("symmetric_difference_update")

    return Reporting


def _become(collection: Any, wanted: set[Any]) -> None:
    present = set(collection)
    for item in present - wanted:
        collection.remove(item)
    for item in wanted - present:
        collection.add(item)


def _reporting_dict(plain: Any) -> type:
    class Reporting:
        def __setitem__(self: Any, key: Any, value: Any, _sa_initiator: Any = None) -> None:
            if key in self:
                _going(self, self[key], _sa_initiator)
            plain.__setitem__(self, key, _coming(self, value, _sa_initiator))

        def __delitem__(self: Any, key: Any, _sa_initiator: Any = None) -> None:
            if key in self:
                _going(self, self[key], _sa_initiator)
            plain.__delitem__(self, key)

        def clear(self: Any) -> None:
            for item in self.values():
                _going(self, item)
            plain.clear(self)

        def pop(self: Any, key: Any, *default: Any) -> Any:
            _something_is_going(self)
            present = key in self
            item = plain.pop(self, key, *default)
            if present:
                _going(self, item)
            return item

        def popitem(self: Any) -> Any:
            _something_is_going(self)
            key, item = plain.popitem(self)
            _going(self, item)
            return key, item

        def setdefault(self: Any, key: Any, default: Any = None) -> Any:
            if key not in self:
                self[key] = default
            elif self[key] is default:
                _coming_again(self, default)
            return self[key]

        def update(self: Any, *others: Any, **kw: Any) -> None:
            for key, value in dict(*others, **kw).items():
                if key not in self or self[key] is not value:
                    self[key] = value
                else:
                    _coming_again(self, value)

    return Reporting


# The reporting methods, and which of them adds a member.
_KINDS: dict[type, tuple[Callable[[Any], type], str]] = {
    list: (_reporting_list, "append"),
    set: (_reporting_set, "add"),
    dict: (_reporting_dict, "set"),
}


def duck_type_of(thing: Any) -> type | None:
    """Which of list, set and dict an object or class is like; None if it is like none."""
    cls = thing if isinstance(thing, type) else type(thing)
    for kind in _KINDS:
        if issubclass(cls, kind):
            return kind
    for kind, (_, appender) in _KINDS.items():
        if hasattr(cls, appender):
            return kind
    return None


def prepare_instrumentation(factory: Any) -> Any:
    """Make sure that what `factory` makes reports its changes; return the factory to use.

    Raises: ArgumentError: what it makes cannot be a collection.
    """
    cls = factory if isinstance(factory, type) else type(factory())
    own: Any = _INSTRUMENTED.get(cls, cls)
    if "_sa_appender" not in vars(own):
        _instrument(own)
    if own is cls:
        return factory
    return own if factory is cls else lambda: own(factory())


def _instrument(cls: Any) -> None:
    """Let the methods of a class report its changes."""
    kind = duck_type_of(cls)
    if kind is None or not hasattr(cls, _KINDS[kind][1]):
        raise ArgumentError(
            f"Type {cls.__name__} must elect an appender method to be a collection class"
        )
    reporting, appender = _KINDS[kind]
    plain = SimpleNamespace()
    for name, method in vars(reporting(plain)).items():
        original = getattr(cls, name, None)
        if callable(method) and original and not hasattr(original, "_sa_instrumented"):
            setattr(plain, name, original)
            method._sa_instrumented = True
            method.__doc__ = original.__doc__
            method.__qualname__ = f"_{kind.__name__}_decorators.<locals>.{name}.<locals>.{name}"
            setattr(cls, name, method)
    cls._sa_adapter = None
    cls._sa_appender = getattr(cls, appender)
    cls._sa_remover = cls.remove


class InstrumentedList(list):  # type: ignore[type-arg]
    """A list that reports its changes."""


class InstrumentedSet(set):  # type: ignore[type-arg]
    """A set that reports its changes."""


class InstrumentedDict(dict):  # type: ignore[type-arg]
    """A dictionary that reports its changes; a subclass must add the appender, as below."""


# Built-in classes cannot be changed; these stand in for them.
_INSTRUMENTED: dict[type, type] = {
    list: InstrumentedList,
    set: InstrumentedSet,
    dict: InstrumentedDict,
}


class MappedCollection(dict):  # type: ignore[type-arg]
    """A dictionary whose keys are computed from its members."""

    def __init__(self, keyfunc: Callable[[Any], Any]) -> None:
        super().__init__()
        self.keyfunc = keyfunc

    def set(self, value: Any, _sa_initiator: Any = None) -> None:
        """Add a member under its key."""
        self.__setitem__(self.keyfunc(value), value, _sa_initiator)  # type: ignore[call-arg]

    def remove(self, value: Any, _sa_initiator: Any = None) -> None:
        """Remove a member.

        Raises: KeyError: its key is not there. InvalidRequestError: another is under its key.
        """
        key = self.keyfunc(value)
        if self[key] != value:
            raise InvalidRequestError(
                f"Can not remove '{value}': collection holds '{self[key]}' for key '{key}'. "
                "Possible cause: is the MappedCollection key function based on mutable "
                "properties or properties that only obtain values after flush?"
            )
        self.__delitem__(key, _sa_initiator)  # type: ignore[call-arg]


for _class in (InstrumentedList, InstrumentedSet, MappedCollection):
    _instrument(_class)


def mapped_collection(keyfunc: Callable[[Any], Any]) -> Callable[[], MappedCollection]:
    """A collection class: a dictionary keyed by `keyfunc(member)`."""
    return lambda: MappedCollection(keyfunc)


def attribute_mapped_collection(attr_name: str) -> Callable[[], MappedCollection]:
    """A collection class: a dictionary keyed by one attribute of its members."""
    return mapped_collection(attrgetter(attr_name))


publish(globals(), "sqlalchemy.orm.collections")
__getattr__ = names_left_out("sqlalchemy.orm.collections")
