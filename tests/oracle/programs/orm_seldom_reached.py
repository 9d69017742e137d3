"""What few programs ask of the ORM: odd arguments, stale objects, breaking transactions."""

import copy
import enum
import gc

from sqlalchemy import JSON, Boolean, Column, Enum, ForeignKey, Integer, String, and_, case, column
from sqlalchemy import create_engine, event, false, func, inspect, join, literal, not_, null, or_
from sqlalchemy import select, text, true, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Load, Query, Session, aliased, class_mapper, contains_eager
from sqlalchemy.orm import declarative_base, defaultload, deferred, join as orm_join, joinedload
from sqlalchemy.orm import defer, foreign, lazyload, make_transient, noload, object_mapper
from sqlalchemy.orm import raiseload, relationship, scoped_session, sessionmaker
from sqlalchemy.orm import synonym, was_deleted, with_parent
from sqlalchemy.orm import exc as orm_exc
from sqlalchemy.orm.attributes import get_history, set_committed_value
from sqlalchemy.orm.decl_api import DeclarativeMeta
from sqlalchemy.sql.functions import GenericFunction


def show(label, call):
    try:
        print(label, "->", call())
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


class Kind(enum.Enum):
    b = 1
    a = 2


Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String(20))
    age = Column(Integer)
    ok = Column(Boolean)
    note = deferred(Column(String))
    data = Column(JSON)
    key = synonym("id")
    nick = synonym(
        "name",
        descriptor=property(
            lambda self: self.name,
            lambda self, value: setattr(self, "name", value),
            lambda self: delattr(self, "name"),
        ),
    )
    addresses = relationship("Address", back_populates="user", cascade="all, delete-orphan")
    mails = synonym("addresses")
    asked = relationship("Address", lazy="dynamic", viewonly=True)

    def __init__(self, **keywords):
        super().__init__(**keywords)

    def __repr__(self):
        return f"User({self.__dict__.get('name')!r})"


class Address(Base):
    __tablename__ = "addresses"
    id = Column(Integer, primary_key=True)
    email = Column(String)
    user_id = Column(ForeignKey("users.id"))
    user = relationship(User, back_populates="addresses")

    def __repr__(self):
        return f"Address({self.__dict__.get('email')!r})"


class Sorted(Base):
    __tablename__ = "sorted"
    kind = Column(Enum(Kind), primary_key=True)
    text = Column(String)


class Pet(Base):
    __tablename__ = "pets"
    id = Column(Integer, primary_key=True)
    name = Column(String)


class Owner(Base):
    __tablename__ = "owners"
    id = Column(Integer, primary_key=True)
    pet_id = Column(ForeignKey("pets.id"))
    pet = relationship(Pet, cascade="all, delete-orphan", single_parent=True)


class Loose(Base):
    __tablename__ = "loose"
    k = Column(String, primary_key=True)
    v = Column(String)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
Maker = sessionmaker(engine)
with Maker.begin() as session:
    users = [User(id=1, name="ann", age=3, ok=True), User(id=2, name="bob", ok=False)]
    users[0].addresses = [Address(email="a1"), Address(email="a2")]
    users[1].addresses = [Address(email="b1")]
    session.add_all([*users, User(id=3, name="cat", age=5)])
    session.add_all([Sorted(kind=Kind.a), Sorted(kind=Kind.b)])
    session.add_all([Owner(id=1, pet=Pet(name="rex")), Owner(id=2, pet=Pet(name="tom")), Owner()])


def fails():
    with Maker.begin() as session:
        session.add(User(name="never"))
        raise ValueError("no")


show("begin", fails)
session = Maker()
query = session.query(User)
ua, aa = aliased(User), aliased(Address)
user = session.get(User, 1)

print("-- odd arguments")
show("keyword", lambda: User(nothing=5))
show("metaclass", lambda: isinstance(User, DeclarativeMeta))
show("where", lambda: query.where(User.id == 1).all())
show("slices", lambda: [query[2:1], query[3:3], query[5:2], query[1:0:2]])
show("parent", lambda: session.query(aa).with_parent(user, from_entity=aa).all())
parents = (User.addresses.of_type(aa), None), (User.addresses, aa)
for prop, entity in parents:
    criterion = with_parent(user, prop, from_entity=entity)
    show("parent", lambda: session.query(aa).filter(criterion).all())
