"""All `:commands` in one table, which also makes help, completion and keys.

Before: dialog.py has a text that begins with a colon.
Here:   the row of the table that it means, and the function that carries it out.
After:  the tutor acts, or the view does; what there is to say is emitted as events.

To add a command, add a row: everything that lists commands reads this table.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from ormtutor import files
from ormtutor.errors import CommandError
from ormtutor.records import record
from ormtutor.repl import advice, asking, glossary, notes, panels, source, views
from ormtutor.repl.asking import number_of
from ormtutor.repl.cells import Line, grid, text_of, wrap
from ormtutor.repl.display import CONTINUED, PROMPT
from ormtutor.repl.events import Concluded, Entered, Replied
from ormtutor.repl.listing import listing, listing_words
from ormtutor.repl.prose import render
from ormtutor.repl.statements import Entry, count_of, items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ormtutor.repl.dialog import Dialog
    from ormtutor.tutor import Turn

Runner = Callable[["Dialog", str], None]


@record
class Key:
    """A key of the full screen: its label, its names in prompt_toolkit, its command's argument."""

    label: str
    names: tuple[str, ...]
    argument: str = ""


@record
class Command:
    """One row: a command's arguments, what it does, which keys do the same.

    `more` is a longer help, `short` are other names. `is_quick` commands only touch the view and
    work while code is running; the others wait. `is_echoed` commands are repeated in the console.
    `choices` are the words that Tab proposes after the name.
    """

    name: str
    arguments: str
    help: str
    run: Runner
    keys: tuple[Key, ...] = ()
    more: str = ""
    short: tuple[str, ...] = ()
    is_quick: bool = False
    is_echoed: bool = True
    choices: Callable[[Dialog], Iterable[str]] = lambda dialog: ()

    @property
    def usage(self) -> str:
        """How the command is typed: `:undo [N]`."""
        return f":{self.name} {self.arguments}".rstrip()


# --- finding one ----------------------------------------------------------------------------------


def parse(text: str) -> tuple[Command, str]:
    """Return the command that a text means, and its argument.

    Raises: CommandError: it means no command, or several.
    """
    word, _, argument = text[1:].strip().partition(" ")
    if not word:
        raise CommandError("a command has a name after the colon", hint="`:help` lists all.")
    return find(word), argument.strip()


def find(word: str) -> Command:
    """Return a command by its name, its short form, or an unambiguous beginning.

    Raises: CommandError: there is none, or several.
    """
    word = word.lower()
    for command in COMMANDS:
        if word == command.name or word in command.short:
            return command
    matching = [command.name for command in COMMANDS if command.name.startswith(word)]
    if len(matching) == 1:
        return BY_NAME[matching[0]]
    if matching:
        listed = ", ".join(f":{name}" for name in matching[:-1])
        raise CommandError(
            f":{word} could be {listed} or :{matching[-1]}", hint="One more letter decides."
        )
    near = difflib.get_close_matches(word, BY_NAME, 1, 0.5)
    raise CommandError(
        f"there is no command :{word}",
        hint=(f"Did you mean `:{near[0]}`? " if near else "") + "`:help` lists all.",
    )


def names() -> list[str]:
    """Return the names of all commands, in the order of the table."""
    return [command.name for command in COMMANDS]


def candidates(dialog: Dialog, text: str) -> list[tuple[str, int, str]]:
    """Return how a command being typed may go on: text, how much it replaces, what it is."""
    name, blank, argument = text[1:].partition(" ")
    if not blank:
        return [
            (f":{command.name}", len(text), command.help)
            for command in COMMANDS
            if command.name.startswith(name.lower())
        ]
    try:
        command = find(name)
    except CommandError:
        return []
    typed = argument.rpartition(" ")[2]
    return [
        (word, len(typed), command.name)
        for word in command.choices(dialog)
        if word.startswith(typed)
    ]


# --- help -----------------------------------------------------------------------------------------


def _help(dialog: Dialog, argument: str) -> None:
    if not argument:
        dialog.tell(help_lines, title="Help", words=help_words())
        return
    command, term = _subjects(argument)
    if command is not None:
        found = command
        dialog.tell(lambda room: _help_of(found, room), title=f"Help on :{found.name}")
    if term is not None:
        asking.term(dialog, term)


