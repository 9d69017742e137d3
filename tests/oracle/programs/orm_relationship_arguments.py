"""The arguments of relationship(), one after the other."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, String, Table, and_
from sqlalchemy import create_engine, event
from sqlalchemy import select, text
from sqlalchemy.orm import Session, aliased, backref, clear_mappers, configure_mappers
from sqlalchemy.orm import declarative_base, foreign, remote, relationship, with_parent
from sqlalchemy.orm.collections import attribute_mapped_collection

Base = declarative_base()
follows = Table(
    "follows",
    Base.metadata,
    Column("from_id", ForeignKey("players.id"), primary_key=True),
    Column("to_id", ForeignKey("players.id"), primary_key=True),
)


class Team(Base):
    __tablename__ = "teams"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    players = relationship(
        "Player", back_populates="team", cascade="all, delete-orphan", passive_deletes=True
    )
    by_shirt = relationship(
        "Player", collection_class=attribute_mapped_collection("shirt"), viewonly=True
    )
    squad = relationship("Player", collection_class=set, viewonly=True)
    keepers = relationship(
        "Player",
        primaryjoin=lambda: and_(Team.id == foreign(Player.team_id), Player.role == "keeper"),
        viewonly=True,
    )
    archive = relationship("Player", lazy="dynamic", viewonly=True, order_by="Player.id.desc()")
    unread = relationship("Player", lazy="noload", viewonly=True)
    strict = relationship("Player", lazy="raise", viewonly=True)
    eager = relationship("Player", lazy="joined", viewonly=True, order_by="Player.shirt")
    ground = relationship("Ground", uselist=False, backref=backref("team", lazy="select"))


class Player(Base):
    __tablename__ = "players"
    id = Column(Integer, primary_key=True)
    shirt = Column(Integer)
    role = Column(String)
    team_id = Column(Integer, ForeignKey("teams.id", ondelete="CASCADE"))
    team = relationship(Team, back_populates="players")
    follows = relationship(
        "Player",
        secondary=follows,
        primaryjoin=id == follows.c.from_id,
        secondaryjoin=id == follows.c.to_id,
        backref="followers",
    )
    mates = relationship(
        "Player",
        primaryjoin="and_(foreign(Player.team_id) == remote(Player.team_id))",
        viewonly=True,
        uselist=True,
    )

    def __repr__(self):
        return f"Player({self.shirt})"


class Ground(Base):
    __tablename__ = "grounds"
    id = Column(Integer, primary_key=True)
    team_id = Column(ForeignKey("teams.id"))


class Match(Base):
    __tablename__ = "matches"
    season = Column(Integer, primary_key=True)
    number = Column(Integer, primary_key=True)
    goals = relationship("Goal", lazy="selectin", order_by="Goal.minute")


class Goal(Base):
    __tablename__ = "goals"
    __table_args__ = (
        ForeignKeyConstraint(["season", "match"], ["matches.season", "matches.number"]),
    )
    id = Column(Integer, primary_key=True)
    season = Column(Integer)
    match = Column(Integer)
    minute = Column(Integer)
    scorer_id = Column(Integer)
    scorer = relationship(
        Player, primaryjoin=Player.id == scorer_id, foreign_keys=scorer_id, lazy="subquery"
    )


engine = create_engine("sqlite://")


@event.listens_for(engine, "connect")
def keys_on(connection, record):
    connection.execute("PRAGMA foreign_keys = ON")


Base.metadata.create_all(engine)
session = Session(engine)
north = Team(name="North", ground=Ground())
north.players = [
    Player(shirt=9, role="wing"),
    Player(shirt=1, role="keeper"),
    Player(shirt=4, role="back"),
]
nine, one, four = north.players
nine.follows = [one, four]
one.followers.append(four)
session.add(north)
match = Match(
    season=24, number=3, goals=[Goal(minute=80, scorer=nine), Goal(minute=7, scorer=four)]
)
session.add(match)
session.commit()

print(sorted(north.by_shirt), sorted(map(repr, north.squad)), north.keepers)
print(north.archive.all(), north.archive.filter(Player.shirt > 3).count(), north.unread)
print(north.eager, north.ground.team is north)
try:
    north.strict
except Exception as error:
    print(type(error).__name__, error)
print([goal.minute for goal in match.goals], [goal.scorer for goal in match.goals])
print(nine.follows, nine.followers, four.follows, sorted(map(repr, four.followers)))
print(sorted(map(repr, one.mates)))
print(session.query(Player).filter(with_parent(north, Team.players)).count())
print(session.query(Player).filter(Player.follows.any(Player.shirt == 1)).all())
print(session.query(Player).filter(~Player.follows.any()).order_by(Player.id).all())
print(session.query(Player).filter(Player.follows.contains(one)).order_by(Player.id).all())
print(session.query(Goal).filter(Goal.scorer.has(role="wing")).count())
print(session.query(Team).filter(Team.players.of_type(Player).any(shirt=1)).count())
print(session.query(Team).filter(Team.ground == None).count())  # noqa: E711
print(session.query(Player).filter(Player.team != north).count())
session.query(Match).all()
session.expire_all()
print(session.query(Match).one().goals[0].scorer)

for wrong in (lambda: setattr(north, "players", "x"), lambda: setattr(nine, "team", 5)):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)
session.rollback()
goal = session.query(Goal).first()
match.goals.remove(goal)
session.commit()
print(goal.season, goal.match)
for one_goal in session.query(Goal):
    session.delete(one_goal)
for player in session.query(Player):
    player.follows = []
session.delete(north.ground)
session.commit()
session.delete(north)
session.commit()
print(session.query(Player).count())

# collections that only have what the ORM needs


class Stack:
    __emulates__ = list

    def __init__(self):
        self.cards = []

    def append(self, card):
        self.cards.append(card)

    def remove(self, card):
        self.cards.remove(card)

    def pop(self, index=-1):
        return self.cards.pop(index)

    def __iter__(self):
        return iter(self.cards)


class Bag:
    def __init__(self):
        self.cards = {}

    def add(self, card):
        self.cards[card] = True

    def remove(self, card):
        del self.cards[card]

    def pop(self):
        return self.cards.popitem()[0]

    def __iter__(self):
        return iter(self.cards)


class Peeked(list):
    def pop(self, index=-1):
        return self[index]


for kind in (Stack, Bag, Peeked):
    Base = declarative_base()

    class Card(Base):
        __tablename__ = "cards"
        id = Column(Integer, primary_key=True)
        hand_id = Column(ForeignKey("hands.id"))

    class Hand(Base):
        __tablename__ = "hands"
        id = Column(Integer, primary_key=True)
        cards = relationship(Card, collection_class=kind, backref="hand")

    hand, cards = Hand(), [Card(id=1), Card(id=2)]
    for card in cards:
        card.hand = hand
    print(kind.__name__, hand.cards.pop().id, [card.hand is hand for card in cards])
    print([card.id for card in hand.cards])

print("-- conditions, one way and the other")


def told(call, arguments):
    clear_mappers()
    try:
        print(call(**arguments))
    except Exception as error:
        print(type(error).__name__, error)


def shown(prop):
    sides = [sorted(map(str, each)) for each in (prop.remote_side, prop.local_columns)]
    return prop.direction.name, str(prop.primaryjoin), prop.uselist, *sides


def of_two(**arguments):
    Base = declarative_base()

    class P(Base):
        __tablename__ = "ps"
        id = Column(Integer, primary_key=True)
        x = Column(Integer)
        qs = relationship("Q", **arguments)

    class Q(Base):
        __tablename__ = "qs"
        id = Column(Integer, primary_key=True)
        p_id = Column(Integer)
        y = Column(Integer)

    Table("zs", Base.metadata, Column("p", Integer), Column("q", Integer))
    configure_mappers()
    return shown(P.qs.property)


marked = "P.id == foreign(Q.p_id)"
between = {"secondary": "zs", "primaryjoin": "P.id == zs.c.p", "secondaryjoin": "Q.id == zs.c.q"}
for arguments in (
    {"primaryjoin": "and_(P.id == foreign(zs.c.p), zs.c.q == Q.id)", "viewonly": True},
    {"primaryjoin": "foreign(P.id) == foreign(Q.p_id)"},
    {"primaryjoin": "P.id == Q.p_id"},
    {"primaryjoin": "P.id == Q.p_id", "foreign_keys": "[P.id, Q.p_id]"},
    {"primaryjoin": "foreign(P.id) == remote(foreign(Q.p_id))"},
    {"primaryjoin": "func.lower(P.x) == Q.y", "foreign_keys": "Q.y", "viewonly": True},
    {"primaryjoin": "func.lower(P.x) == remote(foreign(Q.y))", "viewonly": True},
    {"primaryjoin": "remote(P.id) == foreign(Q.p_id)"},
    {"primaryjoin": "P.id == remote(foreign(Q.p_id))", "backref": "p"},
    {"primaryjoin": marked, "backref": backref("p", primaryjoin="Q.p_id == P.id")},
    {"primaryjoin": marked, "backref": backref("p", secondaryjoin="Q.p_id == P.id")},
    {"primaryjoin": marked, "viewonly": True, "passive_deletes": True},
    {"primaryjoin": marked, "passive_deletes": "all", "cascade": "all, delete-orphan"},
    {"secondary": "zs"},
    between,
    {**between, "backref": "ps"},
    {**between, "primaryjoin": "P.id == P.x"},
    {**between, "primaryjoin": "zs.c.p == zs.c.q"},
    {**between, "foreign_keys": "[zs.c.p, zs.c.q]"},
    {"secondary": "nothing"},
    {"secondary": 5},
    {"secondary": lambda: 5},
    {"secondary": "P"},
    {"primaryjoin": "P.id == Q.id", "foreign_keys": "Q.id", "remote_side": "P.id"},
    {"primaryjoin": "P.id == Q.id", "foreign_keys": "P.x"},
    {"primaryjoin": "P.id == 5", "foreign_keys": "P.id"},
    {"primaryjoin": "P.id == P.x", "foreign_keys": "P.id"},
):
    told(of_two, arguments)


def of_itself(**arguments):
    class N(declarative_base()):
        __tablename__ = "ns"
        id = Column(Integer, primary_key=True)
        parent_id = Column(ForeignKey("ns.id"))
        path = Column(String)
        rel = relationship("N", **arguments)

    configure_mappers()
    asks = [each.any() if N.rel.property.uselist else each.has() for each in (N.rel.of_type(N),)]
    return *shown(N.rel.property), str(select(N).where(*asks).join(N.rel.of_type(aliased(N))))


descends = "remote(foreign(N.path)).like(N.path.concat('/%'))"
for arguments in (
    {},
    {"remote_side": "N.id", "backref": "kids"},
    {"primaryjoin": "remote(N.id) == N.parent_id", "backref": "kids"},
    {"primaryjoin": "remote(N.id) == foreign(N.parent_id)", "backref": "kids"},
    {"primaryjoin": descends, "viewonly": True},
    {"primaryjoin": "and_(N.id == N.parent_id, N.path == func.lower(N.path))"},
    {"remote_side": "[N.id, N.parent_id]"},
):
    told(of_itself, arguments)
clear_mappers()
Base = declarative_base()


class Author(Base):
    __tablename__ = "authors"
    id = Column(Integer, primary_key=True)
    books = relationship("Book", back_populates="author", viewonly=True)


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    author_id = Column(ForeignKey("authors.id"))
    author = relationship(Author, back_populates="books", viewonly=True)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as session:
    author = Author()
    session.add(author)
    author.books.append(Book())
    print([book.author for book in author.books], len(session.new))
    session.commit()
    print(author.books, session.execute(text("select count(*) from books")).scalar())
