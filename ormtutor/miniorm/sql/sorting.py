"""Sorting tables by their foreign keys, so that each comes after those that it refers to.

Before: exc.py.
Here:   sort_tables, sort_tables_and_constraints; sort() and cycles() for any graph.
After:  schema.py's MetaData.sorted_tables, ddl.py's create_all() and drop_all().

Follows: SQLAlchemy 1.4, `sqlalchemy.schema.sort_tables`.
"""

from __future__ import annotations

import warnings

from ormtutor.miniorm import exc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Edge = tuple[Any, Any]


def sort(edges: Iterable[Edge], nodes: Iterable[Any]) -> list[Any]:
    """The nodes, the first of each edge before the second; else in the given order.

    Raises: CircularDependencyError: there is a cycle.
    """
    before: dict[int, set[int]] = {}
    edges = list(edges)
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
    """The nodes from which an edge path leads back to themselves."""
    after: dict[int, list[Any]] = {}
    for parent, child in edges:
        after.setdefault(id(parent), []).append(child)
    return [node for node in nodes if _leads_back(node, after)]


def _leads_back(start: Any, after: dict[int, list[Any]]) -> bool:
    seen: set[int] = set()
    stack = list(after.get(id(start), ()))
    while stack:
        node = stack.pop()
        if node is start:
            return True
        if id(node) not in seen:
            seen.add(id(node))
            stack.extend(after.get(id(node), ()))
    return False


def sort_tables(
    tables: Iterable[Any], skip_fn: Any = None, extra_dependencies: Any = None
) -> list[Any]:
    """The tables in order of dependency; a cycle is left unsorted, with a warning."""
    fixed = () if extra_dependencies is None else extra_dependencies
    return _sorted(list(tables), skip_fn, fixed, warn=True)[0]


def sort_tables_and_constraints(
    tables: Iterable[Any], filter_fn: Any = None, extra_dependencies: Any = None
) -> list[tuple[Any, list[Any]]]:
    """Pairs of a table and the keys to create with it; last (None, keys of cycles)."""
    ordered, remaining = _sorted(list(tables), filter_fn, extra_dependencies or (), warn=False)
    pairs: list[tuple[Any, list[Any]]] = []
    for table in ordered:
        keys = [
            key
            for key in sorted(table.foreign_key_constraints, key=lambda each: each._creation_order)
            if key not in remaining
        ]
        pairs.append((table, keys))
    return [*pairs, (None, remaining)]


def _sorted(
    tables: list[Any], skip_fn: Any, fixed: Iterable[Edge], warn: bool
) -> tuple[list[Any], list[Any]]:
    remaining: list[Any] = []
    edges: list[Edge] = list(fixed)
    holders: list[tuple[Any, Any, Any]] = []
    for table in tables:
        for key in sorted(table.foreign_key_constraints, key=lambda each: each._creation_order):
            if key.use_alter is True and not warn:
                remaining.append(key)
                continue
            if skip_fn is not None:
                if warn:
                    if any(skip_fn(element) for element in key.elements):
                        continue
                else:
                    verdict = skip_fn(key)
                    if verdict is True:
                        remaining.append(key)
                        continue
            if key.use_alter is True:
                continue
            referred = key.referred_table
            if referred is not table:
                holders.append((referred, table, key))
    edges += [(referred, table) for referred, table, _ in holders]
    try:
        return sort(edges, tables), remaining
    except exc.CircularDependencyError as error:
        in_cycle = {id(node) for node in error.cycles}
        if warn:
            names = ", ".join(sorted(table.fullname for table in error.cycles))
            warnings.warn(
                "Cannot correctly sort tables; there are unresolvable cycles between tables "
                f'"{names}", which is usually caused by mutually dependent foreign key '
                "constraints.  Foreign key constraints involving these tables will not be "
                "considered; this warning may raise an error in a future release.",
                exc.SAWarning,
                stacklevel=4,
            )
        broken = [
            (referred, table, key)
            for referred, table, key in holders
            if id(table) in in_cycle and (skip_fn is None or warn or skip_fn(key) is not False)
        ]
        remaining += [key for _, _, key in broken]
        gone = {id(key) for _, _, key in broken}
        edges = list(fixed) + [
            (referred, table) for referred, table, key in holders if id(key) not in gone
        ]
        return sort(edges, tables), remaining
