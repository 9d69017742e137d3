"""A lesson file checks itself: Lesson -> findings.

Before: runner.py hands over one lesson file after another, pytest_plugin.py their items.
Here:   everything that a lesson claims is run: its straight path by doctest's rules, its SQL, its
        checks at the beginning and at the end of each step, its other answers, its mistakes, its
        challenges on seen and on hidden data; then everything again with another hash seed.
After:  findings.py: each finding names the file, the line and what to do.

A quick check only runs the straight path, as plain doctest would, and compares its SQL, too. A full
one runs each step twice: on the straight path, in the kernel that ran the step before; and entered
directly, as the tutor does it, by a replay in a new kernel with another hash seed.
"""

from __future__ import annotations

import contextlib
import queue
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from ormtutor import differences
from ormtutor.course import library
from ormtutor.course.checking import Goal, Vector, all_met, recognise
from ormtutor.course.lesson import (
    Attempt,
    Example,
    Lesson,
    SQLFence,
    Step,
    Transcript,
    release,
)
from ormtutor.course.output import (
    agrees,
    difference,
    exception_agrees,
    expected_exception,
    set_options,
)
from ormtutor.course.statements import SentSQL, compare, spelled_out
from ormtutor.findings import Finding, output_edit, sql_edit
from ormtutor.kernel.messages import Answer, Message, Output
from ormtutor.records import record, replace
from ormtutor.reference import (
    Outcome,
    Reference,
    challenge_goals,
    failure_of,
    goals_at,
    run_attempt,
    run_reference,
    sent_of,
    shown_of,
    subject_of,
)
from ormtutor.replay import (
    EXAMPLE_SECONDS,
    HASH_SEEDS,
    EngineName,
    Kernels,
    Line,
    ReplayError,
    Replica,
    answering,
    entering_lines,
    lines_before,
    opening_lines,
    path_to,
    replica_of,
)
from ormtutor.turn import compare_prediction

_WITH_ANOTHER_SEED = (
    "with another hash seed",
    "It depends on the order of a set: sort it, or compare sets.",
)
_ENTERED_DIRECTLY = (
    "when the step is entered directly",
    "It depends on more than the lines before it: on a check that changes something?",
)

_NO_ANSWERS = ("not known", "no mapped object", "no such table", "")


@record
class Item:
    """One thing to check: the lesson as a whole, a step, or an attempt of a step.

    `name` identifies it within the file: `lesson`, `queued`, `queued::alt1`.
    """

    name: str
    line: int
    step: int = -1
    attempt: Attempt | None = None


@record
class ItemResult:
    """What checking an item has found."""

    path: Path
    item: Item
    findings: tuple[Finding, ...]
    seconds: float
    said: str = ""
    """For an attempt: `passes`, `recognised` or `not run`, provided that it is ok."""

    @property
    def is_ok(self) -> bool:
        """Whether there are no findings except notes."""
        return all(finding.is_note for finding in self.findings)


# --- what to check --------------------------------------------------------------------------------


def items_of(lesson: Lesson, *, is_quick: bool = False) -> list[Item]:
    """Return what there is to check in a lesson, in order; if `is_quick`, without attempts."""
    items = [Item("lesson", 1)]
    for index, step in enumerate(lesson.steps):
        items.append(Item(step.id, step.line, index))
        if is_quick:
            continue
        for kind, attempts in (("alt", step.alternatives), ("mistake", step.mistakes)):
            for number, attempt in enumerate(attempts, 1):
                items.append(Item(f"{step.id}::{kind}{number}", attempt.line, index, attempt))
    return items


# --- one lesson -----------------------------------------------------------------------------------


@record
class _StepRun:
    """One run of a step: what its beginning showed, and its reference.

    `broken` says which earlier line fails, so that the step could not be entered properly.
    """

    opening: tuple[tuple[Line, tuple[Message, ...]], ...] = ()
    reference: Reference | None = None
    broken: str = ""


