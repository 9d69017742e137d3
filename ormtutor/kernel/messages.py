"""The messages between the tutor and the kernel: frozen values, one JSON line each.

Before: tutor.py asks, through kernel/client.py.
Here:   requests go down, replies come back; `decode` is the inverse of `encode`.
After:  kernel/__main__.py reads the requests in the child process and sends the replies.

Only JSON crosses the pipe, never pickle. Each reply that belongs to a run carries the run's number,
so that one that comes too late can be recognized and dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, ClassVar, Literal, get_args

from ormtutor.records import names_of, record

Status = Literal["ok", "error", "interrupted", "incomplete"]
ViewName = Literal[
    "session", "tables", "names", "effects", "explain", "story", "plan", "whatif", "doc", "schema"
]
ObjectState = Literal["transient", "pending", "persistent", "deleted", "detached"]


class MessageError(ValueError):
    """A line that is no message: not JSON, of an unknown kind, or with wrong fields."""


@record
class Message:
    """The base of all messages; `kinds` has each by its class name."""

    kinds: ClassVar[dict[str, type[Message]]] = {}

    def __init_subclass__(cls) -> None:
        Message.kinds[cls.__name__] = cls


# --- requests: the tutor asks ---------------------------------------------------------------------


@record
class Run(Message):
    """Run source in the learner's namespace.

    `first_line` is the number that the source's first line has in the step (the screen's "line 4").
    `mode`: `learner` shows a final expression's value as the interactive prompt does, one complete
    statement at a time; `script` runs a block of plain Python (an `alt`, `mistake` or `hidden`
    fence); `setup` runs silently, and its statements belong to no step.
    `step` is the step in the file name `<ormtutor STEP #n>`; empty: the one that was begun last.
    """

    run: int
    source: str
    mode: Literal["learner", "script", "setup"] = "learner"
    first_line: int = 1
    step: str = ""


@record
class Input(Message):
    """The answer to NeedInput; None stands for the end of file."""

    run: int
    text: str | None


@record
class Interrupt(Message):
    """Stop a running SQL statement; the signal that stops Python code is sent beside it."""


@record
class Complete(Message):
    """Ask what could stand at `cursor` (an offset into source)."""

    run: int
    source: str
    cursor: int


@record
class BeginStep(Message):
    """A step begins: the facts (`sql`, `lazy_loads()`) count from here on."""

    run: int
    step: str


@record
class Ask(Message):
    """Evaluate check expressions on the facts; they leave nothing in the log of statements."""

    run: int
    expressions: tuple[str, ...]


@record
class Inspect(Message):
    """Ask for a view; kernel/views.py has their shapes.

    `effects` is what a comparison with the reference needs: the rows of every table, in this
    transaction and committed, and the learner's names with their reprs and states. `budget` is in
    milliseconds. `about` says what the view is of: for `explain` the number of a statement, for
    `story` the name of an object, for `whatif` that of a session or nothing, for `doc` a dotted
    name.
    """

    run: int
    what: ViewName
    budget: int = 50
    about: str = ""


# --- replies: the kernel answers ------------------------------------------------------------------


@record
class Ready(Message):
    """The kernel listens. `engine` is `miniorm` or `sqlalchemy`, `version` its `__version__`."""

    engine: str
    version: str
    pid: int


@record
class Output(Message):
    """Text that the learner's code printed, in order.

    `late`: printed by a thread that an earlier run started. `dropped`: so many characters before
    this text were counted and not sent (between the head and the tail of a long output). What
    bypasses Python's streams (`os.system("echo")`, `os.write(1, ...)`) comes as `stderr`.
    """

    run: int
    stream: Literal["stdout", "stderr"]
    text: str
    late: bool = False
    dropped: int = 0


@record
class Statement(Message):
    """One statement reached the cursor. From kernel/recorder.py, shown by repl/panels.py.

    `parameters`: the bound values as text, in order, one tuple for each parameter set. (An
    executemany has several and is one statement; of many sets the first are here, `sets` is their
    true number.) `cause`: why it was sent, in words (`flush: explicit`, `lazy load of
    User.addresses`); empty if the engine does not say. `objects`: labels such as `User#1`.
    `number` counts from 1 in a step; what a `setup` run sends counts -1, -2, ... and belongs to no
    step. `failed`: the database refused it. `transaction` counts from 1 since the kernel started; 0
    outside one. `names`: the learner's names, else the labels, of the objects that a flush writes
    or whose reading was the cause.
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
    sets: int = 1
    failed: bool = False
    transaction: int = 0
    names: tuple[str, ...] = ()


