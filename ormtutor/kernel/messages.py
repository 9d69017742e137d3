"""The words spoken between the tutor and the kernel: frozen values, one JSON line each.

Before: tutor.py asks, through kernel/client.py.
Here:   requests go down, replies come back; `encode` and `decode` are each other's inverse.
After:  kernel/__main__.py reads the requests in the child process and sends the replies.

Nothing but JSON crosses the pipe, never pickle or source to evaluate. Each reply that belongs to a
run carries the run's id, so that one which comes too late can be told and dropped.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Status = Literal["ok", "error", "interrupted", "incomplete"]
ObjectState = Literal["transient", "pending", "persistent", "deleted", "detached"]


class MessageError(ValueError):
    """A line that is no message: not JSON, of an unknown kind, or with other fields."""


@dataclass(frozen=True, slots=True)
class Message:
    """The root of all messages; each concrete one is registered under its class name."""

    kinds: ClassVar[dict[str, type[Message]]] = {}

    def __init_subclass__(cls) -> None:
        Message.kinds[cls.__name__] = cls


# --- requests: the tutor asks ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run(Message):
    """Run source in the learner's namespace.

    `first_line` is the number that the source's first line has in the step (the screen's "line 4").
    `mode`: `learner` shows a final expression's value as the interactive prompt does, one complete
    statement at a time; `script` runs a block of plain Python (an `alt`, `mistake` or `hidden`
    fence); `setup` runs silently, its statements belong to nobody's step.
    """

    run: int
    source: str
    mode: Literal["learner", "script", "setup"] = "learner"
    first_line: int = 1


@dataclass(frozen=True, slots=True)
class Input(Message):
    """The answer to NeedInput; None stands for the end of file."""

    run: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Interrupt(Message):
    """Stop a running SQL statement; the parent sends the signal for Python code itself."""


@dataclass(frozen=True, slots=True)
class Complete(Message):
    """Ask what could stand at `cursor` (an offset into source)."""

    run: int
    source: str
    cursor: int


@dataclass(frozen=True, slots=True)
class BeginStep(Message):
    """A step begins: the facts (`sql`, `lazy_loads()`) count from here on."""

    run: int
    step: str


@dataclass(frozen=True, slots=True)
class Ask(Message):
    """Evaluate check expressions over the facts; nothing of it reaches the log of statements."""

    run: int
    expressions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inspect(Message):
    """Ask for a view: `session`, `tables`, `names` or `effects`.

    `effects` is everything a comparison with the reference needs: rows of every table in this
    transaction and committed, states of the named objects, reprs of names. `budget` in milliseconds.
    """

    run: int
    what: Literal["session", "tables", "names", "effects"]
    budget: int = 50


# --- replies: the kernel answers ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ready(Message):
    """The kernel listens. `engine` is `miniorm` or `sqlalchemy`, `version` its `__version__`."""

    engine: str
    version: str
    pid: int


@dataclass(frozen=True, slots=True)
class Output(Message):
    """Text that the learner's code printed, in order."""

    run: int
    stream: Literal["stdout", "stderr"]
    text: str


@dataclass(frozen=True, slots=True)
class Statement(Message):
    """One statement reached the cursor. From kernel/recorder.py, shown by repl/panels.py.

    `parameters` is a display value for each bound parameter in order, one tuple a parameter set (an
    executemany has several, and still is one statement). `cause` is one of ORM.md's, in words
    (`flush: explicit`, `lazy load of User.addresses`); empty where the engine does not tell.
    `objects` are labels such as `User#1`.
    """

    run: int
    number: int
    sql: str
    parameters: tuple[tuple[str, ...], ...]
    cause: str
    line: int
    objects: tuple[str, ...]
    milliseconds: float
    executemany: bool = False


@dataclass(frozen=True, slots=True)
class Rows(Message):
    """What came back for statement `number`: rows, and how many new and already known objects.

    A count of -1 is "not told". Sent once the statement's rows were consumed, or when the run ends.
    """

    run: int
    number: int
    rows: int
    made: int
    known: int


@dataclass(frozen=True, slots=True)
class Transaction(Message):
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT ...: shown, never counted as a statement."""

    run: int
    event: str
    line: int


@dataclass(frozen=True, slots=True)
class StateChange(Message):
    """An object went from one state to another. `name` is the learner's name for it, or its label."""

    run: int
    name: str
    before: str
    after: str
    line: int


@dataclass(frozen=True, slots=True)
class NeedInput(Message):
    """The learner's code called input(); answer with Input."""

    run: int
    prompt: str


@dataclass(frozen=True, slots=True)
class Frame(Message):
    """One line of a trimmed traceback: the learner's own lines, carets included."""

    line: int
    name: str
    source: str
    carets: str = ""


@dataclass(frozen=True, slots=True)
class Failure(Message):
    """An exception: `text` is the trimmed traceback as shown, `full` has the engine's frames too."""

    kind: str
    message: str
    text: str
    full: str
    line: int


@dataclass(frozen=True, slots=True)
class Finished(Message):
    """A run ended. `value` is the repr that the prompt shows, None where there is none to show.

    `truncated` counts the characters of output that were dropped between its head and its tail.
    """

    run: int
    status: Status
    value: str | None
    failure: Failure | None
    truncated: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Completion(Message):
    """One proposal: replaces `start` characters before the cursor."""

    text: str
    start: int
    kind: str


@dataclass(frozen=True, slots=True)
class Completions(Message):
    """The answer to Complete."""

    run: int
    items: tuple[Completion, ...]


@dataclass(frozen=True, slots=True)
class Answer(Message):
    """What one check expression came to.

    `left` is the repr of the left operand of its comparison (or of the whole expression).
    `error` says why it could not be evaluated: then `true` is False.
    """

    true: bool
    left: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Answers(Message):
    """The answer to Ask, in order."""

    run: int
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class View(Message):
    """The answer to Inspect: plain JSON data, its shape told in kernel/facts.py."""

    run: int
    what: str
    content: Any
