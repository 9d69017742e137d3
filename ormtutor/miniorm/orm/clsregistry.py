"""Class registry: from the names in `relationship("Address", order_by="Address.id")` to classes.

Before: orm/declarative.py enters each class under its name.
Here:   the names of one declarative base, and what else a string in a relationship may use: its
        tables, and the functions of Core.
After:  orm/relationships.py resolves its string arguments when the mappers are configured.

Follows: SQLAlchemy 1.4, "Late-Evaluation of Relationship Arguments".
"""

from __future__ import annotations

import sys
from functools import cache, reduce
from weakref import ref

from ormtutor.miniorm.exc import InvalidRequestError, warn
from ormtutor.miniorm.orm.join_condition import foreign, remote
from ormtutor.miniorm.orm.mapper import ColumnProperty, SynonymProperty, mapper_of_class

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def classes_named(names: dict[str, list[Any]], name: str) -> list[Any]:
    """The living classes of this name, from different modules."""
    return [cls for each in names.get(name, ()) if (cls := each()) is not None]


def add_class(names: dict[str, list[Any]], cls: Any) -> None:
    """Enter a class under its name; warns if one of the same name and module is there.

    The old one stays until it is garbage-collected; until then the name is ambiguous.
    """
    name = cls.__name__
    present = classes_named(names, name)
    if any(each.__module__ == cls.__module__ for each in present):
        warn(
            "This declarative base already contains a class with the same class name and module "
            f"name as {cls.__module__}.{name}, and will be replaced in the string-lookup table."
        )
    names[name] = [ref(each) for each in [*present, cls]]


class Resolver:
    """Evaluates the string arguments of one relationship."""

    def __init__(self, prop: Any) -> None:
        self.prop = prop
        self.cls = prop.parent.class_
        self.registry = prop.parent.registry
        self.favor_tables = False

    def target(self, name: str) -> Any:
        """The class that a relationship's first argument names: "Address", or "module.Address".

        Raises: InvalidRequestError: there is none of this name, or there are several.
        """
        first, *others = name.split(".")
        try:
            found = reduce(getattr, others, self[first])
        except KeyError as error:
            self._not_found(name, repr(name), error)
        except NameError as error:
            self._not_found(name, repr(str(error)), error)
        except AttributeError as error:
            raise AttributeError("entity") from error  # as the original fails on "addresses.id"
        return found.cls if isinstance(found, ClassColumns) else found

    def expression(self, text: str, favor_tables: bool = False) -> Any:
        """The value of an expression such as "and_(User.id == Address.user_id, ...)".

        Raises: InvalidRequestError: it uses an unknown name.
        """
        try:
            # The learner's own mapping, not input from outside: the original evaluates it too.
            self.favor_tables = favor_tables
            value = eval(text, {}, self)  # type: ignore[arg-type]  # only __getitem__ is needed
        except NameError as error:
            self._not_found(text, repr(str(error)), error)
        return value.cls if isinstance(value, ClassColumns) else value

    def _not_found(self, text: str, name: str, error: Exception) -> Any:
        raise InvalidRequestError(
            f"When initializing mapper {self.prop.parent}, expression {text!r} failed to locate a "
            f"name ({name}). If this is a class name, consider adding this relationship() to the "
            f"{self.cls!r} class after both dependent classes have been defined."
        ) from error

    def __getitem__(self, name: str) -> Any:
        """What a name in a string means."""
        metadata = self.registry.metadata
        tables = {} if metadata is None else metadata.tables
        if self.favor_tables and name in tables:
            return tables[name]
        classes = classes_named(self.registry._classes, name)
        if classes:
            return ClassColumns(_the_only_one(classes, name))
        if name in tables:
            return tables[name]
        modules = Modules(self.registry._classes, name)
        return modules if modules.exist() else fallback()[name]


def _the_only_one(classes: list[Any], path: str) -> Any:
    if len(classes) > 1:
        raise InvalidRequestError(
            f'Multiple classes found for path "{path}" in the registry of this '
            "declarative base. Please use a fully module-qualified path."
        )
    return classes[0]


class Modules:
    """Modules in a string, named by (the end of) their path: `shop.models.Address`."""

    def __init__(self, names: dict[str, list[Any]], path: str) -> None:
        self.names = names
        self.path = path

    def exist(self) -> bool:
        """Whether any class comes from such a module, or one below it."""
        classes = (cls for name in self.names for cls in classes_named(self.names, name))
        return any(f".{self.path}." in f".{cls.__module__}." for cls in classes)

    def __getattr__(self, name: str) -> Any:
        path = f"{self.path}.{name}"
        classes = [
            cls
            for cls in classes_named(self.names, name)
            if f".{cls.__module__}".endswith(f".{self.path}")
        ]
        if classes:
            return _the_only_one(classes, path)
        below = Modules(self.names, path)
        if below.exist():
            return below
        raise NameError(
            f"Module {self.path.rpartition('.')[2]!r} has no mapped classes registered under the "
            f"name {name!r}"
        )


class ClassColumns:
    """A class in a string: its columns can be named, its table joined."""

    def __init__(self, cls: Any) -> None:
        self.cls = cls

    def __clause_element__(self) -> Any:
        mapper = mapper_of_class(self.cls)
        return None if mapper is None else mapper.selectable

    def __getattr__(self, key: str) -> Any:
        prop = mapper_of_class(self.cls)._props.get(key)
        if prop is None:
            raise AttributeError(f"Class {self.cls!r} does not have a mapped column named {key!r}")
        if isinstance(prop, SynonymProperty):
            key = prop.name
        elif not isinstance(prop, ColumnProperty):
            raise InvalidRequestError(
                f"Property {key!r} is not an instance of ColumnProperty (i.e. "
                "does not correspond directly to a Column)."
            )
        return getattr(self.cls, key)


@cache
def fallback() -> dict[str, Any]:
    """What strings may use besides classes and tables: Core's names, foreign() and remote()."""
    return {**vars(sys.modules["ormtutor.miniorm"]), "foreign": foreign, "remote": remote}
