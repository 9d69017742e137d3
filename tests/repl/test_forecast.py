"""What would happen, from plain values; tests/kernel/test_forecast.py lets it happen."""

from __future__ import annotations

from typing import Any

from ormtutor.repl import forecast
from tests.repl.shelf import texts


def one(name: str, state: str = "pending", **more: Any) -> dict[str, Any]:
    known = {
        "name": name,
        "label": "Note (new)",
        "state": state,
        "python": {},
        "here": None,
        "committed": None,
        "expired": [],
        "is_in": True,
        "is_new": False,
        "is_marked": False,
        "changed": [],
    }
    return {**known, **more}


def content(*objects: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {
        "session": "session",
        "begun": True,
        "nested": False,
        "active": True,
        "expires": True,
        "transaction": "open",
        "plan": {"records": [], "error": "", "rehearsed": True},
        "objects": list(objects),
        "more": 0,
        "tables": {},
    }
    return {**known, **more}


def plan(*records: tuple[str, str], error: str = "") -> dict[str, Any]:
    found = [
        {"action": action, "table": "", "labels": [label], "values": [], "reason": ""}
        for action, label in records
    ]
    return {"records": found, "error": error, "rehearsed": True}


def told(given: dict[str, Any], how: str) -> list[tuple[str, str, str]]:
    return [(found.name, found.after, found.words) for found in forecast.outcomes(given, how)]


def test_a_pending_orphan_is_not_written() -> None:
    given = content(one("note"), plan=plan(("forget", "Note (new)")))
    assert told(given, "commit") == [
        ("note", "transient", "has no parent any more: it is not written")
    ]


def test_among_several_new_ones_the_orphan_is_not_known_by_name() -> None:
    given = content(
        one("note"), one("other"), plan=plan(("forget", "Note (new)"), ("insert", "Note (new)"))
    )
    words = "its row is inserted, unless it has no parent any more; expired, read again at the "
    assert told(given, "commit") == [
        ("note", "persistent", words + "next use"),
        ("other", "persistent", words + "next use"),
    ]


def test_what_the_plan_deletes_along_is_detached() -> None:
    child = one("", "persistent", label="Note#1", here={"id": "1"}, committed={"id": "1"})
    given = content(child, plan=plan(("delete", "Note#1")))
    assert told(given, "commit") == [("Note#1", "detached", "its row is deleted")]
    assert told({**given, "expires": False}, "commit")[0][1] == "deleted"


def test_a_plan_that_fails_stops_the_commit() -> None:
    given = content(one("note"), plan=plan(error="a ring of rows"))
    assert forecast.obstacle(given, "commit") == (
        "commit would fail in its flush, and roll back: a ring of rows"
    )
    assert forecast.whatif_words(given, "commit") == [forecast.obstacle(given, "commit")]
    assert texts(forecast.plan({**given["plan"]}, 80)) == [
        "A flush would now, in this order:",
        "  1  fail: a ring of rows",
    ]


def test_objects_of_nobody_and_of_others_are_left_alone() -> None:
    given = content(one("a", "transient", is_in=False), one("b", "persistent", is_in=False))
    for how in forecast.WAYS:
        assert forecast.outcomes(given, how) == []
        assert forecast.whatif_words(given, how) == [
            f"{how} would change nothing.",
            forecast.NOT_DONE,
        ]


def test_rows_are_counted_as_new_changed_and_deleted() -> None:
    table = {
        "columns": ["id", "title"],
        "key": ["id"],
        "rows": [["1", "'b'"], ["3", "'new'"]],
        "changed": [0, 1],
        "gone": [["1", "'a'"], ["2", "'gone'"]],
    }
    given = content(tables={"books": table})
    assert forecast.rows(given, "rollback") == [
        "books: 1 new row goes, 1 changed row goes back, 1 deleted row comes back"
    ]
    assert forecast.rows(given, "commit") == [
        "books: 1 new row stays, 1 changed row stays, 1 deleted row stays away"
    ]
    without_key = {**table, "key": []}
    assert forecast.rows(content(tables={"books": without_key}), "close") == [
        "books: 2 new rows go, 2 deleted rows come back"
    ]


def test_more_objects_than_were_looked_at_are_counted() -> None:
    given = content(one("note"), more=3)
    assert texts(forecast.whatif(given, "close", 80))[-2:] == ["  and 3 objects more",
                                                               forecast.NOT_DONE]  # fmt: skip
