"""Relationships: attributes that are other objects.

Before: orm/mapper.py calls here when a mapping has a relationship(), and when it is configured.
Here:   relationship() and its arguments; back references; cascades and who is an orphan; the
        operators of `User.addresses`; what listens when members come and go.
After:  orm/join_condition.py works out the columns; orm/strategies.py loads, orm/dependency.py
        writes; orm/attributes.py keeps the two sides alike.

The file is one thing, the relationship property with its comparator and its listeners; what it
knows of columns and conditions stands in join_condition.py.

Follows: SQLAlchemy 1.4, "Relationship Configuration", "Cascades".
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from ormtutor.miniorm.exc import (
    ArgumentError,
    InvalidRequestError,
    NoInspectionAvailable,
    SAWarning,
    warn,
)
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.leftout import refuse_arguments
from ormtutor.miniorm.orm.attributes import (
    AttributeImpl,
    CollectionAttributeImpl,
    DynamicAttributeImpl,
    ScalarObjectAttributeImpl,
    collection_members,
    listen_for_backref,
    state_of,
)
from ormtutor.miniorm.orm.clsregistry import Resolver
from ormtutor.miniorm.orm.exc import LoaderStrategyException, state_label
from ormtutor.miniorm.orm.join_condition import (
    MANYTOMANY,
    MANYTOONE,
    ONETOMANY,
    JoinCondition,
)
from ormtutor.miniorm.orm.mapper import (
    RELATIONSHIP_CLASSES,
    Mapper,
    MapperProperty,
    PropComparator,
    class_mapper,
)
from ormtutor.miniorm.orm.state import (
    ATTR_EMPTY,
    INIT_OK,
    MARKERS,
    NO_RAISE,
    NO_VALUE,
    PASSIVE_NO_FETCH,
    PASSIVE_NO_INITIALIZE,
    PASSIVE_NO_RESULT,
    PASSIVE_OFF,
    InstanceState,
    Loaders,
)
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.elements import BooleanClauseList, Null, and_, bindparam, clause_of, or_
from ormtutor.miniorm.sql.select import exists
from ormtutor.miniorm.sql.selectable import FromClause
from ormtutor.miniorm.sql.traversal import adapt, clone, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ormtutor.miniorm.orm.attributes import AttributeEvent
    from ormtutor.miniorm.orm.state import symbol

LAZY_SPELLINGS = {True: "select", False: "joined", None: "noload"}
STRATEGIES = frozenset(
    (
        "dynamic",
        "immediate",
        "joined",
        "noload",
        "raise",
        "raise_on_sql",
        "select",
        "selectin",
        "subquery",
    )
)


# Cascades -------------------------------------------------------------------------------------


class CascadeOptions(frozenset):  # type: ignore[type-arg]
    """Which operations on a parent go on to its children."""

    __module__ = "sqlalchemy.orm.util"
    __slots__ = ()

    _all = frozenset(("save-update", "merge", "delete", "expunge", "refresh-expire"))
    _allowed = _all | {"all", "none", "delete-orphan"}
    _viewonly = frozenset(("merge", "refresh-expire", "expunge"))

    def __new__(cls, value: Any) -> CascadeOptions:
        """From "save-update, merge", or a list of names.

        Raises: ArgumentError: a name that is none.
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

    @property
    def save_update(self) -> bool:
        """Whether children come into the session with their parent."""
        return "save-update" in self

    @property
    def delete(self) -> bool:
        """Whether children are deleted with their parent."""
        return "delete" in self

    @property
    def refresh_expire(self) -> bool:
        """Whether children are refreshed and expired with their parent."""
        return "refresh-expire" in self

    @property
    def merge(self) -> bool:
        """Whether children are merged with their parent."""
        return "merge" in self

    @property
    def expunge(self) -> bool:
        """Whether children leave the session with their parent."""
        return "expunge" in self

    @property
    def delete_orphan(self) -> bool:
        """Whether children are deleted when they leave their parent."""
        return "delete-orphan" in self

    def __reduce__(self) -> tuple[Any, ...]:
        return CascadeOptions, (list(self),)

    def __repr__(self) -> str:
        return f"CascadeOptions({','.join(sorted(self))!r})"


# The property ---------------------------------------------------------------------------------

# What has no meaning with viewonly=True, and its value when it is not given.
_PERSISTENCE_ONLY = {
    "passive_deletes": False,
    "passive_updates": True,
    "enable_typechecks": True,
    "active_history": False,
    "cascade_backrefs": True,
}
_NOT_GIVEN = object()

# table -> column key -> {relationship: the column that it copies from}: to find two relationships
# that write one column.
_writers: WeakKeyDictionary[Any, dict[str, WeakKeyDictionary[RelationshipProperty, Any]]] = (
    WeakKeyDictionary()
)


