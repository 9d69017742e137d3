"""The tutor without a terminal: a real kernel, lessons of our own, everything a learner can do."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ormtutor.course.checking import Goal, Verdict
from ormtutor.course.library import Library, find
from ormtutor.course.progress import Progress
from ormtutor.errors import CommandError
from ormtutor.tutor import Turn, Tutor
from tests.oracle.releases import installed

LESSONS = Path(__file__).parent / "course" / "lessons"

Open = Callable[..., Tutor]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give all tests of a run the same home, so that vectors of mistakes are computed once."""
    home = tmp_path_factory.getbasetemp() / "home"
    monkeypatch.setenv("ORMTUTOR_HOME", str(home))
    return home


@pytest.fixture(scope="module")
def library() -> Library:
    return find([LESSONS])


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def enter(library: Library, notices: list[str]) -> Iterator[Open]:
    """Return a function that opens a lesson at a step, with or without earlier progress."""
    opened: list[Tutor] = []

    def enter(lesson: str, step: str | None = None, progress: Progress | None = None) -> Tutor:
        tutor = Tutor(library, progress or Progress(None), on_notice=notices.append)
        opened.append(tutor)
        tutor.open(library.lesson(lesson), step)
        return tutor

    yield enter
    for tutor in opened:
        tutor.close()


def kinds(turns: list[Turn]) -> list[str]:
    return [turn.verdict.kind if turn.verdict else "" for turn in turns]


def submit_all(tutor: Tutor, *sources: str) -> list[Turn]:
    return [tutor.submit(source) for source in sources]


def met(tutor: Tutor) -> list[bool]:
    return [goal.met for goal in tutor.goals]


NOOR = 'noor = User(name="Noor")'

# --- a turn ---------------------------------------------------------------------------------------


def test_a_turn_holds_all_that_came_of_an_input(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, NOOR, "session.add(noor)")
    turn = tutor.submit("session.flush()")
    assert (turn.number, turn.first_line, turn.step) == (3, 3, "session/queued")
    assert [(s.number, s.sql, s.line) for s in turn.statements] == [
        (1, "INSERT INTO users (name) VALUES (?)", 3)
    ]
    assert [t.event for t in turn.transactions] == ["BEGIN"]
    assert [(c.name, c.before, c.after) for c in turn.transitions] == [
        ("noor", "pending", "persistent")
    ]
    assert turn.rows[1].rows == 1


def test_a_value_and_an_output_are_told_apart(enter: Open) -> None:
    turn = enter("session", "queued").submit("print('hello'); 1 + 1")
    assert (turn.output, turn.value, turn.status) == ("hello\n", "2", "ok")


def test_an_exception_is_a_failure_and_no_exception_here(enter: Open) -> None:
    turn = enter("session", "queued").submit("1 / 0")
    assert turn.failure is not None
    assert (turn.failure.kind, turn.failure.line) == ("ZeroDivisionError", 1)
    assert turn.verdict == Verdict("error", "ZeroDivisionError: division by zero")


def test_lines_are_counted_through_the_step(enter: Open) -> None:
    tutor = enter("session", "queued")
    tutor.submit("def f():\n    return 1\n")
    assert tutor.submit("f()").first_line == 3


def test_an_unfinished_statement_is_no_input(enter: Open) -> None:
    tutor = enter("session", "queued")
    assert tutor.submit("def f():").status == "incomplete"
    assert tutor.turns == ()


def test_replies_are_heard_as_they_come(enter: Open) -> None:
    heard: list[str] = []
    turn = enter("session", "queued").submit(
        "print(1)", on_reply=lambda reply: heard.append(type(reply).__name__)
    )
    assert heard == [type(reply).__name__ for reply in turn.replies]
    assert (heard[0], heard[-1]) == ("Output", "Finished")


def test_input_is_asked_for_and_given_again_in_a_replay(enter: Open) -> None:
    tutor = enter("session", "queued")
    tutor.submit("name = input('who? ')", on_input=lambda prompt: prompt + "Noor")
    tutor.submit("1")
    tutor.undo()
    assert tutor.submit("name").value == "'who? Noor'"


# --- goals and verdicts ---------------------------------------------------------------------------