def _subjects(argument: str) -> tuple[Command | None, glossary.Term | None]:
    """Return the command and the term that `:help` was asked about, at least one of them.

    A word with a colon is a command. A whole name, which may be both, counts before a beginning.

    Raises: CommandError: there is neither.
    """
    if argument.startswith(":"):
        return find(argument.removeprefix(":")), None
    command = next((one for one in COMMANDS if argument.lower() in (one.name, *one.short)), None)
    term = glossary.find(argument)
    if command is not None or term is not None:
        return command, term
    term = glossary.begins(argument)
    try:
        return find(argument), term
    except CommandError as error:
        near = glossary.near(argument)
        if term is None and near:
            raise CommandError(
                f"there is no command or term {argument!r}",
                hint=f"Did you mean {' or '.join(near)}? `:help` lists the commands.",
            ) from error
        if term is None:
            raise
        return None, term


def _help_of(command: Command, room: int) -> list[Line]:
    lines: list[Line] = [[("class:strong", command.usage)]]
    lines += wrap([("", _sentence(command.help))], room)
    if command.more:
        lines += [[], *wrap([("", command.more)], room)]
    if command.keys:
        keys = ", ".join(_label(command, key) for key in command.keys)
        lines += [[], [("class:strong", "Keys  "), ("", keys)]]
    return lines


def _label(command: Command, key: Key) -> str:
    return f"{key.label} = :{command.name} {key.argument}" if key.argument else key.label


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def help_lines(room: int) -> list[Line]:
    """Return the whole help: how to type, all commands with their keys, the keys of editing."""
    rows: list[list[Line]] = [
        [
            [("class:strong", command.usage)],
            [("class:key", ", ".join(key.label for key in command.keys))],
            [("", command.help)],
        ]
        for command in COMMANDS
    ]
    keys = [[[("class:key", key)], [("", meaning)]] for key, meaning in EDITING_KEYS]
    lines: list[Line] = [*wrap([("", INTRODUCTION)], room), []]
    lines += [[("class:heading", "Commands")], *grid(rows, room), []]
    lines += [[("class:heading", "Keys at the prompt")], *grid(keys, room)]
    return lines


def help_words() -> list[str]:
    """Return the help of line mode: how to type, and all commands."""
    return [
        INTRODUCTION,
        *(f"{command.usage}  {command.help}" for command in COMMANDS),
    ]


INTRODUCTION = (
    "Type Python at the prompt: it runs for real. A line that begins with a colon is a command to "
    "the tutor; the first letters of a command are enough."
)

EDITING_KEYS = (
    ("Enter", "run the input when it is complete, else a new line; a blank line ends a block"),
    ("Alt-Enter, Esc Enter", "run it as it is"),
    ("Tab", "complete a name, an attribute, a command; how a call is called; indent a line"),
    ("Up, Down", "earlier inputs that begin like what you typed; inside a block: move"),
    ("Ctrl-R", "search the history"),
    ("PgUp, PgDn", "scroll the text; with Ctrl, the console"),
    ("Ctrl-C", "drop the input; stop running code (twice: stop the kernel); never leaves"),
    ("Ctrl-L", "draw the screen again"),
    ("Esc", "close what was opened for reading"),
)


def _keys(dialog: Dialog, argument: str) -> None:
    rows: list[list[Line]] = [
        [[("class:key", key.label)], [("", f":{command.name} {key.argument}".rstrip())],
         [("", command.help)]]
        for command in COMMANDS
        for key in command.keys
    ]  # fmt: skip
    rows.sort(key=lambda row: _key_order(text_of(row[0])))
    plain = [[[("class:key", key)], [], [("", meaning)]] for key, meaning in EDITING_KEYS]
    dialog.tell(lambda room: grid([*rows, *plain], room), title="Keys")


def _key_order(label: str) -> tuple[int, str]:
    return (int(label[1:]), "") if label[0] == "F" and label[1:].isdigit() else (99, label)


# --- moving ---------------------------------------------------------------------------------------


def _next(dialog: Dialog, argument: str) -> None:
    tutor = dialog.tutor
    if tutor.index + 1 == len(tutor.lesson.steps) and (tutor.passed or tutor.step.is_reading):
        _leave_lesson(dialog)
        return
    turns, step = tutor.turns, tutor.step
    tutor.next()
    dialog.look_back(turns, step)
    dialog.entered_step()


