"""Fixtures for the course: a separate home, and short lessons in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ormtutor.course.lesson import Lesson
from ormtutor.course.library import parse

HEADER = """\
```toml lesson
format = 1
id = "short"
title = "A short one"
needs = []
```

"""

STEP = """\
## First {#first}

Type it.

```pycon
>>> x = 1
>>> x
1

```

"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep caches and progress apart from those of the person who runs the tests."""
    home = tmp_path / "home"
    monkeypatch.setenv("ORMTUTOR_HOME", str(home))
    return home


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a lesson file: a header unless there is one, then the text."""

    def write(text: str, name: str = "01-short.md", *, header: str = HEADER) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(header + text, encoding="utf-8", newline="")
        return path

    return write


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[..., Lesson]:
    """Write a lesson file and read it."""

    def read(text: str, *, header: str = HEADER) -> Lesson:
        return parse(write(text, header=header))

    return read
