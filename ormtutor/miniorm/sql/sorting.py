"""Sorting: tables by their foreign keys, so that each comes after those that it refers to.

Before: exc.py.
Here:   sort_tables(); sort() and cycles() for any graph.
After:  schema.py's MetaData.sorted_tables, ddl.py's create() and drop().

Follows: SQLAlchemy 1.4, `sqlalchemy.schema.sort_tables`.
"""

from __future__ import annotations

from ormtutor.miniorm import exc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Edge = tuple[Any, Any]


def sort(edges: Iterable[Edge], nodes: Iterable[Any]) -> list[Any]:
    """Return the nodes, the first of each edge before the second; otherwise in the given order.

    Raises: CircularDependencyError: there is a cycle.
    """
    edges = list(edges)
    before: dict[int, set[int]] = {}
    for parent, child in edges:
        before.setdefault(id(child), set()).add(id(parent))
    waiting = list(nodes)
    done: list[Any] = []
    while waiting:
        open_ids = {id(node) for node in waiting}
        ready = [node for node in waiting if open_ids.isdisjoint(before.get(id(node), ()))]
        if not ready:
            raise exc.CircularDependencyError(
                "Circular dependency detected.", cycles(edges, waiting), edges
            )
        done.extend(ready)
        ready_ids = {id(node) for node in ready}
        waiting = [node for node in waiting if id(node) not in ready_ids]
    return done


def cycles(edges: Iterable[Edge], nodes: Iterable[Any]) -> list[Any]:
    """Return the nodes from which a path leads back to themselves.

    By Kosaraju's algorithm: those of components with several nodes, or with an edge to itself. It
    is linear, so that a ring of thousands of objects is found at once.
    """
    nodes = list(nodes)
    after: dict[int, set[int]] = {}
    before: dict[int, set[int]] = {}
    for parent, child in edges:
        after.setdefault(id(parent), set()).add(id(child))
        before.setdefault(id(child), set()).add(id(parent))
    seen: set[int] = set()
    order = [each for node in nodes for each in _last_first(id(node), before, seen)]
    seen.clear()
    found: set[int] = set()
    for each in reversed(order):
        together = list(_last_first(each, after, seen))
        if len(together) > 1 or each in after.get(each, ()):
            found.update(together)
    return [node for node in nodes if id(node) in found]


def _last_first(start: int, graph: dict[int, set[int]], seen: set[int]) -> Iterator[int]:
    """Yield the unseen nodes that are reached from `start`, each after those reached from it."""
    path = [] if start in seen else [(start, iter(graph.get(start, ())))]
    seen.add(start)
    while path:
        node, nexts = path[-1]
        for following in nexts:
            if following not in seen:
                seen.add(following)
                path.append((following, iter(graph.get(following, ()))))
                break
        else:
            path.pop()
            yield node


def reachable(start: Any, after: dict[Any, set[Any]]) -> set[Any]:
    """Return the nodes that edges lead to from `start`, in one step or several."""
    found: set[Any] = set()
    waiting = [start]
    while waiting:
        near = after.get(waiting.pop(), set()) - found
        found |= near
        waiting += near
    return found


def dependencies(tables: Iterable[Any]) -> list[Edge]:
    """Return a pair of a table and one that refers to it for each foreign key."""
    return [
        (key.referred_table, table)
        for table in tables
        for key in sorted(
            (key for key in table.foreign_key_constraints if key.use_alter is not True),
            key=lambda key: key._creation_order,
        )
        if key.referred_table is not table
    ]


def sort_tables(tables: Iterable[Any], _warns: bool = True) -> list[Any]:
    """Return the tables in order of dependency; those in a cycle unsorted, with a warning."""
    tables = list(tables)
    edges = dependencies(tables)
    try:
        return sort(edges, tables)
    except exc.CircularDependencyError as error:
        names = ", ".join(sorted(table.fullname for table in error.cycles))
        if _warns:
            exc.warn(
                "Cannot correctly sort tables; there are unresolvable cycles between tables "
                f'"{names}", which is usually caused by mutually dependent foreign key '
                "constraints.  Foreign key constraints involving these tables will not be "
                "considered; this warning may raise an error in a future release."
            )
        in_cycle = {id(table) for table in error.cycles}
        return sort([edge for edge in edges if id(edge[1]) not in in_cycle], tables)
