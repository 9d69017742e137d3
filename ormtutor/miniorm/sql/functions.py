"""Functions: `func.anything(...)`, and those whose type or spelling is known.

Before: expressions.py.
Here:   func; FunctionElement and its kinds; count, sum, max, now ...
After:  compiler.py writes them.

Follows: SQLAlchemy 1.4, "SQL and Generic Functions".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.columns import ColumnCollection, ImmutableColumnCollection
from ormtutor.miniorm.sql.elements import (
    ClauseList,
    ColumnElement,
    Executable,
    Grouping,
    as_expression,
    delegate,
    literal_column,
)
from ormtutor.miniorm.sql.expressions import Cast, Extract, FunctionFilter, Over
from ormtutor.miniorm.sql.select import Select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class FunctionElement(Executable, ColumnElement):
    """A call of a function of the database."""

    __visit_name__ = "function"
    _facts = ("packagenames", "name", "__class__")
    _parts = ("clause_expr",)
    _is_function = True

    clauses: Any = delegate("clause_expr.element", "The arguments.")
    description: Any = delegate("name", "The name.")
    _bind_name = description
    _from_objects: Any = delegate("clauses._from_objects")

    @property
    def columns(self) -> ColumnCollection:
        """A collection of one column, the function itself."""
        return ImmutableColumnCollection([("function", self.label(None))])

    c = columns

    def over(
        self, partition_by: Any = None, order_by: Any = None, rows: Any = None, range_: Any = None
    ) -> Over:
        """Return the function over a window; rows, range_: the bounds of its frame."""
        return Over(self, partition_by, order_by, range_, rows)

    def filter(self, *criterion: Any) -> Any:
        """Return the function over the rows for which conditions hold."""
        return FunctionFilter(self, *criterion) if criterion else self

    def select(self) -> Any:
        """Return `SELECT function`."""
        return Select(self)


leave_out(FunctionElement, "alias as_comparison scalar_table_valued")


class Function(FunctionElement):
    """A call of a function of which only the name is known."""

    def __init__(
        self, name: str, *clauses: Any, packagenames: Any = (), type_: Any = None, **kw: Any
    ) -> None:
        self.packagenames = tuple(packagenames or ())
        self.name = name
        self.type = sqltypes.to_instance(type_)
        # The parameter for a plain value is named after the function.
        arguments = [
            as_expression(each, name=name).self_group(operators.comma_op) for each in clauses
        ]
        self.clause_expr = Grouping(ClauseList(*arguments))


_known: dict[str, Any] = {"cast": Cast, "extract": Extract}


def _register(function: type, package: str | None, identifier: Any) -> None:
    identifier = str(identifier).lower()
    path = identifier if package is None else f"{package}.{identifier}"
    if path in _known:
        exc.warn(
            f"The GenericFunction '{identifier}' is already registered and is going to be "
            "overridden."
        )
    _known[path] = function


class GenericFunction(Function):
    """A function with its own class; `func` finds a subclass by its name."""

    _known_name: Any = None

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if hasattr(cls, "_annotated_from"):
            return
        cls._known_name = vars(cls).get("name", cls.__name__)
        if vars(cls).get("_register", True):
            _register(cls, vars(cls).get("package"), vars(cls).get("identifier", cls._known_name))

    def __init__(self, *args: Any, type_: Any = None, **kw: Any) -> None:
        super().__init__(self._known_name, *args, type_=type_ or self.type)


class AnsiFunction(GenericFunction):
    """A function that is written without parentheses: CURRENT_TIMESTAMP."""

    _register = False


class ReturnTypeFromArgs(GenericFunction):
    """A function whose result is of the type of its first argument that has one."""

    _register = False

    def __init__(self, *args: Any, type_: Any = None, **kw: Any) -> None:
        arguments = [as_expression(each, name=self._known_name) for each in args]
        types = (each.type for each in arguments if not each.type._is_null)
        super().__init__(*arguments, type_=type_ or next(types, sqltypes.NULLTYPE))


# Functions with a known type, and nothing else that is special.
for _base, _type, _names in (
    (ReturnTypeFromArgs, sqltypes.NULLTYPE, "coalesce max min sum"),
    (GenericFunction, sqltypes.NULLTYPE, "random"),
    (GenericFunction, sqltypes.DateTime, "now"),
    (GenericFunction, sqltypes.String, "concat"),
    (GenericFunction, sqltypes.Integer, "char_length rank dense_rank"),
    (GenericFunction, sqltypes.Numeric, "percent_rank cume_dist"),
    (AnsiFunction, sqltypes.Date, "current_date"),
    (AnsiFunction, sqltypes.Time, "current_time"),
    (AnsiFunction, sqltypes.DateTime, "current_timestamp localtime localtimestamp sysdate"),
    (AnsiFunction, sqltypes.String, "current_user session_user user"),
):
    for _name in _names.split():
        globals()[_name] = type(_name, (_base,), {"__doc__": f"{_name}(...).", "type": _type})


class count(GenericFunction):
    """The number of rows."""

    type = sqltypes.Integer

    def __init__(self, expression: Any = None, **kw: Any) -> None:
        if expression is None:
            expression = literal_column("*")
        super().__init__(expression, **kw)


class _FunctionGenerator:
    """The class of `func`: every attribute makes a function of that name."""

    def __init__(self, **opts: Any) -> None:
        self.__names: list[str] = []
        self.opts = opts

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _FunctionGenerator(**self.opts)
        made.__names = [*self.__names, name.removesuffix("_")]
        return made

    def __call__(self, *c: Any, **kwargs: Any) -> Any:
        options = {**self.opts, **kwargs}
        name, package = self.__names[-1], self.__names[:-1]
        known = _known.get(".".join([*package, name.lower()]))
        if known is not None:
            return known(*c, **options)
        return Function(name, *c, packagenames=package, **options)


func = _FunctionGenerator()

publish(globals(), "sqlalchemy.sql.functions")
