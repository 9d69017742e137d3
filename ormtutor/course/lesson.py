"""What a lesson is: plain values, in the order in which its author wrote them.

Before: course/markdown.py reads a file into these, course/library.py returns them.
Here:   Lesson, Step and the parts of a step: frozen, convertible to JSON and back.
After:  tutor.py leads a learner through a Lesson, check.py checks that it is true.

Nothing here imports the Markdown parser, which would delay the first prompt: library.py keeps
parsed lessons as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

from ormtutor.records import record

TranscriptKind = Literal["learner", "setup", "demo", "solution"]
AttemptKind = Literal["alt", "mistake", "hidden"]
PredictKind = Literal["statements", "sql", "output", "state", "rows"]

FORMAT = 1
"""The newest `format` of lesson files that we can read."""


@record
class Example:
    """One input after `>>>`, with the output that it must have by doctest's rules.

    `source` has no prompts and no newline at its end; `want`, the text under it, ends with one
    unless it is empty. `options` are doctest's, such as `("+ELLIPSIS",)`.
    """

    source: str
    want: str
    line: int
    options: tuple[str, ...] = ()

    @property
    def want_line(self) -> int:
        """The line of the file on which `want` begins, or would begin."""
        return self.line + self.source.count("\n") + 1

    @property
    def end(self) -> int:
        """The last line of the example in the file."""
        return self.want_line + self.want.count("\n") - 1


@record
class Prose:
    """Markdown for the learner to read, between the fences that have a meaning."""

    text: str
    line: int


@record
class Transcript:
    """A `pycon` fence. Only `learner` is typed by the learner; `solution` is never shown first."""

    kind: TranscriptKind
    examples: tuple[Example, ...]
    line: int


@record
class SQLFence:
    """The statements of the transcript before it, with values filled in."""

    statements: tuple[str, ...]
    words: tuple[str, ...]
    line: int

    @property
    def is_exact(self) -> bool:
        """Whether to compare to the letter, and to ask the learner for the same statements."""
        return "exact" in self.words

    @property
    def is_any_order(self) -> bool:
        """Whether the statements may come in any order."""
        return "any-order" in self.words

    @property
    def counts_transactions(self) -> bool:
        """Whether BEGIN, COMMIT and ROLLBACK are listed, too."""
        return "txn" in self.words


@record
class Predict:
    """A question asked before the learner's input number `after` runs; it never blocks.

    `subject` is the name for `state NAME` and the table for `rows TABLE`, else empty.
    """

    question: str
    kind: PredictKind
    subject: str
    after: int
    line: int


@record
class Hint:
    """One hint; a step gives its hints in order."""

    text: str
    line: int


@record
class Note:
    """What is worth remembering from a step, for the cheat sheet."""

    text: str
    line: int


@record
class Check:
    """An expression on the learner's names and the facts, true when the step is done.

    `goal` is what the screen shows beforehand, `message` what it shows while this is not met;
    `{left}` in it stands for the value that was found. Both may be empty.
    """

    expression: str
    goal: str
    message: str
    line: int


@record
class Attempt:
    """A `python` fence: another right answer, a known mistake, or hidden data.

    `versions` says where an `alt` exists, as written: `sqlalchemy<2`, `miniorm` or empty.
    """

    kind: AttemptKind
    source: str
    message: str
    versions: str
    line: int

    def runs_on(self, engine: str, version: str) -> bool:
        """Whether this spelling exists in an engine; `version` of miniorm is SQLAlchemy's."""
        if not self.versions:
            return True
        name, conditions = _split_versions(self.versions)
        if name == "miniorm" and engine != "miniorm":
            return False
        return all(_holds(release(version), *condition) for condition in conditions)


Part = Prose | Transcript | SQLFence | Predict | Hint | Note | Check | Attempt


@record
class Block:
    """A stretch of the file, from its first to its last line.

    `kind` is `header`, `heading`, `prose` or the first two words of a fence that has a meaning. The
    blocks of a lesson follow one another without gaps, so that nothing in a file is lost.
    """

    kind: str
    line: int
    end: int


_P = TypeVar("_P")


