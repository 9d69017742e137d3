"""The life of an object in words: what happened to it, and why.

Before: kernel/views.py has returned a story, in the shape told there.
Here:   one row for each moment: what the object became, on which line, by which statement; and a
        picture of all states, for `:states`.
After:  `:story NAME` shows the rows, in line mode as sentences.
"""

from __future__ import annotations

from ormtutor.repl.cells import clip_text, grid, visible, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ormtutor.repl.cells import Line

# How a moment is worded in the list, and in a sentence.
_WHAT = {
    "transient": ("transient", "was made: transient"),
    "expired": ("expired", "expired: its values are read again when they are needed"),
    "refreshed": ("refreshed", "was read again from its row"),
    "loaded": ("persistent", "was loaded: persistent"),
    "written": ("changes written", "had its changes written"),
    "marked": ("marked", "was marked: the next flush deletes its row"),
    "kept": ("not marked any more", "is not marked for deletion any more"),
}
_BEFORE = {"before": "before this step", "setup": "before you began"}
_STATES = {"transient", "loaded", "pending", "persistent", "deleted", "detached"}
NO_MOMENTS = {
    "transient": "No session has been told of it: it is an object like any other.",
    "followed": "Nothing has happened to it since it was first seen.",
    "lost": "Too many objects came before it: it was not followed.",
}


def story(content: Mapping[str, Any], room: int) -> list[Line]:
    """Return an object's life, one line for each moment."""
    lines: list[Line] = [[("class:strong", visible(content["name"])), ("", _now(content))]]
    if content["dropped"]:
        lines.append([("class:quiet", f"  (the first {content['dropped']} moments are left out)")])
    rows: list[list[Line]] = []
    for moment in content["moments"]:
        arrow = "-> " if moment["what"] in _STATES and rows else "   "
        what = _WHAT.get(moment["what"], (moment["what"],))[0]
        by = visible(clip_text(moment["source"], 60)) if moment["when"] == "step" else ""
        rows.append(
            [
                [("class:quiet", arrow), ("class:fact", what)],
                [("", _where(moment))],
                [("", "; ".join(filter(None, [by, _statement(moment)])))],
            ]
        )
    lines += [[("", "  "), *line] for line in grid(rows, room - 2)]
    return lines if rows else [*lines, *wrap([("", f"  {_nothing(content)}")], room, indent=2)]


def story_words(content: Mapping[str, Any]) -> list[str]:
    """Return an object's life in sentences, for line mode."""
    lines = [f"{content['name']}{_now(content)}."]
    if content["dropped"]:
        lines.append(f"The first {content['dropped']} moments are left out.")
    for moment in content["moments"]:
        what = _WHAT.get(moment["what"], ("", f"became {moment['what']}"))[1]
        by = moment["source"] if moment["when"] == "step" else ""
        told = ", ".join(filter(None, [_where(moment), by, _statement(moment)]))
        lines.append(
            f"It {what}{': ' if told and ':' not in what else '; ' if told else ''}{told}."
        )
    return lines if content["moments"] else [*lines, _nothing(content)]


def _now(content: Mapping[str, Any]) -> str:
    label = "" if content["label"] == content["name"] else f" ({content['label']})"
    return f"{label} is {content['state']} now"


def _where(moment: Mapping[str, Any]) -> str:
    if moment["when"] != "step":
        return _BEFORE[moment["when"]]
    return f"line {moment['line']}" if moment["line"] else ""


def _statement(moment: Mapping[str, Any]) -> str:
    number = moment["statement"] if moment["when"] == "step" else 0
    named = f"statement #{number}" if number else ""
    is_plain = not number and moment["cause"] in moment["source"]
    return ", ".join(filter(None, ["" if is_plain else moment["cause"], named]))


def _nothing(content: Mapping[str, Any]) -> str:
    if content["state"] == "transient":
        return NO_MOMENTS["transient"]
    return NO_MOMENTS["followed" if content["followed"] else "lost"]


# --- all states, and who is where -----------------------------------------------------------------

