"""Bulk changes: one UPDATE or DELETE for all rows that match, and the objects that feel it.

Before: `Query.update()`, `Query.delete()`, and update() or delete() of a mapped class in
        `Session.execute()`.
Here:   which objects of the session match ("evaluate": asked in Python; "fetch": asked with a
        SELECT first), and what becomes of them.
After:  engine/connection.py sends; orm/evaluator.py asks the objects.

Such a change goes around the unit of work: no cascades, no order, and only what stands here keeps
the session from going stale.

Follows: SQLAlchemy 1.4, "UPDATE and DELETE with arbitrary WHERE clause".
"""

from __future__ import annotations

from contextlib import suppress

from ormtutor.miniorm.engine.cause import Cause
from ormtutor.miniorm.exc import ArgumentError, InvalidRequestError
from ormtutor.miniorm.orm.attributes import QueryableAttribute
from ormtutor.miniorm.orm.evaluator import Evaluator, UnevaluatableError
from ormtutor.miniorm.orm.persistence import cause_for
from ormtutor.miniorm.sql.dml import Update
from ormtutor.miniorm.sql.elements import clause_of, literal
from ormtutor.miniorm.sql.select import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ormtutor.miniorm.orm.mapper import Mapper
    from ormtutor.miniorm.orm.state import InstanceState

STRATEGIES = ("evaluate", "fetch", False)

# What a Query may not have said before update() or delete(): attribute -> the method that said it.
NOT_BEFORE = {
    "_limit_clause": "limit()",
    "_offset_clause": "offset()",
    "_order_by_clauses": "order_by()",
    "_group_by_clauses": "group_by()",
    "_distinct": "distinct()",
    "_from_obj": "join(), outerjoin(), select_from(), or from_self()",
    "_setup_joins": "join(), outerjoin(), select_from(), or from_self()",
}


def change_rows(query: Any, kind: Any, strategy: Any, values: Any = None) -> int:
    """`Query.update()` and `Query.delete()`: one statement; gives the number of rows.

    kind: Update or Delete. strategy: one of STRATEGIES. values: attribute (or its name) -> value,
    a list of such pairs, or values for all columns.

    Raises: InvalidRequestError: the query is more than criteria, or Python cannot evaluate them.
    """
    mapper, table = _subject_of(query)
    statement = kind(table).where(*query._where_criteria)
    values = _paired(table, values) if kind is Update else None
    change = BulkChange(query.session, mapper, statement, strategy, values)
    count: int = change.run(query._params, query._autoflush).rowcount
    return count


def execute_dml(
    session: Any,
    entity: Any,
    statement: Any,
    params: Any = None,
    options: dict[str, Any] | None = None,
    bind_arguments: dict[str, Any] | None = None,
) -> Any:
    """`Session.execute()` of update() or delete() of a mapped class; gives its result."""
    options = dict(options or {})
    strategy = options.pop("synchronize_session", "evaluate")
    mapper = entity.mapper
    values = (statement._values or {}) if statement.is_update else None
    change = BulkChange(session, mapper, statement, strategy, values)
    return change.run(params, options.get("autoflush", True), options, bind_arguments)


def _paired(table: Any, values: Any) -> Any:
    """Values without names go to the columns in their order, as in Core."""
    if isinstance(values, dict) or (values and isinstance(values[0], (list, tuple))):
        return values
    return Update(table).values(values)._values


def _with_columns(statement: Any, resolved: list[tuple[Any, str | None, Any]]) -> Any:
    """An update() whose values are spelled by column."""
    pairs = [(column, value) for column, _, value in resolved]
    statement = statement._with(_values=None)
    if statement._in_order:
        return statement.ordered_values(*pairs)
    return statement.values(dict(pairs)) if pairs else statement


def _subject_of(query: Any) -> tuple[Any, Any]:
    """The mapper of the query's one entity (None: a plain table), and the table that is changed.

    Raises: InvalidRequestError: the query says more than a WHERE. ArgumentError: it is of columns,
            or of several things.
    """
    for name, method in NOT_BEFORE.items():
        if query._has_said(name):
            raise InvalidRequestError(
                f"Can't call Query.update() or Query.delete() when {method} has been called"
            )
    first, *others = [clause_of(entity) for entity in query._entities]
    if not getattr(first, "_is_from_clause", False):
        raise ArgumentError(
            f"subject table for an INSERT, UPDATE or DELETE expected, got {first._deannotated!r}."
        )
    if others:
        raise ArgumentError(
            f"SQL expression for WHERE/HAVING role expected, got {others[0]._deannotated!r}."
        )
    return first._annotations.get("parententity"), first


def resolve_values(mapper: Any, values: Any, strategy: Any) -> list[tuple[Any, str | None, Any]]:
    """What is set: (column, attribute or None, value), in the order given.

    Raises: InvalidRequestError: no such attribute, and objects are to follow the change.
            ArgumentError: that is no column.
    """
    pairs = list(values if isinstance(values, list | tuple) else values.items())
    return [(*_column_and_key(mapper, each, strategy), value) for each, value in pairs]


