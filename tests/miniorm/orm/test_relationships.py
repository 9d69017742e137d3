"""Relationships: their arguments, their errors, their cascades, and their operators."""

import warnings
from typing import Any

import pytest

from ormtutor.miniorm.exc import ArgumentError, InvalidRequestError, SAWarning
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.entities import aliased
from ormtutor.miniorm.orm.exc import LoaderStrategyException, UnmappedClassError
from ormtutor.miniorm.orm.join_condition import MANYTOMANY, MANYTOONE, ONETOMANY
from ormtutor.miniorm.orm.relationships import (
    CascadeOptions,
    RelationshipProperty,
    backref,
    relation,
    relationship,
)
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.types import Integer, String
from tests.miniorm.orm.gardens import Gardens


def flat(expression: Any) -> str:
    return str(expression).replace("\n", "")


def pair(plants: Any, garden: Any = None) -> tuple[Any, Any]:
    """Two classes with these relationships between them."""
    Base = declarative_base()

    class Garden(Base):
        __tablename__ = "gardens"
        id = Column(Integer, primary_key=True)
        name = Column(String)

    class Plant(Base):
        __tablename__ = "plants"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        garden_id = Column(ForeignKey("gardens.id"))

    Garden.plants = plants
    if garden is not None:
        Plant.garden = garden
    try:
        Base.registry.configure()
    except BaseException:
        Base.registry.dispose()
        raise
    return Garden, Plant


# Cascades


def test_cascades_are_read_from_a_string() -> None:
    assert CascadeOptions("all, delete-orphan") == {
        "delete",
        "delete-orphan",
        "expunge",
        "merge",
        "refresh-expire",
        "save-update",
    }
    assert repr(CascadeOptions("all")) == (
        "CascadeOptions('delete,expunge,merge,refresh-expire,save-update')"
    )
    assert CascadeOptions("none") == CascadeOptions("") == CascadeOptions(None) == frozenset()


def test_cascades_are_asked_one_by_one() -> None:
    cascade = CascadeOptions("save-update, delete")

    assert (cascade.save_update, cascade.delete) == (True, True)
    assert not any([cascade.merge, cascade.expunge, cascade.refresh_expire, cascade.delete_orphan])


def test_an_unknown_cascade_is_named() -> None:
    with pytest.raises(ArgumentError, match=r"^Invalid cascade option\(s\): 'foo', 'x y'$"):
        CascadeOptions(["x y", "foo", "merge"])


def test_delete_orphan_wants_delete() -> None:
    with pytest.warns(SAWarning, match=r"^The 'delete-orphan' cascade option requires 'delete'"):
        CascadeOptions("delete-orphan")


def test_the_default_is_save_update_and_merge() -> None:
    assert relationship("Plant").cascade == {"save-update", "merge"}
    assert relationship("Plant", viewonly=True).cascade == {"merge"}


# Arguments


def test_the_direction_is_found_from_the_foreign_keys(gardens: Gardens) -> None:
    of_gardens = inspect(gardens.Garden).relationships

    assert of_gardens.plants.direction is ONETOMANY
    assert of_gardens.tools.direction is MANYTOMANY
    assert of_gardens.within.direction is MANYTOONE
    assert of_gardens.beds.direction is ONETOMANY
    assert repr(of_gardens.plants.direction) == "symbol('ONETOMANY')"
    assert [prop.uselist for prop in of_gardens] == [True, True, True, True, False, False, True]


def test_a_relationship_is_shown_with_its_name(gardens: Gardens) -> None:
    prop = gardens.Garden.plants.property

    assert str(prop) == "Garden.plants"
    assert repr(prop) == f"<RelationshipProperty at 0x{id(prop):x}; plants>"


def test_a_relationship_knows_its_target(gardens: Gardens) -> None:
    prop = gardens.Garden.plants.property

    assert prop.mapper is prop.entity is inspect(gardens.Plant)
    assert prop.target is gardens.Plant.__table__
    assert gardens.Garden.plants.mapper is prop.mapper


