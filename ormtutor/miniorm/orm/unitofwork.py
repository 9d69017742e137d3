"""Unit of work: decide in which order a flush writes, and have it written.

Before: orm/session.py calls flush(), at the end of this file.
Here:   collect() registers what is new, changed and deleted; prepare() lets each relationship's
        Dependency add the objects that it concerns; ordered() sorts the steps. No SQL yet.
After:  execute() runs the steps: orm/persistence.py writes rows, orm/dependency.py copies keys.
        orm/plan.py runs the same steps without writing, to tell what a flush would do.

The graph has a node for "all saves of a mapper", "all deletes of a mapper", and "the keys of a
relationship". If these form a ring (a tree in one table, two tables that point to each other), the
nodes of the ring are broken up into one for each object.

Follows: SQLAlchemy 1.4, "Session Basics: Flushing"; Fowler, PoEAA, "Unit of Work".
"""

from __future__ import annotations

from collections import namedtuple
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from operator import attrgetter

from ormtutor.miniorm.exc import CircularDependencyError, warn
from ormtutor.miniorm.orm import dependency, flags, persistence
from ormtutor.miniorm.orm.exc import state_label
from ormtutor.miniorm.orm.impls import states_of
from ormtutor.miniorm.orm.join_condition import MANYTOONE
from ormtutor.miniorm.sql.sorting import cycles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from ormtutor.miniorm.engine.cause import Cause
    from ormtutor.miniorm.engine.connection import Connection
    from ormtutor.miniorm.orm.dependency import Dependency
    from ormtutor.miniorm.orm.impls import History
    from ormtutor.miniorm.orm.mapper import Mapper
    from ormtutor.miniorm.orm.session import Session
    from ormtutor.miniorm.orm.state import InstanceState

    Pair = tuple[InstanceState, InstanceState]

# What a flush does with an object. left_alone: its row is not written; it takes part only because
# others depend on it.
Action = namedtuple("Action", "is_delete left_alone", defaults=(False,))
SAVE = Action(is_delete=False)
DELETE = Action(is_delete=True)


# Steps ----------------------------------------------------------------------------------------


class Step:
    """One node of the graph: something to be done, before and after others.

    kind: the published name; steps that are ready at the same time run in the order of these.
    subject: the mapper whose rows are written, or the Dependency whose keys are copied.
    state: the one object that it is for, if a ring was broken up. disabled: it was replaced by
    steps for each object. is_junction: it does nothing; parts of a step have one edge to it instead
    of edges to all that comes before the step.
    """

    __slots__ = (
        "disabled",
        "is_delete",
        "is_junction",
        "kind",
        "number",
        "state",
        "subject",
        "writes_rows",
    )

    def __init__(
        self, subject: Any, is_delete: bool, state: InstanceState | None, number: int
    ) -> None:
        self.subject = subject
        self.writes_rows = not isinstance(subject, dependency.Dependency)
        verb = "Process" if not self.writes_rows else "Delete" if is_delete else "SaveUpdate"
        self.kind = verb + ("All" if state is None else "State")
        self.is_delete = is_delete
        self.state = state
        self.number = number
        self.disabled = self.is_junction = False

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """Orders the steps that are ready at the same time."""
        return self.kind, dependency.sort_key_of(self.subject), self.is_delete

    def execute(self, flush: UOWTransaction, states: list[InstanceState]) -> None:
        """Do it for these objects, those of its group."""
        if self.writes_rows:
            write = flush.delete if self.is_delete else flush.save
            write(self.subject, states)
        elif self.is_delete:
            self.subject.process_deletes(flush, states)
        else:
            self.subject.process_saves(flush, states)

    def __repr__(self) -> str:
        subject = str(self.subject) if self.state is None or not self.writes_rows else ""
        state = "" if self.state is None else state_label(self.state)
        delete = "" if self.writes_rows else f"delete={self.is_delete}"
        return f"{self.kind}({', '.join(filter(None, (subject, state, delete)))})"


# The unit of work -----------------------------------------------------------------------------


