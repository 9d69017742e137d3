"""Mapper: which attribute of a class is which column of a table.

Before: orm/declarative.py (or a learner's `mapper()`) names a class, a table and properties.
Here:   Mapper; the properties for columns and synonyms; the registries that mappers live in, and
        their configuration, which waits until all classes of a mapping are there.
After:  orm/attributes.py has what is put on the class; orm/relationships.py has the other
        properties; session and query ask the mapper for keys and columns.

Follows: SQLAlchemy 1.4, "Mapper Configuration"; Fowler, PoEAA, "Data Mapper".
"""

from __future__ import annotations

from _thread import RLock  # threading.RLock is this very class; see orm/sessionmaker.py
from functools import cached_property, partial
from operator import attrgetter
from types import FunctionType
from weakref import WeakKeyDictionary

from ormtutor.miniorm.doors import copy_known_as
from ormtutor.miniorm.exc import ArgumentError, InvalidRequestError, deprecated, warn
from ormtutor.miniorm.inspection import InspectionAttr, inspects, inspects_itself
from ormtutor.miniorm.leftout import leave_out, refuse_arguments
from ormtutor.miniorm.orm import flags
from ormtutor.miniorm.orm.attributes import (
    ColumnAttribute,
    Proxy,
    QueryableAttribute,
    asked_first,
    install_setattr,
    remove_setattr,
)
from ormtutor.miniorm.orm.exc import UnmappedClassError, UnmappedColumnError, UnmappedInstanceError
from ormtutor.miniorm.orm.impls import ScalarAttributeImpl, listen_for_validation
from ormtutor.miniorm.orm.state import (
    NOTHING,
    UNCHANGED,
    ImmutableProperties,
    InstanceState,
    Loaders,
    Names,
    create_state,
    instance_state,
)
from ormtutor.miniorm.sql.columns import ColumnCollection
from ormtutor.miniorm.sql.constraints import creation_counter
from ormtutor.miniorm.sql.elements import (
    ColumnClause,
    ColumnElement,
    Label,
    as_expression,
    not_expected,
)
from ormtutor.miniorm.sql.selectable import FROM_ELEMENT
from ormtutor.miniorm.sql.traversal import FreshShapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from ormtutor.miniorm.orm.impls import AttributeImpl


# Properties -----------------------------------------------------------------------------------


class MapperProperty(InspectionAttr):
    """One named part of a mapping."""

    __module__ = "sqlalchemy.orm.interfaces"

    is_property = True
    #: "column", "relationship" or "synonym".
    kind = ""
    cascade: Any = frozenset()
    doc: str | None = None

    def __init__(self) -> None:
        self.key: str = None  # type: ignore[assignment]  # given with the mapping
        self.parent: Mapper = None  # type: ignore[assignment]  # given with the mapping
        self._configure_started = False
        self._creation_order = next(creation_counter)

    def instrument_class(self, mapper: Mapper) -> None:
        """Put the attribute on the class."""

    def init(self) -> None:
        """Finish the property, now that all mappers are known."""
        self._configure_started = True

    @property
    def class_attribute(self) -> Any:
        """Its attribute on the class: `User.name`."""
        return getattr(self.parent.class_, self.key)

    def __str__(self) -> str:
        return f"{self.parent.class_.__name__}.{self.key}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at 0x{id(self):x}; {self.key or 'no key'}>"

    def __reduce__(self) -> Any:
        return _property_named, (self.parent.class_, self.key)


def _property_named(cls: type, key: str) -> MapperProperty:
    return class_mapper(cls)._props[key]


_NOT_FOR_COLUMNS = frozenset(
    ("active_history", "comparator_factory", "doc", "expire_on_flush", "info", "raiseload")
)


