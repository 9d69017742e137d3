"""Compiler: elements become SQL text and bound parameters.

Before: the other modules of sql/ hold structure; str(element) and the engine get its text here.
Here:   SQLCompiler: a method `visit_<kind>` for each kind of element; Compiled, the result.
After:  engine/sqlite.py overrides the spellings of SQLite; engine/execution.py adds parameters to
        the text, engine/connection.py sends both.

While the text is being built, a bind parameter is a mark with a number in it. Only `_finish()`
turns the marks into `?` or `:name`, so that the parameters are in the order of the text, however
that was built (WITH comes first, but is found last). A list for IN is written out at execution,
when its length is known.

The file is one thing: an expression may contain a SELECT and a SELECT contains expressions, so the
methods call one another in every direction.

Follows: SQLAlchemy 1.4, "SQL Expression Language".
"""

from __future__ import annotations

import re
from collections import namedtuple
from functools import cached_property
from itertools import chain
from operator import itemgetter
from time import perf_counter

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.crud import CrudPlan
from ormtutor.miniorm.sql.elements import (
    BindParameter,
    ColumnClause,
    Label,
    TextClause,
    UnaryExpression,
    delegate,
    froms_of,
    join_conditions,
    named_within,
)
from ormtutor.miniorm.sql.functions import AnsiFunction
from ormtutor.miniorm.sql.labels import ColumnNamer
from ormtutor.miniorm.sql.linting import tell_products
from ormtutor.miniorm.sql.naming import AnonymousName, Names
from ormtutor.miniorm.sql.select import CompoundSelect, FromList
from ormtutor.miniorm.sql.traversal import cache_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

# They enclose the number of a bind parameter, its place in `_marked`: lone surrogates, which are in
# no text that can be printed or sent.
_MARK, _END = "\udbfe", "\udbff"
_MARKS = re.compile(f"{_MARK}([0-9]+){_END}")


# A column of the result. found_by: what finds it in a row, beside its position; None: nothing.
ResultColumn = namedtuple("ResultColumn", "name key found_by type")

# Operators that are more than a symbol between their operands.
_LIKE = {
    "like_op": "{} LIKE {}",
    "ilike_op": "lower({}) LIKE lower({})",
    "contains_op": "{} LIKE '%' || {} || '%'",
    "startswith_op": "{} LIKE {} || '%'",
    "endswith_op": "{} LIKE '%' || {}",
}
_OPERATOR_FORMS = {
    **_LIKE,
    **{f"not_{name}": form.replace("LIKE", "NOT LIKE") for name, form in _LIKE.items()},
    "mod": "{} % {}",
    "not_in_op": "({} NOT IN {})",
    "not_match_op": "NOT {} MATCH {}",
}
_FUNCTION_FORMS = {"cube": "CUBE{}", "rollup": "ROLLUP{}", "grouping_sets": "GROUPING SETS{}"}


class Compiled:
    """A statement as text.

    statement: None for a compiler that writes parts of another statement.
    """

    isddl = False
    isinsert: Any = delegate("statement.is_insert")
    isupdate: Any = delegate("statement.is_update")
    isdelete: Any = delegate("statement.is_delete")
    is_select: Any = delegate("statement.is_select")
    is_text: Any = delegate("statement._is_text_clause")
    string: str
    statement: Any
    dialect: Any
    made_at = 0.0
    # For the log: where the text comes from when it is executed next.
    origin = "generated"
    has_expanding = False
    result_columns: list[ResultColumn] = []  # noqa: RUF012 - replaced, never changed
    positiontup: Sequence[str] = ()
    # The columns of an INSERT or UPDATE whose defaults Python computes, and the database.
    prefetch: Sequence[Any] = ()
    postfetch: Sequence[Any] = ()

    def __init__(self, dialect: Any, statement: Any, compile_kwargs: Any = None) -> None:
        self.dialect = dialect
        self.statement = statement
        self.preparer = dialect.identifier_preparer
        if statement is not None:
            self.made_at = perf_counter()
            self._finish(self.process(statement))

    def _finish(self, text: str) -> None:
        self.string = text

    def __str__(self) -> str:
        return self.string

    def process(self, element: Any, **kw: Any) -> str:
        """The element as SQL; asfrom: it is in FROM."""
        try:
            method = getattr(self, f"visit_{element.__visit_name__}")
        except AttributeError:
            raise exc.UnsupportedCompilationError(self, type(element)) from None
        return method(element, **kw)  # type: ignore[no-any-return]


class _Frame:
    """A SELECT, UNION, INSERT ... while it is being written: what those inside may see.

    outer: the frame of the enclosing statement; None for the frame outside of all statements.
    froms: its own FROM objects as written. own: these and what they are made of. correlate: its own
    and those of the enclosing statements.
    """

    # In a UNION: the number of the part being written, and how many columns the first one has.
    part: int | None = None
    column_count = 0
    # Whether the columns are being written, and whether their labels get AS.
    in_columns = writes_labels = False
    # A label that is written as its name alone, in ORDER BY.
    known_label: Any = None
    include_table = True

    def __init__(
        self, statement: Any, outer: _Frame | None, froms: Any = (), own: Any = (), around: Any = ()
    ) -> None:
        self.statement = statement
        self.outer = outer
        self.froms = froms
        self.own = own
        self.correlate = [*own, *around]
        # Whether the columns are the result's; in a UNION, the first SELECT gives the names.
        self.tells_result: bool = outer is not None and (
            outer.outer is None or (outer.tells_result and outer.part == 0)
        )


