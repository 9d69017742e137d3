"""Line mode: append-only, one fact a line, for pipes, dumb terminals and screen readers.

Before: cli/ found no terminal for the full screen, or was given `--plain`.
Here:   lines of a stream become inputs; events are printed as they come, in words.
After:  dialog.py performs the inputs, in another thread, so that Ctrl-C always works.

No cursor is moved, nothing is redrawn, code is never broken over lines. A script on standard input
counts as typed: its lines are printed after the prompts that they would have had, so that a reader
of the transcript sees what came of each.
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from ormtutor.errors import CommandError
from ormtutor.kernel.messages import (
    Finished,
    Message,
    NeedInput,
    Output,
    StateChange,
    StillRunning,
)
from ormtutor.repl import panels, theme
from ormtutor.repl.cells import Line, text_of, visible, visible_or_coloured
from ormtutor.repl.dialog import Dialog
from ormtutor.repl.display import CONTINUED, PLAY_PROMPT, PROMPT
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
from ormtutor.repl.prose import render
from ormtutor.repl.source import begins_anew, is_command, is_complete
from ormtutor.repl.statements import Entry, came_back, filled, items
from ormtutor.repl.worker import Worker

ROLE_WORDS = {
    "error": "Error: ",
    "hint": "Hint: ",
    "question": "Question: ",
    "advice": "What to do: ",
}
_VERDICT_WORDS = {
    "almost": "Almost: ",
    "mistake": "Not quite: ",
    "error": "Error: ",
    "regressed": "Careful: ",
    "not yet": "Not yet: ",
}
_DONE = object()
_PRESS = object()
RETRY_SECONDS = 0.1
"""How soon a Ctrl-C that found nothing running is tried again."""


@contextmanager
def _ctrl_c(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Let Ctrl-C call the handler until the end of the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class LineMode:
    """The view of a dialog that reads and prints lines."""

    def __init__(
        self,
        dialog: Dialog,
        *,
        stdin: TextIO,
        stdout: TextIO,
        colour: bool = False,
        width: int = 80,
    ) -> None:
        self.dialog = dialog
        self.is_interactive = stdin.isatty()
        self.line_number = 0
        self.problem = ""
        self.was_interrupted = False
        self._stdin = stdin
        self._stdout = stdout
        self._colour = colour
        self._width = max(20, width)
        self._leaving = False
        self._is_interrupted = False
        self._retry_at = 0.0
        self._at_line_start = True
        self._is_performing = False
        self._block: list[str] = []
        self._began = 0
        self._late: queue.SimpleQueue[Output] = queue.SimpleQueue()
        self._requests: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self._worker = Worker()
        self._worker.on_fault = self._requests.put
        dialog.view = self
        dialog.listener = self.on_event
        dialog.on_input = self._ask_main_thread

    # --- the loop ---------------------------------------------------------------------------------

    def run(self) -> None:
        """Read and perform inputs until the end of the stream, or until the learner leaves.

        Afterwards `problem` says if the stream ended in the middle of an input.
        """
        if self.is_interactive:
            self._prepare_readline()
        while not self._leaving:
            try:
                if not self._take_line():
                    break
            except KeyboardInterrupt:
                if not self.is_interactive:
                    self.was_interrupted = True
                    return
                is_begun, self._block = bool(self._block), []
                self._say(
                    "" if is_begun else "Ctrl-C stops running code. To leave: Ctrl-D or :quit"
                )
        self._finish()
        self._print_late()

    def _take_line(self) -> bool:
        """Read a line and perform the input that it completes; return False at the stream's end."""
        self._print_late()
        line = self._read(CONTINUED if self._block else self.prompt)
        if line is None:
            return False
        line = _without_prompt(line)
        if self._block and not self.is_interactive and begins_anew("\n".join(self._block), line):
            self._enter()
        if not self._block:
            self._began = self.line_number
        self._block.append(line)
        if self._is_whole(self._block):
            self._enter()
        return True

    def perform(self, job: Callable[[], None]) -> None:
        """Do a job in the worker's thread; Ctrl-C stops it, and `input()` is answered here."""

        def whole() -> None:
            job()
            self._requests.put(_DONE)

        self._is_interrupted, self._retry_at = False, 0.0
        self._is_performing = True
        while not self._requests.empty():
            self._requests.get()  # a Ctrl-C that came when the last job had just ended
        # As an exception, Ctrl-C could come between getting a request and handling it.
        with _ctrl_c(lambda number, frame: self._requests.put(_PRESS)):
            self._worker.do(whole)
            while (request := self._next_request()) is not _DONE:
                if request is _PRESS:
                    self._interrupt()
                elif isinstance(request, Exception):
                    raise request
                else:
                    self._answer(str(request))
        self._is_performing = False

    def _next_request(self) -> object:
        while True:
            # With a timeout: a signal that comes just before the wait begins does not end it, and
            # on Windows signals are only handled between two waits.
            try:
                return self._requests.get(timeout=RETRY_SECONDS)
            except queue.Empty:
                if 0.0 < self._retry_at <= time.monotonic():
                    self._retry_at = 0.0
                    self._interrupt()

    def _interrupt(self) -> None:
        """Stop what runs; if it is a script, for good."""
        if not self.is_interactive:
            self._leaving = self.was_interrupted = True
        if self.dialog.interrupt():
            self._is_interrupted = True
        elif not self._is_interrupted:
            self._retry_at = time.monotonic() + RETRY_SECONDS

    def _enter(self) -> None:
        text, self._block = "\n".join(self._block).rstrip(), []
        if not text:
            return
        self.dialog.history.add(text)
        self.perform(lambda: self.dialog.perform(text))

    def _is_whole(self, block: list[str]) -> bool:
        text = "\n".join(block)
        if len(block) == 1 and is_command(text):
            return True
        try:
            return is_complete(text)
        except SyntaxError:
            return True  # the kernel will say what is wrong

    def _finish(self) -> None:
        """Run the input that the end of the stream completes, or note that it is not finished."""
        text = "\n".join(self._block)
        if self._leaving or not text.strip():
            return
        with contextlib.suppress(SyntaxError):
            if is_complete(text + "\n"):
                self._enter()
                return
        self.problem = f"line {self._began}: the input that begins here is not finished"

    # --- reading ----------------------------------------------------------------------------------

    @property
    def prompt(self) -> str:
        """What is shown before an input."""
        if self.dialog.is_open and self.dialog.tutor.is_playing:
            return PLAY_PROMPT
        return PROMPT

    def _read(self, prompt: str) -> str | None:
        """Return the next line without its end; None at the end of the stream."""
        if self.is_interactive:
            self._start_line()
            try:
                line: str = input(prompt)
            except EOFError:
                self._write("\n")
                return None
            self._at_line_start = True
        else:
            line = self._stdin.readline()
            if not line:
                return None
        self.line_number += 1
        return line.rstrip("\r\n")

    def _ask_main_thread(self, prompt: str) -> str | None:
        """Return the answer to the learner's `input()`; called in the worker's thread."""
        self._requests.put(prompt)
        answer = self._answers.get()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _answer(self, prompt: str) -> None:
        answer: str | BaseException | None
        try:
            with _ctrl_c(signal.default_int_handler):
                if self.is_interactive:
                    answer = self._read(visible(prompt))
                else:
                    answer = self._read("")
                    self._start_line()
                    self._write(visible(prompt) + (answer or "") + "\n")
        except KeyboardInterrupt as pressed:
            answer = pressed
        self._answers.put(answer)

    def _prepare_readline(self) -> None:
        """Give the plain prompt a history and Tab, if this Python has readline."""
        try:
            import readline  # late: missing on Windows, and useless in a pipe
        except ImportError:
            return
        for entry in self.dialog.history.entries:
            if "\n" not in entry:
                readline.add_history(entry)
        readline.set_completer(self._complete)
        readline.set_completer_delims(" \t\n`~!@#$%^&*()-=+[{]}\\|;'\",<>/?")
        readline.parse_and_bind("tab: complete")
        self._found: list[str] = []

    def _complete(self, typed: str, number: int) -> str | None:
        """Return proposal `number`, or None; readline asks for one after the other."""
        import readline

        if number == 0:
            line, end = readline.get_line_buffer(), readline.get_endidx()
            found = self.dialog.proposals(line, end)
            # readline replaces what it considers the word; ours may begin before or after that.
            self._found = [typed[: max(0, len(typed) - size)] + text for text, size, _ in found]
        return self._found[number] if number < len(self._found) else None

    # --- events, in words -------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Print an event."""
        if isinstance(event, Entered):
            self._entered(event)
        elif isinstance(event, Replied):
            self._replied(event.message)
        elif isinstance(event, Concluded):
            for line in facts(event.turn.replies):
                self._say(line)
        elif isinstance(event, GoalMet):
            self._say(f"goal met: {visible(event.goal.text)}.")
        elif isinstance(event, Judged):
            self._judged(event)
        elif isinstance(event, StepOpened):
            self._opened(event)
        else:
            self._told(event)

    def _entered(self, event: Entered) -> None:
        if self.is_interactive and event.kind != "demo":
            return
        for number, line in enumerate(event.source.rstrip("\n").split("\n")):
            self._say((CONTINUED if number else self.prompt) + visible(line))

    def _replied(self, message: Message) -> None:
        if isinstance(message, Output) and message.late and not self._is_performing:
            # From another thread, while a prompt is waiting: to be shown above the next prompt.
            self._late.put(message)
        elif isinstance(message, Output):
            self._printed(message)
        elif isinstance(message, StillRunning):
            self._say(panels.still_running(message))
        elif isinstance(message, Finished):
            self._finished(message)
        elif isinstance(message, NeedInput):
            self._start_line()

    def _printed(self, message: Output) -> None:
        if message.dropped:
            self._say(f"({message.dropped:,} characters were printed here)")
        if message.late:
            self._start_line()
            self._write("[late] ")
        self._write(visible_or_coloured(message.text) if self._colour else visible(message.text))

    def _print_late(self) -> None:
        """Print what threads of earlier inputs have printed since the last prompt."""
        texts = []
        with contextlib.suppress(queue.Empty):
            while True:
                message = self._late.get_nowait()
                if message.dropped:
                    texts.append(f"\n({message.dropped:,} characters were printed here)\n")
                texts.append(message.text)
        for line in "".join(texts).splitlines():
            if line:
                self._say(f"[late] {visible(line)}")

    def _finished(self, message: Finished) -> None:
        if message.failure is not None:
            self._say(visible(message.failure.text).rstrip("\n"), "class:error")
        elif message.status == "interrupted":
            self._say("KeyboardInterrupt", "class:error")
        elif message.value is not None:
            self._say(visible(message.value))
        if message.omitted:
            self._say(f"({message.omitted:,} statements and changes of state are not listed)")

    def _judged(self, event: Judged) -> None:
        verdict = event.verdict
        if verdict.is_pass:
            text = panels.passed(verdict)
            text = f"OK. {text[:1].upper()}{text[1:]} {event.onward}"
            self._paragraphs(text, "class:ok")
        else:
            self._paragraphs(_VERDICT_WORDS[verdict.kind] + verdict.message, "class:wrong")
        for detail in verdict.details:
            self._say(visible(detail))

    def _opened(self, event: StepOpened) -> None:
        lesson, step = event.lesson, event.step
        self._start_line()
        self._say(
            f"Lesson {lesson.id}, step {event.index + 1} of {len(lesson.steps)}: {step.title}.",
            "class:strong",
        )
        for line in panels.step_text(lesson, step, self._width, marks=True):
            self._print(line)
        goals = self.dialog.tutor.goals
        told = [f"Goal {number}: {goal.text}." for number, goal in enumerate(goals, 1)]
        if told:
            self._paragraphs(visible(" ".join(told)))

    def _told(self, event: Told) -> None:
        if event.text:
            style = {"error": "class:error", "notice": "class:notice"}.get(event.role, "")
            self._paragraphs(ROLE_WORDS.get(event.role, "") + event.text, style)
            return
        if event.title:
            self._say(f"{event.title}:", "class:strong")
        if event.words is not None:
            for word in event.words:
                self._say(visible(word))
        else:
            for line in event.lines(self._width):
                self._print(line)

    # --- printing ---------------------------------------------------------------------------------

    def _paragraphs(self, text: str, style: str = "") -> None:
        """Print sentences in Markdown, wrapped at the width."""
        for number, line in enumerate(render(text, self._width, marks=True)):
            self._print([(style, text_of(line))] if number == 0 and style else line)

    def _say(self, text: str, style: str = "") -> None:
        """Print lines of our own, beginning on a new line."""
        for line in text.split("\n"):
            self._print([(style, line)])

    def _print(self, line: Line) -> None:
        self._start_line()
        painted = theme.paint(line, colour=self._colour, attributes=self._colour)
        self._write(painted.rstrip(" ") + "\n")

    def _start_line(self) -> None:
        if not self._at_line_start:
            self._write("\n")

    def _write(self, text: str) -> None:
        if not text:
            return
        print(_writable(text, self._stdout), end="", file=self._stdout, flush=True)
        self._at_line_start = text.endswith("\n")

    # --- what commands ask of the view ------------------------------------------------------------

    def quit(self) -> None:
        """Leave after this input."""
        self._leaving = True

    def panel(self, name: str) -> None:
        """Print a panel once. Raises: CommandError: `on` and `off` mean nothing here."""
        names = {"next": "sql", "expected": "goal"}
        if name in ("on", "off"):
            raise CommandError("line mode has no panels to hide", hint="`:panel sql` prints one.")
        self.dialog.command(f":{names.get(name, name)}")

    def text(self) -> None:
        """Print the text of the step again."""
        tutor = self.dialog.tutor
        self._opened(StepOpened(tutor.lesson, tutor.step, tutor.index))

    def set(self, key: str, value: str) -> str:
        """Change the only setting that line mode has, and return what it is now."""
        now = "on" if self.dialog.history.is_kept else "off"
        if value == "next":
            value = "off" if now == "on" else "on"
        if value not in ("on", "off"):
            raise CommandError(f"{key} is {now}", hint=f"`:set {key} on` or `:set {key} off`")
        self.dialog.history.is_kept = value == "on"
        return f"History is {value}."

    def settings(self) -> list[tuple[str, str, str]]:
        """Return name, value and meaning of each setting."""
        kept = "on" if self.dialog.history.is_kept else "off"
        return [("history", kept, "inputs are kept for the next session")]

    def edit(self, text: str) -> None:
        """Raise CommandError: there is no editor here."""
        raise CommandError(
            "line mode has no editor",
            hint="Write a file and run it with `:load FILE`, or use the full screen.",
        )

    def transcript(self) -> list[Line]:
        """Raise CommandError: everything has been printed already."""
        raise CommandError("in line mode all of it stands above already")


