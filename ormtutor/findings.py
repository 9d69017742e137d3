"""Findings of the self-check, and the edits that repair some of them.

Before: check.py ran a lesson and found something that is not as the lesson says.
Here:   a finding names the file, the line and what to do; an edit replaces lines of the file.
After:  cli/checking.py prints the findings, and asks before it makes an edit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ormtutor import files
from ormtutor.course import library
from ormtutor.course.lesson import Example, SQLFence, slug
from ormtutor.errors import LessonError, UsageError
from ormtutor.records import record


@record
class Edit:
    """Replaces the lines from `line` up to but not including `end`, counted from 1."""

    line: int
    end: int
    lines: tuple[str, ...]


@record
class Finding:
    """Something in a lesson file that is not true; or a note, which is no failure.

    `item` is what was being checked, such as `queued::mistake1`. `details` are lines that show it.
    """

    path: Path
    line: int
    item: str
    problem: str
    hint: str = ""
    details: tuple[str, ...] = ()
    is_note: bool = False
    edit: Edit | None = None

    def lines(self) -> list[str]:
        """Return the finding as lines of text."""
        word = "note: " if self.is_note else ""
        lines = [f"{self.path}:{self.line}: {word}{self.item}: {self.problem}"]
        lines += [f"    {line}".rstrip() for line in self.details]
        return lines + ([f"    {self.hint}"] if self.hint else [])


# --- edits ----------------------------------------------------------------------------------------


def output_edit(example: Example, text: str, exception: str = "") -> Edit:
    """Return the edit that writes what an example really showed under it."""
    if exception:
        lines = ["Traceback (most recent call last):", "    ...", *exception.split("\n")]
    else:
        lines = [line if line.strip() else "<BLANKLINE>" for line in text.split("\n")[:-1]]
    return Edit(example.want_line, example.end + 1, tuple(lines))


def sql_edit(fence: SQLFence, end: int, statements: Iterable[str]) -> Edit:
    """Return the edit that writes the statements that were sent; `end`: the fence's last line."""
    lines = [line.rstrip() for sql in statements for line in sql.strip().split("\n")]
    return Edit(fence.line + 1, end, tuple(line for line in lines if line))


def shown_edit(path: Path, edit: Edit) -> str:
    """Return an edit as a unified diff."""
    from difflib import unified_diff  # late: most checks have nothing to show

    lines = _lines_of(path)
    before = lines[max(0, edit.line - 4) : edit.line - 1]
    after = lines[edit.end - 1 : edit.end + 2]
    old = [*before, *lines[edit.line - 1 : edit.end - 1], *after]
    new = [*before, *edit.lines, *after]
    name = str(path)
    return "\n".join(unified_diff(old, new, name, name, lineterm="", n=3))


def refuse_in_ci() -> None:
    """Refuse to change a lesson where nobody looks at the difference.

    Raises: UsageError: the variable `CI` is set.
    """
    if os.environ.get("CI"):
        raise UsageError(
            "--accept is refused where CI is set",
            hint="Run it at home, and read the differences before you commit them.",
        )


def accept(path: Path, edits: Sequence[Edit], approve: Callable[[str], bool]) -> int:
    """Make the edits that `approve` accepts, given the difference; return how many.

    Raises: UsageError: `CI` is set. OSError: the file cannot be written.
    """
    refuse_in_ci()
    chosen = [edit for edit in edits if approve(shown_edit(path, edit))]
    apply(path, chosen)
    return len(chosen)


def apply(path: Path, edits: Sequence[Edit]) -> None:
    """Make edits in a file, keeping its line ends."""
    if not edits:
        return
    text = path.read_bytes().decode("utf-8")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    for edit in sorted(edits, key=lambda edit: edit.line, reverse=True):
        lines[edit.line - 1 : edit.end - 1] = edit.lines
    files.write_text(path, newline.join(lines))


def _lines_of(path: Path) -> list[str]:
    text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    return text.removesuffix("\n").split("\n")


# --- repairs that need no running -----------------------------------------------------------------


def fix(path: Path) -> list[str]:
    """Repair what needs no decision: missing blank lines at a fence's end, and missing ids.

    Returns what was done, one line for each repair.

    Raises: LessonError: the file cannot be read. OSError: it cannot be written.
    """
    done: list[str] = []
    # Some mistakes hide others, so this goes on until there is nothing more to repair.
    for _ in range(20):
        try:
            library.parse(path)
            return done
        except LessonError as error:
            lines = _lines_or(path, error)
            taken = set(re.findall(r"\{#([^}]+)\}", "\n".join(lines)))
            found = (_mend(one, lines, taken) for one in error.all)
            mends = [mend for mend in found if mend is not None]
        if not mends:
            return done
        apply(path, [edit for edit, _ in mends])
        done += [f"{path}:{edit.line}: {what}" for edit, what in mends]
    return done


def _lines_or(path: Path, error: LessonError) -> list[str]:
    """Return the lines of a file; if it cannot be read, raise the error."""
    try:
        return _lines_of(path)
    except (OSError, UnicodeDecodeError):
        raise error from None


def _mend(error: LessonError, lines: Sequence[str], taken: set[str]) -> tuple[Edit, str] | None:
    """Return the edit that repairs an error, and what it does; new ids are added to `taken`."""
    if error.message.startswith("no blank line stands before"):
        return Edit(error.line, error.line, ("",)), "a blank line before the closing fence"
    text = lines[error.line - 1] if error.line <= len(lines) else ""
    if error.message.endswith("has no id") and text.startswith("#"):
        name = _free_id(slug(text.lstrip("# ")), taken)
        taken.add(name)
        return Edit(error.line, error.line + 1, (f"{text.rstrip()} {{#{name}}}",)), f"the id {name}"
    return None


def _free_id(name: str, taken: set[str]) -> str:
    number, found = 2, name
    while found in taken:
        number, found = number + 1, f"{name}-{number}"
    return found
