"""What is still taken and warned of: empty and_(), columns twice, joins to plain subqueries."""

import warnings

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, and_, create_engine
from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session, declarative_base, defer, relationship, undefer

Base = declarative_base()


class Mill(Base):
    __tablename__ = "mills"
    id = Column(Integer, primary_key=True)
    name = Column(String(20))
    wheels = relationship("Wheel", back_populates="mill")


class Wheel(Base):
    __tablename__ = "wheels"
    id = Column(Integer, primary_key=True)
    width = Column(Integer)
    mill_id = Column(ForeignKey("mills.id"))
    mill = relationship("Mill", back_populates="wheels")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Mill(name="Oak", wheels=[Wheel(width=3), Wheel(width=5)]))
session.commit()
mills, wheels = Mill.__table__, Wheel.__table__
wide = select(wheels).where(wheels.c.width > 3)
conditions = []
metadata = MetaData()
extra = Table("extras", metadata, Column("id", Integer, primary_key=True))

for ask in (
    # conditions that are none
    lambda: and_(*conditions),
    lambda: or_(*conditions),
    lambda: and_(True, *conditions),
    lambda: session.query(Mill).filter(and_(*conditions)).count(),
    lambda: session.query(Mill).filter(*conditions).count(),
    lambda: select(mills.c.id).where(and_(or_(), mills.c.id == 1)),
    # a column twice
    lambda: Table("twice", metadata, Column("a", Integer), Column("a", String)).c.a.type,
    lambda: Table("once", metadata, Column("a", Integer, key="b"), Column("a", String)).c.keys(),
    lambda: extra.append_column(Column("id", Integer, primary_key=True)),
    lambda: extra.append_column(Column("size", Integer)),
    lambda: extra.append_column(Column("size", String), replace_existing=True),
    lambda: Table("extras", metadata, Column("size", Integer), extend_existing=True).c.keys(),
    lambda: Table("extras", metadata, comment="more", extend_existing=True).comment,
    lambda: Table("mills", MetaData(), Column("name", Integer), autoload_with=engine).c.name.type,
    lambda: extra.c.size.copy().table,
    # joins along a relationship to what is no alias of the class
    lambda: session.query(Mill.name).join(wide.subquery(), Mill.wheels).all(),
    lambda: session.execute(select(Mill.name).join(wide.subquery(), Mill.wheels)).all(),
    lambda: session.query(Mill.name).join(wheels.alias("w"), Mill.wheels).count(),
    lambda: session.query(Mill.name).join(wheels, Mill.wheels).count(),
    # options with several keys
    lambda: str(session.query(Mill).options(defer("wheels", "width"))),
    lambda: str(session.query(Mill).options(undefer("wheels", "width"))),
    lambda: str(session.query(Mill).options(defer("name"))),
    # a SELECT where a subquery is meant
    lambda: wide.c.keys(),
    lambda: wide.columns.width.type,
    lambda: wide.union(wide).c.keys(),
    lambda: text("SELECT 1 AS one").columns(Column("one", Integer)).c.keys(),
    lambda: wide.select(),
    lambda: select(func.count(wheels.c.id)).as_scalar() + 1,
    lambda: select(func.count(wheels.c.id)).subquery().as_scalar() + 1,
    lambda: select(mills).column(mills.c.id),
    lambda: Mill.__mapper__.mapped_table,
    # a row asked for the column of another table
    lambda: engine.execute(select(mills.c.id)).first()[wheels.c.id],
    lambda: engine.execute(text("SELECT id FROM mills")).first()[mills.c.id],
    lambda: engine.execute(select(mills.c.id)).first()[mills.c.id],
    lambda: engine.execute(select(mills.c.id)).first().items(),
):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            print(ask())
        except Exception as error:
            print(type(error).__name__, error)
    for each in heard:
        if each.category.__name__ == "SADeprecationWarning":
            print("-", each.message)
session.close()
