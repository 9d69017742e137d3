"""Two tables that the tests of Core speak about, and the dialect of SQLite."""

from __future__ import annotations

import pytest

from ormtutor.miniorm.engine.create import create_engine
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.dialect import DefaultDialect
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.types import Boolean, Integer, Numeric, String


@pytest.fixture
def metadata() -> MetaData:
    return MetaData()


@pytest.fixture
def users(metadata: MetaData) -> Table:
    return Table(
        "users",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(50)),
        Column("age", Integer),
        Column("active", Boolean),
        Column("balance", Numeric(10, 2)),
    )


@pytest.fixture
def addresses(metadata: MetaData, users: Table) -> Table:
    return Table(
        "addresses",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("user_id", ForeignKey("users.id")),
        Column("email", String),
    )


@pytest.fixture
def sqlite() -> DefaultDialect:
    return create_engine("sqlite://").dialect