def _leave_lesson(dialog: Dialog) -> None:
    following = dialog.library.after(dialog.tutor.lesson)
    if following is None:
        if dialog.tutor.step.is_reading:
            dialog.tutor.next()  # a step of text alone is done by going on from it
        raise CommandError(
            "this is the last step of the last lesson",
            hint="`:list` shows what is done and what was skipped; `:quit` leaves.",
        )
    dialog.look_back(dialog.tutor.turns, dialog.tutor.step)
    dialog.open(following)


def _back(dialog: Dialog, argument: str) -> None:
    dialog.tutor.back()
    dialog.entered_step()


def _go(dialog: Dialog, argument: str) -> None:
    if not argument:
        raise CommandError("where to?", hint="`:go STEP` or `:go LESSON/STEP`; `:list` has them.")
    names = {lesson.id: lesson for lesson in dialog.library.lessons}
    if argument in names:
        dialog.open(names[argument])
        return
    numbers = {str(number): step.id for number, step in enumerate(dialog.tutor.lesson.steps, 1)}
    argument = numbers.get(argument, argument)
    lesson_id, slash, place = argument.rpartition("/")
    if slash and place.isdigit() and lesson_id in names:
        steps = names[lesson_id].steps
        argument = f"{lesson_id}/{steps[min(max(int(place), 1), len(steps)) - 1].id}"
    dialog.tutor.go(argument)
    dialog.entered_step()


def _places(dialog: Dialog) -> list[str]:
    here = [step.id for step in dialog.tutor.lesson.steps]
    return here + [lesson.key(step) for lesson in dialog.library.lessons for step in lesson.steps]


def _list(dialog: Dialog, argument: str) -> None:
    library, progress = dialog.library, dialog.progress
    here = dialog.tutor.lesson.key(dialog.tutor.step)
    words = listing_words(library, progress, argument, here=here)
    if not words:
        raise CommandError(f"no lesson or step has {argument!r} in its name")
    dialog.tell(
        lambda room: listing(library, progress, argument, room, here=here),
        title="Lessons",
        words=words,
    )


def _reset(dialog: Dialog, argument: str) -> None:
    dialog.tutor.reset()
    dialog.forget_remarks()
    dialog.entered_step()


def _undo(dialog: Dialog, argument: str) -> None:
    taken = dialog.tutor.undo(number_of(argument, default=1))
    if not taken:
        raise CommandError("there is nothing to undo in this step")
    dialog.say(f"Taken back, as if never typed: {count_of(len(taken), 'input')}.", "notice")
    dialog.forget_remarks()
    for turn in taken:
        dialog.tell(partial(panels.echo, turn.source, prompt="  - ", continued="    "))
    dialog.ask()


def _redo(dialog: Dialog, argument: str) -> None:
    was_passed = dialog.tutor.passed
    turn = dialog.tutor.redo()
    _show_turn(dialog, turn)
    dialog.conclude(turn, was_passed=was_passed)


def _show_turn(dialog: Dialog, turn: Turn) -> None:
    dialog.emit(Entered(turn.source, "demo"))
    for reply in turn.replies:
        dialog.emit(Replied(reply))


def _restart(dialog: Dialog, argument: str) -> None:
    dialog.tutor.restart()
    dialog.say("A new kernel; your inputs of this step were run again.", "notice")


def _play(dialog: Dialog, argument: str) -> None:
    dialog.tutor.play()
    dialog.say("A sandbox: try what you like. `:return` drops all of it.", "notice")


def _return(dialog: Dialog, argument: str) -> None:
    turns = dialog.tutor.turns
    dialog.tutor.leave_play()
    dialog.look_back(turns, dialog.tutor.step)
    dialog.say("Back in the step, as you left it.", "notice")
    dialog.ask()


# --- the step -------------------------------------------------------------------------------------


def _hint(dialog: Dialog, argument: str) -> None:
    hint = dialog.tutor.hint()
    if hint is None:
        if not dialog.tutor.step.hints:
            raise CommandError("this step has no hints", hint="`:solution` shows its lines.")
        raise CommandError(
            "all hints of this step were given",
            hint="`:solution` shows the lesson's own lines, one at a time.",
        )
    dialog.say(hint.text, "hint")


def _solution(dialog: Dialog, argument: str) -> None:
    if argument not in ("", "all"):
        raise CommandError(
            f":solution knows no {argument!r}", hint="`:solution` or `:solution all`"
        )
    shown = 0
    while (found := dialog.tutor.solution()) is not None:
        line, goes_on = found
        prompt = CONTINUED if goes_on else PROMPT
        dialog.tell(partial(panels.shown_code, line.rstrip("\n"), prompt=prompt))
        shown += 1
        if argument != "all":
            return
    if not shown:
        raise CommandError("all lines were shown", hint="Typing them is yours; `:skip` goes on.")


