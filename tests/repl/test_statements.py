"""What went to the database, made readable."""

from __future__ import annotations

from ormtutor.kernel.messages import Rows, Statement, Transaction
from ormtutor.repl import statements
from ormtutor.repl.statements import Entry, came_back, filled, items, summary, totals


def sent(number: int, sql: str, *values: str, cause: str = "query", **more: object) -> Statement:
    parameters = (values,) if values else ()
    fields: dict[str, object] = {"line": 1, "objects": (), "milliseconds": 0.1, **more}
    return Statement(1, number, sql, parameters, cause, **fields)  # type: ignore[arg-type]


def lazy(number: int, value: str) -> Statement:
    return sent(number, "SELECT a FROM t WHERE b = ?", value, cause="lazy load of User.addresses")


def entries(*replies: object) -> list[Entry]:
    return [item for item in items(replies) if isinstance(item, Entry)]  # type: ignore[arg-type]


def test_one_flow_leaves_what_is_quoted() -> None:
    sql = "CREATE TABLE t (\n\tid INTEGER, \n\tx TEXT DEFAULT 'a  ( b'\n)\n"
    assert statements.in_one_flow(sql) == "CREATE TABLE t (id INTEGER, x TEXT DEFAULT 'a  ( b')"


def test_values_take_the_place_of_the_question_marks() -> None:
    statement = sent(1, "SELECT '?', \"a?\" FROM t WHERE a = ? AND b = ?", "1", "'x'")
    assert filled(statement) == "SELECT '?', \"a?\" FROM t WHERE a = 1 AND b = 'x'"


def test_a_statement_with_other_placeholders_stays_as_it_is() -> None:
    assert filled(sent(1, "SELECT :a", "1")) == "SELECT :a"


def test_repeated_statements_are_folded() -> None:
    (entry,) = entries(lazy(1, "1"), lazy(2, "2"), lazy(3, "3"))
    assert (entry.numbers, entry.count, entry.identical) == ("#1-#3", 3, False)


def test_statements_of_other_lines_are_not_folded_together() -> None:
    found = entries(sent(1, "SELECT 1", line=1), sent(2, "SELECT 1", line=2))
    assert [entry.count for entry in found] == [1, 1]


def test_three_of_a_kind_are_folded_even_with_others_between() -> None:
    other = sent(2, "SELECT 2")
    found = entries(lazy(1, "1"), other, lazy(3, "2"), lazy(4, "3"))
    assert [entry.numbers for entry in found] == ["#1..#4", "#2"]


def test_two_with_another_between_stay_apart() -> None:
    found = entries(lazy(1, "1"), sent(2, "SELECT 2"), lazy(3, "2"))
    assert [entry.numbers for entry in found] == ["#1", "#2", "#3"]


def test_a_transaction_stands_between_statements() -> None:
    found = items([sent(1, "SELECT 1"), Transaction(1, "COMMIT", 1), sent(2, "SELECT 1")])
    assert [type(item).__name__ for item in found] == ["Entry", "Transaction", "Entry"]


def test_rows_and_objects_are_told() -> None:
    (entry,) = entries(sent(1, "SELECT 1"), Rows(1, 1, 3, 1, 2))
    assert came_back(entry) == "3 rows -> 1 new and 2 already loaded objects"


def test_rows_without_objects_are_told() -> None:
    (entry,) = entries(sent(1, "SELECT 1"), Rows(1, 1, 0, -1, -1))
    assert came_back(entry) == "no rows"


def test_an_insert_tells_what_it_wrote() -> None:
    (entry,) = entries(sent(1, "INSERT INTO t", objects=("User#1",)), Rows(1, 1, 1, -1, -1))
    assert came_back(entry) == "1 row in -> User#1"


def test_an_executemany_counts_its_rows() -> None:
    (entry,) = entries(sent(1, "INSERT INTO t VALUES (?)", "1", sets=3, executemany=True))
    assert came_back(entry) == "3 rows in"


def test_many_objects_are_counted() -> None:
    names = tuple(f"User#{n}" for n in range(9))
    (entry,) = entries(sent(1, "DELETE FROM t", objects=names), Rows(1, 1, 9, -1, -1))
    assert came_back(entry) == "9 rows deleted -> User#0, User#1, User#2 and 6 more"


def test_what_the_database_refused_says_so() -> None:
    (entry,) = entries(sent(1, "INSERT INTO t", failed=True))
    assert came_back(entry) == "refused by the database"


def test_nothing_is_told_that_nobody_told() -> None:
    (entry,) = entries(sent(1, "SELECT 1"), Rows(1, 1, -1, -1, -1))
    assert came_back(entry) == ""


def test_a_summary_counts_the_kinds() -> None:
    found = entries(sent(1, "SELECT 1"), lazy(2, "1"), lazy(3, "2"))
    assert summary(found) == "3 statements: 1 SELECT, 2 lazy loads"


def test_no_statement_is_no_sql() -> None:
    assert summary([]) == "no SQL"


def test_similar_and_identical_are_counted_apart() -> None:
    same = sent(4, "SELECT 9"), sent(5, "SELECT 9")
    found = entries(lazy(1, "1"), lazy(2, "2"), lazy(3, "3"), *same)
    assert totals(found) == "5 statements, 3 lazy loads, 2 identical, 3 similar"


def test_loading_one_attribute_object_by_object_is_n_plus_one() -> None:
    assert statements.is_n_plus_one(entries(lazy(1, "1"), lazy(2, "2"), lazy(3, "3")))
    assert not statements.is_n_plus_one(entries(lazy(1, "1"), lazy(2, "2")))


def test_columns_are_counted_where_there_is_no_room() -> None:
    sql = "SELECT a.x AS a_x, a.y AS a_y, a.z AS a_z \nFROM a"
    assert statements.with_few_columns(sql) == "SELECT a.x AS a_x, ... 2 more \nFROM a"


def test_functions_are_not_counted_as_columns() -> None:
    sql = "SELECT max(a, b), c, d \nFROM a"
    assert statements.with_few_columns(sql) == sql
