"""Errors and warnings of Core, with the published names, texts and codes.

Before: nothing but doors.py and leftout.py.
Here:   the classes, and the wrapping of what the database driver raises.
After:  every module raises these; orm/exc.py adds those of the ORM.

Messages are interface: learners meet the same words at work. The console shows what to do next
beside them, never inside.

Follows: SQLAlchemy 1.4, "Core Exceptions" and "Error Messages".
"""

from __future__ import annotations

import sys
import warnings
from functools import wraps

from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import names_left_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


class HasDescriptionCode:
    """An error or warning that can name the page with its background."""

    code: str | None = None
    args: tuple[Any, ...]

    def __init__(self, *arg: Any, code: str | None = None) -> None:
        if code is not None:
            self.code = code
        super().__init__(*arg)

    def __reduce__(self) -> Any:
        """For pickle: a copy is made without the class's `__init__` and its arguments."""
        return _made_without_init, (type(self), *self.args), vars(self)

    def _background(self) -> str:
        return f"(Background on this error at: https://sqlalche.me/e/14/{self.code})"

    def __str__(self) -> str:
        # KeyError, a base of one of them, would show the message in quotes.
        message = str(self.args[0]) if len(self.args) == 1 else str(self.args)
        return f"{message} {self._background()}" if self.code else message


def _made_without_init(cls: type, *args: Any) -> Any:
    return cls.__new__(cls, *args)


class SQLAlchemyError(HasDescriptionCode, Exception):
    """The root of all errors raised here."""


class ArgumentError(SQLAlchemyError):
    """A wrong or conflicting argument."""


class ObjectNotExecutableError(ArgumentError):
    """Something was given to execute() that is no statement."""

    def __init__(self, target: Any) -> None:
        super().__init__("Not an executable object: %r" % target)  # noqa: UP031 (of a tuple, too)
        self.target = target


class NoSuchModuleError(ArgumentError):
    """A dialect or driver of that name does not exist."""


class NoForeignKeysError(ArgumentError):
    """Two FROM objects have no foreign key between them."""


class AmbiguousForeignKeysError(ArgumentError):
    """Two FROM objects have several foreign keys between them."""


class CircularDependencyError(SQLAlchemyError):
    """A sort found a cycle.

    cycles: the nodes in it. edges: the pairs that form it.
    """

    def __init__(self, message: str, cycles: Iterable[Any], edges: Iterable[Any]) -> None:
        super().__init__(f"{message} ({', '.join(repr(node) for node in cycles)})")
        self.cycles = cycles
        self.edges = edges


class CompileError(SQLAlchemyError):
    """An element cannot be written as SQL."""


class UnsupportedCompilationError(CompileError):
    """The compiler has no method for this kind of element."""

    code = "l7de"

    def __init__(self, compiler: Any, element_type: type) -> None:
        super().__init__(f"Compiler {compiler!r} can't render element of type {element_type}")


class IdentifierError(SQLAlchemyError):
    """A name is longer than the database allows."""


class InvalidRequestError(SQLAlchemyError):
    """The request is not possible in the present state."""


class NoInspectionAvailable(InvalidRequestError):
    """inspect() knows nothing about such an object."""


class PendingRollbackError(InvalidRequestError):
    """A transaction failed and waits for rollback()."""


class ResourceClosedError(InvalidRequestError):
    """The connection, transaction or result is closed."""


class NoSuchColumnError(InvalidRequestError, KeyError):
    """A Row has no such column."""


class NoResultFound(InvalidRequestError):
    """A row was required, and there was none."""


class MultipleResultsFound(InvalidRequestError):
    """One row was required, and there were more."""


class NoReferenceError(InvalidRequestError):
    """A foreign key points to something that is not there."""

    def __init__(self, message: str, table_name: str, column_name: str | None = None) -> None:
        super().__init__(message)
        self.table_name = table_name
        self.column_name = column_name


class NoReferencedTableError(NoReferenceError):
    """A foreign key's table is not in the MetaData."""


class NoReferencedColumnError(NoReferenceError):
    """A foreign key's table has no such column."""


class NoSuchTableError(InvalidRequestError):
    """The database has no such table."""


class UnboundExecutionError(InvalidRequestError):
    """There is no engine or connection to execute on."""


class StatementError(SQLAlchemyError):
    """Something failed while a statement was executed.

    statement: the SQL text. params: its parameters. orig: what was raised.
    """

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

    def __str__(self) -> str:
        lines = [*(f"({remark})" for remark in self.detail), str(self.args[0])]
        if self.statement:
            lines.append(f"[SQL: {self.statement}]")
            if self.params and self.hide_parameters:
                lines.append("[SQL parameters hidden due to hide_parameters=True]")
            elif self.params:
                lines.append(f"[parameters: {shown_parameters(self.params, self.ismulti)}]")
        if self.code:
            lines.append(self._background())
        return "\n".join(lines)


