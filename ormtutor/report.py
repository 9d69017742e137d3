"""Texts to keep: a report for a lesson's author, and what was done, as a script.

Before: tutor.py has turns, goals and the kernel's log.
Here:   plain values -> text.
After:  files.py writes a report; `:save` writes a script where the learner wants it.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence

from ormtutor import __version__
from ormtutor.course.checking import Goal
from ormtutor.course.lesson import Lesson, Step
from ormtutor.course.statements import SentSQL, spelled_out
from ormtutor.kernel.messages import Statement
from ormtutor.replay import Replica
from ormtutor.turn import Turn


def report_text(
    lesson: Lesson, step: Step, engine: str, turns: Sequence[Turn], goals: Sequence[Goal]
) -> str:
    """Return what a lesson's author needs: the attempt as an `alt`, versions, what came of it.

    `engine`: its name and version.
    """
    attempt = "\n".join(turn.source.rstrip("\n") for turn in turns if not turn.is_lost)
    lines = [
        f"# {lesson.key(step)}: {step.title}",
        "",
        f"- lesson content {lesson.digest}, {lesson.path.name}:{step.line}",
        f"- ormtutor {__version__}, {engine}",
        f"- Python {platform.python_version()}, {platform.system()}",
        "",
        "## What was typed",
        "",
        "```python alt",
        attempt,
        "```",
        "",
        "## What came of it",
        "",
    ]
    for goal in goals:
        lines.append(f"- [{'x' if goal.met else ' '}] {goal.text}")
        lines += [f"  {goal.message}"] if goal.message else []
    for turn in turns:
        lines += _outcome(turn)
    return "\n".join(lines) + "\n"


def _outcome(turn: Turn) -> list[str]:
    lines = []
    if turn.verdict is not None and turn.verdict.kind != "not yet":
        message = turn.verdict.message.replace("\n", " ")
        lines.append(f"- line {turn.first_line}: {turn.verdict.kind}. {message}".rstrip(". "))
    if turn.failure is not None:
        lines += ["", "```text", turn.failure.text.rstrip("\n"), "```", ""]
    return lines


def script_text(key: str, replica: Replica, base: int, turns: Iterable[Turn]) -> str:
    """Return what a kernel has run, the lesson's part included, as a script for SQLAlchemy.

    Inputs that raised are left out. The entries after the first `base` ones are the step's own:
    each is followed by its statements, as comments.
    """
    statements = {turn.first_line: turn.statements for turn in turns}
    pieces = [f'"""Made by ormtutor in {key}."""', ""]
    step = ""
    for place, entry in enumerate(replica.log):
        if entry.kind == "begin" or place in replica.raised:
            continue
        if entry.step != step:
            step = entry.step
            pieces += ["", f"# {step}", ""]
        pieces.append(entry.source.strip("\n"))
        if place >= base:
            pieces += remarks(statements.get(entry.first_line, ()))
    return "\n".join(pieces) + "\n"


def remarks(statements: Iterable[Statement]) -> list[str]:
    """Return statements as comments of one line each, with values filled in and the cause."""
    lines = []
    for statement in statements:
        sent = SentSQL(statement.sql, statement.parameters, statement.cause)
        why = f"  ({statement.cause})" if statement.cause else ""
        lines += [f"# {' '.join(text.split())}{why}" for text in spelled_out(sent)]
    return lines
