"""params() reaches ON clauses, and what any() and has() ask, also in subqueries and in a Query."""

from sqlalchemy import Column, ForeignKey, Integer, String, and_, bindparam, create_engine, exists
from sqlalchemy import select
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String)


class Address(Base):
    __tablename__ = "addresses"
    id = Column(Integer, primary_key=True)
    user_id = Column(ForeignKey("users.id"))
    user = relationship(User, backref="addresses")


users, addresses = User.__table__, Address.__table__

core = select(users.c.id).join(addresses, addresses.c.user_id == bindparam("x"))
print(core.params(x=5).compile().params)

mapped = select(User.id).join(Address, Address.user_id == bindparam("x"))
print(mapped.params(x=5).compile().params)

inner = select(addresses.c.id).join_from(addresses, users, users.c.id == bindparam("y"))
print(select(users.c.id).where(exists(inner)).params(y=5).compile().params)

both = and_(addresses.c.user_id == users.c.id, users.c.name == bindparam("z", "ed"))
subquery = select(addresses.c.id).join_from(addresses, users, both).subquery()
print(select(subquery).compile().params)
print(select(subquery).params(z="ann").compile().params)
print(select(subquery).params(z="ann"))

query = Session().query(User).join(Address, Address.user_id == bindparam("k"))
print(query.params(k=3).statement.compile().params)

# What was compiled for one value is sent with another.
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([User(name="ed", addresses=[Address()]), User(name="ann")])
session.commit()
owned = session.query(Address.id).filter(Address.user.has(User.name == bindparam("n")))
for name in "ed", "ann":
    print(owned.params(n=name).all(), owned.params(n=name).count())
    print(session.query(Address.id).filter(Address.id.in_(owned.params(n=name))).all())
    print(session.execute(owned.statement.params(n=name)).all())
living = select(User.name).where(~User.addresses.any(Address.id > bindparam("i")))
print([session.scalars(living.params(i=least)).all() for least in (0, 1)])

# So are the joins of columns that others replaced.
joined = session.query(Address).join(User, User.name == bindparam("n")).params(n="ed")
ids = joined.with_entities(Address.id)
print(session.query(Address.id).filter(Address.id.in_(ids)).all(), ids.count())
print(session.execute(ids.statement.with_only_columns(Address.user_id)).all())
