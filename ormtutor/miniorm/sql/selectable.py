"""Selectable: what may stand in FROM.

Before: elements.py has expressions, columns.py has collections of columns.
Here:   FromClause, TableClause (a table by name), Join, Alias, Subquery, CTE.
After:  schema.py's Table is a TableClause with more; select.py puts these together into SELECT.

A FROM object has columns, `.c`. Those of an alias or a subquery are proxies: new columns that
remember which column they stand for, so that corresponding_column() can find them by it.

Follows: SQLAlchemy 1.4, "SELECT and Related Constructs".
"""

from __future__ import annotations

from operator import attrgetter

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.columns import ColumnSet, ImmutableColumnCollection
from ormtutor.miniorm.sql.elements import (
    ClauseElement,
    Executable,
    and_,
    as_condition,
    clause_of,
    delegate,
    froms_of,
    given_clause,
    no_text,
    structure_of,
)
from ormtutor.miniorm.sql.naming import AnonymousName, symbol
from ormtutor.miniorm.sql.traversal import iterate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from typing import Any, ClassVar, Self

    from ormtutor.miniorm.sql.constraints import ForeignKey, ForeignKeyConstraint
    from ormtutor.miniorm.sql.elements import ColumnElement
    from ormtutor.miniorm.sql.schema import Column
    from ormtutor.miniorm.sql.select import Select
    from ormtutor.miniorm.sql.traversal import Binds

    Keyed = tuple[Any, ColumnElement]  # a column and its key in the collection

# How the columns of a SELECT are labelled: only as the learner says; those whose name is taken;
# each as table_column.
LABEL_STYLE_NONE = symbol("LABEL_STYLE_NONE")
LABEL_STYLE_DISAMBIGUATE_ONLY = symbol("LABEL_STYLE_DISAMBIGUATE_ONLY")
LABEL_STYLE_TABLENAME_PLUS_COL = symbol("LABEL_STYLE_TABLENAME_PLUS_COL")
LABEL_STYLE_DEFAULT = LABEL_STYLE_DISAMBIGUATE_ONLY


class FromClause(ClauseElement):
    """Something with columns that may stand in FROM."""

    __visit_name__ = "fromclause"

    is_selectable = True
    _is_from_clause = True
    named_with_column = False
    schema: str | None = None
    name: str | None = None
    _is_join = False
    # Whether a name in ORDER BY may mean one of the columns: not those of a joined eager load.
    _names_sorting = True
    _hide_froms: Any = ()
    # Set by select.py and dml.py, which are to the right.
    _select_columns: ClassVar[Callable[..., Select]]
    _dml: ClassVar[dict[str, Callable[..., Any]]] = {}
    bind: Any = Executable.bind

    @property
    def description(self) -> str:
        """Its name in messages."""
        return self.name or f"{type(self).__name__} object"

    # -- columns -------------------------------------------------------------------------------

    @property
    def c(self) -> ImmutableColumnCollection:
        """The columns, as `.c.name` or `.c["name"]`; an annotated copy has its original's."""
        known = self.__dict__.get("_columns")
        if known is None:
            origin = self._deannotated
            is_copy = origin is not self
            known = origin.c if is_copy else ImmutableColumnCollection(self._own_columns())
            self.__dict__["_columns"] = known
        return known

    columns: Any = delegate("c")
    exported_columns: Any = delegate("c")

    #: Keys and columns for the collection.
    _own_columns: Callable[[], Iterable[Keyed]]

    def _column_proxies(self, selectable: FromClause) -> list[Keyed]:
        """The columns that stand for ours in `selectable`, made of us: (key, column)."""
        return [column._make_proxy(selectable) for column in self.c]

    @property
    def primary_key(self) -> ColumnSet:
        """The columns of the primary key, by lineage."""
        return ColumnSet(column for column in self.c if column.primary_key)

    @property
    def foreign_keys(self) -> set[ForeignKey]:
        """The foreign keys of all columns."""
        return {key for column in self.c for key in column.foreign_keys}

    @property
    def entity_namespace(self) -> Any:
        """Where filter_by() looks names up: the mapped class, for a table that stands for one."""
        entity = self._annotations.get("parententity")
        return self.c if entity is None else entity.entity_namespace

    @property
    def _select_iterable(self) -> Any:
        entity = self._annotations.get("parententity")
        return self.c if entity is None else entity._selected_columns

    @property
    def _from_objects(self) -> list[FromClause]:
        return [self]

    def is_derived_from(self, fromclause: FromClause) -> bool:
        """Whether this is made of `fromclause`."""
        return fromclause is self or getattr(fromclause, "_deannotated", None) is self._deannotated

    def corresponding_column(self, column: ColumnElement, require_embedded: bool = False) -> Any:
        """Our column that stands for `column`, or None."""
        return self.exported_columns.corresponding_column(column, require_embedded)

    # -- making other things -------------------------------------------------------------------

    def select(self, whereclause: Any = None, **kw: Any) -> Select:
        """`SELECT ... FROM this`; kw: further arguments of the old select()."""
        return self._select_columns([self], whereclause, **kw)

    def join(
        self, right: Any, onclause: Any = None, isouter: bool = False, full: bool = False
    ) -> Join:
        """`this JOIN right`; without `onclause`, by the foreign keys."""
        return Join(self, right, onclause, isouter, full)

    def outerjoin(self, right: Any, onclause: Any = None, full: bool = False) -> Join:
        """`this LEFT OUTER JOIN right`."""
        return Join(self, right, onclause, True, full)

    def alias(self, name: str | None = None) -> AliasedReturnsRows:
        """`this AS name`."""
        return Alias._construct(self, name)


