"""A class that is declared twice: until the one that nobody has is collected, its name is several's."""

import gc

from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, relationship


def make_world():
    Base = declarative_base()

    class Ship(Base):
        __tablename__ = "ships"
        id = Column(Integer, primary_key=True)
        sails = relationship("Sail", back_populates="ship")

    class Sail(Base):
        __tablename__ = "sails"
        id = Column(Integer, primary_key=True)
        ship_id = Column(ForeignKey("ships.id"))
        ship = relationship("Ship", back_populates="sails")

    return Base, Ship, Sail


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


gc.disable()
for collects in (False, True):
    for table, arguments, key in (
        ("ships", {}, True),
        ("others", {}, False),
        ("ships", {"extend_existing": True}, True),
        ("others", {}, True),
    ):
        Base, Ship, Sail = make_world()
        try:

            class Ship(Base):
                __tablename__ = table
                __table_args__ = arguments
                id = Column(Integer, primary_key=key)
                if table == "ships":
                    sails = relationship("Sail", back_populates="ship")

        except Exception as error:
            print(type(error).__name__, error)
        if collects:
            gc.collect()
        tell(lambda: Sail(ship=Ship()).ship is not None)
