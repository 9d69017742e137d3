"""What a query that cannot be compiled has done by then, and objects whose relationship refuses."""

from sqlalchemy import Column, ForeignKey, Integer, String, cast, column, create_engine, distinct
from sqlalchemy import event, func, literal, literal_column, select, text
from sqlalchemy.orm import Load, Session, aliased, configure_mappers, contains_eager
from sqlalchemy.orm import declarative_base, defaultload, defer, join, joinedload, load_only
from sqlalchemy.orm import raiseload, relationship

Base = declarative_base()


class Choir(Base):
    __tablename__ = "choirs"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    singers = relationship("Singer", back_populates="choir", cascade="all, delete-orphan")


class Singer(Base):
    __tablename__ = "singers"
    id = Column(Integer, primary_key=True)
    choir_id = Column(ForeignKey("choirs.id"))
    choir = relationship(Choir, back_populates="singers")


def tell(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
configure_mappers()
session = Session(engine)
other = aliased(Choir)
two = select(Choir, other).join(other, Choir.id < other.id).options(load_only(Choir.name))
for asked in (
    lambda: session.execute(two).all(),
    lambda: session.query(Choir, other).options(load_only(Choir.name)).all(),
    lambda: session.query(Singer.id).options(joinedload(Singer.choir)).all(),
):
    session.add(Choir(name="new", singers=[Singer()]))
    tell(asked)
    print(len(session.new))
session.commit()

joined = session.query(Singer).select_from(Choir).join(Choir.singers)
alias = aliased(Singer)
for query in (
    joined,
    session.query(alias).select_from(Choir).join(Choir.singers).outerjoin(alias, Choir.singers),
    session.query(Singer.id).join(Singer.choir),
    session.query(Choir).join(Choir.singers).options(contains_eager(Choir.singers)),
    session.query(Choir).options(joinedload(Choir.singers)),
):
    print(query.exists())
    print(session.query(query.exists()).scalar())


@event.listens_for(session, "loaded_as_persistent")
def loaded(session, one):
    print("loaded", type(one).__name__)


for option in (raiseload(Choir.singers), raiseload("*")):
    session.expunge_all()
    choir = session.query(Choir).options(option).first()
    tell(lambda: session.delete(choir))
    tell(lambda: choir.singers)
    tell(lambda: session.flush())
    session.rollback()
session.expunge_all()
statement = text("SELECT * FROM singers ORDER BY id")
print(len(session.query(Singer).from_statement(statement).all()))
session.expunge_all()
print(len(session.scalars(select(Singer).from_statement(statement)).all()))

# Where filter_by() looks names up.
both = join(Choir, Singer)
for query in (session.query(Choir).select_from(both), session.query(Choir.id).select_from(both)):
    tell(lambda: print(query.filter_by(id=1)))
    tell(lambda: print(query.join(Singer.choir).filter_by(id=1)))
joined = session.query(Singer).join(Singer.choir)
tell(lambda: print(joined.with_entities(Singer).filter_by(id=1)))
tell(lambda: print(joined.with_entities(func.count(Singer.id)).filter_by(choir_id=1)))
for query in (
    session.query(Choir.id).order_by("name"),
    session.query(Choir.id).order_by("nane"),
    session.query(Choir.id, func.count(Choir.name).label("many")).group_by("id").order_by("much"),
    session.query(Choir.name).group_by("id", "nane"),
):
    tell(lambda: query)
    tell(lambda: query.all())
tell(lambda: session.query(Choir).params({"a": 1}, {"b": 2}))
tell(lambda: session.query(Choir).params(None))
for wrong in (
    Singer.id,
    other.name,
    (Choir, 5),
    (Choir, None),
    (Choir, Singer),
    (Choir, False),
    5,
    "x",
):
    tell(lambda: session.query(Singer).join(wrong).all())
    tell(lambda: session.query(Singer).join(wrong, Singer.choir).all())
tell(lambda: session.query(Singer).select_from(text("choirs")).all())
tell(lambda: session.query(Singer).options((joinedload(Singer.choir), load_only(Singer.id))).all())
tell(lambda: select(Singer).join("choir"))
tell(lambda: select(Singer).join(5))
tell(lambda: select(Singer).join(text("choirs")))
tell(lambda: Column("choir_id", Choir.id))
for bind in "sqlite://", 5, (1, 2):
    tell(lambda: Session(bind).query(Singer).all())

# Text that is several columns: nobody knows where the others are.
for star in text("*"), literal_column("*"):
    tell(lambda: session.query(star).select_from(Choir).first())
    tell(lambda: session.execute(select(star).select_from(Choir)).first())
    tell(lambda: session.query(Choir.id).filter(select(star).select_from(Singer).exists()).first())
    for several in (star, Choir), (Choir.id, star), (star, star), (literal(1), star):
        tell(lambda: session.query(*several).select_from(Choir))
        tell(lambda: session.execute(select(*several).select_from(Choir)).all())
for names in "choirs.*", "choirs.id, choirs.name":
    for several in (text(names), Choir.name), (Choir, text(names)), (literal_column(names),):
        tell(lambda: session.query(*several).select_from(Choir).all())
tell(lambda: session.query(Choir.id, text("count(*)")).group_by(Choir.id).all())

# A path of options goes on behind a relationship, and not behind a column; a name has no dots in it
# where the option begins at a class.
for option in (
    lambda: defer(Choir.name, Choir.id),
    lambda: defer("name", "id"),
    lambda: joinedload(Choir.name, Singer.choir),
    lambda: joinedload("singers.id", "choir"),
    lambda: defaultload(Choir.singers).defaultload(Singer.id).load_only("name"),
    lambda: Load(Choir).defaultload(Choir.name).defer(Choir.id),
    lambda: Load(Choir).joinedload("singers.choir"),
    lambda: Load(Choir).joinedload("singers").defer("choir.name"),
    lambda: Load(Choir).joinedload(Singer),
    lambda: Load(Choir).load_only([Choir.id]),
    lambda: Load(Choir).defer(None),
):
    tell(lambda: session.query(Choir).options(option()).all())
tell(lambda: session.query(Choir).join(Choir.singers, None))
tell(lambda: session.query(Choir).join(Singer, None))
tell(lambda: session.query(Choir).outerjoin("singers", None))

# Nothing is asked for, or rows have more columns than were told.
nothing = session.query().filter(Singer.id == 1)
for asked in (
    nothing.count,
    nothing.exists,
    nothing.subquery,
    lambda: nothing.add_columns(Singer.id),
):
    tell(asked)
session.expunge_all()
several = text("SELECT name, id, name AS motto FROM choirs")
for told in (
    (Choir.name,),
    (Choir.name, Choir.id),
    (Choir.id, Choir.id),
    (Choir.name.label("motto"), Choir.id),
    (column("name"), column("id")),
    (Choir.name, func.max(Choir.id)),
    (Choir.name, func.max(Choir.id).label("id")),
    (Choir.name, cast(Choir.id, String)),
    (distinct(Choir.name), Choir.id),
    ("name", "id"),
    (Choir,),
):
    session.expunge_all()
    tell(lambda: several.columns(*told))
    try:
        found = several.columns(*told)
    except AttributeError:
        continue
    tell(lambda: [(each.id, each.name) for each in session.query(Choir).from_statement(found)])
    tell(lambda: session.query(Choir.name, Choir.id).from_statement(found).all())
    tell(lambda: session.execute(found).all())
first, second = aliased(Choir), aliased(Choir)
pairs = text("SELECT id, id + 5, name FROM choirs")
for told in (Choir.id, first.id), (first.id, Choir.id), (first.id, second.id):
    found = pairs.columns(*told, Choir.name)
    for asked in (Choir.id, first.id), (Choir.name, Choir.id):
        tell(lambda: session.query(*asked).from_statement(found).all())
counted = select(Choir.name, func.count(Choir.id)).group_by(Choir.name)
tell(lambda: session.query(Choir.name, func.count()).from_statement(counted).all())
tell(lambda: session.query(func.count(Singer.id)).from_statement(counted).scalar())

# What is no side of a join(), whose condition comes last.
for wrong in Choir.singers, Choir.id == Singer.choir_id, Singer.id, Singer():
    tell(lambda: join(Choir, wrong))
    tell(lambda: join(wrong, Choir))
print(join(Choir, func.json_each("[]"), literal(True)))
