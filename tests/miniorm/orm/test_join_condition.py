"""Join conditions: what the foreign keys of two tables say, and what a learner may say instead."""

from typing import Any

import pytest

from ormtutor.miniorm.exc import (
    AmbiguousForeignKeysError,
    ArgumentError,
    NoForeignKeysError,
    SAWarning,
)
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.join_condition import MANYTOONE, ONETOMANY, foreign, remote
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.sql.constraints import ForeignKey, ForeignKeyConstraint
from ormtutor.miniorm.sql.schema import Column, Table
from ormtutor.miniorm.sql.types import Integer, String


def key() -> Any:
    return Column(Integer, primary_key=True)


def mapped(Base: Any, class_name: str, **body: Any) -> Any:
    cls = type(class_name, (Base,), {"__tablename__": class_name.lower(), **body})
    Base.held.append(cls)
    return cls


def configured(cls: Any, name: str) -> Any:
    """The relationship `name`, configured; the mapping is taken off when that fails."""
    try:
        return getattr(cls, name).property
    except BaseException:
        cls.registry.dispose()
        raise


def pairs(found: Any) -> list[str]:
    return [f"{one} > {other}" for one, other in found]


@pytest.fixture
def Base() -> Any:
    base = declarative_base()
    base.held = []  # a registry holds its classes weakly
    return base


def test_one_foreign_key_makes_the_condition(Base: Any) -> None:
    River = mapped(Base, "River", id=key(), fish=relationship("Fish"))
    mapped(Base, "Fish", id=key(), river_id=Column(ForeignKey("river.id")))
    prop = configured(River, "fish")

    assert str(prop.primaryjoin) == "river.id = fish.river_id"
    assert pairs(prop.local_remote_pairs) == ["river.id > fish.river_id"]
    assert pairs(prop.synchronize_pairs) == ["river.id > fish.river_id"]
    assert {str(column) for column in prop.remote_side} == {"fish.river_id"}
    assert {str(column) for column in prop.local_columns} == {"river.id"}


def test_a_composite_key_makes_one_condition(Base: Any) -> None:
    mapped(Base, "River", country=Column(Integer, primary_key=True), number=key())
    Fish = mapped(
        Base,
        "Fish",
        id=key(),
        country=Column(Integer),
        river=Column(Integer),
        home=relationship("River"),
        __table_args__=(
            ForeignKeyConstraint(["country", "river"], ["river.country", "river.number"]),
        ),
    )
    prop = configured(Fish, "home")

    assert str(prop.primaryjoin) == "river.country = fish.country AND river.number = fish.river"
    assert prop._use_get is True


def test_a_table_between_makes_two_conditions(Base: Any) -> None:
    swims = Table(
        "swims",
        Base.metadata,
        Column("river_id", ForeignKey("river.id")),
        Column("fish_id", ForeignKey("fish.id")),
    )
    River = mapped(Base, "River", id=key(), fish=relationship("Fish", secondary=swims))
    mapped(Base, "Fish", id=key())
    prop = configured(River, "fish")

    assert str(prop.primaryjoin) == "river.id = swims.river_id"
    assert str(prop.secondaryjoin) == "fish.id = swims.fish_id"
    assert pairs(prop.secondary_synchronize_pairs) == ["fish.id > swims.fish_id"]


def test_a_table_between_may_be_named(Base: Any) -> None:
    Table(
        "swims",
        Base.metadata,
        Column("river_id", ForeignKey("river.id")),
        Column("fish_id", ForeignKey("fish.id")),
    )
    River = mapped(Base, "River", id=key(), fish=relationship("Fish", secondary="swims"))
    mapped(Base, "Fish", id=key())

    assert configured(River, "fish").secondary is Base.metadata.tables["swims"]


def test_remote_side_turns_a_self_reference(Base: Any) -> None:
    number = key()
    River = mapped(
        Base,
        "River",
        id=number,
        into_id=Column(ForeignKey("river.id")),
        into=relationship("River", remote_side=[number], back_populates="sources"),
        sources=relationship("River", back_populates="into"),
    )

    assert configured(River, "into").direction is MANYTOONE
    assert River.sources.property.direction is ONETOMANY
    assert pairs(River.into.property.local_remote_pairs) == ["river.into_id > river.id"]


