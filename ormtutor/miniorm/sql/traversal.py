"""Trees of elements: walk them, replace parts of them, make cache keys of them.

Before: nothing.
Here:   children, iterate, replace; Binds, cache_key and Shapes for what is compiled once.
After:  elements.py and all modules after it; the ORM adapts criteria to aliases with replace().

Every class names in `_parts` the attributes that hold its children: elements, or nested tuples of
them. That is all that this module needs to know about elements, so it imports none.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from typing import Any


class Binds(list):  # type: ignore[type-arg]
    """The bind parameters met while a structure key is made, in order.

    It also numbers the aliases and other anonymous things met on the way, so that two statements
    that differ only in which anonymous alias they use have one key.
    """

    numbers: dict[int, int] | None = None  # most statements have none

    def number(self, subject: Any) -> tuple[int, bool]:
        """The number of `subject` in this key, and whether this is its first occurrence."""
        if self.numbers is None:
            self.numbers = {}
        following = len(self.numbers)
        number = self.numbers.setdefault(id(subject), following)
        return number, number == following


class NotCacheable(Exception):
    """Raised inside structure(): this statement has no key."""

    def warn(self, statement: Any) -> None:
        """Warn, if it is somebody's mistake."""


def no_type(thing: Any) -> TypeError:
    """The error for a `.type` that is not a type: `cast(column, "Integer") == 5`."""
    return TypeError(
        f"Object {thing!r} associated with '.type' attribute is not a TypeEngine class or object"
    )


def cache_key(element: Any, *, warns: bool = True) -> tuple[Hashable | None, Binds]:
    """The structure of a statement and its bind parameters; None when it has no key.

    warns: of a type that does not say whether it may be part of a key.
    """
    binds = Binds()
    try:
        key = element.structure(binds)
    except NotCacheable as refusal:
        if warns:
            refusal.warn(element)
        return None, binds
    except AttributeError as error:
        if error.name != "cache_id":
            raise
        raise no_type(error.obj) from None
    if len(set(map(id, binds))) < len(binds):
        # One parameter in several places is not the same as two with equal values.
        places = {id(bind): place for place, bind in enumerate(binds)}
        key = key, tuple([places[id(bind)] for bind in binds])
    return key, binds


