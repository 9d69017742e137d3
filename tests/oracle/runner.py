"""Run programs on one engine, and report everything that can be compared. Runs as a child process.

    python runner.py miniorm        (or `sqlalchemy`, with a release first on the path)

Reads one JSON object a line from standard input, `{"name": ..., "source": ..., "order": 0}` (see
SetOrder), and answers with one: what was printed, the error that ended the program, the warnings,
every statement with its parameters, its cause (see stack.py), how many lines had been printed
before it and whether it worked, the transactions around them, and what all tables hold at the end.

The oracle is 1.4.54, except for the closed list of `ormtutor/differences.py`. Two entries of it
are imposed on the oracle here: expired attributes are loaded without autoflush, and a subquery load
is ordered by the parent's key first. comparison.py handles those that only concern text.
"""

from __future__ import annotations

import contextlib
import gc
import io
import itertools
import json
import os
import random
import re
import sys
import types
import warnings
from typing import Any

from tests.oracle import stack, watch

ADDRESS = re.compile(r"0x[0-9a-f]+")
# Sessions are numbered in a process, in which other programs have run before.
SESSIONS = re.compile(r"attached to session '\d+' \(this is '\d+'\)")


TRANSACTION_EVENTS = ("begin", "commit", "rollback")


class Record:
    """What one program did, while it runs."""

    def __init__(self, printed: io.StringIO) -> None:
        self.printed = printed
        self.log: list[list[Any]] = []
        self.connections: list[Any] = []

    def statement(
        self,
        connection: Any,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        executemany: bool,
    ) -> None:
        """Note a statement before it is executed."""
        if cursor.connection not in self.connections:
            self.connections.append(cursor.connection)
        sets = list(parameters) if executemany else [parameters]
        self.log.append(
            [
                "SQL",
                statement,
                [repr(tuple(found)) for found in sets],
                stack.told(context.cause) if hasattr(context, "cause") else stack.seen(),
                self.printed.getvalue().count("\n"),
                "failed",
            ]
        )

    def success(self, *_: Any) -> None:
        """Note that the last statement was executed."""
        self.log[-1][-1] = "ok"

    def transaction(self, name: str) -> Any:
        """Return a listener that notes the event `name`."""

        def note(*_: Any, **__: Any) -> None:
            self.log.append([name])

        return note

    def tables(self) -> dict[str, list[str]]:
        """Return the rows of every table in every database that was used, as text."""
        found: dict[str, list[str]] = {}
        for number, connection in enumerate(self.connections):
            with contextlib.suppress(Exception):
                names = connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                ).fetchall()
                for (name,) in names:
                    rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
                    found[f"{number}.{name}"] = sorted(map(repr, rows))
        return found


def words(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__name__}: {error}"


def run(source: str, name: str) -> dict[str, Any]:
    """Run one program in a new namespace; return what Outcome holds (comparison.py)."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    printed = io.StringIO()
    record = Record(printed)
    listeners = [
        ("before_cursor_execute", record.statement),
        ("after_cursor_execute", record.success),
        *((known, record.transaction(known.upper())) for known in TRANSACTION_EVENTS),
    ]
    for event_name, listener in listeners:
        event.listen(Engine, event_name, listener)
    module = types.ModuleType("__main__")
    ended = ""
    with warnings.catch_warnings(record=True) as heard, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)  # sqlite3's, from Python 3.13 on
        try:
            exec(compile(source, name, "exec"), module.__dict__)
        except BaseException as error:
            ended = words(error)
    for event_name, listener in listeners:
        event.remove(Engine, event_name, listener)
    outcome = {
        "output": printed.getvalue().splitlines(),
        "error": ended,
        "warnings": told_of(heard),
        "log": record.log,
        "tables": record.tables(),
    }
    with contextlib.redirect_stdout(io.StringIO()):  # the program's listeners may print
        tidy(module)
    return outcome


def tidy(module: types.ModuleType) -> None:
    """Forget the program's classes, so that the next one starts afresh."""
    from sqlalchemy.orm import clear_mappers, close_all_sessions

    module.__dict__.clear()
    with contextlib.suppress(Exception):
        close_all_sessions()
    clear_mappers()
    gc.enable()
    gc.collect()


