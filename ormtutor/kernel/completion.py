"""Completion: what could stand at the cursor, from the live objects.

Before: __main__.py received a Complete with the source and an offset into it.
Here:   names of the namespace; attributes behind a dot; keyword arguments of mapped classes,
        `filter_by` and functions; the signature of the open call. None of the learner's code is
        run: no property is read, no attribute is loaded, nothing is called.
After:  repl/prompt.py shows the proposals.
"""

from __future__ import annotations

import builtins
import inspect
import keyword
import re
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

from ormtutor.kernel.describing import signature_of
from ormtutor.kernel.messages import SIGNATURE, Completion
from ormtutor.kernel.recorder import Recorder
from ormtutor.kernel.static import MISSING, own_names, without_running

MOST = 300
_WORD = re.compile(r"[^\W\d]\w*\Z|\Z")
_PATH = re.compile(r"([^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*)\s*\.\s*\w*\Z")


class Completer:
    """Proposes how the word at the cursor may go on."""

    def __init__(self, namespace: dict[str, Any], recorder: Recorder) -> None:
        self.namespace = namespace
        self.recorder = recorder

    def complete(self, source: str, cursor: int) -> tuple[Completion, ...]:
        """Return the proposals for the word that ends at `cursor`, the best first."""
        before = source[:cursor]
        found = _WORD.search(before)
        word = found.group() if found else ""
        if _inside_text(before):
            return ()
        with self.recorder.quiet():
            proposals = list(self._proposals(before, word))
        begins = [p for p in proposals if p[0].startswith(word)]
        # Private names only for those who type the underscore.
        shown = [p for p in begins if word.startswith("_") or not p[0].startswith("_")]
        unique = dict(reversed([*shown]))
        called = self._signature(before[: len(before) - len(word)])
        ordered = [(name, unique[name]) for name in dict.fromkeys(name for name, _ in shown)]
        found_names = [Completion(name, len(word), kind) for name, kind in ordered[:MOST]]
        return (*([Completion(called, 0, SIGNATURE)] if called else []), *found_names)

    def _proposals(self, before: str, word: str) -> Iterator[tuple[str, str]]:
        path = _PATH.search(before)
        if path:
            yield from self._attributes(self._value(path[1]))
            return
        if before[: len(before) - len(word)].rstrip().endswith("."):
            # To know what a call returns it would have to be run; but a query returns a query.
            yield from self._attributes(_class_of_chain(before))
            return
        yield from self._keywords(before[: len(before) - len(word)])
        yield from self._names()

    # --- names ------------------------------------------------------------------------------------

    def _names(self) -> Iterator[tuple[str, str]]:
        for name, value in sorted(self.namespace.items()):
            yield name, _kind(value)
        for name in keyword.kwlist:
            yield name, "keyword"
        for name in dir(builtins):
            yield name, _kind(getattr(builtins, name))

    def _value(self, path: str) -> Any:
        """Return what a dotted path stands for, without running anything; MISSING: unknown."""
        first, *rest = (part.strip() for part in path.split("."))
        value = self.namespace.get(first, getattr(builtins, first, MISSING))
        for name in rest:
            value = without_running(value, name)
        return value

    # --- attributes -------------------------------------------------------------------------------

    def _attributes(self, value: Any) -> Iterator[tuple[str, str]]:
        if value is MISSING:
            return
        mapper = self._mapper(value)
        if mapper is not None:
            for name in mapper.columns.keys():  # noqa: SIM118 - a collection of columns, no dict
                yield name, "column"
            for name in mapper.relationships.keys():  # noqa: SIM118
                yield name, "relationship"
        if type(value).__name__.endswith("ColumnCollection"):
            for name in value.keys():  # noqa: SIM118
                yield name, "column"
        for name in sorted(own_names(value)):
            yield name, _kind(without_running(value, name))

    def _mapper(self, value: Any) -> Any:
        """Return the mapper of a mapped class or object, or None."""
        cls = value if isinstance(value, type) else type(value)
        mapper = inspect.getattr_static(cls, "__mapper__", None)
        return mapper if hasattr(mapper, "relationships") and hasattr(mapper, "columns") else None

    # --- keyword arguments ------------------------------------------------------------------------

    def _keywords(self, before: str) -> Iterator[tuple[str, str]]:
        """Yield the keywords of the call that is open at the end of `before`."""
        call = _open_call(before)
        if call is None:
            return
        path, arguments = call
        if path.endswith(".filter_by"):
            mapper = self._queried_mapper(path, before)
        else:
            mapper = self._mapper(self._value(path)) if self._is_class(path) else None
        if mapper is not None:
            names: Iterable[str] = [*mapper.columns.keys(), *mapper.relationships.keys()]
        else:
            names = _parameters(self._value(path))
        for name in names:
            if not re.search(rf"\b{re.escape(name)}\s*=", arguments):
                yield f"{name}=", "argument"

    def _signature(self, before: str) -> str:
        """Return the signature of the call that is open at the end of `before`; empty: unknown."""
        call = _open_call(before)
        if call is None:
            return ""
        path = call[0]
        value = self._value(path)
        if value is MISSING and "." in path:
            owner = _class_of_chain(before[: before.rindex("(")])
            value = without_running(owner, path.rpartition(".")[2])
        if value is MISSING or not callable(value):
            return ""
        with self.recorder.quiet():
            name = path.rpartition(".")[2]
            return signature_of(name, value, is_bound=not isinstance(value, type))

    def _is_class(self, path: str) -> bool:
        return isinstance(self._value(path), type)

    def _queried_mapper(self, path: str, before: str) -> Any:
        """Return the mapper of the class that `.filter_by(` is about, or None.

        It is named in a `query(` or `select(` before it, or the query in a variable knows it.
        """
        for name in re.findall(r"(?:query|select)\(\s*([^\W\d]\w*)", before):
            mapper = self._mapper(self.namespace.get(name))
            if mapper is not None:
                return mapper
        value = self._value(path.removesuffix(".filter_by"))
        for described in getattr(value, "column_descriptions", None) or ():
            mapper = self._mapper(described.get("entity"))
            if mapper is not None:
                return mapper
        return None


