"""The public path sqlalchemy.orm.interfaces."""

from ormtutor.miniorm.orm import interfaces
from ormtutor.miniorm.orm.join_condition import MANYTOONE
from ormtutor.miniorm.orm.mapper import MapperProperty


def test_the_names_are_those_of_their_modules() -> None:
    assert interfaces.MapperProperty is MapperProperty
    assert interfaces.MANYTOONE is MANYTOONE
