"""The pool of a database in memory: one raw connection, which all hold at once."""

from __future__ import annotations

from ormtutor.miniorm import create_engine, text


def test_who_still_holds_a_disposed_connection_keeps_it() -> None:
    engine = create_engine("sqlite://")
    first, second = engine.connect(), engine.connect()
    first.execute(text("CREATE TABLE boats (name)"))
    engine.dispose()
    engine.connect().close()
    second.close()
    assert first.execute(text("SELECT count(*) FROM boats")).scalar() == 0
    names = text("SELECT name FROM sqlite_master")
    assert engine.connect().execute(names).fetchall() == []
