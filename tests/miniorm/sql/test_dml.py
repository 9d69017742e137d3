"""INSERT, UPDATE and DELETE as structure."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.dml import delete, insert, update
from ormtutor.miniorm.sql.elements import bindparam, literal, null
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Table
from ormtutor.miniorm.sql.select import exists, select


@pytest.mark.parametrize(
    ("build", "sql"),
    [
        (lambda u: insert(u).values(name="x"), "INSERT INTO users (name) VALUES (:name)"),
        (
            lambda u: u.insert().values({u.c.name: func.lower("X"), "age": null()}),
            "INSERT INTO users (name, age) VALUES (lower(:lower_1), NULL)",
        ),
        (
            lambda u: u.insert().values([{"name": "x"}, {"name": "y"}]),
            "INSERT INTO users (name) VALUES (:name_m0), (:name_m1)",
        ),
        (lambda u: u.insert().values((1, "x")), "INSERT INTO users (id, name) VALUES (:id, :name)"),
        (
            lambda u: u.insert().from_select(["name"], select(u.c.name).where(u.c.id > 5)),
            "INSERT INTO users (name) SELECT users.name \nFROM users \nWHERE users.id > :id_1",
        ),
        (
            lambda u: u.insert().prefix_with("OR REPLACE").values(name="x"),
            "INSERT OR REPLACE INTO users (name) VALUES (:name)",
        ),
        (
            lambda u: update(u).where(u.c.id == 5).values(name="x"),
            "UPDATE users SET name=:name WHERE users.id = :id_1",
        ),
        (
            lambda u: u.update().values(age=u.c.age + 1),
            "UPDATE users SET age=(users.age + :age_1)",
        ),
        (
            lambda u: u.update().values(name=bindparam("new")).filter_by(id=5),
            "UPDATE users SET name=:new WHERE users.id = :id_1",
        ),
        (
            lambda u: delete(u).where(u.c.id == 5).where(u.c.age == 6),
            "DELETE FROM users WHERE users.id = :id_1 AND users.age = :age_1",
        ),
    ],
)
def test_a_change_is_written(build: Any, sql: str, users: Table) -> None:
    assert str(build(users)) == sql


def test_a_later_value_takes_the_place_of_an_earlier_one(users: Table) -> None:
    statement = users.insert().values(name="x", age=1).values(name="y")
    assert statement.compile().params == {"name": "y", "age": 1}


def test_a_statement_does_not_change(users: Table) -> None:
    statement = users.update().values(name="x")
    statement.where(users.c.id == 5).values(age=5)
    assert str(statement) == "UPDATE users SET name=:name"


def test_a_subquery_leaves_the_table_to_the_change(users: Table, addresses: Table) -> None:
    email = select(addresses.c.email).where(addresses.c.user_id == users.c.id).scalar_subquery()
    has_one = exists().where(addresses.c.user_id == users.c.id)
    assert str(users.update().values(name=email).where(has_one)) == (
        "UPDATE users SET name=(SELECT addresses.email \n"
        "FROM addresses \n"
        "WHERE addresses.user_id = users.id) WHERE EXISTS (SELECT * \n"
        "FROM addresses \n"
        "WHERE addresses.user_id = users.id)"
    )


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda u: insert("users"),
            exc.ArgumentError,
            "subject table for an INSERT, UPDATE or DELETE expected, got 'users'.",
        ),
        (
            lambda u: u.insert().values(nope=5).compile(),
            exc.CompileError,
            "Unconsumed column names: nope",
        ),
        (
            lambda u: u.update().values([("name", "x"), ("age", 5)]).compile(),
            exc.InvalidRequestError,
            "UPDATE construct does not support multiple parameter sets.",
        ),
        (
            lambda u: u.insert().values(name="x").from_select(["name"], select(u.c.name)),
            exc.InvalidRequestError,
            "This construct already inserts value expressions",
        ),
        (
            lambda u: u.update().values(name="x").params(id_1=5),
            NotImplementedError,
            "params() is not supported for INSERT/UPDATE/DELETE statements. To set the values for "
            "an INSERT or UPDATE statement, use stmt.values(**parameters).",
        ),
    ],
)
def test_a_wrong_change_is_refused(
    build: Any, error: type[Exception], message: str, users: Table
) -> None:
    with pytest.raises(error) as caught:
        build(users)
    assert str(caught.value) == message


def test_a_literal_is_named_after_its_column(users: Table) -> None:
    statement = users.insert().values(age=literal(5))
    assert statement.compile().params == {"age": 5}
