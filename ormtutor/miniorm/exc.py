"""Errors and warnings of Core, with the published names, texts and codes.

Before: nothing; this is the lowest module of miniorm.
Here:   what may go wrong, and the wrapping of what the database driver raises.
After:  every module raises these; orm/exc.py adds those of the ORM.

Messages are interface: learners meet the same words at work. What to do next stands beside them
in the console, never inside.

Follows: SQLAlchemy 1.4, "Core Exceptions" and "Error Messages".
"""

from __future__ import annotations

import sys
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

_BACKGROUND = "https://sqlalche.me/e/14/"


class HasDescriptionCode:
    """An error that can name the page with its background."""

    __module__ = "sqlalchemy.exc"
    code: str | None = None

    def __init__(self, *arg: Any, **kw: Any) -> None:
        code = kw.pop("code", None)
        if code is not None:
            self.code = code
        super().__init__(*arg, **kw)

    def _code_str(self) -> str:
        if not self.code:
            return ""
        return f"(Background on this error at: {_BACKGROUND}{self.code})"

    def __str__(self) -> str:
        message = super().__str__()
        if self.code:
            message = f"{message} {self._code_str()}"
        return message


class SQLAlchemyError(HasDescriptionCode, Exception):
    """The root of all errors raised here."""

    __module__ = "sqlalchemy.exc"

    def _message(self) -> str:
        if len(self.args) == 1:
            return str(self.args[0])
        return str(self.args) if self.args else "()"

    def _sql_message(self) -> str:
        message = self._message()
        if self.code:
            message = f"{message} {self._code_str()}"
        return message

    def __str__(self) -> str:
        return self._sql_message()


class ArgumentError(SQLAlchemyError):
    """A wrong or conflicting argument."""

    __module__ = "sqlalchemy.exc"


class ObjectNotExecutableError(ArgumentError):
    """Something was given to execute() that is no statement."""

    __module__ = "sqlalchemy.exc"

    def __init__(self, target: Any) -> None:
        super().__init__(f"Not an executable object: {target!r}")
        self.target = target

    def __reduce__(self) -> Any:
        return self.__class__, (self.target,)


class NoSuchModuleError(ArgumentError):
    """A dialect or driver of that name does not exist."""

    __module__ = "sqlalchemy.exc"


class NoForeignKeysError(ArgumentError):
    """Two FROM objects have no foreign key between them."""

    __module__ = "sqlalchemy.exc"


class AmbiguousForeignKeysError(ArgumentError):
    """Two FROM objects have several foreign keys between them."""

    __module__ = "sqlalchemy.exc"


class CircularDependencyError(SQLAlchemyError):
    """A sort found a cycle.

    cycles: the nodes in it. edges: the pairs that form it.
    """

    __module__ = "sqlalchemy.exc"

    def __init__(
        self,
        message: str,
        cycles: Iterable[Any],
        edges: Iterable[Any],
        msg: str | None = None,
        code: str | None = None,
    ) -> None:
        if msg is None:
            nodes = ", ".join(repr(node) for node in cycles)
            message = f"{message} ({nodes})"
        else:
            message = msg
        super().__init__(message, code=code)
        self.cycles = cycles
        self.edges = edges

    def __reduce__(self) -> Any:
        return self.__class__, (None, self.cycles, self.edges, self.args[0], self.code)


class CompileError(SQLAlchemyError):
    """An element cannot be written as SQL."""

    __module__ = "sqlalchemy.exc"


class UnsupportedCompilationError(CompileError):
    """The compiler has no method for this kind of element."""

    __module__ = "sqlalchemy.exc"
    code = "l7de"

    def __init__(self, compiler: Any, element_type: type, message: str | None = None) -> None:
        super().__init__(
            f"Compiler {compiler!r} can't render element of type {element_type}"
            + (f": {message}" if message else "")
        )
        self.compiler = compiler
        self.element_type = element_type
        self.message = message

    def __reduce__(self) -> Any:
        return self.__class__, (self.compiler, self.element_type, self.message)


class IdentifierError(SQLAlchemyError):
    """A name is longer than the database allows."""

    __module__ = "sqlalchemy.exc"


