"""Where files are, and writing as a whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from ormtutor import files

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are those of Linux")
ON_POSIX = pytest.mark.skipif(os.name != "posix", reason="modes and links are those of POSIX")


def test_one_variable_moves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORMTUTOR_HOME", str(tmp_path))
    assert files.config_file() == tmp_path / "config.toml"
    assert files.progress_file() == tmp_path / "progress.json"
    assert files.cache_directory() == tmp_path / "cache"


@ON_LINUX
def test_the_folders_are_those_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORMTUTOR_HOME", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert files.progress_file() == tmp_path / "s" / "ormtutor" / "progress.json"
    assert files.config_file() == tmp_path / ".config" / "ormtutor" / "config.toml"


def test_the_sandbox_has_a_history_of_its_own() -> None:
    assert files.history_file() != files.history_file(sandbox=True)


def test_a_text_is_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.txt"
    files.write_text(path, "a\r\nb\nü")
    assert path.read_bytes() == "a\r\nb\nü".encode()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file.txt"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.write_text(path, "new")
    assert [file.name for file in tmp_path.iterdir()] == ["file.txt"]
    assert path.read_text(encoding="utf-8") == "old"


@ON_POSIX
def test_a_link_stays_a_link_and_a_mode_stays_a_mode(tmp_path: Path) -> None:
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    files.write_text(link, "new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@ON_POSIX
def test_a_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    files.write_text(tmp_path / "secret", "x", private=True)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_what_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff")
    assert files.read_text(tmp_path / "nowhere") is None
    assert files.read_text(tmp_path / "binary") is None
    assert files.read_text(tmp_path) is None


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    files.write_cache(tmp_path / "file" / "kept.json", "{}")


def test_a_cache_keeps_the_newest(tmp_path: Path) -> None:
    for number in range(4):
        path = tmp_path / f"{number}.json"
        files.write_cache(path, "{}", keep=2)
        os.utime(path, (number, number))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["2.json", "3.json"]


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    first, second = files.Lock(tmp_path / "lock"), files.Lock(tmp_path / "lock")
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
