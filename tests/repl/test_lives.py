"""The life of an object: its story in words, and the states with who is where."""

from __future__ import annotations

from typing import Any

from ormtutor.kernel.recorder import TRANSITIONS
from ormtutor.repl import lives
from tests.repl.shelf import texts


def moment(what: str, line: int = 0, source: str = "", **more: Any) -> dict[str, Any]:
    known = {"statement": 0, "cause": "", "when": "step"}
    return {"what": what, "line": line, "source": source, **known, **more}


CONTENT: dict[str, Any] = {
    "name": "noor",
    "label": "User#1",
    "state": "detached",
    "dropped": 0,
    "followed": True,
    "moments": [
        moment("transient", when="before"),
        moment("pending", when="before"),
        moment("persistent", 1, "session.flush()", cause="flush: explicit", statement=3),
        moment("written", 2, "session.flush()", cause="flush: explicit", statement=4),
        moment("expired", 3, "session.commit()", cause="commit"),
        moment("refreshed", 4, "noor.name", cause="refresh of expired User#1", statement=5),
        moment("detached", 5, "session.close()"),
    ],
}


def test_a_story_has_a_line_for_each_moment() -> None:
    assert texts(lives.story(CONTENT, 100)) == [
        "noor (User#1) is detached now",
        "     transient        before this step",
        "  -> pending          before this step",
        "  -> persistent       line 1            session.flush(); flush: explicit, statement #3",
        "     changes written  line 2            session.flush(); flush: explicit, statement #4",
        "     expired          line 3            session.commit()",
        "     refreshed        line 4            noor.name; refresh of expired User#1, "
        "statement #5",
        "  -> detached         line 5            session.close()",
    ]


def test_a_story_is_told_in_sentences() -> None:
    assert lives.story_words(CONTENT) == [
        "noor (User#1) is detached now.",
        "It was made: transient; before this step.",
        "It became pending: before this step.",
        "It became persistent: line 1, session.flush(), flush: explicit, statement #3.",
        "It had its changes written: line 2, session.flush(), flush: explicit, statement #4.",
        "It expired: its values are read again when they are needed; line 3, session.commit().",
        "It was read again from its row: line 4, noor.name, refresh of expired User#1, "
        "statement #5.",
        "It became detached: line 5, session.close().",
    ]


def test_what_was_left_out_is_said() -> None:
    lost = {**CONTENT, "moments": [], "followed": False}
    assert texts(lives.story(lost, 80))[1] == f"  {lives.NO_MOMENTS['lost']}"
    cut = {**CONTENT, "dropped": 7}
    assert texts(lives.story(cut, 80))[1] == "  (the first 7 moments are left out)"
    assert lives.story_words(cut)[1] == "The first 7 moments are left out."


def test_the_ways_between_the_states_are_those_that_the_recorder_hears() -> None:
    ways = {(before, after) for before, after, _ in (*lives.STRAIGHT, *lives.ASIDE)}
    assert ways == set(TRANSITIONS.values())


def test_the_states_show_who_is_where() -> None:
    here = {"persistent": ["noor", "wren"], "transient": [f"n{n}" for n in range(9)]}
    assert texts(lives.states(here, [], 80)) == [
        " > transient  made, and no session knows it  n0, n1, n2, n3, n4, n5 and 3 more",
        "     │ session.add()",
        "   pending    in a session, waiting for its INSERT",
        "     │ flush: INSERT",
        " > persistent has a row, and stands in the identity map  noor, wren",
        "     │ session.delete(), then flush: DELETE",
        "   deleted    its DELETE was sent, the transaction is open",
        "     │ commit",
        "   detached   has a key, and no session",
        "",
        "   pending -> transient     rollback, expunge, close",
        "   persistent -> transient  rollback, if its INSERT was of this transaction",
        "   persistent -> detached   expunge, close",
        "   detached -> persistent   session.add()",
        "   deleted -> persistent    rollback",
        "   loaded by a query: persistent",
    ]


def test_of_one_object_the_way_is_marked() -> None:
    been = lives.passed(CONTENT)
    assert been == ["transient", "pending", "persistent", "detached"]
    shown = texts(lives.states({"detached": ["noor"]}, been, 80))
    assert [line[:13] for line in shown if line[:3] in (" + ", " > ")] == [
        " + transient ",
        " + pending   ",
        " + persistent",
        " > detached  ",
        " > now, + bee",
    ]


def test_line_mode_says_the_states() -> None:
    told = lives.states_words({"detached": ["noor"]}, ["pending", "detached"])
    assert told[:2] == [
        "transient: made, and no session knows it.",
        "pending: in a session, waiting for its INSERT.",
    ]
    assert told[-2:] == ["pending before.", "noor is detached now."]


def test_a_page_gets_a_state_diagram() -> None:
    told = lives.states_mermaid({"pending": ["noor"]})
    assert told[:5] == [
        "stateDiagram-v2",
        "    [*] --> transient",
        "    [*] --> persistent: loaded by a query",
        "    transient --> pending: session.add()",
        "    pending --> persistent: flush = INSERT",
    ]
    assert told[-3:] == [
        "    classDef now font-weight:bold,stroke-width:4px",
        "    class pending now",
        "    note right of pending: noor",
    ]
