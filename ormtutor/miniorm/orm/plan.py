"""Plan: what a flush would do now, without doing it.

Before: anybody may call `plan(session)` at any time; it loads, writes and changes nothing.
Here:   Rehearsal goes through the steps of orm/unitofwork.py; where a flush would write, it adds a
        Record; where a flush would copy a key, it remembers it beside the objects.
After:  a list of records, in the order of the statements, each with its reason.

What a flush must load first (say, the children of an object to be deleted) is unknown to the plan;
it says so in a record of its own and goes on with what is in memory.

`print(plan(session))` shows it; the console's `:plan` is made of it. No counterpart in SQLAlchemy.
"""

from __future__ import annotations

from collections import defaultdict, namedtuple

from ormtutor.miniorm.orm import flags, persistence, unitofwork
from ormtutor.miniorm.orm.impls import HISTORY_BLANK
from ormtutor.miniorm.orm.transaction import EXPLICIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ormtutor.miniorm.orm.dependency import Dependency
    from ormtutor.miniorm.orm.mapper import Mapper
    from ormtutor.miniorm.orm.state import InstanceState

    Pair = tuple[InstanceState, InstanceState]


class NewKey:
    """Stands for a key that the database will make: `User (new).id`."""

    def __init__(self, state: InstanceState, key: str) -> None:
        self.state = state
        self._label = f"{persistence.label_of_state(state)}.{key}"

    def __repr__(self) -> str:
        return self._label


class Record(namedtuple("Record", "action table labels values reason statement")):
    """One thing that a flush would do, and why.

    action: "insert", "update", "delete" (rows of objects, or of association tables), "load"
    (something that must be known first), "warn" (the flush will warn), "forget" (a pending object
    without a parent).
    table: where; "" for the last three. labels: the objects, such as `User#1` or `User (new)`.
    values: (column, value) for what is written; a value may be a NewKey.
    reason: why. statement: records with the same number share a statement; 0: none is sent.
    """

    __slots__ = ()

    def __str__(self) -> str:
        who = " and ".join(self.labels)
        reason = f" ({self.reason})" if self.reason else ""
        if not self.table:
            return f"{self.action} {who}{reason}"
        where = {"insert": "into", "delete": "from"}.get(self.action, "in")
        written = [
            f"{name}={'NULL' if value is None else repr(value)}" for name, value in self.values
        ]
        colon = f": {', '.join(written)}" if written else ""
        return f"{self.action} {who} {where} {self.table}{colon}{reason}"


class Plan:
    """What a flush would do, in order.

    records: a Record for each row. error: the error with which the flush would fail before it
    writes anything, or None.
    """

    def __init__(self, records: list[Record], error: Exception | None) -> None:
        self.records = records
        self.error = error

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def __bool__(self) -> bool:
        return bool(self.records) or self.error is not None

    def __str__(self) -> str:
        fails = [] if self.error is None else [f"fails: {self.error}"]
        return "\n".join([*map(str, self.records), *fails])


def plan(session: Any) -> Plan:
    """Tell what `session.flush()` would do now; sends no SQL and changes nothing."""
    rehearsal = Rehearsal(session)
    error = None
    try:
        unitofwork.collect(rehearsal)
        if rehearsal.states:
            if session._transaction is not None:
                session._transaction._assert_active()
            rehearsal.prepare()
            rehearsal.execute()
    # What the real flush would raise: a ring of rows, a key that may not be NULL, a wrong type, an
    # object whose row is gone, a value that was deleted unread; or that rollback() is awaited.
    except Exception as raised:
        error = raised
    return Plan(rehearsal.records, error)