class Shapes(dict):  # type: ignore[type-arg]
    """A cache of compiled statements by structure: the newest few hundred.

    A structure contains tables and classes as wholes. So a statement that was compiled before one
    of them got another column goes on without it, as in the original.
    """

    __slots__ = ()
    LIMIT = 500

    def find(self, key: Hashable) -> Any:
        """What was compiled for this structure, or None."""
        return self.get(key)

    def keep(self, key: Hashable, compiled: Any) -> None:
        """Keep a compiled statement; a key of None means that it has no structure."""
        if key is None:
            return
        if len(self) >= self.LIMIT:
            for old in list(self)[: self.LIMIT // 2]:
                del self[old]
        self[key] = compiled


class FreshShapes(Shapes):
    """Such a cache for compile() and str(), which show the tables and classes as they are now."""

    __slots__ = ("_changes",)
    #: How often a table or a class was changed.
    changes = 0

    def __init__(self) -> None:
        self._changes = self.changes

    def find(self, key: Hashable) -> Any:
        """The same; all is forgotten when a table or a class has changed since."""
        if self._changes != FreshShapes.changes:
            self.clear()
            self._changes = FreshShapes.changes
        return self.get(key)


def _flatten(value: Any) -> Iterator[Any]:
    if isinstance(value, (tuple, list)):
        for each in value:
            yield from _flatten(each)
    elif hasattr(value, "_parts"):
        yield value


def children(element: Any) -> Iterator[Any]:
    """The elements directly inside `element`."""
    for name in element._parts:
        yield from _flatten(getattr(element, name))


def iterate(element: Any, closed: str = "") -> Iterator[Any]:
    """`element` and all elements inside it, level by level.

    closed: the name of a flag; the insides of elements that have it are left out.
    """
    level = [element]
    while level:
        yield from level
        opened = [each for each in level if not getattr(each, closed)] if closed else level
        level = [child for each in opened for child in children(each)]


def clone(element: Any, into: type | None = None) -> Any:
    """A shallow copy, of the same class or of a subclass `into`."""
    copy: Any = object.__new__(into or type(element))
    copy.__dict__.update(element.__dict__)
    copy.__dict__.pop("_columns", None)  # the copy of a FROM object makes its own columns
    return copy


def replace(element: Any, fn: Callable[[Any], Any]) -> Any:
    """`element` with some parts replaced: wherever `fn` does not return None, by what it returns.

    A replacement is not searched in turn. Only the elements above a change are copied, each once
    even if it occurs several times.
    """
    return _Replacement(fn).of(element)


class _Replacement:
    """One run of replace()."""

    __slots__ = ("done", "fn", "moved")

    def __init__(self, fn: Callable[[Any], Any]) -> None:
        self.fn = fn
        # id -> (element, what it became); holding the element keeps its id from being reused.
        self.done: dict[int, tuple[Any, Any]] = {}
        # id -> the copy of a FROM object in which something changed.
        self.moved: dict[int, Any] = {}

    def of(self, element: Any) -> Any:
        done = self.done.get(id(element))
        if done is not None:
            return done[1]
        result = self.fn(element)
        if result is None:
            result = self._moved_column(element)
        if result is None:
            result = self._with_new_parts(element)
        self.done[id(element)] = element, result
        return result

    def _moved_column(self, element: Any) -> Any:
        new_table = self.moved.get(id(getattr(element, "table", None)))
        return None if new_table is None else new_table.c.get(element.key)

    def _with_new_parts(self, element: Any) -> Any:
        # FROM objects that only columns mention: if one is copied, its columns follow.
        for from_ in element._implied_froms:
            self.of(from_)
        parts = [(name, getattr(element, name)) for name in element._parts]
        changes = {name: new for name, old in parts if (new := self._value(old)) is not old}
        if not changes:
            return element
        copy = clone(element)
        for name, value in changes.items():
            setattr(copy, name, value)
        if element._deannotated is not element:
            copy._origin = self.of(element._deannotated)
        if element._is_from_clause:
            self.moved[id(element)] = copy
        return copy

    def _value(self, value: Any) -> Any:
        if isinstance(value, (tuple, list)):
            new = [self._value(each) for each in value]
            if all(one is other for one, other in zip(new, value, strict=True)):
                return value
            return getattr(value, "_make", type(value))(new)
        return self.of(value) if hasattr(value, "_parts") else value


def adapt(element: Any, *places: tuple[Any, str]) -> Any:
    """`element` with its columns taken from the first of several selectables that has them.

    A selectable also replaces the FROM object that it stands for. places: a selectable (or None),
    and an annotation; columns that have it are left alone.
    """
    fns = [_adapter(selectable, not_of) for selectable, not_of in places if selectable is not None]
    return replace(
        element, lambda part: next((new for fn in fns if (new := fn(part)) is not None), None)
    )


def _adapter(selectable: Any, not_of: str) -> Callable[[Any], Any]:
    def find(element: Any) -> Any:
        is_of_table = element._is_column_clause and element.table is not None
        if not is_of_table or not_of in element._annotations:
            return None
        return selectable.corresponding_column(element, require_embedded=True)

    return _exchange(selectable, find)


def adapt_to(base: Any, expression: Any, by_name: bool = False) -> Any:
    """An expression in which the columns of a FROM object replace what it has selected.

    by_name: base is a learner's own statement; its columns are found by name, too.
    """
    columns = base.exported_columns

    def find(element: Any) -> Any:
        if not element._is_column_element:
            return None
        found = columns.corresponding_column(element, require_embedded=True)
        is_named = by_name and found is None
        return columns.get(element._ungroup().name) if is_named else found

    return replace(expression, _exchange(base, find))


def _exchange(selectable: Any, find: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What replaces a part by the selectable, if that stands for it, or by what find() returns."""

    def fn(element: Any) -> Any:
        if "no_replacement_traverse" in element._annotations:
            return element
        if not element._is_from_clause:
            return find(element)
        if selectable.is_derived_from(element):
            return selectable
        # Leave another alias of a table alone.
        inner = getattr(element, "element", None)
        return element if getattr(inner, "_is_table", False) else None

    return fn
