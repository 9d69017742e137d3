"""Query: the learner's way to ask for objects.

Before: session.query(User, Address.email); orm/execute.py takes the same as a select().
Here:   each method returns a new Query with one thing more; nothing is sent before iteration.
After:  orm/context.py compiles it, orm/loading.py sends it and makes objects of the rows.

A Query stores what its methods were given, under the same names as a select(); the defaults are
class attributes. So a copy is the copy of a small dictionary, and the key of the compiled form is
made of what is in it. The file is long but one thing: nearly every method is one of the public
names, and most have one line.

Follows: SQLAlchemy 1.4, "Query API". Differs: ormtutor/differences.py.
"""

from __future__ import annotations

from contextlib import suppress
from types import FunctionType

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.doors import show_as_own
from ormtutor.miniorm.engine.cause import COUNT
from ormtutor.miniorm.engine.row import Row
from ormtutor.miniorm.engine.url import immutabledict
from ormtutor.miniorm.inspection import inspect, inspects_itself
from ormtutor.miniorm.leftout import leave_out, refuse_arguments
from ormtutor.miniorm.orm import (
    bulk,
    loading,
    strategies,  # noqa: F401  registers the loaders of relationships
)
from ormtutor.miniorm.orm.asked import (
    Asked,
    MapperEntity,
    entities_of_all,
    entity_among,
)
from ormtutor.miniorm.orm.attributes import QueryableAttribute
from ormtutor.miniorm.orm.compiled import (
    StatementQuery,
    bind_of,
    compile_shape,
    shape_of,
    statement_sending,
)
from ormtutor.miniorm.orm.context import Compilation
from ormtutor.miniorm.orm.entities import AliasedClass, aliased, from_element, with_parent
from ormtutor.miniorm.orm.execute import StatementOfEntities, described
from ormtutor.miniorm.orm.joins import JoinStep
from ormtutor.miniorm.orm.mapper import object_mapper
from ormtutor.miniorm.orm.relationships import RelationshipProperty
from ormtutor.miniorm.orm.rowloader import LOADING, POPULATE_EXISTING
from ormtutor.miniorm.sql import elements
from ormtutor.miniorm.sql.dml import delete, update
from ormtutor.miniorm.sql.elements import ColumnElement
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.select import (
    SAID,
    HasWhere,
    Said,
    Select,
    SelectBase,
    as_on_clause,
    as_selected,
    except_,
    except_all,
    exists,
    intersect,
    intersect_all,
    refuse_as_plain_target,
    replace_columns,
    sorting,
    union,
    union_all,
)
from ormtutor.miniorm.sql.selectable import (
    FROM_ELEMENT,
    LABEL_STYLE_DISAMBIGUATE_ONLY,
    LABEL_STYLE_TABLENAME_PLUS_COL,
    FromClause,
    as_from,
)
from ormtutor.miniorm.sql.traversal import Binds, iterate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, Self

    from ormtutor.miniorm.orm.compiled import Sending

_AFTER_LIMIT = (
    "Query.{0}() being called on a Query which already has LIMIT or OFFSET applied.  Call {0}() "
    "before limit() or offset() are applied."
)
_AFTER_STATEMENT = (
    "Query.{0}() being called on a Query with an existing full statement - can't apply criterion."
)
_WITH_CRITERION = "Query.{0}() being called on a Query with existing criterion. "


def _read_from(combine: Callable[..., Any], word: str) -> Any:
    """One of the six methods that combine this query with others."""

    def method(self: Any, *q: Any) -> Any:
        new = self._with()
        # What was asked before is inside the subquery now.
        for name in _INSIDE:
            new.__dict__.pop(name, None)
        new._base = combine(self, *q).subquery()
        return new

    method.__name__ = combine.__name__
    method.__qualname__ = f"Query.{combine.__name__}"
    method.__doc__ = f"`this {word} other ...`."
    return method


