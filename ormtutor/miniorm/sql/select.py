"""Select: the SELECT statement, UNION and the like, and what is made of them.

Before: selectable.py has what stands in FROM, labels.py names the selected columns.
Here:   Select, CompoundSelect, TextualSelect; ScalarSelect and Exists, which are expressions.
After:  compiler.py writes them; orm/context.py makes Selects of queries.

A statement does not change: every method returns a new one. Only what was asked for is stored in
the instance (the class has the defaults), so a copy is one small dictionary.

The file is one thing: a SELECT, its use as a value and its use in UNION refer to one another.

Follows: SQLAlchemy 1.4, "SELECT and Related Constructs".
"""

from __future__ import annotations

from collections import namedtuple
from contextlib import suppress

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import known_as, publish, show_as_own
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.leftout import leave_out, refuse_arguments
from ormtutor.miniorm.sql import elements, operators
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.columns import ColumnCollection, ImmutableColumnCollection
from ormtutor.miniorm.sql.elements import (
    BindParameter,
    ClauseElement,
    ColumnClause,
    ColumnElement,
    Executable,
    Generative,
    UnaryExpression,
    as_condition,
    as_sorting,
    clause_of,
    constant_of,
    delegate,
    froms_of,
    given_clause,
    join_conditions,
    not_expected,
    structure_of,
)
from ormtutor.miniorm.sql.labels import ColumnNamer, KeyNamer, SelectedColumn
from ormtutor.miniorm.sql.naming import symbol
from ormtutor.miniorm.sql.selectable import (
    CTE,
    LABEL_STYLE_DEFAULT,
    LABEL_STYLE_DISAMBIGUATE_ONLY,
    LABEL_STYLE_NONE,
    LABEL_STYLE_TABLENAME_PLUS_COL,
    FromClause,
    Join,
    Subquery,
    as_from,
    can_join,
)
from ormtutor.miniorm.sql.traversal import adapt, cache_key, iterate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from typing import Any, ClassVar

    from ormtutor.miniorm.sql.selectable import Keyed
    from ormtutor.miniorm.sql.traversal import Binds

    Froms = Iterable[FromClause] | None


# -- from what a learner wrote ---------------------------------------------------------------------


def as_selected(thing: Any) -> Any:
    """An argument of select(): an expression, or a FROM object for all its columns.

    Raises: ArgumentError: it is a string, or not SQL.
    """
    element = clause_of(thing)
    if element is not None:
        if element.is_select:
            raise elements.no_select(SELECTED, thing, element)
        is_expression = element._is_column_element or isinstance(element, elements.ClauseList)
        if not (is_expression or element._is_from_clause or element._is_text_clause):
            raise not_expected(SELECTED, thing)
        return element
    if thing is None or thing is True or thing is False:
        return constant_of(thing)
    if isinstance(thing, str) and thing != "*":
        raise _no_text_column(thing)
    if isinstance(thing, (str, int, float, complex)) or type(thing).__name__ == "Decimal":
        return ColumnClause(str(thing), is_literal=True)
    raise not_expected(SELECTED, thing)


# What messages call it.
SELECTED = "Column expression or FROM clause"


def _no_text_column(text: str) -> exc.ArgumentError:
    plain = bool(text) and (text[0].isalnum() or text[0] == "_") and len(text.split()) == 1
    better = "column" if plain else "literal_column"
    text = elements.shortened(text)
    return exc.ArgumentError(
        f"Textual column expression {text!r} should be explicitly declared with text({text!r}), "
        f"or use {better}({text!r}) for more specificity"
    )


class _Number(BindParameter):
    """A plain number after LIMIT or OFFSET, with which slice() can calculate."""


def as_limit(value: Any) -> Any:
    """The number after LIMIT or OFFSET, as a bind parameter unless it is an expression."""
    if value is None:
        return None
    element = None if isinstance(value, type) else clause_of(value)
    if element is None:
        return _Number._make("param", int(value), sqltypes.INTEGERTYPE)
    if element._is_column_element:
        return element
    raise not_expected("LIMIT / OFFSET expression", value, element=element)


def _as_prefix(thing: Any) -> Any:
    if isinstance(thing, str):
        return elements.TextClause(thing)
    element = elements.element_or_constant(thing)
    if element is None or not (element._is_column_element or element._is_text_clause):
        raise not_expected("statement sub-expression element", thing, element=element)
    return element


# -- statements ------------------------------------------------------------------------------------


class Statement(Executable):
    """A statement that does not change: every method returns a changed copy."""

    __module__ = "sqlalchemy.sql.base"
    _with_options: tuple[Any, ...] = ()
    _prefixes: tuple[Any, ...] = ()

    @known_as("Executable.options")
    def options(self, *options: Any) -> Any:
        """Keep options for whoever executes; Core ignores those of the ORM.

        Raises: ArgumentError: something is not an option.
        """
        for option in options:
            if not hasattr(option, "_is_legacy_option"):
                role = "ExecutionOption Core or ORM object"
                raise not_expected(role, option, element=clause_of(option))
        return self._with(_with_options=(*self._with_options, *options))

    def prefix_with(self, *prefixes: Any, **left_out: Any) -> Any:
        """Words after SELECT, INSERT, UPDATE or DELETE."""
        refuse_arguments("HasPrefixes.prefix_with", left_out, "dialect")
        return self._with(_prefixes=(*self._prefixes, *map(_as_prefix, prefixes)))

    def _annotate(self, values: dict[str, Any]) -> Any:
        return self._with(_annotations={**self._annotations, **values})


