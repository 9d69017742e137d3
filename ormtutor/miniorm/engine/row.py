"""Row: one row of a result, a named tuple that also knows the columns it came from.

Before: engine/cursor.py or orm/compiled.py has plain tuples and the names of their columns.
Here:   ResultMetaData (names and objects -> position), Row, LegacyRow, RowMapping.
After:  learners read `row.name`, `row[0]`, `row._mapping[users.c.name]`.

Each ResultMetaData makes its own Row class, with a property for each column, so that a row holds
nothing but its tuple, and `row.name` needs no search. Rows are made in bulk without a Python call
for each: see `ResultMetaData.rows`.

Follows: SQLAlchemy 1.4, "Row", "LegacyRow", "RowMapping".
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import ItemsView, KeysView, Mapping, Sequence, ValuesView
from itertools import repeat
from weakref import WeakValueDictionary

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

MISSING_COLUMN = "Could not locate column in row for column '%s'"
AMBIGUOUS_NAME = "Ambiguous column name '%s' in result set column descriptions"

_FOUND_BY_NAME = (
    "Retrieving row values using Column objects with only matching names as keys is deprecated, "
    "and will raise KeyError in a future release; only Column objects that are explicitly part of "
    "the statement object should be used."
)
_FOUND_UNPICKLED = (
    "Retrieving row values using Column objects from a row that was unpickled is deprecated; "
    "adequate state cannot be pickled for this to be efficient.   This usage will raise KeyError "
    "in a future release."
)

#: The position of a name that two columns share; using it is an error, as in SQLAlchemy.
AMBIGUOUS = -1


def _comparison(compare: Callable[[Any, Any], bool]) -> Any:
    """A comparison of rows as tuples."""

    def method(self: Row, other: Any) -> bool:
        return compare(self._data, other._data if isinstance(other, Row) else other)

    return method


class Row:
    """A row: a tuple by position, a record by attribute, a mapping through `_mapping`."""

    __slots__ = ("_data",)
    __match_args__ = ()

    _data: tuple[Any, ...]
    _metadata: ResultMetaData

    # Set by ResultMetaData when it makes the class that the rows of one result share.

    @property
    def _mapping(self) -> RowMapping:
        """The same row as a read-only dictionary; keys are names, Columns or entities."""
        return RowMapping(self._metadata, self._data)

    _fields: Any = property(operator.attrgetter("_metadata.keys"), doc="The names, in order.")

    def _asdict(self) -> dict[str, Any]:
        """Return a new dictionary of name -> value."""
        return dict(self._mapping)

    def keys(self) -> RMKeyView:
        """Return the names, as a view."""
        return RMKeyView(self._metadata)

    def count(self, value: Any) -> int:
        """Return how often value occurs."""
        return self._data.count(value)

    def index(self, value: Any, *bounds: int) -> int:
        """Return the position of value."""
        return self._data.index(value, *bounds)

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(MISSING_COLUMN % name)
        try:
            return self._data[self._metadata.index(name)]
        except KeyError:
            raise AttributeError(MISSING_COLUMN % name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("can't set attribute")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("can't delete attribute")

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, (int, slice)):
            return self._data[key]
        return self._data[self._metadata.index(key)]

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._data)

    def __contains__(self, value: Any) -> bool:
        return value in self._data

    def __hash__(self) -> int:
        return hash(self._data)

    def __repr__(self) -> str:
        return exc.shown_parameters(self._data, ismulti=False)

    def __reduce__(self) -> Any:
        return self._metadata.row, (self._data,)

    __eq__ = _comparison(operator.eq)
    __ne__ = _comparison(operator.ne)
    __lt__ = _comparison(operator.lt)
    __le__ = _comparison(operator.le)
    __gt__ = _comparison(operator.gt)
    __ge__ = _comparison(operator.ge)


class LegacyRow(Row):
    """The row of 1.4's own Connection: `in`, items() and values() are those of a dictionary."""

    __slots__ = ()

    def __contains__(self, key: Any) -> bool:
        return key in self._metadata

    @exc.deprecated_method(
        "LegacyRow.has_key",
        "To test for key membership, use the Row._mapping attribute, i.e. 'key in row._mapping`.",
    )
    def has_key(self, key: Any) -> bool:
        """Say whether there is a column of that name."""
        return key in self

    @exc.deprecated_method(
        "LegacyRow.items", "Use the Row._mapping attribute, i.e., 'row._mapping.items()'."
    )
    def items(self) -> list[tuple[str, Any]]:
        """Return (name, value) pairs."""
        return list(self._mapping.items())

    @exc.deprecated_method(
        "LegacyRow.values", "Use the Row._mapping attribute, i.e., 'row._mapping.values()'."
    )
    def values(self) -> list[Any]:
        """Return the values."""
        return list(self._data)


