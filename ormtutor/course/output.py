"""Compare what was printed with what was wanted: doctest's rules, and reprs as values.

Before: effects.py and check.py have a want and a got.
Here:   `agrees` decides as the standard library's doctest does, `same_value` whether two reprs show
        the same value; `difference` shows where two texts differ.
After:  a Verdict's details, a finding of check.py.

Why not doctest itself: importing it takes longer than checking a whole lesson. A test makes sure
that `agrees` and `doctest.OutputChecker` never disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ormtutor.records import record

_BLANK_MARKER = re.compile(r"(?m)^<BLANKLINE>\s*?$")
_BLANK_LINE = re.compile(r"(?m)^[^\S\n]+$")
_EXCEPTION = re.compile(
    r"""
    ^(?P<header>Traceback\ \( (?:most\ recent\ call\ last|innermost\ last) \)\:) \s*$
    (?P<stack>.*?)
    ^(?P<message>\w+ .*)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}\b")
SHOWN_LINES = 20


def set_options(options: Iterable[str]) -> frozenset[str]:
    """Return the names that a list such as `("+ELLIPSIS", "-SKIP")` switches on."""
    chosen: set[str] = set()
    for option in options:
        (chosen.add if option[0] == "+" else chosen.discard)(option[1:])
    return frozenset(chosen)


def agrees(want: str, got: str, options: Iterable[str] = ()) -> bool:
    """Whether doctest would accept `got` for the output `want`; both end with a newline."""
    chosen = set_options(options)
    if got == want:
        return True
    if "DONT_ACCEPT_TRUE_FOR_1" not in chosen and (got, want) in (
        ("True\n", "1\n"),
        ("False\n", "0\n"),
    ):
        return True
    if "DONT_ACCEPT_BLANKLINE" not in chosen:
        want = _BLANK_MARKER.sub("", want)
        got = _BLANK_LINE.sub("", got)
        if got == want:
            return True
    if "NORMALIZE_WHITESPACE" in chosen:
        want, got = " ".join(want.split()), " ".join(got.split())
        if got == want:
            return True
    return "ELLIPSIS" in chosen and _matches_ellipsis(want, got)


def _matches_ellipsis(want: str, got: str) -> bool:
    pieces = want.split("...")
    if len(pieces) == 1:
        return want == got
    first, *middle, last = pieces
    if len(got) < len(first) + len(last) or not got.startswith(first) or not got.endswith(last):
        return False
    at, end = len(first), len(got) - len(last)
    for piece in middle:
        at = got.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return at <= end


def expected_exception(want: str) -> str | None:
    """Return the end of a wanted traceback, from `Kind: message` on; None if it is none."""
    found = _EXCEPTION.match(want)
    return found["message"] if found else None


def exception_agrees(wanted: str, kind: str, message: str, options: Iterable[str] = ()) -> bool:
    """Whether an exception is the wanted one by doctest's rules, which ignore the stack."""
    options = tuple(options)
    got = f"{kind}: {message}\n" if message else f"{kind}\n"
    if not wanted.endswith("\n"):
        wanted += "\n"
    if agrees(wanted, got, options):
        return True
    return "IGNORE_EXCEPTION_DETAIL" in set_options(options) and agrees(
        _without_detail(wanted), _without_detail(got), options
    )


def _without_detail(message: str) -> str:
    """Return an exception's bare name, as doctest does: no module, no text, one line."""
    line = message.partition("\n")[0].partition(":")[0]
    return line.rpartition(".")[2]