def attribute_of(namespace: Any, from_: Any, key: str) -> Any:
    """The attribute that a name in filter_by() means.

    Raises: InvalidRequestError: there is no such attribute.
    """
    try:
        return getattr(namespace, key)
    except AttributeError as error:
        raise exc.InvalidRequestError(
            f'Entity namespace for "{from_}" has no property "{key}"'
        ) from error


def namespace_in(element: Any) -> Any:
    """The first thing in an element in which filter_by() can look names up, or None."""
    for part in iterate(element):
        source = part._annotations.get("parententity", part)
        if source is part is not element and part._is_from_clause:
            continue  # that of an EXISTS comes after its columns
        if part._is_column_clause and source is part:
            source = part.table
        if part._is_function:
            namespace = namespace_in(part.clause_expr)
        else:
            namespace = getattr(source, "entity_namespace", None)
        if namespace is not None:
            return namespace
    return None


class HasWhere(Generative):
    """What SELECT, UPDATE and DELETE share: WHERE."""

    _where_criteria: tuple[Any, ...] = ()
    _filter_by_namespace: Callable[[], tuple[Any, Any]]

    def __init_subclass__(cls) -> None:
        """Python's errors name the class whose method was called with wrong arguments."""
        if HasWhere in cls.__bases__:
            show_as_own(cls, "where filter filter_by")

    def where(self, *whereclause: Any) -> Any:
        """Only the rows for which all conditions hold, those of earlier calls included."""
        added = [as_condition(each) for each in whereclause]
        return self._with(_where_criteria=(*self._where_criteria, *added))

    def filter(self, *criteria: Any) -> Any:
        """The same as where()."""
        return self.where(*criteria)

    def filter_by(self, **kwargs: Any) -> Any:
        """Conditions `name = value` on what was joined last, or else selected first."""
        namespace, from_ = self._filter_by_namespace()
        return self.where(
            *[attribute_of(namespace, from_, key) == value for key, value in kwargs.items()]
        )

    @property
    def whereclause(self) -> Any:
        """All conditions as one, or None."""
        criteria = self._where_criteria
        return join_conditions(operators.and_, criteria) if criteria else None


class SelectBase(Statement):
    """What returns rows: SELECT, UNION, a text whose columns are known."""

    is_selectable = True
    is_select = True
    _hides_entities = True
    # Whether it gets parentheses as a part of a UNION.
    _in_parentheses = False
    _label_style: Any = LABEL_STYLE_DEFAULT
    _raw_columns: Any

    def _compiler(self, dialect: Any, **kw: Any) -> Any:
        """The compiled form, taken from the dialect's cache if there is one for the structure.

        FASTPATH: 30 for 260 us, a query of two joins and three criteria. Only for compile() without
        further arguments; and a statement that warned is not kept, so that it warns again.
        """
        if kw:
            return super()._compiler(dialect, **kw)
        key, binds = cache_key(self, warns=False)
        known = dialect.compiled_selects.find(key)
        if known is not None:
            return known.of_statement(self, binds)
        warned = exc.Warned.count
        compiled = super()._compiler(dialect)
        if exc.Warned.count == warned:
            dialect.compiled_selects.keep(key, compiled)
        return compiled

    # -- columns -------------------------------------------------------------------------------

    @property
    def _all_selected_columns(self) -> list[ColumnElement]:
        return [column for element in self._raw_columns for column in element._select_iterable]

    @property
    def selected_columns(self) -> ColumnCollection:
        """The columns between SELECT and FROM, by the keys that a subquery would give them."""
        return ImmutableColumnCollection(
            (column.key, column.element) for column in self._named_columns()
        )

    exported_columns: Any = delegate("selected_columns")

    def _named_columns(self) -> list[SelectedColumn]:
        named = map(ColumnNamer(self._label_style).name, self._all_selected_columns)
        return [column for column in named if not column.element._is_text_clause]

    @property
    def _implicit_subquery(self) -> Any:
        owner, subquery = self.__dict__.get("_implicit", (None, None))
        if owner is not self:  # we are a changed copy
            subquery = self.subquery()
            self._implicit = (self, subquery)
        return subquery

    @property
    @exc.deprecated(
        "The SelectBase.c and SelectBase.columns attributes are deprecated and will be removed in "
        "a future release; these attributes implicitly create a subquery that should be explicit.  "
        "Please call SelectBase.subquery() first in order to create a subquery, which then "
        "contains this attribute.  To access the columns that this SELECT object SELECTs from, use "
        "the SelectBase.selected_columns attribute."
    )
    def c(self) -> Any:
        """The columns of this as a subquery; better ask the subquery itself."""
        return self._implicit_subquery.c

    columns: Any = delegate("c")

    @property
    def inner_columns(self) -> Any:
        """The expressions between SELECT and FROM."""
        return iter(self._all_selected_columns)

    def _column_proxies(self, selectable: FromClause) -> list[Keyed]:
        return [
            column.element._make_proxy(selectable, name=column.label, key=column.key)
            for column in self._named_columns()
        ]

    # -- other things made of this -------------------------------------------------------------

    def subquery(self, name: str | None = None) -> Subquery:
        """This in parentheses, for FROM."""
        return Subquery._construct(self._for_subquery(), name)

    def alias(self, name: str | None = None) -> Subquery:
        """The same as subquery()."""
        return self.subquery(name=name)

    def _for_subquery(self) -> Any:
        if self._label_style is LABEL_STYLE_NONE:
            return self.set_label_style(LABEL_STYLE_DISAMBIGUATE_ONLY)
        return self

    def cte(self, name: str | None = None, recursive: bool = False) -> CTE:
        """This before the statement: WITH name AS (...)."""
        return CTE._construct(self, name, recursive=recursive)

    def scalar_subquery(self) -> ScalarSelect:
        """This as a value."""
        return ScalarSelect(self.set_label_style(LABEL_STYLE_NONE))

    @exc.deprecated_method("SelectBase.as_scalar", "Please refer to SelectBase.scalar_subquery().")
    def as_scalar(self) -> ScalarSelect:
        """The old name of scalar_subquery()."""
        return self.scalar_subquery()

    def label(self, name: Any) -> Any:
        """This as a value with a label."""
        return self.scalar_subquery().label(name)

    @exc.deprecated(
        "The SelectBase.select() method is deprecated and will be removed in a future release; "
        "this method implicitly creates a subquery that should be explicit.  Please call "
        "SelectBase.subquery() first in order to create a subquery, which then can be selected."
    )
    def select(self, *args: Any, **kw: Any) -> Any:
        """`SELECT` from this as a subquery."""
        return self._implicit_subquery.select(*args, **kw)

    def exists(self) -> Exists:
        """`EXISTS (this)`."""
        return Exists(self)

    def set_label_style(self, style: symbol) -> Any:
        """The same with another label style."""
        if self._label_style is style:
            return self
        return self._with(_label_style=style)

    def apply_labels(self) -> Any:
        """Label columns `table_column`."""
        return self.set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)


