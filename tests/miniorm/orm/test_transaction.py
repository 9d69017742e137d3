"""Transactions of a session: beginning, nesting, ending; objects come back as they were."""

import pytest

from ormtutor.miniorm import event
from ormtutor.miniorm.engine.base import Engine
from ormtutor.miniorm.exc import (
    IntegrityError,
    InvalidRequestError,
    ResourceClosedError,
    SAWarning,
)
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm.session import Session
from ormtutor.miniorm.sql.elements import text
from tests.miniorm.orm.gardens import Gardens
from tests.miniorm.orm.sql_log import SQLLog


def test_a_transaction_begins_with_the_first_use(gardens: Gardens, session: Session) -> None:
    before = session.in_transaction()
    session.add(gardens.Garden(name="Ost"))

    assert (before, session.in_transaction()) == (False, True)


def test_the_database_hears_of_it_with_the_first_statement(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    session.add(gardens.Garden(name="Ost"))
    before = list(sql_log)

    session.commit()

    assert before == []
    assert sql_log == [
        "BEGIN",
        "INSERT INTO gardens (name, within_id) VALUES (?, ?) ('Ost', None)",
        "COMMIT",
    ]


def test_begin_as_a_context_manager_commits(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    with session.begin() as transaction:
        session.add(gardens.Garden(name="Ost"))

    assert sql_log[-1] == "COMMIT"
    assert not transaction.is_active


def test_an_error_inside_rolls_back(gardens: Gardens, session: Session, sql_log: SQLLog) -> None:
    def fail_after_a_flush() -> None:
        with session.begin():
            session.add(gardens.Garden(name="Ost"))
            session.flush()
            raise ValueError("stop")

    with pytest.raises(ValueError, match=r"^stop$"):
        fail_after_a_flush()

    assert sql_log[-1] == "ROLLBACK"
    assert not session.in_transaction()


def test_work_after_the_end_inside_the_block_is_refused(gardens: Gardens, session: Session) -> None:
    def go_on_after_rollback() -> None:
        with session.begin():
            session.rollback()
            session.add(gardens.Garden(name="Ost"))

    message = r"^Can't operate on closed transaction inside context manager\."
    with pytest.raises(InvalidRequestError, match=message):
        go_on_after_rollback()


def test_a_second_begin_is_refused(session: Session) -> None:
    session.begin()

    with pytest.raises(InvalidRequestError, match=r"^A transaction is already begun on this "):
        session.begin()


def test_an_ended_transaction_is_closed(session: Session) -> None:
    transaction = session.begin()
    transaction.commit()

    with pytest.raises(ResourceClosedError, match=r"^This transaction is closed$"):
        transaction.commit()


# rollback restores --------------------------------------------------------------------------------


def test_rollback_lets_new_objects_go_with_their_values(gardens: Gardens, session: Session) -> None:
    garden = gardens.Garden(name="Ost")
    session.add(garden)
    session.flush()

    session.rollback()

    assert inspect(garden).transient
    assert (garden.id, garden.name) == (1, "Ost")


def test_rollback_brings_deleted_objects_back(gardens: Gardens, session: Session) -> None:
    garden = gardens.Garden(name="Ost")
    session.add(garden)
    session.commit()
    session.delete(garden)
    session.flush()

    session.rollback()

    assert inspect(garden).persistent
    assert garden.name == "Ost"


def test_rollback_forgets_changes(gardens: Gardens, session: Session) -> None:
    garden = gardens.Garden(name="Ost")
    session.add(garden)
    session.commit()
    garden.name = "West"
    session.flush()

    session.rollback()

    assert list(session.dirty) == []
    assert garden.name == "Ost"


def test_rollback_restores_a_changed_primary_key(gardens: Gardens, session: Session) -> None:
    garden = gardens.Garden(id=1, name="Ost")
    session.add(garden)
    session.commit()
    garden.id = 7
    session.flush()
    switched = inspect(garden).identity

    session.rollback()

    assert (switched, inspect(garden).identity) == ((7,), (1,))
    assert session.get(gardens.Garden, 1) is garden


def test_changes_on_a_failed_transaction_are_warned_of_and_discarded(
    gardens: Gardens, session: Session
) -> None:
    session.add_all([gardens.Garden(id=1), gardens.Garden(id=1)])
    with pytest.raises(IntegrityError):
        session.flush()
    session.add(gardens.Garden(name="lost"))

    with pytest.warns(SAWarning, match=r"^Session's state has been changed on a non-active "):
        session.rollback()

    assert list(session.new) == []


# savepoints ---------------------------------------------------------------------------------------


def test_a_savepoint_rolls_back_alone(gardens: Gardens, session: Session, sql_log: SQLLog) -> None:
    session.add(gardens.Garden(name="kept"))
    session.flush()
    nested = session.begin_nested()
    lost = gardens.Garden(name="lost")
    session.add(lost)
    session.flush()

    nested.rollback()
    session.commit()

    assert inspect(lost).transient
    assert session.query(gardens.Garden.name).all() == [("kept",)]
    assert "ROLLBACK TO SAVEPOINT sa_savepoint_1 ()" in sql_log


def test_what_is_pending_is_written_before_the_savepoint(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    session.add(gardens.Garden(name="Ost"))

    session.begin_nested()
    session.add(gardens.Garden(name="West"))
    session.flush()

    assert sql_log == [
        "BEGIN",
        "INSERT INTO gardens (name, within_id) VALUES (?, ?) ('Ost', None)",
        "SAVEPOINT sa_savepoint_1 ()",
        "INSERT INTO gardens (name, within_id) VALUES (?, ?) ('West', None)",
    ]


def test_a_savepoint_restores_only_what_changed_inside(gardens: Gardens, session: Session) -> None:
    changed, untouched = gardens.Garden(name="Ost"), gardens.Garden(name="West")
    session.add_all([changed, untouched])
    session.flush()
    nested = session.begin_nested()
    changed.name = "Nord"
    session.flush()

    nested.rollback()

    assert "name" not in vars(changed)
    assert vars(untouched)["name"] == "West"
    assert changed.name == "Ost"


def test_what_a_released_savepoint_did_is_undone_by_the_outer_rollback(
    gardens: Gardens, session: Session
) -> None:
    garden = gardens.Garden(name="Ost")
    with session.begin_nested():
        session.add(garden)

    session.rollback()

    assert inspect(garden).transient


def test_a_flush_that_fails_in_a_savepoint_leaves_the_rest(
    gardens: Gardens, session: Session
) -> None:
    session.add(gardens.Garden(id=1, name="kept"))
    session.flush()
    session.expunge_all()

    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(gardens.Garden(id=1))

    assert session.is_active
    assert session.query(gardens.Garden.name).all() == [("kept",)]


def test_future_sessions_commit_all_levels_at_once(gardens: Gardens, engine: Engine) -> None:
    with Session(engine, future=True) as session:
        session.begin_nested()
        session.commit()

        assert not session.in_transaction()


def test_sessions_of_1_4_commit_one_level_at_a_time(session: Session) -> None:
    session.begin_nested()
    session.commit()

    assert (session.in_nested_transaction(), session.in_transaction()) == (False, True)


# connections --------------------------------------------------------------------------------------


def test_a_given_connection_in_a_transaction_keeps_it(gardens: Gardens, engine: Engine) -> None:
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection) as session:
            session.add(gardens.Garden(name="Ost"))
            session.commit()
        still_active = outer.is_active
        outer.rollback()

        assert still_active
        assert connection.execute(text("SELECT count(*) FROM gardens")).scalar() == 0


def test_sql_after_the_commit_is_refused_while_listeners_hear_of_it(
    gardens: Gardens, session: Session
) -> None:
    event.listen(session, "after_commit", lambda session: session.execute(text("SELECT 1")))
    session.add(gardens.Garden(name="Ost"))

    with pytest.raises(InvalidRequestError, match=r"^This session is in 'committed' state; no "):
        session.commit()