class ColumnProperty(MapperProperty):
    """An attribute that is a column, or any SQL expression."""

    __module__ = "sqlalchemy.orm.properties"
    kind = "column"

    def __init__(
        self, *columns: Any, deferred: bool = False, group: str | None = None, **unknown: Any
    ) -> None:
        left_out = {name: unknown[name] for name in _NOT_FOR_COLUMNS & unknown.keys()}
        refuse_arguments("column_property", left_out, " ".join(left_out))
        if unknown:
            raise TypeError(
                f"{type(self).__name__} received unexpected keyword argument(s): "
                + ", ".join(sorted(unknown))
            )
        super().__init__()
        self.columns: list[Any] = [_as_column(column) for column in columns]
        self.deferred = deferred
        self.group = group
        self.doc = next((each.doc for each in columns if getattr(each, "doc", None)), None)

    @property
    def expression(self) -> Any:
        """Its column or expression: what it means in a class body."""
        return self.columns[0]

    def __clause_element__(self) -> Any:
        return self.expression

    @property
    def is_shown_in_subqueries(self) -> bool:
        """Whether a subquery of the class has it: every column, and what is not deferred."""
        return not self.deferred or bool(self.columns[0]._is_column_clause)

    def instrument_class(self, mapper: Mapper) -> None:
        """Put the attribute on the class, with its impl: a column needs no configuration."""
        column = self.columns[0]
        impl = ScalarAttributeImpl(self)
        impl.active_history = bool(getattr(column, "primary_key", False))
        impl.is_equal = column.type.compare_values
        if self.deferred:
            impl.callable_ = partial(Loaders.deferred, self)
            impl.load_on_unexpire = False
        mapper.install_attribute(self, ColumnAttribute)
        mapper.install_impl(self.key, impl)

    def __str__(self) -> str:
        return str(self.columns[0]) if self.parent is None else super().__str__()


def _as_column(column: Any) -> Any:
    """A given column as it is; any other expression with a label."""
    column = as_expression(column)
    return column if isinstance(column, ColumnClause | Label) else column.label(None)


class SynonymProperty(MapperProperty):
    """Another name for an attribute."""

    __module__ = "sqlalchemy.orm.descriptor_props"
    kind = "synonym"
    __str__ = MapperProperty.__repr__

    def __init__(self, name: str, descriptor: Any = None) -> None:
        super().__init__()
        self.name = name
        self.descriptor = descriptor

    def instrument_class(self, mapper: Mapper) -> None:
        """Put the proxy on the class; objects use the class's own property, if there is one."""
        own = getattr(mapper.class_, self.key, None)
        if self.descriptor is None and isinstance(own, property):
            self.descriptor = own
        if self.descriptor is None:
            name = self.name
            self.descriptor = property(
                lambda obj: getattr(obj, name),
                lambda obj, value: setattr(obj, name, value),
                lambda obj: delattr(obj, name),
            )
        type.__setattr__(mapper.class_, self.key, Proxy(self, mapper))


# Mapper ---------------------------------------------------------------------------------------

_NOT_FOR_MAPPERS = """
    _polymorphic_map allow_partial_pks always_refresh batch concrete eager_defaults
    inherit_condition inherit_foreign_keys inherits
    legacy_is_orphan non_primary passive_deletes passive_updates polymorphic_identity
    polymorphic_load polymorphic_on version_id_col version_id_generator with_polymorphic
"""


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def refuse_mapped(cls: type) -> None:
    """Refuse a class that cannot be mapped.

    Raises: ArgumentError: it is mapped already. NotImplementedError: it derives from a mapped one.
    """
    if mapper_of_class(cls) is not None:
        raise ArgumentError(f"Class '{cls}' already has a primary mapper defined. ")
    if any(mapper_of_class(base) is not None for base in cls.__mro__[1:]):
        raise NotImplementedError("inheritance mapping is not in miniorm; SQLAlchemy has it")


def _properties_of(kind: str, doc: str) -> Any:
    def by_name(mapper: Mapper) -> ImmutableProperties:
        mapper.check_configured()
        return ImmutableProperties({k: p for k, p in mapper._props.items() if p.kind == kind})

    by_name.__doc__ = doc
    return cached_property(by_name)


