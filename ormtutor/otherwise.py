"""Otherwise: the learner's inputs run again in a twin kernel, with one thing changed.

Before: tutor.py knows what was run up to the step, and the turns since.
Here:   a loading option is added to the queries, a relationship gets another cascade, a query its
        other spelling; a twin kernel runs everything. The learner's kernel is not touched.
After:  repl/asking.py shows what came of it beside what the learner saw.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from ormtutor.course.output import blank_addresses
from ormtutor.course.statements import spelled_out, tokens
from ormtutor.errors import CommandError
from ormtutor.kernel.messages import Message
from ormtutor.records import record, replace
from ormtutor.reference import failure_of, in_short, shown_of, traffic_of
from ormtutor.replay import Entry, Replica, finished
from ormtutor.spelling import Spelling, Untranslatable, respelled
from ormtutor.turn import Turn

STRATEGIES = ("selectinload", "joinedload", "subqueryload")
CASCADES = (
    "save-update", "merge", "refresh-expire", "expunge", "delete", "all", "delete-orphan", "none",
)  # fmt: skip
"""The words of a cascade, in the order in which they are usually written."""

_LAZY = "lazy load of "
_PATIENCE = 30.0  # seconds for one input, which did end the first time


def entry_of(turn: Turn) -> Entry:
    """Return the entry that makes a kernel run a turn's input again."""
    return Entry("learner", turn.source, turn.step, turn.first_line, turn.answers)


# --- another loading ------------------------------------------------------------------------------


@record
class Cost:
    """What an input cost: its statements, how many of them were lazy loads, and their rows."""

    statements: int
    lazy: int
    rows: int


@record
class Changed:
    """One input under both loadings. `failure`: the exception that ended only the twin's."""

    line: int
    yours: Cost
    twin: Cost
    failure: str = ""


@record
class Reloaded:
    """The inputs of a step under another loading: what was rewritten, and what that changed.

    `rewritten`: the lines with the option, each with its number in the step. `differs`: the numbers
    of lines that showed something else; `reordered`: the same in another order.
    """

    strategy: str
    rewritten: tuple[tuple[int, str], ...]
    changed: tuple[Changed, ...]
    differs: tuple[int, ...]
    reordered: tuple[int, ...]


def reload(
    twin: Replica,
    base: Sequence[Entry],
    turns: Sequence[Turn],
    strategy: str,
    targets: Mapping[str, str],
) -> Reloaded:
    """Run the turns in a twin, with eager loading of what was loaded one object at a time.

    `targets` maps `Class.attribute` to the class at the other end.

    Raises: CommandError: there was no such loading, or no query of the step can be rewritten, or
    an input does not end.
    """
    wanted = one_by_one(turns)
    if not wanted:
        raise CommandError(
            "no attribute was loaded object by object in this step",
            hint="It is for an N+1: a loop that sends a SELECT for each object.",
        )
    sources = [rewritten(turn.source, wanted, targets, strategy) for turn in turns]
    if sources == [turn.source for turn in turns]:
        owners = " or ".join(sorted({name.partition(".")[0] for name in wanted}))
        raise CommandError(
            f"no query of this step asks for {owners}",
            hint=f"The option is written after `query(...)` or `select(...)` of {owners}.",
        )
    twin.replay(base, deadline=_PATIENCE)
    twin.run(Entry("setup", f"from sqlalchemy.orm import {strategy}"))
    pairs = []
    for turn, source in zip(turns, sources, strict=True):
        pairs.append((turn, _perform(twin, turn, source)))
        if _fails(*pairs[-1]):
            break  # what follows would fail because of it
    return Reloaded(
        strategy,
        tuple(
            (turn.first_line + place, line.strip())
            for turn, source in zip(turns, sources, strict=True)
            for place, (line, old) in enumerate(
                zip(source.split("\n"), turn.source.split("\n"), strict=True)
            )
            if line != old
        ),
        tuple(
            _compared(turn, again)
            for turn, again in pairs
            if _cost(turn) != _cost(again) or _fails(turn, again)
        ),
        tuple(
            turn.first_line
            for turn, again in pairs
            if _words(turn) != _words(again) and not _fails(turn, again)
        ),
        tuple(
            turn.first_line
            for turn, again in pairs
            if _words(turn) == _words(again) and _shown(turn) != _shown(again)
        ),
    )


