"""Labels: how the columns of a SELECT are named.

Before: elements.py has for each expression the names that it might have.
Here:   ColumnNamer decides what follows AS, column by column; KeyNamer, the key of each in the `.c`
        of a subquery.
After:  select.py makes subqueries with them, compiler.py writes them, orm/compiled.py names the
        values of a row.

                      select(a.c.id, b.c.id)       select(a.c.id, a.c.id)        as a subquery, .c
  NONE                a.id, b.id                   a.id, a.id                    id, id_1
  DISAMBIGUATE_ONLY   a.id, b.id AS id_1           a.id, a.id AS id__1           id, id_1
  TABLENAME_PLUS_COL  a.id AS a_id, b.id AS b_id   a.id AS a_id, a.id AS a_id__1 a_id, b_id (a_id_1)

What has no name becomes `anon_1`, `max_1` or, under the key, `_no_label`.

Follows: SQLAlchemy 1.4, "Select.set_label_style".
"""

from __future__ import annotations

from collections import namedtuple

from ormtutor.miniorm.sql import elements
from ormtutor.miniorm.sql.naming import Names, symbol
from ormtutor.miniorm.sql.selectable import LABEL_STYLE_NONE, LABEL_STYLE_TABLENAME_PLUS_COL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ormtutor.miniorm.sql.elements import ColumnElement
    from ormtutor.miniorm.sql.naming import AnonymousName


class SelectedColumn(namedtuple("SelectedColumn", "element label key fallback repeated")):
    """One column of a SELECT and its names.

    label: what must follow AS; None: nothing must. fallback: the label inside a subquery in FROM,
    where every column has one. key: the key in the subquery's `.c`. repeated: an earlier column is
    the same.
    """

    __slots__ = ()


class ColumnNamer:
    """Decides the labels of selected columns, one after the other.

    dedupe: give a second occurrence of the same column a label of its own.
    """

    __slots__ = ("dedupe", "key_of", "qualified", "repeats", "seen", "style", "taken")

    def __init__(self, style: symbol, dedupe: bool = False) -> None:
        self.style = style
        self.qualified = style is LABEL_STYLE_TABLENAME_PLUS_COL
        self.dedupe = dedupe
        # For each label the column that has it; and which column has which label already.
        self.taken: dict[str, int] = {}
        self.seen: set[tuple[int, str]] = set()
        self.repeats = 0
        self.key_of = KeyNamer(style)

    def name(self, element: ColumnElement) -> SelectedColumn:
        """The next column and its names."""
        key = self.key_of(element)
        if not element._render_label_in_columns_clause:
            return SelectedColumn(element, None, key, None, False)
        own = element._own_name
        if self.style is LABEL_STYLE_NONE:
            return SelectedColumn(element, None, key, own or element._anon_name_label, False)
        label, required = (element._label, True) if self.qualified else (own, False)
        if label is None and getattr(element, "name", None) is None:
            label, required = element._annotations.get("proxy_key"), True
        if label is None:
            return self._nameless(element, key)
        return self._named(element, key, label, required)

    def _named(
        self, element: ColumnElement, key: str | None, label: str, required: bool
    ) -> SelectedColumn:
        identity = hash(element)
        if self.taken.setdefault(label, identity) != identity:
            # Another column has that label.
            label = element._anon_name_label
            if self.qualified:
                label = element._anonymous(element._label)
            required = True
            self.taken.setdefault(label, identity)
        mark = (identity, label)
        repeated = self.dedupe and mark in self.seen
        self.seen.add(mark)
        if repeated:
            label, required = self._dedupe_label(element), True
        return SelectedColumn(element, label if required else None, key, label, repeated)

    def _nameless(self, element: ColumnElement, key: str | None) -> SelectedColumn:
        label = element._anon_name_label
        repeated = label in self.taken
        self.taken[label] = hash(element)
        if repeated:
            label = self._dedupe_label(element)
        return SelectedColumn(element, None, key, label, repeated)

    def _dedupe_label(self, element: ColumnElement) -> AnonymousName:
        self.repeats += 1
        wraps = isinstance(element, elements.WrapsColumnExpression)
        name = element._wrapped._own_name if wraps else getattr(element, "name", None)
        if self.qualified or name is None:
            return element._anonymous(element._label, self.repeats)
        return element._anonymous(f"{name}_") if wraps else element._anonymous(name, self.repeats)


class KeyNamer:
    """Makes the keys of a subquery's columns, and of a row's values."""

    __slots__ = ("names", "qualified", "repeats", "used")

    def __init__(self, style: symbol) -> None:
        self.qualified = style is LABEL_STYLE_TABLENAME_PLUS_COL
        self.repeats = style is LABEL_STYLE_NONE
        self.used: set[str] = set()
        self.names = Names()

    def __call__(self, element: ColumnElement) -> str | None:
        """The key of the next column, with a number if it is taken."""
        if element._is_text_clause:
            return None
        key: str = element._tq_key_label if self.qualified else element._proxy_key
        if key is None:
            key = "_no_label"
        if key in self.used and not self.repeats:
            key = element._anonymous(key).resolve(self.names)
        else:
            self.used.add(key)
        return key
