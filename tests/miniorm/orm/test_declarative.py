"""Declarative: what a class statement says, and what it may not say."""

from typing import Any

import pytest

from ormtutor.miniorm.exc import ArgumentError, InvalidRequestError, SAWarning
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.orm.declarative import (
    DeclarativeMeta,
    declarative_base,
    declarative_mixin,
    declared_attr,
    registry,
)
from ormtutor.miniorm.orm.mapper import column_property, deferred, synonym
from ormtutor.miniorm.orm.relationships import relationship
from ormtutor.miniorm.sql.constraints import ForeignKey, UniqueConstraint
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.types import DateTime, Integer, String


@pytest.fixture
def Base() -> Any:
    return declarative_base()


def test_a_class_statement_makes_a_table(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)
        name = Column(String)

    assert repr(Bird.__table__) == (
        "Table('birds', MetaData(bind=None), Column('id', Integer(), table=<birds>, "
        "primary_key=True, nullable=False), Column('name', String(), table=<birds>), schema=None)"
    )
    assert repr(Bird.__mapper__) == f"<Mapper at 0x{id(Bird.__mapper__):x}; Bird>"
    assert Base.metadata.tables["birds"] is Bird.__table__


def test_the_base_class_is_shown_as_published(Base: Any) -> None:
    assert repr(Base) == "<class 'sqlalchemy.orm.decl_api.Base'>"
    assert type(Base) is DeclarativeMeta
    assert Base.registry.metadata is Base.metadata


def test_attributes_are_set_by_keywords(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)
        name = Column(String)

    assert Bird(name="wren").name == "wren"


def test_an_unknown_keyword_is_named(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)

    with pytest.raises(TypeError) as refusal:
        Bird(colour="brown")

    assert str(refusal.value) == "'colour' is an invalid keyword argument for Bird"


def test_positional_arguments_are_refused(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)

    with pytest.raises(TypeError) as refusal:
        Bird("wren")

    assert str(refusal.value) == "__init__() takes 1 positional argument but 2 were given"


def test_a_constructor_of_ones_own_is_called(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)
        name = Column(String)

        def __init__(self, name: str) -> None:
            super().__init__(name=name.title())

    assert Bird("wren").name == "Wren"


def test_plain_attributes_of_the_class_may_be_given_too(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)
        colour = "brown"

    bird = Bird(colour="blue")

    assert bird.colour == "blue"
    assert inspect(bird).modified is False


def test_a_class_needs_a_table_name(Base: Any) -> None:
    with pytest.raises(InvalidRequestError) as refusal:

        class Bird(Base):
            id = Column(Integer, primary_key=True)

    assert str(refusal.value).startswith("Class <class '")
    assert str(refusal.value).endswith(
        "Bird'> does not have a __table__ or __tablename__ specified and does not inherit from an "
        "existing table-mapped class."
    )


def test_a_class_needs_a_primary_key(Base: Any) -> None:
    with pytest.raises(ArgumentError) as refusal:

        class Bird(Base):
            __tablename__ = "birds"
            name = Column(String)

    assert str(refusal.value) == (
        "Mapper mapped class Bird->birds could not assemble any primary key columns for mapped "
        "table 'birds'"
    )


def test_a_table_is_defined_once(Base: Any) -> None:
    def define(name: str) -> Any:
        body = {"__tablename__": "birds", "id": Column(Integer, primary_key=True)}
        return type(name, (Base,), body)

    first = define("Bird")
    with pytest.raises(InvalidRequestError) as refusal:
        define("Fowl")

    assert first.__table__.name == "birds"
    assert str(refusal.value) == (
        "Table 'birds' is already defined for this MetaData instance.  Specify "
        "'extend_existing=True' to redefine options and columns on an existing Table object."
    )


def test_two_bases_may_map_the_same_table_name() -> None:
    def define() -> Any:
        body = {"__tablename__": "birds", "id": Column(Integer, primary_key=True)}
        return type("Bird", (declarative_base(),), body)

    assert define().__table__ is not define().__table__


def test_a_class_name_that_is_taken_is_told(Base: Any) -> None:
    def define(table: str) -> Any:
        body = {
            "__tablename__": table,
            "__module__": "birds",
            "id": Column(Integer, primary_key=True),
        }
        return type("Bird", (Base,), body)

    first = define("a")
    with pytest.warns(SAWarning) as warned:
        define("b")

    assert first.__name__ == "Bird"
    assert str(warned[0].message) == (
        "This declarative base already contains a class with the same class name and module name "
        "as birds.Bird, and will be replaced in the string-lookup table."
    )


