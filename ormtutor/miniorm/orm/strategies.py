"""Loader strategies: how and when an attribute comes from the database.

Before: relationship(lazy=...), deferred() and the loading options name a strategy.
Here:   lazy loading (load_lazily(), at the first read) and its refusals; selectin, subquery and
        immediate loading, which run when the rows of a query are read; deferred columns.
After:  orm/loading.py sends what is needed; orm/impls.py receives the values.

Joined eager loading is not here: it is part of the query itself, in orm/planner.py and context.py.
Each strategy compiles its SELECT once, and the engine keeps it under a key of its own.

Follows: SQLAlchemy 1.4, "Relationship Loading Techniques".
"""

from __future__ import annotations

from collections import namedtuple
from functools import partial
from itertools import starmap

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.engine.cause import Cause
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm import exc as orm_exc
from ormtutor.miniorm.orm import flags
from ormtutor.miniorm.orm.asked import Asked, ColumnEntity, MapperEntity
from ormtutor.miniorm.orm.compiled import compile_shape
from ormtutor.miniorm.orm.context import Compilation
from ormtutor.miniorm.orm.entities import ORMJoin, aliased
from ormtutor.miniorm.orm.impls import state_of
from ormtutor.miniorm.orm.join_condition import MANYTOONE
from ormtutor.miniorm.orm.loading import in_identity_map, load_by_ident, run
from ormtutor.miniorm.orm.mapper import ColumnProperty
from ormtutor.miniorm.orm.options import NO_LOADER_OPTIONS, RELATIONSHIP_WILDCARD, LoaderOptions
from ormtutor.miniorm.orm.outcome import label_of, labels_in
from ormtutor.miniorm.orm.rowloader import (
    LAZY_LOADING,
    LOADING,
    one_of,
    refreshing,
    require_population,
)
from ormtutor.miniorm.orm.state import Loaders
from ormtutor.miniorm.sql.elements import bindparam
from ormtutor.miniorm.sql.expressions import tuple_
from ormtutor.miniorm.sql.selectable import LABEL_STYLE_TABLENAME_PLUS_COL
from ormtutor.miniorm.sql.traversal import iterate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ormtutor.miniorm.orm.planner import EntityPlanner, Place
    from ormtutor.miniorm.orm.relationships import RelationshipProperty
    from ormtutor.miniorm.orm.rowloader import EntityPlan, LoadContext
    from ormtutor.miniorm.orm.state import InstanceState

    Criteria = tuple[Any, ...]
    Locate = Callable[[Any], int]
    States = dict[InstanceState, Any]

#: How many keys one IN takes, as in the original.
CHUNK = 500


# Missing values -------------------------------------------------------------------------------


def load_deferred(prop: ColumnProperty, state: InstanceState, passive: int) -> Any:
    """Load a deferred column, at its first read.

    Raises: DetachedInstanceError: no session. ObjectDeletedError: no row.
    """
    if state.ident is None:
        return flags.ATTR_EMPTY
    if not passive & flags.SQL_OK:
        return flags.PASSIVE_NO_RESULT
    session = state.session
    if session is None:
        raise orm_exc.DetachedInstanceError(
            f"Parent instance {orm_exc.state_label(state)} is not bound to a Session; deferred "
            f"load operation of attribute '{prop.key}' cannot proceed"
        )
    found = load_by_ident(
        session,
        state.mapper,
        state.ident,
        refresh_state=state,
        purpose=refreshing(_deferred_together(prop, state)),
        cause=lazy_cause(str(prop), state),
        autoflush=not passive & flags.NO_AUTOFLUSH,
    )
    if found is None:
        raise orm_exc.ObjectDeletedError(state)
    return flags.ATTR_WAS_SET


def _deferred_together(prop: ColumnProperty, state: InstanceState) -> frozenset[str]:
    """The attributes that are loaded with a deferred one: the unchanged ones of its group."""
    group = [
        other.key
        for other in state.mapper._props.values()
        if isinstance(other, ColumnProperty) and other.deferred and other.group == prop.group
    ]
    return frozenset(set(group) - set(state.committed_state) if prop.group else [prop.key])


