"""What happened to each object. On both engines, as far as their events show it."""

from __future__ import annotations

from typing import Any

from ormtutor.kernel.client import Kernel
from ormtutor.kernel.stories import MOST_MOMENTS, MOST_OBJECTS
from tests.kernel.conftest import statements

GENEROUS = 5_000


def run(kernel: Kernel, *inputs: str) -> None:
    """Run inputs, each on the line after the one before."""
    for line, source in enumerate(inputs, 1):
        kernel.run(source, first_line=line)


def story(kernel: Kernel, name: str) -> Any:
    return kernel.inspect("story", GENEROUS, name)


def told(kernel: Kernel, name: str) -> list[tuple[str, int, str, int]]:
    moments = story(kernel, name)["moments"]
    return [(one["what"], one["line"], one["cause"], one["statement"]) for one in moments]


def test_a_whole_life(models: Kernel) -> None:
    run(
        models,
        "noor = Member(name='Noor')",
        "session.add(noor)",
        "session.flush()",
        "session.commit()",
        "noor.name",
        "session.delete(noor)",
        "session.flush()",
        "session.commit()",
    )
    assert told(models, "noor") == [
        ("transient", 0, "", 0),
        ("pending", 2, "", 0),
        ("persistent", 3, "flush: explicit", 1),
        ("expired", 4, "commit", 0),
        ("refreshed", 5, "refresh of expired Member#1", 2),
        ("marked", 6, "", 0),
        ("deleted", 7, "flush: explicit", len(statements_of(models))),
        ("detached", 8, "", 0),
    ]


def statements_of(kernel: Kernel) -> list[str]:
    (answer,) = kernel.ask(["list(sql)"])
    return list(eval(answer.left))


def test_the_source_of_each_line_is_told(models: Kernel) -> None:
    run(models, "noor = Member(name='Noor')", "if noor:\n    session.add(noor)")
    assert story(models, "noor") == {
        "name": "noor",
        "label": "Member (new)",
        "state": "pending",
        "dropped": 0,
        "followed": True,
        "moments": [
            {"what": "transient", "line": 0, "source": "", "statement": 0, "cause": "",
             "when": "step"},
            {"what": "pending", "line": 3, "source": "session.add(noor)", "statement": 0,
             "cause": "", "when": "step"},
        ],
    }  # fmt: skip


def test_what_a_query_loads_has_its_story_too(models: Kernel) -> None:
    models.run("session.add(Member(name='a', loans=[Loan(tool='b')]))\nsession.commit()")
    models.run("session.close()")
    models.begin_step("next")
    run(
        models,
        "from sqlalchemy.orm import selectinload",
        "found = session.query(Member).options(selectinload(Member.loans)).one()",
        "loan = found.loans[0]",
    )
    assert told(models, "found") == [("loaded", 2, "query", 1)]
    (of_loan,) = told(models, "loan")
    assert of_loan[:2] == ("loaded", 2)
    assert of_loan[2].startswith("eager load of Member.loans")  # miniorm adds (selectin)
    assert of_loan[3] == 2


def test_an_object_without_a_name_is_found_by_its_label(models: Kernel) -> None:
    run(models, "both = [Member(name='a'), Member(name='b')]")
    run(models, "session.add_all(both)", "session.commit()")
    found = story(models, "Member#2")
    assert (found["label"], found["state"]) == ("Member#2", "persistent")
    assert [one["what"] for one in found["moments"]] == [
        "transient",
        "pending",
        "persistent",
        "expired",
    ]


def test_a_rollback_takes_the_mark_and_the_row_back(models: Kernel) -> None:
    run(models, "a = Member(name='a')", "session.add(a)", "session.commit()")
    models.begin_step("next")
    run(models, "session.delete(a)", "session.rollback()", "b = Member(name='b')", "session.add(b)")
    run(models, "session.flush()", "session.rollback()")
    assert [(what, line) for what, line, _, _ in told(models, "a")][4:] == [
        ("marked", 1),
        ("kept", 2),
    ]
    assert [(what, line) for what, line, _, _ in told(models, "b")] == [
        ("transient", 0),
        ("pending", 4),
        ("persistent", 1),
        ("transient", 2),
    ]


def test_an_expiry_that_no_event_tells_is_seen(models: Kernel) -> None:
    run(models, "a = Member(name='a')", "session.add(a)", "session.flush()", "session.expire(a)")
    assert told(models, "a")[-1] == ("expired", 4, "", 0)


def test_close_detaches_and_add_brings_back(models: Kernel) -> None:
    run(models, "a = Member(name='a')\nsession.add(a)\nsession.commit()", "session.close()")
    run(models, "session.add(a)")
    assert [what for what, *_ in told(models, "a")][-2:] == ["detached", "persistent"]


def test_lines_of_an_earlier_step_and_of_the_setup_are_not_those_of_this_one(
    models: Kernel,
) -> None:
    models.run("a = Member(name='a')\nsession.add(a)", mode="setup")
    models.run("session.flush()")
    models.begin_step("next")
    models.run("session.commit()")
    assert [(one["what"], one["when"]) for one in story(models, "a")["moments"]] == [
        ("transient", "before"),
        ("pending", "before"),
        ("persistent", "before"),
        ("expired", "step"),
    ]


def test_of_a_long_life_the_end_is_kept(models: Kernel) -> None:
    models.run(
        "a = Member(name='a')\n"
        "for _ in range(50):\n"
        "    session.add(a)\n"
        "    session.expunge(a)\n"
    )  # fmt: skip
    found = story(models, "a")
    assert len(found["moments"]) == MOST_MOMENTS
    assert found["dropped"] == 101 - MOST_MOMENTS


def test_no_story_keeps_its_object(models: Kernel) -> None:
    models.run("session.add(Member(name='a'))\nsession.commit()\nsession.expunge_all()")
    models.run("import gc\n_ = gc.collect()")
    assert story(models, "Member#1")["problem"] == "there is no object called 'Member#1'"


def test_a_statement_about_a_row_is_told_of_the_object_that_stands_for_it_now(
    models: Kernel,
) -> None:
    models.run("old = Member(name='a')\nsession.add(old)\nsession.commit()\nsession.close()")
    models.run("new = session.get(Member, 1)\nsession.expire(new)\nnew.name")
    assert [what for what, *_ in told(models, "new")] == ["loaded", "expired", "refreshed"]
    assert told(models, "old")[-1][0] == "detached"


def test_too_many_objects_are_not_followed(models: Kernel) -> None:
    models.run(
        f"many = [Member(name='a') for _ in range({MOST_OBJECTS})]\n"
        "session.add_all(many)\n"
        "late = Member(name='late')\n"
        "session.add(late)"
    )
    found = story(models, "late")
    assert (found["moments"], found["followed"]) == ([], False)


def test_a_name_that_is_no_object_is_explained(models: Kernel) -> None:
    models.run("noor = Member(name='Noor')\nnumber = 3")
    assert story(models, "number") == {
        "problem": "number is no object of a mapped class",
        "hint": "There are: noor.",
    }
    assert story(models, "nor") == {
        "problem": "there is no object called 'nor'",
        "hint": "There are: noor.",
    }


def test_telling_sends_nothing(models: Kernel) -> None:
    models.run("a = Member(name='a')\nsession.add(a)\nsession.commit()\nsession.add(Loan())")
    story(models, "a")
    assert statements(models.run("1")) == []
    assert [answer.true for answer in models.ask(["len(session.new) == 1", "len(sql) == 1"])] == [
        True,
        True,
    ]
