"""Unit of work: decide in which order a flush writes.

Before: orm/session.py hands over what is new, dirty and deleted.
Here:   plan() sorts it into steps, each with its reason; no SQL yet.
After:  orm/persistence.py and orm/dependency.py carry out the steps.

Follows: SQLAlchemy 1.4, "Session Basics: Flushing"; Fowler, PoEAA, "Unit of Work".
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Record:
    """One line of a plan: what a flush would do to one row, and why.

    `action` is one of `insert`, `update`, `delete`, `associate`, `dissociate`, `load`; `label` names
    the object (`User#1`, `User (new)`), `table` the table, `values` the columns that are written.
    """

    __slots__ = ("action", "label", "reason", "table", "values")


class Plan:
    """What a flush would do now, in order: `plan.records` for people, `plan.steps` for the flush."""

    __slots__ = ("records", "steps")


def plan(session: Any, objects: Any = None) -> Plan:
    """Tell what `session.flush()` would do now; emits no SQL and changes nothing."""
    raise NotImplementedError
