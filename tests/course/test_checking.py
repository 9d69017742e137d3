"""Goals, vectors and the verdict."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from ormtutor.course.checking import (
    Evidence,
    Goal,
    Traffic,
    Vector,
    decide,
    goals_of,
    in_words,
    open_goals,
    recognise,
    resembles,
    traffic_in_words,
    vector,
    vector_from_json,
    vector_to_json,
)
from ormtutor.course.lesson import Check
from ormtutor.course.statements import SentSQL
from ormtutor.records import replace

PENDING = Check('state(noor) == "persistent"', "noor is persistent", "Noor is {left}.", 1)


class Answer(NamedTuple):
    true: bool
    left: str = ""
    error: str = ""


def goal(text: str = "a goal", *, met: bool, was: bool = False, message: str = "why") -> Goal:
    return Goal(text, met, was, "" if met else message, checked=True)


# --- goals ----------------------------------------------------------------------------------------


def test_before_anything_ran_no_goal_is_checked() -> None:
    assert open_goals([PENDING]) == (Goal("noor is persistent"),)


def test_a_miss_says_what_was_found_without_quotes() -> None:
    (found,) = goals_of([PENDING], [Answer(False, "'pending'")], ())
    assert found.message == "Noor is pending."
    assert (found.met, found.checked, found.left) == (False, True, "'pending'")


def test_a_miss_without_a_message_has_two_halves() -> None:
    check = Check('committed("users") == 2', "", "", 1)
    (found,) = goals_of([check], [Answer(False, "1")], ())
    assert found.message == "you: 1; the step asks: users has 2 committed rows"


def test_a_name_that_is_not_there_yet_is_no_error() -> None:
    (found,) = goals_of([PENDING], [Answer(False, "", "NameError: name 'noor' is not defined")], ())
    assert found.message == "There is no name noor yet."
    assert found.checked


def test_what_the_engine_does_not_tell_is_not_checked() -> None:
    (found,) = goals_of([PENDING], [Answer(False, "", "LookupError: not available")], ())
    assert not found.checked


def test_a_goal_remembers_whether_it_was_met() -> None:
    before = (goal(met=True),)
    (found,) = goals_of([PENDING], [Answer(False, "'deleted'")], before)
    assert found.was_met


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ('state(noor) == "persistent"', "noor is persistent"),
        ('state(noor) != "deleted"', "noor is not deleted"),
        ('rows("users") == 1', "users has 1 row"),
        ('committed("users", name="Noor") == 0', "users has no committed rows with name 'Noor'"),
        ('sql.count("SELECT") <= 2', "at most 2 SELECTs"),
        ('sql.count("INSERT") == 1', "1 INSERT"),
        ("len(sql) == 0", "no statements"),
        ("lazy_loads() == []", "no lazy loads"),
        ('loaded(ilse, "addresses")', "ilse.addresses is loaded"),
        ("found is noor", "found is noor"),
        ('known == ["a"]', 'known == ["a"]'),
    ],
)
def test_a_check_without_a_goal_is_put_into_words(expression: str, words: str) -> None:
    assert in_words(expression) == words


# --- vectors --------------------------------------------------------------------------------------

COMMIT = SentSQL("COMMIT")
FLUSHED = SentSQL("INSERT INTO users (name) VALUES (?)", (("'Noor'",),), "flush: commit")
READ = SentSQL("SELECT 1", (), "refresh of expired User#1")


def test_a_vector_comes_back_from_json_as_it_was() -> None:
    one = vector([goal(met=False)], "ValueError: 'x' is 3", [FLUSHED, COMMIT, READ])
    assert vector_from_json(json.loads(json.dumps(vector_to_json(one)))) == one


def test_a_vector_forgets_which_object_and_which_numbers() -> None:
    one = vector([], "TypeError: 'adress' takes 1 of 3", [READ])
    assert one.failure == "TypeError: '...' takes N of N"
    assert one.kinds == {("SELECT", "refresh of expired User")}


def test_a_transaction_counts_by_how_it_ended() -> None:
    assert vector([], "", [SentSQL("BEGIN (implicit)"), COMMIT]).kinds == {("COMMIT", "")}


MISTAKE = Vector((True, False), ("", "1"), "", frozenset({("INSERT", "flush: commit")}))


def test_looking_at_a_value_besides_does_not_hide_a_mistake() -> None:
    attempt = replace(MISTAKE, kinds=MISTAKE.kinds | {("SELECT", "query")})
    assert resembles(attempt, MISTAKE)


def test_another_value_found_is_another_mistake() -> None:
    assert not resembles(replace(MISTAKE, lefts=("", "2")), MISTAKE)


def test_a_mistake_without_its_statement_is_not_it() -> None:
    assert not resembles(replace(MISTAKE, kinds=frozenset()), MISTAKE)


def test_a_failure_is_known_by_its_kind_and_text() -> None:
    failed = Vector((False,), ("x",), "TypeError: '...'", frozenset())
    assert resembles(replace(failed, lefts=("y",)), failed)
    assert not resembles(replace(failed, failure="KeyError: '...'"), failed)


def test_the_closest_of_several_mistakes_is_recognised() -> None:
    wider = replace(MISTAKE, kinds=MISTAKE.kinds | {("COMMIT", "")})
    assert recognise(wider, [MISTAKE, wider]) == 1
    assert recognise(MISTAKE, [MISTAKE, wider]) == 0
    assert recognise(replace(MISTAKE, goals=(True, True)), [MISTAKE]) is None


# --- traffic --------------------------------------------------------------------------------------


def select(sql: str, cause: str, rows: int, made: int = 0, known: int = 0) -> Traffic:
    return Traffic(SentSQL(sql, (), cause), rows, made, known)


def test_traffic_is_told_in_one_line() -> None:
    told = traffic_in_words(
        [
            select("SELECT a FROM t JOIN u ON x JOIN v ON y", "query", 4, 3),
            select("SELECT b", "query", 1),
            select("SELECT c", "lazy load of User.addresses", 2, 2),
            Traffic(FLUSHED),
            Traffic(COMMIT),
        ]
    )
    assert told == (
        "1 SELECT with 2 joins, 4 rows -> 3 objects; "
        "2 SELECTs, 1 of them lazy loads, 3 rows -> 2 objects; 1 INSERT"
    )


def test_no_traffic_is_told_too() -> None:
    assert traffic_in_words([Traffic(COMMIT)]) == "no SQL"


# --- the verdict ----------------------------------------------------------------------------------

MET = (goal(met=True, was=True), goal(met=True))
HALF = (goal("first", met=True), goal("second", met=False, message="Not yet written."))


def test_all_goals_met_is_a_pass() -> None:
    assert decide(Evidence(MET)).kind == "pass"


def test_a_pass_with_other_traffic_shows_both() -> None:
    lazy = select("SELECT c", "lazy load of User.addresses", 2, 2)
    joined = select("SELECT c FROM t JOIN u ON x", "query", 2, 2)
    verdict = decide(Evidence(MET, yours=(joined,), theirs=(lazy, lazy)))
    assert verdict.kind == "different"
    assert verdict.message == (
        "yours: 1 SELECT with 1 join, 2 rows -> 2 objects. "
        "The lesson's: 2 SELECTs (lazy loads), 4 rows -> 4 objects."
    )


def test_a_pass_with_the_same_traffic_says_what_was_sent() -> None:
    verdict = decide(Evidence(MET, yours=(Traffic(FLUSHED),), theirs=(Traffic(FLUSHED),)))
    assert (verdict.kind, verdict.message) == ("pass", "1 INSERT")


def test_a_half_finished_attempt_is_not_called_wrong() -> None:
    verdict = decide(Evidence(HALF))
    assert verdict.kind == "not yet"
    assert verdict.details == ("second: Not yet written.",)


def test_whoever_asks_is_told_what_is_missing() -> None:
    assert decide(Evidence(HALF, asked=True)).kind == "almost"
    assert decide(Evidence(HALF, asked=True)).message == "Not yet written."
    none = (goal(met=False), goal(met=False))
    assert decide(Evidence(none, asked=True)).message == "0 of 2 goals are met."


def test_a_whole_attempt_that_misses_one_goal_is_almost_right() -> None:
    assert decide(Evidence(HALF, is_whole=True)).kind == "almost"


def test_a_goal_that_was_met_and_is_lost_is_told() -> None:
    lost = (goal("nothing is committed", met=False, was=True, message="It is permanent."),)
    verdict = decide(Evidence(lost))
    assert verdict.kind == "regressed"
    assert verdict.message == "No longer met: nothing is committed. It is permanent."


def test_what_the_lesson_itself_passes_through_is_no_loss() -> None:
    lost = (goal(met=False, was=True),)
    assert decide(Evidence(lost, is_on_path=True)).kind == "not yet"


def test_a_declared_mistake_comes_before_the_exception() -> None:
    failed = Evidence(HALF, failure="TypeError: no", mistake="Use the keyword.")
    assert decide(failed).kind == "mistake"
    assert decide(replace(failed, mistake="")).message == "TypeError: no"


def test_a_mistake_on_the_way_to_a_right_answer_waits_until_asked() -> None:
    evidence = Evidence(HALF, mistake="It is only flushed.", is_on_path=True)
    assert decide(evidence).kind == "not yet"
    assert decide(replace(evidence, asked=True)).kind == "mistake"


def test_an_exception_that_the_step_asks_for_is_no_error() -> None:
    assert decide(Evidence(MET, failure="KeyError: 1", failure_is_asked=True)).kind == "pass"
    assert decide(Evidence(MET, failure="KeyError: 1")).kind == "error"


def test_a_step_without_goals_is_never_passed_by_itself() -> None:
    assert decide(Evidence(())).kind == "not yet"
