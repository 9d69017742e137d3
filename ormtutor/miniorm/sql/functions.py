"""Functions: `func.anything(...)`, and those whose type or spelling is known.

Before: expressions.py.
Here:   func; FunctionElement and its kinds; count, sum, max, now ...
After:  compiler.py writes them.

Follows: SQLAlchemy 1.4, "SQL and Generic Functions".
"""

from __future__ import annotations

from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.columns import ColumnCollection, ImmutableColumnCollection
from ormtutor.miniorm.sql.elements import (
    NO_ANNOTATIONS,
    BindParameter,
    ClauseList,
    ColumnElement,
    Executable,
    Grouping,
    as_operand,
    bind_for,
    clause_of,
    constant_of,
    delegate,
    literal_column,
)
from ormtutor.miniorm.sql.expressions import (
    Cast,
    Extract,
    FunctionFilter,
    Over,
)
from ormtutor.miniorm.sql.select import Select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from ormtutor.miniorm.sql.traversal import Binds


class FunctionElement(Executable, ColumnElement):
    """A call of a function of the database."""

    __module__ = "sqlalchemy.sql.functions"
    __slots__ = ("clause_expr", "name", "packagenames", "type")
    __visit_name__ = "function"
    _parts = ("clause_expr",)
    supports_execution = True
    _has_args = False
    # Functions are executed and selected from like SELECTs.
    _execution_options: Any = NO_ANNOTATIONS

    def __init__(self, *clauses: Any, **kw: Any) -> None:
        self._set_arguments(clauses)

    def _set_arguments(self, clauses: Any) -> None:
        name = getattr(self, "name", None)
        arguments = [argument(each, name) for each in clauses]
        self.clause_expr = Grouping(
            ClauseList(*[each.self_group(operators.comma_op) for each in arguments])
        )

    def __repr__(self) -> str:
        cls = type(self)
        return f"<{cls.__module__}.{cls.__name__} at 0x{id(self):x}; {self.name}>"

    clauses: Any = delegate("clause_expr.element", "The arguments.")
    _bind_name: Any = delegate("name")

    @property
    def _proxy_key(self) -> Any:
        return getattr(self, "name", None)

    def __getattr__(self, key: str) -> Any:
        if key == "alias":
            raise AttributeError("alias is not in miniorm; SQLAlchemy has it")
        return super().__getattr__(key)

    @property
    def columns(self) -> ColumnCollection:
        """The function as its own only column."""
        return ImmutableColumnCollection([("function", self.label(None))])

    c = columns

    def over(self, partition_by: Any = None, order_by: Any = None, **kw: Any) -> Over:
        """Over a window."""
        return Over(self, partition_by, order_by, **kw)

    def filter(self, *criterion: Any) -> Any:
        """Over the rows for which conditions hold."""
        return FunctionFilter(self, *criterion) if criterion else self

    def select(self) -> Any:
        """`SELECT function`."""
        return Select(self)

    def _as_in_select(self) -> Any:
        return Select(self)

    _from_objects: Any = delegate("clauses._from_objects")

    def structure(self, binds: Binds) -> Hashable:
        """Name, type and arguments."""
        return (
            "function",
            self.packagenames,
            self.name,
            type(self),
            self.type.cache_id,
            self.clauses.structure(binds),
        )


def argument(thing: Any, name: Any) -> Any:
    """An argument of a function; a plain value is a bind parameter named after the function."""
    element = clause_of(thing)
    if element is None:
        if thing is None:
            return constant_of(None)
        return BindParameter(name, thing, unique=True)
    return as_operand(element, "SQL expression element")


class Function(FunctionElement):
    """A call of a function that is known by name only."""

    __module__ = "sqlalchemy.sql.functions"
    __slots__ = ()
    __visit_name__ = "function"

    def __init__(self, name: str, *clauses: Any, **kw: Any) -> None:
        self.packagenames = tuple(kw.pop("packagenames", None) or ())
        self.name = name
        self.type = sqltypes.to_instance(kw.get("type_"))
        self._set_arguments(clauses)

    def _bind_param(
        self, operator: Any, obj: Any, type_: Any = None, expanding: bool = False
    ) -> Any:
        return bind_for(self, operator, obj, type_, expanding)


class GenericFunction(Function):
    """A function with a class of its own; a subclass is found by its name through `func`."""

    __module__ = "sqlalchemy.sql.functions"
    __slots__ = ("__dict__",)
    _register = True
    # What a subclass told as `name` and `type`.
    _known_name: Any = None
    _known_type: Any = sqltypes.NULLTYPE

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        declared = cls.__dict__
        name = declared.get("name", cls.__name__)
        if declared.get("_register", True):
            identifier = declared.get("identifier", name)
            package = declared.get("package", "_default")
            _registry.setdefault(str(package), {})[str(identifier).lower()] = cls
        # `name` and `type` are slots; what a subclass declares under these names would hide them.
        cls._known_name = name
        if "name" in declared:
            del cls.name
        if "type" in declared:
            cls._known_type = declared["type"]
            del cls.type

    def __init__(self, *args: Any, **kw: Any) -> None:
        self.packagenames = ()
        self.name = self._known_name
        self._set_arguments(args)
        type_ = kw.pop("type_", None)
        self.type = sqltypes.to_instance(self._known_type if type_ is None else type_)


