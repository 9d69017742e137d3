"""Views: what a panel may ask at any time: session, tables, names, effects and more.

Before: __main__.py received an Inspect; facts.py knows objects, sessions and connections.
Here:   plain JSON data, gathered without loading, flushing, refreshing or logging anything: values
        come from the objects' own dictionaries, rows are read without the engine.
After:  repl/ draws them; reference.py compares `effects` with those of the lesson's own answer.

The shapes:

    tables   {"transaction": bool, "tables": {name: TABLE}, "cut": bool}
    effects  {"tables": {name: TABLE}, "committed": {name: TABLE}, "names": {name: THING}}
    names    {name: THING}
    session  {"transaction": "none" | "open" | "failed", "objects": [OBJECT], "more": int,
              "waiting": [name], "changed": [name], "deleted": [name], "identity_map": [label],
              "rollback": [what a rollback would do, in words]}
    story    {"name": text, "label": text, "state": text, "dropped": int, "followed": bool,
              "moments": [{"what": state or what happened, "line": int, "source": text,
              "statement": int, "cause": text, "when": "step" | "before" | "setup"}]}
    explain  in queryplan.py; plan and whatif in forecast.py; doc in describing.py;
             schema in mapping.py

In any of them: "cut": true if time ran out, "problem" and "hint" if there is nothing to show.

    TABLE    {"columns": [name], "key": [name], "links": [[column, table, column]],
              "rows": [[repr]], "count": int, "changed": [index of a row that is not committed],
              "gone": [committed rows that are not here any more]}
    THING    {"type": name, "repr": text, "state": state of a mapped object or ""}
    OBJECT   {"name": the learner's name or "", "label": "User#1", "state": ...,
              "python": {attribute: repr}, "here": {attribute: repr} or None,
              "committed": {attribute: repr} or None, "expired": [attribute]}

`python`, `here` and `committed` are the three lanes: what the object holds, what its row holds in
this transaction, and what would be there after a rollback.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType
from typing import Any

from ormtutor.kernel.describing import Describer
from ormtutor.kernel.facts import Facts, changed_attributes, is_stored_as, quote, stored
from ormtutor.kernel.forecast import Forecasts
from ormtutor.kernel.interruption import OutOfTime, time_limit
from ormtutor.kernel.labels import WIDTH, is_learners_name, label, show
from ormtutor.kernel.mapping import Schema
from ormtutor.kernel.queryplan import QueryPlans
from ormtutor.kernel.recorder import WouldQuery

MOST_OBJECTS = 60
MOST_ROWS = 500
MOST_NAMES = 12

_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
)


def _is_imported(value: object) -> bool:
    """Whether it is a class or function that the learner did not write."""
    made_here = getattr(value, "__module__", None) == "__main__"
    return isinstance(value, type | FunctionType | BuiltinFunctionType) and not made_here


class Views:
    """Gathers the views of the learner's objects and rows."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._forecasts = Forecasts(facts, self._object, MOST_OBJECTS)
        self._tellers = {
            "explain": QueryPlans(facts).explain,
            "story": self._story,
            "plan": self._forecasts.plan,
            "whatif": self._whatif,
            "doc": Describer(facts).doc,
            "schema": Schema(facts).schema,
        }

    def view(self, what: str, seconds: float, about: str = "") -> Any:
        """Return a view as plain data; what could not be gathered in time is left out."""
        content: dict[str, Any] = {}
        with self.facts.recorder.quiet():
            try:
                with time_limit(seconds):
                    if what in self._tellers:
                        self._tellers[what](content, about)
                    else:
                        getattr(self, f"_{what}")(content)
            except OutOfTime:
                content["cut"] = True
            except Exception as error:  # from the learner's own code, such as a custom type
                content["cut"] = True
                content["problem"] = f"that cannot be told: {type(error).__name__}: {error}"
        return content

    # --- tables -----------------------------------------------------------------------------------

    def _tables(self, content: dict[str, Any]) -> None:
        content["transaction"] = any(
            connection.in_transaction for connection in self.facts.connections.last_used()
        )
        content["tables"] = tables = {}
        for connection in self.facts.connections.last_used():
            for name in self._table_names(connection):
                if name not in tables:
                    tables[name] = self._table(connection, name)

    def _table_names(self, connection: Any) -> list[str]:
        names = {name for (name,) in connection.read(_TABLES)}
        names.update(name for (name,) in connection.read_committed(_TABLES) or ())
        return sorted(names)

    def _table(self, connection: Any, name: str) -> dict[str, Any]:
        here = self._rows(connection.read, name)
        lasting = self._rows(connection.read_committed, name)
        before = list(lasting["rows"]) if lasting else []
        changed = []
        for number, row in enumerate(here["rows"] if here else ()):
            if row in before:
                before.remove(row)
            elif lasting is not None or connection.in_transaction:
                changed.append(number)
        found = here or {"columns": [], "key": [], "links": [], "rows": [], "count": 0}
        return {**found, "changed": changed, "gone": before}

    def _rows(self, read: Any, name: str) -> dict[str, Any] | None:
        """Return a table as one of the two readers sees it, or None if there is none."""
        described = read(f"PRAGMA table_info({quote(name)})")
        if not described:
            return None
        columns = [row[1] for row in described]
        key = [row[1] for row in sorted(described, key=lambda row: row[5]) if row[5]]
        links = [
            [row[3], row[2], row[4] or "id"]
            for row in read(f"PRAGMA foreign_key_list({quote(name)})") or ()
        ]
        rows = read(f"SELECT * FROM {quote(name)} LIMIT {MOST_ROWS}") or []
        ((count,),) = read(f"SELECT count(*) FROM {quote(name)}")
        return {
            "columns": columns,
            "key": key,
            "links": links,
            "rows": [[show(value) for value in row] for row in rows],
            "count": count,
        }

    # --- names ------------------------------------------------------------------------------------

    def _names(self, content: dict[str, Any]) -> None:
        for name, value in list(self.facts.namespace.items()):
            if is_learners_name(name, value) and not _is_imported(value):
                content[name] = self._thing(value)

    def _thing(self, value: object) -> dict[str, str]:
        state = self.facts.inspection(value)
        return {
            "type": type(value).__name__,
            "repr": self._repr(value, state),
            "state": "" if state is None else self.facts.state(value),
        }

    def _repr(self, value: object, state: Any) -> str:
        """Return the value's repr, or its label if that would need the database or fails."""
        if state is None:
            return show(value)
        try:
            text = repr(value)
        except OutOfTime:
            raise
        except (WouldQuery, Exception):
            return label(value, state)
        return text if len(text) <= WIDTH else f"{text[:WIDTH]} …"

    def _effects(self, content: dict[str, Any]) -> None:
        content.update(tables={}, committed={}, names={})
        for connection in self.facts.connections.last_used():
            for name in self._table_names(connection):
                for lane, read in (
                    ("tables", connection.read),
                    ("committed", connection.read_committed),
                ):
                    found = self._rows(read, name)
                    if found is not None:
                        content[lane].setdefault(name, found)
        self._names(content["names"])

    # --- the session ------------------------------------------------------------------------------

    def _session(self, content: dict[str, Any]) -> None:
        sessions = self.facts.sessions()
        content["transaction"] = self._transaction(sessions)
        content.update(objects=[], more=0, waiting=[], changed=[], deleted=[], identity_map=[])
        content["rollback"] = []
        for session in sessions:
            content["waiting"] += map(self.facts.call, session.new)
            content["changed"] += map(self.facts.call, self.facts.changed_in(session))
            content["deleted"] += map(self.facts.call, session.deleted)
            content["rollback"] += [f"unmark {self.facts.call(one)}" for one in session.deleted]
            content["identity_map"] += [
                label(one, self.facts.inspection(one)) for one in session.identity_map.values()
            ]
        mapped = list(self._mapped(sessions))
        content["more"] = max(0, len(mapped) - MOST_OBJECTS)
        for one in mapped[:MOST_OBJECTS]:
            described = self._object(one)
            content["objects"].append(described)
            content["rollback"] += self._undoing(one, described)

    def _transaction(self, sessions: Iterable[Any]) -> str:
        if any(not session.is_active for session in sessions):
            return "failed"
        is_open = any(c.in_transaction for c in self.facts.connections.last_used())
        return "open" if is_open or any(s.in_transaction() for s in sessions) else "none"

    def _mapped(self, sessions: Iterable[Any]) -> Iterator[Any]:
        """Yield the learner's named objects, then what else the sessions hold, each once."""
        seen: set[int] = set()
        named = [
            value
            for name, value in list(self.facts.namespace.items())
            if is_learners_name(name, value) and self.facts.inspection(value) is not None
        ]
        held = [
            one
            for session in sessions
            for one in (*session.new, *session.identity_map.values(), *session.deleted)
        ]
        for one in (*named, *held):
            if id(one) not in seen:
                seen.add(id(one))
                yield one

    def _whatif(self, content: dict[str, Any], about: str) -> None:
        sessions = self.facts.sessions()
        mapped = self._mapped(sessions)
        self._forecasts.whatif(content, about, mapped, self._transaction(sessions))
        if "problem" in content:
            return
        tables: dict[str, Any] = {}
        self._tables(tables)
        content["tables"] = tables["tables"]

    # --- a story ----------------------------------------------------------------------------------

    def _story(self, content: dict[str, Any], about: str) -> None:
        mapped = self._called(about)
        if mapped is None:
            content.update(self._no_such_object(about))
            return
        stories = self.facts.recorder.stories
        moments, dropped = stories.tell(mapped)
        content.update(
            name=about,
            label=label(mapped, self.facts.inspection(mapped)),
            state=self.facts.state(mapped),
            moments=moments,
            dropped=dropped,
            followed=bool(moments) or not stories.is_full,
        )

    def _called(self, about: str) -> Any:
        """Return the mapped object of that name or label, or None."""
        named = self.facts.namespace.get(about)
        if self.facts.inspection(named) is not None:
            return named
        for one in (*self._mapped(self.facts.sessions()), *self.facts.recorder.stories.objects()):
            if label(one, self.facts.inspection(one)) == about:
                return one
        return None

    def _no_such_object(self, about: str) -> dict[str, str]:
        """Return the problem with a name, and the names of objects that there are."""
        names = [
            name
            for name, value in list(self.facts.namespace.items())
            if is_learners_name(name, value) and self.facts.inspection(value) is not None
        ]
        is_there = about in self.facts.namespace
        problem = (
            f"{about} is no object of a mapped class"
            if is_there
            else f"there is no object called {about!r}"
        )
        hint = f"There are: {', '.join(names[:MOST_NAMES])}." if names else "There is none yet."
        return {"problem": problem, "hint": hint}

    def _object(self, mapped: Any) -> dict[str, Any]:
        state = self.facts.inspection(mapped)
        columns = {
            attribute.key: attribute.columns[0].name
            for attribute in state.mapper.column_attrs
            if getattr(attribute.columns[0], "table", None) is state.mapper.local_table
        }
        values = state.dict
        called = self.facts.call(mapped)
        named = label(mapped, state)
        here, committed = self._lanes(state, columns)
        return {
            "name": "" if called == named else called,
            "label": named,
            "state": self.facts.state(mapped),
            "python": {key: show(values[key]) for key in columns if key in values},
            "here": here,
            "committed": committed,
            "expired": sorted(set(columns) & set(state.expired_attributes)),
        }

    def _lanes(self, state: Any, columns: dict[str, str]) -> tuple[Any, Any]:
        """Return the object's row in this transaction and as committed, each None if missing."""
        if state.identity is None or not columns:
            return None, None
        identity = [stored(part) for part in state.identity]
        table = str(state.mapper.local_table.name)
        key = [column.name for column in state.mapper.primary_key]
        where = " AND ".join(f"{quote(name)} IS ?" for name in key)
        wanted = ", ".join(quote(name) for name in columns.values())
        sql = f"SELECT {wanted} FROM {quote(table)} WHERE {where}"
        for connection in self.facts.connections.last_used():
            if table in self._table_names(connection):
                return tuple(
                    self._lane(read, sql, table, identity, columns, state.dict)
                    for read in (connection.read, connection.read_committed)
                )  # type: ignore[return-value]
        return None, None

    def _lane(
        self,
        read: Any,
        sql: str,
        table: str,
        identity: Any,
        columns: dict[str, str],
        held: Mapping[str, Any],
    ) -> dict[str, str] | None:
        """Return the row as texts, or None; where the object holds the same value, as it has it."""
        if not read(f"PRAGMA table_info({quote(table)})"):
            return None
        rows = read(sql, identity)
        if not rows:
            return None
        return {
            key: show(held[key] if is_stored_as(held.get(key), value) else value)
            for key, value in zip(columns, rows[0], strict=True)
        }

    def _undoing(self, mapped: Any, described: dict[str, Any]) -> Iterator[str]:
        """Yield in words what a rollback now would do to an object."""
        named, state = described["label"], described["state"]
        here, lasting = described["here"] or {}, described["committed"]
        if state == "pending":
            yield f"forget {described['name'] or named}"
        elif state in ("persistent", "deleted") and lasting is None:
            yield f"forget {named}"
        elif state == "deleted":
            yield f"bring back {named}"
        elif state == "persistent":
            # Rows are compared with rows: a date or a decimal looks different in Python.
            changed = changed_attributes(self.facts.inspection(mapped))
            for key, value in lasting.items():
                if key in changed or here.get(key, value) != value:
                    yield f"set {named}.{key} back to {value}"
