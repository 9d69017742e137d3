"""Joins: where in FROM a join goes, what it joins, and on which condition.

Before: orm/query.py and select() keep each join() call as a JoinStep.
Here:   the steps become FROM elements: the left side is found, the right side checked,
        relationships supply the condition. EagerJoin: those of joined eager loading.
After:  orm/context.py puts the FROM elements into its Core select.

As in the original, all of this runs when the query is compiled: a wrong join is an error of the
query, and not of the call of join().

Follows: SQLAlchemy 1.4, `Query.join`, `Select.join`, "Joining to a Target".
"""

from __future__ import annotations

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm.attributes import QueryableAttribute
from ormtutor.miniorm.orm.entities import (
    AliasedClass,
    ORMJoin,
    entity_behind,
    is_present,
    unchanged,
)
from ormtutor.miniorm.sql.elements import as_condition
from ormtutor.miniorm.sql.select import CoreJoinStep, Select, attribute_of, only_joinable
from ormtutor.miniorm.sql.selectable import Join, as_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from typing import Any

    from ormtutor.miniorm.orm.entities import AliasedInsp
    from ormtutor.miniorm.orm.mapper import Mapper
    from ormtutor.miniorm.sql.elements import ColumnElement
    from ormtutor.miniorm.sql.selectable import FromClause
    from ormtutor.miniorm.sql.traversal import Binds

    Mapped = Mapper | AliasedInsp
    JoinSide = tuple[FromClause, ColumnElement]  # the right side and the ON clause

_NOT_A_TARGET = "Expected mapped entity or selectable/table as join target"


class JoinStep(CoreJoinStep):
    """One join as it was called for.

    target: a class, an alias, a FROM element, a relationship, or (old) the name of one.
    onclause: a condition, a relationship, or the name of one. left: where join_from() starts.
    from_joinpoint: start where the previous step, of the same join() call, has led.
    made_once: do not join along a path again: for a Query, even when it has become a select().
    """

    __slots__ = ()

    def structure(self, binds: Binds) -> Hashable:
        """What decides the SQL text."""
        target, onclause, left, *how = self
        if onclause is left is None and isinstance(target, QueryableAttribute):
            key = target.fixed_structure
            if key is not None:
                return (key, *how)
        parts = (target, onclause, left)
        return *[None if part is None else part_structure(part, binds) for part in parts], *how

    @property
    def destination(self) -> Any:
        """What the step leads to, for filter_by(): an entity or FROM element; None for a name."""
        for part in (self.target, self.onclause):
            if isinstance(part, QueryableAttribute):
                return target_entity(part)
            if part is not None and not isinstance(part, str):
                return entity_behind(part)
        return None


Select._join_step = JoinStep


def part_structure(part: Any, binds: Binds) -> Hashable:
    """The structure of anything that a join or a column list may contain."""
    if isinstance(part, QueryableAttribute):
        parent = part.parent.structure(binds)
        if part._of_type is None and not part._extra_criteria:
            return parent, part.prop
        of_type = None if part._of_type is None else part_structure(part._of_type, binds)
        extra = [criterion.structure(binds) for criterion in part._extra_criteria]
        return (parent, part.prop, of_type, *extra)
    if isinstance(part, (str, type)):
        return part
    insp: Any = part._aliased_insp if isinstance(part, AliasedClass) else part
    return insp.structure(binds)


def target_entity(attribute: QueryableAttribute) -> Any:
    """The entity that a relationship leads to.

    Raises: ArgumentError: it is a column.
    """
    if attribute._of_type is not None:
        return inspect(attribute._of_type)
    prop = attribute.property
    if not hasattr(prop, "entity"):
        raise sa_exc.ArgumentError(f"Join target {prop} does not refer to a mapped entity")
    return prop.entity


def entity_attribute(entity: Any, key: str) -> Any:
    """`entity.key`, as join("key") looks it up.

    Raises: InvalidRequestError: there is no such attribute.
    """
    return attribute_of(getattr(entity, "entity_namespace", entity), entity, key)


class Path(dict):  # type: ignore[type-arg]
    """What was joined from one place: {(left, right, key): the Path from there}. top: its start."""

    def __init__(self, top: Path | None = None) -> None:
        self.top = self if top is None else top


