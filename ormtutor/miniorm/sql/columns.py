"""Column collections: `table.c`.

Before: elements.py.
Here:   ColumnCollection, by key, by position, by attribute; its search for the column that
        corresponds to another one.
After:  each FROM object, key and constraint has one.
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import publish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


class ColumnCollection:
    """Columns in order, found by key, position or attribute."""

    def __init__(self, columns: Iterable[tuple[Any, Any]] = ()) -> None:
        self._pairs: list[tuple[Any, Any]] = []
        self._index: dict[Any, Any] = {}
        for key, column in columns:
            self._append(key, column)

    def _append(self, key: Any, column: Any) -> None:
        self._index.setdefault(len(self._pairs), column)
        self._pairs.append((key, column))
        # Of several columns with one key, the first is found by it.
        if key in self._index:
            return
        self._index[key] = column
        # FASTPATH: an attribute is found without our code. Names of methods are left alone.
        if (
            isinstance(key, str)
            and not hasattr(type(self), key)
            and key not in ("_pairs", "_index")
        ):
            self.__dict__[key] = column

    def _put(self, column: Any) -> None:
        """Append a column, or put it in the place of the one with its key.

        If its key is not its name, it also replaces a column that has its name: a reflected one.
        """
        key = column.key
        plain = self._index.get(column.name)
        taken = {key} if plain is None or plain.name != column.name else {key, column.name}
        if self._index.keys().isdisjoint(taken):
            self._append(key, column)
        elif self._index.get(key) is not column:
            place = next(n for n, (known, _) in enumerate(self._pairs) if known in taken)
            pairs = [pair for pair in self._pairs if pair[0] not in taken]
            self._refill([*pairs[:place], (key, column), *pairs[place:]])

    def _refill(self, pairs: list[tuple[Any, Any]]) -> None:
        for key, _ in self._pairs:
            self.__dict__.pop(key, None)
        self._pairs, self._index = [], {}
        for key, column in pairs:
            self._append(key, column)

    def keys(self) -> list[Any]:
        """The keys."""
        return [key for key, _ in self._pairs]

    def values(self) -> list[Any]:
        """The columns."""
        return [column for _, column in self._pairs]

    def items(self) -> list[tuple[Any, Any]]:
        """Keys and columns."""
        return list(self._pairs)

    def get(self, key: Any, default: Any = None) -> Any:
        """The column of that key, or `default`."""
        return self._index.get(key, default)

    def contains_column(self, col: Any) -> bool:
        """Whether this very column is here, or an annotated copy of it."""
        if isinstance(col, str):
            raise exc.ArgumentError(
                "contains_column cannot be used with string arguments. Use ``col_name in "
                "table.c`` instead."
            )
        return any(hash(column) == hash(col) for _, column in self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())

    def __getitem__(self, key: Any) -> Any:
        try:
            return self._index[key]
        except KeyError:
            if isinstance(key, int):
                raise IndexError(key) from None
            raise

    def __getattr__(self, key: str) -> Any:
        raise AttributeError(key)

    def __contains__(self, key: Any) -> bool:
        if key in self._index:
            return True
        if not isinstance(key, str):
            raise exc.ArgumentError("__contains__ requires a string argument")
        return False

    def corresponding_column(self, column: Any, require_embedded: bool = False) -> Any:
        """Our column that stands for `column`: itself, or its nearest relative; or None.

        Columns are related if they share an ancestor; if several share the same, the nearest wins.
        """
        origin = column._deannotated
        for candidate in self:
            if candidate is column or candidate._deannotated is origin:
                return candidate
        target = column.proxy_set
        found: Any = None
        common: set[Any] = set()
        for candidate in self:
            shared = target & candidate.proxy_set
            if not shared or (require_embedded and not target <= candidate.proxy_set):
                continue
            is_nearer = shared == common and _distance(candidate, column) < _distance(found, column)
            if len(shared) > len(common) or is_nearer:
                found, common = candidate, shared
        return found

    def __str__(self) -> str:
        return f"{type(self).__name__}({', '.join(str(column) for column in self)})"


class ImmutableColumnCollection(ColumnCollection):
    """A collection that only its owner changes: `table.c.name = Column(...)` is refused."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in ("_pairs", "_index"):
            self._refuse()
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _refuse(self, *_: Any) -> None:
        raise TypeError(f"{type(self).__name__} object is immutable")

    add = extend = __setitem__ = __delitem__ = _refuse


class ColumnSet(list):  # type: ignore[type-arg]
    """Columns in order, each once: the primary key of an alias or a join."""

    def __init__(self, columns: Iterable[Any] = ()) -> None:
        super().__init__(dict.fromkeys(columns))

    def contains_column(self, col: Any) -> bool:
        """Whether this column is here."""
        return col in self

    def __repr__(self) -> str:
        return f"ColumnSet({super().__repr__()})"


class DedupeColumnCollection(ColumnCollection):
    """The columns of a constraint: one for each key."""

    add = ColumnCollection._put

    def extend(self, columns: Iterable[Any]) -> None:
        """Append several columns."""
        for column in columns:
            self._put(column)


def _distance(candidate: Any, column: Any) -> int:
    """How many columns lie between a candidate and what it shares with another one.

    In a UNION, they count more the later their SELECT comes.
    """
    own = candidate._annotations.get("weight", 1) if candidate.shares_lineage(column) else 0
    return own + sum([_distance(each, column) for each in candidate._proxies])


publish(globals(), "sqlalchemy.sql.base")
