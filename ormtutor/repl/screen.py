"""The full screen: wide and medium layouts over one stream of events.

Before: cli.py has opened a lesson in a worker thread; keys come from the terminal.
Here:   what is typed becomes a job for the worker; events become lines; frames are painted.
After:  dialog.py performs the input; frame.py and panels.py say what stands where.

The terminal thread never waits: it only edits text, and paints. Whatever asks the tutor is a job of
the worker. Each frame is composed by pure functions and kept while nothing but the typed text
changes, so that a key costs the painting of one row.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition, has_focus, is_searching
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input as TerminalInput
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import Layout, Window
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.styles import Style
from prompt_toolkit.widgets import SearchToolbar

from ormtutor import files
from ormtutor.errors import CommandError
from ormtutor.kernel.messages import Finished, Message, NeedInput
from ormtutor.kernel.messages import Output as Printed
from ormtutor.repl import commands, frame, highlight, panels, source, theme, views
from ormtutor.repl.cells import Line, clip, visible, wrap
from ormtutor.repl.console import Console
from ormtutor.repl.dialog import Dialog
from ormtutor.repl.events import Concluded, Event, Replied, StepOpened, Told
from ormtutor.repl.frame import Contents, Plan
from ormtutor.repl.prompt import Proposal, editing_keys, make_buffer, make_control
from ormtutor.repl.stage import Stage
from ormtutor.repl.worker import Worker

RUNNING_AFTER = 0.08
"""Seconds after which running code is shown to be running: at once it would only flicker."""
ESCALATION = 2.0
"""A second Ctrl-C within so many seconds asks for more than the first."""
FRAME_SECONDS = 0.04
"""While code prints, the screen is painted no more often than this."""


class Screen:
    """The full screen, from the first key to leaving. Made once; `run` returns when it is left."""

    def __init__(
        self,
        dialog: Dialog,
        console: Console,
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
        self.dialog = dialog
        self.console = console
        self.worker = worker
        self.ascii_only = ascii_only
        self.tab = panel
        self.panels_shown = True
        self.panel_asked = False
        self.is_mouse_on = mouse
        self.is_pasting = False
        self.reading: Told | None = None
        self.reading_top = 0
        self.is_text_whole = False
        self.text_top = 0
        self.console_skip = 0
        self.notice = ""
        self.complaint: list[str] = []
        self.views: dict[str, Any] = {}
        self.question = ""
        self._answer: str | None = None
        self._answered = threading.Event()
        self._awaits_input = False
        self._pending: deque[str] = deque()
        self._interrupted_at = 0.0
        self._version = 0
        self._last_paint = 0.0
        self._paint_planned = False
        self._closing = False
        dialog.view = self
        dialog.listener = self.on_event
        dialog.on_input = self._ask_learner
        worker.on_change = self._on_idle
        worker.on_fault = self._on_fault
        for fault in worker.faults:
            self._on_fault(fault)
        self.buffer = make_buffer(dialog.history, self._propose)
        self.search = SearchToolbar(ignore_case=True)
        control = make_control(self.buffer, self.search.control, self._is_python)
        self.input_window = Window(
            control,
            wrap_lines=True,
            dont_extend_height=True,
            get_line_prefix=self._prefix,
            always_hide_cursor=False,
        )
        self.stage = Stage(self)
        self.app: Application[None] = Application(
            layout=Layout(self.stage, focused_element=self.input_window),
            key_bindings=merge_key_bindings(
                [editing_keys(self.buffer, self._is_python), self._acting_keys()]
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

    def run(self) -> None:
        """Show the screen until it is left. The transcript is then to be printed by the caller."""
        self.app.run(pre_run=self._started)

    # --- what happens -----------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Take in an event, from whichever thread."""
        if isinstance(event, Told) and self._is_for_reading(event):
            self.reading, self.reading_top = event, 0
            self.console.note([("class:quiet", f"    ({event.title}: above; Esc closes it)")])
        else:
            self.console.add(event)
        if isinstance(event, Replied):
            self._on_reply(event.message)
        elif isinstance(event, Concluded):
            self._awaits_input = False
        elif isinstance(event, StepOpened):
            self.text_top = 0
            self.reading = None
            self.is_text_whole = False
        self.console_skip = 0
        self.changed()

    def _on_reply(self, message: Message) -> None:
        if isinstance(message, NeedInput):
            self._awaits_input = True
            self.question = visible(message.prompt).split("\n")[-1]

    def _is_for_reading(self, event: Told) -> bool:
        """Tell whether words are too long for the console, and so open above the input line."""
        if not event.title:
            return False
        places = self.stage.places
        if places is None:
            return False
        return len(event.lines(places.console.width)) > max(4, places.console.height - 3)

    def changed(self) -> None:
        """Note that the next frame differs, and have it painted soon."""
        self._version += 1
        self.repaint()

    def repaint(self) -> None:
        """Have a frame painted, but no more often than the eye can follow."""
        loop = self.app.loop
        if loop is None or self._paint_planned:
            return
        self._paint_planned = True
        try:
            loop.call_soon_threadsafe(self._plan_paint)
        except RuntimeError:  # the loop has just closed: we are leaving
            self._paint_planned = False

    def _plan_paint(self) -> None:
        wait = self._last_paint + FRAME_SECONDS - time.monotonic()
        if wait > 0 and self.app.loop is not None:
            self.app.loop.call_later(wait, self._paint)
        else:
            self._paint()

    def _paint(self) -> None:
        self._paint_planned = False
        self._last_paint = time.monotonic()
        self.app.invalidate()

    def _started(self) -> None:
        """Start what must not stand before the first frame."""
        loop = self.app.loop
        assert loop is not None  # pre_run is called inside the running loop
        if self._closing:
            self._exit()
        loop.run_in_executor(None, self._load_colours)
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(getattr(signal, name), self._exit)
        loop.call_later(RUNNING_AFTER, self._tick)

    def _load_colours(self) -> None:
        highlight.load()
        self.changed()

    def _tick(self) -> None:
        """Keep "running" true while something runs: one look now, and one each second after."""
        if self.worker.is_busy:
            self.changed()
        if self.app.loop is not None and not self._closing:
            self.app.loop.call_later(0.25 if self.worker.is_busy else 1.0, self._tick)

    def _on_idle(self) -> None:
        """Called in the worker's thread after each job: look at the session, run what was typed."""
        if self.worker.is_busy:
            return
        loop = self.app.loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(self._go_on)
            except RuntimeError:
                return
        self.changed()

    def _on_fault(self, fault: Exception) -> None:
        """Say that something of ours is broken, keep the details for a report, and go on."""
        details = "".join(traceback.format_exception(fault))
        path = files.report_directory() / "fault.txt"
        where = ""
        with contextlib.suppress(OSError):
            files.write_text(path, details)
            where = f" The details are in `{path}`."
        self.dialog.say(f"A fault of ormtutor itself: `{fault!r}`.{where}", "error")

    def _go_on(self) -> None:
        if self._pending and not self.worker.is_busy:
            self._do(self._pending.popleft())

    # --- what the learner enters ------------------------------------------------------------------

    def enter(self, *, forced: bool = False) -> None:
        """Take the input line as it is, or begin a new line in it."""
        text = self.buffer.text
        self.notice = ""
        if self._awaits_input:
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
        self.reading = None
        self.is_text_whole = False
        if text.strip():
            self._take(text)
        self.changed()

    def _is_ready(self, text: str) -> bool:
        """Tell whether the input is complete; if not, put a new line or say what is wrong."""
        if source.is_command(text):
            return True
        document = self.buffer.document
        inside = document.cursor_position_row < document.line_count - 1
        if self.is_pasting or (inside and document.text_after_cursor.strip()):
            self._new_line()
            return False
        try:
            complete = source.is_complete(text)
        except SyntaxError as error:
            self.complaint = source.explain(error, text)
            self.notice = "Nothing was run. Mend it, or Alt-Enter runs it as it is."
            self._move_to(error, text)
            self.changed()
            return False
        if not complete:
            self.buffer.cursor_position = len(text)
            self._new_line()
        return complete

    def _new_line(self) -> None:
        before = self.buffer.document.text_before_cursor
        blanks = "" if self.is_pasting else source.next_indent(before)
        self.buffer.insert_text("\n" + blanks)
        self.changed()

    def _move_to(self, error: SyntaxError, text: str) -> None:
        row = min(max(1, error.lineno or 1), text.count("\n") + 1) - 1
        column = max(0, (error.offset or 1) - 1)
        self.buffer.cursor_position = self.buffer.document.translate_row_col_to_index(row, column)

    def _take(self, text: str) -> None:
        """Do an input now, or keep it until the running one has ended."""
        if source.is_command(text) and self._is_quick(text):
            self.dialog.perform(text)
        elif self.worker.is_busy:
            self._pending.append(text)
        else:
            self._do(text)

    def _is_quick(self, text: str) -> bool:
        try:
            return commands.parse(text)[0].is_quick
        except CommandError:
            return True  # the complaint about it need not wait either

    def _do(self, text: str) -> None:
        def job() -> None:
            self.dialog.perform(text)
            self.look()

        self.worker.do(job)
        if self.app.loop is not None:
            self.app.loop.call_later(RUNNING_AFTER, self.changed)

    def look(self) -> None:
        """Ask the kernel for what the panels show. A job of the worker."""
        self.views["session"] = self.dialog.look("session")
        if self.tab == "tables":
            self.views["tables"] = self.dialog.look("tables")
        self.changed()

    def _ask_learner(self, prompt: str) -> str | None:
        """Wait for an answer to `input()`; called in the worker's thread."""
        self._answered.clear()
        self._awaits_input = True
        if self._pending:  # typed ahead, as at any terminal
            self._answer = self._pending.popleft()
        else:
            self.changed()
            self._answered.wait()
        self._awaits_input = False
        given = self._answer
        if given is not None:
            self.on_event(Replied(Printed(0, "stdout", given + "\n")))
        return given

    def answer(self, text: str | None) -> None:
        """Answer `input()`; None is the end of the file."""
        self._answer = text
        self._awaits_input = False
        self.buffer.reset()
        self._answered.set()
        self.changed()

    def interrupt(self) -> None:
        """Ctrl-C: drop the text, stop the code, close what is open; never leave."""
        if self.worker.is_busy:
            self._interrupt_code()
        elif self.buffer.text:
            self.buffer.reset()
            self.complaint = []
        elif self.reading is not None or self.is_text_whole:
            self.close_reading()
        else:
            self.notice = "Ctrl-C stops running code. To leave: Ctrl-D or :quit"
        self.changed()

    def _interrupt_code(self) -> None:
        again = time.monotonic() - self._interrupted_at < ESCALATION
        self._interrupted_at = time.monotonic()
        kept = "\n".join([*self._pending, *([self.buffer.text] if self.buffer.text else [])])
        self._pending.clear()
        if kept != self.buffer.text:
            self.buffer.text = kept
            self.buffer.cursor_position = len(kept)
        self.notice = (
            "Stopping the kernel; your names come back by replay."
            if again
            else "Interrupting... Ctrl-C again stops the kernel."
        )
        self.dialog.tutor.interrupt()
        if self._awaits_input:
            self.answer(None)

    # --- what commands ask of the view ------------------------------------------------------------

    def quit(self) -> None:
        """Leave."""
        self._closing = True
        if self._awaits_input:
            self.answer(None)
        loop = self.app.loop
        if loop is not None and self.app.is_running:
            loop.call_soon_threadsafe(self._exit)

    def _exit(self) -> None:
        if self.app.is_running and not self.app.is_done:
            self.app.exit()

    def panel(self, name: str) -> None:
        """Show a panel, the next one, or none."""
        if name == "off" and not self.panels_shown:
            name = "on"  # the same key brings them back
        if name in ("on", "off"):
            self.panels_shown = self.panel_asked = name == "on"
        else:
            names = [
                tab for tab in frame.TABS if not (tab == "session" and self._has_session_box())
            ]
            was_hidden = not self.panels_shown or (
                self.stage.places is not None and self.stage.places.panel is None
            )
            self.panels_shown = self.panel_asked = True
            if name != "next":
                self.tab = name if name in names else self.tab
            elif not was_hidden:
                here = names.index(self.tab) if self.tab in names else -1
                self.tab = names[(here + 1) % len(names)]
            self._look_if_idle()
        self.reading = None
        self.is_text_whole = False
        self.changed()

    def _has_session_box(self) -> bool:
        return self.stage.places is not None and self.stage.places.session is not None

    def _look_if_idle(self) -> None:
        if self.dialog.is_open and not self.worker.is_busy:
            self.worker.do(self.look)

    def text(self) -> None:
        """Show the whole text of the step, or put it back."""
        if self.reading is not None:
            self.close_reading()
        else:
            self.is_text_whole = not self.is_text_whole
            self.text_top = 0
        self.changed()

    def close_reading(self) -> None:
        """Put back what a long text has covered."""
        self.reading = None
        self.is_text_whole = False
        self.text_top = 0
        self.changed()

    def set(self, key: str, value: str) -> str:
        """Change a setting."""
        if key == "mode":
            return self._set_mode(value)
        on = self._on_or_off(key, value)
        if key == "paste":
            self.is_pasting = on
            how = "Enter only makes new lines, Alt-Enter runs" if on else "Enter runs"
            return f"Paste mode is {'on' if on else 'off'}: {how}."
        if key == "mouse":
            self.is_mouse_on = on
            return f"The mouse is {'on' if on else 'off'}."
        self.dialog.history.is_kept = on
        return f"New inputs are {'' if on else 'not '}written to the history file."

    def _set_mode(self, value: str) -> str:
        now = "vi" if self.app.editing_mode == EditingMode.VI else "emacs"
        if value == "next":
            value = "emacs" if now == "vi" else "vi"
        if value not in ("vi", "emacs"):
            raise CommandError(f"the mode is {now}", hint="`:set mode vi` or `:set mode emacs`")
        self.app.editing_mode = EditingMode.VI if value == "vi" else EditingMode.EMACS
        return f"Keys as in {value}."

    def _on_or_off(self, key: str, value: str) -> bool:
        now = {name: shown for name, shown, _ in self.settings()}[key] == "on"
        if value == "next":
            return not now
        if value not in ("on", "off"):
            raise CommandError(
                f"{key} is {'on' if now else 'off'}", hint=f"`:set {key} on` or `off`"
            )
        return value == "on"

    def settings(self) -> list[tuple[str, str, str]]:
        """Return name, value and meaning of each setting."""

        def word(on: bool) -> str:
            return "on" if on else "off"

        mode = "vi" if self.app.editing_mode == EditingMode.VI else "emacs"
        return [
            ("mode", mode, "editing keys, emacs or vi (F4)"),
            ("paste", word(self.is_pasting), "Enter never runs, nothing is indented (F6)"),
            ("mouse", word(self.is_mouse_on), "wheel and clicks; off leaves selecting to you"),
            ("history", word(self.dialog.history.is_kept), "inputs are kept for the next session"),
        ]

    def edit(self, text: str) -> None:
        """Open the editor on the input line, or on the last input where the line is empty."""
        if not self.buffer.text and text:
            self.buffer.text = text
        self.buffer.open_in_editor()

    def transcript(self) -> Told:
        """Return all that the console has shown."""
        return Told(self.console.all, title="Everything so far")

    # --- keys -------------------------------------------------------------------------------------

    def _acting_keys(self) -> KeyBindings:
        keys = KeyBindings()
        here = has_focus(self.buffer) & ~is_searching
        empty = Condition(lambda: not self.buffer.text)
        covered = Condition(lambda: self.reading is not None or self.is_text_whole)

        @keys.add("enter", filter=here)
        def _enter(event: KeyPressEvent) -> None:
            self.enter()

        @keys.add("escape", "enter", filter=here)
        def _force(event: KeyPressEvent) -> None:
            self.enter(forced=True)

        @keys.add("c-c", filter=~is_searching)
        @keys.add(Keys.SIGINT)
        def _interrupt(event: KeyPressEvent) -> None:
            self.interrupt()

        @keys.add("escape", filter=here & covered)
        def _close(event: KeyPressEvent) -> None:
            self.close_reading()

        @keys.add("c-l")
        def _redraw(event: KeyPressEvent) -> None:
            event.app.renderer.clear()
            self.changed()

        for page, step in (("pageup", -1), ("pagedown", 1)):
            keys.add(page)(lambda event, step=step: self.scroll(step))
            keys.add(f"c-{page}")(lambda event, step=step: self.scroll_console(-step))
        for command in commands.COMMANDS:
            for key in command.keys:
                when = here & empty if key.label == "Ctrl-D" else here
                keys.add(*key.names, filter=when)(self._pressing(command, key))
        return keys

    def _pressing(
        self, command: commands.Command, key: commands.Key
    ) -> Callable[[KeyPressEvent], None]:
        def press(event: KeyPressEvent) -> None:
            self.notice = ""
            if command.name == "quit" and self._awaits_input:
                self.answer(None)
            elif self._is_running() and not command.is_quick:
                # A key that was meant for what stands on the screen now must not act on what
                # stands there a minute later.
                self.notice = f"Not while code is running: {key.label}. Ctrl-C stops the code."
                self.changed()
            else:
                self._take(f":{command.name} {key.argument}".rstrip())

        return press

    def scroll(self, step: int) -> None:
        """Scroll the text by a page: what was opened for reading, else the lesson."""
        places = self.stage.places
        page = max(1, (places.lesson.height if places and places.lesson else 1) - 1)
        if self.reading is not None:
            self.reading_top = max(0, self.reading_top + step * page)
        else:
            self.text_top = max(0, self.text_top + step * page)
        self.changed()

    def scroll_console(self, step: int) -> None:
        """Scroll the console back by a page, or forward again."""
        places = self.stage.places
        page = max(1, (places.console.height if places else 2) - 2)
        self.console_skip = max(0, self.console_skip + step * page)
        self.changed()

    # --- the input line ---------------------------------------------------------------------------

    def _is_python(self) -> bool:
        return not self._awaits_input

    def _propose(self, text: str, cursor: int) -> list[Proposal]:
        """Return completions; asked in a thread, and of the kernel only while it rests."""
        if self._awaits_input:
            return []
        if source.is_command(text):
            if self.worker.is_busy:
                return []
            return commands.candidates(self.dialog, text[:cursor])
        if self.worker.is_busy or not self.dialog.is_open:
            return []
        found: list[Proposal] = []
        ready = threading.Event()

        def job() -> None:
            try:
                found.extend(
                    (item.text, item.start, item.kind)
                    for item in self.dialog.tutor.complete(text, cursor)
                )
            finally:
                ready.set()

        self.worker.do(job)
        ready.wait(2.0)
        return found

    @property
    def prompt(self) -> str:
        """What stands before the input line."""
        if self._awaits_input:
            return self.question
        return panels.PLAY_PROMPT if self._is_playing() else panels.PROMPT

    def _is_playing(self) -> bool:
        return self.dialog.is_open and self.dialog.tutor.is_playing

    def _prefix(self, number: int, wrapped: int) -> StyleAndTextTuples:
        prompt = self.prompt
        if wrapped:
            return [("", " " * len(prompt))]
        if number == 0:
            return [("class:prompt", prompt)]
        return [("class:prompt", panels.CONTINUED.rjust(len(prompt)))]

    # --- frames -----------------------------------------------------------------------------------

    def below(self, room: int) -> list[Line]:
        """Return what stands under the input line: proposals, a complaint about its syntax."""
        state = self.buffer.complete_state
        if state is not None and state.completions:
            return panels.menu(
                [(c.text, c.display_meta_text) for c in state.completions],
                state.complete_index,
                room,
            )
        if self.complaint:
            first, *others = self.complaint
            return [
                *wrap([("class:error", visible(first))], room),
                *[clip([("class:error", visible(line))], room) for line in others],
            ]
        return []

    def kernel_word(self) -> str:
        """Return what the header says of the kernel."""
        if not self.dialog.is_open:
            return "starting"
        if self._awaits_input:
            return "waits for your input"
        if self._is_running():
            seconds = int(self.worker.busy_seconds)
            word = "checking..." if self._has_ended() else "running..."
            return f"{word} {seconds} s" if seconds else word
        return "ready"

    def _has_ended(self) -> bool:
        """Tell whether the learner's code has ended, and only the tutor is still at work."""
        running = self.console.running
        return running is None or bool(
            running.replies and isinstance(running.replies[-1], Finished)
        )

    def _is_running(self) -> bool:
        """Tell whether something runs that is worth telling: most inputs end before that."""
        return self.worker.is_busy and self.worker.busy_seconds >= RUNNING_AFTER

    def key_line(self, columns: int) -> Line:
        """Return the last row: a notice, or the keys."""
        if self.notice:
            return clip([("class:notice", " " + self.notice)], columns)
        if self.reading is not None or self.is_text_whole:
            return frame.key_line(columns, [("PgUp PgDn", "scroll"), ("Esc", "back")], [":quit"])
        keys = [("F1", "help"), ("F2", "panel"), ("F3", "whole text" if columns >= 120 else "text")]
        commands_shown = [":undo", ":list", ":play", ":quit"] if columns >= 120 else [":quit"]
        if self.dialog.is_open:
            tutor = self.dialog.tutor
            offer = " <" if self._is_stuck() else ""
            keys.append(("F7", f"hint {tutor.hints_shown}/{len(tutor.step.hints)}{offer}"))
        keys.append(("F8", "next"))
        many = "panels" if columns >= 120 else "panel"
        keys.append(("F9", f"{'hide' if self.panels_shown else 'show'} {many}"))
        if self.app.editing_mode == EditingMode.VI:
            mode = "INSERT" if self.app.vi_state.input_mode == InputMode.INSERT else "NAV"
            commands_shown.insert(0, f"vi {mode}")
        if self.is_pasting:
            commands_shown.insert(0, "PASTE")
        return frame.key_line(columns, keys, commands_shown)

    def _is_stuck(self) -> bool:
        """Tell whether three attempts have failed: the key line then points at the hint."""
        tutor = self.dialog.tutor
        if tutor.passed or tutor.hints_shown >= len(tutor.step.hints):
            return False
        return self.dialog.progress.entry(tutor.lesson.id, tutor.step.id).attempts >= 3

    def header(self, columns: int) -> Line:
        """Return the first row."""
        if not self.dialog.is_open:
            return frame.header(columns, place="", title="", done=0, total=0, transaction="none",
                                kernel=self.kernel_word())  # fmt: skip
        tutor = self.dialog.tutor
        total = len(tutor.lesson.steps)
        return frame.header(
            columns,
            place=f"{tutor.lesson.id} {tutor.index + 1}/{total}",
            title=panels.title_of(tutor.step),
            done=self.dialog.progress.done(tutor.lesson),
            total=total,
            transaction=views.transaction_word(self.views.get("session")),
            kernel=self.kernel_word(),
            alarm="N+1" if panels.has_n_plus_one(self.step_replies()) else "",
        )

    def places(self, columns: int, rows: int, input_rows: int) -> Plan:
        """Return where everything stands in a window of this size."""
        is_covered = self.reading is not None or self.is_text_whole
        panels_shown = self.panels_shown and self.reading is None  # tables need the width
        room = frame.text_width(columns, rows, panels=panels_shown)
        return frame.plan(
            columns,
            rows,
            text_rows=len(self.lesson_lines(room)),
            input_rows=input_rows,
            panels=panels_shown,
            asked=self.panel_asked,
            reading=is_covered,
        )

    def lesson_lines(self, room: int) -> list[Line]:
        """Return the step's text with its goals, before any of it is cut."""
        if not self.dialog.is_open:
            return []
        tutor = self.dialog.tutor
        text = panels.step_text(tutor.lesson, tutor.step, room)
        goals = panels.goals(tutor.goals, room)
        return [*text, [], *goals] if goals else text

    def compose(self, places: Plan, input_rows: int, below: list[Line]) -> list[Line]:
        """Return all rows of the window, the input line left empty."""
        console = self.console_lines(places, input_rows, below)
        contents = Contents(
            header=self.header(places.columns),
            keys=self.key_line(places.columns),
            lesson=self.lesson_panel(places),
            console=console,
            panel=self.panel_lines(places),
            session=self.session_lines(places),
            tab=self.tab,
            lesson_title=self.lesson_title(),
        )
        return frame.compose(places, contents, ascii_only=self.ascii_only)

    def lesson_title(self) -> str:
        """Return what stands above the text."""
        if self.reading is not None:
            return self.reading.title or "To read"
        return "Whole text" if self.is_text_whole else frame.LESSON

    def lesson_panel(self, places: Plan) -> list[Line]:
        """Return the part of the text that is seen, the goals last."""
        area = places.lesson
        if area is None:
            return []
        if self.reading is not None:
            lines = self.reading.lines(area.width)
            lines, self.reading_top = panels.scrolled(
                lines, area.height, self.reading_top, area.width, whole=True
            )
            return lines
        if not self.dialog.is_open:
            return []
        tutor = self.dialog.tutor
        if area.height == 1:
            return [panels.goal_line(tutor.goals, panels.title_of(tutor.step), area.width)]
        text = panels.step_text(tutor.lesson, tutor.step, area.width)
        goals = panels.goals(tutor.goals, area.width)
        kept = goals if places.layout == "wide" and len(goals) <= area.height // 2 else []
        if not kept:
            text = [*text, [], *goals] if goals else text
        room = area.height - len(kept) - (1 if kept else 0)
        lines, self.text_top = panels.scrolled(
            text, room, self.text_top, area.width, whole=self.is_text_whole
        )
        if not kept:
            return lines
        return [*lines, *([[]] * (room - len(lines))), [], *kept]

    def panel_lines(self, places: Plan) -> list[Line]:
        """Return the panel that the tab names."""
        area = places.panel
        if area is None:
            return []
        tab = self.tab
        if tab == "session" and places.session is not None:
            tab = "sql"
        if tab == "sql" or not self.dialog.is_open:
            return panels.sql(self.step_replies(), area.width, area.height)
        if tab == "session":
            return views.session(self.views.get("session"), area.width, area.height)
        if tab == "tables":
            return views.tables(self.views.get("tables"), area.width, area.height)
        tutor = self.dialog.tutor
        return panels.expected(
            tutor.goals, tutor.step, area.width, area.height, passed=tutor.passed
        )

    def step_replies(self) -> list[tuple[int, Sequence[Message]]]:
        """Return the replies of each input of this step, those of the running one last."""
        if not self.dialog.is_open:
            return []
        found: list[tuple[int, Sequence[Message]]] = [
            (turn.number, turn.replies) for turn in self.dialog.tutor.turns
        ]
        running = self.console.running
        if running is not None and running.replies:
            replies = tuple(running.replies)
            if not found or not found[-1][1] or found[-1][1][-1] is not replies[-1]:
                found.append((len(found) + 1, replies))
        return found

    def session_lines(self, places: Plan) -> list[Line]:
        """Return the session's own box of the wide layout."""
        if places.session is None:
            return []
        area = places.session
        return views.session(self.views.get("session"), area.width, area.height)

    def console_lines(self, places: Plan, input_rows: int, below: list[Line]) -> list[Line]:
        """Return the console: what was shown, the empty rows of the input line, what is below."""
        area = places.console
        waiting = self.waiting_lines(area.width)
        height = max(0, area.height - input_rows - len(below))
        shown = self.console.last(area.width, max(0, height - len(waiting)), skip=self.console_skip)
        shown = (shown + waiting)[-height:] if height else []
        self.stage.input_row = area.y + len(shown)
        return [*shown, *([[]] * input_rows), *below]

    def waiting_lines(self, room: int) -> list[Line]:
        """Return the sign of life of running code, and what was typed ahead."""
        lines: list[Line] = []
        if self.kernel_word().startswith("running"):
            lines.append([("class:busy", "    running...  Ctrl-C stops it")])
        elif self.kernel_word().startswith("checking"):
            lines.append([("class:busy", "    checking...")])
        for text in tuple(self._pending):
            first = text.split("\n")[0]
            lines.append(clip([("class:prompt", panels.PROMPT), ("", visible(first)),
                               ("class:quiet", "   (waits)")], room))  # fmt: skip
        return lines

    def state(self, columns: int, rows: int) -> tuple[object, ...]:
        """Return all that a frame depends on but the typed text."""
        vi = self.app.vi_state.input_mode if self.app.editing_mode == EditingMode.VI else None
        return (columns, rows, self._version, self.console.version, self.kernel_word(), vi)