show("parent", lambda: with_parent(user, "nick"))
show("parent", lambda: with_parent(user, User.name))
by_text = query.from_statement(text("select * from users"))
show("text", lambda: [str(by_text), str(by_text.statement)])
show("text", by_text.count)
show("cte", lambda: session.query(query.cte("c").c.name).order_by("name").all())
show("no session", lambda: Query(User).all())
show("query", lambda: session.execute(session.query(User.name)).all())
for wrong in (User, None, User.name, 5):
    show("execute", lambda: session.execute(wrong))
told = select(User).from_statement(text("select * from users where id = :x"))
show("told", lambda: str(told))
show("told", lambda: session.execute(told.params(x=1)).all())
for described in (select(User.name), select(ua.name, User.id.label("z")), session.query(ua)):
    show("described", lambda: [found["name"] for found in described.column_descriptions])
show("described", lambda: select(User.name).column_descriptions[0]["expr"] is User.name)
row = session.execute(select(User, ua).where(User.id == ua.id)).first()
show("row", lambda: [row._mapping[User], row._mapping[ua], row._mapping["User"]])
row = session.execute(select(User.__table__.c.name)).first()
show("row", lambda: row._mapping[User.name])
show("row", lambda: [User.name in row._mapping, User.__table__.c.name in row._mapping])
show("dir", lambda: [name for name in dir(inspect(User).attrs) if not name.startswith("_")])
cascade = User.addresses.property.cascade
show("cascade", lambda: [cascade.delete_orphan, cascade.nothing])
show("reverse", lambda: 5 + User.addresses)
show("custom", lambda: User.addresses.op("foo")(5))
show("comparator", lambda: str(User.addresses.comparator.any()))
show("alias", lambda: hasattr(ua, "__nothing__"))
show("alias", lambda: copy.copy(ua).nothing)
show("alias", lambda: str(select(aliased(User.__table__))))
show("alias", lambda: aliased(user))
show("join", lambda: str(select(User).select_from(orm_join(User, Address).join(ua, ua.id == 1))))
show("join", lambda: str(select(User).select_from(orm_join(User, Address).outerjoin(ua, true()))))
table = User.__table__
show("join", lambda: str(select(User).join_from(table, table, User.id == 5)))
for target in (User, User.name, None, 5, User.id == Address.user_id):
    show("join", lambda: str(query.join(target)))
show("sets", lambda: [session.new == session.new, session.dirty == set()])
show("transaction", lambda: session.transaction is session.transaction)
show("bind", lambda: session.get_bind(bind=engine) is engine)
show("by name", lambda: [session.get(User, {"key": 1}), session.get(User, {"nothing": 1})])
for wrong in (None, 5, User, "x", [user], object.__new__(User)):
    show("add", lambda: session.add(wrong))
for wrong in (int, 5):
    show("get", lambda: session.get(wrong, 5))
    show("mapper", lambda: class_mapper(wrong))
    show("error", lambda: orm_exc.UnmappedClassError(wrong))
show("mapper", lambda: object_mapper(None))
for wrong in (None, User, 5):
    show("history", lambda: get_history(wrong, "addresses"))
    show("committed", lambda: set_committed_value(wrong, "addresses", []))
    show("deleted", lambda: was_deleted(wrong))
mine = User(name="x")
mine.nick = "y"
show("nick", lambda: [mine.nick, mine.name, str(query.filter(User.nick == "x"))[-30:]])
del mine.nick
show("nick", lambda: [mine.nick, mine.name])
show("history", lambda: [get_history(mine, "addresses"), inspect(mine).attrs.addresses.history])
show("committed", lambda: set_committed_value(user, "asked", []))
show("transient", lambda: User().note)
session.close()

print("-- options")
for label, option in {
    "wild": lambda: defaultload("*").joinedload(Address.user),
    "five": lambda: joinedload(5),
    "class": lambda: joinedload(User),
    "synonym": lambda: joinedload(User.mails),
    "column": lambda: joinedload(User.name),
    "advice": lambda: joinedload(User.addresses).joinedload(aa.user),
    "advice by name": lambda: joinedload("addresses").joinedload(aa.user),
    "advice, another class": lambda: joinedload(User.addresses).joinedload(ua.addresses),
    "no advice": lambda: joinedload(User.addresses.of_type(aa)).joinedload(Address.user),
    "from the class": lambda: Load(User).joinedload(User.addresses).joinedload(aa.user),
    "lazy": lambda: lazyload("*"),
}.items():
    show(label, lambda: str(query.options(option())))
