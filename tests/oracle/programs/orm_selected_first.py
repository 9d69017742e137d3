"""What a query speaks of first: for filter_by(), exists(), with_parent(), joins and autoflush."""

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    and_,
    case,
    create_engine,
    distinct,
    exists,
    extract,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import (
    Session,
    aliased,
    column_property,
    declarative_base,
    deferred,
    join,
    outerjoin,
    relationship,
)

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    nick = deferred(Column("nickname", String))
    born = Column(Date)
    both = column_property(name + " " + nick)
    small = column_property(func.lower(nick))
    boss_id = Column(ForeignKey("users.id"))
    posts = relationship("Post", back_populates="user")
    team = relationship("User")


class Post(Base):
    __tablename__ = "posts"
    id = Column(Integer, primary_key=True)
    title = Column(String)
    user_id = Column(ForeignKey("users.id"))
    user = relationship("User", back_populates="posts")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(User(name="a", nick="B", posts=[Post(title="t")]))
session.commit()
user = session.query(User).one()
print(user.both, user.small, session.query(User.both, User.small).all())


def shown(make):
    try:
        print(make())
    except Exception as error:
        print(type(error).__name__, error)


selected = [
    func.row_number().over(order_by=User.id),
    func.count(User.id).over(),
    and_(User.id == 1, User.name == "a"),
    or_(User.id == 1, User.id == 2).label("either"),
    not_(User.id == 1),
    extract("year", User.born),
    func.count(User.id).filter(User.id > 1),
    func.count(distinct(User.id)),
    case((User.id == 1, User.name)),
    case((literal(1) == 1, User.name), else_=User.nick),
    case({1: "one"}, value=User.id),
    case({User.id: "same"}, value=literal(1)),
    exists().where(User.id == 1),
    select(User.id).scalar_subquery(),
    (User.id + 1).label("next"),
    -User.id,
    User.id.between(1, 2),
    func.abs(func.abs(User.id)),
    literal(1),
    func.count(),
]
for column in selected:
    statement = select(column)
    print(statement)
    for more in (
        lambda: statement,  # noqa: B023
        lambda: statement.select_from(User),  # noqa: B023
        lambda: statement.filter_by(name="ax"),  # noqa: B023
    ):
        user.name += "x"
        shown(lambda: session.execute(more()).all())  # noqa: B023
        print(len(session.dirty))
    query = session.query(column)
    shown(lambda: query.filter_by(name="a").all())  # noqa: B023
    shown(lambda: query.exists())  # noqa: B023

shown(lambda: select(literal(1), func.sum(User.id)).filter_by(name="a"))
shown(lambda: session.query(case((User.posts.any(title="t"), 1), else_=0)).exists())
shown(lambda: session.query(case((User.id + Post.id > 2, User.id), else_=Post.id)).exists())
other = aliased(User)
coerced = type_coerce(User.id, String)
shown(lambda: session.query(exists().where(User.id == 1), coerced).join(other, "team").all())
shown(lambda: session.query(Post).join(Post.user).with_parent(user, "team").all())
shown(lambda: session.query(Post).select_from(User).with_parent(user, "team").all())
# A name in join() is one of the first class of a JOIN that is selected from, whatever is selected.
for source in (join(User, Post), join(other, Post, other.posts), outerjoin(User, Post).join(other)):
    for named in ("team", "user", "posts"):
        shown(lambda: session.query(Post).select_from(source).join(named).all())  # noqa: B023
        shown(lambda: session.query(func.count()).select_from(source).join(named))  # noqa: B023
shown(lambda: session.query(Post).select_from(join(User, Post, User.posts)).join("user", "team"))

session.commit()
shown(lambda: session.refresh(user, ["posts"]))
