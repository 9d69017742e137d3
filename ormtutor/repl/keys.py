"""The keys that act: Enter, Ctrl-C, scrolling, and the function keys of the command table.

Before: prompt_toolkit has read a key that does not edit.
Here:   the key -> what the screen has to do.
After:  screen.py does it; a function key runs the command that could have been typed instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.filters import Condition, has_focus, is_searching
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from ormtutor.repl.commands import Command, Key
    from ormtutor.repl.screen import Screen


def acting_keys(screen: Screen) -> KeyBindings:
    """Return the bindings that need no command table: they work before it is imported."""
    keys = KeyBindings()
    here = has_focus(screen.buffer) & ~is_searching
    is_empty = Condition(lambda: not screen.buffer.text)
    is_covered = Condition(lambda: screen.display.is_covered)

    @keys.add("enter", filter=here)
    def _enter(event: KeyPressEvent) -> None:
        screen.enter()

    @keys.add("escape", "enter", filter=here)
    def _force(event: KeyPressEvent) -> None:
        screen.enter(forced=True)

    @keys.add("c-c", filter=~is_searching)
    @keys.add(Keys.SIGINT)
    def _interrupt(event: KeyPressEvent) -> None:
        screen.interrupt()

    @keys.add("c-d", filter=here & is_empty)
    def _end(event: KeyPressEvent) -> None:
        screen.end_of_input()

    @keys.add("escape", filter=here & is_covered)
    def _close(event: KeyPressEvent) -> None:
        screen.close_reading()

    @keys.add("c-l")
    def _redraw(event: KeyPressEvent) -> None:
        event.app.renderer.clear()
        screen.changed()

    for page, step in (("pageup", -1), ("pagedown", 1)):
        keys.add(page)(lambda event, step=step: screen.scroll(step))
        keys.add(f"c-{page}")(lambda event, step=step: screen.scroll_console(-step))
    return keys


def command_keys(screen: Screen, table: tuple[Command, ...]) -> KeyBindings:
    """Return the bindings of the command table, except Ctrl-D, which is bound above."""
    keys = KeyBindings()
    here = has_focus(screen.buffer) & ~is_searching
    for command in table:
        for key in command.keys:
            if key.names != ("c-d",):
                keys.add(*key.names, filter=here)(_pressing(screen, command, key))
    return keys


def _pressing(screen: Screen, command: Command, key: Key) -> Callable[[KeyPressEvent], None]:
    def press(event: KeyPressEvent) -> None:
        screen.press(command, key)

    return press
