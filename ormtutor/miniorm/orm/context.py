"""Context: an ORM select becomes a Core select and a recipe for its rows.

Before: orm/query.py (Query) or Session.execute(select(...)) says what is asked.
Here:   Asked, the one form of both; EntityPlanner, which decides by mapping and options what each
        entity needs; Compilation, which makes one plain Select of it all.
After:  orm/compiled.py keeps it with its text; orm/rowloader.py makes objects by its RowPlan.

Query and select() are two faces of one statement; they differ in labels, in what they do with
repeated rows, and in a few old spellings (`Asked.legacy`). joinedload() becomes a JOIN in three
steps: `_plan_joined()` selects the columns, `_join_eagerly()` finds the place, `_froms()` joins.

Follows: SQLAlchemy 1.4, "ORM Querying Guide"; what joined eager loading does to a query with LIMIT:
"The Zen of Joined Eager Loading".
"""

from __future__ import annotations

from collections import namedtuple
from functools import cached_property, partial
from itertools import chain

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm.attributes import QueryableAttribute
from ormtutor.miniorm.orm.entities import (
    AliasedClass,
    first_entity,
    from_element,
    is_present,
    unchanged,
)
from ormtutor.miniorm.orm.joins import EagerJoin, Joins, JoinStep, matching
from ormtutor.miniorm.orm.mapper import ColumnProperty, Mapper
from ormtutor.miniorm.orm.options import (
    COLUMN_WILDCARD,
    LONGEST,
    NO_OPTIONS,
    RELATIONSHIP_WILDCARD,
    LoaderOptions,
    Resolved,
    resolve,
    undeferred,
)
from ormtutor.miniorm.orm.relationships import RelationshipProperty
from ormtutor.miniorm.orm.rowloader import (
    LOADING,
    POPULATE_EXISTING,
    EntityPlan,
    JoinedPlan,
    RowPlan,
    require_population,
)
from ormtutor.miniorm.orm.state import Loaders
from ormtutor.miniorm.sql import elements
from ormtutor.miniorm.sql.select import SAID, Exists, Said, ScalarSelect, Select, outermost
from ormtutor.miniorm.sql.selectable import (
    LABEL_STYLE_TABLENAME_PLUS_COL,
    Alias,
    AliasedReturnsRows,
)
from ormtutor.miniorm.sql.traversal import iterate, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TypeAlias

    from ormtutor.miniorm.engine.row import ResultMetaData
    from ormtutor.miniorm.orm.entities import AliasedInsp
    from ormtutor.miniorm.orm.query import Query
    from ormtutor.miniorm.orm.rowloader import Purpose
    from ormtutor.miniorm.orm.strategies import SubqueryRoot
    from ormtutor.miniorm.sql.elements import BindParameter, ClauseElement, ColumnElement
    from ormtutor.miniorm.sql.selectable import FromClause

    Adapt = Callable[[Any], Any]
    Entity: TypeAlias = "MapperEntity | ColumnEntity"
    Path = tuple[Any, ...]


# What is selected -----------------------------------------------------------------------------


class MapperEntity:
    """A mapped class, or an alias of one, selected as a whole.

    entity, origin: the Mapper or AliasedInsp. element: its FROM element.
    """

    __slots__ = ("element", "entity", "mapper", "name", "origin")

    def __init__(self, entity: Mapper | AliasedInsp) -> None:
        self.entity = self.origin = entity
        self.element = entity.selectable
        self.mapper: Mapper = entity.mapper
        self.mapper.check_configured_once()
        # Without a name, the alias cannot be told from the class: it has no name in a row.
        self.name = entity.class_.__name__ if isinstance(entity, Mapper) else entity.name


class ColumnEntity:
    """A selected expression.

    element: the expression; a mapped attribute carries its entity. name: what the row calls it.
    """

    __slots__ = ("element", "entity", "name")

    def __init__(self, element: ColumnElement) -> None:
        self.element = element
        parent = element._annotations.get("parententity")
        self.entity = parent or entity_in(element)
        proxy_key = element._annotations.get("proxy_key") if parent else None
        self.name = proxy_key or getattr(element, "key", None)

    @property
    def origin(self) -> Any:
        """Where it comes from: a mapped entity, or else a FROM element; None: a plain value."""
        return self.entity or next(iter(self.element._from_objects), None)


