"""Result: the ways to read what came back.

Before: engine/cursor.py (a cursor's rows) or orm/context.py (objects made from rows) gives tuples.
Here:   all, first, one, scalar, scalars, mappings, unique, partitions over any source of tuples.
After:  learners, and orm/query.py.

A source of tuples is a subclass of Result with three methods: fetch one, many, all. Filters
(ScalarResult, MappingResult) stand on a Result and change only what becomes of a tuple.

Follows: SQLAlchemy 1.4, "Result", "ScalarResult", "MappingResult", "IteratorResult".
"""

from __future__ import annotations

from itertools import chain, islice
from operator import itemgetter

from ormtutor.miniorm import exc
from ormtutor.miniorm.engine.row import ResultMetaData, RMKeyView, RowMapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, Self

    Tuples = Sequence[tuple[Any, ...]]

_CLOSED = "This result object is closed."


class ResultInternal:
    """What Result, ScalarResult and MappingResult share: fetch tuples, make them what they are."""

    __module__ = "sqlalchemy.engine.result"

    _real: Result
    #: None, or the values already seen and what tells two rows apart (None: the rows themselves).
    _unique: tuple[set[Any], Callable[[Any], Any] | None] | None = None

    def _make(self, tuples: Tuples) -> list[Any]:
        """Turn tuples into what this result gives: rows, scalars or mappings."""
        raise NotImplementedError

    def _unique_key(self) -> Callable[[Any], Any] | None:
        """What tells two of the things that `_uniqued` receives apart, when nobody said."""
        raise NotImplementedError

    def unique(self, strategy: Callable[[Any], Any] | None = None) -> Self:
        """Leave out what came before; `strategy` gives what is compared."""
        self._unique = (set(), strategy)
        return self

    def _uniqued(self, tuples: Tuples) -> list[Any]:
        """Make the tuples, without those seen before."""
        assert self._unique is not None
        seen, key = self._unique
        made = self._before_mapping(tuples)
        if key is None:
            key = self._unique_key()
        fresh = []
        for thing in made:
            known_by = thing if key is None else key(thing)
            if known_by not in seen:
                seen.add(known_by)
                fresh.append(thing)
        return self._after_unique(fresh)

    def _before_mapping(self, tuples: Tuples) -> list[Any]:
        return self._make(tuples)

    def _after_unique(self, things: list[Any]) -> list[Any]:
        return things

    def _all(self) -> list[Any]:
        tuples = self._real._fetchall_tuples()
        return self._make(tuples) if self._unique is None else self._uniqued(tuples)

    def _iterate(self) -> Iterator[Any]:
        real = self._real
        while True:
            values = real._fetchone_tuple()
            if values is None:
                return
            yield from self._make((values,)) if self._unique is None else self._uniqued((values,))

    def _many(self, size: int | None) -> list[Any]:
        real = self._real
        if self._unique is None:
            return self._make(real._fetchmany_tuples(size or real._yield_per))
        if size is None:
            size = real._yield_per or 1
        fresh: list[Any] = []
        while len(fresh) < size:
            tuples = real._fetchmany_tuples(size - len(fresh))
            if not tuples:
                break
            fresh.extend(self._uniqued(tuples))
        return fresh

    def _next(self) -> Any:
        for thing in self._iterate():
            return thing
        raise StopIteration

    def _first_tuple(self) -> tuple[Any, ...] | None:
        """The first tuple or None; what remains is thrown away."""
        values = self._real._fetchone_tuple()
        if values is not None:
            self._real._soft_close(hard=True)
        return values

    def _first(self) -> Any:
        values = self._first_tuple()
        return None if values is None else self._make((values,))[0]

    def _only(self, *, or_none: bool) -> Any:
        values = self._only_tuple(or_none=or_none)
        return None if values is None else self._make((values,))[0]

    def _only_tuple(self, *, or_none: bool) -> tuple[Any, ...] | None:
        """The only tuple; repetitions count once when uniqueness was asked for."""
        real = self._real
        values = real._fetchone_tuple()
        if values is None:
            if or_none:
                return None
            raise exc.NoResultFound("No row was found when one was required")
        only = values
        if self._unique is not None:
            self._uniqued((only,))
        while (values := real._fetchone_tuple()) is not None:
            if self._unique is None or self._uniqued((values,)):
                real._soft_close(hard=True)
                wanted = "one or none was" if or_none else "exactly one was"
                raise exc.MultipleResultsFound(f"Multiple rows were found when {wanted} required")
        real._soft_close(hard=True)
        return only

    def _parts(self, size: int | None) -> Iterator[list[Any]]:
        real = self._real
        if size is None and real._yield_per is None:
            everything = self._all()
            if everything:
                yield everything
            return
        while True:
            part = self._many(size)
            if not part:
                return
            yield part


