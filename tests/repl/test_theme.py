"""The look: whether to use colour, and how a role is painted."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.repl import theme


@pytest.mark.parametrize(
    ("when", "environment", "is_terminal", "wanted"),
    [
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"TERM": "unknown"}, True, False),
        ("auto", {"CI": "1"}, True, False),
        ("auto", {"CI": "1", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colour_is_decided_once_in_this_order(
    when: Any, environment: dict[str, str], is_terminal: bool, wanted: bool
) -> None:
    assert theme.wants_colour(when, environment, is_terminal=is_terminal) is wanted


def test_without_colour_attributes_stay() -> None:
    assert theme.paint([("class:wrong", "no")], colour=False) == "\x1b[1mno\x1b[0m"


def test_without_attributes_nothing_stays() -> None:
    assert theme.paint([("class:wrong", "no")], colour=False, attributes=False) == "no"


def test_with_colour_a_role_has_both() -> None:
    assert theme.paint([("class:wrong", "no")], colour=True) == "\x1b[31;1mno\x1b[0m"


def test_every_look_is_of_the_sixteen_ansi_names_and_attributes() -> None:
    words = {word for look in theme.LOOKS.values() for word in look.split()}
    assert words <= {"ansired", "ansigreen", "ansimagenta"} | {
        "bold",
        "italic",
        "underline",
        "reverse",
    }


@pytest.mark.parametrize(
    ("encoding", "can"), [("utf-8", True), ("ascii", False), ("cp1252", False), (None, False)]
)
def test_boxes_are_drawn_where_the_encoding_has_them(encoding: str | None, can: bool) -> None:
    assert theme.can_draw(encoding) is can