@inspects_itself
class Mapper(InspectionAttr):
    """How one class is mapped: `inspect(User)`, or `User.__mapper__`.

    impls: by attribute, how objects read and write it. single_key: one primary key column.
    reconstructor: called on an object when it is loaded.
    """

    __module__ = "sqlalchemy.orm.mapper"

    is_mapper = True

    def __init__(
        self,
        class_: type,
        local_table: Any = None,
        properties: Any = None,
        primary_key: Any = None,
        confirm_deleted_rows: bool = True,
        include_properties: Iterable[Any] | None = None,
        exclude_properties: Iterable[Any] = (),
        column_prefix: str | None = None,
        registry: MapperRegistry | None = None,
        **unknown: Any,
    ) -> None:
        refuse_arguments("Mapper.__init__", unknown, _NOT_FOR_MAPPERS)
        if not isinstance(class_, type):
            raise ArgumentError(
                f"Argument 'class_' is expected to be of type '{type}', got '{type(class_)}'"
            )
        self.mapper = self  # as an alias has one
        self.class_ = self.entity = self.entity_namespace = class_
        self.local_table = self.selectable = self.persist_selectable = local_table
        self.confirm_deleted_rows = confirm_deleted_rows
        self.registry = default_registry if registry is None else registry
        self.configured = False
        self._configure_failed: BaseException | None = None
        self._props: dict[str, MapperProperty] = {}
        self._columntoproperty: dict[Any, ColumnProperty] = {}
        self._readonly_props: set[ColumnProperty] = set()
        self.columns_by_key: dict[str, Any] = {}
        self.impls: dict[str, AttributeImpl] = {}
        # Stays None if the mapping fails: such a mapper is never configured.
        self.primary_key: tuple[Any, ...] = None  # type: ignore[assignment]
        self.delete_orphans: list[Any] = []
        self.validators: dict[str, Any] = {}
        self.reconstructor: Any = None
        self._memoized: dict[str, Any] = {}
        if local_table is None:
            raise AttributeError("'NoneType' object has no attribute 'description'")
        if not hasattr(local_table, "primary_key") or not hasattr(local_table, "c"):
            raise not_expected(FROM_ELEMENT, local_table)
        refuse_mapped(class_)
        self.registry._mappers[self] = None
        self._instrument()
        for key, prop in (properties or {}).items():
            self._configure_property(key, prop, init=False)
        included = None if include_properties is None else set(include_properties)
        self._configure_other_columns(included, set(exclude_properties), column_prefix or "")
        self._configure_primary_key(primary_key)
        self.registry._new_mappers = True

    # setting up ------------------------------------------------------------------------------

    def _instrument(self) -> None:
        cls: Any = self.class_
        # Under the name by which SQLAlchemy's mapped classes are known.
        type.__setattr__(cls, "_sa_class_manager", self)
        if "__del__" in vars(cls):
            warn(
                f"__del__() method on class {cls} will cause unreachable cycles and memory leaks, "
                "as SQLAlchemy instrumentation often creates reference cycles.  Please remove this "
                "method."
            )
        self.own_init = vars(cls).get("__init__")
        self.sets_by_descriptor = cls.__setattr__ is not object.__setattr__
        members = {key: each for base in reversed(cls.__mro__) for key, each in vars(base).items()}
        type.__setattr__(cls, "__init__", _instrumented_init(self, cls.__init__))
        for key in sorted(members):
            if callable(members[key]):
                self._note_decorated(members[key])
        if not self.sets_by_descriptor:
            install_setattr(cls, self.impls)

    def _note_decorated(self, method: Any) -> None:
        if hasattr(method, "__sa_reconstructor__"):
            self.reconstructor = method
        for key in getattr(method, "__sa_validators__", ()):
            if key in self.validators:
                raise InvalidRequestError(
                    f"A validation function for mapped attribute {key!r} on mapper {self} already "
                    "exists."
                )
            self.validators[key] = method

    def _has_own(self, key: str) -> bool:
        """Whether the class itself has something of this name that no column may replace."""
        own = vars(self.class_).get(key)
        is_field = key in getattr(self.class_, "__dataclass_fields__", ())
        return not (own is None or is_field or isinstance(own, InspectionAttr | ColumnElement))

    def _configure_other_columns(self, included: Any, excluded: set[Any], prefix: str) -> None:
        """Map the columns that the properties do not mention, under their own names."""
        for column in self.local_table.c:
            key, names = f"{prefix}{column.key}", {column, column.key}
            is_wanted = not names & excluded and (included is None or bool(names & included))
            if column not in self._columntoproperty and is_wanted and not self._has_own(key):
                self._configure_property(key, column, init=False)

    def _configure_primary_key(self, given: Any) -> None:
        table = self.persist_selectable
        columns = list(table.primary_key)
        if given := [] if given is None else _listed(given):
            columns = [table.corresponding_column(column) for column in given]
            for column in columns:
                self.get_property_by_column(column)
        elif not self._columntoproperty.keys() >= set(columns):
            columns = []
        if not columns:
            raise ArgumentError(
                f"Mapper {self} could not assemble any primary key columns for mapped table "
                f"'{table.description}'"
            )
        self.primary_key = tuple(columns)
        self.single_key = len(columns) == 1

    def _configure_property(self, key: str, prop: Any, init: bool = True) -> None:
        if not isinstance(prop, MapperProperty):
            prop = self._property_from_column(key, prop)
        if isinstance(prop, ColumnProperty):
            self._take_columns(key, prop)
        prop.key = key
        prop.parent = self
        present = self._props.get(key)
        if (
            present is not None
            and not isinstance(prop, ColumnProperty)
            and not isinstance(present, ColumnProperty)
        ):
            warn(
                f"Property {present} on {self} being replaced with new property {prop}; the old "
                "property will be discarded"
            )
        self._props[key] = prop
        prop.instrument_class(self)
        self._forget()
        if init:
            prop.init()
            self.check_configured()

    def _property_from_column(self, key: str, column: Any) -> ColumnProperty:
        columns = _listed(column)
        first = columns[0]
        assert isinstance(first, ColumnElement)
        present = self._props.get(key)
        if isinstance(present, ColumnProperty):
            if not present.columns[0].shares_lineage(first):
                raise InvalidRequestError(
                    f"Implicitly combining column {present.columns[-1]} with column {first} under "
                    f"attribute '{key}'.  Please configure one or more attributes for these "
                    "same-named columns explicitly."
                )
        elif present is not None:
            raise ArgumentError(
                f"WARNING: when configuring property '{key}' on {self}, column '{first.key}' "
                f"conflicts with property '{present!r}'. To resolve this, map the column to the "
                "class under a different name in the 'properties' dictionary.  Or, to remove all "
                "awareness of the column entirely (including its availability as a foreign key), "
                "use the 'include_properties' or 'exclude_properties' mapper arguments to control "
                "specifically which table columns get mapped."
            )
        for each in columns:
            if self.persist_selectable.corresponding_column(each) is None:
                raise ArgumentError(
                    f"When configuring property '{key}' on {self}, column '{each}' is not "
                    "represented in the mapper's table. Use the `column_property()` function to "
                    "force this column to be mapped as a read-only attribute."
                )
        return ColumnProperty(*columns)

    def _take_columns(self, key: str, prop: ColumnProperty) -> None:
        found = self.persist_selectable.corresponding_column(prop.columns[0])
        if found is None:
            found = prop.columns[0]
            self._readonly_props.add(prop)
            if isinstance(found, Label):
                found.key = key
        elif found is not prop.columns[0] and len(prop.columns) == 1:
            prop.columns = [found]
        self.columns_by_key[key] = found
        for column in prop.columns:
            self._columntoproperty[column] = prop

    def install_attribute(self, prop: MapperProperty, kind: Any) -> None:
        """Put an attribute of this kind on the class."""
        if self.sets_by_descriptor or getattr(prop, "lazy", None) == "dynamic":
            kind = asked_first(kind)
        type.__setattr__(self.class_, prop.key, kind(prop, self))

    def install_impl(self, key: str, impl: AttributeImpl) -> None:
        """Say how objects read and write the attribute `key`."""
        self.class_.__dict__[key].impl = impl
        self.impls[key] = impl
        if key in self.validators:
            listen_for_validation(impl, key, self.validators[key])
        self._forget()

    def add_property(self, key: str, prop: Any) -> None:
        """Add a property after the mapping; it is configured at once if the others are."""
        self._configure_property(key, prop, init=self.configured)
        FreshShapes.changes += 1
        self.registry._new_mappers = True

    def dispose(self) -> None:
        """Take the mapping off the class again."""
        cls: Any = self.class_
        type.__delattr__(cls, "_sa_class_manager")
        if "__mapper__" in vars(cls):
            type.__delattr__(cls, "__mapper__")
        for key in [*self._props, *self.impls]:
            if isinstance(vars(cls).get(key), QueryableAttribute):
                type.__delattr__(cls, key)
        type.__delattr__(cls, "__init__")
        if self.own_init is not None:
            type.__setattr__(cls, "__init__", self.own_init)
        remove_setattr(cls)
        self.registry._mappers.pop(self, None)
        self.configured = True

    # configuration ---------------------------------------------------------------------------

    def check_configured(self) -> None:
        """Configure all mappers of the registry, if any is new."""
        if self.registry._new_mappers:
            configure_registries([self.registry])

    def check_configured_once(self) -> None:
        """The same, once since this mapper changed: after that, new mappers do not matter to it."""
        if "checked" not in self._memoized:
            self.check_configured()
            self._memoized["checked"] = True

    # what it knows ---------------------------------------------------------------------------

    def structure(self, binds: Any) -> Mapper:
        """The mapper itself; see sql.traversal.Shapes."""
        return self

    def __clause_element__(self) -> Any:
        """The table, knowing its mapper."""
        return self._annotated_table

    @cached_property
    def _selected_columns(self) -> list[Any]:
        """The columns of a SELECT of the class as a whole, inside another statement."""
        return [
            prop.columns[0]
            for prop in self._props.values()
            if isinstance(prop, ColumnProperty) and prop.is_shown_in_subqueries
        ]

    def adapt(self, expression: Any) -> Any:
        """An expression as the class sees it: as it is. An alias has columns of its own."""
        return expression

    selected = selected_eagerly = adapt

    @cached_property
    def _annotated_table(self) -> Any:
        return self.selectable._annotate({"parententity": self, "parentmapper": self})

    def _memo(self, name: str, compute: Callable[[], Any]) -> Any:
        """A fact about the mapping that a higher module computes once."""
        if name not in self._memoized:
            self._memoized[name] = compute()
        return self._memoized[name]

    def _forget(self) -> None:
        """Forget every computed fact: the mapping has changed."""
        for name in _WORKED_OUT:
            self.__dict__.pop(name, None)
        self._memoized.clear()

    @cached_property
    def attrs(self) -> ImmutableProperties:
        """All properties, by name."""
        self.check_configured()
        return ImmutableProperties(self._props)

    @property
    @deprecated("Use .persist_selectable", "1.3")
    def mapped_table(self) -> Any:
        """What the class is mapped to."""
        return self.persist_selectable

    column_attrs = _properties_of("column", "The properties that are columns.")
    synonyms = _properties_of("synonym", "The properties that are synonyms.")
    relationships = _properties_of("relationship", "The properties that are relationships.")

    @property
    def iterate_properties(self) -> Iterator[MapperProperty]:
        """All properties."""
        return iter(self.attrs)

    @cached_property
    def columns(self) -> Any:
        """The columns, by the names of their attributes."""
        return ColumnCollection(list(self.columns_by_key.items()))

    c = property(attrgetter("columns"), doc="The columns, by the names of their attributes.")

    @cached_property
    def keys_that_expire(self) -> Names:
        """The attributes that an expired object may load again: all of them.

        Relationships are only loaded along with the columns if they are eager.
        """
        synonyms = [key for key, prop in self._props.items() if isinstance(prop, SynonymProperty)]
        return Names([*self.impls, *synonyms])

    @cached_property
    def plain_keys(self) -> Names:
        """The columns without listeners: on a new object they are simply set."""
        return Names(
            key
            for key, impl in self.impls.items()
            if not impl.uses_objects and not impl.on_set and not self.sets_by_descriptor
        )

    @cached_property
    def collection_impls(self) -> tuple[AttributeImpl, ...]:
        """The impls of all collections."""
        return tuple(impl for impl in self.impls.values() if impl.collection)

    @cached_property
    def cascading(self) -> dict[str, list[Any]]:
        """The relationships along which an operation cascades, by the operation's name."""
        found: dict[str, list[Any]] = {}
        for prop in self._props.values():
            for operation in prop.cascade:
                found.setdefault(operation, []).append(prop)
        return found

    def impl_of(self, key: str) -> AttributeImpl:
        """How objects read and write an attribute; a synonym is the attribute it stands for."""
        impl = self.impls.get(key)
        while impl is None:
            key = self._props[key].name  # type: ignore[attr-defined]  # only synonyms have no impl
            impl = self.impls.get(key)
        return impl

    def get_property(self, key: str, _configure_mappers: bool = True) -> Any:
        """The property of this name.

        Raises: InvalidRequestError: there is none.
        """
        if _configure_mappers:
            self.check_configured()
        try:
            return self._props[key]
        except KeyError as error:
            raise InvalidRequestError(f"Mapper '{self}' has no property '{key}'") from error

    def get_property_by_column(self, column: Any) -> ColumnProperty:
        """The property of a column.

        Raises: UnmappedColumnError: the column is not mapped here.
        """
        prop = self._columntoproperty.get(column)
        if prop is None:
            raise UnmappedColumnError(f"No column {column} is configured on mapper {self}...")
        return prop

    # keys ------------------------------------------------------------------------------------

    @cached_property
    def _pk_attribute_keys(self) -> tuple[str, ...]:
        return tuple(self._columntoproperty[column].key for column in self.primary_key)

    def ident_of(self, values: Sequence[Any]) -> Any:
        """A primary key in the identity map's form: the value of one column, a tuple of several."""
        return values[0] if self.single_key else tuple(values)

    def ident_in(self, values: dict[str, Any]) -> Any:
        """The primary key among an object's values; None if it is incomplete."""
        key = [values.get(each) for each in self._pk_attribute_keys]
        return None if None in key else self.ident_of(key)

    def primary_key_from_instance(self, instance: Any) -> tuple[Any, ...]:
        """The object's present primary key values."""
        return self._primary_key_from_state(instance_state(instance), flags.PASSIVE_OFF)

    def _primary_key_from_state(self, state: InstanceState, passive: int) -> tuple[Any, ...]:
        impls, dict_ = self.impls, state.dict
        return tuple([impls[key].get(state, dict_, passive) for key in self._pk_attribute_keys])

    # cascades and orphans --------------------------------------------------------------------

    def cascade_iterator(
        self,
        type_: str,
        state: InstanceState,
        halt_on: Callable[[InstanceState], bool] | None = None,
    ) -> Iterator[tuple[InstanceState, Any]]:
        """Every object that an operation on one cascades to, each once, parents before children.

        Yields (state, object). A stack instead of recursion, since chains may be long.
        """
        visited: set[InstanceState] = set()

        def related(parent: InstanceState) -> Iterator[tuple[InstanceState, Any]]:
            for prop in parent.mapper.cascading.get(type_, ()):
                yield from prop.members_to_visit(type_, parent, visited, halt_on)

        stack = [related(state)]
        while stack:
            for reached in stack[-1]:
                yield reached
                if type_ in reached[0].mapper.cascading:
                    stack.append(related(reached[0]))
                    break
            else:
                stack.pop()

    def _is_orphan(self, state: InstanceState) -> bool:
        """Whether a delete-orphan relationship to this class exists in which it has no parent."""
        return any(
            not prop.parent.impls[prop.key].hasparent(state, optimistic=state.has_identity)
            for prop in self.delete_orphans
        )

    def __str__(self) -> str:
        return f"mapped class {self.class_.__name__}->{self.local_table.description}"

    def __repr__(self) -> str:
        return f"<Mapper at 0x{id(self):x}; {self.class_.__name__}>"


