"""Arguments of a relationship that are texts: which of them is evaluated first, and fails."""

from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, relationship

for arguments in (
    {},
    {"order_by": "Adress.id"},
    {"order_by": "Adress"},
    {"order_by": "desc(Adress.id)", "primaryjoin": "a == b"},
    {"order_by": "User.nothing"},
    {"order_by": lambda: Foo.id},  # noqa: F821
    {"primaryjoin": "User.id == Adress.user_id"},
    {"secondary": "nowhere"},
    {"foreign_keys": "Adress.user_id"},
    {"remote_side": "[Adress.user_id]"},
    {"backref": "user"},
):
    Base = declarative_base()

    class User(Base):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
        addresses = relationship("Adress", **arguments)

    class Address(Base):
        __tablename__ = "addresses"
        id = Column(Integer, primary_key=True)
        user_id = Column(ForeignKey("users.id"))

    for _ in range(2):
        try:
            User()
        except Exception as error:
            print(type(error).__name__, error)
