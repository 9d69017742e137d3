"""The mapper: a class and a table become one, and it tells what it knows."""

import gc
from itertools import pairwise
from typing import Any

import pytest

from ormtutor.miniorm.exc import (
    ArgumentError,
    InvalidRequestError,
    NoInspectionAvailable,
    SAWarning,
)
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm.declarative import declarative_base, registry
from ormtutor.miniorm.orm.exc import (
    UnmappedClassError,
    UnmappedColumnError,
    UnmappedInstanceError,
)
from ormtutor.miniorm.orm.mapper import (
    Mapper,
    class_mapper,
    clear_mappers,
    column_property,
    configure_mappers,
    deferred,
    mapper,
    object_mapper,
    synonym,
)
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.types import Integer, String
from tests.miniorm.orm.gardens import Gardens


@pytest.fixture
def trees() -> Any:
    return Table(
        "trees", MetaData(), Column("id", Integer, primary_key=True), Column("name", String)
    )


@pytest.fixture
def Tree() -> Any:
    class Tree:
        pass

    yield Tree
    clear_mappers()


def test_a_class_is_mapped_in_the_classical_way(Tree: Any, trees: Any) -> None:
    mapped = mapper(Tree, trees)
    tree = Tree()
    tree.name = "oak"

    assert inspect(Tree) is mapped
    assert inspect(tree).mapper is mapped
    assert str(Tree.name == "oak") == "trees.name = :name_1"


def test_a_mapper_says_what_it_maps(Tree: Any, trees: Any) -> None:
    mapped = mapper(Tree, trees)

    assert str(mapped) == "mapped class Tree->trees"
    assert repr(mapped) == f"<Mapper at 0x{id(mapped):x}; Tree>"
    assert (mapped.class_, mapped.entity, mapped.local_table) == (Tree, Tree, trees)
    assert mapped.primary_key == (trees.c.id,)
    assert mapped.attrs.keys() == ["id", "name"]
    assert mapped.columns.keys() == ["id", "name"]
    assert str(mapped.columns) == "ColumnCollection(trees.id, trees.name)"


def test_a_table_without_primary_key_is_refused(Tree: Any) -> None:
    heap = Table("heap", MetaData(), Column("id", Integer))

    with pytest.raises(ArgumentError) as refusal:
        mapper(Tree, heap)

    assert str(refusal.value) == (
        "Mapper mapped class Tree->heap could not assemble any primary key columns for mapped "
        "table 'heap'"
    )


def test_a_primary_key_may_be_named(Tree: Any) -> None:
    heap = Table("heap", MetaData(), Column("number", Integer))

    assert mapper(Tree, heap, primary_key=[heap.c.number]).primary_key == (heap.c.number,)


def test_a_class_is_mapped_once(Tree: Any, trees: Any) -> None:
    mapper(Tree, trees)

    with pytest.raises(ArgumentError) as refusal:
        mapper(Tree, trees)

    assert str(refusal.value) == f"Class '{Tree}' already has a primary mapper defined. "


def test_only_classes_are_mapped(trees: Any) -> None:
    with pytest.raises(ArgumentError) as refusal:
        mapper(object(), trees)  # type: ignore[arg-type]

    assert str(refusal.value) == (
        "Argument 'class_' is expected to be of type '<class 'type'>', got '<class 'object'>'"
    )


def test_an_unknown_argument_is_named(Tree: Any, trees: Any) -> None:
    with pytest.raises(TypeError, match=r"^mapper\(\) got an unexpected keyword argument 'foo'$"):
        mapper(Tree, trees, foo=1)


def test_an_argument_that_is_left_out_is_told_so(Tree: Any, trees: Any) -> None:
    with pytest.raises(TypeError) as refusal:
        mapper(Tree, trees, polymorphic_on=trees.c.name)

    assert str(refusal.value) == ("polymorphic_on is not in miniorm; SQLAlchemy has it")


def test_a_mapped_class_cannot_be_inherited_from(Tree: Any, trees: Any) -> None:
    mapper(Tree, trees)
    Oak = type("Oak", (Tree,), {})

    with pytest.raises(NotImplementedError, match=r"^inheritance mapping is not in miniorm"):
        mapper(Oak, trees)


