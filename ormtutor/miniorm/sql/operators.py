"""The operators: symbol, precedence, negation, and what they do to plain Python values.

Before: nothing.
Here:   one Operator object for each operator of SQL, and the rule for parentheses.
After:  elements.py builds expressions with them, compiler.py writes their symbols.

An operator can be called like the functions of the standard `operator` module, so that expressions
can be built without Python's spelling: `like_op(column, "a%")`. Most operators need nothing beyond
this table; the few with a spelling of their own have a method in compiler.py, named after them.

Follows: SQLAlchemy 1.4, "Operator Reference".
"""

from __future__ import annotations

import operator as python_operator

from ormtutor.miniorm.doors import publish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


# The ends of the scale of precedence.
SMALLEST = -100
LARGEST = 100


class Operator:
    """One operator.

    name: as in messages. symbol: as in SQL. precedence: a higher one binds tighter.
    function: the Python operator, if there is one. is_comparison: its value is a truth value.
    associative: needs no parentheses within itself. commutative: sides may be exchanged.
    contrary: the opposite operator; each becomes the `negation` of the other.
    """

    is_comparison = associative = commutative = False

    def __init__(
        self,
        name: str,
        symbol: str,
        precedence: float,
        function: Callable[..., Any] | None = None,
        *,
        contrary: Operator | None = None,
        **facts: bool,
    ) -> None:
        self.__name__ = name
        self.symbol = symbol
        self.precedence = precedence
        # As seen from an operand: an operator outside the scale puts all it can in parentheses.
        self.outer_precedence = LARGEST if precedence == SMALLEST else precedence
        self.function = function
        self.negation = contrary
        if contrary is not None:
            contrary.negation = self
        self.__dict__.update(facts)

    def __call__(self, left: Any, *right: Any, **kw: Any) -> Any:
        """Apply the operator to plain values or to expressions."""
        if self.function is None:
            return left.operate(self, *right, **kw)
        return self.function(left, *right, **kw)

    def __repr__(self) -> str:
        return f"<operator {self.__name__}>"


class custom_op(Operator):
    """An operator with a learner's own spelling: `column.op('REGEXP')('^a')`."""

    def __init__(
        self,
        opstring: str,
        precedence: int = 0,
        is_comparison: bool = False,
        return_type: Any = None,
    ) -> None:
        super().__init__("custom_op", f" {opstring} ", precedence, is_comparison=is_comparison)
        self.opstring = opstring
        self.return_type = return_type() if isinstance(return_type, type) else return_type

    def __eq__(self, other: object) -> bool:
        return isinstance(other, custom_op) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[Any, ...]:
        return (self.opstring, self.precedence, self.is_comparison)


def _comparison(
    name: str, symbol: str, function: Any = None, precedence: int = 5, **kw: Any
) -> Operator:
    return Operator(name, symbol, precedence, function, is_comparison=True, **kw)


def _pair(name: str, symbol: str, contrary: str, precedence: int = 5) -> tuple[Operator, Operator]:
    """A comparison and its opposite, spelled `contrary` and called not_..."""
    operator = _comparison(name, symbol, precedence=precedence)
    return operator, _comparison(f"not_{name}", contrary, None, precedence, contrary=operator)


# Lowest to highest: a comma list, AS, EXISTS, OR, AND, ASC, COLLATE, comparisons, ||, + -, * /, [].

comma_op = Operator("comma_op", ", ", -1)
as_ = Operator("as_", " AS ", -1)
exists = Operator("exists", "EXISTS ", 0)
asbool = Operator("_asbool", "", -10)
or_ = Operator("or_", " OR ", 2, python_operator.or_, associative=True)
and_ = Operator("and_", " AND ", 3, python_operator.and_, associative=True)
desc_op = Operator("desc_op", " DESC", 3)
asc_op = Operator("asc_op", " ASC", 3)
nulls_first_op = Operator("nulls_first_op", " NULLS FIRST", SMALLEST)
nulls_last_op = Operator("nulls_last_op", " NULLS LAST", SMALLEST)
collate = Operator("collate", " COLLATE ", 4)

