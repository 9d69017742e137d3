"""Composer: what to show in each panel of the full screen, from what is known at the moment.

Before: display.py says which panel and how far scrolled, dialog.py's snapshot where the learner is.
Here:   lines for every place in the window; pure, except that it corrects scroll positions.
After:  stage.py paints the rows, and puts the input line where room was left for it.

It never asks the tutor, which belongs to the worker's thread and might make the terminal wait.
"""

from __future__ import annotations

from ormtutor.kernel.messages import Finished, Statement, Transaction
from ormtutor.repl import frame, panels, views
from ormtutor.repl.cells import clip, visible
from ormtutor.repl.display import PROMPT
from ormtutor.repl.events import Concluded, Judged, Replied, StepOpened, Told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ormtutor.kernel.messages import Message
    from ormtutor.repl.cells import Line
    from ormtutor.repl.console import Console
    from ormtutor.repl.display import Display
    from ormtutor.repl.events import Event

STUCK_AFTER = 3
"""After so many failed attempts the key line points to the hint; nothing opens by itself."""


class Composer:
    """Makes frames. `running_for` returns for how many seconds a job has been running."""

    def __init__(
        self,
        display: Display,
        console: Console,
        running_for: Callable[[], float],
        *,
        ascii_only: bool = False,
    ) -> None:
        self.display = display
        self.console = console
        self.ascii_only = ascii_only
        self._running_for = running_for

    def state(self) -> object:
        """Return what a frame depends on, except its size and the typed text."""
        return self.display.version, self.console.version, self.kernel_word()

    # --- events -----------------------------------------------------------------------------------

    def take_in(self, event: Event, places: frame.Plan | None) -> bool:
        """Put an event into the console, or open it for reading; return if the snapshot changes."""
        display = self.display
        if isinstance(event, Told) and places is not None and _is_long(event, places):
            display.reading, display.reading_top = event, 0
            self.console.note([("class:quiet", f"    ({event.title}: above; Esc closes it)")])
        else:
            self.console.add(event)
        if isinstance(event, StepOpened):
            display.uncover()
            display.text_top = 0
        if not isinstance(event, Replied):
            display.console_skip = 0
        return isinstance(event, StepOpened | Concluded | Judged)

    @staticmethod
    def is_awaited(event: Event) -> bool:
        """Whether the learner waits for this event, so that it is shown without delay."""
        return isinstance(event, Replied) and isinstance(event.message, Finished)

    # --- places -----------------------------------------------------------------------------------

    def places(self, columns: int, rows: int, input_rows: int) -> frame.Plan:
        """Return where everything is in a window of this size."""
        display = self.display
        has_panels = display.are_panels_shown and display.reading is None  # tables need the width
        room = frame.text_width(columns, rows, panels=has_panels)
        return frame.plan(
            columns,
            rows,
            text_rows=len(self._whole_text(room)),
            input_rows=input_rows,
            panels=has_panels,
            asked=display.is_panel_asked,
            reading=display.is_covered,
            idle=self._is_idle(),
            unsent=self._is_unsent(),
        )

    def _is_idle(self) -> bool:
        """Whether nothing was typed in this step yet, and the panel has nothing to show."""
        now = self.display.snapshot
        if now is None or self.console.running is not None:
            return False
        return self._is_unsent() and all(turn.kind == "demo" for turn in now.turns)

    def _is_unsent(self) -> bool:
        """Whether the SQL panel is shown and has no statement of this step yet."""
        now, running = self.display.snapshot, self.console.running
        if now is None or self.display.tab != "sql":
            return False
        replies = [reply for turn in now.turns for reply in turn.replies]
        replies += running.replies if running is not None else ()
        return not any(isinstance(reply, Statement | Transaction) for reply in replies)

    def compose(
        self, places: frame.Plan, input_rows: int, below: list[Line]
    ) -> tuple[list[Line], int]:
        """Return all rows of the window, and the row at which the input line begins."""
        console, input_row = self._console(places, input_rows, below)
        contents = frame.Contents(
            header=self.header(places.columns),
            keys=self.key_line(places.columns),
            lesson=self._lesson(places),
            console=console,
            panel=self._panel(places),
            session=self._session(places),
            tab=self.display.tab,
            lesson_title=self._lesson_title(),
        )
        return frame.compose(places, contents, ascii_only=self.ascii_only), input_row

    # --- the first and the last row ---------------------------------------------------------------

    def kernel_word(self) -> str:
        """Return what the header says of the kernel."""
        if self.display.snapshot is None:
            return "starting"
        if self.display.question is not None:
            return "waits for your input"
        seconds = self._running_for()
        if seconds < frame.RUNNING_AFTER:
            return "ready"
        word = "checking..." if self._has_ended() else "running..."
        return f"{word} {int(seconds)} s" if seconds >= 1 else word

    def _has_ended(self) -> bool:
        """Whether the learner's code has ended, and only the tutor is still at work."""
        running = self.console.running
        if running is None:
            return True
        return bool(running.replies) and isinstance(running.replies[-1], Finished)

    def header(self, columns: int) -> Line:
        """Return the first row."""
        now = self.display.snapshot
        if now is None:
            return frame.header(columns, kernel=self.kernel_word())
        return frame.header(
            columns,
            place=f"{now.lesson.id} {now.index + 1}/{len(now.lesson.steps)}",
            title=panels.title_of(now.step),
            done=now.done,
            total=len(now.lesson.steps),
            transaction=views.transaction_word(self.display.views.get("session")),
            kernel=self.kernel_word(),
            alarm="N+1" if panels.has_n_plus_one(self._replies()) else "",
        )

    def key_line(self, columns: int) -> Line:
        """Return the last row: a notice, or the keys."""
        display, now = self.display, self.display.snapshot
        is_wide = columns >= frame.WIDE_COLUMNS
        if display.notice:
            return clip([("class:notice", f" {display.notice}")], columns)
        if display.is_covered:
            return frame.key_line(columns, [("PgUp PgDn", "scroll"), ("Esc", "back")], [":quit"])
        keys = [("F1", "help"), ("F2", "panel"), ("F3", "whole text" if is_wide else "text")]
        if now is not None:
            stuck = not now.passed and now.attempts >= STUCK_AFTER
            offer = " <" if stuck and now.hints_shown < len(now.step.hints) else ""
            keys.append(("F7", f"hint {now.hints_shown}/{len(now.step.hints)}{offer}"))
        keys.append(("F8", "next"))
        many = "panels" if is_wide else "panel"
        keys.append(("F9", f"{'hide' if display.are_panels_shown else 'show'} {many}"))
        modes = [word for word in (display.mode_word, "PASTE" * display.is_pasting) if word]
        commands = [":undo", ":list", ":play", ":quit"] if is_wide else [":quit"]
        return frame.key_line(columns, keys, [*modes, *commands])

    # --- the lesson -------------------------------------------------------------------------------

    def _whole_text(self, room: int) -> list[Line]:
        """Return the step's whole text and its goals."""
        now = self.display.snapshot
        if now is None:
            return []
        text = panels.step_text(now.lesson, now.step, room)
        goals = panels.goals(now.goals, room)
        return [*text, [], *goals] if goals else text

    def _lesson_title(self) -> str:
        reading = self.display.reading
        if reading is not None:
            return reading.title
        return "Whole text" if self.display.is_text_whole else frame.LESSON

    def _lesson(self, places: frame.Plan) -> list[Line]:
        """Return the visible part of the text, with the goals at its end."""
        display, area, now = self.display, places.lesson, self.display.snapshot
        if area is None:
            return []
        if display.reading is not None:
            lines, display.reading_top = panels.scrolled(
                display.reading.lines(area.width),
                area.height,
                display.reading_top,
                area.width,
                whole=True,
            )
            return lines
        if now is None:
            return []
        if area.height == 1:
            return [panels.goal_line(now.goals, panels.title_of(now.step), area.width)]
        goals = panels.goals(now.goals, area.width)
        kept = goals if places.layout == "wide" and len(goals) <= area.height // 2 else []
        text = self._whole_text(area.width)
        if kept:
            text = text[: -len(kept) - 1]
        room = area.height - len(kept) - (1 if kept else 0)
        lines, display.text_top = panels.scrolled(
            text,
            room,
            display.text_top,
            area.width,
            whole=display.is_text_whole,
            is_new=not now.turns,
        )
        if not kept:
            return lines
        return [*lines, *([[]] * (room - len(lines))), [], *kept]

    # --- the panels -------------------------------------------------------------------------------

    def _panel(self, places: frame.Plan) -> list[Line]:
        """Return the panel that the tab names."""
        area, now, seen = places.panel, self.display.snapshot, self.display.views
        if area is None:
            return []
        tab = self.display.tab
        if tab == "session" and places.session is not None:
            tab = "sql"  # the session has its own place there
        if tab == "sql" or now is None:
            return panels.sql(self._replies(), area.width, area.height)
        if tab == "session":
            return views.session(seen.get("session"), area.width, area.height)
        if tab == "tables":
            return views.tables(seen.get("tables"), area.width, area.height)
        return panels.expected(now.goals, now.step, area.width, area.height, passed=now.passed)

    def _session(self, places: frame.Plan) -> list[Line]:
        area = places.session
        if area is None:
            return []
        return views.session(self.display.views.get("session"), area.width, area.height)

    def _replies(self) -> list[tuple[int, Sequence[Message]]]:
        """Return the replies of each input of this step, those of the running one last."""
        now, running = self.display.snapshot, self.console.running
        if now is None:
            return []
        found: list[tuple[int, Sequence[Message]]] = [(t.number, t.replies) for t in now.turns]
        if running is not None and running.replies:
            replies = tuple(running.replies)
            if not found or not found[-1][1] or found[-1][1][-1] is not replies[-1]:
                found.append((len(found) + 1, replies))
        return found

    # --- the console ------------------------------------------------------------------------------

    def _console(
        self, places: frame.Plan, input_rows: int, below: list[Line]
    ) -> tuple[list[Line], int]:
        """Return what was shown, empty rows for the input, what is below; and the input's row."""
        area = places.console
        waiting = self._waiting(area.width)
        height = max(0, area.height - input_rows - len(below))
        room = max(0, height - len(waiting))
        shown = self.console.last(
            area.width,
            room,
            skip=self.display.console_skip,
            is_brief=area.height < frame.CONSOLE_ROWS,
        )
        shown = (shown + waiting)[-height:] if height else []
        return [*shown, *([[]] * input_rows), *below], area.y + len(shown)

    def _waiting(self, room: int) -> list[Line]:
        """Return that code is running, if so, and what was typed ahead."""
        lines: list[Line] = []
        word = self.kernel_word()
        if word.startswith("running"):
            lines.append([("class:busy", "    running...  Ctrl-C stops it")])
        elif word.startswith("checking"):
            lines.append([("class:busy", "    checking...")])
        for text in tuple(self.display.pending):
            first = visible(text.split("\n")[0])
            waits: Line = [("class:prompt", PROMPT), ("", first), ("class:quiet", "   (waits)")]
            lines.append(clip(waits, room))
        return lines


def _is_long(event: Told, places: frame.Plan) -> bool:
    """Whether a text is too long for the console, so that it is opened above it."""
    if not event.title:
        return False
    return len(event.lines(places.console.width)) > max(4, places.console.height - 3)
