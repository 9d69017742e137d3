"""`ormtutor list`: what there is to do, and what is done.

Before: arguments.py has read the options.
Here:   the lessons, and the learner's records.
After:  lines on stdout.
"""

from __future__ import annotations

import shutil

from ormtutor import files
from ormtutor.cli import complain
from ormtutor.cli.learning import wants_colour
from ormtutor.config import load
from ormtutor.course.progress import Progress
from ormtutor.errors import UsageError
from ormtutor.repl.launch import find_lessons
from ormtutor.repl.listing import listing
from ormtutor.repl.theme import paint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ormtutor.cli.arguments import Options


def list_lessons(options: Options) -> int:
    """Print lessons and steps with what is done."""
    config = load()
    word = options.name
    library = find_lessons([options.lessons] if options.lessons else config.lessons)
    for problem in library.problems:
        complain(problem)
    progress = Progress(files.progress_file())
    width = shutil.get_terminal_size((80, 24)).columns
    lines = listing(library, progress, word, width)
    if not lines:
        raise UsageError(f"no lesson or step has {word!r} in its name")
    colour = wants_colour(options, config)
    for line in lines:
        print(paint(line, colour=colour, attributes=colour).rstrip(" "))
    return 2 if library.problems else 0
