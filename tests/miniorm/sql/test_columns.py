"""Column collections: by key, position and attribute; which column stands for which."""

from __future__ import annotations

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.columns import ColumnCollection
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.types import Integer


def test_a_column_is_found_by_attribute_key_and_position(users: Table) -> None:
    assert users.c.name is users.c["name"] is users.c[1]


def test_a_missing_column_gives_pythons_error(users: Table) -> None:
    with pytest.raises(AttributeError, match=r"^nope$"):
        _ = users.c.nope
    with pytest.raises(KeyError, match="nope"):
        users.c["nope"]


def test_in_wants_a_key(users: Table) -> None:
    assert ("id" in users.c, "nope" in users.c) == (True, False)
    with pytest.raises(exc.ArgumentError, match=r"^__contains__ requires a string argument$"):
        _ = users.c.id in users.c


def test_a_column_named_like_a_method_does_not_hide_it() -> None:
    table = Table("t", MetaData(), Column("keys", Integer), Column("values", Integer))
    assert (table.c.keys(), str(table.c["keys"])) == (["keys", "values"], "t.keys")


def test_a_collection_shows_its_columns(addresses: Table) -> None:
    assert str(addresses.c) == (
        "ImmutableColumnCollection(addresses.id, addresses.user_id, addresses.email)"
    )


def test_the_first_of_two_columns_with_one_key_is_found_by_it(users: Table) -> None:
    collection = ColumnCollection([("x", users.c.id), ("x", users.c.age)])
    assert (collection.keys(), str(collection.x)) == (["x", "x"], "users.id")


def test_a_column_of_an_alias_stands_for_the_tables(users: Table) -> None:
    people = users.alias("people")
    assert people.corresponding_column(users.c.id) is people.c.id


def test_the_nearest_descendant_stands_for_a_column(users: Table) -> None:
    inner = select(users.c.id.label("one"), users.c.id.label("two")).subquery()
    outer = select(inner.c.two, inner.c.one).subquery()
    assert outer.corresponding_column(inner.c.one) is outer.c.one


def test_nothing_stands_for_a_column_from_elsewhere(users: Table, addresses: Table) -> None:
    assert users.alias().corresponding_column(addresses.c.id) is None
