"""Comparator: from a Python operator to an element.

Before: elements.py has the classes; `column == 5` calls ColumnElement.operate(), and that build().
Here:   for each operator a function that makes the element: NULL handling, types, parentheses,
        bind parameters for plain values.
After:  build() is put into ColumnElement at import, so no module calls it from here; learners call
        desc(), between() and the like.

Follows: SQLAlchemy 1.4, "Operator Reference".
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import known_as
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.elements import (
    NULL,
    BinaryExpression,
    ClauseList,
    CollationClause,
    ColumnElement,
    False_,
    Null,
    True_,
    UnaryExpression,
    as_expression,
    as_operand,
    as_sorting,
    bind_for,
    clause_of,
    constant_of,
    is_sql,
    join_conditions,
    not_expected,
)
from ormtutor.miniorm.sql.operators import ColumnOperators, Operator
from ormtutor.miniorm.sql.traversal import no_type
from ormtutor.miniorm.sql.type_api import TypeEngine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def build(left: Any, op: Any, *other: Any, **kw: Any) -> Any:
    """`left <op> other` as an element.

    Raises: TypeError: the type of `left` is not a type.
    """
    if not isinstance(left.type, TypeEngine):
        raise no_type(left.type)
    builder = _BUILDERS.get(op)
    if builder is not None:
        return builder(left, op, *other, **kw)
    if isinstance(op, operators.custom_op):
        return _arithmetic(left, op, *other, **kw)
    known = operators.BY_FUNCTION.get(op)
    if known is None:
        raise _not_supported(op)
    return build(left, known, *other, **kw)


def _not_supported(op: Any) -> NotImplementedError:
    name = getattr(op, "__name__", op)
    return NotImplementedError(f"Operator '{name}' is not supported on this expression")


def operand(left: Any, op: Any, value: Any) -> Any:
    """The other side: an element, or a bind parameter with a type that fits `left`."""
    element = clause_of(value)
    if element is None:
        try:
            return left._bind_plain(op, value)
        except exc.ArgumentError as error:
            raise not_expected("SQL expression element or literal value", value) from error
    return _typed(left, op, as_operand(element, given=value))


def _typed(left: Any, op: Any, element: Any) -> Any:
    """A bind parameter without a type takes that of a plain value in its place."""
    if element._is_bind_parameter and element.type._is_null:
        return element._with(type=left.type.coerce_compared_value(op, element.value))
    return element


# -- comparisons -----------------------------------------------------------------------------------


def _comparison(
    left: Any, op: Operator, value: Any, result_type: Any = sqltypes.BOOLEANTYPE, **modifiers: Any
) -> Any:
    if isinstance(value, left.type.coerce_to_is_types):
        value = constant_of(value)
    if value.__class__ not in _CONSTANTS:
        right = operand(left, op, value)
        # Surprising, but published: IS between two expressions stays IS under NOT.
        negation = op if op in (operators.is_, operators.is_not) else op.negation
    else:
        right, op = value, _against_constant(op, value)
        negation = op.negation
    return BinaryExpression(left, right, op, result_type, negation, modifiers or None)


def _against_constant(op: Operator, constant: Any) -> Operator:
    """The operator to use with None, True or False: `= NULL` becomes IS NULL."""
    if constant is NULL:
        op = _AGAINST_NULL.get(op, op)
    if op not in _AGAINST_CONSTANTS:
        raise exc.ArgumentError(
            "Only '=', '!=', 'is_()', 'is_not()', 'is_distinct_from()', "
            "'is_not_distinct_from()' operators can be used with None/True/False"
        )
    return op


_CONSTANTS = (Null, True_, False_)
_AGAINST_NULL = {operators.eq: operators.is_, operators.ne: operators.is_not}
_AGAINST_CONSTANTS = (
    operators.eq,
    operators.ne,
    operators.is_,
    operators.is_not,
    operators.is_distinct_from,
    operators.is_not_distinct_from,
)


def _like(left: Any, op: Operator, value: Any, escape: Any = None) -> Any:
    return _comparison(left, op, value, **({} if escape is None else {"escape": escape}))


def _prefixed(
    left: Any, op: Operator, value: Any, autoescape: bool = False, escape: Any = None
) -> Any:
    """startswith, endswith, contains: LIKE with % before or after the value."""
    if autoescape:
        if autoescape is not True:
            exc.warn("The autoescape parameter is now a simple boolean True/False")
        if not isinstance(value, str):
            raise TypeError("String value expected when autoescape=True")
        escape = "/" if escape is None else escape
        if escape not in ("%", "_"):
            value = value.replace(escape, escape + escape)
        value = value.replace("%", escape + "%").replace("_", escape + "_")
    return _like(left, op, value, escape)


def _between(left: Any, op: Operator, low: Any, high: Any, symmetric: bool = False) -> Any:
    bounds = ClauseList(
        operand(left, op, low), operand(left, op, high), operator=operators.and_, group=False
    )
    modifiers = {"symmetric": True} if symmetric else None
    return BinaryExpression(left, bounds, op, sqltypes.NULLTYPE, op.negation, modifiers)


def _in(left: Any, op: Operator, other: Any) -> Any:
    right = _list_operand(left, op, other)
    return BinaryExpression(left, right, op, sqltypes.BOOLEANTYPE, op.negation)


def _list_operand(left: Any, op: Operator, other: Any) -> Any:
    element = clause_of(other)
    if element is None:
        if isinstance(other, str) or not isinstance(other, Iterable):
            raise not_expected(_IN_LIST, other)
        return _values_operand(left, op, list(other))
    if element.is_select:
        return element.scalar_subquery()
    if element._is_bind_parameter:
        return _typed(left, op, element)._with_expanding(op)
    if element._is_text_clause or element._is_scalar or isinstance(element, ClauseList):
        return element.self_group(against=op)
    if element is other and (element._is_from_clause or element._is_function):
        exc.warn(
            f"Coercing {type(element).__name__} object into a select() for use in IN(); please "
            "pass a select() construct explicitly"
        )
        return element.select().scalar_subquery()
    raise not_expected(_IN_LIST, other, element=element)


_IN_LIST = "IN expression list, SELECT construct, or bound parameter object"


def _values_operand(left: Any, op: Operator, values: list[Any]) -> Any:
    written_out = [each for each in values if not isinstance(each, _PLAIN) and is_sql(each)]
    if not all(isinstance(each, ColumnOperators) for each in written_out):
        raise not_expected(_IN_LIST, values)
    if not written_out and not any(each is None for each in values):
        return bind_for(left, op, values, expanding=True)
    members = [NULL if value is None else operand(left, op, value) for value in values]
    return ClauseList(*[each.self_group(operators.comma_op) for each in members]).self_group(op)


_PLAIN = (str, int, float, bytes)


# -- arithmetic and the rest -----------------------------------------------------------------------


def _arithmetic(left: Any, op: Any, value: Any, reverse: bool = False) -> Any:
    right = operand(left, op, value)
    if reverse:
        left, right = right, left
    op, type_ = left.type.result_of(op, right.type)
    if isinstance(op, operators.custom_op) and (op.return_type or op.is_comparison):
        type_ = op.return_type or sqltypes.BOOLEANTYPE
    return BinaryExpression(left, right, op, type_)


def _before(left: Any, op: Operator) -> Any:
    """A minus sign, DISTINCT."""
    return UnaryExpression(left, operator=op, type_=left.type)


def modified(left: Any, op: Operator) -> Any:
    """DESC, ASC, NULLS FIRST, NULLS LAST: after the operand, and the operand may be a label."""
    return UnaryExpression(left, modifier=op)


def collate(expression: Any, collation: str) -> BinaryExpression:
    """`expression COLLATE collation`."""
    element = as_expression(expression)
    return BinaryExpression(element, CollationClause(collation), operators.collate, element.type)


def _getitem(left: Any, op: Operator, index: Any) -> Any:
    if isinstance(left.type, sqltypes.JSON):
        raise NotImplementedError("JSON in brackets is not in miniorm; SQLAlchemy has it")
    raise _not_supported(op)


_BUILDERS: dict[Any, Callable[..., Any]] = {
    operators.inv: lambda left, op: left._negate(),
    operators.collate: lambda left, op, collation: collate(left, collation),
    operators.getitem: _getitem,
}
for _ops, _builder in (
    ("eq ne lt le gt ge is_ is_not is_distinct_from is_not_distinct_from", _comparison),
    ("and_ or_", lambda left, op, value: join_conditions(op, (left, value))),
    ("neg distinct_op", _before),
    ("add sub mul truediv mod concat_op", _arithmetic),
    ("like_op not_like_op ilike_op not_ilike_op", _like),
    (
        "startswith_op not_startswith_op endswith_op not_endswith_op contains_op not_contains_op",
        _prefixed,
    ),
    ("match_op not_match_op", partial(_comparison, result_type=sqltypes.MATCHTYPE)),
    ("in_op not_in_op", _in),
    ("between_op not_between_op", _between),
    ("desc_op asc_op nulls_first_op nulls_last_op", modified),
):
    for _name in _ops.split():
        _BUILDERS[getattr(operators, _name)] = _builder

ColumnElement._build = build


# -- functions of the public API that are operators ------------------------------------------------


def _modifier(op: Operator) -> Any:
    """A function that puts `op` after a column, or after the name of a selected one."""

    @known_as(op.__name__.removesuffix("_op"))
    def modifier(column: Any) -> Any:
        return modified(as_sorting(column, "GROUP BY / OF / etc."), op)

    return modifier


desc = _modifier(operators.desc_op)
asc = _modifier(operators.asc_op)
nulls_first = nullsfirst = _modifier(operators.nulls_first_op)
nulls_last = nullslast = _modifier(operators.nulls_last_op)


def between(expr: Any, lower_bound: Any, upper_bound: Any, symmetric: bool = False) -> Any:
    """`expr BETWEEN lower_bound AND upper_bound`."""
    return as_expression(expr).between(lower_bound, upper_bound, symmetric=symmetric)


def distinct(expr: Any) -> UnaryExpression:
    """`DISTINCT expr`, inside a function or in a list of columns."""
    return _before(as_expression(expr), operators.distinct_op)  # type: ignore[no-any-return]