class Said(Generative):
    """What a SELECT may say beside its columns, be it a Query or a select().

    The attributes are the defaults, the methods those that are the same for both. The last four
    are the ORM's. _base: a union (or the like) that entities are read from. _eager: eager loading
    is wanted. _legacy: it is a Query. _of_query: it is, or was one; its rows have names of their
    own, and its DISTINCT adds the columns that it sorts by.
    """

    _raw_columns: Any = ()
    _where_criteria: tuple[Any, ...] = ()
    _from_obj: tuple[Any, ...] = ()
    _setup_joins: tuple[Any, ...] = ()
    _replaced: tuple[Replaced, ...] = ()
    _order_by_clauses: tuple[Any, ...] = ()
    _group_by_clauses: tuple[Any, ...] = ()
    _having_criteria: tuple[Any, ...] = ()
    _distinct = False
    _distinct_on: tuple[Any, ...] = ()
    _limit_clause: Any = None
    _offset_clause: Any = None
    _correlate: tuple[Any, ...] = ()
    _correlate_except: Any = None
    _auto_correlate = True
    _prefixes: tuple[Any, ...] = ()
    _with_options: tuple[Any, ...] = ()
    _base: Any = None
    _eager = True
    _legacy = _of_query = False

    def _check_no_statement(self, method: str) -> None:
        """A Query refuses `method` after from_statement(); a select() takes it at any time."""

    def limit(self, limit: Any) -> Any:
        """At most so many rows."""
        self._check_no_statement("limit")
        return self._with(_limit_clause=as_limit(limit))

    def offset(self, offset: Any) -> Any:
        """Without the first rows."""
        self._check_no_statement("offset")
        return self._with(_offset_clause=as_limit(offset))

    def slice(self, start: int | None, stop: int | None) -> Any:
        """LIMIT and OFFSET as in a Python slice, within those that are set already."""
        self._check_no_statement("slice")
        limit, offset = self._limit_clause, self._offset_clause
        if start is not None:
            before = 0 if offset is None else offset
            if isinstance(before, _Number):
                before = before.value
            before = before + start if start != 0 else before  # either may be an expression
            offset = as_limit(None if before == 0 else before)
        if stop is not None:
            limit = as_limit(stop if start is None else stop - start)
        return self._with(_limit_clause=limit, _offset_clause=offset)

    def order_by(self, *clauses: Any) -> Any:
        """Sort; None drops the sorting so far.

        A string is the name of a selected column; for a Query, one that cannot be a name is text().
        """
        return self._sorted("_order_by_clauses", clauses, "ORDER BY")

    def group_by(self, *clauses: Any) -> Any:
        """Group; None drops the grouping so far."""
        return self._sorted("_group_by_clauses", clauses, "GROUP BY")

    def _sorted(self, name: str, clauses: tuple[Any, ...], role: str) -> Any:
        if len(clauses) == 1 and clauses[0] is None:
            return self._with(**{name: ()})
        return self._with(**{name: getattr(self, name) + sorting(clauses, role)})

    def _correlated(self, name: str, fromclauses: tuple[Any, ...]) -> Any:
        """A copy with FROM objects for correlate() or correlate_except()."""
        froms: tuple[Any, ...] = ()
        if not fromclauses or not (fromclauses[0] is None or fromclauses[0] is False):
            froms = (getattr(self, name) or ()) + tuple(as_from(each) for each in fromclauses)
        return self._with(_auto_correlate=False, **{name: froms})

    def _first_namespace(self) -> tuple[Any, Any]:
        """Where filter_by() looks names up without a join, and what messages call it."""
        first = (self._from_obj or self._raw_columns)[0]
        return namespace_in(first), first

    def structure(self, binds: Binds) -> Hashable:
        """What decides the SQL text, and what the ORM makes of the rows."""
        columns = tuple([_column_structure(column, binds) for column in self._raw_columns])
        return type(self), columns, structure_of_said(self.__dict__, binds)


class GenerativeSelect(Said, SelectBase):
    """What SELECT and UNION share: ORDER BY, GROUP BY, LIMIT, OFFSET."""

    _parts: ClassVar[tuple[str, ...]] = (
        "_order_by_clauses",
        "_group_by_clauses",
        "_limit_clause",
        "_offset_clause",
    )

    @property
    def _has_row_limiting_clause(self) -> bool:
        return self._limit_clause is not None or self._offset_clause is not None


