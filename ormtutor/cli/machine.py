"""This machine: `doctor` prints what a bug report needs, `completion` a shell's completion script.

Before: arguments.py has read the options.
Here:   versions, terminal, files, whether kernels start; and what may follow the words so far.
After:  lines on stdout.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from ormtutor import __version__, files
from ormtutor.cli.arguments import COMMANDS, OPTIONS, Options, commands, nearest, split
from ormtutor.cli.records import ACTIONS
from ormtutor.config import load
from ormtutor.course.library import plugins
from ormtutor.errors import KernelError, TutorError, UsageError
from ormtutor.repl.launch import find_lessons
from ormtutor.replay import EngineName, Kernels

# --- doctor ---------------------------------------------------------------------------------------


def doctor(options: Options) -> int:
    """Print versions, terminal, files and whether kernels start; return 3 if ours does not."""
    works = True
    for heading, facts in (
        ("versions", _versions()),
        ("terminal", _terminal()),
        ("files", _files()),
        ("lessons", _lessons(options)),
    ):
        print(heading)
        for name, value in facts:
            print(f"  {name:18} {value}")
    print("kernel")
    engines: tuple[EngineName, ...] = ("miniorm", "sqlalchemy")
    for engine in engines if options.path or _has("SQLAlchemy") else engines[:1]:
        kernels = Kernels(engine, path=options.path)
        started = time.perf_counter()
        try:
            kernel = kernels.take()
            seconds = time.perf_counter() - started
            print(f"  {engine:18} {kernels.version}, started in {seconds:.2f} s")
            kernel.stop()
        except KernelError as error:
            works = works and engine != "miniorm"
            print(f"  {engine:18} {error.problem}")
        finally:
            kernels.close()
    return 0 if works else KernelError.exit_code


def _versions() -> Iterator[tuple[str, str]]:
    yield "ormtutor", __version__
    yield "Python", f"{platform.python_version()} ({sys.executable})"
    yield "system", platform.platform()
    for name in ("prompt_toolkit", "pygments", "rich", "markdown-it-py", "SQLAlchemy"):
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            yield name, "not installed"


def _has(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _terminal() -> Iterator[tuple[str, str]]:
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout)):
        yield name, "a terminal" if stream.isatty() else "no terminal: line mode"
    size = shutil.get_terminal_size((0, 0))
    yield "size", f"{size.columns}x{size.lines}" if size.columns else "unknown"
    yield "encoding", str(sys.stdout.encoding)
    for name in ("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CI", "LANG", "LC_ALL"):
        if name in os.environ:
            yield name, os.environ[name]


def _files() -> Iterator[tuple[str, str]]:
    for name, path in (
        ("configuration", files.config_file()),
        ("progress", files.progress_file()),
        ("history", files.history_file()),
        ("reports", files.report_directory()),
        ("cache", files.cache_directory()),
    ):
        yield name, f"{path} ({_state(path)})"
    try:
        load()
    except TutorError as error:
        yield "configuration", str(error).replace("\n", " ")


def _state(path: Path) -> str:
    if path.exists():
        return "there" if os.access(path, os.W_OK) else "there, but cannot be written"
    parent = next(folder for folder in path.parents if folder.exists())
    return "not yet" if os.access(parent, os.W_OK) else f"cannot be made: {parent} is read-only"


def _lessons(options: Options) -> Iterator[tuple[str, str]]:
    try:
        library = find_lessons([options.lessons] if options.lessons else load().lessons)
    except TutorError as error:
        yield "course", str(error).replace("\n", " ")
        return
    places = ", ".join(map(str, library.directories))
    yield "course", f"{len(library.lessons)} lessons in {places}"
    others = plugins()
    for lesson in others.lessons:
        yield "plug-in", lesson.id
    for problem in (*library.problems, *others.problems):
        yield "problem", str(problem).replace("\n", " ")


# --- completion -----------------------------------------------------------------------------------

SCRIPTS = {
    "bash": """\
_ormtutor() {
    local IFS=$'\\n'
    COMPREPLY=($(ormtutor completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
    [[ ${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
complete -F _ormtutor ormtutor
""",
    "zsh": """\
#compdef ormtutor
_ormtutor() {
    local -a found
    found=("${(@f)$(ormtutor completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n "${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _ormtutor ormtutor
""",
    "fish": """\
function __ormtutor_words
    set -l words (commandline -opc)[2..-1] (commandline -ct)
    set -l found (ormtutor completion words -- $words 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c ormtutor -f -a '(__ormtutor_words)'
""",
    "powershell": """\
Register-ArgumentCompleter -Native -CommandName ormtutor -ScriptBlock {
    param($word, $ast, $cursor)
    $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($word -eq '') { $words += '' }
    ormtutor completion words -- @words 2>$null |
        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
""",
}


def completion(options: Options) -> int:
    """Print a shell's completion script; for `words`, which such a script calls, the candidates.

    Raises: UsageError: a shell that we do not know.
    """
    shell, *words = options.names
    if shell == "words":
        print("".join(f"{found}\n" for found in candidates(words or [""])), end="")
        return 0
    if shell not in SCRIPTS:
        near = nearest(shell, tuple(SCRIPTS))
        raise UsageError(
            f"there is no completion for {shell!r}",
            hint=f"Did you mean {near}?" if near else f"There is one for {', '.join(SCRIPTS)}.",
        )
    print(SCRIPTS[shell], end="")
    return 0


def candidates(words: Sequence[str]) -> list[str]:
    """Return what the last of these words may become; if empty, the shell proposes files."""
    *before, typed = words
    command, rest = split(before)
    before_that = before[-1] if before else ""
    if before_that in OPTIONS and OPTIONS[before_that].value:
        found: list[str] = list(OPTIONS[before_that].choices)
    elif typed.startswith("-"):
        found = [*COMMANDS[command].options, "--help"]
    else:
        names = [word for word in rest if not word.startswith("-")]
        found = _names(command, len(names), typed)
    return [word for word in found if word.startswith(typed)]


def _names(command: str, place: int, typed: str) -> list[str]:
    """Return the names that may be at a position after a command."""
    match command, place:
        case "", 0:
            return [*commands(), *_lesson_ids(typed)]
        case (("check" | "notes" | "run" | "reset"), _):
            return _lesson_ids(typed)
        case "progress", 0:
            return list(ACTIONS)
        case "completion", 0:
            return list(SCRIPTS)
    return []


def _lesson_ids(typed: str) -> list[str]:
    """Return the ids of the lessons; after a slash, the full names of the steps."""
    lessons = find_lessons(load().lessons).lessons
    if "/" not in typed:
        return [lesson.id for lesson in lessons]
    return [lesson.key(step) for lesson in lessons for step in lesson.steps]
