"""Compare SQL with SQL: what a `sql` fence lists with what was sent.

Before: the kernel reported each statement with its parameters; an author wrote a fence.
Here:   text -> tokens; blanks, case and the quotes around names do not count.
After:  a Verdict's details, a finding of check.py.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from ormtutor.records import record

Parameters = Sequence[Sequence[str]]

_TOKEN = re.compile(
    r"""
      (?P<string>[xX]?'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<bind>\?\d*|[:@$][^\W\d]\w*)
    | (?P<operator><=|>=|<>|!=|==|\|\||<<|>>|->>|->|[-+*/%<>=~&|])
    | (?P<mark>[(),.;])
    | (?P<blank>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TRANSACTION = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)
_PRAGMA = re.compile(r"\s*PRAGMA\b", re.IGNORECASE)


@record
class SentSQL:
    """A statement as it was sent, or `COMMIT` and the like, and why it was sent."""

    sql: str
    parameters: tuple[tuple[str, ...], ...] = ()
    cause: str = ""
    line: int = 0

    @property
    def is_transaction(self) -> bool:
        """Whether it only begins or ends a transaction, which is never counted."""
        return _TRANSACTION.match(self.sql) is not None


def verb(sql: str) -> str:
    """Return a statement's first word in capitals."""
    found = re.match(r"[\s(]*(\w+)", sql)
    return found[1].upper() if found else ""


# --- values ---------------------------------------------------------------------------------------


def literal(display: str) -> str:
    """Return a bound value as SQL writes it; `display` is the repr that the kernel sent."""
    try:
        value = ast.literal_eval(display)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return display  # a long text that was cut, an object
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bytes):
        return f"X'{value.hex().upper()}'"
    return display


def filled(sql: str, parameters: Sequence[str]) -> str:
    """Return a statement with its values in place of its question marks.

    If there are not as many of each (named parameters), it is returned unchanged.
    """
    pieces: list[str] = []
    values = iter(parameters)
    count = 0
    for found in _TOKEN.finditer(sql):
        if found.lastgroup == "bind" and found.group() == "?":
            count += 1
            pieces.append(literal(next(values, "?")))
        else:
            pieces.append(found.group())
    return "".join(pieces) if count == len(parameters) else sql


def spelled_out(sent: SentSQL) -> tuple[str, ...]:
    """Return a statement with values filled in, once for each parameter set."""
    if not sent.parameters:
        return (sent.sql,)
    return tuple(filled(sent.sql, values) for values in sent.parameters)


# --- normal forms ---------------------------------------------------------------------------------


def tokens(sql: str, *, exact: bool = False) -> tuple[str, ...]:
    """Return a statement's tokens without its layout and without a semicolon at the end.

    `exact` keeps the case of words and the quotes around names.
    """
    found = [
        token.group() if exact else _plain(token.lastgroup or "", token.group())
        for token in _TOKEN.finditer(sql)
        if token.lastgroup != "blank"
    ]
    while found and found[-1] == ";":
        found.pop()
    if found[:1] == ["BEGIN"] or found[:1] == ["begin"]:
        return found[0], *(token for token in found[1:] if token not in ("(", "implicit", ")"))
    return tuple(found)


def _plain(kind: str, text: str) -> str:
    if kind == "word":
        return text.casefold()
    if kind == "quoted":
        inner = text[1:-1]
        return inner.casefold() if re.fullmatch(r"[^\W\d]\w*", inner) else text
    return {"<>": "!=", "==": "="}.get(text, text)


def shape(sql: str) -> tuple[str, ...]:
    """Return a statement's tokens without its values, and with the names after AS numbered.

    Statements that differ only in these have the same shape.
    """
    found = list(tokens(sql))
    invented: dict[str, str] = {}
    for index, token in enumerate(found[:-1]):
        if token == "as" and found[index + 1] not in ("(", "select"):
            invented.setdefault(found[index + 1], f"name_{len(invented) + 1}")
    return tuple("?" if _is_value(token) else invented.get(token, token) for token in found)


