"""What `import sqlalchemy.orm.interfaces` gives: the public path to what properties have in common.

Before: a learner's `from sqlalchemy.orm.interfaces import MANYTOONE`.
Here:   the base classes of properties and of their operators, and the directions.
After:  orm/mapper.py and orm/join_condition.py define them.
"""

from ormtutor.miniorm.orm.attributes import PropComparator
from ormtutor.miniorm.orm.join_condition import MANYTOMANY, MANYTOONE, ONETOMANY
from ormtutor.miniorm.orm.mapper import MapperProperty

__all__ = ["MANYTOMANY", "MANYTOONE", "ONETOMANY", "MapperProperty", "PropComparator"]
