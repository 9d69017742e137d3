"""Runner: check lesson files, several at a time.

Before: cli/checking.py knows which files, which of their items, and how many at a time.
Here:   names -> lesson files -> a Report for each, and an exit code for all.
After:  check.py checks one lesson.
"""

from __future__ import annotations

import contextlib
import queue
import re
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ormtutor.check import Checker, Item, ItemResult, QuickChecker, items_of
from ormtutor.course import library
from ormtutor.course.lesson import Lesson, Transcript
from ormtutor.errors import KernelError, LessonError, UsageError
from ormtutor.findings import Finding
from ormtutor.records import record
from ormtutor.replay import EngineName, Kernels

Progressed = Callable[[ItemResult], None]


@record
class Report:
    """What checking a lesson file has found; `error`: it cannot be read, or no kernel starts."""

    path: Path
    results: tuple[ItemResult, ...] = ()
    error: LessonError | KernelError | None = None
    examples: int = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, notes included, in the order of the file."""
        found = [finding for result in self.results for finding in result.findings]
        return tuple(sorted(found, key=lambda finding: finding.line))

    @property
    def is_ok(self) -> bool:
        """Whether there is no error, and no finding except notes."""
        return self.error is None and all(result.is_ok for result in self.results)

    @property
    def seconds(self) -> float:
        """How long the checks took."""
        return sum(result.seconds for result in self.results)


def exit_code(reports: Sequence[Report]) -> int:
    """Return the exit code: 0 ok, 1 a check failed, 2 lesson syntax, 3 no kernel."""
    errors = [report.error for report in reports if report.error is not None]
    if errors:
        return max(error.exit_code for error in errors)
    return 0 if all(report.is_ok for report in reports) else 1


# --- which files, and which of their items --------------------------------------------------------


def lesson_paths(names: Sequence[str | Path], known: library.Library | None = None) -> list[Path]:
    """Return the files that names stand for: files, folders, ids; without names, all lessons.

    Raises: UsageError: a name stands for nothing, or for a file that is not a lesson.
    """
    course = known or library.Library(())
    if not names:
        paths = [lesson.path for lesson in course.lessons]
        return sorted({*paths, *(problem.path for problem in course.problems)})
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            found += library.lesson_files(path)
        elif path.is_file() and not library.is_lesson(path):
            raise UsageError(
                f"{path} is no lesson",
                hint="A lesson begins with a `toml lesson` block; lessons/README.md shows one.",
            )
        elif path.is_file():
            found.append(path)
        else:
            found.append(course.lesson(str(name)).path)
    return list(dict.fromkeys(found))


def is_wanted(path: Path, item: Item, pattern: str) -> bool:
    """Whether `-k PATTERN` selects an item: words, joined by `and`, `or` and `not`."""
    name = f"{path.name}::{item.name}".casefold()
    return any(
        all(_holds(term, name) for term in re.split(r"\s+and\s+", choice))
        for choice in re.split(r"\s+or\s+", pattern.casefold().strip())
    )


def _holds(term: str, name: str) -> bool:
    denied = term.startswith("not ")
    return (term.removeprefix("not ").strip() in name) is not denied


def check_files(
    paths: Sequence[Path],
    *,
    engine: EngineName = "miniorm",
    engine_path: Sequence[str] = (),
    pattern: str = "",
    stop_at_first: bool = False,
    on_result: Progressed | None = None,
    on_report: Callable[[Report], None] | None = None,
    jobs: int = 1,
    is_quick: bool = False,
    kernels: Kernels | None = None,
) -> list[Report]:
    """Check lesson files, `jobs` of them at a time; return a report for each, in their order.

    `on_result` is called after each item, `on_report` after each file, from several threads. With
    `stop_at_first`, files that were not begun before the first failure have no report. A quick
    check takes its kernels from `kernels`, if given.
    """
    stopped = threading.Event()
    left = len(paths)

    def tell(result: ItemResult) -> None:
        if stop_at_first and not result.is_ok:
            stopped.set()
        if on_result is not None:
            on_result(result)

    def check(path: Path) -> Report | None:
        nonlocal left
        if stopped.is_set():
            return None
        if kernels is not None:
            kernels.prepare(left)
        left -= 1
        report = check_file(
            path,
            engine=engine,
            engine_path=engine_path,
            pattern=pattern,
            on_result=tell,
            is_stopped=stopped.is_set,
            is_quick=is_quick,
            kernels=kernels,
        )
        if stop_at_first and not report.is_ok:
            stopped.set()
        if on_report is not None:
            on_report(report)
        return report

    found = _side_by_side(check, paths, jobs, stopped)
    return [report for report in found if report is not None]


def _side_by_side(
    work: Callable[[Path], Report | None],
    paths: Sequence[Path],
    jobs: int,
    stopped: threading.Event,
) -> list[Report | None]:
    """Return what `work` returns for each path, `jobs` of them at a time.

    If it raises, or after Ctrl-C, `stopped` is set, and what is running is waited for. No
    ThreadPoolExecutor, since that imports logging: 5 ms in each quick check.
    """
    waiting = queue.SimpleQueue[int]()
    for place in range(len(paths)):
        waiting.put(place)
    found: dict[int, Report | None] = {}
    faults: list[BaseException] = []

    def take() -> None:
        with contextlib.suppress(queue.Empty):
            while not faults:
                place = waiting.get_nowait()
                try:
                    found[place] = work(paths[place])
                except BaseException as fault:  # raised again in the caller's thread
                    faults.append(fault)
                    stopped.set()

    threads = [threading.Thread(target=take, daemon=True) for _ in range(max(1, jobs))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    if faults:
        raise faults[0]
    return [found[place] for place in range(len(paths))]


def count_items(paths: Sequence[Path], pattern: str = "", *, is_quick: bool = False) -> int:
    """Return how many items `check_files` will check; a file that cannot be read has none."""
    total = 0
    for path in paths:
        with contextlib.suppress(LessonError):
            items = items_of(library.parse(path), is_quick=is_quick)
            total += sum(not pattern or is_wanted(path, item, pattern) for item in items)
    return total


def check_file(
    path: Path,
    *,
    engine: EngineName = "miniorm",
    engine_path: Sequence[str] = (),
    pattern: str = "",
    on_result: Progressed | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
    is_quick: bool = False,
    kernels: Kernels | None = None,
) -> Report:
    """Check one lesson file; a quick check takes its kernel from `kernels`, if given."""
    try:
        lesson = library.parse(path)
    except LessonError as unreadable:
        return Report(path, error=unreadable)
    items = [
        item
        for item in items_of(lesson, is_quick=is_quick)
        if not pattern or is_wanted(path, item, pattern)
    ]
    results: list[ItemResult] = []
    error: KernelError | None = None
    maker = partial(QuickChecker, kernels=kernels) if is_quick else Checker
    with maker(lesson, engine=engine, engine_path=engine_path) as checker:
        try:
            checker.begin(items)
            for item in items:
                if is_stopped():
                    break
                results.append(checker.run(item))
                if on_result is not None:
                    on_result(results[-1])
        except KernelError as no_kernel:
            error = no_kernel
    return Report(path, tuple(results), error, count_examples(lesson))


def count_examples(lesson: Lesson) -> int:
    """Return how many examples plain doctest would run."""
    return len(lesson.setup) + sum(
        len(part.examples)
        for step in lesson.steps
        for part in step.parts
        if isinstance(part, Transcript)
    )
