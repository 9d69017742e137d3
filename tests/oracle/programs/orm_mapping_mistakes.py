"""Mappings that are wrong, and what is said of them then and at each use that follows."""

import gc
from inspect import signature

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, UniqueConstraint
from sqlalchemy import create_engine, delete, event, func, inspect, text, update
from sqlalchemy.orm import Session, clear_mappers, column_property, declarative_base, join, mapper
from sqlalchemy.orm import backref, relationship, sessionmaker

gc.disable()  # a class whose mapping failed keeps its name until it is collected


def tell(what, call):
    try:
        print(what, call())
    except Exception as error:
        print(what, type(error).__module__, type(error).__name__, error)


class Stone:
    pass


# a name that nobody has: the first use tells it, each later one tells that it was told; an UPDATE
# or DELETE of the class as a whole needs no relationships
engine = create_engine("sqlite://")


@event.listens_for(engine, "begin")
def begun(connection):
    print("begun")


for what, call in {
    "get": lambda session: session.get(Bird, 1),
    "query": lambda session: session.query(Egg),
    "update": lambda session: session.execute(update(Bird).values(name="x")).rowcount,
    "no such name": lambda session: session.execute(update(Bird).values(nam="x")),
    "delete": lambda session: session.execute(delete(Egg)).rowcount,
    "new column": lambda session: setattr(Egg, "late", Column(Integer)),
    "new relationship": lambda session: setattr(Egg, "bird", relationship(Bird)),
    "object": lambda session: Egg(),
    "relationship": lambda session: Bird.eggs.property,
}.items():
    Base = declarative_base()

    class Egg(Base):
        __tablename__ = "eggs"
        id = Column(Integer, primary_key=True)
        bird_id = Column(ForeignKey("birds.id"))

    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        eggs = relationship("Eg")

    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        tell(what, lambda: call(session))
        tell(what, lambda: call(session))
    tell(what, lambda: Egg())
    tell(what, lambda: setattr(Egg, "later", Column(Integer)))

# a class without a primary key is mapped but for its key
for collects in False, True:
    Base = declarative_base()
    try:

        class Nest(Base):
            __tablename__ = "nests"
            id = Column(Integer)
            birds = relationship("Bird")

    except Exception as error:
        print(type(error).__name__, error)

    class Bird(Base):
        __tablename__ = "birds"
        id = Column(Integer, primary_key=True)
        nest_id = Column(ForeignKey("nests.id"))
        nest = relationship("Nest")

    if collects:
        gc.collect()
    tell("no key", lambda: sorted(each.class_.__name__ for each in Base.registry.mappers))
    tell("no key", lambda: Bird())
    tell("no key", lambda: Bird())

# two columns for one name
Base = declarative_base()


class Cat(Base):
    __tablename__ = "cats"
    id = Column(Integer, primary_key=True)
    name = Column(String)


Cat.age = Column(Integer)
tell("twice", lambda: setattr(Cat, "age", Column(Integer)))
tell("twice", lambda: setattr(Cat, "name", column_property(func.lower(Cat.name))))
tell("join", lambda: join(Cat, Stone))
tell("join", lambda: join(Cat, "Stone"))

metadata = MetaData()
dogs = Table(
    "dogs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String),
    Column("cat_id", ForeignKey("cats.id")),
)
puppies = Table(
    "puppies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dog_id", ForeignKey("dogs.id")),
)
for arguments in (
    {"properties": {"id": dogs.c.name}},
    {"properties": {"name": puppies.c.id}},
    {"properties": {"name": [dogs.c.name, puppies.c.id]}},
    {"properties": {"name": dogs.c.name + "!"}},
    {"properties": {"name": func.lower(dogs.c.name)}},
    {"properties": {"called": (dogs.c.name,)}},
    {"exclude_properties": ["id"]},
    {"include_properties": ["name"]},
    {"primary_key": dogs.c.name},
    {"primary_key": [dogs.c.name, dogs.c.cat_id], "exclude_properties": ["id"]},
    {"primary_key": []},
):
    Dog = type("Dog", (), {"__module__": "__main__"})
    tell(list(arguments), lambda: mapper(Dog, dogs, **arguments).primary_key)
    tell(list(arguments), lambda: inspect(Dog).attrs.keys())
Dog = type("Dog", (), {"__module__": "__main__"})
tell("two tables", lambda: mapper(Dog, dogs.join(puppies)))
clear_mappers()
mapper(Dog, dogs, properties={"puppies": relationship(Stone, secondary=Stone)})
mapper(Stone, puppies)
tell("a class between", lambda: Dog())

