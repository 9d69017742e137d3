"""Elements: the pieces of SQL expressions, as structure without spelling.

Before: operators.py says what operators exist, types.py what values are, traversal.py walks trees.
Here:   ClauseElement and ColumnElement; columns, bind parameters, operators applied, labels, text.
After:  comparator.py builds them from Python operators, expressions.py and functions.py add the
        rarer kinds, selectable.py and select.py put them into FROM and SELECT, compiler.py writes
        them.

Elements do not change once made. Every class is small: `_parts` names the attributes that are
elements, `_facts` others that decide the text, and structure() makes the key of the compile cache
from both. Construction is the hot path of every query, so it checks its arguments as little as it
can.

The file is one thing: the classes below refer to one another in every direction (a column makes a
comparison, a comparison holds columns and binds, a bind has a column's type).

Follows: SQLAlchemy 1.4, "Column Elements and Expressions".
"""

from __future__ import annotations

import datetime
from functools import cache
from operator import attrgetter
from types import GeneratorType

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.leftout import refuse_method
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.naming import AnonymousName, symbol
from ormtutor.miniorm.sql.operators import ColumnOperators, Operator
from ormtutor.miniorm.sql.traversal import Binds, NotCacheable, children, clone, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from typing import Any, ClassVar, Self

NO_ANNOTATIONS: dict[str, Any] = {}
NO_ARG: Any = symbol("NO_ARG")


def delegate(path: str, doc: str | None = None) -> Any:
    """A property that reads an attribute of a part: delegate("element.type")."""
    return property(attrgetter(path), doc=doc)


class Generative:
    """What does not change once it is made: its methods return copies."""

    __module__ = "sqlalchemy.sql.base"

    def _with(self, **changes: Any) -> Self:
        """A copy with some attributes changed."""
        copy = object.__new__(type(self))
        copy.__dict__ = {**self.__dict__, **changes}
        return copy


class ClauseElement(Generative):
    """The root of all pieces of SQL."""

    __visit_name__ = "clause"

    # Which attributes are elements, or tuples of them; which others decide the SQL text.
    _parts: ClassVar[tuple[str, ...]] = ()
    _facts: ClassVar[tuple[str, ...]] = ()
    _annotations: Any = NO_ANNOTATIONS
    # What kind it is, so that modules to the left need not import the class.
    is_clause_element = True
    is_selectable = is_select = is_insert = is_update = is_delete = False
    _is_from_clause = False
    # The ORM compiles a select() that contains a mapped column, unless inside one of these.
    _hides_entities = False
    _is_table = False
    _is_subquery = False
    _is_scalar = False
    _is_column_clause = False
    _is_text_clause = is_literal = False
    _is_function = False
    _is_bind_parameter = False
    _is_column_element = False
    _is_implicitly_boolean = False
    # The name for a bind parameter on the other side of an operator; None: there is none.
    _bind_name: Any = None
    supports_execution = False
    # The structure(), if it is the same in every statement.
    _fixed_structure: Any = None
    # False: self_group() returns the element itself inside every operator but AND, OR, ANY, ALL.
    _groups = True
    # Set by dialect.py: the dialect that `str(element)` speaks.
    _default_dialect: ClassVar[Any]
    # Its name in messages, if it has one.
    description: Any = None

    def __repr__(self) -> str:
        if self.description is None:
            return object.__repr__(self)
        cls = type(self)
        return f"<{cls.__module__}.{cls.__name__} at 0x{id(self):x}; {self.description}>"

    # -- compiling -----------------------------------------------------------------------------

    bind: Any = None

    def compile(self, bind: Any = None, dialect: Any = None, **kw: Any) -> Any:
        """Write this as SQL for a dialect; see Compiled."""
        if dialect is None:
            bind = bind if bind is not None else self.bind
            dialect = bind.dialect if bind is not None else self._default_dialect()
        return self._compiler(dialect, **kw)

    def _compiler(self, dialect: Any, **kw: Any) -> Any:
        return dialect.statement_compiler(dialect, self, **kw)

    def __str__(self) -> str:
        return str(self.compile())

    # -- truth and logic -----------------------------------------------------------------------

    def __bool__(self) -> bool:
        raise TypeError("Boolean value of this clause is not defined")

    def __invert__(self) -> Any:
        return self._negate()

    def _negate(self) -> Any:
        return UnaryExpression(self, operators.inv)

    # -- structure -----------------------------------------------------------------------------

    def structure(self, binds: Binds) -> Hashable:
        """The kind, the facts and the parts, which decide the SQL text; see cache_key()."""
        facts = [getattr(self, name) for name in self._facts]
        parts = [structure_of(getattr(self, name), binds) for name in self._parts]
        return self.__visit_name__, *facts, *parts

    _implied_froms: Any = ()

    @property
    def _from_objects(self) -> list[Any]:
        return froms_of(children(self))

    def self_group(self, against: Any = None) -> Any:
        """The element, in parentheses if it needs them inside `against`."""
        return self

    def _ungroup(self) -> Any:
        return self

    _select_iterable: Any = property(lambda self: (self,), doc="What a SELECT of this selects.")

    def compare(self, other: Any, **kw: Any) -> bool:
        """Whether `other` is the same expression."""
        from_here, from_there = _comparable(self), _comparable(other)
        return from_here is not None and from_here == from_there

    # -- annotations ---------------------------------------------------------------------------

    def _annotate(self, values: dict[str, Any]) -> Any:
        """A copy with more annotations; it compiles, hashes and compares like the original."""
        copy = clone(self, _annotated_class(type(self)))  # type: ignore[arg-type]
        copy._annotations = {**self._annotations, **values}
        copy._origin = self._deannotated
        return copy

    def _with_annotations(self, values: dict[str, Any]) -> Any:
        """A copy with these annotations and no others."""
        origin = self._deannotated
        return origin._annotate(values) if values else origin

    _deannotated: Any = property(lambda self: self, doc="The original of an annotated copy.")

    # -- parameters ----------------------------------------------------------------------------

    def params(self, *args: Any, **kw: Any) -> Any:
        """A copy whose named bind parameters have these values."""
        return self._with_values(args, kw)

    def unique_params(self, *args: Any, **kw: Any) -> Any:
        """The same, with unique parameter names, so that one statement can be used twice."""
        return self._with_values(args, kw, unique=True)

    def _with_values(self, args: tuple[Any, ...], kw: dict[str, Any], unique: bool = False) -> Any:
        if len(args) > 1:
            raise exc.ArgumentError("params() takes zero or one positional dictionary argument")
        values = kw | dict(*args)

        def exchange(part: Any) -> Any:
            if not part._is_bind_parameter or not (unique or part.key in values):
                return None
            made = part._with_value(values[part.key]) if part.key in values else part
            return made._with(unique=True) if unique else made

        return replace(self, exchange)

    def get_children(self, **kw: Any) -> Iterator[Any]:
        """The elements directly inside."""
        return children(self)


