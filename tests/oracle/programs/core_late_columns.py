"""A table that gets a column when an alias of it has been looked at: one text serves old and new."""

from sqlalchemy import Column, Integer, MetaData, Table, create_engine, select, text

metadata = MetaData()
cans = Table("cans", metadata, Column("id", Integer, primary_key=True), Column("size", Integer))
engine = create_engine("sqlite://")
metadata.create_all(engine)
old_alias, old_query = cans.alias("a"), select(cans).subquery("s")
print(old_alias.c.keys(), old_query.c.keys())
with engine.connect() as connection:
    connection.execute(text("ALTER TABLE cans ADD COLUMN weight INTEGER"))
    cans.append_column(Column("weight", Integer))
    connection.execute(cans.insert(), {"size": 5, "weight": 7})
    for alias in (cans.alias("a"), old_alias, select(cans).subquery("s"), old_query):
        row = connection.execute(select(alias)).first()
        print(row, row._mapping[alias.c.size])
