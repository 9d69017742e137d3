"""Preparer: when a name needs quotes, and how they look.

Before: naming.py.
Here:   IdentifierPreparer and the reserved words.
After:  compiler.py and ddl_compiler.py write every name through it; engine/sqlite.py has its own
        reserved words.
"""

from __future__ import annotations

from ormtutor.miniorm import exc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RESERVED_WORDS = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between binary both case
    cast check collate column constraint create cross current_date current_role current_time
    current_timestamp current_user default deferrable desc distinct do else end except false for
    foreign freeze from full grant group having ilike in initially inner intersect into is
    isnull join leading left like limit localtime localtimestamp natural new not notnull null
    off offset old on only or order outer overlaps placing primary references right select
    session_user set similar some symmetric table then to trailing true union unique user using
    verbose when where
    """.split()  # noqa: SIM905
)

_PLAIN_FIRST = frozenset("abcdefghijklmnopqrstuvwxyz_")
_PLAIN = _PLAIN_FIRST | frozenset("0123456789$")

# The compiler marks bind parameters in its text with this character; see compiler.py.
MARK = "\x01"
# The character itself, in a name or text of the learner.
MARKED_MARK = MARK + "\x02"


class IdentifierPreparer:
    """Writes names, quoted where they must be."""

    __module__ = "sqlalchemy.sql.compiler"
    reserved_words: frozenset[str] = RESERVED_WORDS

    def __init__(self, dialect: Any, for_compiler: bool = False) -> None:
        self.dialect = dialect
        # Whether the text is a template of compiler.py, in which our mark must be made harmless.
        self.for_compiler = for_compiler
        self._known: dict[str, str] = {}

    def quote_identifier(self, value: str) -> str:
        """Return the name in quotes, whatever it is."""
        text = '"' + value.replace('"', '""') + '"'
        return text.replace(MARK, MARKED_MARK) if self.for_compiler else text

    def quote(self, ident: Any, force: Any = None) -> str:
        """Return the name, in quotes if it needs them or says that it wants them."""
        told = getattr(ident, "quote", None)
        if told is None:
            known = self._known.get(ident)
            if known is None:
                known = self.quote_identifier(ident) if self._requires_quotes(ident) else str(ident)
                self._known[ident] = known
            return known
        return self.quote_identifier(ident) if told else str(ident)

    def _requires_quotes(self, value: str) -> bool:
        return (
            value in self.reserved_words
            or value[0] not in _PLAIN_FIRST
            or not _PLAIN.issuperset(value)
        )

    def format_table(self, table: Any, use_schema: bool = True) -> str:
        """Return the name of a table, with its schema."""
        text = self.quote(table.name)
        return f"{self.quote(table.schema)}.{text}" if use_schema and table.schema else text

    def format_constraint(self, constraint: Any) -> str | None:
        """Return the name of a constraint or index, or None."""
        name, longest = constraint.name, self.dialect.max_identifier_length
        if name is not None and len(name) > longest:
            raise exc.IdentifierError(
                f"Identifier '{name}' exceeds maximum length of {longest} characters"
            )
        return None if name is None else self.quote(name)