# What a mapper computes about itself once.
_WORKED_OUT = [name for name, value in vars(Mapper).items() if isinstance(value, cached_property)]


def _instrumented_init(mapper: Mapper, original: Any) -> Any:
    """The class's `__init__`, which first gives the object its state."""
    registry = mapper.registry
    if getattr(original, "_sa_keywords_only", False):
        __init__ = _keyword_init(mapper)
    else:
        run = _no_arguments if original is object.__init__ else original
        if isinstance(original, FunctionType):
            run = copy_known_as(original, "__init__")  # as errors of the original show it

        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
            if registry._new_mappers:
                if isinstance(run, FunctionType) and not _fits(run, self, *args, **kwargs):
                    run(self, *args, **kwargs)  # Python's own TypeError comes before any of ours
                mapper.check_configured()
            if "_sa_instance_state" not in self.__dict__:
                create_state(self, mapper)
            run(self, *args, **kwargs)

        if run is not _no_arguments:
            __init__.__wrapped__ = original  # type: ignore[attr-defined]
            __init__.__doc__ = original.__doc__
    __init__.__qualname__ = "__init__"
    __init__.__module__ = mapper.class_.__module__
    __init__.__annotations__ = {}  # help() shows the learner's class, not our types
    return __init__


def _keyword_init(mapper: Mapper) -> Any:
    """The declarative constructor, which also makes the state: most objects begin here.

    FASTPATH: a new object has no history, so that a plain column is two assignments.
    """
    registry, impls = mapper.registry, mapper.impls
    sets_by_descriptor = mapper.sets_by_descriptor

    def __init__(self: Any, **kwargs: Any) -> None:
        """Set attributes from keywords."""
        if registry._new_mappers:
            mapper.check_configured()
        cls, dict_ = type(self), self.__dict__
        state = dict_.get("_sa_instance_state")
        plain = NOTHING
        committed: dict[str, Any] = {}
        if state is None:
            state = create_state(self, mapper)
            if not kwargs:
                return
            plain = mapper.plain_keys
            state.committed_state = committed
            state.modified = True
        for key, value in kwargs.items():
            if key in plain:
                dict_[key] = value
                committed[key] = flags.NO_VALUE
            elif key in impls and not sets_by_descriptor:
                impls[key].set(state, dict_, value, None)
            elif hasattr(cls, key):
                setattr(self, key, value)
            else:
                raise TypeError(f"{key!r} is an invalid keyword argument for {cls.__name__}")
        if state.committed_state is committed and not committed:
            state.committed_state = UNCHANGED
            state.modified = False

    return __init__