show_as_own(GenerativeSelect, "limit offset slice order_by group_by")


def sorting(clauses: Iterable[Any], role: str) -> tuple[ClauseElement, ...]:
    """The expressions of ORDER BY or GROUP BY."""
    return tuple([as_sorting(clause, role) for clause in clauses])


def _set_operation(keyword: str) -> Any:
    """A function that combines SELECTs; as a method, it begins with its own."""

    def combine(*selects: Any, **kw: Any) -> CompoundSelect:
        compound = CompoundSelect(keyword, *selects)
        return _with_arguments(compound, kw)  # type: ignore[no-any-return]

    name = "except_" if keyword == "EXCEPT" else keyword.lower().replace(" ", "_")
    combine.__name__ = combine.__qualname__ = name
    combine.__doc__ = f"`... {keyword} ...`."
    return combine


class CoreJoinStep(
    namedtuple(
        "CoreJoinStep",
        "target onclause left isouter full from_joinpoint made_once",
        defaults=(None, None, False, False, False, False),
    )
):
    """One join as it was called for; orm/joins.py has one that may go along a relationship.

    left: where join_from() starts. from_joinpoint, made_once: see orm/joins.py.
    """

    __slots__ = ()
    destination: Any = delegate("target")

    def structure(self, binds: Binds) -> Hashable:
        # For a program without the ORM: JoinStep in orm/joins.py has its own.
        return *[structure_of(part, binds) for part in self[:3]], self.isouter, self.full


class Replaced(namedtuple("Replaced", "columns joins options")):
    """Columns that others replaced, and the joins and options that were made with them."""

    __slots__ = ()

    def structure(self, binds: Binds) -> Hashable:
        """What decides the text."""
        return (
            *[_column_structure(each, binds) for each in self.columns],
            *[each.structure(binds) for each in self.joins],
            *[each.key for each in self.options],
        )


def replace_columns(statement: Said, columns: Sequence[Any]) -> None:
    """Keep the joins and options of a new statement together with the columns that it had.

    Even without any, it remains a statement of mapped classes if it was one.
    """
    replaced = Replaced(columns, statement._setup_joins, statement._with_options)
    statement._replaced = (*statement._replaced, replaced)
    statement.__dict__.update(_setup_joins=(), _with_options=())


