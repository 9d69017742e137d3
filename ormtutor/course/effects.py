"""What an answer did: rows, names and outputs, compared with what the lesson's own answer did.

Before: from the same start, one kernel ran the learner's answer and another one the lesson's.
Here:   rows are compared as multisets, whatever their generated keys; names by state and value.
        From that come the default goals of a step without checks.
After:  checking.py turns goals into a Verdict.

The lesson's rows must be among the learner's; extra rows are named, but are not wrong as such.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ormtutor.course.output import agrees, blank_addresses, canonical, difference, same_value
from ormtutor.records import record

_SHORT = 60
_LONG = 4_000  # characters of a text that is compared word by word
_DEEP = 6  # foreign keys followed from row to row, lest a long chain be repeated for each link


@record
class TableRows:
    """One table: each row a tuple of reprs. `links` are its foreign keys: column, table, column."""

    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    links: tuple[tuple[str, str, str], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@record
class NamedThing:
    """What a name is bound to: its type's name, its repr, and the state of a mapped object."""

    kind: str
    shown: str
    state: str = ""


@record
class Shown:
    """What one input showed at the prompt, or the kind of the exception that ended it.

    `ordered`: its rows came from a query with ORDER BY. `options` are doctest's.
    """

    text: str
    ordered: bool = True
    options: tuple[str, ...] = ()
    failure: str = ""


_NONE: Mapping[str, Any] = MappingProxyType({})


@record
class Effects:
    """What is compared: rows in this transaction and committed, names, outputs."""

    tables: Mapping[str, TableRows] = _NONE
    committed: Mapping[str, TableRows] = _NONE
    names: Mapping[str, NamedThing] = _NONE
    shown: tuple[Shown, ...] = ()


# --- rows -----------------------------------------------------------------------------------------


@record
class RowDifference:
    """How one table differs from the lesson's, each row in words."""

    table: str
    missing: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether the lesson's rows are there, and those that it removed are gone."""
        return not self.missing and not self.remaining