def froms_of(*elements: Iterable[Any]) -> list[Any]:
    """The FROM objects that some elements refer to."""
    return [from_ for some in elements for each in some for from_ in each._from_objects]


def named_within(element: Any) -> list[Any]:
    """The columns, labels and functions in an expression, by which 1.4 finds it in a row.

    Those inside a label, a function or a scalar subquery do not count.
    """
    if element._is_scalar:
        return []
    if element._is_column_clause or element._is_function or isinstance(element, Label):
        return [element]
    return [each for child in children(element) for each in named_within(child)]


def _comparable(element: Any) -> Any:
    binds = Binds()
    try:
        key = element.structure(binds)
    except (NotCacheable, AttributeError):
        return None
    return key, tuple(repr(bind.value) if bind.unique else bind.key for bind in binds)


@cache
def _annotated_class(cls: Any) -> Any:
    """The class of annotated copies: they hash, compare and compile like their originals."""
    if hasattr(cls, "_annotated_from"):
        return cls

    class Annotated(cls):  # type: ignore[misc]
        __module__ = "sqlalchemy.sql.annotation"
        _annotated_from = cls
        _deannotated = delegate("_origin")

        def __hash__(self) -> int:
            return hash(self._origin)

        def structure(self, binds: Binds) -> Hashable:
            return self._origin.structure(binds)  # type: ignore[no-any-return]

        if not issubclass(cls, ColumnElement):

            def __eq__(self, other: object) -> bool:
                return hash(self) == hash(other)

    Annotated.__name__ = Annotated.__qualname__ = f"Annotated{cls.__name__}"
    return Annotated


class Executable(ClauseElement):
    """What may be executed."""

    __module__ = "sqlalchemy.sql.base"
    supports_execution = True
    is_dml = is_text = False
    _execution_options: Any = NO_ANNOTATIONS

    @property
    def bind(self) -> Any:
        """The engine that some table in here is bound to, or None."""
        engines = (from_.bind for from_ in self._from_objects if from_ is not self)
        return next((engine for engine in engines if engine is not None), None)

    def execution_options(self, **kw: Any) -> Any:
        """A copy with options for whoever executes it."""
        return self._with(_execution_options={**self._execution_options, **kw})

    def execute(self, *multiparams: Any, **params: Any) -> Any:
        """Execute on the engine that some table in here is bound to.

        Raises: UnboundExecutionError: there is none.
        """
        engine = self.bind
        if engine is None:
            kind = "Select" if self._is_function else type(self).__name__
            raise exc.UnboundExecutionError(
                f"This {kind} is not directly bound to a Connection or Engine. Use the .execute() "
                "method of a Connection or Engine to execute this construct."
            )
        return engine.execute(self, *multiparams, **params)

    def scalar(self, *multiparams: Any, **params: Any) -> Any:
        """The first column of the first row; see execute()."""
        return self.execute(*multiparams, **params).scalar()


def comparison_method(op: Operator) -> Any:
    """`==` and the like. FASTPATH: with a plain value or a column on the right, no build()."""
    negation = op.negation
    boolean = sqltypes.BOOLEANTYPE
    new = object.__new__

    def compare(self: Any, other: Any) -> Any:
        right: Any
        if other.__class__ in _PLAIN_CLASSES:
            right = new(BindParameter)
            right._orig_key = (self.key if self._is_column_clause else self._bind_name) or "param"
            right.value = other
            try:
                right.type = self.type.coerce_compared_value(op, other)
            except AttributeError:  # not a type, or an error in a learner's own
                return self._build(op, other)
        elif isinstance(other, ColumnClause):
            right = other
        else:
            return self._build(op, other)
        made = new(BinaryExpression)
        made.left = self.self_group(op) if self._groups else self
        made.right = right
        made.operator = op
        made.type = boolean
        made.negate = negation
        return made

    return compare


_PLAIN_CLASSES = frozenset([str, int, float, bytes, datetime.date, datetime.datetime])


