"""The look: roles, each with its ANSI colour and attributes; and whether to use colour at all.

Before: panels.py names roles ("class:error"), never colours.
Here:   one table from role to look, for prompt_toolkit and for our own simple painter.
After:  screen.py gives the table to prompt_toolkit; line.py and the first frame use `paint`.

Only ANSI's named colours, so that every terminal theme stays readable; no blue and no yellow, which
vanish on black or on white. Colour is never the only sign: wherever a role matters, the text shows
it, too (`OK`, `[x]`, `#3`, `^`).
"""

from __future__ import annotations

from ormtutor.repl.cells import in_ascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from ormtutor.repl.cells import Line

    When = Literal["auto", "always", "never"]

LOOKS = {
    # the frame
    "title": "bold",
    "tab": "",
    "tab.current": "bold reverse",
    "key": "bold",
    "bar": "",
    "frame": "",
    "warning": "ansired bold",
    "busy": "bold",
    # the console
    "prompt": "bold",
    "prompt.waiting": "",
    "value": "",
    "output": "",
    "stray": "italic",
    "fact": "ansimagenta",
    "ok": "ansigreen bold",
    "almost": "ansimagenta bold",
    "wrong": "ansired bold",
    "error": "ansired",
    "advice": "bold",
    "notice": "bold",
    "heading": "bold underline",
    "quiet": "",
    # prose
    "code": "ansimagenta",
    "strong": "bold",
    "emphasis": "underline",
    "link": "underline",
    # goals and SQL
    "met": "ansigreen",
    "unmet": "",
    "number": "bold",
    "cause": "ansimagenta",
    "alarm": "ansired bold",
    "dotted": "underline",
    # code, both Python and SQL
    "keyword": "bold",
    "string": "ansigreen",
    "comment": "italic",
    "literal": "ansimagenta",
    "name": "",
    "menu": "",
    "menu.current": "reverse",
}

_CODES = {
    "bold": "1", "italic": "3", "underline": "4", "reverse": "7",
    "ansired": "31", "ansigreen": "32", "ansimagenta": "35",
}  # fmt: skip
_COLOURS = {"ansired", "ansigreen", "ansimagenta"}


def wants_colour(when: When, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether to use colour: by `--color`, NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, in this order.

    Else only on a terminal that is not dumb or unknown, and not in CI.
    """
    if when != "auto":
        return when == "always"
    if environment.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if environment.get(name, "0") not in ("", "0"):
            return True
    if environment.get("TERM") in ("dumb", "unknown") or environment.get("CI"):
        return False
    return is_terminal


def can_draw(encoding: str | None) -> bool:
    """Whether boxes, arrows and ellipses can be written in the encoding."""
    try:
        "─│┌┐└┘├┤┬┴┼…→".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def rules() -> dict[str, str]:
    """Return the table for `prompt_toolkit.styles.Style.from_dict`."""
    return {name: look for name, look in LOOKS.items() if look}


def codes(style: str, *, colour: bool) -> str:
    """Return the digits of the escape sequence for a style such as `class:error`, or empty."""
    words = LOOKS.get(style.removeprefix("class:"), "").split()
    return ";".join(_CODES[word] for word in words if colour or word not in _COLOURS)


def paint(line: Line, *, colour: bool, attributes: bool = True, ascii_only: bool = False) -> str:
    """Return the line as text, with escape sequences if colours or attributes are wanted."""
    if ascii_only:
        line = in_ascii(line)
    if not (colour or attributes):
        return "".join(text for _, text in line)
    pieces = []
    for style, text in line:
        digits = codes(style, colour=colour) if text else ""
        pieces.append(f"\x1b[{digits}m{text}\x1b[0m" if digits else text)
    return "".join(pieces)
