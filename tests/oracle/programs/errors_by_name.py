"""Each published error class, caught by its name where a learner would meet it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import AmbiguousForeignKeysError, ArgumentError, CompileError, DataError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError, InterfaceError, InvalidRequestError, NoForeignKeysError
from sqlalchemy.exc import NoReferencedColumnError, NoReferencedTableError, NoSuchColumnError
from sqlalchemy.exc import NoSuchModuleError, NoSuchTableError, OperationalError
from sqlalchemy.exc import PendingRollbackError, ProgrammingError, ResourceClosedError
from sqlalchemy.exc import StatementError, UnboundExecutionError
from sqlalchemy.orm import Session, class_mapper, declarative_base, relationship
from sqlalchemy.orm.exc import DetachedInstanceError, FlushError, MultipleResultsFound
from sqlalchemy.orm.exc import NoResultFound, ObjectDeletedError, StaleDataError
from sqlalchemy.orm.exc import UnmappedClassError, UnmappedInstanceError

Base = declarative_base()


class Bird(Base):
    __tablename__ = "birds"
    id = Column(Integer, primary_key=True)
    ring = Column(String, unique=True, nullable=False)
    weight = Column(Integer, CheckConstraint("weight > 0"))
    nest_id = Column(ForeignKey("nests.id"))
    nest = relationship("Nest", backref="birds")


class Nest(Base):
    __tablename__ = "nests"
    id = Column(Integer, primary_key=True)
    marks = relationship("Mark")


class Mark(Base):
    __tablename__ = "marks"
    word = Column(String, primary_key=True)
    nest_id = Column(ForeignKey("nests.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)


def caught(kind, call):
    try:
        call()
    except kind as error:
        print(kind.__name__, type(error).__name__, error)
        for name in ("statement", "params", "orig"):
            if getattr(error, name, None) is not None:
                print("  ", name, repr(getattr(error, name)))
    else:
        print(kind.__name__, "was not raised")
    session.rollback()


def add(*objects):
    session.add_all(objects)
    session.flush()


kept = Bird(ring="A1")
session.add(kept)
session.commit()

caught(IntegrityError, lambda: add(Bird(ring="A1")))
caught(IntegrityError, lambda: add(Bird()))
caught(DBAPIError, lambda: add(Bird(ring="A2", weight=0)))
caught(OperationalError, lambda: session.execute(text("SELECT * FROM owls")))
caught(OperationalError, lambda: session.execute(text("SELEC 1")))
# Which of the two it is depends on the version of Python.
caught(DBAPIError, lambda: session.query(Bird).filter(Bird.ring == object).all())
caught(DataError, lambda: session.execute(text("SELECT zeroblob(2000000000)")).all())
print(issubclass(InterfaceError, DBAPIError), InterfaceError("x", {}, Exception("y")))
caught(ProgrammingError, lambda: session.connection().exec_driver_sql("SELECT ?", (1, 2)))
caught(StatementError, lambda: session.execute(text("SELECT :a"), {"b": 1}))
caught(NoResultFound, lambda: session.query(Bird).filter_by(ring="zz").one())
caught(MultipleResultsFound, lambda: (add(Bird(ring="B")), session.query(Bird).one()))
caught(MultipleResultsFound, lambda: (add(Bird(ring="B")), session.query(Bird).one_or_none()))
caught(UnmappedInstanceError, lambda: session.add(object()))
caught(UnmappedClassError, lambda: class_mapper(int))
caught(ArgumentError, lambda: session.query(int))
caught(InvalidRequestError, lambda: session.query(Bird).filter_by(colour="red"))
caught(ArgumentError, lambda: session.query(Bird).join(Bird.ring).all())
caught(NoSuchColumnError, lambda: session.execute(text("SELECT 1 AS a")).mappings().one()["b"])
caught(CompileError, lambda: Table("t", MetaData(), Column("c")).create(engine))
caught(UnboundExecutionError, lambda: Session().execute(text("SELECT 1")))
caught(NoSuchModuleError, lambda: create_engine("oracel://"))
caught(ArgumentError, lambda: create_engine("sqlite//x"))
caught(NoSuchTableError, lambda: Table("owls", MetaData(), autoload_with=engine))


def closed():
    connection = engine.connect()
    print(isinstance(connection, Connection))
    connection.close()
    connection.execute(text("SELECT 1"))


caught(ResourceClosedError, closed)
caught(ResourceClosedError, lambda: session.execute(text("UPDATE birds SET weight = 1")).all())

metadata = MetaData()
left = Table("l", metadata, Column("id", Integer, primary_key=True))
right = Table(
    "r",
    metadata,
    Column("a", ForeignKey("l.id")),
    Column("b", ForeignKey("l.id")),
    Column("gone", ForeignKey("nowhere.id")),
    Column("lost", ForeignKey("l.nothing")),
)
alone = Table("alone", metadata, Column("id", Integer, primary_key=True))
caught(NoReferencedTableError, lambda: right.c.gone.references(left.c.id))
caught(NoReferencedColumnError, lambda: right.c.lost.references(left.c.id))
caught(NoForeignKeysError, lambda: left.join(alone))
other = Table("o", metadata, Column("a", ForeignKey("l.id")), Column("b", ForeignKey("l.id")))
caught(AmbiguousForeignKeysError, lambda: left.join(other))


def failed_before():
    session.add(Bird(ring="A1"))
    try:
        session.flush()
    except IntegrityError:
        session.query(Bird).all()


caught(PendingRollbackError, failed_before)


def taken_away():
    print(kept.ring)
    session.connection().exec_driver_sql("DELETE FROM birds")
    kept.weight = 5
    session.flush()


caught(StaleDataError, taken_away)


def read_what_is_gone():
    session.connection().exec_driver_sql("DELETE FROM birds")
    session.expire(kept)
    kept.ring


caught(ObjectDeletedError, read_what_is_gone)


def read_afterwards():
    kept.nest
    session.commit()
    session.expunge(kept)
    kept.nest


caught(DetachedInstanceError, read_afterwards)
session.add(kept)


def same_key_twice():
    session.add(Bird(id=1, ring="X"))
    session.flush()


kept.ring
caught(IntegrityError, same_key_twice)
caught(AssertionError, lambda: add(Nest(marks=[Bird(ring="m")])))
print(FlushError("told by hand"), FlushError.__mro__[1].__name__)
