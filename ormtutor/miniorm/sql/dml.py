"""DML: INSERT, UPDATE and DELETE as structure.

Before: schema.py has the tables, select.py the SELECT of INSERT ... SELECT.
Here:   Insert, Update, Delete; the values that they were given.
After:  crud.py decides which columns are written, compiler.py writes them.

Follows: SQLAlchemy 1.4, "Insert, Updates, Deletes".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import leave_out, refuse_arguments
from ormtutor.miniorm.sql.elements import (
    BindParameter,
    as_condition,
    clause_of,
    delegate,
    froms_of,
    implicit_scalar,
    no_select,
    not_expected,
    structure_of,
)
from ormtutor.miniorm.sql.select import HasWhere, Statement
from ormtutor.miniorm.sql.selectable import TableClause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from ormtutor.miniorm.sql.traversal import Binds


def as_subject(thing: Any) -> Any:
    """Return the table that a statement changes.

    Raises: ArgumentError: something that is no table.
    """
    element = clause_of(thing)
    role = "subject table for an INSERT, UPDATE or DELETE"
    if element is not None:
        derived = element._is_subquery or element._is_cte
        if element._is_table or (element._is_from_clause and not derived):
            return element
        if element._is_select_statement:
            raise no_select(role, thing, element)
    raise not_expected(role, thing)


def column_key(key: Any) -> Any:
    """Return the key of a column given as a string or as a column."""
    element = clause_of(key)
    return key if element is None else element.key


class UpdateBase(Statement):
    """What INSERT, UPDATE and DELETE share."""

    is_dml = True
    _has_values = False
    _where_criteria: tuple[Any, ...] = ()

    def __init__(self, table: Any, bind: Any = None, **left_out: Any) -> None:
        refuse_arguments(type(self).__name__, left_out, "inline prefixes returning")
        self.table = as_subject(table)
        self._bind = bind

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

    @property
    def _from_objects(self) -> list[Any]:
        return [self.table]

    @property
    def _implied_froms(self) -> list[Any]:
        return froms_of(self._where_criteria)

    def structure(self, binds: Binds) -> Hashable:
        """Table, values by column, conditions."""
        # Values come first, as in the statement's text.
        return (
            *self._values_structure(binds),
            type(self),
            self.table.structure(binds),
            structure_of(self._where_criteria, binds),
            structure_of(self._prefixes, binds),
        )

    def _values_structure(self, binds: Binds) -> list[Any]:
        return []


leave_out(UpdateBase, "cte returning return_defaults with_hint with_dialect_options")


class ValuesBase(UpdateBase):
    """What INSERT and UPDATE share: values by column key, or several rows of them."""

    select: Any = None
    _select_names: tuple[Any, ...] = ()
    _values: Any = None
    _multi_values: tuple[Any, ...] = ()
    _in_order = False
    _inline = False

    def __init__(self, table: Any, values: Any = None, **kw: Any) -> None:
        super().__init__(table, **kw)
        if values is not None:
            self.__dict__.update(self.values(values).__dict__)

    @property
    def _has_values(self) -> bool:  # type: ignore[override]
        told = (self._values, self.select)
        return bool(self._multi_values) or any(each is not None for each in told)

    def values(self, *args: Any, **kwargs: Any) -> Any:
        """Return a copy with values to write: keywords, a dictionary, a tuple for all columns, or
        a list of rows.

        Raises: ArgumentError: several of these. InvalidRequestError: rows beside values.
        """
        if self.select is not None:
            raise exc.InvalidRequestError("This construct already inserts from a SELECT")
        if args and kwargs:
            raise exc.ArgumentError("Can't pass positional and kwargs to values() simultaneously")
        if len(args) > 1:
            raise exc.ArgumentError(
                "Only a single dictionary/tuple or list of dictionaries/tuples is accepted "
                "positionally."
            )
        given = args[0] if args else kwargs
        if self._in_order:
            return self._in_given_order(given)
        copy = self._with()
        if not isinstance(given, (list, tuple, str)):
            copy._merge(dict(given))
        elif given and isinstance(given[0], (list, dict, tuple)):
            copy._add_rows(given)
        else:
            copy._merge(_by_position(self.table, given))
        return copy

    def _in_given_order(self, pairs: Any) -> Any:
        if isinstance(pairs, dict) and self._values is None:
            raise ValueError(
                "When preserve_parameter_order is True, values() only accepts a list of 2-tuples"
            )
        if self._values is not None:
            raise exc.InvalidRequestError("This statement already has ordered values present")
        return self._with(_in_order=True, _values=_row(self.table, dict(pairs)))

    def _add_rows(self, rows: Any) -> None:
        if not self.is_insert:
            raise exc.InvalidRequestError(
                f"{self.__visit_name__.upper()} construct does not support multiple parameter sets."
            )
        if self._values is not None:
            raise _mixed_formats()
        self._multi_values = (*self._multi_values, *[_row(self.table, row) for row in rows])

    def _merge(self, given: dict[Any, Any]) -> None:
        if self._multi_values:
            raise _mixed_formats()
        self._values = {**(self._values or {}), **_row(self.table, given)}

    def _first_values(self) -> dict[Any, Any]:
        """The values, or those of the first row, by column key."""
        return self._multi_values[0] if self._multi_values else self._values or {}

    def _values_structure(self, binds: Binds) -> list[Any]:
        rows = self._multi_values if self._values is None else (self._values,)
        key: list[Any] = []
        for number, row in enumerate(rows):
            # The parameters of several rows are numbered by row: see crud.py.
            suffix = f"_m{number}" if self._multi_values else ""
            told = [_value_structure(name, row[name], suffix, binds) for name in row]
            key.append((self._in_order, *told))
        if self.select is not None:
            key += [self._select_names, self.select.structure(binds)]
        return key


leave_out(ValuesBase, "inline")


def _mixed_formats() -> exc.InvalidRequestError:
    return exc.InvalidRequestError(
        "Can't mix single and multiple VALUES formats in one INSERT statement; one style appends "
        "to a list while the other replaces values, so the intent is ambiguous."
    )


def _by_position(table: Any, values: Any) -> dict[Any, Any]:
    return dict(zip([column.key for column in table.c], values, strict=False))


def _row(table: Any, values: Any) -> dict[Any, Any]:
    values = values if isinstance(values, dict) else _by_position(table, values)
    return {column_key(key): _as_value(value) for key, value in values.items()}


def _as_value(value: Any) -> Any:
    element = clause_of(value)
    if element is not None and element._is_select_statement:
        return implicit_scalar(element)
    return value


def _value_structure(key: str, value: Any, suffix: str, binds: Binds) -> Hashable:
    element = clause_of(value)
    if element is None:
        binds.append(BindParameter(key + suffix, value))
        return key
    return key, element.structure(binds)


class Insert(ValuesBase):
    """An INSERT statement."""

    __visit_name__ = "insert"
    is_insert = True
    _parts = ("table", "select")

    def from_select(self, names: Any, select: Any) -> Any:
        """Return INSERT ... SELECT: the rows of `select` for the columns `names`."""
        if self._values is not None:
            raise exc.InvalidRequestError("This construct already inserts value expressions")
        element = clause_of(select)
        if element is None or not element._is_select_statement:
            raise not_expected("SELECT statement or equivalent textual object", select)
        keys = tuple(column_key(name) for name in names)
        return self._with(_select_names=keys, _inline=True, select=element)


class DMLWhereBase(HasWhere, UpdateBase):
    """What UPDATE and DELETE share: WHERE."""

    def __init__(self, table: Any, whereclause: Any = None, *values: Any, **kw: Any) -> None:
        super().__init__(table, *values, **kw)
        if whereclause is not None:
            self._where_criteria = (as_condition(whereclause),)

    def _filter_by_namespace(self) -> tuple[Any, Any]:
        return self.entity_namespace, self.table

    @property
    def _extra_froms(self) -> list[Any]:
        """FROM objects of WHERE that are not the table."""
        table = self.table._deannotated
        froms = reversed(self._implied_froms)
        by_identity = {id(from_._deannotated): from_ for from_ in froms}
        by_identity.pop(id(table), None)
        return list(reversed(by_identity.values()))


class Update(DMLWhereBase, ValuesBase):
    """An UPDATE statement."""

    __visit_name__ = "update"
    is_update = True
    _parts = ("table", "_where_criteria")

    def __init__(self, *args: Any, preserve_parameter_order: bool = False, **kw: Any) -> None:
        self._in_order = preserve_parameter_order
        super().__init__(*args, **kw)

    def ordered_values(self, *args: Any) -> Any:
        """Return a copy with pairs of a column and its value, to be written in this order.

        Raises: ArgumentError: there are values already.
        """
        if self._values is not None:
            ordered = "ordered " if self._in_order else ""
            raise exc.ArgumentError(f"This statement already has {ordered}values present")
        return self._in_given_order(args)


class Delete(DMLWhereBase):
    """A DELETE statement."""

    __visit_name__ = "delete"
    is_delete = True
    _parts = ("table", "_where_criteria")


insert, update, delete = Insert, Update, Delete
TableClause._dml = {"insert": Insert, "update": Update, "delete": Delete}
publish(globals(), "sqlalchemy.sql.dml")
