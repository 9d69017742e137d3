"""Any bytes in, a result or a clear error out: messages, files, command lines, commands."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ormtutor import cli, config
from ormtutor.course.lesson import Lesson
from ormtutor.course.library import Library, parse
from ormtutor.course.progress import Progress
from ormtutor.course.trust import Trust
from ormtutor.errors import CommandError, ConfigError, LessonError, TutorError
from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import Message, MessageError, decode, encode
from ormtutor.repl import commands
from ormtutor.repl.history import History
from tests.kernel.conftest import finished
from tests.kernel.test_messages import messages
from tests.repl.conftest import Talk
from tests.repl.shelf import LESSON_FILE, lesson

DEEP = b"[" * 100_000
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
few = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@contextlib.contextmanager
def file_of(content: bytes, name: str = "file") -> Iterator[Path]:
    """Make a file in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path


# --- messages -------------------------------------------------------------------------------------


@few
@given(st.binary())
@example(DEEP)
@example(b"\xff")
@example(b'{"@": "Run"}')
@example(b'{"@": ["Run"]}')
def test_any_bytes_are_a_message_or_are_refused(line: bytes) -> None:
    with contextlib.suppress(MessageError):
        assert isinstance(decode(line), Message)


@few
@given(messages, st.data())
def test_a_message_with_another_field_is_one_or_is_refused(message: Message, data: Any) -> None:
    found = json.loads(encode(message))
    found[data.draw(st.sampled_from(sorted(found)))] = data.draw(ANYTHING)
    with contextlib.suppress(MessageError):
        assert isinstance(decode(json.dumps(found)), Message)


@pytest.fixture(scope="module")
def living() -> Iterator[Kernel]:
    with Kernel() as kernel:
        yield kernel


@few
@given(st.binary())
@example(b"[" * 100_000)
@example(b'{"@": "Finished"}')
@example(b'{"@":"Interrupt"}')
def test_a_kernel_that_is_told_nonsense_goes_on(living: Kernel, noise: bytes) -> None:
    process = living._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.write(noise + b"\n")
    process.stdin.flush()
    assert finished(living.run("6 * 7")).value == "42"


@few
@given(st.binary(max_size=200))
@example(b'{"@":"Finished","run":')
def test_nonsense_among_the_replies_hides_none_of_them(living: Kernel, noise: bytes) -> None:
    source = (
        "import os\nfor number in range(3, 500):\n    try:\n"
        f"        os.write(number, {noise!r})\n    except OSError:\n        pass"
    )
    assert finished(living.run(source)).status == "ok"
    assert finished(living.run("6 * 7")).value == "42"


# --- files ----------------------------------------------------------------------------------------

WHOLE = LESSON_FILE.read_bytes()


@given(
    st.binary()
    | st.builds(
        lambda at, noise, until: WHOLE[:at] + noise + WHOLE[until:],
        st.integers(0, len(WHOLE)),
        st.binary(max_size=20),
        st.integers(0, len(WHOLE)),
    )
)
@example(b"```toml lesson\n" + b"x = " + DEEP + b"\n```\n")
@example(b"```toml lesson\nid = '\\ud800'\n```\n")
@example(b"\x00" * 1000)
@example(b"> " * 20_000)
@few
def test_any_bytes_are_a_lesson_or_are_refused_with_a_place(content: bytes) -> None:
    with file_of(content, "01-mine.md") as path:
        found: Lesson | LessonError
        try:
            found = parse(path)
        except LessonError as error:
            found = error
        assert isinstance(found, Lesson) or all(one.line > 0 and one.path for one in found.all)


@few
@given(st.binary())
@example(DEEP)
@example(b"mode = " + DEEP)
@example(b'lessons = ["~x\\u0000"]')
@example(b"mode = {}")
@example(b"plain = 1979-05-27")
def test_any_bytes_are_a_configuration_or_are_refused_with_a_place(content: bytes) -> None:
    with file_of(content, "config.toml") as path:
        complaint = ""
        try:
            config.load(path)
        except ConfigError as error:
            complaint = error.problem
        assert not complaint or complaint.startswith(str(path))


SOME_PROGRESS = st.fixed_dictionaries(
    {},
    optional={
        "format": ANYTHING,
        "place": ANYTHING | st.just("shelf/notes"),
        "steps": ANYTHING
        | st.dictionaries(
            st.sampled_from(["shelf/put", "shelf/read", "gone/step", "", "/"]),
            ANYTHING
            | st.fixed_dictionaries(
                {},
                optional=dict.fromkeys(
                    ("status", "attempts", "hints", "inputs", "digest"), ANYTHING
                ),
            ),
        ),
    },
).map(lambda found: json.dumps(found).encode())


