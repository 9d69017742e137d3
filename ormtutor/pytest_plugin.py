"""Collect lesson files with pytest, if that is asked for.

Before: `pytest --ormtutor`, or `ormtutor = true` in the ini file.
Here:   a lesson file -> items `file.md::step`, `::step::alt1`, `::step::mistake1`.
After:  check.py runs them; a finding that is not a note fails its item.

Where ormtutor is installed, pytest imports this in every run. So it imports nothing of ours before
the first lesson is collected.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ormtutor.check import Checker, Item
    from ormtutor.findings import Finding


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options; each begins with `--ormtutor`."""
    group = parser.getgroup("ormtutor", "lessons of ormtutor")
    group.addoption(
        "--ormtutor", action="store_true", default=False, help="collect lesson files (*.md)"
    )
    group.addoption(
        "--ormtutor-engine",
        choices=("miniorm", "sqlalchemy"),
        default="miniorm",
        help="run lessons on our engine, or on the SQLAlchemy that is installed",
    )
    group.addoption(
        "--ormtutor-quick",
        action="store_true",
        default=False,
        help="of lessons only what doctest checks, and the SQL",
    )
    group.addoption(
        "--ormtutor-accept",
        action="store_true",
        default=False,
        help="write what lessons really gave into their files; refused where CI is set",
    )
    parser.addini("ormtutor", "collect lesson files (*.md)", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse at the start what would be refused at the end."""
    if config.getoption("ormtutor_accept"):
        from ormtutor.errors import UsageError
        from ormtutor.findings import refuse_in_ci

        try:
            refuse_in_ci()
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error
        if config.getoption("numprocesses", None):
            raise pytest.UsageError("--ormtutor-accept writes files: run it without -n")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a Markdown file whose first block is `toml lesson`, if lessons are asked for."""
    config = parent.config
    if file_path.suffix != ".md" or not (config.getoption("ormtutor") or config.getini("ormtutor")):
        return None
    from ormtutor.course.library import is_lesson

    return LessonFile.from_parent(parent, path=file_path) if is_lesson(file_path) else None


class LessonFile(pytest.File):
    """A lesson; its kernels run as long as its items do."""

    checker: Checker | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each thing that can be checked separately."""
        from ormtutor.check import items_of
        from ormtutor.course.library import parse
        from ormtutor.errors import LessonError

        try:
            lesson = parse(self.path)
        except LessonError as error:
            raise self.CollectError(str(error)) from error
        for item in items_of(lesson, is_quick=self.config.getoption("ormtutor_quick")):
            yield LessonItem.from_parent(self, name=item.name, item=item)

    def setup(self) -> None:
        """Start kernels in advance."""
        from ormtutor.check import Checker, QuickChecker
        from ormtutor.course.library import parse

        engine = self.config.getoption("ormtutor_engine")
        maker = QuickChecker if self.config.getoption("ormtutor_quick") else Checker
        self.checker = maker(parse(self.path), engine=engine).__enter__()

    def teardown(self) -> None:
        """Stop the kernels."""
        if self.checker is not None:
            self.checker.close()
            self.checker = None


class FindingsError(Exception):
    """The findings of an item; shown without a traceback."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(line for finding in findings for line in finding.lines()))
        self.findings = findings


class LessonItem(pytest.Item):
    """A step, another answer, a mistake, or the lesson as a whole."""

    def __init__(self, *, item: Item, **settings: Any) -> None:
        super().__init__(**settings)
        self.item = item

    def runtest(self) -> None:
        """Check the item.

        Raises: FindingsError: something is not as the lesson says.
        """
        assert isinstance(self.parent, LessonFile)
        assert self.parent.checker is not None
        result = self.parent.checker.run(self.item)
        notes = [finding for finding in result.findings if finding.is_note]
        if notes:
            text = "\n".join(line for note in notes for line in note.lines())
            self.add_report_section("call", "notes", text)
        if not result.is_ok:
            self._accept(result.findings)
            raise FindingsError(tuple(f for f in result.findings if not f.is_note))

    def _accept(self, findings: tuple[Finding, ...]) -> None:
        """Remember the edits; since they move lines, they are made when all items have run."""
        if self.config.getoption("ormtutor_accept"):
            edits = self.config.stash.setdefault(_EDITS, {})
            found = [finding.edit for finding in findings if finding.edit is not None]
            edits.setdefault(self.path, []).extend(found)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show findings as text; any other exception with its traceback."""
        if isinstance(excinfo.value, FindingsError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return file, line and name."""
        return self.path, self.item.line - 1, self.name


_EDITS: pytest.StashKey[dict[Path, list[Any]]] = pytest.StashKey()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Make the edits of `--ormtutor-accept`, and show each."""
    edits = config.stash.get(_EDITS, {})
    if not edits:
        return
    from ormtutor.findings import accept

    terminalreporter.section("lessons rewritten")

    def show(difference: str) -> bool:
        terminalreporter.write_line(difference)
        return True

    for path, found in edits.items():
        accept(path, found, show)
