"""`ormtutor new PATH`: write a lesson to begin with.

Before: arguments.py has the path.
Here:   the skeleton, with an id and a title made from the file's name.
After:  `ormtutor check PATH` passes; `ormtutor PATH --watch` shows it.
"""

from __future__ import annotations

import re
import shlex
from importlib.resources import files as resources
from pathlib import Path

from ormtutor import files
from ormtutor.cli.arguments import Options
from ormtutor.course.lesson import slug
from ormtutor.course.trust import Trust
from ormtutor.errors import UsageError


def new_lesson(options: Options) -> int:
    """Write the skeleton of a lesson.

    Raises: UsageError: the path does not end in `.md`, exists already, or cannot be written.
    """
    path = Path(options.name)
    if path.suffix != ".md":
        raise UsageError(f"{path} does not end in .md", hint=f"Did you mean {path}.md?")
    if path.exists():
        raise UsageError(f"{path} exists already", hint="Choose a name that is free.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_text(path, skeleton(path.stem))
        Trust(files.trust_file()).accept([path])  # there is no need to ask its author
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    name = shlex.quote(str(path))
    print(f"written: {path}")
    print(f"  ormtutor {name} --watch   to see it while you write")
    print(f"  ormtutor check {name}     to prove that it is true and complete")
    return 0


def skeleton(stem: str) -> str:
    """Return a lesson named after a file: `09-first-joins` has the id `first-joins`."""
    words = re.sub(r"^[\d\W_]+", "", stem) or "lesson"
    name = slug(words)
    title = re.sub(r"[\W_]+", " ", words).strip().capitalize()
    text = (resources("ormtutor") / "course" / "skeleton.md").read_text(encoding="utf-8")
    return text.replace("LESSON-ID", name).replace("LESSON-TITLE", title)
