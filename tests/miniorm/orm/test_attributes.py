"""Attributes: values, histories, and the two sides of a relationship, all without a database."""

from typing import Any

import pytest

from ormtutor.miniorm.exc import InvalidRequestError
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm import attributes
from ormtutor.miniorm.orm.attributes import History, get_history
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.flags import NO_VALUE, PASSIVE_NO_INITIALIZE
from ormtutor.miniorm.orm.mapper import synonym, validates
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.types import Integer, String
from tests.miniorm.orm.gardens import Gardens


def history(obj: Any, key: str) -> Any:
    return inspect(obj).attrs[key].history


def flushed(obj: Any) -> Any:
    """The object as it is after a flush: its values are those of the row."""
    inspect(obj).commit_all(obj.__dict__, {})
    return obj


# Reading


def test_an_attribute_that_was_never_set_reads_none_and_stays_unset(gardens: Gardens) -> None:
    garden = gardens.Garden()

    assert garden.name is None
    assert list(vars(garden)) == ["_sa_instance_state"]
    assert inspect(garden).modified is False


def test_an_empty_collection_that_was_only_read_stays_unset(gardens: Gardens) -> None:
    garden = gardens.Garden()

    assert garden.plants == []
    assert garden.plants is garden.plants
    assert list(vars(garden)) == ["_sa_instance_state"]


def test_a_collection_becomes_a_value_with_its_first_member(gardens: Gardens) -> None:
    garden = gardens.Garden()
    plants = garden.plants
    plants.append(gardens.Plant())

    assert garden.__dict__["plants"] is plants


def test_an_object_made_without_init_has_no_state(gardens: Gardens) -> None:
    bare = gardens.Garden.__new__(gardens.Garden)

    with pytest.raises(AttributeError, match="'Garden' object has no attribute '_sa_instance_st"):
        bare.name  # noqa: B018
    with pytest.raises(AttributeError, match="'Garden' object has no attribute '_sa_instance_st"):
        bare.name = "Eden"


def test_names_that_are_not_mapped_are_plain_attributes(gardens: Gardens) -> None:
    garden = gardens.Garden()
    garden.colour = "green"
    del garden.colour

    assert not hasattr(garden, "colour")
    assert inspect(garden).modified is False


# Histories of columns


def test_a_new_value_is_added(gardens: Gardens) -> None:
    assert history(gardens.Garden(name="Kew"), "name") == History(["Kew"], (), ())


def test_a_value_never_read_has_no_history(gardens: Gardens) -> None:
    assert history(gardens.Garden(), "name") == History(None, None, None)


def test_a_changed_value_has_its_old_one(gardens: Gardens) -> None:
    garden = flushed(gardens.Garden(name="Kew"))
    garden.name = "Eden"
    garden.name = "Hidcote"

    assert history(garden, "name") == History(["Hidcote"], (), ["Kew"])
    assert inspect(garden).committed_state == {"name": "Kew"}


def test_a_value_set_back_is_unchanged(gardens: Gardens) -> None:
    garden = flushed(gardens.Garden(name="Kew"))
    garden.name = "Eden"
    garden.name = "Kew"

    assert history(garden, "name") == History((), ["Kew"], ())
    assert inspect(garden).modified is True


def test_a_deleted_value_is_none_in_place_of_the_old_one(gardens: Gardens) -> None:
    garden = flushed(gardens.Garden(name="Kew"))
    del garden.name

    assert history(garden, "name") == History((), (), ["Kew"])
    assert garden.name is None


def test_deleting_what_is_not_there_is_an_attribute_error(gardens: Gardens) -> None:
    garden = gardens.Garden()

    with pytest.raises(AttributeError, match=r"^Garden\.name object does not have a value$"):
        del garden.name


def test_a_history_tells_what_it_has() -> None:
    changed = History(["b"], (), ["a"])

    assert repr(changed) == "History(added=['b'], unchanged=(), deleted=['a'])"
    assert (changed.added, changed.unchanged, changed.deleted) == (["b"], (), ["a"])
    assert changed.has_changes()
    assert not changed.empty()
    assert (changed.sum(), changed.non_deleted(), changed.non_added()) == (["b", "a"], ["b"], ["a"])
    assert not History(None, None, None)
    assert History((), (), ())


# Both sides of a relationship


def test_a_member_knows_its_owner(gardens: Gardens) -> None:
    garden, rose = gardens.Garden(), gardens.Plant()
    garden.plants.append(rose)

    assert rose.garden is garden
    assert history(rose, "garden") == History([garden], (), ())