def entity_among(elements: Iterable[ClauseElement]) -> Any:
    """The first mapped entity that one of these elements belongs to, or None."""
    entities = (element._annotations.get("parententity") for element in elements)
    return next(filter(None, entities), None)


def entity_in(element: ClauseElement) -> Any:
    """The first mapped entity that an expression mentions, or None."""
    return entity_among(iterate(element, closed="is_select"))


def entities_of(element: ClauseElement) -> Sequence[Entity]:
    """What an element selects that stands between SELECT and FROM."""
    entity = element._annotations.get("parententity")
    if element._is_from_clause and entity is not None:
        return [MapperEntity(entity)]
    return list(map(ColumnEntity, element._select_iterable))


def entities_of_all(elements: Iterable[ClauseElement]) -> list[Entity]:
    """What all elements together select."""
    return [entity for element in elements for entity in entities_of(element)]


def mapper_entities(entities: Iterable[Entity]) -> list[Mapper | AliasedInsp]:
    """The mappers and aliases among what is selected."""
    return [entity.entity for entity in entities if isinstance(entity, MapperEntity)]


# What is asked --------------------------------------------------------------------------------


class Asked(Said):
    """Everything that a Query or a select() says, in one form.

    legacy: it is a Query. toplevel: it is not part of another statement. _all_columns: select what
    such a part would. shows_deferred: a part has the deferred columns too. textual: the learner
    wrote the SQL, so that nothing can be joined to it. keeps_keys: load_only() still loads primary
    keys. keeps_order: a subquery load keeps the ORDER BY of its inner SELECT. entity_criteria:
    (mapper, criteria for all rows of its table), which joined eager loads obey too.
    """

    _label_style: Any = LABEL_STYLE_TABLENAME_PLUS_COL
    keeps_order = False
    entity_criteria: tuple[Any, tuple[Any, ...]] = (None, ())
    toplevel = True
    _all_columns = False
    shows_deferred = True
    textual = False
    keeps_keys = True

    def __init__(self, entities: Iterable[Entity], legacy: bool = True, **said: Any) -> None:
        self.entities = list(entities)
        self.legacy = legacy
        self._of_query = legacy
        self.__dict__.update(said)

    @property
    def subject(self) -> Mapper | None:
        """The first mapper that it mentions, even if only in a subquery or EXISTS; or None."""
        base = () if self._base is None else self._base.element._raw_columns
        parts = [*base, *self._from_obj]
        named = [each.entity for each in self.entities]
        entity = next(filter(None, [*named, *map(entity_in, parts)]), None)
        if entity is not None:
            return entity.mapper
        parts += [each.element for each in self.entities]
        inside = [each for part in parts for each in iterate(part, closed="_hides_entities")]
        sources = {id(each): each for each in map(_source_of, inside) if each is not None}
        mappers = (Asked.of(each).subject for each in sources.values())
        return next(filter(None, mappers), None)

    def adapt_to_base(self, expression: Any) -> Any:
        """An expression as the union sees it that entities are read from, if there is one."""
        base = self._base
        if base is None:
            return expression
        return adapt_to(base, expression)

    def in_base(self, selectable: FromClause) -> FromClause:
        """The union that entities are read from, if it has columns of `selectable`; else that."""
        base = self._base
        if base is None or all(base.corresponding_column(each) is None for each in selectable.c):
            return selectable
        return base

    @classmethod
    def of(cls, said: Query | Select, legacy: bool = False, **more: Any) -> Asked:
        """What a Query says, or a select() with mapped things in it: their attributes are alike."""
        given = {name: value for name, value in said.__dict__.items() if name in SAID}
        entities = entities_of_all(said._raw_columns)
        return cls(entities, legacy, **{"_label_style": said._label_style, **given, **more})


def is_orm_select(statement: Select) -> bool:
    """Whether only the ORM understands a select(): it has mapped columns, or joins along them.

    So it is when a subquery has them, and for what was a Query, whatever it selects.
    """
    selects = [statement]  # and those that it reads, each once
    for each in selects:
        if each._of_query or (each is not statement and "_is_plain" in each.__dict__):
            return True
        for part in _parts_of(each):
            is_mapped = isinstance(part, (QueryableAttribute, AliasedClass, type))
            if is_mapped or "parententity" in getattr(part, "_annotations", ()):
                return True
            source = _source_of(part)
            if source is not None and all(source is not known for known in selects):
                selects.append(source)
    return False