class Joins:
    """One run through the joins of a query; `from_clauses` is the result.

    entities: the entities or FROM elements of the selected columns, in order.
    start: where a join by name starts. adapt: adapts conditions to the union that is queried.
    """

    def __init__(
        self,
        from_clauses: Iterable[FromClause],
        entities: Sequence[Mapped | FromClause],
        start: Any,
        adapt: Callable[[Any], Any],
    ) -> None:
        self.from_clauses = list(from_clauses)
        self._entities = entities
        self._start = start
        self._joinpoint = start
        self._adapt = adapt
        # What was joined along relationships since the start, and where we are in it.
        self._path = self._here = Path()

    def run(self, steps: Iterable[JoinStep]) -> list[FromClause]:
        """Turn all steps into FROM elements.

        Raises: InvalidRequestError, ArgumentError: a join that cannot be made.
        """
        for step in steps:
            if not step.from_joinpoint:
                self._joinpoint, self._here = self._start, self._path
            self._run(step)
        return self.from_clauses

    def _run(self, step: JoinStep) -> None:
        right, onclause = self._sides(step)
        left = edge = None
        if step.left is not None:
            left = entity_behind(step.left)
        if isinstance(onclause, QueryableAttribute):
            if step.left is not None and left is not onclause.parent:
                raise sa_exc.InvalidRequestError(
                    f"explicit from clause {left} does not match left side of relationship "
                    f"attribute {onclause}"
                )
            left = onclause.parent
            if right is None:
                right = target_entity(onclause)
            edge = (left, right, onclause.property.key)
        if not (step.made_once and edge in self._here):
            self._join(left, right, onclause, step)
        self._joinpoint = right
        if edge is None:
            self._here = Path()
        else:
            self._path = self._here.top
            self._here = self._here.setdefault(edge, Path(self._path))

    def _sides(self, step: JoinStep) -> tuple[Any, Any]:
        """The right side (None: what the relationship leads to) and the condition."""
        right, onclause = step.target, step.onclause
        if onclause is None and isinstance(right, (str, QueryableAttribute)):
            right, onclause = None, right
        if isinstance(onclause, str):
            if self._joinpoint is None:
                inspect(None)  # raises, as in the original: nothing selected has attributes
            onclause = entity_attribute(self._joinpoint, onclause)
        elif (
            step.from_joinpoint
            and isinstance(onclause, QueryableAttribute)
            and getattr(self._joinpoint, "mapper", None) is onclause.parent
        ):
            onclause = entity_attribute(self._joinpoint, onclause.key)
        elif onclause is not None and not isinstance(onclause, QueryableAttribute):
            onclause = self._adapt(as_condition(onclause, "SQL expression for ON clause"))
        if right is not None:
            right = self._target(right)
        elif not isinstance(onclause, QueryableAttribute):
            raise sa_exc.ArgumentError(_NOT_A_TARGET)
        return right, onclause

    def _target(self, right: Any) -> Any:
        if isinstance(right, QueryableAttribute):
            target_entity(right)
            return right.selectable  # raises, as in the original
        entity = entity_behind(right)
        if hasattr(entity, "mapper"):
            return entity
        if getattr(right, "is_selectable", False):
            return as_from(right)
        raise sa_exc.ArgumentError(_NOT_A_TARGET)

    def _join(self, left: Any, right: Any, onclause: Any, step: JoinStep) -> None:
        if left is None:
            left, place = self._implicit_left(right, onclause)
        else:
            place = self._place_of(left)
        if left is right:
            raise sa_exc.InvalidRequestError(
                f"Can't construct a join from {left} to {right}, they are the same entity"
            )
        self._check_right(left, right, onclause)
        if place is None:
            place = len(self.from_clauses)
            self.from_clauses.append(_selectable(left))
        self.from_clauses[place] = ORMJoin(
            self.from_clauses[place], right, onclause, step.isouter, step.full, left
        )

    # the left side ---------------------------------------------------------------------------

    def _implicit_left(self, right: Any, onclause: Any) -> tuple[Any, int | None]:
        """The left side of a join that names none, and its place in FROM if it is there already."""
        target = _selectable(right)
        if self.from_clauses:
            place = only_joinable(self.from_clauses, target, onclause, right)
            return self.from_clauses[place], place
        candidates: dict[Any, Any] = {}
        for entity in self._entities:
            if entity is not right:
                candidates.setdefault(_selectable(entity), entity)
        place = only_joinable(list(candidates), target, onclause, right)
        return list(candidates.values())[place], None

    def _place_of(self, left: Mapped | FromClause) -> int | None:
        """The place of the FROM element that contains this left side, if any."""
        places = matching(self.from_clauses, _selectable(left))
        if len(places) > 1:
            raise sa_exc.InvalidRequestError(
                "Can't identify which entity in which to assign the left side of this join.   "
                "Please use a more specific ON clause."
            )
        return places[0] if places else None

    # the right side --------------------------------------------------------------------------

    def _check_right(self, left: Any, right: Any, onclause: Any) -> None:
        prop = onclause.property if isinstance(onclause, QueryableAttribute) else None
        if prop is not None and not hasattr(prop, "mapper"):
            raise AttributeError("mapper")  # as the original fails on join(Address, User.name)
        if _selectable(left) is _selectable(right):
            raise sa_exc.InvalidRequestError(
                f"Can't join table/selectable '{_selectable(left)}' to itself"
            )
        if prop is not None and not hasattr(right, "mapper"):
            table = prop.mapper.persist_selectable
            if not right.is_derived_from(table):
                raise sa_exc.InvalidRequestError(
                    f"Selectable '{right.description}' is not derived from '{table.description}'"
                )
            sa_exc.warn(
                sa_exc.SADeprecationWarning(
                    "An alias is being generated automatically against joined entity "
                    f"{prop.mapper} for raw clauseelement, which is deprecated and will be removed "
                    "in a later release. Use the aliased() construct explicitly, see the linked "
                    "example.",
                    code="xaj1",
                )
            )
        if prop is not None and getattr(right, "mapper", prop.mapper) is not prop.mapper:
            raise sa_exc.InvalidRequestError(
                f"Join target {right} does not correspond to the right side of join condition "
                f"{onclause}"
            )


