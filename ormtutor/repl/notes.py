"""The cheat sheet: what the steps that are done are worth remembering for.

Before: course/lesson.py has each step's note, course/progress.py what is done.
Here:   Markdown, a line a step.
After:  `:notes` and `ormtutor notes` show it, or a file keeps it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ormtutor.course.lesson import Lesson
    from ormtutor.course.progress import Progress


def sheet(lesson: Lesson, progress: Progress) -> str:
    """Return the notes of the steps that are done, under the lesson's title; empty without any."""
    lines = [
        f"- **{step.title}**: {step.note}"
        for step in lesson.steps
        if step.note and progress.status(lesson.id, step.id)
    ]
    return "\n".join([f"## {lesson.title}", "", *lines]) if lines else ""
