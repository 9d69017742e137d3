"""Asking changes nothing: random sessions, every question, and the same picture before and after.

On both engines. The picture: the statements of the step, the state of each object and the values in
its dictionary, what the session has noted, the transaction, all rows in both lanes.
"""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import ViewName
from tests.kernel.conftest import statements
from tests.kernel.random_sessions import SETUP, program, source_of

GENEROUS = 5_000
NAMES = "abcxy"

OBJECT = (
    "(lambda o, s: (state(o), sorted((k, id(v)) for k, v in vars(o).items()),"
    " sorted(s.committed_state), sorted(s.expired_attributes), s.expired, s.modified,"
    " s.identity, id(s.session)))(NAME, NAME._sa_instance_state) if NAME is not None else None"
)
SESSION = (
    "(sorted(map(id, session.new)), sorted(map(id, session.dirty)),"
    " sorted(map(id, session.deleted)), sorted(map(id, session.identity_map.values())),"
    " session.in_transaction(), session.in_nested_transaction(), session.is_active,"
    " id(session._transaction))"
)
MAPPING = "[Member.__mapper__.configured, Loan.__mapper__.configured]"

QUESTIONS: list[tuple[ViewName, str]] = [
    ("session", ""),
    ("tables", ""),
    ("names", ""),
    ("effects", ""),
    ("plan", ""),
    ("whatif", ""),
    ("whatif", "session"),
    ("schema", ""),
    *(("story", name) for name in (*NAMES, "Member#1", "Loan#1", "nobody")),
    *(("explain", str(number)) for number in range(1, 12)),
    *(("doc", name) for name in ("a", "a.name", "a.loans", "x.member", "Member", "Member.loans",
                                 "session", "session.new", "session.dirty", "session.query",
                                 "Loan.member", "engine", "nothing")),
]  # fmt: skip


def picture(kernel: Kernel) -> tuple[Any, ...]:
    """Return everything that asking must not change."""
    questions = [OBJECT.replace("NAME", name) for name in NAMES]
    questions += [SESSION, MAPPING, "list(sql)", "lazy_loads()"]
    answers = kernel.ask([f"repr({question})" for question in questions])
    assert [answer.error for answer in answers] == [""] * len(answers)
    effects: Any = kernel.inspect("effects", GENEROUS)
    return [answer.left for answer in answers], effects["tables"], effects["committed"]


def ask_everything(kernel: Kernel) -> None:
    for what, about in QUESTIONS:
        view: Any = kernel.inspect(what, GENEROUS, about)
        assert "cut" not in view, (what, about, view)


@pytest.mark.parametrize("seed", range(10))
def test_asking_changes_nothing(models: Kernel, seed: int) -> None:
    lines = program(seed, length=24, nested=seed % 3 == 0)
    for first in range(0, len(lines), 4):
        models.run(source_of(lines[first : first + 4]))
        before = picture(models)
        ask_everything(models)
        assert picture(models) == before


def test_asking_in_the_middle_of_a_session_does_not_turn_it(models: Kernel) -> None:
    lines = program(5, length=20)
    models.run(source_of(lines[:1]))
    for line in lines[1:]:
        models.run(source_of([line]))
        ask_everything(models)
    asked: Any = models.inspect("effects", GENEROUS)
    numbers = [one.number for one in statements(models.run("session.query(Member).count()"))]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    (answer,) = models.ask(["len(sql)"])
    assert answer.left == str(numbers[-1])
    assert asked["tables"] == rows_without_asking(models, lines)


def rows_without_asking(kernel: Kernel, lines: list[str]) -> Any:
    """Return the rows that the same program leaves if nobody asks meanwhile."""
    from tests.kernel.conftest import MODELS

    kernel.run(MODELS, mode="setup")
    for line in lines:
        kernel.run(source_of([line]))
    view: Any = kernel.inspect("effects", GENEROUS)
    return view["tables"]


def test_unconfigured_mappers_stay_unconfigured(models: Kernel) -> None:
    models.run(SETUP)
    before = picture(models)
    assert "[False, False]" in before[0]
    ask_everything(models)
    assert picture(models) == before


def test_what_the_learner_wrote_is_not_run(models: Kernel) -> None:
    models.run(
        "ran = []\n"
        "def note(word):\n"
        "    ran.append(word)\n"
        "    return word\n"
        "Member.upper = property(lambda self: note('property'))\n"
        "Member.__eq__ = lambda self, other: note('eq') and self is other\n"
        "Member.__hash__ = lambda self: len(note('hash'))\n"
        "Member.__bool__ = lambda self: bool(note('bool'))\n"
        "a = Member(name='a')\n"
        "b = c = x = y = None\n"
        "session.add(a)\n"
        "session.commit()\n"
        "ran.clear()"
    )
    for what, about in QUESTIONS:
        if what in ("story", "plan", "whatif", "schema", "explain", "doc"):
            models.inspect(what, GENEROUS, about)
    models.inspect("doc", GENEROUS, "a.upper")
    (answer,) = models.ask(["repr(ran)"])
    assert answer.left == "[]"