def row_texts(tables: Mapping[str, TableRows]) -> dict[str, list[str]]:
    """Return for each row of each table a text that identifies it, whatever its key.

    An integer key is left out; a foreign key is replaced by the row that it refers to. So two
    databases that differ only in the numbers of their rows have the same texts.
    """
    found = {
        (name, column, row[position]): row
        for name, table in tables.items()
        for position, column in enumerate(table.columns)
        if column in _targets(tables, name)
        for row in table.rows
    }

    def text(name: str, row: tuple[str, ...], seen: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
        table = tables[name]
        links = {column: (other, key) for column, other, key in table.links}
        parts = []
        for column, value in zip(table.columns, row, strict=True):
            if column in links and value != "None":
                other, key = links[column]
                target = found.get((other, key, value))
                step = (name, row)
                if target is None:
                    parts.append(f"{column}->{other} {value}")
                elif (other, target) in (*seen, step) or len(seen) >= _DEEP:
                    parts.append(f"{column}->{other}")
                else:
                    parts.append(f"{column}->{text(other, target, (*seen, step))}")
            elif not (column in table.key and re.fullmatch(r"-?\d+", value)):
                parts.append(f"{column}={value}")
        return f"{name}({', '.join(parts)})"

    return {name: [text(name, row, ()) for row in table.rows] for name, table in tables.items()}


def _targets(tables: Mapping[str, TableRows], name: str) -> set[str]:
    return {key for table in tables.values() for _, other, key in table.links if other == name}


def compare_rows(
    start: Mapping[str, TableRows],
    reference: Mapping[str, TableRows],
    learner: Mapping[str, TableRows],
) -> tuple[RowDifference, ...]:
    """Return, for each table that the reference changed, how the learner's differs.

    A table that the reference made and the learner did not has all its rows missing; one that only
    the reference dropped remains. The learner's further tables do not appear.
    """
    before, wanted, got = row_texts(start), row_texts(reference), row_texts(learner)
    differences = []
    for name in reference:
        asked, had = Counter(wanted[name]), Counter(before.get(name, ()))
        if asked == had and name in start:
            continue
        have = Counter(got.get(name, ()))
        if name not in learner:
            missing = tuple(wanted[name]) or ("the table",)
            differences.append(RowDifference(name, missing=missing))
            continue
        differences.append(
            RowDifference(
                name,
                missing=tuple((asked - have).elements()),
                remaining=tuple(((have - asked) & (had - asked)).elements()),
                extra=tuple((have - asked - had).elements()),
            )
        )
    dropped = [name for name in start if name not in reference and name in learner]
    return (*differences, *(RowDifference(name, remaining=("the table",)) for name in dropped))


# --- the default goals ----------------------------------------------------------------------------


@record
class Facet:
    """One default goal: its text, and why it is not met; empty if it is met.

    `details` show what the step asks and what there is.
    """

    text: str
    miss: str
    details: tuple[str, ...] = ()


def halves(asked: str, yours: str) -> tuple[str, ...]:
    """Return lines with what the step asks and what there is, and marks where they differ."""
    if not asked.strip() or not yours.strip() or max(len(asked), len(yours)) > _LONG:
        return ()
    return tuple(difference(asked, yours, names=("the step asks", "you")))


def facets(
    start: Effects, reference: Effects, learner: Effects, names: Sequence[str]
) -> tuple[Facet, ...]:
    """Return what the reference did, as goals, each with what the learner's answer lacks.

    `names` are those that the transcript binds.
    """
    return (
        *_table_facets(start, reference, learner),
        *_name_facets(start, reference, learner, names),
        *_shown_facets(reference, learner),
    )


def _table_facets(start: Effects, reference: Effects, learner: Effects) -> Iterator[Facet]:
    lasting = {
        d.table: d for d in compare_rows(start.committed, reference.committed, learner.committed)
    }
    for now in compare_rows(start.tables, reference.tables, learner.tables):
        change = _change(now.table, start.tables, reference.tables)
        if now.table in lasting and _same_rows(reference, now.table):
            both = lasting.pop(now.table)
            yield _row_facet(f"{change}, committed", both if now.is_right else now)
        else:
            yield _row_facet(change, now)
    for table, left in lasting.items():
        change = _change(table, start.committed, reference.committed)
        yield _row_facet(f"{change}, committed", left)


def _row_facet(text: str, found: RowDifference) -> Facet:
    asked = "\n".join((*found.missing, *(f"no {row}" for row in found.remaining)))
    details = () if found.is_right else halves(asked, "\n".join(found.extra))
    return Facet(text, _miss(found), details)


def _same_rows(effects: Effects, table: str) -> bool:
    now, lasting = effects.tables.get(table), effects.committed.get(table)
    return now is not None and lasting is not None and Counter(now.rows) == Counter(lasting.rows)


def _change(table: str, before: Mapping[str, TableRows], after: Mapping[str, TableRows]) -> str:
    if table not in before:
        return f"the table {table} exists" + (
            f" and holds {_rows(len(after[table].rows))}" if after[table].rows else ""
        )
    if table not in after:
        return f"the table {table} is gone"
    grown = len(after[table].rows) - len(before[table].rows)
    if grown > 0:
        return f"{table} holds {_rows(grown, 'more ')}"
    if grown < 0:
        return f"{table} holds {_rows(-grown, 'fewer ')}"
    return f"{table} is changed"


def _rows(count: int, word: str = "") -> str:
    return f"{count} {word}{'row' if count == 1 else 'rows'}"


def _miss(found: RowDifference) -> str:
    if found.is_right:
        return ""
    lines = [f"missing: {text}" for text in found.missing]
    lines += [f"still there: {text}" for text in found.remaining]
    lines += [f"yours, not asked for: {text}" for text in found.extra]
    return "; ".join(lines)


def _name_facets(
    start: Effects, reference: Effects, learner: Effects, names: Sequence[str]
) -> Iterator[Facet]:
    for name in names:
        wanted = reference.names.get(name)
        if wanted is None or start.names.get(name) == wanted:
            continue
        got = learner.names.get(name)
        miss = _name_miss(name, wanted, got)
        shown = halves(wanted.shown, got.shown) if miss and got and _is_plain(wanted) else ()
        yield Facet(_what(name, wanted), miss, shown)


def _what(name: str, thing: NamedThing) -> str:
    if thing.state:
        return f"{name} is {thing.state}"
    if thing.kind in _MADE:
        return f"{name} is a {_MADE[thing.kind]}"
    if _is_plain(thing):
        return f"{name} is {short(thing.shown)}"
    return f"{name} is made: {thing.kind}"


_MADE = {"function": "function", "type": "class", "module": "module", "DeclarativeMeta": "class"}


def _is_plain(thing: NamedThing) -> bool:
    """Whether the repr shows a value, not a name or an address."""
    return "0x" not in thing.shown and thing.kind not in _MADE


def _name_miss(name: str, wanted: NamedThing, got: NamedThing | None) -> str:
    if got is None:
        return f"there is no {name} yet"
    if wanted.state or got.state:
        if wanted.state != got.state:
            return (
                f"you: {name} is {got.state or 'no mapped object'}; the step asks: {wanted.state}"
            )
        return ""
    if wanted.kind in _MADE:
        same = _MADE.get(got.kind) == _MADE[wanted.kind]
        return "" if same else f"you: {name} is {got.kind}; the step asks: a {_MADE[wanted.kind]}"
    if not _is_plain(wanted):
        return "" if wanted.kind == got.kind else f"you: {name} is {got.kind}, not {wanted.kind}"
    if same_value(wanted.shown, got.shown):
        return ""
    return f"you: {name} is {short(got.shown)}; the step asks: {short(wanted.shown)}"


def _shown_facets(reference: Effects, learner: Effects) -> Iterator[Facet]:
    whole = "".join(item.text for item in learner.shown)
    for wanted in reference.shown:
        if wanted.failure:
            kind = wanted.failure.rpartition(".")[2]
            raised = any(item.failure == wanted.failure for item in learner.shown)
            yield Facet(f"{kind} is raised", "" if raised else f"no {kind} has been raised yet")
        if not wanted.text.strip():
            continue
        met = any(is_shown(wanted, item) for item in learner.shown) or _is_within(
            wanted.text, whole
        )
        last = next((item.text for item in reversed(learner.shown) if item.text.strip()), "")
        miss = (
            ""
            if met
            else f"you: {short(last) or 'nothing shown'}; the step asks: {short(wanted.text)}"
        )
        details = halves(wanted.text, last) if miss else ()
        yield Facet(f"the prompt shows {short(wanted.text)}", miss, details)


def is_shown(wanted: Shown, got: Shown) -> bool:
    """Whether an input showed what the lesson's own input showed: the same text or value."""
    return (
        agrees(wanted.text, got.text, wanted.options)
        or agrees(blank_addresses(wanted.text), blank_addresses(got.text), wanted.options)
        or same_value(wanted.text, got.text, ordered=wanted.ordered)
    )


def _is_within(text: str, whole: str) -> bool:
    return f"\n{blank_addresses(text)}" in f"\n{blank_addresses(whole)}"


def short(text: str) -> str:
    """Return a text on one line, cut to a panel's width."""
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 3]}..."


def digest(effects: Effects) -> str:
    """Return a text for all rows and names: it is equal for equal effects."""
    rows = {name: sorted(texts) for name, texts in row_texts(effects.tables).items()}
    lasting = {name: sorted(texts) for name, texts in row_texts(effects.committed).items()}
    names = {
        name: (thing.kind, thing.state, canonical(thing.shown))
        for name, thing in sorted(effects.names.items())
    }
    return repr((rows, lasting, names))
