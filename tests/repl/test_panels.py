"""Panels: values become lines, and if something does not fit, that is said."""

from __future__ import annotations

import pytest

from ormtutor.course.checking import Goal, Verdict
from ormtutor.kernel.messages import NeedInput, StateChange, StillRunning, Transaction
from ormtutor.records import replace
from ormtutor.repl import panels
from tests.repl.shelf import (
    FLUSH,
    GOALS,
    failure,
    finished,
    lazy_load,
    lesson,
    output,
    texts,
)


def test_an_input_stands_behind_its_prompts() -> None:
    assert texts(panels.echo("class A:\n    x = 1", 40)) == [">>> class A:", "...     x = 1"]


def test_a_value_is_shown_as_the_prompt_shows_it() -> None:
    assert texts(panels.outcome([output("hello\n"), finished("'x'")], 40)) == ["hello", "'x'"]


def test_output_that_ends_without_a_newline_is_shown() -> None:
    assert texts(panels.outcome([output("a"), output("b"), finished()], 40)) == ["ab"]


def test_escapes_that_the_learner_prints_are_spelled_out() -> None:
    assert texts(panels.outcome([output("\x1b[2J\n"), finished()], 40)) == ["\\x1b[2J"]


def test_long_output_is_cut_in_the_middle_and_says_so() -> None:
    shown = texts(panels.outcome([output("x\n" * 1000), finished()], 40))
    assert len(shown) == panels.HEAD_LINES + 1 + panels.TAIL_LINES
    assert shown[panels.HEAD_LINES] == "... 600 more lines were printed here ..."


def test_characters_that_the_kernel_dropped_are_counted() -> None:
    shown = texts(panels.outcome([output("a\n"), output("z\n", dropped=5000), finished()], 60))
    assert shown == ["a", "", "... 5,000 characters were printed here ...", "z"]


def test_late_output_is_marked() -> None:
    assert texts(panels.printed([output("tick\n", late=True)], 40)) == ["[late] tick"]


def test_an_answer_to_input_stands_behind_its_prompt() -> None:
    replies = [NeedInput(1, "name? "), output("Bram\n"), finished()]
    assert texts(panels.outcome(replies, 40)) == ["name? Bram"]


def test_an_error_shows_the_learners_lines() -> None:
    shown = texts(panels.outcome([finished(failure=failure("NameError", "no x"))], 60))
    assert shown[-1] == "NameError: no x"


def test_an_interrupted_input_says_so() -> None:
    assert texts(panels.outcome([finished(status="interrupted")], 40)) == ["KeyboardInterrupt"]


def test_a_change_of_state_without_sql_says_so() -> None:
    change = StateChange(1, "atlas", "transient", "pending", 2)
    assert texts(panels.behind([change, finished()], 60)) == [
        "    atlas: transient -> pending (no SQL)"
    ]


def test_a_flush_tells_state_and_statements() -> None:
    assert texts(panels.behind(FLUSH, 70)) == [
        "    atlas: pending -> persistent (1 statement: INSERT)"
    ]


def test_many_changes_of_state_are_counted() -> None:
    changes = [StateChange(1, f"b{n}", "transient", "pending", 1) for n in range(20)]
    shown = texts(panels.behind(changes, 70))
    assert len(shown) == panels.STATE_LINES + 1
    assert shown[-1] == "    and 14 changes of state more (no SQL)"


def test_a_run_that_does_not_end_says_what_helps() -> None:
    assert panels.still_running(StillRunning(1, 2.0)) == (
        "Still running 2 s after Ctrl-C. Ctrl-C again stops the kernel; "
        "your names come back by replay."
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Verdict("pass"), "OK  step done. F8"),
        (Verdict("pass", "1 INSERT"), "OK  step done: 1 INSERT. F8"),
        (Verdict("different", "yours: a. The lesson's: b."),
         "OK  step done, another way. Yours: a. The lesson's: b. F8"),
        (Verdict("mistake", "`commit` goes further."), "Not quite  commit goes further."),
        (Verdict("almost", "She is pending."), "Almost  She is pending."),
        (Verdict("regressed", "No longer met: x."), "Careful  No longer met: x."),
        (Verdict("not yet", "1 of 2 goals are met."), "Not yet  1 of 2 goals are met."),
    ],
)  # fmt: skip
def test_a_verdict_begins_with_its_word(found: Verdict, said: str) -> None:
    assert texts(panels.verdict(found, 90, onward="F8")) == [
        said if found.is_pass else said.removesuffix(" F8")
    ]


def test_the_details_of_a_verdict_stand_below_it() -> None:
    found = Verdict("not yet", "0 of 1.", ("the atlas is missing",))
    assert texts(panels.verdict(found, 60, onward=""))[-1] == "    the atlas is missing"


def test_the_first_step_begins_with_the_opening_of_the_lesson() -> None:
    shelf = lesson()
    shown = texts(panels.step_text(shelf, shelf.steps[0], 60))
    assert shown[:5] == [
        "A shelf of books",
        "",
        "A small lesson for the tests of the console.",
        "",
        "Put it there",
    ]


def test_the_code_to_type_is_shown_without_its_answers() -> None:
    shelf = lesson()
    shown = texts(panels.step_text(shelf, shelf.steps[2], 80))
    assert shown[-1].startswith("  >>> texts = [note.text for book")


def test_line_mode_names_the_code_to_type() -> None:
    shelf = lesson()
    assert "To type:" in texts(panels.step_text(shelf, shelf.steps[0], 80, marks=True))


def test_goals_have_their_ticks_in_one_column() -> None:
    assert texts(panels.goals(GOALS, 50)) == [
        "Goals  the atlas is persistent   [x]",
        "       nothing is committed yet  [ ]",
    ]


