"""What the console has shown: events become blocks of lines, made again for each width.

Before: dialog.py emits events, in the thread that runs the learner's code.
Here:   blocks in order, the oldest forgotten when there are too many; their lines are cached.
After:  composer.py takes the last lines; when the full screen is left, all of them are printed.
"""

from __future__ import annotations

from collections import deque

from ormtutor.kernel.messages import Message, NeedInput, Output, StillRunning
from ormtutor.repl import highlight, panels
from ormtutor.repl.cells import clip
from ormtutor.repl.display import PROMPT
from ormtutor.repl.events import (
    Concluded,
    Entered,
    Event,
    GoalMet,
    Judged,
    Replied,
    StepOpened,
    Told,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ormtutor.repl.cells import Line

BLOCKS = 1000
"""How many inputs, answers and messages can be scrolled back to."""


class Block:
    """A part of the console; how many lines it takes depends on the width.

    `is_ours`: the tutor said it, and no code has printed it.
    """

    def __init__(self, make: Callable[[int], list[Line]], *, is_ours: bool = False) -> None:
        self.is_ours = is_ours
        self._make = make
        self._made: tuple[object, list[Line]] = (None, [])

    def lines(self, room: int) -> list[Line]:
        """Return the block's lines for a width."""
        state = (room, self.version())
        if self._made[0] != state:
            self._made = (state, self._make(room))
        return self._made[1]

    def version(self) -> object:
        """Return a value that changes whenever the lines have to be made again."""
        return highlight.is_loaded()


class Input(Block):
    """Code that was entered, and everything that came of it so far."""

    def __init__(self, source: str, prompt: str) -> None:
        super().__init__(self._lines)
        self.source = source
        self.prompt = prompt
        self.replies: list[Message] = []

    def version(self) -> object:
        """Return a value that changes with each reply, and when colours are loaded."""
        return len(self.replies), highlight.is_loaded()

    def _lines(self, room: int) -> list[Line]:
        replies = list(self.replies)
        if replies and isinstance(replies[-1], NeedInput):
            replies.pop()  # its prompt is in the input line until it is answered
        return [
            *panels.echo(self.source, room, prompt=self.prompt),
            *panels.outcome(replies, room),
        ]


class Late(Block):
    """What threads of earlier inputs print while nothing runs."""

    def __init__(self) -> None:
        super().__init__(lambda room: panels.printed(tuple(self.replies), room))
        self.replies: list[Message] = []

    def version(self) -> object:
        """Return a value that changes with each reply."""
        return len(self.replies)


class Console:
    """The blocks, oldest first, and the input that is running."""

    def __init__(self) -> None:
        self.blocks: deque[Block] = deque(maxlen=BLOCKS)
        self.running: Input | None = None
        self.prompt = PROMPT
        self.version = 0

    def add(self, event: Event) -> None:
        """Add what an event shows; not for a `Told` that is opened for reading instead."""
        self.version += 1
        if isinstance(event, Entered):
            self._enter(event)
        elif isinstance(event, Replied):
            self._reply(event.message)
        elif isinstance(event, Concluded):
            self.running = None
        elif isinstance(event, Judged):
            verdict, onward = event.verdict, event.onward
            self._block(lambda room: panels.verdict(verdict, room, onward=onward))
        elif isinstance(event, StepOpened):
            number, total, title = (
                event.index + 1,
                len(event.lesson.steps),
                panels.title_of(event.step),
            )
            self._block(lambda room: panels.step_rule(number, total, title, room))
        elif isinstance(event, Told):
            self.blocks.append(Block(event.lines, is_ours=True))
        else:
            assert isinstance(event, GoalMet)  # goals are ticked in their panel

    def note(self, line: Line) -> None:
        """Add one line of ours."""
        self.version += 1
        self._block(lambda room: [line])

    def last(self, room: int, height: int, *, skip: int = 0, is_brief: bool = False) -> list[Line]:
        """Return the last lines that fit, after leaving out `skip` lines at the end.

        If `is_brief`, what the tutor said takes one line each, so that the code's output is seen.
        """
        parts: list[list[Line]] = []
        have = 0
        for block in reversed(tuple(self.blocks)):
            lines = block.lines(room)
            if is_brief and block.is_ours and len(lines) > 1:
                lines = [clip([*lines[0], ("class:quiet", " …")], room)]
            parts.append(lines)
            have += len(lines)
            if have >= height + skip:
                break
        found = [line for part in reversed(parts) for line in part]
        end = len(found) - min(skip, max(0, len(found) - height))
        return found[max(0, end - height) : end]

    def all(self, room: int) -> list[Line]:
        """Return all lines."""
        return [line for block in tuple(self.blocks) for line in block.lines(room)]

    def _enter(self, event: Entered) -> None:
        if event.kind == "command":
            source, prompt = event.source, self.prompt
            self._block(lambda room: panels.echo(source, room, prompt=prompt))
            return
        self.running = Input(event.source.rstrip("\n"), self.prompt)
        self.blocks.append(self.running)

    def _reply(self, message: Message) -> None:
        if isinstance(message, StillRunning):
            self.note([("class:warning", panels.still_running(message))])
        elif self.running is not None:
            self.running.replies.append(message)
        elif isinstance(message, Output):
            if not self.blocks or not isinstance(self.blocks[-1], Late):
                self.blocks.append(Late())
            last = self.blocks[-1]
            assert isinstance(last, Late)
            last.replies.append(message)

    def _block(self, make: Callable[[int], list[Line]]) -> None:
        self.blocks.append(Block(make))
