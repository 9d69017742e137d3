"""Context: an ORM select becomes a Core select and a recipe for its rows.

Before: orm/query.py (Query) or Session.execute(select(...)) hands over what was asked.
Here:   entities, joins, options and eager loading are resolved; labels are given; shapes are cached.
After:  sql/compiler.py renders, engine/base.py sends, orm/loading.py reads the rows.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def is_orm_statement(statement: Any) -> bool:
    """Say whether a select() (or text with ORM columns) speaks of mapped classes."""
    raise NotImplementedError


def execute(
    session: Any, statement: Any, parameters: Any = None, execution_options: Any = None
) -> Any:
    """`Session.execute` of an ORM select: gives a Result of entities and columns."""
    raise NotImplementedError