class Result(ResultInternal):
    """The rows that a statement returned; read once, front to back."""

    __module__ = "sqlalchemy.engine.result"

    _yield_per: int | None = None
    #: For each column of an ORM result: what tells two values apart (`id` for entities), or None.
    _unique_filters: Sequence[Callable[[Any], Any] | None] | None = None
    #: Set by `columns()`: picks some positions of each tuple.
    _narrow: Callable[[Tuples], list[tuple[Any, ...]]] | None = None
    _hard_closed = False

    def __init__(self, metadata: ResultMetaData) -> None:
        self._metadata = metadata
        self._real = self

    # What a source of tuples provides.

    def _read_one(self) -> tuple[Any, ...] | None:
        raise NotImplementedError

    def _read_many(self, size: int | None) -> Tuples:
        raise NotImplementedError

    def _read_all(self) -> Tuples:
        raise NotImplementedError

    def _soft_close(self, hard: bool = False) -> None:
        """Let go of the source; after a hard close, reading is an error."""
        raise NotImplementedError

    def _check_returns_rows(self) -> None:
        """Raise ResourceClosedError when the statement returned no rows at all."""

    # The same through `columns()`.

    def _fetchone_tuple(self) -> tuple[Any, ...] | None:
        values = self._read_one()
        if values is None or self._narrow is None:
            return values
        return self._narrow((values,))[0]

    def _fetchmany_tuples(self, size: int | None) -> Tuples:
        tuples = self._read_many(size)
        return tuples if self._narrow is None else self._narrow(tuples)

    def _fetchall_tuples(self) -> Tuples:
        tuples = self._read_all()
        return tuples if self._narrow is None else self._narrow(tuples)

    def _make(self, tuples: Tuples) -> list[Any]:
        return self._metadata.rows(tuples)

    def _unique_key(self) -> Callable[[Any], Any] | None:
        filters = self._unique_filters
        if filters is None or not any(filters):
            return None
        return lambda row: tuple(
            value if key is None else key(value)
            for key, value in zip(filters, row._data, strict=True)
        )

    # The public face.

    def keys(self) -> RMKeyView:
        """Return the names of the columns."""
        return RMKeyView(self._metadata)

    @property
    def closed(self) -> bool:
        """Say whether reading is an error now."""
        return self._hard_closed

    def close(self) -> None:
        """Throw away what was not read."""
        self._soft_close(hard=True)

    def yield_per(self, num: int) -> Self:
        """Let `partitions()` and `fetchmany()` take num rows at a time."""
        self._yield_per = num
        return self

    def columns(self, *col_expressions: Any) -> Self:
        """Keep only these columns, in this order."""
        return self._keep([_position(self._metadata, column) for column in col_expressions])

    def _keep(self, positions: list[int]) -> Self:
        before, narrow = self._narrow, _narrowing(positions)
        if before is None:
            self._narrow = narrow
        else:
            self._narrow = lambda tuples: narrow(before(tuples))
        self._metadata = self._metadata.select(positions)
        if self._unique_filters is not None:
            self._unique_filters = [self._unique_filters[position] for position in positions]
        return self

    def scalars(self, index: Any = 0) -> ScalarResult:
        """Return the values of one column instead of rows."""
        return ScalarResult(self, index)

    def mappings(self) -> MappingResult:
        """Return dictionaries instead of rows."""
        return MappingResult(self)

    def all(self) -> list[Any]:
        """Return all rows."""
        return self._all()

    def fetchall(self) -> list[Any]:
        """Return all rows."""
        return self._all()

    def fetchone(self) -> Any:
        """Return the next row, or None at the end."""
        for row in self._iterate():
            return row
        return None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next `size` rows, fewer at the end."""
        return self._many(size)

    def partitions(self, size: int | None = None) -> Iterator[list[Any]]:
        """Iterate lists of `size` rows."""
        return self._parts(size)

    def first(self) -> Any:
        """Return the first row, or None without rows; what remains is thrown away."""
        return self._first()

    def one(self) -> Any:
        """Return the only row.

        Raises: NoResultFound: no row. MultipleResultsFound: two or more.
        """
        return self._only(or_none=False)

    def one_or_none(self) -> Any:
        """Return the only row, or None.

        Raises: MultipleResultsFound: two or more.
        """
        return self._only(or_none=True)

    def scalar(self) -> Any:
        """Return the first value of the first row, or None without rows."""
        values = self._first_tuple()
        return None if values is None else values[0]

    def scalar_one(self) -> Any:
        """Return the first value of the only row.

        Raises: NoResultFound: no row. MultipleResultsFound: two or more.
        """
        values = self._only_tuple(or_none=False)
        return None if values is None else values[0]

    def scalar_one_or_none(self) -> Any:
        """Return the first value of the only row, or None without rows.

        Raises: MultipleResultsFound: two or more.
        """
        values = self._only_tuple(or_none=True)
        return None if values is None else values[0]

    def __iter__(self) -> Iterator[Any]:
        return self._iterate()

    def __next__(self) -> Any:
        return self._next()


class FilterResult(ResultInternal):
    """A Result seen in another way; both read from one source."""

    __module__ = "sqlalchemy.engine.result"

    def __init__(self, real: Result) -> None:
        self._real = real
        self._unique = real._unique

    @property
    def closed(self) -> bool:
        """Say whether reading is an error now."""
        return self._real.closed

    def close(self) -> None:
        """Throw away what was not read."""
        self._real.close()

    def yield_per(self, num: int) -> Self:
        """Let `partitions()` and `fetchmany()` take num rows at a time."""
        self._real.yield_per(num)
        return self

    def partitions(self, size: int | None = None) -> Iterator[list[Any]]:
        """Iterate lists of `size`."""
        return self._parts(size)

    def fetchall(self) -> list[Any]:
        """Return all that remain."""
        return self._all()

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next `size`, fewer at the end."""
        return self._many(size)

    def all(self) -> list[Any]:
        """Return all that remain."""
        return self._all()

    def first(self) -> Any:
        """Return the first, or None; what remains is thrown away."""
        return self._first()

    def one_or_none(self) -> Any:
        """Return the only one, or None.

        Raises: MultipleResultsFound: two or more.
        """
        return self._only(or_none=True)

    def one(self) -> Any:
        """Return the only one.

        Raises: NoResultFound: there is none. MultipleResultsFound: two or more.
        """
        return self._only(or_none=False)

    def __iter__(self) -> Iterator[Any]:
        return self._iterate()

    def __next__(self) -> Any:
        return self._next()


