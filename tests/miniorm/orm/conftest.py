"""Fixtures of the ORM's tests."""

from collections.abc import Iterator

import pytest

from ormtutor.miniorm.engine.base import Engine
from ormtutor.miniorm.engine.create import create_engine
from ormtutor.miniorm.orm.session import Session
from tests.miniorm.orm.gardens import Gardens, map_gardens
from tests.miniorm.orm.sql_log import SQLLog


@pytest.fixture
def gardens() -> Iterator[Gardens]:
    """A mapping of its own for one test, taken off again after it."""
    mapped = map_gardens()
    yield mapped
    mapped.Base.registry.dispose()


@pytest.fixture
def engine(gardens: Gardens) -> Iterator[Engine]:
    """A database in memory with the tables of the mapping."""
    made = create_engine("sqlite://")
    gardens.Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def sql_log(engine: Engine) -> SQLLog:
    """What is sent to that database from here on."""
    return SQLLog(engine)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on that database."""
    made = Session(engine)
    yield made
    made.close()
