"""Evaluator: a SQL condition, asked of an object in memory.

Before: orm/bulk.py wants to know which objects of the session an UPDATE or DELETE is about.
Here:   an expression becomes a function from object to value, with SQL's three truth values; what
        only the database can answer is refused by name.
After:  nothing; the functions read attributes.

Follows: SQLAlchemy 1.4, "UPDATE and DELETE: Selecting a Synchronization Strategy" ('evaluate').
"""

from __future__ import annotations

from ormtutor.miniorm.exc import warn
from ormtutor.miniorm.sql import operators

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ormtutor.miniorm.orm.mapper import Mapper

    Evaluate = Callable[[Any], Any]


class UnevaluatableError(Exception):
    """Python cannot tell; the message says because of what."""


# Operators whose result is NULL when either side is.
STRICT: dict[Any, Callable[[Any, Any], Any]] = {
    operators.add: lambda left, right: left + right,
    operators.sub: lambda left, right: left - right,
    operators.mul: lambda left, right: left * right,
    operators.div: lambda left, right: left / right,
    operators.truediv: lambda left, right: left / right,
    operators.mod: lambda left, right: left % right,
    operators.lt: lambda left, right: left < right,
    operators.le: lambda left, right: left <= right,
    operators.ne: lambda left, right: left != right,
    operators.gt: lambda left, right: left > right,
    operators.ge: lambda left, right: left >= right,
    operators.eq: lambda left, right: left == right,
    operators.in_op: lambda left, right: left in right,
    operators.not_in_op: lambda left, right: left not in right,
}

# Operators that look at NULL themselves (concatenation, as published, does not).
OPEN: dict[Any, Callable[[Any, Any], Any]] = {
    operators.is_: lambda left, right: left == right,
    operators.is_not: lambda left, right: left != right,
    operators.concat_op: lambda left, right: left + right,
}

# Spelled as the original's functions are, which stand in its messages.
BUILT_IN = frozenset(
    [
        "neg",
        "inv",
        "and_",
        "or_",
        "add",
        "sub",
        "mul",
        "truediv",
        "mod",
        "lt",
        "le",
        "ne",
        "gt",
        "ge",
        "eq",
    ]
)

# How the columns of a relationship's condition are marked.
ROLES = {"foreign", "remote", "local"}


class Evaluator:
    """Makes functions of expressions, for objects of one mapper."""

    def __init__(self, mapper: Mapper) -> None:
        self.mapper = mapper
        self._columns = mapper._columntoproperty

    def function(self, clause: Any) -> Evaluate:
        """The function that evaluates an expression.

        Raises: UnevaluatableError.
        """
        visit = getattr(self, f"visit_{clause.__visit_name__}", None)
        if visit is None:
            raise UnevaluatableError(f"Cannot evaluate {type(clause).__name__}")
        function: Evaluate = visit(clause)
        return function

    def visit_grouping(self, clause: Any) -> Evaluate:
        """Parentheses; around a SELECT they are not for us."""
        return self.function(clause.element)

    def visit_null(self, clause: Any) -> Evaluate:
        """NULL."""
        return lambda obj: None

    def visit_false(self, clause: Any) -> Evaluate:
        """FALSE."""
        return lambda obj: False

    def visit_true(self, clause: Any) -> Evaluate:
        """TRUE."""
        return lambda obj: True

    def visit_bindparam(self, clause: Any) -> Evaluate:
        """A value."""
        value = clause.effective_value
        return lambda obj: value

    def visit_column(self, clause: Any) -> Evaluate:
        """The attribute that is mapped to a column."""
        mapper = clause._annotations.get("parentmapper")
        if mapper is not None:
            mapper = mapper.mapper
            if mapper is not self.mapper:
                raise UnevaluatableError(
                    f"Can't evaluate criteria against alternate class {mapper.class_}"
                )
            key = mapper.get_property_by_column(clause._deannotated).key
        elif ROLES & clause._annotations.keys() and clause._deannotated in self._columns:
            # From a relationship's condition (`Address.user == user`), which knows no classes.
            key = self._columns[clause._deannotated].key
        else:
            key = clause.key
            if key not in self.mapper.column_attrs:
                raise UnevaluatableError(f"Cannot evaluate column: {clause}")
            warn(
                f"Evaluating non-mapped column expression '{clause}' onto ORM instances; this is "
                "a deprecated use case.  Please make use of the actual mapped columns in "
                "ORM-evaluated UPDATE / DELETE expressions."
            )
        return lambda obj: getattr(obj, key)

    def visit_tuple(self, clause: Any) -> Evaluate:
        """Several values side by side."""
        functions = [self.function(each) for each in clause.clauses]
        return lambda obj: tuple([function(obj) for function in functions])

    def visit_clauselist(self, clause: Any) -> Evaluate:
        """AND, OR, and the values of an IN."""
        functions = [self.function(each) for each in clause.clauses]
        if clause.operator is operators.or_:
            return lambda obj: _any(functions, obj)
        if clause.operator is operators.and_:
            return lambda obj: _all(functions, obj)
        if clause.operator is operators.comma_op:
            return lambda obj: _known([function(obj) for function in functions])
        raise UnevaluatableError(
            f"Cannot evaluate clauselist with operator {spelled(clause.operator)}"
        )

    def visit_binary(self, clause: Any) -> Evaluate:
        """An operator between two operands."""
        left, right = self.function(clause.left), self.function(clause.right)
        strict = STRICT.get(clause.operator)
        if strict is not None:
            return lambda obj: _strictly(strict, left(obj), right(obj))
        opened = OPEN.get(clause.operator)
        if opened is not None:
            return lambda obj: opened(left(obj), right(obj))
        raise UnevaluatableError(
            f"Cannot evaluate {type(clause).__name__} with operator {spelled(clause.operator)}"
        )

    def visit_unary(self, clause: Any) -> Evaluate:
        """NOT."""
        if clause.operator is operators.exists:
            raise UnevaluatableError("Cannot evaluate SelectStatementGrouping")
        inner = self.function(clause.element)
        if clause.operator is operators.inv:
            return lambda obj: _not(inner(obj))
        raise UnevaluatableError(
            f"Cannot evaluate {type(clause).__name__} with operator "
            f"{spelled(clause.operator or clause.modifier)}"
        )

    visit_as_boolean = visit_unary


def spelled(operator: Any) -> str:
    """An operator as messages name it: the original's are Python functions."""
    if isinstance(operator, operators.custom_op):
        return f"<sqlalchemy.sql.operators.custom_op object at 0x{id(operator):x}>"
    name = operator.__name__
    if name in BUILT_IN:
        return f"<built-in function {name}>"
    return f"<function {name} at 0x{id(operator):x}>"


def _strictly(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    return None if left is None or right is None else function(left, right)


def _known(values: list[Any]) -> list[Any] | None:
    """The values of an IN; with a NULL among them nothing is known of it, as in the original."""
    return None if None in values else values


def _not(value: Any) -> Any:
    return None if value is None else not value


def _any(functions: list[Evaluate], obj: Any) -> Any:
    has_null = False
    for function in functions:
        value = function(obj)
        if value:
            return True
        has_null = has_null or value is None
    return None if has_null else False


def _all(functions: list[Evaluate], obj: Any) -> Any:
    for function in functions:
        value = function(obj)
        if not value:
            return None if value is None else False
    return True
