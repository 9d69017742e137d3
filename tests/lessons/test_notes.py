"""The cheat sheet of the course: each step has a note of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ormtutor import cli, files
from ormtutor.course.lesson import Note
from ormtutor.course.library import find
from ormtutor.course.progress import Progress

CHARACTERS = 160


def test_each_step_has_a_note_of_at_most_160_characters() -> None:
    steps = [(lesson.key(step), step) for lesson in find().lessons for step in lesson.steps]
    assert [
        (key, len(step.note))
        for key, step in steps
        if not any(isinstance(part, Note) for part in step.parts) or len(step.note) > CHARACTERS
    ] == []


def test_the_sheet_of_a_finished_course_has_a_line_for_each_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORMTUTOR_HOME", str(tmp_path))
    wanted = []
    records = Progress(files.progress_file())
    for lesson in find().lessons:
        wanted += [f"## {lesson.title}", ""]
        for step in lesson.steps:
            records.record(lesson.id, step.id, status="done")
            wanted.append(f"- **{step.title}**: {step.note}")
        wanted.append("")
    records.close()
    assert cli.main(["notes"]) == 0
    assert capsys.readouterr().out.split("\n") == wanted