def structure_of(part: Any, binds: Binds) -> Any:
    """The structure of a part: an element, a tuple of parts, or None."""
    if isinstance(part, tuple):
        return tuple([structure_of(each, binds) for each in part])
    return None if part is None else part.structure(binds)


class ColumnElement(ColumnOperators, ClauseElement):
    """An expression with a value and a type: a column, a literal, a function call, `a + b`."""

    __visit_name__ = "column_element"

    _is_column_element = True
    primary_key = False
    foreign_keys: Any = ()
    _proxies: Any = ()
    # Our name in SQL, and in Python.
    name: Any
    key: Any = None
    # The label `table_column` in the old style; the name in a result without AS. Below:
    # _anon_name_label, if there is no name; _proxy_key and _tq_key_label, our key in the `.c` of a
    # subquery, in the new style of labels and in the old.
    _label: Any = None
    _own_name: Any = None
    _render_label_in_columns_clause = True
    # The operator that decides where we need parentheses, if one does.
    _groups_as: Any = None
    type: Any = sqltypes.NULLTYPE

    __hash__ = object.__hash__

    __lt__ = comparison_method(operators.lt)
    __le__ = comparison_method(operators.le)
    __eq__ = comparison_method(operators.eq)
    __ne__ = comparison_method(operators.ne)
    __gt__ = comparison_method(operators.gt)
    __ge__ = comparison_method(operators.ge)

    def operate(self, op: Any, *other: Any, **kw: Any) -> Any:
        return self._build(op, *other, **kw)

    def reverse_operate(self, op: Any, other: Any, **kw: Any) -> Any:
        return self._build(op, other, reverse=True, **kw)

    # Set by comparator.py, and by expressions.py: `CAST(a AS type)`.
    _build: ClassVar[Callable[..., Any]]
    cast: ClassVar[Callable[..., Any]]

    comparator: Any = property(lambda self: self, doc="What defines the operators.")
    expression: Any = property(lambda self: self, doc="The column, as ORM attributes have it.")

    def __getattr__(self, key: str) -> Any:
        refuse_method(type(self), key)
        raise AttributeError(
            f"Neither {type(self).__name__!r} object nor 'Comparator' object has an attribute "
            f"{key!r}"
        )

    def structure(self, binds: Binds) -> Hashable:
        """The same, and the type."""
        return self.type.cache_id, super().structure(binds)

    def self_group(self, against: Any = None) -> Any:
        operator = self._groups_as
        if operator is not None:
            return Grouping(self) if operators.is_precedent(operator, against) else self
        if (
            against is operators.and_ or against is operators.or_ or against is operators.asbool
        ) and self.type._type_affinity is sqltypes.Boolean:
            return AsBoolean(self, operators.is_true, operators.is_false)
        return self

    def _negate(self) -> Any:
        if self.type._type_affinity is sqltypes.Boolean:
            return AsBoolean(self, operators.is_false, operators.is_true)
        return super()._negate()

    # -- where we come from --------------------------------------------------------------------

    @property
    def proxy_set(self) -> set[Any]:
        """This column and all columns that it stands for."""
        found = {self._deannotated}
        for proxied in self._proxies:
            found |= proxied.proxy_set
        return found

    def shares_lineage(self, othercolumn: Any) -> bool:
        """Whether both come from the same column."""
        return not self.proxy_set.isdisjoint(othercolumn.proxy_set)

    # -- labels --------------------------------------------------------------------------------

    def label(self, name: str | None) -> Label:
        """This under another name: `... AS name`."""
        return Label(name, self, self.type)

    @property
    def _anon_name_label(self) -> AnonymousName:
        return self._anonymous(getattr(self, "name", None))

    def _anonymous(self, base: Any, repetition: int = 0) -> AnonymousName:
        """A name like `base`. repetition: how often the statement has this column before."""
        identity: Any = hash(self)
        base = base or "anon"
        if repetition:
            identity, base = f"{identity}+{repetition}", base + "_"
        return AnonymousName.of(identity, base)

    def _make_proxy(self, selectable: Any, name: Any = None, key: Any = None) -> Any:
        """The column that stands for us in a subquery: (key, column)."""
        if name is not None:
            key = name
        elif key is None:
            key = self._proxy_key
        name = self._anon_name_label if name is None else name
        column = ColumnClause(name, self.type, _selectable=selectable)
        column._proxies = (self,)
        return key, column

    @property
    def _proxy_key(self) -> Any:
        """Our key in the `.c` of a subquery: for a mapped attribute, its own."""
        key = self._annotations.get("proxy_key") or self.key or self._bind_name
        return None if isinstance(key, AnonymousName) else key

    _tq_key_label: Any = delegate("_proxy_key")

    def _bind_plain(self, operator: Any, value: Any) -> Any:
        """A bind parameter for a plain value on the other side of an operator."""
        return bind_for(self, operator, value)


# -- bind parameters -------------------------------------------------------------------------------


# Characters that are stripped from a parameter's name before it gets its number.
_NOT_AROUND_NAMES = "_%() $"