def lazy_cause(name: str, state: InstanceState) -> Cause:
    """The cause of a statement that loads the attribute `name` of an object."""
    mapper, ident = state.mapper, state.ident
    return Cause("lazy load", name, objects=lambda: (label_of(mapper, ident),), states=(state,))


# Lazy loading ---------------------------------------------------------------------------------


def leading_keys(prop: RelationshipProperty) -> list[str]:
    """The parent's attributes whose values lead to the related rows.

    If these are found by their primary key, the attributes are in its order.
    """
    if prop._use_get:
        local = {remote: local for local, remote in prop.local_remote_pairs}
        columns = [local[column] for column in prop.mapper.primary_key]
    else:
        columns = list(prop.lazy_clause().columns.values())
    return [prop.parent.get_property_by_column(column).key for column in columns]


def _without_way_back(
    prop: RelationshipProperty, options: LoaderOptions, path: tuple[Any, ...]
) -> LoaderOptions:
    """The options, with the many-to-one back to us lazy: it needs no eager load, we are loaded."""
    paths = [
        (*path, prop.mapper, other)
        for other in prop._reverse_property
        if other.direction is MANYTOONE
        and other._use_get
        and other.loads_by not in ("select", "raise", "raise_on_sql")
    ]
    return options.with_lazy(paths) if paths else options


class LazyLoader:
    """Loads one relationship lazily; made once, kept by the relationship.

    path: from our mapper to the relationship. name: what a cause calls it.
    """

    def __init__(self, prop: RelationshipProperty) -> None:
        self.prop = prop
        self.keys = leading_keys(prop)
        self.path = (prop.parent, prop)
        self.name = str(prop)

    def get(self, state: InstanceState, session: Any, passive: int, strategy: str) -> Any:
        """Many-to-one: our columns hold the primary key of the related object."""
        mapper = self.prop.mapper
        # Our own columns may be expired; they are loaded if SQL may be sent.
        how = passive & ~flags.RELATED_OBJECT_OK if passive & flags.SQL_OK else passive
        values = self._values(state, how)
        if values is None:
            return flags.ATTR_WAS_SET
        for value in values:
            if value is flags.PASSIVE_NO_RESULT or value is flags.NO_VALUE:
                return value
        if all(value is None for value in values):
            return None
        ident = mapper.ident_of(values)
        known = in_identity_map(session, mapper, ident, passive)
        if known is not None:
            return known
        if not passive & flags.SQL_OK or not passive & flags.RELATED_OBJECT_OK:
            return flags.PASSIVE_NO_RESULT
        self._refuse_sql(passive, strategy)
        options, path = self._options_and_path(state)
        return load_by_ident(
            session,
            mapper,
            ident,
            options=options,
            prior=path,
            purpose=LAZY_LOADING,
            cause=lazy_cause(self.name, state),
            autoflush=not passive & flags.NO_AUTOFLUSH,
        )

    def select(
        self, state: InstanceState, session: Any, passive: int, strategy: str, criteria: Criteria
    ) -> Any:
        """The related rows, by a SELECT with the values of our columns."""
        prop = self.prop
        # As in the original, what a refresh for the values makes of the options comes too late.
        options, path = self._options_and_path(state)
        values = self._values(state, passive & ~flags.INIT_OK)
        if values is None:
            return flags.ATTR_WAS_SET
        for value in values:
            if value is flags.NO_VALUE or value is flags.PASSIVE_NO_RESULT:
                return None
        self._refuse_sql(passive, strategy)
        sending = compile_shape(
            session,
            ("lazy", prop, options, path, criteria),
            partial(self._compilation, criteria, options, path),
            lazy_cause(self.name, state),
            not passive & flags.NO_AUTOFLUSH,
        )
        loaded = sending.query.unique(run(sending, values))
        return loaded if prop.uselist else one_of(prop, loaded, "lazily")

    def _refuse_sql(self, passive: int, strategy: str) -> None:
        if strategy == "raise_on_sql" and not passive & flags.NO_RAISE:
            raise sa_exc.InvalidRequestError(
                f"'{self.prop}' is not available due to lazy='raise_on_sql'"
            )

    def _values(self, state: InstanceState, passive: int) -> list[Any] | None:
        """The values of our columns, or markers; expired ones are loaded, if `passive` allows it.

        None: the load has brought the related objects, too.
        """
        own, impls, changed = state.dict, state.mapper.impls, state.committed_state
        was_there = self.prop.key in own
        against_committed = passive & flags.LOAD_AGAINST_COMMITTED
        found = []
        for key in self.keys:
            if key in own and not (against_committed and key in changed):
                found.append(own[key])
            else:
                impl = impls[key]
                read = impl.get_committed_value if against_committed else impl.get
                found.append(read(state, own, passive))
        return found if was_there or self.prop.key not in own else None

    def _options_and_path(self, state: InstanceState) -> tuple[LoaderOptions, tuple[Any, ...]]:
        """The options for the related objects, and the path that leads to them."""
        if state.load_options is None:
            return NO_LOADER_OPTIONS, self.path
        options, path = state.load_options
        return options, (*path, self.prop)

    def _compilation(
        self, criteria: Criteria, options: LoaderOptions, path: tuple[Any, ...]
    ) -> Compilation:
        """The SELECT for the related rows of one object."""
        prop, target = self.prop, self.prop.mapper
        criterion, columns = prop.lazy_clause()
        asked = Asked(
            [MapperEntity(target)],
            _where_criteria=(criterion, *criteria),
            entity_criteria=(target, criteria),
            _from_obj=() if prop.secondary is None else (target.selectable, prop.secondary),
            _order_by_clauses=tuple(prop.order_by or ()),
        )
        parts = {part.key: part for part in iterate(criterion) if part._is_bind_parameter}
        binds = [parts[key] for key in columns]
        known = _without_way_back(prop, options, path)
        return Compilation(asked, known, LAZY_LOADING, path, binds)