class SQLCompiler(Compiled):
    """Writes expressions and statements.

    column_keys: the names of the execution's parameters, for INSERT and UPDATE.
    linting: called with warnings of cartesian products. for_executemany: it will be sent with
    several sets. compile_kwargs: `literal_binds=True` writes values into the text,
    `render_postcompile=True` a parameter for each member of a list.
    """

    # Operators and functions with a spelling of their own; {} is an operand, or the arguments.
    operator_forms: dict[str, str] = _OPERATOR_FORMS
    function_forms: dict[str, str] = _FUNCTION_FORMS

    def __init__(
        self,
        dialect: Any,
        statement: Any,
        column_keys: Any = None,
        linting: Any = None,
        for_executemany: bool = False,
        **kw: Any,
    ) -> None:
        self.column_keys = column_keys
        self.for_executemany = for_executemany
        self.linting = linting
        wanted = kw.get("compile_kwargs") or {}
        self.literal_binds = bool(wanted.get("literal_binds"))
        self.writes_lists = bool(wanted.get("render_postcompile"))
        self.binds: dict[str, BindParameter] = {}
        self.bind_names: dict[int, str] = {}
        # What crud.py wrote instead of a statement's own parameter, by the latter's id.
        self.replaced: dict[int, BindParameter] = {}
        self.names = Names()
        self.frame = _Frame(None, None)
        # The names of the parameters with a mark in the text, and of those without.
        self._marked: list[str] = []
        self._unwritten: list[str] = []
        # The CTEs by name, each with its text.
        self.ctes: dict[str, tuple[Any, str]] = {}
        self.result_columns = []
        self.prefetch: list[Any] = []
        self.postfetch: list[Any] = []
        super().__init__(dialect, statement, **kw)

    # -- from marks to text --------------------------------------------------------------------

    def _finish(self, template: str) -> None:
        if not isinstance(template, str):  # literal_column(5)
            raise TypeError(f"__str__ returned non-string (type {type(template).__name__})")
        pieces = _MARKS.split(template)
        texts = pieces[::2]
        names = [self._marked[int(number)] for number in pieces[1::2]]
        # The texts between the parameters: one more than there are parameters.
        self._texts = texts
        self.positiontup = [*self._unwritten, *names]
        self.has_expanding = any(self.binds[name].expanding for name in names)
        places = zip(map(self._placeholder, names), texts[1:], strict=True)
        self.string = texts[0] + "".join(chain.from_iterable(places))
        found = {
            name: bind.type._cached_bind_processor(self.dialect)
            for name, bind in self.binds.items()
            if not bind.type._is_tuple_type
        }
        self._processors = {name: each for name, each in found.items() if each is not None}

    def _placeholder(self, name: str) -> str:
        if self.binds[name].expanding:
            return f"__[POSTCOMPILE_{self._escaped_name(name)}]"
        return self.bind_placeholder(name)

    def bind_placeholder(self, name: str) -> str:
        """How a bind parameter is written: `?` or `:name`."""
        if self.dialect.positional:
            return "?"
        return f":{self._escaped_name(name)}"

    def _escaped_name(self, name: str) -> str:
        """A name without the characters that would end it after the colon."""
        return name.translate(_NAME_ESCAPES)

    # -- parameters ----------------------------------------------------------------------------

    @property
    def params(self) -> dict[str, Any]:
        """The values by name, as far as they are known."""
        return {self._escaped_name(name): bind.effective_value for name, bind in self.binds.items()}

    @cached_property
    def _order_of_binds(self) -> list[str | None]:
        """The names of the parameters in the order of the statement's structure key."""
        _, binds = cache_key(self.statement)
        return [self._name_in_text(bind) for bind in binds]

    def _name_in_text(self, bind: Any) -> str | None:
        name = self.bind_names.get(id(self.replaced.get(id(bind), bind)))
        if name is None and not bind.unique and bind.key in self.binds:
            name = bind.key
        return name

    def _binds_by_name(self, binds: Sequence[BindParameter]) -> dict[str, BindParameter]:
        """The bind parameters of another statement of this structure, by their names in ours."""
        named = dict(self.binds)
        for name, bind in zip(self._order_of_binds, binds, strict=True):
            if name is not None:
                named[name] = bind
        return named

    def of_statement(self, statement: Any, binds: Sequence[BindParameter]) -> SQLCompiler:
        """The same text for another statement of this structure, with its bind parameters."""
        twin = object.__new__(type(self))
        twin.__dict__ = self.__dict__.copy()
        twin.statement = statement
        twin.binds = self._binds_by_name(binds)
        twin.origin = "generated"
        return twin

    def construct_params(
        self, params: Any = None, binds: Any = None, group: int | None = None
    ) -> dict[str, Any]:
        """The values by name.

        params: values given at execution. binds: the bind parameters of another statement of the
        same structure, whose values are taken. group: its number, in an executemany.
        Raises: InvalidRequestError: a value is missing.
        """
        current = self.binds if binds is None else self._binds_by_name(binds)
        values = {}
        for name, bind in current.items():
            if params and bind.key in params:
                values[name] = params[bind.key]
            elif params and name in params:
                values[name] = params[name]
            elif not self.binds[name].required:
                values[name] = bind.effective_value
            else:
                raise _missing(bind, "" if group is None else f", in parameter group {group}")
        return values

    def to_tuple(self, values: dict[str, Any]) -> Any:
        """The values as the driver takes them, converted, in the order of the text."""
        processors = self._processors
        return tuple(
            [
                processors[name](values[name]) if name in processors else values[name]
                for name in self.positiontup
            ]
        )

    @cached_property
    def plain_taker(self) -> Callable[[dict[str, Any]], tuple[Any, ...]] | None:
        """A function from a dictionary to a parameter tuple, if all values come from there.

        None: there are defaults to compute, values in the statement, or a list to write out.
        """
        names = self.positiontup
        is_brought = all(bind.required and bind.key == name for name, bind in self.binds.items())
        if self.prefetch or self.has_expanding or not is_brought:
            return None
        if self._processors or not names:
            return self.to_tuple
        if len(names) == 1:
            return lambda given: (given[names[0]],)
        return itemgetter(*names)

    def ready(self, values: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
        """The text, its lists written out, and the values as the driver takes them."""
        if not self.has_expanding:
            return self.string, self.to_tuple(values)
        texts = self._texts
        out = [texts[0]]
        parameters: list[Any] = []
        for text, name in zip(texts[1:], self.positiontup, strict=True):
            if self.binds[name].expanding:
                out.append(self._expanded(name, values[name], parameters))
            else:
                processor = self._processors.get(name)
                value = values[name]
                parameters.append(value if processor is None else processor(value))
                out.append(self.bind_placeholder(name))
            out.append(text)
        return "".join(out), tuple(parameters)

    def _expanded(self, name: str, members: Any, parameters: list[Any]) -> str:
        def write(values: Any, type_: Any, places: Iterable[Any]) -> str:
            processor = type_._cached_bind_processor(self.dialect)
            parameters.extend(values if processor is None else map(processor, values))
            return ", ".join([self.bind_placeholder(f"{name}_{place}") for place in places])

        return self._list(self.binds[name], members, write)

    def _literal_list(self, bind: Any, members: Any) -> str:
        def write(values: Any, type_: Any, places: Iterable[Any]) -> str:
            return ", ".join([self.render_literal_value(value, type_) for value in values])

        return self._list(bind, members, write)

    def _list(self, bind: Any, members: Any, write: Callable[..., str]) -> str:
        """The members of a list for IN; write(values, type, places) writes those of one type."""
        types = tuple(bind.type.types) if bind.type._is_tuple_type else ()
        if not members:
            return self.visit_empty_set_op_expr(types or [bind.type], bind.expand_op)
        # As in the original, a set or an iterator is accepted only if the type is known.
        are_rows = bind.type._is_null and isinstance(members[0], (tuple, list))
        members = list(members)
        if not bind.type._is_tuple_type and not are_rows:
            return write(members, bind.type, range(1, len(members) + 1))
        rows = []
        for number, row in enumerate(members, start=1):
            texts = [
                write([value], types[place] if types else bind.type, [f"{number}_{place + 1}"])
                for place, value in enumerate(row)
            ]
            rows.append(f"({', '.join(texts)})")
        return ("VALUES " if self.dialect.tuple_in_values else "") + ", ".join(rows)

    def visit_empty_set_op_expr(self, type_: Any, expand_op: Any) -> str:
        nulls = ", ".join("NULL" for _ in type_)
        if len(type_) > 1:
            nulls = f"({nulls})"
        if expand_op is operators.not_in_op:
            return f"{nulls}) OR (1 = 1"
        if expand_op is operators.in_op:
            return f"{nulls}) AND (1 != 1"
        return "SELECT 1 WHERE 1!=1"

    # -- small expressions ---------------------------------------------------------------------

    def _join(self, elements: Iterable[Any], separator: str) -> str:
        texts = [self.process(element) for element in elements]
        return separator.join(text for text in texts if text)

    def _resolve(self, name: Any) -> Any:
        """A name with its anonymous parts filled in."""
        if isinstance(name, AnonymousName):
            return name.resolve(self.names)
        return name

    def visit_grouping(self, grouping: Any, **kw: Any) -> str:
        return f"({self.process(grouping.element, **kw)})"

    def visit_label(self, label: Any) -> str:
        frame = self.frame
        if not (label is frame.known_label or frame.writes_labels):
            return self.process(label.element)
        name = self.preparer.quote(self._resolve(label.name))
        if label is frame.known_label:
            return name  # type: ignore[no-any-return]
        # A label inside a label is not written.
        frame.writes_labels = False
        text = f"{self.process(label.element)} AS {name}"
        frame.writes_labels = True
        return text

    def visit_column(self, column: Any) -> str:
        name = column.name
        if name is None:
            name = self._fallback_column_name(column)
        name = self._resolve(name)
        text = name if column.is_literal else self.preparer.quote(name)
        table = column.table
        if table is None or not table.named_with_column or not self.frame.include_table:
            return text  # type: ignore[no-any-return]
        if table._is_table:
            return f"{self.preparer.format_table(table)}.{text}"
        return f"{self.preparer.quote(self._resolve(table.name))}.{text}"

    def _fallback_column_name(self, column: Any) -> str:
        raise exc.CompileError("Cannot compile Column object until its 'name' is assigned.")

    def visit_collation(self, element: Any) -> str:
        return self.preparer.quote(element.collation)  # type: ignore[no-any-return]

    def visit_null(self, element: Any) -> str:
        return "NULL"

    def visit_true(self, element: Any) -> str:
        return "true" if self.dialect.supports_native_boolean else "1"

    def visit_false(self, element: Any) -> str:
        return "false" if self.dialect.supports_native_boolean else "0"

    def visit_as_boolean(self, element: Any) -> str:
        text = self.process(element.element)
        is_true = element.operator is operators.is_true
        if self.dialect.supports_native_boolean or element.element._is_implicitly_boolean:
            return text if is_true else f"NOT {text}"
        return f"{text} = 1" if is_true else f"{text} = 0"

    def visit_textclause(self, text: Any, asfrom: bool = False) -> str:
        pieces = [piece.replace("\\:", ":") for piece in text._pieces]
        binds = text._bindparams
        pieces[1::2] = [self.process(binds[name]) for name in text._pieces[1::2]]
        return "".join(pieces)

    def visit_clauselist(self, clauses: Any) -> str:
        return self._join(clauses.clauses, clauses.operator.symbol)

    def visit_tuple(self, clauses: Any) -> str:
        return f"({self._join(clauses.clauses, ', ')})"

    def visit_case(self, case: Any) -> str:
        parts = ["CASE"] if case.value is None else [f"CASE {self.process(case.value)}"]
        for when, then in case.whens:
            parts.append(f"WHEN {self.process(when)} THEN {self.process(then)}")
        if case.else_ is not None:
            parts.append(f"ELSE {self.process(case.else_)}")
        return " ".join([*parts, "END"])

    def visit_cast(self, cast: Any) -> str:
        type_ = self.dialect.type_compiler.process(cast.type)
        return f"CAST({self.process(cast.clause)} AS {type_})"

    def visit_type_coerce(self, coerce: Any) -> str:
        return self.process(coerce.clause)

    def visit_extract(self, extract: Any) -> str:
        return f"EXTRACT({extract.field} FROM {self.process(extract.expr)})"

    # -- functions -----------------------------------------------------------------------------

    def visit_function(self, func: Any, asfrom: bool = False) -> str:
        form = self.function_forms.get(func.name.lower())
        if form is not None:
            return form.format(self.process(func.clause_expr))
        if isinstance(func, AnsiFunction):
            name = str(func.name if func.name == "sysdate" else func.name.upper())
            return name + (self.process(func.clause_expr) if len(func.clauses) else "")
        parts = [*func.packagenames, func.name]
        name = ".".join(self._quoted_function_part(part) for part in parts)
        return name + self.process(func.clause_expr)

    def _quoted_function_part(self, part: str) -> str:
        # Reserved words may be functions (left, right), so that only odd names are quoted.
        if part.replace("_", "a").isalnum() and not part[0].isdigit() and part.isascii():
            return part
        return self.preparer.quote(part)  # type: ignore[no-any-return]

    def visit_over(self, over: Any) -> str:
        text = self.process(over.element)
        # The frame is written last, but its parameters are numbered first.
        frame = "" if over.frame is None else self.process(over.frame)
        parts = [
            self._listed("PARTITION BY ", map(self.process, over.partition_by)),
            self._listed("ORDER BY ", map(self._sorted_by, over.order_by)),
            frame,
        ]
        return f"{text} OVER ({' '.join(filter(None, parts))})"

    def visit_funcfilter(self, funcfilter: Any) -> str:
        func = self.process(funcfilter.func)
        return f"{func} FILTER (WHERE {self.process(funcfilter.criterion)})"

    # -- operators -----------------------------------------------------------------------------

    def visit_unary(self, unary: Any) -> str:
        operator = unary.operator
        if operator is not None:
            return operator.symbol + self.process(unary.element)  # type: ignore[no-any-return]
        return self.process(unary.element) + unary.modifier.symbol  # type: ignore[no-any-return]

    def visit_binary(self, binary: Any) -> str:
        operator = binary.operator
        if self.literal_binds and operator not in (operators.is_, operators.is_not):
            self._warn_of_null(binary.left)
            self._warn_of_null(binary.right)
        own = getattr(self, f"visit_{operator.__name__}_binary", None)
        if own is not None:
            return own(binary, operator)  # type: ignore[no-any-return]
        form = self.operator_forms.get(operator.__name__)
        if form is None:
            return self._generate_generic_binary(binary, operator.symbol)
        text = form.format(self.process(binary.left), self.process(binary.right))
        escape = (binary.modifiers or {}).get("escape")
        if escape is not None:
            text += " ESCAPE " + self.render_literal_value(escape, sqltypes.STRINGTYPE)
        return text

    def _generate_generic_binary(self, binary: Any, symbol: str) -> str:
        return self.process(binary.left) + symbol + self.process(binary.right)

    def visit_between_op_binary(self, binary: Any, operator: Any) -> str:
        symmetric = "SYMMETRIC " if (binary.modifiers or {}).get("symmetric") else ""
        return self._generate_generic_binary(binary, operator.symbol + symmetric)

    visit_not_between_op_binary = visit_between_op_binary

    # -- bind parameters -----------------------------------------------------------------------

    def visit_bindparam(self, bindparam: Any) -> str:
        return (self._written_out if self.literal_binds else self.placed)(bindparam)

    def placed(self, bindparam: Any) -> str:
        """A bind parameter's mark, even where other values are written out."""
        if bindparam.expanding and self.writes_lists:
            return self._placed_members(bindparam)
        self._marked.append(self._register(bindparam))
        mark = f"{_MARK}{len(self._marked) - 1}{_END}"
        return f"({mark})" if bindparam.expanding else mark

    def _placed_members(self, bind: Any) -> str:
        if bind.required:
            raise _missing(bind)
        name = self._resolve(bind.key)

        def write(values: Any, type_: Any, places: Iterable[Any]) -> str:
            named = zip(places, values, strict=True)
            members = [BindParameter(f"{name}_{place}", value, type_) for place, value in named]
            return ", ".join(map(self.placed, members))

        return f"({self._list(bind, bind.effective_value, write)})"

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
        if existing.expanding != bind.expanding:
            raise exc.CompileError(
                f"Can't reuse bound parameter name '{name}' in both 'expanding' (e.g. within an IN "
                "expression) and non-expanding contexts.  If this parameter is to receive a "
                "list/array value, set 'expanding=True' on it for expressions that aren't IN, "
                "otherwise use a different parameter name."
            )
        crud = [each for each in (existing, bind) if each._is_crud]
        is_prefetched = any(column.key == name for column in self.prefetch)
        if len(crud) == 1 and (crud[0].required or is_prefetched):
            raise exc.CompileError(
                f"bindparam() name '{name}' is reserved for automatic usage in the VALUES or "
                "SET clause of this insert/update statement.   Please use a name other than "
                "column name when using bindparam() with insert() or update() (for example, "
                f"'b_{name}')."
            )
        if len(crud) == 1 or (not crud and (existing.unique or bind.unique)):
            raise exc.CompileError(
                f"Bind parameter '{name}' conflicts with unique bind parameter of the same name"
            )

    def _written_out(self, bind: Any) -> str:
        value = bind.effective_value
        if value is None and bind.callable is None:
            text = "NULL"
        elif bind.expanding:
            text = self._literal_list(bind, value)
        else:
            text = self.render_literal_value(value, bind.type)
        return f"({text})" if bind.expanding else text

    def _warn_of_null(self, bind: Any) -> None:
        if bind._is_bind_parameter and bind.value is None and bind.callable is None:
            exc.warn(
                f"Bound parameter '{self._resolve(bind.key)}' rendering literal NULL in a SQL "
                "expression; comparisons to NULL should not use operators outside of 'is' or 'is "
                "not' (this warning may be suppressed after 10 occurrences)"
            )

    def render_literal_value(self, value: Any, type_: Any) -> str:
        """A value as SQL.

        Raises: CompileError: the type, or this value of it, cannot be written.
        """
        processor = type_._cached_literal_processor(self.dialect)
        if processor is None:
            raise exc.CompileError(
                "No literal value renderer is available for literal value "
                f'"{exc.cut_repr(value)}" with datatype {type_}'
            )
        try:
            return processor(value)  # type: ignore[no-any-return]
        except Exception as error:
            raise exc.CompileError(
                f'Could not render literal value "{exc.cut_repr(value)}" with datatype '
                f"{type_}; see parent stack trace for more detail."
            ) from error

    # -- labels in ORDER BY --------------------------------------------------------------------

    def _names_of_froms(self) -> dict[Any, Any]:
        froms = (from_ for from_ in self.frame.froms if from_._is_from_clause)
        columns = (column for from_ in froms for column in from_.c)
        return {column.key: column for column in columns if column.table._names_sorting}

    def _names_of_selected(self) -> dict[Any, Any]:
        statement = self.frame.statement
        if isinstance(statement, CompoundSelect):
            return {column.key: column for column in statement.subquery().c}
        names = {
            column.key if column._label is None else column._label: column
            for column in getattr(statement, "_all_selected_columns", ())
            if not (column._is_text_clause or _is_mapped_label(column))
        }
        names.pop(None, None)
        return names

    def _sorted_by(self, element: Any) -> str:
        """An element of ORDER BY; a selected label is written as its name alone."""
        label = _order_by_label(element)
        frame = self.frame
        if label is not None and frame.outer is not None:
            names = self._names_of_froms() if frame.in_columns else self._names_of_selected()
            if label.name in names and label.shares_lineage(names[label.name]):
                return self._with_known_label(label, element)
        return self.process(element)

    def visit_textual_label_reference(self, element: Any) -> str:
        """A string in ORDER BY: the name of a selected column.

        Raises: CompileError: nothing has that name.
        """
        if self.frame.outer is None:
            return element.element  # type: ignore[no-any-return]
        names = self._names_of_froms()
        if not self.frame.in_columns:
            names.update(self._names_of_selected())
        column = names.get(element.element)
        if column is None and element.or_text:
            return self.process(TextClause(element.element))
        if column is None:
            raise exc.CompileError(
                "Can't resolve label reference for ORDER BY / GROUP BY / DISTINCT etc. Textual SQL "
                f"expression {element.element!r} should be explicitly declared as "
                f"text({element.element!r})"
            )
        return self._with_known_label(column, column)

    def _with_known_label(self, label: Any, element: Any) -> str:
        """The element, with a label in it written as its name alone."""
        self.frame.known_label = label
        text = self.process(element)
        self.frame.known_label = None
        return text

    # -- FROM ----------------------------------------------------------------------------------

    def visit_table(self, table: Any, asfrom: bool = False) -> str:
        return self.preparer.format_table(table) if asfrom else ""

    def visit_join(self, join: Any, asfrom: bool = False) -> str:
        kind = " FULL OUTER" if join.full else " LEFT OUTER" if join.isouter else ""
        left = self.process(join.left, asfrom=True)
        right = self.process(join.right, asfrom=True)
        return f"{left}{kind} JOIN {right} ON {self.process(join.onclause)}"

    def visit_alias(self, alias: Any, asfrom: bool = False) -> str:
        element = alias.element
        if not asfrom:
            return self.process(element)
        name = self._resolve(alias.name)
        is_subquery = alias._is_subquery
        # Of an alias of an alias, only the last name is written.
        while element.__visit_name__ in ("alias", "subquery"):
            is_subquery = is_subquery or element._is_subquery
            element = element.element
        inner = self.process(element, asfrom=True)
        return f"{f'({inner})' if is_subquery else inner} AS {self.preparer.quote(name)}"

    visit_subquery = visit_alias

    def visit_cte(self, cte: Any, asfrom: bool = False) -> str:
        """The name of a CTE; its SELECT is written once, before the statement.

        Outside FROM, as in str(cte), it is its SELECT after WITH; an alias of it is nothing.
        """
        name = self._resolve(cte.name)
        if not asfrom:
            self.ctes[name] = (cte, "")
            return "" if cte._cte_alias is not None else self.process(cte.element)
        known, _ = self.ctes.get(name, (None, ""))
        # A UNION that extends an alias has its name: inside it, the alias is the CTE itself.
        is_own = cte._cte_alias is None or (known is not None and _restates(known, cte))
        base = cte if is_own else cte._cte_alias
        base_name = name if base is cte else self._resolve(base.name)
        self._write_cte(base, base_name)
        quoted: str = self.preparer.quote(base_name)
        return quoted if base is cte else f"{quoted} AS {self.preparer.quote(name)}"

    def _write_cte(self, cte: Any, name: str) -> None:
        existing, _ = self.ctes.get(name, (None, ""))
        if existing is not None:
            if existing is cte or _restates(existing, cte):
                return
            if not _restates(cte, existing):
                if existing._deannotated is cte._deannotated:
                    return
                raise exc.CompileError(
                    f"Multiple, unrelated CTEs found with the same name: '{name}'"
                )
        self.ctes[name] = (cte, "")
        text = self.preparer.quote(name)
        if cte.recursive:
            columns = ", ".join(self.preparer.quote(self._resolve(column.name)) for column in cte.c)
            text += f"({columns})"
        # A CTE sees nothing of the statement that uses it.
        outer, self.frame = self.frame, _Frame(None, self.frame)
        inner = self.process(cte.element, asfrom=True)
        self.frame = outer
        # CTEs that this one needs were written meanwhile, and come first.
        del self.ctes[name]
        self.ctes[name] = (cte, f"{text} AS \n({inner})")

    def _render_ctes(self) -> str:
        is_recursive = any(cte.recursive for cte, _ in self.ctes.values())
        texts = ", \n".join(text for _, text in self.ctes.values() if text)
        return f"WITH {'RECURSIVE ' if is_recursive else ''}{texts}\n " if texts else ""

    def _open(self, statement: Any, froms: Any = (), own: Any = ()) -> _Frame:
        outer = self.frame
        self.frame = _Frame(statement, outer, froms, own, outer.correlate)
        return self.frame

    def _close(self, text: str) -> str:
        """End the statement; the outermost one gets the CTEs in front."""
        assert self.frame.outer is not None
        self.frame = self.frame.outer
        return text if self.frame.outer is not None else self._render_ctes() + text

    # -- SELECT --------------------------------------------------------------------------------

    def visit_select(self, select: Any, asfrom: bool = False) -> str:
        outer = self.frame
        select = select._plain_form(select, outer.outer is None)
        froms = self._displayed_froms(select, asfrom)
        frame = self._open(select, froms, froms_of(froms))
        text = f"SELECT {self._words(select._prefixes)}{self.get_select_precolumns(select)}"
        frame.in_columns = frame.writes_labels = True
        text += ", ".join(self._selected(select, asfrom))
        frame.in_columns = frame.writes_labels = False
        if froms:
            text += " \nFROM " + ", ".join([self.process(from_, asfrom=True) for from_ in froms])
        text += self._criteria(" \nWHERE ", select._where_criteria)
        self._lint(select, froms)
        text += self._listed(" GROUP BY ", map(self.process, select._group_by_clauses))
        text += self._criteria(" \nHAVING ", select._having_criteria)
        text += self._listed(" ORDER BY ", map(self._sorted_by, select._order_by_clauses))
        return self._close(text + self._limited(select))

    def _lint(self, statement: Any, froms: Sequence[Any]) -> None:
        if self.linting and not (len(froms) == 1 and froms[0]._is_table):
            kind, criteria = statement.__visit_name__.upper(), statement._where_criteria
            tell_products(self.linting, kind, froms, criteria, self._name_of_from)

    def _name_of_from(self, from_: Any) -> Any:
        return from_.fullname if from_._is_table else self._resolve(from_.name)

    def _displayed_froms(self, select: Any, asfrom: bool) -> list[Any]:
        """Which FROM objects to write; the others belong to enclosing statements."""
        found, outer = FromList(select), self.frame
        if outer.part is not None:
            _check_column_count(outer, select)
        if not asfrom:
            return found.displayed(explicit=outer.correlate, implicit=outer.own)
        own = {id(each) for each in outer.own}
        return found.displayed(explicit=[each for each in outer.correlate if id(each) not in own])

    def get_select_precolumns(self, select: Any) -> str:
        """DISTINCT, if it was asked for."""
        if select._distinct_on:
            exc.warn_deprecated(
                "DISTINCT ON is currently supported only by the PostgreSQL dialect.  Use of "
                "DISTINCT ON for other backends is currently silently ignored, however this usage "
                "is deprecated, and will raise CompileError in a future release for all backends "
                "that do not support this syntax."
            )
        return "DISTINCT " if select._distinct else ""

    def _words(self, prefixes: Any) -> str:
        return "".join([self.process(each) + " " for each in prefixes])

    def _selected(self, select: Any, asfrom: bool) -> list[str]:
        """The columns between SELECT and FROM; those of the result are noted."""
        texts = []
        namer = ColumnNamer(select._label_style, dedupe=True)
        for column in map(namer.name, select._all_selected_columns):
            element = column.element
            if element.type._is_tuple_type:
                raise exc.CompileError(
                    "Most backends don't support SELECTing from a tuple() object.  If this is an "
                    "ORM query, consider using the Bundle object."
                )
            label = column.label
            if label is None and _needs_label(element, asfrom):
                label = column.fallback
            written = element
            if label is not None and not isinstance(element, Label):
                written = _PlainLabel(label, element)
            texts.append(self.process(written))
            if self.frame.tells_result:
                self._note_result(column, written)
        return [text for text in texts if text]

    def _note_result(self, column: Any, written: Any) -> None:
        """Note the names and objects by which a column of the result is found."""
        element = column.element
        part = _naming_part(written)
        found_by: tuple[Any, ...] | None = None
        if part is None:
            found_by = (element,) if element._is_text_clause else ()
            self.result_columns.append(ResultColumn(None, None, found_by, element.type))
            return
        name = self._resolve(part.name)
        # As in the original, a mapped attribute with a labelled expression is not a repetition.
        if not column.repeated or (written is element and element._annotations):
            found_by = (element, column.key, column.label and element._label, name)
            if written is element:
                found_by = (*_names_of(element, part), name)
        self.result_columns.append(ResultColumn(name, part.name, found_by, part.type))

    def _criteria(self, word: str, criteria: Any) -> str:
        text = self.process(join_conditions(operators.and_, criteria)) if criteria else ""
        return word + text if text else ""

    def _listed(self, word: str, texts: Iterable[str]) -> str:
        text = ", ".join(filter(None, texts))
        return word + text if text else ""

    def _limited(self, select: Any) -> str:
        return self.limit_clause(select) if select._has_row_limiting_clause else ""

    def limit_clause(self, select: Any) -> str:
        """LIMIT and OFFSET."""
        text = ""
        if select._limit_clause is not None:
            text += "\n LIMIT " + self.process(select._limit_clause)
        if select._offset_clause is not None:
            if select._limit_clause is None:
                text += "\n LIMIT -1"
            text += " OFFSET " + self.process(select._offset_clause)
        return text

    def visit_compound_select(self, compound: Any, asfrom: bool = False) -> str:
        frame = self._open(compound, own=self.frame.own)
        frame.column_count = len(compound._all_selected_columns)
        texts = []
        for frame.part, each in enumerate(compound.selects):
            text = self.process(each, asfrom=asfrom)
            texts.append(f"({text})" if each._in_parentheses else text)
        frame.part = None
        frame.include_table = False
        text = f" {compound.keyword} ".join(texts)
        text += self._listed(" GROUP BY ", map(self.process, compound._group_by_clauses))
        text += self._listed(" ORDER BY ", map(self._sorted_by, compound._order_by_clauses))
        return self._close(text + self._limited(compound))

    def visit_textual_select(self, textual: Any, asfrom: bool = False) -> str:
        frame = self._open(textual, own=self.frame.own)
        if frame.tells_result:
            for declared in textual.column_args:
                if declared._is_text_clause:
                    self.result_columns.append(ResultColumn(None, None, (declared,), declared.type))
                for column in named_within(declared):
                    name = self._resolve(column.name)
                    found_by: tuple[Any, ...] = (column, name, column.key, column._label)
                    if column._is_function:
                        found_by = ()  # as in the original, if it has no label
                    self.result_columns.append(ResultColumn(name, name, found_by, column.type))
        # As in the original, the columns are not written, but their values are bound.
        known = len(self._marked)
        for column in textual.column_args:
            self.process(column)
        self._unwritten += self._marked[known:]
        return self._close(self.process(textual.element))

    # -- INSERT, UPDATE, DELETE ----------------------------------------------------------------

    def visit_insert(self, insert: Any) -> str:
        self._open(insert)
        plan = CrudPlan(self, insert, self.column_keys)
        table = self.preparer.format_table(insert.table)
        text = f"INSERT {self._words(insert._prefixes)}INTO {table}"
        return self._close(text + self._insert_body(plan))

    def _insert_body(self, plan: Any) -> str:
        has_default = self.dialect.supports_default_values
        text = f" ({', '.join(name for _, name, _ in plan.pairs)})"
        if not plan.pairs and has_default:
            text = ""
        if plan.select is not None:
            return f"{text} {self.process(plan.select)}"
        if not plan.pairs and has_default and not plan.statement._multi_values:
            return " DEFAULT VALUES"
        rows = [[value for _, _, value in plan.pairs], *plan.more_rows]
        return f"{text} VALUES " + ", ".join(f"({', '.join(row)})" for row in rows)

    def visit_update(self, update: Any) -> str:
        self._open_change(update)
        pairs = CrudPlan(self, update, self.column_keys).pairs
        values = ", ".join(f"{name}={value}" for _, name, value in pairs)
        return self._write_change("UPDATE ", f" SET {values}", " FROM ")

    def visit_delete(self, delete: Any) -> str:
        self._open_change(delete)
        return self._write_change("DELETE ", "", " , ")

    def _open_change(self, statement: Any) -> None:
        froms = [statement.table, *statement._extra_froms]
        self._open(statement, froms, froms)

    def _write_change(self, word: str, values: str, before_froms: str) -> str:
        """The UPDATE or DELETE of the frame. before_froms: what precedes further tables."""
        frame = self.frame
        statement = frame.statement
        text = word + self._words(statement._prefixes) + ("FROM " if statement.is_delete else "")
        text += self.process(statement.table, asfrom=True) + values
        if len(frame.froms) > 1:
            text += before_froms + self.extra_froms(statement, frame.froms[1:])
        text += self._criteria(" WHERE ", statement._where_criteria)
        self._lint(statement, frame.froms)
        return self._close(text)

    def extra_froms(self, statement: Any, froms: list[Any]) -> str:
        """Further tables of an UPDATE or DELETE."""
        word = statement.__visit_name__.upper()
        raise NotImplementedError(
            f"This backend does not support multiple-table criteria within {word}"
        )


class StrSQLCompiler(SQLCompiler):
    """The compiler of str(): it also writes what databases spell differently, or not at all."""

    def _fallback_column_name(self, column: Any) -> str:
        return "<name unknown>"

    def extra_froms(self, statement: Any, froms: list[Any]) -> str:
        return ", ".join([self.process(each, asfrom=True) for each in froms])


_NAME_ESCAPES = str.maketrans(
    {"%": "P", "(": "A", ")": "Z", ":": "C", "[": "_", "]": "_", " ": "_"}
)


class _PlainLabel(Label):
    """The label for a column without one: it puts the expression in no parentheses."""

    element: Any = delegate("_element", "The expression as it is.")


def _missing(bind: Any, where: str = "") -> Exception:
    return exc.InvalidRequestError(
        f"A value is required for bind parameter '{bind.key}'{where}", code="cd3x"
    )


def _needs_label(element: Any, asfrom: bool) -> bool:
    """Whether a column gets a label although no rule of labels demands it."""
    if element._is_text_clause:
        return False
    if element._is_column_clause:
        return asfrom and not element.is_literal and element.table is not None
    return not isinstance(element, UnaryExpression) or asfrom or element.wraps_column_expression


def _naming_part(element: Any) -> Any:
    """The column or label that names a result column; after a minus sign, the operand's."""
    if not isinstance(element, UnaryExpression):
        return element if isinstance(element, (Label, ColumnClause)) else None
    found = named_within(element)
    return found[0] if len(found) == 1 else None


def _names_of(element: Any, part: Any) -> tuple[Any, ...]:
    """What finds a result column that `part` names; as in 1.4, a function only by its name."""
    if part._is_column_clause:
        return element, part, part.name, part.key, part._label
    return (part.name,) if part._is_function else (element, part)


def _check_column_count(compound: _Frame, select: Any) -> None:
    """Refuse a part of a UNION with another number of columns than the first."""
    count = len(select._all_selected_columns)
    if compound.part == 0:
        compound.column_count = count
    elif count != compound.column_count:
        number = f"select #{(compound.part or 0) + 1}"
        raise exc.CompileError(
            "All selectables passed to CompoundSelect must have identical numbers of columns; "
            f"select #1 has {compound.column_count} columns, {number} has {count}"
        )


def _order_by_label(element: Any) -> Any:
    """The label in an element of ORDER BY, perhaps with DESC; NULLS LAST hides it."""
    while getattr(element, "modifier", None) in (operators.desc_op, operators.asc_op):
        element = element.element
    return element if isinstance(element, Label) else None


def _is_mapped_label(column: Any) -> bool:
    """Whether a column is a labelled attribute, whose label 1.4 does not find in ORDER BY."""
    entity = column._annotations.get("parententity")
    return isinstance(column, Label) and entity is not None and entity.is_mapper


def _restates(cte: Any, other: Any) -> bool:
    """Whether `cte` extends `other` by a union."""
    while cte is not None:
        cte = cte._restates
        if cte is other:
            return True
    return False


publish(globals(), "sqlalchemy.sql.compiler")