# Arguments that SQLAlchemy's relationship() has, in 1.4 or since.
_LEFT_OUT = (
    "comparator_factory compare dataclass_metadata default default_factory hash init kw_only repr"
)


class RelationshipProperty(MapperProperty):
    """An attribute that is another mapped object, or a collection of them."""

    __module__ = "sqlalchemy.orm.relationships"

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
        post_update: bool = False,
        cascade: Any = False,
        viewonly: bool = False,
        lazy: Any = "select",
        collection_class: Any = None,
        passive_deletes: Any = False,
        passive_updates: bool = True,
        remote_side: Any = None,
        enable_typechecks: bool = True,
        join_depth: int | None = None,
        single_parent: bool = False,
        innerjoin: Any = False,
        distinct_target_key: bool | None = None,
        doc: str | None = None,
        active_history: bool = False,
        cascade_backrefs: Any = _NOT_GIVEN,
        load_on_pending: bool = False,
        bake_queries: bool = True,
        query_class: Any = None,
        info: Any = None,
        omit_join: bool | None = None,
        sync_backref: bool | None = None,
        **left_out: Any,
    ) -> None:
        refuse_arguments("RelationshipProperty.__init__", left_out, _LEFT_OUT)
        super().__init__(doc, info)
        self.argument = argument
        self.secondary = secondary
        self.primaryjoin = primaryjoin
        self.secondaryjoin = secondaryjoin
        self._user_defined_foreign_keys = foreign_keys
        self.uselist = uselist
        self.order_by = order_by
        self.backref = None
        self.back_populates = back_populates
        self.post_update = post_update
        self.viewonly = viewonly
        self.lazy = LAZY_SPELLINGS.get(lazy, lazy) if lazy in (True, False, None) else lazy
        self.collection_class = collection_class
        self.passive_deletes = passive_deletes
        self.passive_updates = passive_updates
        self.remote_side = remote_side
        self.enable_typechecks = enable_typechecks
        self.join_depth = join_depth
        self.single_parent = single_parent
        self.innerjoin = innerjoin
        self.distinct_target_key = distinct_target_key
        self.active_history = active_history
        self.cascade_backrefs = True if cascade_backrefs is _NOT_GIVEN else cascade_backrefs
        self.load_on_pending = load_on_pending
        self.bake_queries = bake_queries
        self.query_class = query_class
        self.omit_join = omit_join
        self.local_remote_pairs: Any = None
        self.strategy_key = (("lazy", self.lazy),)
        self._reverse_property: set[RelationshipProperty] = set()
        self._overlaps = set(overlaps.replace(" ", "").split(",")) if overlaps else set()
        self._mapper: Mapper | None = None
        self._lazy_clauses: dict[bool, Any] = {}
        if viewonly and sync_backref:
            raise ArgumentError("sync_backref and viewonly cannot both be True")
        self.sync_backref = sync_backref
        if viewonly:
            self._warn_for_persistence_only()
        if cascade is False:
            cascade = "merge" if self.viewonly else "save-update, merge"
        self.cascade = cascade
        if backref:
            if back_populates:
                raise ArgumentError(
                    "backref and back_populates keyword arguments are mutually exclusive"
                )
            self.backref = backref

    def _warn_for_persistence_only(self) -> None:
        for name, default in _PERSISTENCE_ONLY.items():
            if getattr(self, name) != default:
                warn(
                    f"Setting {name} on relationship() while also setting viewonly=True does not "
                    "make sense, as a viewonly=True relationship does not perform persistence "
                    "operations. This configuration may raise an error in a future release."
                )

    @property
    def cascade(self) -> CascadeOptions:
        """The operations that go on from parent to child; it may be set on a configured mapping.

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
        """Put the attribute on the class; its impl follows when the direction is known."""
        mapper.install_attribute(self, RelationshipComparator(self, mapper), None)

    def post_instrument_class(self, mapper: Mapper) -> None:
        """Put the impl on the class, and what listens to it."""
        impl = self._impl(mapper)
        if self.single_parent:
            _listen_for_single_parent(self, impl)
        mapper.install_impl(self.key, impl)
        _listen_for_cascades(self, impl)
        if self.back_populates and self._effective_sync_backref:
            listen_for_backref(impl, self.back_populates, bool(self.uselist))

    def _impl(self, mapper: Mapper) -> AttributeImpl:
        common: dict[str, Any] = {
            "trackparent": self.single_parent or self.direction is ONETOMANY,
            "send_modified_events": not self.viewonly,
        }
        if self.lazy == "dynamic":
            return DynamicAttributeImpl(
                mapper.class_, self.key, self, order_by=self.order_by, **common
            )
        common["active_history"] = self.active_history or self.single_parent
        if self.lazy != "noload":
            common["callable_"] = self._load_missing
        if self.uselist:
            return CollectionAttributeImpl(
                mapper.class_, self.key, self, typecallable=self.collection_class or list, **common
            )
        return ScalarObjectAttributeImpl(
            mapper.class_,
            self.key,
            self,
            deferred_history=self.direction is not MANYTOONE or not self._use_get,
            **common,
        )

    def _load_missing(self, state: InstanceState, passive: int) -> Any:
        if state.ident is None and not self.load_on_pending:
            return ATTR_EMPTY  # an object without a row has nothing to load
        return Loaders.missing(self, state, passive)

    # configuration ---------------------------------------------------------------------------

    def do_init(self) -> None:
        """Work out the target, the condition and the direction."""
        self._check_conflicts()
        self._resolve_arguments()
        self.parent.registry._dependencies.add(self.mapper.registry)
        self._set_up_join_condition()
        self._check_cascade_settings(self._cascade)
        self._finish()
        self._generate_backref()
        self._warn_for_conflicting_writers()
        if self.lazy not in STRATEGIES:
            raise LoaderStrategyException(f"Can't find strategy {self.strategy_key} for {self}")

    def _check_conflicts(self) -> None:
        """The original's check for inherited mappings; without these there is nothing to find."""

    def _resolve_arguments(self) -> None:
        resolver = Resolver(self)
        for name in ("order_by", "primaryjoin", "secondaryjoin", "secondary"):
            setattr(self, name, _evaluated(resolver, getattr(self, name), name == "secondary"))
        foreign_keys = _evaluated(resolver, self._user_defined_foreign_keys)
        remote_side = _evaluated(resolver, self.remote_side)
        self.primaryjoin = _condition("primaryjoin", self.primaryjoin)
        self.secondaryjoin = _condition("secondaryjoin", self.secondaryjoin)
        if self.order_by is not False and self.order_by is not None:
            self.order_by = [_column("order_by", each) for each in _as_list(self.order_by)]
        self._user_defined_foreign_keys = [
            _column("foreign_keys", each) for each in _as_list(foreign_keys)
        ]
        self._remote_side_given = [_column("remote_side", each) for each in _as_list(remote_side)]
        if self.secondary is not None:
            self.secondary = _secondary_table(self, self.secondary)

    @property
    def mapper(self) -> Mapper:
        """The mapper of the related class."""
        if self._mapper is None:
            self._mapper = self._find_mapper()
        return self._mapper

    @property
    def entity(self) -> Mapper:
        """The related entity: its mapper."""
        return self.mapper

    def _find_mapper(self) -> Mapper:
        argument = self.argument
        if isinstance(argument, str):
            argument = Resolver(self).target(argument)
        elif callable(argument) and not isinstance(argument, type | Mapper):
            argument = argument()
        if isinstance(argument, type):
            return class_mapper(argument, configure=False)
        if isinstance(argument, Mapper):
            return argument
        raise ArgumentError(
            f"relationship '{self.key}' expects a class or a mapper argument (received: "
            f"{type(argument)})"
        )

    @property
    def target(self) -> Any:
        """The table of the related class."""
        return self.mapper.local_table

    def _set_up_join_condition(self) -> None:
        self._join_condition = condition = JoinCondition(
            self.parent.persist_selectable,
            self.mapper.persist_selectable,
            prop=self,
            primaryjoin=self.primaryjoin,
            secondary=self.secondary,
            secondaryjoin=self.secondaryjoin,
            foreign_keys=self._user_defined_foreign_keys,
            remote_side=self._remote_side_given,
            self_referential=self._is_self_referential,
            support_sync=not self.viewonly,
            can_be_synced=self._columns_are_mapped,
        )
        self.primaryjoin = condition.primaryjoin
        self.secondaryjoin = condition.secondaryjoin
        self.direction = condition.direction
        self.local_remote_pairs = condition.local_remote_pairs
        self.remote_side = condition.remote_columns
        self.local_columns = condition.local_columns
        self.synchronize_pairs = condition.synchronize_pairs
        self.secondary_synchronize_pairs = condition.secondary_synchronize_pairs
        self._calculated_foreign_keys = condition.foreign_key_columns

    @property
    def _is_self_referential(self) -> bool:
        return self.mapper is self.parent

    def _columns_are_mapped(self, *columns: Any) -> bool:
        """Whether all columns are those of the parent, the related class or the table between."""
        tables = [self.parent.persist_selectable, self.target]
        if self.secondary is not None:
            tables.append(self.secondary)
        return all(any(table.c.contains_column(column) for table in tables) for column in columns)

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
            self.mapper.delete_orphans.append((self.key, self.parent.class_))

    def _finish(self) -> None:
        if self.uselist is None:
            self.uselist = self.direction is not MANYTOONE
        if not self.viewonly:
            self._use_get = not self.uselist and self._join_condition.is_get_for(
                self.mapper.primary_key
            )
        else:
            self._use_get = not self.uselist and self._join_condition.is_get_for(
                self.mapper.primary_key
            )
        if self.lazy == "dynamic" and not self.uselist:
            raise InvalidRequestError(
                f"On relationship {self}, 'dynamic' loaders cannot be used with "
                "many-to-one/one-to-one relationships and/or uselist=False."
            )

    # back references -------------------------------------------------------------------------

    @property
    def _effective_sync_backref(self) -> bool:
        return not self.viewonly and self.sync_backref is not False

    def _generate_backref(self) -> None:
        if self.backref is not None and not self.back_populates:
            name, arguments = (self.backref, {}) if isinstance(self.backref, str) else self.backref
            self._add_other_side(name, dict(arguments))
        if self.back_populates:
            self._add_reverse_property(self.back_populates)

    def _add_other_side(self, name: str, arguments: dict[str, Any]) -> None:
        mapper = self.mapper
        if mapper.has_property(name):
            raise ArgumentError(
                f"Error creating backref '{name}' on relationship '{self}': property of that name "
                f"exists on mapper '{mapper}'"
            )
        condition = self._join_condition
        if self.secondary is not None:
            arguments.setdefault("primaryjoin", condition.without_local(condition.secondaryjoin))
            arguments.setdefault("secondaryjoin", condition.without_local(condition.primaryjoin))
        else:
            arguments.setdefault("primaryjoin", condition.primaryjoin_reversed)
            if arguments.get("secondaryjoin") is not None:
                raise InvalidRequestError(
                    "Can't assign 'secondaryjoin' on a backref against a non-secondary "
                    "relationship."
                )
        arguments.setdefault("foreign_keys", self._user_defined_foreign_keys)
        for shared in ("viewonly", "post_update", "passive_updates", "sync_backref"):
            arguments.setdefault(shared, getattr(self, shared))
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
        _check_sync_backref(self, other)
        _check_sync_backref(other, self)
        self._reverse_property.add(other)
        other._reverse_property.add(self)
        if not other.mapper.common_parent(self.parent):
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
        """Two relationships that copy into one column, and do not know of one another."""
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
            and other.parent.class_manager.is_mapped
            and other not in self._reverse_property
            and other.key not in self._overlaps
            and self.key not in other._overlaps
            and "__*" not in self._overlaps
            and "__*" not in other._overlaps
            and (self.key != other.key or not self.parent.common_parent(other.parent))
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

    def lazy_clause(self, reverse: bool = False) -> tuple[Any, dict[str, Any]]:
        """The criterion for the related rows of one object, and the column of each bind's key.

        reverse: for the parents of one related object.
        """
        found = self._lazy_clauses.get(reverse)
        if found is None:
            found = self._lazy_clauses[reverse] = self._join_condition.lazy_clause(reverse)
        criterion, by_key, _equated = found
        return criterion, by_key

    def join_targets(
        self, source_selectable: Any, dest_selectable: Any, aliased: bool = False
    ) -> tuple[Any, Any, Any]:
        """The conditions with these FROM objects: primaryjoin, secondaryjoin, secondary."""
        joined = self.create_joins(source_selectable, dest_selectable, aliased=aliased)
        return joined[0], joined[1], joined[4]

    def create_joins(
        self,
        source_selectable: Any = None,
        dest_selectable: Any = None,
        of_type: Any = None,
        alias_secondary: bool = False,
        extra_criteria: tuple[Any, ...] = (),
        aliased: bool = False,
    ) -> tuple[Any, Any, Any, Any, Any, Any]:
        """Everything needed to join along the relationship.

        Gives primaryjoin, secondaryjoin, source, destination, secondary, and a function that adapts
        further criteria to the destination (None where nothing is aliased).
        """
        aliased = aliased or (alias_secondary and self.secondary is not None)
        if of_type is not None and dest_selectable is None:
            dest_selectable = of_type.selectable
            aliased = aliased or of_type.is_aliased_class
        if dest_selectable is None:
            dest_selectable = self.mapper.selectable
            if self._is_self_referential and source_selectable is None:
                dest_selectable = dest_selectable._anonymous_fromclause()
                aliased = True
        elif not _same_from(dest_selectable, self.mapper.selectable):
            aliased = True
        if source_selectable is not None and not _same_from(
            source_selectable, self.parent.selectable
        ):
            aliased = True
        primaryjoin, secondaryjoin, secondary, to_target, dest_selectable = (
            self._join_condition.join_targets(
                source_selectable, dest_selectable, aliased, extra_criteria
            )
        )
        if source_selectable is None:
            source_selectable = self.parent.local_table
        return primaryjoin, secondaryjoin, source_selectable, dest_selectable, secondary, to_target

    def _optimized_compare(
        self,
        instance: Any,
        value_is_parent: bool = False,
        adapt_source: Callable[[Any], Any] | None = None,
        alias_secondary: bool = True,
    ) -> Any:
        """The criterion "related to this object", from its key values, without a subquery.

        instance: an object or its state; None: related to nothing. value_is_parent: it is of the
        parent's class (as for with_parent), and not of the related one.

        Raises: ArgumentError: it is no mapped object.
        """
        reverse = not value_is_parent
        criterion, by_key = self.lazy_clause(reverse)
        if instance is None:
            criterion = _compared_to_null(criterion, by_key)
        else:
            state = _state_to_compare(self, instance)
            mapper = self.mapper if reverse else self.parent
            if self.secondary is not None and alias_secondary:
                criterion = adapt(criterion, self.secondary._anonymous_fromclause())
            criterion = _with_values(criterion, by_key, mapper, state)
        return criterion if adapt_source is None else adapt_source(criterion)

    # cascades --------------------------------------------------------------------------------

    def _value_as_iterable(
        self,
        state: InstanceState,
        dict_: dict[str, Any],
        key: str,
        passive: int = PASSIVE_OFF,
    ) -> list[tuple[InstanceState | None, Any]]:
        """The members of the attribute with their states, be it a collection or one object."""
        impl = state.mapper.impls[key]
        if impl.dynamic:
            return [
                (state_of(each), each)
                for each in impl.get_history(state, dict_, passive).non_deleted()
            ]
        value = impl.get(state, dict_, passive)
        if value is None or id(value) in MARKERS:
            return []
        if impl.collection:
            return [
                (state_of(each) if each is not None else None, each)
                for each in collection_members(value)
            ]
        return [(state_of(value), value)]

    def cascade_iterator(
        self,
        type_: str,
        state: InstanceState,
        dict_: dict[str, Any],
        visited_states: set[InstanceState],
        halt_on: Callable[[InstanceState], bool] | None = None,
    ) -> list[tuple[Any, Mapper, InstanceState, dict[str, Any]]]:
        """The members that an operation on the parent goes on to; only "delete" loads them."""
        if type_ == "save-update":
            members = state.mapper.impls[self.key].get_all_pending(state, dict_)
        else:
            loads = type_ == "delete" and not self.passive_deletes
            passive = PASSIVE_OFF | NO_RAISE if loads else PASSIVE_NO_INITIALIZE
            members = self._value_as_iterable(state, dict_, self.key, passive)
        skip_pending = type_ == "refresh-expire" and "delete-orphan" not in self.cascade
        mapper = self.mapper
        found = []
        for member_state, member in members:
            if member is None or member_state in visited_states:
                continue
            if (halt_on and halt_on(member_state)) or (skip_pending and member_state.ident is None):
                continue
            if member_state.mapper is not mapper:
                raise AssertionError(
                    f"Attribute '{self.key}' on class '{self.parent.class_}' doesn't handle "
                    f"objects of type '{member.__class__}'"
                )
            visited_states.add(member_state)
            found.append((member, mapper, member_state, member.__dict__))
        return found

    def __str__(self) -> str:
        return f"{self.parent.class_.__name__}.{self.key}"