def test_the_goals_are_there_before_anything_is_typed(enter: Open) -> None:
    tutor = enter("session", "queued")
    assert [(goal.text, goal.met) for goal in tutor.goals] == [
        ("noor is persistent", False),
        ("nothing is committed yet", True),
    ]


def test_the_straight_path_says_nothing_until_the_step_is_done(enter: Open) -> None:
    tutor = enter("session", "queued")
    turns = submit_all(tutor, NOOR, "session.add(noor)", "noor.id is None", "session.flush()")
    assert kinds(turns) == ["not yet", "not yet", "not yet", "pass"]
    assert turns[-1].verdict == Verdict("pass", "1 INSERT")
    assert turns[-1].goals[0] == Goal(
        "noor is persistent", met=True, was_met=False, left="persistent", checked=True
    )
    assert tutor.passed


def test_after_a_pass_nothing_is_judged_any_more(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, NOOR, "session.add(noor)", "session.flush()")
    assert tutor.submit("session.commit()").verdict is None
    assert tutor.passed


def test_another_way_to_the_same_effect_passes(enter: Open) -> None:
    tutor = enter("session", "queued")
    turn = tutor.submit(tutor.step.alternatives[0].source)
    assert turn.verdict == Verdict("pass", "1 INSERT")


def test_other_traffic_is_a_pass_that_shows_both(enter: Open) -> None:
    tutor = enter("session", "queued")
    turn = tutor.submit(f"session.query(User).all(); {NOOR}; session.add(noor); session.flush()")
    assert turn.verdict is not None
    assert turn.verdict.kind == "different"
    assert turn.verdict.message == "yours: 1 SELECT, 0 rows; 1 INSERT. The lesson's: 1 INSERT."


def test_a_declared_mistake_is_recognised_and_told_once(enter: Open) -> None:
    tutor = enter("session", "queued")
    turns = submit_all(tutor, NOOR, "session.add(noor)", "session.commit()", "noor.name")
    assert kinds(turns) == ["not yet", "not yet", "mistake", "not yet"]
    assert turns[2].verdict is not None
    assert turns[2].verdict.message == tutor.step.mistakes[0].message
    assert tutor.check().kind == "mistake"


def test_a_goal_that_is_lost_is_told(enter: Open) -> None:
    tutor = enter("session", "queued")
    turns = submit_all(tutor, NOOR, "session.add(User(name='Noor')); session.commit()")
    assert turns[1].verdict is not None
    assert turns[1].verdict.kind == "regressed"
    assert turns[1].verdict.message.startswith("No longer met: nothing is committed yet.")


def test_whoever_asks_is_told_what_is_missing(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, NOOR)
    assert tutor.check() == Verdict(
        "almost", "Noor is transient: which call makes the session write?"
    )


def test_attempts_that_went_wrong_are_counted(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, "1 / 0", NOOR, "nor")
    assert tutor.attempts == 2


# --- steps without checks -------------------------------------------------------------------------


def test_a_step_without_checks_asks_for_what_its_lines_do(enter: Open) -> None:
    tutor = enter("default", "store")
    turn = tutor.submit("session.add_all([Tool(name='awl'), saw])")
    assert [(goal.text, goal.met) for goal in turn.goals] == [
        ("tools holds 2 more rows, committed", False)
    ]
    assert turn.goals[0].message == "missing: tools(name='saw'); missing: tools(name='awl')"
    assert tutor.submit("session.commit()").verdict == Verdict("pass", "2 INSERTs")


def test_rows_may_have_other_numbers_and_company(enter: Open) -> None:
    tutor = enter("default", "store")
    tutor.submit("session.add(Tool(id=40, name='rope')); session.flush()")
    turn = tutor.submit("session.add_all([Tool(name='awl'), saw]); session.commit()")
    assert tutor.passed
    assert turn.verdict is not None


def test_an_exact_fence_asks_for_the_very_statements(enter: Open) -> None:
    tutor = enter("default", "ask")
    turn = tutor.submit("names = {tool.name for tool in session.query(Tool)}")
    assert turn.verdict is not None
    assert turn.verdict.message == "That asks for whole objects."
    tutor.undo()
    turn = tutor.submit("names = {name for (name,) in session.query(Tool.name)}; len(names)")
    assert turn.verdict == Verdict("pass", "1 SELECT, 2 rows")