@record
class Step:
    """A heading with an id, and everything under it."""

    id: str
    title: str
    line: int
    parts: tuple[Part, ...]

    def _all(self, kind: type[_P]) -> tuple[_P, ...]:
        return tuple(part for part in self.parts if isinstance(part, kind))

    def _examples(self, kind: TranscriptKind) -> tuple[Example, ...]:
        return tuple(
            example
            for transcript in self._all(Transcript)
            if transcript.kind == kind
            for example in transcript.examples
        )

    @property
    def prose(self) -> str:
        """All text of the step, as Markdown."""
        return "\n\n".join(part.text for part in self._all(Prose))

    @property
    def setup(self) -> tuple[Example, ...]:
        """What runs silently when the step begins."""
        return self._examples("setup")

    @property
    def demo(self) -> tuple[Example, ...]:
        """What is run and shown when the step begins."""
        return self._examples("demo")

    @property
    def opening(self) -> tuple[Transcript, ...]:
        """Setup and demo in their order: everything that runs before the learner's turn."""
        return tuple(t for t in self._all(Transcript) if t.kind in ("setup", "demo"))

    @property
    def examples(self) -> tuple[Example, ...]:
        """What the learner is to type."""
        return self._examples("learner")

    @property
    def solution(self) -> tuple[Example, ...]:
        """The hidden reference of a challenge."""
        return self._examples("solution")

    @property
    def reference(self) -> tuple[Example, ...]:
        """The lesson's own answer: the transcript, or the solution of a challenge."""
        return self.solution or self.examples

    @property
    def note(self) -> str:
        """What is worth remembering: the step's `note`, else its last one-line input, or empty."""
        notes = self._all(Note)
        if notes:
            return " ".join(notes[0].text.split())
        lines = [example.source for example in self.examples if "\n" not in example.source]
        return f"`{lines[-1]}`" if lines and "`" not in lines[-1] else ""

    @property
    def hints(self) -> tuple[Hint, ...]:
        """The hints in order."""
        return self._all(Hint)

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks in order."""
        return self._all(Check)

    @property
    def predictions(self) -> tuple[Predict, ...]:
        """The questions in order."""
        return self._all(Predict)

    def _attempts(self, kind: AttemptKind) -> tuple[Attempt, ...]:
        return tuple(part for part in self._all(Attempt) if part.kind == kind)

    @property
    def alternatives(self) -> tuple[Attempt, ...]:
        """Other right answers."""
        return self._attempts("alt")

    @property
    def mistakes(self) -> tuple[Attempt, ...]:
        """Wrong answers that are recognised."""
        return self._attempts("mistake")

    @property
    def hidden(self) -> tuple[Attempt, ...]:
        """More data, on which a challenge's answer is run again."""
        return self._attempts("hidden")

    @property
    def sql_fences(self) -> tuple[tuple[Transcript, SQLFence], ...]:
        """Each `sql` fence with the transcript whose statements it lists."""
        pairs: list[tuple[Transcript, SQLFence]] = []
        before: Transcript | None = None
        for part in self.parts:
            if isinstance(part, Transcript):
                before = part
            elif isinstance(part, SQLFence) and before is not None:
                pairs.append((before, part))
        return tuple(pairs)

    @property
    def exact_sql(self) -> SQLFence | None:
        """The fence that asks the learner for exactly its statements, or None."""
        found = [
            fence
            for transcript, fence in self.sql_fences
            if fence.is_exact and transcript.kind == "learner"
        ]
        return found[0] if found else None

    @property
    def is_challenge(self) -> bool:
        """Whether the learner gets no code to type, only a task."""
        return bool(self.solution)

    @property
    def is_reading(self) -> bool:
        """Whether there is nothing for the learner to do."""
        return not self.reference


@record
class Lesson:
    """A lesson file.

    `opening` is the prose before the first step, `setup` the silent examples there. `use` names a
    Python file beside the lesson, and `shared` is its source; it can be imported by its stem, as it
    can under plain doctest.
    """

    path: Path
    id: str
    title: str
    needs: tuple[str, ...]
    use: str
    shared: str
    opening: str
    setup: tuple[Example, ...]
    steps: tuple[Step, ...]
    blocks: tuple[Block, ...]
    digest: str

    @property
    def number(self) -> int | None:
        """The number that the file's name begins with, as in `02-session.md`."""
        found = re.match(r"\d+", self.path.name)
        return int(found.group()) if found else None

    def index(self, step_id: str) -> int:
        """Return the position of a step, from 0. Raises: KeyError: there is no such step."""
        for index, step in enumerate(self.steps):
            if step.id == step_id:
                return index
        raise KeyError(step_id)

    def step(self, step_id: str) -> Step:
        """Return a step by its id. Raises: KeyError: there is no such step."""
        return self.steps[self.index(step_id)]

    def key(self, step: Step) -> str:
        """Return the step's full name, `session/queued`, under which progress is kept."""
        return f"{self.id}/{step.id}"


