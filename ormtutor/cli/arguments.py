"""The command line's words: one table of commands and options, for parsing, help and completion.

Before: `main` has the words that somebody typed.
Here:   the table; words -> Options; a page of help.
After:  each command's function gets its Options.

To add a command, add a row, and a branch to the match in `__init__.py`.
"""

from __future__ import annotations

from ormtutor.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

MANY = 1000
"""The most names of a command that takes any number of them."""


class Option:
    """An option: the name of its value, or empty for a flag; its help; its possible values."""

    def __init__(self, value: str, help: str, choices: tuple[str, ...] = ()) -> None:
        self.value = value
        self.help = help
        self.choices = choices


OPTIONS = {
    "--plain": Option("", "line mode instead of the full screen"),
    "--color": Option("WHEN", "auto, always or never", ("auto", "always", "never")),
    "--engine": Option(
        "ENGINE",
        "miniorm (our own, the default) or sqlalchemy (installed)",
        ("miniorm", "sqlalchemy"),
    ),
    "--path": Option("DIR", "where the engine is looked for first"),
    "--lessons": Option("DIR", "a folder with lessons, instead of the course"),
    "--allow-files": Option("", "let code open database files outside its own folder"),
    "--watch": Option("", "load the lesson again whenever its file changes"),
    "-k": Option("WORDS", "only items with these words; `and`, `or`, `not` between"),
    "-x": Option("", "stop at the first lesson that fails"),
    "--accept": Option("", "show what really came out, and write it into the file"),
    "--fix": Option("", "mend blank lines and the like in the file"),
    "--quick": Option("", "only what doctest checks, and the SQL: for while you write"),
    "--json": Option("", "print one JSON object instead of lines"),
    "--yes": Option("", "do not ask"),
    "-V, --version": Option("", "print the version"),
    "-h, --help": Option("", "print this"),
}


class Command:
    """A row of the table.

    `words`: the names that it takes, as the usage shows them. `names`: how many, at least and at
    most. `short`: its purpose in the list of commands.
    """

    def __init__(
        self,
        words: str,
        names: tuple[int, int],
        short: str,
        purpose: str,
        examples: tuple[tuple[str, str], ...],
        options: tuple[str, ...],
        exit_codes: str = "",
    ) -> None:
        self.words = words
        self.names = names
        self.short = short
        self.purpose = purpose
        self.examples = examples
        self.options = options
        self.exit_codes = exit_codes


