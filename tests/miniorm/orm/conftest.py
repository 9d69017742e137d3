"""Fixtures of the ORM's tests."""

from collections.abc import Iterator

import pytest

from tests.miniorm.orm.gardens import Gardens, map_gardens


@pytest.fixture
def gardens() -> Iterator[Gardens]:
    """A mapping of its own for one test, taken off again after it."""
    mapped = map_gardens()
    yield mapped
    mapped.Base.registry.dispose()
