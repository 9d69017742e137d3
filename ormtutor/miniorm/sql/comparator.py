"""Comparator: from a Python operator to an element.

Before: elements.py has the classes; `column == 5` calls ColumnElement.operate(), that one build().
Here:   for each operator a function that makes the element: NULL handling, types, parentheses,
        bind parameters for plain values.
After:  nothing calls this module; at import it hangs build() into ColumnElement.

Follows: SQLAlchemy 1.4, "Operator Reference".
"""

from __future__ import annotations

import warnings

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.elements import (
    FALSE,
    NULL,
    TRUE,
    BinaryExpression,
    BindParameter,
    ClauseList,
    CollationClause,
    ColumnElement,
    Grouping,
    TextualLabelReference,
    UnaryExpression,
    as_operand,
    bind_for,
    clause_of,
    constant_of,
    join_conditions,
)
from ormtutor.miniorm.sql.operators import Operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_CONSTANTS = (NULL, TRUE, FALSE)


def build(left: Any, op: Any, *other: Any, **kw: Any) -> Any:
    """`left <op> other` as an element."""
    builder = _BUILDERS.get(op)
    if builder is None:
        if not isinstance(op, operators.custom_op):
            return _build_by_function(left, op, *other, **kw)
        builder = _custom
    return builder(left, op, *other, **kw)


def _build_by_function(left: Any, op: Any, *other: Any, **kw: Any) -> Any:
    known = operators.BY_FUNCTION.get(op)
    if known is None:
        raise NotImplementedError(
            f"Operator '{getattr(op, '__name__', op)}' is not supported on this expression"
        )
    return build(left, known, *other, **kw)


def operand(left: Any, op: Any, value: Any) -> Any:
    """The other side: an element, or a bind parameter typed by our side."""
    element = clause_of(value)
    if element is None:
        return left._bind_plain(op, value)
    element = as_operand(element)
    if element._is_bind_parameter and element.type._is_null:
        type_ = left.type.coerce_compared_value(op, element.value)
        element = element._with_binary_element_type(type_)
    return element


def grouped(element: Any, op: Any) -> Any:
    """`element` in parentheses if it needs them beside `op`."""
    return element.self_group(against=op) if element._groups else element


# -- comparisons -----------------------------------------------------------------------------------


def _comparison(
    left: Any,
    op: Operator,
    value: Any,
    reverse: bool = False,
    result_type: Any = None,
    **modifiers: Any,
) -> Any:
    if result_type is None:
        result_type = sqltypes.BOOLEANTYPE
    if value is None or value is True or value is False:
        return _with_constant(left, op, constant_of(value), result_type, modifiers)
    if value.__class__ in (Null, True_, False_):
        return _with_constant(left, op, value, result_type, modifiers)
    right = operand(left, op, value)
    if reverse:
        left, right = right, left
    # Surprising and published: IS between two expressions stays IS under NOT.
    negation = op if op is operators.is_ or op is operators.is_not else op.negation
    return BinaryExpression(
        grouped(left, op),
        grouped(right, op),
        op,
        result_type,
        negation,
        modifiers or None,
    )


Null, True_, False_ = (type(each) for each in _CONSTANTS)


def _with_constant(left: Any, op: Operator, right: Any, type_: Any, modifiers: Any) -> Any:
    """Opposite None, True or False: IS NULL, or a comparison with the constant."""
    if (right is not NULL and op in (operators.eq, operators.ne)) or op in (
        operators.is_distinct_from,
        operators.is_not_distinct_from,
    ):
        written, negation = op, op.negation
    elif op in (operators.eq, operators.is_):
        written, negation = operators.is_, operators.is_not
    elif op in (operators.ne, operators.is_not):
        written, negation = operators.is_not, operators.is_
    else:
        raise exc.ArgumentError(
            "Only '=', '!=', 'is_()', 'is_not()', 'is_distinct_from()', "
            "'is_not_distinct_from()' operators can be used with None/True/False"
        )
    return BinaryExpression(grouped(left, op), right, written, type_, negation, modifiers or None)


def _like(left: Any, op: Operator, value: Any, escape: Any = None) -> Any:
    modifiers = {} if escape is None else {"escape": escape}
    return _comparison(left, op, value, **modifiers)


