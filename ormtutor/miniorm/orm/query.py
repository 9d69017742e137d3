"""Query: the learner's way to ask for objects.

Before: session.query(User, Address.email); Session.execute(select(User)).
Here:   each method gives a new Query that knows one thing more; nothing is sent before iteration.
        What both spellings share stands in session_execute().
After:  orm/context.py compiles it, orm/loading.py sends it and makes objects of the rows.

A Query keeps what was said as it was said, under the names that select() has for it; what nobody
said is a class attribute. So a copy is the copy of a small dictionary, and the key under which the
compiled form is found again is made of what is there. This file is one thing though it is long:
nearly every method is one of the public names, and most have one line.

Follows: SQLAlchemy 1.4, "Query API". Differs: ormtutor/differences.py.
"""

from __future__ import annotations

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.engine.cause import COUNT, QUERY
from ormtutor.miniorm.engine.result import ChunkedIteratorResult
from ormtutor.miniorm.engine.row import Row
from ormtutor.miniorm.engine.url import immutabledict
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.leftout import refuse_arguments
from ormtutor.miniorm.orm import (
    bulk,
    context,
    loading,
    strategies,  # noqa: F401  registers the loaders of relationships
)
from ormtutor.miniorm.orm.attributes import QueryableAttribute
from ormtutor.miniorm.orm.compiled import (
    CompiledQuery,
    StatementQuery,
    compile_shape,
    names_of,
)
from ormtutor.miniorm.orm.context import Asked, MapperEntity, entities_of, sorted_expression
from ormtutor.miniorm.orm.entities import (
    AliasedClass,
    ORMJoin,
    aliased,
    from_element,
    with_parent,
)
from ormtutor.miniorm.orm.joins import JoinStep, entity_attribute, part_structure
from ormtutor.miniorm.orm.mapper import object_mapper
from ormtutor.miniorm.orm.relationships import RelationshipProperty
from ormtutor.miniorm.sql import elements
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.select import (
    SAID,
    Select,
    SelectBase,
    as_limit,
    as_selected,
    except_,
    except_all,
    exists,
    intersect,
    intersect_all,
    sliced,
    sorting,
    spelled,
    structure_of_said,
    union,
    union_all,
    whole_condition,
)
from ormtutor.miniorm.sql.selectable import (
    LABEL_STYLE_DISAMBIGUATE_ONLY,
    LABEL_STYLE_TABLENAME_PLUS_COL,
    FromClause,
    as_from,
)
from ormtutor.miniorm.sql.traversal import Binds, cache_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, Self

# Public names of SQLAlchemy's Query that are not here.
ABSENT = frozenset(
    [
        "from_self",
        "instances",
        "lazy_loaded_from",
        "merge_result",
        "select_entity_from",
        "value",
        "values",
        "with_for_update",
        "with_hint",
        "with_polymorphic",
        "with_statement_hint",
    ]
)

_AFTER_LIMIT = (
    "Query.{0}() being called on a Query which already has LIMIT or OFFSET applied.  Call {0}() "
    "before limit() or offset() are applied."
)
_AFTER_STATEMENT = (
    "Query.{0}() being called on a Query with an existing full statement - can't apply criterion."
)
_WITH_CRITERION = "Query.{0}() being called on a Query with existing criterion. "