def test_foreign_and_remote_mark_columns(Base: Any) -> None:
    path = Column(String)
    River = mapped(
        Base,
        "River",
        id=key(),
        path=path,
        sources=relationship(
            "River", primaryjoin=remote(foreign(path)).like(path.concat("/%")), viewonly=True
        ),
    )
    prop = configured(River, "sources")

    assert str(prop.primaryjoin) == "river.path LIKE river.path || :param_1"
    assert (prop.direction, prop.uselist, prop.synchronize_pairs) == (ONETOMANY, True, [])


def test_the_lazy_clause_has_the_parents_values_as_parameters(Base: Any) -> None:
    River = mapped(Base, "River", id=key(), fish=relationship("Fish", backref="river"))
    Fish = mapped(Base, "Fish", id=key(), river_id=Column(ForeignKey("river.id")))
    prop = configured(River, "fish")
    criterion, columns = prop.lazy_clause()
    reverse, reverse_columns = prop.lazy_clause(reverse=True)

    assert str(criterion) == ":param_1 = fish.river_id"
    assert list(columns.values()) == [River.__table__.c.id]
    assert str(reverse) == "river.id = :param_1"
    assert list(reverse_columns.values()) == [Fish.__table__.c.river_id]


def test_a_lookup_by_primary_key_is_recognized(Base: Any) -> None:
    River = mapped(Base, "River", id=key(), fish=relationship("Fish", backref="river"))
    Fish = mapped(Base, "Fish", id=key(), river_id=Column(ForeignKey("river.id")))

    assert configured(River, "fish")._use_get is False
    assert Fish.river.property._use_get is True


def test_conditions_are_adapted_to_aliases(Base: Any) -> None:
    River = mapped(Base, "River", id=key(), fish=relationship("Fish"))
    Fish = mapped(Base, "Fish", id=key(), river_id=Column(ForeignKey("river.id")))
    prop = configured(River, "fish")
    rivers, fish = River.__table__.alias("r"), Fish.__table__.alias("f")

    assert str(prop.create_joins(rivers, fish)[0]) == "r.id = f.river_id"
    assert str(prop.create_joins(River.__table__, Fish.__table__)[0]) == "river.id = fish.river_id"


def test_no_foreign_key_is_told(Base: Any) -> None:
    River = mapped(Base, "River", id=key(), fish=relationship("Fish"))
    mapped(Base, "Fish", id=key())

    with pytest.raises(NoForeignKeysError) as refusal:
        configured(River, "fish")

    assert str(refusal.value) == (
        "Could not determine join condition between parent/child tables on relationship River.fish "
        "- there are no foreign keys linking these tables.  Ensure that referencing columns are "
        "associated with a ForeignKey or ForeignKeyConstraint, or specify a 'primaryjoin' "
        "expression."
    )
    assert str(refusal.value.__cause__) == (
        "Can't find any foreign key relationships between 'river' and 'fish'."
    )


def test_several_foreign_keys_are_told(Base: Any) -> None:
    River = mapped(Base, "River", id=key(), fish=relationship("Fish"))
    mapped(
        Base,
        "Fish",
        id=key(),
        born_id=Column(ForeignKey("river.id")),
        home_id=Column(ForeignKey("river.id")),
    )

    with pytest.raises(AmbiguousForeignKeysError) as refusal:
        configured(River, "fish")

    assert str(refusal.value) == (
        "Could not determine join condition between parent/child tables on relationship River.fish "
        "- there are multiple foreign key paths linking the tables.  Specify the 'foreign_keys' "
        "argument, providing a list of those columns which should be counted as containing a "
        "foreign key reference to the parent table."
    )


