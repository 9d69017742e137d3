"""Persistence: states become INSERT, UPDATE and DELETE.

Before: orm/unitofwork.py says which objects of a mapper, and when.
Here:   their changed columns become parameters; consecutive rows of one shape share a statement;
        what the database made (keys, defaults) comes back into the objects.
After:  engine/connection.py sends the statements; a wrong count of rows is a StaleDataError.

As in SQLAlchemy 1.4 on SQLite, these are sent together (an executemany): INSERTs whose primary keys
are known, UPDATEs of the same columns, DELETEs. Rows whose keys the database makes are sent one by
one, since a cursor tells only the last key.

Follows: SQLAlchemy 1.4, `orm/persistence.py` in what it does; "Unit of Work: Ordering of Inserts".
"""

from __future__ import annotations

from itertools import chain, groupby
from operator import attrgetter

from ormtutor.miniorm.exc import InvalidRequestError, warn
from ormtutor.miniorm.orm import flags, loading
from ormtutor.miniorm.orm.exc import FlushError, StaleDataError, state_label
from ormtutor.miniorm.orm.outcome import label_of
from ormtutor.miniorm.orm.state import PLAIN
from ormtutor.miniorm.sql.dml import Delete, Insert, Update
from ormtutor.miniorm.sql.elements import and_, bindparam, is_sql
from ormtutor.miniorm.sql.sorting import sort_tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ormtutor.miniorm.engine.cause import Cause
    from ormtutor.miniorm.engine.connection import Connection
    from ormtutor.miniorm.engine.execution import ExecutionContext
    from ormtutor.miniorm.orm.mapper import Mapper
    from ormtutor.miniorm.orm.state import InstanceState
    from ormtutor.miniorm.orm.unitofwork import UOWTransaction as Flush

    Pair = tuple[InstanceState, InstanceState]
    Values = dict[str, Any]


class RowRecord:
    """One row to be written.

    params: by column key (the old primary key of an UPDATE by column label).
    expressions: column -> SQL expression, for attributes that were set to one.
    is_complete: False for an INSERT without its primary key.
    """

    __slots__ = ("expressions", "is_complete", "params", "state", "values")

    def __init__(self, state: InstanceState, values: Values) -> None:
        self.state = state
        self.values = values
        self.params: Values = {}
        self.expressions: dict[Any, Any] = {}
        self.is_complete = True

    @property
    def shares(self) -> bool:
        """Whether it may share a statement with neighbours of its shape."""
        return self.is_complete and not self.expressions

    @property
    def shape(self) -> tuple[Any, ...]:
        """What the records of one group have in common."""
        return self.params.keys(), bool(self.expressions), self.is_complete


class Writing:
    """What the statements of one mapper have in common; made once, kept by the mapper.

    columns: (attribute, column) of the table. key_columns: of its primary key. labels: of these.
    without_default: columns that are written as NULL when they have no value.
    reads_none: columns whose type has a value of its own for None (JSON).
    ident_order: the sort key of objects with a row.
    row_keys: the attributes beside the key, if the database makes that and no other column has a
    default or must be read back; else None.

    Raises: NoReferencedTableError: a foreign key refers to a table that nobody has defined.
    """

    def __init__(self, mapper: Mapper) -> None:
        self.mapper = mapper
        table = self.table = mapper.local_table
        if not table._is_table:
            kind = "join" if table._is_join else "query"
            raise NotImplementedError(
                f"writing objects that are mapped to a {kind} is not in miniorm; SQLAlchemy has it"
            )
        sort_tables([table])  # follows its foreign keys, and raises for one that leads nowhere
        by_column = mapper._columntoproperty
        self.columns = [
            (by_column[column].key, column) for column in table.c if column in by_column
        ]
        self.attribute_of = {column: key for key, column in self.columns}
        self.column_of = dict(self.columns)
        self.key_columns = [(by_column[column].key, column) for column in mapper.primary_key]
        self.labels = [column._label for column in mapper.primary_key]
        self.pk_keys = frozenset(column.key for column in mapper.primary_key)
        self.without_default = [
            column.key
            for _, column in self.columns
            if not column.primary_key
            and column.default is None
            and column.server_default is None
            and not column.type.should_evaluate_none
        ]
        self.reads_none = frozenset(
            column for _, column in self.columns if column.type.should_evaluate_none
        )
        self.row_keys = self._row_keys(mapper)
        self.row_names = tuple([self.column_of[key].key for key in self.row_keys or ()])
        self.ident_order = _ident_order(mapper)
        self.insert = Insert(table)
        self.update = Update(table).where(_is_row(mapper, "_label"))
        self.delete = Delete(table).where(_is_row(mapper, "key"))

    def _row_keys(self, mapper: Mapper) -> tuple[str, ...] | None:
        others = [(key, column) for key, column in self.columns if not column.primary_key]
        if (
            not mapper.single_key
            or not others
            or self.table._autoincrement_column is not mapper.primary_key[0]
            or mapper.primary_key[0].default is not None
            or len(others) != len(self.without_default)
            or len(self.columns) != len(self.table.c)
        ):
            return None
        return tuple([key for key, _ in others])


