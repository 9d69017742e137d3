"""Goals, met or not -> Verdict.

Before: judge.py and check.py have what came of an input: answers to the checks, effects,
        statements, how it ended.
Here:   goals in words, the vector by which a mistake is recognised, and the decision; all pure.
After:  repl/panels.py shows the Verdict, check.py makes a finding of it.

Effects are judged, never source text. A half-finished attempt is called wrong only after an
exception, for a declared mistake, when a goal was met before, or when the learner asks.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Literal, Protocol

from ormtutor.course.effects import Facet
from ormtutor.course.lesson import Check
from ormtutor.course.output import canonical
from ormtutor.course.statements import SentSQL, verb
from ormtutor.records import record, replace

VerdictKind = Literal["pass", "different", "almost", "mistake", "error", "regressed", "not yet"]


@record
class Goal:
    """One line of the Expected panel.

    `was_met`: whether it was met before the input. `message` says why it is not met, with the value
    that was found filled in; `left` is that value's repr. `details` are lines that show what the
    step asks and what there is, with marks under what differs. `checked` is False as long as it
    could not be evaluated: the panel then says "not checked".
    """

    text: str
    met: bool = False
    was_met: bool = False
    message: str = ""
    left: str = ""
    checked: bool = False
    details: tuple[str, ...] = ()


@record
class Verdict:
    """The judgement of an input: one sentence, and the lines that show why.

    `not yet` is silent unless the learner asks with `:check`. `message` may be Markdown by the
    lesson's author (a mistake's text); `details` are lines for the console.
    """

    kind: VerdictKind
    message: str = ""
    details: tuple[str, ...] = ()

    @property
    def is_pass(self) -> bool:
        """Whether the step is done."""
        return self.kind in ("pass", "different")


# --- goals ----------------------------------------------------------------------------------------


class AnswerLike(Protocol):
    """What the kernel answers to a check (`Answer` in kernel/messages.py)."""

    @property
    def true(self) -> bool:
        """Whether the check holds."""

    @property
    def left(self) -> str:
        """The repr of the value that it is about."""

    @property
    def error(self) -> str:
        """Why it could not be evaluated, else empty."""


def open_goals(checks: Iterable[Check]) -> tuple[Goal, ...]:
    """Return the goals of a step before anything was asked."""
    return tuple(Goal(goal_text(check)) for check in checks)


def goals_of(
    checks: Sequence[Check], answers: Sequence[AnswerLike], before: Sequence[Goal]
) -> tuple[Goal, ...]:
    """Return the goals after an input, from what the kernel answered to the checks."""
    was_met = _was_met(before, len(checks))
    return tuple(
        Goal(
            text=goal_text(check),
            met=answer.true,
            was_met=was,
            message="" if answer.true else miss_text(check, answer),
            left=answer.left,
            checked=not answer.error or bool(_is_unbound(answer.error)),
        )
        for check, answer, was in zip(checks, answers, was_met, strict=True)
    )


def goals_of_facets(facets: Sequence[Facet], before: Sequence[Goal]) -> tuple[Goal, ...]:
    """Return the goals of a step without checks, from how its effects compare."""
    was_met = _was_met(before, len(facets))
    return tuple(
        Goal(facet.text, not facet.miss, was, facet.miss, facet.miss, True, facet.details)
        for facet, was in zip(facets, was_met, strict=True)
    )


def _was_met(before: Sequence[Goal], count: int) -> list[bool]:
    return [goal.met for goal in before] if len(before) == count else [False] * count


def all_met(goals: Sequence[Goal]) -> bool:
    """Whether there are goals and each of them is met."""
    return bool(goals) and all(goal.met for goal in goals)


def miss_text(check: Check, answer: AnswerLike) -> str:
    """Return why a check is not met, in the author's words or in ours."""
    unbound = _is_unbound(answer.error)
    if unbound:
        return f"There is no name {unbound} yet."
    if answer.error:
        return f"This cannot be told yet: {answer.error}"
    if check.message:
        return check.message.replace("{left}", spoken(answer.left))
    return f"you: {spoken(answer.left)}; the step asks: {goal_text(check)}"


def _is_unbound(error: str) -> str:
    found = re.match(r"NameError: name '(\w+)' is not defined", error)
    return found[1] if found else ""


def spoken(left: str) -> str:
    """Return a repr for use in a sentence: a plain string loses its quotes."""
    found = re.fullmatch(r"'([^'\\]*)'", left)
    return found[1] if found and found[1] else left


_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "",
    ast.NotEq: "not ",
    ast.LtE: "at most ",
    ast.GtE: "at least ",
    ast.Lt: "fewer than ",
    ast.Gt: "more than ",
}


def goal_text(check: Check) -> str:
    """Return a check's goal, else its expression in words."""
    return check.goal or in_words(check.expression)


def in_words(expression: str) -> str:
    """Return an expression on the facts in words, or unchanged if we have no words for it."""
    try:
        tree = ast.parse(expression, mode="eval").body
    except SyntaxError:
        return expression
    if isinstance(tree, ast.Call):
        return _call_in_words(tree) or expression
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        return _comparison_in_words(tree) or expression
    return expression