MEANINGS = {
    "transient": "made, and no session knows it",
    "pending": "in a session, waiting for its INSERT",
    "persistent": "has a row, and stands in the identity map",
    "deleted": "its DELETE was sent, the transaction is open",
    "detached": "has a key, and no session",
}

# The usual transitions, and all others: from, to, by what.
STRAIGHT = (
    ("transient", "pending", "session.add()"),
    ("pending", "persistent", "flush: INSERT"),
    ("persistent", "deleted", "session.delete(), then flush: DELETE"),
    ("deleted", "detached", "commit"),
)
ASIDE = (
    ("pending", "transient", "rollback, expunge, close"),
    ("persistent", "transient", "rollback, if its INSERT was of this transaction"),
    ("persistent", "detached", "expunge, close"),
    ("detached", "persistent", "session.add()"),
    ("deleted", "persistent", "rollback"),
)
LOADED = "loaded by a query"
MOST_NAMES = 6


def states(here: Mapping[str, list[str]], been: Sequence[str], room: int) -> list[Line]:
    """Return all states, who is in which, and the transitions between them.

    `been` are the states in which the object has been, if the learner asked about one.
    """
    ways = {before: by for before, _, by in STRAIGHT}
    lines: list[Line] = []
    for state, meaning in MEANINGS.items():
        names = here.get(state, [])
        mark = ">" if names else "+" if state in been else " "
        style = "class:strong" if names else ""
        rest = f"  {_some(names)}" if names else ""
        lines += wrap(
            [("class:ok", f" {mark} "), (style, f"{state:<11}"), ("class:quiet", meaning),
             ("class:strong", rest)],
            room, indent=14,
        )  # fmt: skip
        if state in ways:
            lines.append([("class:quiet", "     │ "), ("class:fact", ways[state])])
    aside = [
        [[("", "   "), ("class:quiet", f"{before} -> {after}")], [("class:fact", by)]]
        for before, after, by in ASIDE
    ]
    lines += [[], *grid(aside, room), [("", "   "), ("class:quiet", LOADED), ("", ": persistent")]]
    if been:
        lines.append([("class:quiet", " > now, + been there")])
    return lines


def states_words(here: Mapping[str, list[str]], been: Sequence[str]) -> list[str]:
    """Return the same in sentences, for line mode."""
    lines = [f"{state}: {meaning}." for state, meaning in MEANINGS.items()]
    lines += [f"{before} to {after}: by {by}." for before, after, by in (*STRAIGHT, *ASIDE)]
    lines.append(f"{LOADED}: persistent at once.")
    for state in MEANINGS:
        if here.get(state):
            names = here[state]
            lines.append(f"{_some(names)} {'is' if len(names) == 1 else 'are'} {state} now.")
        elif state in been:
            lines.append(f"{state} before.")
    return lines


def states_mermaid(here: Mapping[str, list[str]]) -> list[str]:
    """Return the states as a Mermaid stateDiagram, with those marked that objects are in."""
    lines = ["stateDiagram-v2", "    [*] --> transient", f"    [*] --> persistent: {LOADED}"]
    lines += [f"    {before} --> {after}: {by.replace(':', ' =')}"
              for before, after, by in (*STRAIGHT, *ASIDE)]  # fmt: skip
    now = [state for state in MEANINGS if here.get(state)]
    if now:
        lines += ["    classDef now font-weight:bold,stroke-width:4px",
                  f"    class {','.join(now)} now"]  # fmt: skip
    for state in now:
        lines.append(f"    note right of {state}: {_some(here[state])}")
    return lines


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(visible(name) for name in names[:MOST_NAMES])
    rest = len(names) - MOST_NAMES
    return f"{shown} and {rest} more" if rest > 0 else shown


def passed(content: Mapping[str, Any]) -> list[str]:
    """Return the states that an object has been in, from its story."""
    states = [
        "persistent" if one["what"] == "loaded" else one["what"] for one in content["moments"]
    ]
    return [state for state in dict.fromkeys(states) if state in MEANINGS]