class _Path:
    """The straight path of a lesson with one hash seed; each step is run once.

    A step runs in the kernel that has just run the step before, unless the path `is_direct`: then
    each step gets a new kernel and a replay, as the tutor does it.
    """

    def __init__(self, lesson: Lesson, kernels: Kernels, *, is_direct: bool = False) -> None:
        self.lesson = lesson
        self.kernels = kernels
        self.is_direct = is_direct
        self.runs: dict[int, _StepRun] = {}
        self._near: Replica | None = None
        self._lock = threading.Lock()

    def run(self, index: int) -> _StepRun:
        """Return the run of a step.

        Raises: KernelError: no kernel can be started.
        """
        with self._lock:
            if index not in self.runs:
                self.runs[index] = self._run(index)
            return self.runs[index]

    def open(self) -> list[tuple[Line, tuple[Message, ...]]]:
        """Run what comes before the first step; return each line with its replies.

        Raises: KernelError: no kernel can be started.
        """
        with self._lock:
            if self._near is not None:
                self._near.stop()
            replica, ran = Replica(self.kernels.take()), []
            for line in opening_lines(self.lesson):
                ran.append((line, replica.run(line[0], deadline=EXAMPLE_SECONDS)))
                if not replica.alive:
                    return ran
            self._near = replica  # the first step begins here
            return ran

    def _run(self, index: int) -> _StepRun:
        step = self.lesson.steps[index]
        before = lines_before(self.lesson, index)
        near, self._near = self._near, None
        if self.is_direct and near is not None:
            near.stop()
            near = None
        try:
            replica = replica_of(self.kernels, [entry for entry, _ in before], near)
        except ReplayError as error:
            return _StepRun(broken=f"{error.problem}; {error.hint}")
        broken = _broken(replica, before)
        if broken:
            replica.stop()
            return _StepRun(broken=broken)
        opening = []
        for line in entering_lines(self.lesson, step):
            opening.append((line, replica.run(line[0], deadline=EXAMPLE_SECONDS)))
            if not replica.alive:
                return _StepRun(tuple(opening))
        reference = run_reference(replica, self.lesson, step)
        self._near = replica
        return _StepRun(tuple(opening), reference)


