"""Take the picture for the README: `python -m tests.screenshot` writes docs/screen.svg.

Before: tests/repl/pseudoterminal.py, the program on a pseudo-terminal.
Here:   a step is typed as a learner would; the screen becomes a drawing, in its own colours.
After:  README.md shows it.
"""

from __future__ import annotations

import io
import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.style import Style
from rich.text import Text

from tests.pages import DOCS
from tests.repl.pseudoterminal import Pty

COLUMNS, ROWS = 128, 34
INPUTS = (
    ":go queued",
    'ines = Member(name="Ines", street="Weir Row 2")',
    "0",
    "session.add(ines)",
    "ines.id is None",
    "session.flush()",
    "ines.id",
)
# The emulator's names of colours, where rich has another one.
NAMES = {"brown": "yellow", "brightbrown": "bright_yellow"}


def colour(name: str) -> str:
    """Return rich's name of a colour of the emulator."""
    return NAMES.get(name, name.replace("bright", "bright_"))


def drawn(pty: Pty) -> Text:
    """Return what is on the screen, with its styles."""
    text = Text()
    for row in range(ROWS):
        cells = [pty.screen.buffer[row][column] for column in range(COLUMNS)]
        for look, run in groupby(cells, key=style_of):
            text.append("".join(cell.data for cell in run), look)
        text.append("\n")
    return text


def style_of(cell: Any) -> Style:
    """Return the style of one cell of the emulator."""
    return Style(
        color=colour(cell.fg),
        bgcolor=colour(cell.bg),
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        reverse=cell.reverse,
    )


def main() -> None:
    """Play the step and draw it."""
    with tempfile.TemporaryDirectory() as home:
        pty = Pty(Path(home), "session", columns=COLUMNS, rows=ROWS)
        pty.wait_for("kernel: ready")
        for line in INPUTS:
            pty.keys(f"{line}\r")
            pty.wait_for(f">>> {line}"[:40])
        pty.wait_for("step done")
        pty.wait_for("INSERT")
        console = Console(width=COLUMNS, record=True, file=io.StringIO())
        console.print(drawn(pty), end="", no_wrap=True, crop=False)
        console.save_svg(str(DOCS / "screen.svg"), title="ormtutor session")
        pty.child.close(force=True)


if __name__ == "__main__":
    main()
