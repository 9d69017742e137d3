"""The command line: arguments, then one match.

Before: somebody typed `ormtutor ...`.
Here:   options are read (arguments.py), and the command's function is called.
After:  learning.py opens the console, checking.py proves lessons, records.py tells what is done.

Heavy imports stand inside the functions that need them, since the first frame has to be there
before them. Exit codes: 0 done or left, 1 a check failed or a piped lesson is not finished,
2 usage, configuration or a lesson's syntax, 3 kernel, environment or a fault of ours,
130 interrupted.
"""

from __future__ import annotations

import errno
import io
import os
import sys

from ormtutor import __version__
from ormtutor.cli.arguments import commands, help_of, nearest, parse, split
from ormtutor.errors import TutorError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ormtutor.cli.arguments import Options

INTERRUPTED = 130
FAULT = 3
HUNG_UP = 129


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _spell_out_what_cannot_be_printed()
    try:
        return run(words)
    except TutorError as error:
        complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough. Python would complain again while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno == errno.EIO:
            return HUNG_UP  # the terminal is gone, and with it whoever could be told
        return _tell_fault(fault)


def _spell_out_what_cannot_be_printed() -> None:
    """Let no file name and no old encoding break a line of output; stderr does so by itself."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _tell_fault(fault: Exception) -> int:
    """Say that something of ours is broken, and where the details are; they are for a report."""
    from ormtutor import files

    path = files.keep_fault(fault)
    if path is None:
        raise fault
    problem = f"a fault of ormtutor itself: {type(fault).__name__}: {fault}"
    complain(TutorError(problem, hint=f"The details are in {path}; please report them."))
    return FAULT


def run(words: list[str]) -> int:
    """Do what the words of the command line ask for."""
    command, rest = split(words)
    options = parse(command, rest)
    if options.help:
        print(help_of(command), end="")
        return 0
    if options.version:
        print(f"ormtutor {__version__}")
        return 0
    return _function(command)(options)


def _function(command: str) -> Callable[[Options], int]:
    """Return what carries out a command; its module is imported here."""
    match command:
        case "list" | "notes" | "progress" | "reset":
            from ormtutor.cli import records

            return {
                "list": records.list_lessons,
                "notes": records.print_notes,
                "progress": records.progress,
                "reset": records.reset,
            }[command]
        case "check":
            return _check
        case "new":
            from ormtutor.cli.authoring import new_lesson

            return new_lesson
        case "doctor" | "completion":
            from ormtutor.cli import machine

            return machine.doctor if command == "doctor" else machine.completion
        case "play" | "run":
            from ormtutor.cli import learning

            return learning.play if command == "play" else learning.run_step
        case _:
            return _learn


def _check(options: Options) -> int:
    """Check lessons. Kernels of a quick check start while all that compares is still imported."""
    if not options.quick or options.accept or options.help:
        from ormtutor.cli.checking import check_lessons

        return check_lessons(options)
    from ormtutor.config import load
    from ormtutor.replay import HASH_SEEDS, Kernels

    jobs = min(len(options.names) or 2, os.cpu_count() or 1)
    engine = options.engine or load().engine
    kernels = Kernels(engine, path=options.path, hash_seed=HASH_SEEDS[0], ahead=jobs)
    try:
        kernels.prepare()
        from ormtutor.cli.checking import check_lessons

        return check_lessons(options, kernels)
    finally:
        kernels.close()


def _learn(options: Options) -> int:
    """Open a lesson; a name that is none may have been meant as a command."""
    from ormtutor.cli.learning import learn

    try:
        return learn(options)
    except UsageError as error:
        near = nearest(options.name, commands())
        if not near or "Did you mean" in error.hint:
            raise
        raise UsageError(error.problem, hint=f"Did you mean `ormtutor {near}`?") from None


def complain(error: TutorError) -> None:
    """Say on stderr what is wrong and what mends it."""
    first, *others = str(error).split("\n")
    print(f"ormtutor: {first}", *(f"  {line}" for line in others), sep="\n", file=sys.stderr)
