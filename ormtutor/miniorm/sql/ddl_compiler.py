"""DDL compiler: CREATE and DROP as text, and the types in them and in CAST.

Before: ddl.py has them as elements, types.py has the types.
Here:   DDLCompiler; TypeCompiler: a table of names, and which of them have a length or a precision.
After:  engine/sqlite.py overrides what SQLite spells differently.
"""

from __future__ import annotations

from operator import attrgetter

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.compiler import Compiled
from ormtutor.miniorm.sql.elements import literal
from ormtutor.miniorm.sql.types import Boolean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_ACTIONS = "RESTRICT|CASCADE|SET NULL|NO ACTION|SET DEFAULT"
_order = attrgetter("_creation_order")


class DDLCompiler(Compiled):
    """Writes CREATE and DROP."""

    __module__ = "sqlalchemy.sql.compiler"
    isddl = True
    params: Any = None
    # Which of the two names in CREATE INDEX ... ON ... has the schema.
    index_names_schema = False

    def expression(self, element: Any) -> str:
        """Write an expression over one table, with its values written out."""
        compiler = self.dialect.statement_compiler(
            self.dialect, None, compile_kwargs={"literal_binds": True}
        )
        compiler.frame.include_table = False
        return compiler.process(element)  # type: ignore[no-any-return]

    def construct_params(self, *args: Any, **kw: Any) -> Any:
        return None

    # -- statements ----------------------------------------------------------------------------

    def visit_create_table(self, create: Any) -> str:
        table = create.element
        lines = [self._column_line(column) for column in table.c]
        rules = sorted(table.constraints, key=_order)
        rules.sort(key=lambda rule: rule is not table.primary_key)
        lines += [self.process(rule) for rule in rules if self._is_written(rule)]
        body = ", \n\t".join(line for line in lines if line)
        name = self.preparer.format_table(table)
        return f"\nCREATE TABLE {name} (" + (f"\n\t{body}" if body else "") + "\n)\n\n"

    def _is_written(self, rule: Any) -> bool:
        if isinstance(rule._type_bound, Boolean):
            return not self.dialect.supports_native_boolean
        return not (self.dialect.supports_alter and getattr(rule, "use_alter", False))

    def _column_line(self, column: Any) -> str:
        try:
            parts = [self.column(column)]
            parts += [self.process(rule) for rule in sorted(column.constraints, key=_order)]
        except exc.CompileError as error:
            raise exc.CompileError(
                f"(in table '{column.table.description}', column '{column.name}'): {error.args[0]}"
            ) from error
        return " ".join(parts)

    def column(self, column: Any) -> str:
        """Write name, type, default, NOT NULL."""
        name = self.preparer.quote(column.name)
        text = f"{name} {self.dialect.type_compiler.process(column.type)}"
        if column.server_default is not None:
            text += f" DEFAULT {self.default(column.server_default.arg)}"
        return text if column.nullable else f"{text} NOT NULL"

    def default(self, default: Any) -> str:
        """Write what stands after DEFAULT."""
        return self.expression(literal(default) if isinstance(default, str) else default)

    def visit_drop_table(self, drop: Any) -> str:
        return f"\nDROP TABLE {self.preparer.format_table(drop.element)}"

    def visit_create_index(self, create: Any) -> str:
        index = create.element
        if index.table is None:
            raise exc.CompileError(f"Index '{index.name}' is not associated with any table.")
        parts = [self.expression(each) for each in index.expressions]
        name = self._index_name(index, self.index_names_schema)
        table = self.preparer.format_table(index.table, use_schema=not self.index_names_schema)
        kind = "UNIQUE INDEX" if index.unique else "INDEX"
        return f"CREATE {kind} {name} ON {table} ({', '.join(parts)})"

    def visit_drop_index(self, drop: Any) -> str:
        return f"\nDROP INDEX {self._index_name(drop.element, True)}"

    def _index_name(self, index: Any, with_schema: bool) -> str:
        name = str(self.preparer.format_constraint(index))
        schema = index.table.schema if with_schema else None
        return f"{self.preparer.quote(schema)}.{name}" if schema else name

    # -- constraints ---------------------------------------------------------------------------

    def _rule(self, constraint: Any, text: str) -> str:
        name = self.preparer.format_constraint(constraint)
        return text if name is None else f"CONSTRAINT {name} {text}"

    def _quoted(self, columns: Any) -> str:
        return ", ".join(self.preparer.quote(column.name) for column in columns)

    def visit_check_constraint(self, constraint: Any) -> str:
        condition = self.expression(constraint.sqltext)
        return self._rule(constraint, f"CHECK ({condition})")

    def visit_primary_key_constraint(self, constraint: Any) -> str:
        columns = list(constraint)
        if constraint._implicit_generated:
            # The one that the database generates comes first.
            first = constraint._autoincrement_column
            columns.sort(key=lambda column: first is not None and column is not first)
        return self._rule(constraint, f"PRIMARY KEY ({self._quoted(columns)})") if columns else ""

    def visit_unique_constraint(self, constraint: Any) -> str:
        return self._rule(constraint, f"UNIQUE ({self._quoted(constraint)})") if constraint else ""

    def visit_foreign_key_constraint(self, constraint: Any) -> str:
        keys = constraint.elements
        text = (
            f"FOREIGN KEY({self._quoted(key.parent for key in keys)}) "
            f"REFERENCES {self.remote_table(constraint.referred_table)} "
            f"({self._quoted(key.column for key in keys)})"
        )
        for when, action in (("DELETE", constraint.ondelete), ("UPDATE", constraint.onupdate)):
            if action is not None:
                if not isinstance(action, str):
                    kind = type(action).__name__
                    raise TypeError(f"expected string or bytes-like object, got {kind!r}")
                if action.upper() not in _ACTIONS.split("|"):
                    raise exc.CompileError(
                        f"Unexpected SQL phrase: {action!r} (matching against '^(?:{_ACTIONS})$')"
                    )
                text += f" ON {when} {action}"
        return self._rule(constraint, text)

    def remote_table(self, table: Any) -> str:
        """Write the table that a foreign key refers to."""
        return self.preparer.format_table(table)  # type: ignore[no-any-return]


# -- types -----------------------------------------------------------------------------------------

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
        spelled = type_.__visit_name__
        if spelled == "type_decorator":
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
        raise exc.CompileError(
            f"Can't generate DDL for {type_!r}; did you forget to specify a type on this Column?"
        )


class StrSQLTypeCompiler(TypeCompiler):
    """The spelling of str(): unknown types are written, too."""

    __module__ = "sqlalchemy.sql.compiler"

    def process(self, type_: Any, **kw: Any) -> str:
        """Return the type as SQL, or a substitute."""
        return super().process(type_) if hasattr(type_, "__visit_name__") else repr(type_)

    def _unknown(self, type_: Any) -> str:
        return "NULL" if type_._is_null else str(type_.__visit_name__)
