"""Type compiler: types as DDL and CAST spell them.

Before: types.py.
Here:   GenericTypeCompiler, one method for each kind of type.
After:  ddl_compiler.py and compiler.py ask it; engine/sqlite.py overrides a few.
"""

from __future__ import annotations

from ormtutor.miniorm import exc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class TypeCompiler:
    """The root: finds the method for a type."""

    __module__ = "sqlalchemy.sql.compiler"

    def __init__(self, dialect: Any) -> None:
        self.dialect = dialect

    def process(self, type_: Any, **kw: Any) -> str:
        """The type as SQL."""
        method = getattr(self, f"visit_{type_.__visit_name__}", None)
        if method is None:
            raise exc.UnsupportedCompilationError(self, type(type_))
        return method(type_, **kw)  # type: ignore[no-any-return]


class GenericTypeCompiler(TypeCompiler):
    """The spelling of standard SQL."""

    __module__ = "sqlalchemy.sql.compiler"

    def visit_FLOAT(self, type_: Any, **kw: Any) -> str:
        """FLOAT."""
        return "FLOAT"

    def visit_REAL(self, type_: Any, **kw: Any) -> str:
        """REAL."""
        return "REAL"

    def visit_NUMERIC(self, type_: Any, **kw: Any) -> str:
        """NUMERIC(precision, scale)."""
        return self._with_precision("NUMERIC", type_)

    def visit_DECIMAL(self, type_: Any, **kw: Any) -> str:
        """DECIMAL(precision, scale)."""
        return self._with_precision("DECIMAL", type_)

    def _with_precision(self, name: str, type_: Any) -> str:
        if type_.precision is None:
            return name
        if type_.scale is None:
            return f"{name}({type_.precision})"
        return f"{name}({type_.precision}, {type_.scale})"

    def visit_INTEGER(self, type_: Any, **kw: Any) -> str:
        """INTEGER."""
        return "INTEGER"

    def visit_SMALLINT(self, type_: Any, **kw: Any) -> str:
        """SMALLINT."""
        return "SMALLINT"

    def visit_BIGINT(self, type_: Any, **kw: Any) -> str:
        """BIGINT."""
        return "BIGINT"

    def visit_TIMESTAMP(self, type_: Any, **kw: Any) -> str:
        """TIMESTAMP."""
        return "TIMESTAMP"

    def visit_DATETIME(self, type_: Any, **kw: Any) -> str:
        """DATETIME."""
        return "DATETIME"

    def visit_DATE(self, type_: Any, **kw: Any) -> str:
        """DATE."""
        return "DATE"

    def visit_TIME(self, type_: Any, **kw: Any) -> str:
        """TIME."""
        return "TIME"

    def visit_CLOB(self, type_: Any, **kw: Any) -> str:
        """CLOB."""
        return "CLOB"

    def _with_length(self, name: str, type_: Any) -> str:
        text = name
        if type_.length:
            text += f"({type_.length})"
        if type_.collation:
            text += f' COLLATE "{type_.collation}"'
        return text

    def visit_CHAR(self, type_: Any, **kw: Any) -> str:
        """CHAR(length)."""
        return self._with_length("CHAR", type_)

    def visit_NCHAR(self, type_: Any, **kw: Any) -> str:
        """NCHAR(length)."""
        return self._with_length("NCHAR", type_)

    def visit_VARCHAR(self, type_: Any, **kw: Any) -> str:
        """VARCHAR(length)."""
        return self._with_length("VARCHAR", type_)

    def visit_NVARCHAR(self, type_: Any, **kw: Any) -> str:
        """NVARCHAR(length)."""
        return self._with_length("NVARCHAR", type_)

    def visit_TEXT(self, type_: Any, **kw: Any) -> str:
        """TEXT."""
        return self._with_length("TEXT", type_)

    def visit_BLOB(self, type_: Any, **kw: Any) -> str:
        """BLOB."""
        return "BLOB"

    def visit_BINARY(self, type_: Any, **kw: Any) -> str:
        """BINARY(length)."""
        return "BINARY" + (f"({type_.length})" if type_.length else "")

    def visit_VARBINARY(self, type_: Any, **kw: Any) -> str:
        """VARBINARY(length)."""
        return "VARBINARY" + (f"({type_.length})" if type_.length else "")

    def visit_BOOLEAN(self, type_: Any, **kw: Any) -> str:
        """BOOLEAN."""
        return "BOOLEAN"

    def visit_large_binary(self, type_: Any, **kw: Any) -> str:
        """BLOB."""
        return self.visit_BLOB(type_, **kw)

    def visit_boolean(self, type_: Any, **kw: Any) -> str:
        """BOOLEAN."""
        return self.visit_BOOLEAN(type_, **kw)

    def visit_time(self, type_: Any, **kw: Any) -> str:
        """TIME."""
        return self.visit_TIME(type_, **kw)

    def visit_datetime(self, type_: Any, **kw: Any) -> str:
        """DATETIME."""
        return self.visit_DATETIME(type_, **kw)

    def visit_date(self, type_: Any, **kw: Any) -> str:
        """DATE."""
        return self.visit_DATE(type_, **kw)

    def visit_big_integer(self, type_: Any, **kw: Any) -> str:
        """BIGINT."""
        return self.visit_BIGINT(type_, **kw)

    def visit_small_integer(self, type_: Any, **kw: Any) -> str:
        """SMALLINT."""
        return self.visit_SMALLINT(type_, **kw)

    def visit_integer(self, type_: Any, **kw: Any) -> str:
        """INTEGER."""
        return self.visit_INTEGER(type_, **kw)

    def visit_real(self, type_: Any, **kw: Any) -> str:
        """REAL."""
        return self.visit_REAL(type_, **kw)

    def visit_float(self, type_: Any, **kw: Any) -> str:
        """FLOAT."""
        return self.visit_FLOAT(type_, **kw)

    def visit_numeric(self, type_: Any, **kw: Any) -> str:
        """NUMERIC."""
        return self.visit_NUMERIC(type_, **kw)

    def visit_string(self, type_: Any, **kw: Any) -> str:
        """VARCHAR."""
        return self.visit_VARCHAR(type_, **kw)

    def visit_unicode(self, type_: Any, **kw: Any) -> str:
        """VARCHAR."""
        return self.visit_VARCHAR(type_, **kw)

    def visit_text(self, type_: Any, **kw: Any) -> str:
        """TEXT."""
        return self.visit_TEXT(type_, **kw)

    def visit_unicode_text(self, type_: Any, **kw: Any) -> str:
        """TEXT."""
        return self.visit_TEXT(type_, **kw)

    def visit_enum(self, type_: Any, **kw: Any) -> str:
        """VARCHAR of the longest member."""
        return self.visit_VARCHAR(type_, **kw)

    def visit_JSON(self, type_: Any, **kw: Any) -> str:
        """JSON."""
        return "JSON"

    def visit_null(self, type_: Any, **kw: Any) -> str:
        """Nothing can be written."""
        raise exc.CompileError(
            f"Can't generate DDL for {type_!r}; did you forget to specify a type on this Column?"
        )

    def visit_type_decorator(self, type_: Any, **kw: Any) -> str:
        """As the decorated type."""
        return self.process(type_.type_engine(self.dialect), **kw)

    def visit_user_defined(self, type_: Any, **kw: Any) -> str:
        """As the type says itself."""
        try:
            return type_.get_col_spec(**kw)  # type: ignore[no-any-return]
        except TypeError:
            return type_.get_col_spec()  # type: ignore[no-any-return]


class StrSQLTypeCompiler(GenericTypeCompiler):
    """The spelling of str(): whatever it is, something is written."""

    __module__ = "sqlalchemy.sql.compiler"

    def process(self, type_: Any, **kw: Any) -> str:
        """The type as SQL, or its visit name."""
        method = getattr(self, f"visit_{type_.__visit_name__}", None)
        if method is None:
            return f"{type_.__visit_name__}"
        return method(type_, **kw)  # type: ignore[no-any-return]

    def visit_null(self, type_: Any, **kw: Any) -> str:
        """NULL."""
        return "NULL"
