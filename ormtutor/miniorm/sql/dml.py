"""DML: INSERT, UPDATE and DELETE as structure.

Before: schema.py has the tables, select.py the SELECT of INSERT ... SELECT.
Here:   Insert, Update, Delete; the values that they were given.
After:  crud.py decides which columns are written, compiler.py writes them.

Follows: SQLAlchemy 1.4, "Insert, Updates, Deletes".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.elements import (
    BindParameter,
    as_condition,
    clause_of,
    delegate,
    implicit_scalar,
)
from ormtutor.miniorm.sql.select import (
    Statement,
    as_selected,
    attribute_of,
    spelled,
    whole_condition,
)
from ormtutor.miniorm.sql.selectable import TableClause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from ormtutor.miniorm.sql.traversal import Binds


def as_subject(thing: Any) -> Any:
    """The table that a statement changes.

    Raises: ArgumentError: something that is no table.
    """
    element = clause_of(thing)
    if element is not None and (element._is_table or _names_a_table(element)):
        return element
    hint, code = "", None
    if element is not None and element._is_select_statement:
        hint = (
            f" To create a FROM clause from a {type(element)} object, use the .subquery() method."
        )
        code = "89ve"
    raise exc.ArgumentError(
        f"subject table for an INSERT, UPDATE or DELETE expected, got {thing!r}.{hint}", code=code
    )


def _names_a_table(element: Any) -> bool:
    return bool(element._is_from_clause) and not element._is_subquery and not element._is_cte


class UpdateBase(Statement):
    """What INSERT, UPDATE and DELETE share."""

    __module__ = "sqlalchemy.sql.dml"
    is_dml = True
    is_insert = is_update = is_delete = is_select = is_text = False
    _has_values = False
    _returning: tuple[Any, ...] = ()
    _where_criteria: tuple[Any, ...] = ()

    def __init__(
        self,
        table: Any,
        bind: Any = None,
        prefixes: Any = None,
        returning: Any = None,
        **dialect_kw: Any,
    ) -> None:
        self.table = as_subject(table)
        if bind is not None:
            self._bind = bind
        if prefixes:
            self._prefixes = spelled(prefixes, "*")
        if returning:
            self._returning = tuple(as_selected(each) for each in returning)

    @property
    def bind(self) -> Any:
        """The engine of the table, or None."""
        return self._bind or self.table.bind

    @bind.setter
    def bind(self, bind: Any) -> None:
        self._bind = bind

    entity_namespace: Any = delegate("table.entity_namespace", "Where filter_by() looks names up.")

    def params(self, *arg: Any, **kw: Any) -> Any:
        """Not here."""
        raise NotImplementedError(
            "params() is not supported for INSERT/UPDATE/DELETE statements. To set the values for "
            "an INSERT or UPDATE statement, use stmt.values(**parameters)."
        )

    unique_params = params

    def returning(self, *cols: Any) -> Any:
        """RETURNING; SQLite's compiler of 1.4 refuses it."""
        return self._with("_returning", self._returning + tuple(as_selected(each) for each in cols))

    @property
    def _from_objects(self) -> list[Any]:
        return [self.table]

    @property
    def _implied_froms(self) -> list[Any]:
        return [from_ for each in self._where_criteria for from_ in each._from_objects]

    def _base_structure(self, binds: Binds) -> list[Any]:
        key: list[Any] = [type(self), self.table.structure(binds)]
        for name in ("_where_criteria", "_returning", "_independent_ctes"):
            values = self.__dict__.get(name)
            if values:
                key.append((name, *[each.structure(binds) for each in values]))
        if self._prefixes:
            key.append(tuple((text.structure(binds), d) for text, d in self._prefixes))
        return key


