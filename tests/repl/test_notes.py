"""The cheat sheet: a line for each step that is done."""

from __future__ import annotations

from pathlib import Path

from ormtutor.course import markdown
from ormtutor.course.progress import Progress
from ormtutor.repl.notes import sheet
from tests.repl.conftest import Talk

HEADER = '```toml lesson\nformat = 1\nid = "short"\ntitle = "A short one"\n```\n\n'
STEPS = """\
## With a note {#first}

```pycon
>>> x = 1

```

```note
One name,
one *value*.
```

## Without {#second}

```pycon
>>> class A:
...     pass
>>> x + 1
2

```

## To read {#third}

Nothing to type.

## Not done {#fourth}

```pycon
>>> y = 1

```
"""


def test_the_note_or_the_last_line_stands_for_each_step_that_is_done() -> None:
    lesson = markdown.read(HEADER + STEPS, Path("l.md"))
    progress = Progress(None)
    assert sheet(lesson, progress) == ""
    for step in ("first", "second", "third"):
        progress.record("short", step, status="done")
    assert sheet(lesson, progress).split("\n") == [
        "## A short one",
        "",
        "- **With a note**: One name, one *value*.",
        "- **Without**: `x + 1`",
    ]


def test_notes_are_shown_once_something_is_done(talk: Talk) -> None:
    assert talk.perform(":notes")[0] == "!  Nothing of shelf is done yet."
    talk.perform('atlas = Book(title="Atlas")', "session.add(atlas)", "session.flush()")
    assert talk.perform(":notes")[-1] == "• Put it there: session.flush()"
