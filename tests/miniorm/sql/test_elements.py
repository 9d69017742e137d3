"""Elements: what str() gives, truth, labels, parameters, text."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.elements import (
    and_,
    bindparam,
    column,
    false,
    literal,
    literal_column,
    not_,
    null,
    or_,
    split_bind_names,
    text,
    true,
)
from ormtutor.miniorm.sql.schema import Table
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.types import Integer, String


def test_a_column_shows_its_table(users: Table) -> None:
    assert (str(users.c.name), str(column("name"))) == ("users.name", "name")


def test_a_comparison_binds_its_value(users: Table) -> None:
    comparison = users.c.name == "ann"
    assert (str(comparison), comparison.compile().params) == (
        "users.name = :name_1",
        {"name_1": "ann"},
    )


def test_two_values_get_two_names(users: Table) -> None:
    criterion = or_(users.c.id == 5, users.c.id == 6)
    assert criterion.compile().params == {"id_1": 5, "id_2": 6}


@pytest.mark.parametrize("truth", [lambda c: c > 5, lambda c: c, lambda c: and_(c == 1, c == 2)])
def test_a_clause_has_no_truth_value(truth: Any, users: Table) -> None:
    with pytest.raises(TypeError, match=r"^Boolean value of this clause is not defined$"):
        bool(truth(users.c.id))


def test_equality_of_columns_has_one_so_that_they_can_be_found(users: Table) -> None:
    assert (users.c.id in [users.c.name, users.c.id]) is True
    assert (bool(users.c.id == users.c.name), bool(users.c.id != users.c.name)) == (False, True)


def test_conditions_of_the_same_kind_are_joined_flat(users: Table) -> None:
    one, two, three = (users.c.id == number for number in (1, 2, 3))
    assert str(and_(one, and_(two, three))) == (
        "users.id = :id_1 AND users.id = :id_2 AND users.id = :id_3"
    )


def test_conditions_of_another_kind_stand_in_parentheses(users: Table) -> None:
    one, two, three = (users.c.id == number for number in (1, 2, 3))
    assert str(one & (two | three)) == (
        "users.id = :id_1 AND (users.id = :id_2 OR users.id = :id_3)"
    )


def test_constants_are_folded(users: Table) -> None:
    condition = users.c.id == 5
    assert [str(found) for found in (and_(True, condition), and_(False, condition))] == [
        "users.id = :id_1",
        "false",
    ]
    assert [str(found) for found in (or_(True, condition), or_(False, condition))] == [
        "true",
        "users.id = :id_1",
    ]


def test_not_turns_a_comparison_round(users: Table) -> None:
    assert str(not_(users.c.id < 5)) == "users.id >= :id_1"
    assert str(~and_(users.c.id < 5, users.c.active)) == "NOT (users.id < :id_1 AND users.active)"


def test_a_string_is_no_condition() -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        and_("id > 5")
    assert str(caught.value) == (
        "Textual SQL expression 'id > 5' should be explicitly declared as text('id > 5')"
    )


def test_null_true_and_false_are_one_object_each() -> None:
    assert (null() is null(), true() is true(), false() is false()) == (True, True, True)


def test_a_column_without_a_table_may_need_quotes() -> None:
    assert (str(column("select")), str(column("a b")), str(literal_column("a b"))) == (
        '"select"',
        '"a b"',
        "a b",
    )


def test_a_missing_attribute_names_both_places(users: Table) -> None:
    with pytest.raises(AttributeError) as caught:
        _ = users.c.id.nope
    assert str(caught.value) == (
        "Neither 'Column' object nor 'Comparator' object has an attribute 'nope'"
    )


def test_a_label_is_written_between_select_and_from_only(users: Table) -> None:
    label = users.c.id.label("number")
    statement = select(label).where(label > 5).order_by(label)
    assert str(statement) == (
        "SELECT users.id AS number \nFROM users \nWHERE users.id > :param_1 ORDER BY number"
    )


def test_a_label_of_a_label_is_the_outer_one(users: Table) -> None:
    assert str(select(users.c.id.label("a").label("b"))) == "SELECT users.id AS b \nFROM users"


def test_a_bind_parameter_takes_the_type_opposite_it(users: Table) -> None:
    assert repr((users.c.name == bindparam("who")).right.type) == "String(length=50)"


def test_a_bind_parameter_without_a_value_is_required() -> None:
    assert (bindparam("x").required, bindparam("x", 5).required) == (True, False)


def test_a_unique_bind_parameter_gets_a_number() -> None:
    assert str(bindparam("x", 5, unique=True)) == ":x_1"


def test_a_bind_parameter_may_be_computed_at_execution() -> None:
    assert bindparam("x", callable_=lambda: 5).effective_value == 5


def test_two_parameters_of_one_name_are_one(users: Table) -> None:
    criterion = and_(users.c.id == bindparam("x"), users.c.age == bindparam("x"))
    assert str(criterion) == "users.id = :x AND users.age = :x"


def test_a_named_and_a_numbered_parameter_must_not_meet(users: Table) -> None:
    criterion = and_(users.c.id == bindparam("id_1"), users.c.id == 5)
    with pytest.raises(exc.CompileError) as caught:
        criterion.compile()
    assert str(caught.value) == (
        "Bind parameter 'id_1' conflicts with unique bind parameter of the same name"
    )


def test_params_gives_a_copy_with_other_values(users: Table) -> None:
    criterion = users.c.id == bindparam("x", 5)
    assert criterion.params(x=6).compile().params == {"x": 6}
    assert criterion.compile().params == {"x": 5}


def test_names_are_found_in_text() -> None:
    assert split_bind_names("a = :x AND b::int = '12:30' AND \\:c = :y") == [
        "a = ",
        "x",
        " AND b::int = '12:30' AND \\:c = ",
        "y",
        "",
    ]


def test_text_shows_itself_without_its_backslashes() -> None:
    assert str(text("a = :x AND \\:b")) == "a = :x AND :b"


def test_text_takes_values_for_its_names() -> None:
    clause = text("a = :x").bindparams(x=5)
    assert clause.compile().params == {"x": 5}


def test_text_refuses_values_for_other_names() -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        text("a = :x").bindparams(y=5)
    assert str(caught.value) == ("This text() construct doesn't define a bound parameter named 'y'")


def test_an_annotated_column_is_found_where_the_original_is(users: Table) -> None:
    annotated = users.c.id._annotate({"parententity": "User"})
    assert {users.c.id: "here"}[annotated] == "here"
    assert (str(annotated), annotated._deannotated is users.c.id) == ("users.id", True)


def test_annotations_add_up(users: Table) -> None:
    annotated = users.c.id._annotate({"a": 1})._annotate({"b": 2})
    assert annotated._annotations == {"a": 1, "b": 2}


def test_expressions_are_compared_by_structure_and_value(users: Table) -> None:
    assert (users.c.id == 5).compare(users.c.id == 5) is True
    assert (users.c.id == 5).compare(users.c.id == 6) is False


def test_a_literal_knows_its_type() -> None:
    assert (repr(literal(5).type), repr(literal(5, String).type)) == ("Integer()", "String()")


def test_an_element_that_stands_for_another_is_taken_for_it(users: Table) -> None:
    class Attribute:
        def __clause_element__(self) -> Any:
            return users.c.name

    assert str(users.c.id == Attribute()) == "users.id = users.name"


def test_a_table_is_no_operand(users: Table) -> None:
    with pytest.raises(exc.ArgumentError, match=r"use the \.table_valued\(\) method"):
        _ = users.c.id == users


def test_executing_an_unbound_statement_says_what_to_do(users: Table) -> None:
    with pytest.raises(exc.UnboundExecutionError) as caught:
        select(users).execute()
    assert str(caught.value) == (
        "This Select is not directly bound to a Connection or Engine. Use the .execute() method "
        "of a Connection or Engine to execute this construct."
    )


def test_a_column_may_be_typed(users: Table) -> None:
    assert repr(column("x", Integer).type) == "Integer()"