class Select(HasWhere, GenerativeSelect):
    """A SELECT statement; see select()."""

    __visit_name__ = "select"

    _parts = (
        *("_from_obj", "_setup_joins", "_raw_columns", "_where_criteria", "_having_criteria"),
        *GenerativeSelect._parts,
        *("_correlate", "_correlate_except", "_prefixes", "_replaced"),
    )

    # Set by orm/context.py: the plain SELECT for one with mapped classes; for any other, itself.
    _plain_form: ClassVar[Callable[[Any, bool], Any]] = staticmethod(
        lambda statement, toplevel: statement
    )

    # Set by orm/joins.py, whose joins may go along a relationship.
    _join_step: ClassVar[Callable[..., Any]] = CoreJoinStep

    def __init__(self, *columns: Any, **kw: Any) -> None:
        self._raw_columns = [as_selected(column) for column in columns]

    @classmethod
    def _of_columns(cls, columns: list[Any]) -> Select:
        """A SELECT of elements, which are not checked."""
        made = cls.__new__(cls)
        made._raw_columns = columns
        return made

    # -- FROM ----------------------------------------------------------------------------------

    def get_final_froms(self) -> list[FromClause]:
        """The FROM objects that are written."""
        return FromList(self).displayed()

    @property
    @exc.deprecated(
        "The Select.froms attribute is moved to the Select.get_final_froms() method.", "1.4.23"
    )
    def froms(self) -> list[FromClause]:
        """The older spelling of get_final_froms()."""
        return self.get_final_froms()

    @property
    def _from_objects(self) -> list[FromClause]:
        return FromList(self).found

    @property
    def _implied_froms(self) -> list[Any]:
        return froms_of(self._raw_columns, self._where_criteria)

    def select_from(self, *froms: Any) -> Any:
        """Add FROM objects, even if no column comes from them."""
        return self._with(_from_obj=self._from_obj + tuple(as_from(each) for each in froms))

    def join(
        self, target: Any, onclause: Any = None, isouter: bool = False, full: bool = False
    ) -> Any:
        """JOIN a FROM object; without `onclause`, by the foreign keys."""
        return self.join_from(None, target, onclause, isouter, full)

    def join_from(
        self,
        from_: Any,
        target: Any,
        onclause: Any = None,
        isouter: bool = False,
        full: bool = False,
    ) -> Any:
        """JOIN, with an explicit left side."""
        left = None if from_ is None else as_from(from_)
        refuse_as_plain_target(target, self, *self._raw_columns, left)
        target = as_join_target(target)
        if onclause is not None:
            onclause = as_on_clause(onclause)
        step = self._join_step(target, onclause, left, isouter, full)
        return self._with(_setup_joins=(*self._setup_joins, step))

    def outerjoin(self, target: Any, onclause: Any = None, full: bool = False) -> Any:
        """LEFT OUTER JOIN."""
        return self.join_from(None, target, onclause, True, full)

    def outerjoin_from(
        self, from_: Any, target: Any, onclause: Any = None, full: bool = False
    ) -> Any:
        """LEFT OUTER JOIN, with an explicit left side."""
        return self.join_from(from_, target, onclause, True, full)

    # -- columns -------------------------------------------------------------------------------

    @property
    def column_descriptions(self) -> Any:
        """What is selected, as dictionaries."""
        return self._describe(self)

    def _described_columns(self) -> list[dict[str, Any]]:
        name_of = KeyNamer(self._label_style)
        return [
            {"name": name_of(element), "type": element.type, "expr": element}
            for element in self._all_selected_columns
        ]

    # Set by orm/query.py, which knows more about mapped columns.
    _describe: ClassVar[Any] = staticmethod(_described_columns)

    def add_columns(self, *columns: Any) -> Any:
        """More columns."""
        return self._with(
            _raw_columns=[*self._raw_columns, *[as_selected(each) for each in columns]]
        )

    @exc.deprecated_method("Select.column", "Please use Select.add_columns()")
    def column(self, column: Any) -> Any:
        """One more column, as the early tutorials write it."""
        return self.add_columns(column)

    @exc.deprecated(
        "The Selectable.replace_selectable() method is deprecated, and will be removed in a future "
        "release.  Similar functionality is available via the sqlalchemy.sql.visitors module."
    )
    def replace_selectable(self, old: Any, alias: Any) -> Any:
        """The same SELECT from an alias of `old`; the alias itself knows what it stands for."""
        return adapt(self, (alias, ""))

    def with_only_columns(self, *columns: Any, maintain_column_froms: bool = False) -> Any:
        """Other columns instead; maintain_column_froms: select from the tables of the old ones."""
        if maintain_column_froms:
            self = self.select_from(*each_once(froms_of(self._raw_columns)))
        if len(columns) == 1 and isinstance(columns[0], (list, tuple)):
            columns = columns[0]  # type: ignore[assignment]
        copy = self._with(_raw_columns=[as_selected(each) for each in columns])
        replace_columns(copy, self._raw_columns)
        return copy

    # -- criteria ------------------------------------------------------------------------------

    def _filter_by_namespace(self) -> tuple[Any, Any]:
        if not self._setup_joins:
            return self._first_namespace()
        last = self._setup_joins[-1]
        named = last.destination if _is_attribute(last.target) else last.target
        return last.destination.entity_namespace, named

    def having(self, having: Any) -> Any:
        """Only the groups for which the condition holds."""
        return self._with(_having_criteria=(*self._having_criteria, as_condition(having)))

    def distinct(self, *expr: Any) -> Any:
        """Equal rows only once."""
        on = self._distinct_on + sorting(expr, "GROUP BY / OF / etc.")
        return self._with(_distinct=True, _distinct_on=on)

    # -- correlation ---------------------------------------------------------------------------

    def correlate(self, *fromclauses: Any) -> Any:
        """Take these FROM objects from the enclosing statement; None: take none."""
        return self._correlated("_correlate", fromclauses)

    def correlate_except(self, *fromclauses: Any) -> Any:
        """Take all FROM objects but these from the enclosing statement."""
        return self._correlated("_correlate_except", fromclauses)

    # -- set operations ------------------------------------------------------------------------

    union = _set_operation("UNION")
    union_all = _set_operation("UNION ALL")
    except_ = _set_operation("EXCEPT")
    except_all = _set_operation("EXCEPT ALL")
    intersect = _set_operation("INTERSECT")
    intersect_all = _set_operation("INTERSECT ALL")

    @property
    def _in_parentheses(self) -> bool:  # type: ignore[override]
        return bool(self._has_row_limiting_clause or self._order_by_clauses)

    def is_derived_from(self, fromclause: FromClause) -> bool:
        """Whether `fromclause` is in FROM, apart from what join() adds."""
        return any(
            from_.is_derived_from(fromclause)
            for from_ in (*self._implied_froms, *self._from_obj)
            if from_._is_from_clause
        )


def _column_structure(column: ClauseElement, binds: Binds) -> Hashable:
    """The structure of a selected thing, with its entity and its name there."""
    structure = column.structure(binds)
    annotations = column._annotations
    if not annotations:
        return structure
    entity = annotations.get("parententity")
    return (
        structure,
        None if entity is None else entity.structure(binds),
        annotations.get("proxy_key"),
    )


def structure_of_said(said: dict[str, Any], binds: Binds) -> Hashable:
    """What decides the text of a Select or a Query, beside its columns."""
    key: list[Any] = []
    for name, value in said.items():
        if name in _ELEMENTS and value.__class__ is tuple:
            key.append((name, *[each.structure(binds) for each in value]))
        elif name in _ELEMENTS:
            key.append((name, structure_of(value, binds)))
        elif name in _PLAIN:
            key.append((name, value))
        elif name == "_with_options":
            key.append((name, *[option.key for option in value]))
    return tuple(key)


# What decides the text of a SELECT beside its columns: elements, plain values (the last four are
# the ORM's), options.
_ELEMENTS = {*Select._parts, "_distinct_on", "_base"} - {"_raw_columns"}
_PLAIN = {"_label_style", "_distinct", "_auto_correlate"}
_PLAIN |= {"_eager", "_of_query", "_all_columns", "_is_plain"}
SAID = _ELEMENTS | _PLAIN | {"_with_options"}


def _is_attribute(thing: Any) -> bool:
    """Whether a thing is a mapped attribute, which knows more than its column or condition."""
    return not isinstance(thing, ClauseElement) and getattr(thing, "is_attribute", False) is True