loads = joinedload(User.addresses)
show("two", lambda: str(query.select_from(User, Address).options(loads)))
show("joined", lambda: str(query.select_from(User, join(User, Address)).options(loads)))
contains = query.join(User.addresses).options(contains_eager(User.addresses))
show("contains", lambda: [str(contains.enable_eagerloads(False))[-60:], contains.count()])
al = Address.__table__.alias("al")
for source in (al, aliased(Address, al)):
    contains = query.join(source, al.c.user_id == User.id)
    contains = contains.options(contains_eager(User.addresses, alias=source))
    show("contains", lambda: [found.addresses for found in contains])
session.close()

print("-- bulk updates that are evaluated")
users = query.order_by(User.id).all()
for label, criterion in {
    "true": true(),
    "false": false(),
    "not": ~User.ok,
    "or": or_(User.age == 3, User.name == "bob"),
    "or null": or_(User.age == None, User.age > 4),
    "and": and_(User.age > 1, User.ok == True),
    "not and": ~and_(User.age > 1, User.ok == True),
    "not or": not_(or_(User.age > 1, User.ok == True)),
    "plain": User.__table__.c.age == 3,
    "made": column("age") == 3,
    "unknown": column("nothing") == 3,
    "other": Address.email == "x",
    "tuple": tuple_(User.id, User.age) == (1, 3),
    "case": case((User.id == 1, 1)) == 1,
}.items():
    print([(each.age, each.ok) for each in users])
    show(label, lambda: query.filter(criterion).update({"note": label}))
    print([each.__dict__.get("note") for each in users])
    show(label, lambda: session.execute(update(User).where(criterion).values(age=9)).rowcount)
    print([each.__dict__.get("age", "-") for each in users])
    session.rollback()
user = session.get(User, 2)
with session.no_autoflush:
    user.name = "changed"
    show("changed", lambda: query.update({"name": "all"}))
    print(user.__dict__.get("name"), user.name)
session.rollback()
del users

print("-- flushes")
for order in (1, 2):
    for each in session.query(Sorted).all():
        each.text = str(order)
    session.flush()
owners = session.query(Owner).order_by(Owner.id).all()
owners[0].pet = Pet(name="new")
session.flush()
session.delete(owners[1])
owners[0].pet = None
session.flush()
print(session.query(Pet.name).all())
del owners
session.rollback()
null_data = [User(name="n", data=None), User(name="null", data=null()), User(data=JSON.NULL)]
session.add_all([User(name="json", data={"a": 1}), *null_data, User(name=func.lower("EXPR"))])
session.flush()
print(session.execute(text("select name, data from users")).all())
show("statement", lambda: [each.data for each in query.from_statement(select(User.__table__))])
session.rollback()
session.add(Loose(v="x"))
show("no key", session.flush)
session.rollback()
session.execute(text("insert into loose values ('1', 'x'), ('2', 'y')"))
for each in session.query(Loose).all():
    each.k = None
show("no key", session.flush)
session.rollback()


def meddles():
    session.add(User(name="from a default"))
    session.merge(User(id=2))
    session.delete(user)
    user.addresses.append(Address(email="from a default"))
    user.addresses.pop()
    return "meddled"


Address.__table__.c.email.default = None
Loose.__table__.c.v.default = None


class Log(Base):
    __tablename__ = "log"
    id = Column(Integer, primary_key=True)
    text = Column(String, default=meddles)


Log.__table__.create(session.connection())
session.commit()
user = session.get(User, 1)
print(user.addresses, session.get(User, 2))
session.add(Log())
show("meddled", session.flush)
session.rollback()

