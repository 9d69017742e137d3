"""Bulk changes: one UPDATE or DELETE for all rows that match, and the objects that it affects.

Before: `Query.update()`, `Query.delete()`, and update() or delete() of a mapped class in
        `Session.execute()`.
Here:   which objects of the session match ("evaluate": tested in Python; "fetch": found by a SELECT
        first), and what becomes of them.
After:  engine/connection.py sends; orm/evaluator.py tests the objects.

Such a change bypasses the unit of work: no cascades, no order, and only what is done here keeps
the session's objects from going stale.

Follows: SQLAlchemy 1.4, "UPDATE and DELETE with arbitrary WHERE clause".
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property

from ormtutor.miniorm.engine.cause import Cause
from ormtutor.miniorm.exc import ArgumentError, InvalidRequestError
from ormtutor.miniorm.orm.evaluator import Evaluator, UnevaluatableError
from ormtutor.miniorm.orm.persistence import cause_for
from ormtutor.miniorm.sql.elements import and_, as_expression
from ormtutor.miniorm.sql.select import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ormtutor.miniorm.orm.state import InstanceState

STRATEGIES = ("evaluate", "fetch", False)

# Methods that a Query refuses before update() or delete(), by the attribute that they set.
NOT_BEFORE = {
    "_limit_clause": "limit()",
    "_offset_clause": "offset()",
    "_order_by_clauses": "order_by()",
    "_group_by_clauses": "group_by()",
    "_distinct": "distinct()",
    "_base": "join(), outerjoin(), select_from(), or from_self()",
    "_from_obj": "join(), outerjoin(), select_from(), or from_self()",
    "_setup_joins": "join(), outerjoin(), select_from(), or from_self()",
}


def change_rows(query: Any, kind: Any, strategy: Any, values: Any = None) -> int:
    """`Query.update()` and `Query.delete()`: one statement; returns the number of rows.

    kind: update or delete. strategy: one of STRATEGIES. values: attribute (or its name) -> value,
    or values for all columns.

    Raises: InvalidRequestError: the query is more than criteria, or Python cannot evaluate them.
    """
    plain = query.enable_eagerloads(False)  # a dynamic attribute without session raises here
    for name, method in NOT_BEFORE.items():
        if plain._has_said(name):
            raise InvalidRequestError(
                f"Can't call Query.update() or Query.delete() when {method} has been called"
            )
    statement = kind(*query._raw_columns)
    if statement.is_update:
        statement = statement.values(values)
    statement = statement._with(_where_criteria=query._where_criteria)
    change = BulkChange(query.session, statement, strategy)
    return change.run(query._params, {}, {}).rowcount


class BulkChange:
    """One UPDATE or DELETE, and its effect on the session's objects.

    mapper: None for the rows of a plain table. strategy: one of STRATEGIES.
    """

    def __init__(self, session: Any, statement: Any, strategy: Any) -> None:
        entity = statement.table._annotations.get("parententity")
        mapper: Any = None if entity is None else entity.mapper
        if mapper is not None and strategy is not None and strategy not in STRATEGIES:
            raise ArgumentError(
                "Valid strategies for session synchronization are 'evaluate', 'fetch', False"
            )
        self.session = session
        self.mapper = mapper
        self.statement = statement
        self.strategy = strategy if mapper is not None else False
        name = statement.table.name if mapper is None else mapper.class_.__name__
        self.cause = Cause("query", subject=name, detail=f"bulk {statement.__visit_name__}")

    @cached_property
    def values(self) -> dict[str, Any]:
        """What an UPDATE sets, by attribute.

        Raises: InvalidRequestError: no such attribute.
        """
        by_key: dict[str, Any] = {}
        for given, value in (self.statement._values or {}).items():
            if isinstance(given, str):
                raise InvalidRequestError(f"Invalid expression type: {given!r}")
            prop = self.mapper._columntoproperty.get(given._deannotated)
            if prop is not None:
                by_key[prop.key] = value
        return by_key

    def run(self, params: Any, options: Any, bind_arguments: Any) -> Any:
        """Find the objects that match, send the statement, update them; return the result."""
        session = self.session
        if self.mapper is not None:  # as in the original, even after query.autoflush(False)
            session._autoflush(self.cause)
        matched: list[InstanceState] = []
        if self.strategy == "evaluate":
            matched = self._evaluated()
        elif self.strategy == "fetch":
            if options.get("autoflush", True):
                # Once more: the first flush may have left an object marked.
                session._autoflush(self.cause)
            matched = self._fetched(params)
        if self.strategy and self.statement.is_update:
            self.values  # noqa: B018  raises for unknown attributes, before the UPDATE
        arguments = {"mapper": self.mapper, "clause": self.statement, **bind_arguments}
        connection = session._connection_for_bind(session.get_bind(**arguments))
        cause = cause_for(self.cause, connection, matched) if matched else self.cause
        options = {**options, "future_result": False}
        result = connection._execute_20(self.statement, params or {}, options, _cause=cause)
        if self.statement.is_delete:
            session._remove_newly_deleted(matched)
        elif self.strategy:
            self._apply(matched)
        return result

    # which objects match ----------------------------------------------------------------------

    def _evaluated(self) -> list[InstanceState]:
        evaluator = Evaluator(self.mapper)
        criteria = self.statement._where_criteria
        if len(criteria) > 1:
            # In a conjunction a boolean column becomes a comparison, which Python cannot evaluate.
            criteria = (and_(*criteria),)
        try:
            functions = [evaluator.function(clause) for clause in criteria]
        except UnevaluatableError as error:
            raise InvalidRequestError(
                f"Could not evaluate current criteria in Python: \"{error}\". Specify 'fetch' or "
                "False for the synchronize_session execution option."
            ) from error
        return [
            state
            for state in list(self.session.identity_map.table_for(self.mapper.class_).values())
            if (obj := state()) is not None
            and not state.expired
            and all(function(obj) for function in functions)
        ]

    def _fetched(self, params: Any) -> list[InstanceState]:
        mapper = self.mapper
        statement = select(*mapper.primary_key).where(*self.statement._where_criteria)
        bind = self.session.get_bind(mapper=mapper, clause=statement)
        connection = self.session._connection_for_bind(bind)
        mapper.check_configured_once()
        rows = connection._execute_20(statement, params or {}, _cause=self.cause).all()
        table = self.session.identity_map.table_for(mapper.class_)
        states = [table.get(mapper.ident_of(row)) for row in rows]
        return [state for state in states if state is not None and state() is not None]

    # what becomes of them ---------------------------------------------------------------------

    def _setters(self) -> dict[str, Callable[[Any], Any]]:
        """The functions that compute new values, for attributes where Python can."""
        setters: dict[str, Callable[[Any], Any]] = {}
        evaluator = Evaluator(self.mapper)
        for key, value in self.values.items():
            with suppress(UnevaluatableError):
                setters[key] = evaluator.function(as_expression(value))
        return setters

    def _apply(self, matched: list[InstanceState]) -> None:
        setters = self._setters()
        for state in matched:
            obj = state()
            if obj is None:
                continue
            values = obj.__dict__
            computed = state.unmodified_intersection(setters)
            values.update({key: setters[key](obj) for key in computed if key in values})
            state.commit(values, computed)
            stale = self.values.keys() & values.keys() - computed
            if stale:
                state.expire_attributes(values, stale)
        self.session._register_altered(matched)