class Checker:
    """Checks the items of one lesson, in any order. A context manager, for it owns kernels."""

    def __init__(
        self, lesson: Lesson, *, engine: EngineName = "miniorm", engine_path: Sequence[str] = ()
    ) -> None:
        self.lesson = lesson
        self.engine = engine
        first, again = HASH_SEEDS
        attempts = [
            attempt for step in lesson.steps for attempt in (*step.alternatives, *step.mistakes)
        ]
        ahead = 2 if attempts else 1
        self._kernels = Kernels(engine, path=engine_path, hash_seed=first, ahead=ahead)
        self._straight = _Path(lesson, self._kernels)
        other = Kernels(engine, path=engine_path, hash_seed=again)
        self._again = _Path(lesson, other, is_direct=True)
        self._reseeded = _Path(lesson, other)
        self._outcomes: dict[Attempt, Outcome] = {}
        self._locks = {attempt: threading.Lock() for attempt in attempts}
        self._ahead: queue.SimpleQueue[tuple[int, Attempt]] = queue.SimpleQueue()
        self._is_ahead = False

    def __enter__(self) -> Checker:
        """Start kernels in advance."""
        self._kernels.prepare()
        if self._is_ours:
            self._again.kernels.prepare()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop all kernels."""
        self.close()

    def close(self) -> None:
        """Stop all kernels."""
        self._kernels.close()
        self._again.kernels.close()

    def begin(self, items: Sequence[Item]) -> None:
        """Do in the background, in advance, what these items will need.

        If that fails, `run` does the work itself and meets the same error.
        """
        self._is_ahead = True
        steps = [item.step for item in items if item.step >= 0 and item.attempt is None]

        def run_again() -> None:
            with contextlib.suppress(Exception):
                for index in steps:
                    self._again.run(index)

        def try_attempts() -> None:
            with contextlib.suppress(Exception):
                while True:
                    self._outcome(*self._ahead.get())

        for work in (run_again, try_attempts) if self._is_ours else (try_attempts,):
            threading.Thread(target=work, daemon=True).start()

    @property
    def _is_ours(self) -> bool:
        return self.engine == "miniorm"

    def run(self, item: Item) -> ItemResult:
        """Check one item.

        Raises: KernelError: no kernel can be started.
        """
        started = time.perf_counter()
        if item.step < 0:
            findings = list(self._check_lesson())
        elif item.attempt is None:
            findings = list(self._check_step(item))
        elif item.attempt.kind == "alt":
            findings = list(self._check_alternative(item, item.attempt))
        else:
            findings = list(self._check_mistake(item, item.attempt))
        seconds = time.perf_counter() - started
        said = "" if item.attempt is None else self._said(item.attempt)
        return ItemResult(self.lesson.path, item, tuple(findings), seconds, said)

    def _said(self, attempt: Attempt) -> str:
        """Return what came of an attempt, provided that there are no findings except notes."""
        is_run = attempt.runs_on(self.engine, self._kernels.version)
        if not is_run or (attempt.kind == "mistake" and not self._is_ours):
            return "not run"
        return "passes" if attempt.kind == "alt" else "recognised"

    def _finding(
        self,
        line: int,
        item: Item,
        problem: str,
        hint: str = "",
        details: Iterable[str] = (),
        *,
        is_note: bool = False,
    ) -> Finding:
        return Finding(self.lesson.path, line, item.name, problem, hint, tuple(details), is_note)

    # --- the lesson as a whole --------------------------------------------------------------------

    def _check_lesson(self) -> Iterator[Finding]:
        """Check what comes before the first step, and the lesson's place among other files."""
        item = Item("lesson", 1)
        for problem in library.lint(self.lesson):
            yield self._finding(problem.line, item, problem.message, problem.hint)
        for (_, example), replies in self._straight.open():
            yield from self._check_example(item, example, replies, 1)

    # --- a step -----------------------------------------------------------------------------------

    def _check_step(self, item: Item) -> Iterator[Finding]:
        step = self.lesson.steps[item.step]
        found = list(self._check_run(item, step, self._first_run(item.step)))
        yield from found
        if self._is_ours:
            yield from self._check_again(item, step, found)

    def _first_run(self, index: int) -> _StepRun:
        """Return the step's run on the straight path; its attempts may now be run in advance."""
        is_new = index not in self._straight.runs
        run = self._straight.run(index)
        if is_new and self._is_ahead:
            step = self.lesson.steps[index]
            for attempt in (*step.alternatives, *(step.mistakes if self._is_ours else ())):
                self._ahead.put((index, attempt))
        return run

    def _check_again(self, item: Item, step: Step, found: Sequence[Finding]) -> Iterator[Finding]:
        """Check the step again, entered directly and with another hash seed.

        What is found only then is looked for on the straight path with that seed, to find out
        which of the two is the reason.
        """
        known = {(finding.line, finding.problem) for finding in found}
        new = [
            finding
            for finding in self._check_run(item, step, self._again.run(item.step))
            if (finding.line, finding.problem) not in known
        ]
        if not new:
            return
        runs = [self._reseeded.run(index) for index in range(item.step + 1)]
        reseeded = {
            (finding.line, finding.problem) for finding in self._check_run(item, step, runs[-1])
        }
        for finding in new:
            is_seed = (finding.line, finding.problem) in reseeded
            when, hint = _WITH_ANOTHER_SEED if is_seed else _ENTERED_DIRECTLY
            yield replace(finding, problem=f"{finding.problem} ({when})", hint=hint, edit=None)

    def _check_run(self, item: Item, step: Step, run: _StepRun) -> Iterator[Finding]:
        if run.broken:
            yield self._finding(
                step.line,
                item,
                f"the step cannot be checked: {run.broken}",
                "Mend that line first.",
            )
            return
        for (_, example), replies in run.opening:
            yield from self._check_example(item, example, replies, step.line)
        reference = run.reference
        if reference is None or step.is_reading:
            yield from self._check_sql(item, step, run)
            return
        yield from self._check_transcript(item, step, reference)
        yield from self._check_sql(item, step, run)
        if self._is_ours and len(reference.moments) + bool(subject_of(step)) == len(step.reference):
            yield from self._check_goals(item, step, reference)

    def _check_transcript(self, item: Item, step: Step, reference: Reference) -> Iterator[Finding]:
        for example, moment in zip(step.reference, reference.moments, strict=False):
            yield from self._check_example(item, example, moment.replies, step.line)
        if reference.trials:
            last = step.reference[-1]
            yield from self._check_example(item, last, reference.trials[0].replies, step.line)
            yield from self._check_hidden(item, step, reference)

    def _check_hidden(self, item: Item, step: Step, reference: Reference) -> Iterator[Finding]:
        """Check that the reference does not fail on the hidden data."""
        for data, trial in zip(step.hidden, reference.trials[1:], strict=False):
            if trial.failure:
                yield self._finding(
                    data.line,
                    item,
                    "the reference fails on this hidden data",
                    "Mend the data or the solution.",
                    [_first_line(trial.failure)],
                )

    def _check_example(
        self, item: Item, example: Example | None, replies: Sequence[Message], line: int
    ) -> Iterator[Finding]:
        """Compare what an example showed with what is written under it, by doctest's rules."""
        if not replies or (example is not None and "SKIP" in set_options(example.options)):
            return
        failure = failure_of(replies)
        if example is None:
            if failure:
                yield self._finding(
                    line,
                    item,
                    f"the file {self.lesson.use} fails",
                    "Mend it.",
                    [_first_line(failure)],
                )
            return
        if failure.startswith("KeyboardInterrupt: stopped after"):
            stopped = _first_line(failure).partition(": ")[2]
            yield self._finding(example.line, item, stopped, "Let it end by itself, and soon.")
            return
        if failure.startswith("KernelDied"):
            problem = f"it ends the kernel: {_first_line(failure).partition(': ')[2]}"
            yield self._finding(example.line, item, problem, "An example may not end Python.")
            return
        yield from self._check_output(item, example, replies, failure)
        yield from self._note_warnings(item, example, replies)

    def _check_output(
        self, item: Item, example: Example, replies: Sequence[Message], failure: str
    ) -> Iterator[Finding]:
        wanted = expected_exception(example.want)
        shown = shown_of(replies).text
        if failure:
            kind, _, message = failure.partition(": ")
            if wanted is not None and exception_agrees(wanted, kind, message, example.options):
                return
            got = f"{failure.rstrip()}\n"
            agree = _exception_agreement(example)
        else:
            if agrees(example.want, shown, example.options):
                return
            got, agree = shown, _output_agreement(example)
        known = (
            None
            if self._is_ours
            else differences.explain_text(
                wanted if failure and wanted is not None else example.want, got, agree
            )
        )
        if known is not None:
            yield self._known(example.line, item, known)
            return
        problem = "it raised an exception" if failure else "it gave something else"
        if wanted is not None and not failure:
            problem = "it raised nothing"
        finding = self._finding(
            example.line,
            item,
            problem,
            "`--accept` writes what came, after showing it.",
            difference(wanted if failure and wanted is not None else example.want, got),
        )
        yield replace(finding, edit=output_edit(example, shown, failure))

    def _known(self, line: int, item: Item, known: differences.Difference) -> Finding:
        return self._finding(
            line,
            item,
            f"a known difference: {known.name}",
            "",
            [f"here: {known.here}", f"SQLAlchemy 1.4: {known.there}", known.reason],
            is_note=True,
        )

    def _note_warnings(
        self, item: Item, example: Example, replies: Sequence[Message]
    ) -> Iterator[Finding]:
        """Note a warning: with `-W error`, which many projects use, the example would fail."""
        text = "".join(
            reply.text
            for reply in replies
            if isinstance(reply, Output) and reply.stream == "stderr"
        )
        found = re.search(r"\w*Warning: .*", text)
        if found:
            yield self._finding(
                example.line,
                item,
                f"it warns: {found.group()[:200]}",
                "Say so in the text if that is the point, or use a spelling that does not.",
                is_note=True,
            )

    # --- SQL --------------------------------------------------------------------------------------

    def _check_sql(self, item: Item, step: Step, run: _StepRun) -> Iterator[Finding]:
        for transcript, fence in step.sql_fences:
            yield from self._check_fence(item, fence, _replies_of(transcript, step, run))

    def _check_fence(
        self, item: Item, fence: SQLFence, replies: Sequence[Message]
    ) -> Iterator[Finding]:
        sent = sent_of(replies)
        found = compare(fence.statements, sent, fence.words)
        if found:
            yield self._sql_finding(
                item, fence, sent, [line for mismatch in found for line in mismatch.lines]
            )

    def _sql_finding(
        self, item: Item, fence: SQLFence, sent: Sequence[SentSQL], lines: list[str]
    ) -> Finding:
        if not self._is_ours:
            version = self._kernels.version
            if release(version) >= (2,):
                return self._finding(
                    fence.line,
                    item,
                    f"SQLAlchemy {version} sends this otherwise",
                    "The fence shows what 1.4 sends, as our engine does.",
                    lines,
                    is_note=True,
                )
            known = differences.explain_sql(
                fence.statements,
                [text for one in sent for text in spelled_out(one) if _counts(fence, one)],
                lambda ours, theirs: not compare(ours, [SentSQL(t) for t in theirs], fence.words),
            )
            if known is not None:
                return self._known(fence.line, item, known)
        finding = self._finding(
            fence.line, item, "other SQL was sent", "`--accept` writes what was sent.", lines
        )
        end = next(b.end for b in self.lesson.blocks if b.line == fence.line)
        written = [text for one in sent if _counts(fence, one) for text in spelled_out(one)]
        return replace(finding, edit=sql_edit(fence, end, written))

    # --- goals ------------------------------------------------------------------------------------

    def _check_goals(self, item: Item, step: Step, reference: Reference) -> Iterator[Finding]:
        """Check that the step fails at its beginning and passes at its end."""
        goals_before, goals_after = _goals(step, reference)
        if not goals_after:
            yield self._finding(
                step.line,
                item,
                "nothing in this step can be judged",
                "Give it a `check`, or let it bind a name, show a value or change a table.",
            )
            return
        for goal, line in zip(goals_after, _goal_lines(step, goals_after), strict=True):
            if not goal.met:
                yield self._finding(
                    line,
                    item,
                    f"the lesson's own answer misses the goal {goal.text!r}",
                    "Mend the check or the answer.",
                    [goal.message] if goal.message else [],
                )
        if all_met(goals_before):
            yield self._finding(
                step.line,
                item,
                "the step is passed before anything is typed",
                "Check something that only the learner's lines bring about.",
            )
        yield from self._check_each_check(item, step, reference)
        yield from self._check_questions(item, step, reference)

    def _check_questions(self, item: Item, step: Step, reference: Reference) -> Iterator[Finding]:
        """Find questions that are never asked, or that have no answer."""
        for question in step.predictions:
            before = reference.moments[: question.after - 1]
            sent = sent_of(reply for moment in before for reply in moment.replies)
            if before and all_met(
                goals_at(step, reference, before[-1].effects, before[-1].answers, sent)
            ):
                yield self._finding(
                    question.line,
                    item,
                    f"the question is never asked: the step is passed before input "
                    f"{question.after}",
                    "Ask earlier, or add a goal that the last lines bring about.",
                )
                continue
            truth = compare_prediction(question, "", reference).truth
            # That nothing is sent may be the point of the question; nothing shown is a slip.
            if truth in _NO_ANSWERS or (truth == "nothing" and question.kind == "output"):
                yield self._finding(
                    question.line,
                    item,
                    f"the question has no answer: input {question.after} shows {truth}",
                    "Ask for something that this input sends, shows or changes.",
                )

    def _check_each_check(self, item: Item, step: Step, reference: Reference) -> Iterator[Finding]:
        """Find checks that never fail: true at the beginning, and after each mistake."""
        first = 1 if subject_of(step) is not None else 0  # the value of a challenge is a goal, too
        for index, check in enumerate(step.checks):
            if not _answer(reference.start.answers, index).true:
                continue
            mistakes = (self._outcome(item.step, mistake) for mistake in step.mistakes)
            if any(not _goal_met(outcome, first + index) for outcome in mistakes):
                continue
            yield self._finding(
                check.line,
                item,
                f"the check {check.expression} cannot fail",
                "It is true at the beginning and under each mistake of the step: add a mistake "
                "that it catches, or drop it.",
            )

    # --- attempts ---------------------------------------------------------------------------------

    def _outcome(self, index: int, attempt: Attempt) -> Outcome:
        """Return the outcome of an attempt, which is run only once."""
        with self._locks[attempt]:
            if attempt not in self._outcomes:
                self._outcomes[attempt] = self._attempt(index, attempt)
            return self._outcomes[attempt]

    def _attempt(self, index: int, attempt: Attempt) -> Outcome:
        run = self._straight.run(index)
        if run.reference is None or not attempt.runs_on(self.engine, self._kernels.version):
            return Outcome((), "it was not run", (_NOTHING,))
        outcome = run_attempt(
            self._kernels,
            self.lesson,
            self.lesson.steps[index],
            attempt,
            run.reference,
            path_to(self.lesson, index),
        )
        self._kernels.prepare()
        return outcome

    def _check_alternative(self, item: Item, attempt: Attempt) -> Iterator[Finding]:
        if not attempt.runs_on(self.engine, self._kernels.version):
            return
        step = self.lesson.steps[item.step]
        run = self._first_run(item.step)
        if run.broken:
            return  # the step itself says so
        outcome = self._outcome(item.step, attempt)
        asked = run.reference.failures if run.reference is not None else ()
        if outcome.failure and outcome.failure.partition(":")[0] not in asked:
            yield self._finding(
                outcome.line or attempt.line,
                item,
                "the other answer raises an exception",
                "Mend it, or make a mistake of it.",
                [_first_line(outcome.failure)],
            )
        elif not all_met(outcome.goals):
            yield self._finding(
                attempt.line,
                item,
                "the other answer does not pass",
                "Mend it, or the check that refuses it.",
                [f"{goal.text}: {goal.message}" for goal in outcome.goals if not goal.met]
                or [f"step {step.id} has no goals"],
            )

    def _check_mistake(self, item: Item, attempt: Attempt) -> Iterator[Finding]:
        if not self._is_ours or self._first_run(item.step).broken:
            return
        step = self.lesson.steps[item.step]
        number = step.mistakes.index(attempt)
        outcome = self._outcome(item.step, attempt)
        if all_met(outcome.goals) and not outcome.failure:
            yield self._finding(
                attempt.line,
                item,
                "the mistake passes the step",
                "Add a check that it misses, or make an `alt` of it.",
            )
            return
        vectors = [self._outcome(item.step, other).vectors[-1] for other in step.mistakes]
        taken = recognise(vectors[number], vectors)
        if taken is not None and taken != number:
            yield self._finding(
                attempt.line,
                item,
                f"it cannot be told from the mistake on line {step.mistakes[taken].line}",
                "They miss the same goals in the same way: add a check that tells them apart, "
                "or join them.",
            )
            return
        yield from self._note_places_on_the_way(item, attempt, vectors[number])

    def _note_places_on_the_way(
        self, item: Item, attempt: Attempt, found: Vector
    ) -> Iterator[Finding]:
        """Note a mistake that a right answer passes through: learners see it only by :check."""
        step = self.lesson.steps[item.step]
        if subject_of(step) is not None:
            return
        for other in step.alternatives:
            places = self._outcome(item.step, other).vectors
            if any(_same_place(found, place) for place in places):
                yield self._finding(
                    attempt.line,
                    item,
                    f"the other answer on line {other.line} passes through this mistake",
                    "It is told only when the learner types :check.",
                    is_note=True,
                )
                return


