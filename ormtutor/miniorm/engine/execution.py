"""Execution: one statement on its way through a cursor, and all that is known about it.

Before: engine/connection.py has a statement and its parameter sets; the ORM has a cause.
Here:   parameters are sorted out; ExecutionContext, the record that event listeners receive;
        defaults computed in Python.
After:  engine/cursor.py reads rows, counts and new keys from it.

Follows: SQLAlchemy 1.4, "ExecutionContext", "Column INSERT/UPDATE Defaults".
"""

from __future__ import annotations

from itertools import zip_longest

from ormtutor.miniorm import exc
from ormtutor.miniorm.engine.cause import CORE, Outcome
from ormtutor.miniorm.engine.row import CursorResultMetaData, ResultMetaData
from ormtutor.miniorm.sql.compiler import ResultColumn
from ormtutor.miniorm.sql.elements import delegate
from ormtutor.miniorm.sql.expressions import type_coerce
from ormtutor.miniorm.sql.select import Select
from ormtutor.miniorm.sql.types import NULLTYPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ormtutor.miniorm.engine.cause import Cause

    Options = Mapping[str, Any]

NO_OPTIONS: Options = {}
# For a column that the compiler does not know.
_UNKNOWN = ResultColumn(None, None, (), NULLTYPE)

_AUTOCOMMIT_WORDS = ("UPDATE", "INSERT", "CREATE", "DELETE", "DROP", "ALTER")


def _flag_of_compiled(name: str, doc: str) -> Any:
    """A flag of the compiled statement; False for SQL text."""
    return property(lambda context: bool(getattr(context.compiled, name, False)), doc=doc)


