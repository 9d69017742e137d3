"""Session: an object's way through it, its errors in the published words, what listeners hear."""

import gc
from typing import Any

import pytest

from ormtutor.miniorm import event
from ormtutor.miniorm.engine.base import Engine
from ormtutor.miniorm.exc import (
    IntegrityError,
    InvalidRequestError,
    PendingRollbackError,
    SAWarning,
    UnboundExecutionError,
)
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm.exc import (
    DetachedInstanceError,
    FlushError,
    ObjectDeletedError,
    UnmappedInstanceError,
)
from ormtutor.miniorm.orm.session import (
    Session,
    close_all_sessions,
    make_transient,
    object_session,
)
from ormtutor.miniorm.sql.elements import text
from tests.miniorm.orm.gardens import Gardens
from tests.miniorm.orm.sql_log import SQLLog


def saved(session: Session, instance: Any) -> Any:
    """The object, written and committed."""
    session.add(instance)
    session.commit()
    return instance


# adding -------------------------------------------------------------------------------------------


def test_add_makes_an_object_pending_and_sends_nothing(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    garden = gardens.Garden(name="Ost")

    session.add(garden)

    assert inspect(garden).pending
    assert list(session.new) == [garden]
    assert garden in session
    assert sql_log == []


def test_add_takes_in_what_the_cascade_reaches_parents_first(
    gardens: Gardens, session: Session
) -> None:
    mint, sage = gardens.Plant(name="mint"), gardens.Plant(name="sage")
    garden = gardens.Garden(name="Ost", plants=[mint, sage])

    session.add(garden)

    assert list(session.new) == [garden, mint, sage]


def test_adding_what_is_not_mapped_names_its_class(session: Session) -> None:
    with pytest.raises(UnmappedInstanceError, match=r"^Class 'builtins.int' is not mapped$"):
        session.add(5)


def test_adding_a_class_asks_whether_an_object_was_meant(
    gardens: Gardens, session: Session
) -> None:
    with pytest.raises(UnmappedInstanceError, match=r"was a class .* supplied where an instance"):
        session.add(gardens.Garden)


def test_an_object_of_another_session_is_refused(
    gardens: Gardens, session: Session, engine: Engine
) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    other = Session(engine)

    with pytest.raises(InvalidRequestError) as caught:
        other.add(garden)

    assert str(caught.value) == (
        f"Object '<Garden at 0x{id(garden):x}>' is already attached to session "
        f"'{session.hash_key}' (this is '{other.hash_key}')"
    )


def test_a_second_object_with_the_same_key_is_refused(
    gardens: Gardens, session: Session, engine: Engine
) -> None:
    garden = saved(session, gardens.Garden(id=1, name="Ost"))
    session.commit()
    with Session(engine) as other:
        twin = other.get(gardens.Garden, 1)

    with pytest.raises(InvalidRequestError, match=r"another instance with key .* is already"):
        session.add(twin)

    assert garden in session


# deleting -----------------------------------------------------------------------------------------


def test_delete_marks_the_object_and_what_the_delete_cascade_reaches(
    gardens: Gardens, session: Session
) -> None:
    mint = gardens.Plant(name="mint")
    garden = saved(session, gardens.Garden(name="Ost", plants=[mint]))

    session.delete(garden)

    assert set(session.deleted) == {garden, mint}
    assert inspect(garden).persistent


def test_an_object_without_a_row_cannot_be_deleted(gardens: Gardens, session: Session) -> None:
    garden = gardens.Garden(name="Ost")

    with pytest.raises(InvalidRequestError, match=r"^Instance '<Garden at .*>' is not persisted$"):
        session.delete(garden)


def test_add_takes_the_mark_away_again(gardens: Gardens, session: Session, sql_log: SQLLog) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    session.delete(garden)
    sql_log.restart()

    session.add(garden)
    session.flush()

    assert list(session.deleted) == []
    assert sql_log.writes == []


def test_a_deleted_object_cannot_be_added_again(gardens: Gardens, session: Session) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    session.delete(garden)
    session.commit()

    with pytest.raises(InvalidRequestError, match=r"has been deleted\.  Use the make_trans"):
        session.add(garden)


def test_a_deleted_object_is_deleted_after_the_flush_and_detached_after_the_commit(
    gardens: Gardens, session: Session
) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    session.delete(garden)
    session.flush()
    state = inspect(garden)
    after_flush = (state.deleted, state.detached, garden in session)

    session.commit()

    assert after_flush == (True, False, False)
    assert (state.deleted, state.detached) == (False, True)


# expiring, refreshing, expunging ------------------------------------------------------------------


def test_commit_expires_and_the_next_read_says_why_it_loads(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    sql_log.restart()

    assert garden.name == "Ost"

    assert sql_log == [
        "BEGIN",
        "SELECT gardens.id AS gardens_id, gardens.name AS gardens_name, gardens.within_id AS "
        "gardens_within_id FROM gardens WHERE gardens.id = ? (1,)",
    ]
    assert sql_log.causes == ["refresh of expired Garden#1"]


def test_without_expire_on_commit_nothing_is_read_again(
    gardens: Gardens, engine: Engine, sql_log: SQLLog
) -> None:
    with Session(engine, expire_on_commit=False) as session:
        garden = saved(session, gardens.Garden(name="Ost"))
        sql_log.restart()

        assert garden.name == "Ost"

    assert sql_log == []


def test_refresh_discards_changes_and_reads_at_once(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    garden.name = "West"
    sql_log.restart()

    session.refresh(garden)

    assert garden.name == "Ost"
    assert sql_log == [
        "BEGIN",
        "SELECT gardens.id, gardens.name, gardens.within_id FROM gardens WHERE gardens.id = ? (1,)",
    ]


def test_refresh_of_a_row_that_is_gone_is_told(gardens: Gardens, session: Session) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    session.execute(text("DELETE FROM gardens"))

    with pytest.raises(InvalidRequestError, match=r"^Could not refresh instance '<Garden at "):
        session.refresh(garden)


def test_reading_an_expired_object_whose_row_is_gone_is_told(
    gardens: Gardens, session: Session
) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    session.execute(text("DELETE FROM gardens"))

    with pytest.raises(ObjectDeletedError, match=r"or its row is otherwise not present"):
        _ = garden.name


@pytest.mark.parametrize("method", ["expire", "refresh"])
def test_only_persistent_objects_are_expired_or_refreshed(
    gardens: Gardens, session: Session, method: str
) -> None:
    garden = gardens.Garden(name="Ost")
    session.add(garden)

    with pytest.raises(InvalidRequestError, match=r"is not persistent within this Session$"):
        getattr(session, method)(garden)


def test_expunge_lets_go_with_the_cascade(gardens: Gardens, session: Session) -> None:
    mint = gardens.Plant(name="mint")
    garden = gardens.Garden(name="Ost", plants=[mint])
    session.add(garden)

    session.expunge(garden)

    assert list(session.new) == []
    assert inspect(mint).transient


def test_expunging_what_is_not_here_is_refused(gardens: Gardens, session: Session) -> None:
    with pytest.raises(InvalidRequestError, match=r"is not present in this Session$"):
        session.expunge(gardens.Garden())


def test_a_detached_object_cannot_refresh_itself(gardens: Gardens, session: Session) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    session.expunge(garden)

    with pytest.raises(DetachedInstanceError) as caught:
        _ = garden.name

    assert str(caught.value) == (
        f"Instance <Garden at 0x{id(garden):x}> is not bound to a Session; attribute refresh "
        "operation cannot proceed (Background on this error at: https://sqlalche.me/e/14/bhk3)"
    )


def test_make_transient_forgets_key_and_session_and_keeps_values(
    gardens: Gardens, session: Session
) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    assert garden.name == "Ost"

    make_transient(garden)

    assert inspect(garden).transient
    assert (garden.id, garden.name) == (1, "Ost")
    assert object_session(garden) is None


def test_close_all_sessions_closes_those_that_are_open(gardens: Gardens, session: Session) -> None:
    session.add(gardens.Garden(name="Ost"))

    close_all_sessions()

    assert list(session.new) == []


# the identity map ---------------------------------------------------------------------------------


def test_one_row_is_one_object(gardens: Gardens, session: Session) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))

    assert session.get(gardens.Garden, 1) is garden
    assert session.query(gardens.Garden).one() is garden


def test_an_object_nobody_holds_leaves_the_identity_map(gardens: Gardens, session: Session) -> None:
    saved(session, gardens.Garden(name="Ost"))
    gc.collect()

    assert len(session.identity_map) == 0


def test_an_object_with_changes_is_held_until_they_are_written(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    saved(session, gardens.Garden(name="Ost"))
    session.get(gardens.Garden, 1).name = "West"
    gc.collect()
    sql_log.restart()

    session.flush()
    gc.collect()

    assert sql_log.writes == ["UPDATE gardens SET name=? WHERE gardens.id = ? ('West', 1)"]
    assert len(session.identity_map) == 0


# what has changed ---------------------------------------------------------------------------------


def test_setting_the_same_value_makes_dirty_but_not_modified(
    gardens: Gardens, session: Session
) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    assert garden.name == "Ost"

    garden.name = "Ost"

    assert list(session.dirty) == [garden]
    assert not session.is_modified(garden)


def test_collections_count_as_changes_unless_left_out(gardens: Gardens, session: Session) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))

    garden.plants.append(gardens.Plant(name="mint"))

    assert session.is_modified(garden)
    assert not session.is_modified(garden, include_collections=False)