def _is_value(token: str) -> bool:
    return token[:1] in "'?:" or token[:1].isdigit() or token[:2].lower() == "x'"


# --- comparing ------------------------------------------------------------------------------------


@record
class Mismatch:
    """One statement too many, missing, or not as wanted, and the lines that show it."""

    lines: tuple[str, ...]


def compare(
    wanted: Sequence[str], sent: Sequence[SentSQL], words: Iterable[str] = ()
) -> tuple[Mismatch, ...]:
    """Return where the sent statements differ from the wanted ones; empty if they agree.

    `words` are those of the fence: `exact` (to the letter but for the layout), `any-order`, `txn`
    (BEGIN, COMMIT and ROLLBACK count, too). PRAGMAs, with which `create_all` looks for tables, are
    only compared if the fence lists one or is exact.
    """
    chosen = set(words)
    exact = "exact" in chosen
    lists_pragmas = exact or any(_PRAGMA.match(statement) for statement in wanted)
    got = [
        (text, item)
        for item in sent
        for text in spelled_out(item)
        if ("txn" in chosen or not item.is_transaction)
        and (lists_pragmas or not _PRAGMA.match(item.sql))
    ]
    left = [tokens(statement, exact=exact) for statement in wanted]
    right = [tokens(text, exact=exact) for text, _ in got]
    if left == right or ("any-order" in chosen and sorted(left) == sorted(right)):
        return ()
    if "any-order" in chosen:
        return _unmatched(wanted, left, got, right)
    return _aligned(wanted, left, got, right)


def _unmatched(
    wanted: Sequence[str],
    left: list[tuple[str, ...]],
    got: list[tuple[str, SentSQL]],
    right: list[tuple[str, ...]],
) -> tuple[Mismatch, ...]:
    open_ = list(right)
    missing = []
    for statement, key in zip(wanted, left, strict=True):
        if key in open_:
            open_.remove(key)
        else:
            missing.append(Mismatch((f"- {one_line(statement)}",)))
    extra = []
    for (text, item), key in zip(got, right, strict=True):
        if key in open_:
            open_.remove(key)
            extra.append(Mismatch((_extra(text, item),)))
    return (*missing, *extra)


def _aligned(
    wanted: Sequence[str],
    left: list[tuple[str, ...]],
    got: list[tuple[str, SentSQL]],
    right: list[tuple[str, ...]],
) -> tuple[Mismatch, ...]:
    from difflib import SequenceMatcher  # late: only a failure needs it

    found: list[Mismatch] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for index in range(max(b - a, d - c)):
            if a + index >= b:
                found.append(Mismatch((_extra(*got[c + index]),)))
            elif c + index >= d:
                found.append(Mismatch((f"- {one_line(wanted[a + index])}",)))
            else:
                found.append(_changed(wanted[a + index], *got[c + index]))
    return tuple(found)


def _changed(statement: str, text: str, item: SentSQL) -> Mismatch:
    old, new = one_line(statement), one_line(text)
    return Mismatch((f"- {old}", f"+ {new}{_reason(item)}", f"  {marks(old, new)}".rstrip()))


def _extra(text: str, item: SentSQL) -> str:
    return f"+ {one_line(text)}{_reason(item)}"


def _reason(item: SentSQL) -> str:
    where = f", line {item.line}" if item.line > 0 else ""
    return f"  ({item.cause}{where})" if item.cause else ""


def one_line(sql: str) -> str:
    """Return a statement on one line, without its semicolon; blanks inside strings stay."""
    pieces = (
        " " if found.lastgroup == "blank" else found.group() for found in _TOKEN.finditer(sql)
    )
    return "".join(pieces).strip().rstrip(";")


def marks(old: str, new: str) -> str:
    """Return `^` under the tokens of `new` that `old` does not have at that place."""
    from difflib import SequenceMatcher

    before = [found.group() for found in _TOKEN.finditer(old)]
    after = [found.group() for found in _TOKEN.finditer(new)]
    line = ""
    for tag, _, _, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        length = sum(map(len, after[c:d]))
        line += " " * length if tag == "equal" else "^" * max(length, tag == "delete")
    return line.rstrip()
