"""Entities: what a query may select besides a mapped class itself.

Before: learners call aliased(), join(), with_parent(), Bundle(); query.py is handed what they return.
Here:   a mapped class under another name (AliasedClass and what is known about it, AliasedInsp),
        a join that understands relationships, a criterion for "children of this object".
After:  orm/context.py puts them into FROM and WHERE.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class AliasedInsp:
    """What is known about an AliasedClass: its mapper, its selectable, its name."""

    __module__ = "sqlalchemy.orm.util"

    mapper: Any
    selectable: Any
    name: str | None
    entity: Any


class AliasedClass:
    """A mapped class seen through another FROM: attributes are those of the alias."""

    __module__ = "sqlalchemy.orm.util"


def aliased(
    element: Any,
    alias: Any = None,
    name: str | None = None,
    flat: bool = False,
    adapt_on_names: bool = False,
) -> Any:
    """A mapped class (or table) under another name."""
    raise NotImplementedError


def with_parent(instance: Any, prop: Any, from_entity: Any = None) -> Any:
    """A criterion: the related rows of one object, from its present foreign key values."""
    raise NotImplementedError


def join(
    left: Any,
    right: Any,
    onclause: Any = None,
    isouter: bool = False,
    full: bool = False,
    join_to_left: Any = None,
) -> Any:
    """A FROM element that joins two mapped things, along a relationship when one is given."""
    raise NotImplementedError


def outerjoin(left: Any, right: Any, onclause: Any = None, full: bool = False) -> Any:
    """The same as join(), with LEFT OUTER."""
    raise NotImplementedError
