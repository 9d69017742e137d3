"""Session: the objects in use, and the one conversation with the database about them.

Before: learners; orm/query.py for autoflush and connections.
Here:   add, delete, merge, expire, flush, commit; who is new, dirty and deleted.
After:  orm/unitofwork.py for a flush, orm/transaction.py for commit and rollback.

The life of an object: `add` makes it pending (`_new`), a flush makes it persistent
(`identity_map`), `delete` marks it (`_deleted`) so that the next flush deletes its row, and the
commit or rollback that follows decides whether it is detached or comes back.

The file is long but one thing: nearly every method is one of the public names, and most are short.

Follows: SQLAlchemy 1.4, "Using the Session"; Fowler, PoEAA, "Unit of Work".
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from weakref import WeakValueDictionary, ref

from ormtutor.miniorm import exc
from ormtutor.miniorm.engine.cause import Cause
from ormtutor.miniorm.engine.transaction import check_context
from ormtutor.miniorm.event import Dispatch
from ormtutor.miniorm.exc import warn
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.leftout import leave_out, refuse_arguments
from ormtutor.miniorm.orm import flags, loading, unitofwork
from ormtutor.miniorm.orm.exc import FlushError, UnmappedClassError, state_label
from ormtutor.miniorm.orm.execute import execute
from ormtutor.miniorm.orm.identity import IdentityMap
from ormtutor.miniorm.orm.identityset import IdentitySet
from ormtutor.miniorm.orm.mapper import class_mapper
from ormtutor.miniorm.orm.merge import Merge
from ormtutor.miniorm.orm.query import Query
from ormtutor.miniorm.orm.state import NOTHING, instance_state
from ormtutor.miniorm.orm.transaction import EXPLICIT, SessionTransaction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from ormtutor.miniorm.engine.connection import Connection
    from ormtutor.miniorm.orm.state import InstanceState

EVENTS = """
    after_transaction_create after_transaction_end after_begin
    before_commit after_commit after_rollback after_soft_rollback
    before_flush after_flush after_flush_postexec
    before_attach after_attach transient_to_pending pending_to_transient pending_to_persistent
    loaded_as_persistent detached_to_persistent deleted_to_persistent
    persistent_to_transient persistent_to_detached persistent_to_deleted deleted_to_detached