def _is_row(mapper: Mapper, name: str) -> Any:
    return and_(
        *[
            column == bindparam(getattr(column, name), type_=column.type)
            for column in mapper.primary_key
        ]
    )


def writing_of(mapper: Mapper) -> Writing:
    """What the statements of a mapper have in common."""
    return mapper._memo("writing", lambda: Writing(mapper))


# Saving ---------------------------------------------------------------------------------------


def save(mapper: Mapper, states: Sequence[InstanceState], flush: Flush) -> None:
    """INSERT or UPDATE the rows of these objects, all of one mapper.

    Raises: StaleDataError: a row to be updated is not there. FlushError: a key is NULL.
    """
    # Even when nothing is to be written: a flush begins the transaction.
    connection = flush.connection(mapper)
    if not states:
        return
    writing = writing_of(mapper)
    ordered = sort_states(mapper, states)
    if not _insert_rows(writing, connection, ordered, flush):
        updates, inserts = records_of(mapper, ordered, flush)
        _emit(writing, connection, updates, flush, is_update=True)
        _emit(writing, connection, inserts, flush, is_update=False)
    _expire_what_follows(mapper, states)


def _insert_rows(
    writing: Writing, connection: Connection, states: Sequence[InstanceState], flush: Flush
) -> bool:
    """INSERT pending objects, if all are of the plainest kind; False: nothing was done.

    FASTPATH: it takes a third of the time of records_of() and _emit().
    """
    keys = writing.row_keys
    if keys is None:
        return False
    ((key, _),) = writing.key_columns
    rows = []
    for state in states:
        obj = state()
        if obj is None or state.ident is not None or state.expired_attributes:
            return False
        get = obj.__dict__.get
        if get(key) is not None:
            return False
        row = list(map(get, keys))
        if not PLAIN.issuperset(map(type, row)):
            return False
        rows.append(row)

    def cause_of(number: int) -> Cause:
        return cause_for(flush.cause, connection, [states[number]])

    made: list[int] = []
    try:
        return connection._insert_each(writing.insert, writing.row_names, rows, cause_of, made)
    finally:
        # Even when a later row was refused.
        for state, rowid in zip(states, made, strict=False):
            state().__dict__[key] = rowid


def records_of(
    mapper: Mapper, states: Sequence[InstanceState], flush: Flush
) -> tuple[list[RowRecord], list[RowRecord]]:
    """The rows to update, and those to insert.

    Raises: FlushError: the key of a row is NULL.
    """
    writing = writing_of(mapper)
    updates, inserts = [], []
    for state in states:
        values, committed = flush.values_of(state)
        record = RowRecord(state, values)
        if state.ident is not None or takes_over_row(mapper, state, values, flush):
            _take_changes(writing, record, committed)
            if record.params or record.expressions:
                _add_row_key(writing, record, committed, flush)
            if record.params or record.expressions:
                updates.append(record)
        else:
            _take_values(writing, record)
            inserts.append(record)
    return updates, inserts


