"""Compiler: elements become SQL text and bound parameters.

Before: all of sql/ holds structure; str(element) and the engine ask for text here.
Here:   SQLCompiler: a method `visit_<kind>` for each kind of element; Compiled, the result.
After:  engine/sqlite.py overrides the spellings of SQLite; the engine sends `string` with
        `parameters_for(...)`.

While text is put together a bind parameter stands in it as a mark and its name. Only at the end the
marks become `?` or `:name`, in the order in which they stand, so that the order of parameters is
right however the text was built (WITH comes first and is found last). A list for IN has a mark of
its own and is written out at execution, when its length is known.

The file is one thing: an expression may contain a SELECT and a SELECT contains expressions, so the
methods call one another in every direction.

Follows: SQLAlchemy 1.4, "SQL Expression Language"; STYLE.md, "What it is, apart from how it is
spelled".
"""

from __future__ import annotations

import warnings
from itertools import chain
from time import perf_counter

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.crud import CrudPlan, is_crud_bind
from ormtutor.miniorm.sql.elements import (
    BindParameter,
    ColumnClause,
    Label,
    UnaryExpression,
    join_conditions,
)
from ormtutor.miniorm.sql.linting import FromLinter
from ormtutor.miniorm.sql.naming import AnonymousName, Names
from ormtutor.miniorm.sql.preparer import MARK, MARKED_MARK
from ormtutor.miniorm.sql.select import CompoundSelect, FromList, name_columns
from ormtutor.miniorm.sql.traversal import cache_key, children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

# `\x01name\x02` is a bind parameter, `\x01\x03name\x02` a list to be written out at execution,
# `\x01\x02` the character \x01 itself in a name or text of the learner.
_END = "\x02"
_LIST = "\x03"
# How a parameter's name is spelled in a template when these are in it.
_SPELLED = {char: f"\x04{number}" for number, char in enumerate((MARK, _END, _LIST, "\x04"))}


class Compiled:
    """A statement as text."""

    isinsert = isupdate = isdelete = isddl = is_select = is_text = False
    string: str
    statement: Any
    dialect: Any
    made_at = 0.0
    # The engine's cache marks here what was asked for lately.
    used = False
    has_expanding = False
    result_columns: list[Any] = []  # noqa: RUF012 - replaced, never changed
    positiontup: Sequence[str] = ()
    insert_prefetch: Sequence[Any] = ()
    update_prefetch: Sequence[Any] = ()
    postfetch: Sequence[Any] = ()

    def __str__(self) -> str:
        return self.string

    def origin(self) -> tuple[str, float]:
        """Whether the text was made just now or is used again, and when it was; for the log."""
        if self.used:
            return "cached", self.made_at
        self.used = True
        return "generated", self.made_at


class _Frame:
    """A SELECT, UNION, INSERT ... while it is being written: what those inside may see.

    correlate_froms: FROM objects of this statement and those around it. asfrom_froms: its own.
    column_count: how many columns the first part of a UNION has.
    """

    __slots__ = (
        "asfrom_froms",
        "column_count",
        "correlate_froms",
        "froms",
        "labels",
        "statement",
    )

    def __init__(
        self, statement: Any, froms: list[Any], correlate_froms: list[Any], asfrom: list[Any]
    ) -> None:
        self.statement = statement
        self.froms = froms
        self.correlate_froms = correlate_froms
        self.asfrom_froms = asfrom
        self.labels: Any = None
        self.column_count = 0