class ScalarResult(FilterResult):
    """The values of one column."""

    __module__ = "sqlalchemy.engine.result"

    def __init__(self, real: Result, index: Any) -> None:
        super().__init__(real)
        real._check_returns_rows()
        self._index = _position(real._metadata, index)

    def _make(self, tuples: Tuples) -> list[Any]:
        index = self._index
        return [values[index] for values in tuples]

    def _unique_key(self) -> Callable[[Any], Any] | None:
        filters = self._real._unique_filters
        return None if filters is None else filters[self._index]


class MappingResult(FilterResult):
    """The rows as read-only dictionaries."""

    __module__ = "sqlalchemy.engine.result"

    def keys(self) -> RMKeyView:
        """Return the names of the columns."""
        return self._real.keys()

    def columns(self, *col_expressions: Any) -> Self:
        """Keep only these columns, in this order."""
        self._real.columns(*col_expressions)
        return self

    def fetchone(self) -> Any:
        """Return the next mapping, or None at the end."""
        for mapping in self._iterate():
            return mapping
        return None

    def _make(self, tuples: Tuples) -> list[Any]:
        metadata = self._real._metadata
        return [RowMapping(metadata, values) for values in tuples]

    # Uniqueness looks at rows: a dictionary cannot stand in a set.

    def _before_mapping(self, tuples: Tuples) -> list[Any]:
        return self._real._make(tuples)

    def _after_unique(self, things: list[Any]) -> list[Any]:
        return [row._mapping for row in things]

    def _unique_key(self) -> Callable[[Any], Any] | None:
        return self._real._unique_key()