class ExecutionContext:
    """What is known about one execution.

    statement, parameters: as they go to the cursor (a tuple of sets for an executemany).
    compiled: where they come from, None for plain SQL text. cause: why. outcome: what came of it.
    compiled_parameters: the sets as dictionaries, if they were given so.
    origin, made_at: where the text comes from ("generated", "cached", "no key", "caching disabled",
    "raw sql") and when it was made, for the log.
    """

    __module__ = "sqlalchemy.engine.default"
    _outcome: Outcome | None = None
    compiled_parameters: Sequence[dict[str, Any]] = ()
    invoked_statement: Any = None
    origin = "raw sql"
    made_at = 0.0
    cursor: Any = None

    def __init__(
        self,
        root_connection: Any,
        compiled: Any,
        statement: str | None,
        sets: Sequence[Any],
        cause: Cause | None,
        execution_options: Options,
    ) -> None:
        # statement: None if it is the text of `compiled`.
        self.root_connection = root_connection
        self.compiled = compiled
        self.statement: str = compiled.string if statement is None else statement
        self.executemany = len(sets) > 1
        self.parameters: Any = sets if self.executemany else sets[0] if sets else ()
        self.cause = cause or CORE
        self.execution_options = execution_options
        if compiled is not None:
            self.origin = compiled.origin
            self.made_at = compiled.made_at
            if self.origin == "generated":
                compiled.origin = "cached"

    # What listeners ask.

    @property
    def outcome(self) -> Outcome:
        """What came back; filled in while rows are read, but only once someone has asked for it."""
        if self._outcome is None:
            self._outcome = Outcome()
        return self._outcome

    connection: Any = delegate("root_connection", "The Connection.")
    engine: Any = delegate("root_connection.engine", "The Engine.")
    dialect: Any = delegate("root_connection.dialect", "The dialect.")
    isinsert = _flag_of_compiled("isinsert", "Whether this is an insert() construct.")
    isupdate = _flag_of_compiled("isupdate", "Whether this is an update() construct.")
    isdelete = _flag_of_compiled("isdelete", "Whether this is a delete() construct.")
    isddl = _flag_of_compiled("isddl", "Whether this is DDL: CREATE, DROP.")
    rowcount: Any = delegate("cursor.rowcount", "How many rows an UPDATE or DELETE matched.")
    lastrowid: Any = delegate("cursor.lastrowid", "The row id that SQLite generated last.")

    @property
    def is_crud(self) -> bool:
        """Whether this is an insert(), update() or delete() construct."""
        return bool(self.isinsert or self.isupdate or self.isdelete)

    @property
    def should_autocommit(self) -> bool:
        """Whether 1.4's connection commits after it, outside a transaction."""
        wanted = self.execution_options.get("autocommit")
        if wanted is not None:
            return bool(wanted)
        if self.compiled is None or self.compiled.is_text:
            return self.statement.lstrip()[:6].upper().startswith(_AUTOCOMMIT_WORDS)
        return self.is_crud or self.isddl

    # Parameters and Python defaults.

    def fill_parameters(self, sets: Sequence[Any], binds: Any) -> None:
        """Turn dictionaries into what the cursor takes, with the defaults from Python.

        binds: the statement's own bind parameters, if the compiled one was made for another.
        """
        compiled, many = self.compiled, self.executemany
        take = compiled.plain_taker if sets else None
        if take is not None:
            try:
                self.parameters = tuple(map(take, sets)) if many else take(sets[0])
            except (KeyError, TypeError):
                pass  # a value is missing: construct_params() says which
            else:
                self.compiled_parameters = sets
                return
        values = [
            compiled.construct_params(given, binds, (group or None) if many else None)
            for group, given in enumerate(sets or ({},))
        ]
        if compiled.prefetch:
            self._fill_defaults(values)
        self.compiled_parameters = values
        if many and compiled.has_expanding:
            raise exc.InvalidRequestError(
                "'literal_execute' or 'expanding' parameters can't be used with executemany()"
            )
        ready = [compiled.ready(each) for each in values]
        self.statement = ready[0][0]
        self.parameters = tuple([each for _, each in ready]) if many else ready[0][1]

    def get_current_parameters(self, isolate_multiinsert_groups: bool = True) -> dict[str, Any]:
        """Return the values of the row whose default is being computed."""
        parameters: dict[str, Any] = self.current_parameters
        statement = self.compiled.statement
        if not (isolate_multiinsert_groups and getattr(statement, "_multi_values", None)):
            return parameters
        # VALUES (...), (...): the row that the column belongs to, by plain names.
        column = self.current_column
        row = getattr(column, "row", 0)
        values = {getattr(column, "original", column).key: parameters[column.key]}
        for key in statement._first_values():
            values[key] = parameters[f"{key}_m{row}"]
        return values

    def _fill_defaults(self, sets: Sequence[dict[str, Any]]) -> None:
        """Compute the defaults that Python makes, for each parameter set."""
        compiled = self.compiled
        for values in sets:
            self.current_parameters = values
            for column in compiled.prefetch:
                self.current_column = column
                default = column.default if compiled.isinsert else column.onupdate
                value = default.arg(self) if default.is_callable else default.arg
                values[column.key] = self._select(default) if default.is_clause_element else value

    def _select(self, default: Any) -> Any:
        """The value of an SQL expression, by a SELECT before the statement is sent."""
        type_, arg = self.current_column.type, default.arg
        if getattr(arg, "type", NULLTYPE)._is_null:
            arg = type_coerce(arg, type_)
        select: Any = Select(arg).compile(dialect=self.dialect)
        text, parameters = select.ready(select.construct_params())
        context = ExecutionContext(
            self.root_connection, None, text, (parameters,), self.cause, NO_OPTIONS
        )
        cursor = self.root_connection._send(context)
        row = cursor.fetchone()
        cursor.close()
        process = type_._cached_result_processor(self.dialect)
        return row[0] if process is None else process(row[0])

    # After an insert().

    def inserted_primary_key_rows(self) -> list[Any]:
        """The primary keys of the new rows, as Rows."""
        metadata, keys, _ = _key_columns(self.compiled)
        if not self.executemany:
            return [metadata.row(tuple(self.inserted_primary_key()))]
        sets = self.compiled_parameters
        return list(metadata.rows([tuple(map(values.get, keys)) for values in sets]))

    def inserted_primary_key(self) -> list[Any]:
        """The values of the new row's primary key."""
        _, keys, generated = _key_columns(self.compiled)
        given = self.compiled_parameters[0] if self.compiled_parameters else {}
        values = [given.get(key) for key in keys]
        if generated is not None and keys[generated] not in given:
            values[generated] = self.lastrowid
        return values


def _key_columns(compiled: Any) -> tuple[ResultMetaData, list[str], int | None]:
    """The primary key for inserted_primary_key: its columns, and which one SQLite generates."""
    known = compiled.__dict__.get("_key_columns")
    if known is not None:
        return known  # type: ignore[no-any-return]
    statement, table = compiled.statement, compiled.statement.table
    columns = list(table.primary_key)
    keys = [column.key for column in columns]
    is_one_row = statement.select is None and not statement._multi_values
    generated = table._autoincrement_column if is_one_row else None
    metadata = ResultMetaData(keys, [(column,) for column in columns])
    compiled._key_columns = found = (
        metadata,
        keys,
        None if generated is None else columns.index(generated),
    )
    return found


def executable(statement: Any) -> Any:
    """Return what is really executed: for a function, a SELECT of it.

    Raises: ObjectNotExecutableError: it is not a statement.
    """
    if getattr(statement, "_is_subquery", False):
        exc.warn_deprecated(
            "Executing a subquery object is deprecated and will raise ObjectNotExecutableError in "
            "an upcoming release.  Please execute the underlying select() statement directly."
        )
        statement = statement.element
    if isinstance(statement, type) or not getattr(statement, "supports_execution", False):
        raise exc.ObjectNotExecutableError(getattr(statement, "expression", statement))
    return statement.select() if statement.__visit_name__ == "function" else statement