# --- facts ----------------------------------------------------------------------------------------


def facts(replies: Iterable[Message]) -> list[str]:
    """Return what an input caused, one fact a line: SQL, transactions, states."""
    replies = tuple(replies)
    lines: list[str] = []
    order = {id(item.first if isinstance(item, Entry) else item): item for item in items(replies)}
    sent = any(isinstance(item, Entry) for item in order.values())
    for reply in replies:
        if isinstance(reply, StateChange):
            lines.append(f"state: {reply.name}, {reply.before} to {reply.after}.")
            continue
        item = order.get(id(reply))
        if isinstance(item, Entry):
            lines.append(in_words(item))
        elif item is not None:
            lines.append(transaction_in_words(item.event))
    if lines and not sent:
        lines[-1] += " No SQL."
    return _shortened(lines)


def _shortened(lines: list[str]) -> list[str]:
    """Return the facts; of many state changes in a row, only the first ones and a count."""
    kept: list[str] = []
    left_out = 0
    in_a_row = 0
    for line in lines:
        in_a_row = in_a_row + 1 if line.startswith("state: ") else 0
        if in_a_row > panels.STATE_LINES + 1:
            left_out += 1
        else:
            kept.append(line)
    if left_out:
        kept.append(f"and {left_out} changes of state more.")
    return kept


