"""What the panels ask: session, tables, names, effects. On both engines."""

from __future__ import annotations

from ormtutor.kernel.client import Kernel
from tests.kernel.conftest import statements

GENEROUS = 5_000  # milliseconds: the deadline of a wait, not a measurement


def test_the_session_view_has_three_lanes(models: Kernel) -> None:
    models.run("noor = Member(name='Noor')\nsession.add(noor)\nsession.flush()")
    view = models.inspect("session", GENEROUS)
    assert view["transaction"] == "open"
    assert view["identity_map"] == ["Member#1"]
    assert view["rollback"] == ["forget Member#1"]
    assert view["objects"] == [
        {
            "name": "noor",
            "label": "Member#1",
            "state": "persistent",
            "python": {"id": "1", "name": "'Noor'"},
            "here": {"id": "1", "name": "'Noor'"},
            "committed": None,
            "expired": [],
        }
    ]


def test_a_pending_object_waits(models: Kernel) -> None:
    models.run("noor = Member(name='Noor')\nsession.add(noor)")
    view = models.inspect("session", GENEROUS)
    assert (view["waiting"], view["rollback"]) == (["noor"], ["forget noor"])


def test_a_change_could_be_taken_back(models: Kernel) -> None:
    models.run(
        "noor = Member(name='Noor')\nsession.add(noor)\nsession.commit()\nnoor.name = 'Nora'"
    )
    view = models.inspect("session", GENEROUS)
    assert view["changed"] == ["noor"]
    assert view["rollback"] == ["set Member#1.name back to 'Noor'"]


def test_what_python_spells_otherwise_than_the_row_is_no_change(models: Kernel) -> None:
    models.run(
        "import datetime\n"
        "from sqlalchemy import Boolean, Date\n"
        "class Day(Base):\n"
        "    __tablename__ = 'days'\n"
        "    date = Column(Date, primary_key=True)\n"
        "    is_open = Column(Boolean)\n"
        "Base.metadata.create_all(engine)\n"
        "day = Day(date=datetime.date(2024, 5, 1), is_open=True)\n"
        "session.add(day)\nsession.commit()\nday.is_open"
    )
    view = models.inspect("session", GENEROUS)
    assert view["rollback"] == []
    (day,) = view["objects"]
    assert day["python"] == {"date": "datetime.date(2024, 5, 1)", "is_open": "True"}
    assert day["python"] == day["here"] == day["committed"]
    models.run("day.is_open = False")
    assert models.inspect("session", GENEROUS)["rollback"] == [
        "set Day#2024-05-01.is_open back to 1"
    ]


def test_what_was_written_and_deleted_here_is_only_forgotten(models: Kernel) -> None:
    models.run("a = Member(name='a')\nsession.add(a)\nsession.flush()")
    models.run("session.delete(a)\nsession.flush()")
    assert models.inspect("session", GENEROUS)["rollback"] == ["forget Member#1"]


def test_the_tables_view_marks_what_is_not_committed(models: Kernel) -> None:
    models.run("session.add(Member(name='a'))\nsession.commit()")
    models.run("session.add(Member(name='b'))\nsession.flush()")
    members = models.inspect("tables", GENEROUS)["tables"]["members"]
    assert members == {
        "columns": ["id", "name"],
        "key": ["id"],
        "links": [],
        "rows": [["1", "'a'"], ["2", "'b'"]],
        "count": 2,
        "changed": [1],
        "gone": [],
    }


def test_the_effects_hold_rows_names_and_states(models: Kernel) -> None:
    models.run("noor = Member(name='Noor')\nsession.add(noor)\nsession.flush()\nnumber = 3")
    effects = models.inspect("effects", GENEROUS)
    assert effects["tables"]["members"]["rows"] == [["1", "'Noor'"]]
    assert effects["committed"]["members"]["rows"] == []
    assert effects["tables"]["loans"]["links"] == [["member_id", "members", "id"]]
    assert effects["names"]["number"] == {"type": "int", "repr": "3", "state": ""}
    assert effects["names"]["noor"]["state"] == "persistent"
    assert "Column" not in effects["names"]


def test_looking_sends_nothing_and_changes_nothing(models: Kernel) -> None:
    models.run(
        "noor = Member(name='Noor')\nsession.add(noor)\nsession.commit()\nsession.add(Loan())"
    )
    for what in ("session", "tables", "names", "effects"):
        models.inspect(what, GENEROUS)  # type: ignore[arg-type]
    assert [
        answer.true for answer in models.ask(["sql.count('SELECT') == 0", "len(session.new) == 1"])
    ] == [
        True,
        True,
    ]
    assert statements(models.run("1")) == []


def test_a_repr_that_loads_is_not_run_to_its_end(models: Kernel) -> None:
    models.run(
        "Member.__repr__ = lambda self: self.name\n"
        "noor = Member(name='Noor')\nsession.add(noor)\nsession.commit()"
    )
    assert models.inspect("names", GENEROUS)["noor"]["repr"] == "Member#1"
    assert statements(models.run("1")) == []


def test_a_key_that_the_driver_does_not_take_is_found(models: Kernel) -> None:
    models.run(
        "import decimal, enum, warnings\n"
        "from sqlalchemy import Enum, Numeric\n"
        "warnings.simplefilter('ignore')\n"
        "class Kind(enum.Enum):\n"
        "    SMALL = 's'\n"
        "class Price(Base):\n"
        "    __tablename__ = 'prices'\n"
        "    amount = Column(Numeric(10, 2), primary_key=True)\n"
        "    kind = Column(Enum(Kind), primary_key=True)\n"
        "Base.metadata.create_all(engine)\n"
        "price = Price(amount=decimal.Decimal('1.50'), kind=Kind.SMALL)\n"
        "session.add(price)\nsession.flush()"
    )
    view = models.inspect("session", GENEROUS)
    (price,) = view["objects"]
    assert price["here"] == {"amount": "Decimal('1.50')", "kind": "<Kind.SMALL: 's'>"}
    assert view["rollback"] == ["forget " + price["label"]]