def test_metadata_is_a_reserved_name(Base: Any) -> None:
    with pytest.raises(InvalidRequestError) as refusal:

        class Bird(Base):
            __tablename__ = "birds"
            id = Column(Integer, primary_key=True)
            metadata = Column(String)

    assert str(refusal.value) == (
        "Attribute name 'metadata' is reserved for the MetaData instance when using a declarative "
        "base class."
    )


def test_a_comma_too_much_is_told(Base: Any) -> None:
    with pytest.warns(SAWarning) as warned:

        class Bird(Base):
            __tablename__ = "birds"
            id = Column(Integer, primary_key=True)
            name = (Column(String),)

    assert Bird.__table__.c.keys() == ["id"]
    assert str(warned[0].message) == (
        "Ignoring declarative-like tuple value of attribute 'name': possibly a copy-and-paste "
        "error with a comma accidentally placed at the end of the line?"
    )


def test_a_mapped_class_cannot_be_a_base(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)

    with pytest.raises(NotImplementedError) as refusal:

        class Wren(Bird):
            pass

    assert str(refusal.value) == "inheritance mapping is not in miniorm; SQLAlchemy has it"


# Tables


def test_a_table_may_be_given(Base: Any) -> None:
    class Bird(Base):
        __table__ = Table("birds", Base.metadata, Column("id", Integer, primary_key=True))

    assert Bird.id.property.columns[0] is Bird.__table__.c.id


def test_a_given_table_takes_no_more_columns(Base: Any) -> None:
    with pytest.raises(ArgumentError) as refusal:

        class Bird(Base):
            __table__ = Table("birds", Base.metadata, Column("id", Integer, primary_key=True))
            name = Column(String)

    assert str(refusal.value) == "Can't add additional column 'name' when specifying __table__"


