"""What `import sqlalchemy.orm.properties` gives: the public path to the kinds of properties.

Before: a learner's `from sqlalchemy.orm.properties import ColumnProperty`.
Here:   the classes, under the path where SQLAlchemy documents them.
After:  orm/mapper.py and orm/relationships.py define them.
"""

from ormtutor.miniorm.orm.mapper import ColumnProperty, SynonymProperty
from ormtutor.miniorm.orm.relationships import RelationshipProperty

__all__ = ["ColumnProperty", "RelationshipProperty", "SynonymProperty"]
