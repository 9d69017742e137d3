"""Entities: what a query may select besides a mapped class itself.

Before: learners call aliased(), join(), with_parent(); orm/query.py gets what they return.
Here:   a mapped class under another name (AliasedClass, and its facts, AliasedInsp); a JOIN that
        understands relationships; the criterion "related to this object".
After:  orm/context.py puts them into the columns and the FROM of a SELECT.

Follows: SQLAlchemy 1.4, "Querying with aliased classes", `aliased()`, `join()`, `with_parent()`.
"""

from __future__ import annotations

from ormtutor.miniorm.doors import known_as
from ormtutor.miniorm.inspection import InspectionAttr, inspect, inspects, inspects_itself
from ormtutor.miniorm.leftout import refuse_arguments
from ormtutor.miniorm.orm.attributes import QueryableAttribute
from ormtutor.miniorm.orm.mapper import ColumnProperty, object_mapper
from ormtutor.miniorm.sql import elements, selectable, traversal
from ormtutor.miniorm.sql.naming import AnonymousName
from ormtutor.miniorm.sql.select import SELECTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@inspects_itself
class AliasedInsp(InspectionAttr):
    """What is known about an AliasedClass: its mapper, its selectable, its name.

    It may be used as an entity wherever a Mapper may, and has the same attributes.
    inner: the alias whose columns are looked up in the selectable, instead of the table's.
    """

    __module__ = "sqlalchemy.orm.util"

    is_aliased_class = True
    is_selectable = True

    def __init__(
        self,
        entity: AliasedClass,
        mapper: Any,
        from_clause: Any,
        name: str | None,
        target: str,
        inner: AliasedInsp | None = None,
    ) -> None:
        self.entity = self.entity_namespace = entity
        self.mapper = mapper
        self.class_: type = mapper.class_
        self.selectable = self.persist_selectable = self.local_table = from_clause
        self.name = name
        self._target_name = target
        self._inner = inner
        self._labels: dict[Any, Any] = {}
        self._columns: dict[Any, Any] = {}
        self._own = frozenset(mapper.persist_selectable.c)

    @property
    def _selected_columns(self) -> list[Any]:
        """The columns of a SELECT of the alias as a whole, inside another statement."""
        columns = [self.adapt(column) for column in self.mapper._selected_columns]
        return [
            column
            for column in columns
            if not column._is_column_clause
            or column.table is None
            or self.selectable.c.contains_column(column)
        ]

    def structure(self, binds: Any) -> Any:
        """What decides the SQL text and the rows; the name is what a row calls it."""
        return "aliased", self.mapper, self.name, self.selectable.structure(binds)

    def __clause_element__(self) -> Any:
        if not isinstance(self.selectable, elements.ClauseElement):
            raise elements.no_select(SELECTED, self.entity, self.selectable)
        return self.selectable._annotate({"parententity": self, "parentmapper": self})

    def column(self, column: Any) -> Any:
        """The alias's own column for a column of the mapped table; None when it has none."""
        try:
            return self._columns[column]
        except KeyError:
            # Another alias's column comes from the same table, but is not ours.
            if column._deannotated not in self._own:
                return None
            found = self._columns[column] = self.given(column)
            return found

    def given(self, expression: Any) -> Any:
        """The selectable's column for an expression selected in it; None if it is not."""
        selected = expression if self._inner is None else self._inner.adapt(expression)
        return self.selectable.exported_columns.corresponding_column(selected)

    def adapt(self, expression: Any) -> Any:
        """The expression as this alias sees it."""
        found = self._own_column(expression)
        if found is not None or expression._is_column_clause:
            return expression if found is None else found
        if not isinstance(expression, elements.Label):
            return traversal.replace(expression, self._replacement)
        # An alias has its own label and parameters, made once.
        adapted = self._labels.get(expression._deannotated)
        if adapted is None:
            adapted = traversal.clone(traversal.replace(expression, self._replacement_or_own))
            base = getattr(adapted._element, "name", None) or "anon"
            adapted.name = adapted.key = AnonymousName.of(id(adapted), base)
            self._labels[expression._deannotated] = adapted
        return adapted

    def selected(self, expression: Any) -> Any:
        """What is selected for a mapped expression; None for a column that it does not have."""
        if expression._is_column_clause and expression.table is not None:
            return self.column(expression)
        return self.adapt(expression)

    def selected_eagerly(self, expression: Any) -> Any:
        """The same in a joined eager load: an expression that its subquery has is that column."""
        is_of_table = expression._is_column_clause and expression.table is not None
        given = None if is_of_table else self.given(expression)
        return self.selected(expression) if given is None else given

    def _own_column(self, element: Any) -> Any:
        is_of_table = element._is_column_clause and element.table is not None
        return self.column(element) if is_of_table else None

    def _replacement(self, element: Any) -> Any:
        if element._deannotated is self.mapper.persist_selectable:
            return self.selectable
        if isinstance(element, selectable.Alias) and element.element._is_table:
            return element  # another alias of the table is not ours
        return self._own_column(element)

    def _replacement_or_own(self, element: Any) -> Any:
        if element._is_bind_parameter and element.unique and element.callable is None:
            return element._with_value(element.value)
        return self._replacement(element)

    def __str__(self) -> str:
        return f"aliased({self._target_name})"

    def __repr__(self) -> str:
        name = self.mapper.class_.__name__
        return f"<AliasedInsp at 0x{id(self):x}; {name}({name})>"


