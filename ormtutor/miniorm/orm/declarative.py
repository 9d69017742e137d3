"""Declarative: a class statement becomes a table and a mapping.

Before: learners write `class User(Base): __tablename__ = ...`.
Here:   declarative_base() and registry; ClassScan, which reads the class and its mixins.
After:  sql/schema.py's Table and orm/mapper.py's Mapper are made from what was read.

Follows: SQLAlchemy 1.4, "Mapping Python Classes", "Declarative Mapping Styles", "Mixins".
"""

from __future__ import annotations

from ormtutor.miniorm.exc import ArgumentError, InvalidRequestError, warn
from ormtutor.miniorm.leftout import leave_out, refuse_arguments
from ormtutor.miniorm.orm import clsregistry
from ormtutor.miniorm.orm.attributes import QueryableAttribute
from ormtutor.miniorm.orm.mapper import (
    ColumnProperty,
    Mapper,
    MapperProperty,
    MapperRegistry,
    SynonymProperty,
    mapper_of_class,
    refuse_mapped,
)
from ormtutor.miniorm.sql.elements import ColumnClause
from ormtutor.miniorm.sql.schema import Column, MetaData, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LEFT_OUT = (
    "__declare_first__",
    "__declare_last__",
    "__mapper_cls__",
    "__sa_dataclass_metadata_key__",
    "__table_cls__",
)
_NOT_MAPPED = frozenset(("__table__", "__tablename__", "__mapper_args__", "__table_args__"))


def declarative_constructor(self: Any, **kwargs: Any) -> None:
    """Set attributes from keywords: `User(name="ann")`.

    Raises: TypeError: the class has no such attribute.
    """
    cls = type(self)
    for key, value in kwargs.items():
        if not hasattr(cls, key):
            raise TypeError(f"{key!r} is an invalid keyword argument for {cls.__name__}")
        setattr(self, key, value)


declarative_constructor.__name__ = "__init__"
declarative_constructor.__qualname__ = "_declarative_constructor"
# By this mark orm/mapper.py knows to use its own, faster constructor instead.
declarative_constructor._sa_keywords_only = True  # type: ignore[attr-defined]


class declared_attr(property):
    """Decorate a method of a mixin that returns a column, a relationship, or `__tablename__`.

    It is called once for each class that is mapped, with the class.
    """

    __module__ = "sqlalchemy.orm.decl_api"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        # While a class is being mapped, each method is called once and its result reused.
        given = owner.__dict__.get("_sa_declared_attr_given")
        name = getattr(self.fget, "__name__", "")
        if given is None:
            if not name.startswith("__") and mapper_of_class(owner) is None:
                warn(
                    f"Unmanaged access of declarative attribute {name} from non-mapped class "
                    f"{owner.__name__}"
                )
            return self.fget(owner)  # type: ignore[misc]
        if self not in given:
            given[self] = self.fget(owner)  # type: ignore[misc]
        return given[self]


def declarative_mixin(cls: Any) -> Any:
    """Mark a class as a mixin, for type checkers."""
    return cls


# Reading a class ------------------------------------------------------------------------------


