"""A session that nobody gave an engine: how each question is refused, and MetaData that has one."""

from sqlalchemy import Column, Integer, MetaData, String, create_engine, delete, func, insert
from sqlalchemy import literal, select, text, update
from sqlalchemy.orm import Session, aliased, declarative_base, sessionmaker

Base = declarative_base()


class Kite(Base):
    __tablename__ = "kites"
    id = Column(Integer, primary_key=True)
    name = Column(String)


Factory = sessionmaker()
session = Factory()
query = session.query(Kite)
for call in (
    lambda: query.all(),
    lambda: query.count(),
    lambda: query.filter(Kite.id == 1).count(),
    lambda: session.query(Kite.id).count(),
    lambda: session.query(func.count(Kite.id)).scalar(),
    lambda: session.query(func.count()).scalar(),
    lambda: session.query(Kite.name, func.count()).all(),
    lambda: session.query(literal(1)).all(),
    lambda: session.query(aliased(Kite)).first(),
    lambda: query.union(query).all(),
    lambda: query.get(1),
    lambda: query.update({"name": "x"}),
    lambda: query.delete(),
    lambda: session.execute(select(Kite)),
    lambda: session.execute(select(Kite.name)),
    lambda: session.execute(insert(Kite).values(name="x")),
    lambda: session.execute(update(Kite).values(name="x")),
    lambda: session.execute(delete(Kite)),
    lambda: session.execute(text("SELECT 1")),
    lambda: session.scalar(select(Kite.id)),
    lambda: session.connection(),
    lambda: (session.add(Kite()), session.flush()),
    lambda: session.commit(),
):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
session.rollback()
# Something waits to be saved: the flush that comes first is what fails.
for call in (query.all, query.count, lambda: session.execute(select(Kite.name)), lambda: query):
    kite = Kite()
    session.add(kite)
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
    print(session.is_active, kite in session)
    session.rollback()
print(query)
Factory.configure(bind=create_engine("sqlite://"))
Base.metadata.create_all(Factory.kw["bind"])
print(Factory().query(func.count(Kite.id)).scalar())

# A statement may say where it goes, also when the session is bound elsewhere.
elsewhere = create_engine("sqlite://")
Base.metadata.create_all(elsewhere)
with Session(elsewhere) as there, there.begin():
    there.add(Kite(name="there"))
for session in (Session(), Factory()):
    there = {"bind": elsewhere}
    print(session.execute(select(Kite.name), bind_arguments=there).all())
    print(session.scalar(select(Kite.id), bind_arguments=there))
    kites = session.scalars(select(Kite), bind_arguments=there).all()
    print([kite.name for kite in kites])
    textual = select(Kite).from_statement(text("SELECT * FROM kites"))
    print(session.scalars(textual, bind_arguments=there).one().name)
    print(session.execute(text("SELECT name FROM kites"), bind_arguments=there).all())
    for wrong in ({"elsewhere": elsewhere}, {"bind": "elsewhere"}, 5):
        try:
            session.execute(select(Kite.name), bind_arguments=wrong)
        except Exception as error:
            print(type(error).__name__, error)

Bound = declarative_base(metadata=MetaData(bind=create_engine("sqlite://")))


class String_(Bound):
    __tablename__ = "strings"
    id = Column(Integer, primary_key=True)


Bound.metadata.create_all()
session = Session()
session.add(String_())
session.commit()
print(session.query(String_.id).all(), session.query(func.max(String_.id)).scalar())
print(session.query(String_).count(), session.scalars(select(String_.id)).all())
