"""What the screen is showing at the moment: plain state, changed by keys and events only.

Before: screen.py hears keys and events.
Here:   which panel, how far scrolled, what is open to be read, what is being waited for.
After:  composer.py makes a frame of it.
"""

from __future__ import annotations

from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ormtutor.repl.dialog import Snapshot
    from ormtutor.repl.events import Told

PROMPT = ">>> "
CONTINUED = "... "
PLAY_PROMPT = "play> "


class Display:
    """The state of the full screen but for the text that is being typed."""

    def __init__(self, *, tab: str = "sql") -> None:
        self.tab = tab
        self.are_panels_shown = True
        self.is_panel_asked = False
        """The learner has opened a panel by hand; a low window shows it only then."""
        self.reading: Told | None = None
        self.reading_top = 0
        self.is_text_whole = False
        self.text_top = 0
        self.console_skip = 0
        self.notice = ""
        self.is_pasting = False
        self.mode_word = ""
        self.question: str | None = None
        """The prompt of the learner's `input()` while it waits, else None."""
        self.pending: deque[str] = deque()
        """Inputs typed ahead."""
        self.snapshot: Snapshot | None = None
        self.views: dict[str, Any] = {}
        self.version = 0
        """Changes with everything that a frame is made of."""

    @property
    def is_covered(self) -> bool:
        """Whether a text lies over the panels."""
        return self.reading is not None or self.is_text_whole

    @property
    def prompt(self) -> str:
        """What stands before the input line."""
        if self.question is not None:
            return self.question
        is_playing = self.snapshot is not None and self.snapshot.is_playing
        return PLAY_PROMPT if is_playing else PROMPT

    def uncover(self) -> None:
        """Put back what a text has covered."""
        self.reading = None
        self.is_text_whole = False
