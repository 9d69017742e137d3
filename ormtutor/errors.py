"""The tutor's own errors: each says what is wrong, where, and what to do next.

What a user is to read, every room above the engine raises as one of these; `cli/` and `repl/` show
them. The engine's errors are SQLAlchemy's, in `miniorm/exc.py` and `miniorm/orm/exc.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class TutorError(Exception):
    """A problem, and a hint on what to do about it.

    `exit_code` is that of the process when the error reaches the command line
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
    """A command line that we do not understand, or cannot carry out."""


class ConfigError(TutorError):
    """A configuration file that cannot be read, with its key and line."""


class CommandError(TutorError):
    """A `:command` that does not exist, or that cannot be carried out now."""


class LessonError(TutorError):
    """A mistake in a lesson file, with its path and line (from 1).

    A file is read to its end: `others` are the further mistakes in it.
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
    """The child process cannot be started, has died, or cannot be replaced by a replay."""

    exit_code = 3
