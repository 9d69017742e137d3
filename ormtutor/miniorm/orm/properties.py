"""What `import sqlalchemy.orm.properties` gives: the public path to the kinds of properties.

Before: a learner's `from sqlalchemy.orm.properties import ColumnProperty`.
Here:   the classes, under the path where SQLAlchemy documents them.
After:  orm/mapper.py and orm/relationships.py define them.
"""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    orm.mapper: ColumnProperty SynonymProperty
    orm.relationships: RelationshipProperty
    """,
)
