"""Panels look without changing anything; mapping, sessions, databases are broken on purpose."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ormtutor.kernel.client import Kernel
from tests.kernel.conftest import MODELS, failure, finished, statements
from tests.repl.conftest import Talk
from tests.survival.conftest import Learner, within

REPRS = {
    "raises": "raise ValueError('no')",
    "loops": "\n        while True: pass",
    "swallows": "\n        while True:\n            try:\n                while True: pass\n"
    "            except Exception: pass",
    "prints": "print('printed by repr'); return 'x'",
    "is long": "return 'x' * 10_000_000",
    "emits SQL": "return repr(session.query(Book).all())",
}


@pytest.mark.parametrize("body", REPRS.values(), ids=REPRS)
def test_a_hostile_repr_bounds_the_panel_and_sends_nothing(learner: Learner, body: str) -> None:
    learner.submit(
        f"class Odd(str):\n    def __repr__(self): {body}",
        "odd, atlas = Odd('Odd'), Book(title=Odd('Atlas'))",
        "Book.__repr__ = Odd.__repr__",
        "session.add(atlas)",
    )
    before = learner.ask("len(sql)")

    def attempt() -> float:
        began = time.monotonic()
        view = learner.tutor.view("session", 50)
        seconds = time.monotonic() - began
        assert view is not None
        learner.tutor.view("names", 50)
        return seconds

    within(0.05 + 0.05, 15, f"the session panel while __repr__ {body[:20]!r}", attempt)
    assert learner.ask("len(sql)") == before
    assert [turn.failure for turn in learner.tutor.turns] == [None] * 4
    assert learner.notices == []
    assert learner.submit("1 + 1").value == "2"


@pytest.mark.parametrize(
    "command",
    [
        ":session",
        ":plan",
        ":story atlas",
        ":tables",
        ":rows books",
        ":whatif rollback",
        ":whatif commit",
        ":whatif close",
        ":explain",
        ":doc atlas.title",
        ":schema",
        ":states",
        ":states atlas",
        ":diff",
    ],
)
def test_a_look_sends_nothing_and_changes_nothing(talk: Talk, command: str) -> None:
    talk.perform(
        "atlas = Book(title='Atlas')",
        "session.add(atlas)",
        "session.commit()",
        "new = Book()",
        "session.add(new)",
        "atlas.title = 'Changed'",
    )
    tutor = talk.dialog.tutor
    asked = "(len(sql), state(atlas), state(new), rows('books'))"
    before, view = tutor.ask(asked), tutor.view("session", 1000)
    told = talk.perform(command)
    assert told
    assert tutor.ask(asked) == before
    assert tutor.view("session", 1000) == view


TWICE = """\
class Member(Base):
    __tablename__ = "members"
    id = Column(Integer, primary_key=True)
    name = Column(String(80))
"""


def test_a_class_mapped_twice_is_refused_and_the_first_one_works(kernel: Kernel) -> None:
    kernel.run(MODELS)
    refused = failure(kernel.run(TWICE))
    assert (refused.kind, refused.message.partition(".")[0]) == (
        "sqlalchemy.exc.InvalidRequestError",
        "Table 'members' is already defined for this MetaData instance",
    )
    kernel.run("session.add(Member(name='Ada', loans=[Loan(tool='saw')])); session.commit()")
    shown = finished(kernel.run("[(m.name, m.loans[0].tool) for m in session.query(Member)]"))
    assert shown.value == "[('Ada', 'saw')]"


def test_a_class_mapped_twice_is_followed_by_advice(talk: Talk) -> None:
    told = "\n".join(
        talk.perform("class Book(Base):\n    __tablename__ = 'books'\n    id = Column(Integer)")
    )
    assert "books was declared before, even if the mapping failed, and its base" in told


BROKEN = {
    "rebound": "engine = session = 3",
    "deleted": "del engine, session",
    "closed": "session.close()",
    "two": "other = sessionmaker(bind=engine)(); other.add(Book(title='Other'))",
    "connection closed": "session.connection().connection.close()",
    "driver's connection closed": "session.connection().connection.dbapi_connection.close()",
    "invalidated": "session.connection().connection.invalidate()",
    "disposed": "engine.dispose()",
    "dropped": "Base.metadata.drop_all(engine)",
    "failed": "session.add(Book()); session.flush()",
    "metadata cleared": "Base.metadata.clear()",
    "registry disposed": "Base.registry.dispose()",
}


@pytest.mark.parametrize("harm", BROKEN.values(), ids=BROKEN)
def test_panels_and_commands_survive_what_is_done_to_the_session(talk: Talk, harm: str) -> None:
    talk.perform("atlas = Book(title='Atlas')", "session.add(atlas)", "session.flush()")
    pid = talk.dialog.tutor.view("names", 1000) is not None
    assert pid
    talk.perform(harm)
    for command in (
        ":session",
        ":tables",
        ":plan",
        ":story atlas",
        ":goal",
        ":whatif rollback",
        ":whatif commit",
        ":whatif close",
        ":explain",
        ":doc atlas.title",
        ":schema",
        ":states",
        ":states atlas",
        ":diff",
    ):
        assert talk.perform(command), command
    for place in ("session", "tables", "names", "effects"):
        assert talk.dialog.tutor.view(place, 1000) is not None  # type: ignore[arg-type]
    talk.perform("6 * 7")
    assert talk.dialog.tutor.turns[-1].value == "42"
    assert not any("kernel died" in line for line in talk.told())


def test_what_changes_the_schema_is_shown(learner: Learner) -> None:
    learner.submit("from sqlalchemy import text")
    dropped = learner.submit("Base.metadata.drop_all(engine)")
    assert [one.sql.split()[:2] for one in dropped.statements if "DROP" in one.sql] == [
        ["DROP", "TABLE"],
        ["DROP", "TABLE"],
    ]
    pragma = learner.submit("session.execute(text('PRAGMA user_version')).scalar()")
    assert pragma.value == "0"
    assert [one.sql for one in pragma.statements] == ["PRAGMA user_version"]


@pytest.mark.parametrize(
    "source",
    [
        "session.execute(text(\"ATTACH DATABASE '{path}' AS other\"))",
        "session.execute(text('ATTACH DATABASE :name AS other'), {{'name': '{path}'}})",
        "create_engine('sqlite:///{path}').connect()",
    ],
)
def test_files_of_others_are_refused_with_an_explanation(kernel: Kernel, source: str) -> None:
    path = Path.home() / "notes-of-a-learner.db"
    kernel.run(f"{MODELS}\nfrom sqlalchemy import text")
    refused = failure(kernel.run(source.format(path=path)))
    assert "the tutor" in refused.message
    assert not path.exists()
    assert finished(kernel.run("session.rollback(); session.query(Member).count()")).value == "0"


def test_a_bare_file_name_is_the_kernels_own(kernel: Kernel) -> None:
    kernel.run(MODELS)
    replies = kernel.run("Base.metadata.create_all(create_engine('sqlite:///practice.db'))")
    assert finished(replies).status == "ok"
    assert statements(replies)