class IteratorResult(Result):
    """A Result over tuples made in Python: the entities and columns of an ORM select.

    unique_filters: for each column what tells two values apart (`id` for entities), or None.
    require_unique: reading several rows without `unique()` is refused: a joined eager load of a
    collection repeats its parents.
    """

    __module__ = "sqlalchemy.engine.result"

    def __init__(
        self,
        metadata: ResultMetaData,
        tuples: Iterable[tuple[Any, ...]],
        unique_filters: Sequence[Callable[[Any], Any] | None] | None = None,
        require_unique: bool = False,
    ) -> None:
        super().__init__(metadata)
        self._tuples = iter(tuples)
        self._unique_filters = unique_filters
        if require_unique:
            self._unique = (set(), _refuse_repeated_parents)

    def _read_one(self) -> tuple[Any, ...] | None:
        self._check_open()
        return next(self._tuples, None)

    def _read_many(self, size: int | None) -> Tuples:
        self._check_open()
        if size is None:
            return list(self._tuples)
        return list(islice(self._tuples, size))

    def _read_all(self) -> Tuples:
        self._check_open()
        return list(self._tuples)

    def _soft_close(self, hard: bool = False) -> None:
        self._tuples = iter(())
        if hard:
            self._hard_closed = True

    def _check_open(self) -> None:
        if self._hard_closed:
            raise exc.ResourceClosedError(_CLOSED)


class ChunkedIteratorResult(IteratorResult):
    """An IteratorResult over chunks of tuples, for `yield_per`."""

    __module__ = "sqlalchemy.engine.result"

    def __init__(
        self,
        metadata: ResultMetaData,
        chunks: Iterable[Tuples],
        unique_filters: Sequence[Callable[[Any], Any] | None] | None = None,
        require_unique: bool = False,
    ) -> None:
        super().__init__(
            metadata, chain.from_iterable(chunks), unique_filters, require_unique=require_unique
        )


def _refuse_repeated_parents(_row: Any) -> Any:
    raise exc.InvalidRequestError(
        "The unique() method must be invoked on this Result, as it contains results that "
        "include joined eager loads against collections"
    )


def _narrowing(positions: list[int]) -> Callable[[Tuples], list[tuple[Any, ...]]]:
    """Return what picks these positions of each tuple."""
    if not positions:
        return lambda tuples: [() for _ in tuples]
    if len(positions) == 1:
        only = positions[0]
        return lambda tuples: [(values[only],) for values in tuples]
    pick: Callable[[tuple[Any, ...]], tuple[Any, ...]] = itemgetter(*positions)
    return lambda tuples: list(map(pick, tuples))


def _position(metadata: ResultMetaData, column: Any) -> int:
    """Return the position that `columns()` or `scalars()` means: a number, a name or a column."""
    if isinstance(column, int):
        if not -metadata.width <= column < metadata.width:
            raise IndexError("list index out of range")
        return column % metadata.width
    return metadata.index(column)
