"""When a name needs quotes."""

from __future__ import annotations

import pytest

from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.elements import column
from ormtutor.miniorm.sql.naming import quoted_name


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
        (quoted_name("name", True), '"name"'),
        (quoted_name("Name", False), "Name"),
    ],
)
def test_a_name_is_quoted_where_it_must_be(name: str, written: str) -> None:
    assert DefaultDialect().identifier_preparer.quote(name) == written


def test_a_hostile_name_stays_one_name() -> None:
    assert str(column('x"; DROP TABLE users; --')) == '"x""; DROP TABLE users; --"'


def test_the_compilers_own_mark_may_stand_in_a_name() -> None:
    assert str(column("a\x01b")) == '"a\x01b"'
