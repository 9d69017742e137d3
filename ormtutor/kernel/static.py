"""Static: look at live objects without running their code, for completion and descriptions.

Before: completion.py and describing.py have a value and a name.
Here:   what dictionaries hold; no property is read, no descriptor is asked.
After:  they get the attribute, or MISSING if only running code would tell.
"""

from __future__ import annotations

import contextlib
import inspect
import types
from typing import Any

MISSING = object()


def own_names(value: Any) -> set[str]:
    """Return the names of an object and its classes, without asking its `__dir__`."""
    names: set[str] = set()
    with contextlib.suppress(AttributeError):
        names |= set(object.__getattribute__(value, "__dict__"))
    for cls in (value if isinstance(value, type) else type(value)).__mro__:
        names |= set(vars(cls))
    if isinstance(value, types.ModuleType):
        names |= set(dir(value))
    return names


def without_running(value: Any, name: str) -> Any:
    """Return an attribute if reading it runs no code, else MISSING; of a class, also a property."""
    if value is MISSING:
        return MISSING
    if isinstance(value, types.ModuleType):
        return vars(value).get(name, MISSING)
    if name in ("c", "columns") and type(value).__name__ in ("Table", "Alias", "Subquery"):
        return getattr(value, name, MISSING)
    found = inspect.getattr_static(value, name, MISSING)
    if isinstance(found, staticmethod | classmethod | types.FunctionType):
        return getattr(value, name, MISSING)
    if isinstance(found, property) or hasattr(type(found), "__get__"):
        return found if isinstance(value, type) else MISSING
    return found
