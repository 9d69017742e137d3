"""Types as DDL spells them."""

from __future__ import annotations

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.type_api import NullType, TypeEngine
from ormtutor.miniorm.sql.types import DECIMAL, VARBINARY, Numeric, String


@pytest.mark.parametrize(
    ("type_", "ddl"),
    [
        (String(5, collation="NOCASE"), 'VARCHAR(5) COLLATE "NOCASE"'),
        (Numeric(), "NUMERIC"),
        (Numeric(5), "NUMERIC(5)"),
        (DECIMAL(5, 0), "DECIMAL(5, 0)"),
        (VARBINARY(3), "VARBINARY(3)"),
        (NullType(), "NULL"),
    ],
    ids=repr,
)
def test_a_type_is_written(type_: TypeEngine, ddl: str) -> None:
    assert type_.compile() == ddl


def test_the_unknown_type_is_no_ddl(sqlite: DefaultDialect) -> None:
    with pytest.raises(exc.CompileError, match=r"^Can't generate DDL for NullType\(\)"):
        NullType().compile(dialect=sqlite)
