"""Nearest: the name that was probably meant when one was not found.

Before: failure.py describes an exception.
Here:   which name the message says was not found, and which there are: the learner's names, the
        attributes of an object or a class, keywords of a call, mapped classes, tables and columns.
After:  the Failure carries the nearest name; repl/advice.py asks "Did you mean ...?".

Only an object's dictionary and its class are read, never its attributes.
"""

from __future__ import annotations

import builtins
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

CUTOFF = 0.6
# A function of Python's own is meant by a slip of the keys alone: User is not super.
SLIP = 0.75
ENGINE_KEYWORDS = ("connect_args", "creator", "echo", "future", "pool_size", "poolclass")
LONGEST = 60  # characters of a name that is worth comparing

Names = Mapping[str, Any]
Candidates = Callable[[re.Match[str], BaseException, Names], Iterable[str]]


def nearest(error: BaseException, namespace: Names, message: str) -> str:
    """Return the name nearest to the one that was not found; empty if none is near."""
    for kinds, pattern, candidates in _SOURCES:
        found = re.search(pattern, message) if isinstance(error, kinds) else None
        if found is not None:
            try:
                return _closest(found["word"], candidates(found, error, namespace))
            except Exception:  # the learner's classes may do anything
                return ""
    return ""


def _closest(word: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches  # late: only a failure needs it

    if not 1 < len(word) <= LONGEST:
        return ""
    known = {name for name in names if name != word and len(name) <= LONGEST}
    if not word.startswith("_"):
        dunder = f"__{word}__"  # sqlalchemy.version
        known = {name for name in known if name == dunder or not name.startswith("_")}
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    if word.lower() in by_lower:
        return by_lower[word.lower()]
    found = get_close_matches(word.lower(), by_lower, 1, CUTOFF)
    return by_lower[found[0]] if found else ""


# --- what there is --------------------------------------------------------------------------------


def _names(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    from difflib import get_close_matches

    trace = error.__traceback__
    local: list[str] = []
    while trace is not None:
        local = list(trace.tb_frame.f_locals)
        trace = trace.tb_next
    slips = get_close_matches(found["word"].lower(), vars(builtins), 1, SLIP)
    return [*local, *namespace, *slips]


def _attributes(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    owner = getattr(error, "obj", None)
    if owner is None:
        return _of_class(found, error, namespace)
    if isinstance(owner, ModuleType):
        return vars(owner)
    return [*dir(owner if isinstance(owner, type) else type(owner)), *_held(owner)]


def _held(owner: object) -> Iterable[str]:
    try:
        return list(object.__getattribute__(owner, "__dict__"))
    except AttributeError:
        return []


def _of_class(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    """Return the mapped attributes of the class that the message names."""
    return _mapped(namespace).get(found["owner"], ())


def _of_table(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    """Return the attributes of the class that the message names, or names the table of."""
    owner = found["owner"].rpartition(".")[2]
    for cls in _mapped_classes(namespace):
        if owner in (cls.__name__, str(getattr(cls, "__table__", ""))):
            return _mapped_attributes(cls)
    return ()


def _of_any_class(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    return [key for keys in _mapped(namespace).values() for key in keys]


def _mapped_classes(namespace: Names) -> list[type]:
    return [
        value
        for value in list(namespace.values())
        if isinstance(value, type) and "__mapper__" in vars(value)
    ]


def _mapped(namespace: Names) -> dict[str, list[str]]:
    """Return the mapped attributes of each class in the learner's namespace, by its name."""
    return {cls.__name__: _mapped_attributes(cls) for cls in _mapped_classes(namespace)}


def _mapped_attributes(cls: type) -> list[str]:
    # From the class, since asking the mapper would configure it.
    return [key for key, value in vars(cls).items() if hasattr(type(value), "is_attribute")]


def _classes(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    return _mapped(namespace)


def _tables(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    """Return the names of all tables in the learner's MetaData, or in that of their bases."""
    held = [getattr(value, "metadata", value) for value in list(namespace.values())]
    tables = [getattr(metadata, "tables", None) for metadata in held]
    return [name for known in tables if isinstance(known, Mapping) for name in known]


def _keywords(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    """Return the keywords of the function that the message names."""
    name = found["owner"].rpartition(".")[2]
    name = found["owner"].split(".")[-2] if name == "__init__" and "." in found["owner"] else name
    if name in ("filter", "where"):
        return ()  # they take no keywords
    return [
        parameter
        for called in _called(name, error, namespace)
        for function in (called, _made_by(called))
        for parameter in inspect.signature(function).parameters
    ]


def _made_by(called: Any) -> Any:
    """Return the class that a function is annotated to return, else the function itself."""
    given = getattr(called, "__annotations__", {}).get("return")
    found = getattr(called, "__globals__", {}).get(given, given)
    return found if isinstance(found, type) else called


def _called(name: str, error: BaseException, namespace: Names) -> Iterable[Any]:
    """Return what the name stands for: a name of the learner's, or a method of such an object."""
    trace = error.__traceback__
    local: dict[str, Any] = {}
    while trace is not None:
        local = trace.tb_frame.f_locals
        trace = trace.tb_next
    for value in (local.get(name), namespace.get(name)):
        if callable(value):
            return [value]
    owners = [value for value in list(namespace.values()) if not isinstance(value, ModuleType)]
    kinds = dict.fromkeys(value if isinstance(value, type) else type(value) for value in owners)
    return [method for kind in kinds if callable(method := getattr(kind, name, None))][:1]


def _engine_keywords(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    return ENGINE_KEYWORDS


def _module(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    module = sys.modules.get(getattr(error, "name", None) or found["owner"])
    return [*dir(module)] if module is not None else ()


def _modules(found: re.Match[str], error: BaseException, namespace: Names) -> Iterable[str]:
    return ["sqlalchemy", *sys.stdlib_module_names]


_SOURCES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, Candidates], ...]
_SOURCES = (
    (NameError, r"name '(?P<word>\w+)' is not defined", _names),
    (AttributeError, r"has no attribute '(?P<word>\w+)'", _attributes),
    (ImportError, r"cannot import name '(?P<word>\w+)' from '(?P<owner>[\w.]+)'", _module),
    (ImportError, r"No module named '(?P<word>\w+)'", _modules),
    (TypeError, r"'(?P<word>\w+)' is an invalid keyword argument for (?P<owner>\w+)", _of_class),
    (
        TypeError,
        r"(?P<owner>[\w.]+)\(\) got an unexpected keyword argument '(?P<word>\w+)'",
        _keywords,
    ),
    (TypeError, r"Invalid argument\(s\) '(?P<word>\w+)' sent to create_engine", _engine_keywords),
    (
        Exception,
        r"Entity namespace for \"?(?P<owner>[\w.]+)\"? has no property \"(?P<word>\w+)\"",
        _of_table,
    ),
    (
        Exception,
        r"Mapper '[^']*?\b(?P<owner>\w+)(?:->\w+)?' has no property '(?P<word>\w+)'",
        _of_table,
    ),
    (Exception, r"Can't resolve label reference.*?'(?P<word>\w+)'", _of_any_class),
    (Exception, r"expression '(?P<word>\w+)' failed to locate a name", _classes),
    (Exception, r"could not find table '(?P<word>\w+)'", _tables),
    (Exception, r"no such table: (?:\w+\.)?(?P<word>\w+)", _tables),
    (Exception, r"no such column: (?:\w+\.)?(?P<word>\w+)", _of_any_class),
)