def _prefixed(
    left: Any, op: Operator, value: Any, autoescape: bool = False, escape: Any = None
) -> Any:
    """startswith, endswith, contains: LIKE with % put before or after."""
    if autoescape:
        if autoescape is not True:
            text = "The autoescape parameter is now a simple boolean True/False"
            warnings.warn(text, exc.SAWarning, stacklevel=4)
        if not isinstance(value, str):
            raise TypeError("String value expected when autoescape=True")
        escape = "/" if escape is None else escape
        if escape not in ("%", "_"):
            value = value.replace(escape, escape + escape)
        value = value.replace("%", escape + "%").replace("_", escape + "_")
    return _like(left, op, value, escape)


def _match(left: Any, op: Operator, value: Any, **kw: Any) -> Any:
    return _comparison(left, op, value, result_type=sqltypes.MATCHTYPE, **kw)


def _between(left: Any, op: Operator, low: Any, high: Any, symmetric: bool = False) -> Any:
    bounds = ClauseList(
        operand(left, op, low),
        operand(left, op, high),
        operator=operators.and_,
        group=False,
    )
    modifiers = {"symmetric": True} if symmetric else None
    type_ = sqltypes.BOOLEANTYPE
    return BinaryExpression(grouped(left, op), bounds, op, type_, op.negation, modifiers)


def _in(left: Any, op: Operator, other: Any) -> Any:
    right = _list_operand(left, op, other)
    return BinaryExpression(grouped(left, op), right, op, sqltypes.BOOLEANTYPE, op.negation)


def _list_operand(left: Any, op: Operator, other: Any) -> Any:
    element = clause_of(other)
    if element is None:
        if isinstance(other, (str, bytes)) or not hasattr(other, "__iter__"):
            raise _no_list(other)
        return _values_operand(left, op, list(other))
    if element._is_select_statement:
        return element.scalar_subquery() if not element._is_scalar else element
    if element._is_bind_parameter:
        return element._with_expanding(op)
    if element._is_text_clause or isinstance(element, (ClauseList, Grouping)):
        return element.self_group(against=op)
    if element._is_from_clause or hasattr(element, "_as_in_select"):
        warnings.warn(
            f"Coercing {type(element).__name__} object into a select() for use in IN(); please "
            "pass a select() construct explicitly",
            exc.SAWarning,
            stacklevel=4,
        )
        return element._as_in_select().scalar_subquery()
    raise _no_list(other)


def _no_list(other: Any) -> exc.ArgumentError:
    return exc.ArgumentError(
        f"IN expression list, SELECT construct, or bound parameter object expected, got {other!r}."
    )


def _values_operand(left: Any, op: Operator, values: list[Any]) -> Any:
    if not any(_is_written_out(value) for value in values):
        return bind_for(left, op, values, expanding=True)
    members = [NULL if value is None else operand(left, op, value) for value in values]
    return ClauseList(*[each.self_group(operators.comma_op) for each in members]).self_group(op)


def _is_written_out(value: Any) -> bool:
    """Whether a member of a list is SQL itself, so that the list cannot travel as one value."""
    return value is None or (not isinstance(value, _PLAIN) and clause_of(value) is not None)


_PLAIN = (str, int, float, bytes)


# -- arithmetic and the rest -----------------------------------------------------------------------


def _arithmetic(left: Any, op: Operator, value: Any, reverse: bool = False, **kw: Any) -> Any:
    right = operand(left, op, value)
    if reverse:
        left, right = right, left
    op, type_ = left.type.result_of(op, right.type)
    return BinaryExpression(grouped(left, op), grouped(right, op), op, type_, None, None)


def _custom(left: Any, op: Any, value: Any, reverse: bool = False, **kw: Any) -> Any:
    right = operand(left, op, value)
    if reverse:
        left, right = right, left
    if op.return_type is not None:
        type_ = op.return_type
    elif op.is_comparison:
        type_ = sqltypes.BOOLEANTYPE
    else:
        _, type_ = left.type.result_of(op, right.type)
    return BinaryExpression(grouped(left, op), grouped(right, op), op, type_, None, None)


def _conjunction(left: Any, op: Operator, value: Any) -> Any:
    return join_conditions(op, (left, value))


