"""Line mode: the same events, one fact a line, append-only."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ormtutor.kernel.messages import StateChange, Transaction
from ormtutor.repl.line import LineMode, facts, terminal_width
from tests.repl.conftest import Talk
from tests.repl.shelf import FLUSH, GOLDEN, LESSON_FILE, finished, lazy_load

PASS = 'atlas = Book(title="Atlas")\nsession.add(atlas)\nsession.flush()\n'


class Lines:
    """Line mode with a script, and what it printed."""

    def __init__(self) -> None:
        self.talk = Talk(is_screen=False)

    def run(self, script: str) -> list[str]:
        self.mode = LineMode(
            self.talk.dialog, stdin=io.StringIO(script), stdout=(out := io.StringIO())
        )
        self.mode.run()
        return out.getvalue().splitlines()


@pytest.fixture
def lines() -> Iterator[Lines]:
    lines = Lines()
    yield lines
    lines.talk.dialog.tutor.close()


def test_a_passed_step_reads_as_it_was_drawn(lines: Lines) -> None:
    told = lines.run(f"{PASS}:next\n")
    assert "\n".join(told) + "\n" == (GOLDEN / "line.txt").read_text(encoding="utf-8")


def test_each_input_stands_behind_its_prompt(lines: Lines) -> None:
    assert lines.run("for n in range(2):\n    print(n)\n\n") [:4] == [
        ">>> for n in range(2):",
        "...     print(n)",
        "0",
        "1",
    ]  # fmt: skip


def test_in_a_script_a_line_at_the_margin_ends_a_block(lines: Lines) -> None:
    told = lines.run("class A:\n    x = 41\nA.x + 1\n")
    assert ">>> A.x + 1" in told
    assert "42" in told


def test_prompts_of_a_copied_transcript_are_taken_off(lines: Lines) -> None:
    assert "42" in lines.run(">>> 6 * 7\n")


def test_the_code_reads_its_input_from_the_script(lines: Lines) -> None:
    told = lines.run("name = input('who? ')\nBram\nname\n")
    assert told[:2] == [">>> name = input('who? ')", "who? Bram"]
    assert "'Bram'" in told


def test_a_block_that_the_end_cuts_off_is_named_with_its_line(lines: Lines) -> None:
    lines.run("x = 1\n\ny = (\n")
    assert lines.mode.problem == "line 3: the input that begins here is not finished"


def test_a_block_that_the_end_completes_is_run(lines: Lines) -> None:
    assert "1" in lines.run("for n in [1]:\n    print(n)")
    assert lines.mode.problem == ""


def test_quit_ends_the_script(lines: Lines) -> None:
    assert not any("never" in line for line in lines.run(":quit\nprint('never')\n"))


def test_panels_are_printed_on_request(lines: Lines) -> None:
    told = lines.run(f"{PASS}:panel session\n:tables\n:panel off\n")
    assert any(line.startswith("atlas: persistent. In Python:") for line in told)
    assert "Table books: 1 row in this transaction, 0 committed. Columns: id, title." in told
    assert "Error: Line mode has no panels to hide." in told


def test_commands_say_in_words_what_they_have_to_say(lines: Lines) -> None:
    told = lines.run(":hint\n:hnt\n:goal\n:list\n:help\n:set history off\n")
    assert "Hint: The waiting list is written by flush." in told
    assert "What to do: Did you mean `:hint`? `:help` lists all." in told
    assert "Goal 1, open: the atlas is persistent." in "\n".join(told)
    assert "Step 1, put: Put it there: to do, you are here." in told
    assert ":next  go on to the next step" in told
    assert "History is off." in told


def test_the_text_can_be_read_again(lines: Lines) -> None:
    assert "Lesson shelf, step 1 of 3: Put it there." in lines.run(":text\n")


def test_what_needs_a_screen_says_so(lines: Lines) -> None:
    assert "Error: Line mode has no editor." in lines.run(":edit\n")
    assert "Error: In line mode all of it stands above already." in lines.run(":log\n")


def test_no_escape_reaches_the_stream(lines: Lines) -> None:
    told = lines.run(r'print("\x1b[31mred\x1b[2J")' + "\n")
    assert r"\x1b[31mred\x1b[2J" in told


def test_what_the_encoding_lacks_is_spelled_out(lines: Lines) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    mode = LineMode(lines.talk.dialog, stdin=io.StringIO('print("é")\n'), stdout=out)
    mode.run()
    assert b"\\xe9" in raw.getvalue()


def test_output_without_a_newline_does_not_swallow_the_next_prompt(lines: Lines) -> None:
    told = lines.run('print("a", end="")\n1 + 1\n')
    assert told[:2] == ['>>> print("a", end="")', "a"]


# --- facts ----------------------------------------------------------------------------------------


def test_a_flush_is_told_in_its_order() -> None:
    assert facts(FLUSH) == [
        "transaction begins.",
        "sql 1, line 3, flush, explicit: INSERT INTO books (title) VALUES ('Atlas'); "
        "1 row in, Book#1.",
        "state: atlas, pending to persistent.",
    ]


def test_a_change_without_sql_says_so() -> None:
    change = StateChange(1, "atlas", "transient", "pending", 2)
    assert facts([change, finished()]) == ["state: atlas, transient to pending. No SQL."]


def test_repeated_statements_are_told_once() -> None:
    replies = [reply for number in range(1, 6) for reply in lazy_load(number)]
    assert facts(replies) == [
        "sql 1 to 5, 5 times, line 1, lazy load of Book.notes: SELECT notes.id AS notes_id, "
        "notes.text AS notes_text FROM notes WHERE ? = notes.book_id; with (1), (2), (3), (4) "
        "and 1 more. 5 rows, 5 new objects."
    ]


def test_transactions_are_told_in_words() -> None:
    events = [Transaction(1, event, 1) for event in ("COMMIT", "ROLLBACK", "SAVEPOINT sa_1")]
    assert facts(events)[:3] == [
        "transaction is committed.",
        "transaction is rolled back.",
        "transaction: SAVEPOINT sa_1. No SQL.",
    ]


def test_a_long_row_of_changes_is_counted() -> None:
    changes = [StateChange(1, f"b{n}", "transient", "pending", 1) for n in range(20)]
    assert facts(changes)[-1] == "and 13 changes of state more."


@pytest.mark.parametrize(
    ("environment", "width"), [({}, 80), ({"COLUMNS": "120"}, 120), ({"COLUMNS": "x"}, 80),
                               ({"COLUMNS": "3"}, 80)],
)  # fmt: skip
def test_the_width_is_that_of_columns_else_eighty(environment: dict[str, str], width: int) -> None:
    assert terminal_width(environment) == width


# --- a process ------------------------------------------------------------------------------------


def test_ctrl_c_ends_a_script_with_130(home: Path) -> None:
    program = [sys.executable, "-m", "ormtutor", str(LESSON_FILE)]
    child = subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("print('begun', flush=True)\nwhile True: pass\n\n")
    child.stdin.flush()
    killer = threading.Timer(60, child.kill)
    killer.start()
    while "begun" not in child.stdout.readline():
        assert child.poll() is None
    while ">>> while True: pass" not in child.stdout.readline():
        assert child.poll() is None
    # The kernel may not run it yet: the Ctrl-C must not be lost.
    child.send_signal(signal.SIGINT)
    _, said = child.communicate()
    killer.cancel()
    assert child.returncode == 130
    assert "Traceback" not in said
