"""The command line: parse the arguments, then run one command.

Before: somebody typed `ormtutor ...`.
Here:   arguments.py reads the options; then the command's function is called.
After:  learning.py opens the console, checking.py checks lessons, records.py shows what is done,
        authoring.py writes a new lesson, machine.py has `doctor` and `completion`.

Heavy imports are inside the functions that need them, since the first frame must not wait for them.
Exit codes: 0 done or left, 1 a check failed or a piped lesson is not finished, 2 usage,
configuration or a lesson's syntax, 3 kernel, environment or a fault of our own, 129 the terminal is
gone, 130 interrupted.
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
        # The reader of our output has closed it. Python would complain again when it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno == errno.EIO:
            return HUNG_UP  # the terminal is gone: there is nobody to tell
        return _tell_fault(fault)


def _spell_out_what_cannot_be_printed() -> None:
    """Escape what stdout's encoding cannot hold, instead of failing; stderr does so anyway."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _tell_fault(fault: Exception) -> int:
    """Report a fault of our own, and where the details are; return the exit code."""
    from ormtutor import files

    path = files.keep_fault(fault)
    if path is None:
        raise fault
    problem = f"a fault of ormtutor itself: {type(fault).__name__}: {fault}"
    complain(TutorError(problem, hint=f"The details are in {path}; please report them."))
    return FAULT


def run(words: list[str]) -> int:
    """Run the command in the words of the command line; return the exit code.

    Raises: TutorError: whatever the user has to be told.
    """
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
    """Return the function that carries out a command; its module is imported here."""
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
    """Check lessons. The kernels of a quick check start while the rest is being imported."""
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
    """Open a lesson; if there is none of that name, a command may have been meant."""
    from ormtutor.cli.learning import learn

    try:
        return learn(options)
    except UsageError as error:
        near = nearest(options.name, commands())
        if not near or "Did you mean" in error.hint:
            raise
        raise UsageError(error.problem, hint=f"Did you mean `ormtutor {near}`?") from None


def complain(error: TutorError) -> None:
    """Print an error and its hint on stderr."""
    first, *others = str(error).split("\n")
    print(f"ormtutor: {first}", *(f"  {line}" for line in others), sep="\n", file=sys.stderr)