class DisconnectionError(SQLAlchemyError):
    """A raw connection turned out to be closed."""

    __module__ = "sqlalchemy.exc"


class InvalidatePoolError(DisconnectionError):
    """All connections of the pool should be replaced."""

    __module__ = "sqlalchemy.exc"
    invalidate_pool = True


class TimeoutError(SQLAlchemyError):
    """The pool had no connection to give in time."""

    __module__ = "sqlalchemy.exc"


class InvalidRequestError(SQLAlchemyError):
    """The request is not possible in the present state."""

    __module__ = "sqlalchemy.exc"


class NoInspectionAvailable(InvalidRequestError):
    """inspect() knows nothing about such an object."""

    __module__ = "sqlalchemy.exc"


class PendingRollbackError(InvalidRequestError):
    """A transaction failed and waits for rollback()."""

    __module__ = "sqlalchemy.exc"


class ResourceClosedError(InvalidRequestError):
    """The connection, transaction or result is closed."""

    __module__ = "sqlalchemy.exc"


class NoSuchColumnError(InvalidRequestError, KeyError):
    """A Row has no such column."""

    __module__ = "sqlalchemy.exc"


class NoResultFound(InvalidRequestError):
    """A row was required, and there was none."""

    __module__ = "sqlalchemy.exc"


class MultipleResultsFound(InvalidRequestError):
    """One row was required, and there were more."""

    __module__ = "sqlalchemy.exc"


class NoReferenceError(InvalidRequestError):
    """A foreign key points to something that is not there."""

    __module__ = "sqlalchemy.exc"
    table_name: str


class NoReferencedTableError(NoReferenceError):
    """A foreign key's table is not in the MetaData."""

    __module__ = "sqlalchemy.exc"

    def __init__(self, message: str, tname: str) -> None:
        super().__init__(message)
        self.table_name = tname

    def __reduce__(self) -> Any:
        return self.__class__, (self.args[0], self.table_name)


class NoReferencedColumnError(NoReferenceError):
    """A foreign key's table has no such column."""

    __module__ = "sqlalchemy.exc"

    def __init__(self, message: str, tname: str, cname: str) -> None:
        super().__init__(message)
        self.table_name = tname
        self.column_name = cname

    def __reduce__(self) -> Any:
        return self.__class__, (self.args[0], self.table_name, self.column_name)


class NoSuchTableError(InvalidRequestError):
    """The database has no such table."""

    __module__ = "sqlalchemy.exc"


class UnreflectableTableError(InvalidRequestError):
    """A table exists and cannot be reflected."""

    __module__ = "sqlalchemy.exc"


class UnboundExecutionError(InvalidRequestError):
    """There is no engine or connection to execute on."""

    __module__ = "sqlalchemy.exc"


class DontWrapMixin:
    """A mark for exceptions that should pass through execution unwrapped."""

    __module__ = "sqlalchemy.exc"


