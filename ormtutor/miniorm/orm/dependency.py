"""Dependency: what each kind of relationship asks of a flush.

Before: orm/unitofwork.py asks the Dependency of each relationship of the mappers in a flush.
Here:   which objects take part (presort), what must come before what (edges), and which keys are
        copied from one row to another when their turn comes (process).
After:  orm/persistence.py writes the rows of the objects and of the association tables.

A relationship is an edge between rows: the row with the foreign key is written after the row that
it points to, and deleted before it. `OneToMany` is the side that is pointed to, `ManyToOne` the
side with the key, `ManyToMany` either side of an association table. When all rows of one table can
be written in one go, the edges run between *mappers*; when tables, or a table's own rows, depend on
each other in a ring, they run between the *objects*.

Follows: SQLAlchemy 1.4, `orm/dependency.py` in what it does.
"""

from __future__ import annotations

from functools import cached_property

from ormtutor.miniorm.orm import flags
from ormtutor.miniorm.orm.exc import FlushError, UnmappedColumnError
from ormtutor.miniorm.orm.join_condition import MANYTOMANY, MANYTOONE, ONETOMANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ormtutor.miniorm.orm.state import InstanceState
    from ormtutor.miniorm.orm.unitofwork import Step
    from ormtutor.miniorm.orm.unitofwork import UOWTransaction as Flush

    # Pairs of steps, by name; the first of a pair comes first.
    Order = tuple[tuple[str, str], ...]
    Pair = tuple[InstanceState, InstanceState]
    States = Iterable[InstanceState]


# This order holds between mappers, but not between an object and one that it lets go.
LET_GO = ("parents saved", "children deleted")


class KeyCopy:
    """One column that is copied from a row to a row that points to it.

    source_key, dest_key: their attributes. cascades: both are primary keys, so that the database
    itself carries a change from one to the other (ON UPDATE CASCADE).

    Raises: UnmappedColumnError: the column is not mapped.
    """

    def __init__(self, source_mapper: Any, source: Any, dest: Any, dest_mapper: Any) -> None:
        self.dest_column = dest
        # Without a mapper it is a column of an association table.
        self._dest_mapper = dest_mapper
        self.cascades = source.primary_key and dest.primary_key and dest.references(source)
        self.source_key = _key_of(source_mapper, source, "source", f"destination column '{dest}'")

    @cached_property
    def dest_key(self) -> str:
        """The destination: an attribute, or the key of an association table's column.

        Raises: UnmappedColumnError: the column is not mapped.
        """
        column, mapper = self.dest_column, self._dest_mapper
        if mapper is not None:
            return _key_of(mapper, column, "destination", "this column")
        return column.key


def _key_of(mapper: Any, column: Any, role: str, excluded: str) -> str:
    try:
        key: str = mapper._columntoproperty[column].key
    except KeyError:
        raise UnmappedColumnError(
            f"Can't execute sync rule for {role} column '{column}'; mapper '{mapper}' does not "
            "map this column.  Try using an explicit `foreign_keys` collection which does not "
            f"include {excluded} (or use a viewonly=True relation)."
        ) from None
    return key


