"""The public path sqlalchemy.orm.properties."""

from ormtutor.miniorm.orm import properties
from ormtutor.miniorm.orm.mapper import ColumnProperty
from ormtutor.miniorm.orm.relationships import RelationshipProperty


def test_the_names_are_those_of_their_modules() -> None:
    assert properties.ColumnProperty is ColumnProperty
    assert properties.RelationshipProperty is RelationshipProperty
