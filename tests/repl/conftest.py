"""A dialog with the real tutor, over the small lesson beside these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ormtutor.course.lesson import Lesson
from ormtutor.course.library import Library
from ormtutor.course.progress import Progress
from ormtutor.errors import CommandError
from ormtutor.repl.cells import Line, text_of
from ormtutor.repl.dialog import Dialog
from ormtutor.repl.events import Event, Judged, Told
from ormtutor.repl.history import History
from ormtutor.tutor import Tutor
from tests.oracle.releases import installed
from tests.repl.shelf import lesson


class Notes:
    """A view that notes what commands ask of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def quit(self) -> None:
        self.asked.append("quit")

    def panel(self, name: str) -> None:
        self.asked.append(f"panel {name}")

    def text(self) -> None:
        self.asked.append("text")

    def set(self, key: str, value: str) -> str:
        self.asked.append(f"set {key} {value}")
        return f"{key} is {value}."

    def settings(self) -> list[tuple[str, str, str]]:
        return [("mode", "emacs", "editing keys"), ("mouse", "off", "wheel and clicks")]

    def edit(self, text: str) -> None:
        self.asked.append(f"edit {text}")

    def transcript(self) -> list[Line]:
        return [[("", "all of it")]]


class Talk:
    """A dialog, the events that it emitted, and its view."""

    def __init__(
        self, *, is_screen: bool = True, shelf: Lesson | None = None, release: str = ""
    ) -> None:
        """`release`: run on that release of SQLAlchemy instead of our own engine."""
        shelf = shelf or lesson()
        self.library = Library((shelf,))
        self.progress = Progress(None)
        self.view = Notes()
        self.events: list[Event] = []
        self.dialog = self._new_dialog(is_screen=is_screen)
        tutor = Tutor(
            self.library,
            self.progress,
            engine="sqlalchemy" if release else "miniorm",
            path=[installed(release)] if release else [],
            on_notice=self.dialog.say,
        )
        self.dialog.attach(tutor, self.library, self.progress)
        self.dialog.open(shelf)

    def _new_dialog(self, *, is_screen: bool) -> Dialog:
        dialog = Dialog(History(None), is_screen=is_screen)
        dialog.view = self.view
        dialog.listener = self.events.append
        return dialog

    def begin_anew(self) -> None:
        """Begin the step again, as if the dialog had said nothing yet."""
        tutor = self.dialog.tutor
        self.dialog = self._new_dialog(is_screen=self.dialog.is_screen)
        self.dialog.attach(tutor, self.library, self.progress)
        tutor.reset()

    def perform(self, *inputs: str) -> list[str]:
        """Perform inputs; return what was said after the last of them, as lines."""
        for text in inputs:
            self.events.clear()
            self.dialog.perform(text)
        return self.told()

    def told(self) -> list[str]:
        """Return what was said since the last input, as lines."""
        return [
            text_of(line).rstrip()
            for event in self.events
            if isinstance(event, Told)
            for line in event.lines(100)
        ]

    @property
    def verdicts(self) -> list[str]:
        """Return the kinds of the verdicts since the last input."""
        return [event.verdict.kind for event in self.events if isinstance(event, Judged)]


@pytest.fixture
def talk() -> Iterator[Talk]:
    """Return a dialog in the first step of the shelf lesson."""
    talk = Talk()
    yield talk
    talk.dialog.tutor.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home for progress, history and configuration."""
    place = tmp_path / "home"
    monkeypatch.setenv("ORMTUTOR_HOME", str(place))
    return place


__all__ = ["CommandError", "Notes", "Talk"]
