"""Messages: one JSON line each way, nothing lost."""

from __future__ import annotations

import contextlib
import json
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ormtutor.kernel.messages import (
    Answer,
    Ask,
    Completion,
    Completions,
    Failure,
    Finished,
    Interrupt,
    Message,
    MessageError,
    Output,
    Rows,
    Run,
    StateChange,
    Statement,
    View,
    decode,
    encode,
)
from ormtutor.records import Record, names_of

texts = st.text()
counts = st.integers(-1, 2**53)
times = st.floats(0, 1e9)
json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
failures = st.builds(Failure, texts, texts, texts, texts, counts)
messages = st.one_of(
    st.builds(Run, counts, texts, st.sampled_from(["learner", "script", "setup"]), counts),
    st.builds(Ask, counts, st.lists(texts).map(tuple)),
    st.just(Interrupt()),
    st.builds(Output, counts, st.sampled_from(["stdout", "stderr"]), texts),
    st.builds(
        Statement,
        counts,
        counts,
        texts,
        st.lists(st.lists(texts).map(tuple)).map(tuple),
        texts,
        counts,
        st.lists(texts).map(tuple),
        times,
        st.booleans(),
    ),
    st.builds(Rows, counts, counts, counts, counts, counts),
    st.builds(StateChange, counts, texts, texts, texts, counts),
    st.builds(
        Finished,
        counts,
        st.sampled_from(["ok", "error", "interrupted"]),
        st.none() | texts,
        st.none() | failures,
        counts,
        times,
    ),
    st.builds(
        Completions,
        counts,
        st.lists(st.builds(Completion, texts, counts, texts)).map(tuple),
    ),
    st.builds(View, counts, texts, json_values),
    st.builds(Answer, st.booleans(), texts, texts),
)


@given(messages)
def test_a_message_decodes_to_what_was_encoded(message: Message) -> None:
    assert decode(encode(message)) == message


@given(messages)
def test_a_message_is_one_line(message: Message) -> None:
    assert "\n" not in encode(message).rstrip("\n")


@given(texts)
def test_any_text_is_a_message_or_a_clear_error(line: str) -> None:
    with contextlib.suppress(MessageError):
        assert isinstance(decode(line), Message)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        '{"kind": "Nothing"}',
        '{"kind": "Run"}',
        '{"kind": "Run", "run": "one", "source": 1}',
        "\ud800",
    ],
)
def test_a_line_that_is_no_message_is_refused(line: str) -> None:
    with pytest.raises(MessageError):
        decode(line)


def test_a_message_with_a_field_too_many_is_refused() -> None:
    line = json.loads(encode(Interrupt()))
    line["more"] = 1
    with pytest.raises(MessageError):
        decode(json.dumps(line))


def test_every_message_is_frozen() -> None:
    assert all(kind.__setattr__ is Record.__setattr__ for kind in Message.kinds.values())


def test_every_message_has_typed_fields() -> None:
    hints = [typing.get_type_hints(kind) for kind in Message.kinds.values()]
    fields = [names_of(kind) for kind in Message.kinds.values()]
    assert [len(found) for found in fields] == [
        len([name for name in hint if name != "kinds"]) for hint in hints
    ]
