"""DML: INSERT, UPDATE and DELETE as structure.

Before: schema.py has the tables, select.py the SELECT of INSERT ... SELECT.
Here:   Insert, Update, Delete, with their values.
After:  crud.py decides which columns are written, compiler.py writes them.

Follows: SQLAlchemy 1.4, "Insert, Updates, Deletes".
"""

from __future__ import annotations

from collections.abc import Sequence

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql.constraints import take_dialect_arguments
from ormtutor.miniorm.sql.elements import (
    BindParameter,
    as_condition,
    as_operand,
    clause_of,
    delegate,
    froms_of,
    literal,
    no_select,
    not_expected,
    sql_of,
)
from ormtutor.miniorm.sql.select import HasWhere, Statement, each_once
from ormtutor.miniorm.sql.selectable import TableClause
from ormtutor.miniorm.sql.types import NULLTYPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from typing import Any, ClassVar

    from ormtutor.miniorm.sql.traversal import Binds


def as_subject(thing: Any) -> Any:
    """Return the table that a statement changes.

    Raises: ArgumentError: it is not a table.
    """
    element = clause_of(thing)
    role = "subject table for an INSERT, UPDATE or DELETE"
    if element is not None:
        if element._is_from_clause and not element._is_subquery:
            return element
        if element.is_select:
            raise no_select(role, thing, element)
    raise not_expected(role, thing, element=element)


def as_key(key: Any) -> Any:
    """Return what a value is assigned to: a name, a column, another expression.

    Raises: ArgumentError: it is none of these.
    """
    element = clause_of(key)
    if not isinstance(key, str) and (element is None or not element._is_column_element):
        raise not_expected("SET/VALUES column expression or string key", key)
    return key if element is None else element


def column_key(key: Any) -> Any:
    """Return the key of the column that a value is for; None for any other expression."""
    if isinstance(key, str) or key._is_column_clause:
        return getattr(key, "key", key)
    return key._annotations["proxy_key"] if "parententity" in key._annotations else key.key


