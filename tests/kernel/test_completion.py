"""What could stand at the cursor. On both engines."""

from __future__ import annotations

import pytest

from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import SIGNATURE
from tests.kernel.conftest import statements


def proposals(kernel: Kernel, source: str) -> list[str]:
    return [one.text for one in kernel.complete(source, len(source)) if one.kind != SIGNATURE]


@pytest.mark.parametrize(
    ("source", "first"),
    [
        ("Memb", ["Member"]),
        ("Member.na", ["name"]),
        ("Member(na", ["name="]),
        ("Member(name='x', i", ["id="]),
        ("session.query(Member).filter_by(na", ["name="]),
        ("session.query(Member).filter_", ["filter_by"]),
        ("session.comm", ["commit"]),
        ("Member.__table__.c.na", ["name"]),
        ("session.query(Member).filter(Loan.too", ["tool"]),
    ],
)
def test_live_names_are_proposed_first(models: Kernel, source: str, first: list[str]) -> None:
    assert proposals(models, source)[: len(first)] == first


def test_columns_and_relationships_are_told_apart(models: Kernel) -> None:
    source = "Member."
    kinds = {found.text: found.kind for found in models.complete(source, len(source))}
    assert (kinds["name"], kinds["loans"]) == ("column", "relationship")


def test_nothing_is_proposed_inside_a_text(models: Kernel) -> None:
    assert proposals(models, "print('Memb") == []


def test_completion_loads_nothing_and_runs_nothing(models: Kernel) -> None:
    models.run(
        "class Loud:\n    @property\n    def noise(self): print('noise')\nloud = Loud()\n"
        "noor = Member(name='Noor')\nsession.add(noor)\nsession.commit()"
    )
    assert "noise" in proposals(models, "loud.")
    assert "loans" in proposals(models, "noor.")
    assert statements(models.run("1")) == []


@pytest.mark.parametrize(
    ("source", "signature"),
    [
        ("def loan(tool, *, days=7): pass\n", ""),
        ("loan(", "loan(tool, *, days=7)"),
        ("loan('saw', da", "loan(tool, *, days=7)"),
        ("Member(", "Member(**kwargs)"),
        ("print(loan('saw')", "print(*args, sep=' ', end='\\n', file=None, flush=False)"),
        ("unknown(", ""),
        ("(1, ", ""),
        ("loan('saw')", ""),
    ],
)
def test_the_open_call_is_told(models: Kernel, source: str, signature: str) -> None:
    models.run("def loan(tool, *, days=7): pass")
    found = [one for one in models.complete(source, len(source)) if one.kind == SIGNATURE]
    assert [(one.text, one.start) for one in found] == ([(signature, 0)] if signature else [])