def _inversion(left: Any, op: Operator) -> Any:
    return left._negate()


def _before(left: Any, op: Operator) -> Any:
    """A minus sign, DISTINCT."""
    return UnaryExpression(left, operator=op, type_=left.type)


def modified(left: Any, op: Operator) -> Any:
    """DESC, ASC, NULLS FIRST, NULLS LAST: after the operand, and the operand may be a label."""
    return UnaryExpression(left, modifier=op)


def _expression(thing: Any) -> Any:
    element = clause_of(thing)
    return BindParameter(None, thing, unique=True) if element is None else element


def collate(expression: Any, collation: str) -> BinaryExpression:
    """`expression COLLATE collation`."""
    op, element = operators.collate, _expression(expression)
    return BinaryExpression(
        grouped(element, op), CollationClause(collation), op, element.type, None, None
    )


def _getitem(left: Any, op: Operator, index: Any) -> Any:
    type_ = left.type
    if not isinstance(type_, sqltypes.JSON):
        raise _not_supported(op)
    if isinstance(index, (str, int)) or clause_of(index) is not None:
        op, index_type = operators.json_getitem_op, sqltypes.JSONIndexType()
    else:
        op, index_type = operators.json_path_getitem_op, sqltypes.JSONPathType()  # type: ignore[assignment]
    element = clause_of(index)
    if element is None:
        element = bind_for(left, op, index, type_=index_type)
    return BinaryExpression(grouped(left, op), element, op, type_, None, None)


def _unsupported(left: Any, op: Operator, *other: Any, **kw: Any) -> Any:
    raise _not_supported(op)


def _not_supported(op: Operator) -> NotImplementedError:
    return NotImplementedError(f"Operator '{op.__name__}' is not supported on this expression")


_BUILDERS: dict[Any, Callable[..., Any]] = {
    operators.and_: _conjunction,
    operators.or_: _conjunction,
    operators.inv: _inversion,
    operators.neg: _before,
    operators.distinct_op: _before,
    operators.collate: lambda left, op, collation: collate(left, collation),
    operators.getitem: _getitem,
    operators.match_op: _match,
    operators.not_match_op: _match,
}
for _ops, _builder in (
    ("eq ne lt le gt ge is_ is_not is_distinct_from is_not_distinct_from", _comparison),
    ("add sub mul truediv mod concat_op", _arithmetic),
    ("like_op not_like_op ilike_op not_ilike_op", _like),
    (
        "startswith_op not_startswith_op endswith_op not_endswith_op contains_op not_contains_op",
        _prefixed,
    ),
    ("in_op not_in_op", _in),
    ("between_op not_between_op", _between),
    ("desc_op asc_op nulls_first_op nulls_last_op", modified),
    ("lshift rshift contains", _unsupported),
):
    for _name in _ops.split():
        _BUILDERS[getattr(operators, _name)] = _builder

ColumnElement._build = build


# -- functions of the public API that are operators ------------------------------------------------


def _as_sortable(column: Any) -> Any:
    element = clause_of(column)
    if element is not None:
        return element
    if isinstance(column, str):
        return TextualLabelReference(column)
    if column is None or column is True or column is False:
        return constant_of(column)
    raise exc.ArgumentError(f"GROUP BY / OF / etc. expression expected, got {column!r}.")


def _modifier(op: Operator) -> Any:
    """A function that puts `op` behind a column, or behind the name of a selected one."""
    return lambda column: modified(_as_sortable(column), op)


desc = _modifier(operators.desc_op)
asc = _modifier(operators.asc_op)
nulls_first = nullsfirst = _modifier(operators.nulls_first_op)
nulls_last = nullslast = _modifier(operators.nulls_last_op)


def between(expr: Any, lower_bound: Any, upper_bound: Any, symmetric: bool = False) -> Any:
    """`expr BETWEEN lower_bound AND upper_bound`."""
    return _expression(expr).between(lower_bound, upper_bound, symmetric=symmetric)


def distinct(expr: Any) -> UnaryExpression:
    """`DISTINCT expr`, inside a function or in a list of columns."""
    return _before(_expression(expr), operators.distinct_op)  # type: ignore[no-any-return]
