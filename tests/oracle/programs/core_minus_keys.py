"""Under which key the result of a minus sign is found."""

from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, literal, select

engine = create_engine("sqlite://")
metadata = MetaData()
lamps = Table("lamps", metadata, Column("id", Integer, primary_key=True), Column("size", Integer))
metadata.create_all(engine)
with engine.begin() as connection:
    connection.execute(lamps.insert(), [{"size": 3}, {"size": 5}])
    for minus in (
        -lamps.c.size,
        -(lamps.c.size + 1),
        -(2 * lamps.c.size),
        -func.abs(lamps.c.size),
        -literal(5),
        -(-lamps.c.id),
        -lamps.c.size.label("length"),
    ):
        found = connection.execute(select(minus, lamps.c.id).order_by(lamps.c.id))
        print(list(found.keys()), found.all())
        both = select(minus).union_all(select(literal(1)))
        found = connection.execute(both)
        print(list(found.keys()), found.all())