def test_columns_may_have_other_names(Tree: Any, trees: Any) -> None:
    mapped = mapper(Tree, trees, properties={"title": trees.c.name})

    assert mapped.attrs.keys() == ["title", "id"]
    assert mapped.get_property_by_column(trees.c.name).key == "title"


def test_a_relationship_in_the_place_of_a_column_is_refused(Tree: Any, trees: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"^WARNING: when configuring property 'name' on mapped"
    ):
        mapper(Tree, trees, properties={"name": relationship(Tree)})


def test_an_expression_may_be_a_property(Tree: Any, trees: Any) -> None:
    mapper(Tree, trees, properties={"next": column_property(trees.c.id + 1)})

    assert str(Tree.next.expression) == "trees.id + :id_1"
    assert Tree().next is None


def test_a_deferred_column_is_a_column_property(Tree: Any, trees: Any) -> None:
    mapped = mapper(Tree, trees, properties={"name": deferred(trees.c.name)})

    assert mapped.attrs.name.deferred is True


def test_properties_are_shown_with_their_names(Tree: Any, trees: Any) -> None:
    name = mapper(Tree, trees).attrs.name

    assert str(name) == "Tree.name"
    assert repr(name) == f"<ColumnProperty at 0x{id(name):x}; name>"
    assert repr(column_property(trees.c.id)).endswith("; no key>")


def test_an_unknown_argument_of_a_column_property_is_named(trees: Any) -> None:
    with pytest.raises(TypeError) as refusal:
        column_property(trees.c.id, foo=1)

    assert str(refusal.value) == "ColumnProperty received unexpected keyword argument(s): foo"


def test_properties_may_be_added_later(Tree: Any, trees: Any) -> None:
    mapped = mapper(Tree, trees)
    configure_mappers()
    mapped.add_property("title", synonym("name"))

    assert Tree(**{}).title is None
    assert mapped.attrs.keys() == ["id", "name", "title"]


def test_an_unknown_property_is_told(Tree: Any, trees: Any) -> None:
    mapped = mapper(Tree, trees)

    with pytest.raises(InvalidRequestError) as refusal:
        mapped.get_property("colour")

    assert str(refusal.value) == "Mapper 'mapped class Tree->trees' has no property 'colour'"


def test_a_column_of_another_table_is_told(Tree: Any, trees: Any) -> None:
    other = Table("other", MetaData(), Column("x", Integer))

    with pytest.raises(UnmappedColumnError) as refusal:
        mapper(Tree, trees).get_property_by_column(other.c.x)

    assert str(refusal.value) == (
        "No column other.x is configured on mapper mapped class Tree->trees..."
    )


def test_constructors_keep_their_arguments(trees: Any) -> None:
    class Tree:
        def __init__(self, name: str, height: int = 2) -> None:
            self.name = name

    mapper(Tree, trees)
    try:
        assert Tree("oak").name == "oak"
        with pytest.raises(TypeError) as refusal:
            Tree()  # type: ignore[call-arg]
        assert str(refusal.value) == ("__init__() missing 1 required positional argument: 'name'")
    finally:
        clear_mappers()


def test_a_class_without_constructor_takes_no_arguments(Tree: Any, trees: Any) -> None:
    mapper(Tree, trees)

    with pytest.raises(TypeError) as refusal:
        Tree(name="oak")

    assert str(refusal.value) == "__init__() got an unexpected keyword argument 'name'"


def test_clear_mappers_gives_the_class_back(Tree: Any, trees: Any) -> None:
    before = list(vars(Tree))
    mapper(Tree, trees)
    clear_mappers()

    assert list(vars(Tree)) == before
    with pytest.raises(NoInspectionAvailable):
        inspect(Tree)
    with pytest.raises(UnmappedClassError):
        class_mapper(Tree)


def test_a_cleared_class_can_be_mapped_again(Tree: Any, trees: Any) -> None:
    mapper(Tree, trees)
    clear_mappers()

    assert isinstance(mapper(Tree, trees), Mapper)


def test_a_declarative_class_keeps_its_table_when_cleared() -> None:
    Base = declarative_base()

    class Leaf(Base):
        __tablename__ = "leaves"
        id = Column(Integer, primary_key=True)

    Base.registry.dispose()

    assert Leaf.__table__.name == "leaves"


