"""Errors: published names, texts and codes."""

from __future__ import annotations

import sqlite3

from ormtutor.miniorm import exc


def test_a_message_of_several_arguments_is_shown_as_a_tuple() -> None:
    assert str(exc.InvalidRequestError("one", "two")) == "('one', 'two')"


def test_an_error_with_a_code_names_its_page() -> None:
    error = exc.InvalidRequestError("not now", code="abcd")
    page = "https://sqlalche.me/e/14/abcd"
    assert str(error) == f"not now (Background on this error at: {page})"


def test_errors_are_in_sqlalchemys_modules() -> None:
    assert exc.IntegrityError.__module__ == "sqlalchemy.exc"


def test_a_statement_error_shows_the_statement_and_its_parameters() -> None:
    error = exc.StatementError("failed", "SELECT ?", (1,), ValueError("x"))
    assert str(error) == "failed\n[SQL: SELECT ?]\n[parameters: (1,)]"


def test_a_remark_stands_before_the_message() -> None:
    error = exc.StatementError("failed", "SELECT ?", (1,), ValueError("x"))
    error.add_detail("raised by autoflush")
    assert str(error).splitlines()[:2] == ["(raised by autoflush)", "failed"]


def test_parameters_are_hidden_when_asked() -> None:
    error = exc.StatementError("failed", "SELECT ?", (1,), None, hide_parameters=True)
    assert str(error).splitlines()[-1] == "[SQL parameters hidden due to hide_parameters=True]"


def test_an_error_of_the_driver_becomes_ours_of_the_same_name() -> None:
    original = sqlite3.IntegrityError("UNIQUE constraint failed: users.name")
    wrapped = exc.DBAPIError.instance("INSERT", ("ann",), original, sqlite3.Error)
    assert type(wrapped) is exc.IntegrityError
    assert str(wrapped) == (
        "(sqlite3.IntegrityError) UNIQUE constraint failed: users.name\n"
        "[SQL: INSERT]\n"
        "[parameters: ('ann',)]\n"
        "(Background on this error at: https://sqlalche.me/e/14/gkpj)"
    )


def test_another_error_becomes_a_statement_error() -> None:
    wrapped = exc.DBAPIError.instance("SELECT", (), ValueError("boo"), sqlite3.Error)
    assert repr(wrapped) == "StatementError('(builtins.ValueError) boo')"


def test_an_interrupt_is_not_wrapped() -> None:
    original = KeyboardInterrupt()
    assert exc.DBAPIError.instance("SELECT", (), original, sqlite3.Error) is original


def test_a_long_value_is_cut_in_the_middle() -> None:
    shown = exc.shown_parameters(("x" * 1000,), ismulti=False)
    assert shown == f"('{'x' * 149} ... (702 characters truncated) ... {'x' * 149}',)"


def test_of_many_parameter_sets_the_first_and_the_last_are_shown() -> None:
    shown = exc.shown_parameters([(number,) for number in range(12)], ismulti=True)
    assert shown == (
        "[(0,), (1,), (2,), (3,), (4,), (5,), (6,), (7,)  ... displaying 10 of 12 total bound "
        "parameter sets ...  (10,), (11,)]"
    )


def test_ten_parameter_sets_are_shown_whole() -> None:
    shown = exc.shown_parameters([{"a": 1}] * 10, ismulti=True)
    assert shown == repr([{"a": 1}] * 10)