def _call_in_words(call: ast.Call) -> str:
    name, arguments = ast.unparse(call.func), [ast.unparse(argument) for argument in call.args]
    if name == "loaded" and len(arguments) == 2 and _text(call.args[1]):
        return f"{arguments[0]}.{_text(call.args[1])} is loaded"
    return ""


def _text(node: ast.expr) -> str:
    """Return the value of a string literal, empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _comparison_in_words(tree: ast.Compare) -> str:
    left, right = tree.left, tree.comparators[0]
    sign = _COMPARISONS.get(type(tree.ops[0]))
    if sign is None or not isinstance(left, ast.Call):
        return ""
    name, value = ast.unparse(left.func), ast.unparse(right)
    arguments = [ast.unparse(argument) for argument in left.args]
    if value == "0" and not sign:
        value = "no"
    first = _text(left.args[0]) if left.args else ""
    if name == "state" and _text(right) and sign in ("", "not "):
        return f"{arguments[0]} is {sign}{_text(right)}"
    if name in ("rows", "committed") and first:
        where = "".join(f" with {k.arg} {ast.unparse(k.value)}" for k in left.keywords)
        word = "row" if value == "1" else "rows"
        held = "committed " if name == "committed" else ""
        return f"{first} has {sign}{value} {held}{word}{where}"
    if name == "sql.count" and first:
        plural = "" if value == "1" else "s"
        return f"{sign}{value} {first}{plural}"
    if name == "len" and arguments == ["sql"]:
        return f"{sign}{value} statement{'' if value == '1' else 's'}"
    if name == "lazy_loads" and value == "[]" and sign == "":
        return "no lazy loads"
    return ""


# --- vectors: how a mistake is recognised ---------------------------------------------------------


@record
class Vector:
    """What came of an attempt, as far as it distinguishes one attempt from another.

    `lefts`: the values found for unmet goals. `kinds`: the verbs and causes of its statements, with
    `COMMIT` and `ROLLBACK`. `failure`: an exception without the names and numbers in its text.
    """

    goals: tuple[bool, ...]
    lefts: tuple[str, ...]
    failure: str
    kinds: frozenset[tuple[str, str]]


def vector(goals: Sequence[Goal], failure: str, sent: Sequence[SentSQL]) -> Vector:
    """Return the vector of an attempt; `failure` is `kind: message`, or empty."""
    return Vector(
        goals=tuple(goal.met for goal in goals),
        lefts=tuple("" if goal.met else canonical(goal.left or goal.message) for goal in goals),
        failure=failure_shape(failure),
        kinds=frozenset(_kind(item) for item in sent if _matters(item)),
    )


def vector_to_json(vector: Vector) -> list[Any]:
    """Return a vector as plain JSON data."""
    return [vector.goals, vector.lefts, vector.failure, sorted(vector.kinds)]


def vector_from_json(content: Sequence[Any]) -> Vector:
    """Return the vector that `vector_to_json` wrote."""
    goals, lefts, failure, kinds = content
    return Vector(
        tuple(map(bool, goals)),
        tuple(map(str, lefts)),
        str(failure),
        frozenset((str(word), str(cause)) for word, cause in kinds),
    )


def _matters(item: SentSQL) -> bool:
    return not item.is_transaction or verb(item.sql) in ("COMMIT", "ROLLBACK")


def _kind(item: SentSQL) -> tuple[str, str]:
    return verb(item.sql), "" if item.is_transaction else cause_kind(item.cause)


def cause_kind(cause: str) -> str:
    """Return a cause without the object's identity: `get User` for `get User#1`."""
    return re.sub(r"#\S+", "", cause).strip()


def failure_shape(failure: str) -> str:
    """Return an exception's first line without the strings and numbers in it."""
    line = failure.partition("\n")[0]
    line = re.sub(r"'[^']*'|\"[^\"]*\"", "'...'", line)
    return re.sub(r"\b(?:0x[0-9a-f]+|\d+)\b", "N", line)


def resembles(attempt: Vector, mistake: Vector) -> bool:
    """Whether an attempt looks like the mistake.

    The learner may have done more (shown a value, run a query). So goals and failure are enough to
    recognise a failure; and else the mistake's statements only have to be among the learner's.
    """
    if attempt.goals != mistake.goals or attempt.failure != mistake.failure:
        return False
    if mistake.failure:
        return True
    return attempt.lefts == mistake.lefts and mistake.kinds <= attempt.kinds


def recognise(attempt: Vector, mistakes: Sequence[Vector]) -> int | None:
    """Return the index of the mistake that an attempt resembles most, or None."""
    near = [index for index, mistake in enumerate(mistakes) if resembles(attempt, mistake)]
    if not near:
        return None
    return max(near, key=lambda i: (mistakes[i] == attempt, len(mistakes[i].kinds), -i))


# --- traffic: how two right answers differ --------------------------------------------------------


@record
class Traffic:
    """One statement, and what it returned; -1: unknown."""

    sent: SentSQL
    rows: int = -1
    made: int = -1
    known: int = -1


