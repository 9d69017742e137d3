"""What a name stands for, told without running it. On both engines."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.kernel.client import Kernel
from tests.kernel.conftest import statements

GENEROUS = 5_000

LEARNERS = '''
class Loud:
    """Says all that is done to it."""
    ran = []
    @property
    def price(self):
        """What it costs."""
        Loud.ran.append("price")
    def __repr__(self):
        Loud.ran.append("repr")
        return "Loud"
    def __getattr__(self, name):
        Loud.ran.append(name)
        raise AttributeError(name)
    def shout(self, word, *, times: int = 2, to=None):
        """Shout a word.

        Several times.
        """
loud = Loud()
def call(what, whom=loud): "Call somebody."
long = lambda: None
long.__doc__ = "\\n".join(f"line {n}" for n in range(100))
noor = Member(name="Noor")
number = 3
'''


@pytest.fixture
def described(models: Kernel) -> Kernel:
    models.run(LEARNERS)
    return models


def doc(kernel: Kernel, name: str) -> Any:
    return kernel.inspect("doc", GENEROUS, name)


@pytest.mark.parametrize(
    ("name", "kind", "signature", "text"),
    [
        ("Loud", "a class", "Loud()", ["Says all that is done to it."]),
        ("loud", "an object of the class Loud", "", ["Says all that is done to it."]),
        ("loud.price", "a property; it was not read", "", ["What it costs."]),
        ("loud.shout", "a method", "shout(word, *, times=2, to=None)",
         ["Shout a word.", "", "Several times."]),
        ("Loud.shout", "a method", "shout(self, word, *, times=2, to=None)",
         ["Shout a word.", "", "Several times."]),
        ("call", "a function", "call(what, whom=<Loud>)", ["Call somebody."]),
        ("number", "a value of the type int: 3", "", []),
    ],
)  # fmt: skip
def test_a_name_is_described(
    described: Kernel, name: str, kind: str, signature: str, text: list[str]
) -> None:
    found = doc(described, name)
    assert (found["kind"], found["signature"], found["doc"]) == (kind, signature, text)


def test_nothing_of_the_learners_is_run(described: Kernel) -> None:
    for name in ("loud", "loud.price", "loud.shout", "loud.nothing", "call", "Loud.price"):
        doc(described, name)
    (answer,) = described.ask(["Loud.ran"])
    assert answer.left == "[]"


def test_a_mapped_class_and_its_attributes(described: Kernel) -> None:
    described.run("session.query(Member).all()")
    assert doc(described, "Loan")["kind"] == "a mapped class; its table is loans"
    assert doc(described, "Loan")["facts"] == [
        "id: column loans.id, INTEGER, primary key",
        "tool: column loans.tool, VARCHAR(60)",
        "member_id: column loans.member_id, INTEGER, refers to members.id",
        "member: one Member, other end: Member.loans",
    ]
    assert doc(described, "Member.name")["facts"] == [
        "name: column members.name, VARCHAR(80), not null"
    ]
    assert doc(described, "Member.loans")["facts"] == [
        "loans: a collection of Loan, other end: Loan.member"
    ]
    assert doc(described, "noor.name")["kind"] == "a mapped attribute of Member"
    assert doc(described, "noor")["kind"] == (
        "an object of a mapped class: Member (new), transient"
    )


def test_the_mappers_are_not_configured_by_asking(models: Kernel) -> None:
    models.run(
        "class Shelf(Base):\n"
        "    __tablename__ = 'shelves'\n"
        "    id = Column(Integer, primary_key=True)\n"
        "    jars = relationship('Jar')\n"  # there is no Jar: working it out would fail
    )
    assert doc(models, "Shelf")["facts"] == [
        "id: column shelves.id, INTEGER, primary key",
        "jars: worked out at the first use of a mapped class",
    ]
    assert doc(models, "Member.loans")["facts"] == [
        "loans: a collection of Loan, other end: Loan.member"
    ]
    assert doc(models, "Shelf.jars")["facts"] == [
        "jars: worked out at the first use of a mapped class"
    ]


def test_what_the_library_says_is_shown(models: Kernel) -> None:
    found = doc(models, "session.add")
    assert (found["kind"], found["signature"]) == ("a method", "add(instance)")
    assert found["doc"] != []
    assert doc(models, "create_engine")["signature"].startswith("create_engine(")
    assert doc(models, "sqlalchemy.orm")["kind"] == "a module"


def test_a_type_of_the_learners_that_fails_does_not_end_the_kernel(models: Kernel) -> None:
    models.run(
        "class Broken(String):\n"
        "    def __str__(self): raise ValueError('no')\n"
        "class Box(Base):\n"
        "    __tablename__ = 'boxes'\n"
        "    id = Column(Integer, primary_key=True)\n"
        "    size = Column(Broken())\n"
    )
    assert doc(models, "Box")["problem"] == "that cannot be told: ValueError: no"
    assert doc(models, "Box.id")["facts"] == ["id: column boxes.id, INTEGER, primary key"]


def test_a_long_docstring_is_cut(described: Kernel) -> None:
    found = doc(described, "long")
    assert (len(found["doc"]), found["more"]) == (30, 70)


def test_a_slip_gets_the_nearest_name(described: Kernel) -> None:
    assert doc(described, "Membr") == {
        "problem": "nothing here is called 'Membr'",
        "hint": "Did you mean Member?",
    }
    assert doc(described, "session.ad") == {
        "problem": "session has no 'ad' that can be found without running",
        "hint": "Did you mean add?",
    }


def test_an_expired_attribute_is_not_loaded(models: Kernel) -> None:
    models.run("noor = Member(name='Noor')\nsession.add(noor)\nsession.commit()")
    doc(models, "noor.name")
    doc(models, "noor.loans")
    assert statements(models.run("1")) == []
    assert models.ask(["loaded(noor, 'name')", "loaded(noor, 'loans')"])[0].true is False
