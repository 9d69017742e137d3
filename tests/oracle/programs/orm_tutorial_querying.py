"""In the manner of the tutorials: querying, counting, text, joins, aliases, subqueries, EXISTS."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    and_,
    case,
    create_engine,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import aliased, contains_eager, joinedload, outerjoin, join, relationship
from sqlalchemy.orm import selectinload, sessionmaker, subqueryload, with_parent
from sqlalchemy.sql import exists

Base = declarative_base()


class Baker(Base):
    __tablename__ = "bakers"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    town = Column(String)

    loaves = relationship("Loaf", order_by="Loaf.id", back_populates="baker")

    def __repr__(self):
        return f"<Baker {self.name} of {self.town}>"


class Loaf(Base):
    __tablename__ = "loaves"
    id = Column(Integer, primary_key=True)
    grain = Column(String, nullable=False)
    weight = Column(Integer)
    baker_id = Column(Integer, ForeignKey("bakers.id"))

    baker = relationship("Baker", back_populates="loaves")

    def __repr__(self):
        return f"<Loaf {self.grain}>"


engine = create_engine("sqlite:///:memory:")
Base.metadata.create_all(engine)
session = sessionmaker(bind=engine)()
anna = Baker(name="anna", town="Lindau")
anna.loaves = [Loaf(grain="rye", weight=900), Loaf(grain="spelt", weight=500)]
session.add_all([anna, Baker(name="bert", town="Bregenz"), Baker(name="carla", town="Lindau")])
session.add(Loaf(grain="oat", baker=Baker(name="dora", town=None)))
session.commit()

# entities, columns, labels, slices
for baker in session.query(Baker).order_by(Baker.id):
    print(baker.name, baker.town)
for name, town in session.query(Baker.name, Baker.town):
    print(name, town)
for row in session.query(Baker, Baker.name).all():
    print(row.Baker, row.name)
for row in session.query(Baker.name.label("called")).all():
    print(row.called, row.keys())
other = aliased(Baker, name="other")
for row in session.query(other, other.name).order_by(other.name).all():
    print(row.other, row)
print(session.query(Baker).order_by(Baker.id)[1:3])
print(session.query(Baker).order_by(Baker.id)[2])
print(session.query(Baker).order_by(Baker.id)[-1])
print(session.query(Baker).order_by(Baker.id)[:-2])
print(session.query(Baker).order_by(Baker.id.desc()).slice(0, 2).all())
print(session.query(Baker).order_by(Baker.town.desc(), Baker.name.asc()).limit(2).offset(1).all())

# filters
query = session.query(Baker)
for criterion in (
    Baker.name == "anna",
    Baker.name != "anna",
    Baker.name.like("%a"),
    Baker.name.ilike("%A"),
    Baker.name.notlike("%a"),
    Baker.name.in_(["anna", "dora"]),
    Baker.name.notin_(["anna", "dora"]),
    ~Baker.name.in_(["anna"]),
    Baker.name.in_([]),
    Baker.name.in_(session.query(Baker.name).filter(Baker.town == "Lindau")),
    Baker.town == None,  # noqa: E711
    Baker.town != None,  # noqa: E711
    Baker.town.is_(None),
    Baker.town.isnot(None),
    and_(Baker.name == "anna", Baker.town == "Lindau"),
    or_(Baker.name == "anna", Baker.name == "bert"),
    (Baker.name == "anna") | ~(Baker.id > 2) & (Baker.town == "x"),
    Baker.name.between("a", "c"),
    Baker.name.startswith("a"),
    Baker.name.endswith("a"),
    Baker.name.contains("nn"),
    Baker.name + "!" == "anna!",
    Baker.id % 2 == 0,
    Baker.id / 2 > 1,
    -Baker.id < -2,
    func.length(Baker.name) == 4,
    Baker.id.op("&")(1) == 1,
    Baker.name.collate("NOCASE") == "ANNA",
):
    print(query.filter(criterion))
    print(query.filter(criterion).order_by(Baker.id).all())
print(query.filter(Baker.name.match("anna")))
print(query.filter_by(name="anna", town="Lindau").all())
print(query.filter(Baker.name == "anna", Baker.id < 5).filter(Baker.town == "Lindau").one())

# one, first, scalar
for how in ("all", "first", "one", "one_or_none", "scalar", "count"):
    for name in ("anna", "nobody", "%a"):
        asked = session.query(Baker.id, Baker.name).filter(Baker.name.like(name)).order_by(Baker.id)
        try:
            print(how, name, getattr(asked, how)())
        except Exception as error:
            print(how, name, type(error).__name__, error)

# text
print(query.filter(text("id<3")).order_by(text("id")).all())
print(query.filter(text("id<:most and town=:town")).params(most=9, town="Lindau").all())
whole = text("SELECT * FROM bakers WHERE name=:name")
print(query.from_statement(whole).params(name="bert").all())
columns = text("SELECT name, id, town FROM bakers where name=:name")
columns = columns.columns(Baker.name, Baker.id, Baker.town)
print(query.from_statement(columns).params(name="bert").all())
print(session.query(Baker.id, Baker.name).from_statement(columns).params(name="anna").all())
print(session.query(Baker).from_statement(columns))
print(session.query(Baker).from_statement(select(Baker).where(Baker.id == 1)))
some = literal_column("weight * 2").label("double")
print(session.query(Loaf.grain, some).order_by(text("double desc")).all())

# counting and grouping
print(query.filter(Baker.name.like("%a")).count())
print(session.query(func.count(Baker.name), Baker.town).group_by(Baker.town).all())
print(session.query(func.count("*")).select_from(Baker).scalar())
print(session.query(func.count(Baker.id)).scalar())
print(session.query(func.count(Baker.name.distinct())).scalar())
print(session.query(Baker.town).distinct().count(), session.query(Baker.town).distinct().all())
heavy = session.query(Loaf.baker_id, func.sum(Loaf.weight).label("sum")).group_by(Loaf.baker_id)
print(heavy.having(func.sum(Loaf.weight) > 1000).all())
print(session.query(case([(Baker.id > 2, "late")], else_="early"), Baker.id).all())
print(session.query(Baker.name, func.coalesce(Baker.town, "-").label("t")).order_by("t").all())

# joins
print(
    session.query(Baker, Loaf).filter(Baker.id == Loaf.baker_id).filter(Loaf.grain == "rye").all()
)
print(session.query(Baker).join(Loaf).filter(Loaf.grain == "rye").all())
print(query.join(Loaf, Baker.id == Loaf.baker_id))
print(query.join(Baker.loaves))
print(query.join(Loaf, Baker.loaves))
print(query.join(Baker.loaves.of_type(aliased(Loaf, name="l"))))
print(query.join("loaves"))
print(query.outerjoin(Baker.loaves).order_by(Baker.id).all())
print(query.outerjoin(Loaf, and_(Loaf.baker_id == Baker.id, Loaf.weight > 600)))
print(session.query(Baker, Loaf).select_from(Loaf).join(Baker))
print(session.query(Baker.name, Loaf.grain).select_from(join(Baker, Loaf)).all())
print(session.query(Baker.name, Loaf.grain).select_from(outerjoin(Baker, Loaf)).all())
print(session.query(Baker).select_from(join(Baker, Loaf, "loaves")).all())
print(query.join((Loaf, Baker.id == Loaf.baker_id)).all())
print(query.join((Loaf, Baker.loaves)).all())
print(query.join((Baker.loaves, Loaf)).all(), query.outerjoin(("loaves", aliased(Loaf))))
first, second = aliased(Loaf), aliased(Loaf)
pairs = session.query(Baker.name, first.grain, second.grain)
print(pairs.join(first, Baker.loaves).join(second, Baker.loaves).filter(first.id < second.id).all())
print(pairs.join(Baker.loaves.of_type(first)).join(Baker.loaves.of_type(second)).all())
print(pairs.join((first, Baker.loaves), (second, Baker.loaves)).filter(first.id < second.id).all())

# subqueries
counted = (
    session.query(Loaf.baker_id, func.count("*").label("many")).group_by(Loaf.baker_id).subquery()
)
for baker, many in (
    session.query(Baker, counted.c.many)
    .outerjoin(counted, Baker.id == counted.c.baker_id)
    .order_by(Baker.id)
):
    print(baker, many)
light = session.query(Loaf).filter(Loaf.weight < 600).subquery()
bun = aliased(Loaf, light)
for baker, loaf in session.query(Baker, bun).join(bun, Baker.loaves):
    print(baker, loaf)
print(query.filter(Baker.id.in_(session.query(Loaf.baker_id).filter(Loaf.weight > 600))).all())
number = session.query(func.count(Loaf.id)).filter(Loaf.baker_id == Baker.id).label("n")
print(session.query(Baker.name, number).order_by(number.desc()).all())
most = session.query(func.max(Loaf.weight)).scalar_subquery()
print(session.query(Loaf).filter(Loaf.weight == most).all())

# EXISTS and relationship operators
stmt = exists().where(Loaf.baker_id == Baker.id)
print(session.query(Baker.name).filter(stmt).all())
print(session.query(Baker.name).filter(Baker.loaves.any()).all())
print(session.query(Baker.name).filter(Baker.loaves.any(Loaf.grain.like("%ye%"))).all())
print(session.query(Baker.name).filter(~Baker.loaves.any(grain="rye")).all())
print(session.query(Loaf).filter(~Loaf.baker.has(Baker.name == "anna")).all())
print(session.query(Loaf).filter(Loaf.baker.has(name="anna")).all())
print(query.filter(Loaf.baker == anna))
print(session.query(Loaf).filter(Loaf.baker == anna).all())
print(session.query(Loaf).filter(Loaf.baker != anna))
print(session.query(Loaf).filter(Loaf.baker == None).all())  # noqa: E711
print(session.query(Loaf).filter(Loaf.baker != None).all())  # noqa: E711
print(query.filter(Baker.loaves.contains(anna.loaves[0])).all())
print(session.query(Loaf).with_parent(anna, "loaves").all())
print(session.query(Loaf).filter(with_parent(anna, Baker.loaves)).all())
print(session.query(session.query(Baker).filter(Baker.name == "anna").exists()).scalar())

# eager loading
for option in (
    joinedload(Baker.loaves),
    joinedload("loaves"),
    subqueryload(Baker.loaves),
    selectinload(Baker.loaves),
    joinedload(Baker.loaves, innerjoin=True),
):
    session.expunge_all()
    found = query.options(option).filter_by(name="anna").one()
    print(found, found.loaves)
    session.expunge_all()
    print([b.loaves for b in query.options(option).order_by(Baker.name).limit(2)])
session.expunge_all()
loaves = session.query(Loaf).join(Loaf.baker).filter(Baker.name == "anna")
for loaf in loaves.options(contains_eager(Loaf.baker)).order_by(Loaf.id):
    print(loaf, loaf.baker)

# unions
lindau = session.query(Baker).filter(Baker.town == "Lindau")
early = session.query(Baker).filter(Baker.id < 3)
for union in (
    lindau.union(early),
    lindau.union_all(early),
    lindau.except_(early),
    lindau.intersect(early),
):
    print(union)
    print(union.order_by(Baker.name).all())
print(lindau.union(early).filter(Baker.name != "bert").join(Baker.loaves).count())

# update and delete
print(query.filter(Baker.id > 3).update({"town": "Konstanz"}, synchronize_session=False))
print(
    query.filter(Baker.id > 3).update({Baker.town: Baker.town + "!"}, synchronize_session="fetch")
)
print(query.filter(Baker.name == "bert").delete())
print(query.filter(Baker.name == "carla").delete(synchronize_session="fetch"), query.count())
session.rollback()
print(query.order_by(Baker.id).all())

# DISTINCT takes what is sorted by with it, also inside of another query
towns = session.query(Baker.town).distinct().order_by(Baker.name)
print(towns.statement)
print(towns.subquery())
print(towns.count(), session.query(towns.subquery()).all())