print("-- stale objects")
address = session.get(Address, 1)
user = session.get(User, 1)
user.addresses.remove(address)
user.addresses.append(address)
session.commit()
user = None
gc.collect()
session.execute(text("update addresses set user_id = 2 where id = 1"))
bob = session.get(User, 2)
show("parent gone", lambda: bob.addresses.remove(address))
session.rollback()
replaced = bob.addresses
bob.addresses = [Address(email="new")]
replaced.append(Address(email="late"))
print(replaced, bob.addresses)
replaced.pop()
replaced.clear()
session.rollback()
expired = bob.addresses
session.expire(bob)
expired.append(Address(email="late"))
show("expired", lambda: [len(expired), bob.addresses])
session.rollback()
expired = bob.addresses
session.expire(bob)
for change in (expired.pop, expired.clear, expired.sort):
    show("expired", change)
session.rollback()
bob.addresses.append(Address(email="pending"))
session.expire(bob)
print(session.new, bob.addresses)
session.rollback()
address = bob.addresses[0]
session.commit()
print(address.email)
session.execute(text("delete from users where id = 2"))
show("gone", lambda: address.user)
show("gone", lambda: session.get(User, 2))
show("gone", lambda: session.refresh(bob))
session.rollback()
cat = session.get(User, 3)
session.execute(text("delete from users where id = 3"))
show("gone", lambda: cat.note)
session.rollback()
seven = User(name="seven")
session.add(seven)
session.flush()
session.expire(seven)
session.rollback()
show("never there", lambda: [seven.id, seven.name])
session.add(seven)
show("never there", session.flush)
session.rollback()
session.expunge(cat)
show("detached", lambda: setattr(cat, "addresses", []))
heard = []
for name in ("before_attach", "after_attach"):
    event.listen(session, name, lambda session, obj, name=name: heard.append((name, repr(obj))))
eight = User(name="eight")
session.add(eight)
session.add(eight)
session.expunge(eight)
session.merge(User(id=2, name="bobby"))
print(heard)
session.close()

print("-- scopes and transactions")
scoped = scoped_session(sessionmaker(engine))
show("configure", lambda: scoped.configure(expire_on_commit=False))
current = scoped(autoflush=False)
show("scope", lambda: [current.autoflush, current.expire_on_commit, scoped() is current])
show("scope", lambda: scoped(autoflush=True))
show("configure", lambda: scoped.configure(autoflush=True))
nine = User(name="nine")
scoped.add(nine)
scoped.autoflush = True
show("scope", lambda: [nine in scoped, list(scoped), current.autoflush])
scoped.remove()
scoped.remove()
future = Session(engine, future=True)
show("future", lambda: future.transaction)
future.execute(text("select 1"))
show("future", lambda: future.transaction is None)
future.close()
with engine.connect() as connection:
    outer = connection.begin()
    inner = connection.begin_nested()
    inside = Session(connection)
    inside.add(User(name="ten"))
    inside.commit()
    show("inside", lambda: [inner.is_active, outer.is_active])
    outer.rollback()
with engine.connect() as connection:
    session.connection()
    show("second", lambda: session.connection(bind_arguments={"bind": connection}))
session.close()
for how in ("commit", "rollback"):
    outer = session.begin()
    inner = session.begin_nested()
    innermost = session.begin_nested()
    show(how, getattr(outer, how))
    show("then", lambda: [outer.is_active, inner.is_active, innermost.is_active])
    show("again", innermost.rollback)
    show("again", outer.close)
    session.close()
with session.begin() as transaction:
    transaction.rollback()
with session.begin():
    session.rollback()
with session.begin():
    session.close()


def asks(session):
    show("in listener", query.all)
    show("in listener", session.commit)


def raises(session):
    raise ValueError("in after_rollback")


for listener in (asks, raises):
    event.listen(session, "after_rollback", listener)
    session.add(User(name="lost"))
    session.flush()
    show("rollback", session.rollback)
    event.remove(session, "after_rollback", listener)
    show("then", lambda: session.query(User.name).all())
    session.close()
begun = []


def begins(session):
    if not begun:
        begun.append(session.begin_nested())


event.listen(session, "before_commit", begins)
session.add(User(name=literal("last")))
show("commit", session.commit)
show("then", lambda: session.query(User.name).all())
session.close()
broken = create_engine("sqlite://")


@event.listens_for(broken, "begin")
def breaks(connection):
    raise ValueError("in begin")


show("broken", lambda: Session(broken).connection())

print("-- keys, ways and copies")


class Pair(Base):
    __tablename__ = "pairs"
    a = Column(Integer, primary_key=True)
    b = Column(Integer, primary_key=True, nullable=True)
    c = Column(Integer)


