"""Own attributes beside columns, mixins of mixins, declared attributes that are no columns."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, column, create_engine
from sqlalchemy import func, inspect, select
from sqlalchemy.ext.declarative import declarative_base, declared_attr
from sqlalchemy.orm import Session, class_mapper, clear_mappers, column_property, configure_mappers
from sqlalchemy.orm import deferred, reconstructor, registry, relationship, synonym, validates

engine = create_engine("sqlite://")
Base = declarative_base()


def tell(call, *arguments):
    try:
        print(call(*arguments))
    except Exception as error:
        print(type(error).__name__, error)


# A class that is mapped by hand keeps what it has under a column's name.
plain = registry()
books = Table(
    "books",
    plain.metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String),
    Column("pages", Integer),
)


class Book:
    pages = 100

    @property
    def title(self):
        print("title is read")
        return self._title

    @title.setter
    def title(self, value):
        print("title is set")
        self._title = value.strip()


book_mapper = plain.map_imperatively(Book, books)
print(book_mapper.attrs.keys(), Book.pages)
book_mapper.add_property("_title", deferred(books.c.title))
book_mapper.add_property("title", synonym("_title"))
books.create(engine)
session = Session(engine)
book = Book()
book.title = " Emma "
session.add(book)
session.commit()
print(session.query(Book).filter_by(title="Emma").one().title)


class Cover:
    def paint(self):
        return "green"


class Leaf:
    pass


class Page(Leaf):
    pass


covers = books.join(Table("covers", plain.metadata, Column("book", ForeignKey("books.id"))))
plain.map_imperatively(
    Cover, covers, primary_key=[books.c.id], exclude_properties=[books.c.title, "covers_book"]
)
print(inspect(Cover).columns.keys())
plain.map_imperatively(Leaf, books, include_properties=[books.c.id, "title"])
print(inspect(Leaf).columns.keys())
tell(plain.map_imperatively, Leaf, books)
tell(Session(engine).add, Page())
tell(class_mapper, Page)


class Odd:
    @property
    def plain(self):
        return 1


plain.map_imperatively(Odd, books, properties={"other": synonym("plain")})
tell(lambda: Odd.other.property)
tell(lambda: session.query(Odd).filter(Odd.other == 1))


# A mixin of a mixin; what a declared attribute gives stays what it is.
class Named:
    name = Column(String)
    loaded = []

    @declared_attr
    def kind(cls):
        print("kind of", cls.__name__)
        return cls.__name__.lower()

    @validates("name")
    def check_name(self, key, value):
        return value + " by the mixin"

    @reconstructor
    def after_load(self):
        print("loaded", self.name)


class Counted(Named):
    id = Column(Integer, primary_key=True)

    @declared_attr
    def visits(cls):
        """How often."""
        counted = select(func.count(Visit.id)).where(Visit.what == cls.name)
        return column_property(counted.where(Visit.number == cls.id).scalar_subquery())

    @declared_attr
    def __tablename__(cls):
        return cls.kind + "s"


class Visit(Base):
    __tablename__ = "visits"
    id = Column(Integer, primary_key=True)
    number = Column(Integer)
    what = Column(String)


class Park(Counted, Base):
    @declared_attr
    def sign(cls):
        return f"to the {cls.kind}"

    @declared_attr
    def length(cls):
        return Column(Integer, doc="in miles")

    def check_name(self, key, value):
        print("not a validator")


class Zoo(Counted, Base):
    name = Column("called", String)

    @validates("name")
    def check_name(self, key, value):
        return value.title()

    @reconstructor
    def before_all(self):
        print("not this one")


print(Park.kind, Park.sign, Park().sign, Zoo.kind, vars(Park)["kind"], vars(Zoo)["kind"])
print(Park.visits.__doc__, Park.length.__doc__)
print(Park.__table__.c.keys(), Zoo.__table__.c.keys())
print(session.query(Park))
print(session.query(Zoo))
Base.metadata.create_all(engine)
session.add_all([Park(name="hyde park"), Zoo(name="old zoo"), Visit(number=1, what="hyde park")])
session.commit()
print([(park.name, park.visits) for park in session.query(Park)])
print([zoo.name for zoo in session.query(Zoo)])


# Mistakes.
class Written:
    low = column("low", Integer)


class Letter(Written, Base):
    __tablename__ = "letters"
    id = Column(Integer, primary_key=True)
    x = Column("x", Integer)
    y = column_property(x)
    z = Column("x", Integer)


class Keyed:
    low = Column("upper", Integer)


def with_another_column():
    class Note(Keyed, Base):
        __table__ = Table("notes", MetaData(), Column("low", Integer, primary_key=True))


tell(with_another_column)


class Tied:
    letter = relationship("Letter")


def with_a_hidden_relationship():
    class Thread(Tied, Base):
        __tablename__ = "threads"
        letter = Column(Integer, primary_key=True)


tell(with_a_hidden_relationship)


class Reflected(declarative_base()):
    __tablename__ = "visits"
    __autoload_with__ = engine


print(Reflected.__table__.c.keys())
clear_mappers()


# The path of a module in a string.
Base = declarative_base()


def shop(argument, **arguments):
    registry_ = registry()
    base = registry_.generate_base()

    class Order(base):
        __tablename__ = "orders"
        __module__ = "shop.models"
        id = Column(Integer, primary_key=True)
        items = relationship(argument, **arguments)

    class Item(base):
        __tablename__ = "items"
        __module__ = "shop.models"
        id = Column(Integer, primary_key=True)
        order_id = Column(ForeignKey("orders.id"))

    first = Item

    class Item(base):  # noqa: F811
        __tablename__ = "web_items"
        __module__ = "web.shop.models"
        id = Column(Integer, primary_key=True)
        order_id = Column(ForeignKey("orders.id"))

    def configured():
        registry_.configure()
        return Order.items.property.mapper, str(Order.items.property.primaryjoin), first

    tell(configured)
    clear_mappers()


for path in ("Item", "models.Item", "web.shop.models.Item", "shop.Item", "web.items", "models.No"):
    shop(path)
shop(
    "web.shop.models.Item",
    primaryjoin="models.Order.id == web.shop.models.Item.order_id",
    order_by="web.shop.models.Item.id",
)
shop("web.shop.models.Item", primaryjoin="models.Order.id == shop.models.Item.order_id")
shop("web.shop.models.Item", primaryjoin="models.Order.id == nowhere.Item.order_id")
shop("web.shop.models.Item", primaryjoin="Order.items == web.shop.models.Item.order_id")


class Owner(Base):
    __tablename__ = "owners"
    id = Column(Integer, primary_key=True)


class Cat(Base):
    __tablename__ = "cats"
    id = Column(Integer, primary_key=True)
    owner_id = Column(ForeignKey("owners.id"))
    owner = relationship(Owner, lazy="dynamic", uselist=True)


configure_mappers()