@record
class Rows(Message):
    """What statement `number` returned: rows, and how many new (`made`) and known objects.

    -1: unknown. Sent once the statement's rows were fetched, or when the run ends.
    """

    run: int
    number: int
    rows: int
    made: int
    known: int


@record
class Transaction(Message):
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT ...: shown, never counted as a statement."""

    run: int
    event: str
    line: int


@record
class StateChange(Message):
    """An object went from one state to another.

    `name` is the learner's name for it, or else its label: `User#1`, `User (new)`.
    """

    run: int
    name: str
    before: str
    after: str
    line: int


@record
class Observation(Message):
    """Something that no statement and no change of state shows. From kernel/observer.py.

    `kind` and its `words`:

        kept        object, attribute, its value, the row's value: a known object keeps its own
        eager       Author.books, how: a query loaded the related objects, too
        read        Author.books: what was loaded eagerly has been read from an object
        listed      object, owner, attribute: a deleted object is still in a loaded collection
        nulled      table, column, objects...: a flush emptied the foreign keys to a deleted parent
        emptied     the line that ended the transaction, and so expired what is refreshed now
        unparented  table, column: the refused statement was to empty this foreign key
        both ends   object, attribute, other object, its attribute: one change, seen from two sides
        unjoined    object, foreign key attribute, its value, relationship, the other it holds
        unflushed   the same, where only a flush will set the relationship
        unlinked    object, attribute, other object, its attribute, which did not change along
        stray       object, name, mapped attribute: a name was set that is nearly a mapped one
    """

    run: int
    kind: str
    line: int
    words: tuple[str, ...]


@record
class NeedInput(Message):
    """The learner's code called input(); answer with Input."""

    run: int
    prompt: str


@record
class Frame(Message):
    """One of the learner's lines in a trimmed traceback, with its carets."""

    line: int
    name: str
    source: str
    carets: str = ""
    step: str = ""


@record
class Failure(Message):
    """An exception: `text` is the trimmed traceback as shown, `full` has the engine's frames, too.

    The last line of a plain traceback is `kind: message`, as Python prints it
    (`sqlalchemy.exc.IntegrityError: ...`). `frames` are the learner's own lines, `line` is the
    innermost of them. A kernel that died has the kind `KernelDied`. `near` is a name that may have
    been meant; `objects` are those that the refused statement was to write.
    """

    kind: str
    message: str
    text: str
    full: str
    line: int
    frames: tuple[Frame, ...] = ()
    near: str = ""
    objects: tuple[str, ...] = ()


@record
class Finished(Message):
    """A run ended. `value` is the repr that the prompt shows, None if it shows nothing.

    `status` `incomplete`: the source stops in the middle of a statement, and nothing ran.
    `truncated` counts the characters of output dropped between its head and its tail, `omitted`
    the statements and state changes that were too many to be sent, `threads` those that the run
    has started and left running.
    """

    run: int
    status: Status
    value: str | None
    failure: Failure | None
    truncated: int
    milliseconds: float
    omitted: int = 0
    threads: int = 0


@record
class StillRunning(Message):
    """`seconds` after Ctrl-C the run has not ended. From the client, not from the kernel."""

    run: int
    seconds: float


SIGNATURE = "signature"
"""The kind of a completion that proposes nothing: its text is the signature of the open call."""


@record
class Completion(Message):
    """One proposal: replaces `start` characters before the cursor."""

    text: str
    start: int
    kind: str


@record
class Completions(Message):
    """The answer to Complete."""

    run: int
    items: tuple[Completion, ...]


