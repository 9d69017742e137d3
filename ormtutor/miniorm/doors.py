"""Doors: the public paths of SQLAlchemy, which only pass names on.

Before: leftout.py knows the names that SQLAlchemy has and miniorm has not.
Here:   open_door() brings to a public path the names of the modules that define them; publish()
        lets their classes say that path.
After:  `__init__.py` of a room, types.py, schema.py and sql/expression.py list theirs as data.

Inside the engine nobody goes through a door: a module imports from the one that defines a name.
"""

from __future__ import annotations

from importlib import import_module
from types import FunctionType

from ormtutor.miniorm.leftout import names_left_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def open_door(namespace: dict[str, Any], rooms: str, not_in_star: str = "") -> Callable[[str], Any]:
    """Put names into a module's namespace and its `__all__`; return its `__getattr__`.

    A function says the first door that it came through, as a class says its published path.

    rooms: a line `module: name name ...` for each module of miniorm; a line without a colon goes on
    with the one before it; `.` are submodules of the door, which `import *` does not bring;
    `name=own_name` gives another name; `*` stands for all names of another door.
    not_in_star: further names that `import *` does not bring.
    """
    door = namespace["__name__"].replace("ormtutor.miniorm", "sqlalchemy")
    names: list[str] = []
    module: Any = None
    for line in rooms.strip().splitlines():
        path, colon, rest = line.rpartition(":")
        if colon:
            module = path.strip()
        entries = rest.split()
        if entries == ["*"]:
            entries = import_module(f"ormtutor.miniorm.{module}").__all__
        for entry in entries:
            name, _, own_name = entry.partition("=")
            if module == ".":
                found = import_module(f"{namespace['__name__']}.{name}")
            else:
                found = getattr(import_module(f"ormtutor.miniorm.{module}"), own_name or name)
            if isinstance(found, FunctionType) and found.__module__.startswith("ormtutor"):
                found.__module__ = door
            namespace[name] = found
            if module != ".":
                names.append(name)
    namespace["__all__"] = sorted(set(names).difference(not_in_star.split()))
    return names_left_out(door)


def known_as(name: str) -> Callable[[Any], Any]:
    """Decorate a function, or a class, whose name in Python's own errors and reprs is another."""

    def decorate(function: Any) -> Any:
        function.__qualname__ = name
        if isinstance(function, type):
            function.__name__ = name
        return function

    return decorate


def copy_known_as(function: Any, name: str) -> Any:
    """Return a copy of a function with another name in Python's own errors."""
    copy = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    for fact in ("__doc__", "__annotations__", "__kwdefaults__"):
        setattr(copy, fact, getattr(function, fact))
    return known_as(name)(copy)


def show_as_own(cls: type, names: str) -> None:
    """Give a class copies of inherited methods, so that what Python shows of them names it."""
    for name in names.split():
        setattr(cls, name, copy_known_as(getattr(cls, name), f"{cls.__name__}.{name}"))


def publish(namespace: dict[str, Any], path: str) -> None:
    """Let the classes of a module say that SQLAlchemy's module made them, as tracebacks tell it.

    namespace: the module's globals(); a class that says another path itself keeps it.
    """
    for thing in list(namespace.values()):
        if isinstance(thing, type) and thing.__module__ == namespace["__name__"]:
            thing.__module__ = path