class Dependency:
    """What one relationship asks of a flush.

    prop: the relationship. parent: the mapper that has it; mapper: the one it leads to.
    order: what comes before what.
    """

    order: Order

    def __init__(self, prop: Any) -> None:
        self.prop = prop
        self.key: str = prop.key
        self.parent = prop.parent
        self.mapper = prop.mapper
        self.direction = prop.direction
        self.cascade_delete = "delete" in prop.cascade
        self.cascade_orphan = "delete-orphan" in prop.cascade
        self.passive_deletes = prop.passive_deletes
        # Whether deleting an object, or saving it, may load its related objects.
        self.passive_on_delete = (
            flags.PASSIVE_NO_INITIALIZE if self.passive_deletes else flags.PASSIVE_OFF
        )
        self.passive_on_save = flags.PASSIVE_NO_INITIALIZE
        if self.direction is MANYTOONE:
            self.passive_on_save = self.passive_on_delete

    def __repr__(self) -> str:
        return f"{type(self).__name__}DP({self.prop})"

    @cached_property
    def copies(self) -> list[KeyCopy]:
        """The columns of the foreign key, or those of our key in the association table."""
        pointed_to = self.mapper if self.direction is MANYTOONE else self.parent
        pointing = {ONETOMANY: self.mapper, MANYTOONE: self.parent}.get(self.direction)
        pairs = self.prop.synchronize_pairs
        return [KeyCopy(pointed_to, source, dest, pointing) for source, dest in pairs]

    # presort: which objects take part ---------------------------------------------------------

    def presort_deletes(self, flush: Flush, states: States) -> None:
        """Parents are deleted: register what that means for their related objects."""

    def presort_saves(self, flush: Flush, states: States) -> None:
        """Parents are saved: register the related objects that came and went."""
        if self.cascade_orphan:
            for _, history in self._histories(flush, states, self.passive_on_save):
                self._register_orphans(flush, history.deleted)

    def has_changes(self, flush: Flush, states: list[InstanceState], deletes: bool) -> bool:
        """Whether this relationship matters to the flush."""
        if not deletes or self.passive_deletes:
            passive = flags.PASSIVE_NO_INITIALIZE
        elif self.direction is MANYTOONE:
            # The key alone tells; its object need not be loaded.
            passive = flags.PASSIVE_NO_FETCH_RELATED
        else:
            passive = flags.PASSIVE_OFF
        # Read even if the last line knows the answer: this puts known related objects into place.
        for _, (added, unchanged, deleted) in self._histories(flush, states, passive):
            if added or unchanged or deleted:
                return True
        return self.parent is not self.mapper and self.mapper in flush.mappers

    def _histories(
        self, flush: Flush, states: States, passive: int
    ) -> Iterator[tuple[InstanceState, Any]]:
        """The states whose attribute has a history, with that history."""
        key = self.key
        for state in states:
            # Skip unloaded relationships: most objects in a flush have them.
            if (
                passive & flags.CALLABLES_OK
                or key in state.committed_state
                or ((obj := state()) is not None and key in obj.__dict__)
            ):
                history = flush.history(state, key, passive)
                if history:
                    yield state, history

    # edges: what comes before what ------------------------------------------------------------

    def mapper_edges(self, flush: Flush) -> None:
        """Add this relationship's steps, and edges between them and those of the two mappers."""
        steps = {
            "parents saved": flush.step(self.parent),
            "children saved": flush.step(self.mapper),
            "parents deleted": flush.step(self.parent, is_delete=True),
            "children deleted": flush.step(self.mapper, is_delete=True),
            "keys copied": flush.step(self),
            "keys cleared": flush.step(self, is_delete=True),
        }
        flush.add_edges([(steps[before], steps[after]) for before, after in self.order])

    def object_edges(self, flush: Flush, states: list[InstanceState], is_delete: bool) -> None:
        """The same between objects, where mappers depend on each other in a ring."""
        flush.step(self, is_delete).disabled = True
        parent_role = "parents deleted" if is_delete else "parents saved"
        key_role = "keys cleared" if is_delete else "keys copied"
        roles = {parent_role, key_role, "children saved", "children deleted"}
        order = [each for each in self.order if roles.issuperset(each) and each != LET_GO]
        saved, deleted = flush.step(self.mapper), flush.step(self.mapper, is_delete=True)
        passive = self.passive_on_delete if is_delete else flags.PASSIVE_NO_INITIALIZE
        for state in states:
            related = flush.all_pending(state, self.key, passive)
            if not related:
                continue
            key = flush.step(self, is_delete, state)
            parent = flush.step(self.parent, is_delete, state)
            children = [{"children saved": saved, "children deleted": deleted}]
            if saved in flush.ring:
                children = [self._child_step(flush, child) for child in related]
            for steps in children:
                steps[parent_role], steps[key_role] = parent, key
                flush.add_edges([(steps.get(before), steps.get(after)) for before, after in order])

    def _child_step(self, flush: Flush, child: InstanceState | None) -> dict[str, Step]:
        """The step of a related object, by its role; empty if it takes no part in the flush."""
        if child is None or child not in flush.states:
            return {}
        is_deleted = flush.is_deleted(child)
        role = "children deleted" if is_deleted else "children saved"
        return {role: flush.step(child.mapper, is_deleted, child)}

    # process: copy keys -----------------------------------------------------------------------

    def process_deletes(self, flush: Flush, states: States) -> None:
        """Parents are about to be deleted: clear keys, delete association rows."""

    def process_saves(self, flush: Flush, states: States) -> None:
        """Parents (and, many-to-one, related objects) were saved: copy keys."""

    def _parentless(self, children: Any) -> list[InstanceState]:
        """The related objects that nobody holds along this relationship any more."""
        impl = self.parent.impls[self.key]
        return [child for child in children if child is not None and not impl.hasparent(child)]

    def _register_orphans(self, flush: Flush, children: Any) -> None:
        left = "no longer" if self.direction is MANYTOONE else "removed from"
        for child in self._parentless(children):
            self._register_delete(flush, child, f"orphan: {left} {self.prop}")

    def _verify_type(self, state: InstanceState | None) -> None:
        if state is None:
            if self.prop.uselist:
                raise FlushError(f"Can't flush None value found in collection {self.prop}")
        elif state.mapper is not self.mapper:
            raise FlushError(
                f"Attempting to flush an item of type {state.class_} as a member of collection "
                f'"{self.prop}". Expected an object of type {self.mapper.class_} or a polymorphic '
                "subclass of this type."
            )

    def _register_delete(self, flush: Flush, child: InstanceState, reason: str) -> None:
        """Register a related object for deletion, with all that its own delete cascade reaches."""
        flush.register(child, is_delete=True, operation="delete", prop=self.prop, reason=reason)
        for reached in flush.delete_cascade(child):
            flush.register(reached, is_delete=True, reason=f"delete cascade, {reason}")

    def _wont_proceed(self, flush: Flush, child: InstanceState, operation: str) -> bool:
        """Whether the related object is not in the session, so that nothing is written for it."""
        if flush.takes_part(child):
            return False
        if not child.deleted or self.direction is MANYTOONE:
            flush.warn(
                f"Object of type <{child.class_.__name__}> not in session, {operation} operation "
                f"along '{self.prop}' won't proceed"
            )
        return True