def slug(title: str) -> str:
    """Return an id made from a title: `from-object-to-row` for `From object to row`."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words).lstrip("0123456789-") or "step"


# --- versions -------------------------------------------------------------------------------------

_VERSIONS = re.compile(r"(sqlalchemy|miniorm)\s*((?:(?:<=|>=|==|<|>)\s*\d+(?:\.\d+)*\s*,?\s*)*)")
_CONDITION = re.compile(r"(<=|>=|==|<|>)\s*(\d+(?:\.\d+)*)")


def are_versions(text: str) -> bool:
    """Whether a text names an engine and its releases, such as `sqlalchemy>=1.4,<2`."""
    return _VERSIONS.fullmatch(text.strip()) is not None


def _split_versions(text: str) -> tuple[str, list[tuple[str, tuple[int, ...]]]]:
    found = _VERSIONS.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a version condition: {text!r}")
    return found[1], [(sign, release(number)) for sign, number in _CONDITION.findall(found[2])]


def release(version: str) -> tuple[int, ...]:
    """Return a version's numbers: (1, 4, 54) for `1.4.54+ormtutor`."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(number) for number in found.group().split(".")) if found else ()


def _holds(have: tuple[int, ...], sign: str, wanted: tuple[int, ...]) -> bool:
    """Whether a release meets a condition; `2` stands for all of 2.x, missing numbers for 0."""
    width = max(len(have), len(wanted))
    left = have + (0,) * (width - len(have))
    right = wanted + (0,) * (width - len(wanted))
    return {
        "<": left < right,
        "<=": left <= right or have[: len(wanted)] == wanted,
        "==": have[: len(wanted)] == wanted,
        ">=": left >= right,
        ">": left > right and have[: len(wanted)] != wanted,
    }[sign]


# --- JSON -----------------------------------------------------------------------------------------

_PARTS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (Prose, Transcript, SQLFence, Predict, Hint, Note, Check, Attempt)
}


def _fields(value: Any) -> Iterator[Any]:
    for name in value.__slots__:
        field = getattr(value, name)
        yield [list(_fields(item)) for item in field] if name == "examples" else field


def _part_row(part: Part) -> list[Any]:
    return [type(part).__name__, *_fields(part)]


def to_json(lesson: Lesson) -> dict[str, Any]:
    """Return a lesson as plain JSON data, without its path and shared source."""
    return {
        "id": lesson.id,
        "title": lesson.title,
        "needs": lesson.needs,
        "use": lesson.use,
        "opening": lesson.opening,
        "setup": [list(_fields(example)) for example in lesson.setup],
        "steps": [
            [step.id, step.title, step.line, [_part_row(part) for part in step.parts]]
            for step in lesson.steps
        ],
        "blocks": [list(_fields(block)) for block in lesson.blocks],
        "digest": lesson.digest,
    }


def from_json(content: dict[str, Any], path: Path) -> Lesson:
    """Return the lesson that `to_json` wrote.

    Raises: KeyError, TypeError, ValueError: it did not write this.
    """
    return Lesson(
        path=path,
        id=content["id"],
        title=content["title"],
        needs=tuple(content["needs"]),
        use=content["use"],
        shared="",
        opening=content["opening"],
        setup=_examples_from(content["setup"]),
        steps=tuple(
            Step(id_, title, line, tuple(_part_from(*part) for part in parts))
            for id_, title, line, parts in content["steps"]
        ),
        blocks=tuple(Block(*block) for block in content["blocks"]),
        digest=content["digest"],
    )


def _examples_from(rows: list[list[Any]]) -> tuple[Example, ...]:
    return tuple(
        Example(source, want, line, tuple(options)) for source, want, line, options in rows
    )


def _part_from(kind: str, *fields: Any) -> Part:
    if kind == "Transcript":
        word, examples, line = fields
        return Transcript(word, _examples_from(examples), line)
    if kind == "SQLFence":
        statements, words, line = fields
        return SQLFence(tuple(statements), tuple(words), line)
    part: Part = _PARTS[kind](*fields)
    return part
