"""The transaction of a Session: its connections, and what its objects were when it began.

Before: orm/session.py begins one when it is first needed.
Here:   SessionTransaction commits, rolls back, nests as SAVEPOINT; its snapshot restores objects.
After:  engine/base.py for the transactions of the connections.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SessionTransaction:
    """A Session-level transaction: outermost, nested (SAVEPOINT), or a subtransaction."""

    __module__ = "sqlalchemy.orm.session"

    session: Any
    nested: bool
