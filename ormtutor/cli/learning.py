"""`ormtutor LESSON`, `play` and `run`: choose the view, and start a session.

Before: arguments.py has read the options.
Here:   full screen or line mode, the first frame, the question about foreign lessons, and how
        kernels are made.
After:  repl/launch.py runs the session.
"""

from __future__ import annotations

import os
import sys

from ormtutor.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ormtutor.cli.arguments import Options
    from ormtutor.config import Config
    from ormtutor.repl.launch import Session
    from ormtutor.replay import Kernels


def learn(options: Options) -> int:
    """Open a lesson, in the full screen or in line mode; return the exit code."""
    from ormtutor.config import load
    from ormtutor.repl import theme
    from ormtutor.repl.opening import Opening

    config = load()
    if not _may_run(options, config):
        return 0
    colour = wants_colour(options, config)
    size = None if options.plain or config.plain else _screen_size()
    ascii_only = not theme.can_draw(sys.stdout.encoding)
    opening = Opening(colour=colour, ascii_only=ascii_only)
    try:
        if size is None:
            opening.guard()  # readline has a mode of its own for the terminal
            _session(options, config, colour).by_lines()
        else:
            opening.paint(*size)
            _session(options, config, colour).on_screen(opening, ascii_only=ascii_only)
    finally:
        opening.close()
    return 0


def _may_run(options: Options, config: Config) -> bool:
    """Ask about foreign lessons that were not agreed to yet; return False if the answer is no.

    Without a terminal there is just a note.
    """
    folders = [options.lessons] if options.lessons else config.lessons
    is_file = os.path.isfile(options.name)
    if not folders and not is_file:
        return True

    from pathlib import Path

    from ormtutor import files
    from ormtutor.course.library import lesson_files
    from ormtutor.course.trust import Trust, is_foreign

    trust = Trust(files.trust_file())
    named = [path for folder in folders for path in lesson_files(Path(folder))]
    named += [Path(options.name)] if is_file else []
    asked = [path for path in named if is_foreign(path) and not trust.knows(path)]
    if not asked:
        return True
    where = [f"{path.resolve()}{' (changed)' * trust.has_changed(path)}" for path in asked]
    if not sys.stdin.isatty():
        print(f"ormtutor: not part of the course: {', '.join(where)}", file=sys.stderr)
        return True
    print("Not part of the course:", *(f"  {line}" for line in where), sep="\n")
    print("A lesson is a program: its code runs on this computer, with your rights.")
    if not is_agreed("Run it? [y/N] "):
        print("Nothing was run.")
        return False
    trust.accept(asked)
    return True


def is_agreed(question: str) -> bool:
    """Ask; return whether the answer is yes. Ctrl-C and end of file mean no."""
    try:
        return input(question).strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def play(options: Options) -> int:
    """Open the sandbox; if a file is named, run it there first.

    Raises: UsageError: there is no such file.
    """
    from ormtutor.repl.launch import SANDBOX

    if options.name and not os.path.isfile(options.name):
        raise UsageError(f"there is no file {options.name}", hint="Name a Python file.")
    options.first_input = f":load {options.name}" if options.name else ""
    options.names = (SANDBOX,)
    return learn(options)


def run_step(options: Options) -> int:
    """Type the script on standard input into one step, and judge that step.

    Raises: UsageError: standard input is a terminal, or no step is named.
    """
    if sys.stdin.isatty():
        raise UsageError(
            "run reads a script from standard input",
            hint=f"ormtutor run {options.name} < answer.py",
        )
    if "/" not in options.name:
        raise UsageError(
            f"{options.name} names no step", hint=f"ormtutor run {options.name}/STEP < answer.py"
        )
    options.is_single = True
    return learn(options)


def _session(options: Options, config: Config, colour: bool) -> Session:
    from ormtutor.repl.launch import Session, Wishes  # after the first frame has been painted

    def make_kernels() -> Kernels:
        from ormtutor.replay import Kernels  # 20 ms, when the prompt accepts keys already

        kernels = Kernels(
            options.engine or config.engine, path=options.path, allow_files=options.allow_files
        )
        kernels.prepare()
        return kernels

    return Session(
        Wishes(
            lesson=options.name,
            lessons=[options.lessons] if options.lessons else config.lessons,
            colour=colour,
            mode=config.mode,
            mouse=config.mouse,
            panel=config.panel,
            history=config.history,
            watch=options.watch,
            is_single=options.is_single,
            first_input=options.first_input,
        ),
        make_kernels,
    )


def wants_colour(options: Options, config: Config) -> bool:
    """Whether to use colour: by option, configuration, environment and terminal, in this order."""
    from ormtutor.repl import theme

    when = options.color or config.color
    return theme.wants_colour(when, os.environ, is_terminal=sys.stdout.isatty())


def _screen_size() -> tuple[int, int] | None:
    """Return the size of a terminal that is fit for the full screen; None: use line mode."""
    from ormtutor.repl.frame import fits

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    if os.name == "posix" and os.environ.get("TERM", "unknown") in ("dumb", "unknown", ""):
        return None
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return None
    return (columns, rows) if fits(columns, rows) else None