class AliasedClass:
    """A mapped class seen through another FROM element: its attributes are those of the alias."""

    __module__ = "sqlalchemy.orm.util"

    def __init__(self, mapped_class_or_ac: Any, alias: Any = None, name: str | None = None) -> None:
        insp = inspect(mapped_class_or_ac)
        mapper = insp.mapper
        mapper.check_configured()
        inner = None
        if alias is not None:
            inner = insp if insp.is_aliased_class else None
        elif insp.is_aliased_class and insp.selectable._is_subquery:
            alias = insp.selectable.alias()
        else:
            alias = mapper.persist_selectable.alias(name)
        self.__name__ = f"AliasedClass_{mapper.class_.__name__}"
        self._aliased_insp = AliasedInsp(self, mapper, alias, name, insp.entity.__name__, inner)

    def __getattr__(self, key: str) -> Any:
        insp: Any = self.__dict__.get("_aliased_insp")  # none in a copy that is being made
        attribute = getattr(insp.mapper.class_, key)
        if isinstance(attribute, QueryableAttribute):
            attribute = attribute.adapt_to_entity(insp)
            self.__dict__[key] = attribute
        return attribute

    def __clause_element__(self) -> Any:
        return self._aliased_insp.__clause_element__()

    def __repr__(self) -> str:
        return f"<AliasedClass at 0x{id(self):x}; {self._aliased_insp._target_name}>"

    def __str__(self) -> str:
        return str(self._aliased_insp)


@inspects(AliasedClass)
def _inspect_aliased_class(target: AliasedClass) -> AliasedInsp:
    return target._aliased_insp


def aliased(element: Any, alias: Any = None, name: str | None = None, **left_out: Any) -> Any:
    """A mapped class (or a table) under another name.

    element: also an alias, which a subquery has selected beside others of its class.
    alias: the FROM element that stands for the class's table, such as a subquery; otherwise an
    alias of the table is made.
    """
    refuse_arguments("aliased", left_out, "adapt_on_names flat")
    if isinstance(element, selectable.FromClause):
        return element.alias(name)
    return AliasedClass(element, alias=alias, name=name)


# JOIN along relationships ---------------------------------------------------------------------