def _skip(dialog: Dialog, argument: str) -> None:
    for turn in dialog.tutor.skip():
        _show_turn(dialog, turn)
        dialog.emit(Concluded(turn))
    dialog.say("Skipped: the lesson's own lines were run for you.", "notice")
    dialog.entered_step()


def _notes(dialog: Dialog, argument: str) -> None:
    lesson = dialog.library.lesson(argument) if argument else dialog.tutor.lesson
    sheet = notes.sheet(lesson, dialog.progress)
    if not sheet:
        raise CommandError(
            f"nothing of {lesson.id} is done yet", hint="Each step that is done adds a line."
        )
    dialog.tell(lambda room: render(sheet, room), title="Notes", words=sheet.split("\n"))


def _goal(dialog: Dialog, argument: str) -> None:
    tutor = dialog.tutor
    words = [
        f"Goal {number}, {'met' if goal.met else 'open'}: {goal.text}."
        + (f" {goal.message}" if goal.message and not goal.met else "")
        for number, goal in enumerate(tutor.goals, 1)
    ]
    goals, step, passed = tutor.goals, tutor.step, tutor.passed
    dialog.tell(
        lambda room: panels.expected(goals, step, room, 1000, passed=passed),
        title="Expected",
        words=words or None,
    )


def _check(dialog: Dialog, argument: str) -> None:
    dialog.judge(dialog.tutor.check())


def _guess(dialog: Dialog, argument: str) -> None:
    if dialog.tutor.question() is None:
        raise CommandError("no question is open")
    if not argument:
        raise CommandError("what is your answer?", hint="`:guess` and a number or a word.")
    dialog.guess(argument)


def _forget(dialog: Dialog, argument: str) -> None:
    lesson = None
    if argument != "all":
        lesson = dialog.library.lesson(argument) if argument else dialog.tutor.lesson
    count = dialog.progress.forget(lesson.id if lesson is not None else "")
    what = f"the lesson {lesson.id}" if lesson is not None else "all lessons"
    dialog.say(
        f"Forgotten: {count_of(count, 'step')} of {what}. Your place here stays; `:reset` begins "
        "the step again.",
        "notice",
    )


def _accept(dialog: Dialog, argument: str) -> None:
    path = dialog.tutor.accept()
    dialog.say(f"Taken as right, marked as disputed. For the lesson's author: `{path}`", "notice")
    dialog.entered_step()


def _report(dialog: Dialog, argument: str) -> None:
    dialog.say(f"Written: `{dialog.tutor.report()}`", "notice")


# --- looking --------------------------------------------------------------------------------------


def _sql(dialog: Dialog, argument: str) -> None:
    entries = [
        item
        for turn in dialog.tutor.turns
        for item in items(turn.replies)
        if isinstance(item, Entry)
    ]
    if argument and argument != "all":
        number = number_of(argument.lstrip("#"), default=1)
        entries = [entry for entry in entries if entry.has(number)]
        if not entries:
            raise CommandError(f"there is no statement {number} in this step", hint="`:sql` lists.")
        found = entries[0].only(number)
        dialog.tell(lambda room: panels.statement(found, room), title=f"Statement {found.numbers}")
        return
    if not entries:
        dialog.say(panels.NOTHING_SENT)
        return
    turns = [(turn.number, turn.replies) for turn in dialog.tutor.turns]
    dialog.tell(
        lambda room: [line for block in panels.sql_blocks(turns, room) for line in block],
        title="All statements of this step",
    )


def _session(dialog: Dialog, argument: str) -> None:
    content = dialog.tutor.view("session")
    words = views.session_words(content)
    dialog.tell(lambda room: views.session(content, room, 1000), title="Session", words=words)


def _tables(dialog: Dialog, argument: str) -> None:
    content = _view_of_tables(dialog, argument)
    words = views.table_words(content)
    dialog.tell(lambda room: views.tables(content, room, 1000), title="Tables", words=words)


def _rows(dialog: Dialog, argument: str) -> None:
    names = views.table_names(dialog.tutor.view("tables"))
    if not argument and len(names) != 1:
        known = f"There are: {', '.join(names)}." if names else views.NO_TABLES
        raise CommandError("the rows of which table?", hint=known)
    name = argument or names[0]
    content = _view_of_tables(dialog, name)
    dialog.tell(lambda room: views.rows(content, name, room), title=f"Rows of {name}")


