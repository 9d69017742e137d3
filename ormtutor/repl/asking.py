"""The commands that ask: what each of them shows, made from what the kernel answered.

Before: commands.py found the row of its table that an input means.
Here:   one function for each command that explains something. None of them changes anything in the
        learner's kernel: it only looks, or a twin kernel runs the inputs again.
After:  the full screen shows the lines, line mode the words.
"""

from __future__ import annotations

import re

from ormtutor.course import beside
from ormtutor.errors import CommandError
from ormtutor.otherwise import CASCADES, STRATEGIES
from ormtutor.repl import forecast, lives, otherwise, queryplan, schema
from ormtutor.repl.cells import Line, visible, wrap
from ormtutor.repl.glossary import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ormtutor.course.checking import Goal
    from ormtutor.kernel.messages import ViewName
    from ormtutor.repl.dialog import Dialog

BUDGET = 500
"""Milliseconds for an answer that somebody waits for at the prompt."""


def number_of(argument: str, *, default: int) -> int:
    """Return the number that follows a command, or the default.

    Raises: CommandError: it is not a number from 1 on.
    """
    if not argument:
        return default
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", argument):
        raise CommandError(f"{argument!r:.40} is no number", hint="A number from 1 on is wanted.")
    return int(argument)


def look(dialog: Dialog, what: ViewName, about: str = "") -> dict[str, Any]:
    """Return a view of the kernel.

    Raises: CommandError: there is none; the kernel says why.
    """
    found: dict[str, Any] = dialog.tutor.view(what, BUDGET, about) or {}
    if found.get("problem"):
        raise CommandError(found["problem"], hint=found.get("hint", ""))
    return found


def paragraph(text: str, room: int, *, style: str = "", indent: int = 0) -> list[Line]:
    """Return a sentence of ours, wrapped and indented as a whole."""
    lines = wrap([(style, text)], max(20, room - indent))
    return [[("", " " * indent), *line] if indent else line for line in lines]


def explain(dialog: Dialog, argument: str) -> None:
    """Show how SQLite would run a statement; without a number, the last one."""
    turns = dialog.tutor.turns
    sent = [statement for turn in turns for statement in turn.statements if statement.number > 0]
    if not argument and not sent:
        raise CommandError("nothing has been sent in this step yet", hint="`:sql` lists.")
    number = number_of(argument.lstrip("#"), default=sent[-1].number if sent else 1)
    if all(statement.number != number for statement in sent):
        raise CommandError(f"there is no statement {number} in this step", hint="`:sql` lists.")
    found = look(dialog, "explain", str(number))
    told = queryplan.in_words(found["sql"], found["rows"])
    advice = queryplan.FULL_SCAN if queryplan.is_full_scan(found["rows"]) else ""
    words = [f"Statement {number}: {' '.join(found['sql'].split())}", *_steps(told)]
    dialog.tell(
        lambda room: _plan_lines(number, told, advice, room),
        title=f"How SQLite goes about statement {number}",
        words=[*words, *([advice] if advice else [])],
    )


def _steps(told: Sequence[tuple[int, str]]) -> list[str]:
    return [f"Part {number}: {text}." for number, (_, text) in enumerate(told, 1)]


def _plan_lines(number: int, told: Sequence[tuple[int, str]], advice: str, room: int) -> list[Line]:
    lines: list[Line] = [[("class:strong", f"Statement {number}")]]
    for depth, text in told:
        lines += paragraph(text, room, indent=2 + 2 * depth)
    return lines + (paragraph(advice, room, style="class:quiet") if advice else [])


# --- objects --------------------------------------------------------------------------------------


def objects(dialog: Dialog) -> list[str]:
    """Return the learner's names of mapped objects."""
    things = dialog.tutor.view("names") or {}
    return [name for name, thing in things.items() if isinstance(thing, dict) and thing["state"]]


def story(dialog: Dialog, argument: str) -> None:
    """Show the life of an object."""
    if not argument:
        names = objects(dialog)
        there = f"There are: {', '.join(names)}." if names else "No mapped object has a name yet."
        raise CommandError("the story of which object?", hint=there)
    content = look(dialog, "story", argument)
    words = lives.story_words(content)
    dialog.tell(lambda room: lives.story(content, room), title=f"Story of {argument}", words=words)


# --- the future -----------------------------------------------------------------------------------


def plan(dialog: Dialog, argument: str) -> None:
    """Show what a flush would do; given a relationship, what it would do under another cascade."""
    if argument:
        _plan_otherwise(dialog, argument)
        return
    content = look(dialog, "plan")
    told = [f"A flush would {text.rstrip('.!')}." for text in forecast.plan_words(content)]
    if told and not content["rehearsed"]:
        told.append(forecast.UNREHEARSED)
    dialog.tell(
        lambda room: forecast.plan(content, room),
        title="Plan",
        words=told or [forecast.NOTHING_TO_FLUSH],
    )
    offer = otherwise.offers(content)
    if offer:
        dialog.advise([offer])


