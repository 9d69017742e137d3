"""Every statement of a random session has the right cause, and SQLite has seen the same statements.

Two witnesses that know nothing of causes: SQLite's own trace, in which an executemany is as many
lines as it has parameter sets, and the cursor, which counts the rows that were fetched. Whether a
cause is right is read from the block of the program that was run, from the SQL and its parameters.
"""

from __future__ import annotations

import re
import sqlite3
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from ormtutor.miniorm import event
from ormtutor.miniorm.engine.base import Engine
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.orm.session import Session
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.types import Integer
from tests.miniorm.orm.gardens import Gardens
from tests.miniorm.orm.random_sessions import Disagreement, RandomSession, Sent, same
from tests.miniorm.orm.sql_log import SQLLog

SAMPLE = range(8)
CHUNKS = range(20)
CHUNK = 50


# What an autoflush may be for, other than a load that need not come.
FOLLOWING = ("query", "count", "get")


class CountingCursor(sqlite3.Cursor):
    """A cursor that counts the rows that it gave."""

    fetched = 0

    def fetchone(self) -> Any:
        row = super().fetchone()
        self.fetched += row is not None
        return row

    def fetchmany(self, *size: int) -> list[Any]:
        rows = super().fetchmany(*size)
        self.fetched += len(rows)
        return rows

    def fetchall(self) -> list[Any]:
        rows = super().fetchall()
        self.fetched += len(rows)
        return rows


class Trace(sqlite3.Connection):
    """A connection that notes what SQLite executes.

    BEGIN, COMMIT and ROLLBACK are sqlite3's, which nobody hears of as statements. What a foreign
    key's ON DELETE does is traced as its DELETE once more, and left out.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.lines: list[str] = []
        self.set_trace_callback(self.note)

    def note(self, line: str) -> None:
        is_cascade = line.startswith("DELETE FROM authors") and line in self.lines[-1:]
        if not is_cascade and line.rstrip() not in ("BEGIN", "COMMIT", "ROLLBACK"):
            self.lines.append(line)

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(CountingCursor)


def filled_in(sql: str, parameters: tuple[Any, ...]) -> str:
    pieces = sql.split("?")
    words = [*map(as_sql, parameters), ""]
    return "".join(piece + word for piece, word in zip(pieces, words, strict=True))


def as_sql(value: Any) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


class Checked:
    """A random session, with what its witnesses saw since the last block."""

    def __init__(self, seed: int) -> None:
        self.traces: list[Trace] = []
        self.running = RandomSession(seed, connection_factory=self.connect)
        self.loaded = 0
        event.listen(self.running.session, "loaded_as_persistent", self.hear_of_loaded)
        self.mappers = {
            mapper.class_.__name__: mapper for mapper in self.running.names["Base"].registry.mappers
        }
        for trace in self.traces:
            trace.lines.clear()

    def connect(self, *arguments: Any, **more: Any) -> Trace:
        self.traces.append(Trace(*arguments, **more))
        return self.traces[-1]

    def hear_of_loaded(self, session: Any, obj: Any) -> None:
        self.loaded += 1

    def check(self, block: str) -> None:
        """Compare what was told of a block's statements with what the witnesses saw."""
        sent, (trace,) = self.running.sent, self.traces
        self.compare_lines(sent, trace.lines)
        for each in sent:
            if each.succeeded and each.outcome.rows >= 0:
                same(each.cursor.fetched, each.outcome.rows, f"rows fetched and told: {each.sql}")
            if not fits(each, block, self):
                raise Disagreement(f"{each.cause} is no cause of {each.sql} in {block}")
        told = sum(each.outcome.made for each in sent if each.outcome.made > 0)
        same(self.loaded, told, f"objects made and told: {block}")
        self.compare_autoflushes(sent)
        self.loaded = 0
        sent.clear()
        trace.lines.clear()

    def compare_lines(self, sent: list[Sent], lines: list[str]) -> None:
        position = 0
        for each in sent:
            told = [filled_in(each.sql, parameters) for parameters in each.sets]
            seen = lines[position : position + len(told)]
            if not each.succeeded:
                seen = [line for line, word in zip(seen, told, strict=False) if line == word]
                told = told[: len(seen)]
            same(told, seen, "told and traced")
            position += len(told)
        same([], lines[position:], "traced and not told")

    def compare_autoflushes(self, sent: list[Sent]) -> None:
        """What an autoflush was for comes next, unless the flush failed or made it needless."""
        for each, following in pairwise(sent):
            if each.cause.kind != "autoflush" or following.cause.kind not in FOLLOWING:
                continue
            asked, follows = each.cause.subject, str(following.cause)
            if not asked.startswith("merge of "):
                same(asked.split(" of ")[0], follows, "autoflush for, and what follows")


