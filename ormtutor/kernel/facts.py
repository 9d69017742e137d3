"""Facts: what a check may ask, and what the panels show, answered without changing anything.

Before: __main__.py received an Ask; views.py uses the same answers.
Here:   `state`, `rows`, `committed`, `sql`, `lazy_loads`, `loaded`, `plan`, and the evaluation of a
        check with the value it found. Nothing here loads, flushes, refreshes or is logged: rows are
        read without the engine, and a check that would send SQL itself is refused.
After:  Answers go back; course/checking.py makes a verdict of them.
"""

from __future__ import annotations

import ast
import builtins
import datetime
import decimal
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

from ormtutor.kernel.connections import Connections
from ormtutor.kernel.executor import evaluate
from ormtutor.kernel.interruption import OutOfTime, time_limit
from ormtutor.kernel.labels import label, name_of, show
from ormtutor.kernel.messages import Answer
from ormtutor.kernel.recorder import Log, Recorder, WouldQuery

STATES = ("transient", "pending", "persistent", "deleted", "detached")
SECONDS = 2.0  # for all expressions of one Ask


class NotAFact(Exception):
    """A question that has no answer: no such table, not a mapped object."""


class SQLLog(Sequence[str]):
    """`sql`: the statements since the step began, oldest first."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def count(self, verb: str) -> int:
        """Return how many begin with the word: SELECT, INSERT, UPDATE, DELETE, PRAGMA ..."""
        return self._log.verbs[verb.upper()]

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._log.statements[index]

    def __len__(self) -> int:
        return self._log.verbs.total()

    def __iter__(self) -> Iterator[str]:
        return iter(self._log.statements)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {verb}" for verb, count in self._log.verbs.items())
        return counts or "no statement"


class LazyLoads(list[str]):
    """`lazy_loads()`: one entry for each load; its repr names each attribute once."""

    def __repr__(self) -> str:
        names = dict.fromkeys(self)
        shown = [f"{name} ({self.count(name)} times)" for name in names]
        return ", ".join(shown) or "none"


class Facts:
    """Answers about the learner's objects and rows."""

    def __init__(
        self, namespace: dict[str, Any], recorder: Recorder, connections: Connections
    ) -> None:
        self.namespace = namespace
        self.recorder = recorder
        self.connections = connections

    # --- objects ----------------------------------------------------------------------------------

    def inspection(self, mapped: object) -> Any:
        """Return the state of a mapped object; None for anything else."""
        return self.recorder.observer.state_of(mapped)

    def _mapped(self, mapped: object) -> Any:
        found = self.inspection(mapped)
        if found is None:
            raise NotAFact(f"{show(mapped)} is no object of a mapped class")
        return found

    def state(self, mapped: object) -> str:
        """Return `transient`, `pending`, `persistent`, `deleted` or `detached`.

        Raises: NotAFact: it is no object of a mapped class.
        """
        found = self._mapped(mapped)
        return next(name for name in STATES if getattr(found, name))

    def loaded(self, mapped: object, name: str) -> bool:
        """Whether the attribute can be read without asking the database.

        Raises: NotAFact: no object of a mapped class, or no attribute of it.
        """
        found = self._mapped(mapped)
        if name not in found.mapper.attrs:
            raise NotAFact(f"{type(mapped).__name__} has no mapped attribute {name!r}")
        return name not in found.unloaded

    # --- rows -------------------------------------------------------------------------------------

    def rows(self, table: Any, **where: Any) -> int:
        """Return how many rows with these values the table has in this transaction.

        Raises: NotAFact: there is no such table. This holds for committed(), too.
        """
        sql, values = _count(_table_name(table), self._plain(where))
        for connection in self._holding(table):
            return int(connection.read(sql, values)[0][0])
        raise NotAFact(self._no_table(table))

    def committed(self, table: Any, **where: Any) -> int:
        """Return how many rows with these values would be there after a rollback."""
        name = _table_name(table)
        sql, values = _count(name, self._plain(where))
        for connection in self._holding(table):
            known = connection.read_committed(_HAS_TABLE, (name,))
            if known is None:
                raise NotAFact("what is committed is not known of this connection")
            if not known:
                return 0
            found = connection.read_committed(sql, values)
            return int(found[0][0])
        raise NotAFact(self._no_table(table))

    def _plain(self, where: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values, with mapped objects replaced by their primary keys.

        So a check can say `member_id=noor`, for reading `noor.id` might need the database.
        """
        found = {}
        for name, value in where.items():
            state = self.inspection(value)
            found[name] = value if state is None else (state.identity or (None,))[0]
        return found

    def _holding(self, table: Any) -> Iterator[Any]:
        """Yield the connections whose database has the table, the last used one first."""
        name = _table_name(table)
        for connection in self.connections.last_used():
            if connection.read(_HAS_TABLE, (name,)) or connection.read_committed(
                _HAS_TABLE, (name,)
            ):
                yield connection

    def _no_table(self, table: Any) -> str:
        names = {
            name
            for connection in self.connections.last_used()
            for (name,) in connection.read("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        there = f"there are {', '.join(sorted(names))}" if names else "there is none yet"
        return f"there is no table {_table_name(table)!r}; {there}"

    # --- the step's statements --------------------------------------------------------------------

    @property
    def sql(self) -> SQLLog:
        """The statements since the step began."""
        return SQLLog(self.recorder.log)

    def lazy_loads(self) -> LazyLoads:
        """Return the attributes that were loaded lazily, one entry for each load."""
        return LazyLoads(self.recorder.log.lazy_loads)

    def plan(self) -> list[str]:
        """Return what a flush of the learner's sessions would do now."""
        return [words for session in self.sessions() for words in self.plan_of(session)]

    def plan_of(self, session: Any) -> Iterator[str]:
        """Yield what a flush of one session would do: `INSERT noor`."""
        for verb, objects in (
            ("INSERT", session.new),
            ("UPDATE", self.changed_in(session)),
            ("DELETE", session.deleted),
        ):
            for mapped in objects:
                yield f"{verb} {self.call(mapped)}"

    def changed_in(self, session: Any) -> list[Any]:
        """Return the persistent objects of a session that have changes."""
        return [one for one in session.dirty if _is_modified(session, one)]

    # --- names ------------------------------------------------------------------------------------

    def call(self, mapped: object) -> str:
        """Return the learner's name for a mapped object, or its label."""
        return name_of(mapped, self.namespace) or label(mapped, self.inspection(mapped))

    def sessions(self) -> list[Any]:
        """Return the sessions that have been used, those with a name first."""
        known = list(self.recorder.sessions)
        named = [value for value in self.namespace.values() if _is_among(value, known)]
        return named + [session for session in known if not _is_among(session, named)]

    # --- checks -----------------------------------------------------------------------------------

    def ask(self, expressions: Iterable[str]) -> tuple[Answer, ...]:
        """Return the answers to check expressions, in order; what goes wrong is in its answer."""
        namespace = {
            **self.namespace,
            "__builtins__": builtins,
            "state": self.state,
            "rows": self.rows,
            "committed": self.committed,
            "sql": self.sql,
            "lazy_loads": self.lazy_loads,
            "loaded": self.loaded,
            "plan": self.plan,
        }
        answers: list[Answer] = []
        with self.recorder.quiet():
            try:
                with time_limit(SECONDS):
                    answers += (_answer(expression, namespace) for expression in expressions)
            except OutOfTime:
                pass
        late = Answer(False, "", f"no answer within {SECONDS:g} seconds")
        return (*answers, *(late for _ in list(expressions)[len(answers) :]))


def _answer(expression: str, namespace: dict[str, Any]) -> Answer:
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        true, left = _judge(tree, namespace)
        return Answer(bool(true), left if isinstance(left, str) else show(left))
    except WouldQuery:
        return Answer(False, "", _WOULD_QUERY)
    except NotAFact as error:
        return Answer(False, "", str(error))
    except Exception as error:
        return Answer(False, "", f"{type(error).__name__}: {error}")


_WOULD_QUERY = (
    "the check itself would have to ask the database, and a check only looks. "
    "Use rows(), committed(), state() or loaded()."
)


def _judge(tree: ast.expr, namespace: dict[str, Any]) -> tuple[Any, Any]:
    """Return whether the expression is true, and the value it is about."""
    if isinstance(tree, ast.BoolOp):
        wanted = isinstance(tree.op, ast.Or)
        judged: tuple[Any, Any] = (not wanted, "")
        for value in tree.values:
            judged = _judge(value, namespace)
            if bool(judged[0]) is wanted:
                break
        return judged
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        true, left = _judge(tree.operand, namespace)
        return not true, left
    if isinstance(tree, ast.Compare):
        return _compare(tree, namespace)
    value = evaluate(tree, namespace)
    return value, value


def _compare(tree: ast.Compare, namespace: dict[str, Any]) -> tuple[Any, Any]:
    """Compare, evaluating each operand once; the value it is about is the first non-constant."""
    operands = [tree.left, *tree.comparators]
    values = [evaluate(operand, namespace) for operand in operands]
    names = {f"_operand_{index}": value for index, value in enumerate(values)}
    loads: list[ast.expr] = [ast.Name(name, ast.Load()) for name in names]
    true = evaluate(ast.Compare(loads[0], tree.ops, loads[1:]), {**namespace, **names})
    found = [
        value
        for operand, value in zip(operands, values, strict=True)
        if not isinstance(operand, ast.Constant)
    ]
    return true, found[0] if found else values[0]


# --- reading tables -------------------------------------------------------------------------------

_HAS_TABLE = "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?"


def quote(name: str) -> str:
    """Return the identifier quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def _table_name(table: Any) -> str:
    """Return the name of a table, given as a name, a Table or a mapped class."""
    table = getattr(table, "__table__", table)
    return table if isinstance(table, str) else str(getattr(table, "name", table))


def _count(table: str, where: Mapping[str, Any]) -> tuple[str, list[Any]]:
    sql = f"SELECT count(*) FROM {quote(table)}"
    if where:
        sql += " WHERE " + " AND ".join(f"{quote(name)} IS ?" for name in where)
    return sql, [stored(value) for value in where.values()]


def stored(value: Any) -> Any:
    """Return the value as SQLAlchemy's own types store it in SQLite."""
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "microseconds")
    if isinstance(value, datetime.time):
        return value.isoformat("microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    return value


def _is_modified(session: Any, mapped: Any) -> bool:
    try:
        return bool(session.is_modified(mapped))
    except WouldQuery:  # the value that was replaced would be loaded: so there is a change
        return True


def is_stored_as(value: Any, row_value: Any) -> bool:
    """Whether a Python value, such as a date or a boolean, is stored as the value in the row."""
    known = (bool, datetime.date, datetime.time, decimal.Decimal, enum.Enum)
    return isinstance(value, known) and bool(stored(value) == row_value)


def changed_attributes(state: Any) -> list[str]:
    """Return the column attributes with changes that no flush has written yet."""
    return [
        key
        for key in state.mapper.column_attrs.keys()  # noqa: SIM118 - no dictionary
        if key in state.committed_state and state.attrs[key].history.has_changes()
    ]


def _is_among(value: object, others: Iterable[object]) -> bool:
    return any(value is other for other in others)
