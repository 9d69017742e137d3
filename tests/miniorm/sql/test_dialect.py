"""The plain dialect, from which SQLite's is made."""

from __future__ import annotations

from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.schema import Table


def test_the_plain_dialect_has_no_booleans(users: Table) -> None:
    criterion = users.c.active & (users.c.id == 5)
    assert (str(criterion), str(criterion.compile(dialect=DefaultDialect()))) == (
        "users.active AND users.id = :id_1",
        "users.active = 1 AND users.id = :id_1",
    )


def test_a_dialect_may_count_its_parameters(users: Table) -> None:
    compiled = (users.c.id == 5).compile(dialect=DefaultDialect(paramstyle="qmark"))
    assert (str(compiled), compiled.positiontup) == ("users.id = ?", ["id_1"])


def test_a_type_is_adapted_once(users: Table) -> None:
    dialect = DefaultDialect()
    assert users.c.name.type.dialect_impl(dialect) is users.c.name.type.dialect_impl(dialect)
