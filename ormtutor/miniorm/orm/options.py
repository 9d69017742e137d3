"""Loading options: joinedload() and its family, as paths from an entity to an attribute.

Before: learners write `query.options(joinedload(User.addresses))`.
Here:   each option is a small record: path -> strategy; options chain.
After:  orm/context.py asks, for each attribute it meets, which option speaks of its path.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Load:
    """Options that start at one entity: `Load(User).joinedload(User.addresses)`."""

    __module__ = "sqlalchemy.orm.strategy_options"

    def __init__(self, entity: Any) -> None:
        raise NotImplementedError
