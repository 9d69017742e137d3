"""SELECT: columns and their labels, FROM, correlation, UNION, values; statements do not change."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.elements import bindparam, column, literal, text
from ormtutor.miniorm.sql.expressions import cast
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Table
from ormtutor.miniorm.sql.select import exists, select, union, union_all
from ormtutor.miniorm.sql.types import Integer, String


def test_a_table_is_all_its_columns(addresses: Table) -> None:
    assert str(select(addresses)) == (
        "SELECT addresses.id, addresses.user_id, addresses.email \nFROM addresses"
    )


def test_a_statement_does_not_change(users: Table) -> None:
    statement = select(users.c.id)
    before = str(statement)
    statement.where(users.c.id == 5).order_by(users.c.id).limit(5).distinct()
    assert str(statement) == before


@pytest.mark.parametrize(
    ("change", "end"),
    [
        (lambda s, c: s.where(c.id == 5), " \nWHERE users.id = :id_1"),
        (
            lambda s, c: s.where(c.id == 5).where(c.age == 6),
            " \nWHERE users.id = :id_1 AND users.age = :age_1",
        ),
        (lambda s, c: s.where(True), " \nWHERE true"),
        (lambda s, c: s.order_by(c.name.desc(), "age"), " ORDER BY users.name DESC, users.age"),
        (
            lambda s, c: s.group_by(c.id).having(func.count() > 5),
            " GROUP BY users.id \nHAVING count(*) > :count_1",
        ),
        (lambda s, c: s.limit(5), "\n LIMIT :param_1"),
        (lambda s, c: s.offset(5), "\n LIMIT -1 OFFSET :param_1"),
        (lambda s, c: s.slice(2, 5), "\n LIMIT :param_1 OFFSET :param_2"),
        (lambda s, c: s.filter_by(name="x"), " \nWHERE users.name = :name_1"),
        (lambda s, c: s.order_by(c.id).order_by(None), ""),
        (lambda s, c: s.limit(5).limit(None), ""),
    ],
)
def test_a_clause_is_added(change: Any, end: str, users: Table) -> None:
    statement = change(select(users.c.id), users.c)
    assert str(statement) == f"SELECT users.id \nFROM users{end}"


def test_distinct_stands_before_the_columns(users: Table) -> None:
    assert str(select(users.c.id).distinct()) == "SELECT DISTINCT users.id \nFROM users"


def test_columns_of_one_name_are_told_apart(users: Table, addresses: Table) -> None:
    statement = select(users.c.id, addresses.c.id, users.c.id)
    assert str(statement).splitlines()[0].strip() == (
        "SELECT users.id, addresses.id AS id_1, users.id AS id__1"
    )


def test_the_old_style_labels_columns_by_table(users: Table, addresses: Table) -> None:
    statement = select(users.c.id, addresses.c.id, func.count()).apply_labels()
    assert str(statement).splitlines()[0].strip() == (
        "SELECT users.id AS users_id, addresses.id AS addresses_id, count(*) AS count_1"
    )


def test_expressions_get_labels(users: Table) -> None:
    statement = select(users.c.id + 1, literal(5), cast(users.c.id, String), func.max(users.c.id))
    assert str(statement).splitlines()[0].strip() == (
        "SELECT users.id + :id_1 AS anon_1, :param_1 AS anon_2, "
        "CAST(users.id AS VARCHAR) AS id, max(users.id) AS max_1"
    )


def test_the_keys_of_a_subquery_are_the_names(users: Table, addresses: Table) -> None:
    inner = select(users.c.id, addresses.c.id, func.count(), users.c.age + 1).subquery()
    assert inner.c.keys() == ["id", "id_1", "count", "_no_label"]


def test_the_old_list_spelling_is_taken(users: Table, addresses: Table) -> None:
    statement = select(
        [users.c.id], users.c.id > 5, from_obj=[users.join(addresses)], order_by=users.c.name
    )
    assert str(statement) == (
        "SELECT users.id \n"
        "FROM users JOIN addresses ON users.id = addresses.user_id \n"
        "WHERE users.id > :id_1 ORDER BY users.name"
    )


def test_join_takes_what_is_there_as_its_left_side(users: Table, addresses: Table) -> None:
    assert str(select(users.c.id).join(addresses)) == (
        "SELECT users.id \nFROM users JOIN addresses ON users.id = addresses.user_id"
    )


def test_join_does_not_guess_without_a_left_side(addresses: Table) -> None:
    with pytest.raises(exc.InvalidRequestError, match=r"^Don't know how to join to Table"):
        select(literal(1)).join(addresses).compile()


def test_join_does_not_guess_between_two_left_sides(users: Table, addresses: Table) -> None:
    with pytest.raises(exc.InvalidRequestError, match=r"^Can't determine which FROM clause"):
        select(users.c.id, users.alias().c.id).join(addresses).compile()


def test_a_subquery_leaves_tables_to_the_statement_around_it(
    users: Table, addresses: Table
) -> None:
    count = select(func.count(addresses.c.id)).where(addresses.c.user_id == users.c.id)
    assert str(select(users.c.name, count.label("n"))) == (
        "SELECT users.name, (SELECT count(addresses.id) AS count_1 \n"
        "FROM addresses \n"
        "WHERE addresses.user_id = users.id) AS n \n"
        "FROM users"
    )


def test_a_subquery_in_from_leaves_nothing(users: Table, addresses: Table) -> None:
    inner = select(addresses.c.id).where(addresses.c.user_id == users.c.id).subquery("s")
    assert str(select(users.c.id, inner.c.id)) == (
        "SELECT users.id, s.id AS id_1 \n"
        "FROM users, (SELECT addresses.id AS id \n"
        "FROM addresses, users \n"
        "WHERE addresses.user_id = users.id) AS s"
    )


def test_correlation_may_be_told(users: Table, addresses: Table) -> None:
    inner = select(addresses.c.id).where(addresses.c.user_id == users.c.id).correlate(None)
    assert str(select(users.c.id).where(inner.exists())) == (
        "SELECT users.id \n"
        "FROM users \n"
        "WHERE EXISTS (SELECT addresses.id \n"
        "FROM addresses, users \n"
        "WHERE addresses.user_id = users.id)"
    )


def test_a_subquery_must_keep_a_table(users: Table, addresses: Table) -> None:
    inner = select(addresses.c.id).where(users.c.id == 1).scalar_subquery()
    with pytest.raises(exc.InvalidRequestError, match="due to auto-correlation"):
        select(users.c.id, addresses.c.id).where(users.c.id == inner).compile()


def test_exists_selects_everything_unless_told(users: Table, addresses: Table) -> None:
    criterion = exists().where(addresses.c.user_id == users.c.id)
    assert str(select(users.c.id).where(~criterion)) == (
        "SELECT users.id \n"
        "FROM users \n"
        "WHERE NOT (EXISTS (SELECT * \n"
        "FROM addresses \n"
        "WHERE addresses.user_id = users.id))"
    )


def test_a_union_names_its_columns_by_the_first(users: Table, addresses: Table) -> None:
    both = union(select(users.c.name), select(addresses.c.email)).order_by("name")
    assert str(both) == (
        "SELECT users.name \nFROM users UNION SELECT addresses.email \nFROM addresses ORDER BY name"
    )


def test_a_union_in_a_union_stands_in_parentheses(users: Table, addresses: Table) -> None:
    inner = select(users.c.id).union(select(addresses.c.id))
    assert str(union_all(select(users.c.age), inner)) == (
        "SELECT users.age \nFROM users UNION ALL (SELECT users.id \n"
        "FROM users UNION SELECT addresses.id \nFROM addresses)"
    )


def test_the_parts_of_a_union_have_as_many_columns(users: Table) -> None:
    with pytest.raises(exc.CompileError) as caught:
        union(select(users.c.id), select(users.c.id, users.c.name)).compile()
    assert str(caught.value) == (
        "All selectables passed to CompoundSelect must have identical numbers of columns; "
        "select #1 has 1 columns, select #2 has 2"
    )


def test_sorting_by_a_name_wants_a_selected_column(users: Table) -> None:
    with pytest.raises(exc.CompileError) as caught:
        select(users.c.id).order_by("nope").compile()
    assert str(caught.value) == (
        "Can't resolve label reference for ORDER BY / GROUP BY / DISTINCT etc. Textual SQL "
        "expression 'nope' should be explicitly declared as text('nope')"
    )


def test_a_string_is_no_column() -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        select("name")
    assert str(caught.value) == (
        "Textual column expression 'name' should be explicitly declared with text('name'), or use "
        "column('name') for more specificity"
    )


def test_text_may_tell_its_columns(users: Table) -> None:
    told = text("SELECT id, name FROM users WHERE id = :x").columns(users.c.id, name=String)
    inner = told.bindparams(x=5).subquery("s")
    assert str(select(inner.c.name)) == (
        "SELECT s.name \nFROM (SELECT id, name FROM users WHERE id = :x) AS s"
    )


def test_a_value_of_a_select_has_its_columns_type(users: Table) -> None:
    value = select(func.max(users.c.balance)).scalar_subquery()
    assert (repr(value.type), str(value + 1)) == (
        "Numeric(precision=10, scale=2)",
        "(SELECT max(users.balance) AS max_1 \nFROM users) + :param_1",
    )


def test_other_columns_keep_the_joins(users: Table, addresses: Table) -> None:
    statement = select(users.c.id).join(addresses).with_only_columns(addresses.c.email)
    assert str(statement) == (
        "SELECT addresses.email \nFROM users JOIN addresses ON users.id = addresses.user_id"
    )


def test_a_slice_of_a_slice_counts_from_the_first(users: Table) -> None:
    statement = select(users.c.id).limit(10).offset(5).slice(1, 3)
    assert statement.compile().params == {"param_1": 2, "param_2": 6}


def test_a_limit_may_be_an_expression() -> None:
    statement = select(column("x", Integer)).limit(bindparam("many"))
    assert str(statement) == "SELECT x\n LIMIT :many"