class Rehearsal(unitofwork.UOWTransaction):
    """A flush that only says what it would do."""

    # Nothing is loaded, not even what was replaced unseen.
    history_flags = flags.LOAD_AGAINST_COMMITTED | flags.NO_RAISE
    lookup_flags = flags.PASSIVE_NO_FETCH_RELATED

    def __init__(self, session: Any) -> None:
        super().__init__(session, EXPLICIT)
        self.records: list[Record] = []
        # Keys that were copied, by attribute; and why.
        self.copied: defaultdict[InstanceState, dict[str, Any]] = defaultdict(dict)
        self.copied_because: defaultdict[InstanceState, dict[str, None]] = defaultdict(dict)
        self.reasons: dict[InstanceState, str] = {}
        self.forgotten: set[InstanceState] = set()
        self._loads_noted: set[str] = set()
        self._statement = 0

    # taking part ------------------------------------------------------------------------------

    def note(self, state: InstanceState, reason: str) -> None:
        """Note why the object takes part."""
        if reason:
            self.reasons[state] = reason

    def warn(self, message: str) -> None:
        """Record a warning of the flush."""
        self._add("warn", "", message)

    def let_go(self, state: InstanceState) -> None:
        """Record that a pending object without a parent is not written."""
        self.forgotten.add(state)
        self._add("forget", "", state, reason="no parent has it any more")

    def takes_part(self, state: InstanceState) -> bool:
        """Whether the object would still be in the session."""
        return state not in self.forgotten and super().takes_part(state)

    def load_key(self, state: InstanceState) -> None:
        """Load nothing."""

    def _add(
        self,
        action: str,
        table: str,
        *subjects: InstanceState | str,
        values: Iterable[tuple[str, Any]] = (),
        reason: str = "",
    ) -> None:
        """Add a record; one with a table belongs to the latest statement."""
        label = persistence.label_of_state
        labels = tuple([each if isinstance(each, str) else label(each) for each in subjects])
        statement = self._statement if table else 0
        self.records.append(Record(action, table, labels, tuple(values), reason, statement))

    # what can be known without loading --------------------------------------------------------

    def history(self, state: InstanceState, key: str, passive: int) -> Any:
        """The history as far as it is known; a load that it would need is recorded."""
        self._note_load(state, key, passive)
        if key not in state.dict and key not in state.committed_state:
            return HISTORY_BLANK
        return super().history(state, key, flags.PASSIVE_NO_INITIALIZE)

    def all_pending(self, state: InstanceState, key: str, passive: int) -> list[Any]:
        """The related objects that are known."""
        return super().all_pending(state, key, flags.PASSIVE_NO_INITIALIZE)

    def delete_cascade(self, state: InstanceState) -> Iterable[InstanceState]:
        """The objects that are deleted with one, as far as they are known."""
        found: dict[InstanceState, None] = {}
        waiting = [state]
        while waiting:
            parent = waiting.pop()
            for prop in parent.mapper.cascading.get("delete", ()):
                self._note_load(parent, prop.key, 0 if prop.passive_deletes else flags.PASSIVE_OFF)
                for child in self.all_pending(parent, prop.key, flags.PASSIVE_NO_INITIALIZE):
                    if child is not None and child not in found:
                        found[child] = None
                        waiting.append(child)
        return found

    def _note_load(self, state: InstanceState, key: str, passive: int) -> None:
        if state.ident is None:
            return
        impl, committed = state.mapper.impls[key], state.committed_state
        # An object that was replaced unseen is loaded too, since its row has to change.
        replaced = committed.get(key) is flags.PASSIVE_NO_RESULT and impl.deferred_history
        # Of an unloaded collection, only what was added and removed is known.
        unloaded = key not in state.dict and (impl.collection or key not in committed)
        may_load = passive & flags.SQL_OK and passive & flags.CALLABLES_OK
        if not replaced and not (may_load and unloaded):
            return
        name = f"{state.class_.__name__}.{key}"
        label = f"{name} of {persistence.label_of_state(state)}"
        if label not in self._loads_noted:
            self._loads_noted.add(label)
            self._add("load", "", label, reason="it must be known first")

    # keys, remembered beside the objects ------------------------------------------------------

    def values_of(self, state: InstanceState) -> tuple[dict[str, Any], dict[str, Any]]:
        """An object's values with the keys that would be copied to it, and the committed ones."""
        copied = self.copied[state]
        replaced = {key: self._own(state, key, flags.NO_VALUE) for key in copied}
        return {**state.dict, **copied}, {**replaced, **state.committed_state}

    def _current(self, state: InstanceState, key: str) -> Any:
        copied = self.copied[state]
        return copied[key] if key in copied else self._own(state, key, None)

    def _own(self, state: InstanceState, key: str, missing: Any) -> Any:
        """The object's value; an expired primary key is taken from its identity."""
        keys = state.mapper._pk_attribute_keys
        if key not in state.dict and state.key is not None and key in keys:
            return state.key[1][keys.index(key)]
        return state.dict.get(key, missing)

    def populate(self, source: InstanceState, dest: InstanceState, subject: Dependency) -> None:
        """Remember the key that would be copied."""
        for copy in subject.copies:
            self.copied[dest][copy.dest_key] = self._current(source, copy.source_key)
        reason = f"key of {persistence.label_of_state(source)} along {subject.prop}"
        self.copied_because[dest][reason] = None

    def clear(self, dest: InstanceState, subject: Dependency, source: InstanceState | None) -> None:
        """Remember that the key would become NULL."""
        for copy in subject.copies:
            if copy.dest_column.primary_key and self._current(dest, copy.dest_key) is not None:
                raise unitofwork.blanked_out(copy.dest_column, dest)
            self.copied[dest][copy.dest_key] = None
        reason = f"removed from {subject.prop}"
        if source is not None and self.is_deleted(source):
            gone = persistence.label_of_state(source)
            reason = f"{gone} is deleted, {subject.prop} does not cascade that"
        self.copied_because[dest][reason] = None

    # what would be written --------------------------------------------------------------------

    def save(self, mapper: Mapper, states: list[InstanceState]) -> None:
        """Record INSERTs and UPDATEs."""
        writing = persistence.writing_of(mapper)
        ordered = persistence.sort_states(mapper, states)
        updates, inserts = persistence.records_of(mapper, ordered, self)
        for action, records in (("update", updates), ("insert", inserts)):
            for group in persistence.groups_of(records):
                self._take_down(action, writing, group)
        for record in inserts:
            self._expect_key(writing, record)

    def _expect_key(self, writing: Any, record: Any) -> None:
        state = record.state
        for key, column in writing.key_columns:
            if record.values.get(key) is None or column in record.expressions:
                self.copied[state][key] = NewKey(state, key)

    def _take_down(self, action: str, writing: Any, group: list[Any]) -> None:
        for number, record in enumerate(group):
            if number == 0 or not record.shares:
                self._statement += 1
            state = record.state
            reasons = []
            switched = self.row_switches.get(state)
            if switched is not None:
                reasons.append(f"takes over the row of {persistence.label_of_state(switched)}")
            elif action == "insert" or state not in self.copied_because:
                reasons.append(self.reasons.get(state, "changed" if state.ident else "added"))
            reasons += self.copied_because[state]
            self._add(
                action,
                writing.table.name,
                state,
                values=_written(action, writing, record),
                reason="; ".join(dict.fromkeys(reasons)),
            )

    def delete(self, mapper: Mapper, states: list[InstanceState]) -> None:
        """Record DELETEs."""
        self._statement += 1
        for state in persistence.sort_states(mapper, states):
            reason = self.reasons.get(state, "deleted")
            self._add("delete", mapper.local_table.name, state, reason=reason)

    def write_associations(self, subject: Any, added: list[Pair], removed: list[Pair]) -> None:
        """Record association rows."""
        table = subject.prop.secondary.name
        for action, pairs, reason in (
            ("delete", removed, f"no longer in {subject.prop}"),
            ("insert", added, f"now in {subject.prop}"),
        ):
            if pairs:
                self._statement += 1
            for pair in pairs:
                values = self._association(subject, pair)
                self._add(action, table, *pair, values=values, reason=reason)

    def _association(self, subject: Any, pair: Pair) -> list[tuple[str, Any]]:
        return [
            (copy.dest_column.name, self._current(state, copy.source_key))
            for state, copies in zip(pair, (subject.copies, subject.other_copies), strict=True)
            for copy in copies
        ]


def _written(action: str, writing: Any, record: Any) -> Iterator[tuple[str, Any]]:
    """The columns that are written, in table order, with those that a plain default fills.

    A default's function is not called: its value is known only when the row is written.
    """
    for _, column in writing.columns:
        default = column.default if action == "insert" else column.onupdate
        if column in record.expressions:
            yield column.name, record.expressions[column]
        elif column.key in record.params:
            yield column.name, record.params[column.key]
        elif default is not None and default.is_scalar:
            yield column.name, default.arg
