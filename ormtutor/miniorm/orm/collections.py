"""Collections: a list, a set and a dictionary that report who comes and who goes.

Before: orm/attributes.py gives each loaded relationship its collection.
Here:   wrappers around every changing method of list, set and dict; the adapter that stands between
        a collection and its attribute; dictionaries keyed by something of their members.
After:  the adapter tells orm/attributes.py, which keeps history and back references.

Any class will do as a collection: methods of a list, set or dict (or those that the `collection`
decorators name) are wrapped on the class at its first use. A wrapped method takes a private
`_sa_initiator`: what caused the change, or False when nobody shall hear of it.

Follows: SQLAlchemy 1.4, "Collection Configuration and Techniques".
"""

from __future__ import annotations

from operator import attrgetter
from weakref import ref

from ormtutor.miniorm.exc import ArgumentError, InvalidRequestError, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Method = Callable[..., Any]


class CollectionAdapter(ref):  # type: ignore[type-arg]  # a collection may be of any class
    """Stands between one collection and the attribute of one object.

    It is itself the weak reference to its collection, which holds it as `_sa_adapter`.
    """

    __module__ = "sqlalchemy.orm.collections"
    __slots__ = ("attr", "empty", "invalidated", "owner_state")

    attr: Any  # a CollectionAttributeImpl, which stands above this module
    owner_state: Any
    invalidated: bool
    empty: bool

    __repr__ = object.__repr__

    def __new__(cls, attr: Any, owner_state: Any, collection: Any) -> CollectionAdapter:
        """Bind `collection` to the attribute `attr` of the object behind `owner_state`."""
        self = ref.__new__(cls, collection)
        self.attr = attr
        self.owner_state = owner_state
        self.invalidated = self.empty = False
        collection._sa_adapter = self
        return self

    def __init__(self, *args: Any) -> None:
        """Everything was done in __new__; a weak reference takes one argument here."""

    @property
    def data(self) -> Any:
        """The collection."""
        return self()

    def __reduce__(self) -> tuple[Any, ...]:
        owner = self.owner_state.obj()
        return _unpickled_adapter, (owner.__class__, self.attr.key, self.owner_state, self())

    def append_with_event(self, item: Any, initiator: Any = None) -> None:
        """Add a member and tell it."""
        collection: Any = self()
        type(collection)._sa_appender(collection, item, _sa_initiator=initiator)

    def append_without_event(self, item: Any) -> None:
        """Add a member silently, as a load does."""
        collection: Any = self()
        type(collection)._sa_appender(collection, item, _sa_initiator=False)

    def append_multiple_without_event(self, items: Iterable[Any]) -> None:
        """Add members silently."""
        collection: Any = self()
        if self.empty:
            self._no_longer_empty()
        if type(collection) is InstrumentedList:
            list.extend(collection, items)
            return
        append = type(collection)._sa_appender
        for item in items:
            append(collection, item, _sa_initiator=False)

    def remove_with_event(self, item: Any, initiator: Any = None) -> None:
        """Remove a member and tell it."""
        collection: Any = self()
        type(collection)._sa_remover(collection, item, _sa_initiator=initiator)

    def remove_without_event(self, item: Any) -> None:
        """Remove a member silently."""
        collection: Any = self()
        type(collection)._sa_remover(collection, item, _sa_initiator=False)

    def clear_with_event(self, initiator: Any = None) -> None:
        """Remove all members and tell it."""
        for item in list(self):
            self.remove_with_event(item, initiator)

    def clear_without_event(self) -> None:
        """Remove all members silently."""
        for item in list(self):
            self.remove_without_event(item)

    def __iter__(self) -> Iterator[Any]:
        """The members; for a dictionary its values."""
        collection: Any = self()
        return iter(type(collection)._sa_iterator(collection))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __bool__(self) -> bool:
        return True

    # What the wrapped methods report ---------------------------------------------------------

    def fire_append_event(self, item: Any, initiator: Any = None) -> Any:
        """A member is about to come; gives the one to add (a validator may change it)."""
        if initiator is False:
            return item
        if self.invalidated:
            self._warn_invalidated()
        if self.empty:
            self._no_longer_empty()
        return self.attr.fire_append_event(self.owner_state, self.owner_state.dict, item, initiator)

    def fire_append_wo_mutation_event(self, item: Any, initiator: Any = None) -> Any:
        """A member is added that is there already; gives the one to add."""
        if initiator is False:
            return item
        if self.invalidated:
            self._warn_invalidated()
        if self.empty:
            self._no_longer_empty()
        return self.attr.fire_append_wo_mutation_event(
            self.owner_state, self.owner_state.dict, item, initiator
        )

    def fire_remove_event(self, item: Any, initiator: Any = None) -> None:
        """A member is about to go, or has gone."""
        if initiator is False:
            return
        if self.invalidated:
            self._warn_invalidated()
        if self.empty:
            self._no_longer_empty()
        self.attr.fire_remove_event(self.owner_state, self.owner_state.dict, item, initiator)

    def fire_pre_remove_event(self, initiator: Any = None) -> None:
        """A member is about to go, and it is not yet known which: keep the old members."""
        if self.invalidated:
            self._warn_invalidated()
        self.attr.fire_pre_remove_event(self.owner_state, self.owner_state.dict, initiator)

    # An empty collection that was only looked at stays out of the object's dictionary ---------

    def set_empty(self, collection: Any) -> None:
        """Remember a collection that was handed out empty and is not yet a value."""
        self.empty = True
        state = self.owner_state
        if state.empty_collections is None:
            state.empty_collections = {}
        state.empty_collections[self.attr.key] = collection

    def _no_longer_empty(self) -> None:
        self.empty = False
        waiting = self.owner_state.empty_collections
        if waiting is not None and self.attr.key in waiting:
            self.owner_state.dict[self.attr.key] = waiting.pop(self.attr.key)

    def _warn_invalidated(self) -> None:
        warn("This collection has been invalidated.")


