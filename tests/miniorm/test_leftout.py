"""What SQLAlchemy has and miniorm has not says so, wherever it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ormtutor.miniorm.engine.create import create_engine
from ormtutor.miniorm.event import listen
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.entities import aliased
from ormtutor.miniorm.orm.mapper import column_property, deferred, synonym, validates
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.orm.session import Session
from ormtutor.miniorm.orm.state import AttributeState, InstanceState
from ormtutor.miniorm.sql.elements import column
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.types import JSON, Integer, String


def mapped_attribute() -> Any:
    class Tag(declarative_base()):  # type: ignore[misc]
        __tablename__ = "tags"
        id = Column(Integer, primary_key=True)

    return Tag.id


def test_an_extension_that_is_left_out_says_so() -> None:
    with pytest.raises(ImportError, match=r"^mutable is not in miniorm; SQLAlchemy has it$"):
        from ormtutor.miniorm.ext import mutable  # noqa: F401


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda: select(column("x")).with_for_update, "with_for_update"),
        (lambda: select(column("x")).fetch, "fetch"),
        (lambda: create_engine("sqlite://").execution_options, "execution_options"),
        (lambda: select(column("x")).lateral, "lateral"),
        (lambda: create_engine("sqlite://").connect().connect, "connect"),
        (lambda: column("x").any_, "any_"),
        (lambda: mapped_attribute().any_, "any_"),
        (lambda: func.json_each("[]").alias, "alias"),
        (lambda: func.json_each("[]").table_valued, "table_valued"),
        (lambda: Integer().with_variant, "with_variant"),
        (lambda: Table("t", MetaData(), Column("id", Integer)).to_metadata, "to_metadata"),
        (lambda: InstanceState.unmodified, "unmodified"),
        (lambda: AttributeState.load_history, "load_history"),
    ],
)
def test_a_method_that_is_left_out_says_so(ask: Callable[[], Any], name: str) -> None:
    with pytest.raises(AttributeError) as caught:
        ask()
    assert str(caught.value) == f"{name} is not in miniorm; SQLAlchemy has it"


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda: MetaData(naming_convention={}), "naming_convention"),
        (lambda: listen(Session, "before_flush", print, once=True), "once"),
        (lambda: relationship("X", comparator_factory=object), "comparator_factory"),
        (lambda: relationship("X", init=False), "init"),
        (lambda: Session().query(mapped_attribute()).join("x", aliased=True), "join(aliased=True)"),
        (lambda: Session().flush([object()]), "flush(objects)"),
        (lambda: validates("x", include_removes=True), "include_removes"),
        (lambda: synonym("x", map_column=True), "map_column"),
        (lambda: deferred(column("x"), raiseload=True), "raiseload"),
    ],
)
def test_an_argument_that_is_left_out_says_so(ask: Callable[[], Any], name: str) -> None:
    with pytest.raises(TypeError) as caught:
        ask()
    assert str(caught.value) == f"{name} is not in miniorm; SQLAlchemy has it"


def mapped_with(name: str, value: Any) -> Any:
    body = {"__tablename__": "tags", "id": Column(Integer, primary_key=True), name: value}
    return type("Tag", (declarative_base(),), body)


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda: column("x", JSON())["key"], "JSON in brackets"),
        (lambda: create_engine("sqlite:///shop.db?timeout=5"), "a URL with options"),
        (lambda: select(column("x")).where(lambda: column("x") == 1), "a function in place of SQL"),
    ],
)
def test_a_way_of_saying_something_that_is_left_out_says_so(
    ask: Callable[[], Any], name: str
) -> None:
    with pytest.raises(NotImplementedError) as caught:
        ask()
    assert str(caught.value) == f"{name} is not in miniorm; SQLAlchemy has it"


def related_to_an_alias() -> Any:
    related = relationship(lambda: aliased(mapped_with("key", Column(Integer))))
    return mapped_with("others", related)()


def written_through_a_join() -> None:
    tags, words = (
        Table(name, MetaData(), Column("id", Integer, primary_key=True))
        for name in ("tags", "words")
    )

    class Pair(declarative_base()):  # type: ignore[misc]
        __table__ = tags.join(words, tags.c.id == words.c.id)
        id = column_property(tags.c.id, words.c.id)

    session = Session(create_engine("sqlite://"))
    session.add(Pair(id=1))
    session.flush()


def written_through_a_query() -> None:
    words = Table("words", MetaData(), Column("id", Integer, primary_key=True))

    class Word(declarative_base()):  # type: ignore[misc]
        __table__ = words.select().subquery()

    session = Session(create_engine("sqlite://"))
    session.add(Word(id=1))
    session.flush()


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda: mapped_with("__declare_last__", classmethod(print)), "__declare_last__"),
        (lambda: mapped_with("__table_cls__", Table), "__table_cls__"),
        (
            lambda: mapped_with("__sa_dataclass_metadata_key__", "sa"),
            "__sa_dataclass_metadata_key__",
        ),
        (lambda: type("Low", (String,), {"bind_expression": func.lower}), "bind_expression"),
        (related_to_an_alias, "relationship(alias)"),
        (written_through_a_join, "writing objects that are mapped to a join"),
        (written_through_a_query, "writing objects that are mapped to a query"),
    ],
)
def test_a_kind_of_mapping_that_is_left_out_says_so(ask: Callable[[], Any], name: str) -> None:
    with pytest.raises(NotImplementedError) as caught:
        ask()
    assert str(caught.value) == f"{name} is not in miniorm; SQLAlchemy has it"


def test_an_argument_that_nobody_has_is_a_slip() -> None:
    with pytest.raises(
        TypeError, match=r"over\(\) got an unexpected keyword argument 'row'"
    ) as caught:
        func.count().over(row=1)
    assert "miniorm" not in str(caught.value)
