"""What the learner typed, in one private file."""

from __future__ import annotations

import stat
from pathlib import Path

from ormtutor.repl.history import LIMIT, History


def test_inputs_are_there_in_the_next_session(tmp_path: Path) -> None:
    History(tmp_path / "history").add("class A:\n    x = 1\n")
    assert History(tmp_path / "history").entries == ["class A:\n    x = 1"]


def test_the_file_is_private(tmp_path: Path) -> None:
    History(tmp_path / "deep" / "history").add("x")
    assert stat.S_IMODE((tmp_path / "deep" / "history").stat().st_mode) == 0o600


def test_an_input_typed_again_moves_to_the_end(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    for text in ("a", "b", "a"):
        history.add(text)
    assert history.entries == History(tmp_path / "history").entries == ["b", "a"]


def test_blank_inputs_are_not_kept() -> None:
    history = History(None)
    history.add("  \n")
    assert history.entries == []


def test_nothing_is_written_while_history_is_off(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.is_kept = False
    history.add("secret")
    assert history.entries == ["secret"]
    assert not (tmp_path / "history").exists()


def test_half_a_line_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "history").write_text('"a"\n"b', encoding="utf-8")
    assert History(tmp_path / "history").entries == ["a"]


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    history = History(tmp_path / "file" / "history")
    history.add("a")
    assert history.entries == ["a"]
    assert "cannot be kept" in history.problem


def test_a_long_file_is_cut(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    for number in range(2 * LIMIT + 1):
        history.add(str(number))
    kept = (tmp_path / "history").read_text().splitlines()
    assert len(kept) == LIMIT
    assert kept[-1] == f'"{2 * LIMIT}"'


def test_a_search_has_no_eye_for_case() -> None:
    history = History(None)
    history.add("Session()")
    assert history.matching("session") == ["Session()"]
