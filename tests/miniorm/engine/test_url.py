"""Database URLs: taken apart, shown, changed."""

from __future__ import annotations

import pytest

from ormtutor.miniorm.engine.url import URL, make_url
from ormtutor.miniorm.exc import ArgumentError


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("sqlite://", ("sqlite", None, None, None, None, None, {})),
        ("sqlite:///", ("sqlite", None, None, None, None, "", {})),
        ("sqlite:///:memory:", ("sqlite", None, None, None, None, ":memory:", {})),
        ("sqlite:///shop.db", ("sqlite", None, None, None, None, "shop.db", {})),
        ("sqlite:////srv/shop.db", ("sqlite", None, None, None, None, "/srv/shop.db", {})),
        ("sqlite:///C:\\a\\b.db", ("sqlite", None, None, None, None, "C:\\a\\b.db", {})),
        ("sqlite://shop.db", ("sqlite", None, None, "shop.db", None, None, {})),
        (
            "sqlite:///a.db?timeout=5&mode=ro",
            ("sqlite", None, None, None, None, "a.db", {"timeout": "5", "mode": "ro"}),
        ),
        (
            "postgresql://u:p%40x@h:5432/db?a=1&b=2&a=3",
            ("postgresql", "u", "p@x", "h", 5432, "db", {"a": ("1", "3"), "b": "2"}),
        ),
        ("postgresql://u@[::1]:5432/db", ("postgresql", "u", None, "::1", 5432, "db", {})),
        ("p://a:b/c@h/d", ("p", "a", "b/c", "h", None, "d", {})),
        ("p://a@b@h", ("p", "a@b", None, "h", None, None, {})),
        ("p://h?x=1", ("p", None, None, "h", None, None, {"x": "1"})),
    ],
)
def test_a_url_is_taken_apart(text: str, parts: tuple[object, ...]) -> None:
    assert tuple(make_url(text)) == parts


@pytest.mark.parametrize("text", ["", "shop", "sqlite:shop.db", "sqlite:/shop.db"])
def test_what_is_no_url_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError) as refusal:
        make_url(text)
    assert str(refusal.value) == f"Could not parse SQLAlchemy URL from string '{text}'"


def test_the_common_slip_is_taken_for_a_port() -> None:
    with pytest.raises(ValueError, match=r"invalid literal for int\(\) with base 10: 'memory:'"):
        make_url("sqlite://:memory:")


def test_the_password_is_hidden_in_the_repr_only() -> None:
    url = make_url("postgresql://u:secret@h/db")
    assert repr(url) == "postgresql://u:***@h/db"
    assert str(url) == "postgresql://u:secret@h/db"


def test_parts_that_mean_something_in_a_url_are_quoted() -> None:
    url = URL.create(
        "sqlite",
        username="a b/c:d@",
        password="p:/@",
        host="h",
        port=12,
        database="x.db",
        query={"a": "b", "c": ["d", "e"]},
    )
    assert str(url) == "sqlite://a b%2Fc%3Ad%40:p%3A%2F%40@h:12/x.db?a=b&c=d&c=e"


def test_a_url_survives_being_written_and_read() -> None:
    url = make_url("postgresql://u:p%40x@h:5432/db?a=1&a=3&b=2")
    assert make_url(str(url)) == url
    assert hash(make_url(str(url))) == hash(url)


def test_the_query_cannot_be_changed_in_place() -> None:
    with pytest.raises(TypeError, match="immutabledict object is immutable"):
        make_url("sqlite:///a.db?x=1").query["x"] = "2"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"drivername": None}, "drivername must be a string"),
        ({"drivername": "sqlite", "database": 5}, "database must be a string"),
    ],
)
def test_a_part_of_the_wrong_type_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError) as refusal:
        URL.create(**arguments)
    assert str(refusal.value) == message
