"""What a deleted child holds of its parent, which was deleted with it."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Choir(Base):
    __tablename__ = "choirs"
    id = Column(Integer, primary_key=True)
    singers = relationship("Singer", back_populates="choir", cascade="all, delete-orphan")


class Singer(Base):
    __tablename__ = "singers"
    id = Column(Integer, primary_key=True)
    choir_id = Column(ForeignKey("choirs.id"))
    choir = relationship("Choir", back_populates="singers")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
s = Session(engine)


def t(f):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, str(e)[:60])


for n in range(3):
    a = Choir()
    b = Singer(choir=a)
    s.add(b)
    s.commit()
    if n == 1:
        b.choir
    if n == 2:
        a.singers, b.choir
    s.delete(a)
    s.flush()
    print(sorted(k for k in b.__dict__ if k[0] != "_"), b.__dict__.get("choir") is a)
    t(lambda: setattr(b, "choir", a))
    print(sorted(k for k in b.__dict__ if k[0] != "_"), b.__dict__.get("choir") is a)
    t(s.commit)

# Marked, and taken in by another parent: it is moved first, and deleted by the flush after.
other = Choir()
s.add_all([Choir(singers=[Singer(), Singer()]), other])
s.commit()
for how in ("fetch", "evaluate", False):
    moved = s.query(Singer).filter(Singer.choir != other).first()
    other.singers.append(moved)
    s.delete(moved)
    changed = s.query(Choir).filter(Choir.id == other.id)
    print(how, changed.update({"id": Choir.id}, synchronize_session=how), len(s.deleted))
    s.commit()
    print(s.query(Singer.choir_id).order_by(Singer.id).all())
    s.add(Choir(singers=[Singer()]))
    s.commit()

# query.autoflush(False) does not keep a bulk change of a class from flushing; a table has no flush.
for how in ("fetch", "evaluate", False):
    for changed in (s.query(Choir), s.query(Choir.__table__)):
        s.add(Choir(id=70))
        print(changed.filter_by(id=70).autoflush(False).delete(synchronize_session=how), len(s.new))
        s.rollback()
