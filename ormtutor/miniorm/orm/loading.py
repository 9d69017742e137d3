"""Loading: a compiled query is sent, and its rows become objects.

Before: orm/query.py and orm/strategies.py have a CompiledQuery, or a learner's own statement as a
        StatementQuery, and the values for it.
Here:   run() sends it and calls the row loader, then the loaders that wait for all rows; get() by
        primary key; refresh() and the refresh of expired attributes.
After:  engine/connection.py has the cursor, orm/rowloader.py makes the objects, orm/identity.py
        holds them; orm/outcome.py counts them for whoever asked.

Follows: SQLAlchemy 1.4, `Session.get`, `Session.refresh`, "Refreshing / Expiring".
"""

from __future__ import annotations

from functools import partial

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.engine.cause import Cause
from ormtutor.miniorm.engine.execution import NO_OPTIONS, ExecutionContext, parameter_sets_20
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm import exc as orm_exc
from ormtutor.miniorm.orm import flags
from ormtutor.miniorm.orm.asked import Asked, MapperEntity
from ormtutor.miniorm.orm.compiled import compile_shape
from ormtutor.miniorm.orm.context import Compilation
from ormtutor.miniorm.orm.mapper import Mapper, SynonymProperty
from ormtutor.miniorm.orm.options import LoaderOptions, resolve
from ormtutor.miniorm.orm.outcome import label_of, tell_outcome
from ormtutor.miniorm.orm.rowloader import (
    LOADING,
    POPULATE_EXISTING,
    LoadContext,
    Purpose,
    refreshing,
)
from ormtutor.miniorm.orm.state import Loaders
from ormtutor.miniorm.sql.elements import BindParameter, and_
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.selectable import (
    LABEL_STYLE_DISAMBIGUATE_ONLY,
    LABEL_STYLE_TABLENAME_PLUS_COL,
)
from ormtutor.miniorm.sql.traversal import Binds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from ormtutor.miniorm.orm.compiled import EntityQuery, Sending
    from ormtutor.miniorm.orm.session import Session
    from ormtutor.miniorm.orm.state import InstanceState

    Params = dict[str, Any] | None


# Running --------------------------------------------------------------------------------------


# The parameters of load_by_ident() are called this, with a number.
PRIMARY_KEY = "pk"


def _primary_key_given(query: Any, values: Any) -> dict[str, Any]:
    """The values of load_by_ident()'s own parameters, by name; any other query has none."""
    binds = {} if isinstance(values, Binds) else query.compiled.binds
    return {
        name: values[query.slots[name]]
        for name, bind in binds.items()
        if bind._orig_key == PRIMARY_KEY
    }


def _flush_and_prepare(sending: Sending, values: Any, params: Params) -> ExecutionContext:
    """Autoflush, then make the execution of the SELECT, for the connection to send.

    values: of the parameters that the query was compiled with; params: by name, from the learner.
    """
    session, bind, query, cause, autoflush = sending
    if autoflush and session.autoflush:
        session._autoflush(cause)
    connection = session._connection_for_bind(bind)
    if query.sent is not None:
        return connection._context_of(query.sent, parameter_sets_20(params), NO_OPTIONS, cause)
    for warning in query.warnings:
        sa_exc.warn(warning)
    query.warnings.clear()
    try:
        text, parameters = query.ready(values, params)
    except Exception as error:
        # An error of the values is raised with the statement that they were for.
        given = params or _primary_key_given(query, values)
        connection._handle_dbapi_exception(error, query.compiled.string, [given] if given else [])
    return ExecutionContext(connection, query.compiled, text, (parameters,), cause, NO_OPTIONS)


def run(
    sending: Sending, values: Any, params: Params = None, refresh_state: InstanceState | None = None
) -> list[Any]:
    """Send a query; return objects, or tuples. The parameters are those of _flush_and_prepare()."""
    execution = _flush_and_prepare(sending, values, params)
    rows = execution.root_connection._read(execution)
    context = LoadContext(sending.session, sending.query, values, params, refresh_state)
    return load_rows(context, rows, execution)


def load_rows(context: LoadContext, rows: Any, execution: ExecutionContext) -> list[Any]:
    """Make objects (or tuples) of the rows, and run the loaders that wait for all rows."""
    query = context.query
    loader = query.row_loader(execution)
    if not loader:
        return rows
    session = context.session
    context.rows = rows
    if session.dispatch.loaded_as_persistent:
        context.tell = partial(session._tell, "loaded_as_persistent")
    outcome = execution._outcome
    if outcome is not None:
        outcome.loading = True
    loaded: list[Any] = loader(rows, context)
    if outcome is not None:
        tell_outcome(outcome, context)
    if context.batches:
        context.load_later()
    return loaded


