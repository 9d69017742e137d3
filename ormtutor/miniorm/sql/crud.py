"""CRUD: which columns an INSERT or UPDATE writes, and with what.

Before: compiler.py compiles an insert() or update() and asks here.
Here:   the values given, the parameters that execution will bring, the defaults, in table order.
After:  compiler.py writes the list; the engine computes the defaults that are Python's.

Follows: SQLAlchemy 1.4, "Insert, Updates, Deletes", "Column INSERT/UPDATE Defaults".
"""

from __future__ import annotations

import warnings

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.elements import BindParameter, clause_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Required:
    """The value of a parameter that execution must bring."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "symbol('REQUIRED')"


REQUIRED: Any = _Required()


class CrudPlan:
    """The columns that a statement writes.

    pairs: (column, its name as SQL, the value as SQL). more_rows: further rows of VALUES.
    """

    __slots__ = ("more_rows", "pairs")

    def __init__(self, pairs: list[tuple[Any, str, str]], more_rows: list[list[str]]) -> None:
        self.pairs = pairs
        self.more_rows = more_rows


def plan_crud(compiler: Any, statement: Any, keys: Any) -> CrudPlan:
    """Decide what an INSERT or UPDATE writes.

    keys: the names of the parameters that execution will bring, or None: not known.
    """
    return _Planner(compiler, statement, keys).plan()


class _Planner:
    """One run of plan_crud()."""

    def __init__(self, compiler: Any, statement: Any, keys: Any) -> None:
        self.compiler = compiler
        self.statement = statement
        self.keys = keys
        self.is_insert = compiler.isinsert
        self.pairs: list[tuple[Any, str, str]] = []

    def plan(self) -> CrudPlan:
        statement, table = self.statement, self.statement.table
        if self.keys is None and not statement._has_values:
            for column in table.c:
                bind = self._bind(column.key, column.type, None, required=True)
                self._add(column, self.compiler.process_crud(bind))
            return CrudPlan(self.pairs, [])
        wanted = self._wanted()
        given = dict(wanted)
        if statement._ordered_values is not None:
            for key in statement._ordered_keys():
                column = table.c.get(key)
                if column is not None:
                    self._given(column, given.pop(key))
        from_select = self.is_insert and statement.select is not None
        if from_select:
            self._from_select(given)
        else:
            self._scan(given)
        self._check_consumed(wanted)
        rows = self._more_rows() if self.is_insert and statement._multi_values else []
        return CrudPlan(self.pairs, rows)

    def _wanted(self) -> dict[Any, Any]:
        """Values by column key: those of execution are REQUIRED, those of values() stand here."""
        statement = self.statement
        given = statement._first_values()
        wanted: dict[Any, Any] = dict.fromkeys(self.keys or (), REQUIRED)
        for key in list(wanted):
            if key in given:
                del wanted[key]
        wanted.update(given)
        return wanted

    def _scan(self, given: dict[Any, Any]) -> None:
        statement = self.statement
        done = {id(column) for column, _, _ in self.pairs}
        for column in statement.table.c:
            if id(column) in done:
                continue
            if column.key in given:
                self._given(column, given[column.key])
            elif self.is_insert:
                self._default_for_insert(column)
            else:
                self._default_for_update(column)

    def _check_consumed(self, wanted: dict[Any, Any]) -> None:
        if self.keys is None or not set(self.keys) - set(wanted):
            unknown = set(self.statement._first_values()) - set(self.statement.table.c.keys())
            if unknown:
                names = ", ".join(str(name) for name in sorted(unknown))
                raise exc.CompileError(f"Unconsumed column names: {names}")

    # -- values that are given -----------------------------------------------------------------

    def _given(self, column: Any, value: Any) -> None:
        element = None if value is REQUIRED else clause_of(value)
        if element is None:
            name = column.key
            if self.is_insert and self.statement._multi_values:
                name = f"{column.key}_m0"
            bind = self._bind(name, column.type, value, required=value is REQUIRED)
            self._add(column, self.compiler.process_crud(bind))
        elif element._is_bind_parameter:
            self._add(column, self.compiler.process_crud(self._adopted(column, element)))
        else:
            self._given_expression(column, element)

    def _adopted(self, column: Any, bind: Any) -> Any:
        """A bind parameter that the learner gave: typed by the column, named after it."""
        type_ = column.type if bind.type._is_null else bind.type
        if bind.unique:
            suffix = "_m0" if self.is_insert and self.statement._multi_values else ""
            made = _marked(BindParameter(f"{column.key}{suffix}", bind.value, type_))
        else:
            made = bind if type_ is bind.type else bind._with_binary_element_type(type_)
        self.compiler.stands_for(made, bind)
        return made

    def _given_expression(self, column: Any, element: Any) -> None:
        if element._is_select_statement:
            element = element.scalar_subquery()
        self._postfetch(column)
        self._add(column, self.compiler.process(element.self_group()))

    def _bind(self, name: str, type_: Any, value: Any, required: bool) -> BindParameter:
        bind = BindParameter(name, value, type_, required=required)
        return _marked(bind)

    def _add(self, column: Any, text: str) -> None:
        self.pairs.append((column, self.compiler.preparer.format_column(column), text))

    def _postfetch(self, column: Any) -> None:
        self.compiler.postfetch.append(column)

    # -- defaults ------------------------------------------------------------------------------

    def _default_for_insert(self, column: Any) -> None:
        default = getattr(column, "default", None)
        if default is not None and not default.is_sequence:
            if default.is_clause_element:
                text = self.compiler.process(default.arg.self_group())
                self._postfetch(column)
                self._add(column, text)
            else:
                self._prefetch(column, self.compiler.insert_prefetch)
        elif default is not None and self._counts(default):
            self._next_of_sequence(column, default)
        elif getattr(column, "server_default", None) is not None:
            self._postfetch(column)
        elif self._lacks_key(column):
            _warn_about_key(column)

    def _counts(self, sequence: Any) -> bool:
        return self.compiler.dialect.supports_sequences and not sequence.optional

    def _next_of_sequence(self, column: Any, sequence: Any) -> None:
        if column.primary_key:
            self._prefetch(column, self.compiler.insert_prefetch)
        else:
            self._add(column, f"<next sequence value: {sequence._key}>")

    def _lacks_key(self, column: Any) -> bool:
        return (
            column.primary_key
            and not column.nullable
            and column is not column.table._autoincrement_column
        )

    def _default_for_update(self, column: Any) -> None:
        onupdate = getattr(column, "onupdate", None)
        if onupdate is not None and not onupdate.is_sequence:
            if onupdate.is_clause_element:
                self._add(column, self.compiler.process(onupdate.arg.self_group()))
                self._postfetch(column)
            else:
                self._prefetch(column, self.compiler.update_prefetch)
        elif getattr(column, "server_onupdate", None) is not None:
            self._postfetch(column)

    def _prefetch(self, column: Any, prefetch: list[Any]) -> None:
        """The engine will compute it and bring it under the column's name."""
        bind = self._bind(column.key, column.type, None, required=False)
        self._add(column, self.compiler.process_crud(bind))
        prefetch.append(column)

    # -- INSERT ... SELECT ---------------------------------------------------------------------

    def _from_select(self, given: dict[Any, Any]) -> None:
        statement = self.statement
        table = statement.table
        named = []
        for key in statement._select_names:
            column = table.c.get(key)
            if column is None:
                raise exc.CompileError(f"Unconsumed column names: {key}")
            named.append(column)
            self.pairs.append((column, self.compiler.preparer.format_column(column), ""))
        extra = []
        if statement.include_insert_from_select_defaults:
            names = {column.key for column in named}
            extra = [
                column for column in table.c if column.key not in names and _has_python_side(column)
            ]
        if not extra:
            return
        self._extend_select(extra)

    def _extend_select(self, extra: list[Any]) -> None:
        statement = self.statement
        inner = statement.select
        if not hasattr(inner, "_raw_columns"):
            names = ", ".join(f"'{column.name}'" for column in extra)
            raise exc.CompileError(
                "Can't extend statement for INSERT..FROM SELECT to include additional "
                f"default-holding column(s) {names}.  Convert the selectable to a subquery() "
                "first, or pass include_defaults=False to Insert.from_select() to skip these "
                "columns."
            )
        values = []
        for column in extra:
            default = column.default
            if default.is_clause_element:
                values.append(default.arg)
            else:
                values.append(self._bind(column.key, column.type, None, required=False))
                self.compiler.insert_prefetch.append(column)
            self.pairs.append((column, self.compiler.preparer.format_column(column), ""))
        self.compiler.extended_select = inner.add_columns(*values)

    # -- VALUES with several rows --------------------------------------------------------------

    def _more_rows(self) -> list[list[str]]:
        rows = self.statement._multi_rows()
        return [self._row(index, row) for index, row in enumerate(rows[1:], start=1)]

    def _row(self, index: int, row: dict[Any, Any]) -> list[str]:
        texts = []
        for column, _, first in self.pairs:
            if column.key in row:
                texts.append(self._row_value(index, column, row[column.key]))
            else:
                texts.append(self._row_default(index, column, first))
        return texts

    def _row_value(self, index: int, column: Any, value: Any) -> str:
        element = clause_of(value)
        if element is None:
            bind = self._bind(f"{column.key}_m{index}", column.type, value, required=False)
            return self.compiler.process_crud(bind)  # type: ignore[no-any-return]
        if element._is_bind_parameter and element.type._is_null:
            typed = element._with_binary_element_type(column.type)
            self.compiler.stands_for(typed, element)
            element = typed
        return self.compiler.process(element.self_group())  # type: ignore[no-any-return]

    def _row_default(self, index: int, column: Any, first: str) -> str:
        default = getattr(column, "default", None)
        if default is None:
            raise exc.CompileError(
                f"INSERT value for column {column} is explicitly rendered as a boundparameter in "
                "the VALUES clause; a Python-side value or SQL expression is required"
            )
        if default.is_clause_element:
            return self.compiler.process(default.arg.self_group())  # type: ignore[no-any-return]
        member = MultiRowColumn(column, index)
        bind = self._bind(member.key, column.type, None, required=False)
        self.compiler.insert_prefetch.append(member)
        return self.compiler.process_crud(bind)  # type: ignore[no-any-return]


