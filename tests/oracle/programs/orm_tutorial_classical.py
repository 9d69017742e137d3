"""In the manner of the oldest tutorials: tables first, mapper(), relation(), old spellings."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, Text, create_engine
from sqlalchemy import and_, desc, func, select, text
from sqlalchemy.orm import aliased, backref, clear_mappers, deferred, joinedload
from sqlalchemy.orm import column_property, contains_eager, join, mapper, object_session, relation
from sqlalchemy.orm import sessionmaker, synonym, undefer

metadata = MetaData()
ships = Table(
    "ships",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40)),
    Column("port", String(40)),
    Column("log", Text),
)
sailors = Table(
    "sailors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False),
    Column("ship_id", Integer, ForeignKey("ships.id")),
)
skills = Table(
    "skills",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("word", String(50), nullable=False, unique=True),
)
sailor_skills = Table(
    "sailor_skills",
    metadata,
    Column("sailor_id", Integer, ForeignKey("sailors.id")),
    Column("skill_id", Integer, ForeignKey("skills.id")),
)


class Ship(object):
    def __init__(self, name, port=None):
        self.name = name
        self.port = port

    def __repr__(self):
        return "<Ship('%s','%s')>" % (self.name, self.port)


class Sailor(object):
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return "<Sailor('%s')>" % self.name


class Skill(object):
    def __init__(self, word):
        self.word = word


engine = create_engine("sqlite:///:memory:", echo=False)
metadata.create_all(engine)
print(repr(ships))
print(
    mapper(
        Ship,
        ships,
        properties={
            "crew": relation(
                Sailor,
                backref=backref("ship"),
                order_by=sailors.c.id,
                cascade="all, delete, delete-orphan",
            ),
            "log": deferred(ships.c.log),
            "title": synonym("name"),
            "label": column_property((ships.c.name + "/" + ships.c.port).label("label")),
        },
    )
)
mapper(
    Sailor,
    sailors,
    properties={"skills": relation(Skill, secondary=sailor_skills, backref="sailors")},
)
mapper(Skill, skills)
Session = sessionmaker(bind=engine, autoflush=True)
session = Session()
gull = Ship("gull", "Bergen")
print(gull.crew, gull.id)
gull.crew = [Sailor("ivar"), Sailor("liv")]
gull.crew[0].skills.append(Skill("knots"))
gull.crew[0].skills.append(Skill("stars"))
session.add(gull)
session.add_all([Ship("tern", "Oslo"), Ship("skua", "Bodo"), Ship("auk", "Bergen")])
print(gull in session.new, len(session.new))
print(session.query(Ship).filter_by(name="gull").first() is gull)
gull.port = "Moss"
print(session.dirty)
session.commit()
print(gull.id, gull.label, gull.title)
for ship in session.query(Ship).order_by(Ship.id):
    print(ship, ship.log)
print(session.query(Ship).options(undefer("log")).filter(Ship.title == "tern").one())
for crew in session.query(Ship).options(joinedload("crew")).order_by(Ship.id)[0:2]:
    print(crew, crew.crew)
print(session.query(Ship).filter(text("id<3")).order_by(text("id")).all())
print(session.query(Ship).filter(text("id<:n and port=:p")).params(n=9, p="Oslo").one())
print(session.query(ships.c.id, ships.c.name).all())
print(session.query(Ship).select_from(join(Ship, Sailor)).filter(Sailor.name == "liv").all())
print(session.query(Ship).select_from(join(Ship, Sailor, Ship.crew)).all())
print(session.query(Ship).join("crew").filter(Sailor.name == "liv").all())
print(session.query(Ship).join("crew", "skills").filter(Skill.word == "knots").all())
print(session.query(Ship).join((Sailor, Ship.id == Sailor.ship_id)).all())
print(session.query(Sailor).join(("skills")).filter_by(word="stars").all())
print(session.query(Ship).outerjoin("crew").filter(Sailor.id == None).all())  # noqa: E711
mate = aliased(Sailor)
print(session.query(Ship, mate).join((mate, Ship.crew)).filter(mate.name == "ivar").all())
print(session.query(Ship).filter(Ship.crew.any(Sailor.name == "ivar")).all())
print(session.query(Sailor).filter(Sailor.skills.any(word="knots")).all())
print(session.query(Sailor).filter(Sailor.ship.has(name="gull")).all())
print(session.query(Ship).filter(~Ship.crew.any()).order_by(desc(Ship.name)).all())
print(session.query(Skill).filter(Skill.sailors.contains(gull.crew[0])).count())
print(session.query(Ship).get(1), session.query(Ship).get(99))
liv = gull.crew[1]
del gull.crew[0]
print(session.query(Sailor).filter(Sailor.name.in_(["ivar", "liv"])).count())
session.delete(gull)
print(session.query(Sailor).count(), object_session(liv) is session)
session.rollback()
print(gull.crew, liv.ship)
session.execute(ships.update().where(ships.c.id == 2).values(port="Voss"))
print(session.execute(select([ships.c.name]).where(ships.c.port == "Voss")).fetchall())
print(session.query(func.count(Ship.id), Ship.port).group_by(Ship.port).order_by(Ship.port).all())
print(session.query(Ship).filter(and_(Ship.id > 1, Ship.port.like("B%"))).all())
session.close()
clear_mappers()


class Berth(object):
    pass


both = ships.join(sailors, ships.c.id == sailors.c.ship_id)
mapper(
    Berth,
    both,
    properties={
        "number": [ships.c.id, sailors.c.ship_id],
        "sailor_id": sailors.c.id,
        "sailor_name": sailors.c.name,
    },
)
for berth in session.query(Berth).order_by(Berth.sailor_id):
    print(berth.number, berth.name, berth.sailor_name)
print(session.query(Berth).filter(Berth.sailor_name == "liv"))
print(session.query(Berth).filter_by(name="gull").count())
