"""An object that two relationships own: it goes with the first of them that lets it go."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship


def make_world(other_cascade):
    Base = declarative_base()

    class Course(Base):
        __tablename__ = "courses"
        id = Column(Integer, primary_key=True)
        seats = relationship("Seat", back_populates="course", cascade="all, delete-orphan")

    class Pupil(Base):
        __tablename__ = "pupils"
        id = Column(Integer, primary_key=True)
        seats = relationship("Seat", back_populates="pupil", cascade=other_cascade)

    class Seat(Base):
        __tablename__ = "seats"
        id = Column(Integer, primary_key=True)
        course_id = Column(ForeignKey("courses.id"))
        pupil_id = Column(ForeignKey("pupils.id"))
        course = relationship(Course, back_populates="seats")
        pupil = relationship(Pupil, back_populates="seats")

    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    return engine, Course, Pupil, Seat


def leave_course(session, course, pupil, seat):
    seat.course, seat.pupil = course, pupil
    seat.course = None


def leave_pupil(session, course, pupil, seat):
    seat.course, seat.pupil = course, pupil
    seat.pupil = None


def be_removed(session, course, pupil, seat):
    course.seats, pupil.seats = [seat], [seat]
    course.seats.remove(seat)


def be_replaced(session, course, pupil, seat):
    course.seats.append(seat)
    pupil.seats.append(seat)
    course.seats[0] = type(seat)()


def leave_written(session, course, pupil, seat):
    seat.course, seat.pupil = course, pupil
    session.flush()
    pupil.seats = []


def have_one(session, course, pupil, seat):
    seat.course = course


def move(session, course, pupil, seat):
    seat.course, seat.pupil = course, pupil
    seat.course = type(course)()


for cascade in ("save-update, merge", "all", "all, delete-orphan"):
    engine, Course, Pupil, Seat = make_world(cascade)
    for act in (
        leave_course,
        leave_pupil,
        be_removed,
        be_replaced,
        leave_written,
        have_one,
        move,
    ):
        session = Session(engine)
        course, pupil, seat = Course(), Pupil(), Seat()
        session.add_all([course, pupil])
        act(session, course, pupil, seat)
        print(cascade, act.__name__, seat in session, len(session.new))
        session.flush()
        print(seat in session, seat.course_id, seat.pupil_id)
        session.close()