def test_foreign_keys_choose_among_several(Base: Any) -> None:
    River = mapped(Base, "River", id=key(), fish=relationship("Fish", foreign_keys="Fish.home_id"))
    mapped(
        Base,
        "Fish",
        id=key(),
        born_id=Column(ForeignKey("river.id")),
        home_id=Column(ForeignKey("river.id")),
    )

    assert str(configured(River, "fish").primaryjoin) == "river.id = fish.home_id"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            ["river_id"],
            "Could not determine join condition between parent/child tables on relationship "
            "River.fish - there are no foreign keys linking these tables via secondary table "
            "'swims'.  Ensure that referencing columns are associated with a ForeignKey or "
            "ForeignKeyConstraint, or specify 'primaryjoin' and 'secondaryjoin' expressions.",
        ),
        (
            ["river_id", "river_too", "fish_id"],
            "Could not determine join condition between parent/child tables on relationship "
            "River.fish - there are multiple foreign key paths linking the tables via secondary "
            "table 'swims'.  Specify the 'foreign_keys' argument, providing a list of those "
            "columns which should be counted as containing a foreign key reference from the "
            "secondary table to each of the parent and child tables.",
        ),
    ],
    ids=["none", "several"],
)
def test_a_wrong_table_between_is_told(Base: Any, columns: list[str], message: str) -> None:
    keys = {name: Column(name, ForeignKey(name.partition("_")[0] + ".id")) for name in columns}
    swims = Table("swims", Base.metadata, *keys.values())
    River = mapped(Base, "River", id=key(), fish=relationship("Fish", secondary=swims))
    mapped(Base, "Fish", id=key())

    with pytest.raises((NoForeignKeysError, AmbiguousForeignKeysError)) as refusal:
        configured(River, "fish")

    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"primaryjoin": "River.name == Fish.name"},
            "Could not locate any relevant foreign key columns for primary join condition "
            "'river.name = fish.name' on relationship River.fish.  Ensure that referencing columns "
            "are associated with a ForeignKey or ForeignKeyConstraint, or are annotated in the "
            "join condition with the foreign() annotation.",
        ),
        (
            {"primaryjoin": "River.id > Fish.river_id"},
            "Could not locate any simple equality expressions involving locally mapped foreign key "
            "columns for primary join condition 'river.id > fish.river_id' on relationship "
            "River.fish.  Ensure that referencing columns are associated with a ForeignKey or "
            "ForeignKeyConstraint, or are annotated in the join condition with the foreign() "
            "annotation. To allow comparison operators other than '==', the relationship can be "
            "marked as viewonly=True.",
        ),
        (
            {"remote_side": "Fish.name"},
            "Relationship River.fish could not determine any unambiguous local/remote column pairs "
            "based on join condition and remote_side arguments.  Consider using the remote() "
            "annotation to accurately mark those elements of the join condition that are on the "
            "remote side of the relationship.",
        ),
        (
            {"secondaryjoin": "River.id == Fish.river_id"},
            "Property River.fish specified with secondary join condition but no secondary argument",
        ),
    ],
    ids=["no foreign key", "no equality", "no remote side", "no secondary"],
)
def test_a_condition_that_says_too_little_is_told(
    Base: Any, arguments: dict[str, Any], message: str
) -> None:
    River = mapped(
        Base, "River", id=key(), name=Column(String), fish=relationship("Fish", **arguments)
    )
    mapped(Base, "Fish", id=key(), name=Column(String), river_id=Column(ForeignKey("river.id")))

    with pytest.raises(ArgumentError) as refusal:
        configured(River, "fish")

    assert str(refusal.value) == message


def test_a_remote_side_that_is_local_is_told(Base: Any) -> None:
    River = mapped(Base, "River", id=key(), fish=relationship("Fish", remote_side="River.id"))
    mapped(Base, "Fish", id=key(), river_id=Column(ForeignKey("river.id")))

    with pytest.warns(SAWarning) as warned:
        configured(River, "fish")

    assert str(warned[0].message) == (
        "Expression river.id is marked as 'remote', but these column(s) are local to the local "
        "side.  The remote() annotation is needed only for a self-referential relationship where "
        "both sides of the relationship refer to the same tables."
    )


def test_two_sides_of_one_direction_are_told(Base: Any) -> None:
    River = mapped(
        Base,
        "River",
        id=key(),
        into_id=Column(ForeignKey("river.id")),
        into=relationship("River", back_populates="sources"),
        sources=relationship("River", back_populates="into"),
    )

    with pytest.raises(ArgumentError) as refusal:
        configured(River, "into")

    assert str(refusal.value) == (
        "River.into and back-reference River.sources are both of the same direction "
        "symbol('ONETOMANY').  Did you mean to set remote_side on the many-to-one side ?"
    )
