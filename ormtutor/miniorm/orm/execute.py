"""Session.execute: a statement as a whole, with entities in it or without.

Before: session.execute(select(User)), with the session's transaction.
Here:   execute() finds who sends it: a select() of entities is compiled and read as a Query is, a
        bulk change goes to orm/bulk.py, everything else to the connection.
After:  orm/compiled.py finds the compiled form, orm/loading.py sends it.

Follows: SQLAlchemy 1.4, "Session API", execute().
"""

from __future__ import annotations

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.doors import known_as
from ormtutor.miniorm.engine.execution import parameter_sets_20
from ormtutor.miniorm.orm import bulk, loading
from ormtutor.miniorm.orm.asked import Asked, entities_of_all, is_orm_select
from ormtutor.miniorm.orm.attributes import QueryableAttribute
from ormtutor.miniorm.orm.compiled import (
    StatementQuery,
    compile_shape,
    names_of,
    shape_of,
    statement_sending,
)
from ormtutor.miniorm.orm.rowloader import LOADING, POPULATE_EXISTING
from ormtutor.miniorm.sql import elements
from ormtutor.miniorm.sql.select import Said, Select, Statement
from ormtutor.miniorm.sql.selectable import LABEL_STYLE_DISAMBIGUATE_ONLY
from ormtutor.miniorm.sql.traversal import Binds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ormtutor.miniorm.orm.session import Session


def execute(
    session: Session, statement: Any, params: Any, execution_options: Any, bind_arguments: Any
) -> Any:
    """`Session.execute`: any statement, ORM or Core; returns its Result.

    Raises: ArgumentError: it is not a statement.
    """
    statement = _executable(statement)
    options = {**statement._execution_options, **(execution_options or {})}
    if isinstance(statement, StatementOfEntities) or (
        isinstance(statement, Select) and is_orm_select(statement)
    ):
        return _execute_orm_select(session, statement, params, options, bind_arguments)
    if getattr(statement, "is_dml", False):
        entity = statement.table._annotations.get("parententity")
        if entity is not None and not statement.is_insert:
            strategy = options.pop("synchronize_session", "evaluate")
            change = bulk.BulkChange(session, statement, strategy)
            return change.run(params, options, bind_arguments)
        if entity is not None:
            execution_options = {**(execution_options or {}), "future_result": False}
            bind_arguments = {"mapper": entity.mapper, **bind_arguments}
    bind = session.get_bind(**{"clause": statement, **bind_arguments})
    connection = session._connection_for_bind(bind)
    return connection._execute_20(statement, params or {}, execution_options)


def _executable(statement: Any) -> Any:
    """What a learner gave, as a statement."""
    if isinstance(statement, str):
        return elements.text(statement)
    if getattr(statement, "_legacy", False):  # a Query
        sa_exc.warn_deprecated(
            f"Object {statement!r} should not be used directly in a SQL statement context, such as "
            "passing to methods such as session.execute().  This usage will be disallowed in a "
            "future release.  Please use Core select() / update() / delete() etc. with "
            "Session.execute() and other statement execution methods."
        )
        return statement.__clause_element__()
    element = None if isinstance(statement, type) else elements.clause_of(statement)
    if element is None or not element.supports_execution:
        role = "Executable SQL or text() construct"
        if not isinstance(statement, QueryableAttribute):
            element = None
        raise elements.not_expected(role, statement, element=element)
    return element


def _execute_orm_select(
    session: Session, statement: Any, params: Any, options: dict[str, Any], bind_arguments: Any
) -> Any:
    """Send a select() of entities, with their own statement or one that was given."""
    purpose = POPULATE_EXISTING if options.get("populate_existing") else LOADING
    autoflush, size = options.get("autoflush", True), options.get("yield_per")
    if isinstance(statement, StatementOfEntities):
        query = StatementQuery(Asked.of(statement), statement.element, purpose)
        sending, values = statement_sending(session, query, autoflush, bind_arguments), Binds()
    else:
        sets = parameter_sets_20(params)
        params = sets[0] if sets else None
        key, make, values = shape_of(statement, purpose)
        sending = compile_shape(session, key, make, None, autoflush, bind_arguments)
    parts = loading.run_when_read(sending, values, params, size)
    sending.query.recognize(statement._raw_columns)
    return sending.query.result(parts, size)


@known_as("FromStatement")
class StatementOfEntities(Statement):
    """select(User).from_statement(text(...)): a full statement, and what to read from it."""

    __module__ = "sqlalchemy.orm.query"

    _label_style = LABEL_STYLE_DISAMBIGUATE_ONLY
    _legacy = _of_query = False

    def __init__(self, statement: Any, said: Said) -> None:
        self.element = statement
        self._raw_columns = said._raw_columns
        self._with_options = said._with_options

    compile: Any = elements.delegate("element.compile")

    def params(self, *args: Any, **kw: Any) -> Any:
        """A copy with values for its parameters."""
        return self._with(element=self.element.params(*args, **kw))


@known_as("Select.from_statement")
def _select_from_statement(self: Any, statement: Any) -> StatementOfEntities:
    """Send another statement, and read our entities from its columns."""
    element = elements.clause_of(statement)
    entities = entities_of_all(self._raw_columns)
    if all(entity.entity is None for entity in entities):
        raise NotImplementedError(
            "The default SELECT construct without plugins does not implement this method."
        )
    if element is None or (element._is_from_clause and "parententity" in element._annotations):
        raise NotImplementedError
    if element._is_column_element and not element._is_function:
        role = (
            "Row returning expression such as a SELECT, a FROM clause, or an INSERT/UPDATE/DELETE "
            "with RETURNING"
        )
        raise elements.not_expected(role, statement, element=element)
    return StatementOfEntities(element, self)


def described(said: Any) -> list[dict[str, Any]]:
    """What is selected, as dictionaries: column_descriptions."""
    entities = entities_of_all(said._raw_columns)
    names = names_of(entities, said._legacy, said._label_style)
    return [
        {
            "name": name,
            "type": entity.type,
            "aliased": bool(getattr(entity.entity, "is_aliased_class", False)),
            "expr": entity.thing,
            "entity": None if entity.entity is None else entity.entity.entity,
        }
        for name, entity in zip(names, entities, strict=True)
    ]


def _described_select(statement: Any) -> list[dict[str, Any]]:
    if not is_orm_select(statement):
        return statement._described_columns()
    return described(statement)


Select._describe = staticmethod(_described_select)
# select() has this method only when it selects entities; Core knows of none.
Select.from_statement = _select_from_statement  # type: ignore[attr-defined]
