"""What rows bring beside what was asked: joined loads in lazy loads, ORDER BY twice, aliases."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, select
from sqlalchemy.orm import (
    Session,
    aliased,
    declarative_base,
    joinedload,
    lazyload,
    noload,
    raiseload,
    relationship,
    selectinload,
    subqueryload,
)

Base = declarative_base()


class Crew(Base):
    __tablename__ = "crews"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    posts = relationship("Post", back_populates="crew")

    def __repr__(self):
        return f"<Crew {self.__dict__.get('id')}>"


class Sailor(Base):
    __tablename__ = "sailors"
    id = Column(Integer, primary_key=True)
    posts = relationship("Post", back_populates="sailor")

    def __repr__(self):
        return f"<Sailor {self.__dict__.get('id')}>"


class Post(Base):
    __tablename__ = "posts"
    crew_id = Column(ForeignKey("crews.id"), primary_key=True)
    sailor_id = Column(ForeignKey("sailors.id"), primary_key=True)
    crew = relationship("Crew", back_populates="posts", lazy="joined")
    sailor = relationship("Sailor", back_populates="posts")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
one, two = Crew(name="one"), Crew(name="two")
for crew, times in ((one, 2), (two, 1)):
    crew.posts += [Post(sailor=Sailor()) for _ in range(times)]
session.add_all([one, two])
session.commit()

# A lazy load does not look at a crew that its post has already; a query does.
session.expunge_all()
post = session.get(Post, (1, 1))
sailor = session.get(Sailor, 1)
session.expire(post.crew)
print(sailor.posts, sorted(post.crew.__dict__))
session.expire(post.crew)
print(session.query(Post).count(), sorted(post.crew.__dict__))
session.query(Post).all()
print(sorted(post.crew.__dict__))
session.expire(post, ["crew"])
session.expire(sailor, ["posts"])
print(sailor.posts, "crew" in post.__dict__)

# What is sorted by twice stands twice in a select() with LIMIT, once in a Query.
order = (Post.crew_id.desc(), Crew.id, Post.crew_id)
option = joinedload(Crew.posts)
statement = select(Crew).join(Post).order_by(*order).limit(2).options(option)
print(session.scalars(statement).unique().all())
print(session.query(Crew).join(Post).order_by(*order).limit(2).options(option).all())

# Aliases without a name share it: a number means the last of them.
crews, sailors = aliased(Crew), aliased(Sailor)
pairs = (
    select(crews, sailors)
    .join(Post, Post.crew_id == crews.id)
    .join(sailors, Post.sailor_id == sailors.id)
    .order_by(sailors.id)
)
print(session.execute(pairs).all())
print(session.scalars(pairs).all(), session.execute(pairs).scalars(1).all())
print(session.scalar(pairs), session.execute(pairs).columns(0).all())

# A lazy load needs no load of the way back, even where an option asks for one.
for first in (lazyload, selectinload, subqueryload, joinedload):
    for back in (joinedload, selectinload, subqueryload, noload, raiseload):
        session.expunge_all()
        crew = session.query(Crew).options(first(Crew.posts).options(back(Post.crew))).first()
        try:
            print(first.__name__, back.__name__, [post.crew for post in crew.posts])
        except Exception as error:
            print(first.__name__, back.__name__, type(error).__name__, error)
