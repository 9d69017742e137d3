"""The pages of docs/ that are made from code: `python -m tests.pages` writes them.

Before: tables that the program itself uses: commands, the closed list, the oracle's programs.
Here:   each page as Markdown.
After:  test_docs.py compares them with the files in docs/.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ormtutor.cli.arguments import COMMANDS as SHELL_COMMANDS
from ormtutor.cli.arguments import help_of
from ormtutor.course.library import find
from ormtutor.differences import DIFFERENCES
from ormtutor.repl.catalogue import ROWS
from ormtutor.repl.commands import COMMANDS
from ormtutor.repl.glossary import GLOSSARY
from tests.concepts import CONCEPTS
from tests.oracle.supported import PROGRAMS, SUPPORTED, programs_with
from tests.repl.test_catalogue import BESIDE, SAID, SILENT
from tests.traces import COMMIT, ENGINE, LAZY_LOAD, traced

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
    """Return the names of the first programs, and how many more there are."""
    more = len(programs) - SHOWN
    return ", ".join(programs[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def concepts() -> str:
    """Return what the course teaches, with the lesson and step for each concept."""
    steps = {lesson.key(step): (lesson, step) for lesson in find().lessons for step in lesson.steps}
    parts = []
    for part, taught in CONCEPTS.items():
        rows = []
        for concept in taught:
            lesson, step = steps[concept.place]
            by = ", ".join(f"`{spelling}`" for spelling in concept.code) or f"“{concept.says}”"
            link = f"[`{concept.place}`](../lessons/{lesson.path.name})"
            rows.append((concept.name, by, link, step.title))
        parts.append(f"\n## {part}\n\n{table(['Concept', 'By', 'Where', 'Step'], rows)}")
    total = sum(len(taught) for taught in CONCEPTS.values())
    return f"""# What the course teaches

{MADE}
{total} concepts, each with the step that teaches it, by its code or in its words.
`tests/lessons/test_concepts.py` checks the lessons against this table.
{"".join(parts)}"""


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
    usages = "\n".join(f"```text\n{text.rstrip()}\n```\n" for text in map(help_of, SHELL_COMMANDS))
    return f"""# Commands and keys

{MADE}
## At the prompt

A command begins with a colon, at the start of the line. An unambiguous beginning is enough.

{table(["Command", "Keys", "What it does"], rows)}
## In the shell

{usages}"""


def differences() -> str:
    """Return the closed list of differences from SQLAlchemy 1.4.54."""
    parts = "".join(
        f"\n## {difference.name}\n\n"
        f"- **Here:** {difference.here}.\n"
        f"- **SQLAlchemy 1.4.54:** {difference.there}.\n"
        f"- **Why:** {difference.reason}\n"
        for difference in DIFFERENCES
    )
    return f"""# Where the engine differs from SQLAlchemy 1.4.54

{MADE}
The list is closed. Everything else is the same, or a mistake of ours, with two exceptions. Since
looking must never send SQL, `inspect(obj).attrs.badge.history` of a one-to-one, which loads the old
badge in SQLAlchemy, only has the new one here. And a database in a file has a small pool, one in
memory a single connection for all threads.
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

Each program runs on the engine and on SQLAlchemy 1.4.54; what it prints, its errors and warnings,
each statement with its parameters, and the rows that it leaves are the same. Random programs and
expressions go further: `tests/oracle/test_random_programs.py` and `test_random_expressions.py`.
What SQLAlchemy has and the engine lacks is listed in `ormtutor/miniorm/leftout.py`; the engine says
so when asked for it.
{"".join(parts)}"""


def steps(found: Sequence[str], places: dict[str, str]) -> str:
    """Return a path through the engine as a numbered list, with the SQL in between."""
    lines = []
    for place in found:
        if place.startswith("SQL "):
            lines.append(f"   ```sql\n   {place[4:]}\n   ```\n")
        else:
            file, function = place.split()
            lines.append(
                f"1. [`{function}`](../ormtutor/miniorm/{file}) in `{file}`\\\n   {places[place]}\n"
            )
    return "\n".join(lines)


def followed() -> str:
    """Return one commit and one lazy load, traced through the modules."""
    commit, lazy_load = traced()
    return f"""# One commit and one lazy load, followed