class SQLCompiler(Compiled):
    """Writes expressions and statements.

    column_keys: the names of the parameters that execution will bring, for INSERT and UPDATE.
    linting: warn about cartesian products.
    compile_kwargs: `literal_binds=True` writes values into the text.
    """

    # Words that a dialect may change.
    compound_keywords: dict[str, str] = {}  # noqa: RUF012 - a dialect replaces it whole
    extract_map: dict[str, str] = {}  # noqa: RUF012 - a dialect replaces it whole

    def __init__(
        self,
        dialect: Any,
        statement: Any,
        column_keys: Any = None,
        for_executemany: bool = False,
        linting: bool = False,
        compile_kwargs: Any = None,
        **kw: Any,
    ) -> None:
        self.dialect = dialect
        self.statement = statement
        self.preparer = dialect.compilers_preparer
        self.column_keys = column_keys
        self.for_executemany = for_executemany
        self.linting = linting
        self.binds: dict[str, BindParameter] = {}
        self.bind_names: dict[int, str] = {}
        # Parameters written in the place of others: (the statement's own, the one written).
        self._replaced: list[tuple[BindParameter, BindParameter]] = []
        self.names = Names()
        self.stack: list[_Frame] = []
        self.ctes: dict[Any, str] = {}
        self._cte_names: dict[str, Any] = {}
        self._has_recursive = False
        self.result_columns = []
        self.insert_prefetch: list[Any] = []
        self.update_prefetch: list[Any] = []
        self.postfetch: list[Any] = []
        self.extended_select: Any = None
        self._bind_order: list[str | None] | None = None
        self._list_names: set[str] = set()
        if statement is not None:
            self.made_at = perf_counter()
            self._finish(self.process(statement, **(compile_kwargs or {})))

    # -- from marks to text --------------------------------------------------------------------

    def _finish(self, template: str) -> None:
        pieces = template.split(MARK)
        names: list[str] = []
        texts = [pieces[0]]
        shown = [pieces[0]]
        for piece in pieces[1:]:
            name, _, rest = piece.partition(_END)
            if not name:
                texts[-1] += MARK + rest
                shown.append(MARK + rest)
                continue
            is_list = name[0] == _LIST
            name = _name_of(name)
            names.append(name)
            texts.append(rest)
            if is_list:
                self._list_names.add(name)
                shown.append(f"__[POSTCOMPILE_{self._escaped_name(name)}]{rest}")
            else:
                shown.append(self.bind_placeholder(name) + rest)
        # Text and names in turn: the text before the first parameter, its name, and so on.
        self._texts = texts
        self._names = names
        self.has_expanding = bool(self._list_names)
        self.positiontup = list(names)
        self.string = "".join(shown)
        self._processors = self._make_processors()

    def bind_placeholder(self, name: str) -> str:
        """How a bind parameter stands in the text."""
        if self.dialect.positional:
            return "?"
        return f":{self._escaped_name(name)}"

    def _escaped_name(self, name: str) -> str:
        """A name without the characters that would end it after the colon."""
        if name.isidentifier():
            return name
        return name.translate(_NAME_ESCAPES)

    def _make_processors(self) -> dict[str, Any]:
        processors = {}
        for name, bind in self.binds.items():
            type_ = bind.type
            if type_._is_tuple_type:
                continue
            processor = type_._cached_bind_processor(self.dialect)
            if processor is not None:
                processors[name] = processor
        return processors

    # -- parameters ----------------------------------------------------------------------------

    @property
    def params(self) -> dict[str, Any]:
        """The values by name, as far as they are known."""
        return {
            name if name.isidentifier() else self._escaped_name(name): bind.value
            if bind._options.callable is None
            else bind.effective_value
            for name, bind in self.binds.items()
        }

    @property
    def prefetch(self) -> list[Any]:
        """The columns whose default the engine computes before the statement."""
        return list(chain(self.insert_prefetch, self.update_prefetch))

    def prefetch_key(self, column: Any) -> str:
        """The name of the parameter for such a column."""
        return column.key  # type: ignore[no-any-return]

    def _order_of_binds(self) -> list[str | None]:
        """The names of the parameters in the order of the statement's structure key."""
        if self._bind_order is None:
            _, binds = cache_key(self.statement)
            for original, made in self._replaced:
                name = self.bind_names.get(id(made))
                if name is not None:
                    self.bind_names[id(original)] = name
            self._bind_order = [self._name_in_structure(bind) for bind in binds]
        return self._bind_order

    def _name_in_structure(self, bind: Any) -> str | None:
        name = self.bind_names.get(id(bind))
        if name is None and not bind.unique and bind.key in self.binds:
            name = bind.key
        return name

    def _binds_by_name(self, binds: Sequence[BindParameter]) -> dict[str, BindParameter]:
        """The bind parameters of another statement of this structure, where they stand in ours."""
        named = dict(self.binds)
        order = self._order_of_binds() if self._bind_order is None else self._bind_order
        for name, bind in zip(order, binds, strict=True):
            if name is not None:
                named[name] = bind
        return named

    def of_statement(self, statement: Any, binds: Sequence[BindParameter]) -> SQLCompiler:
        """The same text for another statement of this structure, with its bind parameters."""
        twin = object.__new__(type(self))
        twin.__dict__ = self.__dict__.copy()
        twin.statement = statement
        twin.binds = self._binds_by_name(binds)
        twin.used = False
        return twin

    def construct_params(
        self,
        params: Any = None,
        binds: Any = None,
        group: int | None = None,
        _check: bool = True,
    ) -> dict[str, Any]:
        """The values by name.

        params: values given at execution. binds: the bind parameters of another statement of the
        same structure, whose values are taken. group: its number, in an executemany.
        Raises: InvalidRequestError: a value is missing.
        """
        current = self.binds if binds is None else self._binds_by_name(binds)
        values = {}
        for name, bind in current.items():
            if params:
                if bind.key in params:
                    values[name] = params[bind.key]
                    continue
                if name in params:
                    values[name] = params[name]
                    continue
            if _check and bind.required:
                where = "" if group is None else f", in parameter group {group}"
                raise exc.InvalidRequestError(
                    f"A value is required for bind parameter '{bind.key}'{where}", code="cd3x"
                )
            values[name] = bind.effective_value
        return values

    def to_tuple(self, values: dict[str, Any]) -> Any:
        """The values as the driver takes them, converted, in the order of the text."""
        processors = self._processors
        if processors:
            return tuple(
                [
                    processors[name](values[name]) if name in processors else values[name]
                    for name in self.positiontup
                ]
            )
        return tuple([values[name] for name in self.positiontup])

    def parameters_for(self, binds: Sequence[BindParameter]) -> tuple[Any, ...]:
        """The values of another statement of the same structure, as the driver takes them.

        Only for statements without a list to write out; see statement_for().
        """
        plan = self.__dict__.get("_feed")
        if plan is None:
            plan = self._feed = self._make_feed()
        simple, steps = plan
        if simple:
            return tuple([binds[index].effective_value for index in steps])
        values = []
        for index, fixed, processor in steps:
            bind = fixed if index is None else binds[index]
            value = bind.effective_value
            if bind.required and value is None:
                raise exc.InvalidRequestError(
                    f"A value is required for bind parameter '{bind.key}'", code="cd3x"
                )
            values.append(value if processor is None else processor(value))
        return tuple(values)

    def _make_feed(self) -> tuple[bool, list[Any]]:
        """For each parameter of the text: its place among the binds of a structure key."""
        places = {}
        for index, name in enumerate(self._order_of_binds()):
            if name is not None:
                places[name] = index
        steps = [
            (places.get(name), self.binds[name], self._processors.get(name))
            for name in self.positiontup
        ]
        if all(
            index is not None and processor is None and not bind.required
            for index, bind, processor in steps
        ):
            return True, [index for index, _, _ in steps]
        return False, steps

    def statement_for(
        self, binds: Sequence[BindParameter] | None, params: Any = None
    ) -> tuple[str, tuple[Any, ...]]:
        """The text and the values of another statement of the same structure."""
        if not self.has_expanding:
            if binds is not None and not params:
                return self.string, self.parameters_for(binds)
            return self.string, self.to_tuple(self.construct_params(params, binds))
        return self.expand(self.construct_params(params, binds))

    def expand(self, values: dict[str, Any]) -> tuple[str, Any]:
        """The text with its lists written out, and the values as the driver takes them."""
        texts, names = self._texts, self._names
        out = [texts[0]]
        parameters: list[Any] = []
        for text, name in zip(texts[1:], names, strict=True):
            if name in self._list_names:
                out.append(self._expanded(name, values[name], parameters))
            else:
                processor = self._processors.get(name)
                value = values[name]
                parameters.append(value if processor is None else processor(value))
                out.append(self.bind_placeholder(name))
            out.append(text)
        return "".join(out), tuple(parameters)

    def _expanded(self, name: str, value: Any, parameters: list[Any]) -> str:
        bind = self.binds[name]
        members = list(value)
        if not members:
            return self.visit_empty_set(bind)
        if bind.type._is_tuple_type or isinstance(members[0], (tuple, list)):
            return self._expanded_tuples(name, bind, members, parameters)
        processor = bind.type._cached_bind_processor(self.dialect)
        parameters.extend(members if processor is None else map(processor, members))
        return ", ".join(
            self.bind_placeholder(f"{name}_{number}") for number in range(1, len(members) + 1)
        )

    def _expanded_tuples(
        self, name: str, bind: Any, members: list[Any], parameters: list[Any]
    ) -> str:
        types = bind.type.types if bind.type._is_tuple_type else ()
        rows = []
        for row_number, row in enumerate(members, start=1):
            marks = []
            for position, value in enumerate(row):
                type_ = types[position] if position < len(types) else sqltypes.NULLTYPE
                processor = type_._cached_bind_processor(self.dialect)
                parameters.append(value if processor is None else processor(value))
                marks.append(self.bind_placeholder(f"{name}_{row_number}_{position + 1}"))
            rows.append(f"({', '.join(marks)})")
        prefix = "VALUES " if self.dialect.tuple_in_values else ""
        return prefix + ", ".join(rows)

    def visit_empty_set(self, bind: Any) -> str:
        types = bind.type.types if bind.type._is_tuple_type else [bind.type]
        return self.visit_empty_set_op_expr(types, bind.expand_op)

    def visit_empty_set_op_expr(self, type_: Any, expand_op: Any) -> str:
        nulls = ", ".join("NULL" for _ in type_)
        if len(type_) > 1:
            nulls = f"({nulls})"
        if expand_op is operators.not_in_op:
            return f"{nulls}) OR (1 = 1"
        if expand_op is operators.in_op:
            return f"{nulls}) AND (1 != 1"
        return self.visit_empty_set_expr(type_)

    def visit_empty_set_expr(self, element_types: Any) -> str:
        raise NotImplementedError(
            f"Dialect '{self.dialect.name}' does not support empty set expression."
        )

    # -- finding the method --------------------------------------------------------------------

    def process(self, element: Any, **kw: Any) -> str:
        """The element as SQL."""
        try:
            method = getattr(self, f"visit_{element.__visit_name__}")
        except AttributeError:
            return self.visit_unsupported_compilation(element, **kw)
        return method(element, **kw)  # type: ignore[no-any-return]

    def visit_unsupported_compilation(self, element: Any, **kw: Any) -> str:
        raise exc.UnsupportedCompilationError(self, type(element))

    def stands_for(self, made: BindParameter, original: BindParameter) -> None:
        """A parameter is written in the place of another, whose values it takes."""
        if made is not original:
            self._replaced.append((original, made))

    def process_crud(self, bind: BindParameter) -> str:
        """A parameter of VALUES or SET."""
        return self.visit_bindparam(bind)

    def _join(self, elements: Iterable[Any], separator: str, **kw: Any) -> str:
        texts = [self.process(element, **kw) for element in elements]
        return separator.join(text for text in texts if text)

    def _resolve(self, name: Any) -> Any:
        """A name with its anonymous parts filled in."""
        if isinstance(name, AnonymousName):
            return name.resolve(self.names)
        return name

    # -- small expressions ---------------------------------------------------------------------

    def visit_grouping(self, grouping: Any, asfrom: bool = False, **kw: Any) -> str:
        if getattr(grouping, "_is_from_clause", False):
            kw["asfrom"] = asfrom
        return f"({self.process(grouping.element, **kw)})"

    def visit_select_statement_grouping(self, grouping: Any, **kw: Any) -> str:
        return f"({self.process(grouping.element, **kw)})"

    def visit_label(
        self,
        label: Any,
        within_columns_clause: bool = False,
        within_label_clause: bool = False,
        render_label_as_label: Any = None,
        result_names: Any = None,
        **kw: Any,
    ) -> str:
        if render_label_as_label is label:
            return self.preparer.format_label(label, self._resolve(label.name))  # type: ignore[no-any-return]
        if within_columns_clause and not within_label_clause:
            name = self._resolve(label.name)
            if result_names is not None:
                result_names.append(
                    (name, label.name, (label, name, *label._alt_names), label.type)
                )
            # A label inside of a label is not written.
            text = self.process(
                label.element, within_columns_clause=True, within_label_clause=True, **kw
            )
            return f"{text} AS {self.preparer.format_label(label, name)}"
        return self.process(label.element, **kw)

    def visit_column(
        self,
        column: Any,
        include_table: bool = True,
        result_names: Any = None,
        **kw: Any,
    ) -> str:
        name = original = column.name
        if name is None:
            name = self._fallback_column_name(column)
        name = self._resolve(name)
        if result_names is not None:
            result_names.append(
                (name, original, (column, name, column.key, column._label), column.type)
            )
        text = self._literal_text(name) if column.is_literal else self.preparer.quote(name)
        table = column.table
        if table is None or not include_table or not table.named_with_column:
            return text
        table_name = self._resolve(table.name)
        prefix = ""
        if table.schema and table._is_table:
            prefix = self.preparer.quote_schema(table.schema) + "."
        return f"{prefix}{self.preparer.quote(table_name)}.{text}"

    def _fallback_column_name(self, column: Any) -> str:
        raise exc.CompileError("Cannot compile Column object until its 'name' is assigned.")

    def _literal_text(self, text: Any) -> str:
        """Text of the learner, with our mark made harmless."""
        if not isinstance(text, str):
            raise TypeError(f"__str__ returned non-string (type {type(text).__name__})")
        return text.replace(MARK, MARKED_MARK) if MARK in text else text

    def visit_collation(self, element: Any, **kw: Any) -> str:
        return self.preparer.format_collation(element.collation)  # type: ignore[no-any-return]

    def visit_null(self, element: Any, **kw: Any) -> str:
        return "NULL"

    def visit_true(self, element: Any, **kw: Any) -> str:
        return "true" if self.dialect.supports_native_boolean else "1"

    def visit_false(self, element: Any, **kw: Any) -> str:
        return "false" if self.dialect.supports_native_boolean else "0"

    def visit_as_boolean(self, element: Any, **kw: Any) -> str:
        text = self.process(element.element, **kw)
        is_true = element.operator is operators.is_true
        if self.dialect.supports_native_boolean or element.element._is_implicitly_boolean:
            return text if is_true else f"NOT {text}"
        return f"{text} = 1" if is_true else f"{text} = 0"

    def visit_textclause(self, text: Any, result_names: Any = None, **kw: Any) -> str:
        if result_names is not None:
            result_names.append((None, None, (text,), sqltypes.NULLTYPE))
        if not self.stack:
            self.is_text = True
            self.stack.append(_Frame(text, [], [], []))
        out = []
        for position, piece in enumerate(text._pieces):
            if position % 2:
                out.append(self.process(text._bindparams[piece], **kw))
            else:
                out.append(self._literal_text(piece).replace("\\:", ":"))
        return "".join(out)

    def visit_clauselist(self, clauses: Any, **kw: Any) -> str:
        return self._join(clauses.clauses, clauses.operator.symbol, **kw)

    def visit_tuple(self, clauses: Any, **kw: Any) -> str:
        return f"({self._join(clauses.clauses, ', ', **kw)})"

    def visit_case(self, case: Any, **kw: Any) -> str:
        out = ["CASE "]
        if case.value is not None:
            out.append(self.process(case.value, **kw) + " ")
        for when, then in case.whens:
            out.append(f"WHEN {self.process(when, **kw)} THEN {self.process(then, **kw)} ")
        if case.else_ is not None:
            out.append(f"ELSE {self.process(case.else_, **kw)} ")
        out.append("END")
        return "".join(out)

    def visit_cast(self, cast: Any, **kw: Any) -> str:
        return f"CAST({self.process(cast.clause, **kw)} AS {self.process(cast.typeclause, **kw)})"

    def visit_typeclause(self, typeclause: Any, **kw: Any) -> str:
        return self.dialect.type_compiler.process(typeclause.type)  # type: ignore[no-any-return]

    def visit_type_coerce(self, coerce: Any, **kw: Any) -> str:
        return self.process(coerce.clause, **kw)

    def visit_extract(self, extract: Any, **kw: Any) -> str:
        field = self.extract_map.get(extract.field, extract.field)
        return f"EXTRACT({field} FROM {self.process(extract.expr, **kw)})"

    # -- functions -----------------------------------------------------------------------------

    def visit_function(self, func: Any, result_names: Any = None, **kw: Any) -> str:
        if result_names is not None:
            result_names.append((func.name, func.name, (func.name,), func.type))
        own = getattr(self, f"visit_{func.name.lower()}_func", None)
        if own is not None:
            return own(func, **kw)  # type: ignore[no-any-return]
        name = self._function_name(func)
        return f"{name}{self.function_argspec(func, **kw)}"

    def _function_name(self, func: Any) -> str:
        known = FUNCTIONS.get(type(func).__name__) if not func.packagenames else None
        if known is not None and func.__visit_name__ == "function" and hasattr(func, "_known_name"):
            return known
        parts = [*func.packagenames, func.name]
        return ".".join(self._quoted_function_part(part) for part in parts)

    def _quoted_function_part(self, part: str) -> str:
        # Reserved words may name functions (left, right), so only strange names are quoted.
        if part.replace("_", "a").isalnum() and not part[0].isdigit() and part.isascii():
            return part
        if getattr(part, "quote", None) is False:
            return str(part)
        return self.preparer.quote(part)  # type: ignore[no-any-return]

    def function_argspec(self, func: Any, **kw: Any) -> str:
        """The arguments in parentheses; none for CURRENT_TIMESTAMP and its like."""
        if type(func).__name__ in FUNCTIONS and hasattr(func, "_known_name"):
            return ""
        return self.process(func.clause_expr, **kw)

    def visit_over(self, over: Any, **kw: Any) -> str:
        text = self.process(over.element, **kw)
        parts = []
        for word, clause in (("PARTITION", over.partition_by), ("ORDER", over.order_by)):
            if clause is not None and len(clause):
                parts.append(f"{word} BY {self.process(clause, **kw)}")
        return f"{text} OVER ({' '.join(parts)})"

    def visit_funcfilter(self, funcfilter: Any, **kw: Any) -> str:
        func = self.process(funcfilter.func, **kw)
        return f"{func} FILTER (WHERE {self.process(funcfilter.criterion, **kw)})"

    # -- operators -----------------------------------------------------------------------------

    def visit_unary(self, unary: Any, **kw: Any) -> str:
        operator = unary.operator
        if operator is not None:
            own = getattr(self, f"visit_{operator.__name__}_unary_operator", None)
            if own is not None:
                return own(unary, operator, **kw)  # type: ignore[no-any-return]
            return operator.symbol + self.process(unary.element, **kw)  # type: ignore[no-any-return]
        modifier = unary.modifier
        own = getattr(self, f"visit_{modifier.__name__}_unary_modifier", None)
        if own is not None:
            return own(unary, modifier, **kw)  # type: ignore[no-any-return]
        return self.process(unary.element, **kw) + modifier.symbol  # type: ignore[no-any-return]

    def visit_binary(
        self,
        binary: Any,
        from_linter: Any = None,
        **kw: Any,
    ) -> str:
        operator = binary.operator
        if from_linter is not None and operator.is_comparison:
            from_linter.connect(binary.left._from_objects, binary.right._from_objects)
        own = getattr(self, f"visit_{operator.__name__}_binary", None)
        if own is not None:
            if from_linter is not None:
                kw["from_linter"] = from_linter
            return own(binary, operator, **kw)  # type: ignore[no-any-return]
        return self._generate_generic_binary(binary, operator.symbol, from_linter=from_linter, **kw)

    def _generate_generic_binary(self, binary: Any, symbol: str, **kw: Any) -> str:
        left = self.process(binary.left, **kw)
        return left + symbol + self.process(binary.right, **kw)

    def visit_custom_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return self._generate_generic_binary(binary, self._literal_text(operator.symbol), **kw)

    def visit_mod_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return self._generate_generic_binary(binary, " % ", **kw)

    def visit_not_in_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return f"({self._generate_generic_binary(binary, ' NOT IN ', **kw)})"

    def _like(self, binary: Any, operator: Any, **kw: Any) -> str:
        word, form, left_form = _LIKE[operator.__name__]
        left = left_form.replace("{}", self.process(binary.left, **kw), 1)
        right = form.replace("{}", self.process(binary.right, **kw), 1)
        escape = (binary.modifiers or {}).get("escape")
        text = f"{left} {word} {right}"
        if escape is not None:
            text += " ESCAPE " + self.render_literal_value(escape, sqltypes.STRINGTYPE)
        return text

    visit_like_op_binary = visit_not_like_op_binary = _like
    visit_ilike_op_binary = visit_not_ilike_op_binary = _like
    visit_contains_op_binary = visit_not_contains_op_binary = _like
    visit_startswith_op_binary = visit_not_startswith_op_binary = _like
    visit_endswith_op_binary = visit_not_endswith_op_binary = _like

    def visit_between_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        symmetric = "SYMMETRIC " if (binary.modifiers or {}).get("symmetric") else ""
        return self._generate_generic_binary(binary, operator.symbol + symmetric, **kw)

    visit_not_between_op_binary = visit_between_op_binary

    def visit_not_match_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return f"NOT {self._generate_generic_binary(binary, ' MATCH ', **kw)}"

    # -- bind parameters -----------------------------------------------------------------------

    def visit_bindparam(
        self,
        bindparam: Any,
        literal_binds: bool = False,
        within_columns_clause: bool = False,
        **kw: Any,
    ) -> str:
        if literal_binds:
            return self._written_out(bindparam)
        name = _spelled(self._register(bindparam))
        if bindparam.expanding:
            return f"({MARK}{_LIST}{name}{_END})"
        return f"{MARK}{name}{_END}"

    def _register(self, bind: Any) -> str:
        known = self.bind_names.get(id(bind))
        if known is not None:
            return known
        name = str(self._resolve(bind.key))
        existing = self.binds.get(name)
        if existing is not None and existing is not bind:
            self._check_same_name(name, existing, bind)
        self.binds[name] = bind
        self.bind_names[id(bind)] = name
        return name

    def _check_same_name(self, name: str, existing: Any, bind: Any) -> None:
        pair = (existing, bind)
        if any(is_crud_bind(each) for each in pair):
            if all(is_crud_bind(each) for each in pair):
                return
            crud = existing if is_crud_bind(existing) else bind
            if crud.required or name in self._prefetch_names():
                raise exc.CompileError(
                    f"bindparam() name '{name}' is reserved for automatic usage in the VALUES or "
                    "SET clause of this insert/update statement.   Please use a name other than "
                    "column name when using bindparam() with insert() or update() (for example, "
                    f"'b_{name}')."
                )
            raise _conflict(name)
        if existing.unique or bind.unique:
            raise _conflict(name)

    def _prefetch_names(self) -> set[Any]:
        return {column.key for column in self.prefetch}

    def _written_out(self, bind: Any) -> str:
        value = bind.effective_value
        if bind.expanding:
            return self._literal_list(bind, value)
        if value is None and not bind.type.should_evaluate_none:
            name = self._resolve(bind.key)
            warnings.warn(
                f"Bound parameter '{name}' rendering literal NULL in a SQL expression; comparisons "
                "to NULL should not use operators outside of 'is' or 'is not' (this warning may be "
                "suppressed after 10 occurrences)",
                exc.SAWarning,
                stacklevel=2,
            )
        return self.render_literal_bindparam(bind, value)

    def _literal_list(self, bind: Any, values: Any) -> str:
        values = list(values or ())
        if not values:
            return f"({self.visit_empty_set(bind)})"
        if bind.type._is_tuple_type:
            rows = [self._literal_row(row, bind.type.types) for row in values]
            prefix = "VALUES " if self.dialect.tuple_in_values else ""
            return f"({prefix}{', '.join(rows)})"
        return f"({', '.join(self.render_literal_value(value, bind.type) for value in values)})"

    def _literal_row(self, row: Any, types: Any) -> str:
        members = [
            self.render_literal_value(value, type_)
            for value, type_ in zip(row, types, strict=False)
        ]
        return f"({', '.join(members)})"

    def render_literal_bindparam(self, bind: Any, value: Any = None, **kw: Any) -> str:
        """The value of a parameter as SQL."""
        if value is None and not bind.type.should_evaluate_none:
            return "NULL"
        return self.render_literal_value(value, bind.type)

    def render_literal_value(self, value: Any, type_: Any) -> str:
        """A value as SQL.

        Raises: NotImplementedError: the type cannot be written.
        """
        processor = type_._cached_literal_processor(self.dialect)
        if processor is None:
            raise NotImplementedError(f"Don't know how to literal-quote value {value!r}")
        try:
            return self._literal_text(processor(value))
        except exc.CompileError:
            raise
        except Exception as error:
            raise exc.CompileError(
                f'Could not render literal value "{_short_repr(value)}" with datatype {type_}; '
                "see parent stack trace for more detail."
            ) from error

    # -- labels in ORDER BY --------------------------------------------------------------------

    def _label_names(self) -> tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]]:
        """Selected columns and columns of FROM by name; and each of the two alone."""
        frame = self.stack[-1]
        if frame.labels is None:
            statement = frame.statement
            columns = getattr(statement, "_all_selected_columns", ())
            selected: dict[Any, Any] = {}
            for column in columns:
                if column._is_text_clause:
                    continue
                key = column._label
                if key is None or isinstance(statement, CompoundSelect):
                    key = column._proxy_key
                if key is not None:
                    selected[key] = column
            froms: dict[Any, Any] = {}
            for from_ in frame.froms:
                if from_._is_from_clause:
                    for column in from_.c:
                        froms[column.key] = column
            frame.labels = ({**froms, **selected}, froms, selected)
        return frame.labels  # type: ignore[no-any-return]

    def visit_label_reference(
        self, element: Any, within_columns_clause: bool = False, **kw: Any
    ) -> str:
        if self.stack and self.dialect.supports_simple_order_by_label:
            _, froms, selected = self._label_names()
            names = froms if within_columns_clause else selected
            label = _order_by_label(element.element)
            if (
                label is not None
                and label.name in names
                and label.shares_lineage(names[label.name])
            ):
                kw["render_label_as_label"] = label
        return self.process(element.element, within_columns_clause=within_columns_clause, **kw)

    def visit_textual_label_reference(
        self, element: Any, within_columns_clause: bool = False, **kw: Any
    ) -> str:
        """A string sorted by: the name of a selected column.

        Raises: CompileError: nothing has that name.
        """
        if not self.stack:
            return self._literal_text(element.element)
        names, froms, _ = self._label_names()
        if within_columns_clause:
            names = froms
        column = names.get(element.element)
        if column is None:
            raise _unknown_label(element.element)
        kw["render_label_as_label"] = column
        return self.process(column, within_columns_clause=within_columns_clause, **kw)

    # -- FROM ----------------------------------------------------------------------------------

    def visit_table(
        self,
        table: Any,
        asfrom: bool = False,
        from_linter: Any = None,
        use_schema: bool = True,
        **kw: Any,
    ) -> str:
        if not asfrom:
            return ""
        if from_linter is not None:
            from_linter.add(table, table.fullname)
        schema = table.schema
        if use_schema and schema:
            return f"{self.preparer.quote_schema(schema)}.{self.preparer.quote(table.name)}"
        return self.preparer.quote(table.name)  # type: ignore[no-any-return]

    def visit_join(
        self, join: Any, asfrom: bool = False, from_linter: Any = None, **kw: Any
    ) -> str:
        if from_linter is not None:
            from_linter.connect(join.left._from_objects, join.right._from_objects)
        if join.full:
            word = " FULL OUTER JOIN "
        elif join.isouter:
            word = " LEFT OUTER JOIN "
        else:
            word = " JOIN "
        left = self.process(join.left, asfrom=True, from_linter=from_linter, **kw)
        right = self.process(join.right, asfrom=True, from_linter=from_linter, **kw)
        onclause = self.process(join.onclause, from_linter=from_linter, **kw)
        return f"{left}{word}{right} ON {onclause}"

    def visit_alias(
        self, alias: Any, asfrom: bool = False, from_linter: Any = None, **kw: Any
    ) -> str:
        if not asfrom:
            return self.process(alias.element, **kw)
        name = self._resolve(alias.name)
        if from_linter is not None:
            from_linter.add(alias, name)
        inner = self.process(alias.element, asfrom=True, **kw)
        if alias._is_subquery:
            inner = f"({inner})"
        return inner + self.get_render_as_alias_suffix(self.preparer.format_alias(alias, name))

    visit_subquery = visit_alias

    def get_render_as_alias_suffix(self, name: str) -> str:
        """The word before the name of an alias."""
        return f" AS {name}"

    def visit_cte(self, cte: Any, asfrom: bool = False, from_linter: Any = None, **kw: Any) -> str:
        """The name of a CTE; its SELECT is written once, before the statement.

        Alone, as str() has it, it is its SELECT.
        """
        if not asfrom and not self.stack:
            return self.process(cte.element, **kw)
        name = self._resolve(cte.name)
        base = cte if cte._cte_alias is None else cte._cte_alias
        base_name = name if base is cte else self._resolve(base.name)
        self._write_cte(base, base_name, **kw)
        if not asfrom:
            return ""
        if from_linter is not None:
            from_linter.add(cte, name)
        if base is cte:
            return self.preparer.format_alias(cte, name)  # type: ignore[no-any-return]
        quoted = self.preparer.format_alias(base, base_name)
        return quoted + self.get_render_as_alias_suffix(  # type: ignore[no-any-return]
            self.preparer.format_alias(cte, name)
        )

    def _write_cte(self, cte: Any, name: str, **kw: Any) -> None:
        existing = self._cte_names.get(name)
        if existing is not None:
            if existing is cte or _restates(existing, cte):
                return
            if not _restates(cte, existing):
                if existing.compare(cte):
                    return
                raise exc.CompileError(
                    f"Multiple, unrelated CTEs found with the same name: '{name}'"
                )
            self.ctes.pop(existing, None)
        self._cte_names[name] = cte
        if cte.recursive:
            self._has_recursive = True
        text = self.preparer.format_alias(cte, name)
        if cte.recursive:
            columns = ", ".join(self.preparer.quote(self._resolve(column.name)) for column in cte.c)
            text += f"({columns})"
        self.ctes[cte] = ""
        # A CTE sees nothing of the statement that uses it.
        outer, self.stack = self.stack, self.stack[:1] and [_Frame(None, [], [], [])]
        for name_ in ("within_columns_clause", "within_label_clause", "result_names"):
            kw.pop(name_, None)
        inner = self.process(cte.element, asfrom=True, **kw)
        self.stack = outer
        # Those that this one needs were written meanwhile and come first.
        self.ctes.pop(cte, None)
        self.ctes[cte] = f"{text} AS \n({inner})"

    def _render_ctes(self) -> str:
        if not self.ctes:
            return ""
        word = "WITH RECURSIVE " if self._has_recursive else "WITH "
        return word + ", \n".join(self.ctes.values()) + "\n "

    def _open(self, statement: Any) -> None:
        """A statement that shows nothing of its own to those inside."""
        outer = self.stack[-1] if self.stack else _Frame(None, [], [], [])
        self.stack.append(_Frame(statement, [], outer.correlate_froms, outer.asfrom_froms))

    def _close(self, text: str, writes_ctes: bool = True) -> str:
        """The statement is written; the outermost one gets the CTEs in front."""
        self.stack.pop()
        return text if self.stack or not writes_ctes else self._render_ctes() + text

    # -- SELECT --------------------------------------------------------------------------------

    def visit_select(
        self,
        select: Any,
        asfrom: bool = False,
        compound_index: int | None = None,
        insert_into: bool = False,
        result_names: Any = None,
        **kw: Any,
    ) -> str:
        for name in (
            "within_columns_clause",
            "within_label_clause",
            "render_label_as_label",
            "include_table",
        ):
            kw.pop(name, None)
        kw.pop("from_linter", None)
        toplevel = not self.stack
        select = select._plain_form(select, toplevel)
        if toplevel and not insert_into:
            self.is_select = True
        froms = self._setup_froms(select, asfrom, compound_index)
        needs_map = (toplevel and not insert_into) or (
            compound_index == 0 and len(self.stack) == 2 and self._result_is_of_compound
        )
        linter = FromLinter() if self.linting else None
        text = "SELECT "
        text += self._words(select._prefixes, **kw)
        text += self.get_select_precolumns(select, **kw)
        text += ", ".join(self._selected(select, asfrom, needs_map, **kw))
        text += self._compose_body(select, froms, linter, toplevel, **kw)
        if linter is not None:
            linter.warn()
        return self._close(text, writes_ctes=not insert_into)

    _result_is_of_compound = False

    def _check_column_count(self, select: Any, index: int) -> None:
        """Refuse a part of a UNION that has other columns than the first."""
        frame = self.stack[-1]
        count = len(select._all_selected_columns)
        if index == 0:
            frame.column_count = count
        elif count != frame.column_count:
            raise exc.CompileError(
                "All selectables passed to CompoundSelect must have identical numbers of columns; "
                f"select #1 has {frame.column_count} columns, select #{index + 1} has {count}"
            )

    def _setup_froms(self, select: Any, asfrom: bool, compound_index: int | None) -> list[Any]:
        """Which FROM objects to write; opens the frame."""
        found = FromList(select)
        if compound_index is not None:
            self._check_column_count(select, compound_index)
        if self.stack:
            outer = self.stack[-1]
            correlate_froms, asfrom_froms = outer.correlate_froms, outer.asfrom_froms
        else:
            correlate_froms, asfrom_froms = [], []
        if asfrom:
            inner = {id(each) for each in asfrom_froms}
            explicit = [each for each in correlate_froms if id(each) not in inner]
            froms = found.displayed(explicit=explicit, implicit=())
        else:
            froms = found.displayed(explicit=correlate_froms, implicit=asfrom_froms)
        own = [each for from_ in froms for each in from_._from_objects]
        self.stack.append(_Frame(select, froms, [*own, *correlate_froms], own))
        return froms

    def get_select_precolumns(self, select: Any, **kw: Any) -> str:
        """DISTINCT."""
        if select._distinct_on:
            exc.warn(
                "DISTINCT ON is currently supported only by the PostgreSQL dialect.  Use of "
                "DISTINCT ON for other backends is currently silently ignored, however this usage "
                "is deprecated, and will raise CompileError in a future release for all backends "
                "that do not support this syntax.",
                exc.SADeprecationWarning,
            )
        return "DISTINCT " if select._distinct else ""

    def _words(self, prefixes: Any, **kw: Any) -> str:
        return "".join([self.process(each, **kw) + " " for each in prefixes])

    def _selected(self, select: Any, asfrom: bool, needs_map: bool, **kw: Any) -> list[str]:
        """The columns between SELECT and FROM."""
        columns = name_columns(select._all_selected_columns, select._label_style, dedupe=True)
        texts = []
        for column in columns:
            names: Any = [] if needs_map else None
            texts.append(self._label_select_column(column, asfrom, names, **kw))
            if needs_map:
                self._add_to_result_map(column, names)
        return [text for text in texts if text]

    def _add_to_result_map(self, column: Any, names: list[Any]) -> None:
        element = column.element
        if getattr(element, "type", sqltypes.NULLTYPE)._is_tuple_type:
            raise exc.CompileError(
                "Most backends don't support SELECTing from a tuple() object.  If this is an ORM "
                "query, consider using the Bundle object."
            )
        if names:
            keyname, name, objects, type_ = names[0]
            if not column.repeated and not any(each is element for each in objects):
                objects = (element, *objects)
            self.result_columns.append((keyname, name, objects, type_))
        else:
            self.result_columns.append(
                (None, None, (element,), getattr(element, "type", sqltypes.NULLTYPE))
            )

    def _label_select_column(self, column: Any, asfrom: bool, names: Any, **kw: Any) -> str:
        element = column.element
        label = column.label
        if label is None and self._needs_label(column, asfrom):
            label = column.fallback
        kw["within_columns_clause"] = True
        if label is None or isinstance(element, Label):
            if not _takes_names(element):
                return self.process(element, **kw)
            return self.process(element, result_names=names, **kw)
        made = Label(label, element, None)
        if names is None:
            return self.process(made, **kw)
        found: list[Any] = []
        text = self.process(made, result_names=found, **kw)
        keyname, name, _, type_ = found[0]
        targets: tuple[Any, ...] = (element, keyname)
        if column.repeated:
            targets = (keyname,)
        elif element._is_column_clause:
            targets = (element, element.name, element.key, element._label, keyname)
        elif element.__visit_name__ == "function":
            targets = (element, element.name, keyname)
        names.append((keyname, name, targets, type_))
        return text

    def _needs_label(self, column: Any, asfrom: bool) -> bool:
        """Whether a column gets a label though nothing demands one."""
        element = column.element
        if element._is_text_clause or isinstance(element, Label):
            return False
        if element._is_column_clause:
            return asfrom and not element.is_literal and element.table is not None
        if not element._render_label_in_columns_clause:
            return asfrom
        return True

    def _compose_body(
        self, select: Any, froms: list[Any], linter: Any, toplevel: bool, **kw: Any
    ) -> str:
        text = ""
        if froms:
            text += " \nFROM " + ", ".join(
                self.process(from_, asfrom=True, from_linter=linter, **kw) for from_ in froms
            )
        text += self._criteria(" \nWHERE ", select._where_criteria, linter, **kw)
        text += self._sorting(" GROUP BY ", select._group_by_clauses, **kw)
        text += self._criteria(" \nHAVING ", select._having_criteria, None, **kw)
        text += self._sorting(" ORDER BY ", select._order_by_clauses, **kw)
        if select._has_row_limiting_clause:
            text += self.limit_clause(select, **kw)
        return text

    def _criteria(self, word: str, criteria: Any, linter: Any, **kw: Any) -> str:
        if not criteria:
            return ""
        condition = join_conditions(operators.and_, criteria)
        text = self.process(condition, from_linter=linter, **kw)
        return word + text if text else ""

    def _sorting(self, word: str, clauses: Any, **kw: Any) -> str:
        text = self._join(clauses, ", ", **kw)
        return word + text if text else ""

    def limit_clause(self, select: Any, **kw: Any) -> str:
        """LIMIT and OFFSET."""
        text = ""
        if select._limit_clause is not None:
            text += "\n LIMIT " + self.process(select._limit_clause, **kw)
        if select._offset_clause is not None:
            if select._limit_clause is None:
                text += "\n LIMIT -1"
            text += " OFFSET " + self.process(select._offset_clause, **kw)
        return text

    def visit_compound_select(
        self,
        compound: Any,
        asfrom: bool = False,
        compound_index: int | None = None,
        **kw: Any,
    ) -> str:
        for name in (
            "within_columns_clause",
            "within_label_clause",
            "from_linter",
            "result_names",
        ):
            kw.pop(name, None)
        if compound_index == 0:
            self._check_column_count(compound, 0)
        toplevel = not self.stack
        self._open(compound)
        if toplevel:
            self.is_select = True
            self._result_is_of_compound = True
        keyword = self.compound_keywords.get(compound.keyword, compound.keyword)
        text = f" {keyword} ".join(
            self.process(each, asfrom=asfrom, compound_index=index, **kw)
            for index, each in enumerate(compound.selects)
        )
        for word, clauses in (
            (" GROUP BY ", compound._group_by_clauses),
            (" ORDER BY ", compound._order_by_clauses),
        ):
            text += self._sorting(word, clauses, include_table=False, **kw)
        if compound._has_row_limiting_clause:
            text += self.limit_clause(compound, **kw)
        return self._close(text)

    def visit_textual_select(self, textual: Any, asfrom: bool = False, **kw: Any) -> str:
        toplevel = not self.stack
        self._open(textual)
        if toplevel:
            self.is_select = True
            for column in textual.column_args:
                name = self._resolve(column.name)
                self.result_columns.append((name, name, (column, name, column.key), column.type))
        text = self.process(textual.element, **kw)
        return self._close(text)

    # -- INSERT, UPDATE, DELETE ----------------------------------------------------------------

    def visit_insert(self, insert: Any, **kw: Any) -> str:
        toplevel = not self.stack
        if toplevel:
            self.isinsert = True
        self.inline = insert._inline
        self.stack.append(_Frame(insert, [], [], []))
        plan = CrudPlan(self, insert, self.column_keys)
        text = "INSERT "
        text += self._words(insert._prefixes, **kw)
        text += "INTO " + self.preparer.format_table(insert.table)
        text += self._insert_body(insert, plan, **kw)
        return self._close(text, writes_ctes=not self.dialect.cte_follows_insert)

    def _insert_body(self, insert: Any, plan: Any, **kw: Any) -> str:
        if not plan.pairs and insert.select is None:
            if self.dialect.supports_default_values:
                return " DEFAULT VALUES"
            if not self.dialect.supports_empty_insert:
                raise exc.CompileError(
                    f"The '{self.dialect.name}' dialect with current database version settings "
                    "does not support empty inserts."
                )
            return " () VALUES ()"
        text = f" ({', '.join(name for _, name, _ in plan.pairs)})"
        if insert.select is not None:
            statement = self.extended_select if self.extended_select is not None else insert.select
            return f"{text} {self.process(statement, insert_into=True, **kw)}"
        rows = [[value for _, _, value in plan.pairs], *plan.more_rows]
        return f"{text} VALUES " + ", ".join(f"({', '.join(row)})" for row in rows)

    def visit_update(self, update: Any, **kw: Any) -> str:
        self.isupdate = not self.stack
        extra_froms = update._extra_froms
        linter = self._open_change(update, extra_froms)
        text = "UPDATE " + self._words(update._prefixes, **kw)
        table = self.process(update.table, asfrom=True, from_linter=linter, **kw)
        plan = CrudPlan(self, update, self.column_keys)
        text += table + " SET " + ", ".join(f"{name}={value}" for _, name, value in plan.pairs)
        if extra_froms:
            text += " " + self.update_from_clause(update, update.table, extra_froms, linter, **kw)
        return self._close_change(update, text, linter, **kw)

    def _open_change(self, statement: Any, extra_froms: list[Any]) -> Any:
        table = statement.table
        self.stack.append(
            _Frame(statement, [table, *extra_froms], [table, *extra_froms], [table, *extra_froms])
        )
        return FromLinter() if self.linting else None

    def _close_change(self, statement: Any, text: str, linter: Any, **kw: Any) -> str:
        text += self._criteria(" WHERE ", statement._where_criteria, linter, **kw)
        if linter is not None:
            linter.warn(statement.__visit_name__.upper())
        return self._close(text)

    def update_from_clause(
        self, update: Any, table: Any, extra_froms: list[Any], from_linter: Any, **kw: Any
    ) -> str:
        """Further tables of an UPDATE."""
        raise NotImplementedError(
            "This backend does not support multiple-table criteria within UPDATE"
        )

    def visit_delete(self, delete: Any, **kw: Any) -> str:
        self.isdelete = not self.stack
        extra_froms = delete._extra_froms
        linter = self._open_change(delete, extra_froms)
        text = "DELETE " + self._words(delete._prefixes, **kw) + "FROM "
        text += self.process(delete.table, asfrom=True, from_linter=linter, **kw)
        if extra_froms:
            text += " " + self.delete_extra_from_clause(
                delete, delete.table, extra_froms, linter, **kw
            )
        return self._close_change(delete, text, linter, **kw)

    def delete_extra_from_clause(
        self, delete: Any, table: Any, extra_froms: list[Any], from_linter: Any, **kw: Any
    ) -> str:
        """Further tables of a DELETE."""
        raise NotImplementedError(
            "This backend does not support multiple-table criteria within DELETE"
        )


