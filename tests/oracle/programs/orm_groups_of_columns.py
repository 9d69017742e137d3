"""Groups of deferred columns, query_property(), mappers that leave columns out."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, case, create_engine
from sqlalchemy import extract, func, inspect, or_, tuple_
from sqlalchemy.orm import Load, Query, Session, backref, clear_mappers, declarative_base, deferred
from sqlalchemy.orm import defer, joinedload, load_only, mapper, relationship, scoped_session
from sqlalchemy.orm import sessionmaker, undefer, undefer_group

Base = declarative_base()
engine = create_engine("sqlite://")


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


class Cave(Base):
    __tablename__ = "caves"
    id = Column(Integer, primary_key=True)
    above_id = Column(Integer, ForeignKey("caves.id"))
    name = Column(String(50))
    sketch = deferred(Column(String), group="drawn")
    plan = deferred(Column(String), group="drawn")
    log = deferred(Column(String))
    depth = deferred(Column(Integer), group="measured")
    below = relationship("Cave", backref=backref("above", remote_side=[id]), order_by="Cave.id")
    bats = relationship("Bat", backref="cave")

    def __repr__(self):
        return self.name


class Bat(Base):
    __tablename__ = "bats"
    id = Column(Integer, primary_key=True)
    cave_id = Column(ForeignKey("caves.id"))
    age = Column(Integer)


Base.metadata.create_all(engine)
session = Session(engine)
deep = Cave(name="deep", sketch="s", plan="p", log="l", bats=[Bat(age=2)])
deep.below = [Cave(name="lake"), Cave(name="shaft")]
session.add(Cave(name="gate", below=[Cave(name="hall"), deep]))
session.commit()
query = session.query(Cave)
tell(lambda: query.join(Cave.bats, along=True))

for option in (None, undefer_group("drawn"), undefer("sketch"), undefer_group("spoken")):
    session.expunge_all()
    cave = query.filter_by(name="deep").options(*[option] if option else []).one()
    print(cave.plan, cave.sketch, cave.log)
cave.sketch = "new"
session.expire(cave, ["plan"])
print(cave.plan)
session.rollback()
session.expunge_all()
eager = joinedload(Cave.below).undefer_group("drawn")
print(query.options(eager).filter(Cave.id == 1).one().below[1].plan)
print(query.options(Load(Cave).undefer_group("drawn")).populate_existing().first().plan)
tell(lambda: session.query(Cave, Bat).join(Bat).options(undefer_group("drawn")).all())
# Groups add to each other and to what else is said, in any order.
drawn, measured = undefer_group("drawn"), undefer_group("measured")
for options in (
    [drawn, measured],
    [undefer_group("spoken").undefer_group("drawn").undefer_group("measured")],
    [measured, load_only(Cave.name)],
    [load_only(Cave.name).undefer_group("measured").undefer_group("drawn")],
    [defer("*"), measured, drawn],
    [drawn, undefer("*"), undefer_group("spoken")],
    [drawn, defer(Cave.plan)],
    # But Load(Cave) takes the place of what was said before it.
    [Load(Cave).undefer_group("drawn"), Load(Cave).undefer_group("measured")],
    [Load(Cave).undefer_group("drawn").undefer_group("measured")],
    [Load(Cave).undefer_group("drawn"), Load(Cave).load_only("name")],
    [Load(Cave).undefer_group("drawn").load_only("name")],
    [Load(Cave).undefer_group("drawn"), measured],
    [measured, Load(Cave).undefer_group("drawn")],
    [Load(Cave).load_only("name"), Load(Cave).undefer_group("drawn")],
    [load_only("name"), Load(Cave).undefer_group("drawn")],
):
    session.expunge_all()
    print(sorted(key for key in vars(query.options(*options).first()) if key[0] != "_"))


class Finder(Query):
    def named(self, name):
        return self.filter_by(name=name)


Scoped = scoped_session(sessionmaker(bind=engine))
Base.query = Scoped.query_property()
Cave.query = Scoped.query_property(query_cls=Finder)
print(Bat.query.filter_by(age=2).count(), Cave.query.named("hall").one(), Base.query)
Scoped.remove()

people = Table(
    "people",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String),
    Column("secret", String),
)
people.metadata.create_all(engine)


class Person:
    pass


for arguments in (
    {"include_properties": ["id", "name"]},
    {"exclude_properties": [people.c.secret]},
    {"column_prefix": "_"},
    {"column_prefix": "_", "properties": {"name": people.c.name}},
):
    mapper(Person, people, **arguments)
    print(inspect(Person).attrs.keys())
    person = Person()
    person.name = person.secret = "x"
    session.add(person)
    session.commit()
    print(session.query(Person).count(), session.query(Person).first().__dict__.keys() > {"id"})
    session.close()
    clear_mappers()

for mistake in (
    lambda: people.c.id == Person,
    lambda: people.c.id == people,
    lambda: session.execute(people.select().where(people.c.name.in_([["x"]]))),
    lambda: session.execute(people.select().where(tuple_(people.c.id).in_([[1]]))).all(),
):
    tell(mistake)
Base = declarative_base()


class Lamp(Base):
    __tablename__ = "lamps"
    id = Column(Integer, primary_key=True)


for mistake in (
    lambda: Lamp.id == Lamp,
    lambda: Lamp.id + Lamp,
    lambda: Lamp.id.in_(Lamp),
    lambda: case([(Lamp.id == 1, Lamp)]),
    lambda: tuple_(Lamp, Lamp.id),
    lambda: extract("year", Lamp),
    lambda: func.max(Lamp),
):
    tell(mistake)
