"""The command line: arguments, then one match.

Before: somebody typed `ormtutor ...`.
Here:   options are read, the terminal is looked at, and the parts are put together.
After:  repl/ holds the conversation; check.py proves lessons; both go through tutor.py's kernels.

Heavy imports stand inside the functions that need them, since the first frame has to be there
before them. Exit codes: 0 done or left, 1 a check failed or a piped lesson is not finished,
2 usage, configuration or a lesson's syntax, 3 kernel or environment, 130 interrupted.
"""

from __future__ import annotations

import os
import sys

from ormtutor import __version__
from ormtutor.errors import TutorError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Literal

    from ormtutor.check import ItemResult, Report
    from ormtutor.config import Config
    from ormtutor.findings import Finding
    from ormtutor.repl.launch import Session
    from ormtutor.replay import Kernels

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
  ormtutor mapping < answers.py  type a script; exit code 1 if it is too short

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
2 usage, configuration or lesson syntax, 3 kernel or environment,
130 interrupted
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

HELP_OF = {"": HELP, "list": LIST_HELP, "check": CHECK_HELP}
CHOICES = {"--color": ("auto", "always", "never"), "--engine": ("miniorm", "sqlalchemy")}
WITH_VALUE = ("--color", "--engine", "--path", "--lessons", "-k")
FLAGS = ("--plain", "-x", "--accept", "--fix")
KNOWN = {
    "": ("--plain", "--color", "--engine", "--path", "--lessons"),
    "list": ("--color", "--lessons"),
    "check": ("--color", "--engine", "--path", "--lessons", "-k", "-x", "--accept", "--fix"),
}
"""What each command takes; the help texts above tell the same to people."""


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
        print(HELP_OF[command], end="")
        return 0
    if "-V" in rest or "--version" in rest:
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


class Options:
    """What the command line says; None and empty where it says nothing."""

    color: Literal["auto", "always", "never"] | None = None
    engine: Literal["miniorm", "sqlalchemy"] | None = None
    lessons: str = ""
    path: tuple[str, ...] = ()
    plain: bool = False
    k: str = ""
    x: bool = False
    accept: bool = False
    fix: bool = False
    names: tuple[str, ...] = ()
    """The words that are no options: a lesson, a word to look for, files."""


def split(words: list[str]) -> tuple[str, list[str]]:
    """Return the command, empty for learning, and the words without it."""
    is_value = False
    for place, word in enumerate(words):
        if is_value:
            is_value = False
        elif word in WITH_VALUE:
            is_value = True
        elif not word.startswith("-"):
            if word in HELP_OF:
                return word, words[:place] + words[place + 1 :]
            return "", words
    return "", words


def parse(command: str, words: list[str]) -> Options:
    """Return the options of a command.

    By hand, since argparse takes a fifth of the time until the first frame, and would have to be
    taught to name the nearest option.

    Raises: UsageError: an unknown option, a missing or a wrong value, a name too many.
    """
    options = Options()
    remaining = list(words)
    while remaining:
        word = remaining.pop(0)
        if word == "--":
            options.names += tuple(remaining)
            break
        if not word.startswith("-") or word == "-":
            options.names += (word,)
            continue
        name, has_value, value = word.partition("=")
        if name not in KNOWN[command]:
            raise _unknown(command, name)
        if name in FLAGS:
            if has_value:
                raise UsageError(f"{name} takes no value", hint=f"Leave out {value!r}.")
            setattr(options, name.lstrip("-"), True)
            continue
        if not has_value:
            value = _next_value(name, remaining)
        _set(options, name, value)
    if command != "check" and len(options.names) > 1:
        raise UsageError(
            f"one name is enough, and {options.names[1]!r} is one more",
            hint="`ormtutor --help` has examples.",
        )
    return options


def _next_value(name: str, remaining: list[str]) -> str:
    if not remaining or (remaining[0].startswith("-") and remaining[0] != "-"):
        wanted = " or ".join(CHOICES.get(name, ("a value",)))
        raise UsageError(f"{name} needs {wanted} after it", hint="`ormtutor --help` has examples.")
    return remaining.pop(0)


def _set(options: Options, name: str, value: str) -> None:
    if value not in CHOICES.get(name, (value,)):
        near = _nearest(value, CHOICES[name])
        raise UsageError(
            f"{name} cannot be {value!r}",
            hint=f"Did you mean {near}?" if near else f"It is {' or '.join(CHOICES[name])}.",
        )
    if name == "--path":
        options.path += (value,)
    else:
        setattr(options, name.lstrip("-"), value)


def _unknown(command: str, name: str) -> UsageError:
    near = _nearest(name, (*KNOWN[command], "--help", "--version"))
    of = f"ormtutor {command}".rstrip()
    return UsageError(
        f"there is no option {name}",
        hint=(f"Did you mean {near}? " if near else "") + f"`{of} --help` lists them.",
    )


def _nearest(word: str, known: Sequence[str]) -> str:
    import difflib  # late: nobody needs it who makes no slip

    found = difflib.get_close_matches(word, known, 1)
    return found[0] if found else ""


# --- learning -------------------------------------------------------------------------------------


def learn(options: Options) -> int:
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