class UOWTransaction:
    """One flush: its objects, its steps, and their order.

    states: every object that takes part, with its Action. actions: the different ones among these.
    mappers: the objects by mapper, in order of coming.
    cause: of the flush's statements.
    edges: step -> the steps that come before it. ring: the steps that were broken up.
    relationships: those of the mappers, as Dependencies. presorted: by each, the objects that it
    has looked at. has_steps: those that have steps of their own.
    children_added: by one-to-many relationship, the objects that some parent took. keys_changed:
    parents whose key has changed since their children got it, each with its relationship.
    associations_done: by many-to-many relationship, the pairs whose row was written.
    row_switches: new object -> the deleted one whose row it takes over.
    rekeyed: the objects whose primary key was changed.
    pk_cascaded: (object, column) whose new value the database has set itself (ON UPDATE CASCADE).
    """

    __module__ = "sqlalchemy.orm.unitofwork"

    # Flags for reading histories, beside those of each step.
    history_flags = flags.LOAD_AGAINST_COMMITTED | flags.LOAD_REPLACED | flags.NO_RAISE
    # Flags for looking up an object whose row a new one may take over: an expired one is loaded.
    lookup_flags = flags.PASSIVE_OFF

    def __init__(self, session: Session, cause: Cause) -> None:
        self.session = session
        self.cause = cause
        self.transaction: Any = None
        self._connection: Any = None
        self.states: dict[InstanceState, Action] = {}
        self.mappers: dict[Mapper, list[InstanceState]] = {}
        self.actions: set[Action] = set()
        self.edges: dict[Step, dict[Step, None]] = {}
        self.ring: dict[Step, None] = {}
        self.children_added: dict[Dependency, set[InstanceState | None]] = {}
        self.keys_changed: set[tuple[InstanceState, Dependency]] = set()
        self.associations_done: dict[Any, set[Pair]] = {}
        self.pk_cascaded: set[tuple[InstanceState, Any]] = set()
        self.rekeyed: set[InstanceState] = set()
        self.row_switches: dict[InstanceState, InstanceState] = {}
        self._steps: dict[tuple[Any, ...], Step] = {}
        self.relationships: list[Dependency] = []
        self.presorted: dict[Dependency, set[InstanceState]] = {}
        self.has_steps: set[Dependency] = set()
        self._histories: dict[tuple[InstanceState, str], tuple[History, History]] = {}

    # registering ------------------------------------------------------------------------------

    def is_deleted(self, state: InstanceState) -> bool:
        """Whether this flush deletes the object's row."""
        action = self.states.get(state)
        return action is not None and action.is_delete

    def register(
        self,
        state: InstanceState,
        is_delete: bool = False,
        left_alone: bool = False,
        cancel_delete: bool = False,
        operation: str | None = None,
        prop: Any = None,
        reason: str = "",
    ) -> None:
        """Let an object take part, if it is in the session; else warn.

        left_alone: see Action. operation, prop: what was done along which relationship, for the
        warning. reason: for orm/plan.py.
        """
        if not self.takes_part(state):
            if not state.deleted and operation is not None:
                self.warn(
                    f"Object of type <{state.class_.__name__}> not in session, {operation} "
                    f"operation along '{prop}' will not proceed"
                )
            return
        action = DELETE if is_delete else SAVE
        if state not in self.states:
            self.enter_many([state], Action(is_delete, left_alone=True) if left_alone else action)
            self.note(state, reason)
        elif not left_alone and (is_delete or cancel_delete):
            if self.states[state] is not action:
                self.note(state, reason)
            self.states[state] = action
            self.actions.add(action)

    def takes_part(self, state: InstanceState) -> bool:
        """Whether the object is in the session."""
        return self.session._contains_state(state)

    def note(self, state: InstanceState, reason: str) -> None:
        """Note why the object takes part; only orm/plan.py does."""

    def enter_many(self, states: Iterable[InstanceState], action: Action) -> None:
        """Register objects that are in the session and not registered yet."""
        self.actions.add(action)
        for mapper, of_mapper in groupby(states, attrgetter("mapper")):
            if mapper not in self.mappers:
                self.mappers[mapper] = []
                self.relationships += dependencies_at(mapper)
            members = self.mappers[mapper]
            first = len(members)
            members += of_mapper
            self.states.update(dict.fromkeys(members[first:], action))

    def leave_alone(self, state: InstanceState) -> None:
        """Leave the row of a deleted object alone: a new object has taken it over."""
        action = self.states[state] = self.states[state]._replace(left_alone=True)
        self.actions.add(action)

    def load_key(self, state: InstanceState) -> None:
        """Load an expired primary key; the row may turn out to be gone."""
        if not state.dict.keys() >= set(state.mapper._pk_attribute_keys):
            state.load_expired(flags.PASSIVE_OFF)

    def let_go(self, state: InstanceState) -> None:
        """Expunge a pending object that has lost its parent."""
        self.session._expunge_states([state])

    def states_in(self, group: list[Step]) -> list[InstanceState]:
        """The objects of the steps of a group."""
        first = group[0]
        if first.state is not None:
            return [step.state for step in group if step.state is not None]
        mapper = first.subject if first.writes_rows else first.subject.parent
        action = DELETE if first.is_delete else SAVE
        return self.those_to(action, self.mappers.get(mapper, ()))

    def those_to(self, action: Action, states: Iterable[InstanceState]) -> list[InstanceState]:
        """Those of the states that have this action."""
        # FASTPATH: most flushes do the same with all their objects: 5.4 for 5.6 ms.
        if action not in self.actions:
            return []
        if len(self.actions) == 1:
            return list(states)
        known = self.states
        return [state for state in states if known[state] is action]

    # what has happened to an attribute --------------------------------------------------------

    def history(self, state: InstanceState, key: str, passive: int) -> History:
        """What happened to an attribute, with states instead of objects.

        It is read once: later steps change keys, and must see what the first one saw.
        """
        known = self._histories.get((state, key))
        if known is not None:
            return known[1]
        impl = state.mapper.impls[key]
        history = impl.get_history(state, state.dict, passive | self.history_flags)
        of_states: History = history.as_state() if history and impl.uses_objects else history
        # Keep the objects too, so that what was just loaded lives as long as the flush.
        self._histories[state, key] = (history, of_states)
        return of_states

    def all_pending(self, state: InstanceState, key: str, passive: int) -> list[Any]:
        """The states of the present and former related objects, as far as they are known.

        A scalar is loaded if `passive` allows it, but not the object that it replaced unseen.
        """
        impl, values = state.mapper.impls[key], state.dict
        if key not in values:
            if impl.collection or not passive & flags.CALLABLES_OK:
                return []
            impl.get(state, values, passive)
        history: History = impl.get_history(state, values, passive & ~flags.CALLABLES_OK)
        return states_of(history.sum())

    def delete_cascade(self, state: InstanceState) -> Iterable[InstanceState]:
        """The objects that are deleted with one."""
        return [reached for reached, _ in state.mapper.cascade_iterator("delete", state)]

    def source_changed(self, state: InstanceState, subject: Dependency) -> bool:
        """Whether columns of the object that other rows point to have new values."""
        committed = state.committed_state
        for copy in subject.copies:
            if committed.get(copy.source_key, flags.NO_VALUE) is not flags.NO_VALUE and (
                self.history(state, copy.source_key, flags.PASSIVE_NO_INITIALIZE).deleted
            ):
                return True
        return False

    def warn(self, message: str) -> None:
        """Warn; orm/plan.py records it instead."""
        warn(message)

    # copying keys -----------------------------------------------------------------------------

    def populate(self, source: InstanceState, dest: InstanceState, subject: Dependency) -> None:
        """Copy key columns from one object to another."""
        source_impls, dest_impls = source.mapper.impls, dest.mapper.impls
        source_dict, dest_dict = source.dict, dest.dict
        for copy in subject.copies:
            value = source_impls[copy.source_key].get(source, source_dict, flags.PASSIVE_OFF)
            dest_impls[copy.dest_key].set(dest, dest_dict, value, None)

    def follow(self, source: InstanceState, dest: InstanceState, subject: Dependency) -> None:
        """Copy a changed key to an object that pointed to the old one.

        If that is part of its primary key, ON UPDATE CASCADE has changed its row already.
        """
        self.populate(source, dest, subject)
        cascaded = [copy.dest_column for copy in subject.copies if copy.cascades]
        self.pk_cascaded.update([(dest, column) for column in cascaded])

    def clear(self, dest: InstanceState, subject: Dependency, source: InstanceState | None) -> None:
        """Set key columns to None. source: the object that they pointed to.

        Raises: AssertionError: they are part of the row's own primary key.
        """
        dest_dict = dest.dict
        for copy in subject.copies:
            impl = dest.mapper.impls[copy.dest_key]
            if copy.dest_column.primary_key and impl.get(dest, dest_dict) is not None:
                raise blanked_out(copy.dest_column, dest)
            impl.set(dest, dest_dict, None, None)

    # writing ----------------------------------------------------------------------------------

    def values_of(self, state: InstanceState) -> tuple[dict[str, Any], Mapping[str, Any]]:
        """An object's values, and the committed values of those that changed."""
        obj = state()
        return ({} if obj is None else obj.__dict__), state.committed_state

    def connection(self, mapper: Mapper) -> Connection:
        """The connection to write to: chosen by the mapper if the session has no bind."""
        connection: Connection = self._connection
        if connection is None or self.session._routes or self.session.bind is None:
            connection = self._connection = self.transaction.connection(mapper)
        return connection

    def save(self, mapper: Mapper, states: list[InstanceState]) -> None:
        """INSERT or UPDATE rows."""
        persistence.save(mapper, states, self)

    def delete(self, mapper: Mapper, states: list[InstanceState]) -> None:
        """DELETE rows."""
        persistence.delete(mapper, states, self)

    def write_associations(self, subject: Any, added: list[Pair], removed: list[Pair]) -> None:
        """Write rows of an association table."""
        persistence.write_associations(subject, added, removed, self)

    # steps and edges --------------------------------------------------------------------------

    def step(
        self, subject: Any, is_delete: bool = False, state: InstanceState | None = None
    ) -> Step:
        """The step that writes a mapper's rows, or copies a relationship's keys."""
        key = (subject, is_delete, state)
        step = self._steps.get(key)
        if step is None:
            step = self._steps[key] = Step(subject, is_delete, state, len(self._steps))
            self.edges[step] = {}
        return step

    def add_edges(self, edges: Iterable[tuple[Step | None, Step | None]]) -> None:
        """Add edges, (before, after); None stands for a step that does not exist."""
        for before, after in edges:
            if before is not None and after is not None:
                self.edges[after][before] = None

    # order ------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Let relationships register objects, until none adds any."""
        while True:
            found = [self._presort(each) for each in list(self.relationships)]
            if not any(found):
                return

    def _presort(self, subject: Dependency) -> bool:
        """Show a relationship the objects that it has not seen; False: there are none.

        Objects that are left alone wait: they may yet be saved or deleted.
        """
        seen, members = self.presorted.setdefault(subject, set()), self.mappers[subject.parent]
        if len(seen) == len(members):
            return False
        states = self.states
        fresh = [each for each in members if each not in seen and not states[each].left_alone]
        seen.update(fresh)
        saves, deletes = self.those_to(SAVE, fresh), self.those_to(DELETE, fresh)
        if deletes:
            subject.presort_deletes(self, deletes)
        if saves:
            subject.presort_saves(self, saves)
        if subject not in self.has_steps and (
            (deletes and subject.has_changes(self, deletes, True))
            or (saves and subject.has_changes(self, saves, False))
        ):
            self.has_steps.add(subject)
        return bool(fresh)

    def dependencies(self) -> list[Dependency]:
        """The relationships that have steps of their own in this flush."""
        return [each for each in self.relationships if each in self.has_steps]

    def ordered(self) -> Iterator[list[Step]]:
        """The steps in order, in groups that are executed together.

        Raises: CircularDependencyError: objects need each other's keys in a ring.
        """
        dependencies = self.dependencies()
        # FASTPATH: which steps form rings depends only on mappers and relationships; without a
        # ring, so does the order. Both are kept for the next flush.
        kept = next(iter(self.mappers))._memo("orders of flushes", dict)
        key = (tuple(self.mappers), tuple(dependencies))
        rings, groups = kept.get(key, (None, None))
        if groups is not None:
            yield from groups
            return
        for mapper in self.mappers:
            self.add_edges([(self.step(mapper), self.step(mapper, True))])
        for subject in dependencies:
            subject.mapper_edges(self)
        if rings is None:
            rings = [(step.subject, step.is_delete) for step in _in_rings(self.edges)]
        self.ring = {self.step(*each): None for each in rings}
        self._break_rings()
        graph = {
            step: [before for before in befores if not before.disabled]
            for step, befores in self.edges.items()
            if not step.disabled
        }
        groups = (group for level in _levels(graph) for group in _groups(level))
        if not rings:
            groups = list(groups)
        kept[key] = rings, None if rings else groups
        yield from groups

    def _break_rings(self) -> None:
        """Replace the steps that form a ring by one for each object."""
        starts = {step: self._break_up(step) for step in self.ring if step.writes_rows}
        for step in starts:
            # Saves go first, so that a new object can take over the row of a deleted one.
            deletes = starts.get(self.step(step.subject, True))
            if deletes is not None and not step.is_delete:
                self.edges[deletes][step] = None

    def _break_up(self, step: Step) -> Step:
        """Put a step for each object between a new junction and the old step, a junction now.

        Returns the new one. The steps that copy keys for each object are made here, too.
        """
        start = Step(step.subject, step.is_delete, None, -1)
        start.is_junction = step.is_junction = True
        self.edges[start] = {each: None for each in self.edges[step] if each not in self.ring}
        states = self.states_in([step])
        parts = [self.step(step.subject, step.is_delete, state) for state in states]
        for part in parts:
            self.edges[part][start] = None
        self.edges[step] = dict.fromkeys(parts)
        for each in self.dependencies():
            if each.parent is step.subject:
                each.object_edges(self, states, step.is_delete)
        return start

    def execute(self) -> None:
        """Write everything."""
        for group in self.ordered():
            # Even without objects, a step that writes rows gets the connection: BEGIN is sent.
            group[0].execute(self, self.states_in(group))
        if self.rekeyed:
            self._follow_new_keys()

    def _follow_new_keys(self) -> None:
        """Copy new keys, in memory, along many-to-one relationships without a back reference.

        The rows are left to the database (ON UPDATE CASCADE).
        """
        for state in self.session.identity_map.all_states():
            for subject in dependencies_at(state.mapper):
                if subject.direction is MANYTOONE and not subject.prop._reverse_property:
                    related = state.dict.get(subject.key)
                    related_state = getattr(related, "_sa_instance_state", None)
                    if related_state in self.rekeyed:
                        self.register(state, left_alone=True)
                        self.follow(related_state, state, subject)

    def finish(self) -> None:
        """After writing: pending objects become persistent, deleted ones leave."""
        gone = [state for state, action in self.states.items() if action.is_delete]
        kept = [state for state, action in self.states.items() if not action.is_delete]
        if gone:
            self.session._remove_newly_deleted(gone)
        if kept:
            self.session._register_persistent(kept)


