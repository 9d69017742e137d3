"""The commands that ask, over the small lesson, on the screen and in line mode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ormtutor.repl import commands
from tests.repl.conftest import Talk
from tests.repl.test_dialog import PASS
from tests.repl.test_line import Lines, lines

__all__ = ["lines"]

SCRIPT = "\n".join(PASS) + "\n"


def test_explain_tells_the_plan_of_a_statement(talk: Talk) -> None:
    assert talk.perform(":explain") == [
        "!  Nothing has been sent in this step yet.",
        "   -> :sql lists.",
    ]
    assert talk.perform(*PASS, ":explain 1") == [
        "Statement 1",
        "  writes without looking anything up: no table has to be searched",
    ]
    assert talk.perform("session.query(Book).order_by(Book.title).all()", ":explain") == [
        "Statement 2",
        "  reads every row of books",
        "  sorts in memory, for ORDER BY",
        "Reading every row is the fastest way through a small table. Of a large one, an index on "
        "what the",
        "WHERE or the join compares saves it.",
    ]
    assert talk.perform(":explain 9")[0] == "!  There is no statement 9 in this step."
    assert talk.perform(":expl x")[0] == "!  'x' is no number."


def test_explain_says_its_words_in_line_mode(lines: Lines) -> None:
    told = lines.run(f"{SCRIPT}session.get(Book, 1).title\n:explain 1\n")
    assert told[-2:] == [
        "Statement 1: INSERT INTO books (title) VALUES (?)",
        "Part 1: writes without looking anything up: no table has to be searched.",
    ]


def test_story_tells_a_life(talk: Talk) -> None:
    assert talk.perform(":story") == [
        "!  The story of which object?",
        "   -> No mapped object has a name yet.",
    ]
    assert talk.perform(*PASS, ":story atlas") == [
        "atlas (Book#1) is persistent now",
        "     transient",
        "  -> pending     line 2  session.add(atlas)",
        "  -> persistent  line 3  session.flush(); flush: explicit, statement #1",
    ]
    assert talk.perform("other = Book()", ":sto other") == [
        "other (Book (new)) is transient now",
        "  No session has been told of it: it is an object like any other.",
    ]
    assert talk.perform(":story")[1] == "   -> There are: atlas, other."
    assert talk.perform(":story atlsa") == [
        "!  There is no object called 'atlsa'.",
        "   -> There are: atlas, other.",
    ]


def test_story_goes_on_in_the_sandbox(talk: Talk) -> None:
    assert talk.perform(*PASS, ":play", "session.commit()", ":story atlas")[-2:] == [
        "  -> persistent  line 3  session.flush(); flush: explicit, statement #1",
        "     expired     line 1  session.commit()",
    ]


def test_story_proposes_the_names_of_objects(talk: Talk) -> None:
    talk.perform(*PASS)
    assert commands.candidates(talk.dialog, ":story a") == [("atlas", 1, "story")]


def test_story_is_told_in_sentences_in_line_mode(lines: Lines) -> None:
    told = lines.run(f"{SCRIPT}session.commit()\nsession.close()\n:story atlas\n")
    assert told[-6:] == [
        "atlas (Book#1) is detached now.",
        "It was made: transient.",
        "It became pending: line 2, session.add(atlas).",
        "It became persistent: line 3, session.flush(), flush: explicit, statement #1.",
        "It expired: its values are read again when they are needed; line 4, session.commit().",
        "It became detached: line 5, session.close().",
    ]


def test_plan_asks_the_unit_of_work(talk: Talk) -> None:
    assert talk.perform(":plan") == [
        "A flush would do nothing now: nothing is new, changed or marked."
    ]
    assert talk.perform(*PASS[:2], ":plan") == [
        "A flush would now, in this order:",
        "  1  insert Book (new) into books: title='Atlas' (added)",
    ]


def test_whatif_tells_objects_and_rows_and_does_nothing(talk: Talk) -> None:
    assert talk.perform(":whatif") == [
        "!  What if what?",
        "   -> :whatif rollback, :whatif commit, :whatif close or :whatif selectinload.",
    ]
    talk.perform(*PASS, "session.add(Book(title='Late'))")
    assert talk.perform(":whatif roll") == [
        "session.rollback() would now:",
        "objects",
        "  atlas       persistent -> transient  its row is taken back; it keeps what it holds",
        "  Book (new)  pending -> transient     was never written; the session forgets it",
        "rows that others do not see yet",
        "  books: 1 new row goes",
        "None of it was done.",
    ]
    assert talk.perform(":whatif commit") == [
        "session.commit() would now:",
        "first flush",
        "  insert Book (new) into books: title='Late' (added)",
        "objects",
        "  atlas       persistent             expired, read again at the next use",
        "  Book (new)  pending -> persistent  its row is inserted; expired, read again at the next "
        "use",
        "rows that others do not see yet",
        "  books: 1 new row stays",
        "None of it was done.",
    ]  # fmt: skip
    assert len(talk.dialog.tutor.statements) == 1


def test_whatif_is_told_in_sentences_in_line_mode(lines: Lines) -> None:
    told = lines.run(f"{SCRIPT}:whatif close\n:plan\n")
    assert told[-6:] == [
        "atlas, persistent, becomes detached: its row is taken back, so that it stands for a row "
        "that is not there.",
        "Rows of books: 1 new row goes.",
        "None of it was done.",
        ">>> :plan",
        "Plan:",
        "A flush would do nothing now: nothing is new, changed or marked.",
    ]


def test_doc_tells_what_a_name_is(talk: Talk) -> None:
    assert talk.perform(":doc") == [
        "!  About which name?",
        "   -> :doc session.add, :doc Member.",
    ]
    assert talk.perform(":doc Note.text") == [
        "Note.text",
        "  a mapped attribute of Note",
        "  text: column notes.text, VARCHAR(60)",
    ]
    talk.perform('def greet(name, loud=False):\n    """Say hello."""')
    assert talk.perform(":doc greet") == [
        "greet(name, loud=False)",
        "  a function",
        "",
        "  Say hello.",
    ]
    assert talk.perform(":doc gret") == [
        "!  Nothing here is called 'gret'.",
        "   -> Did you mean greet?",
    ]


def test_doc_is_told_in_sentences_in_line_mode(lines: Lines) -> None:
    told = lines.run('def greet(name):\n    """Say hello."""\n\n:doc greet\n')
    assert told[-3:] == [
        "greet is a function.",
        "It is called as greet(name).",
        "Say hello.",
    ]


def test_help_knows_the_terms_of_the_field(talk: Talk) -> None:
    assert talk.perform(":help identity map") == [
        "identity map: The session's register: for each class and primary key the one object that "
        "stands for",
        "the row. Ask for the row twice, and you get the same object twice.",
        "",
        "Taught in session/identity: :go session/identity.",
    ]
    assert talk.perform(":help N+1")[0].startswith("N+1: ")
    assert talk.perform(":help delete orphan")[0].startswith("orphan: ")
    assert talk.perform(":help identiy map") == [
        "!  There is no command or term 'identiy map'.",
        "   -> Did you mean identity map? :help lists the commands.",
    ]


def test_a_word_that_is_a_command_and_a_term_is_both(talk: Talk) -> None:
    told = talk.perform(":help session")
    assert told[0] == ":session"
    assert any(line.startswith("session: The place of work") for line in told)
    assert talk.perform(":help :session")[-1] == "The objects of the session and their states."


def test_the_beginning_of_a_term_is_enough(talk: Talk) -> None:
    assert talk.perform(":help autof")[0].startswith("autoflush: ")
    assert talk.perform(":help nonsense")[0] == "!  There is no command :nonsense."


def test_help_says_a_term_in_line_mode(lines: Lines) -> None:
    told = lines.run(":help autoflush\n")
    assert told[-1] == "Taught in `session/autoflush`: `:go session/autoflush`."


def test_schema_draws_the_tables(talk: Talk) -> None:
    assert talk.perform(":schema")[-1] == "Book.notes  ──<  Note.book  one-to-many"
    assert talk.perform(":schema mermaid")[0] == "erDiagram"
    assert talk.perform(":schema mermiad")[0] == "!  :schema knows no 'mermiad'."


def test_states_mark_where_the_objects_are(talk: Talk) -> None:
    told = talk.perform(*PASS, "other = Book()", ":states")
    assert told[0].endswith("knows it  other")
    assert told[4].endswith("identity map  atlas")
    assert talk.perform(":states atlas")[0].startswith(" + transient")
    assert talk.perform(":states mermaid atlas")[-1] == "    note right of persistent: atlas"
    assert talk.perform(":states nobody")[0] == "!  There is no object called 'nobody'."


def test_pictures_are_words_in_line_mode(lines: Lines) -> None:
    told = lines.run(f"{SCRIPT}:schema\n:states atlas\n")
    assert "Book.notes and Note.book: one-to-many." in told
    assert told[-1] == "atlas is persistent now."
    assert not any("│" in line for line in told)


def test_diff_shows_both_halves(talk: Talk) -> None:
    assert talk.perform(*PASS[:2], 'print("hi")', ":diff") == [
        "- the step asks  the atlas is persistent",
        "+ you            The atlas is pending.",
        "Output",
        "+ you            hi",
        "SQL",
        "- the step asks  INSERT INTO books (title) VALUES ('Atlas')  (flush: explicit)",
        "Only the goals are judged: another way to them is right as well.",
    ]


def test_diff_of_the_same_says_so(talk: Talk) -> None:
    assert talk.perform(*PASS, ":diff") == ["Output", "  none, on both sides", "SQL", "  the same"]


def test_diff_needs_something_that_is_asked(talk: Talk) -> None:
    assert talk.perform(":play", ":diff") == ["!  Nothing is asked in the sandbox."]


def test_diff_is_told_in_sentences_in_line_mode(lines: Lines) -> None:
    told = lines.run('atlas = Book(title="Atlas")\nprint("hi")\n:diff\n')
    assert told[-4:] == [
        "The step asks: the atlas is persistent. You: The atlas is transient.",
        "Output, you: hi",
        "SQL, the step asks: INSERT INTO books (title) VALUES ('Atlas')  (flush: explicit)",
        "Only the goals are judged: another way to them is right as well.",
    ]


ASKED = (
    ":sql", ":sql 1", ":explain", ":session", ":tables", ":rows books", ":story atlas", ":states",
    ":states atlas", ":schema", ":plan", ":whatif rollback", ":whatif commit", ":whatif close",
    ":doc atlas.notes", ":help flush", ":diff", ":goal", ":check", ":why",
)  # fmt: skip


def test_no_question_sends_anything_or_touches_the_objects(talk: Talk) -> None:
    talk.perform(*PASS, "session.commit()", "session.add(Book())")
    tutor = talk.dialog.tutor
    before = tutor.view("effects", 5_000), tutor.view("session", 5_000), tutor.statements
    for command in ASKED:
        talk.perform(command)
    assert (tutor.view("effects", 5_000), tutor.view("session", 5_000), tutor.statements) == before
    talk.perform("len(session.new), len(session.dirty)")
    assert tutor.turns[-1].value == "(1, 0)"
    assert tutor.turns[-1].statements == ()


@pytest.fixture
def real() -> Iterator[Talk]:
    """Return a dialog in the first step, on SQLAlchemy itself."""
    talk = Talk(release="1.4")
    yield talk
    talk.dialog.tutor.close()


def test_every_question_is_answered_on_real_sqlalchemy(real: Talk) -> None:
    real.perform(*PASS, "session.add(Book(title='Late'))")
    refused = [
        command
        for command in ASKED
        if any(line.startswith("!") for line in real.perform(command)) and command != ":why"
    ]
    assert refused == []


def test_what_real_sqlalchemy_does_not_tell_is_not_available(real: Talk) -> None:
    real.perform(*PASS, "session.add(Book(title='Late'))")
    assert real.perform(":plan") == [
        "A flush would now:",
        "  1  insert Book (new)",
        "On real SQLAlchemy values, order, cascades and reasons are not available.",
    ]
    assert real.perform(":whatif commit")[3] == (
        "  On real SQLAlchemy values, order, cascades and reasons are not available."
    )
    assert real.perform(":story atlas")[-1] == (
        "  -> persistent  line 3  session.flush(); flush: explicit, statement #1"
    )
