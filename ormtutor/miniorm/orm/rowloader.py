"""Row loader: the tuples of a result become objects.

Before: orm/context.py describes the rows of a SELECT in a RowPlan: which columns make which object,
        which of them fill collections, what else is loaded at an object's first row or afterwards.
Here:   a row loader for each plan; the rare paths (known objects, refresh) by hand.
After:  orm/identity.py holds the objects, orm/state.py their facts; orm/loading.py calls us.

A row loader is *generated source*, the only one in miniorm: `make_loader` writes a function for one
plan, with its positions and keys as constants, and compiles it with `exec`. Written out by hand it
would be a loop over rows around a loop over columns; generated, the inner loop is gone. Loading
10,000 objects of five columns takes 2.4 times what sqlite3 alone takes for their tuples; the plain
loop took 5.1. Such a function, shortened:

    for row in rows:
        ident0 = row[0]
        state = find0(ident0)                   # the identity map's
        if state is None or (obj0 := state()) is None:
            obj0 = new_12(cls_10)               # without __init__
            values = obj0.__dict__
            values['_sa_instance_state'] = state = State(obj0, gone)
            state.ident = ident0                # ... the other facts
            values['name'] = row[1]
        append(obj0)                            # a known object keeps its values

The whole function is in `tests/miniorm/orm/test_rowloader.py`; `plain_rowloader.py` beside it does
the same as a loop in plain Python. The two are compared.

Follows: SQLAlchemy 1.4, `orm/loading.py` in what it does: identity map first, a known object keeps
its values and is given only what it lacks.
"""

from __future__ import annotations

from collections import namedtuple
from operator import itemgetter

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.orm.state import NOTHING, UNCHANGED, InstanceState, _object_is_gone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from ormtutor.miniorm.orm.compiled import EntityQuery
    from ormtutor.miniorm.orm.impls import AttributeImpl
    from ormtutor.miniorm.orm.mapper import Mapper
    from ormtutor.miniorm.orm.options import LoaderOptions
    from ormtutor.miniorm.orm.relationships import RelationshipProperty
    from ormtutor.miniorm.orm.session import Session

    Values = dict[str, Any]
    Turn = tuple[int, Any]
    RowLoader = Callable[[Sequence[Sequence[Any]], "LoadContext"], list[Any]]


#: The turn of a loader that runs after everything that is joined.
LAST = 10**6


class Purpose(
    namedtuple("Purpose", "overwrites refreshes is_lazy only", defaults=(False, False, False, None))
):
    """What a load does with an object that is known already.

    overwrites: replace what the object has; else give it what it lacks.
    refreshes: the rows are for one object, which is given; only: for these attributes, unless None.
    is_lazy: leave out the loads of relationships that it has; else they are sent all the same.
    """

    __slots__ = ()


LOADING = Purpose()
LAZY_LOADING = Purpose(is_lazy=True)
POPULATE_EXISTING = Purpose(overwrites=True)


def refreshing(only: Iterable[str] | None) -> Purpose:
    """The purpose of a refresh; only: of these attributes, unless None."""
    return Purpose(True, True, only=None if only is None else frozenset(only))


class EntityPlan:
    """How some columns of a row make one object.

    mapper, path: what it is, and where in the query it stands.
    ident: positions of the primary key.
    columns: attribute -> position. from_row: relationships that are to be joined. joined: those
    whose objects are in the same row.
    at_once: loaders that run at an object's first row (subquery, then immediate), each with its
    turn: how many of the joined objects come before it.
    later: loaders that run after all rows are read (selectin).
    callables: lazy loaders that an option put in place of the usual ones. empty: noload attributes.
    expired: attributes that a learner's own statement leaves out.
    load_options: the options for later loads from this object, and its path.
    selected, selected_key: the columns of the statement at those positions.
    purpose: what a known object takes. resets: relationships that populate_existing() makes lazy
    again. left_out: the deferred columns that it unloads.
    """

    def __init__(self, mapper: Mapper, path: tuple[Any, ...], purpose: Purpose) -> None:
        self.mapper = mapper
        self.path = path
        self.ident: tuple[int, ...] = ()
        self.columns: dict[str, int] = {}
        self.selected: dict[str, Any] = {}
        self.selected_key: list[Any] = []
        self.from_row: list[RelationshipProperty] = []
        self.joined: list[JoinedPlan] = []
        self.at_once: list[Turn] = []
        self.later: list[Any] = []
        self.callables: dict[str, Any] = {}
        self.empty: list[str] = []
        self.expired: frozenset[str] = NOTHING
        self.load_options: tuple[LoaderOptions, tuple[Any, ...]] | None = None
        self.resets: list[str] = []
        self.left_out: list[str] = []
        self.purpose = purpose

    @property
    def in_row(self) -> frozenset[str]:
        """Scalar relationships whose object, or None, is in the row."""
        return frozenset(each.prop.key for each in self.joined if not each.prop.uselist)

    def add(self, loader: Any) -> None:
        """Add a loader: to the later ones, or to those that run at once, immediate ones last."""
        if loader.after_rows:
            self.later.append(loader)
        else:
            self.at_once.append((len(self.joined) if loader.always else LAST, loader))
            self.at_once.sort(key=itemgetter(0))


