"""The list of lessons and steps, for `:list` and for `ormtutor list`.

Before: course/library.py has the lessons, course/progress.py what has been done.
Here:   rows for the full screen, and sentences for line mode.
After:  commands.py and cli/ show them.
"""

from __future__ import annotations

from ormtutor.repl.cells import grid
from ormtutor.repl.prose import inline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ormtutor.course.lesson import Lesson, Step
    from ormtutor.course.library import Library
    from ormtutor.course.progress import Progress
    from ormtutor.repl.cells import Line


def matching(library: Library, pattern: str) -> list[tuple[Lesson, list[tuple[int, Step]]]]:
    """Return the lessons and numbered steps whose id or titles contain the pattern."""
    wanted = pattern.casefold()
    found = []
    for lesson in library.lessons:
        steps = [
            (number, step)
            for number, step in enumerate(lesson.steps, 1)
            if wanted in f"{lesson.key(step)} {lesson.title} {step.title}".casefold()
        ]
        if steps:
            found.append((lesson, steps))
    return found


def listing(
    library: Library, progress: Progress, pattern: str, room: int, *, here: str = ""
) -> list[Line]:
    """Return a line for each lesson and each step; `here` is the key of the step to mark."""
    rows: list[list[Line]] = []
    for lesson, steps in matching(library, pattern):
        done = f"{progress.done(lesson)}/{len(lesson.steps)}"
        name = f"{lesson.number} {lesson.id}" if lesson.number is not None else lesson.id
        rows.append(
            [[("class:strong", name)], [("class:strong", lesson.title)], [("class:strong", done)]]
        )
        for number, step in steps:
            status = progress.status(lesson.id, step.id)
            pointer = ">" if lesson.key(step) == here else " "
            rows.append(
                [
                    [("class:strong", f" {pointer} "), ("", f"{number:2} {step.id}")],
                    inline(step.title),
                    [("class:met" if status else "", status or "to do")],
                ]
            )
    return grid(rows, room)


def listing_words(
    library: Library, progress: Progress, pattern: str, *, here: str = ""
) -> list[str]:
    """Return the same in sentences."""
    words = []
    for lesson, steps in matching(library, pattern):
        done, total = progress.done(lesson), len(lesson.steps)
        words.append(f"Lesson {lesson.id}: {lesson.title}. {done} of {total} steps done.")
        for number, step in steps:
            status = progress.status(lesson.id, step.id) or "to do"
            now = ", you are here" if lesson.key(step) == here else ""
            words.append(f"Step {number}, {step.id}: {step.title}: {status}{now}.")
    return words
