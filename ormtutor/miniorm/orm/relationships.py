"""Relationships: attributes that are other objects.

Before: orm/mapper.py calls here when a mapping has a relationship(), and when it is configured.
Here:   relationship() and its arguments; back references; cascades and orphans; the operators of
        `User.addresses`; listeners for members that come and go.
After:  orm/join_condition.py works out the columns; orm/strategies.py loads, orm/dependency.py
        writes; orm/impls.py keeps the two sides in step.

The file is one thing, the relationship property with its attribute and its listeners; what concerns
columns and conditions is in join_condition.py.

Follows: SQLAlchemy 1.4, "Relationship Configuration", "Cascades".
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache, cached_property, partial
from operator import attrgetter
from weakref import WeakKeyDictionary

from ormtutor.miniorm.doors import known_as
from ormtutor.miniorm.exc import ArgumentError, InvalidRequestError, SAWarning, warn
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.leftout import refuse_arguments
from ormtutor.miniorm.orm import flags
from ormtutor.miniorm.orm.attributes import InstrumentedAttribute
from ormtutor.miniorm.orm.clsregistry import Resolver
from ormtutor.miniorm.orm.collections import collection_members
from ormtutor.miniorm.orm.exc import LoaderStrategyException, state_label
from ormtutor.miniorm.orm.impls import (
    AttributeImpl,
    CollectionAttributeImpl,
    DynamicAttributeImpl,
    ScalarObjectAttributeImpl,
    listen_for_backref,
    state_of,
    states_of,
)
from ormtutor.miniorm.orm.join_condition import MANYTOMANY, MANYTOONE, ONETOMANY, JoinCondition
from ormtutor.miniorm.orm.mapper import Mapper, MapperProperty, class_mapper, mapper_of_class
from ormtutor.miniorm.orm.state import InstanceState, Loaders
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.elements import (
    BooleanClauseList,
    Null,
    TextClause,
    and_,
    bindparam,
    clause_of,
    not_expected,
    or_,
)
from ormtutor.miniorm.sql.select import exists
from ormtutor.miniorm.sql.selectable import FROM_ELEMENT, FromClause
from ormtutor.miniorm.sql.traversal import adapt, clone, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from ormtutor.miniorm.orm.impls import AttributeEvent
    from ormtutor.miniorm.sql.naming import symbol

LAZY_SPELLINGS = {True: "select", False: "joined", None: "noload"}
STRATEGIES = "dynamic immediate joined noload raise raise_on_sql select selectin subquery"


# Cascades -------------------------------------------------------------------------------------


class CascadeOptions(frozenset):  # type: ignore[type-arg]
    """Which operations on a parent carry over to its children."""

    __module__ = "sqlalchemy.orm.util"
    __slots__ = ()

    _all = frozenset(("save-update", "merge", "delete", "expunge", "refresh-expire"))
    _allowed = _all | {"all", "none", "delete-orphan"}
    _viewonly = frozenset(("merge", "refresh-expire", "expunge"))

    def __new__(cls, value: Any) -> CascadeOptions:
        """From "save-update, merge", or a list of names.

        Raises: ArgumentError: there is no such cascade.
        """
        if isinstance(value, str) or value is None:
            value = [each.strip() for each in (value or "").split(",") if each.strip()]
        names = set(value)
        unknown = names - cls._allowed
        if unknown:
            listed = ", ".join(repr(name) for name in sorted(unknown))
            raise ArgumentError(f"Invalid cascade option(s): {listed}")
        if "all" in names:
            names |= cls._all
        if "none" in names:
            names.clear()
        names.discard("all")
        self = frozenset.__new__(cls, names)
        if "delete-orphan" in self and "delete" not in self:
            warn("The 'delete-orphan' cascade option requires 'delete'.")
        return self

    def __getattr__(self, name: str) -> bool:
        """`cascade.delete_orphan`: whether "delete-orphan" is among the names."""
        option = name.replace("_", "-")
        if option not in self._allowed:
            raise AttributeError(f"'CascadeOptions' object has no attribute {name!r}")
        return option in self

    def __repr__(self) -> str:
        return f"CascadeOptions({','.join(sorted(self))!r})"


# The property ---------------------------------------------------------------------------------

# table -> column key -> {relationship: the column that it copies from}, to find two relationships
# that write one column.
_writers: WeakKeyDictionary[Any, dict[str, WeakKeyDictionary[RelationshipProperty, Any]]] = (
    WeakKeyDictionary()
)


# Arguments that SQLAlchemy's relationship() has, in 1.4 or since.
_LEFT_OUT = """
    active_history bake_queries cascade_backrefs comparator_factory compare dataclass_metadata
    default default_factory distinct_target_key doc enable_typechecks hash info init kw_only
    load_on_pending omit_join passive_updates post_update query_class repr sync_backref
