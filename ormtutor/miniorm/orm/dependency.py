"""Dependency: what each kind of relationship asks of a flush.

Before: orm/unitofwork.py asks the dependency of each relationship of the mappers that it meets.
Here:   which objects join in (presort), what must come before what (edges), and which keys are
        copied from one row to another when the time has come (process).
After:  orm/persistence.py writes the rows of the objects and of the association tables.

A relationship is an edge between rows: the row with the foreign key is written after the row that
it points to, and deleted before. `OneToMany` stands on the side that is pointed to, `ManyToOne` on
the side with the key, `ManyToMany` on both sides of an association table. When all rows of one
table can be written in one go, the edges run between *mappers*; when tables or a table's own rows
depend on each other in a ring, they run between the *objects*.

Follows: SQLAlchemy 1.4, `orm/dependency.py` in what it does.
"""

from __future__ import annotations

from ormtutor.miniorm.orm.exc import FlushError, UnmappedColumnError
from ormtutor.miniorm.orm.join_condition import MANYTOMANY, MANYTOONE, ONETOMANY
from ormtutor.miniorm.orm.state import (
    PASSIVE_NO_FETCH_RELATED,
    PASSIVE_NO_INITIALIZE,
    PASSIVE_NO_RESULT,
    PASSIVE_OFF,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from ormtutor.miniorm.orm.state import InstanceState
    from ormtutor.miniorm.orm.unitofwork import Step, UOWTransaction

    Edge = tuple["Step", "Step"]
    Pair = tuple[InstanceState, InstanceState]
    States = Iterable[InstanceState]


class KeyCopy:
    """One column that is copied from a row to a row that points to it.

    source_key, dest_key: the attributes of both. cascades: both are primary keys, so that a change
    of the one reaches the other in the database itself (ON UPDATE CASCADE).
    """

    __slots__ = (
        "_dest_key",
        "_dest_mapper",
        "cascades",
        "dest_column",
        "source_column",
        "source_key",
    )

    def __init__(
        self, source_column: Any, source_key: str, dest_column: Any, dest_mapper: Any
    ) -> None:
        self.source_column = source_column
        self.source_key = source_key
        self.dest_column = dest_column
        # Without a mapper it is a column of an association table.
        self._dest_mapper = dest_mapper
        self._dest_key: str | None = None
        self.cascades = (
            source_column.primary_key
            and dest_column.primary_key
            and dest_column.references(source_column)
        )

    @property
    def dest_key(self) -> str:
        """Where it is copied to: an attribute, or the key of an association table's column.

        Raises: UnmappedColumnError: the column is not mapped.
        """
        if self._dest_key is None:
            self._dest_key = _dest_key_of(self._dest_mapper, self.dest_column)
        return self._dest_key


def key_copies(
    source_mapper: Any, dest_mapper: Any, pairs: Sequence[tuple[Any, Any]]
) -> list[KeyCopy]:
    """What is copied from one mapper's rows to another's.

    Raises: UnmappedColumnError: a column of the foreign key is not mapped.
    """
    return [
        KeyCopy(
            source,
            source_key_of(source_mapper, source, dest),
            dest,
            dest_mapper,
        )
        for source, dest in pairs
    ]


def source_key_of(mapper: Any, column: Any, dest: Any) -> str:
    """The attribute of a column that `dest` points to.

    Raises: UnmappedColumnError.
    """
    try:
        key: str = mapper._columntoproperty[column].key
    except KeyError:
        raise UnmappedColumnError(
            f"Can't execute sync rule for source column '{column}'; mapper '{mapper}' does not "
            "map this column.  Try using an explicit `foreign_keys` collection which does not "
            f"include destination column '{dest}' (or use a viewonly=True relation)."
        ) from None
    return key


def _dest_key_of(mapper: Any, column: Any) -> str:
    if mapper is None:
        key: str = column.key
        return key
    try:
        key = mapper._columntoproperty[column].key
    except KeyError:
        raise UnmappedColumnError(
            f"Can't execute sync rule for destination column '{column}'; mapper '{mapper}' does "
            "not map this column.  Try using an explicit `foreign_keys` collection which does not "
            "include this column (or use a viewonly=True relation)."
        ) from None
    return key


class Dependency:
    """What one relationship asks of a flush.

    prop: the relationship. parent: the mapper that has it; mapper: the one it leads to.
    """

    published_name = "DependencyProcessor"

    def __init__(self, prop: Any) -> None:
        self.prop = prop
        self.key: str = prop.key
        self.parent = prop.parent
        self.mapper = prop.mapper
        self.direction = prop.direction
        self.pairs = prop.synchronize_pairs
        self.cascade_delete = "delete" in prop.cascade
        self.cascade_orphan = "delete-orphan" in prop.cascade
        self.passive_deletes = prop.passive_deletes
        self.passive_updates = prop.passive_updates
        self.post_update = prop.post_update
        # Whether deleting an object may load what it is related to.
        self.passive_on_delete = PASSIVE_NO_INITIALIZE if self.passive_deletes else PASSIVE_OFF
        self.sort_key = f"{sort_key_of(self.parent)}_{self.key}"

        self._copies: list[KeyCopy] | None = None

    def __repr__(self) -> str:
        return f"{self.published_name}({self.prop})"

    @property
    def source_mapper(self) -> Any:
        """The mapper whose rows are pointed to."""
        return self.parent

    @property
    def copies(self) -> list[KeyCopy]:
        """The columns of the foreign key; found out when they are needed, and kept."""
        if self._copies is None:
            dest_mapper = self.mapper if self.source_mapper is self.parent else self.parent
            self._copies = key_copies(self.source_mapper, dest_mapper, self.pairs)
        return self._copies

    # presort: which objects join in -----------------------------------------------------------

    def presort_deletes(self, flush: UOWTransaction, states: States) -> None:
        """Parents are deleted: register what that means for their related objects."""
        raise NotImplementedError

    def presort_saves(self, flush: UOWTransaction, states: States) -> None:
        """Parents are saved: register the related objects that came and went."""
        raise NotImplementedError

    def has_changes(
        self, flush: UOWTransaction, states: list[InstanceState], deletes: bool
    ) -> bool:
        """Whether this relationship matters to the flush."""
        if not deletes or self.passive_deletes:
            passive = PASSIVE_NO_INITIALIZE
        elif self.direction is MANYTOONE:
            # A key that is about to be deleted is reason enough; its object need not be loaded.
            passive = PASSIVE_NO_FETCH_RELATED
        else:
            passive = PASSIVE_OFF
        for state in flush.touching(states, self.key, passive):
            history = flush.history(state, self.key, passive)
            if history and not history.empty():
                return True
        return bool(states) and self.parent is not self.mapper and self.mapper in flush.mappers

    # edges: what comes before what ------------------------------------------------------------

    def mapper_edges(self, flush: UOWTransaction) -> None:
        """Add this relationship's steps, and edges between them and those of the two mappers."""
        flush.add_edges(
            self.edges(
                flush.save_all(self.parent),
                flush.save_all(self.mapper),
                flush.delete_all(self.parent),
                flush.delete_all(self.mapper),
                flush.process_all(self, is_delete=False),
                flush.process_all(self, is_delete=True),
                flush,
            )
        )

    def edges(
        self,
        parent_saves: Step,
        child_saves: Step,
        parent_deletes: Step,
        child_deletes: Step,
        after_save: Step,
        before_delete: Step,
        flush: UOWTransaction,
    ) -> list[Edge]:
        """The edges between mappers."""
        raise NotImplementedError

    def object_edges(
        self, flush: UOWTransaction, states: list[InstanceState], is_delete: bool
    ) -> None:
        """The same for objects, where mappers run in a ring."""
        flush.process_all(self, is_delete).disabled = True
        parent_all = flush.delete_all(self.parent) if is_delete else flush.save_all(self.parent)
        whole_child = [(flush.save_all(self.mapper), False), (flush.delete_all(self.mapper), True)]
        child_in_ring = whole_child[0][0] in flush.ring
        for state in states:
            related = self._all_related(flush, state, is_delete)
            if not related:
                continue
            process = flush.process_state(self, is_delete, state)
            parent: Step = parent_all
            if parent_all in flush.ring:
                parent = flush.delete_state(state) if is_delete else flush.save_state(state)
            children = self._child_steps(flush, related) if child_in_ring else whole_child
            for child, child_deleted in children:
                flush.add_edges(
                    self.state_edges(parent, child, process, is_delete, child_deleted, flush)
                )

    def _all_related(
        self, flush: UOWTransaction, state: InstanceState, is_delete: bool
    ) -> list[tuple[InstanceState | None, Any]]:
        passive = self.passive_on_delete if is_delete else PASSIVE_NO_INITIALIZE
        return flush.all_pending(state, self.key, passive)

    def _child_steps(
        self, flush: UOWTransaction, related: list[tuple[InstanceState | None, Any]]
    ) -> list[tuple[Step | None, bool]]:
        steps: list[tuple[Step | None, bool]] = []
        for child, _ in related:
            if child is None or child not in flush.states:
                steps.append((None, False))
            elif flush.is_deleted(child):
                steps.append((flush.delete_state(child), True))
            else:
                steps.append((flush.save_state(child), False))
        return steps

    def state_edges(
        self,
        parent: Step,
        child: Step | None,
        process: Step,
        is_delete: bool,
        child_deleted: bool,
        flush: UOWTransaction,
    ) -> list[tuple[Step | None, Step | None]]:
        """The edges between one object, one related object (None: not in the flush), and us."""
        raise NotImplementedError

    # process: copy keys -----------------------------------------------------------------------

    def process_deletes(self, flush: UOWTransaction, states: States) -> None:
        """Parents are about to be deleted: clear keys, delete association rows."""
        raise NotImplementedError

    def process_saves(self, flush: UOWTransaction, states: States) -> None:
        """Parents (and, many-to-one, related objects) were saved: copy keys."""
        raise NotImplementedError

    def _has_parent(self, state: InstanceState) -> bool:
        return bool(self.parent.impls[self.key].hasparent(state))

    def _key_changed(self, flush: UOWTransaction, state: InstanceState) -> bool:
        """Whether the columns that others point to have changed."""
        return flush.source_changed(state, self)

    def _verify_type(self, state: InstanceState | None) -> None:
        if state is not None and state.mapper is not self.mapper:
            raise FlushError(
                f"Attempting to flush an item of type {state.class_} as a member of collection "
                f'"{self.prop}". Expected an object of type {self.mapper.class_} or a polymorphic '
                "subclass of this type."
            )

    def _register_delete(self, flush: UOWTransaction, child: InstanceState, reason: str) -> None:
        """A related object goes, with all that its own delete cascade reaches."""
        flush.register(child, is_delete=True, operation="delete", prop=self.prop, reason=reason)
        for reached in flush.delete_cascade(child):
            flush.register(reached, is_delete=True, reason=f"delete cascade, {reason}")

    def _wont_proceed(self, flush: UOWTransaction, child: InstanceState, operation: str) -> bool:
        """Whether the related object is not in the session: then nothing is written for it."""
        if flush.takes_part(child):
            return False
        if not child.deleted:
            flush.warn(
                f"Object of type <{child.class_.__name__}> not in session, {operation} operation "
                f"along '{self.prop}' won't proceed"
            )
        return True

    def _post_update(
        self, flush: UOWTransaction, state: InstanceState, related: Iterable[Any]
    ) -> None:
        """Write the key of a row that exists already, in an UPDATE of its own."""
        if any(True for _ in related):
            flush.register_post_update(state, [column for _, column in self.pairs], self)


class OneToMany(Dependency):
    """The children hold our key."""

    published_name = "OneToManyDP"

    def __init__(self, prop: Any) -> None:
        super().__init__(prop)
        self.nulls_keys = not self.cascade_delete and self.passive_deletes != "all"

    def edges(
        self,
        parent_saves: Step,
        child_saves: Step,
        parent_deletes: Step,
        child_deletes: Step,
        after_save: Step,
        before_delete: Step,
        flush: UOWTransaction,
    ) -> list[Edge]:
        """Parents are saved, keys copied, children saved; children go before parents."""
        if self.post_update:
            child_post = flush.post_update_all(self.mapper, is_delete=False)
            child_pre = flush.post_update_all(self.mapper, is_delete=True)
            return [
                (child_saves, after_save),
                (parent_saves, after_save),
                (after_save, child_post),
                (before_delete, child_pre),
                (child_pre, parent_deletes),
                (child_pre, child_deletes),
            ]
        return [
            (parent_saves, after_save),
            (after_save, child_saves),
            (after_save, child_deletes),
            (child_saves, parent_deletes),
            (child_deletes, parent_deletes),
            (before_delete, child_saves),
            (before_delete, child_deletes),
        ]

    def state_edges(
        self,
        parent: Step,
        child: Step | None,
        process: Step,
        is_delete: bool,
        child_deleted: bool,
        flush: UOWTransaction,
    ) -> list[tuple[Step | None, Step | None]]:
        """The same for one parent and one child."""
        if self.post_update:
            post = flush.post_update_all(self.mapper, is_delete)
            if is_delete:
                return [(process, post), (post, parent)]
            if child_deleted:
                return [(child, process), (process, post)]
            return [(parent, process), (child, process), (process, post)]
        if is_delete:
            return [(process, child), (child, parent)]
        return [(parent, process), (process, child), (parent, child)]

    def presort_deletes(self, flush: UOWTransaction, states: States) -> None:
        """Children lose their key, or go too."""
        for state in states:
            history = flush.history(state, self.key, self.passive_on_delete)
            if not history:
                continue
            for child in history.deleted:
                if child is not None and not self._has_parent(child):
                    if self.cascade_orphan:
                        flush.register(child, is_delete=True, reason=f"removed from {self.prop}")
                    else:
                        flush.register(child)
            if self.nulls_keys:
                for child in history.unchanged:
                    if child is not None:
                        flush.register(child, operation="delete", prop=self.prop)

    def presort_saves(self, flush: UOWTransaction, states: States) -> None:
        """Children that came are saved with us; those that went lose their key, or go too."""
        children_added = flush.children_added.setdefault(self, set())
        for state in flush.touching(states, self.key, PASSIVE_NO_INITIALIZE, self):
            key_changed = self._key_changed(flush, state)
            passive = (
                PASSIVE_OFF if key_changed and not self.passive_updates else PASSIVE_NO_INITIALIZE
            )
            history = flush.history(state, self.key, passive)
            if not history:
                continue
            for child in history.added:
                if child is not None:
                    flush.register(child, cancel_delete=True, operation="add", prop=self.prop)
            children_added.update(history.added)
            for child in history.deleted:
                self._presort_removed(flush, child)
            if key_changed:
                for child in history.unchanged:
                    if child is not None:
                        flush.register(
                            child,
                            list_only=self.passive_updates,
                            operation="pk change",
                            prop=self.prop,
                        )

    def _presort_removed(self, flush: UOWTransaction, child: InstanceState | None) -> None:
        if child is None:
            return
        if not self.cascade_orphan:
            flush.register(child, operation="delete", prop=self.prop)
        elif not self._has_parent(child):
            self._register_delete(flush, child, f"orphan: removed from {self.prop}")

    def process_deletes(self, flush: UOWTransaction, states: States) -> None:
        """Clear the children's keys, but not of those that another parent has taken."""
        if not self.post_update and self.passive_deletes == "all":
            return
        taken = flush.children_added.get(self, ())
        for state in states:
            history = flush.history(state, self.key, self.passive_on_delete)
            if not history:
                continue
            for child in history.deleted:
                if child is not None and not self._has_parent(child):
                    self._clear(flush, state, child)
                    if self.post_update:
                        self._post_update(flush, child, [state])
            if self.post_update or not self.cascade_delete:
                for child in history.unchanged:
                    if child is not None and child not in taken:
                        self._clear(flush, state, child)
                        if self.post_update:
                            self._post_update(flush, child, [state])

    def process_saves(self, flush: UOWTransaction, states: States) -> None:
        """Copy our key to the children that came; clear it in those that went."""
        nulls_orphans = self.passive_deletes != "all" and not self.cascade_orphan
        for state in flush.touching(states, self.key, PASSIVE_NO_INITIALIZE):
            history = flush.history(state, self.key, PASSIVE_NO_INITIALIZE)
            if not history:
                continue
            for child in history.added:
                self._copy(flush, state, child, key_changed=False)
                if child is not None and self.post_update:
                    self._post_update(flush, child, [state])
            for child in history.deleted:
                if nulls_orphans and child is not None and not self._has_parent(child):
                    self._clear(flush, state, child)
            if self._key_changed(flush, state):
                for child in history.unchanged:
                    self._copy(flush, state, child, key_changed=True)

    def _copy(
        self,
        flush: UOWTransaction,
        state: InstanceState,
        child: InstanceState | None,
        key_changed: bool,
    ) -> None:
        self._verify_type(child)
        if child is None or (not self.post_update and flush.is_deleted(child)):
            return
        flush.populate(state, child, self, self.passive_updates and key_changed)

    def _clear(self, flush: UOWTransaction, state: InstanceState, child: InstanceState) -> None:
        self._verify_type(child)
        if not self.post_update and flush.is_deleted(child):
            return
        flush.clear(child, self, state)


class ManyToOne(Dependency):
    """We hold the key of the other."""

    published_name = "ManyToOneDP"

    @property
    def source_mapper(self) -> Any:
        """The mapper whose rows are pointed to."""
        return self.mapper

    def edges(
        self,
        parent_saves: Step,
        child_saves: Step,
        parent_deletes: Step,
        child_deletes: Step,
        after_save: Step,
        before_delete: Step,
        flush: UOWTransaction,
    ) -> list[Edge]:
        """The other is saved, its key copied, we are saved; we go first."""
        if self.post_update:
            parent_post = flush.post_update_all(self.parent, is_delete=False)
            parent_pre = flush.post_update_all(self.parent, is_delete=True)
            return [
                (child_saves, after_save),
                (parent_saves, after_save),
                (after_save, parent_post),
                (after_save, parent_pre),
                (before_delete, parent_pre),
                (parent_pre, child_deletes),
                (parent_pre, parent_deletes),
            ]
        return [
            (child_saves, after_save),
            (after_save, parent_saves),
            (parent_saves, child_deletes),
            (parent_deletes, child_deletes),
        ]

    def state_edges(
        self,
        parent: Step,
        child: Step | None,
        process: Step,
        is_delete: bool,
        child_deleted: bool,
        flush: UOWTransaction,
    ) -> list[tuple[Step | None, Step | None]]:
        """The same for one of us and one other."""
        if self.post_update:
            post = flush.post_update_all(self.parent, is_delete)
            if is_delete:
                return [(process, post), (post, parent), (post, child)]
            if child_deleted:
                return [(process, post), (post, child)]
            return [(parent, process), (child, process), (process, post)]
        if is_delete:
            return [(parent, child)] if child_deleted else []
        if child_deleted:
            return [(process, parent)]
        return [(child, process), (process, parent)]

    def presort_deletes(self, flush: UOWTransaction, states: States) -> None:
        """With a delete cascade the other goes too."""
        if not (self.cascade_delete or self.cascade_orphan):
            return
        for state in states:
            history = flush.history(state, self.key, self.passive_on_delete)
            if not history:
                continue
            going = history.sum() if self.cascade_orphan else history.non_deleted()
            for child in going:
                if child is not None:
                    self._register_delete(flush, child, f"delete cascade along {self.prop}")

    def presort_saves(self, flush: UOWTransaction, states: States) -> None:
        """The other that we let go is an orphan, where that is asked for."""
        if not self.cascade_orphan:
            return
        for state in states:
            history = flush.history(state, self.key, self.passive_on_delete)
            if history:
                for child in history.deleted:
                    if child is not None and not self._has_parent(child):
                        self._register_delete(flush, child, f"orphan: no longer {self.prop}")

    def process_deletes(self, flush: UOWTransaction, states: States) -> None:
        """With post_update our key is cleared before the other's row can go."""
        if not self.post_update or self.cascade_orphan or self.passive_deletes == "all":
            return
        for state in states:
            self._copy(flush, state, None, "")
            history = flush.history(state, self.key, self.passive_on_delete)
            if history:
                self._post_update(flush, state, history.sum())

    def process_saves(self, flush: UOWTransaction, states: States) -> None:
        """Copy the other's key to us."""
        for state in flush.touching(states, self.key, PASSIVE_NO_INITIALIZE):
            history = flush.history(state, self.key, PASSIVE_NO_INITIALIZE)
            if not history:
                continue
            if history.added:
                for child in history.added:
                    self._copy(flush, state, child, "add")
            elif history.deleted:
                self._copy(flush, state, None, "delete")
            if self.post_update:
                self._post_update(flush, state, history.sum())

    def _copy(
        self,
        flush: UOWTransaction,
        state: InstanceState,
        child: InstanceState | None,
        operation: str,
    ) -> None:
        if not self.post_update and flush.is_deleted(state):
            return
        if child is None:
            flush.clear(state, self, None)
            return
        if operation and not flush.takes_part(child):
            flush.warn(
                f"Object of type <{child.class_.__name__}> not in session, {operation} operation "
                f"along '{self.prop}' won't proceed"
            )
            return
        self._verify_type(child)
        flush.populate(child, state, self, False)


class KeySwitch(Dependency):
    """A many-to-one seen from the other: when its key changes, those that point to it follow.

    Only where no one-to-many on the other side does the same. Objects that are not in memory are
    left to the database (ON UPDATE CASCADE).
    """

    published_name = "DetectKeySwitch"

    @property
    def source_mapper(self) -> Any:
        """The mapper whose rows are pointed to."""
        return self.mapper

    def mapper_edges(self, flush: UOWTransaction) -> None:
        """Keys are copied after the other was saved."""
        flush.add_edges([(flush.save_all(self.mapper), flush.process_all(self, is_delete=False))])

    def object_edges(
        self, flush: UOWTransaction, states: list[InstanceState], is_delete: bool
    ) -> None:
        """Nothing between objects."""

    def presort_deletes(self, flush: UOWTransaction, states: States) -> None:
        """Nothing: a deleted key is no new key."""

    def presort_saves(self, flush: UOWTransaction, states: States) -> None:
        """Where the database does not cascade updates, the rows are written by us."""
        if not self.passive_updates:
            self._follow(flush, states)

    def has_changes(
        self, flush: UOWTransaction, states: list[InstanceState], deletes: bool
    ) -> bool:
        """Whether any key changed."""
        if deletes or not self.passive_updates:
            return False
        return any(self._key_changed(flush, state) for state in states)

    def process_saves(self, flush: UOWTransaction, states: States) -> None:
        """Copy the new keys."""
        self._follow(flush, states)

    def _follow(self, flush: UOWTransaction, states: States) -> None:
        switched = {state for state in states if self._key_changed(flush, state)}
        if not switched:
            return
        passive = PASSIVE_NO_INITIALIZE if self.passive_updates else PASSIVE_OFF
        for state in flush.session.identity_map.all_states():
            obj = state()
            if obj is None or state.mapper is not self.parent:
                continue
            related = flush.value(state, self.key, passive)
            if related is None or related is PASSIVE_NO_RESULT:
                continue
            related_state = getattr(related, "_sa_instance_state", None)
            if related_state in switched:
                flush.register(state, list_only=self.passive_updates)
                flush.populate(related_state, state, self, self.passive_updates)


class ManyToMany(Dependency):
    """An association table holds both keys."""

    published_name = "ManyToManyDP"

    def __init__(self, prop: Any) -> None:
        super().__init__(prop)
        self._other_copies: list[KeyCopy] | None = None

    @property
    def copies(self) -> list[KeyCopy]:
        """The columns of our key in the association table, by our attributes."""
        if self._copies is None:
            self._copies = _association_copies(self.parent, self.pairs)
        return self._copies

    @property
    def other_copies(self) -> list[KeyCopy]:
        """The columns of the other's key in the association table, by its attributes."""
        if self._other_copies is None:
            self._other_copies = _association_copies(
                self.mapper, self.prop.secondary_synchronize_pairs
            )
        return self._other_copies

    def edges(
        self,
        parent_saves: Step,
        child_saves: Step,
        parent_deletes: Step,
        child_deletes: Step,
        after_save: Step,
        before_delete: Step,
        flush: UOWTransaction,
    ) -> list[Edge]:
        """Association rows are written when both sides are saved, deleted before either goes."""
        return [
            (parent_saves, after_save),
            (child_saves, after_save),
            (after_save, child_deletes),
            # An object that takes the place of a deleted one still finds its association rows.
            (before_delete, parent_saves),
            (before_delete, parent_deletes),
            (before_delete, child_deletes),
            (before_delete, child_saves),
        ]

    def state_edges(
        self,
        parent: Step,
        child: Step | None,
        process: Step,
        is_delete: bool,
        child_deleted: bool,
        flush: UOWTransaction,
    ) -> list[tuple[Step | None, Step | None]]:
        """The same for one object on each side."""
        if is_delete:
            return [(process, child), (process, parent)]
        if child_deleted:
            return [(parent, process), (process, child)]
        return [(parent, process), (child, process)]

    def presort_deletes(self, flush: UOWTransaction, states: States) -> None:
        """Load the collections, whose association rows have to go."""
        if not self.passive_deletes:
            for state in states:
                flush.history(state, self.key, self.passive_on_delete)

    def presort_saves(self, flush: UOWTransaction, states: States) -> None:
        """With delete-orphan, objects that left go too."""
        if not self.passive_updates:
            for state in states:
                if self._key_changed(flush, state):
                    flush.history(state, self.key, PASSIVE_OFF)
        if not self.cascade_orphan:
            return
        for state in flush.touching(states, self.key, PASSIVE_NO_INITIALIZE):
            history = flush.history(state, self.key, PASSIVE_NO_INITIALIZE)
            if history:
                for child in history.deleted:
                    if not self._has_parent(child):
                        self._register_delete(flush, child, f"orphan: removed from {self.prop}")

    def process_deletes(self, flush: UOWTransaction, states: States) -> None:
        """Delete the association rows of the objects that go."""
        removed: list[Pair] = []
        for state in states:
            history = flush.history(state, self.key, self.passive_on_delete)
            if history:
                removed += self._rows(flush, state, history.non_added(), "delete")
        flush.associations_done.setdefault(self.prop, set()).update(removed)
        flush.write_associations(self, [], removed, [])

    def process_saves(self, flush: UOWTransaction, states: States) -> None:
        """Insert the association rows of objects that came, delete those of objects that went."""
        added: list[Pair] = []
        removed: list[Pair] = []
        changed: list[Pair] = []
        for state in flush.touching(states, self.key, PASSIVE_NO_INITIALIZE, self):
            switches = not self.passive_updates and self._key_changed(flush, state)
            passive = PASSIVE_OFF if switches else PASSIVE_NO_INITIALIZE
            history = flush.history(state, self.key, passive)
            if not history:
                continue
            added += self._rows(flush, state, history.added, "add")
            removed += self._rows(flush, state, history.deleted, "delete")
            if switches:
                changed += [(state, child) for child in history.unchanged]
        flush.associations_done.setdefault(self.prop, set()).update(added, removed)
        flush.write_associations(self, added, removed, changed)

    def _rows(
        self,
        flush: UOWTransaction,
        state: InstanceState,
        children: Iterable[InstanceState | None],
        operation: str,
    ) -> list[Pair]:
        """The association rows to write: not what the other side of the relationship wrote."""
        done = [
            pairs
            for other in self.prop._reverse_property
            if (pairs := flush.associations_done.get(other))
        ]
        rows = []
        for child in children:
            if child is None or (done and any((child, state) in pairs for pairs in done)):
                continue
            self._verify_type(child)
            if not self._wont_proceed(flush, child, operation):
                rows.append((state, child))
        return rows


def _association_copies(mapper: Any, pairs: Sequence[tuple[Any, Any]]) -> list[KeyCopy]:
    return [
        KeyCopy(source, source_key_of(mapper, source, dest), dest, None) for source, dest in pairs
    ]


KINDS: dict[Any, type[Dependency]] = {
    ONETOMANY: OneToMany,
    MANYTOONE: ManyToOne,
    MANYTOMANY: ManyToMany,
}


def sort_key_of(mapper: Any) -> str:
    """Mappers that do not depend on each other are written in this order."""
    return f"{mapper.class_.__module__}.{mapper.class_.__name__}"
