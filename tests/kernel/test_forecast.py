"""What would happen: the forecast is compared with what happens then. On both engines."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.kernel.client import Kernel
from ormtutor.repl import forecast
from tests.kernel.conftest import MODELS
from tests.kernel.random_sessions import program, source_of

GENEROUS = 5_000
NAMES = "abcxy"
SEEDS = (5, 15, 23, 24, 25, 28, 33, 35, 43)
"""Of the first 60, those that end in a transaction, with several objects in the session."""


def states(kernel: Kernel) -> dict[str, str]:
    answers = kernel.ask([f"{name} is not None and state({name})" for name in NAMES])
    return {
        name: answer.left
        for name, answer in zip(NAMES, answers, strict=True)
        if answer.left != "False"
    }


def whatif(kernel: Kernel, session: str = "") -> Any:
    return kernel.inspect("whatif", GENEROUS, session)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("how", forecast.WAYS)
def test_what_is_foretold_happens(models: Kernel, seed: int, how: str) -> None:
    models.run(source_of(program(seed)))
    before, content = states(models), whatif(models)
    assert forecast.obstacle(content, how) == ""
    told = {one.name: one.after for one in forecast.outcomes(content, how)}
    models.run(f"session.{how}()")
    # One object may have two names; it is told by the first.
    expected = {name: told.get(_first_name(models, name), state) for name, state in before.items()}
    assert states(models) == expected


def _first_name(kernel: Kernel, name: str) -> str:
    (answer,) = kernel.ask([f"next(n for n in 'abcxy' if globals()[n] is {name})"])
    return answer.left


def test_a_rollback_is_told_for_each_object(models: Kernel) -> None:
    models.run(
        "old = Member(name='old'); kept = Member(name='kept'); gone = Member(name='gone')\n"
        "session.add_all([old, kept, gone]); session.commit()\n"
        "old.name; kept.name\n"
        "old.name = 'other'; session.delete(gone); session.flush()\n"
        "kept.name = 'changed'\n"
        "late = Member(name='late'); session.add(late)"
    )
    content = whatif(models)
    found = {
        one.name: (one.before, one.after, one.words)
        for one in forecast.outcomes(content, "rollback")
    }
    assert found == {
        "old": ("persistent", "persistent", "all it holds is expired: read again at the next use"),
        "kept": (
            "persistent",
            "persistent",
            "name goes back to kept; all it holds is expired: read again at the next use",
        ),
        "gone": ("deleted", "persistent", "its row comes back"),
        "late": ("pending", "transient", "was never written; the session forgets it"),
    }
    assert forecast.rows(content, "rollback") == [
        "members: 1 changed row goes back, 1 deleted row comes back"
    ]
    assert forecast.rows(content, "commit") == [
        "members: 1 changed row stays, 1 deleted row stays away"
    ]


def test_without_expiry_a_commit_leaves_the_values(models: Kernel) -> None:
    models.run("session.expire_on_commit = False\na = Member(name='a')\nsession.add(a)")
    (one,) = forecast.outcomes(whatif(models), "commit")
    assert (one.after, one.words) == ("persistent", "its row is inserted")


def test_a_failed_session_refuses_its_commit(models: Kernel) -> None:
    models.run("session.add(Member())\ntry:\n    session.flush()\nexcept Exception: pass")
    content = whatif(models)
    assert forecast.obstacle(content, "commit") == forecast.FAILED_COMMIT
    assert forecast.obstacle(content, "rollback") == ""


def test_an_idle_session_has_nothing_to_roll_back(models: Kernel) -> None:
    models.run("session.add(Member(name='a'))\nsession.commit()")
    assert forecast.obstacle(whatif(models), "rollback") == forecast.NOT_BEGUN


def test_of_a_savepoint_only_that_much_is_told(models: Kernel) -> None:
    models.run("session.begin_nested()\nsession.add(Member(name='a'))")
    content = whatif(models)
    assert forecast.obstacle(content, "rollback") == forecast.NESTED
    assert forecast.obstacle(content, "close") == ""


def test_a_session_is_chosen_by_its_name(models: Kernel) -> None:
    models.run("other = Session(engine)\na = Member(name='a')\nother.add(a)\nsession.add(Loan())")
    assert [one.name for one in forecast.outcomes(whatif(models, "other"), "close")] == ["a"]
    assert whatif(models, "others") == {
        "problem": "no session is called 'others'",
        "hint": "There are: session, other.",
    }


def test_without_a_session_there_is_nothing_to_tell(models: Kernel) -> None:
    assert whatif(models)["problem"] == "no session has been used yet"


def test_the_plan_has_values_order_and_reasons(models: Kernel) -> None:
    models.run("noor = Member(name='Noor', loans=[Loan(tool='saw')])\nsession.add(noor)")
    content: Any = models.inspect("plan", GENEROUS)
    if not content["rehearsed"]:  # real SQLAlchemy
        assert forecast.plan_words(content) == ["insert noor", "insert Loan (new)"]
        return
    assert forecast.plan_words(content) == [
        "insert Member (new) into members: name='Noor' (added)",
        "insert Loan (new) into loans: tool='saw', member_id=Member (new).id "
        "(added; key of Member (new) along Loan.member; key of Member (new) along Member.loans)",
    ]


def test_a_relation_replaced_unseen_is_told_without_loading_it(models: Kernel) -> None:
    models.run(
        MODELS.replace('relationship("Loan", ', 'relationship("Loan", uselist=False, ')
        + "a = Member(name='a', loans=Loan())\nsession.add(a)\nsession.commit()\na.loans = Loan()",
        mode="setup",
    )
    for view in ("session", "plan", "whatif"):
        assert models.inspect(view, GENEROUS).get("cut") is None  # type: ignore[arg-type]
    assert forecast.outcomes(whatif(models), "rollback")[0].name == "a"
