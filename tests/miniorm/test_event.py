"""Events: listeners on an instance, on its class, before and after the instance was made."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm import event, exc


class Station:
    dispatch = event.Dispatch(("arrive", "leave"))


class Terminus(Station):
    pass


def call(target: Any, name: str) -> list[Any]:
    return [listener() for listener in getattr(target.dispatch, name)]


@pytest.fixture(autouse=True)
def fresh_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Station, "dispatch", event.Dispatch(("arrive", "leave")))


def test_without_listeners_there_is_an_empty_tuple() -> None:
    assert Station().dispatch.arrive == ()


def test_a_listener_of_one_instance_is_not_heard_by_another() -> None:
    one, other = Station(), Station()
    event.listen(one, "arrive", lambda: "one")
    assert (call(one, "arrive"), call(other, "arrive")) == (["one"], [])


def test_a_listener_of_the_class_is_heard_by_instances_made_before_and_after() -> None:
    before = Station()
    event.listen(before, "leave", lambda: "own")
    event.listen(Station, "leave", lambda: "class")
    assert (call(before, "leave"), call(Station(), "leave")) == (["class", "own"], ["class"])


def test_a_listener_of_the_class_is_heard_by_subclasses() -> None:
    event.listen(Station, "leave", lambda: "class")
    assert call(Terminus(), "leave") == ["class"]


def test_a_listener_of_a_subclass_is_not_heard_by_the_class() -> None:
    class Halt(Station):
        pass

    event.listen(Halt, "leave", lambda: "sub")
    assert (call(Station(), "leave"), call(Halt(), "leave")) == ([], ["sub"])


def test_a_decorated_function_listens() -> None:
    station = Station()

    @event.listens_for(station, "arrive")
    def hear() -> str:
        return "heard"

    assert call(station, "arrive") == ["heard"]


def test_the_same_function_is_not_added_twice() -> None:
    station = Station()

    def hear() -> str:
        return "heard"

    event.listen(station, "arrive", hear)
    event.listen(station, "arrive", hear)
    assert call(station, "arrive") == ["heard"]


def test_a_removed_listener_hears_nothing_more() -> None:
    station = Station()

    def hear() -> str:
        return "heard"

    event.listen(station, "arrive", hear)
    event.remove(station, "arrive", hear)
    assert (call(station, "arrive"), event.contains(station, "arrive", hear)) == ([], False)


def test_removing_what_does_not_listen_is_an_error() -> None:
    with pytest.raises(exc.InvalidRequestError, match="No listeners found for event"):
        event.remove(Station(), "arrive", print)


def test_an_unknown_event_is_an_error_naming_it() -> None:
    with pytest.raises(exc.InvalidRequestError, match=r"^No such event 'explode' for target '5'$"):
        event.listen(5, "explode", print)


def test_a_factory_may_name_the_real_target() -> None:
    class Made(Station):
        pass

    class Factory:
        _event_target = Made

    event.listen(Factory(), "leave", lambda: "made")
    assert call(Made(), "leave") == ["made"]


@pytest.mark.parametrize("name", ["before_compile", "engine_disposed", "do_execute", "detach"])
def test_an_event_that_is_left_out_says_so(name: str) -> None:
    with pytest.raises(exc.InvalidRequestError, match=f"^{name} is not in miniorm; SQLAlchemy"):
        event.listen(Station, name, print)


def test_a_subclass_that_was_listened_to_first_hears_what_its_class_hears() -> None:
    class Halt(Terminus):
        pass

    event.listen(Halt, "leave", lambda: "halt")
    event.listen(Terminus, "leave", lambda: "terminus")
    assert call(Halt(), "leave") == ["halt", "terminus"]