@record
class Answer(Message):
    """What came of one check expression.

    `left` is the value it is about: the left operand of a comparison (of the one that decided, if
    several are joined), or the value of the whole expression; a text as it is, anything else as its
    repr. `error` says why it could not be evaluated: then `true` is False.
    """

    true: bool
    left: str
    error: str = ""


@record
class Answers(Message):
    """The answer to Ask, in order."""

    run: int
    answers: tuple[Answer, ...]


@record
class View(Message):
    """The answer to Inspect: plain JSON data in a shape told in kernel/views.py."""

    run: int
    what: str
    content: Any


# --- on the wire ----------------------------------------------------------------------------------


# Not a name that a field could have.
_KIND = "@"


def encode(message: Message) -> str:
    """Return the message as one line of ASCII, without its line end."""
    return json.dumps(_plain(message), separators=(",", ":"))


def decode(line: str | bytes) -> Message:
    """Return the message that `encode` turned into this line.

    Raises: MessageError: not JSON, an unknown kind, or too many, too few or wrong fields.
    """
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"not JSON: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get(_KIND), str):
        raise MessageError("a message is an object that names its kind")
    kind = Message.kinds.get(found[_KIND])
    if kind is None:
        raise MessageError(f"there is no message of the kind {found[_KIND]!r}")
    return _read_message(kind, found)


def _plain(value: Any) -> Any:
    """Return the value as JSON can hold it; a message becomes an object with its kind."""
    if isinstance(value, Message):
        names = _readers(type(value))
        return {
            _KIND: type(value).__name__,
            **{name: _plain(getattr(value, name)) for name in names},
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _read_message(kind: type[Message], found: Any) -> Message:
    if not isinstance(found, dict) or found.get(_KIND) != kind.__name__:
        raise MessageError(f"expected a {kind.__name__}")
    readers = _readers(kind)
    extra = found.keys() - readers.keys() - {_KIND}
    if extra:
        raise MessageError(f"{kind.__name__} has no field {min(extra)!r}")
    try:
        return kind(
            **{name: readers[name](value) for name, value in found.items() if name != _KIND}
        )
    except TypeError as error:
        raise MessageError(f"{kind.__name__}: {error}") from error


Reader = Callable[[Any], Any]
_READERS: dict[type[Message], dict[str, Reader]] = {}


def _readers(kind: type[Message]) -> dict[str, Reader]:
    """Return for each field of a message what checks and restores its value."""
    if kind not in _READERS:
        # The annotations are texts (PEP 563), so that the slow `typing` is not needed.
        kinds = kind.__annotations__
        _READERS[kind] = {name: _reader(kinds[name]) for name in names_of(kind)}
    return _READERS[kind]


def _reader(annotation: str) -> Reader:
    """Return what turns JSON back into a value of the annotated type."""
    if annotation == "Any":
        return lambda value: value
    if annotation.endswith(" | None"):
        inner = _reader(annotation.removesuffix(" | None"))
        return lambda value: None if value is None else inner(value)
    if annotation.startswith("tuple["):
        item = _reader(annotation.removeprefix("tuple[").removesuffix(", ...]"))
        return lambda value: tuple(map(item, _instance(value, list)))
    if annotation in _ALIASES:
        chosen = frozenset(get_args(_ALIASES[annotation]))
        return lambda value: _word(value, chosen)
    if annotation.startswith("Literal["):
        words = frozenset(re.findall(r"[\w ]+", annotation.removeprefix("Literal[")))
        return lambda value: _word(value, words)
    if annotation in Message.kinds:
        return lambda value: _read_message(Message.kinds[annotation], value)
    return lambda value: _instance(value, _PLAIN_TYPES[annotation])


_ALIASES: dict[str, Any] = {"Status": Status, "ViewName": ViewName}
_PLAIN_TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (float, int),
    "bool": bool,
}


def _instance(value: Any, kind: type | tuple[type, ...]) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise MessageError(f"{value!r:.80} is of another type than its field")
    return value


def _word(value: Any, words: frozenset[str]) -> Any:
    if not isinstance(value, str) or value not in words:
        raise MessageError(f"{value!r:.80} is none of {', '.join(sorted(words))}")
    return value