def run_when_read(
    sending: Sending, values: Any, params: Params, size: int | None
) -> Callable[[int | None], Iterator[list[Any]]]:
    """As run(), but the rows are read when someone asks.

    The returned function takes how many rows to read at a time (yield_per), None for all at once;
    `size` says in advance how many that will be.
    """
    execution = _flush_and_prepare(sending, values, params)
    result = execution.root_connection._run(execution)
    sending.query.row_loader(execution)  # what cannot be loaded is refused now
    if size:
        sending.query.check_yield_per()
    context = LoadContext(sending.session, sending.query, values, params)
    return partial(_parts, context, sending.session.identity_map, result)


def _parts(
    context: LoadContext, identity_map: Any, result: Any, size: int | None
) -> Iterator[list[Any]]:
    while (rows := result._read(size)) or size is None:
        if rows and context.session.identity_map is not identity_map:
            _refuse_objects(context.query, result.context)
        context.made, context.met = 0, {}
        yield load_rows(context, rows, result.context)
        if size is None:
            return


def _refuse_objects(query: EntityQuery, execution: ExecutionContext) -> None:
    """Refuse to load objects for a session that was closed since the statement was sent."""
    if query.row_loader(execution) and (plans := query.plan.entities()):
        lost: object = object.__new__(plans[0].mapper.class_)
        raise sa_exc.InvalidRequestError(
            f"Object <{type(lost).__name__} at 0x{id(lost):x}> cannot be converted to 'persistent' "
            "state, as this identity map is no longer valid.  Has the owning Session been closed?",
            code="lkrp",
        )


# By primary key -------------------------------------------------------------------------------


def _for_one(kind: str, mapper: Mapper, ident: Any, *states: InstanceState) -> Cause:
    """The cause of a statement that reads the row of one object."""
    label = label_of(mapper, ident)
    return Cause(kind, label, objects=(label,), states=states)


def in_identity_map(
    session: Session, mapper: Mapper, ident: Any, passive: int = flags.PASSIVE_OFF
) -> Any:
    """The object with this key in the identity map; None: not there, or its row is gone.

    An expired object is refreshed first, to see whether its row is still there; PASSIVE_NO_RESULT
    if `passive` forbids that.
    """
    state = session.identity_map.tables.get(mapper.class_, {}).get(ident)
    if state is None:
        return None
    obj = state()
    if obj is not None and state.expired:
        if not passive & flags.SQL_OK:
            return flags.PASSIVE_NO_RESULT
        if not passive & flags.RELATED_OBJECT_OK:
            return obj
        try:
            state.load_expired(passive)
        except orm_exc.ObjectDeletedError:
            session._remove_newly_deleted([state])
            return None
    return obj


def get(
    session: Session,
    entity: Any,
    ident: Any,
    options: Sequence[Any] = (),
    populate_existing: bool = False,
) -> Any:
    """`Session.get` and `Query.get`: from the identity map, else by one SELECT; None without a row.

    Raises: InvalidRequestError: too many or too few values, or wrong names. ArgumentError: the
            entity is not mapped.
    """
    mapper = inspect(entity)
    if not mapper or not mapper.is_mapper:
        raise sa_exc.ArgumentError(f"Expected mapped class or mapper, got: {entity!r}")
    ident = identity_of(mapper, ident)
    if not populate_existing:
        obj = in_identity_map(session, mapper, ident)
        if obj is not None:
            return obj
    if options:
        options = select().options(*options)._with_options  # raises for what is no option
    resolved = resolve([(options, [mapper])]) if options else None
    key = tuple([option.key for option in options])
    purpose = POPULATE_EXISTING if populate_existing else LOADING
    return load_by_ident(session, mapper, ident, options=resolved, options_key=key, purpose=purpose)


def identity_of(mapper: Mapper, ident: Any) -> Any:
    """A given primary key in the form of the identity map: a value, or a tuple of several."""
    is_one = isinstance(ident, (int, str, bytes)) or not hasattr(ident, "__iter__")
    values: Sequence[Any] = (ident,) if is_one else tuple(ident)
    if len(values) != len(mapper.primary_key):
        columns = ",".join(f"'{column}'" for column in mapper.primary_key)
        raise sa_exc.InvalidRequestError(
            "Incorrect number of values in identifier to formulate primary key for session.get(); "
            f"primary key columns are {columns}"
        )
    if isinstance(ident, dict):
        values = _identity_by_name(mapper, ident)
    return mapper.ident_of(values)


def _identity_by_name(mapper: Mapper, given: dict[str, Any]) -> Sequence[Any]:
    keys = mapper._pk_attribute_keys
    named = dict(given)
    for name, prop in mapper._props.items():
        if isinstance(prop, SynonymProperty) and prop.name in keys and name in named:
            named[prop.name] = named.pop(name)
    try:
        return [named[key] for key in keys]
    except KeyError as error:
        names = ",".join(f"'{key}'" for key in keys)
        raise sa_exc.InvalidRequestError(
            "Incorrect names of values in identifier to formulate primary key for session.get(); "
            f"primary key attribute names are {names} (synonym names are also accepted)"
        ) from error


