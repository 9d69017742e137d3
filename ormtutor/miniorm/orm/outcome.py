"""Outcome: what became of a statement's rows, and the labels by which causes name objects.

Before: orm/loading.py and orm/strategies.py have rows, and the EntityPlans that read them.
Here:   the labels; how many rows became how many new and known objects, and what the known ones
        kept. Only counted when somebody asked for it.
After:  engine/cause.py carries it to whoever listens: the SQL panel.
"""

from __future__ import annotations

from itertools import islice

from ormtutor.miniorm.orm.state import PLAIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ormtutor.miniorm.orm.mapper import Mapper
    from ormtutor.miniorm.orm.rowloader import LoadContext

MOST_KEPT = 3


def label_of(mapper: Mapper, ident: Any) -> str:
    """`User#1`: how causes name an object."""
    key = ident if mapper.single_key else ",".join(map(str, ident))
    return f"{mapper.class_.__name__}#{key}"


def tell_outcome(outcome: Any, context: LoadContext) -> None:
    """Count how many rows became how many new and known objects.

    Rows that come in parts (yield_per) add up; the result tells the number of rows in the end.
    """
    plans, rows = context.query.plan.entities(), context.rows
    outcome.loading = False
    outcome.rows = len(rows)
    outcome.made = max(outcome.made, 0) + context.made
    found: dict[type, set[Any]] = {}
    for plan in plans:
        found.setdefault(plan.mapper.class_, set()).update(rows_in(plan, rows))
    outcome.known = max(outcome.known, 0) + sum(map(len, found.values())) - context.made
    if outcome.known > 0:
        kept = _kept(plans, rows, context.session)
        outcome.kept = tuple(islice(kept, MOST_KEPT))


def rows_in(plan: Any, rows: Any) -> dict[Any, Any]:
    """The first row of each object of one entity, by its primary key as it is in the row."""
    first: dict[Any, Any] = {}
    for row in rows:
        first.setdefault(tuple([row[position] for position in plan.ident]), row)
    first.pop((None,) * len(plan.ident), None)
    if plan.mapper.single_key:
        return {key: row for (key,), row in first.items()}
    return first


def labels_in(plan: Any, rows: Any) -> list[str]:
    """The labels of one entity's objects in the rows."""
    return [label_of(plan.mapper, key) for key in rows_in(plan, rows)]


def _kept(plans: Iterable[Any], rows: Any, session: Any) -> Iterator[tuple[Any, str, Any, Any]]:
    """Where known objects differ from their rows."""
    seen: set[Any] = set()
    for plan in plans:
        table = session.identity_map.tables.get(plan.mapper.class_, {})
        for ident, row in rows_in(plan, rows).items():
            state = table.get(ident)
            if state is None or state in seen:
                continue
            seen.add(state)
            for key, position in plan.columns.items():
                if key not in state.dict or key in state.committed_state:
                    continue
                held, value = state.dict[key], row[position]
                if _differ(held, value):
                    yield state, key, held, value


def _differ(held: Any, value: Any) -> bool:
    """Whether two plain values differ; of any others, whether only one is None."""
    if type(held) in PLAIN and type(value) in PLAIN:
        return bool(held != value)
    return (held is None) is not (value is None)
