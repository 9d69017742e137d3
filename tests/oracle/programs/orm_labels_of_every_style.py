"""What a row of select() is called in each style of labels; and a count in the place of columns."""

from sqlalchemy import *
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import *

Base = declarative_base()


class Ferry(Base):
    __tablename__ = "ferries"
    id = Column(Integer, primary_key=True)
    called = Column("name", String)
    twice = column_property(id * 2)


class Trip(Base):
    __tablename__ = "trips"
    id = Column(Integer, primary_key=True)
    ferry_id = Column(ForeignKey("ferries.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add(Ferry(id=1, called="Fram"))
session.commit()
ferries = Ferry.__table__
for columns in (
    [Ferry],
    [Ferry.id, Ferry.called],
    [Ferry.twice, Trip.id],
    [Ferry, Trip.id],
    [Ferry.id, Trip.id],
    [ferries.c.id, Ferry.called],
    [ferries],
    [Ferry.id.label("x"), Ferry.called],
    [func.count(Ferry.id), func.max(Ferry.id)],
    [Ferry.id + 1],
    [
        func.lower(Ferry.called).label("low"),
        exists().where(Trip.ferry_id == Ferry.id).correlate(Ferry),
    ],
):
    for style in (
        LABEL_STYLE_DISAMBIGUATE_ONLY,
        LABEL_STYLE_NONE,
        LABEL_STYLE_TABLENAME_PLUS_COL,
    ):
        found = select(*columns).join(Trip, isouter=True).set_label_style(style)
        print(session.execute(found).keys(), [each["name"] for each in found.column_descriptions])

# A statement of mapped classes stays one: the session is flushed before it counts.
for counted in (
    select(Ferry).with_only_columns(func.count()).select_from(ferries),
    select(Ferry).with_only_columns(func.count(), maintain_column_froms=True),
    select(Ferry.id).where(ferries.c.id > 0).with_only_columns([func.count()]),
    select(Ferry).with_only_columns(literal(1)).with_only_columns(literal(2)),
    select(ferries).with_only_columns(func.count(), maintain_column_froms=True),
):
    session.add(Ferry())
    result = session.execute(counted)
    print(len(session.new), result.keys(), result.all())
    session.rollback()

# The keys of what is selected, of a subquery and of a UNION; the texts of a subquery and of a CTE.
other = ferries.alias()
for columns in (
    [Ferry.id.label("x"), Ferry.called.label("x")],
    [cast(ferries.c.id, String), literal_column("id")],
    [Ferry.twice, -Ferry.id, Ferry.twice],
    [other.c.id, ferries.c.id, other.c.id],
    [cast(Ferry.called, Integer), Ferry.called],
    [ferries.c.id + 1, select(Trip.id).limit(1).scalar_subquery()],
):
    for style in (
        LABEL_STYLE_DISAMBIGUATE_ONLY,
        LABEL_STYLE_NONE,
        LABEL_STYLE_TABLENAME_PLUS_COL,
    ):
        told = select(*columns).set_label_style(style)
        print([key for key in told.selected_columns.keys() if "%" not in key])
        try:
            print([key for key in told.subquery().c.keys() if "%" not in key])
            print([key for key in told.union(told).subquery().c.keys() if "%" not in key])
            print(select(told.subquery()), select(told.cte("those")), sep="\n")
        except InvalidRequestError as error:
            print(error)
whole = select(Ferry).set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
print(whole.selected_columns.keys(), whole.subquery().c.keys())