def _no_arguments(self: Any) -> None:
    """Stand in for the `__init__` of a class that has none."""


_no_arguments.__name__ = _no_arguments.__qualname__ = "__init__"


def _fits(function: Any, /, *args: Any, **kwargs: Any) -> bool:
    """Whether a function takes these arguments."""
    from inspect import signature  # late: the import takes longer than the whole mapping

    try:
        signature(function).bind(*args, **kwargs)
    except TypeError:
        return False
    return True


# Registries -----------------------------------------------------------------------------------

# In the order of their making; a WeakSet would be in another order in each run.
_registries: WeakKeyDictionary[MapperRegistry, None] = WeakKeyDictionary()
# One thread configures, and may re-enter; the others wait for it.
_configuration = RLock()
_configuring = False


class MapperRegistry:
    """Mappers that belong together: those of one declarative base, or all of `mapper()`."""

    def __init__(self) -> None:
        self._mappers: WeakKeyDictionary[Mapper, None] = WeakKeyDictionary()
        # For names in strings: weak references to the classes of one name, the newest last.
        self._classes: dict[str, list[Any]] = {}
        self.metadata: Any = None
        self._new_mappers = False
        # The other registries that relationships of this one lead to.
        self._dependencies: dict[MapperRegistry, None] = {}
        _registries[self] = None

    @property
    def mappers(self) -> frozenset[Mapper]:
        """All mappers."""
        return frozenset(self._mappers)

    def configure(self, cascade: bool = False) -> None:
        """Finish all mappers of this registry, and (cascade) of those that it needs.

        Raises: InvalidRequestError: it had something to finish, and needs others, without cascade.
        """
        has_new_mappers = self._new_mappers
        configure_registries([self], cascade)
        if has_new_mappers and self._dependencies and not cascade:
            raise InvalidRequestError(
                "configure was called with cascade=False but additional registries remain"
            )

    def dispose(self, cascade: bool = False) -> None:
        """Take all mappings off their classes; with cascade those too that need this registry.

        Raises: InvalidRequestError: others need it, without cascade.
        """
        dependents = [each for each in _registries if self in each._dependencies]
        if dependents and not cascade:
            raise InvalidRequestError(
                "Registry has dependent registries that are not disposed; pass cascade=True to "
                "clear these also"
            )
        for mapper in list(self._mappers):
            mapper.dispose()
        self._classes.clear()
        self._dependencies.clear()
        self._new_mappers = False
        for each in dependents:
            each.dispose(cascade=True)