def blanked_out(column: Any, state: InstanceState) -> AssertionError:
    """The error for a row that loses its parent, if its primary key contains the parent's."""
    return AssertionError(
        f"Dependency rule tried to blank-out primary key column '{column}' on instance "
        f"'{state_label(state)}'"
    )


def dependencies_at(mapper: Mapper) -> list[Dependency]:
    """The Dependencies of a mapper's relationships, except viewonly ones."""
    return mapper._memo(
        "dependencies",
        lambda: [
            dependency.KINDS[prop.direction](prop)
            for prop in mapper.relationships
            if not prop.viewonly
        ],
    )


def _groups(ready: list[Step]) -> list[list[Step]]:
    """Steps that are ready together, in groups, in SQLAlchemy's order."""
    groups: dict[tuple[Any, ...], list[Step]] = {}
    for step in sorted(ready, key=attrgetter("number")):
        groups.setdefault((step.kind, step.subject, step.is_delete), []).append(step)
    return sorted(groups.values(), key=lambda group: group[0].sort_key)


def _levels(graph: dict[Step, list[Step]]) -> Iterator[list[Step]]:
    """The steps, level by level: each level depends only on those before it.

    What does not depend on a ring is executed before the ring is reported.

    Raises: CircularDependencyError.
    """
    sorter = TopologicalSorter(graph)
    with suppress(CycleError):  # the sorter still yields what does not depend on the ring
        sorter.prepare()
    left = set(graph)
    while ready := sorter.get_ready():
        level = []
        while ready:
            left.difference_update(ready)
            level += [step for step in ready if not step.is_junction]
            sorter.done(*[step for step in ready if step.is_junction])
            ready = sorter.get_ready()
        sorter.done(*level)
        yield level
    if left:
        raise _circular(graph)


