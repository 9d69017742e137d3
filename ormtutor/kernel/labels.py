"""Labels: how an object or a value is written on the screen, without changing or loading it.

Before: recorder.py, facts.py and views.py have an object or a value in hand.
Here:   the learner's own name for it, or `User#1` or `User (new)`; a value in few characters.
After:  the text crosses the pipe, never the object.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from types import FrameType, ModuleType
from typing import Any

PLAIN_TYPES = (str, int, float, bool, bytes, type(None))
WIDTH = 200  # characters of one value


def label(mapped: Any, state: Any) -> str:
    """Return `User#1`, or `User (new)` for an object without a row. `state` is its inspection."""
    name = type(mapped).__name__
    identity = state.identity
    if identity is None:
        return f"{name} (new)"
    return f"{name}#{','.join(str(part) for part in identity)}"


def name_of(value: object, namespace: Mapping[str, Any], frame: FrameType | None = None) -> str:
    """Return the learner's name for the object: a local of the frame, else a global; or empty."""
    if frame is not None and frame.f_locals is not namespace:
        for name, bound in list(frame.f_locals.items()):
            if bound is value and name.isidentifier():
                return name
    for name, bound in list(namespace.items()):
        if bound is value and not name.startswith("_"):
            return name
    return ""


class _Short(reprlib.Repr):
    """`reprlib` with room for a line of values."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = WIDTH
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 10
        self.maxlevel = 3


_SHORT = _Short()


def show(value: Any) -> str:
    """Return the value in about 200 characters at most.

    Plain values run none of the learner's code; others may, so that callers set a time limit.
    """
    if type(value) in (str, bytes) and len(value) > WIDTH:
        return repr(value[:WIDTH]) + f" … ({len(value):,} in all)"
    if type(value) in PLAIN_TYPES:
        try:
            return repr(value)
        except ValueError:
            return f"an integer of {value.bit_length():,} bits"
    return _SHORT.repr(value)


def is_learners_name(name: str, value: object) -> bool:
    """Whether a name of the namespace is worth showing: not private, and no module."""
    return not name.startswith("_") and not isinstance(value, ModuleType)