def test_both_sides_know_of_each_other(gardens: Gardens) -> None:
    plants, garden = gardens.Garden.plants.property, gardens.Plant.garden.property
    tools, of_tool = gardens.Garden.tools.property, gardens.Tool.gardens.property

    assert (plants._reverse_property, garden._reverse_property) == ({garden}, {plants})
    assert (tools.back_populates, of_tool.back_populates) == ("gardens", "tools")


@pytest.mark.parametrize("target", ["Plant", "tests.Plant"])
def test_a_target_may_be_named(target: str) -> None:
    body: dict[str, Any] = {"id": Column(Integer, primary_key=True), "__module__": "tests"}
    Base = declarative_base()
    Garden: Any = type(
        "Garden",
        (Base,),
        {
            **body,
            "__tablename__": "gardens",
            "plant": relationship(target),
            "plant_id": Column(ForeignKey("plants.id")),
        },
    )
    plant: Any = {"id": Column(Integer, primary_key=True), "__module__": "tests"}
    Plant = type("Plant", (Base,), {**plant, "__tablename__": "plants"})

    assert Garden.plant.property.mapper is inspect(Plant)


def test_a_target_may_be_given_by_a_function() -> None:
    found: dict[str, Any] = {}
    Base = declarative_base()

    class Garden(Base):
        __tablename__ = "gardens"
        id = Column(Integer, primary_key=True)
        plants = relationship(lambda: found["plant"])

    class Plant(Base):
        __tablename__ = "plants"
        id = Column(Integer, primary_key=True)
        garden_id = Column(ForeignKey("gardens.id"))

    found["plant"] = Plant

    assert Garden.plants.property.mapper is inspect(Plant)


def test_order_by_is_evaluated_late() -> None:
    Garden, _ = pair(relationship("Plant", order_by="[Plant.name, desc(Plant.id)]"))

    assert [str(each) for each in Garden.plants.property.order_by] == [
        "plants.name",
        "plants.id DESC",
    ]


def test_the_older_name_makes_the_same() -> None:
    assert isinstance(relation("Plant"), RelationshipProperty)


@pytest.mark.parametrize(("lazy", "meant"), [(True, "select"), (False, "joined"), (None, "noload")])
def test_lazy_has_older_spellings(lazy: Any, meant: str) -> None:
    plants = relationship("Plant", lazy=lazy)

    assert (plants.lazy, plants.loads_by) == (lazy, meant)


def test_a_backref_may_have_arguments() -> None:
    _, Plant = pair(relationship("Plant", backref=backref("garden", lazy="joined")))

    assert Plant.garden.property.lazy == "joined"
    assert Plant.garden.property.direction is MANYTOONE


def test_an_unknown_argument_is_named() -> None:
    with pytest.raises(TypeError) as refusal:
        relationship("Plant", foo=1)

    assert str(refusal.value) == "relationship() got an unexpected keyword argument 'foo'"


def test_the_target_must_be_given() -> None:
    with pytest.raises(TypeError) as refusal:
        relationship()  # type: ignore[call-arg]

    assert str(refusal.value) == "relationship() missing 1 required positional argument: 'argument'"


