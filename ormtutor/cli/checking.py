"""`ormtutor check`: check lessons, and print what was found.

Before: arguments.py has read the options.
Here:   which files to check; a line for each step when it is done, with its findings; a question
        before an edit is made.
After:  runner.py runs what the lessons claim, findings.py makes the edits that were approved.

Lessons are checked side by side, and printed in order. On a terminal there is a progress bar.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ormtutor.check import ItemResult
from ormtutor.cli.arguments import Options
from ormtutor.cli.learning import is_agreed, wants_colour
from ormtutor.config import Config, load
from ormtutor.errors import LessonError, UsageError
from ormtutor.findings import Finding, accept, fix, refuse_in_ci
from ormtutor.repl.launch import find_lessons
from ormtutor.repl.theme import paint
from ormtutor.replay import Kernels
from ormtutor.runner import Report, check_files, count_items, exit_code, lesson_paths


def check_lessons(options: Options, kernels: Kernels | None = None) -> int:
    """Check lesson files, print findings and times, and return the exit code.

    A quick check takes its kernels from `kernels`.
    Raises: UsageError: the options contradict each other, or name nothing to check.
    """
    if options.accept:
        refuse_in_ci()
        if not sys.stdin.isatty():
            raise UsageError("--accept asks before it writes", hint="Run it at a terminal.")
        if options.json:
            raise UsageError("--accept asks, and --json is for programs", hint="Use one of them.")
    config = load()
    library = find_lessons([options.lessons] if options.lessons else config.lessons)
    paths = lesson_paths(options.names, library)
    if not paths:
        raise UsageError("no lessons were found", hint="Name a lesson file, or --lessons DIR.")
    if options.fix:
        for path in paths:
            for done in fix(path):
                print(f"{done} (written)", file=sys.stderr if options.json else sys.stdout)
    if options.k and not count_items(paths, options.k, is_quick=options.quick):
        raise UsageError(
            f"no step, alternative or mistake matches -k {options.k!r}",
            hint="Items are named step, step::alt1, step::mistake1; `ormtutor list` has the steps.",
        )
    if options.json:
        reports = _run(paths, options, config, kernels=kernels)
        print(json.dumps(as_json(reports), indent=1))
        return exit_code(reports)
    started = time.perf_counter()
    reports = _check_and_print(paths, options, config, kernels)
    seconds = time.perf_counter() - started
    if options.accept:
        reports = [_offer(report, options, config) for report in reports]
    _print_summary(reports, len(paths), seconds)
    return exit_code(reports)


def _run(paths: Sequence[Path], options: Options, config: Config, **listeners: Any) -> list[Report]:
    return check_files(
        paths,
        engine=options.engine or config.engine,
        engine_path=options.path,
        pattern=options.k,
        stop_at_first=options.x,
        jobs=min(len(paths), os.cpu_count() or 1),
        is_quick=options.quick,
        **listeners,
    )


def _check_and_print(
    paths: Sequence[Path], options: Options, config: Config, kernels: Kernels | None = None
) -> list[Report]:
    colour = wants_colour(options, config)
    with _bar(lambda: count_items(paths, options.k, is_quick=options.quick)) as advance:
        pages = _Pages(paths, colour)

        def add(result: ItemResult) -> None:
            pages.add(result)
            advance()

        return _run(paths, options, config, kernels=kernels, on_result=add, on_report=pages.end)


@contextlib.contextmanager
def _bar(count: Callable[[], int]) -> Iterator[Callable[[], None]]:
    """Draw a progress bar on a terminal while lessons are checked; yield what advances it."""
    if not sys.stdout.isatty() or os.environ.get("TERM", "dumb") in ("dumb", "unknown"):
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        yield partial(progress.advance, progress.add_task("", total=count()))


# --- lines ----------------------------------------------------------------------------------------


class _Pages:
    """The lines of all lessons; those of the first unfinished one are printed as they come.

    A step's line is complete when the next step begins. Called from several threads.
    """

    def __init__(self, paths: Sequence[Path], colour: bool) -> None:
        self._waiting = [_Page(path, colour) for path in paths]
        self._pages = {page.path: page for page in self._waiting}
        self._lock = threading.Lock()

    def add(self, result: ItemResult) -> None:
        """Add the result of an item."""
        with self._lock:
            self._pages[result.path].add(result)
            self._print()

    def end(self, report: Report) -> None:
        """Note that a lesson is done, or why it could not be checked."""
        with self._lock:
            self._pages[report.path].end(report)
            self._print()

    def _print(self) -> None:
        while self._waiting:
            page = self._waiting[0]
            print("".join(f"{line}\n" for line in page.take()), end="", flush=True)
            if not page.is_done:
                return
            self._waiting.pop(0)


class _Page:
    """The lines of one lesson."""

    def __init__(self, path: Path, colour: bool) -> None:
        self.path = path
        self.is_done = False
        self._colour = colour
        self._lines = [str(path)]
        self._results: list[ItemResult] = []

    def take(self) -> list[str]:
        """Return the lines that have not been taken yet."""
        taken, self._lines = self._lines, []
        return taken

    def add(self, result: ItemResult) -> None:
        """Add the result of an item."""
        if self._results and _step_of(self._results[0]) != _step_of(result):
            self._end_step()
        self._results.append(result)

    def end(self, report: Report) -> None:
        """Note that the lesson is done, or why it could not be checked."""
        self._end_step()
        if report.error is not None:
            self._lines += str(report.error).split("\n")
        self.is_done = True

    def _end_step(self) -> None:
        results, self._results = self._results, []
        if not results:
            return
        failed = not all(result.is_ok for result in results)
        style, word = ("class:wrong", "FAILED") if failed else ("class:ok", "ok")
        seconds = sum(result.seconds for result in results)
        line = [("", f"  {_step_of(results[0]):24} {seconds:6.1f} s  "), (style, word)]
        if said := _said(results):
            line.append(("class:quiet", f"  {said}"))
        self._lines.append(paint(line, colour=self._colour, attributes=self._colour))
        for result in results:
            self._lines += [text for finding in result.findings for text in finding.lines()]


def _step_of(result: ItemResult) -> str:
    return result.item.name.partition("::")[0]


def _said(results: Sequence[ItemResult]) -> str:
    """Return what came of the attempts of a step: `alt1-2 pass, mistake1 recognised`."""
    parts = []
    for what, verb in (("passes", "pass"), ("recognised", "recognised"), ("not run", "not run")):
        names = [r.item.name.rpartition("::")[2] for r in results if r.is_ok and r.said == what]
        for kind in ("alt", "mistake"):
            numbers = [int(name.removeprefix(kind)) for name in names if name.startswith(kind)]
            if numbers:
                parts.append(f"{kind}{_span(numbers)} {verb if len(numbers) > 1 else what}")
    return ", ".join(parts)


def _span(numbers: Sequence[int]) -> str:
    """Return numbers as text: `1-3` for 1, 2 and 3; `1+3` for 1 and 3."""
    first, last = numbers[0], numbers[-1]
    if last - first == len(numbers) - 1:
        return f"{first}-{last}" if last > first else f"{first}"
    return "+".join(map(str, numbers))


def _print_summary(reports: list[Report], total: int, seconds: float) -> None:
    failed = [report for report in reports if not report.is_ok]
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


# --- JSON -----------------------------------------------------------------------------------------


def as_json(reports: Sequence[Report]) -> dict[str, Any]:
    """Return the reports as JSON values; `format` grows when the meaning of a key changes."""
    return {
        "format": 1,
        "ok": all(report.is_ok for report in reports),
        "lessons": [
            {
                "path": str(report.path),
                "ok": report.is_ok,
                "examples": report.examples,
                "seconds": round(report.seconds, 3),
                "errors": _errors(report),
                "items": [
                    {
                        "name": result.item.name,
                        "line": result.item.line,
                        "ok": result.is_ok,
                        "said": result.said,
                        "seconds": round(result.seconds, 3),
                        "findings": [_finding(finding) for finding in result.findings],
                    }
                    for result in report.results
                ],
            }
            for report in reports
        ],
    }


def _errors(report: Report) -> list[dict[str, Any]]:
    """Return why a lesson could not be read, or why no kernel starts."""
    if isinstance(report.error, LessonError):
        return [
            {"line": error.line, "problem": error.message, "hint": error.hint}
            for error in report.error.all
        ]
    if report.error is not None:
        return [{"line": 1, "problem": report.error.problem, "hint": report.error.hint}]
    return []


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "line": finding.line,
        "problem": finding.problem,
        "hint": finding.hint,
        "details": list(finding.details),
        "note": finding.is_note,
    }


# --- accepting ------------------------------------------------------------------------------------


def _offer(report: Report, options: Options, config: Config) -> Report:
    """Offer to write what really came out; if some is written, check the lesson again."""
    edits = [finding.edit for finding in report.findings if finding.edit is not None]
    if not edits:
        return report
    try:
        count = accept(report.path, edits, _is_approved)
    except OSError as error:
        raise UsageError(f"{report.path} cannot be written: {error.strerror or error}") from error
    if not count:
        return report
    print(f"{report.path}: {count} of {len(edits)} changes written; checking again")
    return _check_and_print([report.path], options, config)[0]


def _is_approved(difference: str) -> bool:
    """Show a difference and ask whether to write it."""
    print(difference)
    return is_agreed("Write this? [y/N] ")
