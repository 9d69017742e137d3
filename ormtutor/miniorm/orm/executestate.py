"""ORM execute state: what a `do_orm_execute` listener is told about one execution, and may change.

Before: orm/session.py makes one when somebody listens.
Here:   statement, parameters, options; what kind of statement it is; invoke_statement().
After:  orm/query.py executes what the listeners left of it.

Follows: SQLAlchemy 1.4, "SQL Execution Events in the ORM".
"""

from __future__ import annotations

from ormtutor.miniorm.orm.context import is_orm_select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ormtutor.miniorm.orm.session import Session


class ORMExecuteState:
    """What a `do_orm_execute` listener is told, and may change, about one execution.

    statement, parameters, execution_options, bind_arguments: what is executed; the first three may
    be replaced. kind: "", "column load" (a refresh) or "relationship load".
    """

    __module__ = "sqlalchemy.orm.session"

    def __init__(
        self,
        session: Session,
        statement: Any,
        parameters: Any,
        execution_options: Any,
        bind_arguments: dict[str, Any],
        kind: str = "",
    ) -> None:
        self.session = session
        self.statement = statement
        self.parameters = parameters
        self.execution_options = execution_options
        self.bind_arguments = bind_arguments
        self._invoke: Callable[[ORMExecuteState], Any] | None = None
        self._kind = kind

    def ask(self, listeners: tuple[Any, ...], execute: Callable[[ORMExecuteState], Any]) -> Any:
        """Tell the listeners; the first result that one returns is the result, else execute."""
        self._invoke = execute
        for listener in listeners:
            result = listener(self)
            if result is not None:
                return result
        return execute(self)

    @property
    def is_select(self) -> bool:
        """Whether it is a SELECT."""
        return bool(getattr(self.statement, "is_select", False))

    @property
    def is_insert(self) -> bool:
        """Whether it is an INSERT."""
        return bool(getattr(self.statement, "is_insert", False))

    @property
    def is_update(self) -> bool:
        """Whether it is an UPDATE."""
        return bool(getattr(self.statement, "is_update", False))

    @property
    def is_delete(self) -> bool:
        """Whether it is a DELETE."""
        return bool(getattr(self.statement, "is_delete", False))

    @property
    def is_orm_statement(self) -> bool:
        """Whether it speaks of mapped classes."""
        if self.bind_mapper is not None:
            return True
        return self.is_select and is_orm_select(self.statement)

    @property
    def is_column_load(self) -> bool:
        """Whether it loads expired or deferred columns of an object."""
        return self._kind == "column load"

    @property
    def is_relationship_load(self) -> bool:
        """Whether it loads a relationship of an object."""
        return self._kind == "relationship load"

    @property
    def bind_mapper(self) -> Any:
        """The Mapper that the statement is mainly about, or None."""
        return self.bind_arguments.get("mapper")

    def invoke_statement(
        self,
        statement: Any = None,
        params: Any = None,
        execution_options: Any = None,
        bind_arguments: Any = None,
    ) -> Any:
        """Execute now, in place of the execution that asked; the listener returns the result."""
        if statement is not None:
            self.statement = statement
        if params is not None:
            self.parameters = params
        if execution_options:
            self.update_execution_options(**execution_options)
        if bind_arguments:
            self.bind_arguments = {**self.bind_arguments, **bind_arguments}
        assert self._invoke is not None
        return self._invoke(self)

    def update_execution_options(self, **options: Any) -> None:
        """Add execution options."""
        self.execution_options = {**(self.execution_options or {}), **options}
