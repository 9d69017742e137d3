"""Forecasts: what a flush, commit, rollback or close would find, without doing any of them.

Before: views.py was asked for the `plan`, or for `whatif`.
Here:   what the unit of work would do (miniorm rehearses it; of real SQLAlchemy only the objects
        that take part are known), and what decides the future of each object: its state, its three
        lanes, its changes, whether this transaction inserted its row.
After:  repl/forecast.py says what would happen.

The shapes:

    plan    {"records": [RECORD], "error": text, "rehearsed": bool}
    whatif  {"session": name, "begun": bool, "nested": bool, "active": bool, "expires": bool,
             "transaction": "none" | "open" | "failed", "plan": as above, "tables": as in views.py,
             "objects": [OBJECT and {"is_in": bool, "is_new": bool, "is_marked": bool,
             "changed": [attribute]}], "more": int}
    RECORD  {"action": insert, update, delete, load, warn or forget, "table": name,
             "labels": [text], "values": [[column, text]], "reason": text}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ormtutor.kernel.facts import Facts, changed_attributes
from ormtutor.kernel.labels import show

NO_SESSION = "no session has been used yet"
_ACTIONS = {"INSERT": "insert", "UPDATE": "update", "DELETE": "delete"}


class Forecasts:
    """Gathers what decides the future of a session's objects."""

    def __init__(self, facts: Facts, describe: Callable[[Any], dict[str, Any]], most: int) -> None:
        """`describe` returns an object with its three lanes; at most `most` are described."""
        self.facts = facts
        self._describe = describe
        self._most = most

    def plan(self, content: dict[str, Any], about: str) -> None:
        """Put the plan of the next flush of all sessions into the content."""
        plans = [self._plan(session) for session in self.facts.sessions()]
        content["records"] = [record for plan in plans for record in plan["records"]]
        content["error"] = next((plan["error"] for plan in plans if plan["error"]), "")
        content["rehearsed"] = self.facts.recorder.rehearsal() is not None

    def whatif(
        self,
        content: dict[str, Any],
        about: str,
        mapped: Iterable[Any],
        transaction: str,
    ) -> None:
        """Put what decides the future of a session's objects into the content."""
        session = self._session(content, about)
        if session is None:
            return
        content.update(
            session=self._name(session),
            begun=session.in_transaction(),
            nested=session.in_nested_transaction(),
            active=session.is_active,
            expires=session.expire_on_commit,
            transaction=transaction,
            plan=self._plan(session),
        )
        objects = list(mapped)
        marked = {id(one) for one in session.deleted}
        content["objects"] = [self._future(one, session, marked) for one in objects[: self._most]]
        content["more"] = max(0, len(objects) - self._most)

    # --- inside -----------------------------------------------------------------------------------

    def _session(self, content: dict[str, Any], about: str) -> Any:
        """Return the session of that name, or the first; None after putting the problem there."""
        sessions = self.facts.sessions()
        named = [session for session in sessions if not about or self._name(session) == about]
        if named:
            return named[0]
        known = ", ".join(filter(None, map(self._name, sessions)))
        content["problem"] = f"no session is called {about!r}" if about else NO_SESSION
        content["hint"] = f"There are: {known}." if about and known else ""
        return None

    def _name(self, session: Any) -> str:
        for name, value in list(self.facts.namespace.items()):
            if value is session and not name.startswith("_"):
                return name
        return ""

    def _plan(self, session: Any) -> dict[str, Any]:
        rehearse = self.facts.recorder.rehearsal()
        if rehearse is None:
            records = [_known_part(words) for words in self.facts.plan_of(session)]
            return {"records": records, "error": "", "rehearsed": False}
        found = rehearse(session)
        error = self._refusal(session, found) if found.error is None else str(found.error)
        return {"records": list(map(_record, found)), "error": error, "rehearsed": True}

    def _refusal(self, session: Any, records: Iterable[Any]) -> str:
        """Return what the database would say of the first NULL in a NOT NULL column, or nothing."""
        held = (*session.new, *session.identity_map.values())
        mapped = [self.facts.inspection(one).mapper.local_table for one in held]
        columns = {
            (table.name, column.name): column for table in mapped for column in table.columns
        }
        for record in records:
            for name, value in record.values:
                column = columns.get((record.table, name)) if value is None else None
                if column is not None and not column.nullable and not column.primary_key:
                    return f"NOT NULL constraint failed: {record.table}.{name}"
        return ""

    def _future(self, mapped: Any, session: Any, marked: set[int]) -> dict[str, Any]:
        state = self.facts.inspection(mapped)
        described = self._describe(mapped)
        is_new = self.facts.recorder.stories.is_new(mapped)
        if is_new is None:  # it has no story, but its row shows it
            is_new = described["here"] is not None and described["committed"] is None
        return {
            **described,
            "is_in": state.session is session,
            "is_new": is_new,
            "is_marked": id(mapped) in marked,
            "changed": changed_attributes(state) if state.persistent else [],
        }


def _known_part(words: str) -> dict[str, Any]:
    """Return the record of `INSERT noor`: only the action and the object are known."""
    verb, _, name = words.partition(" ")
    return {"action": _ACTIONS[verb], "table": "", "labels": [name], "values": [], "reason": ""}


def _record(record: Any) -> dict[str, Any]:
    return {
        "action": record.action,
        "table": record.table,
        "labels": list(record.labels),
        "values": [[name, _value(value)] for name, value in record.values],
        "reason": record.reason,
    }


def _value(value: Any) -> str:
    return "NULL" if value is None else show(value)