def refuse_as_plain_target(target: Any, said: Said, *parts: Any) -> None:
    """Raise AttributeError, as the original does by accident, if a name is joined to tables.

    parts: what is selected. If one of them, or of what is selected from, belongs to a mapped class,
    the error is another one, raised later.
    """
    if _is_attribute(target) or hasattr(target, "__code__"):  # inspect() would configure mappers
        return
    if clause_of(target) is not None or inspect(target, raiseerr=False) is not None:
        return
    joined = [part for step in said._setup_joins for part in step[:2]]
    clauses = [clause_of(part) for part in (*parts, *joined, *said._from_obj)]
    inside = [
        each
        for clause in clauses
        if clause is not None
        for each in iterate(clause, closed="_hides_entities")
    ]
    if not any("parententity" in each._annotations for each in inside):
        kind = "str" if isinstance(target, str) else "NoneType"
        raise AttributeError(f"'{kind}' object has no attribute '_propagate_attrs'")


def as_join_target(target: Any) -> Any:
    """The target of a join: a FROM object, or an ORM relationship as it is."""
    if _is_attribute(target):
        return target
    role = "Join target, typically a FROM expression, or ORM relationship attribute"
    return given_clause(target, role, "_is_from_clause", "_is_text_clause", "_is_function")


def as_on_clause(onclause: Any) -> Any:
    """The condition of a join, or an ORM relationship as it is."""
    if _is_attribute(onclause):
        onclause.property  # noqa: B018  configures the mappers
        return onclause
    return as_condition(onclause, "SQL expression for ON clause")


# -- which FROM objects are written ----------------------------------------------------------------


def each_once(froms: Iterable[FromClause]) -> list[FromClause]:
    """FROM objects without repetitions."""
    first: dict[Any, FromClause] = {}
    for from_ in froms:
        first.setdefault(from_._deannotated, from_)
    return list(first.values())


def outermost(froms: Iterable[FromClause]) -> list[FromClause]:
    """FROM objects without repetitions, and without those inside the joins of others."""
    found = each_once(froms)
    hidden = _originals(_hidden(found))
    return [from_ for from_ in found if from_._deannotated not in hidden]


class FromList:
    """The FROM objects of a SELECT, found in its columns, conditions, joins."""

    __slots__ = ("found", "statement")

    def __init__(self, statement: Select) -> None:
        self.statement = statement = Select._plain_form(statement, False)
        from_clauses = list(statement._from_obj)
        for each in statement._replaced:
            self._join(from_clauses, each.columns, each.joins)
        self._join(from_clauses, statement._raw_columns, statement._setup_joins)
        self.found = each_once([*statement._implied_froms, *from_clauses])

    def _join(self, from_clauses: list[FromClause], columns: Any, joins: Any) -> None:
        for step in joins:
            place = self._left_side(from_clauses, columns, step)
            left = from_clauses[place]
            from_clauses[place] = Join(left, step.target, step.onclause, step.isouter, step.full)

    def _left_side(self, from_clauses: list[FromClause], columns: Any, step: CoreJoinStep) -> int:
        """The place of the left side in FROM, where it is added if it is not there."""
        left = step.left
        if left is not None:
            for place, clause in enumerate(from_clauses):
                if clause.is_derived_from(left):
                    return place
        elif from_clauses:
            return only_joinable(from_clauses, step.target, step.onclause, step.target)
        else:
            implied = froms_of(columns, self.statement._where_criteria)
            candidates = each_once(from_ for from_ in implied if from_._is_from_clause)
            left = candidates[only_joinable(candidates, step.target, step.onclause, step.target)]
        from_clauses.append(left)
        return len(from_clauses) - 1

    def displayed(self, explicit: Froms = None, implicit: Froms = None) -> list[FromClause]:
        """The FROM objects to write.

        explicit: those of all enclosing statements, for correlate(). implicit: those of the nearest
        one, which are correlated automatically.
        Raises: InvalidRequestError: nothing would be left.
        """
        statement = self.statement
        outer = _originals(explicit or ())
        hidden = _originals(_hidden(self.found))
        if statement._correlate:
            hidden |= outer & _originals(statement._correlate)
        if statement._correlate_except is not None:
            hidden |= outer - _originals(statement._correlate_except)
        froms = [f for f in self.found if f._deannotated not in hidden]
        if statement._auto_correlate and implicit and len(froms) > 1:
            enclosing = _originals(implicit)
            froms = [f for f in froms if f._deannotated not in enclosing]
            if not froms:
                raise exc.InvalidRequestError(
                    f"Select statement '{statement!r}' returned no FROM clauses due to "
                    "auto-correlation; specify correlate(<tables>) to control correlation manually."
                )
        return froms


def _originals(elements: Iterable[ClauseElement]) -> set[Any]:
    return {each._deannotated for each in elements}


def _hidden(froms: Iterable[FromClause]) -> list[FromClause]:
    """What is inside the joins among these FROM objects."""
    return [each for from_ in froms if from_._is_from_clause for each in from_._hide_froms]


def only_joinable(
    candidates: list[FromClause], target: FromClause, onclause: Any, called: Any
) -> int:
    """The position of the FROM object that could be joined with `target`.

    called: the target's name in messages.
    Raises: InvalidRequestError: there is none, or several.
    """
    positions = _joinable(candidates, target, onclause)
    if len(positions) == 1:
        return positions[0]
    problem = (
        "Can't determine which FROM clause to join from, there are multiple FROMS which can join "
        "to this entity."
    )
    if not positions:
        problem = f"Don't know how to join to {called!r}."
    raise exc.InvalidRequestError(
        f"{problem} Please use the .select_from() method to establish an explicit left side, as "
        "well as providing an explicit ON clause if not present already to help resolve the "
        "ambiguity."
    )


