"""inspect(): from an object to what knows about it.

Before: exc.py.
Here:   a registry from type to inspector.
After:  engine/reflection.py registers engines, orm/ registers mapped classes and their objects.

Follows: SQLAlchemy 1.4, "Runtime Inspection API".
"""

from __future__ import annotations

from ormtutor.miniorm import exc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class InspectionAttr:
    """What inspect() returns, and what that leads to: it says which of these it is."""

    __slots__ = ()

    is_mapper = is_aliased_class = is_property = is_attribute = is_instance = False
    is_selectable = is_clause_element = False


_inspectors: dict[type, Callable[[Any], Any]] = {}


def inspects(*types: type) -> Callable[[Any], Any]:
    """Decorate the function that inspects objects of `types`; it may return None: unknown."""

    def decorate(inspector: Any) -> Any:
        for each in types:
            _inspectors[each] = inspector
        return inspector

    return decorate


def inspects_itself(cls: Any) -> Any:
    """Decorate a class whose instances inspect() returns as they are."""
    _inspectors[cls] = lambda subject: subject
    return cls


def inspect(subject: Any, raiseerr: bool = True) -> Any:
    """Return what knows about `subject`: Inspector, Mapper, InstanceState, or `subject` itself.

    Raises: NoInspectionAvailable: nothing is registered for it (None when not `raiseerr`).
    """
    kind = type(subject)
    for ancestor in kind.__mro__:
        if ancestor in _inspectors:
            found = _inspectors[ancestor](subject)
            if found is not None:
                return found
    if raiseerr:
        raise exc.NoInspectionAvailable(
            f"No inspection system is available for object of type {kind}"
        )
    return None