_registry: dict[str, dict[str, Any]] = {"_default": {}}


def register_function(identifier: str, fn: Any, package: str = "_default") -> None:
    """Let `func.identifier` give `fn`."""
    _registry.setdefault(package, {})[str(identifier).lower()] = fn


class AnsiFunction(GenericFunction):
    """A function that is written without parentheses: CURRENT_TIMESTAMP."""

    __module__ = "sqlalchemy.sql.functions"
    __slots__ = ()
    _register = False


class ReturnTypeFromArgs(GenericFunction):
    """A function whose result is of the type of its first argument."""

    __module__ = "sqlalchemy.sql.functions"
    __slots__ = ()
    _register = False

    def __init__(self, *args: Any, **kw: Any) -> None:
        name = self._known_name
        arguments = [argument(each, name) for each in args]
        kw.setdefault("type_", _type_from_args(arguments))
        super().__init__(*arguments, **kw)


def _type_from_args(arguments: list[Any]) -> Any:
    for each in arguments:
        if not each.type._is_null:
            return each.type
    return sqltypes.NULLTYPE


def _known(name: str, type_: Any = None, base: Any = GenericFunction) -> Any:
    """A function of which nothing but the type of the result is special."""
    members = {
        "__module__": "sqlalchemy.sql.functions",
        "__slots__": (),
        "__doc__": f"{name}(...).",
    }
    return type(name, (base,), members if type_ is None else {**members, "type": type_})


coalesce = _known("coalesce", base=ReturnTypeFromArgs)
max = _known("max", base=ReturnTypeFromArgs)
min = _known("min", base=ReturnTypeFromArgs)
sum = _known("sum", base=ReturnTypeFromArgs)
now = _known("now", sqltypes.DateTime)
concat = _known("concat", sqltypes.String)
random = _known("random")
rank = _known("rank", sqltypes.Integer)
dense_rank = _known("dense_rank", sqltypes.Integer)
percent_rank = _known("percent_rank", sqltypes.Numeric)
cume_dist = _known("cume_dist", sqltypes.Numeric)
current_date = _known("current_date", sqltypes.Date, AnsiFunction)
current_time = _known("current_time", sqltypes.Time, AnsiFunction)
current_timestamp = _known("current_timestamp", sqltypes.DateTime, AnsiFunction)
current_user = _known("current_user", sqltypes.String, AnsiFunction)
localtime = _known("localtime", sqltypes.DateTime, AnsiFunction)
localtimestamp = _known("localtimestamp", sqltypes.DateTime, AnsiFunction)
session_user = _known("session_user", sqltypes.String, AnsiFunction)
sysdate = _known("sysdate", sqltypes.DateTime, AnsiFunction)
user = _known("user", sqltypes.String, AnsiFunction)


class char_length(GenericFunction):
    """The number of characters."""

    __module__ = "sqlalchemy.sql.functions"
    __slots__ = ()
    type = sqltypes.Integer

    def __init__(self, arg: Any, **kw: Any) -> None:
        super().__init__(arg, **kw)


class count(GenericFunction):
    """The number of rows."""

    __module__ = "sqlalchemy.sql.functions"
    __slots__ = ()
    type = sqltypes.Integer

    def __init__(self, expression: Any = None, **kw: Any) -> None:
        if expression is None:
            expression = literal_column("*")
        super().__init__(expression, **kw)


class _FunctionGenerator:
    """What `func` is: every attribute is a function of that name."""

    __module__ = "sqlalchemy.sql.functions"

    def __init__(self, **opts: Any) -> None:
        self.__names: list[str] = []
        self.opts = opts

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            try:
                return self.__dict__[name]
            except KeyError:
                raise AttributeError(name) from None
        if name.endswith("_"):
            name = name[:-1]
        made = _FunctionGenerator(**self.opts)
        made.__names = [*self.__names, name]
        return made

    def __call__(self, *c: Any, **kwargs: Any) -> Any:
        options = {**self.opts, **kwargs}
        names = self.__names
        if len(names) == 2:
            package, name = names
        else:
            package, name = "_default", names[-1]
        known = _registry.get(package, {}).get(name.lower())
        if known is not None:
            return known(*c, **options)
        return Function(names[-1], *c, packagenames=names[:-1], **options)


register_function("cast", Cast)
register_function("extract", Extract)

func = _FunctionGenerator()
modifier = _FunctionGenerator(group=False)
