"""What a check may ask: that is not logged, and neither loads nor flushes. On both engines."""

from __future__ import annotations

from ormtutor.kernel.client import Kernel
from tests.kernel.conftest import statements

ADDED = "noor = Member(name='Noor')\nsession.add(noor)"


def truths(kernel: Kernel, *expressions: str) -> list[bool]:
    return [answer.true for answer in kernel.ask(expressions)]


def test_states_from_transient_to_detached(models: Kernel) -> None:
    models.run("noor = Member(name='Noor')")
    assert truths(models, "state(noor) == 'transient'") == [True]
    models.run("session.add(noor)")
    assert truths(models, "state(noor) == 'pending'") == [True]
    models.run("session.flush()")
    assert truths(models, "state(noor) == 'persistent'") == [True]
    models.run("session.commit(); session.close()")
    assert truths(models, "state(noor) == 'detached'") == [True]


def test_rows_in_this_transaction_and_committed(models: Kernel) -> None:
    models.run(f"{ADDED}\nsession.flush()")
    assert truths(models, "rows('members', name='Noor') == 1", "committed('members') == 0") == [
        True,
        True,
    ]
    models.run("session.commit()")
    assert truths(models, "committed('members', name='Noor') == 1") == [True]


def test_statements_are_counted_since_the_step_began(models: Kernel) -> None:
    models.run(f"{ADDED}\nsession.commit()\nnoor.name")
    assert truths(models, "sql.count('INSERT') == 1", "sql.count('SELECT') == 1") == [True, True]
    models.begin_step("next")
    assert truths(models, "len(sql) == 0") == [True]


def test_lazy_loads_are_named(models: Kernel) -> None:
    models.run(f"{ADDED}\nsession.commit()\nnoor.loans")
    assert truths(models, "lazy_loads() == ['Member.loans']", "loaded(noor, 'loans')") == [
        True,
        True,
    ]


def test_a_check_never_flushes_or_loads(models: Kernel) -> None:
    models.run(f"{ADDED}\nsession.commit()\nsession.add(Member(name='Bram'))")
    answers = models.ask(["loaded(noor, 'name')", "noor.name == 'Noor'", "rows('members') == 1"])
    assert [answer.true for answer in answers] == [False, False, True]
    assert "ask the database" in answers[1].error
    assert statements(models.run("1")) == []
    assert truths(models, "sql.count('SELECT') == 0", "len(session.new) == 1") == [True, True]


def test_an_object_stands_for_its_key(models: Kernel) -> None:
    models.run("noor = Member(name='Noor', loans=[Loan()])\nsession.add(noor)\nsession.commit()")
    assert truths(models, "committed('loans', member_id=noor) == 1") == [True]
    assert truths(models, "sql.count('SELECT') == 0") == [True]


def test_the_value_found_is_told(models: Kernel) -> None:
    models.run("number = 3")
    (answer,) = models.ask(["number == 4"])
    assert (answer.true, answer.left) == (False, "3")


def test_what_cannot_be_asked_is_an_error_in_words(models: Kernel) -> None:
    answers = models.ask(["nobody == 1", "rows('nowhere') == 0", "state(3) == 'pending'"])
    assert [answer.true for answer in answers] == [False, False, False]
    assert "nobody" in answers[0].error
    assert answers[1].error.startswith("there is no table 'nowhere'; there are")
    assert answers[2].error == "3 is no object of a mapped class"