def load_lazily(
    prop: RelationshipProperty,
    state: InstanceState,
    passive: int,
    strategy: str | None = None,
    criteria: Criteria = (),
) -> Any:
    """The related object or objects, by a SELECT unless the identity map has the object.

    strategy: instead of the one in the mapping. criteria: further criteria for the related rows,
    from an option.
    Raises: DetachedInstanceError: no session. InvalidRequestError: the strategy is "raise", or
            "raise_on_sql" and SQL is needed.
    """
    if state.ident is None:
        return flags.ATTR_EMPTY  # an object without a row has nothing to load
    by_key = prop._use_get and not criteria
    if not passive & flags.SQL_OK and not by_key:
        return flags.PASSIVE_NO_RESULT
    strategy = strategy or prop.loads_by
    if strategy == "raise" and not passive & flags.NO_RAISE:
        raise sa_exc.InvalidRequestError(f"'{prop}' is not available due to lazy='raise'")
    session_ref = state.session_ref
    session = None if session_ref is None else session_ref()
    if session is None:
        if passive & flags.NO_RAISE:
            return flags.PASSIVE_NO_RESULT
        raise orm_exc.DetachedInstanceError(
            f"Parent instance {orm_exc.state_label(state)} is not bound to a Session; lazy load "
            f"operation of attribute '{prop.key}' cannot proceed"
        )
    if prop.lazy_loader is None:
        prop.lazy_loader = LazyLoader(prop)
    if by_key:
        return prop.lazy_loader.get(state, session, passive, strategy)
    return prop.lazy_loader.select(state, session, passive, strategy, criteria)


# While the rows are read ----------------------------------------------------------------------


def eager_loader(prop: Any, strategy: str, planner: EntityPlanner, place: Place) -> Any:
    """A loader that runs when the rows are read; None: it would go in circles."""
    is_immediate = planner.purpose.refreshes or strategy == "immediate"
    depth = None if is_immediate else prop.join_depth
    cycles = planner.would_cycle(prop, place.path, depth)
    if is_immediate:
        return ImmediateLoader(prop, cycles)
    if cycles:
        return None
    return (SelectInLoader if strategy == "selectin" else SubqueryLoader)(prop, planner, place)


class EagerLoader:
    """Loads a relationship when rows are read.

    always: it runs even for objects that have the attribute. after_rows: it waits until all rows
    are read.
    """

    always = after_rows = False

    def __init__(self, prop: RelationshipProperty) -> None:
        self.prop = prop
        self.key = prop.key

    def check(self, plan: EntityPlan, locate: Locate) -> None:
        """Find in the row what the loader needs; most need nothing."""


