"""The table of commands: finding one, and what each does."""

from __future__ import annotations

from pathlib import Path

import pytest

from ormtutor.errors import CommandError
from ormtutor.repl import commands
from ormtutor.repl.cells import text_of
from tests.repl.conftest import Talk
from tests.repl.test_dialog import PASS


def test_each_command_has_its_help() -> None:
    assert all(command.help for command in commands.COMMANDS)


def test_names_and_short_forms_are_unique() -> None:
    words = [word for one in commands.COMMANDS for word in (one.name, *one.short)]
    assert len(words) == len(set(words))


def test_no_two_commands_share_a_key() -> None:
    keys = [key.names for command in commands.COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))


def test_the_keys_of_the_console_are_bound() -> None:
    labels = {key.label for command in commands.COMMANDS for key in command.keys}
    wanted = ["F1", "F2", "F3", "F4", "F6", "F7", "F8", "F9", "Ctrl-D"]
    assert set(wanted) <= labels


@pytest.mark.parametrize(
    ("word", "name"),
    [("next", "next"), ("n", "next"), ("h", "help"), ("hin", "hint"), ("q", "quit"), ("SQL", "sql"),
     ("sk", "skip"), ("u", "undo"), ("tab", "tables"), ("?", "help"), ("expl", "explain"),
     ("sto", "story"), ("what", "whatif"), ("do", "doc"), ("sc", "schema"), ("stat", "states"),
     ("di", "diff")],
)  # fmt: skip
def test_a_beginning_that_only_one_has_is_enough(word: str, name: str) -> None:
    assert commands.find(word).name == name


def test_a_beginning_that_several_have_names_them() -> None:
    with pytest.raises(CommandError) as caught:
        commands.find("re")
    assert caught.value.problem.startswith(":re could be :redo, :reset, :return")


def test_a_slip_gets_the_nearest_name() -> None:
    with pytest.raises(CommandError) as caught:
        commands.find("nxet")
    assert caught.value.hint.startswith("Did you mean `:next`?")


def test_a_colon_alone_is_explained() -> None:
    with pytest.raises(CommandError):
        commands.parse(":")


def test_the_argument_is_what_follows_the_name() -> None:
    command, argument = commands.parse(":undo  3 ")
    assert (command.name, argument) == ("undo", "3")


def test_the_help_lists_every_command_and_its_keys() -> None:
    shown = "\n".join(text_of(line) for line in commands.help_lines(100))
    assert all(command.usage in shown for command in commands.COMMANDS)
    assert all(key.label in shown for command in commands.COMMANDS for key in command.keys)


def test_completion_proposes_names_and_arguments(talk: Talk) -> None:
    assert [text for text, _, _ in commands.candidates(talk.dialog, ":re")] == [
        ":redo",
        ":reset",
        ":return",
        ":report",
        ":restart",
    ]
    assert commands.candidates(talk.dialog, ":panel t") == [("tables", 1, "panel")]
    assert ("shelf/notes", 6, "go") in commands.candidates(talk.dialog, ":go shelf/")
    assert commands.candidates(talk.dialog, ":nonsense x") == []


def test_help_on_one_command_says_more(talk: Talk) -> None:
    told = talk.perform(":help :panel")
    assert told[0] == ":panel [PANEL|off|on]"
    assert told[-1] == "Keys  F2 = :panel next, F9 = :panel off"


def test_keys_are_listed_in_their_order(talk: Talk) -> None:
    assert [line.split()[0] for line in talk.perform(":keys")[:3]] == ["F1", "F2", "F3"]


def test_next_is_refused_before_the_step_is_done(talk: Talk) -> None:
    assert talk.perform(":next")[0] == "!  This step is not done yet."


def test_next_at_the_very_end_says_so(talk: Talk) -> None:
    told = talk.perform(":go notes", ":skip", ":next")
    assert told[0] == "!  This is the last step of the last lesson."


def test_back_and_go_move(talk: Talk) -> None:
    talk.perform(":go 3", ":back")
    assert talk.dialog.tutor.step.id == "read"
    talk.perform(":go shelf/notes")
    assert talk.dialog.tutor.step.id == "notes"


def test_go_to_nowhere_names_the_nearest(talk: Talk) -> None:
    assert "Did you mean notes?" in talk.perform(":go nots")[1]
    assert talk.perform(":go")[0] == "!  Where to?"


def test_hints_come_one_by_one_and_end(talk: Talk) -> None:
    assert talk.perform(":hint") == ["Hint  The waiting list is written by flush."]
    assert talk.perform(":hint") == ["Hint  It belongs to the session."]
    assert talk.perform(":hint")[0] == "!  All hints of this step were given."


def test_the_solution_comes_line_by_line(talk: Talk) -> None:
    assert talk.perform(":solution") == ['  >>> atlas = Book(title="Atlas")']
    assert len(talk.perform(":solution all")) == 2
    assert talk.perform(":solution")[0] == "!  All lines were shown."


def test_skip_runs_the_lessons_lines_and_goes_on(talk: Talk) -> None:
    told = talk.perform(":skip")
    assert "Skipped: the lesson's own lines were run for you." in told
    assert talk.dialog.tutor.step.id == "read"


def test_undo_shows_what_was_taken_back(talk: Talk) -> None:
    told = talk.perform("x = 1", "y = 2", ":undo 2")
    assert told == ["Taken back, as if never typed: 2 inputs.", "  - x = 1", "  - y = 2"]
    assert talk.perform(":undo")[0] == "!  There is nothing to undo in this step."


def test_undo_of_no_number_is_explained(talk: Talk) -> None:
    assert talk.perform(":undo x")[0] == "!  'x' is no number."