CONFIGURATION_ERRORS: list[tuple[str, Any, Any, type[Exception], str]] = [
    (
        "target that is no class",
        relationship(3),
        None,
        ArgumentError,
        "relationship 'plants' expects a class or a mapper argument (received: <class 'int'>)",
    ),
    (
        "target that is a table",
        relationship("plants"),
        None,
        ArgumentError,
        "relationship 'plants' expects a class or a mapper argument (received: "
        "<class 'sqlalchemy.sql.schema.Table'>)",
    ),
    (
        "target that is not mapped",
        relationship(lambda: int),
        None,
        UnmappedClassError,
        "Class 'builtins.int' is not mapped",
    ),
    (
        "unknown strategy",
        relationship("Plant", lazy="foo"),
        None,
        LoaderStrategyException,
        "Can't find strategy (('lazy', 'foo'),) for Garden.plants",
    ),
    (
        "dynamic for one object",
        relationship("Plant", lazy="dynamic", uselist=False),
        None,
        InvalidRequestError,
        "On relationship Garden.plants, 'dynamic' loaders cannot be used with "
        "many-to-one/one-to-one relationships and/or uselist=False.",
    ),
    (
        "order_by that is no column",
        relationship("Plant", order_by=3),
        None,
        ArgumentError,
        "Column expression expected for argument 'order_by'; got 3.",
    ),
    (
        "foreign_keys that are no columns",
        relationship("Plant", foreign_keys=3),
        None,
        ArgumentError,
        "Column expression expected for argument 'foreign_keys'; got 3.",
    ),
    (
        "unknown other side",
        relationship("Plant", back_populates="yard"),
        None,
        InvalidRequestError,
        "Mapper 'mapped class Plant->plants' has no property 'yard'",
    ),
    (
        "other side that is a column",
        relationship("Plant", back_populates="name"),
        None,
        InvalidRequestError,
        "back_populates on relationship 'Garden.plants' refers to attribute 'Plant.name' that is "
        "not a relationship.  The back_populates parameter should refer to the name of a "
        "relationship on the target class.",
    ),
    (
        "backref that is taken",
        relationship("Plant", backref="name"),
        None,
        ArgumentError,
        "Error creating backref 'name' on relationship 'Garden.plants': property of that name "
        "exists on mapper 'mapped class Plant->plants'",
    ),
    (
        "other side of the same direction",
        relationship("Plant", back_populates="garden"),
        relationship("Plant", back_populates="plants", remote_side="Plant.garden_id"),
        ArgumentError,
        "reverse_property 'garden' on relationship Garden.plants references relationship "
        "Plant.garden, which does not reference mapper mapped class Garden->gardens",
    ),
    (
        "delete-orphan from the many side",
        relationship("Plant", backref=backref("garden", cascade="all, delete-orphan")),
        None,
        ArgumentError,
        "For many-to-one relationship Plant.garden, delete-orphan cascade is normally configured "
        'only on the "one" side of a one-to-many relationship, and not on the "many" side of a '
        "many-to-one or many-to-many relationship.  To force this relationship to allow a "
        'particular "Garden" object to be referred towards by only a single "Plant" object at a '
        "time via the Plant.garden relationship, which would allow delete-orphan cascade to take "
        "place in this direction, set the single_parent=True flag. (Background on this error at: "
        "https://sqlalche.me/e/14/bbf0)",
    ),
    (
        "passive_deletes and a cascade",
        relationship("Plant", passive_deletes="all", cascade="all"),
        None,
        ArgumentError,
        "On Garden.plants, can't set passive_deletes='all' in conjunction with 'delete' or "
        "'delete-orphan' cascade",
    ),
    (
        "unknown column in a string",
        relationship("Plant", primaryjoin="Garden.id == Plant.yard_id"),
        None,
        AttributeError,
        "does not have a mapped column named 'yard_id'",
    ),
]


@pytest.mark.parametrize(
    ("plants", "garden", "error", "message"),
    [case[1:] for case in CONFIGURATION_ERRORS],
    ids=[case[0] for case in CONFIGURATION_ERRORS],
)
def test_a_wrong_relationship_is_told_at_configuration(
    plants: Any, garden: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as refusal:
        pair(plants, garden)

    assert str(refusal.value).endswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"backref": "a", "back_populates": "b"},
            "backref and back_populates keyword arguments are mutually exclusive",
        ),
        (
            {"viewonly": True, "cascade": "all"},
            'Cascade settings "delete, save-update" apply to persistence operations and should not '
            "be combined with a viewonly=True relationship.",
        ),
    ],
)
def test_arguments_that_exclude_each_other_are_told_at_once(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError) as refusal:
        relationship("Plant", **arguments)

    assert str(refusal.value) == message