class ClassScan:
    """Reads one class, and maps it.

    properties: what the class (and its mixins) say, by attribute name.
    columns: the columns that its table gets.
    """

    def __init__(self, registry_: registry, cls: Any) -> None:
        self.registry = registry_
        self.cls = cls
        self.properties: dict[str, Any] = {}
        self.columns: list[Any] = []

    def map(self) -> Mapper:
        """Make the table and the mapper."""
        cls = self.cls
        refuse_mapped(cls)
        for name in _LEFT_OUT:
            if hasattr(cls, name):
                raise NotImplementedError(f"{name} is not in miniorm; SQLAlchemy has it")
        type.__setattr__(cls, "_sa_declared_attr_given", {})
        try:
            found = self._collect()
            table_arguments = self._table_arguments()
            clsregistry.add_class(self.registry._classes, cls)
            for name, value in found.items():
                if name not in _NOT_MAPPED:
                    self._take(name, value)
            order = sorted(self.properties.items(), key=lambda item: item[1]._creation_order)
            self.properties = dict(order)
            self._extract_columns()
            table = self._table(table_arguments)
            arguments = dict(self._said("__mapper_args__") or {})
            properties = {**self.properties, **arguments.pop("properties", {})}
            mapper = Mapper(cls, table, properties, registry=self.registry, **arguments)
        finally:
            type.__delattr__(cls, "_sa_declared_attr_given")
        type.__setattr__(cls, "__mapper__", mapper)
        return mapper

    # attributes ------------------------------------------------------------------------------

    def _collect(self) -> dict[str, Any]:
        """Everything that the class and its mixins say, by name.

        The mixins' columns are copied first, so that a `declared_attr` finds this class's own.
        """
        mixins = self.cls.__mro__[1:]
        for base in mixins:
            for name, value in vars(base).items():
                if isinstance(value, Column):
                    self._copy_column(name, value)
        found = dict(vars(self.cls))
        for base in mixins:
            for name, value in vars(base).items():
                if name not in _NOT_MAPPED:
                    self._inherit(found, base, name, value)
        return found

    def _copy_column(self, name: str, column: Any) -> None:
        """Give the class its own copy of a mixin's column, unless it has something of this name."""
        if getattr(self.cls, name) is not column:
            return
        if column.foreign_keys:
            raise InvalidRequestError(
                "Columns with foreign keys to other columns must be declared as @declared_attr "
                "callables on declarative mixin classes.  For dataclass field() objects, use a "
                "lambda:."
            )
        table = vars(self.cls).get("__table__")
        if table is None or (column.name or name) not in table.c:
            copy = column._copy()
            copy._creation_order = column._creation_order
            type.__setattr__(self.cls, name, copy)

    def _inherit(self, found: dict[str, Any], base: Any, name: str, value: Any) -> None:
        """Take an attribute of a mixin, or of a base class that is not mapped."""
        if isinstance(value, MapperProperty):
            raise InvalidRequestError(
                "Mapper properties (i.e. deferred,column_property(), relationship(), etc.) must be "
                "declared as @declared_attr callables on declarative mixin classes.  For dataclass "
                "field() objects, use a lambda:"
            )
        if isinstance(value, declared_attr):
            given = found[name] = self._declared(name)
            if isinstance(given, Column | MapperProperty) and given.doc is None:
                given.doc = value.__doc__
        elif not isinstance(value, Column):
            _warn_of_plain_column(base, name, value)

    def _declared(self, name: str) -> Any:
        """What a `declared_attr` returns for this class; it replaces it on the class."""
        given = getattr(self.cls, name)
        type.__setattr__(self.cls, name, given)
        return given

    def _take(self, name: str, value: Any) -> None:
        if isinstance(value, declared_attr):
            value = self._declared(name)
        elif isinstance(value, QueryableAttribute) and value.class_ is not self.cls:
            if value.key == name:
                return
            value = SynonymProperty(value.key)
            type.__setattr__(self.cls, name, value)
        if (
            isinstance(value, tuple)
            and len(value) == 1
            and isinstance(value[0], Column | MapperProperty)
        ):
            warn(
                f"Ignoring declarative-like tuple value of attribute '{name}': possibly a "
                "copy-and-paste error with a comma accidentally placed at the end of the line?"
            )
        elif isinstance(value, Column | MapperProperty):
            if name == "metadata":
                raise InvalidRequestError(
                    "Attribute name 'metadata' is reserved for the MetaData instance when using a "
                    "declarative base class."
                )
            self.properties[name] = value
        else:
            _warn_of_plain_column(self.cls, name, value)

    def _extract_columns(self) -> None:
        """Collect the columns; one that has its attribute's name needs no property of its own."""
        attributes: dict[str, list[str]] = {}
        for name, value in list(self.properties.items()):
            for column in _new_columns(name, value):
                attributes.setdefault(column.name, []).append(name)
                if not any(each is column for each in self.columns):
                    self.columns.append(column)
            if isinstance(value, Column) and name == value.key:
                del self.properties[name]
        for column_name, names in attributes.items():
            if len(names) > 1:
                warn(
                    f"On class '{self.cls.__name__}', Column object '{column_name}' named directly "
                    f"multiple times, only one will be used: {', '.join(sorted(names))}. Consider "
                    "using orm.synonym instead"
                )

    def _said(self, name: str) -> Any:
        """The class's or a mixin's value of one of the names in _NOT_MAPPED."""
        said = any(name in vars(base) for base in self.cls.__mro__)
        return getattr(self.cls, name) if said else None

    # the table -------------------------------------------------------------------------------

    def _table(self, table_arguments: tuple[tuple[Any, ...], dict[str, Any]]) -> Any:
        cls = self.cls
        table = self._said("__table__")
        if table is not None:
            for column in self.columns:
                if not table.c.contains_column(column):
                    raise ArgumentError(
                        f"Can't add additional column {column.key!r} when specifying __table__"
                    )
            return table
        name = self._said("__tablename__")
        if name is None:
            raise InvalidRequestError(
                f"Class {cls!r} does not have a __table__ or __tablename__ specified and does not "
                "inherit from an existing table-mapped class."
            )
        arguments, options = table_arguments
        if "__autoload_with__" in vars(cls):
            options = {**options, "autoload_with": cls.__autoload_with__}
        columns = sorted(self.columns, key=lambda column: column._creation_order)
        metadata = getattr(cls, "metadata", None) or self.registry.metadata
        table = Table(name, metadata, *columns, *arguments, **options)
        type.__setattr__(cls, "__table__", table)
        return table

    def _table_arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        given = self._said("__table_args__")
        if not isinstance(given, tuple | dict | None):
            raise ArgumentError("__table_args__ value must be a tuple, dict, or None")
        if isinstance(given, dict):
            return (), given
        if given and isinstance(given[-1], dict):
            return given[:-1], given[-1]
        return given or (), {}


def _warn_of_plain_column(cls: Any, name: str, value: Any) -> None:
    if isinstance(value, ColumnClause):
        warn(
            f"Attribute '{name}' on class {cls!r} appears to be a non-schema "
            "'sqlalchemy.sql.column()' object; this won't be part of the declarative mapping"
        )


