"""What the screen is showing at the moment: plain state, only changed by keys and events.

Before: screen.py gets keys and events.
Here:   which panel, how far scrolled, what is open for reading, what is being waited for.
After:  composer.py makes a frame from it.
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
    """The state of the full screen, except for the text that is being typed."""

    def __init__(self, *, tab: str = "sql") -> None:
        self.tab = tab
        self.are_panels_shown = True
        self.is_panel_asked = False
        """Whether the learner has opened a panel by hand; a low window only shows it then."""
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
        """A number that changes whenever a new frame has to be made."""

    @property
    def is_covered(self) -> bool:
        """Whether a text covers the panels."""
        return self.reading is not None or self.is_text_whole

    @property
    def prompt(self) -> str:
        """What is shown before the input."""
        if self.question is not None:
            return self.question
        is_playing = self.snapshot is not None and self.snapshot.is_playing
        return PLAY_PROMPT if is_playing else PROMPT

    def uncover(self) -> None:
        """Close the text that covers the panels."""
        self.reading = None
        self.is_text_whole = False
