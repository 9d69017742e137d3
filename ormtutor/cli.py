"""The command line: arguments, then one match.

Before: somebody typed `ormtutor ...`.
Here:   options are read, the terminal is looked at, and the parts are put together.
After:  repl/ holds the conversation; check.py proves lessons; both go through tutor.py's kernels.

Heavy imports stand inside the functions that need them, since the first frame has to be there
before them. Exit codes: 0 done or left, 1 a check failed or a piped lesson is not finished,
2 usage, configuration or a lesson's syntax, 3 kernel or environment, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys

from ormtutor import __version__
from ormtutor.errors import TutorError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from ormtutor.config import Config
    from ormtutor.repl.launch import Session

INTERRUPTED = 130

HELP = """\
usage: ormtutor [LESSON|PATH] [options]
       ormtutor list [WORD]
       ormtutor check [PATH ...] [options]

Learn object-relational mapping at a real prompt: see the SQL that your Python
sends, and why. Without a lesson it goes on where you left.

examples:
  ormtutor                       go on, or begin
  ormtutor mapping               open a lesson by its name, number or file
  ormtutor mapping/commit        open it at a step
  ormtutor --plain               line by line: for screen readers, old terminals
  ormtutor mapping < answers.py  type a script; exit code 1 if it does not finish

options:
  --plain             line mode instead of the full screen
  --color WHEN        auto, always or never
  --engine ENGINE     miniorm (our own, the default) or sqlalchemy (installed)
  --path DIR          where the engine is looked for first
  --lessons DIR       a folder with lessons, instead of the course
  -V, --version       print the version
  -h, --help          print this; after a command: help on the command

commands:
  list                lessons and steps, with what is done
  check               prove that lessons are true and complete

environment:
  NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE   colour off, on, on
  VISUAL, EDITOR      the editor of Ctrl-X Ctrl-E
  COLUMNS             the width of line mode
  ORMTUTOR_HOME       one folder for all of the files below

files:
  ~/.config/ormtutor/config.toml          settings
  ~/.local/state/ormtutor/progress.json   what you have done
  ~/.local/state/ormtutor/history         what you have typed
  ~/.cache/ormtutor/                      can be deleted

exit codes: 0 done or left, 1 a check failed or a piped lesson is not finished,
2 usage, configuration or lesson syntax, 3 kernel or environment, 130 interrupted
"""

LIST_HELP = """\
usage: ormtutor list [WORD] [options]

List lessons and steps with what is done; with a word, those that contain it.

examples:
  ormtutor list
  ormtutor list commit

options:
  --lessons DIR       a folder with lessons, instead of the course
  -h, --help          print this
"""

CHECK_HELP = """\
usage: ormtutor check [PATH ...] [options]

Prove that lessons are true and complete: examples and SQL as written, each step
fails at its start and passes at its end, other right answers pass, mistakes are
recognised. Without a path all lessons of the course are checked.

examples:
  ormtutor check
  ormtutor check lessons/01-mapping.md -x
  ormtutor check lessons/09-mine.md --accept

options:
  -k WORD             only steps that have the word in their name
  -x                  stop at the first lesson that fails
  --accept            show what really came out, and write it into the file
  --fix               mend blank lines and the like in the file
  --engine ENGINE     miniorm (our own, the default) or sqlalchemy (installed)
  --path DIR          where the engine is looked for first
  --color WHEN        auto, always or never
  -h, --help          print this

exit codes: 0 all is well, 1 something is not, 2 a file cannot be read as a
lesson, 3 the kernel cannot start
"""

COMMANDS = {"list": LIST_HELP, "check": CHECK_HELP}
WITH_VALUE = ("--color", "--engine", "--path", "--lessons", "-k")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
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


def run(words: list[str]) -> int:
    """Do what the words of the command line ask for."""
    command, rest = split(words)
    if "-h" in rest or "--help" in rest:
        print(COMMANDS.get(command, HELP), end="")
        return 0
    if not command and ("-V" in rest or "--version" in rest):
        print(f"ormtutor {__version__}")
        return 0
    options = parse(command, rest)
    if command == "list":
        return list_lessons(options)
    if command == "check":
        return check_lessons(options)
    return learn(options)


def complain(error: TutorError) -> None:
    """Say on stderr what is wrong and what mends it."""
    first, *others = str(error).split("\n")
    print(f"ormtutor: {first}", *(f"  {line}" for line in others), sep="\n", file=sys.stderr)


# --- arguments ------------------------------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    """argparse, with errors that name the nearest option."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and leaving."""
        raise UsageError(message, hint="`ormtutor --help` lists the options.")


def split(words: list[str]) -> tuple[str, list[str]]:
    """Return the command, empty for learning, and the words without it."""
    skip = False
    for place, word in enumerate(words):
        if skip:
            skip = False
        elif word in WITH_VALUE:
            skip = True
        elif not word.startswith("-"):
            if word in COMMANDS:
                return word, words[:place] + words[place + 1 :]
            return "", words
    return "", words