def relationships(dialog: Dialog) -> list[str]:
    """Return the relationships of the mapped classes."""
    ends = (dialog.tutor.view("schema") or {}).get("relationships", ())
    return [f"{end['class']}.{end['name']}" for end in ends]


def _plan_otherwise(dialog: Dialog, argument: str) -> None:
    name, _, words = argument.partition(" ")
    if not re.fullmatch(r"[^\W\d]\w*\.[^\W\d]\w*", name):
        one = next(iter(relationships(dialog)), "User.posts")
        raise CommandError(
            f"{name!r:.40} is no relationship",
            hint=f"`:plan {one}`, or `:plan {one} all, delete-orphan`.",
        )
    cascade = ", ".join(re.findall(r"[\w-]+", words.removeprefix("cascade=")))
    for word in cascade.split(", ") if cascade else ():
        if word not in CASCADES:
            raise CommandError(
                f"{word!r:.40} is no cascade", hint=f"There are {', '.join(CASCADES)}."
            )
    found = dialog.tutor.replan(name, cascade)
    content = look(dialog, "plan")
    dialog.tell(
        lambda room: otherwise.replanned(found, content, room),
        title="Plan under another cascade",
        words=otherwise.replanned_spoken(found, content),
    )


WHAT_IFS = (*forecast.WAYS, *STRATEGIES)


def whatif(dialog: Dialog, argument: str) -> None:
    """Show what rollback, commit or close would do, or what another loading would have cost."""
    word, _, session = argument.partition(" ")
    wanted = word.lower().rstrip("()")
    ways = [way for way in WHAT_IFS if word and way.startswith(wanted)]
    if len(ways) != 1:
        raise CommandError(
            f"what if {word}?" if word else "what if what?",
            hint="`:whatif rollback`, `:whatif commit`, `:whatif close` or `:whatif selectinload`.",
        )
    how = ways[0]
    if how in STRATEGIES:
        found = dialog.tutor.reload(how)
        dialog.tell(
            lambda room: otherwise.reloaded(found, room),
            title=f"What if {how}",
            words=otherwise.reloaded_spoken(found),
        )
        return
    content = look(dialog, "whatif", session.strip())
    dialog.tell(
        lambda room: forecast.whatif(content, how, room),
        title=f"What if {how}",
        words=forecast.whatif_words(content, how),
    )


def translate(dialog: Dialog, argument: str) -> None:
    """Show the last query in its other spelling: Query as select(), select() as Query."""
    found = dialog.tutor.respell()
    dialog.tell(
        lambda room: otherwise.respelled(found, room),
        title="The other spelling",
        words=otherwise.respelled_spoken(found),
    )


# --- names and terms ------------------------------------------------------------------------------


def doc(dialog: Dialog, argument: str) -> None:
    """Show what a name stands for: what it is, its signature, its docstring."""
    if not argument:
        raise CommandError("about which name?", hint="`:doc session.add`, `:doc Member`.")
    content = look(dialog, "doc", argument)
    words = [f"{argument} is {content['kind']}."]
    words += [f"It is called as {content['signature']}."] if content["signature"] else []
    words += [f"{fact}." for fact in content["facts"]]
    words += [visible(line) for line in content["doc"] if line.strip()]
    words += [_left_out(content)] if content["more"] else []
    dialog.tell(lambda room: _doc_lines(content, room), title=argument, words=words)


def _doc_lines(content: Mapping[str, Any], room: int) -> list[Line]:
    head = content["signature"] or content["name"]
    lines = paragraph(visible(head), room, style="class:strong")
    lines += paragraph(visible(content["kind"]), room, indent=2)
    for fact in content["facts"]:
        lines += paragraph(visible(fact), room, indent=2)
    if content["doc"]:
        lines.append([])
    for line in content["doc"]:
        lines += paragraph(visible(line), room, indent=2) if line.strip() else [[]]
    if content["more"]:
        lines.append([("class:quiet", f"  {_left_out(content)}")])
    return lines


def _left_out(content: Mapping[str, Any]) -> str:
    return f"{content['more']} more lines are left out."


def term(dialog: Dialog, found: Term) -> None:
    """Show a term of the glossary, and where it is taught."""
    link = f"Taught in `{found.step}`: `:go {found.step}`."
    dialog.say(f"**{found.name}**: {found.text}\n\n{link}")


# --- pictures -------------------------------------------------------------------------------------

MERMAID = "mermaid"


def draw_schema(dialog: Dialog, argument: str) -> None:
    """Draw the mapped tables, or write them as Mermaid."""
    if argument not in ("", MERMAID):
        raise CommandError(f":schema knows no {argument!r}", hint="`:schema` or `:schema mermaid`.")
    content = look(dialog, "schema")
    if argument:
        _tell_text(dialog, schema.mermaid(content), "Schema for a page")
        return
    dialog.tell(
        lambda room: schema.picture(content, room), title="Schema", words=schema.words(content)
    )


