"""What listeners are told is what reached SQLite; its own trace is the witness.

Each statement that a listener hears of, filled in with its parameters, is a line of the trace, and
no line of the trace is without one. Each has a cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ormtutor.miniorm import event
from ormtutor.miniorm.engine.create import create_engine
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.options import joinedload, selectinload, subqueryload
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.orm.session import Session
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.elements import text
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.types import Integer, LargeBinary, Numeric, String


@pytest.fixture(autouse=True)
def mapping() -> None:
    """Map Mill and Sack for each test: another one may have cleared all mappers."""
    global Base, Mill, Sack
    Base = declarative_base()

    class Mill(Base):
        __tablename__ = "mills"
        id = Column(Integer, primary_key=True)
        name = Column(String(30))
        height = Column(Numeric(5, 2, asdecimal=False))
        plan = Column(LargeBinary)
        sacks = relationship("Sack", back_populates="mill", order_by="Sack.id")

    class Sack(Base):
        __tablename__ = "sacks"
        id = Column(Integer, primary_key=True)
        grain = Column(String(30))
        mill_id = Column(ForeignKey("mills.id"))
        mill = relationship(Mill, back_populates="sacks")


class Witness:
    """Two accounts of the same: SQLite's, and that of a listener."""

    def __init__(self) -> None:
        self.traced: list[str] = []
        self.told: list[str] = []
        self.causes: list[str] = []
        self.outcomes: list[Any] = []

    def connect(self, raw: Any, record: Any) -> None:
        raw.set_trace_callback(self.traced.append)

    def after(
        self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        sets = parameters if many else [parameters]
        self.told += [filled_in(sql, each) for each in sets]
        self.causes.append(str(context.cause))
        self.outcomes.append(context.outcome)

    def statements(self) -> list[str]:
        """Return the trace without the BEGIN that sqlite3 sends itself, and its counterparts."""
        own = ("BEGIN", "COMMIT", "ROLLBACK")
        return [line for line in self.traced if line.rstrip() not in own]

    def forget(self) -> None:
        for account in (self.traced, self.told, self.causes, self.outcomes):
            account.clear()


def filled_in(sql: str, parameters: Any) -> str:
    pieces = sql.split("?")
    words = [as_sql(value) for value in parameters] + [""]
    return "".join(piece + word for piece, word in zip(pieces, words, strict=True))


def as_sql(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, (bytes, memoryview)):
        return f"x'{bytes(value).hex()}'"
    return repr(value)


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def session(witness: Witness) -> Iterator[Session]:
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", witness.connect)
    event.listen(engine, "after_cursor_execute", witness.after)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            [
                Mill(name="Nord", height=12.5, plan=b"\x00\xff", sacks=[Sack(grain="rye")]),
                Mill(name="Sued's", height=9.0, sacks=[Sack(grain="oats"), Sack(grain="wheat")]),
            ]
        )
        session.commit()
        yield session


def test_creating_tables_and_a_first_flush(session: Session, witness: Witness) -> None:
    assert witness.statements() == witness.told
    assert witness.causes[:4] == ["DDL", "DDL", "DDL", "DDL"]
    assert set(witness.causes[6:]) == {"flush: commit"}


def test_a_query_and_the_loads_that_follow_it(session: Session, witness: Witness) -> None:
    witness.forget()
    for mill in session.query(Mill).order_by(Mill.id):
        assert [sack.grain for sack in mill.sacks]
    assert witness.causes == ["query", "lazy load of Mill.sacks", "lazy load of Mill.sacks"]
    assert witness.statements() == witness.told


@pytest.mark.parametrize(
    ("option", "causes"),
    [
        (joinedload, ["query"]),
        (selectinload, ["query", "eager load of Mill.sacks (selectin)"]),
        (subqueryload, ["query", "eager load of Mill.sacks (subquery)"]),
    ],
)
def test_an_eager_load_says_how(
    session: Session, witness: Witness, option: Any, causes: list[str]
) -> None:
    witness.forget()
    mills = session.query(Mill).options(option(Mill.sacks)).order_by(Mill.id).all()
    assert [len(mill.sacks) for mill in mills] == [1, 2]
    assert witness.causes == causes
    assert witness.statements() == witness.told


def test_get_refresh_and_count(session: Session, witness: Witness) -> None:
    witness.forget()
    mill = session.get(Mill, 1)
    session.expire(mill)
    assert mill.name == "Nord"
    assert session.query(Mill).count() == 2
    assert session.get(Mill, 1) is mill
    assert witness.causes == ["get Mill#1", "refresh of expired Mill#1", "count"]
    assert witness.statements() == witness.told


def test_a_flush_says_who_wanted_it(session: Session, witness: Witness) -> None:
    mill = session.get(Mill, 1)
    witness.forget()
    mill.name = "a"
    session.flush()
    mill.name = "b"
    session.commit()
    mill.name = "c"
    assert session.query(Sack).filter_by(grain="rye").one().grain == "rye"
    assert [cause for cause in witness.causes if "refresh" not in cause] == [
        "flush: explicit",
        "flush: commit",
        "autoflush for query of Sack",
        "query",
    ]
    assert witness.statements() == witness.told


def test_many_rows_at_once_are_one_statement_to_us(session: Session, witness: Witness) -> None:
    mills = session.query(Mill).order_by(Mill.id).all()
    witness.forget()
    for mill in mills:
        mill.height = 1.5
    session.flush()
    assert witness.causes == ["flush: explicit"]
    assert witness.statements() == witness.told
    assert len(witness.told) == 2


def test_core_statements_are_told_too(session: Session, witness: Witness) -> None:
    witness.forget()
    connection = session.connection()
    assert connection.execute(select(func.count()).select_from(Sack.__table__)).scalar() == 3
    assert connection.execute(text("SELECT :word"), {"word": "it's"}).scalar() == "it's"
    connection.exec_driver_sql("DELETE FROM sacks WHERE id = ?", (1,))
    assert witness.causes == ["core", "core", "core"]
    assert witness.statements() == witness.told


def test_savepoints_are_statements_of_a_transaction(session: Session, witness: Witness) -> None:
    witness.forget()
    with session.begin_nested():
        session.add(Sack(grain="spelt"))
    assert witness.statements() == witness.told
    assert witness.told[0] == "SAVEPOINT sa_savepoint_1"
    assert witness.told[-1] == "RELEASE SAVEPOINT sa_savepoint_1"


def test_deleting_says_what_it_reads_and_writes(session: Session, witness: Witness) -> None:
    mill = session.get(Mill, 2)
    witness.forget()
    session.delete(mill)
    session.flush()
    assert witness.statements() == witness.told
    assert set(witness.causes) == {"lazy load of Mill.sacks", "flush: explicit"}


def test_rows_become_new_objects_or_known_ones(session: Session, witness: Witness) -> None:
    kept = session.get(Mill, 1)
    witness.forget()
    assert kept in session.query(Mill).all()
    outcome = witness.outcomes[0]
    assert (outcome.rows, outcome.made, outcome.known) == (2, 1, 1)
