"""Dialect: the plain spelling, which str() uses and engine/sqlite.py starts from.

Before: naming.py, compiler.py, ddl_compiler.py.
Here:   DefaultDialect; importing this module gives elements and types their default.
After:  engine/sqlite.py subclasses it.
"""

from __future__ import annotations

from functools import cache
from weakref import WeakKeyDictionary

from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.compiler import SQLCompiler, StrSQLCompiler
from ormtutor.miniorm.sql.ddl_compiler import DDLCompiler, StrSQLTypeCompiler, TypeCompiler
from ormtutor.miniorm.sql.elements import ClauseElement
from ormtutor.miniorm.sql.naming import IdentifierPreparer
from ormtutor.miniorm.sql.traversal import FreshShapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class DefaultDialect:
    """What a database can do and how it spells SQL; this one is not for a real database."""

    __module__ = "sqlalchemy.engine.default"
    name = "default"
    driver = ""
    encoding = "utf-8"
    dbapi: Any = None
    statement_compiler: Any = SQLCompiler
    ddl_compiler: Any = DDLCompiler
    type_compiler: Any = TypeCompiler
    preparer: Any = IdentifierPreparer
    # The dialect's own classes for types: {general class: own class}.
    colspecs: dict[type, type] = {}  # noqa: RUF012 - a dialect replaces it whole
    default_paramstyle = "named"
    supports_native_boolean = False
    # Warn of a SELECT whose tables are not connected, when it is sent.
    enable_from_linting = True
    supports_alter = True
    supports_default_values = False
    supports_sequences = False
    tuple_in_values = False

    def __init__(self, paramstyle: str | None = None, **kw: Any) -> None:
        self.paramstyle = paramstyle or self.default_paramstyle
        self.positional = self.paramstyle == "qmark"
        self.identifier_preparer = self.preparer()
        self.type_compiler = self.type_compiler(self)
        # Recently compiled statements; see SelectBase._compiler().
        self.compiled_selects = FreshShapes()
        # type -> its version here and its processors; see TypeEngine._memo().
        self.type_memos: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    def type_descriptor(self, typeobj: Any) -> Any:
        """The dialect's version of a type."""
        return sqltypes.adapt_type(sqltypes.to_instance(typeobj), self.colspecs)


class StrCompileDialect(DefaultDialect):
    """The dialect of str()."""

    __module__ = "sqlalchemy.engine.default"
    statement_compiler = StrSQLCompiler
    type_compiler = StrSQLTypeCompiler
    supports_native_boolean = True
    supports_sequences = True


@cache
def default_dialect() -> StrCompileDialect:
    """The dialect of str(), made once."""
    return StrCompileDialect()


ClauseElement._default_dialect = staticmethod(default_dialect)
sqltypes.TypeEngine._default_dialect = staticmethod(default_dialect)
