"""What went to the database, made readable: values filled in, repetitions folded.

Before: a turn has the kernel's replies (Statement, Rows, Transaction).
Here:   replies -> entries, one for each statement or for each group that repeats.
After:  panels.py draws the entries, line.py says them in words, `:sql` shows one in full.
"""

from __future__ import annotations

import re

from ormtutor.course.statements import literal
from ormtutor.kernel.messages import Rows, Statement, Transaction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ormtutor.kernel.messages import Message

# A placeholder, or something with a `?` that is none: a string, a quoted name, a comment.
_PIECES = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|\?",
                     re.DOTALL)  # fmt: skip

FOLD_FROM = 3
"""So many equal statements in one input are folded even if there are others between them."""


class Entry:
    """One statement, or several of the same text, cause and line that one input sent."""

    __slots__ = ("rows", "statements")

    def __init__(self, statements: list[Statement], rows: Sequence[Rows] = ()) -> None:
        self.statements = statements
        self.rows = list(rows)

    @property
    def first(self) -> Statement:
        """The first statement; the others have the same text, cause and line."""
        return self.statements[0]

    @property
    def count(self) -> int:
        """How many statements the entry stands for."""
        return len(self.statements)

    @property
    def milliseconds(self) -> float:
        """The time of all of them."""
        return sum(statement.milliseconds for statement in self.statements)

    @property
    def numbers(self) -> str:
        """`#3`, or `#3-#14` for a folded group, `#3..#14` if there are others between them."""
        numbers = [statement.number for statement in self.statements]
        if len(numbers) == 1:
            return f"#{numbers[0]}"
        if numbers[-1] - numbers[0] == len(numbers) - 1:
            return f"#{numbers[0]}-#{numbers[-1]}"
        return f"#{numbers[0]}..#{numbers[-1]}"

    def has(self, number: int) -> bool:
        """Whether the statement of that number is one of these."""
        return any(statement.number == number for statement in self.statements)

    def only(self, number: int) -> Entry:
        """Return an entry with only that statement of a folded group."""
        return Entry(
            [statement for statement in self.statements if statement.number == number],
            [rows for rows in self.rows if rows.number == number],
        )

    @property
    def is_lazy(self) -> bool:
        """Whether it is a lazy load."""
        return self.first.cause.startswith("lazy load")

    @property
    def identical(self) -> bool:
        """Whether a folded group sent the same values each time."""
        return len({statement.parameters for statement in self.statements}) == 1


Item = Entry | Transaction


def items(replies: Iterable[Message]) -> list[Item]:
    """Return the entries and transaction events of one turn in order, repetitions folded."""
    found: list[Item] = []
    by_number: dict[int, Statement] = {}
    rows: dict[int, Rows] = {}
    for reply in replies:
        if isinstance(reply, Statement):
            by_number[reply.number] = reply
            found.append(Entry([reply]))
        elif isinstance(reply, Rows):
            rows[reply.number] = reply
        elif isinstance(reply, Transaction):
            found.append(reply)
    folded = _folded(found)
    for item in folded:
        if isinstance(item, Entry):
            numbers = [statement.number for statement in item.statements]
            item.rows = [rows[number] for number in numbers if number in rows]
    return folded


def _folded(found: list[Item]) -> list[Item]:
    counts: dict[tuple[str, str, int], int] = {}
    for item in found:
        if isinstance(item, Entry):
            counts[_key(item)] = counts.get(_key(item), 0) + 1
    groups: dict[tuple[str, str, int], Entry] = {}
    folded: list[Item] = []
    for item in found:
        if not isinstance(item, Entry):
            folded.append(item)
            continue
        key = _key(item)
        group = groups.get(key)
        if group is not None and (counts[key] >= FOLD_FROM or folded[-1] is group):
            group.statements += item.statements
        else:
            groups[key] = item
            folded.append(item)
    return folded


def _key(entry: Entry) -> tuple[str, str, int]:
    return entry.first.sql, entry.first.cause, entry.first.line


def filled(statement: Statement, *, which: int = 0) -> str:
    """Return the SQL with the values of one parameter set in place of the question marks.

    Only for reading: what was sent has placeholders. If there are not as many of each, as with the
    learner's own named parameters, the SQL is returned unchanged.
    """
    if not statement.parameters:
        return statement.sql.strip()
    values = list(statement.parameters[min(which, len(statement.parameters) - 1)])
    marks = sum(piece == "?" for piece in _PIECES.findall(statement.sql))
    if marks != len(values):
        return statement.sql.strip()
    remaining = map(literal, values)
    return _PIECES.sub(
        lambda match: next(remaining) if match[0] == "?" else match[0], statement.sql
    ).strip()


def with_few_columns(sql: str) -> str:
    """Return a SELECT with its first column, the others counted, for a panel of few rows."""
    found = re.match(r"(SELECT (?:DISTINCT )?)(.*?)(\s*\nFROM .*)", sql, re.DOTALL)
    if not found or "(" in found[2]:
        return sql
    first, *others = found[2].split(", ")
    return f"{found[1]}{first}, ... {len(others)} more{found[3]}" if len(others) > 1 else sql


