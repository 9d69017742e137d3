"""Causes: why a statement was sent, as far as the engine lets us know.

Before: recorder.py is about to record a statement.
Here:   miniorm's execution context carries the cause. Real SQLAlchemy's does not: there it is
        inferred from session events, which say whether a flush is under way and why, which
        attribute is loaded, and whether for one object; what they do not say is left empty.
After:  recorder.py gets the cause in words, the same for both engines, and the objects' labels.
"""

from __future__ import annotations

import re
import sys
from types import FrameType
from typing import Any

from ormtutor.kernel.labels import label

_INSPECTING = re.compile(r"""PRAGMA (main|temp|"[^"]+")\.""")
_DDL = {"CREATE", "DROP", "ALTER"}


class Causes:
    """The cause and the objects of a statement, as miniorm's execution context has them."""

    def of(self, context: Any, verb: str, sql: str, parameters: Any) -> str:
        """Return the cause in words."""
        cause = getattr(context, "cause", None)
        return "" if cause is None else str(cause)

    def objects(self, context: Any) -> tuple[str, ...]:
        """Return the labels of the objects that the statement reads or writes."""
        cause = getattr(context, "cause", None)
        return () if cause is None else tuple(cause.objects)

    def attach(self, event: Any, session_class: type[Any]) -> None:
        """Listen to sessions, if that is needed."""

    def forget(self) -> None:
        """Drop what is left over from a run that has ended."""


class SessionCauses(Causes):
    """Infers both from the session events of real SQLAlchemy."""

    def __init__(self) -> None:
        self._committing = False
        self._flush = ""
        self._expected = ""
        self._subject = ""
        self._objects: tuple[str, ...] = ()

    def attach(self, event: Any, session_class: type[Any]) -> None:
        """Listen to every session."""
        event.listen(session_class, "do_orm_execute", self._on_execute)
        event.listen(session_class, "before_flush", self._on_before_flush)
        event.listen(session_class, "after_flush_postexec", self._on_after_flush)
        event.listen(session_class, "before_commit", self._on_before_commit)
        event.listen(session_class, "after_commit", self._on_after_commit)
        event.listen(session_class, "after_soft_rollback", self._on_rollback)

    def of(self, context: Any, verb: str, sql: str, parameters: Any) -> str:
        """Return the cause in words; `core` where no session took part."""
        if self._flush:
            return self._flush
        if verb in _DDL or getattr(context, "isddl", False) or _INSPECTING.match(sql):
            return "DDL"
        expected, self._expected = self._expected, ""
        if expected == "refresh":
            key = ",".join(str(value) for value in _values(parameters))
            self._objects = (f"{self._subject}#{key}",)
            return f"refresh of expired {self._subject}#{key}"
        return expected or "core"

    def objects(self, context: Any) -> tuple[str, ...]:
        """Return the labels found for the last statement, once."""
        objects, self._objects = self._objects, ()
        return objects

    def forget(self) -> None:
        """Drop what is left over; a flush that failed sends no event at its end."""
        self._committing = False
        self._flush = self._expected = ""
        self._objects = ()

    def _on_execute(self, execution: Any) -> None:
        mapper = execution.bind_mapper
        if mapper is None:
            self._expected = "core"
            return
        self._expected, self._subject = "query", mapper.class_.__name__
        if not execution.is_select:
            return
        if execution.is_column_load:
            self._expected = "refresh"
        elif execution.is_relationship_load:
            attribute = _last_relationship(execution.loader_strategy_path)
            lazy = execution.lazy_loaded_from
            kind = "eager load" if lazy is None else "lazy load"
            self._expected = f"{kind} of {attribute}"
            if lazy is not None and (owner := lazy.obj()) is not None:
                self._objects = (label(owner, lazy),)

    def _on_before_flush(self, session: Any, context: Any, instances: Any) -> None:
        if self._committing:
            self._flush = "flush: commit"
        elif _called_by(sys._getframe(), "_autoflush"):
            asked = f" for query of {self._subject}" if self._expected == "query" else ""
            self._flush = f"autoflush{asked}"
        else:
            self._flush = "flush: explicit"

    def _on_after_flush(self, session: Any, context: Any) -> None:
        self._flush = ""

    def _on_before_commit(self, session: Any) -> None:
        self._committing = True

    def _on_after_commit(self, session: Any) -> None:
        self._committing = False

    def _on_rollback(self, session: Any, transaction: Any) -> None:
        self._flush = ""
        self._committing = False


def _values(parameters: Any) -> tuple[Any, ...]:
    values = parameters.values() if isinstance(parameters, dict) else parameters
    return tuple(values or ())


def _last_relationship(path: Any) -> str:
    """Return `User.addresses`, the last attribute on a loader's path."""
    for part in reversed(tuple(path.path if hasattr(path, "path") else path or ())):
        if hasattr(part, "key") and hasattr(part, "parent"):
            return f"{part.parent.class_.__name__}.{part.key}"
    return "a relationship"


def _called_by(frame: FrameType | None, name: str) -> bool:
    """Whether a function of that name is among the callers, up to the learner's code."""
    for _ in range(12):
        if frame is None or frame.f_code.co_filename.startswith("<ormtutor "):
            return False
        if frame.f_code.co_name == name:
            return True
        frame = frame.f_back
    return False
