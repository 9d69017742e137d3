"""The primary key of a join, in whatever order its tables stand, and classes that are mapped to one."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, create_engine, or_
from sqlalchemy.orm import Session, column_property, declarative_base

metadata = MetaData()
people = Table("people", metadata, Column("id", Integer, primary_key=True), Column("name", String))
cooks = Table(
    "cooks",
    metadata,
    Column("id", Integer, ForeignKey("people.id"), primary_key=True),
    Column("dish", String),
)
chiefs = Table("chiefs", metadata, Column("id", Integer, ForeignKey("cooks.id"), primary_key=True))
pets = Table(
    "pets",
    metadata,
    Column("tag", Integer, primary_key=True),
    Column("owner", ForeignKey("people.id")),
)
engine = create_engine("sqlite://")
metadata.create_all(engine)
with engine.begin() as connection:
    connection.execute(people.insert(), [{"name": "Ada"}, {"name": "Bo"}])
    connection.execute(cooks.insert(), [{"id": 1, "dish": "soup"}, {"id": 2, "dish": "pie"}])
    connection.execute(chiefs.insert(), {"id": 2})

joins = {
    "parent first": people.join(cooks),
    "child first": cooks.join(people),
    "three": people.join(cooks).join(chiefs),
    "three, the last first": chiefs.join(cooks).join(people),
    "the middle first": cooks.join(chiefs).join(people, people.c.id == cooks.c.id),
    "side by side": chiefs.join(people, people.c.id == chiefs.c.id),
    "nested": cooks.join(people.join(pets), pets.c.owner == cooks.c.id),
    "a key of its own": people.join(pets),
    "an alias": people.alias("others").join(cooks),
    "by OR": cooks.join(chiefs, or_(cooks.c.id == chiefs.c.id, cooks.c.dish == "pie")),
    "by no key": pets.join(chiefs, pets.c.tag == chiefs.c.id),
}
for label, join in joins.items():
    print(label, [str(column) for column in join.primary_key])
    Base = declarative_base()
    try:

        class Mapped(Base):
            __table__ = join
            id = column_property(*[column for column in join.c if column.name == "id"])

        print([str(column) for column in Mapped.__mapper__.primary_key])
        session = Session(engine)
        print([each.id for each in session.query(Mapped)], session.get(Mapped, 2) is not None)
        session.close()
    except Exception as error:
        print(type(error).__name__)
