"""A subquery load of a query that joins by name, and a first query of several things."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship, subqueryload

Base = declarative_base()


class Club(Base):
    __tablename__ = "clubs"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    members = relationship("Member", back_populates="club")


class Member(Base):
    __tablename__ = "members"
    id = Column(Integer, primary_key=True)
    club_id = Column(ForeignKey("clubs.id"))
    club = relationship(Club, back_populates="members")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Club(name="chess", members=[Member(), Member()]), Club(name="choir")])
session.commit()
for query in (
    session.query(Club).join("members").options(subqueryload("members")),
    session.query(Club, Club.name).outerjoin("members").options(subqueryload(Club.members)),
    session.query(Member.id, Member)
    .join("club")
    .filter_by(name="chess")
    .options(subqueryload("club").subqueryload("members")),
):
    session.expunge_all()
    print(query.all() != [], len(session.identity_map))