"""


class RelationshipProperty(MapperProperty):
    """An attribute that is another mapped object, or a collection of them."""

    __module__ = "sqlalchemy.orm.relationships"
    kind = "relationship"

    direction: symbol | None = None

    def __init__(
        self,
        argument: Any,
        secondary: Any = None,
        primaryjoin: Any = None,
        secondaryjoin: Any = None,
        foreign_keys: Any = None,
        uselist: bool | None = None,
        order_by: Any = False,
        backref: Any = None,
        back_populates: str | None = None,
        overlaps: str | None = None,
        cascade: Any = False,
        viewonly: bool = False,
        lazy: Any = "select",
        collection_class: Any = None,
        passive_deletes: Any = False,
        remote_side: Any = None,
        join_depth: int | None = None,
        single_parent: bool = False,
        innerjoin: Any = False,
        **left_out: Any,
    ) -> None:
        refuse_arguments("RelationshipProperty.__init__", left_out, _LEFT_OUT)
        if backref and back_populates:
            raise ArgumentError(
                "backref and back_populates keyword arguments are mutually exclusive"
            )
        super().__init__()
        self.argument = argument
        self.secondary = secondary
        self.primaryjoin = primaryjoin
        self.secondaryjoin = secondaryjoin
        self.foreign_keys = foreign_keys
        self.uselist = uselist
        self.order_by = order_by
        self.backref = backref
        self.back_populates = back_populates
        self.viewonly = viewonly
        self.lazy = lazy  # as it was said; this is what it means:
        self.loads_by = LAZY_SPELLINGS.get(lazy, lazy) if lazy in (True, False, None) else lazy
        self.collection_class = collection_class
        self.passive_deletes = passive_deletes
        self.remote_side = remote_side
        self.join_depth = join_depth
        self.single_parent = single_parent
        self.innerjoin = innerjoin
        self._reverse_property: set[RelationshipProperty] = set()
        self._overlaps = set(overlaps.replace(" ", "").split(",")) if overlaps else set()
        #: orm/strategies.py's LazyLoader, once there is one.
        self.lazy_loader: Any = None
        # Whether the two sides are kept in step in Python: not if either is viewonly.
        self.sync_backref = not viewonly
        if viewonly and passive_deletes:
            warn(
                "Setting passive_deletes on relationship() while also setting viewonly=True does "
                "not make sense, as a viewonly=True relationship does not perform persistence "
                "operations. This configuration may raise an error in a future release."
            )
        if cascade is False:
            cascade = "merge" if viewonly else "save-update, merge"
        self.cascade = cascade

    @property
    def cascade(self) -> CascadeOptions:
        """The operations that carry over to children; may be set on a configured mapping.

        Raises: ArgumentError: no such name, or one that this relationship cannot have.
        """
        return self._cascade

    @cascade.setter
    def cascade(self, given: Any) -> None:
        cascade = CascadeOptions(given)
        if self.viewonly:
            not_for_views = set(cascade) - CascadeOptions._viewonly
            if not_for_views:
                listed = ", ".join(sorted(not_for_views))
                raise ArgumentError(
                    f'Cascade settings "{listed}" apply to persistence operations and should not '
                    "be combined with a viewonly=True relationship."
                )
        if self.direction is not None:
            self._check_cascade_settings(cascade)
            self.parent._forget()
        self._cascade = cascade

    # on the class ----------------------------------------------------------------------------

    def instrument_class(self, mapper: Mapper) -> None:
        """Put the attribute on the class; its impl follows in init()."""
        mapper.install_attribute(self, RelationshipAttribute)

    def _install_impl(self) -> None:
        """Put the impl on the class, and the listeners on the impl."""
        kind: type[AttributeImpl] = ScalarObjectAttributeImpl
        if self.uselist:
            kind = DynamicAttributeImpl if self.lazy == "dynamic" else CollectionAttributeImpl
        impl = kind(self)
        impl.trackparent = self.single_parent or self.direction is ONETOMANY
        impl.send_modified_events = not self.viewonly
        impl.active_history = self.single_parent
        impl.deferred_history = self.direction is not MANYTOONE or not self._use_get
        if self.loads_by != "noload":
            impl.callable_ = partial(Loaders.lazy, self)
        if self.single_parent:
            _listen_for_single_parent(self, impl)
        self.parent.install_impl(self.key, impl)
        _listen_for_cascades(self, impl)
        if self.back_populates and self.sync_backref:
            listen_for_backref(impl, self.back_populates)

    # configuration ---------------------------------------------------------------------------

    def init(self) -> None:
        """Work out the target, the condition and the direction; then install the impl."""
        super().init()
        foreign_keys, remote_side = self._resolve_arguments()
        self.target = self.mapper.local_table
        self._is_self_referential = self.mapper is self.parent
        if self.mapper.registry is not self.parent.registry:
            self.parent.registry._dependencies[self.mapper.registry] = None
        self._join_condition = condition = JoinCondition(self, foreign_keys, remote_side)
        self.create_joins = condition.create_joins
        self.lazy_clause = cache(condition.lazy_clause)
        self.foreign_keys = foreign_keys
        self.primaryjoin = condition.primaryjoin
        self.secondaryjoin = condition.secondaryjoin
        self.direction = condition.direction
        self.local_remote_pairs = condition.local_remote_pairs
        self.remote_side = condition.remote_columns
        self.local_columns = condition.local_columns
        self.synchronize_pairs = condition.synchronize_pairs
        self.secondary_synchronize_pairs = condition.secondary_synchronize_pairs
        self._check_cascade_settings(self._cascade)
        if self.uselist is None:
            self.uselist = self.direction is not MANYTOONE
        self._use_get = not self.uselist and condition.is_get_for(self.mapper.primary_key)
        if self.backref is not None and not self.back_populates:
            self._add_other_side()
        if self.back_populates:
            self._add_reverse_property(self.back_populates)
        self._warn_for_conflicting_writers()
        if self.loads_by not in STRATEGIES.split():
            raise LoaderStrategyException(
                f"Can't find strategy (('lazy', {self.lazy!r}),) for {self}"
            )
        if self.lazy == "dynamic" and (not self.uselist or self.direction is MANYTOONE):
            self._refuse_dynamic()
        self._install_impl()

    def _refuse_dynamic(self) -> None:
        text = (
            f"On relationship {self}, 'dynamic' loaders cannot be used with "
            "many-to-one/one-to-one relationships and/or uselist=False."
        )
        if not self.uselist:
            raise InvalidRequestError(text)
        warn(f"{text}  This warning will be an exception in a future release.")

    @cached_property
    def mapper(self) -> Mapper:
        """The mapper of the related class."""
        argument = self.argument
        if isinstance(argument, str):
            argument = Resolver(self).target(argument)
        elif callable(argument) and not isinstance(argument, type | Mapper):
            argument = argument()
        if isinstance(argument, type | Mapper):
            return class_mapper(argument, configure=False)
        if hasattr(argument, "_aliased_insp"):
            raise NotImplementedError("relationship(alias) is not in miniorm; SQLAlchemy has it")
        raise ArgumentError(
            f"relationship '{self.key}' expects a class or a mapper argument (received: "
            f"{type(argument)})"
        )

    entity = property(attrgetter("mapper"), doc="The related entity: its mapper.")

    def _resolve_arguments(self) -> tuple[list[Any], list[Any]]:
        """Evaluate the arguments, before the target; return foreign_keys and remote_side."""
        resolver = Resolver(self)
        given = {
            name: _evaluated(resolver, getattr(self, name), favor_tables=name == "secondary")
            for name in _EVALUATED.split()
        }

        def columns(name: str) -> list[Any]:
            if given[name] is None or given[name] is False:
                return []
            several = isinstance(given[name], list | tuple | set | frozenset)
            return [_column(name, each) for each in (given[name] if several else [given[name]])]

        for name in ("primaryjoin", "secondaryjoin"):
            setattr(self, name, None if given[name] is None else _column(name, given[name]))
        self.secondary = given["secondary"]
        if self.secondary is not None:
            self.secondary = _secondary_table(self, self.secondary)
        self.order_by = columns("order_by") or self.order_by
        return columns("foreign_keys"), columns("remote_side")

    def _check_cascade_settings(self, cascade: CascadeOptions) -> None:
        if (
            cascade.delete_orphan
            and not self.single_parent
            and self.direction in (MANYTOMANY, MANYTOONE)
        ):
            direction = "many-to-one" if self.direction is MANYTOONE else "many-to-many"
            raise ArgumentError(
                f"For {direction} relationship {self}, delete-orphan cascade is normally "
                'configured only on the "one" side of a one-to-many relationship, and not on the '
                '"many" side of a many-to-one or many-to-many relationship.  To force this '
                "relationship to "
                f'allow a particular "{self.mapper.class_.__name__}" object to be referred towards '
                f'by only a single "{self.parent.class_.__name__}" object at a time via the {self} '
                "relationship, which would allow delete-orphan cascade to take place in this "
                "direction, set the single_parent=True flag.",
                code="bbf0",
            )
        if self.passive_deletes == "all" and ("delete" in cascade or "delete-orphan" in cascade):
            raise ArgumentError(
                f"On {self}, can't set passive_deletes='all' in conjunction with 'delete' or "
                "'delete-orphan' cascade"
            )
        if cascade.delete_orphan:
            self.mapper.delete_orphans.append(self)

    # back references -------------------------------------------------------------------------

    def _add_other_side(self) -> None:
        name, given = (self.backref, {}) if isinstance(self.backref, str) else self.backref
        arguments = dict(given)
        mapper = self.mapper
        if name in mapper._props:
            raise ArgumentError(
                f"Error creating backref '{name}' on relationship '{self}': property of that name "
                f"exists on mapper '{mapper}'"
            )
        primaryjoin, secondaryjoin = self._join_condition.seen_from_there()
        arguments.setdefault("primaryjoin", primaryjoin)
        if self.secondary is not None:
            arguments.setdefault("secondaryjoin", secondaryjoin)
        elif arguments.get("secondaryjoin") is not None:
            raise InvalidRequestError(
                "Can't assign 'secondaryjoin' on a backref against a non-secondary relationship."
            )
        arguments.setdefault("foreign_keys", self.foreign_keys)
        arguments.setdefault("viewonly", self.viewonly)
        self.back_populates = name
        other = RelationshipProperty(
            self.parent, self.secondary, back_populates=self.key, **arguments
        )
        mapper._configure_property(name, other)

    def _add_reverse_property(self, key: str) -> None:
        other = self.mapper.get_property(key, _configure_mappers=False)
        if not isinstance(other, RelationshipProperty):
            raise InvalidRequestError(
                f"back_populates on relationship '{self}' refers to attribute '{other}' that is "
                "not a relationship.  The back_populates parameter should refer to the name of a "
                "relationship on the target class."
            )
        if self.viewonly or other.viewonly:
            self.sync_backref = other.sync_backref = False
        self._reverse_property.add(other)
        other._reverse_property.add(self)
        if other.mapper is not self.parent:
            raise ArgumentError(
                f"reverse_property {key!r} on relationship {self} references relationship {other}, "
                f"which does not reference mapper {self.parent}"
            )
        if self.direction in (ONETOMANY, MANYTOONE) and self.direction == other.direction:
            raise ArgumentError(
                f"{other} and back-reference {self} are both of the same direction "
                f"{self.direction!r}.  Did you mean to set remote_side on the many-to-one side ?"
            )

    def _warn_for_conflicting_writers(self) -> None:
        """Warn of other relationships that copy into the same column, unless they are linked."""
        if self.viewonly:
            return
        for source, target in (*self.synchronize_pairs, *self.secondary_synchronize_pairs):
            of_table = _writers.setdefault(target.table, {})
            writers = of_table.setdefault(target.key, WeakKeyDictionary())
            others = [
                (other, other_source)
                for other, other_source in writers.items()
                if self._conflicts_with(other)
            ]
            if others:
                self._warn_of_conflict(source, target, others)
            writers[self] = source

    def _conflicts_with(self, other: RelationshipProperty) -> bool:
        return (
            other is not self
            and other.parent._props.get(other.key) is other
            and mapper_of_class(other.parent.class_) is other.parent
            and other not in self._reverse_property
            and other.key not in self._overlaps
            and self.key not in other._overlaps
            and "__*" not in self._overlaps
            and "__*" not in other._overlaps
        )

    def _warn_of_conflict(self, source: Any, target: Any, others: list[Any]) -> None:
        listed = ", ".join(
            sorted(f"'{other}' (copies {its_source} to {target})" for other, its_source in others)
        )
        keys = ",".join(sorted(other.key for other, _ in others))
        warn(
            SAWarning(
                f"relationship '{self}' will copy column {source} to column {target}, which "
                f"conflicts with relationship(s): {listed}. If this is not the intention, consider "
                "if these relationships should be linked with back_populates, or if viewonly=True "
                "should be applied to one or more if they are read-only. For the less common case "
                "that foreign key constraints are partially overlapping, the orm.foreign() "
                "annotation can be used to isolate the columns that should be written towards.   "
                f"To silence this warning, add the parameter 'overlaps=\"{keys}\"' to the "
                f"'{self}' relationship.",
                code="qzyx",
            )
        )

    # criteria --------------------------------------------------------------------------------

    def _optimized_compare(
        self,
        instance: Any,
        value_is_parent: bool = False,
        alias_secondary: bool = True,
    ) -> Any:
        """The criterion "related to this object", from its key values, without a subquery.

        instance: an object or its state; None: related to nothing. value_is_parent: the object is
        of the parent's class (as for with_parent), not of the related one.

        Raises: ArgumentError: it is not a mapped object.
        """
        reverse = not value_is_parent
        if instance is None:
            return _compared_to_null(*self.lazy_clause(reverse))
        state = _state_to_compare(self, instance)
        mapper = self.mapper if reverse else self.parent
        criterion = self._join_condition.lazy_clause(
            reverse, lambda column: value_at_execution(mapper, state, column)
        ).criterion
        if self.secondary is not None and alias_secondary:
            criterion = adapt(criterion, (self.secondary.alias(), ""))
        return criterion

    # cascades --------------------------------------------------------------------------------

    def members_to_visit(
        self,
        type_: str,
        state: InstanceState,
        visited: set[InstanceState],
        halt_on: Callable[[InstanceState], bool] | None = None,
    ) -> Iterable[tuple[InstanceState, Any]]:
        """The members, as (state, object), that an operation carries over to; "delete" loads."""
        skip_pending = type_ == "refresh-expire" and "delete-orphan" not in self.cascade
        found: list[tuple[InstanceState, Any]] = []
        members = self._members(type_, state)
        if not members:
            return found
        # None among dynamic members is an error; in a list or set it is left alone.
        is_dynamic = self.lazy == "dynamic"
        states = [state_of(each) for each in members] if is_dynamic else states_of(members)
        for each, member in zip(states, members, strict=True):
            if (
                each is None
                or each in visited
                or (halt_on and halt_on(each))
                or (skip_pending and each.ident is None)
            ):
                continue
            if each.mapper is not self.mapper:
                raise AssertionError(
                    f"Attribute '{self.key}' on class '{self.parent.class_}' doesn't handle "
                    f"objects of type '{each.class_}'"
                )
            visited.add(each)
            found.append((each, member))
        return found

    def _members(self, type_: str, state: InstanceState) -> list[Any]:
        """The members of a collection, or the one object; for "save-update" the former ones too.

        For "delete", those of a dynamic relationship are the ones in the table now.
        """
        impl, dict_ = state.mapper.impls[self.key], state.dict
        loads = type_ == "delete" and not self.passive_deletes
        if self.key not in dict_ and not loads:
            return []
        passive = flags.PASSIVE_OFF if loads else flags.PASSIVE_NO_INITIALIZE
        if impl.dynamic or (type_ == "save-update" and self._has_former(state)):
            history = impl.get_history(state, dict_, passive)
            with_former = loads or type_ == "save-update"
            return history.sum() if with_former else history.non_deleted()
        value = impl.get(state, dict_, passive)
        if value is None or id(value) in flags.MARKERS:
            return []
        return list(collection_members(value)) if impl.collection else [value]

    def _has_former(self, state: InstanceState) -> bool:
        """Whether there were members at the last flush; some of them may have been removed."""
        former = state.committed_state.get(self.key)
        if former is None or id(former) in flags.MARKERS:
            return False
        return bool(former) if self.uselist else True


_EVALUATED = "order_by primaryjoin secondaryjoin secondary foreign_keys remote_side"


def _evaluated(resolver: Resolver, argument: Any, favor_tables: bool = False) -> Any:
    """The value of an argument: a string is evaluated, a function called."""
    if isinstance(argument, str):
        return resolver.expression(argument, favor_tables)
    if callable(argument) and clause_of(argument) is None and not isinstance(argument, type):
        return argument()
    return argument


def _column(name: str, argument: Any) -> Any:
    element = clause_of(argument)
    if element is None or isinstance(element, FromClause | TextClause):
        raise ArgumentError(f"Column expression expected for argument '{name}'; got {argument!r}.")
    return element


def _secondary_table(prop: RelationshipProperty, secondary: Any) -> Any:
    if mapper_of_class(secondary) is not None:
        raise ArgumentError(
            f"secondary argument {secondary} passed to to relationship() {prop} must be a Table "
            "object or other FROM clause; can't send a mapped class directly as rows in "
            "'secondary' are persisted independently of a class that is mapped to that same table."
        )
    element = clause_of(secondary)
    if not isinstance(element, FromClause):
        raise not_expected(FROM_ELEMENT, secondary)
    return element


# Comparing with objects -----------------------------------------------------------------------


def _state_to_compare(prop: RelationshipProperty, instance: Any) -> InstanceState:
    state = inspect(instance, raiseerr=False)
    if not isinstance(state, InstanceState):
        raise ArgumentError(
            "Mapped instance expected for relationship comparison to object.   Classes, queries "
            "and other SQL elements are not accepted in this context; for comparison with a "
            f"subquery, use {prop}.has(**criteria)."
        )
    return state


def _compared_to_null(criterion: Any, by_key: dict[str, Any]) -> Any:
    """`column = :bind` becomes `column IS NULL` for each bind of the lazy clause."""

    def exchange(element: Any) -> Any:
        if element.__visit_name__ != "binary":
            return None
        left, right = element.left, element.right
        if left._is_bind_parameter and left.key in by_key:
            left, right = right, left
        if right._is_bind_parameter and right.key in by_key:
            return left.is_(None)
        return None

    return replace(criterion, exchange)


def value_at_execution(mapper: Mapper, state: InstanceState, column: Any) -> Callable[[], Any]:
    """A function for the object's value of a column, called when a statement is sent.

    The value may change until then, and is loaded if it must be. If it cannot be, since the object
    is expired and detached or gone, the last known value is used.
    """
    key = mapper.get_property_by_column(column).key
    last_known = state.track_last_known(key)
    values = state.dict  # not the object: the statement may outlive it

    def value() -> Any:
        may_load = state.persistent and state() is not None
        passive = flags.PASSIVE_OFF if may_load else flags.PASSIVE_NO_FETCH ^ flags.INIT_OK
        # An object of another class usually lacks the attribute: a KeyError, as in the original.
        current = state.mapper.impls[key].get(state, values, passive)
        if current is flags.NO_VALUE or current is flags.PASSIVE_NO_RESULT:
            known = last_known[key]
            if known is flags.NO_VALUE:
                why = "no value has been set for this column"
                if current is flags.PASSIVE_NO_RESULT:
                    why = "the object is detached and the value was expired"
                raise InvalidRequestError(
                    f"Can't resolve value for column {column} on object {state_label(state)}; {why}"
                )
            current = known
        if current is None:
            warn(
                f"Got None for value of column {column}; this is unsupported for a relationship "
                "comparison and will not currently produce an IS comparison (but may in a future "
                "release)"
            )
        return current

    return value


class RelationshipAttribute(InstrumentedAttribute):
    """`User.addresses` and its operators."""

    _is_configured = False

    def _answer(self, key: str) -> Any:
        raise AttributeError(key)

    @known_as("QueryableAttribute.of_type")
    def of_type(self, entity: Any) -> Any:
        """The same relationship, to an alias of its target.

        Raises: NoInspectionAvailable: `entity` is not mapped.
        """
        self._configured()
        inspect(entity)
        return self._with(_of_type=entity)

    @known_as("QueryableAttribute.and_")
    def and_(self, *criteria: Any) -> Any:
        """The same relationship with more in its ON clause."""
        self._configured()
        # A criterion may be a mapped attribute: and_(User.is_active).
        clauses = [each if clause_of(each) is None else clause_of(each) for each in criteria]
        return self._with(_extra_criteria=(*self._extra_criteria, *clauses))

    def _configured(self) -> Any:
        """The property; at the first call, all mappers known by then are configured."""
        if not self._is_configured:
            self.prop.parent.check_configured()
            self._is_configured = True
        return self.prop

    def _express(self) -> Any:
        joined = self._configured().create_joins(
            source_selectable=self.parent.selectable,
            dest_selectable=None if self._of_type is None else inspect(self._of_type).selectable,
            alias_secondary=True,
            extra_criteria=self._extra_criteria,
        )
        return joined.condition._annotate({"proxy_key": self.prop.key})

    # operators -------------------------------------------------------------------------------

    def operate(self, op: Any, *other: Any, **kw: Any) -> Any:
        """Apply an operator.

        Raises: NotImplementedError: it has no meaning for related objects.
        """
        if op is operators.eq or op is operators.ne:
            return self._compared(other[0], op is operators.eq)
        if op is operators.in_op:
            raise NotImplementedError(
                "in_() not yet supported for relationships.  For a simple many-to-one, use in_() "
                "against the set of foreign key values."
            )
        raise NotImplementedError(named_operator(op))

    def reverse_operate(self, op: Any, other: Any, **kw: Any) -> Any:
        """Refuse every operator with a plain value on its left.

        Raises: NotImplementedError: always.
        """
        raise NotImplementedError(named_operator(op))

    def _compared(self, other: Any, equal: bool) -> Any:
        prop = self._configured()
        if other is None or isinstance(other, Null):
            if prop.direction is not MANYTOONE:
                related = self._criterion_exists()
                return ~related if equal else related
            unrelated = self.parent.adapt(prop._optimized_compare(None))
            return unrelated if equal else ~unrelated
        if prop.uselist:
            raise InvalidRequestError(
                "Can't compare a collection to an object or collection; use contains() to test "
                "for membership."
            )
        if equal:
            return self.parent.adapt(prop._optimized_compare(other))
        return self._not_related_to(other)

    def _not_related_to(self, other: Any) -> Any:
        prop = self._configured()
        state = other._sa_instance_state
        if prop.direction is MANYTOONE and prop._use_get:
            return and_(
                *(
                    self._differs_or_null(local, remote_column, state)
                    for local, remote_column in prop.local_remote_pairs
                )
            )
        mapper = prop.mapper
        values = mapper.primary_key_from_instance(other)
        criterion = and_(
            *(column == value for column, value in zip(mapper.primary_key, values, strict=True))
        )
        return ~self._criterion_exists(criterion)

    def _differs_or_null(self, local: Any, remote_column: Any, state: InstanceState) -> Any:
        column = self.parent.adapt(local)
        at_execution = value_at_execution(self.prop.mapper, state, remote_column)
        value = bindparam(local.key, type_=local.type, unique=True, callable_=at_execution)
        return or_(column != value, column == None)  # noqa: E711 (an expression)

    @known_as("ColumnOperators.contains")
    def contains(self, other: Any, **kw: Any) -> Any:
        """The criterion "this object is a member"."""
        prop = self._configured()
        if not prop.uselist:
            raise InvalidRequestError("'contains' not implemented for scalar attributes.  Use ==")
        criterion = self.parent.adapt(prop._optimized_compare(other))
        if prop.secondaryjoin is not None:
            criterion = clone(criterion, MembershipClause)
            criterion.contrary = self._not_related_to(other)
        return criterion

    @known_as("PropComparator.any")
    def any(self, criterion: Any = None, **kwargs: Any) -> Any:
        """EXISTS (a member for which the criterion holds)."""
        _refuse_taken_names("any_op", kwargs)
        if not self._configured().uselist:
            raise InvalidRequestError("'any()' not implemented for scalar attributes. Use has().")
        return self._criterion_exists(criterion, **kwargs)

    @known_as("PropComparator.has")
    def has(self, criterion: Any = None, **kwargs: Any) -> Any:
        """EXISTS (the related object, and the criterion holds for it)."""
        _refuse_taken_names("has_op", kwargs)
        if self._configured().uselist:
            raise InvalidRequestError("'has()' not implemented for collections.  Use any().")
        return self._criterion_exists(criterion, **kwargs)

    def _criterion_exists(self, criterion: Any = None, **kwargs: Any) -> Any:
        prop = self._configured()
        to_selectable, is_aliased_class = None, False
        if self._of_type is not None:
            info = inspect(self._of_type)
            to_selectable, is_aliased_class = info.selectable, info.is_aliased_class
            if prop._is_self_referential and not is_aliased_class:
                to_selectable = to_selectable.alias()
        joined = prop.create_joins(
            self.parent.selectable if self.parent.is_aliased_class else None, to_selectable
        )
        for key, value in kwargs.items():
            equal = getattr(prop.mapper.class_, key) == value
            criterion = equal if criterion is None else criterion & equal
        condition = joined.condition
        if criterion is not None:
            is_element = not getattr(criterion, "is_attribute", False)  # attributes are not adapted
            if not is_aliased_class and is_element:
                criterion = joined.adapt(criterion)
            condition = condition & criterion._annotate(STANDS_APART)
        froms = [joined.target._annotate(STANDS_APART)]
        if joined.secondary is not None:
            froms.append(joined.secondary)
        return exists(1).where(condition).select_from(*froms).correlate_except(*froms)

    entity = mapper = property(attrgetter("property.mapper"), doc="The mapper of what is related.")

    @property  # last: below this line the class body's `property` is this one
    def property(self) -> Any:
        """The property, with all mappers configured."""
        with suppress(AttributeError):  # Python would hide this one; the next line raises it anew
            return self._configured()
        return self._configured()


# What stands inside an EXISTS is not adapted with the query around it.
STANDS_APART = {"no_replacement_traverse": True}


def named_operator(op: Any) -> str:
    """An operator as the original's messages spell it: by its Python function."""
    if isinstance(op, operators.custom_op):
        return f"<sqlalchemy.sql.operators.custom_op object at 0x{id(op):x}>"
    function = op.function
    if type(function).__name__ == "builtin_function_or_method":
        return repr(function)
    return f"<function {op.__name__} at 0x{id(op):x}>"