# A relationship whose related object is in the same row as its parent.
JoinedPlan = namedtuple("JoinedPlan", "prop impl entity")


def with_joined(plans: Iterable[EntityPlan]) -> list[EntityPlan]:
    """These plans and those joined to them, parents first."""
    found = [*plans]
    for plan in found:
        found += [joined.entity for joined in plan.joined]
    return found


class RowPlan:
    """What a row gives: EntityPlans and positions of plain values, in order.

    scalar: a row is one object, not a tuple of one. with_later: the EntityPlans that have later
    loaders, in the order of the mapping.
    """

    def __init__(
        self,
        outputs: Sequence[EntityPlan | int],
        scalar: bool,
        with_later: Iterable[EntityPlan] = (),
    ) -> None:
        self.outputs = tuple(outputs)
        self.scalar = scalar
        entities = self.entities()
        self.with_later = [plan for plan in with_later if plan in entities]

    def entities(self) -> list[EntityPlan]:
        """Every EntityPlan, parents before the ones joined to them."""
        return with_joined(each for each in self.outputs if isinstance(each, EntityPlan))


class LoadContext:
    """One execution of a query, while its rows are read.

    session: its identity map is used. query, parameters, params: what ran; subquery loads embed it.
    refresh_state: the object of a refresh.
    made: how many objects were new. tell: called with the state of each, if someone listens.
    rows: those being read. met: the objects that rows have mentioned, and whether a row gave them
    their values; only kept for plans that ask. batches: by path, a plan with later loaders and its
    objects by state, in the order of the rows.
    related: what subquery loads have found; with yield_per it serves the later parts too.
    """

    def __init__(
        self,
        session: Session,
        query: EntityQuery,
        parameters: Any,
        params: dict[str, Any] | None = None,
        refresh_state: InstanceState | None = None,
    ) -> None:
        self.session = session
        self.query = query
        self.parameters = parameters
        self.params = params
        self.refresh_state = refresh_state
        self.made = 0
        self.tell: Callable[[InstanceState], None] | None = None
        self.rows: Sequence[Sequence[Any]] = ()
        self.met: dict[InstanceState, bool] = {}
        self.batches: dict[Any, tuple[EntityPlan, dict[Any, Any]]] = {}
        self.related: dict[Any, dict[tuple[Any, ...], list[Any]]] = {}

    def batch(self, plan: EntityPlan) -> dict[Any, Any]:
        """The objects of this plan that its later loaders are to fill."""
        return self.batches.setdefault(plan.path, (plan, {}))[1]

    def load_later(self) -> None:
        """Run the loaders that wait until all rows are read."""
        batches, self.batches = self.batches, {}
        for plan, states in batches.values():
            if states:
                for loader in plan.later:
                    loader.load(self, plan, states)


# The rare paths, by hand --------------------------------------------------------------------------


def meet(
    plan: EntityPlan, context: LoadContext, state: InstanceState, values: Values, row: Sequence[Any]
) -> Sequence[Turn]:
    """Give a known object what it lacks, unless an earlier row did; return the loaders to run now.

    What it has stays as it is. One that was made at another place of a row takes only the columns
    that are left out there, and the options for later loads.
    """
    made = context.met.get(state)
    if made is None:
        context.met[state] = False
        lacks = state.unloaded
        _take(plan, state, values, row, lacks)
        loaders = [each for each in plan.at_once if each[1].key in lacks]
        if not plan.purpose.is_lazy:
            # As in the original, these run although the object has what they load.
            rest = [loader for _, loader in plan.at_once if loader.always]
            loaders += [(LAST, loader) for loader in rest if loader.key not in lacks]
        if not loaders:
            settle(plan, context, state, values)
        return loaders
    if made:
        if plan.load_options is not None:
            state.load_options = plan.load_options
        _fill(plan, values, row, [key for key in plan.columns if key not in values])
    always = not (plan.purpose.is_lazy or made)
    return [
        (turn, loader)
        for turn, loader in plan.at_once
        if loader.always and (always or loader.key not in values)
    ]