def _view_of_tables(dialog: Dialog, name: str) -> dict[str, Any]:
    """Return the kernel's view of the tables, or of the named one.

    Raises: CommandError: there is no such table.
    """
    content = dialog.tutor.view("tables")
    found = views.only(content, name)
    if name and not found["tables"]:
        names = views.table_names(content)
        near = difflib.get_close_matches(name, names, 1, 0.5)
        known = f"There are: {', '.join(names)}." if names else views.NO_TABLES
        raise CommandError(
            f"there is no table {name!r}", hint=f"Did you mean {near[0]}?" if near else known
        )
    return found


def _table_choices(dialog: Dialog) -> list[str]:
    return views.table_names(dialog.tutor.view("tables"))


def _tb(dialog: Dialog, argument: str) -> None:
    failed = dialog.last_failure
    if failed is None:
        raise CommandError("there was no error yet")
    full = argument == "full"
    dialog.tell(lambda room: panels.failure(failed, room, full=full), title="Traceback")


def _why(dialog: Dialog, argument: str) -> None:
    failed, remarks = dialog.unexplained, dialog.remarks
    if failed is None and not remarks:
        raise CommandError(
            "there was no error and no surprise yet",
            hint="`:sql N` says why a statement was sent.",
        )
    typed = [turn for turn in dialog.tutor.turns if turn.kind in ("learner", "play")]
    if dialog.about in typed and dialog.about is not typed[-1]:
        line = dialog.about.first_line
        dialog.say(f"Nothing surprising has come since line {line}. Of that:", "quiet")
    if failed is not None:
        text = "" if remarks else advice.on_failure(failed)
        message = "" if remarks or text else f" {failed.message}"
        dialog.say(f"`{failed.kind}` on line {failed.line}:{message}", "notice")
        if not remarks:
            unknown = "Nothing is written about this error yet; `:tb full` has all of it."
            dialog.advise([text or unknown])
    for remark in remarks:
        dialog.say(remark.text, "notice")
        dialog.advise([remark.more])


def _history(dialog: Dialog, argument: str) -> None:
    found = dialog.history.matching(argument)
    if not found:
        raise CommandError("no input" + (f" with {argument!r}" if argument else "") + " yet")
    shown = found[-200:]
    dialog.tell(
        lambda room: [line for text in shown for line in panels.echo(text, room)], title="History"
    )


def _log(dialog: Dialog, argument: str) -> None:
    lines = dialog.view.transcript()
    dialog.tell(lambda room: lines, title="Everything so far")


# --- the view -------------------------------------------------------------------------------------


def _quit(dialog: Dialog, argument: str) -> None:
    dialog.view.quit()


def _panel(dialog: Dialog, argument: str) -> None:
    words = ("sql", "session", "tables", "expected", "on", "off", "next")
    matching = [word for word in words if word.startswith(argument.lower())] if argument else []
    if argument and argument.lower() in words:
        matching = [argument.lower()]
    if argument and len(matching) != 1:
        raise CommandError(
            f"there is no panel {argument!r}",
            hint=f"Panels: {', '.join(words[:4])}; `off` hides them, `on` brings them back.",
        )
    dialog.view.panel(matching[0] if matching else "next")


def _text(dialog: Dialog, argument: str) -> None:
    dialog.view.text()


def _set(dialog: Dialog, argument: str) -> None:
    if not argument:
        rows: list[list[Line]] = [
            [[("class:strong", key)], [("", value)], [("", meaning)]]
            for key, value, meaning in dialog.view.settings()
        ]
        dialog.tell(lambda room: grid(rows, room), title="Settings")
        return
    key, _, value = argument.replace("=", " ").partition(" ")
    known = [name for name, _, _ in dialog.view.settings()]
    if key not in known:
        near = difflib.get_close_matches(key, known, 1, 0.5)
        raise CommandError(
            f"there is no setting {key!r}",
            hint=f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}.",
        )
    dialog.say(dialog.view.set(key, value.strip()), "notice")


def _setting_choices(dialog: Dialog) -> list[str]:
    return [name for name, _, _ in dialog.view.settings()] + ["on", "off", "vi", "emacs"]


