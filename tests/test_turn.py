"""Turns, and predictions: an answer in words or a number, compared with what really happened."""

from __future__ import annotations

import pytest

from ormtutor.course.effects import Effects, NamedThing, Shown, TableRows
from ormtutor.course.lesson import Predict, PredictKind
from ormtutor.kernel.messages import Failure, Finished, Message, Output, Statement
from ormtutor.reference import Moment, Reference, shown_of
from ormtutor.turn import Turn, compare_prediction


def statement(sql: str) -> Statement:
    return Statement(1, 1, sql, (), "query", 1, (), 0.1)


def reference(*replies: Message, effects: Effects | None = None) -> Reference:
    start = Moment((), Effects(), ())
    shown = effects or Effects(shown=(Shown("[1, 2]\n"),))
    return Reference(start, (Moment(replies, shown, ()),), ())


def is_right(kind: PredictKind, given: str, ran: Reference, subject: str = "") -> bool:
    return compare_prediction(Predict("?", kind, subject, 1, 1), given, ran).is_right


def test_late_output_belongs_to_no_input() -> None:
    replies = (Output(2, "stdout", "tick\n", late=True), Output(2, "stdout", "mine\n"))
    assert Turn(2, "x", 2, "a/b", replies).output == "mine\n"
    assert shown_of(replies).text == "mine\n"


@pytest.mark.parametrize("given", ["2", "two", "Two statements", "2."])
def test_a_number_may_be_written_in_words(given: str) -> None:
    ran = reference(statement("SELECT 1"), statement("SELECT 2"))
    assert is_right("statements", given, ran)


@pytest.mark.parametrize("given", ["1", "two or 3", "", "many"])
def test_another_number_or_none_is_not_right(given: str) -> None:
    ran = reference(statement("SELECT 1"), statement("SELECT 2"))
    assert not is_right("statements", given, ran)


@pytest.mark.parametrize("given", ["insert", "an INSERT", "INSERT INTO t (a)  VALUES (1)"])
def test_sql_is_predicted_by_its_verb_or_its_text(given: str) -> None:
    assert is_right("sql", given, reference(statement("INSERT INTO t (a) VALUES (1)")))


@pytest.mark.parametrize("given", ["select", "insert and select", "none", ""])
def test_other_sql_is_not_right(given: str) -> None:
    assert not is_right("sql", given, reference(statement("INSERT INTO t (a) VALUES (1)")))


def test_no_sql_is_predicted_as_none() -> None:
    assert is_right("sql", "nothing", reference())
    assert not is_right("sql", "select", reference())


def test_an_output_is_predicted_as_a_value() -> None:
    assert is_right("output", "[1,2]", reference())
    assert not is_right("output", "[2, 1]", reference())


def test_an_exception_is_predicted_by_its_name() -> None:
    failed = Finished(1, "error", None, Failure("a.b.DetachedError", "no", "", "", 1), 0, 0.1)
    assert is_right("output", "detachederror", reference(failed))
    assert not is_right("output", "", reference(failed))


def test_a_state_and_a_number_of_rows_are_predicted() -> None:
    effects = Effects(
        tables={"users": TableRows(("id",), rows=(("1",), ("2",)))},
        names={"noor": NamedThing("User", "<User>", "pending")},
        shown=(Shown(""),),
    )
    ran = reference(effects=effects)
    assert is_right("state", "Pending.", ran, "noor")
    assert not is_right("state", "transient", ran, "noor")
    assert is_right("rows", "two", ran, "users")
    assert not is_right("rows", "0", ran, "nowhere")


def test_what_cannot_be_run_has_no_right_answer() -> None:
    question = Predict("?", "statements", "", 1, 1)
    assert compare_prediction(question, "0", None).truth == "not known"


def test_a_turn_without_replies_is_ok_and_empty() -> None:
    turn = Turn(1, "a\nb\n", 3, "short/first")
    assert (turn.status, turn.value, turn.output, turn.end_line) == ("ok", None, "", 4)
