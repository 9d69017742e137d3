"""Collections: every way to change a list, a set or a dictionary is reported."""

from collections.abc import Callable
from typing import Any

import pytest

from ormtutor.miniorm.exc import ArgumentError, InvalidRequestError
from ormtutor.miniorm.orm.collections import (
    CollectionAdapter,
    InstrumentedDict,
    InstrumentedList,
    InstrumentedSet,
    MappedCollection,
    add_member,
    bulk_replace,
    duck_type_of,
    fill,
    prepare_instrumentation,
    remove_member,
)


class Owner:
    """Stands for the state of the object that owns the collection."""

    def __init__(self) -> None:
        self.dict: dict[str, Any] = {}
        self.empty_collections: dict[str, Any] | None = None


class Log:
    """Stands for the attribute: writes down what it is told."""

    key = "items"

    def __init__(self) -> None:
        self.events: list[str] = []

    def fire_append_event(self, state: Any, value: Any, initiator: Any) -> Any:
        self.events.append(f"+{value}")
        return value

    def fire_append_wo_mutation_event(self, state: Any, value: Any, init: Any) -> Any:
        self.events.append(f"={value}")
        return value

    def fire_remove_event(self, state: Any, value: Any, initiator: Any) -> None:
        self.events.append(f"-{value}")

    def fire_pre_remove_event(self, state: Any) -> None:
        self.events.append("-?")


def watched(made: Any, log: Log) -> Any:
    made._sa_adapter = CollectionAdapter(log, Owner())
    return made


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def letters(log: Log) -> Any:
    return watched(InstrumentedList("abc"), log)


@pytest.fixture
def letter_set(log: Log) -> Any:
    return watched(InstrumentedSet("a"), log)


@pytest.fixture
def by_key(log: Log) -> Any:
    made = watched(MappedCollection(str.upper), log)
    made.set("a", _sa_initiator=False)
    return made


LIST_CHANGES: list[tuple[str, Callable[[Any], Any], list[str], list[str]]] = [
    ("append", lambda it: it.append("d"), ["+d"], ["a", "b", "c", "d"]),
    ("remove", lambda it: it.remove("b"), ["-b"], ["a", "c"]),
    ("insert", lambda it: it.insert(1, "d"), ["+d"], ["a", "d", "b", "c"]),
    ("set one", lambda it: it.__setitem__(0, "d"), ["-a", "+d"], ["d", "b", "c"]),
    ("set the last", lambda it: it.__setitem__(-1, "d"), ["-c", "+d"], ["a", "b", "d"]),
    ("delete one", lambda it: it.__delitem__(0), ["-a"], ["b", "c"]),
    ("delete a slice", lambda it: it.__delitem__(slice(0, 2)), ["-a", "-b"], ["c"]),
    ("extend", lambda it: it.extend("de"), ["+d", "+e"], ["a", "b", "c", "d", "e"]),
    ("extend by itself", lambda it: it.extend(it), ["+a", "+b", "+c"], list("abcabc")),
    ("pop", lambda it: it.pop(), ["-?", "-c"], ["a", "b"]),
    ("pop the first", lambda it: it.pop(0), ["-?", "-a"], ["b", "c"]),
    ("clear", lambda it: it.clear(), ["-a", "-b", "-c"], []),
    ("+=", lambda it: it.__iadd__(["d"]), ["+d"], ["a", "b", "c", "d"]),
    ("slice", lambda it: it.__setitem__(slice(1, 2), "xy"), ["-b", "+x", "+y"], list("axyc")),
    ("insert by slice", lambda it: it.__setitem__(slice(0, 0), "x"), ["+x"], list("xabc")),
    (
        "steps",
        lambda it: it.__setitem__(slice(0, 3, 2), "xy"),
        ["-a", "+x", "-c", "+y"],
        list("xby"),
    ),
    ("itself as slice", lambda it: it.__setitem__(slice(None), it), [], list("abc")),
    ("reverse", lambda it: it.reverse(), [], list("cba")),
    ("sort", lambda it: it.sort(), [], list("abc")),
]