def _edit(dialog: Dialog, argument: str) -> None:
    last = dialog.tutor.turns[-1].source if dialog.tutor.turns else ""
    dialog.view.edit(last)


# --- files ----------------------------------------------------------------------------------------


def _save(dialog: Dialog, argument: str) -> None:
    if not argument:
        raise CommandError("into which file?", hint="`:save mine.py`")
    path = Path(argument).expanduser()
    if path.exists():
        raise CommandError(f"{path} exists already", hint="Nothing was written; take another name.")
    try:
        files.write_text(path, dialog.tutor.script())
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}") from error
    dialog.say(f"Written: `{path}`. It runs on SQLAlchemy as well.", "notice")


def _load(dialog: Dialog, argument: str) -> None:
    if not argument:
        raise CommandError("which file?", hint="`:load mine.py`")
    path = Path(argument).expanduser()
    text = files.read_text(path)
    if text is None:
        raise CommandError(f"{path} cannot be read", hint="A Python file in UTF-8 is wanted.")
    text = text.rstrip() + "\n"
    try:
        is_complete = source.is_complete(text)
    except SyntaxError as error:
        raise CommandError(f"{path}, line {error.lineno}: {error.msg}") from error
    if not is_complete:
        raise CommandError(f"{path} ends in the middle of a statement", hint="Nothing was run.")
    dialog.submit(text)


# --- the table ------------------------------------------------------------------------------------

