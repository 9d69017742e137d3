"""The cascade of a configured relationship is set to another, and back."""

import warnings

from sqlalchemy import *
from sqlalchemy.orm import *

Base = declarative_base()


class Farm(Base):
    __tablename__ = "farms"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    goats = relationship("Goat", backref="farm")

    def __repr__(self):
        return "Farm(%s)" % self.name


class Goat(Base):
    __tablename__ = "goats"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    farm_id = Column(ForeignKey("farms.id"))

    def __repr__(self):
        return "Goat(%s)" % self.name


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
print(Farm.goats.property.cascade)
s = Session(engine)
s.add(Farm(name="Hill", goats=[Goat(name="a"), Goat(name="b"), Goat(name="c")]))
s.commit()
farm = s.query(Farm).one()
farm.goats.remove(farm.goats[0])
s.commit()
print(s.query(Goat.name, Goat.farm_id).all())
# another cascade on the configured mapping
Farm.goats.property.cascade = "all, delete-orphan"
print(Farm.goats.property.cascade)
farm.goats.remove(farm.goats[0])
s.commit()
print(s.query(Goat.name, Goat.farm_id).all())
s.delete(farm)
s.commit()
print(s.query(Goat.name, Goat.farm_id).all())
for bad in ("sometimes", "save-update, delete-orphans"):
    try:
        Farm.goats.property.cascade = bad
    except Exception as e:
        print(type(e), e)
try:
    Goat.farm.property.cascade = "all, delete-orphan"
except Exception as e:
    print(type(e), e)
Farm.goats.property.cascade = "none"
f = Farm(name="Dale")
s.add(f)
f.goats.append(Goat(name="x"))
print(s.new)
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    s.commit()
    print([str(x.message) for x in w])
print(s.query(Goat.name, Goat.farm_id).all())
