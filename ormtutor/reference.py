"""What the lesson's own answers do: the facts that a learner's answer is compared with.

Before: study.py or check.py is at the beginning of a step, and has the log that led there.
Here:   the reference, the other right answers and the known mistakes run in kernels of their own,
        from the same beginning; what each does is kept as plain values. A challenge is judged by
        running one expression with the learner's definitions, on the seen and on the hidden data.
After:  course/checking.py decides with these values.

Vectors of mistakes only depend on the lesson, the engine and our source, so they are kept on disk.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ormtutor import __version__, files
from ormtutor.course.checking import (
    Goal,
    Traffic,
    Vector,
    all_met,
    goals_of,
    goals_of_facets,
    vector,
    vector_from_json,
    vector_to_json,
)
from ormtutor.course.effects import Effects, NamedThing, Shown, TableRows, facets, halves, short
from ormtutor.course.lesson import Attempt, Lesson, Step
from ormtutor.course.output import canonical, same_value
from ormtutor.course.statements import SentSQL, compare
from ormtutor.kernel.messages import (
    Answer,
    Message,
    Output,
    Rows,
    Statement,
    Transaction,
)
from ormtutor.records import record, replace
from ormtutor.replay import (
    EXAMPLE_SECONDS,
    Entry,
    Kernels,
    Replica,
    answering,
    finished,
    path_to,
    replica_of,
)

# --- from replies to plain values -----------------------------------------------------------------


def sent_of(replies: Iterable[Message]) -> tuple[SentSQL, ...]:
    """Return the statements, and BEGIN, COMMIT and the like, in order."""
    sent = []
    for reply in replies:
        if isinstance(reply, Statement):
            sent.append(SentSQL(reply.sql, reply.parameters, reply.cause, reply.line))
        elif isinstance(reply, Transaction):
            sent.append(SentSQL(reply.event, line=reply.line))
    return tuple(sent)


def traffic_of(replies: Iterable[Message]) -> tuple[Traffic, ...]:
    """Return the statements, each with what it returned."""
    replies = tuple(replies)
    back = {reply.number: reply for reply in replies if isinstance(reply, Rows)}
    traffic = []
    for reply in replies:
        if isinstance(reply, Statement):
            rows = back.get(reply.number)
            sent = SentSQL(reply.sql, reply.parameters, reply.cause, reply.line)
            traffic.append(
                Traffic(sent, rows.rows, rows.made, rows.known) if rows else Traffic(sent)
            )
    return tuple(traffic)


def shown_of(replies: Iterable[Message], options: tuple[str, ...] = ()) -> Shown:
    """Return what an input showed: what it printed, then its value, as doctest sees it."""
    replies = tuple(replies)
    text = "".join(
        reply.text
        for reply in replies
        if isinstance(reply, Output) and reply.stream == "stdout" and not reply.late
    )
    end = finished(replies)
    if end is not None and end.value is not None:
        text += f"{end.value}\n"
    failure = end.failure.kind if end is not None and end.failure is not None else ""
    return Shown(text, is_ordered(replies), options, failure)


def is_ordered(replies: Iterable[Message]) -> bool:
    """Whether the order of rows is determined: every SELECT has an ORDER BY."""
    selects = [
        reply.sql
        for reply in replies
        if isinstance(reply, Statement) and re.match(r"\s*(SELECT|WITH)\b", reply.sql, re.I)
    ]
    return all(re.search(r"\bORDER\s+BY\b", sql, re.I) for sql in selects)


def failure_of(replies: Sequence[Message]) -> str:
    """Return `kind: message` of the exception that ended a run, or empty."""
    end = finished(replies)
    if end is None or end.failure is None:
        return ""
    return f"{end.failure.kind}: {end.failure.message}"


def in_short(failure: str) -> str:
    """Return an exception's first line; if an autoflush raised it, the database's own words."""
    first = failure.partition("\n")[0]
    own = re.search(r"\((?:sqlite3|builtins)\.(\w+)\) .*", failure)
    return own[0] if own and "(raised as a result of" in first else first


def effects_of(view: Any, shown: Sequence[Shown] = ()) -> Effects:
    """Return the kernel's view `effects` (kernel/views.py) as an Effects."""
    content = view if isinstance(view, Mapping) else {}
    return Effects(
        tables=_tables(content.get("tables", {})),
        committed=_tables(content.get("committed", {})),
        names={
            name: NamedThing(thing["type"], thing["repr"], thing.get("state") or "")
            for name, thing in content.get("names", {}).items()
        },
        shown=tuple(shown),
    )


