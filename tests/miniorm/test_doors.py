"""A public path has the names that its table lists, from the modules that define them."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm import schema
from ormtutor.miniorm.doors import open_door
from ormtutor.miniorm.sql.schema import Table
from ormtutor.miniorm.sql.select import select


def test_a_door_brings_names_from_the_modules_that_define_them() -> None:
    namespace: dict[str, Any] = {"__name__": "ormtutor.miniorm.door"}
    open_door(namespace, "sql.select: select\nsql.schema: Table\n    MetaData")
    assert namespace["__all__"] == ["MetaData", "Table", "select"]
    assert (namespace["select"], namespace["Table"]) == (select, Table)


def test_a_door_may_have_submodules() -> None:
    namespace: dict[str, Any] = {"__name__": "ormtutor.miniorm"}
    open_door(namespace, ".: schema")
    assert namespace["schema"] is schema


def test_a_door_may_give_another_name() -> None:
    namespace: dict[str, Any] = {"__name__": "ormtutor.miniorm.door"}
    open_door(namespace, "sql.schema: Relation=Table")
    assert (namespace["__all__"], namespace["Relation"]) == (["Relation"], Table)


def test_a_door_says_what_is_left_out() -> None:
    ask = open_door({"__name__": "ormtutor.miniorm.orm"}, "sql.schema: Table")
    with pytest.raises(AttributeError, match=r"^Bundle is not in miniorm; SQLAlchemy has it$"):
        ask("Bundle")


def test_a_door_may_keep_names_out_of_a_star_import() -> None:
    namespace: dict[str, Any] = {"__name__": "ormtutor.miniorm.door"}
    open_door(namespace, "sql.schema: MetaData Table", not_in_star="Table")
    assert (namespace["__all__"], namespace["Table"]) == (["MetaData"], Table)
