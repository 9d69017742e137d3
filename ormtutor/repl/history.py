"""What the learner typed, in all sessions: one private file, newest last, nothing twice.

Before: an input was entered, in full screen or in line mode.
Here:   the list that Up, Ctrl-R and `:history` search, and the file behind it.
After:  files.py writes; what cannot be written stays in memory for this session.
"""

from __future__ import annotations

import json

from ormtutor import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 2000


class History:
    """Inputs in the order of their last use. `path` None keeps them in memory only."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.is_kept = True
        """False after `:set history off`: then new inputs are not written to the file."""
        self.problem = ""
        self._entries: dict[str, None] = {}
        self._lines = 0
        if path is not None:
            self._read(path)

    @property
    def entries(self) -> list[str]:
        """All inputs, the newest last."""
        return list(self._entries)

    def add(self, text: str) -> None:
        """Remember an input; one that was there before moves to the end."""
        text = text.rstrip("\n")
        if not text.strip():
            return
        self._entries.pop(text, None)
        self._entries[text] = None
        if self.path is not None and self.is_kept and not self.problem:
            self._write(self.path, text)

    def matching(self, pattern: str) -> list[str]:
        """Return the inputs that contain the pattern, whatever its case."""
        wanted = pattern.casefold()
        return [entry for entry in self._entries if wanted in entry.casefold()]

    def _read(self, path: Path) -> None:
        lines = (files.read_text(path) or "").splitlines()
        self._lines = len(lines)
        for line in lines[-2 * LIMIT :]:
            try:
                entry = files.from_json(line)
            except ValueError:
                continue  # half a line, after a crash in the middle of writing
            if isinstance(entry, str):
                self._entries.pop(entry, None)
                self._entries[entry] = None
        for entry in self.entries[:-LIMIT]:
            del self._entries[entry]

    def _write(self, path: Path, text: str) -> None:
        try:
            if self._lines >= 2 * LIMIT:
                kept = "".join(json.dumps(entry) + "\n" for entry in self.entries[-LIMIT:])
                files.write_text(path, kept, private=True)
                self._lines = min(LIMIT, len(self._entries))
            else:
                files.append_text(path, json.dumps(text) + "\n")
                self._lines += 1
        except OSError as error:
            self.problem = f"history cannot be kept: {error.strerror or error} ({path})"