def _class_of_chain(before: str) -> Any:
    """Return Query or Select for the end of a chain that begins with `query(` or `select(`."""
    statement = before.rpartition("\n")[2]
    for call, module, name in (
        (r"\.query\(", "sqlalchemy.orm", "Query"),
        (r"\bselect\(", "sqlalchemy.sql.selectable", "Select"),
    ):
        if re.search(call, statement):
            return getattr(sys.modules.get(module), name, MISSING)
    return MISSING


def _parameters(value: Any) -> list[str]:
    if value is MISSING or not callable(value):
        return []
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return []
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [p.name for p in signature.parameters.values() if p.kind in plain and p.name != "self"]


def _kind(value: Any) -> str:
    if isinstance(value, type):
        return "class"
    if isinstance(value, types.ModuleType):
        return "module"
    if isinstance(value, types.FunctionType | types.MethodType | types.BuiltinFunctionType):
        return "function"
    return "name"


def _inside_text(before: str) -> bool:
    """Whether the source ends inside a string or a comment."""
    closed = re.sub(r"'''.*?'''|\"\"\".*?\"\"\"", "", before, flags=re.DOTALL)
    line = closed.rpartition("\n")[2]
    line = re.sub(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", "", line)
    return any(mark in line for mark in ("'", '"', "#"))


def _open_call(before: str) -> tuple[str, str] | None:
    """Return the dotted name of the innermost call that is open, and its arguments so far."""
    depth = 0
    for index in range(len(before) - 1, -1, -1):
        char = before[index]
        if char in ")]}":
            depth += 1
        elif char in "([{":
            if depth:
                depth -= 1
                continue
            if char != "(":
                return None
            head = re.search(r"([^\W\d][\w.]*|\)\s*\.\s*\w+)\Z", before[:index])
            if head is None:
                return None
            return head[1].replace(")", "").replace(" ", ""), before[index + 1 :]
    return None
