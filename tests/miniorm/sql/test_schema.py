"""Schema: MetaData, Table, Column."""

from __future__ import annotations

from typing import Any

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.constraints import ForeignKey, UniqueConstraint
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.select import select
from ormtutor.miniorm.sql.types import Integer, String


def test_a_table_shows_itself(addresses: Table) -> None:
    assert repr(addresses) == (
        "Table('addresses', MetaData(bind=None), "
        "Column('id', Integer(), table=<addresses>, primary_key=True, nullable=False), "
        "Column('user_id', Integer(), ForeignKey('users.id'), table=<addresses>), "
        "Column('email', String(), table=<addresses>), schema=None)"
    )


def test_a_column_shows_itself_before_it_has_a_table() -> None:
    assert repr(Column("x", Integer, nullable=False, key="y", comment="c")) == (
        "Column('x', Integer(), table=None, key='y', nullable=False, comment='c')"
    )


def test_a_column_may_get_its_name_later() -> None:
    column = Column(Integer)
    assert (str(column), repr(column)) == ("(no name)", "Column(None, Integer(), table=None)")


def test_a_column_without_a_name_cannot_enter_a_table() -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        Table("t", MetaData(), Column(Integer))
    assert str(caught.value) == (
        "Column must be constructed with a non-blank name or assign a non-blank .name before "
        "adding to a Table."
    )


def test_a_table_is_one_object_for_its_name(metadata: MetaData, users: Table) -> None:
    assert Table("users", metadata) is users


def test_a_table_is_not_defined_twice(metadata: MetaData, users: Table) -> None:
    with pytest.raises(exc.InvalidRequestError) as caught:
        Table("users", metadata, Column("id", Integer))
    assert str(caught.value) == (
        "Table 'users' is already defined for this MetaData instance.  Specify "
        "'extend_existing=True' to redefine options and columns on an existing Table object."
    )


def test_a_table_may_be_extended(metadata: MetaData, addresses: Table) -> None:
    Table("addresses", metadata, Column("city", String), extend_existing=True)
    assert addresses.c.keys() == ["id", "user_id", "email", "city"]


def test_a_column_may_be_replaced(metadata: MetaData, addresses: Table) -> None:
    Table("addresses", metadata, Column("user_id", String), extend_existing=True)
    assert (repr(addresses.c.user_id.type), addresses.foreign_keys) == ("String()", set())


def test_a_failed_definition_leaves_no_table(metadata: MetaData) -> None:
    with pytest.raises(KeyError):
        Table("t", metadata, Column("x", Integer), UniqueConstraint("nope"))
    assert "t" not in metadata


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: Table("t"),
            TypeError,
            "Table() takes at least two positional-only arguments 'name' and 'metadata'",
        ),
        (
            lambda: Table("t", MetaData(), 5),
            exc.ArgumentError,
            "'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got 5",
        ),
        (
            lambda: Table("t", MetaData(), must_exist=True),
            TypeError,
            "must_exist is not in miniorm; SQLAlchemy has it",
        ),
        (
            lambda: Column("x", "y"),
            exc.ArgumentError,
            "'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got 'y'",
        ),
        (
            lambda: Column("x", Integer, name="y"),
            exc.ArgumentError,
            "May not pass name positionally and as a keyword.",
        ),
        (
            lambda: Column("x", Integer, nonsense=True),
            TypeError,
            "Additional arguments should be named <dialectname>_<argument>, got 'nonsense'",
        ),
    ],
)
def test_wrong_arguments_are_refused(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_a_column_belongs_to_one_table(users: Table) -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        Table("t", MetaData(), users.c.id)
    assert str(caught.value) == "Column object 'id' already assigned to Table 'users'"


def test_a_primary_key_column_is_not_nullable() -> None:
    table = Table("t", MetaData(), Column("id", Integer, primary_key=True), Column("x", Integer))
    assert (table.c.id.nullable, table.c.x.nullable, list(table.primary_key)) == (
        False,
        True,
        [table.c.id],
    )


def test_a_column_is_known_by_its_key_and_written_by_its_name() -> None:
    table = Table("t", MetaData(), Column("long_name", Integer, key="short"))
    assert str(select(table).where(table.c.short == 5)) == (
        "SELECT t.long_name \nFROM t \nWHERE t.long_name = :short_1"
    )


def test_the_schema_of_a_metadata_is_that_of_its_tables() -> None:
    metadata = MetaData(schema="shop")
    table = Table("t", metadata, Column("x", Integer))
    assert (table.fullname, list(metadata.tables)) == ("shop.t", ["shop.t"])


def test_a_copy_of_a_column_has_no_table() -> None:
    column = Column("x", Integer, ForeignKey("t.id"), default=5, index=True, doc="d")
    copy = column._copy()
    assert (repr(copy), copy.doc, copy.index, copy.table) == (repr(column), "d", True, None)


def test_a_metadata_forgets(metadata: MetaData, users: Table) -> None:
    metadata.remove(users)
    assert ("users" in metadata, users in metadata) == (False, False)


def test_the_tables_of_a_metadata_change_only_by_it(metadata: MetaData, users: Table) -> None:
    with pytest.raises(TypeError, match=r"^FacadeDict object is immutable$"):
        metadata.tables["users"] = users


@pytest.mark.parametrize("use", ["create_all", "drop_all"])
def test_an_unbound_metadata_needs_an_engine(use: str, metadata: MetaData) -> None:
    with pytest.raises(exc.UnboundExecutionError) as caught:
        getattr(metadata, use)()
    assert str(caught.value) == (
        "MetaData object is not bound to an Engine or Connection.  Execution can not proceed "
        "without a database to execute against."
    )
