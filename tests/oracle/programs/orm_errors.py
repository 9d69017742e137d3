"""Mistakes in mapping and querying, and how they are told."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, create_engine, text
from sqlalchemy.orm import Session, aliased, backref, clear_mappers, configure_mappers
from sqlalchemy.orm import declarative_base, joinedload, relationship, subqueryload


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__module__, type(error).__name__, error)


def no_key():
    Base = declarative_base()

    class Plain(Base):
        __tablename__ = "plain"
        id = Column(Integer)


def no_table():
    Base = declarative_base()

    class Plain(Base):
        id = Column(Integer, primary_key=True)


def no_foreign_key():
    Base = declarative_base()

    class Hen(Base):
        __tablename__ = "hens"
        id = Column(Integer, primary_key=True)
        eggs = relationship("Egg")

    class Egg(Base):
        __tablename__ = "eggs"
        id = Column(Integer, primary_key=True)

    configure_mappers()


def two_foreign_keys():
    Base = declarative_base()

    class Hen(Base):
        __tablename__ = "hens"
        id = Column(Integer, primary_key=True)
        eggs = relationship("Egg")

    class Egg(Base):
        __tablename__ = "eggs"
        id = Column(Integer, primary_key=True)
        layer = Column(ForeignKey("hens.id"))
        sitter = Column(ForeignKey("hens.id"))

    configure_mappers()


def unknown_class():
    Base = declarative_base()

    class Hen(Base):
        __tablename__ = "hens"
        id = Column(Integer, primary_key=True)
        eggs = relationship("Eggs")

    configure_mappers()


def wrong_back_populates():
    Base = declarative_base()

    class Hen(Base):
        __tablename__ = "hens"
        id = Column(Integer, primary_key=True)
        eggs = relationship("Egg", back_populates="hens")

    class Egg(Base):
        __tablename__ = "eggs"
        id = Column(Integer, primary_key=True)
        hen_id = Column(ForeignKey("hens.id"))
        hen = relationship("Hen", back_populates="eggs")

    configure_mappers()


def same_direction():
    Base = declarative_base()

    class Hen(Base):
        __tablename__ = "hens"
        id = Column(Integer, primary_key=True)
        mother_id = Column(ForeignKey("hens.id"))
        mother = relationship("Hen", back_populates="chicks")
        chicks = relationship("Hen", back_populates="mother")

    configure_mappers()


def orphans_of_many():
    Base = declarative_base()

    class Hen(Base):
        __tablename__ = "hens"
        id = Column(Integer, primary_key=True)

    class Egg(Base):
        __tablename__ = "eggs"
        id = Column(Integer, primary_key=True)
        hen_id = Column(ForeignKey("hens.id"))
        hen = relationship("Hen", cascade="all, delete-orphan")

    configure_mappers()


def bad_cascade():
    relationship("Hen", cascade="all, sometimes")


def bad_argument():
    relationship("Hen", colour="red")


for mistake in (
    no_key,
    no_table,
    no_foreign_key,
    two_foreign_keys,
    unknown_class,
    wrong_back_populates,
    same_direction,
    orphans_of_many,
    bad_cascade,
    bad_argument,
):
    show(mistake.__name__, mistake)
    clear_mappers()

Base = declarative_base()


class Hen(Base):
    __tablename__ = "hens"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    eggs = relationship("Egg", backref=backref("hen"))


class Egg(Base):
    __tablename__ = "eggs"
    id = Column(Integer, primary_key=True)
    hen_id = Column(ForeignKey("hens.id"))


class Nothing:
    pass


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Hen(name="Berta", eggs=[Egg(), Egg()]), Hen(name="Clara")])
session.commit()
show("one", lambda: session.query(Hen).one())
show("one of none", lambda: session.query(Hen).filter_by(name="x").one())
show("one_or_none", lambda: session.query(Hen).one_or_none())
show("scalar", lambda: session.query(Hen.name).scalar())
show("unknown column", lambda: Hen.colour)
show("filter_by unknown", lambda: session.query(Hen).filter_by(colour="red"))
show("unmapped", lambda: session.query(Nothing))
show("join twice", lambda: session.query(Hen, Egg).join(Hen).all())
show("join itself", lambda: session.query(Hen).join(Hen))
show("get many", lambda: session.query(Hen).get((1, 2)))
show("get filtered", lambda: session.query(Hen).filter(Hen.id == 1).get(1))
show("filter limited", lambda: session.query(Hen).limit(1).filter(Hen.id == 1))
show("update joined", lambda: session.query(Hen).join(Egg).update({"name": "x"}))
show("compare collection", lambda: Hen.eggs == 5)
show("has on collection", lambda: Hen.eggs.has())
show("any on scalar", lambda: Egg.hen.any())
show("contains on scalar", lambda: Egg.hen.contains(Hen()))
show("in on relationship", lambda: Egg.hen.in_([Hen()]))
show("joinedload of text", lambda: session.query(Hen).options(joinedload("nothing")).all())
show("joinedload of other", lambda: session.query(Egg).options(joinedload(Hen.eggs)).all())
show("bool", lambda: bool(Hen.name.like("x")))
show("append wrong", lambda: Hen().eggs.append("egg"))
show("set wrong", lambda: setattr(Hen(), "eggs", 5))
show("set wrong scalar", lambda: setattr(Egg(), "hen", 5))
show("commit wrong", lambda: (session.add(Egg(hen_id="x")), session.commit()))
show("two keys", lambda: session.query(Hen, Egg).limit(1).all())
show("no bind", lambda: Session().query(Hen).all())
show("bad text", lambda: session.execute(text("selec 1")))
show("string", lambda: session.execute("select name from hens").all())
show("alias of alias", lambda: session.query(aliased(Hen, name="h").name).all())
