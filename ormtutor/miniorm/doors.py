"""Doors: the public paths of SQLAlchemy, which only pass names on.

Before: leftout.py knows the names that SQLAlchemy has and miniorm lacks.
Here:   open_door() puts names into a public path from the modules that define them; publish() sets
        that path as the `__module__` of their classes.
After:  `__init__.py` of a room, types.py, schema.py and sql/expression.py list theirs as data.

Inside the engine nobody uses a door: a module imports from the one that defines a name.
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

    The `__module__` of a function is the first door that it came through.

    rooms: a line `module: name name ...` for each module of miniorm; a line without a colon
    continues the previous one; the module `.` is for submodules of the door, which `import *`
    leaves out; `name=own_name` renames; `*` stands for all names of another door.
    not_in_star: further names that `import *` leaves out.
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
    """Decorate a function or class to have another name in Python's own errors and reprs."""

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
    """Give a class copies of inherited methods, so that Python shows them under its name."""
    for name in names.split():
        setattr(cls, name, copy_known_as(getattr(cls, name), f"{cls.__name__}.{name}"))


def publish(namespace: dict[str, Any], path: str) -> None:
    """Let tracebacks and reprs show SQLAlchemy's module as the one that defines these classes.

    namespace: the module's globals(); a class with a `__module__` of its own keeps it.
    """
    for thing in list(namespace.values()):
        if isinstance(thing, type) and thing.__module__ == namespace["__name__"]:
            thing.__module__ = path