collection_adapter = attrgetter("_sa_adapter")


def _unpickled_adapter(cls: type, key: str, state: Any, collection: Any) -> CollectionAdapter:
    mapper = cls.__dict__["_sa_class_manager"].mapper
    return CollectionAdapter(mapper.impls[key], state, collection)


def bulk_replace(
    values: list[Any], old: CollectionAdapter, new: CollectionAdapter, initiator: Any = None
) -> None:
    """Fill `new` with `values`; only what comes and what goes is told, not what stays."""
    before = {id(member): member for member in old}
    after = {id(member) for member in values}
    for member in values:
        if id(member) in before:
            new.append_without_event(member)
        else:
            new.append_with_event(member, initiator)
    for identity, member in before.items():
        if identity not in after:
            old.fire_remove_event(member, initiator)


# The wrappers ---------------------------------------------------------------------------------
#
# Each takes the method of the class as it was and gives the one that reports. `_sa_initiator` is
# passed by attributes.py and by nobody else.


def _coming(collection: Any, item: Any, initiator: Any = None) -> Any:
    if initiator is not False:
        adapter = collection._sa_adapter
        if adapter is not None:
            return adapter.fire_append_event(item, initiator)
    return item


def _coming_again(collection: Any, item: Any, initiator: Any = None) -> Any:
    if initiator is not False:
        adapter = collection._sa_adapter
        if adapter is not None:
            return adapter.fire_append_wo_mutation_event(item, initiator)
    return item


def _going(collection: Any, item: Any, initiator: Any = None) -> None:
    if initiator is not False:
        adapter = collection._sa_adapter
        if adapter is not None:
            adapter.fire_remove_event(item, initiator)


def _something_is_going(collection: Any, initiator: Any = None) -> None:
    adapter = collection._sa_adapter
    if adapter is not None:
        adapter.fire_pre_remove_event(initiator)


