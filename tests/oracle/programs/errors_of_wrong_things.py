"""Each thing in each place: what is refused, how, and what is taken all the same."""

from sqlalchemy import *
from sqlalchemy import inspect
from sqlalchemy.orm import *

engine = create_engine("sqlite://")
Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    twice = column_property(id * 2)
    nick = synonym("name")
    notes = relationship("Note", back_populates="user")

    def __repr__(self):
        return "a user"


class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    user_id = Column(ForeignKey("users.id"))
    user = relationship("User", back_populates="notes")

    def __repr__(self):
        return "a note"


Base.metadata.create_all(engine)
users, notes = User.__table__, Note.__table__
session = Session(engine)
user = User(name="Ida", notes=[Note(), Note()])
session.add(user)
session.commit()
THINGS = """
    5; None; User; user; User.name; User.notes; text('x'); User.name == 'x'; session.query(User.id);
    select(User.id); users; users.c.name; func.count(); [User.name]; {'name': 'x'}; Note(); true();
    (1, 2); User.name.desc(); and_(User.id > 0)
    """
PLACES = """
    session.query({}).all(); session.query(User).filter({}).all()
    session.query(User).filter(User.name == {}).all()
    session.query(User).filter(User.notes == {}).all()
    session.query(User).filter(User.notes != {}).all()
    session.query(Note).filter(Note.user == {}).all()
    session.query(User).filter(User.notes.contains({})).all()
    session.query(User).filter_by(name={}).all(); session.query(User).filter_by(notes={}).all()
    session.query(Note).filter_by(user={}).all(); session.query(User).order_by({}).all()
    session.query(User.name).group_by(User.name).having({}).all()
    session.query(User).distinct({}).all()
    session.query(User).join(Note, {}).all()
    session.query(User).add_columns({}).all(); session.query(User).add_entity({}).all()
    session.query(User).get({}); session.query(User).params({}).all()
    session.query(User).with_parent({}).all(); session.query(User).update({})
    session.query(User).delete({}); session.query(User).subquery({}).c.keys()
    session.add({}); session.add_all({}); session.delete({}); session.merge({})
    session.get(User, {}); session.get({}, 1); session.refresh({}); session.refresh(user, {})
    session.expire({}); session.expire(user, {}); session.expunge({}); {} in session
    session.execute(text('select :a'), {}); session.is_modified({}); object_session({})
    inspect({}); make_transient({}); aliased(User, {}); class_mapper({}); object_mapper({})
    with_parent({}, User.notes); User(name={}).name; Note(user={}).user
    User().notes.remove({}); user.notes.append({}); user.notes.extend({})
    Session({}); sessionmaker({})(); session.get_bind({}); select({})
    str(select(User).where({})); str(select(users).select_from({})); str(users.join({}))
    str(select(users.c.id).order_by({})); str(users.insert().values({}))
    str(users.update().values({})); str(users.update().where({})); str(users.delete().where({}))
    engine.execute(users.insert().values({})); str(users.c.name == {}); str(users.c.name != {})
    str(users.c.name < {}); str(users.c.name + {}); str({} + users.c.name); str(users.c.id + {})
    str(users.c.id & {}); str(users.c.name.like({})); str(users.c.name.is_({}))
    str(users.c.name.between({}, 1)); str(users.c.name.startswith({})); str(and_({}))
    str(or_(users.c.id == 1, {})); str(not_({})); str(case({})); str(case((users.c.id == 1, {})))
    str(func.count({})); str(func.coalesce(users.c.id, {})); str(tuple_(users.c.id, {}))
    str(desc({})); str(distinct({})); str(func.row_number().over(order_by={}))
    str(text('select :a').bindparams({})); str(type_coerce(users.c.id, {})); str(null() == {})
    create_engine({}); Base.metadata.create_all({}); mapper({}, users); registry().map_imperatively({}, users)
    repr(Column('a', Integer, server_default={})); backref({}); repr(Enum({}))
    """

for place in (each.strip() for line in PLACES.strip().splitlines() for each in line.split(";")):
    print(place)
    for thing in (each.strip() for line in THINGS.splitlines() for each in line.split(";")):
        if not thing:
            continue
        try:
            print(thing, "->", eval(place.replace("{}", thing)))
        except Exception as error:
            # A row says more of what it lacks where SQLAlchemy has its C extensions.
            told = str(error).removeprefix("Could not locate column in row for column ")
            print(thing, "!!", type(error).__name__, told.strip("'"))
        session.rollback()
        session.expunge_all()
        user = session.query(User).first()
