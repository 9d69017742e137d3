"""Persistence: states become INSERT, UPDATE and DELETE.

Before: orm/unitofwork.py says which states, and in which order.
Here:   their columns become parameters, rows of one shape share one statement; bulk update and delete.
After:  engine/base.py sends them; new keys and row counts come back into orm/state.py.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def save(mapper: Any, states: Sequence[Any], flush: Any) -> None:
    """INSERT or UPDATE the rows of these states, all of one mapper, in this order."""
    raise NotImplementedError


def delete(mapper: Any, states: Sequence[Any], flush: Any) -> None:
    """DELETE the rows of these states, all of one mapper."""
    raise NotImplementedError


def bulk_update(query: Any, values: Any, synchronize_session: Any, update_args: Any = None) -> int:
    """`Query.update()`: one UPDATE for all matching rows; gives the number of rows matched."""
    raise NotImplementedError


def bulk_delete(query: Any, synchronize_session: Any) -> int:
    """`Query.delete()`: one DELETE for all matching rows; gives the number of rows matched."""
    raise NotImplementedError
