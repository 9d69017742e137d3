"""A plan tells what the flush then does, and asking for it does nothing.

Random sessions ask for a plan before each of their flushes, whoever wants that flush. What must be
known first, as the plan says, is loaded by hand; then plan and flush agree in every statement and
row, in order.
"""

from __future__ import annotations

import re
import warnings
from itertools import groupby
from typing import Any
from unittest.mock import ANY

import pytest

from ormtutor.miniorm.exc import DBAPIError, IntegrityError, PendingRollbackError
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.flags import PASSIVE_RETURN_NO_VALUE
from ormtutor.miniorm.orm.plan import NewKey, Plan, Record, plan
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.orm.session import Session
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.types import Integer
from tests.miniorm.orm.gardens import Gardens
from tests.miniorm.orm.random_sessions import Disagreement, RandomSession, Sent, picture, same

# Those after the first twelve: a pending orphan that is forgotten, a collection changed unseen.
SAMPLE = [*range(12), 1217, 1511, 1877]
CHUNKS = range(20)
CHUNK = 50

# Warnings that come of the database's answer.
AFTERWARDS = ("DELETE statement on table", "Identity map already had")
# What a flush sends besides: it reads expired keys again, and is the first to meet a savepoint.
UNTOLD = ("SELECT", "SAVEPOINT", "ROLLBACK TO SAVEPOINT")
WRITES = ("insert", "update", "delete")
WRITTEN = re.compile(
    r"INSERT INTO (?P<into>\w+) \((?P<columns>.*)\) VALUES.*"
    r"|UPDATE (?P<table>\w+) SET (?P<set>.*) WHERE (?P<row>.*)"
    r"|DELETE FROM (?P<source>\w+) WHERE (?P<gone>.*)"
)
COLUMN = re.compile(r"(?:\w+\.)?(\w+) ?= ?\?")

# A statement: what it does, to which table, and for each row its key (None: a new one) and values.
Row = tuple[Any, dict[str, Any]]
Statement = tuple[str, str, list[Row]]


class Planning(Session):
    """A session that compares each of its flushes with the plan for it."""

    running: RandomSession
    compared = 0

    def _flush_because(self, cause: Any) -> None:
        if self._flushing or self._is_clean():
            super()._flush_because(cause)
            return
        objects_held = self.load_what_must_be_known()
        told = self.plan_without_a_trace()
        before = len(self.running.sent)
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            try:
                super()._flush_because(cause)
            except Exception as error:
                self.compare_failure(told, self.running.sent[before:], error)
                raise
        try:
            self.compare(told, self.running.sent[before:], [str(each.message) for each in heard])
        except Exception as error:  # the program would take it for its own
            raise Disagreement(f"plan and flush cannot be compared: {error!r}") from error
        del objects_held

    def plan_without_a_trace(self) -> Plan:
        """Return the plan; nothing is sent and nothing changes."""
        objects = self.running.objects()
        seen, sent = picture(self, objects), len(self.running.sent)
        told = plan(self)
        same(seen, picture(self, objects), "before and after a plan")
        same(sent, len(self.running.sent), "statements before and after a plan")
        return told

    def load_what_must_be_known(self) -> list[Any]:
        """Load what a plan says must be known first; return it, so that it stays."""
        held: list[Any] = []
        for _ in range(20):
            wanted = [each for each in self.plan_without_a_trace() if each.action == "load"]
            if not wanted:
                return held
            with self.no_autoflush:
                held += [self.load(record) for record in wanted]
        raise Disagreement(f"there is no end to what must be loaded: {wanted}")

    def load(self, record: Record) -> Any:
        name, _, label = record.labels[0].partition(" of ")
        (obj,) = [each for each in self if label_of(each) == label]
        key = name.partition(".")[2]
        state = inspect(obj)
        if key not in state.dict:
            return getattr(obj, key)
        # What it replaced was not loaded: we put it where a flush would find it.
        replaced = state.get_history(key, PASSIVE_RETURN_NO_VALUE).deleted
        state.committed_state[key] = replaced[0] if replaced else None
        return replaced

    def compare(self, told: Plan, sent: list[Sent], warned: list[str]) -> None:
        same(as_told(told, is_done=True), as_sent(sent), "told and sent")
        same(told.error, None, "an error that was told, and did not come")
        warnings_told = [record.labels[0] for record in told if record.action == "warn"]
        warned = [message for message in warned if not message.startswith(AFTERWARDS)]
        same(warnings_told, warned, "told and heard warnings")
        self.compared += 1

    def compare_failure(self, told: Plan, sent: list[Sent], error: Exception) -> None:
        done = as_sent(sent)
        same(as_told(told, is_done=False)[: len(done)], done, f"told and sent until {error}")
        if told.error is not None and not isinstance(error, DBAPIError):
            same(repr(told.error), repr(error), "the error that was told and that which came")
        self.compared += 1


