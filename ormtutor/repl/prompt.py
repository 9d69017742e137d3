"""The input line of the full screen: colours, completion, history, and the editing keys.

Before: a learner presses keys.
Here:   prompt_toolkit's buffer with our lexer, completer and history; key bindings that only edit.
After:  keys.py has the keys that act (Enter, Ctrl-C, the function keys); screen.py does the rest.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import (
    Condition,
    emacs_insert_mode,
    has_focus,
    is_searching,
    vi_insert_mode,
)
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History as BufferHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.controls import BufferControl, SearchBufferControl
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.search import SearchDirection, start_search

from ormtutor.repl import highlight
from ormtutor.repl.history import History
from ormtutor.repl.source import INDENT, clean_paste, indented, is_command

Proposal = tuple[str, int, str]
"""A text, how many characters before the cursor it replaces, and what kind of name it is."""


class InputLexer(Lexer):
    """Colours for Python; none for a `:command` or an answer to `input()`."""

    def __init__(self, is_python: Callable[[], bool]) -> None:
        self._is_python = is_python

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """Return a function from the number of a line to its styled fragments."""
        if is_command(document.text) or not self._is_python():
            plain = document.lines
            return lambda number: [("", plain[number])] if number < len(plain) else []
        lines = highlight.lines_of(document.text, "python")
        return lambda number: list(lines[number]) if number < len(lines) else []

    def invalidation_hash(self) -> object:
        """Return a value that changes with the colours: once, when the lexers are imported."""
        return highlight.is_loaded()


class InputCompleter(Completer):
    """The proposals of kernel and command table, asked for when Tab is pressed."""

    def __init__(self, propose: Callable[[str, int], Sequence[Proposal]]) -> None:
        self._propose = propose

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield the proposals at the cursor."""
        for text, replaced, kind in self._propose(document.text, document.cursor_position):
            yield Completion(text, start_position=-replaced, display_meta=kind)

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Yield the proposals; they are asked for in a thread, so that keys still echo."""
        loop = get_app().loop
        if loop is None:
            return
        found = await loop.run_in_executor(
            None, lambda: list(self.get_completions(document, complete_event))
        )
        for completion in found:
            yield completion


class InputHistory(BufferHistory):
    """Our history as prompt_toolkit reads it: newest first."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history

    def load_history_strings(self) -> Iterable[str]:
        """Yield the inputs of this and earlier sessions."""
        return reversed(self._history.entries)

    def store_string(self, string: str) -> None:
        """Keep an input."""
        self._history.add(string)


def make_buffer(history: History, propose: Callable[[str, int], Sequence[Proposal]]) -> Buffer:
    """Return the buffer of the input line."""
    return Buffer(
        name="input",
        multiline=True,
        history=InputHistory(history),
        completer=InputCompleter(propose),
        complete_while_typing=False,
        enable_history_search=True,
        tempfile_suffix=".py",
    )


class OwnBlanks:
    """The blanks that we put at the start of a line: a learner who types them types over them.

    So a block can be typed as it is printed. If the learner types fewer, the surplus is removed.
    """

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._text = ""
        self._put = self._typed = 0
        buffer.on_text_insert += self._inserted

    def put(self, count: int) -> None:
        """Remember that so many blanks before the cursor are ours."""
        self._text, self._put, self._typed = self._buffer.text, count, 0

    def types_over(self) -> bool:
        """Count a typed blank as one of ours; return False if there is none left."""
        if self._buffer.text != self._text or self._typed >= self._put:
            return False
        self._typed += 1
        return True

    def _inserted(self, buffer: Buffer) -> None:
        surplus = self._put - self._typed
        if self._typed and surplus and buffer.text[:-1] == self._text:
            self._typed = 0
            last = buffer.text[-1]
            buffer.text = self._text[:-surplus] + last
            buffer.cursor_position = len(buffer.text)


def make_control(
    buffer: Buffer, search: SearchBufferControl, is_python: Callable[[], bool]
) -> BufferControl:
    """Return the control that shows the buffer."""
    return BufferControl(
        buffer,
        lexer=InputLexer(is_python),
        search_buffer_control=search,
        preview_search=True,
        focus_on_click=True,
    )


def editing_keys(
    buffer: Buffer, is_python: Callable[[], bool], own_blanks: OwnBlanks
) -> KeyBindings:
    """Return the bindings that only change text; an answer to `input()` is pasted as it is."""
    keys = KeyBindings()
    here = has_focus(buffer) & ~is_searching
    at_blanks = Condition(lambda: not buffer.document.current_line_before_cursor.strip())
    in_steps = Condition(
        lambda: (
            len(buffer.document.current_line_before_cursor) % len(INDENT) == 0
            and len(buffer.document.current_line_before_cursor) > 0
        )
    )

    @keys.add("tab", filter=here)
    def _complete_or_indent(event: KeyPressEvent) -> None:
        if buffer.complete_state:
            buffer.complete_next()
        elif at_blanks():
            buffer.insert_text(INDENT)
        else:
            buffer.start_completion(insert_common_part=True)

    @keys.add(" ", filter=here & (emacs_insert_mode | vi_insert_mode))
    def _blank(event: KeyPressEvent) -> None:
        if not own_blanks.types_over():
            buffer.insert_text(" ")

    @keys.add("s-tab", filter=here)
    def _complete_backwards(event: KeyPressEvent) -> None:
        if buffer.complete_state:
            buffer.complete_previous()

    @keys.add(
        "backspace", filter=here & at_blanks & in_steps & Condition(_has_no_selection(buffer))
    )
    def _unindent(event: KeyPressEvent) -> None:
        buffer.delete_before_cursor(len(INDENT))

    @keys.add(Keys.BracketedPaste, filter=here)
    def _paste(event: KeyPressEvent) -> None:
        before = buffer.document.current_line_before_cursor
        if not is_python():
            buffer.insert_text(event.data.partition("\n")[0].rstrip("\r"))
            return
        text = clean_paste(event.data)
        buffer.insert_text(text if before.strip() else indented(text, before))

    @keys.add("c-r", filter=here)
    def _search(event: KeyPressEvent) -> None:
        start_search(direction=SearchDirection.BACKWARD)

    return keys


def _has_no_selection(buffer: Buffer) -> Callable[[], bool]:
    return lambda: buffer.selection_state is None
