"""The public path sqlalchemy.orm.util."""

from ormtutor.miniorm.orm import entities, relationships, util


def test_the_names_are_those_of_their_modules() -> None:
    assert util.aliased is entities.aliased
    assert util.CascadeOptions is relationships.CascadeOptions
    assert [name for name in util.__all__ if not hasattr(util, name)] == []