# --- reprs as values ------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""
      (?P<string>[bBrRuU]{0,2}(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<comma>,)
    | (?P<colon>:)
    | (?P<blank>\s+)
    | (?P<other>[^\s'"()\[\]{},:]+|['"])
    """,
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}


@record
class _Group:
    """What is between two brackets, split at its commas; `before` is a name such as `set`."""

    before: str
    bracket: str
    items: tuple[tuple[object, ...], ...]


def blank_addresses(text: str) -> str:
    """Return a text with all memory addresses replaced by `0x...`: they differ in each run."""
    return _ADDRESS.sub("0x...", text)


def same_value(left: str, right: str, *, ordered: bool = True) -> bool:
    """Whether two reprs show the same value.

    Sets and dictionaries have no order, addresses do not count. If not `ordered`, the outermost
    list or tuple has none either: its rows came from a query without ORDER BY.
    """
    left, right = blank_addresses(left.strip()), blank_addresses(right.strip())
    if left == right:
        return True
    try:
        return _canonical(left, ordered) == _canonical(right, ordered)
    except RecursionError:
        return False


def canonical(text: str, *, ordered: bool = True) -> str:
    """Return the same text for all reprs that show the same value."""
    text = blank_addresses(text.strip())
    try:
        return repr(_canonical(text, ordered))
    except RecursionError:
        return text


def _canonical(text: str, ordered: bool) -> object:
    tokens = [(found.lastgroup or "", found.group()) for found in _TOKEN.finditer(text)]
    items, end = _items(tokens, 0, "")
    if end != len(tokens):
        return text  # brackets that do not match: no repr that we know, so compare it as text
    tree = tuple(items)
    whole = tree[0][0] if len(tree) == 1 and len(tree[0]) == 1 else None
    if not ordered and isinstance(whole, _Group) and whole.bracket in "[(" and not whole.before:
        return ("unordered", whole.bracket, tuple(sorted(map(_sorted, whole.items), key=repr)))
    return tuple(_sorted(item) for item in tree)


def _items(
    tokens: Sequence[tuple[str, str]], at: int, closing: str
) -> tuple[list[tuple[object, ...]], int]:
    """Return the comma-separated items up to a closing bracket, and the index after it."""
    items: list[tuple[object, ...]] = []
    item: list[object] = []
    while at < len(tokens):
        kind, text = tokens[at]
        if kind == "close":
            if text != closing:
                return items, len(tokens) + 1 if closing else at
            if item:
                items.append(tuple(item))
            return items, at + 1
        if kind == "open":
            inner, at = _items(tokens, at + 1, _PAIRS[text])
            is_named = item and isinstance(item[-1], str) and _ends_in_name(item)
            before = str(item.pop()) if is_named else ""
            item.append(_Group(before, text, tuple(inner)))
            continue
        if kind == "comma":
            items.append(tuple(item))
            item = []
        elif kind == "string":
            item.append(_plain_string(text))
        elif kind != "blank":
            item.append(text)
        at += 1
    if closing:
        return items, len(tokens) + 1
    if item:
        items.append(tuple(item))
    return items, at


def _ends_in_name(item: list[object]) -> bool:
    """Whether the word before a bracket is a name, as in `set(...)`."""
    return re.fullmatch(r"[A-Za-z_][\w.]*", str(item[-1])) is not None


def _plain_string(text: str) -> str:
    r"""Return a string literal in one spelling: `"it"` and `'it'` are the same value."""
    quote = text[-1]
    prefix, _, rest = text.partition(quote)
    return f"{prefix}'{rest[:-1]}'" if quote == '"' and "'" not in rest else text


def _sorted(item: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(_sorted_group(part) if isinstance(part, _Group) else part for part in item)


def _sorted_group(group: _Group) -> object:
    items = [_sorted(item) for item in group.items]
    # `{...}` is a set or a dictionary; `frozenset({...})` has one in it, `IdentitySet([...])` a
    # list.
    if group.bracket == "{":
        items.sort(key=repr)
    elif group.before.endswith(("IdentitySet", "Counter")) and len(group.items) == 1:
        items = [(_unordered(items[0]),)]
    return (group.before, group.bracket, tuple(items))


def _unordered(item: tuple[object, ...]) -> object:
    return tuple(
        (*part[:2], tuple(sorted(part[2], key=repr)))
        if isinstance(part, tuple) and len(part) == 3 and isinstance(part[2], tuple)
        else part
        for part in item
    )


# --- differences, shown ---------------------------------------------------------------------------


def difference(want: str, got: str, *, names: tuple[str, str] = ("want", "got")) -> list[str]:
    """Return lines that show where two texts differ: aligned, with `^` under what differs.

    Trailing blanks and tabs are made visible; after 20 lines the rest is counted.
    """
    from difflib import SequenceMatcher  # late: only a failure needs it

    wanted, gotten = want.splitlines(), got.splitlines()
    width = max(map(len, names))
    shown: list[str] = []
    matcher = SequenceMatcher(None, wanted, gotten, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            shown += [f"  {'':{width}}  {line}" for line in wanted[a:b]]
            continue
        for index in range(max(b - a, d - c)):
            left = wanted[a + index] if a + index < b else None
            right = gotten[c + index] if c + index < d else None
            shown += _pair(left, right, names, width)
    if len(shown) > SHOWN_LINES:
        rest = len(shown) - SHOWN_LINES
        shown = [*shown[:SHOWN_LINES], f"  ... and {rest} more lines"]
    return shown


def _pair(left: str | None, right: str | None, names: tuple[str, str], width: int) -> list[str]:
    lines = []
    if left is not None:
        lines.append(f"- {names[0]:{width}}  {with_visible_blanks(left, right)}")
    if right is not None:
        lines.append(f"+ {names[1]:{width}}  {with_visible_blanks(right, left)}")
    if left is not None and right is not None:
        marks = words_marked(with_visible_blanks(left, right), with_visible_blanks(right, left))
        if marks.strip():
            lines.append(f"  {'':{width}}  {marks}")
    return lines


def with_visible_blanks(text: str, other: str | None = None) -> str:
    """Return a line with its trailing blanks made visible; all, if only blanks differ."""
    if other is not None and text.split() == other.split():
        return text.replace(" ", "·").replace("\t", "→")
    body = text.rstrip()
    return body + text[len(body) :].replace(" ", "·").replace("\t", "→")


def words_marked(old: str, new: str) -> str:
    """Return `^` under the words of `new` that `old` does not have at that place."""
    from difflib import SequenceMatcher

    before, after = (re.findall(r"\w+|\s+|.", text) for text in (old, new))
    line = ""
    for tag, _, _, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        length = sum(map(len, after[c:d]))
        # What is missing has no width: one mark stands where it would be.
        line += " " * length if tag == "equal" else "^" * max(length, tag == "delete")
    return line.rstrip()