class MultiRowColumn:
    """A column in a further row of VALUES, for the engine that computes its default."""

    __slots__ = ("default", "key", "original", "row", "type")

    def __init__(self, original: Any, index: int) -> None:
        self.key = f"{original.key}_m{index}"
        self.row = index
        self.original = original
        self.default = original.default
        self.type = original.type


def _marked(bind: BindParameter) -> BindParameter:
    """A parameter whose name nobody else may take."""
    bind._options = bind._options.changed(operator="crud")
    return bind


def is_crud_bind(bind: Any) -> bool:
    """Whether a parameter was made here."""
    return bind._options.operator == "crud"  # type: ignore[no-any-return]


def _has_python_side(column: Any) -> bool:
    default = getattr(column, "default", None)
    return default is not None and not default.is_sequence


def _warn_about_key(column: Any) -> None:
    table = column.table
    text = (
        f"Column '{table.fullname}.{column.name}' is marked as a member of the primary key for "
        f"table '{table.fullname}', but has no Python-side or server-side default generator "
        "indicated, nor does it indicate 'autoincrement=True' or 'nullable=True', and no explicit "
        "value is passed.  Primary key columns typically may not store NULL."
    )
    if len(table.primary_key.columns) > 1:
        text += (
            " Note that as of SQLAlchemy 1.1, 'autoincrement=True' must be indicated explicitly "
            "for composite (e.g. multicolumn) primary keys if AUTO_INCREMENT/SERIAL/IDENTITY "
            "behavior is expected for one of the columns in the primary key. CREATE TABLE "
            "statements are impacted by this change as well on most backends."
        )
    warnings.warn(text, exc.SAWarning, stacklevel=2)
