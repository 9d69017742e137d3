"""The mapping as data, read without configuring the mappers. On both engines."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.kernel.client import Kernel
from tests.kernel.conftest import MODELS, printed, statements
from tests.oracle.releases import installed

GENEROUS = 5_000

MORE = """
from sqlalchemy import Table
from sqlalchemy.orm import backref
pairs = Table("loan_tags", Base.metadata,
    Column("loan_id", ForeignKey("loans.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True))
class Tag(Base):
    __tablename__ = "tags"
    id = Column(Integer, primary_key=True)
    loans = relationship("Loan", secondary=pairs, backref="tags")
class Card(Base):
    __tablename__ = "cards"
    id = Column(Integer, primary_key=True)
    member_id = Column(ForeignKey("members.id"))
    member = relationship(Member, backref=backref("card", uselist=False))
class Node(Base):
    __tablename__ = "nodes"
    id = Column(Integer, primary_key=True)
    parent_id = Column(ForeignKey("nodes.id"))
    children = relationship("Node", back_populates="parent")
    parent = relationship("Node", back_populates="children", remote_side=[id])
"""


def schema(kernel: Kernel) -> Any:
    return kernel.inspect("schema", GENEROUS)


def ends(kernel: Kernel) -> list[tuple[str, str, str, str]]:
    return [
        (f"{one['class']}.{one['name']}", one["target"], one["kind"], one["back"])
        for one in schema(kernel)["relationships"]
    ]


def test_tables_and_relationships_of_the_mapped_classes(models: Kernel) -> None:
    assert schema(models) == {
        "tables": [
            {
                "name": "members",
                "class": "Member",
                "columns": [
                    {"name": "id", "type": "INTEGER", "key": True, "required": False,
                     "refers": []},
                    {"name": "name", "type": "VARCHAR(80)", "key": False, "required": True,
                     "refers": []},
                ],
            },
            {
                "name": "loans",
                "class": "Loan",
                "columns": [
                    {"name": "id", "type": "INTEGER", "key": True, "required": False,
                     "refers": []},
                    {"name": "tool", "type": "VARCHAR(60)", "key": False, "required": False,
                     "refers": []},
                    {"name": "member_id", "type": "INTEGER", "key": False, "required": False,
                     "refers": ["members.id"]},
                ],
            },
        ],
        "relationships": [
            {"class": "Member", "name": "loans", "target": "Loan", "kind": "one-to-many",
             "back": "member", "secondary": ""},
            {"class": "Loan", "name": "member", "target": "Member", "kind": "many-to-one",
             "back": "loans", "secondary": ""},
        ],
    }  # fmt: skip


def test_what_is_not_configured_yet_is_read_from_its_declaration(models: Kernel) -> None:
    models.run(MORE)
    assert ends(models) == [
        ("Member.loans", "Loan", "one-to-many", "member"),
        ("Loan.member", "Member", "many-to-one", "loans"),
        ("Tag.loans", "Loan", "many-to-many", ""),
        ("Card.member", "Member", "many-to-one", ""),
        ("Node.children", "Node", "one-to-many", "parent"),
        ("Node.parent", "Node", "many-to-one", "children"),
    ]
    assert printed(models.run("print(Member.__mapper__.configured)")) == "False\n"


def test_configured_mappers_know_their_other_ends(models: Kernel) -> None:
    models.run(MORE + "from sqlalchemy.orm import configure_mappers\nconfigure_mappers()")
    assert ends(models) == [
        ("Member.loans", "Loan", "one-to-many", "member"),
        ("Member.card", "Card", "one-to-one", "member"),
        ("Loan.member", "Member", "many-to-one", "loans"),
        ("Loan.tags", "Tag", "many-to-many", "loans"),
        ("Tag.loans", "Loan", "many-to-many", "tags"),
        ("Card.member", "Member", "many-to-one", "card"),
        ("Node.children", "Node", "one-to-many", "parent"),
        ("Node.parent", "Node", "many-to-one", "children"),
    ]
    assert [one["name"] for one in schema(models)["tables"]] == [
        "members",
        "loans",
        "tags",
        "cards",
        "nodes",
        "loan_tags",
    ]


@pytest.mark.parametrize("target", ["lambda: Member", "'Nobody'"])
def test_a_target_that_only_code_could_tell_stays_open(models: Kernel, target: str) -> None:
    models.run(
        "class Pet(Base):\n"
        "    __tablename__ = 'pets'\n"
        "    id = Column(Integer, primary_key=True)\n"
        "    member_id = Column(ForeignKey('members.id'))\n"
        f"    owner = relationship({target})\n"
    )
    assert ends(models)[-1] == ("Pet.owner", "", "", "")


def test_classes_without_a_name_here_are_found_too(models: Kernel) -> None:
    models.run("kept = Loan\ndel Loan, Member")
    assert [one["class"] for one in schema(models)["tables"]] == ["Loan", "Member"]


def test_drawing_sends_nothing(models: Kernel) -> None:
    models.run("session.add(Member(name='a'))")
    schema(models)
    assert statements(models.run("1")) == []


def test_sqlalchemy_2_keeps_declarations_elsewhere() -> None:
    with Kernel(engine="sqlalchemy", path=[installed("2.1")]) as kernel:
        kernel.start()
        kernel.run(MODELS + MORE, mode="setup")
        assert ends(kernel)[2:] == [
            ("Tag.loans", "Loan", "many-to-many", ""),
            ("Card.member", "Member", "many-to-one", ""),
            ("Node.children", "Node", "one-to-many", "parent"),
            ("Node.parent", "Node", "many-to-one", "children"),
        ]
