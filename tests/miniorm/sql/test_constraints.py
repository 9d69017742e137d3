"""Constraints: foreign keys and what they point to, keys, checks, indexes, naming conventions."""

from __future__ import annotations

import pytest

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.constraints import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from ormtutor.miniorm.sql.elements import column
from ormtutor.miniorm.sql.functions import func
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.types import Integer, String

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def test_a_foreign_key_finds_its_column(users: Table, addresses: Table) -> None:
    (key,) = addresses.foreign_keys
    assert (key.column, key.parent, key.target_fullname) == (
        users.c.id,
        addresses.c.user_id,
        "users.id",
    )


def test_a_column_without_a_type_has_that_of_the_column_it_refers_to(addresses: Table) -> None:
    assert repr(addresses.c.user_id.type) == "Integer()"


def test_the_type_comes_when_the_table_comes() -> None:
    metadata = MetaData()
    grandchild = Table("grandchild", metadata, Column("child_id", ForeignKey("child.parent_id")))
    Table("child", metadata, Column("parent_id", ForeignKey("parent.id")))
    Table("parent", metadata, Column("id", String(5), primary_key=True))
    assert repr(grandchild.c.child_id.type) == "String(length=5)"


def test_a_key_to_a_missing_table_is_an_error_when_it_is_followed() -> None:
    table = Table("t", MetaData(), Column("x", ForeignKey("nope.id")))
    with pytest.raises(exc.NoReferencedTableError) as caught:
        _ = next(iter(table.foreign_keys)).column
    assert str(caught.value) == (
        "Foreign key associated with column 't.x' could not find table 'nope' with which to "
        "generate a foreign key to target column 'id'"
    )


def test_a_key_to_a_missing_column_is_an_error_when_it_is_followed(users: Table) -> None:
    table = Table("t", users.metadata, Column("x", ForeignKey("users.nope")))
    with pytest.raises(exc.NoReferencedColumnError) as caught:
        _ = next(iter(table.foreign_keys)).column
    assert str(caught.value) == (
        "Could not initialize target column for ForeignKey 'users.nope' on table 't': table "
        "'users' has no column named 'nope'"
    )


def test_a_key_points_to_a_name_or_a_column() -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        ForeignKey(5)
    assert str(caught.value) == (
        "String column name or Column object for DDL foreign key constraint expected, got 5."
    )


def test_a_composite_key_is_one_constraint() -> None:
    metadata = MetaData()
    Table("p", metadata, Column("a", Integer, primary_key=True), Column("b", Integer))
    child = Table(
        "c",
        metadata,
        Column("pa", Integer),
        Column("pb", Integer),
        ForeignKeyConstraint(["pa", "pb"], ["p.a", "p.b"], ondelete="CASCADE"),
    )
    (constraint,) = child.foreign_key_constraints
    assert (constraint.column_keys, constraint.referred_table.name, constraint.ondelete) == (
        ["pa", "pb"],
        "p",
        "CASCADE",
    )


def test_a_composite_key_has_as_many_columns_on_both_sides() -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        ForeignKeyConstraint(["a", "b"], ["p.a"])
    assert str(caught.value) == (
        "ForeignKeyConstraint number of constrained columns must match the number of referenced "
        "columns."
    )


def test_the_primary_key_may_be_told_as_a_constraint() -> None:
    table = Table(
        "t",
        MetaData(),
        Column("a", Integer),
        Column("b", Integer),
        PrimaryKeyConstraint("a", "b", name="pk"),
    )
    assert (table.primary_key.name, list(table.primary_key), table.c.a.nullable) == (
        "pk",
        [table.c.a, table.c.b],
        False,
    )


@pytest.mark.parametrize(
    ("columns", "counts"),
    [
        ([Column("id", Integer, primary_key=True)], "id"),
        ([Column("id", String, primary_key=True)], None),
        ([Column("id", Integer, primary_key=True, autoincrement=False)], None),
        ([Column("id", Integer, primary_key=True, default=5)], None),
        ([Column("id", Integer, ForeignKey("x.id"), primary_key=True)], None),
        ([Column(name, Integer, primary_key=True) for name in "ab"], None),
        (
            [
                Column("a", Integer, primary_key=True, autoincrement=True),
                Column("b", Integer, primary_key=True),
            ],
            "a",
        ),
    ],
)
def test_which_column_counts_up_by_itself(columns: list[Column], counts: str | None) -> None:
    found = Table("t", MetaData(), *columns)._autoincrement_column
    assert getattr(found, "name", None) == counts


def test_text_cannot_count_up() -> None:
    table = Table("t", MetaData(), Column("id", String, primary_key=True, autoincrement=True))
    with pytest.raises(exc.ArgumentError) as caught:
        _ = table._autoincrement_column
    assert str(caught.value) == (
        "Column type VARCHAR on column 't.id' is not compatible with autoincrement=True"
    )


def test_unique_and_index_of_a_column_make_constraint_and_index() -> None:
    table = Table(
        "t",
        MetaData(),
        Column("a", Integer, unique=True),
        Column("b", Integer, index=True),
        Column("c", Integer, unique=True, index=True),
    )
    uniques = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    assert [list(each) for each in uniques] == [[table.c.a]]
    assert sorted((index.name, index.unique) for index in table.indexes) == [
        ("ix_t_b", False),
        ("ix_t_c", True),
    ]


def test_an_index_attaches_itself_to_the_table_of_its_columns(users: Table) -> None:
    index = Index("by_name", func.lower(users.c.name))
    assert (index.table, users.indexes) == (users, {index})


def test_an_index_waits_for_its_columns_to_get_a_table() -> None:
    name = Column("name", String)
    index = Index("by_name", name)
    table = Table("t", MetaData(), name)
    assert table.indexes == {index}


def test_an_index_belongs_to_one_table(users: Table, addresses: Table) -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        Index("mixed", users.c.id, addresses.c.id)
    assert str(caught.value) == ("Column(s) 'addresses.id' are not part of table 'users'.")


def test_constraints_show_themselves(users: Table) -> None:
    shown = [repr(UniqueConstraint("a")), repr(Index("ix", users.c.id, unique=True))]
    assert shown == [
        "UniqueConstraint()",
        "Index('ix', Column('id', Integer(), table=<users>, primary_key=True, nullable=False), "
        "unique=True)",
    ]


def test_an_unknown_argument_for_sqlite_is_refused() -> None:
    with pytest.raises(exc.ArgumentError) as caught:
        UniqueConstraint("a", sqlite_nope=True)
    assert str(caught.value) == (
        "Argument 'sqlite_nope' is not accepted by dialect 'sqlite' on behalf of "
        "<class 'sqlalchemy.sql.schema.UniqueConstraint'>"
    )


def test_a_check_may_be_an_expression() -> None:
    check = CheckConstraint(column("x") > 5)
    assert str(check.sqltext) == "x > :x_1"