class QuickChecker(Checker):
    """Runs the straight path once, and compares output and SQL, nothing else."""

    def __init__(
        self,
        lesson: Lesson,
        *,
        engine: EngineName = "miniorm",
        engine_path: Sequence[str] = (),
        kernels: Kernels | None = None,
    ) -> None:
        """`kernels`, if given, belong to the caller and are not closed."""
        super().__init__(lesson, engine=engine, engine_path=engine_path)
        self._kernels = kernels or Kernels(engine, path=engine_path, hash_seed=HASH_SEEDS[0])
        self._is_guest = kernels is not None
        self._lines = opening_lines(lesson)
        self._places: list[tuple[int, int]] = []
        for step in lesson.steps:
            begin = len(self._lines)
            self._lines += entering_lines(lesson, step)
            self._lines += zip(answering(lesson, step), step.reference, strict=True)
            self._places.append((begin, len(self._lines)))
        self._done = 0
        self._replica: Replica | None = None

    def __enter__(self) -> QuickChecker:
        """Start the kernel."""
        if not self._is_guest:
            self._kernels.prepare()
        return self

    def close(self) -> None:
        """Stop the kernel."""
        if self._replica is not None:
            self._replica.stop()
        if not self._is_guest:
            super().close()

    def begin(self, items: Sequence[Item]) -> None:
        """Do nothing in advance."""

    def _check_lesson(self) -> Iterator[Finding]:
        item = Item("lesson", 1)
        for (_, example), replies in self._run_to(len(opening_lines(self.lesson))):
            yield from self._check_example(item, example, replies, 1)

    def _check_step(self, item: Item) -> Iterator[Finding]:
        step = self.lesson.steps[item.step]
        begin, end = self._places[item.step]
        self._run_to(begin)
        ran = self._run_to(end)
        for (_, example), replies in ran:
            if example is not None:
                yield from self._check_example(item, example, replies, step.line)
        for transcript, fence in step.sql_fences:
            wanted = {example.line for example in transcript.examples}
            found = [
                reply
                for (_, example), replies in ran
                if example is not None and example.line in wanted
                for reply in replies
            ]
            yield from self._check_fence(item, fence, found)

    def _run_to(self, end: int) -> list[tuple[Line, tuple[Message, ...]]]:
        """Run the lines up to `end` that have not run yet; return each with its replies."""
        if self._replica is None:
            self._replica = Replica(self._kernels.take())
        ran = []
        for line in self._lines[self._done : end]:
            if not self._replica.alive:
                break
            ran.append((line, self._replica.run(line[0], deadline=EXAMPLE_SECONDS)))
            self._done += 1
        return ran