class ImmediateLoader(EagerLoader):
    """Reads the attribute of each object at once, as the learner would.

    In a refresh, the other strategies load like this, too. cycles: it leads back to where we were,
    so that only the identity map is asked.
    """

    def __init__(self, prop: RelationshipProperty, cycles: bool) -> None:
        super().__init__(prop)
        how = flags.PASSIVE_NO_FETCH_RELATED if cycles else flags.PASSIVE_OFF
        self._passive = flags.NO_RAISE | how

    def load(self, context: LoadContext, plan: EntityPlan, obj: Any, row: Sequence[Any]) -> None:
        """Load for an object, at its first row."""
        values = obj.__dict__
        plan.mapper.impls[self.key].get(values["_sa_instance_state"], values, self._passive)


class _SelectingLoader(EagerLoader):
    """What selectin and subquery loading share: a SELECT of their own.

    It is sent whenever there are rows, even for objects that have the attribute: the related
    objects are made, but the attribute is left alone.
    """

    strategy = ""

    def __init__(self, prop: RelationshipProperty, planner: EntityPlanner, place: Place) -> None:
        super().__init__(prop)
        settings = planner.options.for_path(place.path, prop, RELATIONSHIP_WILDCARD).settings
        of_type = settings.get("of_type")
        self.criteria: Criteria = planner.criteria_in(settings)
        self.target: Any = of_type or prop.mapper
        self.adapt = self.target.adapt
        self.order_by: tuple[Any, ...] = tuple(prop.order_by or ())
        self.prior = (*planner.later_path(place), prop)
        self.options = planner.later_options
        self.cause = Cause("eager load", str(prop), self.strategy)
        self.purpose = planner.purpose if planner.purpose.overwrites else LOADING

    def check(self, plan: EntityPlan, locate: Locate) -> None:
        """Raise InvalidRequestError for a dynamic attribute."""
        require_population(self.prop, plan.mapper.impls[self.key])

    def _along(self, parent: Any, key: str) -> Any:
        """Our relationship on the parent's alias, with the criteria that the option adds."""
        attribute = getattr(parent, key)
        return attribute.and_(*self.criteria) if self.criteria else attribute

    def _give(self, context: LoadContext, plan: EntityPlan, obj: Any, found: list[Any]) -> None:
        state = state_of(obj)
        is_kept = self.key in obj.__dict__ and not plan.purpose.overwrites
        if is_kept and not context.met.get(state):
            return
        value = found if self.prop.uselist else one_of(self.prop, found)
        plan.mapper.impls[self.key].set_committed_value(state, obj.__dict__, value)