leave_out(FromClause, "lateral table_valued tablesample")


class TableClause(FromClause):
    """A table by its name, with the given columns: table("users", column("id"))."""

    __visit_name__ = "table"
    named_with_column = True
    _is_table = True
    # The column whose value the database generates; a Table may have one.
    _autoincrement_column: Any = None

    # Plain attributes of the instance: `users.c.name` is two dictionary reads.
    c: Any = None
    columns: Any = None

    def __init__(self, name: Any, *columns: Any, **kw: Any) -> None:
        self.name = self.fullname = name
        self.c = self.columns = ImmutableColumnCollection()
        schema = kw.pop("schema", None)
        if schema is not None:
            self.schema = schema
            self.fullname = f"{schema}.{name}"
        if kw:
            raise exc.ArgumentError(f"Unsupported argument(s): {list(kw)}")
        for column in columns:
            self.append_column(column)

    def append_column(self, c: Any, **kw: Any) -> None:
        """Add a column."""
        if c.table is not None and c.table is not self:
            raise exc.ArgumentError(
                f"column object '{c.key}' already assigned to table '{c.table}'"
            )
        self.c._put(c)
        c.table = self

    def structure(self, binds: Binds) -> Hashable:
        return self

    def __str__(self) -> str:
        return str(self.fullname)

    def insert(self, values: Any = None, **kw: Any) -> Any:
        """`INSERT INTO this`."""
        return self._dml["insert"](self, values, **kw)

    def update(self, whereclause: Any = None, values: Any = None, **kw: Any) -> Any:
        """`UPDATE this`."""
        return self._dml["update"](self, whereclause, values, **kw)

    def delete(self, whereclause: Any = None, **kw: Any) -> Any:
        """`DELETE FROM this`."""
        return self._dml["delete"](self, whereclause, **kw)


def table(name: str, *columns: Any, **kw: Any) -> TableClause:
    """A table by its name, with the given columns."""
    return TableClause(name, *columns, **kw)


class FromGrouping(FromClause):
    """Parentheses around a FROM object."""

    __visit_name__ = "grouping"
    _parts = ("element",)

    def __init__(self, element: Any) -> None:
        self.element = element

    c: Any = delegate("element.c", "The columns of the FROM object inside.")
    primary_key: Any = delegate("element.primary_key", "Its primary key.")
    _hide_froms: Any = delegate("element._hide_froms")
    _from_objects: Any = delegate("element._from_objects")

    def is_derived_from(self, fromclause: FromClause) -> bool:
        return bool(self.element.is_derived_from(fromclause))

    def _ungroup(self) -> Any:
        return self.element._ungroup()


class Join(FromClause):
    """Two FROM objects with JOIN between them."""

    __visit_name__ = "join"
    _parts = ("left", "right", "onclause")
    _facts = ("isouter", "full")
    _is_join = True

    def __init__(
        self, left: Any, right: Any, onclause: Any = None, isouter: bool = False, full: bool = False
    ) -> None:
        self.left = as_from(left)
        self.right = as_from(right).self_group()
        if onclause is None:
            # In a chain of joins, the last table is tried first.
            last = self.left.right if self.left._is_join else None
            self.onclause = join_condition(self.left, self.right, last)
        else:
            self.onclause = as_condition(onclause, "SQL expression for ON clause").self_group(
                against=operators.asbool
            )
        self.isouter = isouter
        self.full = full

    @property
    def description(self) -> str:
        return (
            f"Join object on {self.left.description}({id(self.left)}) and "
            f"{self.right.description}({id(self.right)})"
        )

    def is_derived_from(self, fromclause: FromClause) -> bool:
        sides = self.left, self.right
        return fromclause is self or any(side.is_derived_from(fromclause) for side in sides)

    def self_group(self, against: Any = None) -> Any:
        return FromGrouping(self)

    def _own_columns(self) -> Iterable[Keyed]:
        return [(each._tq_key_label, each) for side in (self.left, self.right) for each in side.c]

    @property
    def primary_key(self) -> Any:
        keys = [each for _, each in self._own_columns() if each.primary_key]
        return ColumnSet(reduce_columns(keys, self.onclause))

    @property
    def _hide_froms(self) -> Any:
        return froms_of((self.left, self.right))

    @property
    def _from_objects(self) -> list[FromClause]:
        return [self, *self._hide_froms]

    def select(self, whereclause: Any = None, **kw: Any) -> Any:
        return self._select_columns([self.left, self.right], whereclause, **kw).select_from(self)

    def alias(self, name: str | None = None) -> Any:
        """A subquery of the join."""
        style = LABEL_STYLE_TABLENAME_PLUS_COL
        return self.select().set_label_style(style).correlate(None).alias(name)


