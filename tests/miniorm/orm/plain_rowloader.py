"""A row loader in plain Python: what the generated one of orm/rowloader.py does, written as a loop.

`load_plainly` takes the place of `make_loader`. It reads a plan while it goes through the rows; the
generated function has the plan written into it. test_rowloader.py holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ormtutor.miniorm.orm.rowloader import (
    POPULATE_EXISTING,
    EntityPlan,
    JoinedPlan,
    LoadContext,
    RowPlan,
    fill_collection,
    load_at_once,
    meet,
    overwrite,
    warn_of_several,
)
from ormtutor.miniorm.orm.state import create_state

Rows = Sequence[Sequence[Any]]


def load_plainly(plan: RowPlan) -> Callable[[Rows, LoadContext], list[Any]]:
    """Return `load(rows, context)`, which gives an object (or a tuple of them) for each row."""

    def load(rows: Rows, context: LoadContext) -> list[Any]:
        loader = PlainLoader(plan, context)
        results = [loader.result(row) for row in rows]
        loader.fill_collections()
        return results

    return load


class Record:
    """An object met in an earlier row, and where what is joined to it is gathered.

    places: for each of its JoinedPlans a dictionary to put the related objects into, or None: the
    object has them already.
    """

    def __init__(self, obj: Any, places: list[dict[Any, Any] | None]) -> None:
        self.obj = obj
        self.places = places


class PlainLoader:
    """One run over the rows of a result."""

    def __init__(self, plan: RowPlan, context: LoadContext) -> None:
        self.plan = plan
        self.context = context
        self.records: dict[EntityPlan, dict[Any, Record]] = {}
        # What nobody else holds lives until the next row, as in a variable of the generated loop.
        self.latest: dict[EntityPlan, Any] = {}
        self.untold: dict[EntityPlan, Any] = {}
        self.mappers = [entity.mapper for entity in plan.entities()]
        for entity in plan.entities():
            if entity.joined or entity.purpose is POPULATE_EXISTING:
                self.records[entity] = {}
        for entity in plan.with_later:
            context.batch(entity)

    def result(self, row: Sequence[Any]) -> Any:
        values = [self.output(output, row) for output in self.plan.outputs]
        return values[0] if self.plan.scalar else tuple(values)

    def output(self, output: Any, row: Sequence[Any]) -> Any:
        if isinstance(output, EntityPlan):
            obj, _ = self.entity(output, row)
            return obj
        return row[output]

    def entity(self, plan: EntityPlan, row: Sequence[Any]) -> tuple[Any, Any]:
        """The object of a row, None where an outer join found nothing; and its key."""
        ident = key_of(plan, row)
        records = self.records.get(plan)
        if records is None:
            obj, loaders = self.found_or_made(plan, ident, row)
            self.latest[plan] = obj
        elif ident in records:
            obj, loaders = records[ident].obj, []
        else:
            obj, loaders = self.found_or_made(plan, ident, row)
            places = [None if obj is None else place_for(plan, child, obj) for child in plan.joined]
            records[ident] = Record(obj, places)
        if obj is not None and records is not None:
            for turn, child in enumerate(plan.joined):
                for its_turn, loader in loaders:
                    if its_turn == turn:
                        loader.load(self.context, plan, obj, row)
                self.related(child, records[ident].places[turn], row)
        if loaders:
            load_at_once(plan, self.context, obj, row, loaders)
        self.tell(plan)
        return obj, ident

    def tell(self, plan: EntityPlan) -> None:
        """An object was made; of those that are loaded with it is told first."""
        state = self.untold.pop(plan, None)
        if state is not None and self.context.tell is not None:
            self.context.tell(state)

    def related(self, child: JoinedPlan, place: dict[Any, Any] | None, row: Sequence[Any]) -> None:
        """Gather the related object of a row; a lazy load does not look at what is there."""
        if place is None and child.entity.purpose.is_lazy:
            return
        obj, ident = self.entity(child.entity, row)
        if place is None:
            return
        if child.prop.uselist:
            if obj is not None:
                place[ident] = obj
        elif place.setdefault(child.prop.key, obj) is not obj and obj is not None:
            warn_of_several(child.prop)

    def found_or_made(
        self, plan: EntityPlan, ident: Any, row: Sequence[Any]
    ) -> tuple[Any, Sequence[Any]]:
        """The object of a row, and the loaders that run for it now."""
        context = self.context
        if plan.purpose.refreshes:
            state = context.refresh_state
            assert state is not None
            obj = state()
            overwrite(plan, context, state, obj.__dict__, row)
            return obj, self.note_first_row(plan, state, obj)
        table = context.session.identity_map.table_for(plan.mapper.class_)
        state = table.get(ident)
        obj = None if state is None else state()
        if obj is not None:
            return obj, self.take(plan, state, obj, row)
        if ident is None or (len(plan.ident) > 1 and set(ident) == {None}):
            return None, []
        return self.make(plan, ident, table, row)

    def make(
        self, plan: EntityPlan, ident: Any, table: Any, row: Sequence[Any]
    ) -> tuple[Any, Sequence[Any]]:
        """A new object."""
        context = self.context
        cls = plan.mapper.class_
        obj = cls.__new__(cls)
        state = create_state(obj, plan.mapper)
        state.ident = ident
        state.session_ref = context.session._self_ref
        state.expired_attributes = plan.expired
        state.load_options = plan.load_options
        state.callables = plan.callables or None
        values = obj.__dict__
        for key, place in plan.columns.items():
            values[key] = row[place]
        for key in plan.empty:
            impl = plan.mapper.impls[key]
            impl.set_committed_value(state, values, [] if impl.collection else None)
        table[ident] = state
        context.made += 1
        self.untold[plan] = state
        if plan.mapper.reconstructor is not None:
            plan.mapper.reconstructor(obj)
        return obj, self.note_first_row(plan, state, obj)

    def asks_met(self, plan: EntityPlan) -> bool:
        return bool(plan.at_once) or self.mappers.count(plan.mapper) > 1

    def note_first_row(self, plan: EntityPlan, state: Any, obj: Any) -> Sequence[Any]:
        """What is noted of an object whose values this row gives; the loaders that run for it."""
        if plan.later:
            self.context.batch(plan)[state] = obj
        if self.asks_met(plan):
            self.context.met[state] = True
        return plan.at_once

    def take(self, plan: EntityPlan, state: Any, obj: Any, row: Sequence[Any]) -> Sequence[Any]:
        """What an object that is there already takes from a row; the loaders that run for it."""
        values = obj.__dict__
        met = self.context.met
        if plan.purpose is POPULATE_EXISTING:
            if self.asks_met(plan) and state in met:
                if plan.later:
                    self.context.batch(plan)[state] = obj
                return meet(plan, self.context, state, values, row)
            overwrite(plan, self.context, state, values, row)
            return self.note_first_row(plan, state, obj)
        state.expired_attributes -= plan.in_row
        loaders = meet(plan, self.context, state, values, row)
        if plan.later and (not plan.purpose.is_lazy or met.get(state)):
            self.context.batch(plan)[state] = obj
        return loaders

    def fill_collections(self) -> None:
        for plan, records in self.records.items():
            for index, child in enumerate(plan.joined):
                if child.prop.uselist:
                    for record in records.values():
                        members = record.places[index]
                        if members is not None:
                            fill_collection(child.impl, record.obj, members.values())


def key_of(plan: EntityPlan, row: Sequence[Any]) -> Any:
    """The primary key in a row; a refresh knows its object."""
    if plan.purpose.refreshes:
        return None
    key = tuple(row[place] for place in plan.ident)
    return key[0] if len(key) == 1 else key


def place_for(plan: EntityPlan, child: JoinedPlan, obj: Any) -> dict[Any, Any] | None:
    """Where the related objects go: the members of a collection, or the object's own values."""
    values = obj.__dict__
    place = {} if child.prop.uselist else values
    if plan.purpose.overwrites:
        if not child.prop.uselist:
            values.pop(child.prop.key, None)
        return place
    has_changed = child.prop.key in values["_sa_instance_state"].committed_state
    return None if child.prop.key in values or has_changed else place