def _refuse_taken_names(function: str, kwargs: dict[str, Any]) -> None:
    """Raise TypeError for keywords that clash with arguments of SQLAlchemy's own function.

    Columns of these names need an expression: any(C.a == 1).
    """
    for name in ("a", "b"):
        if name in kwargs:
            text = f"PropComparator.{function}() got multiple values for argument {name!r}"
            raise TypeError(text)


@known_as("BooleanClauseList")
class MembershipClause(BooleanClauseList):
    """The criterion of a many-to-many contains(), whose negation is not a plain NOT."""

    __module__ = "sqlalchemy.sql.elements"
    __slots__ = ("contrary",)

    def _negate(self) -> Any:
        return self.contrary


# Listeners ------------------------------------------------------------------------------------


def _listen_for_single_parent(prop: RelationshipProperty, impl: AttributeImpl) -> None:
    def check(state: InstanceState, value: Any, initiator: AttributeEvent) -> Any:
        if (
            value is not None
            and initiator.impl.key == prop.key
            and initiator.impl.hasparent(state_of(value))
        ):
            raise InvalidRequestError(
                f"Instance {state_label(state_of(value))} is already associated with an instance "
                f"of {state.class_} via its {prop} attribute, and is only allowed a single parent.",
                code="bbf1",
            )
        return value

    def set_(state: InstanceState, value: Any, old: Any, initiator: AttributeEvent) -> Any:
        return value if old is value else check(state, value, initiator)

    impl.on_append += (check,)
    impl.on_set += (set_,)


