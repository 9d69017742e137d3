"""Result: the ways to read what came back.

Before: engine/cursor.py (a cursor's rows) or orm/compiled.py (objects made from rows) has tuples.
Here:   all, first, one, scalar, scalars, mappings, unique, partitions over any source of tuples.
After:  learners, and orm/query.py.

A source of tuples is a subclass of Result that can read some or all of them. Filters (ScalarResult,
MappingResult) wrap a Result and change only what becomes of a tuple.

Follows: SQLAlchemy 1.4, "Result", "ScalarResult", "MappingResult", "ChunkedIteratorResult".
"""

from __future__ import annotations

from itertools import chain, islice
from operator import attrgetter

from ormtutor.miniorm import exc
from ormtutor.miniorm.doors import known_as, publish, show_as_own
from ormtutor.miniorm.engine.row import ResultMetaData, RMKeyView, RowMapping
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql.elements import delegate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, Self

    Tuples = Sequence[tuple[Any, ...]]

CLOSED = "This result object is closed."


def _cut(tuples: Tuples, kept: Sequence[int] | None) -> Tuples:
    """Tuples of only the values at these positions; None: all."""
    return tuples if kept is None else [tuple([row[n] for n in kept]) for row in tuples]


class ResultInternal:
    """What Result, ScalarResult and MappingResult share: fetch tuples, and turn them into results.

    A subclass defines what tuples become (rows, scalars, mappings), and which of those are equal
    for unique() without a strategy.
    """

    _make: Callable[[Tuples], list[Any]]
    _unique_key: Callable[[], Callable[[Any], Any] | None]
    _real: Result
    #: After unique(): what was already seen, and the strategy.
    _unique: tuple[dict[Any, Any], Callable[[Any], Any] | None] | None = None
    #: Whether something was read after unique().
    _is_begun = False

    closed: Any = delegate("_real._hard_closed", "Whether reading is an error now.")

    def close(self) -> None:
        """Discard what was not read."""
        self._real._hard_closed = True
        self._real._soft_close()
        self._forget_seen()

    def yield_per(self, num: int) -> Self:
        """Let `partitions()` and `fetchmany()` take num at a time."""
        if self._real is self:
            self._real._yield_per = num
        else:
            self._real.yield_per(num)
        return self

    def unique(self, strategy: Callable[[Any], Any] | None = None) -> Self:
        """Leave out repetitions. strategy: returns what is compared."""
        self._unique = ({}, strategy)
        return self

    def _made(self, tuples: Tuples) -> list[Any]:
        """What the tuples become; after unique(), without repetitions."""
        made = self._make(tuples)
        if self._unique is None:
            return made
        self._is_begun = True
        seen, strategy = self._unique
        key = strategy or self._unique_key()
        fresh = []
        for thing, judged in zip(made, self._judged(tuples) if strategy else made, strict=True):
            known_by = judged if key is None else key(judged)
            if known_by not in seen:
                seen[known_by] = thing  # kept, so that its id() is not reused
                fresh.append(thing)
        return fresh

    def _forget_seen(self) -> None:
        """At the end: hold no objects any longer."""
        if self._unique is not None:
            self._unique[0].clear()

    def _judged(self, tuples: Tuples) -> list[Any]:
        """What the `strategy` of unique() is called with."""
        return self._make(tuples)

    def all(self) -> list[Any]:
        """Return all that remain."""
        made = self._made(self._real._read(None))
        self._forget_seen()
        return made

    fetchall = all

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next `size`, fewer at the end."""
        real = self._real
        if size is None:
            size = real._yield_per or real._usual_size
        if self._unique is None or size is None:
            return self._made(real._read(size))
        fresh: list[Any] = []
        while len(fresh) < size and (tuples := real._read(size - len(fresh))):
            fresh.extend(self._made(tuples))
        if len(fresh) < size:
            self._forget_seen()
        return fresh

    def partitions(self, size: int | None = None) -> Iterator[list[Any]]:
        """Iterate lists of `size`."""
        while part := self.fetchmany(size):
            yield part

    def __iter__(self) -> Iterator[Any]:
        while tuples := self._real._read(1):
            yield from self._made(tuples)
        self._forget_seen()

    def __next__(self) -> Any:
        while tuples := self._real._fetch_row():
            if made := self._made(tuples):
                return made[0]
        raise StopIteration

    def first(self) -> Any:
        """Return the first, or None; discard the rest."""
        return next(iter(self._make(self._first_tuple())), None)

    def _first_tuple(self) -> Tuples:
        was_open = not self._real._soft_closed
        tuples = self._real._fetch_row()
        if was_open:
            self.close()
        return tuples

    def one(self) -> Any:
        """Return the only one.

        Raises: NoResultFound: there is none. MultipleResultsFound: two or more.
        """
        return self._make(self._only_tuple())[0]

    def one_or_none(self) -> Any:
        """Return the only one, or None.

        Raises: MultipleResultsFound: two or more.
        """
        return next(iter(self._make(self._only_tuple(or_none=True))), None)

    def _only_tuple(self, *, or_none: bool = False) -> Tuples:
        """The only tuple, as a sequence; after unique(), repetitions count once."""
        real = self._real
        was_open = not real._soft_closed
        only = real._fetch_row()
        if self._unique is not None:
            self._forget_seen()  # what was read before does not count
            self._made(only)
        is_repeated = False
        while only and not is_repeated and (tuples := real._fetch_row()):
            is_repeated = bool(self._made(tuples))
        if was_open:
            self.close()
        if is_repeated:
            wanted = "one or none was" if or_none else "exactly one was"
            raise exc.MultipleResultsFound(f"Multiple rows were found when {wanted} required")
        if not only and not or_none:
            raise exc.NoResultFound("No row was found when one was required")
        return only


class Result(ResultInternal):
    """The rows that a statement returned; read once, front to back.

    A source of tuples defines _read(), of so many or all, and _soft_close().
    """

    _read: Callable[[int | None], Tuples]
    _soft_close: Callable[[], None]
    _yield_per: int | None = None
    #: The default size of fetchmany(); None: all.
    _usual_size: int | None = None
    #: For each column of an ORM result: what tells two values apart (`id` for entities), or None.
    _unique_filters: Sequence[Callable[[Any], Any] | None] | None = None
    #: Set by `columns()`: the positions to keep of each tuple.
    _kept: list[int] | None = None
    #: Soft-closed: there is nothing more to read. Hard-closed: reading is an error.
    _soft_closed = False
    _hard_closed = False
    #: Its tuples consist of one entity.
    _of_one_entity = False

    def __init__(self, metadata: ResultMetaData) -> None:
        self._metadata = metadata

    @property
    def _real(self) -> Result:  # type: ignore[override]
        return self  # an attribute would be a reference cycle

    def _check_returns_rows(self) -> None:
        """Raise ResourceClosedError if the statement returns no rows at all."""

    def _fetch_row(self) -> Tuples:
        return self._read(1)

    def _make(self, tuples: Tuples) -> list[Any]:
        return self._metadata.rows(_cut(tuples, self._kept))

    def _unique_key(self) -> Callable[[Any], Any]:
        filters = self._unique_filters
        if filters is None:
            return attrgetter("_data")
        return lambda row: tuple(
            value if key is None else key(value)
            for key, value in zip(filters, row._data, strict=True)
        )

    # The public face.

    @known_as("_WithKeys.keys")
    def keys(self) -> Any:
        """Return the names of the columns.

        Raises: ResourceClosedError: the statement returns no rows.
        """
        self._check_returns_rows()
        return RMKeyView(self._metadata)

    def columns(self, *col_expressions: Any) -> Self:
        """Keep only these columns, in this order."""
        self._check_returns_rows()
        positions = [_position(self._metadata, column) for column in col_expressions]
        kept, filters = self._kept, self._unique_filters
        self._kept = positions if kept is None else [kept[position] for position in positions]
        self._metadata = self._metadata.select(positions)
        if filters is not None:
            self._unique_filters = [filters[position] for position in positions]
        return self

    def scalars(self, index: Any = 0) -> ScalarResult:
        """Return the values of one column instead of rows."""
        return ScalarResult(self, index)

    def mappings(self) -> MappingResult:
        """Return dictionaries instead of rows."""
        return MappingResult(self)

    def fetchone(self) -> Any:
        """Return the next row, or None at the end."""
        return next(self, None)

    def scalar(self) -> Any:
        """Return the first value of the first row, or None without rows."""
        tuples = _cut(self._first_tuple(), self._kept)
        return tuples[0][0] if tuples else None

    def scalar_one(self) -> Any:
        """Return the first value of the only row.

        Raises: NoResultFound: no row. MultipleResultsFound: two or more.
        """
        return _cut(self._only_tuple(), self._kept)[0][0]

    def scalar_one_or_none(self) -> Any:
        """Return the first value of the only row, or None without rows.

        Raises: MultipleResultsFound: two or more.
        """
        tuples = _cut(self._only_tuple(or_none=True), self._kept)
        return tuples[0][0] if tuples else None


class FilterResult(ResultInternal):
    """A Result seen in another way, with the same columns; both read from one source."""

    def __init__(self, real: Result) -> None:
        self._real = real
        self._unique = real._unique
        self._metadata, self._kept = real._metadata, real._kept
        self._unique_filters = real._unique_filters

    def unique(self, strategy: Callable[[Any], Any] | None = None) -> Self:
        """Leave out repetitions. strategy: returns what is compared.

        As in the original, scalars and mappings that were begun keep their first strategy.
        """
        return self if self._is_begun else super().unique(strategy)


class ScalarResult(FilterResult):
    """The values of one column."""

    def __init__(self, real: Result, index: Any) -> None:
        super().__init__(real)
        real._check_returns_rows()
        self._position = 0 if real._of_one_entity else _position(real._metadata, index)
        self._index = self._position if self._kept is None else self._kept[self._position]

    def _make(self, tuples: Tuples) -> list[Any]:
        index = self._index
        return [values[index] for values in tuples]

    def _judged(self, tuples: Tuples) -> list[Any]:
        if self._real._of_one_entity:
            return self._make(tuples)
        return self._metadata.select([self._position]).rows(_cut(tuples, [self._index]))

    def _unique_key(self) -> Callable[[Any], Any] | None:
        filters = self._unique_filters
        return None if filters is None else filters[self._position]


class MappingResult(FilterResult):
    """The rows as read-only dictionaries; `columns()` leaves the Result's own rows as they are."""

    @known_as("_WithKeys.keys")
    def keys(self) -> Any:
        """Return the names of the columns; without rows, as the Result does."""
        return self._real.keys() and RMKeyView(self._metadata)

    _check_returns_rows: Any = delegate("_real._check_returns_rows")
    columns: Any = Result.columns
    fetchone: Any = Result.fetchone
    _unique_key: Any = Result._unique_key

    def _make(self, tuples: Tuples) -> list[Any]:
        return [RowMapping(self._metadata, values) for values in _cut(tuples, self._kept)]

    def _judged(self, tuples: Tuples) -> list[Any]:
        return self._metadata.rows(_cut(tuples, self._kept))