def test_an_exception_can_be_what_the_step_asks_for(enter: Open) -> None:
    tutor = enter("default", "error")
    turns = submit_all(tutor, "1 / 0", 'session.query(Tool).filter_by(named="saw")')
    assert kinds(turns) == ["error", "pass"]


# --- challenges -----------------------------------------------------------------------------------


def test_a_challenge_is_judged_on_the_function_not_on_tries(enter: Open) -> None:
    tutor = enter("session", "list")
    wrong, right = tutor.step.mistakes[1].source, tutor.step.alternatives[0].source
    turns = submit_all(tutor, wrong, "mail_list(session)", right)
    assert kinds(turns) == ["mistake", "not yet", "different"]


def test_traffic_alone_can_miss_a_challenge(enter: Open) -> None:
    tutor = enter("session", "list")
    turn = tutor.submit(tutor.step.mistakes[0].source)
    assert met(tutor) == [True, False, False]
    assert turn.verdict is not None
    assert turn.verdict.kind == "mistake"


def test_of_a_challenge_the_judged_expression_is_compared(enter: Open) -> None:
    tutor = enter("session", "list")
    assert tutor.halves() is None
    tutor.submit(tutor.step.mistakes[0].source)
    halves = tutor.halves()
    assert halves is not None
    asked, yours = halves
    assert asked.shown == yours.shown != ""
    assert len(yours.sent) > len(asked.sent)


def test_a_try_is_compared_with_what_the_lesson_does(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, NOOR, "session.add(noor)", "1 / 0")
    halves = tutor.halves()
    assert halves is not None
    asked, yours = halves
    assert [item.cause for item in asked.sent if not item.is_transaction] == ["flush: explicit"]
    assert (yours.sent, yours.shown) == ((), "ZeroDivisionError: division by zero\n")


def test_a_challenge_leaves_the_learners_own_data_alone(enter: Open) -> None:
    tutor = enter("session", "list")
    tutor.submit(tutor.step.alternatives[0].source)
    assert tutor.submit("session.query(User).count()").value == "3"


def test_a_value_that_is_wrong_is_told_with_both_halves(enter: Open) -> None:
    tutor = enter("session", "list")
    turn = tutor.submit("def mail_list(session):\n    return {'Ilse': []}\n")
    assert turn.goals[0].message.startswith("you: {'Ilse': []}; the step asks: {'Ilse': ['i@mill")
    assert turn.verdict is not None
    assert turn.verdict.kind == "almost"


def test_what_works_on_the_seen_data_only_is_told(enter: Open) -> None:
    tutor = enter("session", "list")
    known = tutor.step.solution[-1].want.strip()
    turn = tutor.submit(f"def mail_list(session):\n    return {known}\n")
    assert turn.goals[0].message.startswith("on other data, you: {'Ilse'")


def test_a_function_that_fails_is_told_with_its_exception(enter: Open) -> None:
    turn = enter("session", "list").submit("def mail_list(session):\n    return 1 / 0\n")
    assert turn.goals[0].message == "you: ZeroDivisionError: division by zero"


def test_a_definition_in_an_input_that_raised_counts(enter: Open) -> None:
    tutor = enter("session", "list")
    turn = tutor.submit(f"{tutor.step.mistakes[1].source}\nmail_list(nowhere)")
    assert turn.verdict is not None
    assert turn.verdict.kind == "error"
    assert tutor.check().message == tutor.step.mistakes[1].message


def test_passing_the_challenge_first_tests_out_of_the_lesson(enter: Open) -> None:
    tutor = enter("session", "list")
    tutor.submit(tutor.step.alternatives[0].source)
    assert tutor.progress.status("session", "list") == "different"
    assert tutor.progress.status("session", "queued") == "tested out"


# --- predictions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "right"), [("0", True), ("none at all", True), ("zero", True), ("1", False)]
)
def test_a_prediction_is_answered_by_running(enter: Open, given: str, right: bool) -> None:
    tutor = enter("session", "queued")
    assert tutor.question() is None
    tutor.submit(NOOR)
    prediction = tutor.predict(given)
    assert (prediction.truth, prediction.is_right) == ("0", right)
    assert tutor.question() is None