def _joinable(candidates: list[FromClause], target: FromClause, onclause: Any) -> list[int]:
    if len(candidates) == 1 and onclause is not None:
        return [0]
    parts = () if onclause is None else iterate(onclause)
    columns = _originals(part for part in parts if part._is_column_clause)
    positions = [
        position
        for position, candidate in enumerate(candidates)
        if any(
            _is_possible(candidate, part, onclause, columns)
            for part in target._from_objects
            if part._deannotated is not candidate._deannotated
        )
    ]
    if len(positions) > 1:
        hidden = _originals(_hidden(candidates))
        positions = [p for p in positions if candidates[p]._deannotated not in hidden]
    if not positions and onclause is not None:
        return list(range(len(candidates)))
    return positions


def _is_possible(
    candidate: FromClause, target: FromClause, onclause: Any, columns: set[Any]
) -> bool:
    """Whether the condition is about these two alone; if there is none, whether a key is."""
    if columns:
        return columns <= _originals([*candidate.c, *target.c])
    with suppress(exc.NoReferenceError):
        return onclause is not None or can_join(candidate, target)
    return False


# -- UNION and the like ----------------------------------------------------------------------------


class CompoundSelect(GenerativeSelect):
    """Several SELECTs with UNION, EXCEPT or INTERSECT between them."""

    __visit_name__ = "compound_select"
    _parts = ("selects", *GenerativeSelect._parts)
    _auto_correlate = False
    _in_parentheses = True

    def __init__(self, keyword: str, *selects: Any) -> None:
        self.keyword = keyword
        self.selects = tuple([as_compound_part(each) for each in selects])

    @property
    def _label_style(self) -> Any:
        return self.selects[0]._label_style

    def _for_subquery(self) -> Any:
        first, *others = self.selects
        return self._with(selects=(first._for_subquery(), *others))

    def is_derived_from(self, fromclause: FromClause) -> bool:
        """Whether one of the SELECTs is; as in 1.4, one in parentheses raises AttributeError."""
        for each in self.selects:
            if each._in_parentheses:
                raise AttributeError(
                    "'SelectStatementGrouping' object has no attribute 'is_derived_from'"
                )
            if each.is_derived_from(fromclause):
                return True
        return False

    @property
    def _raw_columns(self) -> Any:
        return self.selects[0]._raw_columns

    def _column_proxies(self, selectable: FromClause) -> list[Keyed]:
        proxies: list[Keyed] = self.selects[0]._column_proxies(selectable)
        named = [
            [column for column in each._all_selected_columns if not column._is_text_clause]
            for each in self.selects
        ]
        columns = zip(*named, strict=False)
        for (_, proxy), (first, *others) in zip(proxies, columns, strict=False):
            later = [each._annotate({"weight": n}) for n, each in enumerate(others, 2)]
            proxy._proxies = (first, *later)
        return proxies

    @property
    def _from_objects(self) -> list[FromClause]:
        return froms_of(self.selects)

    def structure(self, binds: Binds) -> Hashable:
        selects = [each.structure(binds) for each in self.selects]
        return self.keyword, *selects, structure_of_said(self.__dict__, binds)


def as_compound_part(thing: Any) -> Any:
    """A SELECT for a UNION.

    Raises: ArgumentError: it is something else.
    """
    element = clause_of(thing)
    if element is not None and element.is_select:
        return element
    advice = ""
    if element is not None and element._is_subquery:
        advice = " Use the plain select() object without calling .subquery() or .alias()."
    elif element is not None and element._is_from_clause:
        advice = " To SELECT from any FROM clause, use the .select() method."
    role = "SELECT construct for inclusion in a UNION or other set construct"
    raise not_expected(role, thing, advice if element is thing else "", element)


class TextualSelect(SelectBase):
    """A text whose columns are declared: text("SELECT ...").columns(...)."""

    __visit_name__ = "textual_select"
    _parts = ("element",)
    is_text = True
    _label_style = LABEL_STYLE_NONE

    def __init__(self, text: Any, columns: list[Any], positional: bool = False) -> None:
        self.element = text
        self.column_args = columns
        self.positional = positional

    _raw_columns: Any = delegate("column_args")

    @property
    def selected_columns(self) -> ColumnCollection:
        """The declared columns, by their keys."""
        return ImmutableColumnCollection((column.key, column) for column in self.column_args)

    def set_label_style(self, style: symbol) -> Any:
        return self

    def bindparams(self, *binds: Any, **bind_as_values: Any) -> Any:
        """A copy with values for names in the text."""
        return self._with(element=self.element.bindparams(*binds, **bind_as_values))

    def is_derived_from(self, fromclause: FromClause) -> bool:
        """Never: we do not know what a text selects from."""
        return False

    _from_objects: Any = ()
    bind: Any = delegate("element.bind")

    def structure(self, binds: Binds) -> Hashable:
        return (
            TextualSelect,
            self.element.structure(binds),
            self.positional,
            *[(column.structure(binds), column.type.cache_id) for column in self.column_args],
        )


def columns(self: Any, *cols: Any, **types: Any) -> TextualSelect:
    """The text as a SELECT whose columns are declared."""
    declared = [
        ColumnClause(each.key, types.pop(each.key))
        if each.key in types
        else given_clause(each, "Column expression")
        for each in cols
    ]
    keyed = [ColumnClause(key, type_) for key, type_ in types.items()]
    return TextualSelect(self, declared + keyed, positional=bool(declared) and not keyed)


elements.TextClause.columns = columns


# -- as expressions --------------------------------------------------------------------------------


