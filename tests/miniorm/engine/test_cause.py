"""Why a statement was sent, in words."""

from __future__ import annotations

import pytest

from ormtutor.miniorm.engine.cause import Cause, Outcome


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause("query"), "query"),
        (Cause("query", detail="Shop.orders (joined)"), "query"),
        (Cause("count"), "count"),
        (Cause("get", "Shop#1"), "get Shop#1"),
        (Cause("flush", detail="explicit"), "flush: explicit"),
        (Cause("flush", detail="commit"), "flush: commit"),
        (Cause("autoflush", "query of Shop"), "autoflush for query of Shop"),
        (Cause("lazy load", "Shop.orders"), "lazy load of Shop.orders"),
        (Cause("refresh", "Shop#1"), "refresh of expired Shop#1"),
        (Cause("eager load", "Shop.orders", "selectin"), "eager load of Shop.orders (selectin)"),
        (Cause("DDL"), "DDL"),
        (Cause("core"), "core"),
    ],
    ids=str,
)
def test_a_cause_reads_as_a_reason(cause: Cause, words: str) -> None:
    assert str(cause) == words


def test_labels_are_computed_when_someone_asks() -> None:
    asked: list[str] = []

    def labels() -> list[str]:
        asked.append("once")
        return ["Shop#1", "Shop (new)"]

    cause = Cause("flush", detail="commit", objects=labels)
    assert asked == []
    assert cause.objects == ("Shop#1", "Shop (new)")
    assert cause.objects == ("Shop#1", "Shop (new)")
    assert asked == ["once"]


def test_a_cause_serves_again_for_other_objects() -> None:
    flush = Cause("flush", detail="commit")
    assert flush.with_objects(["Shop#2"]).objects == ("Shop#2",)
    assert flush.objects == ()


def test_a_cause_may_have_a_cause() -> None:
    query = Cause("query", "Shop")
    assert Cause("autoflush", "query of Shop", because=query).because is query


def test_an_outcome_tells_nothing_before_rows_are_read() -> None:
    assert repr(Outcome()) == "<Outcome rows=-1 made=-1 known=-1>"
