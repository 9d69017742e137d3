"""A relationship is given what does not belong there: another class, a single object, None."""

import re

from sqlalchemy import Column, ForeignKey, Integer, Table, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()
attended = Table(
    "attended",
    Base.metadata,
    Column("member_id", ForeignKey("members.id")),
    Column("course_id", ForeignKey("courses.id")),
)


class Course(Base):
    __tablename__ = "courses"
    id = Column(Integer, primary_key=True)

    def __repr__(self):
        return "C"


class Member(Base):
    __tablename__ = "members"
    id = Column(Integer, primary_key=True)
    courses = relationship("Course", secondary=attended)
    loans = relationship("Loan", back_populates="member")

    def __repr__(self):
        return "M"


class Tool(Base):
    __tablename__ = "tools"
    id = Column(Integer, primary_key=True)
    loans = relationship("Loan", back_populates="tool")

    def __repr__(self):
        return "T"


class Loan(Base):
    __tablename__ = "loans"
    id = Column(Integer, primary_key=True)
    member_id = Column(ForeignKey("members.id"))
    tool_id = Column(ForeignKey("tools.id"))
    member = relationship("Member", back_populates="loans")
    tool = relationship("Tool", back_populates="loans")

    def __repr__(self):
        return "L"


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
s = Session(engine)


def t(f):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, re.sub("0x\\w+", "0x", str(e)))


m, tool, loan = Member(), Tool(), Loan()
t(lambda: setattr(loan, "member", tool))
print(loan.member, loan.tool, tool.loans, m.loans)
t(lambda: setattr(loan, "tool", m))
t(lambda: m.loans.append(tool))
print(m.loans, tool.loans)
t(lambda: m.loans.extend([loan, tool]))
print(m.loans)
t(lambda: setattr(m, "loans", [tool]))
t(lambda: setattr(m, "loans", loan))
t(lambda: m.loans.append("x"))
t(lambda: m.loans.append(None))
t(lambda: m.loans.remove(tool))
print(m.loans, loan.member)
s.add_all([m, tool, loan])
t(lambda: setattr(loan, "member", tool))
t(lambda: s.flush())
t(lambda: s.rollback())
t(lambda: Loan(member=tool))
t(lambda: Member(loans=[tool]))
t(lambda: Member(loans=loan))

m = Member(courses=[Course(), None])
s.add(m)
t(lambda: s.flush())
t(lambda: s.rollback())
loan = Loan(member=None)
s.add(loan)
t(lambda: s.flush())
m = Member()
s.add(m)
s.flush()
m.courses.append(loan)
t(lambda: s.flush())
t(lambda: s.rollback())
for name in "append remove insert extend pop".split():
    t(lambda name=name: getattr(m.courses, name)())
    t(lambda name=name: getattr(m.courses, name)(1, 2, 3, 4))
