"""Type compiler: types as DDL and CAST spell them.

Before: types.py.
Here:   GenericTypeCompiler: a table of names, and a method for each type that is more than a name.
After:  ddl_compiler.py and compiler.py ask it; engine/sqlite.py overrides a few.
"""

from __future__ import annotations

from ormtutor.miniorm import exc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The general types and the SQL types that stand for them.
_SPELLED_AS = {
    "large_binary": "BLOB",
    "big_integer": "BIGINT",
    "small_integer": "SMALLINT",
    "string": "VARCHAR",
    "unicode": "VARCHAR",
    "unicode_text": "TEXT",
    "enum": "VARCHAR",
}
_WITH_LENGTH = frozenset(["CHAR", "NCHAR", "VARCHAR", "NVARCHAR", "TEXT", "BINARY", "VARBINARY"])
_WITH_PRECISION = frozenset(["NUMERIC", "DECIMAL"])
_PLAIN = frozenset(
    "FLOAT REAL INTEGER SMALLINT BIGINT TIMESTAMP DATETIME DATE TIME CLOB BLOB BOOLEAN JSON".split()  # noqa: SIM905
)


class TypeCompiler:
    """The root: finds the method for a type, or its name in the table."""

    __module__ = "sqlalchemy.sql.compiler"

    def __init__(self, dialect: Any) -> None:
        self.dialect = dialect

    def process(self, type_: Any, **kw: Any) -> str:
        """The type as SQL."""
        name = type_.__visit_name__
        spelled = _SPELLED_AS.get(name, name.upper())
        method = getattr(self, f"visit_{name}", None) or getattr(self, f"visit_{spelled}", None)
        if method is not None:
            return method(type_, **kw)  # type: ignore[no-any-return]
        if spelled in _WITH_PRECISION:
            return _with_precision(spelled, type_)
        if spelled in _WITH_LENGTH:
            return _with_length(spelled, type_)
        return spelled if spelled in _PLAIN else self._unknown(type_)

    def _unknown(self, type_: Any) -> str:
        raise exc.UnsupportedCompilationError(self, type(type_))


def _with_precision(name: str, type_: Any) -> str:
    numbers = [type_.precision] if type_.scale is None else [type_.precision, type_.scale]
    return name if type_.precision is None else f"{name}({', '.join(map(str, numbers))})"


def _with_length(name: str, type_: Any) -> str:
    text = f"{name}({type_.length})" if type_.length else name
    collation = getattr(type_, "collation", None)
    return f'{text} COLLATE "{collation}"' if collation else text


class GenericTypeCompiler(TypeCompiler):
    """The spelling of standard SQL."""

    __module__ = "sqlalchemy.sql.compiler"

    def visit_null(self, type_: Any, **kw: Any) -> str:
        """Nothing can be written."""
        raise exc.CompileError(
            f"Can't generate DDL for {type_!r}; did you forget to specify a type on this Column?"
        )

    def visit_type_decorator(self, type_: Any, **kw: Any) -> str:
        """As the decorated type."""
        return self.process(type_.load_dialect_impl(self.dialect), **kw)


class StrSQLTypeCompiler(GenericTypeCompiler):
    """The spelling of str(): whatever it is, something is written."""

    __module__ = "sqlalchemy.sql.compiler"

    def _unknown(self, type_: Any) -> str:
        return str(type_.__visit_name__)

    def visit_null(self, type_: Any, **kw: Any) -> str:
        """NULL."""
        return "NULL"