class UpdateBase(Statement):
    """What INSERT, UPDATE and DELETE share."""

    is_dml = True
    _parts: ClassVar[tuple[str, ...]] = ("_prefixes",)
    _sqlite_arguments = ()

    def __init__(self, table: Any, bind: Any = None, **dialect_kw: Any) -> None:
        take_dialect_arguments(self, dialect_kw)
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
        """Refuse: values() is for that."""
        raise NotImplementedError(
            "params() is not supported for INSERT/UPDATE/DELETE statements. To set the values for "
            "an INSERT or UPDATE statement, use stmt.values(**parameters)."
        )

    unique_params = params

    def structure(self, binds: Binds) -> Hashable:
        """The values by column, first as they are in the text; then the parts."""
        return (*self._values_structure(binds), *super().structure(binds))  # type: ignore[misc]

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
    _takes_defaults = True
    _as_key: Callable[[Any], Any] = staticmethod(as_key)

    def __init__(self, table: Any, values: Any = None, **kw: Any) -> None:
        super().__init__(table, **kw)
        if values is not None:
            self.__dict__.update(self.values(values).__dict__)

    @property
    def _has_values(self) -> bool:
        return self._values is not None or bool(self._multi_values) or self.select is not None

    def values(self, *args: Any, **kwargs: Any) -> Any:
        """Return a copy with values: keywords, a dictionary, a tuple for all columns, or rows.

        Raises: ArgumentError: several of these were given.
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
        given: Any = args[0] if args else kwargs
        if self._in_order:
            return self._in_given_order(given)
        copy = self._with()
        is_sequence = isinstance(given, (list, tuple, str))
        if is_sequence and given and isinstance(given[0], (list, dict, tuple)):
            copy._multi_values = (*self._multi_values, *[self._row(row) for row in given])
        else:
            copy._values = {**(self._values or {}), **self._row(given)}
        return copy

    def _in_given_order(self, pairs: Any) -> Any:
        if isinstance(pairs, dict) and self._values is None:
            raise ValueError(
                "When preserve_parameter_order is True, values() only accepts a list of 2-tuples"
            )
        if self._values is not None:
            raise exc.InvalidRequestError("This statement already has ordered values present")
        return self._with(_in_order=True, _values=self._row(dict(pairs)))

    def _row(self, values: Any) -> dict[Any, Any]:
        if isinstance(values, Sequence):
            values = dict(zip(self.table.c.keys(), values, strict=False))
        return {
            (name := self._as_key(key)): _as_value(name, value) for key, value in values.items()
        }

    def _first_values(self) -> dict[Any, Any]:
        """The values, or those of the first row, by column key.

        Raises: InvalidRequestError: there are values and rows, or it is an UPDATE with rows.
        """
        if not self._multi_values:
            return self._values or {}
        if not self.is_insert:
            raise exc.InvalidRequestError(
                f"{self.__visit_name__.upper()} construct does not support multiple parameter sets."
            )
        if self._values is not None:
            raise exc.InvalidRequestError(
                "Can't mix single and multiple VALUES formats in one INSERT statement; one style "
                "appends to a list while the other replaces values, so the intent is ambiguous."
            )
        return self._multi_values[0]  # type: ignore[no-any-return]

    def _values_structure(self, binds: Binds) -> list[Any]:
        rows = self._multi_values if self._values is None else (self._values,)
        key: list[Any] = []
        for number, row in enumerate(rows):
            # The parameters of several rows are numbered by row: see crud.py.
            suffix = f"_m{number}" if self._multi_values else ""
            parts = [_value_structure(name, row[name], suffix, binds) for name in _each_once(row)]
            key.append((self._in_order, suffix, *parts))
        if self.select is not None:
            key.append(self._select_names)
        return key


leave_out(ValuesBase, "inline")


def _as_value(key: Any, value: Any) -> Any:
    element = sql_of(value)
    if element is not None:
        return as_operand(element, "SQL expression element", given=value)
    return value if column_key(key) is not None else literal(value, key.type)


def _each_once(keys: Iterable[Any]) -> Iterable[Any]:
    """The keys, without those for a column that came before, by name or as itself."""
    names: dict[Any, Any] = {}
    for key in keys:
        names.setdefault(column_key(key) or key, key)
    return names.values()


def _value_structure(key: Any, value: Any, suffix: str, binds: Binds) -> Hashable:
    element = sql_of(value)
    name = column_key(key)
    # In a single row a given column is its own structure, and its type may refuse to be cached.
    target = name if name and (suffix or isinstance(key, str)) else key.structure(binds)
    if element is None:
        binds.append(BindParameter(name + suffix, value, NULLTYPE))
        return target  # type: ignore[no-any-return]
    return target, element.structure(binds)


class Insert(ValuesBase):
    """An INSERT statement."""

    __visit_name__ = "insert"
    is_insert = True
    _parts = ("table", "select", *UpdateBase._parts)

    def from_select(self, names: Any, select: Any, include_defaults: bool = True) -> Any:
        """Return INSERT ... SELECT: the rows of `select` for the columns `names`.

        include_defaults: add the Python defaults of other columns to the SELECT.
        """
        if self._values is not None:
            raise exc.InvalidRequestError("This construct already inserts value expressions")
        element = clause_of(select)
        if element is not None and element._is_from_clause:
            element = element.select()
        if element is None or not element.is_select:
            raise not_expected("SELECT statement or equivalent textual object", select)
        keys = tuple(column_key(as_key(name)) for name in names)
        return self._with(_select_names=keys, select=element, _takes_defaults=include_defaults)


class DMLWhereBase(HasWhere, UpdateBase):
    """What UPDATE and DELETE share: WHERE."""

    _parts = ("table", "_where_criteria", *UpdateBase._parts)

    def __init__(self, table: Any, whereclause: Any = None, *values: Any, **kw: Any) -> None:
        super().__init__(table, *values, **kw)
        if whereclause is not None:
            self._where_criteria = (as_condition(whereclause),)

    def _filter_by_namespace(self) -> tuple[Any, Any]:
        return self.entity_namespace, self.table

    @property
    def _implied_froms(self) -> list[Any]:
        return froms_of(self._where_criteria)

    @property
    def _extra_froms(self) -> list[Any]:
        """The FROM objects in WHERE, without the table."""
        return each_once([self.table, *self._implied_froms])[1:]


class Update(DMLWhereBase, ValuesBase):
    """An UPDATE statement."""

    __visit_name__ = "update"
    is_update = True

    def __init__(self, *args: Any, preserve_parameter_order: bool = False, **kw: Any) -> None:
        self._in_order = preserve_parameter_order
        super().__init__(*args, **kw)
        entity = self.table._annotations.get("parententity")
        if entity is not None:
            # Even for an alias, it is the class's table.
            self.table = entity.mapper._annotated_table

    def _as_key(self, key: Any) -> Any:
        """As as_key(); on a mapped class, a name is that of an attribute."""
        entity = self.table._annotations.get("parententity")
        if entity is not None and isinstance(key, str):
            key = getattr(entity.entity, key, key)
        return as_key(key)

    def ordered_values(self, *args: Any) -> Any:
        """Return a copy with (column, value) pairs, to be written in this order.

        Raises: ArgumentError: there are values already.
        """
        if self._values:
            ordered = "ordered " if self._in_order else ""
            raise exc.ArgumentError(f"This statement already has {ordered}values present")
        return self._with(_values=None)._in_given_order(args)


class Delete(DMLWhereBase):
    """A DELETE statement."""

    __visit_name__ = "delete"
    is_delete = True


def insert(table: Any, values: Any = None, **kw: Any) -> Insert:
    """An INSERT statement."""
    return Insert(table, values, **kw)


def update(table: Any, whereclause: Any = None, values: Any = None, **kw: Any) -> Update:
    """An UPDATE statement."""
    return Update(table, whereclause, values, **kw)


def delete(table: Any, whereclause: Any = None, bind: Any = None, **kw: Any) -> Delete:
    """A DELETE statement."""
    return Delete(table, whereclause, bind, **kw)


TableClause._dml = {"insert": Insert, "update": Update, "delete": Delete}
publish(globals(), "sqlalchemy.sql.dml")