default_registry: MapperRegistry = MapperRegistry()


def configure_registries(registries: Iterable[MapperRegistry], cascade: bool = True) -> None:
    """Finish the mappers of these registries; cascade: and of those that they need.

    Raises: InvalidRequestError: a mapper failed, now or at an earlier attempt.
    """
    global _configuring
    with _configuration:
        if _configuring:
            return
        _configuring = True
        try:
            todo = list(dict.fromkeys(registries))
            for registry in todo:
                for mapper in list(registry._mappers):
                    if mapper.primary_key is not None and not mapper.configured:
                        _configure_mapper(mapper)
                registry._new_mappers = False
                if cascade:
                    todo += [needed for needed in registry._dependencies if needed not in todo]
        finally:
            _configuring = False


def _configure_mapper(mapper: Mapper) -> None:
    if mapper._configure_failed is not None:
        raise InvalidRequestError(
            "One or more mappers failed to initialize - can't proceed with initialization of "
            f"other mappers. Triggering mapper: '{mapper}'. Original exception was: "
            f"{mapper._configure_failed}"
        )
    try:
        for prop in list(mapper._props.values()):
            if not prop._configure_started:
                prop.init()
        mapper.configured = True
        mapper._forget()
    except Exception as error:
        mapper._configure_failed = error
        raise