COMMANDS = {
    "": Command(
        "[LESSON|PATH]",
        (0, 1),
        "learn",
        "Learn object-relational mapping at a real prompt: see the SQL that your Python\n"
        "sends, and why. Without a lesson it goes on where you left.",
        (
            ("ormtutor", "go on, or begin"),
            ("ormtutor mapping", "open a lesson by its name, number or file"),
            ("ormtutor mapping/commit", "open it at a step"),
            ("ormtutor --plain", "line by line: for screen readers, old terminals"),
            ("ormtutor mapping < answers.py", "type a script; exit code 1 if it is too short"),
            ("ormtutor mine.md --watch", "see a lesson as learners do, while you write"),
        ),
        ("--plain", "--color", "--engine", "--path", "--lessons", "--allow-files", "--watch"),
        "0 done or left, 1 a check failed or a piped lesson is not finished,\n"
        "2 usage, configuration or lesson syntax, 3 kernel or environment,\n"
        "130 interrupted",
    ),
    "list": Command(
        "[WORD]",
        (0, 1),
        "lessons and steps, with what is done",
        "List lessons and steps with what is done; with a word, those that contain it.",
        (("ormtutor list", ""), ("ormtutor list commit", "")),
        ("--color", "--lessons"),
    ),
    "notes": Command(
        "[LESSON]",
        (0, 1),
        "what the steps that are done taught, a line each",
        "Print a cheat sheet: what the steps that are done taught, a line each. It is\n"
        "Markdown where it does not go to a terminal.",
        (("ormtutor notes session", ""), ("ormtutor notes > notes.md", "")),
        ("--color", "--lessons"),
    ),
    "play": Command(
        "[FILE]",
        (0, 1),
        "a sandbox: tables with rows, nothing asked, nothing kept",
        "Open a sandbox: the tool library of the course with a few rows, an engine and a\n"
        "session. With a file, that is run first. Nothing is asked, and nothing is kept.",
        (("ormtutor play", ""), ("ormtutor play tries.py", "")),
        ("--plain", "--color", "--engine", "--path", "--allow-files"),
    ),
    "run": Command(
        "LESSON/STEP",
        (1, 1),
        "type a script into one step, and judge it",
        "Type the script on standard input into one step of a lesson, as a learner would,\n"
        "and tell whether it passes.",
        (("ormtutor run mapping/commit < answer.py", ""),),
        ("--color", "--engine", "--path", "--lessons", "--allow-files"),
        "0 the step is passed, 1 it is not",
    ),
    "progress": Command(
        "[show|export|import|merge] [FILE]",
        (0, 2),
        "show what is done, or carry it to another machine",
        "Show what is done; write it to a file, replace it by a file, or take over from a\n"
        "file what is better there. FILE may be - for standard input and output.",
        (
            ("ormtutor progress", ""),
            ("ormtutor progress export done.json", ""),
            ("ormtutor progress merge done.json", "keep the better of both"),
        ),
        ("--lessons",),
    ),
    "reset": Command(
        "[LESSON]",
        (0, 1),
        "forget what was done in a lesson, or everything",
        "Forget what was done in a lesson, or in all of them. Asks first.",
        (("ormtutor reset mapping", ""), ("ormtutor reset --yes", "everything, unasked")),
        ("--yes", "--lessons"),
    ),
    "check": Command(
        "[PATH ...]",
        (0, MANY),
        "prove that lessons are true and complete",
        "Prove that lessons are true and complete: examples and SQL as written, each step\n"
        "fails at its start and passes at its end, other right answers pass, mistakes are\n"
        "recognised. Without a path all lessons of the course are checked.",
        (
            ("ormtutor check", ""),
            ("ormtutor check lessons/01-mapping.md -x", ""),
            ("ormtutor check lessons/09-mine.md --accept", ""),
            ("ormtutor check -k 'commit and not mistake'", ""),
        ),
        (
            "-k",
            "-x",
            "--quick",
            "--accept",
            "--fix",
            "--json",
            "--engine",
            "--path",
            "--lessons",
            "--color",
        ),
        "0 all is well, 1 something is not, 2 a file cannot be read as a\n"
        "lesson, 3 the kernel cannot start",
    ),
    "new": Command(
        "PATH",
        (1, 1),
        "write the skeleton of a lesson",
        "Write the skeleton of a lesson. It passes `ormtutor check` as it stands, and has\n"
        "an example of each thing. A file that exists is never overwritten.",
        (("ormtutor new lessons/09-mine.md", ""),),
        (),
    ),
    "doctor": Command(
        "",
        (0, 0),
        "versions, terminal, files: what a bug report needs",
        "Print versions, facts of the terminal, where files are kept, and whether a\n"
        "kernel starts: what a bug report needs.",
        (("ormtutor doctor", ""),),
        ("--path", "--lessons"),
        "0 a kernel starts, 3 it does not",
    ),
    "completion": Command(
        "bash|zsh|fish|powershell",
        (1, MANY),
        "what makes Tab complete commands, lessons and steps",
        "Print a script that makes Tab complete commands, options, lessons and steps.",
        (
            ('eval "$(ormtutor completion bash)"', "in ~/.bashrc"),
            ('eval "$(ormtutor completion zsh)"', "in ~/.zshrc, after compinit"),
            ("ormtutor completion fish | source", "in ~/.config/fish/config.fish"),
        ),
        (),
    ),
}
"""The commands by name; the empty name is learning."""

ENVIRONMENT = """\
environment:
  NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE   colour off, on, on
  VISUAL, EDITOR      the editor of Ctrl-X Ctrl-E
  COLUMNS             the width of line mode
  ORMTUTOR_HOME       one folder for all of the files below

files:
  ~/.config/ormtutor/config.toml          settings
  ~/.local/state/ormtutor/progress.json   what you have done
  ~/.local/state/ormtutor/history         what you have typed
  ~/.local/state/ormtutor/trusted.json    lessons from elsewhere that may run
  ~/.cache/ormtutor/                      can be deleted
"""

ALIASES = {"-h": "--help", "-V": "--version"}
_EVERYWHERE = ("--version", "--help")


class Options:
    """What the command line says; None, empty or False where it says nothing."""

    color: Literal["auto", "always", "never"] | None = None
    engine: Literal["miniorm", "sqlalchemy"] | None = None
    lessons: str = ""
    path: tuple[str, ...] = ()
    plain: bool = False
    allow_files: bool = False
    watch: bool = False
    k: str = ""
    x: bool = False
    accept: bool = False
    fix: bool = False
    json: bool = False
    quick: bool = False
    yes: bool = False
    help: bool = False
    version: bool = False
    names: tuple[str, ...] = ()
    """The words that are not options: a lesson, a word to look for, files."""
    is_single: bool = False
    """Whether to judge only the named step."""
    first_input: str = ""
    """An input to run before the learner's first."""

    @property
    def name(self) -> str:
        """The first name, or empty."""
        return "".join(self.names[:1])