def test_table_arguments_are_a_dictionary_or_a_tuple(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        __table_args__ = {"comment": "feathered"}  # noqa: RUF012 (SQLAlchemy's spelling)
        id = Column(Integer, primary_key=True)

    class Fish(Base):
        __tablename__ = "fish"
        __table_args__ = (UniqueConstraint("name"), {"comment": "wet"})
        id = Column(Integer, primary_key=True)
        name = Column(String)

    assert (Bird.__table__.comment, Fish.__table__.comment) == ("feathered", "wet")
    assert len(Fish.__table__.constraints) == 2


def test_table_arguments_are_nothing_else(Base: Any) -> None:
    with pytest.raises(ArgumentError) as refusal:

        class Bird(Base):
            __tablename__ = "birds"
            __table_args__ = "comment"
            id = Column(Integer, primary_key=True)

    assert str(refusal.value) == "__table_args__ value must be a tuple, dict, or None"


def test_mapper_arguments_reach_the_mapper(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        __mapper_args__ = {"confirm_deleted_rows": False}  # noqa: RUF012 (SQLAlchemy's spelling)
        id = Column(Integer, primary_key=True)

    assert Bird.__mapper__.confirm_deleted_rows is False


def test_columns_stand_in_the_order_of_their_making(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)
        name = deferred(Column(String))
        nests = relationship("Nest")
        ring = Column("ring_number", Integer)

    class Nest(Base):
        __tablename__ = "nests"
        id = Column(Integer, primary_key=True)
        bird_id = Column(ForeignKey("birds.id"))

    assert Bird.__table__.c.keys() == ["id", "name", "ring_number"]
    assert Bird.__mapper__.attrs.keys() == ["name", "nests", "ring", "id"]


# Later


def test_attributes_may_be_added_to_the_class(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)

    Bird.name = Column(String)
    Bird.ring = Column("ring_number", Integer)
    Bird.title = synonym("name")
    Bird.next = column_property(Bird.id + 1)
    Bird.kind = "bird"

    assert Bird.__table__.c.keys() == ["id", "name", "ring_number"]
    assert Bird.__mapper__.attrs.keys() == ["id", "name", "ring", "title", "next"]
    assert Bird(title="wren").name == "wren"
    assert str(Bird.next.expression) == "birds.id + :id_1"
    assert Bird.kind == "bird"


def test_mapped_attributes_cannot_be_deleted(Base: Any) -> None:
    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)
        kind = "bird"

    del Bird.kind
    with pytest.raises(NotImplementedError) as refusal:
        del Bird.id

    assert str(refusal.value) == "Can't un-map individual mapped attributes on a mapped class."


# Mixins and bases


def test_a_mixin_brings_columns_and_methods(Base: Any) -> None:
    @declarative_mixin
    class Dated:
        id = Column(Integer, primary_key=True)
        seen = Column(DateTime)
        __table_args__ = {"comment": "dated"}  # noqa: RUF012 (SQLAlchemy's spelling)

        @declared_attr
        def __tablename__(cls) -> str:
            return cls.__name__.lower()  # type: ignore[attr-defined, no-any-return]

        def call(self) -> str:
            return "tweet"

    class Wren(Dated, Base):
        name = Column(String)

    class Owl(Dated, Base):
        pass

    assert Wren.__table__.c.keys() == ["id", "seen", "name"]
    assert (Wren.__table__.name, Owl.__table__.name) == ("wren", "owl")
    assert Owl.__table__.comment == "dated"
    assert Wren().call() == "tweet"
    assert Wren.__table__.c.id is not Owl.__table__.c.id


def test_a_mixin_gives_foreign_keys_and_relationships_by_method(Base: Any) -> None:
    class Nest(Base):
        __tablename__ = "nests"
        id = Column(Integer, primary_key=True)

    class Nesting:
        @declared_attr
        def nest_id(cls) -> Any:
            return Column(ForeignKey("nests.id"))

        @declared_attr
        def nest(cls) -> Any:
            return relationship("Nest")

    class Bird(Nesting, Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)

    assert Bird(nest=Nest()).nest is not None
    assert str(Bird.nest.property.primaryjoin) == "nests.id = birds.nest_id"


def test_a_mixin_may_not_hold_foreign_keys(Base: Any) -> None:
    class Nesting:
        nest_id = Column(ForeignKey("nests.id"))

    with pytest.raises(InvalidRequestError) as refusal:

        class Bird(Nesting, Base):
            __tablename__ = "birds"
            id = Column(Integer, primary_key=True)

    assert str(refusal.value) == (
        "Columns with foreign keys to other columns must be declared as @declared_attr callables "
        "on declarative mixin classes.  For dataclass field() objects, use a lambda:."
    )


def test_a_mixin_may_not_hold_relationships(Base: Any) -> None:
    class Nesting:
        nest = relationship("Nest")

    with pytest.raises(
        InvalidRequestError, match=r"^Mapper properties \(i\.e\. deferred,column_pro"
    ):

        class Bird(Nesting, Base):
            __tablename__ = "birds"
            id = Column(Integer, primary_key=True)


def test_an_abstract_class_is_not_mapped(Base: Any) -> None:
    class Animal(Base):
        __abstract__ = True
        id = Column(Integer, primary_key=True)

    class Bird(Animal):
        __tablename__ = "birds"

    assert Bird.__table__.c.keys() == ["id"]
    assert not hasattr(Animal, "__table__")


def test_the_base_may_have_a_class_below_it() -> None:
    class Animal:
        id = Column(Integer, primary_key=True)

        @declared_attr
        def __tablename__(cls) -> str:
            return cls.__name__.lower()  # type: ignore[attr-defined, no-any-return]

    Base = declarative_base(cls=Animal, name="Zoo", metadata=(metadata := MetaData()))

    class Bird(Base):
        pass

    assert repr(Base) == "<class 'sqlalchemy.orm.decl_api.Zoo'>"
    assert metadata.tables["bird"] is Bird.__table__


def test_a_base_without_constructor_takes_no_keywords() -> None:
    body = {"__tablename__": "birds", "id": Column(Integer, primary_key=True)}
    Bird: Any = type("Bird", (declarative_base(constructor=None),), body)

    with pytest.raises(TypeError, match=r"^__init__\(\) got an unexpected keyword argument 'id'$"):
        Bird(id=3)


# The registry


def test_a_registry_maps_plain_classes() -> None:
    mine = registry()

    @mine.mapped
    class Bird:
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)
        name = Column(String)

    assert Bird(name="wren").name == "wren"  # type: ignore[call-arg]
    assert mine.mappers == {inspect(Bird)}


def test_a_registry_maps_in_the_classical_way() -> None:
    mine = registry()
    Base = mine.generate_base()

    class Nest(Base):
        __tablename__ = "nests"
        id = Column(Integer, primary_key=True)

    class Bird:
        nest: Any

    birds = Table(
        "birds",
        mine.metadata,
        Column("id", Integer, primary_key=True),
        Column("nest_id", ForeignKey("nests.id")),
    )
    mine.map_imperatively(Bird, birds, properties={"nest": relationship("Nest")})
    mine.configure()

    assert str(Bird.nest.property.primaryjoin) == "nests.id = birds.nest_id"
    mine.dispose()
    assert "nest" not in vars(Bird)
    assert Nest.__table__.name == "nests"


def test_a_base_needs_a_registry() -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        DeclarativeMeta("Base", (), {})

    assert str(refusal.value) == (
        "Declarative base class has no 'registry' attribute, or registry is not a "
        "sqlalchemy.orm.registry() object"
    )
