"""The configuration file, checked key by key.

Before: cli.py knows the options of the command line, which go first.
Here:   `config.toml` -> Config; each mistake names the file, the line, the key and the nearest one.
After:  what neither option, environment nor file says stays at its default.

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

import difflib
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from ormtutor import files
from ormtutor.errors import ConfigError

CHOICES = {
    "mode": ("emacs", "vi"),
    "color": ("auto", "always", "never"),
    "panel": ("sql", "session", "tables", "expected"),
    "engine": ("miniorm", "sqlalchemy"),
}


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says, or the defaults."""

    mode: Literal["emacs", "vi"] = "emacs"
    color: Literal["auto", "always", "never"] = "auto"
    plain: bool = False
    mouse: bool = False
    history: bool = True
    panel: Literal["sql", "session", "tables", "expected"] = "sql"
    engine: Literal["miniorm", "sqlalchemy"] = "miniorm"
    lessons: tuple[str, ...] = ()


def load(path: Path | None = None) -> Config:
    """Return the configuration; a file that does not exist is an empty one.

    Raises: ConfigError: no TOML, an unknown key, a value of the wrong kind.
    """
    path = path or files.config_file()
    if not path.exists():
        return Config()
    text = files.read_text(path)
    if text is None:
        raise ConfigError(f"{path}: cannot be read", hint="It must be a text file in UTF-8.")
    return parse(text, path)


def parse(text: str, path: Path) -> Config:
    """Return the configuration that a text holds; `path` is for the error's sake."""
    import tomllib  # late: most people have no file, and it stands before the first prompt

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path}: {error}", hint='Each line has the form: name = value, texts in "quotes".'
        ) from error
    known = [field.name for field in fields(Config)]
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1, 0.5)
            raise ConfigError(
                f"{path}:{_line_of(text, key)}: there is no setting {key!r}",
                hint=f"Did you mean {near[0]!r}?" if near else f"Settings: {', '.join(known)}.",
            )
    return Config(**{key: _checked(key, value, text, path) for key, value in found.items()})


def _checked(key: str, value: Any, text: str, path: Path) -> Any:
    """Return the value if it is of the right kind."""
    place = f"{path}:{_line_of(text, key)}"
    if key in CHOICES:
        if value not in CHOICES[key]:
            near = difflib.get_close_matches(str(value), CHOICES[key], 1)
            raise ConfigError(
                f"{place}: {key} cannot be {value!r}",
                hint=f"Did you mean {near[0]!r}?"
                if near
                else "It is one of: " + ", ".join(f'"{word}"' for word in CHOICES[key]) + ".",
            )
        return value
    if key == "lessons":
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{place}: lessons is a list of folders", hint='lessons = ["~/ours"]')
        return tuple(str(Path(item).expanduser()) for item in value)
    if not isinstance(value, bool):
        raise ConfigError(f"{place}: {key} cannot be {value!r}", hint=f"{key} = true or false")
    return value


def _line_of(text: str, key: str) -> int:
    """Return the line on which a key is set, which the TOML reader does not tell."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[*[\"']?{re.escape(key)}[\"']?\s*[\].=]", line):
            return number
    return 1