def _in_rings(graph: Mapping[Step, Iterable[Step]]) -> list[Step]:
    """The steps that depend, through others, on themselves."""
    edges = [(before, after) for after, befores in graph.items() for before in befores]
    return cycles(edges, graph)


def _circular(graph: dict[Step, list[Step]]) -> CircularDependencyError:
    nodes = [step for step in _in_rings(graph) if not step.is_junction]
    among = set(nodes)
    edges = {(before, after) for after in nodes for before in graph[after] if before in among}
    return CircularDependencyError("Circular dependency detected.", nodes, edges)


# A flush --------------------------------------------------------------------------------------


def collect(flush: UOWTransaction) -> None:
    """Register what is new, changed and deleted; a pending orphan leaves the session instead."""
    session = flush.session
    deleted = session._deleted
    plain = [
        state
        for state in [*session._new, *session.identity_map._modified]
        if state not in deleted
        and not (state.mapper.delete_orphans and _settle_orphan(flush, state))
    ]
    if plain:
        flush.enter_many(plain, SAVE)
    if deleted:
        here = [state for state in deleted if session.identity_map.contains_state(state)]
        if len(here) < len(deleted):
            # `parent.children.remove(child); session.delete(child)`: the cascade loaded, which
            # flushed the orphan before it was marked.
            raise AssertionError("Failed to add object to the flush context!")
        flush.enter_many(here, DELETE)