class BindParameter(ColumnElement):
    """A value that travels beside the SQL text.

    unique: its name gets a number. required: a value must be given at execution. callable: returns
    the value at execution, if it is set. expanding: the value is a list, written out at execution,
    for expand_op: IN or NOT IN.
    """

    __visit_name__ = "bindparam"

    _is_bind_parameter = True
    # Most parameters are literals, and use these defaults.
    unique: bool = True
    required: bool = False
    callable: Any = None
    expanding: bool = False
    expand_op: Any = None
    # A value of VALUES or SET, named after its column.
    _is_crud = False

    def __init__(
        self,
        key: Any,
        value: Any = NO_ARG,
        type_: Any = None,
        unique: bool = False,
        required: Any = NO_ARG,
        callable_: Any = None,
        expanding: bool = False,
    ) -> None:
        if required is NO_ARG:
            required = value is NO_ARG and callable_ is None
        if value is NO_ARG:
            value = None
        if not key:
            unique, key = True, "param"
        elif not isinstance(key, str):
            raise TypeError(f"expected string or bytes-like object, got {type(key).__name__!r}")
        self._orig_key = key
        self.value = value
        if type_ is None:
            sample = value[0] if expanding and value else value
            type_ = sqltypes.type_of_literal(sample)
        self.type = type_() if isinstance(type_, type) else type_
        self.unique = unique
        self.required = required
        self.callable = callable_
        self.expanding = expanding

    @property
    def key(self) -> Any:
        """The name; the compiler completes a unique one."""
        base = self._orig_key
        if not self.unique:
            return base
        base = "param" if isinstance(base, AnonymousName) else base.strip(_NOT_AROUND_NAMES)
        return AnonymousName.of(id(self), base)

    @property
    def effective_value(self) -> Any:
        """The value, or what the callable returns."""
        return self.value if self.callable is None else self.callable()

    @classmethod
    def _make(cls, base: Any, value: Any, type_: Any) -> BindParameter:
        """A literal, made without any checks."""
        bind = cls.__new__(cls)
        bind._orig_key = base
        bind.value = value
        bind.type = type_
        return bind

    def _with_value(self, value: Any) -> BindParameter:
        type_ = sqltypes.type_of_literal(value) if self.type._is_null else self.type
        return self._with(value=value, type=type_, required=False)

    def _with_expanding(self, operator: Any) -> Any:
        return self._with(expanding=True, expand_op=operator)

    def structure(self, binds: Binds) -> Hashable:
        binds.append(self)
        name = self._orig_key if self.unique else (self._orig_key,)
        if self.expanding:
            return self.type.cache_id, name, self.expand_op
        return self.type.cache_id, name

    _from_objects: Any = ()

    def __repr__(self) -> str:
        return f"BindParameter({self.key!r}, {self.value!r}, type_={self.type!r})"


def bind_for(left: Any, operator: Any, value: Any, expanding: bool = False) -> BindParameter:
    """The bind parameter for a plain value on the right of `left`."""
    # In the body of a declarative class a column has no name yet.
    base = (left.key if left._is_column_clause else left._bind_name) or "param"
    sample = next(iter(value), None) if expanding else value
    type_ = left.type.coerce_compared_value(operator, sample)
    bind = BindParameter._make(base, value, type_)
    if expanding:
        bind.expanding, bind.expand_op = True, operator
    return bind


# -- constants and text ----------------------------------------------------------------------------


class Null(ColumnElement):
    """NULL."""

    __visit_name__ = "null"


class False_(ColumnElement):
    """False."""

    __visit_name__ = "false"
    type = sqltypes.BOOLEANTYPE

    def _negate(self) -> Any:
        return TRUE


class True_(ColumnElement):
    """True."""

    __visit_name__ = "true"
    type = sqltypes.BOOLEANTYPE

    def _negate(self) -> Any:
        return FALSE


NULL = Null()
TRUE = True_()
FALSE = False_()


def null() -> Null:
    """NULL."""
    return NULL


def true() -> True_:
    """The constant true; 1 where the database has no booleans."""
    return TRUE


def false() -> False_:
    """The constant false; 0 where the database has no booleans."""
    return FALSE


def constant_of(value: Any) -> Any:
    """NULL, true or false for None, True and False; None for anything else."""
    if value is None:
        return NULL
    return TRUE if value is True else FALSE if value is False else None


class TextClause(Executable):
    """SQL as the learner wrote it, with `:name` for bind parameters."""

    __visit_name__ = "textclause"
    _facts = ("text",)
    _parts = ("_binds",)
    _is_text_clause = True
    is_text = True
    _render_label_in_columns_clause = False
    key = None
    type: Any = sqltypes.NULLTYPE
    bind: Any = None  # the engine given to text()

    def __init__(self, text: str, bind: Any = None) -> None:
        if not isinstance(text, str):
            raise TypeError(f"expected string or bytes-like object, got {type(text).__name__!r}")
        self.bind = bind
        self._pieces = split_bind_names(text)
        names = dict.fromkeys(self._pieces[1::2])
        self._binds = tuple([BindParameter(name, unique=False) for name in names])
        self.text = text

    @property
    def _bindparams(self) -> dict[str, BindParameter]:
        return {bind._orig_key: bind for bind in self._binds}

    def bindparams(self, *binds: Any, **names_to_values: Any) -> TextClause:
        """A copy with values, or whole BindParameters, for the names in the text."""
        known = self._bindparams
        for name in (*[bind._orig_key for bind in binds], *names_to_values):
            if name not in known:
                raise exc.ArgumentError(
                    f"This text() construct doesn't define a bound parameter named {name!r}"
                )
        known.update((bind._orig_key, bind) for bind in binds)
        for name, value in names_to_values.items():
            known[name] = known[name]._with_value(value)
        return self._with(_binds=tuple(known.values()))

    # The text as a SELECT whose columns are declared: set by select.py, see TextualSelect there.
    columns: ClassVar[Callable[..., Any]]

    def __and__(self, other: Any) -> Any:  # there is no `|`, as in the original
        return and_(self, other)

    def self_group(self, against: Any = None) -> Any:
        return Grouping(self) if against is operators.in_op else self