inv = Operator("inv", "NOT ", 5, python_operator.inv)
is_true = Operator("is_true", "", 5)
is_false = Operator("is_false", "", 5)
distinct_op = Operator("distinct_op", "DISTINCT ", 5)
filter_op = Operator("filter_op", " FILTER ", 6)

eq = _comparison("eq", " = ", python_operator.eq, commutative=True)
ne = _comparison("ne", " != ", python_operator.ne, commutative=True, contrary=eq)
lt = _comparison("lt", " < ", python_operator.lt)
ge = _comparison("ge", " >= ", python_operator.ge, contrary=lt)
gt = _comparison("gt", " > ", python_operator.gt)
le = _comparison("le", " <= ", python_operator.le, contrary=gt)
is_ = _comparison("is_", " IS ")
is_not = _comparison("is_not", " IS NOT ", contrary=is_)
is_distinct_from = _comparison("is_distinct_from", " IS DISTINCT FROM ")
is_not_distinct_from = _comparison(
    "is_not_distinct_from", " IS NOT DISTINCT FROM ", contrary=is_distinct_from
)
in_op, not_in_op = _pair("in_op", " IN ", " NOT IN ")
between_op, not_between_op = _pair("between_op", " BETWEEN ", " NOT BETWEEN ")
like_op, not_like_op = _pair("like_op", " LIKE ", " NOT LIKE ")
ilike_op, not_ilike_op = _pair("ilike_op", " ILIKE ", " NOT ILIKE ")
# These three are LIKE with something added, and get parentheses wherever they can.
startswith_op, not_startswith_op = _pair("startswith_op", "", "", precedence=SMALLEST)
endswith_op, not_endswith_op = _pair("endswith_op", "", "", precedence=SMALLEST)
contains_op, not_contains_op = _pair("contains_op", "", "", precedence=SMALLEST)
match_op, not_match_op = _pair("match_op", " MATCH ", " NOT MATCH ")

concat_op = Operator("concat_op", " || ", 6, associative=True)
add = Operator("add", " + ", 7, python_operator.add, commutative=True, associative=True)
sub = Operator("sub", " - ", 7, python_operator.sub)
mul = Operator("mul", " * ", 8, python_operator.mul, commutative=True, associative=True)
truediv = Operator("truediv", " / ", 8, python_operator.truediv)
mod = Operator("mod", " % ", 8, python_operator.mod)
neg = Operator("neg", "-", 8, python_operator.neg)
getitem = Operator("getitem", "", 15, python_operator.getitem, associative=True)
lshift = Operator("lshift", " << ", SMALLEST, python_operator.lshift)
rshift = Operator("rshift", " >> ", SMALLEST, python_operator.rshift)
contains = Operator("contains", "", SMALLEST, python_operator.contains)

# The functions of Python's `operator` module that learners may pass to `operate()`.
BY_FUNCTION: dict[Any, Operator] = {
    each.function: each
    for each in (eq, ne, lt, le, gt, ge, add, sub, mul, truediv, mod, neg, and_, or_, inv, getitem)
}


def is_precedent(operator: Operator, against: Operator | None) -> bool:
    """Whether an expression of `operator` needs parentheses inside one of `against`."""
    if operator is against and operator.associative:
        return False
    return against is None or operator.precedence <= against.outer_precedence