# A Row is not a tuple ("%s" % row shows the whole row), but a sequence pattern must match it. The
# registration comes before the first Row class is derived, since the flag is inherited.
Sequence.register(Row)

_new_row = object.__new__
_set_values = Row._data.__set__  # type: ignore[attr-defined,misc]  # the slot, past __setattr__


class ResultMetaData:
    """The names of a result's columns, and the objects that find them.

    keys: the names, in order, repeated where two columns share one; a column may have none.
    objects: for each column the things that find it: Column, label, entity, further names; None for
    a column that is selected again: it has a name, but is not found by it.
    legacy: rows are LegacyRow, and a Column may be found by its name.
    """

    __slots__ = ("_names", "_positions", "_row_class", "keys", "legacy")
    __module__ = "sqlalchemy.engine.result"

    keys: tuple[str, ...]

    def __init__(
        self,
        names: Iterable[str | None],
        objects: Sequence[Iterable[Any]] = (),
        *,
        legacy: bool = False,
    ) -> None:
        self._names = tuple(names)
        self.keys = tuple(name for name in self._names if name is not None)
        self.legacy = legacy
        self._positions = self._index_all(objects)
        self._row_class: type[Row] | None = None

    def __reduce__(self) -> Any:
        """For pickle: a copy finds values by name only."""
        return _named, (isinstance(self, CursorResultMetaData), self._names, self.legacy)

    def _index_all(self, objects: Sequence[Iterable[Any]]) -> dict[Any, int]:
        positions: dict[Any, int] = {}
        for position, found_by in enumerate(objects):
            for thing in found_by or ():
                positions.setdefault(thing, position)
        # A column's own name wins over another's further names; of two columns with one name, the
        # last wins.
        positions.update({name: n for n, name in enumerate(self._names) if name is not None})
        return positions

    @property
    def width(self) -> int:
        """How many values a row has, those without a name included."""
        return len(self._names)

    def index(self, key: Any) -> int:
        """Return the position of a name or object.

        Raises: KeyError: there is none (a cursor's is NoSuchColumnError). InvalidRequestError: two
        columns have this name.
        """
        position = self._positions.get(key)
        if position is None:
            position = self._find(key)
            if position is None:
                raise self._missing(key)
        if position == AMBIGUOUS:
            raise exc.InvalidRequestError(AMBIGUOUS_NAME % (key,))
        return position

    def position(self, number: int) -> int:
        """The position of the value that `scalars(number)` and `columns(number)` mean."""
        return number

    def __contains__(self, key: Any) -> bool:
        return key in self._positions or self._find(key) is not None

    def _find(self, key: Any) -> int | None:
        """The position of an object that was not itself selected, but stands for one that was."""

    def _missing(self, key: Any) -> Exception:
        return KeyError(str(key) if isinstance(key, int) else key)

    def _make_row_class(self) -> type[Row]:
        base = LegacyRow if self.legacy else Row
        body: dict[str, Any] = {"__slots__": (), "__module__": base.__module__, "_metadata": self}
        own_names = dir(base)
        hidden = ("count", "index")  # the only methods that a column hides, as in SQLAlchemy
        for name in (*self.keys, *hidden):
            position = self._positions.get(name, AMBIGUOUS)
            if position != AMBIGUOUS and (name in hidden or name not in own_names):
                body[name] = _column_property(position)
        self._row_class = type(base.__name__, (base,), body)
        return self._row_class

    def row(self, values: tuple[Any, ...]) -> Row:
        """Return one Row."""
        row = _new_row(self._row_class or self._make_row_class())
        _set_values(row, values)
        return row

    def rows(self, tuples: Sequence[tuple[Any, ...]]) -> list[Row]:
        """Return a Row for each tuple.

        FASTPATH: twice the speed of a loop, since both passes run in C: 10,000 rows of two columns
        in 2.5 ms, beside the 5.5 of fetching them.
        """
        row_class = self._row_class or self._make_row_class()
        rows: list[Row] = list(map(_new_row, repeat(row_class, len(tuples))))
        deque(map(_set_values, rows, tuples), maxlen=0)
        return rows

    def select(self, indexes: Sequence[int]) -> ResultMetaData:
        """Return the metadata of some of the columns (`Result.columns`)."""
        found_by: list[list[Any]] = [[] for _ in self._names]
        for thing, position in self._positions.items():
            if position != AMBIGUOUS:
                found_by[position].append(thing)
        return type(self)(
            [self._names[index] for index in indexes],
            [found_by[index] for index in indexes],
            legacy=self.legacy,
        )