def split(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the command, empty for learning, and the other words."""
    is_value = False
    for place, word in enumerate(words):
        if word == "--":
            break
        if is_value:
            is_value = False
        elif word.startswith("-"):
            is_value = word in OPTIONS and bool(OPTIONS[word].value)
        else:
            if word in COMMANDS:
                return word, [*words[:place], *words[place + 1 :]]
            return "", list(words)
    return "", list(words)


def parse(command: str, words: Sequence[str]) -> Options:
    """Return the options of a command.

    Without argparse, which takes a fifth of the time until the first frame, and does not name the
    nearest option.

    Raises: UsageError: an unknown option, a missing or wrong value, too many or too few names.
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
        name = ALIASES.get(name, name)
        if name not in (*COMMANDS[command].options, *_EVERYWHERE):
            raise _unknown(command, name)
        if name in _EVERYWHERE or not OPTIONS[name].value:
            if has_value:
                raise UsageError(f"{name} takes no value", hint=f"Leave out {value!r}.")
            setattr(options, name.lstrip("-").replace("-", "_"), True)
            continue
        if not has_value:
            value = _next_value(name, remaining)
        _set(options, name, value)
    if not (options.help or options.version):
        _count_names(command, options.names)
    return options


def _count_names(command: str, names: tuple[str, ...]) -> None:
    least, most = COMMANDS[command].names
    if len(names) > most:
        problem = (
            f"one name is enough, and {names[1]!r} is one more"
            if most == 1
            else f"{names[most]!r} is a word too many"
        )
        near = "" if command else nearest(names[0], commands())
        said = f"Did you mean `ormtutor {near}`? " if near else ""
        raise UsageError(problem, hint=f"{said}`{_program(command)} --help` has examples.")
    if len(names) < least:
        raise UsageError(
            f"{_program(command)} needs {COMMANDS[command].words}",
            hint=f"`{_program(command)} --help` has examples.",
        )


def _next_value(name: str, remaining: list[str]) -> str:
    if not remaining or (remaining[0].startswith("-") and remaining[0] != "-"):
        wanted = " or ".join(OPTIONS[name].choices or ("a value",))
        raise UsageError(f"{name} needs {wanted} after it", hint="`ormtutor --help` has examples.")
    return remaining.pop(0)


def _set(options: Options, name: str, value: str) -> None:
    choices = OPTIONS[name].choices
    if value not in (choices or (value,)):
        near = nearest(value, choices)
        raise UsageError(
            f"{name} cannot be {value!r}",
            hint=f"Did you mean {near}?" if near else f"It is {' or '.join(choices)}.",
        )
    if name == "--path":
        options.path += (value,)
    else:
        setattr(options, name.lstrip("-"), value)


def _unknown(command: str, name: str) -> UsageError:
    near = nearest(name, (*COMMANDS[command].options, *_EVERYWHERE))
    return UsageError(
        f"there is no option {name}",
        hint=(f"Did you mean {near}? " if near else "")
        + f"`{_program(command)} --help` lists them.",
    )


def _program(command: str) -> str:
    return f"ormtutor {command}".rstrip()


def commands() -> list[str]:
    """Return the names of the commands."""
    return [name for name in COMMANDS if name]


def nearest(word: str, known: Sequence[str]) -> str:
    """Return the known word that was probably meant, or empty."""
    import difflib  # late: only needed after a slip

    found = difflib.get_close_matches(word, known, 1)
    return found[0] if found else ""


# --- help -----------------------------------------------------------------------------------------


def help_of(command: str) -> str:
    """Return the help on a command, or the whole help for the empty name; 80 columns at most."""
    row = COMMANDS[command]
    usages = [_usage(command)] if command else [_usage(name) for name in ("", "list", "check")]
    if not command:
        usages.append("ormtutor COMMAND ...")
    width = max(len(example) for example, _ in row.examples)
    parts = [
        "\n".join(
            f"{'usage: ' if not place else '       '}{usage}" for place, usage in enumerate(usages)
        ),
        row.purpose,
        "examples:\n"
        + "\n".join(f"  {text:{width}}  {meaning}".rstrip() for text, meaning in row.examples),
        "options:\n" + "\n".join(_option_lines(row)),
    ]
    if not command:
        parts.append(
            "commands, each with a --help of its own:\n"
            + "\n".join(f"  {name:16}  {COMMANDS[name].short}" for name in commands())
        )
        parts.append(ENVIRONMENT.rstrip())
    if row.exit_codes:
        parts.append(f"exit codes: {row.exit_codes}")
    return "\n\n".join(parts) + "\n"


def _usage(command: str) -> str:
    row = COMMANDS[command]
    options = "[options]" if row.options else ""
    return " ".join(word for word in (_program(command), row.words, options) if word)


def _option_lines(row: Command) -> list[str]:
    names = [*row.options, *(("-V, --version",) if row is COMMANDS[""] else ()), "-h, --help"]
    return [f"  {f'{name} {OPTIONS[name].value}':16}  {OPTIONS[name].help}" for name in names]
