"""FROM objects: tables by name, joins, aliases, subqueries, CTEs."""

from __future__ import annotations

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.elements import column, literal
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.selectable import join, table
from ormtutor.miniorm.sql.types import Integer


def test_a_table_by_name_has_the_columns_that_were_told() -> None:
    found = table("t", column("a"), schema="s")
    assert str(select(found)) == "SELECT s.t.a \nFROM s.t"


def test_a_join_follows_the_foreign_key(users: Table, addresses: Table) -> None:
    assert str(users.join(addresses)) == ("users JOIN addresses ON users.id = addresses.user_id")
    assert str(addresses.outerjoin(users)) == (
        "addresses LEFT OUTER JOIN users ON users.id = addresses.user_id"
    )


def test_a_join_may_be_told_its_condition(users: Table, addresses: Table) -> None:
    condition = users.c.name == addresses.c.email
    assert str(join(users, addresses, condition, full=True)) == (
        "users FULL OUTER JOIN addresses ON users.name = addresses.email"
    )


def test_a_join_in_a_join_stands_in_parentheses(users: Table, addresses: Table) -> None:
    others = users.alias("others")
    inner = addresses.join(others, others.c.id == addresses.c.user_id)
    assert str(users.join(inner, users.c.id == others.c.age)) == (
        "users JOIN (addresses JOIN users AS others ON others.id = addresses.user_id) "
        "ON users.id = others.age"
    )


def test_tables_without_a_key_between_them_cannot_be_joined(users: Table) -> None:
    lonely = Table("lonely", users.metadata, Column("x", Integer))
    with pytest.raises(exc.NoForeignKeysError) as caught:
        users.join(lonely)
    assert str(caught.value) == (
        "Can't find any foreign key relationships between 'users' and 'lonely'."
    )


def test_tables_with_two_keys_between_them_need_a_condition(users: Table) -> None:
    letters = Table(
        "letters",
        users.metadata,
        Column("from_id", ForeignKey("users.id")),
        Column("to_id", ForeignKey("users.id")),
    )
    with pytest.raises(exc.AmbiguousForeignKeysError) as caught:
        users.join(letters)
    assert str(caught.value) == (
        "Can't determine join between 'users' and 'letters'; tables have more than one foreign key "
        "constraint relationship between them. Please specify the 'onclause' of this join "
        "explicitly."
    )


def test_the_columns_of_a_join_are_keyed_by_table(users: Table, addresses: Table) -> None:
    assert users.join(addresses).c.keys()[-3:] == [
        "addresses_id",
        "addresses_user_id",
        "addresses_email",
    ]


def test_an_alias_has_a_name_or_gets_one(users: Table) -> None:
    assert str(select(users.alias("people").c.id)) == "SELECT people.id \nFROM users AS people"
    assert str(select(users.alias().c.id)) == "SELECT users_1.id \nFROM users AS users_1"


def test_an_alias_knows_its_primary_and_foreign_keys(users: Table, addresses: Table) -> None:
    places = addresses.alias("places")
    assert (list(places.primary_key), [str(key.column) for key in places.foreign_keys]) == (
        [places.c.id],
        ["users.id"],
    )


def test_a_key_to_itself_connects_both_ways() -> None:
    nodes = Table(
        "nodes",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("parent_id", ForeignKey("nodes.id")),
    )
    assert str(nodes.join(nodes.alias("parents"))) == (
        "nodes JOIN nodes AS parents ON nodes.id = parents.parent_id "
        "AND parents.id = nodes.parent_id"
    )


def test_a_subquery_stands_in_from(users: Table) -> None:
    inner = select(users.c.id, (users.c.age + 1).label("next")).subquery("s")
    assert str(select(inner.c.next)) == (
        "SELECT s.next \nFROM (SELECT users.id AS id, users.age + :age_1 AS next \nFROM users) AS s"
    )


def test_a_subquery_without_a_name_gets_one(users: Table) -> None:
    statement = select(select(users.c.id).subquery())
    assert str(statement) == (
        "SELECT anon_1.id \nFROM (SELECT users.id AS id \nFROM users) AS anon_1"
    )


def test_a_cte_stands_before_the_statement(users: Table) -> None:
    grown_up = select(users.c.id).where(users.c.age > 17).cte("grown_up")
    assert str(select(grown_up)) == (
        "WITH grown_up AS \n"
        "(SELECT users.id AS id \nFROM users \nWHERE users.age > :age_1)\n"
        " SELECT grown_up.id \nFROM grown_up"
    )


def test_a_cte_may_refer_to_itself() -> None:
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 10))
    assert str(select(numbers.c.n)) == (
        "WITH RECURSIVE numbers(n) AS \n"
        "(SELECT :param_1 AS n UNION ALL SELECT numbers.n + :n_1 AS anon_1 \n"
        "FROM numbers \n"
        "WHERE numbers.n < :n_2)\n"
        " SELECT numbers.n \nFROM numbers"
    )


def test_two_ctes_must_not_share_a_name(users: Table, addresses: Table) -> None:
    one, other = select(users.c.id).cte("x"), select(addresses.c.id).cte("x")
    with pytest.raises(exc.CompileError) as caught:
        select(one, other).compile()
    assert str(caught.value) == "Multiple, unrelated CTEs found with the same name: 'x'"


def test_what_has_no_rows_is_no_from_object() -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        select(column("x")).select_from(5)
    assert str(caught.value) == (
        "FROM expression, such as a Table or alias() object expected, got 5."
    )
