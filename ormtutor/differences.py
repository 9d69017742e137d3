"""The closed list: where miniorm follows SQLAlchemy 1.1 rather than 1.4.54, and why.

Before: tests/oracle and `check --engine sqlalchemy` compare the engine with SQLAlchemy 1.4.54.
Here:   each difference once, with its reason, and how SQLAlchemy's text is turned into ours.
After:  what differs only by this list is reported as known, never as a mistake.

Nothing else may differ. A new entry needs a reason that a learner would accept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ormtutor.records import record

Respell = Callable[[str], str]


def _unchanged(text: str) -> str:
    return text


@record
class Difference:
    """One entry of the list: what our engine does, what 1.4.54 does, and why we keep it.

    `text` turns what SQLAlchemy prints or raises into ours, `sql` what it sends; `own_sql` removes
    from our statement what SQLAlchemy leaves out. If text cannot show a difference (an attribute
    that is missing, a flush that comes later), all three change nothing.
    """

    name: str
    here: str
    there: str
    reason: str
    text: Respell = _unchanged
    sql: Respell = _unchanged
    own_sql: Respell = _unchanged


def _respelling(pattern: str, ours: str | Callable[[re.Match[str]], str]) -> Respell:
    found = re.compile(pattern)
    return lambda text: found.sub(ours, text)


_NAME = r"(?:\w+|\"(?:[^\"]|\"\")+\")"

_MESSAGES = (
    (
        re.compile(r"No row was found when one was required"),
        "No row was found for one()",
    ),
    (
        re.compile(r"Multiple rows were found when exactly one was required"),
        "Multiple rows were found for one()",
    ),
    (
        re.compile(r"Multiple rows were found when one or none was required"),
        "Multiple rows were found for one_or_none()",
    ),
)


def _row_messages(text: str) -> str:
    for pattern, ours in _MESSAGES:
        text = pattern.sub(ours, text)
    return text


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "shared column",
        here="query(User, User.name) selects users.name once",
        there="it is selected again as users_name__1",
        reason="The tutorials show one column; the second is a detail of how 1.4 labels.",
        sql=_respelling(rf",\s+{_NAME}(?:\.{_NAME})* AS (?:\w+__\d+|\"[^\"]+__\d+\")", ""),
    ),
    Difference(
        "parent first in a subquery load",
        here="subqueryload's second SELECT is ordered by the parent's key first",
        there="it has the relationship's own order alone",
        reason="The tutorials show it, and children of one parent come together.",
        own_sql=_respelling(
            r"(?i)\s*ORDER BY (\w+_\d+)\.\w+(?:, \1\.\w+)*(?:$|(?P<rest>, ))",
            lambda found: "\nORDER BY " if found["rest"] else "",
        ),
    ),
    Difference(
        "repr of MetaData",
        here="MetaData(bind=None)",
        there="MetaData()",
        reason="The tutorials print it inside the repr of a Table.",
        text=_respelling(r"MetaData\(\)", "MetaData(bind=None)"),
    ),
    Difference(
        "messages of one()",
        here="No row was found for one(); Multiple rows were found for one() and one_or_none()",
        there="No row was found when one was required; Multiple rows were found when ...",
        reason="They name the method that the learner called.",
        text=_row_messages,
    ),
    Difference(
        "clear_mappers() keeps __table__",
        here="after clear_mappers() a class keeps its __table__",
        there="the attribute is gone",
        reason="The older tutorials map such a table once more.",
    ),
    Difference(
        "an expired attribute does not autoflush",
        here="loading an expired attribute leaves the waiting list alone",
        there="the session is flushed first",
        reason="A read of one object then sends one statement, and its cause is the read.",
    ),
)


def explain_text(ours: str, theirs: str, agrees: Callable[[str, str], bool]) -> Difference | None:
    """Return the difference that turns SQLAlchemy's text into ours, or None.

    `agrees(ours, text)` is the comparison that failed.
    """
    for difference in DIFFERENCES:
        if difference.text(theirs) != theirs and agrees(ours, difference.text(theirs)):
            return difference
    return None


def explain_sql(
    ours: Sequence[str],
    theirs: Sequence[str],
    agree: Callable[[Sequence[str], Sequence[str]], bool],
) -> Difference | None:
    """Return the difference that makes SQLAlchemy's statements agree with ours, or None."""
    for difference in DIFFERENCES:
        own = [difference.own_sql(sql) for sql in ours]
        sent = [difference.sql(sql) for sql in theirs]
        changed = own != list(ours) or sent != list(theirs)
        if changed and agree(own, sent):
            return difference
    return None