def configure_mappers() -> None:
    """Configure all mappers now, and not at their first use."""
    configure_registries(list(_registries))


def clear_mappers() -> None:
    """Take all mappings off all classes."""
    for registry in list(_registries):
        registry.dispose(cascade=True)


@inspects(type)
def mapper_of_class(cls: Any) -> Mapper | None:
    """How this very class is mapped, or None."""
    return getattr(cls, "__dict__", {}).get("_sa_class_manager")


def class_mapper(class_: Any, configure: bool = True) -> Mapper:
    """The mapper of a class.

    Raises: ArgumentError: it is not a class. UnmappedClassError: it is not mapped.
    """
    if isinstance(class_, Mapper):
        return class_
    mapper = mapper_of_class(class_)
    if mapper is None:
        if not isinstance(class_, type):
            raise ArgumentError(f"Class object expected, got '{class_!r}'.")
        raise UnmappedClassError(class_)
    if configure:
        mapper.check_configured()
    return mapper


def object_mapper(instance: Any) -> Mapper:
    """The mapper of an object's class.

    Raises: UnmappedInstanceError: it is not mapped.
    """
    return instance_state(instance).mapper


@inspects(object)
def _inspect_object(obj: Any) -> InstanceState | None:
    try:
        state = instance_state(obj)
    except UnmappedInstanceError:
        return None
    # Not for `func.now`, which has an attribute of any name.
    return state if isinstance(state, InstanceState) else None