def label_of(obj: Any) -> str:
    identity = obj._sa_instance_state.identity
    return f"{type(obj).__name__}#{identity and identity[0]}"


def as_told(told: Plan, is_done: bool) -> list[Statement]:
    """Return the statements that a plan tells. is_done: the keys that it cannot know are known."""
    found: list[Statement] = []
    writes = [record for record in told if record.action in WRITES]
    for _, group in groupby(writes, lambda record: record.statement):
        records = list(group)
        rows = [(row_key(record), row_values(record, is_done)) for record in records]
        found.append((records[0].action, records[0].table, rows))
    return found


def row_key(record: Record) -> Any:
    if len(record.labels) > 1 or record.action == "insert":
        return None
    return int(record.labels[0].partition("#")[2])


def row_values(record: Record, is_done: bool) -> dict[str, Any]:
    return {
        name: (made_key(value) if is_done else ANY) if isinstance(value, NewKey) else value
        for name, value in record.values
    }


def made_key(value: NewKey) -> Any:
    return value.state.ident


def as_sent(sent: list[Sent]) -> list[Statement]:
    """Return what was written, in the same form."""
    return [as_written(each) for each in sent if not each.sql.startswith(UNTOLD)]


def as_written(sent: Sent) -> Statement:
    found = WRITTEN.fullmatch(sent.sql)
    if found is None:
        raise Disagreement(f"no statement that a plan tells: {sent.sql}")
    if found["into"]:
        names = found["columns"].split(", ")
        rows: list[Row] = [(None, dict(zip(names, each, strict=True))) for each in sent.sets]
        return "insert", found["into"], rows
    if found["table"]:
        names = COLUMN.findall(found["set"])
        return (
            "update",
            found["table"],
            [(each[-1], dict(zip(names, each[:-1], strict=True))) for each in sent.sets],
        )
    names = COLUMN.findall(found["gone"])
    if len(names) == 1:
        return "delete", found["source"], [(each[0], {}) for each in sent.sets]
    return (
        "delete",
        found["source"],
        [(None, dict(zip(names, each, strict=True))) for each in sent.sets],
    )


def flushes_compared(seed: int) -> int:
    """Run the program of a seed; return how many of its flushes were compared with their plan."""
    running = RandomSession(seed, Planning)
    running.session.running = running
    try:
        running.run()
        return running.session.compared
    finally:
        running.close()


@pytest.mark.parametrize("seed", SAMPLE)
def test_a_plan_tells_what_the_flush_does(seed: int) -> None:
    assert flushes_compared(seed) > 0


@pytest.mark.soak
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_plans_tell_what_the_flush_does(chunk: int) -> None:
    first = 1000 + chunk * CHUNK
    assert all(flushes_compared(seed) > 0 for seed in range(first, first + CHUNK))


# One situation each, as a reader sees it ------------------------------------------------------


