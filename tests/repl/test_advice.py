"""Known errors get a word on what to do next; unknown ones get none."""

from __future__ import annotations

import re

import pytest

from ormtutor.records import replace
from ormtutor.repl import advice
from tests.repl.shelf import failure

SQLALCHEMY = "sqlalchemy.exc."


@pytest.mark.parametrize(
    ("kind", "message", "said"),
    [
        ("ValueError", "invalid literal for int() with base 10: 'memory:'", "`sqlite://`"),
        ("ArgumentError", "Could not parse SQLAlchemy URL from string 'shop.db'", "`sqlite:///shop.db`"),
        ("ArgumentError", "Invalid SQLite URL: sqlite://shop.db\nValid", "four slashes"),
        ("NoSuchModuleError", "Can't load plugin: sqlalchemy.dialects:sqllite", "`sqllite`"),
        ("ModuleNotFoundError", "No module named 'psycopg2'", "`psycopg2`"),
        ("ImportError", "cannot import name 'sessionmaker' from 'sqlalchemy' (x)",
         "`from sqlalchemy.orm import sessionmaker`"),
        ("ImportError", "cannot import name 'Colum' from 'sqlalchemy' (x)", "has no `Colum`"),
        ("ArgumentError", "Mapper mapped class A->a could not assemble any primary key columns"
         " for mapped table 'a'", "primary_key=True"),
        ("InvalidRequestError", "Class <class 'A'> does not have a __table__ or __tablename__"
         " specified", "`__tablename__ = "),
        ("InvalidRequestError", "Table 'members' is already defined for this MetaData instance. ",
         "`members` was declared before"),
        ("TypeError", "'nmae' is an invalid keyword argument for Member", "no attribute `nmae`"),
        ("TypeError", "__init__() takes 1 positional argument but 2 were given", "by keyword"),
        ("PendingRollbackError", "This Session's transaction has been rolled back",
         "`session.rollback()`"),
        ("AttributeError", "'sessionmaker' object has no attribute 'add'", "`session.add`"),
        ("AttributeError", "'_trans_ctx' object has no attribute 'execute'", "connection.execute"),
        ("UnmappedInstanceError", "Class 'builtins.list' is not mapped", "`add_all`"),
        ("UnmappedInstanceError", "Class '__main__.Plain' is not mapped", "`Plain` belongs to no"),
        ("UnmappedInstanceError", "Class 'x.Meta' is not mapped; was a class (__main__.Member)"
         " supplied where an instance was required?", "`Member(...)`"),
        ("IntegrityError", "(sqlite3.IntegrityError) NOT NULL constraint failed: members.name",
         "`members.name` must have a value"),
        ("IntegrityError", "(sqlite3.IntegrityError) UNIQUE constraint failed: members.id",
         "Another row has that value of `members.id`"),
        ("OperationalError", "(sqlite3.OperationalError) no such table: members\n[SQL: x]",
         "`Base.metadata.create_all(engine)`"),
        ("DetachedInstanceError", "Instance <M> is not bound to a Session; attribute refresh"
         " operation cannot proceed", "has left its session"),
        ("NoResultFound", "No row was found for one()", "`one_or_none()`"),
        ("MultipleResultsFound", "Multiple rows were found for one()", "several fit"),
        ("TypeError", "Boolean value of this clause is not defined", "`&`, `|`, `~`"),
        ("AttributeError", "'NoneType' object has no attribute 'name'", "`first()`"),
        ("ObjectNotExecutableError", "Not an executable object: 'SELECT 1'", "`text("),
        ("NameError", "name 'foo' is not defined", "`foo`"),
        ("AssertionError", "Failed to add object to the flush context!", "One of the two"),
        ("ObjectDereferencedError", "Can't emit change event for attribute 'Member.loans' - parent"
         " object of type <Member> has been garbage collected.", "whose `Member.loans`"),
        ("KernelDied", "exit code 3", "ended the process"),
    ],
)  # fmt: skip
def test_a_known_error_is_followed_by_what_to_do(kind: str, message: str, said: str) -> None:
    assert said in advice.on_failure(failure(SQLALCHEMY + kind, message))


def test_an_unknown_error_is_left_alone() -> None:
    assert advice.on_failure(failure("ZeroDivisionError", "division by zero")) == ""


@pytest.mark.parametrize(
    ("kind", "message", "said"),
    [
        ("NameError", "name 'membr' is not defined",
         "Nothing here is called `membr` yet. Did you mean `member`?"),
        ("SyntaxWarning", "unheard of", "Did you mean `member`?"),
        ("NoForeignKeysError", "on relationship A.membr",
         "Did you mean `member`? `A.membr` joins two tables that no foreign key connects. The "
         "child needs a column `Column(ForeignKey(\"parents.id\"))`, with the name of a *table* "
         "that exists."),
    ],
)  # fmt: skip
def test_a_name_that_is_near_is_asked_for(kind: str, message: str, said: str) -> None:
    failed = replace(failure(SQLALCHEMY + kind, message), near="member")
    assert advice.on_failure(failed) == said


@pytest.mark.parametrize("row", advice.CATALOGUE, ids=lambda row: row.kinds + row.pattern[:30])
def test_each_row_is_sound(row: advice.Advice) -> None:
    named = set(re.compile(row.pattern).groupindex)
    assert set(re.findall(r"\{(\w+)\}", row.text)) <= named
    assert set(re.findall(r"\{(\w+)\}", row.near)) <= {*named, "near"}
    assert row.text.endswith((".", "?"))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("session.query(User).filter(User.id == 1 and User.name == 'x')",
         [("User.id == 1 and User.name == 'x'", "and")]),
        ("session.query(User).filter(not User.name == 'a')", [("not User.name == 'a'", "not")]),
        ("session.query(User).filter(User.name in ['a'])", [("User.name in ['a']", "in")]),
        ("session.query(User).filter(User.name not in ['a'])",
         [("User.name not in ['a']", "not in")]),
        ("select(User).where(User.id == 1 or User.id == 2)",
         [("User.id == 1 or User.id == 2", "or")]),
        ("select(User).where(User.name is None)", [("User.name is None", "is")]),
    ],
)  # fmt: skip
def test_what_python_decides_is_found(source: str, found: list[tuple[str, str]]) -> None:
    assert advice.decided_by_python(source) == found


@pytest.mark.parametrize(
    "source",
    [
        "session.query(User).filter((User.id == 1) & (User.name == 'x'))",
        "session.query(User).filter(User.name.in_(['a']))",
        "if a and b: session.query(User).filter(User.id == 1)",
        "filter(lambda x: x and y, [])",
        "session.query(User).filter(flag and other)",
        "filter(",
    ],
)
def test_ordinary_code_is_left_alone(source: str) -> None:
    assert advice.decided_by_python(source) == []