def sort_states(mapper: Mapper, states: Sequence[InstanceState]) -> list[InstanceState]:
    """Pending objects in order of adding, then persistent ones by primary key.

    Raises: InvalidRequestError: primary keys cannot be compared.
    """
    pending = [state for state in states if state.ident is None]
    persistent = [state for state in states if state.ident is not None]
    pending.sort(key=attrgetter("insert_order"))
    if not persistent:
        return pending
    try:
        persistent.sort(key=writing_of(mapper).ident_order)
    except TypeError as error:
        raise InvalidRequestError(
            "Could not sort objects by primary key; primary key values must be sortable in "
            f"Python (was: {error})"
        ) from error
    return pending + persistent


def _ident_order(mapper: Mapper) -> Any:
    """The sort key of persistent objects: their key, or what its type makes of it (Enum)."""
    functions = [getattr(column.type, "sort_key_function", None) for column in mapper.primary_key]
    if not any(functions):
        return attrgetter("ident")
    return lambda state: tuple(
        value if function is None else function(value)
        for value, function in zip(state.key[1], functions, strict=True)
    )


def takes_over_row(mapper: Mapper, state: InstanceState, values: Values, flush: Flush) -> bool:
    """Whether a pending object has the key of one that is deleted in this flush: a row switch.

    Raises: InvalidRequestError: its key is expired, since it had a row before a rollback.
    """
    if not state.expired_attributes.isdisjoint(mapper._pk_attribute_keys):
        state.load_expired(flags.PASSIVE_OFF)
    key = [values.get(each) for each in mapper._pk_attribute_keys]
    if any(value is None or is_sql(value) for value in key):
        return False
    ident = mapper.ident_of(key)
    found = loading.in_identity_map(flush.session, mapper, ident, flush.lookup_flags)
    if found is None:
        return False
    present = found._sa_instance_state
    if flush.is_deleted(present):
        flush.leave_alone(present)
        flush.row_switches[state] = present
        return True
    flush.warn(
        f"New instance {state_label(state)} with identity key {present.key} conflicts with "
        f"persistent instance {state_label(present)}"
    )
    return False


def _take_values(writing: Writing, record: RowRecord) -> None:
    """The row of a pending object: its values, and NULL for columns without value or default."""
    values, params = record.values, record.params
    for key, column in writing.columns:
        if key not in values:
            continue
        value = values[key]
        if value is None:
            if column in writing.reads_none:
                params[column.key] = None
        elif is_sql(value):
            record.expressions[column] = value
        else:
            params[column.key] = value
    given = {column.key for column in record.expressions}
    for name in writing.without_default:
        if name not in params and name not in given:
            params[name] = None
    record.is_complete = writing.pk_keys <= params.keys()


def _take_changes(writing: Writing, record: RowRecord, committed: Mapping[str, Any]) -> None:
    """The columns of a persistent object whose values differ from the committed ones."""
    impls = writing.mapper.impls
    for key, old in committed.items():
        column = writing.column_of.get(key)
        if column is None:
            continue
        value = record.values[key]
        if type(value) not in PLAIN and is_sql(value):
            record.expressions[column] = value
        elif not impls[key].is_same(value, old):
            record.params[column.key] = value


def _add_row_key(
    writing: Writing, record: RowRecord, committed: Mapping[str, Any], flush: Flush
) -> None:
    """Identify the row, by the key that it has in the database now."""
    state, values, params = record.state, record.values, record.params
    known = {}
    for number, (key, column) in enumerate(writing.key_columns):
        value = values.get(key)
        if value is None or column.key in params or column in record.expressions:
            if committed.get(key) is flags.NO_VALUE or (state, column) in flush.pk_cascaded:
                # As far as we know, the row has this value already.
                params.pop(column.key, None)
            else:
                if value is not None:
                    flush.rekeyed.add(state)
                value = _row_key(writing, state, flush, "update")[number]
        known[writing.labels[number]] = value
    if params or record.expressions:
        params.update(known)