def _named_like(original: Method, wrapper: Method) -> Method:
    wrapper.__name__ = original.__name__
    wrapper.__qualname__ = getattr(original, "__qualname__", original.__name__)
    wrapper.__doc__ = original.__doc__
    wrapper._sa_instrumented = True  # type: ignore[attr-defined]
    return wrapper


def _list_append(original: Method) -> Method:
    def append(self: Any, item: Any, _sa_initiator: Any = None) -> None:
        original(self, _coming(self, item, _sa_initiator))

    return append


def _list_remove(original: Method) -> Method:
    def remove(self: Any, value: Any, _sa_initiator: Any = None) -> None:
        _going(self, value, _sa_initiator)
        original(self, value)

    return remove


def _list_insert(original: Method) -> Method:
    def insert(self: Any, index: Any, value: Any) -> None:
        original(self, index, _coming(self, value))

    return insert


def _list_setitem(original: Method) -> Method:
    def __setitem__(self: Any, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            _assign_slice(self, index, value)
            return
        old = self[index]
        if old is not None:
            _going(self, old)
        original(self, index, _coming(self, value))

    return __setitem__


def _assign_slice(collection: Any, index: slice, value: Any) -> None:
    start, stop, step = index.indices(len(collection))
    if step != 1:
        places = list(range(start, stop, step))
        if len(value) != len(places):
            raise ValueError(
                f"attempt to assign sequence of size {len(value)} to extended slice of "
                f"size {len(places)}"
            )
        for place, item in zip(places, value, strict=True):
            collection[place] = item
        return
    if value is collection:
        return
    for _ in range(start, stop):
        if len(collection) > start:
            del collection[start]
    for place, item in enumerate(value):
        collection.insert(place + start, item)


def _list_delitem(original: Method) -> Method:
    def __delitem__(self: Any, index: Any) -> None:
        if isinstance(index, slice):
            for item in self[index]:
                _going(self, item)
        else:
            _going(self, self[index])
        original(self, index)

    return __delitem__


def _list_extend(original: Method) -> Method:
    def extend(self: Any, iterable: Any) -> None:
        for value in list(iterable):
            self.append(value)

    return extend


def _list_iadd(original: Method) -> Method:
    def __iadd__(self: Any, iterable: Any) -> Any:
        for value in list(iterable):
            self.append(value)
        return self

    return __iadd__


def _list_pop(original: Method) -> Method:
    def pop(self: Any, index: Any = -1) -> Any:
        _something_is_going(self)
        item = original(self, index)
        _going(self, item)
        return item

    return pop


def _list_clear(original: Method) -> Method:
    def clear(self: Any, index: Any = -1) -> None:
        for item in self:
            _going(self, item)
        original(self)

    return clear


def _set_add(original: Method) -> Method:
    def add(self: Any, value: Any, _sa_initiator: Any = None) -> None:
        if value not in self:
            value = _coming(self, value, _sa_initiator)
        else:
            _coming_again(self, value, _sa_initiator)
        original(self, value)

    return add


def _set_discard(original: Method) -> Method:
    def discard(self: Any, value: Any, _sa_initiator: Any = None) -> None:
        if value in self:
            _going(self, value, _sa_initiator)
        original(self, value)

    return discard


def _set_pop(original: Method) -> Method:
    def pop(self: Any) -> Any:
        _something_is_going(self)
        item = original(self)
        _going(self, item)
        return item

    return pop


def _set_clear(original: Method) -> Method:
    def clear(self: Any) -> None:
        for item in list(self):
            self.remove(item)

    return clear


def _set_update(original: Method) -> Method:
    def update(self: Any, value: Any) -> None:
        for item in value:
            self.add(item)

    return update


def _set_difference_update(original: Method) -> Method:
    def difference_update(self: Any, value: Any) -> None:
        for item in value:
            self.discard(item)

    return difference_update


def _become(collection: Any, wanted: set[Any]) -> None:
    present = set(collection)
    for item in present - wanted:
        collection.remove(item)
    for item in wanted - present:
        collection.add(item)


def _set_intersection_update(original: Method) -> Method:
    def intersection_update(self: Any, other: Any) -> None:
        _become(self, self.intersection(other))

    return intersection_update


def _set_symmetric_difference_update(original: Method) -> Method:
    def symmetric_difference_update(self: Any, other: Any) -> None:
        _become(self, self.symmetric_difference(other))

    return symmetric_difference_update


def _set_in_place(method: str) -> Callable[[Method], Method]:
    def decorate(original: Method) -> Method:
        def in_place(self: Any, value: Any) -> Any:
            if not isinstance(value, set | frozenset | type({}.keys())):
                return NotImplemented
            getattr(self, method)(value)
            return self

        return in_place

    return decorate


# dict.pop and its like tell "no default" from any default.
_ABSENT: Any = object()


def _dict_setitem(original: Method) -> Method:
    def __setitem__(self: Any, key: Any, value: Any, _sa_initiator: Any = None) -> None:
        if key in self:
            _going(self, self[key], _sa_initiator)
        original(self, key, _coming(self, value, _sa_initiator))

    return __setitem__


def _dict_delitem(original: Method) -> Method:
    def __delitem__(self: Any, key: Any, _sa_initiator: Any = None) -> None:
        if key in self:
            _going(self, self[key], _sa_initiator)
        original(self, key)

    return __delitem__


def _dict_clear(original: Method) -> Method:
    def clear(self: Any) -> None:
        for key in self:
            _going(self, self[key])
        original(self)

    return clear


def _dict_pop(original: Method) -> Method:
    def pop(self: Any, key: Any, default: Any = _ABSENT) -> Any:
        _something_is_going(self)
        present = key in self
        item = original(self, key) if default is _ABSENT else original(self, key, default)
        if present:
            _going(self, item)
        return item

    return pop


def _dict_popitem(original: Method) -> Method:
    def popitem(self: Any) -> Any:
        _something_is_going(self)
        item = original(self)
        _going(self, item[1])
        return item

    return popitem


def _dict_setdefault(original: Method) -> Method:
    def setdefault(self: Any, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
            return default
        value = self[key]
        if value is default:
            _coming_again(self, value)
        return value

    return setdefault


def _dict_update(original: Method) -> Method:
    def update(self: Any, __other: Any = _ABSENT, **kw: Any) -> None:
        if __other is not _ABSENT:
            pairs = (
                [(key, __other[key]) for key in list(__other)]
                if hasattr(__other, "keys")
                else list(__other)
            )
            _assign_pairs(self, pairs)
        _assign_pairs(self, list(kw.items()))

    return update


def _assign_pairs(collection: Any, pairs: list[Any]) -> None:
    for key, value in pairs:
        if key not in collection or collection[key] is not value:
            collection[key] = value
        else:
            _coming_again(collection, value)


_WRAPPERS: dict[type, dict[str, Callable[[Method], Method]]] = {
    list: {
        "append": _list_append,
        "remove": _list_remove,
        "insert": _list_insert,
        "__setitem__": _list_setitem,
        "__delitem__": _list_delitem,
        "extend": _list_extend,
        "__iadd__": _list_iadd,
        "pop": _list_pop,
        "clear": _list_clear,
    },
    set: {
        "add": _set_add,
        "discard": _set_discard,
        "remove": _set_discard,
        "pop": _set_pop,
        "clear": _set_clear,
        "update": _set_update,
        "__ior__": _set_in_place("update"),
        "difference_update": _set_difference_update,
        "__isub__": _set_in_place("difference_update"),
        "intersection_update": _set_intersection_update,
        "__iand__": _set_in_place("intersection_update"),
        "symmetric_difference_update": _set_symmetric_difference_update,
        "__ixor__": _set_in_place("symmetric_difference_update"),
    },
    dict: {
        "__setitem__": _dict_setitem,
        "__delitem__": _dict_delitem,
        "clear": _dict_clear,
        "pop": _dict_pop,
        "popitem": _dict_popitem,
        "setdefault": _dict_setdefault,
        "update": _dict_update,
    },
}

# Which methods play the three roles that the adapter needs.
_ROLES: dict[type, dict[str, str]] = {
    list: {"appender": "append", "remover": "remove", "iterator": "__iter__"},
    set: {"appender": "add", "remover": "remove", "iterator": "__iter__"},
    dict: {"iterator": "values"},
}


class collection:
    """Decorators that say which methods of a class make it a collection.

    `appender`, `remover` and `iterator` name the roles; `adds`, `replaces` and `removes` mark other
    methods that change it; `internally_instrumented` leaves a method alone; `converter` turns what
    is assigned to the attribute into an iterable of members.
    """

    __module__ = "sqlalchemy.orm.collections"

    @staticmethod
    def appender(fn: Method) -> Method:
        """This method adds one member."""
        fn._sa_instrument_role = "appender"  # type: ignore[attr-defined]
        return fn

    @staticmethod
    def remover(fn: Method) -> Method:
        """This method removes one member."""
        fn._sa_instrument_role = "remover"  # type: ignore[attr-defined]
        return fn

    @staticmethod
    def iterator(fn: Method) -> Method:
        """This method gives an iterator over the members."""
        fn._sa_instrument_role = "iterator"  # type: ignore[attr-defined]
        return fn

    @staticmethod
    def converter(fn: Method) -> Method:
        """This method gives the members of whatever is assigned to the attribute."""
        fn._sa_instrument_role = "converter"  # type: ignore[attr-defined]
        return fn

    @staticmethod
    def internally_instrumented(fn: Method) -> Method:
        """This method reports its changes itself (it calls methods that do)."""
        fn._sa_instrumented = True  # type: ignore[attr-defined]
        return fn

    @staticmethod
    def adds(arg: int | str) -> Callable[[Method], Method]:
        """The argument (by place or name) is added."""

        def decorate(fn: Method) -> Method:
            fn._sa_instrument_before = ("fire_append_event", arg)  # type: ignore[attr-defined]
            return fn

        return decorate

    @staticmethod
    def replaces(arg: int | str) -> Callable[[Method], Method]:
        """The argument is added, and what the method returns was removed."""

        def decorate(fn: Method) -> Method:
            fn._sa_instrument_before = ("fire_append_event", arg)  # type: ignore[attr-defined]
            fn._sa_instrument_after = "fire_remove_event"  # type: ignore[attr-defined]
            return fn

        return decorate

    @staticmethod
    def removes(arg: int | str) -> Callable[[Method], Method]:
        """The argument is removed."""

        def decorate(fn: Method) -> Method:
            fn._sa_instrument_before = ("fire_remove_event", arg)  # type: ignore[attr-defined]
            return fn

        return decorate

    @staticmethod
    def removes_return() -> Callable[[Method], Method]:
        """What the method returns was removed."""

        def decorate(fn: Method) -> Method:
            fn._sa_instrument_after = "fire_remove_event"  # type: ignore[attr-defined]
            return fn

        return decorate


def prepare_instrumentation(factory: Any) -> Any:
    """Make sure that what `factory` makes reports its changes; gives the factory to use.

    Raises: ArgumentError: what it makes cannot be a collection.
    """
    factory = _INSTRUMENTED.get(factory, factory) if isinstance(factory, type) else factory
    cls = factory if isinstance(factory, type) else type(factory())
    if cls in _INSTRUMENTED:
        instrumented, plain = _INSTRUMENTED[cls], factory

        def convert() -> Any:
            return instrumented(plain())

        factory, cls = convert, instrumented
    if "_sa_instrumented" not in vars(cls) or vars(cls)["_sa_instrumented"] != id(cls):
        _instrument_class(cls)
    return factory


def duck_type_of(thing: Any, default: type | None = None) -> type | None:
    """Say whether an object or a class is like a list, a set or a dict, or none of them."""
    emulated = getattr(thing, "__emulates__", _ABSENT)
    if emulated is not _ABSENT:
        if emulated is not None and issubclass(emulated, set):
            return set
        kind: type | None = emulated
        return kind
    cls = thing if isinstance(thing, type) else type(thing)
    for kind in (list, set, dict):
        if issubclass(cls, kind):
            return kind
    if hasattr(thing, "append"):
        return list
    if hasattr(thing, "add"):
        return set
    if hasattr(thing, "set"):
        return dict
    return default


def _instrument_class(cls: Any) -> None:
    roles, marked = _roles_and_marked_methods(cls)
    kind = duck_type_of(cls)
    wrappers = _WRAPPERS.get(kind, {}) if kind is not None else {}
    if kind is not None:
        for role, name in _ROLES.get(kind, {}).items():
            roles.setdefault(role, name)
    if cls.__module__ == "builtins":
        _require_roles(cls, roles, marked)
        raise ArgumentError(
            "Can not instrument a built-in type. Use a subclass, even a trivial one."
        )
    for name, wrap in wrappers.items():
        method = getattr(cls, name, None)
        if method is not None and name not in marked and not hasattr(method, "_sa_instrumented"):
            setattr(cls, name, _named_like(method, wrap(method)))
    _require_roles(cls, roles, marked)
    for name, (before, arg, after) in marked.items():
        setattr(cls, name, _reporting(getattr(cls, name), before, arg, after))
    for role, name in roles.items():
        setattr(cls, "_sa_" + role, getattr(cls, name))
    cls._sa_adapter = None
    if not hasattr(cls, "_sa_converter"):
        cls._sa_converter = None
    cls._sa_instrumented = id(cls)


Marked = "dict[str, tuple[str | None, int | str | None, str | None]]"


def _roles_and_marked_methods(cls: type) -> tuple[dict[str, str], Any]:
    """Read what the decorators of `collection` left on the methods of the class and its bases."""
    roles: dict[str, str] = {}
    marked: dict[str, tuple[str | None, Any, str | None]] = {}
    for base in cls.__mro__:
        for name, method in vars(base).items():
            if not callable(method):
                continue
            role = getattr(method, "_sa_instrument_role", None)
            if role is not None:
                roles.setdefault(role, name)
            before, arg = getattr(method, "_sa_instrument_before", (None, None))
            after = getattr(method, "_sa_instrument_after", None)
            if before or after:
                marked.setdefault(name, (before, arg, after))
    return roles, marked


def _require_roles(cls: Any, roles: dict[str, str], marked: dict[str, Any]) -> None:
    for role, event, grammar in (
        ("appender", "fire_append_event", "an appender"),
        ("remover", "fire_remove_event", "a remover"),
    ):
        if role not in roles or not hasattr(cls, roles[role]):
            raise ArgumentError(
                f"Type {cls.__name__} must elect {grammar} method to be a collection class"
            )
        name = roles[role]
        if name not in marked and not hasattr(getattr(cls, name), "_sa_instrumented"):
            marked[name] = (event, 1, None)
    if "iterator" not in roles or not hasattr(cls, roles["iterator"]):
        raise ArgumentError(
            f"Type {cls.__name__} must elect an iterator method to be a collection class"
        )


def _reporting(
    method: Method, before: str | None, argument: int | str | None, after: str | None
) -> Method:
    """Wrap a method of a decorated class: tell of one argument before, of the result after."""
    place = argument if isinstance(argument, int) else _place_of(method, argument)
    name = argument if isinstance(argument, str) else _name_at(method, argument)

    def wrapper(self: Any, *args: Any, _sa_initiator: Any = None, **kw: Any) -> Any:
        adapter = None if _sa_initiator is False else self._sa_adapter
        if before and adapter is not None:
            arguments = [self, *args]
            if place is not None and len(arguments) > place:
                told = getattr(adapter, before)(arguments[place], _sa_initiator)
                if before == "fire_append_event":
                    arguments[place] = told
                    args = tuple(arguments[1:])
            elif name in kw:
                told = getattr(adapter, before)(kw[name], _sa_initiator)
                if before == "fire_append_event":
                    kw[name] = told
            else:
                raise ArgumentError(f"Missing argument {argument}")
        result = method(self, *args, **kw)
        if after and adapter is not None and result is not None:
            getattr(adapter, after)(result, _sa_initiator)
        return result

    return _named_like(method, wrapper)


def _parameters_of(method: Method) -> tuple[str, ...]:
    code = getattr(method, "__code__", None)
    return () if code is None else code.co_varnames[: code.co_argcount]


def _place_of(method: Method, name: str | None) -> int | None:
    parameters = _parameters_of(method)
    return parameters.index(name) if name in parameters else None


def _name_at(method: Method, place: int | None) -> str | None:
    parameters = _parameters_of(method)
    return parameters[place] if place is not None and place < len(parameters) else None


class InstrumentedList(list):  # type: ignore[type-arg]
    """A list that reports its changes."""

    __module__ = "sqlalchemy.orm.collections"


class InstrumentedSet(set):  # type: ignore[type-arg]
    """A set that reports its changes."""

    __module__ = "sqlalchemy.orm.collections"


class InstrumentedDict(dict):  # type: ignore[type-arg]
    """A dictionary that reports its changes."""

    __module__ = "sqlalchemy.orm.collections"


# Built-in classes cannot be changed; these stand in for them.
_INSTRUMENTED: dict[type, type] = {
    list: InstrumentedList,
    set: InstrumentedSet,
    dict: InstrumentedDict,
}


class MappedCollection(dict):  # type: ignore[type-arg]
    """A dictionary whose keys are computed from its members."""

    __module__ = "sqlalchemy.orm.collections"

    def __init__(self, keyfunc: Callable[[Any], Any]) -> None:
        super().__init__()
        self.keyfunc = keyfunc

    @collection.appender
    @collection.internally_instrumented
    def set(self, value: Any, _sa_initiator: Any = None) -> None:
        """Add a member under its key."""
        self.__setitem__(self.keyfunc(value), value, _sa_initiator)  # type: ignore[call-arg]

    @collection.remover
    @collection.internally_instrumented
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

    def __reduce__(self) -> tuple[Any, ...]:
        return MappedCollection, (self.keyfunc,), vars(self), None, iter(self.items())


for _class in (InstrumentedList, InstrumentedSet, MappedCollection):
    _instrument_class(_class)
for _name, _wrap in _WRAPPERS[dict].items():
    setattr(InstrumentedDict, _name, _named_like(getattr(dict, _name), _wrap(getattr(dict, _name))))
InstrumentedDict._sa_adapter = None  # type: ignore[attr-defined]


class _ColumnKeys:
    """A key function that reads mapped columns of the member."""

    __slots__ = ("columns",)

    def __init__(self, columns: list[Any]) -> None:
        self.columns = columns

    def __call__(self, member: Any) -> Any:
        state = member._sa_instance_state
        read = state.mapper.value_of_column
        values = tuple(read(state, state.dict, column) for column in self.columns)
        return values[0] if len(values) == 1 else values


class _AttributeKeys:
    """A key function that reads one attribute of the member."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, member: Any) -> Any:
        return getattr(member, self.name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _AttributeKeys, (self.name,)


def mapped_collection(keyfunc: Callable[[Any], Any]) -> Callable[[], MappedCollection]:
    """A collection class: a dictionary keyed by `keyfunc(member)`."""
    return lambda: MappedCollection(keyfunc)


def attribute_mapped_collection(attr_name: str) -> Callable[[], MappedCollection]:
    """A collection class: a dictionary keyed by one attribute of its members."""
    return mapped_collection(_AttributeKeys(attr_name))


def column_mapped_collection(mapping_spec: Any) -> Callable[[], MappedCollection]:
    """A collection class: a dictionary keyed by one column, or by a list of columns."""
    columns = list(mapping_spec) if isinstance(mapping_spec, list | tuple) else [mapping_spec]
    return mapped_collection(_ColumnKeys(columns))