RELATIONSHIP_CLASSES.append(RelationshipProperty)


def _evaluated(resolver: Resolver, argument: Any, favor_tables: bool = False) -> Any:
    """An argument as it was meant: a string evaluated, a function called."""
    if isinstance(argument, str):
        return resolver.expression(argument, favor_tables)
    if isinstance(argument, list | tuple):
        return [_evaluated(resolver, each, favor_tables) for each in argument]
    if callable(argument) and clause_of(argument) is None and not isinstance(argument, type):
        return argument()
    return argument


def _as_list(argument: Any) -> list[Any]:
    if argument is None or argument is False:
        return []
    return list(argument) if isinstance(argument, list | tuple | set | frozenset) else [argument]


def _column(name: str, argument: Any) -> Any:
    element = clause_of(argument)
    if element is None:
        raise ArgumentError(f"Column expression expected for argument '{name}'; got {argument!r}.")
    return element


def _condition(name: str, argument: Any) -> Any:
    return None if argument is None else _column(name, argument)


def _secondary_table(prop: RelationshipProperty, secondary: Any) -> Any:
    if isinstance(secondary, type) and hasattr(secondary, "__mapper__"):
        raise ArgumentError(
            f"secondary argument {secondary} passed to to relationship() {prop} must be a Table "
            "object or other FROM clause; can't send a mapped class directly as rows in "
            "'secondary' are persisted independently of a class that is mapped to that same table."
        )
    element = clause_of(secondary)
    if not isinstance(element, FromClause):
        raise ArgumentError(
            f"FROM expression, such as a Table or alias() object expected for argument "
            f"'secondary'; got {secondary!r}."
        )
    return element