def _new_columns(key: str, value: Any) -> list[Any]:
    """The columns that a property adds to its table; one without a name is called `key`."""
    given = value.columns if isinstance(value, ColumnProperty) else ()
    new = [each for each in given if isinstance(each, Column) and each.table is None]
    if isinstance(value, Column):
        new = [value]
    for column in new:
        if column.key is None:
            column.key = key
        if column.name is None:
            column.name = key
    return new


# The base class -------------------------------------------------------------------------------


class DeclarativeMeta(type):
    """The class of declarative base classes: it maps each class that derives from one."""

    __module__ = "sqlalchemy.orm.decl_api"

    def __init__(cls, classname: Any, bases: Any, dict_: Any, **kw: Any) -> None:
        own = cls.__dict__
        registry_ = getattr(cls, "_sa_registry", None)
        if registry_ is None:
            registry_ = own.get("registry")
            if not isinstance(registry_, registry):
                raise InvalidRequestError(
                    "Declarative base class has no 'registry' attribute, or registry is not a "
                    "sqlalchemy.orm.registry() object"
                )
            type.__setattr__(cls, "_sa_registry", registry_)
        if not own.get("__abstract__", False):
            ClassScan(registry_, cls).map()
        type.__init__(cls, classname, bases, dict_)

    def __setattr__(cls, key: str, value: Any) -> None:
        if "__mapper__" in cls.__dict__:
            _add_attribute(cls, key, value)
        else:
            type.__setattr__(cls, key, value)

    def __delattr__(cls, key: str) -> None:
        mapper = cls.__dict__.get("__mapper__")
        if mapper is not None and key in mapper._props:
            raise NotImplementedError(
                "Can't un-map individual mapped attributes on a mapped class."
            )
        type.__delattr__(cls, key)


def _add_attribute(cls: Any, key: str, value: Any) -> None:
    """Map an attribute that is set on a mapped class later, as if it had been in its body."""
    mapper = cls.__mapper__
    if isinstance(value, Column | MapperProperty):
        for column in _new_columns(key, value):
            cls.__table__.append_column(column, replace_existing=True)
        mapper.add_property(key, value)
    elif isinstance(value, QueryableAttribute) and value.key != key:
        mapper.add_property(key, SynonymProperty(value.key))
    else:
        type.__setattr__(cls, key, value)


class registry(MapperRegistry):
    """Classes that are mapped together: their MetaData, and their names for strings."""

    __module__ = "sqlalchemy.orm.decl_api"

    def __init__(
        self, metadata: Any = None, constructor: Any = declarative_constructor, **left_out: Any
    ) -> None:
        refuse_arguments("registry.__init__", left_out, "class_registry")
        super().__init__()
        self.metadata = metadata if metadata is not None else MetaData()
        self.constructor = constructor

    def generate_base(self, cls: Any = object, name: str = "Base", **left_out: Any) -> Any:
        """A base class: each class that derives from it is mapped."""
        refuse_arguments("generate_base", left_out, "mapper metaclass")
        bases = cls if isinstance(cls, tuple) else (cls,)
        body: dict[str, Any] = {"registry": self, "metadata": self.metadata}
        if isinstance(cls, type):
            body["__doc__"] = cls.__doc__
        if self.constructor:
            body["__init__"] = self.constructor
        body["__abstract__"] = True
        body["__module__"] = "sqlalchemy.orm.decl_api"
        return DeclarativeMeta(name, bases, body)

    def mapped(self, cls: Any) -> Any:
        """Decorate a class that has no declarative base: it is mapped as it stands."""
        if self.constructor and cls.__init__ is object.__init__:
            type.__setattr__(cls, "__init__", self.constructor)
        ClassScan(self, cls).map()
        return cls

    def map_imperatively(self, class_: Any, local_table: Any = None, **kw: Any) -> Mapper:
        """Map a class to a table in the classical way.

        Raises: ArgumentError: it is no class, or mapped already.
        """
        kind = type(class_)
        if not issubclass(kind, type):
            raise ArgumentError(f"Argument 'cls_' is expected to be of type '{type}', got '{kind}'")
        refuse_mapped(class_)
        clsregistry.add_class(self._classes, class_)
        if self.constructor and class_.__init__ is object.__init__:
            class_.__init__ = self.constructor
        class_.__table__ = local_table
        class_.__mapper__ = mapper = Mapper(class_, local_table, registry=self, **kw)
        return mapper


def declarative_base(
    bind: Any = None,
    metadata: Any = None,
    cls: Any = object,
    name: str = "Base",
    constructor: Any = declarative_constructor,
    **left_out: Any,
) -> Any:
    """A base class for declarative classes: `Base = declarative_base()`."""
    refuse_arguments("declarative_base", left_out, "class_registry mapper metaclass")
    registry_ = registry(metadata, constructor)
    if bind is not None:
        registry_.metadata.bind = bind
    return registry_.generate_base(cls, name)


leave_out(declared_attr, "cascading")
leave_out(registry, "as_declarative_base map_declaratively")