def test_a_long_goal_goes_on_below() -> None:
    shown = texts(panels.goals([Goal("a b c d e f g h i j k l", checked=True)], 26))
    assert shown == ["Goal   a b c d e f g  [ ]", "       h i j k l"]


def test_a_goal_that_nothing_was_asked_about_has_a_question_mark() -> None:
    assert texts(panels.goals([Goal("x")], 40)) == ["Goal   x  [?]"]


def test_a_low_window_shows_the_first_open_goal() -> None:
    assert texts([panels.goal_line(GOALS, "Put it there", 50)]) == [
        "Goal   nothing is committed yet           1/2 met"
    ]


def test_the_sql_panel_shows_number_line_cause_and_outcome() -> None:
    shown = texts(panels.sql([(3, FLUSH)], 56, 10))
    assert shown == [
        "#1  line 3  flush: explicit                       0.1 ms",
        "    BEGIN",
        "    INSERT INTO books (title) VALUES ('Atlas')",
        "      1 row in -> Book#1",
        "",
        "(this input: 1 statement, no lazy loads)",
    ]


def test_an_empty_sql_panel_says_what_will_come() -> None:
    assert texts(panels.sql([], 60, 9))[0].startswith("Nothing has been sent")


def test_repeated_statements_are_folded_with_their_values() -> None:
    replies = [reply for number in range(1, 13) for reply in lazy_load(number)]
    shown = texts(panels.sql([(1, replies)], 70, 12))
    assert shown[0].startswith("#1-#12  x12  line 1  lazy load of Book.notes")
    assert "      with (1), (2), (3), (4) and 8 more" in shown
    assert "      12 rows -> 12 new objects" in shown
    assert shown[-1] == "(this input: 12 statements, 12 lazy loads, 12 similar)"


def test_a_full_sql_panel_keeps_the_newest_statements_whole() -> None:
    inputs = [(number, lazy_load(number, line=number)) for number in range(1, 6)]
    shown = texts(panels.sql(inputs, 70, 9))
    assert shown[0] == "... more above; :sql shows all"
    assert shown[1].startswith("#5  line 5")
    assert len(shown) <= 9


def test_a_statement_above_a_lonely_commit_begins_where_it_has_room() -> None:
    table = replace(
        lazy_load(1)[0], sql="CREATE TABLE a (\n\tid INTEGER, \n\tx INTEGER, \n\ty INTEGER\n)"
    )
    shown = texts(panels.sql([(1, (table, Transaction(1, "COMMIT", 1)))], 60, 5))
    assert shown == [
        "#1  line 1  lazy load of Book.notes                   0.1 ms",
        "    CREATE TABLE a (",
        "            id INTEGER,",
        "      ... and more of it; :sql shows all",
        "    COMMIT                                            line 1",
    ]


def test_a_low_sql_panel_counts_the_columns() -> None:
    wide = replace(
        lazy_load(1)[0], sql="SELECT a.x AS a_x, a.y AS a_y, a.z AS a_z, a.q AS a_q \nFROM a"
    )
    shown = texts(panels.sql([(1, (wide,))], 40, 3))
    assert shown[1] == "    SELECT a.x AS a_x, ... 3 more FROM a"


@pytest.mark.parametrize("height", range(1, 12))
def test_the_sql_panel_is_never_higher_than_its_place(height: int) -> None:
    inputs = [(number, lazy_load(number, line=number)) for number in range(1, 6)]
    assert len(panels.sql(inputs, 30, height)) <= height


def test_the_expected_panel_is_made_from_the_goals() -> None:
    shown = texts(panels.expected(GOALS, lesson().steps[0], 50, 10, passed=False))
    assert shown == [
        "[x] the atlas is persistent",
        "[ ] nothing is committed yet",
        "    It is committed.",
    ]


def test_the_expected_panel_of_a_text_says_that_there_is_nothing_to_do() -> None:
    shown = texts(panels.expected((), lesson().steps[1], 70, 10, passed=True))
    assert shown == ["There is nothing to do in this step but to read on: F8 or :next."]


def test_a_text_that_does_not_fit_says_where_the_rest_is() -> None:
    lines = [[("", str(number))] for number in range(20)]
    shown, top = panels.scrolled(lines, 5, 0, 40)
    assert texts(shown)[-1].strip() == "(PgDn or F3: 16 lines more)"
    assert top == 0


def test_a_text_whose_lines_to_type_are_out_of_sight_shows_the_first_of_them() -> None:
    lines = [[("", str(number))] for number in range(6)]
    lines += [[("", "  >>> import this")], [("", "  >>> this.s")]]
    last = {
        (height, is_new): texts(panels.scrolled(lines, height, 0, 60, is_new=is_new)[0])[-1]
        for height in (5, 7, 9)
        for is_new in (True, False)
    }
    assert {key: " ".join(line.split()) for key, line in last.items()} == {
        (5, True): "below: >>> import this (PgDn or F3: 4 lines more)",
        (5, False): "(PgDn or F3: 4 lines more)",
        (7, True): "below: >>> import this (PgDn or F3: 2 lines more)",
        (7, False): "(PgDn or F3: 2 lines more)",
        (9, True): ">>> this.s",
        (9, False): ">>> this.s",
    }


def test_a_scrolled_text_says_which_lines_are_seen() -> None:
    lines = [[("", str(number))] for number in range(20)]
    shown, top = panels.scrolled(lines, 5, 99, 40)
    assert texts(shown) == ["16", "17", "18", "19", "       (lines 17 to 20 of 20; PgUp PgDn)"]
    assert top == 16
