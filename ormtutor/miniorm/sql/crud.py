"""CRUD: which columns an INSERT or UPDATE writes, and with what.

Before: compiler.py compiles an insert() or update() and makes a CrudPlan.
Here:   the given values, the parameters of the execution, the defaults, in table order.
After:  compiler.py writes the list; the engine computes Python's defaults.

Follows: SQLAlchemy 1.4, "Insert, Updates, Deletes", "Column INSERT/UPDATE Defaults".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.dml import as_key, column_key
from ormtutor.miniorm.sql.elements import BindParameter, sql_of
from ormtutor.miniorm.sql.naming import symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


REQUIRED: Any = symbol("REQUIRED")


class CrudPlan:
    """What an INSERT or UPDATE writes.

    keys: the names of the execution's parameters; None if they are unknown.
    pairs: (column, its name as SQL, the value as SQL). more_rows: further rows of VALUES.
    select: that of INSERT ... SELECT, with the added defaults.
    Raises: CompileError: values for columns that the table lacks.
    """

    def __init__(self, compiler: Any, statement: Any, keys: Any) -> None:
        self.compiler = compiler
        self.statement = statement
        self.table = statement.table
        self.select = statement.select
        self.pairs: list[tuple[Any, str, str]] = []
        # The value of a parameter that is given at execution.
        self.unknown = None if keys is None else REQUIRED
        if keys is None:
            keys = () if statement._has_values else self.table.c.keys()
        given: dict[Any, Any] = {}
        others = statement._extra_froms if statement.is_update else ()
        for key, value in statement._first_values().items():
            name = column_key(key)
            if name is None:
                self._write_to_expression(key, value)
            elif any(table is getattr(key, "table", None) for table in others):
                # Of another table in WHERE; str() alone writes it, SQLite has no such UPDATE.
                self._add(key, self._value(key, value, f"{key.table.name}_{name}"))
            else:
                given.setdefault(name, value)
        if self.select is not None:
            self._from_select()
        else:
            # The execution's parameters are REQUIRED, unless values() has given the same name.
            required = {column_key(as_key(key)): REQUIRED for key in keys if key not in given}
            self._write_columns({**given, **required}, in_order=given)
        unknown = set(given) - set(self.table.c.keys())
        if unknown:
            names = ", ".join(str(name) for name in sorted(unknown))
            raise exc.CompileError(f"Unconsumed column names: {names}")
        rows = enumerate(statement._multi_values[1:], start=1)
        self.more_rows = [self._row(number, row) for number, row in rows]

    def _write_columns(self, given: dict[Any, Any], in_order: Iterable[Any]) -> None:
        columns = self.table.c
        if self.statement._in_order:
            first = [columns[key] for key in in_order if key in columns]
            columns = [*first, *[column for column in columns if column not in first]]
        is_insert = self.statement.is_insert
        default_of = self._default_for_insert if is_insert else self._default_for_update
        for column in columns:
            is_given = column.key in given
            text = self._value(column, given[column.key]) if is_given else default_of(column)
            if text is not None:
                self._add(column, text)

    def _write_to_expression(self, expression: Any, value: Any) -> None:
        frame = self.compiler.frame
        frame.include_table, before = False, frame.include_table
        text = self.compiler.process(expression)
        frame.include_table = before
        self.pairs.append((expression, text, self.compiler.process(value.self_group())))

    def _add(self, column: Any, text: str) -> None:
        self.pairs.append((column, self.compiler.preparer.quote(column.name), text))

    def _element(self, column: Any, element: Any) -> str:
        """An SQL expression: its value is known only by reading it back."""
        if not isinstance(column, MultiRowColumn):
            self.compiler.postfetch.append(column)
        if element.is_select:
            element = element.scalar_subquery()
        return self.compiler.process(element.self_group())  # type: ignore[no-any-return]

    def _value(self, column: Any, value: Any, name: str | None = None) -> str:
        """A given value, as SQL. name: its parameter's, if not the column's."""
        name = name or column.key
        if self.statement._multi_values and not isinstance(column, MultiRowColumn):
            name = f"{name}_m0"
        element = sql_of(value)
        if value is REQUIRED:
            made = _bind(name, column.type, self.unknown, required=True)
            if self.unknown is None:
                return self.compiler.placed(made)  # type: ignore[no-any-return]
        elif element is None:
            made = _bind(name, column.type, value)
        elif element._is_bind_parameter:
            made = self._adopted(name, column, element)
        else:
            return self._element(column, element)
        return self.compiler.process(made)  # type: ignore[no-any-return]

    def _adopted(self, name: str, column: Any, bind: Any) -> Any:
        """A learner's own parameter, with the column's type and, if it is unique, its name."""
        type_ = column.type if bind.type._is_null else bind.type
        if bind.unique and not isinstance(column, MultiRowColumn):
            made = _bind(name, type_, bind.value)
            made.callable = bind.callable
        else:
            made = bind if type_ is bind.type else bind._with(type=type_)
        self.compiler.replaced[id(bind)] = made
        return made

    # -- defaults ------------------------------------------------------------------------------

    def _default_for_insert(self, column: Any) -> str | None:
        default = column.default
        counts = self.compiler.dialect.supports_sequences
        if default is not None and not default.is_sequence:
            return self._default(column, default)
        if default is not None and counts and not default.optional:
            if column.primary_key:
                return self._default(column, default)
            return f"<next sequence value: {default._key}>"
        if column.server_default is not None:
            self.compiler.postfetch.append(column)
        elif (
            column.primary_key
            and not column.nullable
            and column is not column.table._autoincrement_column
        ):
            _warn_about_key(column)
        return None

    def _default_for_update(self, column: Any) -> str | None:
        onupdate = column.onupdate
        if onupdate is None or onupdate.is_sequence:
            return None
        return self._default(column, onupdate)

    def _default(self, column: Any, default: Any) -> str:
        if default.is_clause_element and not self._is_selected_first(column):
            return self._element(column, default.arg)
        # The engine will compute it and pass it under the column's name.
        self.compiler.prefetch.append(column)
        return self.compiler.process(_bind(column.key, column.type, None))  # type: ignore[no-any-return]

    def _is_selected_first(self, column: Any) -> bool:
        """Whether an SQL default is selected before the INSERT: a primary key must be known."""
        statement = self.statement
        one_row = statement.is_insert and not statement._multi_values and self.select is None
        return one_row and column.primary_key and not self.compiler.for_executemany

    # -- INSERT ... SELECT ---------------------------------------------------------------------

    def _from_select(self) -> None:
        """The named columns, and those with a default, which is added to the SELECT.

        Raises: KeyError: the table has no such column.
        """
        names = self.statement._select_names
        extra = [
            column
            for column in self.table.c
            if self.statement._takes_defaults
            and column.key not in names
            and column.default is not None
            and not column.default.is_sequence
        ]
        for column in (*[self.table.c[key] for key in names], *extra):
            self._add(column, "")
        if extra:
            self._extend_select(extra)

    def _extend_select(self, extra: list[Any]) -> None:
        inner = self.select
        if not hasattr(inner, "add_columns"):
            names = ", ".join(f"'{column.name}'" for column in extra)
            raise exc.CompileError(
                "Can't extend statement for INSERT..FROM SELECT to include additional "
                f"default-holding column(s) {names}.  Convert the selectable to a subquery() "
                "first, or pass include_defaults=False to Insert.from_select() to skip these "
                "columns."
            )
        values = []
        for column in extra:
            if column.default.is_clause_element:
                values.append(column.default.arg)
            else:
                values.append(_bind(column.key, column.type, None))
                self.compiler.prefetch.append(column)
        self.select = inner.add_columns(*values)

    # -- VALUES with several rows --------------------------------------------------------------

    def _row(self, number: int, values: dict[Any, Any]) -> list[str]:
        row = {column_key(key): value for key, value in values.items()}
        texts = []
        for column, _, _ in self.pairs:
            member = MultiRowColumn(column, number)
            if column.key in row:
                texts.append(self._value(member, row[column.key]))
            elif member.default is not None:
                texts.append(self._default(member, member.default))
            else:
                raise exc.CompileError(
                    f"INSERT value for column {column} is explicitly rendered as a boundparameter "
                    "in the VALUES clause; a Python-side value or SQL expression is required"
                )
        return texts


class MultiRowColumn:
    """A column in a further row of VALUES; the engine computes its default, too."""

    __slots__ = ("default", "key", "original", "row", "type")

    def __init__(self, original: Any, index: int) -> None:
        self.key = f"{original.key}_m{index}"
        self.row = index
        self.original = original
        self.default = getattr(original, "default", None)
        self.type = original.type


def _bind(name: str, type_: Any, value: Any, required: bool = False) -> BindParameter:
    """A parameter whose name no other may have."""
    bind = BindParameter(name, value, type_, required=required)
    bind._is_crud = True
    return bind


def _warn_about_key(column: Any) -> None:
    table = column.table
    text = (
        f"Column '{table.fullname}.{column.name}' is marked as a member of the primary key for "
        f"table '{table.fullname}', but has no Python-side or server-side default generator "
        "indicated, nor does it indicate 'autoincrement=True' or 'nullable=True', and no explicit "
        "value is passed.  Primary key columns typically may not store NULL."
    )
    if len(table.primary_key) > 1:
        text += (
            " Note that as of SQLAlchemy 1.1, 'autoincrement=True' must be indicated explicitly "
            "for composite (e.g. multicolumn) primary keys if AUTO_INCREMENT/SERIAL/IDENTITY "
            "behavior is expected for one of the columns in the primary key. CREATE TABLE "
            "statements are impacted by this change as well on most backends."
        )
    exc.warn(text)