class Query:
    """A SELECT of mapped classes and columns, built step by step."""

    __module__ = "sqlalchemy.orm.query"

    # What was said so far; these are what nobody said.
    session: Any = None
    _entities: tuple[Any, ...] = ()
    _where_criteria: tuple[Any, ...] = ()
    _from_obj: tuple[Any, ...] = ()
    _setup_joins: tuple[JoinStep, ...] = ()
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
    _suffixes: tuple[Any, ...] = ()
    _independent_ctes: tuple[Any, ...] = ()
    _with_options: tuple[Any, ...] = ()
    _eager = True
    _label_style: Any = LABEL_STYLE_TABLENAME_PLUS_COL
    # A union (or the like) that the entities are read from.
    _base: Any = None
    # The text or statement given to from_statement().
    _statement: Any = None
    # What the last join led to: filter_by() speaks of it.
    _joinpoint: Any = None
    _params: dict[str, Any] | None = None
    _execution_options: Any = immutabledict()
    _populate_existing = False
    _yield_per: int | None = None
    _autoflush = True
    _assertions = True
    # Queries that the engine itself makes say why.
    _cause: Any = None

    def __init__(self, entities: Any, session: Any = None) -> None:
        self.session = session
        if not isinstance(entities, (tuple, list)):
            entities = (entities,)
        self._entities = tuple([_checked(entity) for entity in entities])

    def __getattr__(self, name: str) -> Any:
        if name in ABSENT:
            raise AttributeError(f"Query.{name} is not in miniorm; SQLAlchemy has it")
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def _copy(self) -> Self:
        new = object.__new__(type(self))
        new.__dict__ = self.__dict__.copy()
        return new

    # what may not follow what ----------------------------------------------------------------

    def _check_open(self, method: str) -> None:
        """Criteria must come before LIMIT, and have no place beside a full statement."""
        if self._statement is not None:
            raise sa_exc.InvalidRequestError(_AFTER_STATEMENT.format(method))
        if (self._limit_clause is not None or self._offset_clause is not None) and self._assertions:
            raise sa_exc.InvalidRequestError(_AFTER_LIMIT.format(method))

    def _check_no_statement(self, method: str) -> None:
        if self._statement is not None and self._assertions:
            raise sa_exc.InvalidRequestError(_AFTER_STATEMENT.format(method))

    def _check_no_criterion(self, method: str, sorting_too: bool = True) -> None:
        if not self._assertions:
            return
        if (
            self._where_criteria
            or self._statement is not None
            or self._from_obj
            or self._base is not None
            or self._setup_joins
            or self._limit_clause is not None
            or self._offset_clause is not None
            or self._group_by_clauses
            or (sorting_too and (self._order_by_clauses or self._distinct))
        ):
            raise sa_exc.InvalidRequestError(_WITH_CRITERION.format(method))

    # criteria --------------------------------------------------------------------------------

    def filter(self, *criterion: Any) -> Self:
        """Only the rows for which all criteria hold. A plain string is taken as text()."""
        self._check_open("filter")
        new = self._copy()
        added = [
            elements.text(each) if isinstance(each, str) else elements.as_condition(each)
            for each in criterion
        ]
        new._where_criteria = (*self._where_criteria, *added)
        return new

    where = filter

    def filter_by(self, **kwargs: Any) -> Self:
        """Criteria `name = value` on what was joined last, or else selected first."""
        entity = self._filter_by_entity()
        return self.filter(
            *[entity_attribute(entity, key) == value for key, value in kwargs.items()]
        )

    def _filter_by_entity(self) -> Any:
        """Where filter_by() looks names up."""
        if self._joinpoint is not None:
            return self._joinpoint
        if self._setup_joins:
            found = self._last_joined()
            if found is not None:
                return found
        if self._from_obj:
            return _namespace_of(self._from_obj[0])
        for given in self._entities:
            if isinstance(given, type):
                mapper = inspect(given)
                return _Named(mapper, mapper.selectable)
            for entity in entities_of(given):
                return _namespace_of_entity(entity)
        raise sa_exc.InvalidRequestError("Entity has no namespace")

    def _last_joined(self) -> Any:
        """What the joins lead to; walks along the names in join("addresses", "dingalings")."""
        at: Any = None
        for step in self._setup_joins:
            if not step.from_joinpoint:
                at = None
            destination = step.destination
            if destination is None:
                name = step.onclause if isinstance(step.onclause, str) else step.target
                destination = self._destination_by_name(at, name)
            if destination is None:
                return None
            at = destination
        return at

    def _destination_by_name(self, at: Any, name: str) -> Any:
        if at is None:
            at = self._first_entity()
        prop = getattr(getattr(at, "mapper", None), "_props", {}).get(name)
        return None if prop is None else getattr(prop, "entity", None)

    def _first_entity(self) -> Any:
        for from_ in self._from_obj:
            entity = from_._annotations.get("parententity")
            if entity is not None:
                return entity
        return self._first_selected()

    def _first_selected(self) -> Any:
        for given in self._entities:
            for entity in entities_of(given):
                if entity.entity is not None:
                    return entity.entity
        return None

    def order_by(self, *clauses: Any) -> Self:
        """Sort; None forgets the sorting so far. A string is a column's name, or else text()."""
        self._check_open("order_by")
        new = self._copy()
        if len(clauses) == 1 and (clauses[0] is None or clauses[0] is False):
            new._order_by_clauses = ()
        else:
            new._order_by_clauses = (*self._order_by_clauses, *sorting(clauses, "ORDER BY"))
        return new

    def group_by(self, *clauses: Any) -> Self:
        """Group; None forgets the groups so far."""
        self._check_open("group_by")
        new = self._copy()
        if len(clauses) == 1 and (clauses[0] is None or clauses[0] is False):
            new._group_by_clauses = ()
        else:
            new._group_by_clauses = (*self._group_by_clauses, *sorting(clauses, "GROUP BY"))
        return new

    def having(self, criterion: Any) -> Self:
        """Only the groups for which the criterion holds."""
        self._check_open("having")
        new = self._copy()
        new._having_criteria = (*self._having_criteria, elements.as_condition(criterion))
        return new

    def distinct(self, *expr: Any) -> Self:
        """Equal rows only once."""
        self._check_no_statement("distinct")
        new = self._copy()
        new._distinct = True
        if expr:
            new._distinct_on = self._distinct_on + sorting(expr, "DISTINCT")
        return new

    def limit(self, limit: Any) -> Self:
        """Not more rows than that."""
        self._check_no_statement("limit")
        new = self._copy()
        new._limit_clause = as_limit(limit)
        return new

    def offset(self, offset: Any) -> Self:
        """Without the first rows."""
        self._check_no_statement("offset")
        new = self._copy()
        new._offset_clause = as_limit(offset)
        return new

    def slice(self, start: int | None, stop: int | None) -> Self:
        """LIMIT and OFFSET as Python slices have them."""
        self._check_no_statement("slice")
        new = self._copy()
        new._limit_clause, new._offset_clause = sliced(
            self._limit_clause, self._offset_clause, start, stop
        )
        return new

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, slice):
            start, stop = _bound(item.start), _bound(item.stop)
            if isinstance(start, int) and isinstance(stop, int) and stop - start <= 0:
                return []
            if (isinstance(start, int) and start < 0) or (isinstance(stop, int) and stop < 0):
                return list(self)[item]
            found = list(self.slice(start, stop))
            return found if item.step is None else found[:: item.step]
        if item == -1:
            return list(self)[-1]
        return list(self[item : item + 1])[0]  # noqa: RUF015 (an IndexError is wanted)

    def prefix_with(self, *prefixes: Any) -> Self:
        """Words after SELECT."""
        new = self._copy()
        new._prefixes = self._prefixes + spelled(prefixes, "*")
        return new

    def suffix_with(self, *suffixes: Any) -> Self:
        """Words at the end."""
        new = self._copy()
        new._suffixes = self._suffixes + spelled(suffixes, "*")
        return new

    def correlate(self, *fromclauses: Any) -> Self:
        """As a subquery, leave these FROM elements to the statement around; None: leave none."""
        new = self._copy()
        new._auto_correlate = False
        if fromclauses and fromclauses[0] in (None, False):
            new._correlate = ()
        else:
            new._correlate = self._correlate + tuple(from_element(each) for each in fromclauses)
        return new

    @property
    def whereclause(self) -> Any:
        """All criteria as one, or None."""
        return whole_condition(self._where_criteria)

    # FROM ------------------------------------------------------------------------------------

    def select_from(self, *from_obj: Any) -> Self:
        """Say where the rows come from, and where joins start."""
        self._check_no_criterion("select_from")
        new = self._copy()
        new._from_obj = tuple(_from_clause(each) for each in from_obj)
        return new

    def join(
        self,
        target: Any,
        *props: Any,
        isouter: bool = False,
        full: bool = False,
        **unknown: Any,
    ) -> Self:
        """JOIN with a class, an alias, a table, or along a relationship.

        target: what to join, or the relationship that leads there. props: the condition (or the
        relationship) to join `target` by; in the older way, further targets, which may be tuples
        (target, condition) and names.
        isouter, full: LEFT OUTER, FULL.

        Raises: TypeError: unknown keywords. What is wrong with the join itself is said when the
                query runs.
        """
        self._check_open("join")
        if unknown.keys() & {"aliased", "from_joinpoint"}:
            refuse_arguments("join", unknown, "aliased from_joinpoint")
        if unknown:
            raise TypeError("unknown arguments: {}".format(", ".join(sorted(unknown))))
        new = self._copy()
        new._joinpoint = None
        for index, (right, onclause) in enumerate(_join_arguments(target, props)):
            if isinstance(right, (Query, SelectBase)):
                right = as_from(right)
            _check_join(right, onclause)
            step = JoinStep(right, onclause, None, isouter, full, from_joinpoint=index > 0)
            new._setup_joins = (*new._setup_joins, step)
        return new

    def outerjoin(self, target: Any, *props: Any, **kwargs: Any) -> Self:
        """As join(), with LEFT OUTER."""
        kwargs["isouter"] = True
        return self.join(target, *props, **kwargs)

    def reset_joinpoint(self) -> Self:
        """Let filter_by() and joins by name start from the query's own entity again."""
        self._check_no_statement("reset_joinpoint")
        new = self._copy()
        new._joinpoint = new._first_entity() if self._setup_joins else None
        return new

    # what is selected ------------------------------------------------------------------------

    def with_entities(self, *entities: Any) -> Self:
        """Select other things, with the same criteria."""
        new = self._copy()
        new._entities = tuple(_checked(entity) for entity in entities)
        return new

    def add_columns(self, *column: Any) -> Self:
        """Select more columns."""
        new = self._copy()
        new._entities = self._entities + tuple(_checked(each) for each in column)
        return new

    def add_column(self, column: Any) -> Self:
        """Select one more column (an older name)."""
        sa_exc.warn(
            "Query.add_column() is deprecated and will be removed in a future release.  Please use "
            "Query.add_columns() (deprecated since: 1.4)",
            sa_exc.SADeprecationWarning,
        )
        return self.add_columns(column)

    def add_entity(self, entity: Any, alias: Any = None) -> Self:
        """Select one more mapped class."""
        if alias is not None:
            entity = aliased(entity, alias)
        return self.add_columns(entity)

    @property
    def column_descriptions(self) -> list[dict[str, Any]]:
        """What is selected, as dictionaries."""
        entities = [entity for given in self._entities for entity in entities_of(given)]
        return _described(entities, legacy=True)

    # options ---------------------------------------------------------------------------------

    def options(self, *args: Any) -> Self:
        """Say how attributes are to be loaded: joinedload(User.addresses) and its family."""
        opts = [each for arg in args for each in (arg if isinstance(arg, list) else [arg])]
        for opt in opts:
            opt._is_legacy_option  # noqa: B018 (what is no option says so)
        new = self._copy()
        new._with_options = self._with_options + tuple(opts)
        return new

    def enable_eagerloads(self, value: bool) -> Self:
        """Switch joined eager loading off, or on again."""
        new = self._copy()
        new._eager = value
        return new

    def populate_existing(self) -> Self:
        """Overwrite the values of objects that are already known, and their changes."""
        new = self._copy()
        new._populate_existing = True
        return new

    def yield_per(self, count: int) -> Self:
        """Fetch so many rows at a time while iterating."""
        new = self._copy()
        new._yield_per = count
        return new

    def autoflush(self, setting: bool) -> Self:
        """Whether the session is flushed before this query."""
        new = self._copy()
        new._autoflush = setting
        return new

    def execution_options(self, **kwargs: Any) -> Self:
        """Options that travel with the execution."""
        new = self._copy()
        new._execution_options = self._execution_options.union(kwargs)
        if "populate_existing" in kwargs:
            new._populate_existing = kwargs["populate_existing"]
        if "yield_per" in kwargs:
            new._yield_per = kwargs["yield_per"]
        if "autoflush" in kwargs:
            new._autoflush = kwargs["autoflush"]
        return new

    def get_execution_options(self) -> Any:
        """The options that were set."""
        return self._execution_options

    def enable_assertions(self, value: bool) -> Self:
        """Whether methods check what was said before."""
        new = self._copy()
        new._assertions = value
        return new

    def with_session(self, session: Any) -> Self:
        """The same question in another session."""
        new = self._copy()
        new.session = session
        return new

    def with_transformation(self, fn: Callable[[Self], Any]) -> Any:
        """What a function makes of this query."""
        return fn(self)

    def params(self, *args: Any, **kwargs: Any) -> Self:
        """Values for named parameters, as in text("name = :name")."""
        if len(args) == 1:
            kwargs.update(args[0])
        elif args:
            raise sa_exc.ArgumentError(
                "params() takes zero or one positional argument, which is a dictionary."
            )
        new = self._copy()
        new._params = {**(self._params or {}), **kwargs}
        return new

    def with_parent(self, instance: Any, property: Any = None, from_entity: Any = None) -> Self:
        """Only what is related to this object.

        Raises: InvalidRequestError: no relationship leads from the object to what is selected.
        """
        entity = inspect(from_entity) if from_entity else self._first_entity()
        if property is None:
            property = _relationship_between(object_mapper(instance), entity, instance)
        return self.filter(with_parent(instance, property, entity.entity))

    def set_label_style(self, style: Any) -> Self:
        """Choose how columns are labelled."""
        new = self._copy()
        new._label_style = style
        return new

    def with_labels(self) -> Self:
        """Let `statement` and `subquery()` label columns `table_column`."""
        return self.set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)._labelled()

    apply_labels = with_labels

    def _labelled(self) -> Self:
        new = self._copy()
        new._keeps_labels = True
        return new

    _keeps_labels = False

    @property
    def is_single_entity(self) -> bool:
        """Whether results are single objects and not rows."""
        return len(self._entities) == 1 and all(
            isinstance(entity, MapperEntity) for entity in entities_of(self._entities[0])
        )

    # a full statement ------------------------------------------------------------------------

    def from_statement(self, statement: Any) -> Self:
        """Send this statement, and read the entities from its columns. A string is text()."""
        self._check_no_criterion("from_statement")
        if isinstance(statement, str):
            statement = elements.text(statement)
        element = elements.clause_of(statement)
        if element is None or not (element._is_select_statement or element._is_text_clause):
            raise sa_exc.ArgumentError(
                f"SELECT construct or equivalent text() construct expected, got {statement!r}."
            )
        new = self._copy()
        new._statement = element
        return new

    # this query as a part of another ---------------------------------------------------------

    @property
    def statement(self) -> Any:
        """The SELECT that this query stands for, without labels."""
        style = LABEL_STYLE_DISAMBIGUATE_ONLY
        if self._keeps_labels:
            style = LABEL_STYLE_TABLENAME_PLUS_COL
        return self._to_select(style)

    @property
    def selectable(self) -> Any:
        """The SELECT, with labels."""
        return self.__clause_element__()

    def __clause_element__(self) -> Any:
        return self.enable_eagerloads(False)._to_select(self._label_style)

    def _to_select(self, label_style: Any) -> Any:
        """This query as a select(): the other face of the same statement."""
        statement: Any
        if self._statement is not None:
            entities = [entity for given in self._entities for entity in entities_of(given)]
            statement = StatementOfEntities(self._statement, entities, self._with_options)
        elif self._base is not None:
            asked = self._asked()
            asked.label_style = label_style
            asked.toplevel = self._eager
            asked.eager = False
            statement = context.Compilation(asked).statement
        else:
            statement = self._plain_select(label_style)
        return statement.params(self._params) if self._params else statement

    def _plain_select(self, label_style: Any) -> Any:
        statement = Select._of_columns([_selected(each) for each in self._entities])
        stored = statement.__dict__
        stored["_label_style"] = label_style
        for name, value in self.__dict__.items():
            if name in _SHARED:
                stored[name] = value
        if self._distinct and self._order_by_clauses:
            stored["_selects_order"] = True
        return statement

    def subquery(
        self, name: str | None = None, with_labels: bool = False, reduce_columns: bool = False
    ) -> Any:
        """This query in parentheses, for FROM."""
        query = self.enable_eagerloads(False)
        statement = (query.with_labels() if with_labels else query).statement
        if reduce_columns:
            statement = statement.reduce_columns()
        return statement.subquery(name)

    def cte(self, name: str | None = None, recursive: bool = False, nesting: bool = False) -> Any:
        """This query before another one: WITH name AS (...)."""
        return self.enable_eagerloads(False).statement.cte(
            name=name, recursive=recursive, nesting=nesting
        )

    def label(self, name: str | None) -> Any:
        """This query as a value with a name."""
        return self.enable_eagerloads(False).statement.label(name)

    def scalar_subquery(self) -> Any:
        """This query as a value."""
        return self.enable_eagerloads(False).statement.scalar_subquery()

    def as_scalar(self) -> Any:
        """The same as scalar_subquery(), in earlier words."""
        sa_exc.warn(
            "The Query.as_scalar() method is deprecated and will be removed in a future release.  "
            "Please refer to Query.scalar_subquery(). (deprecated since: 1.4)",
            sa_exc.SADeprecationWarning,
        )
        return self.scalar_subquery()

    def _columns_of_order(self) -> list[Any]:
        """With DISTINCT, what the query is sorted by: it has to be selected, too."""
        sorted_by = (self._order_by_clauses or ()) if self._distinct else ()
        columns = dict.fromkeys(sorted_expression(clause) for clause in sorted_by)
        return [
            column.label(column._label) if column._is_column_clause else column
            for column in columns
            if column is not None
        ]

    def exists(self) -> Any:
        """`EXISTS (this query)`."""
        statement = self.enable_eagerloads(False).statement
        statement = statement.with_only_columns(1, *self._columns_of_order())
        statement = statement._with("_with_options", ())
        entity = self._first_selected()
        if entity is not None:
            statement = statement.select_from(entity.selectable)
        return exists(statement)

    def union(self, *q: Any) -> Self:
        """`this UNION other ...`."""
        return self._from_selectable(union(self, *q))

    def union_all(self, *q: Any) -> Self:
        """`this UNION ALL other ...`."""
        return self._from_selectable(union_all(self, *q))

    def intersect(self, *q: Any) -> Self:
        """`this INTERSECT other ...`."""
        return self._from_selectable(intersect(self, *q))

    def intersect_all(self, *q: Any) -> Self:
        """`this INTERSECT ALL other ...`."""
        return self._from_selectable(intersect_all(self, *q))

    def except_(self, *q: Any) -> Self:
        """`this EXCEPT other ...`."""
        return self._from_selectable(except_(self, *q))

    def except_all(self, *q: Any) -> Self:
        """`this EXCEPT ALL other ...`."""
        return self._from_selectable(except_all(self, *q))

    def _from_selectable(self, statement: Any) -> Self:
        """The same entities read from a subquery; what was said before stands inside it."""
        new = self._copy()
        for name in _INSIDE:
            new.__dict__.pop(name, None)
        new._base = statement.subquery()
        return new

    # compiling -------------------------------------------------------------------------------

    def structure(self, binds: Binds) -> Any:
        """Everything that decides the SQL text and the shape of the rows."""
        entities = tuple([_entity_structure(entity, binds) for entity in self._entities])
        base = None if self._base is None else self._base.structure(binds)
        said = structure_of_said(self.__dict__, binds)
        return Query, entities, base, self._populate_existing, said

    def _asked(self) -> Asked:
        """Everything that was said, in the form that Compilation takes."""
        entities = [entity for given in self._entities for entity in entities_of(given)]
        asked = Asked.of(self, entities, legacy=True)
        asked.base = self._base
        return asked

    def _compiled(self, lint: bool = True) -> tuple[CompiledQuery, Binds]:
        """The compiled form, found again by structure, and this query's parameters for it.

        lint: warn about cartesian products, as at execution.
        """
        key, binds = cache_key(self)
        query = compile_shape(
            self.session,
            key,
            lambda: (self._asked(), binds),
            mapper=self._bind_mapper,
            overwrite="all" if self._populate_existing else "",
            lint=lint,
        )
        return query, binds

    @property
    def _bind_mapper(self) -> Any:
        """The mapper, or the class, that Session.get_bind() goes by."""
        entity = self._entities[0] if self._entities else None
        if isinstance(entity, type):
            return entity
        return getattr(self._first_entity(), "mapper", None) if self.session._binds else None

    def __str__(self) -> str:
        if self._statement is not None:
            return str(self._statement)
        bind = None
        if self.session is not None:
            try:
                bind = self.session.get_bind(mapper=self._bind_mapper)
            except sa_exc.UnboundExecutionError:
                bind = None
        if bind is None:
            return str(context.Compilation(self._asked()).statement)
        return str(self._compiled(lint=False)[0].compiled.string)

    # running ---------------------------------------------------------------------------------

    def _load(self) -> list[Any]:
        """All results: objects, or rows."""
        if self._statement is not None:
            return self._load_statement()
        if self.session is None:
            getattr(self.session, "execute")  # noqa: B009  there is none, and this says so
        if self._yield_per is not None:
            return list(self._in_chunks(self._yield_per))
        try:
            query, values = self._compiled()
        except Exception:
            # The original compiles when it has flushed and is connected: a BEGIN may be seen.
            if self._autoflush:
                self.session._autoflush(self._cause or QUERY)
            self.session._connection_for_bind(self.session.get_bind(mapper=self._bind_mapper))
            raise
        loaded = loading.run(
            self.session,
            query,
            values,
            self._cause or query.cause,
            params=self._params,
            autoflush=self._autoflush,
            execution_options=self._execution_options or None,
        )
        loaded = query.unique(loaded)
        return loaded if query.scalar else query.metadata.rows(loaded)

    def _load_statement(self) -> list[Any]:
        query = StatementQuery(self._asked())
        loaded = loading.run_statement(
            self.session,
            query,
            self._statement,
            self._params,
            autoflush=self._autoflush,
            execution_options=self._execution_options or None,
        )
        loaded = query.unique(loaded)
        return loaded if query.scalar else query.metadata.rows(loaded)

    def all(self) -> list[Any]:
        """All results, as a list."""
        return self._load()

    def __iter__(self) -> Iterator[Any]:
        # A generator: nothing is sent before the first result is asked for.
        if self._yield_per is not None and self._statement is None:
            yield from self._in_chunks(self._yield_per)
        else:
            yield from self._load()

    def _in_chunks(self, size: int) -> Iterator[Any]:
        query, values = self._compiled()
        for loaded in loading.run_in_chunks(
            self.session,
            query,
            values,
            self._cause or query.cause,
            size,
            params=self._params,
            autoflush=self._autoflush,
            execution_options=self._execution_options or None,
        ):
            yield from loaded if query.scalar else query.metadata.rows(loaded)

    def first(self) -> Any:
        """The first result, or None; sends LIMIT 1."""
        query = self if self._statement is not None else self.limit(1)
        loaded = query._load()
        return loaded[0] if loaded else None

    def one(self) -> Any:
        """The only result.

        Raises: NoResultFound: no row. MultipleResultsFound: two or more.
        Differs: the two messages are those of 1.1 (ormtutor/differences.py).
        """
        loaded = self._load()
        if not loaded:
            raise sa_exc.NoResultFound("No row was found for one()")
        if len(loaded) > 1:
            raise sa_exc.MultipleResultsFound("Multiple rows were found for one()")
        return loaded[0]

    def one_or_none(self) -> Any:
        """The only result, or None.

        Raises: MultipleResultsFound: two or more.
        Differs: the message is that of 1.1 (ormtutor/differences.py).
        """
        loaded = self._load()
        if len(loaded) > 1:
            raise sa_exc.MultipleResultsFound("Multiple rows were found for one_or_none()")
        return loaded[0] if loaded else None

    def scalar(self) -> Any:
        """The first value of the only row, or None without rows.

        Raises: MultipleResultsFound: two or more rows.
        """
        try:
            found = self.one()
        except sa_exc.NoResultFound:
            return None
        return found[0] if isinstance(found, (tuple, list, Row)) else found

    def count(self) -> int:
        """How many rows there are; sends SELECT count(*) FROM (this query)."""
        number_of_rows = func.count(elements.literal_column("*"))
        if self._statement is not None:
            # As in the original this asks the statement itself for a column of that name.
            found: int = self.with_entities(number_of_rows).scalar()
            return found
        outer = type(self)([number_of_rows], self.session)
        outer._base = self.enable_eagerloads(False)._inner_for_count()
        outer._cause = COUNT
        outer._params = self._params
        outer._autoflush = self._autoflush
        outer._execution_options = self._execution_options
        number: int = outer.scalar()
        return number

    def _inner_for_count(self) -> Any:
        return self._to_select(self._label_style).subquery()

    def get(self, ident: Any) -> Any:
        """The object with this primary key: from the identity map, else by one SELECT; or None.

        Raises: InvalidRequestError: there is a criterion, or more than one class is asked for.
        """
        self._check_no_criterion("get", sorting_too=False)
        entity = self._entities[0] if len(self._entities) == 1 else None
        entities = [] if entity is None else entities_of(entity)
        if len(entities) != 1 or not isinstance(entities[0], MapperEntity):
            raise sa_exc.InvalidRequestError(
                "get() can only be used against a single mapped class."
            )
        return loading.get(
            self.session,
            entities[0].mapper,
            ident,
            self._with_options,
            self._populate_existing,
            self._execution_options or None,
        )

    # bulk changes ----------------------------------------------------------------------------

    def delete(self, synchronize_session: Any = "evaluate") -> int:
        """DELETE the rows that match; gives their number.

        synchronize_session: how objects in the session learn of it: "evaluate", "fetch", False.
        """
        return bulk.bulk_delete(self, synchronize_session)

    def update(self, values: Any, synchronize_session: Any = "evaluate", **left_out: Any) -> int:
        """UPDATE the rows that match; gives their number.

        synchronize_session: how objects in the session learn of it: "evaluate", "fetch", False.
        """
        refuse_arguments("update", left_out, "update_args")
        return bulk.bulk_update(self, values, synchronize_session)