def _session(options: Options, config: Config, colour: bool) -> Session:
    from ormtutor.repl.launch import Session, Wishes  # after the first frame has been painted

    def make_kernels() -> Kernels:
        from ormtutor.replay import Kernels  # 20 ms, after the prompt takes keys

        kernels = Kernels(options.engine or config.engine, path=options.path)
        kernels.prepare()
        return kernels

    return Session(
        Wishes(
            lesson="".join(options.names),
            lessons=[options.lessons] if options.lessons else config.lessons,
            colour=colour,
            mode=config.mode,
            mouse=config.mouse,
            panel=config.panel,
            history=config.history,
        ),
        make_kernels,
    )


def _wants_colour(options: Options, config: Config) -> bool:
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


def list_lessons(options: Options) -> int:
    """Print lessons and steps with what is done."""
    import shutil

    from ormtutor import files
    from ormtutor.config import load
    from ormtutor.course.progress import Progress
    from ormtutor.repl.launch import find_lessons
    from ormtutor.repl.listing import listing
    from ormtutor.repl.theme import paint

    config = load()
    word = "".join(options.names)
    library = find_lessons([options.lessons] if options.lessons else config.lessons)
    for problem in library.problems:
        complain(problem)
    progress = Progress(files.progress_file())
    width = shutil.get_terminal_size((80, 24)).columns
    lines = listing(library, progress, word, width)
    if not lines:
        raise UsageError(f"no lesson or step has {word!r} in its name")
    colour = _wants_colour(options, config)
    for line in lines:
        print(paint(line, colour=colour, attributes=colour).rstrip(" "))
    return 2 if library.problems else 0


# --- check ----------------------------------------------------------------------------------------


def check_lessons(options: Options) -> int:
    """Check lesson files; findings and times go to stdout, as they come."""
    from ormtutor.check import exit_code, lesson_paths
    from ormtutor.config import load
    from ormtutor.findings import fix, refuse_in_ci
    from ormtutor.repl.launch import find_lessons

    if options.accept:
        refuse_in_ci()
        if not sys.stdin.isatty():
            raise UsageError("--accept asks before it writes", hint="Run it at a terminal.")
    config = load()
    library = find_lessons([options.lessons] if options.lessons else config.lessons)
    paths = lesson_paths(options.names, library)
    if not paths:
        raise UsageError("no lessons were found", hint="Name a lesson file, or --lessons DIR.")
    if options.fix:
        for path in paths:
            for done in fix(path):
                print(f"{done} (written)")
    reports: list[Report] = []
    for path in paths:
        reports.append(_check(path, options, config))
        if options.accept and any(finding.edit for finding in reports[-1].findings):
            reports[-1] = _accept(path, reports[-1], options, config)
        if options.x and not reports[-1].is_ok:
            break
    _print_summary(reports, len(paths))
    return exit_code(reports)


def _check(path: Path, options: Options, config: Config) -> Report:
    """Check one lesson; prints a line a step with its time, and what was found under it."""
    from ormtutor.check import check_files

    steps = _StepLines(path, _wants_colour(options, config))
    (report,) = check_files(
        [path],
        engine=options.engine or config.engine,
        engine_path=options.path,
        pattern=options.k,
        stop_at_first=options.x,
        on_result=steps.add,
    )
    steps.end(report)
    return report


class _StepLines:
    """Prints a line for each step when the next one begins."""

    def __init__(self, path: Path, colour: bool) -> None:
        self._colour = colour
        self._name = ""
        self._seconds = 0.0
        self._findings: list[Finding] = []
        print(path)

    def add(self, result: ItemResult) -> None:
        """Take in what came of an item."""
        name = result.item.name.partition("::")[0]
        if name != self._name:
            self.flush()
            self._name = name
        self._seconds += result.seconds
        self._findings += result.findings

    def flush(self) -> None:
        """Print the step at hand."""
        from ormtutor.repl.theme import paint

        if self._name:
            failed = any(not finding.is_note for finding in self._findings)
            style, word = ("class:wrong", "FAILED") if failed else ("class:ok", "ok")
            name = f"  {self._name:30} {self._seconds:6.1f} s  "
            print(paint([("", name), (style, word)], colour=self._colour, attributes=self._colour))
            for finding in self._findings:
                print(*finding.lines(), sep="\n")
        self._name, self._seconds, self._findings = "", 0.0, []
        sys.stdout.flush()

    def end(self, report: Report) -> None:
        """Print the last step, and why the lesson could not be checked, if so."""
        self.flush()
        if report.error is not None:
            print(report.error)


def _accept(path: Path, report: Report, options: Options, config: Config) -> Report:
    """Offer to write what really came out; then check the lesson again."""
    from ormtutor.findings import accept

    edits = [finding.edit for finding in report.findings if finding.edit is not None]
    try:
        count = accept(path, edits, _is_approved)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    if not count:
        return report
    print(f"{path}: {count} of {len(edits)} changes written; checking again")
    return _check(path, options, config)


def _is_approved(difference: str) -> bool:
    """Show a difference and ask; Ctrl-C and the end of the input mean no."""
    print(difference)
    try:
        return input("Write this? [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _print_summary(reports: list[Report], total: int) -> None:
    failed = [report for report in reports if not report.is_ok]
    seconds = sum(report.seconds for report in reports)
    examples = sum(report.examples for report in reports)
    lessons = "1 lesson" if len(reports) == 1 else f"{len(reports)} lessons"
    what = f"{lessons}, {examples} examples, {seconds:.1f} s"
    if failed:
        names = ", ".join(report.path.name for report in failed)
        print(f"FAILED: {len(failed)} of {what}: {names}")
    else:
        print(f"ok: {what}")
    if len(reports) < total:
        print(f"({total - len(reports)} lessons were not checked: -x)")