COMMANDS: tuple[Command, ...] = (
    Command("help", "[COMMAND|TERM]", "all commands and keys, one of them, or a term", _help,
            (Key("F1", ("f1",)),),
            more="Terms are those of the field: `:help identity map`, `:help N+1`. Each is told in "
            "a few lines, with the step that teaches it.",
            short=("h", "?"), is_quick=True, is_echoed=False,
            choices=lambda dialog: [*names(), *(term.name for term in glossary.GLOSSARY)]),
    Command("text", "", "the whole text of the step, and back", _text,
            (Key("F3", ("f3",)),), is_quick=True, is_echoed=False),
    Command("panel", "[PANEL|off|on]", "show another panel: sql, session, tables or expected",
            _panel, (Key("F2", ("f2",), "next"), Key("F9", ("f9",), "off")),
            more="Without a name the next one comes. F9 hides the panels and brings them back.",
            is_quick=True, is_echoed=False,
            choices=lambda dialog: ("sql", "session", "tables", "expected", "off", "on")),
    Command("hint", "", "one hint more; it never costs anything", _hint, (Key("F7", ("f7",)),)),
    Command("next", "", "go on to the next step", _next, (Key("F8", ("f8",)),), short=("n",)),
    Command("back", "", "the step before", _back),
    Command("go", "STEP|LESSON/STEP", "enter any step, by its name or number", _go,
            choices=_places),
    Command("list", "[WORD]", "lessons and steps, with what is done", _list, short=("l", "ls")),
    Command("notes", "[LESSON]", "what the steps that are done taught, a line each", _notes,
            more="`ormtutor notes` prints those of all lessons.",
            choices=lambda dialog: [lesson.id for lesson in dialog.library.lessons]),
    Command("goal", "", "what this step expects, and what is met", _goal),
    Command("check", "", "judge the step now and say what is missing", _check,
            more="Goals are checked after every input anyway; this also says what a half-finished "
            "step still lacks."),
    Command("diff", "", "your try beside what the step asks: goals, output, SQL", asking.diff,
            more="A minus stands before what the step asks, a plus before what is yours. Values "
            "and invented names part no statements; one that is only yours has its cause."),
    Command("guess", "ANSWER", "answer the question that was asked", _guess,
            more="A bare number at the prompt is taken as an answer too while a number is asked "
            "for. Nobody has to answer: type on, and the question passes."),
    Command("solution", "[all]", "the lesson's own lines, one more each time", _solution,
            choices=lambda dialog: ("all",)),
    Command("skip", "", "run the lesson's own lines and go on", _skip),
    Command("accept", "", "go on although the step is not passed: you are sure", _accept,
            more="The step is marked as disputed, and a report for its author is written."),
    Command("undo", "[N]", "take the last input back, or the last N, as if never typed", _undo,
            short=("u",)),
    Command("redo", "", "run again what :undo took back", _redo),
    Command("reset", "", "begin the step again", _reset),
    Command("play", "", "a sandbox: try things out, :return drops them", _play),
    Command("return", "", "leave the sandbox", _return),
    Command("sql", "[N|all]", "the statements of this step, or one of them in full", _sql),
    Command("explain", "[N]", "how SQLite goes about a statement: scans, lookups, sorting",
            asking.explain, more="Without a number the last statement is meant. SQLite is asked "
            "for its plan; the statement itself is not run again."),
    Command("session", "", "the objects of the session and their states", _session),
    Command("story", "NAME", "an object's life: each change of state, and what made it",
            asking.story, more="NAME is your name for the object, or its label, such as `User#1`.",
            choices=asking.objects),
    Command("tables", "[TABLE]", "the tables, with how many rows in and outside the transaction",
            _tables, choices=_table_choices),
    Command("schema", "[mermaid]", "the mapped tables, and what leads from class to class",
            asking.draw_schema, more="`:schema mermaid` gives a Mermaid erDiagram for a page.",
            choices=lambda dialog: (asking.MERMAID,)),
    Command("states", "[NAME|mermaid]", "the life of an object, and who is in which state",
            asking.draw_states, more="With NAME also where that object has been. `:states mermaid` "
            "gives a Mermaid stateDiagram for a page.",
            choices=lambda dialog: (asking.MERMAID, *asking.objects(dialog))),
    Command("rows", "[TABLE]", "the rows of a table", _rows, choices=_table_choices),
    Command("plan", "[CLASS.NAME [CASCADE]]",
            "what a flush would do now, or would under another cascade", asking.plan,
            more="CLASS.NAME is a relationship, CASCADE what it would cascade: "
            "`:plan User.posts all, delete-orphan`. Your inputs run again in a kernel of their "
            "own for it; here nothing is done.", choices=asking.relationships),
    Command("whatif", "rollback|commit|close|LOADING",
            "what would become of objects and rows; what another loading costs", asking.whatif,
            more="A session may follow; without one the first is meant. What the database alone "
            "decides, such as a row that breaks a constraint, cannot be told before. LOADING is "
            "`selectinload`, `joinedload` or `subqueryload`: your inputs run again in a kernel of "
            "their own, what was loaded one by one loaded at once, and the statements are counted.",
            choices=lambda dialog: asking.WHAT_IFS),
    Command("translate", "", "your last query in the other spelling: Query, or select()",
            asking.translate, more="Both are run, in a kernel of their own, and what they show and "
            "send is compared. `session.query(...)` is the spelling of the classic tutorials, "
            "`select(...)` that of SQLAlchemy 2."),
    Command("tb", "[full]", "the last traceback again; full: with the engine's lines", _tb,
            choices=lambda dialog: ("full",)),
    Command("why", "", "what the last error, or the last surprise, means", _why),
    Command("doc", "NAME", "what a name stands for: its signature and docstring", asking.doc,
            more="NAME may have dots: `session.add`, `Member.name`. Nothing is run to find it out, "
            "so that a property is described and not read."),
    Command("history", "[WORD]", "what you typed, in this session and before", _history,
            is_echoed=False),
    Command("log", "", "all that the console has shown, to scroll through", _log, is_echoed=False),
    Command("edit", "", "write the input in your editor", _edit,
            (Key("Ctrl-X Ctrl-E", ("c-x", "c-e")),),
            more="$VISUAL is taken, then $EDITOR. What you save is put at the prompt.",
            is_quick=True, is_echoed=False),
    Command("save", "FILE", "write what you did in this lesson as a Python script", _save),
    Command("load", "FILE", "run a Python file", _load),
    Command("set", "[NAME VALUE]", "a setting, or all of them", _set,
            (Key("F4", ("f4",), "mode next"), Key("F6", ("f6",), "paste next")),
            is_quick=True, is_echoed=False, choices=_setting_choices),
    Command("keys", "", "all keys", _keys, is_quick=True, is_echoed=False),
    Command("forget", "[LESSON|all]", "forget what was done in this lesson, another or all",
            _forget, choices=lambda dialog: ["all", *(x.id for x in dialog.library.lessons)]),
    Command("report", "", "a file for the lesson's author: inputs, versions, verdict", _report),
    Command("restart", "", "a new kernel, with your inputs run again", _restart),
    Command("quit", "", "leave; your place is kept", _quit, (Key("Ctrl-D", ("c-d",)),),
            short=("q", "exit"), is_quick=True, is_echoed=False),
)  # fmt: skip

BY_NAME: dict[str, Command] = {command.name: command for command in COMMANDS}
