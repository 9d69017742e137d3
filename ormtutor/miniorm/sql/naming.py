"""Names: quoted ones, and ones that are found only when a statement is compiled.

Before: nothing.
Here:   quoted_name, AnonymousName.
After:  elements.py, selectable.py and schema.py name things with them, compiler.py resolves them.
"""

from __future__ import annotations

from itertools import groupby

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class quoted_name(str):
    """A name that says whether it is to be quoted: True, False, or None for "as needed"."""

    __module__ = "sqlalchemy.sql.elements"
    __slots__ = ("quote",)
    quote: bool | None

    def __new__(cls, value: Any, quote: bool | None = None) -> Any:
        """None stays None, and a quoted_name that says as much stays itself."""
        if value is None:
            return None
        if isinstance(value, quoted_name) and (quote is None or value.quote == quote):
            return value
        self = str.__new__(cls, value)
        self.quote = quote
        return self


class AnonymousName(str):
    """A name with a part that the compiler fills in: `%(140 users)s` becomes `users_1`.

    It is a template for `%`, so that names can be made of names: `%(140 users)s_id`.
    """

    __slots__ = ()

    @classmethod
    def of(cls, identity: int | str, base: str) -> AnonymousName:
        """The name of one object, like `base`."""
        return cls(f"%({identity} {base if base.isidentifier() else _plain(base)})s")

    def numbered(self, identity: int | str) -> AnonymousName:
        """This name with a number behind it, another one for each object: `users_1_1`."""
        ours = "".join(char for char in self if char.isalnum())
        return AnonymousName(f"{self!s}_%({identity} {_NUMBER_ONLY}{ours})s")

    def of_alias(self, identity: int) -> AnonymousName:
        """The name of what the alias with this identity makes of its bearer."""
        return AnonymousName(self.replace("%(", f"%({identity}.", 1))

    def __add__(self, other: str) -> AnonymousName:
        # Plain strings on both sides: the right one's __radd__ would come first otherwise.
        return AnonymousName(str(self) + str(_escaped(other)))

    def __radd__(self, other: str) -> AnonymousName:
        return AnonymousName(_escaped(other) + str(self))

    def resolve(self, names: Any) -> str:
        """The real name; `names` maps `140 users` to `users_1`."""
        return str(self) % names  # type: ignore[no-any-return]


def _plain(base: str) -> str:
    """`base` with one underscore for each run of characters that mean something in a template."""
    runs = groupby(base, "%() $".__contains__)
    return "".join("_" if means else "".join(run) for means, run in runs)


# A base with this in front is not written, only its number.
_NUMBER_ONLY = "#"


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
        name = self[key] = str(number) if base[:1] == _NUMBER_ONLY else f"{base}_{number}"
        return name