class Operators:
    """`&`, `|`, `~` and op(): what every SQL expression can do."""

    __slots__ = ()
    #: Apply an operator with ourselves on the left; on the right.
    operate: Callable[..., Any]
    reverse_operate: Callable[..., Any]

    def __and__(self, other: Any) -> Any:
        return self.operate(and_, other)

    def __or__(self, other: Any) -> Any:
        return self.operate(or_, other)

    def __invert__(self) -> Any:
        return self.operate(inv)

    def op(
        self,
        opstring: str,
        precedence: int = 0,
        is_comparison: bool = False,
        return_type: Any = None,
    ) -> Callable[[Any], Any]:
        """An operator by its spelling: `column.op('REGEXP')('^a')`."""
        operator = custom_op(opstring, precedence, is_comparison, return_type)

        def against(other: Any) -> Any:
            return self.operate(operator, other)

        return against

    def bool_op(self, opstring: str, precedence: int = 0) -> Callable[[Any], Any]:
        """An operator by its spelling, whose value is a truth value."""
        return self.op(opstring, precedence=precedence, is_comparison=True)


def _applied(op: Operator) -> Any:
    """A method that applies `op` to the expression alone."""
    return lambda self: self.operate(op)


def _with_other(op: Operator) -> Any:
    """A method that applies `op`, with the expression on the left."""
    return lambda self, other: self.operate(op, other)


def _reversed(op: Operator) -> Any:
    """A method that applies `op`, with the expression on the right: `5 - column`."""
    return lambda self, other: self.reverse_operate(op, other)


def _like(op: Operator) -> Any:
    """As _with_other(), for LIKE."""
    return lambda self, other, escape=None: self.operate(op, other, escape=escape)


def _with_keywords(op: Operator) -> Any:
    """As _with_other(); `autoescape=True` takes % and _ of the value literally."""
    return lambda self, other, **kwargs: self.operate(op, other, **kwargs)


class ColumnOperators(Operators):
    """All operators of column expressions; each ends in operate()."""

    __slots__ = ()
    timetuple = None  # so that a date on the left leaves the comparison to us

    __hash__: Any = object.__hash__
    __neg__ = _applied(neg)

    like = _like(like_op)
    ilike = _like(ilike_op)
    not_like = notlike = _like(not_like_op)
    not_ilike = notilike = _like(not_ilike_op)
    startswith = _with_keywords(startswith_op)
    endswith = _with_keywords(endswith_op)
    contains = _with_keywords(contains_op)
    match = _with_keywords(match_op)
    concat = _with_other(concat_op)
    # A list, a query, or a bound list.
    in_ = _with_other(in_op)
    not_in = notin_ = _with_other(not_in_op)
    is_ = _with_other(is_)
    is_not = isnot = _with_other(is_not)
    # NULL counts as a value.
    is_distinct_from = _with_other(is_distinct_from)
    is_not_distinct_from = isnot_distinct_from = _with_other(is_not_distinct_from)
    desc = _applied(desc_op)
    asc = _applied(asc_op)
    nulls_first = nullsfirst = _applied(nulls_first_op)
    nulls_last = nullslast = _applied(nulls_last_op)
    distinct = _applied(distinct_op)

    def between(self, cleft: Any, cright: Any, symmetric: bool = False) -> Any:
        """`x BETWEEN a AND b`."""
        return self.operate(between_op, cleft, cright, symmetric=symmetric)

    def collate(self, collation: str) -> Any:
        """`x COLLATE collation`."""
        return self.operate(collate, collation)


# Python's own operators; arithmetic also works from the right: `5 - column`.
for _op in (lt, le, eq, ne, gt, ge, contains, getitem, lshift, rshift):
    setattr(ColumnOperators, f"__{_op.__name__}__", _with_other(_op))
for _op in (add, sub, mul, truediv, mod):
    setattr(ColumnOperators, f"__{_op.__name__}__", _with_other(_op))
    setattr(ColumnOperators, f"__r{_op.__name__}__", _reversed(_op))

# Name the methods, for Python's own errors about arguments.
for _name, _method in vars(ColumnOperators).items():
    if getattr(_method, "__name__", "") == "<lambda>":
        _method.__name__, _method.__qualname__ = _name, f"ColumnOperators.{_name}"


publish(globals(), "sqlalchemy.sql.operators")