def _column_and_key(mapper: Any, given: Any, strategy: Any) -> tuple[Any, str | None]:
    if isinstance(given, str):
        if mapper is None:
            return given, None
        attribute = mapper.class_.__dict__.get(given)
        if not isinstance(attribute, QueryableAttribute):
            if strategy is False:
                return given, None
            raise InvalidRequestError(f"Invalid expression type: {given!r}")
        given = attribute
    element = clause_of(given)
    if element is None or not element._is_column_clause:
        raise ArgumentError(f"SET/VALUES column expression or string key expected, got {given!r}.")
    column = element._deannotated
    prop = None if mapper is None else mapper._columntoproperty.get(column)
    return column, None if prop is None else prop.key


class BulkChange:
    """One UPDATE or DELETE, with what becomes of the session's objects.

    values: what an UPDATE sets, as it was spelled; None for a DELETE. strategy: one of STRATEGIES.
    """

    def __init__(
        self,
        session: Any,
        mapper: Mapper | None,
        statement: Any,
        strategy: Any,
        values: Any,
    ) -> None:
        self.values = None if values is None else resolve_values(mapper, values, strategy)
        if strategy not in STRATEGIES:
            raise ArgumentError(
                "Valid strategies for session synchronization are 'evaluate', 'fetch', False"
            )
        self.session = session
        self.mapper = mapper
        self.statement = statement
        if self.values is not None:
            self.statement = _with_columns(statement, self.values)
        self.strategy = strategy if mapper is not None else False
        name = statement.table.name if mapper is None else mapper.class_.__name__
        what = "delete" if values is None else "update"
        self.cause = Cause("query", subject=name, detail=f"bulk {what}")

    def run(
        self, params: Any, autoflush: bool, options: Any = None, bind_arguments: Any = None
    ) -> Any:
        """Find who matches, send the statement, tell the objects; gives the result."""
        session = self.session
        if autoflush:
            session._autoflush(self.cause)
        setters = self._setters()
        matched: list[InstanceState] = []
        if self.strategy == "evaluate":
            matched = self._evaluated()
        elif self.strategy == "fetch":
            matched = self._fetched(params)
        arguments = {"mapper": self.mapper, "clause": self.statement, **(bind_arguments or {})}
        connection = session._connection_for_bind(session.get_bind(**arguments))
        cause = cause_for(self.cause, connection, matched) if matched else self.cause
        options = {**(options or {}), "future_result": False}
        result = connection._execute_20(self.statement, params or {}, options, _cause=cause)
        if self.values is None:
            session._remove_newly_deleted(matched)
        else:
            self._apply(matched, setters)
        return result

    # who matches ------------------------------------------------------------------------------

    def _evaluated(self) -> list[InstanceState]:
        assert self.mapper is not None
        evaluator = Evaluator(self.mapper)
        try:
            functions = [evaluator.function(clause) for clause in self.statement._where_criteria]
        except UnevaluatableError as error:
            raise InvalidRequestError(
                f"Could not evaluate current criteria in Python: \"{error}\". Specify 'fetch' or "
                "False for the synchronize_session execution option."
            ) from error
        found = []
        for state in list(self.session.identity_map.table_for(self.mapper.class_).values()):
            obj = state()
            if obj is not None and not state.expired and all(f(obj) for f in functions):
                found.append(state)
        return found

    def _fetched(self, params: Any) -> list[InstanceState]:
        mapper = self.mapper
        assert mapper is not None
        statement = select(*mapper.primary_key).where(*self.statement._where_criteria)
        bind = self.session.get_bind(mapper=mapper, clause=statement)
        connection = self.session._connection_for_bind(bind)
        rows = connection._execute_20(statement, params or {}, _cause=self.cause).all()
        table = self.session.identity_map.table_for(mapper.class_)
        found = []
        for row in rows:
            state = table.get(row[0] if mapper.single_key else tuple(row))
            if state is not None and state() is not None:
                found.append(state)
        return found

    # what becomes of them ---------------------------------------------------------------------

    def _setters(self) -> dict[str, Callable[[Any], Any]]:
        """For each attribute whose new value Python can tell, how."""
        setters: dict[str, Callable[[Any], Any]] = {}
        if self.mapper is None or self.values is None or self.strategy is False:
            return setters
        evaluator = Evaluator(self.mapper)
        for _, key, value in self.values:
            if key is None:
                continue
            clause = clause_of(value)
            with suppress(UnevaluatableError):
                setters[key] = evaluator.function(literal(value) if clause is None else clause)
        return setters

    def _apply(
        self, matched: list[InstanceState], setters: dict[str, Callable[[Any], Any]]
    ) -> None:
        keys = {key for _, key, _ in self.values or () if key is not None}
        for state in matched:
            obj = state()
            if obj is None:
                continue
            values = obj.__dict__
            told = state.unmodified_intersection(setters)
            values.update({key: setters[key](obj) for key in told if key in values})
            state.commit(values, told)
            stale = keys.intersection(values).difference(told)
            if stale:
                state.expire_attributes(values, stale)
        self.session._register_altered(matched)