def reduce_columns(columns: Iterable[Any], onclause: ClauseElement) -> list[Any]:
    """The columns, without those that a foreign key or the condition equates with another."""
    kept = list(columns)
    omitted = {
        column
        for column in kept
        for key in column.foreign_keys
        if any(other is not column and key.column.shares_lineage(other) for other in kept)
    }
    for part in iterate(onclause):
        if getattr(part, "operator", None) is not operators.eq:
            continue
        meant = {each for column in kept if column not in omitted for each in column.proxy_set}
        if part.left in meant and part.right in meant:
            omitted.add(next(each for each in reversed(kept) if each.shares_lineage(part.right)))
    return [column for column in kept if column not in omitted]


def join_condition(
    a: FromClause, b: FromClause, a_subset: FromClause | None = None, foreign_keys: Any = None
) -> Any:
    """The ON clause that follows from the foreign keys between two FROM objects.

    foreign_keys: if given, only these columns count.

    Raises: NoForeignKeysError: there is none. AmbiguousForeignKeysError: there are several.
    """
    constraints = _key_pairs(a, b, a_subset, foreign_keys)
    if len(constraints) > 1 and foreign_keys:
        wanted = {column._deannotated for column in foreign_keys}
        constraints = {
            constraint: pairs
            for constraint, pairs in constraints.items()
            if {key.parent for key in constraint.elements} == wanted
        } or constraints
    distinct = {frozenset(pairs) for pairs in constraints.values()}
    if not constraints:
        hint = (
            " Perhaps you meant to convert the right side to a subquery using alias()?"
            if isinstance(b, FromGrouping)
            else ""
        )
        raise exc.NoForeignKeysError(
            f"Can't find any foreign key relationships between '{a.description}' and "
            f"'{b.description}'.{hint}"
        )
    if len(distinct) > 1:
        raise exc.AmbiguousForeignKeysError(
            f"Can't determine join between '{a.description}' and '{b.description}'; tables have "
            "more than one foreign key constraint relationship between them. Please specify the "
            "'onclause' of this join explicitly."
        )
    pairs = next(iter(constraints.values()))
    return and_(*[left == right for left, right in pairs])


def can_join(left: FromClause, right: FromClause) -> bool:
    """Whether foreign keys connect two FROM objects."""
    return bool(_key_pairs(left, right, None))


def _key_pairs(
    a: FromClause, b: FromClause, a_subset: FromClause | None, foreign_keys: Any = None
) -> dict[ForeignKeyConstraint, list[tuple[Column, Column]]]:
    """Pairs (referred column, referring column) by constraint, in either direction."""
    found: dict[ForeignKeyConstraint, list[tuple[Column, Column]]] = {}
    counted = {column._deannotated for column in foreign_keys or ()}
    for left in [a] if a_subset is None else [a_subset, a]:
        for holder, target in [(b, left), (left, b)][: 1 if left is b else 2]:
            for key in sorted(holder.foreign_keys, key=attrgetter("parent._creation_order")):
                column = _referent(key, target) if key.parent in counted or not counted else None
                if column is not None:
                    found.setdefault(key.constraint, []).append((column, key.parent))
        if found:
            break
    return found


def _referent(key: ForeignKey, target: FromClause) -> Any:
    """The column of a FROM object that a foreign key points to, or None."""
    try:
        return key.get_referent(target)
    except exc.NoReferenceError as error:
        if error.table_name == getattr(target, "name", None):
            raise
        return None