def test_an_unknown_name_is_told_with_the_mapper_that_needs_it() -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        pair(relationship("Weed"))

    assert str(refusal.value).startswith(
        "When initializing mapper mapped class Garden->gardens, expression 'Weed' failed to locate "
        "a name ('Weed'). If this is a class name, consider adding this relationship() to the "
        "<class '"
    )
    assert str(refusal.value).endswith(
        "Garden'> class after both dependent classes have been defined."
    )


def test_two_relationships_that_write_one_column_are_told() -> None:
    with pytest.warns(SAWarning) as warned:
        pair(relationship("Plant"), relationship("Garden"))

    assert str(warned[0].message) == (
        "relationship 'Plant.garden' will copy column gardens.id to column plants.garden_id, which "
        "conflicts with relationship(s): 'Garden.plants' (copies gardens.id to plants.garden_id). "
        "If this is not the intention, consider if these relationships should be linked with "
        "back_populates, or if viewonly=True should be applied to one or more if they are "
        "read-only. For the less common case that foreign key constraints are partially "
        "overlapping, the orm.foreign() annotation can be used to isolate the columns that should "
        "be written towards.   To silence this warning, add the parameter 'overlaps=\"plants\"' to "
        "the 'Plant.garden' relationship. (Background on this error at: "
        "https://sqlalche.me/e/14/qzyx)"
    )


def test_the_warning_is_silenced_by_overlaps() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pair(relationship("Plant"), relationship("Garden", overlaps="plants"))


# Operators


def test_comparing_with_an_object_takes_its_key(gardens: Gardens) -> None:
    criterion = gardens.Plant.garden == gardens.Garden(id=7)

    assert str(criterion) == ":param_1 = plants.garden_id"
    assert criterion.compile().params == {"param_1": 7}


def test_the_key_is_read_when_the_statement_is_sent(gardens: Gardens) -> None:
    garden = gardens.Garden()
    criterion = gardens.Plant.garden == garden
    garden.id = 7

    assert criterion.compile().params == {"param_1": 7}


def test_an_object_without_key_is_told(gardens: Gardens) -> None:
    garden = gardens.Garden()

    with pytest.raises(InvalidRequestError) as refusal:
        (gardens.Plant.garden == garden).compile().params  # noqa: B018

    assert str(refusal.value) == (
        f"Can't resolve value for column gardens.id on object <Garden at 0x{id(garden):x}>; no "
        "value has been set for this column"
    )


def test_a_key_of_none_is_told(gardens: Gardens) -> None:
    criterion = gardens.Plant.garden == gardens.Garden(id=None)

    with pytest.warns(
        SAWarning, match=r"^Got None for value of column gardens.id; this is unsuppor"
    ):
        criterion.compile().params  # noqa: B018


def test_many_to_one_operators(gardens: Gardens) -> None:
    Plant, garden = gardens.Plant, gardens.Garden(id=7)

    assert str(Plant.garden == None) == "plants.garden_id IS NULL"  # noqa: E711
    assert str(Plant.garden != None) == "plants.garden_id IS NOT NULL"  # noqa: E711
    assert str(Plant.garden != garden) == (
        "plants.garden_id != :garden_id_1 OR plants.garden_id IS NULL"
    )
    assert flat(Plant.garden.has(name="Kew")) == (
        "EXISTS (SELECT 1 FROM gardens, plants WHERE gardens.id = plants.garden_id AND gardens.name"
        " = :name_1)"
    )


def test_one_to_many_operators(gardens: Gardens) -> None:
    Garden = gardens.Garden

    assert flat(Garden.plants == None) == (  # noqa: E711
        "NOT (EXISTS (SELECT 1 FROM gardens, plants WHERE gardens.id = plants.garden_id))"
    )
    assert flat(Garden.plants.any(gardens.Plant.name == "rose")) == (
        "EXISTS (SELECT 1 FROM gardens, plants WHERE gardens.id = plants.garden_id AND plants.name"
        " = :name_1)"
    )
    assert str(Garden.plants.contains(gardens.Plant(garden_id=7))) == "gardens.id = :param_1"