def one_by_one(turns: Iterable[Turn]) -> tuple[str, ...]:
    """Return the attributes, as `Class.name`, that one input loaded lazily more than once."""
    found: dict[str, None] = {}
    for turn in turns:
        causes = [statement.cause for statement in turn.statements]
        found.update(
            dict.fromkeys(
                cause.removeprefix(_LAZY)
                for cause in causes
                if cause.startswith(_LAZY) and causes.count(cause) > 1
            )
        )
    return tuple(found)


def rewritten(source: str, wanted: Sequence[str], targets: Mapping[str, str], strategy: str) -> str:
    """Return the source with the option in each query that needs it; its lines stay the same."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return source
    lines = source.split("\n")
    calls = [(call.end_lineno or 0, call.end_col_offset or 0, call) for call in _queries(tree)]
    for line, column, call in sorted(calls, key=lambda found: found[:2], reverse=True):
        options = [
            ".".join(f"{strategy}({name})" for name in path)
            for entity in call.args
            if isinstance(entity, ast.Name)
            for path in _paths(entity.id, wanted, targets)
        ]
        if options:
            text = lines[line - 1].encode()
            option = f".options({', '.join(options)})".encode()
            lines[line - 1] = (text[:column] + option + text[column:]).decode()
    return "\n".join(lines)


def _queries(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in ("query", "select"):
                yield node


def _paths(entity: str, wanted: Sequence[str], targets: Mapping[str, str]) -> list[list[str]]:
    """Return the paths from an entity along the wanted attributes, each as long as possible."""
    found: list[list[str]] = []
    for name in wanted:
        if name.partition(".")[0] == entity:
            rest = [other for other in wanted if other != name]
            onward = _paths(targets.get(name, ""), rest, targets)
            found += [[name, *path] for path in onward] or [[name]]
    return found


def _perform(twin: Replica, turn: Turn, source: str) -> Turn:
    replies = twin.run(replace(entry_of(turn), source=source), deadline=_PATIENCE)
    again = Turn(turn.number, source, turn.first_line, turn.step, replies)
    if again.status == "interrupted" or not twin.alive:
        raise CommandError(f"line {turn.first_line} did not end in the twin", hint=_LEFT_ALONE)
    return again


_LEFT_ALONE = "Your own kernel was not touched."


def _cost(turn: Turn) -> Cost:
    traffic = traffic_of(turn.replies)
    lazy = [one for one in traffic if one.sent.cause.startswith(_LAZY)]
    return Cost(len(traffic), len(lazy), sum(max(0, one.rows) for one in traffic))


def _fails(turn: Turn, again: Turn) -> bool:
    return turn.failure is None and again.failure is not None


def _compared(turn: Turn, again: Turn) -> Changed:
    failure = _said(again.replies) if _fails(turn, again) else ""
    return Changed(turn.first_line, _cost(turn), _cost(again), failure)


def _said(replies: Sequence[Message]) -> str:
    """Return the exception that ended a run in one line, without its module; or empty."""
    return re.sub(r"^(\w+\.)+", "", in_short(failure_of(replies)))


def _shown(turn: Turn) -> str:
    return blank_addresses(shown_of(turn.replies).text)


def _words(turn: Turn) -> list[str]:
    return sorted(re.findall(r"\w+", _shown(turn)))


# --- another cascade ------------------------------------------------------------------------------


@record
class Replanned:
    """What a flush would do under another cascade. `plan` is the kernel's view `plan`."""

    relationship: str
    was: str
    cascade: str
    plan: Mapping[str, Any]


def replan(
    twin: Replica,
    base: Sequence[Entry],
    inputs: Sequence[Entry],
    relationship: str,
    cascade: str,
) -> Replanned:
    """Run the inputs of a step in a twin where a relationship has another cascade.

    The cascade is set at the step's beginning, or as soon as the relationship is mapped. If it is
    empty, a cascade with delete is replaced by one without, and the reverse.

    Raises: CommandError: no such relationship, or it cannot have this cascade.
    """
    was = ""
    twin.replay(base, deadline=_PATIENCE)
    for entry in (None, *inputs):
        if entry is not None:
            twin.replay([entry], deadline=_PATIENCE)
        if not was and _is_mapped(twin, relationship):
            was = _cascade_of(twin, relationship)
            cascade = cascade or _other_cascade(twin, relationship, was)
            _set_cascade(twin, relationship, cascade)
    if not was:
        raise CommandError(
            f"there is no relationship {relationship}",
            hint="`:schema` shows all; one is written as `User.posts`.",
        )
    return Replanned(relationship, was, cascade, twin.kernel.inspect("plan", _BUDGET) or {})