class AliasedReturnsRows(FromClause):
    """A FROM object that has the columns of another one, under its own name."""

    element: Any
    name: str
    _parts: ClassVar[tuple[str, ...]] = ("element",)
    named_with_column = True
    recursive = False

    def __init__(self, *args: Any, **kw: Any) -> None:
        name = self.__visit_name__
        raise NotImplementedError(
            f"The {type(self).__name__} class is not intended to be constructed directly.  "
            f"Please use the {name}() standalone function or the {name}() method available from "
            "appropriate selectable objects."
        )

    @classmethod
    def _construct(cls, selectable: Any, name: str | None = None, **kw: Any) -> Self:
        made = cls.__new__(cls)
        made.element = selectable
        if name is None:
            named = selectable._is_from_clause and selectable.named_with_column
            has_name = named and not isinstance(selectable.name, AnonymousName)
            name = AnonymousName.of(id(made), selectable.name if has_name else "anon")
        made.name = name
        made.__dict__.update(kw)
        return made

    @property
    def description(self) -> str:
        return "anon_1" if isinstance(self.name, AnonymousName) else self.name

    original: Any = delegate("element", "The aliased thing.")

    def is_derived_from(self, fromclause: FromClause) -> bool:
        return super().is_derived_from(fromclause) or self.element.is_derived_from(fromclause)

    def _own_columns(self) -> Iterable[Keyed]:
        return self.element._column_proxies(self)  # type: ignore[no-any-return]

    bind: Any = delegate("element.bind", "That of the aliased thing.")

    def structure(self, binds: Binds) -> Hashable:
        number, is_new = binds.number(self)
        if not is_new:
            return ("alias", number)
        is_anonymous = isinstance(self.name, AnonymousName)
        return (
            type(self),
            number,
            is_anonymous,
            self.name.split(" ", 1)[1] if is_anonymous else self.name,
            *[structure_of(getattr(self, part), binds) for part in self._parts],
            self.recursive,
        )


class Alias(AliasedReturnsRows):
    """A table under another name."""

    __visit_name__ = "alias"


class Subquery(AliasedReturnsRows):
    """A SELECT in parentheses, with a name, in FROM."""

    __visit_name__ = "subquery"
    _is_subquery = True

    @exc.deprecated(
        "The Subquery.as_scalar() method, which was previously ``Alias.as_scalar()`` prior to "
        "version 1.4, is deprecated and will be removed in a future release; Please use the "
        "Select.scalar_subquery() method of the select() construct before constructing a subquery "
        "object, or with the ORM use the Query.scalar_subquery() method."
    )
    def as_scalar(self) -> Any:
        """The SELECT as a value."""
        return self.element.set_label_style(LABEL_STYLE_NONE).scalar_subquery()


class CTE(AliasedReturnsRows):
    """A SELECT with a name, before the statement: WITH name AS (...)."""

    __visit_name__ = "cte"
    # The CTE whose alias we are; the CTE that we extend by union().
    _cte_alias: Any = None
    _restates: Any = None
    _parts = ("element", "_cte_alias", "_restates")

    def _own_columns(self) -> Iterable[Keyed]:
        source = self.element if self._cte_alias is None else self._cte_alias
        return source._column_proxies(self)  # type: ignore[no-any-return]

    def alias(self, name: str | None = None) -> AliasedReturnsRows:
        return CTE._construct(self.element, name, recursive=self.recursive, _cte_alias=self)

    def union(self, *other: Any) -> CTE:
        """The CTE with another SELECT added by UNION; for recursion."""
        return self._restated(self.element.union(*other))

    def union_all(self, *other: Any) -> CTE:
        """The CTE with another SELECT added by UNION ALL; for recursion."""
        return self._restated(self.element.union_all(*other))

    def _restated(self, element: Any) -> CTE:
        return CTE._construct(element, self.name, recursive=self.recursive, _restates=self)


# What errors call it.
FROM_ELEMENT = "FROM expression, such as a Table or alias() object"


def as_from(thing: Any) -> Any:
    """The FROM object that a learner's argument is or stands for.

    Raises: ArgumentError: it has no rows.
    """
    element = clause_of(thing)
    if element is not None and element.is_select:
        exc.warn_deprecated(
            "Implicit coercion of SELECT and textual SELECT constructs into FROM clauses is "
            "deprecated; please call .subquery() on any Core select or ORM Query object in order "
            "to produce a subquery object."
        )
        return element._implicit_subquery
    if isinstance(thing, str):
        raise no_text(thing)
    return given_clause(thing, FROM_ELEMENT, "_is_from_clause", "_is_text_clause", "_is_function")


def alias(selectable: Any, name: str | None = None) -> Any:
    """A FROM object under another name."""
    return as_from(selectable).alias(name=name)


def cte(selectable: Any, name: str | None = None, recursive: bool = False) -> Any:
    """A SELECT before the statement: WITH name AS (...)."""
    return clause_of(selectable).cte(name=name, recursive=recursive)


def join(
    left: Any, right: Any, onclause: Any = None, isouter: bool = False, full: bool = False
) -> Join:
    """`left JOIN right`."""
    return Join(left, right, onclause, isouter, full)


def outerjoin(left: Any, right: Any, onclause: Any = None, full: bool = False) -> Join:
    """`left LEFT OUTER JOIN right`."""
    return Join(left, right, onclause, True, full)


publish(globals(), "sqlalchemy.sql.selectable")