def _broken(replica: Replica, lines: Sequence[Line]) -> str:
    """Return which replayed line raised an exception that its example does not show, or empty."""
    for place in sorted(replica.raised):
        example = lines[place][1] if place < len(lines) else None
        if example is not None and expected_exception(example.want) is None:
            return f"line {example.line} fails"
    return ""


_NOTHING = Vector((), (), "", frozenset())


def _same_place(one: Vector, other: Vector) -> bool:
    return (one.goals, one.lefts, one.failure) == (other.goals, other.lefts, other.failure)


def _goals(step: Step, reference: Reference) -> tuple[tuple[Goal, ...], tuple[Goal, ...]]:
    """Return the goals at the beginning of a step and at the end of its reference."""
    subject = subject_of(step)
    if subject is not None:
        before = challenge_goals(step, subject, reference.trials, ())
        return before, challenge_goals(step, subject, reference.trials, reference.trials)
    start, last = reference.start, (reference.moments or (reference.start,))[-1]
    sent = sent_of(reply for moment in reference.moments for reply in moment.replies)
    before = goals_at(step, reference, start.effects, start.answers)
    return before, goals_at(step, reference, last.effects, last.answers, sent)


def _goal_lines(step: Step, goals: Sequence[Goal]) -> list[int]:
    """Return the line in the file for each goal: that of its check, else of the step."""
    lines = [check.line for check in step.checks] if step.checks else []
    before = len(goals) - len(lines) if subject_of(step) is not None else 0
    padded = [step.line] * before + lines
    return padded + [step.line] * (len(goals) - len(padded))