# Which cause fits -----------------------------------------------------------------------------


def fits(sent: Sent, block: str, checked: Checked) -> bool:
    """Whether a statement may have the cause that it has."""
    return FITTING[sent.cause.kind](sent, block, checked)


def fits_flush(sent: Sent, block: str, checked: Checked) -> bool:
    asks = {"commit": ".commit()", "explicit": "session.flush()", "savepoint": "begin_nested()"}
    return asks[sent.cause.detail] in block and fits_write(sent, checked)


def fits_autoflush(sent: Sent, block: str, checked: Checked) -> bool:
    asked = sent.cause.subject.split()[0]
    words = {
        "query": "session.query(",
        "count": ".count()",
        "get": ".get(",
        "merge": "session.merge(",
        "refresh": "",
        "lazy": "",
    }
    return words[asked] in block and fits_write(sent, checked)


def fits_write(sent: Sent, checked: Checked) -> bool:
    """An INSERT, UPDATE or DELETE of the rows of the objects that it names."""
    if not sent.sql.startswith(("INSERT", "UPDATE", "DELETE")):
        return False
    table = sent.sql.split()[1 if sent.sql.startswith("UPDATE") else 2]
    if table == "book_tags":
        return {label.partition("#")[0] for label in sent.cause.objects} == {"Book", "Tag"}
    labels = [re.split(r"#| ", label) for label in sent.cause.objects]
    tables = {checked.mappers[name].local_table.name for name, *_ in labels}
    if sent.sql.startswith("INSERT"):
        return tables == {table} and len(labels) == len(sent.sets)
    keys = [str(parameters[-1]) for parameters in sent.sets]
    return tables == {table} and [key for _, key, *_ in labels] == keys


def fits_query(sent: Sent, block: str, checked: Checked) -> bool:
    is_bulk = ".update(" in block or ".delete(" in block
    return "session.query(" in block and (is_bulk or sent.sql.startswith("SELECT"))


def fits_count(sent: Sent, block: str, checked: Checked) -> bool:
    return ".count()" in block and sent.sql.startswith("SELECT count(*) AS count_1")


def fits_get(sent: Sent, block: str, checked: Checked) -> bool:
    return (".get(" in block or ".merge(" in block) and reads_row(sent, checked)


def fits_refresh(sent: Sent, block: str, checked: Checked) -> bool:
    return reads_row(sent, checked) and sent.cause.objects == (sent.cause.subject,)


def reads_row(sent: Sent, checked: Checked) -> bool:
    """A SELECT of the one row that `User#1` names."""
    name, _, key = sent.cause.subject.partition("#")
    table = checked.mappers[name].local_table.name
    asks = f"WHERE {table}.id = ?" in sent.sql
    return asks and sent.sets == [(int(key),)]


def fits_lazy_load(sent: Sent, block: str, checked: Checked) -> bool:
    """A SELECT from the table of the attribute, for the object that it names."""
    name, _, attribute = sent.cause.subject.partition(".")
    mapper = checked.mappers[name]
    (label,) = sent.cause.objects
    if not label.startswith((f"{name}#", f"{name} (new)")):
        return False
    if attribute not in mapper.relationships:
        return sent.sets == [(int(label.partition("#")[2]),)]
    prop = mapper.relationships[attribute]
    table = prop.mapper.local_table.name
    asks = sent.sql.startswith(f"SELECT {table}.") and len(sent.sets[0]) == 1
    if prop.direction.name == "MANYTOONE":
        return asks
    return asks and sent.sets == [(int(label.partition("#")[2]),)]


