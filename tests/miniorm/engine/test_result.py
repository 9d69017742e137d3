"""The ways to read a result, over tuples made in Python."""

from __future__ import annotations

import pytest

from ormtutor.miniorm.engine.result import ChunkedIteratorResult
from ormtutor.miniorm.engine.row import ResultMetaData
from ormtutor.miniorm.exc import (
    InvalidRequestError,
    MultipleResultsFound,
    NoResultFound,
    ResourceClosedError,
)

Tuples = list[tuple[object, ...]]


def result(tuples: Tuples, *names: str) -> ChunkedIteratorResult:
    return ChunkedIteratorResult(ResultMetaData(names or ("id", "name")), lambda size: [tuples])


TWO: Tuples = [(1, "Ada"), (2, "Grace")]
REPEATED: Tuples = [(1, "Ada"), (1, "Ada"), (2, "Grace")]


def test_all_gives_rows_once() -> None:
    rows = result(TWO)
    assert rows.all() == TWO
    assert rows.all() == []


def test_a_result_is_iterated_front_to_back() -> None:
    rows = result(TWO)
    assert next(rows) == (1, "Ada")
    assert list(rows) == [(2, "Grace")]
    with pytest.raises(StopIteration):
        next(rows)


def test_fetchone_gives_none_at_the_end() -> None:
    rows = result(TWO)
    assert [rows.fetchone(), rows.fetchone(), rows.fetchone()] == [*TWO, None]


def test_fetchmany_gives_fewer_at_the_end() -> None:
    rows = result(TWO)
    assert rows.fetchmany(1) == [(1, "Ada")]
    assert rows.fetchmany(5) == [(2, "Grace")]
    assert rows.fetchmany(5) == []


def test_first_closes_the_result() -> None:
    rows = result(TWO)
    assert rows.first() == (1, "Ada")
    with pytest.raises(ResourceClosedError) as closed:
        rows.all()
    assert str(closed.value) == "This result object is closed."


def test_first_of_nothing_is_none() -> None:
    assert result([]).first() is None


def test_one_wants_exactly_one() -> None:
    assert result([(1, "Ada")]).one() == (1, "Ada")
    with pytest.raises(NoResultFound) as none:
        result([]).one()
    assert str(none.value) == "No row was found when one was required"
    with pytest.raises(MultipleResultsFound) as several:
        result(TWO).one()
    assert str(several.value) == "Multiple rows were found when exactly one was required"


def test_one_or_none_wants_one_at_most() -> None:
    assert result([]).one_or_none() is None
    with pytest.raises(MultipleResultsFound) as several:
        result(TWO).one_or_none()
    assert str(several.value) == "Multiple rows were found when one or none was required"


def test_scalars_are_read_from_one_column() -> None:
    assert result(TWO).scalars().all() == [1, 2]
    assert result(TWO).scalars(1).all() == ["Ada", "Grace"]
    assert result(TWO).scalars("name").first() == "Ada"


def test_single_scalars() -> None:
    assert result(TWO).scalar() == 1
    assert result([]).scalar() is None
    assert result([(1, "Ada")]).scalar_one() == 1
    assert result([]).scalar_one_or_none() is None
    with pytest.raises(NoResultFound):
        result([]).scalar_one()


def test_mappings_are_dictionaries() -> None:
    assert result(TWO).mappings().all() == [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]
    assert result(TWO).mappings().fetchone() == {"id": 1, "name": "Ada"}
    assert result(TWO).mappings().columns("name").first() == {"name": "Ada"}


def test_columns_narrow_a_result_once_and_again() -> None:
    assert result(TWO).columns("name", "id").all() == [("Ada", 1), ("Grace", 2)]
    assert result(TWO).columns(1).all() == [("Ada",), ("Grace",)]
    assert result(TWO).columns("name", "id").columns(1).all() == [(1,), (2,)]
    assert list(result(TWO).columns("name").keys()) == ["name"]


def test_a_column_that_is_not_there_is_told() -> None:
    with pytest.raises(IndexError, match="list index out of range"):
        result(TWO).scalars(5)
    with pytest.raises(KeyError, match="nope"):
        result(TWO).columns("nope")


def test_unique_leaves_out_what_came_before() -> None:
    assert result(REPEATED).unique().all() == TWO
    assert list(result(REPEATED).unique()) == TWO
    assert result(REPEATED).unique().scalars().all() == [1, 2]
    assert result(REPEATED).scalars().unique().all() == [1, 2]
    assert result(REPEATED).mappings().unique().all() == [
        {"id": 1, "name": "Ada"},
        {"id": 2, "name": "Grace"},
    ]
    assert result(TWO).unique(lambda row: 0).all() == [(1, "Ada")]


def test_unique_counts_for_one_and_for_fetchmany() -> None:
    assert result([(1, "Ada"), (1, "Ada")]).unique().one() == (1, "Ada")
    assert result(REPEATED).unique().fetchmany(2) == TWO
    assert list(result(REPEATED).unique().partitions(1)) == [[(1, "Ada")], [(2, "Grace")]]


def test_entities_are_told_apart_by_identity() -> None:
    first: list[int] = []
    second: list[int] = []
    shops: Tuples = [(first,), (second,), (first,)]
    rows = ChunkedIteratorResult(ResultMetaData(["Shop"]), lambda size: [shops], [id])
    found = rows.scalars().unique().all()
    assert [each is first for each in found] == [True, False]


def test_partitions_are_lists_of_rows() -> None:
    assert list(result(TWO).partitions(1)) == [[(1, "Ada")], [(2, "Grace")]]
    assert list(result(TWO).partitions()) == [TWO]
    assert list(result(TWO).yield_per(1).partitions()) == [[(1, "Ada")], [(2, "Grace")]]
    assert list(result([]).partitions()) == []


def test_chunks_are_one_result() -> None:
    rows = ChunkedIteratorResult(ResultMetaData(["id"]), lambda size: [[(1,)], [(2,), (3,)]])
    assert rows.all() == [(1,), (2,), (3,)]


def test_a_joined_eager_load_of_a_collection_asks_for_unique() -> None:
    def parents() -> ChunkedIteratorResult:
        names = ResultMetaData(["id"])
        return ChunkedIteratorResult(names, lambda size: [[(1,), (1,)]], require_unique=True)

    with pytest.raises(InvalidRequestError) as refusal:
        parents().all()
    assert str(refusal.value) == (
        "The unique() method must be invoked on this Result, as it contains results that "
        "include joined eager loads against collections"
    )
    assert parents().unique().all() == [(1,)]
    assert parents().first() == (1,)


def test_a_filter_closes_its_result() -> None:
    rows = result(TWO)
    rows.scalars().close()
    assert rows.closed
