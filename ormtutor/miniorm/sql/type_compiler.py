"""Type compiler: types as DDL and CAST spell them.

Before: types.py.
Here:   TypeCompiler: a table of names, and which of them have a length or a precision.
After:  ddl_compiler.py and compiler.py ask it.
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
    """The spelling of standard SQL."""

    __module__ = "sqlalchemy.sql.compiler"

    def __init__(self, dialect: Any) -> None:
        self.dialect = dialect

    def process(self, type_: Any, **kw: Any) -> str:
        """Return the type as SQL.

        Raises: CompileError: it is not known there.
        """
        name = type_.__visit_name__
        spelled = _SPELLED_AS.get(name, name.upper())
        if name == "type_decorator":
            return self.process(type_.load_dialect_impl(self.dialect))
        if spelled in _WITH_PRECISION and type_.precision is not None:
            scale = "" if type_.scale is None else f", {type_.scale}"
            return f"{spelled}({type_.precision}{scale})"
        if spelled in _WITH_LENGTH:
            text = f"{spelled}(%d)" % type_.length if type_.length else spelled
            collation = getattr(type_, "collation", None)
            return f'{text} COLLATE "{collation}"' if collation else text
        return spelled if spelled in _PLAIN | _WITH_PRECISION else self._unknown(type_)

    def _unknown(self, type_: Any) -> str:
        if type_._is_null:
            raise exc.CompileError(
                f"Can't generate DDL for {type_!r}; did you forget to specify a type on this "
                "Column?"
            )
        raise exc.UnsupportedCompilationError(self, type(type_))


class StrSQLTypeCompiler(TypeCompiler):
    """The spelling of str(): whatever it is, something is written."""

    __module__ = "sqlalchemy.sql.compiler"

    def _unknown(self, type_: Any) -> str:
        return "NULL" if type_._is_null else str(type_.__visit_name__)