def test_questions_are_put_before_the_input_that_answers_them(enter: Open) -> None:
    tutor = enter("default", "ask")
    question = tutor.question()
    assert question is not None
    assert question.question == "How many?"
    assert tutor.predict("one").is_right
    tutor.submit("names = set()")
    prediction = tutor.predict("2 tools")
    assert (prediction.truth, prediction.is_right) == ("2", True)


# --- moving about ---------------------------------------------------------------------------------


def test_an_unfinished_step_is_not_left_by_next(enter: Open) -> None:
    with pytest.raises(CommandError, match="this step is not done yet"):
        enter("session", "queued").next()


def test_next_goes_on_in_the_kernel_as_it_is(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, "mine = 5", NOOR, "session.add(noor)", "session.flush()")
    tutor.next()
    assert (tutor.step.id, tutor.index, tutor.turns) == ("list", 1, ())
    assert tutor.submit("mine").value == "5"


def test_after_the_last_step_there_is_no_next(enter: Open) -> None:
    tutor = enter("session", "list")
    tutor.submit(tutor.step.alternatives[0].source)
    with pytest.raises(CommandError, match="the last step"):
        tutor.next()


def test_a_step_of_text_is_done_by_going_on(enter: Open) -> None:
    tutor = enter("default", "look")
    assert [(turn.kind, turn.value) for turn in tutor.turns] == [
        ("demo", None),
        ("demo", "'saw'"),
    ]
    assert tutor.progress.status("default", "look") == ""
    tutor.next()
    assert tutor.progress.status("default", "look") == "done"


def test_every_step_can_be_entered(enter: Open) -> None:
    tutor = enter("session", "list")
    assert tutor.submit("noor in session").value == "False"  # the setup of this step rolled back
    tutor.go("queued")
    assert tutor.submit(NOOR).status == "ok"
    tutor.go("default/ask")
    assert tutor.submit("saw.name").value == "'saw'"


def test_a_wrong_step_gets_the_nearest_one(enter: Open) -> None:
    with pytest.raises(CommandError, match="Did you mean queued"):
        enter("session", "queued").go("queud")


def test_back_goes_back(enter: Open) -> None:
    tutor = enter("session", "list")
    tutor.back()
    assert tutor.step.id == "queued"
    with pytest.raises(CommandError, match="the first step"):
        tutor.back()


def test_skip_runs_the_lessons_answer_from_the_steps_start(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, "del User", "session.close()", "session = None")
    turns = tutor.skip()
    assert [turn.status for turn in turns] == ["ok"] * 5
    assert tutor.step.id == "list"
    assert tutor.progress.status("session", "queued") == "skipped"


def test_skip_cannot_fail_where_the_learners_own_past_is_in_the_way(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, NOOR, "session.add(noor)", "session.flush()", "del User, Address")
    tutor.next()
    turns = tutor.skip()
    assert turns[-1].value is not None
    assert turns[-1].value.startswith("{'Ilse'")


# --- taking back ----------------------------------------------------------------------------------


def test_undo_takes_the_last_inputs_back(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, NOOR, "session.add(noor)", "session.commit()", "x = 1")
    taken = tutor.undo(2)
    assert [turn.source for turn in taken] == ["session.commit()", "x = 1"]
    assert met(tutor) == [False, True]
    assert tutor.submit("x").status == "error"
    tutor.undo()
    assert kinds(submit_all(tutor, "session.flush()")) == ["pass"]


def test_undo_of_nothing_takes_nothing(enter: Open) -> None:
    assert enter("session", "queued").undo() == ()


def test_redo_runs_what_undo_took_back(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, "x = 1", "x += 1")
    tutor.undo(2)
    tutor.redo()
    tutor.redo()
    assert tutor.submit("x").value == "2"
    with pytest.raises(CommandError, match="nothing to redo"):
        tutor.redo()