# What goes inside when a query becomes a subquery of itself.
_INSIDE = (
    "_where_criteria",
    "_from_obj",
    "_setup_joins",
    "_order_by_clauses",
    "_group_by_clauses",
    "_having_criteria",
    "_distinct",
    "_distinct_on",
    "_limit_clause",
    "_offset_clause",
    "_prefixes",
    "_suffixes",
    "_joinpoint",
    "_statement",
)

# What a Query and the select() that it stands for have in common.
_SHARED = SAID - {"_label_style"} | {"_execution_options"}


def _checked(entity: Any) -> Any:
    """An argument of query(): a plain string is a column's name, in the oldest way.

    Raises: ArgumentError: it is neither mapped nor SQL.
    """
    if isinstance(entity, str):
        return elements.literal_column(entity)
    manager = vars(entity).get("_sa_class_manager") if isinstance(entity, type) else None
    if manager is None:
        entities_of(entity)
    else:
        manager.mapper.check_configured()
    return entity


def _entity_structure(entity: Any, binds: Binds) -> Any:
    if isinstance(entity, type):
        return entity
    if isinstance(entity, QueryableAttribute):
        return entity.key, part_structure(entity.parent, binds), entity.expression.structure(binds)
    return tuple([each.structure(binds) for each in entities_of(entity)])