@few
@given(st.binary() | SOME_PROGRESS)
@example(DEEP)
@example(b'{"steps": {"shelf/put": {"inputs": ["\\ud800"], "status": "done"}}}')
@example(b'{"steps": {"shelf/put": 3}, "place": {}}')
@example(b'{"format": 99999999999999999999}')
def test_any_bytes_are_a_progress_file_that_can_be_read_and_goes_on(content: bytes) -> None:
    shelf = lesson()
    with file_of(content, "progress.json") as path:
        progress = Progress(path, on_warning=lambda text: None)
        library = Library((shelf,))
        progress.resume_point(library)
        progress.unknown(library)
        assert progress.resume_step(shelf) in [step.id for step in shelf.steps]
        assert 0 <= progress.done(shelf) <= len(shelf.steps)
        progress.record("shelf", "put", status="done", inputs=("x = '\ud800'",))
        progress.enter("shelf", "read")
        progress.close()
        again = Progress(path, on_warning=lambda text: None)
        assert progress.warning or again.status("shelf", "put") == "done"
        with contextlib.suppress(ValueError):
            again.merge(content.decode("utf-8", "replace"))
        again.close()


@few
@given(st.binary(), st.text())
@example(b"\xff\x00", "\ud800")
@example(DEEP, "x")
def test_any_bytes_are_a_history(content: bytes, typed: str) -> None:
    with file_of(content, "history") as path:
        history = History(path)
        history.add(typed)
        assert all(isinstance(entry, str) for entry in History(path).entries)


@few
@given(st.binary())
@example(DEEP)
@example(b'{"a": "\\ud800"}')
def test_any_bytes_are_a_file_of_what_was_agreed_to(content: bytes) -> None:
    with file_of(content, "trusted.json") as path:
        Trust(path).accept([LESSON_FILE])
        assert Trust(path).knows(LESSON_FILE)


# --- command lines --------------------------------------------------------------------------------

# What a shell can hand over: no null character, and bytes that are no UTF-8 as half characters.
ARGUMENT = st.binary(max_size=12).map(lambda data: os.fsdecode(data.replace(b"\0", b"")))
WORDS = st.lists(
    ARGUMENT
    | st.sampled_from(
        [
            "--plain", "--color", "--color=never", "always", "--engine", "sqlalchemy", "--path",
            "--lessons", "/", "-x", "-k", "--json", "--", "-", "--help", "-V", "--help=1", "=",
        ]
    ),
    max_size=4,
)  # fmt: skip


def run(words: list[str]) -> tuple[int, str, str]:
    """Run the program on UTF-8 streams; return exit code, output, complaints."""
    out, err = io.BytesIO(), io.BytesIO()
    with (
        contextlib.redirect_stdout(io.TextIOWrapper(out, encoding="utf-8")) as stdout,
        contextlib.redirect_stderr(io.TextIOWrapper(err, "utf-8", "backslashreplace")) as stderr,
    ):
        code = cli.main(words)
        stdout.flush()
        stderr.flush()
    return code, out.getvalue().decode(), err.getvalue().decode()


@few
@given(st.sampled_from(["list", "notes", "reset", "completion", "check", "progress"]), WORDS)
@example("list", ["\udcff"])
@example("list", ["--lessons", "\udcff"])
@example("check", ["\udcff.md"])
@example("check", ["/"])
@example("check", ["--path", "\udcff", "\udcff"])
@example("progress", ["merge", "/"])
@example("progress", ["export", "/"])
@example("progress", ["import", "\udcff"])
def test_any_command_line_has_an_exit_code_and_no_traceback(command: str, words: list[str]) -> None:
    if command == "progress":
        words = [word for word in words if word != "-"]
    if command == "check" and not any(word.strip("-") for word in words):
        words = ["/none", *words]  # without a name it checks the whole course
    code, _, complaints = run([command, *words])
    assert code in (0, 1, 2)
    assert "fault of ormtutor" not in complaints
    assert code == 0 or complaints or command == "check"


@few
@given(WORDS)
@example(["\udcff"])
def test_any_words_are_options_or_are_refused(words: list[str]) -> None:
    from ormtutor.cli.arguments import Options, help_of, split
    from ormtutor.cli.arguments import parse as parse_words

    command, rest = split(words)
    assert help_of(command)
    with contextlib.suppress(TutorError):
        assert isinstance(parse_words(command, rest), Options)


# --- commands at the prompt -----------------------------------------------------------------------

ELSEWHERE = {
    "quit",
    "save",
    "load",
    "edit",
    "accept",
    "report",
    "skip",
    "forget",
    "restart",
    "play",
}


@pytest.fixture(scope="module")
def chat() -> Iterator[Talk]:
    talk = Talk()
    yield talk
    talk.dialog.tutor.close()


@few
@given(
    st.text(max_size=20)
    | st.builds(
        lambda command, argument: f"{command.name} {argument}",
        st.sampled_from(commands.COMMANDS),
        st.text(max_size=20) | st.integers().map(str),
    )
)
@example("sql " + "9" * 5000)
@example("undo " + "9" * 5000)
@example("story \ud800")
@example("go \x00/\x00")
@example("explain -1")
def test_any_command_is_answered(chat: Talk, text: str) -> None:
    with contextlib.suppress(CommandError):
        if commands.parse(f":{text}")[0].name in ELSEWHERE:
            return
    chat.perform(f":{text}")
    chat.perform("6 * 7")
    assert chat.dialog.tutor.turns[-1].value == "42"