@pytest.mark.parametrize(
    ("change", "events", "content"),
    [case[1:] for case in LIST_CHANGES],
    ids=[case[0] for case in LIST_CHANGES],
)
def test_a_list_reports_its_changes(
    letters: Any, log: Log, change: Callable[[Any], Any], events: list[str], content: list[str]
) -> None:
    change(letters)

    assert (log.events, list(letters)) == (events, content)


def test_a_slice_with_steps_takes_as_many_as_it_has(letters: Any) -> None:
    with pytest.raises(ValueError, match="attempt to assign sequence of size 1 to"):
        letters[::2] = ["x"]


SET_CHANGES: list[tuple[str, Callable[[Any], Any], list[str], set[str]]] = [
    ("add", lambda it: it.add("b"), ["+b"], {"a", "b"}),
    ("add again", lambda it: it.add("a"), ["=a"], {"a"}),
    ("discard", lambda it: it.discard("a"), ["-a"], set()),
    ("discard nothing", lambda it: it.discard("z"), [], {"a"}),
    ("remove", lambda it: it.remove("a"), ["-a"], set()),
    ("pop", lambda it: it.pop(), ["-?", "-a"], set()),
    ("clear", lambda it: it.clear(), ["-a"], set()),
    ("update", lambda it: it.update("b"), ["+b"], {"a", "b"}),
    ("|=", lambda it: it.__ior__({"b"}), ["+b"], {"a", "b"}),
    ("difference_update", lambda it: it.difference_update("a"), ["-a"], set()),
    ("-=", lambda it: it.__isub__({"a"}), ["-a"], set()),
    ("intersection_update", lambda it: it.intersection_update("b"), ["-a"], set()),
    ("&=", lambda it: it.__iand__({"b"}), ["-a"], set()),
    (
        "symmetric_difference_update",
        lambda it: it.symmetric_difference_update("ab"),
        ["-a", "+b"],
        {"b"},
    ),
    ("^=", lambda it: it.__ixor__({"a", "b"}), ["-a", "+b"], {"b"}),
]


@pytest.mark.parametrize(
    ("change", "events", "content"),
    [case[1:] for case in SET_CHANGES],
    ids=[case[0] for case in SET_CHANGES],
)
def test_a_set_reports_its_changes(
    letter_set: Any, log: Log, change: Callable[[Any], Any], events: list[str], content: set[str]
) -> None:
    change(letter_set)

    assert (log.events, set(letter_set)) == (events, content)


def test_set_operators_refuse_what_is_no_set(letter_set: Any) -> None:
    with pytest.raises(TypeError):
        letter_set |= ["b"]


def test_removing_a_stranger_from_a_set_is_a_key_error(letter_set: Any) -> None:
    with pytest.raises(KeyError):
        letter_set.remove("z")


DICT_CHANGES: list[tuple[str, Callable[[Any], Any], list[str], dict[str, str]]] = [
    ("set", lambda it: it.set("b"), ["+b"], {"A": "a", "B": "b"}),
    ("item", lambda it: it.__setitem__("B", "b"), ["+b"], {"A": "a", "B": "b"}),
    ("item again", lambda it: it.__setitem__("A", "x"), ["-a", "+x"], {"A": "x"}),
    ("del", lambda it: it.__delitem__("A"), ["-a"], {}),
    ("remove", lambda it: it.remove("a"), ["-a"], {}),
    ("pop", lambda it: it.pop("A"), ["-?", "-a"], {}),
    ("pop with default", lambda it: it.pop("Z", None), ["-?"], {"A": "a"}),
    ("popitem", lambda it: it.popitem(), ["-?", "-a"], {}),
    ("clear", lambda it: it.clear(), ["-a"], {}),
    ("setdefault", lambda it: it.setdefault("B", "b"), ["+b"], {"A": "a", "B": "b"}),
    ("setdefault again", lambda it: it.setdefault("A", "a"), ["=a"], {"A": "a"}),
    ("update", lambda it: it.update({"B": "b"}), ["+b"], {"A": "a", "B": "b"}),
    ("update by pairs", lambda it: it.update([("A", "a")]), ["=a"], {"A": "a"}),
    ("update by keywords", lambda it: it.update(B="b"), ["+b"], {"A": "a", "B": "b"}),
]


