"""Names: when they are quoted, and anonymous ones that the compiler resolves."""

from __future__ import annotations

import pytest

from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.elements import column
from ormtutor.miniorm.sql.naming import AnonymousName, Names


def test_each_object_takes_the_next_number_for_its_base() -> None:
    names = Names()
    found = [AnonymousName.of(identity, "users").resolve(names) for identity in (1, 2, 1)]
    assert found == ["users_1", "users_2", "users_1"]


def test_names_are_made_of_names() -> None:
    names = Names()
    label = AnonymousName.of(1, "anon") + "_id"
    assert (label.resolve(names), ("x_" + AnonymousName.of(1, "anon")).resolve(names)) == (
        "anon_1_id",
        "x_anon_1",
    )


def test_a_percent_sign_in_a_name_is_only_a_percent_sign() -> None:
    names = Names()
    label = AnonymousName.of(1, "100%") + "_50%"
    assert label.resolve(names) == "100__1_50%"


def test_a_numbered_name_gets_another_number_for_each_object() -> None:
    names = Names()
    label = AnonymousName.of(1, "id")
    found = [AnonymousName.of(identity, label).resolve(names) for identity in (5, 6)]
    assert found == ["id_1_1", "id_1_2"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("name", "name"),
        ("_a1$", "_a1$"),
        ("Name", '"Name"'),
        ("1a", '"1a"'),
        ("a b", '"a b"'),
        ("select", '"select"'),
        ("é", '"é"'),
        ('a"b', '"a""b"'),
    ],
)
def test_a_name_is_quoted_where_it_must_be(name: str, written: str) -> None:
    assert DefaultDialect().identifier_preparer.quote(name) == written


def test_a_hostile_name_stays_one_name() -> None:
    assert str(column('x"; DROP TABLE users; --')) == '"x""; DROP TABLE users; --"'


def test_a_control_character_may_stand_in_a_name() -> None:
    assert str(column("a\x01b")) == '"a\x01b"'