class StrSQLCompiler(SQLCompiler):
    """The compiler of str(): what no database spells alike is written in some way."""

    def _fallback_column_name(self, column: Any) -> str:
        return "<name unknown>"

    def visit_json_getitem_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return f"{self.process(binary.left, **kw)}[{self.process(binary.right, **kw)}]"

    visit_json_path_getitem_op_binary = visit_json_getitem_op_binary
    visit_getitem_binary = visit_json_getitem_op_binary

    def update_from_clause(
        self, update: Any, table: Any, extra_froms: list[Any], from_linter: Any, **kw: Any
    ) -> str:
        kw["asfrom"] = True
        return "FROM " + ", ".join(
            self.process(each, from_linter=from_linter, **kw) for each in extra_froms
        )

    def delete_extra_from_clause(
        self, delete: Any, table: Any, extra_froms: list[Any], from_linter: Any, **kw: Any
    ) -> str:
        kw["asfrom"] = True
        return ", " + ", ".join(
            self.process(each, from_linter=from_linter, **kw) for each in extra_froms
        )

    def visit_empty_set_expr(self, element_types: Any) -> str:
        return "SELECT 1 WHERE 1!=1"


# Functions that are written in their own way in standard SQL.
FUNCTIONS = {
    "current_date": "CURRENT_DATE",
    "current_time": "CURRENT_TIME",
    "current_timestamp": "CURRENT_TIMESTAMP",
    "current_user": "CURRENT_USER",
    "localtime": "LOCALTIME",
    "localtimestamp": "LOCALTIMESTAMP",
    "session_user": "SESSION_USER",
    "sysdate": "sysdate",
    "user": "USER",
}

