"""Names in strings: which class, table or function a relationship means."""

from typing import Any

import pytest

from ormtutor.miniorm.exc import InvalidRequestError
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.types import Integer


def mapped(Base: Any, name: str, module: str = "models", **body: Any) -> Any:
    cls = type(
        name,
        (Base,),
        {
            "__tablename__": f"{module}_{name}".lower().replace(".", "_"),
            "__module__": module,
            "id": Column(Integer, primary_key=True),
            **body,
        },
    )
    Base.held.append(cls)
    return cls


def target(cls: Any, name: str) -> Any:
    """The class that a relationship leads to; the mapping is taken off when there is none."""
    try:
        return getattr(cls, name).property.mapper.class_
    except BaseException:
        cls.registry.dispose()
        raise


@pytest.fixture
def Base() -> Any:
    base = declarative_base()
    base.held = []  # a registry holds its classes weakly
    return base


def test_a_class_is_found_by_its_name(Base: Any) -> None:
    Town = mapped(Base, "Town", of_id=Column(ForeignKey("models_land.id")), of=relationship("Land"))
    Land = mapped(Base, "Land")

    assert target(Town, "of") is Land


@pytest.mark.parametrize("path", ["shop.models.Land", "models.Land"])
def test_a_class_is_found_by_its_module(Base: Any, path: str) -> None:
    Town = mapped(
        Base, "Town", of_id=Column(ForeignKey("shop_models_land.id")), of=relationship(path)
    )
    Land = mapped(Base, "Land", module="shop.models")
    mapped(Base, "Land", module="atlas.maps")

    assert target(Town, "of") is Land


def test_a_name_of_two_classes_is_told(Base: Any) -> None:
    Town = mapped(Base, "Town", of=relationship("Land"))
    lands = [mapped(Base, "Land", module="shop"), mapped(Base, "Land", module="atlas")]

    with pytest.raises(InvalidRequestError) as refusal:
        target(Town, "of")

    assert len(lands) == 2
    assert str(refusal.value) == (
        'Multiple classes found for path "Land" in the registry of this declarative base. Please '
        "use a fully module-qualified path."
    )


def test_an_expression_may_use_classes_tables_and_functions(Base: Any) -> None:
    Land = mapped(
        Base,
        "Land",
        towns=relationship(
            "Town",
            primaryjoin="and_(Land.id == foreign(Town.of_id), func.abs(Town.id) > 3)",
            order_by="desc(models_town.c.id)",
        ),
    )
    Town = mapped(Base, "Town", of_id=Column(Integer))
    prop = Land.towns.property

    assert prop.mapper.class_ is Town
    assert str(prop.primaryjoin) == (
        "models_land.id = models_town.of_id AND abs(models_town.id) > :abs_1"
    )
    assert [str(each) for each in prop.order_by] == ["models_town.id DESC"]


def test_an_unknown_name_in_an_expression_is_told(Base: Any) -> None:
    Land = mapped(Base, "Land", towns=relationship("Town", primaryjoin="Land.id == Village.of_id"))
    Town = mapped(Base, "Town")

    with pytest.raises(InvalidRequestError) as refusal:
        target(Land, "towns")

    assert Town.__name__ == "Town"
    assert str(refusal.value) == (
        "When initializing mapper mapped class Land->models_land, expression 'Land.id == "
        "Village.of_id' failed to locate a name (\"name 'Village' is not defined\"). If this is a "
        "class name, consider adding this relationship() to the <class 'models.Land'> class after "
        "both dependent classes have been defined."
    )


def test_a_relationship_in_an_expression_is_no_column(Base: Any) -> None:
    Land = mapped(
        Base,
        "Land",
        towns=relationship("Town", order_by="Town.of"),
    )
    Town = mapped(Base, "Town", of_id=Column(ForeignKey("models_land.id")), of=relationship("Land"))

    with pytest.raises(InvalidRequestError, match="is not an instance of ColumnProperty"):
        target(Land, "towns")
    assert Town.__name__ == "Town"