class SelectInLoader(_SelectingLoader):
    """`SELECT ... WHERE key IN (the parents' keys)`, 500 at a time."""

    strategy = "selectin"
    after_rows = True

    def __init__(self, prop: RelationshipProperty, planner: EntityPlanner, place: Place) -> None:
        super().__init__(prop, planner, place)
        #: Which columns hold the keys: the parents' ("ours"), the children's ("children"), or
        #: those that a join finds ("join").
        self.kind = "join"
        if prop._use_get and prop.direction is MANYTOONE:
            self.kind = "ours"
        elif prop.secondary is None and prop.direction is not MANYTOONE and self._is_whole_key():
            self.kind = "children"
        loaded = (prop, self.target, self.criteria, self.options, self.prior, self.purpose)
        self._key = ("selectin", *loaded)

    def _is_whole_key(self) -> bool:
        """Whether the condition only equates our primary key with columns of the child."""
        pairs = self.prop.local_remote_pairs
        keys = self.prop.parent.primary_key
        is_key = len(pairs) == len(keys) and {local for local, _ in pairs} == set(keys)
        return is_key and len(self.prop._join_condition.equated()) == len(pairs)

    def load(self, context: LoadContext, plan: EntityPlan, states: States) -> None:
        """Load for all objects of one batch."""
        kind = self.kind
        owners = self._by_our_columns(states) if kind == "ours" else None
        if owners is None:
            single = plan.mapper.single_key
            kind = "join" if kind == "ours" else kind
            owners = {
                (state.ident,) if single else state.ident: [(state, obj)]
                for state, obj in states.items()
            }
        keys = [key for key in owners if key is not None]
        found: dict[Any, list[Any]] = {}
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            asking = [owner for key in chunk for owner in owners[key]]
            found |= self._children(context, kind, chunk, asking)
        for key, asking in owners.items():
            for _, obj in asking:
                self._give(context, plan, obj, found.get(key, []))

    def _by_our_columns(self, states: States) -> dict[Any, list[Any]] | None:
        """The objects, sorted by the related key in their columns; those without one under None.

        None instead of the whole: a column is not loaded.
        """
        keys = leading_keys(self.prop)
        by_key: dict[Any, list[Any]] = {}
        for state, obj in states.items():
            impls, values = state.mapper.impls, obj.__dict__
            key = tuple([impls[each].get(state, values, flags.PASSIVE_NO_FETCH) for each in keys])
            if flags.PASSIVE_NO_RESULT in key:
                return None
            by_key.setdefault(None if None in key else key, []).append((state, obj))
        return {key: by_key[key] for key in sorted(by_key, key=lambda key: key or ())}

    def _children(
        self, context: LoadContext, kind: str, keys: Sequence[tuple[Any, ...]], owners: Any
    ) -> dict[tuple[Any, ...], list[Any]]:
        """The related objects for each key, by one SELECT."""
        width = len(keys[0])
        make = partial(self._compilation, kind)
        values = [key[0] for key in keys] if width == 1 else list(keys)
        labels = [(state.mapper, state.ident) for state, _ in owners]
        cause = self.cause.with_objects(lambda: list(starmap(label_of, labels)))
        sending = compile_shape(context.session, (*self._key, kind), make, cause)
        found: dict[tuple[Any, ...], list[Any]] = {}
        for row in sending.query.unique(run(sending, [values])):
            found.setdefault(row[:width], []).append(row[width])
        return found

    def _compilation(self, kind: str) -> Compilation:
        prop, target, adapt = self.prop, self.target, self.adapt
        bind = bindparam("primary_keys", None, expanding=True)
        from_: Any = target.selectable
        if kind == "ours":
            columns = [adapt(column) for column in prop.mapper.primary_key]
        elif kind == "children":
            remote = dict(prop.local_remote_pairs)
            columns = [adapt(remote[column]) for column in prop.parent.primary_key]
        else:
            parent = aliased(prop.parent)
            insp = inspect(parent)
            columns = [insp.adapt(column) for column in prop.parent.primary_key]
            from_ = ORMJoin(insp.selectable, target, self._along(parent, prop.key))
            adapt = from_.adapt_to_target
        in_expression = columns[0] if len(columns) == 1 else tuple_(*columns)
        criteria = () if kind == "join" else self.criteria
        asked = Asked(
            [*map(ColumnEntity, columns), MapperEntity(target)],
            _from_obj=(from_,),
            _where_criteria=(in_expression.in_(bind), *criteria),
            entity_criteria=(target, self.criteria),
            _order_by_clauses=tuple(map(adapt, self.order_by)),
            keeps_order=bool(self.order_by) and kind == "join",
        )
        return Compilation(asked, self.options, self.purpose, self.prior, [bind])


