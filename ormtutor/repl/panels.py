"""The contents of panels and console: pure functions from values to styled lines of a given width.

Before: tutor.py has turns and goals; dialog.py emits what happens.
Here:   one function for each panel, and those for what the console shows under an input. Nothing
        here knows prompt_toolkit.
After:  frame.py puts the panels side by side, stage.py paints them; line.py has its own words.

One rule holds for all: if something does not fit, that is said; nothing is dropped silently.
"""

from __future__ import annotations

import re

from ormtutor.course.lesson import Prose, Transcript
from ormtutor.kernel.messages import (
    Finished,
    NeedInput,
    Output,
    StateChange,
    StillRunning,
    Transaction,
)
from ormtutor.repl import highlight
from ormtutor.repl.cells import (
    clip,
    clip_text,
    fold,
    justify,
    line_width,
    text_of,
    visible,
    width,
    wrap,
    wrap_code,
)
from ormtutor.repl.display import CONTINUED, PROMPT
from ormtutor.repl.prose import inline, render
from ormtutor.repl.statements import (
    Entry,
    came_back,
    count_of,
    filled,
    in_one_flow,
    is_n_plus_one,
    items,
    summary,
    totals,
    with_few_columns,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ormtutor.course.checking import Goal, Verdict
    from ormtutor.course.lesson import Lesson, Step
    from ormtutor.kernel.messages import Failure, Message
    from ormtutor.repl.cells import Line
    from ormtutor.repl.highlight import Language

HEAD_LINES = 300
TAIL_LINES = 100
"""How many lines of what an input prints the console keeps, at its start and at its end."""

STATE_LINES = 6
"""How many changes of state are listed under an input; the rest is counted."""


# --- code -----------------------------------------------------------------------------------------


def code(text: str, room: int, language: Language, *, indent: int = 0) -> list[Line]:
    """Return source text with its colours; long lines are wrapped and indented."""
    lines: list[Line] = []
    for line in highlight.lines_of(visible(text), language):
        lines += wrap(list(line), room, indent=indent)
    return lines


def echo(source: str, room: int, *, prompt: str = PROMPT, continued: str = CONTINUED) -> list[Line]:
    """Return an input as it was at the prompt."""
    if source.startswith(":"):
        return fold([("class:prompt", prompt), ("", visible(source))], room, indent=len(prompt))
    lines: list[Line] = []
    for number, line in enumerate(highlight.lines_of(visible(source), "python")):
        mark = continued if number else prompt
        lines += wrap_code([("class:prompt", mark), *line], room, indent=len(mark))
    return lines


# --- the console: what came of an input -----------------------------------------------------------


def outcome(replies: Sequence[Message], room: int) -> list[Line]:
    """Return what an input printed, its value or its traceback, and what it caused."""
    lines = printed(replies, room)
    finished = next((reply for reply in replies if isinstance(reply, Finished)), None)
    if finished is not None:
        lines += ended(finished, room)
    return lines + behind(replies, room)


def printed(replies: Sequence[Message], room: int) -> list[Line]:
    """Return the output of both streams, shortened in the middle if it is long."""
    lines: list[Line] = []
    for stream, late, text in _runs_of_output(replies):
        shown = visible(text).split("\n")
        if shown and not shown[-1]:
            shown.pop()
        style = "class:stray" if late or stream == "stderr" else "class:output"
        mark: Line = [("class:quiet", "[late] ")] if late else []
        hidden = len(shown) - HEAD_LINES - TAIL_LINES
        if hidden > 0:
            note = f"... {hidden:,} more lines were printed here ..."
            parts = [shown[:HEAD_LINES], [note], shown[-TAIL_LINES:]]
        else:
            parts = [shown]
        for part in parts:
            for line in part:
                lines += fold([*mark, (style, line)], room)
    return lines


def _runs_of_output(replies: Iterable[Message]) -> list[tuple[str, bool, str]]:
    """Return the output as stretches of one stream each: (stream, late, text)."""
    runs: list[tuple[str, bool, list[str]]] = []
    for reply in replies:
        if isinstance(reply, NeedInput):
            reply = Output(reply.run, "stdout", reply.prompt)
        if not isinstance(reply, Output):
            continue
        if not runs or runs[-1][:2] != (reply.stream, reply.late):
            runs.append((reply.stream, reply.late, []))
        if reply.dropped:
            runs[-1][2].append(f"\n... {reply.dropped:,} characters were printed here ...\n")
        runs[-1][2].append(reply.text)
    return [(stream, late, "".join(texts)) for stream, late, texts in runs]


def ended(finished: Finished, room: int) -> list[Line]:
    """Return the value or the traceback of an input."""
    if finished.failure is not None:
        return failure(finished.failure, room)
    if finished.status == "interrupted":
        return [[("class:error", "KeyboardInterrupt")]]
    if finished.value is None:
        return []
    return [
        row
        for line in visible(finished.value).split("\n")
        for row in fold([("class:value", line)], room)
    ]


def failure(failed: Failure, room: int, *, full: bool = False) -> list[Line]:
    """Return a traceback: the learner's own lines, and the error last."""
    text = visible(failed.full if full else failed.text).rstrip("\n")
    lines = text.split("\n")
    # Code is broken exactly at the last cell, so that carets stay under it; the message is prose.
    said = next((n for n, line in enumerate(lines) if n and line[:1].strip()), len(lines))
    return [
        row
        for number, line in enumerate(lines)
        for row in (
            fold([("class:error", line)], room)
            if number < said or line.startswith(" ")
            else wrap([("class:error", line)], room, indent=2)
        )
    ]


def behind(replies: Sequence[Message], room: int) -> list[Line]:
    """Return the facts shown under an input: changes of state, and how many statements."""
    changes = [reply for reply in replies if isinstance(reply, StateChange)]
    entries = [item for item in items(replies) if isinstance(item, Entry)]
    lines: list[Line] = []
    if changes:
        lines = [
            [("class:fact", f"    {change.name}: {arrow(change)}")] for change in _first_of(changes)
        ]
        rest = len(changes) - len(lines)
        if rest > 0:
            lines.append([("class:fact", f"    and {count_of(rest, 'change')} of state more")])
    events = _endings(replies)
    if entries or events or changes:
        note = "; ".join(filter(None, [summary(entries), events]))
        if lines and line_width(lines[-1]) + len(note) + 3 <= room:
            lines[-1].append(("", f" ({note})"))
        else:
            lines.append([("", f"    ({note})")])
    return [row for line in lines for row in wrap(line, room, indent=6)]


def _first_of(changes: list[StateChange]) -> list[StateChange]:
    return changes if len(changes) <= STATE_LINES + 1 else changes[:STATE_LINES]


def arrow(change: StateChange) -> str:
    """Return `transient -> pending`."""
    return f"{change.before} -> {change.after}"


def _endings(replies: Iterable[Message]) -> str:
    """Return the COMMIT and ROLLBACK of an input; only the SQL panel shows its BEGIN."""
    words = [
        reply.event.partition(" (")[0]
        for reply in replies
        if isinstance(reply, Transaction) and not reply.event.upper().startswith("BEGIN")
    ]
    return ", ".join(dict.fromkeys(words))


def still_running(reply: StillRunning) -> str:
    """Return what to say when Ctrl-C was not enough."""
    return (
        f"Still running {reply.seconds:.0f} s after Ctrl-C. "
        "Ctrl-C again stops the kernel; your names come back by replay."
    )


# --- the console: what the tutor says -------------------------------------------------------------

_VERDICT_WORDS = {
    "pass": ("class:ok", "OK"),
    "different": ("class:ok", "OK"),
    "almost": ("class:almost", "Almost"),
    "mistake": ("class:wrong", "Not quite"),
    "error": ("class:wrong", "Error"),
    "regressed": ("class:wrong", "Careful"),
    "not yet": ("class:almost", "Not yet"),
}


def verdict(found: Verdict, room: int, *, onward: str) -> list[Line]:
    """Return a verdict and its details; `onward` says how to go on after a pass."""
    style, word = _VERDICT_WORDS[found.kind]
    message = visible(found.message).strip()
    if found.is_pass:
        message = " ".join(filter(None, [passed(found), onward]))
    body = render(message, max(20, room - len(word) - 2)) or [[]]
    lead = " " * (len(word) + 2)
    lines: list[Line] = [[(style, word), ("", "  "), *body[0]]]
    lines += [[("", lead), *line] if line else [] for line in body[1:]]
    return lines + proof(found.details, room)


def proof(details: Sequence[str], room: int) -> list[Line]:
    """Return the details of a verdict; marks stay under what they mark."""
    lines: list[Line] = []
    for number, detail in enumerate(details):
        following = details[number + 1] if number + 1 < len(details) else ""
        if _MARKS.fullmatch(following):
            lines += _marked(visible(detail), following, max(20, room - 4))
        elif not _MARKS.fullmatch(detail):
            lines += wrap([("", "    " + visible(detail))], room, indent=6)
    return lines


def _marked(text: str, marks: str, room: int) -> Iterator[Line]:
    """Yield a text in pieces of at most `room`, each with its part of the marks under it."""
    while text:
        blank = text.rfind(" ", room // 2, room) + 1
        end = room if len(text) > room and not blank else blank if len(text) > room else len(text)
        yield [("", "    " + text[:end])]
        if marks[:end].strip():
            yield [("class:wrong", "    " + marks[:end].rstrip())]
        text, marks = text[end:], marks[end:]


_MARKS = re.compile(r" +\^[ ^]*")


def passed(found: Verdict) -> str:
    """Return what to say about a step that is done: one fact about the answer, no praise."""
    message = visible(found.message).strip()
    if found.kind == "different":
        return f"step done, another way. {message[:1].upper()}{message[1:]}"
    if not message:
        return "step done."
    return message if message.endswith((".", "!", "?")) else f"step done: {message}."


def said(text: str, room: int, *, style: str = "", lead: str = "") -> list[Line]:
    """Return a few sentences in Markdown, after the word `lead`."""
    body = render(text, max(20, room - len(lead)))
    start: Line = [(style, lead)] if lead else []
    return [
        [*start, *line] if number == 0 else [("", " " * len(lead)), *line] if line else []
        for number, line in enumerate(body)
    ]


def shown_code(source: str, room: int, *, prompt: str = PROMPT) -> list[Line]:
    """Return code for reading, with its prompts, indented a little."""
    return indent(echo(source, max(8, room - 2), prompt=prompt), 2)


def indent(lines: Iterable[Line], cells: int) -> list[Line]:
    """Return the lines indented by so many cells."""
    return [[("", " " * cells), *line] for line in lines]


def step_rule(number: int, total: int, title: str, room: int) -> list[Line]:
    """Return the line that separates steps in the console."""
    text = f"step {number} of {total}: {title}"
    return [clip([("class:strong", f"--- {text} ---")], room)]


# --- the lesson panel -----------------------------------------------------------------------------


def step_text(lesson: Lesson, step: Step, room: int, *, marks: bool = False) -> list[Line]:
    """Return a step's prose and the code to type, in the order of the lesson.

    The first step begins with the lesson's opening. What Python will answer is not shown: learners
    will see it, and are asked to predict some of it. `marks`: for line mode, without styles.
    """
    blocks: list[list[Line]] = []
    if lesson.steps and step.id == lesson.steps[0].id and lesson.opening.strip():
        blocks.append(render(lesson.opening, room, marks=marks))
        blocks.append(render(f"## {step.title}", room, marks=marks))
    for part in step.parts:
        if isinstance(part, Prose):
            blocks.append(render(part.text, room, marks=marks))
        elif isinstance(part, Transcript) and part.kind in ("learner", "demo"):
            lead = {"learner": "To type:", "demo": "Run for you:"}[part.kind]
            blocks.append([[("", lead)], *to_type(part, room)] if marks else to_type(part, room))
    lines: list[Line] = []
    for block in blocks:
        if block:
            lines += [[], *block] if lines else block
    return lines


def to_type(transcript: Transcript, room: int) -> list[Line]:
    """Return the code of a transcript with its prompts, without its output."""
    return [
        [("", "  "), *line]
        for example in transcript.examples
        for line in echo(_without_directive(example.source), max(8, room - 2))
    ]


def _without_directive(source: str) -> str:
    """Return an example without the comment that is meant for doctest."""
    return re.sub(r"[ \t]*#\s*doctest:.*", "", source.rstrip("\n"))


def title_of(step: Step) -> str:
    """Return a step's title without its Markdown."""
    return text_of(inline(step.title))


def goals(found: Sequence[Goal], room: int) -> list[Line]:
    """Return each goal with its tick on the right; long texts are wrapped."""
    if not found:
        return []
    lead = "Goal   " if len(found) == 1 else "Goals  "
    space = max(10, room - len(lead) - 6)
    aligned = min(space, max(width(goal.text) for goal in found))
    lines: list[Line] = []
    for number, goal in enumerate(found):
        start: Line = [("class:strong", lead)] if number == 0 else [("", " " * len(lead))]
        rows = wrap([("", visible(goal.text))], space)
        first = justify([*start, *rows[0]], [], len(lead) + aligned)
        lines.append([*first, ("", "  "), tick(goal)])
        lines += [[("", " " * len(lead)), *row] for row in rows[1:]]
    return lines


def tick(goal: Goal) -> tuple[str, str]:
    """Return `[x]` for a met goal, `[ ]` for an unmet one, `[?]` for one not checked yet."""
    if goal.met:
        return "class:met", "[x]"
    return ("class:unmet", "[ ]") if goal.checked else ("class:unmet", "[?]")


def goal_line(found: Sequence[Goal], title: str, room: int) -> Line:
    """Return the first unmet goal and a count, for windows too low for the lesson's text."""
    if not found:
        return clip([("class:strong", "Step   "), ("", title)], room)
    met = sum(goal.met for goal in found)
    unmet = next((goal for goal in found if not goal.met), found[-1])
    right: Line = [("", f"{met}/{len(found)} met ")]
    return justify([("class:strong", "Goal   "), ("", visible(unmet.text))], right, room)


# --- the SQL panel --------------------------------------------------------------------------------

LOW = 7
"""In a panel of so few rows, statements are more important than the line of totals."""

NOTHING_SENT = (
    "Nothing has been sent in this step. A statement appears here with its cause. "
    "Its number and the line of yours that sent it stand beside it."
)


def sql(turns: Sequence[tuple[int, Sequence[Message]]], room: int, height: int) -> list[Line]:
    """Return the newest statements of a step that fit, and a note if there are more.

    `turns` has the number and the replies of each input; the last one may still be running.
    """
    blocks = sql_blocks(turns, room)
    if not blocks:
        return wrap([("class:quiet", NOTHING_SENT)], room)[:height]
    last = [item for item in items(turns[-1][1]) if isinstance(item, Entry)]
    foot: list[Line] = [[("", f"(this input: {totals(last)})")]]
    if height <= LOW and sum(map(len, blocks)) >= height:
        foot = []
    space = height - len(foot)
    if len(blocks[-1]) + (len(blocks) > 1) > space:
        blocks = sql_blocks(turns, room, short=True)
    lines = _newest(blocks, space)
    if foot and len(lines) < space:
        foot.insert(0, [])
    return [clip(line, room) for line in lines + foot][:height]


def _newest(blocks: list[list[Line]], height: int) -> list[Line]:
    """Return the last blocks that fit completely, for a statement needs its number above it.

    If that leaves most rows empty, the beginning of the block before them is shown, too: a CREATE
    TABLE before a COMMIT.
    """
    shown = list(blocks)
    above: list[Line] = []
    while len(shown) > 1 and sum(map(len, shown)) + (len(shown) < len(blocks)) > height:
        above = shown.pop(0)
    while len(shown) > 1 and not shown[0][0]:
        shown.pop(0)  # the empty line between two inputs
    lines = [line for block in shown for line in block]
    more: Line = [("class:quiet", "      ... and more of it; :sql shows all")]
    room = height - len(lines) - 1
    if max(1, len(lines)) < room < len(above):
        lines = [*above[:room], more, *lines]
    elif len(shown) < len(blocks):
        lines.insert(0, [("class:quiet", "... more above; :sql shows all")])
    if len(lines) > height:
        lines = [*lines[: height - 1], more]
    return lines


def sql_blocks(
    turns: Sequence[tuple[int, Sequence[Message]]], room: int, *, short: bool = False
) -> list[list[Line]]:
    """Return a block of lines for each entry of the step, with an empty one between inputs."""
    blocks: list[list[Line]] = []
    for _, replies in turns:
        begins: list[Transaction] = []
        found: list[list[Line]] = []
        for item in items(replies):
            if isinstance(item, Entry):
                found.append(entry(item, room, begins=begins, short=short))
                begins = []
            elif item.event.upper().startswith("BEGIN"):
                begins.append(item)
            else:
                found += _transactions(begins, room)
                found += _transactions([item], room)
                begins = []
        found += _transactions(begins, room)
        if found and blocks:
            blocks.append([[]])
        blocks += found
    return blocks


def _transactions(events: Iterable[Transaction], room: int) -> list[list[Line]]:
    return [
        [justify([("class:keyword", f"    {event.event}")], _line_of(event.line), room)]
        for event in events
    ]


def _line_of(line: int) -> Line:
    return [("class:quiet", f"line {line}")] if line > 0 else []


def entry(
    shown: Entry, room: int, *, begins: Sequence[Transaction] = (), short: bool = False
) -> list[Line]:
    """Return a statement or a folded group: number, line, cause, time, SQL, what it returned.

    If `short`, a long list of columns is counted, and the SQL takes as few rows as possible: what
    came back is more important there than one clause a line.
    """
    first = shown.first
    head: Line = [("class:number", shown.numbers), ("", "  ")]
    if shown.count > 1:
        head += [
            ("class:alarm" if shown.is_lazy else "class:strong", f"x{shown.count}"),
            ("", "  "),
        ]
    if first.line > 0:
        head += [("", f"line {first.line}"), ("", "  ")]
    head.append(("class:cause", first.cause or "cause not told by this engine"))
    right: Line = [("", f"{shown.milliseconds:.1f} ms")]
    lines = [justify(head, right, room)]
    for event in begins:
        lines.append([("class:keyword", f"    {event.event}")])
    text = first.sql.strip() if _values_differ(shown) else filled(first)
    told = notes(shown)
    if short:
        text, told = in_one_flow(with_few_columns(text)), ["; ".join(told)] if told else []
    for row in code(text, max(10, room - 4), "sql", indent=2):
        lines.append([("", "    "), *row])
    for note in told:
        lines += wrap([("", f"      {note}")], room, indent=8)
    return lines


def _values_differ(shown: Entry) -> bool:
    return (shown.count > 1 and not shown.identical) or shown.first.sets > 1


def notes(shown: Entry) -> list[str]:
    """Return what to write under a statement: the values of a group, and what came back."""
    told: list[str] = []
    if shown.count > 1:
        if shown.identical:
            told.append(f"sent {shown.count} times with the same values")
        else:
            told.append("with " + _listed([one.parameters[0] for one in shown.statements
                                           if one.parameters], shown.count))  # fmt: skip
    elif shown.first.sets > 1:
        told.append(
            f"{shown.first.sets} rows in one call: "
            + _listed(list(shown.first.parameters), shown.first.sets)
        )
    back = came_back(shown)
    return [*told, back] if back else told


def _listed(sets: list[tuple[str, ...]], total: int) -> str:
    shown = [f"({', '.join(clip_text(value, 24) for value in values)})" for values in sets[:4]]
    rest = total - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def statement(shown: Entry, room: int) -> list[Line]:
    """Return everything about one statement, for `:sql 3`."""
    first = shown.first
    lines = entry(shown, room)
    if first.parameters:
        lines += [[], [("class:strong", "as sent")]]
        lines += [
            [("", "    "), *row] for row in code(first.sql.strip(), room - 4, "sql", indent=2)
        ]
        for values in first.parameters:
            lines += wrap([("", f"    values ({', '.join(map(visible, values))})")], room, indent=8)
        left_out = first.sets - len(first.parameters)
        if left_out > 0:
            lines.append([("", f"    and {left_out} sets of values more")])
    return lines


# --- expected, and scrolling ----------------------------------------------------------------------


def expected(
    found: Sequence[Goal], step: Step, room: int, height: int, *, passed: bool
) -> list[Line]:
    """Return the panel Expected: the goals, with what is still missing."""
    if not found:
        text = (
            "There is nothing to do in this step but to read on: F8 or :next."
            if step.is_reading
            else "This step has no list of goals: it is done when your tables, names and output "
            "are those that the lesson's own lines give."
        )
        return wrap([("class:quiet", text)], room)[:height]
    lines: list[Line] = []
    for goal in found:
        rows = wrap([tick(goal), ("", " "), ("", visible(goal.text))], room, indent=4)
        if not goal.met and goal.checked and goal.message:
            rows += wrap([("class:quiet", "    " + visible(goal.message))], room, indent=4)
        elif not goal.met and not goal.checked:
            rows += [[("class:quiet", "    not checked yet")]]
        lines += rows
    if passed:
        lines.append([("class:ok", "OK"), ("", "  step done")])
    return above(lines, height, ":goal shows all")


def above(lines: list[Line], height: int, how: str) -> list[Line]:
    """Return the first lines that fit; if that is not all, the last one says how many are left."""
    if len(lines) <= height:
        return lines
    left = len(lines) - height + 1
    return [*lines[: max(0, height - 1)], [("class:quiet", f"... {left} lines more; {how}")]]


def scrolled(
    lines: list[Line],
    height: int,
    top: int,
    room: int,
    *,
    whole: bool = False,
    is_new: bool = False,
) -> tuple[list[Line], int]:
    """Return the rows that are visible from row `top` on, and the corrected `top`.

    If not all are visible, a note in the last row says where the rest is. `is_new`: nothing was
    typed yet, so that this row also shows the first line to type, if that is not visible.
    """
    if len(lines) <= height:
        return lines, 0
    if height < 1:
        return [], 0
    seen = height - 1
    top = max(0, min(top, len(lines) - seen))
    below: Line = []
    if top == 0 and not whole:
        note = f"(PgDn or F3: {len(lines) - seen} lines more)"
        prompts = [
            row for row, line in enumerate(lines) if text_of(line).lstrip().startswith(PROMPT)
        ]
        if is_new and prompts and prompts[0] >= seen:
            below = [("class:quiet", f"below: {text_of(lines[prompts[0]]).strip()}")]
    else:
        note = f"(lines {top + 1} to {min(top + seen, len(lines))} of {len(lines)}; PgUp PgDn)"
    return [*lines[top : top + seen], justify(below, [("class:quiet", note)], room)], top


def has_n_plus_one(turns: Sequence[tuple[int, Sequence[Message]]]) -> bool:
    """Whether the last input loaded an attribute one object at a time."""
    if not turns:
        return False
    return is_n_plus_one([item for item in items(turns[-1][1]) if isinstance(item, Entry)])