def test_an_owner_knows_its_member(gardens: Gardens) -> None:
    garden, rose = gardens.Garden(), gardens.Plant()
    rose.garden = garden

    assert garden.plants == [rose]
    assert history(garden, "plants") == History([rose], [], [])


def test_a_member_moves_from_one_owner_to_the_other(gardens: Gardens) -> None:
    rose = gardens.Plant()
    first, second = gardens.Garden(plants=[rose]), gardens.Garden()
    second.plants.append(rose)

    assert (first.plants, second.plants, rose.garden) == ([], [rose], second)


def test_a_member_that_leaves_has_no_owner(gardens: Gardens) -> None:
    rose = gardens.Plant()
    garden = gardens.Garden(plants=[rose])
    garden.plants.remove(rose)

    assert rose.garden is None


def test_a_member_that_is_twice_in_a_list_leaves_with_the_last(gardens: Gardens) -> None:
    rose = gardens.Plant()
    garden = gardens.Garden(plants=[rose, rose])
    garden.plants.remove(rose)
    assert rose.garden is garden

    garden.plants.remove(rose)
    assert rose.garden is None


def test_many_to_many_is_kept_on_both_sides(gardens: Gardens) -> None:
    garden, spade = gardens.Garden(), gardens.Tool()
    spade.gardens.append(garden)

    assert garden.tools == [spade]
    garden.tools.remove(spade)
    assert spade.gardens == []


def test_one_to_one_has_one_on_either_side(gardens: Gardens) -> None:
    old, new = gardens.Sign(), gardens.Sign()
    garden = gardens.Garden(sign=old)
    garden.sign = new

    assert (old.garden, new.garden) == (None, garden)


def test_a_collection_assigned_keeps_what_stays(gardens: Gardens) -> None:
    rose, fern, moss = gardens.Plant(), gardens.Plant(), gardens.Plant()
    garden = flushed(gardens.Garden(plants=[rose, fern]))
    garden.plants = [fern, moss]

    assert history(garden, "plants") == History([moss], [fern], [rose])
    assert (rose.garden, moss.garden) == (None, garden)


def test_the_collection_replaced_reports_no_more(gardens: Gardens) -> None:
    rose = gardens.Plant()
    garden = gardens.Garden(plants=[])
    old = garden.plants
    garden.plants = []
    old.append(rose)

    assert rose.garden is None


def test_a_collection_assigned_to_itself_changes_nothing(gardens: Gardens) -> None:
    garden = gardens.Garden(tags={gardens.Tag()})
    tags = garden.tags
    garden.tags |= {tag := gardens.Tag()}

    assert garden.tags is tags
    assert tag.garden is garden


def test_deleting_a_collection_lets_all_members_go(gardens: Gardens) -> None:
    rose = gardens.Plant()
    garden = gardens.Garden(plants=[rose])
    del garden.plants

    assert (rose.garden, garden.plants) == (None, [])


def test_a_dictionary_is_keyed_by_its_members(gardens: Gardens) -> None:
    garden = gardens.Garden()
    gardens.Note(topic="soil", garden=garden)

    assert list(garden.notes) == ["soil"]


@pytest.mark.parametrize(
    ("value", "name"),
    [(set(), "set"), ({}, "dict"), (None, "None"), (3, "int"), ((), "tuple"), ("ab", "str")],
)
def test_a_list_takes_only_what_is_like_a_list(gardens: Gardens, value: Any, name: str) -> None:
    with pytest.raises(TypeError) as refusal:
        gardens.Garden().plants = value

    assert str(refusal.value) == f"Incompatible collection type: {name} is not list-like"


def test_what_is_not_mapped_is_no_member(gardens: Gardens) -> None:
    with pytest.raises(AttributeError, match="'int' object has no attribute '_sa_instance_state'"):
        gardens.Garden().plants.append(3)


# Functions


def test_get_history_asks_for_one_attribute(gardens: Gardens) -> None:
    assert get_history(gardens.Garden(name="Kew"), "name") == History(["Kew"], (), ())
    assert get_history(gardens.Garden(), "name", PASSIVE_NO_INITIALIZE) == History(None, None, None)


def test_a_committed_value_makes_no_history(gardens: Gardens) -> None:
    garden, rose = gardens.Garden(), gardens.Plant()
    attributes.set_committed_value(garden, "name", "Kew")
    attributes.set_committed_value(garden, "plants", [rose])

    assert history(garden, "name") == History((), ["Kew"], ())
    assert history(garden, "plants") == History((), [rose], ())
    assert inspect(garden).modified is False


def test_an_attribute_can_be_flagged_as_modified(gardens: Gardens) -> None:
    garden = flushed(gardens.Garden(name="Kew"))
    attributes.flag_modified(garden, "name")

    assert history(garden, "name") == History(["Kew"], (), ())
    assert inspect(garden).modified is True