class CursorResultMetaData(ResultMetaData):
    """The columns of a cursor: a miss is NoSuchColumnError, a name that two share is ambiguous."""

    __slots__ = ("_declared", "_twins")
    __module__ = "sqlalchemy.engine.cursor"

    # What finds a position beside what was selected there, by it and by id: columns of other
    # statements of the same structure, and those found by name, which are warned of once.
    _twins: WeakValueDictionary[tuple[int, int], Any]

    def __init__(
        self,
        names: Iterable[str | None],
        objects: Sequence[Iterable[Any]] = (),
        *,
        legacy: bool = False,
        declared: int | None = 0,
    ) -> None:
        # declared: how many columns the statement declares; plain text declares none. None: the
        # rows were unpickled.
        self._declared = declared
        super().__init__(names, objects, legacy=legacy)

    def _index_all(self, objects: Sequence[Iterable[Any]]) -> dict[Any, int]:
        found = [(thing, n) for n, found_by in enumerate(objects) for thing in found_by or ()]
        repeated = {n for n, found_by in enumerate(objects) if found_by is None}
        found += [(name, n) for n, name in enumerate(self._names) if n not in repeated]
        positions = dict(found)
        # As in the original, the last of two columns with one name wins in plain text, and if there
        # are as many different names as the statement has declared columns.
        if self._declared not in (0, None, len(set(self._names))):
            first = dict(reversed(found))
            positions.update({thing: AMBIGUOUS for thing, n in found if first[thing] != n})
        positions.pop(None, None)
        self._twins = WeakValueDictionary()
        return positions

    def position(self, number: int) -> int:
        """As in the original, a number stands for a name, which two columns may share."""
        return self.index(self._names[number])

    def recognize(self, compiled: Any, statement: Any) -> None:
        """Let a statement's columns find those of the one that was compiled for its structure."""
        if statement is None or statement is compiled.statement:
            return
        # Text has no columns to compare.
        both = [getattr(each, "_raw_columns", ()) for each in (compiled.statement, statement)]
        for ours, other in zip(*both, strict=True):
            if other is not ours:
                self._pair(ours._select_iterable, other._select_iterable)

    def _pair(self, ours: Iterable[Any], others: Iterable[Any]) -> None:
        # strict=False: a table may have got a column after its alias was first used.
        for column, other in zip(ours, others, strict=False):
            if column in self._positions:
                self._twins[self._positions[column], id(other)] = other

    def _missing(self, key: Any) -> Exception:
        if isinstance(key, int):
            return super()._missing(key)
        return exc.NoSuchColumnError(MISSING_COLUMN % (key,))

    def _find(self, key: Any) -> int | None:
        """Find a column expression that is not the very object that was selected."""
        if not getattr(key, "_is_column_element", False):
            return None
        for position in range(self.width):
            if self._twins.get((position, id(key))) is key:
                return position
        return self._find_by_name(key) if self.legacy else None

    def _find_by_name(self, column: Any) -> int | None:
        """In 1.4's own rows a Column is found by its name, unless another was clearly meant."""
        names = (getattr(column, "_label", None), getattr(column, "name", None))
        known = [name for name in names if name and name in self._positions]
        if not known:
            return None
        position = self._positions[known[0]]
        found_by = [thing for thing, other in self._positions.items() if other == position]
        selected = [thing for thing in found_by if not isinstance(thing, str)]
        is_other = selected and not any(_may_be_meant(column, each) for each in selected)
        if position == AMBIGUOUS or is_other:
            return None
        was_unpickled = self._declared is None
        exc.warn_deprecated(_FOUND_UNPICKLED if was_unpickled else _FOUND_BY_NAME)
        self._twins[position, id(column)] = column  # warned of once
        return position


