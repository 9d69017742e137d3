"""Where a label stands for its expression: in ORDER BY, alone or with DESC; elsewhere it is written out."""

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Column, Integer, MetaData, Table
from sqlalchemy import create_engine, desc, func, select, union
from sqlalchemy.exc import CompileError
from sqlalchemy.orm import Session, column_property, declarative_base

fields = Table(
    "fields", MetaData(), Column("id", Integer, primary_key=True), Column("size", Integer)
)
more, plain = (fields.c.size + 1).label("more"), fields.c.size.label("plain")
unnamed = (fields.c.size * 2).label(None)
for statement in (
    select(more).group_by(more),
    select(more).group_by("more"),
    select(more).group_by(more.desc()),
    select(more, func.count()).group_by(more).order_by(more),
    select(plain).group_by(plain).having(plain > 1).order_by(plain),
    select(unnamed).group_by(unnamed).order_by(unnamed.desc()),
    union(select(plain), select(plain)).order_by(plain).group_by(plain),
    select(more).order_by(more.desc().nullslast()),
    select(more).order_by(desc("more"), more.asc(), more + 1, func.abs(more)),
    select(plain).distinct(plain),
):
    print(statement)

Base = declarative_base()


class Field(Base):
    __table__ = fields
    twice = column_property(fields.c.size * 2)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
fields.create(engine, checkfirst=True)
session = Session(engine)
session.add_all([Field(size=3), Field(size=None), Field(size=1)])
session.commit()

# Several SELECTs are sorted by the names in the first one: labels of tables and columns in a Query.
short, long = session.query(Field).filter(Field.size < 2), session.query(Field)
qualified = select(fields).set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
for one, two in ((short, long), (qualified, select(fields)), (select(fields), qualified)):
    for name in "size", "fields_size", "lower", "twice":
        try:
            print(union(one, two).order_by(name))
            print(union(one, two).order_by(desc(name)))
        except CompileError as error:
            print(error)
both = session.query(Field).from_statement(union(short, long).order_by("fields_size"))
print([field.size for field in both])

for term in (Field.twice, Field.twice.desc(), Field.twice.desc().nullslast()):
    print([field.size for field in session.query(Field).order_by(term)])
    print(session.query(Field.twice, func.count()).group_by(Field.twice).order_by(term).all())