def split_bind_names(text: str) -> list[str]:
    """`a = :x` as `["a = ", "x", ""]`: text and names in turn.

    A name begins after a colon that follows neither a colon, a backslash nor a word character,
    and does not run into another colon: `'12:30'` and `a::int` are text.
    """
    pieces: list[str] = []
    start = position = 0
    while (colon := text.find(":", position)) >= 0:
        end = position = colon + 1
        while end < len(text) and _is_word(text[end]):
            end += 1
        before, after = text[max(colon - 1, 0) : colon], text[end : end + 1]
        if end > position and not _is_word(before) and before not in (":", "\\") and after != ":":
            pieces += [text[start:colon], text[position:end]]
            start = end
        position = end
    return [*pieces, text[start:]]


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def text(text: str, bind: Any = None) -> TextClause:
    """SQL as it is written, with `:name` for bind parameters."""
    return TextClause(text, bind)


# -- lists and logic -------------------------------------------------------------------------------


class ClauseList(ClauseElement):
    """Several elements with an operator between them, by default a comma."""

    __visit_name__ = "clauselist"
    _parts = ("clauses",)
    type: Any = sqltypes.NULLTYPE

    def __init__(
        self, *clauses: Any, operator: Any = operators.comma_op, group: bool = True
    ) -> None:
        self.operator = operator
        self.group = group
        self.clauses = clauses

    def __iter__(self) -> Iterator[Any]:
        return iter(self.clauses)

    def __len__(self) -> int:
        return len(self.clauses)

    def self_group(self, against: Any = None) -> Any:
        if self.clauses and self.group and operators.is_precedent(self.operator, against):
            return Grouping(self)
        return self

    def structure(self, binds: Binds) -> Hashable:
        return (self.operator, *[clause.structure(binds) for clause in self.clauses])


class BooleanClauseList(ClauseList, ColumnElement):
    """Conditions joined by AND or OR."""

    type = sqltypes.BOOLEANTYPE
    _is_implicitly_boolean = True
    _hides_entities = True
    _negate = ClauseElement._negate


def join_conditions(operator: Operator, clauses: Iterable[Any]) -> Any:
    """AND or OR of several conditions; constants are folded, lists of the same operator joined."""
    neutral, decisive = (TRUE, FALSE) if operator is operators.and_ else (FALSE, TRUE)
    kept: list[Any] = []
    last: Any = None
    for clause in clauses:
        last = clause if isinstance(clause, ColumnElement) else as_condition(clause)
        if last is decisive:
            return decisive.self_group(against=operators.asbool)
        if last is not neutral:
            kept.append(last)
    if len(kept) > 1:
        return BooleanClauseList(*_flattened(operator, kept), operator=operator)
    if last is None:
        name, value = operator.__name__, neutral is TRUE
        exc.warn_deprecated(
            f"Invoking {name}() without arguments is deprecated, and will be disallowed in a "
            f"future release.   For an empty {name}() construct, use {name}({value}, *args)."
        )
        return BooleanClauseList(operator=operator)
    return (kept[0] if kept else last).self_group(against=operators.asbool)


def _flattened(operator: Operator, clauses: list[Any]) -> Iterator[Any]:
    for clause in clauses:
        is_list = isinstance(clause, ClauseList) and clause.operator is operator
        if is_list and not clause._annotations:
            yield from clause.clauses
        else:
            yield clause.self_group(against=operator)


def _all_of(clauses: tuple[Any, ...]) -> Iterable[Any]:
    """The conditions, or those in a generator given instead."""
    if len(clauses) == 1 and isinstance(clauses[0], GeneratorType):
        return clauses[0]
    return clauses


def and_(*clauses: Any) -> Any:
    """All of the conditions."""
    return join_conditions(operators.and_, _all_of(clauses))


def or_(*clauses: Any) -> Any:
    """At least one of the conditions."""
    return join_conditions(operators.or_, _all_of(clauses))


def not_(clause: Any) -> Any:
    """The negation of a condition."""
    return as_expression(clause)._negate()


# -- operators applied -----------------------------------------------------------------------------


class UnaryExpression(ColumnElement):
    """An operator with one operand, before it or after it."""

    __visit_name__ = "unary"
    modifier: Any = None
    _parts = ("element",)
    _facts = ("operator", "modifier")
    _groups_as: Any = delegate("operator")

    def __init__(
        self, element: Any, operator: Any = None, modifier: Any = None, type_: Any = None
    ) -> None:
        self.operator = operator
        self.modifier = modifier
        self.element = element.self_group(against=operator or modifier)
        self.type = sqltypes.to_instance(type_)

    # Whether it gets a label between SELECT and FROM even outside a subquery.
    wraps_column_expression = False

    def _negate(self) -> Any:
        is_boolean = self.type._type_affinity is sqltypes.Boolean
        type_ = sqltypes.BOOLEANTYPE if is_boolean else None
        negated = UnaryExpression(self, operators.inv, type_=type_)
        negated.wraps_column_expression = self.wraps_column_expression
        negated._hides_entities = True
        return negated