def test_a_replay_that_gives_something_else_says_so(enter: Open, notices: list[str]) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, "import time", "print(time.perf_counter_ns())", "object()", "1")
    tutor.undo()
    assert notices == ["line 2 gave something else this time"]


def test_chance_is_the_same_in_a_replay(enter: Open, notices: list[str]) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, "import random, uuid", "random.random(), uuid.uuid4()", "1")
    tutor.undo()
    assert notices == []


def test_reset_begins_the_step_again(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, NOOR, "session.add(noor)", "session.commit()")
    tutor.reset()
    assert tutor.turns == ()
    assert met(tutor) == [False, True]
    assert tutor.submit("noor").status == "error"


def test_the_sandbox_leaves_no_trace(enter: Open) -> None:
    tutor = enter("session", "queued")
    tutor.submit(NOOR)
    tutor.play()
    turn = tutor.submit("session.add(noor); session.commit(); noor.id")
    assert (turn.kind, turn.value, turn.verdict) == ("play", "1", None)
    tutor.leave_play()
    assert tutor.submit("noor in session").value == "False"
    assert met(tutor) == [False, True]


def test_the_sandbox_has_an_undo_of_its_own(enter: Open) -> None:
    tutor = enter("session", "queued")
    tutor.submit(NOOR)
    tutor.play()
    submit_all(tutor, "a = 1", "a = 2")
    tutor.undo()
    assert tutor.submit("a, noor.name").value == "(1, 'Noor')"


def test_what_is_no_sandbox_is_not_left(enter: Open) -> None:
    with pytest.raises(CommandError, match="this is no sandbox"):
        enter("session", "queued").leave_play()


# --- trouble --------------------------------------------------------------------------------------


def test_a_kernel_that_dies_is_replaced_and_the_rest_replayed(
    enter: Open, notices: list[str]
) -> None:
    tutor = enter("session", "queued")
    turns = submit_all(tutor, NOOR, "session.add(noor)", "import os; os._exit(3)", "noor.name")
    assert turns[2].is_lost
    assert turns[2].verdict == Verdict("error", "The kernel died: exit code 3")
    assert turns[3].value == "'Noor'"
    assert notices == [
        "the kernel died (exit code 3); your names are back by replaying 2 inputs, "
        "without the last one"
    ]


def test_a_kernel_that_dies_after_the_input_is_replaced_too(
    enter: Open, notices: list[str]
) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, "x = 1", "import os, threading, time")
    tutor.submit("threading.Timer(0, os._exit, [3]).start(); time.sleep(5)")
    assert tutor.submit("x").value == "1"
    assert len(notices) == 1


def test_waiting_for_a_slow_answer_can_be_interrupted(enter: Open) -> None:
    tutor = enter("session", "list")
    tutor.check()  # waits until the lesson's own answer has been run
    slow = "import time\ndef mail_list(session):\n    print(time.sleep(60))\n"
    threading.Timer(1.5, tutor.interrupt).start()
    turn = tutor.submit(slow)
    assert turn.goals[0].message.startswith("you: KeyboardInterrupt")


def test_an_endless_loop_is_stopped_and_the_names_stay(enter: Open) -> None:
    tutor = enter("session", "queued")
    tutor.submit("x = 5")
    turn = tutor.submit(
        "print('on')\nwhile True: pass", on_reply=lambda reply: tutor.interrupt() and None
    )
    assert (turn.status, turn.is_lost) == ("interrupted", True)
    assert tutor.submit("x").value == "5"


def test_an_interrupted_input_is_not_replayed(enter: Open) -> None:
    tutor = enter("session", "queued")
    tutor.submit("print('on')\nwhile True: pass", on_reply=lambda reply: tutor.interrupt() and None)
    submit_all(tutor, "x = 5", "x = 6")
    tutor.undo()
    assert tutor.submit("x").value == "5"


def test_restart_replays_the_inputs(enter: Open) -> None:
    tutor = enter("session", "queued")
    tutor.submit("x = 5")
    before = tutor.submit("import os; os.getpid()").value
    tutor.restart()
    turns = tutor.turns
    assert turns[1].value != before
    assert tutor.submit("x").value == "5"