def load_by_ident(
    session: Session,
    mapper: Mapper,
    ident: Any,
    *,
    options: LoaderOptions | None = None,
    options_key: Any = None,
    prior: tuple[Any, ...] = (),
    purpose: Purpose = LOADING,
    label_style: Any = LABEL_STYLE_TABLENAME_PLUS_COL,
    cause: Cause | None = None,
    autoflush: bool = True,
    refresh_state: InstanceState | None = None,
) -> Any:
    """One object by one SELECT; None when there is no row.

    options_key: what identifies the options, if not they themselves. prior: the path to the
    attribute that is loaded lazily.
    """
    values = (ident,) if mapper.single_key else ident
    missing: tuple[int, ...] = ()
    if None in values:
        missing = tuple([index for index, value in enumerate(values) if value is None])
    given = [value for value in values if value is not None] if missing else values
    if not given:
        sa_exc.warn(
            "fully NULL primary key identity cannot load any object.  This condition may raise an "
            "error in a future release."
        )

    def make() -> Compilation:
        criteria, binds = [], []
        for index, column in enumerate(mapper.primary_key):
            value = BindParameter(PRIMARY_KEY, None, type_=column.type, unique=True)
            criteria.append(column.is_(None) if index in missing else column == value)
            if index not in missing:
                binds.append(criteria[-1].right)  # a copy, where the column has no type
        entity = MapperEntity(mapper)
        asked = Asked([entity], _label_style=label_style, _where_criteria=(and_(*criteria),))
        return Compilation(asked, options, purpose, prior, binds)

    known_by = options_key or options
    key = ("by ident", mapper, missing, purpose, label_style, known_by, prior)
    cause = cause or _for_one("get", mapper, ident)
    sending = compile_shape(session, key, make, cause, autoflush)
    loaded = run(sending, given, refresh_state=refresh_state)
    return loaded[0] if loaded else None


# Refreshing -----------------------------------------------------------------------------------


def _load_again(
    session: Session, state: InstanceState, ident: Any, only: Iterable[str] | None, **how: Any
) -> Any:
    """Read the object's row again, with the options that the object was loaded with.

    The class is queried now: options for an alias do not apply.
    """
    if state.load_options is not None:
        options, (*prior, _) = state.load_options
        how.update(options=options, prior=tuple(prior))
    how.update(purpose=refreshing(only), refresh_state=state)
    return load_by_ident(session, state.mapper, ident, **how)


def load_expired(
    mapper: Mapper, state: InstanceState, keys: Iterable[str], passive: int = flags.PASSIVE_OFF
) -> None:
    """Refresh the expired attributes `keys` of one object: the SELECT after a commit.

    Without keys, as after `del` of the only one that was expired, the object is read as a whole.
    Raises: DetachedInstanceError: no session. ObjectDeletedError: the row is gone.
    InvalidRequestError: it never had a row, and its key is incomplete.
    """
    session = state.session
    if session is None:
        raise orm_exc.DetachedInstanceError(
            f"Instance {orm_exc.state_label(state)} is not bound to a Session; attribute refresh "
            "operation cannot proceed"
        )
    ident = state.ident
    if ident is None:
        # Its key was set by hand; the SELECT tells whether there is a row.
        ident = mapper.ident_in(state.dict)
        if ident is None:
            raise sa_exc.InvalidRequestError(
                f"Instance {orm_exc.state_label(state)} cannot be refreshed - it's not  persistent "
                "and does not contain a full primary key."
            )
    cause = _for_one("refresh", mapper, ident, state)
    # Differs from 1.4, which may flush here: see ormtutor/differences.py.
    autoflush, session.autoflush = session.autoflush, False
    try:
        found = _load_again(session, state, ident, keys or None, cause=cause)
    finally:
        session.autoflush = autoflush
    if found is None and state.ident is not None:
        raise orm_exc.ObjectDeletedError(state)


def refresh(session: Session, state: InstanceState, names: Iterable[str] | None = None) -> None:
    """`Session.refresh`: read one object's row again, now.

    Raises: InvalidRequestError: there is no row, or only collections were named.
    """
    cause, style = _for_one("refresh", state.mapper, state.ident), LABEL_STYLE_DISAMBIGUATE_ONLY
    found = _load_again(session, state, state.ident, names, label_style=style, cause=cause)
    if found is None:
        raise sa_exc.InvalidRequestError(
            f"Could not refresh instance '{orm_exc.state_label(state)}'"
        )


Loaders.expired = staticmethod(load_expired)
