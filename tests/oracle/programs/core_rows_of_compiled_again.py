"""A row is found by what its own statement selected, also where an older one was compiled for it."""

from sqlalchemy import Column, Integer, MetaData, Table, case, create_engine, func, literal, select

metadata = MetaData()
jars = Table("jars", metadata, Column("id", Integer, primary_key=True), Column("size", Integer))


def show(row, key):
    try:
        print(row._mapping[key])
    except Exception as error:
        print(type(error).__name__, error)


for future in (True, False):
    engine = create_engine("sqlite://", future=future)
    with engine.connect() as connection:
        metadata.create_all(connection)
        connection.execute(jars.insert(), {"size": 5})
        for size in range(3):
            count, largest = func.count(jars.c.id).label("count"), func.max(jars.c.size)
            row = connection.execute(select(count, largest)).first()
            show(row, count)
            show(row, largest)
            show(row, func.max(jars.c.size))
            grown = jars.c.size + 1
            row = connection.execute(select(grown, jars.c.size.label("again"))).first()
            for key in (grown, jars.c.size + 1, jars.c.size + 2, jars.c.size):
                show(row, key)
            alias = jars.alias()
            row = connection.execute(select(alias.c.size, alias)).first()
            for key in (alias.c.size, alias.c.id, jars.alias().c.id):
                show(row, key)
            inner = select(jars.c.size.label("found")).subquery()
            show(connection.execute(select(inner.c.found)).first(), inner.c.found)
            number = literal(size).label("number")
            show(connection.execute(select(number)).first(), number)
            is_large = case((jars.c.size > size, 1), else_=0)
            show(connection.execute(select(is_large)).first(), is_large)