def test_closing_twice_leaves_no_child(enter: Open) -> None:
    tutor = enter("session", "queued")
    pid = tutor.submit("import os; os.getpid()").value
    tutor.close()
    tutor.close()
    alive = subprocess.run(
        [sys.executable, "-c", f"import os; os.kill({pid}, 0)"], capture_output=True, check=False
    )
    assert b"ProcessLookupError" in alive.stderr


# --- help and memory ------------------------------------------------------------------------------


def test_hints_come_one_by_one_and_are_remembered(enter: Open) -> None:
    tutor = enter("session", "queued")
    first, second = tutor.step.hints
    assert [tutor.hint(), tutor.hint(), tutor.hint()] == [first, second, None]
    assert tutor.hints_shown == 2
    assert tutor.progress.entry("session", "queued").hints == 2


def test_the_solution_comes_line_by_line(enter: Open) -> None:
    tutor = enter("session", "queued")
    lines = [tutor.solution() for _ in range(6)]
    assert lines == [
        (NOOR, False),
        ("session.add(noor)", False),
        ("noor.id is None", False),
        ("session.flush()", False),
        ("noor.id", False),
        None,
    ]


def test_a_line_of_the_solution_says_whether_a_statement_goes_on(enter: Open) -> None:
    tutor = enter("session", "list")
    goes_on = [found[1] for found in iter(tutor.solution, None) if found is not None]
    assert goes_on == [False, False, True, True, False]


def test_the_learner_goes_on_with_her_own_names(enter: Open, tmp_path: Path) -> None:
    progress = Progress(tmp_path / "progress.json")
    tutor = enter("session", "queued", progress)
    submit_all(tutor, "extra = 3", NOOR, "session.add(noor)", "session.flush()")
    tutor.next()
    tutor.close()
    progress.close()
    later = enter("session", None, Progress(tmp_path / "progress.json"))
    assert later.step.id == "list"
    assert later.submit("extra").value == "3"


def test_inputs_for_another_content_are_not_replayed(enter: Open) -> None:
    progress = Progress(None)
    progress.record("session", "queued", status="done", inputs=("extra = 3",), digest="old")
    assert enter("session", "list", progress).submit("extra").status == "error"


def test_inputs_that_kill_the_kernel_are_replaced_by_the_lessons(
    enter: Open, library: Library, notices: list[str]
) -> None:
    progress = Progress(None)
    digest = library.lesson("session").digest
    deadly = ("import os; os._exit(3)",)
    progress.record("session", "queued", status="done", inputs=deadly, digest=digest)
    tutor = enter("session", "list", progress)
    assert tutor.step.id == "list"
    assert notices == ["your earlier inputs could not be replayed; the lesson's own were run"]


def test_what_is_disputed_goes_on_with_a_report(enter: Open) -> None:
    tutor = enter("session", "queued")
    tutor.submit(NOOR)
    report = Path(tutor.accept()).read_text(encoding="utf-8")
    assert tutor.step.id == "list"
    assert tutor.progress.status("session", "queued") == "disputed"
    assert f"```python alt\n{NOOR}\n```" in report
    assert "- [ ] noor is persistent" in report


def test_what_was_done_is_a_script_for_sqlalchemy(enter: Open, tmp_path: Path) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, NOOR, "session.add(noor)", "1 / 0", "session.flush()", "print(noor.id)")
    script = tutor.script()
    assert "1 / 0" not in script
    assert "# INSERT INTO users (name) VALUES ('Noor')  (flush: explicit)" in script
    path = tmp_path / "mine.py"
    path.write_text(script, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(path)],
        env={"PYTHONPATH": str(installed("1.4"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.returncode) == ("1\n", 0)


def test_a_fact_can_be_asked(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, NOOR, "session.add(noor)")
    assert tutor.ask("plan()") == "['INSERT noor']"
    with pytest.raises(CommandError, match="NameError"):
        tutor.ask("nowhere")


def test_the_panels_see_names_and_rows(enter: Open) -> None:
    tutor = enter("session", "queued")
    submit_all(tutor, NOOR, "session.add(noor)", "session.flush()")
    assert tutor.view("tables")["tables"]["users"]["rows"] == [["1", "'Noor'"]]
    assert tutor.view("names")["noor"]["state"] == "persistent"
