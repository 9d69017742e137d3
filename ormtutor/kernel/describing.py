"""Describing: what a name stands for, its signature and its docstring, without running any code.

Before: views.py was asked for the `doc` of a dotted name.
Here:   the name is looked up in dictionaries and classes only; a property is described and not
        read, a default value is shown only if it is plain, and none of the learner's code is
        called. For a mapped class, its columns and relationships are listed.
After:  repl/asking.py shows it.

The shape: {"name", "kind", "signature", "facts": [text], "doc": [line], "more": lines left out}.
"""

from __future__ import annotations

import builtins
import difflib
import inspect
import sys
import types
from typing import Any

from ormtutor.kernel.facts import Facts
from ormtutor.kernel.labels import PLAIN_TYPES, label, show
from ormtutor.kernel.mapping import ends_of, type_of
from ormtutor.kernel.static import MISSING, own_names, without_running

MOST_LINES = 30
MOST_CHARACTERS = 300
_FUNCTIONS = types.FunctionType | types.BuiltinFunctionType | types.MethodDescriptorType
_METHODS = types.MethodType | types.MethodWrapperType | types.WrapperDescriptorType


class Describer:
    """Says what names stand for."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def doc(self, content: dict[str, Any], about: str) -> None:
        """Describe the dotted name `about` in the content, or say there why that cannot be done."""
        owner, name, value = self._find(about)
        if value is MISSING:
            content.update(self._unknown(about, owner, name))
            return
        content.update(name=about, signature="", facts=[], doc=[], more=0)
        self._describe(content, owner, name, value)
        lines = _docstring(value).split("\n") if _docstring(value) else []
        content["doc"] = lines[:MOST_LINES]
        content["more"] = max(0, len(lines) - MOST_LINES)

    # --- finding ----------------------------------------------------------------------------------

    def _find(self, path: str) -> tuple[Any, str, Any]:
        """Return the owner of the path's last name, that name, and what it stands for.

        The owner of a name without a dot is MISSING; so is what is not found.
        """
        first, *rest = (part.strip() for part in path.split("."))
        owner: Any = MISSING
        value = self.facts.namespace.get(first, getattr(builtins, first, MISSING))
        if value is MISSING:
            value = sys.modules.get(first, MISSING)
        name = first
        for name in rest:
            owner, value = value, _attribute(value, name)
            if value is MISSING:
                break
        return owner, name, value

    def _unknown(self, path: str, owner: Any, name: str) -> dict[str, str]:
        if owner is MISSING:
            names = [key for key in self.facts.namespace if not key.startswith("_")]
            problem = f"nothing here is called {name!r}"
        else:
            names = [key for key in own_names(owner) if not key.startswith("_")]
            problem = f"{path.rpartition('.')[0]} has no {name!r} that can be found without running"
        near = difflib.get_close_matches(name, sorted(names), 1, 0.6)
        return {"problem": problem, "hint": f"Did you mean {near[0]}?" if near else ""}

    # --- describing -------------------------------------------------------------------------------

    def _describe(self, content: dict[str, Any], owner: Any, name: str, value: Any) -> None:
        mapper = self._mapper(owner)
        if mapper is not None and name in _columns(mapper):
            content["kind"] = f"a mapped attribute of {mapper.class_.__name__}"
            content["facts"] = [_column(mapper, name)]
        elif mapper is not None and _is_instrumented(value):
            content["kind"] = f"a relationship of {mapper.class_.__name__}"
            content["facts"] = [
                _relationship(end) for end in ends_of(mapper) if end["name"] == name
            ]
        elif isinstance(value, property):
            content["kind"] = "a property; it was not read"
        elif isinstance(value, types.ModuleType):
            content["kind"] = "a module"
        elif isinstance(value, type):
            self._describe_class(content, value)
        elif isinstance(value, _FUNCTIONS | _METHODS):
            content["kind"] = (
                "a method" if owner is not MISSING and not _is_module(owner) else ("a function")
            )
            content["signature"] = signature_of(name, value, is_bound=_is_bound(owner, name))
        else:
            self._describe_object(content, value)

    def _describe_class(self, content: dict[str, Any], cls: type) -> None:
        mapper = self._mapper(cls)
        content["signature"] = signature_of(cls.__name__, cls)
        if mapper is None:
            content["kind"] = "a class"
            return
        content["kind"] = f"a mapped class; its table is {mapper.local_table}"
        content["facts"] = [_column(mapper, key) for key in _columns(mapper)]
        content["facts"] += map(_relationship, ends_of(mapper))

    def _describe_object(self, content: dict[str, Any], value: Any) -> None:
        state = self.facts.inspection(value)
        if state is not None:
            called = label(value, state)
            content["kind"] = f"an object of a mapped class: {called}, {self.facts.state(value)}"
        elif type(value) in PLAIN_TYPES:
            content["kind"] = f"a value of the type {type(value).__name__}: {show(value)}"
        else:
            content["kind"] = f"an object of the class {type(value).__name__}"

    def _mapper(self, value: Any) -> Any:
        """Return the mapper of a mapped class or object, or None."""
        cls = value if isinstance(value, type) else type(value)
        if "_sa_class_manager" not in cls.__dict__:
            return None
        mapper = inspect.getattr_static(cls, "__mapper__", None)
        return mapper if hasattr(mapper, "local_table") else None


# --- attributes -----------------------------------------------------------------------------------


def _attribute(value: Any, name: str) -> Any:
    """Return an attribute without running code: a property itself, not its value. Or MISSING."""
    if isinstance(value, types.ModuleType):
        found = vars(value).get(name, MISSING)
        return sys.modules.get(f"{value.__name__}.{name}", MISSING) if found is MISSING else found
    found = without_running(value, name)
    if found is not MISSING:
        return found
    return inspect.getattr_static(type(value), name, MISSING)


def _is_module(value: Any) -> bool:
    return isinstance(value, types.ModuleType)


def _is_instrumented(value: Any) -> bool:
    return type(value).__name__ == "InstrumentedAttribute"


def _is_bound(owner: Any, name: str) -> bool:
    """Whether what stands before the dot becomes the first argument."""
    if owner is MISSING or _is_module(owner):
        return False
    held = inspect.getattr_static(owner, name, None)
    if isinstance(held, staticmethod):
        return False
    return isinstance(held, classmethod) or not isinstance(owner, type)


def _columns(mapper: Any) -> list[str]:
    return list(mapper.columns.keys())


def _column(mapper: Any, key: str) -> str:
    column = mapper.columns[key]
    kind = type_of(column)
    said = [kind] if kind else []
    said += ["primary key"] if column.primary_key else []
    said += [] if column.nullable or column.primary_key else ["not null"]
    said += [f"refers to {one.target_fullname}" for one in column.foreign_keys]
    place = f"{column.table}.{column.name}"
    return f"{key}: column {place}" + (f", {', '.join(said)}" if said else "")


def _relationship(end: dict[str, Any]) -> str:
    if not end["kind"]:
        return f"{end['name']}: worked out at the first use of a mapped class"
    many = "a collection of" if end["kind"].endswith("many") else "one"
    back = f", other end: {end['target']}.{end['back']}" if end["back"] else ""
    return f"{end['name']}: {many} {end['target']}{back}"


# --- signatures and docstrings --------------------------------------------------------------------


class _Shown:
    """Stands in a signature for a default value, whose own repr might do anything."""

    def __init__(self, value: Any) -> None:
        self.text = show(value) if type(value) in PLAIN_TYPES else f"<{type(value).__name__}>"

    def __repr__(self) -> str:
        return self.text


def signature_of(name: str, value: Any, *, is_bound: bool = False) -> str:
    """Return `name(arguments)`; empty if Python does not know the arguments."""
    try:
        found = inspect.signature(value, follow_wrapped=False)
    except (TypeError, ValueError):
        return ""
    parameters = [_plain(one) for one in found.parameters.values() if not _is_internal(one)]
    if is_bound and parameters and parameters[0].name in ("self", "cls"):
        del parameters[0]
    text = str(inspect.Signature(parameters))
    return f"{name}{text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + ' …'}"


def _is_internal(parameter: inspect.Parameter) -> bool:
    """Whether the parameter is not meant for callers, such as `_warn=True`."""
    return parameter.name.startswith("_") and parameter.default is not inspect.Parameter.empty


def _plain(parameter: inspect.Parameter) -> inspect.Parameter:
    default = parameter.default
    if default is not inspect.Parameter.empty:
        default = _Shown(default)
    return parameter.replace(default=default, annotation=inspect.Parameter.empty)


def _docstring(value: Any) -> str:
    """Return the docstring of a value, or of its class; empty for plain values and attributes."""
    if isinstance(value, property):
        value = value.fget
    if isinstance(value, type):
        found = next(
            (vars(cls)["__doc__"] for cls in value.__mro__ if vars(cls).get("__doc__")), ""
        )
        found = "" if value.__mro__[-1].__doc__ == found else found
    elif isinstance(value, _FUNCTIONS | _METHODS | types.ModuleType):
        found = value.__doc__
    elif _is_instrumented(value) or type(value) in PLAIN_TYPES:
        found = ""
    else:
        return _docstring(type(value))
    return inspect.cleandoc(found) if isinstance(found, str) else ""
