"""Planner: what each entity of a query needs, by its mapping and the options.

Before: orm/context.py compiles what orm/asked.py describes.
Here:   EntityPlanner goes through the properties of each class: which columns are selected, which
        relationships are joined, loaded by a later SELECT or left to a lazy load.
After:  orm/context.py makes the joins and the Core select; orm/rowloader.py makes objects by the
        EntityPlans; orm/strategies.py has the loaders.

Follows: SQLAlchemy 1.4, "Relationship Loading Techniques", "Loading Columns".
"""

from __future__ import annotations

from collections import namedtuple
from functools import partial

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm.asked import entities_of_all, mapper_entities
from ormtutor.miniorm.orm.entities import AliasedClass
from ormtutor.miniorm.orm.mapper import ColumnProperty, Mapper
from ormtutor.miniorm.orm.options import (
    COLUMN_WILDCARD,
    LONGEST,
    NO_LOADER_OPTIONS,
    RELATIONSHIP_WILDCARD,
    LoaderOptions,
    Resolved,
    resolve,
    undeferred,
)
from ormtutor.miniorm.orm.relationships import RelationshipProperty
from ormtutor.miniorm.orm.rowloader import LOADING, EntityPlan, JoinedPlan
from ormtutor.miniorm.orm.state import Loaders
from ormtutor.miniorm.sql.traversal import adapt_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ormtutor.miniorm.orm.asked import Asked, MapperEntity
    from ormtutor.miniorm.orm.rowloader import Purpose
    from ormtutor.miniorm.orm.strategies import SubqueryRoot
    from ormtutor.miniorm.sql.elements import BindParameter, ColumnElement
    from ormtutor.miniorm.sql.selectable import FromClause

    Adapt = Callable[[Any], Any]
    Path = tuple[Any, ...]


# A relationship that nothing else has loaded is loaded lazily, unless it is mapped as one of these.
_NOT_LAZY = ("noload", "raise", "raise_on_sql", "dynamic")


class ColumnList(list):  # type: ignore[type-arg]
    """Columns in order."""

    __slots__ = ()

    def add(self, column: ColumnElement) -> None:
        """Add a column unless it is there; `==` would make an expression."""
        if not any(known is column for known in self):
            self.append(column)


# Where in a query an entity stands, while its columns are collected.
# root: the MapperEntity that it hangs on. path: from the root to it. adapt: turns a column of its
# table into the one to select, or None if there is none. selectable: their FROM element.
# columns: the list that takes them. outer: a LEFT OUTER JOIN leads here.
Place = namedtuple("Place", "root path adapt selectable columns outer", defaults=(False,))

# One relationship that is joined eagerly, when the query's own joins are known.
# parent: its Place. target: the AliasedInsp of the related class.
JoinedLoad = namedtuple("JoinedLoad", "prop parent target isouter criteria")