def _tables(content: Mapping[str, Any]) -> dict[str, TableRows]:
    return {
        name: TableRows(
            tuple(table["columns"]),
            tuple(table.get("key", ())),
            tuple((link[0], link[1], link[2]) for link in table.get("links", ())),
            tuple(tuple(row) for row in table["rows"]),
        )
        for name, table in content.items()
    }


def look(replica: Replica, shown: Sequence[Shown] = ()) -> Effects:
    """Return what the learner's names and tables hold now."""
    return effects_of(replica.kernel.inspect("effects", EFFECTS_MILLISECONDS), shown)


EFFECTS_MILLISECONDS = 500
"""Time for that view: much, since it has every table and name."""


# --- sources --------------------------------------------------------------------------------------


def statements_of(source: str) -> list[tuple[int, str]]:
    """Return the statements of a block, each with its line, from 1, as somebody would type them.

    A block that does not parse is returned whole: running it shows the mistake.
    """
    try:
        nodes = ast.parse(source).body
    except (SyntaxError, ValueError):
        return [(1, source)]
    lines = source.split("\n")
    found: list[tuple[int, int]] = []
    for node in nodes:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        last = node.end_lineno or node.lineno
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))  # `a = 1; b = 2`
        else:
            found.append((first, last))
    return [(first, "\n".join(lines[first - 1 : last])) for first, last in found]


