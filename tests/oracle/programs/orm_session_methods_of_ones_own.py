"""A class of sessions with methods of its own, and who calls them: queries, commits, savepoints."""

from sqlalchemy import Column, Integer, String, bindparam, create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, declarative_base, scoped_session, sessionmaker

Base = declarative_base()


class Kite(Base):
    __tablename__ = "kites"
    id = Column(Integer, primary_key=True)
    name = Column(String, unique=True)


class Loud(Session):
    def flush(self, objects=None):
        print("flush", len(self.new), len(self.dirty), len(self.deleted))
        super().flush(objects)
        print("flushed", len(self.new))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
for make in (
    Loud,
    lambda engine: sessionmaker(engine, class_=Loud)(),
    lambda engine: scoped_session(sessionmaker(engine, class_=Loud)),
):
    session = make(engine)
    session.add(Kite(id=1, name="red"))
    print(session.query(Kite.name).all())
    print(session.query(Kite).count())
    session.commit()
    session.get(Kite, 1)
    session.add_all([Kite(name="blue")])
    session.scalars(select(Kite.name)).all()
    session.scalar(select(func.count()).select_from(Kite))
    with session.begin_nested():
        session.add(Kite(name="green"))
    session.merge(Kite(id=1, name="white"))
    with session.no_autoflush:
        session.query(Kite).first()
    kite = session.query(Kite).filter_by(id=1).one()
    session.refresh(kite)
    session.delete(kite)
    session.flush()
    session.rollback()
    session.add_all([Kite(id=7), Kite(id=7)])
    for wrong in (session.query(Kite).all, session.commit):
        try:
            wrong()
        except Exception as error:
            print(type(error).__name__, str(error).splitlines()[0])
    session.rollback()
    session.query(Kite).delete()
    session.commit()
    session.close()


class Asking(Session):
    def add(self, instance, **how):
        print("add", instance.name, how)
        super().add(instance, **how)

    def expire(self, *given):
        print("expire", len(given))
        super().expire(*given)

    def connection(self):
        print("connection")
        return super().connection()


with Asking(engine) as session:
    session.add(Kite(name="long"))
    session.add_all([Kite(name="wide"), Kite(name="flat")])
    session.commit()
    kite = session.get(Kite, 1)
    session.refresh(kite)
    session.expire(kite, ["name"])
    print(kite.name)


class Executing(Session):
    def execute(self, statement, **how):
        print("execute", how["params"])
        return super().execute(statement, **how)


with Executing(engine) as session:
    asked = select(Kite.name).where(Kite.id > bindparam("least")).order_by(Kite.id)
    print(session.scalars(asked, {"least": 1}).all())
    print(session.scalar(asked, {"least": 0}))


class Narrow(Session):
    def add(self, instance):
        super().add(instance)


with Narrow(engine) as session:
    session.add(Kite(name="one"))
    try:
        session.add_all([Kite(name="two")])
    except TypeError as error:
        print(error)
    print(len(session.new))
