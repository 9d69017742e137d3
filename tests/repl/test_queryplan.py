"""Query plans in words. The phrases are those of SQLite 3.40; older spellings beside them."""

from __future__ import annotations

import sqlite3

import pytest

from ormtutor.repl.queryplan import NOTHING_TO_FIND, in_words, is_full_scan

TABLES = """
create table users (id integer primary key, name text);
create table posts (id integer primary key, user_id int, title text);
create index ix_name on users (name);
create table both (a int, b int, c int, unique (a, b));
"""


def explained(sql: str) -> list[tuple[int, str]]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES)
    found = connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
    connection.close()
    return in_words(sql, [(row[0], row[1], row[3]) for row in found])


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM users", [(0, "reads every row of users")]),
        ("SELECT * FROM users WHERE id = 1", [(0, "looks up users by its primary key")]),
        (
            "SELECT * FROM users WHERE id > 1",
            [(0, "reads a stretch of users by its primary key (rowid> ?)")],
        ),
        (
            "SELECT * FROM users AS users_1 WHERE users_1.id = 1",
            [(0, "looks up users (as users_1) by its primary key")],
        ),
        (
            "SELECT id, name FROM users WHERE name = 'a'",
            [
                (
                    0,
                    "looks up users by name, in the index ix_name, which holds all that is asked",
                )
            ],
        ),
        (
            "SELECT * FROM both WHERE a = 1 AND b = 2",
            [(0, "looks up both by a, b, in its unique index")],
        ),
        (
            "SELECT DISTINCT title FROM posts ORDER BY title DESC",
            [
                (0, "reads every row of posts"),
                (0, "drops repeated rows in memory, for DISTINCT"),
                (0, "sorts in memory, for ORDER BY"),
            ],
        ),
        (
            "SELECT title, count(*) FROM posts GROUP BY title",
            [(0, "reads every row of posts"), (0, "sorts in memory, for GROUP BY")],
        ),
        (
            "SELECT * FROM posts WHERE user_id IN (SELECT id FROM users)",
            [
                (0, "reads every row of posts"),
                (0, "looks each value of the IN up in users by its primary key"),
            ],
        ),
        (
            "SELECT name, (SELECT count(*) FROM posts WHERE user_id = users.id) FROM users",
            [
                (0, "reads every row of users"),
                (0, "for each of these rows again, a subquery:"),
                (1, "reads every row of posts"),
            ],
        ),
        (
            "SELECT id FROM users EXCEPT SELECT user_id FROM posts",
            [
                (0, "puts several SELECTs together:"),
                (1, "the first SELECT:"),
                (2, "reads every row of users"),
                (1, "then, compared in memory (EXCEPT):"),
                (2, "reads every row of posts"),
            ],
        ),
        ("SELECT 1", [(0, "needs no table: a row of constants")]),
        ("INSERT INTO users (name) VALUES ('a')", [(0, NOTHING_TO_FIND)]),
        ("DELETE FROM users WHERE id = 1", [(0, "looks up users by its primary key")]),
        ("UPDATE posts SET title = 'a'", [(0, "reads every row of posts")]),
    ],
)
def test_a_plan_is_told_in_words(sql: str, words: list[tuple[int, str]]) -> None:
    assert explained(sql) == words


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("SCAN TABLE users AS u", "reads every row of u"),
        ("SEARCH TABLE users USING INTEGER PRIMARY KEY (rowid=?)",
         "looks up users by its primary key"),
        ("SEARCH posts USING AUTOMATIC COVERING INDEX (user_id=?) LEFT-JOIN",
         "looks up posts by user_id, with an index that is made for this statement alone, "
         "for the outer join"),
        ("SCAN (subquery-2)", "reads every row of a subquery"),
        ("USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
         "sorts in memory what the index leaves open of the ORDER BY"),
        ("SOMETHING OF SQLITE 4", "SOMETHING OF SQLITE 4"),
    ],
)  # fmt: skip
def test_phrases_of_other_releases_are_known_or_shown_as_they_are(detail: str, words: str) -> None:
    assert in_words("SELECT 1", [(1, 0, detail)]) == [(0, words)]


def test_a_full_scan_is_one_of_a_table() -> None:
    assert is_full_scan([(1, 0, "SCAN users")])
    assert not is_full_scan([(1, 0, "SCAN CONSTANT ROW")])
    assert not is_full_scan([(1, 0, "SCAN (subquery-1)")])
    assert not is_full_scan([(1, 0, "SEARCH users USING INTEGER PRIMARY KEY (rowid=?)")])
