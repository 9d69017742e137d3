"""The identity map: one object for one key, held weakly unless it has changes."""

import gc

import pytest

from ormtutor.miniorm.exc import InvalidRequestError
from ormtutor.miniorm.orm.identity import IdentityMap
from ormtutor.miniorm.orm.state import InstanceState, create_state


class Mapper:
    """As much of a mapper as a key needs."""

    def __init__(self, class_: type, single_key: bool = True) -> None:
        self.class_ = class_
        self.single_key = single_key


class Pond:
    """A mapped class."""


class Border:
    """A mapped class with a key of two columns."""


PONDS = Mapper(Pond)
BORDERS = Mapper(Border, single_key=False)


def state_of(obj: object, mapper: Mapper, *key: object) -> InstanceState:
    state = create_state(obj, mapper)
    state.ident = key[0] if mapper.single_key else key
    return state


@pytest.fixture
def identity_map() -> IdentityMap:
    return IdentityMap()


@pytest.fixture
def pond() -> Pond:
    return Pond()


def test_an_object_is_found_by_its_key(identity_map: IdentityMap, pond: Pond) -> None:
    identity_map.add(state_of(pond, PONDS, 7))

    assert identity_map[(Pond, (7,), None)] is pond
    assert identity_map.get((Pond, (7,), None)) is pond
    assert (Pond, (7,), None) in identity_map


def test_an_unknown_key_is_a_key_error(identity_map: IdentityMap) -> None:
    with pytest.raises(KeyError):
        identity_map[(Pond, (7,), None)]


def test_get_gives_the_default_for_an_unknown_key(identity_map: IdentityMap) -> None:
    assert identity_map.get((Pond, (7,), None), "none") == "none"


def test_a_key_of_several_columns_is_kept_in_order(identity_map: IdentityMap) -> None:
    border = Border()
    identity_map.add(state_of(border, BORDERS, "fr", "ch"))

    assert identity_map[(Border, ("fr", "ch"), None)] is border
    assert (Border, ("ch", "fr"), None) not in identity_map


def test_keys_are_spelled_as_published(identity_map: IdentityMap, pond: Pond) -> None:
    border = Border()
    identity_map.add(state_of(pond, PONDS, 7))
    identity_map.add(state_of(border, BORDERS, "fr", "ch"))

    assert list(identity_map.keys()) == [(Pond, (7,), None), (Border, ("fr", "ch"), None)]
    assert list(identity_map) == list(identity_map.keys())
    assert identity_map.values() == [pond, border]
    assert identity_map.items() == [
        ((Pond, (7,), None), pond),
        ((Border, ("fr", "ch"), None), border),
    ]
    assert len(identity_map) == 2


def test_adding_a_state_again_changes_nothing(identity_map: IdentityMap, pond: Pond) -> None:
    state = state_of(pond, PONDS, 7)
    identity_map.add(state)

    identity_map.add(state)

    assert identity_map.values() == [pond]


def test_another_object_with_the_key_is_refused(identity_map: IdentityMap, pond: Pond) -> None:
    identity_map.add(state_of(pond, PONDS, 7))
    other = Pond()

    with pytest.raises(InvalidRequestError) as refusal:
        identity_map.add(state_of(other, PONDS, 7))

    assert str(refusal.value) == (
        f"Can't attach instance <Pond at 0x{id(other):x}>; another instance with key "
        f"{(Pond, (7,), None)} is already present in this session."
    )


def test_another_object_with_the_key_may_be_replaced(identity_map: IdentityMap, pond: Pond) -> None:
    first = state_of(pond, PONDS, 7)
    identity_map.add(first)
    other = Pond()

    identity_map.add(state_of(other, PONDS, 7), replaces=True)

    assert not identity_map.contains_state(first)
    assert identity_map[(Pond, (7,), None)] is other


def test_discard_takes_out_only_the_state_that_is_in(identity_map: IdentityMap, pond: Pond) -> None:
    inside, outside = state_of(pond, PONDS, 7), state_of(other := Pond(), PONDS, 7)
    identity_map.add(inside)

    identity_map.discard(outside)
    assert identity_map.contains_state(inside)

    identity_map.discard(inside)
    assert not identity_map.contains_state(inside)
    assert other is not pond


def test_an_object_that_is_gone_is_not_found(identity_map: IdentityMap) -> None:
    pond = Pond()
    identity_map.add(state_of(pond, PONDS, 7))
    del pond
    gc.collect()

    assert (Pond, (7,), None) not in identity_map
    assert identity_map.values() == []


def test_an_object_with_changes_is_held(identity_map: IdentityMap) -> None:
    pond = Pond()
    state = state_of(pond, PONDS, 7)
    state.modified = True
    identity_map.add(state)
    del pond
    gc.collect()

    assert len(identity_map.values()) == 1


def test_the_class_is_shown_under_its_public_name(identity_map: IdentityMap) -> None:
    assert repr(identity_map).startswith("<sqlalchemy.orm.identity.WeakInstanceDict object at 0x")