_BUDGET = 500  # milliseconds


def _is_mapped(twin: Replica, relationship: str) -> bool:
    """Whether the relationship exists, and every mapping is complete, so that it can be used."""
    ends = (twin.kernel.inspect("schema", _BUDGET) or {}).get("relationships", ())
    return all(end["target"] for end in ends) and relationship in targets_of(ends)


def _other_cascade(twin: Replica, relationship: str, was: str) -> str:
    """Return a cascade with delete for one without; the default for one with delete."""
    if "delete" in was or was.startswith("all"):
        return "save-update, merge"
    ends = (twin.kernel.inspect("schema", _BUDGET) or {}).get("relationships", ())
    kinds = {f"{end['class']}.{end['name']}": end["kind"] for end in ends}
    return "all, delete-orphan" if kinds.get(relationship) == "one-to-many" else "all"


def targets_of(relationships: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the class at the other end of each `Class.relationship` of the view `schema`."""
    return {f"{end['class']}.{end['name']}": end["target"] for end in relationships}


def _cascade_of(twin: Replica, relationship: str) -> str:
    end = finished(twin.run(Entry("learner", f"sorted({relationship}.property.cascade)")))
    if end is None or end.value is None:
        raise CommandError(f"{relationship} cannot be read", hint="Its class needs a name here.")
    words = [word for word in CASCADES if f"'{word}'" in end.value]
    every = [word for word in words if word != "delete-orphan"]
    if len(every) == len(CASCADES) - 3:
        words = ["all", *(word for word in words if word == "delete-orphan")]
    return ", ".join(words) or "none"


def _set_cascade(twin: Replica, relationship: str, cascade: str) -> None:
    refused = _said(twin.run(Entry("setup", f"{relationship}.property.cascade = {cascade!r}")))
    if refused:
        raise CommandError(refused, hint=_LEFT_ALONE)


# --- another spelling -----------------------------------------------------------------------------


@record
class Respelled:
    """A run of an input in its other spelling. `sent`: its SQL, with values filled in.

    `shows` and `sends` compare it with the learner's run: `labels` means equal except for the
    labels of columns.
    """

    line: int
    spelling: Spelling
    shows: Literal["same", "order", "other"]
    sends: Literal["same", "labels", "other"]
    sent: tuple[str, ...]
    failure: str = ""


def respell(twin: Replica, base: Sequence[Entry], turns: Sequence[Turn]) -> Respelled:
    """Run the last of the turns that has a Query or a select() in its other spelling.

    Raises: CommandError: there is none, or it has no other spelling.
    """
    place, spelling = _last_spelling(turns)
    turn = turns[place]
    twin.replay([*base, *map(entry_of, turns[:place])], deadline=_PATIENCE)
    if spelling.imports:
        twin.run(Entry("setup", f"from sqlalchemy import {', '.join(spelling.imports)}"))
    again = _perform(twin, turn, spelling.source)
    if _shown(turn) == _shown(again):
        shows: Literal["same", "order", "other"] = "same"
    else:
        shows = "order" if _words(turn) == _words(again) else "other"
    ours, theirs = ([one.sent.sql for one in traffic_of(each.replies)] for each in (turn, again))
    if [*map(tokens, ours)] == [*map(tokens, theirs)]:
        sends: Literal["same", "labels", "other"] = "same"
    else:
        is_same = [*map(_unlabelled, ours)] == [*map(_unlabelled, theirs)]
        sends = "labels" if is_same else "other"
    sent = tuple(text for one in traffic_of(again.replies) for text in spelled_out(one.sent))
    failure = _said(again.replies) if _fails(turn, again) else ""
    return Respelled(turn.first_line, spelling, shows, sends, sent, failure)


def _last_spelling(turns: Sequence[Turn]) -> tuple[int, Spelling]:
    for place in range(len(turns) - 1, -1, -1):
        if re.search(r"\b(query|select)\b", turns[place].source):
            try:
                return place, respelled(turns[place].source)
            except Untranslatable as reason:
                line = f"line {turns[place].first_line}"
                raise CommandError(f"{line} cannot be translated: {reason}") from None
    raise CommandError("no input of this step asks by query(...) or select(...)")


def _unlabelled(sql: str) -> list[str]:
    """Return a statement's tokens, with `a.id AS` for each `a.id AS a_id`."""
    found: list[str] = []
    for token in tokens(sql):
        if found[-1:] == ["as"] and found[-3:-2] == ["."]:
            found.pop()
        else:
            found.append(token)
    return found