@inspects_itself
class Query(HasWhere, Said):
    """A SELECT of mapped classes and columns, built step by step."""

    __module__ = "sqlalchemy.orm.query"

    # The defaults of a Query's settings, beside those in Said.
    _legacy = _of_query = True
    session: Any = None
    _label_style: Any = LABEL_STYLE_TABLENAME_PLUS_COL
    # The text or statement given to from_statement().
    _statement: Any = None
    _params: Any = immutabledict()
    _purpose = LOADING
    _yield_per: int | None = None
    _autoflush = True
    # Why it is sent, if the engine itself made it.
    _cause: Any = None

    def __init__(self, entities: Any, session: Any = None) -> None:
        self.session = session
        if not isinstance(entities, (tuple, list)):
            entities = (entities,)
        self._raw_columns = list(map(_selected, entities))

    # what may not follow what ----------------------------------------------------------------

    def _check_open(self, method: str) -> None:
        """Refuse criteria after LIMIT, or beside a full statement."""
        if _CLOSING.isdisjoint(self.__dict__):  # FASTPATH: most queries have neither
            return
        self._check_no_statement(method)
        if self._limit_clause is not None or self._offset_clause is not None:
            raise sa_exc.InvalidRequestError(_AFTER_LIMIT.format(method))

    def _check_no_statement(self, method: str) -> None:
        if self._statement is not None:
            raise sa_exc.InvalidRequestError(_AFTER_STATEMENT.format(method))

    def _check_no_criterion(self, method: str, names: Sequence[str]) -> None:
        """Refuse a method after any of the things in `names`."""
        if any(map(self._has_said, names)):
            raise sa_exc.InvalidRequestError(_WITH_CRITERION.format(method))

    def _has_said(self, name: str) -> bool:
        said = self.__dict__.get(name)
        return bool(said) if isinstance(said, (tuple, bool)) else said is not None

    # criteria --------------------------------------------------------------------------------

    def where(self, *criterion: Any) -> Self:
        """Only the rows for which all criteria hold. A plain string is taken as text()."""
        self._check_open("filter")
        said = self._where_criteria
        for each in criterion:
            if not isinstance(each, ColumnElement):
                each = elements.text(each) if isinstance(each, str) else elements.as_condition(each)
            said = (*said, each)
        return self._with(_where_criteria=said)

    def _filter_by_namespace(self) -> tuple[Any, Any]:
        found = self._last_joined()
        if found is None:
            return self._first_namespace()
        return getattr(found, "entity_namespace", found), found

    def _last_joined(self) -> Any:
        """What the joins lead to; follows the names in join("addresses", "dingalings")."""
        at: Any = None
        for step in self._setup_joins:
            destination = step.destination
            if destination is None:
                if at is None or not step.from_joinpoint:
                    at = self._entity_selected_first()
                name = step.onclause if isinstance(step.onclause, str) else step.target
                prop = getattr(getattr(at, "mapper", None), "_props", {}).get(name)
                destination = getattr(prop, "entity", None)
            if destination is None:
                return None
            at = destination
        return at

    def _entity_selected_first(self) -> Any:
        """The first entity in the first selected thing, even inside a subquery."""
        return entity_among(part for each in self._raw_columns[:1] for part in iterate(each))

    def _sorted(self, name: str, clauses: tuple[Any, ...], role: str) -> Self:
        """Sort or group. A string to sort by is a column's name, or else text()."""
        self._check_open(role.lower().replace(" ", "_"))
        if len(clauses) == 1 and clauses[0] is False:
            clauses = (None,)
        elif role == "ORDER BY":
            clauses = tuple(map(_name_or_text, clauses))
        return super()._sorted(name, clauses, role)

    def having(self, criterion: Any) -> Self:
        """Only the groups for which the criterion holds."""
        self._check_open("having")
        added = elements.as_condition(criterion)
        return self._with(_having_criteria=(*self._having_criteria, added))

    def distinct(self, *expr: Any) -> Self:
        """Equal rows only once."""
        self._check_no_statement("distinct")
        if not expr:
            return self._with(_distinct=True)
        on = self._distinct_on + sorting(expr, "GROUP BY / OF / etc.")
        return self._with(_distinct=True, _distinct_on=on)

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, slice):
            start, stop = _bound(item.start), _bound(item.stop)
            if isinstance(start, int) and isinstance(stop, int) and stop - start <= 0:
                return []
            if (isinstance(start, int) and start < 0) or (isinstance(stop, int) and stop < 0):
                return self._all_for_the_last()[item]
            found = list(self.slice(start, stop))
            return found if item.step is None else found[:: item.step]
        if item == -1:
            return self._all_for_the_last()[-1]
        return list(self[item : item + 1])[0]  # noqa: RUF015 (an IndexError is wanted)

    def _all_for_the_last(self) -> list[Any]:
        if self.session is not None and self.session.future:
            raise IndexError("negative indexes are not accepted by SQL index / slice operators")
        return list(self)

    def correlate(self, *fromclauses: Any) -> Self:
        """As a subquery, take these FROM elements from the enclosing statement; None: take none."""
        return self._correlated("_correlate", fromclauses)

    # FROM ------------------------------------------------------------------------------------

    def select_from(self, *from_obj: Any) -> Self:
        """Say where the rows come from, and where joins start."""
        self._check_no_criterion("select_from", _CRITERIA_AND_ORDER)
        return self._with(_from_obj=tuple(_from_clause(each) for each in from_obj))

    def join(
        self, target: Any, *props: Any, isouter: bool = False, full: bool = False, **unknown: Any
    ) -> Self:
        """JOIN with a class, an alias, a table, or along a relationship.

        target: what to join, or the relationship that leads there. props: the condition (or the
        relationship) to join `target` by; in the older style, further targets, which may be names
        and tuples (target, condition). isouter, full: LEFT OUTER, FULL.

        Raises: TypeError: unknown keywords. Errors in the join itself are raised when the query
                runs.
        """
        self._check_open("join")
        for name in ("aliased", "from_joinpoint"):
            if unknown.pop(name, False):
                raise TypeError(f"join({name}=True) is not in miniorm; SQLAlchemy has it")
        if unknown:
            raise TypeError("unknown arguments: {}".format(", ".join(sorted(unknown))))
        if props and props[0] is None:
            props = props[1:]
        joins = list(self._setup_joins)
        if not props and isinstance(target, QueryableAttribute):
            joins.append(
                JoinStep(target, None, None, isouter, full, False, True)
            )  # FASTPATH: usual
        else:
            for index, (right, onclause) in enumerate(_join_arguments(target, props)):
                refuse_as_plain_target(right, self, *self._raw_columns, *self._where_criteria)
                right = _joinable(right, onclause)
                joins.append(JoinStep(right, onclause, None, isouter, full, index > 0, True))
        return self._with(_setup_joins=tuple(joins))

    def outerjoin(self, target: Any, *props: Any, **kwargs: Any) -> Self:
        """As join(), with LEFT OUTER."""
        return self.join(target, *props, **{**kwargs, "isouter": True})

    # what is selected ------------------------------------------------------------------------

    def with_entities(self, *entities: Any) -> Self:
        """Select other things, with the same criteria."""
        new = self._with(_raw_columns=list(map(_selected, entities)))
        replace_columns(new, self._raw_columns)
        return new

    def add_columns(self, *column: Any) -> Self:
        """Select more columns."""
        return self._with(_raw_columns=[*self._raw_columns, *map(_selected, column)])

    def add_entity(self, entity: Any, alias: Any = None) -> Self:
        """Select one more mapped class."""
        element = as_selected(entity if alias is None else aliased(entity, alias))
        return self._with(_raw_columns=[*self._raw_columns, element])

    @property
    def column_descriptions(self) -> list[dict[str, Any]]:
        """What is selected, as dictionaries."""
        return described(self)

    # options ---------------------------------------------------------------------------------

    def options(self, *args: Any) -> Self:
        """Say how attributes are to be loaded: joinedload(User.addresses) and the like."""
        opts = tuple(_flat(args))
        for opt in opts:
            opt._is_legacy_option  # noqa: B018 (raises for what is not an option)
        return self._with(_with_options=self._with_options + opts)

    def enable_eagerloads(self, value: bool) -> Self:
        """Switch joined eager loading on or off."""
        return self._with(_eager=value)

    def populate_existing(self) -> Self:
        """Overwrite the values of known objects, their changes included."""
        return self._with(_purpose=POPULATE_EXISTING)

    def yield_per(self, count: int) -> Self:
        """While iterating, fetch so many rows at a time."""
        return self._with(_yield_per=count)

    def autoflush(self, setting: bool) -> Self:
        """Whether the session is flushed before this query."""
        return self._with(_autoflush=setting)

    def params(self, *args: Any, **kwargs: Any) -> Self:
        """Values for named parameters, as in text("name = :name")."""
        if len(args) > 1:
            raise sa_exc.ArgumentError(
                "params() takes zero or one positional argument, which is a dictionary."
            )
        for given in args:
            kwargs.update(given)
        return self._with(_params=self._params.union(kwargs))

    def with_parent(self, instance: Any, property: Any = None, from_entity: Any = None) -> Self:
        """Only what is related to this object.

        Raises: InvalidRequestError: the object has no relationship to what is selected.
        """
        if from_entity:
            entity = inspect(from_entity)
        else:
            first = self._last_joined()
            if first is None:
                first = entity_among(self._from_obj[:1])
            if first is None:
                first = next(iter(self._raw_columns), None)
            entity = getattr(first, "_annotations", {}).get("parententity", first)
        if property is None:
            property = _relationship_between(object_mapper(instance), entity, instance)
        return self.filter(with_parent(instance, property, entity.entity))

    # a full statement ------------------------------------------------------------------------

    def from_statement(self, statement: Any) -> Self:
        """Send this statement, and read the entities from its columns. A string is text()."""
        self._check_no_criterion("from_statement", _CRITERIA_AND_ORDER)
        if isinstance(statement, str):
            statement = elements.text(statement)
        role = "SELECT construct or equivalent text() construct"
        element = elements.given_clause(statement, role, "is_select", "_is_text_clause")
        return self._with(_statement=element)

    # this query as a part of another ---------------------------------------------------------

    @property
    def statement(self) -> Any:
        """This query as a SELECT, without labels."""
        return self._to_select(LABEL_STYLE_DISAMBIGUATE_ONLY)

    @property
    def selectable(self) -> Any:
        """The SELECT, with labels."""
        return self.__clause_element__()

    def __clause_element__(self) -> Any:
        return self.enable_eagerloads(False)._to_select(self._label_style, all_columns=True)

    def _to_select(self, label_style: Any, all_columns: bool = False) -> Any:
        """This query as a select(). all_columns: with the deferred ones."""
        statement: Any
        if self._statement is not None:
            statement = StatementOfEntities(self._statement, self)
        elif self._base is not None or not self._raw_columns:
            # If nothing is selected, the compilation raises the error.
            asked = Asked.of(
                self, _label_style=label_style, toplevel=self._eager, shows_deferred=all_columns
            )
            statement = Compilation(asked).statement
        else:
            statement = Select._of_columns(self._raw_columns)
            stored = statement.__dict__
            stored["_label_style"] = label_style
            for name, value in self.__dict__.items():
                if name in SAID:
                    stored[name] = value
            stored["_all_columns"] = all_columns
            stored["_of_query"] = True
        return statement.params(self._params) if self._params else statement

    @property
    def _inner(self) -> Any:
        return self.enable_eagerloads(False).statement

    def subquery(self, name: str | None = None, **left_out: Any) -> Any:
        """This query in parentheses, for FROM."""
        refuse_arguments("Query.subquery", left_out, "with_labels reduce_columns")
        return self._inner.subquery(name)

    def cte(self, name: str | None = None, recursive: bool = False) -> Any:
        """This query before another one: WITH name AS (...)."""
        return self._inner.cte(name=name, recursive=recursive)

    def label(self, name: str | None) -> Any:
        """This query as a value with a name."""
        return self._inner.label(name)

    def scalar_subquery(self) -> Any:
        """This query as a value."""
        return self._inner.scalar_subquery()

    @sa_exc.deprecated_method("Query.as_scalar", "Please refer to Query.scalar_subquery().")
    def as_scalar(self) -> Any:
        """The old name of scalar_subquery()."""
        return self.scalar_subquery()

    def exists(self) -> Any:
        """`EXISTS (this query)`."""
        asking = self if self._raw_columns else self.add_columns(elements.literal_column("1"))
        labelled = asking.enable_eagerloads(False)._to_select(LABEL_STYLE_TABLENAME_PLUS_COL)
        statement = labelled.with_only_columns(1)
        entity = self._entity_selected_first()
        if entity is not None:
            statement = statement.select_from(entity.entity)
        return exists(statement)

    union = _read_from(union, "UNION")
    union_all = _read_from(union_all, "UNION ALL")
    intersect = _read_from(intersect, "INTERSECT")
    intersect_all = _read_from(intersect_all, "INTERSECT ALL")
    except_ = _read_from(except_, "EXCEPT")
    except_all = _read_from(except_all, "EXCEPT ALL")

    # compiling -------------------------------------------------------------------------------

    def _sending(self) -> tuple[Sending, Binds]:
        """The compiled form, ready to be sent, and the parameters for it."""
        if self._statement is not None:
            query = StatementQuery(Asked.of(self), self._statement, self._purpose)
            return statement_sending(self.session, query, self._autoflush), Binds()
        key, make, binds = shape_of(self, self._purpose)
        return compile_shape(self.session, key, make, self._cause, self._autoflush), binds

    def __str__(self) -> str:
        asked, statement = Asked.of(self), self._statement
        if statement is None:
            statement = Compilation(asked, purpose=self._purpose).statement
        if self.session is not None:
            with suppress(sa_exc.UnboundExecutionError):
                return str(statement.compile(bind_of(self.session, asked, statement)))
        return str(statement)

    # running ---------------------------------------------------------------------------------

    def _load(self) -> list[Any]:
        """All results: objects, or rows."""
        if self.session is None:
            getattr(self.session, "execute")  # noqa: B009  raises the original's AttributeError
        if self._yield_per is not None:
            return list(self._in_chunks())
        sending, values = self._sending()
        loaded = loading.run(sending, values, self._params)
        query = sending.query
        query.recognize(self._raw_columns)
        return query.rows(query.unique(loaded))

    def all(self) -> list[Any]:
        """All results, as a list."""
        return self._load()

    def __iter__(self) -> Iterator[Any]:
        # A generator: nothing is sent before the first result is asked for.
        if self._yield_per is not None:
            yield from self._in_chunks()
        else:
            yield from self._load()

    def _in_chunks(self) -> Iterator[Any]:
        sending, values = self._sending()
        parts = loading.run_when_read(sending, values, self._params, self._yield_per)
        for loaded in parts(self._yield_per):
            yield from sending.query.rows(loaded)

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
        if not loaded or loaded[0] is None:
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
        if len(loaded) > 1 and loaded[0] is not None:
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
            # As in the original, this looks for a column of that name in the statement itself.
            return self.with_entities(number_of_rows).scalar()
        outer = type(self)([number_of_rows], self.session)
        outer._base = self.enable_eagerloads(False)._to_select(self._label_style).subquery()
        outer._cause = COUNT
        outer._params = self._params
        outer._autoflush = self._autoflush
        return outer.scalar()

    def get(self, ident: Any) -> Any:
        """The object with this primary key: from the identity map, else by one SELECT; or None.

        Raises: InvalidRequestError: there is a criterion, or more than one class is asked for.
        """
        self._check_no_criterion("get", _CRITERIA)
        entities = entities_of_all(self._raw_columns)
        if len(entities) != 1 or not isinstance(entities[0], MapperEntity):
            raise sa_exc.InvalidRequestError(
                "get() can only be used against a single mapped class."
            )
        entity = entities[0].entity
        populates = self._purpose is POPULATE_EXISTING
        return loading.get(self.session, entity, ident, self._with_options, populates)

    # bulk changes ----------------------------------------------------------------------------

    def delete(self, synchronize_session: Any = "evaluate") -> int:
        """DELETE the rows that match; return their number.

        synchronize_session: how objects in the session are updated: "evaluate", "fetch", False.
        """
        return bulk.change_rows(self, delete, synchronize_session)

    def update(
        self, values: Any, synchronize_session: Any = "evaluate", update_args: Any = None
    ) -> int:
        """UPDATE the rows that match; return their number.

        synchronize_session: how objects in the session are updated: "evaluate", "fetch", False.
        """
        if update_args is not None:
            refuse_arguments("Query.update", {"update_args": update_args}, "update_args")
        return bulk.change_rows(self, update, synchronize_session, values)


