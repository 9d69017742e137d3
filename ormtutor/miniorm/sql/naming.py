"""Names: those that only the compiler completes, and how all of them are written.

Before: nothing.
Here:   symbol, a constant that is only a name; AnonymousName; IdentifierPreparer, which knows when
        a name needs quotes.
After:  elements.py, selectable.py and schema.py make such names, compiler.py resolves them; the
        compilers write every name through the preparer; engine/sqlite.py has its own reserved
        words.
"""

from __future__ import annotations

from itertools import groupby

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class symbol:
    """A named constant."""

    __module__ = "sqlalchemy.util.langhelpers"

    def __init__(self, name: str) -> None:
        self.name = name
        _symbols[name] = self  # for pickle, since symbols are compared with `is`

    def __repr__(self) -> str:
        return f"symbol({self.name!r})"

    def __reduce__(self) -> Any:
        return _symbol_named, (self.name,)


_symbols: dict[str, symbol] = {}


def _symbol_named(name: str) -> symbol:
    return _symbols[name]


class AnonymousName(str):
    """A name with a part that the compiler fills in: `%(140 users)s` becomes `users_1`.

    It is a template for the `%` operator, so that names can contain names: `%(140 users)s_id`.
    """

    __slots__ = ()

    @classmethod
    def of(cls, identity: int | str, base: str) -> AnonymousName:
        """The name of one object, like `base`; an anonymous base just gets a number."""
        if isinstance(base, AnonymousName):
            return cls(f"{base!s}%({identity} )s")
        return cls(f"%({identity} {base if base.isidentifier() else _plain(base)})s")

    def __add__(self, other: str) -> AnonymousName:
        # Plain strings on both sides: the right one's __radd__ would come first otherwise.
        return AnonymousName(str(self) + str(_escaped(other)))

    def __radd__(self, other: str) -> AnonymousName:
        return AnonymousName(_escaped(other) + str(self))

    def resolve(self, names: Any) -> str:
        """The real name; `names` maps `140 users` to `users_1`."""
        return str(self) % names  # type: ignore[no-any-return]


def _plain(base: str) -> str:
    """`base` with an underscore for each run of characters that are special in a template."""
    runs = groupby(base, "%() $".__contains__)
    return "".join("_" if is_special else "".join(run) for is_special, run in runs)


def _escaped(part: str) -> str:
    return part if isinstance(part, AnonymousName) else part.replace("%", "%%")


class Names(dict[str, str]):
    """The anonymous names of one statement: each first use takes the next number for its base."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}

    def __missing__(self, key: str) -> str:
        base = key.split(" ", 1)[1]
        number = self.counts.get(base, 0) + 1
        self.counts[base] = number
        name = self[key] = f"{base}_{number}"
        return name


# -- written ---------------------------------------------------------------------------------------

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


class IdentifierPreparer:
    """Writes names, quoted where they must be."""

    __module__ = "sqlalchemy.sql.compiler"
    reserved_words: frozenset[str] = RESERVED_WORDS

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def quote_identifier(self, value: str) -> str:
        """Return the name in quotes, whatever it is."""
        return '"' + value.replace('"', '""') + '"'

    def quote(self, ident: str) -> str:
        """Return the name, in quotes if it needs them."""
        known = self._known.get(ident)
        if known is None:
            known = self.quote_identifier(ident) if self._requires_quotes(ident) else str(ident)
            self._known[ident] = known
        return known

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
        return None if constraint.name is None else self.quote(constraint.name)