# LIKE and its kin: the word, how its right side is written, how its left side is.
_LIKE = {
    f"{negation}{name}_op": (f"{word}LIKE", right, left)
    for name, right, left in (
        ("like", "{}", "{}"),
        ("ilike", "lower({})", "lower({})"),
        ("contains", "'%' || {} || '%'", "{}"),
        ("startswith", "{} || '%'", "{}"),
        ("endswith", "'%' || {}", "{}"),
    )
    for negation, word in (("", ""), ("not_", "NOT "))
}

_NAME_ESCAPES = str.maketrans(
    {"%": "P", "(": "A", ")": "Z", ":": "C", "[": "_", "]": "_", " ": "_"}
)


def _short_repr(value: Any) -> str:
    text = repr(value)
    if len(text) <= 120:
        return text
    return f"{text[:60]} ... ({len(text) - 120} characters truncated) ... {text[-60:]}"


def _takes_names(element: Any) -> bool:
    """Whether writing an element tells the result column's name; a minus sign lets it through."""
    if isinstance(element, UnaryExpression):
        return _tells_a_name(element.element)
    return isinstance(element, (Label, ColumnClause)) or element._is_text_clause


def _tells_a_name(element: Any) -> bool:
    """Whether one name is told by what stands behind a minus sign."""
    told = 0
    waiting = [element]
    while waiting:
        part = waiting.pop()
        if part.__visit_name__ in _THROUGH:
            waiting += children(part)
        elif part.__visit_name__ == "function" or isinstance(part, (Label, ColumnClause)):
            told += 1
        elif part.__visit_name__ != "bindparam":
            return False
    return told == 1