def _answer(answers: Sequence[Answer], index: int) -> Answer:
    return answers[index] if index < len(answers) else Answer(False, "")


def _goal_met(outcome: Outcome, place: int) -> bool:
    return place < len(outcome.goals) and outcome.goals[place].met


def _replies_of(transcript: Transcript, step: Step, run: _StepRun) -> tuple[Message, ...]:
    """Return the replies to the examples of one transcript."""
    if transcript.kind in ("setup", "demo"):
        lines = {example.line for example in transcript.examples}
        return tuple(
            reply
            for (_, example), replies in run.opening
            if example is not None and example.line in lines
            for reply in replies
        )
    if run.reference is None:
        return ()
    first = next(
        place
        for place, example in enumerate(step.reference)
        if example.line == transcript.examples[0].line
    )
    moments = run.reference.moments[first : first + len(transcript.examples)]
    replies = [reply for moment in moments for reply in moment.replies]
    if run.reference.trials:
        replies += run.reference.trials[0].replies
    return tuple(replies)


def _counts(fence: SQLFence, sent: SentSQL) -> bool:
    return fence.counts_transactions or not sent.is_transaction


def _exception_agreement(example: Example) -> Callable[[str, str], bool]:
    def agree(wanted: str, got: str) -> bool:
        kind, _, message = got.rstrip("\n").partition(": ")
        return exception_agrees(wanted, kind, message, example.options)

    return agree


def _output_agreement(example: Example) -> Callable[[str, str], bool]:
    return lambda want, got: agrees(want, got, example.options)


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
