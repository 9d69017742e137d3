"""The course can be finished in line mode, from a file, without a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ormtutor.course import markdown
from ormtutor.course.lesson import Transcript

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("[0-9]*.md"))


def answers(path: Path) -> str:
    """Return the lesson's own lines, as a learner would type them, each step left by `:next`."""
    steps = []
    for step in markdown.read(path.read_text(encoding="utf-8"), path).steps:
        typed = [
            example.source
            for part in step.parts
            if isinstance(part, Transcript) and part.kind in ("learner", "solution")
            for example in part.examples
        ]
        steps.append("\n".join(typed))
    return "\n:next\n".join(steps) + "\n"


@pytest.mark.parametrize(
    "path",
    [LESSONS[0], *(pytest.param(path, marks=pytest.mark.soak) for path in LESSONS[1:])],
    ids=lambda path: path.stem,
)
def test_a_lesson_is_finished_from_a_file(path: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "ormtutor", str(path)],
        input=answers(path),
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "ORMTUTOR_HOME": str(tmp_path)},
        check=False,
    )

    assert run.stderr == ""
    assert run.returncode == 0, run.stdout[-2000:]