def overwrite(
    plan: EntityPlan, context: LoadContext, state: InstanceState, values: Values, row: Sequence[Any]
) -> None:
    """Replace what an object has by what the row says, even if it was changed."""
    for key in (*plan.left_out, *plan.expired):
        values.pop(key, None)
    if plan.load_options is not None:
        state.load_options = plan.load_options
    if plan.purpose is POPULATE_EXISTING:
        for key in plan.resets:
            state.reset(values, key)
    _take(plan, state, values, row, {*plan.columns, *plan.callables, *plan.empty})
    state.expired_attributes = (state.expired_attributes - plan.in_row) | plan.expired
    if not plan.at_once:
        settle(plan, context, state, values)


def settle(plan: EntityPlan, context: LoadContext, state: InstanceState, values: Values) -> None:
    """Record what an object has now as committed; what was changed stays so, unless overwritten."""
    if not plan.purpose.overwrites:
        changed = state.committed_state
        state.commit(values, [key for key in plan.columns if key in values and key not in changed])
    elif plan.purpose.only is None:
        state.commit_all(values, context.session.identity_map._modified)
    else:
        state.commit(values, plan.columns)


def load_at_once(
    plan: EntityPlan, context: LoadContext, obj: Any, row: Sequence[Any], loaders: Sequence[Turn]
) -> None:
    """Run the loaders that remain at an object's first row; until then its expired stay expired."""
    for turn, loader in loaders:
        if turn >= len(plan.joined):
            loader.load(context, plan, obj, row)
    values = obj.__dict__
    settle(plan, context, values["_sa_instance_state"], values)


def _fill(plan: EntityPlan, values: Values, row: Sequence[Any], keys: Iterable[str]) -> None:
    for key in keys:
        values[key] = row[plan.columns[key]]


def _take(
    plan: EntityPlan, state: InstanceState, values: Values, row: Sequence[Any], keys: set[str]
) -> None:
    """Give an object those attributes among `keys` that the plan has."""
    _fill(plan, values, row, [key for key in plan.columns if key in keys])
    own = {key: loader for key, loader in plan.callables.items() if key in keys}
    if own:
        state.callables = {**state.callables, **own} if state.callables else own
    for key in plan.empty:
        if key in keys:
            impl = plan.mapper.impls[key]
            impl.set_committed_value(state, values, [] if impl.collection else None)


def fill_collection(impl: AttributeImpl, obj: Any, members: Iterable[Any]) -> None:
    """Make the loaded members the collection of `obj`."""
    values = obj.__dict__
    impl.set_committed_value(values["_sa_instance_state"], values, list(members))


def require_population(prop: RelationshipProperty, impl: AttributeImpl) -> None:
    """Raise InvalidRequestError for an attribute that a query cannot fill: a dynamic one."""
    if impl.dynamic:
        raise sa_exc.InvalidRequestError(
            f"'{prop}' does not support object population - eager loading cannot be applied."
        )


def warn_of_several(prop: RelationshipProperty, how: str = "eagerly") -> None:
    """Warn that there is a second row for a scalar attribute."""
    sa_exc.warn(f"Multiple rows returned with uselist=False for {how}-loaded attribute '{prop}' ")


def one_of(prop: RelationshipProperty, found: Sequence[Any], how: str = "eagerly") -> Any:
    """The first of what was found: the value of a scalar attribute."""
    if len(found) > 1:
        warn_of_several(prop, how)
    return found[0] if found else None


# The generated path -------------------------------------------------------------------------------


def make_loader(plan: RowPlan) -> RowLoader:
    """Return `load(rows, context)`, which returns an object (or a tuple of them) for each row."""
    source = LoaderSource(plan)
    namespace = source.namespace
    exec(compile(source.text(), "<row loader>", "exec"), namespace)
    return namespace["load"]


