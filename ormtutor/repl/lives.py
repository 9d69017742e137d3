"""The life of an object in words: what happened to it, and what made it happen.

Before: kernel/views.py told a story, as plain data (its shape is told there).
Here:   one row for each moment: what the object became, on which line, by which statement.
After:  `:story NAME` shows the rows, line mode says them as sentences.
"""

from __future__ import annotations

from ormtutor.repl.cells import clip_text, grid, visible, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ormtutor.repl.cells import Line

# What a moment is called in the list, and in a sentence.
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
