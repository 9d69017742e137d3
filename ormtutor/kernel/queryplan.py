"""Query plans: how SQLite would run a statement of the step, without the engine's knowledge.

Before: views.py was asked to `explain` a statement by its number.
Here:   EXPLAIN QUERY PLAN on the connection that sent it; the statement itself is not run, and
        asking leaves no trace: no event, no flush, no log.
After:  repl/queryplan.py puts the answer into words.

The shape: {"sql": the statement, "rows": [[id, parent, text]], "problem": why there are none}.
"""

from __future__ import annotations

from typing import Any

from ormtutor.kernel.connections import verb_of
from ormtutor.kernel.facts import Facts
from ormtutor.kernel.recorder import Binding

PLANNED = {"SELECT", "WITH", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE"}


class QueryPlans:
    """Asks SQLite for plans."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def explain(self, content: dict[str, Any], about: str) -> None:
        """Put the plan of statement `about` into the content, or the problem with it."""
        log = self.facts.recorder.log
        number = int(about) if about.isdigit() else 0
        content["rows"] = []
        if not 0 < number <= len(log.statements):
            content.update(sql="", problem="that statement is not known here any more")
            return
        sql = content["sql"] = log.statements[number - 1]
        # EXPLAIN would carry some PRAGMAs out, and DDL has nothing to plan.
        if verb_of(sql) not in PLANNED:
            content["problem"] = f"{verb_of(sql) or 'this'} asks no table, so that it has no plan"
            return
        connection, binding = log.sent_by[number - 1]
        self._ask(content, sql, connection, _unknown_values(binding))

    def _ask(self, content: dict[str, Any], sql: str, number: int, values: Any) -> None:
        connections = self.facts.connections.last_used()
        content["problem"] = "the connection that sent it is closed"
        for connection in connections:
            if connection.number == number:
                try:
                    rows = connection.explain(sql, values)
                except Exception as error:  # the driver's: a table may be gone by now
                    content["problem"] = f"SQLite cannot plan it now: {error}"
                else:
                    content["rows"] = [[row[0], row[1], row[3]] for row in rows]
                    content["problem"] = ""


def _unknown_values(binding: Binding) -> Any:
    """Return NULL for each value: a plan does not depend on them."""
    if isinstance(binding, tuple):
        return dict.fromkeys(binding)
    return (None,) * binding
