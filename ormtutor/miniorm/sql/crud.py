"""CRUD: which columns an INSERT or UPDATE writes, and with what.

Before: compiler.py compiles an insert() or update() and asks here.
Here:   the values given, the parameters that execution will bring, the defaults, in table order.
After:  compiler.py writes the list; the engine computes the defaults that are Python's.

Follows: SQLAlchemy 1.4, "Insert, Updates, Deletes", "Column INSERT/UPDATE Defaults".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.elements import BindParameter, clause_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


REQUIRED: Any = type("_Required", (), {"__repr__": lambda self: "symbol('REQUIRED')"})()


class CrudPlan:
    """What an INSERT or UPDATE writes.

    keys: the names of the parameters that execution will bring, or None: not known.
    pairs: (column, its name as SQL, the value as SQL). more_rows: further rows of VALUES.
    Raises: CompileError: values for columns that the table has not.
    """

    def __init__(self, compiler: Any, statement: Any, keys: Any) -> None:
        self.compiler = compiler
        self.statement = statement
        self.table = statement.table
        self.keys = keys
        self.is_insert = compiler.isinsert
        self.pairs: list[tuple[Any, str, str]] = []
        self.more_rows: list[list[str]] = []
        if keys is None and not statement._has_values:
            for column in self.table.c:
                self._add_bind(column, None, required=True)
            return
        for key in keys or ():
            if clause_of(key) is None and not isinstance(key, str):
                raise exc.ArgumentError(
                    f"SET/VALUES column expression or string key expected, got {key!r}."
                )
        given = statement._first_values()
        # Those of execution are REQUIRED; values() told the others.
        wanted = {**{key: REQUIRED for key in keys or () if key not in given}, **given}
        if self.is_insert and statement.select is not None:
            self._from_select()
        else:
            self._write_columns(wanted)
        unknown = set(given) - set(self.table.c.keys())
        if unknown:
            names = ", ".join(str(name) for name in sorted(unknown))
            raise exc.CompileError(f"Unconsumed column names: {names}")
        if self.is_insert:
            rows = enumerate(statement._multi_values[1:], start=1)
            self.more_rows = [self._row(index, row) for index, row in rows]

    def _write_columns(self, given: dict[Any, Any]) -> None:
        columns = self.table.c
        if self.statement._in_order:
            told = [columns[key] for key in given if key in columns]
            columns = [*told, *[column for column in columns if column not in told]]
        for column in columns:
            if column.key in given:
                self._given(column, given[column.key])
            elif self.is_insert:
                self._default_for_insert(column)
            else:
                self._default_for_update(column)

    def _add(self, column: Any, text: str) -> None:
        self.pairs.append((column, self.compiler.preparer.quote(column.name), text))

    def _add_bind(self, column: Any, value: Any, required: bool = False, name: Any = None) -> None:
        bind = _bind(name or column.key, column.type, value, required)
        self._add(column, self.compiler.process(bind))

    def _add_element(self, column: Any, element: Any) -> None:
        """SQL gives the value: who wants to know it must ask the database."""
        self.compiler.postfetch.append(column)
        self._add(column, self.compiler.process(element.self_group()))

    # -- values that are given -----------------------------------------------------------------

    @property
    def _suffix(self) -> str:
        return "_m0" if self.is_insert and self.statement._multi_values else ""

    def _given(self, column: Any, value: Any) -> None:
        element = None if value is REQUIRED else clause_of(value)
        if element is None:
            self._add_bind(column, value, value is REQUIRED, f"{column.key}{self._suffix}")
        elif element._is_bind_parameter:
            self._add(column, self.compiler.process(self._adopted(column, element)))
        else:
            if element._is_select_statement:
                element = element.scalar_subquery()
            self._add_element(column, element)

    def _adopted(self, column: Any, bind: Any) -> Any:
        """A bind parameter that the learner gave: typed by the column, named after it."""
        type_ = column.type if bind.type._is_null else bind.type
        if bind.unique:
            made = _bind(f"{column.key}{self._suffix}", type_, bind.value)
        else:
            made = bind if type_ is bind.type else bind._with(type=type_)
        self.compiler.stands_for(made, bind)
        return made

    # -- defaults ------------------------------------------------------------------------------

    def _default_for_insert(self, column: Any) -> None:
        default = getattr(column, "default", None)
        counts = self.compiler.dialect.supports_sequences
        if default is not None and not default.is_sequence:
            self._default(column, default, self.compiler.insert_prefetch)
        elif default is not None and counts and not default.optional:
            if column.primary_key:
                self._prefetch(column, self.compiler.insert_prefetch)
            else:
                self._add(column, f"<next sequence value: {default._key}>")
        elif getattr(column, "server_default", None) is not None:
            self.compiler.postfetch.append(column)
        elif (
            column.primary_key
            and not column.nullable
            and column is not column.table._autoincrement_column
        ):
            _warn_about_key(column)

    def _default_for_update(self, column: Any) -> None:
        onupdate = getattr(column, "onupdate", None)
        if onupdate is not None and not onupdate.is_sequence:
            self._default(column, onupdate, self.compiler.update_prefetch)

    def _default(self, column: Any, default: Any, prefetch: list[Any]) -> None:
        if default.is_clause_element:
            self._add_element(column, default.arg)
        else:
            self._prefetch(column, prefetch)

    def _prefetch(self, column: Any, prefetch: list[Any]) -> None:
        """The engine will compute it and bring it under the column's name."""
        self._add_bind(column, None)
        prefetch.append(column)

    # -- INSERT ... SELECT ---------------------------------------------------------------------

    def _from_select(self) -> None:
        """The columns that were named; those with a default of ours join the SELECT.

        Raises: KeyError: the table has no such column.
        """
        names = self.statement._select_names
        extra = [
            column
            for column in self.table.c
            if column.key not in names and _has_python_side(column)
        ]
        for column in (*[self.table.c[key] for key in names], *extra):
            self._add(column, "")
        if extra:
            self._extend_select(extra)

    def _extend_select(self, extra: list[Any]) -> None:
        inner = self.statement.select
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
            if column.default.is_clause_element:
                values.append(column.default.arg)
            else:
                values.append(_bind(column.key, column.type, None))
                self.compiler.insert_prefetch.append(column)
        self.compiler.extended_select = inner.add_columns(*values)

    # -- VALUES with several rows --------------------------------------------------------------

    def _row(self, index: int, row: dict[Any, Any]) -> list[str]:
        return [
            self._row_value(index, column, row[column.key])
            if column.key in row
            else self._row_default(index, column)
            for column, _, _ in self.pairs
        ]

    def _row_value(self, index: int, column: Any, value: Any) -> str:
        element = clause_of(value)
        if element is None:
            bind = _bind(f"{column.key}_m{index}", column.type, value)
            return self.compiler.process(bind)  # type: ignore[no-any-return]
        if element._is_bind_parameter and element.type._is_null:
            typed = element._with(type=column.type)
            self.compiler.stands_for(typed, element)
            element = typed
        return self.compiler.process(element.self_group())  # type: ignore[no-any-return]

    def _row_default(self, index: int, column: Any) -> str:
        default = getattr(column, "default", None)
        if default is None:
            raise exc.CompileError(
                f"INSERT value for column {column} is explicitly rendered as a boundparameter in "
                "the VALUES clause; a Python-side value or SQL expression is required"
            )
        if default.is_clause_element:
            return self.compiler.process(default.arg.self_group())  # type: ignore[no-any-return]
        member = MultiRowColumn(column, index)
        self.compiler.insert_prefetch.append(member)
        bind = _bind(member.key, column.type, None)
        return self.compiler.process(bind)  # type: ignore[no-any-return]


class MultiRowColumn:
    """A column in a further row of VALUES, for the engine that computes its default."""

    __slots__ = ("default", "key", "original", "row", "type")

    def __init__(self, original: Any, index: int) -> None:
        self.key = f"{original.key}_m{index}"
        self.row = index
        self.original = original
        self.default = original.default
        self.type = original.type


def _bind(name: str, type_: Any, value: Any, required: bool = False) -> BindParameter:
    """A parameter whose name nobody else may take."""
    bind = BindParameter(name, value, type_, required=required)
    bind._is_crud = True
    return bind


def is_crud_bind(bind: Any) -> bool:
    """Say whether a parameter was made here."""
    return bind._is_crud  # type: ignore[no-any-return]


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
    exc.warn(text)