@pytest.mark.parametrize(
    ("change", "events", "content"),
    [case[1:] for case in DICT_CHANGES],
    ids=[case[0] for case in DICT_CHANGES],
)
def test_a_dictionary_reports_its_changes(
    by_key: Any, log: Log, change: Callable[[Any], Any], events: list[str], content: dict[str, str]
) -> None:
    change(by_key)

    assert (log.events, dict(by_key)) == (events, content)


def test_pop_of_an_unknown_key_is_a_key_error(by_key: Any) -> None:
    with pytest.raises(KeyError):
        by_key.pop("Z")


def test_a_keyed_collection_removes_only_what_it_holds(log: Log) -> None:
    keyed = watched(MappedCollection(str.upper), log)
    keyed["A"] = "other"

    with pytest.raises(InvalidRequestError) as refusal:
        keyed.remove("a")

    assert str(refusal.value) == (
        "Can not remove 'a': collection holds 'other' for key 'A'. Possible cause: is the "
        "MappedCollection key function based on mutable properties or properties that only obtain "
        "values after flush?"
    )


def test_a_collection_without_an_owner_behaves_as_its_base() -> None:
    free = InstrumentedList("ab")
    free.append("c")
    del free[0]

    assert free == ["b", "c"]


def test_nobody_hears_of_what_a_load_adds(letters: Any, log: Log) -> None:
    add_member(letters, "d", False)
    fill(letters, "ef")
    remove_member(letters, "a", False)

    assert (log.events, list(letters)) == ([], list("bcdef"))


def test_bulk_replace_tells_only_the_difference(log: Log) -> None:
    stays = "b"
    old = watched(InstrumentedList(["a", stays, "c"]), log)
    new = watched(InstrumentedList(), log)

    bulk_replace([stays, "d"], old, new)

    assert list(new) == ["b", "d"]
    assert log.events == ["+d", "-a", "-c"]


def test_a_class_derived_from_list_reports_through_its_own_methods(log: Log) -> None:
    class Loud(list):  # type: ignore[type-arg]
        def append(self, item: Any) -> None:
            super().append(item.upper())

    assert prepare_instrumentation(Loud) is Loud
    loud = watched(Loud(), log)
    loud.append("a")

    assert (loud, log.events) == (["A"], ["+a"])


def test_a_factory_of_plain_lists_is_wrapped() -> None:
    factory = prepare_instrumentation(lambda: ["a"])

    assert type(factory()) is InstrumentedList
    assert factory() == ["a"]


@pytest.mark.parametrize("kind", [dict, tuple, int, object])
def test_what_cannot_take_members_is_no_collection_class(kind: Any) -> None:
    name = {dict: "InstrumentedDict"}.get(kind, kind.__name__)

    with pytest.raises(ArgumentError) as refusal:
        prepare_instrumentation(kind)

    assert str(refusal.value) == (
        f"Type {name} must elect an appender method to be a collection class"
    )


@pytest.mark.parametrize(
    ("thing", "kind"),
    [([], list), (set(), set), ({}, dict), (InstrumentedDict(), dict), ((), None), ("text", None)],
)
def test_things_are_told_apart_by_what_they_are_like(thing: Any, kind: type | None) -> None:
    assert duck_type_of(thing) is kind


def test_the_classes_are_shown_under_their_public_names(letter_set: Any) -> None:
    assert InstrumentedList.__module__ == "sqlalchemy.orm.collections"
    assert repr(letter_set) == "InstrumentedSet({'a'})"