def _check_sync_backref(one: RelationshipProperty, other: RelationshipProperty) -> None:
    if one.viewonly and other.sync_backref:
        raise InvalidRequestError(
            f"Relationship {other} cannot specify sync_backref=True since {one} includes "
            "viewonly=True."
        )
    if one.viewonly and not other.viewonly and other.sync_backref is not False:
        other.sync_backref = False


def _same_from(one: Any, other: Any) -> bool:
    return getattr(one, "_deannotated", one) is getattr(other, "_deannotated", other)


# Comparing with objects -----------------------------------------------------------------------


def _state_to_compare(prop: RelationshipProperty, instance: Any) -> InstanceState:
    try:
        state = inspect(instance)
    except NoInspectionAvailable:
        state = None
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


def _with_values(
    criterion: Any, by_key: dict[str, Any], mapper: Mapper, state: InstanceState
) -> Any:
    """The lazy clause with bind parameters that ask the object for its values at execution."""

    def exchange(element: Any) -> Any:
        if not element._is_bind_parameter or element.key not in by_key:
            return None
        column = by_key[element.key]
        return bindparam(
            None,
            type_=element.type,
            unique=True,
            callable_=value_at_execution(mapper, state, column),
        )

    return replace(criterion, exchange)


def value_at_execution(mapper: Mapper, state: InstanceState, column: Any) -> Callable[[], Any]:
    """What gives the object's value for a column at the moment a statement is sent.

    The value may change until then, and may be loaded for it. When it no longer can be, since the
    object is detached and expired, the value counts that was known when the criterion was made.
    """
    key = mapper.get_property_by_column(column).key
    known = state.dict.get(key, NO_VALUE)
    obj = state.obj()

    def value() -> Any:
        passive = PASSIVE_OFF if state.persistent else PASSIVE_NO_FETCH ^ INIT_OK
        current = mapper._get_state_attr_by_column(state, obj.__dict__, column, passive)
        if current is NO_VALUE:
            current = known
            if known is NO_VALUE:
                raise InvalidRequestError(
                    f"Can't resolve value for column {column} on object {state_label(state)}; no "
                    "value has been set for this column"
                )
        elif current is PASSIVE_NO_RESULT:
            current = known
            if known is NO_VALUE:
                raise InvalidRequestError(
                    f"Can't resolve value for column {column} on object {state_label(state)}; the "
                    "object is detached and the value was expired"
                )
        if current is None:
            warn(
                f"Got None for value of column {column}; this is unsupported for a relationship "
                "comparison and will not currently produce an IS comparison (but may in a future "
                "release)"
            )
        return current

    return value