def draw_states(dialog: Dialog, argument: str) -> None:
    """Draw the states of objects, and who is in which; for one object, also where it has been."""
    words = argument.split()
    is_text = MERMAID in words
    names = [word for word in words if word != MERMAID]
    if len(names) > 1:
        raise CommandError("one object, or none", hint="`:states NAME`, `:states mermaid NAME`.")
    been: list[str] = []
    here: dict[str, list[str]] = {}
    if names:
        content = look(dialog, "story", names[0])
        been, here = lives.passed(content), {content["state"]: [names[0]]}
    else:
        for one in look(dialog, "session")["objects"]:
            here.setdefault(one["state"], []).append(one["name"] or one["label"])
    if is_text:
        _tell_text(dialog, lives.states_mermaid(here), "States for a page")
        return
    dialog.tell(
        lambda room: lives.states(here, been, room),
        title="States",
        words=lives.states_words(here, been),
    )


def _tell_text(dialog: Dialog, text: Sequence[str], title: str) -> None:
    """Show text for copying: the same lines everywhere, never wrapped."""
    dialog.tell(lambda room: [[("", visible(line))] for line in text], title=title, words=text)


# --- the try and the step -------------------------------------------------------------------------

_WHO = {"both": "", "step": "the step asks", "you": "you"}
_SIGNS = {"both": " ", "step": "-", "you": "+"}
FREE = "Only the goals are judged: another way to them is right as well."
NO_HALVES = "What the step's own answer does is not available here, or nothing was tried yet."


def diff(dialog: Dialog, argument: str) -> None:
    """Show the learner's try beside what the step asks: goals, output, SQL."""
    halves = dialog.tutor.halves()
    if halves is None:
        raise CommandError(NO_HALVES, hint="`:goal` shows what the step expects.")
    asked, yours = halves
    parts = (
        ("Output", beside.outputs(asked.shown, yours.shown)),
        ("SQL", beside.statements(asked.sent, yours.sent)),
    )
    open_goals = [goal for goal in dialog.tutor.goals if not goal.met]
    words = [_goal_words(goal) for goal in open_goals]
    for title, rows in parts:
        words += _diff_words(title, rows)
    exact = dialog.tutor.step.exact_sql is not None
    free = "" if exact or all(beside.is_same(rows) for _, rows in parts) else FREE
    words += [free] if free else []
    dialog.tell(
        lambda room: [
            *_diff_lines(open_goals, parts, room),
            *(paragraph(free, room, style="class:quiet") if free else []),
        ],
        title="You, and what the step asks",
        words=words,
    )


def _goal_words(goal: Goal) -> str:
    yours = f" You: {goal.message.rstrip('.')}." if goal.message else ""
    return f"The step asks: {goal.text}.{yours}"


def _diff_words(title: str, rows: Sequence[beside.Row]) -> list[str]:
    """Return one part's rows that differ, as sentences for line mode."""
    if beside.is_same(rows):
        return [f"{title}: {'the same' if rows else 'none, on both sides'}."]
    return [visible(f"{title}, {_WHO[row.who]}: {row.text}") for row in rows if row.who != "both"]


def _diff_lines(
    goals: Sequence[Goal], parts: Sequence[tuple[str, Sequence[beside.Row]]], room: int
) -> list[Line]:
    lines: list[Line] = []
    for goal in goals:
        lines += paragraph(visible(f"- the step asks  {goal.text}"), room, style="class:met")
        if goal.message:
            lines += paragraph(visible(f"+ you            {goal.message}"), room)
    for title, rows in parts:
        lines.append([("class:heading", title)])
        if beside.is_same(rows):
            lines.append([("", f"  {'the same' if rows else 'none, on both sides'}")])
        else:
            lines += [line for row in rows[:MOST_ROWS] for line in _diff_row(row, room)]
            if len(rows) > MOST_ROWS:
                lines.append([("class:quiet", f"  and {len(rows) - MOST_ROWS} rows more")])
    return lines


MOST_ROWS = 40
_STYLES = {"both": "class:quiet", "step": "class:met", "you": "class:wrong"}


def _diff_row(row: beside.Row, room: int) -> list[Line]:
    """Return the lines of one row; with its marks, if the row fits on one line."""
    lead = f"{_SIGNS[row.who]} {_WHO[row.who]:<13}  "
    start: Line = [(_STYLES[row.who], lead)]
    lines = wrap([*start, ("", visible(row.text))], room, indent=len(lead))
    if row.marks and len(lines) == 1:
        lines.append([("class:wrong", " " * len(lead) + row.marks)])
    return lines