def _selectable(thing: Mapped | FromClause) -> Any:
    """The FROM element of an entity, or the thing itself."""
    return getattr(thing, "selectable", thing)


def matching(candidates: Sequence[FromClause], wanted: FromClause) -> list[int]:
    """Places of the FROM elements that contain `wanted`; if none, of those derived from it."""
    exact = [place for place, each in enumerate(candidates) if is_present(wanted, each)]
    if exact:
        return exact
    return [place for place, each in enumerate(candidates) if each.is_derived_from(wanted)]


# Joined eager loading -------------------------------------------------------------------------


class EagerJoin:
    """One eager join, `a LEFT OUTER JOIN (b JOIN c)`: b is its first part, c is nested in it.

    A part is the target, whose columns it brings; the right side, which is that, perhaps with an
    association table; and the ON clause.
    """

    def __init__(self, isouter: bool, target: FromClause, right: FromClause, onclause: Any) -> None:
        self._isouter = isouter
        self._parts = [(target, right, onclause)]

    def nest(self, parent: FromClause, target: FromClause, steps: Sequence[JoinSide]) -> None:
        """Join the target to the parent, if that is ours: a missing c must not hide rows of a.

        An association table is joined to the parent, and stays part of it.
        """
        for place, (ours, right, onclause) in enumerate(self._parts):
            if ours is parent:
                *association, last = steps
                right = _joined_along(right, association)
                self._parts[place : place + 1] = [(ours, right, onclause), (target, *last)]
                return

    def onto(self, from_: FromClause, adapt: Callable[[Any], Any] = unchanged) -> Join:
        """`from_ LEFT OUTER JOIN` all of it."""
        (_, right, onclause), *nested = self._parts
        right = _joined_along(right, [step for _, *step in nested])
        return Join(from_, right, adapt(onclause), self._isouter)


def _joined_along(from_: FromClause, steps: Iterable[Sequence[Any]]) -> FromClause:
    for right, onclause in steps:
        from_ = Join(from_, right, onclause)
    return from_