def in_words(entry: Entry) -> str:
    """Return a statement, or a folded group, on one line that is never broken."""
    first = entry.first
    numbers = entry.numbers.replace("#", "").replace("-", " to ").replace("..", " to ")
    told = [f"sql {numbers}"]
    if entry.count > 1:
        told.append(f"{entry.count} times")
    if first.line > 0:
        told.append(f"line {first.line}")
    if first.cause:
        told.append(first.cause.replace(": ", ", "))
    text = filled(first) if entry.count == 1 else first.sql
    facts = [note for note in panels.notes(entry) if note != came_back(entry)]
    back = came_back(entry).replace(" -> ", ", ")
    tail = ". ".join(filter(None, [*facts, back]))
    sql = re.sub(r"\s+", " ", visible(text)).strip()
    return ", ".join(told) + f": {sql}" + (f"; {tail}." if tail else "")


def transaction_in_words(event: str) -> str:
    """Return `transaction begins.` for BEGIN, and so on."""
    known = {
        "BEGIN": "transaction begins.",
        "COMMIT": "transaction is committed.",
        "ROLLBACK": "transaction is rolled back.",
    }
    return known.get(event.partition(" (")[0].upper(), f"transaction: {event}.")


def _without_prompt(line: str) -> str:
    """Return a line without its prompt, if it was copied with one."""
    return re.sub(r"^(?:>>>|\.\.\.)(?: |$)", "", line)


def _writable(text: str, stream: TextIO) -> str:
    """Return the text as the stream's encoding can hold it."""
    encoding = stream.encoding or "utf-8"  # None: a stream that is not a file
    return text.encode(encoding, "backslashreplace").decode(encoding)


def terminal_width(environment: dict[str, str] | os._Environ[str]) -> int:
    """Return the width to wrap prose at: COLUMNS, else 80."""
    columns = environment.get("COLUMNS", "")
    return int(columns) if columns.isdigit() and int(columns) >= 20 else 80