def test_what_has_no_value_cannot_be_flagged(gardens: Gardens) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        attributes.flag_modified(gardens.Garden(), "name")

    assert str(refusal.value) == (
        "Can't flag attribute 'name' modified; it's not present in the object state"
    )


def test_functions_that_are_left_out_say_so() -> None:
    with pytest.raises(
        AttributeError, match=r"^set_attribute is not in miniorm; SQLAlchemy has it"
    ):
        attributes.set_attribute  # noqa: B018


# Validators and synonyms


def mapped_tree(**members: Any) -> Any:
    body = {"__tablename__": "trees", "id": Column(Integer, primary_key=True), **members}
    return type("Tree", (declarative_base(),), body)


def test_a_validator_may_change_the_value() -> None:
    @validates("name")
    def shout(self: Any, key: str, value: str) -> str:
        return f"{key} {value.upper()}"

    tree = mapped_tree(name=Column(String), shout=shout)(name="oak")

    assert tree.name == "name OAK"


def test_a_validator_may_refuse_the_value() -> None:
    @validates("name")
    def refuse(self: Any, key: str, value: str) -> str:
        raise ValueError(f"no {value}")

    with pytest.raises(ValueError, match="no oak"):
        mapped_tree(name=Column(String), refuse=refuse)(name="oak")


def test_a_validator_sees_the_members_of_a_collection() -> None:
    seen: list[str] = []

    @validates("leaves")
    def see(self: Any, key: str, leaf: Any) -> Any:
        seen.append(leaf.name)
        return leaf

    Base = declarative_base()

    class Leaf(Base):
        __tablename__ = "leaves"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        tree_id = Column(ForeignKey("trees.id"))

    class Tree(Base):
        __tablename__ = "trees"
        id = Column(Integer, primary_key=True)
        leaves = relationship("Leaf", backref="tree")
        check = see

    first = Leaf(name="first")
    tree = Tree(leaves=[first])
    tree.leaves.append(Leaf(name="second"))
    tree.leaves.remove(first)
    Leaf(name="third", tree=tree)

    assert seen == ["first", "second", "third"]


def test_a_synonym_reads_and_writes_the_other_attribute() -> None:
    Tree = mapped_tree(name=Column(String), title=synonym("name"))
    tree = Tree(title="oak")

    assert (tree.name, tree.title) == ("oak", "oak")
    assert inspect(tree).attrs.title.history == History(["oak"], (), ())
    assert str(Tree.title == "oak") == "trees.name = :name_1"
    assert str(Tree.title) == "Tree.title"


def test_a_class_with_its_own_setattr_is_instrumented_too() -> None:
    def __setattr__(self: Any, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    tree = mapped_tree(name=Column(String), __setattr__=__setattr__)(name="oak")
    tree.name = "elm"

    assert tree.name == "elm"
    assert inspect(tree).committed_state == {"name": NO_VALUE}
    del tree.name
    assert tree.name is None


# The class's side


def test_an_attribute_is_named_by_its_class(gardens: Gardens) -> None:
    assert str(gardens.Garden.name) == "Garden.name"
    assert repr(gardens.Garden.name).startswith(
        "<sqlalchemy.orm.attributes.InstrumentedAttribute object at 0x"
    )


def test_an_attribute_is_an_expression(gardens: Gardens) -> None:
    Garden = gardens.Garden

    assert str(Garden.name == "Kew") == "gardens.name = :name_1"
    assert str(Garden.name.like("K%")) == "gardens.name LIKE :name_1"
    assert str(1 + Garden.id) == ":id_1 + gardens.id"
    assert str(~(Garden.id > 3)) == "gardens.id <= :id_1"
    assert str(Garden.name.desc()) == "gardens.name DESC"
    assert str(Garden.name.label("n")) == "gardens.name"
    assert Garden.name.type is Garden.__table__.c.name.type
    assert Garden.name.property is inspect(Garden).attrs.name


@pytest.mark.parametrize("key", ["name", "plants"])
def test_an_attribute_says_what_it_has_not(gardens: Gardens, key: str) -> None:
    with pytest.raises(AttributeError) as refusal:
        getattr(gardens.Garden, key).colour  # noqa: B018

    assert str(refusal.value) == (
        "Neither 'InstrumentedAttribute' object nor 'Comparator' object associated with "
        f"Garden.{key} has an attribute 'colour'"
    )


def test_attributes_are_keys_of_dictionaries(gardens: Gardens) -> None:
    assert {gardens.Garden.name: 1}[gardens.Garden.name] == 1
