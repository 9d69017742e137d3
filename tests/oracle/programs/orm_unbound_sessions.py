"""A session that nobody gave an engine: how each question is refused, and MetaData that has one."""

from sqlalchemy import Column, Integer, MetaData, String, create_engine, delete, func, insert
from sqlalchemy import ForeignKey, inspect, literal, literal_column, select, text, update
from sqlalchemy.orm import Session, aliased, declarative_base, joinedload, relationship
from sqlalchemy.orm import selectinload, sessionmaker, subqueryload
from sqlalchemy.sql.expression import Delete, Update

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


# A session that decides for itself: by the class, by what is done, by the statement.
class Rope(Base):
    __tablename__ = "ropes"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    kite_id = Column(ForeignKey(Kite.id))
    kite = relationship(Kite, backref="ropes")


class Deciding(Session):
    def get_bind(self, mapper=None, clause=None):
        if mapper is not None and issubclass(inspect(mapper).class_, Rope):
            return ropes
        if isinstance(clause, (Update, Delete)):
            return elsewhere
        return Factory.kw["bind"]


ropes = create_engine("sqlite://")
for each in (ropes, Factory.kw["bind"], elsewhere):
    Base.metadata.create_all(each)
for session in (Deciding(), Deciding(elsewhere), sessionmaker(elsewhere, class_=Deciding)()):
    kite = Kite(name="here")
    session.add_all([kite, Rope(name="red", kite=kite)])
    session.commit()
    print(session.query(Rope).count(), session.query(Rope.name).all(), session.query(Rope).first())
    print(session.scalar(select(func.count(Rope.id))), session.execute(select(Rope.name)).all())
    print(session.query(func.max(Rope.id)).scalar(), session.get(Rope, 1).name)
    print([rope.name for rope in session.query(Kite).filter_by(name="here").first().ropes])
    for option in (selectinload(Kite.ropes), subqueryload(Kite.ropes), joinedload(Kite.ropes)):
        print([len(kite.ropes) for kite in session.query(Kite).options(option).populate_existing()])
    print(session.query(Kite).update({"name": "there"}), session.query(Kite.name).all())
    print(session.execute(delete(Kite)).rowcount, session.execute(text("SELECT 1")).all())
    print(session.connection().engine is Factory.kw["bind"], session.bind is elsewhere)
    session.rollback()
    session.query(Rope).delete()
    session.close()


# It is asked once for each SELECT, after the autoflush, and is shown what will be sent.
class Telling(Session):
    def get_bind(self, mapper=None, clause=None, **kw):
        print("asked", mapper, kw, " ".join(str(clause).split()))
        return super().get_bind(mapper, clause, **kw)


session = sessionmaker(elsewhere, class_=Telling)()
kite = Kite(name="told", ropes=[Rope(name="green"), Rope(name="blue")])
session.add(kite)
print(session.query(Kite.name).filter_by(name="told").all(), len(kite.ropes))
session.commit()
print(kite.ropes[0].name, Rope().kite)
session.expunge_all()
print(session.get(Kite, 1) is session.query(Kite).options(selectinload(Kite.ropes)).first())
session.refresh(session.query(Kite).first())
for arguments in ({"mapper": Rope}, {"clause": Rope.__table__}, {"bind": elsewhere}, {"mapper": 5}):
    print(session.execute(select(func.count(Kite.id)), bind_arguments=arguments).scalar())
    rows = session.execute(
        select(Kite).from_statement(text("SELECT * FROM kites")), None, {}, arguments
    )
    print(len(rows.all()))
for query in (
    session.query(session.query(Rope).exists()),
    session.query(session.query(Rope).subquery().c.id),
    session.query(func.count()).select_from(select(Rope.id).cte("all")),
    session.query(~session.query(Rope).exists()),
):
    print(query.all())
session.close()


class Refusing(Session):
    def get_bind(self, **kw):
        raise ValueError(f"nowhere for {kw['mapper']}")


# What has no bind says that before it says what else is wrong with it.
for session in (Refusing(elsewhere), Session()):
    session.add(Kite())
    for query in (
        session.query(Kite),
        session.query(Kite).options(joinedload("tail")),
        session.query(Kite).join(Rope, Kite.name),
    ):
        try:
            query.all()
        except Exception as error:
            print(type(error).__name__, error, len(session.new))

# Where it goes is found in what is read, also behind subqueries.
strings = String_.__table__
session = Session()
for statement in (
    select(select(String_).subquery()),
    select(select(String_.id).cte("all").c.id),
    select(literal_column("1")).select_from(select(String_).subquery()),
):
    print(session.execute(statement).all())
print(session.query(session.query(String_).exists()).scalar())
print(session.query(strings.c.id).all(), session.query(func.max(strings.c.id)).scalar())
print(session.query(func.count()).select_from(strings).scalar())
