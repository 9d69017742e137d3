"""What the learner has done: `list`, `notes`, `progress`, `reset`.

Before: arguments.py has read the options.
Here:   the lessons, and the learner's records.
After:  lines on stdout; course/progress.py writes the records.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from ormtutor import files
from ormtutor.cli import complain
from ormtutor.cli.arguments import Options, nearest
from ormtutor.cli.learning import is_agreed, wants_colour
from ormtutor.config import Config, load
from ormtutor.course.library import Library
from ormtutor.course.progress import Progress
from ormtutor.errors import UsageError
from ormtutor.repl.launch import find_lessons
from ormtutor.repl.listing import listing
from ormtutor.repl.notes import sheet
from ormtutor.repl.prose import render
from ormtutor.repl.theme import paint

ACTIONS = ("show", "export", "import", "merge")


def library_of(options: Options, config: Config) -> Library:
    """Return the lessons of the options or the configuration; report files that are faulty."""
    library = find_lessons([options.lessons] if options.lessons else config.lessons)
    for problem in library.problems:
        complain(problem)
    return library


def list_lessons(options: Options) -> int:
    """Print lessons and steps with what is done; return 2 if there are faulty lesson files."""
    config = load()
    library = library_of(options, config)
    progress = Progress(files.progress_file())
    width = shutil.get_terminal_size((80, 24)).columns
    lines = listing(library, progress, options.name, width)
    if not lines:
        raise UsageError(f"no lesson or step has {options.name!r} in its name")
    colour = wants_colour(options, config)
    for line in lines:
        print(paint(line, colour=colour, attributes=colour).rstrip(" "))
    return 2 if library.problems else 0


def print_notes(options: Options) -> int:
    """Print the notes of the steps that are done: with colours on a terminal, else Markdown."""
    config = load()
    library = library_of(options, config)
    lessons = [library.lesson(options.name)] if options.name else library.lessons
    records = Progress(files.progress_file(), on_warning=_warn)
    sheets = [text for lesson in lessons if (text := sheet(lesson, records))]
    if not sheets:
        print("nothing is done yet: each step that is done adds a line", file=sys.stderr)
        return 0
    if not sys.stdout.isatty():
        print("\n\n".join(sheets))
        return 0
    colour = wants_colour(options, config)
    width = shutil.get_terminal_size((80, 24)).columns
    for line in render("\n\n".join(sheets), width):
        print(paint(line, colour=colour).rstrip(" "))
    return 0


# --- progress -------------------------------------------------------------------------------------


def progress(options: Options) -> int:
    """Show what is done, export it, or take over what another file has.

    Raises: UsageError: there is no such action, a file cannot be read or written, or another
    ormtutor is running.
    """
    action, *names = options.names or ("show",)
    if action not in ACTIONS:
        near = nearest(action, ACTIONS)
        raise UsageError(
            f"progress knows no {action!r}",
            hint=f"Did you mean {near}?" if near else f"It is {', '.join(ACTIONS)}.",
        )
    if action == "show":
        return _show(options)
    if action == "export":
        return _export(names[0] if names else "-")
    if not names:
        raise UsageError(
            f"progress {action} needs a file", hint=f"`ormtutor progress {action} FILE`, or -"
        )
    return _take_over(names[0], replaces=action == "import")


def _show(options: Options) -> int:
    library = library_of(options, load())
    records = Progress(files.progress_file(), on_warning=_warn)
    for lesson in library.lessons:
        done, total = records.done(lesson), len(lesson.steps)
        print(f"{lesson.id:20} {done:3} of {total:2}  {lesson.title}")
    unknown = records.unknown(library)
    if unknown:
        print(f"{len(unknown)} records of other lessons: {', '.join(unknown[:5])}")
    point = records.resume_point(library)
    print(f"next: ormtutor {point[0].id}/{point[1]}" if point else "all is done")
    return 0


def _export(name: str) -> int:
    text = Progress(files.progress_file(), on_warning=_warn).text()
    if name == "-":
        sys.stdout.write(text)
        return 0
    try:
        files.write_text(Path(name), text)
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror or error}") from error
    return 0


def _take_over(name: str, *, replaces: bool) -> int:
    text = sys.stdin.read() if name == "-" else files.read_text(Path(name))
    if text is None:
        raise UsageError(f"{name} cannot be read", hint="`ormtutor progress export` writes one.")
    records = _writable()
    try:
        count = records.replace(text) if replaces else records.merge(text)
    except ValueError as error:
        raise UsageError(
            f"{name} is no progress file: {error}", hint="`ormtutor progress export` writes one."
        ) from error
    finally:
        records.close()
    print(f"{_records(count)} {'taken over' if replaces else 'changed'}")
    return 0


def _writable() -> Progress:
    """Return the learner's records, after taking their lock.

    Raises: UsageError: another ormtutor is running, or the file cannot be written.
    """
    records = Progress(files.progress_file())
    if not records.begin():
        raise UsageError(records.warning, hint="Leave it with :quit, and try again.")
    return records


def _warn(text: str) -> None:
    complain(UsageError(text))


def _records(count: int) -> str:
    return f"{count} record{'' if count == 1 else 's'}"


# --- reset ----------------------------------------------------------------------------------------


def reset(options: Options) -> int:
    """Forget what was done in a lesson, or everything, after asking.

    Raises: UsageError: there is no such lesson, nobody to ask, or another ormtutor is running.
    """
    lesson = library_of(options, load()).lesson(options.name).id if options.name else ""
    what = f"what was done in {lesson}" if lesson else "what was done in all lessons"
    if not options.yes:
        if not sys.stdin.isatty():
            raise UsageError("reset asks before it forgets", hint="Say --yes to mean it.")
        if not is_agreed(f"Forget {what}? [y/N] "):
            print("nothing was forgotten")
            return 0
    records = _writable()
    try:
        print(f"{_records(records.forget(lesson))} forgotten")
    finally:
        records.close()
    return 0
