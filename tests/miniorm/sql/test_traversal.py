"""Trees: walking, exchanging parts, and the keys of the compile cache."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm.sql.ddl import CreateTable
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.elements import and_, bindparam, column, literal, or_
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Column, Table
from ormtutor.miniorm.sql.select import exists, select
from ormtutor.miniorm.sql.traversal import FreshShapes, Shapes, adapt, cache_key, iterate, replace
from ormtutor.miniorm.sql.types import Integer, TypeDecorator


def test_iterate_goes_level_by_level(users: Table) -> None:
    criterion = and_(users.c.id == 5, users.c.name == "ann")
    kinds = [type(element).__name__ for element in iterate(criterion)]
    assert kinds == [
        "BooleanClauseList",
        "BinaryExpression",
        "BinaryExpression",
        "Column",
        "BindParameter",
        "Column",
        "BindParameter",
    ]


def test_replace_gives_the_same_object_when_nothing_changes(users: Table) -> None:
    criterion = users.c.id == 5
    assert replace(criterion, lambda element: None) is criterion


def test_replace_copies_only_what_lies_above_a_change(users: Table) -> None:
    left, right = users.c.id == 5, users.c.name == "ann"
    criterion = and_(left, right)
    changed = replace(criterion, {users.c.id: users.c.age}.get)
    assert str(changed) == "users.age = :id_1 AND users.name = :name_1"
    assert changed.clauses[1] is right
    assert str(criterion) == "users.id = :id_1 AND users.name = :name_1"


def test_adapt_takes_columns_from_an_alias(users: Table) -> None:
    people = users.alias("people")
    assert str(adapt(users.c.id > users.c.age, (people, ""))) == "people.id > people.age"


def test_replace_reaches_into_a_correlated_subquery(users: Table, addresses: Table) -> None:
    has_address = exists(select(addresses.c.id).where(addresses.c.user_id == users.c.id))
    people = users.alias("people")
    adapted = replace(has_address, {users.c.id: people.c.id}.get)
    assert str(select(people.c.id).where(adapted)) == (
        "SELECT people.id \n"
        "FROM users AS people \n"
        "WHERE EXISTS (SELECT addresses.id \n"
        "FROM addresses \n"
        "WHERE addresses.user_id = people.id)"
    )


def test_columns_follow_a_subquery_in_which_something_changed(users: Table) -> None:
    inner = select(users.c.id).where(users.c.name == bindparam("who", "ann")).subquery("s")
    statement = select(inner.c.id).where(inner.c.id > 5)
    changed = statement.params(who="bob")
    assert str(changed) == str(statement)
    assert changed.compile().params == {"who": "bob", "id_1": 5}


def test_statements_that_differ_in_values_have_one_key(users: Table) -> None:
    one, _ = cache_key(select(users).where(users.c.name == "ann").limit(5))
    other, _ = cache_key(select(users).where(users.c.name == "bob").limit(6))
    assert (one == other, hash(one) == hash(other)) == (True, True)


@pytest.mark.parametrize(
    "change",
    [
        lambda users: users.c.name != "ann",
        lambda users: users.c.name == 5,
        lambda users: users.c.name.in_(["ann"]),
        lambda users: users.c.name == bindparam("who"),
        lambda users: users.c.name.like("ann", escape="^"),
        lambda users: users.c.name.label("x") == "ann",
        lambda users: func.lower(users.c.name) == "ann",
        lambda users: users.alias().c.name == "ann",
    ],
)
def test_statements_that_differ_in_structure_have_different_keys(change: Any, users: Table) -> None:
    one, _ = cache_key(select(users.c.id).where(users.c.name == "ann"))
    other, _ = cache_key(select(users.c.id).where(change(users)))
    assert one != other


def test_lists_of_different_length_have_one_key(users: Table) -> None:
    one, _ = cache_key(users.c.id.in_([1]))
    other, _ = cache_key(users.c.id.in_([1, 2, 3]))
    assert one == other


def test_one_parameter_twice_is_not_two_parameters(users: Table) -> None:
    ann, bob = users.c.name == "ann", users.c.name == "bob"
    one, _ = cache_key(or_(ann, ann))
    other, _ = cache_key(or_(ann, bob))
    assert one != other


def test_shapes_forget_the_oldest_half_when_they_are_full() -> None:
    shapes = Shapes()
    for number in range(Shapes.LIMIT + 1):
        shapes.keep(number, str(number))
    assert list(shapes) == list(range(Shapes.LIMIT // 2, Shapes.LIMIT + 1))


def test_only_fresh_shapes_forget_everything_when_a_table_gets_a_column(users: Table) -> None:
    both = Shapes(), FreshShapes()
    for shapes in both:
        shapes.keep(users, "SELECT id")
    users.append_column(Column("height", Integer))
    assert [shapes.find(users) for shapes in both] == ["SELECT id", None]


def test_without_a_structure_nothing_is_kept() -> None:
    shapes = Shapes()
    shapes.keep(None, "CREATE TABLE")
    assert not shapes


def test_anonymous_aliases_are_known_by_their_place(users: Table) -> None:
    def statement() -> Any:
        first, second = users.alias(), users.alias()
        return select(first.c.id).join(second, first.c.id == second.c.age)

    assert cache_key(statement())[0] == cache_key(statement())[0]


def test_the_same_alias_twice_is_not_two_aliases(users: Table) -> None:
    first, second = users.alias(), users.alias()
    one, _ = cache_key(select(first.c.id, first.c.id))
    other, _ = cache_key(select(first.c.id, second.c.id))
    assert one != other


def test_ddl_has_no_key(users: Table) -> None:

    assert cache_key(CreateTable(users))[0] is None


def test_a_type_that_says_nothing_about_the_cache_has_no_key_and_warns() -> None:
    class Silent(TypeDecorator):
        impl = Integer

    with pytest.warns(match="TypeDecorator Silent\\(\\) will not produce a cache key"):
        assert cache_key(column("x", Silent()) == 5)[0] is None


def test_a_kept_statement_takes_the_values_of_another(users: Table, sqlite: DefaultDialect) -> None:
    def statement(name: str, ids: list[int]) -> Any:
        return select(users.c.id).where(users.c.name == name, users.c.id.in_(ids)).limit(5)

    kept = statement("ann", [1]).compile(dialect=sqlite)
    _, binds = cache_key(statement("bob", [7, 8]))
    assert kept.ready(kept.construct_params(None, binds)) == (
        "SELECT users.id \n"
        "FROM users \n"
        "WHERE users.name = ? AND users.id IN (?, ?)\n"
        " LIMIT ? OFFSET ?",
        ("bob", 7, 8, 5, 0),
    )


def test_a_kept_insert_takes_the_values_of_another(users: Table, sqlite: DefaultDialect) -> None:
    kept = users.insert().values(name="ann", age=literal(5)).compile(dialect=sqlite)
    _, binds = cache_key(users.insert().values(name="bob", age=literal(6)))
    assert kept.ready(kept.construct_params(None, binds)) == (
        "INSERT INTO users (name, age) VALUES (?, ?)",
        ("bob", 6),
    )