show_as_own(Query, "limit offset slice order_by group_by")
leave_out(
    Query,
    "add_column apply_labels enable_assertions execution_options from_self get_execution_options "
    "get_label_style instances is_single_entity lazy_loaded_from merge_result only_return_tuples "
    "prefix_with reset_joinpoint select_entity_from set_label_style suffix_with value values "
    "with_for_update with_hint with_labels with_polymorphic with_session "
    "with_statement_hint with_transformation",
)

# What get() may not follow; select_from() and from_statement() may not follow sorting, either.
_CRITERIA = (
    "_where_criteria",
    "_statement",
    "_from_obj",
    "_base",
    "_setup_joins",
    "_limit_clause",
    "_offset_clause",
    "_group_by_clauses",
)
_CRITERIA_AND_ORDER = (*_CRITERIA, "_order_by_clauses", "_distinct")
# No criterion may follow these.
_CLOSING = frozenset(["_limit_clause", "_offset_clause", "_statement"])

# What moves inside when a query becomes a subquery of itself.
_INSIDE = (*_CRITERIA_AND_ORDER, "_having_criteria", "_distinct_on", "_replaced")


def _selected(thing: Any) -> Any:
    """An argument of query(), as an element; a plain string is a column's name, as in 0.6.

    Raises: ArgumentError: it is neither mapped nor SQL.
    """
    if isinstance(thing, str):
        return elements.literal_column(thing)
    mapper = vars(thing).get("_sa_class_manager") if isinstance(thing, type) else None
    if mapper is not None:
        mapper.check_configured_once()
        return mapper._annotated_table
    if "_sa_instance_state" in getattr(thing, "__dict__", ()):
        thing._sa_instance_state._post_inspect  # noqa: B018  raises for an object
    return as_selected(thing)


