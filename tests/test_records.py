"""ormtutor/records.py: values with named fields that do not change."""

from __future__ import annotations

from typing import ClassVar

import pytest

from ormtutor.records import names_of, record, replace


@record
class Place:
    """Where something stands."""

    kinds: ClassVar[list[str]] = []
    line: int
    column: int = 1

    @property
    def is_first(self) -> bool:
        return self.line == 1


@record
class NamedPlace(Place):
    """A place with a name."""

    name: str = ""


def test_fields_are_given_by_place_or_by_name() -> None:
    assert Place(2, 3) == Place(line=2, column=3) == Place(2, column=3)


def test_a_default_stands_for_what_is_not_given() -> None:
    assert Place(2).column == 1


def test_a_class_variable_is_no_field() -> None:
    assert names_of(Place) == ("line", "column")


def test_the_fields_of_a_base_come_first() -> None:
    assert NamedPlace(2, 3, "here") == NamedPlace(line=2, column=3, name="here")


def test_properties_are_kept() -> None:
    assert Place(1).is_first


def test_a_record_is_written_as_it_was_made() -> None:
    assert repr(NamedPlace(2, 3, "here")) == "NamedPlace(line=2, column=3, name='here')"


def test_records_of_two_classes_are_never_equal() -> None:
    assert Place(2) != NamedPlace(2)


def test_equal_records_have_one_hash() -> None:
    assert {Place(2), Place(2, 1), Place(3)} == {Place(2), Place(3)}


def test_a_record_has_no_place_for_other_attributes() -> None:
    with pytest.raises(AttributeError, match="a record does not change: 'other' of Place"):
        Place(2).other = 1  # type: ignore[attr-defined]


def test_a_field_does_not_change() -> None:
    place = Place(2)
    with pytest.raises(AttributeError, match="a record does not change: 'line' of Place"):
        place.line = 3  # type: ignore[misc]
    with pytest.raises(AttributeError, match="a record does not change: 'line' of Place"):
        del place.line


def test_a_changed_copy_leaves_the_record_as_it_was() -> None:
    place = Place(2, 3)
    assert (replace(place, line=4), place) == (Place(4, 3), Place(2, 3))


@pytest.mark.parametrize(
    ("given", "named", "message"),
    [
        ((), {}, "Place needs a value for 'line'"),
        ((1, 2, 3), {}, "Place takes no 3 values"),
        ((1,), {"other": 2}, "Place takes no 'other'"),
        ((1, 2), {"line": 2}, "Place takes no 'line'"),
    ],
)
def test_wrong_arguments_are_refused(given: tuple, named: dict, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Place(*given, **named)


@record
class Nothing:
    """A record without fields."""


def test_a_record_may_have_no_fields() -> None:
    assert (Nothing(), hash(Nothing()), repr(Nothing())) == (Nothing(), hash(()), "Nothing()")
