"""What the learner has done, on disk.

Before: tutor.py knows that a step was passed, a hint taken, a step entered.
Here:   one small JSON file, always written as a whole; a second instance only reads it.
After:  files.py writes it.

A record is kept under `lesson/step`, so that steps may move and lessons be renumbered. What we do
not know (a step that is gone, a key of a newer version) stays in the file. If the file cannot be
written there is one warning, and progress is kept in memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

from ormtutor import files
from ormtutor.course.lesson import Lesson
from ormtutor.course.library import Library
from ormtutor.records import record

StepStatus = Literal["", "done", "different", "skipped", "disputed", "tested out"]

_FORMAT = 1
# A merge keeps the record with the higher rank.
_RANK: dict[str, int] = {
    "": 0,
    "skipped": 1,
    "disputed": 2,
    "tested out": 3,
    "different": 4,
    "done": 4,
}


@record
class StepRecord:
    """What is remembered of a step; an empty status: it is still to be done.

    `inputs` are those that passed it; they are valid while the lesson's content has this `digest`.
    """

    status: StepStatus = ""
    attempts: int = 0
    hints: int = 0
    inputs: tuple[str, ...] = ()
    digest: str = ""


class Progress:
    """The learner's records by `lesson/step`; none if the file does not exist.

    With `path` None, everything is kept in memory. `on_warning` is called with what the learner
    should know: why nothing is kept, or that the file is damaged.
    """

    def __init__(
        self, path: Path | None, *, on_warning: Callable[[str], None] | None = None
    ) -> None:
        self.path = path
        self.warning = ""
        """Why nothing is kept on disk; empty if it is."""
        self._on_warning = on_warning
        self._lock = files.Lock(path.with_suffix(".lock")) if path else None
        self._damaged = ""
        self._content = self._read()

    # --- reading ----------------------------------------------------------------------------------

    def entry(self, lesson_id: str, step_id: str) -> StepRecord:
        """Return what is remembered of a step."""
        kept = self._steps().get(f"{lesson_id}/{step_id}")
        return _record_from(kept) if isinstance(kept, dict) else StepRecord()

    def status(self, lesson_id: str, step_id: str) -> StepStatus:
        """Return a step's status; empty: still to be done."""
        return self.entry(lesson_id, step_id).status

    def done(self, lesson: Lesson) -> int:
        """Return how many steps of a lesson are done, skipped or otherwise settled."""
        return sum(bool(self.status(lesson.id, step.id)) for step in lesson.steps)

    def is_finished(self, lesson: Lesson) -> bool:
        """Whether no step of the lesson is still to be done."""
        return self.done(lesson) == len(lesson.steps)

    def resume_step(self, lesson: Lesson) -> str:
        """Return the step at which to resume a lesson: where it was left, else the first to do.

        If there is nothing to do, that is the first step.
        """
        place = self._content.get("place")
        steps = [step.id for step in lesson.steps]
        for step_id in steps:
            if place == f"{lesson.id}/{step_id}" and not self.status(lesson.id, step_id):
                return step_id
        for step_id in steps:
            if not self.status(lesson.id, step_id):
                return step_id
        return steps[0]

    def resume_point(self, library: Library) -> tuple[Lesson, str] | None:
        """Return the lesson and step at which to resume; None when everything is done.

        First comes the lesson that was left, then those after it, then those before.
        """
        place = str(self._content.get("place", "")).rpartition("/")[0]
        left = [lesson for lesson in library.lessons if lesson.id == place]
        following = [
            lesson for lesson in library.lessons if left and _comes_after(library, lesson, left[0])
        ]
        for lesson in (*left, *following, *library.lessons):
            if not self.is_finished(lesson):
                return lesson, self.resume_step(lesson)
        return None

    def unknown(self, library: Library) -> tuple[str, ...]:
        """Return the keys in the file that no lesson has; they are kept, without any effect."""
        known = {lesson.key(step) for lesson in library.lessons for step in lesson.steps}
        return tuple(sorted(set(self._steps()) - known))

    def text(self) -> str:
        """Return everything as JSON text, for the file and for `progress export`."""
        return json.dumps(self._content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    # --- writing ----------------------------------------------------------------------------------

    def begin(self) -> bool:
        """Take the lock, so that we may write; return False, after a warning, if we may not."""
        if self._lock is None or self.warning:
            return False
        if self._lock.is_held:
            return True
        try:
            taken = self._lock.acquire()
        except OSError as error:
            return self._warn(f"progress cannot be kept: {error.strerror or error} ({self.path})")
        if not taken:
            return self._warn(
                "another ormtutor is running: what you do in this one is not remembered"
            )
        # Another instance may have written between our reading and our taking the lock.
        self._content = self._read()
        return not self.warning

    def record(
        self,
        lesson_id: str,
        step_id: str,
        *,
        status: StepStatus | None = None,
        attempts: int | None = None,
        hints: int | None = None,
        inputs: tuple[str, ...] | None = None,
        digest: str | None = None,
        save: bool = True,
    ) -> None:
        """Change what is remembered of a step; what is None stays as it is."""
        self.begin()
        steps = self._content.setdefault("steps", {})
        kept = steps.get(f"{lesson_id}/{step_id}")
        kept = dict(kept) if isinstance(kept, dict) else {}
        given = {
            "status": status,
            "attempts": attempts,
            "hints": hints,
            "inputs": list(inputs) if inputs is not None else None,
            "digest": digest,
        }
        kept.update({name: value for name, value in given.items() if value is not None})
        steps[f"{lesson_id}/{step_id}"] = kept
        if save:
            self.save()

    def enter(self, lesson_id: str, step_id: str) -> None:
        """Remember where the learner is."""
        self.begin()
        self._content["place"] = f"{lesson_id}/{step_id}"
        self.save()

    def forget(self, lesson_id: str = "") -> int:
        """Forget a lesson, or everything; return how many records were removed."""
        self.begin()
        steps = self._steps()
        gone = [key for key in steps if not lesson_id or key.rpartition("/")[0] == lesson_id]
        for key in gone:
            del steps[key]
        place = str(self._content.get("place", ""))
        if not lesson_id or place.rpartition("/")[0] == lesson_id:
            self._content.pop("place", None)
        self.save()
        return len(gone)

    def merge(self, text: str) -> int:
        """Take over the records in which another file is further; return how many changed.

        Raises: ValueError: the text is no progress file.
        """
        content = _parse(text)
        self.begin()
        steps = self._content.setdefault("steps", {})
        changed = 0
        for key, theirs in content.get("steps", {}).items():
            ours = steps.get(key)
            if not isinstance(theirs, dict) or ours == theirs:
                continue
            if not isinstance(ours, dict) or _rank(theirs) > _rank(ours):
                steps[key] = theirs
                changed += 1
        self._content.setdefault("place", content.get("place", ""))
        self.save()
        return changed

    def replace(self, text: str) -> int:
        """Take another file in place of ours, of which a copy is kept; return how many records.

        Raises: ValueError: the text is no progress file.
        """
        content = _parse(text)
        if self.begin() and self.path is not None and self._steps():
            files.write_text(self.path.with_suffix(".before.json"), self.text(), private=True)
        self._content = content
        self.save()
        return len(self._steps())

    def save(self) -> None:
        """Write the file; if that fails, warn once, and keep everything in memory."""
        if self.path is None or not self.begin():
            return
        try:
            if self._damaged:
                files.write_text(self.path.with_suffix(".damaged.json"), self._damaged)
                self._damaged = ""
            files.write_text(self.path, self.text(), private=True)
        except OSError as error:
            self._warn(f"progress cannot be kept: {error.strerror or error} ({self.path})")

    def close(self) -> None:
        """Release the lock, so that another instance may write."""
        if self._lock is not None:
            self._lock.release()

    # --- inside -----------------------------------------------------------------------------------

    def _steps(self) -> dict[str, Any]:
        steps = self._content.get("steps", {})
        return steps if isinstance(steps, dict) else {}

    def _read(self) -> dict[str, Any]:
        if self.path is None or not self.path.exists():
            return {"format": _FORMAT, "steps": {}}
        text = files.read_text(self.path)
        try:
            content = _parse(text if text is not None else "")
        except ValueError as error:
            # Saving must not destroy what a person could still mend.
            self._damaged = text or ""
            self._tell(f"{self.path} is damaged ({error}); it is kept aside, and we begin anew")
            return {"format": _FORMAT, "steps": {}}
        if content["format"] > _FORMAT:
            self._warn(f"{self.path} was written by a newer ormtutor: it is read, and not written")
        return content

    def _warn(self, text: str) -> bool:
        self.warning = text
        self._tell(text)
        return False

    def _tell(self, text: str) -> None:
        if self._on_warning is not None:
            self._on_warning(text)


def _parse(text: str) -> dict[str, Any]:
    content = files.from_json(text)
    if not isinstance(content, dict) or not isinstance(content.get("steps", {}), dict):
        raise ValueError("no progress file")
    number = content.setdefault("format", _FORMAT)
    if not isinstance(number, int):
        raise ValueError(f"format is {number!r}")
    return content


def _record_from(kept: dict[str, Any]) -> StepRecord:
    status, inputs = kept.get("status", ""), kept.get("inputs", [])
    return StepRecord(
        status=status if status in get_args(StepStatus) else "done",
        attempts=_number(kept.get("attempts")),
        hints=_number(kept.get("hints")),
        inputs=tuple(item for item in inputs if isinstance(item, str))
        if isinstance(inputs, list)
        else (),
        digest=str(kept.get("digest", "")),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _rank(kept: dict[str, Any]) -> int:
    return _RANK.get(str(kept.get("status", "")), max(_RANK.values()))


def _comes_after(library: Library, lesson: Lesson, other: Lesson) -> bool:
    return library.lessons.index(lesson) > library.lessons.index(other)