def told(session: Session) -> list[str]:
    return str(plan(session)).splitlines()


def test_a_session_with_nothing_to_write_has_an_empty_plan(session: Session) -> None:
    assert (len(plan(session)), plan(session).error, bool(plan(session))) == (0, None, False)


def test_parents_come_before_children_and_lend_them_their_key(
    gardens: Gardens, session: Session
) -> None:
    session.add(gardens.Garden(name="south", plants=[gardens.Plant(name="rose")]))
    assert told(session) == [
        "insert Garden (new) into gardens: name='south', within_id=NULL (added)",
        "insert Plant (new) into plants: name='rose', garden_id=Garden (new).id "
        "(added; key of Garden (new) along Garden.plants; "
        "key of Garden (new) along Plant.garden)",
    ]


def test_what_was_replaced_unseen_must_be_known_first(gardens: Gardens, session: Session) -> None:
    garden = gardens.Garden(sign=gardens.Sign())
    session.add(garden)
    session.commit()
    garden.sign = gardens.Sign()
    assert told(session) == [
        "load Garden.sign of Garden#1 (it must be known first)",
        "insert Sign (new) into signs: garden_id=1 "
        "(added; key of Garden#1 along Garden.sign; key of Garden#1 along Sign.garden)",
    ]


def test_what_a_flush_does_not_load_is_not_announced(gardens: Gardens, session: Session) -> None:
    session.add(gardens.Garden(tools=[gardens.Tool()]))
    session.commit()
    garden = session.query(gardens.Garden).one()
    garden.tools.remove(garden.tools[0])
    assert [record.action for record in plan(session)] == ["delete"]


def test_a_plain_default_is_told_and_a_function_is_not_called(session: Session) -> None:
    Base = declarative_base()

    class Bed(Base):
        __tablename__ = "beds"
        id = Column(Integer, primary_key=True, default=lambda: pytest.fail("it was called"))
        size = Column(Integer, default=3, onupdate=4)
        made = Column(Integer, default=lambda: pytest.fail("it was called"))

    session.add(Bed())
    assert told(session) == ["insert Bed (new) into beds: size=3 (added)"]


def test_a_session_that_waits_for_rollback_says_so(gardens: Gardens, session: Session) -> None:
    session.add_all([gardens.Tag(id=1), gardens.Tag(id=1)])
    with pytest.raises(IntegrityError):
        session.flush()
    session.add(gardens.Tag())
    planned = plan(session)
    with pytest.raises(PendingRollbackError) as caught:
        session.flush()
    assert (planned.records, str(planned.error)) == ([], str(caught.value))


def test_an_object_whose_row_is_gone_stops_the_plan_as_it_stops_the_flush(session: Session) -> None:
    class Branch(declarative_base()):  # type: ignore[misc]
        __tablename__ = "branches"
        id = Column(Integer, primary_key=True)
        tree_id = Column(ForeignKey("branches.id"))
        twigs = relationship("Branch", cascade="all, delete-orphan")

    Branch.metadata.create_all(session.bind)
    tree = Branch(twigs=[Branch()])
    session.add(tree)
    session.commit()
    twig = tree.twigs[0]
    tree.twigs.remove(twig)
    session.delete(twig)  # the cascade loads its twigs, which flushes: it was an orphan
    assert str(plan(session).error) == "Failed to add object to the flush context!"
    with pytest.raises(AssertionError, match=r"^Failed to add object to the flush context!$"):
        session.flush()


def test_a_value_deleted_unread_stops_the_plan_as_it_stops_the_flush(
    gardens: Gardens, session: Session
) -> None:
    garden = gardens.Garden(name="south")
    session.add(garden)
    session.commit()
    session.refresh(garden, ["id"])
    del garden.name
    planned = plan(session)
    with pytest.raises(KeyError) as caught:
        session.flush()
    assert (planned.records, repr(planned.error)) == ([], repr(caught.value))