def test_looking_sends_nothing_and_begins_nothing(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    garden = saved(session, gardens.Garden(name="Ost"))
    sql_log.restart()

    seen = (
        list(session.new),
        list(session.dirty),
        list(session.deleted),
        garden in session,
        session.is_modified(garden),
        list(session),
        session.in_transaction(),
    )

    assert seen == ([], [], [], True, False, [garden], False)
    assert sql_log == []


# autoflush ----------------------------------------------------------------------------------------


def test_a_query_flushes_first_and_the_statements_say_so(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    session.add(gardens.Garden(name="Ost"))

    session.query(gardens.Garden).all()

    assert sql_log.causes == ["autoflush for query of Garden", "query"]


def test_no_autoflush_keeps_pending_objects_waiting(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    session.add(gardens.Garden(name="Ost"))

    with session.no_autoflush as same:
        found = same.query(gardens.Garden).all()

    assert found == []
    assert sql_log.writes == []
    assert session.autoflush


def test_a_failing_autoflush_says_that_a_query_asked_for_it(
    gardens: Gardens, session: Session
) -> None:
    saved(session, gardens.Garden(id=1))
    session.expunge_all()
    session.add(gardens.Garden(id=1))

    with pytest.raises(IntegrityError, match=r"raised as a result of Query-invoked autoflush; "):
        session.query(gardens.Garden).all()


def test_each_flush_says_who_asked_for_it(
    gardens: Gardens, session: Session, sql_log: SQLLog
) -> None:
    session.add(gardens.Garden(name="Ost"))
    session.flush()
    session.add(gardens.Garden(name="West"))
    session.commit()

    assert sql_log.causes == ["flush: explicit", "flush: commit"]
    assert sql_log.objects == [("Garden (new)",), ("Garden (new)",)]


# failing ------------------------------------------------------------------------------------------


def test_after_a_failed_flush_the_session_asks_for_rollback(
    gardens: Gardens, session: Session
) -> None:
    saved(session, gardens.Garden(id=1))
    session.expunge_all()
    session.add(gardens.Garden(id=1))
    with pytest.raises(IntegrityError):
        session.flush()

    with pytest.raises(PendingRollbackError) as caught:
        session.query(gardens.Garden).all()

    assert str(caught.value).startswith(
        "This Session's transaction has been rolled back due to a previous exception during "
        "flush. To begin a new transaction with this Session, first issue Session.rollback(). "
        "Original exception was: (sqlite3.IntegrityError) UNIQUE constraint failed: gardens.id"
    )
    assert str(caught.value).endswith(
        "(Background on this error at: https://sqlalche.me/e/14/7s2a)"
    )
    assert not session.is_active


def test_rollback_makes_it_usable_again(gardens: Gardens, session: Session) -> None:
    saved(session, gardens.Garden(id=1))
    session.expunge_all()
    session.add(gardens.Garden(id=1))
    with pytest.raises(IntegrityError):
        session.flush()

    session.rollback()

    assert session.is_active
    assert session.query(gardens.Garden.id).all() == [(1,)]


def test_a_flush_within_a_flush_is_refused(gardens: Gardens, session: Session) -> None:
    event.listen(session, "after_flush", lambda session, context: session.flush())
    session.add(gardens.Garden(name="Ost"))

    with pytest.raises(InvalidRequestError, match=r"^Session is already flushing$"):
        session.flush()


def test_a_commit_that_never_gets_clean_is_given_up(gardens: Gardens, session: Session) -> None:
    event.listen(session, "after_flush", lambda session, _: session.add(gardens.Garden()))
    session.add(gardens.Garden(name="Ost"))

    with pytest.raises(FlushError, match=r"^Over 100 subsequent flushes have occurred within "):
        session.commit()


# binds --------------------------------------------------------------------------------------------


def test_without_an_engine_the_error_names_what_was_looked_for(gardens: Gardens) -> None:
    session = Session()

    with pytest.raises(UnboundExecutionError) as caught:
        session.query(gardens.Garden).all()

    assert str(caught.value) == (
        "Could not locate a bind configured on mapper mapped class Garden->gardens, SQL expression "
        "or this Session."
    )


def test_without_an_engine_and_without_context_the_error_says_that() -> None:
    with pytest.raises(UnboundExecutionError, match=r"^This session is not bound to a single "):
        Session().get_bind()


# left out -----------------------------------------------------------------------------------------


def test_what_is_left_out_says_that_sqlalchemy_has_it(session: Session) -> None:
    with pytest.raises(
        AttributeError, match=r"bulk_save_objects is not in miniorm; SQLAlchemy has"
    ):
        session.bulk_save_objects([])


def test_an_engine_for_each_class_is_left_out() -> None:
    with pytest.raises(TypeError, match=r"^binds is not in miniorm; SQLAlchemy has it$"):
        Session(binds={})


def test_an_argument_that_nobody_has_is_refused_as_python_does() -> None:
    with pytest.raises(TypeError, match=r"^Session.__init__\(\) got an unexpected keyword"):
        Session(colour="red")


@pytest.mark.parametrize("argument", ["autocommit", "twophase"])
def test_modes_that_are_left_out_say_so(argument: str) -> None:
    with pytest.raises(TypeError, match=rf"^Session\({argument}=True\) is not in miniorm"):
        Session(**{argument: True})  # type: ignore[arg-type]


# listeners ----------------------------------------------------------------------------------------


def heard(session: Session, *names: str) -> list[str]:
    """A list that fills with the names of these events as they happen."""
    told: list[str] = []

    def listener(name: str) -> Any:
        return lambda *arguments: told.append(name)

    for name in names:
        event.listen(session, name, listener(name))
    return told


def test_an_objects_life_is_told(gardens: Gardens, session: Session) -> None:
    told = heard(
        session,
        "transient_to_pending",
        "pending_to_persistent",
        "persistent_to_deleted",
        "deleted_to_detached",
        "deleted_to_persistent",
        "persistent_to_detached",
        "detached_to_persistent",
        "pending_to_transient",
        "persistent_to_transient",
    )
    garden = gardens.Garden(name="Ost")
    session.add(garden)
    session.expunge(garden)
    session.add(garden)
    session.commit()
    session.expunge(garden)
    session.add(garden)
    session.delete(garden)
    session.flush()
    session.rollback()
    session.delete(garden)
    session.commit()
    west = gardens.Garden(name="West")
    session.add(west)
    session.flush()
    session.rollback()

    assert told == [
        "transient_to_pending",
        "pending_to_transient",
        "transient_to_pending",
        "pending_to_persistent",
        "persistent_to_detached",
        "detached_to_persistent",
        "persistent_to_deleted",
        "deleted_to_persistent",
        "persistent_to_deleted",
        "deleted_to_detached",
        "transient_to_pending",
        "pending_to_persistent",
        "persistent_to_transient",
    ]


def test_a_flush_is_told_before_after_and_when_all_is_settled(
    gardens: Gardens, session: Session
) -> None:
    told = heard(
        session,
        "before_commit",
        "before_flush",
        "after_begin",
        "after_flush",
        "after_flush_postexec",
        "after_commit",
        "after_rollback",
    )
    session.add(gardens.Garden(name="Ost"))

    session.commit()
    session.rollback()

    assert told == [
        "before_commit",
        "before_flush",
        "after_begin",
        "after_flush",
        "after_flush_postexec",
        "after_commit",
    ]


def test_changes_made_while_a_flush_writes_are_warned_of(
    gardens: Gardens, session: Session
) -> None:
    garden, plant = gardens.Garden(name="Ost"), gardens.Plant(name="mint")
    saved(session, garden)

    def meddle(session: Session, context: Any) -> None:
        garden.name = "West"

    event.listen(session, "after_flush", meddle)
    session.add(plant)

    with pytest.warns(SAWarning, match=r"^Attribute history events accumulated on 1 previously"):
        session.flush()