def parse(command: str, words: list[str]) -> argparse.Namespace:
    """Return the options of a command.

    Raises: UsageError: an unknown option, a missing or a wrong value.
    """
    parser = parser_of(command)
    options, unknown = parser.parse_known_args(words)
    if unknown:
        raise _unknown(parser, unknown[0])
    return options


def parser_of(command: str) -> Parser:
    """Return the parser of a command; the help texts above list what it knows."""
    parser = Parser(prog="ormtutor", add_help=False, allow_abbrev=False)
    parser.add_argument("--color", choices=("auto", "always", "never"))
    parser.add_argument("--lessons")
    if command == "list":
        parser.add_argument("word", nargs="?", default="")
        return parser
    parser.add_argument("--engine", choices=("miniorm", "sqlalchemy"))
    parser.add_argument("--path", action="append", default=[])
    if command == "check":
        parser.add_argument("paths", nargs="*")
        parser.add_argument("-k", dest="word", default="")
        parser.add_argument("-x", dest="stop", action="store_true")
        parser.add_argument("--accept", action="store_true")
        parser.add_argument("--fix", action="store_true")
        return parser
    parser.add_argument("lesson", nargs="?", default="")
    parser.add_argument("--plain", action="store_true", default=None)
    return parser


def _unknown(parser: Parser, word: str) -> UsageError:
    import difflib  # late: nobody needs it who types no mistake

    if not word.startswith("-"):
        return UsageError(
            f"one name is enough, and {word!r} is one more", hint="`ormtutor --help` has examples."
        )
    known = [option for action in parser._actions for option in action.option_strings]
    known += ["--help", "--version"]
    near = difflib.get_close_matches(word.partition("=")[0], known, 1, 0.5)
    return UsageError(
        f"there is no option {word}",
        hint=(f"Did you mean {near[0]}? " if near else "") + "`ormtutor --help` lists them.",
    )


# --- learning -------------------------------------------------------------------------------------


def learn(options: argparse.Namespace) -> int:
    """Open a lesson, on the full screen or line by line."""
    from ormtutor.config import load
    from ormtutor.repl import theme
    from ormtutor.repl.opening import Opening

    config = load()
    colour = _wants_colour(options, config)
    size = None if options.plain or config.plain else _screen_size()
    if size is None:
        _session(options, config, colour).by_lines()
        return 0
    ascii_only = not theme.can_draw(sys.stdout.encoding)
    opening = Opening(colour=colour, ascii_only=ascii_only)
    try:
        opening.paint(*size)
        _session(options, config, colour).on_screen(opening, ascii_only=ascii_only)
    finally:
        opening.close()
    return 0


def _session(options: argparse.Namespace, config: Config, colour: bool) -> Session:
    from ormtutor.repl.launch import Session, Wishes  # after the first frame has been painted

    return Session(
        Wishes(
            lesson=options.lesson,
            engine=options.engine or config.engine,
            path=options.path,
            lessons=[options.lessons] if options.lessons else config.lessons,
            colour=colour,
            mode=config.mode,
            mouse=config.mouse,
            panel=config.panel,
            history=config.history,
        )
    )


def _wants_colour(options: argparse.Namespace, config: Config) -> bool:
    from ormtutor.repl.theme import wants_colour

    when = options.color or config.color
    return wants_colour(when, os.environ, is_terminal=sys.stdout.isatty())


def _screen_size() -> tuple[int, int] | None:
    """Return the size of a terminal that can be painted on; None asks for line mode."""
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


# --- list -----------------------------------------------------------------------------------------


def list_lessons(options: argparse.Namespace) -> int:
    """Print lessons and steps with what is done."""
    import shutil

    from ormtutor import files
    from ormtutor.config import load
    from ormtutor.course.progress import Progress
    from ormtutor.repl.launch import find_lessons
    from ormtutor.repl.listing import listing
    from ormtutor.repl.theme import paint

    config = load()
    library = find_lessons([options.lessons] if options.lessons else config.lessons)
    for problem in library.problems:
        complain(problem)
    progress = Progress(files.progress_file())
    width = shutil.get_terminal_size((80, 24)).columns
    lines = listing(library, progress, options.word, width)
    if not lines:
        raise UsageError(f"no lesson or step has {options.word!r} in its name")
    colour = _wants_colour(options, config)
    for line in lines:
        print(paint(line, colour=colour, attributes=colour).rstrip(" "))
    return 2 if library.problems else 0


# --- check ----------------------------------------------------------------------------------------


def check_lessons(options: argparse.Namespace) -> int:
    """Check lesson files and print what was found."""
    raise NotImplementedError