def _parts_of(statement: Select) -> Iterator[Any]:
    """The parts of a select(): those of its columns, what it selects from, what it joins."""
    replaced = [(each.columns, each.joins) for each in statement._replaced]
    stages = [(statement._raw_columns, statement._setup_joins), *replaced]
    for column in [column for columns, _ in stages for column in columns]:
        if column._is_column_element and not column._is_column_clause:
            yield from iterate(column, closed="_hides_entities")
        else:
            yield column
    yield from statement._from_obj
    for _, joins in stages:
        for step in joins:
            yield from step[:2]


def _source_of(part: Any) -> Select | None:
    """The SELECT inside a subquery, a subquery's column, or an EXISTS; None for anything else."""
    source: Any = part.element.element if isinstance(part, Exists) else getattr(part, "table", part)
    while isinstance(source, AliasedReturnsRows):
        source = source.element
    return source if source is not part and isinstance(source, Select) else None


def plain_form(statement: Select, toplevel: bool) -> Select:
    """A select() as Core can write it; what is already plain is itself."""
    if "_is_plain" in statement.__dict__ or not is_orm_select(statement):
        return statement
    plain = Compilation(Asked.of(statement, toplevel=toplevel)).statement
    plain._execution_options = statement._execution_options
    return plain


Select._plain_form = staticmethod(plain_form)


# What its entities need -----------------------------------------------------------------------


# A relationship that nothing else has loaded is loaded lazily, unless it is mapped as one of these.
_NOT_LAZY = ("noload", "raise", "raise_on_sql", "dynamic")


class ColumnList(list):  # type: ignore[type-arg]
    """Columns in order."""

    __slots__ = ()

    def add(self, column: ColumnElement) -> None:
        """Add a column unless it is there; `==` would make an expression."""
        if not any(known is column for known in self):
            self.append(column)


def is_star(entity: Entity) -> bool:
    """Whether an entity is `*`: nobody knows how many columns that is."""
    element = entity.element
    return (element.name if element.is_literal else getattr(element, "text", None)) == "*"


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

    primary: the columns that are asked for; secondary: those that are joined eagerly, by joins.
    plans: all EntityPlans; with_later: those that have later loaders. repeats_parents: a collection
    is joined, and a parent comes in several rows. The rest: see Compilation.
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
        if options is None:
            options = self._resolved_options() if asked.toplevel else NO_OPTIONS
        #: Without eager loading they only affect what the objects load later.
        self.later_options = options
        self.options = options if asked._eager else NO_OPTIONS
        self.primary = ColumnList()
        self.secondary = ColumnList()
        self.joins: list[JoinedLoad] = []
        self.plans: list[EntityPlan] = []
        self.with_later: dict[EntityPlan, None] = {}
        self.repeats_parents = False

    def _resolved_options(self) -> LoaderOptions:
        try:
            return resolve(self._options_given())
        except sa_exc.ArgumentError:
            if self.asked._eager:
                raise
            return NO_OPTIONS  # the original, too, ignores options that fit nothing here

    def _options_given(self) -> list[tuple[Sequence[Any], Sequence[Any]]]:
        """Options, and the entities that the query had when it got them."""
        replaced = [
            (each.options, mapper_entities(entities_of_all(each.columns)))
            for each in self.asked._replaced
        ]
        return [*replaced, (self.asked._with_options, mapper_entities(self.asked.entities))]

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
        elif plan.purpose is POPULATE_EXISTING:
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
        adapt, outer = _alias_adapter(target), place.outer or isouter
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
        of_root = unchanged if isinstance(root.entity, Mapper) else root.entity.adapt
        if alias is not None and not isinstance(alias, Mapper):
            is_alias = getattr(alias, "is_aliased_class", False)
            selectable = alias.selectable if is_alias else alias
            seen = partial(adapt_to, selectable)
            if is_alias and of_root is not unchanged:
                return (lambda expression: of_root(seen(expression))), selectable
            return seen, selectable
        table = prop.mapper.persist_selectable
        selectable = self.asked.in_base(table)
        if selectable is self.asked._base:
            return self.asked.adapt_to_base, selectable
        if alias is not None:
            return unchanged, selectable
        is_of_root = of_root is not unchanged and root.element.is_derived_from(table)
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