def traffic_differs(yours: Sequence[Traffic], theirs: Sequence[Traffic]) -> bool:
    """Whether two right answers differ in the kinds or the number of their statements."""
    return _counted(yours) != _counted(theirs)


def _counted(traffic: Sequence[Traffic]) -> Counter[tuple[str, str, int]]:
    return Counter(
        (*_kind(item.sent), _joins(item.sent.sql))
        for item in traffic
        if not item.sent.is_transaction
    )


def _joins(sql: str) -> int:
    return len(re.findall(r"\bJOIN\b", sql, re.IGNORECASE))


def traffic_in_words(traffic: Sequence[Traffic]) -> str:
    """Return what was sent: `1 SELECT with 2 joins, 4 rows -> 3 objects`."""
    groups: dict[tuple[str, int], list[Traffic]] = {}
    for item in traffic:
        if not item.sent.is_transaction:
            groups.setdefault((verb(item.sent.sql), _joins(item.sent.sql)), []).append(item)
    return "; ".join(_group_in_words(*key, items) for key, items in groups.items()) or "no SQL"


def _group_in_words(word: str, joins: int, items: Sequence[Traffic]) -> str:
    text = f"{len(items)} {word}{'' if len(items) == 1 else 's'}"
    if joins:
        text += f" with {joins} join{'' if joins == 1 else 's'}"
    lazy = sum(item.sent.cause.startswith("lazy load") for item in items)
    if lazy:
        text += f", {lazy} of them lazy loads" if lazy < len(items) else " (lazy loads)"
    rows = sum(item.rows for item in items if item.rows >= 0)
    objects = sum(item.made + item.known for item in items if item.made >= 0 and item.known >= 0)
    if word == "SELECT" and any(item.rows >= 0 for item in items):
        text += f", {rows} row{'' if rows == 1 else 's'}"
        if objects:
            text += f" -> {objects} object{'' if objects == 1 else 's'}"
    return text


# --- the decision ---------------------------------------------------------------------------------


@record
class Evidence:
    """Everything that a verdict is based on.

    `failure_is_asked`: the step asks for an exception. `mistake`: the text of the mistake that was
    recognised. `is_on_path`: the lesson's own answer, or another right one, passes through this
    very state. `asked`: the learner typed `:check`. `is_whole`: the attempt is complete, such as
    the function that a challenge asks for. `theirs`: the statements of the lesson's answer.
    """

    goals: tuple[Goal, ...]
    failure: str = ""
    failure_is_asked: bool = False
    mistake: str = ""
    is_on_path: bool = False
    asked: bool = False
    is_whole: bool = False
    yours: tuple[Traffic, ...] = ()
    theirs: tuple[Traffic, ...] | None = None


def decide(evidence: Evidence) -> Verdict:
    """Return the first verdict that applies, from the most certain to `not yet`."""
    failed = bool(evidence.failure) and not evidence.failure_is_asked and not evidence.asked
    if all_met(evidence.goals) and not failed:
        return _passed(evidence)
    if evidence.mistake and (evidence.asked or failed or not evidence.is_on_path):
        return Verdict("mistake", evidence.mistake, _misses(evidence.goals))
    if failed:
        return Verdict("error", evidence.failure.partition("\n")[0])
    lost = [goal for goal in evidence.goals if goal.was_met and not goal.met]
    if lost and not evidence.is_on_path and not evidence.asked:
        return Verdict("regressed", _lost(lost[0]), _misses(lost[1:]))
    missing = [goal for goal in evidence.goals if not goal.met]
    if len(missing) == 1 and (evidence.asked or evidence.is_whole):
        return _almost(missing[0])
    return _not_yet(evidence.goals, missing)


def _passed(evidence: Evidence) -> Verdict:
    if evidence.theirs is None:
        return Verdict("pass")
    yours, theirs = traffic_in_words(evidence.yours), traffic_in_words(evidence.theirs)
    if traffic_differs(evidence.yours, evidence.theirs):
        return Verdict("different", f"yours: {yours}. The lesson's: {theirs}.")
    return Verdict("pass", yours)


def _almost(goal: Goal) -> Verdict:
    if goal.details:
        return Verdict("almost", f"One goal is left: {goal.text}.", goal.details)
    return Verdict("almost", goal.message or goal.text)


def _lost(goal: Goal) -> str:
    return f"No longer met: {goal.text}. {goal.message}".rstrip()


def _misses(goals: Iterable[Goal]) -> tuple[str, ...]:
    return tuple(
        f"{goal.text}: {goal.message}" if goal.message else goal.text
        for goal in goals
        if not goal.met
    )


def _not_yet(goals: Sequence[Goal], missing: Sequence[Goal]) -> Verdict:
    if not goals:
        return Verdict("not yet", "Nothing has been compared yet.")
    met = len(goals) - len(missing)
    return Verdict("not yet", f"{met} of {len(goals)} goals are met.", _misses(missing))


def without_history(goals: Iterable[Goal]) -> tuple[Goal, ...]:
    """Return the goals as at the beginning of a step: those that are met were so before."""
    return tuple(replace(goal, was_met=goal.met) for goal in goals)
