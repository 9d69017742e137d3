"""One commit and one lazy load, followed through the engine, for docs/traces.md.

Before: nothing; the program below runs on the engine.
Here:   a profiler notes which of the listed functions are called, and in which order; an event of
        the engine, which statements are sent between them.
After:  pages.py makes the page; test_docs.py fails if a listed function is no longer called.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from ormtutor import miniorm
from ormtutor.miniorm import Column, ForeignKey, Integer, String, create_engine, event
from ormtutor.miniorm.orm import Session, declarative_base, relationship

ENGINE = Path(miniorm.__file__).parent

# File and function, and what happens there.
COMMIT = {
    "orm/session.py Session.commit": "The learner's call. The session passes it on to its "
    "transaction.",
    "orm/transaction.py SessionTransaction._flush_till_clean": "Before the COMMIT, everything "
    "that is pending or changed must be written: flush until nothing is left.",
    "orm/unitofwork.py collect": "What is new, changed or to be deleted is collected, by mapper.",
    "orm/unitofwork.py UOWTransaction.prepare": "Each relationship reads the histories of its "
    "attribute and adds further objects.",
    "orm/dependency.py OneToMany.presort_saves": "The shelf's new jar is found through the list.",
    "orm/unitofwork.py UOWTransaction.ordered": "The plan: one step for each mapper's rows, one "
    "for each relationship, sorted by what depends on what. No SQL yet.",
    "orm/persistence.py save": "The first step: objects become rows, in the order of adding.",
    "engine/connection.py Connection._insert_each": "The rows go to the cursor, with their cause.",
    "sql/compiler.py SQLCompiler.visit_insert": "The INSERT is written; the next one like it is "
    "taken from a cache.",
    "orm/dependency.py OneToMany.process_saves": "The key that the database made is copied to "
    "the jar, which is written next.",
    "orm/unitofwork.py UOWTransaction.finish": "Everything is written: what was new becomes "
    "persistent.",
    "orm/session.py Session._register_persistent": "The identity map takes the objects in.",
    "engine/connection.py Connection._end_transaction": "COMMIT.",
    "orm/state.py InstanceState.expire": "Each object forgets its values, since others may "
    "change the rows from now on. The next read loads them again.",
}
LAZY_LOAD = {
    "orm/impls.py AttributeImpl.get": "`shelf.jars` is not in the object's dictionary, so "
    "its descriptor asks the attribute.",
    "orm/strategies.py load_lazily": "The mapping says how to load what is missing: here by a "
    "SELECT, at the first read.",
    "orm/compiled.py compile_shape": "An ORM select becomes a Core select and a plan of what its "
    "rows become.",
    "orm/strategies.py LazyLoader._compilation": "The SELECT is built once for each relationship "
    "and kept.",
    "orm/loading.py run": "The query runs on the session's connection, after an autoflush if "
    "something waits.",
    "orm/loading.py load_rows": "Rows become objects, unless the identity map has them already.",
    "orm/impls.py CollectionAttributeImpl.set_committed_value": "The list is filled without "
    "a change being noted.",
}


class Follower:
    """Notes which of the places are entered, and what is sent."""

    def __init__(self, places: dict[str, str]) -> None:
        self.places = places
        self.found: list[str] = []

    def call(self, frame: FrameType, what: str, argument: object) -> None:
        code = frame.f_code
        if what == "call" and code.co_filename.startswith(str(ENGINE)):
            place = f"{Path(code.co_filename).relative_to(ENGINE).as_posix()} {code.co_qualname}"
            if place in self.places and place not in self.found:
                self.found.append(place)

    def statement(self, connection: Any, cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        self.found.append(f"SQL {' '.join(sql.split())} -- {parameters!r}")

    def follow(self, run: Callable[[], object]) -> list[str]:
        """Return the places in the order in which they were entered, and the statements."""
        sys.setprofile(self.call)
        try:
            run()
        finally:
            sys.setprofile(None)
        missing = [place for place in self.places if place not in self.found]
        assert missing == [], f"not entered any more: {missing}"
        return self.found


def traced() -> tuple[list[str], list[str]]:
    """Return the places and statements of a commit, and of a lazy load."""
    base: Any = declarative_base()

    class Jar(base):  # type: ignore[misc]
        __tablename__ = "jars"
        id = Column(Integer, primary_key=True)
        label = Column(String)
        shelf_id = Column(ForeignKey("shelves.id"))

    class Shelf(base):  # type: ignore[misc]
        __tablename__ = "shelves"
        id = Column(Integer, primary_key=True)
        room = Column(String)
        jars = relationship(Jar)

    engine = create_engine("sqlite://")
    base.metadata.create_all(engine)
    commit, lazy_load = Follower(COMMIT), Follower(LAZY_LOAD)
    session = Session(engine)
    shelf: Any = Shelf(room="cellar", jars=[Jar(label="plum")])
    session.add(shelf)
    event.listen(engine, "before_cursor_execute", commit.statement)
    committed = commit.follow(session.commit)
    event.remove(engine, "before_cursor_execute", commit.statement)
    _ = shelf.room
    event.listen(engine, "before_cursor_execute", lazy_load.statement)
    return committed, lazy_load.follow(lambda: shelf.jars)