# The Core select ------------------------------------------------------------------------------


class Compilation:
    """One ORM select on its way to a Core select and a RowPlan.

    options: already resolved (for lazy loads), else those of `asked`. purpose: what a known object
    takes from a row. prior: the path from the first query to this one, which loads an attribute of
    its objects; our paths continue it. subquery_root: see strategies.SubqueryLoader. binds: the
    parameters whose values change between executions. Nothing is compiled before `statement` is
    read.
    """

    def __init__(
        self,
        asked: Asked,
        options: LoaderOptions | None = None,
        purpose: Purpose = LOADING,
        prior: Path = (),
        binds: Sequence[BindParameter] = (),
        subquery_root: SubqueryRoot | None = None,
    ) -> None:
        self.asked = asked
        for entity in asked.entities:
            if isinstance(entity, MapperEntity):
                entity.mapper.check_configured()
            elif entity.entity is not None:
                entity.entity.mapper.check_configured_once()
        self.binds = binds
        self._make_planner = partial(
            EntityPlanner, asked, options, purpose, prior, binds, subquery_root
        )
        self.extra: list[Any] = []
        #: The eager joins onto each FROM element (its place among them) or entity.
        self.eager_joins: dict[int | MapperEntity, list[EagerJoin]] = {}
        self.eager_order_by: list[Any] = []
        # How the SELECT around the query, if it is wrapped, sees its expressions.
        self._outside: Adapt = unchanged
        # For each thing asked: an EntityPlan, or the column selected for an expression.
        self._outputs: list[Any] = []

    @cached_property
    def statement(self) -> Select:
        """The Core select.

        Raises: InvalidRequestError: nothing is to be selected.
        """
        statement = self._compiled()
        # Its expressions still hold mapped columns; this says that it has been compiled already.
        statement.__dict__["_is_plain"] = True
        return statement

    def _compiled(self) -> Select:
        self.planner = planner = self._make_planner()
        self.from_clauses = self._from_clauses()
        entities = self.asked.entities
        if len(entities) > 1 and any(is_star(entity) for entity in entities):
            raise sa_exc.CompileError(
                "Can't generate ORM query that includes multiple expressions at the same time as "
                "'*'; query for '*' alone if present"
            )
        for entity in entities:
            is_mapped = isinstance(entity, MapperEntity)
            set_up: Any = self._set_up_mapper if is_mapped else self._set_up_column
            output = set_up(entity)
            if not is_star(entity):  # the rows of `*` are taken as they come
                self._outputs.append(output)
        for load in planner.joins:
            self._join_eagerly(load)
        if not planner.primary and not self.asked.textual:
            raise sa_exc.InvalidRequestError(
                "Query contains no columns with which to SELECT from."
                if planner.purpose.only is None
                else "No column-based properties specified for refresh operation. Use "
                "session.expire() to reload collections and related items."
            )
        if self._is_wrapped and any(self.eager_joins.values()):
            return self._wrapped_statement()
        return self._plain_statement()

    # FROM ------------------------------------------------------------------------------------

    def _from_clauses(self) -> list[FromClause]:
        asked = self.asked
        from_clauses = [] if asked._base is None else [asked._base]
        from_clauses += outermost(asked._from_obj)
        for each in asked._replaced:
            from_clauses = self._with_joins(from_clauses, entities_of_all(each.columns), each.joins)
        return self._with_joins(from_clauses, asked.entities, asked._setup_joins)

    def _with_joins(
        self, from_clauses: list[FromClause], entities: list[Entity], joins: Sequence[JoinStep]
    ) -> list[FromClause]:
        """The FROM elements with these joins, which may start from what is selected."""
        if not joins:
            return from_clauses
        asked = self.asked
        candidates = [entity.origin for entity in entities if entity.origin is not None]
        possible = (*map(first_entity, asked._from_obj), *[each.entity for each in asked.entities])
        start = next(filter(None, possible), None)
        run = Joins(from_clauses, candidates, start, asked.adapt_to_base)
        return run.run(joins)

    # columns ---------------------------------------------------------------------------------

    def _set_up_column(self, entity: ColumnEntity) -> ColumnElement:
        column = self.asked.adapt_to_base(entity.element._deannotated)
        if self.asked.legacy and column._is_column_clause:
            # Differs from 1.4, which repeats a column: see ormtutor/differences.py.
            self.planner.primary.add(column)
        else:
            self.planner.primary.append(column)
        if entity.entity is not None and column._from_objects:
            self._show_join(self.asked.in_base(entity.entity.selectable))
        return column

    def _show_join(self, selectable: FromClause) -> None:
        """Add a mapped join to FROM: its columns alone name the tables, not how they are joined."""
        is_join = getattr(selectable, "_is_join", False)
        if is_join and not matching(self.from_clauses, selectable):
            self.from_clauses.append(selectable)

    def _set_up_mapper(self, entity: MapperEntity) -> EntityPlan:
        insp = entity.entity
        seen = unchanged if isinstance(insp, Mapper) else _alias_adapter(insp, eager=False)
        adapt, selectable = seen, self.asked.in_base(entity.element)
        if selectable is self.asked._base:

            def adapt(expression: Any) -> Any:
                return adapt_to(selectable, seen(expression))

        path = (*self.planner.prior, entity.entity)
        place = Place(entity, path, adapt, selectable, self.planner.primary)
        plan = self.planner.plan_entity(entity.mapper, place, self.planner.purpose)
        if plan.selected:
            self._show_join(selectable)
        elif not matching(self.from_clauses, selectable):
            # All its columns are deferred, but its rows are asked for.
            self.from_clauses.append(selectable)
        return plan

    def _join_eagerly(self, load: JoinedLoad) -> None:
        prop, parent, target, isouter, criteria = load
        key = self._eager_key(parent.root)
        joined = prop.create_joins(
            source_selectable=self._eager_source(key, prop, parent),
            dest_selectable=target.selectable,
            alias_secondary=True,
            extra_criteria=criteria,
        )
        joins, steps = self.eager_joins.setdefault(key, []), joined.steps(isouter)
        if parent.outer and not isouter:
            for join in joins:
                join.nest(parent.selectable, target.selectable, steps)
        else:
            joins += [EagerJoin(isouter, target.selectable, *step) for step in steps]
        if parent.columns is self.planner.primary:
            self._need_parent_columns(prop, parent)
        self.eager_order_by += map(joined.adapt, prop.order_by or ())

    def _eager_source(
        self, key: int | MapperEntity, prop: RelationshipProperty, parent: Place
    ) -> FromClause:
        """What the condition of an eager join calls the parent."""
        source: FromClause = parent.selectable
        if isinstance(key, int):
            # As in the original, an alias of the class takes its place if that was joined.
            whole = self.from_clauses[key]
            is_hidden = source is parent.root.element and not is_present(source, whole)
            return whole if is_hidden else source
        # And around a subquery, the class at the root takes the place of its alias.
        table = prop.parent.persist_selectable
        is_of_root = parent.columns is self.planner.primary and key.element.is_derived_from(table)
        return key.element if is_of_root else source

    def _need_parent_columns(self, prop: RelationshipProperty, parent: Place) -> None:
        """Select the parent's columns in the ON clause, so that a subquery offers them."""
        table = prop.parent.persist_selectable
        for element in iterate(prop.primaryjoin, closed="is_select"):
            if element._is_column_clause and table.c.contains_column(element):
                self.planner.primary.add(parent.adapt(element._deannotated))

    def _eager_key(self, root: MapperEntity) -> int | MapperEntity:
        """What the eager joins of this entity are added to: a FROM element's place, or itself."""
        if self.from_clauses and not self._is_wrapped:
            places = matching(self.from_clauses, self.asked.in_base(root.element))
            if len(places) > 1:
                raise sa_exc.InvalidRequestError(
                    "Can't identify which query entity in which to joined eager load from.   "
                    "Please use an exact match when specifying the join path."
                )
            if places:
                return places[0]
        return root

    # SELECT ----------------------------------------------------------------------------------

    @property
    def _is_wrapped(self) -> bool:
        """Whether the query goes into a subquery, so that eager joins don't change its rows."""
        asked = self.asked
        return self.planner.repeats_parents and (
            asked._limit_clause is not None
            or asked._offset_clause is not None
            or asked._distinct
            or bool(asked._group_by_clauses)
        )

    def _plain_statement(self) -> Select:
        asked = self.asked
        order_by = self._criteria(asked._order_by_clauses)
        adds_order = asked._of_query and not asked._distinct_on and not asked.keeps_order
        if asked._distinct and adds_order:
            self._add_order_by_columns(order_by)
        return self._select(self.selected, self._froms(), (*order_by, *self.eager_order_by))

    def _froms(self) -> list[FromClause]:
        froms = list(self.from_clauses)
        for key, joins in self.eager_joins.items():
            # The join hides the FROM element that it starts from.
            from_ = froms[key] if isinstance(key, int) else self.asked.in_base(key.element)
            for join in joins:
                from_ = join.onto(from_)
            froms.append(from_)
        return froms

    def _add_order_by_columns(self, order_by: Sequence[ClauseElement]) -> None:
        """Select what is sorted by; DISTINCT or an outer ORDER BY needs it."""
        selected = [_unlabelled(column) for column in self.planner.primary]
        present = set(map(id, selected))
        if not self._is_wrapped:
            # As in the original, a labelled subquery is not recognized as already selected.
            present -= {id(column) for column in selected if isinstance(column, elements.Label)}
        for clause in order_by:
            found = sorted_expression(clause)
            column = None if found is None else _unlabelled(found)
            if column is not None and id(column) not in present:
                if self.asked.legacy:
                    present.add(id(column))
                self.extra.append(found if isinstance(column, elements.Label) else column)

    def _wrapped_statement(self) -> Select:
        """`SELECT ... FROM (the query) AS anon_1 LEFT OUTER JOIN ...`."""
        order_by = self._criteria(self.asked._order_by_clauses)
        self._add_order_by_columns(order_by)
        core = self._select([*self.planner.primary, *self.extra], self.from_clauses, order_by)
        core.__dict__["_is_plain"] = True
        inner = core.subquery()
        self._outside = to_outer = partial(adapt_to, inner)
        from_: FromClause = inner
        for join in chain.from_iterable(self.eager_joins.values()):
            from_ = join.onto(from_, to_outer)
        statement = Select._of_columns([*inner.c, *self.planner.secondary])
        statement._label_style = self.asked._label_style
        statement._from_obj = (from_,)
        statement._order_by_clauses = (*map(to_outer, order_by), *self.eager_order_by)
        return statement

    def _criteria(self, clauses: Iterable[ClauseElement]) -> tuple[ClauseElement, ...]:
        return tuple([self.asked.adapt_to_base(clause) for clause in clauses])

    def _select(self, columns: list[Any], froms: Sequence[Any], order_by: Sequence[Any]) -> Select:
        """A Core select of these, with everything else that was asked."""
        statement = Select._of_columns(columns)
        stored = statement.__dict__
        for name, value in self.asked.__dict__.items():
            if name in _CRITERIA:
                stored[name] = self._criteria(value)
            elif name in _CORRELATED:
                stored[name] = tuple([from_element(each) for each in value])
            elif name in _PLAIN:
                stored[name] = value
        stored["_label_style"] = self.asked._label_style
        stored["_from_obj"] = tuple(froms)
        stored["_order_by_clauses"] = tuple(order_by)
        return statement

    # the rows --------------------------------------------------------------------------------

    @property
    def selected(self) -> list[ColumnElement]:
        """The columns in the order of a row, by what was asked for them."""
        return [*self.planner.primary, *self.extra, *self.planner.secondary]

    def row_plan(self, metadata: ResultMetaData, adapt: Adapt) -> RowPlan:
        """Which column of a row fills what.

        metadata: what the result says of its columns. adapt: turns a column that was asked for into
        one of the statement that was sent; joined columns need none.
        Raises: NoSuchColumnError: a column is not in the row. InvalidRequestError: two are.
        """
        outside = self._outside
        joined_columns = set(map(id, self.planner.secondary))

        def locate(column: Any) -> int:
            is_joined = id(column) in joined_columns
            return metadata.index(column if is_joined else outside(column))

        def locate_asked(column: Any) -> int:
            return locate(adapt(column))

        self._drop_unidentified(metadata)
        for plan in self.planner.plans:
            is_asked = len(plan.path) == len(self.planner.prior) + 1
            _locate_columns(plan, locate_asked if is_asked else locate)
        outputs = [
            output if isinstance(output, EntityPlan) else locate_asked(output)
            for output in self._outputs
        ]
        return RowPlan(outputs, self.gives_entities, self.planner.with_later)

    def _drop_unidentified(self, metadata: ResultMetaData) -> None:
        """Leave joined objects whose primary key is not in the row to a lazy load."""
        for plan in list(self.planner.plans):
            for joined in list(plan.joined):
                key = map(self._outside, joined.entity.selected_key)
                if not all(column in metadata for column in key):
                    plan.joined.remove(joined)
                    plan.resets.append(joined.prop.key)
                    self.planner.plans.remove(joined.entity)

    @property
    def gives_entities(self) -> bool:
        """Whether a row is one object, given as itself: a Query of one class."""
        return (
            self.asked.legacy
            and len(self.asked.entities) == len(mapper_entities(self.asked.entities)) == 1
        )


