"""The mapping that the tests of this room share: gardens, their plants, tools, tags and signs."""

from typing import Any, NamedTuple

from ormtutor.miniorm.orm.collections import attribute_mapped_collection
from ormtutor.miniorm.orm.declarative import declarative_base
from ormtutor.miniorm.orm.relationships import backref, relationship
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.schema import Column, Table
from ormtutor.miniorm.sql.types import Integer, String


class Gardens(NamedTuple):
    """The classes, fresh for each test."""

    Base: Any
    Garden: Any
    Plant: Any
    Tool: Any
    Tag: Any
    Note: Any
    Sign: Any


def map_gardens() -> Gardens:
    """Map them once more, under a base of their own."""
    Base = declarative_base()
    garden_tools = Table(
        "garden_tools",
        Base.metadata,
        Column("garden_id", ForeignKey("gardens.id")),
        Column("tool_id", ForeignKey("tools.id")),
    )

    class Garden(Base):
        __tablename__ = "gardens"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        within_id = Column(ForeignKey("gardens.id"))
        plants = relationship("Plant", back_populates="garden", cascade="all, delete-orphan")
        tools = relationship("Tool", secondary=garden_tools, backref="gardens")
        tags = relationship("Tag", back_populates="garden", collection_class=set)
        notes = relationship(
            "Note", back_populates="garden", collection_class=attribute_mapped_collection("topic")
        )
        sign = relationship("Sign", uselist=False, back_populates="garden")
        within = relationship("Garden", remote_side=[id], backref=backref("beds"))

    class Plant(Base):
        __tablename__ = "plants"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        garden_id = Column(ForeignKey("gardens.id"))
        garden = relationship("Garden", back_populates="plants")

    class Tool(Base):
        __tablename__ = "tools"
        id = Column(Integer, primary_key=True)
        name = Column(String)

    class Tag(Base):
        __tablename__ = "tags"
        id = Column(Integer, primary_key=True)
        garden_id = Column(ForeignKey("gardens.id"))
        garden = relationship("Garden", back_populates="tags")

    class Note(Base):
        __tablename__ = "notes"
        id = Column(Integer, primary_key=True)
        topic = Column(String)
        garden_id = Column(ForeignKey("gardens.id"))
        garden = relationship("Garden", back_populates="notes")

    class Sign(Base):
        __tablename__ = "signs"
        id = Column(Integer, primary_key=True)
        garden_id = Column(ForeignKey("gardens.id"))
        garden = relationship("Garden", back_populates="sign")

    Base.registry.configure()
    return Gardens(Base, Garden, Plant, Tool, Tag, Note, Sign)