class ChunkedIteratorResult(Result):
    """A Result over tuples made in Python: the entities and columns of an ORM select.

    chunks: takes how many tuples to read at a time (None: all), and yields lists of them.
    unique_filters: for each column, what tells two values apart (`id` for entities), or None.
    require_unique: refuse to read without `unique()`: a joined eager load of a collection repeats
    its parents.
    """

    def __init__(
        self,
        metadata: ResultMetaData,
        chunks: Callable[[int | None], Iterable[Tuples]],
        unique_filters: Sequence[Callable[[Any], Any] | None] | None = None,
        require_unique: bool = False,
    ) -> None:
        super().__init__(metadata)
        self._chunks = chunks
        self._tuples = chain.from_iterable(chunks(None))
        self._unique_filters = unique_filters
        if require_unique:
            self._unique = ({}, _refuse_repeated_parents)
        # Rows of one entity; after columns(), it is returned without its row.
        self._of_one_entity = unique_filters == [id]
        self._gives_entity = False

    def columns(self, *col_expressions: Any) -> Self:
        """Keep only these columns, in this order.

        As in the original, if a row is one entity, that is returned without its row, whatever
        column is named.
        """
        self._gives_entity = self._of_one_entity and len(col_expressions) == 1
        if not self._gives_entity:
            return super().columns(*col_expressions)
        exc.warn_deprecated(
            "The Result.columns() method has a bug in SQLAlchemy 1.4 that is causing it to yield "
            "scalar values, rather than Row objects, in the case where a single index is passed "
            "and the result is against ORM mapped objects.  In SQLAlchemy 2.0, Result will "
            "continue yield Row objects in this scenario.  Use the Result.scalars() method to "
            "yield scalar values."
        )
        return self

    def _make(self, tuples: Tuples) -> list[Any]:
        if self._gives_entity:
            return [value for (value,) in tuples]
        return super()._make(tuples)

    def _unique_key(self) -> Callable[[Any], Any]:
        return id if self._gives_entity else super()._unique_key()

    def _read(self, size: int | None = None) -> Tuples:
        if self._hard_closed:
            raise exc.ResourceClosedError(CLOSED)
        found = list(islice(self._tuples, size))
        if size is None:
            self._soft_close()
        return found

    def _fetch_row(self) -> Tuples:
        """The next tuple; as in 1.4, none for one entity that an outer join did not find."""
        tuples = super()._fetch_row()
        return [] if self._of_one_entity and tuples and tuples[0][0] is None else tuples

    def _soft_close(self) -> None:
        # What they read from holds objects.
        self._tuples, self._chunks = chain(), lambda size: ()

    def yield_per(self, num: int) -> Self:
        """Read num rows at a time, and load what belongs to them."""
        self._tuples = chain.from_iterable(self._chunks(num))
        return super().yield_per(num)


def _refuse_repeated_parents(_row: Any) -> Any:
    raise exc.InvalidRequestError(
        "The unique() method must be invoked on this Result, as it contains results that "
        "include joined eager loads against collections"
    )


leave_out(Result, "freeze merge")


def _position(metadata: ResultMetaData, column: Any) -> int:
    """Return the position that `columns()` or `scalars()` means: a number, a name or a column."""
    if isinstance(column, int):
        if not -metadata.width <= column < metadata.width:
            raise IndexError("list index out of range")
        return metadata.position(column % metadata.width)
    return metadata.index(column)


for _cls in (Result, ScalarResult, MappingResult):
    show_as_own(_cls, "all fetchall fetchmany first one one_or_none partitions unique")

publish(globals(), "sqlalchemy.engine.result")