"""

_sessions: WeakValueDictionary[int, Session] = WeakValueDictionary()
_session_numbers = count(1)


def object_session(instance: Any) -> Session | None:
    """The Session that this object belongs to, or None.

    Raises: UnmappedInstanceError.
    """
    return instance_state(instance).session


class Session:
    """The objects in use, and their transaction.

    bind: an Engine or Connection. autoflush: flush before each query. expire_on_commit: load again
    what is used after a commit. future: behave as in 2.0.
    """

    __module__ = "sqlalchemy.orm.session"

    dispatch = Dispatch(tuple(EVENTS.split()))
    object_session = staticmethod(object_session)
    _query_cls = Query

    def __init__(
        self,
        bind: Any = None,
        autoflush: bool = True,
        future: bool = False,
        expire_on_commit: bool = True,
        autocommit: bool = False,
        twophase: bool = False,
        **left_out: Any,
    ) -> None:
        refuse_arguments("Session.__init__", left_out, "binds enable_baked_queries info query_cls")
        if autocommit or twophase:
            what = "autocommit" if autocommit else "twophase"
            raise TypeError(f"Session({what}=True) is not in miniorm; SQLAlchemy has it")
        self.identity_map = IdentityMap()
        self._new: dict[InstanceState, Any] = {}
        self._deleted: dict[InstanceState, Any] = {}
        self.bind = bind
        # A subclass with its own get_bind() chooses where each statement goes.
        self._routes = type(self).get_bind is not Session.get_bind
        self._flushing = False
        self._flush_cause = EXPLICIT
        self._warn_on_events = False
        self._transaction: SessionTransaction | None = None
        self._trans_context_manager: SessionTransaction | None = None
        self.future = future
        self.autocommit = autocommit
        self.autoflush = autoflush
        self.expire_on_commit = expire_on_commit
        self.hash_key = next(_session_numbers)
        # The one weak reference that the states of all our objects share.
        self._self_ref = ref(self)
        _sessions[self.hash_key] = self

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self.close()

    def __contains__(self, instance: Any) -> bool:
        return self._contains_state(instance_state(instance))

    def __iter__(self) -> Iterator[Any]:
        return iter([*self._new.values(), *self.identity_map.values()])

    # who is here ------------------------------------------------------------------------------

    @property
    def new(self) -> IdentitySet:
        """The pending objects: added and not yet flushed."""
        return IdentitySet(self._new.values())

    @property
    def dirty(self) -> IdentitySet:
        """The persistent objects with changes; a flush finds out whether any needs an UPDATE."""
        modified = self.identity_map._modified
        return IdentitySet(obj for state, obj in modified.items() if state not in self._deleted)

    @property
    def deleted(self) -> IdentitySet:
        """The objects marked as deleted and not yet flushed."""
        return IdentitySet(self._deleted.values())

    def _contains_state(self, state: InstanceState) -> bool:
        return state in self._new or self.identity_map.contains_state(state)

    def _is_clean(self) -> bool:
        return not (self.identity_map._modified or self._deleted or self._new)

    def is_modified(self, instance: Any, include_collections: bool = True) -> bool:
        """Whether an object's attributes differ from those last loaded or flushed.

        An attribute that was set without having been loaded counts as changed. Nothing is loaded
        except the object that a one-to-one replaced unseen: SQLAlchemy loads that, too.
        """
        state = instance_state(instance)
        if not state.modified:
            return False
        values, mapper = state.dict, state.mapper
        asked = [each for each in mapper.impls.values() if include_collections or not each.plural]
        # Synonyms are always asked, even those of collections.
        asked += map(mapper.impl_of, mapper.synonyms.keys())
        return any(
            impl.get_history(state, values, flags.LOAD_REPLACED).has_changes() for impl in asked
        )

    # transactions -----------------------------------------------------------------------------

    @property
    def transaction(self) -> SessionTransaction | None:
        """The current transaction; asking begins one, unless the session is future-style."""
        if not self.future:
            self._autobegin()
        return self._transaction

    @property
    def is_active(self) -> bool:
        """Whether statements can be emitted: False after a failed flush, before rollback()."""
        return self._transaction is None or self._transaction.is_active

    def in_transaction(self) -> bool:
        """Whether a transaction has begun."""
        return self._transaction is not None

    def in_nested_transaction(self) -> bool:
        """Whether a SAVEPOINT is open."""
        chain = [] if self._transaction is None else self._transaction._outward()
        return any(transaction.nested for transaction in chain)

    def _autobegin(self) -> SessionTransaction:
        """The current transaction; begins one if there is none."""
        return self._transaction or SessionTransaction(self)

    def begin(
        self, nested: bool = False, _subtrans: bool = False, **left_out: Any
    ) -> SessionTransaction:
        """Begin a transaction, to be used with `with`; `nested`: a SAVEPOINT.

        Raises: InvalidRequestError: one has begun already.
        """
        if left_out:
            refuse_arguments("Session.begin", left_out, "subtransactions")
        was_begun = self._transaction is not None
        current = self._autobegin()
        if nested or _subtrans:
            current._assert_active()
            return SessionTransaction(self, current, nested=nested)
        if was_begun:
            raise exc.InvalidRequestError("A transaction is already begun on this Session.")
        return current

    def begin_nested(self) -> SessionTransaction:
        """Begin a SAVEPOINT, to be used with `with`."""
        return self.begin(nested=True)

    def commit(self) -> None:
        """Flush, and commit the transaction; objects are loaded again when they are next used."""
        self._autobegin().commit(_to_root=self.future)

    def rollback(self) -> None:
        """Undo what the transaction did, in the database and in the objects."""
        if self._transaction is not None:
            self._transaction.rollback(_to_root=self.future)

    def close(self) -> None:
        """Expunge all objects and end the transaction uncommitted; the Session stays usable."""
        self.expunge_all()
        if self._transaction is not None:
            for transaction in self._transaction._outward():
                transaction.close()

    # connections and binds --------------------------------------------------------------------

    def connection(
        self,
        bind_arguments: dict[str, Any] | None = None,
        close_with_result: bool = False,
        execution_options: Any = None,
        **kw: Any,
    ) -> Connection:
        """The Connection of the current transaction."""
        if execution_options:
            raise TypeError("execution_options is not in miniorm; SQLAlchemy has it")
        return self._connection_for_bind(self.get_bind(**(bind_arguments or {}), **kw))

    def _connection_for_bind(self, engine: Any) -> Connection:
        # FASTPATH: two calls fewer for each statement.
        if self._trans_context_manager is not None:
            check_context(self)
        return (self._transaction or self._autobegin())._connection_for_bind(engine)

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None) -> Any:
        """The Engine or Connection to use for a mapped class or a statement.

        Raises: UnboundExecutionError: there is none. UnmappedClassError: the class is not mapped.
        """
        if bind is not None:
            return bind
        if self.bind is not None:
            return self.bind
        if mapper is None and clause is None:
            raise exc.UnboundExecutionError(
                "This session is not bound to a single Engine or Connection, and no context was "
                "provided to locate a binding."
            )
        if isinstance(mapper, type):
            mapper = class_mapper(mapper, configure=False)
        elif mapper is not None:
            mapper = inspect(mapper).mapper
        # The oldest way: MetaData(bind=engine).
        for element in (getattr(mapper, "persist_selectable", None), clause):
            bound = getattr(element, "bind", None)
            if bound is not None:
                return bound
        what = "SQL expression" if mapper is None else f"mapper {mapper}, SQL expression"
        raise exc.UnboundExecutionError(
            f"Could not locate a bind configured on {what} or this Session."
        )

    # adding and removing ----------------------------------------------------------------------

    def add(self, instance: Any, _warn: Any = True) -> None:
        """Take an object in, with all that its save-update cascade reaches.

        _warn: whether to warn during a flush. A second object given by mistake lands here and is
        not added, as in the original.
        Raises: UnmappedInstanceError. InvalidRequestError: it is in another session, or deleted.
        """
        if _warn:
            self._warn_in_flush("Session.add()")
        self._save_or_update_state(instance_state(instance))

    def add_all(self, instances: Iterable[Any]) -> None:
        """Take several objects in."""
        self._warn_in_flush("Session.add_all()")
        for instance in instances:
            self.add(instance, _warn=False)

    def _save_or_update_state(self, state: InstanceState) -> None:
        state.orphaned = False
        attach = self._save_impl if state.ident is None else self._update_impl
        attach(state)
        obj = state()  # None where only a copy.copy() of it is left
        if obj is not None and type(obj) is not state.mapper.class_:  # a subclass
            raise UnmappedClassError(type(obj))
        values = state.dict
        for prop in state.mapper.cascading.get("save-update", ()):
            if prop.key in values:
                break
        else:
            return
        for reached, _ in state.mapper.cascade_iterator(
            "save-update", state, halt_on=self._contains_state
        ):
            attach = self._save_impl if reached.ident is None else self._update_impl
            attach(reached)

    def _save_impl(self, state: InstanceState) -> None:
        """A transient object becomes pending."""
        attaches = self._before_attach(state)
        if state not in self._new:
            self._new[state] = state()
            # As in the original, one that comes back takes the last place, before its holder.
            state.insert_order = len(self._new) - (0.5 if state.insert_order else 0)
        if attaches:
            state.session_ref = self._self_ref
            dispatch = self.dispatch
            if dispatch.after_attach:
                self._tell("after_attach", state)
            if dispatch.transient_to_pending:
                self._tell("transient_to_pending", state)

    def _update_impl(self, state: InstanceState, revert_deletion: bool = False) -> None:
        """A detached object becomes persistent; one marked as deleted is unmarked.

        revert_deletion: a rollback brought its row back.

        Raises: InvalidRequestError: it was deleted; or the rollback took its row, too.
        """
        if state.ident is None:
            raise _not_persisted(state)
        if state._deleted:
            if not revert_deletion:
                raise exc.InvalidRequestError(
                    f"Instance '{state_label(state)}' has been deleted.  Use the "
                    "make_transient() function to send this object back to the transient state."
                )
            if not state._attached:
                return
            state._deleted = False
        if state() is None:
            return
        self._deleted.pop(state, None)
        if not self._bring_in(state, revert_deletion) and revert_deletion:
            self._tell("deleted_to_persistent", state)

    def _bring_in(self, state: InstanceState, replaces: bool = False) -> bool:
        """Put an object into the identity map; return whether it came from outside."""
        attaches = self._before_attach(state)
        self.identity_map.add(state, replaces)
        if attaches:
            state.session_ref = self._self_ref
            self._tell("after_attach", state)
            self._tell("detached_to_persistent", state)
        return attaches

    def _before_attach(self, state: InstanceState) -> bool:
        """Tell listeners if the object comes in now, and return whether it does.

        Raises: InvalidRequestError: it is in another session.
        """
        if self._transaction is None:
            self._autobegin()
        own_ref = state.session_ref
        if own_ref is not None:
            if own_ref is self._self_ref:
                return False
            other = own_ref()
            if other is not None:
                raise exc.InvalidRequestError(
                    f"Object '{state_label(state)}' is already attached to session "
                    f"'{other.hash_key}' (this is '{self.hash_key}')"
                )
        if self.dispatch.before_attach:
            self._tell("before_attach", state)
        return True

    def _notify(self, event: str, *arguments: Any) -> None:
        for listener in getattr(self.dispatch, event):
            listener(self, *arguments)

    def _tell(self, event: str, state: InstanceState) -> None:
        obj = state()
        if obj is not None:  # else it was garbage-collected
            self._notify(event, obj)

    def delete(self, instance: Any) -> None:
        """Mark an object, and what its delete cascade reaches: the next flush deletes their rows.

        Raises: InvalidRequestError: it has no row.
        """
        self._warn_in_flush("Session.delete()")
        state = instance_state(instance)
        if state.ident is None:
            raise _not_persisted(state)
        if state in self._deleted:
            return
        self._bring_in(state)
        # Find what the cascade reaches before anything is marked: that may load, and loading
        # flushes.
        reached = _reached("delete", state)
        deleted, own_ref = self._deleted, self._self_ref
        deleted[state] = instance
        for each, obj in reached.items():
            if each.ident is not None and each not in deleted:
                if each._deleted or each.session_ref is not own_ref:
                    self._bring_in(each)
                deleted[each] = obj

    def expunge(self, instance: Any) -> None:
        """Remove an object, and all that its expunge cascade reaches, from the session.

        Raises: InvalidRequestError: it is not here.
        """
        state = instance_state(instance)
        if state.session_ref is not self._self_ref:
            raise exc.InvalidRequestError(
                f"Instance {state_label(state)} is not present in this Session"
            )
        self._expunge_states([state, *_reached("expunge", state)])

    def expunge_all(self) -> None:
        """Remove all objects from the session."""
        # These two keep objects alive that nobody else may hold, until listeners have heard.
        known, new = self.identity_map, self._new
        self.identity_map = IdentityMap()
        self._new = {}
        self._deleted = {}
        self._detach_states([*known.all_states(), *new])

    def _expunge_states(self, states: Iterable[InstanceState], to_transient: bool = False) -> None:
        for state in states:
            if state in self._new:
                del self._new[state]
            elif self.identity_map.contains_state(state):
                self.identity_map.discard(state)
                self._deleted.pop(state, None)
            elif self._transaction is not None:
                # It was deleted in this transaction; a rollback must not bring it back here.
                self._transaction.snapshot.deleted.pop(state, None)
        self._detach_states(states, to_transient)

    def _detach_states(self, states: Iterable[InstanceState], to_transient: bool = False) -> None:
        for state in states:
            if state.ident is None:
                event = "pending_to_transient"
            elif state._deleted:
                event = "deleted_to_detached"
            else:
                event = "persistent_to_transient" if to_transient else "persistent_to_detached"
            state.session_ref = None
            if to_transient:
                state.ident = None
            if getattr(self.dispatch, event):
                self._tell(event, state)

    # expiring and refreshing ------------------------------------------------------------------

    def expire(self, instance: Any, attribute_names: Iterable[str] | None = None) -> None:
        """Forget an object's values, or some of them: the next read loads them again.

        Raises: InvalidRequestError: it is not persistent here.
        """
        state = instance_state(instance)
        if not self.identity_map.contains_state(state):
            raise exc.InvalidRequestError(
                f"Instance '{state_label(state)}' is not persistent within this Session"
            )
        if attribute_names:
            state.expire_attributes(state.dict, attribute_names)
            return
        reached = [state, *_reached("refresh-expire", state)]
        self._expire_states([each for each in reached if each.ident is not None])
        for each in reached:
            obj = self._new.pop(each, None)  # held until listeners have heard of it
            if obj is not None:
                self._detach_states([each])

    def expire_all(self) -> None:
        """Forget the values of all objects."""
        self._expire_states(self.identity_map.all_states())

    def _expire_states(self, states: Iterable[InstanceState]) -> None:
        modified = self.identity_map._modified
        for state in states:
            obj = state()
            if obj is not None:
                state.expire(obj.__dict__, modified)

    def refresh(
        self, instance: Any, attribute_names: Iterable[str] | None = None, **left_out: Any
    ) -> None:
        """Read an object's row again, now.

        Raises: InvalidRequestError: it is not persistent here, or its row is gone.
        """
        refuse_arguments("Session.refresh", left_out, "with_for_update")
        state = instance_state(instance)
        names = list(attribute_names or ()) or None
        Session.expire(self, instance, names)  # and not a subclass's, as in the original
        loading.refresh(self, state, names)

    def merge(self, instance: Any, load: bool = True, **left_out: Any) -> Any:
        """Copy an object's values onto this session's object with the same primary key.

        Returns the latter; it is loaded, or made anew if there is no row.
        """
        refuse_arguments("Session.merge", left_out, "options")
        if not load:
            raise TypeError("merge(load=False) is not in miniorm; SQLAlchemy has it")
        self._warn_in_flush("Session.merge()")
        # Before the autoflush is switched off, so that what is pending can be found.
        self._autoflush(f"merge of {type(instance).__name__}")
        with self.no_autoflush:
            return Merge(self).merge(instance_state(instance))

    # asking -----------------------------------------------------------------------------------

    def query(self, *entities: Any, **kw: Any) -> Any:
        """A Query of mapped classes, columns, expressions."""
        return self._query_cls(entities, self, **kw)

    def get(
        self,
        entity: Any,
        ident: Any,
        options: Sequence[Any] = (),
        populate_existing: bool = False,
        **left_out: Any,
    ) -> Any:
        """The object with this primary key: from the identity map, else by one SELECT; or None."""
        if ident.__class__ is int and not populate_existing and not left_out:
            # FASTPATH: a known object, not expired, by a single key: 0.2 for 0.9 us.
            try:
                state = self.identity_map.tables[entity].get(ident)
            except (KeyError, TypeError):
                state = None
            if state is not None:
                obj = state()
                if obj is not None and not state.expired:
                    return obj
        refuse_arguments(
            "Session.get", left_out, "execution_options identity_token with_for_update"
        )
        return loading.get(self, entity, ident, options or (), populate_existing)

    def execute(
        self,
        statement: Any,
        params: Any = None,
        execution_options: Any = None,
        bind_arguments: dict[str, Any] | None = None,
        **kw: Any,
    ) -> Any:
        """Execute a statement in this session's transaction; return its Result."""
        arguments = dict(bind_arguments or {}, **kw)
        return execute(self, statement, params, execution_options, arguments)

    def scalar(self, statement: Any, params: Any = None, **kw: Any) -> Any:
        """The first column of the first row, or None; `kw` as for execute()."""
        return self.execute(statement, params=params, **kw).scalar()

    def scalars(self, statement: Any, params: Any = None, **kw: Any) -> Any:
        """A result of the first column; `kw` as for execute()."""
        return self.execute(statement, params=params, **kw).scalars()

    # flushing ---------------------------------------------------------------------------------

    @property
    @contextmanager
    def no_autoflush(self) -> Iterator[Session]:
        """`with session.no_autoflush:` queries do not flush."""
        autoflush = self.autoflush
        self.autoflush = False
        try:
            yield self
        finally:
            self.autoflush = autoflush

    def _autoflush(self, cause: Cause | str) -> None:
        """Flush before a query, if wanted. cause: the query's, or in words what asks for it."""
        if not self.autoflush or self._flushing:
            return
        if self._is_clean() and type(self).flush is Session.flush:
            return  # a subclass's flush() is called even so
        try:
            self._flush_because(_autoflush_cause(cause))
        except exc.StatementError as error:
            error.add_detail(
                "raised as a result of Query-invoked autoflush; consider using a "
                "session.no_autoflush block if this flush is occurring prematurely"
            )
            raise

    def flush(self, objects: Iterable[Any] | None = None) -> None:
        """Write what is new, changed and deleted.

        Raises: InvalidRequestError: a flush is going on. DBAPIError: the database refuses a row.
        """
        if objects:
            raise TypeError("flush(objects) is not in miniorm; SQLAlchemy has it")
        if self._flushing:
            raise exc.InvalidRequestError("Session is already flushing")
        if self._is_clean():
            return
        self._flushing = True
        try:
            unitofwork.flush(self, self._flush_cause)
        finally:
            self._flushing = False

    def _flush_because(self, cause: Cause) -> None:
        """Flush for a reason other than a call of flush()."""
        self._flush_cause = cause
        try:
            self.flush()
        finally:
            self._flush_cause = EXPLICIT

    # what a flush and the queries report --------------------------------------------------------

    def _register_persistent(self, states: list[InstanceState]) -> None:
        """Record that these were written: they have a key, no changes, and are no longer pending.

        Raises: FlushError: a primary key is NULL.
        """
        # First, since reading an expired key may fail, and the rollback must then find them all.
        self._register_altered(states)
        identity_map = self.identity_map
        mapper = key = table = None
        for state in states:
            obj = state()
            if obj is None:
                continue
            if state.mapper is not mapper:
                mapper = state.mapper
                key = mapper._pk_attribute_keys[0]
                table = identity_map.table_for(mapper.class_)
            assert table is not None
            values = obj.__dict__
            ident = state.ident
            changed = state.committed_state
            if (
                ident is None
                or key not in values
                or (changed and (key in changed or not mapper.single_key))
            ):
                ident = self._ident_of(state, values)
                if ident != state.ident:
                    self._switch_key(state, ident)
            present = table.get(ident)
            if present is not state:
                if present is not None and present() is not None:
                    self._replace(present, state, ident)
                table[ident] = state
                # identity_map.next_place(), mostly without the call
                if identity_map.latest is not mapper.class_:
                    identity_map.next_place(mapper.class_)
                state.place = identity_map.count
            state.commit_all(values, identity_map._modified)
            state.orphaned = False
        self._leave_pending(states)

    def _ident_of(self, state: InstanceState, values: dict[str, Any]) -> Any:
        """The primary key among an object's present values."""
        mapper = state.mapper
        if mapper.single_key:
            value = values.get(mapper._pk_attribute_keys[0])
            if value is not None:
                return value
        key = mapper._primary_key_from_state(state, flags.PASSIVE_OFF)
        if all(value is None for value in key):
            raise FlushError(
                f"Instance {state_label(state)} has a NULL identity key.  If this is an "
                "auto-generated value, check that the database table allows generation of new "
                "primary key values, and that the mapped Column object is configured to expect "
                "these generated values.  Ensure also that this flush() is not occurring at an "
                "inappropriate time, such as within a load() event."
            )
        return mapper.ident_of(key)

    def _switch_key(self, state: InstanceState, ident: Any) -> None:
        if state.ident is not None:
            self.identity_map.discard(state)
            assert self._transaction is not None
            self._transaction.snapshot.key_switches.setdefault(state, state.ident)
        state.ident = ident

    def _replace(self, present: InstanceState, state: InstanceState, ident: Any) -> None:
        """Drop another object that has this key in the identity map."""
        if self._ident_of(present, present.dict) == ident:
            warn(
                f"Identity map already had an identity for {state.key}, replacing it with newly "
                "flushed object.   Are there load operations occurring inside of an event handler "
                "within the flush?"
            )
        self.identity_map._modified.pop(present, None)

    def _leave_pending(self, states: list[InstanceState]) -> None:
        new = self._new
        if not new:
            return
        written = [state for state in states if state in new]
        for state in written if self.dispatch.pending_to_persistent else ():
            self._tell("pending_to_persistent", state)
        for state in written:
            del new[state]

    def _register_altered(self, states: Iterable[InstanceState]) -> None:
        """Record, for a rollback, that these have changed since the transaction began."""
        assert self._transaction is not None
        snapshot, new = self._transaction.snapshot, self._new
        for state in states:
            (snapshot.new if state in new else snapshot.dirty)[state] = True

    def _remove_newly_deleted(self, states: Sequence[InstanceState]) -> None:
        """Record that the rows of these were deleted."""
        heard = self.dispatch.persistent_to_deleted
        # If anybody listens, each is reported before the next one goes.
        for gone in [[state] for state in states] if heard else [states]:
            held = [state() for state in gone] if heard else ()
            if self._transaction is not None:
                self._transaction.snapshot.deleted.update(dict.fromkeys(gone, True))
            self.identity_map.discard(*gone)
            for state in gone:
                state._deleted = True
                self._deleted.pop(state, None)
            for obj in held:
                if obj is not None:
                    self._notify("persistent_to_deleted", obj)

    def _warn_in_flush(self, method: str) -> None:
        if self._warn_on_events:
            warn(
                f"Usage of the '{method}' operation is not currently supported within the "
                "execution stage of the flush process. Results may not be consistent.  Consider "
                "using alternative event listeners or connection-level operations instead."
            )


