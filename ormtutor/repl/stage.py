"""The stage: one container that paints the composed rows and puts the input line into its place.

Before: composer.py composes the rows of a window.
Here:   rows become cells of prompt_toolkit's screen; rows that have not changed cost nothing.
After:  prompt_toolkit compares the frame with the previous one, and writes what differs.

prompt_toolkit compares every cell, some 5,000 of them for a key that changes one. Rows that are on
the terminal already are therefore left out of both frames: they are neither compared nor written,
so that a key only costs the rows of the input line.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import is_searching
from prompt_toolkit.layout import Dimension
from prompt_toolkit.layout.containers import Container
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Char, WritePosition
from prompt_toolkit.layout.screen import Screen as CellScreen
from prompt_toolkit.mouse_events import MouseEvent, MouseEventType

from ormtutor.repl.cells import Line, character_width, in_ascii
from ormtutor.repl.frame import Plan, first_frame

if TYPE_CHECKING:
    from ormtutor.repl.screen import Screen

Row = defaultdict[int, Char]


class Blank:
    """Composes frames while nothing is known yet: the empty first frame."""

    def __init__(self, *, ascii_only: bool) -> None:
        self._ascii_only = ascii_only

    def state(self) -> object:
        """Return what a frame depends on: nothing."""
        return None

    def places(self, columns: int, rows: int, input_rows: int) -> Plan:
        """Return where everything is."""
        return first_frame(columns, rows)[1]

    def compose(self, places: Plan, input_rows: int, below: list[Line]) -> tuple[list[Line], int]:
        """Return the rows, and the row of the input line."""
        rows = first_frame(places.columns, places.rows)[0]
        return [in_ascii(row) for row in rows] if self._ascii_only else rows, places.console.y


class Stage(Container):
    """Paints what the composer makes; `places` says where things are in the last frame."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.places: Plan | None = None
        self.input_row = 0
        self.painted: object = None
        """The composer's state when the last frame was made."""
        self._input_rows = 1
        self._state: tuple[object, ...] = ()
        self._rows: list[Line] = []
        self._painted: list[tuple[Line, Row]] = []

    def reset(self) -> None:
        """Reset the windows inside."""
        self._screen.input_window.reset()
        self._screen.search.container.reset()

    def preferred_width(self, max_available_width: int) -> Dimension:
        """Return the whole width."""
        return Dimension.exact(max_available_width)

    def preferred_height(self, width: int, max_available_height: int) -> Dimension:
        """Return the whole height."""
        return Dimension.exact(max_available_height)

    def get_children(self) -> list[Container]:
        """Return the two windows that get keys."""
        return [self._screen.input_window, self._screen.search.container]

    def write_to_screen(
        self,
        screen: CellScreen,
        mouse_handlers: MouseHandlers,
        write_position: WritePosition,
        parent_style: str,
        erase_bg: bool,
        z_index: int | None,
    ) -> None:
        """Paint one frame."""
        columns, rows = write_position.width, write_position.height
        screen.height = rows
        view = self._screen
        input_rows, places = self._arrange(columns, rows)
        self._paint(screen, rows)
        area = places.console
        top = min(self.input_row, max(0, rows - 1))
        position = WritePosition(
            area.x, top, max(1, area.width), max(1, min(input_rows, rows - top))
        )
        view.input_window.write_to_screen(
            screen, mouse_handlers, position, parent_style, False, None
        )
        if is_searching() and rows > 1:
            screen.data_buffer[rows - 1].update(cells([("", " " * columns)]))
            view.search.container.write_to_screen(
                screen, mouse_handlers, WritePosition(0, rows - 1, columns, 1), parent_style,
                False, None,
            )  # fmt: skip
            self._painted[rows - 1] = ([("searching", "")], screen.data_buffer[rows - 1])
        if view.is_mouse_on:
            self._handle_mouse(mouse_handlers, places)

    def _arrange(self, columns: int, rows: int) -> tuple[int, Plan]:
        """Compose the rows again, if anything but the typed text has changed.

        Returns the rows of the input line, and the places.
        """
        view = self._screen
        composer = view.composer
        view.display.mode_word = view.mode_word()
        places = self.places
        if places is None or (places.columns, places.rows) != (columns, rows):
            places = composer.places(columns, rows, 1)
        room = max(1, places.console.width)
        wanted = view.input_window.preferred_height(room, rows).preferred
        below = view.below(room)
        self.painted = composer.state()
        state = (columns, rows, self.painted, view.display.mode_word, wanted, below)
        if state != self._state:
            places = composer.places(columns, rows, wanted)
            self._input_rows = max(1, min(wanted, places.console.height - min(len(below), 2)))
            self._rows, self.input_row = composer.compose(places, self._input_rows, below)
            self._state = state
            self.places = places
        return self._input_rows, places

    def _paint(self, screen: CellScreen, rows: int) -> None:
        """Put the rows into the frame; those that are on the terminal already into neither."""
        before = get_app().renderer.last_rendered_screen
        if before is None or len(self._painted) != rows:
            self._painted = [([("unpainted", "")], defaultdict(_blank))] * rows
            before = None
        touched = range(self.input_row, self.input_row + self._input_rows)
        for y, line in enumerate(self._rows[:rows]):
            known, row = self._painted[y]
            if before is not None and y not in touched and line == known:
                before.data_buffer.pop(y, None)
                continue
            if before is not None:
                before.data_buffer[y] = row  # it had been taken out while it did not change
            new = screen.data_buffer[y]
            new.update(cells(line))
            self._painted[y] = (([("touched", "")] if y in touched else line), new)

    def _handle_mouse(self, handlers: MouseHandlers, places: Plan) -> None:
        view = self._screen

        def handle(event: MouseEvent) -> object:
            step = {MouseEventType.SCROLL_UP: -1, MouseEventType.SCROLL_DOWN: 1}.get(
                event.event_type
            )
            spot = (event.position.x, event.position.y)
            if step is None:
                on_tabs = places.panel is not None and spot[1] == places.panel.y - 1
                if event.event_type == MouseEventType.MOUSE_UP and on_tabs:
                    view.panel("next")
                    return None
                return NotImplemented
            if places.lesson is not None and spot in places.lesson:
                view.scroll(step)
            else:
                view.scroll_console(-step)
            return None

        handlers.set_mouse_handler_for_range(0, places.columns, 0, places.rows, handle)


_chars: dict[tuple[str, str], Char] = {}


def _blank() -> Char:
    return _char(" ", "")


def cells(line: Line) -> dict[int, Char]:
    """Return a line's cells by column; a combining character is added to the cell before it."""
    row: dict[int, Char] = {}
    x = 0
    for style, text in line:
        for character in text:
            size = 1 if character.isascii() else character_width(character)
            if size == 0:
                if x:
                    before = row[x - 1] if row[x - 1].char else row[max(0, x - 2)]
                    place = x - 1 if row[x - 1].char else max(0, x - 2)
                    row[place] = _char(before.char + character, style)
                continue
            row[x] = _char(character, style)
            if size == 2:
                row[x + 1] = _char("", style)
            x += size
    return row


def _char(text: str, style: str) -> Char:
    found = _chars.get((text, style))
    if found is None:
        if len(_chars) > 20_000:
            _chars.clear()
        found = _chars[text, style] = Char(text, style)
    return found
