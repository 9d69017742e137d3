"""The lesson of these tests, and replies as the kernel would send them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ormtutor.course.checking import Goal
from ormtutor.course.lesson import Lesson
from ormtutor.course.library import parse
from ormtutor.kernel.messages import (
    Failure,
    Finished,
    Message,
    Output,
    Rows,
    StateChange,
    Statement,
    Transaction,
)
from ormtutor.repl.cells import Line, text_of
from ormtutor.repl.dialog import Snapshot
from ormtutor.turn import Turn

LESSON_FILE = Path(__file__).parent / "lessons" / "01-shelf.md"
GOLDEN = Path(__file__).parent / "golden"

GOALS = (
    Goal("the atlas is persistent", met=True, was_met=False, checked=True),
    Goal("nothing is committed yet", met=False, message="It is committed.", checked=True),
)


def lesson() -> Lesson:
    return parse(LESSON_FILE)


def texts(lines: list[Line]) -> list[str]:
    return [text_of(line).rstrip() for line in lines]


def finished(value: str | None = None, failure: Failure | None = None, **more: Any) -> Finished:
    status = "error" if failure else more.pop("status", "ok")
    return Finished(1, status, value, failure, 0, 1.0, **more)


def failure(kind: str, message: str) -> Failure:
    text = f"Traceback (most recent call last):\n  line 2, in <module>\n{kind}: {message}"
    return Failure(kind, message, text, text.replace("line 2", "line 2 of all"), 2)


def output(text: str, **more: Any) -> Output:
    return Output(1, more.pop("stream", "stdout"), text, **more)


def lazy_load(number: int, line: int = 1) -> tuple[Message, Message]:
    sql = (
        "SELECT notes.id AS notes_id, notes.text AS notes_text \n"
        "FROM notes \n"
        "WHERE ? = notes.book_id"
    )
    cause = "lazy load of Book.notes"
    return (
        Statement(1, number, sql, ((str(number),),), cause, line, (f"Book#{number}",), 0.1),
        Rows(1, number, 1, 1, 0),
    )


FLUSH: tuple[Message, ...] = (
    Transaction(1, "BEGIN", 3),
    Statement(
        1,
        1,
        "INSERT INTO books (title) VALUES (?)",
        (("'Atlas'",),),
        "flush: explicit",
        3,
        ("Book#1",),
        0.1,
    ),
    StateChange(1, "atlas", "pending", "persistent", 3),
    Rows(1, 1, 1, -1, -1),
    finished(),
)

SESSION_VIEW: dict[str, Any] = {
    "transaction": "open",
    "objects": [
        {
            "name": "atlas",
            "label": "Book#1",
            "state": "persistent",
            "python": {"id": "1", "title": "'Atlas'"},
            "here": {"id": "1", "title": "'Atlas'"},
            "committed": None,
            "expired": [],
        }
    ],
    "more": 0,
    "waiting": [],
    "changed": [],
    "deleted": [],
    "identity_map": ["Book#1"],
    "rollback": ["forget Book#1"],
}

TABLES_VIEW: dict[str, Any] = {
    "transaction": True,
    "tables": {
        "books": {
            "columns": ["id", "title"],
            "key": ["id"],
            "links": [],
            "rows": [["1", "'Atlas'"], ["2", "None"]],
            "count": 2,
            "changed": [0],
            "gone": [["3", "'Old'"]],
        },
        "notes": {
            "columns": ["id", "text"],
            "key": ["id"],
            "links": [],
            "rows": [],
            "count": 0,
            "changed": [],
            "gone": [],
        },
    },
}


def turns() -> tuple[Turn, ...]:
    """Return the turns of the three inputs of the first step."""
    added = (StateChange(1, "atlas", "transient", "pending", 2), finished())
    return (
        Turn(1, 'atlas = Book(title="Atlas")', 1, "shelf/put", (finished(),)),
        Turn(2, "session.add(atlas)", 2, "shelf/put", added),
        Turn(3, "session.flush()", 3, "shelf/put", FLUSH),
    )


def snapshot(**changes: Any) -> Snapshot:
    """Return where the learner is after those inputs."""
    shelf = lesson()
    known: dict[str, Any] = {
        "lesson": shelf,
        "step": shelf.steps[0],
        "index": 0,
        "goals": GOALS,
        "turns": turns(),
        "hints_shown": 0,
        "attempts": 0,
        "passed": False,
        "is_playing": False,
        "done": 0,
    }
    return Snapshot(**{**known, **changes})