def bound_names(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the names that sources bind at their top level, in order.

    Imported names only if there are no others: it does not matter what a learner imports.
    """
    made: dict[str, None] = {}
    imported: dict[str, None] = {}
    for source in sources:
        for node in _body(source):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [(a.asname or a.name.partition(".")[0]) for a in node.names]
                imported.update(dict.fromkeys(names))
            else:
                made.update(dict.fromkeys(_bound_by(node)))
    return tuple(made or imported)


def _body(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        return []


def _bound_by(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    return [
        name.id
        for part in _not_in_functions(node)
        if isinstance(name := part, ast.Name) and isinstance(name.ctx, ast.Store)
    ]


def _not_in_functions(node: ast.AST) -> Iterable[ast.AST]:
    """Yield the nodes whose names belong to the module, not to functions or comprehensions."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield ast.Name(child.name, ast.Store())
        elif not isinstance(
            child, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
        ):
            yield from _not_in_functions(child)


# --- the reference --------------------------------------------------------------------------------


@record
class Moment:
    """The effects of an answer up to one of its lines; `replies` are those of that line only."""

    replies: tuple[Message, ...]
    effects: Effects
    answers: tuple[Answer, ...]

    @property
    def failure(self) -> str:
        """`kind: message` of the exception that ended the line, or empty."""
        return failure_of(self.replies)


@record
class Reference:
    """The lesson's own answer to a step: the moment before it, and one after each of its lines.

    `names` are those that it binds, `trials` those of a challenge. `trouble` says why the answer
    does not work here: the learner's earlier answers may be the reason. `reached` is the number of
    lines after which the goals are met for the first time, 0 if they never are.
    """

    start: Moment
    moments: tuple[Moment, ...]
    names: tuple[str, ...]
    trials: tuple[Trial, ...] = ()
    trouble: str = ""
    reached: int = 0

    @property
    def end(self) -> Effects:
        """What names and tables held at the end, and everything that was shown."""
        return self.moments[-1].effects if self.moments else self.start.effects

    @property
    def traffic(self) -> tuple[Traffic, ...]:
        """All statements; for a challenge, those of the first trial."""
        if self.trials:
            return self.trials[0].traffic
        return traffic_of(reply for moment in self.moments for reply in moment.replies)

    @property
    def traffic_to_goal(self) -> tuple[Traffic, ...]:
        """The statements up to the line that meets the goals, where a learner passes, too."""
        if self.trials:
            return self.trials[0].traffic
        moments = self.moments[: self.reached] if self.reached else self.moments
        return traffic_of(reply for moment in moments for reply in moment.replies)

    @property
    def failures(self) -> tuple[str, ...]:
        """The kinds of the exceptions that the step shows on purpose."""
        return tuple(m.failure.partition(":")[0] for m in self.moments if m.failure)


def run_reference(replica: Replica, lesson: Lesson, step: Step) -> Reference:
    """Run the lesson's own answer on a replica that is at the beginning of the step.

    If the kernel dies, the last moment says so.
    """
    start = Moment((), _look_if_needed(replica, step), _asked(replica, step))
    subject = subject_of(step)
    examples = step.reference[:-1] if subject else step.reference
    moments: list[Moment] = []
    trouble = ""
    for example, entry in zip(examples, answering(lesson, step), strict=False):
        moment = _moment(replica, step, entry, moments, example.options)
        moments.append(moment)
        if moment.failure and not example.want.startswith("Traceback "):
            trouble = trouble or f"line {example.line}: {moment.failure.partition(chr(10))[0]}"
        if not replica.alive:
            return Reference(start, tuple(moments), (), (), trouble)
    names = bound_names(example.source for example in step.reference)
    trials: tuple[Trial, ...] = ()
    if subject:
        trials = try_out(replica, lesson, step, subject.expression)
        failed = next((trial.failure for trial in trials if trial.failure), "")
        trouble = trouble or failed
    return Reference(start, tuple(moments), names, trials, trouble)


def _asked(replica: Replica, step: Step) -> tuple[Answer, ...]:
    return replica.kernel.ask([check.expression for check in step.checks])


def _moment(
    replica: Replica,
    step: Step,
    entry: Entry,
    before: Sequence[Moment],
    options: tuple[str, ...] = (),
) -> Moment:
    replies = replica.run(entry, deadline=EXAMPLE_SECONDS)
    shown = (*(before[-1].effects.shown if before else ()), shown_of(replies, options))
    if not replica.alive:
        return Moment(replies, Effects(shown=shown), tuple(_NOT_RUN for _ in step.checks))
    return Moment(replies, _look_if_needed(replica, step, shown), _asked(replica, step))


def _look_if_needed(replica: Replica, step: Step, shown: Sequence[Shown] = ()) -> Effects:
    """Look at names and tables, if goals or predictions are about them."""
    if step.checks and not step.predictions:
        return Effects(shown=tuple(shown))
    return look(replica, shown)


def goals_at(
    step: Step,
    reference: Reference | None,
    effects: Effects,
    answers: Sequence[Answer],
    sent: Sequence[SentSQL] = (),
    before: Sequence[Goal] = (),
) -> tuple[Goal, ...]:
    """Return the goals of a step, met or not: its checks, else what the reference did.

    A `sql exact` fence is a goal, too; otherwise the text of statements does not count.
    """
    exact = step.exact_sql
    own = before[:-1] if exact is not None else before
    if step.checks:
        goals = goals_of(step.checks, answers, own)
    elif reference is not None:
        wanted = facets(reference.start.effects, reference.end, effects, reference.names)
        goals = goals_of_facets(wanted, own)
    else:
        goals = ()
    if exact is None:
        return goals
    found = compare(exact.statements, sent, exact.words)
    details = tuple(line.rstrip() for mismatch in found for line in mismatch.lines)
    few = "1 statement is" if len(found) == 1 else f"{len(found)} statements are"
    miss = f"{few} not as the step asks" if found else ""
    # The same statement on another line is the same mistake.
    anywhere = compare(exact.statements, [replace(item, line=0) for item in sent], exact.words)
    left = "\n".join(line.rstrip() for mismatch in anywhere for line in mismatch.lines)
    was = bool(before) and before[-1].met
    return (*goals, Goal(EXACTLY, not found, was, miss, left, checked=True, details=details))


EXACTLY = "exactly the lesson's SQL"


# --- challenges -----------------------------------------------------------------------------------


@record
class Subject:
    """The expression by which a challenge is judged, and the names that the learner must define.

    If there are no such names, the learner's own last expression is judged.
    """

    expression: str
    names: frozenset[str]


def subject_of(step: Step) -> Subject | None:
    """Return the last expression of a challenge's solution; None if there is none."""
    if not step.is_challenge:
        return None
    last = step.solution[-1].source
    try:
        tree = ast.parse(last.strip(), mode="eval")
    except SyntaxError:
        return None
    made = set(bound_names(example.source for example in step.solution[:-1]))
    return Subject(ast.unparse(tree), frozenset(_loaded(tree) & made))


def _loaded(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def judged_by(subject: Subject, sources: Sequence[str]) -> tuple[list[str], str] | None:
    """Return the sources to run first and the expression to judge; None: not there yet.

    The learner's own calls of a definition are left out, for they might change the data or fill
    the identity map before the judged run.
    """
    if subject.names:
        if not subject.names <= set(bound_names(sources)):
            return None
        kept = [_without_tries(source, subject.names) for source in sources]
        return [source for source in kept if source.strip()], subject.expression
    for index in reversed(range(len(sources))):
        body = _body(sources[index])
        if body and isinstance(body[-1], ast.Expr):
            rest = "\n".join(sources[index].split("\n")[: body[-1].lineno - 1])
            first = [*sources[:index], *([rest] if rest.strip() else [])]
            return first, ast.unparse(body[-1].value)
    return None


def _without_tries(source: str, names: frozenset[str]) -> str:
    kept = []
    for _, statement in statements_of(source):
        body = _body(statement)
        is_try = len(body) == 1 and isinstance(body[0], ast.Expr) and _loaded(body[0]) & names
        if not is_try:
            kept.append(statement)
    return "\n".join(kept)


@record
class Trial:
    """One run of the judged expression: the first on the seen data, others on hidden data."""

    replies: tuple[Message, ...]
    answers: tuple[Answer, ...] = ()

    @property
    def value(self) -> str:
        """The repr of the value; `None` if nothing is shown."""
        end = finished(self.replies)
        return str(end.value if end is not None else None)

    @property
    def failure(self) -> str:
        """`kind: message` of the exception that ended the run, or empty."""
        return failure_of(self.replies)

    @property
    def sent(self) -> tuple[SentSQL, ...]:
        """The statements of the run."""
        return sent_of(self.replies)

    @property
    def traffic(self) -> tuple[Traffic, ...]:
        """The statements of the run, each with what it returned."""
        return traffic_of(self.replies)


def try_out(replica: Replica, lesson: Lesson, step: Step, expression: str) -> tuple[Trial, ...]:
    """Run an expression on the seen data, and again after adding each set of hidden data.

    The facts count from the beginning of each run. After a failure there are no further trials.
    """
    key = lesson.key(step)
    trials: list[Trial] = []
    for data in (None, *step.hidden):
        if data is not None:
            replies = replica.run(Entry("script", data.source, key), deadline=EXAMPLE_SECONDS)
            failure = failure_of(replies)
            if failure or not replica.alive:
                trials.append(Trial(replies))
                return tuple(trials)
        replica.run(Entry("begin", step=key))
        replies = replica.run(Entry("learner", expression, key), deadline=EXAMPLE_SECONDS)
        trials.append(_trial(replica, step, replies))
        if trials[-1].failure:
            break
    return tuple(trials)


def _trial(replica: Replica, step: Step, replies: tuple[Message, ...]) -> Trial:
    return Trial(replies, _asked(replica, step) if replica.alive else ())


def challenge_goals(
    step: Step,
    subject: Subject,
    wanted: Sequence[Trial],
    got: Sequence[Trial],
    before: Sequence[Goal] = (),
) -> tuple[Goal, ...]:
    """Return the goals of a challenge: the value, then its checks, each for all data."""
    text = f"{short(subject.expression)} gives the right answer"
    if step.hidden:
        text += ", on other data too"
    miss, left = _value_miss(wanted, got)
    was = before[0].met if before else False
    details = _value_halves(wanted, got) if left else ()
    value = Goal(text, not miss, was, miss, left, checked=bool(got), details=details)
    return (value, *_check_goals(step, got, before[1:]))


def _value_miss(wanted: Sequence[Trial], got: Sequence[Trial]) -> tuple[str, str]:
    """Return why the value is not right, and the value found; both empty if it is right."""
    if not got:
        return "It is not defined yet.", ""
    for index, (theirs, yours) in enumerate(zip(wanted, got, strict=False)):
        where = "on other data, " if index else ""
        if yours.failure:
            return f"{where}you: {in_short(yours.failure)}", ""
        ordered = is_ordered(theirs.replies)
        if not same_value(theirs.value, yours.value, ordered=ordered):
            words = f"you: {yours.value}; the step asks: {theirs.value}"
            return f"{where}{words}", canonical(yours.value, ordered=ordered)
    return "", ""


def _value_halves(wanted: Sequence[Trial], got: Sequence[Trial]) -> tuple[str, ...]:
    """Return lines that show the first wrong value beside the right one."""
    for theirs, yours in zip(wanted, got, strict=False):
        if not same_value(theirs.value, yours.value, ordered=is_ordered(theirs.replies)):
            return halves(theirs.value, yours.value)
    return ()


def _check_goals(step: Step, got: Sequence[Trial], before: Sequence[Goal]) -> tuple[Goal, ...]:
    """Return the goals of the checks: each must hold in every trial."""
    answers = []
    for index, _ in enumerate(step.checks):
        asked = [trial.answers[index] for trial in got if len(trial.answers) > index]
        missed = [answer for answer in asked if not answer.true]
        answers.append((missed or asked or [_NOT_RUN])[0])
    goals = goals_of(step.checks, answers, before)
    return tuple(
        goal if answer is not _NOT_RUN else replace(goal, message="", checked=False)
        for goal, answer in zip(goals, answers, strict=True)
    )


_NOT_RUN = Answer(False, "", "not run yet")


def judge_challenge(
    kernels: Kernels,
    lesson: Lesson,
    step: Step,
    start: Sequence[Entry],
    sources: Sequence[str],
    expression: str,
    watch: Callable[[Replica | None], None] = lambda replica: None,
) -> tuple[Trial, ...]:
    """Return the trials of an answer, in a new kernel that begins where the step began.

    `watch` is called with the kernel's replica, so that it can be interrupted, and at the end with
    None.

    Raises: KernelError: no kernel starts.
    """
    replica = replica_of(kernels, start)
    watch(replica)
    try:
        for entry in answering(lesson, step, sources):
            replies = replica.run(entry, deadline=EXAMPLE_SECONDS)
            if not replica.alive:
                return (Trial(replies),)
        return try_out(replica, lesson, step, expression)
    finally:
        watch(None)
        replica.stop()


# --- what is known of a step before anybody tries it ----------------------------------------------


@record
class StepVectors:
    """The vectors of a step's mistakes, and of what right answers pass through."""

    mistakes: tuple[Vector, ...] = ()
    path: tuple[Vector, ...] = ()

    def is_on_path(self, attempt: Vector) -> bool:
        """Whether a right answer passes through what came of this attempt."""
        return any(
            (place.goals, place.lefts, place.failure)
            == (attempt.goals, attempt.lefts, attempt.failure)
            for place in self.path
        )


@record
class Outcome:
    """What came of an attempt in the lesson: its goals, its exception, a vector for each line.

    `line` is where it ended: that of the exception, else the fence's.
    """

    goals: tuple[Goal, ...]
    failure: str
    vectors: tuple[Vector, ...]
    traffic: tuple[Traffic, ...] = ()
    line: int = 0


def run_attempt(
    kernels: Kernels,
    lesson: Lesson,
    step: Step,
    attempt: Attempt,
    reference: Reference,
    start: Sequence[Entry],
) -> Outcome:
    """Run an `alt` or a `mistake` from the beginning of its step, line by line as it is typed.

    Raises: KernelError: no kernel starts.
    """
    subject = subject_of(step)
    if subject is not None:
        return _run_challenge(kernels, lesson, step, attempt, reference, subject, start)
    replica = replica_of(kernels, start)
    try:
        return _run_lines(replica, lesson, step, attempt, reference)
    finally:
        replica.stop()


def _run_lines(
    replica: Replica, lesson: Lesson, step: Step, attempt: Attempt, reference: Reference
) -> Outcome:
    vectors: list[Vector] = []
    replies: list[Message] = []
    moments: list[Moment] = []
    goals = goals_at(step, reference, reference.start.effects, reference.start.answers)
    failure, at = "", attempt.line
    for line, source in statements_of(attempt.source):
        entry = Entry("learner", source, lesson.key(step), line)
        moment = _moment(replica, step, entry, moments)
        moments.append(moment)
        replies += moment.replies
        sent = sent_of(replies)
        goals = goals_at(step, reference, moment.effects, moment.answers, sent, goals)
        failure = moment.failure
        vectors.append(vector(goals, failure, sent))
        if failure and failure.partition(":")[0] not in reference.failures:
            at = attempt.line + line
            break
    if not vectors:
        vectors.append(vector(goals, failure, sent_of(replies)))
    return Outcome(goals, failure, tuple(vectors), traffic_of(replies), at)


def _run_challenge(
    kernels: Kernels,
    lesson: Lesson,
    step: Step,
    attempt: Attempt,
    reference: Reference,
    subject: Subject,
    start: Sequence[Entry],
) -> Outcome:
    found = judged_by(subject, [source for _, source in statements_of(attempt.source)])
    if found is None:
        wanted = ", ".join(sorted(subject.names)) or "an expression"
        failure = f"it does not define {wanted}"
        goals = challenge_goals(step, subject, reference.trials, ())
        return Outcome(goals, failure, (vector(goals, failure, ()),), line=attempt.line)
    sources, expression = found
    trials = judge_challenge(kernels, lesson, step, start, sources, expression)
    goals = challenge_goals(step, subject, reference.trials, trials)
    failure = next((trial.failure for trial in trials if trial.failure), "")
    sent = trials[0].sent if trials else ()
    traffic = trials[0].traffic if trials else ()
    return Outcome(goals, failure, (vector(goals, failure, sent),), traffic, attempt.line)


def vectors_of(kernels: Kernels, lesson: Lesson, index: int) -> StepVectors:
    """Return the vectors of a step, from the disk or by running its attempts.

    Raises: KernelError: no kernel starts.
    """
    step = lesson.steps[index]
    if not step.mistakes:
        return StepVectors()
    kept = _vectors_file(kernels, lesson, step)
    text = files.read_text(kept)
    if text is not None:
        try:
            content = files.from_json(text)
            return StepVectors(
                tuple(map(vector_from_json, content["mistakes"])),
                tuple(map(vector_from_json, content["path"])),
            )
        except (ValueError, KeyError, TypeError):
            pass  # damaged: find them again
    vectors = _find_vectors(kernels, lesson, index)
    if not vectors.path:
        return vectors  # the reference had trouble, perhaps by chance: try again next time
    content = {
        "mistakes": [vector_to_json(found) for found in vectors.mistakes],
        "path": [vector_to_json(found) for found in vectors.path],
    }
    files.write_cache(kept, json.dumps(content))
    return vectors


def _find_vectors(kernels: Kernels, lesson: Lesson, index: int) -> StepVectors:
    step = lesson.steps[index]
    start = path_to(lesson, index)
    replica = replica_of(kernels, start)
    try:
        reference = measured(run_reference(replica, lesson, step), step)
    finally:
        replica.stop()
    if reference.trouble:
        return StepVectors()  # if the right answer fails, nothing can be called a mistake
    path = list(path_of(step, reference))
    for attempt in step.alternatives:
        if attempt.runs_on(kernels.engine, kernels.version):
            path += run_attempt(kernels, lesson, step, attempt, reference, start).vectors
    mistakes = tuple(
        run_attempt(kernels, lesson, step, attempt, reference, start).vectors[-1]
        for attempt in step.mistakes
    )
    return StepVectors(mistakes, tuple(dict.fromkeys(path)))


def path_of(step: Step, reference: Reference) -> tuple[Vector, ...]:
    """Return the vectors that the reference passes through, from before its first line on."""
    if subject_of(step) is not None:
        return ()
    goals = goals_at(step, reference, reference.start.effects, reference.start.answers)
    path = [vector(goals, "", ())]
    sent: list[SentSQL] = []
    for moment in reference.moments:
        sent += sent_of(moment.replies)
        goals = goals_at(step, reference, moment.effects, moment.answers, sent, goals)
        path.append(vector(goals, moment.failure, sent))
    return tuple(path)


def _vectors_file(kernels: Kernels, lesson: Lesson, step: Step) -> Any:
    package = files.newest_change()
    key = f"{__version__} {package} {kernels.engine} {kernels.version} {lesson.digest} {step.id}"
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    return files.cache_directory() / "vectors" / f"{name}.json"


def measured(reference: Reference, step: Step) -> Reference:
    """Return the reference with `reached` filled in, and `trouble` if it misses a goal."""
    subject = subject_of(step)
    if subject is not None:
        goals = challenge_goals(step, subject, reference.trials, reference.trials)
        return _with_trouble(reference, goals)
    sent: list[SentSQL] = []
    goals = goals_at(step, reference, reference.start.effects, reference.start.answers)
    reached = 0
    for number, moment in enumerate(reference.moments, 1):
        sent += sent_of(moment.replies)
        goals = goals_at(step, reference, moment.effects, moment.answers, sent)
        if all_met(goals) and not reached:
            reached = number
    return _with_trouble(replace(reference, reached=reached), goals)


def _with_trouble(reference: Reference, goals: Sequence[Goal]) -> Reference:
    missed = [goal for goal in goals if not goal.met]
    if reference.trouble or not missed:
        return reference
    return replace(reference, trouble=f"{missed[0].text}: {missed[0].message}")
