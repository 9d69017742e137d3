"""Colours for Python and SQL: source text -> styled lines, once pygments is loaded.

Before: panels.py and prompt.py have code to show.
Here:   pygments' lexers, imported only after the first prompt is shown; until then code is plain.
After:  the lines are drawn like all others; theme.py says how a keyword looks.
"""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Literal

    from ormtutor.repl.cells import Line

    Language = Literal["python", "sql"]

_lexers: dict[str, Any] = {}


def load() -> None:
    """Import the lexers (14 ms and more); to be called when nobody is waiting."""
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]
    from pygments.lexers.sql import SqlLexer  # type: ignore[import-untyped]

    _lexers["sql"] = SqlLexer(stripnl=False, ensurenl=False)
    _lexers["python"] = PythonLexer(stripnl=False, ensurenl=False)
    lines_of.cache_clear()


def is_loaded() -> bool:
    """Whether code has colours yet."""
    return bool(_lexers)


@lru_cache(maxsize=512)
def lines_of(text: str, language: Language) -> tuple[Line, ...]:
    """Return the text's lines, styled if the lexers are loaded. The lines are shared: copy them."""
    lexer = _lexers.get(language)
    if lexer is None or len(text) > 20_000:
        return tuple([("", line)] if line else [] for line in text.split("\n"))
    return tuple(_split(lexer.get_tokens(text)))


def _split(tokens: Iterable[tuple[Any, str]]) -> list[Line]:
    lines: list[Line] = [[]]
    for token, text in tokens:
        style = _style(token)
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append([])
            if piece:
                lines[-1].append((style, piece))
    return lines


@lru_cache(maxsize=256)
def _style(token: Any) -> str:
    """Return our style for a token of pygments: few styles, so that the page stays quiet."""
    name = str(token)
    for prefix, style in (
        ("Token.Comment", "class:comment"),
        ("Token.Keyword", "class:keyword"),
        ("Token.Operator.Word", "class:keyword"),
        ("Token.Literal.String", "class:string"),
        ("Token.Literal.Number", "class:literal"),
    ):
        if name.startswith(prefix):
            return style
    return ""
