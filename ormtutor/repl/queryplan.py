"""A query plan in words: what SQLite would read, how, and what it would sort in memory.

Before: kernel/queryplan.py has returned the rows of EXPLAIN QUERY PLAN.
Here:   one table of SQLite's phrases; a phrase that is not in it is shown as it is.
After:  `:explain N` shows the words, indented like the plan.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

NOTHING_TO_FIND = "writes without looking anything up: no table has to be searched"
FULL_SCAN = (
    "Reading every row is the fastest way through a small table. Of a large one, an index on what "
    "the WHERE or the join compares saves it."
)

# SQLite's own phrases (3.35 and before say SCAN TABLE), and what they mean; `{source}` is a table.
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"SCAN CONSTANT ROW", "needs no table: a row of constants"),
    (r"SCAN (?P<count>\d+) CONSTANT ROWS", "needs no table: {count} rows of constants"),
    (r"SCAN (?P<source>\S+) USING AUTOMATIC (?:PARTIAL )?(?:COVERING )?INDEX.*",
     "reads every row of {source} through an index that is made for this statement alone"),
    (r"SCAN (?P<source>\S+) USING COVERING INDEX (?P<index>\S+)",
     "reads every row of {source} in the order of {index}, which holds all that is asked"),
    (r"SCAN (?P<source>\S+) USING INDEX (?P<index>\S+)",
     "reads every row of {source} in the order of {index}"),
    (r"SCAN (?P<source>\S+) VIRTUAL TABLE INDEX.*", "reads {source}, a virtual table"),
    (r"SCAN (?P<source>\(.*\)|\S+)", "reads every row of {source}"),
    (r"SEARCH (?P<source>\S+) USING INTEGER PRIMARY KEY \(rowid=\?\)",
     "looks up {source} by its primary key"),
    (r"SEARCH (?P<source>\S+) USING INTEGER PRIMARY KEY \((?P<terms>.*)\)",
     "reads a stretch of {source} by its primary key ({terms})"),
    (r"SEARCH (?P<source>\S+) USING AUTOMATIC (?:PARTIAL )?(?:COVERING )?INDEX \((?P<terms>.*)\)",
     "looks up {source} by {terms}, with an index that is made for this statement alone"),
    (r"SEARCH (?P<source>\S+) USING COVERING INDEX (?P<index>\S+) \((?P<terms>.*)\)",
     "looks up {source} by {terms}, in {index}, which holds all that is asked"),
    (r"SEARCH (?P<source>\S+) USING INDEX (?P<index>\S+) \((?P<terms>.*)\)",
     "looks up {source} by {terms}, in {index}"),
    (r"SEARCH (?P<source>\S+) USING (?:COVERING )?INDEX (?P<index>\S+)",
     "takes the first or last entry of {index} on {source}"),
    (r"SEARCH (?P<source>\S+) USING PRIMARY KEY \((?P<terms>.*)\)",
     "looks up {source} by its primary key ({terms})"),
    (r"USE TEMP B-TREE FOR DISTINCT", "drops repeated rows in memory, for DISTINCT"),
    (r"USE TEMP B-TREE FOR GROUP BY", "sorts in memory, for GROUP BY"),
    (r"USE TEMP B-TREE FOR ORDER BY", "sorts in memory, for ORDER BY"),
    (r"USE TEMP B-TREE FOR (?:RIGHT PART|LAST TERM|LAST \d+ TERMS) OF ORDER BY",
     "sorts in memory what the index leaves open of the ORDER BY"),
    (r"USE TEMP B-TREE FOR (?P<aggregate>.+)", "drops repeated values in memory, for {aggregate}"),
    (r"COMPOUND QUERY|MERGE \((?P<word>.+)\)", "puts several SELECTs together:"),
    (r"LEFT-MOST SUBQUERY|LEFT", "the first SELECT:"),
    (r"RIGHT", "the second SELECT:"),
    (r"UNION ALL", "then, added as it comes (UNION ALL):"),
    (r"(?P<word>UNION|INTERSECT|EXCEPT) USING TEMP B-TREE", "then, compared in memory ({word}):"),
    (r"CORRELATED SCALAR SUBQUERY \d+", "for each of these rows again, a subquery:"),
    (r"CORRELATED LIST SUBQUERY \d+", "for each of these rows again, a list from a subquery:"),
    (r"SCALAR SUBQUERY \d+", "once, a subquery:"),
    (r"LIST SUBQUERY \d+", "once, a list from a subquery:"),
    (r"REUSE LIST SUBQUERY \d+", "takes the list of that subquery again"),
    (r"USING ROWID SEARCH ON TABLE (?P<source>\S+) FOR IN-OPERATOR",
     "looks each value of the IN up in {source} by its primary key"),
    (r"CO-ROUTINE (?P<source>.+)", "row by row as they are needed, {source}:"),
    (r"MATERIALIZE (?P<source>.+)", "first, all rows of {source} into memory:"),
    (r"MULTI-INDEX OR", "for each side of the OR by itself:"),
    (r"INDEX \d+", "one side:"),
    (r"SETUP", "to begin with:"),
    (r"RECURSIVE STEP", "then again and again, until nothing new comes:"),
    (r"BLOOM FILTER ON (?P<source>\S+) .*", "first marks in memory which rows of {source} can fit"),
)  # fmt: skip


def in_words(sql: str, rows: Sequence[Sequence[Any]]) -> list[tuple[int, str]]:
    """Return each line of a plan in words, with its depth; one line if the plan is empty."""
    depths: dict[Any, int] = {}
    found = []
    for number, parent, detail in rows:
        depths[number] = depths.get(parent, -1) + 1
        found.append((depths[number], phrase(sql, detail)))
    return found or [(0, NOTHING_TO_FIND)]


def is_full_scan(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a table is read from its first row to its last."""
    return any(re.match(r"SCAN (?!CONSTANT|\d+ CONSTANT|\()", detail) for _, _, detail in rows)


def phrase(sql: str, detail: str) -> str:
    """Return one line of a plan in words, or unchanged if we know no words for it."""
    text, left_join, _ = detail.partition(" LEFT-JOIN")
    text = re.sub(r"^(SCAN|SEARCH) (?:TABLE|SUBQUERY) ", r"\1 ", text)
    text = re.sub(r"^(SCAN|SEARCH) \S+ AS ", r"\1 ", text)
    for pattern, words in _PHRASES:
        matched = re.fullmatch(pattern, text)
        if matched:
            told = words.format_map(_named(sql, matched.groupdict()))
            return f"{told}, for the outer join" if left_join else told
    return detail


def _named(sql: str, parts: Mapping[str, str | None]) -> dict[str, str]:
    """Return the parts of a phrase, with readable names of tables, indexes and terms."""
    named = {key: value or "" for key, value in parts.items()}
    if "source" in named:
        named["source"] = _source(sql, named["source"])
    if "index" in named:
        automatic = named["index"].startswith("sqlite_autoindex_")
        named["index"] = "its unique index" if automatic else f"the index {named['index']}"
    if "terms" in named:
        named["terms"] = named["terms"].replace("=?", "").replace("?", " ?").replace(" AND ", ", ")
    return named


def _source(sql: str, name: str) -> str:
    """Return a table's name; if it has an alias, both."""
    if name.startswith("("):
        return "a subquery"
    known = re.search(rf'(?:FROM|JOIN|,)\s+("[^"]+"|\w+) AS {re.escape(name)}\b', sql)
    return f"{known[1]} (as {name})" if known else name