class LoaderSource:
    """Writes the source of one row loader: `text()`, with `namespace` for its names.

    before, loop, after: its lines. batches: by plan with later loaders, the line that finds its
    objects. several: mappers whose objects are at more than one place of a row.
    """

    def __init__(self, plan: RowPlan) -> None:
        self._plan = plan
        self.before: list[str] = []
        self.loop: list[str] = []
        self.after: list[str] = []
        self.entities = 0
        self.batches: dict[EntityPlan, str] = {}
        mappers = [entity.mapper for entity in plan.entities()]
        self.several = {mapper for mapper in mappers if mappers.count(mapper) > 1}
        if self.several or any(each.at_once or each.later for each in plan.entities()):
            self.before.append("met = context.met")
        self.namespace: dict[str, Any] = {
            "State": InstanceState,
            "gone": _object_is_gone,
            "UNCHANGED": UNCHANGED,
            "NOTHING": NOTHING,
            "meet": meet,
            "overwrite": overwrite,
            "load_at_once": load_at_once,
            "fill_collection": fill_collection,
            "warn_of_several": warn_of_several,
        }

    def text(self) -> str:
        """The source, as a module with one function."""
        results = [self._output(output) for output in self._plan.outputs]
        batches = [self.batches[plan] for plan in self._plan.with_later]
        result = results[0] if self._plan.scalar else f"({', '.join(results)},)"
        return "\n".join(
            [
                "def load(rows, context):",
                "    session = context.session",
                "    session_ref = session._self_ref",
                "    tell = context.tell",
                "    identity_map = session.identity_map",
                "    made = 0",
                "    results = []",
                "    append = results.append",
                *_indented([*self.before, *batches], 1),
                "    for row in rows:",
                *_indented(self.loop, 2),
                f"        append({result})",
                *_indented(self.after, 1),
                "    context.made += made",
                "    return results",
                "",
            ]
        )

    def name(self, prefix: str, value: Any) -> str:
        """A name in the namespace for a value that the source needs."""
        name = f"{prefix}_{len(self.namespace)}"
        self.namespace[name] = value
        return name

    def _output(self, output: EntityPlan | int) -> str:
        if not isinstance(output, EntityPlan):
            return f"row[{output}]"
        entity = _EntitySource(self, output)
        self.loop += entity.lines()
        return entity.obj


