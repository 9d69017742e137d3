"""Evaluator: test an object in memory against a SQL condition.

Before: orm/bulk.py wants to know which objects of the session an UPDATE or DELETE affects.
Here:   an expression becomes a function from object to value, with SQL's three truth values; what
        only the database can evaluate is refused by name.
After:  nothing; the functions read attributes.

Follows: SQLAlchemy 1.4, "UPDATE and DELETE: Selecting a Synchronization Strategy" ('evaluate').
"""

from __future__ import annotations

from ormtutor.miniorm.exc import warn
from ormtutor.miniorm.orm.relationships import named_operator
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.types import Integer, Numeric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ormtutor.miniorm.orm.mapper import Mapper

    Evaluate = Callable[[Any], Any]


class UnevaluatableError(Exception):
    """Python cannot evaluate it; the message says why."""


def _strict(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operator whose result is NULL when either side is."""
    return lambda left, right: None if left is None or right is None else function(left, right)


OPERATORS: dict[Any, Callable[[Any, Any], Any]] = {
    operators.in_op: _strict(lambda left, right: left in right),
    operators.not_in_op: _strict(lambda left, right: left not in right),
    operators.is_: lambda left, right: left == right,
    operators.is_not: lambda left, right: left != right,
    # Not strict, as published.
    operators.concat_op: lambda left, right: left + right,
}
# For numbers only.
ARITHMETIC = ("add", "sub", "mul", "truediv", "mod")
for _name in (*ARITHMETIC, "lt", "le", "ne", "gt", "ge", "eq"):
    OPERATORS[getattr(operators, _name)] = _strict(getattr(operators, _name))

NUMBERS = (Integer, Numeric)

# How the columns of a relationship's condition are marked.
ROLES = {"foreign", "remote", "local"}


class Evaluator:
    """Turns expressions into functions of an object, for one mapper."""

    def __init__(self, mapper: Mapper) -> None:
        self.mapper = mapper
        self._columns = mapper._columntoproperty

    def function(self, clause: Any) -> Evaluate:
        """The function that evaluates an expression.

        Raises: UnevaluatableError.
        """
        match clause.__visit_name__:
            case "grouping":
                return self.function(clause.element)
            case "null":
                return lambda obj: None
            case "true" | "false" as name:
                return lambda obj: name == "true"
            case "bindparam":
                value = clause.effective_value
                return lambda obj: value
            case "column":
                key = self._attribute_of(clause)
                return lambda obj: getattr(obj, key)
            case "clauselist" | "tuple":
                return self._several(clause)
            case "binary":
                return self._binary(clause)
            case "unary" | "as_boolean":
                return self._negation(clause)
            case _:
                raise UnevaluatableError(f"Cannot evaluate {type(clause).__name__}")

    def _attribute_of(self, clause: Any) -> str:
        mapper = clause._annotations.get("parentmapper")
        if mapper is not None:
            if mapper.mapper is not self.mapper:
                raise UnevaluatableError(
                    f"Can't evaluate criteria against alternate class {mapper.class_}"
                )
            return self.mapper.get_property_by_column(clause._deannotated).key
        if ROLES & clause._annotations.keys() and clause._deannotated in self._columns:
            # From a relationship's condition (`Address.user == user`), which knows no classes.
            return self._columns[clause._deannotated].key
        key: str = clause.key
        if key not in self.mapper.column_attrs:
            raise UnevaluatableError(f"Cannot evaluate column: {clause}")
        warn(
            f"Evaluating non-mapped column expression '{clause}' onto ORM instances; this is "
            "a deprecated use case.  Please make use of the actual mapped columns in "
            "ORM-evaluated UPDATE / DELETE expressions."
        )
        return key

    def _several(self, clause: Any) -> Evaluate:
        """AND, OR, a tuple, and the values of an IN."""
        functions = [self.function(each) for each in clause.clauses]
        if clause.operator is operators.or_:
            return lambda obj: _any([function(obj) for function in functions])
        if clause.operator is operators.and_:
            return lambda obj: _all(functions, obj)
        return lambda obj: _known([function(obj) for function in functions])

    def _binary(self, clause: Any) -> Evaluate:
        left, right = self.function(clause.left), self.function(clause.right)
        function = OPERATORS.get(clause.operator)
        if function is None:
            raise UnevaluatableError(
                f"Cannot evaluate {type(clause).__name__} with operator "
                f"{named_operator(clause.operator)}"
            )
        types = clause.left.type, clause.right.type
        name = getattr(clause.operator, "__name__", "")
        if name in ARITHMETIC and not all(type_._type_affinity in NUMBERS for type_ in types):
            raise UnevaluatableError(
                f'Cannot evaluate math operator "{name}" for datatypes {types[0]}, {types[1]}'
            )
        return lambda obj: function(left(obj), right(obj))

    def _negation(self, clause: Any) -> Evaluate:
        if clause.operator is operators.exists:
            raise UnevaluatableError("Cannot evaluate SelectStatementGrouping")
        inner = self.function(clause.element)
        if clause.operator is not operators.inv:
            raise UnevaluatableError(
                f"Cannot evaluate {type(clause).__name__} with operator "
                f"{named_operator(clause.operator or clause.modifier)}"
            )
        return lambda obj: None if (value := inner(obj)) is None else not value


def _known(values: list[Any]) -> tuple[Any, ...] | None:
    """The values of an IN; None (unknown) with a NULL among them, as in the original."""
    return None if None in values else tuple(values)


def _any(values: list[Any]) -> Any:
    return True if any(values) else None if None in values else False


def _all(functions: list[Evaluate], obj: Any) -> Any:
    for function in functions:
        value = function(obj)
        if not value:
            return None if value is None else False
    return True