class RelationshipComparator(PropComparator):
    """The operators of `User.addresses`."""

    __module__ = "sqlalchemy.orm.relationships"

    def __init__(
        self,
        prop: RelationshipProperty,
        parentmapper: Any,
        adapt_to_entity: Any = None,
        of_type: Any = None,
        extra_criteria: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(prop, parentmapper, adapt_to_entity)
        self._of_type = of_type
        self._extra_criteria = extra_criteria

    def adapt_to_entity(self, insp: Any) -> RelationshipComparator:
        """The same for an alias of the class."""
        return RelationshipComparator(
            self.prop, self._parententity, insp, self._of_type, self._extra_criteria
        )

    def of_type(self, entity: Any) -> RelationshipComparator:
        """The same to an alias of the related class.

        Raises: NoInspectionAvailable: it is not mapped.
        """
        inspect(entity)
        return RelationshipComparator(
            self.prop, self._parententity, self._adapt_to_entity, entity, self._extra_criteria
        )

    def and_(self, *criteria: Any) -> RelationshipComparator:
        """The same with more criteria for the related rows."""
        return RelationshipComparator(
            self.prop,
            self._parententity,
            self._adapt_to_entity,
            self._of_type,
            self._extra_criteria + criteria,
        )

    @property
    def entity(self) -> Mapper:
        """The related entity."""
        self.prop.parent.check_configured()
        entity: Mapper = self.prop.entity
        return entity

    @property
    def mapper(self) -> Mapper:
        """The mapper of the related class."""
        return self.entity

    def _source_selectable(self) -> Any:
        return None if self._adapt_to_entity is None else self._adapt_to_entity.selectable

    def __clause_element__(self) -> Any:
        self.prop.parent.check_configured()
        of_type = None if self._of_type is None else inspect(self._of_type)
        source = self._source_selectable()
        primaryjoin, secondaryjoin, *_ = self.prop.create_joins(
            source_selectable=self.prop.parent.selectable if source is None else source,
            of_type=of_type,
            alias_secondary=True,
            extra_criteria=self._extra_criteria,
        )
        return primaryjoin if secondaryjoin is None else primaryjoin & secondaryjoin

    # operators -------------------------------------------------------------------------------

    def operate(self, op: Any, *other: Any, **kw: Any) -> Any:
        """Apply an operator.

        Raises: NotImplementedError: it has no meaning for related objects.
        """
        if op is operators.eq:
            return self._equals(other[0])
        if op is operators.ne:
            return self._differs(other[0])
        if op is operators.contains_op:
            return self.contains(*other, **kw)
        if op is operators.in_op:
            raise NotImplementedError(
                "in_() not yet supported for relationships.  For a simple many-to-one, use in_() "
                "against the set of foreign key values."
            )
        raise NotImplementedError(_named_operator(op))

    def reverse_operate(self, op: Any, other: Any, **kw: Any) -> Any:
        """No operator has a meaning with a plain value at the left.

        Raises: NotImplementedError: always.
        """
        raise NotImplementedError(_named_operator(op))

    def _equals(self, other: Any) -> Any:
        prop = self.property
        if other is None or isinstance(other, Null):
            if prop.direction is not MANYTOONE:
                return ~self._criterion_exists()
            return prop._optimized_compare(None, adapt_source=self.adapter)
        if prop.uselist:
            raise InvalidRequestError(
                "Can't compare a collection to an object or collection; use contains() to test "
                "for membership."
            )
        return prop._optimized_compare(other, adapt_source=self.adapter)

    def _differs(self, other: Any) -> Any:
        prop = self.property
        if other is None or isinstance(other, Null):
            if prop.direction is MANYTOONE:
                return ~prop._optimized_compare(None, adapt_source=self.adapter)
            return self._criterion_exists()
        if prop.uselist:
            raise InvalidRequestError(
                "Can't compare a collection to an object or collection; use contains() to test "
                "for membership."
            )
        return self._not_related_to(other)

    def _not_related_to(self, other: Any) -> Any:
        prop = self.property
        if prop.direction is MANYTOONE:
            state = _state_to_compare(prop, other)
            if prop._use_get:
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
        column = local if self.adapter is None else self.adapter(local)
        value = bindparam(
            local.key,
            type_=local.type,
            unique=True,
            callable_=value_at_execution(self.prop.mapper, state, remote_column),
        )
        return or_(column != value, column == None)  # noqa: E711 (an expression)

    def contains(self, other: Any, **kw: Any) -> Any:
        """The criterion "this object is a member"."""
        prop = self.property
        if not prop.uselist:
            raise InvalidRequestError("'contains' not implemented for scalar attributes.  Use ==")
        criterion = prop._optimized_compare(other, adapt_source=self.adapter)
        if prop.secondaryjoin is not None:
            criterion = negated_as(criterion, self._not_related_to(other))
        return criterion

    def any(self, criterion: Any = None, **kwargs: Any) -> Any:
        """EXISTS (a member for which the criterion holds)."""
        if not self.property.uselist:
            raise InvalidRequestError("'any()' not implemented for scalar attributes. Use has().")
        return self._criterion_exists(criterion, **kwargs)

    def has(self, criterion: Any = None, **kwargs: Any) -> Any:
        """EXISTS (the related object, and the criterion holds for it)."""
        if self.property.uselist:
            raise InvalidRequestError("'has()' not implemented for collections.  Use any().")
        return self._criterion_exists(criterion, **kwargs)

    def _criterion_exists(self, criterion: Any = None, **kwargs: Any) -> Any:
        prop = self.property
        to_selectable, is_aliased_class = None, False
        if self._of_type is not None:
            info = inspect(self._of_type)
            to_selectable, is_aliased_class = info.selectable, info.is_aliased_class
            if prop._is_self_referential and not is_aliased_class:
                to_selectable = to_selectable._anonymous_fromclause()
        primaryjoin, secondaryjoin, _source, dest, secondary, to_target = prop.create_joins(
            source_selectable=self._source_selectable(), dest_selectable=to_selectable
        )
        for key, value in kwargs.items():
            equal = getattr(prop.mapper.class_, key) == value
            criterion = equal if criterion is None else criterion & equal
        condition = primaryjoin if secondaryjoin is None else primaryjoin & secondaryjoin
        if criterion is not None:
            if to_target is not None and not is_aliased_class:
                criterion = to_target(criterion)
            # The inside of the EXISTS stands apart from an enclosing query's adaption.
            condition = condition & criterion._annotate({"no_replacement_traverse": True})
        if secondary is not None:
            return (
                exists(1)
                .where(condition)
                .select_from(dest, secondary)
                .correlate_except(dest, secondary)
            )
        return exists(1).where(condition).select_from(dest).correlate_except(dest)

    @property  # last: below this line the class body's `property` is this one
    def property(self) -> Any:
        """The property, with all mappers configured."""
        self.prop.parent.check_configured()
        return self.prop


RelationshipComparator.__name__ = "Comparator"
RelationshipComparator.__qualname__ = "RelationshipProperty.Comparator"
RelationshipProperty.Comparator = RelationshipComparator  # type: ignore[attr-defined]


def _named_operator(op: Any) -> str:
    """The operator as the original's message spells it: the Python function for it."""
    function = op.function
    if type(function).__name__ == "builtin_function_or_method":
        return repr(function)
    return f"<function {op.__name__} at 0x{id(op):x}>"


class MembershipClause(BooleanClauseList):
    """The criterion of contains() through a table between: its contrary is no plain NOT."""

    __module__ = "sqlalchemy.sql.elements"
    __slots__ = ("contrary",)

    def _negate(self) -> Any:
        return self.contrary


def negated_as(criterion: Any, contrary: Any) -> Any:
    """A criterion whose `~` is another one."""
    made = clone(criterion, MembershipClause)
    made.contrary = contrary
    return made


# Listeners ------------------------------------------------------------------------------------


def _listen_for_single_parent(prop: RelationshipProperty, impl: AttributeImpl) -> None:
    def check(state: InstanceState, value: Any, old: Any, initiator: AttributeEvent) -> Any:
        if (
            value is not None
            and initiator.key == prop.key
            and initiator.hasparent(state_of(value))
            and old is not value
        ):
            raise InvalidRequestError(
                f"Instance {state_label(state_of(value))} is already associated with an instance "
                f"of {state.class_} via its {prop} attribute, and is only allowed a single parent.",
                code="bbf1",
            )
        return value

    def check_append(state: InstanceState, value: Any, initiator: AttributeEvent) -> Any:
        return check(state, value, None, initiator)

    impl.on_append += (check_append,)
    impl.on_set += (check,)


def _listen_for_cascades(prop: RelationshipProperty, impl: AttributeImpl) -> None:
    """Members come into the parent's session; pending orphans leave it."""
    key = prop.key

    def join_session(
        state: InstanceState, member: Any, initiator: AttributeEvent, what: str
    ) -> None:
        session = state.session
        if session is None:
            return
        if session._warn_on_events:
            session._flush_warning(what)
        if member is None or not prop._cascade.save_update:
            return
        through_backref = key != initiator.key
        if through_backref and (not prop.cascade_backrefs or session.future):
            return
        member_state = state_of(member)
        if not session._contains_state(member_state):
            session._save_or_update_state(member_state)

    def append(state: InstanceState, member: Any, initiator: AttributeEvent) -> Any:
        if member is not None:
            join_session(state, member, initiator, "collection append")
        return member

    def set_(state: InstanceState, member: Any, old: Any, initiator: AttributeEvent) -> Any:
        if old is member:
            return member
        join_session(state, member, initiator, "related attribute set")
        session = state.session
        if (
            session is not None
            and old is not None
            and id(old) not in MARKERS
            and prop._cascade.delete_orphan
        ):
            old_state = state_of(old)
            if old_state in session._new and prop.mapper._is_orphan(old_state):
                session.expunge(old)
        return member

    def remove(state: InstanceState, member: Any, initiator: AttributeEvent) -> None:
        if member is None:
            return
        session = state.session
        if session is not None and session._warn_on_events:
            session._flush_warning(
                "collection remove" if prop.uselist else "related attribute delete"
            )
        if id(member) in MARKERS or not prop._cascade.delete_orphan:
            return
        member_state = state_of(member)
        if prop.mapper._is_orphan(member_state):
            if session is not None and member_state in session._new:
                session.expunge(member)
            else:
                member_state._orphaned_outside_of_session = True

    impl.on_append += (append,)
    impl.on_append_again += (append,)
    impl.on_set += (set_,)
    impl.on_remove += (remove,)


# What learners call ---------------------------------------------------------------------------


def relationship(argument: Any, *args: Any, **kw: Any) -> RelationshipProperty:
    """An attribute that is another mapped object, or a collection of them.

    argument: the class, its name, or a function that gives it. See RelationshipProperty for more.
    """
    try:
        return RelationshipProperty(argument, *args, **kw)
    except TypeError as error:
        raise TypeError(
            str(error).replace("RelationshipProperty.__init__", "relationship")
        ) from None


def relation(*args: Any, **kw: Any) -> RelationshipProperty:
    """The first name of relationship()."""
    return relationship(*args, **kw)


def dynamic_loader(argument: Any, **kw: Any) -> RelationshipProperty:
    """relationship() with lazy="dynamic"."""
    kw["lazy"] = "dynamic"
    return relationship(argument, **kw)


def backref(name: str, **kwargs: Any) -> tuple[str, dict[str, Any]]:
    """A back reference with arguments of its own: `backref=backref("user", lazy="joined")`."""
    return name, kwargs