class Node(Base):
    __tablename__ = "nodes"
    id = Column(Integer, primary_key=True)
    next_id = Column(ForeignKey("nodes.id"))
    next = relationship("Node", remote_side=id)


class Score(Base):
    __tablename__ = "scores"
    id = Column(Integer, primary_key=True)
    code = Column(String)
    same = relationship(
        "Score", primaryjoin="foreign(Score.code) == remote(Score.code)", viewonly=True
    )


Score.__table__.create(engine)
Node.__table__.create(engine)
with engine.begin() as connection:
    connection.execute(text("create table pairs (a integer, b integer, c integer)"))
    connection.execute(text("insert into pairs values (1, null, 3)"))
for change in (lambda pair: setattr(pair, "c", 5), session.delete):
    change(session.query(Pair).one())
    show("half a key", session.flush)
    session.rollback()
user = session.get(User, 1)
del user.id
show("no key", lambda: user.id)
show("no key", session.flush)
session.rollback()
session.add_all([Node(id=n, next_id=n + 1 if n < 30 else None) for n in range(1, 31)])
session.commit()
for option in (lazyload(Node.next), lazyload("*")):
    node, steps = session.query(Node).options(option).filter(Node.id == 1).one(), 0
    while node is not None:
        node, steps = node.next, steps + 1
    print(steps)
    session.close()
for option in (raiseload(User.addresses), noload(User.addresses), defer(User.name)):
    found = session.query(User).options(option).first()
    session.expunge_all()
    other = Session(engine)
    merged = other.merge(found)
    show("merged", lambda: [sorted(merged.__dict__)[1:], merged.name, len(merged.addresses)])
    other.close()
    session.close()
session.execute(text("insert into scores (code) values ('{}'), ('[1')"))
broken_rows = session.query(func.json(Score.code))
show("broken rows", broken_rows.all)
show("broken rows", lambda: session.execute(select(func.json(Score.code))).all())
session.close()
ab = aliased(Address)
twice = query.select_from(join(User, aa), join(User, ab)).options(joinedload(User.addresses))
show("twice", lambda: str(twice))
both = query.union(query)
show("union", lambda: str(both.filter(User.addresses.any()).order_by(User.addresses.any())))
show("union", lambda: str(both.with_entities(User.addresses.any(), User.id)))
for target in (User.addresses, Address):
    show("target", lambda: str(select(User).join(target, User.id == Address.user_id)))
show("target", lambda: str(query.join(User.name, User.id == Address.user_id)))


class tripled(GenericFunction):
    type = Integer


show("function", lambda: [str(foreign(func.tripled(User.id))), str(func.tripled(5))])

print("-- deleted and brought back")
for away in (session.expunge, make_transient):
    user = session.get(User, 2)
    session.delete(user)
    session.flush()
    away(user)
    session.rollback()
    show("away", lambda: [user in session, inspect(user).detached, inspect(user).transient])
    session.close()
for goes_on in (True, False):

    def caught():
        with session.begin():
            session.add(User(id=1))
            try:
                session.flush()
            except IntegrityError:
                print("caught")
            if goes_on:
                query.all()

    show("caught", caught)
    show("then", query.count)
    session.close()
outer = session.begin()
inner = session.begin_nested()
outer.close()
session.begin()
show("left behind", inner.commit)
session.close()


def empties(session, *_):
    for each in list(session.new):
        session.expunge(each)


event.listen(session, "before_flush", empties)
session.add(User(name="never"))
session.commit()
event.remove(session, "before_flush", empties)
show("then", query.count)
session.close()

deferring = create_engine("sqlite://")
with deferring.begin() as connection:
    connection.execute(text("create table firsts (id integer primary key)"))
    connection.execute(
        text("create table seconds (f integer references firsts deferrable initially deferred)")
    )
session = Session(deferring)
session.execute(text("pragma foreign_keys = on"))
session.execute(text("insert into seconds values (7)"))
show("refused", session.commit)
show("refused again", session.commit)
session.rollback()
show("then", lambda: session.execute(text("select * from seconds")).all())
session.close()


class Plain(declarative_base(constructor=None)):
    __tablename__ = "plain"
    id = Column(Integer, primary_key=True)


show("no constructor", lambda: Plain(id=5))
show("no constructor", lambda: Plain().id)