def _selected(entity: Any) -> Any:
    """What stands for an entity between SELECT and FROM."""
    if isinstance(entity, (type, AliasedClass)):
        return inspect(entity).__clause_element__()
    return as_selected(entity)


def _from_clause(thing: Any) -> Any:
    """A FROM element that still knows its entity.

    Raises: ArgumentError: it is nothing that has rows.
    """
    if isinstance(thing, str):
        raise sa_exc.ArgumentError(
            f"FROM expression, such as a Table or alias() object expected, got {thing!r}."
        )
    insp = inspect(thing, raiseerr=False) if isinstance(thing, (type, AliasedClass)) else None
    if insp is not None:
        return insp.__clause_element__()
    if isinstance(thing, FromClause):
        return thing
    if hasattr(thing, "is_mapper") and hasattr(thing, "__clause_element__"):
        return thing.__clause_element__()
    return from_element(thing)


def _namespace_of(from_: Any) -> Any:
    entity = from_._annotations.get("parententity")
    while entity is None and isinstance(from_, ORMJoin):
        from_ = from_._left_entity
        entity = from_ if hasattr(from_, "mapper") else None
    return from_ if entity is None else _Named(entity, from_)


def _namespace_of_entity(entity: Any) -> Any:
    """What filter_by() asks for attributes; messages call it by the first column or table."""
    if isinstance(entity, MapperEntity):
        return _Named(entity.entity, entity.selectable)
    if entity.entity is not None:
        return _Named(entity.entity, entity.element)
    element = entity.element
    for from_ in element._from_objects:
        return _Named(from_, element)
    return _Named(object(), element)


