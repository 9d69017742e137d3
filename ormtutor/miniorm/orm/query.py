"""Query: the learner's way to ask for objects.

Before: session.query(User, Address.email).
Here:   each method gives a new Query that knows one thing more; nothing is sent before iteration.
After:  orm/context.py compiles it, orm/loading.py makes objects of the rows.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class Query:
    """A SELECT of mapped classes and columns, built step by step."""

    __module__ = "sqlalchemy.orm.query"

    def __init__(self, entities: Sequence[Any] | Any, session: Any = None) -> None:
        raise NotImplementedError
