"""Loading: rows become objects.

Before: orm/context.py has compiled the SELECT and knows which column fills which attribute.
Here:   a row loader for each query shape; get by primary key; refresh of expired attributes.
After:  orm/identity.py holds the objects, orm/state.py their facts.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any


def load_scalar_attributes(mapper: Any, state: Any, keys: Iterable[str]) -> None:
    """Refresh the expired column attributes `keys` of one object.

    Raises: DetachedInstanceError: no session. ObjectDeletedError: the row is gone.
    """
    raise NotImplementedError


def get(
    session: Any,
    entity: Any,
    ident: Any,
    options: Sequence[Any] = (),
    populate_existing: bool = False,
    execution_options: Any = None,
) -> Any:
    """`Session.get` and `Query.get`: from the identity map, else by one SELECT; None without a row."""
    raise NotImplementedError


def refresh(session: Any, state: Any, attribute_names: Iterable[str] | None = None) -> None:
    """`Session.refresh`: read one object's row again.

    Raises: InvalidRequestError: "Could not refresh instance '%s'".
    """
    raise NotImplementedError