def _settle_orphan(flush: UOWTransaction, state: InstanceState) -> bool:
    """Delete or expunge an object that has lost its parent; return whether it has."""
    if not state.mapper._is_orphan(state):
        return False
    if state.ident is not None:
        flush.register(state, is_delete=True, reason="orphan")
        return True
    if state.orphaned:
        flush.let_go(state)
        return True
    return False


def flush(session: Session, cause: Cause) -> None:
    """Write what is pending, changed and deleted: Session.flush() after its checks."""
    flush = UOWTransaction(session, cause)
    session._notify("before_flush", flush, None)
    collect(flush)
    if not flush.states:
        return
    transaction = flush.transaction = session.begin(_subtrans=True)
    try:
        session._warn_on_events = True
        try:
            flush.prepare()
            flush.execute()
        finally:
            session._warn_on_events = False
        session._notify("after_flush", flush)
        flush.finish()
        _reset_changes_within(session)
        session._notify("after_flush_postexec", flush)
        transaction.commit()
    except BaseException as error:
        transaction.rollback(_capture_exception=error)
        raise


def _reset_changes_within(session: Session) -> None:
    """Discard what listeners changed on other objects during the flush, with a warning."""
    modified = session.identity_map._modified
    if not modified:
        return
    count = len(modified)
    for state, obj in list(modified.items()):
        state.commit_all(obj.__dict__, modified)
    warn(
        f"Attribute history events accumulated on {count} previously clean instances "
        "within inner-flush event handlers have been reset, and will not result in database "
        "updates. Consider using set_committed_value() within inner-flush event handlers to "
        "avoid this warning."
    )
