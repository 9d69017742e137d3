"""The session in three lanes, and the tables with their marks."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ormtutor.repl import views
from tests.repl.shelf import SESSION_VIEW, TABLES_VIEW, texts


def session(**changes: Any) -> dict[str, Any]:
    view = copy.deepcopy(SESSION_VIEW)
    view["objects"][0].update(changes)
    return view


def test_an_object_stands_in_three_lanes() -> None:
    assert texts(views.session(SESSION_VIEW, 70, 10)) == [
        "object  state       python       this txn     committed",
        "atlas   persistent  id=1         id=1         (no row)",
        "                    title=Atlas  title=Atlas",
        "",
        "waiting list: empty   identity map: Book#1",
        "rollback now would: forget Book#1",
    ]


def test_where_the_lanes_are_narrow_the_names_have_a_column() -> None:
    row = {"id": "1", "title": "'A long title'"}
    shown = texts(views.session(session(python=row, here=row, committed=row), 68, 10))
    assert shown[1:3] == [
        "atlas   persistent  id     1             1             1",
        "                    title  A long title  A long title  A long title",
    ]


def test_where_the_panel_is_low_each_object_has_one_line() -> None:
    changed = session(
        python={"id": "1", "title": "'New'"},
        here={"id": "1", "title": "'New'"},
        committed={"id": "1", "title": "'Old'"},
    )
    assert texts(views.session(changed, 70, 5))[1] == (
        "atlas   persistent  id=1 title=New  same      title=Old"
    )


def test_expired_attributes_are_named() -> None:
    shown = texts(views.session(session(python={}, expired=["id", "title"]), 80, 10))
    assert shown[1].split("  ")[2].strip() == "id (expired)"


def test_what_a_pending_object_lacks_is_told() -> None:
    pending = session(state="pending", python={"title": "'Atlas'"}, here=None)
    assert "(no row)" in texts(views.session(pending, 80, 10))[1]


def test_more_objects_than_lines_are_counted() -> None:
    view = copy.deepcopy(SESSION_VIEW)
    view["objects"] = view["objects"] * 30
    view["more"] = 5
    shown = texts(views.session(view, 80, 10))
    assert len(shown) <= 10
    assert any("objects more; :session shows all" in line for line in shown)


def test_a_session_without_objects_says_what_will_come() -> None:
    assert texts(views.session({}, 60, 9))[0].startswith("No mapped objects yet.")
    assert texts(views.session(None, 60, 9))[0].startswith("No mapped objects yet.")


@pytest.mark.parametrize(
    ("state", "word"), [("none", "none"), ("open", "open"), ("failed", "FAILED, rollback needed")]
)
def test_the_header_names_the_transaction(state: str, word: str) -> None:
    assert views.transaction_word({"transaction": state}) == word


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("'Noor'", "Noor"),
        ("'None'", "'None'"),
        ("None", "None"),
        ("'12'", "'12'"),
        ("12", "12"),
        ("' x'", "' x'"),
        ("''", "''"),
        ("'a\\n'", "'a\\n'"),
    ],
)
def test_quotes_go_where_nothing_else_is_meant(value: str, shown: str) -> None:
    assert views.plain(value) == shown


def test_the_session_is_told_in_sentences() -> None:
    assert views.session_words(SESSION_VIEW)[0] == (
        "atlas: persistent. In Python: id 1, title 'Atlas'. "
        "In this transaction: the same. Committed: no row."
    )


def test_rows_that_are_not_committed_and_rows_that_are_gone_are_marked() -> None:
    assert texts(views.tables(TABLES_VIEW, 60, 20)) == [
        "books  2 rows in this transaction, 2 committed",
        "    id  title",
        " +  1   Atlas",
        "    2   None",
        " -  3   Old",
        "   (+ not committed, - committed, gone here)",
        "",
        "notes  no rows",
        "    id  text",
    ]


def test_tables_that_do_not_fit_say_so() -> None:
    assert texts(views.tables(TABLES_VIEW, 60, 4))[-1] == "... 6 lines more; :tables shows all"


def test_a_long_table_names_its_length() -> None:
    view = copy.deepcopy(TABLES_VIEW)
    view["tables"]["books"].update(rows=[["1", "'x'"]] * 30, count=412, changed=[], gone=[])
    assert "  first 20 of 412 rows; :rows books shows more" in texts(views.tables(view, 60, 99))


def test_one_table_can_be_chosen() -> None:
    assert views.table_names(views.only(TABLES_VIEW, "notes")) == ["notes"]
    assert views.table_names(views.only(TABLES_VIEW, "none")) == []


def test_a_database_without_tables_says_so() -> None:
    assert texts(views.tables({}, 60, 9)) == ["The database has no tables yet."]


def test_tables_are_told_in_sentences() -> None:
    assert views.table_words(TABLES_VIEW)[:3] == [
        "Table books: 2 rows in this transaction, 2 committed. Columns: id, title.",
        "row: 1, 'Atlas' (not committed).",
        "row: 2, None.",
    ]
