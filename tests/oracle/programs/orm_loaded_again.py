"""An object that is known, expired or refreshed takes from a row what the options leave of it."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, inspect
from sqlalchemy.orm import (
    Load,
    Session,
    backref,
    contains_eager,
    declarative_base,
    defaultload,
    defer,
    deferred,
    joinedload,
    lazyload,
    load_only,
    relationship,
    undefer,
)

Base = declarative_base()


class Post(Base):
    __tablename__ = "posts"
    id = Column(Integer, primary_key=True)
    name = Column(String)


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    title = Column(String(50))
    age = Column(Integer)
    note = deferred(Column(String))
    post_id = Column(ForeignKey("posts.id"))
    post = relationship("Post", backref=backref("user", uselist=False), lazy="joined")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
s = Session(engine)
s.add(User(title="a", age=1, note="n", post=Post(name="p")))
s.commit()
u = s.query(User).one()


def show(word):
    print(word, sorted(inspect(u).unloaded), sorted(inspect(u).expired_attributes))


for options in (
    [defer(User.title)],
    [load_only(User.age)],
    [undefer(User.note)],
    [defer(User.title), lazyload(User.post)],
    [joinedload(User.post).defer(Post.name)],
    [joinedload(User.post).load_only(Post.id)],
):
    queries = (
        s.query(User).options(*options),
        s.query(User).options(*options).populate_existing(),
        s.query(Post).join(User).options(contains_eager(Post.user).defer(User.title)),
    )
    expiries = (
        s.expire_all,
        lambda: s.expire(u),
        lambda: s.expire(u, ["title"]),
        lambda: s.expire(u, ["title", "post"]),
        lambda: s.expire(u.post),
    )
    for expire in expiries:
        for query in queries:
            s.refresh(u)
            expire()
            query.all()
            show(1)
            print(u.title)
            show(2)
            print(u.note)
            show(3)
            print(u.post.name)
            show(4)

# Which options concern later loads of the object, and its refresh.
for option in (
    undefer(User.note),
    defer(User.title),
    load_only(User.age),
    lazyload("*"),
    Load(User).undefer(User.note),
    Load(User).lazyload("*"),
    joinedload(User.post),
    joinedload(User.post).defer(Post.name),
    joinedload(User.post).lazyload("*"),
    joinedload(User.post).options(defer(Post.name)),
    defaultload(User.post).defer(Post.name),
    Load(User).joinedload(User.post).defer(Post.name),
    Load(User).defer(User.title).joinedload(User.post),
):
    s.expunge_all()
    u = s.query(User).options(option).all()[0]
    s.refresh(u)
    s.refresh(u.post)
    s.expire(u)
    print(u.title)
    s.expire(u, ["post"])
    print(u.post.name)
    s.expire(u.post)
    print(u.post.name, u.post.user is u)
    show("after")

# A deferred column that was read is left out by populate_existing().
print(u.note)
u.note = "changed"
s.query(User).populate_existing().all()
show("populated")
print(u.note)

for session in (s, Session(engine, future=True)):
    try:
        print(session.query(User.id)[-1], session.query(User.id)[-1:])
    except IndexError as error:
        print(error)

# What was deleted from an object no row brings back; populate_existing() does.
s.rollback()
u = s.query(User).first()
del u.post
with s.no_autoflush:
    for query in (s.query(User), s.query(User).populate_existing()):
        query.all()
        print("post" in u.__dict__, inspect(u).attrs.post.history)