def _objects(children: Any) -> list[InstanceState]:
    """The related objects, without any None that a learner has put among them."""
    return [child for child in children if child is not None]


class OneToMany(Dependency):
    """The children hold our key."""

    order = (
        ("parents saved", "keys copied"),
        ("keys copied", "children saved"),
        ("keys copied", "children deleted"),
        ("children saved", "parents deleted"),
        ("children deleted", "parents deleted"),
        ("keys cleared", "children saved"),
        ("keys cleared", "children deleted"),
    )

    def presort_deletes(self, flush: Flush, states: States) -> None:
        """Children lose their key, or are deleted too."""
        reason = f"removed from {self.prop}" if self.cascade_orphan else ""
        for _, history in self._histories(flush, states, self.passive_on_delete):
            for child in self._parentless(history.deleted):
                flush.register(child, is_delete=self.cascade_orphan, reason=reason)
            if not self.cascade_delete and self.passive_deletes != "all":
                for child in _objects(history.unchanged):
                    flush.register(child, operation="delete", prop=self.prop)

    def presort_saves(self, flush: Flush, states: States) -> None:
        """Added children are saved with us; removed ones lose their key, or are deleted."""
        children_added = flush.children_added.setdefault(self, set())
        for state, history in self._histories(flush, states, flags.PASSIVE_NO_INITIALIZE):
            for child in _objects(history.added):
                flush.register(child, cancel_delete=True, operation="add", prop=self.prop)
            children_added.update(history.added)
            if self.cascade_orphan:
                self._register_orphans(flush, history.deleted)
            else:
                for child in _objects(history.deleted):
                    flush.register(child, operation="delete", prop=self.prop)
            if flush.source_changed(state, self):
                flush.keys_changed.add((state, self))
                for child in _objects(history.unchanged):
                    flush.register(child, left_alone=True, operation="pk change", prop=self.prop)

    def process_deletes(self, flush: Flush, states: States) -> None:
        """Clear the children's keys, except where another parent has taken the child."""
        if self.passive_deletes == "all":
            return
        taken = flush.children_added.get(self, ())
        for state, history in self._histories(flush, states, self.passive_on_delete):
            bereft = self._parentless(history.deleted)
            if not self.cascade_delete:
                bereft += [child for child in _objects(history.unchanged) if child not in taken]
            for child in self._written(flush, bereft):
                flush.clear(child, self, state)

    def process_saves(self, flush: Flush, states: States) -> None:
        """Copy our key to the added children; clear it in the removed ones."""
        nulls_orphans = self.passive_deletes != "all" and not self.cascade_orphan
        for state, history in self._histories(flush, states, flags.PASSIVE_NO_INITIALIZE):
            for child in self._written(flush, history.added):
                flush.populate(state, child, self)
            if nulls_orphans:
                for child in self._written(flush, self._parentless(history.deleted)):
                    flush.clear(child, self, state)
            # As in the original, a key that only this flush changes is not followed.
            if (state, self) in flush.keys_changed:
                for child in self._written(flush, _objects(history.unchanged)):
                    flush.follow(state, child, self)

    def _written(self, flush: Flush, children: Any) -> Iterator[InstanceState]:
        """The children whose rows stay. Raises FlushError for one of a wrong class."""
        for child in children:
            self._verify_type(child)
            if child is not None and not flush.is_deleted(child):
                yield child


