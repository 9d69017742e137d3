"""Another loading, another cascade, another spelling: what came of them, in words.

Before: tutor.py ran the inputs again in a twin kernel (otherwise.py).
Here:   the twin's results beside the learner's; pure.
After:  `:whatif selectinload`, `:plan User.posts CASCADE` and `:translate` show the lines, and in
        line mode the words.
"""

from __future__ import annotations

import re

from ormtutor.repl import forecast
from ormtutor.repl.cells import visible, wrap, wrap_code
from ormtutor.repl.statements import count_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ormtutor.otherwise import Cost, Reloaded, Replanned, Respelled
    from ormtutor.repl.cells import Line

SAME_TRAFFIC = "It would change nothing: the same statements, the same rows."
NOT_HERE = "A kernel of its own ran it; nothing has changed here."


# --- another loading ------------------------------------------------------------------------------


def reloaded_words(found: Reloaded) -> list[str]:
    """Return what another loading would change, one fact a line."""
    lines = [
        f"line {one.line}: {_cost_words(one.yours)} -> "
        + (f"it fails: {visible(one.failure)}" if one.failure else _cost_words(one.twin))
        for one in found.changed
    ]
    if found.reordered:
        lines.append(f"{_lines(found.reordered)} the same in another order: no ORDER BY fixed it.")
    if found.differs:
        lines.append(f"{_lines(found.differs)} something else.")
    elif found.changed and not (found.reordered or found.changed[-1].failure):
        lines.append("What is shown is the same.")
    return lines or [SAME_TRAFFIC]


def _lines(numbers: Sequence[int]) -> str:
    listed = ", ".join(map(str, numbers))
    return f"line {listed} shows" if len(numbers) == 1 else f"lines {listed} show"


def _cost_words(cost: Cost) -> str:
    lazy = f" ({count_of(cost.lazy, 'lazy load')})" if cost.lazy else ""
    return f"{count_of(cost.statements, 'statement')}{lazy}, {count_of(cost.rows, 'row')}"


def reloaded(found: Reloaded, room: int) -> list[Line]:
    """Return the rewritten lines, and what each input costs under both loadings."""
    lines: list[Line] = [[("class:strong", f"Your inputs with {found.strategy}:")]]
    for number, text in found.rewritten:
        lines += wrap_code([("", f"{number:>3}  {visible(text)}")], room, indent=5)
    lines.append([("class:heading", f"cost: yours -> with {found.strategy}")])
    for text in reloaded_words(found):
        lines += wrap([("", f"  {text}")], room, indent=4)
    return [*lines, [("class:quiet", NOT_HERE)]]


def reloaded_spoken(found: Reloaded) -> list[str]:
    """Return the same for line mode."""
    written = [f"Line {number} would be: {visible(text)}" for number, text in found.rewritten]
    spoken = [text.replace(" -> ", ", would be ") for text in reloaded_words(found)]
    return [*written, *(text[0].upper() + text[1:] for text in spoken), NOT_HERE]


# --- another cascade ------------------------------------------------------------------------------


def replanned(found: Replanned, now: Mapping[str, Any], room: int) -> list[Line]:
    """Return the plan of a flush under another cascade, then the plan as it is."""
    lines: list[Line] = []
    for head, told in _plans(found, now):
        lines += wrap([("class:strong", head)], room)
        for number, text in enumerate(told, 1):
            lines += wrap([("", f"{number:>3}  {text}")], room, indent=5)
    return [*lines, [("class:quiet", NOT_HERE)]]


def replanned_spoken(found: Replanned, now: Mapping[str, Any]) -> list[str]:
    """Return the same for line mode."""
    return [line for head, told in _plans(found, now) for line in (head, *told)] + [NOT_HERE]


def _plans(found: Replanned, now: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    nothing = ["nothing: nothing is new, changed or marked"]
    told, known = forecast.plan_words(found.plan), forecast.plan_words(now)
    where = f"on {found.relationship}"
    yield f'With cascade="{found.cascade}" {where} a flush would:', told or nothing
    if told == known:
        yield f'As it is, "{found.was}": the same.', ()
    else:
        yield f'As it is, "{found.was}", it would:', known or nothing


def offers(content: Mapping[str, Any]) -> str:
    """Return what to type to see the plan under another cascade; empty if that is of no use.

    It names a relationship whose children would lose their parent, or else one that has to be
    loaded before that is known.
    """
    found = [
        match
        for record in content["records"]
        for text in (record["reason"], *record["labels"])
        if (match := _ORPHANING.search(text))
    ]
    found.sort(key=lambda match: match["nulled"] is None)
    if not found:
        return ""
    relationship = found[0]["nulled"] or found[0]["loaded"]
    return f"`:plan {relationship}` tells it under another cascade."


_ORPHANING = re.compile(
    r"is deleted, (?P<nulled>[\w.]+) does not cascade that|^(?P<loaded>\w+\.\w+) of "
)


# --- another spelling -----------------------------------------------------------------------------

_SHOWS = {
    "same": "It shows the same",
    "order": "It shows the same in another order",
    "other": "It shows something else",
}
_SENDS = {
    "same": "the same SQL",
    "labels": "the same SQL but for the names of columns, which a Query labels",
    "other": "other SQL",
}


def _agreement(found: Respelled) -> str:
    if found.failure:
        return f"It fails: {visible(found.failure)}"
    sent = f", and sends {_SENDS[found.sends]}" if found.sent else ", and sends nothing"
    return _SHOWS[found.shows] + sent + (":" if found.sent else ".")


def _imported(found: Respelled) -> str:
    names = ", ".join(found.spelling.imports)
    return f"from sqlalchemy import {names}" if names else ""


def respelled(found: Respelled, room: int) -> list[Line]:
    """Return the other spelling, how its results compare with the learner's, and its SQL."""
    lines: list[Line] = [[("class:strong", f"Line {found.line} with {found.spelling.style}:")]]
    code = [*filter(None, [_imported(found)]), *found.spelling.source.rstrip().split("\n")]
    for text in code:
        lines += wrap_code([("", f"  {visible(text)}")], room, indent=4)
    lines += wrap([("", _agreement(found))], room)
    for text in found.sent:
        lines += wrap([("class:quiet", f"  {visible(' '.join(text.split()))}")], room, indent=4)
    return [*lines, [("class:quiet", NOT_HERE)]]


def respelled_spoken(found: Respelled) -> list[str]:
    """Return the same for line mode."""
    code = [*filter(None, [_imported(found)]), *found.spelling.source.rstrip().split("\n")]
    return [
        f"Line {found.line} with {found.spelling.style}:",
        *map(visible, code),
        _agreement(found),
        *(visible(" ".join(text.split())) for text in found.sent),
        NOT_HERE,
    ]