class WrapsColumnExpression(ColumnElement):
    """What CAST and the like share: they are named after the expression that they wrap."""

    _wrapped: Any = delegate("element", "The expression.")

    @property
    def _label(self) -> Any:
        return getattr(self._wrapped, "_label", None)

    @property
    def _proxy_key(self) -> Any:
        wrapped = self._wrapped
        return None if wrapped._is_text_clause else wrapped._proxy_key

    @property
    def _anon_name_label(self) -> Any:
        wrapped = self._wrapped
        if wrapped._is_text_clause:
            return super()._anon_name_label
        return wrapped._own_name or wrapped._anon_name_label


class AsBoolean(WrapsColumnExpression, UnaryExpression):
    """A boolean column as a condition: itself, or `column = 1` where there are no booleans."""

    __visit_name__ = "as_boolean"
    _is_implicitly_boolean = True
    _hides_entities = True
    wraps_column_expression = True

    def __init__(self, element: Any, operator: Any, negate: Any) -> None:
        self.element = element
        self.operator = operator
        self.negate = negate
        self.type = sqltypes.BOOLEANTYPE

    self_group = ClauseElement.self_group

    def _negate(self) -> Any:
        if isinstance(self.element, (True_, False_)):
            return self.element._negate()
        return AsBoolean(self.element, self.negate, self.operator)


class BinaryExpression(ColumnElement):
    """An operator between two operands."""

    __visit_name__ = "binary"
    _parts = ("left", "right")
    modifiers: Any = None
    _groups_as: Any = delegate("operator")

    def __init__(
        self,
        left: Any,
        right: Any,
        operator: Any,
        type_: Any = sqltypes.NULLTYPE,
        negate: Any = None,
        modifiers: Any = None,
    ) -> None:
        self.left = left.self_group(operator) if left._groups else left
        self.right = right.self_group(operator) if right._groups else right
        self.operator = operator
        self.type = type_
        self.negate = negate
        if modifiers:
            self.modifiers = modifiers

    def __bool__(self) -> bool:
        # Columns are used in sets and dictionaries, where Python tests whether two are equal.
        if self.operator is not operators.eq and self.operator is not operators.ne:
            return super().__bool__()
        is_same = hash(self.left._ungroup()) == hash(self.right._ungroup())
        return is_same is (self.operator is operators.eq)

    _is_implicitly_boolean: Any = delegate("operator.is_comparison")

    def _negate(self) -> Any:
        negated = self.negate
        if negated is None:
            return super()._negate()
        right = self.right
        if right._is_bind_parameter and right.expanding:
            right = right._with_expanding(negated)
        return BinaryExpression(self.left, right, negated, self.type, self.operator, self.modifiers)

    def structure(self, binds: Binds) -> Hashable:
        left = self.left._fixed_structure
        if left is None:
            left = self.left.structure(binds)
        right = self.right
        if right.__class__ is BindParameter and right.unique and not right.expanding:
            binds.append(right)  # FASTPATH: as in BindParameter.structure()
            key: Any = right.type.cache_id, right._orig_key
        else:
            key = right.structure(binds)
        if self.modifiers:
            return (
                self.operator,
                self.type.cache_id,
                left,
                key,
                tuple(sorted(self.modifiers.items())),
            )
        return self.operator, self.type.cache_id, left, key


class Grouping(ColumnElement):
    """Parentheses."""

    __visit_name__ = "grouping"
    _parts = ("element",)

    def __init__(self, element: Any) -> None:
        self.element = element
        self.type = element.type

    self_group = ClauseElement.self_group

    def _ungroup(self) -> Any:
        return self.element._ungroup()

    _bind_name: Any = delegate("element._bind_name")
    _is_implicitly_boolean: Any = delegate("element._is_implicitly_boolean")

    @property
    def _label(self) -> Any:
        element = self.element
        return element._label or element._anon_name_label if element._is_column_element else None

    @property
    def _proxies(self) -> Any:
        return (self.element,) if self.element._is_column_element else ()


class Label(ColumnElement):
    """An expression under a name: `expression AS name`."""

    __visit_name__ = "label"
    _parts = ("_element",)
    _element: Any

    def __init__(self, name: Any, element: Any, type_: Any = None) -> None:
        if isinstance(element, Label):
            element = element._element
        base = getattr(element, "name", None) or "anon"
        self.name = self.key = name or AnonymousName.of(id(self), base)
        self._element = element
        self._type = type_

    _label: Any = delegate("name")
    _own_name = _label

    @property
    def _tq_key_label(self) -> Any:
        return self._annotations.get("proxy_key", self.key)

    _is_implicitly_boolean: Any = delegate("_element._is_implicitly_boolean")
    primary_key: Any = delegate("_element.primary_key", "Of the expression.")
    foreign_keys: Any = delegate("_element.foreign_keys", "Of the expression.")

    @property
    def type(self) -> Any:
        """The expression's, unless another was given."""
        type_ = self._type
        return self._element.type if type_ is None else sqltypes.to_instance(type_)

    @property
    def element(self) -> Any:
        """The expression, in parentheses if AS asks for them."""
        return self._element.self_group(against=operators.as_)

    @property
    def _proxies(self) -> Any:
        return (self._element,)

    def self_group(self, against: Any = None) -> Any:
        inner = self._element.self_group(against=against)
        return self if inner is self._element else Label(self.name, inner, self._type)

    def _negate(self) -> Any:
        return Label(self.name, self._element._negate(), self._type)

    def _make_proxy(self, selectable: Any, name: Any = None, key: Any = None) -> Any:
        if isinstance(name, AnonymousName) and not isinstance(self.name, AnonymousName):
            raise exc.InvalidRequestError(
                f"Label name {self.name} is being renamed to an anonymous label due to "
                "disambiguation which is not supported right now.  Please use unique names for "
                "explicit labels."
            )
        name = name or self.name
        _, column = self._element._make_proxy(selectable, name)
        column.is_literal = False
        column._proxies = (*column._proxies, self)
        if self._type is not None:
            column.type = self.type
        return self.key, column

    def structure(self, binds: Binds) -> Hashable:
        name: Any = self.name
        if isinstance(name, AnonymousName):
            name = binds.number(self)[0]
        own_type = None if self.type is self._element.type else self.type.cache_id
        return ("label", name, own_type, self._element.structure(binds))