def _row_key(writing: Writing, state: InstanceState, flush: Flush, verb: str) -> Sequence[Any]:
    """The primary key that a row has in the database; a new object has that of the row it takes.

    A new object can be deleted, too: after a rollback that made it new again.

    Raises: FlushError: it is NULL, or there is no row to delete.
    """
    mapper = writing.mapper
    key: Sequence[Any]
    if state.ident is None:
        own = {**state.dict, **state.committed_state} if verb == "delete from" else state.dict
        key = [own.get(name) for name in mapper._pk_attribute_keys]
        key = [None if value is flags.NO_VALUE else value for value in key]
    else:
        if state.expired_attributes:
            flush.load_key(state)
        key = (state.ident,) if mapper.single_key else state.ident
    if None in key:
        raise FlushError(
            f"Can't {verb} table {writing.table} using NULL for primary key value on column "
            f"{mapper.primary_key[key.index(None)]}"
        )
    return key


def _emit(
    writing: Writing,
    connection: Connection,
    records: list[RowRecord],
    flush: Flush,
    is_update: bool,
) -> None:
    for group in groups_of(records):
        matched = 0
        makes_keys = not is_update and not group[0].shares
        for written in [group] if group[0].shares else [[record] for record in group]:
            statement = writing.update if is_update else writing.insert
            if written[0].expressions:
                statement = statement.values(written[0].expressions)
            sets = [record.params for record in written]
            cause = cause_for(flush.cause, connection, [record.state for record in written])
            context = connection._execute_without_result(statement, sets, cause)
            matched += context.rowcount
            if makes_keys:
                _take_new_key(writing, written[0], context)
            _take_back(writing, written, context, is_update)
        if is_update and matched != len(group):
            raise StaleDataError(
                f"UPDATE statement on table '{writing.table.description}' expected to update "
                f"{len(group)} row(s); {matched} were matched."
            )


def groups_of(records: Sequence[RowRecord]) -> Iterator[list[RowRecord]]:
    """The records, in groups of consecutive ones of the same shape."""
    for _, group in groupby(records, attrgetter("shape")):
        yield list(group)


def cause_for(cause: Cause, connection: Any, states: Sequence[InstanceState]) -> Cause:
    """The cause of a flush, with the objects of one statement, if anybody listens."""
    dispatch = connection.dispatch
    if not dispatch.before_cursor_execute and not dispatch.after_cursor_execute:
        return cause
    return cause.with_objects(lambda: [label_of_state(state) for state in states], states)


def label_of_state(state: InstanceState) -> str:
    """`User#1`; `User (new)` as long as there is no key."""
    mapper = state.mapper
    ident = mapper.ident_in(state.dict) if state.ident is None else state.ident
    return f"{mapper.class_.__name__} (new)" if ident is None else label_of(mapper, ident)


def _take_new_key(writing: Writing, record: RowRecord, context: Any) -> None:
    key_values = context.inserted_primary_key()
    for value, column in zip(key_values, writing.table.primary_key, strict=True):
        key = writing.attribute_of.get(column)
        if key is not None and (column in record.expressions or record.values.get(key) is None):
            record.values[key] = value


def _take_back(writing: Writing, records: list[RowRecord], context: Any, is_update: bool) -> None:
    """Put defaults computed in Python into the objects; expire those that the database made."""
    computed = context.compiled.prefetch
    made_there = [
        writing.attribute_of[column]
        for column in context.compiled.postfetch
        # The key of a new row was taken from the cursor already.
        if column in writing.attribute_of and (is_update or not column.primary_key)
    ]
    if not computed and not made_there:
        return
    for number, record in enumerate(records):
        for column in computed:
            # For an UPDATE of several rows, 1.4 gives each object the values of the first row, even
            # where a function made one for each; an INSERT gives each its own.
            params = context.compiled_parameters[0 if is_update else number]
            key = writing.attribute_of.get(column)
            if key is not None and column.key in params:
                record.values[key] = params[column.key]
        if made_there:
            record.state.expire_attributes(record.values, made_there)