class SubqueryLoader(_SelectingLoader):
    """`SELECT ... FROM (the first query, its keys only) JOIN ...`.

    root: the query that it starts from, and the relationships that lead from there to us.
    """

    strategy = "subquery"
    always = True

    def __init__(self, prop: RelationshipProperty, planner: EntityPlanner, place: Place) -> None:
        super().__init__(prop, planner, place)
        self._of_place = place.adapt
        self._key_in_row: list[int] = []
        root = planner.subquery_root
        way = self.prior[len(planner.prior) :]
        if root is None:
            root = SubqueryRoot(planner.asked, place.root, (), planner.binds)
            # As in the original: only the path within this query is remembered, and a lazy load's
            # own option, not to load the way back, is not.
            self.prior, self.options = way, planner.later_options.given
        if self.target is not prop.mapper:
            self.criteria = ()  # with of_type(), the original loses the criteria of and_()
        self.root = root._replace(chain=(*root.chain, *way[1::2]))

    def check(self, plan: EntityPlan, locate: Locate) -> None:
        """Locate the columns that lead to the related rows.

        Raises: NoSuchColumnError: one is deferred. InvalidRequestError: the attribute is dynamic.
        """
        super().check(plan, locate)
        self._key_in_row = [locate(self._of_place(column)) for column in _local_columns(self.prop)]

    def load(self, context: LoadContext, plan: EntityPlan, obj: Any, row: Sequence[Any]) -> None:
        """Give an object its related objects; at the first one, load those of all."""
        found = context.related.get(self)
        if found is None:
            found = context.related[self] = self._related(context, plan)
        state = obj.__dict__["_sa_instance_state"]
        if self.key in state.committed_state and not plan.purpose.overwrites:
            return  # it was changed before it was loaded
        key = tuple(row[position] for position in self._key_in_row)
        self._give(context, plan, obj, found.get(key, []))

    def _related(self, context: LoadContext, plan: EntityPlan) -> dict[tuple[Any, ...], list[Any]]:
        """The related objects of everything in the first query, by the parents' keys."""
        key = ("subquery", self, context.query)
        cause = self.cause.with_objects(partial(labels_in, plan, context.rows))
        sending = compile_shape(context.session, key, self._compilation, cause)
        rows = run(sending, context.parameters, context.params)
        found: dict[tuple[Any, ...], list[Any]] = {}
        for row in sending.query.unique(rows):
            found.setdefault(row[1:], []).append(row[0])
        return found

    def _compilation(self) -> Compilation:
        first, *further = self.root.chain
        is_same = self.root.entity.entity is self.target
        from_: Any = _keys_only(self.root, first, self.criteria if is_same else ())
        parent, attribute = aliased(first.parent, from_), first.key
        for prop in further:
            joined = aliased(prop.parent)
            from_ = ORMJoin(from_, joined, getattr(parent, attribute))
            parent, attribute = joined, prop.key
        from_ = ORMJoin(from_, self.target, self._along(parent, attribute))
        columns = [inspect(parent).adapt(column) for column in _local_columns(self.prop)]
        asked = Asked(
            [MapperEntity(self.target), *map(ColumnEntity, columns)],
            _from_obj=(from_,),
            entity_criteria=(self.target, self.criteria),
            # Differs from 1.4, which leaves the parents' order out: see ormtutor/differences.py.
            _order_by_clauses=(*columns, *map(from_.adapt_to_target, self.order_by)),
        )
        root = self.root
        return Compilation(asked, self.options, self.purpose, self.prior, root.binds, root)


# The query that subquery loading starts from, and so do the loads nested in it: what it asks, the
# entity, the relationships that lead from there to what is loaded, and the parameters.
SubqueryRoot = namedtuple("SubqueryRoot", "asked entity chain binds")


def _local_columns(prop: RelationshipProperty) -> list[Any]:
    """The parent's columns in the condition of a relationship, in the order of its table."""
    return [column for column in prop.parent.persist_selectable.c if column in prop.local_columns]


def _keys_only(root: SubqueryRoot, first: RelationshipProperty, criteria: Criteria) -> Any:
    """The first query as a subquery of only those columns that `first` starts from.

    criteria: an option's, for related rows of the same class as the first query's.
    """
    asked, entity = root.asked, root.entity
    columns = _local_columns(first)
    selected = map(entity.entity.adapt, columns)
    embedded = asked._with(
        entities=list(map(ColumnEntity, selected)),
        _legacy=True,
        _of_query=True,
        toplevel=False,
        _label_style=LABEL_STYLE_TABLENAME_PLUS_COL,
        _where_criteria=(*asked._where_criteria, *criteria),
    )
    if not asked._from_obj and asked._base is None:
        mapped = [each.entity for each in asked.entities if each.entity]
        embedded._from_obj = tuple(dict.fromkeys(each.__clause_element__() for each in mapped))
    if not set(columns) >= set(first.parent.primary_key):
        embedded._distinct = True
    if asked._limit_clause is asked._offset_clause is None and not asked.keeps_order:
        embedded._order_by_clauses = ()
    statement = Compilation(embedded, options=NO_LOADER_OPTIONS).statement
    return statement.subquery()


Loaders.deferred = staticmethod(load_deferred)
Loaders.lazy = staticmethod(load_lazily)
Loaders.eager = staticmethod(eager_loader)