# What hands a result column's name on from inside.
_THROUGH = frozenset(("grouping", "unary", "binary"))


def _order_by_label(element: Any) -> Any:
    """The label that something sorted by is, or is with DESC; NULLS LAST takes none."""
    while getattr(element, "modifier", None) in (operators.desc_op, operators.asc_op):
        element = element.element
    return element if isinstance(element, Label) else None


def _unknown_label(name: str) -> exc.CompileError:
    return exc.CompileError(
        "Can't resolve label reference for ORDER BY / GROUP BY / DISTINCT etc. Textual SQL "
        f"expression {name!r} should be explicitly declared as text({name!r})"
    )


def _conflict(name: str) -> exc.CompileError:
    return exc.CompileError(
        f"Bind parameter '{name}' conflicts with unique bind parameter of the same name"
    )


def _restates(cte: Any, other: Any) -> bool:
    """Whether `cte` extends `other` by a union."""
    while cte is not None:
        cte = cte._restates
        if cte is other:
            return True
    return False


def _spelled(name: str) -> str:
    """A parameter's name as it stands between marks."""
    if name.isprintable():
        return name
    return "".join(_SPELLED.get(char, char) for char in name)


def _name_of(spelled: str) -> str:
    """The name that stands between marks, without the sign of a list."""
    name = spelled.removeprefix(_LIST)
    if "\x04" in name:
        for char, spelling in _SPELLED.items():
            name = name.replace(spelling, char)
    return name


publish(globals(), "sqlalchemy.sql.compiler")
