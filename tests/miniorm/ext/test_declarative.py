"""The older path of declarative, sqlalchemy.ext.declarative."""

import pytest

from ormtutor.miniorm.ext import declarative as door
from ormtutor.miniorm.orm import declarative


def test_the_names_are_those_of_the_orm() -> None:
    assert door.declarative_base is declarative.declarative_base
    assert door.declared_attr is declarative.declared_attr


def test_a_name_that_was_left_out_is_told() -> None:
    with pytest.raises(
        AttributeError, match=r"^ConcreteBase is not in miniorm; SQLAlchemy has it$"
    ):
        door.ConcreteBase  # noqa: B018
