"""Names imported from the modules that define them in SQLAlchemy, as editors complete it."""

from sqlalchemy.engine.base import Connection, Engine
from sqlalchemy.engine.create import create_engine
from sqlalchemy.orm.decl_api import declarative_base
from sqlalchemy.orm.query import Query
from sqlalchemy.orm.relationships import RelationshipProperty
from sqlalchemy.orm.scoping import scoped_session
from sqlalchemy.orm.session import Session, close_all_sessions, object_session, sessionmaker
from sqlalchemy.orm.strategy_options import Load
from sqlalchemy.sql.expression import desc, text
from sqlalchemy.sql.functions import count, func
from sqlalchemy.sql.schema import Column, ForeignKey, MetaData, Table, UniqueConstraint
from sqlalchemy.sql.selectable import Alias, Join, Select, Subquery
from sqlalchemy.sql.sqltypes import TIMESTAMP, Boolean, Integer, String

metadata = MetaData()
Base = declarative_base(metadata=metadata)


class Stamp(Base):
    __tablename__ = "stamps"
    __table_args__ = (UniqueConstraint("motif"),)
    id = Column(Integer, primary_key=True)
    motif = Column(String(20))
    used = Column(Boolean, default=False)
    printed = Column(TIMESTAMP, server_default=text("'2001-02-03 04:05:06'"))


sheets = Table("sheets", metadata, Column("stamp_id", ForeignKey("stamps.id")))
engine = create_engine("sqlite://")
metadata.create_all(engine)
factory = sessionmaker(engine)
session = scoped_session(factory)
session.add_all([Stamp(motif="kite"), Stamp(motif="ship")])
session.commit()
print(session.query(Stamp.motif, Stamp.used).order_by(desc(Stamp.motif)).all())
print(session.query(count(Stamp.id)).scalar(), session.query(func.max(Stamp.motif)).scalar())
stamp = session.query(Stamp).options(Load(Stamp).load_only(Stamp.motif)).first()
print(stamp.motif, object_session(stamp) is session(), isinstance(session(), Session))
print(isinstance(engine, Engine), isinstance(session.connection(), Connection))
query = session.query(Stamp)
joined = sheets.join(Stamp.__table__)
for thing, kind in (
    (query, Query),
    (query.statement, Select),
    (query.subquery(), Subquery),
    (sheets.alias(), Alias),
    (joined, Join),
):
    print(isinstance(thing, kind), kind)
print(RelationshipProperty, Load, Column, Integer, sessionmaker, scoped_session)
close_all_sessions()