class DBAPIError(StatementError):
    """The database driver raised an error; `orig` is the driver's own."""

    code = "dbapi"
    connection_invalidated = False

    def __init__(self, statement: Any, params: Any, orig: Any, *args: Any, **kw: Any) -> None:
        super().__init__(_message_of(orig), statement, params, orig, *args, **kw)

    @classmethod
    def instance(
        cls,
        statement: Any,
        params: Any,
        orig: BaseException,
        dbapi_base_err: type[BaseException],
        **kw: Any,
    ) -> BaseException:
        """Wrap `orig` in the class of its name, or in StatementError if it is not the driver's.

        Interrupts and their like are not wrapped.
        """
        if not isinstance(orig, Exception):
            return orig
        if statement and not isinstance(orig, dbapi_base_err):
            kw["code"] = orig.code if isinstance(orig, SQLAlchemyError) else None
            return StatementError(_message_of(orig), statement, params, orig, **kw)
        names = (ancestor.__name__ for ancestor in type(orig).__mro__)
        wrapper = next((_WRAPPERS[name] for name in names if name in _WRAPPERS), DBAPIError)
        return wrapper(statement, params, orig, **kw)


def _message_of(orig: Any) -> str:
    # The code of our own errors is shown by the wrapping one.
    message = orig.args[0] if isinstance(orig, SQLAlchemyError) else orig
    return f"({type(orig).__module__}.{type(orig).__name__}) {message}"


_WRAPPERS: dict[str, type[DBAPIError]] = {}


def _wrapper(name: str, code: str, base: type[DBAPIError] = DBAPIError) -> type[DBAPIError]:
    """Make the error that wraps the driver's of the same name."""
    members = {"__doc__": f"Wraps the driver's {name}.", "code": code}
    wrapper = _WRAPPERS[name] = type(name, (base,), members)
    return wrapper


InterfaceError = _wrapper("InterfaceError", "rvf5")
DatabaseError = _wrapper("DatabaseError", "4xp6")
DataError = _wrapper("DataError", "9h9h", DatabaseError)
OperationalError = _wrapper("OperationalError", "e3q8", DatabaseError)
IntegrityError = _wrapper("IntegrityError", "gkpj", DatabaseError)
InternalError = _wrapper("InternalError", "2j85", DatabaseError)
ProgrammingError = _wrapper("ProgrammingError", "f405", DatabaseError)
NotSupportedError = _wrapper("NotSupportedError", "tw8g", DatabaseError)


class SADeprecationWarning(HasDescriptionCode, DeprecationWarning):
    """Something deprecated was used."""


class SAWarning(HasDescriptionCode, RuntimeWarning):
    """Something that runs, but is probably not intended."""


def shown_parameters(params: Any, ismulti: bool | None = None) -> str:
    """Return parameters as messages and the log show them: long values and lists are cut.

    params: one set (tuple, dict), or a list of sets if `ismulti`; None if that is unknown.
    """
    if ismulti is None or not params:
        return cut_repr(params)
    return _cut_sets(params) if ismulti else _cut_set(params)


def cut_repr(value: Any) -> str:
    """Return the repr of a value, without its middle if it is longer than 300 characters."""
    text = repr(value)
    if len(text) <= 300:
        return text
    return f"{text[:150]} ... ({len(text) - 300} characters truncated) ... {text[-150:]}"


def _cut_set(params: Any) -> str:
    if isinstance(params, dict):
        pairs = ", ".join(f"{key!r}: {cut_repr(value)}" for key, value in params.items())
        return f"{{{pairs}}}"
    inner = ", ".join(cut_repr(value) for value in params)
    return f"({inner},)" if len(params) == 1 else f"({inner})"


def _cut_sets(sets: Any) -> str:
    opening, closing = "()" if isinstance(sets, tuple) else "[]"
    if len(sets) <= 10:
        return f"{opening}{', '.join(map(_cut_set, sets))}{closing}"
    return (
        f"{opening}{', '.join(map(_cut_set, sets[:8]))}  ... displaying 10 of {len(sets)} "
        f"total bound parameter sets ...  {', '.join(map(_cut_set, sets[-2:]))}{closing}"
    )


class Warned:
    """How often warn() was called: a cache checks by this whether making its entry warned."""

    count = 0


def warn(message: str | Warning, category: type[Warning] = SAWarning) -> None:
    """Warn, pointing at the line of the caller's program and not at one of the engine's.

    message: the text, or a warning made with its code.
    """
    Warned.count += 1
    package = __name__.rpartition(".")[0]
    level = 2
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(package):
        frame = frame.f_back
        level += 1
    warnings.warn(message, category, stacklevel=level)


def warn_deprecated(message: str) -> None:
    """Warn of a usage that a later release refuses."""
    warn(message, SADeprecationWarning)


def deprecated(text: str, since: str = "1.4") -> Callable[[Any], Any]:
    """Make a method warn whenever it is called; text: what to use instead."""

    def decorate(method: Any) -> Any:
        @wraps(method)
        def warned(*args: Any, **kw: Any) -> Any:
            warn_deprecated(f"{text} (deprecated since: {since})")
            return method(*args, **kw)

        return warned

    return decorate


def deprecated_method(name: str, instead: str = "") -> Callable[[Any], Any]:
    """The same in the usual words, of a method that will be removed."""
    text = f"The {name}() method is deprecated and will be removed in a future release."
    return deprecated(f"{text}  {instead}" if instead else text)


publish(globals(), "sqlalchemy.exc")
__getattr__ = names_left_out("sqlalchemy.exc")