class ValuesBase(UpdateBase):
    """What INSERT and UPDATE share: values."""

    __module__ = "sqlalchemy.sql.dml"
    select: Any = None
    _values: Any = None
    _multi_values: tuple[Any, ...] = ()
    _ordered_values: Any = None
    _inline = False
    include_insert_from_select_defaults = False
    _supports_multi_parameters = False

    @property
    def _has_values(self) -> bool:  # type: ignore[override]
        return (
            self._values is not None
            or bool(self._multi_values)
            or self._ordered_values is not None
            or self.select is not None
        )

    def inline(self) -> Any:
        """Ask for no values of defaults back."""
        return self._with("_inline", True)

    def values(self, *args: Any, **kwargs: Any) -> Any:
        """The values to write: keywords, a dictionary, a tuple for all columns, a list of rows."""
        if self.select is not None:
            raise exc.InvalidRequestError("This construct already inserts from a SELECT")
        if self._ordered_values is not None:
            raise exc.InvalidRequestError("This statement already has ordered values present")
        copy = self._generate()
        if args:
            copy._positional_values(args, kwargs)
        else:
            copy._merge(kwargs)
        return copy

    def _positional_values(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        arg = args[0]
        if kwargs:
            raise exc.ArgumentError("Can't pass positional and kwargs to values() simultaneously")
        if len(args) > 1:
            raise exc.ArgumentError(
                "Only a single dictionary/tuple or list of dictionaries/tuples is accepted "
                "positionally."
            )
        if isinstance(arg, dict):
            self._merge(arg)
        elif isinstance(arg, (list, tuple, str)):
            self._sequence_values(arg)
        else:
            self._merge(dict(arg))

    def _sequence_values(self, arg: Any) -> None:
        if arg and isinstance(arg[0], (list, dict, tuple)):
            self._add_rows(arg)
        else:
            keys = [column.key for column in self.table.c]
            self._merge(dict(zip(keys, arg, strict=False)))

    def _add_rows(self, rows: Any) -> None:
        if not self._supports_multi_parameters:
            raise exc.InvalidRequestError(
                f"{self.__visit_name__.upper()} construct does not support multiple parameter sets."
            )
        if self._values is not None:
            raise _mixed_formats()
        self._multi_values = (*self._multi_values, list(rows))

    def _merge(self, given: dict[Any, Any]) -> None:
        if self._multi_values:
            raise _mixed_formats()
        values = dict(self._values or {})
        for key, value in given.items():
            values[column_key(key)] = _as_value(value)
        self._values = values

    def _first_values(self) -> dict[Any, Any]:
        """The values, or those of the first row, by column key."""
        if self._ordered_values is not None:
            return {column_key(key): value for key, value in self._ordered_values}
        if self._multi_values:
            return self._multi_rows()[0]
        return self._values or {}

    def _ordered_keys(self) -> list[Any]:
        return [column_key(key) for key, _ in self._ordered_values]

    def _multi_rows(self) -> list[dict[Any, Any]]:
        keys = [column.key for column in self.table.c]
        rows = []
        for group in self._multi_values:
            for row in group:
                if isinstance(row, dict):
                    rows.append({column_key(key): _as_value(value) for key, value in row.items()})
                else:
                    rows.append(dict(zip(keys, row, strict=False)))
        return rows

    def _values_structure(self, binds: Binds) -> list[Any]:
        key: list[Any] = [self._inline]
        if self._ordered_values is not None:
            key.append(
                (
                    "ordered",
                    *[_value_structure(column_key(k), v, binds) for k, v in self._ordered_values],
                )
            )
        elif self._multi_values:
            for row in self._multi_rows():
                key.append(("row", *[_value_structure(k, v, binds) for k, v in row.items()]))
        elif self._values is not None:
            key.append(
                ("values", *[_value_structure(k, v, binds) for k, v in self._values.items()])
            )
        return key


def _mixed_formats() -> exc.InvalidRequestError:
    return exc.InvalidRequestError(
        "Can't mix single and multiple VALUES formats in one INSERT statement; one style appends "
        "to a list while the other replaces values, so the intent is ambiguous."
    )


def column_key(key: Any) -> Any:
    """The key of a column given as a string or as a column."""
    element = clause_of(key)
    return key if element is None else element.key


def _as_value(value: Any) -> Any:
    element = clause_of(value)
    if element is not None and element._is_select_statement:
        return implicit_scalar(element)
    return value


def _value_structure(key: Any, value: Any, binds: Binds) -> Hashable:
    element = clause_of(value)
    if element is None:
        binds.append(_plain_bind(key, value))
        return key  # type: ignore[no-any-return]
    return key, element.structure(binds)


def _plain_bind(key: Any, value: Any) -> Any:
    return BindParameter(key, value)


class Insert(ValuesBase):
    """An INSERT statement; see insert()."""

    __module__ = "sqlalchemy.sql.dml"
    __visit_name__ = "insert"
    is_insert = True
    _supports_multi_parameters = True
    _select_names: tuple[Any, ...] = ()
    _parts = ("table", "select", "_returning")

    def __init__(
        self,
        table: Any,
        values: Any = None,
        inline: bool = False,
        **kw: Any,
    ) -> None:
        super().__init__(table, **kw)
        if inline:
            self._inline = True
        if values is not None:
            self.__dict__.update(self.values(values).__dict__)

    def from_select(self, names: Any, select: Any, include_defaults: bool = True) -> Any:
        """INSERT ... SELECT."""
        if self._values is not None:
            raise exc.InvalidRequestError("This construct already inserts value expressions")
        element = clause_of(select)
        if element is None or not element._is_select_statement:
            raise exc.ArgumentError(
                f"SELECT statement or equivalent textual object expected, got {select!r}."
            )
        copy = self._generate()
        copy._select_names = tuple(column_key(name) for name in names)
        copy._inline = True
        copy.include_insert_from_select_defaults = include_defaults
        copy.select = element
        return copy

    def structure(self, binds: Binds) -> Hashable:
        """Table, values by column, or the SELECT."""
        key = self._base_structure(binds)
        key += self._values_structure(binds)
        if self.select is not None:
            key += [
                self._select_names,
                self.include_insert_from_select_defaults,
                self.select.structure(binds),
            ]
        return tuple(key)


class DMLWhereBase:
    """What UPDATE and DELETE share: WHERE."""

    __module__ = "sqlalchemy.sql.dml"
    _where_criteria: tuple[Any, ...] = ()

    def where(self, *whereclause: Any) -> Any:
        """Only the rows for which all conditions hold, also those of earlier calls."""
        copy = self._generate()  # type: ignore[attr-defined]
        copy._where_criteria = self._where_criteria + tuple(
            as_condition(each) for each in whereclause
        )
        return copy

    def filter(self, *criteria: Any) -> Any:
        """The same as where()."""
        return self.where(*criteria)

    def filter_by(self, **kwargs: Any) -> Any:
        """Conditions `name = value`."""
        found, table = self.entity_namespace, self.table  # type: ignore[attr-defined]
        return self.where(*[attribute_of(found, table, key) == kwargs[key] for key in kwargs])

    @property
    def whereclause(self) -> Any:
        """All conditions as one, or None."""
        return whole_condition(self._where_criteria)

    def _add_where(self, whereclause: Any) -> None:
        if whereclause is not None:
            self._where_criteria = (as_condition(whereclause),)

    @property
    def _extra_froms(self) -> list[Any]:
        """FROM objects of WHERE that are not the table."""
        table = self.table._deannotated  # type: ignore[attr-defined]
        seen = {id(table)}
        froms = []
        for criterion in self._where_criteria:
            for from_ in criterion._from_objects:
                identity = id(from_._deannotated)
                if identity not in seen:
                    seen.add(identity)
                    froms.append(from_)
        return froms


class Update(DMLWhereBase, ValuesBase):
    """An UPDATE statement; see update()."""

    __module__ = "sqlalchemy.sql.dml"
    __visit_name__ = "update"
    is_update = True
    _parts = ("table", "_where_criteria", "_returning")

    def __init__(
        self,
        table: Any,
        whereclause: Any = None,
        values: Any = None,
        inline: bool = False,
        preserve_parameter_order: bool = False,
        **kw: Any,
    ) -> None:
        super().__init__(table, **kw)
        self._preserve_parameter_order = preserve_parameter_order
        if inline:
            self._inline = True
        self._add_where(whereclause)
        if values is not None:
            self.__dict__.update(self.values(values).__dict__)

    def values(self, *args: Any, **kwargs: Any) -> Any:
        """The values to write, by column."""
        if self._preserve_parameter_order and args:
            return self.ordered_values(*args[0])
        return super().values(*args, **kwargs)

    def ordered_values(self, *args: Any) -> Any:
        """The values to write, as pairs, in this order."""
        if self._values is not None:
            raise exc.ArgumentError("This statement already has values present")
        if self._ordered_values is not None:
            raise exc.ArgumentError("This statement already has ordered values present")
        return self._with("_ordered_values", [(key, _as_value(value)) for key, value in args])

    def structure(self, binds: Binds) -> Hashable:
        """Table, values by column, conditions."""
        # Values come first, as in the statement's text.
        key: list[Any] = self._values_structure(binds)
        return (*key, *self._base_structure(binds))


class Delete(DMLWhereBase, UpdateBase):
    """A DELETE statement; see delete()."""

    __module__ = "sqlalchemy.sql.dml"
    __visit_name__ = "delete"
    is_delete = True
    _parts = ("table", "_where_criteria", "_returning")

    def __init__(
        self,
        table: Any,
        whereclause: Any = None,
        **kw: Any,
    ) -> None:
        super().__init__(table, **kw)
        self._add_where(whereclause)

    def structure(self, binds: Binds) -> Hashable:
        """Table and conditions."""
        return tuple(self._base_structure(binds))


def insert(table: Any, values: Any = None, inline: bool = False, **kw: Any) -> Insert:
    """An INSERT statement."""
    return Insert(table, values=values, inline=inline, **kw)


def update(
    table: Any, whereclause: Any = None, values: Any = None, inline: bool = False, **kw: Any
) -> Update:
    """An UPDATE statement."""
    return Update(table, whereclause=whereclause, values=values, inline=inline, **kw)


def delete(table: Any, whereclause: Any = None, **kw: Any) -> Delete:
    """A DELETE statement."""
    return Delete(table, whereclause=whereclause, **kw)


TableClause._dml = {"insert": Insert, "update": Update, "delete": Delete}