def in_one_flow(sql: str) -> str:
    """Return SQL on one line with single blanks; blanks inside quotes stay."""
    return "".join(
        piece
        if piece[0] in "'\""
        else re.sub(r"(?<=\()\s+|\s+(?=\))", "", re.sub(r"\s+", " ", piece))
        for piece in re.findall(r"'(?:[^']|'')*'?|\"[^\"]*\"?|[^'\"]+", sql)
    ).strip()


def verb(statement: Statement) -> str:
    """Return the statement's first word: SELECT, INSERT, CREATE, PRAGMA ..."""
    found = re.match(r"\s*(\w+)", statement.sql)
    return found[1].upper() if found else "statement"


def count_of(number: int, noun: str) -> str:
    """Return `1 row`, `2 rows`, `no rows`."""
    if number == 0:
        return f"no {noun}s"
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def came_back(entry: Entry) -> str:
    """Return what a statement returned or changed, in words; empty if that is unknown."""
    known = [rows for rows in entry.rows if rows.rows >= 0]
    total = sum(rows.rows for rows in known)
    objects = _objects(entry)
    kind = verb(entry.first)
    if any(statement.failed for statement in entry.statements):
        return "refused by the database"
    if kind in ("INSERT", "DELETE") and _is_association(entry):
        done = "in" if kind == "INSERT" else "deleted"
        return f"{count_of(_sets(entry, total), 'row')} {done}: {_pairs(entry)}"
    if kind == "INSERT":
        return _with_objects(f"{count_of(_sets(entry, total), 'row')} in", objects)
    if kind in ("UPDATE", "DELETE") and known:
        word = "changed" if kind == "UPDATE" else "deleted"
        return _with_objects(f"{count_of(total, 'row')} {word}", objects)
    if not known or kind not in ("SELECT", "WITH", "VALUES"):
        return ""
    made = sum(max(0, rows.made) for rows in known)
    old = sum(max(0, rows.known) for rows in known)
    told = [
        f"{number} {word}" for number, word in ((made, "new"), (old, "already loaded")) if number
    ]
    if not told:
        return _with_objects(count_of(total, "row"), objects if entry.is_lazy else "", word="for")
    noun = "object" if made + old == 1 else "objects"
    return f"{count_of(total, 'row')} -> {' and '.join(told)} {noun}"


def _sets(entry: Entry, told: int) -> int:
    """Return how many rows an INSERT wrote: as reported, else one for each parameter set."""
    return told or sum(statement.sets for statement in entry.statements)


def _is_association(entry: Entry) -> bool:
    """Whether a flush wrote rows of an association table: there are more objects than rows."""
    first = entry.first
    return entry.count == 1 and "flush" in first.cause and len(first.objects) > first.sets


def _pairs(entry: Entry) -> str:
    """Return `Book#1 <-> Tag#1`; for several pairs, their objects."""
    objects = entry.first.objects
    return " <-> ".join(objects) if len(objects) == 2 else _objects(entry)


def _objects(entry: Entry) -> str:
    names = list(dict.fromkeys(name for one in entry.statements for name in one.objects))
    if len(names) > 4:
        return ", ".join(names[:3]) + f" and {len(names) - 3} more"
    return ", ".join(names)


def _with_objects(text: str, objects: str, *, word: str = "->") -> str:
    return f"{text} {word} {objects}" if objects else text


def summary(entries: Sequence[Entry]) -> str:
    """Return `3 statements: 1 SELECT, 2 INSERT`, or `no SQL`."""
    total = sum(entry.count for entry in entries)
    if not total:
        return "no SQL"
    kinds: dict[str, int] = {}
    for entry in entries:
        name = "lazy load" if entry.is_lazy else verb(entry.first)
        kinds[name] = kinds.get(name, 0) + entry.count
    if len(kinds) == 1:
        return f"{count_of(total, 'statement')}: {next(iter(kinds))}"
    listed = ", ".join(
        count_of(number, name) if name == "lazy load" else f"{number} {name}"
        for name, number in kinds.items()
    )
    return f"{count_of(total, 'statement')}: {listed}"


def totals(entries: Sequence[Entry]) -> str:
    """Return the panel's last line: how many statements, lazy loads, and what repeats."""
    total = sum(entry.count for entry in entries)
    lazy = sum(entry.count for entry in entries if entry.is_lazy)
    told = [count_of(total, "statement"), count_of(lazy, "lazy load")]
    asked = [entry for entry in entries if entry.count > 1 and verb(entry.first) == "SELECT"]
    same = sum(entry.count for entry in asked if entry.identical)
    similar = sum(entry.count for entry in asked if not entry.identical)
    if same:
        told.append(f"{same} identical")
    if similar:
        told.append(f"{similar} similar")
    return ", ".join(told)


def is_n_plus_one(entries: Sequence[Entry]) -> bool:
    """Whether an attribute was loaded one object at a time, at least three times."""
    return any(entry.is_lazy and entry.count >= FOLD_FROM for entry in entries)
