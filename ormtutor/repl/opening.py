"""The first frame, painted with plain escape sequences before anything heavy is imported.

Before: cli/ has read the command line, some 25 ms after Enter.
Here:   the empty frame and a prompt; keys that are typed meanwhile wait, not shown but not lost.
After:  screen.py paints over it once prompt_toolkit is imported, and reads the keys.

Importing prompt_toolkit takes 100 ms. That the screen appears at once, and no key is lost, is worth
these lines.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

from ormtutor.repl.frame import first_frame
from ormtutor.repl.theme import paint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ENTER = "\x1b[?1049h\x1b[2J\x1b[H"
_LEAVE = "\x1b[?1049l"


class Opening:
    """The terminal from the first frame on; `close` restores it as it was."""

    def __init__(self, *, colour: bool, ascii_only: bool) -> None:
        self._colour = colour
        self._ascii_only = ascii_only
        self._saved: Any = None
        self._is_painted = False

    def paint(self, columns: int, rows: int) -> None:
        """Paint the frame, and put the terminal into the mode in which prompt_toolkit reads it."""
        if not self._hold_keys():
            return
        self.guard()
        lines, places = first_frame(columns, rows)
        row, column = places.console.y + 1, places.console.x + 1
        painted = "\r\n".join(
            paint(line, colour=self._colour, ascii_only=self._ascii_only) for line in lines
        )
        sys.stdout.write(f"{_ENTER}{painted}\x1b[{row};{column}H>>> ")
        sys.stdout.flush()
        self._is_painted = True

    def guard(self) -> None:
        """Note the terminal's modes; let a signal that ends us raise SystemExit, and so `close`.

        prompt_toolkit's loop replaces these handlers by its own, so this is called again after it.
        """
        if self._saved is None:
            self._saved = _modes()
        for name in ("SIGTERM", "SIGHUP", "SIGQUIT"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _leave_by_signal)

    def _hold_keys(self) -> bool:
        """Let keys wait: no echo, no line editing, no signals; return False if that fails."""
        self._saved, mode = _modes(), _modes()
        if mode is None:
            return False
        import termios

        try:
            mode[0] &= ~(termios.ICRNL | termios.INLCR | termios.IXON)
            mode[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, mode)
        except (OSError, ValueError, termios.error):
            return False
        return True

    def leave(self) -> None:
        """Leave the screen, if prompt_toolkit never took it over."""
        if self._is_painted:
            self._is_painted = False
            with suppress(OSError):  # the terminal itself may be gone
                sys.stdout.write(_LEAVE)
                sys.stdout.flush()

    def taken_over(self) -> None:
        """Note that prompt_toolkit has taken over the screen, and will leave it."""
        self._is_painted = False

    def close(self) -> None:
        """Restore the terminal as it was found."""
        self.leave()
        if self._saved is not None and os.name == "posix":
            import termios

            saved, self._saved = self._saved, None
            with suppress(OSError, termios.error):
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, saved)


def _modes() -> Any:
    """Return the modes of the terminal on stdin; None if it is no terminal."""
    try:
        import termios  # not on Windows

        return termios.tcgetattr(sys.stdin.fileno())
    except (ImportError, OSError, ValueError):
        return None
    except termios.error:
        return None


def _leave_by_signal(number: int, frame: object) -> None:
    raise SystemExit(128 + number)
