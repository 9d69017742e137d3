"""Linting: tables that nothing connects."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.schema import Table
from ormtutor.miniorm.sql.select import exists, select


def test_unconnected_tables_are_warned_about(
    users: Table, addresses: Table, sqlite: DefaultDialect
) -> None:
    with pytest.warns(exc.SAWarning) as heard:
        select(users.c.id, addresses.c.id).compile(dialect=sqlite, linting=exc.warn)
    assert str(heard[0].message) == (
        'SELECT statement has a cartesian product between FROM element(s) "addresses" and FROM '
        'element "users".  Apply join condition(s) between each element to resolve.'
    )


@pytest.mark.parametrize(
    "build",
    [
        lambda u, a: select(u.c.id, a.c.id).join(a),
        lambda u, a: select(u.c.id, a.c.id).where(a.c.user_id == u.c.id + 1),
        lambda u, a: select(u.c.id).where(exists(select(a.c.id))),
        lambda u, a: select(u.c.id),
    ],
)
def test_connected_tables_are_not(
    build: Any, users: Table, addresses: Table, sqlite: DefaultDialect
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled = build(users, addresses).compile(dialect=sqlite, linting=exc.warn)
    assert compiled.is_select is True


def test_str_does_not_warn(users: Table, addresses: Table) -> None:
    assert str(select(users.c.id, addresses.c.id)).endswith("FROM users, addresses")