def fits_eager_load(sent: Sent, block: str, checked: Checked) -> bool:
    name, _, attribute = sent.cause.subject.partition(".")
    prop = checked.mappers[name].relationships[attribute]
    mark = {"selectin": " IN (?", "subquery": "AS anon_1"}[sent.cause.detail]
    return mark in sent.sql and prop.mapper.local_table.name in sent.sql


def fits_core(sent: Sent, block: str, checked: Checked) -> bool:
    if "session.execute(" in block:
        return True
    return sent.sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT"))


FITTING: dict[str, Callable[[Sent, str, Checked], bool]] = {
    "flush": fits_flush,
    "autoflush": fits_autoflush,
    "query": fits_query,
    "count": fits_count,
    "get": fits_get,
    "refresh": fits_refresh,
    "lazy load": fits_lazy_load,
    "eager load": fits_eager_load,
    "core": fits_core,
}


def checks(seed: int) -> int:
    """Run the program of a seed, and check each block; return how many statements there were."""
    checked = Checked(seed)
    count = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for block in checked.running.blocks():
                count += len(checked.running.sent)
                checked.check(block)
    finally:
        checked.running.close()
    return count


@pytest.mark.parametrize("seed", SAMPLE)
def test_each_statement_is_seen_by_sqlite_and_has_its_cause(seed: int) -> None:
    assert checks(seed) > 20


def test_an_autoflush_says_what_asked_for_it(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    garden = gardens.Garden(name="south")
    session.add(garden)
    session.commit()
    session.add(gardens.Tool(name="hoe"))
    session.refresh(garden)
    session.add(gardens.Tool(name="rake"))
    session.merge(gardens.Garden(id=1))
    flushes = [cause for cause in sql_log.causes if cause.startswith("autoflush")]
    assert flushes == ["autoflush for refresh of expired Garden#1", "autoflush for merge of Garden"]


def test_reading_a_dynamic_relationship_asks_for_a_flush(engine: Engine, sql_log: SQLLog) -> None:
    Base = declarative_base()

    class Pond(Base):
        __tablename__ = "ponds"
        id = Column(Integer, primary_key=True)
        frogs = relationship("Frog", lazy="dynamic")

    class Frog(Base):
        __tablename__ = "frogs"
        id = Column(Integer, primary_key=True)
        pond_id = Column(ForeignKey("ponds.id"))

    Base.metadata.create_all(engine)
    sql_log.restart()
    with Session(engine) as session:
        pond = Pond()
        session.add(pond)
        session.flush()
        pond.frogs.append(Frog())
        assert len(pond.frogs.all()) == 1
    assert sql_log.causes == ["flush: explicit", "autoflush for query of Frog", "query"]


def test_what_reads_one_row_names_its_object(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    session.add(gardens.Garden(name="south"))
    session.commit()
    session.expunge_all()
    sql_log.restart()
    garden = session.get(gardens.Garden, 1)
    session.expire(garden)
    assert garden.name == "south"
    assert sql_log.objects == [("Garden#1",), ("Garden#1",)]


def test_rows_that_come_in_parts_add_up(gardens: Gardens, session: Session, engine: Engine) -> None:
    session.add_all([gardens.Tool(name=name) for name in "abcde"])
    session.commit()
    session.expunge_all()
    contexts: list[Any] = []

    @event.listens_for(engine, "before_cursor_execute")
    def hear(
        connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        contexts.append(context.outcome)

    known = session.get(gardens.Tool, 3)
    assert known in list(session.query(gardens.Tool).yield_per(2))
    assert (contexts[1].rows, contexts[1].made, contexts[1].known) == (5, 4, 1)


@pytest.mark.soak
@pytest.mark.parametrize("chunk", CHUNKS)
def test_statements_of_many_sessions_have_their_causes(chunk: int) -> None:
    first = 1000 + chunk * CHUNK
    assert sum(checks(seed) for seed in range(first, first + CHUNK)) > 10 * CHUNK
