"""The pages of docs/ that are made from code: `python -m tests.pages` writes them anew.

Before: tables that the program itself uses: commands, the closed list, the oracle's programs.
Here:   each page as Markdown.
After:  test_docs.py compares them with what stands in docs/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ormtutor.cli import HELP_OF
from ormtutor.differences import DIFFERENCES
from ormtutor.repl.commands import COMMANDS
from tests.oracle.supported import PROGRAMS, SUPPORTED, programs_with

DOCS = Path(__file__).parent.parent / "docs"
QUOTE = "'"
SHOWN = 3
MADE = "<!-- Made by `python -m tests.pages`; do not edit. -->\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def shown(programs: Sequence[str]) -> str:
    """Return the first programs by name, and how many there are besides."""
    more = len(programs) - SHOWN
    return ", ".join(programs[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def commands() -> str:
    """Return every command of the shell and of the prompt, with its keys."""
    rows = [
        (
            f"`{command.usage}`",
            ", ".join(f"{key.label}" for key in command.keys),
            f"{command.help}. {command.more}".replace(". .", ".").strip(),
        )
        for command in COMMANDS
    ]
    usages = "\n".join(f"```text\n{text.rstrip()}\n```\n" for text in HELP_OF.values())
    return f"""# Commands and keys

{MADE}
## At the prompt

A command begins with a colon, at the start of the line. A beginning that only it has is enough.

{table(["Command", "Keys", "What it does"], rows)}
## In the shell

{usages}"""


def differences() -> str:
    """Return the closed list of what is not as in SQLAlchemy 1.4.54."""
    parts = "".join(
        f"\n## {difference.name}\n\n"
        f"- **Here:** {difference.here}.\n"
        f"- **SQLAlchemy 1.4.54:** {difference.there}.\n"
        f"- **Why:** {difference.reason}\n"
        for difference in DIFFERENCES
    )
    return f"""# Where the engine differs from SQLAlchemy 1.4.54

{MADE}
The list is closed. Everything else is the same, or a mistake of ours.
{parts}"""


def supported() -> str:
    """Return what the engine has, and the programs that show it on both engines."""
    parts = []
    for part, names in SUPPORTED.items():
        rows = [(f"`{name.strip(QUOTE)}`", shown(programs_with(name))) for name in names.split()]
        parts.append(f"\n## {part}\n\n{table(['Name', 'Programs'], rows)}")
    total = sum(len(names.split()) for names in SUPPORTED.values())
    return f"""# What the engine has

{MADE}
{total} names, each in one or more of {len(PROGRAMS)} programs of `tests/oracle/programs/`.

A program runs on the engine and on SQLAlchemy 1.4.54; what it prints, its errors and warnings, each
statement with its parameters, and the rows that it leaves are the same. Random programs and
expressions go further: `tests/oracle/test_random_programs.py` and `test_random_expressions.py`.
What SQLAlchemy has and the engine has not stands in `ormtutor/miniorm/leftout.py`; asking for it
says so.
{"".join(parts)}"""


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "differences.md": differences,
    "supported.md": supported,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