class ROMappingView(KeysView, ValuesView, ItemsView):  # type: ignore[type-arg]
    """The values, or the (name, value) pairs, of a row."""

    __slots__ = ("_items",)

    def __init__(self, mapping: Any, items: Sequence[Any]) -> None:
        self._mapping = mapping
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other)  # type: ignore[call-overload,no-any-return]


class RMKeyView(ROMappingView):
    """The names of a result's columns."""

    __slots__ = ()
    __module__ = "sqlalchemy.engine.result"

    def __init__(self, metadata: ResultMetaData) -> None:
        super().__init__(metadata, metadata.keys)

    def __contains__(self, key: object) -> bool:
        return not isinstance(key, int) and key in self._mapping

    def __repr__(self) -> str:
        return f"RMKeyView({list(self)!r})"


class RowMapping(Mapping):  # type: ignore[type-arg]
    """A row as a read-only dictionary."""

    __slots__ = ("_data", "_metadata")

    def __init__(self, metadata: ResultMetaData, values: tuple[Any, ...]) -> None:
        self._metadata = metadata
        self._data = values

    __getattr__ = Row.__getattr__
    __len__ = Row.__len__
    keys = Row.keys

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            raise TypeError("can't use slices for mapping access")
        return self._data[self._metadata.index(key)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._metadata.keys)

    def __contains__(self, key: object) -> bool:
        return not isinstance(key, int) and key in self._metadata

    def values(self) -> ROMappingView:
        """Return the values, as a view."""
        return ROMappingView(self, list(self._data))

    def items(self) -> ROMappingView:
        """Return the (name, value) pairs, as a view."""
        return ROMappingView(self, [(key, self[key]) for key in self._metadata.keys])

    def __repr__(self) -> str:
        return repr(dict(self))


def _may_be_meant(key: Any, selected: Any) -> bool:
    """Whether a name that two expressions share finds one by the other.

    It does not if both are columns of tables, and of different ones.
    """
    if key._is_column_clause and not (_is_of_no_table(key) or _is_of_no_table(selected)):
        return bool(selected._is_column_element and key.shares_lineage(selected))
    return key.name == getattr(selected, "name", None)  # type: ignore[no-any-return]


def _is_of_no_table(column: Any) -> bool:
    return getattr(column, "_is_column_clause", False) and column.table is None


def _named(of_cursor: bool, names: Iterable[str | None], legacy: bool) -> ResultMetaData:
    if of_cursor:
        return CursorResultMetaData(names, legacy=legacy, declared=None)
    return ResultMetaData(names, legacy=legacy)


def _column_property(position: int) -> property:
    get = operator.itemgetter(position)
    return property(lambda row: get(row._data))


publish(globals(), "sqlalchemy.engine.row")
