"""The closed list of differences: their text becomes ours, and nothing else does."""

from __future__ import annotations

from ormtutor.differences import DIFFERENCES, explain_sql, explain_text


def same(one: object, other: object) -> bool:
    return one == other


def test_the_list_is_closed() -> None:
    assert [difference.name for difference in DIFFERENCES] == [
        "shared column",
        "parent first in a subquery load",
        "repr of MetaData",
        "messages of one()",
        "clear_mappers() keeps __table__",
        "an expired attribute does not autoflush",
    ]


def test_each_difference_says_what_and_why() -> None:
    assert all(d.here and d.there and d.reason.endswith(".") for d in DIFFERENCES)


def test_a_message_of_one_is_told_as_ours() -> None:
    found = explain_text(
        "NoResultFound: No row was found for one()",
        "NoResultFound: No row was found when one was required",
        same,
    )
    assert found is not None
    assert found.name == "messages of one()"


def test_the_repr_of_metadata_is_told_as_ours() -> None:
    found = explain_text("Table('t', MetaData(bind=None))", "Table('t', MetaData())", same)
    assert found is not None
    assert found.name == "repr of MetaData"


def test_another_text_is_not_explained() -> None:
    assert explain_text("1", "2", same) is None
    assert explain_text("MetaData(bind=None) 1", "MetaData() 2", same) is None


def test_a_column_that_is_shared_is_selected_once() -> None:
    ours = ["SELECT users.id AS users_id, users.name AS users_name \nFROM users"]
    theirs = [
        "SELECT users.id AS users_id, users.name AS users_name, users.name AS users_name__1 \n"
        "FROM users"
    ]
    found = explain_sql(ours, theirs, same)
    assert found is not None
    assert found.name == "shared column"


def test_a_subquery_load_is_ordered_by_the_parent_first() -> None:
    ours = ["SELECT a \nFROM b ORDER BY anon_1.users_id, addresses.id"]
    found = explain_sql(ours, ["SELECT a \nFROM b\nORDER BY addresses.id"], same)
    assert found is not None
    assert found.name == "parent first in a subquery load"
    assert explain_sql(["SELECT a\nORDER BY anon_1.users_id"], ["SELECT a"], same) == found


def test_other_statements_are_not_explained() -> None:
    assert explain_sql(["SELECT 1"], ["SELECT 2"], same) is None
