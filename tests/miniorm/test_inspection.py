"""inspect(): the registry, by type and by its ancestors."""

from __future__ import annotations

import pytest

from ormtutor.miniorm import exc, inspection


class Plain:
    pass


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "_inspectors", {})


def test_an_unknown_object_has_no_inspection() -> None:
    with pytest.raises(exc.NoInspectionAvailable) as caught:
        inspection.inspect(5)
    assert str(caught.value) == (
        "No inspection system is available for object of type <class 'int'>"
    )


def test_an_unknown_object_gives_none_when_asked_so() -> None:
    assert inspection.inspect(5, raiseerr=False) is None


def test_an_inspector_is_found_by_an_ancestor() -> None:
    class Child(Plain):
        pass

    inspection.inspects(Plain)(lambda subject: ("told", subject))
    child = Child()
    assert inspection.inspect(child) == ("told", child)


def test_an_inspector_that_knows_nothing_leaves_it_to_the_next() -> None:
    class Child(Plain):
        pass

    inspection.inspects(Plain)(lambda subject: "plain")
    inspection.inspects(Child)(lambda subject: None)
    assert inspection.inspect(Child()) == "plain"


def test_what_inspects_itself_is_its_own_inspector() -> None:
    inspection.inspects_itself(Plain)
    plain = Plain()
    assert inspection.inspect(plain) is plain