def follow_the_closed_list() -> None:
    """Make the oracle do as 1.1 did: load expired attributes without autoflush, and order a
    subquery load by the parent's key first.
    """
    from sqlalchemy.orm import state
    from sqlalchemy.orm.strategies import SubqueryLoader

    load = state.InstanceState._load_expired

    def load_without_autoflush(self: Any, found: Any, passive: Any) -> Any:
        with self.session.no_autoflush if self.session else contextlib.nullcontext():
            return load(self, found, passive)

    def join_in_order(
        self: Any, query: Any, joined: Any, left: Any, parent: Any, *more: Any
    ) -> Any:
        columns = self.parent_property.local_columns
        keys = [self.parent._columntoproperty[column].key for column in columns]
        ordered = query.order_by(*[getattr(parent, key) for key in keys])
        return join(self, ordered, joined, left, parent, *more)

    join = SubqueryLoader._apply_joins
    state.InstanceState._load_expired = load_without_autoflush
    SubqueryLoader._apply_joins = join_in_order


def tell_products_in_order() -> None:
    """Make the oracle's warning of a product begin with the statement's first FROM element.

    It begins with any element of a set, and tells the others in the order of that set.
    """
    from sqlalchemy.sql import compiler
    from sqlalchemy.util import OrderedSet

    class FirstOut(OrderedSet):  # type: ignore[misc]
        def pop(self) -> Any:
            first = self[0]
            self.remove(first)
            return first

    compiler.set = FirstOut


class SetOrder:
    """The order in which SQLAlchemy iterates over its sets: one for each number.

    Its mappers, states and the records of a flush are hashed by their addresses, so that two runs
    of a program differ wherever the order of a set matters. Here it is drawn by the number; 0 is
    the order of creation, and for the attributes of a class that of their mapping.
    """

    def __init__(self) -> None:
        self.choose(0)

    def choose(self, number: int) -> None:
        """Choose the order for the next program."""
        self.number = number
        self.draw = random.Random(number)
        self.count = itertools.count(1)

    def install(self) -> None:
        """Replace the hash of those classes."""
        from sqlalchemy import Column, Table
        from sqlalchemy.orm import Mapper, unitofwork
        from sqlalchemy.orm.dependency import DependencyProcessor
        from sqlalchemy.orm.relationships import RelationshipProperty
        from sqlalchemy.orm.state import InstanceState
        from sqlalchemy.util import OrderedSet

        # A function becomes a method of the class that it is assigned to; a bound method does not.
        kinds = (Column, Table, Mapper, DependencyProcessor, RelationshipProperty, InstanceState)
        for kind in kinds:
            kind.__hash__ = lambda member: self.of_member(member)
        unitofwork.PostSortRec.__hash__ = lambda record: self.of_record(record)
        Mapper._prop_set = property(
            lambda mapper: (frozenset if self.number else OrderedSet)(mapper._props.values())
        )

    def of_member(self, member: Any) -> int:
        known: int | None = vars(member).get("_drawn")
        if known is None:
            known = vars(member)["_drawn"] = (
                self.draw.getrandbits(60) if self.number else next(self.count)
            )
        return known

    def of_record(self, record: Any) -> int:
        # A record has no __dict__ to keep a number in.
        return hash((self.number, type(record).__name__, str(record.sort_key)))


def told_of(heard: list[warnings.WarningMessage]) -> list[str]:
    """Return the warnings without those about 2.0, which are silent by default.

    A deprecation is told once: how often the original repeats it is not compared.
    """
    told: list[str] = []
    for found in heard:
        kind = found.category.__name__
        text = f"{kind}: {found.message}"
        if kind == "SADeprecationWarning":
            told += [text] if text not in told else []
        elif "Deprecat" not in kind and "20" not in kind:
            told.append(text)
    return told


def main() -> None:
    """Answer each program on standard input."""
    order = SetOrder()
    if sys.argv[1] == "miniorm":
        from ormtutor.kernel import alias

        alias.open_door("miniorm", {})
        if "watched" in sys.argv:
            watch.watch()
    else:
        # It warns once in a process, of the first deprecated feature, whatever program that is in.
        os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
        follow_the_closed_list()
        tell_products_in_order()
        order.install()
    for line in sys.stdin:
        request = json.loads(line)
        order.choose(request["order"])
        answer = ADDRESS.sub("0x...", json.dumps(run(request["source"], request["name"])))
        answer = SESSIONS.sub("attached to session '...' (this is '...')", answer)
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