class _Named:
    """An entity's attributes under the name that messages use for it."""

    __slots__ = ("_name", "entity_namespace")

    def __init__(self, entity: Any, name: Any) -> None:
        self.entity_namespace = getattr(entity, "entity_namespace", None)
        if self.entity_namespace is None:
            self.entity_namespace = getattr(entity, "entity", entity)
        self._name = name

    def __str__(self) -> str:
        return str(self._name)


def _join_arguments(target: Any, props: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    """The steps that join() was told: (target, condition or None)."""
    onclause = props[0] if props else None
    if not props and not isinstance(target, tuple):
        return [(target, None)]
    is_target = isinstance(target, (FromClause, SelectBase, Query, type, AliasedClass))
    is_condition = onclause is None or isinstance(
        onclause, (elements.ColumnElement, str, QueryableAttribute)
    )
    if len(props) <= 1 and is_target and is_condition:
        return [(target, onclause)]
    return [
        (each[0], each[1] if len(each) == 2 else None) if isinstance(each, tuple) else (each, None)
        for each in (target, *props)
    ]


def _check_join(target: Any, onclause: Any) -> None:
    """Refuse what can be no join, as the original does: an accident there, and its words.

    Raises: AttributeError, ArgumentError.
    """
    if not isinstance(target, (str, QueryableAttribute, AliasedClass, elements.ClauseElement)):
        insp = inspect(target, raiseerr=False)
        if insp is not None and insp.is_instance:
            raise sa_exc.ArgumentError(
                "Join target, typically a FROM expression, or ORM relationship attribute expected, "
                f"got {target!r}."
            )
        if insp is None:
            raise AttributeError("'NoneType' object has no attribute '_is_select_statement'")
    if onclause is not None and not isinstance(
        onclause, (str, QueryableAttribute, elements.ClauseElement)
    ):
        raise AttributeError("'NoneType' object has no attribute '_is_select_statement'")


def _relationship_between(mapper: Any, entity: Any, instance: Any) -> Any:
    target: Any = getattr(entity, "mapper", None)
    for prop in mapper.attrs:
        if isinstance(prop, RelationshipProperty) and prop.mapper is target:
            return prop
    raise sa_exc.InvalidRequestError(
        "Could not locate a property which relates instances of class "
        f"'{target.class_.__name__}' to instances of class '{instance.__class__.__name__}'"
    )


def _bound(value: Any) -> Any:
    """A bound of a slice: an integer, however it is spelled."""
    return value.__index__() if hasattr(value, "__index__") else value


# Session.execute ------------------------------------------------------------------------------


def session_execute(
    session: Any,
    statement: Any,
    params: Any = None,
    execution_options: Any = None,
    bind_arguments: dict[str, Any] | None = None,
) -> Any:
    """`Session.execute`: any statement, ORM or Core; gives its Result.

    Raises: ArgumentError: it is no statement.
    """
    statement = _executable(statement)
    options = {**statement._execution_options, **(execution_options or {})}
    if isinstance(statement, Select) and context.is_orm_select(statement):
        return _execute_select(session, statement, params, options)
    if isinstance(statement, StatementOfEntities):
        return statement.execute(session, params, options)
    if getattr(statement, "is_dml", False):
        entity = statement.table._annotations.get("parententity")
        if entity is not None and not statement.is_insert:
            return bulk.execute_dml(session, entity, statement, params, options, bind_arguments)
        if entity is not None:
            execution_options = {**(execution_options or {}), "future_result": False}
    arguments = {"clause": statement, **(bind_arguments or {})}
    bind = arguments.pop("bind", None) or session.get_bind(**arguments)
    connection = session._connection_for_bind(bind)
    return connection._execute_20(statement, params or {}, execution_options)


def _executable(statement: Any) -> Any:
    if isinstance(statement, str):
        return elements.text(statement)
    if isinstance(statement, StatementOfEntities):
        return statement
    if isinstance(statement, Query):
        sa_exc.warn(
            f"Object {statement!r} should not be used directly in a SQL statement context, such as "
            "passing to methods such as session.execute().  This usage will be disallowed in a "
            "future release.  Please use Core select() / update() / delete() etc. with "
            "Session.execute() and other statement execution methods.",
            sa_exc.SADeprecationWarning,
        )
        return statement.__clause_element__()
    element = None if isinstance(statement, type) else elements.clause_of(statement)
    if element is None or not element.supports_execution:
        raise sa_exc.ArgumentError(
            f"Executable SQL or text() construct expected, got {statement!r}."
        )
    return element


def _execute_select(session: Any, statement: Any, params: Any, options: dict[str, Any]) -> Any:
    populate = bool(options.get("populate_existing"))
    autoflush = options.get("autoflush", True)
    key, binds = cache_key(statement)
    try:
        query = compile_shape(
            session,
            None if key is None else (key, populate),
            lambda: (Asked.of_select(statement), binds),
            overwrite="all" if populate else "",
        )
    except Exception:
        # The original compiles when it has flushed and is connected: a BEGIN may be seen.
        if autoflush:
            session._autoflush(QUERY)
        session._connection_for_bind(session.get_bind(clause=statement))
        raise
    size = options.get("yield_per")
    if size:
        chunks = loading.run_in_chunks(
            session,
            query,
            binds,
            query.cause,
            size,
            params=params,
            autoflush=autoflush,
            execution_options=options,
        )
        result = ChunkedIteratorResult(query.metadata, chunks, query.unique_keys)
        return result.yield_per(size)
    loaded = loading.run_when_read(
        session,
        query,
        binds,
        query.cause,
        params=params,
        autoflush=autoflush,
        execution_options=options or None,
    )
    return ChunkedIteratorResult(
        query.metadata, loaded, query.unique_keys, require_unique=query.repeats_parents
    )


class StatementOfEntities:
    """select(User).from_statement(text(...)): a full statement, and what to read from it."""

    __module__ = "sqlalchemy.orm.query"
    supports_execution = True
    is_clause_element = True

    def __init__(self, statement: Any, entities: Sequence[Any], options: tuple[Any, ...]) -> None:
        self.element = statement
        self._entities = entities
        self._with_options = options
        self._execution_options: Any = immutabledict()

    def __str__(self) -> str:
        return str(self.element)

    def params(self, *args: Any, **kw: Any) -> StatementOfEntities:
        """The same with values for its parameters."""
        element = self.element.params(*args, **kw)
        return StatementOfEntities(element, self._entities, self._with_options)

    def subquery(self, name: str | None = None) -> Any:
        """The statement in parentheses, for FROM."""
        element = self.element
        if element._is_text_clause:
            element = element.columns()
        return element.subquery(name)

    def execution_options(self, **kw: Any) -> StatementOfEntities:
        """The same with options for execution."""
        new = StatementOfEntities(self.element, self._entities, self._with_options)
        new._execution_options = self._execution_options.union(kw)
        return new

    def execute(self, session: Any, params: Any, options: dict[str, Any]) -> Any:
        """Send the statement; gives a Result of the entities."""
        asked = Asked(self._entities, LABEL_STYLE_DISAMBIGUATE_ONLY, legacy=False)
        asked.options = self._with_options
        query = StatementQuery(asked)
        loaded = loading.run_statement(
            session,
            query,
            self.element,
            params,
            autoflush=options.get("autoflush", True),
            execution_options=options or None,
        )
        return ChunkedIteratorResult(
            query.metadata, [loaded], query.unique_keys, require_unique=query.repeats_parents
        )


StatementOfEntities.__name__ = StatementOfEntities.__qualname__ = "FromStatement"


def _select_from_statement(self: Any, statement: Any) -> StatementOfEntities:
    """Send another statement, and read our entities from its columns."""
    entities = [each for raw in self._raw_columns for each in entities_of(raw)]
    return StatementOfEntities(elements.clause_of(statement), entities, self._with_options)


def _described(entities: Sequence[Any], legacy: bool) -> list[dict[str, Any]]:
    """What entities are, as dictionaries."""
    return [
        {
            "name": name,
            "type": entity.mapper.class_
            if isinstance(entity, MapperEntity)
            else entity.element.type,
            "aliased": bool(getattr(entity.entity, "is_aliased_class", False)),
            "expr": _attribute_behind(entity),
            "entity": None if entity.entity is None else entity.entity.entity,
        }
        for name, entity in zip(names_of(entities, legacy), entities, strict=True)
    ]


def _attribute_behind(entity: Any) -> Any:
    """What was selected; for a mapped column the attribute of its class."""
    annotations = getattr(entity.given, "_annotations", {})
    if "proxy_key" in annotations and "parententity" in annotations:
        return getattr(annotations["parententity"].entity, annotations["proxy_key"])
    return entity.given


def _described_select(statement: Any) -> list[dict[str, Any]]:
    if not context.is_orm_select(statement):
        described: list[dict[str, Any]] = statement._described_columns()
        return described
    entities = [each for raw in statement._raw_columns for each in entities_of(raw)]
    return _described(entities, legacy=False)


Select._describe = staticmethod(_described_select)
# select() has this method only when it selects entities; Core knows of none.
Select.from_statement = _select_from_statement  # type: ignore[attr-defined]
