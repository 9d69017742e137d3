"""A relationship whose condition holds a literal: each use of it has a parameter of its own."""

from sqlalchemy import Column, ForeignKey, Integer, select
from sqlalchemy.orm import Query, aliased, declarative_base, joinedload, relationship, with_parent

Base = declarative_base()


class Baker(Base):
    __tablename__ = "bakers"
    id = Column(Integer, primary_key=True)
    loaves = relationship("Loaf", back_populates="baker")
    heavy = relationship(
        "Loaf", primaryjoin="and_(Baker.id == Loaf.baker_id, Loaf.grams > 750)", viewonly=True
    )


class Loaf(Base):
    __tablename__ = "loaves"
    id = Column(Integer, primary_key=True)
    grams = Column(Integer)
    baker_id = Column(ForeignKey("bakers.id"))
    baker = relationship(Baker, back_populates="loaves")


other = aliased(Loaf)
again = joinedload(Baker.heavy).joinedload(Loaf.baker).joinedload(Baker.heavy)
for statement in (
    select(Baker),
    select(Baker).outerjoin(Baker.heavy),
    select(Baker).outerjoin(Baker.heavy.of_type(other)),
    select(Baker).join(Baker.heavy).join(other, Baker.heavy),
    select(Baker).where(Baker.heavy.any()),
    select(Baker).where(Baker.heavy.any()).where(Baker.heavy.any(Loaf.id == 5)),
    Query([Baker]).join(Baker.heavy).join(other, Baker.heavy),
    Query([Baker]).join(Baker.heavy).limit(2),
):
    print(statement)
    print(statement.options(joinedload(Baker.heavy)))
    print(statement.options(again))
print(select(Loaf).where(with_parent(Baker(id=3), Baker.heavy)))