leave_out(
    Session,
    "bind_mapper bind_table bulk_insert_mappings bulk_save_objects bulk_update_mappings close_all "
    "enable_relationship_loading get_nested_transaction get_transaction identity_key info "
    "invalidate prepare",
)


def _not_persisted(state: InstanceState) -> exc.InvalidRequestError:
    return exc.InvalidRequestError(f"Instance '{state_label(state)}' is not persisted")


def _reached(operation: str, state: InstanceState) -> dict[InstanceState, Any]:
    """The objects that an operation on one cascades to."""
    # The values keep those alive that a dynamic relationship has just loaded.
    return dict(state.mapper.cascade_iterator(operation, state))


def _autoflush_cause(cause: Cause | str) -> Cause:
    if isinstance(cause, str):
        return Cause("autoflush", subject=cause)
    return Cause("autoflush", subject=lambda: _asked(cause), because=cause)


def _asked(cause: Cause) -> str:
    return f"query of {cause.subject}" if cause.kind == "query" and cause.subject else str(cause)


# Functions on objects, as published -----------------------------------------------------------


def make_transient(instance: Any) -> None:
    """Make the object new again: without session and identity key, its values as they are."""
    state: InstanceState = instance._sa_instance_state
    session = state.session
    if session is not None:
        session._expunge_states([state])
    state.expired_attributes = NOTHING
    state.callables = None
    state.ident = None
    state._deleted = False


def close_all_sessions() -> None:
    """Close every Session in memory."""
    for session in list(_sessions.values()):
        session.close()
