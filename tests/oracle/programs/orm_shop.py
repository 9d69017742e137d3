"""A shop: one-to-many, many-to-many, a self-reference; the daily work of a session."""

from sqlalchemy import Column, ForeignKey, Integer, Numeric, String, Table, create_engine, desc
from sqlalchemy import func, inspect, or_
from sqlalchemy.orm import Session, aliased, declarative_base, joinedload, relationship
from sqlalchemy.orm import selectinload, subqueryload

Base = declarative_base()

labels = Table(
    "labels",
    Base.metadata,
    Column("product_id", ForeignKey("products.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Category(Base):
    __tablename__ = "categories"
    id = Column(Integer, primary_key=True)
    name = Column(String(30), nullable=False)
    parent_id = Column(ForeignKey("categories.id"))
    parent = relationship("Category", back_populates="children", remote_side=[id])
    children = relationship("Category", back_populates="parent", order_by="Category.id")
    products = relationship("Product", back_populates="category")


class Product(Base):
    __tablename__ = "products"
    id = Column(Integer, primary_key=True)
    name = Column(String(30))
    price = Column(Integer)
    category_id = Column(ForeignKey("categories.id"))
    category = relationship(Category, back_populates="products")
    tags = relationship("Tag", secondary=labels, back_populates="products", order_by="Tag.id")
    lines = relationship("Line", back_populates="product")


class Tag(Base):
    __tablename__ = "tags"
    id = Column(Integer, primary_key=True)
    word = Column(String(30), unique=True)
    products = relationship(Product, secondary=labels, back_populates="tags")


class Customer(Base):
    __tablename__ = "customers"
    id = Column(Integer, primary_key=True)
    name = Column(String(30))
    orders = relationship("Order", back_populates="customer", cascade="all, delete-orphan")

    def __repr__(self):
        return f"<Customer {self.name}>"


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    customer_id = Column(ForeignKey("customers.id"), nullable=False)
    note = Column(String)
    customer = relationship(Customer, back_populates="orders")
    lines = relationship("Line", back_populates="order", cascade="all, delete-orphan")


class Line(Base):
    __tablename__ = "lines"
    order_id = Column(ForeignKey("orders.id"), primary_key=True)
    product_id = Column(ForeignKey("products.id"), primary_key=True)
    amount = Column(Integer, default=1)
    order = relationship(Order, back_populates="lines")
    product = relationship(Product, back_populates="lines")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)

food = Category(name="food")
drinks = Category(name="drinks", parent=food)
tea = Product(name="tea", price=4, category=drinks)
milk = Product(name="milk", price=2, category=drinks)
bread = Product(name="bread", price=3, category=food)
hot, white = Tag(word="hot"), Tag(word="white")
tea.tags.append(hot)
milk.tags.extend([hot, white])
white.products.append(bread)
session.add_all([food, bread, Customer(name="Noor"), Customer(name="Iben")])
print(sorted(type(each).__name__ for each in session.new), tea in session)
session.commit()

noor = session.query(Customer).filter_by(name="Noor").one()
print(noor.orders, tea.name, bread.name, tea.lines, bread.lines)
order = Order(note="first", lines=[Line(product=tea, amount=2), Line(product=bread)])
noor.orders.append(order)
print(order.customer is noor, order in session, inspect(order).pending)
session.commit()
print([(line.product.name, line.amount) for line in order.lines])
print(
    session.query(Product.name, func.sum(Line.amount))
    .join(Line)
    .group_by(Product.name)
    .order_by(Product.name)
    .all()
)
print(session.query(Customer).filter(Customer.orders.any(Order.note == "first")).all())
print(session.query(Customer).filter(~Customer.orders.any()).all())
print(
    [p.name for p in session.query(Product).filter(Product.tags.contains(hot)).order_by(Product.id)]
)
print([p.name for p in session.query(Product).filter(Product.category.has(name="drinks"))])
Parent = aliased(Category)
print(session.query(Category.name, Parent.name).join(Parent, Category.parent).all())
print(
    session.query(Category.name, Parent.name)
    .outerjoin(Category.parent.of_type(Parent))
    .order_by(Category.id)
    .all()
)
session.expire_all()
for option in (joinedload, subqueryload, selectinload):
    session.expire_all()
    for customer in session.query(Customer).options(option(Customer.orders)).order_by(Customer.id):
        print(option.__name__, customer.name, [each.note for each in customer.orders])
session.expunge_all()
query = session.query(Customer).options(joinedload(Customer.orders).joinedload(Order.lines))
print([each.name for each in query.order_by(desc(Customer.name)).limit(1)])
counted = (
    session.query(Order.customer_id, func.count().label("many"))
    .group_by(Order.customer_id)
    .subquery()
)
print(
    session.query(Customer, counted.c.many)
    .outerjoin(counted, Customer.id == counted.c.customer_id)
    .order_by(Customer.id)
    .all()
)
print(session.query(Product).filter(or_(Product.price > 3, Product.name.like("b%"))).count())

tea = session.query(Product).filter_by(name="tea").one()
tea.price = 5
tea.tags = []
print(session.dirty, session.is_modified(tea))
print(session.query(Product.price).filter(Product.name == "tea").scalar())
session.rollback()
print(tea.price, [tag.word for tag in tea.tags])

noor = session.query(Customer).filter_by(name="Noor").one()
first = noor.orders[0]
noor.orders.remove(first)
session.commit()
print(session.query(Order).count(), session.query(Line).count(), inspect(first).detached)
food = session.query(Category).filter_by(name="food").one()
session.delete(food)
session.commit()
print(
    session.query(Category.name, Category.parent_id).all(),
    session.query(Product.name, Product.category_id).all(),
)
print(session.query(Product).filter(Product.price < 4).update({"price": Product.price + 1}))
print(session.query(Product).filter(Product.name == "bread").delete())
session.commit()
print([(p.name, p.price) for p in session.query(Product).order_by(Product.id)])