class _EntitySource:
    """Writes the lines of one entity: they find or make its object, and all that is joined to it.

    obj, ident: the names of the object and of its key. fills: by joined plan, the name of what
    collects its objects. asks_met: it matters what an earlier row, or another place of this one,
    gave an object. keep: the line that keeps it for later loaders.
    """

    def __init__(self, source: LoaderSource, plan: EntityPlan) -> None:
        self._source = source
        self._plan = plan
        self._number = source.entities
        source.entities += 1
        self.obj = f"obj{self._number}"
        self.ident = f"ident{self._number}"
        self._fills = [f"fill{self._number}_{index}" for index in range(len(plan.joined))]
        # Listeners hear of the objects that are loaded with it first.
        self._tells_late = bool(plan.joined or plan.at_once)
        self._asks_met = bool(plan.at_once or plan.later) or plan.mapper in source.several
        self._keep = [f"batch{self._number}[state] = {self.obj}"] if plan.later else []
        self._mapper = source.name("mapper", plan.mapper)
        self._cls = source.name("cls", plan.mapper.class_)
        self._name = source.name("plan", plan)

    def lines(self) -> list[str]:
        """The lines for one row."""
        plan, number = self._plan, self._number
        self._source.before.append(
            f"table{number} = session.identity_map.table_for({self._cls}); "
            f"find{number} = table{number}.get"
        )
        if plan.later:
            self._source.batches[plan] = f"batch{number} = context.batch({self._name})"
        if plan.purpose.refreshes:
            self._source.before.append("refresh_state = context.refresh_state")
        lines = [f"{self.ident} = {self._key()}"]
        if self._tells_late:
            lines.append(f"new{number} = None")
        if plan.joined or plan.purpose is POPULATE_EXISTING:
            lines += self._remembered()
        else:
            lines += self._found_or_made()
        for turn, (child, fill) in enumerate(zip(plan.joined, self._fills, strict=True)):
            if any(its_turn == turn for its_turn, _ in plan.at_once):
                lines += [
                    f"for turn, loader in todo{number}:",
                    f"    if turn == {turn}:",
                    f"        loader.load(context, {self._name}, {self.obj}, row)",
                ]
            lines += self._joined(child, fill)
        if plan.at_once:
            given = f"{self._name}, context, {self.obj}, row, todo{number}"
            lines.append(f"if todo{number}: load_at_once({given})")
        if self._tells_late:
            report = _indented(self._report(f"new{number}"), 1)
            lines += [f"if new{number} is not None:", *report]
        return lines

    def _key(self) -> str:
        """The primary key in a row; a refresh does not need it."""
        if self._plan.purpose.refreshes:
            return "None"
        key = [f"row[{position}]" for position in self._plan.ident]
        return key[0] if len(key) == 1 else f"({', '.join(key)})"

    def _found_or_made(self) -> list[str]:
        """The object under the key, or a new one."""
        if self._plan.purpose.refreshes:
            return [
                "state = refresh_state",
                f"{self.obj} = state()",
                f"overwrite({self._name}, context, state, {self.obj}.__dict__, row)",
                *self._first_row(),
            ]
        width = len(self._plan.ident)
        nothing = f"{self.ident} is None" if width == 1 else f"{self.ident} == {(None,) * width!r}"
        return [
            f"state = find{self._number}({self.ident})",
            f"if state is None or ({self.obj} := state()) is None:",
            f"    if {nothing}:",
            f"        {self.obj} = None",
            *_indented(self._nothing_todo(), 2),
            "    else:",
            *_indented(self._new(), 2),
            *self._known(),
        ]

    def _nothing_todo(self) -> list[str]:
        return [f"todo{self._number} = ()"] if self._plan.at_once else []

    def _new(self) -> list[str]:
        """A new object and its state, every slot of it: see state.create_state."""
        plan, source = self._plan, self._source
        # object.__new__ unless the class has its own.
        new = source.name("new", plan.mapper.class_.__new__)
        options = source.name("options", plan.load_options) if plan.load_options else "None"
        callables = source.name("callables", plan.callables) if plan.callables else "None"
        expired = source.name("expired", plan.expired) if plan.expired else "NOTHING"
        lines = [
            f"{self.obj} = {new}({self._cls})",
            f"values = {self.obj}.__dict__",
            f"values['_sa_instance_state'] = state = State({self.obj}, gone)",
            f"state.mapper = {self._mapper}",
            f"state.ident = {self.ident}",
            "state.session_ref = session_ref",
            "state.committed_state = UNCHANGED",
            f"state.expired_attributes = {expired}",
            "state.expired = state.modified = state._deleted = state.orphaned = False",
            f"state.load_options = {options}",
            "state.parents = state.pending_mutations = state.empty_collections = None",
            "state.last_known = None",
            f"state.callables = {callables}",
            "state.insert_order = 0",
            # identity_map.next_place(), without the call
            f"if identity_map.latest is not {self._cls}:",
            f"    identity_map.latest = {self._cls}",
            "    identity_map.count += 1",
            "state.place = identity_map.count",
        ]
        for key, position in plan.columns.items():
            value = self.ident if plan.ident == (position,) else f"row[{position}]"
            lines.append(f"values[{key!r}] = {value}")
        for key in plan.empty:
            impl = source.name("impl", plan.mapper.impls[key])
            nothing = "[]" if plan.mapper.impls[key].collection else "None"
            lines.append(f"{impl}.set_committed_value(state, values, {nothing})")
        lines += [
            f"table{self._number}[{self.ident}] = state",
            "made += 1",
            *([f"new{self._number} = state"] if self._tells_late else self._report("state")),
        ]
        return [*lines, *self._first_row()]

    def _report(self, state: str) -> list[str]:
        """Tell the class and listeners that the object is loaded."""
        lines, source = [], self._source
        reconstructor = self._plan.mapper.reconstructor
        if reconstructor is not None:
            # It sees the first member of a joined collection, the others come with later rows.
            for child, fill in zip(self._plan.joined, self._fills, strict=True):
                if child.prop.uselist:
                    given = f"{source.name('impl', child.impl)}, {self.obj}, {fill}.values()"
                    lines.append(f"if {fill} is not None: fill_collection({given})")
            lines.append(f"{source.name('reconstruct', reconstructor)}({self.obj})")
        return [*lines, f"if tell is not None: tell({state})"]

    def _first_row(self) -> list[str]:
        """Note an object whose values this row gives."""
        lines = list(self._keep)
        if self._asks_met:
            lines.append("met[state] = True")
        if self._plan.at_once:
            lines.append(f"todo{self._number} = {self._name}.at_once")
        return lines

    def _known(self) -> list[str]:
        """Give an object that is there already what it takes from the row."""
        plan = self._plan
        lines = [f"values = {self.obj}.__dict__"]
        meeting = f"meet({self._name}, context, state, values, row)"
        if plan.at_once:
            meeting = f"todo{self._number} = {meeting}"
        if plan.purpose is POPULATE_EXISTING:
            first = [f"overwrite({self._name}, context, state, values, row)", *self._first_row()]
            if self._asks_met:
                again = [meeting, *self._keep]
                first = ["if state in met:", *_indented(again, 1), "else:", *_indented(first, 1)]
            return ["else:", *_indented([*lines, *first], 1)]
        if plan.in_row:
            in_row = self._source.name("in_row", plan.in_row)
            lines.append(f"if state.expired_attributes: state.expired_attributes -= {in_row}")
        keys = [*plan.columns, *plan.callables, *plan.empty]
        all_there = " and ".join(f"{key!r} in values" for key in keys)
        if plan.at_once:
            lines.append(meeting)
        elif self._asks_met:
            lines.append(f"if met.get(state) is not False or not ({all_there or True}): {meeting}")
        elif keys:
            lines.append(f"if not ({all_there}): {meeting}")
        if not plan.purpose.is_lazy:
            lines += self._keep
        elif plan.later and self._asks_met:
            lines += [f"if met[state]: {line}" for line in self._keep]
        return ["else:", *_indented(lines, 1)] if len(lines) > 1 else []

    def _remembered(self) -> list[str]:
        """Find or make the object at its first row, with collectors for its related objects."""
        number = self._number
        self._source.before.append(f"seen{number} = {{}}")
        record = ", ".join([self.obj, *self._fills])
        first = [
            *self._found_or_made(),
            f"if {self.obj} is None:",
            f"    {' = '.join([*self._fills, 'values'])} = None",
            "else:",
            f"    values = {self.obj}.__dict__",
            *_indented(map(self._gathering, self._plan.joined, self._fills), 1),
            f"seen{number}[{self.ident}] = ({record},)",
        ]
        for place, child in enumerate(self._plan.joined, start=1):
            if child.prop.uselist:
                impl = self._source.name("impl", child.impl)
                members = f"{impl}, record[0], record[{place}].values()"
                self._source.after += [
                    f"for record in seen{number}.values():",
                    f"    if record[{place}] is not None:",
                    f"        fill_collection({members})",
                ]
        return [
            f"record = seen{number}.get({self.ident})",
            "if record is None:",
            *_indented(first, 1),
            "else:",
            f"    {record}, = record",
            *_indented(self._nothing_todo(), 1),
        ]

    def _gathering(self, child: JoinedPlan, fill: str) -> str:
        """Set up the collector for this attribute, if the object lacks it."""
        key, is_collection = child.prop.key, child.prop.uselist
        place = "{}" if is_collection else "values"
        if is_collection and any(each.at_once for each in with_joined([child.entity])):
            # What is loaded at once may lead back here: the collection is there, still empty.
            impl = self._source.name("impl", child.impl)
            place = f"fill_collection({impl}, {self.obj}, ()) or {{}}"
        if self._plan.purpose.overwrites:
            forget = "" if is_collection else f"; values.pop({key!r}, None)"
            return f"{fill} = {place}{forget}"
        # What was changed, or deleted, is not replaced by what its row says.
        changed = f"{key!r} in values['_sa_instance_state'].committed_state"
        lacks = f"{key!r} not in values and not {changed}"
        return f"{fill} = {place} if {lacks} else None"

    def _joined(self, child: JoinedPlan, fill: str) -> list[str]:
        """Put the related object of this row into its parent's collector."""
        related = _EntitySource(self._source, child.entity)
        lines, obj, key = related.lines(), related.obj, child.prop.key
        if child.prop.uselist:
            found = f"{fill} is not None and {obj} is not None"
            lines.append(f"if {found}: {fill}[{related.ident}] = {obj}")
        else:
            prop = self._source.name("prop", child.prop)
            # None is from a noload of the same attribute, further inside.
            had = f"(had := {fill}.setdefault({key!r}, {obj}))"
            lines += [
                f"if {fill} is not None and {had} is not {obj}:",
                f"    if had is None: {fill}[{key!r}] = {obj}",
                f"    elif {obj} is not None: warn_of_several({prop})",
            ]
        # In a lazy load, what an object has already is passed over.
        looked_at = fill if child.entity.purpose.is_lazy else self.obj
        return [f"if {looked_at} is not None:", *_indented(lines, 1)]


def _indented(lines: Iterable[str], levels: int) -> list[str]:
    return ["    " * levels + line for line in lines]