def test_class_mapper_wants_a_mapped_class() -> None:
    with pytest.raises(UnmappedClassError, match=r"^Class 'builtins.int' is not mapped$"):
        class_mapper(int)
    with pytest.raises(ArgumentError, match=r"^Class object expected, got '3'\.$"):
        class_mapper(3)


def test_object_mapper_wants_a_mapped_object(gardens: Gardens) -> None:
    assert object_mapper(gardens.Garden()) is inspect(gardens.Garden)
    with pytest.raises(UnmappedInstanceError, match=r"^Class 'builtins.int' is not mapped$"):
        object_mapper(3)


def test_a_mapper_lists_its_properties_by_kind(gardens: Gardens) -> None:
    mapped = inspect(gardens.Garden)

    assert mapped.column_attrs.keys() == ["id", "name", "within_id"]
    assert mapped.relationships.keys() == [
        "plants",
        "tools",
        "tags",
        "notes",
        "sign",
        "within",
        "beds",
    ]


def test_a_mapper_reads_primary_keys(gardens: Gardens) -> None:
    mapped, garden = inspect(gardens.Garden), gardens.Garden(id=7)

    assert mapped.primary_key_from_instance(garden) == (7,)


def test_a_cascade_reaches_each_object_once_parents_first(gardens: Gardens) -> None:
    spade = gardens.Tool(name="spade")
    rose = gardens.Plant(name="rose")
    bed = gardens.Garden(name="bed", tools=[spade], plants=[rose])
    garden = gardens.Garden(name="garden", tools=[spade], beds=[bed])

    reached = [
        obj.name
        for _, obj in inspect(gardens.Garden).cascade_iterator("save-update", inspect(garden))
    ]

    # The garden itself is reached from its bed.
    assert reached == ["spade", "bed", "rose", "garden"]


def test_a_long_chain_is_no_danger_to_the_stack(gardens: Gardens) -> None:
    gardens_in_a_row = [gardens.Garden() for _ in range(5_000)]
    for inner, outer in pairwise(gardens_in_a_row):
        inner.within = outer

    first = inspect(gardens_in_a_row[0])
    assert sum(1 for _ in first.mapper.cascade_iterator("save-update", first)) == 5_000


def test_an_object_that_no_parent_has_is_an_orphan(gardens: Gardens) -> None:
    rose = gardens.Plant()
    garden = gardens.Garden(plants=[rose])
    state = inspect(rose)
    assert not state.mapper._is_orphan(state)

    garden.plants.remove(rose)
    assert state.mapper._is_orphan(state)


def test_registries_fail_apart() -> None:
    Good, Bad = declarative_base(), declarative_base()
    whole = type("Whole", (Good,), {"__tablename__": "w", "id": Column(Integer, primary_key=True)})
    type(
        "Broken",
        (Bad,),
        {
            "__tablename__": "b",
            "id": Column(Integer, primary_key=True),
            "other": relationship("Nobody"),
        },
    )

    assert whole().id is None
    Bad.registry.dispose()


def test_a_failed_configuration_is_remembered() -> None:
    Base = declarative_base()

    class Broken(Base):
        __tablename__ = "broken"
        id = Column(Integer, primary_key=True)
        other = relationship("Nobody")

    with pytest.raises(InvalidRequestError) as first:
        Broken()
    with pytest.raises(InvalidRequestError) as second:
        Broken()
    Base.registry.dispose()

    assert str(second.value) == (
        "One or more mappers failed to initialize - can't proceed with initialization of other "
        "mappers. Triggering mapper: 'mapped class Broken->broken'. Original exception was: "
        f"{first.value}"
    )


def test_a_property_that_is_replaced_is_told(gardens: Gardens) -> None:
    mapped = inspect(gardens.Plant)

    with pytest.warns(
        SAWarning, match=r"^Property Plant.garden on mapped class Plant->plants being"
    ):
        mapped.add_property("garden", relationship(gardens.Garden, viewonly=True))


def test_classes_are_not_held_by_their_registry() -> None:
    mine = registry()

    @mine.mapped
    class Leaf:
        __tablename__ = "leaves"
        id = Column(Integer, primary_key=True)

    assert len(mine.mappers) == 1
    del Leaf
    gc.collect()
    assert len(mine.mappers) == 0
