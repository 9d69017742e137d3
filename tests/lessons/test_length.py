"""Each lesson of the course has the length that a learner can take in one go."""

from __future__ import annotations

from ormtutor.course.lesson import Lesson, Prose
from ormtutor.course.library import find

MINUTES = (10, 25)
STEPS = (8, 16)
WORDS_A_MINUTE = 130
INPUTS_A_MINUTE = 3


def minutes(lesson: Lesson) -> float:
    """Return how long a learner needs: to read the prose and the questions, and to type."""
    texts = [lesson.opening]
    inputs = 0
    for step in lesson.steps:
        texts += [part.text for part in step.parts if isinstance(part, Prose)]
        texts += [prediction.question for prediction in step.predictions]
        inputs += len(step.reference)
    words = sum(len(text.split()) for text in texts)
    return round(words / WORDS_A_MINUTE + inputs / INPUTS_A_MINUTE, 1)


def test_a_lesson_has_8_to_16_steps_and_takes_10_to_25_minutes() -> None:
    table = [(lesson.id, len(lesson.steps), minutes(lesson)) for lesson in find().lessons]
    for row in table:
        print(*row)  # noqa: T201 - `pytest -s` shows the table
    assert [
        (name, steps, time)
        for name, steps, time in table
        if not (STEPS[0] <= steps <= STEPS[1] and MINUTES[0] <= time <= MINUTES[1])
    ] == []
