"""A try beside what the step asks."""

from __future__ import annotations

from ormtutor.course.beside import Row, is_same, outputs, statements
from ormtutor.course.statements import SentSQL

LAZY = "SELECT posts.id FROM posts WHERE ? = posts.user_id"


def lazy(number: int, line: int = 3) -> SentSQL:
    return SentSQL(LAZY, ((str(number),),), "lazy load of User.posts", line)


def test_output_is_aligned_and_marked_by_words() -> None:
    assert outputs("one\ntwo eggs\n", "one\ntwo spoons \nmore\n") == [
        Row("both", "one"),
        Row("step", "two eggs"),
        Row("you", "two spoons·", "    ^^^^^^^"),
        Row("you", "more"),
    ]


def test_addresses_part_nothing() -> None:
    assert outputs("<A at 0x7f00aa>\n", "<A at 0x7f11bb>\n") == [Row("both", "<A at 0x7f11bb>")]


def test_nothing_beside_nothing_is_the_same() -> None:
    assert outputs("", "") == []
    assert is_same([])


def test_layout_names_and_values_part_no_statements() -> None:
    step = [SentSQL("SELECT a AS b \nFROM t WHERE a = ?", (("1",),), "query")]
    yours = [SentSQL("select a as c from T where a = ?", (("2",),), "query", 4)]
    assert statements(step, yours) == [
        Row("both", "select a as c from T where a = 2  (query, line 4)")
    ]


def test_another_statement_is_marked_token_by_token() -> None:
    step = [SentSQL("SELECT a FROM t ORDER BY a", cause="query", line=9)]
    yours = [SentSQL("SELECT a FROM t ORDER BY b", cause="query", line=2)]
    assert statements(step, yours) == [
        Row("step", "SELECT a FROM t ORDER BY a  (query)"),
        Row("you", "SELECT a FROM t ORDER BY b  (query, line 2)", " " * 25 + "^"),
    ]


def test_what_is_too_much_has_its_cause_and_is_folded() -> None:
    query = SentSQL("SELECT users.id FROM users", cause="query", line=2)
    assert statements([query], [query, lazy(1), lazy(2), lazy(3)]) == [
        Row("both", "SELECT users.id FROM users  (query, line 2)"),
        Row(
            "you",
            "SELECT posts.id FROM posts WHERE 1 = posts.user_id"
            "  (lazy load of User.posts, line 3)  x3",
        ),
    ]


def test_what_is_missing_is_said() -> None:
    assert statements([lazy(1)], []) == [
        Row("step", "SELECT posts.id FROM posts WHERE 1 = posts.user_id  (lazy load of User.posts)")
    ]


def test_transactions_and_looking_for_tables_do_not_count() -> None:
    assert (
        statements([SentSQL("BEGIN")], [SentSQL('PRAGMA table_info("t")'), SentSQL("COMMIT")]) == []
    )


def test_of_many_values_the_first_are_shown() -> None:
    many = SentSQL("INSERT INTO t (a) VALUES (?)", (("1",), ("2",), ("3",)), "flush: commit", 2)
    assert statements([], [many]) == [
        Row(
            "you", "INSERT INTO t (a) VALUES (1) and 2 more sets of values  (flush: commit, line 2)"
        )
    ]
