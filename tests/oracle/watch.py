"""Watch miniorm: before each flush everything is inspected, and the plan compared with the flush.

Since inspection changes nothing, a watched program behaves like the oracle, which is not watched.
If a flush sends other rows than its plan says, there is a warning.
"""

from __future__ import annotations

import re
import warnings
from itertools import groupby
from typing import Any

WRITES = ("insert", "update", "delete")
WRITTEN = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) (?:"((?:[^"]|"")+)"|(\w+))')

# What a statement writes, or a plan says: (insert, update or delete; the table; rows).
Write = tuple[str, str, int]


def watch() -> None:
    """Watch each flush of this process from now on."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from sqlalchemy.orm import Session

    sent: list[Write] = []
    flush = Session.flush

    def note(_: Any, __: Any, sql: str, parameters: Any, ___: Any, is_many: bool) -> None:
        if written := WRITTEN.match(sql):
            table = written[2] or written[1].replace('""', '"')
            sent.append((sql.split()[0].lower(), table, len(parameters) if is_many else 1))

    def watched(self: Any, objects: Any = None) -> None:
        if objects is not None or self._flushing or self._is_clean():
            return flush(self, objects)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            planned = told(self)
        sent.clear()
        rest: int | None = None
        try:
            flush(self)
        except Exception:
            rest = len(sent)  # the flush stopped there
            raise
        finally:
            if planned is not None and planned[:rest] != sent:
                warnings.warn(f"planned {planned}, sent {sent}", stacklevel=1)

    event.listen(Engine, "before_cursor_execute", note)
    Session.flush = watched


def told(session: Any) -> list[Write] | None:
    """Inspect everything; return what the plan says, or None if something must be loaded first."""
    from sqlalchemy import inspect

    from ormtutor.miniorm.orm.plan import plan

    for obj in [*session, *session.deleted, *session.dirty]:
        state = inspect(obj)
        for name in ("persistent", "identity", "modified", "expired", "unloaded", "session"):
            getattr(state, name)
        for attribute in state.attrs:
            attribute.history, attribute.loaded_value  # noqa: B018  read for what it may do
    records = list(plan(session))
    if any(record.action == "load" for record in records):
        return None
    writes = [record for record in records if record.action in WRITES]
    return [
        (first.action, first.table, 1 + len(others))
        for _, group in groupby(writes, lambda record: record.statement)
        for first, *others in [group]
    ]