def _from_clause(thing: Any) -> Any:
    """A FROM element that still knows its entity.

    Raises: ArgumentError: it has no rows.
    """
    if isinstance(thing, str):
        raise elements.not_expected(FROM_ELEMENT, thing)
    element = elements.clause_of(thing)
    if element is not None and element._is_text_clause:
        raise elements.no_select(FROM_ELEMENT, thing, element)
    return element if isinstance(element, FromClause) else from_element(thing)


def _name_or_text(clause: Any) -> Any:
    """A string is a column's name or label; one that cannot be a name is SQL, as in 0.6."""
    if not isinstance(clause, str):
        return clause
    return elements.TextualLabelReference(clause, or_text=not clause.isidentifier())


def _join_arguments(target: Any, props: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    """The steps in the arguments of join(): (target, condition or None)."""
    onclause = props[0] if props else None
    if not props and not isinstance(target, tuple):
        return [(target, None)]
    is_target = isinstance(target, (FromClause, SelectBase, type, AliasedClass))
    conditions = (elements.ColumnElement, str, QueryableAttribute, FunctionType)
    is_condition = onclause is None or isinstance(onclause, conditions)
    if len(props) <= 1 and is_target and is_condition:
        return [(target, onclause)]
    steps: list[tuple[Any, Any]] = []
    for each in (target, *props):
        right, onclause = each[0] if isinstance(each, tuple) else each, None
        if isinstance(each, tuple) and len(each) == 2:
            is_constant = each[1] is None or isinstance(each[1], bool)
            onclause = as_on_clause(each[1]) if is_constant else each[1]
            if isinstance(right, (str, QueryableAttribute)):  # in the oldest programs
                right, onclause = onclause, right
        steps.append((right, onclause))
    return steps


def _joinable(target: Any, onclause: Any) -> Any:
    """The thing to join. What cannot be joined fails as in the original, by accident there.

    Raises: AttributeError, ArgumentError: it cannot be joined.
    """
    if isinstance(target, (Query, SelectBase)):
        target = as_from(target)
    kinds = (str, QueryableAttribute, elements.ClauseElement)
    is_target = isinstance(target, (*kinds, AliasedClass))
    insp = None if is_target else inspect(target, raiseerr=False)
    if insp is not None and insp.is_instance:
        role = "Join target, typically a FROM expression, or ORM relationship attribute"
        raise elements.not_expected(role, target)
    if insp is None and not is_target:
        raise AttributeError("'NoneType' object has no attribute '_is_select_statement'")
    if onclause is not None and not isinstance(onclause, kinds):
        as_on_clause(onclause)
    return target


def _relationship_between(mapper: Any, entity: Any, instance: Any) -> Any:
    target = entity.mapper
    for prop in mapper.attrs:
        if isinstance(prop, RelationshipProperty) and prop.mapper is target:
            return prop
    raise sa_exc.InvalidRequestError(
        "Could not locate a property which relates instances of class "
        f"'{target.class_.__name__}' to instances of class '{instance.__class__.__name__}'"
    )


def _bound(value: Any) -> Any:
    """A bound of a slice, as an integer if it can be one."""
    return value.__index__() if hasattr(value, "__index__") else value


def _flat(things: Iterable[Any]) -> Iterator[Any]:
    """Yield the things in a collection, and in the collections in it."""
    for thing in things:
        if hasattr(thing, "__iter__") and not isinstance(thing, str):
            yield from _flat(thing)
        else:
            yield thing