class ColumnClause(ColumnElement):
    """A column by its name: column("x"), or one of a FROM object; literal_column("now()")."""

    __visit_name__ = "column"
    _is_column_clause = True
    _groups = False
    default: Any = None  # as the next two, what a table's column may have
    onupdate: Any = None
    server_default: Any = None

    def __init__(
        self, text: Any, type_: Any = None, is_literal: bool = False, _selectable: Any = None
    ) -> None:
        self.key = self.name = text
        self.table = _selectable
        self.type = sqltypes.to_instance(type_)
        self.is_literal = is_literal
        self._proxies = ()

    _bind_name: Any = delegate("key")
    _own_name: Any = delegate("name")
    description: Any = delegate("name", "The name.")

    @property
    def _render_label_in_columns_clause(self) -> bool:  # type: ignore[override]
        return self.table is not None

    @property
    def _label(self) -> Any:
        """`table_column`, the label in the old style of SELECT."""
        return None if self.is_literal else self._qualified(self.name)

    @property
    def _tq_key_label(self) -> Any:
        key = self._proxy_key
        return self._label if key is None or self.is_literal else self._qualified(key)

    def _qualified(self, name: Any) -> Any:
        table = self.table
        if table is None or not table.named_with_column:
            return name
        base: Any = table.name + "_" + name
        if table.schema and not isinstance(table.name, AnonymousName):
            base = f"{table.schema.replace('.', '_')}_{base}"
        # users.id_x and a table users_id with a column x would get one label.
        label, number = base, 0
        while label in table.c:
            number += 1
            label = f"{base}_{number}"
        return label

    @property
    def _from_objects(self) -> list[Any]:
        return [] if self.table is None else [self.table]

    def _make_proxy(self, selectable: Any, name: Any = None, key: Any = None) -> Any:
        is_literal = self.is_literal and name in (None, self.name)
        column = ColumnClause(name or self.name, self.type, is_literal, selectable)
        column._proxies = (self,)
        if name is None:
            column.key = self.key
        return column.key, column

    def structure(self, binds: Binds) -> Hashable:
        table = self.table
        return (
            "column",
            None if table is None else table.structure(binds),
            binds.number(self)[0] if isinstance(self.key, AnonymousName) else self.key,
            self.is_literal,
            self.type.cache_id,
        )


def column(text: str, type_: Any = None, is_literal: bool = False) -> ColumnClause:
    """A column by its name, without a table."""
    return ColumnClause(text, type_, is_literal)


def literal_column(text: str, type_: Any = None) -> ColumnClause:
    """A piece of SQL that is written as it is and can be used like a column."""
    return ColumnClause(text, type_, is_literal=True)


def label(name: Any, element: Any, type_: Any = None) -> Label:
    """An expression under a name."""
    return Label(name, as_expression(element), type_)


def literal(value: Any, type_: Any = None) -> BindParameter:
    """A plain value as an expression.

    Raises: ArgumentError: it is an expression already.
    """
    if is_sql(value):
        raise not_expected("Literal Python value", value)
    return BindParameter(None, value, type_=type_, unique=True)


def bindparam(key: Any, value: Any = NO_ARG, type_: Any = None, **kw: Any) -> BindParameter:
    """A named bind parameter."""
    return BindParameter(key, value, type_, **kw)


class TextualLabelReference(ColumnElement):
    """A string in ORDER BY or GROUP BY: the name of a selected column; or_text: else SQL text."""

    __visit_name__ = "textual_label_reference"
    _facts = ("element", "or_text")

    def __init__(self, element: str, or_text: bool = False) -> None:
        self.element = element
        self.or_text = or_text


class CollationClause(ColumnElement):
    """The name after COLLATE."""

    __visit_name__ = "collation"
    _facts = ("collation",)

    def __init__(self, collation: str) -> None:
        self.collation = collation


# -- from what a learner wrote to an element -------------------------------------------------------


def clause_of(thing: Any) -> Any:
    """The element that a thing is or stands for (`__clause_element__`); None for plain values."""
    if isinstance(thing, ClauseElement):
        return thing
    while not isinstance(thing, type):
        give = getattr(thing, "__clause_element__", None)
        if give is None:
            return None
        thing = give()
        if isinstance(thing, ClauseElement):
            return thing
    # A class itself stands for nothing; a mapped one has its Mapper.
    give = getattr(inspect(thing, raiseerr=False), "__clause_element__", None)
    return None if give is None else give()


def sql_of(value: Any) -> Any:
    """As clause_of(), of what is to be written: a class is a plain value, too."""
    return clause_of(value) if is_sql(value) else None


def is_sql(thing: Any) -> bool:
    """Whether a thing is an element or stands for one, and is not a plain value."""
    return isinstance(thing, ClauseElement) or hasattr(thing, "__clause_element__")


