"""Comparator: each operator as SQL."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.comparator import asc, between, collate, desc, distinct, nulls_last
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.elements import null
from ormtutor.miniorm.sql.schema import Table
from ormtutor.miniorm.sql.select import select


@pytest.mark.parametrize(
    ("expression", "sql"),
    [
        (lambda c: c.id + 5, "users.id + :id_1"),
        (lambda c: 5 - c.id, ":id_1 - users.id"),
        (lambda c: (c.id + 5) * 3, "(users.id + :id_1) * :param_1"),
        (lambda c: c.id - (c.age - 3), "users.id - (users.age - :age_1)"),
        (lambda c: c.id + (c.age + 3), "users.id + users.age + :age_1"),
        (lambda c: -(c.id + 1), "-(users.id + :id_1)"),
        (lambda c: c.id % 5, "users.id % :id_1"),
        (lambda c: c.name + "x", "users.name || :name_1"),
        (lambda c: "x" + c.name, ":name_1 || users.name"),
        (lambda c: c.name.concat("x"), "users.name || :name_1"),
        (lambda c: c.name == None, "users.name IS NULL"),  # noqa: E711
        (lambda c: c.name != None, "users.name IS NOT NULL"),  # noqa: E711
        (lambda c: c.name == null(), "users.name IS NULL"),
        (lambda c: c.active == True, "users.active = true"),  # noqa: E712
        (lambda c: c.active.is_(True), "users.active IS true"),
        (lambda c: c.name.is_not(None), "users.name IS NOT NULL"),
        (lambda c: c.name.is_distinct_from("x"), "users.name IS DISTINCT FROM :name_1"),
        (lambda c: c.id.in_([1, 2]), "users.id IN (__[POSTCOMPILE_id_1])"),
        (lambda c: c.id.notin_([1]), "(users.id NOT IN (__[POSTCOMPILE_id_1]))"),
        (lambda c: ~c.id.in_([1]), "(users.id NOT IN (__[POSTCOMPILE_id_1]))"),
        (lambda c: c.id.in_([None, 5]), "users.id IN (NULL, :id_1)"),
        (lambda c: c.id.between(1, 2), "users.id BETWEEN :id_1 AND :id_2"),
        (lambda c: ~c.id.between(1, 2), "users.id NOT BETWEEN :id_1 AND :id_2"),
        (lambda c: c.name.like("x"), "users.name LIKE :name_1"),
        (lambda c: c.name.ilike("x"), "lower(users.name) LIKE lower(:name_1)"),
        (lambda c: c.name.notlike("x"), "users.name NOT LIKE :name_1"),
        (lambda c: c.name.startswith("x"), "users.name LIKE :name_1 || '%'"),
        (lambda c: c.name.endswith("x"), "users.name LIKE '%' || :name_1"),
        (lambda c: c.name.contains("x"), "users.name LIKE '%' || :name_1 || '%'"),
        (lambda c: ~c.name.contains("x"), "users.name NOT LIKE '%' || :name_1 || '%'"),
        (lambda c: c.name.match("x"), "users.name MATCH :name_1"),
        (lambda c: c.name.collate("NOCASE"), 'users.name COLLATE "NOCASE"'),
        (lambda c: c.name.op("REGEXP")("x"), "users.name REGEXP :name_1"),
        (lambda c: c.id.desc().nullslast(), "users.id DESC NULLS LAST"),
        (lambda c: c.id.distinct(), "DISTINCT users.id"),
        (lambda c: (c.id == 5) == (c.age == 6), "(users.id = :id_1) = (users.age = :age_1)"),
    ],
)
def test_an_operator_is_written(expression: Any, sql: str, users: Table) -> None:
    assert str(expression(users.c)) == sql


def test_autoescape_takes_the_wildcards_literally(users: Table) -> None:
    criterion = users.c.name.startswith("50%_/", autoescape=True)
    assert str(criterion) == "users.name LIKE :name_1 || '%' ESCAPE '/'"
    assert criterion.compile().params == {"name_1": "50/%/_//"}


def test_contains_stands_in_parentheses_among_conditions(users: Table) -> None:
    criterion = users.c.name.contains("x") & (users.c.id == 5)
    assert str(criterion) == "(users.name LIKE '%' || :name_1 || '%') AND users.id = :id_1"


def test_none_and_booleans_compare_by_equality_only(users: Table) -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        _ = users.c.name < None
    assert str(caught.value) == (
        "Only '=', '!=', 'is_()', 'is_not()', 'is_distinct_from()', 'is_not_distinct_from()' "
        "operators can be used with None/True/False"
    )


def test_a_select_is_a_list(users: Table, addresses: Table) -> None:
    criterion = users.c.id.in_(select(addresses.c.user_id))
    assert str(criterion) == ("users.id IN (SELECT addresses.user_id \nFROM addresses)")


def test_a_string_is_no_list(users: Table) -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        users.c.name.in_("abc")
    assert str(caught.value) == (
        "IN expression list, SELECT construct, or bound parameter object expected, got 'abc'."
    )


def test_a_table_as_a_list_works_and_warns(users: Table, addresses: Table) -> None:
    with pytest.warns(exc.SAWarning) as heard:
        users.c.id.in_(addresses)
    assert str(heard[0].message) == (
        "Coercing Table object into a select() for use in IN(); please pass a select() construct "
        "explicitly"
    )


def test_a_select_as_an_operand_works_and_warns(users: Table, addresses: Table) -> None:
    with pytest.warns(exc.SAWarning) as heard:
        criterion = users.c.id == select(addresses.c.user_id)
    assert str(criterion) == "users.id = (SELECT addresses.user_id \nFROM addresses)"
    assert str(heard[0].message) == (
        "implicitly coercing SELECT object to scalar subquery; please use the .scalar_subquery() "
        "method to produce a scalar subquery."
    )


def test_a_boolean_column_is_compared_where_there_are_no_booleans(
    users: Table, sqlite: DefaultDialect
) -> None:
    criterion = users.c.active & ~users.c.active
    assert str(criterion.compile(dialect=sqlite)) == "users.active = 1 AND users.active = 0"


def test_the_functions_build_what_the_methods_build(users: Table) -> None:
    built = [
        desc(users.c.id),
        asc("id"),
        nulls_last(users.c.id),
        collate(users.c.name, "x"),
        between(users.c.id, 1, 2),
        distinct(users.c.id),
    ]
    assert [str(found) for found in built] == [
        "users.id DESC",
        "id ASC",
        "users.id NULLS LAST",
        "users.name COLLATE x",
        "users.id BETWEEN :id_1 AND :id_2",
        "DISTINCT users.id",
    ]


@pytest.mark.parametrize(
    "use", [lambda c: 5 in c.id, lambda c: c.id[5], lambda c: list(c.id)], ids=["in", "[]", "list"]
)
def test_a_column_is_no_container(use: Any, users: Table) -> None:
    with pytest.raises(NotImplementedError, match="is not supported on this expression"):
        use(users.c)
