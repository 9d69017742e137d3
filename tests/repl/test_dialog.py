"""The dialog: text goes in, events come out."""

from __future__ import annotations

from ormtutor.repl.events import Concluded, Entered, GoalMet, Judged, Replied, StepOpened
from tests.repl.conftest import Talk

PASS = ('atlas = Book(title="Atlas")', "session.add(atlas)", "session.flush()")


def test_code_is_entered_answered_and_concluded(talk: Talk) -> None:
    talk.perform(PASS[0], "1 + 1")
    kinds = [type(event) for event in talk.events]
    assert kinds == [Entered, Replied, Concluded]
    concluded = talk.events[-1]
    assert isinstance(concluded, Concluded)
    assert concluded.turn.value == "2"


def test_goals_are_told_as_they_are_met(talk: Talk) -> None:
    talk.perform(*PASS)
    met = [event.goal.text for event in talk.events if isinstance(event, GoalMet)]
    assert met == ["the atlas is persistent"]


def test_a_passed_step_says_how_to_go_on(talk: Talk) -> None:
    talk.perform(*PASS)
    (judged,) = [event for event in talk.events if isinstance(event, Judged)]
    assert judged.verdict.kind == "pass"
    assert judged.onward == "F8 or `:next`"


def test_a_step_is_praised_once(talk: Talk) -> None:
    talk.perform(*PASS, "1 + 1")
    assert talk.verdicts == []


def test_a_half_finished_attempt_is_never_called_wrong(talk: Talk) -> None:
    talk.perform(PASS[0])
    assert talk.verdicts == []


def test_a_declared_mistake_is_told_instead_of_advice(talk: Talk) -> None:
    talk.perform(PASS[0], PASS[1], "session.commit()")
    assert talk.verdicts == ["mistake"]


def test_an_error_is_followed_by_advice(talk: Talk) -> None:
    told = talk.perform(PASS[0], "atlsa")
    assert told == ["   -> Nothing here is called atlsa yet. Did you mean atlas?"]


def test_an_error_is_told_once(talk: Talk) -> None:
    talk.perform("atlsa")
    assert talk.verdicts == []


def test_a_question_is_put_before_the_input_that_it_is_about(talk: Talk) -> None:
    told = talk.perform(PASS[0])
    assert told == [
        "?  How many statements has the database received when add returns?"
        " (A number, or just go on.)"
    ]


def test_a_bare_number_answers_it(talk: Talk) -> None:
    told = talk.perform(PASS[0], "0")
    assert told == ["Right: 0. Now run it and see."]


def test_a_wrong_answer_says_what_is_true_and_blocks_nothing(talk: Talk) -> None:
    told = talk.perform(PASS[0], "one")
    assert told == ["You: one. The lesson's own lines: 0. Run it and see why."]
    talk.perform(*PASS[1:])
    assert talk.verdicts == ["pass"]


def test_code_passes_the_question_by(talk: Talk) -> None:
    talk.perform(*PASS)
    assert talk.verdicts == ["pass"]


def test_a_number_is_code_where_no_question_is_open(talk: Talk) -> None:
    talk.perform("0")
    assert isinstance(talk.events[0], Entered)
    assert talk.events[0].kind == "learner"


def test_code_that_stops_in_the_middle_says_so(talk: Talk) -> None:
    told = talk.perform("x = (")
    assert told == ["!  That stops in the middle of a statement, so that nothing was run."]


def test_a_slip_in_a_command_is_echoed_and_explained(talk: Talk) -> None:
    told = talk.perform(":hnt")
    assert isinstance(talk.events[0], Entered)
    assert told == [
        "!  There is no command :hnt.",
        "   -> Did you mean :hint? :help lists all.",
    ]


def test_entering_a_step_tells_it(talk: Talk) -> None:
    talk.perform(*PASS, ":next")
    (opened,) = [event for event in talk.events if isinstance(event, StepOpened)]
    assert (opened.step.id, opened.index) == ("read", 1)