# What a Core select takes from an Asked: criteria, FROM elements, values as they are.
_CRITERIA = frozenset(["_where_criteria", "_having_criteria", "_group_by_clauses", "_distinct_on"])
_CORRELATED = frozenset(["_correlate", "_correlate_except"])
_PLAIN = frozenset(["_distinct", "_prefixes", "_limit_clause", "_offset_clause", "_auto_correlate"])


def _locate_columns(plan: EntityPlan, find: Callable[[ColumnElement], int]) -> None:
    """Fill in the positions in a row of what one entity has selected."""
    if not plan.purpose.refreshes:
        plan.ident = tuple([find(column) for column in plan.selected_key])
    for key, column in plan.selected.items():
        try:
            plan.columns[key] = find(column)
        except sa_exc.NoSuchColumnError:
            # A learner's own statement may leave it out; it is loaded when it is read.
            plan.expired |= {key}
    for prop in plan.from_row:
        require_population(prop, plan.mapper.impls[prop.key])
    for loader in (*plan.later, *[loader for _, loader in plan.at_once]):
        loader.check(plan, find)


def _alias_adapter(insp: AliasedInsp, eager: bool = True) -> Adapt:
    """How an alias sees expressions. eager: one that its subquery selects is that column."""

    def adapt(expression: Any) -> Any:
        if expression._is_column_clause and expression.table is not None:
            return insp.column(expression)
        given = insp.given(expression) if eager else None
        return insp.adapt(expression) if given is None else given

    return adapt


