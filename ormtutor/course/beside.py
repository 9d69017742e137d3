"""A learner's try beside the lesson's own answer: outputs and statements, line by line.

Before: tutor.py has what the learner's inputs did, and what the lesson's own answer did.
Here:   rows, each with whose it is: the step's, yours, or both. Statements are aligned by their
        shape, so that values and generated names do not matter; each is shown with its cause.
After:  `:diff` shows the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import groupby
from typing import Literal

from ormtutor.course.output import blank_addresses, with_visible_blanks, words_marked
from ormtutor.course.statements import SentSQL, marks, one_line, shape, spelled_out, verb
from ormtutor.records import record

Who = Literal["both", "step", "you"]
_LOOKING = {"PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"}


@record
class Half:
    """What one of the two did: everything that was shown, and the statements that were sent."""

    shown: str = ""
    sent: tuple[SentSQL, ...] = ()


@record
class Row:
    """One line of the comparison. `marks`: `^` under the words that the line before lacks."""

    who: Who
    text: str
    marks: str = ""


def is_same(rows: Iterable[Row]) -> bool:
    """Whether all rows belong to both."""
    return all(row.who == "both" for row in rows)


# --- what was shown -------------------------------------------------------------------------------


def outputs(step: str, yours: str) -> list[Row]:
    """Return the lines that were shown, aligned; trailing blanks are made visible."""
    left, right = step.splitlines(), yours.splitlines()
    return _aligned(
        left,
        right,
        [blank_addresses(line) for line in left],
        [blank_addresses(line) for line in right],
        with_visible_blanks,
        words_marked,
    )


# --- what was sent --------------------------------------------------------------------------------


def statements(step: Sequence[SentSQL], yours: Sequence[SentSQL]) -> list[Row]:
    """Return the statements, aligned by shape, with their causes; equal neighbours are one row."""
    left, right = _questions(step), _questions(yours)
    rows = _aligned(
        [_in_words(item, with_line=False) for item in left],
        [_in_words(item, with_line=True) for item in right],
        [shape(item.sql) for item in left],
        [shape(item.sql) for item in right],
        lambda text: text,
        _tokens_marked,
    )
    return _folded(rows)


def _questions(sent: Iterable[SentSQL]) -> list[SentSQL]:
    """Return the statements without PRAGMA and those that begin or end a transaction."""
    return [item for item in sent if verb(item.sql) not in _LOOKING]


def _in_words(item: SentSQL, *, with_line: bool) -> str:
    values = spelled_out(item)
    more = f" and {len(values) - 1} more sets of values" if len(values) > 1 else ""
    where = f", line {item.line}" if with_line and item.line > 0 else ""
    reason = f"  ({item.cause}{where})" if item.cause else ""
    return f"{one_line(values[0])}{more}{reason}"


def _tokens_marked(old: str, new: str) -> str:
    return marks(old.partition("  (")[0], new.partition("  (")[0])


def _folded(rows: list[Row]) -> list[Row]:
    """Return the rows, with equal ones that follow each other as one, and their number."""
    found = []
    for row, same in groupby(rows, lambda row: (row.who, _without_values(row.text), row.marks)):
        group = list(same)
        first = group[0]
        many = f"  x{len(group)}" if len(group) > 1 else ""
        found.append(Row(first.who, first.text + many, row[2]))
    return found


def _without_values(text: str) -> tuple[str, ...]:
    sql, _, reason = text.partition("  (")
    return (*shape(sql), reason)


# --- aligning -------------------------------------------------------------------------------------


def _aligned(
    left: Sequence[str],
    right: Sequence[str],
    left_keys: Sequence[Hashable],
    right_keys: Sequence[Hashable],
    shown: Callable[[str], str],
    marked: Callable[[str, str], str],
) -> list[Row]:
    """Return the texts of both as rows, matched where their keys are equal.

    `shown` makes a row's text of a text; `marked` makes the marks from two such texts.
    """
    from difflib import SequenceMatcher  # late: only `:diff` needs it

    rows: list[Row] = []
    matcher = SequenceMatcher(None, left_keys, right_keys, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            rows += [Row("both", shown(text)) for text in right[c:d]]
            continue
        for index in range(max(b - a, d - c)):
            old = shown(left[a + index]) if a + index < b else None
            new = shown(right[c + index]) if c + index < d else None
            if old is not None:
                rows.append(Row("step", old))
            if new is not None:
                rows.append(Row("you", new, "" if old is None else marked(old, new)))
    return rows