def element_or_constant(thing: Any) -> Any:
    """As clause_of(), and an element for None, True and False."""
    element = clause_of(thing)
    return constant_of(thing) if element is None else element


def given_clause(thing: Any, role: str, *kinds: str) -> Any:
    """The element that a thing is.

    kinds: flags of elements, of which it must have one; if there are none, any element will do.
    Raises: ArgumentError: it is plain, or has no such flag; role: what is expected.
    """
    element = clause_of(thing)
    if element is None or (kinds and not any(getattr(element, kind) for kind in kinds)):
        raise not_expected(role, thing, element=element)
    return element


def as_expression(thing: Any, type_: Any = None, name: str = "param") -> Any:
    """An operand: an element, or a plain value as a bind parameter.

    type_: for a plain value, if not its own. name: of its parameter.
    Raises: ArgumentError: it is a whole table.
    """
    element = clause_of(thing)
    if element is not None:
        return as_operand(element, _OPERAND, given=thing)
    if thing is None:
        return NULL
    try:
        return BindParameter._make(name, thing, type_ or sqltypes.type_of_literal(thing))
    except exc.ArgumentError as error:
        raise not_expected(_OPERAND, thing) from error


_OPERAND = "SQL expression element"
_ADVICE = (
    " To create a column expression from a FROM clause row as a whole, use the .table_valued() "
    "method."
)


def as_operand(
    element: Any,
    role: str = "SQL expression element or literal value",
    *,
    given: Any,
    advice: str = _ADVICE,
) -> Any:
    """An element where a value is expected: a SELECT becomes a scalar subquery.

    role, given, advice: for the error, what was expected, what was written and what to do.
    Raises: ArgumentError: a table.
    """
    if element._is_column_element or element._is_text_clause or isinstance(element, ClauseList):
        return element
    if element.is_select:
        return implicit_scalar(element)
    if element._is_subquery:
        return implicit_scalar(element.element)
    advised = given is element and element._is_from_clause
    raise not_expected(role, given, advice if advised else "")


# Where a lambda may stand, SQLAlchemy has an error of its own for a method that was not called.
_ROLES_OF_FUNCTIONS = (
    *("SQL expression for", "Column expression or", "FROM expression", "Join target"),
    *("ORDER BY expression", "GROUP BY expression", "SELECT construct", "subject table"),
)


def not_expected(
    role: str, given: Any, advice: str = "", element: Any = None, **kw: Any
) -> exc.ArgumentError:
    """The error for something in a wrong place; role: what belongs there.

    element: what `given` stands for; not mentioned where a class stands for its table. A function
    is called, as in the original.
    Raises: NotImplementedError: it can be called. Whatever it raises itself.
    """
    if hasattr(given, "__code__") and role.startswith(_ROLES_OF_FUNCTIONS):
        if hasattr(given, "__func__"):
            return exc.ArgumentError(f"Method {given} may not be passed as a SQL expression")
        given()  # one that takes arguments says so
        raise NotImplementedError("a function in place of SQL is not in miniorm; SQLAlchemy has it")
    got = repr(given)
    stands_for = element is not None and element is not given
    if stands_for and not getattr(element, "_is_from_clause", False):
        got = f"{element!r} object resolved from {got} object"
    return exc.ArgumentError(f"{role} expected, got {got}.{advice}", **kw)


def implicit_scalar(statement: Any) -> Any:
    """A SELECT where a value is expected: it works, with a warning, as in the original."""
    exc.warn(
        "implicitly coercing SELECT object to scalar subquery; please use the .scalar_subquery() "
        "method to produce a scalar subquery."
    )
    return statement.scalar_subquery()


def no_text(value: str) -> exc.ArgumentError:
    """The error for a plain string where SQL is expected."""
    return exc.ArgumentError(
        f"Textual SQL expression {shortened(value)!r} should be explicitly declared as "
        f"text({shortened(value)!r})"
    )


def shortened(text: str) -> str:
    """A learner's text as messages quote it: at most 25 characters."""
    return text if len(text) <= 25 else f"{text[:25]}..."


def no_select(role: str, given: Any, statement: Any) -> exc.ArgumentError:
    """The error for a SELECT, or a Query, in a wrong place; `given` stands for it."""
    if not isinstance(statement, ClauseElement):
        return not_expected(role, given, "", statement)
    advice = (
        f" To create a FROM clause from a {type(statement)} object, use the .subquery() method."
    )
    return not_expected(role, given, advice, statement, code="89ve")


def as_condition(thing: Any, role: str = "SQL expression for WHERE/HAVING role") -> Any:
    """A condition of WHERE, HAVING, ON, and_().

    Raises: ArgumentError: a string, a plain value, a table.
    """
    element = element_or_constant(thing)
    if element is not None:
        return as_operand(element, role, given=thing, advice="")
    raise no_text(thing) if isinstance(thing, str) else not_expected(role, thing)


def as_sorting(thing: Any, role: str) -> Any:
    """An expression of ORDER BY or GROUP BY; a string is the name of a selected column.

    Raises: ArgumentError: a plain value.
    """
    if isinstance(thing, str):
        return TextualLabelReference(thing)
    element = clause_of(thing)
    if role == "GROUP BY" and element is not None and element._is_from_clause:
        return ClauseList(*element.c)
    return as_condition(thing, f"{role} expression")


publish(globals(), "sqlalchemy.sql.elements")