# arguments
tell("action", lambda: Base.metadata.create_all(engine))
Table("mice", Base.metadata, Column("cat_id", ForeignKey("cats.id", ondelete="cascade it")))
tell("action", lambda: Base.metadata.create_all(engine))
Base.metadata.remove(Base.metadata.tables["mice"])
Table("mice", Base.metadata, Column("cat_id", ForeignKey("cats.id", ondelete=True)))
tell("action", lambda: Base.metadata.create_all(engine))
Base.metadata.remove(Base.metadata.tables["mice"])
Table("mice", Base.metadata, Column("name", String("20")))
tell("length", lambda: Base.metadata.create_all(engine))
tell("constraint", lambda: UniqueConstraint(5))
tell("factory", lambda: sessionmaker(autoflush=False, future=True))
tell("twice", lambda: relationship(Cat, lazy="select", **{"lazy": "joined"}))
tell("twice", lambda: backref("cat", lazy="select", **{"lazy": "joined"}))

Base = declarative_base()


class Fox(Base):
    __tablename__ = "foxes"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    cubs = relationship("Cub", order_by="Cub.nam", backref="fox")


class Cub(Base):
    __tablename__ = "cubs"
    id = Column(Integer, primary_key=True)
    fox_id = Column(ForeignKey("foxes.id"))


# a wrong attribute in a text is an AttributeError, which an attribute tells at the second time
tell("order", lambda: Fox.cubs.property)
tell("order", lambda: Fox(name="red"))

for order in "children", "text('cubs.id')", "Cub.fox_id, Cub.id", "Cub.id.desc", "cubs.c.id":
    Base = declarative_base()

    class Fox(Base):
        __tablename__ = "foxes"
        id = Column(Integer, primary_key=True)
        cubs = relationship("Cub", order_by=order)

    class Cub(Base):
        __tablename__ = "cubs"
        id = Column(Integer, primary_key=True)
        fox_id = Column(ForeignKey("foxes.id"))

    tell(order, lambda: Fox.cubs.of_type(Stone))
    tell(order, lambda: Fox.cubs.any(Cub.id == 1))
    tell(order, lambda: Fox.cubs.property.order_by is not False)

for name in "__main__.Cub", "__main__.Cab", "zoo.Cub", "Cub.id", "cubs.id", "cub.id", "Cub.nam":
    Base = declarative_base()

    class Fox(Base):
        __tablename__ = "foxes"
        id = Column(Integer, primary_key=True)
        cubs = relationship(name)

    class Cub(Base):
        __tablename__ = "cubs"
        id = Column(Integer, primary_key=True)
        fox_id = Column(ForeignKey("foxes.id"))

    tell(name, lambda: Fox())
    tell(name, lambda: Fox.cubs.property.mapper)

Base = declarative_base()


class Fox(Base):
    __tablename__ = "foxes"
    id = Column(Integer, primary_key=True)
    mates = relationship("Fox")


tell("names", lambda: Session(engine).get(Fox, {"identity": 1}))
tell("no foreign key", lambda: Session(engine).get(Fox, {"id": 1}))

# arguments of a foreign key are looked at when the column comes into a table
for arguments in {"on_delete": "CASCADE"}, {"nullable": False}:
    tell(list(arguments), lambda: Column(ForeignKey("foxes.id", **arguments)))
    tell(
        list(arguments),
        lambda: Table("dens", MetaData(), Column("x", ForeignKey("foxes.id", **arguments))).name,
    )

# a key without a type is found all the same
Base = declarative_base()


class Owl(Base):
    __tablename__ = "owls"
    id = Column(primary_key=True)
    name = Column(String)


with engine.begin() as connection:
    connection.execute(text("CREATE TABLE owls (id INTEGER PRIMARY KEY, name VARCHAR)"))
with Session(engine) as session:
    owl = Owl(id=1, name="brown")
    session.add(owl)
    session.commit()
    tell("no type", lambda: owl.name)
    session.expunge_all()
    tell("no type", lambda: session.get(Owl, 1).name)
tell("no type", lambda: Base.metadata.create_all(create_engine("sqlite://")))


class Moth(Base):
    __tablename__ = "moths"
    id = Column(Integer, primary_key=True)

    def __del__(self):
        print("gone", self.__dict__.get("id"))


print(signature(Moth), signature(Moth.__init__))
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add(Moth(id=3))
    session.commit()
    print(list(session.identity_map))
