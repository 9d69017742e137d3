"""Object states: what inspect(obj) tells, and that telling it changes nothing."""

import gc
import weakref
from typing import Any

import pytest

from ormtutor.miniorm.exc import NoInspectionAvailable
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm.exc import ObjectDereferencedError, UnmappedInstanceError
from ormtutor.miniorm.orm.flags import NO_VALUE
from ormtutor.miniorm.orm.identity import IdentityMap
from ormtutor.miniorm.orm.state import (
    NOTHING,
    UNCHANGED,
    ImmutableProperties,
    PendingCollection,
    instance_state,
)
from tests.miniorm.orm.gardens import Gardens


class Session:
    """As much of a session as a state needs."""

    _transaction = object()

    def __init__(self) -> None:
        self._self_ref = weakref.ref(self)
        self.identity_map = IdentityMap()


def test_a_new_object_is_transient(gardens: Gardens) -> None:
    state = inspect(gardens.Garden())

    assert state.transient
    assert not any([state.pending, state.persistent, state.deleted, state.detached])
    assert (state.key, state.identity, state.identity_key, state.session) == (None,) * 4
    assert not state.has_identity


def test_an_object_without_key_in_a_session_is_pending(gardens: Gardens) -> None:
    garden, session = gardens.Garden(), Session()
    state = inspect(garden)
    state.session_ref = session._self_ref

    assert state.pending
    assert state.session is session


def test_an_object_with_key_in_a_session_is_persistent(gardens: Gardens) -> None:
    garden, session = gardens.Garden(), Session()
    state = inspect(garden)
    state.session_ref = session._self_ref
    state.ident = 7

    assert state.persistent
    assert state.identity == (7,)
    assert state.identity_key == (gardens.Garden, (7,), None)


def test_a_state_outlives_its_session_as_detached(gardens: Gardens) -> None:
    garden, session = gardens.Garden(), Session()
    state = inspect(garden)
    state.session_ref = session._self_ref
    state.ident = 7
    del session
    gc.collect()

    assert state.detached
    assert state.session is None


def test_a_deleted_object_stays_deleted_when_it_leaves(gardens: Gardens) -> None:
    garden, session = gardens.Garden(), Session()
    state = inspect(garden)
    state.session_ref = session._self_ref
    state.ident = 7
    state._deleted = True
    assert (state.deleted, state.persistent, state.was_deleted) == (True, False, True)

    state.session_ref = None
    assert (state.deleted, state.detached, state.was_deleted) == (False, True, True)


def test_a_state_does_not_hold_its_object(gardens: Gardens) -> None:
    state = inspect(gardens.Garden())
    gc.collect()

    assert state.obj() is None
    assert state.object is None
    assert state.dict == {}


def test_a_state_tells_what_is_loaded_and_changed(gardens: Gardens) -> None:
    sign = gardens.Sign(id=3)
    state = inspect(sign)

    assert state.unloaded == {"garden", "garden_id"}
    assert state.unmodified_intersection(["id", "garden"]) == {"garden"}
    assert state.modified is True
    assert state.committed_state == {"id": NO_VALUE}


def test_attributes_are_listed_in_the_order_of_the_mapping(gardens: Gardens) -> None:
    sign = gardens.Sign(id=3)
    attrs = inspect(sign).attrs

    assert attrs.keys() == ["garden", "id", "garden_id"]
    assert (attrs.id.value, attrs.id.loaded_value) == (3, 3)
    assert attrs.garden_id.loaded_value is NO_VALUE


def test_looking_changes_nothing(gardens: Gardens) -> None:
    garden = gardens.Garden(name="Kew")
    before = dict(vars(garden))
    state = inspect(garden)
    for attribute in state.attrs:
        attribute.history  # noqa: B018
        attribute.loaded_value  # noqa: B018
    str(state.unloaded), str(state.expired_attributes), str(state.mapper)

    assert vars(garden) == before


def test_expiring_forgets_values_and_changes_but_not_other_attributes(gardens: Gardens) -> None:
    garden = gardens.Garden(name="Kew", plants=[gardens.Plant()])
    garden.colour = "green"
    state = inspect(garden)
    state.expire(garden.__dict__, {})

    assert set(vars(garden)) == {"_sa_instance_state", "colour"}
    assert state.expired
    assert state.expired_attributes == set(state.mapper.impls)
    assert (state.modified, state.committed_state) == (False, UNCHANGED)


def test_expiring_one_attribute_leaves_the_others(gardens: Gardens) -> None:
    garden = gardens.Garden(name="Kew", id=3)
    state = inspect(garden)
    state.expire_attributes(garden.__dict__, ["name"])

    assert "name" not in vars(garden)
    assert state.expired_attributes == {"name"}
    assert state.committed_state == {"id": NO_VALUE}


def test_after_commit_all_nothing_is_changed(gardens: Gardens) -> None:
    garden = gardens.Garden(name="Kew")
    state = inspect(garden)
    state.commit_all(garden.__dict__, {})

    assert (state.modified, state.committed_state, garden.name) == (False, UNCHANGED, "Kew")


def test_expired_names_are_shown_as_a_set() -> None:
    assert repr(NOTHING) == "set()"
    assert repr(NOTHING | {"name"}) == "{'name'}"


def test_a_change_of_a_dead_object_is_told(gardens: Gardens) -> None:
    garden = gardens.Garden()
    plants = garden.plants
    del garden
    gc.collect()

    with pytest.raises(ObjectDereferencedError) as refusal:
        plants.append(gardens.Plant())

    assert str(refusal.value) == (
        "Can't emit change event for attribute 'Garden.plants' - parent object of type <Garden> "
        "has been garbage collected."
    )


def test_what_is_not_mapped_has_no_state() -> None:
    with pytest.raises(UnmappedInstanceError, match=r"^Class 'builtins.int' is not mapped$"):
        instance_state(3)
    with pytest.raises(NoInspectionAvailable):
        inspect(3)


def test_states_are_equal_only_to_themselves(gardens: Gardens) -> None:
    one, other = inspect(first := gardens.Garden()), inspect(second := gardens.Garden())

    assert (one == one) is True
    assert one != other
    assert len({one, other}) == 2
    assert first is not second


def test_a_state_is_shown_under_its_public_name(gardens: Gardens) -> None:
    state = inspect(gardens.Garden())

    assert repr(state) == f"<sqlalchemy.orm.state.InstanceState object at 0x{id(state):x}>"


def test_properties_are_read_by_name_key_and_in_order() -> None:
    properties = ImmutableProperties({"a": 1, "b": 2})

    assert (properties.a, properties["b"], properties.get("c"), list(properties)) == (
        1,
        2,
        None,
        [1, 2],
    )
    assert (properties.keys(), properties.values()) == (["a", "b"], [1, 2])
    assert properties.items() == [("a", 1), ("b", 2)]
    assert ("a" in properties, "c" in properties, len(properties)) == (True, False, 2)


def test_properties_cannot_be_changed() -> None:
    properties: Any = ImmutableProperties({"a": 1})

    with pytest.raises(TypeError, match="object is immutable"):
        properties.a = 2
    with pytest.raises(AttributeError, match="b"):
        properties.b  # noqa: B018


def test_pending_changes_cancel_each_other() -> None:
    pending, one, other = PendingCollection(), object(), object()
    pending.append(one)
    pending.remove(one)
    pending.remove(other)
    pending.append(other)

    assert (pending.added, pending.removed) == ({}, {})


def test_a_symbol_shows_its_name() -> None:
    assert repr(NO_VALUE) == "symbol('NO_VALUE')"
