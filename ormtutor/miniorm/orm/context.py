"""Context: an ORM select becomes a Core select and a recipe for its rows.

Before: orm/asked.py has what is asked; orm/planner.py knows what each entity needs.
Here:   Compilation makes one plain Select of it all, and a RowPlan.
After:  orm/compiled.py keeps it with its text; orm/rowloader.py makes objects by its RowPlan.

joinedload() becomes a JOIN in three steps: `EntityPlanner._plan_joined()` selects the columns,
`_join_eagerly()` finds the place, `_froms()` joins.

Follows: SQLAlchemy 1.4, "ORM Querying Guide"; what joined eager loading does to a query with LIMIT:
"The Zen of Joined Eager Loading".
"""

from __future__ import annotations

from functools import cached_property, partial
from itertools import chain

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.orm.asked import (
    Asked,
    MapperEntity,
    entities_of_all,
    is_orm_select,
    mapper_entities,
)
from ormtutor.miniorm.orm.entities import (
    first_entity,
    from_element,
    is_present,
    unchanged,
)
from ormtutor.miniorm.orm.joins import EagerJoin, Joins, JoinStep, matching
from ormtutor.miniorm.orm.planner import EntityPlanner, Place
from ormtutor.miniorm.orm.rowloader import LOADING, EntityPlan, RowPlan, require_population
from ormtutor.miniorm.sql import elements
from ormtutor.miniorm.sql.select import ScalarSelect, Select, outermost
from ormtutor.miniorm.sql.traversal import adapt_to, iterate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from ormtutor.miniorm.engine.row import ResultMetaData
    from ormtutor.miniorm.orm.asked import ColumnEntity, Entity
    from ormtutor.miniorm.orm.options import LoaderOptions
    from ormtutor.miniorm.orm.planner import Adapt, JoinedLoad, Path
    from ormtutor.miniorm.orm.relationships import RelationshipProperty
    from ormtutor.miniorm.orm.rowloader import Purpose
    from ormtutor.miniorm.orm.strategies import SubqueryRoot
    from ormtutor.miniorm.sql.elements import BindParameter, ClauseElement, ColumnElement
    from ormtutor.miniorm.sql.selectable import FromClause


class Compilation:
    """One ORM select on its way to a Core select and a RowPlan.

    Nothing is compiled before `statement` is read. The arguments are those of EntityPlanner.
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
        if len(entities) > 1 and any(entity.is_star for entity in entities):
            raise sa_exc.CompileError(
                "Can't generate ORM query that includes multiple expressions at the same time as "
                "'*'; query for '*' alone if present"
            )
        for entity in entities:
            is_mapped = isinstance(entity, MapperEntity)
            set_up: Any = self._set_up_mapper if is_mapped else self._set_up_column
            output = set_up(entity)
            if not entity.is_star:  # the rows of `*` are taken as they come
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
        if self.asked._legacy and column._is_column_clause:
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
        adapt = seen = entity.entity.selected
        selectable = self.asked.in_base(entity.element)
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
                if self.asked._legacy:
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
            self.asked._legacy
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


def plain_form(statement: Select, toplevel: bool) -> Select:
    """A select() as Core can write it; what is already plain is itself."""
    if "_is_plain" in statement.__dict__ or not is_orm_select(statement):
        return statement
    plain = Compilation(Asked.of(statement, toplevel=toplevel)).statement
    plain._execution_options = statement._execution_options
    return plain


Select._plain_form = staticmethod(plain_form)
