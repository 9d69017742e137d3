"""Turn: one input and everything that came of it.

Before: tutor.py handed an input to the kernel, and replies came back.
Here:   the replies in order, and properties for what is in them; predictions and their answers.
After:  repl/panels.py draws it; report.py makes a script of it.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from ormtutor.course.checking import Goal, Verdict
from ormtutor.course.lesson import Predict
from ormtutor.course.output import same_value
from ormtutor.course.statements import spelled_out, tokens, verb
from ormtutor.kernel.messages import (
    Failure,
    Finished,
    Message,
    Output,
    Rows,
    StateChange,
    Statement,
    Transaction,
)
from ormtutor.records import record
from ormtutor.reference import Reference, sent_of

TurnKind = Literal["learner", "demo", "skip", "play"]


@record
class Turn:
    """One input and everything that came of it.

    `number` counts the inputs of the step from 1; `first_line` is the line of the step on which the
    input begins; `step` is its full name, such as `mapping/declare`. `goals` are those after the
    input. `kind`: whose input it is, the learner's, the lesson's `demo`, that of a `skip`, or the
    learner's at `play`. `answers` are what `input()` returned. `is_lost`: it was interrupted, or
    the kernel died, so that a replay leaves it out.
    """

    number: int
    source: str
    first_line: int
    step: str
    replies: tuple[Message, ...] = ()
    goals: tuple[Goal, ...] = ()
    verdict: Verdict | None = None
    kind: TurnKind = "learner"
    answers: tuple[str | None, ...] = ()
    is_lost: bool = False

    def _all(self, kind: type[Any]) -> tuple[Any, ...]:
        return tuple(reply for reply in self.replies if isinstance(reply, kind))

    @property
    def threads(self) -> int:
        """How many threads it started that were still running when it had ended."""
        return sum(finished.threads for finished in self._all(Finished))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements that reached a cursor."""
        return self._all(Statement)

    @property
    def rows(self) -> dict[int, Rows]:
        """What the statements returned, by their numbers."""
        return {reply.number: reply for reply in self._all(Rows)}

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """BEGIN, COMMIT and the like."""
        return self._all(Transaction)

    @property
    def transitions(self) -> tuple[StateChange, ...]:
        """Objects that went from one state to another."""
        return self._all(StateChange)

    @property
    def output(self) -> str:
        """Everything that it printed, in order, without the output of earlier inputs' threads."""
        return "".join(reply.text for reply in self._all(Output) if not reply.late)

    @property
    def finished(self) -> Finished | None:
        """How the run ended, or None."""
        found = self._all(Finished)
        return found[-1] if found else None

    @property
    def value(self) -> str | None:
        """The repr that the prompt shows, or None."""
        return self.finished.value if self.finished else None

    @property
    def failure(self) -> Failure | None:
        """The exception that ended the run, or None."""
        return self.finished.failure if self.finished else None

    @property
    def status(self) -> str:
        """`ok`, `error`, `interrupted` or `incomplete`."""
        return self.finished.status if self.finished else "ok"

    @property
    def end_line(self) -> int:
        """The line of the step on which the input ends."""
        return self.first_line + self.source.rstrip("\n").count("\n")


# --- predictions ----------------------------------------------------------------------------------


@record
class Prediction:
    """The learner's answer to a question, and the truth from running the lesson's own answer."""

    question: Predict
    given: str
    truth: str
    is_right: bool


_WORDS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {word: number for number, word in enumerate(_WORDS.split(" "))} | {
    "no": 0,
    "none": 0,
    "nothing": 0,
    "never": 0,
    "once": 1,
    "twice": 2,
}


def compare_prediction(question: Predict, given: str, reference: Reference | None) -> Prediction:
    """Compare a learner's answer with the truth; if there is no reference, nothing is right."""
    if reference is None or len(reference.moments) < question.after:
        return Prediction(question, given, "not known", is_right=False)
    truth = _truth(question, reference)
    return Prediction(question, given, truth, _is_right(question, given.strip(), truth, reference))


def _truth(question: Predict, reference: Reference) -> str:
    moment = reference.moments[question.after - 1]
    if question.kind == "statements":
        return str(sum(map(_statements, reference.moments[: question.after])))
    if question.kind == "sql":
        sent = [text for item in _sent(moment) for text in spelled_out(item)]
        return "; ".join(" ".join(text.split()) for text in sent) or "nothing"
    if question.kind == "output":
        return moment.effects.shown[-1].text.rstrip("\n") or moment.failure or "nothing"
    if question.kind == "state":
        thing = moment.effects.names.get(question.subject)
        return (thing.state if thing else "") or "no mapped object"
    table = moment.effects.tables.get(question.subject)
    return str(len(table.rows)) if table else "no such table"


def _statements(moment: Any) -> int:
    return len(_sent(moment))


def _sent(moment: Any) -> list[Any]:
    return [item for item in sent_of(moment.replies) if not item.is_transaction]


def _is_right(question: Predict, given: str, truth: str, reference: Reference) -> bool:
    if question.kind in ("statements", "rows"):
        number = _number(given)
        return number is not None and str(number) == truth
    if question.kind == "state":
        return given.casefold().strip(" .'\"") == truth
    if question.kind == "sql":
        return _names_sql(given, truth, reference.moments[question.after - 1])
    if truth == "nothing":
        return _number(given) == 0
    failure = reference.moments[question.after - 1].failure
    if failure:
        return bool(given) and given.casefold() in failure.casefold()
    return same_value(given, truth) or given.strip("'\"") == truth.strip("'\"")


def _number(given: str) -> int | None:
    words = re.findall(r"\d+|[a-z]+", given.casefold())
    found = [
        int(word) if word.isdigit() else _NUMBERS[word]
        for word in words
        if word.isdigit() or word in _NUMBERS
    ]
    return found[0] if len(found) == 1 else None


def _names_sql(given: str, truth: str, moment: Any) -> bool:
    """Whether the answer is the statements themselves, or just names their verbs."""
    sent = _sent(moment)
    if not sent:
        return _number(given) == 0
    if tokens(given) == tokens(truth):
        return True
    named = {word.upper() for word in re.findall(r"[A-Za-z]+", given)}
    verbs = {verb(item.sql) for item in sent}
    known = {"SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "PRAGMA"}
    return named & known == verbs