class EntityPlanner:
    """Decides what each entity of one query needs, by its mapping and the options.

    options: already resolved (for lazy loads); None: those of `asked`. purpose: what a known object
    takes from a row. prior: the path from the first query to this one, which loads an attribute of
    its objects; our paths continue it. binds: the parameters whose values change between
    executions. subquery_root: see strategies.SubqueryLoader.

    primary: the columns that are asked for; secondary: those that are joined eagerly, by joins.
    plans: all EntityPlans; with_later: those that have later loaders. repeats_parents: a collection
    is joined, and a parent comes in several rows.
    """

    def __init__(
        self,
        asked: Asked,
        options: LoaderOptions | None,
        purpose: Purpose,
        prior: Path,
        binds: Sequence[BindParameter],
        subquery_root: SubqueryRoot | None,
    ) -> None:
        self.asked = asked
        self.purpose = purpose
        self.prior = prior
        self.binds = binds
        self.subquery_root = subquery_root
        #: Those that the SELECTs that follow obey, even if this one loads nothing eagerly.
        self.later_options: LoaderOptions
        if options is not None:
            self.later_options = options
        elif asked.toplevel:
            options, self.later_options = self._resolved_options()
        else:
            options = self.later_options = NO_LOADER_OPTIONS
        self.options = options if asked._eager else NO_LOADER_OPTIONS
        self.primary = ColumnList()
        self.secondary = ColumnList()
        self.joins: list[JoinedLoad] = []
        self.plans: list[EntityPlan] = []
        self.with_later: dict[EntityPlan, None] = {}
        self.repeats_parents = False

    def _resolved_options(self) -> tuple[LoaderOptions, LoaderOptions]:
        """All options, and those of them that the SELECTs that follow from this one obey.

        As in the original, these know nothing of what was said before with_entities().
        """
        asked = self.asked
        before = [
            (each.options, mapper_entities(entities_of_all(each.columns)))
            for each in asked._replaced
        ]
        own = (asked._with_options, mapper_entities(asked.entities))
        try:
            options = resolve([*before, own])
            return options, resolve([own]) if before else options
        except sa_exc.ArgumentError:
            if asked._eager:
                raise
            # The original, too, ignores those that fit nothing here.
            return NO_LOADER_OPTIONS, NO_LOADER_OPTIONS

    # columns ---------------------------------------------------------------------------------

    def plan_entity(self, mapper: Mapper, place: Place, purpose: Purpose) -> EntityPlan:
        """Collect what one entity needs, in the order of its properties, in a plan."""
        plan = EntityPlan(mapper, place.path, purpose)
        self.plans.append(plan)
        for key, prop in mapper._props.items():
            if purpose.only is not None and key not in purpose.only:
                continue
            if isinstance(prop, ColumnProperty):
                self._plan_column(prop, plan, place)
            elif isinstance(prop, RelationshipProperty):
                self._plan_relationship(prop, plan, place)
        for column in mapper.primary_key:
            # One that a learner's subquery lacks is looked for as it is, and an error names it.
            seen = place.adapt(column)
            plan.selected_key.append(column if seen is None else seen)
        if self.later_options.propagated:
            plan.load_options = self.later_options.kept(), self.later_path(place)[:LONGEST]
        return plan

    def _plan_column(self, prop: ColumnProperty, plan: EntityPlan, place: Place) -> None:
        if self.asked._all_columns or not self.asked.toplevel:
            if prop.is_shown_in_subqueries and (self.asked.shows_deferred or not prop.deferred):
                self._select_column(prop, plan, place)
            return
        option = self.options.for_path(place.path, prop, COLUMN_WILDCARD)
        mapped = "deferred" if prop.deferred else "column"
        strategy = option.strategy or mapped
        if strategy == "undefer_group":
            strategy = mapped
        if strategy == "column" or self._is_wanted_now(prop, plan, option):
            self._select_column(prop, plan, place)
        elif strategy != mapped:
            plan.callables[prop.key] = partial(Loaders.deferred, prop)
        elif plan.purpose.overwrites:
            plan.left_out.append(prop.key)

    def _is_wanted_now(self, prop: ColumnProperty, plan: EntityPlan, option: Resolved) -> bool:
        """Whether a deferred column is loaded all the same."""
        if plan.purpose.only is not None:
            return True
        is_key = prop.columns[0] in set(prop.parent.primary_key)
        if prop.group and undeferred(prop.group) in option.settings:
            return True
        return is_key and self.asked.keeps_keys and bool(option.settings.get("undefer_pks"))

    def _select_column(self, prop: ColumnProperty, plan: EntityPlan, place: Place) -> None:
        column = place.adapt(prop.columns[0])
        if column is None:
            plan.expired |= {prop.key}
            return
        place.columns.add(column)  # kept: an alias may give a new element each time it is asked
        for equal in prop.columns[1:]:
            place.columns.add(place.adapt(equal))
        plan.selected[prop.key] = column

    # relationships ---------------------------------------------------------------------------

    def _plan_relationship(
        self, prop: RelationshipProperty, plan: EntityPlan, place: Place
    ) -> None:
        option = self.options.for_path(place.path, prop, RELATIONSHIP_WILDCARD)
        strategy, settings = option.strategy or prop.loads_by, option.settings
        if strategy in ("joined", "contains_eager"):
            plan.from_row.append(prop)
        if strategy == "joined":
            self._plan_joined(prop, plan, place, settings)
        elif strategy == "contains_eager":
            self._plan_contained(prop, plan, place, settings)
        elif strategy in ("subquery", "selectin", "immediate"):
            embeds = strategy == "subquery"
            unfit = embeds and (self.asked.textual or not self.asked._eager)
            wanted = self.asked.toplevel and not unfit
            loader = Loaders.eager(prop, strategy, self, place) if wanted else None
            if loader is not None:
                plan.add(loader)
                if loader.after_rows:
                    self.with_later[plan] = None
        elif strategy == "noload" and prop.loads_by != "dynamic":
            plan.empty.append(prop.key)
        elif strategy != "dynamic":
            self._plan_lazy(prop, plan, strategy, self.criteria_in(settings))

    def criteria_in(self, settings: dict[str, Any]) -> tuple[Any, ...]:
        """The criteria that an option adds here; those for the prior path were used there."""
        is_ours = settings.get("criteria_said_at", 0) > len(self.prior)
        return settings["criteria"] if is_ours else ()

    def _plan_lazy(
        self,
        prop: RelationshipProperty,
        plan: EntityPlan,
        strategy: str = "select",
        criteria: tuple[Any, ...] = (),
    ) -> None:
        lazy = prop.loads_by if prop.loads_by in _NOT_LAZY else "select"
        is_own = strategy != lazy or bool(criteria)
        if is_own:
            load = partial(Loaders.lazy, prop, strategy=strategy, criteria=criteria)
            plan.callables[prop.key] = load
        if prop.uselist or not is_own:
            plan.resets.append(prop.key)

    def _plan_joined(
        self, prop: RelationshipProperty, plan: EntityPlan, place: Place, settings: dict[str, Any]
    ) -> None:
        if not (self.asked._eager and self.asked.toplevel):  # not in a part of another statement
            self._plan_lazy(prop, plan)
            return
        self.repeats_parents |= bool(prop.uselist)
        if self.asked.textual or self.would_cycle(
            prop, place.path, prop.join_depth, since=len(self.prior)
        ):
            self._plan_lazy(prop, plan)
            return
        innerjoin = settings.get("innerjoin", prop.innerjoin)
        isouter = not innerjoin or (place.outer and innerjoin == "unnested")
        of_type, criteria = settings.get("of_type"), self.criteria_in(settings)
        mapper, of_all_rows = self.asked.entity_criteria
        if mapper is prop.mapper:
            criteria = (*criteria, *of_all_rows)
        target: Any = of_type
        if of_type is None:
            target = inspect(AliasedClass(prop.mapper))
            target.selectable._names_sorting = False
        path = (*place.path, prop, of_type or prop.mapper)
        adapt, outer = target.selected_eagerly, place.outer or isouter
        child = Place(place.root, path, adapt, target.selectable, self.secondary, outer)
        self.joins.append(JoinedLoad(prop, place, target, isouter, criteria))
        self._plan_related(prop, plan, child)

    def _plan_contained(
        self, prop: RelationshipProperty, plan: EntityPlan, place: Place, settings: dict[str, Any]
    ) -> None:
        """contains_eager(): the query's own joins have the columns."""
        self.repeats_parents |= bool(prop.uselist)
        alias = settings.get("alias")
        adapt, selectable = self._user_alias(prop, alias, place.root)
        path = (*place.path, prop, alias)
        if not self.options.starts_with(path):
            path = (*place.path, prop, prop.mapper)
        self._plan_related(prop, plan, Place(place.root, path, adapt, selectable, self.primary))

    def _plan_related(self, prop: RelationshipProperty, plan: EntityPlan, child: Place) -> None:
        purpose = LOADING if self.purpose.refreshes else self.purpose
        entity = self.plan_entity(prop.mapper, child, purpose)
        plan.joined.append(JoinedPlan(prop, plan.mapper.impls[prop.key], entity))

    def _user_alias(
        self, prop: RelationshipProperty, alias: Any, root: MapperEntity
    ) -> tuple[Adapt, FromClause]:
        # As in the original, an alias at the query's root adapts these columns.
        of_root = root.entity.adapt
        if alias is not None and not isinstance(alias, Mapper):
            is_alias = getattr(alias, "is_aliased_class", False)
            selectable = alias.selectable if is_alias else alias
            seen = partial(adapt_to, selectable)
            if is_alias:
                return (lambda expression: of_root(seen(expression))), selectable
            return seen, selectable
        table = prop.mapper.persist_selectable
        selectable = self.asked.in_base(table)
        if selectable is self.asked._base:
            return self.asked.adapt_to_base, selectable
        if alias is not None:
            return prop.mapper.adapt, selectable
        is_of_root = root.entity.is_aliased_class and root.element.is_derived_from(table)
        return of_root, root.element if is_of_root else selectable

    def later_path(self, place: Place) -> Path:
        """The path to an entity as later SELECTs know it.

        As in the original its class stands there for an alias that this statement joins: options
        that were told of the alias reach no further than what it loads itself.
        """
        start = len(self.prior) + 1
        joined = [each.mapper if i % 2 else each for i, each in enumerate(place.path[start:])]
        return (*place.path[:start], *joined)

    def would_cycle(
        self, prop: RelationshipProperty, path: Path, join_depth: int | None, since: int = 0
    ) -> bool:
        """Whether eager loading would return to a class on its path, and no option asks for it.

        since: where the part of the path begins that counts.
        """
        if (*path, prop) in self.options._by_path:
            return False
        way = (*path[since:], prop)
        if join_depth:
            return len(way) / 2 > join_depth
        return any(entity.mapper is prop.mapper for entity in way[::2])
