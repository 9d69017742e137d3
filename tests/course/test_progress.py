"""Progress on disk: one file, one writer, nothing lost."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ormtutor.course.library import Library, find
from ormtutor.course.progress import Progress, StepRecord

STEPS = "\n".join(
    f"## {name.title()} {{#{name}}}\n\n```pycon\n>>> x = 1\n>>> x\n1\n\n```\n"
    for name in ("one", "two")
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "progress.json"


@pytest.fixture
def library(write: Callable[..., Path]) -> Library:
    for number, id in (("01", "mapping"), ("02", "session")):
        header = f'```toml lesson\nformat = 1\nid = "{id}"\ntitle = "{id}"\n```\n\n'
        last = write(STEPS, f"course/{number}-{id}.md", header=header)
    return find([last.parent])


def reopened(progress: Progress) -> Progress:
    progress.close()
    return Progress(progress.path)


def test_a_learner_without_a_file_begins_at_the_first_step(path: Path, library: Library) -> None:
    assert Progress(path).resume_point(library) == (library.lessons[0], "one")


def test_reading_writes_nothing(path: Path, library: Library) -> None:
    Progress(path).resume_point(library)
    assert not path.parent.exists()


def test_a_record_is_there_after_a_restart(path: Path) -> None:
    progress = Progress(path)
    progress.record("session", "queued", status="done", inputs=("x = 1",), digest="abc")
    progress.record("session", "queued", hints=2)
    assert reopened(progress).entry("session", "queued") == StepRecord(
        "done", 0, 2, ("x = 1",), "abc"
    )


def test_the_learner_goes_on_where_she_left(path: Path, library: Library) -> None:
    progress = Progress(path)
    progress.enter("session", "two")
    assert reopened(progress).resume_point(library) == (library.lessons[1], "two")


def test_a_finished_lesson_leads_to_the_next(path: Path, library: Library) -> None:
    progress = Progress(path)
    progress.enter("mapping", "two")
    progress.record("mapping", "one", status="done")
    progress.record("mapping", "two", status="skipped")
    assert progress.resume_point(library) == (library.lessons[1], "one")


def test_all_done_is_all_done(path: Path, library: Library) -> None:
    progress = Progress(path)
    for lesson in library.lessons:
        for step in lesson.steps:
            progress.record(lesson.id, step.id, status="done")
    assert reopened(progress).resume_point(library) is None
    assert Progress(path).done(library.lessons[0]) == 2


def test_what_we_do_not_know_stays_in_the_file(path: Path, library: Library) -> None:
    path.parent.mkdir()
    old = {"format": 1, "colour": "red", "steps": {"gone/away": {"status": "done", "stars": 3}}}
    path.write_text(json.dumps(old), encoding="utf-8")
    progress = Progress(path)
    progress.record("mapping", "one", status="done")
    progress.close()
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["colour"] == "red"
    assert kept["steps"]["gone/away"] == {"status": "done", "stars": 3}
    assert Progress(path).unknown(library) == ("gone/away",)


def test_a_second_instance_reads_and_does_not_write(path: Path) -> None:
    told: list[str] = []
    first = Progress(path)
    first.record("mapping", "one", status="done")
    second = Progress(path, on_warning=told.append)
    second.record("mapping", "two", status="done")
    assert second.status("mapping", "one") == "done"
    assert second.status("mapping", "two") == "done"
    assert told == ["another ormtutor is running: what you do in this one is not remembered"]
    assert reopened(first).status("mapping", "two") == ""


def test_what_another_instance_wrote_before_we_began_is_kept(path: Path) -> None:
    late = Progress(path)
    early = Progress(path)
    early.record("mapping", "one", status="done")
    early.close()
    late.record("mapping", "two", status="done")
    assert reopened(late).status("mapping", "one") == "done"


def test_a_damaged_file_is_put_aside(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"steps": {', encoding="utf-8")
    told: list[str] = []
    progress = Progress(path, on_warning=told.append)
    progress.record("mapping", "one", status="done")
    assert path.with_suffix(".damaged.json").read_text(encoding="utf-8") == '{"steps": {'
    assert reopened(progress).status("mapping", "one") == "done"
    assert "is damaged" in told[0]


def test_a_file_of_a_newer_version_is_read_and_not_written(path: Path) -> None:
    path.parent.mkdir()
    text = '{"format": 9, "steps": {"mapping/one": {"status": "done"}}}'
    path.write_text(text, encoding="utf-8")
    told: list[str] = []
    progress = Progress(path, on_warning=told.append)
    progress.record("mapping", "two", status="done")
    assert progress.status("mapping", "one") == "done"
    assert path.read_text(encoding="utf-8") == text
    assert len(told) == 1


def test_a_disk_that_cannot_be_written_costs_one_warning(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    told: list[str] = []
    progress = Progress(path, on_warning=told.append)
    monkeypatch.setattr(os, "fsync", full)
    progress.record("mapping", "one", status="done")
    progress.record("mapping", "two", status="done")
    assert progress.status("mapping", "one") == "done"
    assert told == [f"progress cannot be kept: No space left on device ({path})"]
    assert list(path.parent.glob("*.json")) == []


def test_a_home_that_is_a_file_costs_one_warning(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("", encoding="utf-8")
    told: list[str] = []
    progress = Progress(tmp_path / "home" / "progress.json", on_warning=told.append)
    progress.record("mapping", "one", status="done")
    progress.record("mapping", "two", status="done")
    assert progress.status("mapping", "one") == "done"
    assert len(told) == 1


def test_a_lesson_can_be_forgotten(path: Path) -> None:
    progress = Progress(path)
    progress.record("mapping", "one", status="done")
    progress.record("session", "one", status="done")
    assert progress.forget("mapping") == 1
    assert progress.status("mapping", "one") == ""
    assert reopened(progress).status("session", "one") == "done"


def test_the_better_of_two_machines_is_kept(path: Path, tmp_path: Path) -> None:
    ours, theirs = Progress(path), Progress(tmp_path / "other.json")
    ours.record("mapping", "one", status="done")
    ours.record("mapping", "two", status="skipped")
    theirs.record("mapping", "one", status="skipped")
    theirs.record("mapping", "two", status="different")
    assert ours.merge(theirs.text()) == 1
    assert ours.status("mapping", "one") == "done"
    assert ours.status("mapping", "two") == "different"


def test_what_is_no_progress_file_is_not_merged(path: Path) -> None:
    with pytest.raises(ValueError, match="no progress file"):
        Progress(path).merge("[]")


def test_without_a_path_all_is_in_memory() -> None:
    progress = Progress(None)
    progress.record("mapping", "one", status="done")
    assert progress.status("mapping", "one") == "done"
    assert progress.warning == ""