def metadata_of(compiled: Any, description: Any, legacy: bool) -> tuple[Any, Any]:
    """The columns of a result, and what converts their values; made once for a compiled statement.

    description: the cursor's; for SQL text (compiled: None) nothing else is known.
    """
    if compiled is None:
        return CursorResultMetaData([column[0] for column in description], legacy=legacy), None
    memo = compiled.__dict__.setdefault("_result_metadata", {})
    # A text may be `SELECT *`, whose columns can change under it.
    names = tuple([column[0] for column in description])
    found = memo.get((legacy, names))
    if found is None:
        found = memo[legacy, names] = _make_metadata(compiled, names, legacy)
    return found  # type: ignore[no-any-return]


def row_processors(compiled: Any, description: Any) -> Any:
    """What converts the values of the rows, or None (remembered: 2,000 gets: 3 % less)."""
    known = compiled.__dict__.get("_row_processors")
    if known is None or known[0] != len(description):
        known = (len(description), metadata_of(compiled, description, False)[1])
        if not compiled.statement.is_text:  # a text's columns may change under it
            compiled._row_processors = known
    return known[1]


def _make_metadata(
    compiled: Any, names: tuple[str, ...], legacy: bool
) -> tuple[CursorResultMetaData, Any]:
    columns = _columns_in_order(compiled, names)
    declared = len(compiled.result_columns)
    objects = [column.found_by for column in columns] if declared else ()
    types = [column.type for column in columns]
    processors = [type_._cached_result_processor(compiled.dialect) for type_ in types]
    found = [column.name for column in columns]
    metadata = CursorResultMetaData(found, objects, legacy=legacy, declared=declared)
    return metadata, processors if any(processors) else None


def _columns_in_order(compiled: Any, names: tuple[str, ...]) -> list[ResultColumn]:
    """The compiled columns in the order of the cursor's; found by name where text hides some."""
    columns: list[ResultColumn] = compiled.result_columns
    statement = compiled.statement
    declared = {column.name for column in columns}
    in_order = len(columns) == len(names)
    if columns and statement.is_text:
        in_order = statement.positional or (in_order and None in declared)
    elif in_order and declared.isdisjoint((None, "*")):
        return columns
    if not in_order:
        columns = _by_name(columns, names, statement.is_text)
    elif len(columns) > len(names):
        exc.warn(
            f"Number of columns in textual SQL ({len(columns)}) is smaller than number of "
            f"columns requested ({len(names)})"
        )
    if in_order and statement.is_text:
        _refuse_duplicates([column.found_by[0] for column in columns[: len(names)]])
    named = zip_longest(names, columns[: len(names)], fillvalue=_UNKNOWN)
    return [column._replace(name=name) for name, column in named]


def _by_name(
    columns: list[ResultColumn], names: tuple[str, ...], loosely: bool
) -> list[ResultColumn]:
    """The compiled column for each name of the cursor; loosely: by anything else that finds it."""
    known: dict[Any, ResultColumn] = {}
    for column in columns:
        first = known.get(column.name, column._replace(found_by=()))
        found_by = (*first.found_by, *(column.found_by or ()))
        known[column.name] = column._replace(found_by=found_by, type=first.type)
        for other in column.found_by if loosely else ():
            known.setdefault(other, column)
    return [known.get(name, _UNKNOWN) for name in names]


def _refuse_duplicates(columns: list[Any]) -> None:
    seen = set()
    for column in columns:
        if column in seen:
            raise exc.InvalidRequestError(
                f"Duplicate column expression requested in textual SQL: {column!r}"
            )
        seen.add(column)


def parameter_sets(multiparams: tuple[Any, ...], params: dict[str, Any]) -> Sequence[Any]:
    """The parameter sets in 1.4's arguments of execute(): one or several, or keywords."""
    if not multiparams:
        return (params,) if params else ()
    if len(multiparams) > 1:
        return multiparams if _is_set(multiparams[0]) else (multiparams,)
    only = multiparams[0]
    if isinstance(only, (list, tuple)):
        return only if not only or _is_set(only[0]) else (only,)
    return (only,) if hasattr(only, "keys") else ([only],)


def _is_set(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, (str, bytes))


def parameter_sets_20(parameters: Any) -> Sequence[Any]:
    """The parameter sets in 2.x's argument of execute(): a dictionary, a tuple, or a list."""
    if parameters is None:
        return ()
    if isinstance(parameters, list):
        if parameters and not _is_set_20(parameters[0]):
            raise exc.ArgumentError("List argument must consist only of tuples or dictionaries")
        return parameters
    if not _is_set_20(parameters):
        raise exc.ArgumentError("mapping or sequence expected for parameters")
    return (parameters,)


def _is_set_20(value: Any) -> bool:
    return isinstance(value, tuple) or (hasattr(value, "keys") and hasattr(value, "__getitem__"))
