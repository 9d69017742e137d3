"""The full screen: keys and events in, frames out.

Before: launch.py made it with just a terminal and a history, so that it accepts keys at once.
Here:   what is typed becomes a job for the worker; events change the state and so the next frame.
After:  dialog.py performs the input; composer.py decides what is where, stage.py paints it.

The terminal's thread never waits: it edits text and paints. Whatever needs the tutor is a job for
the worker. `attach` adds the dialog and what draws, which are imported while keys already echo.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from prompt_toolkit.application import Application
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import DynamicKeyBindings, KeyBindings, merge_key_bindings
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.layout import Layout, Window
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style
from prompt_toolkit.widgets import SearchToolbar

from ormtutor import files
from ormtutor.errors import CommandError
from ormtutor.repl import frame, highlight, source, theme
from ormtutor.repl.cells import Line, clip, visible, wrap
from ormtutor.repl.display import CONTINUED, Display
from ormtutor.repl.keys import acting_keys, command_keys
from ormtutor.repl.prompt import (
    OwnBlanks,
    Proposal,
    editing_keys,
    make_buffer,
    make_control,
)
from ormtutor.repl.stage import Blank, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from prompt_toolkit.input import Input as TerminalInput
    from prompt_toolkit.output import Output

    from ormtutor.repl.commands import Command, Key
    from ormtutor.repl.composer import Composer
    from ormtutor.repl.console import Console
    from ormtutor.repl.dialog import Dialog
    from ormtutor.repl.events import Event
    from ormtutor.repl.history import History
    from ormtutor.repl.worker import Worker

ESCALATION = 2.0
"""Within so many seconds, a second Ctrl-C announces that it stops the kernel."""
RETRY_SECONDS = 0.1
"""How soon a Ctrl-C that found nothing running is tried again."""
SWITCH_SECONDS = 0.0005
"""After so long a computing thread gives way to the terminal's; Python's 5 ms are two keys."""
FRAME_SECONDS = 0.04
"""The least time between two frames while code prints."""


class Screen:
    """The full screen, from the first key to leaving; the view of a dialog."""

    def __init__(
        self,
        history: History,
        worker: Worker,
        *,
        colour: bool,
        ascii_only: bool = False,
        mode: str = "emacs",
        mouse: bool = False,
        panel: str = "sql",
        terminal_input: TerminalInput | None = None,
        terminal_output: Output | None = None,
    ) -> None:
        self.display = Display(tab=panel)
        self.history = history
        self.worker = worker
        self._called = ("", "")
        self.is_mouse_on = mouse
        self.complaint: list[str] = []
        self.composer: Composer | Blank = Blank(ascii_only=ascii_only)
        self.dialog: Dialog | None = None
        self.console: Console | None = None
        self._command_keys = KeyBindings()
        self._answer: str | BaseException | None = None
        self._answered = threading.Event()
        self._interrupted_at = 0.0
        self._is_interrupted = False
        self._last_paint = 0.0
        self._is_paint_planned = False
        self._is_awaited = False
        self._is_closing = False
        worker.on_change = self._on_idle
        worker.on_fault = self._on_fault
        self.buffer = make_buffer(history, self._propose)
        self._own_blanks = OwnBlanks(self.buffer)
        self.search = SearchToolbar(ignore_case=True)
        control = make_control(self.buffer, self.search.control, self._is_python)
        self.input_window = Window(control, wrap_lines=True, get_line_prefix=self._prefix)
        self.stage = Stage(self)
        self.app: Application[None] = Application(
            layout=Layout(self.stage, focused_element=self.input_window),
            key_bindings=merge_key_bindings(
                [
                    editing_keys(self.buffer, self._is_python, self._own_blanks),
                    acting_keys(self),
                    DynamicKeyBindings(lambda: self._command_keys),
                ]
            ),
            style=Style.from_dict(theme.rules()),
            color_depth=ColorDepth.DEPTH_4_BIT if colour else ColorDepth.DEPTH_1_BIT,
            full_screen=True,
            erase_when_done=True,
            enable_page_navigation_bindings=False,
            mouse_support=Condition(lambda: self.is_mouse_on),
            editing_mode=EditingMode.VI if mode == "vi" else EditingMode.EMACS,
            input=terminal_input,
            output=terminal_output,
        )
        self.app.ttimeoutlen = 0.05
        self.app.timeoutlen = 0.4

    def attach(
        self, dialog: Dialog, console: Console, composer: Composer, table: tuple[Command, ...]
    ) -> None:
        """Connect the dialog, and what draws."""
        self.console = console
        self.composer = composer
        self.dialog = dialog
        dialog.view = self
        dialog.listener = self.on_event
        dialog.on_input = self._ask_learner
        self._command_keys = command_keys(self, table)

    @property
    def is_closing(self) -> bool:
        """Whether the screen is being left."""
        return self._is_closing

    def run(self, begin: Callable[[], None]) -> None:
        """Show the screen until the learner leaves. Then the caller may print the transcript.

        `begin` attaches the dialog and opens the lesson: a job for the worker, done when the first
        frame has been painted.
        """

        def after_first_frame(app: Application[None]) -> None:
            app.after_render -= after_first_frame
            self.worker.do(begin)
            self.worker.do(self.look)

        sys.setswitchinterval(SWITCH_SECONDS)
        self.app.after_render += after_first_frame
        # prompt_toolkit's handler would show a traceback and wait for Enter.
        self.app.run(pre_run=self._started, set_exception_handler=False)

    def _on_crash(self, loop: object, context: dict[str, Any]) -> None:
        """A fault of our own in the terminal's thread: leave, and let `run` raise it."""
        fault = context.get("exception") or RuntimeError(context.get("message"))
        self._is_closing = True
        if self.app.is_running and not self.app.is_done:
            self.app.exit(exception=fault)

    # --- what happens -----------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Take in an event, from any thread."""
        if isinstance(self.composer, Blank) or self.dialog is None:
            return
        if self.composer.take_in(event, self.stage.places):
            self.display.snapshot = self.dialog.snapshot()
        self.changed(is_awaited=self.composer.is_awaited(event))

    def changed(self, is_awaited: bool = False) -> None:
        """Note that the next frame differs; have it painted soon, or at once if it is awaited."""
        self.display.version += 1
        self._is_awaited |= is_awaited
        loop = self.app.loop
        if loop is None or (self._is_paint_planned and not is_awaited):
            return
        self._is_paint_planned = True
        try:
            loop.call_soon_threadsafe(self._plan_paint)
        except RuntimeError:  # the loop has just closed: we are leaving
            self._is_paint_planned = False

    def _plan_paint(self) -> None:
        """Paint now, or a little later if the last frame is too recent."""
        wait = self._last_paint + FRAME_SECONDS - time.monotonic()
        if wait > 0 and not self._is_awaited and self.app.loop is not None:
            self.app.loop.call_later(wait, self._paint)
        else:
            self._paint()

    def _paint(self) -> None:
        self._is_paint_planned = self._is_awaited = False
        self._last_paint = time.monotonic()
        self.app.invalidate()

    def _started(self) -> None:
        """Set the handlers of crashes and signals, and start the clock of running code."""
        loop = self.app.loop
        assert loop is not None  # called inside the running loop
        loop.set_exception_handler(self._on_crash)
        loop.call_later(frame.RUNNING_AFTER, self._tick)
        for name in ("SIGTERM", "SIGHUP", "SIGQUIT"):
            if hasattr(signal, name):
                with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(getattr(signal, name), self._exit)

    def load_colours(self) -> None:
        """Import the lexers; a job for the worker, when nothing is urgent."""
        highlight.load()
        self.changed()

    def _tick(self) -> None:
        """Keep the seconds of "running" up to date while something runs."""
        if self.worker.is_busy:
            self.changed()
        if self.app.loop is not None and not self._is_closing:
            self.app.loop.call_later(0.25 if self.worker.is_busy else 1.0, self._tick)

    def _on_idle(self) -> None:
        """Run what was typed ahead; called in the worker's thread after each job."""
        if self.worker.is_busy:
            return
        loop = self.app.loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._go_on)
        self.changed()

    def _go_on(self) -> None:
        while self.display.pending and self.dialog is not None and not self.worker.is_busy:
            self._do(self.dialog, self.display.pending.popleft())

    def _on_fault(self, fault: Exception) -> None:
        """Show a fault of our own, keep the details for a report, and go on."""
        path = files.keep_fault(fault)
        where = f" The details are in {path}." if path is not None else ""
        self.display.notice = f"A fault of ormtutor itself: {fault!r}.{where}"
        if self.dialog is not None:
            self.dialog.say(self.display.notice, "error")
        self.changed()

    # --- what the learner enters ------------------------------------------------------------------

    def enter(self, *, forced: bool = False) -> None:
        """Accept the input if it is complete, or if `forced`; else begin a new line in it."""
        text = self.buffer.text
        self.display.notice = ""
        if self.display.question is not None:
            self.answer(text)
            return
        if self.buffer.complete_state and self.buffer.complete_state.current_completion:
            self.buffer.complete_state = None
            return
        if not forced and not self._is_ready(text):
            return
        self.buffer.append_to_history()
        self.buffer.reset()
        self.complaint = []
        self.display.uncover()
        if text.strip():
            self._take(text)
        self.changed()

    def _is_ready(self, text: str) -> bool:
        """Return whether the input is complete; if not, begin a new line or say what is wrong."""
        if source.is_command(text):
            return True
        if self._take_command(text):
            return False
        document = self.buffer.document
        inside = document.cursor_position_row < document.line_count - 1
        if self.display.is_pasting or (inside and document.text_after_cursor.strip()):
            self._new_line()
            return False
        try:
            complete = source.is_complete(text)
        except SyntaxError as error:
            self.complaint = [*source.explain(error, text), "Mend it here, or drop it by Ctrl-C."]
            self.display.notice = "Nothing was run. Mend it, drop it by Ctrl-C, or Alt-Enter."
            self._move_to(error, text)
            self.changed()
            return False
        if not complete:
            self.buffer.cursor_position = len(text)
            self._new_line()
        return complete

    def _take_command(self, text: str) -> bool:
        """Carry out a command below an unfinished input, which stays; return if there was one."""
        above, _, last = text.rpartition("\n")
        if not above.strip() or not last.lstrip().startswith(":") or self.dialog is None:
            return False
        if not self.dialog.knows_command(last.strip()):
            return False
        self.buffer.text = above
        self.buffer.cursor_position = len(above)
        self._take(last.strip())
        self.changed()
        return True

    def _new_line(self) -> None:
        before = self.buffer.document.text_before_cursor
        blanks = "" if self.display.is_pasting else source.next_indent(before)
        self.buffer.insert_text("\n" + blanks)
        self._own_blanks.put(len(blanks))
        self.changed()

    def _move_to(self, error: SyntaxError, text: str) -> None:
        row = min(max(1, error.lineno or 1), text.count("\n") + 1) - 1
        column = max(0, (error.offset or 1) - 1)
        self.buffer.cursor_position = self.buffer.document.translate_row_col_to_index(row, column)

    def _take(self, text: str) -> None:
        """Perform an input now, or when the running one has ended."""
        dialog, is_waiting = self.dialog, self.worker.is_busy or self.display.pending
        if dialog is None or (is_waiting and not dialog.is_quick(text)):
            self.display.pending.append(text)
        else:
            self._do(dialog, text)

    def _do(self, dialog: Dialog, text: str) -> None:
        if dialog.is_quick(text):
            dialog.perform(text)
            return

        def job() -> None:
            self._is_interrupted = False
            dialog.perform(text)
            self.look()

        self.worker.do(job)
        if self.app.loop is not None:
            self.app.loop.call_later(frame.RUNNING_AFTER, self.changed)

    def look(self) -> None:
        """Ask the kernel for what the panels show; a job for the worker."""
        dialog, display = self.dialog, self.display
        if dialog is None or not dialog.is_open:
            return
        display.views["session"] = dialog.look("session")
        if display.tab == "tables":
            display.views["tables"] = dialog.look("tables")
        display.snapshot = dialog.snapshot()
        self.changed()

    def press(self, command: Command, key: Key) -> None:
        """Run the command that a function key stands for.

        While code runs it is refused, not delayed: a key is meant for what is on the screen now,
        not for what will be there a minute later.
        """
        self.display.notice = ""
        if self._is_running() and not command.is_quick:
            self.display.notice = f"Not while code is running: {key.label}. Ctrl-C stops the code."
            self.changed()
        else:
            self._take(f":{command.name} {key.argument}".rstrip())

    def end_of_input(self) -> None:
        """Ctrl-D on an empty line: end the learner's `input()`, else leave."""
        if self.display.question is not None:
            self.answer(None)
        else:
            self.quit()

    # --- the learner's input() --------------------------------------------------------------------

    def _ask_learner(self, prompt: str) -> str | None:
        """Wait for the answer to `input()` and return it; called in the worker's thread.

        Raises: KeyboardInterrupt: the answer was Ctrl-C.
        """
        if self.display.pending:  # typed ahead, as at any terminal
            answer: str | BaseException | None = self.display.pending.popleft()
        else:
            self._answered.clear()
            self.display.question = visible(prompt).split("\n")[-1]
            self.changed()
            self._answered.wait()
            answer = self._answer
        if isinstance(answer, BaseException):
            raise answer
        if answer is not None and self.dialog is not None:
            self.dialog.echo_answer(answer)
        return answer

    def answer(self, given: str | BaseException | None) -> None:
        """Answer `input()`: a line, the end of the file (None), or Ctrl-C."""
        self._answer = given
        self.display.question = None
        self.buffer.reset()
        self._answered.set()
        self.changed()

    # --- Ctrl-C -----------------------------------------------------------------------------------

    def interrupt(self) -> None:
        """Ctrl-C: stop the code, drop the text, or close what is open; never leave."""
        if self.display.question is not None:
            self.answer(KeyboardInterrupt())
        elif self.worker.is_busy and (self._is_running() or not self.buffer.text):
            self._interrupt_code()
        elif self.buffer.text:
            self.buffer.reset()
            self.complaint = []
            self.display.notice = ""
        elif self.display.is_covered:
            self.display.uncover()
        else:
            self.display.notice = "Ctrl-C stops running code. To leave: Ctrl-D or :quit"
        self.changed()

    def _interrupt_code(self) -> None:
        again = time.monotonic() - self._interrupted_at < ESCALATION
        self._interrupted_at = time.monotonic()
        pending, typed = self.display.pending, self.buffer.text
        kept = "\n".join([*pending, *([typed] if typed else [])])
        pending.clear()
        if kept != typed:  # after a Ctrl-C what was typed ahead does not run, but is still there
            self.buffer.text = kept
            self.buffer.cursor_position = len(kept)
        self.display.notice = (
            "Stopping the kernel; your names come back by replay."
            if again
            else "Interrupting... Ctrl-C again stops the kernel."
        )
        self._send_interrupt()

    def _send_interrupt(self) -> None:
        """Interrupt the kernel; if it does not run the input yet, try again a little later."""
        if self.dialog is None or not self.worker.is_busy:
            return
        if self.dialog.interrupt():
            self._is_interrupted = True
        elif not self._is_interrupted and self.app.loop is not None:
            self.app.loop.call_later(RETRY_SECONDS, self._send_interrupt)

    def _is_running(self) -> bool:
        """Whether a job has been running long enough to show it: most end earlier."""
        return self.worker.busy_seconds >= frame.RUNNING_AFTER

    # --- what commands ask of the view ------------------------------------------------------------

    def quit(self) -> None:
        """Leave."""
        self._is_closing = True
        if self.display.question is not None:
            self.answer(None)
        loop = self.app.loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._exit)

    def _exit(self) -> None:
        self._is_closing = True
        if self.app.is_running and not self.app.is_done:
            self.app.exit()

    def panel(self, name: str) -> None:
        """Show a panel, the next one, or none."""
        display = self.display
        if name == "off" and not display.are_panels_shown:
            name = "on"  # the same key shows them again
        if name in ("on", "off"):
            display.are_panels_shown = display.is_panel_asked = name == "on"
        else:
            self._show_tab(name)
        display.uncover()
        self.changed()

    def _show_tab(self, name: str) -> None:
        display, places = self.display, self.stage.places
        has_box = places is not None and places.session is not None
        names = [tab for tab in frame.TABS if not (tab == "session" and has_box)]
        was_hidden = places is None or places.panel is None
        display.are_panels_shown = display.is_panel_asked = True
        if name != "next":
            display.tab = name if name in names else display.tab
        elif not was_hidden:
            here = names.index(display.tab) if display.tab in names else -1
            display.tab = names[(here + 1) % len(names)]
        if self.dialog is not None and self.dialog.is_open and not self.worker.is_busy:
            self.worker.do(self.look)

    def text(self) -> None:
        """Show the whole text of the step, or close what covers the panels."""
        if self.display.reading is not None:
            self.display.uncover()
        else:
            self.display.is_text_whole = not self.display.is_text_whole
            self.display.text_top = 0
        self.changed()

    def close_reading(self) -> None:
        """Close the text that covers the panels."""
        self.display.uncover()
        self.changed()

    def scroll(self, step: int) -> None:
        """Scroll by a page: what was opened for reading, else the lesson."""
        places = self.stage.places
        page = max(1, (places.lesson.height if places and places.lesson else 1) - 1)
        if self.display.reading is not None:
            self.display.reading_top = max(0, self.display.reading_top + step * page)
        else:
            self.display.text_top = max(0, self.display.text_top + step * page)
        self.changed()

    def scroll_console(self, step: int) -> None:
        """Scroll the console back by a page, or forward again."""
        places = self.stage.places
        page = max(1, (places.console.height if places else 2) - 2)
        self.display.console_skip = max(0, self.display.console_skip + step * page)
        self.changed()

    def edit(self, text: str) -> None:
        """Open the editor with the input line, or with `text` if the line is empty."""
        if not self.buffer.text and text:
            self.buffer.text = text
        self.buffer.open_in_editor()

    def transcript(self) -> list[Line]:
        """Return everything that the console has shown, for the current width."""
        places = self.stage.places
        width = places.columns - 2 if places is not None else 80
        return self.console.all(width) if self.console is not None else []

    # --- settings ---------------------------------------------------------------------------------

    def settings(self) -> list[tuple[str, str, str]]:
        """Return name, value and meaning of each setting."""
        mode = "vi" if self.app.editing_mode == EditingMode.VI else "emacs"
        switches = (
            ("paste", self.display.is_pasting, "Enter never runs, nothing is indented (F6)"),
            ("mouse", self.is_mouse_on, "wheel and clicks; off leaves selecting to you"),
            ("history", self.history.is_kept, "inputs are kept for the next session"),
        )
        return [
            ("mode", mode, "editing keys, emacs or vi (F4)"),
            *((name, "on" if is_on else "off", meaning) for name, is_on, meaning in switches),
        ]

    def set(self, key: str, value: str) -> str:
        """Change a setting, and return what it is now."""
        if key == "mode":
            return self._set_mode(value)
        is_on = self._on_or_off(key, value)
        if key == "paste":
            self.display.is_pasting = is_on
            how = "Enter only makes new lines, Alt-Enter runs" if is_on else "Enter runs"
            return f"Paste mode is {'on' if is_on else 'off'}: {how}."
        if key == "mouse":
            self.is_mouse_on = is_on
            return f"The mouse is {'on' if is_on else 'off'}."
        self.history.is_kept = is_on
        return f"New inputs are {'' if is_on else 'not '}written to the history file."

    def _set_mode(self, value: str) -> str:
        now = "vi" if self.app.editing_mode == EditingMode.VI else "emacs"
        if value == "next":
            value = "emacs" if now == "vi" else "vi"
        if value not in ("vi", "emacs"):
            raise CommandError(f"the mode is {now}", hint="`:set mode vi` or `:set mode emacs`")
        self.app.editing_mode = EditingMode.VI if value == "vi" else EditingMode.EMACS
        return f"Keys as in {value}."

    def _on_or_off(self, key: str, value: str) -> bool:
        now = next(shown for name, shown, _ in self.settings() if name == key) == "on"
        if value == "next":
            return not now
        if value not in ("on", "off"):
            word = "on" if now else "off"
            raise CommandError(f"{key} is {word}", hint=f"`:set {key} on` or `:set {key} off`")
        return value == "on"

    # --- the input line ---------------------------------------------------------------------------

    def mode_word(self) -> str:
        """Return the mode of the vi keys; empty for emacs keys."""
        if self.app.editing_mode != EditingMode.VI:
            return ""
        return "vi INSERT" if self.app.vi_state.input_mode == InputMode.INSERT else "vi NAV"

    def _is_python(self) -> bool:
        return self.display.question is None

    def _propose(self, text: str, cursor: int) -> list[Proposal]:
        """Return completions, from the worker and only if it is idle; called in another thread."""
        dialog = self.dialog
        if dialog is None or not self._is_python() or self.worker.is_busy:
            return []
        found: list[Proposal] = []
        is_done = threading.Event()

        def job() -> None:
            try:
                found.extend(dialog.proposals(text, cursor))
                self._called = (text[:cursor], dialog.signature)
            finally:
                is_done.set()

        self.worker.do(job)
        is_done.wait(2.0)
        return found

    def _prefix(self, number: int, wrapped: int) -> StyleAndTextTuples:
        prompt = self.display.prompt
        if wrapped:
            return [("", " " * len(prompt))]
        return [("class:prompt", prompt if number == 0 else CONTINUED.rjust(len(prompt)))]

    def _signature(self, room: int) -> list[Line]:
        """Return the signature that the last Tab has found, as long as that call is open."""
        before, signature = self._called
        text = self.buffer.text[: self.buffer.cursor_position]
        if not signature or not text.startswith(before):
            return []
        since = text[len(before) :]
        if since.count(")") > since.count("(") or "\n" in since:
            return []
        return [clip([("class:quiet", f"    {visible(signature)}")], room)]

    def below(self, room: int) -> list[Line]:
        """Return what to show under the input line: proposals, a signature, a syntax error."""
        state = self.buffer.complete_state
        signature = self._signature(room)
        if state is not None and state.completions:
            shown = [(found.text, found.display_meta_text) for found in state.completions]
            return [*signature, *frame.menu(shown, state.complete_index, room)]
        if signature:
            return signature
        if not self.complaint:
            return []
        first, *others = self.complaint
        return [
            *wrap([("class:error", visible(first))], room),
            *(clip([("class:error", visible(line))], room) for line in others),
        ]
