"""Expressions: the kinds that have a syntax of their own.

Before: elements.py and comparator.py.
Here:   CASE, CAST, tuples, EXTRACT, OVER, FILTER.
After:  functions.py's functions offer over() and filter(); compiler.py writes them.
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import refuse_arguments
from ormtutor.miniorm.sql import elements, operators
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.elements import (
    ClauseElement,
    ClauseList,
    ColumnElement,
    WrapsColumnExpression,
    as_condition,
    as_expression,
    as_sorting,
    delegate,
    join_conditions,
    literal,
)
from ormtutor.miniorm.sql.traversal import iterate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Tuple(ClauseList, ColumnElement):
    """Several expressions in parentheses."""

    __visit_name__ = "tuple"

    def __init__(self, *clauses: Any, **kw: Any) -> None:
        refuse_arguments("tuple_", kw, "types")
        made = [as_expression(clause) for clause in clauses]
        super().__init__(*[each.self_group(against=operators.comma_op) for each in made])
        self.type = sqltypes.TupleType(*[each.type for each in self.clauses])

    self_group = ClauseElement.self_group

    def _bind_plain(self, operator: Any, values: Any) -> Any:
        pairs = zip(values, self.type.types, strict=False)
        return Tuple(
            *[literal(each, type_.coerce_compared_value(operator, each)) for each, type_ in pairs]
        )


def tuple_(*clauses: Any, **kw: Any) -> Tuple:
    """`(a, b)`; for `tuple_(a, b).in_([(1, 2), (3, 4)])`."""
    return Tuple(*clauses, **kw)


class Case(ColumnElement):
    """`CASE WHEN ... THEN ... ELSE ... END`."""

    __visit_name__ = "case"
    _parts = ("value", "whens", "else_")

    def __init__(self, *whens: Any, value: Any = None, else_: Any = None, **kw: Any) -> None:
        if "whens" in kw:
            whens = (kw.pop("whens"),)
        if kw:
            raise TypeError(f"unknown arguments: {', '.join(sorted(kw))}")
        self.value = None if value is None else as_expression(value)
        self.whens = tuple(
            (as_expression(when).self_group(), as_expression(then))
            for when, then in _when_pairs(whens)
        )
        self.else_ = None if else_ is None else as_expression(else_)
        self.type = self.whens[-1][1].type if self.whens else sqltypes.NULLTYPE
        # As in 1.4, a select() looks for mapped columns only in the WHEN parts.
        self._hides_entities = not any(
            "parententity" in part._annotations
            for when, _ in self.whens
            for part in iterate(when, closed="_hides_entities")
        )


def _when_pairs(whens: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    if len(whens) == 1 and isinstance(whens[0], dict):
        return list(whens[0].items())
    if len(whens) == 1 and isinstance(whens[0], list):
        whens = tuple(whens[0])
    return [(when, then) for when, then in whens]


def case(*whens: Any, **kw: Any) -> Case:
    """`case((condition, result), ..., else_=...)`, a list of pairs, or a dict with `value=`."""
    return Case(*whens, **kw)


class _OfType(WrapsColumnExpression):
    """What has another type than the expression in it.

    Cast and TypeCoerce are siblings: were one the other's parent, Python would turn around what is
    compared with it.
    """

    _parts = ("clause",)

    def __init__(self, expression: Any, type_: Any) -> None:
        self.type = sqltypes.to_instance(type_)
        self.clause = as_expression(expression, self.type)

    _wrapped: Any = delegate("clause")


class Cast(_OfType):
    """`CAST(expression AS type)`."""

    __visit_name__ = "cast"


def cast(expression: Any, type_: Any) -> Cast:
    """`CAST(expression AS type)`."""
    return Cast(expression, type_)


class TypeCoerce(_OfType):
    """An expression that Python treats as another type; its SQL is the same."""

    __visit_name__ = "type_coerce"

    def __init__(self, expression: Any, type_: Any) -> None:
        super().__init__(expression, type_)
        if self.clause._is_bind_parameter:
            self.clause = self.clause._with(type=self.type)

    def self_group(self, against: Any = None) -> Any:
        grouped = self.clause.self_group(against=against)
        return self if grouped is self.clause else TypeCoerce(grouped, self.type)


def type_coerce(expression: Any, type_: Any) -> TypeCoerce:
    """An expression that Python treats as another type."""
    return TypeCoerce(expression, type_)


class Extract(ColumnElement):
    """`EXTRACT(field FROM expression)`."""

    __visit_name__ = "extract"
    _hides_entities = True
    _facts = ("field",)
    _parts = ("expr",)
    type = sqltypes.INTEGERTYPE

    def __init__(self, field: str, expr: Any) -> None:
        self.field = field
        self.expr = as_expression(expr)


def extract(field: str, expr: Any) -> Extract:
    """A part of a date: extract("year", column)."""
    return Extract(field, expr)


# -- windows ---------------------------------------------------------------------------------------


class Over(ColumnElement):
    """`function OVER (PARTITION BY ... ORDER BY ...)`."""

    __visit_name__ = "over"
    _hides_entities = True
    _parts = ("element", "partition_by", "order_by", "frame")

    def __init__(
        self,
        element: Any,
        partition_by: Any = None,
        order_by: Any = None,
        range_: Any = None,
        rows: Any = None,
    ) -> None:
        if range_ and rows:
            raise exc.ArgumentError("'range_' and 'rows' are mutually exclusive")
        given = range_ or rows
        self.frame = _frame("RANGE" if range_ else "ROWS", given) if given else None
        self.element = element
        self.partition_by = _sorting(partition_by)
        self.order_by = _sorting(order_by)

    func: Any = delegate("element", "The function.")
    type: Any = delegate("element.type", "That of the function.")


_words = operators.Operator("words", " ", -1)


def _frame(unit: str, bounds: Any) -> ClauseList:
    """`ROWS BETWEEN ... AND ...`: offsets from the row, 0: the row itself, None: no bound."""
    if not isinstance(bounds, tuple) or len(bounds) != 2:
        raise exc.ArgumentError("2-tuple expected for range/rows")
    lower, upper = bounds
    between, and_ = elements.literal_column(f"{unit} BETWEEN"), elements.literal_column("AND")
    words = [between, *_bound(lower, "PRECEDING"), and_, *_bound(upper, "FOLLOWING")]
    return ClauseList(*words, operator=_words)


def _bound(offset: Any, if_none: str) -> list[Any]:
    if offset is None:
        return [elements.literal_column(f"UNBOUNDED {if_none}")]
    try:
        offset = int(offset)
    except ValueError as error:
        raise exc.ArgumentError("Integer or None expected for range value") from error
    if offset == 0:
        return [elements.literal_column("CURRENT ROW")]
    direction = "PRECEDING" if offset < 0 else "FOLLOWING"
    return [elements.literal(abs(offset)), elements.literal_column(direction)]


def _sorting(clauses: Any) -> tuple[Any, ...]:
    if clauses is None:
        return ()
    if isinstance(clauses, str) or not hasattr(clauses, "__iter__"):
        clauses = [clauses]
    made = [as_sorting(clause, "GROUP BY / OF / etc.") for clause in clauses]
    return tuple([each.self_group(operators.comma_op) for each in made])


def over(element: Any, partition_by: Any = None, order_by: Any = None, **kw: Any) -> Over:
    """A function over a window."""
    return Over(element, partition_by, order_by, **kw)


class FunctionFilter(ColumnElement):
    """`function FILTER (WHERE ...)`."""

    __visit_name__ = "funcfilter"
    _hides_entities = True
    _parts = ("func", "criterion")
    _groups_as = operators.filter_op

    def __init__(self, func: Any, *criterion: Any) -> None:
        self.func = func
        conditions = [as_condition(each) for each in criterion]
        # A single condition is taken as it is; only AND turns boolean columns into conditions.
        self.criterion = (
            conditions[0] if len(conditions) == 1 else join_conditions(operators.and_, conditions)
        )

    def filter(self, *criterion: Any) -> FunctionFilter:
        """With more conditions."""
        return FunctionFilter(self.func, self.criterion, *criterion)

    def over(self, partition_by: Any = None, order_by: Any = None, **kw: Any) -> Over:
        """Over a window."""
        return Over(self, partition_by, order_by, **kw)

    type: Any = delegate("func.type", "That of the function.")


def funcfilter(func: Any, *criterion: Any) -> FunctionFilter:
    """A function over the rows for which a condition holds."""
    return FunctionFilter(func, *criterion)


elements.ColumnElement.cast = lambda self, type_: Cast(self, type_)

publish(globals(), "sqlalchemy.sql.elements")
