"""The tutor's own errors: each says what is wrong, where, and what to do next.

Every room above the engine raises these and nothing else of its own; `cli/` and `repl/` show
them.
The engine's errors are SQLAlchemy's and live in `miniorm/exc.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class TutorError(Exception):
    """A problem, and a hint that mends it.

    `exit_code` is what the process ends with when the error reaches the command line
    (0 ok, 1 a check failed, 2 usage, configuration or lesson syntax, 3 kernel or environment).
    """

    exit_code = 2

    def __init__(self, problem: str, *, hint: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.problem}\n{self.hint}" if self.hint else self.problem


class UsageError(TutorError):
    """A word on the command line that we cannot follow."""


class ConfigError(TutorError):
    """A configuration file that cannot be read, with its key and line."""


class CommandError(TutorError):
    """A `:command` that does not exist, or that cannot be carried out now."""


class LessonError(TutorError):
    """A lesson file that breaks the format; names the file and the line (from 1).

    A file is read to its end: the further mistakes in it are in `others`, and `all` has every one.
    """

    def __init__(
        self,
        path: Path | str,
        line: int,
        problem: str,
        *,
        hint: str = "",
        others: Sequence[LessonError] = (),
    ) -> None:
        super().__init__(f"{path}:{line}: {problem}", hint=hint)
        self.path = Path(path)
        self.line = line
        self.message = problem
        self.others = tuple(others)

    @property
    def all(self) -> tuple[LessonError, ...]:
        """This mistake and those found with it, in the order of the file."""
        return (self, *self.others)

    def __str__(self) -> str:
        return "\n".join(TutorError.__str__(error) for error in self.all)


class KernelError(TutorError):
    """The child process cannot start, or died in a way that replay cannot mend."""

    exit_code = 3
