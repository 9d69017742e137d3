"""The arguments of relationship(), one after the other."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, String, Table, and_
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session, backref, declarative_base, foreign, remote, relationship
from sqlalchemy.orm import with_parent
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