class ManyToOne(Dependency):
    """We hold the key of the other."""

    order = (
        ("children saved", "keys copied"),
        ("keys copied", "parents saved"),
        ("parents saved", "children deleted"),
        ("parents deleted", "children deleted"),
    )

    def presort_deletes(self, flush: Flush, states: States) -> None:
        """With a delete cascade the related object is deleted too."""
        if not (self.cascade_delete or self.cascade_orphan):
            return
        for _, history in self._histories(flush, states, self.passive_on_delete):
            for child in _objects(history.sum() if self.cascade_orphan else history.non_deleted()):
                self._register_delete(flush, child, f"delete cascade along {self.prop}")

    def process_saves(self, flush: Flush, states: States) -> None:
        """Copy the other's key to us."""
        for state, history in self._histories(flush, states, flags.PASSIVE_NO_INITIALIZE):
            if history.deleted and not history.added:
                flush.clear(state, self, None)
            for child in history.added:
                if child is None:
                    flush.clear(state, self, None)
                elif not self._wont_proceed(flush, child, "add"):
                    self._verify_type(child)
                    flush.populate(child, state, self)


class ManyToMany(Dependency):
    """An association table holds both keys."""

    order = (
        ("parents saved", "keys copied"),
        ("children saved", "keys copied"),
        ("keys copied", "children deleted"),
        # An object that takes over a deleted one's row still finds its association rows.
        ("keys cleared", "parents saved"),
        ("keys cleared", "parents deleted"),
        ("keys cleared", "children deleted"),
        ("keys cleared", "children saved"),
    )

    @cached_property
    def other_copies(self) -> list[KeyCopy]:
        """The columns of the other's key in the association table, by its attributes."""
        pairs = self.prop.secondary_synchronize_pairs
        return [KeyCopy(self.mapper, source, dest, None) for source, dest in pairs]

    def presort_deletes(self, flush: Flush, states: States) -> None:
        """Load the collections: their association rows have to be deleted."""
        if not self.passive_deletes:
            for state in states:
                flush.history(state, self.key, self.passive_on_delete)

    def process_deletes(self, flush: Flush, states: States) -> None:
        """Delete the association rows of deleted objects."""
        removed: list[Pair] = []
        for state, history in self._histories(flush, states, self.passive_on_delete):
            removed += self._rows(flush, state, history.non_added(), "delete")
        self._write(flush, [], removed)

    def process_saves(self, flush: Flush, states: States) -> None:
        """Insert the association rows of added objects, delete those of removed ones."""
        added: list[Pair] = []
        removed: list[Pair] = []
        for state, history in self._histories(flush, states, flags.PASSIVE_NO_INITIALIZE):
            added += self._rows(flush, state, history.added, "add")
            removed += self._rows(flush, state, history.deleted, "delete")
        self._write(flush, added, removed)

    def _write(self, flush: Flush, added: list[Pair], removed: list[Pair]) -> None:
        flush.associations_done.setdefault(self.prop, set()).update(added, removed)
        flush.write_associations(self, added, removed)

    def _rows(
        self, flush: Flush, state: InstanceState, children: Any, operation: str
    ) -> list[Pair]:
        """The association rows to write, without those that the other side has written."""
        done = [
            pairs
            for other in self.prop._reverse_property
            if (pairs := flush.associations_done.get(other))
        ]
        rows = []
        for child in children:
            if any((child, state) in pairs for pairs in done):
                continue
            self._verify_type(child)
            if child is not None and not self._wont_proceed(flush, child, operation):
                rows.append((state, child))
        return rows


KINDS: dict[Any, type[Dependency]] = {
    ONETOMANY: OneToMany,
    MANYTOONE: ManyToOne,
    MANYTOMANY: ManyToMany,
}


def sort_key_of(subject: Any) -> str:
    """The order among mappers, and relationships, that do not depend on each other."""
    if isinstance(subject, Dependency):
        return f"{sort_key_of(subject.parent)}_{subject.key}"
    return f"{subject.class_.__module__}.{subject.class_.__name__}"