def adapt_to(base: FromClause, expression: Any, by_name: bool = False) -> Any:
    """An expression in which the columns of a FROM element replace what it has selected.

    by_name: base is a learner's own statement; its columns are found by name, too.
    """
    columns = base.exported_columns

    def exchange(element: Any) -> Any:
        if "no_replacement_traverse" in element._annotations:
            return element
        if element._is_column_element:
            found = columns.corresponding_column(element, require_embedded=True)
            is_named = by_name and found is None
            return columns.get(element._ungroup().name) if is_named else found
        if element._is_from_clause and base.is_derived_from(element):
            return base
        return element if isinstance(element, Alias) and element.element._is_table else None

    return replace(expression, exchange)


def _unlabelled(column: ColumnElement) -> ColumnElement:
    """The expression under a label; anything else is returned as it is."""
    if isinstance(column, elements.Label) and not isinstance(column._element, ScalarSelect):
        column = column._element._ungroup()
    return column._deannotated


def sorted_expression(clause: Any) -> ColumnElement | None:
    """The expression of an ORDER BY clause, without DESC and the like; None for text."""
    while isinstance(clause, elements.UnaryExpression) and clause.modifier is not None:
        clause = clause.element
    is_text = clause._is_text_clause or isinstance(clause, elements.TextualLabelReference)
    return clause if clause._is_column_element and not is_text else None