def test_redo_runs_it_again(talk: Talk) -> None:
    talk.perform("x = 41", ":undo", ":redo")
    talk.perform("x + 1")
    assert talk.dialog.tutor.turns[-1].value == "42"


def test_check_says_what_is_missing(talk: Talk) -> None:
    talk.perform(":check")
    assert talk.verdicts == ["almost"]


def test_goal_lists_what_is_expected(talk: Talk) -> None:
    assert talk.perform(":goal")[0] == "[ ] the atlas is persistent"


def test_guess_needs_a_question(talk: Talk) -> None:
    assert talk.perform(":guess 1") == ["!  No question is open."]


def test_reset_begins_anew(talk: Talk) -> None:
    talk.perform(*PASS, ":reset")
    assert talk.dialog.tutor.turns == ()


def test_the_sandbox_drops_what_was_tried(talk: Talk) -> None:
    talk.perform("x = 1", ":play", "x = 2", ":return", "x")
    assert talk.dialog.tutor.turns[-1].value == "1"


def test_sql_lists_and_shows_one_in_full(talk: Talk) -> None:
    assert talk.perform(":sql")[0].startswith("Nothing has been sent")
    listed = talk.perform(*PASS, ":sql")
    assert "    INSERT INTO books (title) VALUES ('Atlas')" in listed
    one = talk.perform(":sql 1")
    assert "as sent" in one
    assert "    INSERT INTO books (title) VALUES (?)" in one
    assert talk.perform(":sql 9")[0] == "!  There is no statement 9 in this step."


def test_of_a_folded_group_the_statement_that_was_asked_for_is_shown(talk: Talk) -> None:
    talk.perform("session.add_all([Book(title=f'b{n}') for n in range(4)])", "session.commit()")
    shown = talk.perform(":sql 3")
    assert shown[0].startswith("#3  line 2  flush: commit")
    assert "    INSERT INTO books (title) VALUES ('b2')" in shown
    assert shown[-1] == "    values ('b2')"


def test_session_and_tables_are_shown(talk: Talk) -> None:
    assert talk.perform(*PASS, ":session")[1].startswith("atlas   persistent")
    assert talk.perform(":tables")[0] == "books  1 row in this transaction, 0 committed"
    assert talk.perform(":rows books")[-2].endswith("1   Atlas")
    assert talk.perform(":tables boks") == [
        "!  There is no table 'boks'.",
        "   -> Did you mean books?",
    ]
    assert talk.perform(":rows")[0] == "!  The rows of which table?"


def test_the_last_traceback_can_be_seen_again(talk: Talk) -> None:
    assert talk.perform(":tb")[0] == "!  There was no error yet."
    assert talk.perform("1 / 0", ":tb")[-1] == "ZeroDivisionError: division by zero"


def test_why_explains_the_last_error(talk: Talk) -> None:
    talk.perform("session.add(1)")
    assert talk.perform(":why")[0].endswith("on line 1:")
    talk.perform("1 / 0")
    assert "Nothing is written about this error yet" in talk.perform(":why")[1]


def test_history_finds_what_was_typed(talk: Talk) -> None:
    talk.dialog.history.add("session.flush()")
    assert talk.perform(":history flush") == [">>> session.flush()"]
    assert talk.perform(":history nothing")[0] == "!  No input with 'nothing' yet."


def test_list_points_at_the_step(talk: Talk) -> None:
    told = talk.perform(":list")
    assert told[0] == "1 shelf      A shelf of books  0/3"
    assert told[1] == " >  1 put    Put it there      to do"
    assert talk.perform(":list zzz")[0] == "!  No lesson or step has 'zzz' in its name."


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (":quit", "quit"),
        (":text", "text"),
        (":panel", "panel next"),
        (":panel tab", "panel tables"),
        (":panel off", "panel off"),
        (":set mode vi", "set mode vi"),
        (":set mouse=on", "set mouse on"),
        (":edit", "edit "),
    ],
)
def test_the_view_is_asked(talk: Talk, text: str, asked: str) -> None:
    talk.perform(text)
    assert talk.view.asked == [asked]


def test_an_unknown_panel_or_setting_is_explained(talk: Talk) -> None:
    assert talk.perform(":panel x")[0] == "!  There is no panel 'x'."
    assert talk.perform(":set mod vi")[1] == "   -> Did you mean mode?"
    assert talk.perform(":set")[0] == "mode   emacs  editing keys"


def test_save_writes_a_script_once(talk: Talk, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    talk.perform("answer = 42", f":save {path}")
    assert "answer = 42" in path.read_text()
    assert talk.perform(f":save {path}")[0].endswith("exists already.")
    assert talk.perform(":save")[0] == "!  Into which file?"


def test_load_runs_a_file(talk: Talk, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("def f():\n    return 41\n\n\nanswer = f() + 1\n")
    talk.perform(f":load {path}", "answer")
    assert talk.dialog.tutor.turns[-1].value == "42"
    path.write_text("x = (\n")
    assert "mine.py" in talk.perform(f":load {path}")[0]
    assert "cannot be read" in talk.perform(":load /no/such/file")[0]


def test_accept_and_report_write_a_file(
    talk: Talk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert talk.perform("x = 1", ":report")[0].startswith("Written: ")
    talk.perform(":accept")
    assert len(list((home / "reports").iterdir())) >= 1
    assert talk.dialog.progress.status("shelf", "put") == "disputed"


def test_restart_brings_the_names_back(talk: Talk) -> None:
    talk.perform("x = 41", ":restart", "x + 1")
    assert talk.dialog.tutor.turns[-1].value == "42"


def test_log_shows_all_that_was_shown(talk: Talk) -> None:
    assert talk.perform(":log") == ["all of it"]
