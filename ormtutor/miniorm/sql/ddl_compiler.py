"""DDL compiler: CREATE and DROP as text.

Before: ddl.py has them as elements.
Here:   DDLCompiler.
After:  engine/sqlite.py overrides what SQLite spells in its own way.
"""

from __future__ import annotations

from time import perf_counter

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.compiler import Compiled
from ormtutor.miniorm.sql.preparer import MARK, MARKED_MARK
from ormtutor.miniorm.sql.types import STRINGTYPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class DDLCompiler(Compiled):
    """Writes CREATE and DROP."""

    __module__ = "sqlalchemy.sql.compiler"
    isddl = True

    def __init__(
        self,
        dialect: Any,
        statement: Any,
        column_keys: Any = None,
        for_executemany: bool = False,
        compile_kwargs: Any = None,
        **kw: Any,
    ) -> None:
        self.dialect = dialect
        self.statement = statement
        self.preparer = dialect.identifier_preparer
        self.made_at = perf_counter()
        self.string = self.process(statement, **(compile_kwargs or {}))

    def process(self, element: Any, **kw: Any) -> str:
        """The element as SQL."""
        method = getattr(self, f"visit_{element.__visit_name__}", None)
        if method is None:
            raise exc.UnsupportedCompilationError(self, type(element))
        return method(element, **kw)  # type: ignore[no-any-return]

    @property
    def sql_compiler(self) -> Any:
        """The compiler for expressions inside DDL."""
        return self.dialect.statement_compiler(self.dialect, None)

    def expression(self, element: Any, **kw: Any) -> str:
        """An expression with its values written out."""
        text: str = self.sql_compiler.process(element, literal_binds=True, **kw)
        return text.replace(MARKED_MARK, MARK) if MARK in text else text

    @property
    def type_compiler(self) -> Any:
        """The compiler for types."""
        return self.dialect.type_compiler

    @property
    def params(self) -> Any:
        """None."""
        return None

    def construct_params(self, *args: Any, **kw: Any) -> Any:
        """None."""
        return None

    # -- statements ----------------------------------------------------------------------------

    def visit_ddl(self, ddl: Any, **kw: Any) -> str:
        """The text, with what it may mention filled in."""
        context = dict(ddl.context)
        target = ddl.target
        if target is not None and getattr(target, "_is_table", False):
            preparer = self.preparer
            context.setdefault("table", preparer.quote(target.name))
            context.setdefault(
                "schema", preparer.quote_schema(target.schema) if target.schema else ""
            )
            context.setdefault("fullname", preparer.format_table(target))
        return ddl.statement % context  # type: ignore[no-any-return]

    def visit_create_table(self, create: Any, **kw: Any) -> str:
        """CREATE TABLE."""
        table = create.element
        text = "\nCREATE "
        if table._prefixes:
            text += " ".join(table._prefixes) + " "
        text += "TABLE "
        if create.if_not_exists:
            text += "IF NOT EXISTS "
        text += self.preparer.format_table(table) + " "
        suffix = self.create_table_suffix(table)
        if suffix:
            text += suffix + " "
        text += "("
        separator = "\n"
        first_key = False
        for create_column in create.columns:
            column = create_column.element
            try:
                line = self.process(create_column, first_pk=column.primary_key and not first_key)
            except exc.CompileError as error:
                raise exc.CompileError(
                    f"(in table '{table.description}', column '{column.name}'): {error.args[0]}"
                ) from error
            if line is not None:
                text += f"{separator}\t{line}"
                separator = ", \n"
            if column.primary_key:
                first_key = True
        rules = self.create_table_constraints(
            table, _include_foreign_key_constraints=create.include_foreign_key_constraints
        )
        if rules:
            text += f"{separator}\t{rules}"
        return text + f"\n){self.post_create_table(table)}\n\n"  # type: ignore[no-any-return]

    def create_table_suffix(self, table: Any) -> str:
        """Words before the columns."""
        return ""

    def post_create_table(self, table: Any) -> str:
        """Words after the columns."""
        return ""

    def visit_create_column(self, create: Any, first_pk: bool = False, **kw: Any) -> str | None:
        """A line of CREATE TABLE; None: no such line."""
        column = create.element
        if column.system:
            return None
        text = self.get_column_specification(column, first_pk=first_pk)
        rules = " ".join(
            self.process(constraint)
            for constraint in sorted(column.constraints, key=lambda each: each._creation_order)
        )
        return f"{text} {rules}" if rules else text

    def get_column_specification(self, column: Any, **kw: Any) -> str:
        """Name, type, default, NOT NULL."""
        text = (
            self.preparer.format_column(column)
            + " "
            + self.dialect.type_compiler.process(column.type, type_expression=column)
        )
        default = self.get_column_default_string(column)
        if default is not None:
            text += " DEFAULT " + default
        if not column.nullable:
            text += " NOT NULL"
        return text  # type: ignore[no-any-return]

    def get_column_default_string(self, column: Any) -> str | None:
        """What stands after DEFAULT, or None."""
        default = column.server_default
        if default is None or not default.has_argument:
            return None
        if isinstance(default.arg, str):
            return self.sql_compiler.render_literal_value(default.arg, STRINGTYPE)  # type: ignore[no-any-return]
        return self.expression(default.arg)

    def create_table_constraints(
        self, table: Any, _include_foreign_key_constraints: Any = None, **kw: Any
    ) -> str:
        """The rules of the table, the primary key first."""
        rules = []
        if table.primary_key is not None:
            rules.append(table.primary_key)
        keys = _include_foreign_key_constraints
        left_out = set() if keys is None else set(table.foreign_key_constraints) - set(keys)
        rules.extend(
            constraint
            for constraint in table._sorted_constraints
            if constraint is not table.primary_key and constraint not in left_out
        )
        lines = [self.process(constraint) for constraint in rules if self._is_written(constraint)]
        return ", \n\t".join(line for line in lines if line)

    def _is_written(self, constraint: Any) -> bool:
        rule = constraint._create_rule
        if rule is not None and not rule(self):
            return False
        return not (self.dialect.supports_alter and getattr(constraint, "use_alter", False))

    def visit_drop_table(self, drop: Any, **kw: Any) -> str:
        """DROP TABLE."""
        text = "\nDROP TABLE "
        if drop.if_exists:
            text += "IF EXISTS "
        return text + self.preparer.format_table(drop.element)  # type: ignore[no-any-return]

    def visit_create_index(
        self,
        create: Any,
        include_schema: bool = False,
        include_table_schema: bool = True,
        **kw: Any,
    ) -> str:
        """CREATE INDEX."""
        index = create.element
        self._verify_index_table(index)
        text = "CREATE "
        if index.unique:
            text += "UNIQUE "
        if index.name is None:
            raise exc.CompileError("CREATE INDEX requires that the index have a name")
        text += "INDEX "
        if create.if_not_exists:
            text += "IF NOT EXISTS "
        columns = ", ".join(
            self.expression(expression, include_table=False) for expression in index.expressions
        )
        name = self._index_name(index, include_schema)
        table = self.preparer.format_table(index.table, use_schema=include_table_schema)
        return f"{text}{name} ON {table} ({columns})"

    def _verify_index_table(self, index: Any) -> None:
        if index.table is None:
            raise exc.CompileError(f"Index '{index.name}' is not associated with any table.")

    def _index_name(self, index: Any, include_schema: bool) -> str:
        name = self.preparer.format_index(index)
        if include_schema and index.table is not None and index.table.schema:
            name = f"{self.preparer.quote_schema(index.table.schema)}.{name}"
        return str(name)

    def visit_drop_index(self, drop: Any, **kw: Any) -> str:
        """DROP INDEX."""
        index = drop.element
        if index.name is None:
            raise exc.CompileError("DROP INDEX requires that the index have a name")
        text = "\nDROP INDEX "
        if drop.if_exists:
            text += "IF EXISTS "
        return text + self._index_name(index, include_schema=True)

    # -- constraints ---------------------------------------------------------------------------

    def _named(self, constraint: Any) -> str:
        name = self.preparer.format_constraint(constraint)
        return "" if name is None else f"CONSTRAINT {name} "

    def _quoted(self, columns: Any) -> str:
        return ", ".join(self.preparer.quote(column.name) for column in columns)

    def visit_check_constraint(self, constraint: Any, **kw: Any) -> str:
        """CHECK (...)."""
        condition = self.expression(constraint.sqltext, include_table=False)
        return self._named(constraint) + f"CHECK ({condition})" + self._deferring(constraint)

    def visit_table_or_column_check_constraint(self, constraint: Any, **kw: Any) -> str:
        """CHECK (...), of a column or of the table."""
        return self.visit_check_constraint(constraint, **kw)

    def visit_primary_key_constraint(self, constraint: Any, **kw: Any) -> str:
        """PRIMARY KEY (...)."""
        if len(constraint) == 0:
            return ""
        columns = (
            constraint.columns_autoinc_first
            if constraint._implicit_generated
            else constraint.columns
        )
        return (
            self._named(constraint)
            + f"PRIMARY KEY ({self._quoted(columns)})"
            + self._deferring(constraint)
        )

    def visit_foreign_key_constraint(self, constraint: Any, **kw: Any) -> str:
        """FOREIGN KEY (...) REFERENCES ... (...)."""
        remote = next(iter(constraint.elements)).column.table
        return (
            self._named(constraint)
            + f"FOREIGN KEY({self._quoted(element.parent for element in constraint.elements)}) "
            + f"REFERENCES {self.define_constraint_remote_table(constraint, remote)} "
            + f"({self._quoted(element.column for element in constraint.elements)})"
            + (f" MATCH {constraint.match}" if constraint.match is not None else "")
            + self._cascades(constraint)
            + self._deferring(constraint)
        )

    def define_constraint_remote_table(self, constraint: Any, table: Any) -> str:
        """The table that a foreign key refers to."""
        return self.preparer.format_table(table)  # type: ignore[no-any-return]

    def visit_unique_constraint(self, constraint: Any, **kw: Any) -> str:
        """UNIQUE (...)."""
        if len(constraint) == 0:
            return ""
        return (
            self._named(constraint)
            + f"UNIQUE ({self._quoted(constraint)})"
            + self._deferring(constraint)
        )

    def _cascades(self, constraint: Any) -> str:
        text = ""
        if constraint.ondelete is not None:
            text += f" ON DELETE {constraint.ondelete}"
        if constraint.onupdate is not None:
            text += f" ON UPDATE {constraint.onupdate}"
        return text

    def _deferring(self, constraint: Any) -> str:
        text = ""
        if constraint.deferrable is not None:
            text += " DEFERRABLE" if constraint.deferrable else " NOT DEFERRABLE"
        if constraint.initially is not None:
            text += f" INITIALLY {constraint.initially}"
        return text