def test_the_snapshot_holds_where_the_learner_is(talk: Talk) -> None:
    talk.perform(PASS[0])
    now = talk.dialog.snapshot()
    assert (now.step.id, now.index, len(now.turns), now.passed) == ("put", 0, 1, False)


def test_an_expression_decided_by_python_is_noticed(talk: Talk) -> None:
    told = talk.perform('session.query(Book).filter(Book.id == 1 and Book.title == "x")')
    assert told[0] == "   -> Python, not SQL, decided and: the filter is another one. :why"


NOTES = "texts = [note.text for book in session.query(Book) for note in book.notes]"


def test_the_lessons_own_line_is_not_called_surprising(talk: Talk) -> None:
    assert not any("N+1" in line for line in talk.perform(":go notes", NOTES))
    assert talk.perform(":why")[0] == "N+1: line 1 sent 5 SELECTs for Book.notes, one each."


def test_another_line_that_does_the_same_is(talk: Talk) -> None:
    told = talk.perform(":go notes", NOTES.replace("texts", "found"))
    assert told == ["   -> N+1: line 1 sent 5 SELECTs for Book.notes, one each. :why"]


EAGER = (
    "from sqlalchemy.orm import selectinload",
    "books = session.query(Book).options(selectinload(Book.notes)).all()",
)
UNUSED = "   -> Unused: the query on line 5 loaded Book.notes, and nobody read it. :why"


def test_what_nobody_read_is_told_when_the_step_is_left(talk: Talk) -> None:
    assert UNUSED not in talk.perform(*PASS, *EAGER)
    assert UNUSED in talk.perform(":next")


def test_a_step_that_is_not_left_is_not_looked_back_on(talk: Talk) -> None:
    assert "Unused" not in "".join(talk.perform(*EAGER, ":next"))


def test_welcome_is_said_to_newcomers_only(talk: Talk) -> None:
    talk.events.clear()
    talk.dialog.begin(talk.library.lessons[0], None, is_first=True)
    assert any("Type Python" in line for line in talk.told())
    talk.events.clear()
    talk.dialog.begin(talk.library.lessons[0], None, is_first=False)
    assert not any("Type Python" in line for line in talk.told())


def test_a_table_declared_before_says_how_many_inputs_to_take_back(talk: Talk) -> None:
    wrong = "class Pen(Base):\n    __tablename__ = 'pens'\n    name = Column(String)\n"
    right = wrong + "    id = Column(Integer, primary_key=True)\n"
    talk.perform("from sqlalchemy import Column, Integer, String", "Base = type(Book).__call__")
    talk.perform("from sqlalchemy.orm import declarative_base; Base = declarative_base()")
    talk.perform(wrong, "1 + 1")
    told = " ".join(line.strip() for line in talk.perform(right))
    assert "Or take back all since then: :undo 3." in told
    talk.perform(":undo 3")
    assert talk.perform(right) == []


def test_why_does_not_speak_of_what_was_taken_back(talk: Talk) -> None:
    talk.perform("1 / 0", ":undo")
    assert talk.perform(":why")[0] == "!  There was no error and no surprise yet."


def test_a_step_of_another_lesson_is_entered_by_its_number(talk: Talk) -> None:
    talk.perform(":go shelf/2")
    assert talk.dialog.tutor.index == 1


def test_what_was_done_can_be_forgotten(talk: Talk) -> None:
    talk.perform('atlas = Book(title="Atlas")', "session.add(atlas)", "session.flush()")
    assert talk.progress.status("shelf", "put") == "done"
    told = talk.perform(":forget")
    assert told == [
        "Forgotten: 1 step of the lesson shelf. Your place here stays; :reset begins the step "
        "again."
    ]
    assert talk.progress.status("shelf", "put") == ""


def test_a_method_that_is_not_called_gets_a_word(talk: Talk) -> None:
    assert talk.perform("1", "session.commit") == [
        "   -> session.commit is the method itself: session.commit() calls it."
    ]
    assert talk.perform("print(session.commit)") == []
    assert talk.perform("session.commit()") == []