def _expire_what_follows(mapper: Mapper, states: Sequence[InstanceState]) -> None:
    """Expire what is computed from the row: column_property() expressions."""
    if mapper._readonly_props:
        for state in states:
            values = state.dict
            keys = [
                prop.key
                for prop in mapper._readonly_props
                if not prop.deferred or prop.key in values
            ]
            state.expire_attributes(values, state.unmodified_intersection(keys))


# Deleting -------------------------------------------------------------------------------------


def delete(mapper: Mapper, states: Sequence[InstanceState], flush: Flush) -> None:
    """DELETE the rows of these objects, all of one mapper. Warns of rows that are gone already.

    Raises: FlushError: a key is NULL.
    """
    connection = flush.connection(mapper)
    if not states:
        return
    writing = writing_of(mapper)
    ordered = sort_states(mapper, states)
    names = [column.key for column in mapper.primary_key]
    keys = [
        {names[0]: state.ident}  # FASTPATH: a single key, not expired
        if mapper.single_key and state.ident is not None and not state.expired_attributes
        else dict(zip(names, _row_key(writing, state, flush, "delete from"), strict=True))
        for state in ordered
    ]
    cause = cause_for(flush.cause, connection, ordered)
    matched = connection._execute_without_result(writing.delete, keys, cause).rowcount
    if mapper.confirm_deleted_rows and -1 < matched != len(keys):
        warn(
            f"DELETE statement on table {writing.table.description!r} expected to delete "
            f"{len(keys)} row(s); {matched} were matched.  Please set "
            "confirm_deleted_rows=False within the mapper configuration to prevent this warning."
        )


# Association rows -----------------------------------------------------------------------------


def _association_rows(subject: Any, pairs: Sequence[Pair]) -> list[Values]:
    """The association row for each pair of objects, by column key."""
    near: dict[InstanceState, Values] = {}
    far: dict[InstanceState, Values] = {}
    for one, other in pairs:
        if one not in near:
            near[one] = _association_key(one, subject.copies)
        if other not in far:
            far[other] = _association_key(other, subject.other_copies)
    return [{**near[one], **far[other]} for one, other in pairs]


def _association_key(state: InstanceState, copies: Any) -> Values:
    values, impls = state.dict, state.mapper.impls
    return {
        copy.dest_key: impls[copy.source_key].get(state, values, flags.PASSIVE_OFF)
        for copy in copies
    }


def write_associations(
    subject: Any, added: Sequence[Pair], removed: Sequence[Pair], flush: Flush
) -> None:
    """DELETE and INSERT rows of an association table.

    Raises: StaleDataError: a row to be changed is not there.
    """
    connection = flush.connection(subject.mapper)
    table = subject.prop.secondary

    # Before any is written, since this may load the key of an expired object.
    all_rows = _association_rows(subject, [*added, *removed])

    def execute(statement: Any, rows: list[Values], pairs: Sequence[Pair]) -> ExecutionContext:
        states = list(dict.fromkeys(chain.from_iterable(pairs)))
        cause = cause_for(flush.cause, connection, states)
        return connection._execute_without_result(statement, rows, cause)

    if removed:
        rows = all_rows[len(added) :]
        columns = [column for column in table.c if column.key in rows[0]]
        statement = Delete(table).where(
            and_(*[column == bindparam(column.key, type_=column.type) for column in columns])
        )
        matched = execute(statement, rows, removed).rowcount
        if len(rows) != matched:
            raise StaleDataError(
                f"DELETE statement on table '{table.description}' expected to delete {len(rows)} "
                f"row(s); Only {matched} were matched."
            )
    if added:
        execute(Insert(table), all_rows[: len(added)], added)