class ScalarSelect(ColumnElement):
    """A SELECT of one column as a value."""

    __visit_name__ = "grouping"
    _parts = ("element",)
    _is_scalar = True
    _label: Any = delegate("_anon_name_label")

    def __init__(self, element: Any) -> None:
        self.element = element
        columns = element._all_selected_columns
        self.type = columns[0].type if columns else sqltypes.NULLTYPE

    self_group = ClauseElement.self_group
    _from_objects: Any = ()

    @property
    def columns(self) -> Any:
        """Refuse: a value has no columns."""
        raise exc.InvalidRequestError(
            "Scalar Select expression has no columns; use this object directly within a "
            "column-level expression."
        )

    c = columns

    def __getattr__(self, key: str) -> Any:
        if key == "element" or key.startswith("__"):
            raise AttributeError(key)
        return getattr(self.element, key)

    def correlate(self, *fromclauses: Any) -> Any:
        """See Select.correlate."""
        return ScalarSelect(self.element.correlate(*fromclauses))

    def correlate_except(self, *fromclauses: Any) -> Any:
        """See Select.correlate_except."""
        return ScalarSelect(self.element.correlate_except(*fromclauses))

    def where(self, crit: Any) -> Any:
        """The SELECT with a condition."""
        return ScalarSelect(self.element.where(crit))


def _of_inner(name: str) -> Any:
    """A method of the SELECT inside EXISTS."""

    def change(self: Any, *clauses: Any) -> Any:
        return Exists(getattr(self.element.element, name)(*clauses))

    change.__name__, change.__qualname__ = name, f"Exists.{name}"
    change.__doc__ = f"The inner SELECT with {name}(...); see Select.{name}."
    return change


class Exists(UnaryExpression):
    """`EXISTS (SELECT ...)`."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        if args and isinstance(args[0], ScalarSelect):
            inner = args[0]
        elif args and isinstance(args[0], SelectBase):
            inner = ScalarSelect(args[0])
        else:
            columns = args or (ColumnClause("*", is_literal=True),)
            inner = select(*columns, **kw).scalar_subquery()
        super().__init__(inner, operators.exists, type_=sqltypes.BOOLEANTYPE)

    wraps_column_expression = True

    _from_objects: Any = ()

    def select(self, whereclause: Any = None, **kw: Any) -> Any:
        """`SELECT EXISTS (...)`."""
        return _legacy_select([self], whereclause, **kw)

    correlate = _of_inner("correlate")
    correlate_except = _of_inner("correlate_except")
    select_from = _of_inner("select_from")
    where = _of_inner("where")


# -- constructors ----------------------------------------------------------------------------------


def select(*args: Any, **kw: Any) -> Select:
    """A SELECT statement.

    select(a, b), or as in earlier releases select([a, b], whereclause, from_obj=..., order_by=...).
    """
    if kw or _is_legacy(args):
        return _legacy_select(*args, **kw)  # type: ignore[no-any-return]
    return Select(*args)


def _is_legacy(args: tuple[Any, ...]) -> bool:
    """Whether the columns come as a list, or as another iterable."""
    if not args or isinstance(args[0], (ClauseElement, str)) or not hasattr(args[0], "__iter__"):
        return False
    return not elements.is_sql(args[0]) and inspect(args[0], raiseerr=False) is None


def _legacy_select(
    columns: Any = None,
    whereclause: Any = None,
    from_obj: Any = None,
    distinct: Any = False,
    having: Any = None,
    correlate: bool = True,
    **kw: Any,
) -> Any:
    statement = _applied(_applied(Select(), "distinct", distinct), "select_from", from_obj)
    if isinstance(columns, ClauseElement):
        raise exc.ArgumentError(
            "select() construct created in legacy mode, i.e. with keyword arguments, must provide "
            "the columns argument as a Python list or other iterable.",
            code="c9ae",
        )
    statement = statement.add_columns(*list(columns or ()))
    if not correlate:
        statement = statement.correlate(None)
    if whereclause is not None:
        statement = statement.where(whereclause)
    if having is not None:
        statement = statement.having(having)
    return _with_arguments(statement, kw)


def _with_arguments(statement: Any, kw: dict[str, Any]) -> Any:
    for name, value in kw.items():
        if name not in _LEGACY_ARGUMENTS:
            refuse_arguments("GenerativeSelect.__init__", {name: value}, "bind suffixes")
        statement = _applied(statement, _LEGACY_ARGUMENTS[name], value)
    return statement


def _applied(statement: Any, method: str, value: Any) -> Any:
    """Call a method with an argument of earlier releases: one thing, or a list."""
    if value is None or value is False:
        return statement
    listed = value if isinstance(value, (list, tuple, set)) else [value]
    return getattr(statement, method)(*(() if value is True else listed))


# The arguments of select() in earlier releases, and the methods that took their place.
_LEGACY_ARGUMENTS = {
    "use_labels": "apply_labels",
    "prefixes": "prefix_with",
    **{name: name for name in ("order_by", "group_by", "limit", "offset")},
}

union = _set_operation("UNION")
union_all = _set_operation("UNION ALL")
except_ = _set_operation("EXCEPT")
except_all = _set_operation("EXCEPT ALL")
intersect = _set_operation("INTERSECT")
intersect_all = _set_operation("INTERSECT ALL")


def exists(*args: Any, **kwargs: Any) -> Exists:
    """`EXISTS (SELECT ...)`."""
    return Exists(*args, **kwargs)


FromClause._select_columns = staticmethod(_legacy_select)

leave_out(Statement, "add_cte get_execution_options suffix_with")
leave_out(SelectBase, "get_label_style lateral")
leave_out(GenerativeSelect, "fetch with_for_update with_hint with_statement_hint")
leave_out(
    Select,
    "append_column append_correlation append_from append_group_by append_having append_order_by "
    "append_prefix append_whereclause columns_clause_froms corresponding_column "
    "reduce_columns",
)

publish(globals(), "sqlalchemy.sql.selectable")
