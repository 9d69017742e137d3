"""The mapping as data: tables, columns, and the relationships between classes.

Before: views.py was asked for the `schema`.
Here:   the learner's mapped classes and the tables around them. The mappers are not configured for
        it: as long as they have not been used, a relationship is read from its declaration.
After:  repl/schema.py draws it, or writes it as Mermaid.

The shape: {"tables": [TABLE], "relationships": [END]}, with

    TABLE  {"name", "class": name or "", "columns": [{"name", "type", "key": bool,
            "required": bool, "refers": ["table.column"]}]}
    END    {"class", "name", "target": class or "", "kind": "one-to-many" | "many-to-one" |
            "one-to-one" | "many-to-many" | "", "back": name or "", "secondary": table or ""}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ormtutor.kernel.facts import Facts


class Schema:
    """Describes the mapped classes and their tables."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def schema(self, content: dict[str, Any], about: str) -> None:
        """Put tables and relationships into the content."""
        mappers = list(self._mappers())
        by_table = {id(mapper.local_table): mapper for mapper in mappers}
        tables = {id(mapper.local_table): mapper.local_table for mapper in mappers}
        for mapper in mappers:
            metadata = getattr(mapper.local_table, "metadata", None)
            tables.update((id(one), one) for one in getattr(metadata, "tables", {}).values())
        content["tables"] = [_table(one, by_table.get(key)) for key, one in tables.items()]
        content["relationships"] = [end for mapper in mappers for end in ends_of(mapper)]

    def _mappers(self) -> Iterator[Any]:
        """Yield the mappers of classes that the learner has names for, then of their registries."""
        seen: dict[int, Any] = {}
        for value in list(self.facts.namespace.values()):
            if isinstance(value, type) and "_sa_class_manager" in vars(value):
                mapper = vars(value).get("__mapper__")
                if mapper is not None:
                    seen[id(mapper)] = mapper
        for mapper in list(seen.values()):
            for other in sorted(mapper.registry.mappers, key=lambda one: one.class_.__name__):
                seen.setdefault(id(other), other)
        yield from seen.values()


def _table(table: Any, mapper: Any) -> dict[str, Any]:
    return {
        "name": str(table.name),
        "class": "" if mapper is None else mapper.class_.__name__,
        "columns": [
            {
                "name": str(column.name),
                "type": type_of(column),
                "key": bool(column.primary_key),
                "required": not column.nullable and not column.primary_key,
                "refers": [str(one.target_fullname) for one in column.foreign_keys],
            }
            for column in table.columns
        ],
    }


def type_of(column: Any) -> str:
    """Return a column's type in SQL; empty if it was given none, as a foreign key may."""
    return "" if type(column.type).__name__ == "NullType" else str(column.type)


def ends_of(mapper: Any) -> Iterator[dict[str, Any]]:
    """Yield the relationships of a mapped class as plain data, without configuring it."""
    mappers = sorted(mapper.registry.mappers, key=lambda one: one.class_.__name__)
    columns = set(mapper.columns.keys())
    for name, attribute in vars(mapper.class_).items():
        if type(attribute).__name__ != "InstrumentedAttribute" or name in columns:
            continue
        prop = attribute.comparator.prop
        if not hasattr(prop, "back_populates"):
            continue  # an expression, a synonym
        target = prop.mapper if mapper.configured else _declared_target(prop, mappers)
        secondary = _secondary(prop)
        yield {
            "class": mapper.class_.__name__,
            "name": name,
            "target": "" if target is None else target.class_.__name__,
            "kind": _kind(prop, mapper, target, secondary),
            "back": prop.back_populates or "",
            "secondary": secondary,
        }


def _declared_target(prop: Any, mappers: list[Any]) -> Any:
    """Return the mapper that a relationship's declaration names; None if only code would tell."""
    named = prop.argument
    for mapper in mappers:
        if mapper.class_ is named or mapper is named:
            return mapper
        if isinstance(named, str) and mapper.class_.__name__ == named.rpartition(".")[2]:
            return mapper
    return None


def _declared(prop: Any, name: str) -> Any:
    """Return an argument of a relationship; SQLAlchemy 2 keeps it apart until configuration."""
    found = getattr(prop, name, None)
    if found is None:
        kept = getattr(getattr(prop, "_init_args", None), name, None)
        found = getattr(kept, "argument", None)
    return found


def _secondary(prop: Any) -> str:
    secondary = _declared(prop, "secondary")
    if secondary is None or isinstance(secondary, str):
        return secondary or ""
    return str(getattr(secondary, "name", "")) or "a table"


def _kind(prop: Any, mapper: Any, target: Any, secondary: str) -> str:
    if mapper.configured:
        direction = prop.direction.name.lower()
    elif secondary:
        direction = "manytomany"
    elif target is None:
        return ""
    else:
        direction = _declared_direction(prop, mapper.local_table, target.local_table)
    if direction == "onetomany":
        return "one-to-one" if prop.uselist is False else "one-to-many"
    return {"manytoone": "many-to-one", "manytomany": "many-to-many"}.get(direction, "")


def _declared_direction(prop: Any, own: Any, other: Any) -> str:
    """Return the direction that configuration will find; empty if there is no foreign key."""
    if own is other:
        return "manytoone" if _declared(prop, "remote_side") else "onetomany"
    if _refers(own, other):
        return "manytoone"
    return "onetomany" if _refers(other, own) else ""


def _refers(child: Any, parent: Any) -> bool:
    return any(
        str(key.target_fullname).rpartition(".")[0] == parent.name
        for column in child.columns
        for key in column.foreign_keys
    )
