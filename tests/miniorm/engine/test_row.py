"""Rows: tuples with names."""

from __future__ import annotations

import collections.abc

import pytest

from ormtutor.miniorm.engine.row import CursorResultMetaData, ResultMetaData, Row
from ormtutor.miniorm.exc import InvalidRequestError, NoSuchColumnError, SADeprecationWarning


@pytest.fixture
def row() -> Row:
    return CursorResultMetaData(["id", "name", "count"]).row((7, "Ada", 3))


@pytest.fixture
def legacy_row() -> Row:
    return CursorResultMetaData(["id", "name", "count"], legacy=True).row((7, "Ada", 3))


def test_a_row_is_read_by_position_and_name(row: Row) -> None:
    assert (row[0], row[-1], row[0:2], row.name, row._mapping["id"]) == (7, 3, (7, "Ada"), "Ada", 7)


def test_a_row_shows_itself_as_a_tuple(row: Row) -> None:
    assert repr(row) == "(7, 'Ada', 3)"
    assert f"{row}" == "(7, 'Ada', 3)"


def test_a_row_is_no_tuple_so_that_percent_shows_all_of_it(row: Row) -> None:
    assert "%s" % row == "(7, 'Ada', 3)"  # noqa: UP031
    assert not isinstance(row, tuple)
    assert isinstance(row, collections.abc.Sequence)


def test_a_row_is_taken_apart_by_assignment_and_by_match(row: Row) -> None:
    number, name, _ = row
    match row:
        case (first, second, _):
            assert (first, second) == (number, name) == (7, "Ada")


def test_a_column_called_count_hides_the_method(row: Row) -> None:
    assert row.count == 3


def test_without_such_a_column_count_and_index_are_methods() -> None:
    row = CursorResultMetaData(["a", "b"]).row((1, 1))
    assert (row.count(1), row.index(1)) == (2, 0)


def test_rows_compare_and_hash_as_tuples(row: Row) -> None:
    assert row == (7, "Ada", 3)
    assert row != (7, "Ada", 4)
    assert row < (8,)
    assert row >= (7, "Ada")
    assert {row: "found"}[(7, "Ada", 3)] == "found"
    assert row == CursorResultMetaData(["other", "names", "here"]).row((7, "Ada", 3))


def test_a_row_contains_its_values(row: Row) -> None:
    assert "Ada" in row
    assert "name" not in row


def test_a_legacy_row_contains_its_names(legacy_row: Row) -> None:
    assert "Ada" not in legacy_row
    assert "name" in legacy_row
    with pytest.warns(SADeprecationWarning, match="has_key"):
        assert legacy_row.has_key("name")


def test_a_legacy_row_is_a_mapping_too(legacy_row: Row) -> None:
    assert legacy_row["name"] == "Ada"
    with pytest.warns(SADeprecationWarning, match="items"):
        assert legacy_row.items() == [("id", 7), ("name", "Ada"), ("count", 3)]
    with pytest.warns(SADeprecationWarning, match="values"):
        assert legacy_row.values() == [7, "Ada", 3]
    assert dict(legacy_row) == {"id": 7, "name": "Ada", "count": 3}


def test_a_row_becomes_a_dictionary(row: Row) -> None:
    assert row._asdict() == {"id": 7, "name": "Ada", "count": 3}
    assert dict(row._mapping) == row._mapping == row._asdict()
    assert row._fields == ("id", "name", "count")


def test_the_views_of_a_mapping_show_what_they_hold(row: Row) -> None:
    mapping = row._mapping
    assert repr(row.keys()) == "RMKeyView(['id', 'name', 'count'])"
    assert list(mapping) == list(mapping.keys()) == ["id", "name", "count"]
    assert mapping.values() == [7, "Ada", 3]
    assert mapping.items() == [("id", 7), ("name", "Ada"), ("count", 3)]
    assert mapping.keys() == ["id", "name", "count"]
    assert repr(mapping) == "{'id': 7, 'name': 'Ada', 'count': 3}"


def test_an_unknown_name_is_told(row: Row) -> None:
    with pytest.raises(AttributeError) as by_attribute:
        _ = row.age
    assert str(by_attribute.value) == "Could not locate column in row for column 'age'"
    with pytest.raises(NoSuchColumnError) as by_key:
        row._mapping["age"]
    assert str(by_key.value) == "Could not locate column in row for column 'age'"


def test_an_unknown_position_is_told(row: Row) -> None:
    with pytest.raises(IndexError, match="tuple index out of range"):
        row[17]


def test_a_mapping_takes_neither_positions_nor_slices(row: Row) -> None:
    with pytest.raises(KeyError, match="0"):
        row._mapping[0]
    with pytest.raises(TypeError, match="can't use slices for mapping access"):
        row._mapping[0:1]
    assert 0 not in row._mapping


def test_a_row_cannot_be_changed(row: Row) -> None:
    with pytest.raises(AttributeError, match="can't set attribute"):
        row.name = "Grace"
    with pytest.raises(AttributeError, match="can't delete attribute"):
        del row.name


def test_a_name_that_two_selected_columns_share_is_refused() -> None:
    row = CursorResultMetaData(["id", "id"], [["first"], ["second"]], declared=2).row((1, 2))
    with pytest.raises(InvalidRequestError) as refusal:
        _ = row.id
    assert str(refusal.value) == "Ambiguous column name 'id' in result set column descriptions"
    assert (row._mapping["first"], row._mapping["second"]) == (1, 2)


def test_in_plain_text_the_last_of_two_columns_answers() -> None:
    row = CursorResultMetaData(["id", "id"]).row((1, 2))
    assert row.id == 2
    assert row._asdict() == {"id": 2}


def test_in_an_orm_row_the_last_of_two_columns_answers_and_a_miss_is_a_key_error() -> None:
    row = ResultMetaData(["id", "id"], [["one"], ["two"]]).row((1, 2))
    assert (row.id, row._mapping["one"]) == (2, 1)
    with pytest.raises(KeyError, match="'nope'"):
        row._mapping["nope"]


def test_many_rows_are_made_at_once() -> None:
    rows = CursorResultMetaData(["id", "name"]).rows([(1, "Ada"), (2, "Grace")])
    assert rows == [(1, "Ada"), (2, "Grace")]
    assert [each.name for each in rows] == ["Ada", "Grace"]


def test_the_class_of_a_row_is_named_as_in_sqlalchemy(row: Row, legacy_row: Row) -> None:
    assert str(type(row)) == "<class 'sqlalchemy.engine.row.Row'>"
    assert str(type(legacy_row)) == "<class 'sqlalchemy.engine.row.LegacyRow'>"
