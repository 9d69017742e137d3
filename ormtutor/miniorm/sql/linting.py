"""Linting: warn of a statement that multiplies tables without a condition between them.

Before: compiler.py has written the FROM objects and the conditions of a statement.
Here:   tell_products(), which follows the connections between them.
After:  the learner reads the warning.

Follows: SQLAlchemy 1.4, "FROM linting".
"""

from __future__ import annotations

from itertools import product

from ormtutor.miniorm.sql.sorting import reachable
from ormtutor.miniorm.sql.traversal import children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any


def tell_products(
    tell: Callable[[str], None],
    kind: str,
    froms: Iterable[Any],
    criteria: Iterable[Any],
    name_of: Callable[[Any], str],
) -> None:
    """Report the FROM objects that no join and no comparison connects with the first one."""
    names: dict[Any, str] = {}
    neighbours: dict[Any, set[Any]] = {}
    for part in _inside((*froms, *criteria)):
        if part._is_from_clause and part.named_with_column:
            names[part._deannotated] = name_of(part)
        elif part.__visit_name__ == "join" or (
            part.__visit_name__ == "binary" and part.operator.is_comparison
        ):
            for sides in product(part.left._from_objects, part.right._from_objects):
                one, other = (side._deannotated for side in sides)
                neighbours.setdefault(one, set()).add(other)
                neighbours.setdefault(other, set()).add(one)
    if not names:
        return
    start = next(iter(names))
    reached = {start, *reachable(start, neighbours)}
    others = ", ".join(f'"{name}"' for each, name in names.items() if each not in reached)
    if others:
        tell(
            f"{kind} statement has a cartesian product between FROM element(s) {others} and FROM "
            f'element "{names[start]}".  Apply join condition(s) between each element to resolve.'
        )


def _inside(elements: Iterable[Any]) -> Iterator[Any]:
    """The elements and everything inside them, in the order of the text; not inside subqueries."""
    for each in elements:
        yield each
        has_name = each._is_from_clause and each.named_with_column
        if not has_name and not each.is_select:
            yield from _inside(children(each))
