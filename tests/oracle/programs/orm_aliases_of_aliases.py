"""Aliases that a subquery has selected; the alias of an alias; an alias of what is no subquery yet."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, select, union
from sqlalchemy.orm import Session, aliased, column_property, contains_eager, declarative_base
from sqlalchemy.orm import joinedload, relationship

Base = declarative_base()


class Peak(Base):
    __tablename__ = "peaks"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    height = Column(Integer)
    feet = column_property(height * 3)
    label = column_property(("Mt. " + name).label("titled"))
    huts = relationship("Hut", order_by="Hut.id")


class Hut(Base):
    __tablename__ = "huts"
    id = Column(Integer, primary_key=True)
    peak_id = Column(ForeignKey("peaks.id"))
    beds = relationship("Bed", order_by="Bed.id")


class Bed(Base):
    __tablename__ = "beds"
    id = Column(Integer, primary_key=True)
    hut_id = Column(ForeignKey("huts.id"))


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
    session.expunge_all()


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
for name, height in ("Eiger", 3967), ("Jungfrau", 4158), ("Titlis", 3238):
    session.add(Peak(name=name, height=height, huts=[Hut(beds=[Bed(), Bed()]), Hut()]))
session.commit()

# Two peaks of a pair, found again in the columns of the subquery.
lower = aliased(Peak)
pairs = session.query(Peak, lower).filter(Peak.height > lower.height).subquery()
high, low = aliased(Peak, pairs), aliased(lower, pairs)
tell(lambda: session.query(high.name, low.name).order_by(high.id, low.id).all())
tell(lambda: [(a.name, b.name, b.feet, b.label) for a, b in session.query(high, low)])
tell(lambda: session.query(high, low).filter(low.name == "Eiger").count())
tell(lambda: session.execute(select(low.name, low.feet, low.label).order_by(low.height)).all())
eager = session.query(high, low).options(joinedload(low.huts)).order_by(high.id, low.id)
tell(lambda: [[hut.id for hut in b.huts] for a, b in eager.limit(2)])
inner = session.query(high, low).subquery()
tell(lambda: session.query(aliased(low, inner).name, aliased(high, inner).name).all())

# The alias of an alias is one more of the table; of a subquery, one more of the subquery.
for each in lower, high, low, aliased(high, name="named"):
    print(session.query(aliased(each)))
    print(select(aliased(each).label))

# A label that a class gives is its own; its aliases have others.
for query in (
    session.query(Peak, lower).order_by(Peak.label, lower.label),
    session.query(lower.label, lower.feet).order_by(lower.label, lower.feet.desc()),
    session.query(Peak).join(lower, Peak.id == lower.id).filter(lower.label == "Mt. Eiger"),
):
    print(query)

# Where .subquery() was forgotten.
for forgotten in (select(Peak), session.query(Peak), union(select(Peak), select(Peak))):
    tell(lambda: session.query(aliased(Peak, forgotten)).all())
tell(lambda: select(aliased(Peak, select(Peak))))
tell(lambda: session.query(aliased(Peak, select(Peak.id, Peak.name)).name).all())
tell(lambda: session.query(aliased(Peak, session.query(Peak)).name).all())

# What one option says of a relationship stays when another one only goes along it.
hut, bed = aliased(Hut), aliased(Bed)
joined = session.query(Peak).outerjoin(hut, Peak.huts).outerjoin(bed, hut.beds)
joined = joined.order_by(Peak.id, hut.id, bed.id)
along = contains_eager(Peak.huts, Hut.beds, alias=bed)
for options in (
    [contains_eager(Peak.huts, alias=hut), along],
    [along, contains_eager(Peak.huts, alias=hut)],
    [contains_eager(Peak.huts.of_type(hut)).contains_eager(hut.beds.of_type(bed))],
):
    tell(lambda: [[len(each.beds) for each in peak.huts] for peak in joined.options(*options)])
