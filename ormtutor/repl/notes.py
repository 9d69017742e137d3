"""The cheat sheet: what is worth remembering from the steps that are done.

Before: course/lesson.py has each step's note, course/progress.py what is done.
Here:   Markdown, one line for each step.
After:  `:notes` and `ormtutor notes` show it, or a file keeps it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ormtutor.course.lesson import Lesson
    from ormtutor.course.progress import Progress


def sheet(lesson: Lesson, progress: Progress) -> str:
    """Return the notes of the steps that are done, under the lesson's title; or empty."""
    lines = [
        f"- **{step.title}**: {step.note}"
        for step in lesson.steps
        if step.note and progress.status(lesson.id, step.id)
    ]
    return "\n".join([f"## {lesson.title}", "", *lines]) if lines else ""
