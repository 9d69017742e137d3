"""A Sequence where the database has none: the key counts by itself, str() tells what it would be."""

from sqlalchemy import (
    Column,
    Float,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    create_engine,
    func,
)
from sqlalchemy.orm import Session, declarative_base

metadata = MetaData()
crates = Table(
    "crates",
    metadata,
    Column("id", Integer, Sequence("crate_ids"), primary_key=True),
    Column("fruit", String),
)
optional = Table(
    "optional",
    metadata,
    Column("id", Integer, Sequence("optional_ids", 10, 2, optional=True), primary_key=True),
    Column("fruit", String),
)
mixed = Table(
    "mixed",
    metadata,
    Column("id", Integer, default=lambda: 5, primary_key=True),
    Column("number", Integer, Sequence("numbers", schema="other")),
    Column("fruit", String, default="plum"),
    Column("length", Integer, default=func.length("plum")),
)
decimal = Table(
    "decimals", metadata, Column("id", Float, primary_key=True), Column("fruit", String)
)
for table in (crates, optional, mixed, decimal):
    print(repr(table))
    print(table.insert())
    print(table.insert().values(fruit="pear"))
    print(table.update().values(fruit="pear"))
    print(table._autoincrement_column is not None)
print(repr(crates.c.id.default), repr(crates.c.id.copy()))
print(repr(Sequence("alone", start=5)))

engine = create_engine("sqlite://")
metadata.create_all(engine)
for table in (crates, optional):
    for fruit in ("apple", "pear"):
        print(engine.execute(table.insert(), {"fruit": fruit}).inserted_primary_key)
    print(engine.execute(table.insert(), {"id": 77, "fruit": "fig"}).inserted_primary_key)
    engine.execute(table.insert(), [{"fruit": "sloe"}, {"fruit": "medlar"}])
    print(engine.execute(table.select()).fetchall())

Base = declarative_base()


class Basket(Base):
    __tablename__ = "baskets"
    id = Column(Integer, Sequence("basket_ids"), primary_key=True)
    owner = Column(String(50))


Base.metadata.create_all(engine)
session = Session(engine)
session.add(Basket(owner="Ines"))
session.flush()
session.add_all([Basket(owner="Jon"), Basket(owner="Kaya")])
session.commit()
print([(basket.id, basket.owner) for basket in session.query(Basket).order_by(Basket.id)])
