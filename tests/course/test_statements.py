"""SQL beside SQL: layout means nothing, values are filled in, what differs is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ormtutor.course.statements import (
    SentSQL,
    compare,
    filled,
    literal,
    one_line,
    shape,
    spelled_out,
    tokens,
    verb,
)

INSERT = SentSQL("INSERT INTO users (name) VALUES (?)", (("'Noor'",),), "flush: explicit", 4)


def lines(wanted: list[str], sent: list[SentSQL], *words: str) -> list[str]:
    return [line for mismatch in compare(wanted, sent, words) for line in mismatch.lines]


def test_values_stand_where_the_question_marks_are() -> None:
    assert spelled_out(INSERT) == ("INSERT INTO users (name) VALUES ('Noor')",)


def test_a_question_mark_in_a_string_is_no_value() -> None:
    assert filled("SELECT '?' WHERE a = ?", ("1",)) == "SELECT '?' WHERE a = 1"


def test_a_statement_with_other_marks_stays_as_it_was_sent() -> None:
    assert filled("SELECT :a, ?", ("1", "2")) == "SELECT :a, ?"


def test_each_parameter_set_is_spelled_out() -> None:
    many = SentSQL("DELETE FROM t WHERE id = ?", (("1",), ("2",)))
    assert spelled_out(many) == ("DELETE FROM t WHERE id = 1", "DELETE FROM t WHERE id = 2")


@pytest.mark.parametrize(
    ("display", "sql"),
    [
        ("1", "1"),
        ("1.5", "1.5"),
        ("None", "NULL"),
        ("True", "1"),
        ("'Noor'", "'Noor'"),
        ('"it\'s"', "'it''s'"),
        ("'a\\nb'", "'a\nb'"),
        ("b'\\x00\\xff'", "X'00FF'"),
        ("<Tool>", "<Tool>"),
    ],
)
def test_a_value_is_spelled_as_sql_spells_it(display: str, sql: str) -> None:
    assert literal(display) == sql


def test_layout_case_and_quotes_mean_nothing() -> None:
    assert tokens('select "name"\n\tFROM  Users ;') == tokens("SELECT name FROM users")


def test_the_text_of_a_string_means_something() -> None:
    assert tokens("SELECT 'A'") != tokens("SELECT 'a'")


def test_to_the_letter_case_and_quotes_count() -> None:
    assert tokens("SELECT a", exact=True) != tokens("select a", exact=True)
    assert tokens("SELECT  a", exact=True) == tokens("SELECT a", exact=True)


def test_similar_statements_have_one_shape() -> None:
    assert shape("SELECT u.id AS a FROM users AS u WHERE u.id = 1") == shape(
        "SELECT x.id AS b FROM users AS x WHERE x.id = ?"
    )


def test_the_first_word_of_a_statement_is_its_verb() -> None:
    assert [verb(sql) for sql in ("select 1", " (SELECT 1)", "")] == ["SELECT", "SELECT", ""]


def test_a_fence_agrees_with_what_was_sent() -> None:
    assert lines(["insert into users (name) values ('Noor')"], [INSERT]) == []


def test_another_value_is_marked() -> None:
    assert lines(["INSERT INTO users (name) VALUES ('Nora')"], [INSERT]) == [
        "- INSERT INTO users (name) VALUES ('Nora')",
        "+ INSERT INTO users (name) VALUES ('Noor')  (flush: explicit, line 4)",
        "                                   ^^^^^^",
    ]


def test_a_missing_and_an_extra_statement_are_told_with_the_cause() -> None:
    assert lines(["SELECT 1"], []) == ["- SELECT 1"]
    assert lines([], [INSERT]) == [
        "+ INSERT INTO users (name) VALUES ('Noor')  (flush: explicit, line 4)"
    ]


def test_the_order_counts_unless_the_fence_says_otherwise() -> None:
    sent = [SentSQL("SELECT 1"), SentSQL("SELECT 2")]
    wanted = ["SELECT 2", "SELECT 1"]
    assert lines(wanted, sent) != []
    assert lines(wanted, sent, "any-order") == []
    assert lines([*wanted, "SELECT 1"], sent, "any-order") == ["- SELECT 1"]


def test_transactions_count_only_where_the_fence_says_so() -> None:
    sent = [SentSQL("BEGIN (implicit)"), SentSQL("SELECT 1"), SentSQL("COMMIT")]
    assert lines(["SELECT 1"], sent) == []
    assert lines(["BEGIN (implicit)", "SELECT 1", "COMMIT"], sent, "txn") == []
    assert lines(["SELECT 1", "COMMIT"], sent, "txn") == ["+ BEGIN (implicit)"]


def test_the_word_that_the_log_adds_to_begin_means_nothing() -> None:
    assert lines(["BEGIN"], [SentSQL("BEGIN (implicit)")], "txn") == []


def test_pragmas_are_compared_when_the_fence_lists_one() -> None:
    sent = [SentSQL('PRAGMA main.table_info("t")'), SentSQL("CREATE TABLE t (a)")]
    assert lines(["CREATE TABLE t (a)"], sent) == []
    assert lines(["CREATE TABLE t (a)"], sent, "exact") == ['+ PRAGMA main.table_info("t")']
    assert lines(['PRAGMA main.table_info("u")', "CREATE TABLE t (a)"], sent)[0] == (
        '- PRAGMA main.table_info("u")'
    )


def test_a_statement_on_one_line_keeps_the_blanks_in_its_strings() -> None:
    assert one_line("SELECT 'a  b'\n  FROM t;") == "SELECT 'a  b' FROM t"


@given(st.text(st.characters(codec="utf-8", exclude_characters="'\"`[;"), max_size=60))
def test_no_character_of_a_statement_is_lost(sql: str) -> None:
    assert "".join(tokens(sql, exact=True)) == "".join(sql.split())