inspects_itself(QueryableAttribute)
inspects_itself(InstanceState)


# What learners call ---------------------------------------------------------------------------


def mapper(
    class_: type,
    local_table: Any = None,
    properties: Any = None,
    primary_key: Any = None,
    **kw: Any,
) -> Mapper:
    """Map a class to a table in the classical way; return its Mapper."""
    try:
        return Mapper(class_, local_table, properties, primary_key, **kw)
    except TypeError as error:
        # Name the function that was called.
        raise TypeError(str(error).replace("Mapper.__init__()", "mapper()")) from None


def column_property(*columns: Any, **kw: Any) -> ColumnProperty:
    """An attribute that is a column, or any expression: `column_property(first + " " + last)`."""
    return ColumnProperty(*columns, **kw)


def deferred(*columns: Any, **kw: Any) -> ColumnProperty:
    """A column that is loaded only when it is read."""
    return ColumnProperty(*columns, deferred=True, **kw)


def synonym(name: str, *, descriptor: Any = None, **left_out: Any) -> SynonymProperty:
    """Another name for an attribute. descriptor: the property that objects use."""
    refuse_arguments("synonym", left_out, "comparator_factory doc info map_column")
    return SynonymProperty(name, descriptor)


def reconstructor(fn: Any) -> Any:
    """Decorate the method that is called when an object comes from the database."""
    fn.__sa_reconstructor__ = True
    return fn


def validates(*names: str, **left_out: Any) -> Any:
    """Decorate a method `(self, key, value)` that checks, or changes, each value set."""
    refuse_arguments("validates", left_out, "include_backrefs include_removes")

    def decorate(fn: Any) -> Any:
        fn.__sa_validators__ = names
        return fn

    return decorate


leave_out(ColumnProperty, "Comparator")
leave_out(
    Mapper,
    "add_properties all_orm_descriptors base_mapper class_manager common_parent composites "
    "has_property identity_key_from_instance identity_key_from_primary_key identity_key_from_row "
    "inherits is_sibling isa iterate_to_root polymorphic_identity polymorphic_iterator "
    "polymorphic_map polymorphic_on self_and_descendants single tables version_id_col "
    "with_polymorphic",
)