class StatementError(SQLAlchemyError):
    """Something failed while a statement was executed.

    statement: the SQL text. params: its parameters. orig: what was raised.
    """

    __module__ = "sqlalchemy.exc"
    statement: Any = None
    params: Any = None
    orig: Any = None
    ismulti: bool | None = None
    connection_invalidated = False

    def __init__(
        self,
        message: Any,
        statement: Any,
        params: Any,
        orig: Any,
        hide_parameters: bool = False,
        code: str | None = None,
        ismulti: bool | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.statement = statement
        self.params = params
        self.orig = orig
        self.ismulti = ismulti
        self.hide_parameters = hide_parameters
        self.detail: list[str] = []

    def add_detail(self, msg: str) -> None:
        """Put a remark in front of the message."""
        self.detail.append(msg)

    def __reduce__(self) -> Any:
        return self.__class__, (
            self.args[0],
            self.statement,
            self.params,
            self.orig,
            self.hide_parameters,
            self.__dict__.get("code"),
            self.ismulti,
        )

    def _sql_message(self) -> str:
        lines = [f"({remark})" for remark in self.detail]
        lines.append(self._message())
        if self.statement:
            lines.append(f"[SQL: {self.statement}]")
            if self.params:
                if self.hide_parameters:
                    lines.append("[SQL parameters hidden due to hide_parameters=True]")
                else:
                    shown = ParametersRepr(self.params, ismulti=self.ismulti)
                    lines.append(f"[parameters: {shown!r}]")
        background = self._code_str()
        if background:
            lines.append(background)
        return "\n".join(lines)


class DBAPIError(StatementError):
    """The database driver raised an error; `orig` is the driver's own."""

    __module__ = "sqlalchemy.exc"
    code = "dbapi"

    @classmethod
    def instance(
        cls,
        statement: Any,
        params: Any,
        orig: BaseException,
        dbapi_base_err: type[BaseException],
        hide_parameters: bool = False,
        connection_invalidated: bool = False,
        dialect: Any = None,
        ismulti: bool | None = None,
    ) -> BaseException:
        """Wrap `orig` in the class of its name, or in StatementError if it is not the driver's."""
        if isinstance(orig, DontWrapMixin) or not isinstance(orig, Exception):
            return orig
        if not isinstance(orig, dbapi_base_err) and statement:
            ours = isinstance(orig, SQLAlchemyError)
            code = orig.code if isinstance(orig, SQLAlchemyError) else None
            return StatementError(
                f"({_qualified_name(orig)}) {orig.args[0] if ours else _original_message(orig)}",
                statement,
                params,
                orig,
                hide_parameters=hide_parameters,
                code=code,
                ismulti=ismulti,
            )
        wrapper = cls
        for ancestor in type(orig).__mro__:
            known = _WRAPPERS.get(ancestor.__name__)
            if known is not None and issubclass(known, cls):
                wrapper = known
                break
        return wrapper(
            statement,
            params,
            orig,
            hide_parameters,
            connection_invalidated,
            ismulti=ismulti,
        )

    def __init__(
        self,
        statement: Any,
        params: Any,
        orig: Any,
        hide_parameters: bool = False,
        connection_invalidated: bool = False,
        code: str | None = None,
        ismulti: bool | None = None,
    ) -> None:
        message = f"({_qualified_name(orig)}) {_original_message(orig)}"
        super().__init__(
            message, statement, params, orig, hide_parameters, code=code, ismulti=ismulti
        )
        self.connection_invalidated = connection_invalidated

    def __reduce__(self) -> Any:
        return self.__class__, (
            self.statement,
            self.params,
            self.orig,
            self.hide_parameters,
            self.connection_invalidated,
            self.__dict__.get("code"),
            self.ismulti,
        )


class InterfaceError(DBAPIError):
    """Wraps the driver's InterfaceError."""

    __module__ = "sqlalchemy.exc"
    code = "rvf5"


class DatabaseError(DBAPIError):
    """Wraps the driver's DatabaseError."""

    __module__ = "sqlalchemy.exc"
    code = "4xp6"


class DataError(DatabaseError):
    """Wraps the driver's DataError."""

    __module__ = "sqlalchemy.exc"
    code = "9h9h"


class OperationalError(DatabaseError):
    """Wraps the driver's OperationalError."""

    __module__ = "sqlalchemy.exc"
    code = "e3q8"


class IntegrityError(DatabaseError):
    """Wraps the driver's IntegrityError: a constraint refused the change."""

    __module__ = "sqlalchemy.exc"
    code = "gkpj"


class InternalError(DatabaseError):
    """Wraps the driver's InternalError."""

    __module__ = "sqlalchemy.exc"
    code = "2j85"


class ProgrammingError(DatabaseError):
    """Wraps the driver's ProgrammingError."""

    __module__ = "sqlalchemy.exc"
    code = "f405"


class NotSupportedError(DatabaseError):
    """Wraps the driver's NotSupportedError."""

    __module__ = "sqlalchemy.exc"
    code = "tw8g"


_WRAPPERS: dict[str, type[DBAPIError]] = {
    wrapper.__name__: wrapper
    for wrapper in (
        InterfaceError,
        DatabaseError,
        DataError,
        OperationalError,
        IntegrityError,
        InternalError,
        ProgrammingError,
        NotSupportedError,
    )
}


class SADeprecationWarning(HasDescriptionCode, DeprecationWarning):
    """Something deprecated was used."""

    __module__ = "sqlalchemy.exc"
    deprecated_since: str | None = None


class Base20DeprecationWarning(SADeprecationWarning):
    """The root of the warnings about 2.0."""

    __module__ = "sqlalchemy.exc"
    deprecated_since = "1.4"


class LegacyAPIWarning(Base20DeprecationWarning):
    """Something that 2.0 keeps as legacy."""

    __module__ = "sqlalchemy.exc"


class RemovedIn20Warning(Base20DeprecationWarning):
    """Something that 2.0 removed."""

    __module__ = "sqlalchemy.exc"


class MovedIn20Warning(RemovedIn20Warning):
    """Something that 2.0 moved."""

    __module__ = "sqlalchemy.exc"


class SAPendingDeprecationWarning(PendingDeprecationWarning):
    """Something that will be deprecated."""

    __module__ = "sqlalchemy.exc"
    deprecated_since: str | None = None


class SAWarning(HasDescriptionCode, RuntimeWarning):
    """Something that runs and is probably not meant."""

    __module__ = "sqlalchemy.exc"


class ParametersRepr:
    """Parameters of a statement as messages and the log show them: long values and lists cut.

    params: one set (tuple, dict) or a list of sets. batches: how many sets are shown at most.
    """

    __slots__ = ("batches", "ismulti", "max_chars", "params")

    def __init__(
        self,
        params: Any,
        batches: int = 10,
        max_chars: int = 300,
        ismulti: bool | None = None,
    ) -> None:
        self.params = params
        self.batches = batches
        self.max_chars = max_chars
        self.ismulti = ismulti

    def __repr__(self) -> str:
        params = self.params
        if self.ismulti is None or not params:
            return self._cut(params)
        if self.ismulti:
            return self._many(params)
        return self._one(params)

    def _many(self, sets: Sequence[Any]) -> str:
        opening, closing = "()" if isinstance(sets, tuple) else "[]"
        if len(sets) <= self.batches:
            return f"{opening}{', '.join(self._one(each) for each in sets)}{closing}"
        first = ", ".join(self._one(each) for each in sets[: self.batches - 2])
        last = ", ".join(self._one(each) for each in sets[-2:])
        return (
            f"{opening}{first}  ... displaying {self.batches} of {len(sets)} "
            f"total bound parameter sets ...  {last}{closing}"
        )

    def _one(self, params: Any) -> str:
        if isinstance(params, dict):
            pairs = ", ".join(f"{key!r}: {self._cut(value)}" for key, value in params.items())
            return f"{{{pairs}}}"
        if isinstance(params, tuple):
            inner = ", ".join(self._cut(value) for value in params)
            return f"({inner},)" if len(params) == 1 else f"({inner})"
        if isinstance(params, list):
            return f"[{', '.join(self._cut(value) for value in params)}]"
        return self._cut(params)

    def _cut(self, value: Any) -> str:
        text = repr(value)
        if len(text) <= self.max_chars:
            return text
        half = self.max_chars // 2
        return (
            f"{text[:half]} ... ({len(text) - self.max_chars} characters truncated) ... "
            f"{text[-half:]}"
        )


def _qualified_name(error: Any) -> str:
    return f"{type(error).__module__}.{type(error).__name__}"


def _original_message(error: Any) -> str:
    try:
        return str(error)
    except Exception as failure:
        return f"Error in str() of DB-API-generated exception: {failure}"


_PACKAGE = __name__.rpartition(".")[0]


class Warned:
    """How often warn() was called: who remembers what was said need not remember a warning."""

    count = 0


def warn(message: str | Warning, category: type[Warning] = SAWarning) -> None:
    """Warn, pointing at the line of the caller's program and not at one of the engine's.

    message: the text, or a warning made with its code.
    """
    Warned.count += 1
    level = 2
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    warnings.warn(message, category, stacklevel=level)