@known_as("_ORMJoin")
class ORMJoin(selectable.Join):
    """A JOIN whose ON clause may be a relationship.

    left_entity: whose attribute a string in `onclause` names, if `left` is itself a join.
    first_entity: whose attribute it names in the join() of a Query that selects from this JOIN.
    adapt_to_target: adapts the relationship's order_by to the tables joined here.
    """

    __module__ = "sqlalchemy.orm.util"

    def __init__(
        self,
        left: Any,
        right: Any,
        onclause: Any = None,
        isouter: bool = False,
        full: bool = False,
        left_entity: Any = None,
    ) -> None:
        for side in (left, right):
            clause = elements.clause_of(side)
            if clause is None or not (clause.is_selectable or clause._is_function):
                inspect(side).selectable  # noqa: B018  raises for what cannot be joined
        left_from, right_from = from_element(left), from_element(right)
        entity = entity_behind(left)
        self.first_entity = entity if hasattr(entity, "mapper") else first_entity(left_from)
        self._right_entity = entity_behind(right)
        if isinstance(onclause, str):
            onclause = getattr(inspect(left_entity or left).entity, onclause)
        if not isinstance(onclause, QueryableAttribute):
            super().__init__(left_from, right_from, onclause, isouter, full)
            return
        source = onclause.parent.selectable
        if not is_present(source, left_from):
            source = left_from
        joined = onclause.property.create_joins(
            source_selectable=source,
            dest_selectable=right_from,
            alias_secondary=True,
            extra_criteria=onclause._extra_criteria,
        )
        self.adapt_to_target = joined.adapt
        *between, (right_from, onclause) = joined.steps(isouter)
        for association, condition in between:
            left_from = selectable.Join(left_from, association, condition, isouter)
        super().__init__(left_from, right_from, onclause, isouter, full)

    def join(
        self, right: Any, onclause: Any = None, isouter: bool = False, full: bool = False
    ) -> Any:
        """This JOIN and one more."""
        return ORMJoin(self, right, onclause, isouter, full, left_entity=self._right_entity)

    def outerjoin(self, right: Any, onclause: Any = None, full: bool = False) -> Any:
        """This JOIN and one more, LEFT OUTER."""
        return ORMJoin(self, right, onclause, True, full, left_entity=self._right_entity)


def entity_behind(thing: Any) -> Any:
    """The Mapper or AliasedInsp of a thing; the thing itself if it has none."""
    if isinstance(thing, selectable.FromClause):
        entity = thing._annotations.get("parententity")
        return thing if entity is None else entity
    insp = inspect(thing, raiseerr=False)
    return thing if insp is None else insp


def first_entity(element: Any) -> Any:
    """The entity of a FROM element, or the leftmost one of a JOIN; or None."""
    entity = element._annotations.get("parententity")
    return getattr(element, "first_entity", None) if entity is None else entity


def from_element(thing: Any) -> Any:
    """The FROM element of a class, an alias or an entity; or the FROM element given."""
    entity = entity_behind(thing)
    if hasattr(entity, "mapper") and not (entity.is_instance or entity.is_attribute):
        return entity.selectable
    return selectable.as_from(thing)


def unchanged(expression: Any) -> Any:
    """How a mapped class itself sees expressions: as they are."""
    return expression


def is_present(wanted: Any, candidate: Any) -> bool:
    """Whether a FROM element is `candidate`, or part of its joins."""
    waiting = [candidate]
    while waiting:
        each = waiting.pop()._ungroup()
        if each is wanted or each._deannotated is wanted._deannotated:
            return True
        if each._is_join:
            waiting += [each.left, each.right]
    return False


def join(
    left: Any, right: Any, onclause: Any = None, isouter: bool = False, full: bool = False
) -> ORMJoin:
    """A FROM element that joins two mapped things.

    onclause: a relationship, its name, or a condition; without it the foreign keys decide.
    """
    return ORMJoin(left, right, onclause, isouter, full)


def outerjoin(left: Any, right: Any, onclause: Any = None, full: bool = False) -> ORMJoin:
    """The same as join(), with LEFT OUTER."""
    return ORMJoin(left, right, onclause, True, full)


def with_parent(instance: Any, prop: Any, from_entity: Any = None) -> Any:
    """A criterion: the related rows of one object, from its present key values.

    prop: the relationship of the object's class, or its name.
    Raises: InvalidRequestError: a key value that is not known.
    """
    if isinstance(prop, str):
        prop = getattr(object_mapper(instance).class_, prop).property
    if isinstance(prop, QueryableAttribute):
        if prop._of_type is not None:
            from_entity = prop._of_type
        prop = prop.property
    assert instance is not None
    if isinstance(prop, ColumnProperty):
        raise AttributeError("_with_parent")
    if not hasattr(prop, "direction"):
        prop._with_parent  # noqa: B018  raises the original's AttributeError
    adapt = unchanged if from_entity is None else inspect(from_entity).adapt
    return adapt(prop._optimized_compare(instance, value_is_parent=True))