{MADE}
A new shelf with a jar is in a session; `jars` is a relationship of the shelf. The functions below
are called in this order, and the statements are those that were sent.

## `session.commit()`

{steps(commit, COMMIT)}
## `shelf.jars`, read for the first time

{steps(lazy_load, LAZY_LOAD)}"""


def modules() -> str:
    """Return a map from the engine's modules to those of SQLAlchemy."""
    rows = []
    for path in sorted(ENGINE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        docstring = ast.get_docstring(ast.parse(source)) or ""
        told = re.findall(r'(__module__ = |publish\(globals\(\), )"(sqlalchemy[\w.]*)"', source)
        followed = re.findall(r"`((?:orm|sql|engine)/\w+)\.py`", docstring.partition("Follows:")[2])
        theirs = sorted({path for _, path in told})
        theirs = theirs or [f"sqlalchemy.{path.replace('/', '.')}" for path in followed]
        if theirs or "No counterpart" in docstring:
            name = path.relative_to(ENGINE).as_posix()
            link = f"[`{name}`](../ormtutor/miniorm/{name})"
            rows.append((link, docstring.split("\n")[0], ", ".join(f"`{each}`" for each in theirs)))
    return f"""# From our modules to SQLAlchemy's

{MADE}
Each public class names SQLAlchemy's module as its own, so that tracebacks and reprs look as they do
at work. This table leads from a module here to its counterpart there; a few have none. Modules that
are only a part of a bigger one there are left out.

{table(["Here", "What it is", "In SQLAlchemy"], rows)}"""


def terms() -> str:
    """Return the glossary, each term with a link to the lesson that teaches it."""
    lessons = {lesson.id: lesson for lesson in find().lessons}
    parts = []
    for term in sorted(GLOSSARY, key=lambda term: term.name.casefold()):
        lesson = lessons[term.step.partition("/")[0]]
        link = f"[{term.step}](../lessons/{lesson.path.name})"
        others = f" Also: {', '.join(term.others)}." if term.others else ""
        parts.append(f"\n## {term.name}\n\n{term.text}{others}\n\nTaught in {link}.\n")
    return f"""# The terms of the field

{MADE}
`:help TERM` at the prompt shows one of them.
{"".join(parts)}"""


def surprises() -> str:
    """Return what learners stumble over, each with a program and what the console says about it."""
    parts = []
    for struggle, answers in ROWS.items():
        parts.append(f"\n## {struggle[0].upper()}{struggle[1:]}\n")
        for answer in answers:
            if answer in SAID:
                program, said = SAID[answer][0]
                alike = _typed(SILENT[answer][0])
                parts.append(f"{_typed(program)}\n> {said}\n\nSilent after:\n{alike}")
            else:
                held = BESIDE[answer].__name__.removeprefix("test_").replace("_", " ")
                parts.append(f"\nOn the screen: {held}.\n")
    return f"""# What learners stumble over

{MADE}
Each with the first program that causes it, in the library of `tests/repl/library.md`; what the
console says about it; and the first similar program, after which it says nothing.
`tests/repl/test_catalogue.py` runs them all.
{"".join(parts)}"""


def _typed(program: Sequence[str]) -> str:
    lines = [
        f"{'...' if place else '>>>'} {line}".rstrip()
        for source in program
        for place, line in enumerate(source.rstrip("\n").split("\n"))
    ]
    return "\n```pycon\n" + "\n".join(lines) + "\n```\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "concepts.md": concepts,
    "differences.md": differences,
    "glossary.md": terms,
    "modules.md": modules,
    "supported.md": supported,
    "surprises.md": surprises,
    "traces.md": followed,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
