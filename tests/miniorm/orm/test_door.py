"""The learner's door, sqlalchemy.orm: what it gives, and what it says of the rest."""

import pytest

from ormtutor.miniorm import orm


def test_every_name_that_it_lists_is_there() -> None:
    assert [name for name in orm.__all__ if not hasattr(orm, name)] == []


def test_a_name_that_was_left_out_is_told() -> None:
    with pytest.raises(AttributeError, match=r"^composite is not in miniorm; SQLAlchemy has it$"):
        orm.composite  # noqa: B018


def test_a_name_that_nobody_has_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'sqlalchemy.orm' has no attribute 'foo'$"):
        orm.foo  # noqa: B018
