"""The configuration file, checked key by key.

Before: cli/ knows the options of the command line, which have priority.
Here:   `config.toml` -> Config; an error names the file, the line, the key and the nearest word.
After:  cli/ combines both; what neither says has its default.

    mode = "vi"          # keys at the prompt: "emacs" (default) or "vi"
    color = "auto"       # "auto" (default), "always" or "never"
    plain = false        # line mode instead of the full screen
    mouse = false        # wheel and clicks in the full screen
    history = true       # keep what is typed for the next session
    panel = "sql"        # the panel at the start: "sql", "session", "tables" or "expected"
    engine = "miniorm"   # or "sqlalchemy", the installed one
    lessons = ["~/ours"] # folders with lessons, instead of the course
"""

from __future__ import annotations

import os

from ormtutor import files
from ormtutor.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any, Literal

CHOICES = {
    "mode": ("emacs", "vi"),
    "color": ("auto", "always", "never"),
    "panel": ("sql", "session", "tables", "expected"),
    "engine": ("miniorm", "sqlalchemy"),
}


class Config:
    """What the file says, or the defaults.

    No dataclass: importing `dataclasses` takes 10 ms, and the first frame waits for this.
    """

    mode: Literal["emacs", "vi"] = "emacs"
    color: Literal["auto", "always", "never"] = "auto"
    plain: bool = False
    mouse: bool = False
    history: bool = True
    panel: Literal["sql", "session", "tables", "expected"] = "sql"
    engine: Literal["miniorm", "sqlalchemy"] = "miniorm"
    lessons: tuple[str, ...] = ()

    def __init__(self, **found: Any) -> None:
        for key, value in found.items():
            setattr(self, key, value)


SETTINGS = tuple(Config.__annotations__)


def load(path: Path | None = None) -> Config:
    """Return the configuration in a file; the defaults if it does not exist.

    Raises: ConfigError: not TOML, an unknown key, a value of the wrong kind.
    """
    path = path or files.config_file()
    if not path.exists():
        return Config()
    text = files.read_text(path)
    if text is None:
        raise ConfigError(f"{path}: cannot be read", hint="It must be a text file in UTF-8.")
    return parse(text, path)


def parse(text: str, path: Path) -> Config:
    """Return the configuration in a text; `path` is for errors, which are those of load()."""
    try:
        found = files.from_toml(text)
    except ValueError as error:
        raise ConfigError(
            f"{path}: {error}", hint='Each line has the form: name = value, texts in "quotes".'
        ) from error
    for key in found:
        if key not in SETTINGS:
            near = _nearest(key, SETTINGS)
            raise ConfigError(
                f"{path}:{_line_of(text, key)}: there is no setting {key!r}",
                hint=f"Did you mean {near!r}?" if near else f"Settings: {', '.join(SETTINGS)}.",
            )
    return Config(**{key: _checked(key, value, text, path) for key, value in found.items()})


def _checked(key: str, value: Any, text: str, path: Path) -> Any:
    """Return the value if it is of the right kind."""
    place = f"{path}:{_line_of(text, key)}"
    if key in CHOICES:
        if value not in CHOICES[key]:
            near = _nearest(str(value), CHOICES[key])
            raise ConfigError(
                f"{place}: {key} cannot be {value!r}",
                hint=f"Did you mean {near!r}?"
                if near
                else "It is one of: " + ", ".join(f'"{word}"' for word in CHOICES[key]) + ".",
            )
        return value
    if key == "lessons":
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{place}: lessons is a list of folders", hint='lessons = ["~/ours"]')
        try:
            return tuple(os.path.expanduser(item) for item in value)
        except ValueError as error:
            raise ConfigError(f"{place}: lessons: {error}", hint='lessons = ["~/ours"]') from error
    if not isinstance(value, bool):
        raise ConfigError(f"{place}: {key} cannot be {value!r}", hint=f"{key} = true or false")
    return value


def _nearest(word: str, known: Sequence[str]) -> str:
    import difflib

    found = difflib.get_close_matches(word, known, 1, 0.5)
    return found[0] if found else ""


def _line_of(text: str, key: str) -> int:
    """Return the line on which a key is set, which the TOML reader does not say."""
    import re

    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[*[\"']?{re.escape(key)}[\"']?\s*[\].=]", line):
            return number
    return 1
