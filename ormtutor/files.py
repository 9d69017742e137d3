"""Where our files are, and atomic writing: no other module writes files.

Before: cli/, config.py, findings.py and course/ know *what* to keep.
Here:   *where* that is on this system, and writing as a whole or not at all.
After:  the file system. Nothing is written into the working directory unless the user asks for it.

The folders are those of the XDG specification, `%APPDATA%` on Windows, and the Library folders of
macOS where they exist already. `ORMTUTOR_HOME` overrides all of them.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAME = "ormtutor"


# --- places ---------------------------------------------------------------------------------------


def config_directory() -> Path:
    """Return the folder of `config.toml`."""
    return _place("config", "XDG_CONFIG_HOME", ".config")


def state_directory() -> Path:
    """Return the folder of progress, history and reports."""
    return _place("state", "XDG_STATE_HOME", ".local/state")


def cache_directory() -> Path:
    """Return the folder of what can be computed again: parsed lessons, vectors of mistakes."""
    return _place("cache", "XDG_CACHE_HOME", ".cache")


def config_file() -> Path:
    """Return the path of the configuration file, which need not exist."""
    return config_directory() / "config.toml"


def progress_file() -> Path:
    """Return the path of the learner's progress, which need not exist."""
    return state_directory() / "progress.json"


def history_file(*, sandbox: bool = False) -> Path:
    """Return the path of the history of inputs; the sandbox has its own."""
    return state_directory() / ("history-play" if sandbox else "history")


def trust_file() -> Path:
    """Return the path of the list of foreign lessons that the learner has agreed to run."""
    return state_directory() / "trusted.json"


def report_directory() -> Path:
    """Return the folder into which `:report` and `:accept` write."""
    return state_directory() / "reports"


def _place(kind: str, variable: str, default: str) -> Path:
    home = os.environ.get("ORMTUTOR_HOME")
    if home:
        # Progress and configuration are side by side there; the cache is a folder of its own.
        return Path(home).expanduser() / ("cache" if kind == "cache" else "")
    if sys.platform in ("win32", "darwin"):
        system = _system_place(kind)
        if sys.platform == "win32" or system.exists():
            return system
    # By the specification, a path that is not absolute is to be ignored.
    base = os.environ.get(variable, "")
    return (Path(base) if os.path.isabs(base) else Path.home() / default) / _NAME


def _system_place(kind: str) -> Path:
    import platformdirs  # late: Linux does not need it, and the first prompt waits for it

    if kind == "config":
        return platformdirs.user_config_path(_NAME, appauthor=False, roaming=True)
    if kind == "state":
        return platformdirs.user_state_path(_NAME, appauthor=False)
    return platformdirs.user_cache_path(_NAME, appauthor=False)


# --- reading and writing --------------------------------------------------------------------------


def read_text(path: Path) -> str | None:
    """Return a file's text; None if it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def from_json(text: str) -> Any:
    """Return what a JSON text holds. Raises: ValueError: not JSON, or nested too deeply."""
    import json

    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def from_toml(text: str) -> dict[str, Any]:
    """Return what a TOML text holds. Raises: ValueError: not TOML, or nested too deeply."""
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def newest_change() -> int:
    """Return when our source changed last, for the keys of what is kept: it depends on us."""
    package = Path(__file__).parent
    return max(path.stat().st_mtime_ns for path in package.rglob("*.py"))


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write a text to a file, as a whole or not at all.

    The text goes to a temporary file in the same folder, which then takes the name. A symbolic link
    stays one, and a file keeps its mode; a new one that is `private` only its owner may read.

    Raises: OSError: the folder cannot be made or written, or the disk is full.
    """
    import tempfile  # late: the first frame needs our paths, but writes nothing

    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        # Half a character, which UTF-8 cannot hold, is escaped; in JSON that means the same.
        with os.fdopen(handle, "w", -1, "utf-8", "backslashreplace", "") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, _mode(target, private))
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def append_text(path: Path, text: str) -> None:
    """Append a text to a file; a new file may only be read by its owner.

    Raises: OSError: the folder cannot be made or written, or the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", -1, "utf-8", "backslashreplace", "") as stream:
        stream.write(text)


def keep_fault(fault: BaseException) -> Path | None:
    """Write down the traceback of a fault of our own; return the path, None if that fails."""
    import traceback  # late: hardly ever needed

    path = report_directory() / "fault.txt"
    try:
        write_text(path, "".join(traceback.format_exception(fault)))
    except OSError:
        return None
    return path


def write_cache(path: Path, text: str, *, keep: int = 200) -> None:
    """Write a file of the cache, and remove the oldest ones beyond `keep` in its folder.

    That it cannot be written is no error.
    """
    with contextlib.suppress(OSError):
        write_text(path, text)
        kept = sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in kept[keep:]:
            old.unlink(missing_ok=True)


def _mode(target: Path, private: bool) -> int:
    try:
        return target.stat().st_mode & 0o7777
    except OSError:
        # mkstemp makes private files; any other file gets the mode that open() would give it.
        return 0o600 if private else 0o666 & ~_umask()


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


class Lock:
    """A lock that one process holds on a file; the system releases it when the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = -1

    def __del__(self) -> None:
        self.release()

    @property
    def is_held(self) -> bool:
        """Whether we hold it."""
        return self._handle >= 0

    def acquire(self) -> bool:
        """Take the lock; return False if another process holds it.

        Raises: OSError: the lock file cannot be made (a read-only folder).
        """
        if self.is_held:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Release the lock, if we hold it."""
        if self.is_held:
            os.close(self._handle)
            self._handle = -1


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
