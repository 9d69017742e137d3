"""What a mapping takes from its table and its columns, and what is known only when it is used."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    column,
    create_engine,
    func,
    inspect,
    select,
)
from sqlalchemy.ext.declarative import declared_attr
from sqlalchemy.orm import (
    Session,
    aliased,
    clear_mappers,
    column_property,
    declarative_base,
    mapper,
    registry,
    scoped_session,
    sessionmaker,
)


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


Base = declarative_base()


class WithoutSecrets:
    @declared_attr
    def __mapper_args__(cls):
        return {"exclude_properties": [c.key for c in cls.__table__.c if c.info.get("secret")]}


class Miller(WithoutSecrets, Base):
    __tablename__ = "millers"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    recipe = Column(String, info={"secret": True})


print(list(inspect(Miller).columns.keys()))


def slip(name, **said):
    return type(name, (Base,), {"__table__": sacks, "__mapper_args__": said})


def misspelt():
    class Misspelt(Base):
        @declared_attr
        def __tablename__(cls):
            return cls.no_such_name

        id = Column(Integer, primary_key=True)


tell(misspelt)
sacks = Table(
    "sacks",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("miller_id", ForeignKey("millers.id")),
    Column("grain", String),
)
tell(lambda: slip("One", include_properties=["grain"]))
tell(lambda: slip("Two", include_properties=["grain"], primary_key=[sacks.c.id]))
tell(lambda: slip("Three", exclude_properties=["grain"], primary_key=[sacks.c.grain]))


class Label(Base):
    __tablename__ = "labels"
    id = Column(Integer, primary_key=True)
    grain = Column(String)
    mill = Column(String)
    short = column_property(grain + "/" + mill)
    full = column_property("No. " + short.expression)


print(select(Label))
print(select(Label.full).where(Label.short == "rye/north"))
print(Label.short.property.expression, Label.grain.expressions, aliased(Label).grain.expressions)


class Porter(Base):
    __tablename__ = "porters"
    id = Column(Integer, primary_key=True)
    lower_case = column("lower_case", Integer)
    sacks = column_property(select([func.count(sacks.c.id)]).where(sacks.c.miller_id == id))


Porter.last = column_property(select(func.max(sacks.c.id)).where(sacks.c.miller_id == Porter.id))
print(Session().query(Porter).filter(Porter.sacks > 3))
for given in (5, "grain", None, Label.grain == "rye", Session().query(Label.id), Label):
    tell(lambda given=given: column_property(given).columns[0])


class Stock(Base):
    __table__ = Miller.__table__.join(sacks)
    id = column_property(Miller.__table__.c.id, sacks.c.miller_id)
    sack_id = sacks.c.id


print([str(each) for each in Stock.id.expressions])
print(Session().query(Stock.grain).group_by(*Stock.id.expressions))

# A mapping in the classical way is known to its class; after clear_mappers() no mapping is.
mills = registry()


class Mill:
    pass


class Wheel:
    pass


wheels = Table("wheels", MetaData(), Column("id", Integer, primary_key=True))
print(mills.map_imperatively(Mill, wheels) is Mill.__mapper__, Mill.__table__ is wheels)
mapper(Wheel, wheels)
tell(lambda: Wheel.__mapper__)
clear_mappers()
tell(lambda: Mill.__mapper__)
tell(lambda: Miller.__mapper__)
print(mills.map_imperatively(Mill, wheels) is Mill.__mapper__)

# A foreign key to a table that nobody has defined is found by the first flush.
Yard = declarative_base()


class Cart(Yard):
    __tablename__ = "carts"
    id = Column(Integer, primary_key=True)
    yard_id = Column(ForeignKey("yards.id"))


engine = create_engine("sqlite://")
engine.execute("CREATE TABLE carts (id INTEGER PRIMARY KEY, yard_id INTEGER)")
engine.execute("INSERT INTO carts (id) VALUES (7)")
session = Session(engine)
cart = session.query(Cart).one()
session.add(Cart())
tell(session.flush)
session.rollback()
cart.yard_id = 3
tell(session.commit)
session.rollback()
session.delete(cart)
tell(session.commit)
session.rollback()

# A table that is dropped by itself need not know it.
tell(lambda: Cart.__table__.drop(engine, checkfirst=False))
tell(lambda: Yard.metadata.drop_all(engine))

# Each of these says whose session an object is in.
factory = sessionmaker(engine)
for owner in (Session, session, factory, scoped_session(factory)):
    print(owner.object_session(cart) is session, owner.object_session(Cart()))