class _SessionCascade:
    """Brings members into the parent's session; takes pending orphans out of it."""

    def __init__(self, prop: RelationshipProperty) -> None:
        self.prop = prop

    def append(self, state: InstanceState, member: Any, initiator: AttributeEvent) -> Any:
        if member is not None and (session := _session_of(state, "collection append")):
            self._join(session, member, initiator)
        return member

    def set(self, state: InstanceState, member: Any, old: Any, initiator: AttributeEvent) -> Any:
        if old is not member and (session := _session_of(state, "related attribute set")):
            self._join(session, member, initiator)
            if self._is_orphan(old) and state_of(old) in session._new:
                session.expunge(old)
        return member

    def remove(self, state: InstanceState, member: Any, initiator: AttributeEvent) -> None:
        what = "collection remove" if self.prop.uselist else "related attribute delete"
        session = None if member is None else _session_of(state, what)
        if not self._is_orphan(member):
            return
        if session is not None and state_of(member) in session._new:
            session.expunge(member)
        else:
            state_of(member).orphaned = True

    def _join(self, session: Any, member: Any, initiator: AttributeEvent) -> None:
        if member is None:
            return
        member_state = state_of(member)  # first, since it raises for an unmapped object
        if "save-update" not in self.prop._cascade:
            return
        if session.future and initiator.impl.key != self.prop.key:
            return  # in 2.x not by a back reference
        if not session._contains_state(member_state):
            session._save_or_update_state(member_state)

    def _is_orphan(self, member: Any) -> bool:
        if member is None or id(member) in flags.MARKERS or not self.prop._cascade.delete_orphan:
            return False
        return self.prop.mapper._is_orphan(state_of(member))


def _session_of(state: InstanceState, what: str) -> Any:
    """The parent's session; warns during a flush."""
    session = state.session
    if session is not None and session._warn_on_events:
        session._warn_in_flush(what)
    return session


def _listen_for_cascades(prop: RelationshipProperty, impl: AttributeImpl) -> None:
    """Let the session of an object follow the members that come and go."""
    cascade = _SessionCascade(prop)
    impl.on_append += (cascade.append,)
    impl.on_append_again += (cascade.append,)
    impl.on_set += (cascade.set,)
    impl.on_remove += (cascade.remove,)


# What learners call ---------------------------------------------------------------------------


def relationship(argument: Any, *args: Any, **kw: Any) -> RelationshipProperty:
    """An attribute that is another mapped object, or a collection of them.

    argument: the class, its name, or a function that returns it. See RelationshipProperty.
    """
    try:
        return RelationshipProperty(argument, *args, **kw)
    except TypeError as error:
        raise TypeError(
            str(error).replace("RelationshipProperty.__init__", "relationship")
        ) from None


# The old name.
relation = relationship


def backref(name: str, **kwargs: Any) -> tuple[str, dict[str, Any]]:
    """A back reference with arguments of its own: `backref=backref("user", lazy="joined")`."""
    return name, kwargs