def test_many_to_many_operators(gardens: Gardens) -> None:
    Garden, spade = gardens.Garden, gardens.Tool(id=7)

    assert str(Garden.tools.contains(spade)) == (
        "gardens.id = garden_tools_1.garden_id AND :param_1 = garden_tools_1.tool_id"
    )
    assert flat(~Garden.tools.contains(spade)) == (
        "NOT (EXISTS (SELECT 1 FROM gardens, garden_tools, tools WHERE gardens.id = "
        "garden_tools.garden_id AND tools.id = garden_tools.tool_id AND tools.id = :id_1))"
    )


def test_self_referential_operators_alias_the_other_side(gardens: Gardens) -> None:
    assert flat(gardens.Garden.beds.any(name="bed")) == (
        "EXISTS (SELECT 1 FROM gardens, gardens AS gardens_1 WHERE gardens.id = "
        "gardens_1.within_id AND gardens_1.name = :name_1)"
    )


def test_operators_of_an_alias(gardens: Gardens) -> None:
    other = aliased(gardens.Plant)

    assert str(other.garden == gardens.Garden(id=7)) == ":param_1 = plants_1.garden_id"
    assert str(gardens.Garden.plants.of_type(other).expression) == (
        "gardens.id = plants_1.garden_id"
    )


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (
            lambda g: g.Garden.plants == g.Plant(),
            "Can't compare a collection to an object or collection; use contains() to test for "
            "membership.",
        ),
        (
            lambda g: g.Garden.plants != g.Plant(),
            "Can't compare a collection to an object or collection; use contains() to test for "
            "membership.",
        ),
        (
            lambda g: g.Plant.garden.contains(g.Garden()),
            "'contains' not implemented for scalar attributes.  Use ==",
        ),
        (
            lambda g: g.Plant.garden.any(),
            "'any()' not implemented for scalar attributes. Use has().",
        ),
        (
            lambda g: g.Garden.plants.has(),
            "'has()' not implemented for collections.  Use any().",
        ),
    ],
)
def test_operators_say_which_one_is_meant(gardens: Gardens, operation: Any, message: str) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        operation(gardens)

    assert str(refusal.value) == message


def test_only_objects_are_compared_with(gardens: Gardens) -> None:
    with pytest.raises(ArgumentError) as refusal:
        gardens.Plant.garden == gardens.Garden  # noqa: B015

    assert str(refusal.value) == (
        "Mapped instance expected for relationship comparison to object.   Classes, queries and "
        "other SQL elements are not accepted in this context; for comparison with a subquery, use "
        "Plant.garden.has(**criteria)."
    )


def test_in_is_not_for_relationships(gardens: Gardens) -> None:
    with pytest.raises(NotImplementedError) as refusal:
        gardens.Plant.garden.in_([gardens.Garden()])

    assert str(refusal.value) == (
        "in_() not yet supported for relationships.  For a simple many-to-one, use in_() against "
        "the set of foreign key values."
    )


def test_other_operators_have_no_meaning(gardens: Gardens) -> None:
    with pytest.raises(NotImplementedError, match=r"^<built-in function gt>$"):
        gardens.Plant.garden > 3  # noqa: B015


def test_a_single_parent_is_enforced() -> None:
    Garden, Plant = pair(relationship("Plant", single_parent=True))
    rose = Plant()
    first = Garden(plants=[rose])

    with pytest.raises(InvalidRequestError) as refusal:
        Garden(plants=[rose])

    assert first.plants == [rose]
    assert str(refusal.value) == (
        f"Instance <Plant at 0x{id(rose):x}> is already associated with an instance of {Garden} "
        "via its Garden.plants attribute, and is only allowed a single parent. (Background on this "
        "error at: https://sqlalche.me/e/14/bbf1)"
    )
